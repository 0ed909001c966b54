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
    /// The client leaves the meeting and forgets its keys.
    Leave,
    /// The rule is no guard on an input: nothing to react to.
    None,
}

/// The one word per area used by modules, vector folders, test names and rule prefixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// `DEV`: announcements, server statements and certificates, security code, keys at rest.
    Device,
    /// `ROT`: sealing, numbering and rotating the meeting key, teardown.
    Rotation,
    /// `MEM`: the leader participant list.
    Membership,
    /// `HBT`: heartbeats.
    Heartbeat,
    /// `LIV`: liveness nonces.
    Liveness,
    /// `ELE`: changes of the leader.
    Election,
    /// `LCK`: locked meetings.
    Lock,
    /// `MED`: per-stream keys and packets.
    Media,
    /// `BRK`: breakout rooms: who is shown in one, and the way back from it.
    Breakout,
    /// `SIG`: sigchains: links, signatures, commitments, tails, fingerprints.
    Sigchain,
    /// `FAM`: the devices of one user, their approvals and their per-user keys.
    Family,
    /// `ATT`: attestations of identity providers, and the tokens that share them.
    Attestation,
    /// `IDN`: who a participant is by its chains: tails that are signed, chains served, older attestations.
    Identity,
    /// `KTR`: the server's tree of tails: its commitments, auditors, proofs, and a user's own history.
    Transparency,
    /// `ESC`: account escrow: the chain of the administrators, a member's escrow device, recovery.
    Escrow,
}

impl Area {
    /// Every area, in the order of the table.
    pub const ALL: [Self; 15] = [
        Self::Device,
        Self::Rotation,
        Self::Membership,
        Self::Heartbeat,
        Self::Liveness,
        Self::Election,
        Self::Lock,
        Self::Media,
        Self::Breakout,
        Self::Sigchain,
        Self::Family,
        Self::Attestation,
        Self::Identity,
        Self::Transparency,
        Self::Escrow,
    ];

