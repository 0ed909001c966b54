//! What can be wrong with the obligation table.

use std::collections::BTreeSet;

use thiserror::Error;

use super::{Obligation, Obligations, Section};
use crate::{
    profiles::{FORMULA_ONLY, Profile},
    readings,
    rules::{Provenance, Rule},
};

/// Something wrong with the obligation table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// Two obligations have the same identifier.
    #[error("{id} is listed twice")]
    DuplicateId {
        /// The identifier.
        id: String,
    },
    /// An obligation names a rule that is not in the rule table.
    #[error("{id} names the unknown rule {rule}")]
    UnknownRule {
        /// The obligation.
        id: String,
        /// What it names.
        rule: String,
    },
    /// An obligation names a reading that is not in the table of readings.
    #[error("{id} names the unknown reading {reading}")]
    UnknownReading {
        /// The obligation.
        id: String,
        /// What it names.
        reading: String,
    },
    /// Nothing answers an obligation.
    #[error("{id} has no rule, reading, reason or area")]
    Unmapped {
        /// The obligation.
        id: String,
    },
    /// The rules that answer an obligation are in force in no profile of a version it stands in.
    #[error("{id} stands in {paper}, of which no profile has any of its rules in force")]
    NotInForce {
        /// The obligation.
        id: String,
        /// Paper version.
        paper: String,
    },
    /// An obligation has no text, or a reason or an area without one.
    #[error("{id} has an empty text")]
    EmptyText {
        /// The obligation.
        id: String,
    },
    /// An obligation stands nowhere.
    #[error("{id} has no place")]
    NoPlace {
        /// The obligation.
        id: String,
    },
    /// An obligation stands in a section that is not declared.
    #[error("{id} stands in {paper}, {place}, which is no declared section")]
    UndeclaredPlace {
        /// The obligation.
        id: String,
        /// Paper version.
        paper: String,
        /// Section.
        place: String,
    },
    /// A section is declared twice.
    #[error("{paper}, {place} is declared twice")]
    DuplicateSection {
        /// Paper version.
        paper: String,
        /// Section.
        place: String,
    },
    /// Two obligations have the same ordinal in a section.
    #[error("{paper}, {place} has two sentences {ordinal}")]
    DuplicateOrdinal {
        /// Paper version.
        paper: String,
        /// Section.
        place: String,
        /// The ordinal.
        ordinal: u32,
    },
    /// No obligation has an ordinal below the highest of its section.
    #[error("{paper}, {place} has no sentence {ordinal}")]
    MissingOrdinal {
        /// Paper version.
        paper: String,
        /// Section.
        place: String,
        /// The ordinal.
        ordinal: u32,
    },
    /// A section does not have as many obligations as it declares.
    #[error("{paper}, {place} declares {declared} sentences and lists {listed}")]
    WrongCount {
        /// Paper version.
        paper: String,
        /// Section.
        place: String,
        /// What the section declares.
        declared: u32,
        /// How many are listed.
        listed: u32,
    },
    /// The paper is said to contain a rule, but no sentence of it is that rule.
    #[error("no obligation is the literal rule {rule}")]
    RuleWithoutObligation {
        /// The rule.
        rule: &'static str,
    },
}

/// Everything wrong with the table.
pub(super) fn of(table: &Obligations) -> Vec<Problem> {
    let mut problems = Vec::new();
    let profiles = Profile::all();
    duplicate_ids(table, &mut problems);
    for obligation in &table.obligations {
        answers(obligation, &mut problems);
        places(obligation, table, &mut problems);
        in_force(obligation, &profiles, &mut problems);
    }
    duplicate_sections(table, &mut problems);
    for section in &table.sections {
        ordinals(section, table, &mut problems);
    }
    literal_rules(table, &mut problems);
    problems
}

fn duplicate_ids(table: &Obligations, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for Obligation { id, .. } in &table.obligations {
        if !seen.insert(id) {
            problems.push(Problem::DuplicateId { id: id.clone() });
        }
    }
}

