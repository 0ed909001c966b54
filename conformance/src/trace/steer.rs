//! The moments the protocol leaves free: the model's client takes those that the log shows, within
//! the windows the profile allows.
//!
//! Nothing here can make a client do what it must not: a deadline is only moved within its window,
//! and where the log shows nothing within it, the model acts at its own moment and the log is found
//! to lack it.

use std::{fmt::Debug, hash::Hash};

use conclave_model::{
    client::{Phase, RoleState},
    machine::{Choice, Event},
};
use conclave_spec::Rule;

use super::{
    format::{self, Entry, Trace},
    node::Node,
};

/// What the log shows of one node's free moments, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    /// Heartbeats sent without an input: when.
    beats: Vec<u64>,
    /// Nonces posted without an input: when.
    nonces: Vec<u64>,
    /// Rotations without an input: when.
    rotations: Vec<u64>,
    /// Rotations with an input: when.
    at_once: Vec<u64>,
    /// Which key number was in use for sending: when, and which.
    uses: Vec<(u64, u32)>,
    /// The last moment of the log.
    end_ms: u64,
}

impl Hints {
    pub(super) fn of(trace: &Trace, node: &str) -> Self {
        let (mut hints, mut mk_seq) = (Self::default(), 0);
        for (_, entry) in &trace.entries {
            if let Entry::Event(event) = entry
                && event.node == node
            {
                hints.note(event, &mut mk_seq);
            }
        }
        hints
    }

    fn note(&mut self, event: &format::Event, mk_seq: &mut u32) {
        self.end_ms = event.at_ms;
        let timed = event.given.is_none();
        let mut rotated = None;
        for output in &event.outputs {
            let at_ms = output.at_ms.unwrap_or(event.at_ms);
            match &output.effect {
                format::Effect::PostHeartbeat(beat) => {
                    if timed {
                        self.beats.push(at_ms);
                    }
                    if beat.mk_seq > *mk_seq {
                        rotated = Some(at_ms);
                    }
                    *mk_seq = beat.mk_seq;
                }
                format::Effect::PostSealedKey(_) if timed => rotated = Some(at_ms),
                format::Effect::PostNonce(_) if timed => self.nonces.push(at_ms),
                format::Effect::Transmit { packet, .. } => self.uses.push((at_ms, packet.mk_seq)),
                format::Effect::PostSealedKey(_)
                | format::Effect::PostNonce(_)
                | format::Effect::PostAnnouncement(_)
                | format::Effect::PostLink(_)
                | format::Effect::PostLockRequest(_)
                | format::Effect::Render { .. }
                | format::Effect::ShowSecurityCode(_)
                | format::Effect::ShowLeaderChanged { .. }
                | format::Effect::ShowUnlockWarning
                | format::Effect::ShowLeft => {}
            }
        }
        if let Some(at_ms) = rotated {
            let list = if timed { &mut self.rotations } else { &mut self.at_once };
            if list.last() != Some(&at_ms) {
                list.push(at_ms);
            }
        }
        if let Some(mk_seq) = event.observed.as_ref().and_then(|seen| seen.sends_under) {
            self.uses.push((event.at_ms, mk_seq));
        }
    }
}

/// The first moment after `now_ms`.
fn next_after(moments: &[u64], now_ms: u64) -> Option<u64> {
    moments.get(moments.partition_point(|at| *at <= now_ms)).copied()
}

fn until(now_ms: u64, then_ms: u64) -> u32 {
    u32::try_from(then_ms.saturating_sub(now_ms)).unwrap_or(u32::MAX)
}

impl<V: Clone + Debug + Ord + Hash> Node<V> {
    /// The number of the newest key held.
    pub(super) fn newest(&self) -> Option<u32> {
        let Phase::Joined(joined) = &self.state.phase else { return None };
        joined.ring.last().map(|key| key.mk_seq)
    }

