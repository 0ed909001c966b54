//! LCK: locked meetings, from the button to the display.

use conclave_model::{
    message::Role,
    script::{Act, CastMember, MessageKind, Recipe, ValueRecipe},
};
use conclave_spec::Rule;

use super::{
    Draft, Drafts,
    scene::{Scene, announcement, seat},
};

mod cohost;
mod leaders;
mod requests;

pub(super) fn drafts(drafts: &mut Drafts) {
    if !drafts.profile.rules.contains(Rule::LockListed) {
        return without_locks(drafts);
    }
    button(drafts);
    newcomers(drafts);
    returning(drafts);
    kicked(drafts);
    impostors(drafts);
    claims(drafts);
    members(drafts);
    requests::drafts(drafts);
    cohost::drafts(drafts);
    leaders::drafts(drafts);
}

/// Where no meeting can be locked, none is shown as locked.
fn without_locks(drafts: &mut Drafts) {
    for (name, plays) in [("no-lock-for-leader", "alice"), ("no-lock-for-member", "bob")] {
        let mut scene = seated(drafts);
        scene.lock_claim(plays, true).shows(Rule::RosterFromList).observe(plays);
        scene.run(10_000).observe(plays);
        let title =
            "Where meetings cannot be locked, the server's word that one is changes nothing";
        drafts.alone(Draft::new(name, title).plays(plays).tests(Rule::RosterFromList), scene);
    }
}

const CAST: [&str; 3] = ["alice", "bob", "carol"];

fn seated(drafts: &Drafts) -> Scene {
    Scene::seated(&drafts.profile, &CAST)
}

/// As [`seated`], and locked.
fn locked(drafts: &Drafts) -> Scene {
    let mut scene = seated(drafts);
    scene.set_lock("alice", true).settle();
    scene
}

/// A party joins anew, and the server says so to the leader.
fn comes(scene: &mut Scene, party: &str) {
    scene.join(party, Role::Participant).told_leader(party, "alice").admit("alice", party);
}

fn button(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.advance("alice", 10_000).observe("alice");
    drafts.common(
        Draft::new("left-unlocked", "A meeting that nobody locks is not locked").plays("alice"),
        scene,
        &[
            (Rule::LockListed, "locks", "whether the user locks"),
            (Rule::LockFromList, "lock-claimed-to-leader", "whether the server claims a lock"),
        ],
    );
    let mut scene = seated(drafts);
    scene.set_lock("alice", true).shows(Rule::LockListed).observe("alice");
    scene.advance("alice", 10_000).observe("alice");
    drafts.decisive(
        Rule::LockListed,
        Draft::new("locks", "The leader's user locks: a link, a heartbeat, no warning")
            .plays("alice"),
        scene,
    );
    let mut scene = locked(drafts);
    scene.observe("alice").advance("alice", 10_000);
    drafts.common(
        Draft::new("left-locked", "A meeting that nobody unlocks stays locked").plays("alice"),
        scene,
        &[(Rule::UnlockWarned, "unlocks", "whether the user unlocks")],
    );
    let mut scene = locked(drafts);
    scene.set_lock("alice", false).shows(Rule::UnlockWarned).observe("alice");
    scene.advance("alice", 10_000);
    drafts.decisive(
        Rule::UnlockWarned,
        Draft::new("unlocks", "The leader's user unlocks: a link, a warning, a heartbeat")
            .plays("alice"),
        scene,
    );
    let mut scene = locked(drafts);
    while scene.count("alice", MessageKind::Link) < 20 {
        let name = format!("Carol {}", scene.steps());
        scene.rename("alice", "carol", &name);
    }
    scene.set_lock("alice", false).shows(Rule::UnlockWarned).settle().observe("bob");
    for plays in ["alice", "bob"] {
        let title = "Unlocking that makes the list too long warns once, after the snapshot";
        let draft = Draft::new(&format!("unlocks-and-coalesces-{plays}"), title).plays(plays);
        drafts.alone(draft.tests(Rule::UnlockWarned), scene.clone());
    }
    let mut scene = locked(drafts);
    scene.run(20_000).rename("alice", "carol", "Caroline").depart("alice", "bob");
    scene.kick("alice", "carol").observe("alice").set_lock("alice", false).observe("alice");
    drafts.alone(
        Draft::new("locked-life-goes-on", "Behind a lock, names change and members go as ever")
            .plays("alice")
            .tests(Rule::LockListed)
            .tests(Rule::LockFromList),
        scene,
    );
}

