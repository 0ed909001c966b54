//! The result of a run: for people, as JSON, as JUnit.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write},
    path::Path,
};

use conclave_spec::RuleSet;
use console::{Style, style};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use serde::{Deserialize, Serialize};

use crate::{
    case::Case,
    commands::Exit,
    player::Fault,
    process::excerpt,
    verdict::{CaseReport, Finding, Verdict},
};

/// The format of the JSON result.
pub const SCHEMA: &str = "conclave-results-1";

/// For whoever has an adapter that does not answer.
const WHAT_TO_DO: &str = "what to do: start it by hand, type \
    {\"id\":1,\"input\":{\"op\":\"hello\",\"protocol_min\":2,\"protocol_max\":2}} and compare what \
    it writes with docs/adapter.md; if it answers there, does it flush after each line?";

/// How many failing cases are printed in full.
const SHOWN_MAX: usize = 12;

/// The longest line of text, in columns. Commands to paste are never broken.
const COLUMNS_MAX: usize = 100;

/// Where the text beside a word of the margin begins.
const MARGIN: usize = 12;

/// The client that was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// `conclave-results-1`.
    pub schema: String,
    /// The client.
    pub subject: Subject,
    /// How many cases had which verdict.
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
    /// Every case.
    pub cases: Vec<CaseReport>,
    /// Wall time, in seconds; not part of the files.
    #[serde(skip)]
    pub seconds: f64,
}

/// A result file that cannot be written.
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
    /// The result of these cases.
    #[must_use]
    pub fn new(subject: Subject, reports: Vec<CaseReport>, cases: &[Case]) -> Self {
        let (held, broken) = rules_seen(cases, &reports);
        let ids = |rules: RuleSet| rules.iter().map(|rule| rule.id().to_owned()).collect();
        let mut counts = BTreeMap::new();
        for report in &reports {
            *counts.entry(report.verdict.words().to_owned()).or_default() += 1;
        }
        Self {
            schema: SCHEMA.to_owned(),
            subject,
            counts,
            steps: reports.iter().map(|report| report.steps).sum(),
            rules_seen_holding: ids(held),
            rules_seen_refusing: ids(broken),
            rules_failed: ids(rules_failed(&reports)),
            notes: Vec::new(),
            cases: reports,
            seconds: 0.0,
        }
    }

    /// The result when the adapter does not even say who it is.
    #[must_use]
    pub fn unanswered(fault: &Fault, adapter: &str) -> Self {
        let report = CaseReport {
            case: "hello".to_owned(),
            title: "The adapter says who it is".to_owned(),
            mode: crate::verdict::Mode {
                randomness: crate::protocol::RandomnessClass::Opaque,
                codec: crate::protocol::Codec::Bytes,
            },
            verdict: verdict_of(fault),
            rules: Vec::new(),
            steps: 1,
            findings: Vec::new(),
            note: Some(format!("{fault}\n{WHAT_TO_DO}")),
        };
        let subject = Subject { adapter: adapter.to_owned(), ..Subject::default() };
        Self::new(subject, vec![report], &[])
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.cases.iter().filter(|report| report.verdict == verdict).count()
    }

    /// 0 conformant, 1 not; 3 when nothing was judged.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let judged = self.cases.iter().any(|it| it.verdict != Verdict::NotApplicable);
        if !judged {
            return Exit::harness(
                "no case was judged: the adapter declares nothing that any case needs",
            );
        }
        let passed = self.cases.iter().any(|it| it.verdict == Verdict::Pass);
        if !passed || self.cases.iter().any(|it| it.verdict.is_nonconformant()) {
            Exit::Nonconformant
        } else {
            Exit::Conformant
        }
    }
}

/// Prints the result for people.
///
/// # Errors
/// The output cannot be written.
pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (not_run, mut failing): (Vec<_>, Vec<_>) = report
        .cases
        .iter()
        .filter(|it| it.verdict.is_nonconformant())
        .partition(|it| it.verdict == Verdict::Inconclusive && it.steps == 0);
    // What kept other cases from being run must not drown among them.
    failing.sort_by_key(|it| it.note.is_none());
    let notable: Vec<_> = report
        .cases
        .iter()
        .filter(|it| matches!(it.verdict, Verdict::Advice | Verdict::Differs))
        .collect();
    for case in failing.iter().take(SHOWN_MAX) {
        details(report, case, out)?;
    }
    if failing.len() > SHOWN_MAX {
        writeln!(out, "... and {} more; --json FILE has them all\n", failing.len() - SHOWN_MAX)?;
    }
    for case in notable.iter().take(SHOWN_MAX) {
        details(report, case, out)?;
    }
    if notable.len() > SHOWN_MAX {
        let more = notable.len() - SHOWN_MAX;
        writeln!(out, "... and {more} more that advise or differ; --json FILE has them all\n")?;
    }
    if let Some(first) = not_run.first() {
        let why = first.note.as_deref().unwrap_or_default();
        writeln!(out, "{} cases {why}\n", not_run.len())?;
    }
    summary(report, out)
}

