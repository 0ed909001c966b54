//! SHA-256, SHA3-256, HMAC-SHA-256, HKDF-SHA-256 and Argon2id.

use hacspec_lib::ByteSeq;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use sha3::Sha3_256;

use super::sequence;

/// SHA-256, 32 bytes (FIPS 180-4).
pub(crate) fn sha256(data: &ByteSeq) -> ByteSeq {
    sequence(Sha256::digest(data.to_native()))
}

/// SHA3-256, 32 bytes (FIPS 202).
pub(crate) fn sha3_256(data: &ByteSeq) -> ByteSeq {
    sequence(Sha3_256::digest(data.to_native()))
}

/// HMAC-SHA-256, 32 bytes (RFC 2104). HMAC takes keys of every length.
pub(crate) fn hmac_sha256(key: &ByteSeq, data: &ByteSeq) -> Option<ByteSeq> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.to_native()).ok()?;
    mac.update(&data.to_native());
    Some(sequence(mac.finalize().into_bytes()))
}

/// HKDF-SHA-256, extract and expand (RFC 5869). `None` beyond 8,160 bytes of output.
pub(crate) fn hkdf_sha256(
    ikm: &ByteSeq,
    salt: &ByteSeq,
    info: &ByteSeq,
    length: usize,
) -> Option<ByteSeq> {
    let mut okm = vec![0; length];
    hkdf::Hkdf::<Sha256>::new(Some(&salt.to_native()), &ikm.to_native())
        .expand(&info.to_native(), &mut okm)
        .ok()?;
    Some(sequence(okm))
}

/// Argon2id, version 1.3 (RFC 9106), 32 bytes, with the costs that libsodium calls interactive: two
/// passes over 64 MiB in one lane. `None` unless the salt has 8 bytes or more.
pub(crate) fn argon2id(password: &ByteSeq, salt: &ByteSeq) -> Option<ByteSeq> {
    let (memory_kib, passes, lanes) = (64 * 1024, 2, 1);
    let params = argon2::Params::new(memory_kib, passes, lanes, Some(32)).ok()?;
    let mut hash = vec![0; 32];
    argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
        .hash_password_into(&password.to_native(), &salt.to_native(), &mut hash)
        .ok()?;
    Some(sequence(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_match_the_standards() {
        let abc = ByteSeq::from_public_slice(b"abc");
        assert_eq!(
            sha256(&abc).to_hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            sha3_256(&abc).to_hex(),
            "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"
        );
    }

    /// RFC 4231, test case 2.
    #[test]
    fn hmac_matches_rfc_4231() {
        let key = ByteSeq::from_public_slice(b"Jefe");
        let data = ByteSeq::from_public_slice(b"what do ya want for nothing?");
        assert_eq!(
            hmac_sha256(&key, &data).unwrap().to_hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    /// RFC 5869, test cases 1 (with salt and info) and 3 (with neither).
    #[test]
    fn hkdf_matches_rfc_5869() {
        let ikm = ByteSeq::from_public_slice(&[0x0b; 22]);
        let salt = ByteSeq::from_hex("000102030405060708090a0b0c");
        let info = ByteSeq::from_hex("f0f1f2f3f4f5f6f7f8f9");
        assert_eq!(
            hkdf_sha256(&ikm, &salt, &info, 42).unwrap().to_hex(),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        );
        let none = ByteSeq::new(0);
        assert_eq!(
            hkdf_sha256(&ikm, &none, &none, 42).unwrap().to_hex(),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        );
        assert!(hkdf_sha256(&ikm, &none, &none, 255 * 32 + 1).is_none());
    }
}
