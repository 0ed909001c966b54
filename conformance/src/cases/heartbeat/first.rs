//! With which heartbeat a client begins.

use conclave_model::message::Role;
use conclave_spec::{Profile, Rule};

use super::newest;
use crate::cases::{Draft, Drafts, scene::Scene};

pub(super) fn drafts(drafts: &mut Drafts) {
    any_other(drafts);
    own_join(drafts);
    removed(drafts);
    earlier_join(drafts);
}

/// It need not continue anything.
fn any_other(drafts: &mut Drafts) {
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob", "carol"]);
    scene.admit("alice", "carol").advance_all(10_000).admit("alice", "bob");
    scene.catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new("first-heartbeat", "The first heartbeat since joining may follow any other")
            .plays("bob")
            .tests(Rule::HistoryContinues),
        scene,
    );
}

/// Bob gets the links as far as the one of his join, and Alice's heartbeat for the list with him or
/// for the one before. The number of the former.
fn begun(profile: &Profile, listed: bool) -> (Scene, u32) {
    let mut scene = Scene::gathered(profile, &["alice", "bob", "carol"]);
    scene.admit("alice", "carol").advance_all(9_000);
    let before = newest(&mut scene);
    scene.admit("alice", "bob");
    let with_bob = newest(&mut scene);
    scene.link("bob", "alice", 1).link("bob", "alice", 2).link("bob", "alice", 3);
    scene.heartbeat("bob", "alice", if listed { with_bob } else { before });
    (scene, with_bob)
}

/// The list is one with the client.
fn own_join(drafts: &mut Drafts) {
    let decisive = "first-heartbeat-before-the-join";
    let (mut scene, _) = begun(&drafts.profile, true);
    scene.observe("bob");
    let has = scene.has(Rule::FirstListsSelf);
    drafts.common(
        Draft::new(
            "first-heartbeat-with-the-join",
            "A first heartbeat that lists the client is taken",
        )
        .plays("bob")
        .tests(Rule::CountIncreases),
        scene,
        &[(Rule::FirstListsSelf, decisive, "which of two heartbeats came")],
    );
    let (mut scene, with_bob) = begun(&drafts.profile, false);
    if !has {
        scene.observe("bob");
        drafts.alone(
            Draft::new(decisive, "The first heartbeat may be one from before the client joined")
                .plays("bob")
                .tests(Rule::CountIncreases)
                .policy("first_heartbeat", "any"),
            scene,
        );
        return;
    }
    scene.refused(Rule::FirstListsSelf).observe("bob");
    let mut later = scene.clone();
    drafts.decisive(
        Rule::FirstListsSelf,
        Draft::new(decisive, "A first heartbeat from before the client joined is ignored")
            .plays("bob"),
        scene,
    );
    later.heartbeat("bob", "alice", with_bob).observe("bob");
    drafts.alone(
        Draft::new("first-heartbeat-after-an-old-one", "A client begins once it is listed")
            .plays("bob")
            .tests(Rule::FirstListsSelf),
        later,
    );
}

/// Bob was on the list, and is no more when he begins.
fn removed(drafts: &mut Drafts) {
    let (mut scene, _) = begun(&drafts.profile, false);
    if !scene.has(Rule::FirstListsSelf) {
        return;
    }
    scene.refused(Rule::FirstListsSelf).kick("alice", "bob");
    let (nth, links) = (newest(&mut scene), 4);
    scene.link("bob", "alice", links).heartbeat("bob", "alice", nth);
    scene.refused(Rule::KickedLeaves).observe("bob");
    drafts.alone(
        Draft::new("first-heartbeat-removes", "Who was removed before it began learns so")
            .plays("bob")
            .tests(Rule::FirstListsSelf)
            .tests(Rule::KickedLeaves),
        scene,
    );
}

/// Bob was on the list before, with another ephemeral key.
fn earlier_join(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob"]);
    if !scene.has(Rule::FirstListsSelf) {
        return;
    }
    let before = newest(&mut scene);
    scene.leave("bob").join("bob", Role::Participant).told_leader("bob", "alice");
    scene.link("bob", "alice", 1).link("bob", "alice", 2);
    scene.heartbeat("bob", "alice", before).refused(Rule::FirstListsSelf).observe("bob");
    drafts.alone(
        Draft::new("first-heartbeat-of-an-earlier-join", "The list must be one of this join")
            .plays("bob")
            .tests(Rule::FirstListsSelf),
        scene,
    );
}
