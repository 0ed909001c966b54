//! X25519 (RFC 7748) and HSalsa20, the two halves of libsodium's `crypto_box_beforenm`.

use hacspec_lib::ByteSeq;
use salsa20::{cipher::consts::U10, hsalsa};
use x25519_dalek::{PublicKey, StaticSecret};

use super::{array, sequence};

/// What a Diffie-Hellman step gave.
pub(crate) struct Agreement {
    /// The shared point, 32 bytes.
    pub(crate) shared: ByteSeq,
    /// Whether the peer's key had any influence: false exactly for an all-zero result.
    pub(crate) contributory: bool,
}

/// The public key of a secret key of 32 bytes.
pub(crate) fn public_key(secret: &ByteSeq) -> Option<ByteSeq> {
    let secret = StaticSecret::from(array::<32>(secret)?);
    Some(sequence(PublicKey::from(&secret).as_bytes()))
}

/// X25519 of a secret key and a peer's public key.
pub(crate) fn x25519(secret: &ByteSeq, peer: &ByteSeq) -> Option<Agreement> {
    let peer = PublicKey::from(array::<32>(peer)?);
    let shared = StaticSecret::from(array::<32>(secret)?).diffie_hellman(&peer);
    Some(Agreement { contributory: shared.was_contributory(), shared: sequence(shared.as_bytes()) })
}

/// HSalsa20 with the all-zero input of 16 bytes.
pub(crate) fn hsalsa20(key: &ByteSeq) -> Option<ByteSeq> {
    Some(sequence(hsalsa::<U10>(&array::<32>(key)?.into(), &[0; 16].into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
    const BOB: &str = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";

    /// "Cryptography in NaCl" (Bernstein): Alice, Bob, their shared point and `firstkey`.
    #[test]
    fn the_shared_key_matches_the_nacl_paper() {
        let (alice, bob) = (ByteSeq::from_hex(ALICE), ByteSeq::from_hex(BOB));
        let to_bob = x25519(&alice, &public_key(&bob).unwrap()).unwrap();
        let to_alice = x25519(&bob, &public_key(&alice).unwrap()).unwrap();
        let shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
        assert_eq!(to_bob.shared.to_hex(), shared);
        assert_eq!(to_alice.shared.to_hex(), shared);
        assert!(to_bob.contributory);
        assert_eq!(
            hsalsa20(&to_bob.shared).unwrap().to_hex(),
            "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389"
        );
    }

    #[test]
    fn a_point_of_small_order_is_not_contributory() {
        let small_order = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800";
        let agreement = x25519(&ByteSeq::from_hex(ALICE), &ByteSeq::from_hex(small_order)).unwrap();
        assert!(!agreement.contributory);
        assert_eq!(agreement.shared.to_hex(), "00".repeat(32));
    }
}
