//! ChaCha20-Poly1305 of RFC 8439, libsodium's `crypto_aead_chacha20poly1305_ietf`.

use chacha20::{
    ChaCha20,
    cipher::{KeyIvInit as _, StreamCipher as _, StreamCipherSeek as _},
};
use chacha20poly1305::ChaCha20Poly1305;
use hacspec_lib::ByteSeq;

use super::{aead, array, sequence, without_tag};

/// The ciphertext followed by its tag of 16 bytes. The key has 32 bytes, the nonce 12.
pub(crate) fn seal(
    key: &ByteSeq,
    nonce: &ByteSeq,
    associated_data: &ByteSeq,
    plaintext: &ByteSeq,
) -> Option<ByteSeq> {
    aead::seal::<ChaCha20Poly1305>(key, nonce, associated_data, plaintext)
}

/// The plaintext, if the tag is good.
pub(crate) fn open(
    key: &ByteSeq,
    nonce: &ByteSeq,
    associated_data: &ByteSeq,
    sealed: &ByteSeq,
) -> Option<ByteSeq> {
    aead::open::<ChaCha20Poly1305>(key, nonce, associated_data, sealed)
}

/// The weakened primitive: decrypts whatever the tag says. Block 0 of the key stream makes the
/// Poly1305 key, so the text starts at block 1.
pub(crate) fn open_unchecked(key: &ByteSeq, nonce: &ByteSeq, sealed: &ByteSeq) -> Option<ByteSeq> {
    let mut text = without_tag(sealed)?;
    let mut stream = ChaCha20::new(&array::<32>(key)?.into(), &array::<12>(nonce)?.into());
    stream.try_seek(64_u32).ok()?;
    stream.try_apply_keystream(&mut text).ok()?;
    Some(sequence(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8439, 2.8.2.
    #[test]
    fn sealing_matches_rfc_8439() {
        let key =
            ByteSeq::from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        let nonce = ByteSeq::from_hex("070000004041424344454647");
        let ad = ByteSeq::from_hex("50515253c0c1c2c3c4c5c6c7");
        let plaintext: &[u8] = b"Ladies and Gentlemen of the class of '99: If I could offer you \
            only one tip for the future, sunscreen would be it.";
        let sealed = seal(&key, &nonce, &ad, &ByteSeq::from_public_slice(plaintext)).unwrap();
        assert!(sealed.to_hex().starts_with("d31a8d34648e60db7b86afbc53ef7ec2"));
        assert!(sealed.to_hex().ends_with("1ae10b594f09e26a7e902ecbd0600691"));
        assert_eq!(open(&key, &nonce, &ad, &sealed).unwrap().into_native(), plaintext);
        assert_eq!(open_unchecked(&key, &nonce, &sealed).unwrap().into_native(), plaintext);
    }
}
