//! What happened in a run as far as the goals care: kept beside the parties, seen by none of them.
//!
//! Goals about a moment are judged from what stands here and what the clients hold
//! ([`crate::properties`]); goals about what a step does are judged here, as it is taken, and leave
//! a breach. A ledger keeps only what its goals need, so that equal situations are equal.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{Hash, Hasher},
    sync::Arc,
};

use conclave_spec::Profile;

use crate::{
    algebra::{Algebra, StreamName},
    client::{Phase, State},
    knowledge::BrokenKeys,
    machine::Effect,
    message::{Entry, Packet, Seat},
    properties::Goal,
    shared::SharedMap,
    stage::Given,
};

mod keys;
mod list;
mod screen;
mod time;

/// A meeting key a leader made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeaderKey<V> {
    /// Who made it.
    pub by: String,
    /// Its number.
    pub mk_seq: u32,
    /// The key.
    pub meeting_key: V,
    /// Whether its leader listed the spy at some moment while this was its newest key.
    pub shared: bool,
    /// Whether it was made after its leader had listed the spy and no longer did.
    pub after_removal: bool,
    /// Whether it went into a classic box, though the leader has a Kyber key.
    pub classic: bool,
}

/// A packet an honest party sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frame<V> {
    /// Who sent it.
    pub sender: String,
    /// The meeting key it was sent under.
    pub meeting_key: V,
    /// The stream key that opens it.
    pub stream_key: V,
    /// What it says.
    pub plaintext: V,
    /// The packet.
    pub packet: Packet<V>,
    /// Whether the sender was past the spy's removal, see [`Ledger::past_removal`].
    pub past_removal: bool,
    /// Whether a leader had listed the spy while that key was its newest, when it was sent.
    pub shared_then: bool,
    /// Whether the spy could open it when it was sent.
    pub exposed: bool,
    /// Whether the sender's screen showed the spy then.
    pub spy_shown: bool,
    /// When it was sent, if that was before a leader listed the spy, in milliseconds since the
    /// start.
    pub before_spy_ms: Option<u64>,
}

/// A heartbeat taken or sent, as far as the history goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Taken<V> {
    /// Its hash.
    pub hash: V,
    /// The list it certifies.
    pub list: Certified<V>,
}

/// A list as somebody came to believe it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Certified<V> {
    /// Its version.
    pub v: u32,
    /// The hash of its last link.
    pub head: V,
    /// Whether the meeting is locked.
    pub locked: bool,
    /// Who is on it, or was.
    pub entries: SharedMap<Seat, Entry<V>>,
}

impl<V: PartialEq> Certified<V> {
    /// Whether both cannot have been the list at one version.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        self.v == other.v && self != other
    }
}

/// A step of an honest party, for the ledger to look at.
pub struct Glance<'a, V> {
    /// The version the party follows.
    pub profile: &'a Profile,
    /// Who.
    pub party: &'a str,
    /// Its state before the step.
    pub before: &'a State<V>,
    /// Its state afterwards.
    pub after: &'a State<V>,
    /// What it was given.
    pub given: &'a Given<V>,
    /// What it did, and when.
    pub effects: &'a [(u64, Effect<V>)],
    /// When, in milliseconds since the start.
    pub now_ms: u64,
    /// Whether an honest party leads.
    pub led: bool,
    /// The spy's identity key.
    pub spy: &'a V,
    /// Whether the spy can work out a value.
    pub knows: &'a dyn Fn(&V) -> bool,
}

/// By which leader, to which ephemeral key, under which number, which meeting key.
type Sealing<V> = (String, V, u32, V);

/// By which device, in which stream, what was said.
type Words<V> = (Seat, String, V);

