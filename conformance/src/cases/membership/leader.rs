//! The leader's side: who comes and goes is put on the list.

use conclave_model::{
    message::Role,
    script::{Act, CastMember, Handle, Recipe, ValueRecipe},
};
use conclave_spec::{Profile, Rule};

use super::snapshots::grow;
use crate::{
    case::Side,
    cases::{
        Draft, Drafts,
        scene::{Scene, announcement, seat},
    },
};

pub(super) fn drafts(drafts: &mut Drafts) {
    joins(drafts);
    leaves(drafts);
    renames(drafts);
    rejoins(drafts);
    other_keys(drafts);
    coalescing(drafts);
    takeover(drafts);
}

/// Alice admits somebody, as the client under test may: where joins rotate, within the time for it.
fn admitted(scene: &mut Scene, who: &str, now_ms: u64) -> u64 {
    scene.admit("alice", who);
    batched(scene, now_ms)
}

/// What the last step made Alice do: somebody is there.
fn batched(scene: &mut Scene, now_ms: u64) -> u64 {
    let batch_ms = u64::from(scene.profile().params.join_batch_ms_max);
    if !scene.has(Rule::JoinBatchBounded) {
        return now_ms;
    }
    let by_ms = now_ms + batch_ms;
    scene.within((now_ms, by_ms), Rule::JoinBatchBounded, Rule::JoinBatchBounded);
    in_use(scene, by_ms)
}

/// What the last step made Alice do: somebody is gone. The rotation comes in time, and where it is
/// throttled, after the case.
pub(super) fn gone(scene: &mut Scene, now_ms: u64) -> u64 {
    if scene.has(Rule::RotationThrottled) {
        return now_ms;
    }
    let by_ms = now_ms + u64::from(scene.profile().params.leave_rotation_ms_max);
    scene.within((now_ms, by_ms), Rule::RotateOnLeave, Rule::RotateOnLeave);
    in_use(scene, by_ms)
}

/// A rotation by this moment has happened, and everybody uses the key.
fn in_use(scene: &mut Scene, by_ms: u64) -> u64 {
    let used_ms = by_ms + u64::from(scene.profile().params.use_wait_ms_max);
    scene.advance_all(by_ms).advance_all(used_ms);
    used_ms
}

/// Alice leads and has admitted Bob and Carol; the time.
pub(super) fn leading(profile: &Profile) -> (Scene, u64) {
    let mut scene = Scene::gathered(profile, &["alice", "bob", "carol"]);
    let now_ms = admitted(&mut scene, "bob", 0);
    let now_ms = admitted(&mut scene, "carol", now_ms);
    (scene, now_ms)
}

fn joins(drafts: &mut Drafts) {
    let damaged = Recipe::Damaged { of: Box::new(announcement("bob")), field: "sig".to_owned() };
    let announced = |profile: &Profile, announcement: Recipe, refused: Option<Rule>| {
        let mut scene = Scene::gathered(profile, &["alice", "bob"]);
        scene.nonce("alice", "bob").admit_with("alice", "bob", announcement);
        if let Some(rule) = refused {
            scene.refused(rule);
        }
        if scene.has(Rule::JoinBatchBounded) {
            in_use(&mut scene, u64::from(profile.params.join_batch_ms_max));
        }
        scene.observe("alice");
        scene
    };
    drafts.common(
        Draft::new("join-refused", "Who does not verify is not put on the list").plays("alice"),
        announced(&drafts.profile, damaged, Some(Rule::AnnouncementVerifies)),
        &[(Rule::JoinListed, "join-listed", "one bit of the signature")],
    );
    drafts.decisive(
        Rule::JoinListed,
        Draft::new("join-listed", "Who joins is put on the list").plays("alice"),
        announced(&drafts.profile, announcement("bob"), None),
    );
    let (mut scene, _) = leading(&drafts.profile);
    scene.observe("alice");
    drafts.alone(
        Draft::new("joins-listed", "Who joins is put on the list, one after the other")
            .plays("alice")
            .tests(Rule::JoinListed),
        scene,
    );
    let (mut scene, _) = leading(&drafts.profile);
    scene.admit("alice", "carol").shows(Rule::JoinListed).observe("alice");
    drafts.alone(
        Draft::new("announced-again", "Who is announced again is not listed again")
            .plays("alice")
            .tests(Rule::JoinListed),
        scene,
    );
}

