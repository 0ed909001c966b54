//! Where cases stand: among all that were asked for, and in their files.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs,
    path::Path,
};

use sha2::{Digest as _, Sha256};

use crate::{
    case::Case,
    report::{Report, scope::Budget},
    vectors,
    verdict::{CaseReport, Mode},
};

/// The cases of a run, and the place of each among all cases asked for.
#[derive(Debug)]
pub(super) struct Selected {
    /// Those of this share.
    pub(super) cases: Vec<Case>,
    /// The places, by identifier.
    pub(super) places: BTreeMap<String, usize>,
}

impl Selected {
    /// Of all cases asked for, those that a share has.
    pub(super) fn of(all: Vec<Case>, has: impl Fn(usize) -> bool) -> Self {
        let places = all.iter().enumerate().map(|(at, case)| (case.id.clone(), at)).collect();
        let share = all.into_iter().enumerate().filter(|(at, _)| has(*at));
        Self { cases: share.map(|(_, case)| case).collect(), places }
    }

    /// Gives each case its place, and puts them in that order.
    pub(super) fn place(&self, report: &mut Report) {
        for case in &mut report.cases {
            case.place = self.places.get(&case.case).copied();
        }
        report.in_order();
    }
}

/// The plan in an order in which any beginning is a fair sample of all of it: that of digests.
pub(super) fn shuffled<'c>(
    mut plan: Vec<(Mode, &'c Case)>,
    budget: &Budget,
) -> Vec<(Mode, &'c Case)> {
    let key = |(mode, case): &(Mode, &Case)| {
        Sha256::digest(format!("{}\n{}\n{}", budget.seed, mode.name(), case.id))
    };
    plan.sort_by_cached_key(key);
    plan
}

/// Gives each case that is no pass the line of its file in this vector folder.
pub(super) fn find_lines(report: &mut Report, folder: &Path) {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let told = |case: &&mut CaseReport| case.verdict.is_told() && !case.rules.is_empty();
    for case in report.cases.iter_mut().filter(told) {
        let Some(file) = vectors::file_of(&case.case) else { continue };
        let text = match texts.entry(file) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => {
                let read = fs::read_to_string(folder.join(place.key()));
                // What is no stored vector, such as an attack, has no line.
                place.insert(read.unwrap_or_default())
            }
        };
        case.line = vectors::line_of(text, &case.case);
    }
}
