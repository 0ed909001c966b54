//! The adapter protocol of Conclave: one JSON object per line in, one per line out.
//!
//! What is to be filled in stands in client.rs; this is the protocol of docs/adapter.md and can stay
//! as it is.

mod client;

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use client::{
    Answer, CODECS, Client, Given, NAME, POLICIES, PROFILES, RANDOMNESS, ROLES, VERSION, hex,
    security_code,
};
use serde_json::{Map, Value, json};

// 1. The shape of requests: the kind of every field.

#[derive(Clone, Copy)]
enum Kind {
    Text,
    MaybeText,
    Identifier,
    Name,
    Hex,
    HexOf(usize),
    Number32,
    Number64,
    Flag,
    Message,
    Object,
    Texts,
    Profile,
    Codec,
    Role,
    Randomness,
    Policies,
}

use Kind::{
    Codec, Flag, Hex, HexOf, Identifier, MaybeText, Message, Name, Number32, Number64, Object,
    Policies, Profile, Randomness, Role, Text, Texts,
};

type Fields = &'static [(&'static str, Kind)];

const HELLO: Fields = &[("protocol_min", Number32), ("protocol_max", Number32)];
const COMPUTE: Fields = &[("formula", Text), ("inputs", Texts)];
const REQUEST: Fields =
    &[("id", Number64), ("session", MaybeText), ("case", MaybeText), ("input", Object)];
const PERSON: Fields = &[("user_id", Identifier), ("hardware_id", Identifier)];
const ANNOUNCED: Fields = &[
    ("user_id", Identifier),
    ("hardware_id", Identifier),
    ("ivk", HexOf(32)),
    ("announcement", Message),
];
const ADMITTED: Fields = &[
    ("user_id", Identifier),
    ("hardware_id", Identifier),
    ("name", Name),
    ("ivk", HexOf(32)),
    ("announcement", Message),
    ("outdated", Flag),
];
const RENAMED: Fields = &[("user_id", Identifier), ("hardware_id", Identifier), ("name", Name)];
const ROOM: Fields = &[("user_id", Identifier), ("hardware_id", Identifier), ("in_room", Flag)];
const NONCE: Fields = &[("user_id", Identifier), ("hardware_id", Identifier), ("nonce", Hex)];
const PACKET: Fields = &[
    ("from", Identifier),
    ("hardware_id", Identifier),
    ("stream", Identifier),
    ("packet", Message),
];
const OPEN: Fields = &[
    ("user_id", Identifier),
    ("hardware_id", Identifier),
    ("profile", Profile),
    ("randomness", Randomness),
    ("codec", Codec),
    ("policies", Policies),
];
const JOIN: Fields =
    &[("meeting_id", Identifier), ("meeting_uuid", HexOf(16)), ("role", Role), ("name", Name)];

type Place = fn(&mut Client, &Given) -> Answer;
type Formula = fn(&Given) -> Answer;

/// The fields of a message, and the place that takes it.
fn message(kind: &str) -> Option<(Fields, Place)> {
    Some(match kind {
        "leader_named" => (ANNOUNCED, Client::on_leader_named),
        "admitted" => (ADMITTED, Client::on_admitted),
        "departed" => (PERSON, Client::on_departed),
        "renamed" => (RENAMED, Client::on_renamed),
        "nonce_posted" => (NONCE, Client::on_nonce_posted),
        "link" => (&[("link", Message)], Client::on_link),
        "heartbeat" => (&[("heartbeat", Message)], Client::on_heartbeat),
        "sealed_key" => (&[("sealed", Message)], Client::on_sealed_key),
        "packet" => (PACKET, Client::on_packet),
        "lock_requested" => (&[("request", Message)], Client::on_lock_requested),
        "lock_claimed" => (&[("locked", Flag)], Client::on_lock_claimed),
        "room_claimed" => (ROOM, Client::on_room_claimed),
        "meeting_ended" => (&[], Client::on_meeting_ended),
        _ => return None,
    })
}

