//! Whole meetings, from the first join to the end, seen by the leader, by a member, and by the
//! member that takes over.

use conclave_model::{
    message::Role,
    script::{Act, CastMember, MessageKind},
};
use conclave_spec::Rule;

use super::{
    Draft, Drafts,
    liveness::renewal,
    rotation::{admit_all, leave_window},
    scene::{Scene, seat},
};

/// Who is there from the start.
const CAST: [&str; 3] = ["alice", "bob", "carol"];

/// By then a rotated key is in use.
const IN_USE_MS: u64 = 5_000;

pub(super) fn drafts(drafts: &mut Drafts) {
    let seen_by: [(&str, &str, &str, &[Rule]); 3] = [
        (
            "whole-meeting-as-leader",
            "A whole meeting, begun by this client, that leads, steps down and leaves",
            "alice",
            &[Rule::BeatInTime, Rule::JoinListed, Rule::RotateOnLeave, Rule::LeaderStepsDown],
        ),
        (
            "whole-meeting-as-participant",
            "A whole meeting under two leaders, as a member lives it",
            "bob",
            &[Rule::LinkChains, Rule::HeartbeatVerifies, Rule::SealOpens, Rule::ChangeNoticed],
        ),
        (
            "whole-meeting-as-successor",
            "A whole meeting, as a member lives it that leads in the end",
            "carol",
            &[Rule::TakeoverCoalesces, Rule::TakeoverRotates, Rule::BeatInTime],
        ),
    ];
    for (name, title, plays, rules) in seen_by {
        let draft = Draft { rules: rules.to_vec(), ..Draft::new(name, title) };
        let scene = meeting(drafts, plays);
        drafts.alone(draft.plays(plays), scene);
    }
}

fn meeting(drafts: &Drafts, seen_by: &str) -> Scene {
    let mut scene = Scene::seated(&drafts.profile, &CAST);
    for party in ["dave", "erin"] {
        scene.also(CastMember::new(party, seat(party)));
    }
    begins(&mut scene, seen_by);
    changes(&mut scene, seen_by);
    locks(&mut scene, seen_by);
    passes(&mut scene);
    succession(&mut scene, seen_by);
    ends(&mut scene, seen_by);
    scene
}

/// Everybody else who is there hears what a party says.
fn says(scene: &mut Scene, party: &str, listeners: &[&str], text: &str) {
    scene.send(party, text);
    let nth = scene.count(party, MessageKind::Packet);
    for listener in listeners.iter().filter(|listener| **listener != party) {
        scene.packet(listener, party, nth);
    }
}

/// Two more come in while the first three talk.
fn begins(scene: &mut Scene, seen_by: &str) {
    scene.observe(seen_by).run(10_000);
    says(scene, "alice", &CAST, "welcome");
    says(scene, "bob", &CAST, "thank you");
    for (party, at_ms) in [("dave", 20_000), ("erin", 40_000)] {
        scene.run(at_ms).join(party, Role::Participant).told_leader(party, "alice");
        admit_all(scene, at_ms, &[party]);
        if scene.has(Rule::RotationThrottled) {
            let until_ms = at_ms + u64::from(scene.profile().params.rotation_interval_ms_min);
            scene.advance("alice", until_ms);
            scene.within((at_ms, until_ms), Rule::RotationThrottled, Rule::RotateOnJoin);
            scene.advance_all(until_ms).settle().run(until_ms + IN_USE_MS);
        }
        scene.observe(seen_by);
    }
    scene.run(60_000).observe(seen_by);
    says(scene, "dave", &CAST, "hello from dave");
    says(scene, "carol", &CAST, "hello from carol");
}

/// One has another name, one leaves, one is removed.
fn changes(scene: &mut Scene, seen_by: &str) {
    for party in CAST {
        scene.rename(party, "carol", "Caroline");
    }
    scene.settle().observe(seen_by).run(80_000);
    scene.leave("dave").depart("bob", "dave").depart("alice", "dave");
    rotated(scene, 80_000).observe(seen_by);
    scene.run(100_000).leave("erin").kick("alice", "erin");
    rotated(scene, 100_000).observe(seen_by).run(120_000).observe(seen_by);
    says(scene, "alice", &CAST, "now we are three");
    says(scene, "carol", &CAST, "as before");
}

/// The last step is a leave that its leader hears of at `now_ms`; time passes until the rotation
/// has happened that it calls for, and everybody uses the key.
fn rotated(scene: &mut Scene, now_ms: u64) -> &mut Scene {
    leave_window(scene, now_ms);
    let until_ms = now_ms + u64::from(scene.profile().params.leave_rotation_ms_max);
    scene.advance_all(until_ms).settle().run(until_ms + IN_USE_MS)
}

/// The leader locks, a co-host has it unlocked.
fn locks(scene: &mut Scene, seen_by: &str) {
    if !scene.has(Rule::LockListed) {
        return;
    }
    scene.set_lock("alice", true).settle().observe(seen_by).run(140_000);
    scene.set_lock("bob", false).lock_request("alice", "bob", 1).settle().observe(seen_by);
}

/// Nothing happens for a while but what time brings about.
fn passes(scene: &mut Scene) {
    if scene.has(Rule::NonceRenewed) {
        renewal(scene, &CAST, 1);
    }
    scene.run(220_000);
}

/// Carol takes over from Alice, who stays for a while.
fn succession(scene: &mut Scene, seen_by: &str) {
    scene.share_board().elect("carol").observe(seen_by).settle().observe(seen_by);
    scene.run(240_000).observe(seen_by);
    says(scene, "carol", &CAST, "I lead now");
    says(scene, "alice", &CAST, "good luck");
    scene.leave("alice").depart("carol", "alice");
    rotated(scene, 240_000);
    if seen_by != "alice" {
        scene.observe(seen_by);
    }
    scene.run(260_000);
    says(scene, "bob", &["carol"], "only the two of us");
    if scene.has(Rule::LockListed) {
        scene.set_lock("carol", true).settle();
    }
}

fn ends(scene: &mut Scene, seen_by: &str) {
    scene.run(280_000).observe(seen_by);
    for party in ["bob", "carol"] {
        scene.act(party, Act::MeetingEnded {});
    }
    scene.observe(seen_by).advance(seen_by, 290_000);
}
