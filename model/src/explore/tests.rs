//! What the slices show: which goals break where, by how many moves, and that both engines agree.

use std::fmt::Write as _;

use conclave_spec::{BoxSuite, GraceFrom, NonceSchedule, Profile, Rule, readings::Under};

use super::*;
use crate::{
    algebra::Terms,
    machine::StepError,
    properties::{Bounds, bounds},
    world::{Budgets, Power, Pruned, SPY, explored_part},
};

fn slice(name: &str) -> Slice {
    Slice::by_name(name).unwrap()
}

fn until(profile: &Profile, name: &str, goal: Goal) -> Exploration {
    let limits = Limits { until: Until::Broken(goal), ..Limits::default() };
    explore_within(profile, &slice(name), &limits, &mut |_| {}).unwrap()
}

/// The goal, and after how many moves it is broken over terms and over bytes.
fn found(profile: &Profile, name: &str, goal: Goal) -> Option<usize> {
    let exploration = until(profile, name, goal);
    let found = exploration.counterexample(goal)?;
    let rig = Rig::new(profile, &slice(name));
    let terms = replay(&Terms, &found.script, &rig.profile, goal, SPY).unwrap();
    let bytes = replay_on_bytes(&found.script, &rig.profile, goal, SPY).unwrap();
    assert!(terms.violated && bytes.violated, "{} {name} {}", profile.id, goal.id());
    assert_eq!((terms.unexpected, bytes.unexpected), (None, None), "{name} {}", goal.id());
    Some(found.moves.len())
}

/// What stored results do not depend on: rules that no world comes to make no difference.
#[test]
fn rules_that_no_world_comes_to_make_no_difference() {
    for profile in [Profile::zoom_3_3(), Profile::hardened()] {
        let part = explored_part(&profile);
        assert_ne!(part.rules, profile.rules, "{}", profile.id);
        for name in ["small", "certified", "teardown"] {
            let [whole, part] = [&profile, &part].map(|profile| {
                explore_within(profile, &slice(name), &Limits::default(), &mut |_| {}).unwrap()
            });
            let counts = |it: &Exploration| (it.distinct_states, it.transitions, it.depth);
            assert_eq!(counts(&whole), counts(&part), "{} {name}", profile.id);
        }
    }
}

#[test]
fn the_published_weaknesses_are_found_in_the_versions_that_have_them_and_in_no_later_one() {
    let (v2, v3, lock) = (Profile::zoom_2_3_1(), Profile::zoom_3_0(), Profile::zoom_3_3());
    let (aged, chained, now) =
        (Profile::zoom_4_1_client_5_12(), Profile::zoom_4_1(), Profile::zoom_4_6());
    let weaknesses = [
        // A meeting key rolled back.
        ("small", Goal::Removal, vec![(&v2, Some(8)), (&v3, None), (&now, None)]),
        // A key in use before the list that certifies it.
        ("certified", Goal::RosterSend, vec![(&lock, Some(2)), (&aged, None), (&now, None)]),
        // A late joiner reads back.
        ("joiner", Goal::Backward, vec![(&lock, Some(5)), (&aged, None)]),
        // Two histories, and one again.
        ("fork", Goal::History, vec![(&v2, Some(3)), (&aged, Some(3)), (&chained, None)]),
        // A lock withheld.
        ("lock", Goal::LockKept, vec![(&lock, Some(2)), (&aged, Some(2)), (&chained, None)]),
        // Heartbeats that drip.
        ("drip", Goal::LiveRoster, vec![(&v3, Some(15)), (&aged, Some(15)), (&chained, None)]),
    ];
    for (name, goal, versions) in weaknesses {
        for (profile, moves) in versions {
            assert_eq!(found(profile, name, goal), moves, "{name} {} {}", goal.id(), profile.id);
        }
    }
}

#[test]
fn without_its_rule_a_weakness_that_no_version_has_is_found_too() {
    let now = Profile::zoom_4_6();
    let weaknesses = [
        // A device comes back with another identity key.
        ("rejoin", Goal::Rejoin, Rule::RejoinSameKey),
        // A suite stripped by the server's word.
        ("suite", Goal::NoDowngrade, Rule::SuiteFromSignedKey),
        // Names that run together.
        ("encoding", Goal::Genuine, Rule::EncodingInjective),
        // A fork.
        ("fork", Goal::History, Rule::HistoryContinues),
    ];
    for (name, goal, rule) in weaknesses {
        assert_eq!(found(&now, name, goal), None, "{name} holds");
        let mutant = now.clone().without(rule);
        assert!(found(&mutant, name, goal).is_some(), "{name} without {}", rule.id());
    }
}

