//! What a result says rule by rule, and several results side by side.

use std::collections::BTreeSet;

use conclave_spec::{Profile, Rule, RuleSet};

use super::Report;
use crate::verdict::{CaseReport, Verdict};

/// What the cases of a rule say about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Cases passed.
    pub pass: usize,
    /// Cases that break the rule.
    pub fail: usize,
    /// Cases that break it and are waived.
    pub waived: usize,
    /// Cases that differ from our reading of it.
    pub differs: usize,
    /// Cases in which it advises.
    pub advice: usize,
    /// Cases that say nothing of it: they were not judged, or something else went wrong in them.
    pub open: usize,
    /// Cases that do not apply.
    pub not_applicable: usize,
}

/// What a result says about a rule, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No case about it was run.
    Untested,
    /// None of its cases applies.
    NotApplicable,
    /// Its cases pass.
    Holds,
    /// Its cases advise, or differ from a reading.
    Differs,
    /// Nothing is known.
    Open,
    /// It is broken, and that is waived.
    Waived,
    /// It is broken.
    Broken,
}

impl Standing {
    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Untested => "untested",
            Self::NotApplicable => "not applicable",
            Self::Holds => "holds",
            Self::Differs => "differs",
            Self::Open => "open",
            Self::Waived => "waived",
            Self::Broken => "broken",
        }
    }

    /// For style sheets.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Untested | Self::NotApplicable => "quiet",
            Self::Holds => "good",
            Self::Differs | Self::Open | Self::Waived => "fair",
            Self::Broken => "bad",
        }
    }
}

impl Tally {
    /// In a word: the worst there is to say.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        if self.fail > 0 {
            Standing::Broken
        } else if self.waived > 0 {
            Standing::Waived
        } else if self.differs + self.advice > 0 {
            Standing::Differs
        } else if self.pass > 0 {
            Standing::Holds
        } else if self.open > 0 {
            Standing::Open
        } else if self.not_applicable > 0 {
            Standing::NotApplicable
        } else {
            Standing::Untested
        }
    }

    fn count(&mut self, case: &CaseReport, rule: Rule) {
        let blamed = case.deciding().find(|it| it.rule == rule);
        let broken = case.verdict.is_nonconformant();
        let place = match (case.verdict, blamed) {
            (Verdict::Pass, _) => &mut self.pass,
            (Verdict::NotApplicable, _) => &mut self.not_applicable,
            (_, Some(_)) if broken && case.waiver.is_some() => &mut self.waived,
            (Verdict::Fail | Verdict::ProtocolError, Some(_)) => &mut self.fail,
            (Verdict::Differs, Some(_)) => &mut self.differs,
            (Verdict::Advice, Some(_)) => &mut self.advice,
            // What is not held against a rule says nothing for it either.
            (
                Verdict::Fail
                | Verdict::ProtocolError
                | Verdict::Differs
                | Verdict::Advice
                | Verdict::NotRun
                | Verdict::Inconclusive
                | Verdict::Timeout
                | Verdict::Crash,
                _,
            ) => &mut self.open,
        };
        *place += 1;
    }
}

/// One rule of a result.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The rule.
    pub rule: Rule,
    /// Whether it is in force in a profile that was run.
    pub in_force: bool,
    /// What its cases say.
    pub tally: Tally,
}

/// Every rule of a result.
#[must_use]
pub fn rows(run: &Report) -> Vec<Row> {
    let force = in_force(run);
    let row =
        |rule: &Rule| Row { rule: *rule, in_force: force.contains(*rule), tally: Tally::default() };
    let mut rows: Vec<Row> = Rule::ALL.iter().map(row).collect();
    for case in &run.cases {
        let decided = case.deciding().map(|finding| finding.rule);
        let about: BTreeSet<Rule> = case.rules.iter().copied().chain(decided).collect();
        for row in rows.iter_mut().filter(|row| about.contains(&row.rule)) {
            row.tally.count(case, row.rule);
        }
    }
    rows
}

/// The rules in force in any profile that was run.
fn in_force(run: &Report) -> RuleSet {
    let profiles: BTreeSet<&str> =
        run.cases.iter().filter_map(|case| case.case.split('/').next()).collect();
    let all = Profile::all().into_iter().filter(|profile| profiles.contains(profile.id));
    all.fold(RuleSet::EMPTY, |rules, profile| rules.union(profile.rules))
}
