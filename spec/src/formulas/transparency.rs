//! The server's tree of tails: names, leaves, nodes and what is signed of it (4.6, sec:ztt; readings
//! Whether something is in the tree is checked by `model::transparency`.

use super::Octets;
use crate::{
    Label,
    layouts::transparency::{COMMITMENT, NAME},
    primitives::{ecvrf, hash::sha256},
    rule_set::RuleSet,
    wire::{self, EncodeError},
};

pub use markers::{future_markers, past_markers};
pub use node::{Node, NodeLabel};

mod markers;
mod node;
#[cfg(test)]
mod tests;

/// The hash of parts, one behind the other, 32 bytes.
fn hashed(parts: &[&[u8]]) -> Octets {
    Octets::revealed(sha256(&Octets::new(parts.concat()).secret()))
}

/// What a chain goes by in the tree: its type, and the user ID, address or account ID it is about.
///
/// # Errors
/// A type is empty or over 16 bytes, a subject empty or over 255.
pub fn name(rules: RuleSet, sigchain_type: &str, subject: &str) -> Result<Octets, EncodeError> {
    wire::encode(&NAME, rules, &[("sigchain_type", sigchain_type), ("subject", subject)])
}

/// What a label is the VRF output for, 32 bytes.
#[must_use]
pub fn alpha(name: &Octets, fresh: bool, version: u64) -> Octets {
    let length = wire::u64_be(name.len() as u64);
    let version = version.to_be_bytes();
    hashed(&[length.as_slice(), name.as_slice(), &[u8::from(fresh)], &version])
}

/// The public key of the labels that come from a secret seed of 32 bytes.
#[must_use]
pub fn label_key(seed: &Octets) -> Option<Octets> {
    ecvrf::public_key(&seed.secret()).map(Octets::revealed)
}

/// The proof, 80 bytes, of the label for an `alpha`.
#[must_use]
pub fn prove_label(seed: &Octets, alpha: &Octets) -> Option<Octets> {
    ecvrf::prove(&seed.secret(), &alpha.secret()).map(Octets::revealed)
}

/// Whether a proof is one for an `alpha`.
#[must_use]
pub fn label_holds(key: &Octets, alpha: &Octets, proof: &Octets) -> bool {
    ecvrf::verify(&key.secret(), &alpha.secret(), &proof.secret())
}

/// The label that a proof is about, whether the proof holds or not. `None` if it cannot be read.
#[must_use]
pub fn label_of(proof: &Octets) -> Option<NodeLabel> {
    let output = Octets::revealed(ecvrf::output(&proof.secret())?);
    output.as_slice().first_chunk().copied().map(NodeLabel::leaf)
}

/// The commitment to a value, 32 bytes.
#[must_use]
pub fn value_commitment(value: &Octets, nonce: &Octets) -> Octets {
    let length = |of: &Octets| (of.len() as u64).to_be_bytes();
    hashed(&[&length(value), value.as_slice(), &length(nonce), nonce.as_slice()])
}

/// What stands under a stale label in place of a commitment, 32 bytes.
#[must_use]
pub fn stale_commitment() -> Octets {
    hashed(&[&[0]])
}

/// The hash of a leaf that came into the tree in this epoch.
#[must_use]
pub fn leaf_hash(commitment: &Octets, epoch: u64) -> Octets {
    hashed(&[commitment.as_slice(), &epoch.to_be_bytes()])
}

/// The state of the tree in an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeState {
    /// The epoch.
    pub epoch: u64,
    /// The root, 32 bytes.
    pub root: Octets,
    /// The key behind the labels, 32 bytes.
    pub vrf_key: Octets,
}

impl TreeState {
    /// What server and auditors sign, under [`Label::TreeCommitment`] and [`Label::TreeAudit`].
    ///
    /// # Errors
    /// The cloud is empty or over 255 bytes, or root or key have a wrong width.
    pub fn signed(&self, rules: RuleSet, cloud_name: &str) -> Result<Octets, EncodeError> {
        let epoch = self.epoch.to_be_bytes();
        let fields: [(&str, &[u8]); 4] = [
            ("cloud_name", cloud_name.as_bytes()),
            ("epoch", &epoch),
            ("root", self.root.as_slice()),
            ("vrf_key", self.vrf_key.as_slice()),
        ];
        wire::encode_for_hash(&COMMITMENT, rules, &fields)
    }

    /// Whether somebody signed it.
    #[must_use]
    pub fn is_signed(
        &self,
        rules: RuleSet,
        cloud_name: &str,
        (label, key): (Label, &Octets),
        signature: &Octets,
    ) -> bool {
        let signed = self.signed(rules, cloud_name);
        signed.is_ok_and(|signed| super::sign::verify(rules, key, label, &signed, signature))
    }

    /// Whether the other has the same root and key.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.root == other.root && self.vrf_key == other.vrf_key
    }
}