/// The history that goals speak about.
#[derive(Clone, Debug)]
pub struct Ledger<V> {
    /// The goals it keeps a history for.
    goals: Arc<BTreeSet<Goal>>,
    /// The leaders' keys, oldest first.
    pub keys: Vec<LeaderKey<V>>,
    /// The honest packets.
    pub frames: BTreeSet<Frame<V>>,
    /// The honest parties that do not list the spy and have held, past its wait, a key with a
    /// number the leader first used after the removal.
    pub past_removal: BTreeSet<String>,
    /// When a leader first listed the spy, in milliseconds since the start; where it counts.
    pub spy_came_ms: Option<u64>,
    /// When the leader took the spy off its list, in milliseconds since the start; where it counts.
    pub spy_gone_ms: Option<u64>,
    /// The heartbeats each honest party has taken or sent since it joined, oldest first.
    pub taken: Arc<BTreeMap<String, Vec<Taken<V>>>>,
    /// The identity keys each honest party has seen in its list, by device.
    seen_keys: Arc<BTreeMap<(String, Seat), V>>,
    /// The devices announced by honest parties in this meeting.
    announced: Arc<BTreeSet<(Seat, V)>>,
    /// Who sees the meeting locked, and the identity keys on the list when they came to see it.
    locked: BTreeMap<String, BTreeSet<V>>,
    /// The identity keys a leader's user has removed, where it counts.
    pub removed: BTreeSet<V>,
    /// Whether an honest user asked to unlock.
    unlock_wanted: bool,
    /// When what was made, where time counts.
    made_ms: Arc<BTreeMap<V, u64>>,
    /// When the heartbeat each party took last was made, and when it was taken.
    beat_ms: BTreeMap<String, (u64, u64)>,
    /// When each party posted its last liveness nonce, where that counts.
    nonce_ms: BTreeMap<String, u64>,
    /// What the leaders sealed, and to whom, where it counts. What is on the board says the same.
    sealed: Arc<BTreeSet<Sealing<V>>>,
    /// What honest parties said, for whoever hears it.
    said: Arc<BTreeSet<Words<V>>>,
    /// What was played to each honest party.
    heard: Arc<BTreeSet<(String, Words<V>)>>,
    /// Goals that a step has broken.
    pub breaches: BTreeSet<Goal>,
    /// Devices whose memory the insider has read.
    pub opened: BTreeSet<String>,
    /// What the insider can break of a hybrid box.
    pub broken: BrokenKeys,
    /// Goals put to the test by some step. No part of the situation.
    pub reached: BTreeSet<Goal>,
}

impl<V> Default for Ledger<V> {
    fn default() -> Self {
        Self {
            goals: Arc::default(),
            keys: Vec::new(),
            frames: BTreeSet::new(),
            past_removal: BTreeSet::new(),
            spy_came_ms: None,
            spy_gone_ms: None,
            taken: Arc::default(),
            seen_keys: Arc::default(),
            announced: Arc::default(),
            locked: BTreeMap::new(),
            removed: BTreeSet::new(),
            unlock_wanted: false,
            made_ms: Arc::default(),
            beat_ms: BTreeMap::new(),
            nonce_ms: BTreeMap::new(),
            sealed: Arc::default(),
            said: Arc::default(),
            heard: Arc::default(),
            breaches: BTreeSet::new(),
            opened: BTreeSet::new(),
            broken: BrokenKeys::Neither,
            reached: BTreeSet::new(),
        }
    }
}

/// What was reached on the way makes no difference to what can happen.
impl<V: Hash> Hash for Ledger<V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.keys.hash(state);
        self.frames.hash(state);
        self.past_removal.hash(state);
        self.spy_came_ms.hash(state);
        self.spy_gone_ms.hash(state);
        self.taken.hash(state);
        self.seen_keys.hash(state);
        self.locked.hash(state);
        self.removed.hash(state);
        self.unlock_wanted.hash(state);
        self.beat_ms.hash(state);
        self.nonce_ms.hash(state);
        self.made_ms.hash(state);
        self.breaches.hash(state);
        self.opened.hash(state);
        self.heard.hash(state);
    }
}

impl<V: Clone + Ord> Ledger<V> {
    /// A ledger for these goals.
    #[must_use]
    pub fn watching(goals: &[Goal]) -> Self {
        let broken = BrokenKeys::granted(goals);
        Self { goals: Arc::new(goals.iter().copied().collect()), broken, ..Self::default() }
    }

