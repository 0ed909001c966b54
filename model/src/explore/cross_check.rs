//! The second engine: `stateright`, one thread, breadth first, on the same transition function.

use std::collections::BTreeMap;

use stateright::{Checker as _, HasDiscoveries, Model, Property};

use super::breaks;
use crate::{
    properties::Goal,
    stage::StageError,
    world::{Move, Rig, World},
};

/// What the second engine found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossCheck {
    /// How many different worlds were reached.
    pub distinct_states: usize,
    /// How many moves the farthest world is from the start.
    pub depth: usize,
    /// After how many moves a goal can be broken, for those that can.
    pub broken_after: BTreeMap<Goal, usize>,
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
        for goal in &self.rig.slice.goals {
            if let Some(at) = Goal::ALL.iter().position(|known| known == goal)
                && let Some(holds) = CONDITIONS.get(at)
            {
                properties.push(Property::always(goal.id(), *holds));
            }
        }
        properties
    }
}

/// Never discovered, so that the search ends with the slice and not before.
const WHOLE_SLICE: &str = "WHOLE-SLICE";

type Condition = fn(&Explored, &World) -> bool;

/// Function pointers, as the engine wants them: one for each goal of the table.
const CONDITIONS: [Condition; Goal::ALL.len()] = conditions();

fn holds<const AT: usize>(explored: &Explored, world: &World) -> bool {
    Goal::ALL.get(AT).is_some_and(|goal| !breaks(&explored.rig, world, *goal))
}

const fn conditions() -> [Condition; Goal::ALL.len()] {
    macro_rules! table {
        ($($at:literal)*) => { [$(holds::<$at>),*] };
    }
    table!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29
        30 31 32 33)
}

/// Walks the whole slice with the second engine.
///
/// # Errors
/// The world cannot begin.
pub fn cross_check(rig: &Rig) -> Result<CrossCheck, StageError> {
    let start = rig.start()?;
    let model = Explored { rig: rig.clone(), start };
    let finish = HasDiscoveries::AllOf([WHOLE_SLICE].into());
    let checker = model.checker().finish_when(finish).threads(1).spawn_bfs().join();
    let mut broken_after = BTreeMap::new();
    for goal in &rig.slice.goals {
        if let Some(path) = checker.discovery(goal.id()) {
            broken_after.insert(*goal, path.into_actions().len());
        }
    }
    Ok(CrossCheck {
        distinct_states: checker.unique_state_count(),
        depth: checker.max_depth().saturating_sub(1),
        broken_after,
    })
}
