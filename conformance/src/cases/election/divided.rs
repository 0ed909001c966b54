//! The client under test and the new leader do not know the same.

use conclave_model::{
    message::Role,
    script::{
        CastMember, ForgedHeartbeat, ForgedLink, ForgedSnapshot, MessageKind, OperationRecipe,
        Recipe,
    },
};
use conclave_spec::Rule;

use super::{
    super::scene::{link, seat},
    Draft, Drafts, Scene, prepared,
};

const CAST: [&str; 4] = ["alice", "bob", "carol", "dave"];

pub(super) fn drafts(drafts: &mut Drafts) {
    behind(drafts);
    ahead(drafts);
    later_heartbeat(drafts);
    left_out(drafts);
    fewer_leaves(drafts);
    two_leaders(drafts);
}

/// By which rule a new leader's snapshot is refused that leaves something out, if by any.
fn incomplete(scene: &Scene) -> Option<Rule> {
    [Rule::SnapshotKeepsKnown, Rule::SnapshotIdentical].into_iter().find(|rule| scene.has(*rule))
}

/// Carol's first link and heartbeat reach Bob.
fn first_of_carol(scene: &mut Scene, snapshot: Option<Rule>, heartbeat: Option<Rule>) {
    scene.link("bob", "carol", 1);
    if let Some(rule) = snapshot {
        scene.refused(rule);
    }
    scene.heartbeat("bob", "carol", 1);
    if let Some(rule) = heartbeat {
        scene.refused(rule);
    }
    scene.observe("bob");
}

fn behind(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.rename("alice", "carol", "Caroline");
    if !scene.has(Rule::RenameListed) {
        scene.depart("alice", "dave");
    }
    scene.catch_up("carol").misses("bob").elect("carol");
    let fork = scene.has(Rule::HistoryContinues).then_some(Rule::HistoryContinues);
    if scene.has(Rule::SnapshotIdentical) {
        let unknown = Some(Rule::CertifiesKnownLink);
        first_of_carol(&mut scene, Some(Rule::SnapshotIdentical), unknown);
    } else {
        first_of_carol(&mut scene, None, fork);
    }
    let title = if fork.is_some() {
        "A member that missed a heartbeat refuses the leader that goes on from it"
    } else {
        "A member that missed a link takes the new leader's snapshot"
    };
    drafts.alone(
        Draft::new("member-behind-new-leader", title)
            .plays("bob")
            .tests(Rule::HistoryContinues)
            .tests(Rule::LeaderListed),
        scene,
    );
}

fn ahead(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &["alice", "bob", "carol"]);
    let dave = CastMember::new("dave", seat("dave"));
    scene.also(dave).join("dave", Role::Participant);
    scene.admit("alice", "dave").catch_up("bob").misses("carol").elect("carol");
    let forgets = incomplete(&scene);
    let unknown = forgets.map(|_| Rule::CertifiesKnownLink);
    first_of_carol(&mut scene, forgets, unknown);
    let title = if forgets.is_some() {
        "A member that knows of a join refuses a new leader that does not"
    } else {
        "A new leader's snapshot is taken even if it lacks the last join"
    };
    drafts.alone(
        Draft::new("member-ahead-of-new-leader", title)
            .plays("bob")
            .tests(Rule::SnapshotKeepsKnown)
            .tests(Rule::SnapshotIdentical)
            .tests(Rule::LeaderListed),
        scene,
    );
    let mut scene = prepared(drafts, &CAST);
    scene.depart("alice", "dave").leave("dave");
    scene.join("dave", Role::Participant).admit("alice", "dave");
    scene.catch_up("bob").misses("carol").elect("carol");
    // Carol has Dave under his first join.
    scene.link("bob", "carol", 1).refused(Rule::BindingStable);
    scene.heartbeat("bob", "carol", 1).refused(Rule::VersionNeverBack).observe("bob");
    drafts.alone(
        Draft::new("member-two-links-ahead", "A list older than the certified one is ignored")
            .plays("bob")
            .tests(Rule::VersionNeverBack)
            .tests(Rule::BindingStable),
        scene,
    );
}