fn newcomers(drafts: &mut Drafts) {
    let cast = ["alice", "bob", "carol", "dave"];
    let decisive = "newcomer-while-locked";
    for (name, title, lock) in [
        ("newcomer-while-unlocked", "Somebody new comes in", false),
        (decisive, "Nobody new comes in while the meeting is locked", true),
    ] {
        let mut scene = Scene::gathered(&drafts.profile, &cast);
        scene.admit("alice", "bob").admit("alice", "carol");
        if lock {
            scene.set_lock("alice", true);
        }
        scene.admit("alice", "dave");
        let draft = Draft::new(name, title).plays("alice");
        if lock {
            scene.refused(Rule::LockedAdmitsNobodyNew).observe("alice");
            drafts.decisive(Rule::LockedAdmitsNobodyNew, draft, scene);
        } else {
            scene.shows(Rule::LockedAdmitsNobodyNew).observe("alice");
            let pair = (Rule::LockedAdmitsNobodyNew, decisive, "the lock");
            drafts.common(draft, scene, &[pair]);
        }
    }
    let mut scene = Scene::gathered(&drafts.profile, &cast);
    scene.admit("alice", "bob").admit("alice", "carol").set_lock("alice", true);
    scene.admit("alice", "dave").refused(Rule::LockedAdmitsNobodyNew).set_lock("alice", false);
    scene.admit("alice", "dave").shows(Rule::LockedAdmitsNobodyNew).observe("alice");
    drafts.alone(
        Draft::new(
            "newcomer-after-unlock",
            "Who was refused comes in once the meeting is unlocked",
        )
        .plays("alice")
        .tests(Rule::LockedAdmitsNobodyNew),
        scene,
    );
}

fn returning(drafts: &mut Drafts) {
    let decisive = "returns-while-locked";
    for (name, title, lock) in [
        ("returns-while-unlocked", "Who left may return", false),
        (decisive, "Who left may return to a locked meeting with the same key", true),
    ] {
        let mut scene = seated(drafts);
        scene.run(20_000).depart("alice", "bob").leave("bob");
        if lock {
            scene.set_lock("alice", true);
        }
        comes(&mut scene, "bob");
        scene.shows(Rule::LockedRejoinAllowed).observe("alice");
        let draft = Draft::new(name, title).plays("alice");
        if lock {
            let mut draft = draft;
            let what = "how the one who returns had gone";
            let side = crate::case::Side::Common;
            let twin = "kicked-returns-while-locked";
            draft.pairs.push(super::pair(Rule::KickedStaysOut, side, twin, what));
            drafts.decisive(Rule::LockedRejoinAllowed, draft, scene);
        } else {
            drafts.common(draft, scene, &[(Rule::LockedRejoinAllowed, decisive, "the lock")]);
        }
    }
    let mut scene = locked(drafts);
    scene.leave("bob");
    comes(&mut scene, "bob");
    scene.shows(Rule::LockedRejoinAllowed).observe("alice").catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new("returns-unnoticed-while-locked", "So may one whose leaving nobody reported")
            .plays("alice")
            .tests(Rule::LockedRejoinAllowed),
        scene,
    );
}

fn kicked(drafts: &mut Drafts) {
    let removed = |drafts: &Drafts| {
        let mut scene = seated(drafts);
        scene.run(20_000).kick("alice", "bob").leave("bob");
        scene.set_lock("alice", true);
        scene
    };
    let mut scene = removed(drafts);
    comes(&mut scene, "bob");
    scene.refused(Rule::KickedStaysOut).observe("alice");
    drafts.decisive(
        Rule::KickedStaysOut,
        Draft::new("kicked-returns-while-locked", "Who was removed stays out of a locked meeting")
            .plays("alice"),
        scene,
    );
    let mut scene = removed(drafts);
    scene.set_lock("alice", false);
    comes(&mut scene, "bob");
    scene.shows(Rule::KickedStaysOut).observe("alice").catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new("kicked-returns-when-unlocked", "Who was removed may return to an open meeting")
            .plays("alice")
            .tests(Rule::KickedStaysOut),
        scene,
    );
}

