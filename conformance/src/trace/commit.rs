//! From values to commitments.

use conclave_model::values::Valued;
use conclave_spec::Octets;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::format::Commitment;

/// A recording's own key. It is made for one recording and thrown away with it, so that the values
/// behind commitments cannot be guessed from a list of candidates.
pub struct Committer(Hmac<Sha256>);

impl std::fmt::Debug for Committer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Committer")
    }
}

impl Committer {
    /// Commits under this key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        Self(Hmac::new(&block))
    }

    /// Commits under a key from the operating system.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn fresh() -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self::new(&key))
    }

    /// The first 16 bytes of HMAC-SHA-256 of a value.
    #[must_use]
    pub fn commit(&self, value: &[u8]) -> Commitment {
        let whole = self.0.clone().chain_update(value).finalize().into_bytes();
        let mut short = [0; 16];
        short.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        Commitment(short)
    }

    /// The same with commitments for its values.
    #[must_use]
    pub fn committed<T: Valued<Octets>>(&self, whole: &T) -> T::With<Commitment> {
        let mapped = whole.map::<_, std::convert::Infallible>(&mut |_, value: &Octets| {
            Ok(self.commit(value.as_slice()))
        });
        match mapped {
            Ok(mapped) => mapped,
            Err(never) => match never {},
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_is_the_start_of_hmac_sha_256() {
        // RFC 4231, test case 1, with its key of 20 bytes filled up with zeros as HMAC does.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let commitment = Committer::new(&key).commit(b"Hi There");
        assert_eq!(commitment.to_string(), "b0344c61d8db38535ca8afceaf0bf12b");
    }
}
