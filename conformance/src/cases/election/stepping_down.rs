//! The client under test leads until it is told of somebody else.

use conclave_model::{message::Role, script::Recipe};
use conclave_spec::Rule;

use super::{
    super::{
        rotation::leave_window,
        scene::{announcement, next_instance, seat},
    },
    Draft, Drafts, Scene, prepared,
};

const CAST: [&str; 3] = ["alice", "bob", "carol"];

pub(super) fn drafts(drafts: &mut Drafts) {
    told(drafts);
    silent(drafts);
    due(drafts);
    misled(drafts);
    of_other_joins(drafts);
}

fn told(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.told_leader("alice", "alice").shows(Rule::LeaderStepsDown).observe("alice");
    scene.advance("alice", 20_000).send("alice", "under the key there is").observe("alice");
    drafts.common(
        Draft::new("leader-named-itself", "A leader told that it leads goes on as before")
            .plays("alice"),
        scene,
        &[(Rule::LeaderStepsDown, "leader-steps-down", "whom the server names")],
    );
    let mut scene = prepared(drafts, &CAST);
    scene.told_leader("alice", "carol").shows(Rule::LeaderStepsDown).observe("alice");
    scene.advance("alice", 20_000).send("alice", "under the key there is").observe("alice");
    drafts.decisive(
        Rule::LeaderStepsDown,
        Draft::new("leader-steps-down", "A leader told of another says so and is silent")
            .plays("alice"),
        scene,
    );
    let mut scene = prepared(drafts, &CAST);
    scene.elect("carol").settle().run(20_000).observe("alice");
    scene.send("carol", "now I lead").packet("alice", "carol", 1).send("alice", "so you do");
    scene.depart("carol", "bob").settle().run(30_000).observe("alice");
    drafts.alone(
        Draft::new("leader-follows", "A leader that stepped down follows the next one")
            .plays("alice")
            .tests(Rule::LeaderStepsDown)
            .tests(Rule::ChangeNoticed),
        scene,
    );
}

fn silent(drafts: &mut Drafts) {
    let params = drafts.profile.params;
    let (silence_ms, latest_ms) = (params.silence_ms.into(), params.silence_ms_max.into());
    let mut scene = prepared(drafts, &CAST);
    scene.told_leader("alice", "carol").advance("alice", 90_000).observe("alice");
    scene.advance("alice", latest_ms);
    scene.within((silence_ms, latest_ms), Rule::LeaveOnSilence, Rule::LeaveOnSilence);
    scene.observe("alice");
    drafts.alone(
        Draft::new("leader-steps-down-into-silence", "From then on it too waits for heartbeats")
            .plays("alice")
            .tests(Rule::LeaderStepsDown)
            .tests(Rule::LeaveOnSilence),
        scene,
    );
}

fn due(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    if scene.has(Rule::RotationThrottled) {
        scene.run(40_000).depart("alice", "bob");
        leave_window(&mut scene, 40_000);
        // The second leave calls for a rotation that has to wait.
        scene.advance_all(45_000).depart("alice", "carol");
    } else {
        scene.run(290_000);
    }
    let now_ms = if scene.has(Rule::RotationThrottled) { 45_000 } else { 290_000 };
    scene.told_leader("alice", "carol").shows(Rule::LeaderStepsDown);
    scene.advance("alice", now_ms + 50_000).observe("alice");
    drafts.alone(
        Draft::new("leader-steps-down-with-rotation-due", "What was due is not due any more")
            .plays("alice")
            .tests(Rule::LeaderStepsDown),
        scene,
    );
}

fn misled(drafts: &mut Drafts) {
    let damaged = Recipe::Damaged { of: Box::new(announcement("carol")), field: "sig".to_owned() };
    for (name, title, leader, recipe) in [
        ("damaged", "A leader named without a good announcement is none", "carol", damaged),
        ("of-other-key", "Nor is one under another identity key", "bob", announcement("carol")),
    ] {
        let mut scene = prepared(drafts, &CAST);
        scene.told_leader_as("alice", leader, seat("carol"), recipe);
        scene.refused(Rule::AnnouncementVerifies).observe("alice").advance("alice", 20_000);
        let draft = Draft::new(&format!("successor-{name}"), title).plays("alice");
        drafts.alone(draft.tests(Rule::LeaderStepsDown).tests(Rule::AnnouncementVerifies), scene);
    }
}

/// Announcements of the next leader that are of an earlier meeting, or of an earlier join of hers.
fn of_other_joins(drafts: &mut Drafts) {
    let mut scene = Scene::of(&drafts.profile, &CAST);
    scene.join_instance("carol", Role::Participant, next_instance()).leave("carol");
    scene.join("alice", Role::Leader);
    for party in ["bob", "carol"] {
        scene.join(party, Role::Participant).told_leader(party, "alice").admit("alice", party);
    }
    scene.settle().told_leader_as("alice", "carol", seat("carol"), announcement("carol"));
    scene.refused(Rule::AnnouncementVerifies).observe("alice").advance("alice", 20_000);
    drafts.alone(
        Draft::new("successor-of-earlier-meeting", "Nor is one announced for an earlier meeting")
            .plays("alice")
            .tests(Rule::BindingNamesInstance)
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
    let mut scene = prepared(drafts, &CAST);
    scene.leave("carol").join("carol", Role::Participant).told_leader("carol", "alice");
    scene.admit("alice", "carol").settle();
    scene.told_leader_as("alice", "carol", seat("carol"), announcement("carol"));
    if scene.has(Rule::LeaderBound) {
        scene.refused(Rule::LeaderBound);
    } else {
        scene.shows(Rule::LeaderStepsDown);
    }
    scene.observe("alice").advance("alice", 20_000);
    drafts.alone(
        Draft::new(
            "successor-announced-as-before",
            "An announcement of an earlier join is followed where the list does not decide",
        )
        .plays("alice")
        .tests(Rule::LeaderStepsDown)
        .tests(Rule::LeaderBound),
        scene,
    );
    let mut scene = prepared(drafts, &CAST);
    scene.told_leader("alice", "carol").told_leader("alice", "carol");
    scene.shows(Rule::LeaderStepsDown).observe("alice").advance("alice", 20_000);
    drafts.alone(
        Draft::new(
            "leader-steps-down-once",
            "A leader told twice of the same other steps down once",
        )
        .plays("alice")
        .tests(Rule::LeaderStepsDown)
        .tests(Rule::ChangeNoticed),
        scene,
    );
}
