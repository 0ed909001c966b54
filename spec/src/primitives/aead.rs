//! Sealing and opening with any of the ciphers: what they have in common.

use chacha20poly1305::{
    KeyInit,
    aead::{Aead, Nonce, Payload},
};
use hacspec_lib::ByteSeq;

use super::sequence;

/// The ciphertext followed by its tag of 16 bytes; `None` for a key or nonce of a wrong width.
pub(super) fn seal<C: Aead + KeyInit>(
    key: &ByteSeq,
    nonce: &ByteSeq,
    associated_data: &ByteSeq,
    plaintext: &ByteSeq,
) -> Option<ByteSeq> {
    let (msg, aad) = (plaintext.to_native(), associated_data.to_native());
    let nonce = Nonce::<C>::try_from(nonce.to_native().as_slice()).ok()?;
    let cipher = C::new_from_slice(&key.to_native()).ok()?;
    cipher.encrypt(&nonce, Payload { msg: &msg, aad: &aad }).ok().map(sequence)
}

/// The plaintext, if the tag is good.
pub(super) fn open<C: Aead + KeyInit>(
    key: &ByteSeq,
    nonce: &ByteSeq,
    associated_data: &ByteSeq,
    sealed: &ByteSeq,
) -> Option<ByteSeq> {
    let (msg, aad) = (sealed.to_native(), associated_data.to_native());
    let nonce = Nonce::<C>::try_from(nonce.to_native().as_slice()).ok()?;
    let cipher = C::new_from_slice(&key.to_native()).ok()?;
    cipher.decrypt(&nonce, Payload { msg: &msg, aad: &aad }).ok().map(sequence)
}