/// The fields of an input for a client, and the place that takes it.
fn input(op: &str) -> Option<(Fields, Place)> {
    Some(match op {
        "join" => (JOIN, Client::join),
        "advance" => (&[("to_ms", Number64)], Client::advance),
        "send" => (&[("stream", Identifier), ("plaintext", Hex)], Client::send),
        "set_lock" => (&[("locked", Flag)], Client::set_lock),
        "kick" => (PERSON, Client::kick),
        "step_out" => (&[], Client::step_out),
        "leave" => (&[], Client::leave),
        "observe" => (&[], Client::observe),
        _ => return None,
    })
}

/// The formulas declared: the inputs of each, and who answers it (docs/formulas.md, "compute").
const FORMULAS: &[(&str, Fields, Formula)] =
    &[("security_code", &[("ivk", HexOf(32))], security_code)];

/// Fine, or the answer to what is not.
type Checked<T = ()> = Result<T, Answer>;

fn bad<T>(why: impl Into<String>) -> Checked<T> {
    Err(Answer::new("bad_request").detail(why))
}

fn unsupported<T>(why: impl Into<String>) -> Checked<T> {
    Err(Answer::new("unsupported").detail(why))
}

/// Bytes from lower-case hexadecimal.
fn unhexed(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(byte).collect()
}

/// A word the protocol knows. One that client.rs does not declare is no error: not supported.
fn declared(value: &Value, known: &[&str], have: &[&str]) -> Checked {
    match value.as_str() {
        Some(word) if have.contains(&word) => Ok(()),
        Some(word) if known.contains(&word) || known.is_empty() => {
            unsupported(format!("{word} is not declared"))
        }
        _ => bad("an unknown word"),
    }
}

/// Where random values come from. A tape or a seed has to be declared first, and read then.
fn check_randomness(value: &Value) -> Checked {
    declared(&value["class"], &["tape", "seeded", "opaque"], RANDOMNESS)?;
    exactly(&[("class", Text)], value).map(drop)
}

/// Policies to follow, all of them declared.
fn check_policies(value: &Value) -> Checked {
    check("policies", Texts, value)?;
    for (key, choice) in value.as_object().into_iter().flatten() {
        let values = POLICIES.iter().find(|(policy, _)| policy == key).map(|(_, values)| *values);
        if !values.unwrap_or_default().iter().any(|value| choice == value) {
            return unsupported(format!("policy {key} = {choice} is not declared"));
        }
    }
    Ok(())
}

/// Whether a field is what its kind says.
fn check(name: &str, kind: Kind, value: &Value) -> Checked {
    let width = |from: usize, to: usize| {
        value.as_str().is_some_and(|text| (from..=to).contains(&text.len()))
    };
    let bytes = || value.as_str().and_then(unhexed);
    let (good, what) = match kind {
        Text => (value.is_string(), "a text"),
        MaybeText => (value.is_string() || value.is_null(), "a text or null"),
        Identifier => (width(1, 255), "a text of 1 to 255 bytes"),
        Name => (width(0, 255), "a text of at most 255 bytes"),
        Hex => (bytes().is_some(), "bytes in lower-case hexadecimal"),
        HexOf(width) => {
            let fits = bytes().is_some_and(|bytes| bytes.len() == width);
            (fits, "so many bytes in lower-case hexadecimal as the field has")
        }
        Number32 => (value.as_u64().is_some_and(|n| n <= u32::MAX.into()), "a number of 32 bits"),
        Number64 => (value.is_u64(), "a number of 64 bits"),
        Flag => (value.is_boolean(), "true or false"),
        Object => (value.is_object(), "an object"),
        Texts => {
            let texts = value.as_object().is_some_and(|it| it.values().all(Value::is_string));
            (texts, "texts by name")
        }
        Message => return exactly(&[("bytes", Hex)], value).map(drop),
        Profile => return declared(value, &[], PROFILES),
        Codec => return declared(value, &["bytes", "fields"], CODECS),
        Role => return declared(value, &["leader", "participant"], ROLES),
        Randomness => return check_randomness(value),
        Policies => return check_policies(value),
    };
    if good { Ok(()) } else { bad(format!("field {name}: not {what}")) }
}

