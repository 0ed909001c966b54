//! What the tables say about a rule beside its own entry.

use conclave_spec::{
    Profile, Rule,
    obligations::{Obligation, Obligations},
    profiles::FORMULA_ONLY,
    readings::{self, Reading, Stance},
};

/// The profiles a rule is in force in, oldest first.
#[must_use]
pub fn profiles_with(rule: Rule) -> Vec<Profile> {
    Profile::all().into_iter().filter(|profile| profile.rules.contains(rule)).collect()
}

/// The profiles a rule is in force in, in a few words.
#[must_use]
pub fn profiles_phrase(rule: Rule) -> String {
    let with = profiles_with(rule);
    if FORMULA_ONLY.contains(&rule) {
        "formula only".to_owned()
    } else if with.len() == Profile::all().len() {
        "all".to_owned()
    } else {
        with.iter().map(|profile| profile.id).collect::<Vec<_>>().join(", ")
    }
}

/// The rules that go when this one goes, without itself.
#[must_use]
pub fn dependents(rule: Rule) -> Vec<Rule> {
    rule.with_dependents().without(rule).iter().collect()
}

/// The readings that name a rule.
#[must_use]
pub fn readings_of(rule: Rule) -> Vec<&'static Reading> {
    readings::ALL.iter().filter(|reading| reading.rules.contains(&rule)).collect()
}

/// The obligations that map to a rule.
#[must_use]
pub fn obligations_of(rule: Rule, table: &Obligations) -> Vec<&Obligation> {
    let named = |obligation: &&Obligation| obligation.rules.iter().any(|id| id == rule.id());
    table.all().iter().filter(named).collect()
}

/// The obligations that map to a reading.
#[must_use]
pub fn obligations_with_reading<'a>(id: &str, table: &'a Obligations) -> Vec<&'a Obligation> {
    let named = |obligation: &&Obligation| obligation.reading.iter().any(|reading| reading == id);
    table.all().iter().filter(named).collect()
}

/// Which alternative of a reading the hardened profile takes, in a few words.
pub(crate) fn stance(reading: &Reading, stance: Stance) -> String {
    match stance {
        Stance::Safest => format!("{}, the safest there is", reading.chosen),
        Stance::Takes(key) => format!("{key}, which is safer"),
        Stance::Leaves(key) => format!("{}, although {key} would be safer", reading.chosen),
    }
}
