//! Every family within a bound, breadth first, each judged by every statement.

use std::collections::{BTreeMap, BTreeSet};

use super::{Family, Reading, Statement, Transition};

/// How far families go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// How many devices at most.
    pub devices: usize,
    /// How many transitions at most.
    pub transitions: usize,
}

/// The transitions that lead to something, and the families on the way.
pub type Way = Vec<(Transition, Family)>;

/// What there is within a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The reading.
    pub reading: Reading,
    /// The bound.
    pub bound: Bound,
    /// How many different families there are, by the number of transitions that it takes at least.
    pub families: Vec<usize>,
    /// How many transitions between them.
    pub transitions: usize,
    /// A shortest way to break each statement that does not hold.
    pub broken: BTreeMap<Statement, Way>,
}

impl Found {
    /// How many different families there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.families.iter().sum()
    }
}

/// Looks at every family within a bound.
#[must_use]
pub fn search(reading: Reading, bound: Bound) -> Found {
    let mut search = Search::default();
    let mut found =
        Found { reading, bound, families: Vec::new(), transitions: 0, broken: BTreeMap::new() };
    search.add(Reached::default());
    let mut at = 0;
    while let Some(reached) = search.all.get(at).cloned() {
        found.note(&reached, || search.way(at));
        if reached.depth < bound.transitions {
            search.expand(at, &reached, &mut found);
        }
        at += 1;
    }
    found
}

impl Bound {
    /// The transitions of a family that make it no larger than that.
    pub(super) fn within(self, family: &Family, reading: Reading) -> Vec<Transition> {
        let full = family.devices.len() >= self.devices;
        let mut all = family.transitions(reading);
        all.retain(|transition| !(full && *transition == Transition::Add));
        all
    }
}

impl Found {
    fn note(&mut self, reached: &Reached, way: impl Fn() -> Way) {
        self.families.resize(self.families.len().max(reached.depth + 1), 0);
        if let Some(count) = self.families.get_mut(reached.depth) {
            *count += 1;
        }
        for statement in Statement::ALL {
            let is_new = !self.broken.contains_key(&statement);
            if is_new && !statement.holds(self.reading, &reached.family) {
                self.broken.insert(statement, way());
            }
        }
    }
}

/// A family, how far it is from the start, and the place of the one before with the transition.
#[derive(Clone, Default)]
struct Reached {
    depth: usize,
    from: Option<(usize, Transition)>,
    family: Family,
}

#[derive(Default)]
struct Search {
    all: Vec<Reached>,
    seen: BTreeSet<Family>,
}

impl Search {
    fn add(&mut self, reached: Reached) {
        if self.seen.insert(reached.family.clone()) {
            self.all.push(reached);
        }
    }

    fn expand(&mut self, at: usize, reached: &Reached, found: &mut Found) {
        let Reached { depth, family, .. } = reached;
        for transition in found.bound.within(family, found.reading) {
            let Some(next) = family.after(&transition) else { continue };
            found.transitions += 1;
            for statement in Statement::ALL {
                let is_new = !found.broken.contains_key(&statement);
                if is_new && !statement.holds_across(family, &transition, &next) {
                    let step = (transition.clone(), next.clone());
                    let way = self.way(at).into_iter().chain([step]).collect();
                    found.broken.insert(statement, way);
                }
            }
            self.add(Reached { depth: depth + 1, from: Some((at, transition)), family: next });
        }
    }

    /// The transitions that lead to the family at this place.
    fn way(&self, mut at: usize) -> Way {
        let mut way = Vec::new();
        while let Some(Reached { from: Some((before, transition)), family, .. }) = self.all.get(at)
        {
            way.push((transition.clone(), family.clone()));
            at = *before;
        }
        way.reverse();
        way
    }
}
