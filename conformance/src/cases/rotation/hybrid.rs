//! The hybrid box: what its key is derived from, and who is sealed to with it.

use conclave_model::{
    message::Role,
    script::{Act, CastMember, Change, ForgedSeal, Recipe, ValueRecipe},
};
use conclave_spec::{Label, Rule};

use super::{awaiting, join_window, seal};
use crate::cases::{
    Draft, Drafts,
    scene::{Scene, announcement, forged_seal, sealed, seat},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    if drafts.profile.rules.contains(Rule::NoClassicForHybrid) {
        derivation(drafts);
        refusals(drafts);
        suites(drafts);
    }
    if drafts.profile.rules.contains(Rule::EverybodyHybrid) {
        only_hybrid(drafts);
        classic_member_inherited(drafts);
    } else if drafts.profile.rules.contains(Rule::NoClassicForHybrid) {
        mixed(drafts);
    }
}

/// What is amiss with the key of a box: the rule, a word for it, the change.
fn amiss() -> Vec<(Rule, &'static str, Change)> {
    let ivk = || ValueRecipe::IvkOf("carol".to_owned());
    let pk = || ValueRecipe::PkOf("carol".to_owned());
    let text = |text: &str| ValueRecipe::Text(text.to_owned());
    let context = text(Label::Announcement.text());
    [
        (Rule::HybridUsesAgreement, "agreement", "shared", ValueRecipe::NoHash),
        (Rule::HybridNamesContext, "context", "context", context),
        (Rule::HybridNamesSender, "sender", "sender_ivk", ivk()),
        (Rule::HybridNamesSenderBoxKey, "sender-box-key", "sender_box_pk", pk()),
        (Rule::HybridNamesSenderKemKey, "sender-kem-key", "sender_kem_pk", pk()),
        (Rule::HybridNamesRecipient, "recipient", "recipient_ivk", ivk()),
        (Rule::HybridNamesRecipientBoxKey, "recipient-box-key", "recipient_box_pk", pk()),
        (Rule::HybridNamesRecipientKemKey, "recipient-kem-key", "recipient_kem_pk", pk()),
        (Rule::HybridNamesMeta, "key-meta", "key_recipient", text("carol")),
    ]
    .map(|(rule, word, field, value)| (rule, word, Change::new(field, value)))
    .into()
}

fn derivation(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = awaiting(profile);
    let forged = seal(&mut scene, Vec::new());
    scene.sealed_forged("bob", forged).shows(Rule::SealOpens);
    let names: Vec<(Rule, String)> = std::iter::once((Rule::HybridUsesKem, "encapsulation"))
        .chain(amiss().into_iter().map(|(rule, word, _)| (rule, word)))
        .map(|(rule, word)| (rule, format!("hybrid-box-other-{word}")))
        .collect();
    let pairs: Vec<(Rule, &str, &str)> = names
        .iter()
        .map(|(rule, name)| (*rule, name.as_str(), "one input of the key"))
        .chain([(Rule::NoClassicForHybrid, "classic-box-for-hybrid", "which box it is")])
        .collect();
    drafts.common(
        Draft::new("hybrid-box", "A hybrid box is taken when all that its key names is true")
            .plays("bob"),
        scene,
        &pairs,
    );
    let mut scene = awaiting(profile);
    let of = Box::new(Recipe::ForgedSeal(seal(&mut scene, Vec::new())));
    scene.sealed_from("bob", Recipe::Damaged { of, field: "kem".to_owned() });
    scene.refused(Rule::SealOpens);
    drafts.decisive(
        Rule::HybridUsesKem,
        Draft::new(
            "hybrid-box-other-encapsulation",
            "A hybrid box with another encapsulation is refused",
        )
        .plays("bob"),
        scene,
    );
    for (rule, word, change) in amiss() {
        let mut scene = awaiting(profile);
        let forged = seal(&mut scene, vec![change]);
        scene.sealed_forged("bob", forged).refused(Rule::SealOpens);
        let title = "A hybrid box whose key was derived from something else is refused";
        let name = format!("hybrid-box-other-{word}");
        drafts.decisive(rule, Draft::new(&name, title).plays("bob"), scene);
    }
}

fn refusals(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = awaiting(profile);
    let forged = ForgedSeal { classic: true, ..seal(&mut scene, Vec::new()) };
    scene.sealed_forged("bob", forged).refused(Rule::NoClassicForHybrid).observe("bob");
    drafts.decisive(
        Rule::NoClassicForHybrid,
        Draft::new(
            "classic-box-for-hybrid",
            "From a leader that signed a Kyber key no classic box is taken",
        )
        .plays("bob"),
        scene,
    );
    let mut scene = awaiting(profile);
    scene.sealed("bob", 1).shows(Rule::SealOpens);
    scene.sealed_forged("bob", ForgedSeal { classic: true, ..forged_seal("bob", 9) });
    scene.refused(Rule::NoClassicForHybrid).observe("bob");
    drafts.alone(
        Draft::new("classic-box-later", "A classic box is refused after hybrid ones, too")
            .plays("bob")
            .tests(Rule::NoClassicForHybrid),
        scene,
    );
    let mut scene = awaiting(profile);
    scene.sealed_from("bob", sealed("carol", 1)).refused(Rule::SealOpens).observe("bob");
    drafts.alone(
        Draft::new("hybrid-box-of-another", "A hybrid box of somebody else is refused")
            .plays("bob")
            .tests(Rule::HybridUsesKem),
        scene,
    );
}

