//! A case: one list of steps, judged once. Also the format of the vector files.

use std::collections::BTreeMap;

use conclave_model::script::{Script, Window};
use conclave_spec::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::protocol::{Class, Hex, Input, Observed, Output};

/// The format of the vector files.
pub const SCHEMA: &str = "conclave-vectors-2";

/// A file of cases of one area under one profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VectorFile {
    /// `conclave-vectors-2`.
    pub schema: String,
    /// The area.
    pub area: String,
    /// The profile, or `formulas` for formulas that belong to none.
    pub profile: String,
    /// SHA-256 over what the profile resolves to.
    pub profile_digest: String,
    /// How many cases follow.
    pub count: usize,
    /// The cases.
    pub cases: Vec<Case>,
    /// The cases of the parent profile that hold here unchanged, by their identifiers there: all
    /// that differs is the name of the profile, in identifiers and in the session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<String>,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Stable identifier: profile, area and name. Never reused.
    pub id: String,
    /// What it shows, for people.
    pub title: String,
    /// The rules it tests.
    #[schemars(with = "Vec<String>")]
    pub rules: Vec<Rule>,
    /// Its places in decisive pairs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<Pair>,
    /// The class of the answer the case turns on.
    pub result: CaseResult,
    /// The policies the client must follow for this expectation to hold, by policy key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policies: BTreeMap<String, String>,
    /// The session of the client under test; absent in a case of byte formulas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<CaseSession>,
    /// What a formula computes on the way, for whoever looks for a difference. Not compared.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub intermediates: BTreeMap<String, String>,
    /// What the client under test is given, and what must come of it.
    pub steps: Vec<CaseStep>,
}

/// The class of the answer a case turns on.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CaseResult {
    /// Taken.
    Accept,
    /// Refused as wrong.
    Reject,
    /// Passed over.
    Ignore,
    /// Stored, not usable yet.
    Pending,
    /// A reason to leave.
    Leave,
    /// Not for a client in this phase or role.
    BadRequest,
    /// Depends on the policies named in the case.
    Policy,
}

/// A decisive pair: two cases one field, or one moment, apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The rule the pair decides on.
    #[schemars(with = "String")]
    pub rule: Rule,
    /// Which of the two this case is.
    pub side: Side,
    /// The other case.
    pub twin: String,
    /// The one thing that differs.
    pub differs_in: String,
}

/// The two sides of a decisive pair.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A client without the rule still gets this one right.
    Common,
    /// A client without the rule gets this one wrong.
    Decisive,
}

/// How the client under test takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseSession {
    /// The party of the script that the client plays. Also the name of its session.
    pub plays: String,
    /// User ID.
    pub user_id: String,
    /// Hardware ID.
    pub hardware_id: String,
    /// The profile it follows.
    pub profile: String,
    /// Whether it leads at any time.
    pub leads: bool,
    /// The seed of its random values, 32 bytes.
    pub seed: Hex,
    /// The random values it draws, by purpose: what the seed gives.
    pub draws: BTreeMap<String, Vec<Hex>>,
    /// The seed of the whole script, 32 bytes: what the other parties draw from.
    pub script_seed: Hex,
    /// What all parties do. The steps below are those of the client, worked out.
    #[schemars(with = "serde_json::Value")]
    pub script: Script,
}

/// One step of the client under test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseStep {
    /// What it is given, in codec `bytes`.
    pub input: Input,
    /// What must come of it.
    pub expect: Expected,
}

/// What must come of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The class of the answer.
    pub class: Class,
    /// The rule the step turns on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub rule: Option<Rule>,
    /// When the outputs of this step may happen, if not now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "serde_json::Value")]
    pub window: Option<Window>,
    /// What the client does because of it, in order; with a window, at whatever step it falls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Output>,
    /// What the user sees, for `observe`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<Observed>,
    /// The outputs of `compute`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computed: Option<BTreeMap<String, String>>,
}

impl Case {
    /// The area of the case, from its identifier.
    #[must_use]
    pub fn area(&self) -> &str {
        self.id.split('/').nth(1).unwrap_or_default()
    }

    /// The profile of the case, from its identifier.
    #[must_use]
    pub fn profile(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }

    /// The case as it is called under another profile.
    #[must_use]
    pub fn under(&self, profile: &str) -> Self {
        let mut case = self.clone();
        let renamed = |id: &str| match id.split_once('/') {
            Some((_, rest)) => format!("{profile}/{rest}"),
            None => id.to_owned(),
        };
        case.id = renamed(&self.id);
        for pair in &mut case.pairs {
            pair.twin = renamed(&pair.twin);
        }
        // A client that follows another profile than the rest of the meeting goes on doing so.
        if let Some(session) = case.session.as_mut().filter(|it| it.profile == self.profile()) {
            profile.clone_into(&mut session.profile);
        }
        case
    }
}
