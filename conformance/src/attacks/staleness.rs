//! Attacks by withholding and delay.

use conclave_model::{
    harm::{Harm, Sign},
    script::{CastMember, Recipe},
};
use conclave_spec::{Profile, Rule};

use super::{
    D, Entry, Evidence, Expected, Play, S, play, prevented, refused,
    steps::{certify_upto, comes, goes_on, hands_over, posted, reads, says},
    voiced,
};
use crate::cases::scene::{Scene, seat};

const NOT_STALE: Expected = refused(&[Rule::NotStale]);
/// The old key goes with the certificate; if it did not, heartbeats would be refused in the end.
const DRIED_UP: Expected =
    Expected::Outgrown { reading: "R-64", also: &[Rule::AnchorLeastDelayed] };
/// Whoever lags behind has left with its last key before an old one could reach it.
const GONE: Expected = prevented(&[Rule::NonceRecent]);
const RECENT: Expected = voiced(&[Rule::NonceRecent], Rule::SealOpens);

pub(super) const ALL: [Entry; 5] = [
    Entry {
        id: "ATK-ZM-05",
        title: "Denial of service",
        evidence: Evidence::Stated,
        source: "1, 3.8.4; 4.6, 2.1",
        attacker: "insider",
        goal: "DROP",
        story: "The server alters a sealed key and withholds every heartbeat from a member.",
        note: "Admitted. The member must say that it is out, and keep no key.",
        needs: &[],
        expected: [D; 9],
        play: denial,
    },
    Entry {
        id: "ATK-ZM-06",
        title: "Heartbeats drop by drop",
        evidence: Evidence::Derived,
        source: "2.3.1, 3.7.7, read literally",
        attacker: "insider with a removed participant",
        goal: "LIVE-ROSTER, REMOVAL",
        story: "The leader beats every ten seconds. The server hands a member one heartbeat in 95 \
                seconds, in order: never are ten missed in a row, and what the member believes of \
                the meeting grows old without bound.",
        note: "Refused since 4.1 only because the timestamp is held against the local clock \
               (reading R-52).",
        needs: &[],
        expected: [S, S, S, S, S, NOT_STALE, NOT_STALE, NOT_STALE, NOT_STALE],
        play: drip,
    },
    Entry {
        id: "ATK-ZM-06B",
        title: "Drop by drop, with rotations",
        evidence: Evidence::Derived,
        source: "4.1, subsubsec:lpl and subsubsec:liveness",
        attacker: "insider with a removed participant and a guest of its own",
        goal: "LIVE-ROSTER, REMOVAL",
        story: "As ATK-ZM-06, while a guest of the server comes and goes, so that the leader \
                rotates. Each heartbeat that a member is handed certifies a greater number; the \
                keys are withheld. Ten minutes after a removal the member speaks under a key that \
                the removed participant has.",
        note: "The anchor of reading R-52 is the heartbeat that certifies a greater number, \
               whether or not the key has come: every rotation grants the server another hundred \
               seconds. By reading R-77 the member goes on under its last key; the hardened \
               profile gives that key up with the certificate (R-64) and leaves with it (ROT-44); \
               if it did not, HBT-22 would end it.",
        needs: &[],
        expected: [S, S, S, S, S, S, S, S, DRIED_UP],
        play: drip_with_rotations,
    },
    Entry {
        id: "ATK-ZM-07",
        title: "Staleness per leader change",
        evidence: Evidence::Stated,
        source: "4.1, subsubsec:liveness (note)",
        attacker: "insider",
        goal: "LIVE-KEY",
        story: "The server changes the leader again and again, and lets each one's messages reach \
                a member a little later than those of the one before: after five leaders the \
                member takes a key that is seven minutes old, and no leader's clock shows it.",
        note: "Since 4.1 such a key is bound to a nonce that is no longer one of the two newest. \
               Heartbeats are bound to none: see ATK-ZM-07B.",
        needs: &[],
        expected: [S, S, S, S, S, RECENT, RECENT, RECENT, GONE],
        play: accumulates,
    },
    Entry {
        id: "ATK-ZM-07B",
        title: "Old key behind leader changes",
        evidence: Evidence::Derived,
        source: "4.1, subsubsec:lpl and subsubsec:liveness",
        attacker: "insider with a removed participant",
        goal: "LIVE-ROSTER, REMOVAL",
        story: "As ATK-ZM-07, with eight leaders and one who is removed by the last of them. A \
                member that lags behind refuses their keys, if it is of a version that has \
                nonces, and takes their heartbeats all the same: eleven minutes after the removal \
                it speaks under a key that the removed participant has.",
        note: "Nonces do not bound how old a key in use may be, nor the roster. A heartbeat is \
               bound to none, the anchor of reading R-52 begins anew with each leader, and by \
               reading R-77 a member without the key that is certified goes on under its last \
               one. The hardened profile gives that key up with the certificate (R-64), and the \
               member leaves with it (ROT-44).",
        needs: &[],
        expected: [S, S, S, S, S, S, S, S, Expected::Outgrown { reading: "R-64", also: &[] }],
        play: roster_lags,
    },
];