#[test]
fn the_label_says_post_quantum_too_early_after_an_outdated_client_left() {
    let now = Profile::zoom_4_6();
    assert_eq!(found(&now, "suite", Goal::Indicator), Some(5), "finding F-02");
}

#[test]
fn what_is_said_is_played_late_and_nonces_grow_rare_until_the_hardened_profile() {
    let (chained, now, hardened) = (Profile::zoom_4_1(), Profile::zoom_4_6(), Profile::hardened());
    let weaknesses = [
        // Finding F-06.
        ("late", Goal::LiveMedia, [(&chained, Some(19)), (&now, Some(19)), (&hardened, None)]),
        // Finding F-07.
        ("crowd", Goal::LiveScale, [(&chained, Some(7)), (&now, Some(7)), (&hardened, None)]),
    ];
    for (name, goal, versions) in weaknesses {
        for (profile, moves) in versions {
            assert_eq!(found(profile, name, goal), moves, "{name} {} {}", goal.id(), profile.id);
        }
    }
    let receipt = Profile { grace_from: GraceFrom::Receipt, ..hardened.clone() };
    assert!(found(&receipt, "late", Goal::LiveMedia).is_some(), "the certificate takes keys");
    let quadratic = Profile { nonce_schedule: NonceSchedule::Quadratic, ..hardened };
    assert!(found(&quadratic, "crowd", Goal::LiveScale).is_some(), "the interval is constant");
}

#[test]
fn who_comes_back_is_shown_an_old_list_unless_its_first_heartbeat_lists_it() {
    let own_join = Under::named("R-110=own_join").expect("the model can take it");
    let versions = [
        (Profile::zoom_2_3_1(), Some(10)),
        (Profile::zoom_4_1_client_5_12(), Some(12)),
        (Profile::zoom_4_6(), Some(15)),
        (own_join.of(Profile::zoom_4_6()), None),
        (Profile::hardened(), None),
        (Profile::hardened().without(Rule::FirstListsSelf), Some(12)),
    ];
    for (profile, moves) in versions {
        let after = found(&profile, "again", Goal::LiveRoster);
        assert_eq!(after, moves, "{}: finding F-08", profile.id);
    }
}

#[test]
fn the_bounds_of_the_goals_about_time_are_known() {
    for profile in Profile::all().into_iter().filter(|it| Goal::LiveMedia.applies(it)) {
        let Bounds { key_ms, roster_ms, media_ms, nonce_ms, .. } = bounds(&profile);
        let all = (key_ms, roster_ms, media_ms, nonce_ms);
        assert_eq!(all, (420_000, 640_000, 950_000, 210_000), "{}", profile.id);
    }
    let applies = |goal: Goal| Profile::all().iter().filter(|it| goal.applies(it)).count();
    assert_eq!((applies(Goal::LiveMedia), applies(Goal::LiveScale)), (4, 4));
}

#[test]
fn a_participant_can_speak_as_another_as_the_paper_admits() {
    assert!(!Goal::Sender.is_promised());
    assert_eq!(found(&Profile::zoom_4_6(), "speaker", Goal::Sender), Some(2));
}

