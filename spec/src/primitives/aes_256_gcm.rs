//! AES-256-GCM (NIST SP 800-38D) with a nonce of 12 bytes and a tag of 16.

use aes::Aes256;
use aes_gcm::Aes256Gcm;
use ctr::{
    Ctr32BE,
    cipher::{KeyIvInit as _, StreamCipher as _},
};
use hacspec_lib::ByteSeq;

use super::{aead, array, sequence, without_tag};

/// The ciphertext followed by its tag. The key has 32 bytes, the nonce 12.
pub(crate) fn seal(
    key: &ByteSeq,
    nonce: &ByteSeq,
    associated_data: &ByteSeq,
    plaintext: &ByteSeq,
) -> Option<ByteSeq> {
    aead::seal::<Aes256Gcm>(key, nonce, associated_data, plaintext)
}

/// The plaintext, if the tag is good.
pub(crate) fn open(
    key: &ByteSeq,
    nonce: &ByteSeq,
    associated_data: &ByteSeq,
    sealed: &ByteSeq,
) -> Option<ByteSeq> {
    aead::open::<Aes256Gcm>(key, nonce, associated_data, sealed)
}

/// The weakened primitive: decrypts whatever the tag says. Counter 1 masks the tag, so the text
/// starts at counter 2.
pub(crate) fn open_unchecked(key: &ByteSeq, nonce: &ByteSeq, sealed: &ByteSeq) -> Option<ByteSeq> {
    let mut text = without_tag(sealed)?;
    let mut first_block = [0; 16];
    let counter = [0, 0, 0, 2];
    let start = array::<12>(nonce)?.into_iter().chain(counter);
    first_block.iter_mut().zip(start).for_each(|(to, from)| *to = from);
    let mut stream = Ctr32BE::<Aes256>::new(&array::<32>(key)?.into(), &first_block.into());
    stream.try_apply_keystream(&mut text).ok()?;
    Some(sequence(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "The Galois/Counter Mode of Operation" (McGrew, Viega), appendix B, test case 16.
    #[test]
    fn sealing_matches_the_gcm_paper() {
        let key =
            ByteSeq::from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        let nonce = ByteSeq::from_hex("cafebabefacedbaddecaf888");
        let ad = ByteSeq::from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plaintext = ByteSeq::from_hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        let sealed = seal(&key, &nonce, &ad, &plaintext).unwrap();
        assert_eq!(
            sealed.to_hex(),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662\
             76fc6ece0f4e1768cddf8853bb2d551b"
        );
        assert_eq!(open(&key, &nonce, &ad, &sealed).unwrap().to_hex(), plaintext.to_hex());
        let unchecked = open_unchecked(&key, &nonce, &sealed).unwrap();
        assert_eq!(unchecked.to_hex(), plaintext.to_hex());
    }
}
