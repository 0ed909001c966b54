//! The format `conclave-trace-1`: one JSON object per line.
//!
//! A header, then events and gaps in any order that respects causes, then an end with the number of
//! events of each node. The inputs and outputs are those of the model, with commitments for values.

use std::{collections::BTreeMap, fmt};

use conclave_model::{machine, values::Valued as _};
use conclave_spec::Rule;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::protocol::{Class, Observed};

/// The name of this format.
pub const SCHEMA: &str = "conclave-trace-1";

/// How a value becomes a commitment.
pub const SCHEME: &str = "hmac-sha256-128";

/// A value that can be told equal to another or different from it, and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commitment(pub [u8; 16]);

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Commitment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [0; 32];
        match hex::encode_to_slice(self.0, &mut text) {
            Ok(()) => serializer.serialize_str(str::from_utf8(&text).unwrap_or_default()),
            Err(error) => Err(serde::ser::Error::custom(error)),
        }
    }
}

impl<'de> Deserialize<'de> for Commitment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = Commitment;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a commitment: 16 bytes in lower-case hexadecimal")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Commitment, E> {
                Commitment::from_text(text).ok_or_else(|| E::invalid_length(text.len(), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl Commitment {
    /// The commitment written like this.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        hex::decode_to_slice(text, &mut bytes).ok()?;
        lower.then_some(Self(bytes))
    }
}

/// One line of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The first line.
    Header(Header),
    /// Something a node was given, with its answer.
    Event(Box<Event>),
    /// Events of a node that the log does not have.
    Lost(Lost),
    /// The last line: how many events each node has, lost ones included.
    End(BTreeMap<String, u64>),
}

/// What a trace is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
    /// The profile that nodes follow.
    pub profile: String,
    /// [`SCHEME`].
    pub commitments: String,
    /// The commitment to 32 zero bytes, the hash before the first.
    pub no_hash: Commitment,
    /// The clients that log.
    pub nodes: Vec<NodeHeader>,
    /// Whether every message that a node is given was sent by a node of this trace.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// Where it was recorded, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

/// A client that logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeHeader {
    /// The name used in this trace.
    pub node: String,
    /// User ID.
    pub user_id: String,
    /// Hardware ID.
    pub hardware_id: String,
    /// The commitment to its identity verification key.
    pub ivk: Commitment,
    /// The profile it follows, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Policies, where they differ from the default, by policy key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policies: BTreeMap<String, String>,
    /// What its clock, as heartbeats name it, said at moment 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub clock_ms: u64,
}

/// What a node was given, as the model knows it. Absent for nothing but the passing of time.
pub type Given = machine::Event<Commitment>;

/// What a node did.
pub type Effect = machine::Effect<Commitment>;

/// One event of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Whose.
    pub node: String,
    /// Counts the node's events from 1, lost ones included.
    pub seq: u64,
    /// How many events of other nodes are known to have happened before; who is not named is as at
    /// the node's last event.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clock: BTreeMap<String, u64>,
    /// The node's time, in milliseconds.
    pub at_ms: u64,
    /// What it was given. Absent: time passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    /// What became of it.
    #[serde(default = "accept", skip_serializing_if = "is_accept")]
    pub class: Class,
    /// The rule behind a class other than `accept`, where the client knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// What the client did, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Output>,
    /// What the user sees afterwards; the security code as a commitment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<Observed>,
    /// Every meeting key held afterwards, by number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<(u32, Commitment)>>,
    /// What was in the sealed key it was given, for one that a node outside this log sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Inside>,
}

/// Something a node did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// When, if not at the moment of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<u64>,
    /// What.
    pub effect: Effect,
}

/// What was in a sealed key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inside {
    /// The meeting key.
    pub key: Commitment,
    /// Its number, where the profile seals it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mk_seq: Option<u32>,
}

/// A declared gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    /// Whose events are missing.
    pub node: String,
    /// How many.
    pub count: u64,
}

/// A whole trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The first line.
    pub header: Header,
    /// The events and gaps, each with the number of its line.
    pub entries: Vec<(usize, Entry)>,
    /// The last line.
    pub end: BTreeMap<String, u64>,
}

/// An event or a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// An event.
    Event(Box<Event>),
    /// A gap.
    Lost(Lost),
}

impl Entry {
    /// Whose.
    #[must_use]
    pub fn node(&self) -> &str {
        match self {
            Self::Event(event) => &event.node,
            Self::Lost(lost) => &lost.node,
        }
    }

    /// How many events of the node it stands for.
    #[must_use]
    pub fn count(&self) -> u64 {
        match self {
            Self::Event(_) => 1,
            Self::Lost(lost) => lost.count,
        }
    }
}

impl Trace {
    /// A trace of these entries, numbered as its lines will be, with its end.
    #[must_use]
    pub fn new(header: Header, entries: Vec<Entry>) -> Self {
        let mut end = BTreeMap::new();
        for entry in &entries {
            *end.entry(entry.node().to_owned()).or_default() += entry.count();
        }
        let entries = entries.into_iter().enumerate().map(|(at, it)| (at + 2, it)).collect();
        Self { header, entries, end }
    }

    /// The lines.
    ///
    /// # Errors
    /// A line cannot be written as JSON, which no line of this type is known to cause.
    pub fn text(&self) -> serde_json::Result<String> {
        let mut text = serde_json::to_string(&Line::Header(self.header.clone()))?;
        text.push('\n');
        for (_, entry) in &self.entries {
            let line = match entry {
                Entry::Event(event) => Line::Event(event.clone()),
                Entry::Lost(lost) => Line::Lost(lost.clone()),
            };
            text.push_str(&serde_json::to_string(&line)?);
            text.push('\n');
        }
        text.push_str(&serde_json::to_string(&Line::End(self.end.clone()))?);
        text.push('\n');
        Ok(text)
    }

    /// How many events there are.
    #[must_use]
    pub fn events(&self) -> usize {
        self.entries.iter().filter(|(_, entry)| matches!(entry, Entry::Event(_))).count()
    }
}

impl Event {
    /// Every commitment in what was given and done, in order.
    #[must_use]
    pub fn commitments(&self) -> Vec<Commitment> {
        let mut all = Vec::new();
        let mut note = |_, value: &Commitment| {
            all.push(*value);
            Ok::<_, std::convert::Infallible>(())
        };
        if let Some(given) = &self.given {
            let _ = given.map(&mut note);
        }
        for output in &self.outputs {
            let _ = output.effect.map(&mut note);
        }
        all
    }
}

const fn accept() -> Class {
    Class::Accept
}

const fn is_accept(class: &Class) -> bool {
    matches!(class, Class::Accept)
}

const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Reads one line.
///
/// # Errors
/// It is no line of this format.
pub fn line(text: &str) -> Result<Line, serde_json::Error> {
    let line: Line = serde_json::from_str(text)?;
    if let Line::Header(header) = &line {
        if header.schema != SCHEMA {
            let reason = format!("this release reads schema {SCHEMA:?}, not {:?}", header.schema);
            return Err(serde_json::Error::custom(reason));
        }
        if header.commitments != SCHEME {
            return Err(serde_json::Error::custom(format!("commitments must be {SCHEME:?}")));
        }
    }
    Ok(line)
}
