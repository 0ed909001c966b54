//! Sessions: the same seed makes the same meetings, clients that follow the profile agree with the
//! model in them, and one that does not is found out, shrunk and found again.

mod common;

use std::time::Duration;

use common::conclave;
use conclave_conformance::{
    case::Case,
    cases::Draft,
    commands::check::ask_hello,
    policies::Chosen,
    protocol::{Codec, RandomnessClass, Role},
    reference::Reference,
    run::{self, Bench},
    sessions::{Plan, Session, Source, lane::Lane},
    trace::{self, commit::Committer, freeze, record},
    verdict::{CaseReport, Mode, Verdict},
};
use conclave_model::script::{Recipe, Script};
use conclave_spec::{Profile, Rule};

const TAPE: Mode = Mode { randomness: RandomnessClass::Tape, codec: Codec::Bytes };
const WITHIN: Duration = Duration::from_secs(120);

fn source(profile: Profile, role: Role, seed: u64, steps: usize) -> Source {
    let policies = Chosen::new();
    let plan = Plan { profile, role, seed, steps, policies, damages: true };
    Source::new(plan).expect("a source")
}

fn made(source: &mut Source) -> Session {
    source.make().expect("a session")
}

fn text(case: &Case) -> String {
    serde_json::to_string(case).expect("a case is JSON")
}

fn played(client: &mut Reference, session: &Session, mode: Mode) -> CaseReport {
    let hello = ask_hello(client).expect("it says who it is");
    let mut bench = Bench { player: client, hello: &hello, next_id: 2 };
    run::watched(&mut bench, &session.case, mode, &session.moments).0
}

#[test]
fn the_same_seed_makes_the_same_bytes_and_another_makes_others() {
    let sessions = |seed| {
        let mut source = source(Profile::zoom_4_6(), Role::Leader, seed, 25);
        [made(&mut source), made(&mut source), made(&mut source)].map(|it| text(&it.case))
    };
    let [one, two, three] = sessions(7);
    assert_eq!([&one, &two, &three], [&sessions(7)[0], &sessions(7)[1], &sessions(7)[2]]);
    assert!(one != two && two != three && sessions(8)[0] != one);
    // Passing over sessions changes nothing about those after them.
    let mut later = source(Profile::zoom_4_6(), Role::Leader, 7, 25);
    later.skip().expect("a session to pass over");
    later.skip().expect("another");
    assert_eq!(text(&made(&mut later).case), three);
}

#[test]
fn the_built_in_client_agrees_in_every_profile_and_role() {
    for randomness in [RandomnessClass::Tape, RandomnessClass::Opaque] {
        let mode = Mode { randomness, codec: Codec::Bytes };
        for profile in Profile::all() {
            for role in [Role::Participant, Role::Leader] {
                let mut source = source(profile.clone(), role, 3, 30);
                for _ in 0..2 {
                    let session = made(&mut source);
                    let report = played(&mut Reference::new(), &session, mode);
                    let (id, findings) = (&session.case.id, &report.findings);
                    assert_eq!(report.verdict, Verdict::Pass, "{id}: {findings:#?}");
                }
            }
        }
    }
}

#[test]
fn sessions_reach_more_rules_and_cells_than_the_first_of_them() {
    let mut source = source(Profile::zoom_4_6(), Role::Leader, 1, 40);
    let reached = |source: &Source| {
        let guide = source.guide();
        (guide.held().len(), guide.turned().len(), guide.cells().len())
    };
    made(&mut source);
    let first = reached(&source);
    for _ in 0..9 {
        source.skip().expect("a session");
    }
    let later = reached(&source);
    let more = later.0 > first.0 && later.1 > first.1 && later.2 > first.2;
    assert!(more, "{first:?} {later:?}");
}

