//! The cases of a result that are no pass, one entry for each, whatever the number of modes.

use std::collections::BTreeMap;

use super::Report;
use crate::verdict::{CaseReport, Verdict};

/// A case that is no pass, in the modes in which the same is wrong with it.
#[derive(Clone, Debug)]
pub struct Group<'r> {
    /// The first of them.
    pub first: &'r CaseReport,
    /// All of them, one for each mode.
    pub all: Vec<&'r CaseReport>,
}

impl Group<'_> {
    /// The modes, in words.
    #[must_use]
    pub fn modes(&self) -> String {
        self.all.iter().map(|case| case.mode.name()).collect::<Vec<_>>().join(", ")
    }
}

/// How grave it is, gravest first: what counts against the client, what is waived, what differs,
/// what only advises.
pub(crate) fn gravity(case: &CaseReport) -> u8 {
    match (case.verdict, case.waiver) {
        (Verdict::Inconclusive, None) if case.steps == 0 => 1,
        (_, None) if case.verdict.is_nonconformant() => 0,
        (_, Some(_)) => 2,
        (Verdict::Differs, None) => 3,
        (_, None) => 4,
    }
}

/// The cases that are judged and no pass, gravest first.
#[must_use]
pub fn groups(run: &Report) -> Vec<Group<'_>> {
    let shown = |case: &&CaseReport| case.verdict.is_told();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut by_case: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for case in run.cases.iter().filter(shown) {
        let places = by_case.entry(&case.case).or_default();
        let same = places.iter().copied().find(|at| is_same(groups[*at].first, case));
        if let Some(at) = same {
            groups[at].all.push(case);
        } else {
            places.push(groups.len());
            groups.push(Group { first: case, all: vec![case] });
        }
    }
    groups.sort_by_key(|group| gravity(group.first));
    groups
}

/// Whether the same is wrong with both.
fn is_same(one: &CaseReport, other: &CaseReport) -> bool {
    let told = |case: &CaseReport| {
        let deciding = case.deciding().map(|it| (it.step, it.rule, it.aspect));
        deciding.collect::<Vec<_>>()
    };
    (one.verdict, one.waiver, &one.note) == (other.verdict, other.waiver, &other.note)
        && told(one) == told(other)
}

/// Why cases do not apply, and how many each reason keeps out, most first.
#[must_use]
pub fn not_applicable(run: &Report) -> Vec<(String, usize)> {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for case in run.cases.iter().filter(|case| case.verdict == Verdict::NotApplicable) {
        let why = case.note.as_deref().map(super::text::line).unwrap_or_default();
        *reasons.entry(why).or_default() += 1;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    reasons
}
