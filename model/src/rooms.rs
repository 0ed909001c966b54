//! A participant who goes to a breakout room and comes back, and what a server can make of that: every
//! order of a few moves, with real clients, judged by goals.
//!
//! ```text
//! alice leads the main meeting:  bob, carol, mallory      erin leads the room:  bob's second client
//! the server's own two meetings: one with the names of the main meeting, one with another instance;
//!                                both are led by a device of the insider under Alice's name
//! ```
//!
//! Bob goes to the room and comes back to wherever the server puts him, and it serves him what it likes
//! of the meeting he is in. Mallory stays in the main meeting, and the insider has her secrets. A way that
//! is found is played over real cryptography too.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use conclave_spec::{Profile, Rule};

use crate::{
    algebra::{Algebra, Bytes, Terms},
    client::State,
    stage::{Stage, StageError},
};

pub use goals::Goal;
pub use moves::Move;

mod goals;
mod moves;
mod place;
#[cfg(test)]
mod tests;

/// How many moves a way has at most where nothing else is said.
pub const DEPTH: usize = 6;

/// What there is within a bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many different situations there are.
    pub situations: usize,
    /// How many moves were tried.
    pub tried: usize,
    /// A shortest way to break each goal that does not hold.
    pub broken: BTreeMap<Goal, Vec<Move>>,
    /// The goals of which something was to be judged.
    pub reached: BTreeSet<Goal>,
    /// A shortest way on which Bob, back in the main meeting, hears Alice again: it must not be that
    /// nothing breaks because nobody comes back.
    pub returns: Option<Vec<Move>>,
}

/// A situation: the clients, what they were given, and what Bob has been played.
#[derive(Clone, Debug)]
struct Situation<'a, A: Algebra> {
    stage: Stage<'a, A>,
    /// How many steps it took.
    steps: usize,
    place: place::Place,
    /// What Bob's client in the main meeting played, as by whom.
    heard: Vec<(String, A::Value)>,
    /// What Alice said in the main meeting.
    said: Vec<A::Value>,
}

type Key<V> = (Vec<State<V>>, place::Place, Vec<(String, V)>);

/// Every situation within so many moves under a profile.
///
/// # Errors
/// A fault of the model: the symbolic algebra gives no cause for any.
pub fn search(profile: &Profile, depth: usize) -> Result<Found, StageError> {
    let start = Situation::start(&Terms, profile)?;
    let mut found = Found::default();
    let mut seen = BTreeSet::from([start.key()]);
    let mut queue = VecDeque::from([(start, Vec::new())]);
    while let Some((situation, moves)) = queue.pop_front() {
        found.situations += 1;
        judge(&situation, &moves, &mut found);
        if moves.len() == depth {
            continue;
        }
        for action in Move::ALL {
            let mut next = situation.clone();
            found.tried += 1;
            if next.take(action)? && seen.insert(next.key()) {
                queue.push_back((next, moves.iter().copied().chain([action]).collect()));
            }
        }
    }
    Ok(found)
}

fn judge(situation: &Situation<'_, Terms>, moves: &[Move], found: &mut Found) {
    if found.returns.is_none() && situation.hears_again() {
        found.returns = Some(moves.to_vec());
    }
    for goal in Goal::ALL {
        let Some(holds) = goal.judged(situation) else { continue };
        found.reached.insert(goal);
        if !holds && !found.broken.contains_key(&goal) {
            found.broken.insert(goal, moves.to_vec());
        }
    }
}

/// What a rule is worth: the goals that fall without it within so many moves, and hold with it.
///
/// # Errors
/// A fault of the model.
pub fn worth(
    profile: &Profile,
    rule: Rule,
    depth: usize,
) -> Result<BTreeMap<Goal, Vec<Move>>, StageError> {
    let anyway = search(profile, depth)?.broken;
    let mut lost = search(&profile.clone().without(rule), depth)?.broken;
    lost.retain(|goal, _| !anyway.contains_key(goal));
    Ok(lost)
}

/// Whether a goal holds over real cryptography at the end of a way; `None` for one about what could be
/// worked out, which only terms show.
///
/// # Errors
/// A fault of the model.
pub fn holds_on_bytes(
    profile: &Profile,
    goal: Goal,
    way: &[Move],
) -> Result<Option<bool>, StageError> {
    let algebra = Bytes::seeded([0x42; 32]);
    let mut situation = Situation::start(&algebra, profile)?;
    for action in way {
        situation.take(*action)?;
    }
    Ok(goal.seen_to_hold(&situation))
}

impl<A: Algebra> Situation<'_, A> {
    /// What tells two situations apart: the states of the clients, where Bob was put, and what he heard.
    fn key(&self) -> Key<A::Value> {
        let states = self.stage.actors().map(|(_, actor)| actor.state.clone()).collect();
        (states, self.place, self.heard.clone())
    }
}
