//! What a client remembers. Ages and deadlines only, never instants, so that equal situations are
//! equal states.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use conclave_spec::BoxSuite;

use super::list::List;
use crate::{
    algebra::{BoxSecret, Pair, Purpose, Side},
    message::{Announcement, Link, LockOperation, Meeting, SealedKey, Seat},
    shared::SharedMap,
};

/// The whole state of a client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State<V> {
    /// The name under which this client draws random values.
    pub party: String,
    /// Who and what device this is.
    pub seat: Seat,
    /// The secret signing key of the device.
    pub identity: V,
    /// The public key that belongs to it.
    pub ivk: V,
    /// How many random values were drawn, by purpose.
    pub drawn: BTreeMap<Purpose, u32>,
    /// The client's clock, in milliseconds. Stands still where no heartbeat names it, so that equal
    /// situations are equal states.
    pub clock_ms: u64,
    /// Packet counters. Not secret, and kept when the client leaves.
    pub counters: Counters,
    /// In a meeting or not.
    pub phase: Phase<V>,
    /// What a client that stepped out goes on with when it comes back, until it has caught up. Empty
    /// unless it is to.
    pub away: Option<Box<Away<V>>>,
    /// Secrets that a client without the erasure rules keeps from earlier meetings. Empty in
    /// every conforming client.
    pub kept: Kept<V>,
}

/// The packet counters used and seen, by meeting instance. A key may come back in a later join, so
/// they are never dropped (readings ).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Counters {
    /// The next counter to send, by number of the key and message type.
    pub next: BTreeMap<(Meeting, u32, String), u64>,
    /// The counters seen, by number of the key, sender and message type. The hardware ID is empty
    /// where a stream belongs to a user and not to a device.
    pub seen: BTreeMap<(Meeting, u32, Seat, String), CountersSeen>,
}

/// Secrets of past meetings. Empty unless an erasure rule is missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kept<V> {
    /// Meeting keys.
    pub keys: Vec<HeldKey<V>>,
    /// Ephemeral secrets with their public keys.
    pub ephemerals: Vec<Ephemeral<V>>,
}

impl<V> Default for Kept<V> {
    fn default() -> Self {
        Self { keys: Vec::new(), ephemerals: Vec::new() }
    }
}

/// What a client that stepped out knows of its meeting (reading R-95). Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Away<V> {
    /// The meeting instance.
    pub meeting: Meeting,
    /// The list as last certified.
    pub list: Arc<List<V>>,
    /// The last heartbeat.
    pub chain: Chain<V>,
    /// Who led.
    pub leader: Option<Led<V>>,
    /// Whether the leader had changed since the last heartbeat.
    pub changed: bool,
}

/// Somebody who led, as far as another is told from it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Led<V> {
    /// The device.
    pub seat: Seat,
    /// Its identity key and its announced key.
    pub side: Side<V>,
}

/// In a meeting or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase<V> {
    /// Has joined no meeting yet.
    Outside,
    /// In a meeting.
    Joined(Box<Joined<V>>),
    /// Has left the last meeting.
    Left,
}

/// What a client knows while in a meeting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Joined<V> {
    /// The meeting instance.
    pub meeting: Meeting,
    /// The display name of this device.
    pub name: String,
    /// The key pair of this join.
    pub ephemeral: Ephemeral<V>,
    /// The list: a leader's own, or as the last heartbeat certified it.
    pub list: Arc<List<V>>,
    /// The last heartbeat sent or taken.
    pub chain: Chain<V>,
    /// What others announced, as far as the server handed it on.
    pub board: SharedMap<Seat, Posted<V>>,
    /// The two newest liveness nonces of others, oldest first.
    pub nonces: SharedMap<Seat, Vec<V>>,
    /// Who is in a breakout room, as the server says.
    pub rooms: BTreeSet<Seat>,
    /// The display names the server gave.
    pub names: SharedMap<Seat, String>,
    /// The liveness nonces of this client that still count, oldest first.
    pub own_nonces: Vec<V>,
    /// Time until the next nonce, in milliseconds.
    pub nonce_in_ms: Option<u32>,
    /// Who has left and up to which number they know the keys.
    pub lingering: BTreeMap<Seat, u32>,
    /// The meeting keys held, oldest first.
    pub ring: Vec<HeldKey<V>>,
    /// The security code shown.
    pub security_code: Option<V>,
    /// What only a leader or only a participant knows.
    pub role: RoleState<V>,
}

/// The last heartbeat sent or taken, as far as the next one depends on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chain<V> {
    /// Its send counter; 0 when its leader leads no more.
    pub t: u32,
    /// The number of the newest key certified.
    pub mk_seq: u32,
    /// Its hash.
    pub hash: V,
    /// Its timestamp; 0 when its leader leads no more.
    pub timestamp_ms: u64,
    /// Whether there was one since joining; of who came back, one that lists this join.
    pub begun: bool,
}

/// What a device announced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Posted<V> {
    /// The identity key the key server serves for it.
    pub ivk: V,
    /// Its announcement.
    pub announcement: Announcement<V>,
    /// Whether the server says that its client is outdated.
    pub outdated: bool,
}

/// An ephemeral key pair.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ephemeral<V> {
    /// The secret half.
    pub secret: BoxSecret<V>,
    /// The announced half.
    pub pk: V,
}

/// What only a leader or only a participant knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleState<V> {
    /// Distributes the key.
    Leader(Leader<V>),
    /// Receives it.
    Participant(Participant<V>),
}

