//! What a link may do to the list.

use conclave_model::{
    message::Role,
    script::{CastMember, ForgedLink, MessageKind, OperationRecipe, Recipe},
};
use conclave_spec::{Profile, Rule};

use super::{add, add_carol, certifying, newest_heartbeat};
use crate::cases::{
    Draft, Drafts,
    scene::{Scene, forged_link, seat},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    applying(drafts);
    nothing_to_do(drafts);
    other_binding(drafts);
    other_identity(drafts);
}

/// Alice, Bob and Carol are on the list, at link 3, and Bob is up to date.
pub(super) fn three(profile: &Profile) -> Scene {
    Scene::seated(profile, &["alice", "bob", "carol"])
}

/// Then Alice has put Carol's leave on the list, in link 4, and Bob is up to date.
fn carol_left(profile: &Profile) -> Scene {
    let mut scene = three(profile);
    scene.depart("alice", "carol").link("bob", "alice", 4);
    newest_heartbeat(&mut scene, "bob");
    scene
}

/// Of Alice, Bob, Carol and Dave somebody has left, in link 5, and Bob is up to date.
fn one_left_of_four(profile: &Profile, who: &str) -> Scene {
    let mut scene = Scene::seated(profile, &["alice", "bob", "carol", "dave"]);
    scene.depart("alice", who).link("bob", "alice", 5);
    newest_heartbeat(&mut scene, "bob");
    scene
}

fn applying(drafts: &mut Drafts) {
    let leaves = |profile: &Profile, who: &str| {
        let mut scene = one_left_of_four(profile, "carol");
        let left = forged_link(5, OperationRecipe::Left { seat: seat(who) });
        scene.link_forged("bob", left.clone());
        (scene, left)
    };
    let (mut scene, left) = leaves(&drafts.profile, "dave");
    scene.observe("bob");
    let mut certified = scene.clone();
    drafts.common(
        Draft::new("leave-of-somebody-present", "A leave of somebody present is stored")
            .plays("bob"),
        scene,
        &[(Rule::OperationApplies, "leave-of-somebody-gone", "who leaves: one gone already")],
    );
    certified.heartbeat_forged("bob", certifying(Recipe::ForgedLink(left)));
    drafts.alone(
        Draft::new("leave-certified", "A leave that a heartbeat certifies is taken")
            .plays("bob")
            .tests(Rule::OperationApplies),
        certified,
    );
    let (mut scene, _) = leaves(&drafts.profile, "carol");
    scene.refused(Rule::OperationApplies).observe("bob");
    drafts.decisive(
        Rule::OperationApplies,
        Draft::new("leave-of-somebody-gone", "A leave of somebody who has left is refused")
            .plays("bob"),
        scene,
    );
}

/// Further operations that change nothing.
fn nothing_to_do(drafts: &mut Drafts) {
    let carol = || seat("carol");
    let renamed = |name: &str| OperationRecipe::Rename { seat: carol(), name: name.to_owned() };
    let stranger = || seat("dave");
    for (name, what, operation) in [
        ("add-of-somebody-present", "that adds somebody present again", add_carol()),
        (
            "leave-of-somebody-unknown",
            "by which somebody unknown leaves",
            OperationRecipe::Left { seat: stranger() },
        ),
        (
            "removal-of-somebody-unknown",
            "that removes somebody unknown",
            OperationRecipe::Kicked { seat: stranger() },
        ),
        ("rename-to-the-same", "that gives somebody the name they have", renamed("carol")),
        (
            "rename-of-somebody-unknown",
            "that renames somebody unknown",
            OperationRecipe::Rename { seat: stranger(), name: "Dave".to_owned() },
        ),
        ("unlock-of-an-open-meeting", "that unlocks an open meeting", OperationRecipe::Unlock),
    ] {
        let mut scene = three(&drafts.profile);
        let forged = forged_link(3, operation);
        scene.link_forged("bob", forged).refused(Rule::OperationApplies).observe("bob");
        let title = format!("A link {what} is refused");
        drafts.alone(Draft::new(name, &title).plays("bob").tests(Rule::OperationApplies), scene);
    }
    let mut scene = three(&drafts.profile);
    let lock = forged_link(3, OperationRecipe::Lock);
    let again =
        ForgedLink { prev: Some(Box::new(Recipe::ForgedLink(lock.clone()))), v: 5, ..lock.clone() };
    scene.link_forged("bob", lock).link_forged("bob", again).refused(Rule::OperationApplies);
    drafts.alone(
        Draft::new("lock-of-a-locked-meeting", "A link that locks a locked meeting is refused")
            .plays("bob")
            .tests(Rule::OperationApplies),
        scene,
    );
    let mut scene = carol_left(&drafts.profile);
    let forged = forged_link(4, renamed("Carol"));
    scene.link_forged("bob", forged).refused(Rule::OperationApplies);
    drafts.alone(
        Draft::new("rename-of-somebody-gone", "A link that renames somebody gone is refused")
            .plays("bob")
            .tests(Rule::OperationApplies),
        scene,
    );
}

/// A device that is present never has another binding.
fn other_binding(drafts: &mut Drafts) {
    let rejoined = |profile: &Profile, left: &str| {
        let mut scene = one_left_of_four(profile, left);
        scene.leave("carol").join("carol", Role::Participant);
        scene.link_forged("bob", forged_link(5, add_carol()));
        scene
    };
    let mut scene = rejoined(&drafts.profile, "carol");
    scene.observe("bob");
    drafts.common(
        Draft::new("rejoin-after-a-leave", "Who left is added with another binding").plays("bob"),
        scene,
        &[(Rule::BindingStable, "rejoin-without-a-leave", "who has left: they, or another")],
    );
    let mut scene = three(&drafts.profile);
    scene.leave("carol").join("carol", Role::Participant).admit("alice", "carol");
    scene.link("bob", "alice", 4).link("bob", "alice", 5);
    newest_heartbeat(&mut scene, "bob");
    scene.observe("bob");
    drafts.alone(
        Draft::new("rejoin-certified", "Who comes back is listed as gone, then as back")
            .plays("bob")
            .tests(Rule::BindingStable),
        scene,
    );
    let mut scene = rejoined(&drafts.profile, "dave");
    scene.refused(Rule::BindingStable).observe("bob");
    drafts.decisive(
        Rule::BindingStable,
        Draft::new(
            "rejoin-without-a-leave",
            "Somebody present who is added with another binding is refused",
        )
        .plays("bob"),
        scene,
    );
}

/// A device that comes back has the identity key it had.
fn other_identity(drafts: &mut Drafts) {
    let returns = |profile: &Profile, keys_of: &str| {
        let mut scene = carol_left(profile);
        scene.also(CastMember::new("dave", seat("carol"))).join("dave", Role::Participant);
        let nth = scene.count("alice", MessageKind::Link);
        scene.link_forged("bob", forged_link(nth, add("carol", keys_of)));
        scene
    };
    let mut scene = returns(&drafts.profile, "carol");
    scene.observe("bob");
    drafts.common(
        Draft::new("return-with-the-same-key", "Who left comes back with the key they had")
            .plays("bob"),
        scene,
        &[(Rule::RejoinSameKey, "return-with-another-key", "the identity key")],
    );
    let mut scene = returns(&drafts.profile, "dave");
    scene.refused(Rule::RejoinSameKey).observe("bob");
    drafts.decisive(
        Rule::RejoinSameKey,
        Draft::new("return-with-another-key", "Who comes back with another key is refused")
            .plays("bob"),
        scene,
    );
}