    /// The folder, module and test word of the area.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Rotation => "rotation",
            Self::Membership => "membership",
            Self::Heartbeat => "heartbeat",
            Self::Liveness => "liveness",
            Self::Election => "election",
            Self::Lock => "lock",
            Self::Media => "media",
            Self::Breakout => "breakout",
            Self::Sigchain => "sigchain",
            Self::Family => "family",
            Self::Attestation => "attestation",
            Self::Identity => "identity",
            Self::Transparency => "transparency",
            Self::Escrow => "escrow",
        }
    }

    /// The rule prefix of the area.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Device => "DEV",
            Self::Rotation => "ROT",
            Self::Membership => "MEM",
            Self::Heartbeat => "HBT",
            Self::Liveness => "LIV",
            Self::Election => "ELE",
            Self::Lock => "LCK",
            Self::Media => "MED",
            Self::Breakout => "BRK",
            Self::Sigchain => "SIG",
            Self::Family => "FAM",
            Self::Attestation => "ATT",
            Self::Identity => "IDN",
            Self::Transparency => "KTR",
            Self::Escrow => "ESC",
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
        #[repr(u16)]
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

    // DEV: what the user is told of the encryption
    /// The meeting is labelled post-quantum only when everybody present signed a Kyber key.
    LabelHonest = "DEV-19", Device, Display, Must, Reading("R-61"),
        None, cite("4.4", "subsubsec:meetingcrypto"), needs [];

    // DEV: what a client is in no position to do
    /// A request that fits neither the client's phase nor its role changes nothing.
    RequestFits = "DEV-20", Device, Guard, Must, Reading("R-101"),
        Reject, cite("2.3.1", "3.7"), needs [];

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
    /// An ephemeral key that the version has no suite for, or that makes the shared secret zero, is
    /// refused.
    AgreementContributory = "ROT-09", Rotation, Guard, Must, Reading("R-04"),
        Reject, cite("2.3.1", "3.5.2 Box.Enc step 2"), needs [];

    // ROT: the leader's duties
    /// The leader numbers meeting keys 1, 2, 3, ... without a gap.
    SeqByOne = "ROT-10", Rotation, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.6"), needs [];
    /// Every rotation installs an independently generated meeting key.
    RotationFresh = "ROT-11", Rotation, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.6"), needs [];
    /// After a participant leaves, the leader rotates the meeting key within the profile's time.
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

    // ROT: by profile
    /// After a participant joins, the leader rotates the meeting key within two seconds, however
    /// many others join meanwhile.
    JoinBatchBounded = "ROT-35", Rotation, Duty, Must, Reading("R-60"),
        None, cite("4.1", "subsubsec:keyrotation"), needs [];
    /// A joiner is never given a meeting key made before its join.
    JoinerKeyNew = "ROT-36", Rotation, Duty, Must, Literal,
        None, cite("4.1", "subsubsec:keyrotation"), needs [];
    /// No meeting key is the newest for more than five minutes.
    RotateInTime = "ROT-37", Rotation, Duty, Must, Literal,
        None, cite("4.1", "subsubsec:keyrotation"), needs [];
    /// A meeting key sealed without a number waits for the heartbeat that announces its number.
    NumberFromHeartbeat = "ROT-38", Rotation, Guard, Must, Reading("R-18"),
        None, cite("2.3.1", "3.7.6, last paragraph"), needs [];
    /// A recipient that signed a Kyber key is sealed to with it, whatever the server says of its
    /// version.
    SuiteFromSignedKey = "ROT-39", Rotation, Duty, Must, Reading("R-61"),
        None, cite("4.4", "subsubsec:meetingcrypto"), needs [];
    /// A client that signed a Kyber key takes no classic box from a leader that signed one too.
    NoClassicForHybrid = "ROT-40", Rotation, Guard, Must, Reading("R-61"),
        Reject, cite("4.4", "subsubsec:meetingcrypto"), needs [];
    /// A key of a new leader that has certified nothing yet is taken only under a number above
    /// every certified one.
    NumberAboveCertified = "ROT-41", Rotation, Guard, Must, Reading("R-105"),
        Ignore, cite("4.1", "subsubsec:keyrotation"), needs [SealCarriesSeq, KeyAwaitsHeartbeat];
    /// Who signed no Kyber key is neither let in nor followed.
    EverybodyHybrid = "ROT-42", Rotation, Guard, Must, Reading("R-38"),
        Reject, cite("4.4", "subsubsec:meetingcrypto"), needs [NoClassicForHybrid];
    /// A leader encrypts under a key as soon as it has made it.
    LeaderUsesAtOnce = "ROT-43", Rotation, Duty, Must, Reading("R-23"),
        None, cite("2.3.1", "3.7.6"), needs [];
    /// A participant leaves when its last key ran out and the next one was withheld.
    LeaveWithoutKey = "ROT-44", Rotation, Duty, Must, Reading("R-77"),
        None, cite("4.1", "subsubsec:keyrotation"), needs [OldKeyExpires, KeyAwaitsHeartbeat];

    // MEM: links
    /// A link is taken only when it names the hash of the link before it.
    LinkChains = "MEM-01", Membership, Guard, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [LinkNamesPrevious];
    /// A link is taken only when its counter is one more than that of the link before it.
    LinkCounts = "MEM-02", Membership, Guard, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [LinkNamesCounter];
    /// A link contains the hash of the link before it.
    LinkNamesPrevious = "MEM-03", Membership, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A link contains the number of operations so far.
    LinkNamesCounter = "MEM-04", Membership, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A link is taken only when its operation changes the list it follows.
    OperationApplies = "MEM-05", Membership, Guard, Must, Reading("R-44"),
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// The hash over the binding of a present device never changes, across links and leaders.
    BindingStable = "MEM-06", Membership, Guard, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A device that left rejoins only with the identity key it had.
    RejoinSameKey = "MEM-07", Membership, Guard, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// The first link a client takes is the first of the meeting or a snapshot.
    ListStartsWhole = "MEM-08", Membership, Guard, Must, Reading("R-45"),
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A snapshot by the same leader says what the links it replaces say.
    SnapshotFaithful = "MEM-09", Membership, Guard, Must, Reading("R-46"),
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A snapshot by a new leader leaves out nobody this client knows of.
    SnapshotKeepsKnown = "MEM-10", Membership, Guard, Must, Reading("R-47"),
        Reject, cite("4.1", "subsubsec:lpl"), needs [];
    /// The leader puts every join on the list.
    JoinListed = "MEM-11", Membership, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.7"), needs [];
    /// The leader puts every leave on the list.
    LeaveListed = "MEM-12", Membership, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.7"), needs [];
    /// The roster shows who has left.
    LeftShown = "MEM-13", Membership, Display, Must, Literal,
        None, cite("2.3.1", "3.7.7"), needs [];
    /// From the fourth leave of a device on, the roster shows how often it left.
    LeavesCounted = "MEM-14", Membership, Display, Must, Literal,
        None, cite("2.3.1", "3.10"), needs [];
    /// The names of those present come from the list, not from the server.
    NamesFromList = "MEM-15", Membership, Display, Must, Literal,
        None, cite("3", "3.7.7"), needs [];
    /// Who left stays displayed as present until this client encrypts under a key unknown to them.
    LeaverShownUntilRekey = "MEM-16", Membership, Display, Must, Literal,
        None, cite("4.1", "subsubsec:keyrotation"), needs [];
    /// The roster shows the certified list and nothing the server says beside it.
    RosterFromList = "MEM-17", Membership, Display, Must, Literal,
        None, cite("2.3.1", "3.7.7"), needs [];
    /// A new leader seals only to announced keys whose binding hash is on the list.
    AnnouncementListed = "MEM-18", Membership, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.7"), needs [];
    /// The leader puts a removal by its user on the list as such, not as a leave.
    KickListed = "MEM-19", Membership, Duty, Must, Reading("R-48"),
        None, cite("3.1", "3.7.8"), needs [];
    /// The leader puts a name that the server relays on the list.
    RenameListed = "MEM-20", Membership, Duty, Must, Literal,
        None, cite("3", "3.7.7"), needs [];
    /// A link counts only once a heartbeat certifies it.
    LinkAwaitsHeartbeat = "MEM-21", Membership, Guard, Must, Reading("R-49"),
        None, cite("2.3.1", "3.7.7"), needs [];
    /// A client that the certified list says was removed leaves.
    KickedLeaves = "MEM-22", Membership, Duty, Must, Reading("R-48"),
        Leave, cite("3.1", "3.7.8"), needs [];
    /// A snapshot by a new leader says what the links before it say.
    SnapshotIdentical = "MEM-23", Membership, Guard, Must, Reading("R-47"),
        Reject, cite("4.1", "subsubsec:lpl"), needs [];
    /// The leaves shown beside a device are those of all devices of its user.
    LeavesOfUser = "MEM-24", Membership, Display, Must, Reading("R-104"),
        None, cite("2.3.1", "3.10"), needs [LeavesCounted];

    // HBT
    /// A heartbeat is taken only when its signature verifies for the leader.
    HeartbeatVerifies = "HBT-01", Heartbeat, Guard, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A heartbeat signs the leader's binding.
    HeartbeatNamesLeader = "HBT-02", Heartbeat, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A heartbeat signs the hash of the list.
    HeartbeatNamesList = "HBT-03", Heartbeat, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A heartbeat signs the version of the list.
    HeartbeatNamesVersion = "HBT-04", Heartbeat, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A heartbeat signs its send counter.
    HeartbeatNamesCount = "HBT-05", Heartbeat, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A heartbeat signs the number of the newest meeting key.
    HeartbeatNamesKey = "HBT-06", Heartbeat, Field, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A heartbeat signs the hash of the heartbeat before it.
    HeartbeatNamesPrevious = "HBT-07", Heartbeat, Field, Must, Literal,
        Reject, cite("4.1", "subsubsec:lpl"), needs [];
    /// A heartbeat signs the leader's timestamp.
    HeartbeatNamesTimestamp = "HBT-08", Heartbeat, Field, Must, Literal,
        Reject, cite("4.1", "subsubsec:lpl"), needs [];
    /// A heartbeat whose send counter does not increase is ignored.
    CountIncreases = "HBT-09", Heartbeat, Guard, Must, Literal,
        Ignore, cite("2.3.1", "3.7.7"), needs [];
    /// A heartbeat is taken only when the list it certifies is one this client has.
    CertifiesKnownLink = "HBT-10", Heartbeat, Guard, Must, Reading("R-50"),
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A heartbeat whose list version is below one certified before is ignored.
    VersionNeverBack = "HBT-11", Heartbeat, Guard, Must, Literal,
        Ignore, cite("2.3.1", "3.7.7"), needs [];
    /// A heartbeat whose key number is below one certified before is ignored.
    KeyNeverBack = "HBT-12", Heartbeat, Guard, Must, Literal,
        Ignore, cite("2.3.1", "3.7.7"), needs [];
    /// A heartbeat is taken only when it names the last one taken before it.
    HistoryContinues = "HBT-13", Heartbeat, Guard, Must, Literal,
        Reject, cite("4.1", "subsubsec:lpl"), needs [HeartbeatNamesPrevious];
    /// A heartbeat is taken only when the leader's timestamp increases.
    TimestampIncreases = "HBT-14", Heartbeat, Guard, Must, Literal,
        Reject, cite("4.1", "subsubsec:lpl"), needs [HeartbeatNamesTimestamp];
    /// The leader sends a heartbeat at least every ten seconds.
    BeatInTime = "HBT-15", Heartbeat, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.7"), needs [];
    /// The leader sends a heartbeat whenever the list or the meeting key changes.
    BeatOnChange = "HBT-16", Heartbeat, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.7"), needs [];
    /// A participant that fails to get ten heartbeats in a row leaves.
    LeaveOnSilence = "HBT-17", Heartbeat, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.7"), needs [];
    /// A heartbeat that comes later after the last key than ten intervals more than the leader's
    /// clock says does not count as received.
    NotStale = "HBT-18", Heartbeat, Guard, Must, Reading("R-52"),
        Ignore, cite("4.1", "subsubsec:lpl"), needs [HeartbeatNamesTimestamp];
    /// A meeting key is used for sending only after a heartbeat certified its number.
    KeyAwaitsHeartbeat = "HBT-19", Heartbeat, Duty, Must, Literal,
        None, cite("4.1", "subsubsec:keyrotation"), needs [];
    /// The send counter of a leader's heartbeats goes 1, 2, 3, ... without a gap.
    CountsByOne = "HBT-20", Heartbeat, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.7"), needs [];
    /// No two heartbeats of a leader have the same timestamp.
    TimestampAdvances = "HBT-21", Heartbeat, Duty, Must, Reading("R-53"),
        None, cite("4.1", "subsubsec:lpl"), needs [HeartbeatNamesTimestamp];
    /// How late a heartbeat comes is held against the one of this leader that came with the least
    /// delay, whatever key it certified.
    AnchorLeastDelayed = "HBT-22", Heartbeat, Duty, Must, Reading("R-52"),
        None, cite("4.1", "subsubsec:lpl"), needs [NotStale];
    /// The first heartbeat that a client takes certifies a list on which it is itself, as it joined
    /// this time, or was until it was removed.
    FirstListsSelf = "HBT-23", Heartbeat, Guard, Must, Reading("R-110"),
        Ignore, cite("4.1", "subsubsec:lpl"), needs [];

    // LIV
    /// Every client posts a liveness nonce when it joins.
    NoncePosted = "LIV-01", Liveness, Duty, Must, Literal,
        None, cite("4.1", "subsubsec:liveness"), needs [];
    /// Every client posts a further liveness nonce at the interval of the meeting's size.
    NonceRenewed = "LIV-02", Liveness, Duty, Must, Literal,
        None, cite("4.1", "subsubsec:liveness"), needs [NoncePosted];
    /// A sealed meeting key is bound to a liveness nonce of its recipient.
    SealNamesNonce = "LIV-03", Liveness, Field, Must, Literal,
        Reject, cite("4.1", "subsubsec:liveness"), needs [];
    /// The leader binds the newest nonce of each recipient.
    SealUsesNewestNonce = "LIV-04", Liveness, Duty, Must, Literal,
        None, cite("4.1", "subsubsec:liveness"), needs [SealNamesNonce];
    /// A sealed key is taken only when bound to one of the recipient's two newest nonces.
    NonceRecent = "LIV-05", Liveness, Guard, Must, Literal,
        Reject, cite("4.1", "subsubsec:liveness"), needs [SealNamesNonce];
    /// Every liveness nonce is freshly generated.
    NonceFresh = "LIV-06", Liveness, Duty, Must, Literal,
        None, cite("4.1", "subsubsec:liveness"), needs [NoncePosted];
    /// No key is sealed to a recipient whose nonce has not arrived.
    NoSealWithoutNonce = "LIV-07", Liveness, Duty, Must, Reading("R-54"),
        None, cite("4.1", "subsubsec:liveness"), needs [SealNamesNonce];
    /// A change of the leader leaves a client's nonces valid.
    NoncesSurviveLeader = "LIV-08", Liveness, Duty, Must, Reading("R-55"),
        None, cite("4.1", "subsubsec:liveness"), needs [SealNamesNonce];

    // ELE
    /// A heartbeat is taken only when its leader is present on the list it certifies.
    LeaderListed = "ELE-01", Election, Guard, Must, Literal,
        Reject, cite("2.3.1", "3.7.7"), needs [];
    /// A participant is shown every change of the leader.
    ChangeNoticed = "ELE-02", Election, Display, Must, Literal,
        None, cite("2.3.1", "3.8"), needs [];
    /// A new leader begins by coalescing the list into a snapshot.
    TakeoverCoalesces = "ELE-03", Election, Duty, Must, Literal,
        None, cite("2.3.1", "3.7.7"), needs [];
    /// A new leader numbers its first key one above the newest it knows.
    TakeoverNumbersKey = "ELE-04", Election, Duty, Must, Reading("R-56"),
        None, cite("2.3.1", "3.7.7"), needs [];
    /// A new leader rotates the meeting key at once.
    TakeoverRotates = "ELE-05", Election, Duty, Must, Reading("R-57"),
        None, cite("2.3.1", "3.7.7"), needs [];
    /// A new leader's first heartbeat names the last one it took.
    TakeoverContinues = "ELE-06", Election, Duty, Must, Reading("R-51"),
        None, cite("4.1", "subsubsec:lpl"), needs [HeartbeatNamesPrevious];
    /// A leader that is told of another one stops leading.
    LeaderStepsDown = "ELE-07", Election, Duty, Must, Reading("R-58"),
        None, cite("2.3.1", "3.7.7"), needs [];
    /// The new leader itself is shown no notice to check codes.
    OnlyOthersNoticed = "ELE-08", Election, Display, Must, Literal,
        None, cite("2.3.1", "3.8"), needs [];
    /// Keys that no heartbeat certified are dropped when the leader changes.
    UncertifiedDropped = "ELE-09", Election, Duty, Must, Reading("R-59"),
        None, cite("4.1", "subsubsec:lpl"), needs [KeyAwaitsHeartbeat];
    /// Another leader is followed only when the list has it present with the binding it announces.
    LeaderBound = "ELE-10", Election, Guard, Must, Reading("R-74"),
        Reject, cite("2.3.1", "3.7.7"), needs [];

    // LCK
    /// Locking or unlocking puts a link on the list.
    LockListed = "LCK-01", Lock, Duty, Must, Literal,
        None, cite("3.1", "3.7.8"), needs [];
    /// While the meeting is locked the leader admits nobody new.
    LockedAdmitsNobodyNew = "LCK-02", Lock, Guard, Must, Literal,
        Reject, cite("3.1", "3.7.8"), needs [];
    /// While the meeting is locked the leader readmits who left and returns with the same key.
    LockedRejoinAllowed = "LCK-03", Lock, Duty, Must, Literal,
        None, cite("3.1", "3.7.8"), needs [];
    /// While the meeting is locked the leader does not readmit who was removed.
    KickedStaysOut = "LCK-04", Lock, Guard, Must, Reading("R-48"),
        Reject, cite("3.1", "3.7.8"), needs [KickListed];
    /// The meeting is shown as locked exactly when the certified list says so.
    LockFromList = "LCK-05", Lock, Display, Must, Literal,
        None, cite("3.1", "3.7.8"), needs [];
    /// A warning is shown when a locked meeting becomes unlocked.
    UnlockWarned = "LCK-06", Lock, Display, Must, Literal,
        None, cite("3.1", "3.7.8"), needs [];
    /// A participant of a locked meeting leaves when the new leader was not on the list.
    LockedLeaderKnown = "LCK-07", Lock, Guard, Must, Literal,
        Leave, cite("3.1", "3.7.8"), needs [];
    /// A new leader copies the lock into its snapshot.
    LockCopied = "LCK-08", Lock, Duty, Must, Reading("R-62"),
        None, cite("3.1", "3.7.8"), needs [TakeoverCoalesces];
    /// A co-host's request is taken only when its signature verifies.
    RequestVerifies = "LCK-09", Lock, Guard, Must, Literal,
        Reject, cite("3.1", "3.7.8"), needs [];
    /// A co-host's request signs the hash of the latest link.
    RequestNamesHead = "LCK-10", Lock, Field, Must, Literal,
        Reject, cite("3.1", "3.7.8"), needs [];
    /// A co-host's request is taken only for the list as it is now.
    RequestMatchesHead = "LCK-11", Lock, Guard, Must, Literal,
        Reject, cite("3.1", "3.7.8"), needs [RequestNamesHead];
    /// A co-host's request is taken only from a device that is present on the list.
    RequesterListed = "LCK-12", Lock, Guard, Must, Literal,
        Reject, cite("3.1", "3.7.8"), needs [];
    /// A co-host tries again when the list changed before its request was processed.
    RequestRetried = "LCK-13", Lock, Duty, Must, Literal,
        None, cite("3.1", "3.7.8"), needs [];
    /// A co-host's request signs the meeting ID.
    RequestNamesMeeting = "LCK-14", Lock, Field, Must, Reading("R-63"),
        Reject, cite("3.1", "3.7.8"), needs [];
    /// A co-host's request signs the UUID of the meeting instance.
    RequestNamesInstance = "LCK-15", Lock, Field, Must, Reading("R-63"),
        Reject, cite("3.1", "3.7.8"), needs [];
    /// A co-host's request signs whether it locks or unlocks.
    RequestNamesOperation = "LCK-16", Lock, Field, Must, Reading("R-63"),
        Reject, cite("3.1", "3.7.8"), needs [];

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
    /// The stream key depends on the sender's hardware ID.
    SubkeyNamesDevice = "MED-10", Media, Field, Must, Ours,
        Reject, cite("4.6", "7.6.5"), needs [];
    /// A packet is played only when the list has the device it is said to be of as present.
    SenderListed = "MED-11", Media, Guard, Must, Reading("R-100"),
        Ignore, cite("2.3.1", "3.9"), needs [];

    // BRK: breakout rooms
    /// Who is present and, as the server says, in a breakout room is shown as being in one.
    InRoomShown = "BRK-01", Breakout, Display, Must, Literal,
        None, cite("3.3", "3.9"), needs [];
    /// Who stepped out for a room comes back to the meeting that it left, as a participant.
    ReturnsToMeeting = "BRK-02", Breakout, Guard, Must, Reading("R-95"),
        Reject, cite("3.3", "3.9"), needs [];
    /// Who comes back goes on with the list and the heartbeats as it left them.
    ReturnContinues = "BRK-03", Breakout, Duty, Must, Reading("R-95"),
        None, cite("3.3", "3.9"), needs [];
    /// Who comes back leads only when it has caught up with what went on without it.
    ReturnFollowsFirst = "BRK-04", Breakout, Guard, Must, Reading("R-95"),
        Reject, cite("3.3", "3.9"), needs [ReturnContinues];

    // SIG: what a link is
    /// A link is of a type that its chain has.
    LinkTypeKnown = "SIG-01", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:sigchains, condition 1"), needs [];
    /// A link has the fields of its type, and nothing else.
    LinkFieldsFit = "SIG-02", Sigchain, Structural, Must, Literal,
        Reject, cite("4.6", "subsec:sigchains, condition 2"), needs [];
    /// A link carries the hash of the link before it, the first one zeros.
    LinkCarriesHash = "SIG-03", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:sigchains, condition 4"), needs [];
    /// The links of a chain are numbered 1, 2, 3, ... without a gap.
    LinkNumberByOne = "SIG-04", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, EmailChange"), needs [];
    /// A link names the type of the chain it stands in.
    LinkOfChainType = "SIG-05", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, EmailChange"), needs [];
    /// A link names the cloud of its chain.
    LinkOfCloud = "SIG-06", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, EmailChange"), needs [];
    /// A link names the user, the email address or the account that its chain is about.
    LinkOfSubject = "SIG-07", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, EmailChange"), needs [];
    /// The chain of a user begins with a root, and has no other.
    RootFirst = "SIG-08", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, UserRoot"), needs [];
    /// What is served of a chain that is known already contains the tail that is known.
    ChainExtends = "SIG-09", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:sigchains"), needs [];

    // SIG: who signs a link
    /// A link that a device authorizes carries a valid signature of that device.
    SignerVerifies = "SIG-10", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:sigchains, condition 5"), needs [];
    /// A link that brings a signing key carries a valid signature under that key.
    NewKeySigns = "SIG-11", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, DeviceAdd"), needs [];
    /// A link that replaces the keys of a device carries a valid signature under the old one.
    OldKeySigns = "SIG-12", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, DeviceKeyRotate"), needs [];
    /// Who signs a link is a device that was active before it.
    SignerActive = "SIG-13", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:sigchains"), needs [];
    /// A link carries the signatures that it must, and no others.
    SignaturesExact = "SIG-14", Sigchain, Guard, Must, Reading("R-113"),
        Reject, cite("4.6", "subsec:sigchains, condition 5"), needs [];
    /// A signature on a link covers the types of the chain and of the link.
    LinkSigNamesType = "SIG-15", Sigchain, Field, Must, Reading("R-112"),
        Reject, cite("4.6", "subsec:sigchains, condition 5"), needs [];
    /// A signature on a link covers the number of the link.
    LinkSigNamesNumber = "SIG-16", Sigchain, Field, Must, Reading("R-112"),
        Reject, cite("4.6", "subsec:sigchains, condition 5"), needs [];
    /// A signature on a link covers the hash of the link before it.
    LinkSigNamesPrevious = "SIG-17", Sigchain, Field, Must, Reading("R-112"),
        Reject, cite("4.6", "subsec:sigchains, condition 5"), needs [];
    /// A signature on a link covers the cloud.
    LinkSigNamesCloud = "SIG-18", Sigchain, Field, Must, Reading("R-112"),
        Reject, cite("4.6", "subsec:sigchains, condition 5"), needs [];
    /// A signature on a link covers the user whose chain it is.
    LinkSigNamesSubject = "SIG-19", Sigchain, Field, Must, Reading("R-112"),
        Reject, cite("4.6", "subsec:sigchains, condition 5"), needs [];
    /// A signature on a link covers the fields of the link's type.
    LinkSigNamesBody = "SIG-20", Sigchain, Field, Must, Reading("R-112"),
        Reject, cite("4.6", "subsec:sigchains, condition 5"), needs [];
    /// The hash of a link covers its signatures.
    LinkHashNamesSignatures = "SIG-21", Sigchain, Field, Must, Literal,
        Reject, cite("4.6", "subsec:sigchains, condition 5"), needs [];

    // SIG: what is told of a link, and to whom
    /// What is disclosed of a link is what the link committed to.
    CommitmentOpens = "SIG-22", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:sigchains"), needs [];
    /// A commitment depends on its random key.
    CommitmentKeyed = "SIG-23", Sigchain, Field, Must, Literal,
        Reject, cite("4.6", "subsec:sigchains"), needs [];
    /// The links that move an email address, on both chains, name each other's numbers.
    EmailNumbersAgree = "SIG-24", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, EmailChange"), needs [];
    /// An address is that of the user whom the last link of its chain names.
    EmailHeldByUser = "SIG-25", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "Overview of Sigchain Types"), needs [];
    /// A fingerprint depends on the tail of the user's chain.
    FingerprintNamesUser = "SIG-26", Sigchain, Field, Must, Literal,
        Reject, cite("4.6", "subsec:fingerprints"), needs [];
    /// A fingerprint depends on the tail of the account's chain.
    FingerprintNamesAccount = "SIG-27", Sigchain, Field, Must, Literal,
        Reject, cite("4.6", "subsec:fingerprints"), needs [];
    /// A fingerprint is the same as another only where the chains are the same.
    FingerprintCompared = "SIG-28", Sigchain, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:fingerprints"), needs [];

    // SIG: what a client shows and concludes of addresses, accounts and memberships
    /// A user is told of every change of the address, also to what it was.
    AddressChangeTold = "SIG-33", Sigchain, Display, Must, Reading("R-164"),
        None, cite("4.6", "subsubsec:devicemgmt"), needs [];
    /// A user is told of every change of the account.
    AccountChangeTold = "SIG-34", Sigchain, Display, Must, Literal,
        None, cite("3.3", "4.8.1"), needs [];
    /// Nobody but the user is told of a user's new address.
    AddressKeptFromOthers = "SIG-35", Sigchain, Display, Must, Literal,
        None, cite("4.6", "3.3.1"), needs [];
    /// Who dealt with an address is told when another user had it since, also if it was given back.
    TakeoverTold = "SIG-36", Sigchain, Display, Must, Reading("R-166"),
        None, cite("4.6", "3.3.1"), needs [];
    /// An address counts as never another's only where every link of its chain tells its user.
    UntoldIsUnknown = "SIG-37", Sigchain, Display, Must, Reading("R-166"),
        None, cite("4.6", "3.5.4"), needs [];
    /// A user is shown every address and every account so far.
    AddressesListed = "SIG-38", Sigchain, Display, Must, Literal,
        None, cite("4.6", "subsubsec:devicemgmt"), needs [];
    /// The fingerprint beside a list of devices is that of the chain that the list is of.
    FingerprintOfShown = "SIG-39", Sigchain, Display, Must, Literal,
        None, cite("4.6", "subsubsec:devicemgmt"), needs [];
    /// A user is in an account only where the membership chain adds the user at the place that the user's chain gives.
    MemberAtPlace = "SIG-40", Sigchain, Guard, Must, Reading("R-167"),
        Reject, cite("4.6", "subsubsec:usersigchains, AccountChange"), needs [];
    /// Nobody counts as still in an account unless every later removal is disclosed.
    MemberUnlessHidden = "SIG-41", Sigchain, Display, Must, Reading("R-167"),
        None, cite("4.6", "3.5.6"), needs [];

    // FAM: which devices there are
    /// The identifier of a new device was never one of another device of the user.
    DeviceIdNew = "FAM-01", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, DeviceAdd"), needs [];
    /// The keys of a device were never those of another device of the user, or older ones of it.
    DeviceKeysNew = "FAM-02", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, DeviceAddAndApprove"), needs [];
    /// Two devices of a user never have the same name and version.
    DeviceNameNew = "FAM-03", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, DeviceAdd"), needs [];
    /// Only an active device is revoked.
    RevokedWasActive = "FAM-04", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:sigchains"), needs [];
    /// A key that was replaced signs no link.
    ReplacedKeySilent = "FAM-05", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, DeviceKeyRotate"), needs [];
    /// An approval puts the device that approves and every younger active one into one class.
    ApprovalJoins = "FAM-06", Family, Display, Must, Literal,
        None, cite("4.6", "subsec:multidev"), needs [];

    // FAM: per-user keys
    /// A link that adds a device brings new per-user keys.
    AddBringsKeys = "FAM-07", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, DeviceAdd"), needs [];
    /// A link by which a device revokes others brings new per-user keys.
    RevokeBringsKeys = "FAM-08", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, DeviceRevoke"), needs [];
    /// A link that rotates keys brings new per-user keys.
    RotateBringsKeys = "FAM-09", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, DeviceKeyRotate"), needs [];
    /// A revocation that no device signed brings no per-user keys.
    ServerBringsNoKeys = "FAM-10", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, DeviceRevoke"), needs [];
    /// A device that revokes itself brings no per-user keys.
    LeaverBringsNoKeys = "FAM-11", Family, Guard, Must, Reading("R-98"),
        Reject, cite("4.6", "subsubsec:usersigchains, PerUserKeyRotate"), needs [];
    /// Per-user keys are none that the chain had before.
    UserKeysNew = "FAM-12", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:puks"), needs [];
    /// Per-user keys are hybrid only when every active device has a Kyber key.
    HybridWhenAll = "FAM-13", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];
    /// When every active device has a Kyber key, new per-user keys are hybrid.
    HybridOnceAll = "FAM-14", Family, Guard, Must, Reading("R-116"),
        Reject, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];
    /// Each per-user key is derived from its seed under a context string of its own.
    UserKeysByContext = "FAM-15", Family, Field, Must, Literal,
        Reject, cite("4.6", "subsubsec:puks"), needs [];
    /// A device takes a seed only when the published keys are derived from it.
    SeedMatchesKeys = "FAM-16", Family, Guard, Must, Reading("R-117"),
        Reject, cite("4.6", "subsubsec:puks"), needs [];

    // FAM: lockdown
    /// Lockdown is switched only by a device of the oldest class that has an active device.
    LockdownByOldest = "FAM-17", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:lockdownmode"), needs [];
    /// Lockdown begins only while all active devices are of one class.
    LockdownNeedsOneClass = "FAM-18", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, LockdownMode"), needs [];
    /// In lockdown only a confirmed device brings per-user keys.
    LockdownKeysConfirmed = "FAM-19", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:lockdownmode"), needs [];
    /// In lockdown only a confirmed device approves.
    LockdownApprovesConfirmed = "FAM-20", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:lockdownmode"), needs [];

    // FAM: backup keys
    /// What is no backup key, also with one character mended, is refused.
    BackupKeySums = "FAM-21", Family, Guard, Must, Reading("R-131"),
        Reject, cite("4.6", "subsubsec:backupkeys"), needs [];
    /// One mistaken character of the private part of a backup key is mended.
    BackupKeyMended = "FAM-22", Family, Structural, Must, Reading("R-131"),
        None, cite("4.6", "subsubsec:backupkeys"), needs [];
    /// A backup key is read whatever its case and spacing, and with letters taken for digits like them.
    BackupKeyRead = "FAM-23", Family, Structural, Must, Reading("R-131"),
        None, cite("4.6", "subsubsec:backupkeys"), needs [];

    // FAM: contacts
    /// An active device that was seen, or that one that was seen trusts, brings no warning.
    ContactTrusted = "FAM-24", Family, Display, Must, Reading("R-133"),
        None, cite("4.6", "subsec:contactsync, warning 1"), needs [];
    /// The first meeting with an untrusted device of a user who was seen is said to be that.
    ContactNewDevice = "FAM-25", Family, Display, Must, Literal,
        None, cite("4.6", "subsec:contactsync, warning 2"), needs [];
    /// The first meeting with a user is said to be that.
    ContactNewPerson = "FAM-26", Family, Display, Must, Literal,
        None, cite("4.6", "subsec:contactsync, warning 3"), needs [];
    /// A record that a revoked device signed does not count.
    ContactRecordSigner = "FAM-27", Family, Guard, Must, Literal,
        Ignore, cite("4.6", "subsec:contactsync"), needs [];
    /// Only a meeting that was long and small enough, or in which the other spoke, is recorded.
    ContactMeetingCounts = "FAM-28", Family, Guard, Must, Literal,
        Ignore, cite("4.6", "subsec:contactsync, steps 1 and 2"), needs [];

    // FAM: seeds of per-user keys between devices
    /// A seed is taken only from a box whose authenticated decryption succeeds.
    SeedBoxOpens = "FAM-29", Family, Structural, Must, Reading("R-143"),
        Reject, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];
    /// A seed is taken only from a device of the user that was not revoked when its generation began.
    SeedFromDevice = "FAM-30", Family, Guard, Must, Reading("R-144"),
        Reject, cite("4.6", "subsubsec:puks"), needs [];
    /// Between two devices with Kyber keys a seed is taken only from a hybrid box.
    SeedBoxHybrid = "FAM-31", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];
    /// The seed of hybrid keys is taken only from a hybrid box.
    HybridSeedHybridBox = "FAM-32", Family, Guard, Must, Reading("R-145"),
        Reject, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];
    /// The box of a seed is bound to the user.
    SeedBoxNamesUser = "FAM-33", Family, Field, Must, Reading("R-143"),
        Reject, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];
    /// The box of a seed is bound to the device that sealed it.
    SeedBoxNamesSender = "FAM-34", Family, Field, Must, Reading("R-143"),
        Reject, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];
    /// The box of a seed is bound to the device that it is for.
    SeedBoxNamesRecipient = "FAM-35", Family, Field, Must, Reading("R-143"),
        Reject, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];
    /// The box of a seed is bound to the generation of the seed.
    SeedBoxNamesGeneration = "FAM-36", Family, Field, Must, Reading("R-143"),
        Reject, cite("4.6", "subsubsec:puks"), needs [];
    /// The box of a seed has context strings of its own.
    SeedBoxNamesContext = "FAM-37", Family, Field, Must, Reading("R-143"),
        Reject, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];
    /// Who makes a seed seals it for every other device of the user.
    SeedForEveryDevice = "FAM-38", Family, Duty, Must, Reading("R-146"),
        None, cite("4.6", "subsubsec:puks"), needs [];
    /// Nobody seals a seed for a revoked device.
    SeedNotForRevoked = "FAM-39", Family, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:puks"), needs [];
    /// Who approves seals every seed it knows for each device that it approves.
    SeedsForApproved = "FAM-40", Family, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:puks"), needs [];
    /// In lockdown nobody seals a seed for a device that is not confirmed.
    SeedsForConfirmed = "FAM-41", Family, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:lockdownmode"), needs [];
    /// Who rotates the keys of a device seals every seed it knows for the new key.
    SeedsForNewKey = "FAM-42", Family, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:usersigchains, DeviceKeyRotate"), needs [];
    /// Nobody seals an older seed for a device of another approval class.
    OldSeedsWithinClass = "FAM-55", Family, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:puks"), needs [];
    /// Nobody seals the seed of hybrid keys in a classic box.
    HybridSeedWithheld = "FAM-56", Family, Duty, Must, Reading("R-145"),
        None, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];

    // FAM: content and contact records under symmetric per-user keys
    /// What is sealed under a per-user key is read only where its authenticated decryption succeeds.
    ContentOpens = "FAM-43", Family, Structural, Must, Reading("R-147"),
        Reject, cite("4.6", "subsubsec:puks"), needs [];
    /// A device seals content and records under the newest per-user key of the user alone.
    ContentUnderNewest = "FAM-44", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:puks"), needs [];
    /// Under a per-user key that is stale a device seals nothing.
    ContentUnderFresh = "FAM-45", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains, PerUserKeyRotate"), needs [];
    /// What is sealed under a per-user key is bound to the user.
    ContentNamesUser = "FAM-46", Family, Field, Must, Reading("R-147"),
        Reject, cite("4.6", "subsubsec:puks"), needs [];
    /// What is sealed under a per-user key is bound to the generation of the key.
    ContentNamesGeneration = "FAM-47", Family, Field, Must, Reading("R-147"),
        Reject, cite("4.6", "subsubsec:puks"), needs [];
    /// Content and contact records are sealed under context strings of their own.
    ContentNamesUse = "FAM-48", Family, Field, Must, Reading("R-147"),
        Reject, cite("4.6", "subsubsec:puks"), needs [];
    /// A filed record counts only with a signature of the device that it is filed under.
    ContactFiledSigned = "FAM-49", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:contactsync"), needs [];
    /// That signature is over the device.
    ContactSigNamesDevice = "FAM-50", Family, Field, Must, Reading("R-148"),
        Reject, cite("4.6", "subsec:contactsync"), needs [];
    /// That signature is over the tag.
    ContactSigNamesTag = "FAM-51", Family, Field, Must, Reading("R-148"),
        Reject, cite("4.6", "subsec:contactsync"), needs [];
    /// That signature is over what is sealed.
    ContactSigNamesRecord = "FAM-52", Family, Field, Must, Literal,
        Reject, cite("4.6", "subsec:contactsync"), needs [];
    /// A filed record counts only with the tag of the user it is asked for.
    ContactTagged = "FAM-53", Family, Guard, Must, Reading("R-148"),
        Reject, cite("4.6", "subsec:contactsync"), needs [];
    /// The tag of a record depends on the per-user key.
    ContactTagKeyed = "FAM-54", Family, Field, Must, Literal,
        Reject, cite("4.6", "subsec:contactsync"), needs [];

    // FAM: what a client shows of its user's devices, and what it does of itself
    /// A user is told of every device that came or went since the last look, also of one that did both.
    ChangesTold = "FAM-57", Family, Display, Must, Reading("R-164"),
        None, cite("4.6", "subsubsec:devicemgmt"), needs [];
    /// What is new counts from what the user was shown, not from what the client has checked.
    NewSinceShown = "FAM-74", Family, Display, Must, Reading("R-164"),
        None, cite("4.6", "subsubsec:devicemgmt"), needs [];
    /// What nobody signed is shown as the server's.
    ServerMakesShown = "FAM-58", Family, Display, Must, Literal,
        None, cite("2.3.1", "4.2"), needs [];
    /// What a device made that the viewing device does not trust is not shown as the user's.
    TrustedIsUser = "FAM-59", Family, Display, Must, Reading("R-165"),
        None, cite("2.3.1", "4.2"), needs [];
    /// A device that another one from outside its approval class gave keys is not taken for the user's.
    TakenOverNotUser = "FAM-75", Family, Display, Must, Reading("R-165"),
        None, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// A user is told of every device that another one from outside its approval class gave keys.
    TakenOverTold = "FAM-77", Family, Display, Must, Reading("R-164"),
        None, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The list of devices has the revoked ones, and tells them from the active ones.
    RevokedListed = "FAM-60", Family, Display, Must, Literal,
        None, cite("4.6", "subsubsec:devicemgmt"), needs [];
    /// A device is listed with the last name that the chain gives it.
    ListedByLastName = "FAM-61", Family, Display, Must, Literal,
        None, cite("4.6", "subsubsec:devicemgmt"), needs [];
    /// A user is asked about every active device that the viewing device does not trust, new or not.
    ReviewAsked = "FAM-62", Family, Display, Must, Reading("R-165"),
        None, cite("4.6", "subsubsec:devicemgmt"), needs [];
    /// A device that may makes new per-user keys when they are stale.
    KeysRemade = "FAM-63", Family, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:usersigchains, PerUserKeyRotate"), needs [];

    // FAM: what a client writes
    /// A client writes no link that verifiers would refuse.
    WritesAdmissible = "FAM-64", Family, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:sigchains"), needs [];
    /// A link that approves or trusts devices is written only where its user was shown all of them.
    ApprovesShown = "FAM-65", Family, Guard, Must, Reading("R-168"),
        Reject, cite("4.6", "subsubsec:devicemgmt"), needs [];
    /// A link that approves or trusts devices is written only where its user was shown every one that
    /// another from outside its approval class gave keys.
    ApprovesShownKeys = "FAM-76", Family, Guard, Must, Reading("R-168"),
        Reject, cite("4.6", "subsubsec:devicemgmt"), needs [];
    /// A name that was a device's before is given again with the next version.
    NameNextVersion = "FAM-66", Family, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:usersigchains, DeviceAdd"), needs [];

    // FAM: what others seal for public per-user keys
    /// What is sealed for a user is read only where its authenticated decryption succeeds.
    UserBoxOpens = "FAM-67", Family, Structural, Must, Reading("R-169"),
        Reject, cite("4.6", "subsubsec:puks"), needs [];
    /// What is sealed for a user counts only with a signature of a device of its author.
    UserBoxSigned = "FAM-68", Family, Guard, Must, Literal,
        Reject, cite("4.6", "3.11.4"), needs [];
    /// What is sealed for a user is bound to its author.
    UserBoxNamesAuthor = "FAM-69", Family, Field, Must, Reading("R-169"),
        Reject, cite("4.6", "3.11.4"), needs [];
    /// What is sealed for a user is bound to that user.
    UserBoxNamesRecipient = "FAM-70", Family, Field, Must, Reading("R-169"),
        Reject, cite("4.6", "subsubsec:puks"), needs [];
    /// What is sealed for a user is bound to the device that signs it.
    UserBoxNamesDevice = "FAM-78", Family, Field, Must, Reading("R-169"),
        Reject, cite("4.6", "3.11.4"), needs [];
    /// What is sealed for a user with hybrid per-user keys is sealed in a hybrid box.
    UserBoxHybrid = "FAM-71", Family, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];
    /// Nothing is sealed for a user whose per-user keys are stale.
    SealedUnderFresh = "FAM-72", Family, Guard, Should, Reading("R-170"),
        Reject, cite("4.6", "3.11.5"), needs [];
    /// Whoever reads what a device signed that is revoked is shown that it is.
    RevokedSignerShown = "FAM-73", Family, Display, Must, Reading("R-171"),
        None, cite("4.6", "3.11.4"), needs [];

    // DEV: keys at rest
    /// A stored key is used only when its authenticated decryption succeeds.
    StoredKeyOpens = "DEV-21", Device, Structural, Must, Literal,
        Reject, cite("4.6", "subsec:lks"), needs [];
    /// A stored key is used only when what was stored commits to it.
    StoredKeyCommits = "DEV-22", Device, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:lks"), needs [];
    /// A stored key is bound to the context string of stored keys.
    StoreNamesContext = "DEV-23", Device, Field, Must, Literal,
        Reject, cite("4.6", "subsec:lks, step 2"), needs [];

    // ATT: what a participant shows beside its binding
    /// An attestation comes with a signature of the identity key that its holder joined with.
    AttestationSigned = "ATT-01", Attestation, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:idpattestationmeetings"), needs [];
    /// That signature is over the attestation.
    AttestationSigNamesToken = "ATT-02", Attestation, Field, Must, Literal,
        Reject, cite("4.6", "subsec:idpattestationmeetings"), needs [];
    /// That signature is over the account's domain.
    AttestationSigNamesDomain = "ATT-03", Attestation, Field, Must, Literal,
        Reject, cite("4.6", "subsec:idpattestationmeetings"), needs [];
    /// The domain that the holder signed is the one that the server gives.
    DomainAsServed = "ATT-04", Attestation, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:idpattestationmeetings"), needs [];

    // ATT: who may speak for a domain
    /// The issuer is the provider that the domain's record names for the cloud.
    ProviderOfRecord = "ATT-05", Attestation, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:validateattestation, step 1"), needs [];
    /// The issuer is the provider that the server names.
    ProviderAsServed = "ATT-06", Attestation, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:validateattestation, step 1"), needs [];
    /// An attestation is signed with one of the issuer's keys.
    TokenVerifies = "ATT-07", Attestation, Structural, Must, Literal,
        Reject, cite("4.6", "subsec:validateattestation, step 3"), needs [];
    /// It is signed under RS256 or ES256 and a key that is fit for it.
    TokenAlgorithmPublic = "ATT-08", Attestation, Guard, Must, Reading("R-126"),
        Reject, cite("4.6", "subsec:validateattestation, step 3"), needs [];

    // ATT: what an attestation says
    /// An attestation that has expired is none.
    TokenUnexpired = "ATT-09", Attestation, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:validateattestation, step 3"), needs [];
    /// An attestation counts from its issue time on, and not before it says.
    TokenIssued = "ATT-10", Attestation, Guard, Must, Reading("R-127"),
        Reject, cite("4.6", "IDP Attestations"), needs [];
    /// An attestation has no audience.
    TokenForEverybody = "ATT-11", Attestation, Guard, Must, Reading("R-127"),
        Reject, cite("4.6", "IDP Attestations"), needs [];
    /// Its address is the one that the server gives.
    AddressAsServed = "ATT-12", Attestation, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:validateattestation, step 4"), needs [];
    /// Its snapshot is that of the identity key in the binding.
    SnapshotOfBinding = "ATT-13", Attestation, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:idpattestationmeetings"), needs [];

    // ATT: sharing
    /// An attestation is handed out for a token that was made with the device's key in this meeting.
    SharingTokenVerifies = "ATT-14", Attestation, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:idpattestationmeetings"), needs [];
    /// A sharing token says whether the address goes with the attestation.
    SharingNamesAddress = "ATT-15", Attestation, Field, Must, Literal,
        Reject, cite("4.6", "subsec:idpattestationmeetings"), needs [];
    /// A sharing token serves for 24 hours.
    SharingTokenLives = "ATT-16", Attestation, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:idpattestationmeetings"), needs [];
    /// The time from which a sharing token counts is part of it.
    SharingNamesTime = "ATT-17", Attestation, Field, Must, Reading("R-129"),
        Reject, cite("4.6", "subsec:idpattestationmeetings"), needs [];

    // DEV: the certificates of the server's key
    /// A chain of the server is read only from certificates within the limits, with nothing critical in them that is not understood.
    ChainReadable = "DEV-24", Device, Structural, Must, Reading("R-134"),
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// The last certificate of the server's chain is signed by the pinned root.
    ChainFromRoot = "DEV-25", Device, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// Every other certificate of the chain is signed by the next one.
    ChainSigned = "DEV-26", Device, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// Every certificate of the chain names the next one, or the root, as its issuer.
    ChainNamesIssuers = "DEV-27", Device, Guard, Must, Reading("R-134"),
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// Every certificate of the chain but the server's is that of an authority.
    IntermediateIsAuthority = "DEV-28", Device, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// The key of every such authority is for signing certificates.
    IntermediateMayIssue = "DEV-29", Device, Guard, Must, Reading("R-134"),
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// No authority of the chain has more authorities below it than its certificate allows.
    PathLengthKept = "DEV-30", Device, Guard, Must, Reading("R-134"),
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// The server's certificate is no authority's, and its key is for signatures.
    ServerKeySigns = "DEV-31", Device, Guard, Must, Reading("R-134"),
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// A certificate of the chain that names purposes names that of servers.
    ChainForServers = "DEV-32", Device, Guard, Must, Reading("R-134"),
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// The server's certificate is for the domain that the client trusts.
    ServerOfDomain = "DEV-33", Device, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// No authority of the chain vouches for a domain that its certificate, or one above it, does not permit.
    NamesPermitted = "DEV-34", Device, Guard, Must, Reading("R-137"),
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// Every certificate of the chain is within its period.
    ChainValidNow = "DEV-35", Device, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// The period of a server's certificate is a week at most.
    ServerKeyLivesAWeek = "DEV-36", Device, Guard, Must, Reading("R-136"),
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// Every certificate of the chain but the server's comes with an OCSP response.
    OcspStapled = "DEV-37", Device, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// An OCSP response is signed by the key of the certificate's issuer.
    OcspSigned = "DEV-38", Device, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// An OCSP response is about the certificate that it comes with.
    OcspOfCertificate = "DEV-39", Device, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// An OCSP response is within its period.
    OcspCurrent = "DEV-40", Device, Guard, Must, Reading("R-136"),
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// A certificate that its OCSP response says to be revoked is refused.
    OcspNotRevoked = "DEV-41", Device, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// An OCSP response is one successful basic answer by SHA-256, with nothing critical in it that is not understood and no delegate's.
    OcspReadable = "DEV-42", Device, Structural, Must, Reading("R-135"),
        Reject, cite("4.6", "subsubsec:servercert"), needs [];
    /// A certificate that its issuer does not know is refused.
    OcspKnown = "DEV-43", Device, Guard, Must, Reading("R-135"),
        Reject, cite("4.6", "subsubsec:servercert"), needs [];

    // IDN: what is signed
    /// A binding is over the tails of the chains of who joins.
    BindingNamesTails = "IDN-01", Identity, Field, Must, Literal,
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// The statement of the server is over the tails of the chains of whom it is about.
    StatementNamesTails = "IDN-02", Identity, Field, Must, Literal,
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// The snapshot of an attestation has the tails of its holder's chains.
    SnapshotNamesTails = "IDN-03", Identity, Field, Must, Literal,
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];

    // IDN: what is served
    /// The chains that are served end in the tails of the server's statement.
    ChainsAsStated = "IDN-04", Identity, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// The chains that are served end in the tails of the binding.
    ChainsAsBound = "IDN-05", Identity, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// The identity key of a binding is one that a device of the user's chain has or had.
    KeyOfUser = "IDN-06", Identity, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// The identity key of a binding is not one that the chain has replaced.
    KeyNotReplaced = "IDN-15", Identity, Guard, Must, Reading("R-142"),
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// Nobody is displayed as a user whose chain has revoked the device in use.
    DeviceInUseActive = "IDN-07", Identity, Guard, Must, Reading("R-142"),
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// An account is displayed only where the user's chain discloses it as the newest.
    AccountOfUser = "IDN-08", Identity, Guard, Must, Reading("R-140"),
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// An address or an account is left out only where the user's chain has none.
    MissingIsNone = "IDN-09", Identity, Guard, Must, Reading("R-140"),
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// Who has no chain is displayed without an address, an account and an attestation.
    GuestNameless = "IDN-10", Identity, Guard, Must, Reading("R-140"),
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];

    // IDN: attestations of earlier days
    /// The tails of an attestation lie on the chains that are served.
    AttestedOnChains = "IDN-11", Identity, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [SnapshotNamesTails];
    /// No link behind the tails of an attestation changes the user's address or account.
    NothingChangedSince = "IDN-12", Identity, Guard, Must, Reading("R-141"),
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [SnapshotNamesTails];
    /// A device that was added behind the tails of an attestation was approved by one that was there.
    DeviceReviewed = "IDN-14", Identity, Guard, Must, Reading("R-149"),
        Reject, cite("4.6", "subsec:snapshots"), needs [SnapshotNamesTails];
    /// The snapshot of an attestation is one with tails, over an identity key that the user's chain has or had.
    SnapshotKeyOfUser = "IDN-13", Identity, Guard, Must, Reading("R-142"),
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];

    // IDN: the statement of the key server
    /// A key from the key server counts only with a statement that is signed with it.
    KeyStatementSigned = "IDN-16", Identity, Guard, Must, Literal,
        Reject, cite("2.3.1", "3.6"), needs [];
    /// The statement that a key signs about itself names the user.
    KeyStatementNamesUser = "IDN-17", Identity, Field, Must, Literal,
        Reject, cite("2.3.1", "3.6"), needs [];
    /// The statement that a key signs about itself names the device.
    KeyStatementNamesDevice = "IDN-18", Identity, Field, Must, Literal,
        Reject, cite("2.3.1", "3.6"), needs [];

    // IDN: with the tree
    /// Where clients look into the tree, it has every tail of a participant as the newest of its chain.
    TailsLookedUp = "IDN-19", Identity, Guard, Must, Reading("R-173"),
        Reject, cite("4.6", "sec:ztt"), needs [];
    /// Where clients look into the tree, the provider that vouches is the one that the account's chain names.
    ProviderAsInTree = "IDN-20", Identity, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:adnToIdp"), needs [];
    /// Identifiers are displayed only of whom a provider vouches for, or whose chains the tree has.
    ShownWithProof = "IDN-21", Identity, Display, Must, Reading("R-174"),
        None, cite("3.3", "4.3"), needs [];

    // IDN: over a meeting
    /// Nothing is displayed of a participant before the check has ended well.
    ShownWhenChecked = "IDN-22", Identity, Display, Must, Literal,
        None, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// A check that fails takes back what was displayed, and is shown.
    FailureTakesBack = "IDN-23", Identity, Display, Must, Reading("R-175"),
        None, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// An identity is that of the identity key and the ephemeral key that it was proved for.
    ProvedForListedKeys = "IDN-24", Identity, Guard, Must, Reading("R-178"),
        Ignore, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// An attestation that expires during the meeting takes back what it showed.
    AttestedUntilExpiry = "IDN-25", Identity, Guard, Must, Reading("R-177"),
        Reject, cite("4.6", "subsec:validateattestation"), needs [];
    /// All chains of one name that a client sees in a meeting are parts of one chain.
    OneChainInMeeting = "IDN-26", Identity, Guard, Must, Reading("R-176"),
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// Nobody is displayed whose device or key a later link, seen in the meeting, took away.
    DeviceStillInUse = "IDN-27", Identity, Guard, Must, Reading("R-176"),
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// Nobody is displayed whose address or account a later link, seen in the meeting, changed.
    IdentifiersStillHeld = "IDN-28", Identity, Guard, Must, Reading("R-176"),
        Reject, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// Where a meeting demands it, a host gives keys only to participants that it has checked.
    KeysToChecked = "IDN-29", Identity, Duty, Must, Literal,
        None, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// A tail is looked up at the newest commitment that the client took.
    LookedUpAtNewest = "IDN-30", Identity, Guard, Must, Reading("R-173"),
        Ignore, cite("4.6", "4.2.3"), needs [];
    /// A client remembers of a meeting only chains by which it displayed somebody, with the tree as far as that has them.
    RememberedAsShown = "IDN-31", Identity, Duty, Must, Reading("R-176"),
        None, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// A binding that is not signed under its identity key replaces none for the same keys.
    UnsignedReplacesNothing = "IDN-32", Identity, Guard, Must, Reading("R-175"),
        Ignore, cite("4.6", "subsec:keyagreementidentity"), needs [];
    /// Where a meeting demands it, a host gives keys only to whom it displays with an address, an account or an attestation.
    KeysToNamed = "IDN-33", Identity, Duty, Must, Reading("R-179"),
        None, cite("4.6", "subsec:idpattestationmeetings"), needs [];

    // KTR: the state of the tree
    /// A commitment of the tree counts only signed by the server.
    TreeSigned = "KTR-01", Transparency, Guard, Must, Literal,
        Reject, cite("4.6", "sec:ztt"), needs [];
    /// The signed commitment names the cloud.
    TreeNamesCloud = "KTR-02", Transparency, Field, Must, Reading("R-152"),
        Reject, cite("4.6", "sec:ztt"), needs [];
    /// The signed commitment names the epoch.
    TreeNamesEpoch = "KTR-03", Transparency, Field, Must, Reading("R-152"),
        Reject, cite("4.6", "sec:ztt"), needs [];
    /// The signed commitment names the root of the tree.
    TreeNamesRoot = "KTR-04", Transparency, Field, Must, Literal,
        Reject, cite("4.6", "sec:ztt"), needs [];
    /// The signed commitment names the key behind the labels.
    TreeNamesLabelKey = "KTR-05", Transparency, Field, Must, Reading("R-152"),
        Reject, cite("4.6", "sec:ztt"), needs [];
    /// The key behind the labels stays the one that the client knows.
    LabelKeyKept = "KTR-06", Transparency, Guard, Must, Reading("R-150"),
        Reject, cite("4.6", "subsec:zttaudit"), needs [TreeNamesLabelKey];
    /// A commitment is of no earlier epoch than the client knows.
    TreeGoesOn = "KTR-07", Transparency, Guard, Must, Literal,
        Reject, cite("4.6", "4.2.3"), needs [TreeNamesEpoch];
    /// A commitment of the epoch that the client knows has the root that the client knows.
    TreeUnforked = "KTR-08", Transparency, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:zttaudit"), needs [TreeNamesRoot];

    // KTR: auditors
    /// An audit counts only signed by an auditor that the client knows.
    AuditSigned = "KTR-09", Transparency, Guard, Must, Reading("R-153"),
        Reject, cite("4.6", "subsec:zttaudit"), needs [];
    /// No audit shows another root or key of an epoch than the client has of it.
    AuditAgrees = "KTR-10", Transparency, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:zttaudit"), needs [];
    /// A user sees whether an auditor vouches for the commitment, or its level is degraded.
    AuditShown = "KTR-11", Transparency, Display, Must, Literal,
        None, cite("4.6", "subsec:zttaudit"), needs [];
    /// Only two commitments of one epoch that differ show a fork.
    ForkShown = "KTR-12", Transparency, Guard, Must, Reading("R-153"),
        Reject, cite("4.6", "subsec:zttaudit"), needs [];

    // KTR: proofs
    /// A label in the tree is the one that the server's key gives to the name, the version and whether it is stale.
    LabelOfName = "KTR-13", Transparency, Guard, Must, Reading("R-150"),
        Reject, cite("4.6", "4.1"), needs [];
    /// What a proof shows leads to the root of the commitment.
    PathToRoot = "KTR-14", Transparency, Guard, Must, Literal,
        Reject, cite("4.6", "4.1"), needs [];
    /// The leaf of an entry commits to its value and its epoch.
    LeafCommits = "KTR-15", Transparency, Guard, Must, Literal,
        Reject, cite("4.6", "4.1"), needs [];
    /// Versions count from 1, and an entry is in the tree before its commitment.
    EntryInEpoch = "KTR-16", Transparency, Guard, Must, Reading("R-151"),
        Reject, cite("4.6", "4.1"), needs [];
    /// The versions that mark the way to an entry's version are in the tree.
    MarkersThere = "KTR-17", Transparency, Guard, Must, Reading("R-154"),
        Reject, cite("4.6", "sec:ztt"), needs [];
    /// The absence of a label is shown at the last node on the way to it.
    AbsenceExact = "KTR-18", Transparency, Guard, Must, Reading("R-154"),
        Reject, cite("4.6", "sec:ztt"), needs [];
    /// A chain that is served ends in the newest tail that the tree has of it.
    TailAsInTree = "KTR-19", Transparency, Guard, Must, Literal,
        Reject, cite("4.6", "4.2.4"), needs [];

    // KTR: a user's own history
    /// A history has every version from the first on, each of a later epoch and a longer chain.
    HistoryWhole = "KTR-20", Transparency, Guard, Must, Reading("R-155"),
        Reject, cite("4.6", "4.2.3"), needs [];
    /// Every version of a history but the last was marked stale in the epoch of the next one.
    OlderStale = "KTR-21", Transparency, Guard, Must, Reading("R-155"),
        Reject, cite("4.6", "4.2.3"), needs [];
    /// The versions that would mark the way beyond a history are not in the tree.
    FutureAbsent = "KTR-22", Transparency, Guard, Must, Reading("R-154"),
        Reject, cite("4.6", "4.2.3"), needs [];
    /// A history has what the user has reviewed before.
    HistoryKept = "KTR-23", Transparency, Guard, Must, Literal,
        Reject, cite("4.6", "4.2.3"), needs [];
    /// A user is shown every change since the last review.
    ReviewShown = "KTR-24", Transparency, Display, Must, Literal,
        None, cite("4.6", "4.2.3"), needs [];

    // KTR: that the tree only grew
    /// Only leaves are inserted, and nothing that is kept or inserted lies below another thing that is.
    GrowthApart = "KTR-25", Transparency, Guard, Must, Reading("R-150"),
        Reject, cite("4.6", "subsec:zttaudit"), needs [];
    /// A proof of growth leads from the root before to the root after.
    GrowthProven = "KTR-26", Transparency, Guard, Must, Literal,
        Reject, cite("4.6", "subsec:zttaudit"), needs [];

    // ESC: the escrow device on a member's chain
    /// An escrow device comes by a link that names the administrators' chain, and no other device does.
    EscrowDeviceNamesAdministrators = "ESC-01", Escrow, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains"), needs [];
    /// A user has one active escrow device at most.
    OneEscrowDevice = "ESC-02", Escrow, Guard, Must, Reading("R-162"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// An escrow device signs approvals and the rotation of its own keys, and nothing else.
    EscrowDeviceSignsLittle = "ESC-03", Escrow, Guard, Must, Reading("R-159"),
        Reject, cite("4.6", "subsubsec:userrecovery"), needs [];
    /// What an escrow device signs is signed by a device of the administrators too.
    AdministratorSigns = "ESC-04", Escrow, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:userrecovery"), needs [];
    /// That device is of the class of the device that began lockdown before the tail that the escrow device's link names.
    AdministratorTrusted = "ESC-05", Escrow, Guard, Must, Reading("R-161"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [AdministratorSigns];
    /// That device was not revoked up to that tail.
    AdministratorStayed = "ESC-06", Escrow, Guard, Must, Reading("R-161"),
        Reject, cite("4.6", "subsubsec:userrecovery"), needs [AdministratorSigns];
    /// Of a user's other devices only one of its class rotates the keys of an escrow device.
    EscrowRotatedWithinClass = "ESC-07", Escrow, Guard, Must, Reading("R-162"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The administrators' chain has every tail of it that was gone by.
    AdministratorsTailKept = "ESC-08", Escrow, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The generation that was gone by is that of the administrators' chain at that tail.
    AdministratorsGenerationAsTail = "ESC-09", Escrow, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:usersigchains"), needs [];

    // ESC: what a member's client checks of its administrators' chain
    /// A member's account is the one that the own chain discloses.
    AccountDisclosed = "ESC-10", Escrow, Guard, Must, Reading("R-156"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// Who the administrators are is the newest that the account's chain says, and disclosed.
    AdministratorsDisclosed = "ESC-11", Escrow, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The chain of the administrators is that of the user ID in the account's chain.
    AdministratorsNamed = "ESC-12", Escrow, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The administrators' chain is as long as the account's chain says, or longer.
    AdministratorsReach = "ESC-13", Escrow, Guard, Must, Literal,
        Reject, cite("4.6", "3.5.5"), needs [];
    /// The administrators' chain has no address.
    AdministratorsNameless = "ESC-14", Escrow, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:escrowadmins"), needs [];
    /// The administrators' chain names no other account.
    AdministratorsOfAccount = "ESC-15", Escrow, Guard, Must, Reading("R-156"),
        Reject, cite("4.6", "subsubsec:escrowadmins"), needs [];
    /// The administrators' chain is in lockdown.
    AdministratorsLocked = "ESC-16", Escrow, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The administrators' newest keys are made by a device of the class of the one that began lockdown.
    AdministratorsKeysTrusted = "ESC-17", Escrow, Guard, Must, Reading("R-157"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// An escrow device is added only for administrators whose present fingerprint the user has acknowledged.
    AdministratorsAcknowledged = "ESC-18", Escrow, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The user is asked again if lockdown was begun by a device that the one before it does not trust.
    AdministratorsAcknowledgedAnew = "ESC-19", Escrow, Duty, Must, Reading("R-157"),
        None, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// An escrow device is revoked once the account has other administrators or none.
    EscrowEndsWithAdministrators = "ESC-20", Escrow, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// An escrow device is revoked once its user has changed accounts.
    EscrowEndsWithAccount = "ESC-21", Escrow, Duty, Must, Reading("R-162"),
        None, cite("4.6", "subsubsec:escrowadmins"), needs [];
    /// An escrow device that only younger devices approved does not count.
    EscrowDeviceCounts = "ESC-22", Escrow, Guard, Must, Reading("R-162"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The keys of an escrow device are rotated once the administrators have newer keys than they are sealed for.
    EscrowFollowsKeys = "ESC-23", Escrow, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The keys of an escrow device are rotated once the device that made them is revoked.
    EscrowOutlivesNoMaker = "ESC-24", Escrow, Duty, Must, Reading("R-163"),
        None, cite("4.6", "subsubsec:escrowmgmt"), needs [];

    // ESC: the box of an escrow device's secrets
    /// The box of an escrow device's secrets counts only signed by who made its present keys.
    EscrowBoxSigned = "ESC-25", Escrow, Guard, Must, Reading("R-158"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The box of an escrow device's secrets names the user.
    EscrowBoxNamesUser = "ESC-26", Escrow, Field, Must, Reading("R-158"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The box of an escrow device's secrets names the device and its present key.
    EscrowBoxNamesDevice = "ESC-27", Escrow, Field, Must, Reading("R-158"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The box of an escrow device's secrets names the administrators' chain.
    EscrowBoxNamesAdministrators = "ESC-28", Escrow, Field, Must, Reading("R-158"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The box of an escrow device's secrets names the tail of that chain and its generation.
    EscrowBoxNamesTail = "ESC-29", Escrow, Field, Must, Reading("R-158"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The box of an escrow device's secrets has context strings of its own.
    EscrowBoxNamesContext = "ESC-30", Escrow, Field, Must, Reading("R-158"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// An escrow device's secrets are taken only from a box that opens.
    EscrowBoxOpens = "ESC-31", Escrow, Structural, Must, Literal,
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// An escrow device's secrets are those of its public keys.
    EscrowSecretsMatch = "ESC-32", Escrow, Guard, Must, Reading("R-158"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The box of an escrow device's secrets is hybrid once the administrators' keys are.
    EscrowBoxHybrid = "ESC-33", Escrow, Guard, Must, Literal,
        Reject, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];
    /// An escrow device is added only once no younger device waits for the approval that comes with it.
    EscrowApprovesNobodyUnseen = "ESC-34", Escrow, Duty, Must, Reading("R-160"),
        None, cite("4.6", "subsubsec:escrowmgmt"), needs [];

    // ESC: who had a say and has none any more
    /// The keys of an escrow device that administrators made are rotated once the device of theirs is revoked that signed the box.
    EscrowOutlivesNoAdministrator = "ESC-35", Escrow, Duty, Must, Reading("R-163"),
        None, cite("4.6", "subsubsec:escrowmgmt"), needs [];
    /// The box of an escrow device's secrets is signed under a key that its signer had when it could be made, or later.
    EscrowBoxOfLaterKey = "ESC-36", Escrow, Guard, Must, Reading("R-158"),
        Reject, cite("4.6", "subsubsec:escrowmgmt"), needs [EscrowBoxSigned];
    /// The administrators' chain has no escrow device.
    AdministratorsWithoutEscrow = "ESC-37", Escrow, Guard, Must, Reading("R-157"),
        Reject, cite("4.6", "subsubsec:escrowadmins"), needs [];
    /// The keys of an escrow device are rotated if their box is classic and the keys it is sealed for are hybrid.
    EscrowFollowsHybrid = "ESC-38", Escrow, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:sigchainpqsecurity"), needs [];
    /// In lockdown of the own chain a device that is not of the oldest class waits for one that is.
    EscrowWaitsInLockdown = "ESC-39", Escrow, Duty, Must, Literal,
        None, cite("4.6", "subsubsec:lockdownmode"), needs [];
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
