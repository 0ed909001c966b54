//! ROT: sealing, numbering, rotating, erasing the meeting key.

use conclave_model::{
    message::Role,
    script::{
        Change, Expect, ForgedHeartbeat, ForgedSeal, MessageKind, Recipe, ValueRecipe, WireEdit,
    },
};
use conclave_spec::{GraceFrom, Label, Profile, Rule};

use super::{
    Draft, Drafts,
    raw::{a_link, further_field},
    scene::{
        Scene, forged_announcement, forged_heartbeat, forged_seal, next_instance, sealed, seat,
    },
};
use crate::case::Side;

/// The policy that says whether a first key is waited for, too (reading R-16).
const FIRST_KEY_WAIT: &str = "first_key_wait";

mod erasing;
mod ground;
mod hybrid;
mod joins;
mod leader;
mod numbering;

pub(super) use ground::{
    BATCHED_MS, Posted, READY_MS, admit_all, advance_rotating, certify, join_window, leave_window,
    nth_sealed, posted, reads_list, ready, supersede, superseded,
};

pub(super) fn drafts(drafts: &mut Drafts) {
    opening(drafts);
    damage(drafts);
    metadata(drafts);
    contexts(drafts);
    numbering::drafts(drafts);
    leader::drafts(drafts);
    joins::drafts(drafts);
    waiting(drafts);
    waits_apart(drafts);
    first_key(drafts);
    erasing::drafts(drafts);
    hybrid::drafts(drafts);
}

/// Bob knows Alice as leader and has her list; the newest key waits for him as the first one
/// sealed to him.
fn awaiting(profile: &Profile) -> Scene {
    let mut scene = Scene::gathered(profile, &["alice", "bob", "carol"]);
    scene.admit("alice", "carol").admit("alice", "bob");
    reads_list(&mut scene, "bob");
    scene
}

/// A key that Alice, misbehaving, seals to Bob under the number certified, with these changes.
fn seal(scene: &mut Scene, changes: Vec<Change>) -> ForgedSeal {
    ForgedSeal { changes, ..forged_seal("bob", scene.newest_key("alice")) }
}

/// Alice, misbehaving, certifies a key number.
fn certified(number: u32) -> ForgedHeartbeat {
    ForgedHeartbeat { mk_seq: Some(number), ..forged_heartbeat() }
}

fn opening(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = awaiting(profile);
    scene.sealed("bob", 1).shows(Rule::SealOpens).send("bob", "hello").observe("bob");
    drafts.common(
        Draft::new("sealed-key", "A key sealed to this client is installed").plays("bob"),
        scene,
        &[
            (Rule::SealOpens, "sealed-key-damaged", "one bit of the tag"),
            (Rule::NumberFromHeartbeat, "sealed-key-before-signal", "which of the two comes first"),
        ],
    );
    let damaged =
        Recipe::Damaged { of: Box::new(sealed("bob", 1)), field: "ciphertext".to_owned() };
    let mut scene = awaiting(profile);
    scene.sealed_from("bob", damaged).refused(Rule::SealOpens).observe("bob");
    drafts.decisive(
        Rule::SealOpens,
        Draft::new("sealed-key-damaged", "A sealed key with one bit changed is refused")
            .plays("bob"),
        scene,
    );
    let mut scene = awaiting(profile);
    scene.sealed_from("bob", sealed("carol", 1)).refused(Rule::SealOpens);
    drafts.alone(
        Draft::new("sealed-key-of-another", "A key sealed to somebody else is refused")
            .plays("bob")
            .tests(Rule::SealOpens),
        scene,
    );
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader).join("bob", Role::Participant).admit("alice", "bob");
    scene.sealed("bob", 1).refused(Rule::AnnouncementVerifies);
    drafts.alone(
        Draft::new("sealed-key-before-leader", "No key is taken before a leader is believed")
            .plays("bob")
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
}

