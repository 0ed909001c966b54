//! Ed25519 signatures (RFC 8032).

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hacspec_lib::ByteSeq;

use super::{array, sequence};

/// The public key of a secret seed of 32 bytes.
pub(crate) fn verifying_key(seed: &ByteSeq) -> Option<ByteSeq> {
    Some(sequence(SigningKey::from_bytes(&array(seed)?).verifying_key().as_bytes()))
}

/// A detached signature of 64 bytes.
pub(crate) fn sign(seed: &ByteSeq, message: &ByteSeq) -> Option<ByteSeq> {
    let signature = SigningKey::from_bytes(&array(seed)?).sign(&message.to_native());
    Some(sequence(signature.to_bytes()))
}

/// Whether the signature is good. Keys and commitments of small order are refused, as libsodium
/// refuses them.
pub(crate) fn verify(verifying_key: &ByteSeq, message: &ByteSeq, signature: &ByteSeq) -> bool {
    let (Some(key), Some(signature)) = (array(verifying_key), array(signature)) else {
        return false;
    };
    VerifyingKey::from_bytes(&key).is_ok_and(|key| {
        key.verify_strict(&message.to_native(), &Signature::from_bytes(&signature)).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, 7.1, test 2.
    #[test]
    fn a_signature_matches_rfc_8032() {
        let seed =
            ByteSeq::from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let message = ByteSeq::from_hex("72");
        let key = verifying_key(&seed).unwrap();
        assert_eq!(
            key.to_hex(),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        let signature = sign(&seed, &message).unwrap();
        assert_eq!(
            signature.to_hex(),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        assert!(verify(&key, &message, &signature));
    }

    /// Under the neutral element as key, `R = B` and `s = 1` satisfy the equation for any message.
    #[test]
    fn a_key_of_small_order_verifies_nothing() {
        let neutral = ByteSeq::from_hex(&format!("01{}", "00".repeat(31)));
        let base_then_one = format!("58{}01{}", "66".repeat(31), "00".repeat(31));
        let signature = ByteSeq::from_hex(&base_then_one);
        let key = VerifyingKey::from_bytes(&array(&neutral).unwrap()).unwrap();
        let lax = ed25519_dalek::Verifier::verify(
            &key,
            b"anything",
            &Signature::from_bytes(&array(&signature).unwrap()),
        );
        assert!(lax.is_ok(), "the forgery must be a good one");
        assert!(!verify(&neutral, &ByteSeq::from_public_slice(b"anything"), &signature));
    }
}
