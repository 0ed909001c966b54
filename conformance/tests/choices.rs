//! Moments the protocol leaves free: the suite admits every one within its window.

use conclave_conformance::{
    case::Case,
    cases,
    commands::check::ask_hello,
    player::{Fault, Player},
    policies::{Chosen, POLICIES},
    protocol::{Answer, Class, Codec, Input, RandomnessClass, Request, Response},
    record,
    reference::Reference,
    run::{self, Bench},
    vectors,
    verdict::{Aspect, CaseReport, Finding, Mode, Verdict},
};
use conclave_model::machine::Choice;
use conclave_spec::{Params, Profile, Rule};

/// The cases of the profiles this is true of, against a client.
fn reports(
    mut client: Reference,
    randomness: RandomnessClass,
    of: impl Fn(&Profile) -> bool,
) -> Vec<CaseReport> {
    let cases: Vec<Case> = vectors::load(&vectors::folder(None)).expect("the vectors load");
    let hello = ask_hello(&mut client).expect("it says who it is");
    let mut bench = Bench { player: &mut client, hello: &hello, next_id: 2 };
    let mode = Mode { randomness, codec: Codec::Bytes };
    let wanted = |case: &&Case| Profile::by_id(case.profile()).is_some_and(|it| of(&it));
    let reports: Vec<_> =
        cases.iter().filter(wanted).map(|case| run::run(&mut bench, case, mode).0).collect();
    assert!(!reports.is_empty(), "no case");
    reports
}

/// By the bytes in every version; by meaning in the oldest and in those that brought heartbeats that
/// certify keys, nonces, and everything.
fn assert_all_pass(client: impl Fn() -> Reference, of: impl Fn(&Profile) -> bool) {
    let by_meaning = ["zoom-2.3.1", "zoom-4.1-client-5.12", "zoom-4.1", "hardened"];
    for randomness in [RandomnessClass::Tape, RandomnessClass::Opaque] {
        let tape = randomness == RandomnessClass::Tape;
        let held = |profile: &Profile| of(profile) && (tape || by_meaning.contains(&profile.id));
        let mut wrong = reports(client(), randomness, held);
        wrong.retain(|it| !matches!(it.verdict, Verdict::Pass | Verdict::NotApplicable));
        let cases: Vec<_> = wrong.iter().map(|report| &report.case).collect();
        assert!(wrong.is_empty(), "{randomness:?}: {cases:#?}\n{:#?}", wrong.first());
    }
}

fn chooses(choice: Choice) -> impl Fn() -> Reference {
    move || Reference::new().with_choice(choice)
}

/// Joins call for a rotation within seconds, not only within the throttle.
fn batches(profile: &Profile) -> bool {
    profile.rules.contains(Rule::JoinBatchBounded)
}

/// The reference with other numbers of its own, under the names of the profiles.
fn with_params(change: impl Fn(Params) -> Params) -> Reference {
    let changed = |profile: Profile| Profile { params: change(profile.params), ..profile };
    Reference::new().with_profiles(Profile::all().into_iter().map(changed).collect())
}

#[test]
fn rot_12_a_leader_may_rotate_at_the_last_moment() {
    let choice = |rotate_in_ms| Choice { rotate_in_ms: Some(rotate_in_ms), use_in_ms: None };
    assert_all_pass(chooses(choice(15_000)), |profile| !batches(profile));
    assert_all_pass(chooses(choice(2_000)), batches);
}

#[test]
fn rot_18_about_two_seconds_may_be_one_or_five() {
    assert_all_pass(chooses(Choice { rotate_in_ms: None, use_in_ms: Some(1_000) }), |_| true);
    assert_all_pass(chooses(Choice { rotate_in_ms: None, use_in_ms: Some(5_000) }), |_| true);
}

#[test]
fn hbt_15_a_leader_may_beat_more_often() {
    let often = || with_params(|params| Params { heartbeat_ms_max: 3_000, ..params });
    assert_all_pass(often, |_| true);
}

