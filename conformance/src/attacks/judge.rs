//! What comes of an attack: played over real cryptography and over terms, which must agree.

use conclave_model::{
    Algebra,
    algebra::{Bytes, Terms},
    harm::{Harm, Run, Sign},
    machine::{Outcome as Answer, StepError},
    stage::StageError,
};
use conclave_spec::{Profile, Rule};
use sha2::{Digest as _, Sha256};

use super::{Entry, Expected, Play};

/// What came of an attack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The harm was done, and no sign of it shown.
    Succeeds,
    /// The harm was done, and every sign of it shown.
    Detected,
    /// The harm was not done; the deciding step was refused.
    Refused {
        /// By this rule.
        rule: Rule,
        /// The step, from 1.
        step: usize,
    },
    /// The harm was not done, and the deciding step was not refused.
    Prevented,
    /// The harm was done, and worse beside it.
    Worse(String),
    /// The version does not have what is attacked.
    NotApplicable,
}

/// A harm or a sign, and whether it was there.
pub type Found<T> = Vec<(T, bool)>;

/// What was seen of an attack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// What came of it.
    pub outcome: Outcome,
    /// What it is after.
    pub harms: Found<Harm>,
    /// What the victims are shown.
    pub signs: Found<Sign>,
    /// What must not happen.
    pub limits: Found<Harm>,
}

/// An attack under one profile, held against what was written down.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The attack.
    pub entry: Entry,
    /// The profile.
    pub profile: Profile,
    /// What must come of it.
    pub expected: Expected,
    /// What came of it.
    pub observed: Observed,
    /// Where something stood in its way: whether it succeeds without that.
    pub ablation: Option<bool>,
}

/// An attack that cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JudgeError {
    /// The script is at fault.
    #[error("{id} under {profile}: {error}")]
    Script {
        /// The attack.
        id: &'static str,
        /// The profile.
        profile: &'static str,
        /// What is wrong.
        error: StageError,
    },
    /// Real and symbolic cryptography give different outcomes: a fault of the model.
    #[error("{id} under {profile}: bytes give {bytes}, terms give {terms}")]
    Apart {
        /// The attack.
        id: &'static str,
        /// The profile.
        profile: &'static str,
        /// The outcome over bytes.
        bytes: String,
        /// The outcome over terms.
        terms: String,
    },
}

impl Outcome {
    /// In a few words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Succeeds => "succeeds".to_owned(),
            Self::Detected => "succeeds and is shown".to_owned(),
            Self::Refused { rule, step } => format!("refused by {} at step {step}", rule.id()),
            Self::Prevented => "comes to nothing".to_owned(),
            Self::Worse(what) => format!("does worse than admitted: {what}"),
            Self::NotApplicable => "not applicable".to_owned(),
        }
    }

    /// Whether the harm was done.
    #[must_use]
    pub const fn is_harm(&self) -> bool {
        match self {
            Self::Succeeds | Self::Detected | Self::Worse(_) => true,
            Self::Refused { .. } | Self::Prevented | Self::NotApplicable => false,
        }
    }

    /// Whether it is what was written down.
    #[must_use]
    pub fn is(&self, expected: Expected) -> bool {
        match (self, expected) {
            (Self::Succeeds, Expected::Succeeds)
            | (Self::Detected, Expected::Detected)
            | (Self::Prevented, Expected::Prevented { .. })
            | (Self::NotApplicable, Expected::NotApplicable) => true,
            (Self::Refused { .. } | Self::Prevented, Expected::Outgrown { .. }) => true,
            (Self::Refused { rule, .. }, Expected::Refused { voice, .. }) => *rule == voice,
            (
                Self::Succeeds
                | Self::Detected
                | Self::Prevented
                | Self::NotApplicable
                | Self::Refused { .. }
                | Self::Worse(_),
                Expected::Succeeds
                | Expected::Detected
                | Expected::Prevented { .. }
                | Expected::Outgrown { .. }
                | Expected::NotApplicable
                | Expected::Refused { .. },
            ) => false,
        }
    }
}

impl Judged {
    /// Whether all is as written down: the outcome, and that the attack succeeds without the rules
    /// that stand in its way.
    #[must_use]
    pub fn is_as_expected(&self) -> bool {
        self.observed.outcome.is(self.expected) && self.ablation != Some(false)
    }
}

