//! The known attacks: every outcome as written down, every refusal borne by its rule, and clients
//! without that rule found out by the attack.

mod common;

use std::{fs, time::Duration};

use common::conclave;
use conclave_conformance::{
    attacks::{
        self, Entry, Expected,
        judge::{self, Outcome},
    },
    cases,
    commands::attacks::judge_all,
    commands::check::ask_hello,
    player::{Fault, Player},
    protocol::{Codec, RandomnessClass, Request, Response},
    reference::Reference,
    run::{self, Bench},
    verdict::{CaseReport, Mode, Verdict},
};
use conclave_model::{
    algebra::Bytes,
    harm::{Harm, Run},
    message::Seat,
    script::Act,
};
use conclave_spec::{Kind, Profile, Rule};

const WITHIN: Duration = Duration::from_secs(120);

const TAPE: Mode = Mode { randomness: RandomnessClass::Tape, codec: Codec::Bytes };
const OPAQUE: Mode = Mode { randomness: RandomnessClass::Opaque, codec: Codec::Fields };

#[test]
fn every_outcome_is_as_written_down_and_every_refusal_rests_on_its_rule() {
    let rows = judge_all(&attacks::all()).unwrap();
    assert!(rows.len() >= 36, "{}", rows.len());
    let mut refusals = 0;
    for judged in rows.iter().flatten() {
        let words = judged.observed.outcome.words();
        let (id, profile) = (judged.entry.id, judged.profile.id);
        assert!(judged.is_as_expected(), "{id} under {profile}: {words}, {:?}", judged.expected);
        if !judged.expected.by().is_empty() {
            assert_eq!(judged.ablation, Some(true), "{id} under {profile}");
            refusals += 1;
        }
    }
    assert!(refusals > 100, "{refusals}");
}

/// An expectation that does not hold is noticed: in each row, one outcome exchanged for another.
#[test]
fn a_wrong_expectation_is_noticed() {
    let mut entries = attacks::all();
    for (at, entry) in entries.iter_mut().enumerate() {
        let column = at % attacks::PROFILES;
        entry.expected[column] = match entry.expected[column] {
            Expected::Succeeds => Expected::Detected,
            Expected::Detected | Expected::NotApplicable => Expected::Succeeds,
            Expected::Refused { by, .. } => Expected::Prevented { by },
            Expected::Prevented { by } => Expected::Refused { by, voice: by[0] },
            Expected::Outgrown { .. } => Expected::Succeeds,
        };
    }
    for (at, row) in judge_all(&entries).unwrap().iter().enumerate() {
        for (column, judged) in row.iter().enumerate() {
            let exchanged = column == at % attacks::PROFILES;
            assert_eq!(judged.is_as_expected(), !exchanged, "{} {column}", judged.entry.id);
        }
    }
}

/// What comes of an attack under a profile without a rule that is not in its way.
fn without(id: &str, profile: &str, rule: Rule) -> Outcome {
    let profile = Profile::by_id(profile).unwrap().without(rule);
    judge::observe(&Entry::by_id(id).unwrap(), &profile).unwrap().outcome
}

/// What is shown, is shown because of a rule: without it the same attack goes unnoticed.
#[test]
fn detection_rests_on_the_rules_of_the_display() {
    for (id, profile, rule) in [
        ("ZM-09", "zoom-4.1", Rule::LeftShown),
        ("ZM-12", "zoom-4.1", Rule::LeaverShownUntilRekey),
        ("ZM-20", "zoom-2.3.1", Rule::ChangeNoticed),
        ("ZM-22", "zoom-3.0", Rule::LeavesCounted),
        ("ZM-25", "zoom-3.1", Rule::UnlockWarned),
        ("ZM-27B", "zoom-4.6", Rule::UnlockWarned),
        ("ZM-29", "zoom-4.6", Rule::InRoomShown),
        ("ZM-32", "zoom-4.4", Rule::LabelHonest),
    ] {
        let with = judge::observe(&Entry::by_id(id).unwrap(), &Profile::by_id(profile).unwrap());
        assert_eq!(with.unwrap().outcome, Outcome::Detected, "{id} under {profile}");
        assert_eq!(without(id, profile, rule), Outcome::Succeeds, "{id} without {}", rule.id());
    }
}

/// Wherever the paper admits an attack, it is written down how far that goes.
#[test]
fn what_is_admitted_has_its_limit() {
    for entry in attacks::all() {
        for profile in Profile::all() {
            if entry.expected_in(&profile) == Expected::Detected {
                let limits = entry.play(&profile).limits;
                assert!(!limits.is_empty(), "{} under {}", entry.id, profile.id);
            }
        }
    }
}

