//! Signatures of certificates and of what is stapled to them (4.6, subsubsec:servercert; reading
//! They have no context string: the standards of both (RFC 5280, RFC 6960) sign the bytes.

use super::Octets;
use crate::primitives::ed25519;

/// The Ed25519 signature, 64 bytes, over the bytes as they are. `None` unless the seed has 32 bytes.
#[must_use]
pub fn sign(seed: &Octets, signed: &Octets) -> Option<Octets> {
    ed25519::sign(&seed.secret(), &signed.secret()).map(Octets::revealed)
}

/// Whether a key signed these bytes. False for keys and signatures of a wrong width, and as strict
/// as for everything else that is signed (reading R-24).
#[must_use]
pub fn verify(key: &Octets, signed: &Octets, signature: &Octets) -> bool {
    ed25519::verify(&key.secret(), &signed.secret(), &signature.secret())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Label, RuleSet, formulas::sign as with_context};

    #[test]
    fn dev_26_what_has_a_context_is_no_signature_of_a_certificate() {
        let (seed, bytes) = (Octets::from([3; 32]), Octets::from("to be signed"));
        let key = with_context::verifying_key(&seed).unwrap();
        let plain = sign(&seed, &bytes).unwrap();
        assert!(verify(&key, &bytes, &plain));
        assert!(!verify(&key, &"another".into(), &plain));
        let all = RuleSet::all();
        let statement = with_context::sign(all, &seed, Label::ServerStatement, &bytes).unwrap();
        assert!(!verify(&key, &bytes, &statement));
        assert!(!with_context::verify(all, &key, Label::ServerStatement, &bytes, &plain));
    }
}
