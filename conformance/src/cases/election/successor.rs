//! The client under test is the one that takes over.

use conclave_model::{
    message::Role,
    script::{
        Act, CastMember, Change, ForgedHeartbeat, Handle, MessageKind, OperationRecipe, Recipe,
        ValueRecipe,
    },
};
use conclave_spec::Rule;

use super::{
    super::{
        device::{of_width, small_order},
        scene::{announcement, forged_heartbeat, forged_link, next_instance, seat},
    },
    Draft, Drafts, Scene, key_ahead, prepared,
};

const CAST: [&str; 3] = ["alice", "bob", "carol"];

pub(super) fn drafts(drafts: &mut Drafts) {
    taking_over(drafts);
    policies(drafts);
    board(drafts);
    fakes_on_board(drafts);
    earlier_meeting_on_board(drafts);
    unfit_keys_inherited(drafts);
    nobody_on_board(drafts);
    key_without_heartbeat(drafts);
    links_without_heartbeat(drafts);
    not_on_the_list(drafts);
    repeated(drafts);
}

fn taking_over(drafts: &mut Drafts) {
    let rules = [
        Rule::TakeoverCoalesces,
        Rule::TakeoverNumbersKey,
        Rule::TakeoverRotates,
        Rule::TakeoverContinues,
        Rule::OnlyOthersNoticed,
    ];
    let what = "what the client knows of the meeting: nothing, or the whole list";
    let takes_over = |scene: &mut Scene| {
        scene.told_leader("carol", "carol").observe("carol");
        scene.advance("carol", 10_000).send("carol", "this way");
    };
    let mut scene = Scene::of(&drafts.profile, &CAST);
    scene.join("alice", Role::Leader).join("bob", Role::Participant).told_leader("bob", "alice");
    scene.join("carol", Role::Participant);
    takes_over(&mut scene);
    drafts.common(
        Draft::new("takeover-of-nothing", "Whoever knows no list yet begins the meeting")
            .plays("carol"),
        scene,
        &rules.map(|rule| (rule, "takeover", what)),
    );
    let mut scene = prepared(drafts, &CAST);
    takes_over(&mut scene);
    drafts.decisive_for(
        &rules,
        Draft::new("takeover", "A new leader takes list, chain and key numbers on").plays("carol"),
        scene,
    );
    let mut scene = prepared(drafts, &CAST);
    scene.elect("carol").observe("carol").settle();
    scene.run(20_000).send("carol", "this way").packet("bob", "carol", 1).observe("carol");
    let followed = Draft::new("takeover-followed", "The others follow whoever takes over");
    let followed = rules.into_iter().fold(followed.plays("carol"), Draft::tests);
    drafts.alone(followed, scene);
}

/// whether a new leader rotates at once.
fn policies(drafts: &mut Drafts) {
    for (value, title) in [
        ("rotate", "With the policy to rotate, a new leader rotates at once"),
        ("keep", "With the policy to keep the key, a new leader only certifies it"),
    ] {
        let mut scene = prepared(drafts, &CAST);
        scene.told_leader("carol", "carol").observe("carol").send("carol", "under which key?");
        scene.advance("carol", 10_000).observe("carol").depart("carol", "bob");
        drafts.alone(
            Draft::new(&format!("takeover-policy-{value}"), title)
                .plays("carol")
                .tests(Rule::TakeoverRotates)
                .policy("takeover_key", value),
            scene,
        );
    }
}

/// What stands on the board must be what stands on the list.
fn board(drafts: &mut Drafts) {
    let decisive = "takeover-announcement-newer";
    for (name, title, newer) in [
        ("takeover-announcement-listed", "A member is sealed to by its listed announcement", false),
        (decisive, "A later announcement of a member is not the listed one", true),
    ] {
        let mut scene = Scene::seated(&drafts.profile, &CAST);
        scene.leave("bob").join("bob", Role::Participant).told_leader("bob", "alice");
        let on_board = Recipe::Sent(Handle::announcement("bob", if newer { 2 } else { 1 }));
        scene.nonce("carol", "bob").admit_with("carol", "bob", on_board);
        scene.admit("carol", "alice").told_leader("carol", "carol");
        scene.observe("carol").advance("carol", 10_000);
        let draft = Draft::new(name, title).plays("carol");
        if newer {
            drafts.decisive(Rule::AnnouncementListed, draft, scene);
        } else {
            let pair = (Rule::AnnouncementListed, decisive, "Bob's announcement on the board");
            drafts.common(draft, scene, &[pair]);
        }
    }
    let mut scene = Scene::seated(&drafts.profile, &CAST);
    scene.leave("bob").join("bob", Role::Participant).admit("carol", "bob");
    scene.told_leader("carol", "carol").told_leader("alice", "carol").told_leader("bob", "carol");
    scene
        .catch_up("alice")
        .advance("carol", 20_000)
        .admit("carol", "bob")
        .catch_up("bob")
        .observe("bob")
        .observe("carol");
    drafts.alone(
        Draft::new(
            "takeover-then-rejoin",
            "Whoever has joined anew is listed anew, then sealed to",
        )
        .plays("carol")
        .tests(Rule::AnnouncementListed),
        scene,
    );
}

