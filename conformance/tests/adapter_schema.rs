//! The published schema says what the types read and write.

use std::collections::BTreeMap;

use conclave_conformance::{
    pages::schema,
    protocol::{
        Answer, Class, Codec, Effect, Encryption, Hello, Hex, Input, Message, Observed, Opened,
        Output, Payload, Phase, Randomness, RandomnessClass, Request, Response, Role, RosterLine,
        Standing,
    },
};
use jsonschema::Validator;
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

fn validator() -> Validator {
    let schema = serde_json::to_value(schema::adapter()).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn text() -> impl Strategy<Value = String> {
    "[a-z0-9_/ äé\"\\\\]{0,12}"
}

fn hex() -> impl Strategy<Value = Hex> {
    prop::collection::vec(any::<u8>(), 0..40).prop_map(Hex)
}

fn map() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map(text(), text(), 0..3)
}

fn payload() -> impl Strategy<Value = Payload> {
    prop_oneof![hex().prop_map(Payload::Bytes), map().prop_map(Payload::Fields)]
}

fn role() -> impl Strategy<Value = Role> {
    select(vec![Role::Leader, Role::Participant])
}

fn codec() -> impl Strategy<Value = Codec> {
    select(vec![Codec::Bytes, Codec::Fields])
}

fn randomness() -> impl Strategy<Value = Randomness> {
    prop_oneof![
        prop::collection::btree_map(text(), prop::collection::vec(hex(), 0..3), 0..3)
            .prop_map(|draws| Randomness::Tape { draws }),
        hex().prop_map(|seed| Randomness::Seeded { seed }),
        Just(Randomness::Opaque {}),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    let device = || (text(), text());
    prop_oneof![
        (device(), hex(), payload()).prop_map(|((user_id, hardware_id), ivk, announcement)| {
            Message::LeaderNamed { user_id, hardware_id, ivk, announcement }
        }),
        (device(), text(), hex(), payload(), any::<bool>()).prop_map(
            |((user_id, hardware_id), name, ivk, announcement, outdated)| Message::Admitted {
                user_id,
                hardware_id,
                name,
                ivk,
                announcement,
                outdated,
            }
        ),
        device().prop_map(|(user_id, hardware_id)| Message::Departed { user_id, hardware_id }),
        (device(), text()).prop_map(|((user_id, hardware_id), name)| Message::Renamed {
            user_id,
            hardware_id,
            name
        }),
        (device(), hex()).prop_map(|((user_id, hardware_id), nonce)| Message::NoncePosted {
            user_id,
            hardware_id,
            nonce
        }),
        payload().prop_map(|link| Message::Link { link }),
        payload().prop_map(|heartbeat| Message::Heartbeat { heartbeat }),
        payload().prop_map(|request| Message::LockRequested { request }),
        any::<bool>().prop_map(|locked| Message::LockClaimed { locked }),
        (device(), any::<bool>()).prop_map(|((user_id, hardware_id), in_room)| {
            Message::RoomClaimed { user_id, hardware_id, in_room }
        }),
        payload().prop_map(|sealed| Message::SealedKey { sealed }),
        (device(), text(), payload()).prop_map(|((from, hardware_id), stream, packet)| {
            Message::Packet { from, hardware_id, stream, packet }
        }),
        Just(Message::MeetingEnded {}),
    ]
}

fn open() -> impl Strategy<Value = Input> {
    (text(), text(), text(), randomness(), codec(), map()).prop_map(
        |(profile, user_id, hardware_id, randomness, codec, policies)| Input::Open {
            profile,
            user_id,
            hardware_id,
            randomness,
            codec,
            policies,
        },
    )
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        any::<(u32, u32)>()
            .prop_map(|(protocol_min, protocol_max)| Input::Hello { protocol_min, protocol_max }),
        open(),
        (text(), hex(), role(), text()).prop_map(|(meeting_id, meeting_uuid, role, name)| {
            Input::Join { meeting_id, meeting_uuid, role, name }
        }),
        message().prop_map(|message| Input::Deliver { message }),
        any::<u64>().prop_map(|to_ms| Input::Advance { to_ms }),
        (text(), hex()).prop_map(|(stream, plaintext)| Input::Send { stream, plaintext }),
        any::<bool>().prop_map(|locked| Input::SetLock { locked }),
        (text(), text()).prop_map(|(user_id, hardware_id)| Input::Kick { user_id, hardware_id }),
        Just(Input::StepOut {}),
        Just(Input::Leave {}),
        Just(Input::Observe {}),
        (text(), map()).prop_map(|(formula, inputs)| Input::Compute { formula, inputs }),
        Just(Input::Close {}),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let head = (any::<u64>(), prop::option::of(text()), prop::option::of(text()));
    (head, input()).prop_map(|((id, session, case), input)| Request { id, session, case, input })
}

fn effect() -> impl Strategy<Value = Effect> {
    prop_oneof![
        payload().prop_map(|announcement| Effect::PostAnnouncement { announcement }),
        (text(), text(), payload()).prop_map(|(user_id, hardware_id, sealed)| {
            Effect::PostSealedKey { user_id, hardware_id, sealed }
        }),
        hex().prop_map(|nonce| Effect::PostNonce { nonce }),
        payload().prop_map(|link| Effect::PostLink { link }),
        payload().prop_map(|heartbeat| Effect::PostHeartbeat { heartbeat }),
        payload().prop_map(|request| Effect::PostLockRequest { request }),
        (text(), payload()).prop_map(|(stream, packet)| Effect::Transmit { stream, packet }),
        ((text(), text()), text(), any::<u32>(), hex()).prop_map(
            |((from, hardware_id), stream, mk_seq, plaintext)| Effect::Render {
                from,
                hardware_id,
                stream,
                mk_seq,
                plaintext,
            }
        ),
        text().prop_map(|digits| Effect::ShowSecurityCode { digits }),
        text().prop_map(|user_id| Effect::ShowLeaderChanged { user_id }),
        Just(Effect::ShowUnlockWarning {}),
        Just(Effect::ShowLeft {}),
    ]
}

fn hello() -> impl Strategy<Value = Hello> {
    let lists = (
        prop::collection::vec(role(), 0..3),
        prop::collection::vec(text(), 0..3),
        prop::collection::vec(text(), 0..3),
        prop::collection::vec(
            select(vec![RandomnessClass::Tape, RandomnessClass::Seeded, RandomnessClass::Opaque]),
            0..3,
        ),
        prop::collection::vec(codec(), 0..3),
    );
    let head = (any::<u32>(), text(), text());
    let policies = prop::collection::btree_map(text(), prop::collection::vec(text(), 0..3), 0..3);
    (head, lists, policies, any::<bool>(), any::<Option<u64>>()).prop_map(
        |(
            (protocol, name, version),
            (roles, profiles, formulas, randomness, codecs),
            policies,
            maps_codes,
            answer_ms_max,
        )| Hello {
            protocol,
            name,
            version,
            roles,
            profiles,
            formulas,
            randomness,
            codecs,
            policies,
            maps_codes,
            answer_ms_max,
        },
    )
}

fn roster_line() -> impl Strategy<Value = RosterLine> {
    let standing = select(vec![Standing::Here, Standing::Left]);
    (text(), text(), text(), standing, any::<Option<u32>>()).prop_map(
        |(user_id, hardware_id, name, standing, leaves)| RosterLine {
            user_id,
            hardware_id,
            name,
            standing,
            leaves,
        },
    )
}

fn observed() -> impl Strategy<Value = Observed> {
    let phase = select(vec![Phase::Outside, Phase::Joined, Phase::Left]);
    let shown = (prop::option::of(text()), prop::option::of(text()));
    let roster = prop::collection::vec(roster_line(), 0..3);
    let encryption = select(vec![None, Some(Encryption::EndToEnd), Some(Encryption::PostQuantum)]);
    (phase, shown, roster, any::<bool>(), encryption, any::<Option<u32>>()).prop_map(
        |(phase, (leader, security_code), roster, locked, encryption, sends_under)| Observed {
            phase,
            leader,
            security_code,
            roster,
            locked,
            encryption,
            sends_under,
        },
    )
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        hello().prop_map(Answer::Hello),
        hex().prop_map(|ivk| Answer::Opened(Opened { ivk })),
        observed().prop_map(Answer::Observed),
        map().prop_map(Answer::Computed),
    ]
}

