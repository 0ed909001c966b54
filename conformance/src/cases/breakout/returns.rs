//! The way back from a room, where a client holds it against what it left (reading R-95).

use conclave_model::{
    message::{Meeting, Role},
    script::{Act, CastMember, MessageKind},
};
use conclave_spec::Rule;

use super::{Draft, Drafts, Scene, seated};
use crate::cases::scene::{announcement, meeting, next_instance, seat};

pub(super) fn drafts(drafts: &mut Drafts) {
    taken_back(drafts);
    if !drafts.profile.rules.contains(Rule::ReturnsToMeeting) {
        return;
    }
    to_the_meeting(drafts);
    elsewhere(drafts);
    for_good(drafts);
    silence(drafts);
    leads(drafts);
    early(drafts);
    to_the_leader(drafts);
    catches_up(drafts);
    gaps(drafts);
    leader_changed(drafts);
    former_leader(drafts);
}

/// Bob steps out of a meeting that has gone on for a while.
fn out(drafts: &Drafts) -> Scene {
    let mut scene = seated(drafts);
    scene.run(20_000).step_out("bob");
    scene
}

/// As [`out`], with Alice told of it, and time gone by.
fn away(drafts: &Drafts) -> Scene {
    let mut scene = out(drafts);
    scene.depart("alice", "bob").run(60_000);
    scene
}

fn back(scene: &mut Scene) -> &mut Scene {
    scene.join("bob", Role::Participant)
}

fn draft(name: &str, title: &str, plays: &str) -> Draft {
    Draft::new(name, title).plays(plays).tests(Rule::ReturnContinues)
}

/// In every version with rooms a client can go and come back.
fn taken_back(drafts: &mut Drafts) {
    let mut scene = out(drafts);
    scene.observe("bob").depart("alice", "bob").run(60_000);
    back(&mut scene).told_leader("bob", "alice").admit("alice", "bob").settle().run(90_000);
    scene.send("alice", "welcome back");
    let said = scene.count("alice", MessageKind::Packet);
    scene.packet("bob", "alice", said).observe("bob").send("bob", "thanks");
    drafts.alone(
        Draft::new("steps-out-and-returns", "Who steps out joins again with other keys")
            .plays("bob")
            .tests(Rule::InRoomShown)
            .tests(Rule::EphemeralFresh)
            .tests(Rule::MeetingKeysErased),
        scene,
    );
}

fn to_the_meeting(drafts: &mut Drafts) {
    let decisive = "returns-to-another-instance";
    let mut scene = out(drafts);
    back(&mut scene);
    drafts.common(
        Draft::new("returns-to-its-meeting", "Who stepped out comes back to its meeting")
            .plays("bob"),
        scene,
        &[(Rule::ReturnsToMeeting, decisive, "the meeting instance")],
    );
    let mut scene = out(drafts);
    scene.join_instance("bob", Role::Participant, next_instance());
    scene.refused(Rule::ReturnsToMeeting).observe("bob");
    let mut home = scene.clone();
    drafts.decisive(
        Rule::ReturnsToMeeting,
        Draft::new(decisive, "Who stepped out is not put into another instance").plays("bob"),
        scene,
    );
    back(&mut home).told_leader("bob", "alice").observe("bob");
    let title = "Who was not put into another meeting still finds its own";
    drafts.alone(other("returns-after-all", title), home);
}

fn other(name: &str, title: &str) -> Draft {
    Draft::new(name, title).plays("bob").tests(Rule::ReturnsToMeeting)
}

fn elsewhere(drafts: &mut Drafts) {
    let mut scene = out(drafts);
    let room = Meeting { id: "93017455129".to_owned(), ..meeting() };
    scene.join_instance("bob", Role::Participant, room);
    scene.refused(Rule::ReturnsToMeeting).observe("bob");
    let title = "Who stepped out is not put into a meeting of another number";
    drafts.alone(other("returns-to-another-number", title), scene);
    let mut scene = out(drafts);
    scene.join("bob", Role::Leader).refused(Rule::ReturnsToMeeting).observe("bob");
    let title = "Who stepped out does not come back to begin the meeting anew";
    drafts.alone(other("returns-as-leader", title), scene);
}

