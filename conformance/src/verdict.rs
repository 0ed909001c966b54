//! What the harness says about a case.

use conclave_spec::{Level, Provenance, Rule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    case::Case,
    protocol::{Codec, RandomnessClass},
};

/// The verdict on a case, worst last.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As expected.
    Pass,
    /// The client did not declare what the case needs. Counted and shown.
    NotApplicable,
    /// It breaks a rule that only advises.
    Advice,
    /// It differs where the paper is silent and we chose a reading.
    Differs,
    /// There was no time for it. Nothing is known of it.
    NotRun,
    /// The case was not judged.
    Inconclusive,
    /// It breaks a rule.
    Fail,
    /// It gave no answer in time.
    Timeout,
    /// It ended.
    Crash,
    /// Its answer is no answer.
    ProtocolError,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 10] = [
        Self::Pass,
        Self::NotApplicable,
        Self::Advice,
        Self::Differs,
        Self::NotRun,
        Self::Inconclusive,
        Self::Fail,
        Self::Timeout,
        Self::Crash,
        Self::ProtocolError,
    ];

    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::NotApplicable => "not applicable",
            Self::Advice => "advice",
            Self::Differs => "differs",
            Self::NotRun => "not run",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
            Self::Timeout => "timeout",
            Self::Crash => "crash",
            Self::ProtocolError => "protocol error",
        }
    }

    /// Whether it says something of the client.
    #[must_use]
    pub const fn is_judged(self) -> bool {
        !matches!(self, Self::NotApplicable | Self::NotRun)
    }

    /// Whether there is something to tell of it: it is judged, and no pass.
    #[must_use]
    pub const fn is_told(self) -> bool {
        self.is_judged() && !matches!(self, Self::Pass)
    }

    /// Whether a client with this verdict is not conformant.
    #[must_use]
    pub const fn is_nonconformant(self) -> bool {
        matches!(
            self,
            Self::Inconclusive | Self::Fail | Self::Timeout | Self::Crash | Self::ProtocolError
        )
    }
}

/// The word for a failure that a waiver covers.
pub const WAIVED: &str = "waived";

/// How a case was run.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Mode {
    /// Where the client's random values come from.
    pub randomness: RandomnessClass,
    /// How messages cross.
    pub codec: Codec,
}

impl Mode {
    /// For people and for command lines: `tape-bytes`.
    #[must_use]
    pub fn name(self) -> String {
        let randomness = match self.randomness {
            RandomnessClass::Tape => "tape",
            RandomnessClass::Seeded => "seeded",
            RandomnessClass::Opaque => "opaque",
        };
        let codec = match self.codec {
            Codec::Bytes => "bytes",
            Codec::Fields => "fields",
        };
        format!("{randomness}-{codec}")
    }

    /// Whether the client draws its own random values.
    #[must_use]
    pub fn is_opaque(self) -> bool {
        self.randomness == RandomnessClass::Opaque
    }
}

/// What about an answer was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// What became of the input, or what the client did: always binding.
    Outcome,
    /// Refused, but `reject` for `ignore` or the reverse: advice.
    RefusalClass,
    /// Refused with another rule ID: binding where the adapter maps codes.
    Code,
    /// The client says it drew other random values than it did.
    Drawn,
    /// It cannot do what its `hello` declares: always binding, whatever the rule.
    Unable,
}

/// One thing that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The step of the client, from 1.
    pub step: usize,
    /// What it was given.
    pub input: String,
    /// What is wrong.
    pub aspect: Aspect,
    /// The rule it breaks.
    #[schemars(with = "String")]
    pub rule: Rule,
    /// The part of the answer that is wrong, where one is: what a user sees, or the output of a
    /// formula.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub got: String,
}

impl Finding {
    /// The verdict this finding leads to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (self.aspect, self.rule.level(), self.rule.provenance()) {
            (Aspect::Drawn, ..) => Verdict::ProtocolError,
            (Aspect::Unable, ..) => Verdict::Fail,
            (Aspect::RefusalClass, ..) | (_, Level::Should, _) => Verdict::Advice,
            (_, Level::Must, Provenance::Reading(_) | Provenance::Ours) => Verdict::Differs,
            (_, Level::Must, Provenance::Literal) => Verdict::Fail,
        }
    }
}

/// A case and its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseReport {
    /// The case.
    pub case: String,
    /// What it shows.
    pub title: String,
    /// How it was run.
    pub mode: Mode,
    /// The verdict.
    pub verdict: Verdict,
    /// The rules it tests.
    #[schemars(with = "Vec<String>")]
    pub rules: Vec<Rule>,
    /// The steps taken with the client.
    pub steps: usize,
    /// What is not as it must be.
    pub findings: Vec<Finding>,
    /// Why it was not judged, or what went wrong with the adapter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its place among all cases asked for, from 0, whatever share of them this run had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
    /// Where it is no pass: the line of its vector file that it stands in, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub line: Option<usize>,
    /// The waiver that covers it, from 1; it counts as waived then, and never as a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<usize>,
    /// The command that runs it again, where it is worth running again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
    /// What was asked and answered, where that is no pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transcript: Vec<Exchange>,
}

/// A request and its answer, in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What was asked.
    pub asked: String,
    /// What came.
    pub answered: String,
}

impl CaseReport {
    /// A case that nothing was found in so far.
    #[must_use]
    pub fn of(case: &Case, mode: Mode, verdict: Verdict) -> Self {
        Self { rules: case.rules.clone(), ..Self::named(&case.id, &case.title, mode, verdict) }
    }

    /// A verdict on something that is no case of the suite.
    #[must_use]
    pub fn named(id: &str, title: &str, mode: Mode, verdict: Verdict) -> Self {
        Self {
            case: id.to_owned(),
            title: title.to_owned(),
            mode,
            verdict,
            rules: Vec::new(),
            steps: 0,
            findings: Vec::new(),
            note: None,
            place: None,
            line: None,
            waiver: None,
            replay: None,
            transcript: Vec::new(),
        }
    }

    /// The word for it: that of its verdict, or `waived`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        if self.waiver.is_some() { WAIVED } else { self.verdict.words() }
    }

    /// Whether it keeps the client from being conformant: a failure that nobody waived.
    #[must_use]
    pub const fn counts_against(&self) -> bool {
        self.verdict.is_nonconformant() && self.waiver.is_none()
    }

    /// The findings of the first step that is wrong. What is wrong later may follow from it.
    pub fn deciding(&self) -> impl Iterator<Item = &Finding> {
        let first = self.findings.iter().map(|it| it.step).min();
        self.findings.iter().filter(move |it| Some(it.step) == first)
    }

    /// Whether the client got an outcome wrong, which is what kills a mutant.
    #[must_use]
    pub fn is_wrong_by_outcome(&self) -> bool {
        self.findings.iter().any(|finding| finding.aspect == Aspect::Outcome)
    }
}

#[cfg(test)]
mod tests;