fn response() -> impl Strategy<Value = Response> {
    let class = select(vec![
        Class::Accept,
        Class::Reject,
        Class::Ignore,
        Class::Pending,
        Class::Leave,
        Class::Unsupported,
        Class::BadRequest,
        Class::Internal,
    ]);
    let output = (any::<u64>(), effect()).prop_map(|(at_ms, effect)| Output { at_ms, effect });
    let said = (prop::option::of(text()), prop::option::of(text()));
    let done = (
        prop::collection::vec(output, 0..3),
        any::<Option<u64>>(),
        prop::collection::vec(text(), 0..3),
    );
    (any::<u64>(), class, said, done, prop::option::of(answer())).prop_map(
        |(id, class, (code, detail), (outputs, deadline_ms, drawn), result)| Response {
            id,
            class,
            code,
            detail,
            outputs,
            deadline_ms,
            drawn,
            result,
        },
    )
}

#[test]
fn whatever_the_types_write_is_valid_and_is_read_back() {
    let validator = validator();
    proptest!(ProptestConfig::with_cases(512), |(request in request(), response in response())| {
        let line = serde_json::to_value(&request).unwrap();
        prop_assert!(validator.is_valid(&line), "{}", line);
        prop_assert_eq!(serde_json::from_value::<Request>(line).unwrap(), request);
        let line = serde_json::to_value(&response).unwrap();
        prop_assert!(validator.is_valid(&line), "{}", line);
        prop_assert_eq!(serde_json::from_value::<Response>(line).unwrap(), response);
    });
}