    /// Before time passes: heartbeats, nonces and rotations when the log has them.
    pub(super) fn steer(&mut self, to_ms: u64) {
        let (now_ms, params) = (self.now_ms, self.profile.params);
        let soon = |moments: &[u64]| next_after(moments, now_ms).filter(|at| *at <= to_ms);
        let beat = soon(&self.hints.beats).map(|at| until(now_ms, at));
        let rotation = soon(&self.hints.rotations).map(|at| until(now_ms, at));
        let nonce = next_after(&self.hints.nonces, now_ms);
        let nonce = nonce.map(|at| until(now_ms, at));
        let throttled = self.profile.rules.contains(Rule::RotationThrottled);
        let Phase::Joined(joined) = &mut self.state.phase else { return };
        if let Some(due) = joined.nonce_in_ms.as_mut()
            && let Some(nonce) = nonce.filter(|nonce| *nonce != *due)
        {
            let earliest = params.nonce_interval_ms - params.nonce_interval_ms_min;
            let latest = params.nonce_interval_ms_max - params.nonce_interval_ms;
            if nonce >= due.saturating_sub(earliest) && nonce <= due.saturating_add(latest) {
                *due = nonce;
            }
        }
        let age_ms = joined.ring.last().map_or(0, |key| key.age_ms);
        let RoleState::Leader(leader) = &mut joined.role else { return };
        if let (Some(due), Some(beat)) = (leader.beat_in_ms.as_mut(), beat)
            && beat < *due
            && Some(beat) != rotation
        {
            *due = beat;
        }
        let Some(rotation) = rotation else { return };
        let young = age_ms.saturating_add(rotation) < params.rotation_interval_ms_min;
        if leader.rotation_in_ms.is_none_or(|due| rotation < due) && !(throttled && young) {
            leader.rotation_in_ms = Some(rotation);
        }
    }

    /// When the leader rotates because of an event.
    pub(super) fn choice(&self, event: &Event<V>) -> Choice {
        let calls =
            matches!(event, Event::Admitted(_) | Event::Departed { .. } | Event::Kick { .. });
        let Phase::Joined(joined) = &self.state.phase else { return Choice::default() };
        if !calls || !matches!(joined.role, RoleState::Leader(_)) {
            return Choice::default();
        }
        let (now_ms, hints) = (self.now_ms, &self.hints);
        if hints.at_once.binary_search(&now_ms).is_ok() {
            return Choice::default();
        }
        let then_ms =
            next_after(&hints.rotations, now_ms).unwrap_or(hints.end_ms.saturating_add(1));
        Choice { rotate_in_ms: Some(until(now_ms, then_ms)), use_in_ms: None }
    }

    /// After a step that installed a key: when the log shows it in use, within the window.
    pub(super) fn steer_use(&mut self, before: Option<u32>) {
        let (now_ms, params) = (self.now_ms, self.profile.params);
        let newest = self.newest();
        if newest == before {
            return;
        }
        let Phase::Joined(joined) = &mut self.state.phase else { return };
        let Some(key) = joined.ring.last_mut().filter(|key| key.use_in_ms > 0) else { return };
        let from = self.hints.uses.partition_point(|(at, _)| *at < now_ms);
        let later = self.hints.uses.get(from..).unwrap_or_default();
        let used = later.iter().find(|(_, mk_seq)| *mk_seq >= key.mk_seq).map(|(at, _)| *at);
        let not_yet =
            later.iter().take_while(|(_, mk_seq)| *mk_seq < key.mk_seq).last().map(|(at, _)| *at);
        let mut wait = key.use_in_ms;
        if let Some(used) = used {
            wait = wait.min(until(now_ms, used));
        }
        if let Some(not_yet) = not_yet {
            wait = wait.max(until(now_ms, not_yet).saturating_add(1));
        }
        if (params.use_wait_ms_min..=params.use_wait_ms_max).contains(&wait) {
            key.use_in_ms = wait;
        }
    }
}
