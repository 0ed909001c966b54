//! The box by which the seed of a user's per-user keys goes from one of their devices to another
//! (4.6, subsubsec:puks and subsubsec:sigchainpqsecurity; reading R-143).
//!
//! It is the box of meetings, between the long-term keys of two devices, with other metadata and
//! other context strings.

use super::{
    Octets,
    box_hybrid::{Parties, kem_keys},
    pairing::{Draws, Incoming, Outgoing, Purpose, SealedBox},
};
use crate::{
    labels::Label,
    layouts::per_user::{SEED_BOX, SEED_META},
    rule_set::RuleSet,
    rules::Rule,
    wire::{self, EncodeError, Malformed},
};

/// Whose seed goes from where to where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route<'a> {
    /// The user.
    pub user_id: &'a str,
    /// The device that seals.
    pub sender: &'a str,
    /// The device that it is for.
    pub recipient: &'a str,
    /// The generation of the seed, from 1.
    pub generation: u32,
}

/// The public keys of a device, as the chain of its user has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceKeys<'a> {
    /// Ed25519, 32 bytes.
    pub verifying: &'a Octets,
    /// X25519, 32 bytes.
    pub x25519: &'a Octets,
    /// Kyber768, 1,184 bytes; empty where the device has none.
    pub kyber768: &'a Octets,
}

/// Both sides of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The device that seals.
    pub sender: DeviceKeys<'a>,
    /// The device that it is for.
    pub recipient: DeviceKeys<'a>,
}

impl<'a> Pair<'a> {
    /// Whether both have a Kyber key.
    #[must_use]
    pub const fn is_hybrid(&self) -> bool {
        !self.sender.kyber768.is_empty() && !self.recipient.kyber768.is_empty()
    }

    const fn parties(&self) -> Parties<'a> {
        Parties {
            sender_ivk: self.sender.verifying,
            sender_box_pk: self.sender.x25519,
            sender_kem_pk: self.sender.kyber768,
            recipient_ivk: self.recipient.verifying,
            recipient_box_pk: self.recipient.x25519,
            recipient_kem_pk: self.recipient.kyber768,
        }
    }
}

/// The secret keys of the recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Secrets<'a> {
    /// X25519, 32 bytes.
    pub x25519: &'a Octets,
    /// The seed of the Kyber768 key, 64 bytes; not looked at for a classic box.
    pub kyber768_seed: &'a Octets,
}

/// The box of a seed, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SeedBox {
    /// The device that says it sealed it.
    pub sender: String,
    /// The generation that it says the seed is of.
    pub generation: u32,
    /// The box itself.
    pub sealed: SealedBox,
}

impl SeedBox {
    /// The box as it is sent.
    ///
    /// # Errors
    /// A field has a wrong width.
    pub fn encode(&self, rules: RuleSet) -> Result<Octets, EncodeError> {
        let number = wire::u32_be(self.generation);
        let fields: [(&str, &[u8]); 5] = [
            ("sender", self.sender.as_bytes()),
            ("generation", number.as_slice()),
            ("nonce", self.sealed.nonce.as_slice()),
            ("kem", self.sealed.kem.as_slice()),
            ("ciphertext", self.sealed.ciphertext.as_slice()),
        ];
        wire::encode(&SEED_BOX, rules, &fields)
    }

    /// The box that was sent.
    ///
    /// # Errors
    /// The bytes are no encoding of a box.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Malformed> {
        let mut fields = wire::decode(&SEED_BOX, rules, bytes)?.into_iter().map(|(_, it)| it);
        // All fields are in the layout under every rule set, and texts are UTF-8 by now.
        let mut next = || fields.next().unwrap_or_default();
        Ok(Self {
            sender: String::from_utf8_lossy(next().as_slice()).into_owned(),
            generation: wire::read_u32(next().as_slice()).unwrap_or_default(),
            sealed: SealedBox { nonce: next(), kem: next(), ciphertext: next() },
        })
    }
}

