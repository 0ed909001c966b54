//! From a trace to a vector: the same meeting as a script, recorded anew with random values that are
//! known, so that any client can be held to it.
//!
//! A commitment cannot be undone. But a script names messages by who sent them, and that a trace
//! says. What was sent or shown as text becomes a text of the same name.

use std::collections::{BTreeMap, HashMap};

use conclave_model::{
    machine::Event as Input,
    message::{Announcement, Seat},
    script::{
        Act, CastMember, Expect, ExpectedClass, Handle, MessageKind, Recipe, Script, ScriptStep,
        ValueRecipe,
    },
};
use conclave_spec::{Profile, Rule};

use super::format::{Commitment, Effect, Entry, Event, Given, NodeHeader, Trace};
use crate::{
    case::Case,
    cases::Draft,
    record::{RecordError, expectable, record},
};

/// The area of frozen traces.
pub const AREA: &str = "trace";

/// Why a trace cannot be frozen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FreezeError {
    /// The header names what there is not.
    #[error("no {what} {name:?} in this trace")]
    Unknown {
        /// What.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Something that no script can say.
    #[error("line {line}: {reason}")]
    Unsayable {
        /// The line of the trace.
        line: usize,
        /// Why.
        reason: &'static str,
    },
    /// The reference does something else.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// Freezes a trace as the case of one of its nodes.
///
/// # Errors
/// There is a gap, a message from outside the trace, or one that did not decode; or the reference
/// does something else, which a trace that validates does not have.
pub fn freeze(trace: &Trace, plays: &str, name: &str) -> Result<Case, FreezeError> {
    let header = &trace.header;
    let unknown = |what, name: &str| FreezeError::Unknown { what, name: name.to_owned() };
    let profile = Profile::by_id(&header.profile);
    let profile = profile.ok_or_else(|| unknown("profile", &header.profile))?;
    let own = header.nodes.iter().find(|node| node.node == plays);
    let own = own.ok_or_else(|| unknown("node", plays))?;
    let script = script(trace)?;
    let rules = script.steps.iter().filter(|step| step.party == plays);
    let mut rules: Vec<_> = rules.filter_map(|step| step.expect.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let draft = Draft {
        name: name.to_owned(),
        title: format!("A recorded session, as {plays} lives it"),
        area: AREA,
        plays: plays.to_owned(),
        rules,
        pairs: Vec::new(),
        policies: own.policies.clone(),
        script,
    };
    Ok(record(&draft, &profile, &profile)?)
}

/// A trace as a script.
///
/// # Errors
/// As [`freeze`], but for the reference.
pub fn script(trace: &Trace) -> Result<Script, FreezeError> {
    let mut writing = Writing {
        nodes: &trace.header.nodes,
        steps: Vec::new(),
        sent: HashMap::new(),
        counts: HashMap::new(),
        now_ms: BTreeMap::new(),
    };
    for (line, entry) in &trace.entries {
        match entry {
            Entry::Event(event) => writing.event(*line, event)?,
            Entry::Lost(_) => {
                return Err(FreezeError::Unsayable {
                    line: *line,
                    reason: "events are lost here, and a script has no gaps",
                });
            }
        }
    }
    let mut first: BTreeMap<Commitment, &str> = BTreeMap::new();
    let cast = trace.header.nodes.iter().map(|node| {
        let twin = first.get(&node.ivk).map(|party| (*party).to_owned());
        first.entry(node.ivk).or_insert(&node.node);
        CastMember {
            party: node.node.clone(),
            seat: Seat::new(&node.user_id, &node.hardware_id),
            same_device_as: twin,
            profile: node.profile.clone(),
        }
    });
    Ok(Script { cast: cast.collect(), steps: writing.steps })
}

/// What tells one message from another.
type Key = (MessageKind, String);

struct Writing<'t> {
    nodes: &'t [NodeHeader],
    steps: Vec<ScriptStep>,
    sent: HashMap<Key, Handle>,
    counts: HashMap<(String, MessageKind, Option<String>), u32>,
    now_ms: BTreeMap<String, u64>,
}

impl Writing<'_> {
    fn event(&mut self, line: usize, event: &Event) -> Result<(), FreezeError> {
        let now_ms = self.now_ms.entry(event.node.clone()).or_default();
        let passes = event.at_ms > *now_ms;
        *now_ms = event.at_ms;
        let question = event.given.is_none() && event.observed.is_some();
        if passes || (event.given.is_none() && !question) {
            let act = Act::Advance { to_ms: event.at_ms };
            self.step(&event.node, act, Expect::accept());
        }
        if let Some(given) = &event.given {
            let act = self.act(line, given)?;
            let expect = expect(line, event)?;
            self.step(&event.node, act, expect);
        }
        if event.observed.is_some() {
            self.step(&event.node, Act::Observe {}, Expect::accept());
        }
        event.outputs.iter().for_each(|output| self.note(&event.node, &output.effect));
        Ok(())
    }

    fn step(&mut self, party: &str, act: Act, expect: Expect) {
        self.steps.push(ScriptStep { party: party.to_owned(), act, wire: None, expect });
    }

    fn note(&mut self, party: &str, effect: &Effect) {
        let (kind, key, to) = match effect {
            Effect::PostAnnouncement(it) => (MessageKind::Announcement, said(it), None),
            Effect::PostSealedKey(it) => {
                (MessageKind::SealedKey, said(it), Some(it.to.user_id.clone()))
            }
            Effect::Transmit { packet, .. } => (MessageKind::Packet, said(packet), None),
            Effect::PostNonce(it) => (MessageKind::Nonce, said(it), None),
            Effect::PostLink(it) => (MessageKind::Link, said(it), None),
            Effect::PostHeartbeat(it) => (MessageKind::Heartbeat, said(it), None),
            Effect::PostLockRequest(it) => (MessageKind::LockRequest, said(it), None),
            Effect::Render { .. }
            | Effect::ShowSecurityCode(_)
            | Effect::ShowLeaderChanged { .. }
            | Effect::ShowUnlockWarning
            | Effect::ShowLeft => return,
        };
        let count = self.counts.entry((party.to_owned(), kind, to.clone())).or_default();
        *count += 1;
        let handle = Handle { by: party.to_owned(), kind, to, nth: *count };
        self.sent.entry((kind, key)).or_insert(handle);
    }

    fn handle<T: serde::Serialize>(
        &self,
        line: usize,
        kind: MessageKind,
        message: &T,
    ) -> Result<Recipe, FreezeError> {
        let reason = "no node of this trace sent this message";
        let handle = self.sent.get(&(kind, said(message))).cloned();
        handle.map(Recipe::Sent).ok_or(FreezeError::Unsayable { line, reason })
    }

    fn key(&self, line: usize, ivk: Commitment) -> Result<ValueRecipe, FreezeError> {
        let node = self.nodes.iter().find(|node| node.ivk == ivk);
        let reason = "no node of this trace has this identity key";
        node.map(|node| ValueRecipe::IvkOf(node.node.clone()))
            .ok_or(FreezeError::Unsayable { line, reason })
    }

    fn announced(
        &self,
        line: usize,
        announcement: &Announcement<Commitment>,
    ) -> Result<Recipe, FreezeError> {
        self.handle(line, MessageKind::Announcement, announcement)
    }

    fn act(&self, line: usize, given: &Given) -> Result<Act, FreezeError> {
        Ok(match given {
            Input::Join { meeting, role, name } => {
                Act::Join { meeting: meeting.clone(), role: *role, name: name.clone() }
            }
            Input::LeaderNamed { seat, ivk, announcement } => Act::LeaderNamed {
                seat: seat.clone(),
                ivk: self.key(line, *ivk)?,
                announcement: self.announced(line, announcement)?,
            },
            Input::Admitted(it) => Act::Admitted {
                seat: it.seat.clone(),
                name: it.name.clone(),
                ivk: self.key(line, it.ivk)?,
                announcement: self.announced(line, &it.announcement)?,
                outdated: it.outdated,
            },
            Input::Departed { seat } => Act::Departed { seat: seat.clone() },
            Input::Renamed { seat, name } => {
                Act::Renamed { seat: seat.clone(), name: name.clone() }
            }
            Input::NonceArrived { seat, nonce } => Act::NoncePosted {
                seat: seat.clone(),
                nonce: self.handle(line, MessageKind::Nonce, nonce)?,
            },
            Input::LinkArrived(link) => {
                Act::Link { link: self.handle(line, MessageKind::Link, link)? }
            }
            Input::HeartbeatArrived(beat) => {
                Act::Heartbeat { heartbeat: self.handle(line, MessageKind::Heartbeat, beat)? }
            }
            Input::LockRequested(request) => Act::LockRequested {
                request: self.handle(line, MessageKind::LockRequest, request)?,
            },
            Input::LockClaimed { locked } => Act::LockClaimed { locked: *locked },
            Input::RoomClaimed { seat, in_room } => {
                Act::RoomClaimed { seat: seat.clone(), in_room: *in_room }
            }
            Input::SetLock { locked } => Act::SetLock { locked: *locked },
            Input::Kick { seat } => Act::Kick { seat: seat.clone() },
            Input::KeyOffered { sealed } => {
                Act::SealedKey { sealed: self.handle(line, MessageKind::SealedKey, sealed)? }
            }
            Input::PacketArrived { from, stream, packet } => Act::Packet {
                from: from.clone(),
                stream: stream.clone(),
                packet: self.handle(line, MessageKind::Packet, packet)?,
            },
            Input::Send { stream, plaintext } => {
                Act::Send { stream: stream.clone(), text: plaintext.to_string() }
            }
            Input::StepOut => Act::StepOut {},
            Input::Leave => Act::Leave {},
            Input::MeetingEnded => Act::MeetingEnded {},
            Input::Tick | Input::Malformed { .. } => {
                let reason = "a message that did not decode: its bytes are not in the trace";
                return Err(FreezeError::Unsayable { line, reason });
            }
        })
    }
}

/// A message as the text that tells it from another.
fn said<T: serde::Serialize>(message: &T) -> String {
    serde_json::to_string(message).unwrap_or_default()
}

fn expect(line: usize, event: &Event) -> Result<Expect, FreezeError> {
    let reason = "the client could not do this, which no vector asks for";
    let class = expectable(event.class).ok_or(FreezeError::Unsayable { line, reason })?;
    // A client need not name this rule: nothing else makes a request one that does not fit.
    let misfit = (class == ExpectedClass::BadRequest).then_some(Rule::RequestFits);
    Ok(Expect { class, rule: event.rule.or(misfit), window: None })
}
