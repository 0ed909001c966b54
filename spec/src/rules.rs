//! The rule table: every obligation of the protocol, once.
//!
//! A [`Rule`] is a statement that holds of a conforming client. Everything else in Conclave is
//! derived from this table: guards, profiles, mutants, decisive pairs, pages of the book.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::rule_set::RuleSet;

/// What *held*, *broken*, *removed* and *mutant* mean for a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A predicate on an input. The mutant skips it.
    Guard,
    /// Decoding, opening, verifying shape. The mutant uses a weakened primitive or encoding.
    Structural,
    /// Something a client must do within a window. The mutant does not do it.
    Duty,
    /// A field of something signed, hashed or sealed. The mutant omits it.
    Field,
    /// A secret that must be gone. The mutant keeps it.
    Erasure,
    /// What a user must see. The mutant shows otherwise.
    Display,
}

/// What a broken rule does to a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A client that breaks it fails.
    Must,
    /// A client that breaks it gets advice.
    Should,
}

/// Where the obligation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provenance {
    /// The paper says it.
    Literal,
    /// We resolved a silence or a contradiction; the reading says how.
    Reading(&'static str),
    /// A hardening of our own.
    Ours,
}

/// What a client does with an input that breaks the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reaction {
    /// The input is refused as wrong; the state stays.
    Reject,
    /// The input is passed over without complaint; the state stays.
    Ignore,
    /// The rule is no guard on an input: nothing to react to.
    None,
}

/// The one word per area used by modules, vector folders, test names and rule prefixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// `DEV`: announcements, server statements, security code.
    Device,
    /// `ROT`: sealing, numbering and rotating the meeting key, teardown.
    Rotation,
    /// `MED`: per-stream keys and packets.
    Media,
}

impl Area {
    /// The folder, module and test word of the area.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Rotation => "rotation",
            Self::Media => "media",
        }
    }

    /// The rule prefix of the area.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Device => "DEV",
            Self::Rotation => "ROT",
            Self::Media => "MED",
        }
    }
}

/// A place in a version of the Zoom Cryptography Whitepaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Citation {
    /// Paper version, such as `2.3.1`.
    pub paper: &'static str,
    /// LaTeX label or heading, with the step where the paper numbers steps.
    pub place: &'static str,
}

const fn cite(paper: &'static str, place: &'static str) -> Citation {
    Citation { paper, place }
}

macro_rules! rules {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident = $id:literal, $area:ident, $kind:ident, $level:ident, $provenance:expr,
            $reaction:ident, $cite:expr, needs [$($need:ident),*];
    )+) => {
        /// One obligation of the protocol.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Rule {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Rule {
            /// Every rule, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable identifier, such as `ROT-02`. Never reused.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }

            /// The name of the rule in code.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// The obligation, as a sentence that holds.
            #[must_use]
            pub fn statement(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_start(),)+ }
            }

            /// The area the rule belongs to.
            #[must_use]
            pub const fn area(self) -> Area {
                match self { $(Self::$name => Area::$area,)+ }
            }

            /// What held, broken, removed and mutant mean for it.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)+ }
            }

            /// What breaking it does to a verdict.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Self::$name => Level::$level,)+ }
            }

            /// Where it comes from.
            #[must_use]
            pub const fn provenance(self) -> Provenance {
                use Provenance::{Literal, Ours, Reading};
                const { let _ = (Literal, Ours, Reading("")); }
                match self { $(Self::$name => $provenance,)+ }
            }

            /// What a client does with an input that breaks it.
            #[must_use]
            pub const fn reaction(self) -> Reaction {
                match self { $(Self::$name => Reaction::$reaction,)+ }
            }

            /// Where the paper says it, or where the reading starts from.
            #[must_use]
            pub const fn citation(self) -> Citation {
                match self { $(Self::$name => $cite,)+ }
            }

            /// The rules without which this one cannot be stated.
            #[must_use]
            pub const fn needs(self) -> &'static [Self] {
                match self { $(Self::$name => &[$(Self::$need),*],)+ }
            }
        }
    };
}

