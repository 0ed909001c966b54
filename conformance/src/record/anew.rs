//! A script nobody has said anything about: recorded with whatever the reference makes of it.

use std::collections::BTreeMap;

use conclave_model::{
    Client,
    algebra::Bytes,
    client::{Phase, RoleState},
    script::{Act, Expect, ExpectedClass, Script, ScriptStep, Window},
};
use conclave_spec::{Profile, Rule, RuleSet};

use super::{RecordError, Recording, coming, play, seed_of};
use crate::{case::Case, cases::Draft, run::Moment};

/// A script as a case, with what a case does not say.
#[derive(Clone, Debug)]
pub struct Anew {
    /// The case: its script is that of the draft, less what cannot be played, with a look at what
    /// the user sees after each step of the client.
    pub case: Case,
    /// What is known of the moment after each step of the case.
    pub moments: Vec<Moment>,
    /// The steps of the draft that were played, in order, as places in its script.
    pub played: Vec<usize>,
}

/// Records a draft whose expectations are left open.
///
/// # Errors
/// Its cast or its policies are at fault.
pub fn anew(draft: &Draft, profile: &Profile) -> Result<Anew, RecordError> {
    let algebra = Bytes::seeded(seed_of(draft));
    let mut recording = Recording::new(draft, profile, profile, &algebra)?;
    let mut script = Script { cast: draft.script.cast.clone(), steps: Vec::new() };
    let (mut moments, mut played) = (Vec::new(), Vec::new());
    let mut keys = Keys::default();
    for (place, step) in draft.script.steps.iter().enumerate() {
        let own = step.party == draft.plays;
        // Which key a packet is under is not fixed at such a moment.
        if own && keys.free && matches!(step.act, Act::Send { .. }) {
            continue;
        }
        let Some(done) = recording.take(step) else { continue };
        played.push(place);
        script.steps.push(done);
        if !own {
            continue;
        }
        moments.push(recording.moment(&mut keys));
        if !matches!(step.act, Act::Observe {})
            && let Some(look) = recording.take(&look(&draft.plays))
        {
            script.steps.push(look);
            moments.push(recording.moment(&mut keys));
        }
    }
    let mut case = recording.case(script);
    let rules = case.steps.iter().filter_map(|step| step.expect.rule);
    let rules = rules.fold(RuleSet::of(&case.rules), RuleSet::with);
    case.rules = rules.iter().collect();
    Ok(Anew { case, moments, played })
}

fn look(party: &str) -> ScriptStep {
    let (party, act) = (party.to_owned(), Act::Observe {});
    ScriptStep { party, act, wire: None, expect: Expect::accept() }
}

/// When the keys of the client came.
#[derive(Debug, Default)]
struct Keys {
    came_ms: BTreeMap<u32, u64>,
    /// Whether the newest may be in use or not: "about two seconds" after it came.
    free: bool,
}

impl Recording<'_> {
    /// Plays a step and notes what came of it; nothing where it cannot be played.
    fn take(&mut self, step: &ScriptStep) -> Option<ScriptStep> {
        let before = self.stage.clone();
        let window = (step.party == self.draft.plays).then(|| self.window(&step.act)).flatten();
        let played = play(&mut self.stage, step).ok().and_then(|(input, reply)| {
            let expect = coming(step, &reply)?;
            let window = window.filter(|_| expect.class == ExpectedClass::Accept);
            let step = ScriptStep { expect: Expect { window, ..expect }, ..step.clone() };
            self.note(&step, input, &reply).ok()?;
            Some(step)
        });
        if played.is_none() {
            self.stage = before;
        }
        played
    }

    /// The window for a rotation that this act calls for, where a profile lets a leader put it off
    /// without a throttle.
    fn window(&self, act: &Act) -> Option<Window> {
        let actor = self.stage.actor(&self.draft.plays).ok()?;
        let Phase::Joined(joined) = &actor.state.phase else { return None };
        let (rules, params) = (actor.profile.rules, actor.profile.params);
        let leads = matches!(joined.role, RoleState::Leader(_));
        if !leads || !rules.contains(Rule::JoinBatchBounded) {
            return None;
        }
        let (wait_ms, rule) = match act {
            Act::Admitted { .. } => (params.join_batch_ms_max, Rule::JoinBatchBounded),
            Act::Departed { .. } | Act::Kick { .. } => {
                (params.leave_rotation_ms_max, Rule::RotateOnLeave)
            }
            Act::Join { .. }
            | Act::LeaderNamed { .. }
            | Act::Renamed { .. }
            | Act::NoncePosted { .. }
            | Act::Link { .. }
            | Act::Heartbeat { .. }
            | Act::LockRequested { .. }
            | Act::LockClaimed { .. }
            | Act::RoomClaimed { .. }
            | Act::SetLock { .. }
            | Act::SealedKey { .. }
            | Act::Packet { .. }
            | Act::MeetingEnded {}
            | Act::Advance { .. }
            | Act::Send { .. }
            | Act::Leave {}
            | Act::StepOut {}
            | Act::Observe {} => return None,
        };
        let (from_ms, to_ms) = (actor.now_ms, actor.now_ms + u64::from(wait_ms));
        Some(Window { from_ms, to_ms, early: rule, late: rule })
    }

    /// What is known of the present moment of the client.
    fn moment(&self, keys: &mut Keys) -> Moment {
        let Ok(actor) = self.stage.actor(&self.draft.plays) else { return Moment::default() };
        let algebra = self.stage.algebra();
        let client = Client { algebra, profile: &actor.profile, policies: actor.policies };
        let is_due = client.deadline_ms(&actor.state).is_some();
        let Phase::Joined(joined) = &actor.state.phase else {
            *keys = Keys::default();
            return Moment { is_due, free_use: false };
        };
        let (now_ms, params) = (actor.now_ms, actor.profile.params);
        for key in joined.ring.iter() {
            let came_ms =
                (now_ms + u64::from(key.use_in_ms)).saturating_sub(u64::from(params.use_wait_ms));
            keys.came_ms.entry(key.mk_seq).or_insert(came_ms);
        }
        let newest = keys.came_ms.last_key_value().map(|(_, came_ms)| *came_ms);
        keys.free = newest.is_some_and(|came_ms| {
            let [min, max] = [params.use_wait_ms_min, params.use_wait_ms_max].map(u64::from);
            (came_ms + min..=came_ms + max).contains(&now_ms)
        });
        Moment { is_due, free_use: keys.free }
    }
}
