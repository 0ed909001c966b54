//! Moments the protocol leaves free: the suite admits every one within its window.

use conclave_conformance::{
    case::Case,
    commands::check::ask_hello,
    protocol::{Codec, RandomnessClass},
    reference::Reference,
    run::{self, Bench},
    vectors,
    verdict::{CaseReport, Mode, Verdict},
};
use conclave_model::machine::Choice;

fn reports(choice: Choice, randomness: RandomnessClass) -> Vec<CaseReport> {
    let cases: Vec<Case> = vectors::load(&vectors::folder(None)).expect("the vectors load");
    let mut client = Reference::new().with_choice(choice);
    let hello = ask_hello(&mut client).expect("it says who it is");
    let mut bench = Bench { player: &mut client, hello: &hello, next_id: 2 };
    let mode = Mode { randomness, codec: Codec::Bytes };
    cases.iter().map(|case| run::run(&mut bench, case, mode).0).collect()
}

fn assert_all_pass(choice: Choice) {
    for randomness in [RandomnessClass::Tape, RandomnessClass::Opaque] {
        for report in reports(choice, randomness) {
            let fine = matches!(report.verdict, Verdict::Pass | Verdict::NotApplicable);
            assert!(fine, "{choice:?}: {report:#?}");
        }
    }
}

#[test]
fn rot_12_a_leader_may_rotate_at_the_last_moment() {
    assert_all_pass(Choice { rotate_in_ms: Some(15_000), use_in_ms: None });
}

#[test]
fn rot_18_about_two_seconds_may_be_one_or_five() {
    assert_all_pass(Choice { rotate_in_ms: None, use_in_ms: Some(1_000) });
    assert_all_pass(Choice { rotate_in_ms: None, use_in_ms: Some(5_000) });
}

/// The machine itself refuses a moment outside the window, so no reference can be made to break it.
#[test]
fn a_moment_outside_the_window_is_no_choice() {
    let late = Choice { rotate_in_ms: Some(15_001), use_in_ms: None };
    let hasty = Choice { rotate_in_ms: None, use_in_ms: Some(999) };
    for (choice, case) in [(late, "participant-leaves"), (hasty, "send-after-wait")] {
        let wrong = reports(choice, RandomnessClass::Tape)
            .into_iter()
            .filter(|report| report.case.ends_with(case))
            .filter(|report| report.findings.iter().any(|it| it.got.contains("bad_request")));
        assert_eq!(wrong.count(), 2, "{case} in both profiles");
    }
}
