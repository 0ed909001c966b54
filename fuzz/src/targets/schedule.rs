//! The insider's schedules: moves through a slice of the explorer, walked over terms, then played
//! over bytes and terms in lockstep.

use std::{cell::OnceCell, sync::OnceLock};

use arbitrary::{Arbitrary, Unstructured};
use conclave_model::{
    Algebra, Client,
    algebra::{Bytes, Draw, Term, Terms},
    machine::{Effect, Outcome, StepError},
    properties::{Goal, View},
    script::{ExpectedClass, Script, ScriptStep},
    stage::{Reply, Stage},
    world::{Move, Rig, Slice, World},
};
use conclave_spec::{Profile, RuleSet};

use super::known;

/// The most bytes read as moves: a few slices have budgets for more, and for hours of meeting.
const MOVES_MAX: usize = 40;

/// What the bytes say: a version, a slice, and which of the possible moves comes next.
#[derive(Debug)]
struct Play<'d> {
    profile: u8,
    slice: u8,
    /// One byte for each move.
    moves: &'d [u8],
}

impl<'d> Arbitrary<'d> for Play<'d> {
    fn arbitrary(input: &mut Unstructured<'d>) -> arbitrary::Result<Self> {
        let (profile, slice) = (input.arbitrary()?, input.arbitrary()?);
        Ok(Self { profile, slice, moves: input.bytes(input.len())? })
    }
}

/// The bytes as a schedule. Every goal that is not known to break in that version and slice holds
/// after every move; over bytes every step has the outcome and the effects it has over terms, and
/// both are what the explorer expects.
///
/// # Panics
/// A property does not hold.
pub fn schedule(data: &[u8]) {
    let Ok(play) = Play::arbitrary_take_rest(Unstructured::new(data)) else { return };
    let (rig, start) = stage_of(&play);
    let path = walked(rig, start, play.moves);
    let script = rig.script(&path).expect("a path that was walked");
    in_lockstep(&script, &rig.profile);
}

/// How many moves these bytes make.
///
/// # Panics
/// A property does not hold.
#[must_use]
pub fn moves_made(data: &[u8]) -> usize {
    let Ok(play) = Play::arbitrary_take_rest(Unstructured::new(data)) else { return 0 };
    let (rig, start) = stage_of(&play);
    walked(rig, start, play.moves).len()
}

