//! Time that passes, and what arrives or is lost before it does.

use super::{Moved, Turn, spend};
use crate::{
    script::Act,
    stage::StageError,
    world::{Power, SPY},
};

/// How many regular heartbeats may pass in one wait: thrice as many as make somebody leave.
const BEATS_MAX: u32 = 30;
/// How long before it would be too late the insider acts, in milliseconds.
const MARGIN_MS: u32 = 1_000;

impl Turn<'_> {
    /// Time passes for everybody, past regular heartbeats, until something else is due.
    pub(super) fn wait(&mut self, short: bool) -> Moved {
        let nobody_waits = short && self.rig.silence_ms(&self.world).is_none();
        let left = &mut self.world.left;
        let spent = if short { spend(&mut left.lingers) } else { spend(&mut left.waits) };
        if nobody_waits || !spent || !self.may_wait() {
            return Ok(None);
        }
        let start_ms = self.world.now_ms();
        for _ in 0..BEATS_MAX {
            let Some(due) = self.rig.next_deadline_ms(&self.world) else { break };
            let silence_ms = self.rig.silence_ms(&self.world).filter(|_| short);
            if let Some(left) = silence_ms.map(|left| left.saturating_sub(MARGIN_MS))
                && left <= due
            {
                self.pass(left)?;
                return Ok((left > 0).then_some(()));
            }
            let regular = self.rig.pruned.beats && self.rig.regular_beat_ms(&self.world).is_some();
            self.pass(due)?;
            self.settle()?;
            self.trickle()?;
            if !regular && !short {
                break;
            }
        }
        Ok((self.world.now_ms() > start_ms).then_some(()))
    }

    /// What the insider has no power to delay arrives, or is lost, before time passes.
    pub(super) fn may_wait(&mut self) -> bool {
        let slice = &self.rig.slice;
        for way in self.world.ways.values_mut() {
            for (channel, waiting) in &mut way.waiting {
                if slice.can(Power::Delay(*channel)) || waiting.is_empty() {
                    continue;
                }
                if !slice.can(Power::Drop(*channel)) {
                    return false;
                }
                waiting.clear();
            }
        }
        true
    }

    pub(super) fn pass(&mut self, elapsed_ms: u32) -> Result<(), StageError> {
        let to_ms = self.world.now_ms() + u64::from(elapsed_ms);
        let slice = &self.rig.slice;
        let parties = slice.honest.iter().chain([&SPY]).copied();
        for party in parties.filter(|party| self.is_told(party)).collect::<Vec<_>>() {
            self.act(party, Act::Advance { to_ms })?;
        }
        Ok(())
    }
}
