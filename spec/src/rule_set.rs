//! A set of rules as a value.

use crate::rules::Rule;

const WORDS: usize = 7;

/// A set of [`Rule`]s: small, ordered, usable in constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RuleSet([u64; WORDS]);

impl RuleSet {
    /// No rule.
    pub const EMPTY: Self = Self([0; WORDS]);

    /// The set of these rules.
    #[must_use]
    pub const fn of(rules: &[Rule]) -> Self {
        let (mut set, mut next) = (Self::EMPTY, 0);
        while next < rules.len() {
            set = set.with(rules[next]);
            next += 1;
        }
        set
    }

    /// Every rule of the table.
    #[must_use]
    pub fn all() -> Self {
        const ALL: RuleSet = RuleSet::of(Rule::ALL);
        ALL
    }

    /// This set and `rule`.
    #[must_use]
    pub const fn with(self, rule: Rule) -> Self {
        self.set(rule, true)
    }

    /// This set less `rule`. What needs the rule stays: see [`Rule::with_dependents`].
    #[must_use]
    pub const fn without(self, rule: Rule) -> Self {
        self.set(rule, false)
    }

    /// This set with `asked` exactly if it has `own`: for a primitive that asks one rule and is used
    /// where another one stands.
    #[must_use]
    pub const fn with_as(self, asked: Rule, own: Rule) -> Self {
        self.set(asked, self.contains(own))
    }

    /// This set less every rule of `other`.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & !other.0[word]))
    }

    /// This set and every rule of `other`.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    /// Whether `rule` is in the set.
    #[must_use]
    pub const fn contains(self, rule: Rule) -> bool {
        let index = rule.index();
        (self.0[index / 64] >> (index % 64)) & 1 == 1
    }

    /// The rules of the set, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Rule> {
        Rule::ALL.iter().copied().filter(move |rule| self.contains(*rule))
    }

    /// How many rules the set has.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether the set has no rule.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    const fn set(mut self, rule: Rule, present: bool) -> Self {
        let index = rule.index();
        let bit = 1u64 << (index % 64);
        if present {
            self.0[index / 64] |= bit;
        } else {
            self.0[index / 64] &= !bit;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_fits_and_is_told_apart() {
        assert!(Rule::ALL.len() <= 64 * WORDS);
        for rule in Rule::ALL {
            let alone = RuleSet::EMPTY.with(*rule);
            assert_eq!(alone.iter().collect::<Vec<_>>(), [*rule]);
            assert!(alone.without(*rule).is_empty());
        }
        assert_eq!(RuleSet::all().len(), Rule::ALL.len());
    }
}