/// An object with exactly these fields. A text or null, and policies, may be absent.
fn exactly(fields: Fields, value: &Value) -> Checked<Given> {
    tagged("", fields, value)
}

/// The same, beside the field `tag` that said which fields to expect.
fn tagged(tag: &str, fields: Fields, value: &Value) -> Checked<Given> {
    let Some(object) = value.as_object() else { return bad("not an object") };
    let known = |key: &str| key == tag || fields.iter().any(|(name, _)| *name == key);
    if let Some(key) = object.keys().find(|key| !known(key)) {
        let key: String = key.chars().take(80).collect();
        return bad(format!("an unknown field: {key}"));
    }
    for (name, kind) in fields {
        match object.get(*name) {
            Some(value) => check(name, *kind, value)?,
            None if matches!(kind, MaybeText | Policies) => {}
            None => return bad(format!("a missing field: {name}")),
        }
    }
    Ok(Given(object.clone()))
}

// 2. Lines and sessions.

const PROTOCOL: u64 = 2;
const LINE_BYTES_MAX: usize = 1 << 20;

/// Whether any object in this JSON repeats a key, which `serde_json` lets through in a `Value`.
fn repeats_key(json: &str) -> bool {
    let mut open: Vec<HashSet<String>> = Vec::new();
    let mut last = String::new();
    let mut rest = json;
    while let Some(at) = rest.find(['"', '{', '[', '}', ']', ':']) {
        let mark = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        match mark {
            b'"' => {
                let end = end_of_text(rest);
                last = serde_json::from_str(&format!("\"{}\"", &rest[..end])).unwrap_or_default();
                rest = &rest[end + 1..];
            }
            b'{' | b'[' => open.push(HashSet::new()),
            b'}' | b']' => drop(open.pop()),
            _ => {
                if open.last_mut().is_some_and(|keys| !keys.insert(std::mem::take(&mut last))) {
                    return true;
                }
            }
        }
    }
    false
}

/// Where the quotation mark stands that ends a text.
fn end_of_text(rest: &str) -> usize {
    let mut escaped = false;
    let ends = |byte: u8| {
        let end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        end
    };
    rest.bytes().position(ends).unwrap_or_default()
}

/// The object on a line.
fn parsed(line: &[u8]) -> Checked<(&str, Value)> {
    if line.len() > LINE_BYTES_MAX {
        return bad("a line of more than 1 MiB");
    }
    let text = std::str::from_utf8(line).unwrap_or_default();
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok((text, value)),
        Ok(_) | Err(_) => bad("not one JSON object"),
    }
}

/// Who this is and what it can do.
fn hello(given: &Given) -> Checked<Answer> {
    if !(given.number("protocol_min")..=given.number("protocol_max")).contains(&PROTOCOL) {
        return unsupported(format!("speaks protocol {PROTOCOL} only"));
    }
    let policies: Map<String, Value> =
        POLICIES.iter().map(|(key, values)| ((*key).to_owned(), json!(values))).collect();
    let said = json!({
        "protocol": PROTOCOL,
        "name": NAME,
        "version": VERSION,
        "roles": ROLES,
        "profiles": PROFILES,
        "formulas": FORMULAS.iter().map(|(name, ..)| *name).collect::<Vec<_>>(),
        "randomness": RANDOMNESS,
        "codecs": CODECS,
        "policies": policies,
        "maps_codes": false, // true once every refusal carries the right rule
    });
    Ok(Answer::new("accept").result(json!({"hello": said})))
}

