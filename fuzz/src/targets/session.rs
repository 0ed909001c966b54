//! Sessions of the built-in client, driven deep: messages it sent itself are delivered, again,
//! late, damaged, to the wrong one.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Unstructured};
use conclave_conformance::{
    commands::adapter::serve,
    protocol::{
        Answer, Class, Codec, Effect, Hex, Input, Message, Observed, Output, Payload, Phase,
        Randomness, Request, Response, Role,
    },
    reference::Reference,
};
use conclave_spec::{BoxSuite, Profile};

mod operation;

use operation::{Act, Edit, Operation, Pause, Pick, Play};

/// The longest list of operations played.
const OPERATIONS_MAX: usize = 40;

const PARTIES: [&str; 4] = ["alice", "bob", "carol", "mallory"];
const STREAMS: [&str; 2] = ["audio", "video"];

/// The bytes as a list of operations.
///
/// A second client is given only what the first took. It must answer the same to the end, so a
/// refused request has left no trace whatever; the first must also look as before to its user.
///
/// # Panics
/// A property does not hold.
pub fn session(data: &[u8]) {
    reached(data);
}

/// What a list of operations came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reached {
    /// The version that was played.
    pub version: &'static str,
    /// Requests refused by a rule.
    pub refused: usize,
    /// Packets played or shown.
    pub rendered: usize,
    /// The highest number of a meeting key something was played under.
    pub mk_seq: u32,
}

/// [`session`], and how deep it came.
///
/// # Panics
/// A property does not hold.
pub fn reached(data: &[u8]) -> Reached {
    let Ok(play) = Play::arbitrary_take_rest(Unstructured::new(data)) else {
        return Reached::default();
    };
    let mut table = Table::new(&play);
    table.open();
    for operation in play.operations.iter().take(OPERATIONS_MAX) {
        table.play(operation);
    }
    table.reached
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Announcement,
    SealedKey,
    Packet,
    Nonce,
    Link,
    Heartbeat,
    Request,
}

/// What a client has sent that others may be given.
struct Sent {
    by: &'static str,
    kind: Kind,
    to: Option<String>,
    payload: Payload,
}

/// Two clients that must stay alike, and everything sent.
struct Table {
    client: Reference,
    twin: Reference,
    profile: String,
    codec: Codec,
    asked: u64,
    ivks: BTreeMap<&'static str, Hex>,
    now_ms: BTreeMap<&'static str, u64>,
    sent: Vec<Sent>,
    /// Up to where each party was told what was sent.
    told: BTreeMap<&'static str, usize>,
    reached: Reached,
}

impl Table {
    fn new(play: &Play) -> Self {
        let all = Profile::all();
        let profile = all.get(usize::from(play.profile) % all.len()).cloned();
        let profile = profile.unwrap_or_else(Profile::hardened);
        let suite = if play.hybrid { BoxSuite::Hybrid } else { profile.box_suite };
        let profile = profile.with_box_suite(suite);
        let client = || Reference::new().with_profiles(vec![profile.clone()]);
        Self {
            client: client(),
            twin: client(),
            profile: profile.id.to_owned(),
            codec: if play.fields { Codec::Fields } else { Codec::Bytes },
            asked: 0,
            ivks: BTreeMap::new(),
            now_ms: BTreeMap::new(),
            sent: Vec::new(),
            told: BTreeMap::new(),
            reached: Reached { version: profile.id, ..Reached::default() },
        }
    }

    fn open(&mut self) {
        for (seed, party) in (1..).zip(PARTIES) {
            let answer = self.give(
                party,
                Input::Open {
                    profile: self.profile.clone(),
                    user_id: party.to_owned(),
                    hardware_id: device(party),
                    randomness: Randomness::Seeded { seed: Hex(vec![seed; 32]) },
                    codec: self.codec,
                    policies: BTreeMap::new(),
                },
            );
            let Some(Answer::Opened(opened)) = answer.result else { panic!("{answer:?}") };
            self.ivks.insert(party, opened.ivk);
        }
    }

    fn play(&mut self, operation: &Operation) {
        let party = party(operation.party);
        if let Some(input) = self.input(party, &operation.act) {
            self.give(party, input);
        }
    }

