//! The hybrid box: Curve25519 and Kyber768 combined (4.6, subsubsec:meetingcrypto).
//!
//! The associated data, [`seal`](super::box_classic::seal) and [`open`](super::box_classic::open)
//! are those of the classic box; only the key is another.

use hacspec_lib::ByteSeq;

use super::{Octets, text};
use crate::{
    labels::Label,
    layouts::COMBINATION,
    primitives::{
        hash::{hkdf_sha256, sha3_256},
        kyber768,
    },
    rule_set::RuleSet,
    rules::Rule,
    wire::{self, EncodeError},
};

/// A Kyber768 key pair.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KemKeys {
    /// The secret key, 2,400 bytes.
    pub secret: Octets,
    /// The public key, 1,184 bytes.
    pub public: Octets,
}

/// What an encapsulation gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Encapsulation {
    /// The shared secret `K_Kyber`, 32 bytes.
    pub shared: Octets,
    /// The ciphertext `C_Kyber`, 1,088 bytes.
    pub ciphertext: Octets,
}

/// The public keys of both sides of a hybrid box, in the order of the combination hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties<'a> {
    /// The sender's identity verification key, 32 bytes.
    pub sender_ivk: &'a Octets,
    /// The sender's Curve25519 public key, 32 bytes.
    pub sender_box_pk: &'a Octets,
    /// The sender's Kyber public key, 1,184 bytes.
    pub sender_kem_pk: &'a Octets,
    /// The recipient's identity verification key, 32 bytes.
    pub recipient_ivk: &'a Octets,
    /// The recipient's Curve25519 public key, 32 bytes.
    pub recipient_box_pk: &'a Octets,
    /// The recipient's Kyber public key, 1,184 bytes.
    pub recipient_kem_pk: &'a Octets,
}

/// What goes into the key of a hybrid box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyParts<'a> {
    /// `Context` of the combination; the paper has two and does not say which (reading R-07).
    pub context: Label,
    /// The Kyber shared secret `K_Kyber`, 32 bytes.
    pub kem_shared: &'a Octets,
    /// The Diffie-Hellman shared secret `K_box`, 32 bytes.
    pub shared: &'a Octets,
    /// The hash over the public keys of both sides, 32 bytes.
    pub combination: &'a Octets,
    /// The metadata of the box.
    pub meta: &'a Octets,
}

/// A Kyber768 key pair from a seed of 64 bytes (4.6, subsubsec:meetingcrypto, `CBox.KeyGen`;
/// round 3 of the competition, reading R-13).
#[must_use]
pub fn kem_keys(seed: &Octets) -> Option<KemKeys> {
    let (secret, public) = kyber768::key_pair(&seed.secret())?;
    Some(KemKeys { secret: Octets::revealed(secret), public: Octets::revealed(public) })
}

/// `Kyber.KemEnc` with coins of 32 bytes (4.6, subsubsec:meetingcrypto, encryption step 3).
#[must_use]
pub fn encapsulate(kem_public: &Octets, coins: &Octets) -> Option<Encapsulation> {
    let (shared, ciphertext) = kyber768::encapsulate(&kem_public.secret(), &coins.secret())?;
    let (shared, ciphertext) = (Octets::revealed(shared), Octets::revealed(ciphertext));
    Some(Encapsulation { shared, ciphertext })
}

/// `Kyber.KemDec` (4.6, subsubsec:meetingcrypto, decryption step 3). A ciphertext of the right
/// width is never refused: one made for another key gives an unrelated secret.
#[must_use]
pub fn decapsulate(kem_secret: &Octets, ciphertext: &Octets) -> Option<Octets> {
    kyber768::decapsulate(&kem_secret.secret(), &ciphertext.secret()).map(Octets::revealed)
}

/// `CombinationAssociatedData` (4.6, subsubsec:meetingcrypto, encryption step 4): SHA3-256 over
/// the encoding of both sides' public keys (readings ). It stays the same for a pair.
///
/// # Errors
///
/// If a key has a wrong width.
pub fn combination(rules: RuleSet, parties: &Parties<'_>) -> Result<Octets, EncodeError> {
    let fields = [
        ("sender_ivk", parties.sender_ivk),
        ("sender_box_pk", parties.sender_box_pk),
        ("sender_kem_pk", parties.sender_kem_pk),
        ("recipient_ivk", parties.recipient_ivk),
        ("recipient_box_pk", parties.recipient_box_pk),
        ("recipient_kem_pk", parties.recipient_kem_pk),
    ];
    let encoded = wire::encode_for_hash(&COMBINATION, rules, &fields)?;
    Ok(Octets::revealed(sha3_256(&encoded.secret())))
}