/// Seals a seed of 32 bytes, in a hybrid box where both devices have Kyber keys. The secret is the
/// sender's X25519 key. `None` for keys, draws or identifiers of a wrong width, and as for
/// [`agree`](super::box_classic::agree).
#[must_use]
pub fn seal(
    rules: RuleSet,
    route: &Route<'_>,
    pair: &Pair<'_>,
    secret: &Octets,
    draws: &Draws<'_>,
    seed: &Octets,
) -> Option<SeedBox> {
    seed.secret_of(32)?;
    let outgoing = if pair.is_hybrid() {
        Outgoing::hybrid(rules, secret, &pair.parties())?
    } else {
        Outgoing::classic(rules, secret, pair.recipient.x25519)?
    };
    let meta = meta(rules, route).ok()?;
    let sealed = outgoing.seal(rules, &purpose(rules, &meta), draws, seed)?;
    Some(SeedBox { sender: route.sender.to_owned(), generation: route.generation, sealed })
}

/// Opens a box: a hybrid one with an encapsulation, a classic one without. `None` where it does not
/// open.
#[must_use]
pub fn open(
    rules: RuleSet,
    route: &Route<'_>,
    pair: &Pair<'_>,
    secrets: &Secrets<'_>,
    sealed: &SealedBox,
) -> Option<Octets> {
    let incoming = if pair.is_hybrid() && !sealed.kem.is_empty() {
        let kem = kem_keys(secrets.kyber768_seed)?;
        Incoming::hybrid(rules, secrets.x25519, &kem.secret, &pair.parties())?
    } else {
        Incoming::classic(rules, secrets.x25519, pair.sender.x25519)?
    };
    let meta = meta(rules, route).ok()?;
    let rules = rules.with_as(Rule::SealOpens, Rule::SeedBoxOpens);
    incoming.open(rules, &purpose(rules, &meta), sealed).filter(|seed| seed.len() == 32)
}

/// What a box is bound to.
///
/// # Errors
/// An identifier has a wrong width.
pub fn meta(rules: RuleSet, route: &Route<'_>) -> Result<Octets, EncodeError> {
    let number = wire::u32_be(route.generation);
    let fields: [(&str, &[u8]); 4] = [
        ("user_id", route.user_id.as_bytes()),
        ("sender", route.sender.as_bytes()),
        ("recipient", route.recipient.as_bytes()),
        ("generation", number.as_slice()),
    ];
    wire::encode_for_hash(&SEED_META, rules, &fields)
}

