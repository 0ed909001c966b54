//! The checker: runs the model's own client beside each node and holds every answer against it.

use std::{collections::BTreeMap, fmt, hash::Hash};

use conclave_model::{
    algebra::{Algebra, Terms},
    client::Policies,
    machine::Effect,
    message::Seat,
};
use conclave_spec::{Profile, Rule};

use super::{
    format::{Entry, Event, Lost, NodeHeader, Trace},
    names::{Names, Origin},
    node::Node,
    order,
    posted::Posted,
    search,
};
use crate::policies;

/// Which event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line of the file, from 1.
    pub line: usize,
    /// Whose event.
    pub node: String,
    /// The node's how-manieth.
    pub seq: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {} of {} (line {})", self.seq, self.node, self.line)
    }
}

/// Why a trace is no behavior of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The first event that does not fit.
    pub at: Place,
    /// The last event taken before it.
    pub after: Option<Place>,
    /// The first condition that is false.
    pub condition: String,
    /// The value the model allows.
    pub wanted: String,
    /// The value in the log.
    pub got: String,
    /// The rule behind it; none where the log contradicts itself.
    pub rule: Option<Rule>,
    /// The entries that come before it, where it was found while ordering.
    pub(super) ordered: Vec<usize>,
}

impl Refusal {
    /// Nothing was found that may have been in a gap.
    pub(super) fn gap(line: usize, lost: &Lost) -> Box<Self> {
        let at = Place { line, node: lost.node.clone(), seq: 0 };
        Self::order(at, "events lost", "anything that fits what follows", "nothing does")
    }

    /// The log contradicts itself.
    pub(super) fn order(at: Place, condition: &str, wanted: &str, got: &str) -> Box<Self> {
        Box::new(Self {
            at,
            after: None,
            condition: condition.to_owned(),
            wanted: wanted.to_owned(),
            got: got.to_owned(),
            rule: None,
            ordered: Vec::new(),
        })
    }
}

/// A trace that is a behavior of the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// How many events were checked.
    pub events: usize,
    /// Refusals of another class than the model's: advice, as in a conformance run.
    pub advice: Vec<Place>,
    /// Events whose content rests on what the node says of a message from outside the log.
    pub believed: usize,
    /// Messages that were given otherwise than they were sent: the server changed them.
    pub changed: Vec<Place>,
    /// Lost events for which something was found that fits.
    pub filled: usize,
}

/// What comes of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is a behavior of the model.
    Accepted(Accepted),
    /// It is none.
    Refused(Box<Refusal>),
    /// It could not be decided within the bounds.
    Inconclusive {
        /// Why.
        reason: String,
        /// How many events were checked before.
        events: usize,
    },
}

/// A header that the checker cannot start from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// No such version of the protocol.
    #[error("line 1: no profile {0:?}")]
    Profile(String),
    /// No such policy.
    #[error("line 1: node {node:?}: {reason}")]
    Policy {
        /// Which node.
        node: String,
        /// What is wrong.
        reason: String,
    },
    /// Two nodes with one name, or none at all.
    #[error("line 1: {0}")]
    Nodes(String),
}

/// Checks a trace against the model, over terms.
///
/// # Errors
/// The header names what there is not.
pub fn check(trace: &Trace) -> Result<Verdict, HeaderError> {
    let checker = Checker::new(Terms, trace)?;
    Ok(checker.run())
}

/// A trace on its way through the model.
#[derive(Clone, Debug)]
pub(super) struct Checker<'t, A: Algebra> {
    pub(super) algebra: A,
    pub(super) trace: &'t Trace,
    pub(super) nodes: Vec<Node<A::Value>>,
    pub(super) names: Names<A::Value>,
    /// The identity keys of devices outside the log, by verification key.
    pub(super) outsiders: BTreeMap<A::Value, A::Value>,
    /// How many ephemeral keys each device outside the log has announced.
    pub(super) announced: BTreeMap<Seat, u32>,
    pub(super) posted: Posted<'t>,
    /// What nodes did in gaps of their logs, as far as it was guessed.
    pub(super) unlogged: Vec<(Origin, Effect<A::Value>)>,
    pub(super) accepted: Accepted,
    /// Line, node and number of the last event taken.
    pub(super) after: Option<(usize, usize, u64)>,
}

