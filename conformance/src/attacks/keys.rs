//! Attacks on the meeting key: used too early, too long, again.

use conclave_model::{
    harm::Harm,
    message::Role,
    script::{Handle, Recipe},
};
use conclave_spec::{Profile, Rule};

use super::{
    D, Entry, Evidence, Expected, Play, S, play, prevented, refused,
    steps::{certify, comes, goes_on, listed_during, phantom, posted, reads, says},
    voiced,
};
use crate::cases::scene::{Scene, meeting, next_instance, seat};

const NOT_BEFORE_NUMBER: Expected = prevented(&[Rule::NumberFromHeartbeat]);
const NOT_BEFORE_BEAT: Expected = prevented(&[Rule::KeyAwaitsHeartbeat]);
const NEW_FOR_JOINER: Expected = prevented(&[Rule::JoinerKeyNew]);
const IN_TIME: Expected = prevented(&[Rule::RotateInTime]);
const INCREASES: Expected = refused(&[Rule::SeqIncreases]);
const SEALED: Expected = voiced(&[Rule::SealCarriesSeq], Rule::SeqIncreases);
const OTHER_INSTANCE: Expected = voiced(&[Rule::BindingNamesInstance], Rule::AnnouncementVerifies);

pub(super) const ALL: [Entry; 7] = [
    Entry {
        id: "ATK-ZM-10",
        title: "Key used before its list",
        evidence: Evidence::Stated,
        source: "4.1, subsubsec:keyrotation (note)",
        attacker: "insider",
        goal: "ROSTER-SEND",
        story: "Somebody new comes in, and the leader rotates. The server hands a member the new \
                key and withholds the list and the heartbeat. A member that uses the key speaks to \
                somebody it is not shown.",
        note: "In 2.3.1 a key without a number is of no use before the heartbeat that brings one, \
               and that heartbeat certifies the list (reading R-18).",
        needs: &[],
        expected: [
            NOT_BEFORE_NUMBER,
            S,
            S,
            S,
            NOT_BEFORE_BEAT,
            NOT_BEFORE_BEAT,
            NOT_BEFORE_BEAT,
            NOT_BEFORE_BEAT,
            NOT_BEFORE_BEAT,
        ],
        play: key_before_list,
    },
    Entry {
        id: "ATK-ZM-11",
        title: "Late joiner reads the past",
        evidence: Evidence::Stated,
        source: "4.1, subsubsec:keyrotation (note)",
        attacker: "a joiner that recorded the traffic",
        goal: "BACKWARD",
        story: "Somebody joins within 15 seconds after a rotation and is given the newest key; it \
                opens what was said under it before the join.",
        note: "Up to 4.0 the paper admits these 15 seconds.",
        needs: &[],
        expected: [
            S,
            S,
            S,
            S,
            NEW_FOR_JOINER,
            NEW_FOR_JOINER,
            NEW_FOR_JOINER,
            NEW_FOR_JOINER,
            NEW_FOR_JOINER,
        ],
        play: reads_back,
    },
    Entry {
        id: "ATK-ZM-12",
        title: "Leaver keeps reading",
        evidence: Evidence::Stated,
        source: "3, 3.7.6; 4.1, subsubsec:keyrotation",
        attacker: "insider with a removed participant",
        goal: "REMOVAL",
        story: "A participant is removed. The server hands a member the list that says so and \
                withholds the new key: the member goes on under the old one until it gets another.",
        note: "Admitted for a time. From client 5.12 on the removed participant stays displayed \
               as present for as long as it can listen.",
        needs: &[],
        expected: [S, S, S, S, D, D, D, D, D],
        play: leaver_listens,
    },
    Entry {
        id: "ATK-ZM-13",
        title: "Unbounded key age",
        evidence: Evidence::Stated,
        source: "zoom/zoom-e2e-whitepaper issue 6; 4.1, subsubsec:keyrotation",
        attacker: "whoever learns one meeting key",
        goal: "LIVE-KEY",
        story: "Nobody comes or goes, so the leader never rotates: one key opens the whole meeting.",
        note: "",
        needs: &[],
        expected: [S, S, S, S, IN_TIME, IN_TIME, IN_TIME, IN_TIME, IN_TIME],
        play: old_key,
    },
    Entry {
        id: "ATK-ZM-14",
        title: "Meeting key rolled back",
        evidence: Evidence::Derived,
        source: "2.3.1, 3.7.6; 3, changelog",
        attacker: "insider with a removed participant",
        goal: "REMOVAL, MONO, AGREE-KEY",
        story: "A participant is removed and the leader rotates. The server serves a member the \
                sealed key of before as the new one. The removed participant knows it.",
        note: "",
        needs: &[],
        expected: [
            S, INCREASES, INCREASES, INCREASES, INCREASES, INCREASES, INCREASES, INCREASES,
            INCREASES,
        ],
        play: roll_back,
    },
    Entry {
        id: "ATK-ZM-15",
        title: "Packet counter repeated",
        evidence: Evidence::Derived,
        source: "2.3.1, 3.10; 4.6, 7.12",
        attacker: "insider",
        goal: "NONCE",
        story: "As ATK-ZM-14: the key of before is installed under another number, so its packet \
                counters begin again, and two packets share a key and a nonce.",
        note: "",
        needs: &[],
        expected: [S, SEALED, SEALED, SEALED, SEALED, SEALED, SEALED, SEALED, SEALED],
        play: counter_again,
    },
    Entry {
        id: "ATK-ZM-17",
        title: "Announcement of yesterday",
        evidence: Evidence::Stated,
        source: "1, 3.8.4; 2, 3.10",
        attacker: "insider",
        goal: "AUTH, CONF",
        story: "The server presents to the leader of today what Bob announced in yesterday's \
                instance of the meeting.",
        note: "Nobody could open what is sealed to that key: it is erased. Without the rule Bob \
               is displayed, and is not there.",
        needs: &[],
        expected: [OTHER_INSTANCE; 9],
        play: yesterday,
    },
];

