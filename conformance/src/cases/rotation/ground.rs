//! Where the cases of keys and packets begin, in every era of rotations.

use conclave_model::script::MessageKind;
use conclave_spec::{Profile, Rule};

use crate::cases::scene::Scene;

/// After this time the rotation has happened that a join called for at once.
pub(in crate::cases) const BATCHED_MS: u64 = 2_500;

/// When a client has waited long enough to use the key after three joins from the start on.
pub(in crate::cases) const READY_MS: u64 = 13_000;

/// Alice hears of these joins, one after the other: where each rotates, with time for it.
pub(in crate::cases) fn admit_all(scene: &mut Scene, from_ms: u64, who: &[&str]) {
    let mut now_ms = from_ms;
    for joiner in who {
        scene.admit("alice", joiner);
        if scene.has(Rule::JoinBatchBounded) {
            join_window(scene, now_ms);
            now_ms += BATCHED_MS;
            scene.advance_all(now_ms);
        }
        scene.settle();
    }
}

/// A meeting in which everybody holds the newest key and has waited long enough to use it.
pub(in crate::cases) fn ready(profile: &Profile, parties: &[&str]) -> Scene {
    let mut scene = Scene::gathered(profile, parties);
    let others: Vec<&str> = parties.iter().copied().filter(|party| *party != "alice").collect();
    admit_all(&mut scene, 0, &others);
    scene.run(READY_MS);
    scene
}

/// Time passes for Alice and then for the others. Where the joins before called for a rotation that
/// the throttle put off, it may come at any moment from then on.
pub(in crate::cases) fn advance_rotating(scene: &mut Scene, to_ms: u64) {
    scene.advance("alice", to_ms);
    if scene.has(Rule::RotationThrottled) {
        scene.within((15_000, to_ms), Rule::RotationThrottled, Rule::RotateOnJoin);
    }
    scene.advance_all(to_ms).settle();
}

/// The last step is a join that Alice hears of at `now_ms`: where joins rotate at once, she may
/// wait for further ones a little.
pub(in crate::cases) fn join_window(scene: &mut Scene, now_ms: u64) {
    if scene.has(Rule::JoinBatchBounded) {
        let until = now_ms + u64::from(scene.profile().params.join_batch_ms_max);
        scene.within((now_ms, until), Rule::JoinBatchBounded, Rule::JoinBatchBounded);
    }
}

/// The last step is a leave that Alice hears of at `now_ms`, long after the last rotation.
pub(in crate::cases) fn leave_window(scene: &mut Scene, now_ms: u64) {
    let until = now_ms + u64::from(scene.profile().params.leave_rotation_ms_max);
    scene.within((now_ms, until), Rule::RotateOnLeave, Rule::RotateOnLeave);
}

/// How many links and heartbeats Alice has posted.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::cases) struct Posted {
    pub(in crate::cases) links: u32,
    pub(in crate::cases) beats: u32,
}

pub(in crate::cases) fn posted(scene: &mut Scene) -> Posted {
    let links = scene.count("alice", MessageKind::Link);
    Posted { links, beats: scene.count("alice", MessageKind::Heartbeat) }
}

/// The links and heartbeats Alice has posted since reach a participant; the keys do not.
pub(in crate::cases) fn certify(scene: &mut Scene, party: &str, since: Posted) {
    let now = posted(scene);
    for nth in since.links + 1..=now.links {
        scene.link(party, "alice", nth);
    }
    for nth in since.beats + 1..=now.beats {
        scene.heartbeat(party, "alice", nth);
    }
    scene.misses(party);
}

/// Every link of Alice and her newest heartbeat reach a participant; the keys do not.
pub(in crate::cases) fn reads_list(scene: &mut Scene, party: &str) {
    let beats = posted(scene).beats.saturating_sub(1);
    certify(scene, party, Posted { links: 0, beats });
}

/// At 15 seconds the key in use is superseded, and the new one is in everybody's hands: by the
/// rotation the joins called for, or because Carol leaves.
pub(in crate::cases) fn superseded(scene: &mut Scene) {
    supersede(scene);
    scene.settle();
}

/// As [`superseded`], but nobody has got anything of it.
pub(in crate::cases) fn supersede(scene: &mut Scene) {
    scene.advance_all(15_000);
    if !scene.has(Rule::RotationThrottled) {
        scene.depart("alice", "carol");
        leave_window(scene, 15_000);
    }
}

/// Which one of the keys sealed to Bob, whom Alice admitted first, has this number.
pub(in crate::cases) fn nth_sealed(scene: &Scene, number: u32) -> u32 {
    let first = if scene.has(Rule::JoinerKeyNew) { 2 } else { 1 };
    (number + 1).saturating_sub(first)
}
