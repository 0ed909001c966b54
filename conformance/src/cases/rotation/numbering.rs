//! The number of a key: sealed with it, or certified beside it in 2.3.1.

use conclave_model::script::Expect;
use conclave_spec::{Profile, Rule};

use super::{certified, certify, nth_sealed, posted, reads_list};
use crate::cases::{
    Draft, Drafts,
    scene::{Scene, forged_seal},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    if drafts.profile.rules.contains(Rule::SeqIncreases) {
        numbering(drafts);
        numbers_of_a_leader(drafts);
    } else {
        held_back(drafts);
    }
    roll_back(drafts);
}

/// Alice leads Bob and Carol; it is 20 seconds after the start, and every rotation that a join
/// called for has happened. With the number of the newest key.
fn rotated(profile: &Profile) -> (Scene, u32) {
    let mut scene = Scene::seated(profile, &["alice", "bob", "carol"]);
    scene.run(20_000);
    let newest = scene.newest_key("bob");
    (scene, newest)
}

fn numbering(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let (mut scene, newest) = rotated(profile);
    scene.heartbeat_forged("bob", certified(newest + 1));
    let announced = scene.clone();
    scene.sealed_forged("bob", forged_seal("bob", newest + 1)).shows(Rule::SeqIncreases);
    scene.advance("bob", 26_000).observe("bob");
    drafts.common(
        Draft::new("number-increases", "A key with a greater number is installed").plays("bob"),
        scene,
        &[(Rule::SeqIncreases, "number-repeats", "the number sealed: the one held already")],
    );
    for (name, title, number) in [
        ("number-repeats", "A key with the number already held is ignored", newest),
        ("number-falls", "A key with a smaller number is ignored", newest - 1),
        ("number-zero", "A key with number 0 is ignored", 0),
    ] {
        let mut scene = announced.clone();
        scene.sealed_forged("bob", forged_seal("bob", number)).refused(Rule::SeqIncreases);
        scene.advance("bob", 26_000).observe("bob");
        let draft = Draft::new(name, title).plays("bob");
        if number == newest {
            drafts.decisive(Rule::SeqIncreases, draft, scene);
        } else {
            drafts.alone(draft.tests(Rule::SeqIncreases), scene);
        }
    }
}

fn numbers_of_a_leader(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let (mut scene, newest) = rotated(profile);
    scene.sealed_forged("bob", forged_seal("bob", u32::MAX)).shows(Rule::SeqIncreases);
    scene.sealed_forged("bob", forged_seal("bob", newest + 1)).refused(Rule::SeqIncreases);
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
    let mut scene = Scene::gathered(profile, &["alice", "bob"]);
    scene.admit("alice", "bob").sealed_forged("bob", forged_seal("bob", 0));
    scene.refused(Rule::SeqIncreases).observe("bob");
    drafts.alone(
        Draft::new("first-number-zero", "A first key with number 0 is ignored")
            .plays("bob")
            .tests(Rule::SeqIncreases),
        scene,
    );
}

/// 2.3.1 only: the number comes with a heartbeat (reading R-18).
fn held_back(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = Scene::gathered(profile, &["alice", "bob", "carol"]);
    scene.admit("alice", "carol").admit("alice", "bob").sealed("bob", 1);
    scene.expect(Expect::pending(Rule::NumberFromHeartbeat));
    reads_list(&mut scene, "bob");
    scene.send("bob", "hello").observe("bob");
    drafts.decisive(
        Rule::NumberFromHeartbeat,
        Draft::new(
            "sealed-key-before-signal",
            "A key without a number waits for the heartbeat that announces one",
        )
        .plays("bob")
        .tests(Rule::SealOpens),
        scene,
    );
    let waits = || Expect::pending(Rule::NumberFromHeartbeat);
    let (mut scene, newest) = rotated(profile);
    scene.sealed_forged("bob", forged_seal("bob", newest + 1)).expect(waits());
    scene.sealed_forged("bob", forged_seal("bob", newest + 2)).expect(waits()).observe("bob");
    scene.heartbeat_forged("bob", certified(newest + 1));
    scene.advance("bob", 26_000).observe("bob").send("bob", "under the later of the two");
    drafts.alone(
        Draft::new("held-back-replaced", "Of two keys that wait for a number the later one counts")
            .plays("bob")
            .tests(Rule::NumberFromHeartbeat),
        scene,
    );
    let (mut scene, newest) = rotated(profile);
    scene.heartbeat_forged("bob", certified(newest + 1));
    scene.sealed_forged("bob", forged_seal("bob", newest + 1)).shows(Rule::SealOpens);
    scene.sealed_forged("bob", forged_seal("bob", newest + 2)).expect(waits());
    scene.advance("bob", 26_000).observe("bob");
    drafts.alone(
        Draft::new("one-key-for-a-number", "A number announced calls for one key, not for two")
            .plays("bob")
            .tests(Rule::NumberFromHeartbeat),
        scene,
    );
    let (mut scene, newest) = rotated(profile);
    scene.heartbeat_forged("bob", certified(newest + 5));
    scene.sealed_forged("bob", forged_seal("bob", 1)).shows(Rule::SealOpens);
    scene.advance("bob", 26_000).observe("bob");
    drafts.alone(
        Draft::new("number-as-certified", "The number of a key is the one certified, with any gap")
            .plays("bob")
            .tests(Rule::NumberFromHeartbeat),
        scene,
    );
}

/// The old key offered again under the announced new number (ATK-ZM-14).
fn roll_back(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let sealed_number = profile.rules.contains(Rule::SealCarriesSeq);
    let (mut scene, newest) = rotated(profile);
    let before = posted(&mut scene);
    scene.depart("alice", "carol").advance_all(40_000);
    certify(&mut scene, "bob", before);
    let mut old = scene.clone();
    scene.sealed("bob", nth_sealed(&old, newest + 1)).shows(Rule::SealOpens);
    scene.advance("bob", 46_000).observe("bob").send("bob", "after the rotation");
    drafts.common(
        Draft::new("new-key-after-leave", "After a leave the new key is installed and used")
            .plays("bob"),
        scene,
        &[(Rule::SealCarriesSeq, "old-key-after-leave", "which sealed key the board serves")],
    );
    old.sealed("bob", 1);
    if sealed_number {
        old.refused(Rule::SeqIncreases);
    }
    old.advance("bob", 46_000).observe("bob").send("bob", "after the rotation");
    let draft =
        Draft::new("old-key-after-leave", "An old key served again as the new one").plays("bob");
    if sealed_number {
        drafts.decisive(Rule::SealCarriesSeq, draft, old);
    } else {
        drafts.alone(draft.tests(Rule::SealOpens), old);
    }
}
