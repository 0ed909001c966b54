//! What a participant shows of the list, and when it goes.

use conclave_model::{
    message::{Role, Seat},
    script::{Act, CastMember, Handle, MessageKind, Recipe, ValueRecipe},
};
use conclave_spec::{Profile, Rule};

use super::{
    leader::{gone, leading},
    newest_heartbeat,
    operations::three,
};
use crate::{
    case::Side,
    cases::{
        Draft, Drafts,
        rotation::{join_window, leave_window},
        scene::{Scene, announcement, seat},
    },
};

pub(super) fn drafts(drafts: &mut Drafts) {
    leaves(drafts);
    counts(drafts);
    counts_of_user(drafts);
    told_apart(drafts);
    names(drafts);
    claims(drafts);
    removed(drafts);
    removed_and_back(drafts);
    removed_hears_nothing(drafts);
}

/// Long enough for every client to use a key it holds.
fn use_wait_ms(scene: &Scene) -> u64 {
    u64::from(scene.profile().params.use_wait_ms_max)
}

/// Who left is shown as such, once nothing is encrypted for them any more.
fn leaves(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    let used_ms = use_wait_ms(&scene);
    scene.advance("bob", used_ms).observe("bob");
    drafts.common(
        Draft::new("nobody-left", "The roster shows who is present as such").plays("bob"),
        scene,
        &[(Rule::LeftShown, "leave-shown", "whether somebody left")],
    );
    let mut scene = three(&drafts.profile);
    scene.depart("alice", "carol").catch_up("bob");
    scene.advance("bob", used_ms).observe("bob");
    drafts.common(
        Draft::new("leave-shown", "The roster shows who has left").plays("bob").side(
            Rule::LeftShown,
            Side::Decisive,
            "nobody-left",
            "whether somebody left",
        ),
        scene,
        &[(Rule::LeaverShownUntilRekey, "leaver-shown-until-rekey", "the time")],
    );
    let mut scene = three(&drafts.profile);
    scene.depart("alice", "carol").catch_up("bob").observe("bob");
    drafts.decisive(
        Rule::LeaverShownUntilRekey,
        Draft::new(
            "leaver-shown-until-rekey",
            "Who left is shown as present until a key they do not know is in use",
        )
        .plays("bob"),
        scene,
    );
    let mut scene = three(&drafts.profile);
    scene.depart("alice", "carol").link("bob", "alice", 4);
    newest_heartbeat(&mut scene, "bob");
    let used_ms = use_wait_ms(&scene);
    scene.advance("bob", used_ms).observe("bob");
    drafts.alone(
        Draft::new(
            "leaver-shown-without-a-key",
            "Who left is shown as present as long as no new key arrives",
        )
        .plays("bob")
        .tests(Rule::LeaverShownUntilRekey),
        scene,
    );
    by_the_leader(drafts);
    returns(drafts);
}

/// The rotation for the leave may come at any moment of its time; then the key is used.
fn by_the_leader(drafts: &mut Drafts) {
    let (mut scene, now_ms) = leading(&drafts.profile);
    scene.depart("alice", "carol");
    gone(&mut scene, now_ms);
    scene.observe("alice");
    drafts.alone(
        Draft::new(
            "leaver-shown-by-the-leader",
            "A leader shows who left once its new key is used",
        )
        .plays("alice")
        .tests(Rule::LeaverShownUntilRekey)
        .tests(Rule::LeftShown),
        scene,
    );
    let (mut scene, from_ms) = leading(&drafts.profile);
    scene.depart("alice", "carol");
    if !scene.has(Rule::RotationThrottled) {
        let by_ms = from_ms + u64::from(scene.profile().params.leave_rotation_ms_max);
        scene.within((from_ms, by_ms), Rule::RotateOnLeave, Rule::RotateOnLeave);
        scene.observe("alice").advance("alice", by_ms);
    }
    drafts.alone(
        Draft::new(
            "leaver-shown-by-the-leader-until-rekey",
            "A leader shows who left as present until its new key is used",
        )
        .plays("alice")
        .tests(Rule::LeaverShownUntilRekey),
        scene,
    );
}

/// Who is back is no leaver.
fn returns(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    scene.depart("alice", "carol").admit("alice", "carol").catch_up("bob");
    let used_ms = use_wait_ms(&scene);
    scene.observe("bob").advance("bob", used_ms).observe("bob");
    drafts.alone(
        Draft::new("returner-shown", "Who left and came back is shown as present")
            .plays("bob")
            .tests(Rule::LeftShown)
            .tests(Rule::RosterFromList),
        scene,
    );
}

