//! The keys a client holds: installing, waiting, using, erasing. The same for leader and
//! participant.

use conclave_spec::{GraceFrom, Rule, RuleSet};

use super::{HeldKey, Joined, Phase, Policy, Progress};
use crate::{
    algebra::Algebra,
    machine::{Choice, Misuse, StepError},
};

/// The key to encrypt under: the newest whose wait is over and whose number is certified; the
/// oldest such key, without the rule.
pub(super) fn sending<V>(joined: &Joined<V>, rules: RuleSet) -> Option<&HeldKey<V>> {
    let awaits = rules.contains(Rule::KeyAwaitsHeartbeat);
    let certified = |key: &&HeldKey<V>| !awaits || key.mk_seq <= joined.chain.mk_seq;
    let mut ready = joined.ring.iter().filter(|key| key.use_in_ms == 0).filter(certified);
    if rules.contains(Rule::UseNewestKey) { ready.next_back() } else { ready.next() }
}

impl<A: Algebra> Progress<'_, A> {
    /// Time passes: waits run down, superseded keys are erased, what is due happens.
    pub(super) fn age(&mut self, elapsed_ms: u32) -> Result<(), StepError> {
        if self.checks.rules().contains(Rule::HeartbeatNamesTimestamp) {
            self.state.clock_ms = self.state.clock_ms.saturating_add(u64::from(elapsed_ms));
        }
        let expires = self.checks.rules().contains(Rule::OldKeyExpires);
        let cap_ms = self.age_cap_ms();
        let Phase::Joined(joined) = &mut self.state.phase else { return Ok(()) };
        for key in &mut joined.ring {
            key.age_ms = key.age_ms.saturating_add(elapsed_ms).min(cap_ms);
            key.use_in_ms = key.use_in_ms.saturating_sub(elapsed_ms);
            key.erase_in_ms = key.erase_in_ms.map(|left| left.saturating_sub(elapsed_ms));
        }
        let before = joined.ring.len();
        joined.ring.retain(|key| !expires || key.erase_in_ms != Some(0));
        let erased = joined.ring.len() < before;
        let without_key = erased && joined.ring.is_empty();
        if erased {
            self.duty(Rule::OldKeyExpires);
        }
        if without_key && !self.is_leader() && self.duty(Rule::LeaveWithoutKey) {
            return self.leave();
        }
        self.age_participant(elapsed_ms)?;
        if matches!(self.state.phase, Phase::Joined(_)) {
            self.age_nonces(elapsed_ms)?;
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
        let receipt = self.client.profile.grace_from == GraceFrom::Receipt;
        let joined = self.joined_mut()?;
        for key in joined.ring.iter_mut().filter(|_| receipt) {
            key.erase_in_ms = Some(key.erase_in_ms.unwrap_or(params.old_key_ms));
        }
        joined.ring.push(HeldKey { mk_seq, meeting_key, age_ms: 0, use_in_ms, erase_in_ms: None });
        Ok(())
    }

    fn wait_before_use(&mut self, choice: Choice) -> Result<u32, StepError> {
        let params = self.client.profile.params;
        let first = self.joined()?.ring.is_empty();
        if first && !self.client.policies.has(Policy::FirstKeyWaits) {
            return Ok(0);
        }
        if self.is_leader() && self.duty(Rule::LeaderUsesAtOnce) {
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

    /// The key to encrypt under.
    pub(super) fn sending_key(&mut self) -> Result<Option<HeldKey<A::Value>>, Misuse> {
        self.duty(Rule::UseNewestKey);
        self.duty(Rule::KeyAwaitsHeartbeat);
        Ok(sending(self.joined()?, self.checks.rules()).cloned())
    }

    /// The newest number held, 0 without any.
    pub(super) fn highest_seq(&self) -> Result<u32, Misuse> {
        Ok(self.joined()?.ring.iter().map(|key| key.mk_seq).max().unwrap_or(0))
    }

    fn age_leader(&mut self, elapsed_ms: u32) -> Result<(), StepError> {
        let leader = self.leader_mut()?;
        leader.rotation_in_ms = leader.rotation_in_ms.map(|left| left.saturating_sub(elapsed_ms));
        leader.beat_in_ms = leader.beat_in_ms.map(|left| left.saturating_sub(elapsed_ms));
        let (rotates, beats) = (leader.rotation_in_ms == Some(0), leader.beat_in_ms == Some(0));
        if rotates {
            self.rotate()?;
        }
        // A rotation beats by itself, where a change does.
        let still = beats && self.leader_mut()?.beat_in_ms == Some(0);
        if still { self.beat() } else { Ok(()) }
    }

    /// Beyond this age no rule tells two ages apart.
    fn age_cap_ms(&self) -> u32 {
        let params = self.client.profile.params;
        let by_age = params.rotation_interval_ms_min.max(params.joiner_key_age_ms_max);
        let ages = self.checks.rules().contains(Rule::RotateInTime);
        by_age.max(if ages { params.key_age_ms_max } else { 0 }).saturating_add(1)
    }
}
