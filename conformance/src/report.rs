//! The result of a run: for people, and as the file everything else is made from.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use conclave_spec::RuleSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::Case,
    commands::Exit,
    player::Fault,
    verdict::{CaseReport, Mode, Verdict, WAIVED},
};

pub mod file;
pub mod group;
pub mod html;
pub mod junit;
pub mod markdown;
pub mod matrix;
pub mod merge;
mod printed;
pub mod sarif;
pub mod scope;
pub mod story;
pub mod text;
pub mod waivers;

pub use printed::{FINDINGS_SHOWN, details, print};
use scope::Scope;
use story::Story;
use waivers::WaiverUse;

/// For whoever has an adapter that does not answer.
const WHAT_TO_DO: &str = "what to do: start it by hand, type \
    {\"id\":1,\"input\":{\"op\":\"hello\",\"protocol_min\":2,\"protocol_max\":2}} and compare what \
    it writes with docs/adapter.md; if it answers there, does it flush after each line?";

/// The client that was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The words of the command line that name it.
    pub adapter: String,
    /// The modes it was run in.
    pub modes: Vec<String>,
    /// What it chose otherwise than the default, by policy key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policies: BTreeMap<String, String>,
    /// The command that runs everything again, where it is not `check`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
}

/// The result of a run. Times are kept out of it, so that equal runs give equal files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The release of Conclave.
    pub conclave: String,
    /// The client.
    pub subject: Subject,
    /// What was asked for.
    pub scope: Scope,
    /// How many cases had which verdict; a waived failure counts as `waived`.
    pub counts: BTreeMap<String, usize>,
    /// How many requests were answered.
    pub steps: usize,
    /// The rules tested by a passed case in which nothing is refused.
    pub rules_seen_holding: Vec<String>,
    /// The rules tested by a passed case in which something is refused.
    pub rules_seen_refusing: Vec<String>,
    /// The rules behind the verdict of a case that is no pass.
    pub rules_failed: Vec<String>,
    /// What the client says of itself that this release cannot use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The waivers, and what became of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverUse>,
    /// What happens in cases that are no pass, by case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stories: BTreeMap<String, Story>,
    /// Every case.
    pub cases: Vec<CaseReport>,
    /// Wall time, in seconds; not part of the files.
    #[serde(skip)]
    pub seconds: f64,
}

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file cannot be written.
    #[error("cannot write {path}: {error}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// The report cannot be put into the format.
    #[error("cannot write the report: {0}")]
    Format(String),
}

/// The verdict a fault leads to.
#[must_use]
pub fn verdict_of(fault: &Fault) -> Verdict {
    match fault {
        Fault::Timeout { .. } => Verdict::Timeout,
        Fault::Crash { .. } | Fault::Start { .. } => Verdict::Crash,
        Fault::Protocol { .. } => Verdict::ProtocolError,
    }
}

impl Report {
    /// The result of these cases. What the client said is escaped and cut here, once and for all.
    #[must_use]
    pub fn new(subject: Subject, reports: Vec<CaseReport>, cases: &[Case]) -> Self {
        let (held, broken) = rules_seen(cases, &reports);
        let ids = |rules: RuleSet| rules.iter().map(|rule| rule.id().to_owned()).collect();
        let subject = Subject {
            name: text::line(&subject.name),
            version: text::line(&subject.version),
            ..subject
        };
        let mut report = Self {
            conclave: env!("CARGO_PKG_VERSION").to_owned(),
            scope: Scope::default(),
            counts: BTreeMap::new(),
            steps: reports.iter().map(|report| report.steps).sum(),
            rules_seen_holding: ids(held),
            rules_seen_refusing: ids(broken),
            rules_failed: ids(rules_failed(&reports)),
            notes: Vec::new(),
            waivers: Vec::new(),
            stories: story::of_failures(cases, &reports),
            cases: reports.into_iter().map(tamed).collect(),
            subject,
            seconds: 0.0,
        };
        let commands: Vec<_> = report.cases.iter().map(|case| replay(&report, case)).collect();
        for (case, command) in report.cases.iter_mut().zip(commands) {
            let told = case.verdict.is_told() && !case.rules.is_empty();
            case.replay = told.then_some(command);
        }
        report.recount();
        report
    }

    /// The result when the adapter does not even say who it is.
    #[must_use]
    pub fn unanswered(fault: &Fault, adapter: &str) -> Self {
        let mode = Mode {
            randomness: crate::protocol::RandomnessClass::Opaque,
            codec: crate::protocol::Codec::Bytes,
        };
        let title = "The adapter says who it is";
        let report = CaseReport {
            steps: 1,
            note: Some(format!("{fault}\n{WHAT_TO_DO}")),
            ..CaseReport::named("hello", title, mode, verdict_of(fault))
        };
        let subject = Subject { adapter: adapter.to_owned(), ..Subject::default() };
        Self::new(subject, vec![report], &[])
    }

    /// Counts the cases anew, by the word for each.
    pub(crate) fn recount(&mut self) {
        self.counts = counted(&self.cases);
    }

