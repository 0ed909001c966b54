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
    /// Requests refused by a rule.
    pub refused: usize,
    /// Packets played or shown.
    pub rendered: usize,
    /// The highest number of a meeting key.
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

#[derive(Arbitrary, Debug)]
struct Play {
    newer: bool,
    hybrid: bool,
    fields: bool,
    operations: Vec<Operation>,
}

#[derive(Arbitrary, Debug)]
struct Operation {
    party: u8,
    act: Act,
}

#[derive(Arbitrary, Debug)]
enum Act {
    /// Everybody joins, is admitted and hears of the leader and its first key.
    Opening,
    Join {
        meeting: u8,
        leads: bool,
    },
    Named {
        announcement: Pick,
        claimed: u8,
    },
    Admitted {
        announcement: Pick,
        claimed: u8,
    },
    Departed {
        claimed: u8,
    },
    Signaled {
        mk_seq: Option<u8>,
    },
    Offered {
        sealed: Pick,
    },
    Heard {
        packet: Pick,
        claimed: u8,
        stream: bool,
    },
    /// The newest sealed key for this party, as it was sent.
    Newest,
    Send {
        stream: bool,
        bytes: u8,
    },
    Advance {
        ms: Pause,
    },
    Leave,
    Ended,
}

/// A message sent so far, counted from the newest, and what happens to it on its way.
#[derive(Arbitrary, Clone, Copy, Debug)]
struct Pick {
    back: u8,
    edit: Option<Edit>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Edit {
    at: u16,
    byte: u8,
    cut: bool,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Pause {
    None,
    Deadline,
    BeforeDeadline,
    Milliseconds(u16),
    Long(u64),
}

/// What a client has sent that others may be given.
struct Sent {
    by: &'static str,
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
    announcements: Vec<Sent>,
    sealed: Vec<Sent>,
    packets: Vec<Sent>,
    mk_seq: u32,
    reached: Reached,
}

impl Table {
    fn new(play: &Play) -> Self {
        let profile = if play.newer { Profile::zoom_3_0() } else { Profile::zoom_2_3_1() };
        let suite = if play.hybrid { BoxSuite::Hybrid } else { BoxSuite::Classic };
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
            announcements: Vec::new(),
            sealed: Vec::new(),
            packets: Vec::new(),
            mk_seq: 0,
            reached: Reached::default(),
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
        let input = match &operation.act {
            Act::Opening => return self.opening(),
            Act::Join { meeting, leads } => join(*meeting, *leads),
            Act::Named { announcement, claimed } => {
                let Some((by, announcement)) = pick(&self.announcements, *announcement) else {
                    return;
                };
                deliver(self.named(claim(by, *claimed), announcement))
            }
            Act::Admitted { announcement, claimed } => {
                let Some((by, announcement)) = pick(&self.announcements, *announcement) else {
                    return;
                };
                deliver(self.admitted(claim(by, *claimed), announcement))
            }
            Act::Departed { claimed } => {
                let user_id = claim(party, *claimed);
                deliver(Message::Departed {
                    user_id: user_id.to_owned(),
                    hardware_id: device(user_id),
                })
            }
            Act::Signaled { mk_seq } => {
                deliver(Message::RekeySignaled { mk_seq: mk_seq.map_or(self.mk_seq, u32::from) })
            }
            Act::Offered { sealed } => {
                let Some((_, sealed)) = pick(&self.sealed, *sealed) else { return };
                deliver(Message::SealedKey { sealed })
            }
            Act::Heard { packet, claimed, stream } => {
                let Some((by, packet)) = pick(&self.packets, *packet) else { return };
                let from = claim(by, *claimed).to_owned();
                deliver(Message::Packet { from, stream: stream_name(*stream), packet })
            }
            Act::Newest => {
                let mine = |sent: &&Sent| sent.to.as_deref() == Some(party);
                let Some(newest) = self.sealed.iter().rfind(mine) else { return };
                deliver(Message::SealedKey { sealed: newest.payload.clone() })
            }
            Act::Send { stream, bytes } => {
                let plaintext = Hex(vec![*bytes; usize::from(*bytes)]);
                Input::Send { stream: stream_name(*stream), plaintext }
            }
            Act::Advance { ms } => Input::Advance { to_ms: self.moment(party, *ms) },
            Act::Leave => Input::Leave {},
            Act::Ended => deliver(Message::MeetingEnded {}),
        };
        self.give(party, input);
    }

    /// A meeting that works, as far as the state so far lets it.
    fn opening(&mut self) {
        let [leader, others @ ..] = PARTIES;
        self.give(leader, join(0, true));
        for party in others {
            self.give(party, join(0, false));
            let by = |who| move |sent: &&Sent| sent.by == who;
            let hers = self.announcements.iter().rfind(by(leader)).map(|a| a.payload.clone());
            let his = self.announcements.iter().rfind(by(party)).map(|a| a.payload.clone());
            let (Some(hers), Some(his)) = (hers, his) else { continue };
            self.give(party, deliver(self.named(leader, hers)));
            self.give(leader, deliver(self.admitted(party, his)));
            self.give(party, deliver(Message::RekeySignaled { mk_seq: self.mk_seq }));
            self.play(&Operation { party: index(party), act: Act::Newest });
        }
    }

    fn named(&self, who: &'static str, announcement: Payload) -> Message {
        Message::LeaderNamed {
            user_id: who.to_owned(),
            hardware_id: device(who),
            ivk: self.ivks.get(who).cloned().unwrap_or_default(),
            announcement,
        }
    }

    fn admitted(&self, who: &'static str, announcement: Payload) -> Message {
        Message::Admitted {
            user_id: who.to_owned(),
            hardware_id: device(who),
            ivk: self.ivks.get(who).cloned().unwrap_or_default(),
            announcement,
        }
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
            Class::Accept | Class::Pending => {
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
            Class::Leave | Class::Unsupported | Class::Internal => {
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
        assert!(seen.listed.is_sorted(), "{seen:?}");
        let nothing = seen.leader.is_none() && seen.listed.is_empty() && seen.sends_under.is_none();
        assert!(seen.phase == Phase::Joined || nothing, "outside, yet {seen:?}");
        (seen, answer.deadline_ms)
    }

    fn keep(&mut self, by: &'static str, outputs: &[Output]) {
        for output in outputs {
            let sent = |to, payload: &Payload| Sent { by, to, payload: payload.clone() };
            match &output.effect {
                Effect::PostAnnouncement { announcement } => {
                    self.announcements.push(sent(None, announcement));
                }
                Effect::PostSealedKey { user_id, sealed, .. } => {
                    self.sealed.push(sent(Some(user_id.clone()), sealed));
                }
                Effect::Transmit { packet, .. } => self.packets.push(sent(None, packet)),
                Effect::SignalRekey { mk_seq } => {
                    self.mk_seq = *mk_seq;
                    self.reached.mk_seq = self.reached.mk_seq.max(*mk_seq);
                }
                Effect::Render { .. } => self.reached.rendered += 1,
                Effect::ShowSecurityCode { .. } | Effect::ShowLeft {} => {}
            }
        }
    }
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

fn join(meeting: u8, leads: bool) -> Input {
    Input::Join {
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

fn index(party: &str) -> u8 {
    (0..).zip(PARTIES).find(|(_, known)| *known == party).map_or(0, |(index, _)| index)
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

/// A message sent so far, edited, and by whom.
fn pick(sent: &[Sent], pick: Pick) -> Option<(&'static str, Payload)> {
    let back = usize::from(pick.back) % sent.len().max(1);
    let found = sent.iter().rev().nth(back)?;
    let payload = found.payload.clone();
    Some((found.by, pick.edit.map_or(payload.clone(), |edit| edited(payload, edit))))
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
