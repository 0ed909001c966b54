//! What the suite and the attacks say of a client with a fault.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::{
    Fault, FaultsError, First, Language,
    plant::Planted,
    table::{Layer, Row, Seen},
};
use crate::{
    attacks,
    case::{Case, Side},
    commands::check,
    process::Limits,
    report::{FINDINGS_SHOWN, group},
    verdict::{CaseReport, Verdict},
};

/// How long to wait, in milliseconds: a busy machine is no fault.
const PATIENCE_MS: u64 = 30_000;

/// The most cases that a sample judges anew of those that fail, and of those that pass.
const SAMPLE_MAX: usize = 12;

/// The formulas, and the cases of a profile: what `check --profile` runs.
#[must_use]
pub fn cases_of(all: &[Case], profile: &str) -> Vec<Case> {
    let of_profile =
        |case: &&Case| case.session.as_ref().is_none_or(|session| session.profile == profile);
    all.iter().filter(of_profile).cloned().collect()
}

fn limits() -> Limits {
    let patience_ms = PATIENCE_MS;
    Limits {
        start_ms: patience_ms,
        answer_ms: patience_ms,
        close_ms: patience_ms,
        ..Limits::default()
    }
}

/// The layer of a case.
fn layer(case: &Case) -> Layer {
    let decisive = case.pairs.iter().any(|pair| pair.side == Side::Decisive);
    match &case.session {
        None => Layer::Formulas,
        Some(_) if case.area() == attacks::AREA => Layer::Attacks,
        Some(_) if decisive => Layer::Decisive,
        Some(_) => Layer::Scenarios,
    }
}

/// A client with a fault, to be judged.
#[derive(Debug)]
pub struct Trial<'a> {
    /// The language of the client.
    pub language: Language,
    /// The fault.
    pub fault: &'a Fault,
    /// The client.
    pub planted: &'a Planted,
    /// The cases of its profile.
    pub cases: &'a [Case],
    /// The digest of what the row is made from.
    pub inputs: String,
}

impl Trial<'_> {
    /// Judges everything.
    ///
    /// # Errors
    /// The client does not work at all, or the attacks cannot be played.
    pub fn judge(&self) -> Result<Row, FaultsError> {
        let Fault { profile, .. } = self.fault;
        let attacks = attacks::cases(Some(profile))?;
        let reports = self.reports(self.cases)?;
        let of_attacks = self.reports(&attacks)?;
        let mut layers: BTreeMap<Layer, Seen> = BTreeMap::new();
        let judged = self.cases.iter().zip(&reports).chain(attacks.iter().zip(&of_attacks));
        for (case, report) in judged {
            if report.verdict == Verdict::NotApplicable {
                continue;
            }
            let seen = layers.entry(layer(case)).or_default();
            seen.judged += 1;
            if kills(report) {
                seen.failing.push((case.id.clone(), report.verdict.words().to_owned()));
            }
        }
        let all: Vec<&CaseReport> = reports.iter().chain(&of_attacks).collect();
        let first = first(&reports).or_else(|| first(&of_attacks));
        Ok(Row {
            killed: all.iter().any(|it| kills(it)),
            named: all.iter().filter(|it| names(it, self.fault)).count(),
            first,
            layers,
            ..self.row()
        })
    }

    /// A row about which nothing is known.
    fn row(&self) -> Row {
        let Fault { id, wrong, breaks, profile, mode, misleads, survives, .. } = self.fault.clone();
        Row {
            id,
            wrong,
            language: self.language,
            inputs: self.inputs.clone(),
            breaks,
            profile,
            mode,
            killed: false,
            first: None,
            named: 0,
            misleads,
            survives,
            layers: BTreeMap::new(),
        }
    }

    /// The verdict on each of these cases, in order.
    fn reports(&self, cases: &[Case]) -> Result<Vec<CaseReport>, FaultsError> {
        let broken = |reason: String| {
            let id = self.fault.id.clone();
            FaultsError::Broken { id, reason }
        };
        let mode = self.fault.mode().ok_or_else(|| broken("no such mode".to_owned()))?;
        let reports = check::judged(&self.planted.launch, limits(), cases, mode);
        let reports = reports.map_err(|fault| broken(fault.to_string()))?;
        if let Some(report) = reports.iter().find(|report| is_internal(report)) {
            return Err(broken(format!("it fails with an error of its own in {}", report.case)));
        }
        Ok(reports)
    }

    /// Judges some cases anew, and says what ends otherwise than the stored row says: the first
    /// failures of the row, and cases that pass, chosen by the seed.
    ///
    /// # Errors
    /// As [`Self::judge`].
    pub fn recheck(&self, row: &Row, seed: &str) -> Result<Vec<String>, FaultsError> {
        let attacks = attacks::cases(Some(&self.fault.profile))?;
        let failing: BTreeMap<&str, &str> = row.failing().map(|(_, id, word)| (id, word)).collect();
        let all = self.cases.iter().chain(&attacks);
        let (bad, mut good): (Vec<&Case>, Vec<&Case>) =
            all.partition(|case| failing.contains_key(case.id.as_str()));
        good.sort_by_cached_key(|case| Sha256::digest(format!("{seed} {}", case.id)));
        let told = row.first.as_ref().map(|first| first.case.as_str());
        let mut chosen: BTreeSet<&str> = told.into_iter().collect();
        chosen.extend(bad.iter().take(SAMPLE_MAX).map(|case| case.id.as_str()));
        chosen.extend(good.iter().take(SAMPLE_MAX).map(|case| case.id.as_str()));
        let cases = self.cases.iter().chain(&attacks).filter(|it| chosen.contains(it.id.as_str()));
        let cases: Vec<Case> = cases.cloned().collect();
        let reports = self.reports(&cases)?;
        let mut wrong = Vec::new();
        for report in &reports {
            let (word, case) = (report.verdict.words(), report.case.as_str());
            let stored = failing.get(case).copied();
            if stored != Some(word).filter(|_| kills(report)) {
                let stored = stored.unwrap_or(Verdict::Pass.words());
                wrong.push(format!("{}: {case} is {word}, and {stored} in the table", row.id));
            }
        }
        // The suite comes before the attacks, here as there.
        let (suite, rest): (Vec<_>, Vec<_>) = reports
            .into_iter()
            .partition(|report| self.cases.iter().any(|case| case.id == report.case));
        let first = first(&suite).or_else(|| first(&rest));
        if first != row.first {
            let [was, is] = [&row.first, &first].map(|it| told_first(it.as_ref()));
            wrong.push(format!("{}: first wrong is {is}, and {was} in the table", row.id));
        }
        Ok(wrong)
    }
}