fn details(report: &Report, case: &CaseReport, out: &mut dyn Write) -> io::Result<()> {
    let verdict = painted(case.verdict);
    let mode = if report.subject.modes.is_empty() {
        String::new()
    } else {
        format!("  [{}]", case.mode.name())
    };
    writeln!(out, "{verdict}  {}{mode}", style(&case.case).bold())?;
    writeln!(out, "{}", wrapped(&format!("  {}", case.title), 2))?;
    let first = case.findings.iter().map(|finding| finding.step).min();
    let (decides, later): (Vec<_>, Vec<_>) =
        case.findings.iter().partition(|finding| Some(finding.step) == first);
    for finding in decides.iter().take(4) {
        found(finding, out)?;
    }
    if !later.is_empty() {
        let steps: BTreeSet<_> = later.iter().map(|finding| finding.step.to_string()).collect();
        let steps = steps.into_iter().collect::<Vec<_>>().join(", ");
        let line = format!("  afterwards also at step {steps}: may follow from this, not counted");
        writeln!(out, "{}", wrapped(&line, 4))?;
    }
    if let Some(note) = &case.note {
        for line in note.lines() {
            writeln!(out, "{}", wrapped(&format!("  {line}"), 4))?;
        }
    }
    if !case.rules.is_empty() {
        writeln!(out, "  replay    {}", replay(report, case))?;
    }
    writeln!(out)
}

fn found(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let rule = finding.rule;
    let broken = format!("  rule      {} {}", rule.id(), rule.statement());
    writeln!(out, "{}", wrapped(&broken, MARGIN))?;
    if let conclave_spec::Provenance::Reading(id) = rule.provenance() {
        writeln!(out, "            differs from {id}: `conclave explain {id}`")?;
    }
    let step = format!("  step {:<4} {}", finding.step, finding.input);
    writeln!(out, "{}", wrapped(&step, MARGIN))?;
    for (word, text) in [("expected", &finding.expected), ("got", &finding.got)] {
        let line = format!("  {word:<9} {}", shorten(text));
        writeln!(out, "{}", wrapped(&line, MARGIN))?;
    }
    Ok(())
}

/// A line broken at spaces, or anywhere if there is none, to at most [`COLUMNS_MAX`] characters;
/// what follows the first line is indented.
fn wrapped(line: &str, indent: usize) -> String {
    let mut text = String::new();
    let mut rest: Vec<char> = line.chars().collect();
    while rest.len() > COLUMNS_MAX {
        let space = rest[..=COLUMNS_MAX].iter().rposition(|it| *it == ' ');
        let at = space.filter(|at| *at > 2 * indent).unwrap_or(COLUMNS_MAX);
        let after = rest.split_off(at);
        text.extend(rest);
        text.push('\n');
        let after = after.into_iter().skip_while(|it| *it == ' ');
        rest = std::iter::repeat_n(' ', indent).chain(after).collect();
    }
    text.extend(rest);
    text
}

