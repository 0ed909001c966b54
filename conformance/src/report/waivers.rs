//! Waivers: failures that somebody answers for, until a day.

use conclave_spec::{Profile, Rule};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Report;
use crate::verdict::{CaseReport, Verdict};

/// A failure that somebody answers for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Entry", into = "Entry")]
pub struct Waiver {
    /// What it covers.
    pub target: Target,
    /// Only in this profile.
    pub profile: Option<String>,
    /// Why.
    pub reason: String,
    /// Where it is followed up.
    pub link: String,
    /// The last day it holds.
    pub expires: Date,
}

/// What a waiver covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Failures that this rule decides.
    Rule(Rule),
    /// A case, by its identifier, with or without the profile in front.
    Case(String),
}

/// A waiver as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    rule: Option<Rule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "profile")]
    profile: Option<String>,
    #[serde(deserialize_with = "reason")]
    reason: String,
    #[serde(deserialize_with = "link")]
    link: String,
    #[serde(deserialize_with = "date", serialize_with = "shown")]
    #[schemars(with = "String", regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    expires: Date,
}

fn refused<T, E: serde::de::Error>(reason: &str) -> Result<T, E> {
    Err(E::custom(reason))
}

fn profile<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let id = String::deserialize(from)?;
    match Profile::by_id(&id) {
        Some(_) => Ok(Some(id)),
        None => refused("profile: there is none of this name; `conclave profiles` lists them"),
    }
}

fn reason<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if text.trim().is_empty() { refused("reason: say why") } else { Ok(text) }
}

fn link<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let known = text.starts_with("https://") || text.starts_with("http://");
    if known { Ok(text) } else { refused("link: it begins with https:// or http://") }
}

fn date<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    let text = String::deserialize(from)?;
    match day(&text) {
        Ok(date) => Ok(date),
        Err(reason) => refused(&format!("expires: {reason}")),
    }
}

fn shown<S: serde::Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(date)
}

/// A day, written `YYYY-MM-DD`.
///
/// # Errors
/// It is none.
pub fn day(text: &str) -> Result<Date, String> {
    let plain = text.len() == 10 && text.bytes().all(|it| it.is_ascii_digit() || it == b'-');
    let date = plain.then(|| text.parse().ok()).flatten();
    date.ok_or_else(|| "a day is written YYYY-MM-DD, such as 2027-01-31".to_owned())
}

impl TryFrom<Entry> for Waiver {
    type Error = String;

    fn try_from(entry: Entry) -> Result<Self, String> {
        let target = match (entry.rule, entry.case) {
            (Some(rule), None) => Target::Rule(rule),
            (None, Some(case)) if case.contains('/') => Target::Case(case),
            (None, Some(_)) => {
                return Err("case: an identifier has an area, such as rotation/number-falls".into());
            }
            (None, None) => return Err("a waiver names a rule or a case".to_owned()),
            (Some(_), Some(_)) => return Err("a waiver names a rule or a case, not both".into()),
        };
        let Entry { profile, reason, link, expires, .. } = entry;
        Ok(Self { target, profile, reason, link, expires })
    }
}

impl From<Waiver> for Entry {
    fn from(waiver: Waiver) -> Self {
        let (rule, case) = match waiver.target {
            Target::Rule(rule) => (Some(rule), None),
            Target::Case(case) => (None, Some(case)),
        };
        let Waiver { profile, reason, link, expires, .. } = waiver;
        Self { rule, case, profile, reason, link, expires }
    }
}

/// A waiver and what became of it in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverUse {
    /// The waiver.
    pub waiver: Waiver,
    /// Whether its last day is over.
    pub expired: bool,
    /// How many failures it covers.
    pub covers: usize,
    /// What became of it.
    pub state: WaiverState,
}

/// What became of a waiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaiverState {
    /// It covers failures.
    Used,
    /// Its last day is over.
    Expired,
    /// What it covers does not fail.
    Passes,
    /// It covers nothing that was judged.
    Nothing,
    /// Too little was run to tell.
    Undecided,
}

impl WaiverState {
    /// Whether somebody has to do something about it.
    #[must_use]
    pub const fn is_stale(self) -> bool {
        matches!(self, Self::Expired | Self::Passes | Self::Nothing)
    }

    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Used => "in use",
            Self::Expired => "expired",
            Self::Passes => "passes unexpectedly",
            Self::Nothing => "matches nothing",
            Self::Undecided => "not decided in this run",
        }
    }

    /// What to do about it; nothing where all is well.
    #[must_use]
    pub const fn what_to_do(self) -> &'static str {
        match self {
            Self::Used | Self::Undecided => "",
            Self::Expired => "mend the client, or give the waiver a new day and a new reason",
            Self::Passes => "the client does not fail here: remove the waiver",
            Self::Nothing => "no case that applies to this client is meant: correct or remove it",
        }
    }
}