/// Sealed keys that do not decode, come twice, or belong to another meeting.
fn damage(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    for (name, title, edit) in [
        ("sealed-key-longer", "a byte too many", WireEdit::Append("00".to_owned())),
        ("sealed-key-with-a-further-field", "a field too many", further_field()),
        ("sealed-key-shorter", "a byte missing", WireEdit::Truncate(1)),
        ("sealed-key-empty", "no bytes at all", WireEdit::Truncate(10_000)),
        ("sealed-key-oversized", "thousands of bytes", WireEdit::Append("5a".repeat(5_000))),
        ("sealed-key-other-tag", "the tag of nothing", WireEdit::Flip(10)),
        ("sealed-key-that-is-a-link", "the bytes of a link", WireEdit::Instead(a_link())),
    ] {
        let mut scene = awaiting(profile);
        scene.sealed("bob", 1).damaged_on_the_wire(edit).refused(Rule::EncodingCanonical);
        let title = format!("A sealed key with {title} is refused");
        drafts.alone(Draft::new(name, &title).plays("bob").tests(Rule::EncodingCanonical), scene);
    }
    let mut scene = awaiting(profile);
    scene.sealed("bob", 1).shows(Rule::SealOpens).sealed("bob", 1);
    if profile.rules.contains(Rule::SeqIncreases) {
        scene.refused(Rule::SeqIncreases);
    } else {
        scene.expect(Expect::pending(Rule::NumberFromHeartbeat));
    }
    scene.send("bob", "hello").observe("bob");
    drafts.alone(
        Draft::new("sealed-key-twice", "A sealed key that comes again is not installed again")
            .plays("bob")
            .tests(Rule::SeqIncreases)
            .tests(Rule::NumberFromHeartbeat),
        scene,
    );
    let mut scene = Scene::seated(profile, &["alice", "bob"]);
    scene.leave("bob").leave("alice").join_instance("alice", Role::Leader, next_instance());
    scene.join_instance("bob", Role::Participant, next_instance()).told_leader("bob", "alice");
    scene.sealed("bob", 1).refused(Rule::SealOpens).observe("bob");
    drafts.alone(
        Draft::new("sealed-key-of-earlier-meeting", "A key of an earlier meeting is refused")
            .plays("bob")
            .tests(Rule::SealOpens),
        scene,
    );
}

fn metadata(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let text = |text: &str| ValueRecipe::Text(text.to_owned());
    let uuid = ValueRecipe::Uuid(next_instance().uuid);
    let fields = [
        (Rule::MetaNamesMeeting, "meeting", Change::new("meeting_id", text("10000000001"))),
        (Rule::MetaNamesInstance, "instance", Change::new("meeting_uuid", uuid)),
        (Rule::MetaNamesLeader, "leader", Change::new("leader", text("carol"))),
        (Rule::MetaNamesRecipient, "recipient", Change::new("recipient", text("carol"))),
    ];
    let mut scene = awaiting(profile);
    let forged = seal(&mut scene, Vec::new());
    scene.sealed_forged("bob", forged).shows(Rule::SealOpens);
    let pairs = [
        (Rule::MetaNamesMeeting, "seal-bound-to-other-meeting", "the meeting ID bound"),
        (Rule::MetaNamesInstance, "seal-bound-to-other-instance", "the UUID bound"),
        (Rule::MetaNamesLeader, "seal-bound-to-other-leader", "the leader bound"),
        (Rule::MetaNamesRecipient, "seal-bound-to-other-recipient", "the recipient bound"),
        (Rule::SealNamesContext, "seal-of-other-cipher-context", "the cipher context"),
    ];
    drafts.common(
        Draft::new(
            "seal-bound-to-this",
            "A key sealed for this meeting, leader and client is taken",
        )
        .plays("bob"),
        scene,
        &pairs,
    );
    // The same letters, cut into other names.
    let mut scene = awaiting(profile);
    let names = [("leader", "aliceb"), ("recipient", "ob")];
    let shifted = names.map(|(field, name)| Change::new(field, text(name)));
    let forged = seal(&mut scene, shifted.into());
    scene.sealed_forged("bob", forged).refused(Rule::SealOpens);
    drafts.alone(
        Draft::new(
            "seal-bound-to-names-shifted",
            "The same letters cut into other names are refused",
        )
        .plays("bob")
        .tests(Rule::EncodingInjective)
        .tests(Rule::SealOpens),
        scene,
    );
    for (rule, word, change) in fields {
        let mut scene = awaiting(profile);
        let forged = seal(&mut scene, vec![change]);
        scene.sealed_forged("bob", forged).refused(Rule::SealOpens);
        let title = format!("A key sealed for another {word} is refused");
        let name = format!("seal-bound-to-other-{word}");
        drafts.decisive(rule, Draft::new(&name, &title).plays("bob"), scene);
    }
}

