//! Traces: what clients are given and answer, written down, is a behavior of the model; with one
//! event removed, doubled or altered it is none.

#![allow(clippy::wildcard_enum_match_arm, reason = "what is not expected fails the test")]

use std::collections::BTreeMap;

use conclave_conformance::{
    case::Case,
    cases, record as vector,
    reference::Reference,
    run::{self, Bench},
    trace::{
        self, Commitment, Refusal, Trace, Verdict,
        commit::Committer,
        format::{Entry, Event},
        freeze, record, shrink,
    },
    verdict,
};
use conclave_spec::Profile;
use serde_json::{Value, json};

const WHOLE: [&str; 3] =
    ["whole-meeting-as-leader", "whole-meeting-as-participant", "whole-meeting-as-successor"];

fn case(profile: &Profile, name: &str) -> Case {
    let draft = cases::drafts(profile).into_iter().find(|draft| draft.name == name);
    vector::record(&draft.expect("such a case"), profile, profile).expect("it can be recorded")
}

fn recorded(case: &Case, alone: bool) -> Trace {
    let mut client = Reference::new();
    record::record(case, &mut client, &Committer::new(&[7; 32]), alone).expect("a recording")
}

fn verdict(trace: &Trace) -> Verdict {
    trace::check(trace).expect("a good header")
}

fn refusal(trace: &Trace) -> Option<Refusal> {
    match verdict(trace) {
        Verdict::Refused(refusal) => Some(*refusal),
        Verdict::Accepted(_) => None,
        Verdict::Inconclusive { reason, .. } => panic!("not decided: {reason}"),
    }
}

#[test]
fn whole_meetings_of_every_profile_are_behaviors_of_the_model() {
    for profile in Profile::all() {
        for name in WHOLE {
            let case = case(&profile, name);
            for alone in [false, true] {
                let trace = recorded(&case, alone);
                assert_eq!(trace.header.closed, !alone, "{}", case.id);
                let text = trace.text().expect("text");
                let read = trace::read(text.as_bytes()).expect("its own text");
                assert_eq!(read, trace, "{} is not what it was written as", case.id);
                match verdict(&trace) {
                    Verdict::Accepted(accepted) => {
                        assert_eq!(accepted.events, trace.events());
                        assert!(accepted.advice.is_empty());
                        assert_eq!(accepted.believed > 0, alone, "{}", case.id);
                    }
                    other => panic!("{} (alone: {alone}): {other:#?}", case.id),
                }
            }
        }
    }
}

/// What a trace cannot say, so that its recording is refused: by the last part of a case's name.
const UNSAID: [&str; 5] = [
    // Whether a device outside the trace announced a Kyber key in a profile that has them.
    "classic-box-of-classic-leader",
    "seal-of-other-kdf-context",
    // A binding that such a device would have, had it announced something else.
    "leader-lists-itself-as-gone",
    // That a key such a device announced is of another width than any key, or adds nothing to a
    // shared secret, so that none is sealed.
    "key-of-33-bytes-inherited",
    "small-order-key-inherited",
];

/// Every case with a session, in the oldest and the newest version and the hardened one.
#[test]
fn every_recorded_case_is_a_behavior_of_the_model_but_for_what_a_trace_cannot_say() {
    let (mut fits, mut forged) = (0, Vec::new());
    for profile in [Profile::zoom_2_3_1(), Profile::zoom_4_6(), Profile::hardened()] {
        for draft in cases::drafts(&profile) {
            let case = vector::record(&draft, &profile, &profile).expect("it can be recorded");
            let trace = recorded(&case, false);
            match verdict(&trace) {
                Verdict::Accepted(_) => fits += 1,
                other => forged.push((case.id, other)),
            }
        }
    }
    println!("{fits} recordings validate, {} do not", forged.len());
    for (id, why) in &forged {
        let Verdict::Refused(why) = why else { panic!("{id}: {why:?}") };
        println!("  {id}: {}: {} / {} / {}", why.at, why.condition, why.wanted, why.got);
    }
    let said = |id: &str| !UNSAID.contains(&id.rsplit('/').next().unwrap_or_default());
    let other: Vec<_> = forged.iter().map(|(id, _)| id).filter(|id| said(id)).collect();
    assert!(other.is_empty(), "{other:#?}");
}