/// The damage stays within what the paper admits because of a rule: without it, it is worse.
#[test]
fn no_more_than_admitted_rests_on_a_rule() {
    for (id, profile, rule) in [
        ("ZM-01", "zoom-4.6", Rule::EphemeralErased),
        ("ZM-02", "zoom-2.3.1", Rule::PacketOpens),
        ("ZM-02", "zoom-4.6", Rule::EphemeralErased),
        ("ZM-03", "zoom-4.6", Rule::PacketOpens),
        ("ZM-04", "zoom-4.6", Rule::JoinListed),
        ("ZM-05", "zoom-2.3.1", Rule::MeetingKeysErased),
        ("ZM-12", "zoom-4.1", Rule::RotationFresh),
        ("ZM-19", "zoom-4.6", Rule::SubkeyUsesMeetingKey),
        ("ZM-20B", "zoom-3.0", Rule::SubkeyUsesMeetingKey),
        ("ZM-20D", "zoom-2.3.1", Rule::SubkeyUsesMeetingKey),
        ("ZM-22", "zoom-4.6", Rule::JoinListed),
        ("ZM-24", "zoom-3.0", Rule::EphemeralErased),
        ("ZM-30", "zoom-4.1", Rule::JoinerKeyNew),
        ("ZM-31", "zoom-4.6", Rule::SubkeyUsesMeetingKey),
    ] {
        let outcome = without(id, profile, rule);
        assert!(matches!(outcome, Outcome::Worse(_)), "{id} without {}: {outcome:?}", rule.id());
    }
}

/// No harm is found where nobody attacks: whole meetings with joins, leaves, a removal, a lock and
/// a new leader, in every profile.
#[test]
fn in_an_honest_meeting_there_is_no_harm() {
    for profile in Profile::all() {
        let drafts = cases::drafts(&profile);
        let draft = drafts.iter().find(|draft| draft.name == "whole-meeting-as-participant");
        let mut script = draft.unwrap().script.clone();
        let ends = script.steps.iter().position(|step| matches!(step.act, Act::MeetingEnded {}));
        script.steps.truncate(ends.unwrap());
        let algebra = Bytes::seeded([7; 32]);
        let run = Run::of(&algebra, &script, &profile, &["erin", "dave"]).unwrap();
        assert!(run.frames().len() >= 8, "{} says enough", profile.id);
        let (one, other) = ("bob", "carol");
        let seat = |user: &str| Seat::new(user, &format!("{user}-laptop"));
        let mut harms = vec![
            Harm::SplitHistory { one, other },
            Harm::Apart { one, other },
            Harm::CounterTwice,
            Harm::StaleKey { who: "bob", ms: 60_000 },
            Harm::OldKey { by: "bob", ms: 312_000 },
            Harm::ForgedVoice { listener: "bob", from: seat("carol") },
            Harm::ForgedVoice { listener: "carol", from: seat("alice") },
            Harm::ShutOut { who: "bob" },
            Harm::KeepsSecrets { who: "alice" },
            Harm::TakesAltered { who: "bob" },
            Harm::FalseName { at: "bob", who: "bob" },
            Harm::Reads { spy: "erin", by: "carol", text: "I lead now" },
            Harm::Reads { spy: "dave", by: "carol", text: "as before" },
        ];
        for who in ["alice", "carol", "dave", "erin"] {
            harms.push(Harm::Phantom { at: "bob", who: seat(who) });
            harms.push(Harm::Smuggled { at: "bob", who: seat(who) });
        }
        for spy in ["dave", "erin"] {
            harms.extend([Harm::Unseen { by: "carol", spy }, Harm::Unlisted { at: "carol", spy }]);
        }
        for harm in harms {
            assert!(!harm.happened(&run).unwrap(), "{}: {}", profile.id, harm.sentence());
        }
        let hybrid = profile.rules.contains(Rule::HybridUsesKem);
        assert_eq!(Harm::Recorded { to: "bob" }.happened(&run).unwrap(), !hybrid);
    }
}

struct InProcess(Reference);

impl Player for InProcess {
    fn ask(&mut self, request: &Request) -> Result<Response, Fault> {
        self.0.ask(request)
    }
}

fn played(client: Reference, entry: &Entry, profile: &Profile, mode: Mode) -> CaseReport {
    let mut client = InProcess(client);
    let hello = ask_hello(&mut client).unwrap();
    let case = entry.case(profile).unwrap().unwrap();
    let mut bench = Bench { player: &mut client, hello: &hello, next_id: 2 };
    run::run(&mut bench, &case, mode).0
}

