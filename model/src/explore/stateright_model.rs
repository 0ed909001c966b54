//! The engine: `stateright`, one thread, breadth first.

use std::collections::{BTreeMap, BTreeSet};

use stateright::{Checker as _, HasDiscoveries, Model, Property};

use super::judge;
use crate::{
    machine::StepError,
    properties::Goal,
    world::{Move, Rig, World},
};

/// What the engine found.
pub(super) struct Found {
    /// The shortest path to a world that breaks a goal.
    pub(super) broken: BTreeMap<Goal, Vec<Move>>,
    /// The goals whose premise was reached.
    pub(super) premises: BTreeSet<Goal>,
    /// How many different worlds were reached.
    pub(super) distinct_states: usize,
    /// How many moves the farthest world is from the start.
    pub(super) depth: usize,
}

struct Explored {
    rig: Rig,
    start: World,
}

impl Model for Explored {
    type State = World;
    type Action = Move;

    fn init_states(&self) -> Vec<World> {
        vec![self.start.clone()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Move>) {
        actions.extend(self.rig.moves(world));
    }

    fn next_state(&self, world: &World, action: Move) -> Option<World> {
        self.rig.after(world, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![Property::always(WHOLE_SLICE, |_, _| true)];
        for goal in Goal::ALL {
            let (holds, reached) = conditions(goal);
            properties.push(Property::always(goal.id(), holds));
            properties.push(Property::sometimes(goal.premise_id(), reached));
        }
        properties
    }
}

/// Never discovered, so that the search ends with the slice and not before.
const WHOLE_SLICE: &str = "WHOLE-SLICE";

type Condition = fn(&Explored, &World) -> bool;

/// Function pointers, as the engine wants them.
fn conditions(goal: Goal) -> (Condition, Condition) {
    macro_rules! of {
        ($goal:expr) => {
            (
                |_, world| judge(world, |view| $goal.holds(view)),
                |_, world| judge(world, |view| $goal.premise_reached(view)),
            )
        };
    }
    match goal {
        Goal::Removal => of!(Goal::Removal),
        Goal::Conf => of!(Goal::Conf),
        Goal::AgreeKey => of!(Goal::AgreeKey),
        Goal::Nonce => of!(Goal::Nonce),
    }
}

/// Walks the whole slice.
pub(super) fn search(rig: &Rig) -> Result<Found, StepError> {
    let start = rig.start()?;
    let model = Explored { rig: rig.clone(), start };
    let finish = HasDiscoveries::AllOf([WHOLE_SLICE].into());
    let checker = model.checker().finish_when(finish).threads(1).spawn_bfs().join();
    let mut broken = BTreeMap::new();
    let mut premises = BTreeSet::new();
    for goal in Goal::ALL {
        if let Some(path) = checker.discovery(goal.id()) {
            broken.insert(goal, path.into_actions());
        }
        if checker.discovery(goal.premise_id()).is_some() {
            premises.insert(goal);
        }
    }
    Ok(Found {
        broken,
        premises,
        distinct_states: checker.unique_state_count(),
        depth: checker.max_depth().saturating_sub(1),
    })
}