/// Bob believes that Alice announced a classic key, whatever she has.
fn led_by_classic(profile: &Profile) -> Scene {
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader).join("bob", Role::Participant);
    let change = Change::new("pk", ValueRecipe::ClassicPkOf("alice".to_owned()));
    let classic = forged_announcement("alice", change);
    scene.told_leader_as("bob", "alice", seat("alice"), classic).admit("alice", "bob");
    if scene.has(Rule::NumberFromHeartbeat) {
        reads_list(&mut scene, "bob");
    }
    scene
}

fn contexts(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = awaiting(profile);
    let forged = ForgedSeal { cipher: Some(Label::Announcement), ..seal(&mut scene, Vec::new()) };
    scene.sealed_forged("bob", forged).refused(Rule::SealOpens);
    drafts.decisive(
        Rule::SealNamesContext,
        Draft::new("seal-of-other-cipher-context", "A key sealed for another purpose is refused")
            .plays("bob"),
        scene,
    );
    if !profile.rules.contains(Rule::DerivationNamesContext) {
        return;
    }
    // Of a hybrid box the derivation is another rule's, so the box is a classic one.
    let classic = ForgedSeal { classic: true, ..forged_seal("bob", 1) };
    let mut scene = led_by_classic(profile);
    scene.sealed_forged("bob", classic.clone()).shows(Rule::SealOpens);
    drafts.common(
        Draft::new(
            "classic-box-of-classic-leader",
            "From a leader with a classic key a classic box is taken",
        )
        .plays("bob")
        .tests(Rule::NoClassicForHybrid),
        scene,
        &[(Rule::DerivationNamesContext, "seal-of-other-kdf-context", "the derivation context")],
    );
    let forged = ForgedSeal { derivation: Some(Label::StreamKey), ..classic };
    let mut scene = led_by_classic(profile);
    scene.sealed_forged("bob", forged).refused(Rule::SealOpens);
    drafts.decisive(
        Rule::DerivationNamesContext,
        Draft::new("seal-of-other-kdf-context", "A key sealed for another purpose is refused")
            .plays("bob"),
        scene,
    );
}

fn waiting(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let (soon, later) = ("send-right-after-rotation", "send-after-wait");
    let moment = "the moment of the send";
    let rekeyed = || {
        let mut scene = ready(profile, &["alice", "bob", "carol"]);
        scene.run(14_000);
        superseded(&mut scene);
        scene
    };
    let mut scene = rekeyed();
    scene.advance_all(15_500).send("bob", "good morning").shows(Rule::WaitBeforeUse);
    drafts.alone(
        Draft::new(soon, "Right after a rotation the client sends under the older key")
            .plays("bob")
            .side(Rule::WaitBeforeUse, Side::Decisive, later, moment)
            .side(Rule::UseNewestKey, Side::Common, later, moment),
        scene,
    );
    let mut scene = rekeyed();
    scene.advance_all(20_001).send("bob", "good morning").shows(Rule::UseNewestKey);
    drafts.alone(
        Draft::new(later, "After the wait the client sends under the newer key")
            .plays("bob")
            .side(Rule::UseNewestKey, Side::Decisive, soon, moment)
            .side(Rule::WaitBeforeUse, Side::Common, soon, moment),
        scene,
    );
}