/// In the first and in the last profile in which rules stand in the way, the reference passes the
/// attack and the client without them fails it, whoever draws the random values.
#[test]
fn a_client_without_the_rules_fails_the_attack() {
    for entry in attacks::all() {
        let refused: Vec<_> = Profile::all()
            .into_iter()
            .filter(|profile| !entry.expected_in(profile).by().is_empty())
            .collect();
        for profile in refused.first().into_iter().chain(refused.last()) {
            let by = entry.expected_in(profile).by();
            let names: Vec<_> = by.iter().map(|rule| rule.id()).collect();
            for mode in [TAPE, OPAQUE] {
                let name =
                    format!("{} {} {} {}", entry.id, profile.id, names.join("+"), mode.name());
                let reference = played(Reference::new(), &entry, profile, mode);
                assert_eq!(reference.verdict, Verdict::Pass, "{name}: {reference:#?}");
                let mutant = by.iter().fold(Reference::new(), |it, rule| it.without(*rule));
                let mutant = played(mutant, &entry, profile, mode);
                assert!(mutant.is_wrong_by_outcome(), "{name}: {mutant:#?}");
                if let (Expected::Refused { voice, .. }, [Kind::Guard, ..]) =
                    (entry.expected_in(profile), kinds(by).as_slice())
                {
                    let first = mutant.findings.first().map(|finding| finding.rule);
                    let first = first.filter(|rule| *rule == voice || by.contains(rule));
                    assert!(first.is_some(), "{name}: {mutant:#?}");
                }
            }
        }
    }
}

fn kinds(rules: &[Rule]) -> Vec<Kind> {
    rules.iter().map(|rule| rule.kind()).collect()
}

#[test]
fn the_matrix_is_narrow_and_complete() {
    let ended = conclave(&["attacks"], WITHIN);
    ended.assert(0, &["ZM-14  Meeting key rolled back", "0 not as written down", "Not played"]);
    for line in ended.stdout.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    for entry in attacks::all() {
        assert!(entry.title.chars().count() <= 30, "{}", entry.title);
        assert!(ended.stdout.contains(entry.title), "{}", entry.title);
        assert_eq!(entry.expected.len(), Profile::all().len());
    }
    for it in attacks::ELSEWHERE {
        assert!(ended.stdout.contains(it.title), "{}", it.title);
    }
    assert!(!ended.stdout.contains('\u{1b}'), "no colors in a file");
}

#[test]
fn one_attack_is_shown_with_its_ladder() {
    let ended = conclave(&["attacks", "zm-14"], WITHIN);
    ended.assert(
        0,
        &[
            "ATK-ZM-14: Meeting key rolled back",
            "zoom-2.3.1            succeeds",
            "zoom-3.0              refused by ROT-02 at step",
            "without ROT-02 it succeeds",
            "ignored ROT-02",
            "--only zoom-3.0/attacks/ATK-ZM-14",
        ],
    );
    let old = conclave(&["attacks", "ZM-14", "--profile", "zoom-2.3.1"], WITHIN);
    old.assert(0, &["harm   yes  mallory reads \"between ourselves\" by bob"]);
    conclave(&["attacks", "ZM-99"], WITHIN).assert(4, &["no attack \"ZM-99\""]);
    conclave(&["attacks", "ZM-36"], WITHIN).assert(4, &["abuse reports, not modelled"]);
    conclave(&["attacks", "DV-06"], WITHIN).assert(0, &["address-is-anothers", "SIG-25"]);
    conclave(&["attacks", "ZM-14", "--profile", "zoom-9"], WITHIN).assert(4, &["no profile"]);
}

#[test]
fn the_result_is_written_for_machines() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("attacks.json");
    conclave(&["attacks", "ZM-10", "--json", file.to_str().unwrap()], WITHIN).assert(0, &[]);
    let value: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let outcomes = value["attacks"][0]["outcomes"].as_array().unwrap();
    assert_eq!(outcomes.len(), Profile::all().len());
    assert_eq!(outcomes[1]["outcome"], "succeeds");
    assert_eq!(outcomes[4]["rules"][0], Rule::KeyAwaitsHeartbeat.id());
    assert_eq!(outcomes[4]["succeeds_without"], true);
}

#[test]
fn check_plays_them_against_a_client() {
    let own =
        conclave(&["check", "--attacks", "--mode", "tape-bytes", "--profile", "hardened"], WITHIN);
    own.assert(0, &["  conformant", "attacks"]);
    let program = env!("CARGO_BIN_EXE_conclave");
    let mutant = format!("'{program}' adapter --without HBT-18");
    let found = conclave(
        &[
            "check",
            "--attacks",
            "--adapter-cmd",
            &mutant,
            "--mode",
            "opaque-bytes",
            "--profile",
            "zoom-4.1",
        ],
        WITHIN,
    );
    found.assert(
        1,
        &[
            "zoom-4.1/attacks/ATK-ZM-06",
            "HBT-18",
            "expected  ignore",
            "got       accept",
            "replay    conclave check",
            "--attacks --only zoom-4.1/attacks/ATK-ZM-06 --mode opaque-bytes",
        ],
    );
    assert!(!found.stdout.contains("ATK-ZM-14"), "only what the rule stands against\n{found:#?}");
}
