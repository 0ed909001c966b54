//! Your client behind the adapter of main.rs: fill in parts 1 and 2.
//!
//! Until a place is filled in it answers `unsupported`, which fails the cases that need it.

use serde_json::{Map, Value, json};

use super::unhexed;

// 1. What your client is. The check holds it to every word, so declare no more than it does.

pub(crate) const NAME: &str = "my-client";
pub(crate) const VERSION: &str = "0.0.0";
pub(crate) const PROFILES: &[&str] = &["zoom-4.6"];
/// Add "leader" once a client of yours can also lead.
pub(crate) const ROLES: &[&str] = &["participant"];
/// Your client draws its own random values.
pub(crate) const RANDOMNESS: &[&str] = &["opaque"];
/// Messages cross in the encoding of docs/formulas.md.
pub(crate) const CODECS: &[&str] = &["bytes"];
/// Only if it departs from a default: docs/adapter.md, "Policies".
pub(crate) const POLICIES: &[(&str, &[&str])] = &[];

// 2. Your client. A place answers with `Answer`; `given` has the fields of the request by name.

/// One device: an identity key, its own time, at first in no meeting.
pub(crate) struct Client {
    pub(crate) outputs: Vec<Value>,
    pub(crate) now_ms: u64,
    /// When your client will next do something by itself. None: not before it is given more.
    pub(crate) deadline_ms: Option<u64>,
    pub(crate) ivk: [u8; 32],
}

impl Client {
    /// A session opens: profile, user_id, hardware_id.
    pub(crate) fn open(_given: &Given) -> Self {
        // TODO: start your client as this device, and put its identity key (Ed25519) here.
        Self { outputs: Vec::new(), now_ms: 0, deadline_ms: None, ivk: [0xee; 32] }
    }

    /// Reports something your client did, now.
    #[allow(dead_code, reason = "for the places that are filled in")]
    pub(crate) fn emit(&mut self, effect: Value) {
        self.emit_at(self.now_ms, effect);
    }

    /// Reports something your client did while time passed.
    #[allow(dead_code, reason = "for the places that are filled in")]
    pub(crate) fn emit_at(&mut self, at_ms: u64, effect: Value) {
        self.outputs.push(json!({"at_ms": at_ms, "effect": effect}));
    }

    /// The user joins: meeting_id, meeting_uuid, role, name.
    pub(crate) fn join(&mut self, _given: &Given) -> Answer {
        // TODO: have your client join, and report what it posts:
        //     let announcement = payload(&posted);
        //     self.emit(json!({"kind": "post_announcement", "announcement": announcement}));
        //     self.emit(json!({"kind": "post_nonce", "nonce": hex(&nonce)}));
        //     self.deadline_ms = Some(...);
        //     Answer::new("accept")
        not_connected("join")
    }

    /// The server says who leads: user_id, hardware_id, ivk, announcement.
    pub(crate) fn on_leader_named(&mut self, _given: &Given) -> Answer {
        // TODO: hand the announcement and the key server's ivk to your client; report
        //     self.emit(json!({"kind": "show_security_code", "digits": digits}));
        // and refuse with Answer::new("reject").code("DEV-01"), or whichever rule it breaks.
        not_connected("leader_named")
    }

    /// Somebody joined: user_id, hardware_id, name, ivk, announcement, outdated.
    pub(crate) fn on_admitted(&mut self, _given: &Given) -> Answer {
        // TODO: hand the newcomer's announcement and name to your client.
        not_connected("admitted")
    }

    /// Somebody left: user_id, hardware_id.
    pub(crate) fn on_departed(&mut self, _given: &Given) -> Answer {
        // TODO: tell your client who left.
        not_connected("departed")
    }

    /// Somebody has another display name: user_id, hardware_id, name.
    pub(crate) fn on_renamed(&mut self, _given: &Given) -> Answer {
        // TODO: tell your client the new name.
        not_connected("renamed")
    }

    /// A liveness nonce from the board: user_id, hardware_id, nonce.
    pub(crate) fn on_nonce_posted(&mut self, _given: &Given) -> Answer {
        // TODO: hand the nonce to your client.
        not_connected("nonce_posted")
    }

    /// A link of the leader participant list: link.
    pub(crate) fn on_link(&mut self, _given: &Given) -> Answer {
        // TODO: hand the link to your client; a good one is Answer::new("pending").code("MEM-21").
        not_connected("link")
    }

    /// A heartbeat of the leader: heartbeat.
    pub(crate) fn on_heartbeat(&mut self, _given: &Given) -> Answer {
        // TODO: hand the heartbeat to your client.
        not_connected("heartbeat")
    }

    /// A sealed meeting key: sealed.
    pub(crate) fn on_sealed_key(&mut self, _given: &Given) -> Answer {
        // TODO: hand the sealed key to your client: given.bytes("sealed").
        not_connected("sealed_key")
    }

    /// A media packet: from, hardware_id, stream, packet.
    pub(crate) fn on_packet(&mut self, _given: &Given) -> Answer {
        // TODO: hand the packet to your client, and report what it plays:
        //     self.emit(json!({"kind": "render", "from": given.text("from"),
        //         "hardware_id": given.text("hardware_id"), "stream": given.text("stream"),
        //         "mk_seq": number, "plaintext": hex(&plaintext)}));
        not_connected("packet")
    }

