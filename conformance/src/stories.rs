//! Cases as text, for people: what stands beside the recorded steps in `vectors/scenarios`.

use std::collections::{BTreeMap, BTreeSet};

use conclave_model::{ladder::ladder, stage::StageError};
use conclave_spec::{
    Profile, Rule, RuleSet,
    obligations::{Obligation, Obligations, ObligationsError},
    profiles::FORMULA_ONLY,
    readings,
    rules::Area,
};

use crate::case::Case;

/// The profiles of which every case is written out: the first version that shipped, and the last.
const WHOLE: [&str; 2] = ["zoom-2.3.1", "zoom-4.6"];

/// How the names of cases begin that go through a whole meeting.
const MEETING: &str = "whole-meeting";

/// A case as a sequence diagram in text, under a heading; nothing for a byte formula.
///
/// # Errors
/// The script of the case cannot be played.
pub fn story(case: &Case) -> Result<Option<String>, StageError> {
    let Some(session) = &case.session else { return Ok(None) };
    let profile = Profile::by_id(&session.profile)
        .ok_or_else(|| StageError::NoProfile(session.profile.clone()))?;
    let rules: Vec<_> = case.rules.iter().map(|rule| rule.id()).collect();
    Ok(Some(format!(
        "{}\n{}\nThe client under test plays {}. Rules: {}.\n\n{}",
        case.id,
        case.title,
        session.plays,
        rules.join(", "),
        ladder(&session.script, &profile)?
    )))
}

/// Why there are no stories.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// The script of a case cannot be played.
    #[error(transparent)]
    Script(#[from] StageError),
    /// What they are to show cannot be read.
    #[error(transparent)]
    Obligations(#[from] ObligationsError),
}

/// The stories stored beside the vectors, by path: every area of the first and the last version,
/// the whole meetings of all of them, and of the versions between what they alone ask for.
///
/// # Errors
/// See [`StoryError`].
pub fn files(cases: &[Case]) -> Result<BTreeMap<String, String>, StoryError> {
    let mut files = BTreeMap::new();
    let between = between(&Obligations::load()?, cases);
    for profile in Profile::all() {
        let of_profile = cases.iter().filter(|case| case.profile() == profile.id);
        let of_profile: Vec<_> = of_profile.collect();
        let meeting = |case: &&Case| case.id.split('/').any(|part| part.starts_with(MEETING));
        let meetings: Vec<_> = of_profile.iter().copied().filter(meeting).collect();
        files.insert(format!("scenarios/{}/whole-meetings.txt", profile.id), stories(&meetings)?);
        let told = |case: &&Case| WHOLE.contains(&profile.id) || between.contains(case.id.as_str());
        for area in Area::ALL {
            let of_area = of_profile.iter().copied().filter(|case| case.area() == area.word());
            let of_area = of_area.filter(told);
            let of_area: Vec<_> = of_area.filter(|case| !meeting(case)).collect();
            let name = format!("scenarios/{}/{}.txt", profile.id, area.word());
            files.insert(name, stories(&of_area)?);
        }
    }
    files.retain(|_, text| !text.is_empty());
    Ok(files)
}

/// Whether the rules that answer a sentence, or carry its readings, are all of what stands beside
/// meetings (chains, devices of a user, keys at rest, attestations, certificates, who a participant is,
/// the tree of tails, escrow): no meeting has them, and byte vectors show each.
#[must_use]
pub fn shown_by_formulas(obligation: &Obligation) -> bool {
    let rules: Vec<_> = obligation.rules.iter().filter_map(|id| Rule::by_id(id)).collect();
    let carried = || {
        let readings = obligation.reading.iter().filter_map(|id| readings::by_id(id));
        readings.flat_map(|reading| reading.rules.to_vec()).collect()
    };
    let rules: Vec<Rule> = if rules.is_empty() { carried() } else { rules };
    !rules.is_empty() && rules.iter().all(|rule| BESIDE_MEETINGS.contains(*rule))
}

/// The rules of formulas that no meeting has.
const BESIDE_MEETINGS: RuleSet = RuleSet::of(FORMULA_ONLY)
    .without(Rule::StatementVerifies)
    .without(Rule::StatementNamesInstance)
    .without(Rule::StatementNamesUser)
    .without(Rule::StatementNamesDevice)
    .without(Rule::StatementNamesIdentityKey);

/// The sentences that rules or readings answer and that no session can show, and why.
pub const UNPLAYED: &[(&str, &str)] = &[
    ("O-2.3.1-fig1-2", STATEMENT),
    ("O-2.3.1-3.7.1-1", STATEMENT),
    ("O-2.3.1-3.7.1-7", STATEMENT),
    ("O-2.3.1-3.7.7-5a", RACES),
    ("O-2.3.1-3.10-5c", RACES),
    ("O-4.0-keyagreementidentity-2", "it stands in 4.0 alone, of which no profile is"),
    ("O-4.0-keyagreementidentity-11", STATEMENT),
    ("O-3.1-3.14.1-5", CALLS),
    ("O-3.1-3.14.1-10", CALLS),
];

const STATEMENT: &str = "no session has the server's statement: byte vectors alone show it";
const RACES: &str = "what R-47 says of it is in force in no version in which it stands";
const CALLS: &str = "it is of phone calls, not of a meeting";

/// The shortest case for each obligation that the first and the last version show nothing of.
fn between<'c>(table: &Obligations, cases: &'c [Case]) -> BTreeSet<&'c str> {
    let profiles = Profile::all();
    let told = |obligation: &&Obligation| {
        let mut whole = profiles.iter().filter(|it| WHOLE.contains(&it.id));
        whole.any(|it| !obligation.shown_by(it).is_empty())
    };
    let shortest = |obligation: &Obligation| {
        let shows = |case: &&Case| {
            let profile = profiles.iter().find(|it| it.id == case.profile());
            let rules = profile.map(|it| obligation.shown_by(it)).unwrap_or_default();
            case.rules.iter().any(|rule| rules.contains(rule))
        };
        let shown = cases.iter().filter(shows);
        shown.map(|case| (case.steps.len(), case.id.as_str())).min().map(|(_, id)| id)
    };
    table.all().iter().filter(|it| !told(it)).filter_map(shortest).collect()
}

fn stories(cases: &[&Case]) -> Result<String, StageError> {
    let mut text = String::new();
    for case in cases {
        if let Some(story) = story(case)? {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&story);
        }
    }
    Ok(text)
}
