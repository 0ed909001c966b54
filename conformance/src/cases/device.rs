//! DEV: announcements, fresh keys, the security code.

use conclave_model::{
    message::{Role, Seat},
    script::{Change, Handle, Recipe, ValueRecipe, WireEdit},
};
use conclave_spec::{BoxSuite, Label, Profile, Rule};

use super::{
    Draft, Drafts,
    rotation::{join_window, ready},
    scene::{Scene, announcement, forged_announcement, next_instance, seat},
};

mod label;
mod misfits;
mod noise;

pub(super) fn drafts(drafts: &mut Drafts) {
    genuine(drafts);
    signatures(drafts);
    binding_fields(drafts);
    binding_fields_at_leader(drafts);
    encodings(drafts);
    ephemerals(drafts);
    widths(drafts);
    codes(drafts);
    noise::drafts(drafts);
    misfits::drafts(drafts);
    label::drafts(drafts);
}

/// Bob is told that Alice leads, with this announcement, claimed to be of this device.
fn told(profile: &Profile, claimed: Seat, recipe: Recipe) -> Scene {
    let mut scene = Scene::of(profile, &["alice", "bob", "mallory"]);
    scene.join("alice", Role::Leader).join("bob", Role::Participant);
    scene.join("mallory", Role::Participant).told_leader_as("bob", "alice", claimed, recipe);
    scene
}

/// Alice leads and is told that Bob joined, with this announcement.
fn admitted(profile: &Profile, recipe: Recipe) -> Scene {
    let mut scene = Scene::of(profile, &["alice", "bob", "mallory"]);
    scene.join("alice", Role::Leader).join("bob", Role::Participant);
    scene.join("mallory", Role::Participant).nonce("alice", "bob");
    scene.admit_with("alice", "bob", recipe);
    scene
}

