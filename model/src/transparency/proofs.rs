//! The proofs that travel, as values: written by the builder, read and checked by the verifier.

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::transparency::{Node, NodeLabel},
    layouts::{
        Layout,
        transparency::{ABSENCE, GROWTH, HISTORY, LOOKUP, MARKER, MISSING, NODE, PATH, UPDATE},
    },
    wire,
};

use crate::guard::require;

const MALFORMED: Rule = Rule::EncodingCanonical;

/// The fields of a layout, one after the other.
pub(super) struct Fields(std::vec::IntoIter<(&'static str, Octets)>);

impl Fields {
    pub(super) fn of(layout: &Layout, rules: RuleSet, bytes: &Octets) -> Result<Self, Rule> {
        let fields = wire::decode(layout, rules.with(MALFORMED), bytes);
        Ok(Self(fields.map_err(|_| MALFORMED)?.into_iter()))
    }

    pub(super) fn octets(&mut self) -> Result<Octets, Rule> {
        self.0.next().map(|(_, value)| value).ok_or(MALFORMED)
    }

    pub(super) fn number(&mut self) -> Result<u64, Rule> {
        wire::read_u64(self.octets()?.as_slice()).ok_or(MALFORMED)
    }

    fn node(&mut self) -> Result<Node, Rule> {
        let label = NodeLabel::decode(self.octets()?.as_slice()).ok_or(MALFORMED)?;
        let node = Node { label, hash: self.octets()? };
        if node.is_empty() && node != Node::empty() { Err(MALFORMED) } else { Ok(node) }
    }

    fn path(&mut self, rules: RuleSet) -> Result<Path, Rule> {
        Path::decode(rules, &self.octets()?)
    }

    fn list<T>(&mut self, read: impl Fn(&Octets) -> Result<T, Rule>) -> Result<Vec<T>, Rule> {
        wire::split(&self.octets()?).map_err(|_| MALFORMED)?.iter().map(read).collect()
    }
}

/// What has a width that is wrong is written empty, and so no proof.
fn written(layout: &Layout, rules: RuleSet, fields: &[(&str, Octets)]) -> Octets {
    wire::encode(layout, rules, fields).unwrap_or_default()
}

fn joined<T>(items: &[T], encode: impl Fn(&T) -> Octets) -> Octets {
    wire::join(&items.iter().map(encode).collect::<Vec<_>>())
}

fn node_written(rules: RuleSet, node: &Node) -> Octets {
    written(&NODE, rules, &[("label", node.label.encode()), ("hash", node.hash.clone())])
}

fn node_read(rules: RuleSet, bytes: &Octets) -> Result<Node, Rule> {
    Fields::of(&NODE, rules, bytes)?.node()
}

/// A node that is kept or inserted: it is there.
fn kept_read(rules: RuleSet, bytes: &Octets) -> Result<Node, Rule> {
    node_read(rules, bytes).and_then(|node| if node.is_empty() { Err(MALFORMED) } else { Ok(node) })
}

/// The topmost node over a node, by the sibling on every level.
fn climb(node: Node, steps: &[Node]) -> Option<Node> {
    steps.iter().try_fold(node, |node, sibling| node.join(sibling))
}

fn leads(rules: RuleSet, node: Option<Node>, steps: &[Node], root: &Octets) -> Result<(), Rule> {
    let top = node.and_then(|node| climb(node, steps));
    let leads = top.is_some_and(|top| top.label == NodeLabel::ROOT && top.root() == *root);
    require(rules, Rule::PathToRoot, leads)
}

/// From a node to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The hash of the node.
    pub hash: Octets,
    /// The sibling on every level, that of the node first.
    pub steps: Vec<Node>,
}

impl Path {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self, rules: RuleSet) -> Octets {
        let steps = joined(&self.steps, |node| node_written(rules, node));
        written(&PATH, rules, &[("hash", self.hash.clone()), ("steps", steps)])
    }

    /// # Errors
    /// The bytes are none of a path.
    fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Rule> {
        let mut fields = Fields::of(&PATH, rules, bytes)?;
        let hash = fields.octets()?;
        Ok(Self { hash, steps: fields.list(|step| node_read(rules, step))? })
    }

    /// That it leads from the node with this label to this root.
    pub(super) fn leads_from(
        &self,
        rules: RuleSet,
        label: NodeLabel,
        root: &Octets,
    ) -> Result<(), Rule> {
        let node = Node { label, hash: self.hash.clone() };
        leads(rules, Some(node), &self.steps, root)
    }
}

