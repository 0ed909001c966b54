//! A server with a tree: what it publishes, and what it shows. For cases and tests; keys and nonces
//! come from names. It can be made to lie: everything it shows is a value to be changed, and leaves can
//! be inserted that no honest server inserts.

use std::collections::BTreeMap;

use conclave_spec::{
    Label, Octets, RuleSet,
    formulas::{
        sigchain::Tail,
        sign::{sign, verifying_key},
        transparency::{
            Node, NodeLabel, TreeState, alpha, future_markers, label_key, label_of, leaf_hash,
            name, past_markers, prove_label, stale_commitment, value_commitment,
        },
    },
};

use super::{
    growth::{halves, sorted, subtree, top},
    proofs::{Absence, Growth, History, Lookup, Marker, Missing, Path, Update},
    state::Audit,
};
use crate::sigchain::{
    ChainType,
    build::{CLOUD, bytes},
};

/// The name of a user's chain.
#[must_use]
pub fn user(subject: &str) -> Octets {
    name(RuleSet::all(), ChainType::User.name(), subject).unwrap_or_default()
}

/// The tail of a user's chain with this many links, encoded. Chains that are called otherwise have
/// other tails.
#[must_use]
pub fn tail(chain: &str, links: u32) -> Octets {
    let tail = Tail {
        sigchain_type: ChainType::User.name().to_owned(),
        last_sequence_number: links,
        last_link_hash: Octets::new(bytes(&format!("{chain} link {links}"), 32)),
    };
    tail.encode(RuleSet::all()).unwrap_or_default()
}

/// What the commitment under this label is made with, by a server whose keys are made of that.
#[must_use]
pub fn nonce(keys: &str, label: &NodeLabel) -> Octets {
    Octets::new(bytes(&format!("{keys} nonce {:?}", label.encode()), 32))
}

/// A version of a name that was published.
#[derive(Clone, Debug)]
struct Version {
    epoch: u64,
    value: Octets,
}

/// A leaf of the tree.
#[derive(Clone, Debug)]
struct Leaf {
    commitment: Octets,
    epoch: u64,
}

/// A server with a tree.
#[derive(Clone, Debug)]
pub struct Server {
    /// What its keys are made of.
    keys: &'static str,
    vrf_seed: Octets,
    epoch: u64,
    leaves: BTreeMap<NodeLabel, Leaf>,
    names: BTreeMap<Octets, Vec<Version>>,
}

impl Server {
    /// A server with an empty tree, in epoch 0.
    #[must_use]
    pub fn new(keys: &'static str) -> Self {
        let vrf_seed = Octets::new(bytes(&format!("{keys} vrf"), 32));
        let (leaves, names) = (BTreeMap::new(), BTreeMap::new());
        Self { keys, vrf_seed, epoch: 0, leaves, names }
    }

    /// The same with another VRF seed, 32 bytes, before anything is in its tree.
    #[must_use]
    pub fn with_vrf_seed(self, vrf_seed: Octets) -> Self {
        Self { vrf_seed, ..self }
    }

    /// The epoch.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The next epoch, which brings these values.
    #[must_use]
    pub fn publish(mut self, updates: &[(Octets, Octets)]) -> Self {
        self.epoch += 1;
        for (name, value) in updates {
            let version = self.versions(name) + 1;
            if version > 1 {
                self.insert(name, false, version - 1, stale_commitment());
            }
            self.put(name, version, value);
        }
        self
    }

    /// A version with its value, in the present epoch, whatever was before.
    pub fn put(&mut self, name: &Octets, version: u64, value: &Octets) {
        let commitment = value_commitment(value, &self.nonce(name, version));
        self.insert(name, true, version, commitment);
        let version = Version { epoch: self.epoch, value: value.clone() };
        self.names.entry(name.clone()).or_default().push(version);
    }

    /// A leaf, in the present epoch, whatever was before.
    pub fn insert(&mut self, name: &Octets, fresh: bool, version: u64, commitment: Octets) {
        let leaf = Leaf { commitment, epoch: self.epoch };
        self.leaves.insert(self.label(name, fresh, version), leaf);
    }

    /// A leaf that goes, which no honest server's does.
    pub fn remove(&mut self, name: &Octets, fresh: bool, version: u64) {
        self.leaves.remove(&self.label(name, fresh, version));
    }

    /// The next epoch, which brings nothing by itself.
    pub fn turn(&mut self) {
        self.epoch += 1;
    }

    fn versions(&self, name: &Octets) -> u64 {
        self.names.get(name).map_or(0, |all| all.len() as u64)
    }

    /// What the commitment to a value is made with.
    #[must_use]
    pub fn nonce(&self, name: &Octets, version: u64) -> Octets {
        nonce(self.keys, &self.label(name, true, version))
    }