fn shorten(text: &str) -> String {
    excerpt(text.as_bytes())
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

fn painted(verdict: Verdict) -> String {
    let paint = match verdict {
        Verdict::Pass => Style::new().green(),
        Verdict::NotApplicable => Style::new().dim(),
        Verdict::Advice | Verdict::Differs | Verdict::Inconclusive => Style::new().yellow(),
        Verdict::Fail | Verdict::Timeout | Verdict::Crash | Verdict::ProtocolError => {
            Style::new().red()
        }
    };
    paint.bold().apply_to(verdict.words().to_uppercase()).to_string()
}

fn summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let subject = &report.subject;
    if subject.modes.is_empty() {
        writeln!(out, "no case was run: the adapter did not get past hello")?;
        return concluded(report, out);
    }
    let name = excerpt(subject.name.as_bytes());
    let version = excerpt(subject.version.as_bytes());
    let long = name.chars().count() + version.chars().count() >= COLUMNS_MAX;
    let (name, version) = (wrapped(&name, 2), wrapped(&version, 2));
    writeln!(out, "{}{}{version}", style(name).bold(), if long { "\n  " } else { " " })?;
    for (key, value) in &subject.policies {
        writeln!(out, "  follows {key} = {value}; the cases are recorded for such a client")?;
    }
    for note in &report.notes {
        writeln!(out, "{}", wrapped(&format!("  note: {note}"), 4))?;
    }
    areas(report, out)?;
    let counts: Vec<_> = Verdict::ALL
        .into_iter()
        .map(|verdict| (report.count(verdict), verdict))
        .filter(|(count, verdict)| *count > 0 || *verdict == Verdict::Pass)
        .map(|(count, verdict)| format!("{count} {}", verdict.words()))
        .collect();
    let distinct: BTreeSet<_> = report.cases.iter().map(|it| it.case.as_str()).collect();
    let line = format!(
        "  {} in {}: {}",
        counted(distinct.len(), "case"),
        counted(subject.modes.len(), "mode"),
        counts.join(", ")
    );
    writeln!(out, "{}", wrapped(&line, 4))?;
    writeln!(
        out,
        "  {}, {} seen holding, {} seen refusing, {:.1} s",
        counted(report.steps, "request"),
        counted(report.rules_seen_holding.len(), "rule"),
        report.rules_seen_refusing.len(),
        report.seconds
    )?;
    concluded(report, out)
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// How far the word goes.
fn conformant(report: &Report) -> String {
    let ids = |applied: bool| -> BTreeSet<&str> {
        let wanted = |it: &&CaseReport| !applied || it.verdict != Verdict::NotApplicable;
        report.cases.iter().filter(wanted).map(|it| it.case.as_str()).collect()
    };
    let (applied, all) = (ids(true).len(), ids(false).len());
    if applied == all {
        "conformant".to_owned()
    } else {
        format!("conformant in what it declares ({applied} of {all} cases apply)")
    }
}

fn concluded(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let verdict = match report.exit() {
        Exit::Conformant => style(conformant(report)).green().bold(),
        Exit::Nonconformant => style("NOT conformant".to_owned()).red().bold(),
        Exit::Harness(_) | Exit::Usage(_) => style("nothing was judged".to_owned()).red().bold(),
    };
    writeln!(out, "  {verdict}")
}

/// One line for each profile and area.
fn areas(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut table: BTreeMap<(String, String), BTreeMap<Verdict, usize>> = BTreeMap::new();
    for case in &report.cases {
        let mut parts = case.case.split('/');
        let key = (
            parts.next().unwrap_or_default().to_owned(),
            parts.next().unwrap_or_default().to_owned(),
        );
        *table.entry(key).or_default().entry(case.verdict).or_default() += 1;
    }
    for ((profile, area), verdicts) in &table {
        let total: usize = verdicts.values().sum();
        let passed = verdicts.get(&Verdict::Pass).copied().unwrap_or_default();
        let others: Vec<_> = verdicts
            .iter()
            .filter(|(verdict, _)| **verdict != Verdict::Pass)
            .map(|(verdict, count)| format!("{count} {}", verdict.words()))
            .collect();
        let others = others.join(", ");
        let line = format!("  {profile:<20} {area:<10} {passed:>4} of {total:<4} pass   {others}");
        writeln!(out, "{}", wrapped(line.trim_end(), 46))?;
    }
    Ok(())
}

/// Writes the JSON and JUnit files asked for.
///
/// # Errors
/// A file cannot be written.
pub fn files(
    report: &Report,
    json: Option<&Path>,
    junit: Option<&Path>,
) -> Result<(), ReportError> {
    if let Some(path) = json {
        let mut text = serde_json::to_string_pretty(report)
            .map_err(|error| ReportError::Format(error.to_string()))?;
        text.push('\n');
        write(path, &text)?;
    }
    if let Some(path) = junit {
        let text =
            junit_of(report).to_string().map_err(|error| ReportError::Format(error.to_string()))?;
        write(path, &text)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), ReportError> {
    fs::write(path, text)
        .map_err(|error| ReportError::File { path: path.display().to_string(), error })
}

fn junit_of(report: &Report) -> quick_junit::Report {
    let mut suites: BTreeMap<String, TestSuite> = BTreeMap::new();
    for case in &report.cases {
        let status = match case.verdict {
            Verdict::Pass | Verdict::Advice | Verdict::Differs => TestCaseStatus::success(),
            Verdict::NotApplicable => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(case.note.clone().unwrap_or_default());
                status
            }
            Verdict::Fail | Verdict::Inconclusive => failure(NonSuccessKind::Failure, report, case),
            Verdict::Timeout | Verdict::Crash | Verdict::ProtocolError => {
                failure(NonSuccessKind::Error, report, case)
            }
        };
        let mode = case.mode.name();
        let suite = suites.entry(mode.clone()).or_insert_with(|| TestSuite::new(mode));
        let mut test = TestCase::new(case.case.clone(), status);
        let ids: Vec<_> = case.rules.iter().map(|rule| rule.id()).collect();
        test.add_property(("rules", ids.join(" ").as_str()));
        test.add_property(("verdict", case.verdict.words()));
        suite.add_test_case(test);
    }
    let mut junit = quick_junit::Report::new(format!("conclave {}", report.subject.name));
    junit.add_test_suites(suites.into_values());
    junit
}

fn failure(kind: NonSuccessKind, report: &Report, case: &CaseReport) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    let first = case.findings.first();
    let rule = first.map(|finding| finding.rule.id()).unwrap_or_default();
    status.set_type(format!("{} {rule}", case.verdict.words()).trim_end().to_owned());
    let mut text = Vec::new();
    let _ = details(report, case, &mut text);
    let text = console::strip_ansi_codes(&String::from_utf8_lossy(&text)).into_owned();
    status.set_message(case.title.clone());
    status.set_description(text);
    status
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
