//! Elections in locked meetings.

use conclave_model::{
    message::Role,
    script::{
        Act, CastMember, ForgedHeartbeat, ForgedLink, ForgedSnapshot, Handle, OperationRecipe,
        Recipe,
    },
};
use conclave_spec::Rule;

use super::{
    super::scene::{announcement, link, seat},
    Draft, Drafts, Scene, last_of, locked, seated, stranger,
};

pub(super) fn drafts(drafts: &mut Drafts) {
    strangers(drafts);
    gone(drafts);
    copied(drafts);
    removed_by_the_host(drafts);
    behind_the_lock(drafts);
    other_lock(drafts);
}

/// The server names somebody who is not on the list.
fn strangers(drafts: &mut Drafts) {
    let decisive = "stranger-leads-while-locked";
    for (name, title, lock) in [
        ("stranger-leads-while-unlocked", "Anybody may come to lead an open meeting", false),
        (decisive, "A member leaves a locked meeting that somebody new is to lead", true),
    ] {
        let mut scene = if lock { locked(drafts) } else { seated(drafts) };
        let announced = stranger(&mut scene);
        scene.told_leader_as("bob", "mallory", seat("mallory"), announced);
        let draft = Draft::new(name, title).plays("bob");
        if lock {
            scene.refused(Rule::LockedLeaderKnown).observe("bob");
            drafts.decisive(Rule::LockedLeaderKnown, draft, scene);
        } else {
            open_to_strangers(&mut scene);
            scene.observe("bob");
            let pair = (Rule::LockedLeaderKnown, decisive, "the lock");
            drafts.common(draft, scene, &[pair]);
        }
    }
    let mut scene = locked(drafts);
    scene.run(20_000).send("alice", "before");
    let announced = stranger(&mut scene);
    scene.told_leader_as("bob", "mallory", seat("mallory"), announced);
    scene.refused(Rule::LockedLeaderKnown);
    let packet = Recipe::Sent(Handle::packet("alice", 1));
    scene.misfit("bob", Act::Packet { from: seat("alice"), stream: "audio".to_owned(), packet });
    drafts.alone(
        Draft::new("stranger-ends-rendering", "Who left because of a stranger plays nothing more")
            .plays("bob")
            .tests(Rule::LockedLeaderKnown)
            .tests(Rule::RequestFits),
        scene,
    );
    let mut scene = locked(drafts);
    let announced = stranger(&mut scene);
    scene.told_leader_as("alice", "mallory", seat("mallory"), announced);
    scene.refused(Rule::LockedLeaderKnown).observe("alice");
    drafts.alone(
        Draft::new("stranger-replaces-leader", "So does the leader whom somebody new replaces")
            .plays("alice")
            .tests(Rule::LockedLeaderKnown)
            .tests(Rule::LeaderStepsDown),
        scene,
    );
    let mut scene = locked(drafts);
    let announced = stranger(&mut scene);
    let damaged = Recipe::Damaged { of: Box::new(announced), field: "sig".to_owned() };
    scene.told_leader_as("bob", "mallory", seat("mallory"), damaged);
    scene.refused(Rule::LockedLeaderKnown).observe("bob");
    drafts.alone(
        Draft::new(
            "stranger-without-announcement",
            "Whether the announcement is good is not asked",
        )
        .plays("bob")
        .tests(Rule::LockedLeaderKnown),
        scene,
    );
}

/// Nobody leaves an open meeting because of a stranger, followed or not.
fn open_to_strangers(scene: &mut Scene) {
    if scene.has(Rule::LeaderBound) {
        scene.refused(Rule::LeaderBound);
    } else {
        scene.shows(Rule::LockedLeaderKnown);
    }
}

fn gone(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.run(20_000).depart("alice", "carol").settle().set_lock("alice", true).settle();
    scene.told_leader("bob", "carol").refused(Rule::LockedLeaderKnown).observe("bob");
    drafts.alone(
        Draft::new("departed-leads-while-locked", "Who has left cannot lead a locked meeting")
            .plays("bob")
            .tests(Rule::LockedLeaderKnown),
        scene,
    );
    let mut scene = locked(drafts);
    scene.told_leader("bob", "carol").shows(Rule::LockedLeaderKnown).observe("bob");
    drafts.alone(
        Draft::new("member-leads-while-locked", "A member may come to lead a locked meeting")
            .plays("bob")
            .tests(Rule::LockedLeaderKnown)
            .tests(Rule::ChangeNoticed),
        scene,
    );
    let mut scene = seated(drafts);
    scene.lock_claim("bob", true);
    let announced = stranger(&mut scene);
    scene.told_leader_as("bob", "mallory", seat("mallory"), announced);
    open_to_strangers(&mut scene);
    scene.observe("bob");
    drafts.alone(
        Draft::new("stranger-leads-while-lock-claimed", "A lock that is only claimed is none")
            .plays("bob")
            .tests(Rule::LockedLeaderKnown)
            .tests(Rule::LockFromList),
        scene,
    );
}

