//! What the harness says about a case.

use conclave_spec::{Level, Provenance, Rule};
use serde::{Deserialize, Serialize};

use crate::protocol::{Codec, RandomnessClass};

/// The verdict on a case, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    pub const ALL: [Self; 9] = [
        Self::Pass,
        Self::NotApplicable,
        Self::Advice,
        Self::Differs,
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
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
            Self::Timeout => "timeout",
            Self::Crash => "crash",
            Self::ProtocolError => "protocol error",
        }
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

/// How a case was run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// One thing that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The step of the client, from 1.
    pub step: usize,
    /// What it was given.
    pub input: String,
    /// What is wrong.
    pub aspect: Aspect,
    /// The rule it breaks.
    pub rule: Rule,
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
            (Aspect::RefusalClass, ..) | (_, Level::Should, _) => Verdict::Advice,
            (_, Level::Must, Provenance::Reading(_) | Provenance::Ours) => Verdict::Differs,
            (_, Level::Must, Provenance::Literal) => Verdict::Fail,
        }
    }
}

/// A case and its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub rules: Vec<Rule>,
    /// The steps taken with the client.
    pub steps: usize,
    /// What is not as it must be.
    pub findings: Vec<Finding>,
    /// Why it was not judged, or what went wrong with the adapter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl CaseReport {
    /// Whether the client got an outcome wrong, which is what kills a mutant.
    #[must_use]
    pub fn is_wrong_by_outcome(&self) -> bool {
        self.findings.iter().any(|finding| finding.aspect == Aspect::Outcome)
    }
}
