//! What happens in a case that is no pass, up to the step that went wrong.

use std::collections::{BTreeMap, BTreeSet};

use conclave_model::{
    script::Script,
    sequence::{Line, Mark, sequence},
};
use conclave_spec::Profile;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::{Case, CaseSession},
    verdict::CaseReport,
};

/// How many cases are told.
const STORIES_MAX: usize = 40;

/// How many lines of one are told: the last ones.
const LINES_MAX: usize = 120;

/// What happens in a case: what must, up to the step that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The party that the client plays.
    pub plays: String,
    /// Who has a lane: the first party, the server, the others.
    pub lanes: Vec<String>,
    /// How many lines before these are left out.
    pub before: usize,
    /// What happens.
    pub lines: Vec<StoryLine>,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoryLine {
    /// When, in milliseconds since the start.
    pub at_ms: u64,
    /// To whom, or by whom.
    pub party: String,
    /// Which way it goes.
    pub mark: StoryMark,
    /// What it is, and what must become of it.
    pub text: String,
}

/// Which way a line goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoryMark {
    /// A party sends something.
    ToServer,
    /// A party gets something.
    FromServer,
    /// A party or its user does something.
    Does,
    /// A user sees something.
    Sees,
}

impl From<Mark> for StoryMark {
    fn from(mark: Mark) -> Self {
        match mark {
            Mark::ToServer => Self::ToServer,
            Mark::FromServer => Self::FromServer,
            Mark::Does => Self::Does,
            Mark::Sees => Self::Sees,
        }
    }
}

impl From<StoryMark> for Mark {
    fn from(mark: StoryMark) -> Self {
        match mark {
            StoryMark::ToServer => Self::ToServer,
            StoryMark::FromServer => Self::FromServer,
            StoryMark::Does => Self::Does,
            StoryMark::Sees => Self::Sees,
        }
    }
}

impl From<&StoryLine> for Line {
    fn from(line: &StoryLine) -> Self {
        let StoryLine { at_ms, party, mark, text } = line.clone();
        Self { at_ms, party, mark: mark.into(), text }
    }
}

/// The stories of the first cases that are no pass.
pub(super) fn of_failures(cases: &[Case], reports: &[CaseReport]) -> BTreeMap<String, Story> {
    let by_id: BTreeMap<&str, &Case> = cases.iter().map(|it| (it.id.as_str(), it)).collect();
    let mut stories = BTreeMap::new();
    let mut told = BTreeSet::new();
    // Failures first: what only advises must not take their place.
    for fails in [true, false] {
        for report in reports.iter().filter(|it| is_worth_it(it, fails)) {
            if stories.len() < STORIES_MAX
                && told.insert(report.case.as_str())
                && let Some(case) = by_id.get(report.case.as_str())
                && let Some(story) = story(case, report.deciding().next().map(|it| it.step))
            {
                stories.insert(report.case.clone(), story);
            }
        }
    }
    stories
}

/// Of the stories of several results, those that one result of all these cases would tell.
pub(super) fn keep_first(stories: &mut BTreeMap<String, Story>, reports: &[CaseReport]) {
    let mut kept = BTreeSet::new();
    for fails in [true, false] {
        for report in reports.iter().filter(|it| is_worth_it(it, fails)) {
            if kept.len() < STORIES_MAX && stories.contains_key(&report.case) {
                kept.insert(report.case.clone());
            }
        }
    }
    stories.retain(|case, _| kept.contains(case));
}

fn is_worth_it(report: &CaseReport, fails: bool) -> bool {
    // A case that was not run has no story.
    report.verdict.is_told() && report.steps > 0 && report.verdict.is_nonconformant() == fails
}

fn story(case: &Case, step: Option<usize>) -> Option<Story> {
    let session = case.session.as_ref()?;
    let profile = Profile::by_id(&session.profile)?;
    let mut lines: Vec<StoryLine> = sequence(&until(session, step), &profile)
        .ok()?
        .into_iter()
        .map(|Line { at_ms, party, mark, text }| StoryLine {
            at_ms,
            party,
            mark: mark.into(),
            text,
        })
        .collect();
    let before = lines.len().saturating_sub(LINES_MAX);
    lines.drain(..before);
    let lanes = crate::diagram::lanes(&session.script);
    Some(Story { plays: session.plays.clone(), lanes, before, lines })
}

/// The script up to this step of the client, from 1.
fn until(session: &CaseSession, step: Option<usize>) -> Script {
    let mut script = session.script.clone();
    let own = script.steps.iter().enumerate().filter(|(_, it)| it.party == session.plays);
    let last = step.and_then(|step| own.map(|(at, _)| at).nth(step.checked_sub(1)?));
    if let Some(last) = last {
        script.steps.truncate(last + 1);
    }
    script
}
