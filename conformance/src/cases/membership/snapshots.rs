//! The whole list in one link: by the leader of the links before it, and by a new one.

use conclave_model::{
    message::Role,
    script::{CastMember, ForgedLink, ForgedSnapshot, MessageKind, OperationRecipe, Recipe},
};
use conclave_spec::{Profile, Rule};

use super::{certifying, newest_heartbeat, operations::three};
use crate::cases::{
    Draft, Drafts,
    scene::{Scene, forged_link, link, seat},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    same_leader(drafts);
    unfaithful(drafts);
    grown(drafts);
    new_leader(drafts);
    new_leader_forged(drafts);
    in_order_of_bytes(drafts);
}

/// Two user IDs that come in one order as UTF-8 and in the other as UTF-16.
fn in_order_of_bytes(drafts: &mut Drafts) {
    let (first, second) = ("\u{fb01}ona", "\u{1d4bb}iona");
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob", second, first]);
    scene.share_board().elect("bob").settle().observe("bob").observe(first);
    for (party, word) in [("bob", "leader"), (first, "participant")] {
        drafts.alone(
            Draft::new(
                &format!("snapshot-in-order-of-bytes-{word}"),
                "The entries of a snapshot are in the order of their bytes",
            )
            .plays(party)
            .tests(Rule::SnapshotFaithful)
            .tests(Rule::TakeoverCoalesces),
            scene.clone(),
        );
    }
}

/// The list of a party.
fn of(party: &str) -> ForgedSnapshot {
    ForgedSnapshot {
        of: party.to_owned(),
        locked: None,
        without: Vec::new(),
        leaves: Vec::new(),
        keys: Vec::new(),
    }
}

/// Alice's list as her fourth link.
fn fourth(snapshot: ForgedSnapshot) -> ForgedLink {
    forged_link(3, OperationRecipe::Snapshot(snapshot))
}

fn same_leader(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    let faithful = fourth(of("alice"));
    scene.link_forged("bob", faithful.clone()).observe("bob");
    let mut certified = scene.clone();
    drafts.common(
        Draft::new("snapshot-faithful", "A snapshot that says what the list says is stored")
            .plays("bob"),
        scene,
        &[(Rule::SnapshotFaithful, "snapshot-without-somebody", "one entry")],
    );
    certified.heartbeat_forged("bob", certifying(Recipe::ForgedLink(faithful))).observe("bob");
    drafts.alone(
        Draft::new("snapshot-certified", "A snapshot that a heartbeat certifies is taken")
            .plays("bob")
            .tests(Rule::SnapshotFaithful),
        certified,
    );
    let mut scene = three(&drafts.profile);
    let without = ForgedSnapshot { without: vec![seat("carol")], ..of("alice") };
    scene.link_forged("bob", fourth(without)).refused(Rule::SnapshotFaithful).observe("bob");
    drafts.decisive(
        Rule::SnapshotFaithful,
        Draft::new("snapshot-without-somebody", "A snapshot without somebody known is refused")
            .plays("bob"),
        scene,
    );
}

/// Other ways in which a snapshot differs from the list.
fn unfaithful(drafts: &mut Drafts) {
    let carol = || seat("carol");
    let locked = ForgedSnapshot { locked: Some(true), ..of("alice") };
    let leaves = ForgedSnapshot { leaves: vec![(carol(), 1)], ..of("alice") };
    for (name, what, snapshot) in [
        ("snapshot-with-another-lock", "says that an open meeting is locked", locked),
        ("snapshot-with-other-leaves", "counts leaves that were none", leaves),
    ] {
        let mut scene = three(&drafts.profile);
        scene.link_forged("bob", fourth(snapshot)).refused(Rule::SnapshotFaithful).observe("bob");
        let title = format!("A snapshot that {what} is refused");
        drafts.alone(Draft::new(name, &title).plays("bob").tests(Rule::SnapshotFaithful), scene);
    }
    if drafts.profile.rules.contains(Rule::LockListed) {
        let mut scene = three(&drafts.profile);
        scene.set_lock("alice", true).settle();
        let unlocked = ForgedSnapshot { locked: Some(false), ..of("alice") };
        let forged = forged_link(4, OperationRecipe::Snapshot(unlocked));
        scene.link_forged("bob", forged).refused(Rule::SnapshotFaithful).observe("bob");
        drafts.alone(
            Draft::new("snapshot-without-the-lock", "A snapshot cannot lose the lock")
                .plays("bob")
                .tests(Rule::SnapshotFaithful),
            scene,
        );
    }
    let mut scene = three(&drafts.profile);
    scene.depart("alice", "carol").link("bob", "alice", 4);
    newest_heartbeat(&mut scene, "bob");
    let back = ForgedSnapshot { keys: vec![(carol(), "carol".to_owned())], ..of("alice") };
    let forged = forged_link(4, OperationRecipe::Snapshot(back));
    scene.link_forged("bob", forged).refused(Rule::SnapshotFaithful).observe("bob");
    drafts.alone(
        Draft::new("snapshot-with-somebody-back", "A snapshot with somebody gone back is refused")
            .plays("bob")
            .tests(Rule::SnapshotFaithful),
        scene,
    );
    let mut scene = three(&drafts.profile);
    scene.leave("carol").join("carol", Role::Participant);
    let other = ForgedSnapshot { keys: vec![(carol(), "carol".to_owned())], ..of("alice") };
    scene.link_forged("bob", fourth(other)).refused(Rule::BindingStable).observe("bob");
    drafts.alone(
        Draft::new("snapshot-with-another-binding", "A snapshot with another binding is refused")
            .plays("bob")
            .tests(Rule::BindingStable),
        scene,
    );
}

