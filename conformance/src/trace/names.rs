//! Commitments as names of values: which value each stands for, and never two for one.

use std::{collections::HashMap, hash::Hash};

use super::format::Commitment;

/// Who first did something with a value: the node's place in the header and the event's number.
pub(super) type Origin = (usize, u64);

/// What commitments stand for. One commitment is one value, and one value is one commitment.
#[derive(Clone, Debug)]
pub(super) struct Names<V> {
    values: HashMap<Commitment, (V, Option<Origin>)>,
    names: HashMap<V, Commitment>,
    bound: Vec<Commitment>,
}

/// A commitment that cannot stand for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Clash<V> {
    /// It stands for another.
    OtherValue(V),
    /// The value has another commitment.
    OtherName(Commitment),
}

impl<V: Clone + Eq + Hash> Names<V> {
    pub(super) fn new() -> Self {
        Self { values: HashMap::new(), names: HashMap::new(), bound: Vec::new() }
    }

    /// What a commitment stands for.
    pub(super) fn value(&self, name: Commitment) -> Option<&V> {
        self.values.get(&name).map(|(value, _)| value)
    }

    /// Who first sent what a commitment stands for.
    pub(super) fn origin(&self, name: Commitment) -> Option<Origin> {
        self.values.get(&name).and_then(|(_, origin)| *origin)
    }

    /// The commitment of a value.
    pub(super) fn name(&self, value: &V) -> Option<Commitment> {
        self.names.get(value).copied()
    }

    /// From here on `name` stands for `value`.
    ///
    /// # Errors
    /// One of the two is taken.
    pub(super) fn bind(
        &mut self,
        name: Commitment,
        value: &V,
        origin: Option<Origin>,
    ) -> Result<(), Clash<V>> {
        if let Some((known, _)) = self.values.get(&name) {
            return if known == value { Ok(()) } else { Err(Clash::OtherValue(known.clone())) };
        }
        if let Some(other) = self.names.get(value) {
            return Err(Clash::OtherName(*other));
        }
        self.values.insert(name, (value.clone(), origin));
        self.names.insert(value.clone(), name);
        self.bound.push(name);
        Ok(())
    }

    /// The moment now, to come back to.
    pub(super) fn mark(&self) -> usize {
        self.bound.len()
    }

    /// Forgets everything bound since.
    pub(super) fn back_to(&mut self, mark: usize) {
        for name in self.bound.split_off(mark.min(self.bound.len())) {
            if let Some((value, _)) = self.values.remove(&name) {
                self.names.remove(&value);
            }
        }
    }
}