/// The user need not come back; the server's word alone sets nobody free.
fn for_good(drafts: &mut Drafts) {
    let mut scene = out(drafts);
    scene.leave("bob").observe("bob").misfit("bob", Act::Leave {});
    scene.join_instance("bob", Role::Leader, next_instance()).observe("bob");
    drafts.alone(
        other("leaves-while-away", "Who stepped out may leave for good").tests(Rule::RequestFits),
        scene,
    );
    let mut scene = out(drafts);
    scene.misfit("bob", Act::MeetingEnded {}).observe("bob");
    scene.join_instance("bob", Role::Participant, next_instance());
    scene.refused(Rule::ReturnsToMeeting);
    back(&mut scene).told_leader("bob", "alice");
    scene.act("bob", Act::MeetingEnded {}).observe("bob");
    scene.join_instance("bob", Role::Participant, next_instance());
    scene.refused(Rule::ReturnsToMeeting).observe("bob");
    let title = "That the meeting is over sets nobody free who has not caught up";
    drafts.alone(other("ends-while-away", title).tests(Rule::RequestFits), scene);
}

/// What is of before the join shows nothing of now: silence goes on, and so does the way back.
fn silence(drafts: &mut Drafts) {
    let silence_ms = u64::from(drafts.profile.params.silence_ms);
    let mut scene = out(drafts);
    scene.depart("alice", "bob");
    let before = scene.posted();
    scene.run(60_000);
    back(&mut scene).told_leader("bob", "alice").admit("alice", "bob");
    scene.advance("bob", 60_000 + silence_ms / 2).catch_up_to("bob", before).observe("bob");
    scene.advance("bob", 60_000 + silence_ms - 1).observe("bob");
    scene.advance("bob", 60_000 + silence_ms).observe("bob");
    scene.join_instance("bob", Role::Participant, next_instance());
    scene.refused(Rule::ReturnsToMeeting);
    back(&mut scene).told_leader("bob", "alice").observe("bob");
    drafts.alone(
        draft("returns-to-old-heartbeats", "Old heartbeats do not keep who came back", "bob")
            .tests(Rule::LeaveOnSilence)
            .tests(Rule::ReturnsToMeeting),
        scene,
    );
    let mut scene = seated(drafts);
    scene.run(20_000).set_lock("alice", true).settle().step_out("bob").kick("alice", "bob");
    scene.run(60_000);
    back(&mut scene).told_leader("bob", "alice").admit("alice", "bob");
    scene.refused(Rule::KickedStaysOut).catch_up("bob").observe("bob");
    scene.advance("bob", 60_000 + silence_ms - 1).observe("bob");
    scene.advance("bob", 60_000 + silence_ms).observe("bob");
    drafts.alone(
        draft("locked-out-while-away", "Who is not let in again does not stay", "bob")
            .tests(Rule::LeaveOnSilence),
        scene,
    );
}

/// Who has not caught up leads nobody.
fn leads(drafts: &mut Drafts) {
    let decisive = "returns-to-lead-at-once";
    let mut scene = away(drafts);
    back(&mut scene).told_leader("bob", "alice").admit("alice", "bob").settle();
    scene.told_leader("bob", "bob");
    drafts.common(
        Draft::new("returns-to-lead", "Who came back and caught up may lead").plays("bob"),
        scene,
        &[(Rule::ReturnFollowsFirst, decisive, "whether it has caught up")],
    );
    let mut scene = away(drafts);
    back(&mut scene).told_leader("bob", "alice").admit("alice", "bob");
    scene.told_leader("bob", "bob").refused(Rule::ReturnFollowsFirst);
    drafts.decisive(
        Rule::ReturnFollowsFirst,
        Draft::new(decisive, "Who has not caught up does not lead").plays("bob"),
        scene,
    );
}

