//! Model-based sessions: meetings made up step by step, played in lockstep with a client and with
//! the model.
//!
//! A session is a script around one party, which the client under test plays. The server of the
//! session delays, drops, repeats, reorders and forges, tells parties different things and names
//! leaders; other parties misbehave. It is written with the model alone and looks ahead: of several
//! continuations the one is kept that reaches most of what was reached least so far. The reference
//! says what must come of each step, so a session is a case like any other, and is run and judged
//! like one ([`crate::run`]).

use std::collections::BTreeMap;

use conclave_model::{
    schedule::{Aim, Composer, Reached, Setting},
    script::{Script, ScriptStep, WireEdit},
    stage::StageError,
};
use conclave_spec::{Profile, Rule, RuleSet};
use sha2::{Digest as _, Sha256};

use crate::{
    case::Case,
    cases::Draft,
    policies::{self, Chosen},
    protocol::{Class, Role},
    record::{self, RecordError},
    run::Moment,
};

pub mod guide;
pub mod lane;
pub mod shrink;

use guide::Guide;

/// The area of sessions, in the identifiers of their cases.
pub const AREA: &str = "session";

/// How many continuations are looked at before one is kept.
const LOOKED_AT: u32 = 4;

/// Of this many messages to the client, about one comes with damaged bytes first.
const DAMAGED_ONE_IN: u8 = 12;

/// No session goes on longer than this many times the steps asked for: some continuations give the
/// client nothing.
const ROUNDS_PER_STEP_MAX: usize = 4;

/// Why there is no session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The cast is at fault.
    #[error("the cast of a session: {0}")]
    Cast(#[from] StageError),
    /// There is no such policy.
    #[error("{0}")]
    Policy(String),
    /// The session cannot be recorded.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// What sessions are made from: equal plans give equal sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The version that everybody follows, with few exceptions.
    pub profile: Profile,
    /// Whether the client never leads, or may.
    pub role: Role,
    /// The seed.
    pub seed: u64,
    /// How many inputs the client gets, at most; looks at what its user sees not counted.
    pub steps: usize,
    /// What the client follows where it may choose.
    pub policies: Chosen,
    /// Whether bytes are damaged on their way.
    pub damages: bool,
}

/// The sessions of a plan, one after the other.
#[derive(Clone, Debug)]
pub struct Source {
    plan: Plan,
    own: Setting,
    key: [u8; 32],
    made: u32,
    guide: Guide,
}

/// A session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its number, from 1.
    pub number: u32,
    /// What it is made from: the script, less the looks at what the user sees.
    pub draft: Draft,
    /// The case.
    pub case: Case,
    /// What is known of the moment after each step of the case.
    pub moments: Vec<Moment>,
    /// What the client reaches in it.
    pub reached: Reached,
}

/// The word for a role, as on the command line.
#[must_use]
pub const fn word(role: Role) -> &'static str {
    match role {
        Role::Leader => "leader",
        Role::Participant => "participant",
    }
}

impl Source {
    /// The sessions of this plan.
    ///
    /// # Errors
    /// There is no such policy.
    pub fn new(plan: Plan) -> Result<Self, SessionError> {
        let followed = policies::follow(plan.profile.clone(), &plan.policies);
        let (profile, policies) = followed.map_err(SessionError::Policy)?;
        let mut hash = Sha256::new();
        hash.update(b"conclave sessions");
        for part in [plan.profile.id, word(plan.role)] {
            hash.update([0]);
            hash.update(part);
        }
        hash.update(plan.seed.to_be_bytes());
        let (own, key) = (Setting { profile, policies }, hash.finalize().into());
        Ok(Self { plan, own, key, made: 0, guide: Guide::default() })
    }

    /// What they are made from.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How often what was reached so far.
    #[must_use]
    pub fn guide(&self) -> &Guide {
        &self.guide
    }

    /// The next session.
    ///
    /// # Errors
    /// It cannot be recorded.
    pub fn make(&mut self) -> Result<Session, SessionError> {
        let (draft, reached) = self.compose()?;
        self.session(self.made, draft, reached)
    }

    /// Passes over the next session. It is made up, since it bears on those after it, but not
    /// recorded.
    ///
    /// # Errors
    /// The cast is at fault.
    pub fn skip(&mut self) -> Result<(), SessionError> {
        self.compose().map(drop)
    }

