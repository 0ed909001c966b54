//! Two numbers of versions 1 and 2, which have no profile, in 2.3.1 (`docs/versions-1-and-2.md`, rows
//! 18 and 19).

mod common;

use common::{Room, seat};
use conclave_model::{algebra::Term, client::Phase, machine::Effect, script::Act};
use conclave_spec::{Params, Profile};

/// Everybody speaks under the newest key by then.
const SETTLED_MS: u64 = 60_000;

/// 2.3.1 with other numbers.
fn with(change: impl Fn(Params) -> Params) -> Profile {
    let profile = Profile::zoom_2_3_1();
    Profile { params: change(profile.params), ..profile }
}

fn seated(profile: &Profile) -> Room {
    let mut room = Room::seated(profile, &["alice", "bob", "carol", "dave"], "erin");
    room.run(SETTLED_MS);
    room
}

/// The number of the key that a party speaks under.
fn speaks_under(room: &mut Room, party: &str) -> u32 {
    let act = Act::Send { stream: "audio".to_owned(), text: "words".to_owned() };
    let sent = room.play(party, act).effects.into_iter().find_map(|(_, effect)| packet(effect));
    sent.expect("a packet")
}

fn packet(effect: Effect<Term>) -> Option<u32> {
    if let Effect::Transmit { packet, .. } = effect { Some(packet.mk_seq) } else { None }
}

/// How long after it was given a new key a participant begins to speak under it.
fn waits_ms(profile: &Profile) -> u64 {
    let before = speaks_under(&mut seated(profile), "bob");
    let given_ms = (0..).map(|second| SETTLED_MS + second * 1_000);
    // Played anew for each second, as time does not run back.
    let used_ms = given_ms.take(60).find(|to_ms| {
        let mut room = seated(profile);
        room.act("alice", Act::Departed { seat: seat("carol") });
        room.settle();
        room.run(*to_ms);
        speaks_under(&mut room, "bob") > before
    });
    used_ms.expect("the new key is used at last") - SETTLED_MS
}

/// Row 18: about fifteen seconds, not two. The old key has to live longer than that: with the ten
/// seconds of R-06 the client would have nothing to speak under for five.
#[test]
fn a_new_key_waits_fifteen_seconds() {
    let older = with(|params| Params {
        use_wait_ms: 15_000,
        use_wait_ms_min: 15_000,
        use_wait_ms_max: 15_000,
        old_key_ms: 20_000,
        ..params
    });
    assert_eq!((waits_ms(&Profile::zoom_2_3_1()), waits_ms(&older)), (2_000, 15_000));
}

/// How long a participant that hears nothing more stays.
fn stays_ms(profile: &Profile) -> u64 {
    let mut room = seated(profile);
    for second in 1..=200 {
        room.act("bob", Act::Advance { to_ms: SETTLED_MS + second * 1_000 });
        if matches!(room.stage.actor("bob").unwrap().state.phase, Phase::Left) {
            return second * 1_000;
        }
    }
    panic!("it stays");
}

/// Row 19: four heartbeats missing, not ten.
#[test]
fn four_heartbeats_missing_are_enough() {
    let older = with(|params| Params { silence_ms: 40_000, silence_ms_max: 44_000, ..params });
    assert_eq!((stays_ms(&Profile::zoom_2_3_1()), stays_ms(&older)), (100_000, 40_000));
}
