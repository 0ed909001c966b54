//! The leader participant list as a value: what a link does to it, and what is hashed (2.3.1,
//! 3.7.7).

use std::collections::BTreeSet;

use conclave_spec::{RuleSet, layouts};

use crate::{
    algebra::{Algebra, Datum, Record},
    message::{Entry, Link, Operation, Seat, Standing},
    shared::SharedMap,
};

/// The list after some link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct List<V> {
    /// The number of operations so far; 0 before the first link.
    pub v: u32,
    /// The hash of the last link.
    pub head: V,
    /// Whether the meeting is locked.
    pub locked: bool,
    /// Every device that was ever in the meeting.
    pub entries: SharedMap<Seat, Entry<V>>,
    /// How many links the chain has since its start or the last snapshot.
    pub links: u32,
}

impl<V: Clone + Eq> List<V> {
    /// No link yet.
    #[must_use]
    pub fn empty(no_hash: V) -> Self {
        Self { v: 0, head: no_hash, locked: false, entries: SharedMap::new_sync(), links: 0 }
    }

    /// What the list says of a device that is in the meeting.
    #[must_use]
    pub fn present(&self, seat: &Seat) -> Option<&Entry<V>> {
        self.entries.get(seat).filter(|entry| entry.binding_hash().is_some())
    }

    /// How many devices are in the meeting.
    #[must_use]
    pub fn size(&self) -> usize {
        self.entries.values().filter(|entry| entry.binding_hash().is_some()).count()
    }

    /// The whole list as one operation.
    #[must_use]
    pub fn snapshot(&self) -> Operation<V> {
        Operation::Snapshot { locked: self.locked, entries: self.entries.clone() }
    }

    /// Whether an operation changes this list (reading R-44).
    #[must_use]
    pub fn admits(&self, operation: &Operation<V>) -> bool {
        match operation {
            Operation::Add { seat, binding_hash, .. } => {
                self.entries.get(seat).and_then(Entry::binding_hash) != Some(binding_hash)
            }
            Operation::Left { seat } | Operation::Kicked { seat } => self.present(seat).is_some(),
            Operation::Rename { seat, name } => {
                self.present(seat).is_some_and(|entry| entry.name != *name)
            }
            Operation::Lock => !self.locked,
            Operation::Unlock => self.locked,
            Operation::Snapshot { .. } => true,
        }
    }

    /// Whether an operation leaves the binding hash of everybody present as it is.
    #[must_use]
    pub fn keeps_bindings(&self, operation: &Operation<V>) -> bool {
        let same = |seat: &Seat, hash: &V| {
            self.entries.get(seat).and_then(Entry::binding_hash).is_none_or(|known| known == hash)
        };
        match operation {
            Operation::Add { seat, binding_hash, .. } => same(seat, binding_hash),
            Operation::Snapshot { entries, .. } => entries
                .iter()
                .all(|(seat, entry)| entry.binding_hash().is_none_or(|hash| same(seat, hash))),
            Operation::Left { .. }
            | Operation::Kicked { .. }
            | Operation::Rename { .. }
            | Operation::Lock
            | Operation::Unlock => true,
        }
    }

    /// Whether an operation leaves the identity key of everybody known as it is.
    #[must_use]
    pub fn keeps_keys(&self, operation: &Operation<V>) -> bool {
        let same =
            |seat: &Seat, ivk: &V| self.entries.get(seat).is_none_or(|entry| entry.ivk == *ivk);
        match operation {
            Operation::Add { seat, ivk, .. } => same(seat, ivk),
            Operation::Snapshot { entries, .. } => {
                entries.iter().all(|(seat, entry)| same(seat, &entry.ivk))
            }
            Operation::Left { .. }
            | Operation::Kicked { .. }
            | Operation::Rename { .. }
            | Operation::Lock
            | Operation::Unlock => true,
        }
    }

    /// Whether a snapshot has everybody this list knows, with no fewer leaves (reading R-47).
    #[must_use]
    pub fn is_kept_by(&self, entries: &SharedMap<Seat, Entry<V>>) -> bool {
        self.entries
            .iter()
            .all(|(seat, entry)| entries.get(seat).is_some_and(|kept| kept.leaves >= entry.leaves))
    }