impl<'t, A: Algebra + Clone> Checker<'t, A>
where
    A::Value: Hash,
{
    /// The nodes of a header, in no meeting.
    pub(super) fn new(algebra: A, trace: &'t Trace) -> Result<Self, HeaderError> {
        let mut checker = Self {
            nodes: Vec::new(),
            names: Names::new(),
            outsiders: BTreeMap::new(),
            announced: BTreeMap::new(),
            posted: Posted::default(),
            unlogged: Vec::new(),
            accepted: Accepted::default(),
            after: None,
            algebra,
            trace,
        };
        let no_hash = checker.algebra.no_hash();
        let _ = checker.names.bind(trace.header.no_hash, &no_hash, None);
        for header in &trace.header.nodes {
            checker.open(header)?;
        }
        if checker.nodes.is_empty() {
            return Err(HeaderError::Nodes("a trace needs a node".to_owned()));
        }
        Ok(checker)
    }

    fn open(&mut self, header: &NodeHeader) -> Result<(), HeaderError> {
        if self.nodes.iter().any(|node| node.name == header.node) {
            return Err(HeaderError::Nodes(format!("two nodes {:?}", header.node)));
        }
        let id = header.profile.as_ref().unwrap_or(&self.trace.header.profile);
        let profile = Profile::by_id(id).ok_or_else(|| HeaderError::Profile(id.clone()))?;
        let (profile, policies) = followed(profile, header)?;
        let seat = Seat::new(&header.user_id, &header.hardware_id);
        let twin = self.names.value(header.ivk).cloned();
        let mut node = Node::new(&self.algebra, header, seat, (profile, policies))
            .map_err(|error| HeaderError::Nodes(error.to_string()))?;
        match twin {
            None => {
                let _ = self.names.bind(header.ivk, &node.state.ivk, None);
            }
            // One device in two meetings has one key.
            Some(ivk) => {
                let other = self.nodes.iter().find(|node| node.state.ivk == ivk);
                if let Some(other) = other {
                    node.state.identity = other.state.identity.clone();
                    node.state.ivk = ivk;
                }
            }
        }
        node.hints = super::steer::Hints::of(self.trace, &header.node);
        self.nodes.push(node);
        Ok(())
    }

    /// Checks the whole trace.
    pub(super) fn run(self) -> Verdict {
        match order::ordered(self.trace) {
            Ok(order) => search::run(self, &order),
            Err(refusal) => {
                let ordered = refusal.ordered.clone();
                search::before(self, &ordered, Refusal { ordered: Vec::new(), ..*refusal })
            }
        }
    }

    /// The last event taken.
    pub(super) fn last(&self) -> Option<Place> {
        let (line, node, seq) = self.after?;
        Some(Place { line, node: self.nodes.get(node)?.name.clone(), seq })
    }

    /// Checks one event.
    pub(super) fn event(&mut self, line: usize, event: &'t Event) -> Result<(), Box<Refusal>> {
        let place = || Place { line, node: event.node.clone(), seq: event.seq };
        let at = self.nodes.iter().position(|node| node.name == event.node);
        let Some(at) = at else {
            return Err(Refusal::order(place(), "node", "a node of the header", &event.node));
        };
        match self.numbered(at, event).and_then(|()| self.judge(at, event)) {
            Ok(()) => {
                self.accepted.events += 1;
                self.after = Some((line, at, event.seq));
                Ok(())
            }
            Err(wrong) => {
                let Wrong { condition, wanted, got, rule } = wrong;
                let (after, ordered) = (self.last(), Vec::new());
                let at = place();
                Err(Box::new(Refusal { at, after, condition, wanted, got, rule, ordered }))
            }
        }
    }

    /// Whether an event is the node's next, at a time and after events that can be.
    fn numbered(&mut self, at: usize, event: &Event) -> Result<(), Wrong> {
        let others = event.clock.iter().filter_map(|(name, count)| {
            let other = self.nodes.iter().position(|node| node.name == *name);
            other.map(|other| (name, other, *count))
        });
        let others: Vec<_> = others.collect();
        let Some(node) = self.nodes.get_mut(at) else { return Ok(()) };
        let next = node.seq.saturating_add(1);
        if event.seq != next {
            let what = if event.seq > next {
                format!("event {next}, which the log does not have")
            } else {
                format!("event {next}: this one was there already")
            };
            return Err(Wrong::order("number of the event", &what, &event.seq.to_string()));
        }
        for (name, other, count) in others {
            let known = node.clock.entry(other).or_default();
            if count < *known {
                let condition = format!("clock names events of {name}");
                let wanted = format!("{known} or more, as before");
                return Err(Wrong::order(&condition, &wanted, &count.to_string()));
            }
            *known = count;
            node.reach.remove(&other);
        }
        if event.at_ms < node.now_ms {
            let wanted = format!("{} ms or later", node.now_ms);
            return Err(Wrong::order("time of the event", &wanted, &event.at_ms.to_string()));
        }
        node.seq = next;
        Ok(())
    }

    /// Whether every node has as many events as the end says.
    pub(super) fn ended(&self) -> Result<(), Box<Refusal>> {
        let line = self.trace.entries.last().map_or(2, |(line, _)| line + 1);
        for node in &self.nodes {
            let wanted = self.trace.end.get(&node.name).copied().unwrap_or_default();
            if wanted != node.seq {
                let place =
                    Place { line, node: node.name.clone(), seq: node.seq.saturating_add(1) };
                let wanted = format!("{wanted} events, as the end says");
                let refusal =
                    Refusal::order(place, "number of events", &wanted, &node.seq.to_string());
                return Err(Box::new(Refusal { after: self.last(), ..*refusal }));
            }
        }
        let known = |name: &&String| self.nodes.iter().any(|node| node.name == **name);
        match self.trace.end.keys().find(|name| !known(name)) {
            None => Ok(()),
            Some(name) => {
                let place = Place { line, node: name.clone(), seq: 0 };
                Err(Refusal::order(place, "node of the end", "a node of the header", name))
            }
        }
    }
}

fn followed(profile: Profile, header: &NodeHeader) -> Result<(Profile, Policies), HeaderError> {
    policies::follow(profile, &header.policies)
        .map_err(|reason| HeaderError::Policy { node: header.node.clone(), reason })
}

/// What is wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) condition: String,
    pub(super) wanted: String,
    pub(super) got: String,
    pub(super) rule: Option<Rule>,
}

impl Wrong {
    pub(super) fn order(condition: &str, wanted: &str, got: &str) -> Self {
        Self::of(None, condition, wanted, got)
    }

    pub(super) fn of(rule: Option<Rule>, condition: &str, wanted: &str, got: &str) -> Self {
        let (condition, wanted, got) = (condition.to_owned(), wanted.to_owned(), got.to_owned());
        Self { condition, wanted, got, rule }
    }
}

/// The entry with this index.
pub(super) fn entry(trace: &Trace, at: usize) -> Option<(usize, &Entry)> {
    trace.entries.get(at).map(|(line, entry)| (*line, entry))
}
