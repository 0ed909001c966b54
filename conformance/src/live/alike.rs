//! Comparing what a client does where its bytes are its own.

use conclave_model::message::{Entry, Link, Operation, Seat};
use conclave_spec::{Octets, RuleSet};

use crate::{
    judge::{beat, reader},
    protocol::{Effect, Payload},
};

/// Whether two effects are the same but for values the client draws itself. `rules` are those of
/// its profile.
#[must_use]
pub fn alike(rules: RuleSet, one: &Effect, other: &Effect) -> bool {
    match (one, other) {
        (Effect::PostAnnouncement { .. }, Effect::PostAnnouncement { .. })
        | (Effect::PostNonce { .. }, Effect::PostNonce { .. }) => true,
        (
            Effect::PostSealedKey { user_id, hardware_id, .. },
            Effect::PostSealedKey { user_id: user, hardware_id: device, .. },
        ) => user_id == user && hardware_id == device,
        (Effect::PostLink { link }, Effect::PostLink { link: other }) => {
            let (one, other) = (link_shown(rules, link), link_shown(rules, other));
            one.is_some() && one == other
        }
        (Effect::PostHeartbeat { .. }, Effect::PostHeartbeat { .. }) => {
            let (one, other) = (beat(rules, one), beat(rules, other));
            one.zip(other).is_some_and(|(one, other)| one.certifies_as(other))
        }
        (Effect::PostLockRequest { request }, Effect::PostLockRequest { request: other }) => {
            let wish = |payload: &Payload| {
                let request = reader(rules, payload).lock_request(payload).ok()?.ok()?;
                Some((request.seat, request.operation))
            };
            wish(request).is_some() && wish(request) == wish(other)
        }
        (
            Effect::Transmit { stream, packet },
            Effect::Transmit { stream: other_stream, packet: other_packet },
        ) => stream == other_stream && header(packet) == header(other_packet),
        (one, other) => one == other,
    }
}

/// The number and counter a packet shows.
fn header(packet: &Payload) -> Option<(u32, u64)> {
    let packet = reader(RuleSet::all(), packet).packet(packet).ok()?.ok()?;
    Some((packet.mk_seq, packet.counter))
}

/// A device on the list: who, its name, whether it is present, how often it left.
type Shown = (Seat, String, &'static str, u32);

/// What a link says but for keys and hashes: its counter, its operation, and whom it names.
fn link_shown(rules: RuleSet, payload: &Payload) -> Option<(u32, &'static str, Vec<Shown>)> {
    let link: Link<Octets> = reader(rules, payload).link(payload).ok()?.ok()?;
    let word = link.operation.word();
    let bare = |seat: &Seat, name: &str| vec![(seat.clone(), name.to_owned(), "", 0)];
    let entry = |(seat, entry): (&Seat, &Entry<Octets>)| {
        (seat.clone(), entry.name.clone(), entry.standing.word(), entry.leaves)
    };
    let shown = match &link.operation {
        Operation::Add { seat, name, .. } | Operation::Rename { seat, name } => bare(seat, name),
        Operation::Left { seat } | Operation::Kicked { seat } => bare(seat, ""),
        Operation::Lock | Operation::Unlock => Vec::new(),
        Operation::Snapshot { entries, .. } => entries.iter().map(entry).collect(),
    };
    Some((link.v, word, shown))
}
