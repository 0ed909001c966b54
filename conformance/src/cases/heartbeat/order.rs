//! Which heartbeat may follow which.

use conclave_model::script::{
    Change, ForgedHeartbeat, ForgedLink, MessageKind, OperationRecipe, Recipe, ValueRecipe,
};
use conclave_spec::Rule;

use super::{hash_of, newest, three};
use crate::cases::{
    Draft, Drafts,
    scene::{Scene, forged_heartbeat, forged_link, link, seat},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    next(drafts);
    back(drafts);
    replayed(drafts);
    history(drafts);
    timestamps(drafts);
    known_link(drafts);
    others(drafts);
    nearly(drafts);
    simultaneous(drafts);
}

/// The common case of all: a heartbeat in which everything goes on.
fn next(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    scene.advance_all(6_000).heartbeat_forged("bob", forged_heartbeat()).observe("bob");
    drafts.common(
        Draft::new("heartbeat-goes-on", "A heartbeat in which everything goes on is taken")
            .plays("bob"),
        scene,
        &[
            (Rule::CountIncreases, "heartbeat-counted-the-same", "the send counter"),
            (Rule::VersionNeverBack, "heartbeat-of-an-older-list", "the list it certifies"),
            (Rule::KeyNeverBack, "heartbeat-of-an-older-key", "the key it certifies"),
            (Rule::HistoryContinues, "heartbeat-of-another-history", "the heartbeat before"),
            (Rule::TimestampIncreases, "heartbeat-at-the-same-time", "the timestamp"),
        ],
    );
}

/// Counter, version and number of the key.
fn back(drafts: &mut Drafts) {
    let last = three(&drafts.profile).last_beat("alice");
    let certifies = Some(Box::new(link("alice", 2)));
    let older_key = last.mk_seq.saturating_sub(1);
    for (rule, name, what, forged) in [
        (
            Rule::CountIncreases,
            "heartbeat-counted-the-same",
            "with the send counter of the last one",
            ForgedHeartbeat { t: Some(last.t), ..forged_heartbeat() },
        ),
        (
            Rule::VersionNeverBack,
            "heartbeat-of-an-older-list",
            "for an older list",
            ForgedHeartbeat { certifies, ..forged_heartbeat() },
        ),
        (
            Rule::KeyNeverBack,
            "heartbeat-of-an-older-key",
            "for an older key",
            ForgedHeartbeat { mk_seq: Some(older_key), ..forged_heartbeat() },
        ),
    ] {
        let mut scene = three(&drafts.profile);
        scene.advance_all(6_000).heartbeat_forged("bob", forged).refused(rule).observe("bob");
        let title = format!("A heartbeat {what} is ignored");
        drafts.decisive(rule, Draft::new(name, &title).plays("bob"), scene);
    }
    let mut scene = three(&drafts.profile);
    let forged = ForgedHeartbeat { t: Some(last.t - 1), ..forged_heartbeat() };
    scene.heartbeat_forged("bob", forged).refused(Rule::CountIncreases);
    let far = ForgedHeartbeat { t: Some(u32::MAX), ..forged_heartbeat() };
    scene.heartbeat_forged("bob", far);
    drafts.alone(
        Draft::new("heartbeat-counted-back", "Counters may skip, but not go back")
            .plays("bob")
            .tests(Rule::CountIncreases),
        scene,
    );
}

/// The same heartbeat again.
fn replayed(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    let nth = newest(&mut scene);
    scene.heartbeat("bob", "alice", nth).refused(Rule::CountIncreases);
    scene.heartbeat("bob", "alice", 1).refused(Rule::CountIncreases).observe("bob");
    drafts.alone(
        Draft::new("heartbeat-replayed", "A heartbeat that comes again is ignored")
            .plays("bob")
            .tests(Rule::CountIncreases),
        scene,
    );
}

/// One history of heartbeats.
fn history(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    let before = newest(&mut scene) - 1;
    let forged = ForgedHeartbeat { prev: Some(hash_of(before)), ..forged_heartbeat() };
    scene.advance_all(6_000).heartbeat_forged("bob", forged);
    scene.refused(Rule::HistoryContinues).observe("bob");
    drafts.decisive(
        Rule::HistoryContinues,
        Draft::new("heartbeat-of-another-history", "A heartbeat that branches off is refused")
            .plays("bob"),
        scene,
    );
    let mut scene = three(&drafts.profile);
    scene.advance_all(20_000);
    let nth = newest(&mut scene);
    scene.heartbeat("bob", "alice", nth);
    if scene.has(Rule::HistoryContinues) {
        scene.refused(Rule::HistoryContinues).heartbeat("bob", "alice", nth - 1);
        scene.heartbeat("bob", "alice", nth);
        drafts.alone(
            Draft::new("heartbeat-missed", "After a heartbeat was missed no other is taken")
                .plays("bob")
                .tests(Rule::HistoryContinues),
            scene,
        );
    } else {
        scene.heartbeat("bob", "alice", nth - 1).refused(Rule::CountIncreases);
        drafts.alone(
            Draft::new("heartbeat-skipped", "A heartbeat may be missed, and is not taken later")
                .plays("bob")
                .tests(Rule::CountIncreases),
            scene,
        );
    }
}

