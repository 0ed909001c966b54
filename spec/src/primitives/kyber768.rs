//! Kyber768 of round 3 of the NIST competition, which is not ML-KEM-768 (reading R-13).
//!
//! Both have the same widths and accept each other's keys and ciphertexts; only the shared secret
//! differs. The types of libcrux are named after ML-KEM but hold plain bytes.

use hacspec_lib::ByteSeq;
use libcrux_ml_kem::{
    kyber768,
    mlkem768::{MlKem768Ciphertext, MlKem768PrivateKey, MlKem768PublicKey},
};

use super::{array, sequence};

/// Secret (2,400 bytes) and public key (1,184 bytes) of a seed of 64 bytes.
pub(crate) fn key_pair(seed: &ByteSeq) -> Option<(ByteSeq, ByteSeq)> {
    let pair = kyber768::generate_key_pair(array(seed)?);
    Some((sequence(pair.sk()), sequence(pair.pk())))
}

/// Shared secret (32 bytes) and ciphertext (1,088 bytes) from coins of 32 bytes.
pub(crate) fn encapsulate(public: &ByteSeq, coins: &ByteSeq) -> Option<(ByteSeq, ByteSeq)> {
    let public = MlKem768PublicKey::from(array(public)?);
    let (ciphertext, shared) = kyber768::encapsulate(&public, array(coins)?);
    Some((sequence(shared), sequence(ciphertext)))
}

/// The shared secret. A ciphertext that was not made for the key gives an unrelated one.
pub(crate) fn decapsulate(secret: &ByteSeq, ciphertext: &ByteSeq) -> Option<ByteSeq> {
    let secret = MlKem768PrivateKey::from(array(secret)?);
    let ciphertext = MlKem768Ciphertext::from(array(ciphertext)?);
    Some(sequence(kyber768::decapsulate(&secret, &ciphertext)))
}

#[cfg(test)]
mod tests {
    use super::{super::hash::sha256, *};

    fn counting(from: u8, to: u8) -> ByteSeq {
        sequence((from..to).collect::<Vec<_>>())
    }

    /// Made with kyber-py 1.2.0 (`kyber_py.kyber`, the round-3 algorithm) from the same bytes.
    #[test]
    fn kyber_matches_an_independent_implementation() {
        let (secret, public) = key_pair(&counting(0, 64)).unwrap();
        let (shared, ciphertext) = encapsulate(&public, &counting(64, 96)).unwrap();
        assert_eq!(
            sha256(&secret).to_hex(),
            "e5d4889e39eb5d8746b348d00571a9ed38997ac789e10092962a102436bebdd3"
        );
        assert_eq!(
            sha256(&public).to_hex(),
            "32992ebf18a03bc8efb6dc12782f0ec788dda3599580f5ffc8a52f761c7fbe5a"
        );
        assert_eq!(
            sha256(&ciphertext).to_hex(),
            "ef1885c43a88337bfcbd0d2d33ae8bf4f96eb54012b61c0debe322f2eb4dabc5"
        );
        assert_eq!(
            shared.to_hex(),
            "7973130dd759b854824a18a0e046afd26cdd02ec874734200bc98d387965de7c"
        );
        assert_eq!(decapsulate(&secret, &ciphertext).unwrap().to_hex(), shared.to_hex());
    }

    #[test]
    fn kyber_of_round_3_is_not_ml_kem() {
        let (secret, public) = key_pair(&counting(0, 64)).unwrap();
        let (shared, ciphertext) = encapsulate(&public, &counting(64, 96)).unwrap();

        let public = MlKem768PublicKey::from(array(&public).unwrap());
        let coins = array(&counting(64, 96)).unwrap();
        let (_, ml_kem_shared) = libcrux_ml_kem::mlkem768::encapsulate(&public, coins);
        assert_ne!(sequence(ml_kem_shared).to_hex(), shared.to_hex());

        let secret = MlKem768PrivateKey::from(array(&secret).unwrap());
        let ciphertext = MlKem768Ciphertext::from(array(&ciphertext).unwrap());
        let ml_kem_opened = libcrux_ml_kem::mlkem768::decapsulate(&secret, &ciphertext);
        assert_ne!(sequence(ml_kem_opened).to_hex(), shared.to_hex());
    }

    #[test]
    fn a_wrong_width_is_refused() {
        let (secret, public) = key_pair(&counting(0, 64)).unwrap();
        assert!(key_pair(&counting(0, 63)).is_none());
        assert!(encapsulate(&public, &counting(0, 31)).is_none());
        assert!(encapsulate(&secret, &counting(0, 32)).is_none());
        assert!(decapsulate(&secret, &public).is_none());
    }
}