fn genuine(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = told(profile, seat("alice"), announcement("alice"));
    scene.shows(Rule::AnnouncementVerifies);
    drafts.common(
        Draft::new("leader-announced", "A participant believes the leader's true announcement")
            .plays("bob"),
        scene,
        &[
            (Rule::AnnouncementVerifies, "leader-other-signature", "the signature"),
            (Rule::SignatureNamesContext, "leader-other-context", "the context string signed"),
            (Rule::BindingNamesMeeting, "leader-binding-other-meeting", "the meeting ID signed"),
            (Rule::BindingNamesInstance, "leader-binding-other-instance", "the UUID signed"),
            (Rule::BindingNamesUser, "leader-binding-other-user", "the user ID signed"),
            (Rule::BindingNamesDevice, "leader-binding-other-device", "the hardware ID signed"),
            (Rule::BindingNamesIdentityKey, "leader-binding-other-ivk", "the identity key signed"),
            (Rule::BindingNamesEphemeralKey, "leader-other-pk", "the ephemeral key"),
            (Rule::EncodingCanonical, "leader-announcement-longer", "one byte at the end"),
            (Rule::AgreementContributory, "leader-small-order-key", "the ephemeral key"),
        ],
    );
    let mut scene = admitted(profile, announcement("bob"));
    scene.shows(Rule::AnnouncementVerifies);
    join_window(&mut scene, 0);
    scene.advance("alice", 3_000);
    drafts.alone(
        Draft::new("joiner-announced", "A leader believes a joiner's true announcement")
            .plays("alice")
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
}

fn signatures(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let of = Box::new(announcement("mallory"));
    let value = ValueRecipe::FieldOf { of, field: "sig".to_owned() };
    let change = Change { field: "sig".to_owned(), value };
    let recipe = Recipe::Edited { of: Box::new(announcement("alice")), change: change.clone() };
    let mut scene = told(profile, seat("alice"), recipe);
    scene.refused(Rule::AnnouncementVerifies).observe("bob");
    drafts.decisive(
        Rule::AnnouncementVerifies,
        Draft::new("leader-other-signature", "A signature of somebody else is refused")
            .plays("bob"),
        scene,
    );
    let recipe = Recipe::Edited { of: Box::new(announcement("bob")), change };
    let mut scene = admitted(profile, recipe);
    scene.refused(Rule::AnnouncementVerifies).observe("alice");
    drafts.alone(
        Draft::new("joiner-other-signature", "A leader gives no key to a joiner it cannot verify")
            .plays("alice")
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
    later_forgeries(drafts);
    let damaged = Recipe::Damaged { of: Box::new(announcement("alice")), field: "sig".to_owned() };
    let mut scene = told(profile, seat("alice"), damaged);
    scene.refused(Rule::AnnouncementVerifies);
    drafts.alone(
        Draft::new("leader-damaged-signature", "A signature with one bit changed is refused")
            .plays("bob")
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
    let other_context = Recipe::ForgedAnnouncement {
        by: "alice".to_owned(),
        label: Some(Label::ParticipantList),
        changes: Vec::new(),
    };
    let mut scene = told(profile, seat("alice"), other_context);
    scene.refused(Rule::AnnouncementVerifies);
    drafts.decisive(
        Rule::SignatureNamesContext,
        Draft::new("leader-other-context", "A binding signed for another purpose is refused")
            .plays("bob"),
        scene,
    );
}

/// Believing one announcement is no reason to believe the next.
fn later_forgeries(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let forged = |of: &str| {
        let sig =
            ValueRecipe::FieldOf { of: Box::new(announcement("mallory")), field: "sig".to_owned() };
        let change = Change { field: "sig".to_owned(), value: sig };
        Recipe::Edited { of: Box::new(announcement(of)), change }
    };
    let cast = ["alice", "bob", "carol", "mallory"];
    let mut scene = Scene::of(profile, &cast);
    scene.join("alice", Role::Leader).join("carol", Role::Leader);
    scene.join("bob", Role::Participant).join("mallory", Role::Participant);
    let joined = scene.clone();
    scene.told_leader("bob", "alice").told_leader_as(
        "bob",
        "carol",
        seat("carol"),
        forged("carol"),
    );
    scene.refused(Rule::AnnouncementVerifies).observe("bob");
    drafts.alone(
        Draft::new("second-leader-forged", "The next leader's announcement is verified too")
            .plays("bob")
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
    let change = Change::new("pk", ValueRecipe::PkOf("mallory".to_owned()));
    let swapped = Recipe::Edited { of: Box::new(announcement("alice")), change };
    let mut scene = joined;
    scene.told_leader("bob", "alice").told_leader_as("bob", "alice", seat("alice"), swapped);
    scene.refused(Rule::AnnouncementVerifies).observe("bob");
    drafts.alone(
        Draft::new("same-leader-again-forged", "A known leader's announcement is verified again")
            .plays("bob")
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
    let mut scene = Scene::of(profile, &cast);
    scene.join("alice", Role::Leader).join("bob", Role::Participant);
    scene.join("carol", Role::Participant).join("mallory", Role::Participant);
    scene.admit("alice", "bob");
    join_window(&mut scene, 0);
    scene.nonce("alice", "carol").admit_with("alice", "carol", forged("carol"));
    scene.refused(Rule::AnnouncementVerifies).advance("alice", 8_000).observe("alice");
    drafts.alone(
        Draft::new("second-joiner-forged", "The next joiner's announcement is verified too")
            .plays("alice")
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
}

/// What a binding of `who` may be signed for instead: the rule, a word for it, the change.
fn other_bindings(who: &str) -> [(Rule, &'static str, Change); 5] {
    let text = |text: &str| ValueRecipe::Text(text.to_owned());
    let uuid = ValueRecipe::Uuid(next_instance().uuid);
    let ivk = ValueRecipe::IvkOf("mallory".to_owned());
    [
        (Rule::BindingNamesMeeting, "meeting", Change::new("meeting_id", text("10000000001"))),
        (Rule::BindingNamesInstance, "instance", Change::new("meeting_uuid", uuid)),
        (Rule::BindingNamesUser, "user", Change::new("user_id", text("mallory"))),
        (
            Rule::BindingNamesDevice,
            "device",
            Change::new("hardware_id", text(&format!("{who}-phone"))),
        ),
        (Rule::BindingNamesIdentityKey, "ivk", Change::new("ivk", ivk)),
    ]
}

/// An announcement whose ephemeral key is that of Mallory.
fn other_pk(who: &str) -> Recipe {
    let change = Change::new("pk", ValueRecipe::PkOf("mallory".to_owned()));
    Recipe::Edited { of: Box::new(announcement(who)), change }
}

fn binding_fields(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    for (rule, word, change) in other_bindings("alice") {
        let mut scene = told(profile, seat("alice"), forged_announcement("alice", change));
        scene.refused(Rule::AnnouncementVerifies);
        let title = format!("An announcement signed for another {word} is refused");
        let name = format!("leader-binding-other-{word}");
        drafts.decisive(rule, Draft::new(&name, &title).plays("bob"), scene);
    }
    let mut scene = told(profile, seat("alice"), other_pk("alice"));
    scene.refused(Rule::AnnouncementVerifies);
    drafts.decisive(
        Rule::BindingNamesEphemeralKey,
        Draft::new("leader-other-pk", "An ephemeral key swapped by the server is refused")
            .plays("bob"),
        scene,
    );
    replayed_instance(drafts);
}

/// The same at the other end: a leader is told of a joiner, or of another leader.
fn binding_fields_at_leader(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let forged = |(rule, word, change)| {
        (rule, format!("binding-other-{word}"), forged_announcement("bob", change))
    };
    let swapped = (Rule::BindingNamesEphemeralKey, "other-pk".to_owned(), other_pk("bob"));
    let all: Vec<_> = other_bindings("bob").map(forged).into_iter().chain([swapped]).collect();
    for (rule, what, recipe) in all {
        let mut scene = admitted(profile, recipe.clone());
        scene.refused(Rule::AnnouncementVerifies).advance("alice", 3_000).observe("alice");
        let title = "A joiner whose announcement is signed for something else is not admitted";
        let draft = Draft::new(&format!("joiner-{what}"), title).plays("alice");
        drafts.alone(draft.tests(rule).tests(Rule::AnnouncementVerifies), scene);

        let mut scene = ready(profile, &["alice", "bob", "mallory"]);
        scene.told_leader_as("alice", "bob", seat("bob"), recipe);
        scene.refused(Rule::AnnouncementVerifies).observe("alice");
        let title = "A leader goes on when the announcement of another is for something else";
        let draft = Draft::new(&format!("successor-{what}"), title).plays("alice");
        drafts.alone(draft.tests(rule).tests(Rule::AnnouncementVerifies), scene);
    }
}

/// Yesterday's announcement in today's instance of the same meeting.
fn replayed_instance(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader).leave("alice");
    scene.join_instance("alice", Role::Leader, next_instance());
    scene.join_instance("bob", Role::Participant, next_instance());
    let first = Recipe::Sent(Handle::announcement("alice", 1));
    scene.told_leader_as("bob", "alice", seat("alice"), first);
    scene.refused(Rule::AnnouncementVerifies).told_leader("bob", "alice");
    drafts.alone(
        Draft::new(
            "announcement-of-earlier-instance",
            "A board replayed from an earlier instance is refused",
        )
        .plays("bob")
        .tests(Rule::BindingNamesInstance)
        .tests(Rule::AnnouncementVerifies),
        scene,
    );
}

fn encodings(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = told(profile, Seat::new("alice", "1laptop"), shifted("alice", "1laptop"));
    scene.shows(Rule::AnnouncementVerifies);
    drafts.common(
        Draft::new("identifiers-as-signed", "Identifiers are taken as they were signed")
            .plays("bob"),
        scene,
        &[(Rule::EncodingInjective, "identifiers-shifted", "where one identifier ends")],
    );
    let mut scene = told(profile, Seat::new("alice1", "laptop"), shifted("alice", "1laptop"));
    scene.refused(Rule::AnnouncementVerifies);
    drafts.decisive(
        Rule::EncodingInjective,
        Draft::new(
            "identifiers-shifted",
            "The same letters cut into other identifiers are refused",
        )
        .plays("bob"),
        scene,
    );
    let mut scene = told(profile, seat("alice"), announcement("alice"));
    scene.damaged_on_the_wire(WireEdit::Append("00".to_owned())).refused(Rule::EncodingCanonical);
    drafts.decisive(
        Rule::EncodingCanonical,
        Draft::new("leader-announcement-longer", "An announcement with a byte too many is refused")
            .plays("bob"),
        scene,
    );
    for (name, title, edit) in [
        ("leader-announcement-shorter", "a byte missing", WireEdit::Truncate(1)),
        ("leader-announcement-other-tag", "another tag", WireEdit::Flip(5)),
        ("leader-announcement-length", "a wrong length inside", WireEdit::Flip(28)),
        ("leader-announcement-empty", "no bytes at all", WireEdit::Truncate(10_000)),
    ] {
        let mut scene = told(profile, seat("alice"), announcement("alice"));
        scene.damaged_on_the_wire(edit).refused(Rule::EncodingCanonical);
        let title = format!("An announcement with {title} is refused");
        drafts.alone(Draft::new(name, &title).plays("bob").tests(Rule::EncodingCanonical), scene);
    }
}

/// An announcement Alice signed for these identifiers.
fn shifted(user_id: &str, hardware_id: &str) -> Recipe {
    let text = |text: &str| ValueRecipe::Text(text.to_owned());
    Recipe::ForgedAnnouncement {
        by: "alice".to_owned(),
        label: None,
        changes: vec![
            Change::new("user_id", text(user_id)),
            Change::new("hardware_id", text(hardware_id)),
        ],
    }
}

fn ephemerals(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    for (party, role, name) in
        [("bob", Role::Participant, "participant"), ("alice", Role::Leader, "leader")]
    {
        let first = format!("{name}-joins");
        let again = format!("{name}-rejoins");
        let mut scene = Scene::of(profile, &[party]);
        scene.join(party, role).shows(Rule::EphemeralFresh);
        let title = format!("A {name} announces a key of its own at the join");
        let draft = Draft::new(&first, &title).plays(party);
        let mut second = Scene::of(profile, &[party]);
        second.join(party, role).leave(party).join(party, role).shows(Rule::EphemeralFresh);
        let title = format!("A {name} announces another key when it joins again");
        let rejoin = Draft::new(&again, &title).plays(party);
        if party == "bob" {
            let pair = [(Rule::EphemeralFresh, again.as_str(), "whether it is the second join")];
            drafts.common(draft, scene, &pair);
            drafts.decisive(Rule::EphemeralFresh, rejoin, second);
        } else {
            drafts.alone(draft.tests(Rule::EphemeralFresh), scene);
            drafts.alone(rejoin.tests(Rule::EphemeralFresh), second);
        }
    }
    let mut scene = told(profile, seat("alice"), small_order(profile, "alice"));
    scene.refused(Rule::AgreementContributory);
    drafts.decisive(
        Rule::AgreementContributory,
        Draft::new("leader-small-order-key", "A leader's key that contributes nothing is refused")
            .plays("bob"),
        scene,
    );
    let mut scene = admitted(profile, small_order(profile, "bob"));
    scene.refused(Rule::AgreementContributory).advance("alice", 3_000).observe("alice");
    drafts.alone(
        Draft::new(
            "joiner-small-order-key",
            "Nor is a joiner let in whose key contributes nothing",
        )
        .plays("alice")
        .tests(Rule::AgreementContributory),
        scene,
    );
}

/// An announcement that `by` signed over a key that contributes nothing.
pub(super) fn small_order(profile: &Profile, by: &str) -> Recipe {
    // Where everybody needs a Kyber half, it has one: only the other half is amiss.
    let small = if profile.rules.contains(Rule::EverybodyHybrid) {
        ValueRecipe::SmallOrderBeside(by.to_owned())
    } else {
        ValueRecipe::SmallOrderKey
    };
    forged_announcement(by, Change::new("pk", small))
}

/// Keys, truly announced, of a width that the version has no suite for.
fn widths(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let hybrid = profile.box_suite == BoxSuite::Hybrid;
    for bytes in [31, 33, if hybrid { 1_215 } else { 1_216 }] {
        let mut scene = told(profile, seat("alice"), of_width("alice", bytes));
        scene.refused(Rule::AgreementContributory).observe("bob");
        let draft = |of: &str, title: &str| {
            Draft::new(&format!("{of}-key-of-{bytes}-bytes"), title)
                .tests(Rule::AgreementContributory)
        };
        let title = "A leader's key of a width that the version has no suite for is refused";
        drafts.alone(draft("leader", title).plays("bob"), scene);
        let mut scene = admitted(profile, of_width("bob", bytes));
        scene.refused(Rule::AgreementContributory).advance("alice", 3_000).observe("alice");
        let title = "Nor is a joiner let in whose key has such a width";
        drafts.alone(draft("joiner", title).plays("alice"), scene);
    }
}

/// An announcement that `by` signed over its key, cut or filled with zeros.
pub(super) fn of_width(by: &str, bytes: usize) -> Recipe {
    let key = ValueRecipe::PkOfWidth { of: by.to_owned(), bytes };
    forged_announcement(by, Change::new("pk", key))
}

fn codes(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader).join("bob", Role::Participant).observe("bob");
    let pairs = [
        (Rule::CodeFromHandshakeKey, "code-of-leader", "whether the leader is named yet"),
        (Rule::CodeHasAllDigits, "code-of-leader", "whether the leader is named yet"),
    ];
    drafts.common(
        Draft::new("code-before-leader", "No security code is shown before a leader is believed")
            .plays("bob"),
        scene.clone(),
        &pairs,
    );
    scene.told_leader("bob", "alice").shows(Rule::CodeFromHandshakeKey).observe("bob");
    drafts.decisive_for(
        &[Rule::CodeFromHandshakeKey, Rule::CodeHasAllDigits],
        Draft::new(
            "code-of-leader",
            "The security code shown is that of the leader's identity key",
        )
        .plays("bob"),
        scene,
    );
    let mut scene = Scene::of(profile, &["alice"]);
    scene.join("alice", Role::Leader).observe("alice");
    drafts.alone(
        Draft::new("code-of-self", "A leader shows the security code of its own identity key")
            .plays("alice")
            .tests(Rule::CodeFromHandshakeKey),
        scene,
    );
    let mut scene = Scene::of(profile, &["alice", "bob", "carol"]);
    scene.join("alice", Role::Leader).join("carol", Role::Leader).join("bob", Role::Participant);
    scene.told_leader("bob", "alice").told_leader("bob", "carol").observe("bob");
    drafts.alone(
        Draft::new("code-of-next-leader", "With another leader another code is shown")
            .plays("bob")
            .tests(Rule::CodeFromHandshakeKey),
        scene,
    );
}