/// Carol has left and come back so often.
fn returned(profile: &Profile, times: u32) -> Scene {
    let mut scene = three(profile);
    for _ in 0..times {
        scene.depart("alice", "carol").admit("alice", "carol");
    }
    scene.catch_up("bob").observe("bob");
    scene
}

fn counts(drafts: &mut Drafts) {
    let from = drafts.profile.params.leaves_shown_from;
    let scene = returned(&drafts.profile, from - 1);
    let mut again = scene.clone();
    drafts.common(
        Draft::new("three-leaves", "Three leaves of a device are not counted").plays("bob"),
        scene,
        &[(Rule::LeavesCounted, "four-leaves", "one more leave")],
    );
    again.depart("alice", "carol").admit("alice", "carol").catch_up("bob").observe("bob");
    drafts.decisive(
        Rule::LeavesCounted,
        Draft::new("four-leaves", "From the fourth leave on the roster shows their number")
            .plays("bob"),
        again,
    );
}

/// Where the leaves of all devices of a user count: Carol's laptop has left two times, her phone
/// one or two times.
fn counts_of_user(drafts: &mut Drafts) {
    if !drafts.profile.rules.contains(Rule::LeavesOfUser) {
        return;
    }
    let decisive = "four-leaves-of-two-devices";
    let once = |scene: &mut Scene, who| {
        scene.depart("alice", who).admit("alice", who);
    };
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob", "carol", "carol@phone"]);
    for who in ["carol", "carol", "carol@phone"] {
        once(&mut scene, who);
    }
    scene.catch_up("bob").observe("bob");
    let mut again = scene.clone();
    drafts.common(
        Draft::new("three-leaves-of-two-devices", "Three leaves of a user are not counted")
            .plays("bob"),
        scene,
        &[(Rule::LeavesOfUser, decisive, "one more leave")],
    );
    once(&mut again, "carol@phone");
    again.catch_up("bob").observe("bob");
    let mut gone = again.clone();
    gone.depart("alice", "carol@phone").settle().run(30_000).observe("bob");
    drafts.alone(
        Draft::new(
            "leaves-of-a-device-that-is-gone",
            "The leaves of a user's device that has left for good are counted as well",
        )
        .plays("bob")
        .tests(Rule::LeavesOfUser),
        gone,
    );
    drafts.decisive(
        Rule::LeavesOfUser,
        Draft::new(decisive, "From the fourth leave on, those of all devices of a user are shown")
            .plays("bob"),
        again,
    );
}

/// Devices whose IDs differ in case alone.
fn told_apart(drafts: &mut Drafts) {
    for (word, other) in
        [("user", Seat::new("Bob", "bob-laptop")), ("device", Seat::new("bob", "Bob-laptop"))]
    {
        let mut cast: Vec<_> = ["alice", "bob"].map(|it| CastMember::new(it, seat(it))).into();
        cast.push(CastMember::new("other", other.clone()));
        let mut scene = Scene::with_cast(&drafts.profile, cast);
        scene.join("alice", Role::Leader);
        for party in ["bob", "other"] {
            scene.join(party, Role::Participant).told_leader(party, "alice");
        }
        scene.admit("alice", "bob").catch_up("bob");
        scene.act(
            "alice",
            Act::Admitted {
                seat: other.clone(),
                name: "other".to_owned(),
                ivk: ValueRecipe::IvkOf("other".to_owned()),
                announcement: announcement("other"),
                outdated: false,
            },
        );
        join_window(&mut scene, 0);
        scene.advance_all(10_000).settle().observe("alice").observe("bob");
        scene.act("alice", Act::Departed { seat: other });
        leave_window(&mut scene, 10_000);
        scene.advance_all(25_000).settle().observe("alice").observe("bob");
        for (party, role) in [("alice", "leader"), ("bob", "participant")] {
            let title = format!("Two {word}s whose IDs differ in case alone are two");
            drafts.alone(
                Draft::new(&format!("{word}s-apart-by-case-{role}"), &title)
                    .plays(party)
                    .tests(Rule::RosterFromList)
                    .tests(Rule::LeftShown),
                scene.clone(),
            );
        }
    }
}