impl Waiver {
    /// The rule or the case, with the profile if it names one.
    #[must_use]
    pub fn name(&self) -> String {
        let target = match &self.target {
            Target::Rule(rule) => rule.id().to_owned(),
            Target::Case(case) => super::text::line(case),
        };
        let profile = self.profile.as_ref().map(|it| format!(" in {}", super::text::line(it)));
        target + &profile.unwrap_or_default()
    }

    /// Whether it is about this case at all.
    fn is_about(&self, case: &CaseReport) -> bool {
        let (profile, rest) = case.case.split_once('/').unwrap_or(("", ""));
        let here = self.profile.as_deref().is_none_or(|wanted| wanted == profile);
        let meant = match &self.target {
            Target::Rule(rule) => {
                case.rules.contains(rule) || case.deciding().any(|it| it.rule == *rule)
            }
            Target::Case(wanted) => *wanted == case.case || wanted == rest,
        };
        here && meant
    }

    /// Whether it is about this failure: the case, or a rule that decides it.
    fn meets(&self, case: &CaseReport) -> bool {
        let decides = match &self.target {
            Target::Rule(rule) => {
                is_decided_by_rules(case) && case.deciding().any(|it| it.rule == *rule)
            }
            Target::Case(_) => true,
        };
        case.verdict.is_nonconformant() && decides && self.is_about(case)
    }

    /// The one profile it is about, if it names one.
    fn only_profile(&self) -> Option<&str> {
        let named = match &self.target {
            Target::Case(case) => {
                case.split('/').next().filter(|first| Profile::by_id(first).is_some())
            }
            Target::Rule(_) => None,
        };
        self.profile.as_deref().or(named)
    }
}

/// Applies waivers to a result.
pub fn apply(report: &mut Report, waivers: &[Waiver], today: Date) {
    let used = |waiver: &Waiver| WaiverUse {
        waiver: waiver.clone(),
        expired: waiver.expires < today,
        covers: 0,
        state: WaiverState::Undecided,
    };
    report.waivers = waivers.iter().map(used).collect();
    settle(report);
}

/// Whether a case fails for the rules of its findings, and not because nothing came.
fn is_decided_by_rules(case: &CaseReport) -> bool {
    match case.verdict {
        Verdict::Fail => true,
        Verdict::ProtocolError => case.note.is_none(),
        Verdict::Pass
        | Verdict::NotApplicable
        | Verdict::Advice
        | Verdict::Differs
        | Verdict::NotRun
        | Verdict::Inconclusive
        | Verdict::Timeout
        | Verdict::Crash => false,
    }
}

/// The first waiver of those that cover a failure: one for the case, or one for each rule that
/// decides it.
fn covering(waivers: &[WaiverUse], case: &CaseReport) -> Option<usize> {
    let meets = |it: &&WaiverUse| it.waiver.meets(case);
    let for_rule = |rule| waivers.iter().filter(meets).any(|it| it.waiver.target == rule);
    let by_case = |it: &WaiverUse| matches!(it.waiver.target, Target::Case(_));
    let whole = waivers.iter().filter(meets).any(by_case);
    let each = || case.deciding().all(|finding| for_rule(Target::Rule(finding.rule)));
    let first = || waivers.iter().position(|it| it.waiver.meets(case));
    if whole || each() { first() } else { None }
}

/// Works out which failures the waivers of a result cover, and what became of each.
pub(super) fn settle(report: &mut Report) {
    for case in &mut report.cases {
        case.waiver = covering(&report.waivers, case).map(|at| at + 1);
    }
    let (cases, scope) = (&report.cases, &report.scope);
    let all_run = cases.iter().all(|case| case.verdict != Verdict::NotRun);
    for used in &mut report.waivers {
        let waiver = &used.waiver;
        let covered = |case: &&CaseReport| case.waiver.is_some() && waiver.meets(case);
        used.covers = cases.iter().filter(covered).count();
        used.state = if used.expired {
            WaiverState::Expired
        } else if used.covers > 0 {
            WaiverState::Used
        } else if all_run && scope.is_whole_for(waiver.only_profile()) {
            idle(waiver, cases)
        } else {
            WaiverState::Undecided
        };
    }
    report.recount();
}

/// What a waiver is that covers nothing in a whole run.
fn idle(waiver: &Waiver, cases: &[CaseReport]) -> WaiverState {
    let about = || cases.iter().filter(|case| waiver.is_about(case));
    let fine = |case: &CaseReport| !case.verdict.is_nonconformant();
    if about().all(|case| case.verdict == Verdict::NotApplicable) {
        WaiverState::Nothing
    } else if about().any(|case| case.verdict != Verdict::NotApplicable && fine(case)) {
        WaiverState::Passes
    } else {
        WaiverState::Undecided
    }
}
