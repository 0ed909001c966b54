//! Silence, late heartbeats, and keys that wait for theirs.

use conclave_model::script::{Act, Handle, MessageKind, Recipe};
use conclave_spec::{Profile, Rule};

use super::{newest, three};
use crate::cases::{
    Draft, Drafts,
    scene::{Scene, seat},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    silence(drafts);
    late(drafts);
    dripping(drafts);
    dripping_over_rotations(drafts);
    uncertified(drafts);
}

/// From when to when a participant may leave that has heard nothing since `since_ms`.
fn leaving(profile: &Profile, since_ms: u64) -> (u64, u64) {
    let params = profile.params;
    (since_ms + u64::from(params.silence_ms), since_ms + u64::from(params.silence_ms_max))
}

fn silence(drafts: &mut Drafts) {
    let (from_ms, to_ms) = leaving(&drafts.profile, 0);
    let mut scene = three(&drafts.profile);
    scene.advance_all(from_ms - 1).catch_up("bob").advance("bob", to_ms).observe("bob");
    drafts.common(
        Draft::new("heartbeats-after-a-pause", "A pause of less than ten heartbeats is no silence")
            .plays("bob"),
        scene,
        &[(Rule::LeaveOnSilence, "silence", "whether heartbeats come in the end")],
    );
    let mut scene = three(&drafts.profile);
    scene.advance_all(from_ms - 1).advance("bob", to_ms).within(
        (from_ms, to_ms),
        Rule::LeaveOnSilence,
        Rule::LeaveOnSilence,
    );
    scene.observe("bob");
    drafts.decisive(
        Rule::LeaveOnSilence,
        Draft::new("silence", "Who misses ten heartbeats in a row leaves").plays("bob"),
        scene,
    );
    let mut scene = three(&drafts.profile);
    scene.run(20_000).send("alice", "before");
    let (still_ms, over_ms) = leaving(&drafts.profile, 20_000);
    scene.advance("bob", over_ms).within(
        (still_ms, over_ms),
        Rule::LeaveOnSilence,
        Rule::LeaveOnSilence,
    );
    let packet = Recipe::Sent(Handle::packet("alice", 1));
    scene.misfit("bob", Act::Packet { from: seat("alice"), stream: "audio".to_owned(), packet });
    drafts.alone(
        Draft::new("silence-ends-rendering", "Who left for want of heartbeats plays nothing more")
            .plays("bob")
            .tests(Rule::LeaveOnSilence)
            .tests(Rule::RequestFits),
        scene,
    );
    let (from_ms, to_ms) = leaving(&drafts.profile, 0);
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
    scene.advance("bob", to_ms).within(
        (from_ms, to_ms),
        Rule::LeaveOnSilence,
        Rule::LeaveOnSilence,
    );
    scene.observe("bob");
    drafts.alone(
        Draft::new("silence-from-the-start", "Who never gets a heartbeat leaves")
            .plays("bob")
            .tests(Rule::LeaveOnSilence),
        scene,
    );
    let (from_ms, to_ms) = leaving(&drafts.profile, 20_000);
    let mut scene = three(&drafts.profile);
    scene.advance_all(20_000).catch_up("bob");
    let nth = newest(&mut scene);
    scene.advance("bob", 60_000).heartbeat("bob", "alice", nth).refused(Rule::CountIncreases);
    scene.advance("bob", to_ms).within(
        (from_ms, to_ms),
        Rule::LeaveOnSilence,
        Rule::LeaveOnSilence,
    );
    scene.observe("bob");
    drafts.alone(
        Draft::new("silence-with-a-replay", "A heartbeat that comes again breaks no silence")
            .plays("bob")
            .tests(Rule::LeaveOnSilence)
            .tests(Rule::CountIncreases),
        scene,
    );
}

/// Bob gets Alice's heartbeat of 10 s at 25 s, and that of 20 s when it is `behind_ms` late
/// by her own clock, beyond the time it may be late.
fn delayed(profile: &Profile, behind_ms: u64) -> Scene {
    let mut scene = three(profile);
    let anchor_ms = scene.last_beat("bob").timestamp_ms;
    scene.advance("alice", 20_000).advance("bob", 25_000);
    let nth = newest(&mut scene);
    scene.heartbeat("bob", "alice", nth - 1);
    let at_ms = u64::from(profile.params.silence_ms) + 20_000 - anchor_ms + behind_ms;
    scene.advance("bob", at_ms).heartbeat("bob", "alice", nth);
    scene
}

