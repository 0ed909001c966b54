//! The byte formulas of the paper, one module per section.
//!
//! Every formula takes and returns [`Octets`], plain bytes that can be compared, ordered and
//! printed. Inside, the bytes are hacspec sequences of secret integers, on which no comparison or
//! branch can be written by accident; they never leave the crate. A formula that returns an
//! `Option` gives `None` where a key, nonce or ciphertext has a wrong width or is refused.

use std::fmt;

use hacspec_lib::ByteSeq;

pub mod attestation;
pub mod backup_key;
pub mod binding;
pub mod box_classic;
pub mod box_hybrid;
pub mod certificate;
pub mod contact;
pub mod escrow;
pub mod identity;
pub mod key_store;
pub mod media;
pub mod pairing;
pub mod per_user_keys;
pub mod security_code;
pub mod seed_box;
pub mod sigchain;
pub mod sign;
pub mod transparency;
pub mod user_box;
pub mod user_content;

#[cfg(test)]
mod known_answers;

/// A byte string outside the formulas.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Octets(Vec<u8>);

impl Octets {
    /// These bytes.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, by value.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }

    /// How many bytes there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As secret bytes.
    pub(crate) fn secret(&self) -> ByteSeq {
        ByteSeq::from_public_slice(&self.0)
    }

    /// As secret bytes, if there are exactly this many.
    pub(crate) fn secret_of(&self, length: usize) -> Option<ByteSeq> {
        (self.len() == length).then(|| self.secret())
    }

    /// Bytes that a formula gives away.
    pub(crate) fn revealed(bytes: ByteSeq) -> Self {
        Self(bytes.into_native())
    }
}

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl AsRef<[u8]> for Octets {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Octets {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Octets {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Octets {
    fn from(bytes: [u8; N]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<&str> for Octets {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

/// A public text, such as a context string, as hash input.
fn text(text: &str) -> ByteSeq {
    ByteSeq::from_public_slice(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_keep_their_bytes_and_print_as_hexadecimal() {
        let octets = Octets::from([0x00, 0x0f, 0xa0]);
        assert_eq!(Octets::revealed(octets.secret()), octets);
        assert_eq!(format!("{octets:?}"), "000fa0");
        assert!(octets.secret_of(3).is_some());
        assert!(octets.secret_of(4).is_none());
    }
}