/// The last node on the way to a label that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Its left child.
    pub left: Node,
    /// Its right child.
    pub right: Node,
    /// The sibling on every level, that of the node first.
    pub steps: Vec<Node>,
}

impl Absence {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self, rules: RuleSet) -> Octets {
        let fields = [
            ("left_label", self.left.label.encode()),
            ("left_hash", self.left.hash.clone()),
            ("right_label", self.right.label.encode()),
            ("right_hash", self.right.hash.clone()),
            ("steps", joined(&self.steps, |node| node_written(rules, node))),
        ];
        written(&ABSENCE, rules, &fields)
    }

    /// # Errors
    /// The bytes are none of an absence.
    fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Rule> {
        let mut fields = Fields::of(&ABSENCE, rules, bytes)?;
        let (left, right) = (fields.node()?, fields.node()?);
        Ok(Self { left, right, steps: fields.list(|step| node_read(rules, step))? })
    }

    /// That this label is not below the root.
    pub(super) fn shows(
        &self,
        rules: RuleSet,
        label: NodeLabel,
        root: &Octets,
    ) -> Result<(), Rule> {
        let node = self.left.join(&self.right).filter(|_| self.left.is_left_of(&self.right));
        require(rules, Rule::PathToRoot, node.is_some())?;
        let before = node.as_ref().is_some_and(|node| node.label.is_prefix_of(&label));
        let beside = ![&self.left, &self.right].into_iter().any(|it| it.label.is_prefix_of(&label));
        require(rules, Rule::AbsenceExact, before && beside)?;
        leads(rules, node, &self.steps, root)
    }
}

/// A version that is in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// That its label is the version's.
    pub vrf_proof: Octets,
    /// Where it is.
    pub path: Path,
}

impl Marker {
    fn encode(&self, rules: RuleSet) -> Octets {
        let path = self.path.encode(rules);
        written(&MARKER, rules, &[("vrf_proof", self.vrf_proof.clone()), ("path", path)])
    }

    fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Rule> {
        let mut fields = Fields::of(&MARKER, rules, bytes)?;
        Ok(Self { vrf_proof: fields.octets()?, path: fields.path(rules)? })
    }
}

/// That a tail is the newest of its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Which version it is.
    pub version: u64,
    /// The epoch in which it came.
    pub epoch: u64,
    /// The tail, encoded.
    pub value: Octets,
    /// What its commitment is made with, 32 bytes.
    pub nonce: Octets,
    /// That the label is the version's.
    pub vrf_proof: Octets,
    /// Where it is.
    pub path: Path,
    /// The markers on the way to it, ascending.
    pub markers: Vec<Marker>,
    /// Which label it would have if it were stale.
    pub stale_vrf_proof: Octets,
    /// That this is not there.
    pub absence: Absence,
}

impl Lookup {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self, rules: RuleSet) -> Octets {
        let fields = [
            ("version", wire::u64_be(self.version)),
            ("epoch", wire::u64_be(self.epoch)),
            ("value", self.value.clone()),
            ("nonce", self.nonce.clone()),
            ("vrf_proof", self.vrf_proof.clone()),
            ("path", self.path.encode(rules)),
            ("markers", joined(&self.markers, |marker| marker.encode(rules))),
            ("stale_vrf_proof", self.stale_vrf_proof.clone()),
            ("absence", self.absence.encode(rules)),
        ];
        written(&LOOKUP, rules, &fields)
    }

    /// The proof in these bytes.
    ///
    /// # Errors
    /// They are none of a lookup.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Rule> {
        let mut fields = Fields::of(&LOOKUP, rules, bytes)?;
        Ok(Self {
            version: fields.number()?,
            epoch: fields.number()?,
            value: fields.octets()?,
            nonce: fields.octets()?,
            vrf_proof: fields.octets()?,
            path: fields.path(rules)?,
            markers: fields.list(|it| Marker::decode(rules, it))?,
            stale_vrf_proof: fields.octets()?,
            absence: Absence::decode(rules, &fields.octets()?)?,
        })
    }
}