/// A client that takes sealed keys whose number does not increase.
#[test]
fn rot_02_a_client_without_a_rule_is_found_out_and_the_session_shrunk() {
    let mut lane = Lane::new(source(Profile::zoom_3_0(), Role::Participant, 1, 40));
    let mut play = |session: &Session| {
        played(&mut Reference::new().without(Rule::SeqIncreases), session, TAPE)
    };
    for _ in 0..30 {
        if lane.goes_on() {
            lane.play(&mut play).expect("a session");
        }
    }
    let found = lane.differences.iter().find(|it| it.report.verdict == Verdict::Fail);
    let found = found.expect("a difference within thirty sessions");
    let rules: Vec<_> = found.report.deciding().map(|it| it.rule).collect();
    assert_eq!(rules.first(), Some(&Rule::SeqIncreases), "{:#?}", found.report.findings);
    let small = found.session.draft.script.steps.len();
    assert!(small < 20 && small < found.whole, "{small} of {}", found.whole);
    // What is left is a session like any other: the built-in client gets it right.
    let right = played(&mut Reference::new(), &found.session, TAPE);
    assert_eq!(right.verdict, Verdict::Pass, "{:#?}", right.findings);
    assert_eq!(play(&found.session), found.report);
}

#[test]
fn a_replay_line_finds_the_same_again_and_what_is_saved_plays_like_it() {
    let adapter = format!("'{}' adapter --without ROT-02", env!("CARGO_BIN_EXE_conclave"));
    let folder = tempfile::tempdir().expect("a folder");
    let saved = folder.path().join("found.json");
    let saved = saved.to_str().expect("a path");
    let words = ["sessions", "--adapter-cmd", &adapter, "--profile", "zoom-3.0", "--role"];
    let more = ["participant", "--steps", "40", "--count", "30", "--save", saved];
    let first = conclave(&[&words[..], &more[..]].concat(), WITHIN);
    first.assert(1, &["FAIL", "ROT-02", "the smallest session found", "^ here", "NOT conformant"]);
    let line =
        first.stdout.lines().find_map(|line| line.trim().strip_prefix("replay    conclave "));
    let line = line.expect("a replay line");
    let replay = shlex::split(line).expect("words");
    let replay: Vec<_> = replay.iter().map(String::as_str).collect();
    let again = conclave(&replay, WITHIN);
    let told = |said: &str| {
        let told = said.split("FAIL").nth(1).and_then(|it| it.split("conclave-reference").next());
        told.expect("a failure").to_owned()
    };
    again.assert(1, &["FAIL", "NOT conformant"]);
    assert_eq!(told(&again.stdout), told(&first.stdout));
    let replayed =
        |adapter: &[&str]| conclave(&[&["trace", "replay", saved], adapter].concat(), WITHIN);
    replayed(&["--adapter-cmd", &adapter]).assert(1, &["FAIL", "ROT-02"]);
    replayed(&[]).assert(0, &["conformant"]);
}

/// A session less everything that nobody sent like this.
fn honest(source: &Source, session: &Session) -> Session {
    let Draft { script, .. } = &session.draft;
    let sent = |recipe: &Recipe| matches!(recipe, Recipe::Sent(_));
    let steps = script.steps.iter().filter(|it| it.wire.is_none());
    let steps = steps.filter(|it| it.act.recipe().is_none_or(sent)).cloned().collect();
    let script = Script { cast: script.cast.clone(), steps };
    let draft = Draft { script, ..session.draft.clone() };
    source.session(session.number, draft, session.reached.clone()).expect("a session")
}

#[test]
fn a_session_is_recorded_as_a_trace_validated_frozen_and_replayed() {
    let mut frozen = 0;
    for role in [Role::Participant, Role::Leader] {
        let mut source = source(Profile::zoom_4_6(), role, 5, 40);
        for _ in 0..6 {
            let session = made(&mut source);
            let session = honest(&source, &session);
            let committer = Committer::fresh().expect("a key");
            let trace = record::record(&session.case, &mut Reference::new(), &committer, false);
            let trace = trace.expect("a recording");
            let read = trace::read(trace.text().expect("a text").as_bytes()).expect("a trace");
            let verdict = trace::check(&read).expect("a trace of this release");
            assert!(matches!(verdict, trace::Verdict::Accepted(_)), "{verdict:?}");
            let plays = &session.draft.plays;
            let case = match freeze::freeze(&read, plays, "frozen") {
                Ok(case) => case,
                Err(freeze::FreezeError::Unsayable { .. }) => continue,
                Err(error) => panic!("{error}"),
            };
            frozen += 1;
            let session = Session { case, moments: Vec::new(), ..session };
            let report = played(&mut Reference::new(), &session, TAPE);
            assert_eq!(report.verdict, Verdict::Pass, "{:#?}", report.findings);
        }
    }
    assert!(frozen >= 6, "{frozen} of 12 can be frozen");
}