    /// Notes a step of an honest party.
    pub fn watch<A: Algebra<Value = V>>(&mut self, algebra: &A, glance: &Glance<'_, V>) {
        if !matches!(glance.after.phase, Phase::Joined(_)) {
            self.past_removal.remove(glance.party);
            self.locked.remove(glance.party);
            self.beat_ms.remove(glance.party);
            self.nonce_ms.remove(glance.party);
        }
        self.watch_keys(algebra, glance);
        self.watch_list(algebra, glance);
        self.watch_screen(algebra, glance);
        self.watch_time(glance);
    }

    /// Whether this one can be had instead of the other: all but what was reached on the way is equal.
    pub(crate) fn stands_for(&self, other: &Self) -> bool {
        let Self {
            goals,
            keys,
            frames,
            past_removal,
            spy_came_ms,
            spy_gone_ms,
            taken,
            seen_keys,
            announced,
            locked,
            removed,
            unlock_wanted,
            made_ms,
            beat_ms,
            nonce_ms,
            sealed,
            said,
            heard,
            breaches,
            opened,
            broken,
            reached: _,
        } = other;
        *goals == self.goals
            && *keys == self.keys
            && *frames == self.frames
            && *past_removal == self.past_removal
            && *spy_came_ms == self.spy_came_ms
            && *spy_gone_ms == self.spy_gone_ms
            && *taken == self.taken
            && *seen_keys == self.seen_keys
            && *announced == self.announced
            && *locked == self.locked
            && *removed == self.removed
            && *unlock_wanted == self.unlock_wanted
            && *made_ms == self.made_ms
            && *beat_ms == self.beat_ms
            && *nonce_ms == self.nonce_ms
            && *sealed == self.sealed
            && *said == self.said
            && *heard == self.heard
            && *breaches == self.breaches
            && *opened == self.opened
            && *broken == self.broken
    }

    fn watches(&self, goal: Goal) -> bool {
        self.goals.contains(&goal)
    }

    fn watches_any(&self, goals: &[Goal]) -> bool {
        goals.iter().any(|goal| self.goals.contains(goal))
    }

    /// A goal was put to the test; whether it held.
    fn judge(&mut self, goal: Goal, holds: bool) {
        if !self.watches(goal) {
            return;
        }
        self.reached.insert(goal);
        if !holds {
            self.breaches.insert(goal);
        }
    }

    /// The stream key and the words of a packet that was sent from this state.
    fn opened_by_sender<A: Algebra<Value = V>>(
        algebra: &A,
        profile: &Profile,
        state: &State<V>,
        stream: &str,
        packet: &Packet<V>,
    ) -> Option<(V, V, V)> {
        let Phase::Joined(joined) = &state.phase else { return None };
        let name = StreamName { meeting: &joined.meeting, sender: &state.seat, stream };
        joined.ring.iter().rev().find_map(|held| {
            let stream_key = algebra.stream_key(profile.rules, &held.meeting_key, name);
            let (mk_seq, counter) = (packet.mk_seq, packet.counter);
            let body = &packet.body;
            let said = algebra.open_packet(profile.rules, &stream_key, mk_seq, counter, body)?;
            Some((held.meeting_key.clone(), stream_key, said))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Channel, Move, Rig, Slice};

    /// A key that its leader made, and sealed to nobody, breaks AUTH when it is taken.
    #[test]
    fn a_key_sealed_to_somebody_else_is_not_authentic() {
        let rig = Rig::new(&Profile::zoom_3_0(), &Slice::by_name("small").unwrap());
        let sealed = rig.after(&rig.start().unwrap(), Move::Join("bob")).unwrap();
        let mut unsealed = sealed.clone();
        Arc::make_mut(&mut unsealed.ledger).sealed = Arc::default();
        let hears = Move::Hear("bob", Channel::Keys);
        for (world, holds) in [(sealed, true), (unsealed, false)] {
            let ledger = rig.after(&world, hears).unwrap().ledger;
            assert!(ledger.reached.contains(&Goal::Authentic));
            assert_eq!(!ledger.breaches.contains(&Goal::Authentic), holds);
        }
    }
}