fn leaves(drafts: &mut Drafts) {
    let (mut scene, now_ms) = leading(&drafts.profile);
    if !scene.has(Rule::RotationThrottled) {
        in_use(&mut scene, now_ms + u64::from(drafts.profile.params.leave_rotation_ms_max));
    }
    drafts.common(
        Draft::new("nobody-leaves", "Who stays stays on the list").plays("alice"),
        scene,
        &[(Rule::LeaveListed, "leave-listed", "whether somebody leaves")],
    );
    let (mut scene, now_ms) = leading(&drafts.profile);
    scene.depart("alice", "carol");
    gone(&mut scene, now_ms);
    drafts.common(
        Draft::new("leave-listed", "Who leaves is put on the list as gone").plays("alice").side(
            Rule::LeaveListed,
            Side::Decisive,
            "nobody-leaves",
            "whether somebody leaves",
        ),
        scene,
        &[(Rule::KickListed, "removal-listed", "whether the user removes them")],
    );
    let (mut scene, now_ms) = leading(&drafts.profile);
    scene.kick("alice", "carol");
    gone(&mut scene, now_ms);
    drafts.decisive(
        Rule::KickListed,
        Draft::new("removal-listed", "Whom the user removes is put on the list as removed")
            .plays("alice"),
        scene,
    );
    let (mut scene, now_ms) = leading(&drafts.profile);
    scene.depart("alice", "dave").shows(Rule::LeaveListed);
    scene.depart("alice", "alice").shows(Rule::LeaveListed).depart("alice", "carol");
    gone(&mut scene, now_ms);
    scene.depart("alice", "carol").shows(Rule::LeaveListed);
    drafts.alone(
        Draft::new("leave-of-nobody", "A leave of somebody unknown, gone, or oneself is nothing")
            .plays("alice")
            .tests(Rule::LeaveListed),
        scene,
    );
}

fn renames(drafts: &mut Drafts) {
    let (mut scene, _) = leading(&drafts.profile);
    scene.rename("alice", "carol", "carol").observe("alice");
    drafts.common(
        Draft::new("renamed-to-the-same", "A name that somebody has already is no change")
            .plays("alice"),
        scene,
        &[(Rule::RenameListed, "rename-listed", "the name")],
    );
    let (mut scene, _) = leading(&drafts.profile);
    scene.rename("alice", "carol", "Caroline").observe("alice");
    drafts.decisive(
        Rule::RenameListed,
        Draft::new("rename-listed", "A new name is put on the list").plays("alice"),
        scene,
    );
    let (mut scene, _) = leading(&drafts.profile);
    scene.rename("alice", "dave", "Dave").observe("alice");
    drafts.alone(
        Draft::new("rename-of-nobody", "A name for somebody unknown is no change")
            .plays("alice")
            .tests(Rule::RenameListed),
        scene,
    );
}