/// Carol comes and goes until the list of three has 21 links, and is coalesced.
pub(super) fn grow(scene: &mut Scene) {
    for _ in 0..9 {
        scene.depart("alice", "carol").admit("alice", "carol");
    }
}

/// The reference coalesces by itself.
fn grown(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    grow(&mut scene);
    scene.catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new("snapshot-after-21-links", "A long list is coalesced and stays as it is")
            .plays("bob")
            .tests(Rule::SnapshotFaithful),
        scene,
    );
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob", "carol", "dave"]);
    scene.admit("alice", "bob").admit("alice", "carol").settle();
    grow(&mut scene);
    scene.admit("alice", "dave").leave("dave").join("dave", Role::Participant);
    scene.told_leader("dave", "alice");
    let newest = scene.count("alice", MessageKind::Link);
    scene.link("dave", "alice", newest).refused(Rule::ListStartsWhole);
    scene.catch_up("dave").observe("dave");
    drafts.alone(
        Draft::new("list-from-a-snapshot", "Who joins late begins at the last snapshot")
            .plays("dave")
            .tests(Rule::ListStartsWhole),
        scene,
    );
}

/// Carol is to lead. Dave has joined last, which she has missed, or not.
fn elected(profile: &Profile, missed: bool) -> Scene {
    let mut scene = Scene::gathered(profile, &["alice", "bob", "carol", "dave"]);
    scene.admit("alice", "bob").admit("alice", "carol").settle();
    scene.admit("alice", "dave").catch_up("bob");
    if !missed {
        scene.catch_up("carol");
    }
    scene.share_board().elect("carol");
    scene
}

fn new_leader(drafts: &mut Drafts) {
    let mut scene = elected(&drafts.profile, false);
    scene.link("bob", "carol", 1).heartbeat("bob", "carol", 1).observe("bob");
    drafts.common(
        Draft::new(
            "snapshot-by-a-new-leader",
            "A new leader's snapshot with everybody on it is taken",
        )
        .plays("bob"),
        scene,
        &[(Rule::SnapshotKeepsKnown, "snapshot-of-half-the-history", "what the new leader missed")],
    );
    let mut scene = elected(&drafts.profile, true);
    scene.link("bob", "carol", 1).refused(Rule::SnapshotKeepsKnown);
    scene.heartbeat("bob", "carol", 1).refused(Rule::CertifiesKnownLink).observe("bob");
    drafts.decisive(
        Rule::SnapshotKeepsKnown,
        Draft::new(
            "snapshot-of-half-the-history",
            "A new leader's snapshot without somebody known is refused",
        )
        .plays("bob"),
        scene,
    );
}

/// A new leader whose snapshot is not the one it should be.
fn new_leader_forged(drafts: &mut Drafts) {
    let forged = |v: u32, snapshot: ForgedSnapshot| ForgedLink {
        by: "carol".to_owned(),
        v,
        prev: Some(Box::new(link("alice", 1))),
        operation: OperationRecipe::Snapshot(snapshot),
    };
    let mut scene = elected(&drafts.profile, false);
    scene.link_forged("bob", forged(9, of("alice")));
    drafts.alone(
        Draft::new("snapshot-anywhere", "A new leader's snapshot may stand anywhere in the chain")
            .plays("bob")
            .tests(Rule::SnapshotKeepsKnown),
        scene,
    );
    let mut scene = three(&drafts.profile);
    scene.depart("alice", "carol").settle();
    scene.also(CastMember::new("dave", seat("carol"))).join("dave", Role::Participant);
    scene.told_leader("bob", "alice");
    let last = scene.count("alice", MessageKind::Link);
    let keys = vec![(seat("carol"), "dave".to_owned())];
    let operation = OperationRecipe::Snapshot(ForgedSnapshot { keys, ..of("alice") });
    scene.link_forged("bob", forged_link(last, operation)).refused(Rule::RejoinSameKey);
    scene.observe("bob");
    drafts.alone(
        Draft::new("snapshot-with-another-key", "A snapshot gives nobody another identity key")
            .plays("bob")
            .tests(Rule::RejoinSameKey),
        scene,
    );
    let mut scene = three(&drafts.profile);
    scene.depart("alice", "carol").admit("alice", "carol").settle();
    scene.elect("carol");
    let fewer = ForgedSnapshot { leaves: vec![(seat("carol"), 0)], ..of("alice") };
    let forged = forged(9, fewer);
    scene.link_forged("bob", forged).refused(Rule::SnapshotKeepsKnown).observe("bob");
    drafts.alone(
        Draft::new("snapshot-with-fewer-leaves", "A new leader's snapshot forgets no leave")
            .plays("bob")
            .tests(Rule::SnapshotKeepsKnown),
        scene,
    );
}
