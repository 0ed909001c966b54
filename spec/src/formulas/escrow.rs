//! What an escrow device is for, and the box of its secret keys (4.6, subsubsec:escrowmgmt; reading
//!
//!
//! Whoever makes the keys seals them for public per-user keys of the administrators, under a key pair
//! drawn for the box, and signs it.

use super::{
    Octets,
    box_classic::{
        agree, associated_data, classic_key, open as opened, public_key, seal as sealed,
    },
    box_hybrid::{KemKeys, KeyParts, decapsulate, encapsulate, hybrid_key, kem_keys},
    per_user_keys::{PublicPair, subkey},
    sign::{sign, verify, verifying_key},
};
use crate::{
    labels::Label,
    layouts::{
        escrow::{BOX, KEYS, META, SECRETS, SIGNED},
        sigchain::ESCROW,
    },
    primitives::hash::sha256,
    rule_set::RuleSet,
    rules::Rule,
    wire::{self, EncodeError, Malformed},
};

/// The administrators' chain that somebody went by: what the link of an escrow device carries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Terms {
    /// The user ID of the chain.
    pub user_id: String,
    /// The number of its last link.
    pub last_sequence_number: u32,
    /// The hash of that link, 32 bytes.
    pub last_link_hash: Octets,
    /// How many sets of per-user keys it had.
    pub generation: u32,
}

impl Terms {
    /// The terms as a link carries them.
    ///
    /// # Errors
    /// A field has a wrong width.
    pub fn encode(&self, rules: RuleSet) -> Result<Octets, EncodeError> {
        let (number, generation) =
            (wire::u32_be(self.last_sequence_number), wire::u32_be(self.generation));
        let fields: [(&str, &[u8]); 4] = [
            ("user_id", self.user_id.as_bytes()),
            ("last_sequence_number", number.as_slice()),
            ("last_link_hash", self.last_link_hash.as_slice()),
            ("generation", generation.as_slice()),
        ];
        wire::encode(&ESCROW, rules, &fields)
    }

    /// The terms that a link carries.
    ///
    /// # Errors
    /// The bytes are no encoding of terms.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Malformed> {
        let mut fields = wire::decode(&ESCROW, rules, bytes)?.into_iter().map(|(_, it)| it);
        // All fields are in the layout under every rule set, and texts are UTF-8 by now.
        let mut next = || fields.next().unwrap_or_default();
        Ok(Self {
            user_id: String::from_utf8_lossy(next().as_slice()).into_owned(),
            last_sequence_number: wire::read_u32(next().as_slice()).unwrap_or_default(),
            last_link_hash: next(),
            generation: wire::read_u32(next().as_slice()).unwrap_or_default(),
        })
    }
}

/// Whose escrow device a box is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About<'a> {
    /// The member.
    pub user_id: &'a str,
    /// The escrow device.
    pub device_id: &'a str,
    /// Its present signing key, 32 bytes.
    pub verifying: &'a Octets,
}

/// The secret keys of an escrow device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    /// The seed of its signing key, 32 bytes.
    pub ed25519_seed: Octets,
    /// X25519, 32 bytes.
    pub x25519: Octets,
    /// The seed of its Kyber768 key, 64 bytes, or empty.
    pub kyber768_seed: Octets,
}

impl Secrets {
    fn encode(&self, rules: RuleSet) -> Option<Octets> {
        let fields = [
            ("ed25519_seed", &self.ed25519_seed),
            ("x25519_secret", &self.x25519),
            ("kyber768_seed", &self.kyber768_seed),
        ];
        wire::encode(&SECRETS, rules, &fields).ok()
    }

    fn decode(rules: RuleSet, bytes: &Octets) -> Option<Self> {
        let strict = rules.with(Rule::EncodingCanonical);
        let mut fields = wire::decode(&SECRETS, strict, bytes).ok()?.into_iter().map(|it| it.1);
        let mut next = || fields.next().unwrap_or_default();
        Some(Self { ed25519_seed: next(), x25519: next(), kyber768_seed: next() })
    }

    /// Whether these are the secrets of public keys, of which that of Kyber may be empty.
    #[must_use]
    pub fn are_of(&self, verifying: &Octets, x25519: &Octets, kyber768: &Octets) -> bool {
        let of_kyber = if self.kyber768_seed.is_empty() {
            kyber768.is_empty()
        } else {
            kem_keys(&self.kyber768_seed).is_some_and(|keys| keys.public == *kyber768)
        };
        verifying_key(&self.ed25519_seed).as_ref() == Some(verifying)
            && public_key(&self.x25519).as_ref() == Some(x25519)
            && of_kyber
    }
}

