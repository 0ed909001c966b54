//! Trace files through the program: bad ones, gaps, secrets, and how it ends for each.

use std::{fs, path::Path, time::Duration};

use conclave_conformance::trace;

mod common;

use common::{Ended, conclave};

const WITHIN: Duration = Duration::from_secs(300);

fn recorded(folder: &Path, words: &[&str]) -> String {
    let file = folder.join("recorded.jsonl");
    let file = file.to_str().expect("a path");
    let case = ["trace", "record", "--case", "whole-meeting-as-participant", "-o", file];
    conclave(&[&case, words].concat(), WITHIN).assert(0, &["events"]);
    fs::read_to_string(file).expect("the trace")
}

fn checked(folder: &Path, bytes: &[u8]) -> Ended {
    let file = folder.join("trace.jsonl");
    fs::write(&file, bytes).expect("the trace");
    conclave(&["trace", "check", file.to_str().expect("a path")], WITHIN)
}

#[test]
fn a_recording_passes_and_every_bad_file_says_what_is_wrong_and_where() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let good = recorded(folder, &[]);
    checked(folder, good.as_bytes()).assert(0, &["ACCEPTED", "zoom-4.6"]);

    let lines: Vec<&str> = good.lines().collect();
    let with = |at: usize, line: &str| {
        let mut other = lines.clone();
        other[at] = line;
        other.join("\n")
    };
    let third = lines[2];
    let end = lines.len();
    let secret = format!(r#"{{"event":{{"node":"{}"}}}}"#, "0a".repeat(32));
    let cut = third.get(..third.len() / 2).expect("half a line");
    let unknown = third.replacen(r#""seq""#, r#""more":1,"seq""#, 1);
    let bad: [(&str, String); 12] = [
        ("line 1: the trace is empty", String::new()),
        ("line 1: ", "no JSON\n".to_owned()),
        ("a trace begins with a header", lines[1..].join("\n")),
        ("a second header", with(1, lines[0])),
        ("nothing comes after the end", format!("{good}{third}\n")),
        ("the trace is cut off", lines[..end - 1].join("\n")),
        ("line 3: ", with(2, cut)),
        ("unknown field `more`", with(2, &unknown)),
        ("32 raw bytes in hexadecimal", with(2, &secret)),
        ("conclave-trace-1", good.replacen("conclave-trace-1", "conclave-trace-9", 1)),
        ("no profile", good.replacen("zoom-4.6", "zoom-9.9", 1)),
        ("longer than", with(2, &" ".repeat(trace::read::LINE_MAX + 1))),
    ];
    for (wanted, text) in bad {
        checked(folder, text.as_bytes()).assert(4, &[wanted]);
    }
    checked(folder, b"\xff\xfe\n").assert(4, &["line 1: not UTF-8"]);
    conclave(&["trace", "check", "no such file"], WITHIN).assert(4, &["no such file"]);
    conclave(&["trace", "record", "--case", "nothing", "-o", "x"], WITHIN).assert(4, &["nothing"]);
}

#[test]
fn a_gap_is_filled_or_not_decided_and_a_missing_event_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let good = recorded(folder, &[]);
    let lines: Vec<&str> = good.lines().collect();
    let event: serde_json::Value = serde_json::from_str(lines[20]).expect("JSON");
    let node = event["event"]["node"].as_str().expect("a node");
    let losing = |count: u32| {
        let gap = format!(r#"{{"lost":{{"node":"{node}","count":{count}}}}}"#);
        let mut with_gap = lines.clone();
        with_gap[20] = &gap;
        checked(folder, with_gap.join("\n").as_bytes())
    };
    losing(1).assert(0, &["ACCEPTED", "1 lost events can have been something that fits"]);
    losing(100).assert(3, &["inconclusive after", "100 events of", "too many"]);
    let mut without = lines.clone();
    without.remove(20);
    let ended = checked(folder, without.join("\n").as_bytes());
    ended.assert(
        1,
        &["REFUSED", "last accepted", "condition", "the log contradicts itself", "replay"],
    );
}

#[test]
fn a_trace_freezes_into_a_vector_that_clients_are_held_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let good = recorded(folder, &[]);
    let (file, vector) = (folder.join("trace.jsonl"), folder.join("vector.json"));
    fs::write(&file, good).expect("the trace");
    let (file, vector) = (file.to_str().expect("a path"), vector.to_str().expect("a path"));
    conclave(&["trace", "lint", file], WITHIN).assert(0, &["commitments only"]);
    conclave(&["trace", "freeze", file, "--plays", "bob", "-o", vector], WITHIN)
        .assert(0, &["zoom-4.6/trace/recorded"]);
    conclave(&["trace", "replay", vector], WITHIN).assert(0, &["conformant"]);
    conclave(&["trace", "freeze", file, "--plays", "nobody", "-o", vector], WITHIN)
        .assert(4, &["nobody"]);
}

#[test]
fn the_python_client_s_recording_is_a_behavior_of_the_model() {
    let launch = conclave_conformance::shipped::launch("python", &mut |line| eprintln!("{line}"));
    if let Err(why) = launch {
        println!("python client: NOT RUN: {why}");
        assert!(std::env::var_os("CONCLAVE_REQUIRE_PYTHON").is_none());
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for words in [&["--adapter", "python"][..], &["--adapter", "python", "--alone"]] {
        let text = recorded(folder, words);
        checked(folder, text.as_bytes()).assert(0, &["ACCEPTED"]);
    }
}

#[test]
fn a_client_that_lacks_a_rule_is_refused_by_its_recording() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let program = env!("CARGO_BIN_EXE_conclave");
    let file = folder.join("mutant.jsonl");
    let file = file.to_str().expect("a path");
    // A leader that counts its heartbeats by two.
    let mutant = format!("'{program}' adapter --without HBT-20");
    let case = ["trace", "record", "--case", "whole-meeting-as-leader", "-o", file];
    conclave(&[&case[..], &["--adapter-cmd", &mutant]].concat(), WITHIN).assert(0, &["events"]);
    let ended = conclave(&["trace", "check", file], WITHIN);
    ended.assert(1, &["REFUSED", "HBT-20", "the model", "the log", "refused in the same way with"]);
}
