//! BRK: breakout rooms. A room is a meeting of its own; what is special is how those in it are shown
//! in the main meeting, and the way back.

use conclave_model::{
    message::{Meeting, Role},
    script::{Act, CastMember, MessageKind, ValueRecipe},
};
use conclave_spec::Rule;

use super::{
    Draft, Drafts,
    rotation::leave_window,
    scene::{Scene, announcement, heartbeat, link, meeting, next_instance, seat},
};

mod returns;

pub(super) fn drafts(drafts: &mut Drafts) {
    if !drafts.profile.rules.contains(Rule::InRoomShown) {
        return without_rooms(drafts);
    }
    shown(drafts);
    of_others(drafts);
    comes_and_goes(drafts);
    counted(drafts);
    moves(drafts);
    returns::drafts(drafts);
}

const CAST: [&str; 3] = ["alice", "bob", "carol"];

fn seated(drafts: &Drafts) -> Scene {
    Scene::seated(&drafts.profile, &CAST)
}

/// Where meetings have no rooms, nobody is shown in one.
fn without_rooms(drafts: &mut Drafts) {
    for (name, plays) in [("no-rooms-for-leader", "alice"), ("no-rooms-for-member", "bob")] {
        let mut scene = seated(drafts);
        scene.room_claim(plays, "carol", true).observe(plays).run(10_000).observe(plays);
        let title = "Where meetings have no breakout rooms, nobody is shown in one";
        drafts.alone(Draft::new(name, title).plays(plays).tests(Rule::RosterFromList), scene);
    }
}

/// The server says of Carol that she is in a room, or that she is not.
fn shown(drafts: &mut Drafts) {
    for (party, common, decisive) in [
        ("bob", "in-no-room", "in-a-room"),
        ("alice", "in-no-room-for-leader", "in-a-room-for-leader"),
    ] {
        let mut scene = seated(drafts);
        scene.room_claim(party, "carol", false).observe(party);
        drafts.common(
            Draft::new(common, "Who is in no breakout room is shown as present").plays(party),
            scene,
            &[(Rule::InRoomShown, decisive, "what the server says")],
        );
        let mut scene = seated(drafts);
        scene.room_claim(party, "carol", true).observe(party);
        drafts.decisive(
            Rule::InRoomShown,
            Draft::new(decisive, "Who is in a breakout room is shown as being there").plays(party),
            scene,
        );
    }
    let mut scene = seated(drafts);
    scene.room_claim("bob", "carol", true).room_claim("bob", "carol", true).observe("bob");
    scene.room_claim("bob", "carol", false).observe("bob");
    scene.room_claim("bob", "carol", false).observe("bob");
    drafts.alone(
        draft("back-from-a-room", "Who has come from a room is shown as present again", "bob"),
        scene,
    );
}

fn draft(name: &str, title: &str, plays: &str) -> Draft {
    Draft::new(name, title).plays(plays).tests(Rule::InRoomShown)
}

/// What the server says of rooms puts nobody on the roster and takes nobody from it.
fn of_others(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.also(CastMember::new("mallory", seat("mallory")));
    scene.room_claim("bob", "mallory", true).room_claim("bob", "bob", true).observe("bob");
    scene.run(20_000).observe("bob");
    drafts.alone(
        draft("room-of-a-stranger", "Who is not on the list is shown in no room either", "bob")
            .tests(Rule::RosterFromList),
        scene,
    );
    let mut scene = seated(drafts);
    scene.room_claim("bob", "carol", true);
    scene.run(20_000).depart("alice", "carol").settle().observe("bob");
    scene.run(60_000).observe("bob");
    drafts.alone(
        draft("room-of-somebody-gone", "Who has left is shown as that, in no room", "bob")
            .tests(Rule::LeftShown),
        scene,
    );
    let mut scene = seated(drafts);
    scene.run(20_000).depart("alice", "carol").settle().run(40_000);
    scene.also(CastMember::new("mallory", seat("mallory"))).run(50_000);
    scene.join("mallory", Role::Participant).told_leader("mallory", "alice");
    let act = Act::Admitted {
        seat: seat("mallory"),
        name: "carol".to_owned(),
        ivk: ValueRecipe::IvkOf("mallory".to_owned()),
        announcement: announcement("mallory"),
        outdated: false,
    };
    scene.nonce("alice", "mallory").act("alice", act).settle().run(70_000);
    scene.room_claim("bob", "mallory", true).observe("bob");
    drafts.alone(
        draft("two-of-one-name", "Two of one name, gone and in a room, are two lines", "bob")
            .tests(Rule::LeftShown)
            .tests(Rule::NamesFromList),
        scene,
    );
}

/// By then a rotated key is in use.
const IN_USE_MS: u64 = 5_000;

/// A leader hears, long after its last rotation, that somebody left; everybody uses the key made for it.
fn goes(scene: &mut Scene, leader: &str, who: &str) {
    let now_ms = scene.now_ms(leader);
    scene.depart(leader, who);
    leave_window(scene, now_ms);
    let params = scene.profile().params;
    let until_ms = now_ms + u64::from(params.leave_rotation_ms_max);
    // Whenever the leader rotated, its next rotation is not throttled.
    let throttled = scene.has(Rule::RotationThrottled);
    let pause_ms = if throttled { params.rotation_interval_ms_min } else { 0 };
    scene.advance_all(until_ms).settle().run(until_ms + u64::from(pause_ms) + IN_USE_MS);
}

