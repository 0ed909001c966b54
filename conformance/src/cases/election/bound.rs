//! Whom the server may name: somebody the list has present with the binding it announces.

use conclave_model::{
    message::Role,
    script::{CastMember, ForgedSnapshot, MessageKind},
};
use conclave_spec::Rule;

use super::{
    super::scene::seat,
    Draft, Drafts,
    divided::{of_carol, snapshot},
    prepared,
};

const CAST: [&str; 4] = ["alice", "bob", "carol", "dave"];

pub(super) fn drafts(drafts: &mut Drafts) {
    if drafts.profile.rules.contains(Rule::LeaderBound) {
        strangers(drafts);
        other_bindings(drafts);
        expiring(drafts);
        identical(drafts);
        at_once(drafts);
    }
}

fn strangers(drafts: &mut Drafts) {
    let decisive = "stranger-not-followed";
    for (name, title, who) in [
        ("member-followed", "A member that the server names is followed", "carol"),
        (decisive, "Nobody is followed who is not on the list", "mallory"),
    ] {
        let mut scene = prepared(drafts, &CAST);
        scene.also(CastMember::new("mallory", seat("mallory"))).join("mallory", Role::Participant);
        scene.told_leader("bob", who);
        let draft = Draft::new(name, title).plays("bob");
        if who == "mallory" {
            scene.refused(Rule::LeaderBound).observe("bob");
            drafts.decisive(Rule::LeaderBound, draft, scene);
        } else {
            scene.shows(Rule::LeaderBound).observe("bob");
            drafts.common(draft, scene, &[(Rule::LeaderBound, decisive, "who is named")]);
        }
    }
}

fn other_bindings(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.leave("carol").join("carol", Role::Participant).told_leader("bob", "carol");
    scene.refused(Rule::LeaderBound).observe("bob");
    drafts.alone(
        Draft::new("rejoined-not-followed", "Nor who is listed under an earlier join only")
            .plays("bob")
            .tests(Rule::LeaderBound),
        scene,
    );
    let mut scene = prepared(drafts, &CAST);
    scene.depart("alice", "carol").settle().told_leader("bob", "carol");
    scene.refused(Rule::LeaderBound).observe("bob");
    drafts.alone(
        Draft::new("departed-not-followed", "Nor who has left")
            .plays("bob")
            .tests(Rule::LeaderBound),
        scene,
    );
    let mut scene = prepared(drafts, &CAST);
    scene.also(CastMember::new("mallory", seat("mallory"))).join("mallory", Role::Participant);
    scene.told_leader("alice", "mallory").refused(Rule::LeaderBound).observe("alice");
    drafts.alone(
        Draft::new("leader-not-replaced-by-stranger", "No leader steps down for a stranger")
            .plays("alice")
            .tests(Rule::LeaderBound)
            .tests(Rule::LeaderStepsDown),
        scene,
    );
}

/// A change of the leader leaves an old key no longer than it had.
fn expiring(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.run(40_000).depart("alice", "dave");
    let link = scene.count("alice", MessageKind::Link);
    let beat = scene.count("alice", MessageKind::Heartbeat);
    scene.link("bob", "alice", link).heartbeat("bob", "alice", beat).told_leader("bob", "carol");
    scene.advance("bob", 49_999).observe("bob").advance("bob", 50_001).observe("bob");
    drafts.alone(
        Draft::new("old-key-ends-despite-election", "A new leader does not prolong an old key")
            .plays("bob")
            .tests(Rule::OldKeyExpires)
            .tests(Rule::LeaveWithoutKey),
        scene,
    );
}

/// Carol, named, begins with a snapshot of the list that she has.
fn identical(drafts: &mut Drafts) {
    let decisive = "snapshot-of-successor-differs";
    for (name, title, leaves) in [
        ("snapshot-of-successor", "A new leader's snapshot may say what the list says", 0),
        (decisive, "It may say nothing else, not even a leave more", 1),
    ] {
        let mut scene = prepared(drafts, &CAST);
        let forged = ForgedSnapshot { leaves: vec![(seat("dave"), leaves)], ..of_carol() };
        let link = snapshot(&mut scene, forged);
        scene.told_leader("bob", "carol").link_forged("bob", link);
        let draft = Draft::new(name, title).plays("bob");
        if leaves == 1 {
            scene.refused(Rule::SnapshotIdentical).observe("bob");
            drafts.decisive(Rule::SnapshotIdentical, draft, scene);
        } else {
            scene.observe("bob");
            let pair = (Rule::SnapshotIdentical, decisive, "how often somebody has left");
            drafts.common(draft, scene, &[pair]);
        }
    }
}

/// Carol comes to lead, and speaks.
fn at_once(drafts: &mut Drafts) {
    let decisive = "leader-speaks-at-once";
    for (name, title, waits) in [
        ("leader-speaks-later", "A new leader speaks under its own key", true),
        (decisive, "It does so at once, and nobody hears it who has left", false),
    ] {
        let mut scene = prepared(drafts, &CAST);
        scene.run(20_000).told_leader("carol", "carol");
        if waits {
            scene.advance("carol", 26_000);
        }
        scene.send("carol", "under which key?").observe("carol");
        let draft = Draft::new(name, title).plays("carol").policy("takeover_key", "rotate");
        if waits {
            let what = "whether time passes in between";
            drafts.common(draft, scene, &[(Rule::LeaderUsesAtOnce, decisive, what)]);
        } else {
            scene.shows(Rule::LeaderUsesAtOnce);
            drafts.decisive(Rule::LeaderUsesAtOnce, draft, scene);
        }
    }
}
