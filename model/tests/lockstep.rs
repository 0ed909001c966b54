//! Random schedules over both algebras: what happens is the same, and equal values are equal in
//! both. What breaks this is a modelling error or a finding about the protocol.

use std::collections::BTreeMap;

use conclave_model::{
    Algebra,
    algebra::{Bytes, Terms},
    client::{Client, Phase, State},
    machine::{Effect, Input, Outcome, StepError},
    schedule,
    script::Script,
    stage::{Given, Reply, Stage, StageError},
};
use conclave_spec::{BoxSuite, Profile, Rule};
use proptest::prelude::*;

/// Everything of a step but the cryptographic values.
#[derive(Debug, PartialEq)]
struct Shape {
    outcome: Result<Outcome, StepError>,
    effects: Vec<(u64, String)>,
    held: Vec<&'static str>,
    drawn: Vec<String>,
    state: String,
}

/// The first place in a run where each value stood.
struct Pattern<V> {
    first: BTreeMap<V, usize>,
    seen: Vec<usize>,
}

impl<V: Ord + Clone> Pattern<V> {
    fn put(&mut self, value: &V) {
        let next = self.seen.len();
        self.seen.push(*self.first.entry(value.clone()).or_insert(next));
    }
}

fn effect_shape<V: Ord + Clone>(effect: &Effect<V>, values: &mut Pattern<V>) -> String {
    match effect {
        Effect::PostAnnouncement(announcement) => {
            values.put(&announcement.pk);
            values.put(&announcement.sig);
            format!("announce {:?}", announcement.seat)
        }
        Effect::PostSealedKey(sealed) => {
            values.put(&sealed.sealed.nonce);
            sealed.sealed.kem.iter().for_each(|kem| values.put(kem));
            values.put(&sealed.sealed.ciphertext);
            format!("seal {:?} {}", sealed.to, sealed.sealed.kem.is_some())
        }
        Effect::SignalRekey { mk_seq } => format!("signal {mk_seq}"),
        Effect::Transmit { stream, packet } => {
            values.put(&packet.body);
            format!("transmit {stream} {} {}", packet.mk_seq, packet.counter)
        }
        Effect::Render { from, stream, mk_seq, plaintext } => {
            values.put(plaintext);
            format!("render {from} {stream} {mk_seq}")
        }
        Effect::ShowSecurityCode(code) => {
            values.put(code);
            "code".to_owned()
        }
        Effect::ShowLeft => "left".to_owned(),
    }
}

fn state_shape<V: Ord + Clone>(state: &State<V>, values: &mut Pattern<V>) -> String {
    let phase = match &state.phase {
        Phase::Outside => "outside".to_owned(),
        Phase::Left => "left".to_owned(),
        Phase::Joined(joined) => {
            let ring: Vec<_> = joined
                .ring
                .iter()
                .map(|key| {
                    values.put(&key.meeting_key);
                    (key.mk_seq, key.use_in_ms, key.erase_in_ms)
                })
                .collect();
            format!("{:?} {:?} {ring:?}", joined.meeting, joined.listed)
        }
    };
    format!("{phase} {:?} {:?}", state.drawn, state.counters)
}

type Run = (Vec<Result<Shape, StageError>>, Vec<usize>);

fn run<A: Algebra>(algebra: &A, script: &Script, profile: &Profile) -> Run {
    let mut stage = Stage::new(algebra, &script.cast, profile).unwrap();
    let mut values = Pattern { first: BTreeMap::new(), seen: Vec::new() };
    let shapes = script.steps.iter().map(|step| {
        let Reply { outcome, effects, held, drawn } = stage.play(step)?;
        let state = state_shape(&stage.actor(&step.party)?.state, &mut values);
        Ok(Shape {
            outcome,
            effects: effects.iter().map(|(at, it)| (*at, effect_shape(it, &mut values))).collect(),
            held: held.iter().map(Rule::id).collect(),
            drawn: drawn.iter().map(ToString::to_string).collect(),
            state,
        })
    });
    (shapes.collect(), values.seen)
}

