//! The primitives as functions on hacspec byte sequences.
//!
//! Nothing is computed here: every function hands the work to a library (RustCrypto, dalek,
//! libcrux) and the result back. `None` means that a width is wrong or that the primitive refused.

mod aead;
pub(crate) mod aes_256_gcm;
pub(crate) mod chacha20_poly1305;
pub(crate) mod curve25519;
pub(crate) mod ecvrf;
pub(crate) mod ed25519;
pub(crate) mod hash;
pub(crate) mod kyber768;
pub(crate) mod xchacha20_poly1305;

use hacspec_lib::ByteSeq;

/// The bytes as an array, if there are exactly `N` of them.
fn array<const N: usize>(bytes: &ByteSeq) -> Option<[u8; N]> {
    if bytes.len() != N {
        return None;
    }
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(bytes.native_slice()) {
        *to = from.declassify();
    }
    Some(out)
}

/// The bytes less an authentication tag of 16 bytes at their end.
fn without_tag(sealed: &ByteSeq) -> Option<Vec<u8>> {
    let length = sealed.len().checked_sub(16)?;
    let mut bytes = sealed.to_native();
    bytes.truncate(length);
    Some(bytes)
}

/// Whatever a library returned as public bytes.
fn sequence(bytes: impl AsRef<[u8]>) -> ByteSeq {
    ByteSeq::from_public_slice(bytes.as_ref())
}