fn timestamps(drafts: &mut Drafts) {
    let last = three(&drafts.profile).last_beat("alice");
    let at = |timestamp_ms: u64| ForgedHeartbeat {
        timestamp_ms: Some(timestamp_ms),
        ..forged_heartbeat()
    };
    let mut scene = three(&drafts.profile);
    scene.advance_all(6_000).heartbeat_forged("bob", at(last.timestamp_ms));
    scene.refused(Rule::TimestampIncreases).observe("bob");
    drafts.decisive(
        Rule::TimestampIncreases,
        Draft::new("heartbeat-at-the-same-time", "A heartbeat with the last timestamp is refused")
            .plays("bob"),
        scene,
    );
    let mut scene = three(&drafts.profile);
    scene.heartbeat_forged("bob", at(0)).refused(Rule::TimestampIncreases);
    scene.heartbeat_forged("bob", at(u64::MAX));
    drafts.alone(
        Draft::new("heartbeat-back-in-time", "Timestamps may skip, but not go back")
            .plays("bob")
            .tests(Rule::TimestampIncreases),
        scene,
    );
}

/// What is certified is known.
fn known_link(drafts: &mut Drafts) {
    let admitting = |drafts: &Drafts| {
        let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob", "carol"]);
        scene.admit("alice", "bob").settle().admit("alice", "carol");
        scene
    };
    let mut scene = admitting(drafts);
    let nth = newest(&mut scene);
    scene.link("bob", "alice", 3).heartbeat("bob", "alice", nth).observe("bob");
    drafts.common(
        Draft::new("heartbeat-after-its-link", "A heartbeat for a link that came is taken")
            .plays("bob"),
        scene,
        &[(Rule::CertifiesKnownLink, "heartbeat-before-its-link", "whether the link came")],
    );
    let mut scene = admitting(drafts);
    let nth = newest(&mut scene);
    scene.heartbeat("bob", "alice", nth).refused(Rule::CertifiesKnownLink).observe("bob");
    scene.link("bob", "alice", 3).heartbeat("bob", "alice", nth).observe("bob");
    drafts.decisive(
        Rule::CertifiesKnownLink,
        Draft::new(
            "heartbeat-before-its-link",
            "A heartbeat for a link that did not come is refused",
        )
        .plays("bob"),
        scene,
    );
}

/// Another list of the same version.
fn others(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    let other = ForgedLink { v: 3, ..forged_link(2, OperationRecipe::Left { seat: seat("bob") }) };
    let certifies = Some(Box::new(Recipe::ForgedLink(other)));
    scene.heartbeat_forged("bob", ForgedHeartbeat { certifies, ..forged_heartbeat() });
    scene.refused(Rule::CertifiesKnownLink).observe("bob");
    drafts.alone(
        Draft::new(
            "heartbeat-of-another-list",
            "A heartbeat for another list of the same version is refused",
        )
        .plays("bob")
        .tests(Rule::CertifiesKnownLink),
        scene,
    );
}

/// Hashes that are the true ones but for their last byte.
fn nearly(drafts: &mut Drafts) {
    let last_link = three(&drafts.profile).count("alice", MessageKind::Link);
    let last_beat = newest(&mut three(&drafts.profile));
    let of = Box::new(link("alice", last_link));
    let list_hash = ValueRecipe::HashOf { by: "alice".to_owned(), of };
    for (rule, what, field, hash) in [
        (Rule::CertifiesKnownLink, "list", "list_hash", list_hash),
        (Rule::HistoryContinues, "history", "prev", hash_of(last_beat)),
    ] {
        if !drafts.profile.rules.contains(rule) {
            continue;
        }
        let change = Change::new(field, ValueRecipe::Damaged(Box::new(hash)));
        let signed = vec![change.clone()];
        let forged = Recipe::ForgedHeartbeat(ForgedHeartbeat { signed, ..forged_heartbeat() });
        let forged = Recipe::Edited { of: Box::new(forged), change };
        let mut scene = three(&drafts.profile);
        scene.advance_all(6_000).heartbeat_from("bob", forged).refused(rule).observe("bob");
        let title = format!("A {what} whose hash begins like the known one is another {what}");
        let name = format!("heartbeat-of-nearly-the-same-{what}");
        drafts.alone(Draft::new(&name, &title).plays("bob").tests(rule), scene);
    }
}

/// Two changes at one moment: two links, two heartbeats, in their order.
fn simultaneous(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    scene.advance_all(6_000).rename("alice", "carol", "Caroline").rename("alice", "bob", "Robert");
    scene.catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new("changes-at-one-moment", "Two changes at one moment are taken in their order")
            .plays("bob")
            .tests(Rule::TimestampIncreases),
        scene,
    );
}
