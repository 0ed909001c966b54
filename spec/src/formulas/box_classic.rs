//! The box over Curve25519 (2.3.1, 3.5.2), and what the hybrid box shares with it.

use hacspec_lib::ByteSeq;

use super::{Octets, text};
use crate::{
    labels::Label,
    primitives::{
        curve25519,
        hash::{hkdf_sha256, sha256},
        xchacha20_poly1305,
    },
    rule_set::RuleSet,
    rules::Rule,
};

/// The public key of a secret key of 32 bytes (`Box.KeyGen` of 2.3.1, 3.5.2, with the randomness
/// as an input).
#[must_use]
pub fn public_key(secret: &Octets) -> Option<Octets> {
    curve25519::public_key(&secret.secret()).map(Octets::revealed)
}

/// The shared secret of two devices, 32 bytes: libsodium's `crypto_box_beforenm` (2.3.1, 3.5.2,
/// `Box.Enc` step 2), which is X25519 followed by HSalsa20 (reading R-12).
///
/// `None` for a wrong width and for a peer's key that makes the X25519 result zero (reading R-04);
/// without [`Rule::AgreementContributory`] the zero is let through.
#[must_use]
pub fn agree(rules: RuleSet, secret: &Octets, peer_public: &Octets) -> Option<Octets> {
    let agreement = curve25519::x25519(&secret.secret(), &peer_public.secret())?;
    if !agreement.contributory && rules.contains(Rule::AgreementContributory) {
        return None;
    }
    curve25519::hsalsa20(&agreement.shared).map(Octets::revealed)
}

/// The key of a classic box, 32 bytes (2.3.1, 3.5.2, `Box.Enc` step 3): HKDF-SHA-256 of the shared
/// secret with an empty salt and the context string as info (reading R-15).
#[must_use]
pub fn classic_key(rules: RuleSet, shared: &Octets, context_kdf: Label) -> Option<Octets> {
    let no_salt = ByteSeq::new(0);
    let named = rules.contains(Rule::DerivationNamesContext);
    let info = if named { text(context_kdf.text()) } else { ByteSeq::new(0) };
    hkdf_sha256(&shared.secret_of(32)?, &no_salt, &info, 32).map(Octets::revealed)
}

/// The associated data of a box of either suite (2.3.1, 3.5.2, `Box.Enc` step 4): the hash of the
/// cipher context string and the hash of the metadata; then, where the box is bound to one, the
/// hash of the recipient's liveness nonce (4.1, subsubsec:liveness; reading R-66).
#[must_use]
pub fn associated_data(
    rules: RuleSet,
    context_cipher: Label,
    meta: &Octets,
    liveness_nonce: Option<&Octets>,
) -> Octets {
    let meta = sha256(&meta.secret());
    let named = if rules.contains(Rule::SealNamesContext) {
        sha256(&text(context_cipher.text())).concat_owned(meta)
    } else {
        meta
    };
    Octets::revealed(match liveness_nonce {
        Some(nonce) => named.concat_owned(sha256(&nonce.secret())),
        None => named,
    })
}

/// XChaCha20-Poly1305 (2.3.1, 3.5.2, `Box.Enc` step 5): the ciphertext and its tag of 16 bytes.
/// The key has 32 bytes, the nonce 24.
#[must_use]
pub fn seal(
    key: &Octets,
    nonce: &Octets,
    associated_data: &Octets,
    plaintext: &Octets,
) -> Option<Octets> {
    xchacha20_poly1305::seal(
        &key.secret(),
        &nonce.secret(),
        &associated_data.secret(),
        &plaintext.secret(),
    )
    .map(Octets::revealed)
}

/// The reverse of [`seal`] (2.3.1, 3.5.2, `Box.Dec` step 5). Without [`Rule::SealOpens`] the tag
/// is not looked at and the key stream alone decides.
#[must_use]
pub fn open(
    rules: RuleSet,
    key: &Octets,
    nonce: &Octets,
    associated_data: &Octets,
    ciphertext: &Octets,
) -> Option<Octets> {
    let (key, nonce, ciphertext) = (key.secret(), nonce.secret(), ciphertext.secret());
    let plaintext = if rules.contains(Rule::SealOpens) {
        xchacha20_poly1305::open(&key, &nonce, &associated_data.secret(), &ciphertext)
    } else {
        xchacha20_poly1305::open_unchecked(&key, &nonce, &ciphertext)
    };
    plaintext.map(Octets::revealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Octets {
        hex::decode(text).unwrap().into()
    }

    /// "Cryptography in NaCl" (Bernstein), `firstkey`.
    #[test]
    fn agreement_matches_the_nacl_paper() {
        let all = RuleSet::all();
        let alice = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        let bob = hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        let firstkey = hex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
        assert_eq!(agree(all, &alice, &public_key(&bob).unwrap()), Some(firstkey.clone()));
        assert_eq!(agree(all, &bob, &public_key(&alice).unwrap()), Some(firstkey));
    }

    #[test]
    fn rot_09_a_zero_shared_secret_is_refused_only_under_the_rule() {
        let all = RuleSet::all();
        let mutant = all.without(Rule::AgreementContributory);
        let zero = Octets::from([0; 32]);
        let shared: Vec<_> =
            [1, 2].map(|secret| agree(mutant, &[secret; 32].into(), &zero).unwrap()).into();
        assert_eq!(shared[0], shared[1], "the peer alone decides");
        assert_eq!(agree(all, &[1; 32].into(), &zero), None);
        assert_eq!(agree(mutant, &[1; 32].into(), &[9; 31].into()), None);
    }

    #[test]
    fn rot_01_a_forged_seal_opens_only_without_the_rule() {
        let (key, nonce, ad) = (Octets::from([1; 32]), Octets::from([2; 24]), Octets::from("ad"));
        let mut forged = seal(&key, &nonce, &ad, &"meeting".into()).unwrap().into_vec();
        forged[0] ^= 1;
        let forged = Octets::new(forged);
        let all = RuleSet::all();
        let mutant = all.without(Rule::SealOpens);
        assert_eq!(open(all, &key, &nonce, &ad, &forged), None);
        assert_eq!(open(mutant, &key, &nonce, &ad, &forged), Some("leeting".into()));
        assert_eq!(open(mutant, &key, &nonce, &ad, &[0; 15].into()), None);
        assert_eq!(open(mutant, &key, &[2; 23].into(), &ad, &forged), None);
    }

    #[test]
    fn rot_08_the_associated_data_loses_its_context_without_the_rule() {
        let all = RuleSet::all();
        let meta = Octets::from("meta");
        let full = associated_data(all, Label::KeySeedCipher, &meta, None);
        let other = associated_data(all, Label::KeySeedDerivation, &meta, None);
        assert_eq!((full.len(), other.len()), (64, 64));
        assert_ne!(full, other);
        let bare =
            associated_data(all.without(Rule::SealNamesContext), Label::KeySeedCipher, &meta, None);
        assert_eq!(bare.as_slice(), &full.as_slice()[32..]);
    }
}