fn events(trace: &Trace) -> Vec<usize> {
    let entries = trace.entries.iter().enumerate();
    entries.filter(|(_, (_, it))| matches!(it, Entry::Event(_))).map(|(at, _)| at).collect()
}

fn of(trace: &Trace, entries: Vec<Entry>) -> Trace {
    // The end still says what the log had.
    Trace { end: trace.end.clone(), ..Trace::new(trace.header.clone(), entries) }
}

fn bare(trace: &Trace) -> Vec<Entry> {
    trace.entries.iter().map(|(_, entry)| entry.clone()).collect()
}

fn event(trace: &Trace, at: usize) -> &Event {
    match &trace.entries[at].1 {
        Entry::Event(event) => event,
        Entry::Lost(_) => panic!("a gap"),
    }
}

#[test]
fn an_event_removed_or_doubled_is_refused_there() {
    for profile in [Profile::zoom_3_0(), Profile::zoom_4_6()] {
        let trace = recorded(&case(&profile, WHOLE[1]), false);
        for at in events(&trace) {
            let it = event(&trace, at);
            let mut less = bare(&trace);
            less.remove(at);
            let found = refusal(&of(&trace, less)).expect("refused");
            // The next event of that node, or of one that knows of it, or the end.
            assert!(found.rule.is_none(), "{found:?}");
            let names = |text: &str| text.contains(&it.node) || text.contains(&it.seq.to_string());
            let there = found.at.node == it.node
                || names(&found.condition)
                || names(&found.wanted)
                || names(&found.got)
                // What it sent is missed where it arrives.
                || found.condition.starts_with("what was given");
            assert!(there, "{} {}: {found:?}", it.node, it.seq);

            let mut more = bare(&trace);
            more.insert(at, more[at].clone());
            let found = refusal(&of(&trace, more)).expect("refused");
            assert_eq!((&found.at.node, found.at.seq), (&it.node, it.seq), "{found:?}");
            assert_eq!(found.at.line, at + 3, "the second of the two: {found:?}");
        }
    }
}

/// How a change was found.
#[derive(Debug, Default)]
struct Found {
    unreadable: usize,
    there: usize,
    later: usize,
    not: BTreeMap<String, usize>,
}

/// Removed or doubled, and numbered anew, as if the log had never been otherwise.
#[test]
fn an_event_that_never_was_is_missed_by_the_model_itself() {
    let trace = recorded(&case(&Profile::zoom_4_6(), WHOLE[1]), false);
    let (mut removed, mut doubled) = (Found::default(), Found::default());
    for at in events(&trace) {
        let it = event(&trace, at).clone();
        let keep: Vec<bool> = (0..trace.entries.len()).map(|other| other != at).collect();
        note(&mut removed, refusal(&shrink::without(&trace, &keep)), at, &it);

        let mut twice = bare(&trace);
        let mut again = it.clone();
        again.seq += 1;
        again.clock.clear();
        for entry in &mut twice {
            let Entry::Event(other) = entry else { continue };
            if other.node == it.node && other.seq > it.seq {
                other.seq += 1;
            }
            if let Some(count) = other.clock.get_mut(&it.node).filter(|count| **count > it.seq) {
                *count += 1;
            }
        }
        twice.insert(at + 1, Entry::Event(Box::new(again)));
        let twice = Trace::new(trace.header.clone(), twice);
        note(&mut doubled, refusal(&twice), at + 1, &it);
    }
    println!("removed without a trace: {removed:#?}\ndoubled as an event of its own: {doubled:#?}");
    for found in [&removed, &doubled] {
        assert!(found.there + found.later > 0);
        let unexplained: Vec<_> =
            found.not.keys().filter(|key| !EQUIVALENT.contains(&key.as_str())).collect();
        assert!(unexplained.is_empty(), "{unexplained:?}");
    }
}

