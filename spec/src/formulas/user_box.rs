//! What somebody seals for a user, under the user's public per-user keys (4.6, subsubsec:puks; reading
//!
//!
//! It is the box of meetings from keys that are drawn for it, signed by a device of the author.

use super::{
    Octets,
    box_classic::public_key,
    box_hybrid::{Parties, kem_keys},
    pairing::{Draws, Incoming, Outgoing, Purpose, SealedBox},
    per_user_keys::{PublicPair, subkey},
    sign::{sign, verifying_key},
};
use crate::{
    labels::Label,
    layouts::{
        Layout,
        devices::{SEALED_FOR_USER, SEALED_FOR_USER_SIGNED, USER_BOX_META},
    },
    rule_set::RuleSet,
    rules::Rule,
    wire::{self, EncodeError, Malformed},
};

/// In the place of the signing key of a user, who has none.
const NO_KEY: [u8; 32] = [0; 32];

/// From whom to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route<'a> {
    /// The user who seals.
    pub author: &'a str,
    /// The device that signs.
    pub device_id: &'a str,
    /// The user it is for.
    pub user_id: &'a str,
    /// The generation of that user's keys, from 1.
    pub generation: u32,
}

/// The keys that are drawn for one box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh<'a> {
    /// The X25519 secret, 32 bytes.
    pub x25519: &'a Octets,
    /// The seed of the Kyber768 key, 64 bytes; not looked at for a classic box.
    pub kyber768_seed: &'a Octets,
}

/// What was sealed, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SealedForUser {
    /// The device that says it signed.
    pub device_id: String,
    /// The generation of the recipient's keys.
    pub generation: u32,
    /// The drawn X25519 key, 32 bytes.
    pub x25519: Octets,
    /// The drawn Kyber768 key, 1,184 bytes; empty in a classic box.
    pub kyber768: Octets,
    /// The box itself.
    pub sealed: SealedBox,
    /// The signature, 64 bytes.
    pub sig: Octets,
}

impl SealedForUser {
    /// As it is sent.
    ///
    /// # Errors
    /// A field has a wrong width.
    pub fn encode(&self, rules: RuleSet) -> Result<Octets, EncodeError> {
        self.written(rules, &SEALED_FOR_USER)
    }

    /// What the signature is over.
    ///
    /// # Errors
    /// A field has a wrong width.
    pub fn signed(&self, rules: RuleSet) -> Result<Octets, EncodeError> {
        self.written(rules, &SEALED_FOR_USER_SIGNED)
    }

    fn written(&self, rules: RuleSet, layout: &Layout) -> Result<Octets, EncodeError> {
        let number = wire::u32_be(self.generation);
        let fields: [(&str, &[u8]); 8] = [
            ("device_id", self.device_id.as_bytes()),
            ("generation", number.as_slice()),
            ("x25519", self.x25519.as_slice()),
            ("kyber768", self.kyber768.as_slice()),
            ("nonce", self.sealed.nonce.as_slice()),
            ("kem", self.sealed.kem.as_slice()),
            ("ciphertext", self.sealed.ciphertext.as_slice()),
            ("sig", self.sig.as_slice()),
        ];
        let of_layout = fields.get(..layout.fields.len()).unwrap_or(&fields);
        wire::encode(layout, rules, of_layout)
    }

    /// What was sent.
    ///
    /// # Errors
    /// The bytes are no encoding of it.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Malformed> {
        let fields = wire::decode(&SEALED_FOR_USER, rules, bytes)?;
        let mut fields = fields.into_iter().map(|(_, value)| value);
        // All fields are in the layout under every rule set, and texts are UTF-8 by now.
        let mut next = || fields.next().unwrap_or_default();
        Ok(Self {
            device_id: String::from_utf8_lossy(next().as_slice()).into_owned(),
            generation: wire::read_u32(next().as_slice()).unwrap_or_default(),
            x25519: next(),
            kyber768: next(),
            sealed: SealedBox { nonce: next(), kem: next(), ciphertext: next() },
            sig: next(),
        })
    }

    /// The same with the signature of a device. `None` for a seed of a wrong width.
    #[must_use]
    pub fn signed_by(self, rules: RuleSet, seed: &Octets) -> Option<Self> {
        let sig = sign(rules, seed, Label::UserBoxSignature, &self.signed(rules).ok()?)?;
        Some(Self { sig, ..self })
    }
}