fn in_lockstep(script: &Script, profile: &Profile) -> Result<(), TestCaseError> {
    let (bytes, byte_values) = run(&Bytes::seeded([3; 32]), script, profile);
    let (terms, term_values) = run(&Terms, script, profile);
    for (at, (byte, term)) in bytes.iter().zip(&terms).enumerate() {
        prop_assert_eq!(byte, term, "step {}: {:?} under {:?}", at, script.steps[at], profile.id);
    }
    prop_assert_eq!(byte_values, term_values);
    Ok(())
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..260)
}

fn suites() -> [(Profile, BoxSuite); 4] {
    let [older, newer] = [Profile::zoom_2_3_1(), Profile::zoom_3_0()];
    [
        (older.clone(), BoxSuite::Classic),
        (older, BoxSuite::Hybrid),
        (newer.clone(), BoxSuite::Classic),
        (newer, BoxSuite::Hybrid),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn both_profiles_and_suites_run_in_lockstep(choices in bytes(), which in 0..4_usize) {
        let (profile, suite) = suites()[which].clone();
        in_lockstep(&schedule::script(&choices), &profile.with_box_suite(suite))?;
    }

    #[test]
    fn a_profile_without_a_rule_runs_in_lockstep(choices in bytes(), which: [u8; 3]) {
        let profile = schedule::profile(&which);
        in_lockstep(&schedule::script(&choices), &profile)?;
    }

    #[test]
    fn a_step_is_pure_and_a_refusal_changes_nothing(choices in bytes(), which: [u8; 3]) {
        let profile = schedule::profile(&which);
        let script = schedule::script(&choices);
        let mut stage = Stage::new(&Terms, &script.cast, &profile).unwrap();
        for step in &script.steps {
            let Ok(given) = stage.given(&step.act) else { continue };
            let before = stage.actor(&step.party).unwrap().clone();
            if let Given::Event(event) = &given {
                let client = Client::new(&Terms, &profile);
                let input = Input::now(event.clone());
                let once = client.step(&before.state, &input);
                prop_assert_eq!(&once, &client.step(&before.state, &input));
                prop_assert_eq!(&before, stage.actor(&step.party).unwrap());
            }
            let Ok(reply) = stage.give(&step.party, &given) else { continue };
            if reply.outcome.is_err() && matches!(given, Given::Event(_)) {
                prop_assert_eq!(&before, stage.actor(&step.party).unwrap());
                prop_assert!(reply.effects.is_empty() && reply.drawn.is_empty());
            }
        }
    }
}

/// How often each kind of answer came up in the schedules of a fixed set of seeds.
#[test]
fn schedules_reach_every_kind_of_answer() {
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    let mut rendered = 0;
    for seed in 0..400_u32 {
        let script = schedule::script(&noise(seed));
        let mut stage = Stage::new(&Terms, &script.cast, &Profile::zoom_3_0()).unwrap();
        for step in &script.steps {
            let Ok(reply) = stage.play(step) else { continue };
            let answer = match &reply.outcome {
                Ok(Outcome::Accepted) => "accepted".to_owned(),
                Ok(Outcome::Pending(rule)) => format!("pending {}", rule.id()),
                Err(StepError::Refused(reject)) => reject.rule.id().to_owned(),
                Err(StepError::Misused(misuse)) => format!("{misuse:?}"),
                Err(StepError::Undrawn(_)) => "undrawn".to_owned(),
            };
            *answers.entry(answer).or_default() += 1;
            rendered +=
                reply.effects.iter().filter(|(_, it)| matches!(it, Effect::Render { .. })).count();
        }
    }
    let wanted = ["accepted", "DEV-01", "ROT-01", "ROT-02", "ROT-09", "MED-01", "MED-02"];
    for answer in wanted.into_iter().chain(["NotJoined", "AlreadyJoined", "WrongRole"]) {
        assert!(answers.contains_key(answer), "{answer} never came up: {answers:?}");
    }
    assert!(rendered > 20, "{rendered} packets were played");
}

/// Bytes that look random and are the same everywhere.
fn noise(seed: u32) -> Vec<u8> {
    let mut state = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u8::try_from(state >> 56).unwrap()
    };
    (0..300).map(|_| next()).collect()
}