    /// What an operation gives its party; none where it is about a message nobody sent.
    fn input(&mut self, party: &'static str, act: &Act) -> Option<Input> {
        Some(match act {
            Act::Opening => {
                self.opening();
                return None;
            }
            Act::Settle => {
                self.settle();
                return None;
            }
            Act::Join { meeting, leads } => join(party, *meeting, *leads),
            Act::SetLock { locked } => Input::SetLock { locked: *locked },
            Act::Kick { claimed } => {
                let (user_id, hardware_id) = names(claim(party, *claimed));
                Input::Kick { user_id, hardware_id }
            }
            Act::Send { stream, bytes } => {
                let plaintext = Hex(vec![*bytes; usize::from(*bytes)]);
                Input::Send { stream: stream_name(*stream), plaintext }
            }
            Act::Advance { ms } => Input::Advance { to_ms: self.moment(party, *ms) },
            Act::Leave => Input::Leave {},
            Act::StepOut => Input::StepOut {},
            Act::Named { .. }
            | Act::Admitted { .. }
            | Act::Departed { .. }
            | Act::Renamed { .. }
            | Act::Nonce { .. }
            | Act::Link { .. }
            | Act::Heartbeat { .. }
            | Act::Asked { .. }
            | Act::Claim { .. }
            | Act::Room { .. }
            | Act::Offered { .. }
            | Act::Heard { .. }
            | Act::Ended => deliver(self.message(party, act)?),
        })
    }

    /// What the server says or hands on.
    fn message(&self, party: &'static str, act: &Act) -> Option<Message> {
        Some(match act {
            Act::Named { announcement, claimed } => {
                let (by, announcement) = self.pick(Kind::Announcement, *announcement)?;
                self.named(claim(by, *claimed), announcement)
            }
            Act::Admitted { announcement, claimed, outdated } => {
                let (by, announcement) = self.pick(Kind::Announcement, *announcement)?;
                self.admitted(claim(by, *claimed), announcement, *outdated)
            }
            Act::Departed { claimed } => {
                let (user_id, hardware_id) = names(claim(party, *claimed));
                Message::Departed { user_id, hardware_id }
            }
            Act::Renamed { claimed, name } => {
                let (user_id, hardware_id) = names(claim(party, *claimed));
                Message::Renamed { user_id, hardware_id, name: "n".repeat(usize::from(*name)) }
            }
            Act::Nonce { nonce, claimed } => {
                let (by, nonce) = self.pick(Kind::Nonce, *nonce)?;
                posted(claim(by, *claimed), &nonce)?
            }
            Act::Link { link } => Message::Link { link: self.pick(Kind::Link, *link)?.1 },
            Act::Heartbeat { heartbeat } => {
                Message::Heartbeat { heartbeat: self.pick(Kind::Heartbeat, *heartbeat)?.1 }
            }
            Act::Asked { request } => {
                Message::LockRequested { request: self.pick(Kind::Request, *request)?.1 }
            }
            Act::Claim { locked } => Message::LockClaimed { locked: *locked },
            Act::Offered { sealed } => {
                Message::SealedKey { sealed: self.pick(Kind::SealedKey, *sealed)?.1 }
            }
            Act::Heard { packet, claimed, stream } => {
                let (by, packet) = self.pick(Kind::Packet, *packet)?;
                let (from, hardware_id) = names(claim(by, *claimed));
                Message::Packet { from, hardware_id, stream: stream_name(*stream), packet }
            }
            Act::Ended => Message::MeetingEnded {},
            Act::Room { claimed, in_room } => {
                let (user_id, hardware_id) = names(claim(party, *claimed));
                Message::RoomClaimed { user_id, hardware_id, in_room: *in_room }
            }
            Act::Opening
            | Act::Settle
            | Act::Join { .. }
            | Act::SetLock { .. }
            | Act::Kick { .. }
            | Act::Send { .. }
            | Act::Advance { .. }
            | Act::StepOut
            | Act::Leave => return None,
        })
    }

    /// A meeting that works, as far as the state so far lets it.
    fn opening(&mut self) {
        let [leader, others @ ..] = PARTIES;
        self.give(leader, join(leader, 0, true));
        for party in others {
            self.give(party, join(party, 0, false));
            self.told.insert(party, 0);
            let newest = |table: &Self, who: &str| {
                let hers = |it: &&Sent| it.by == who && it.kind == Kind::Announcement;
                table.sent.iter().rfind(hers).map(|sent| sent.payload.clone())
            };
            let (Some(hers), Some(his)) = (newest(self, leader), newest(self, party)) else {
                continue;
            };
            self.give(party, deliver(self.named(leader, hers)));
            self.settle();
            self.give(leader, deliver(self.admitted(party, his, false)));
        }
        self.settle();
    }

    /// Everybody gets what was sent since the last time, the leader's own party first.
    fn settle(&mut self) {
        for party in PARTIES {
            let from = self.told.insert(party, self.sent.len()).unwrap_or(0);
            let new = self.sent.iter().skip(from).filter(|sent| sent.by != party);
            let new: Vec<_> = new.filter_map(|sent| handed_on(sent, party)).collect();
            for message in new {
                self.give(party, deliver(message));
            }
        }
    }

