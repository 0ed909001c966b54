//! How a case ends.

use crate::{
    player::Fault,
    verdict::{CaseReport, Finding, Verdict},
};

/// Why a case was not judged to the end.
pub(super) enum Stop {
    Fault(Fault),
    Script(String),
    /// The client cannot do what it declared, which has been noted.
    Unable,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Writes down how the case ended.
pub(super) fn concluded(report: &mut CaseReport, stop: Result<(), Stop>) -> Option<Fault> {
    match stop {
        Ok(()) => {
            report.verdict = worst(&report.findings).unwrap_or(Verdict::Pass);
            None
        }
        Err(Stop::Unable) => {
            report.verdict = worst(&report.findings).unwrap_or(Verdict::Inconclusive);
            report.note = Some("not played any further".to_owned());
            None
        }
        Err(Stop::Script(why)) => {
            let worst = worst(&report.findings);
            report.verdict = worst.unwrap_or(Verdict::Inconclusive).max(Verdict::Inconclusive);
            report.note = Some(why);
            None
        }
        Err(Stop::Fault(fault)) => {
            report.verdict = match &fault {
                Fault::Timeout { .. } => Verdict::Timeout,
                Fault::Crash { .. } | Fault::Start { .. } => Verdict::Crash,
                Fault::Protocol { .. } => Verdict::ProtocolError,
            };
            report.note = Some(fault.to_string());
            Some(fault)
        }
    }
}

/// The worst verdict of all findings. What only follows from an earlier finding is told apart by
/// its cause, in the judge, never by its place: nothing may hide behind advice.
fn worst(findings: &[Finding]) -> Option<Verdict> {
    findings.iter().map(Finding::verdict).max()
}
