use conclave_spec::{BoxSuite, Rule};

use super::*;
use crate::{
    algebra::Terms,
    script::ExpectedClass,
    world::{Budgets, Power, SPY},
};

fn verdicts(profile: &Profile, slice: &Slice) -> Vec<String> {
    let exploration = explore(profile, slice).unwrap();
    exploration.verdicts.iter().map(|(goal, verdict)| format!("{} {verdict}", goal.id())).collect()
}

fn found(profile: &Profile, goal: Goal) -> Script {
    let exploration = explore(profile, &Slice::small()).unwrap();
    exploration.counterexample(goal).unwrap().script.clone()
}

#[test]
fn rot_02_the_roll_back_is_found_where_the_number_is_not_sealed() {
    let older = verdicts(&Profile::zoom_2_3_1(), &Slice::small());
    let [removal, conf, agree_key, nonce] = &older[..] else { panic!("{older:?}") };
    assert_eq!(removal, "REMOVAL violated after 15 moves");
    assert_eq!(conf, "CONF holds");
    assert!(agree_key.contains("violated"), "{agree_key}");
    assert_eq!(nonce, "NONCE vacuous", "one packet cannot repeat a counter");
}

#[test]
fn rot_02_every_goal_holds_in_version_3() {
    let exploration = explore(&Profile::zoom_3_0(), &Slice::replay()).unwrap();
    assert!(exploration.all_hold(), "{exploration}");
    assert_eq!((exploration.distinct_states, exploration.depth), (25_497, 25));
}

#[test]
fn rot_02_the_small_slice_holds_in_every_later_version() {
    let later = [
        (Profile::zoom_4_1_client_5_12(), 20_682),
        (Profile::zoom_4_1(), 29_686),
        (Profile::zoom_4_4(), 29_686),
        (Profile::hardened(), 29_876),
    ];
    for (profile, states) in later {
        let exploration = explore(&profile, &Slice::small()).unwrap();
        for goal in [Goal::Removal, Goal::Conf, Goal::AgreeKey] {
            let verdict = exploration.verdict(goal);
            assert_eq!(verdict, Some(&Verdict::Holds), "{} {}", profile.id, goal.id());
        }
        assert_eq!(exploration.distinct_states, states, "{}", profile.id);
    }
}

#[test]
fn rot_02_without_the_rule_the_removed_listens_again() {
    for (profile, moves) in [(Profile::zoom_3_0(), 16), (Profile::zoom_4_1(), 15)] {
        let mutant = profile.without(Rule::SeqIncreases);
        let verdicts = verdicts(&mutant, &Slice::small());
        assert_eq!(verdicts[0], format!("REMOVAL violated after {moves} moves"));
        assert_eq!(verdicts[2], "AGREE-KEY holds", "the number stays with its key");
    }
}

#[test]
fn rot_13_and_med_03_each_goal_can_fail_in_version_3_too() {
    let sealing = Profile::zoom_3_0().without(Rule::SealToListed);
    let verdict = &verdicts(&sealing, &Slice::small())[1];
    assert!(verdict.starts_with("CONF violated"), "{verdict}");
    let counting = Profile::zoom_3_0().without(Rule::CounterNeverRepeats);
    let small = Slice::small();
    let slice = Slice { budgets: Budgets { sends: 2, leaves: 0, ..small.budgets }, ..small };
    let verdicts = verdicts(&counting, &slice);
    assert!(verdicts[3].starts_with("NONCE violated"), "{verdicts:?}");
    assert_eq!(verdicts[0], "REMOVAL vacuous", "nobody was removed");
}

#[test]
fn an_honest_server_breaks_no_goal_of_any_version() {
    let honest = Slice::small().with_powers(&[]);
    for profile in Profile::all() {
        let exploration = explore(&profile, &honest).unwrap();
        for goal in [Goal::Removal, Goal::Conf, Goal::AgreeKey] {
            let verdict = exploration.verdict(goal);
            assert_eq!(verdict, Some(&Verdict::Holds), "{} {}", profile.id, goal.id());
        }
    }
}

