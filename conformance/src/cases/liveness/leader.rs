//! What a leader binds, and to whom it seals nothing yet.

use conclave_model::{
    message::Role,
    script::{Act, Handle, Recipe, WireEdit},
};
use conclave_spec::Rule;

use super::{
    super::{
        rotation::join_window,
        scene::{announcement, next_instance, seat},
    },
    Draft, Drafts, Scene, nonce, renewal,
};

pub(super) fn drafts(drafts: &mut Drafts) {
    newest(drafts);
    waiting(drafts);
    forgetting(drafts);
    odd_nonces(drafts);
    exchanged(drafts);
    new_leader(drafts);
}

fn newest(drafts: &mut Drafts) {
    let cast = ["alice", "bob", "carol"];
    let mut scene = Scene::seated(&drafts.profile, &cast);
    scene.run(20_000).depart("alice", "carol").shows(Rule::SealUsesNewestNonce);
    drafts.common(
        Draft::new("rotation-binds-nonce", "A key is bound to the one nonce there is")
            .plays("alice"),
        scene,
        &[(
            Rule::SealUsesNewestNonce,
            "rotation-binds-newest-nonce",
            "the time: before or after the second nonce",
        )],
    );
    let mut scene = Scene::seated(&drafts.profile, &cast);
    renewal(&mut scene, &cast, 1);
    scene.depart("alice", "carol").shows(Rule::SealUsesNewestNonce);
    drafts.decisive(
        Rule::SealUsesNewestNonce,
        Draft::new("rotation-binds-newest-nonce", "Of two nonces the newer one is bound")
            .plays("alice"),
        scene,
    );
}

fn waiting(drafts: &mut Drafts) {
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
    scene.nonce("alice", "bob").admit_with("alice", "bob", announcement("bob"));
    scene.shows(Rule::NoSealWithoutNonce).advance("alice", 3_000).observe("alice");
    drafts.common(
        Draft::new("joiner-with-nonce", "A joiner whose nonce is there is sealed to")
            .plays("alice"),
        scene,
        &[(Rule::NoSealWithoutNonce, "joiner-without-nonce", "whether the nonce came first")],
    );
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
    scene.admit_with("alice", "bob", announcement("bob")).shows(Rule::NoSealWithoutNonce);
    scene.advance("alice", 3_000).observe("alice");
    let mut later = scene.clone();
    drafts.decisive(
        Rule::NoSealWithoutNonce,
        Draft::new("joiner-without-nonce", "A joiner without a nonce waits").plays("alice"),
        scene,
    );
    later.nonce("alice", "bob").shows(Rule::NoSealWithoutNonce).catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new("joiner-waited-for-nonce", "When the nonce comes, the joiner is sealed to")
            .plays("alice")
            .tests(Rule::NoSealWithoutNonce),
        later,
    );
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob", "carol"]);
    scene.admit_with("alice", "bob", announcement("bob")).admit("alice", "carol").run(20_000);
    scene.depart("alice", "carol").nonce("alice", "bob").shows(Rule::NoSealWithoutNonce);
    scene.nonce("alice", "bob").catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new("nonce-after-rotations", "When the nonce comes, the newest key alone is sealed")
            .plays("alice")
            .tests(Rule::NoSealWithoutNonce),
        scene,
    );
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
    scene.admit_with("alice", "bob", announcement("bob")).depart("alice", "bob");
    scene.nonce("alice", "bob").shows(Rule::NoSealWithoutNonce).observe("alice");
    drafts.alone(
        Draft::new("nonce-after-leave", "Whoever has left is sealed nothing when the nonce comes")
            .plays("alice")
            .tests(Rule::NoSealWithoutNonce),
        scene,
    );
}

