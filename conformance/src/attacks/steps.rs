//! What attacks have in common: a server that withholds, delays and lies.

use conclave_model::{
    harm::{Harm, Sign},
    message::{Role, Seat},
    script::MessageKind,
};

use crate::cases::scene::{Scene, seat};

/// How many links and heartbeats a party has posted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Posted {
    links: u32,
    beats: u32,
}

pub(super) fn posted(scene: &mut Scene, by: &str) -> Posted {
    let links = scene.count(by, MessageKind::Link);
    Posted { links, beats: scene.count(by, MessageKind::Heartbeat) }
}

/// The links and heartbeats that `by` posted since reach a participant; the keys do not.
pub(super) fn certify(scene: &mut Scene, party: &str, by: &str, since: Posted) {
    let now = posted(scene, by);
    certify_upto(scene, party, by, since, now);
    scene.misses(party);
}

/// Some of the links and heartbeats that `by` posted reach a participant.
pub(super) fn certify_upto(scene: &mut Scene, party: &str, by: &str, since: Posted, upto: Posted) {
    for nth in since.links + 1..=upto.links {
        scene.link(party, by, nth);
    }
    for nth in since.beats + 1..=upto.beats {
        scene.heartbeat(party, by, nth);
    }
}

/// Time passes for some, in steps of ten seconds; the leader beats, the others hear of it.
pub(super) fn goes_on(scene: &mut Scene, leader: &str, others: &[&str], from_ms: u64, to_ms: u64) {
    let mut now_ms = from_ms;
    while now_ms < to_ms {
        now_ms = (now_ms + 10_000).min(to_ms);
        scene.advance(leader, now_ms);
        for other in others {
            scene.advance(other, now_ms).catch_up(other);
        }
    }
}

/// The server names a new leader to itself and to some others, who get what it posts.
pub(super) fn hands_over(scene: &mut Scene, leader: &str, others: &[&str]) {
    scene.told_leader(leader, leader);
    for other in others {
        scene.told_leader(other, leader).catch_up(other);
    }
}

/// It becomes as late for one as it is for another.
pub(super) fn as_late(scene: &mut Scene, party: &str, as_for: &str) {
    let now_ms = scene.now_ms(as_for);
    if scene.now_ms(party) < now_ms {
        scene.advance(party, now_ms);
    }
}

/// Somebody joins and the leader is told.
pub(super) fn comes(scene: &mut Scene, party: &str, leader: &str) {
    as_late(scene, party, leader);
    scene.join(party, Role::Participant).told_leader(party, leader).admit(leader, party);
}

/// A party that is in the meeting says something.
pub(super) fn says(scene: &mut Scene, party: &str, text: &str) {
    if scene.is_inside(party) {
        scene.send(party, text);
    }
}

/// `spy` reads what `by` says.
pub(super) const fn reads(spy: &'static str, by: &'static str, text: &'static str) -> Harm {
    Harm::Reads { spy, by, text }
}

/// In the end, the roster of `at` shows `who` as present.
pub(super) fn listed(at: &'static str, who: &str) -> Sign {
    Sign::Line { at, who: seat(who), here: true, during: None }
}

/// In the end, the roster of `at` shows `who` as having left.
pub(super) fn gone(at: &'static str, who: &str) -> Sign {
    Sign::Line { at, who: seat(who), here: false, during: None }
}

/// While `at` says this, its roster shows `who` as present.
pub(super) fn listed_during(at: &'static str, who: &str, text: &'static str) -> Sign {
    Sign::Line { at, who: seat(who), here: true, during: Some(text) }
}

/// The roster of `at` shows `who` as present, and no client of that device is there.
pub(super) fn phantom(at: &'static str, who: Seat) -> Harm {
    Harm::Phantom { at, who }
}

/// A participant that was told who leads is admitted, and gets list and key: nothing of any other
/// meeting.
pub(super) fn meets(scene: &mut Scene, party: &str, leader: &str) {
    scene.admit(leader, party);
    certify(scene, party, leader, Posted::default());
    let key = scene.newest_sealed(leader, party);
    scene.sealed_from(party, key);
}
