//! Attacks on locked meetings.

use conclave_model::{
    harm::{Harm, Sign},
    script::{CastMember, MessageKind},
};
use conclave_spec::{Profile, Rule};

use super::{
    D, Entry, Evidence, Expected, NA, Play, play, refused,
    steps::{Posted, certify, comes, goes_on, listed_during, posted, reads, says},
    voiced,
};
use crate::cases::scene::{Scene, seat};

const ONE_HISTORY: Expected = refused(&[Rule::HistoryContinues]);
const ONE_LIST: Expected =
    voiced(&[Rule::HistoryContinues, Rule::SnapshotIdentical], Rule::CertifiesKnownLink);
const CURRENT: Expected = refused(&[Rule::RequestMatchesHead]);

pub(super) const ALL: [Entry; 3] = [
    Entry {
        id: "ATK-ZM-25",
        title: "Lock withheld",
        evidence: Evidence::Stated,
        source: "3.1, 3.7.8; 4.1, 7.6.9",
        attacker: "insider",
        goal: "LOCK",
        story: "The leader locks. The server withholds that from one member and names it leader; \
                it lets somebody in, and those who saw the lock are led along.",
        note: "Up to client 5.12 those who saw the lock are warned that it is gone. From 4.1 on \
               they do not follow: nothing but a partition is left of the attack.",
        needs: &[Rule::LockListed],
        expected: [NA, NA, D, D, D, ONE_HISTORY, ONE_HISTORY, ONE_HISTORY, ONE_LIST],
        play: withheld,
    },
    Entry {
        id: "ATK-ZM-27A",
        title: "Co-host's request replayed",
        evidence: Evidence::Stated,
        source: "3.1, 3.7.8; 4.6, 7.6.9",
        attacker: "insider",
        goal: "LOCK",
        story: "A co-host had the meeting unlocked once. The leader locks it again; the server \
                hands the leader the old request, and lets somebody in.",
        note: "",
        needs: &[Rule::LockListed],
        expected: [NA, NA, CURRENT, CURRENT, CURRENT, CURRENT, CURRENT, CURRENT, CURRENT],
        play: replayed,
    },
    Entry {
        id: "ATK-ZM-27B",
        title: "Co-host by the server's grace",
        evidence: Evidence::Stated,
        source: "3.1, 3.7.8; 4.6, 7.6.9",
        attacker: "insider with a participant",
        goal: "LOCK",
        story: "Who is co-host is the server's word. It makes a participant one, which has the \
                meeting unlocked; somebody comes in.",
        note: "Admitted. Everybody is warned, and shown who came.",
        needs: &[Rule::LockListed],
        expected: [NA, NA, D, D, D, D, D, D, D],
        play: made_cohost,
    },
];

/// Bob gets what a leader posted since, and the newest key sealed for him.
fn follows(scene: &mut Scene, leader: &str, since: Posted) {
    certify(scene, "bob", leader, since);
    let key = scene.newest_sealed(leader, "bob");
    scene.sealed_from("bob", key);
}

fn withheld(profile: &Profile) -> Play {
    const TEXT: &str = "locked, is it not?";
    let mut scene = Scene::seated(profile, &["alice", "bob", "carol"]);
    scene.also(CastMember::new("mallory", seat("mallory")));
    goes_on(&mut scene, "alice", &["bob", "carol"], 0, 20_000);
    scene.share_board().set_lock("alice", true).catch_up("bob").misses("carol");
    scene.told_leader("carol", "carol").told_leader("bob", "carol");
    let links = scene.count("carol", MessageKind::Link);
    let decisive = scene.steps() + usize::try_from(links).unwrap_or_default();
    follows(&mut scene, "carol", Posted::default());
    let before = posted(&mut scene, "carol");
    comes(&mut scene, "mallory", "carol");
    follows(&mut scene, "carol", before);
    scene.advance("bob", 25_000);
    says(&mut scene, "bob", TEXT);
    play(scene, "bob", decisive, &[reads("mallory", "bob", TEXT)])
        .shown(&[Sign::Unlocked { at: "bob" }, listed_during("bob", "mallory", TEXT)])
        .never(&[Harm::Unseen { by: "bob", spy: "mallory" }])
}

fn replayed(profile: &Profile) -> Play {
    const TEXT: &str = "nobody can come in";
    let mut scene = Scene::seated(profile, &["alice", "bob"]);
    scene.also(CastMember::new("mallory", seat("mallory")));
    goes_on(&mut scene, "alice", &["bob"], 0, 20_000);
    scene.set_lock("alice", true).catch_up("bob");
    scene.set_lock("bob", false).lock_request("alice", "bob", 1).catch_up("bob");
    scene.set_lock("alice", true).catch_up("bob");
    let decisive = scene.steps();
    scene.lock_request("alice", "bob", 1);
    comes(&mut scene, "mallory", "alice");
    scene.catch_up("bob").advance("bob", 25_000);
    says(&mut scene, "bob", TEXT);
    play(scene, "alice", decisive, &[reads("mallory", "bob", TEXT)])
}

fn made_cohost(profile: &Profile) -> Play {
    const TEXT: &str = "who unlocked?";
    let mut scene = Scene::seated(profile, &["alice", "bob", "mallory"]);
    scene.also(CastMember::new("erin", seat("erin")));
    goes_on(&mut scene, "alice", &["bob", "mallory"], 0, 20_000);
    scene.set_lock("alice", true).catch_up("bob").catch_up("mallory");
    scene.set_lock("mallory", false);
    let decisive = scene.steps();
    scene.lock_request("alice", "mallory", 1);
    comes(&mut scene, "erin", "alice");
    scene.catch_up("bob");
    goes_on(&mut scene, "alice", &["bob"], 20_000, 40_000);
    says(&mut scene, "bob", TEXT);
    play(scene, "alice", decisive, &[reads("erin", "bob", TEXT)])
        .shown(&[Sign::Unlocked { at: "bob" }, listed_during("bob", "erin", TEXT)])
        .never(&[Harm::Unseen { by: "bob", spy: "erin" }])
}
