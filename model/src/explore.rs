//! Exploration: every world a slice can reach, every goal of the slice judged in each.
//!
//! ```text
//! Rig (profile x slice) --> moves, after --> breadth-first search --> Exploration
//!                                              |             |
//!                                           search     cross_check (stateright)
//! ```
//!
//! Two engines walk the same transition function: a breadth-first search of our own, so that a
//! counterexample is a shortest one and the same on every machine, and `stateright`, which must find
//! the same number of worlds, the same depth, and counterexamples as short. A third search,
//! [`exhaust`], goes deep first: no shortest counterexamples, and little memory.

use std::{cell::OnceCell, fmt};

use conclave_spec::Profile;

use crate::{
    algebra::Term,
    knowledge::Knowledge,
    machine::StepError,
    properties::{Goal, View},
    script::Script,
    stage::StageError,
    world::{Move, PathError, Rig, Slice, World},
};

mod ablation;
mod cross_check;
mod exhaust;
mod look;
mod replay;
mod search;
mod walk;

pub use ablation::{
    Bound, Broken, Worth, ablate, broken_anyway, moves_named, powers_needed, retrace,
};
pub use cross_check::{CrossCheck, cross_check};
pub use exhaust::{Exhausted, Outcome, exhaust};
pub use look::{Judged, judged};
pub use replay::{Heard, ReplayError, Reproduced, heard, replay, replay_on_bytes};
pub use search::{Limits, Pace, Until, bare};
pub use walk::{Walked, walk};

/// What an exploration found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exploration {
    /// The profile's name.
    pub profile: &'static str,
    /// What was explored: the bound of every verdict.
    pub slice: Slice,
    /// How many different worlds were reached.
    pub distinct_states: usize,
    /// How many moves between worlds there are.
    pub transitions: usize,
    /// How many moves the farthest world is from the start.
    pub depth: usize,
    /// Whether every world of the slice was reached; else a limit ended the search.
    pub whole: bool,
    /// One verdict per goal of the slice.
    pub verdicts: Vec<(Goal, Verdict)>,
}

/// What became of a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds in every world of the slice, and its premise was reached.
    Holds,
    /// It does not hold at the end of this script, and no shorter path breaks it.
    Violated(Counterexample),
    /// Its premise was never reached: the slice says nothing about it.
    Vacuous,
}

/// A shortest way to break a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// The moves of the world.
    pub moves: Vec<Move>,
    /// The same as a script, for the stage and for adapters.
    pub script: Script,
    /// How many worlds had been reached when it was found.
    pub after_states: usize,
}

/// An exploration that could not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExploreError {
    /// A client cannot be opened.
    #[error(transparent)]
    Start(#[from] StepError),
    /// The world cannot begin.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// A path found cannot be played.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// Explores a slice under a profile to its end.
///
/// # Errors
/// The world cannot begin, or a path found cannot be played: a fault of the model.
pub fn explore(profile: &Profile, slice: &Slice) -> Result<Exploration, ExploreError> {
    explore_within(profile, slice, &Limits::default(), &mut |_| {})
}

/// Explores a slice under a profile within limits, telling how it goes.
///
/// # Errors
/// As [`explore`].
pub fn explore_within(
    profile: &Profile,
    slice: &Slice,
    limits: &Limits,
    progress: &mut dyn FnMut(Pace),
) -> Result<Exploration, ExploreError> {
    explore_rig(&Rig::new(profile, slice), limits, progress)
}

/// As [`explore_within`], for a rig.
///
/// # Errors
/// As [`explore`].
pub fn explore_rig(
    rig: &Rig,
    limits: &Limits,
    progress: &mut dyn FnMut(Pace),
) -> Result<Exploration, ExploreError> {
    let found = search::search(rig, limits, progress)?;
    let mut verdicts = Vec::new();
    for goal in &rig.slice.goals {
        let verdict = match found.broken.get(goal) {
            Some((moves, after_states)) => {
                let (moves, script) = (moves.clone(), rig.script(moves)?);
                Verdict::Violated(Counterexample { moves, script, after_states: *after_states })
            }
            None if found.premises.contains(goal) => Verdict::Holds,
            None => Verdict::Vacuous,
        };
        verdicts.push((*goal, verdict));
    }
    Ok(Exploration {
        profile: rig.profile.id,
        slice: rig.slice.clone(),
        distinct_states: found.distinct_states,
        transitions: found.transitions,
        depth: found.depth,
        whole: found.whole,
        verdicts,
    })
}

impl Exploration {
    /// The verdict on a goal.
    #[must_use]
    pub fn verdict(&self, goal: Goal) -> Option<&Verdict> {
        self.verdicts.iter().find(|(known, _)| *known == goal).map(|(_, verdict)| verdict)
    }

    /// The counterexample to a goal, if it was broken.
    #[must_use]
    pub fn counterexample(&self, goal: Goal) -> Option<&Counterexample> {
        match self.verdict(goal)? {
            Verdict::Violated(counterexample) => Some(counterexample),
            Verdict::Holds | Verdict::Vacuous => None,
        }
    }

    /// The goals broken.
    pub fn broken(&self) -> impl Iterator<Item = (Goal, &Counterexample)> {
        self.verdicts.iter().filter_map(|(goal, verdict)| match verdict {
            Verdict::Violated(counterexample) => Some((*goal, counterexample)),
            Verdict::Holds | Verdict::Vacuous => None,
        })
    }

    /// Whether no goal is broken within the bound.
    #[must_use]
    pub fn none_broken(&self) -> bool {
        self.broken().next().is_none()
    }

    /// Whether every goal was put to the test and holds within the bound.
    #[must_use]
    pub fn all_hold(&self) -> bool {
        self.verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Holds)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Holds => f.write_str("holds"),
            Self::Violated(found) => write!(f, "violated after {} moves", found.moves.len()),
            Self::Vacuous => f.write_str("vacuous"),
        }
    }
}

impl fmt::Display for Exploration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, slice {}", self.profile, self.slice)?;
        writeln!(f, "{} distinct states, depth {}", self.distinct_states, self.depth)?;
        for (goal, verdict) in &self.verdicts {
            writeln!(f, "{:13} {verdict}", goal.id())?;
        }
        Ok(())
    }
}

/// Judges a world. What the spy knows is worked out only when a goal asks.
fn judge<T>(world: &World, question: impl Fn(&View<'_, Term>) -> T) -> T {
    let knowledge: OnceCell<Knowledge> = OnceCell::new();
    let knows = |term: &_| knowledge.get_or_init(|| world.knowledge()).knows(term);
    let clients: Vec<_> = world.honest().collect();
    question(&View { ledger: &world.ledger, clients: &clients, knows: &knows })
}

/// Whether a goal of the rig is broken in a world.
fn breaks(rig: &Rig, world: &World, goal: Goal) -> bool {
    !judge(world, |view| goal.holds(&rig.profile, view))
}

#[cfg(test)]
mod tests;
