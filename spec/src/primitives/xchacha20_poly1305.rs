//! XChaCha20-Poly1305, libsodium's `crypto_aead_xchacha20poly1305_ietf`.

use chacha20::{
    XChaCha20,
    cipher::{KeyIvInit as _, StreamCipher as _, StreamCipherSeek as _},
};
use chacha20poly1305::XChaCha20Poly1305;
use hacspec_lib::ByteSeq;

use super::{aead, array, sequence, without_tag};

/// The ciphertext followed by its tag of 16 bytes. The key has 32 bytes, the nonce 24.
pub(crate) fn seal(
    key: &ByteSeq,
    nonce: &ByteSeq,
    associated_data: &ByteSeq,
    plaintext: &ByteSeq,
) -> Option<ByteSeq> {
    aead::seal::<XChaCha20Poly1305>(key, nonce, associated_data, plaintext)
}

/// The plaintext, if the tag is good.
pub(crate) fn open(
    key: &ByteSeq,
    nonce: &ByteSeq,
    associated_data: &ByteSeq,
    sealed: &ByteSeq,
) -> Option<ByteSeq> {
    aead::open::<XChaCha20Poly1305>(key, nonce, associated_data, sealed)
}

/// The weakened primitive: decrypts whatever the tag says. Block 0 of the key stream makes the
/// Poly1305 key, so the text starts at block 1.
pub(crate) fn open_unchecked(key: &ByteSeq, nonce: &ByteSeq, sealed: &ByteSeq) -> Option<ByteSeq> {
    let mut text = without_tag(sealed)?;
    let mut stream = XChaCha20::new(&array::<32>(key)?.into(), &array::<24>(nonce)?.into());
    stream.try_seek(64_u32).ok()?;
    stream.try_apply_keystream(&mut text).ok()?;
    Some(sequence(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAINTEXT: &[u8] = b"Ladies and Gentlemen of the class of '99: If I could offer you \
        only one tip for the future, sunscreen would be it.";

    /// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    #[test]
    fn sealing_matches_the_xchacha_draft() {
        let key =
            ByteSeq::from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        let nonce = ByteSeq::from_hex("404142434445464748494a4b4c4d4e4f5051525354555657");
        let ad = ByteSeq::from_hex("50515253c0c1c2c3c4c5c6c7");
        let sealed = seal(&key, &nonce, &ad, &ByteSeq::from_public_slice(PLAINTEXT)).unwrap();
        assert_eq!(
            sealed.to_hex(),
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
             731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
             2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
             21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780a\
             cf49"
        );
        assert_eq!(open(&key, &nonce, &ad, &sealed).unwrap().into_native(), PLAINTEXT);
        assert_eq!(open_unchecked(&key, &nonce, &sealed).unwrap().into_native(), PLAINTEXT);
    }
}
