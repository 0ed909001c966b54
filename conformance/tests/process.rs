//! The harness against adapters that are wrong on purpose.

#![cfg(unix)]

mod common;

use std::time::{Duration, Instant};

use conclave_conformance::player::{Fault, Player};
use conclave_conformance::process::{AdapterProcess, Launch, Limits};
use conclave_conformance::protocol::{Class, Codec, Input, Randomness, Request, Response};

use common::HOSTILE;

const ANSWER_MS: u64 = 300;

fn start(words: &str) -> AdapterProcess {
    let limits = Limits {
        start_ms: 1_000,
        answer_ms: ANSWER_MS,
        close_ms: 300,
        line_bytes_max: 1 << 16,
        ..Limits::default()
    };
    let launch = Launch::new(HOSTILE.as_os_str()).args(words.split(' '));
    AdapterProcess::start(&launch, limits).expect("the example starts")
}

fn request(id: u64, input: Input) -> Request {
    let session = (id > 1).then(|| "s1".to_owned());
    Request { id, session, case: None, input }
}

fn hello() -> Request {
    request(1, Input::Hello { protocol_min: 2, protocol_max: 2 })
}

fn open() -> Request {
    let input = Input::Open {
        profile: "zoom-3.0".to_owned(),
        user_id: "ada".to_owned(),
        hardware_id: "laptop".to_owned(),
        randomness: Randomness::Opaque {},
        codec: Codec::Bytes,
        policies: std::collections::BTreeMap::new(),
    };
    request(2, input)
}

/// `hello`, `open` and `observe`, up to the first fault; then the end, within any sensible time.
fn play(words: &str) -> Vec<Result<Response, Fault>> {
    let begun = Instant::now();
    let mut adapter = start(words);
    let mut answers = Vec::new();
    for request in [hello(), open(), request(3, Input::Observe {})] {
        let answer = adapter.ask(&request);
        let stop = answer.is_err();
        answers.push(answer);
        if stop {
            break;
        }
    }
    drop(adapter);
    assert!(begun.elapsed() < Duration::from_secs(15), "{words}: {:?}", begun.elapsed());
    answers
}

/// Plays and expects this many answers before the fault that is returned.
fn fault(words: &str, answers_before: usize) -> Fault {
    let answers = play(words);
    assert_eq!(answers.len(), answers_before + 1, "{words}: {answers:?}");
    answers.into_iter().find_map(Result::err).unwrap_or_else(|| panic!("{words}: no fault"))
}

fn classes(words: &str) -> Vec<Class> {
    play(words).into_iter().map(|answer| answer.map(|answer| answer.class).expect(words)).collect()
}

fn assert_protocol(words: &str, answers_before: usize, op: &str, part: &str) {
    let fault = fault(words, answers_before);
    let Fault::Protocol { op: said, reason } = fault else { panic!("{words}: {fault:?}") };
    assert_eq!(said, op, "{words}");
    assert!(reason.contains(part), "{words}: {reason}");
    assert!(reason.chars().all(|one| !one.is_control()), "{words}: {reason:?}");
    assert!(reason.chars().count() < 500, "{words}: {reason}");
}

fn assert_timeout(words: &str, answers_before: usize, op: &str, limit_ms: u64) {
    let expected = Fault::Timeout { op: op.to_owned(), limit_ms, stderr: String::new() };
    assert_eq!(fault(words, answers_before), expected, "{words}");
}

fn assert_crash(words: &str, answers_before: usize, op: &str, expected: &str) {
    let fault = fault(words, answers_before);
    let Fault::Crash { op: said, how, .. } = fault else { panic!("{words}: {fault:?}") };
    assert_eq!((said.as_str(), how.as_str()), (op, expected), "{words}");
}

#[test]
fn null_adapters_speak_the_protocol() {
    assert_eq!(classes("always-ok"), [Class::Accept; 3]);
    assert_eq!(classes("always-reject"), [Class::Accept, Class::Reject, Class::Reject]);
    assert_eq!(classes("random"), [Class::Accept; 3]);
    assert_eq!(play("random"), play("random"), "the same in every run");
    assert_ne!(play("random"), play("always-ok"));
}

#[test]
fn random_answers_are_of_the_right_form() {
    let mut adapter = start("random");
    for id in 1..200 {
        let answer = adapter.ask(&request(id, Input::Leave {}));
        assert!(answer.is_ok(), "{answer:?}");
    }
    assert_eq!(adapter.finish(), Ok(()));
}

#[test]
fn noise_on_standard_error_is_no_fault() {
    assert_eq!(classes("huge-stderr"), [Class::Accept; 3]);
}

#[test]
fn silence_and_slowness_are_timeouts() {
    assert_timeout("hang", 0, "hello", 1_000);
    assert_timeout("hang-later", 1, "open", ANSWER_MS);
    assert_timeout("hang-later after 2", 2, "observe", ANSWER_MS);
    assert_timeout("slow-drip after 1", 1, "open", ANSWER_MS);
    assert_timeout("answers-late", 1, "open", ANSWER_MS);
}

#[test]
fn an_end_is_a_crash() {
    assert_crash("crash-at-start", 0, "hello", "signal 6 (aborted)");
    assert_crash("crash-later", 1, "open", "signal 6 (aborted)");
    assert_crash("crash-later after 2", 2, "observe", "signal 6 (aborted)");
    assert_crash("forks-child", 0, "hello", "exit status 0");
    assert_crash("forks-child after 1", 1, "open", "exit status 0");
    let running = "it closed a standard stream and kept running";
    assert_crash("closes-stdin", 1, "open", running);
    assert_crash("no-such-kind", 0, "hello", "exit status 2");
}

#[test]
fn the_end_of_standard_error_is_shown() {
    let fault = fault("no-such-kind", 0);
    let Fault::Crash { stderr, .. } = fault else { panic!("{fault:?}") };
    assert!(stderr.contains("\n  | usage: hostile"), "{stderr}");
}

#[test]
fn what_is_no_answer_breaks_the_protocol() {
    assert_protocol("echo", 0, "hello", "not as the schema says");
    assert_protocol("replay-last", 1, "open", "id 1 where 2 was asked");
    assert_protocol("endless-line", 0, "hello", "a line of more than 65536 bytes: aaaa");
    assert_protocol("wrong-hello", 0, "hello", "protocol version 99");
    assert_protocol("not-json", 0, "hello", r"\u{1b}[2Jready.");
    assert_protocol("half-line", 0, "hello", "in the middle of a line");
    assert_protocol("invalid-utf8", 0, "hello", "not UTF-8");
    assert_protocol("wrong-id", 0, "hello", "id 2 where 1 was asked");
    assert_protocol("unknown-field", 0, "hello", "confidence");
    assert_protocol("unknown-field after 2", 2, "observe", "confidence");
}

#[test]
fn a_second_answer_is_never_taken_for_the_next_one() {
    let fault = fault("duplicate-answer", 1);
    assert!(matches!(&fault, Fault::Protocol { op, .. } if op == "open"), "{fault:?}");
    let mut adapter = start("duplicate-answer");
    assert!(adapter.ask(&hello()).is_ok());
    assert!(matches!(adapter.finish(), Err(Fault::Protocol { .. })));
}