/// A version of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Which version it is.
    pub version: u64,
    /// The epoch in which it came.
    pub epoch: u64,
    /// The tail, encoded.
    pub value: Octets,
    /// What its commitment is made with, 32 bytes.
    pub nonce: Octets,
    /// That the label is the version's.
    pub vrf_proof: Octets,
    /// Where it is.
    pub path: Path,
    /// Where the version before is marked stale; none for the first.
    pub stale: Option<Marker>,
}

impl Update {
    fn encode(&self, rules: RuleSet) -> Octets {
        let stale = self.stale.as_ref();
        let stale_vrf_proof = stale.map(|it| it.vrf_proof.clone()).unwrap_or_default();
        let fields = [
            ("version", wire::u64_be(self.version)),
            ("epoch", wire::u64_be(self.epoch)),
            ("value", self.value.clone()),
            ("nonce", self.nonce.clone()),
            ("vrf_proof", self.vrf_proof.clone()),
            ("path", self.path.encode(rules)),
            ("stale_vrf_proof", stale_vrf_proof),
            ("stale_path", stale.map(|it| it.path.encode(rules)).unwrap_or_default()),
        ];
        written(&UPDATE, rules, &fields)
    }

    fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Rule> {
        let mut fields = Fields::of(&UPDATE, rules, bytes)?;
        Ok(Self {
            version: fields.number()?,
            epoch: fields.number()?,
            value: fields.octets()?,
            nonce: fields.octets()?,
            vrf_proof: fields.octets()?,
            path: fields.path(rules)?,
            stale: match (fields.octets()?, fields.octets()?) {
                (proof, path) if proof.is_empty() && path.is_empty() => None,
                (vrf_proof, _) if vrf_proof.len() != 80 => return Err(MALFORMED),
                (vrf_proof, path) => Some(Marker { vrf_proof, path: Path::decode(rules, &path)? }),
            },
        })
    }
}

/// A version that is not in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Which label it would have.
    pub vrf_proof: Octets,
    /// That this is not there.
    pub absence: Absence,
}

impl Missing {
    fn encode(&self, rules: RuleSet) -> Octets {
        let absence = self.absence.encode(rules);
        written(&MISSING, rules, &[("vrf_proof", self.vrf_proof.clone()), ("absence", absence)])
    }

    fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Rule> {
        let mut fields = Fields::of(&MISSING, rules, bytes)?;
        let vrf_proof = fields.octets()?;
        Ok(Self { vrf_proof, absence: Absence::decode(rules, &fields.octets()?)? })
    }
}

/// All versions of a chain's tail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The versions, oldest first.
    pub updates: Vec<Update>,
    /// The markers beyond the last one, ascending.
    pub absences: Vec<Missing>,
}

impl History {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self, rules: RuleSet) -> Octets {
        let fields = [
            ("updates", joined(&self.updates, |it| it.encode(rules))),
            ("absences", joined(&self.absences, |it| it.encode(rules))),
        ];
        written(&HISTORY, rules, &fields)
    }

    /// The proof in these bytes.
    ///
    /// # Errors
    /// They are none of a history.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Rule> {
        let mut fields = Fields::of(&HISTORY, rules, bytes)?;
        let updates = fields.list(|it| Update::decode(rules, it))?;
        let first_alone =
            updates.iter().enumerate().all(|(at, it)| (at == 0) == it.stale.is_none());
        let absences = fields.list(|it| Missing::decode(rules, it))?;
        if first_alone { Ok(Self { updates, absences }) } else { Err(MALFORMED) }
    }
}

/// What an epoch left as it was, and what it inserted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    /// Nodes with all that is below them.
    pub unchanged: Vec<Node>,
    /// Leaves, each with its commitment as its hash.
    pub inserted: Vec<Node>,
}

impl Growth {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self, rules: RuleSet) -> Octets {
        let nodes = |nodes: &[Node]| joined(nodes, |node| node_written(rules, node));
        let fields = [("unchanged", nodes(&self.unchanged)), ("inserted", nodes(&self.inserted))];
        written(&GROWTH, rules, &fields)
    }

    /// The proof in these bytes.
    ///
    /// # Errors
    /// They are none of a growth.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Rule> {
        let mut fields = Fields::of(&GROWTH, rules, bytes)?;
        let unchanged = fields.list(|it| kept_read(rules, it))?;
        Ok(Self { unchanged, inserted: fields.list(|it| kept_read(rules, it))? })
    }
}