/// What makes no difference when it is removed or done twice, and why.
const EQUIVALENT: [&str; 15] = [
    // Nothing but time: the next event says how late it is.
    "time",
    // A question changes nothing.
    "seen",
    // Who is told something again, or told what nobody acts upon later in this log, is as before.
    "admitted",
    "departed",
    "renamed",
    "nonce_arrived",
    "leader_named",
    "lock_claimed",
    "room_claimed",
    // Whoever has gone cannot go again, and the log ends there.
    "meeting_ended",
    "leave",
    // The network may lose a heartbeat that says nothing new, and a packet.
    "heartbeat_arrived",
    "packet_arrived",
    // Who asks again for what was not granted yet asks with the same request.
    "set_lock",
    // What is refused changes nothing.
    "refused",
];

fn note(found: &mut Found, refusal: Option<Refusal>, at: usize, it: &Event) {
    match refusal {
        Some(refusal) if refusal.at.line <= at + 2 => found.there += 1,
        Some(_) => found.later += 1,
        None => {
            let kind = match &it.given {
                _ if it.class.leaves_as_it_was() => "refused".to_owned(),
                None if it.observed.is_some() => "seen".to_owned(),
                None => "time".to_owned(),
                Some(given) => {
                    let given = serde_json::to_value(given).expect("JSON");
                    match &given {
                        Value::Object(map) => map.keys().next().expect("a kind").clone(),
                        other => other.as_str().expect("a kind").to_owned(),
                    }
                }
            };
            *found.not.entry(kind).or_default() += 1;
        }
    }
}

/// Every leaf of a JSON value, by its path.
fn leaves(value: &Value, path: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| leaves(value, &format!("{path}/{key}"), all));
        }
        Value::Array(list) => {
            let list = list.iter().enumerate();
            list.for_each(|(at, value)| leaves(value, &format!("{path}/{at}"), all));
        }
        _ => all.push(path.to_owned()),
    }
}

fn altered(leaf: &Value) -> Value {
    match leaf {
        Value::Number(number) => json!(number.as_u64().expect("no negative numbers") + 1),
        Value::Bool(flag) => json!(!flag),
        Value::String(text) => match Commitment::from_text(text) {
            Some(Commitment(mut bytes)) => {
                bytes[0] ^= 1;
                json!(Commitment(bytes).to_string())
            }
            None => match text.as_str() {
                "accept" => json!("reject"),
                "reject" | "ignore" | "pending" | "leave" | "bad_request" => json!("accept"),
                "leader" => json!("participant"),
                "participant" => json!("leader"),
                _ => json!(format!("{text}x")),
            },
        },
        other => panic!("a leaf {other}"),
    }
}

#[test]
fn an_altered_event_is_refused() {
    let trace = recorded(&case(&Profile::zoom_4_6(), WHOLE[1]), false);
    let mut found = Found::default();
    for at in events(&trace) {
        let it = event(&trace, at);
        let whole = serde_json::to_value(it).expect("JSON");
        let mut paths = Vec::new();
        leaves(&whole, "", &mut paths);
        for path in paths {
            let mut other = whole.clone();
            let leaf = other.pointer_mut(&path).expect("a leaf");
            *leaf = altered(leaf);
            let Ok(event) = serde_json::from_value::<Event>(other) else {
                found.unreadable += 1;
                continue;
            };
            let mut entries = bare(&trace);
            entries[at] = Entry::Event(Box::new(event));
            match refusal(&of(&trace, entries)) {
                Some(refusal) if refusal.at.line <= at + 2 => found.there += 1,
                Some(_) => found.later += 1,
                None => {
                    let word = |part: &&str| part.parse::<usize>().is_err();
                    let path: Vec<_> = path.split('/').filter(word).collect();
                    *found.not.entry(path.join("/")).or_default() += 1;
                }
            }
        }
    }
    println!("altered: {found:#?}");
    let same = |path: &str| SAME.iter().any(|same| path.starts_with(same));
    let unexplained: Vec<_> = found.not.keys().filter(|path| !same(path)).collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}

