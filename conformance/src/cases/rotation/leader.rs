//! The leader's side: numbering, rotating on leaves, whom to seal to.

use conclave_model::message::Role;
use conclave_spec::{Profile, Rule};

use super::{BATCHED_MS, READY_MS, admit_all, advance_rotating, join_window, leave_window, ready};
use crate::cases::{Draft, Drafts, scene::Scene};

pub(super) fn drafts(drafts: &mut Drafts) {
    if drafts.profile.rules.contains(Rule::RotationThrottled) {
        numbers_throttled(drafts);
        listed_throttled(drafts);
        throttle(drafts);
    } else {
        numbers(drafts);
        listed(drafts);
    }
    leaves(drafts);
    members(drafts);
    rejoiner(drafts);
}

/// Alice leads Bob and Carol; at 20 seconds every rotation their joins called for has happened.
fn settled(profile: &Profile) -> Scene {
    let mut scene = Scene::gathered(profile, &["alice", "bob", "carol"]);
    admit_all(&mut scene, 0, &["bob", "carol"]);
    advance_rotating(&mut scene, 20_000);
    scene
}

/// Members that come back, and the last one that goes.
fn members(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = Scene::gathered(profile, &["alice", "bob"]);
    admit_all(&mut scene, 0, &["bob"]);
    advance_rotating(&mut scene, 20_000);
    scene.advance_all(35_000).depart("alice", "bob");
    leave_window(&mut scene, 35_000);
    scene.advance_all(60_000).observe("alice");
    drafts.alone(
        Draft::new("last-one-leaves", "When the last participant leaves the leader rotates too")
            .plays("alice")
            .tests(Rule::RotateOnLeave),
        scene,
    );
    let mut scene = Scene::gathered(profile, &["alice", "bob", "bob@phone"]);
    admit_all(&mut scene, 0, &["bob", "bob@phone"]);
    advance_rotating(&mut scene, 20_000);
    scene.advance_all(35_000).depart("alice", "bob@phone");
    leave_window(&mut scene, 35_000);
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
    let mut scene = settled(profile);
    scene.advance_all(35_000).depart("alice", "carol");
    leave_window(&mut scene, 35_000);
    scene.depart("alice", "carol").depart("alice", "dave").depart("alice", "alice");
    scene.observe("alice").advance_all(60_000);
    drafts.alone(
        Draft::new(
            "leave-of-nobody",
            "A leave of somebody gone, of a stranger or of the leader changes nothing",
        )
        .plays("alice")
        .tests(Rule::RotateOnLeave),
        scene,
    );
}

fn rejoiner(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = Scene::gathered(profile, &["alice", "bob"]);
    admit_all(&mut scene, 0, &["bob"]);
    scene.leave("bob").join("bob", Role::Participant).told_leader("bob", "alice");
    admit_all(&mut scene, 2_500, &["bob"]);
    advance_rotating(&mut scene, 20_000);
    scene.observe("bob");
    drafts.alone(
        Draft::new("member-rejoins", "Who joins again is sealed to under the key announced last")
            .plays("alice")
            .tests(Rule::SealToListed),
        scene,
    );
}

fn numbers_throttled(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader).shows(Rule::SeqByOne).join("bob", Role::Participant);
    scene.told_leader("bob", "alice").admit("alice", "bob").shows(Rule::BoxNonceFresh);
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
    scene.catch_up("bob");
    advance_rotating(&mut scene, 20_000);
    under_the_newest(&mut scene);
    drafts.decisive_for(&KEY_RULES, second_key(), scene);
}

const KEY_RULES: [Rule; 3] = [Rule::SeqByOne, Rule::RotationFresh, Rule::BoxNonceFresh];

fn second_key() -> Draft {
    Draft::new("second-key", "The second key has number 2, is fresh, and is sealed anew")
        .plays("alice")
}

fn under_the_newest(scene: &mut Scene) {
    scene.run(30_000).send("alice", "under the newest key").packet("bob", "alice", 1);
}

fn numbers(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let with = |joiners: &[&str]| {
        let mut scene = Scene::gathered(profile, &["alice", "bob", "carol"]);
        for (nth, joiner) in (0..).zip(joiners) {
            admit_all(&mut scene, nth * BATCHED_MS, &[joiner]);
        }
        scene
    };
    let sends = |mut scene: Scene| {
        scene.advance_all(12_000).send("alice", "under the newest key").observe("alice");
        scene
    };
    drafts.common(
        Draft::new("leader-alone", "A leader begins with a key of number 1").plays("alice"),
        sends(with(&[])),
        &[
            (Rule::SeqByOne, "first-rotation", "whether somebody joins"),
            (Rule::RotationFresh, "first-rotation", "whether somebody joins"),
        ],
    );
    drafts.decisive_for(
        &[Rule::SeqByOne, Rule::RotationFresh],
        Draft::new("first-rotation", "The second key has number 2, and is fresh").plays("alice"),
        sends(with(&["bob"])),
    );
    drafts.common(
        Draft::new("one-sealed-key", "One joiner is sealed one key").plays("alice"),
        sends(with(&["bob"])),
        &[(Rule::BoxNonceFresh, "sealed-twice", "whether a second key is sealed")],
    );
    drafts.decisive(
        Rule::BoxNonceFresh,
        Draft::new("sealed-twice", "A second key is sealed under another nonce").plays("alice"),
        sends(with(&["bob", "carol"])),
    );
    let mut scene = with(&["bob", "carol"]);
    under_the_newest(&mut scene);
    let draft = KEY_RULES.into_iter().fold(second_key(), Draft::tests);
    drafts.alone(draft, scene);
}

