//! ROT: sealing, numbering, rotating, erasing the meeting key.

use conclave_model::{
    message::Role,
    script::{Change, Expect, ForgedSeal, Handle, Recipe, ValueRecipe, WireEdit},
};
use conclave_spec::{Label, Rule};

use super::{
    Draft, Drafts,
    scene::{Scene, forged_seal, next_instance, sealed, seat},
};
use crate::{case::Side, reference::FIRST_KEY_WAIT};

mod leader;

pub(super) fn drafts(drafts: &mut Drafts) {
    opening(drafts);
    metadata(drafts);
    numbering(drafts);
    roll_back(drafts);
    leader::drafts(drafts);
    waiting(drafts);
    erasing(drafts);
}

/// Bob knows Alice as leader; she has admitted him.
fn awaiting() -> Scene {
    let mut scene = Scene::gathered(&["alice", "bob", "carol"]);
    scene.admit("alice", "bob").admit("alice", "carol").signal("bob", 1);
    scene
}

fn opening(drafts: &mut Drafts) {
    let mut scene = awaiting();
    scene.sealed("bob", 1).shows(Rule::SealOpens).send("bob", "hello").observe("bob");
    drafts.common(
        Draft::new("sealed-key", "A key sealed to this client is installed").plays("bob"),
        scene,
        &[(Rule::SealOpens, "sealed-key-damaged", "one bit of the tag")],
    );
    let damaged =
        Recipe::Damaged { of: Box::new(sealed("bob", 1)), field: "ciphertext".to_owned() };
    let mut scene = awaiting();
    scene.sealed_from("bob", damaged).refused(Rule::SealOpens).observe("bob");
    drafts.decisive(
        Rule::SealOpens,
        Draft::new("sealed-key-damaged", "A sealed key with one bit changed is refused")
            .plays("bob"),
        scene,
    );
    let mut scene = awaiting();
    scene.sealed_from("bob", sealed("carol", 1)).refused(Rule::SealOpens);
    drafts.alone(
        Draft::new("sealed-key-of-another", "A key sealed to somebody else is refused")
            .plays("bob")
            .tests(Rule::SealOpens),
        scene,
    );
    let mut scene = Scene::of(&["alice", "bob"]);
    scene.join("alice", Role::Leader).join("bob", Role::Participant).admit("alice", "bob");
    scene.signal("bob", 1).sealed("bob", 1).refused(Rule::AnnouncementVerifies);
    drafts.alone(
        Draft::new("sealed-key-before-leader", "No key is taken before a leader is believed")
            .plays("bob")
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
    for (name, title, edit) in [
        ("sealed-key-longer", "a byte too many", WireEdit::Append("00".to_owned())),
        ("sealed-key-shorter", "a byte missing", WireEdit::Truncate(1)),
        ("sealed-key-empty", "no bytes at all", WireEdit::Truncate(10_000)),
    ] {
        let mut scene = awaiting();
        scene.sealed("bob", 1).damaged_on_the_wire(edit).refused(Rule::EncodingCanonical);
        let title = format!("A sealed key with {title} is refused");
        drafts.alone(Draft::new(name, &title).plays("bob").tests(Rule::EncodingCanonical), scene);
    }
}

fn metadata(drafts: &mut Drafts) {
    let text = |text: &str| ValueRecipe::Text(text.to_owned());
    let uuid = ValueRecipe::Uuid(next_instance().uuid);
    let fields = [
        (Rule::MetaNamesMeeting, "meeting", Change::new("meeting_id", text("10000000001"))),
        (Rule::MetaNamesInstance, "instance", Change::new("meeting_uuid", uuid)),
        (Rule::MetaNamesLeader, "leader", Change::new("leader", text("carol"))),
        (Rule::MetaNamesRecipient, "recipient", Change::new("recipient", text("carol"))),
    ];
    let mut scene = awaiting();
    scene.sealed_forged("bob", forged_seal("bob", 1)).shows(Rule::SealOpens);
    drafts.common(
        Draft::new(
            "seal-bound-to-this",
            "A key sealed for this meeting, leader and client is taken",
        )
        .plays("bob"),
        scene,
        &[
            (Rule::MetaNamesMeeting, "seal-bound-to-other-meeting", "the meeting ID bound"),
            (Rule::MetaNamesInstance, "seal-bound-to-other-instance", "the UUID bound"),
            (Rule::MetaNamesLeader, "seal-bound-to-other-leader", "the leader bound"),
            (Rule::MetaNamesRecipient, "seal-bound-to-other-recipient", "the recipient bound"),
            (Rule::SealNamesContext, "seal-of-other-cipher-context", "the cipher context"),
            (Rule::DerivationNamesContext, "seal-of-other-kdf-context", "the derivation context"),
        ],
    );
    for (rule, word, change) in fields {
        let mut scene = awaiting();
        scene
            .sealed_forged("bob", ForgedSeal { changes: vec![change], ..forged_seal("bob", 1) })
            .refused(Rule::SealOpens);
        let title = format!("A key sealed for another {word} is refused");
        let name = format!("seal-bound-to-other-{word}");
        drafts.decisive(rule, Draft::new(&name, &title).plays("bob"), scene);
    }
    for (rule, name, cipher, derivation) in [
        (Rule::SealNamesContext, "seal-of-other-cipher-context", Some(Label::Announcement), None),
        (Rule::DerivationNamesContext, "seal-of-other-kdf-context", None, Some(Label::StreamKey)),
    ] {
        let forged = ForgedSeal { cipher, derivation, ..forged_seal("bob", 1) };
        let mut scene = awaiting();
        scene.sealed_forged("bob", forged).refused(Rule::SealOpens);
        let draft = Draft::new(name, "A key sealed for another purpose is refused").plays("bob");
        drafts.decisive(rule, draft, scene);
    }
}

/// Alice leads Bob and Carol; the rotation their joins called for has happened, at 15 s.
fn settled() -> Scene {
    let mut scene = Scene::seated(&["alice", "bob", "carol"]);
    scene.advance_rotating(20_000);
    scene
}

/// As [`settled`], and Bob holds key 2.
fn rotated() -> Scene {
    let mut scene = settled();
    scene.signal("bob", 2).sealed("bob", 2);
    scene
}

fn numbering(drafts: &mut Drafts) {
    let greater = drafts.profile.rules.contains(Rule::SeqIncreases);
    if !greater {
        return held_back(drafts);
    }
    let mut scene = rotated();
    scene.signal("bob", 3).sealed_forged("bob", forged_seal("bob", 3)).shows(Rule::SeqIncreases);
    scene.advance("bob", 26_000).observe("bob");
    drafts.common(
        Draft::new("number-increases", "A key with a greater number is installed").plays("bob"),
        scene,
        &[(Rule::SeqIncreases, "number-repeats", "the number sealed: 2 for 3")],
    );
    for (name, title, seq) in [
        ("number-repeats", "A key with the number already held is ignored", 2),
        ("number-falls", "A key with a smaller number is ignored", 1),
        ("number-zero", "A key with number 0 is ignored", 0),
    ] {
        let mut scene = rotated();
        scene.signal("bob", 3).sealed_forged("bob", forged_seal("bob", seq));
        scene.refused(Rule::SeqIncreases).advance("bob", 26_000).observe("bob");
        let draft = Draft::new(name, title).plays("bob");
        if seq == 2 {
            drafts.decisive(Rule::SeqIncreases, draft, scene);
        } else {
            drafts.alone(draft.tests(Rule::SeqIncreases), scene);
        }
    }
    let mut scene = rotated();
    scene.sealed_forged("bob", forged_seal("bob", u32::MAX)).shows(Rule::SeqIncreases);
    scene.sealed_forged("bob", forged_seal("bob", 3)).refused(Rule::SeqIncreases);
    scene.advance("bob", 26_000).observe("bob");
    drafts.alone(
        Draft::new(
            "number-jumps",
            "Only greater is required: gaps are accepted, then nothing below",
        )
        .plays("bob")
        .tests(Rule::SeqIncreases),
        scene,
    );
}

/// 2.3.1 only: the number comes from beside the list (reading R-18).
fn held_back(drafts: &mut Drafts) {
    let mut scene = Scene::gathered(&["alice", "bob"]);
    scene.admit("alice", "bob").sealed("bob", 1).expect(Expect::pending(Rule::SeqByOne));
    scene.observe("bob").signal("bob", 1).observe("bob");
    drafts.alone(
        Draft::new(
            "sealed-key-before-signal",
            "A key without a number waits for one to be announced",
        )
        .plays("bob")
        .tests(Rule::SealOpens),
        scene,
    );
}

/// The old key offered again under the announced new number (ATK-ZM-14).
fn roll_back(drafts: &mut Drafts) {
    let sealed_number = drafts.profile.rules.contains(Rule::SealCarriesSeq);
    let mut scene = rotated();
    scene.depart("alice", "carol").advance_all(40_000).signal("bob", 3);
    scene.sealed("bob", 3).shows(Rule::SealOpens).advance("bob", 46_000).observe("bob");
    scene.send("bob", "after the rotation");
    drafts.common(
        Draft::new("new-key-after-leave", "After a leave the new key is installed and used")
            .plays("bob"),
        scene,
        &[(Rule::SealCarriesSeq, "old-key-after-leave", "which sealed key the board serves")],
    );
    let mut scene = rotated();
    scene.depart("alice", "carol").advance_all(40_000).signal("bob", 3).sealed("bob", 1);
    if sealed_number {
        scene.refused(Rule::SeqIncreases);
    }
    scene.advance("bob", 46_000).observe("bob").send("bob", "after the rotation");
    let draft =
        Draft::new("old-key-after-leave", "An old key served again as the new one").plays("bob");
    if sealed_number {
        drafts.decisive(Rule::SealCarriesSeq, draft, scene);
    } else {
        drafts.alone(draft.tests(Rule::SealOpens), scene);
    }
}

fn waiting(drafts: &mut Drafts) {
    let (soon, later) = ("send-right-after-rotation", "send-after-wait");
    let moment = "the moment of the send";
    let rekeyed = || {
        let mut scene = Scene::seated(&["alice", "bob"]);
        scene.advance_all(20_000).signal("bob", 2).sealed("bob", 2);
        scene
    };
    let mut scene = rekeyed();
    scene.advance_all(20_500).send("bob", "good morning").shows(Rule::WaitBeforeUse);
    drafts.alone(
        Draft::new(soon, "Right after a rotation the client sends under the older key")
            .plays("bob")
            .side(Rule::WaitBeforeUse, Side::Decisive, later, moment)
            .side(Rule::UseNewestKey, Side::Common, later, moment),
        scene,
    );
    let mut scene = rekeyed();
    scene.advance_all(25_001).send("bob", "good morning").shows(Rule::UseNewestKey);
    drafts.alone(
        Draft::new(later, "After the wait the client sends under the newer key")
            .plays("bob")
            .side(Rule::UseNewestKey, Side::Decisive, soon, moment)
            .side(Rule::WaitBeforeUse, Side::Common, soon, moment),
        scene,
    );
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.send("bob", "at once").observe("bob");
    drafts.alone(
        Draft::new("first-key-at-once", "A first key is used at once")
            .plays("bob")
            .tests(Rule::WaitBeforeUse)
            .policy(FIRST_KEY_WAIT, "no_wait"),
        scene,
    );
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.send("bob", "too early").refused(Rule::UseNewestKey).advance_all(6_000);
    scene.observe("bob");
    drafts.alone(
        Draft::new("first-key-waits", "A first key is waited for like any other")
            .plays("bob")
            .tests(Rule::WaitBeforeUse)
            .policy(FIRST_KEY_WAIT, "wait"),
        scene,
    );
}

fn erasing(drafts: &mut Drafts) {
    let mut early = Scene::seated(&["alice", "bob"]);
    early.send("alice", "one").send("alice", "two").advance_all(20_000);
    early.signal("bob", 2).sealed("bob", 2);
    let mut late = early.clone();
    early.advance("bob", 29_999).packet("bob", "alice", 1).shows(Rule::PacketOpens);
    drafts.common(
        Draft::new("old-key-within-grace", "A superseded key still opens packets for ten seconds")
            .plays("bob"),
        early,
        &[(Rule::OldKeyExpires, "old-key-after-grace", "the moment the packet arrives")],
    );
    late.advance("bob", 30_001).packet("bob", "alice", 1).refused(Rule::PacketOpens);
    drafts.decisive(
        Rule::OldKeyExpires,
        Draft::new("old-key-after-grace", "After ten seconds a superseded key opens nothing")
            .plays("bob"),
        late,
    );
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.send("alice", "one").advance_all(20_000).signal("bob", 2).sealed("bob", 2);
    scene.advance("bob", 25_000).signal("bob", 3);
    scene.sealed_forged("bob", forged_seal("bob", 3)).advance("bob", 30_001);
    scene.packet("bob", "alice", 1).refused(Rule::PacketOpens);
    drafts.alone(
        Draft::new("old-key-after-two-rotations", "A further rotation does not prolong an old key")
            .plays("bob")
            .tests(Rule::OldKeyExpires),
        scene,
    );
    teardown(drafts);
    instances(drafts);
}

/// What was bound to one leader or instance is not used with the next.
fn instances(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.send("bob", "in the first instance").packet("alice", "bob", 1);
    scene.send("alice", "an answer").packet("bob", "alice", 1);
    scene.leave("bob").leave("alice").join_instance("alice", Role::Leader, next_instance());
    scene.join_instance("bob", Role::Participant, next_instance());
    let second = |party: &str| Recipe::Sent(Handle::announcement(party, 2));
    scene.told_leader_as("bob", "alice", seat("alice"), second("alice"));
    scene.admit_with("alice", "bob", second("bob")).signal("bob", 1).sealed("bob", 2);
    scene.shows(Rule::MetaNamesInstance).send("bob", "in the second instance");
    scene.packet("alice", "bob", 2).send("alice", "an answer").packet("bob", "alice", 2);
    for (party, word) in [("bob", "participant"), ("alice", "leader")] {
        let title = format!("A {word} lives through two instances of a meeting");
        drafts.alone(
            Draft::new(&format!("second-instance-{word}"), &title)
                .plays(party)
                .tests(Rule::MetaNamesInstance)
                .tests(Rule::BindingNamesInstance)
                .tests(Rule::SubkeyNamesInstance),
            scene.clone(),
        );
    }
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.also_leads("carol");
    scene.told_leader("bob", "carol").admit("carol", "bob").signal("bob", 7);
    let from_carol = ForgedSeal { by: "carol".to_owned(), ..forged_seal("bob", 7) };
    scene.sealed_forged("bob", from_carol).shows(Rule::MetaNamesLeader);
    scene.advance("bob", 6_000).observe("bob");
    drafts.alone(
        Draft::new(
            "key-of-next-leader",
            "A key of the next leader is taken with that leader's keys",
        )
        .plays("bob")
        .tests(Rule::MetaNamesLeader),
        scene,
    );
    participant_list(drafts);
}

fn participant_list(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&["alice", "bob", "carol", "dave"]);
    scene.admit("bob", "carol").admit("bob", "dave").observe("bob");
    scene.depart("bob", "carol").observe("bob");
    drafts.alone(
        Draft::new(
            "participant-list",
            "A participant shows whom the list has, and no longer who left",
        )
        .plays("bob")
        .tests(Rule::SealToListed),
        scene,
    );
}