#[test]
fn hbt_15_a_leader_may_not_beat_more_seldom() {
    for randomness in [RandomnessClass::Tape, RandomnessClass::Opaque] {
        let seldom = with_params(|params| Params { heartbeat_ms_max: 11_000, ..params });
        let failed = reports(seldom, randomness, |_| true).into_iter().filter(|report| {
            let late = report.findings.iter().any(|it| it.rule == Rule::BeatInTime);
            assert_eq!(late, report.verdict == Verdict::Fail, "{report:#?}");
            late
        });
        assert!(failed.count() >= Profile::all().len(), "{randomness:?}");
    }
}

#[test]
fn liv_02_a_nonce_may_come_a_little_earlier_or_later() {
    for nonce_interval_ms in [150_000, 210_000] {
        let other = || with_params(|params| Params { nonce_interval_ms, ..params });
        assert_all_pass(other, |_| true);
    }
}

#[test]
fn hbt_17_a_client_may_bear_silence_a_little_longer() {
    let patient = || with_params(|params| Params { silence_ms: params.silence_ms_max, ..params });
    // What is stale is measured against the same time.
    let measured = |profile: &Profile| profile.rules.contains(Rule::NotStale);
    assert_all_pass(patient, |profile| !measured(profile));
}

/// A client that cannot do a part of what it declares, and says so.
struct Unable(Reference);

impl Player for Unable {
    fn ask(&mut self, request: &Request) -> Result<Response, Fault> {
        let cannot = matches!(&request.input, Input::SetLock { .. } | Input::Kick { .. });
        let answer = self.0.answer(request);
        Ok(if cannot { Response { class: Class::Unsupported, ..bare(request.id) } } else { answer })
    }
}

fn bare(id: u64) -> Response {
    serde_json::from_value(serde_json::json!({ "id": id, "class": "accept" })).expect("an answer")
}

/// Also where the rule at stake is a reading of ours: it is no other reading to be unable.
#[test]
fn what_is_declared_and_unsupported_fails_and_never_differs() {
    let mut client = Unable(Reference::new());
    let hello = ask_hello(&mut client).expect("it says who it is");
    let mut bench = Bench { player: &mut client, hello: &hello, next_id: 2 };
    let cases = vectors::load(&vectors::folder(None)).expect("the vectors load");
    let mut failed = 0;
    for randomness in [RandomnessClass::Tape, RandomnessClass::Opaque] {
        let mode = Mode { randomness, codec: Codec::Bytes };
        for case in cases.iter().filter(|case| case.profile() == "zoom-4.6") {
            let (report, fault) = run::run(&mut bench, case, mode);
            assert_eq!(fault, None, "{}", report.case);
            let said = |it: &Finding| it.aspect == Aspect::Unable;
            if report.findings.iter().any(said) {
                assert_eq!(report.verdict, Verdict::Fail, "{report:#?}");
                failed += 1;
            } else {
                let fine = matches!(report.verdict, Verdict::Pass | Verdict::NotApplicable);
                assert!(fine, "{report:#?}");
            }
        }
    }
    assert!(failed > 50, "{failed}");
}

/// A client without any meeting: it declares formulas of chains, no version and no role.
struct ChainsAlone(Reference);

const OF_CHAINS: [&str; 4] = ["user_chain", "email_chain", "identity", "verify_fingerprint"];

impl Player for ChainsAlone {
    fn ask(&mut self, request: &Request) -> Result<Response, Fault> {
        let mut answer = self.0.answer(request);
        if let Some(Answer::Hello(hello)) = &mut answer.result {
            hello.profiles.clear();
            hello.roles.clear();
            hello.formulas.retain(|name| OF_CHAINS.contains(&name.as_str()));
        }
        Ok(answer)
    }
}