/// What is wrong with what became of a fault, held against what its entry says.
#[must_use]
pub fn problems(fault: &Fault, row: &Row) -> Vec<String> {
    let id = &fault.id;
    let mut wrong = Vec::new();
    match (row.killed, &fault.survives) {
        (false, None) => wrong.push(format!("{id}: survives: nothing finds it")),
        (false, Some(why)) => wrong.push(format!("{id}: survives; {why}")),
        (true, Some(_)) => wrong.push(format!(
            "{id}: is found now, by {}: say so in its entry, in place of `survives`",
            told_first(row.first.as_ref())
        )),
        (true, None) if row.first != fault.first => wrong.push(format!(
            "{id}: first wrong is {}, and {} was expected",
            told_first(row.first.as_ref()),
            told_first(fault.first.as_ref())
        )),
        (true, None) => {}
    }
    wrong
}

/// A first failure in a few words.
#[must_use]
pub fn told_first(first: Option<&First>) -> String {
    first.map_or_else(
        || "nothing".to_owned(),
        |it| {
            let rules: Vec<_> = it.rules.iter().map(|rule| rule.id()).collect();
            format!("{} at step {}, told by {}", it.case, it.step, rules.join(" "))
        },
    )
}

/// The first failure as `check` prints them.
fn first(reports: &[CaseReport]) -> Option<First> {
    let failing = reports.iter().filter(|it| kills(it));
    let gravest = failing.min_by_key(|report| group::gravity(report))?;
    let step = gravest.deciding().map(|finding| finding.step).next().unwrap_or(gravest.steps);
    let mut rules = Vec::new();
    for finding in gravest.deciding().take(FINDINGS_SHOWN) {
        if !rules.contains(&finding.rule) {
            rules.push(finding.rule);
        }
    }
    Some(First { case: gravest.case.clone(), step, rules })
}

/// Whether a case finds a fault.
fn kills(report: &CaseReport) -> bool {
    report.verdict.is_nonconformant() || report.is_wrong_by_outcome()
}

/// Whether the first wrong step of a case is told by the rule that is broken.
fn names(report: &CaseReport, fault: &Fault) -> bool {
    report.deciding().any(|finding| finding.rule == fault.breaks)
}

/// Whether the client said that it failed by itself.
fn is_internal(report: &CaseReport) -> bool {
    report.deciding().any(|finding| finding.got.starts_with("internal"))
}