/// Announcements on the board that are not what the server says they are.
fn fakes_on_board(drafts: &mut Drafts) {
    let damaged = |field: &str| Recipe::Damaged {
        of: Box::new(announcement("bob")),
        field: field.to_owned(),
    };
    for (name, title, key_of, fake) in [
        (
            "damaged",
            "An announcement that does not verify counts for nobody",
            "bob",
            damaged("sig"),
        ),
        ("of-other-key", "Nor does one under another identity key", "alice", announcement("bob")),
        ("of-another", "Nor does that of another device", "bob", announcement("alice")),
    ] {
        let mut scene = Scene::seated(&drafts.profile, &CAST);
        scene.nonce("carol", "bob").act(
            "carol",
            Act::Admitted {
                seat: seat("bob"),
                name: "bob".to_owned(),
                ivk: ValueRecipe::IvkOf(key_of.to_owned()),
                announcement: fake,
                outdated: false,
            },
        );
        scene.admit("carol", "alice").told_leader("carol", "carol").observe("carol");
        scene.advance("carol", 10_000);
        let draft = Draft::new(&format!("takeover-announcement-{name}"), title).plays("carol");
        drafts.alone(draft.tests(Rule::AnnouncementListed).tests(Rule::SealToListed), scene);
    }
}

/// Bob's announcement for an earlier meeting is on the board of this one.
fn earlier_meeting_on_board(drafts: &mut Drafts) {
    let mut scene = Scene::of(&drafts.profile, &CAST);
    scene.join_instance("bob", Role::Participant, next_instance()).leave("bob");
    scene.join("alice", Role::Leader);
    for party in ["bob", "carol"] {
        scene.join(party, Role::Participant).told_leader(party, "alice").admit("alice", party);
    }
    scene.settle().nonce("carol", "bob").admit_with("carol", "bob", announcement("bob"));
    scene.admit("carol", "alice").told_leader("carol", "carol").observe("carol");
    scene.advance("carol", 10_000);
    drafts.alone(
        Draft::new(
            "takeover-announcement-of-earlier-meeting",
            "Nor does one for an earlier meeting count for anybody",
        )
        .plays("carol")
        .tests(Rule::AnnouncementListed)
        .tests(Rule::SealToListed),
        scene,
    );
}

/// Alice, misbehaving, lists Bob's announcement of a key that nobody can seal to.
fn unfit_keys_inherited(drafts: &mut Drafts) {
    for (name, title, announced) in [
        (
            "small-order-key-inherited",
            "A new leader seals nothing to a listed key that contributes nothing",
            small_order(&drafts.profile, "bob"),
        ),
        (
            "key-of-33-bytes-inherited",
            "Nor does it seal to a listed key of a width that the version has no suite for",
            of_width("bob", 33),
        ),
    ] {
        let scene = unfit_key_inherited(drafts, announced);
        let draft = Draft::new(name, title).plays("carol");
        drafts.alone(draft.tests(Rule::AgreementContributory).tests(Rule::TakeoverRotates), scene);
    }
}

fn unfit_key_inherited(drafts: &Drafts, announced: Recipe) -> Scene {
    let mut scene = Scene::gathered(&drafts.profile, &CAST);
    scene.admit("alice", "carol").settle();
    let add = OperationRecipe::Add {
        seat: seat("bob"),
        keys_of: "bob".to_owned(),
        name: "bob".to_owned(),
    };
    let of = Box::new(Recipe::ForgedLink(forged_link(2, add)));
    let bound = ValueRecipe::HashOf { by: "bob".to_owned(), of: Box::new(announced.clone()) };
    let listed = Recipe::Edited { of, change: Change::new("binding_hash", bound) };
    let certifies = Some(Box::new(listed.clone()));
    scene.link_from("carol", listed);
    scene.heartbeat_forged("carol", ForgedHeartbeat { certifies, ..forged_heartbeat() });
    scene.admit("carol", "alice").nonce("carol", "bob").admit_with("carol", "bob", announced);
    scene.told_leader("carol", "carol").observe("carol").advance("carol", 10_000);
    scene
}

fn nobody_on_board(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&drafts.profile, &CAST);
    scene.elect("carol").observe("carol").settle().run(20_000);
    scene.admit("carol", "bob").admit("carol", "alice").admit("carol", "bob").settle();
    scene.observe("bob").observe("carol");
    drafts.alone(
        Draft::new("takeover-with-empty-board", "Announcements that come later get the newest key")
            .plays("carol")
            .tests(Rule::AnnouncementListed)
            .tests(Rule::TakeoverRotates),
        scene,
    );
}