    /// How many cases have this verdict, and no waiver.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.counts.get(verdict.words()).copied().unwrap_or_default()
    }

    /// How many failures are waived.
    #[must_use]
    pub fn waived(&self) -> usize {
        self.counts.get(WAIVED).copied().unwrap_or_default()
    }

    /// How many waivers need attention.
    #[must_use]
    pub fn stale(&self) -> usize {
        self.waivers.iter().filter(|it| it.state.is_stale()).count()
    }

    /// Whether this is one share of several: what it does not have, another may.
    #[must_use]
    pub fn is_share(&self) -> bool {
        self.scope.shard.is_some_and(|shard| shard.of > 1)
    }

    fn is_judged(&self) -> bool {
        self.cases.iter().any(|it| it.verdict.is_judged())
    }

    /// Puts the cases in the order of a run of all shares: by mode, then as in the suite, then what is
    /// no case.
    pub fn in_order(&mut self) {
        let modes = self.subject.modes.clone();
        self.cases.sort_by_key(|case| {
            let mode = case.mode.name();
            let mode = modes.iter().position(|it| *it == mode);
            (case.place.is_none(), mode, case.place)
        });
    }

    /// 0 conformant, 1 not; 2 when nothing is wrong but waivers; 3 when nothing was judged; 5 when
    /// nothing is wrong in what was run, and there was no time for the rest. A share of
    /// several in which nothing is wrong is 0, whether or not anything in it applies: that something
    /// was judged and passed is asked of the whole.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let not_run = self.count(Verdict::NotRun);
        if not_run > 0 && !self.cases.iter().any(CaseReport::counts_against) {
            return Exit::inconclusive(&format!(
                "{not_run} of {} judgments were not made: there was no time for them",
                self.cases.len()
            ));
        }
        if !self.is_judged() && !self.is_share() {
            return Exit::harness(
                "no case was judged: the adapter declares nothing that any of them needs, or what \
                 was asked for on the command line leaves none that applies",
            );
        }
        let passed = self.cases.iter().any(|it| it.verdict == Verdict::Pass);
        if (!passed && !self.is_share()) || self.cases.iter().any(CaseReport::counts_against) {
            return Exit::Nonconformant;
        }
        match self.stale() {
            0 => Exit::Conformant,
            1 => Exit::attention("one waiver needs attention"),
            many => Exit::attention(&format!("{many} waivers need attention")),
        }
    }

    /// What the run says about the client, in a few words.
    #[must_use]
    pub fn conclusion(&self) -> String {
        match self.exit() {
            Exit::Conformant if !self.is_judged() => {
                "nothing in this share applies to the client: it says nothing of it".to_owned()
            }
            Exit::Conformant => conformant(self),
            Exit::Nonconformant => "NOT conformant".to_owned(),
            Exit::Attention(reason) => reason,
            Exit::Inconclusive(reason) => format!("inconclusive: {reason}"),
            Exit::Harness(_) | Exit::Usage(_) => "nothing was judged".to_owned(),
        }
    }
}

/// How many cases each word is said of.
fn counted(cases: &[CaseReport]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for case in cases {
        *counts.entry(case.word().to_owned()).or_default() += 1;
    }
    counts
}

/// The case with everything a client may have said in it escaped and cut.
fn tamed(mut case: CaseReport) -> CaseReport {
    for finding in &mut case.findings {
        finding.field = finding.field.as_deref().map(text::line);
        for said in [&mut finding.input, &mut finding.expected, &mut finding.got] {
            *said = text::line(said);
        }
    }
    for exchange in &mut case.transcript {
        for said in [&mut exchange.asked, &mut exchange.answered] {
            *said = text::line(said);
        }
    }
    case.note = case.note.as_deref().map(text::lines);
    case
}

/// How far the word goes.
fn conformant(report: &Report) -> String {
    let ids = |applied: bool| -> BTreeSet<&str> {
        let wanted = |it: &&CaseReport| !applied || it.verdict != Verdict::NotApplicable;
        report.cases.iter().filter(wanted).map(|it| it.case.as_str()).collect()
    };
    let (applied, all) = (ids(true).len(), ids(false).len());
    let but = match report.waived() {
        0 => String::new(),
        1 => " but for one waived failure".to_owned(),
        many => format!(" but for {many} waived failures"),
    };
    if applied == all {
        format!("conformant{but}")
    } else {
        format!("conformant in what it declares ({applied} of {all} cases apply){but}")
    }
}

/// The command that runs one case again.
#[must_use]
pub fn replay(report: &Report, case: &CaseReport) -> String {
    if let Some(command) = &report.subject.replay {
        return command.clone();
    }
    let adapter = &report.subject.adapter;
    let space = if adapter.is_empty() { "" } else { " " };
    format!("conclave check{space}{adapter} --only {} --mode {}", case.case, case.mode.name())
}

/// The rules a client was seen to hold to, in cases it passed: those of cases in which nothing is
/// refused, and those of cases in which something is.
fn rules_seen(cases: &[Case], reports: &[CaseReport]) -> (RuleSet, RuleSet) {
    let passed: BTreeSet<&str> = reports
        .iter()
        .filter(|report| report.verdict == Verdict::Pass)
        .map(|report| report.case.as_str())
        .collect();
    let (mut held, mut broken) = (RuleSet::EMPTY, RuleSet::EMPTY);
    for case in cases.iter().filter(|case| passed.contains(case.id.as_str())) {
        let refused = case.steps.iter().any(|step| step.expect.class.leaves_as_it_was());
        let seen = if refused { &mut broken } else { &mut held };
        *seen = seen.union(RuleSet::of(&case.rules));
    }
    (held, broken)
}

/// The rules behind the first wrong step of each case.
fn rules_failed(reports: &[CaseReport]) -> RuleSet {
    let deciding = reports.iter().flat_map(|report| {
        let step = report.findings.iter().map(|finding| finding.step).min();
        report.findings.iter().filter(move |finding| Some(finding.step) == step)
    });
    deciding.map(|finding| finding.rule).fold(RuleSet::EMPTY, RuleSet::with)
}