    /// A co-host asks the leader to lock or unlock: request.
    pub(crate) fn on_lock_requested(&mut self, _given: &Given) -> Answer {
        // TODO: hand the request to your client.
        not_connected("lock_requested")
    }

    /// The server says that the meeting is locked, or is not: locked.
    pub(crate) fn on_lock_claimed(&mut self, _given: &Given) -> Answer {
        // TODO: tell your client what the server says.
        not_connected("lock_claimed")
    }

    /// The server says that somebody is in a breakout room, or is not: user_id, hardware_id, in_room.
    pub(crate) fn on_room_claimed(&mut self, _given: &Given) -> Answer {
        // TODO: tell your client what the server says.
        not_connected("room_claimed")
    }

    /// The server says that the meeting is over.
    pub(crate) fn on_meeting_ended(&mut self, _given: &Given) -> Answer {
        // TODO: tell your client; report self.emit(json!({"kind": "show_left"})).
        not_connected("meeting_ended")
    }

    /// Time passes: to_ms.
    pub(crate) fn advance(&mut self, _given: &Given) -> Answer {
        // TODO: move your client's clock to to_ms, emit_at what it does on the way, then
        //     self.now_ms = given.number("to_ms");
        not_connected("advance")
    }

    /// The user sends: stream, plaintext.
    pub(crate) fn send(&mut self, _given: &Given) -> Answer {
        // TODO: have your client encrypt; report
        //     let (stream, packet) = (given.text("stream"), payload(&packet));
        //     self.emit(json!({"kind": "transmit", "stream": stream, "packet": packet}));
        not_connected("send")
    }

    /// The user locks or unlocks, as leader or as co-host: locked.
    pub(crate) fn set_lock(&mut self, _given: &Given) -> Answer {
        // TODO: press the button of your client, with given.flag("locked").
        not_connected("set_lock")
    }

    /// The user removes somebody: user_id, hardware_id.
    pub(crate) fn kick(&mut self, _given: &Given) -> Answer {
        // TODO: remove that device. A participant answers Answer::new("bad_request").
        not_connected("kick")
    }

    /// The user goes to a breakout room or comes from one. The next join is the return.
    pub(crate) fn step_out(&mut self, _given: &Given) -> Answer {
        // TODO: as leave; a client that compares on return remembers what it left.
        not_connected("step_out")
    }

    /// The user leaves.
    pub(crate) fn leave(&mut self, _given: &Given) -> Answer {
        // TODO: have your client leave and erase its keys; report
        //     self.emit(json!({"kind": "show_left"}));
        not_connected("leave")
    }

    /// What the user sees now.
    pub(crate) fn observe(&mut self, _given: &Given) -> Answer {
        // TODO: say what your client shows (docs/client.md, "What a user sees"); before it joins
        //     let observed = json!({"phase": "outside", "roster": [], "locked": false});
        //     Answer::new("accept").result(json!({"observed": observed}))
        not_connected("observe")
    }

    /// The session ends.
    pub(crate) fn close(self) {
        // TODO: stop your client, if dropping it is not enough.
    }
}

/// The 39 digits of an identity key: ivk.
pub(crate) fn security_code(_given: &Given) -> Answer {
    // TODO: ask your client for the digits it would show, and answer
    //     Answer::new("accept").result(json!({"computed": {"digits": digits}}))
    not_connected("security_code")
}

/// The honest answer of a place that is still to be filled in.
pub(crate) fn not_connected(place: &str) -> Answer {
    Answer::new("unsupported").detail(format!("{place} is not connected to a client yet"))
}

/// What became of an input.
pub(crate) struct Answer(pub(crate) Map<String, Value>);

impl Answer {
    pub(crate) fn new(class: &str) -> Self {
        Self(Map::new()).with("class", class.into())
    }

    /// The rule behind a refusal, where your client knows it.
    #[allow(dead_code, reason = "for the places that are filled in")]
    pub(crate) fn code(self, rule: &str) -> Self {
        self.with("code", rule.into())
    }

    pub(crate) fn detail(self, detail: impl Into<String>) -> Self {
        self.with("detail", Value::String(detail.into()))
    }

    pub(crate) fn result(self, result: Value) -> Self {
        self.with("result", result)
    }

    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }
}

/// A message as it crosses in codec `bytes`.
#[allow(dead_code, reason = "for the places that are filled in")]
pub(crate) fn payload(message: &[u8]) -> Value {
    json!({"bytes": hex(message)})
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The fields of a request. A name that docs/adapter.md does not give it is a mistake here.
pub(crate) struct Given(pub(crate) Map<String, Value>);

#[allow(dead_code, reason = "for the places that are filled in")]
impl Given {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0[name].as_str().expect("a text")
    }

    /// Bytes, or a message.
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        let value = self.0[name].get("bytes").unwrap_or(&self.0[name]);
        value.as_str().and_then(unhexed).expect("bytes")
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        self.0[name].as_u64().expect("a number")
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0[name].as_bool().expect("true or false")
    }
}
