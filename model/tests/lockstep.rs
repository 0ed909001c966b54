//! Random schedules over both algebras: what happens is the same, and equal values are equal in
//! both. What breaks this is a modelling error or a finding about the protocol.

use std::collections::BTreeMap;

use conclave_model::{
    Algebra,
    algebra::{Bytes, Terms},
    client::{Client, Joined, List, Phase, RoleState, Seen, State},
    machine::{Effect, Event, Input, Outcome, StepError},
    message::{Operation, Standing},
    schedule::{self, Setting},
    script::{Act, Script},
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
    seen: String,
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
        Effect::PostNonce(nonce) => {
            values.put(nonce);
            "nonce".to_owned()
        }
        Effect::PostLink(link) => {
            values.put(&link.prev);
            operation_values(&link.operation, values);
            format!("link {} {}", link.v, link.operation.word())
        }
        Effect::PostHeartbeat(it) => {
            [&it.list_hash, &it.prev, &it.sig].into_iter().for_each(|value| values.put(value));
            format!("beat {} {} {} {}", it.v, it.t, it.mk_seq, it.timestamp_ms)
        }
        Effect::PostLockRequest(request) => {
            values.put(&request.link_hash);
            values.put(&request.sig);
            format!("ask {:?} {}", request.seat, request.operation.word())
        }
        Effect::Transmit { stream, packet } => {
            values.put(&packet.body);
            format!("transmit {stream} {} {}", packet.mk_seq, packet.counter)
        }
        Effect::Render { from, stream, mk_seq, plaintext } => {
            values.put(plaintext);
            format!("render {from:?} {stream} {mk_seq}")
        }
        Effect::ShowSecurityCode(code) => {
            values.put(code);
            "code".to_owned()
        }
        Effect::ShowLeaderChanged { user_id } => format!("leader {user_id}"),
        Effect::ShowUnlockWarning => "unlocked".to_owned(),
        Effect::ShowLeft => "left".to_owned(),
    }
}

fn operation_values<V: Ord + Clone>(operation: &Operation<V>, values: &mut Pattern<V>) {
    match operation {
        Operation::Add { ivk, binding_hash, .. } => {
            values.put(ivk);
            values.put(binding_hash);
        }
        Operation::Snapshot { entries, .. } => {
            for entry in entries.values() {
                values.put(&entry.ivk);
                entry.binding_hash().into_iter().for_each(|hash| values.put(hash));
            }
        }
        Operation::Left { .. }
        | Operation::Kicked { .. }
        | Operation::Rename { .. }
        | Operation::Lock
        | Operation::Unlock => {}
    }
}

fn list_shape<V: Ord + Clone>(list: &List<V>, values: &mut Pattern<V>) -> String {
    values.put(&list.head);
    let mut lines = format!("list {} {} {}", list.v, list.locked, list.links);
    for (seat, entry) in &list.entries {
        values.put(&entry.ivk);
        let standing = match &entry.standing {
            Standing::Present(hash) => {
                values.put(hash);
                "present"
            }
            Standing::Left => "left",
            Standing::Kicked => "kicked",
        };
        lines.push_str(&format!(" | {seat:?} {:?} {standing} {}", entry.name, entry.leaves));
    }
    lines
}

fn joined_shape<V: Ord + Clone>(joined: &Joined<V>, values: &mut Pattern<V>) -> String {
    let mut shape = list_shape(&joined.list, values);
    values.put(&joined.chain.hash);
    for key in &joined.ring {
        values.put(&key.meeting_key);
        shape.push_str(&format!(" {:?}", (key.mk_seq, key.use_in_ms, key.erase_in_ms)));
    }
    let chain = &joined.chain;
    shape.push_str(&format!(" {:?}", (chain.t, chain.mk_seq, chain.timestamp_ms, chain.begun)));
    shape.push_str(&format!(" {:?} {:?}", joined.lingering, joined.nonce_in_ms));
    joined.own_nonces.iter().for_each(|nonce| values.put(nonce));
    joined.nonces.values().flatten().for_each(|nonce| values.put(nonce));
    match &joined.role {
        RoleState::Leader(leader) => {
            let members = leader.members.iter().map(|(seat, member)| (seat, member.suite));
            let due = (leader.rotation_in_ms, leader.beat_in_ms);
            let members: Vec<_> = members.collect();
            shape.push_str(&format!(" leads {members:?} {:?} {due:?}", leader.unserved));
        }
        RoleState::Participant(it) => {
            for ahead in &it.ahead {
                shape.push_str(&list_shape(&ahead.list, values));
            }
            let leader = it.leader.as_ref().map(|leader| &leader.seat);
            let wish = it.wish.as_ref().map(|wish| wish.operation);
            let flags = (it.changed, it.key_called_for, it.held_back.is_some(), wish);
            let times = (it.silence_in_ms, it.anchor);
            shape.push_str(&format!(" led by {leader:?} {flags:?} {times:?}"));
        }
    }
    shape
}