/// What a box with this metadata is for. Without [`Rule::SeedBoxNamesContext`] the context strings
/// are those of a meeting key.
#[must_use]
pub const fn purpose<'a>(rules: RuleSet, meta: &'a Octets) -> Purpose<'a> {
    if !rules.contains(Rule::SeedBoxNamesContext) {
        return Purpose::meeting_key(meta);
    }
    Purpose {
        context_kdf: Label::SeedBoxDerivation,
        context_cipher: Label::SeedBoxCipher,
        meta,
        liveness_nonce: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::box_classic::public_key;

    const ROUTE: Route<'_> =
        Route { user_id: "alice", sender: "laptop", recipient: "phone", generation: 2 };

    struct Own {
        verifying: Octets,
        secret: Octets,
        x25519: Octets,
        kem_seed: Octets,
        kyber768: Octets,
    }

    impl Own {
        fn new(byte: u8, hybrid: bool) -> Self {
            let (secret, kem_seed) = (Octets::from([byte; 32]), Octets::from([byte; 64]));
            let kyber768 = kem_keys(&kem_seed).filter(|_| hybrid).map(|keys| keys.public);
            Self {
                verifying: Octets::from([byte; 32]),
                x25519: public_key(&secret).unwrap(),
                secret,
                kem_seed,
                kyber768: kyber768.unwrap_or_default(),
            }
        }

        fn keys(&self) -> DeviceKeys<'_> {
            let Self { verifying, x25519, kyber768, .. } = self;
            DeviceKeys { verifying, x25519, kyber768 }
        }

        fn secrets(&self) -> Secrets<'_> {
            Secrets { x25519: &self.secret, kyber768_seed: &self.kem_seed }
        }
    }

    fn sealed(rules: RuleSet, route: &Route<'_>, from: &Own, to: &Own) -> SeedBox {
        let (nonce, coins) = (Octets::from([3; 24]), Octets::from([4; 32]));
        let pair = Pair { sender: from.keys(), recipient: to.keys() };
        let draws = Draws { nonce: &nonce, coins: &coins };
        seal(rules, route, &pair, &from.secret, &draws, &[9; 32].into()).unwrap()
    }

    #[test]
    fn a_seed_is_opened_by_the_device_it_is_for() {
        let all = RuleSet::all();
        for (from, to) in [(true, true), (true, false), (false, true), (false, false)] {
            let (from, to) = (Own::new(1, from), Own::new(2, to));
            let boxed = sealed(all, &ROUTE, &from, &to);
            let pair = Pair { sender: from.keys(), recipient: to.keys() };
            assert_eq!(boxed.sealed.kem.is_empty(), !pair.is_hybrid());
            let encoded = boxed.encode(all).unwrap();
            assert_eq!(SeedBox::decode(all, &encoded), Ok(boxed.clone()));
            let opened = open(all, &ROUTE, &pair, &to.secrets(), &boxed.sealed);
            assert_eq!(opened, Some([9; 32].into()));
            assert_eq!(open(all, &ROUTE, &pair, &from.secrets(), &boxed.sealed), None);
        }
    }

    #[test]
    fn fam_33_to_36_a_box_is_bound_to_each_name_exactly_under_its_rule() {
        let (from, to) = (Own::new(1, false), Own::new(2, false));
        let pair = Pair { sender: from.keys(), recipient: to.keys() };
        for (rule, other) in [
            (Rule::SeedBoxNamesUser, Route { user_id: "bob", ..ROUTE }),
            (Rule::SeedBoxNamesSender, Route { sender: "tablet", ..ROUTE }),
            (Rule::SeedBoxNamesRecipient, Route { recipient: "tablet", ..ROUTE }),
            (Rule::SeedBoxNamesGeneration, Route { generation: 3, ..ROUTE }),
        ] {
            let opens = |rules| {
                let boxed = sealed(rules, &other, &from, &to).sealed;
                open(rules, &ROUTE, &pair, &to.secrets(), &boxed).is_some()
            };
            assert!(!opens(RuleSet::all()), "{}", rule.id());
            assert!(opens(RuleSet::all().without(rule)), "{}", rule.id());
        }
    }

    #[test]
    fn fam_29_and_37_an_altered_box_and_one_of_a_meeting_open_only_without_the_rules() {
        let all = RuleSet::all();
        let (from, to) = (Own::new(1, true), Own::new(2, true));
        let pair = Pair { sender: from.keys(), recipient: to.keys() };
        let mut altered = sealed(all, &ROUTE, &from, &to).sealed;
        let mut bytes = altered.ciphertext.into_vec();
        bytes[40] ^= 1;
        altered.ciphertext = bytes.into();
        let opened = |rules, it: &SealedBox| open(rules, &ROUTE, &pair, &to.secrets(), it);
        assert_eq!(opened(all, &altered), None);
        let mutant = all.without(Rule::SeedBoxOpens);
        assert_eq!(opened(mutant, &altered), Some([9; 32].into()));
        assert!(opened(all.without(Rule::SealOpens), &altered).is_none(), "meetings aside");

        let without = all.without(Rule::SeedBoxNamesContext);
        let of_a_meeting = sealed(without, &ROUTE, &from, &to).sealed;
        assert_eq!(opened(all, &of_a_meeting), None);
        assert_eq!(opened(without, &of_a_meeting), Some([9; 32].into()));
    }
}