/// The device of Bob with another identity key.
fn impostors(drafts: &mut Drafts) {
    for (name, title, leaves) in [
        ("other-key-while-locked", "Who returns with another key is not the one who left", true),
        ("other-key-in-place-of-member", "Nor does another key take the place of a member", false),
    ] {
        let mut scene = locked(drafts);
        scene.also(CastMember::new("impostor", seat("bob"))).join("impostor", Role::Participant);
        if leaves {
            scene.depart("alice", "bob");
        }
        scene.act(
            "alice",
            Act::Admitted {
                seat: seat("bob"),
                name: "bob".to_owned(),
                ivk: ValueRecipe::IvkOf("impostor".to_owned()),
                announcement: announcement("impostor"),
                outdated: false,
            },
        );
        scene.refused(Rule::RejoinSameKey).observe("alice");
        drafts.alone(
            Draft::new(name, title)
                .plays("alice")
                .tests(Rule::LockedRejoinAllowed)
                .tests(Rule::RejoinSameKey),
            scene,
        );
    }
}

/// What the server says of the lock.
fn claims(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.lock_claim("alice", true).shows(Rule::LockFromList).observe("alice");
    scene.advance("alice", 10_000).observe("alice");
    drafts.decisive(
        Rule::LockFromList,
        Draft::new("lock-claimed-to-leader", "The server's word that it is locked counts nothing")
            .plays("alice"),
        scene,
    );
    let mut scene = locked(drafts);
    scene.also(CastMember::new("dave", seat("dave"))).lock_claim("alice", false);
    scene.shows(Rule::LockFromList).observe("alice");
    comes(&mut scene, "dave");
    scene.refused(Rule::LockedAdmitsNobodyNew).observe("alice");
    drafts.alone(
        Draft::new("unlock-claimed-to-leader", "The server cannot open the door by saying so")
            .plays("alice")
            .tests(Rule::LockFromList)
            .tests(Rule::LockedAdmitsNobodyNew),
        scene,
    );
    for (name, lock) in [("lock-claimed", true), ("unlock-claimed", false)] {
        let mut scene = if lock { seated(drafts) } else { locked(drafts) };
        scene.lock_claim("bob", lock).shows(Rule::LockFromList).observe("bob");
        scene.run(10_000).observe("bob");
        drafts.alone(
            Draft::new(name, "A member too is shown what the certified list says")
                .plays("bob")
                .tests(Rule::LockFromList),
            scene,
        );
    }
}

/// What a member sees of locking and unlocking.
fn members(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.set_lock("alice", true);
    let (link, beat) = last_of(&mut scene);
    scene.link("bob", "alice", link).observe("bob").heartbeat("bob", "alice", beat);
    scene.shows(Rule::LockFromList).observe("bob");
    drafts.alone(
        Draft::new("lock-certified", "A lock is shown once a heartbeat certifies it")
            .plays("bob")
            .tests(Rule::LockFromList),
        scene,
    );
    let mut scene = locked(drafts);
    scene.set_lock("alice", false);
    let (link, beat) = last_of(&mut scene);
    scene.link("bob", "alice", link).observe("bob").heartbeat("bob", "alice", beat);
    scene.shows(Rule::UnlockWarned).observe("bob");
    drafts.alone(
        Draft::new("unlock-certified", "A member is warned when the meeting becomes unlocked")
            .plays("bob")
            .tests(Rule::UnlockWarned)
            .tests(Rule::LockFromList),
        scene,
    );
    let mut scene = seated(drafts);
    scene.set_lock("alice", true).set_lock("alice", false);
    let (link, beat) = last_of(&mut scene);
    if scene.has(Rule::HistoryContinues) {
        scene.link("bob", "alice", link - 1).heartbeat("bob", "alice", beat - 1);
        scene.link("bob", "alice", link).heartbeat("bob", "alice", beat);
    } else {
        scene.link("bob", "alice", link - 1).link("bob", "alice", link);
        scene.heartbeat("bob", "alice", beat);
    }
    scene.shows(Rule::UnlockWarned).observe("bob");
    drafts.alone(
        Draft::new("locked-and-unlocked", "Every unlocking is warned of, however short the lock")
            .plays("bob")
            .tests(Rule::UnlockWarned),
        scene,
    );
}

/// The numbers of Alice's last link and heartbeat.
fn last_of(scene: &mut Scene) -> (u32, u32) {
    (scene.count("alice", MessageKind::Link), scene.count("alice", MessageKind::Heartbeat))
}

/// Somebody has joined, is on no list, and the server says that they lead.
fn stranger(scene: &mut Scene) -> Recipe {
    scene.also(CastMember::new("mallory", seat("mallory"))).join("mallory", Role::Participant);
    announcement("mallory")
}

#[cfg(test)]
mod tests {
    use conclave_spec::rules::Area;

    use crate::cases::pairs;

    #[test]
    fn the_reference_bears_out_every_case_and_every_pair_is_decisive() {
        assert_eq!(pairs::problems_of(Area::Lock), Vec::<String>::new());
    }
}
