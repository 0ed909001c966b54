//! What a rule is worth where those that stand in for it are gone too: what bears out that they do.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use conclave_model::explore::{Broken, ExploreError, ablate, broken_anyway};
use conclave_spec::{Profile, Rule, rules::Area};
use serde::{Deserialize, Serialize};

use super::{AblationError, Lost, bound, depth, profiles_of};
use crate::cores;

/// What a rule is worth beside what is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The rule taken away, with those that need it.
    pub rule: Rule,
    /// From which profile.
    pub profile: String,
    /// Which were gone before, with those that need them.
    pub without: Vec<Rule>,
    /// What is lost with the rule that was not lost with the others.
    #[serde(flatten)]
    pub worth: Lost,
}

/// A rule, the profile it is judged in, and what stands in for it.
pub type Job = (Rule, String, Vec<Rule>);

impl Row {
    /// What it answers.
    #[must_use]
    pub fn job(&self) -> Job {
        (self.rule, self.profile.clone(), self.without.clone())
    }
}

/// Every rule that others stand in for, in the first profile of those it is judged in that has
/// them all.
#[must_use]
pub fn wanted() -> Vec<Job> {
    let job = |(rule, others): (Rule, &'static [Rule])| {
        let profiles = profiles_of(rule).into_iter();
        let has = |profile: &Profile| less(profile, others).rules.contains(rule);
        let whole = |profile: &Profile| others.iter().all(|it| profile.rules.contains(*it));
        let profile = profiles.filter(whole).find(has)?;
        Some((rule, profile.id.to_owned(), others.to_vec()))
    };
    depth::stood_in_for().filter_map(job).collect()
}

/// The profile less these rules and those that need them.
#[must_use]
pub fn less(profile: &Profile, rules: &[Rule]) -> Profile {
    rules.iter().fold(profile.clone(), |profile, rule| profile.without(*rule))
}

/// What each profile breaks that lacks the same rules.
type Anyway = BTreeMap<(String, Vec<Rule>, Area), Arc<OnceLock<Result<Broken, ExploreError>>>>;

/// The rows of these jobs, in their order, those kept as they are.
///
/// # Errors
/// A fault of the model.
pub fn rows_of(
    jobs: &[Job],
    kept: &[Row],
    tell: &(dyn Fn(Rule) + Sync),
) -> Result<Vec<Row>, AblationError> {
    let anyway = Mutex::new(Anyway::new());
    cores::map(jobs, |job| {
        if let Some(row) = kept.iter().find(|row| row.job() == *job) {
            return Ok(row.clone());
        }
        let (rule, profile, without) = job;
        let whole = Profile::by_id(profile).ok_or_else(|| {
            let what = "no such profile".to_owned();
            AblationError::Row { rule: *rule, profile: profile.clone(), what }
        })?;
        let (base, bound) = (less(&whole, without), bound(*rule));
        let cell = {
            let mut anyway = anyway.lock().unwrap_or_else(PoisonError::into_inner);
            let key = (profile.clone(), without.clone(), rule.area());
            Arc::clone(anyway.entry(key).or_default())
        };
        let broken = cell.get_or_init(|| broken_anyway(&base, &bound)).clone()?;
        let worth = ablate(&base, *rule, &broken, &bound)?.into();
        tell(*rule);
        Ok(Row { rule: *rule, profile: profile.clone(), without: without.clone(), worth })
    })
}