/// Seals for the recipient's keys of a generation, in a hybrid box if they have one of Kyber, and signs
/// with the seed of the device's Ed25519 key. `None` for keys, draws or identifiers of a wrong width.
#[must_use]
pub fn seal(
    rules: RuleSet,
    route: &Route<'_>,
    recipient: &PublicPair,
    signer: &Octets,
    (fresh, draws): (&Fresh<'_>, &Draws<'_>),
    plaintext: &Octets,
) -> Option<SealedForUser> {
    let hybrid = !recipient.kyber768.is_empty() && rules.contains(Rule::UserBoxHybrid);
    let x25519 = public_key(fresh.x25519)?;
    let (outgoing, kyber768) = if hybrid {
        let kyber768 = kem_keys(fresh.kyber768_seed)?.public;
        let ivk = verifying_key(signer)?;
        let parties = parties((&ivk, &x25519, &kyber768), recipient, &NO_KEY.into());
        (Outgoing::hybrid(rules, fresh.x25519, &parties.borrowed())?, kyber768)
    } else {
        (Outgoing::classic(rules, fresh.x25519, &recipient.x25519)?, Octets::default())
    };
    let meta = meta(rules, route).ok()?;
    let sealed = outgoing.seal(rules, &purpose(&meta), draws, plaintext)?;
    let (device_id, generation) = (route.device_id.to_owned(), route.generation);
    let unsigned =
        SealedForUser { device_id, generation, x25519, kyber768, sealed, sig: Octets::default() };
    unsigned.signed_by(rules, signer)
}

/// Opens what was sealed, with the seed of the recipient's generation and the key under which the
/// signature verifies. `None` where it does not open.
#[must_use]
pub fn open(
    rules: RuleSet,
    route: &Route<'_>,
    seed: &Octets,
    ivk: &Octets,
    boxed: &SealedForUser,
) -> Option<Octets> {
    seed.secret_of(32)?;
    let secret = subkey(rules, seed, Label::PerUserX25519, 32)?;
    let SealedForUser { x25519, kyber768, sealed, .. } = boxed;
    let incoming = if sealed.kem.is_empty() && kyber768.is_empty() {
        Incoming::classic(rules, &secret, x25519)?
    } else {
        let kem = kem_keys(&subkey(rules, seed, Label::PerUserKyber768, 64)?)?;
        let recipient = PublicPair { x25519: public_key(&secret)?, kyber768: kem.public };
        let parties = parties((ivk, x25519, kyber768), &recipient, &NO_KEY.into());
        Incoming::hybrid(rules, &secret, &kem.secret, &parties.borrowed())?
    };
    let meta = meta(rules, route).ok()?;
    let rules = rules.with_as(Rule::SealOpens, Rule::UserBoxOpens);
    incoming.open(rules, &purpose(&meta), sealed)
}

/// The six public keys of a hybrid box.
struct Six([Octets; 6]);

fn parties(
    (ivk, x25519, kyber768): (&Octets, &Octets, &Octets),
    recipient: &PublicPair,
    no_key: &Octets,
) -> Six {
    Six([
        ivk.clone(),
        x25519.clone(),
        kyber768.clone(),
        no_key.clone(),
        recipient.x25519.clone(),
        recipient.kyber768.clone(),
    ])
}

impl Six {
    const fn borrowed(&self) -> Parties<'_> {
        let [
            sender_ivk,
            sender_box_pk,
            sender_kem_pk,
            recipient_ivk,
            recipient_box_pk,
            recipient_kem_pk,
        ] = &self.0;
        Parties {
            sender_ivk,
            sender_box_pk,
            sender_kem_pk,
            recipient_ivk,
            recipient_box_pk,
            recipient_kem_pk,
        }
    }
}