/// Every version in every slice, with the world at its start, made once.
fn stage_of(play: &Play<'_>) -> &'static (Rig, World) {
    static STAGES: OnceLock<Vec<OnceLock<(Rig, World)>>> = OnceLock::new();
    static SLICES: OnceLock<(Vec<Profile>, Vec<Slice>)> = OnceLock::new();
    let (profiles, slices) = SLICES.get_or_init(|| (Profile::all(), Slice::all()));
    let all = STAGES
        .get_or_init(|| (0..profiles.len() * slices.len()).map(|_| OnceLock::new()).collect());
    let profile = usize::from(play.profile) % profiles.len();
    let slice = usize::from(play.slice) % slices.len();
    all[profile * slices.len() + slice].get_or_init(|| {
        let rig = Rig::new(&profiles[profile], &slices[slice]);
        let start = rig.start().expect("a world");
        (rig, start)
    })
}

/// Walks, judging after every move. What is not possible where it stands is passed over.
fn walked(rig: &Rig, start: &World, picks: &[u8]) -> Vec<Move> {
    let goals = &rig.slice.goals;
    let promised = |goal: &&Goal| {
        goal.is_promised() && known::why_broken(**goal, &rig.profile, rig.slice.name).is_none()
    };
    let judged: Vec<Goal> = goals.iter().filter(promised).copied().collect();
    let mut world = start.clone();
    let mut path = Vec::new();
    for pick in picks.iter().take(MOVES_MAX) {
        let moves = rig.moves(&world);
        let Some(action) = usize::from(*pick).checked_rem(moves.len()).map(|at| moves[at]) else {
            break;
        };
        let Some(next) = rig.after(&world, action) else { continue };
        world = next;
        path.push(action);
        for goal in &judged {
            let (profile, slice) = (rig.profile.id, rig.slice.name);
            assert!(holds(rig, &world, *goal), "{} in {profile}, {slice}: {path:?}", goal.id());
        }
    }
    path
}

fn holds(rig: &Rig, world: &World, goal: Goal) -> bool {
    let knowledge = OnceCell::new();
    let knows = |term: &Term| knowledge.get_or_init(|| world.knowledge()).knows(term);
    let clients: Vec<_> = world.honest().collect();
    goal.holds(&rig.profile, &View { ledger: &world.ledger, clients: &clients, knows: &knows })
}

/// Both algebras, step by step.
fn in_lockstep(script: &Script, profile: &Profile) {
    let bytes = Bytes::seeded([7; 32]);
    let mut symbolic = Stage::new(&Terms, &script.cast, profile).expect("the cast is right");
    let mut real = Stage::new(&bytes, &script.cast, profile).expect("the cast is right");
    for (at, step) in script.steps.iter().enumerate() {
        let said = answer(&mut symbolic, step);
        assert!(as_expected(step, &said.outcome), "step {at}, {step:?}: {said:?} over terms");
        assert_eq!(said, answer(&mut real, step), "step {at}, {step:?}: the algebras differ");
    }
}

/// What became of a step, as far as the algebras can be compared.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    outcome: Result<Outcome, StepError>,
    effects: Vec<(u64, &'static str)>,
    held: RuleSet,
    drawn: Vec<Draw>,
    /// What the user sees: the roster and all else that is not a value of the algebra.
    roster: Option<String>,
}

fn answer<A: Algebra>(stage: &mut Stage<'_, A>, step: &ScriptStep) -> Answer {
    let Reply { outcome, effects, held, drawn } = stage.play(step).expect("the script is right");
    let actor = stage.actor(&step.party).expect("a party");
    let client =
        Client { algebra: stage.algebra(), profile: &actor.profile, policies: actor.policies };
    let roster = client.seen(&actor.state).map(|seen| {
        format!("{:?} {:?} {:?} {:?}", seen.leader, seen.roster, seen.locked, seen.sends_under)
    });
    let effects = effects.iter().map(|(at_ms, effect)| (*at_ms, kind(effect))).collect();
    Answer { outcome, effects, held, drawn, roster }
}

fn kind<V>(effect: &Effect<V>) -> &'static str {
    match effect {
        Effect::PostAnnouncement(_) => "announcement",
        Effect::PostSealedKey(_) => "sealed key",
        Effect::PostNonce(_) => "nonce",
        Effect::PostLink(_) => "link",
        Effect::PostHeartbeat(_) => "heartbeat",
        Effect::PostLockRequest(_) => "lock request",
        Effect::Transmit { .. } => "packet",
        Effect::Render { .. } => "rendered",
        Effect::ShowSecurityCode(_) => "security code",
        Effect::ShowLeaderChanged { .. } => "leader changed",
        Effect::ShowUnlockWarning => "unlock warning",
        Effect::ShowLeft => "left",
    }
}

fn as_expected(step: &ScriptStep, outcome: &Result<Outcome, StepError>) -> bool {
    let (class, rule) = (step.expect.class, step.expect.rule);
    match outcome {
        Ok(Outcome::Accepted) => class == ExpectedClass::Accept,
        Ok(Outcome::Pending(by)) => class == ExpectedClass::Pending && rule == Some(*by),
        Ok(Outcome::Left(by)) => class == ExpectedClass::Leave && rule == Some(*by),
        Err(StepError::Refused(reject)) => {
            matches!(class, ExpectedClass::Reject | ExpectedClass::Ignore)
                && rule == Some(reject.rule)
        }
        Err(StepError::Undrawn(_) | StepError::Misused(_)) => false,
    }
}