    /// Who was present before these operations and is not after them.
    #[must_use]
    pub fn gone_in<'a>(
        &'a self,
        after: &Self,
        operations: impl IntoIterator<Item = &'a Operation<V>>,
    ) -> BTreeSet<Seat> {
        let is_gone = |seat: &&Seat| self.present(seat).is_some() && after.present(seat).is_none();
        let mut gone = BTreeSet::new();
        for operation in operations {
            match operation {
                Operation::Left { seat } | Operation::Kicked { seat } => {
                    gone.extend(Some(seat).filter(is_gone).cloned());
                }
                Operation::Snapshot { .. } => {
                    gone.extend(self.entries.keys().filter(is_gone).cloned());
                }
                Operation::Add { .. }
                | Operation::Rename { .. }
                | Operation::Lock
                | Operation::Unlock => {}
            }
        }
        gone
    }

    /// The list after a link with this hash.
    #[must_use]
    pub fn after(&self, link: &Link<V>, hash: V) -> Self {
        let mut list =
            Self { v: link.v, head: hash, links: self.links.saturating_add(1), ..self.clone() };
        match &link.operation {
            Operation::Add { seat, ivk, binding_hash, name } => {
                let leaves = self.entries.get(seat).map_or(0, |entry| entry.leaves);
                let standing = Standing::Present(binding_hash.clone());
                let entry = Entry { name: name.clone(), ivk: ivk.clone(), standing, leaves };
                list.entries.insert_mut(seat.clone(), entry);
            }
            Operation::Left { seat } => list.leave(seat, Standing::Left),
            Operation::Kicked { seat } => list.leave(seat, Standing::Kicked),
            Operation::Rename { seat, name } => {
                if let Some(entry) = list.entries.get_mut(seat) {
                    entry.name.clone_from(name);
                }
            }
            Operation::Lock => list.locked = true,
            Operation::Unlock => list.locked = false,
            Operation::Snapshot { locked, entries } => {
                list.locked = *locked;
                list.entries.clone_from(entries);
                list.links = 1;
            }
        }
        list
    }

    fn leave(&mut self, seat: &Seat, standing: Standing<V>) {
        if let Some(entry) = self.entries.get_mut(seat) {
            entry.standing = standing;
            entry.leaves = entry.leaves.saturating_add(1);
        }
    }
}

/// What the hash of a link covers.
#[must_use]
pub fn link_record<A: Algebra>(
    algebra: &A,
    rules: RuleSet,
    link: &Link<A::Value>,
) -> Record<A::Value> {
    let (mut seat, mut ivk, mut hash) = (Seat::new("", ""), None, None);
    let (mut name, mut entries) = (String::new(), Vec::new());
    match &link.operation {
        Operation::Add { seat: who, ivk: key, binding_hash, name: called } => {
            seat = who.clone();
            (ivk, hash) = (Some(key.clone()), Some(binding_hash.clone()));
            name.clone_from(called);
        }
        Operation::Left { seat: who } | Operation::Kicked { seat: who } => seat = who.clone(),
        Operation::Rename { seat: who, name: called } => {
            seat = who.clone();
            name.clone_from(called);
        }
        Operation::Lock | Operation::Unlock => {}
        Operation::Snapshot { entries: all, .. } => {
            let message = |(seat, entry)| algebra.message(rules, &entry_record(seat, entry));
            entries = all.iter().map(message).collect();
        }
    }
    Record {
        layout: &layouts::LINK,
        data: vec![
            Datum::Number(link.v),
            Datum::Value(link.prev.clone()),
            Datum::Text(link.operation.word().to_owned()),
            Datum::Text(seat.user_id),
            Datum::Text(seat.hardware_id),
            Datum::Maybe(ivk),
            Datum::Maybe(hash),
            Datum::Text(name),
            Datum::Values(entries),
        ],
    }
}

/// One device in a snapshot.
#[must_use]
pub fn entry_record<V: Clone>(seat: &Seat, entry: &Entry<V>) -> Record<V> {
    Record {
        layout: &layouts::ENTRY,
        data: vec![
            Datum::Text(seat.user_id.clone()),
            Datum::Text(seat.hardware_id.clone()),
            Datum::Text(entry.name.clone()),
            Datum::Value(entry.ivk.clone()),
            Datum::Text(entry.standing.word().to_owned()),
            Datum::Maybe(entry.binding_hash().cloned()),
            Datum::Number(entry.leaves),
        ],
    }
}

/// SHA-256 of a link.
#[must_use]
pub fn link_hash<A: Algebra>(algebra: &A, rules: RuleSet, link: &Link<A::Value>) -> A::Value {
    algebra.hash(&algebra.message(rules, &link_record(algebra, rules, link)))
}