/// When a client steps out matters.
fn early(drafts: &mut Drafts) {
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob", "carol"]);
    scene.step_out("bob").admit("alice", "carol").run(20_000);
    back(&mut scene).told_leader("bob", "alice").admit("alice", "bob").settle().run(40_000);
    scene.observe("bob");
    drafts.alone(
        draft("out-before-the-first-heartbeat", "Who left before it began begins on return", "bob")
            .tests(Rule::FirstListsSelf),
        scene,
    );
    let mut scene = seated(drafts);
    scene.run(20_000).rename("alice", "carol", "Caroline");
    let (links, beats) = posted(&mut scene);
    scene.link("bob", "alice", links).step_out("bob").depart("alice", "bob").run(60_000);
    back(&mut scene).told_leader("bob", "alice").admit("alice", "bob");
    for nth in links..=posted(&mut scene).0 {
        scene.link("bob", "alice", nth);
    }
    for nth in beats..=posted(&mut scene).1 {
        scene.heartbeat("bob", "alice", nth);
    }
    scene.observe("bob");
    drafts.alone(
        draft("out-before-a-heartbeat", "A link that nothing certified has to come again", "bob")
            .tests(Rule::LinkAwaitsHeartbeat),
        scene,
    );
    let mut scene = seated(drafts);
    scene.run(20_000).share_board().told_leader("carol", "carol").told_leader("bob", "carol");
    scene.step_out("bob").told_leader("alice", "carol").settle().depart("carol", "bob").run(60_000);
    back(&mut scene).told_leader("bob", "carol").admit("carol", "bob").settle().run(90_000);
    scene.observe("bob");
    drafts.alone(
        draft("out-before-a-new-leader-began", "A change of the leader stays one", "bob")
            .tests(Rule::TakeoverContinues),
        scene,
    );
    let mut scene = away(drafts);
    back(&mut scene).step_out("bob");
    back(&mut scene).told_leader("bob", "carol").observe("bob");
    drafts.alone(
        draft("out-twice", "Who goes again before a leader was named knows who led", "bob")
            .tests(Rule::ChangeNoticed),
        scene,
    );
}

/// How many links and heartbeats Alice has posted.
fn posted(scene: &mut Scene) -> (u32, u32) {
    (scene.count("alice", MessageKind::Link), scene.count("alice", MessageKind::Heartbeat))
}

/// Bob is back, and Mallory leads a meeting of the same name.
fn beside_another(drafts: &Drafts) -> Scene {
    let mut scene = away(drafts);
    scene.also(CastMember::new("mallory", seat("mallory"))).join("mallory", Role::Leader);
    back(&mut scene);
    scene
}

/// Another meeting of the same name has another leader.
fn to_the_leader(drafts: &mut Drafts) {
    let decisive = "returns-to-another-leader";
    let mut scene = beside_another(drafts);
    scene.told_leader("bob", "alice");
    drafts.common(
        Draft::new("returns-to-its-leader", "Who comes back finds the leader it left").plays("bob"),
        scene,
        &[(Rule::ReturnContinues, decisive, "who is said to lead")],
    );
    let mut scene = beside_another(drafts);
    let mut right = scene.clone();
    scene.told_leader_as("bob", "mallory", seat("mallory"), announcement("mallory"));
    scene.refused(Rule::LeaderBound);
    drafts.decisive(
        Rule::ReturnContinues,
        Draft::new(decisive, "Who comes back to another main meeting refuses its leader")
            .plays("bob"),
        scene,
    );
    right.told_leader("bob", "alice").observe("bob");
    drafts.alone(draft("returns-between-two", "Who comes back knows its own leader", "bob"), right);
    let mut scene = seated(drafts);
    scene.run(20_000).set_lock("alice", true).settle().step_out("bob");
    scene.depart("alice", "bob").run(60_000);
    scene.also(CastMember::new("mallory", seat("mallory"))).join("mallory", Role::Leader);
    back(&mut scene);
    scene.told_leader_as("bob", "mallory", seat("mallory"), announcement("mallory"));
    scene.refused(Rule::LockedLeaderKnown).observe("bob");
    drafts.alone(
        draft("returns-to-a-stranger-while-locked", "Who left a locked meeting still knows", "bob")
            .tests(Rule::LockedLeaderKnown),
        scene,
    );
}

