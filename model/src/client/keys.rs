//! The keys a client holds: installing, waiting, using, erasing. The same for leader and
//! participant.

use conclave_spec::Rule;

use super::{HeldKey, Phase, Progress, RoleState};
use crate::{
    algebra::Algebra,
    machine::{Choice, Misuse, StepError},
};

/// The position of the newest key whose wait is over; of the oldest, without the rule.
pub(super) fn usable<V>(ring: &[HeldKey<V>], newest: bool) -> Option<usize> {
    let ready = |key: &HeldKey<V>| key.use_in_ms == 0;
    if newest { ring.iter().rposition(ready) } else { ring.iter().position(ready) }
}

impl<A: Algebra> Progress<'_, A> {
    /// Time passes: waits run down, superseded keys are erased, a due rotation happens.
    pub(super) fn age(&mut self, elapsed_ms: u32) -> Result<(), StepError> {
        let expires = self.checks.rules().contains(Rule::OldKeyExpires);
        let Phase::Joined(joined) = &mut self.state.phase else { return Ok(()) };
        for key in &mut joined.ring {
            key.use_in_ms = key.use_in_ms.saturating_sub(elapsed_ms);
            key.erase_in_ms = key.erase_in_ms.map(|left| left.saturating_sub(elapsed_ms));
        }
        let before = joined.ring.len();
        joined.ring.retain(|key| !expires || key.erase_in_ms != Some(0));
        let erased = joined.ring.len() < before;
        if erased {
            self.duty(Rule::OldKeyExpires);
        }
        if self.is_leader() { self.age_leader(elapsed_ms) } else { Ok(()) }
    }

    /// Installs a key; what was there before is superseded.
    pub(super) fn install(
        &mut self,
        mk_seq: u32,
        meeting_key: A::Value,
        choice: Choice,
    ) -> Result<(), StepError> {
        let params = self.client.profile.params;
        let use_in_ms = self.wait_before_use(choice)?;
        let joined = self.joined_mut()?;
        for key in &mut joined.ring {
            key.erase_in_ms = Some(key.erase_in_ms.unwrap_or(params.old_key_ms));
        }
        joined.ring.push(HeldKey { mk_seq, meeting_key, use_in_ms, erase_in_ms: None });
        Ok(())
    }

    fn wait_before_use(&mut self, choice: Choice) -> Result<u32, StepError> {
        let params = self.client.profile.params;
        let first = self.joined()?.ring.is_empty();
        if first && !self.client.policies.first_key_waits {
            return Ok(0);
        }
        if !self.duty(Rule::WaitBeforeUse) {
            return Ok(0);
        }
        let wait = choice.use_in_ms.unwrap_or(params.use_wait_ms);
        if wait < params.use_wait_ms_min || wait > params.use_wait_ms_max {
            return Err(Misuse::ChoiceOutsideWindow.into());
        }
        Ok(wait)
    }

    /// The position in the ring of the key to encrypt under: the newest whose wait is over.
    pub(super) fn sending_key(&mut self) -> Result<Option<usize>, Misuse> {
        let newest = self.duty(Rule::UseNewestKey);
        Ok(usable(&self.joined()?.ring, newest))
    }

    /// The newest number held, 0 without any.
    pub(super) fn highest_seq(&self) -> Result<u32, Misuse> {
        Ok(self.joined()?.ring.iter().map(|key| key.mk_seq).max().unwrap_or(0))
    }

    fn age_leader(&mut self, elapsed_ms: u32) -> Result<(), StepError> {
        let cap = self.age_cap_ms();
        let RoleState::Leader(leader) = &mut self.joined_mut()?.role else { return Ok(()) };
        leader.key_age_ms = leader.key_age_ms.saturating_add(elapsed_ms).min(cap);
        leader.rotation_in_ms = leader.rotation_in_ms.map(|left| left.saturating_sub(elapsed_ms));
        if leader.rotation_in_ms == Some(0) { self.rotate() } else { Ok(()) }
    }

    /// Beyond this age no rule tells two ages apart.
    fn age_cap_ms(&self) -> u32 {
        let params = self.client.profile.params;
        params.rotation_interval_ms_min.max(params.joiner_key_age_ms_max).saturating_add(1)
    }
}
