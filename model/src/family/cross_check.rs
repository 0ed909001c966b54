//! The second engine over the same transitions: `stateright`.

use std::collections::BTreeMap;

use stateright::{Checker as _, HasDiscoveries, Model, Property};

use super::{Bound, Family, Reading, Statement, Transition};

/// What the second engine found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossCheck {
    /// How many different families there are.
    pub families: usize,
    /// After how many transitions a statement about families can be broken, for those that can.
    pub broken_after: BTreeMap<Statement, usize>,
}

struct Families {
    reading: Reading,
    bound: Bound,
}

/// Never discovered, so that the search ends with the bound and not before.
const WHOLE_BOUND: &str = "WHOLE-BOUND";

type Condition = fn(&Families, &Family) -> bool;

/// Function pointers, as the engine wants them: one for each statement.
const CONDITIONS: [Condition; Statement::ALL.len()] = [
    holds::<0>, holds::<1>, holds::<2>, holds::<3>, holds::<4>, holds::<5>, holds::<6>, holds::<7>,
    holds::<8>, holds::<9>,
];

fn holds<const AT: usize>(families: &Families, family: &Family) -> bool {
    Statement::ALL.get(AT).is_some_and(|it| it.holds(families.reading, family))
}

impl Model for Families {
    type State = Family;
    type Action = Transition;

    fn init_states(&self) -> Vec<Family> {
        vec![Family::default()]
    }

    fn actions(&self, family: &Family, actions: &mut Vec<Transition>) {
        actions.extend(self.bound.within(family, self.reading));
    }

    fn next_state(&self, family: &Family, transition: Transition) -> Option<Family> {
        family.after(&transition)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let whole = Property::always(WHOLE_BOUND, |_, _| true);
        let statements = Statement::ALL.into_iter().zip(CONDITIONS);
        let statements = statements.map(|(it, holds)| Property::always(it.id(), holds));
        std::iter::once(whole).chain(statements).collect()
    }
}

/// Walks every family within a bound with the second engine.
#[must_use]
pub fn cross_check(reading: Reading, bound: Bound) -> CrossCheck {
    let finish = HasDiscoveries::AllOf([WHOLE_BOUND].into());
    let checker = Families { reading, bound }
        .checker()
        .finish_when(finish)
        .target_max_depth(bound.transitions + 1)
        .threads(1)
        .spawn_bfs()
        .join();
    let broken = Statement::ALL.into_iter().filter_map(|statement| {
        let path = checker.discovery(statement.id())?;
        Some((statement, path.into_actions().len()))
    });
    CrossCheck { families: checker.unique_state_count(), broken_after: broken.collect() }
}