/// The outputs of a formula.
fn compute(given: &Given) -> Checked<Answer> {
    let asked = given.text("formula");
    let Some((_, fields, formula)) = FORMULAS.iter().find(|(name, ..)| *name == asked) else {
        return unsupported("a formula that is not declared");
    };
    Ok(formula(&exactly(fields, &given.0["inputs"])?))
}

/// Every session of one run.
#[derive(Default)]
struct Adapter {
    sessions: HashMap<String, Client>,
}

impl Adapter {
    /// The one answer to a line, whatever is on it and whatever the client does.
    fn answer(&mut self, line: &[u8]) -> Value {
        let (mut id, mut session) = (0, None);
        let served = catch_unwind(AssertUnwindSafe(|| {
            let (text, request) = parsed(line)?;
            id = request["id"].as_u64().unwrap_or(0);
            session = request["session"].as_str().map(ToOwned::to_owned);
            if repeats_key(text) {
                return bad("a repeated key");
            }
            exactly(REQUEST, &request)?;
            self.respond(session.as_deref(), &request["input"])
        }));
        let answer = match served {
            Ok(Ok(answer) | Err(answer)) => answer,
            // A client that fails must not take the adapter with it.
            Err(_) => Answer::new("internal").detail("a panic, told on standard error"),
        };
        let mut answer = answer.with("id", id.into());
        if let Some(client) = session.and_then(|name| self.sessions.get_mut(&name)) {
            if !client.outputs.is_empty() {
                answer = answer.with("outputs", std::mem::take(&mut client.outputs).into());
            }
            if let Some(deadline_ms) = client.deadline_ms {
                answer = answer.with("deadline_ms", deadline_ms.into());
            }
        }
        Value::Object(answer.0)
    }

    fn respond(&mut self, session: Option<&str>, asked: &Value) -> Checked<Answer> {
        match asked["op"].as_str().unwrap_or_default() {
            "hello" => hello(&tagged("op", HELLO, asked)?),
            "compute" => compute(&tagged("op", COMPUTE, asked)?),
            "open" => self.open(session, &tagged("op", OPEN, asked)?),
            "close" => {
                tagged("op", &[], asked)?;
                let client = session.and_then(|name| self.sessions.remove(name));
                let Some(client) = client else { return bad("no such session") };
                client.close();
                Ok(Answer::new("accept"))
            }
            "deliver" => {
                tagged("op", &[("message", Object)], asked)?;
                let asked = &asked["message"];
                let kind = asked["kind"].as_str().and_then(message);
                let Some((fields, place)) = kind else { return bad("an unknown kind") };
                self.place(session, place, &tagged("kind", fields, asked)?)
            }
            op => {
                let Some((fields, place)) = input(op) else { return bad("an unknown op") };
                self.place(session, place, &tagged("op", fields, asked)?)
            }
        }
    }

    fn place(&mut self, session: Option<&str>, place: Place, given: &Given) -> Checked<Answer> {
        match session.and_then(|name| self.sessions.get_mut(name)) {
            Some(client) => Ok(place(client, given)),
            None => bad("no such session"),
        }
    }

    /// A new session.
    fn open(&mut self, session: Option<&str>, given: &Given) -> Checked<Answer> {
        let Some(name) = session else { return bad("a session without a name") };
        if self.sessions.contains_key(name) {
            return bad("a session that is open already");
        }
        let client = Client::open(given);
        let opened = json!({"opened": {"ivk": hex(&client.ivk)}});
        self.sessions.insert(name.to_owned(), client);
        Ok(Answer::new("accept").result(opened))
    }
}

/// Serves standard input until it ends. Anything for people goes to standard error.
fn main() -> std::io::Result<()> {
    let mut adapter = Adapter::default();
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().split(b'\n') {
        writeln!(output, "{}", adapter.answer(&line?))?;
        output.flush()?; // the harness waits for the answer
    }
    Ok(())
}
