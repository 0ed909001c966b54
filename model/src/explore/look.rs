//! One world judged, for somebody who walks a slice by hand.

use super::judge;
use crate::{
    properties::Goal,
    world::{Rig, World},
};

/// A goal in one world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Which.
    pub goal: Goal,
    /// Whether it holds.
    pub holds: bool,
    /// Whether its premise is satisfied: at this moment, or for goals about steps, on the way.
    pub tested: bool,
}

/// Every goal of the slice in one world.
#[must_use]
pub fn judged(rig: &Rig, world: &World) -> Vec<Judged> {
    judge(world, |view| {
        let goals = rig.slice.goals.iter();
        let judged = |goal: &Goal| Judged {
            goal: *goal,
            holds: goal.holds(&rig.profile, view),
            tested: goal.premise_reached(view),
        };
        goals.map(judged).collect()
    })
}