fn denial(profile: &Profile) -> Play {
    let cast = ["alice", "bob", "carol"];
    let mut scene = Scene::seated(profile, &cast);
    goes_on(&mut scene, "alice", &["bob", "carol"], 0, 20_000);
    let key = scene.newest_sealed("alice", "bob");
    let altered = Recipe::Damaged { of: Box::new(key), field: "ciphertext".to_owned() };
    let decisive = scene.steps();
    scene.sealed_from("bob", altered);
    goes_on(&mut scene, "alice", &["carol"], 20_000, 130_000);
    scene.advance("bob", 130_000);
    play(scene, "bob", decisive, &[Harm::ShutOut { who: "bob" }])
        .shown(&[Sign::Ended { at: "bob" }])
        .never(&[Harm::KeepsSecrets { who: "bob" }])
}

/// Nearly as long as a client waits for a heartbeat, in milliseconds.
const GAP_MS: u64 = 95_000;

fn drip(profile: &Profile) -> Play {
    const TEXT: &str = "now that she is gone";
    let mut scene = Scene::seated(profile, &["alice", "bob", "mallory"]);
    goes_on(&mut scene, "alice", &["bob", "mallory"], 0, 20_000);
    let before = scene.count("alice", conclave_model::script::MessageKind::Heartbeat);
    goes_on(&mut scene, "alice", &[], 20_000, 60_000);
    scene.kick("alice", "mallory");
    goes_on(&mut scene, "alice", &[], 60_000, 300_000);
    let mut decisive = 0;
    for drop in 1..=3u32 {
        scene.advance("bob", 20_000 + u64::from(drop) * GAP_MS);
        if drop == 2 {
            decisive = scene.steps();
        }
        scene.heartbeat("bob", "alice", before + drop);
    }
    says(&mut scene, "bob", TEXT);
    play(scene, "bob", decisive, &[reads("mallory", "bob", TEXT)])
}

/// What Bob is handed at a time: everything of Alice's that one visit of the guest brought about,
/// except for keys.
fn drip_with_rotations(profile: &Profile) -> Play {
    const TEXT: &str = "we are among friends";
    let mut scene = Scene::seated(profile, &["alice", "bob", "mallory"]);
    scene.also(CastMember::new("guest", seat("guest")));
    goes_on(&mut scene, "alice", &["bob", "mallory"], 0, 20_000);
    let mut drops = vec![posted(&mut scene, "alice")];
    for visit in 1..=7 {
        goes_on(&mut scene, "alice", &[], visit * 20_000, visit * 20_000 + 20_000);
        if visit % 2 == 1 {
            comes(&mut scene, "guest", "alice");
        } else {
            scene.leave("guest").depart("alice", "guest");
        }
        drops.push(posted(&mut scene, "alice"));
    }
    scene.kick("alice", "mallory");
    for (at, drop) in (1..).zip(drops.windows(2)) {
        let [since, upto] = drop else { continue };
        scene.advance("bob", 20_000 + at * GAP_MS);
        certify_upto(&mut scene, "bob", "alice", *since, *upto);
    }
    let decisive = scene.steps();
    says(&mut scene, "bob", TEXT);
    play(scene, "bob", decisive, &[reads("mallory", "bob", TEXT)])
}

/// Twice the interval of nonces in a small meeting, in milliseconds.
const KEY_AGE_MS: u64 = 360_000;

/// To whom nothing is delayed.
const PROMPT: [&str; 3] = ["alice", "carol", "dave"];

/// The server changes the leader every ten seconds, and Bob gets what each posted 95 seconds after
/// he got what the one before did. In the end the last leader removes Mallory; Bob does not hear
/// of it.
fn lagging(profile: &Profile, reigns: usize) -> Scene {
    let mut scene = Scene::seated(profile, &["alice", "bob", "carol", "dave", "mallory"]);
    goes_on(&mut scene, "alice", &["bob", "carol", "dave", "mallory"], 0, 20_000);
    scene.share_board();
    let (mut last, mut delayed) = ("alice", Vec::new());
    for (at, leader) in (3..).zip(["carol", "dave"].into_iter().cycle().take(reigns)) {
        let others = |leader| PROMPT.into_iter().filter(move |party| *party != leader);
        scene.advance(last, at * 10_000);
        for party in others(last) {
            scene.advance(party, at * 10_000).catch_up(party);
        }
        let before = scene.posted();
        hands_over(&mut scene, leader, &others(leader).collect::<Vec<_>>());
        delayed.push((leader, before, scene.posted()));
        last = leader;
    }
    scene.kick(last, "mallory");
    for (at, (leader, before, after)) in (1..).zip(delayed) {
        scene.advance("bob", 20_000 + at * GAP_MS).catch_up_to("bob", before);
        scene.told_leader("bob", leader).catch_up_to("bob", after);
    }
    scene
}

fn accumulates(profile: &Profile) -> Play {
    let scene = lagging(profile, 5);
    // The last thing he gets is the key.
    let decisive = scene.steps().saturating_sub(1);
    play(scene, "bob", decisive, &[Harm::StaleKey { who: "bob", ms: KEY_AGE_MS }])
}

fn roster_lags(profile: &Profile) -> Play {
    const TEXT: &str = "she is still here, is she not?";
    let mut scene = lagging(profile, 8);
    let decisive = scene.steps();
    says(&mut scene, "bob", TEXT);
    play(scene, "bob", decisive, &[reads("mallory", "bob", TEXT)])
}