fn copied(drafts: &mut Drafts) {
    let decisive = "takeover-while-locked";
    for (name, title, lock) in [
        ("takeover-while-unlocked", "A new leader of an open meeting leaves it open", false),
        (decisive, "A new leader of a locked meeting leaves it locked", true),
    ] {
        let mut scene = if lock { locked(drafts) } else { seated(drafts) };
        scene.share_board().elect("carol").observe("carol").settle().run(20_000);
        scene.observe("carol").observe("bob");
        let draft = Draft::new(name, title).plays("carol");
        if lock {
            drafts.decisive(Rule::LockCopied, draft, scene);
        } else {
            drafts.common(draft, scene, &[(Rule::LockCopied, decisive, "the lock")]);
        }
    }
    let mut scene = locked(drafts);
    scene.share_board().elect("carol").settle().observe("bob").run(20_000).observe("bob");
    drafts.alone(
        Draft::new("lock-survives-leader", "A member sees the lock, and no warning, all along")
            .plays("bob")
            .tests(Rule::LockCopied)
            .tests(Rule::LockFromList)
            .tests(Rule::UnlockWarned),
        scene,
    );
}

/// The host need not lead: whoever leads is told of the removal, and lists it as one.
fn removed_by_the_host(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob", "carol"]);
    scene.share_board().elect("carol").settle().run(10_000).kick("carol", "bob").leave("bob");
    scene.set_lock("carol", true).join("bob", Role::Participant).admit("carol", "bob");
    scene.refused(Rule::KickedStaysOut).observe("carol");
    drafts.alone(
        Draft::new(
            "host-removes-through-leader",
            "A removal by a host that does not lead is listed as one, and keeps out",
        )
        .plays("carol")
        .tests(Rule::KickListed)
        .tests(Rule::KickedStaysOut),
        scene,
    );
}

/// The new leader keeps the same people out.
fn behind_the_lock(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob", "carol", "dave"]);
    scene.share_board().run(20_000).kick("alice", "bob").leave("bob");
    scene.depart("alice", "dave").leave("dave").set_lock("alice", true).settle().elect("carol");
    scene.settle().also(CastMember::new("erin", seat("erin")));
    for (party, refused) in [
        ("bob", Some(Rule::KickedStaysOut)),
        ("erin", Some(Rule::LockedAdmitsNobodyNew)),
        ("dave", None),
    ] {
        scene.join(party, Role::Participant).admit("carol", party);
        match refused {
            Some(rule) => scene.refused(rule),
            None => scene.shows(Rule::LockedRejoinAllowed),
        };
    }
    scene.observe("carol");
    drafts.alone(
        Draft::new("doorkeeping-after-takeover", "A new leader keeps out whom the list keeps out")
            .plays("carol")
            .tests(Rule::KickedStaysOut)
            .tests(Rule::LockedAdmitsNobodyNew)
            .tests(Rule::LockedRejoinAllowed)
            .tests(Rule::LockCopied),
        scene,
    );
}

/// A new leader whose snapshot has another lock than the list had.
fn other_lock(drafts: &mut Drafts) {
    for (name, title, lock) in [
        ("successor-unlocks", "A new leader's snapshot unlocks: that is warned of", false),
        ("successor-locks", "A new leader's snapshot locks: that is shown", true),
    ] {
        let mut scene = if lock { seated(drafts) } else { locked(drafts) };
        let last = last_of(&mut scene).0;
        let snapshot = ForgedSnapshot {
            of: "carol".to_owned(),
            locked: Some(lock),
            without: Vec::new(),
            leaves: Vec::new(),
            keys: Vec::new(),
        };
        let forged = ForgedLink {
            by: "carol".to_owned(),
            v: last + 1,
            prev: Some(Box::new(link("alice", last))),
            operation: OperationRecipe::Snapshot(snapshot),
        };
        let certifies = Some(Box::new(Recipe::ForgedLink(forged.clone())));
        let by = "carol".to_owned();
        scene.told_leader_as("bob", "carol", seat("carol"), announcement("carol"));
        scene.link_forged("bob", forged);
        let identical = scene.has(Rule::SnapshotIdentical);
        if identical {
            scene.refused(Rule::SnapshotIdentical);
        }
        let heartbeat = ForgedHeartbeat { by, certifies, ..ForgedHeartbeat::default() };
        scene.observe("bob").heartbeat_forged("bob", heartbeat);
        if identical {
            scene.refused(Rule::CertifiesKnownLink);
        } else {
            scene.shows(Rule::UnlockWarned);
        }
        scene.observe("bob");
        drafts.alone(
            Draft::new(name, title)
                .plays("bob")
                .tests(Rule::UnlockWarned)
                .tests(Rule::SnapshotIdentical)
                .tests(Rule::LockFromList),
            scene,
        );
    }
}