/// What is drawn for a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws<'a> {
    /// The X25519 secret of the box, 32 bytes.
    pub ephemeral: &'a Octets,
    /// The nonce, 24 bytes.
    pub nonce: &'a Octets,
    /// The coins of the encapsulation, 32 bytes; a classic box does not look at them.
    pub coins: &'a Octets,
}

/// The box of an escrow device's secrets, as the server keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscrowBox {
    /// The number of the last link of the administrators' chain that the maker had.
    pub last_sequence_number: u32,
    /// The hash of that link, 32 bytes.
    pub last_link_hash: Octets,
    /// The generation that it is sealed for.
    pub generation: u32,
    /// The X25519 public key of the box, 32 bytes.
    pub ephemeral: Octets,
    /// The nonce, 24 bytes.
    pub nonce: Octets,
    /// The encapsulation; empty in a classic box.
    pub kem: Octets,
    /// The ciphertext and its tag.
    pub ciphertext: Octets,
    /// The maker's signature, 64 bytes.
    pub sig: Octets,
}

impl EscrowBox {
    /// The box as the server keeps it.
    ///
    /// # Errors
    /// A field has a wrong width.
    pub fn encode(&self, rules: RuleSet) -> Result<Octets, EncodeError> {
        let (number, generation) =
            (wire::u32_be(self.last_sequence_number), wire::u32_be(self.generation));
        let fields = [
            ("last_sequence_number", &number),
            ("last_link_hash", &self.last_link_hash),
            ("generation", &generation),
            ("ephemeral", &self.ephemeral),
            ("nonce", &self.nonce),
            ("kem", &self.kem),
            ("ciphertext", &self.ciphertext),
            ("sig", &self.sig),
        ];
        wire::encode(&BOX, rules, &fields)
    }

    /// The box that the server gives.
    ///
    /// # Errors
    /// The bytes are no encoding of a box.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Malformed> {
        let mut fields = wire::decode(&BOX, rules, bytes)?.into_iter().map(|(_, it)| it);
        // All fields are in the layout under every rule set.
        let mut next = || fields.next().unwrap_or_default();
        Ok(Self {
            last_sequence_number: wire::read_u32(next().as_slice()).unwrap_or_default(),
            last_link_hash: next(),
            generation: wire::read_u32(next().as_slice()).unwrap_or_default(),
            ephemeral: next(),
            nonce: next(),
            kem: next(),
            ciphertext: next(),
            sig: next(),
        })
    }

    /// What it says that the secrets are sealed for, in the chain of these administrators.
    #[must_use]
    pub fn terms(&self, administrators: &str) -> Terms {
        Terms {
            user_id: administrators.to_owned(),
            last_sequence_number: self.last_sequence_number,
            last_link_hash: self.last_link_hash.clone(),
            generation: self.generation,
        }
    }

    /// Whether the holder of this key signed it, about this device and for these administrators.
    #[must_use]
    pub fn is_signed(
        &self,
        rules: RuleSet,
        about: &About<'_>,
        administrators: &str,
        key: &Octets,
    ) -> bool {
        self.signed(rules, about, administrators)
            .is_some_and(|message| verify(rules, key, Label::EscrowBox, &message, &self.sig))
    }

    /// The box with the signature of whoever has this seed of 32 bytes.
    #[must_use]
    pub fn signed_by(
        self,
        rules: RuleSet,
        about: &About<'_>,
        administrators: &str,
        seed: &Octets,
    ) -> Option<Self> {
        let message = self.signed(rules, about, administrators)?;
        Some(Self { sig: sign(rules, seed, Label::EscrowBox, &message)?, ..self })
    }

    fn signed(&self, rules: RuleSet, about: &About<'_>, administrators: &str) -> Option<Octets> {
        let meta = meta(rules, about, &self.terms(administrators)).ok()?;
        let fields = [
            ("meta", &meta),
            ("ephemeral", &self.ephemeral),
            ("nonce", &self.nonce),
            ("kem", &self.kem),
            ("ciphertext", &self.ciphertext),
        ];
        wire::encode_for_hash(&SIGNED, rules, &fields).ok()
    }
}

