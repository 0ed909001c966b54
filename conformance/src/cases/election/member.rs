//! The client under test is a member that sees the leader change.

use conclave_model::{
    message::Role,
    script::{
        CastMember, ForgedHeartbeat, ForgedLink, ForgedSeal, MessageKind, OperationRecipe, Recipe,
    },
};
use conclave_spec::Rule;

use super::{
    super::scene::{announcement, forged_heartbeat, forged_link, forged_seal, link, seat},
    Draft, Drafts, Scene, certified_by, key_ahead, prepared,
};

const CAST: [&str; 3] = ["alice", "bob", "carol"];

pub(super) fn drafts(drafts: &mut Drafts) {
    noticed(drafts);
    followed(drafts);
    listed(drafts);
    key_without_heartbeat(drafts);
    under_certified_number(drafts);
    same_leader(drafts);
    announced_as_before(drafts);
    misled(drafts);
    back_and_forth(drafts);
}

fn noticed(drafts: &mut Drafts) {
    let mut scene = Scene::of(&drafts.profile, &CAST);
    scene.join("alice", Role::Leader).join("bob", Role::Participant).told_leader("bob", "alice");
    scene.shows(Rule::ChangeNoticed).observe("bob");
    drafts.common(
        Draft::new("first-leader", "The first leader comes without a notice").plays("bob"),
        scene,
        &[(Rule::ChangeNoticed, "leader-changes", "whether a leader was known")],
    );
    let mut scene = prepared(drafts, &CAST);
    scene.elect("carol").observe("bob");
    drafts.decisive(
        Rule::ChangeNoticed,
        Draft::new("leader-changes", "Another leader comes with a notice, then its code")
            .plays("bob"),
        scene,
    );
}

fn followed(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.send("bob", "hello").elect("carol").observe("bob").send("bob", "still the old key");
    scene.settle().observe("bob").run(20_000).observe("bob").send("bob", "the new key");
    scene.send("carol", "hello all").packet("bob", "carol", 1);
    drafts.alone(
        Draft::new("leader-change-followed", "A member follows a new leader: notice, list, key")
            .plays("bob")
            .tests(Rule::ChangeNoticed)
            .tests(Rule::LeaderListed),
        scene,
    );
    let mut scene = prepared(drafts, &CAST);
    scene.elect("carol").settle().run(90_000).observe("bob");
    let count = scene.count("alice", MessageKind::Heartbeat);
    scene.heartbeat("bob", "alice", count).refused(Rule::HeartbeatVerifies).observe("bob");
    drafts.alone(
        Draft::new("heartbeat-of-former-leader", "What the former leader signed counts no more")
            .plays("bob")
            .tests(Rule::HeartbeatVerifies),
        scene,
    );
}

/// Whether the leader is on the list that it certifies.
fn listed(drafts: &mut Drafts) {
    links_of_the_leader_before(drafts);
    certified_for_the_leader_before(drafts);
    itself_gone(drafts);
    if drafts.profile.rules.contains(Rule::LeaderBound) {
        return;
    }
    for (name, title, back) in [
        ("certified-by-listed", "A list is taken from a leader that is on it", 0),
        ("certified-by-unlisted", "A list is not taken from a leader that is not on it", 1),
    ] {
        let mut scene = prepared(drafts, &CAST);
        scene.also(CastMember::new("mallory", seat("mallory")));
        scene.join("mallory", Role::Participant);
        let next = certified_by(&mut scene, "mallory");
        scene.admit("alice", "mallory");
        scene.told_leader("bob", "mallory");
        let last = scene.count("alice", MessageKind::Link);
        scene.link("bob", "alice", last);
        let certifies = Some(Box::new(link("alice", last - back)));
        scene.heartbeat_forged("bob", ForgedHeartbeat { certifies, ..next });
        if back == 0 {
            scene.shows(Rule::LeaderListed).observe("bob");
        } else {
            scene.refused(Rule::LeaderListed).observe("bob");
        }
        drafts.alone(Draft::new(name, title).plays("bob").tests(Rule::LeaderListed), scene);
    }
    let mut scene = prepared(drafts, &CAST);
    scene.leave("carol").join("carol", Role::Participant).told_leader("bob", "carol");
    let forged = certified_by(&mut scene, "carol");
    scene.heartbeat_forged("bob", forged).refused(Rule::LeaderListed).observe("bob");
    drafts.alone(
        Draft::new("certified-by-rejoined", "Nor is a leader listed under an earlier join")
            .plays("bob")
            .tests(Rule::LeaderListed),
        scene,
    );
}