    fn named(&self, who: &'static str, announcement: Payload) -> Message {
        let ivk = self.ivks.get(who).cloned().unwrap_or_default();
        let (user_id, hardware_id) = names(who);
        Message::LeaderNamed { user_id, hardware_id, ivk, announcement }
    }

    fn admitted(&self, who: &'static str, announcement: Payload, outdated: bool) -> Message {
        let ivk = self.ivks.get(who).cloned().unwrap_or_default();
        let ((user_id, hardware_id), name) = (names(who), who.to_owned());
        Message::Admitted { user_id, hardware_id, name, ivk, announcement, outdated }
    }

    /// A message of a kind sent so far, edited, and by whom.
    fn pick(&self, kind: Kind, pick: Pick) -> Option<(&'static str, Payload)> {
        let of_kind = || self.sent.iter().filter(move |sent| sent.kind == kind);
        let back = usize::from(pick.back) % of_kind().count().max(1);
        let found = of_kind().rev().nth(back)?;
        let payload = found.payload.clone();
        Some((found.by, pick.edit.map_or(payload.clone(), |edit| edited(payload, edit))))
    }

    fn moment(&mut self, party: &'static str, pause: Pause) -> u64 {
        let now_ms = self.now_ms.get(party).copied().unwrap_or(0);
        let due = |table: &mut Self| table.look(party).1.unwrap_or(now_ms);
        match pause {
            Pause::None => now_ms,
            Pause::Deadline => due(self),
            Pause::BeforeDeadline => due(self).saturating_sub(1),
            Pause::Milliseconds(ms) => now_ms.saturating_add(ms.into()),
            Pause::Long(ms) => now_ms.saturating_add(ms),
        }
    }

    /// Gives a session an input, judges the answer, keeps what was sent.
    fn give(&mut self, party: &'static str, input: Input) -> Response {
        let opened = self.ivks.contains_key(party);
        let before = opened.then(|| self.look(party));
        let request = self.request(party, input);
        let answer = ask(&mut self.client, &request);
        match answer.class {
            Class::Accept | Class::Pending | Class::Leave => {
                let twin = ask(&mut self.twin, &request);
                assert_eq!(answer, twin, "a refused request left a trace: {request:?}");
                if let Input::Advance { to_ms } = request.input {
                    self.now_ms.insert(party, to_ms);
                }
                self.keep(party, &answer.outputs);
            }
            Class::Reject | Class::Ignore | Class::BadRequest => {
                assert!(answer.outputs.is_empty() && answer.drawn.is_empty(), "{answer:?}");
                let rule = answer.code.is_some();
                assert_eq!(rule, answer.class != Class::BadRequest, "{answer:?}");
                let after = opened.then(|| self.look(party));
                self.reached.refused += usize::from(rule);
                assert_eq!(before, after, "a refused request changed something: {request:?}");
            }
            Class::Unsupported | Class::Internal => {
                panic!("{answer:?} to {request:?}")
            }
        }
        answer
    }

    fn request(&mut self, party: &str, input: Input) -> Request {
        self.asked += 1;
        Request { id: self.asked, session: Some(party.to_owned()), case: None, input }
    }

    /// What the user of a session sees, and its deadline.
    fn look(&mut self, party: &'static str) -> (Observed, Option<u64>) {
        let request = self.request(party, Input::Observe {});
        let answer = ask(&mut self.client, &request);
        let Some(Answer::Observed(seen)) = answer.result else { panic!("{answer:?}") };
        let now_ms = self.now_ms.get(party).copied().unwrap_or(0);
        assert!(answer.deadline_ms.is_none_or(|due| due > now_ms), "a deadline in the past");
        let lines = seen.roster.iter().map(|line| (&line.user_id, &line.hardware_id));
        assert!(lines.is_sorted(), "{seen:?}");
        let nothing = seen.leader.is_none() && seen.roster.is_empty() && seen.sends_under.is_none();
        assert!(seen.phase == Phase::Joined || nothing, "outside, yet {seen:?}");
        (seen, answer.deadline_ms)
    }

