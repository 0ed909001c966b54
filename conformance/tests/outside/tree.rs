//! The tree of `akd` over SHA-256, and its proofs in our layouts and ours in its types.

use akd::{
    AkdLabel, AkdValue, AzksElement, AzksValue, AzksValueWithEpoch, Direction, MembershipProof,
    NodeLabel, NonMembershipProof, SiblingProof, VersionFreshness,
    configuration::Configuration,
    ecvrf::{VRFKeyStorage, VrfError},
};
use conclave_model::{
    sigchain::build::bytes,
    transparency::{
        build::nonce,
        proofs::{Absence, Path},
    },
};
use conclave_spec::{
    Octets,
    formulas::transparency::{Node, NodeLabel as Label},
};
use sha2::{Digest as _, Sha256};

/// What the keys of the servers here are made of.
pub(crate) const KEYS: &str = "tree server";

/// The construction of R-150, written against the library's trait alone.
#[derive(Clone)]
pub(crate) struct OverSha256;

fn lengthy(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u64).to_be_bytes()[..], bytes].concat()
}

impl Configuration for OverSha256 {
    fn hash(item: &[u8]) -> [u8; 32] {
        Sha256::digest(item).into()
    }

    fn empty_root_value() -> AzksValue {
        Self::stale_azks_value()
    }

    fn empty_node_hash() -> AzksValue {
        let label = Self::empty_label().value::<Self>();
        AzksValue(Self::hash(&[&Self::stale_azks_value().0[..], &label].concat()))
    }

    fn hash_leaf_with_value(value: &AkdValue, epoch: u64, nonce: &[u8]) -> AzksValueWithEpoch {
        let commitment = Self::hash(&[lengthy(value), lengthy(nonce)].concat());
        Self::hash_leaf_with_commitment(AzksValue(commitment), epoch)
    }

    fn hash_leaf_with_commitment(commitment: AzksValue, epoch: u64) -> AzksValueWithEpoch {
        AzksValueWithEpoch(Self::hash(&[&commitment.0[..], &epoch.to_be_bytes()].concat()))
    }

    /// Not that of the library: how a server makes its nonces nobody else sees.
    fn get_commitment_nonce(_: &[u8], label: &NodeLabel, _: u64, _: &AkdValue) -> [u8; 32] {
        let nonce = nonce(KEYS, &Label::leaf(label.label_val));
        nonce.as_slice().try_into().expect("a nonce has 32 bytes")
    }

    fn compute_fresh_azks_value(
        key: &[u8],
        label: &NodeLabel,
        version: u64,
        value: &AkdValue,
    ) -> AzksValue {
        let nonce = Self::get_commitment_nonce(key, label, version, value);
        AzksValue(Self::hash(&[lengthy(value), lengthy(&nonce)].concat()))
    }

    fn get_hash_from_label_input(
        label: &AkdLabel,
        freshness: VersionFreshness,
        version: u64,
    ) -> Vec<u8> {
        let rest = [&[freshness as u8][..], &version.to_be_bytes()].concat();
        Self::hash(&[lengthy(label), rest].concat()).to_vec()
    }

    fn compute_parent_hash_from_children(
        left: &AzksValue,
        left_label: &[u8],
        right: &AzksValue,
        right_label: &[u8],
    ) -> AzksValue {
        let left = Self::hash(&[&left.0[..], left_label].concat());
        let right = Self::hash(&[&right.0[..], right_label].concat());
        AzksValue(Self::hash(&[left, right].concat()))
    }

    fn compute_root_hash_from_val(root: &AzksValue) -> [u8; 32] {
        Self::hash(&[&root.0[..], &NodeLabel::root().value::<Self>()].concat())
    }

    fn stale_azks_value() -> AzksValue {
        AzksValue(Self::hash(&[0]))
    }

    fn compute_node_label_value(bytes: &[u8]) -> Vec<u8> {
        Self::hash(bytes).to_vec()
    }

    fn empty_label() -> NodeLabel {
        NodeLabel::new([1; 32], 0)
    }
}

/// The key behind the labels of the builder's server.
#[derive(Clone)]
pub(crate) struct LabelKey;

#[async_trait::async_trait]
impl VRFKeyStorage for LabelKey {
    async fn retrieve(&self) -> Result<Vec<u8>, VrfError> {
        Ok(bytes(&format!("{KEYS} vrf"), 32))
    }
}

fn label_of_ours(label: &Label) -> NodeLabel {
    let encoded = label.encode();
    let octets = encoded.as_slice()[4..].try_into().expect("a label has 36 bytes");
    NodeLabel::new(octets, label.bits().into())
}

/// A label of ours.
pub(crate) fn label_of_theirs(label: &NodeLabel) -> Label {
    let written = [&label.label_len.to_be_bytes()[..], &label.label_val].concat();
    if label.label_len == 0 && label.label_val == [0; 32] {
        return Label::ROOT;
    }
    Label::decode(&written).expect("the library's labels have one encoding")
}

/// A digest of theirs.
pub(crate) fn digest(octets: &Octets) -> [u8; 32] {
    octets.as_slice().try_into().expect("a hash has 32 bytes")
}

/// A node in their types.
pub(crate) fn element(node: &Node) -> AzksElement {
    AzksElement { label: label_of_ours(&node.label), value: AzksValue(digest(&node.hash)) }
}

/// A node in ours.
pub(crate) fn node(element: &AzksElement) -> Node {
    let hash = Octets::from(element.value.0);
    Node { label: label_of_theirs(&element.label), hash }
}

fn steps(proof: &MembershipProof) -> Vec<Node> {
    proof.sibling_proofs.iter().rev().map(|it| node(&it.siblings[0])).collect()
}

/// A path in ours.
pub(crate) fn path(proof: &MembershipProof) -> Path {
    Path { hash: proof.hash_val.0.into(), steps: steps(proof) }
}

/// An absence in ours.
pub(crate) fn absence(proof: &NonMembershipProof) -> Absence {
    let [left, right] = [0, 1].map(|at| node(&proof.longest_prefix_children[at]));
    Absence { left, right, steps: steps(&proof.longest_prefix_membership_proof) }
}

/// A path in theirs, where it can be said in their form: each step has a parent.
pub(crate) fn membership(label: Label, path: &Path) -> Option<MembershipProof> {
    let mut at = Node { label, hash: path.hash.clone() };
    let mut sibling_proofs = Vec::new();
    for sibling in &path.steps {
        let parent = at.join(sibling)?;
        let direction = if at.is_left_of(sibling) { Direction::Left } else { Direction::Right };
        let label = label_of_ours(&parent.label);
        sibling_proofs.push(SiblingProof { label, siblings: [element(sibling)], direction });
        at = parent;
    }
    sibling_proofs.reverse();
    let hash_val = AzksValue(digest(&path.hash));
    Some(MembershipProof { label: label_of_ours(&label), hash_val, sibling_proofs })
}

/// An absence in theirs.
pub(crate) fn non_membership(label: Label, absence: &Absence) -> Option<NonMembershipProof> {
    let node = absence.left.join(&absence.right)?;
    let path = Path { hash: node.hash, steps: absence.steps.clone() };
    Some(NonMembershipProof {
        label: label_of_ours(&label),
        longest_prefix: label_of_ours(&node.label),
        longest_prefix_children: [element(&absence.left), element(&absence.right)],
        longest_prefix_membership_proof: membership(node.label, &path)?,
    })
}