/// Somebody joins, the leader lets it in, and everybody uses the key made for it.
fn comes(scene: &mut Scene, leader: &str, who: &str, meeting: Meeting) {
    let now_ms = scene.now_ms(leader);
    scene.join_instance(who, Role::Participant, meeting).told_leader(who, leader);
    scene.admit(leader, who);
    let params = scene.profile().params;
    let throttled = scene.has(Rule::RotationThrottled);
    let wait_ms =
        if throttled { params.rotation_interval_ms_min } else { params.join_batch_ms_max };
    let until_ms = now_ms + u64::from(wait_ms);
    if throttled {
        scene.settle().advance(leader, until_ms);
        scene.within((now_ms, until_ms), Rule::RotationThrottled, Rule::RotateOnJoin);
    }
    scene.advance_all(until_ms).settle().run(until_ms + IN_USE_MS);
}

/// Carol goes to a room: she leaves, and the leader lets her in again.
fn comes_and_goes(drafts: &mut Drafts) {
    for plays in ["alice", "bob"] {
        let mut scene = seated(drafts);
        scene.run(60_000).step_out("carol").room_claim(plays, "carol", true);
        goes(&mut scene, "alice", "carol");
        scene.observe(plays);
        comes(&mut scene, "alice", "carol", meeting());
        scene.observe(plays);
        let name = format!("goes-to-a-room-{plays}");
        let title = "Who goes to a room leaves, is let in again and is shown in the room";
        drafts.alone(draft(&name, title, plays).tests(Rule::LeaveListed), scene);
    }
}

/// A visit to a room is two leaves (reading R-138).
fn counted(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    for visit in 1..=2 {
        for in_room in [true, false] {
            scene.step_out("carol").room_claim("bob", "carol", in_room).depart("alice", "carol");
            scene.settle().join("carol", Role::Participant).told_leader("carol", "alice");
            scene.admit("alice", "carol").settle();
        }
        scene.observe("bob").run(visit * 60_000);
    }
    drafts.alone(
        draft("visits-are-leaves", "Who was in a room twice has left four times", "bob")
            .tests(Rule::LeavesCounted),
        scene,
    );
}

/// Both meetings rotate: each leader sees a leave or a join.
fn moves(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.run(60_000).step_out("carol");
    goes(&mut scene, "alice", "carol");
    comes(&mut scene, "alice", "carol", meeting());
    scene.send("alice", "to all rooms").observe("alice");
    drafts.alone(
        draft("a-move-rotates", "The main meeting rotates as somebody goes to a room", "alice")
            .tests(Rule::RotateOnLeave)
            .tests(Rule::SealToListed),
        scene,
    );
    let room = Meeting { id: "93017455128-room-1".to_owned(), ..next_instance() };
    let mut scene = Scene::of(&drafts.profile, &CAST);
    scene.join_instance("carol", Role::Leader, room.clone());
    comes(&mut scene, "carol", "bob", room.clone());
    comes(&mut scene, "carol", "alice", room.clone());
    scene.send("carol", "among us");
    let said = scene.count("carol", MessageKind::Packet);
    scene.packet("bob", "carol", said).observe("bob").observe("carol");
    for plays in ["bob", "carol"] {
        let title = "A room goes on like any meeting, with a leader, a list and keys";
        let draft = Draft::new(&format!("a-room-{plays}"), title).plays(plays);
        drafts.alone(draft.tests(Rule::JoinListed), scene.clone());
    }
    apart(drafts, room);
}

/// Bob's device is in both meetings; nothing of the room counts in the main one.
fn apart(drafts: &mut Drafts, room: Meeting) {
    const IN_ROOM: &str = "bob in the room";
    let mut scene = seated(drafts);
    let twin = CastMember {
        same_device_as: Some("bob".to_owned()),
        ..CastMember::new(IN_ROOM, seat("bob"))
    };
    scene.also(twin).also(CastMember::new("erin", seat("erin"))).run(20_000);
    scene.join_instance("erin", Role::Leader, room.clone());
    scene.join_instance(IN_ROOM, Role::Participant, room).told_leader(IN_ROOM, "erin");
    let announcement = announcement(IN_ROOM);
    scene.nonce_as("erin", "bob", IN_ROOM);
    let (seat_of, name) = (seat("bob"), "bob".to_owned());
    let ivk = ValueRecipe::IvkOf(IN_ROOM.to_owned());
    let act = Act::Admitted { seat: seat_of, name, ivk, announcement, outdated: false };
    scene.act("erin", act);
    let key = scene.newest_sealed("erin", "bob");
    scene.act("bob", Act::Link { link: link("erin", 1) }).refused(Rule::LinkChains);
    scene.act("bob", Act::Heartbeat { heartbeat: heartbeat("erin", 1) });
    scene.refused(Rule::HeartbeatVerifies);
    scene.sealed_from("bob", key).refused(Rule::SealOpens).observe("bob");
    drafts.alone(
        Draft::new("room-and-main-meeting", "Nothing of a room counts in the main meeting")
            .plays("bob")
            .tests(Rule::SealOpens)
            .tests(Rule::HeartbeatVerifies),
        scene,
    );
}

#[cfg(test)]
mod tests {
    use conclave_spec::rules::Area;

    use crate::cases::pairs;

    #[test]
    fn the_reference_bears_out_every_case_and_every_pair_is_decisive() {
        assert_eq!(pairs::problems_of(Area::Breakout), Vec::<String>::new());
    }
}
