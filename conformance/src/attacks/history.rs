//! Attacks that split a meeting, and join it again.

use conclave_model::harm::{Harm, Sign};
use conclave_spec::{Profile, Rule};

use super::{
    D, Entry, Evidence, Expected, Play, S, play, refused,
    steps::{Posted, certify, goes_on, gone, hands_over},
    voiced,
};
use crate::cases::scene::Scene;

const ONE_HISTORY: Expected = refused(&[Rule::HistoryContinues]);
const ONE_LIST: Expected =
    voiced(&[Rule::HistoryContinues, Rule::SnapshotIdentical], Rule::CertifiesKnownLink);

pub(super) const ALL: [Entry; 2] = [
    Entry {
        id: "ATK-ZM-08",
        title: "History forked and re-joined",
        evidence: Evidence::Stated,
        source: "4.1, subsubsec:lpl (note)",
        attacker: "insider, or a bad network",
        goal: "HIST",
        story: "The server splits the meeting. Each half goes on under a leader of its own and \
                logs other things. Then a member of one half is told that the other half's \
                leader leads, and takes its list: two clients agree on the present after \
                different pasts.",
        note: "",
        needs: &[],
        expected: [S, S, S, S, S, ONE_HISTORY, ONE_HISTORY, ONE_HISTORY, ONE_LIST],
        play: fork,
    },
    Entry {
        id: "ATK-ZM-09",
        title: "Meeting partitioned",
        evidence: Evidence::Stated,
        source: "4.1, subsubsec:lpl",
        attacker: "insider",
        goal: "none: unavoidable",
        story: "The server tells each of two halves that the other one left.",
        note: "Admitted. Each side is shown the other as gone, and the one that gets another \
               leader is told.",
        needs: &[],
        expected: [D; 9],
        play: partition,
    },
];

/// Alice leads the others, and the board of everybody is everybody's.
fn together(profile: &Profile) -> Scene {
    let mut scene = Scene::seated(profile, &["alice", "bob", "carol", "dave"]);
    goes_on(&mut scene, "alice", &["bob", "carol", "dave"], 0, 20_000);
    scene.share_board();
    scene
}

fn fork(profile: &Profile) -> Play {
    let mut scene = together(profile);
    // Names are on the list since version 3.
    if scene.has(Rule::RenameListed) {
        scene.rename("alice", "dave", "David");
    } else {
        scene.depart("alice", "bob");
    }
    scene.catch_up("carol").misses("bob").misses("dave");
    hands_over(&mut scene, "bob", &["dave"]);
    goes_on(&mut scene, "bob", &["dave"], 20_000, 30_000);
    scene.advance("carol", 30_000).told_leader("carol", "bob");
    let decisive = scene.steps() + links(&mut scene, "bob");
    certify(&mut scene, "carol", "bob", Posted::default());
    play(scene, "carol", decisive, &[Harm::SplitHistory { one: "carol", other: "dave" }])
}

fn links(scene: &mut Scene, by: &str) -> usize {
    let links = scene.count(by, conclave_model::script::MessageKind::Link);
    usize::try_from(links).unwrap_or_default()
}

fn partition(profile: &Profile) -> Play {
    let mut scene = together(profile);
    scene.depart("alice", "bob").depart("alice", "dave").catch_up("carol");
    goes_on(&mut scene, "alice", &["carol"], 20_000, 50_000);
    scene.misses("bob").misses("dave");
    let decisive = scene.steps();
    hands_over(&mut scene, "bob", &["dave"]);
    scene.depart("bob", "alice").depart("bob", "carol").catch_up("dave");
    goes_on(&mut scene, "bob", &["dave"], 20_000, 50_000);
    let (one, other) = ("carol", "dave");
    play(scene, "dave", decisive, &[Harm::Apart { one, other }])
        .shown(&[
            gone("carol", "dave"),
            gone("dave", "carol"),
            Sign::LeaderChanged { at: "dave", user_id: "bob" },
        ])
        .never(&[Harm::SplitHistory { one, other }])
}