/// Where names come from.
fn names(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    scene.share_board().observe("bob");
    drafts.common(
        Draft::new("server-names-agree", "A name that server and list agree on is shown")
            .plays("bob"),
        scene,
        &[(Rule::NamesFromList, "server-names-differ", "the name the server gives")],
    );
    let mut scene = three(&drafts.profile);
    scene.share_board().rename("bob", "carol", "Alice").observe("bob");
    let (from_list, from_server) = (
        Draft::new(
            "server-names-differ",
            "The name on the list is shown, whatever the server says",
        ),
        Draft::new("names-by-the-server", "The name the server gives is shown")
            .tests(Rule::RosterFromList),
    );
    if scene.has(Rule::NamesFromList) {
        drafts.decisive(Rule::NamesFromList, from_list.plays("bob"), scene);
    } else {
        scene.depart("alice", "carol").catch_up("bob").observe("bob");
        drafts.alone(from_server.plays("bob"), scene);
    }
    let mut scene = three(&drafts.profile);
    scene.rename("alice", "carol", "Caroline").catch_up("bob").observe("bob");
    drafts.alone(
        Draft::new("rename-shown", "A new name on the list is shown")
            .plays("bob")
            .tests(Rule::NamesFromList),
        scene,
    );
}

/// What the server says beside the list.
fn claims(drafts: &mut Drafts) {
    let with_dave = |profile: &Profile| {
        let mut scene = three(profile);
        scene.also(CastMember::new("dave", seat("dave"))).join("dave", Role::Participant);
        scene
    };
    let mut scene = with_dave(&drafts.profile);
    scene.admit("bob", "alice").admit("bob", "carol").observe("bob");
    drafts.common(
        Draft::new("listed-on-the-board", "Who is on the board and on the list is shown")
            .plays("bob"),
        scene,
        &[(Rule::RosterFromList, "unlisted-on-the-board", "who is on the board")],
    );
    let mut scene = with_dave(&drafts.profile);
    scene.admit("bob", "alice").admit("bob", "carol").admit("bob", "dave").observe("bob");
    scene.depart("bob", "carol").observe("bob");
    drafts.decisive(
        Rule::RosterFromList,
        Draft::new("unlisted-on-the-board", "Who is only on the board is not shown").plays("bob"),
        scene,
    );
}

/// Who is removed goes.
fn removed(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    scene.kick("alice", "carol").link("bob", "alice", 4);
    newest_heartbeat(&mut scene, "bob");
    scene.observe("bob");
    drafts.common(
        Draft::new("other-removed", "When somebody else is removed the others stay").plays("bob"),
        scene,
        &[(Rule::KickedLeaves, "oneself-removed", "who is removed")],
    );
    let mut scene = three(&drafts.profile);
    scene.kick("alice", "bob").link("bob", "alice", 4);
    newest_heartbeat(&mut scene, "bob");
    scene.refused(Rule::KickedLeaves).observe("bob");
    drafts.decisive(
        Rule::KickedLeaves,
        Draft::new("oneself-removed", "Who the certified list says was removed leaves")
            .plays("bob"),
        scene,
    );
    let mut scene = three(&drafts.profile);
    scene.depart("alice", "bob").link("bob", "alice", 4);
    newest_heartbeat(&mut scene, "bob");
    scene.observe("bob");
    drafts.alone(
        Draft::new("oneself-left", "Who the list says has left stays in the meeting")
            .plays("bob")
            .tests(Rule::KickedLeaves),
        scene,
    );
}

/// Who was removed and comes back reads of its removal, which was of an earlier join.
fn removed_and_back(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    scene.kick("alice", "bob").leave("bob").join("bob", Role::Participant);
    scene.told_leader("bob", "alice");
    let returned = scene.count("alice", MessageKind::Link) + 1;
    scene.admit("alice", "bob");
    for nth in 1..=returned {
        scene.link("bob", "alice", nth);
    }
    newest_heartbeat(&mut scene, "bob");
    scene.observe("bob");
    drafts.alone(
        Draft::new("removed-and-back", "A removal that an admission followed makes nobody leave")
            .plays("bob")
            .tests(Rule::KickedLeaves),
        scene,
    );
}

/// Who was removed hears nothing any more.
fn removed_hears_nothing(drafts: &mut Drafts) {
    if !drafts.profile.rules.contains(Rule::KickedLeaves) {
        return;
    }
    let mut scene = three(&drafts.profile);
    scene.run(20_000).send("alice", "before").kick("alice", "bob").link("bob", "alice", 4);
    newest_heartbeat(&mut scene, "bob");
    scene.refused(Rule::KickedLeaves);
    let heard =
        |text| Act::Packet { from: seat("alice"), stream: "audio".to_owned(), packet: text };
    scene.misfit("bob", heard(Recipe::Sent(Handle::packet("alice", 1))));
    drafts.alone(
        Draft::new("removed-hears-nothing", "Who was removed plays nothing any more")
            .plays("bob")
            .tests(Rule::KickedLeaves)
            .tests(Rule::RequestFits),
        scene,
    );
}
