//! Beyond the bound: seeded random paths through a slice.

use sha2::{Digest as _, Sha256};

use super::{Counterexample, ExploreError, breaks};
use crate::{
    properties::Goal,
    world::{Move, Rig},
};

/// What random paths came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// How many paths were walked.
    pub paths: u64,
    /// How many moves they had together.
    pub moves: u64,
    /// The first broken goal, by the path that broke it, cut where it broke.
    pub broken: Option<(Goal, Counterexample)>,
}

/// Walks this many random paths of at most this many moves. The same seed, the same paths.
///
/// # Errors
/// The world cannot begin, or a path cannot be played: a fault of the model.
pub fn walk(rig: &Rig, seed: u64, paths: u64, depth_max: usize) -> Result<Walked, ExploreError> {
    let mut walked = Walked { paths: 0, moves: 0, broken: None };
    for path in 0..paths {
        walked.paths += 1;
        let mut world = rig.start()?;
        let mut taken: Vec<Move> = Vec::new();
        while taken.len() < depth_max {
            let mut moves = rig.moves(&world);
            let next = loop {
                if moves.is_empty() {
                    break None;
                }
                let at = draw(seed, path, taken.len(), moves.len());
                let action = moves.swap_remove(at);
                if let Some(next) = rig.after(&world, action) {
                    break Some((action, next));
                }
            };
            let Some((action, next)) = next else { break };
            taken.push(action);
            walked.moves += 1;
            world = next;
            let broken = rig.slice.goals.iter().find(|goal| breaks(rig, &world, **goal));
            if let Some(goal) = broken {
                let script = rig.script(&taken)?;
                let after_states = usize::try_from(walked.moves).unwrap_or(usize::MAX);
                let found = Counterexample { moves: taken, script, after_states };
                walked.broken = Some((*goal, found));
                return Ok(walked);
            }
        }
    }
    Ok(walked)
}

/// A number below `below` that depends on where it is drawn and on nothing else.
fn draw(seed: u64, path: u64, at: usize, below: usize) -> usize {
    let text = format!("{seed} {path} {at} {below}");
    let digest = Sha256::digest(text.as_bytes());
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    usize::try_from(number % u64::try_from(below.max(1)).unwrap_or(1)).unwrap_or(0)
}
