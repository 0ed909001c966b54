//! A counterexample as an adapter script: a file anybody can run against any client.

use conclave_model::{
    algebra::Bytes,
    explore::replay_on_bytes,
    machine::StepError,
    properties::Goal,
    script::{Script, ScriptStep},
    stage::{Stage, StageError},
};
use conclave_spec::{Profile, Rule};
use serde::{Deserialize, Serialize};

use crate::{
    case::Case,
    cases::Draft,
    record::{self, RecordError},
};

/// The format of an attack file.
pub const SCHEMA: &str = "conclave-attack-1";

/// A script that breaks a goal under some profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    /// `conclave-attack-1`.
    pub schema: String,
    /// The goal it breaks.
    pub goal: String,
    /// The profile it was found under.
    pub found_under: String,
    /// The rule that profile lacked, if one was taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<Rule>,
    /// The malicious party.
    pub spy: String,
    /// The party that the client under test plays.
    pub plays: String,
    /// What everybody does. The expectations are those of the profile it was found under.
    pub script: Script,
}

/// An attack that cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum AttackError {
    /// No goal has this name.
    #[error("no goal is called {0:?}")]
    Goal(String),
    /// The script cannot be played.
    #[error("the script cannot be played: {0}")]
    Script(String),
    /// The script cannot be recorded.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// What an attack does to the reference under a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// Whether it succeeds, over real cryptography.
    pub succeeds: bool,
    /// The first step that is refused from where it goes otherwise than where it was found, counted
    /// from 1, and the rule.
    pub refused: Option<(usize, Rule)>,
}

impl Attack {
    /// What it does to the reference under this profile, over real cryptography.
    ///
    /// # Errors
    /// The script cannot be played.
    pub fn against_reference(&self, profile: &Profile) -> Result<Admitted, AttackError> {
        let goal = Goal::by_id(&self.goal).ok_or_else(|| AttackError::Goal(self.goal.clone()))?;
        let played = replay_on_bytes(&self.script, profile, goal, &self.spy)
            .map_err(|error| AttackError::Script(error.to_string()))?;
        let first = played.unexpected.unwrap_or(0);
        let replies = played.replies.iter().enumerate().skip(first);
        let refused = replies.into_iter().find_map(|(at, reply)| match &reply.outcome {
            Err(StepError::Refused(reject)) => Some((at + 1, reject.rule)),
            Ok(_) | Err(StepError::Undrawn(_) | StepError::Misused(_)) => None,
        });
        Ok(Admitted { succeeds: played.violated, refused })
    }

    /// The attack as a case: what the reference does under this profile is what is expected.
    ///
    /// # Errors
    /// The script cannot be played.
    pub fn case(&self, profile: &Profile) -> Result<Case, AttackError> {
        let script = expecting(&self.script, profile)?;
        let refusing = script.steps.iter().filter(|step| step.party == self.plays);
        let mut rules: Vec<Rule> = refusing.filter_map(|step| step.expect.rule).collect();
        rules.dedup();
        if rules.is_empty() {
            rules.push(Rule::UseNewestKey);
        }
        let draft = Draft {
            name: format!("attack-on-{}", self.goal.to_lowercase()),
            title: format!("An attack on {} found under {}", self.goal, self.found_under),
            area: "rotation",
            plays: self.plays.clone(),
            rules,
            pairs: Vec::new(),
            policies: std::collections::BTreeMap::new(),
            script,
        };
        Ok(record::record(&draft, profile, profile)?)
    }
}

/// The script with the expectations of another profile. What makes no sense to a client there, such
/// as speaking after it has left, is left out.
pub(crate) fn expecting(script: &Script, profile: &Profile) -> Result<Script, AttackError> {
    let said = |error: StageError| AttackError::Script(error.to_string());
    let algebra = Bytes::seeded([0; 32]);
    let mut stage = Stage::new(&algebra, &script.cast, profile).map_err(said)?;
    let mut steps = Vec::with_capacity(script.steps.len());
    for step in &script.steps {
        let reply = stage.play(step).map_err(said)?;
        match &reply.outcome {
            Err(StepError::Misused(_)) => continue,
            Err(error @ StepError::Undrawn(_)) => {
                return Err(AttackError::Script(error.to_string()));
            }
            Ok(_) | Err(StepError::Refused(_)) => {}
        }
        let Some(expect) = record::coming(step, &reply) else { continue };
        steps.push(ScriptStep { expect, ..step.clone() });
    }
    Ok(Script { cast: script.cast.clone(), steps })
}