    /// The proof for a label.
    #[must_use]
    pub fn vrf_proof(&self, name: &Octets, fresh: bool, version: u64) -> Octets {
        prove_label(&self.vrf_seed, &alpha(name, fresh, version)).unwrap_or_default()
    }

    /// A label.
    #[must_use]
    pub fn label(&self, name: &Octets, fresh: bool, version: u64) -> NodeLabel {
        label_of(&self.vrf_proof(name, fresh, version)).unwrap_or(NodeLabel::ROOT)
    }

    /// The leaves as nodes, in order.
    fn nodes(&self) -> Vec<Node> {
        let hashed = |(label, leaf): (&NodeLabel, &Leaf)| {
            let hash = leaf_hash(&leaf.commitment, leaf.epoch);
            Node { label: *label, hash }
        };
        sorted(self.leaves.iter().map(hashed).collect())
    }

    /// The state of the tree.
    #[must_use]
    pub fn state(&self) -> TreeState {
        let vrf_key = label_key(&self.vrf_seed).unwrap_or_default();
        TreeState { epoch: self.epoch, root: top(&self.nodes()).root(), vrf_key }
    }

    /// Its key for signatures.
    #[must_use]
    pub fn key(&self) -> Octets {
        signer_key(self.keys)
    }

    /// Its signature on a state.
    #[must_use]
    pub fn signs(&self, rules: RuleSet, state: &TreeState) -> Octets {
        signed_by(rules, self.keys, Label::TreeCommitment, state)
    }

    /// What an auditor says of a state that the server signed.
    #[must_use]
    pub fn audited(&self, rules: RuleSet, auditor: &str, state: TreeState) -> Audit {
        Audit {
            auditor: signer_key(auditor),
            server_signature: self.signs(rules, &state),
            signature: signed_by(rules, auditor, Label::TreeAudit, &state),
            state,
        }
    }

    /// The way to a label, if it is there.
    fn path(&self, name: &Octets, fresh: bool, version: u64) -> Option<Path> {
        let nodes = self.nodes();
        let label = self.label(name, fresh, version);
        let at = nodes.iter().find(|it| it.label == label)?;
        let mut way = way(&nodes, &label);
        let steps = way.iter_mut().rev().map(|it| it.beside.clone()).collect();
        Some(Path { hash: at.hash.clone(), steps })
    }

    /// That a version is in the tree. A path of nothing leads nowhere where it is not.
    #[must_use]
    pub fn marker(&self, name: &Octets, fresh: bool, version: u64) -> Marker {
        let nowhere = || Path { hash: Octets::from([0; 32]), steps: Vec::new() };
        let path = self.path(name, fresh, version).unwrap_or_else(nowhere);
        Marker { vrf_proof: self.vrf_proof(name, fresh, version), path }
    }

    /// That a version is not in the tree, by the last node on the way to it, or by one that is this
    /// many nodes above it.
    #[must_use]
    pub fn missing(&self, name: &Octets, fresh: bool, version: u64, above: usize) -> Missing {
        let nodes = self.nodes();
        let way = way(&nodes, &self.label(name, fresh, version));
        let (on, passed) = way.split_at(way.len().saturating_sub(above));
        let none = Step { children: [Node::empty(), Node::empty()], beside: Node::empty() };
        let (last, before) = on.split_last().or(passed.split_last()).unwrap_or((&none, &[]));
        let [left, right] = last.children.clone();
        let steps = before.iter().rev().map(|it| it.beside.clone()).collect();
        let vrf_proof = self.vrf_proof(name, fresh, version);
        Missing { vrf_proof, absence: Absence { left, right, steps } }
    }

    /// The proof that a version is there and the newest. A version that was never published has no
    /// value.
    #[must_use]
    pub fn lookup(&self, name: &Octets, at: usize, version: u64) -> Lookup {
        let published = self.names.get(name).and_then(|all| all.get(at));
        let Missing { vrf_proof, absence } = self.missing(name, false, version, 0);
        let there = self.marker(name, true, version);
        let markers = past_markers(version).into_iter().map(|it| self.marker(name, true, it));
        Lookup {
            version,
            epoch: published.map_or(0, |it| it.epoch),
            value: published.map(|it| it.value.clone()).unwrap_or_default(),
            nonce: self.nonce(name, version),
            vrf_proof: there.vrf_proof,
            path: there.path,
            markers: markers.collect(),
            stale_vrf_proof: vrf_proof,
            absence,
        }
    }

    /// The proof of the newest version.
    #[must_use]
    pub fn newest(&self, name: &Octets) -> Lookup {
        let versions = self.versions(name);
        self.lookup(name, self.names.get(name).map_or(0, Vec::len).saturating_sub(1), versions)
    }