    fn keep(&mut self, by: &'static str, outputs: &[Output]) {
        for output in outputs {
            let mut keep = |kind, to, payload: &Payload| {
                self.sent.push(Sent { by, kind, to, payload: payload.clone() });
            };
            match &output.effect {
                Effect::PostAnnouncement { announcement } => {
                    keep(Kind::Announcement, None, announcement);
                }
                Effect::PostSealedKey { user_id, sealed, .. } => {
                    keep(Kind::SealedKey, Some(user_id.clone()), sealed);
                }
                Effect::Transmit { packet, .. } => keep(Kind::Packet, None, packet),
                Effect::PostNonce { nonce } => {
                    keep(Kind::Nonce, None, &Payload::Bytes(nonce.clone()));
                }
                Effect::PostLink { link } => keep(Kind::Link, None, link),
                Effect::PostHeartbeat { heartbeat } => keep(Kind::Heartbeat, None, heartbeat),
                Effect::PostLockRequest { request } => keep(Kind::Request, None, request),
                Effect::Render { mk_seq, .. } => {
                    self.reached.rendered += 1;
                    self.reached.mk_seq = self.reached.mk_seq.max(*mk_seq);
                }
                Effect::ShowSecurityCode { .. }
                | Effect::ShowLeaderChanged { .. }
                | Effect::ShowUnlockWarning {}
                | Effect::ShowLeft {} => {}
            }
        }
    }
}

/// What the server does with a message for a party.
fn handed_on(sent: &Sent, to: &'static str) -> Option<Message> {
    let payload = sent.payload.clone();
    match sent.kind {
        Kind::Link => Some(Message::Link { link: payload }),
        Kind::Heartbeat => Some(Message::Heartbeat { heartbeat: payload }),
        Kind::Request => Some(Message::LockRequested { request: payload }),
        Kind::Nonce => posted(sent.by, &payload),
        Kind::SealedKey => {
            (sent.to.as_deref() == Some(to)).then_some(Message::SealedKey { sealed: payload })
        }
        Kind::Packet => {
            let (from, hardware_id) = names(sent.by);
            let stream = STREAMS[0].to_owned();
            Some(Message::Packet { from, hardware_id, stream, packet: payload })
        }
        Kind::Announcement => None,
    }
}

/// A liveness nonce as the server hands it on.
fn posted(who: &str, nonce: &Payload) -> Option<Message> {
    let Payload::Bytes(nonce) = nonce else { return None };
    let (user_id, hardware_id) = names(who);
    Some(Message::NoncePosted { user_id, hardware_id, nonce: nonce.clone() })
}

/// User ID and hardware ID of a party.
fn names(party: &str) -> (String, String) {
    (party.to_owned(), device(party))
}

/// One request through the line reader and writer.
fn ask(client: &mut Reference, request: &Request) -> Response {
    let line = serde_json::to_vec(request).expect("a request can be written");
    let mut said = Vec::new();
    serve(client, &mut line.as_slice(), &mut said).expect("memory does not fail");
    let answer: Response = serde_json::from_slice(&said).expect("an answer is one response");
    assert_eq!(answer.id, request.id);
    answer
}

fn join(party: &str, meeting: u8, leads: bool) -> Input {
    Input::Join {
        name: party.to_owned(),
        meeting_id: "93017455128".to_owned(),
        meeting_uuid: Hex(vec![meeting % 2; 16]),
        role: if leads { Role::Leader } else { Role::Participant },
    }
}

fn deliver(message: Message) -> Input {
    Input::Deliver { message }
}

fn party(index: u8) -> &'static str {
    PARTIES[usize::from(index) % PARTIES.len()]
}

fn device(party: &str) -> String {
    format!("{party}-laptop")
}

fn stream_name(second: bool) -> String {
    STREAMS[usize::from(second)].to_owned()
}

/// Mostly the truth, sometimes another party.
fn claim(truth: &'static str, claimed: u8) -> &'static str {
    if claimed < 192 { truth } else { party(claimed) }
}

fn edited(payload: Payload, edit: Edit) -> Payload {
    match payload {
        Payload::Bytes(mut bytes) => {
            edit_bytes(&mut bytes.0, edit);
            Payload::Bytes(bytes)
        }
        Payload::Fields(mut fields) => {
            let at = usize::from(edit.byte) % fields.len().max(1);
            if let Some(value) = fields.values_mut().nth(at) {
                let mut bytes = value.clone().into_bytes();
                edit_bytes(&mut bytes, edit);
                *value = String::from_utf8_lossy(&bytes).into_owned();
            }
            Payload::Fields(fields)
        }
    }
}

fn edit_bytes(bytes: &mut Vec<u8>, edit: Edit) {
    let at = usize::from(edit.at) % (bytes.len() + 1);
    match bytes.get_mut(at) {
        _ if edit.cut => bytes.truncate(at),
        Some(byte) => *byte = edit.byte,
        None => bytes.push(edit.byte),
    }
}