/// Each key waits for itself (reading R-05): a second one within the wait puts the first off no
/// longer, and is not used in its place.
fn waits_apart(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    if !profile.rules.contains(Rule::SealCarriesSeq) {
        return;
    }
    let mut scene = Scene::seated(profile, &["alice", "bob", "carol"]);
    scene.run(20_000);
    let (first, second) = (scene.newest_key("bob") + 1, scene.newest_key("bob") + 2);
    let wait_ms = u64::from(profile.params.use_wait_ms_max);
    // Where a key runs out by the certificate of a newer one, the first is not taken after that.
    let by_receipt = profile.grace_from == GraceFrom::Receipt;
    scene.heartbeat_forged("bob", certified(if by_receipt { second } else { first }));
    for (number, at_ms) in [(first, 21_000), (second, 21_000 + wait_ms - 500)] {
        scene.advance("bob", at_ms).sealed_forged("bob", forged_seal("bob", number));
    }
    scene.advance("bob", 21_000 + wait_ms).observe("bob").send("bob", "under the first of the two");
    scene.shows(Rule::UseNewestKey);
    drafts.alone(
        Draft::new("keys-wait-apart", "A further key within the wait starts no wait anew")
            .plays("bob")
            .tests(Rule::UseNewestKey)
            .tests(Rule::WaitBeforeUse),
        scene,
    );
}

/// Whether a first key is waited for (reading R-16).
fn first_key(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    // Where a leader has to be on the list, it is not one that never saw it.
    let anybody = !profile.rules.contains(Rule::LeaderBound);
    if anybody && profile.rules.contains(Rule::UncertifiedDropped) {
        let mut scene = Scene::gathered(profile, &["alice", "bob", "carol"]);
        scene.admit("alice", "bob").sealed("bob", 1).elect("carol").admit("carol", "bob");
        for nth in 1..=scene.count("carol", MessageKind::Link) {
            scene.link("bob", "carol", nth).expect(Expect::pending(Rule::LinkAwaitsHeartbeat));
        }
        let (beats, sealed) =
            (scene.count("carol", MessageKind::Heartbeat), scene.newest_sealed("carol", "bob"));
        scene.heartbeat("bob", "carol", beats).sealed_from("bob", sealed);
        scene.send("bob", "at once").observe("bob");
        drafts.alone(
            Draft::new("first-key-of-new-leader", "Whoever was left without a key waits for none")
                .plays("bob")
                .tests(Rule::UncertifiedDropped)
                .policy(FIRST_KEY_WAIT, "no_wait"),
            scene,
        );
    }
    let mut scene = Scene::seated(profile, &["alice", "bob"]);
    scene.send("bob", "at once").observe("bob");
    drafts.alone(
        Draft::new("first-key-at-once", "A first key is used at once")
            .plays("bob")
            .tests(Rule::WaitBeforeUse)
            .policy(FIRST_KEY_WAIT, "no_wait"),
        scene,
    );
    let mut scene = Scene::seated(profile, &["alice", "bob"]);
    scene.send("bob", "too early").refused(Rule::UseNewestKey).advance_all(6_000);
    scene.observe("bob").send("bob", "in time");
    drafts.alone(
        Draft::new("first-key-waits", "A first key is waited for like any other")
            .plays("bob")
            .tests(Rule::WaitBeforeUse)
            .policy(FIRST_KEY_WAIT, "wait"),
        scene,
    );
    let mut scene = ready(profile, &["alice", "bob"]);
    scene.leave("bob").join("bob", Role::Participant).told_leader("bob", "alice");
    scene.admit("alice", "bob").catch_up("bob").send("bob", "too early");
    scene.refused(Rule::UseNewestKey).advance_all(19_000).observe("bob").send("bob", "in time");
    drafts.alone(
        Draft::new("first-key-waits-again", "After a rejoin the first key is waited for again")
            .plays("bob")
            .tests(Rule::WaitBeforeUse)
            .policy(FIRST_KEY_WAIT, "wait"),
        scene,
    );
}
