//! Null controls: clients that are wrong on purpose, through the real program. Each gets its one
//! right verdict where it goes wrong, soon, and passes nothing it should not.

#![cfg(unix)]

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use conclave_conformance::{
    case::CaseStep,
    protocol::Class,
    report::Report,
    vectors,
    verdict::{CaseReport, Verdict},
};

use common::{Ended, conclave, hostile, result};

const WITHIN: Duration = Duration::from_secs(400);

/// The first case of a run.
const FIRST: &str = "formulas/attestation/attestation-signed";

/// How long a client that is silent or slow is waited for, in milliseconds.
const SILENT_MS: u64 = 300;

/// The same for one that is not: a loaded machine must not make a timeout of its fault.
const PROMPT_MS: u64 = 1_500;

/// What `always-ok` cannot get wrong: formulas without outputs, so that "fine" is the whole right
/// answer, and a client in no meeting that has nothing to post. Their twins, one field or moment
/// apart, want something else, and it fails those.
fn bare_formulas() -> BTreeSet<String> {
    let cases = vectors::load(&vectors::folder(None)).expect("the vectors load");
    let bare = cases.iter().filter(|case| {
        let fine = |step: &CaseStep| {
            step.expect.class == Class::Accept
                && step.expect.computed.as_ref().is_some_and(BTreeMap::is_empty)
        };
        let idle = case.id.contains("/liveness/no-nonce-outside");
        idle || case.session.is_none() && case.steps.iter().all(fine)
    });
    bare.map(|case| case.id.clone()).collect()
}

/// What `refuses` cannot get wrong, because "no" is the whole right answer of a client that does
/// not say why. It fails the twin of each, one field apart.
fn refused_formulas() -> BTreeSet<String> {
    let cases = vectors::load(&vectors::folder(None)).expect("the vectors load");
    let refused = cases.iter().filter(|case| {
        case.session.is_none() && case.steps.iter().all(|step| step.expect.class.is_refusal())
    });
    refused.map(|case| case.id.clone()).collect()
}

fn control(words: &str, answer_ms: u64, more: &[&str]) -> (Ended, Report) {
    let folder = tempfile::tempdir().expect("a folder for the result");
    let json = folder.path().join("result.json");
    let (command, answer_ms) = (hostile(words), answer_ms.to_string());
    let file = json.to_str().expect("a path in UTF-8");
    let mut line = vec!["check", "--adapter-cmd", &command, "--answer-ms", &answer_ms];
    line.extend(["--result", file, "--jobs", "1"]);
    line.extend(more);
    let ended = conclave(&line, WITHIN);
    (ended, result(&json))
}

fn with(report: &Report, verdict: Verdict) -> Vec<&CaseReport> {
    report.cases.iter().filter(|case| case.verdict == verdict).collect()
}

fn passed(report: &Report) -> BTreeSet<String> {
    with(report, Verdict::Pass).into_iter().map(|case| case.case.clone()).collect()
}

/// It does not even say who it is: that is the whole result.
fn assert_no_hello(words: &str, answer_ms: u64, verdict: Verdict, note: &str) {
    let (ended, report) = control(words, answer_ms, &[]);
    ended.assert(1, &["NOT conformant", note]);
    let [only] = report.cases.as_slice() else { panic!("{words}: {:?}", report.cases) };
    assert_eq!((only.case.as_str(), only.verdict), ("hello", verdict), "{words}");
    assert!(only.note.as_ref().is_some_and(|said| said.contains(note)), "{words}: {only:?}");
}

/// It says who it is and then has this fault, three times: the rest is not run.
fn assert_faults_at_once(words: &str, answer_ms: u64, verdict: Verdict, note: &str) {
    let (ended, report) = control(words, answer_ms, &[]);
    ended.assert(1, &["NOT conformant", note]);
    let first = report.cases.first().expect("a case");
    assert_eq!((first.case.as_str(), first.verdict), (FIRST, verdict), "{words}: {first:?}");
    assert!(first.note.as_ref().is_some_and(|said| said.contains(note)), "{words}: {first:?}");
    let faults = with(&report, verdict).len();
    let rest = with(&report, Verdict::Inconclusive);
    assert_eq!((faults, faults + rest.len()), (3, report.cases.len()), "{words}");
    let not_run = "not run: the adapter had failed too often";
    assert!(rest.iter().all(|case| case.note.as_deref() == Some(not_run)), "{words}");
}

