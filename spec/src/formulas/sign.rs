//! Signatures with a context string (2.3.1, 3.5.1; 4.6, "Signing" of the meetings chapter).

use hacspec_lib::ByteSeq;

use super::{Octets, text};
use crate::{
    labels::Label,
    primitives::{ed25519, hash::sha256},
    rule_set::RuleSet,
    rules::Rule,
};

/// The public half of a signing key: the identity verification key of a secret seed of 32 bytes
/// (`Sign.KeyGen` of 2.3.1, 3.5.1, with the randomness as an input).
#[must_use]
pub fn verifying_key(seed: &Octets) -> Option<Octets> {
    ed25519::verifying_key(&seed.secret()).map(Octets::revealed)
}

/// `Sign.Sign` (2.3.1, 3.5.1): a detached Ed25519 signature of 64 bytes over the hash of the
/// context string and the hash of the message. `None` unless the seed has 32 bytes.
#[must_use]
pub fn sign(rules: RuleSet, seed: &Octets, context: Label, message: &Octets) -> Option<Octets> {
    ed25519::sign(&seed.secret(), &signed(rules, context, message)).map(Octets::revealed)
}

/// `Sign.Verify` (2.3.1, 3.5.1): whether the signature was made for this context and message.
/// False for keys and signatures of a wrong width and, as in libsodium, for keys of small order.
#[must_use]
pub fn verify(
    rules: RuleSet,
    verifying_key: &Octets,
    context: Label,
    message: &Octets,
    signature: &Octets,
) -> bool {
    let signed = signed(rules, context, message);
    ed25519::verify(&verifying_key.secret(), &signed, &signature.secret())
}

/// `SHA256(Context) || SHA256(M)`, without the first half where the rule is not in force.
fn signed(rules: RuleSet, context: Label, message: &Octets) -> ByteSeq {
    let message = sha256(&message.secret());
    if rules.contains(Rule::SignatureNamesContext) {
        sha256(&text(context.text())).concat_owned(message)
    } else {
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed_by(rules: RuleSet) -> (Octets, Octets, Octets) {
        let seed = Octets::from([3; 32]);
        let message = Octets::from("a message");
        let signature = sign(rules, &seed, Label::Announcement, &message).unwrap();
        (verifying_key(&seed).unwrap(), message, signature)
    }

    #[test]
    fn dev_02_a_signature_holds_for_its_own_context_only() {
        let all = RuleSet::all();
        let (key, message, signature) = signed_by(all);
        assert!(verify(all, &key, Label::Announcement, &message, &signature));
        assert!(!verify(all, &key, Label::ParticipantList, &message, &signature));

        let mutant = all.without(Rule::SignatureNamesContext);
        let (key, message, signature) = signed_by(mutant);
        assert!(verify(mutant, &key, Label::ParticipantList, &message, &signature));
        assert!(!verify(all, &key, Label::Announcement, &message, &signature));
    }

    #[test]
    fn a_changed_message_key_or_signature_is_refused() {
        let all = RuleSet::all();
        let (key, message, signature) = signed_by(all);
        let with = |key: &Octets, message: &Octets, signature: &Octets| {
            verify(all, key, Label::Announcement, message, signature)
        };
        assert!(!with(&key, &"another message".into(), &signature));
        assert!(!with(&verifying_key(&[4; 32].into()).unwrap(), &message, &signature));
        for at in [0, 63] {
            let mut damaged = signature.clone().into_vec();
            damaged[at] ^= 1;
            assert!(!with(&key, &message, &damaged.into()));
        }
        assert!(!with(&key, &message, &signature.as_slice()[..63].into()));
        assert!(!with(&key.as_slice()[..31].into(), &message, &signature));
        assert!(sign(all, &[3; 31].into(), Label::Announcement, &message).is_none());
    }
}