/// A leave takes the nonces along.
fn forgetting(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob"]);
    scene.advance("alice", 3_000).depart("alice", "bob");
    scene.leave("bob").join("bob", Role::Participant);
    let again = Recipe::Sent(Handle::announcement("bob", 2));
    scene.told_leader("bob", "alice").admit_with("alice", "bob", again);
    scene.shows(Rule::NoSealWithoutNonce).advance("alice", 6_000).nonce("alice", "bob");
    scene.shows(Rule::NoSealWithoutNonce).catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new("rejoin-without-nonce", "A nonce from before a leave is not bound after it")
            .plays("alice")
            .tests(Rule::NoSealWithoutNonce)
            .tests(Rule::SealUsesNewestNonce),
        scene,
    );
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob"]);
    scene.leave("bob").join("bob", Role::Participant).told_leader("bob", "alice");
    scene.admit("alice", "bob").shows(Rule::SealUsesNewestNonce).catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new("rejoin-unnoticed", "After a rejoin nobody reported, the new nonce is bound")
            .plays("alice")
            .tests(Rule::SealUsesNewestNonce),
        scene,
    );
    for (name, title, old_again) in [
        (
            "rejoin-unnoticed-nonce-after",
            "A key bound to a nonce from before a rejoin is sealed once more when the new one comes",
            false,
        ),
        (
            "rejoin-unnoticed-old-nonce-again",
            "A nonce that is on the board already is not the new one",
            true,
        ),
    ] {
        let mut scene = Scene::seated(&drafts.profile, &["alice", "bob"]);
        scene.leave("bob").join("bob", Role::Participant).told_leader("bob", "alice");
        let again = Recipe::Sent(Handle::announcement("bob", 2));
        scene.admit_with("alice", "bob", again);
        join_window(&mut scene, 0);
        scene.advance("alice", 3_000);
        if old_again {
            scene.nonce_nth("alice", "bob", 1);
        }
        scene.nonce("alice", "bob").shows(Rule::SealUsesNewestNonce);
        let sealed = scene.newest_sealed("alice", "bob");
        scene.sealed_from("bob", sealed).nonce("alice", "bob").observe("alice");
        let draft = Draft::new(name, title).plays("alice").tests(Rule::SealUsesNewestNonce);
        drafts.alone(draft, scene);
    }
}

fn odd_nonces(drafts: &mut Drafts) {
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
    scene.nonce("alice", "bob").nonce("alice", "bob");
    scene.admit_with("alice", "bob", announcement("bob")).shows(Rule::SealUsesNewestNonce);
    scene.nonce("alice", "bob").catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new("nonce-delivered-again", "A nonce delivered again calls for nothing")
            .plays("alice")
            .tests(Rule::SealUsesNewestNonce),
        scene,
    );
    let cast = ["alice", "bob", "carol"];
    let mut scene = Scene::seated(&drafts.profile, &cast);
    renewal(&mut scene, &cast, 1);
    scene.nonce_nth("alice", "bob", 1).depart("alice", "carol");
    scene.shows(Rule::SealUsesNewestNonce).catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new(
            "nonce-older-delivered-again",
            "An older nonce delivered again is no newer for it",
        )
        .plays("alice")
        .tests(Rule::SealUsesNewestNonce),
        scene,
    );
    damaged(drafts);
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob", "carol"]);
    scene.act("alice", Act::NoncePosted { seat: seat("bob"), nonce: nonce("carol", 1) });
    scene.admit_with("alice", "bob", announcement("bob")).shows(Rule::SealUsesNewestNonce);
    scene.nonce("alice", "bob").advance("alice", 20_000).admit("alice", "carol");
    drafts.alone(
        Draft::new("nonce-exchanged", "A leader binds what the server says; the next key is right")
            .plays("alice")
            .tests(Rule::SealUsesNewestNonce),
        scene,
    );
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
    scene.nonce("alice", "alice").nonce("alice", "bob").observe("alice").run(20_000);
    scene.admit_with("alice", "bob", announcement("bob")).shows(Rule::SealUsesNewestNonce);
    drafts.alone(
        Draft::new("nonce-before-admission", "A nonce may come long before its device")
            .plays("alice")
            .tests(Rule::SealUsesNewestNonce),
        scene,
    );
}

