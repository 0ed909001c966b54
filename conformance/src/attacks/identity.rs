//! Attacks on whose key it is.

use conclave_model::{
    harm::{Harm, Sign},
    message::{Meeting, Role},
    script::{
        CastMember, Change, ForgedHeartbeat, ForgedSeal, KeyRecipe, MessageKind, ValueRecipe,
    },
};
use conclave_spec::{Profile, Rule};

use super::{
    D, Entry, Evidence, Expected, Play, play, refused,
    steps::{as_late, comes, goes_on, listed_during, meets, reads, says},
};
use crate::cases::scene::{Scene, announcement, forged_seal, heartbeat, link, seat};

const VERIFIED: Expected = refused(&[Rule::AnnouncementVerifies]);
const THREEFOLD: Expected =
    refused(&[Rule::AnnouncementVerifies, Rule::HeartbeatVerifies, Rule::LeaderListed]);
const FOURFOLD: Expected = refused(&[
    Rule::AnnouncementVerifies,
    Rule::HeartbeatVerifies,
    Rule::LeaderListed,
    Rule::LeaderBound,
]);
const SAME_KEY: Expected = refused(&[Rule::RejoinSameKey]);

/// Bob's device in other hands.
const AS_BOB: &str = "bob@laptop";

pub(super) const ALL: [Entry; 4] = [
    Entry {
        id: "ATK-ZM-04",
        title: "Key theft on a shared device",
        evidence: Evidence::Stated,
        source: "3, 3.6 (caveat)",
        attacker: "insider with a user of the same device",
        goal: "AUTH, CONF",
        story: "Somebody who uses the same device copies the wrapped identity key of another \
                user, the server releases what unwraps it, and the thief joins as that user.",
        note: "Admitted. The stealing itself is not modelled: the thief begins with the key. The \
               user is on the roster, and is not in the meeting.",
        needs: &[],
        expected: [D; 9],
        play: stolen,
    },
    Entry {
        id: "ATK-ZM-31",
        title: "Identity key substituted",
        evidence: Evidence::Stated,
        source: "2, 3.10; 4.6, 3.11.5",
        attacker: "insider",
        goal: "AUTH, CODE",
        story: "The server serves a key of its own as the leader's, and leads a meeting of its \
                own under the leader's name.",
        note: "Admitted, and detected by whoever compares security codes. Attestations and \
               sigchains are not modelled yet.",
        needs: &[],
        expected: [D; 9],
        play: substituted,
    },
    Entry {
        id: "ATK-MX-01",
        title: "Rejoin under another key",
        evidence: Evidence::Stated,
        source: "CVE-2021-40823, CVE-2021-40824; 2.3.1, 3.7.7",
        attacker: "insider",
        goal: "REJOIN, CONF",
        story: "As in Matrix, where room keys were shared again with a device that had the same \
                user and device ID and another key: Bob leaves, and somebody returns as Bob's \
                device under a key of its own.",
        note: "",
        needs: &[],
        expected: [SAME_KEY; 9],
        play: other_key,
    },
    Entry {
        id: "ATK-MX-03",
        title: "Key passed off as the leader's",
        evidence: Evidence::Stated,
        source: "CVE-2022-39249; 2.3.1, 3.7.5 step 8",
        attacker: "insider",
        goal: "AUTH",
        story: "As in Matrix, where clients took room keys from others than those whose they \
                were said to be: the server says that Alice leads, and serves as her ephemeral \
                key one of its own, under which it seals a meeting key.",
        note: "Where a key is used only after its heartbeat, the signature of the heartbeat and \
               the binding on the list stand behind the announcement: all three must go.",
        needs: &[],
        expected: [
            THREEFOLD, VERIFIED, VERIFIED, VERIFIED, THREEFOLD, THREEFOLD, THREEFOLD, THREEFOLD,
            FOURFOLD,
        ],
        play: passed_off,
    },
];

fn stolen(profile: &Profile) -> Play {
    const TEXT: &str = "this is for Bob";
    let mut thief = CastMember::new(AS_BOB, seat(AS_BOB));
    thief.same_device_as = Some("bob".to_owned());
    let cast = ["alice", "bob", "carol"].map(|party| CastMember::new(party, seat(party)));
    let cast = cast.into_iter().chain([thief]).collect();
    let mut scene = Scene::with_cast(profile, cast);
    scene.join("alice", Role::Leader);
    comes(&mut scene, "carol", "alice");
    comes(&mut scene, AS_BOB, "alice");
    let decisive = scene.steps().saturating_sub(1);
    scene.settle();
    goes_on(&mut scene, "alice", &["carol"], 0, 20_000);
    says(&mut scene, "carol", TEXT);
    play(scene, "alice", decisive, &[reads(AS_BOB, "carol", TEXT)])
        .shown(&[listed_during("carol", "bob", TEXT)])
        .never(&[Harm::Unseen { by: "carol", spy: AS_BOB }])
}