#[test]
fn a_client_of_chains_alone_is_held_to_them_alone() {
    let mut client = ChainsAlone(Reference::new());
    let hello = ask_hello(&mut client).expect("it says who it is");
    let mut bench = Bench { player: &mut client, hello: &hello, next_id: 2 };
    let mode = Mode { randomness: RandomnessClass::Tape, codec: Codec::Bytes };
    let (mut passed, mut other) = (0, 0);
    for case in vectors::load(&vectors::folder(None)).expect("the vectors load") {
        let of_chains = case.steps.iter().all(|step| {
            matches!(&step.input, Input::Compute { formula, .. } if OF_CHAINS.contains(&formula.as_str()))
        });
        let (report, fault) = run::run(&mut bench, &case, mode);
        assert_eq!(fault, None, "{}", report.case);
        let wanted = if of_chains { Verdict::Pass } else { Verdict::NotApplicable };
        assert_eq!(report.verdict, wanted, "{report:#?}");
        passed += usize::from(of_chains);
        other += usize::from(!of_chains);
    }
    assert!(passed > 150 && other > 4_000, "{passed} {other}");
}

/// The machine itself refuses a moment outside the window, so no reference can be made to break it.
#[test]
fn a_moment_outside_the_window_is_no_choice() {
    let late = Choice { rotate_in_ms: Some(15_001), use_in_ms: None };
    let hasty = Choice { rotate_in_ms: None, use_in_ms: Some(999) };
    for (choice, case) in [(late, "participant-leaves"), (hasty, "send-after-wait")] {
        let wrong = reports(chooses(choice)(), RandomnessClass::Tape, |_| true)
            .into_iter()
            .filter(|report| report.case.ends_with(case))
            .filter(|report| report.findings.iter().any(|it| it.got.contains("bad_request")));
        assert_eq!(wrong.count(), Profile::all().len(), "{case} in every profile");
    }
}

/// Each alternative of each policy alone, in the last version that it concerns; CI has them all, in
/// every version, by meaning too.
#[test]
fn every_choice_alone_is_held_to_every_case_that_is_about_it() {
    for [key, _, other] in POLICIES {
        let throttled = key == "leave_in_throttle";
        let profiles = [if throttled { Profile::zoom_3_3() } else { Profile::zoom_4_6() }];
        let all = cases::drafts(&profiles[0]).len();
        let chosen = Chosen::from([(key.to_owned(), other.to_owned())]);
        let under = record::cases_under(&chosen, &profiles).expect("the cases are recorded");
        assert_eq!(under.cases.len() + under.left_out.len(), all, "{key}");
        assert!(under.left_out.len() <= 20, "{key}: {:?}", under.left_out);
        let verdicts = |mut client: Reference, cases: Vec<Case>| {
            let declared = Reference::new().with_policy(key, other);
            let hello = ask_hello(&mut { declared }).expect("it says who it is");
            let mut bench = Bench { player: &mut client, hello: &hello, next_id: 2 };
            let mode = Mode { randomness: RandomnessClass::Tape, codec: Codec::Bytes };
            let run = |case: &Case| run::run(&mut bench, case, mode).0;
            cases.iter().map(run).collect::<Vec<_>>()
        };
        let client = Reference::new().with_policy(key, other);
        for report in verdicts(client, under.cases.clone()) {
            let fine = matches!(report.verdict, Verdict::Pass | Verdict::NotApplicable);
            assert!(fine, "{key} = {other}: {report:#?}");
        }
        // Nobody tells this one what to follow, and it follows the default.
        let untold = |case: Case| Case { policies: Default::default(), ..case };
        let untold = under.cases.into_iter().map(untold).collect();
        let reports = verdicts(Reference::new(), untold);
        let differs = |it: &&CaseReport| matches!(it.verdict, Verdict::Fail | Verdict::Differs);
        assert!(reports.iter().filter(differs).count() > 2, "{key} makes a difference");
    }
}