/// Alice admits somebody at this moment; the server says whether their client is outdated.
fn admit(scene: &mut Scene, at_ms: u64, who: &str, outdated: bool) {
    scene.nonce("alice", who);
    let (ivk, announcement) = (ValueRecipe::IvkOf(who.to_owned()), announcement(who));
    let (seat, name) = (seat(who), who.to_owned());
    scene.act("alice", Act::Admitted { seat, name, ivk, announcement, outdated });
    scene.shows(Rule::SuiteFromSignedKey);
    join_window(scene, at_ms);
}

fn suites(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let joined = |outdated: bool| {
        let mut scene = Scene::gathered(profile, &["alice", "bob"]);
        admit(&mut scene, 0, "bob", outdated);
        scene.advance_all(8_000).settle().observe("alice");
        scene
    };
    drafts.common(
        Draft::new("joiner-sealed-hybrid", "Who signed a Kyber key is sealed to with it")
            .plays("alice"),
        joined(false),
        &[(Rule::SuiteFromSignedKey, "joiner-called-outdated", "what the server says of it")],
    );
    drafts.decisive(
        Rule::SuiteFromSignedKey,
        Draft::new(
            "joiner-called-outdated",
            "Whose client the server calls outdated is sealed to with the Kyber key it signed",
        )
        .plays("alice"),
        joined(true),
    );
}

/// Alice, Bob, and Carol, whose client may be older than the hybrid box.
fn with_carol(older: bool) -> Vec<CastMember> {
    let profile = older.then(|| "zoom-4.1".to_owned());
    let carol = CastMember { profile, ..CastMember::new("carol", seat("carol")) };
    vec![CastMember::new("alice", seat("alice")), CastMember::new("bob", seat("bob")), carol]
}

/// Meetings that nobody is let into without a Kyber key.
fn only_hybrid(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let decisive = "classic-joiner-kept-out";
    for (name, title, older) in [
        ("hybrid-joiner-let-in", "Who signed a Kyber key is let in", false),
        (decisive, "Who signed none is not let in", true),
    ] {
        let mut scene = Scene::with_cast(profile, with_carol(older));
        scene.join("alice", Role::Leader).join("carol", Role::Participant).nonce("alice", "carol");
        scene.admit_with("alice", "carol", announcement("carol"));
        let draft = Draft::new(name, title).plays("alice");
        if older {
            scene.refused(Rule::EverybodyHybrid).observe("alice");
            drafts.decisive(Rule::EverybodyHybrid, draft, scene);
        } else {
            scene.observe("alice");
            let pair = (Rule::EverybodyHybrid, decisive, "how old Carol's client is");
            drafts.common(draft, scene, &[pair]);
        }
    }
    let mut scene = Scene::with_cast(profile, with_carol(true));
    scene.join("carol", Role::Leader).join("bob", Role::Participant).told_leader("bob", "carol");
    scene.refused(Rule::EverybodyHybrid).observe("bob");
    drafts.alone(
        Draft::new("classic-leader-not-followed", "Nor does a leader get far that signed none")
            .plays("bob")
            .tests(Rule::EverybodyHybrid),
        scene,
    );
}

/// Bob takes a meeting over from a leader of 4.6, which let Carol in without a Kyber key.
fn classic_member_inherited(drafts: &mut Drafts) {
    let mut cast = with_carol(true);
    for leader in cast.iter_mut().filter(|member| member.party == "alice") {
        leader.profile = Some("zoom-4.6".to_owned());
    }
    let mut scene = Scene::with_cast(&drafts.profile, cast);
    scene.join("alice", Role::Leader).join("bob", Role::Participant);
    scene.told_leader("bob", "alice").join("carol", Role::Participant);
    scene.admit("alice", "bob").advance_all(2_500).catch_up("bob");
    admit(&mut scene, 2_500, "carol", true);
    scene.advance_all(5_000).catch_up("bob").nonce("bob", "carol");
    scene.admit_with("bob", "carol", announcement("carol"));
    scene.told_leader("bob", "bob").observe("bob");
    drafts.alone(
        Draft::new("classic-member-inherited", "A new leader seals nothing to who signed none")
            .plays("bob")
            .tests(Rule::EverybodyHybrid)
            .tests(Rule::TakeoverRotates),
        scene,
    );
}

/// Meetings with somebody whose client is older than the hybrid box.
fn mixed(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    for (name, outdated) in [("mixed-meeting", true), ("mixed-meeting-not-told", false)] {
        let mut scene = Scene::with_cast(profile, with_carol(true));
        scene.join("alice", Role::Leader).join("bob", Role::Participant);
        scene.told_leader("bob", "alice").join("carol", Role::Participant);
        admit(&mut scene, 0, "bob", false);
        scene.advance_all(2_500).catch_up("bob");
        admit(&mut scene, 2_500, "carol", outdated);
        scene
            .advance_all(5_000)
            .catch_up("bob")
            .advance_all(12_000)
            .observe("alice")
            .observe("bob");
        let title = "In a mixed meeting everybody is sealed to by the key they signed";
        for (party, word) in [("alice", "leader"), ("bob", "participant")] {
            drafts.alone(
                Draft::new(&format!("{name}-{word}"), title)
                    .plays(party)
                    .tests(Rule::SuiteFromSignedKey)
                    .tests(Rule::LabelHonest),
                scene.clone(),
            );
        }
    }
}