    /// The first versions of a name, and that there is none behind them.
    #[must_use]
    pub fn history(&self, name: &Octets, versions: usize) -> History {
        let published = self.names.get(name).into_iter().flatten().take(versions);
        let update = |(version, it): (u64, &Version)| {
            let Marker { vrf_proof, path } = self.marker(name, true, version);
            let stale = (version > 1).then(|| self.marker(name, false, version - 1));
            let nonce = self.nonce(name, version);
            let (epoch, value) = (it.epoch, it.value.clone());
            Update { version, epoch, value, nonce, vrf_proof, path, stale }
        };
        let updates: Vec<_> = (1..).zip(published).map(update).collect();
        let last = updates.len() as u64;
        let beyond = future_markers(last, self.epoch).into_iter();
        let absences = beyond.map(|it| self.missing(name, true, it, 0)).collect();
        History { updates, absences }
    }

    /// What there is that the tree before did not have, and what of that is as it was.
    #[must_use]
    pub fn growth(&self, before: &Self) -> Growth {
        let is_new = |(label, _): &(&NodeLabel, &Leaf)| !before.leaves.contains_key(label);
        let commitment = |(label, leaf): (&NodeLabel, &Leaf)| Node {
            label: *label,
            hash: leaf.commitment.clone(),
        };
        let inserted: Vec<_> = self.leaves.iter().filter(is_new).map(commitment).collect();
        let mut unchanged = Vec::new();
        let old = before.nodes();
        for half in halves(&old, 0) {
            keep(half, &inserted, &mut unchanged);
        }
        Growth { unchanged, inserted }
    }
}

/// A lie to auditors.
impl Server {
    /// The next epoch, in which a version is written over together with all that is below the same
    /// node, and a proof that says that node to be unchanged.
    #[must_use]
    pub fn written_over(&self, name: &Octets, version: u64, value: &Octets) -> (Self, Growth) {
        let (nodes, label) = (self.nodes(), self.label(name, true, version));
        let way = way(&nodes, &label);
        let beside = way.iter().rev().skip(1).map(|it| it.beside.clone());
        let over = way.last().and_then(|Step { children: [left, right], .. }| left.join(right));
        let unchanged = beside.filter(|it| !it.is_empty()).chain(over.clone()).collect();
        let mut after = self.clone();
        after.turn();
        let mut inserted = Vec::new();
        for (at, leaf) in &mut after.leaves {
            if over.as_ref().is_some_and(|over| over.label.is_prefix_of(at)) {
                leaf.epoch = after.epoch;
                if *at == label {
                    leaf.commitment = value_commitment(value, &self.nonce(name, version));
                }
                inserted.push(Node { label: *at, hash: leaf.commitment.clone() });
            }
        }
        (after, Growth { unchanged, inserted })
    }
}

/// The greatest subtrees into which nothing is inserted.
fn keep(nodes: &[Node], inserted: &[Node], kept: &mut Vec<Node>) {
    let Some(over) = subtree(nodes) else { return };
    if nodes.len() == 1 || !inserted.iter().any(|it| over.label.is_prefix_of(&it.label)) {
        kept.push(over);
        return;
    }
    for half in halves(nodes, over.label.bits()) {
        keep(half, inserted, kept);
    }
}

/// A node on the way to a label, from the top.
struct Step {
    /// Its children.
    children: [Node; 2],
    /// The child that the way does not take.
    beside: Node,
}

/// The nodes on the way to a label, from the topmost to the last one above it or above where it would
/// be.
fn way(nodes: &[Node], label: &NodeLabel) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut nodes, mut bit) = (nodes, 0);
    loop {
        let [left, right] = halves(nodes, bit);
        let children = [left, right].map(|half| subtree(half).unwrap_or_else(Node::empty));
        let (taken, at) = if label.bit(bit) { (right, 1) } else { (left, 0) };
        let [one, other] = &children;
        let (next, beside) = if at == 1 { (other, one) } else { (one, other) };
        let (next, beside) = (next.label, beside.clone());
        steps.push(Step { children, beside });
        if taken.len() < 2 || !next.is_prefix_of(label) {
            return steps;
        }
        (nodes, bit) = (taken, next.bits());
    }
}

fn signer_key(name: &str) -> Octets {
    verifying_key(&Octets::new(bytes(name, 32))).unwrap_or_default()
}

fn signed_by(rules: RuleSet, name: &str, label: Label, state: &TreeState) -> Octets {
    let signed = state.signed(rules, CLOUD).unwrap_or_default();
    sign(rules, &Octets::new(bytes(name, 32)), label, &signed).unwrap_or_default()
}
