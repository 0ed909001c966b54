//! Whether the tree of an epoch is that of the epoch before and more (4.6, subsec:zttaudit).

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::transparency::{Node, leaf_hash},
};

use super::proofs::Growth;
use crate::guard::require;

/// That nothing went and nothing changed from one root to the next, whose epoch this is.
///
/// # Errors
/// The rule that is broken first, in the order of `docs/transparency.md`.
pub fn append_only(
    rules: RuleSet,
    epoch: u64,
    [start, end]: [&Octets; 2],
    proof: &Octets,
) -> Result<(), Rule> {
    let Growth { unchanged, inserted } = Growth::decode(rules, proof)?;
    let are_leaves = inserted.iter().all(|it| it.label.bits() == 256);
    let before = sorted(unchanged);
    let leaf = |it: &Node| Node { label: it.label, hash: leaf_hash(&it.hash, epoch) };
    let after = sorted(before.iter().cloned().chain(inserted.iter().map(leaf)).collect());
    require(rules, Rule::GrowthApart, are_leaves && are_apart(&after))?;
    let leads = top(&before).root() == *start && top(&after).root() == *end;
    require(rules, Rule::GrowthProven, leads)
}

/// Nodes in the order of their labels: what a label is a prefix of follows it.
pub(super) fn sorted(mut nodes: Vec<Node>) -> Vec<Node> {
    nodes.sort();
    nodes
}

/// Whether none lies below another, of nodes in order.
fn are_apart(nodes: &[Node]) -> bool {
    nodes.windows(2).all(|two| !two[0].label.is_prefix_of(&two[1].label))
}

/// The topmost node of the tree of these nodes, in order.
pub(super) fn top(nodes: &[Node]) -> Node {
    let [left, right] = halves(nodes, 0).map(|half| subtree(half).unwrap_or_else(Node::empty));
    left.join(&right).unwrap_or_else(Node::bare)
}

/// The nodes whose bit is 0 and those whose bit is 1, of nodes in order with the same bits before.
pub(super) fn halves(nodes: &[Node], bit: u16) -> [&[Node]; 2] {
    let (left, right) = nodes.split_at(nodes.partition_point(|it| !it.label.bit(bit)));
    [left, right]
}

/// The node over all of these, in order; none over none. One that others lie below is passed over:
/// the rules let no such thing come here.
pub(super) fn subtree(nodes: &[Node]) -> Option<Node> {
    let (first, rest) = nodes.split_first()?;
    let Some(last) = rest.last() else { return Some(first.clone()) };
    let common = first.label.common(&last.label);
    if first.label == common {
        let over = nodes.partition_point(|it| it.label == common);
        return subtree(nodes.get(over..)?);
    }
    let [left, right] = halves(nodes, common.bits()).map(subtree);
    left?.join(&right?)
}