rules! {
    // DEV: announcements
    /// A key announcement is used only when its signature verifies over the recomputed binding.
    AnnouncementVerifies = "DEV-01", Device, Guard, Must, Literal,
        Reject, cite("2.3.1", "3.7.4 step 6; 3.7.5 step 8"), needs [];
    /// A signature covers the context string it was made for.
    SignatureNamesContext = "DEV-02", Device, Field, Must, Literal,
        Reject, cite("2.3.1", "3.5.1"), needs [];
    /// The signed binding contains the meeting ID.
    BindingNamesMeeting = "DEV-03", Device, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.2 step 3"), needs [];
    /// The signed binding contains the UUID of the meeting instance.
    BindingNamesInstance = "DEV-04", Device, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.2 step 3"), needs [];
    /// The signed binding contains the user ID of the announcer.
    BindingNamesUser = "DEV-05", Device, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.2 step 3"), needs [];
    /// The signed binding contains the hardware ID of the announcer's device.
    BindingNamesDevice = "DEV-06", Device, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.2 step 3"), needs [];
    /// The signed binding contains the announcer's identity verification key.
    BindingNamesIdentityKey = "DEV-07", Device, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.2 step 3"), needs [];
    /// The signed binding contains the announced ephemeral encryption key.
    BindingNamesEphemeralKey = "DEV-08", Device, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.2 step 3"), needs [];
    /// Two different field tuples never encode to the same bytes.
    EncodingInjective = "DEV-09", Device, Structural, Must, Reading("R-01"),
        Reject, cite("2.3.1", "3.7.2 step 3"), needs [];
    /// A message is read only from its one canonical encoding.
    EncodingCanonical = "DEV-10", Device, Structural, Must, Reading("R-02"),
        Reject, cite("2.3.1", "3.7"), needs [];
    /// Every join and every rejoin uses a freshly generated ephemeral key pair.
    EphemeralFresh = "DEV-11", Device, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.2 step 1"), needs [];

    // DEV: server statements (formula only until the profile of client 5.7.0)
    /// A server statement is used only when its signature verifies over the claimed identifiers.
    StatementVerifies = "DEV-12", Device, Guard, Must, Reading("R-34"),
        Reject, cite("3.1", "3.7.1"), needs [];
    /// The server statement contains the UUID of the meeting instance.
    StatementNamesInstance = "DEV-13", Device, Field, Must, Reading("R-03"),
        Reject, cite("3.1", "figure 1"), needs [];
    /// The server statement contains the user ID.
    StatementNamesUser = "DEV-14", Device, Field, Must, Literal,
        Reject, cite("3.1", "3.7.1"), needs [];
    /// The server statement contains the hardware ID.
    StatementNamesDevice = "DEV-15", Device, Field, Must, Literal,
        Reject, cite("3.1", "3.7.1"), needs [];
    /// The server statement contains the identity verification key.
    StatementNamesIdentityKey = "DEV-16", Device, Field, Must, Literal,
        Reject, cite("3.1", "3.7.1"), needs [];

    // DEV: security code
    /// The displayed security code is computed from the leader's identity key used in the handshake.
    CodeFromHandshakeKey = "DEV-17", Device, Display, Must, Literal,
        None, cite("2.3.1", "3.8"), needs [];
    /// The security code has 39 decimal digits.
    CodeHasAllDigits = "DEV-18", Device, Display, Must, Literal,
        None, cite("2.3.1", "3.8"), needs [];

    // ROT: sealing
    /// A sealed key is used only when its authenticated decryption succeeds.
    SealOpens = "ROT-01", Rotation, Structural, Must, Literal,
        Reject, cite("2.3.1", "3.5.2 Box.Dec step 5"), needs [];
    /// A sealed key whose sequence number does not increase is ignored.
    SeqIncreases = "ROT-02", Rotation, Guard, Must, Literal,
        Ignore, cite("3", "3.7.6"), needs [SealCarriesSeq];
    /// The sequence number of a meeting key is sealed together with the key.
    SealCarriesSeq = "ROT-03", Rotation, Field, Must, Literal,
        None, cite("3", "3.7.4 step 10"), needs [];
    /// The associated data of a sealed key contains the meeting ID.
    MetaNamesMeeting = "ROT-04", Rotation, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.4 step 7"), needs [];
    /// The associated data of a sealed key contains the UUID of the meeting instance.
    MetaNamesInstance = "ROT-05", Rotation, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.4 step 7"), needs [];
    /// The associated data of a sealed key contains the leader's user ID.
    MetaNamesLeader = "ROT-06", Rotation, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.4 step 7"), needs [];
    /// The associated data of a sealed key contains the recipient's user ID.
    MetaNamesRecipient = "ROT-07", Rotation, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.4 step 7"), needs [];
    /// The associated data of a sealed key contains the hash of the cipher context string.
    SealNamesContext = "ROT-08", Rotation, Field, Must, Literal,
        Reject, cite("2.3.1", "3.5.2 Box.Enc step 4"), needs [];
    /// An ephemeral key that makes the shared secret zero is refused.
    AgreementContributory = "ROT-09", Rotation, Guard, Must, Reading("R-04"),
        Reject, cite("2.3.1", "3.5.2 Box.Enc step 2"), needs [];

    // ROT: the leader's duties
    /// The leader numbers meeting keys 1, 2, 3, ... without a gap.
    SeqByOne = "ROT-10", Rotation, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.6"), needs [];
    /// Every rotation installs an independently generated meeting key.
    RotationFresh = "ROT-11", Rotation, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.6"), needs [];
    /// After a participant leaves, the leader rotates the meeting key within 15 seconds.
    RotateOnLeave = "ROT-12", Rotation, Duty, Must, Literal,
        None, cite("3", "3.7.6"), needs [];
    /// Every meeting key is sealed to every listed participant and to nobody who has left.
    SealToListed = "ROT-13", Rotation, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.6"), needs [];
    /// A joiner is never given a meeting key more than 15 seconds old.
    JoinerKeyYoung = "ROT-14", Rotation, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.6"), needs [];
    /// A joiner is given a meeting key without waiting for the next rotation.
    JoinerKeyPrompt = "ROT-15", Rotation, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.6"), needs [];
    /// After a participant joins, the leader rotates the meeting key as soon as the throttle allows.
    RotateOnJoin = "ROT-16", Rotation, Duty, Should, Literal,
        None, cite("2.3.1", "3.7.6"), needs [];
    /// The leader rotates at most once every 15 seconds.
    RotationThrottled = "ROT-17", Rotation, Duty, Should, Literal,
        None, cite("2.3.1", "3.7.6"), needs [];

    // ROT: every participant's duties
    /// A participant waits about two seconds before encrypting under a rotated key.
    WaitBeforeUse = "ROT-18", Rotation, Duty, Should, Literal,
        None, cite("2.3.1", "3.7.6"), needs [];
    /// A participant encrypts under the newest meeting key whose wait is over, and under no other.
    UseNewestKey = "ROT-19", Rotation, Duty, Must, Reading("R-05"),
        None, cite("2.3.1", "3.7.6"), needs [];
    /// A superseded key decrypts for ten more seconds and no longer.
    OldKeyExpires = "ROT-20", Rotation, Erasure, Must, Reading("R-06"),
        None, cite("4.1", "subsubsec:liveness"), needs [];

    // ROT: teardown
    /// After leaving, no meeting key and no key derived from one remains.
    MeetingKeysErased = "ROT-21", Rotation, Erasure, Must, Literal,
        None, cite("2.3.1", "3.7.8"), needs [];
    /// After leaving, the ephemeral private key of the join is gone.
    EphemeralErased = "ROT-22", Rotation, Erasure, Must, Literal,
        None, cite("2.3.1", "3.7.8"), needs [];

    // ROT: the hybrid box (formula only until the profile of client 6.0.10)
    /// The hybrid box key depends on the Kyber shared secret.
    HybridUsesKem = "ROT-23", Rotation, Field, Must, Literal,
        Reject, cite("4.6", "subsubsec:meetingcrypto"), needs [];
    /// The hybrid box key depends on the Diffie-Hellman shared secret.
    HybridUsesAgreement = "ROT-24", Rotation, Field, Must, Literal,
        Reject, cite("4.6", "subsubsec:meetingcrypto"), needs [];
    /// The combination hash of the hybrid box contains its context string.
    HybridNamesContext = "ROT-25", Rotation, Field, Must, Reading("R-07"),
        Reject, cite("4.6", "subsubsec:meetingcrypto"), needs [];
    /// The combination hash contains the sender's identity verification key.
    HybridNamesSender = "ROT-26", Rotation, Field, Must, Literal,
        Reject, cite("4.6", "subsubsec:meetingcrypto"), needs [];
    /// The combination hash contains the sender's Curve25519 public key.
    HybridNamesSenderBoxKey = "ROT-27", Rotation, Field, Must, Literal,
        Reject, cite("4.6", "subsubsec:meetingcrypto"), needs [];
    /// The combination hash contains the sender's Kyber public key.
    HybridNamesSenderKemKey = "ROT-28", Rotation, Field, Must, Literal,
        Reject, cite("4.6", "subsubsec:meetingcrypto"), needs [];
    /// The combination hash contains the receiver's identity verification key.
    HybridNamesRecipient = "ROT-29", Rotation, Field, Must, Literal,
        Reject, cite("4.6", "subsubsec:meetingcrypto"), needs [];
    /// The combination hash contains the receiver's Curve25519 public key.
    HybridNamesRecipientBoxKey = "ROT-30", Rotation, Field, Must, Literal,
        Reject, cite("4.6", "subsubsec:meetingcrypto"), needs [];
    /// The combination hash contains the receiver's Kyber public key.
    HybridNamesRecipientKemKey = "ROT-31", Rotation, Field, Must, Literal,
        Reject, cite("4.6", "subsubsec:meetingcrypto"), needs [];
    /// The key derivation of the hybrid box contains the metadata.
    HybridNamesMeta = "ROT-32", Rotation, Field, Must, Literal,
        Reject, cite("4.6", "subsubsec:meetingcrypto"), needs [];

    /// The key of a classic box depends on the derivation context string.
    DerivationNamesContext = "ROT-33", Rotation, Field, Must, Literal,
        Reject, cite("2.3.1", "3.5.2 Box.Enc step 3"), needs [];
    /// No two sealed keys share a nonce.
    BoxNonceFresh = "ROT-34", Rotation, Duty, Must, Literal,
        None, cite("2.3.1", "3.5.2 Box.Enc step 1"), needs [];

    // MED
    /// A packet is played only when its authenticated decryption succeeds.
    PacketOpens = "MED-01", Media, Structural, Must, Literal,
        Reject, cite("2.3.1", "3.5; 3.9"), needs [];
    /// A packet counter is accepted once per meeting key, sender and stream.
    CounterOnce = "MED-02", Media, Guard, Must, Literal,
        Ignore, cite("2.3.1", "3.10"), needs [];
    /// A sender never uses a packet counter twice under one stream key.
    CounterNeverRepeats = "MED-03", Media, Duty, Must, Literal,
        None, cite("2.3.1", "3.10"), needs [];
    /// The stream key depends on the message type.
    SubkeyNamesStream = "MED-04", Media, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.5"), needs [];
    /// The stream key depends on the meeting ID.
    SubkeyNamesMeeting = "MED-05", Media, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.5"), needs [];
    /// The stream key depends on the UUID of the meeting instance.
    SubkeyNamesInstance = "MED-06", Media, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.5"), needs [];
    /// The stream key depends on the sender's ID.
    SubkeyNamesSender = "MED-07", Media, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.5"), needs [];
    /// A packet is prefaced with all four bytes of its key's sequence number.
    PacketSeqFourBytes = "MED-08", Media, Structural, Must, Literal,
        Reject, cite("2.3.1", "3.9"), needs [];
    /// The stream key depends on the meeting key.
    SubkeyUsesMeetingKey = "MED-09", Media, Field, Must, Literal,
        Reject, cite("2.3.1", "3.9"), needs [];
}

impl Rule {
    /// The rule with this identifier.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.id() == id)
    }

    /// Position in the table, used by [`RuleSet`].
    #[must_use]
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// The rules that cannot stand without this one, itself first.
    #[must_use]
    pub fn with_dependents(self) -> RuleSet {
        let mut gone = RuleSet::EMPTY.with(self);
        loop {
            let before = gone;
            for rule in Self::ALL {
                if rule.needs().iter().any(|need| gone.contains(*need)) {
                    gone = gone.with(*rule);
                }
            }
            if gone == before {
                return gone;
            }
        }
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::by_id(&id).ok_or_else(|| D::Error::custom(format!("no rule has the ID {id:?}")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_carry_the_prefix_of_their_area() {
        let ids: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert_eq!(ids.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert!(rule.id().starts_with(rule.area().prefix()), "{}", rule.id());
            assert_eq!(Rule::by_id(rule.id()), Some(*rule));
        }
    }

    #[test]
    fn removing_a_rule_removes_what_needs_it() {
        let gone = Rule::SealCarriesSeq.with_dependents();
        assert!(gone.contains(Rule::SeqIncreases));
        assert!(!Rule::SeqIncreases.with_dependents().contains(Rule::SealCarriesSeq));
    }
}