/// Nonces that are none, to a leader and to a participant.
fn damaged(drafts: &mut Drafts) {
    for (word, what, edit) in [
        ("shorter", "with a byte missing", WireEdit::Truncate(1)),
        ("empty", "of no bytes", WireEdit::Truncate(24)),
        ("oversized", "of a thousand bytes", WireEdit::Append("5a".repeat(1_000))),
        ("that-is-a-key", "of the width of a key", WireEdit::Instead("5a".repeat(32))),
    ] {
        let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
        scene.nonce("alice", "bob").damaged_on_the_wire(edit.clone());
        scene.refused(Rule::EncodingCanonical);
        scene.admit_with("alice", "bob", announcement("bob")).advance("alice", 3_000);
        scene
            .nonce("alice", "bob")
            .nonce("bob", "alice")
            .damaged_on_the_wire(edit.clone())
            .refused(Rule::EncodingCanonical);
        let title = format!("A nonce {what} is refused");
        drafts.alone(
            Draft::new(&format!("nonce-{word}"), &title)
                .plays("alice")
                .tests(Rule::NoSealWithoutNonce)
                .tests(Rule::EncodingCanonical),
            scene,
        );
        let mut scene = Scene::seated(&drafts.profile, &["alice", "bob", "carol"]);
        scene.admit_with("carol", "bob", announcement("bob"));
        scene.nonce("carol", "bob").damaged_on_the_wire(edit).refused(Rule::EncodingCanonical);
        scene.told_leader("carol", "carol").nonce("carol", "bob").observe("carol");
        let title = format!("A participant stores no nonce {what}, and has none when it leads");
        drafts.alone(
            Draft::new(&format!("nonce-at-participant-{word}"), &title)
                .plays("carol")
                .tests(Rule::NoSealWithoutNonce)
                .tests(Rule::EncodingCanonical),
            scene,
        );
    }
}

/// Nonces on the board that are not what the server says they are: a leader binds what there is,
/// and whom the key is sealed to does not open it.
fn exchanged(drafts: &mut Drafts) {
    for (name, title, plays, whose) in [
        (
            "nonce-of-earlier-meeting",
            "A leader binds a nonce of an earlier meeting",
            "alice",
            "bob",
        ),
        ("takeover-binds-nonce-of-earlier-meeting", "So does a new leader", "carol", "bob"),
        (
            "takeover-binds-nonce-of-another",
            "It binds that of somebody else, too",
            "carol",
            "alice",
        ),
    ] {
        let mut scene = Scene::of(&drafts.profile, &["alice", "bob", "carol"]);
        scene.join_instance("bob", Role::Participant, next_instance()).leave("bob");
        scene.join("alice", Role::Leader);
        for party in ["bob", "carol"] {
            scene.join(party, Role::Participant).told_leader(party, "alice");
        }
        let announced = Recipe::Sent(Handle::announcement("bob", 2));
        let posted = Act::NoncePosted { seat: seat("bob"), nonce: nonce(whose, 1) };
        if plays == "carol" {
            scene.admit("alice", "bob").admit("alice", "carol").settle().act("carol", posted);
            scene.admit_with("carol", "bob", announced).told_leader("carol", "carol");
            scene.told_leader("bob", "carol");
        } else {
            scene.act("alice", posted).admit_with("alice", "bob", announced);
        }
        let sealed = scene.newest_sealed(plays, "bob");
        scene.sealed_from("bob", sealed).refused(Rule::SealOpens).observe(plays);
        let draft = Draft::new(name, title).plays(plays).tests(Rule::SealUsesNewestNonce);
        drafts.alone(draft, scene);
    }
}

fn new_leader(drafts: &mut Drafts) {
    let cast = ["alice", "bob", "carol"];
    let mut scene = Scene::seated(&drafts.profile, &cast);
    scene.share_board();
    renewal(&mut scene, &cast, 1);
    scene.nonce("carol", "bob").nonce("carol", "alice").elect("carol").settle().observe("carol");
    drafts.alone(
        Draft::new("takeover-binds-newest-nonce", "A new leader binds the newest nonces it has")
            .plays("carol")
            .tests(Rule::SealUsesNewestNonce),
        scene,
    );
    let mut scene = Scene::seated(&drafts.profile, &cast);
    scene.share_board();
    renewal(&mut scene, &cast, 1);
    scene.nonce("carol", "bob").nonce_nth("carol", "bob", 1).nonce("carol", "alice");
    scene.elect("carol").settle().observe("carol");
    drafts.alone(
        Draft::new(
            "takeover-after-older-nonce-again",
            "An older nonce that came again to a participant is not the newest when it leads",
        )
        .plays("carol")
        .tests(Rule::SealUsesNewestNonce),
        scene,
    );
    let mut scene = Scene::seated(&drafts.profile, &cast);
    scene.admit_with("carol", "bob", announcement("bob")).admit("carol", "alice").elect("carol");
    scene.nonce("carol", "bob").shows(Rule::NoSealWithoutNonce).settle().observe("bob");
    drafts.alone(
        Draft::new("takeover-without-nonce", "A new leader too waits for a nonce it has not got")
            .plays("carol")
            .tests(Rule::NoSealWithoutNonce),
        scene,
    );
}
