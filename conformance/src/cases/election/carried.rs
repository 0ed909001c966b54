//! What a client carries across its own change of role: Dave takes over from Alice, who steps down.

use conclave_spec::Rule;

use super::{
    super::rotation::{ready, superseded},
    Draft, Drafts, Scene, prepared,
};

const CAST: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// Whose role changes, and how that is named.
const CHANGES: [(&str, &str); 2] = [("dave", "takes-over"), ("alice", "steps-down")];

pub(super) fn drafts(drafts: &mut Drafts) {
    counters(drafts);
    waits(drafts);
    old_keys(drafts);
    own_nonces(drafts);
    leavers(drafts);
    silence(drafts);
}

/// Whether a leader uses its key at once: then the key in use changes with the role.
fn uses_at_once(drafts: &Drafts) -> bool {
    drafts.profile.rules.contains(Rule::LeaderUsesAtOnce)
}

/// A case for each of these changes, with the same scene.
fn for_each(
    drafts: &mut Drafts,
    changes: &[(&str, &str)],
    (name, title): (&str, &str),
    rules: &[Rule],
    scene: &Scene,
) {
    for (party, change) in changes {
        let draft = Draft::new(&format!("{name}-{change}"), title).plays(party);
        let draft = rules.iter().copied().fold(draft, Draft::tests);
        drafts.alone(draft, scene.clone());
    }
}

/// The key in use is the same right before and right after; so are its counters, both ways.
fn counters(drafts: &mut Drafts) {
    let mut scene = ready(&drafts.profile, &CAST);
    scene.share_board().send("bob", "one").send("bob", "two");
    for (party, _) in CHANGES {
        scene.send(party, "before").packet(party, "bob", 1);
    }
    scene.elect("dave");
    for (party, _) in CHANGES {
        scene.send(party, "after").packet(party, "bob", 1).refused(Rule::CounterOnce);
        scene.packet(party, "bob", 2);
    }
    let changes = if uses_at_once(drafts) { &CHANGES[1..] } else { &CHANGES };
    for_each(
        drafts,
        changes,
        (
            "counters-as-before",
            "Under one key counters go on when the client's role changes, and none is played twice",
        ),
        &[Rule::CounterNeverRepeats, Rule::CounterOnce],
        &scene,
    );
}

/// A key that has just come is not in use earlier, nor later.
fn waits(drafts: &mut Drafts) {
    if uses_at_once(drafts) {
        return;
    }
    let mut scene = ready(&drafts.profile, &CAST);
    scene.share_board();
    superseded(&mut scene);
    scene.advance_all(15_500).elect("dave");
    for (party, _) in CHANGES {
        scene.send(party, "under the key before").advance(party, 21_000);
        scene.send(party, "under the newest key");
    }
    for_each(
        drafts,
        &CHANGES,
        (
            "new-key-as-before",
            "When a key that has come is used does not depend on the client's role",
        ),
        &[Rule::WaitBeforeUse, Rule::UseNewestKey],
        &scene,
    );
}

/// The ten seconds of an older key run on.
fn old_keys(drafts: &mut Drafts) {
    let mut scene = ready(&drafts.profile, &CAST);
    scene.share_board().run(14_000).send("bob", "in time").send("bob", "too late");
    superseded(&mut scene);
    scene.advance_all(20_000).elect("dave");
    for (party, _) in CHANGES {
        scene.advance(party, 24_999).packet(party, "bob", 1).shows(Rule::PacketOpens);
        scene.advance(party, 25_001).packet(party, "bob", 2).refused(Rule::PacketOpens);
    }
    let name = (
        "old-key-as-before",
        "An older key is gone after its ten seconds, whatever becomes of the client's role",
    );
    let rules = [Rule::OldKeyExpires];
    if rotates_when_it_likes(drafts) {
        for_each(drafts, &CHANGES[..1], name, &rules, &scene);
        let scene = led_meanwhile(drafts);
        for_each(drafts, &[("dave", "steps-down")], name, &rules, &scene);
    } else {
        for_each(drafts, &CHANGES, name, &rules, &scene);
    }
}

/// Whether a leader chooses, within seconds, when it rotates. Then what Alice does next depends on
/// that, and Dave's is the role that changes twice: a leader that is new rotates at once.
fn rotates_when_it_likes(drafts: &Drafts) -> bool {
    drafts.profile.rules.contains(Rule::JoinBatchBounded)
}

/// Dave takes over, which supersedes the key that Bob speaks under, and steps down for Bob.
fn led_meanwhile(drafts: &Drafts) -> Scene {
    let mut scene = ready(&drafts.profile, &CAST);
    scene.share_board();
    superseded(&mut scene);
    scene.run(21_000).send("bob", "in time").send("bob", "too late");
    scene.elect("dave").advance_all(26_000).elect("bob");
    scene.advance("dave", 30_999).packet("dave", "bob", 1).shows(Rule::PacketOpens);
    scene.advance("dave", 31_001).packet("dave", "bob", 2).refused(Rule::PacketOpens);
    scene
}

/// Who led opens keys that are bound to nonces it posted before.
fn own_nonces(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.elect("dave").settle().elect("bob").settle();
    scene.observe("dave").advance_all(15_000).settle().send("dave", "one of you again");
    for_each(
        drafts,
        &CHANGES,
        ("nonces-as-before", "A leader's own nonces are good for the keys of the next one"),
        &[Rule::NoncesSurviveLeader, Rule::NonceRecent],
        &scene,
    );
}

/// Who left stays on the roster until a key is in use that they do not know.
fn leavers(drafts: &mut Drafts) {
    let mut scene = ready(&drafts.profile, &CAST);
    scene.share_board().run(40_000).depart("alice", "carol").settle();
    scene.advance_all(40_500).elect("dave");
    let mut stepped_down = scene.clone();
    for party in ["dave", "bob"] {
        scene.observe(party).advance(party, 46_000).observe(party);
    }
    stepped_down.elect("bob").observe("dave").advance("dave", 46_000).observe("dave");
    if !uses_at_once(drafts) {
        for (change, scene) in [("takes-over", &scene), ("steps-down", &stepped_down)] {
            let name = (
                "leaver-as-before",
                "Who left is shown as present as long, whatever becomes of the client's role",
            );
            for_each(drafts, &[("dave", change)], name, &[Rule::LeaverShownUntilRekey], scene);
        }
    }
    drafts.alone(
        Draft::new(
            "leaver-as-before-with-another-leader",
            "Nor does another leader change how long who left is shown as present",
        )
        .plays("bob")
        .tests(Rule::LeaverShownUntilRekey),
        scene,
    );
}

/// A leader that is named and says nothing gives nobody more time.
fn silence(drafts: &mut Drafts) {
    let params = drafts.profile.params;
    let window = (params.silence_ms.into(), params.silence_ms_max.into());
    let mut scene = prepared(drafts, &CAST);
    scene.advance("bob", 60_000).told_leader("bob", "dave").observe("bob");
    scene.advance("bob", window.1);
    scene.within(window, Rule::LeaveOnSilence, Rule::LeaveOnSilence).observe("bob");
    drafts.alone(
        Draft::new(
            "silence-as-before-with-another-leader",
            "The time without heartbeats does not begin anew with another leader",
        )
        .plays("bob")
        .tests(Rule::LeaveOnSilence),
        scene,
    );
}