/// Bob has a link that Alice made last and nobody else saw; Carol, who leads now, goes on without
/// it.
fn links_of_the_leader_before(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.also(CastMember::new("mallory", seat("mallory"))).join("mallory", Role::Participant);
    scene.admit("alice", "mallory");
    let ahead = scene.count("alice", MessageKind::Link);
    scene.link("bob", "alice", ahead).misses("bob").misses("carol");
    scene.told_leader("carol", "carol").told_leader("bob", "carol").catch_up("bob").observe("bob");
    scene.advance("carol", 20_000).advance("bob", 20_000).catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new(
            "link-of-the-leader-before",
            "A link that the leader before left uncertified is no part of the next one's list",
        )
        .plays("bob")
        .tests(Rule::SnapshotFaithful)
        .tests(Rule::LinkAwaitsHeartbeat),
        scene,
    );
}

/// Nor does it become one when the next leader's heartbeat names it: she never posted it.
fn certified_for_the_leader_before(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.also(CastMember::new("mallory", seat("mallory"))).join("mallory", Role::Participant);
    let next = certified_by(&mut scene, "carol");
    scene.admit("alice", "mallory");
    let ahead = link("alice", scene.count("alice", MessageKind::Link));
    scene.link_from("bob", ahead.clone()).told_leader("bob", "carol");
    let certifies = Some(Box::new(ahead));
    scene.heartbeat_forged("bob", ForgedHeartbeat { certifies, ..next });
    scene.refused(Rule::CertifiesKnownLink).observe("bob");
    drafts.alone(
        Draft::new(
            "link-of-the-leader-before-certified",
            "A link that came from the leader before is certified by no other",
        )
        .plays("bob")
        .tests(Rule::CertifiesKnownLink),
        scene,
    );
}

/// A leader certifies a leave: of another member, or its own.
fn itself_gone(drafts: &mut Drafts) {
    let decisive = "leader-lists-itself-as-gone";
    for (name, title, itself) in [
        ("leader-lists-another-as-gone", "A leader can certify that another has left", false),
        (decisive, "A leader cannot certify that it has left", true),
    ] {
        let mut scene = prepared(drafts, &CAST);
        let last = scene.count("alice", MessageKind::Link);
        let left = |who| OperationRecipe::Left { seat: seat(who) };
        let another = forged_link(last, left("carol"));
        let prev = Some(Box::new(Recipe::ForgedLink(another.clone())));
        let own = ForgedLink { prev, ..forged_link(last + 1, left("alice")) };
        scene.link_forged("bob", another.clone()).link_forged("bob", own.clone());
        let link = if itself { own } else { another };
        let certifies = Some(Box::new(Recipe::ForgedLink(link)));
        scene.heartbeat_forged("bob", ForgedHeartbeat { certifies, ..forged_heartbeat() });
        let draft = Draft::new(name, title).plays("bob");
        if itself {
            scene.refused(Rule::LeaderListed).observe("bob");
            drafts.decisive(Rule::LeaderListed, draft, scene);
        } else {
            scene.shows(Rule::LeaderListed).observe("bob");
            drafts.common(draft, scene, &[(Rule::LeaderListed, decisive, "which link it is")]);
        }
    }
}

/// Alice rotated just before: Bob has her key, and no heartbeat for it.
fn key_without_heartbeat(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &["alice", "bob", "carol", "dave"]);
    scene.run(40_000).depart("alice", "dave");
    key_ahead(&mut scene, "bob");
    scene.misses("bob").misses("carol").elect("carol").observe("bob");
    let link = scene.count("carol", MessageKind::Link);
    scene.link("bob", "carol", link).heartbeat("bob", "carol", 1);
    let key = scene.newest_sealed("carol", "bob");
    scene.sealed_from("bob", key);
    let number_taken = scene.has(Rule::SealCarriesSeq) && !scene.has(Rule::UncertifiedDropped);
    if number_taken {
        // Bob's number is the one that Carol, who never had that key, uses anew.
        scene.refused(Rule::SeqIncreases);
    }
    scene.advance("bob", 45_000).observe("bob");
    drafts.alone(
        Draft::new("rotation-overtaken-by-election", "A new leader may use a number anew")
            .plays("bob")
            .tests(Rule::UncertifiedDropped)
            .tests(Rule::SeqIncreases)
            .tests(Rule::ChangeNoticed),
        scene,
    );
}

