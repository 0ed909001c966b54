//! ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381).

use akd_core::ecvrf::{Proof, VRFPrivateKey, VRFPublicKey};
use curve25519_dalek::{Scalar, edwards::CompressedEdwardsY};
use hacspec_lib::ByteSeq;
use sha2::{Digest as _, Sha512};

use super::{array, sequence};

/// The public key of a secret seed of 32 bytes.
pub(crate) fn public_key(seed: &ByteSeq) -> Option<ByteSeq> {
    let key = VRFPrivateKey::try_from(array::<32>(seed)?.as_slice()).ok()?;
    Some(sequence(VRFPublicKey::from(&key).as_bytes()))
}

/// The proof, 80 bytes, of the output for these bytes.
pub(crate) fn prove(seed: &ByteSeq, alpha: &ByteSeq) -> Option<ByteSeq> {
    let key = VRFPrivateKey::try_from(array::<32>(seed)?.as_slice()).ok()?;
    Some(sequence(key.prove(&alpha.to_native()).to_bytes()))
}

/// Whether a proof holds. Keys and points are read as RFC 9381 has them, in their one encoding, and
/// keys of small order are refused; the library takes other encodings too.
pub(crate) fn verify(key: &ByteSeq, alpha: &ByteSeq, proof: &ByteSeq) -> bool {
    let (Some(key), Some(proof)) = (array::<32>(key), array::<80>(proof)) else {
        return false;
    };
    if !canonical_point(&key) || gamma(&proof).is_none() || !canonical_scalar(&proof) {
        return false;
    }
    let read = (VRFPublicKey::try_from(key.as_slice()), Proof::try_from(proof.as_slice()));
    let (Ok(key), Ok(proof)) = read else {
        return false;
    };
    key.verify(&proof, &alpha.to_native()).is_ok()
}

/// The output, 64 bytes, that a proof is about, whether it holds or not.
pub(crate) fn output(proof: &ByteSeq) -> Option<ByteSeq> {
    let gamma = gamma(&array::<80>(proof)?)?.decompress()?.mul_by_cofactor().compress();
    let hash = Sha512::new().chain_update([3, 3]).chain_update(gamma.as_bytes()).chain_update([0]);
    Some(sequence(hash.finalize()))
}

/// The point of a proof, in its one encoding.
fn gamma(proof: &[u8; 80]) -> Option<CompressedEdwardsY> {
    let gamma = proof.first_chunk::<32>()?;
    canonical_point(gamma).then_some(CompressedEdwardsY(*gamma))
}

fn canonical_point(bytes: &[u8; 32]) -> bool {
    let point = CompressedEdwardsY(*bytes);
    point.decompress().is_some_and(|it| it.compress() == point)
}

fn canonical_scalar(proof: &[u8; 80]) -> bool {
    let scalar = proof.last_chunk::<32>();
    scalar.is_some_and(|it| bool::from(Scalar::from_canonical_bytes(*it).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const PROOF: &str = "8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f\
                         26f8a57ccaed74ee1b190bed1f479d97\
                         27d2d0f9b005a6e456a35d4fb0daab1268a1b0db10836d9826a528ca76567805";

    /// RFC 9381, B.3, example 16.
    #[test]
    fn ktr_13_a_proof_matches_rfc_9381() {
        let (seed, alpha) = (ByteSeq::from_hex(SEED), ByteSeq::from_public_slice(b""));
        let key = public_key(&seed).unwrap();
        assert_eq!(
            key.to_hex(),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        let proof = prove(&seed, &alpha).unwrap();
        assert_eq!(proof.to_hex(), PROOF);
        assert!(verify(&key, &alpha, &proof));
        assert!(!verify(&key, &ByteSeq::from_public_slice(b"a"), &proof));
        assert_eq!(
            output(&proof).unwrap().to_hex(),
            "90cf1df3b703cce59e2a35b925d411164068269d7b2d29f3301c03dd757876ff\
             66b71dda49d2de59d03450451af026798e8f81cd2e333de5cdf4f3e140fdd8ae"
        );
    }

    /// The library takes the same scalar with the group's order added; RFC 9381, 5.4.4, does not.
    #[test]
    fn ktr_13_a_scalar_beyond_the_order_is_refused() {
        const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
        let key = public_key(&ByteSeq::from_hex(SEED)).unwrap();
        let mut proof: [u8; 80] = array(&ByteSeq::from_hex(PROOF)).unwrap();
        let mut carry = 0;
        let order = ByteSeq::from_hex(ORDER).to_native();
        for (byte, more) in proof[48..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(more) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        let lax = VRFPublicKey::try_from(key.to_native().as_slice()).unwrap();
        assert!(lax.verify(&Proof::try_from(proof.as_slice()).unwrap(), b"").is_ok());
        assert!(!verify(&key, &ByteSeq::from_public_slice(b""), &sequence(proof)));
    }

    #[test]
    fn ktr_13_a_key_of_small_order_proves_nothing() {
        let neutral = ByteSeq::from_hex(&format!("01{}", "00".repeat(31)));
        assert!(!verify(&neutral, &ByteSeq::from_public_slice(b""), &ByteSeq::from_hex(PROOF)));
    }
}