fn state_shape<V: Ord + Clone>(state: &State<V>, values: &mut Pattern<V>) -> String {
    let phase = match &state.phase {
        Phase::Outside => "outside".to_owned(),
        Phase::Left => "left".to_owned(),
        Phase::Joined(joined) => joined_shape(joined, values),
    };
    format!("{phase} {} {:?} {:?}", state.clock_ms, state.drawn, state.counters)
}

fn seen_shape<V: Ord + Clone>(seen: Option<Seen<V>>, values: &mut Pattern<V>) -> String {
    let Some(seen) = seen else { return "nothing".to_owned() };
    seen.security_code.iter().for_each(|code| values.put(code));
    let Seen { leader, roster, locked, post_quantum, sends_under, .. } = seen;
    format!("{leader:?} {roster:?} {locked} {post_quantum} {sends_under:?}")
}

type Run = (Vec<Result<Shape, StageError>>, Vec<usize>);

fn run<A: Algebra>(algebra: &A, script: &Script, setting: &Setting) -> Run {
    let mut stage = setting.stage(algebra, &script.cast).unwrap();
    let mut values = Pattern { first: BTreeMap::new(), seen: Vec::new() };
    let shapes = script.steps.iter().map(|step| {
        let Reply { outcome, effects, held, drawn } = stage.play(step)?;
        let actor = stage.actor(&step.party)?;
        let client = Client { algebra, profile: &actor.profile, policies: actor.policies };
        let state = state_shape(&actor.state, &mut values);
        let seen = seen_shape(client.seen(&actor.state), &mut values);
        Ok(Shape {
            outcome,
            effects: effects.iter().map(|(at, it)| (*at, effect_shape(it, &mut values))).collect(),
            held: held.iter().map(Rule::id).collect(),
            drawn: drawn.iter().map(ToString::to_string).collect(),
            state,
            seen,
        })
    });
    (shapes.collect(), values.seen)
}

fn in_lockstep(script: &Script, setting: &Setting) -> Result<(), TestCaseError> {
    let (bytes, byte_values) = run(&Bytes::seeded([3; 32]), script, setting);
    let (terms, term_values) = run(&Terms, script, setting);
    for (at, (byte, term)) in bytes.iter().zip(&terms).enumerate() {
        prop_assert_eq!(byte, term, "step {}: {:?} {:?}", at, script.steps[at], setting);
    }
    prop_assert_eq!(byte_values, term_values, "{:?}", setting);
    Ok(())
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..320)
}

/// Every profile with its own suite, and the first two with the hybrid one.
fn settings() -> Vec<Setting> {
    let older = [Profile::zoom_2_3_1(), Profile::zoom_3_0()];
    let hybrid = older.map(|profile| profile.with_box_suite(BoxSuite::Hybrid));
    Profile::all().iter().chain(&hybrid).map(Setting::of).collect()
}

