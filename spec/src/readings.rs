//! Where the paper is silent or contradicts itself, and what Conclave reads there.
//!
//! A reading names the alternatives, the one the reference takes and why. Where another choice is
//! as good for a client, it has a policy key. In this release only `first_key_wait` can be declared
//! and has cases; the other keys are reserved.

use crate::rules::{Citation, Rule};

mod device;
mod encoding;
mod hybrid;
mod media;
mod rotation;

/// One way to resolve a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// Stable key, in snake case.
    pub key: &'static str,
    /// What a client does that chooses it.
    pub text: &'static str,
}

/// A silence or a contradiction of the paper, resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Stable identifier, such as `R-01`. Never reused.
    pub id: &'static str,
    /// A few words for a heading.
    pub title: &'static str,
    /// Where the question arises.
    pub place: Citation,
    /// What the paper leaves open.
    pub question: &'static str,
    /// The answers that fit the paper, at least two.
    pub alternatives: &'static [Alternative],
    /// The key of the alternative the reference takes.
    pub chosen: &'static str,
    /// Why the reference takes it.
    pub why: &'static str,
    /// The name of the policy by which a client declares another alternative, where that is
    /// legitimate.
    pub policy: Option<&'static str>,
    /// The rules that would read otherwise under another alternative.
    pub rules: &'static [Rule],
}

impl Reading {
    /// The alternative the reference takes.
    #[must_use]
    pub fn choice(&self) -> Option<&'static Alternative> {
        self.alternative(self.chosen)
    }

    /// The alternative with this key.
    #[must_use]
    pub fn alternative(&self, key: &str) -> Option<&'static Alternative> {
        self.alternatives.iter().find(|alternative| alternative.key == key)
    }
}

/// Every reading, by identifier.
pub const ALL: &[Reading] = &[
    encoding::R_01,
    encoding::R_02,
    device::R_03,
    rotation::R_04,
    rotation::R_05,
    rotation::R_06,
    hybrid::R_07,
    device::R_08,
    media::R_09,
    device::R_10,
    media::R_11,
    encoding::R_12,
    hybrid::R_13,
    hybrid::R_14,
    encoding::R_15,
    rotation::R_16,
    rotation::R_17,
    rotation::R_18,
    encoding::R_19,
    device::R_20,
    media::R_21,
    rotation::R_22,
    rotation::R_23,
    device::R_24,
    rotation::R_25,
    hybrid::R_26,
    rotation::R_27,
    encoding::R_30,
    media::R_31,
    encoding::R_32,
    rotation::R_33,
    device::R_34,
    device::R_35,
    rotation::R_36,
    media::R_37,
    hybrid::R_38,
    media::R_39,
    media::R_40,
    hybrid::R_41,
    hybrid::R_42,
    media::R_43,
];

/// The reading with this identifier.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Reading> {
    ALL.iter().find(|reading| reading.id == id)
}

const fn at(paper: &'static str, place: &'static str) -> Citation {
    Citation { paper, place }
}

const fn alt(key: &'static str, text: &'static str) -> Alternative {
    Alternative { key, text }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules::Provenance;

    #[test]
    fn ids_are_unique_and_ascending() {
        let ids: Vec<_> = ALL.iter().map(|reading| reading.id).collect();
        let sorted: BTreeSet<_> = ids.iter().copied().collect();
        assert_eq!(ids, sorted.into_iter().collect::<Vec<_>>());
        for id in ids {
            assert_eq!(by_id(id).map(|reading| reading.id), Some(id));
        }
        assert_eq!(by_id("R-00"), None);
    }

    #[test]
    fn the_choice_is_one_of_several_distinct_alternatives() {
        for reading in ALL {
            let keys: BTreeSet<_> = reading.alternatives.iter().map(|a| a.key).collect();
            assert!(keys.len() >= 2, "{}", reading.id);
            assert_eq!(keys.len(), reading.alternatives.len(), "{}", reading.id);
            assert_eq!(reading.choice().map(|a| a.key), Some(reading.chosen), "{}", reading.id);
        }
    }

    #[test]
    fn policies_are_unique() {
        let policies: Vec<_> = ALL.iter().filter_map(|reading| reading.policy).collect();
        assert_eq!(policies.iter().collect::<BTreeSet<_>>().len(), policies.len());
    }

    #[test]
    fn a_rule_read_into_the_paper_and_its_reading_name_each_other() {
        for rule in Rule::ALL {
            if let Provenance::Reading(id) = rule.provenance() {
                let listed = by_id(id).is_some_and(|reading| reading.rules.contains(rule));
                assert!(listed, "{} says {id}", rule.id());
            }
        }
        for reading in ALL {
            let rules: BTreeSet<_> = reading.rules.iter().collect();
            assert_eq!(rules.len(), reading.rules.len(), "{}", reading.id);
        }
    }
}