    /// A session from a draft: what the reference makes of each step.
    ///
    /// # Errors
    /// The cast is at fault.
    pub fn session(
        &self,
        number: u32,
        draft: Draft,
        reached: Reached,
    ) -> Result<Session, SessionError> {
        let anew = record::anew(&draft, &self.plan.profile)?;
        let steps = anew.played.iter().filter_map(|at| draft.script.steps.get(*at).cloned());
        let steps = steps.collect();
        let draft = Draft { script: Script { cast: draft.script.cast, steps }, ..draft };
        // Bytes are damaged where nobody looks ahead.
        let turned = anew.case.steps.iter().filter(|step| step.expect.class != Class::Accept);
        let turned = turned.filter_map(|step| step.expect.rule);
        let turned = turned.fold(reached.turned, RuleSet::with);
        let reached = Reached { turned, ..reached };
        Ok(Session { number, draft, case: anew.case, moments: anew.moments, reached })
    }

    /// Bytes for one choice: of a session, a round of it, and a continuation.
    fn bytes(&self, session: u32, round: u32, which: u32) -> Vec<u8> {
        let block = |block: u8| {
            let mut hash = Sha256::new();
            hash.update(self.key);
            [session, round, which].into_iter().for_each(|it| hash.update(it.to_be_bytes()));
            hash.update([block]);
            <[u8; 32]>::from(hash.finalize())
        };
        [block(0), block(1)].concat()
    }

    /// Whom the next session is about.
    fn aim(&self) -> Aim {
        let leads = self.plan.role == Role::Leader;
        let own = match (leads, self.made % 3) {
            (true, 2) => "mallory",
            (true, _) => "alice",
            (false, 2) => "mallory",
            (false, _) => "bob",
        };
        Aim { own, leads, calm: self.made % 4 == 1 }
    }

    fn compose(&mut self) -> Result<(Draft, Reached), SessionError> {
        self.made += 1;
        let (number, aim) = (self.made, self.aim());
        let setup = self.bytes(number, 0, 0);
        let mut composer = Composer::new(&self.plan.profile, &self.own, aim, &setup)?;
        let mut reached = Reached::default();
        let mut steps: Vec<ScriptStep> = Vec::new();
        let mut own = 0;
        for round in 1..=u32::try_from(self.plan.steps * ROUNDS_PER_STEP_MAX).unwrap_or(u32::MAX) {
            let looked_at = (0..LOOKED_AT).map(|which| {
                let bytes = self.bytes(number, round, which);
                if round == 1 { composer.opening(&bytes) } else { composer.attempt(&bytes) }
            });
            let Some(kept) = self.guide.best(looked_at) else { break };
            self.guide.note(kept.reached());
            reached.add(kept.reached());
            for step in kept.steps() {
                if step.party == aim.own && own >= self.plan.steps {
                    break;
                }
                own += usize::from(step.party == aim.own);
                steps.push(step.clone());
            }
            composer.adopt(kept);
            if own >= self.plan.steps {
                break;
            }
        }
        if self.plan.damages {
            steps = self.damaged(number, aim.own, steps);
        }
        let script = Script { cast: composer.cast().to_vec(), steps };
        Ok((self.draft(number, aim, script), reached))
    }

    /// Some of the messages to the client come first with damaged bytes.
    fn damaged(&self, number: u32, own: &str, steps: Vec<ScriptStep>) -> Vec<ScriptStep> {
        let mut with = Vec::with_capacity(steps.len());
        let mut count = 0;
        for step in steps {
            if step.party == own && step.act.recipe().is_some() {
                count += 1;
                let bytes = self.bytes(number, u32::MAX, count);
                if let Some(edit) = edit(&bytes) {
                    with.push(ScriptStep { wire: Some(edit), ..step.clone() });
                }
            }
            with.push(step);
        }
        with
    }

    fn draft(&self, number: u32, aim: Aim, script: Script) -> Draft {
        let Plan { role, seed, policies, .. } = &self.plan;
        let role = word(*role);
        Draft {
            name: format!("{role}-{seed}-{number}"),
            title: format!("Session {number} of seed {seed}, as {}", aim.own),
            area: AREA,
            plays: aim.own.to_owned(),
            // The rules are those that the steps turn on; without any, that a session can be held.
            rules: vec![Rule::RequestFits],
            pairs: Vec::new(),
            policies: BTreeMap::clone(policies),
            script,
        }
    }
}

/// Damage, if these bytes choose any.
fn edit(bytes: &[u8]) -> Option<WireEdit> {
    let [whether, kind, at, more, ..] = bytes else { return None };
    if whether % DAMAGED_ONE_IN != 0 {
        return None;
    }
    Some(match kind % 8 {
        0 => WireEdit::Append(hex::encode([*more])),
        1 => WireEdit::Truncate(1 + usize::from(at % 40)),
        2 => WireEdit::Instead(String::new()),
        _ => WireEdit::Flip(usize::from(*at)),
    })
}