/// How many schedules a property is tried on. The fuzz target `schedule` goes on from there.
const SCHEDULES: u32 = 48;

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(SCHEDULES)
    })]

    #[test]
    fn every_profile_runs_in_lockstep(choices in bytes(), which in 0..11_usize) {
        let setting = settings().swap_remove(which);
        in_lockstep(&schedule::script(&setting, &choices), &setting)?;
    }

    #[test]
    fn a_profile_without_a_rule_runs_in_lockstep(choices in bytes(), which: [u8; 6]) {
        let setting = Setting::chosen(&which);
        in_lockstep(&schedule::script(&setting, &choices), &setting)?;
    }

    #[test]
    fn a_step_is_pure_and_a_refusal_changes_nothing(choices in bytes(), which: [u8; 6]) {
        let setting = Setting::chosen(&which);
        let script = schedule::script(&setting, &choices);
        let mut stage = setting.stage(&Terms, &script.cast).unwrap();
        for step in &script.steps {
            let Ok(given) = stage.given(&step.act) else { continue };
            let before = stage.actor(&step.party).unwrap().clone();
            if let Given::Event(event) = &given {
                let (profile, policies) = (&before.profile, before.policies);
                let client = Client { algebra: &Terms, profile, policies };
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

    /// Whoever plays a message, and whatever phase its client is in: no panic, and a refusal is
    /// as if nothing had come.
    #[test]
    fn any_message_in_any_phase_is_answered(choices in bytes(), which: [u8; 6], skip in 0..7_usize) {
        let setting = Setting::chosen(&which);
        let script = schedule::script(&setting, &choices);
        let mut stage = setting.stage(&Terms, &script.cast).unwrap();
        for step in script.steps.iter() {
            let _ = stage.play(step);
        }
        let events = events_of(&stage, &script);
        for (_, actor) in stage.actors() {
            let client =
                Client { algebra: &Terms, profile: &actor.profile, policies: actor.policies };
            for event in events.iter().skip(skip).step_by(7) {
                let before = actor.state.clone();
                let answer = client.step(&actor.state, &Input::now(event.clone()));
                prop_assert_eq!(&before, &actor.state);
                if let Ok(step) = answer {
                    let shown = client.seen(&step.next).is_some();
                    prop_assert_eq!(shown, matches!(step.next.phase, Phase::Joined(_)));
                }
            }
        }
    }
}

/// What the steps of a script give, where the stage can work it out at its end.
fn events_of<A: Algebra>(stage: &Stage<'_, A>, script: &Script) -> Vec<Event<A::Value>> {
    let given = script.steps.iter().filter_map(|step| stage.given(&step.act).ok());
    given
        .filter_map(|given| match given {
            Given::Event(event) => Some(event),
            Given::Time(_) | Given::Question => None,
        })
        .collect()
}

fn answer_of(outcome: &Result<Outcome, StepError>) -> String {
    match outcome {
        Ok(Outcome::Accepted) => "accepted".to_owned(),
        Ok(Outcome::Pending(rule)) => format!("pending {}", rule.id()),
        Ok(Outcome::Left(rule)) => format!("leave {}", rule.id()),
        Err(StepError::Refused(reject)) => reject.rule.id().to_owned(),
        Err(StepError::Misused(misuse)) => format!("{misuse:?}"),
        Err(StepError::Undrawn(_)) => "undrawn".to_owned(),
    }
}

/// How often each kind of answer and effect came up in the schedules of a fixed set of seeds.
#[test]
fn schedules_reach_every_kind_of_answer() {
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    let (mut steps, mut unplayed) = (0, 0);
    for (seed, profile) in (0..900_u32).zip(Profile::all().iter().cycle()) {
        let setting = Setting::of(profile);
        let script = schedule::script(&setting, &noise(seed));
        let mut stage = setting.stage(&Terms, &script.cast).unwrap();
        for step in &script.steps {
            steps += 1;
            let Ok(reply) = stage.play(step) else {
                unplayed += 1;
                continue;
            };
            *answers.entry(answer_of(&reply.outcome)).or_default() += 1;
            for (_, effect) in &reply.effects {
                let word =
                    effect_shape(effect, &mut Pattern { first: BTreeMap::new(), seen: vec![] });
                let word = word.split(' ').next().unwrap_or_default();
                *answers.entry(format!("does {word}")).or_default() += 1;
            }
            if matches!(step.act, Act::Heartbeat { .. }) && reply.outcome == Ok(Outcome::Accepted) {
                *answers.entry("heartbeat taken".to_owned()).or_default() += 1;
            }
        }
    }
    assert!(unplayed * 4 < steps, "{unplayed} of {steps} steps could not be played");
    let rules = [
        "DEV-01", "ROT-01", "ROT-02", "ROT-09", "ROT-19", "ROT-40", "MED-01", "MED-02", "MEM-01",
        "MEM-02", "MEM-05", "MEM-06", "MEM-07", "MEM-08", "MEM-09", "MEM-10", "HBT-01", "HBT-09",
        "HBT-10", "HBT-11", "HBT-12", "HBT-13", "HBT-14", "HBT-18", "ELE-01", "LCK-02", "LCK-04",
        "LCK-09", "LCK-11", "LCK-12",
    ];
    let others = [
        "accepted",
        "pending MEM-21",
        "pending ROT-38",
        "leave LCK-07",
        "leave MEM-22",
        "NotJoined",
        "AlreadyJoined",
        "WrongRole",
        "NothingToDo",
        "NotInVersion",
        "heartbeat taken",
        "does render",
        "does leader",
        "does unlocked",
        "does ask",
        "does left",
        "does seal",
    ];
    let missing: Vec<_> =
        rules.into_iter().chain(others).filter(|it| !answers.contains_key(*it)).collect();
    assert!(missing.is_empty(), "{missing:?} never came up: {answers:#?}");
    let often = |what: &str| answers.get(what).copied().unwrap_or(0);
    assert!(often("heartbeat taken") > 1_000 && often("does render") > 300, "{answers:#?}");
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