/// Where an alteration makes no difference to the model, and why.
const SAME: [&str; 14] = [
    // Another moment at which nothing was due: the protocol does not say when the server speaks.
    "/at_ms",
    "/outputs/at_ms",
    // A node may know of more events than its messages show.
    "/clock",
    // The server's word, to a participant: it waits for the leader's list.
    "/given/admitted/name",
    "/given/admitted/outdated",
    "/given/admitted/seat",
    "/given/admitted/ivk",
    "/given/departed",
    "/given/renamed",
    "/given/nonce_arrived/seat",
    // Who is told that it leads itself knows its own key.
    "/given/leader_named/ivk",
    // What a participant is called is the leader's and the server's to say.
    "/given/join/name",
    // A fresh value, or a signature, that reaches nobody in this trace may be any.
    "/outputs/effect/post_nonce",
    "/outputs/effect/post_heartbeat",
];

#[test]
fn a_refusal_says_what_is_false_and_shrinks() {
    let trace = recorded(&case(&Profile::zoom_4_6(), WHOLE[1]), false);
    let beat = |entry: &Entry| {
        match entry {
        Entry::Event(event) => event.outputs.iter().any(|output| {
            matches!(&output.effect, trace::format::Effect::PostHeartbeat(beat) if beat.t == 5)
        }),
        Entry::Lost(_) => false,
    }
    };
    let mut entries = bare(&trace);
    let at = entries.iter().position(beat).expect("a fifth heartbeat");
    let Entry::Event(event) = &mut entries[at] else { panic!("an event") };
    for output in &mut event.outputs {
        if let trace::format::Effect::PostHeartbeat(beat) = &mut output.effect
            && beat.t == 5
        {
            beat.t = 7;
        }
    }
    let spoiled = of(&trace, entries);
    let found = refusal(&spoiled).expect("refused");
    assert_eq!(found.at.line, at + 2);
    assert_eq!(found.rule, Some(conclave_spec::Rule::CountsByOne), "{found:?}");
    assert_eq!((found.wanted.as_str(), found.got.as_str()), ("5", "7"), "{found:?}");
    assert!(found.condition.ends_with(".t"), "{found:?}");
    let (small, again) = shrink::shrink(&spoiled, &found);
    assert!(small.events() < spoiled.events() / 4, "{} events", small.events());
    assert_eq!(again.rule, found.rule);
}

#[test]
fn a_frozen_trace_is_a_vector_and_its_recording_the_same_trace() {
    for profile in [Profile::zoom_2_3_1(), Profile::zoom_4_6()] {
        for name in WHOLE {
            let first = recorded(&case(&profile, name), false);
            let plays = name.rsplit('-').next().map(|role| match role {
                "leader" => "alice",
                "participant" => "bob",
                _ => "carol",
            });
            let plays = plays.expect("a role");
            let frozen = freeze::freeze(&first, plays, "again").expect("a vector");
            let again = recorded(&frozen, false);
            assert!(matches!(verdict(&again), Verdict::Accepted(_)), "{}", frozen.id);
            assert_eq!(shape(&again), shape(&first), "{}", frozen.id);
            let second = freeze::freeze(&again, plays, "again").expect("a vector");
            assert_eq!(second.steps.len(), frozen.steps.len());

            let mut client = Reference::new();
            let hello = conclave_conformance::commands::check::ask_hello(&mut client);
            let hello = hello.expect("hello");
            let modes = conclave_conformance::commands::check::modes(&hello).expect("modes");
            for mode in modes {
                let mut bench = Bench { player: &mut client, hello: &hello, next_id: 2 };
                let (report, fault) = run::run(&mut bench, &frozen, mode);
                assert!(fault.is_none());
                assert_eq!(report.verdict, verdict::Verdict::Pass, "{report:#?}");
            }
        }
    }
}

/// A trace with its commitments numbered as they come.
fn shape(trace: &Trace) -> Vec<String> {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let text = trace.text().expect("text");
    let events = text.lines().skip(1).map(|line| {
        let mut shaped = String::new();
        for part in line.split('"') {
            if Commitment::from_text(part).is_some() {
                let next = numbers.len();
                let number = *numbers.entry(part.to_owned()).or_insert(next);
                shaped.push_str(&format!("#{number}"));
            } else {
                shaped.push_str(part);
            }
        }
        shaped
    });
    events.collect()
}
