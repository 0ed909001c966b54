//! The model's client beside one node.

use std::collections::BTreeMap;

use conclave_model::{
    algebra::Algebra,
    client::{Client, Policies, State},
    machine::{Choice, Effect, Event, Input, StepError},
    message::Seat,
};
use conclave_spec::{Profile, Rule};

use super::{format::NodeHeader, steer::Hints};
use crate::{
    protocol::Class,
    reference::{class_of, class_of_refusal},
};

/// A node of the log and what the model knows of it.
#[derive(Clone, Debug)]
pub(super) struct Node<V> {
    pub(super) name: String,
    pub(super) profile: Profile,
    pub(super) policies: Policies,
    pub(super) state: State<V>,
    pub(super) now_ms: u64,
    /// How many of its events were taken.
    pub(super) seq: u64,
    /// How many events of the others it knows of, by their place in the header.
    pub(super) clock: BTreeMap<usize, u64>,
    /// How many it may know of, where some of its own events are lost.
    pub(super) reach: BTreeMap<usize, u64>,
    pub(super) hints: Hints,
}

/// What the model's client answers.
#[derive(Clone, Debug)]
pub(super) struct Reply<V> {
    pub(super) class: Class,
    pub(super) rule: Option<Rule>,
    pub(super) effects: Vec<(u64, Effect<V>)>,
}

impl<V: Clone + std::fmt::Debug + Ord + std::hash::Hash> Node<V> {
    pub(super) fn new<A: Algebra<Value = V>>(
        algebra: &A,
        header: &NodeHeader,
        seat: Seat,
        (profile, policies): (Profile, Policies),
    ) -> Result<Self, StepError> {
        let mut state = Client::new(algebra, &profile).open(&header.node, seat)?;
        state.clock_ms = header.clock_ms;
        Ok(Self {
            name: header.node.clone(),
            profile,
            policies,
            state,
            now_ms: 0,
            seq: 0,
            clock: BTreeMap::new(),
            reach: BTreeMap::new(),
            hints: Hints::default(),
        })
    }

    /// Lets time pass, moment by moment, and notes what the client does by itself.
    pub(super) fn pass<A: Algebra<Value = V>>(
        &mut self,
        algebra: &A,
        to_ms: u64,
        (effects, most): (&mut Vec<(u64, Effect<V>)>, usize),
    ) -> Result<(), StepError> {
        // One more than the log has is enough to tell that it lacks it.
        while self.now_ms < to_ms && effects.len() <= most {
            self.steer(to_ms);
            let client = Client { algebra, profile: &self.profile, policies: self.policies };
            let left = to_ms - self.now_ms;
            let due = client.deadline_ms(&self.state).map(u64::from);
            let elapsed_ms = u32::try_from(due.map_or(left, |due| left.min(due)));
            let elapsed_ms = elapsed_ms.unwrap_or(u32::MAX);
            let before = self.newest();
            let step = client.step(&self.state, &Input::after(elapsed_ms))?;
            self.state = step.next;
            self.now_ms += u64::from(elapsed_ms);
            // Without a deadline nothing more happens, however long it takes.
            if due.is_none() && self.now_ms < to_ms {
                let clock_ms = self.state.clock_ms.saturating_add(to_ms - self.now_ms);
                let ticks = self.profile.rules.contains(Rule::HeartbeatNamesTimestamp);
                self.state.clock_ms = if ticks { clock_ms } else { self.state.clock_ms };
                self.now_ms = to_ms;
            }
            effects.extend(step.effects.into_iter().map(|effect| (self.now_ms, effect)));
            self.steer_use(before);
        }
        Ok(())
    }

    /// Gives the client something and says what it answers.
    pub(super) fn take<A: Algebra<Value = V>>(
        &mut self,
        algebra: &A,
        event: Event<V>,
        mut effects: Vec<(u64, Effect<V>)>,
    ) -> Reply<V> {
        let client = Client { algebra, profile: &self.profile, policies: self.policies };
        let choice = self.choice(&event);
        let mut input = Input { elapsed_ms: 0, event, choice };
        let mut answer = client.step(&self.state, &input);
        if choice != Choice::default() && matches!(answer, Err(StepError::Misused(_))) {
            input.choice = Choice::default();
            answer = client.step(&self.state, &input);
        }
        match answer {
            Ok(step) => {
                let before = self.newest();
                self.state = step.next;
                let now_ms = self.now_ms;
                effects.extend(step.effects.into_iter().map(|effect| (now_ms, effect)));
                self.steer_use(before);
                let (class, rule) = class_of(step.outcome, false);
                Reply { class, rule, effects }
            }
            Err(error) => {
                let (class, rule) = refused(&error);
                Reply { class, rule, effects }
            }
        }
    }
}

/// The class and rule of a refusal.
pub(super) fn refused(error: &StepError) -> (Class, Option<Rule>) {
    match error {
        StepError::Refused(reject) => (class_of_refusal(reject.rule), Some(reject.rule)),
        StepError::Misused(misuse) if misuse.is_misfit() => {
            (Class::BadRequest, Some(Rule::RequestFits))
        }
        StepError::Misused(_) | StepError::Undrawn(_) => (Class::BadRequest, None),
    }
}
