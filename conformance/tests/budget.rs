//! Runs bounded by time: what was not run is said to be, and nothing is concluded of it.

#![cfg(unix)]

mod common;

use std::{collections::BTreeSet, path::Path, time::Duration};

use conclave_conformance::{
    report::Report,
    verdict::{CaseReport, Verdict},
};

use common::{Ended, conclave, result};

const WITHIN: Duration = Duration::from_secs(240);

const PART: [&str; 6] =
    ["--only", "zoom-3.0/rotation", "--profile", "zoom-3.0", "--mode", "tape-bytes"];

fn check(budget: &[&str], more: &[&str]) -> (Ended, Report) {
    let folder = tempfile::tempdir().expect("a folder for the result");
    let file = folder.path().join("result.json");
    let words = ["check", "--jobs", "1", "--result", in_utf8(&file)];
    let ended = conclave(&[&words[..], &PART, budget, more].concat(), WITHIN);
    (ended, result(&file))
}

fn in_utf8(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn with(report: &Report, verdict: Verdict) -> BTreeSet<&str> {
    let those = report.cases.iter().filter(|case| case.verdict == verdict);
    those.map(|case| case.case.as_str()).collect()
}

/// The built-in client, that gets each request late.
fn slow() -> String {
    let own = env!("CARGO_BIN_EXE_conclave");
    format!(
        "bash -c 'while read -r line; do sleep 0.03; echo \"$line\"; done | {}'",
        format_args!("\"{own}\" adapter")
    )
}

#[test]
fn without_time_nothing_is_known() {
    let (ended, report) = check(&["--budget", "0s"], &[]);
    ended.assert(5, &["inconclusive", "there was no time", "what was run within 0s", " not run"]);
    assert!(!ended.said().contains("conformant"), "{ended:?}");
    assert_eq!(with(&report, Verdict::NotRun).len(), report.cases.len());
    assert!(report.rules_seen_holding.is_empty() && report.rules_seen_refusing.is_empty());
    assert!(report.cases.iter().all(|case| case.note.is_some() && case.replay.is_none()));
}

#[test]
fn with_time_enough_it_is_a_run_like_any_other() {
    let (whole, without) = check(&[], &[]);
    whole.assert(0, &["conformant"]);
    let (ended, report) = check(&["--budget", "1h", "--seed", "x"], &[]);
    ended.assert(0, &["conformant"]);
    assert_eq!(report.cases, without.cases, "in the order of the suite");
    let faulty = format!("'{}' adapter --without ROT-02", env!("CARGO_BIN_EXE_conclave"));
    let (fails, _) = check(&["--budget", "1h"], &["--adapter-cmd", &faulty]);
    fails.assert(1, &["NOT conformant"]);
}

/// The order depends on the seed alone, so that what one run had time for, the other had or would
/// have had next.
#[test]
fn a_partial_run_concludes_nothing_and_takes_the_cases_in_one_order() {
    let adapter = slow();
    // How much time is too little and yet some depends on the machine. All cases wait for half a
    // minute at least.
    let run = |seed: &str| {
        for budget in ["4s", "8s", "16s", "24s"] {
            let words = ["--budget", budget, "--seed", seed];
            let (ended, report) = check(&words, &["--adapter-cmd", &adapter]);
            ended.assert(5, &["inconclusive", "judgments were not made"]);
            assert!(!ended.said().contains("conformant"), "{ended:?}");
            if !with(&report, Verdict::Pass).is_empty() {
                return report;
            }
        }
        panic!("no time is enough for a single case");
    };
    let [one, same, other] = ["a", "a", "b"].map(run);
    let judged = |report: &Report| -> BTreeSet<String> {
        let cases = report.cases.iter().filter(|case: &&CaseReport| case.verdict.is_judged());
        cases.map(|case| case.case.clone()).collect()
    };
    for report in [&one, &same, &other] {
        assert!(with(report, Verdict::Pass).len() + with(report, Verdict::NotRun).len() > 10);
        assert!(!with(report, Verdict::Pass).is_empty(), "{:?}", report.counts);
        assert!(with(report, Verdict::Fail).is_empty(), "{:?}", report.counts);
    }
    let (one, same, other) = (judged(&one), judged(&same), judged(&other));
    assert!(one.is_subset(&same) || same.is_subset(&one), "{one:?} {same:?}");
    assert!(!(one.is_subset(&other) && other.is_subset(&one)), "another seed, another order");
}

#[test]
fn a_time_is_written_like_a_time() {
    for wrong in ["soon", "10", "-5m", ""] {
        let ended = conclave(&["check", &format!("--budget={wrong}")], WITHIN);
        ended.assert(4, &["a time is written 10m, 90s or 1h30m"]);
    }
    conclave(&["check", "--seed", "a"], WITHIN).assert(4, &["--budget"]);
}
