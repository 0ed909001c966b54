//! Attacks on who goes to a breakout room and comes back.

use conclave_model::{
    harm::{Harm, Sign},
    message::{Meeting, Role},
    script::{Act, CastMember, Handle, MessageKind, Recipe, ValueRecipe},
};
use conclave_spec::{Profile, Rule};

use super::{
    D, Entry, Evidence, Expected, NA, Play, play, refused,
    steps::{gone, meets, reads, says},
    voiced,
};
use crate::cases::scene::{Scene, meeting, next_instance, seat};

/// A device of the attacker under Alice's name.
const AS_ALICE: &str = "alice@laptop";

/// Who comes back knows with which keys its leader is on the list.
const CONTINUES: Expected = voiced(&[Rule::ReturnContinues], Rule::LeaderBound);
const SAME_MEETING: Expected = refused(&[Rule::ReturnsToMeeting]);

pub(super) const ALL: [Entry; 3] = [
    Entry {
        id: "ATK-ZM-28",
        title: "Breakout room redirected",
        evidence: Evidence::Stated,
        source: "3.3, 3.9; 4.6, subsec:bor",
        attacker: "insider",
        goal: "CODE, and who speaks",
        story: "Bob goes to a breakout room and is to be let into the main meeting again, which is \
                locked. The server puts him into a meeting of its own with the same names, led by a \
                device under the host's name, which speaks to all rooms.",
        note: "Admitted: who is in a room sees neither the code of the main meeting nor a notice that \
               another leads, and is to compare codes again on return. A client that goes on with the \
               list it left refuses the leader (R-95).",
        needs: &[Rule::InRoomShown],
        expected: [NA, NA, NA, D, D, D, D, D, CONTINUES],
        play: redirected,
    },
    Entry {
        id: "ATK-ZM-28B",
        title: "Back in another instance",
        evidence: Evidence::Stated,
        source: "3.3, 3.9; 4.6, subsec:bor",
        attacker: "insider",
        goal: "CODE, and who speaks",
        story: "As ATK-ZM-28, with another instance of the meeting.",
        note: "",
        needs: &[Rule::InRoomShown],
        expected: [NA, NA, NA, D, D, D, D, D, SAME_MEETING],
        play: another_instance,
    },
    Entry {
        id: "ATK-ZM-29",
        title: "Hidden in a breakout room",
        evidence: Evidence::Stated,
        source: "3.3, 3.9; 4.6, subsec:bor",
        attacker: "outsider with an account",
        goal: "ROSTER",
        story: "Carol has left. Somebody joins the open meeting under her name and goes to a breakout \
                room at once, where no camera shows it; it hears what the host says to all rooms.",
        note: "Admitted. The name stands twice on the list, as having left and as in a breakout room.",
        needs: &[Rule::InRoomShown],
        expected: [NA, NA, NA, D, D, D, D, D, D],
        play: hidden,
    },
];

fn redirected(profile: &Profile) -> Play {
    redirected_to(profile, &meeting())
}

fn another_instance(profile: &Profile) -> Play {
    redirected_to(profile, &next_instance())
}

fn redirected_to(profile: &Profile, elsewhere: &Meeting) -> Play {
    const BROADCAST: &str = "all rooms: send me the draft";
    const TEXT: &str = "here it is";
    const APART: &str = "where is Bob?";
    let mut scene = Scene::seated(profile, &["alice", "bob", "carol"]);
    scene.also(CastMember::new(AS_ALICE, seat(AS_ALICE)));
    scene.run(20_000).set_lock("alice", true).settle().step_out("bob");
    scene.depart("alice", "bob").room_claim("alice", "bob", true).catch_up("carol");
    scene.join_instance(AS_ALICE, Role::Leader, elsewhere.clone());
    let joins = scene.steps();
    scene.join_instance("bob", Role::Participant, elsewhere.clone());
    let told = scene.steps();
    // A client that was put nowhere has announced nothing.
    if scene.is_inside("bob") {
        scene.told_leader("bob", AS_ALICE);
        meets(&mut scene, "bob", AS_ALICE);
    }
    scene.advance(AS_ALICE, 25_000).advance("bob", 25_000);
    says(&mut scene, AS_ALICE, BROADCAST);
    if scene.is_inside("bob") {
        hears(&mut scene, "bob", AS_ALICE);
    }
    says(&mut scene, "bob", TEXT);
    says(&mut scene, "carol", APART);
    let decisive = if *elsewhere == meeting() { told } else { joins };
    let harms = [Harm::SpokenFor { listener: "bob", who: "alice" }, reads(AS_ALICE, "bob", TEXT)];
    play(scene, "bob", decisive, &harms)
        .shown(&[Sign::CodesDiffer { one: "alice", other: "bob" }])
        .never(&[Harm::Unseen { by: "bob", spy: AS_ALICE }, reads(AS_ALICE, "carol", APART)])
}

/// The last packet of a party reaches another.
fn hears(scene: &mut Scene, party: &str, from: &str) {
    let said = scene.count(from, MessageKind::Packet);
    scene.packet(party, from, said);
}

fn hidden(profile: &Profile) -> Play {
    const BEFORE: &str = "before anybody came";
    const BROADCAST: &str = "all rooms: five minutes";
    let mut scene = Scene::seated(profile, &["alice", "bob", "carol"]);
    scene.also(CastMember::new("mallory", seat("mallory"))).run(20_000);
    scene.leave("carol").depart("alice", "carol").settle();
    says(&mut scene, "alice", BEFORE);
    scene.run(40_000);
    let decisive = scene.steps();
    comes_as_carol(&mut scene);
    scene.settle().step_out("mallory").depart("alice", "mallory").settle();
    for party in ["alice", "bob"] {
        scene.room_claim(party, "mallory", true);
    }
    comes_as_carol(&mut scene);
    scene.settle().run(70_000);
    says(&mut scene, "alice", BROADCAST);
    play(scene, "bob", decisive, &[reads("mallory", "alice", BROADCAST)])
        .shown(&[gone("bob", "carol"), Sign::InRoom { at: "bob", who: seat("mallory") }])
        .never(&[
            Harm::Unseen { by: "alice", spy: "mallory" },
            Harm::Unlisted { at: "bob", spy: "mallory" },
            reads("mallory", "alice", BEFORE),
        ])
}

/// Mallory joins under Carol's name, and Alice is told.
fn comes_as_carol(scene: &mut Scene) {
    let name = "carol".to_owned();
    let join = Act::Join { meeting: meeting(), role: Role::Participant, name: name.clone() };
    scene.act("mallory", join).told_leader("mallory", "alice").nonce("alice", "mallory");
    let nth = scene.joins_of("mallory");
    let announcement = Recipe::Sent(Handle::announcement("mallory", nth));
    let ivk = ValueRecipe::IvkOf("mallory".to_owned());
    let seat = seat("mallory");
    scene.act("alice", Act::Admitted { seat, name, ivk, announcement, outdated: false });
}
