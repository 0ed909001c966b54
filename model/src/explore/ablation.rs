//! What a rule is worth: the shortest way to break a goal without it, or defence in depth.

use std::collections::BTreeSet;

use conclave_spec::{Profile, Rule};

use super::{Counterexample, ExploreError, Limits, Until, breaks, explore_within};
use crate::{
    properties::Goal,
    world::{Move, Power, Rig, Slice},
};

/// The goals that a version breaks with all its rules, by slice: they say nothing about a rule.
pub type Broken = BTreeSet<(&'static str, Goal)>;

/// What is lost without a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// A goal.
    Goal {
        /// Which.
        goal: Goal,
        /// In which slice.
        slice: &'static str,
        /// How.
        counterexample: Counterexample,
    },
    /// Nothing, within the slices: something else stands in for it.
    DefenceInDepth {
        /// In which slices.
        slices: Vec<&'static str>,
        /// How many worlds they have together.
        states: usize,
    },
}

/// The slices of an ablation, and how far each is explored.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The slices.
    pub slices: Vec<Slice>,
    /// How many worlds of each at most.
    pub states_max: usize,
}

/// The goals a profile breaks as it is.
///
/// # Errors
/// A fault of the model, as [`super::explore`].
pub fn broken_anyway(profile: &Profile, bound: &Bound) -> Result<Broken, ExploreError> {
    let limits = Limits { states_max: bound.states_max, ..Limits::default() };
    let mut broken = Broken::new();
    for slice in &bound.slices {
        let found = explore_within(profile, slice, &limits, &mut |_| {})?;
        broken.extend(found.broken().map(|(goal, _)| (slice.name, goal)));
    }
    Ok(broken)
}

/// Takes a rule, and those that need it, from a profile and looks for a goal that breaks. Slices
/// about the rule's own area first.
///
/// # Errors
/// A fault of the model, as [`super::explore`].
pub fn ablate(
    profile: &Profile,
    rule: Rule,
    anyway: &Broken,
    bound: &Bound,
) -> Result<Worth, ExploreError> {
    let mutant = profile.clone().without(rule);
    let limits =
        Limits { states_max: bound.states_max, until: Until::AnyBroken, ..Limits::default() };
    let (mut states, mut explored) = (0, Vec::new());
    for slice in &bound.slices {
        let mut slice = slice.clone();
        slice.goals.retain(|goal| !anyway.contains(&(slice.name, *goal)));
        explored.push(slice.name);
        // A path that breaks the goal with the rule as well says nothing about the rule.
        while !slice.goals.is_empty() {
            let found = explore_within(&mutant, &slice, &limits, &mut |_| {})?;
            let shortest = found.broken().min_by_key(|(_, it)| it.moves.len());
            let Some((goal, counterexample)) = shortest else {
                states += found.distinct_states;
                break;
            };
            if retrace(profile, &slice, goal, &counterexample.moves) == Some(true) {
                slice.goals.retain(|other| *other != goal);
                continue;
            }
            let counterexample = counterexample.clone();
            return Ok(Worth::Goal { goal, slice: slice.name, counterexample });
        }
    }
    Ok(Worth::DefenceInDepth { slices: explored, states })
}

/// Whether these moves break a goal in a slice under a profile; `None` where they are not possible.
#[must_use]
pub fn retrace(profile: &Profile, slice: &Slice, goal: Goal, moves: &[Move]) -> Option<bool> {
    let rig = Rig::new(profile, slice);
    let mut world = rig.start().ok()?;
    for action in moves {
        world = rig.after(&world, *action)?;
    }
    Some(breaks(&rig, &world, goal))
}

/// The powers these moves need to break the goal: a set of the slice's that suffices, and from which
/// no single one can be spared. What the goal itself grants, to break an algorithm later, is in it.
///
/// # Errors
/// The world cannot begin.
pub fn powers_needed(
    profile: &Profile,
    slice: &Slice,
    goal: Goal,
    moves: &[Move],
) -> Result<Vec<Power>, ExploreError> {
    let granted = [Power::Quantum, Power::BreakKyber];
    let mut needed = slice.clone();
    loop {
        let before = needed.powers.len();
        // The stronger first: what a delay does needs no drop.
        for power in needed.powers.clone().into_iter().rev().filter(|it| !granted.contains(it)) {
            let mut fewer = needed.clone();
            fewer.powers.remove(&power);
            if breaks_as_offered(&Rig::new(profile, &fewer), goal, moves)? {
                needed = fewer;
            }
        }
        if needed.powers.len() == before {
            return Ok(needed.powers.into_iter().collect());
        }
    }
}

/// Whether every one of these moves is offered where it stands, and the goal is broken after them.
pub(super) fn breaks_as_offered(
    rig: &Rig,
    goal: Goal,
    moves: &[Move],
) -> Result<bool, ExploreError> {
    let mut world = rig.start()?;
    for action in moves {
        let offered = rig.moves(&world).contains(action);
        let Some(next) = rig.after(&world, *action).filter(|_| offered) else { return Ok(false) };
        world = next;
    }
    Ok(breaks(rig, &world, goal))
}

/// The moves that are written like this, found by walking them.
#[must_use]
pub fn moves_named(profile: &Profile, slice: &Slice, names: &[String]) -> Option<Vec<Move>> {
    let rig = Rig::new(profile, slice);
    let mut world = rig.start().ok()?;
    let mut moves = Vec::new();
    for name in names {
        let action = rig.moves(&world).into_iter().find(|it| it.to_string() == *name)?;
        world = rig.after(&world, action)?;
        moves.push(action);
    }
    Some(moves)
}