/// Alice rotated and certified it, and Bob has not got the key; then Carol is named.
fn under_certified_number(drafts: &mut Drafts) {
    if !drafts.profile.rules.contains(Rule::NumberAboveCertified) {
        return;
    }
    let decisive = "key-under-number-certified-before";
    for (name, title, above) in [
        (
            "key-above-number-certified-before",
            "A new leader's key above every certified number waits for its heartbeat",
            1,
        ),
        (decisive, "No key of a new leader is certified by the one before", 0),
    ] {
        let mut scene = prepared(drafts, &["alice", "bob", "carol", "dave"]);
        scene.run(40_000).depart("alice", "dave");
        let link = scene.count("alice", MessageKind::Link);
        let beat = scene.count("alice", MessageKind::Heartbeat);
        scene
            .link("bob", "alice", link)
            .heartbeat("bob", "alice", beat)
            .told_leader("carol", "carol");
        scene.told_leader("bob", "carol");
        let mk_seq = scene.last_beat("bob").mk_seq + above;
        let sealed = ForgedSeal { by: "carol".to_owned(), ..forged_seal("bob", mk_seq) };
        scene.sealed_forged("bob", sealed);
        let draft = Draft::new(name, title).plays("bob");
        if above == 0 {
            scene.refused(Rule::NumberAboveCertified).advance("bob", 47_000).observe("bob");
            drafts.decisive(Rule::NumberAboveCertified, draft, scene);
        } else {
            scene.shows(Rule::NumberAboveCertified).advance("bob", 47_000).observe("bob");
            let pair = (Rule::NumberAboveCertified, decisive, "the number of the key");
            drafts.common(draft, scene, &[pair]);
        }
    }
}

fn same_leader(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.told_leader("bob", "alice").shows(Rule::ChangeNoticed).observe("bob");
    scene.run(10_000).observe("bob");
    drafts.alone(
        Draft::new("same-leader-named-again", "The same leader named again is no change")
            .plays("bob")
            .tests(Rule::ChangeNoticed),
        scene,
    );
    let mut scene = prepared(drafts, &CAST);
    scene.leave("alice").join("alice", Role::Participant).told_leader("bob", "alice");
    refused_where_bound(&mut scene);
    scene.observe("bob");
    drafts.alone(
        Draft::new("leader-named-with-other-key", "What the same device after another join is")
            .plays("bob")
            .tests(Rule::ChangeNoticed),
        scene,
    );
}

/// Carol has joined anew, and is named with what she announced before.
fn announced_as_before(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.leave("carol").join("carol", Role::Participant).told_leader("carol", "alice");
    scene.admit("alice", "carol").settle();
    scene.told_leader_as("bob", "carol", seat("carol"), announcement("carol"));
    refused_where_bound(&mut scene);
    scene.observe("bob");
    drafts.alone(
        Draft::new(
            "next-leader-announced-as-before",
            "What a leader announced for an earlier join counts where the list does not decide",
        )
        .plays("bob")
        .tests(Rule::ChangeNoticed)
        .tests(Rule::LeaderBound),
        scene,
    );
}

fn misled(drafts: &mut Drafts) {
    let damaged = Recipe::Damaged { of: Box::new(announcement("carol")), field: "sig".to_owned() };
    for (name, title, key_of, recipe) in [
        ("damaged", "A leader without a good announcement changes nothing", "carol", damaged),
        ("of-other-key", "Nor does one under another identity key", "alice", announcement("carol")),
        (
            "of-another",
            "Nor does one that another device announced",
            "carol",
            announcement("alice"),
        ),
    ] {
        let mut scene = prepared(drafts, &CAST);
        scene.told_leader_as("bob", key_of, seat("carol"), recipe);
        scene.refused(Rule::AnnouncementVerifies).observe("bob").run(10_000).observe("bob");
        let draft = Draft::new(&format!("next-leader-{name}"), title).plays("bob");
        drafts.alone(draft.tests(Rule::ChangeNoticed).tests(Rule::AnnouncementVerifies), scene);
    }
}

fn back_and_forth(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.told_leader("bob", "carol").told_leader("bob", "alice").shows(Rule::ChangeNoticed);
    scene.observe("bob").run(10_000).observe("bob");
    drafts.alone(
        Draft::new("leader-changes-and-returns", "Every change has its notice, the way back too")
            .plays("bob")
            .tests(Rule::ChangeNoticed),
        scene,
    );
}

/// A leader announced otherwise than on the list is refused, or followed where the list does not
/// decide.
fn refused_where_bound(scene: &mut Scene) {
    if scene.has(Rule::LeaderBound) {
        scene.refused(Rule::LeaderBound);
    } else {
        scene.shows(Rule::ChangeNoticed);
    }
}