/// Bob has taken one more heartbeat than the new leader; nothing else is different.
fn later_heartbeat(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.run(20_000).advance_all(30_000).catch_up("bob").misses("carol").elect("carol");
    let fork = scene.has(Rule::HistoryContinues).then_some(Rule::HistoryContinues);
    first_of_carol(&mut scene, None, fork);
    drafts.alone(
        Draft::new(
            "member-with-later-heartbeat",
            "What a member does that took a heartbeat its new leader never got",
        )
        .plays("bob")
        .tests(Rule::HistoryContinues)
        .tests(Rule::LeaderListed),
        scene,
    );
}

/// Carol, misbehaving, begins with this snapshot.
pub(super) fn snapshot(scene: &mut Scene, forged: ForgedSnapshot) -> ForgedLink {
    let last = scene.count("alice", MessageKind::Link);
    let prev = Some(Box::new(link("alice", last)));
    let operation = OperationRecipe::Snapshot(forged);
    ForgedLink { by: "carol".to_owned(), v: last + 1, prev, operation }
}

pub(super) fn of_carol() -> ForgedSnapshot {
    ForgedSnapshot {
        of: "carol".to_owned(),
        locked: None,
        without: Vec::new(),
        leaves: Vec::new(),
        keys: Vec::new(),
    }
}

fn forged_takeover(drafts: &mut Drafts, draft: Draft, mut scene: Scene, forged: ForgedSnapshot) {
    let link = snapshot(&mut scene, forged);
    let certifies = Some(Box::new(Recipe::ForgedLink(link.clone())));
    let heartbeat =
        ForgedHeartbeat { by: "carol".to_owned(), certifies, ..ForgedHeartbeat::default() };
    scene.told_leader("bob", "carol").link_forged("bob", link);
    if let Some(rule) = incomplete(&scene) {
        scene.refused(rule);
        scene.heartbeat_forged("bob", heartbeat).refused(Rule::CertifiesKnownLink);
    } else {
        scene.heartbeat_forged("bob", heartbeat).shows(Rule::LeaderListed);
    }
    scene.observe("bob");
    let draft = draft.plays("bob").tests(Rule::SnapshotKeepsKnown).tests(Rule::SnapshotIdentical);
    drafts.alone(draft.tests(Rule::LeaderListed), scene);
}

fn left_out(drafts: &mut Drafts) {
    let scene = prepared(drafts, &CAST);
    let title = "A new leader's snapshot leaves somebody out";
    let without = ForgedSnapshot { without: vec![seat("dave")], ..of_carol() };
    forged_takeover(drafts, Draft::new("snapshot-of-successor-lacks", title), scene, without);
}

fn fewer_leaves(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.depart("alice", "dave").settle();
    let title = "A new leader's snapshot counts fewer leaves";
    let fewer = ForgedSnapshot { leaves: vec![(seat("dave"), 0)], ..of_carol() };
    forged_takeover(drafts, Draft::new("snapshot-of-successor-forgets", title), scene, fewer);
}

/// The server names one leader to some and another to the rest.
fn two_leaders(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.told_leader("carol", "carol").told_leader("dave", "carol");
    scene.heartbeat("bob", "carol", 1).refused(Rule::HeartbeatVerifies);
    let key = scene.newest_sealed("carol", "bob");
    scene.sealed_from("bob", key).refused(Rule::SealOpens).observe("bob");
    scene.advance("alice", 10_000).advance("bob", 10_000);
    let last = scene.count("alice", MessageKind::Heartbeat);
    scene.heartbeat("bob", "alice", last).observe("bob");
    drafts.alone(
        Draft::new("two-leaders", "Nothing is taken from a leader that was not named here")
            .plays("bob")
            .tests(Rule::HeartbeatVerifies)
            .tests(Rule::SealOpens),
        scene,
    );
    let mut scene = prepared(drafts, &CAST);
    scene.told_leader("carol", "carol").told_leader("bob", "carol").catch_up("bob");
    scene.told_leader("bob", "alice").shows(Rule::ChangeNoticed).observe("bob");
    scene.advance("alice", 10_000).advance("bob", 10_000);
    let last = scene.count("alice", MessageKind::Heartbeat);
    scene.heartbeat("bob", "alice", last).refused(Rule::VersionNeverBack).observe("bob");
    drafts.alone(
        Draft::new("former-leader-went-on", "Whoever went on leading meanwhile has an old list")
            .plays("bob")
            .tests(Rule::VersionNeverBack)
            .tests(Rule::ChangeNoticed),
        scene,
    );
}