/// The key of a hybrid box, 32 bytes (4.6, subsubsec:meetingcrypto, encryption steps 5 and 6):
/// `S = SHA3-256(Context || K_Kyber || K_box || CombinationAssociatedData)`, then HKDF-SHA-256 of
/// `S` with the metadata as salt and the context string as info (readings ).
///
/// A part whose rule is not in force is left out. `None` for a part of a wrong width.
#[must_use]
pub fn hybrid_key(rules: RuleSet, parts: &KeyParts<'_>, context_kdf: Label) -> Option<Octets> {
    let (context, info) = (text(parts.context.text()), text(context_kdf.text()));
    let under = |rule, bytes| if rules.contains(rule) { bytes } else { ByteSeq::new(0) };
    let hashed = under(Rule::HybridNamesContext, context)
        .concat_owned(under(Rule::HybridUsesKem, parts.kem_shared.secret_of(32)?))
        .concat_owned(under(Rule::HybridUsesAgreement, parts.shared.secret_of(32)?))
        .concat_owned(parts.combination.secret_of(32)?);
    let salt = under(Rule::HybridNamesMeta, parts.meta.secret());
    hkdf_sha256(&sha3_256(&hashed), &salt, &info, 32).map(Octets::revealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Keys([Octets; 6]);

    impl Keys {
        fn new() -> Self {
            let kem = |from: u8| kem_keys(&Octets::new((from..from + 64).collect())).unwrap();
            let (sender, recipient) = (kem(100).public, kem(0).public);
            let fixed = |byte: u8| Octets::from([byte; 32]);
            Self([fixed(1), fixed(2), sender, fixed(3), fixed(4), recipient])
        }

        fn parties(&self) -> Parties<'_> {
            let [sender_ivk, sender_box_pk, sender_kem_pk, rest @ ..] = &self.0;
            let [recipient_ivk, recipient_box_pk, recipient_kem_pk] = rest;
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

    const COMBINATION_RULES: [Rule; 6] = [
        Rule::HybridNamesSender,
        Rule::HybridNamesSenderBoxKey,
        Rule::HybridNamesSenderKemKey,
        Rule::HybridNamesRecipient,
        Rule::HybridNamesRecipientBoxKey,
        Rule::HybridNamesRecipientKemKey,
    ];

    #[test]
    fn rot_26_to_31_each_key_counts_exactly_under_its_rule() {
        let keys = Keys::new();
        for (at, rule) in COMBINATION_RULES.into_iter().enumerate() {
            let mut changed = Keys::new();
            let mut bytes = changed.0[at].clone().into_vec();
            bytes[0] ^= 1;
            changed.0[at] = bytes.into();
            let equal = |rules| {
                combination(rules, &keys.parties()).unwrap()
                    == combination(rules, &changed.parties()).unwrap()
            };
            assert!(!equal(RuleSet::all()), "{}", rule.id());
            assert!(equal(RuleSet::all().without(rule)), "{}", rule.id());
        }
    }

    #[test]
    fn rot_23_24_32_each_part_counts_exactly_under_its_rule() {
        let bytes = [1, 2, 3, 4].map(|byte| Octets::from([byte; 32]));
        let key = |rules, bytes: &[Octets; 4]| {
            let [kem_shared, shared, combination, meta] = bytes;
            let parts = KeyParts {
                context: Label::KeySeedDerivation,
                kem_shared,
                shared,
                combination,
                meta,
            };
            hybrid_key(rules, &parts, Label::KeySeedDerivation).unwrap()
        };
        let rules = [Rule::HybridUsesKem, Rule::HybridUsesAgreement, Rule::HybridNamesMeta];
        for (at, rule) in [0, 1, 3].into_iter().zip(rules) {
            let mut changed = bytes.clone();
            changed[at] = Octets::from([9; 32]);
            let all = RuleSet::all();
            assert_ne!(key(all, &bytes), key(all, &changed), "{}", rule.id());
            let mutant = all.without(rule);
            assert_eq!(key(mutant, &bytes), key(mutant, &changed), "{}", rule.id());
        }
    }

    #[test]
    fn rot_25_the_context_is_hashed_under_its_rule() {
        let fixed = Octets::from([1; 32]);
        let parts = KeyParts {
            context: Label::KeySeedDerivation,
            kem_shared: &fixed,
            shared: &fixed,
            combination: &fixed,
            meta: &fixed,
        };
        let key = |rules| hybrid_key(rules, &parts, Label::KeySeedDerivation);
        assert_ne!(key(RuleSet::all()), key(RuleSet::all().without(Rule::HybridNamesContext)));
    }

    #[test]
    fn a_wrong_width_is_refused() {
        let keys = Keys::new();
        let mut parties = keys.parties();
        parties.sender_kem_pk = parties.sender_ivk;
        assert!(combination(RuleSet::all(), &parties).is_err());
        let (good, bad) = (Octets::from([1; 32]), Octets::from([1; 31]));
        let parts = KeyParts {
            context: Label::KeySeedDerivation,
            kem_shared: &bad,
            shared: &good,
            combination: &good,
            meta: &good,
        };
        assert_eq!(hybrid_key(RuleSet::all(), &parts, Label::KeySeedDerivation), None);
        assert_eq!(encapsulate(&good, &good), None);
        assert_eq!(decapsulate(&good, &good), None);
        assert_eq!(kem_keys(&good), None);
    }
}