fn late(drafts: &mut Drafts) {
    let mut scene = delayed(&drafts.profile, 0);
    scene.observe("bob");
    drafts.common(
        Draft::new("heartbeat-late", "A heartbeat a hundred seconds late is taken").plays("bob"),
        scene,
        &[(Rule::NotStale, "heartbeat-too-late", "one millisecond")],
    );
    let mut scene = delayed(&drafts.profile, 1);
    scene.refused(Rule::NotStale).observe("bob");
    let mut silent = scene.clone();
    drafts.decisive(
        Rule::NotStale,
        Draft::new("heartbeat-too-late", "A heartbeat more than a hundred seconds late is ignored")
            .plays("bob"),
        scene,
    );
    let (from_ms, to_ms) = leaving(&drafts.profile, 25_000);
    silent.advance("bob", to_ms);
    silent.within((from_ms, to_ms), Rule::LeaveOnSilence, Rule::LeaveOnSilence).observe("bob");
    drafts.alone(
        Draft::new("heartbeat-too-late-breaks-no-silence", "A heartbeat ignored breaks no silence")
            .plays("bob")
            .tests(Rule::NotStale),
        silent,
    );
}

/// Heartbeats that come ever later, each within the silence since the one before.
fn dripping(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    scene.advance("alice", 30_000);
    let nth = newest(&mut scene);
    scene.advance("bob", 45_000).heartbeat("bob", "alice", nth - 2);
    scene.advance("bob", 90_000).heartbeat("bob", "alice", nth - 1);
    scene.advance("bob", 135_000).heartbeat("bob", "alice", nth).refused(Rule::NotStale);
    scene.observe("bob");
    drafts.alone(
        Draft::new("heartbeats-dripping", "Heartbeats that come ever later end up ignored")
            .plays("bob")
            .tests(Rule::NotStale),
        scene,
    );
}

/// Alice rotates; Bob gets the key and its certificate a minute late, and the heartbeat twenty
/// seconds after it later by `behind_ms` than the time any may be late. Most versions start anew
/// with the certificate.
fn delayed_over_rotation(profile: &Profile, behind_ms: u64) -> Scene {
    let mut scene = three(profile);
    let anchor_ms = scene.last_beat("bob").timestamp_ms;
    let (beats, links) = (newest(&mut scene), scene.count("alice", MessageKind::Link));
    scene.depart("alice", "carol").advance("alice", 20_000).advance("bob", 60_000);
    let key = scene.newest_sealed("alice", "bob");
    scene.link("bob", "alice", links + 1).sealed_from("bob", key);
    let nth = newest(&mut scene);
    for beat in beats + 1..nth {
        scene.heartbeat("bob", "alice", beat);
    }
    let at_ms = u64::from(profile.params.silence_ms) + 20_000 - anchor_ms + behind_ms;
    scene.advance("bob", at_ms).heartbeat("bob", "alice", nth);
    scene
}

fn dripping_over_rotations(drafts: &mut Drafts) {
    if !drafts.profile.rules.contains(Rule::AnchorLeastDelayed) {
        return;
    }
    let decisive = "heartbeat-too-late-over-rotation";
    let mut scene = delayed_over_rotation(&drafts.profile, 0);
    scene.observe("bob");
    drafts.common(
        Draft::new("heartbeat-late-over-rotation", "A rotation leaves time to be late in")
            .plays("bob"),
        scene,
        &[(Rule::AnchorLeastDelayed, decisive, "one millisecond")],
    );
    let mut scene = delayed_over_rotation(&drafts.profile, 1);
    scene.refused(Rule::NotStale).observe("bob");
    drafts.decisive(
        Rule::AnchorLeastDelayed,
        Draft::new(decisive, "A rotation that came late gives no further time").plays("bob"),
        scene,
    );
}

/// A key that no heartbeat certified is not used for sending.
fn uncertified(drafts: &mut Drafts) {
    let rekeyed = |profile: &Profile, certified: bool| {
        let mut scene = Scene::gathered(profile, &["alice", "bob", "carol"]);
        scene.admit("alice", "bob").settle().admit("alice", "carol");
        let nth = newest(&mut scene);
        if certified {
            scene.link("bob", "alice", 3).heartbeat("bob", "alice", nth);
        }
        scene.sealed("bob", 2);
        let used_ms = u64::from(profile.params.use_wait_ms_max);
        scene.advance("bob", used_ms).observe("bob").send("bob", "for whom?");
        (scene, nth)
    };
    let (scene, _) = rekeyed(&drafts.profile, true);
    drafts.common(
        Draft::new("key-certified", "A key whose number is certified is used").plays("bob"),
        scene,
        &[(Rule::KeyAwaitsHeartbeat, "key-not-certified", "whether the heartbeat came")],
    );
    let (scene, nth) = rekeyed(&drafts.profile, false);
    let mut certified = scene.clone();
    drafts.decisive(
        Rule::KeyAwaitsHeartbeat,
        Draft::new(
            "key-not-certified",
            "A key is not used before a heartbeat certified its number",
        )
        .plays("bob"),
        scene,
    );
    certified.link("bob", "alice", 3).heartbeat("bob", "alice", nth).observe("bob");
    certified.send("bob", "for Alice and Carol");
    drafts.alone(
        Draft::new("key-certified-later", "Once a heartbeat certifies its number a key is used")
            .plays("bob")
            .tests(Rule::KeyAwaitsHeartbeat),
        certified,
    );
}
