//! Exploration: every world a slice can reach, every goal judged in each.
//!
//! ```text
//! Rig (profile x slice) --> successors --> breadth-first search --> Exploration
//!                                            |            |
//!                                    stateright_model   bare
//! ```
//!
//! Two engines walk the same transition function: `stateright`, which finds the counterexamples,
//! and a bare search that cross-checks the counts and is the floor of the bench. Both are
//! single-threaded and breadth-first, so a counterexample is a shortest one and the same on every
//! machine.

use std::{cell::OnceCell, fmt};

use conclave_spec::Profile;

use crate::{
    knowledge::Knowledge,
    machine::StepError,
    properties::{Goal, View},
    script::Script,
    world::{Move, PathError, Rig, Slice, World},
};

mod bare;
mod replay;
mod stateright_model;

pub use bare::{Bare, bare_bfs};
pub use replay::{Heard, ReplayError, Reproduced, heard, replay, replay_on_bytes};

/// What an exploration found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exploration {
    /// The profile's name.
    pub profile: &'static str,
    /// What was explored: the bound of every verdict.
    pub slice: Slice,
    /// How many different worlds were reached.
    pub distinct_states: usize,
    /// How many moves the farthest world is from the start.
    pub depth: usize,
    /// One verdict per goal, in the order of [`Goal::ALL`].
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
}

/// An exploration that could not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExploreError {
    /// The world cannot begin.
    #[error(transparent)]
    Start(#[from] StepError),
    /// A path found cannot be played.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// Explores a slice under a profile.
///
/// # Errors
/// The world cannot begin, or a path found cannot be played: a fault of the model.
pub fn explore(profile: &Profile, slice: &Slice) -> Result<Exploration, ExploreError> {
    let rig = Rig::new(profile, slice);
    let found = stateright_model::search(&rig)?;
    let mut verdicts = Vec::new();
    for goal in Goal::ALL {
        let verdict = match found.broken.get(&goal) {
            Some(moves) => {
                let (moves, script) = (moves.clone(), rig.script(moves)?);
                Verdict::Violated(Counterexample { moves, script })
            }
            None if found.premises.contains(&goal) => Verdict::Holds,
            None => Verdict::Vacuous,
        };
        verdicts.push((goal, verdict));
    }
    Ok(Exploration {
        profile: profile.id,
        slice: slice.clone(),
        distinct_states: found.distinct_states,
        depth: found.depth,
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
            writeln!(f, "{:9} {verdict}", goal.id())?;
        }
        Ok(())
    }
}

/// Judges a world. What the spy knows is worked out only when a goal asks.
fn judge<T>(world: &World, question: impl Fn(&View<'_, crate::algebra::Term>) -> T) -> T {
    let knowledge: OnceCell<Knowledge> = OnceCell::new();
    let knows = |term: &_| knowledge.get_or_init(|| world.knowledge()).knows(term);
    let clients: Vec<_> = world.honest.values().map(|honest| &*honest.state).collect();
    question(&View { ledger: &world.ledger, clients: &clients, knows: &knows })
}

#[cfg(test)]
mod tests;
