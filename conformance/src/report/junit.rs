//! A result as JUnit XML.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::{Report, ReportError, text};
use crate::verdict::{CaseReport, Finding, Verdict};

/// How many findings of a failure are told.
const SHOWN_MAX: usize = 4;

/// The results as one JUnit document, a suite for each client and mode.
///
/// # Errors
/// The document cannot be put together.
pub fn junit(runs: &[Report]) -> Result<String, ReportError> {
    let several = runs.len() > 1;
    let name = match runs {
        [run] => format!("conclave {}", text::line(&run.subject.name)),
        _ => "conclave".to_owned(),
    };
    let mut junit = quick_junit::Report::new(name);
    for run in runs {
        junit.add_test_suites(suites(run, several));
    }
    junit.to_string().map_err(|error| ReportError::Format(error.to_string()))
}

fn suites(run: &Report, several: bool) -> Vec<TestSuite> {
    let mut suites: BTreeMap<String, TestSuite> = BTreeMap::new();
    for case in &run.cases {
        let mode = case.mode.name();
        let name = match several {
            true => format!("{} {} {mode}", text::line(&run.subject.name), run.subject.version),
            false => mode.clone(),
        };
        let suite = suites.entry(mode).or_insert_with(|| TestSuite::new(text::line(&name)));
        let mut test = TestCase::new(text::line(&case.case), status(run, case));
        let ids: Vec<_> = case.rules.iter().map(|rule| rule.id()).collect();
        test.add_property(("rules", ids.join(" ").as_str()));
        test.add_property(("verdict", case.word()));
        suite.add_test_case(test);
    }
    suites.into_values().collect()
}

fn status(run: &Report, case: &CaseReport) -> TestCaseStatus {
    if let Some(waiver) = case.waiver.and_then(|number| run.waivers.get(number.checked_sub(1)?)) {
        let (reason, until) = (text::line(&waiver.waiver.reason), waiver.waiver.expires);
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!("waived until {until}: {reason}"));
        return status;
    }
    match case.verdict {
        Verdict::Pass | Verdict::Advice | Verdict::Differs => TestCaseStatus::success(),
        Verdict::NotApplicable | Verdict::NotRun => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(case.note.as_deref().map(text::lines).unwrap_or_default());
            status
        }
        Verdict::Fail | Verdict::Inconclusive => failure(NonSuccessKind::Failure, case),
        Verdict::Timeout | Verdict::Crash | Verdict::ProtocolError => {
            failure(NonSuccessKind::Error, case)
        }
    }
}

fn failure(kind: NonSuccessKind, case: &CaseReport) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    let rule = case.deciding().next().map(|finding| finding.rule.id()).unwrap_or_default();
    status.set_type(format!("{} {rule}", case.verdict.words()).trim_end().to_owned());
    status.set_message(text::line(&case.title));
    status.set_description(described(case));
    status
}

/// A failure in lines of text: what decides it, what was noted, and how to run it again.
#[must_use]
pub(super) fn described(case: &CaseReport) -> String {
    let mut lines: Vec<String> = case.deciding().take(SHOWN_MAX).flat_map(found).collect();
    lines.extend(case.note.iter().map(|note| text::lines(note)));
    lines.extend(case.replay.iter().map(|command| format!("replay: {}", text::command(command))));
    lines.join("\n")
}

fn found(finding: &Finding) -> [String; 4] {
    let rule = finding.rule;
    [
        format!("{} {}", rule.id(), rule.statement()),
        format!("step {}: {}", finding.step, text::line(&finding.input)),
        format!("expected: {}", text::line(&finding.expected)),
        format!("got: {}", text::line(&finding.got)),
    ]
}
