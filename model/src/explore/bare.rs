//! The floor: a breadth-first search over the same transition function, with no engine.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use super::judge;
use crate::{
    machine::StepError,
    properties::Goal,
    world::{Rig, World},
};

/// What the bare search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bare {
    /// How many different worlds were reached.
    pub distinct_states: usize,
    /// How many moves between worlds there are.
    pub transitions: usize,
    /// How many moves the farthest world is from the start.
    pub depth: usize,
    /// After how many moves a goal can be broken, for those that can.
    pub broken_after: BTreeMap<Goal, usize>,
}

/// Walks a whole slice. Two worlds are told apart by a 64-bit digest, as in the engine.
///
/// # Errors
/// The world cannot begin.
pub fn bare_bfs(rig: &Rig, judged: bool) -> Result<Bare, StepError> {
    let start = rig.start()?;
    let mut seen = BTreeSet::from([digest(&start)]);
    let mut queue = VecDeque::from([(start, 0)]);
    let mut bare =
        Bare { distinct_states: 1, transitions: 0, depth: 0, broken_after: BTreeMap::new() };
    while let Some((world, depth)) = queue.pop_front() {
        bare.depth = depth;
        if judged {
            let broken = Goal::ALL.into_iter().filter(|goal| !judge(&world, |v| goal.holds(v)));
            broken.for_each(|goal| {
                bare.broken_after.entry(goal).or_insert(depth);
            });
        }
        for (_, next) in rig.successors(&world) {
            bare.transitions += 1;
            if seen.insert(digest(&next)) {
                bare.distinct_states += 1;
                queue.push_back((next, depth + 1));
            }
        }
    }
    Ok(bare)
}

fn digest(world: &World) -> u64 {
    let mut hasher = DefaultHasher::new();
    world.hash(&mut hasher);
    hasher.finish()
}
