//! Liveness nonces: what shows a recipient that a key is new (4.1, subsubsec:liveness).

use conclave_spec::{NonceSchedule, Rule};

use super::{Progress, RoleState};
use crate::{
    algebra::{Algebra, Purpose},
    machine::{Effect, StepError},
    message::Seat,
};

/// How many nonces of a client count.
const NEWEST: usize = 2;

impl<A: Algebra> Progress<'_, A> {
    /// Posts a nonce, where this version has them.
    pub(super) fn post_nonce(&mut self) -> Result<(), StepError> {
        if !self.duty(Rule::NoncePosted) {
            return Ok(());
        }
        let fresh = self.duty(Rule::NonceFresh);
        let last = self.joined()?.own_nonces.last().cloned();
        let nonce = match last {
            Some(last) if !fresh => last,
            Some(_) | None => self.draw(Purpose::LivenessNonce)?,
        };
        let keeps_all = !self.duty(Rule::NonceRecent);
        let renews = self.duty(Rule::NonceRenewed);
        let interval = self.nonce_interval_ms()?;
        let joined = self.joined_mut()?;
        joined.own_nonces.push(nonce.clone());
        if joined.own_nonces.len() > NEWEST && !keeps_all {
            joined.own_nonces.remove(0);
        }
        joined.nonce_in_ms = renews.then_some(interval);
        self.effects.push(Effect::PostNonce(nonce));
        Ok(())
    }

    /// How long until the next nonce (reading R-65).
    fn nonce_interval_ms(&self) -> Result<u32, StepError> {
        let profile = self.client.profile;
        let base = u64::from(profile.params.nonce_interval_ms);
        let present = u64::try_from(self.joined()?.list.size()).unwrap_or(u64::MAX);
        let grows = profile.nonce_schedule == NonceSchedule::Quadratic && present > 10;
        let grown = base.saturating_mul(present.saturating_mul(present)) / 100;
        Ok(u32::try_from(if grows { grown } else { base }).unwrap_or(u32::MAX))
    }

    /// Time passes for the nonces of this client.
    pub(super) fn age_nonces(&mut self, elapsed_ms: u32) -> Result<(), StepError> {
        let joined = self.joined_mut()?;
        joined.nonce_in_ms = joined.nonce_in_ms.map(|left| left.saturating_sub(elapsed_ms));
        if joined.nonce_in_ms == Some(0) { self.post_nonce() } else { Ok(()) }
    }

    /// A nonce from the board. A leader seals to whoever waited for it.
    pub(super) fn take_nonce(&mut self, seat: &Seat, nonce: &A::Value) -> Result<(), StepError> {
        let joined = self.joined_mut()?;
        let mut nonces = joined.nonces.get(seat).cloned().unwrap_or_default();
        if nonces.contains(nonce) {
            return Ok(());
        }
        nonces.push(nonce.clone());
        if nonces.len() > NEWEST {
            nonces.remove(0);
        }
        joined.nonces.insert_mut(seat.clone(), nonces);
        let RoleState::Leader(leader) = &mut joined.role else { return Ok(()) };
        leader.rejoined.retain(|rejoined| rejoined != seat);
        let waited = leader.unserved.contains(seat);
        leader.unserved.retain(|unserved| unserved != seat);
        if waited { self.seal_newest_to(seat) } else { Ok(()) }
    }

    /// The nonce a sealed key for this member is bound to; without one the member waits.
    pub(super) fn nonce_for(&mut self, seat: &Seat) -> Result<Bound<A::Value>, StepError> {
        if !self.duty(Rule::SealNamesNonce) {
            return Ok(Bound::To(None));
        }
        let newest = self.duty(Rule::SealUsesNewestNonce);
        let waits = self.duty(Rule::NoSealWithoutNonce);
        let known = self.joined()?.nonces.get(seat).cloned().unwrap_or_default();
        let nonce = if newest { known.last() } else { known.first() };
        Ok(if nonce.is_none() && waits { Bound::Waits } else { Bound::To(nonce.cloned()) })
    }
}

/// What a sealed key is bound to.
pub(super) enum Bound<V> {
    /// This nonce, or none.
    To(Option<V>),
    /// Nothing yet: the recipient's nonce has not arrived.
    Waits,
}
