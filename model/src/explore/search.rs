//! The engine: breadth first, one thread, worlds told apart by 128-bit digests.

use std::collections::{BTreeMap, BTreeSet};

use super::{breaks, judge};
use crate::{
    properties::Goal,
    stage::StageError,
    world::{Digest, Move, Rig, World},
};

/// When a search ends before its slice does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// At most so many worlds.
    pub states_max: usize,
    /// At most so many moves.
    pub depth_max: usize,
    /// As soon as this goal is broken, or any if it is none of the slice.
    pub until: Until,
}

/// Which find ends a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// None: to the end of the slice.
    End,
    /// The first broken goal.
    AnyBroken,
    /// This goal broken.
    Broken(Goal),
}

impl Default for Limits {
    fn default() -> Self {
        Self { states_max: usize::MAX, depth_max: usize::MAX, until: Until::End }
    }
}

/// How a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many worlds have been reached.
    pub distinct_states: usize,
    /// How many moves from the start the search is.
    pub depth: usize,
    /// How many worlds wait at this depth.
    pub frontier: usize,
}

/// What the search found.
pub(super) struct Found {
    /// The shortest path to a world that breaks a goal, and after how many worlds.
    pub(super) broken: BTreeMap<Goal, (Vec<Move>, usize)>,
    /// The goals whose premise was reached.
    pub(super) premises: BTreeSet<Goal>,
    pub(super) distinct_states: usize,
    pub(super) transitions: usize,
    pub(super) depth: usize,
    pub(super) whole: bool,
}

/// How a world was first reached: from which one, by which move.
type Reached = (u32, Move);

/// Walks a slice.
pub(super) fn search(
    rig: &Rig,
    limits: &Limits,
    progress: &mut dyn FnMut(Pace),
) -> Result<Found, StageError> {
    let start = rig.start()?;
    let mut walk = Search {
        rig,
        limits,
        seen: BTreeSet::from([start.digest()]),
        reached: Vec::new(),
        found: Found {
            broken: BTreeMap::new(),
            premises: BTreeSet::new(),
            distinct_states: 1,
            transitions: 0,
            depth: 0,
            whole: true,
        },
    };
    walk.judge(&start, 0);
    let mut level = vec![(0, start)];
    while !level.is_empty() && !walk.ends() {
        let depth = walk.found.depth;
        progress(Pace {
            distinct_states: walk.found.distinct_states,
            depth,
            frontier: level.len(),
        });
        level = walk.level(level);
        if !level.is_empty() {
            walk.found.depth = depth + 1;
        }
    }
    Ok(walk.found)
}

struct Search<'r> {
    rig: &'r Rig,
    limits: &'r Limits,
    seen: BTreeSet<Digest>,
    /// How world number `n + 1` was reached; world 0 is the start.
    reached: Vec<Reached>,
    found: Found,
}

impl Search<'_> {
    /// Whether a limit ends the search here.
    fn ends(&mut self) -> bool {
        let found = match self.limits.until {
            Until::End => self.rig.slice.goals.is_empty(),
            Until::AnyBroken => !self.found.broken.is_empty(),
            Until::Broken(goal) => self.found.broken.contains_key(&goal),
        };
        let full = self.found.distinct_states >= self.limits.states_max;
        let deep = self.found.depth >= self.limits.depth_max;
        let ends = (found && self.limits.until != Until::End) || full || deep;
        self.found.whole &= !ends;
        ends
    }

    /// The worlds one move from those of a level.
    fn level(&mut self, level: Vec<(u32, World)>) -> Vec<(u32, World)> {
        let mut next = Vec::new();
        for (from, world) in level {
            for (action, after) in self.rig.successors(&world) {
                self.found.transitions += 1;
                self.found.premises.extend(&after.ledger.reached);
                if !self.seen.insert(after.digest()) {
                    continue;
                }
                self.found.distinct_states += 1;
                self.reached.push((from, action));
                let number = u32::try_from(self.reached.len()).unwrap_or(u32::MAX);
                self.judge(&after, number);
                if self.found.distinct_states >= self.limits.states_max {
                    return next;
                }
                next.push((number, after));
            }
        }
        next
    }

    fn judge(&mut self, world: &World, number: u32) {
        for goal in &self.rig.slice.goals {
            if !self.found.premises.contains(goal)
                && judge(world, |view| goal.premise_reached(view))
            {
                self.found.premises.insert(*goal);
            }
            if !self.found.broken.contains_key(goal) && breaks(self.rig, world, *goal) {
                let path = self.path(number);
                self.found.broken.insert(*goal, (path, self.found.distinct_states));
            }
        }
    }

    fn path(&self, number: u32) -> Vec<Move> {
        let mut path = Vec::new();
        let mut at = number;
        while let Some((from, action)) =
            at.checked_sub(1).and_then(|at| self.reached.get(usize::try_from(at).ok()?))
        {
            path.push(*action);
            at = *from;
        }
        path.reverse();
        path
    }
}

/// The floor of the bench: the same transition function, a set of digests and a queue, and nothing
/// judged or kept. How many worlds and transitions there are.
///
/// # Errors
/// The world cannot begin.
pub fn bare(rig: &Rig) -> Result<(usize, usize), StageError> {
    let start = rig.start()?;
    let mut seen = BTreeSet::from([start.digest()]);
    let mut queue = std::collections::VecDeque::from([start]);
    let mut transitions = 0;
    while let Some(world) = queue.pop_front() {
        for (_, after) in rig.successors(&world) {
            transitions += 1;
            if seen.insert(after.digest()) {
                queue.push_back(after);
            }
        }
    }
    Ok((seen.len(), transitions))
}
