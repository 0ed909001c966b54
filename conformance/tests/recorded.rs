//! `check --record`: every case as a trace that the model accepts.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use common::conclave;

const WITHIN: Duration = Duration::from_secs(300);

const PART: [&str; 6] =
    ["--profile", "zoom-3.0", "--only", "zoom-3.0/rotation", "--mode", "opaque-bytes"];

fn in_utf8(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Every file below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn assert_recorded(adapter: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let traces = folder.path().join("traces");
    let words = [&["check"][..], &PART, adapter, &["--record", in_utf8(&traces)]].concat();
    let ended = conclave(&words, WITHIN);
    ended.assert(0, &["conformant", "accepted by the model, 0 not; 0 cases not recorded"]);
    let files = files(&traces);
    assert!(files.len() > 50, "{} traces", files.len());
    assert!(ended.said().contains(&format!("{} traces in", files.len())), "{ended:?}");
    let known = traces.join("zoom-3.0/rotation/number-repeats.jsonl");
    assert!(files.contains(&known), "{files:?}");
    for file in files.iter().step_by(9).chain([&known]) {
        conclave(&["trace", "lint", in_utf8(file)], WITHIN).assert(0, &["commitments only"]);
        conclave(&["trace", "check", in_utf8(file)], WITHIN).assert(0, &["ACCEPTED", "zoom-3.0"]);
    }
}

#[test]
fn the_built_in_client_s_cases_are_behaviors_of_the_model() {
    assert_recorded(&[]);
}

#[test]
fn so_are_those_of_the_python_client() {
    let launch = conclave_conformance::shipped::launch("python", &mut |line| eprintln!("{line}"));
    if let Err(why) = launch {
        println!("python client: NOT RUN: {why}");
        assert!(std::env::var_os("CONCLAVE_REQUIRE_PYTHON").is_none());
        return;
    }
    assert_recorded(&["--adapter", "python", "--answer-ms", "10000"]);
}

/// The trace of the case that fails is refused, and the run fails all the same.
#[test]
fn what_a_faulty_client_does_is_recorded_and_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let adapter = format!("'{}' adapter --without ROT-02", env!("CARGO_BIN_EXE_conclave"));
    let words = ["check", "--adapter-cmd", &adapter, "--record", in_utf8(folder.path())];
    let ended = conclave(&[&words[..], &PART].concat(), WITHIN);
    ended.assert(1, &["NOT conformant", "not accepted: ", "number-repeats.jsonl"]);
    let file = folder.path().join("zoom-3.0/rotation/number-repeats.jsonl");
    let checked = conclave(&["trace", "check", in_utf8(&file)], WITHIN);
    checked.assert(1, &["REFUSED", "ROT-02"]);
}

#[test]
fn a_client_that_cannot_be_recorded_and_a_folder_that_cannot_be_written_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let adapter = format!("'{}' adapter --randomness opaque", env!("CARGO_BIN_EXE_conclave"));
    let traces = folder.path().join("traces");
    let words = ["check", "--only", "zoom-3.0/rotation/number", "--record"];
    let of =
        |to: &Path, more: &[&str]| conclave(&[&words[..], &[in_utf8(to)], more].concat(), WITHIN);
    of(&traces, &["--adapter-cmd", &adapter])
        .assert(4, &["--record needs a client that takes a seed"]);
    assert!(!traces.exists());
    fs::write(&traces, "").expect("a file");
    of(&traces, &[]).assert(4, &["cannot write the trace", "what to do"]);
    of(&traces, &["--budget", "1m"]).assert(4, &["--budget"]);
}
