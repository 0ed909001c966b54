//! The leader's side: numbering, rotating on joins and leaves, whom to seal to.

use conclave_model::{
    message::Role,
    script::{Handle, Recipe},
};
use conclave_spec::Rule;

use super::settled;
use crate::cases::{Draft, Drafts, scene::Scene};

pub(super) fn drafts(drafts: &mut Drafts) {
    numbers(drafts);
    leaves(drafts);
    joins(drafts);
    members(drafts);
}

/// Members that come back, and the last one that goes.
fn members(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.advance_rotating(20_000).advance_all(35_000).depart("alice", "bob");
    scene.within((35_000, 50_000), Rule::RotationThrottled, Rule::RotateOnLeave);
    scene.advance_all(60_000);
    drafts.alone(
        Draft::new("last-one-leaves", "When the last participant leaves the leader rotates too")
            .plays("alice")
            .tests(Rule::RotateOnLeave),
        scene,
    );
    let mut scene = Scene::gathered(&["alice", "bob", "bob@phone"]);
    scene.admit("alice", "bob").admit("alice", "bob@phone");
    scene.advance_rotating(20_000).advance_all(35_000).depart("alice", "bob@phone");
    scene.within((35_000, 50_000), Rule::RotationThrottled, Rule::RotateOnLeave);
    scene.observe("alice").advance_all(60_000);
    drafts.alone(
        Draft::new(
            "two-devices-of-one-user",
            "Two devices of a user are sealed to, and leave, apart",
        )
        .plays("alice")
        .tests(Rule::SealToListed),
        scene,
    );
    let mut scene = Scene::gathered(&["alice", "bob"]);
    scene.admit("alice", "bob").leave("bob").join("bob", Role::Participant);
    scene.told_leader("bob", "alice");
    scene.admit_with("alice", "bob", Recipe::Sent(Handle::announcement("bob", 2)));
    scene.signal("bob", 1).sealed("bob", 2).advance_rotating(20_000);
    scene.signal("bob", 2).sealed("bob", 3);
    drafts.alone(
        Draft::new("member-rejoins", "Who joins again is sealed to under the key announced last")
            .plays("alice")
            .tests(Rule::SealToListed),
        scene,
    );
}

fn numbers(drafts: &mut Drafts) {
    let mut scene = Scene::of(&["alice", "bob"]);
    scene.join("alice", Role::Leader).shows(Rule::SeqByOne).join("bob", Role::Participant);
    scene.admit("alice", "bob").shows(Rule::BoxNonceFresh);
    drafts.common(
        Draft::new("first-key", "The first key has number 1 and is sealed to the joiner")
            .plays("alice"),
        scene.clone(),
        &[
            (Rule::SeqByOne, "second-key", "whether the leader rotates"),
            (Rule::RotationFresh, "second-key", "whether the leader rotates"),
            (Rule::BoxNonceFresh, "second-key", "whether the leader rotates"),
        ],
    );
    scene.told_leader("bob", "alice").signal("bob", 1).sealed("bob", 1);
    scene.advance_rotating(20_000).signal("bob", 2).sealed("bob", 2).advance_all(30_000);
    scene.send("alice", "under the second key").packet("bob", "alice", 1);
    drafts.decisive_for(
        &[Rule::SeqByOne, Rule::RotationFresh, Rule::BoxNonceFresh],
        Draft::new("second-key", "The second key has number 2, is fresh, and is sealed anew")
            .plays("alice"),
        scene,
    );
}

