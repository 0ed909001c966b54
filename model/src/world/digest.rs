//! Telling worlds apart: a 128-bit digest, kept up step by step.

use std::{
    collections::BTreeMap,
    hash::{Hash, Hasher as _},
};

use siphasher::sip128::{Hasher128 as _, SipHasher13};

use super::{Name, Pruned, World};
use crate::{algebra::Term, client::State, stage::Sent};

/// Two worlds with the same digest are the same situation.
pub type Digest = u128;

/// What a world's digest is made of, so that a step hashes only what it changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    /// The state of each party.
    states: BTreeMap<Name, Digest>,
    /// What each party has put on the board and on the wire, in its own order. The order between
    /// parties makes no difference to anybody: messages are named by their sender.
    said: BTreeMap<Name, Digest>,
    /// What everybody has put there, in the order in which it came; where that counts.
    sequence: Option<Digest>,
}

impl Marks {
    pub(super) fn of(pruned: Pruned) -> Self {
        Self { sequence: (!pruned.order).then_some(0), ..Self::default() }
    }

    pub(super) fn note_state(&mut self, party: Name, state: &State<Term>) {
        self.states.insert(party, digest(state));
    }

    pub(super) fn state_of(&self, party: &str) -> Option<Digest> {
        self.states.get(party).copied()
    }

    pub(super) fn note_sent(&mut self, party: Name, message: &Sent<Term>) {
        let said = self.said.entry(party).or_default();
        *said = digest(&(*said, message));
        if let Some(sequence) = &mut self.sequence {
            *sequence = digest(&(*sequence, party, message));
        }
    }
}

/// SipHash-1-3 with 128 bits: the same on every machine of one word size and byte order.
pub(super) fn digest<T: Hash>(value: &T) -> Digest {
    let mut hasher = SipHasher13::new();
    value.hash(&mut hasher);
    hasher.finish128().as_u128()
}

impl World {
    /// Its digest.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hasher = SipHasher13::new();
        for (party, mark) in self.marks.states.iter().chain(&self.marks.said) {
            hasher.write(party.as_bytes());
            hasher.write_u128(*mark);
        }
        if let Some(sequence) = self.marks.sequence {
            hasher.write_u128(sequence);
        }
        self.ways.hash(&mut hasher);
        self.leader.hash(&mut hasher);
        self.ledger.hash(&mut hasher);
        self.left.hash(&mut hasher);
        hasher.finish128().as_u128()
    }
}

impl Hash for World {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.digest().hash(state);
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

impl Eq for World {}