/// Whether the schema and the types agree on a line, and on what.
fn is_request(line: &Value) -> bool {
    let schema = jsonschema::draft202012::new(&schema::line("Request")).unwrap();
    let read = serde_json::from_value::<Request>(line.clone());
    assert_eq!(schema.is_valid(line), read.is_ok(), "{line}: {read:?}");
    assert_eq!(validator().is_valid(line), read.is_ok(), "{line}: {read:?}");
    read.is_ok()
}

fn is_response(line: &Value) -> bool {
    let schema = jsonschema::draft202012::new(&schema::line("Response")).unwrap();
    let read = serde_json::from_value::<Response>(line.clone());
    assert_eq!(schema.is_valid(line), read.is_ok(), "{line}: {read:?}");
    assert_eq!(validator().is_valid(line), read.is_ok(), "{line}: {read:?}");
    read.is_ok()
}

/// `line` with the value at `pointer` replaced, or removed.
fn edited(line: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut line = line.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let object = line.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => drop(object.insert(key.to_owned(), value)),
        None => drop(object.remove(key).unwrap()),
    }
    line
}

#[test]
fn a_request_is_refused_for_each_fault_alone() {
    let good = json!({
        "id": 3,
        "session": "a",
        "input": {
            "op": "deliver",
            "message": { "kind": "sealed_key", "sealed": { "bytes": "00ff" } }
        }
    });
    assert!(is_request(&good));
    for (pointer, value) in [
        ("/id", None),
        ("/id", Some(json!(-1))),
        ("/id", Some(json!("3"))),
        ("/input", None),
        ("/extra", Some(json!(1))),
        ("/input/op", None),
        ("/input/op", Some(json!("explode"))),
        ("/input/extra", Some(json!(1))),
        ("/input/message/kind", Some(json!("departed"))),
        ("/input/message/extra", Some(json!(1))),
        ("/input/message/sealed/bytes", Some(json!("00f"))),
        ("/input/message/sealed/bytes", Some(json!("00FF"))),
        ("/input/message/sealed/bytes", Some(json!("0g"))),
        ("/input/message/sealed/bytes", Some(json!(255))),
        ("/input/message/sealed/fields", Some(json!({}))),
        ("/input/message/sealed/bytes", None),
    ] {
        let bad = edited(&good, pointer, value);
        assert!(!is_request(&bad), "{bad}");
    }
    let numbers = json!({
        "id": 1,
        "input": { "op": "hello", "protocol_min": 1, "protocol_max": u32::MAX }
    });
    assert!(is_request(&numbers));
    let past = Some(json!(u64::from(u32::MAX) + 1));
    assert!(!is_request(&edited(&numbers, "/input/protocol_max", past)));
}

#[test]
fn a_response_is_refused_for_each_fault_alone() {
    let good = json!({
        "id": 3,
        "class": "ignore",
        "code": "ROT-02",
        "outputs": [],
        "result": { "opened": { "ivk": "00" } }
    });
    assert!(is_response(&good));
    assert!(is_response(&json!({ "id": 3, "class": "accept" })));
    for (pointer, value) in [
        ("/id", None),
        ("/class", None),
        ("/class", Some(json!("ok"))),
        ("/class", Some(json!("Accept"))),
        ("/extra", Some(json!(1))),
        ("/code", Some(json!(2))),
        ("/outputs", Some(json!([{ "at_ms": 1 }]))),
        ("/outputs", Some(json!([{ "effect": { "kind": "show_left" } }]))),
        ("/outputs", Some(json!([{ "at_ms": 1, "effect": { "kind": "show_left", "x": 1 } }]))),
        ("/result/opened/ivk", None),
        ("/result/opened/extra", Some(json!(1))),
        ("/result", Some(json!({}))),
    ] {
        let bad = edited(&good, pointer, value);
        assert!(!is_response(&bad), "{bad}");
    }
}

#[test]
fn no_object_with_named_fields_takes_others() {
    fn closed(name: &str, schema: &Value) {
        if let Some(object) = schema.as_object() {
            if object.contains_key("properties") {
                assert_eq!(object.get("additionalProperties"), Some(&json!(false)), "{name}");
            }
            object.values().for_each(|inner| closed(name, inner));
        }
        if let Some(items) = schema.as_array() {
            items.iter().for_each(|inner| closed(name, inner));
        }
    }
    let schema = serde_json::to_value(schema::adapter()).unwrap();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        closed(name, definition);
    }
}
