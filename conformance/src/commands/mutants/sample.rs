//! A sample of the mutants, judged anew and held against the stored table; the rest of the table is
//! only held against what it was made from.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use sha2::{Digest as _, Sha256};

use super::{Job, Judged, Mutant, TABLE, Table, inputs};
use crate::record::FORMULAS;

/// How many mutants are judged anew, and what they are chosen by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// How many.
    pub size: usize,
    /// Any text: the same one chooses the same mutants.
    pub seed: String,
}

/// The profile of a job, as the table names it.
fn profile_of(job: &Job) -> &'static str {
    job.1.as_ref().map_or(FORMULAS, |profile| profile.id)
}

/// The jobs of a sample, in the order of the table.
pub(super) fn chosen(jobs: Vec<Job>, sample: &Sample) -> Vec<Job> {
    let rank = |job: &Job| -> [u8; 32] {
        let named = format!("{} {} {}", sample.seed, job.0.id(), profile_of(job));
        Sha256::digest(named).into()
    };
    let mut ranks: Vec<_> = jobs.iter().map(rank).collect();
    ranks.sort_unstable();
    let first: BTreeSet<_> = ranks.into_iter().take(sample.size).collect();
    jobs.into_iter().filter(|job| first.contains(&rank(job))).collect()
}

/// The stored table.
///
/// # Errors
/// It cannot be read, or is no table.
pub fn stored(vectors: &Path) -> Result<Table, String> {
    let path = vectors.join(TABLE);
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(&path).map_err(|error| at(&error))?;
    serde_json::from_str(&text).map_err(|error| at(&error))
}

/// What is wrong with the stored table as a whole: made from something else, not of these mutants,
/// or with a mutant alive.
pub(super) fn stale(table: &Table, vectors: &Path, jobs: &[Job]) -> Vec<String> {
    let mut wrong = Vec::new();
    if table.inputs != inputs(vectors) {
        wrong.push("the table was made from other cases, rules or profiles".to_owned());
    }
    let named = |it: &Mutant| (it.rule, it.profile.clone());
    let of_table: Vec<_> = table.mutants.iter().map(named).collect();
    let of_jobs: Vec<_> = jobs.iter().map(|job| (job.0, profile_of(job).to_owned())).collect();
    if of_table != of_jobs {
        wrong.push("the table is of other mutants".to_owned());
    }
    let alive = table.mutants.iter().filter(|it| !it.killed);
    wrong.extend(alive.map(|it| format!("{} under {}: alive", it.rule.id(), it.profile)));
    wrong
}

/// Mutants of the sample that end otherwise than the table says.
pub(super) fn otherwise(table: &Table, judged: &[Judged]) -> Vec<String> {
    let stored: BTreeMap<_, _> =
        table.mutants.iter().map(|it| ((it.rule, it.profile.as_str()), it)).collect();
    let other = judged
        .iter()
        .map(|judged| &judged.mutant)
        .filter(|mutant| stored.get(&(mutant.rule, mutant.profile.as_str())) != Some(mutant));
    other
        .map(|it| {
            format!("{} under {}: ends otherwise than the table says", it.rule.id(), it.profile)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use conclave_spec::Rule;

    use super::*;
    use crate::{commands::mutants::jobs, vectors};

    fn sample(size: usize, seed: &str) -> Vec<(Rule, &'static str)> {
        let sample = Sample { size, seed: seed.to_owned() };
        let chosen = chosen(jobs(Rule::ALL), &sample);
        chosen.iter().map(|job| (job.0, profile_of(job))).collect()
    }

    #[test]
    fn a_seed_chooses_as_many_as_wanted_and_always_the_same() {
        assert_eq!(sample(20, "a").len(), 20);
        assert_eq!(sample(20, "a"), sample(20, "a"));
        assert_ne!(sample(20, "a"), sample(20, "b"));
        assert_eq!(sample(10_000, "a").len(), jobs(Rule::ALL).len());
    }

    #[test]
    fn many_seeds_choose_every_mutant() {
        let seen: BTreeSet<_> = (0..200).flat_map(|seed| sample(20, &seed.to_string())).collect();
        assert_eq!(seen.len(), jobs(Rule::ALL).len());
    }

    #[test]
    fn a_table_of_other_inputs_mutants_or_fates_is_stale() {
        let folder = vectors::folder(None);
        let all = jobs(Rule::ALL);
        let mut table = stored(&folder).expect("the stored table");
        table.inputs = inputs(&folder);
        assert_eq!(stale(&table, &folder, &all), Vec::<String>::new());
        let mut other = table.clone();
        other.inputs.pop();
        assert_eq!(stale(&other, &folder, &all).len(), 1);
        let mut other = table.clone();
        other.mutants.pop();
        assert_eq!(stale(&other, &folder, &all).len(), 1);
        let mut other = table;
        other.mutants[0].killed = false;
        assert_eq!(stale(&other, &folder, &all).len(), 1);
    }
}