#[test]
fn the_counts_of_the_small_slices_are_known() {
    let mut table = String::new();
    let names = [
        "small", "ghost", "identity", "encoding", "suite", "quantum", "drip", "teardown", "crowd",
        "again",
    ];
    for profile in [Profile::zoom_2_3_1(), Profile::zoom_4_1(), Profile::zoom_4_6()] {
        for name in names {
            let found = explore(&profile, &slice(name)).unwrap();
            assert!(found.whole);
            let Exploration { distinct_states, transitions, depth, .. } = found;
            let _ = writeln!(
                table,
                "{:10} {name:10} {distinct_states:6} states {transitions:6} moves, depth {depth}",
                profile.id
            );
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn an_honest_server_breaks_no_promised_goal() {
    for profile in Profile::all() {
        for name in ["small", "takeover"] {
            let powers = [Power::Appoint];
            let slice = slice(name).with_powers(if name == "takeover" { &powers } else { &[] });
            let limits = Limits { states_max: 1_500, ..Limits::default() };
            let found = explore_within(&profile, &slice, &limits, &mut |_| {}).unwrap();
            assert!(found.none_broken(), "{found}");
        }
    }
}

#[test]
fn the_engines_agree() {
    let cases = [
        (Profile::zoom_2_3_1(), "small"),
        (Profile::zoom_3_0(), "small"),
        (Profile::zoom_4_1(), "drip"),
        (Profile::zoom_4_6(), "suite"),
        (Profile::zoom_4_6().without(Rule::RejoinSameKey), "identity"),
        (Profile::zoom_4_6(), "ghost"),
    ];
    for (profile, name) in cases {
        let rig = Rig::new(&profile, &slice(name));
        let ours = explore(&profile, &slice(name)).unwrap();
        let theirs = cross_check(&rig).unwrap();
        assert_eq!(ours.distinct_states, theirs.distinct_states, "{} {name}", profile.id);
        assert_eq!(ours.depth, theirs.depth, "{} {name}", profile.id);
        let broken: std::collections::BTreeMap<_, _> =
            ours.broken().map(|(goal, found)| (goal, found.moves.len())).collect();
        assert_eq!(broken, theirs.broken_after, "{} {name}", profile.id);
        assert_eq!(bare(&rig, usize::MAX).unwrap(), (ours.distinct_states, ours.transitions));
        for threads in [1, 2] {
            let deep = exhaust(&rig, threads, &|_| {}).unwrap();
            assert_eq!(deep, as_exhausted(&ours), "{} {name}, {threads} threads", profile.id);
        }
    }
}

/// What a search that goes deep first must come to.
fn as_exhausted(found: &Exploration) -> Exhausted {
    let is_vacuous = |(_, verdict): &&(Goal, Verdict)| *verdict == Verdict::Vacuous;
    let untested: Vec<_> =
        found.verdicts.iter().filter(is_vacuous).map(|(goal, _)| *goal).collect();
    assert_eq!(untested, [], "every goal of these slices is put to the test");
    Exhausted {
        distinct_states: found.distinct_states,
        transitions: found.transitions,
        premises: found.verdicts.iter().map(|(goal, _)| *goal).collect(),
        broken: found.broken().map(|(goal, _)| goal).collect(),
    }
}

/// Two joiners that nothing tells apart.
fn twins(ordered: bool) -> Slice {
    let small = slice("small");
    let budgets = Budgets { joins: 3, waits: 1, deliveries: 0, ..small.budgets };
    Slice {
        honest: vec!["alice", "bob", "carol"],
        joiners: vec!["bob", "carol", SPY],
        leavers: vec!["bob", "carol", SPY],
        talkers: vec!["bob", "carol"],
        against: Vec::new(),
        goals: vec![Goal::Removal, Goal::Conf, Goal::RosterSend, Goal::Backward],
        ordered,
        budgets,
        ..small
    }
}

#[test]
fn the_order_of_twins_loses_no_verdict() {
    for profile in [Profile::zoom_3_0(), Profile::zoom_4_6()] {
        let [pruned, whole] = [true, false].map(|it| explore(&profile, &twins(it)).unwrap());
        assert!(pruned.distinct_states < whole.distinct_states, "{}", profile.id);
        let lengths = |found: &Exploration| {
            let all = found.broken().map(|(goal, found)| (goal, found.moves.len()));
            all.collect::<Vec<_>>()
        };
        assert_eq!(lengths(&pruned), lengths(&whole), "{}", profile.id);
        assert_eq!(pruned.depth, whole.depth);
    }
}

/// A slice with these budgets of deliveries and waits, without and with a pruning.
fn both(
    profile: &Profile,
    name: &str,
    (deliveries, waits): (u8, u8),
    less: Pruned,
) -> [Exploration; 2] {
    let slice = slice(name);
    let budgets = Budgets { deliveries, waits, ..slice.budgets };
    let slice = Slice { budgets, ..slice };
    [less, Pruned::ALL].map(|pruned| {
        let rig = Rig::pruning(profile, &slice, pruned);
        explore_rig(&rig, &Limits::default(), &mut |_| {}).unwrap()
    })
}

fn broken(found: &Exploration) -> Vec<Goal> {
    found.broken().map(|(goal, _)| goal).collect()
}

#[test]
fn the_order_between_senders_loses_no_verdict() {
    let less = Pruned { order: false, ..Pruned::ALL };
    for profile in [Profile::zoom_2_3_1(), Profile::zoom_4_6()] {
        for name in ["fork", "board"] {
            let [whole, pruned] = both(&profile, name, (1, 1), less);
            assert!(pruned.distinct_states <= whole.distinct_states, "{name}");
            let lengths = |found: &Exploration| {
                let all = found.broken().map(|(goal, found)| (goal, found.moves.len()));
                all.collect::<Vec<_>>()
            };
            assert_eq!(lengths(&pruned), lengths(&whole), "{} {name}", profile.id);
        }
    }
}

/// Whether a search with less left out breaks nothing in these slices that the usual one does not.
fn misses_nothing(profile: &Profile, names: &[&str], budgets: (u8, u8), less: Pruned) {
    for name in names {
        let [whole, pruned] = both(profile, name, budgets, less);
        assert_ne!(pruned.distinct_states, whole.distinct_states, "{name}: nothing is put back");
        let known = broken(&pruned);
        let missed = broken(&whole).into_iter().filter(|goal| !known.contains(goal));
        assert_eq!(missed.collect::<Vec<_>>(), [], "{} {name}", profile.id);
    }
}

/// With as many moves, single pieces reach no farther than pieces with what they wait for.
#[test]
fn pieces_that_wait_for_others_lose_no_verdict() {
    let less = Pruned { pieces: false, ..Pruned::ALL };
    for profile in [Profile::zoom_3_0(), Profile::zoom_4_6()] {
        misses_nothing(&profile, &["certified", "links"], (3, 1), less);
    }
}

/// Waits that end at every regular heartbeat reach nothing that waits past them do not.
#[test]
fn moments_of_regular_heartbeats_lose_no_verdict() {
    let less = Pruned { beats: false, ..Pruned::ALL };
    for profile in [Profile::zoom_2_3_1(), Profile::zoom_4_6()] {
        misses_nothing(&profile, &["small", "joiner"], (1, 3), less);
    }
}

#[test]
fn exploring_twice_gives_the_same() {
    let profile = Profile::zoom_2_3_1();
    let explored = || explore(&profile, &slice("small")).unwrap();
    assert_eq!(explored(), explored());
    let rig = Rig::new(&profile, &slice("small"));
    assert_eq!(walk(&rig, 7, 3, 12).unwrap(), walk(&rig, 7, 3, 12).unwrap());
}

#[test]
fn random_paths_find_the_fork_as_well() {
    let rig = Rig::new(&Profile::zoom_3_0(), &slice("fork"));
    let walked = walk(&rig, 1, 400, 7).unwrap();
    let (goal, found) = walked.broken.expect("a fork");
    assert_eq!(goal, Goal::History);
    assert!(replay_on_bytes(&found.script, &rig.profile, goal, SPY).unwrap().violated);
}

#[test]
fn a_limit_ends_a_search_and_says_so() {
    let limits = Limits { states_max: 100, ..Limits::default() };
    let found =
        explore_within(&Profile::zoom_3_0(), &slice("small"), &limits, &mut |_| {}).unwrap();
    assert!(!found.whole && found.distinct_states <= 100);
    assert!(explore(&Profile::zoom_3_0(), &slice("identity")).unwrap().whole);
}

#[test]
fn rot_02_the_roll_back_runs_on_bytes_and_version_3_ignores_it() {
    for suite in [BoxSuite::Classic, BoxSuite::Hybrid] {
        let [older, newer] =
            [Profile::zoom_2_3_1(), Profile::zoom_3_0()].map(|it| it.with_box_suite(suite));
        let exploration = until(&older, "small", Goal::Removal);
        let script = &exploration.counterexample(Goal::Removal).unwrap().script;
        let attack = replay_on_bytes(script, &older, Goal::Removal, SPY).unwrap();
        assert!(attack.violated && attack.unexpected.is_none());
        let (by, said) = attack.last_sent.unwrap();
        assert_eq!((by.as_str(), said.as_slice()), ("bob", &b"bob says 1"[..]));
        assert!(attack.heard.plaintexts.contains(&said), "mallory opened the packet");

        let refused = replay_on_bytes(script, &newer, Goal::Removal, SPY).unwrap();
        assert!(!refused.violated);
        let at = refused.unexpected.unwrap();
        let StepError::Refused(reject) = refused.replies[at].outcome.clone().unwrap_err() else {
            panic!("not refused by a rule")
        };
        assert_eq!(reject.rule, Rule::SeqIncreases);

        let mutant = newer.without(Rule::SeqIncreases);
        let taken = replay_on_bytes(script, &mutant, Goal::Removal, SPY).unwrap();
        assert_eq!(taken.replies[at].outcome, Ok(crate::machine::Outcome::Accepted));
    }
}

#[test]
fn a_goal_is_broken_by_the_last_move_and_not_before() {
    let cases = [
        (Profile::zoom_2_3_1(), "small", Goal::Removal),
        (Profile::zoom_3_0(), "fork", Goal::History),
        (Profile::zoom_3_0().without(Rule::SealToListed), "small", Goal::Conf),
    ];
    for (profile, name, goal) in cases {
        let exploration = until(&profile, name, goal);
        let Counterexample { moves, .. } = exploration.counterexample(goal).unwrap();
        assert_eq!(retrace(&profile, &slice(name), goal, moves), Some(true));
        let before = &moves[..moves.len() - 1];
        assert_eq!(retrace(&profile, &slice(name), goal, before), Some(false));
        let names: Vec<_> = moves.iter().map(Move::to_string).collect();
        assert_eq!(moves_named(&profile, &slice(name), &names).as_ref(), Some(moves));
        let rig = Rig::new(&profile, &slice(name));
        let cut = rig.script(before).unwrap();
        assert!(!replay_on_bytes(&cut, &rig.profile, goal, SPY).unwrap().violated);
    }
}

#[test]
fn what_a_rule_is_worth_is_a_goal_or_defence_in_depth() {
    let profile = Profile::zoom_4_6();
    let bound = Bound { slices: vec![slice("identity"), slice("encoding")], states_max: 5_000 };
    let anyway = broken_anyway(&profile, &bound).unwrap();
    let worth = |rule| ablate(&profile, rule, &anyway, &bound).unwrap();
    let Worth::Goal { goal, slice, .. } = worth(Rule::EncodingInjective) else { panic!("none") };
    assert_eq!((goal, slice), (Goal::Genuine, "encoding"));
    assert!(
        matches!(worth(Rule::UnlockWarned), Worth::DefenceInDepth { slices, .. } if slices.len() == 2)
    );
}

#[test]
fn a_counterexample_names_the_powers_it_needs() {
    let needed = |profile: &Profile, name: &str, goal: Goal| {
        let found = until(profile, name, goal);
        let moves = &found.counterexample(goal).unwrap().moves;
        let powers = powers_needed(profile, &slice(name), goal, moves).unwrap();
        // None can be spared: with fewer the very moves are not offered or break nothing.
        for power in &powers {
            let fewer: Vec<_> = powers.iter().filter(|it| *it != power).copied().collect();
            let rig = Rig::new(profile, &slice(name).with_powers(&fewer));
            let spared = ablation::breaks_as_offered(&rig, goal, moves).unwrap();
            assert!(!spared, "{name}: {power} can be spared");
        }
        powers.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let (v2, v3, aged) =
        (Profile::zoom_2_3_1(), Profile::zoom_3_3(), Profile::zoom_4_1_client_5_12());
    assert_eq!(needed(&v2, "small", Goal::Removal), ["drop keys", "replay keys"]);
    assert_eq!(needed(&v3, "certified", Goal::RosterSend), ["delay list"]);
    assert_eq!(needed(&aged, "fork", Goal::History), ["appoint", "equivocate"]);
}

/// A leader that seals the old key to a joiner and rotates in one step sealed both.
#[test]
fn both_boxes_of_a_step_are_known() {
    for (profile, rule) in [
        (Profile::zoom_3_0(), Rule::RotationThrottled),
        (Profile::zoom_4_1_client_5_12(), Rule::JoinerKeyNew),
    ] {
        let mut small = slice("small");
        small.goals = vec![Goal::Authentic];
        let found = explore(&profile.without(rule), &small).unwrap();
        assert_eq!(found.verdict(Goal::Authentic), Some(&Verdict::Holds), "{}", rule.id());
    }
}

#[test]
fn how_many_threads_share_the_work_changes_nothing() {
    for (profile, name) in [(Profile::zoom_2_3_1(), "small"), (Profile::zoom_4_6(), "ghost")] {
        let with = |threads| {
            let limits = Limits { threads, ..Limits::default() };
            explore_within(&profile, &slice(name), &limits, &mut |_| {}).unwrap()
        };
        let one = with(1);
        for threads in [2, 3] {
            assert_eq!(with(threads), one, "{} {name}, {threads} threads", profile.id);
        }
    }
}