fn teardown(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.send("alice", "one").send("alice", "two").packet("bob", "alice", 1);
    drafts.common(
        Draft::new("packet-in-meeting", "In the meeting a packet is played").plays("bob"),
        scene.clone(),
        &[(Rule::MeetingKeysErased, "packet-after-leave", "whether the client left in between")],
    );
    scene.leave("bob").join("bob", Role::Participant).told_leader("bob", "alice");
    scene.packet("bob", "alice", 2).refused(Rule::PacketOpens).observe("bob");
    drafts.decisive(
        Rule::MeetingKeysErased,
        Draft::new(
            "packet-after-leave",
            "After leaving and joining again, the old key opens nothing",
        )
        .plays("bob"),
        scene,
    );
    let mut scene = Scene::seated(&["alice", "bob"]);
    let next = forged_seal("bob", 2);
    scene.signal("bob", 2).sealed_forged("bob", next.clone()).shows(Rule::SealOpens);
    drafts.common(
        Draft::new("seal-to-current-key", "A key sealed to this join's ephemeral key is taken")
            .plays("bob"),
        scene,
        &[(Rule::EphemeralErased, "seal-to-old-key", "whether the client joined again")],
    );
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.leave("bob").join("bob", Role::Participant).told_leader("bob", "alice");
    scene.signal("bob", 2).sealed_forged("bob", next).refused(Rule::SealOpens);
    drafts.decisive(
        Rule::EphemeralErased,
        Draft::new("seal-to-old-key", "A key sealed to an earlier join's ephemeral key is refused")
            .plays("bob"),
        scene,
    );
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.send("alice", "one").act("bob", conclave_model::script::Act::MeetingEnded {});
    scene.shows(Rule::MeetingKeysErased).observe("bob");
    scene.join("bob", Role::Participant).told_leader("bob", "alice");
    scene.packet("bob", "alice", 1).refused(Rule::PacketOpens);
    drafts.alone(
        Draft::new(
            "meeting-ends",
            "When the meeting ends the client is out, and its keys open nothing",
        )
        .plays("bob")
        .tests(Rule::MeetingKeysErased),
        scene,
    );
}