/// What was posted in the meantime comes in its order, and then the new join.
fn catches_up(drafts: &mut Drafts) {
    let mut scene = away(drafts);
    scene.rename("alice", "carol", "Caroline").run(300_000);
    back(&mut scene).told_leader("bob", "alice").observe("bob");
    scene.catch_up("bob").observe("bob").admit("alice", "bob").settle().observe("bob");
    scene.run(330_000).observe("bob").send("bob", "here again");
    drafts.alone(
        draft("returns-and-catches-up", "Who comes back takes what went on without it", "bob")
            .tests(Rule::HistoryContinues),
        scene,
    );
    let mut scene = away(drafts);
    let before = scene.posted();
    scene.run(300_000);
    back(&mut scene).told_leader("bob", "alice").admit("alice", "bob").catch_up_to("bob", before);
    let key = scene.newest_sealed("alice", "bob");
    scene.sealed_from("bob", key).observe("bob");
    drafts.alone(
        draft("returns-and-lags", "Who comes back uses no key before it has caught up", "bob")
            .tests(Rule::KeyAwaitsHeartbeat)
            .tests(Rule::FirstListsSelf),
        scene,
    );
}

/// Nothing of what went on is left out.
fn gaps(drafts: &mut Drafts) {
    let mut scene = away(drafts);
    back(&mut scene).told_leader("bob", "alice").admit("alice", "bob");
    let (links, beats) = posted(&mut scene);
    scene.link("bob", "alice", links - 1).link("bob", "alice", links);
    scene.heartbeat("bob", "alice", beats).refused(Rule::HistoryContinues).observe("bob");
    drafts.alone(
        draft("returns-over-a-gap", "Who comes back does not pass over a heartbeat", "bob")
            .tests(Rule::HistoryContinues),
        scene,
    );
    let mut scene = away(drafts);
    back(&mut scene).told_leader("bob", "alice");
    scene.link("bob", "alice", 1).refused(Rule::LinkChains).observe("bob");
    drafts.alone(
        draft("returns-to-the-first-link", "Who comes back does not begin anew", "bob")
            .tests(Rule::LinkChains),
        scene,
    );
}

/// Another member leads by now.
fn leader_changed(drafts: &mut Drafts) {
    let mut scene = away(drafts);
    scene.share_board();
    let before = scene.posted();
    scene.elect("carol").settle().run(80_000);
    back(&mut scene).told_leader("bob", "alice").catch_up_to("bob", before);
    scene.told_leader("bob", "carol").admit("carol", "bob").settle().observe("bob");
    scene.run(110_000).observe("bob");
    drafts.alone(
        draft("returns-under-a-successor", "Who comes back is told who leads now", "bob")
            .tests(Rule::ChangeNoticed)
            .tests(Rule::TakeoverContinues),
        scene,
    );
}

/// The leader itself goes to a room.
fn former_leader(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.run(20_000).share_board().step_out("alice").observe("alice");
    scene.elect("carol").settle().depart("carol", "alice").settle().run(60_000);
    scene.join("alice", Role::Participant).told_leader("alice", "carol");
    scene.admit("carol", "alice").settle().run(90_000).observe("alice");
    drafts.alone(
        draft(
            "leader-returns",
            "A leader that went to a room comes back to follow another",
            "alice",
        )
        .tests(Rule::ChangeNoticed),
        scene,
    );
}
