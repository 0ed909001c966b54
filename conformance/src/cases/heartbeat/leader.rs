//! The leader's side: when it beats, and what it counts.

use conclave_model::message::Role;
use conclave_spec::{Profile, Rule};

use crate::cases::{Draft, Drafts, scene::Scene};

pub(super) fn drafts(drafts: &mut Drafts) {
    in_time(drafts);
    on_change(drafts);
    at_one_moment(drafts);
}

/// Alice leads a meeting of her own.
fn alone(profile: &Profile) -> Scene {
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader);
    scene
}

fn in_time(drafts: &mut Drafts) {
    let interval_ms = u64::from(drafts.profile.params.heartbeat_ms_max);
    let mut scene = alone(&drafts.profile);
    scene.advance("alice", interval_ms - 1);
    drafts.common(
        Draft::new("first-beat", "A leader beats when it begins").plays("alice"),
        scene,
        &[
            (Rule::BeatInTime, "beats", "one millisecond"),
            (Rule::CountsByOne, "beats", "one millisecond"),
            (Rule::BeatOnChange, "beat-on-a-join", "whether somebody joins"),
        ],
    );
    let mut scene = alone(&drafts.profile);
    scene.advance("alice", interval_ms);
    drafts.decisive_for(
        &[Rule::BeatInTime, Rule::CountsByOne],
        Draft::new("beats", "A leader beats again after ten seconds, and counts on").plays("alice"),
        scene,
    );
    let (mut scene, mut at_once) = (alone(&drafts.profile), alone(&drafts.profile));
    for nth in 1..=4 {
        scene.advance("alice", nth * interval_ms);
    }
    at_once.advance("alice", 3 * interval_ms);
    for (name, title, scene) in [
        ("beats-on", "A leader beats every ten seconds", scene),
        ("beats-counted", "A leader counts its heartbeats without a gap", at_once),
    ] {
        let draft = Draft::new(name, title).plays("alice");
        drafts.alone(draft.tests(Rule::BeatInTime).tests(Rule::CountsByOne), scene);
    }
}

fn on_change(drafts: &mut Drafts) {
    let batch_ms = u64::from(drafts.profile.params.join_batch_ms_max);
    let interval_ms = u64::from(drafts.profile.params.heartbeat_ms_max);
    let mut scene = alone(&drafts.profile);
    scene.join("bob", Role::Participant).admit("alice", "bob");
    if scene.has(Rule::JoinBatchBounded) {
        scene.within((0, batch_ms), Rule::JoinBatchBounded, Rule::JoinBatchBounded);
    }
    scene.advance("alice", interval_ms - 1);
    drafts.decisive(
        Rule::BeatOnChange,
        Draft::new("beat-on-a-join", "A leader beats when somebody joins").plays("alice"),
        scene,
    );
    if !drafts.profile.rules.contains(Rule::LockListed) {
        return;
    }
    let mut scene = alone(&drafts.profile);
    scene.advance("alice", interval_ms / 2).set_lock("alice", true);
    scene.advance("alice", interval_ms).advance("alice", 2 * interval_ms);
    drafts.alone(
        Draft::new("beat-on-a-lock", "A leader beats when it locks, and ten seconds after that")
            .plays("alice")
            .tests(Rule::LockListed)
            .tests(Rule::BeatOnChange),
        scene,
    );
}

/// Two changes at one moment have two timestamps.
fn at_one_moment(drafts: &mut Drafts) {
    // At its very first moment a leader's clock is not above the timestamp before the first.
    let late = |profile: &Profile| {
        let mut scene = Scene::of(profile, &["alice"]);
        scene.advance("alice", 1_000).join("alice", Role::Leader);
        scene
    };
    let mut scene = late(&drafts.profile);
    scene.advance("alice", 2_000).set_lock("alice", true);
    scene.advance("alice", 3_000).set_lock("alice", false);
    drafts.common(
        Draft::new("changes-apart", "Changes at two moments have two timestamps").plays("alice"),
        scene,
        &[(Rule::TimestampAdvances, "changes-at-once", "the moment of the second")],
    );
    let mut scene = late(&drafts.profile);
    scene.advance("alice", 2_000).set_lock("alice", true).set_lock("alice", false);
    drafts.decisive(
        Rule::TimestampAdvances,
        Draft::new("changes-at-once", "Changes at one moment have timestamps of their own")
            .plays("alice"),
        scene,
    );
}
