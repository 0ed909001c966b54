//! The step of the machine: a random schedule over both algebras, then every message of it to every
//! client, in whatever phase that is.

use arbitrary::{Arbitrary, Unstructured};
use conclave_model::{
    Algebra,
    algebra::{Bytes, Terms},
    client::{Client, Phase},
    machine::{Event, Input, Outcome, StepError},
    schedule::Schedule,
    stage::{Given, Stage, StageError},
};

/// The bytes as a setting and a schedule.
///
/// # Panics
/// A property does not hold.
pub fn step(data: &[u8]) {
    let Ok(schedule) = Schedule::arbitrary_take_rest(Unstructured::new(data)) else { return };
    let terms = play(&Terms, &schedule);
    let bytes = play(&Bytes::seeded([3; 32]), &schedule);
    assert_eq!(terms, bytes, "the algebras differ");
}

/// What became of a step: the answer, and how much the party did.
type Answer = Result<(Result<Outcome, StepError>, usize), StageError>;

fn play<A: Algebra>(algebra: &A, schedule: &Schedule) -> Vec<Answer> {
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
    answers
}

/// No client panics, whatever it is given. The state is shown as in a meeting, or not at all.
fn any_message_in_any_phase<A: Algebra>(stage: &Stage<'_, A>, events: &[Event<A::Value>]) {
    for (_, actor) in stage.actors() {
        let client =
            Client { algebra: stage.algebra(), profile: &actor.profile, policies: actor.policies };
        for event in events.iter().rev().take(40) {
            let Ok(step) = client.step(&actor.state, &Input::now(event.clone())) else { continue };
            let joined = matches!(step.next.phase, Phase::Joined(_));
            assert_eq!(client.seen(&step.next).is_some(), joined);
            assert!(joined || client.deadline_ms(&step.next).is_none());
        }
    }
}