/// Seals the secrets of an escrow device for the administrators' public keys, in a hybrid box where
/// these have one of Kyber, and signs with the maker's seed of 32 bytes. `None` for keys, draws or
/// identifiers of a wrong width, and as for [`agree`].
#[must_use]
pub fn seal(
    rules: RuleSet,
    (about, terms): (&About<'_>, &Terms),
    keys: &PublicPair,
    (secrets, maker_seed): (&Secrets, &Octets),
    draws: &Draws<'_>,
) -> Option<EscrowBox> {
    let ephemeral = public_key(draws.ephemeral)?;
    let shared = agree(rules, draws.ephemeral, &keys.x25519)?;
    let meta = meta(rules, about, terms).ok()?;
    let (key, kem) = if keys.kyber768.is_empty() {
        (classic_key(rules, &shared, derivation(rules))?, Octets::default())
    } else {
        let kem = encapsulate(&keys.kyber768, draws.coins)?;
        (hybrid(rules, &meta, (&kem.shared, &shared), &ephemeral, keys)?, kem.ciphertext)
    };
    let data = associated_data(rules, cipher(rules), &meta, None);
    let ciphertext = sealed(&key, draws.nonce, &data, &secrets.encode(rules)?)?;
    let boxed = EscrowBox {
        last_sequence_number: terms.last_sequence_number,
        last_link_hash: terms.last_link_hash.clone(),
        generation: terms.generation,
        ephemeral,
        nonce: draws.nonce.clone(),
        kem,
        ciphertext,
        sig: Octets::default(),
    };
    boxed.signed_by(rules, about, &terms.user_id, maker_seed)
}

/// Opens a box with the seed of its generation, 32 bytes. `None` where it does not open. Whether it is
/// signed is not looked at.
#[must_use]
pub fn open(
    rules: RuleSet,
    about: &About<'_>,
    administrators: &str,
    seed: &Octets,
    boxed: &EscrowBox,
) -> Option<Secrets> {
    seed.secret_of(32)?;
    let meta = meta(rules, about, &boxed.terms(administrators)).ok()?;
    let secret = subkey(rules, seed, Label::PerUserX25519, 32)?;
    let shared = agree(rules, &secret, &boxed.ephemeral)?;
    let key = if boxed.kem.is_empty() {
        classic_key(rules, &shared, derivation(rules))?
    } else {
        let kem_seed = subkey(rules, seed, Label::PerUserKyber768, 64)?;
        let KemKeys { secret: kem_secret, public } = kem_keys(&kem_seed)?;
        let keys = PublicPair { x25519: public_key(&secret)?, kyber768: public };
        let kem_shared = decapsulate(&kem_secret, &boxed.kem)?;
        hybrid(rules, &meta, (&kem_shared, &shared), &boxed.ephemeral, &keys)?
    };
    let data = associated_data(rules, cipher(rules), &meta, None);
    let rules = rules.with_as(Rule::SealOpens, Rule::EscrowBoxOpens);
    let plaintext = opened(rules, &key, &boxed.nonce, &data, &boxed.ciphertext)?;
    Secrets::decode(rules, &plaintext)
}

fn hybrid(
    rules: RuleSet,
    meta: &Octets,
    (kem_shared, shared): (&Octets, &Octets),
    ephemeral: &Octets,
    keys: &PublicPair,
) -> Option<Octets> {
    let fields = [
        ("ephemeral", ephemeral),
        ("user_x25519", &keys.x25519),
        ("user_kyber768", &keys.kyber768),
    ];
    let encoded = wire::encode_for_hash(&KEYS, rules, &fields).ok()?;
    let combination = &Octets::revealed(sha256(&encoded.secret()));
    let context = derivation(rules);
    let parts = KeyParts { context, kem_shared, shared, combination, meta };
    hybrid_key(rules, &parts, context)
}

/// What a box is bound to.
///
/// # Errors
/// An identifier, key or hash has a wrong width.
pub fn meta(rules: RuleSet, about: &About<'_>, terms: &Terms) -> Result<Octets, EncodeError> {
    let (number, generation) =
        (wire::u32_be(terms.last_sequence_number), wire::u32_be(terms.generation));
    let fields: [(&str, &[u8]); 7] = [
        ("user_id", about.user_id.as_bytes()),
        ("device_id", about.device_id.as_bytes()),
        ("device_ed25519", about.verifying.as_slice()),
        ("escrow_user_id", terms.user_id.as_bytes()),
        ("last_sequence_number", number.as_slice()),
        ("last_link_hash", terms.last_link_hash.as_slice()),
        ("generation", generation.as_slice()),
    ];
    wire::encode_for_hash(&META, rules, &fields)
}

/// Without [`Rule::EscrowBoxNamesContext`] the context strings are those of a meeting key.
const fn derivation(rules: RuleSet) -> Label {
    if rules.contains(Rule::EscrowBoxNamesContext) {
        Label::EscrowBoxDerivation
    } else {
        Label::KeySeedDerivation
    }
}

const fn cipher(rules: RuleSet) -> Label {
    if rules.contains(Rule::EscrowBoxNamesContext) {
        Label::EscrowBoxCipher
    } else {
        Label::KeySeedCipher
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formulas::per_user_keys::per_user_keys;

    fn terms() -> Terms {
        let last_link_hash = Octets::from([8; 32]);
        let user_id = "escrow-admins".to_owned();
        Terms { user_id, last_sequence_number: 4, last_link_hash, generation: 2 }
    }

    fn secrets() -> Secrets {
        Secrets {
            ed25519_seed: Octets::from([1; 32]),
            x25519: Octets::from([2; 32]),
            kyber768_seed: Octets::from([3; 64]),
        }
    }

    fn boxed(rules: RuleSet, hybrid: bool) -> EscrowBox {
        let keys = per_user_keys(rules, &[9; 32].into()).unwrap().public;
        let keys = if hybrid { keys.user } else { keys.classic().user };
        let verifying = Octets::from([7; 32]);
        let about = About { user_id: "alice", device_id: "escrow", verifying: &verifying };
        let (ephemeral, nonce) = (Octets::from([4; 32]), Octets::from([5; 24]));
        let coins = Octets::from([6; 32]);
        let draws = Draws { ephemeral: &ephemeral, nonce: &nonce, coins: &coins };
        seal(rules, (&about, &terms()), &keys, (&secrets(), &[1; 32].into()), &draws).unwrap()
    }

    #[test]
    fn esc_31_a_box_is_opened_with_the_seed_it_is_for() {
        let all = RuleSet::all();
        let verifying = Octets::from([7; 32]);
        let about = About { user_id: "alice", device_id: "escrow", verifying: &verifying };
        let maker = verifying_key(&[1; 32].into()).unwrap();
        for hybrid in [true, false] {
            let boxed = boxed(all, hybrid);
            assert_eq!(boxed.kem.is_empty(), !hybrid);
            assert_eq!(EscrowBox::decode(all, &boxed.encode(all).unwrap()), Ok(boxed.clone()));
            assert!(boxed.is_signed(all, &about, "escrow-admins", &maker));
            let opened = open(all, &about, "escrow-admins", &[9; 32].into(), &boxed);
            assert_eq!(opened, Some(secrets()));
            assert_eq!(open(all, &about, "escrow-admins", &[8; 32].into(), &boxed), None);
        }
    }

    #[test]
    fn esc_26_to_29_a_box_is_bound_to_each_name_exactly_under_its_rule() {
        let verifying = Octets::from([7; 32]);
        let about = About { user_id: "alice", device_id: "escrow", verifying: &verifying };
        let maker = verifying_key(&[1; 32].into()).unwrap();
        let later = |it: EscrowBox| EscrowBox { generation: 3, ..it };
        let same = |it| it;
        type Change = fn(EscrowBox) -> EscrowBox;
        let changes: [(Rule, About<'_>, &str, Change); 4] = [
            (Rule::EscrowBoxNamesUser, About { user_id: "bob", ..about }, "escrow-admins", same),
            (Rule::EscrowBoxNamesDevice, About { device_id: "x", ..about }, "escrow-admins", same),
            (Rule::EscrowBoxNamesAdministrators, about, "others", same),
            (Rule::EscrowBoxNamesTail, about, "escrow-admins", later),
        ];
        for (rule, about, administrators, change) in changes {
            let holds = |rules| {
                let boxed = change(boxed(rules, true));
                let opened = open(rules, &about, administrators, &[9; 32].into(), &boxed);
                (boxed.is_signed(rules, &about, administrators, &maker), opened.is_some())
            };
            assert_eq!(holds(RuleSet::all()), (false, false), "{}", rule.id());
            assert_eq!(holds(RuleSet::all().without(rule)), (true, true), "{}", rule.id());
        }
    }

    #[test]
    fn esc_32_secrets_are_those_of_their_public_keys_alone() {
        let secrets = secrets();
        let (ed, x) =
            (verifying_key(&[1; 32].into()).unwrap(), public_key(&[2; 32].into()).unwrap());
        let kem = kem_keys(&[3; 64].into()).unwrap().public;
        assert!(secrets.are_of(&ed, &x, &kem));
        assert!(!secrets.are_of(&ed, &x, &Octets::default()));
        assert!(!secrets.are_of(&x, &x, &kem));
        assert!(!secrets.are_of(&ed, &ed, &kem));
    }
}