/// Alice rotated; Carol has the key, but not the heartbeat.
fn key_without_heartbeat(drafts: &mut Drafts) {
    let takes_over = |drafts: &Drafts, certified: bool| {
        let mut scene = prepared(drafts, &["alice", "bob", "carol", "dave"]);
        scene.run(40_000).depart("alice", "dave");
        if certified {
            let link = scene.count("alice", MessageKind::Link);
            let beat = scene.count("alice", MessageKind::Heartbeat);
            scene.link("carol", "alice", link).heartbeat("carol", "alice", beat);
            let key = scene.newest_sealed("alice", "carol");
            scene.sealed_from("carol", key);
        } else {
            key_ahead(&mut scene, "carol");
        }
        scene.misses("carol").told_leader("carol", "carol").observe("carol");
        scene.advance("carol", 60_000).observe("carol");
        scene
    };
    drafts.common(
        Draft::new("takeover-with-certified-key", "A key that a heartbeat certified is kept")
            .plays("carol")
            .tests(Rule::TakeoverNumbersKey),
        takes_over(drafts, true),
        &[(
            Rule::UncertifiedDropped,
            "takeover-with-uncertified-key",
            "whether a heartbeat certified the last key",
        )],
    );
    let scene = takes_over(drafts, false);
    let dropped = drafts.profile.rules.contains(Rule::UncertifiedDropped);
    let title = if dropped {
        "A key that no heartbeat certified is dropped, and its number is used anew"
    } else {
        "The next number is above every key held, certified or not"
    };
    let draft = Draft::new("takeover-with-uncertified-key", title)
        .plays("carol")
        .tests(Rule::TakeoverNumbersKey);
    drafts.decisive(Rule::UncertifiedDropped, draft, scene);
}

fn links_without_heartbeat(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &["alice", "bob", "carol", "dave"]);
    scene.run(20_000).depart("alice", "dave");
    let last = scene.count("alice", MessageKind::Link);
    scene.link("carol", "alice", last).misses("carol");
    scene.told_leader("carol", "carol").observe("carol");
    scene.depart("carol", "dave").observe("carol");
    drafts.alone(
        Draft::new("takeover-with-uncertified-link", "A new leader begins from what was certified")
            .plays("carol")
            .tests(Rule::TakeoverCoalesces)
            .tests(Rule::LinkAwaitsHeartbeat),
        scene,
    );
}

fn not_on_the_list(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    let dave = CastMember::new("dave", seat("dave"));
    scene.also(dave).join("dave", Role::Participant).told_leader("dave", "alice");
    scene.catch_up("dave");
    for other in CAST {
        scene.admit("dave", other);
    }
    scene.told_leader("dave", "dave").observe("dave").advance("dave", 10_000);
    drafts.alone(
        Draft::new("takeover-by-unlisted", "A new leader that is not on the list adds itself")
            .plays("dave")
            .tests(Rule::TakeoverCoalesces)
            .tests(Rule::LeaderListed),
        scene,
    );
    let mut scene = prepared(drafts, &CAST);
    scene.leave("carol").join("carol", Role::Participant).told_leader("carol", "alice");
    scene.catch_up("carol").admit("carol", "bob").admit("carol", "alice");
    scene.told_leader("carol", "carol").observe("carol");
    drafts.alone(
        Draft::new("takeover-after-rejoin", "One listed under an earlier join adds itself anew")
            .plays("carol")
            .tests(Rule::TakeoverCoalesces)
            .tests(Rule::LeaderListed),
        scene,
    );
}

fn repeated(drafts: &mut Drafts) {
    let mut scene = prepared(drafts, &CAST);
    scene.elect("carol").settle().run(20_000);
    scene.told_leader("carol", "carol").observe("carol").advance("carol", 30_000);
    drafts.alone(
        Draft::new("takeover-told-twice", "A leader that is told again that it leads goes on")
            .plays("carol")
            .tests(Rule::TakeoverCoalesces)
            .tests(Rule::TakeoverRotates),
        scene,
    );
    let mut scene = prepared(drafts, &CAST);
    scene.elect("carol").settle().run(20_000).elect("alice").settle().observe("alice");
    scene.run(40_000).send("alice", "back again").packet("bob", "alice", 1).observe("bob");
    drafts.alone(
        Draft::new("leader-returns", "A leader that stepped down and is named again takes over")
            .plays("alice")
            .tests(Rule::TakeoverCoalesces)
            .tests(Rule::TakeoverNumbersKey)
            .tests(Rule::TakeoverContinues)
            .tests(Rule::LeaderStepsDown),
        scene,
    );
}