/// Who is there in most of these.
const CAST: [&str; 3] = ["alice", "bob", "mallory"];

fn key_before_list(profile: &Profile) -> Play {
    const TEXT: &str = "is anybody else here?";
    let mut scene = Scene::of(profile, &CAST);
    scene.join("alice", Role::Leader);
    comes(&mut scene, "bob", "alice");
    scene.settle();
    goes_on(&mut scene, "alice", &["bob"], 0, 30_000);
    comes(&mut scene, "mallory", "alice");
    let key = scene.newest_sealed("alice", "bob");
    let decisive = scene.steps();
    scene.sealed_from("bob", key).advance("bob", 35_000);
    says(&mut scene, "bob", TEXT);
    play(
        scene,
        "bob",
        decisive,
        &[Harm::Unseen { by: "bob", spy: "mallory" }, reads("mallory", "bob", TEXT)],
    )
}

fn reads_back(profile: &Profile) -> Play {
    const TEXT: &str = "before she came";
    let mut scene = Scene::of(profile, &CAST);
    scene.join("alice", Role::Leader);
    comes(&mut scene, "bob", "alice");
    scene.settle();
    goes_on(&mut scene, "alice", &["bob"], 0, 20_000);
    scene.advance("bob", 24_000);
    says(&mut scene, "bob", TEXT);
    scene.advance("alice", 25_000);
    comes(&mut scene, "mallory", "alice");
    let decisive = scene.steps().saturating_sub(1);
    play(scene, "alice", decisive, &[reads("mallory", "bob", TEXT)])
}

fn leaver_listens(profile: &Profile) -> Play {
    const BEFORE: &str = "has she gone yet?";
    const AFTER: &str = "now she has";
    let mut scene = Scene::seated(profile, &CAST);
    goes_on(&mut scene, "alice", &["bob", "mallory"], 0, 40_000);
    let before = posted(&mut scene, "alice");
    scene.kick("alice", "mallory");
    let decisive = scene.steps();
    certify(&mut scene, "bob", "alice", before);
    scene.advance("bob", 43_000);
    says(&mut scene, "bob", BEFORE);
    let key = scene.newest_sealed("alice", "bob");
    scene.sealed_from("bob", key).advance("bob", 46_000);
    says(&mut scene, "bob", AFTER);
    play(scene, "bob", decisive, &[reads("mallory", "bob", BEFORE)])
        .shown(&[listed_during("bob", "mallory", BEFORE)])
        .never(&[reads("mallory", "bob", AFTER)])
}

/// A rotation's way: five minutes of use, ten seconds to a heartbeat, two until it is used.
const KEY_AGE_MS: u64 = 312_000;

fn old_key(profile: &Profile) -> Play {
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader);
    comes(&mut scene, "bob", "alice");
    scene.settle().run(340_000);
    let decisive = scene.steps();
    says(&mut scene, "bob", "as ever");
    play(scene, "alice", decisive, &[Harm::OldKey { by: "bob", ms: KEY_AGE_MS }])
}

/// Mallory is removed; Bob gets the sealed key of before, twice, then the new one, then that of
/// before again: it depends on where a number comes from which of them counts.
fn rolled_back(profile: &Profile, first: &str, last: &str) -> (Scene, usize) {
    let mut scene = Scene::seated(profile, &CAST);
    goes_on(&mut scene, "alice", &["bob", "mallory"], 0, 40_000);
    let old = scene.newest_sealed("alice", "bob");
    says(&mut scene, "bob", first);
    let before = posted(&mut scene, "alice");
    scene.kick("alice", "mallory");
    certify(&mut scene, "bob", "alice", before);
    let new = scene.newest_sealed("alice", "bob");
    let decisive = scene.steps();
    for key in [old.clone(), old.clone(), new, old] {
        scene.sealed_from("bob", key);
    }
    scene.advance("bob", 46_000);
    says(&mut scene, "bob", last);
    (scene, decisive)
}

fn roll_back(profile: &Profile) -> Play {
    const TEXT: &str = "between ourselves";
    let (scene, decisive) = rolled_back(profile, "to everybody", TEXT);
    play(scene, "bob", decisive, &[reads("mallory", "bob", TEXT)])
}

fn counter_again(profile: &Profile) -> Play {
    let (scene, decisive) = rolled_back(profile, "one text", "quite another");
    play(scene, "bob", decisive, &[Harm::CounterTwice])
}

fn yesterday(profile: &Profile) -> Play {
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join_instance("bob", Role::Participant, meeting()).leave("bob");
    scene.join_instance("alice", Role::Leader, next_instance());
    let announced = Recipe::Sent(Handle::announcement("bob", 1));
    scene.nonce("alice", "bob");
    let decisive = scene.steps();
    scene.admit_with("alice", "bob", announced).advance("alice", 10_000);
    play(scene, "alice", decisive, &[phantom("alice", seat("bob"))])
        .never(&[Harm::KeepsSecrets { who: "bob" }])
}
