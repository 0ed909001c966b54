//! What comes twice, late, too long, or to the wrong client.

use conclave_model::{
    message::Role,
    script::{Handle, Recipe, WireEdit},
};
use conclave_spec::Rule;

use super::{admitted, told};
use crate::cases::{
    Draft, Drafts,
    rotation::{join_window, ready},
    scene::{Scene, announcement, next_instance, seat},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    damaged_at_leader(drafts);
    too_long(drafts);
    again(drafts);
    of_earlier_meeting(drafts);
    to_participant(drafts);
}

fn damaged_at_leader(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    for (word, edit) in [
        ("longer", WireEdit::Append("00".to_owned())),
        ("shorter", WireEdit::Truncate(1)),
        ("empty", WireEdit::Truncate(10_000)),
        ("other-tag", WireEdit::Flip(5)),
    ] {
        let mut scene = admitted(profile, announcement("bob"));
        scene.damaged_on_the_wire(edit).refused(Rule::EncodingCanonical).observe("alice");
        drafts.alone(
            Draft::new(
                &format!("joiner-announcement-{word}"),
                "A joiner whose announcement does not decode is not admitted",
            )
            .plays("alice")
            .tests(Rule::EncodingCanonical),
            scene,
        );
    }
}

fn too_long(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = told(profile, seat("alice"), announcement("alice"));
    scene.damaged_on_the_wire(WireEdit::Append("5a".repeat(5_000)));
    scene.refused(Rule::EncodingCanonical).observe("bob");
    drafts.alone(
        Draft::new("leader-announcement-oversized", "An announcement of many bytes is refused")
            .plays("bob")
            .tests(Rule::EncodingCanonical),
        scene,
    );
}

fn again(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = told(profile, seat("alice"), announcement("alice"));
    scene.told_leader("bob", "alice").shows(Rule::AnnouncementVerifies).observe("bob");
    drafts.alone(
        Draft::new("leader-announced-twice", "To hear of the same leader again changes nothing")
            .plays("bob")
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
    let mut scene = Scene::gathered(profile, &["alice", "bob"]);
    scene.admit("alice", "bob");
    join_window(&mut scene, 0);
    scene.advance("alice", 8_000).admit_with("alice", "bob", announcement("bob"));
    scene.shows(Rule::AnnouncementVerifies).observe("alice");
    drafts.alone(
        Draft::new("joiner-announced-twice", "To hear of the same joiner again changes nothing")
            .plays("alice")
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
}

fn of_earlier_meeting(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join("bob", Role::Participant).leave("bob");
    scene.join_instance("alice", Role::Leader, next_instance());
    scene.join_instance("bob", Role::Participant, next_instance());
    let first = Recipe::Sent(Handle::announcement("bob", 1));
    scene.nonce("alice", "bob").admit_with("alice", "bob", first);
    scene.refused(Rule::AnnouncementVerifies).admit("alice", "bob");
    join_window(&mut scene, 0);
    scene.advance("alice", 8_000).observe("alice");
    drafts.alone(
        Draft::new(
            "joiner-of-earlier-instance",
            "A joiner's announcement for an earlier instance is refused",
        )
        .plays("alice")
        .tests(Rule::BindingNamesInstance)
        .tests(Rule::AnnouncementVerifies),
        scene,
    );
}

/// The board of a participant: nothing on it is believed yet.
fn to_participant(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = ready(profile, &["alice", "bob", "carol"]);
    let damaged = Recipe::Damaged { of: Box::new(announcement("carol")), field: "sig".to_owned() };
    scene.admit_with("bob", "carol", damaged).observe("bob");
    scene.admit_with("bob", "carol", announcement("carol"));
    scene.damaged_on_the_wire(WireEdit::Truncate(1)).refused(Rule::EncodingCanonical);
    scene.observe("bob");
    drafts.alone(
        Draft::new(
            "board-announcement",
            "A participant stores an announcement it can read, and shows nothing for it",
        )
        .plays("bob")
        .tests(Rule::EncodingCanonical),
        scene,
    );
}