fn answers(obligation: &Obligation, problems: &mut Vec<Problem>) {
    let id = || obligation.id.clone();
    for rule in &obligation.rules {
        if Rule::by_id(rule).is_none() {
            problems.push(Problem::UnknownRule { id: id(), rule: rule.clone() });
        }
    }
    for reading in &obligation.reading {
        if readings::by_id(reading).is_none() {
            problems.push(Problem::UnknownReading { id: id(), reading: reading.clone() });
        }
    }
    if obligation.answer().is_none() {
        problems.push(Problem::Unmapped { id: id() });
    }
    let texts =
        [Some(&obligation.says), obligation.out_of_scope.as_ref(), obligation.later.as_ref()];
    if texts.into_iter().flatten().any(|text| text.trim().is_empty()) {
        problems.push(Problem::EmptyText { id: id() });
    }
}

fn places(obligation: &Obligation, table: &Obligations, problems: &mut Vec<Problem>) {
    let id = &obligation.id;
    if obligation.places.is_empty() {
        problems.push(Problem::NoPlace { id: id.clone() });
    }
    for place in &obligation.places {
        if !table.sections.iter().any(|section| section.holds(place)) {
            problems.push(Problem::UndeclaredPlace {
                id: id.clone(),
                paper: place.paper.clone(),
                place: place.place.clone(),
            });
        }
    }
}

fn in_force(obligation: &Obligation, profiles: &[Profile], problems: &mut Vec<Problem>) {
    let rules = obligation.rules.iter().filter_map(|rule| Rule::by_id(rule)).collect::<Vec<_>>();
    if rules.is_empty() {
        return;
    }
    let papers: BTreeSet<_> = obligation.places.iter().map(|place| &place.paper).collect();
    for paper in papers {
        let mut of_paper = profiles.iter().filter(|profile| profile.paper == *paper).peekable();
        let ran = of_paper.peek().is_some();
        let shown = |profile: &Profile, rule: &Rule| {
            profile.rules.contains(*rule) || FORMULA_ONLY.contains(rule)
        };
        if ran && !of_paper.any(|profile| rules.iter().any(|rule| shown(profile, rule))) {
            let (id, paper) = (obligation.id.clone(), paper.clone());
            problems.push(Problem::NotInForce { id, paper });
        }
    }
}

fn duplicate_sections(table: &Obligations, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for Section { paper, place, .. } in &table.sections {
        if !seen.insert((paper, place)) {
            problems.push(Problem::DuplicateSection { paper: paper.clone(), place: place.clone() });
        }
    }
}

fn ordinals(section: &Section, table: &Obligations, problems: &mut Vec<Problem>) {
    let (paper, place) = (|| section.paper.clone(), || section.place.clone());
    let mut seen = BTreeSet::new();
    let mut listed = 0;
    let here = table.obligations.iter().flat_map(|o| &o.places).filter(|p| section.holds(p));
    for ordinal in here.map(|place| place.ordinal) {
        listed += 1;
        if !seen.insert(ordinal) {
            problems.push(Problem::DuplicateOrdinal { paper: paper(), place: place(), ordinal });
        }
    }
    // An ordinal far beyond the count would list a gap for each number below it; one is enough.
    let mut expected = 1;
    for ordinal in seen {
        if ordinal != expected {
            problems.push(Problem::MissingOrdinal {
                paper: paper(),
                place: place(),
                ordinal: expected,
            });
        }
        expected = ordinal.saturating_add(1);
    }
    if listed != section.count {
        let declared = section.count;
        problems.push(Problem::WrongCount { paper: paper(), place: place(), declared, listed });
    }
}

fn literal_rules(table: &Obligations, problems: &mut Vec<Problem>) {
    let named: BTreeSet<_> =
        table.obligations.iter().flat_map(|o| &o.rules).map(String::as_str).collect();
    for rule in Rule::ALL {
        if rule.provenance() == Provenance::Literal && !named.contains(rule.id()) {
            problems.push(Problem::RuleWithoutObligation { rule: rule.id() });
        }
    }
}

#[cfg(test)]
mod tests;
