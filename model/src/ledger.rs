//! What happened in a run as far as the goals care: kept beside the parties, seen by none of them.

use std::collections::BTreeSet;

use conclave_spec::RuleSet;

use crate::{
    algebra::{Algebra, StreamName},
    client::{Phase, RoleState, State},
    message::{Packet, Seat},
};

/// A meeting key the leader made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeaderKey<V> {
    /// Its number.
    pub mk_seq: u32,
    /// The key.
    pub meeting_key: V,
    /// Whether the leader listed the spy at some moment while this was the newest key.
    pub shared: bool,
    /// Whether it was made after the leader had listed the spy and no longer did.
    pub after_removal: bool,
}

/// A packet an honest party sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frame<V> {
    /// Who sent it.
    pub sender: String,
    /// The stream key that opens it.
    pub stream_key: V,
    /// What it says.
    pub plaintext: V,
    /// The packet.
    pub packet: Packet<V>,
    /// Whether the sender was past the spy's removal, see [`Ledger::past_removal`].
    pub past_removal: bool,
}

/// The history that goals speak about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ledger<V> {
    /// The leader's keys, oldest first.
    pub keys: Vec<LeaderKey<V>>,
    /// The honest packets.
    pub frames: BTreeSet<Frame<V>>,
    /// The honest parties that do not list the spy and have held, past its wait, a key with a
    /// number the leader first used after the removal.
    pub past_removal: BTreeSet<String>,
}

impl<V> Default for Ledger<V> {
    fn default() -> Self {
        Self { keys: Vec::new(), frames: BTreeSet::new(), past_removal: BTreeSet::new() }
    }
}

impl<V: Clone + Ord> Ledger<V> {
    /// Notes where an honest party stands after a step.
    pub fn watch(&mut self, party: &str, state: &State<V>, spy: &Seat) {
        let Phase::Joined(joined) = &state.phase else {
            self.past_removal.remove(party);
            return;
        };
        let listed = joined.list.present(spy).is_some();
        if matches!(joined.role, RoleState::Leader(_)) {
            // The key that was newest when the spy was listed is one it may know.
            if let Some(newest) = self.keys.last_mut() {
                newest.shared |= listed;
            }
            for held in &joined.ring {
                self.note_key(held.mk_seq, &held.meeting_key, listed);
            }
            if let Some(newest) = self.keys.last_mut() {
                newest.shared |= listed;
            }
        }
        let since = self.keys.iter().find(|key| key.after_removal).map(|key| key.mk_seq);
        let waited = since.is_some_and(|since| {
            joined.ring.iter().any(|key| key.mk_seq >= since && key.use_in_ms == 0)
        });
        if listed {
            self.past_removal.remove(party);
        } else if waited {
            self.past_removal.insert(party.to_owned());
        }
    }

    fn note_key(&mut self, mk_seq: u32, meeting_key: &V, listed: bool) {
        if self.keys.last().is_none_or(|last| last.mk_seq < mk_seq) {
            let after_removal = !listed && self.keys.iter().any(|key| key.shared);
            let meeting_key = meeting_key.clone();
            self.keys.push(LeaderKey { mk_seq, meeting_key, shared: false, after_removal });
        }
    }

    /// Notes a packet that an honest party sent from this state.
    pub fn note_packet<A: Algebra<Value = V>>(
        &mut self,
        algebra: &A,
        rules: RuleSet,
        state: &State<V>,
        stream: &str,
        packet: &Packet<V>,
    ) {
        let Phase::Joined(joined) = &state.phase else { return };
        let name = StreamName { meeting: &joined.meeting, sender: &state.seat, stream };
        for held in joined.ring.iter().rev() {
            let stream_key = algebra.stream_key(rules, &held.meeting_key, name);
            let (mk_seq, counter) = (packet.mk_seq, packet.counter);
            let opened = algebra.open_packet(rules, &stream_key, mk_seq, counter, &packet.body);
            if let Some(plaintext) = opened {
                self.frames.insert(Frame {
                    sender: state.party.clone(),
                    stream_key,
                    plaintext,
                    packet: packet.clone(),
                    past_removal: self.past_removal.contains(&state.party),
                });
                return;
            }
        }
    }
}
