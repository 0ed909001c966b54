//! What sessions have reached, and what is worth reaching next.

use std::collections::{BTreeMap, BTreeSet};

use conclave_model::schedule::{Attempt, Cell, Reached};
use conclave_spec::{Rule, RuleSet};

/// What something is worth that was never reached.
const WORTH: u32 = 240;

/// How often what was reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guide {
    held: BTreeMap<Rule, u32>,
    turned: BTreeMap<Rule, u32>,
    cells: BTreeMap<Cell, u32>,
}

impl Guide {
    /// Of several continuations the one that reaches most of what was reached least.
    #[must_use]
    pub fn best(&self, attempts: impl Iterator<Item = Attempt>) -> Option<Attempt> {
        let mut best: Option<(u32, Attempt)> = None;
        for attempt in attempts {
            let worth = self.worth(attempt.reached());
            if best.as_ref().is_none_or(|(most, _)| worth > *most) {
                best = Some((worth, attempt));
            }
        }
        best.map(|(_, attempt)| attempt)
    }

    /// What it is worth to reach this: little where it was reached often.
    fn worth(&self, reached: &Reached) -> u32 {
        let left = |times: Option<&u32>| WORTH / (1 + times.copied().unwrap_or_default());
        let turned = reached.turned.iter().map(|rule| 4 * left(self.turned.get(&rule)));
        let held = reached.held.iter().map(|rule| 2 * left(self.held.get(&rule)));
        let cells = reached.cells.iter().map(|cell| left(self.cells.get(cell)));
        turned.chain(held).chain(cells).sum()
    }

    /// Takes in what was reached once more.
    pub fn note(&mut self, reached: &Reached) {
        reached.turned.iter().for_each(|rule| *self.turned.entry(rule).or_default() += 1);
        reached.held.iter().for_each(|rule| *self.held.entry(rule).or_default() += 1);
        for cell in &reached.cells {
            *self.cells.entry(cell.clone()).or_default() += 1;
        }
    }

    /// The rules that held, where something was taken.
    #[must_use]
    pub fn held(&self) -> RuleSet {
        self.held.keys().copied().fold(RuleSet::EMPTY, RuleSet::with)
    }

    /// The rules that refused, put off, or made the client leave.
    #[must_use]
    pub fn turned(&self) -> RuleSet {
        self.turned.keys().copied().fold(RuleSet::EMPTY, RuleSet::with)
    }

    /// The cells of the table of transitions.
    #[must_use]
    pub fn cells(&self) -> BTreeSet<&Cell> {
        self.cells.keys().collect()
    }
}
