//! The leader's side: what a joiner is given, and the rotations that joins and time call for.

use conclave_model::message::Role;
use conclave_spec::{Profile, Rule};

use super::{join_window, leave_window};
use crate::cases::{Draft, Drafts, scene::Scene};

pub(super) fn drafts(drafts: &mut Drafts) {
    nobody(drafts);
    if drafts.profile.rules.contains(Rule::RotateOnJoin) {
        by_age(drafts);
        at_throttle(drafts);
    } else {
        at_once(drafts);
        bursts(drafts);
        leave_in_burst(drafts);
        aging(drafts);
    }
}

/// Alice leads alone; the others have announced themselves.
fn alone(profile: &Profile, others: &[&str]) -> Scene {
    let mut cast = vec!["alice"];
    cast.extend(others);
    let mut scene = Scene::of(profile, &cast);
    scene.join("alice", Role::Leader);
    for other in others {
        scene.join(other, Role::Participant);
    }
    scene
}

fn nobody(drafts: &mut Drafts) {
    let mut nobody = alone(&drafts.profile, &["bob"]);
    nobody.advance_all(40_000);
    drafts.common(
        Draft::new("nobody-joins", "Alone, the leader does not rotate").plays("alice"),
        nobody,
        &[
            (Rule::RotateOnJoin, "join-rotates", "whether somebody joins"),
            (Rule::JoinBatchBounded, "join-rotates-at-once", "whether somebody joins"),
            (Rule::JoinerKeyNew, "joiner-gets-new-key", "whether somebody joins"),
        ],
    );
}

fn by_age(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = alone(profile, &["bob"]);
    scene.advance_all(10_000).admit("alice", "bob").shows(Rule::JoinerKeyPrompt);
    drafts.common(
        Draft::new("joiner-gets-young-key", "A joiner is given the newest key while it is young")
            .plays("alice"),
        scene,
        &[(Rule::JoinerKeyYoung, "joiner-gets-no-old-key", "the age of the key")],
    );
    let mut late = alone(profile, &["bob"]);
    late.advance_all(15_001).admit("alice", "bob").shows(Rule::JoinerKeyYoung);
    drafts.decisive(
        Rule::JoinerKeyYoung,
        Draft::new("joiner-gets-no-old-key", "A joiner is never given a key over 15 seconds old")
            .plays("alice"),
        late.clone(),
    );
    let pair = [(Rule::JoinerKeyPrompt, "joiner-waits-for-nothing", "the moment of the join")];
    drafts.common(
        Draft::new("joiner-at-rotation", "A joiner after the interval is given a new key")
            .plays("alice"),
        late,
        &pair,
    );
    let mut early = alone(profile, &["bob"]);
    early.advance_all(1).admit("alice", "bob").shows(Rule::JoinerKeyPrompt);
    drafts.decisive(
        Rule::JoinerKeyPrompt,
        Draft::new(
            "joiner-waits-for-nothing",
            "A joiner within the interval is given a key at once",
        )
        .plays("alice"),
        early,
    );
}

fn at_throttle(drafts: &mut Drafts) {
    let mut joins = alone(&drafts.profile, &["bob"]);
    joins.advance_all(5_000).admit("alice", "bob").advance("alice", 15_000);
    joins.shows(Rule::RotateOnJoin);
    joins.within((15_000, 40_000), Rule::RotationThrottled, Rule::RotateOnJoin);
    joins.advance_all(40_000);
    drafts.decisive(
        Rule::RotateOnJoin,
        Draft::new("join-rotates", "A join within the interval rotates when the interval is over")
            .plays("alice"),
        joins,
    );
}

/// From client 5.12 on every join rotates, throttled by nothing.
fn at_once(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let joins = |rule: Rule| {
        let mut joins = alone(profile, &["bob"]);
        joins.advance_all(5_000).admit("alice", "bob").shows(rule);
        join_window(&mut joins, 5_000);
        joins.advance_all(40_000);
        joins
    };
    drafts.decisive(
        Rule::JoinBatchBounded,
        Draft::new("join-rotates-at-once", "A join rotates within two seconds").plays("alice"),
        joins(Rule::JoinBatchBounded),
    );
    drafts.decisive(
        Rule::JoinerKeyNew,
        Draft::new("joiner-gets-new-key", "A joiner is given a key made after its join, no other")
            .plays("alice"),
        joins(Rule::JoinerKeyNew),
    );
    let mut rejoins = alone(profile, &["bob"]);
    rejoins.admit("alice", "bob");
    join_window(&mut rejoins, 0);
    rejoins.advance_all(5_000).depart("alice", "bob");
    leave_window(&mut rejoins, 5_000);
    rejoins.advance_all(16_000).leave("bob").join("bob", Role::Participant);
    rejoins.admit("alice", "bob");
    join_window(&mut rejoins, 16_000);
    rejoins.advance_all(20_000).observe("alice");
    drafts.alone(
        Draft::new("rejoiner-gets-new-key", "Who returns is given a key made after the return")
            .plays("alice")
            .tests(Rule::JoinerKeyNew)
            .tests(Rule::JoinBatchBounded),
        rejoins,
    );
}