/// Who comes back.
fn rejoins(drafts: &mut Drafts) {
    let (mut scene, now_ms) = leading(&drafts.profile);
    scene.depart("alice", "carol");
    let now_ms = gone(&mut scene, now_ms);
    scene.leave("carol").join("carol", Role::Participant);
    let back_ms = admitted(&mut scene, "carol", now_ms);
    scene.observe("alice");
    drafts.alone(
        Draft::new("rejoin-listed", "Who comes back is put on the list again")
            .plays("alice")
            .tests(Rule::JoinListed),
        scene.clone(),
    );
    let earlier = Recipe::Sent(Handle::announcement("carol", 1));
    scene.admit_with("alice", "carol", earlier);
    batched(&mut scene, back_ms);
    scene.observe("alice");
    drafts.alone(
        Draft::new(
            "announced-as-before",
            "The announcement of an earlier join is taken for another join, which the list shows",
        )
        .plays("alice")
        .tests(Rule::JoinListed)
        .tests(Rule::LeaveListed),
        scene,
    );
    let (mut scene, now_ms) = leading(&drafts.profile);
    scene.leave("carol").join("carol", Role::Participant);
    admitted(&mut scene, "carol", now_ms);
    scene.observe("alice");
    drafts.alone(
        Draft::new(
            "rejoin-unnoticed",
            "Who comes back without a leave is put on the list as gone, and as back",
        )
        .plays("alice")
        .tests(Rule::JoinListed)
        .tests(Rule::LeaveListed),
        scene,
    );
    let (mut scene, now_ms) = leading(&drafts.profile);
    scene.kick("alice", "carol");
    let now_ms = gone(&mut scene, now_ms);
    scene.leave("carol").join("carol", Role::Participant);
    admitted(&mut scene, "carol", now_ms);
    scene.observe("alice");
    drafts.alone(
        Draft::new("removed-comes-back", "Who was removed may come back while nothing is locked")
            .plays("alice")
            .tests(Rule::KickListed),
        scene,
    );
}

/// Somebody comes on a known device with another identity key.
fn other_keys(drafts: &mut Drafts) {
    let (mut scene, _) = leading(&drafts.profile);
    impostor_admitted(&mut scene);
    drafts.alone(
        Draft::new("key-replaced", "Somebody present is not replaced by another identity key")
            .plays("alice")
            .tests(Rule::RejoinSameKey),
        scene,
    );
    let (mut scene, now_ms) = leading(&drafts.profile);
    scene.depart("alice", "carol");
    gone(&mut scene, now_ms);
    impostor_admitted(&mut scene);
    drafts.alone(
        Draft::new("rejoin-with-another-key", "Who comes back with another key is not admitted")
            .plays("alice")
            .tests(Rule::RejoinSameKey),
        scene,
    );
}

/// Dave is announced to Alice as Carol's device.
fn impostor_admitted(scene: &mut Scene) {
    scene.also(CastMember::new("dave", seat("carol"))).join("dave", Role::Participant);
    scene.act(
        "alice",
        Act::Admitted {
            seat: seat("carol"),
            name: "carol".to_owned(),
            ivk: ValueRecipe::IvkOf("dave".to_owned()),
            announcement: announcement("dave"),
            outdated: false,
        },
    );
    scene.refused(Rule::RejoinSameKey).observe("alice");
}

/// Reading R-72: a list of more than twenty links.
fn coalescing(drafts: &mut Drafts) {
    for (value, name, title) in [
        ("at_21", "list-coalesced", "A list of more than twenty links is coalesced"),
        ("never", "list-not-coalesced", "A leader that never coalesces goes on linking"),
    ] {
        let (mut scene, _) = leading(&drafts.profile);
        if scene.has(Rule::RenameListed) {
            for nth in 0..20 {
                scene.rename("alice", "carol", &format!("Carol {nth}"));
            }
        } else {
            grow(&mut scene);
            scene.depart("alice", "carol");
        }
        drafts.alone(
            Draft::new(name, title)
                .plays("alice")
                .tests(Rule::LeaveListed)
                .tests(Rule::RenameListed)
                .policy("coalescing", value),
            scene,
        );
    }
}

/// A new leader seals to those whose announcement is the one on the list.
fn takeover(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob", "carol"]);
    scene.share_board().told_leader("bob", "bob");
    drafts.common(
        Draft::new("listed-keys-served", "A new leader seals to the keys on the list").plays("bob"),
        scene,
        &[(Rule::AnnouncementListed, "unlisted-key-not-served", "what somebody announced last")],
    );
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob", "carol"]);
    scene.share_board().leave("carol").join("carol", Role::Participant);
    scene.admit("bob", "carol").told_leader("bob", "bob");
    drafts.decisive(
        Rule::AnnouncementListed,
        Draft::new(
            "unlisted-key-not-served",
            "A new leader seals to nobody whose announced key is not the one on the list",
        )
        .plays("bob"),
        scene,
    );
}