/// What a leader knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Leader<V> {
    /// The devices it seals to.
    pub members: SharedMap<Seat, Member<V>>,
    /// Members that lack the newest key because their nonce has not arrived.
    pub unserved: Vec<Seat>,
    /// Members that joined again unnoticed, and whose nonces may be those of before.
    pub rejoined: Vec<Seat>,
    /// Time until a rotation that is due, in milliseconds.
    pub rotation_in_ms: Option<u32>,
    /// Time until a heartbeat is due, in milliseconds.
    pub beat_in_ms: Option<u32>,
}

/// A device with a verified announcement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member<V> {
    /// The keys of both sides, the leader being the sender.
    pub pair: Arc<Pair<V>>,
    /// The box the leader uses for it.
    pub suite: BoxSuite,
}

/// What a participant knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Participant<V> {
    /// The leader whose announcement verified.
    pub leader: Option<KnownLeader<V>>,
    /// Who led when this client stepped out, until a leader is named again.
    pub led_before: Option<Box<Led<V>>>,
    /// Whether the leader changed since the last heartbeat taken.
    pub changed: bool,
    /// Links taken that no heartbeat has certified.
    pub ahead: Vec<Ahead<V>>,
    /// Time until the client leaves for want of heartbeats, in milliseconds.
    pub silence_in_ms: Option<u32>,
    /// The heartbeat against which the leader's clock is measured.
    pub anchor: Option<Anchor>,
    /// Whether a certified number still calls for a key. Only where the seal carries no number.
    pub key_called_for: bool,
    /// A sealed key that came before its number. Only where the seal carries no number.
    pub held_back: Option<SealedKey<V>>,
    /// What this client, as a co-host, asked for and has not seen come true.
    pub wish: Option<Wish<V>>,
}

/// A link that no heartbeat has certified, with the list after it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ahead<V> {
    /// The link.
    pub link: Link<V>,
    /// The list after it.
    pub list: Arc<List<V>>,
}

/// The heartbeat against which the leader's clock is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor {
    /// Its timestamp.
    pub timestamp_ms: u64,
    /// How long ago it was taken, in milliseconds.
    pub age_ms: u32,
}

/// What a co-host asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wish<V> {
    /// What.
    pub operation: LockOperation,
    /// The link hash its last request names.
    pub link_hash: V,
}

/// A leader whose announcement verified.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KnownLeader<V> {
    /// Who leads.
    pub seat: Seat,
    /// The keys of both sides, the leader being the sender.
    pub pair: Pair<V>,
}

/// A meeting key and what was done under it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeldKey<V> {
    /// Its number.
    pub mk_seq: u32,
    /// The key.
    pub meeting_key: V,
    /// How long it has been held, in milliseconds, saturated at the longest time that matters.
    pub age_ms: u32,
    /// Time until this client may encrypt under it, in milliseconds.
    pub use_in_ms: u32,
    /// Time until it is erased, in milliseconds; `None` while it is the newest.
    pub erase_in_ms: Option<u32>,
}

/// A sliding window of packet counters (reading R-21).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountersSeen {
    /// The highest counter seen.
    pub highest: u64,
    /// Bit `n` is set when `highest - n` was seen.
    pub mask: u64,
}

impl CountersSeen {
    /// Whether `counter` is new and not too far behind.
    #[must_use]
    pub fn is_fresh(self, counter: u64, window: u32) -> bool {
        if self.mask == 0 || counter > self.highest {
            return true;
        }
        let behind = self.highest - counter;
        behind < u64::from(window.min(u64::BITS)) && (self.mask >> behind) & 1 == 0
    }

    /// This window with `counter` seen.
    #[must_use]
    pub fn with(self, counter: u64) -> Self {
        if self.mask == 0 {
            return Self { highest: counter, mask: 1 };
        }
        if counter > self.highest {
            let ahead = u32::try_from(counter - self.highest).unwrap_or(u32::MAX);
            let mask = self.mask.checked_shl(ahead).unwrap_or(0) | 1;
            return Self { highest: counter, mask };
        }
        let behind = u32::try_from(self.highest - counter).unwrap_or(u32::MAX);
        Self { mask: self.mask | 1u64.checked_shl(behind).unwrap_or(0), ..self }
    }
}

impl<V: PartialEq> Led<V> {
    /// Whether it is this leader, with the same keys.
    pub(crate) fn is(&self, known: &KnownLeader<V>) -> bool {
        self.seat == known.seat && self.side == known.pair.sender
    }
}

impl<V> Joined<V> {
    /// The newest key held.
    pub(crate) fn newest(&self) -> Option<&HeldKey<V>> {
        self.ring.last()
    }

    /// Whether a participant has had a leader in this meeting, now or before it stepped out.
    pub(crate) fn is_led(&self) -> bool {
        match &self.role {
            RoleState::Leader(_) => false,
            RoleState::Participant(participant) => {
                participant.leader.is_some() || participant.led_before.is_some()
            }
        }
    }

    /// The leader whose announcement verified, at a participant.
    pub(crate) fn known_leader(&self) -> Option<&KnownLeader<V>> {
        match &self.role {
            RoleState::Leader(_) => None,
            RoleState::Participant(participant) => participant.leader.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn med_02_a_counter_is_fresh_once_and_not_behind_the_window() {
        let seen = CountersSeen::default().with(0).with(5).with(3);
        assert!(!seen.is_fresh(5, 64) && !seen.is_fresh(3, 64) && !seen.is_fresh(0, 64));
        assert!(seen.is_fresh(4, 64) && seen.is_fresh(6, 64));
        let far = seen.with(100);
        assert!(!far.is_fresh(5, 64) && !far.is_fresh(36, 64) && far.is_fresh(37, 64));
        assert!(!far.with(u64::MAX).is_fresh(u64::MAX, 64));
    }
}