/// Plays one attack on one version and judges it.
///
/// # Errors
/// The attack cannot be played.
pub fn judge(entry: &Entry, profile: &Profile) -> Result<Judged, JudgeError> {
    let expected = entry.expected_in(profile);
    let observed = observe(entry, profile)?;
    let ablation = match ablated(profile, expected) {
        Some(ablated) => Some(observe(entry, &ablated)?.outcome.is_harm()),
        None => None,
    };
    Ok(Judged { entry: *entry, profile: profile.clone(), expected, observed, ablation })
}

/// The profile without what is said to stand in the way.
fn ablated(profile: &Profile, expected: Expected) -> Option<Profile> {
    match expected {
        Expected::Refused { by, .. } | Expected::Prevented { by } => Some(less(profile, by)),
        Expected::Outgrown { also, .. } => {
            let parent = Profile::by_id(profile.parent?)?;
            let rules = less(profile, also).rules;
            Some(Profile { rules, id: profile.id, ..parent })
        }
        Expected::Succeeds | Expected::Detected | Expected::NotApplicable => None,
    }
}

/// The profile without these rules.
#[must_use]
pub fn less(profile: &Profile, rules: &[Rule]) -> Profile {
    rules.iter().fold(profile.clone(), |profile, rule| profile.without(*rule))
}

/// Plays an attack over both algebras.
///
/// # Errors
/// The attack cannot be played, or the algebras disagree.
pub fn observe(entry: &Entry, profile: &Profile) -> Result<Observed, JudgeError> {
    if !entry.applies_to(profile) {
        let outcome = Outcome::NotApplicable;
        return Ok(Observed { outcome, harms: Vec::new(), signs: Vec::new(), limits: Vec::new() });
    }
    let (id, of) = (entry.id, profile.id);
    let at = move |error| JudgeError::Script { id, profile: of, error };
    let play = entry.play(profile);
    let seed: [u8; 32] = Sha256::digest(format!("attack {id}")).into();
    let bytes = watch(&Bytes::seeded(seed), &play, profile).map_err(at)?;
    let terms = watch(&Terms, &play, profile).map_err(at)?;
    if bytes == terms {
        return Ok(bytes);
    }
    let words = |observed: &Observed| {
        let Observed { outcome, harms, signs, limits } = observed;
        format!("{} {harms:?} {signs:?} {limits:?}", outcome.words())
    };
    Err(JudgeError::Apart { id, profile: of, bytes: words(&bytes), terms: words(&terms) })
}

fn watch<A: Algebra>(algebra: &A, play: &Play, profile: &Profile) -> Result<Observed, StageError> {
    let mut spies: Vec<_> = play.harms.iter().chain(&play.limits).filter_map(Harm::spy).collect();
    spies.sort_unstable();
    spies.dedup();
    let run = Run::of(algebra, &play.script, profile, &spies)?;
    let harms = found(&play.harms, |harm| harm.happened(&run))?;
    let signs = found(&play.signs, |sign| sign.shown(&run))?;
    let limits = found(&play.limits, |harm| harm.happened(&run))?;
    let every = |found: &[bool]| !found.is_empty() && found.iter().all(|there| *there);
    let there = |harms: &Found<Harm>| harms.iter().map(|(_, there)| *there).collect::<Vec<_>>();
    let shown: Vec<_> = signs.iter().map(|(_, there)| *there).collect();
    let worse = limits.iter().find(|(_, there)| *there).map(|(harm, _)| harm.sentence());
    let outcome = if every(&there(&harms)) {
        match worse {
            Some(what) => Outcome::Worse(what),
            None if every(&shown) => Outcome::Detected,
            None => Outcome::Succeeds,
        }
    } else {
        refusal(&run, play.decisive)
    };
    Ok(Observed { outcome, harms, signs, limits })
}

fn found<T: Clone>(
    all: &[T],
    there: impl Fn(&T) -> Result<bool, StageError>,
) -> Result<Found<T>, StageError> {
    all.iter().map(|it| Ok((it.clone(), there(it)?))).collect()
}

/// What became of the deciding step, where the harm was not done.
fn refusal<A: Algebra>(run: &Run<'_, A>, decisive: usize) -> Outcome {
    let step = decisive + 1;
    match run.replies().get(decisive).map(|reply| &reply.outcome) {
        Some(Err(StepError::Refused(reject))) => Outcome::Refused { rule: reject.rule, step },
        Some(Ok(Answer::Left(rule))) => Outcome::Refused { rule: *rule, step },
        Some(
            Ok(Answer::Accepted | Answer::Pending(_))
            | Err(StepError::Undrawn(_) | StepError::Misused(_)),
        )
        | None => Outcome::Prevented,
    }
}