/// Joins that follow each other closely, with a leave after them.
fn bursts(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let others = ["bob", "carol", "dave", "erin"];
    let burst = |late_leave: bool| {
        let mut scene = alone(profile, &others);
        for (joiner, at_ms) in others.into_iter().zip([10_000, 11_000, 11_900, 12_900]) {
            scene.advance("alice", at_ms).admit("alice", joiner);
            join_window(&mut scene, at_ms);
        }
        if late_leave {
            scene.advance("alice", 15_000).depart("alice", "bob");
            leave_window(&mut scene, 15_000);
        }
        scene.advance("alice", 30_000).observe("alice");
        scene
    };
    drafts.alone(
        Draft::new("join-burst", "Joins that follow each other do not put a rotation off")
            .plays("alice")
            .tests(Rule::JoinBatchBounded)
            .tests(Rule::JoinerKeyNew),
        burst(false),
    );
    drafts.alone(
        Draft::new("join-burst-late-leave", "A leave after a burst of joins puts no rotation off")
            .plays("alice")
            .tests(Rule::JoinBatchBounded)
            .tests(Rule::RotateOnLeave)
            .tests(Rule::SealToListed),
        burst(true),
    );
}

/// Joins for longer than a rotation may be put off, with a leave in their midst.
fn leave_in_burst(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let others: Vec<String> = ('b'..='m').map(|letter| format!("{letter}-joiner")).collect();
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let mut scene = alone(profile, &others);
    let mut now_ms = 10_000;
    for (nth, joiner) in others.iter().enumerate() {
        scene.advance("alice", now_ms).admit("alice", joiner);
        join_window(&mut scene, now_ms);
        if nth == 3 {
            scene.advance("alice", now_ms + 500).depart("alice", "b-joiner");
            leave_window(&mut scene, now_ms + 500);
        }
        now_ms += 1_500;
    }
    scene.advance("alice", 40_000).observe("alice");
    drafts.alone(
        Draft::new("leave-in-join-burst", "Joins after a leave do not put its rotation off")
            .plays("alice")
            .tests(Rule::JoinBatchBounded)
            .tests(Rule::RotateOnLeave)
            .tests(Rule::SealToListed),
        scene,
    );
}

/// From client 5.12 on keys have an age.
fn aging(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = alone(profile, &["bob"]);
    scene.advance("alice", 290_000);
    let mut later = scene.clone();
    scene.advance("alice", 299_999);
    drafts.common(
        Draft::new("key-below-five-minutes", "A key may be the newest for five minutes")
            .plays("alice"),
        scene,
        &[(Rule::RotateInTime, "key-of-five-minutes", "whether the five minutes are over")],
    );
    later.advance("alice", 320_000);
    later.within((290_000, 300_000), Rule::RotateInTime, Rule::RotateInTime).observe("alice");
    drafts.decisive(
        Rule::RotateInTime,
        Draft::new("key-of-five-minutes", "After five minutes the leader rotates").plays("alice"),
        later,
    );
    let mut scene = alone(profile, &["bob"]);
    scene.told_leader("bob", "alice").run(95_000).admit("alice", "bob");
    join_window(&mut scene, 95_000);
    scene.run(98_000).run(390_000).advance("alice", 400_000);
    scene.within((390_000, 397_000), Rule::RotateInTime, Rule::RotateInTime);
    scene.run(410_000).send("alice", "under the third key").packet("bob", "alice", 1);
    for (party, word) in [("alice", "leader"), ("bob", "participant")] {
        let title = format!("The five minutes begin anew with every rotation: a {word}");
        drafts.alone(
            Draft::new(&format!("age-begins-anew-{word}"), &title)
                .plays(party)
                .tests(Rule::RotateInTime),
            scene.clone(),
        );
    }
}