fn meta(rules: RuleSet, route: &Route<'_>) -> Result<Octets, EncodeError> {
    let number = wire::u32_be(route.generation);
    let fields: [(&str, &[u8]); 4] = [
        ("author", route.author.as_bytes()),
        ("device_id", route.device_id.as_bytes()),
        ("user_id", route.user_id.as_bytes()),
        ("generation", number.as_slice()),
    ];
    wire::encode_for_hash(&USER_BOX_META, rules, &fields)
}

const fn purpose(meta: &Octets) -> Purpose<'_> {
    Purpose {
        context_kdf: Label::UserBoxDerivation,
        context_cipher: Label::UserBoxCipher,
        meta,
        liveness_nonce: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::per_user_keys::per_user_keys;

    const ROUTE: Route<'_> =
        Route { author: "bob", device_id: "phone", user_id: "alice", generation: 2 };
    const SEED: [u8; 32] = [5; 32];

    fn sealed(rules: RuleSet, route: &Route<'_>, hybrid: bool) -> SealedForUser {
        let keys = per_user_keys(rules, &SEED.into()).unwrap().public;
        let recipient = if hybrid { keys.user } else { keys.classic().user };
        let (nonce, coins) = (Octets::from([3; 24]), Octets::from([4; 32]));
        let (x25519, kyber) = (Octets::from([6; 32]), Octets::from([7; 64]));
        let draws = Draws { nonce: &nonce, coins: &coins };
        let fresh = Fresh { x25519: &x25519, kyber768_seed: &kyber };
        seal(rules, route, &recipient, &[8; 32].into(), (&fresh, &draws), &"hello".into()).unwrap()
    }

    fn opened(rules: RuleSet, boxed: &SealedForUser) -> Option<Octets> {
        let ivk = verifying_key(&[8; 32].into()).unwrap();
        open(rules, &ROUTE, &SEED.into(), &ivk, boxed)
    }

    #[test]
    fn what_is_sealed_is_opened_with_the_seed_in_both_suites() {
        let all = RuleSet::all();
        for hybrid in [false, true] {
            let boxed = sealed(all, &ROUTE, hybrid);
            assert_eq!(boxed.kyber768.is_empty(), !hybrid);
            let encoded = boxed.encode(all).unwrap();
            assert_eq!(SealedForUser::decode(all, &encoded), Ok(boxed.clone()));
            assert_eq!(opened(all, &boxed), Some("hello".into()));
            let half = SealedForUser { kyber768: Octets::default(), ..boxed.clone() };
            assert_eq!(opened(all, &half).is_some(), !hybrid);
            let ivk = Octets::from([9; 32]);
            let other_signer = open(all, &ROUTE, &SEED.into(), &ivk, &boxed);
            assert_eq!(other_signer.is_some(), !hybrid, "a hybrid key depends on who signs");
        }
    }

    #[test]
    fn fam_69_70_and_78_a_box_is_bound_to_author_device_and_user_exactly_under_their_rules() {
        for (rule, other) in [
            (Rule::UserBoxNamesAuthor, Route { author: "eve", ..ROUTE }),
            (Rule::UserBoxNamesDevice, Route { device_id: "stranger", ..ROUTE }),
            (Rule::UserBoxNamesRecipient, Route { user_id: "eve", ..ROUTE }),
        ] {
            let opens = |rules| opened(rules, &sealed(rules, &other, false)).is_some();
            assert!(!opens(RuleSet::all()), "{}", rule.id());
            assert!(opens(RuleSet::all().without(rule)), "{}", rule.id());
        }
        let older = Route { generation: 1, ..ROUTE };
        assert_eq!(opened(RuleSet::all(), &sealed(RuleSet::all(), &older, false)), None);
    }

    #[test]
    fn fam_67_and_71_a_changed_box_is_not_opened_and_hybrid_keys_are_used() {
        let all = RuleSet::all();
        let mut boxed = sealed(all, &ROUTE, true);
        let mut bytes = boxed.sealed.ciphertext.into_vec();
        bytes[1] ^= 1;
        boxed.sealed.ciphertext = bytes.into();
        assert_eq!(opened(all, &boxed), None);
        assert!(opened(all.without(Rule::UserBoxOpens), &boxed).is_some());
        assert!(sealed(all.without(Rule::UserBoxHybrid), &ROUTE, true).kyber768.is_empty());
    }
}
