//! What the nodes of a trace sent, to tell whether a message arrived as it was sent.

use std::{
    collections::HashMap,
    mem::{Discriminant, discriminant},
};

use conclave_model::message::Seat;

use super::{
    blame::{difference, shown},
    check::Wrong,
    format::{Commitment, Effect, Given},
};

/// What was sent, by the value that is like no other message's; links by place in their chain.
#[derive(Clone, Debug, Default)]
pub(super) struct Posted<'t> {
    messages: HashMap<Commitment, &'t Effect>,
    links: HashMap<(u32, Commitment), Vec<&'t Effect>>,
    /// What was sent in a gap and has been given to somebody.
    lost: Vec<Effect>,
}

/// By what something given is known again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mark {
    /// A link, by its place in its chain.
    Link(u32, Commitment),
    /// That a device has left.
    Gone(Seat),
    /// Any other message, by what it is and the value that is like no other's.
    Message(Discriminant<Given>, Commitment),
}

impl Mark {
    /// The mark of something that others can cause.
    pub(super) fn of(given: &Given) -> Option<Self> {
        if let Given::LinkArrived(link) = given {
            return Some(Self::Link(link.v, link.prev));
        }
        if let Given::Departed { seat } = given {
            return Some(Self::Gone(seat.clone()));
        }
        Some(Self::Message(discriminant(given), key_given(given)?))
    }
}

/// How a message came.
pub(super) enum Came {
    /// As a node sent it; or it is no message.
    AsSent,
    /// Otherwise than a node sent it.
    Changed(Wrong),
    /// No node sent it.
    Unsent,
}

impl<'t> Posted<'t> {
    /// A node sent this.
    pub(super) fn note(&mut self, effect: &'t Effect) {
        if let Effect::PostLink(link) = effect {
            self.links.entry((link.v, link.prev)).or_default().push(effect);
        } else if let Some(key) = key_of(effect) {
            self.messages.entry(key).or_insert(effect);
        }
    }

    /// A node sent this in a gap.
    pub(super) fn note_lost(&mut self, message: Effect) {
        self.lost.push(message);
    }

    /// How what a node was given came.
    pub(super) fn came(&self, given: &Given) -> Came {
        if !self.lost.is_empty() && message_of(given).is_some_and(|it| self.lost.contains(&it)) {
            return Came::AsSent;
        }
        if let Given::LinkArrived(link) = given {
            let sent = self.links.get(&(link.v, link.prev)).map(Vec::as_slice).unwrap_or_default();
            let is_it = |sent: &&&Effect| matches!(sent, Effect::PostLink(it) if it == link);
            return match (sent.iter().find(is_it), sent.first()) {
                (Some(_), _) => Came::AsSent,
                (None, Some(first)) => changed(first, given),
                (None, None) => Came::Unsent,
            };
        }
        let Some(key) = key_given(given) else { return Came::AsSent };
        match self.messages.get(&key) {
            None => Came::Unsent,
            Some(sent) if is_same(sent, given) => Came::AsSent,
            Some(sent) => changed(sent, given),
        }
    }
}

/// Whether a message was given as it was sent.
fn is_same(sent: &Effect, given: &Given) -> bool {
    match (sent, given) {
        (Effect::PostAnnouncement(sent), Given::LeaderNamed { announcement, .. }) => {
            sent == announcement
        }
        (Effect::PostAnnouncement(sent), Given::Admitted(it)) => *sent == it.announcement,
        (Effect::PostNonce(sent), Given::NonceArrived { nonce, .. }) => sent == nonce,
        (Effect::PostHeartbeat(sent), Given::HeartbeatArrived(it)) => sent == it,
        (Effect::PostLockRequest(sent), Given::LockRequested(it)) => sent == it,
        (Effect::PostSealedKey(sent), Given::KeyOffered { sealed }) => sent == sealed,
        (
            Effect::Transmit { stream, packet },
            Given::PacketArrived { stream: as_said, packet: it, .. },
        ) => stream == as_said && packet == it,
        (_, _) => false,
    }
}

/// The value of what was given that no other message has.
fn key_given(given: &Given) -> Option<Commitment> {
    match given {
        Given::LeaderNamed { announcement, .. } => Some(announcement.sig),
        Given::Admitted(it) => Some(it.announcement.sig),
        Given::NonceArrived { nonce, .. } => Some(*nonce),
        Given::HeartbeatArrived(it) => Some(it.sig),
        Given::LockRequested(it) => Some(it.sig),
        Given::KeyOffered { sealed } => Some(sealed.sealed.ciphertext),
        Given::PacketArrived { packet, .. } => Some(packet.body),
        Given::Tick
        | Given::Join { .. }
        | Given::Departed { .. }
        | Given::Renamed { .. }
        | Given::LinkArrived(_)
        | Given::LockClaimed { .. }
        | Given::RoomClaimed { .. }
        | Given::SetLock { .. }
        | Given::Kick { .. }
        | Given::Malformed { .. }
        | Given::Send { .. }
        | Given::Leave
        | Given::StepOut
        | Given::MeetingEnded => None,
    }
}

fn changed(sent: &Effect, given: &Given) -> Came {
    let came = message_of(given);
    let found = difference(&shown(sent), &shown(&came)).unwrap_or_default();
    let (path, sent, came) = found;
    Came::Changed(Wrong::order(&format!("as it was sent: {path}"), &sent, &came))
}

/// The value of a message that no other message has.
fn key_of(effect: &Effect) -> Option<Commitment> {
    match effect {
        Effect::PostAnnouncement(it) => Some(it.sig),
        Effect::PostSealedKey(it) => Some(it.sealed.ciphertext),
        Effect::PostNonce(nonce) => Some(*nonce),
        Effect::PostHeartbeat(it) => Some(it.sig),
        Effect::PostLockRequest(it) => Some(it.sig),
        Effect::Transmit { packet, .. } => Some(packet.body),
        Effect::PostLink(_)
        | Effect::Render { .. }
        | Effect::ShowSecurityCode(_)
        | Effect::ShowLeaderChanged { .. }
        | Effect::ShowUnlockWarning
        | Effect::ShowLeft => None,
    }
}

/// What somebody must have done for a node to be given this.
pub(super) fn message_of(given: &Given) -> Option<Effect> {
    Some(match given {
        Given::LeaderNamed { announcement, .. } => Effect::PostAnnouncement(announcement.clone()),
        Given::Admitted(it) => Effect::PostAnnouncement(it.announcement.clone()),
        Given::NonceArrived { nonce, .. } => Effect::PostNonce(*nonce),
        Given::LinkArrived(link) => Effect::PostLink(link.clone()),
        Given::HeartbeatArrived(it) => Effect::PostHeartbeat(it.clone()),
        Given::LockRequested(it) => Effect::PostLockRequest(it.clone()),
        Given::KeyOffered { sealed } => Effect::PostSealedKey(sealed.clone()),
        Given::PacketArrived { stream, packet, .. } => {
            Effect::Transmit { stream: stream.clone(), packet: packet.clone() }
        }
        Given::Tick
        | Given::Join { .. }
        | Given::Departed { .. }
        | Given::Renamed { .. }
        | Given::LockClaimed { .. }
        | Given::RoomClaimed { .. }
        | Given::SetLock { .. }
        | Given::Kick { .. }
        | Given::Malformed { .. }
        | Given::Send { .. }
        | Given::Leave
        | Given::StepOut
        | Given::MeetingEnded => return None,
    })
}