#[test]
fn always_ok_passes_only_where_yes_is_the_answer() {
    let (ended, report) = control("always-ok", PROMPT_MS, &[]);
    ended.assert(1, &["NOT conformant", "FAIL", "expected", "got", "replay"]);
    assert_eq!(passed(&report), bare_formulas());
    assert!(with(&report, Verdict::Fail).len() > 100, "{:?}", report.counts);
    let never = [Verdict::Timeout, Verdict::Crash, Verdict::ProtocolError, Verdict::Inconclusive];
    assert_only(&report, &never);
}

/// Without the bytes to compare, it still has nothing to show for itself.
#[test]
fn always_ok_passes_nothing_in_opaque_mode() {
    let (ended, report) = control("always-ok", PROMPT_MS, &["--mode", "opaque-bytes"]);
    ended.assert(1, &["NOT conformant"]);
    assert!(passed(&report).is_subset(&bare_formulas()), "{:?}", passed(&report));
    assert_only(&report, &[Verdict::Timeout, Verdict::Crash, Verdict::ProtocolError]);
}

/// Not one of these verdicts, and nothing excused but what needs a policy it did not declare, or
/// what the mode leaves out.
fn assert_only(report: &Report, never: &[Verdict]) {
    // It draws no identity for the client that it says it opens, where draws are compared.
    let idle = |case: &&CaseReport| case.case.contains("/liveness/no-nonce-outside");
    let mut others = report.cases.iter().filter(|case| !idle(case));
    let odd = others.find(|case| never.contains(&case.verdict));
    assert!(odd.is_none(), "{odd:?}");
    for excused in with(report, Verdict::NotApplicable) {
        let note = excused.note.as_deref().unwrap_or_default();
        let why =
            ["does not declare the policy", "damages bytes", "needs the client's own secrets"];
        assert!(why.iter().any(|why| note.starts_with(why)), "{excused:?}");
    }
}

#[test]
fn always_reject_passes_nothing() {
    let (ended, report) = control("always-reject", PROMPT_MS, &[]);
    ended.assert(1, &["NOT conformant", "refused to open a session"]);
    assert_eq!(passed(&report), BTreeSet::new());
    assert_eq!(with(&report, Verdict::ProtocolError).len(), 3, "{:?}", report.counts);
    assert!(ended.stdout.contains("cases not run: the adapter had failed too often"));
    assert!(
        report.rules_seen_holding.is_empty() && report.rules_seen_refusing.is_empty(),
        "nothing passed"
    );
    assert!(with(&report, Verdict::Fail).len() > 5, "{:?}", report.counts);
}

#[test]
fn refuses_passes_only_where_no_is_the_answer() {
    let (ended, report) = control("refuses", PROMPT_MS, &[]);
    ended.assert(1, &["NOT conformant", "FAIL"]);
    assert_eq!(passed(&report), refused_formulas());
    assert!(with(&report, Verdict::Fail).len() > 5, "{:?}", report.counts);
    assert_only(&report, &[Verdict::Timeout, Verdict::Crash]);
}

#[test]
fn random_passes_nothing() {
    let (ended, report) = control("random", PROMPT_MS, &[]);
    ended.assert(1, &["NOT conformant", " fail"]);
    assert_eq!(passed(&report), BTreeSet::new());
    assert!(with(&report, Verdict::Fail).len() > 5, "{:?}", report.counts);
    assert_only(&report, &[Verdict::Timeout, Verdict::Crash]);
}

#[test]
fn echo_and_replay_break_the_protocol() {
    assert_no_hello("echo", PROMPT_MS, Verdict::ProtocolError, "not as the schema says");
    let note = "id 1 where 2 was asked";
    assert_faults_at_once("replay-last", PROMPT_MS, Verdict::ProtocolError, note);
}