fn leaves(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = settled(profile);
    scene.advance_all(60_000);
    drafts.common(
        Draft::new("nobody-leaves", "Without a join or leave the leader does not rotate")
            .plays("alice"),
        scene,
        &[(Rule::RotateOnLeave, "participant-leaves", "whether somebody leaves")],
    );
    let mut scene = settled(profile);
    scene.advance_all(35_000).depart("alice", "carol");
    leave_window(&mut scene, 35_000);
    scene.advance_all(60_000);
    drafts.decisive(
        Rule::RotateOnLeave,
        Draft::new("participant-leaves", "After a leave the leader rotates in time").plays("alice"),
        scene,
    );
}

fn listed_throttled(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = Scene::gathered(profile, &["alice", "bob", "carol"]);
    admit_all(&mut scene, 0, &["bob", "carol"]);
    scene.advance("alice", 20_000).shows(Rule::SealToListed);
    scene.within((15_000, 20_000), Rule::RotationThrottled, Rule::RotateOnJoin);
    drafts.common(
        Draft::new("all-listed", "A rotated key is sealed to every listed participant")
            .plays("alice"),
        scene,
        &[(Rule::SealToListed, "one-has-left", "whether Carol is still listed")],
    );
    let mut scene = Scene::gathered(profile, &["alice", "bob", "carol"]);
    admit_all(&mut scene, 0, &["bob", "carol"]);
    scene.advance("alice", 5_000).depart("alice", "carol");
    scene.advance("alice", 20_000).shows(Rule::SealToListed);
    scene.within((15_000, 20_000), Rule::RotationThrottled, Rule::RotateOnLeave);
    drafts.decisive(Rule::SealToListed, one_has_left(), scene);
}

fn one_has_left() -> Draft {
    Draft::new("one-has-left", "A rotated key is not sealed to somebody who has left")
        .plays("alice")
}

fn listed(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let cast = ["alice", "bob", "carol", "dave"];
    let dave_comes = |leaves: bool| {
        let mut scene = Scene::gathered(profile, &cast);
        admit_all(&mut scene, 0, &["bob", "carol"]);
        scene.advance_all(5_000);
        if leaves {
            scene.depart("alice", "carol");
            leave_window(&mut scene, 5_000);
        }
        scene.advance_all(16_000).admit("alice", "dave").shows(Rule::SealToListed);
        join_window(&mut scene, 16_000);
        scene.advance_all(20_000);
        scene
    };
    drafts.common(
        Draft::new("all-listed", "A rotated key is sealed to every listed participant")
            .plays("alice"),
        dave_comes(false),
        &[(Rule::SealToListed, "one-has-left", "whether Carol is still listed")],
    );
    drafts.decisive(Rule::SealToListed, one_has_left(), dave_comes(true));
    let mut scene = ready(profile, &cast);
    scene.kick("alice", "carol");
    leave_window(&mut scene, READY_MS);
    scene.advance_all(20_000).depart("alice", "carol").observe("alice");
    drafts.alone(
        Draft::new("one-is-removed", "A rotated key is not sealed to somebody the user removed")
            .plays("alice")
            .tests(Rule::SealToListed)
            .tests(Rule::RotateOnLeave),
        scene,
    );
}

/// Alice has rotated at 16 s for Bob and at 32 s for Carol, both times long after the last one.
fn spaced(profile: &Profile) -> Scene {
    let mut scene = Scene::of(profile, &["alice", "bob", "carol"]);
    scene.join("alice", Role::Leader).join("bob", Role::Participant);
    scene.join("carol", Role::Participant);
    scene.advance_all(16_000).admit("alice", "bob").advance_all(32_000).admit("alice", "carol");
    scene
}

fn throttle(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = spaced(profile);
    scene.advance_all(37_000).advance("alice", 47_000).depart("alice", "carol");
    scene.within((47_000, 62_000), Rule::RotationThrottled, Rule::RotateOnLeave);
    scene.advance_all(70_000);
    drafts.common(
        Draft::new("leave-after-interval", "15 seconds after a rotation the next one may follow")
            .plays("alice"),
        scene,
        &[(
            Rule::RotationThrottled,
            "leave-within-interval",
            "whether the leave or the 15 seconds come first",
        )],
    );
    let mut scene = spaced(profile);
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
