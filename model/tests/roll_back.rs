//! Who has lost every key takes none that is older than what was certified.

mod common;

use common::{Room, seat};
use conclave_model::{
    client::Phase,
    machine::{Outcome, Party, Reject, StepError},
    script::{Act, Handle, MessageKind, Recipe},
    stage::Sent,
};
use conclave_spec::{Profile, Rule};

/// How many keys were sealed to bob.
fn sealed(room: &Room) -> u32 {
    let to_bob = |(_, it): &&(String, Sent<_>)| it.recipient() == Some("bob");
    u32::try_from(room.stage.sent().filter(to_bob).count()).unwrap()
}

fn keys_held(room: &Room) -> usize {
    let Phase::Joined(joined) = &room.stage.actor("bob").unwrap().state.phase else { return 0 };
    joined.ring.len()
}

fn offer(room: &mut Room, nth: u32) -> Result<Outcome, StepError> {
    let sealed = Recipe::Sent(Handle::sealed_key("alice", "bob", nth));
    room.play("bob", Act::SealedKey { sealed }).outcome
}

fn rolled_back() -> Result<Outcome, StepError> {
    Err(StepError::Refused(Reject { rule: Rule::SeqIncreases, by: Party::Server }))
}

/// Bob is present and has what was posted; mallory goes, which bob hears of as the caller says.
fn with_a_departure(profile: &Profile) -> (Room, u32) {
    let mut room = Room::seated(profile, &["alice", "bob", "mallory", "eve"], "dave");
    room.run(20_000);
    let given = sealed(&room);
    room.act("alice", Act::Kick { seat: seat("mallory") });
    assert_eq!(sealed(&room), given + 1, "the departure rotates");
    (room, given)
}

#[test]
fn rot_02_a_key_lost_to_the_certificate_does_not_come_back() {
    let (mut room, given) = with_a_departure(&Profile::hardened().without(Rule::LeaveWithoutKey));
    let link = room.newest("alice", MessageKind::Link, 0);
    room.act("bob", Act::Link { link });
    let heartbeat = room.newest("alice", MessageKind::Heartbeat, 0);
    room.act("bob", Act::Heartbeat { heartbeat });
    room.act("bob", Act::Advance { to_ms: 30_000 });
    assert_eq!(keys_held(&room), 0);
    for nth in 1..=given {
        assert_eq!(offer(&mut room, nth), rolled_back(), "key {nth} of {given}");
    }
    assert_eq!(offer(&mut room, given + 1), Ok(Outcome::Accepted));
}

#[test]
fn rot_02_a_key_dropped_with_its_leader_does_not_make_room_for_an_older_one() {
    for profile in [Profile::zoom_4_1(), Profile::hardened().without(Rule::LeaderBound)] {
        let (mut room, given) = with_a_departure(&profile);
        // The key comes, its heartbeat does not, and the one before it is erased.
        assert_eq!(offer(&mut room, given + 1), Ok(Outcome::Accepted));
        room.act("bob", Act::Advance { to_ms: 30_000 });
        for leader in ["eve", "alice"] {
            room.name_leader("bob", leader);
        }
        assert_eq!(keys_held(&room), if profile.id == "zoom-4.1" { 0 } else { 1 });
        for nth in 1..given {
            assert_eq!(offer(&mut room, nth), rolled_back(), "{}", profile.id);
        }
    }
}
