//! The engine: breadth first, worlds told apart by 128-bit digests. Threads share the work of a
//! level; what they bring is taken in the order of one thread, so their number changes no result.

use std::collections::{BTreeMap, BTreeSet};

use super::judge;
use crate::{
    properties::Goal,
    stage::StageError,
    world::{Digest, Move, Pool, Rig, World},
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
    /// How many threads share the work.
    pub threads: usize,
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
        Self { states_max: usize::MAX, depth_max: usize::MAX, until: Until::End, threads: 1 }
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

/// A world with its number.
type Numbered = (u32, World);

/// How many worlds each thread looks at before what they bring is taken.
const BATCH: usize = 256;

/// One move from a world of the level.
struct Step {
    by: Reached,
    /// Goals put to the test.
    premises: Vec<Goal>,
    /// Where it leads, unless that was seen before.
    to: Option<New>,
}

/// A world that was not seen before its batch, and the goals it breaks.
struct New {
    digest: Digest,
    world: World,
    broken: Vec<Goal>,
}

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
    let (tested, broken) = walk.judged(&start);
    walk.found.premises.extend(tested);
    walk.note_broken(broken, 0);
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
    fn level(&mut self, level: Vec<Numbered>) -> Vec<Numbered> {
        let (mut next, mut pool) = (Vec::new(), Pool::default());
        let mut level = level.into_iter();
        let batch = if self.limits.threads > 1 { BATCH * self.limits.threads } else { 1 };
        loop {
            let worlds: Vec<_> = level.by_ref().take(batch).collect();
            if worlds.is_empty() {
                return next;
            }
            for step in self.steps(&worlds) {
                if !self.take(step, &mut next, &mut pool) {
                    return next;
                }
            }
        }
    }

    /// Every move from some worlds, in order.
    fn steps(&self, worlds: &[Numbered]) -> Vec<Step> {
        if worlds.len() == 1 {
            return worlds.iter().flat_map(|world| self.moves_from(world)).collect();
        }
        let share = worlds.len().div_ceil(self.limits.threads);
        std::thread::scope(|scope| {
            let of = |share: &'_ [Numbered]| -> Vec<Step> {
                share.iter().flat_map(|world| self.moves_from(world)).collect()
            };
            let begun: Vec<_> =
                worlds.chunks(share).map(|share| scope.spawn(move || of(share))).collect();
            let joined = begun.into_iter().map(std::thread::ScopedJoinHandle::join);
            joined
                .flat_map(|steps| steps.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        })
    }

    fn moves_from(&self, (from, world): &Numbered) -> Vec<Step> {
        let step = |(action, world): (Move, World)| {
            let untested = |goal: &&Goal| !self.found.premises.contains(*goal);
            let mut premises: Vec<_> =
                world.ledger.reached.iter().filter(untested).copied().collect();
            let digest = world.digest();
            let to = (!self.seen.contains(&digest)).then(|| {
                let (tested, broken) = self.judged(&world);
                premises.extend(tested);
                New { digest, world, broken }
            });
            Step { by: (*from, action), premises, to }
        };
        self.rig.successors(world).into_iter().map(step).collect()
    }

    /// Takes a step. Whether there is room for more.
    fn take(&mut self, step: Step, next: &mut Vec<Numbered>, pool: &mut Pool) -> bool {
        self.found.transitions += 1;
        self.found.premises.extend(step.premises);
        let Some(New { digest, mut world, broken }) = step.to else { return true };
        if !self.seen.insert(digest) {
            return true;
        }
        self.found.distinct_states += 1;
        self.reached.push(step.by);
        let number = u32::try_from(self.reached.len()).unwrap_or(u32::MAX);
        self.note_broken(broken, number);
        pool.share(&mut world);
        next.push((number, world));
        self.found.distinct_states < self.limits.states_max
    }

    fn judged(&self, world: &World) -> (Vec<Goal>, Vec<Goal>) {
        let Found { premises, broken, .. } = &self.found;
        judged(self.rig, world, |goal| !premises.contains(goal), |goal| !broken.contains_key(goal))
    }

    fn note_broken(&mut self, broken: Vec<Goal>, number: u32) {
        for goal in broken {
            if !self.found.broken.contains_key(&goal) {
                let path = self.path(number);
                self.found.broken.insert(goal, (path, self.found.distinct_states));
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

/// The goals that a world puts to the test, of those untested, and those it breaks, of those unbroken.
pub(super) fn judged(
    rig: &Rig,
    world: &World,
    untested: impl Fn(&Goal) -> bool,
    unbroken: impl Fn(&Goal) -> bool,
) -> (Vec<Goal>, Vec<Goal>) {
    let goals = || rig.slice.goals.iter().copied();
    // One look for all goals: what the spy knows is worked out once.
    judge(world, |view| {
        let tested = goals().filter(&untested).filter(|goal| goal.premise_reached(view));
        let unbroken = goals().filter(&unbroken);
        let breaks = unbroken.filter(|goal| !goal.holds(&rig.profile, view));
        (tested.collect(), breaks.collect())
    })
}

/// The floor of the bench: the same transition function, a set of digests and a queue, and nothing
/// judged or kept, until so many worlds are reached. How many worlds and transitions there are.
///
/// # Errors
/// The world cannot begin.
pub fn bare(rig: &Rig, states_max: usize) -> Result<(usize, usize), StageError> {
    let start = rig.start()?;
    let mut seen = BTreeSet::from([start.digest()]);
    let mut queue = std::collections::VecDeque::from([start]);
    let mut transitions = 0;
    while let Some(world) = queue.pop_front() {
        for (_, after) in rig.successors(&world) {
            transitions += 1;
            if seen.insert(after.digest()) {
                if seen.len() >= states_max {
                    return Ok((seen.len(), transitions));
                }
                queue.push_back(after);
            }
        }
    }
    Ok((seen.len(), transitions))
}