fn leaves(drafts: &mut Drafts) {
    let mut scene = settled();
    scene.advance_all(60_000);
    drafts.common(
        Draft::new("nobody-leaves", "Without a join or leave the leader does not rotate")
            .plays("alice"),
        scene,
        &[(Rule::RotateOnLeave, "participant-leaves", "whether somebody leaves")],
    );
    let mut scene = settled();
    scene.advance_all(35_000).depart("alice", "carol");
    scene.within((35_000, 50_000), Rule::RotationThrottled, Rule::RotateOnLeave);
    scene.advance_all(60_000);
    drafts.decisive(
        Rule::RotateOnLeave,
        Draft::new("participant-leaves", "After a leave the leader rotates within 15 seconds")
            .plays("alice"),
        scene,
    );
    let mut scene = Scene::seated(&["alice", "bob", "carol"]);
    scene.advance("alice", 20_000).shows(Rule::SealToListed);
    scene.within((15_000, 20_000), Rule::RotationThrottled, Rule::RotateOnJoin);
    drafts.common(
        Draft::new("all-listed", "A rotated key is sealed to every listed participant")
            .plays("alice"),
        scene,
        &[(Rule::SealToListed, "one-has-left", "whether Carol is still listed")],
    );
    let mut scene = Scene::seated(&["alice", "bob", "carol"]);
    scene.advance("alice", 5_000).depart("alice", "carol");
    scene.advance("alice", 20_000).shows(Rule::SealToListed);
    scene.within((15_000, 20_000), Rule::RotationThrottled, Rule::RotateOnLeave);
    drafts.decisive(
        Rule::SealToListed,
        Draft::new("one-has-left", "A rotated key is not sealed to somebody who has left")
            .plays("alice"),
        scene,
    );
    throttle(drafts);
}

/// Alice has rotated at 16 s for Bob and at 32 s for Carol, both times long after the last one.
fn spaced() -> Scene {
    let mut scene = Scene::of(&["alice", "bob", "carol"]);
    scene.join("alice", Role::Leader).join("bob", Role::Participant);
    scene.join("carol", Role::Participant);
    scene.advance_all(16_000).admit("alice", "bob").advance_all(32_000).admit("alice", "carol");
    scene
}

fn throttle(drafts: &mut Drafts) {
    let mut scene = spaced();
    scene.advance_all(47_000).depart("alice", "carol");
    scene.within((47_000, 62_000), Rule::RotationThrottled, Rule::RotateOnLeave);
    scene.advance_all(70_000);
    drafts.common(
        Draft::new("leave-after-interval", "15 seconds after a rotation the next one may follow")
            .plays("alice"),
        scene,
        &[(Rule::RotationThrottled, "leave-within-interval", "the moment of the leave")],
    );
    let mut scene = spaced();
    scene.advance_all(37_000).depart("alice", "carol");
    scene.advance("alice", 47_000);
    scene.within((47_000, 52_000), Rule::RotationThrottled, Rule::RotateOnLeave);
    scene.advance_all(70_000);
    drafts.decisive(
        Rule::RotationThrottled,
        Draft::new("leave-within-interval", "Within 15 seconds of a rotation the next one waits")
            .plays("alice"),
        scene,
    );
}

/// Alice leads alone; Bob has announced himself.
fn alone() -> Scene {
    let mut scene = Scene::of(&["alice", "bob"]);
    scene.join("alice", Role::Leader).join("bob", Role::Participant);
    scene
}

fn joins(drafts: &mut Drafts) {
    let mut scene = alone();
    scene.advance_all(10_000).admit("alice", "bob").shows(Rule::JoinerKeyPrompt);
    drafts.common(
        Draft::new("joiner-gets-young-key", "A joiner is given the newest key while it is young")
            .plays("alice"),
        scene,
        &[(Rule::JoinerKeyYoung, "joiner-gets-no-old-key", "the age of the key")],
    );
    let mut late = alone();
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
    let mut early = alone();
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
    let mut nobody = alone();
    nobody.advance_all(40_000);
    drafts.common(
        Draft::new("nobody-joins", "Alone, the leader does not rotate").plays("alice"),
        nobody,
        &[(Rule::RotateOnJoin, "join-rotates", "whether somebody joins")],
    );
    let mut joins = alone();
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