#[test]
fn the_engine_and_the_bare_search_agree() {
    let faults = [
        (Profile::zoom_2_3_1(), &[Power::Drop, Power::Replay][..]),
        (Profile::zoom_3_0(), &[Power::Drop, Power::Replay]),
        (Profile::zoom_3_0(), &[Power::Delay, Power::Reorder]),
        (Profile::zoom_4_1(), &[Power::Replay]),
    ];
    for (profile, powers) in faults {
        let small = Slice::small();
        let budgets = Budgets { deliveries: 2, ..small.budgets };
        let slice = Slice { budgets, ..small }.with_powers(powers);
        let exploration = explore(&profile, &slice).unwrap();
        let bare = bare_bfs(&Rig::new(&profile, &slice), true).unwrap();
        assert_eq!(exploration.distinct_states, bare.distinct_states);
        assert_eq!(exploration.depth, bare.depth);
        for goal in Goal::ALL {
            let moves = exploration.counterexample(goal).map(|found| found.moves.len());
            assert_eq!(moves, bare.broken_after.get(&goal).copied(), "{}", goal.id());
        }
    }
}

#[test]
fn exploring_twice_gives_the_same() {
    let profile = Profile::zoom_2_3_1();
    let slice = Slice::small().with_powers(&[Power::Replay]);
    let explored = || explore(&profile, &slice).unwrap();
    assert_eq!(explored(), explored());
}

#[test]
fn rot_02_the_roll_back_runs_on_bytes_and_version_3_ignores_it() {
    for suite in [BoxSuite::Classic, BoxSuite::Hybrid] {
        let [older, newer] =
            [Profile::zoom_2_3_1(), Profile::zoom_3_0()].map(|it| it.with_box_suite(suite));
        let script = found(&older, Goal::Removal);
        let attack = replay_on_bytes(&script, &older, Goal::Removal, SPY).unwrap();
        assert!(attack.violated && attack.unexpected.is_none());
        let (by, said) = attack.last_sent.unwrap();
        assert_eq!((by.as_str(), said.as_slice()), ("bob", &b"bob says 1"[..]));
        assert!(attack.heard.plaintexts.contains(&said), "mallory opened the packet");

        let refused = replay_on_bytes(&script, &newer, Goal::Removal, SPY).unwrap();
        assert!(!refused.violated);
        let at = refused.unexpected.unwrap();
        let StepError::Refused(reject) = refused.replies[at].outcome.clone().unwrap_err() else {
            panic!("not refused by a rule")
        };
        assert_eq!(reject.rule, Rule::SeqIncreases);

        let mutant = newer.without(Rule::SeqIncreases);
        let taken = replay_on_bytes(&script, &mutant, Goal::Removal, SPY).unwrap();
        assert_eq!(taken.replies[at].outcome, Ok(crate::machine::Outcome::Accepted));
    }
}

#[test]
fn every_counterexample_is_judged_alike_over_terms_and_bytes() {
    let older = Profile::zoom_2_3_1();
    let mutant = Profile::zoom_3_0().without(Rule::SeqIncreases);
    let leaky = Profile::zoom_3_0().without(Rule::SealToListed);
    let cases = [
        (&older, Goal::Removal),
        (&older, Goal::AgreeKey),
        (&mutant, Goal::Removal),
        (&leaky, Goal::Conf),
    ];
    for (profile, goal) in cases {
        let exploration = explore(profile, &Slice::small()).unwrap();
        let Counterexample { moves, script } = exploration.counterexample(goal).unwrap();
        let terms = replay(&Terms, script, profile, goal, SPY).unwrap();
        let bytes = replay_on_bytes(script, profile, goal, SPY).unwrap();
        assert!(terms.violated && bytes.violated, "{}", goal.id());
        assert_eq!((terms.unexpected, bytes.unexpected), (None, None));
        assert!(script.steps.iter().all(|step| step.expect.class != ExpectedClass::Reject));
        let rig = Rig::new(profile, &Slice::small());
        let cut = rig.script(&moves[..moves.len() - 1]).unwrap();
        let before = replay_on_bytes(&cut, profile, goal, SPY).unwrap();
        assert!(!before.violated, "{} is broken by the last move and not before", goal.id());
    }
}

#[test]
fn a_counterexample_that_takes_minutes_runs_under_the_profile_as_it_is() {
    let mutant = Profile::zoom_4_1().without(Rule::SeqIncreases);
    let script = found(&mutant, Goal::Removal);
    let bytes = replay_on_bytes(&script, &mutant, Goal::Removal, SPY).unwrap();
    assert!(bytes.violated && bytes.unexpected.is_none());
    let reference = replay_on_bytes(&script, &Profile::zoom_4_1(), Goal::Removal, SPY).unwrap();
    assert!(!reference.violated && reference.unexpected.is_some());
}
