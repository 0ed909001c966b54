//! What comes twice, late, too long, or to the wrong client.

use conclave_model::{
    message::{Role, Seat},
    script::{Act, CastMember, Handle, MessageKind, Recipe, ValueRecipe, WireEdit},
};
use conclave_spec::Rule;

use super::{admitted, told};
use crate::cases::{
    Draft, Drafts,
    raw::{a_link, further_field},
    rotation::{READY_MS, join_window, ready},
    scene::{Scene, announcement, next_instance, seat},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    damaged_at_leader(drafts);
    too_long(drafts);
    of_other_type(drafts);
    identifiers(drafts);
    again(drafts);
    of_earlier_meeting(drafts);
    to_participant(drafts);
}

/// What can become of the bytes of an announcement: a word, and how.
fn damages() -> [(&'static str, WireEdit); 7] {
    [
        ("longer", WireEdit::Append("00".to_owned())),
        ("with-a-further-field", further_field()),
        ("shorter", WireEdit::Truncate(1)),
        ("empty", WireEdit::Truncate(10_000)),
        ("other-tag", WireEdit::Flip(5)),
        ("oversized", WireEdit::Append("5a".repeat(5_000))),
        ("that-is-a-link", WireEdit::Instead(a_link())),
    ]
}

fn damaged_at_leader(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    for (word, edit) in damages() {
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
    for (word, edit) in damages() {
        let mut scene = ready(profile, &["alice", "bob", "carol"]);
        scene.told_leader("alice", "carol").damaged_on_the_wire(edit);
        scene.refused(Rule::EncodingCanonical).observe("alice").advance("alice", READY_MS + 8_000);
        drafts.alone(
            Draft::new(
                &format!("successor-announcement-{word}"),
                "A leader goes on while the announcement of another does not decode",
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

/// The bytes of another message.
fn of_other_type(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = told(profile, seat("alice"), announcement("alice"));
    scene.damaged_on_the_wire(WireEdit::Instead(a_link()));
    scene.refused(Rule::EncodingCanonical).observe("bob");
    drafts.alone(
        Draft::new("leader-announcement-that-is-a-link", "A link is no announcement")
            .plays("bob")
            .tests(Rule::EncodingCanonical),
        scene,
    );
    let damaged = Recipe::Damaged { of: Box::new(announcement("alice")), field: "pk".to_owned() };
    let mut scene = told(profile, seat("alice"), damaged);
    scene.refused(Rule::AnnouncementVerifies).observe("bob");
    drafts.alone(
        Draft::new("leader-pk-damaged", "One bit of the announced key is changed, its last byte's")
            .plays("bob")
            .tests(Rule::BindingNamesEphemeralKey)
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
}

/// Identifiers of any letters and of every length there may be (reading R-19).
fn identifiers(drafts: &mut Drafts) {
    let alice = || Seat::new("Ælfgifu 李", &"x".repeat(255));
    // A byte order mark is a letter like others, where it comes first too.
    let bob = || Seat::new("b", "\u{feff}ß");
    let cast = vec![CastMember::new("alice", alice()), CastMember::new("bob", bob())];
    let mut scene = Scene::with_cast(&drafts.profile, cast);
    scene.join("alice", Role::Leader).join("bob", Role::Participant);
    scene.told_leader_as("bob", "alice", alice(), announcement("alice"));
    if scene.count("bob", MessageKind::Nonce) > 0 {
        let nonce = Recipe::Sent(Handle::of("bob", MessageKind::Nonce, 1));
        scene.act("alice", Act::NoncePosted { seat: bob(), nonce });
    }
    let (ivk, announcement) = (ValueRecipe::IvkOf("bob".to_owned()), announcement("bob"));
    let admitted =
        Act::Admitted { seat: bob(), name: String::new(), ivk, announcement, outdated: false };
    scene.act("alice", admitted);
    join_window(&mut scene, 0);
    scene.advance_all(2_500).link("bob", "alice", 1).link("bob", "alice", 2);
    let beat = scene.count("alice", MessageKind::Heartbeat);
    scene.heartbeat("bob", "alice", beat);
    scene.sealed_from("bob", Recipe::Sent(Handle::sealed_key("alice", "b", 1)));
    scene.shows(Rule::SealOpens).advance_all(9_000).send("alice", "hello");
    let packet = Recipe::Sent(Handle::packet("alice", 1));
    scene.act("bob", Act::Packet { from: alice(), stream: "audio".to_owned(), packet });
    scene.act("alice", Act::Renamed { seat: bob(), name: "\u{feff}Bob".to_owned() });
    // Where names are the server's alone there is no link.
    if scene.count("alice", MessageKind::Link) > 2 {
        scene.link("bob", "alice", 3);
        let beat = scene.count("alice", MessageKind::Heartbeat);
        scene.heartbeat("bob", "alice", beat);
    }
    scene.observe("bob").observe("alice");
    for (party, word) in [("alice", "leader"), ("bob", "participant")] {
        drafts.alone(
            Draft::new(
                &format!("identifiers-of-any-text-{word}"),
                "Identifiers may be of any letters and of 1 to 255 bytes, names of none",
            )
            .plays(party)
            .tests(Rule::BindingNamesUser)
            .tests(Rule::BindingNamesDevice)
            .tests(Rule::EncodingInjective)
            .tests(Rule::MetaNamesLeader),
            scene.clone(),
        );
    }
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
    let mut scene = ready(profile, &["alice", "bob", "carol"]);
    scene.admit("bob", "carol").admit("bob", "carol").observe("bob").told_leader("bob", "bob");
    scene.observe("bob").advance("bob", READY_MS + 8_000);
    drafts.alone(
        Draft::new(
            "board-announcement-twice",
            "An announcement that comes twice to a participant makes one member when it leads",
        )
        .plays("bob")
        .tests(Rule::AnnouncementVerifies)
        .tests(Rule::AnnouncementListed),
        scene,
    );
    for (word, edit) in damages() {
        let mut scene = ready(profile, &["alice", "bob", "carol"]);
        scene.admit_with("bob", "carol", announcement("carol")).damaged_on_the_wire(edit);
        scene.refused(Rule::EncodingCanonical).observe("bob");
        scene.admit_with("bob", "carol", announcement("carol")).observe("bob");
        drafts.alone(
            Draft::new(
                &format!("board-announcement-{word}"),
                "A participant stores no announcement that does not decode",
            )
            .plays("bob")
            .tests(Rule::EncodingCanonical),
            scene,
        );
    }
}