fn substituted(profile: &Profile) -> Play {
    const TEXT: &str = "hello Alice";
    const APART: &str = "where is Bob?";
    const AS_ALICE: &str = "alice@laptop";
    let other = Meeting { id: "93017455129".to_owned(), uuid: *b"another meeting." };
    let mut scene = Scene::of(profile, &["alice", "bob", "carol", AS_ALICE]);
    scene.join("alice", Role::Leader);
    comes(&mut scene, "carol", "alice");
    scene.settle();
    says(&mut scene, "carol", APART);
    scene.join_instance(AS_ALICE, Role::Leader, other.clone());
    scene.join_instance("bob", Role::Participant, other);
    let decisive = scene.steps();
    scene.told_leader("bob", AS_ALICE);
    meets(&mut scene, "bob", AS_ALICE);
    says(&mut scene, "bob", TEXT);
    play(scene, "bob", decisive, &[reads(AS_ALICE, "bob", TEXT)])
        .shown(&[
            Sign::Leader { at: "bob", user_id: "alice" },
            Sign::CodesDiffer { one: "alice", other: "bob" },
        ])
        .never(&[Harm::Unseen { by: "bob", spy: AS_ALICE }, reads(AS_ALICE, "carol", APART)])
}

fn other_key(profile: &Profile) -> Play {
    const TEXT: &str = "welcome back, Bob";
    let mut scene = Scene::seated(profile, &["alice", "bob", "carol"]);
    scene.also(CastMember::new(AS_BOB, seat(AS_BOB)));
    goes_on(&mut scene, "alice", &["bob", "carol"], 0, 20_000);
    scene.leave("bob").depart("alice", "bob").catch_up("carol");
    goes_on(&mut scene, "alice", &["carol"], 20_000, 50_000);
    comes(&mut scene, AS_BOB, "alice");
    let decisive = scene.steps().saturating_sub(1);
    scene.catch_up("carol");
    goes_on(&mut scene, "alice", &["carol"], 50_000, 70_000);
    says(&mut scene, "carol", TEXT);
    play(scene, "alice", decisive, &[reads(AS_BOB, "carol", TEXT)])
}

fn passed_off(profile: &Profile) -> Play {
    const TEXT: &str = "only for Alice";
    let mut scene = Scene::seated(profile, &["alice", "bob"]);
    scene.also(CastMember::new("mallory", seat("mallory")));
    goes_on(&mut scene, "alice", &["bob"], 0, 20_000);
    as_late(&mut scene, "mallory", "alice");
    scene.join("mallory", Role::Participant).told_leader("mallory", "mallory");
    scene.admit("mallory", "bob");
    let mk_seq = scene.newest_key("bob") + 1;
    let links = scene.count("alice", MessageKind::Link);
    let beats = scene.count("alice", MessageKind::Heartbeat);
    let of = Box::new(heartbeat("alice", beats));
    let certified = ForgedHeartbeat {
        by: "mallory".to_owned(),
        certifies: Some(Box::new(link("alice", links))),
        t: Some(1),
        mk_seq: Some(mk_seq),
        prev: Some(ValueRecipe::HashOf { by: "alice".to_owned(), of }),
        timestamp_ms: Some(1),
        signed: Vec::new(),
    };
    let mut changes = vec![Change::new("leader", ValueRecipe::Text("alice".to_owned()))];
    if scene.has(Rule::HybridNamesSender) {
        changes.push(Change::new("sender_ivk", ValueRecipe::IvkOf("alice".to_owned())));
    }
    let key = KeyRecipe::Held(scene.newest_key("mallory"));
    let sealed =
        ForgedSeal { by: "mallory".to_owned(), key, changes, ..forged_seal("bob", mk_seq) };
    let decisive = scene.steps();
    scene.told_leader_as("bob", "alice", seat("alice"), announcement("mallory"));
    scene.heartbeat_forged("bob", certified).sealed_forged("bob", sealed).advance("bob", 25_000);
    says(&mut scene, "bob", TEXT);
    play(scene, "bob", decisive, &[reads("mallory", "bob", TEXT)])
}