#[test]
fn silence_is_a_timeout() {
    assert_no_hello("hang", SILENT_MS, Verdict::Timeout, "no answer to hello within 3000 ms");
    let note = "no answer to compute within 300 ms";
    assert_faults_at_once("hang-later", SILENT_MS, Verdict::Timeout, note);
    assert_faults_at_once("answers-late", SILENT_MS, Verdict::Timeout, note);
}

#[test]
fn slowness_is_a_timeout() {
    assert_no_hello("slow-drip", SILENT_MS, Verdict::Timeout, "no answer to hello within 3000 ms");
    let note = "no answer to compute within 300 ms";
    assert_faults_at_once("slow-drip after 1", SILENT_MS, Verdict::Timeout, note);
}

#[test]
fn an_end_is_a_crash() {
    assert_no_hello("crash-at-start", PROMPT_MS, Verdict::Crash, "signal 6 (aborted)");
    assert_faults_at_once("crash-later", PROMPT_MS, Verdict::Crash, "signal 6 (aborted)");
    assert_no_hello("forks-child", PROMPT_MS, Verdict::Crash, "exit status 0");
    let note = "it closed a standard stream and kept running";
    assert_faults_at_once("closes-stdin", PROMPT_MS, Verdict::Crash, note);
}

/// The fault comes in the middle of the second session. Its case gets it, the next case gets a
/// new process, and what was judged before stands.
#[test]
fn a_crash_in_mid_session_costs_that_case_only() {
    let only = ["--only", "zoom-3.0/device/leader-", "--mode", "opaque-bytes"];
    let (ended, report) = control("crash-later after 16", PROMPT_MS, &only);
    ended.assert(1, &["CRASH", "signal 6 (aborted)", "replay"]);
    assert_eq!(passed(&report), BTreeSet::new());
    let verdicts: Vec<_> = report.cases.iter().map(|case| case.verdict).collect();
    assert_ne!(verdicts[0], Verdict::Crash, "{verdicts:?}");
    assert!(verdicts.contains(&Verdict::Crash), "{verdicts:?}");
    let after = verdicts.iter().skip_while(|verdict| **verdict != Verdict::Crash).nth(1);
    assert!(after.is_some_and(|verdict| *verdict != Verdict::Inconclusive), "{verdicts:?}");
}

#[test]
fn what_is_no_answer_breaks_the_protocol() {
    for (words, note) in [
        ("endless-line", "a line of more than"),
        ("wrong-hello", "protocol version 99"),
        ("not-json", r"\u{1b}[2Jready."),
        ("half-line", "in the middle of a line"),
        ("invalid-utf8", "not UTF-8"),
        ("wrong-id", "id 2 where 1 was asked"),
        ("unknown-field", "confidence"),
    ] {
        assert_no_hello(words, PROMPT_MS, Verdict::ProtocolError, note);
    }
    let again = "the answer to compute breaks the adapter protocol";
    assert_faults_at_once("duplicate-answer", PROMPT_MS, Verdict::ProtocolError, again);
    let note = "confidence";
    assert_faults_at_once("unknown-field after 1", PROMPT_MS, Verdict::ProtocolError, note);
}

/// It logs forty thousand lines for each request. That is no fault, and makes nothing of `always-ok`
/// better or worse.
#[test]
fn noise_changes_no_verdict() {
    let only = ["--only", "formulas/device/statement", "--mode", "tape-bytes"];
    let (noisy, loud) = control("huge-stderr", PROMPT_MS, &only);
    let (_, quiet) = control("always-ok", PROMPT_MS, &only);
    assert_eq!(noisy.code, Some(1), "{noisy:#?}");
    // But for the command that runs it again, which names the adapter.
    let judged = |report: &Report| -> Vec<CaseReport> {
        let without = |case: &CaseReport| CaseReport { replay: None, ..case.clone() };
        report.cases.iter().map(without).collect()
    };
    assert_eq!(judged(&loud), judged(&quiet));
    assert!(noisy.said().len() < 10_000, "{} bytes", noisy.said().len());
}
