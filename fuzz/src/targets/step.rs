//! The step of the machine: a random schedule over both algebras, then its messages to every client,
//! in whatever phase that is.

use arbitrary::{Arbitrary, Unstructured};
use conclave_model::{
    Algebra,
    algebra::{Bytes, Terms},
    client::{Client, Phase, RoleState},
    machine::{Event, Input, Outcome, StepError},
    schedule::Schedule,
    stage::{Given, Stage, StageError},
};

/// The bytes as a setting and a schedule.
///
/// # Panics
/// A property does not hold.
pub fn step(data: &[u8]) {
    depth(data);
}

/// How deep a schedule came.
#[derive(Clone, Debug, Default)]
pub struct Depth {
    /// The version that is followed.
    pub version: &'static str,
    /// Whether somebody leads in the end and has somebody else on its list.
    pub leads: bool,
    /// Whether somebody follows in the end, took a heartbeat and holds a key.
    pub follows: bool,
    /// Whether somebody is between two leaders in the end: told of the next, without a heartbeat.
    pub between: bool,
    /// Whether some list is locked in the end.
    pub locked: bool,
    /// Whether somebody has left in the end.
    pub left: bool,
    /// How many steps a rule refused.
    pub refused: usize,
}

/// [`step`], and how deep it came; `None` for bytes that are no schedule.
///
/// # Panics
/// A property does not hold.
pub fn depth(data: &[u8]) -> Option<Depth> {
    let schedule = Schedule::arbitrary_take_rest(Unstructured::new(data)).ok()?;
    let (terms, mut depth) = play(&Terms, &schedule);
    let (bytes, _) = play(&Bytes::seeded([3; 32]), &schedule);
    assert_eq!(terms, bytes, "the algebras differ");
    let refused = |answer: &&Answer| matches!(answer, Ok((Err(StepError::Refused(_)), _)));
    depth.refused = terms.iter().filter(refused).count();
    depth.version = schedule.setting.profile.id;
    Some(depth)
}

/// What became of a step: the answer, and how much the party did.
type Answer = Result<(Result<Outcome, StepError>, usize), StageError>;

fn play<A: Algebra>(algebra: &A, schedule: &Schedule) -> (Vec<Answer>, Depth) {
    let Schedule { setting, script } = schedule;
    let mut stage = setting.stage(algebra, &script.cast).expect("the cast is right");
    let mut events = Vec::new();
    let mut answers = Vec::new();
    for step in &script.steps {
        if let Ok(Given::Event(event)) = stage.given(&step.act) {
            events.push(event);
        }
        let reply = stage.play(step);
        answers.push(reply.map(|reply| (reply.outcome, reply.effects.len())));
    }
    any_message_in_any_phase(&stage, &events);
    (answers, phases(&stage))
}

/// The phases in which everybody is in the end.
fn phases<A: Algebra>(stage: &Stage<'_, A>) -> Depth {
    let mut depth = Depth::default();
    for (_, actor) in stage.actors() {
        let joined = match &actor.state.phase {
            Phase::Joined(joined) => joined,
            Phase::Outside => continue,
            Phase::Left => {
                depth.left = true;
                continue;
            }
        };
        depth.locked |= joined.list.locked;
        match &joined.role {
            RoleState::Leader(leader) => depth.leads |= !leader.members.is_empty(),
            RoleState::Participant(participant) => {
                depth.follows |= joined.chain.begun && !joined.ring.is_empty();
                depth.between |= participant.changed;
            }
        }
    }
    depth
}

/// How many messages of a schedule are given to everybody in the end.
const EVENTS_MAX: usize = 80;

/// No client panics, whatever it is given. In long schedules every so many messages are taken, from
/// the first to the last. The state is shown as in a meeting, or not at all.
fn any_message_in_any_phase<A: Algebra>(stage: &Stage<'_, A>, events: &[Event<A::Value>]) {
    for (_, actor) in stage.actors() {
        let client =
            Client { algebra: stage.algebra(), profile: &actor.profile, policies: actor.policies };
        for event in events.iter().step_by(events.len().div_ceil(EVENTS_MAX).max(1)) {
            let Ok(step) = client.step(&actor.state, &Input::now(event.clone())) else { continue };
            let joined = matches!(step.next.phase, Phase::Joined(_));
            assert_eq!(client.seen(&step.next).is_some(), joined);
            assert!(joined || client.deadline_ms(&step.next).is_none());
        }
    }
}
