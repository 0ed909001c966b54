//! Leaving: every key of the meeting is gone (2.3.1, 3.7.8).

use conclave_spec::Rule;

use super::{Phase, Progress};
use crate::{
    algebra::Algebra,
    machine::{Effect, Misuse, StepError},
};

impl<A: Algebra> Progress<'_, A> {
    /// Leaves and forgets.
    pub(super) fn leave(&mut self) -> Result<(), StepError> {
        let Phase::Joined(joined) = std::mem::replace(&mut self.state.phase, Phase::Left) else {
            return Err(Misuse::NotJoined.into());
        };
        if !self.duty(Rule::MeetingKeysErased) {
            self.state.kept.keys = joined.ring;
        }
        let erased = self.duty(Rule::EphemeralErased);
        if !erased || !self.checks.rules().contains(Rule::EphemeralFresh) {
            self.state.kept.ephemerals.push(joined.ephemeral);
        }
        self.effects.push(Effect::ShowLeft);
        Ok(())
    }
}
