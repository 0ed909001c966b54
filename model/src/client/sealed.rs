//! The participant's work: opening sealed keys and believing their numbers (2.3.1, 3.7.5; 3,
//! 3.7.6).

use conclave_spec::{BoxSuite, GraceFrom, Rule, layouts};

use super::{Ephemeral, Joined, Progress, meta_record};
use crate::{
    algebra::{Algebra, BoxLabels, BoxPurpose, KeyInBox, Pair},
    machine::{Choice, Misuse, Outcome, Party, StepError},
    message::SealedKey,
};

impl<A: Algebra> Progress<'_, A> {
    /// A heartbeat certified a number: where the seal carries none, it says which number the sealed
    /// key held back has (reading R-18).
    pub(super) fn answer_number(&mut self, choice: Choice) -> Result<(), StepError> {
        let participant = self.participant_mut()?;
        if !participant.key_called_for {
            return Ok(());
        }
        let Some(sealed) = participant.held_back.take() else { return Ok(()) };
        match self.take_sealed(&sealed, choice) {
            // What was held back no longer opens: the number still calls for a key.
            Err(StepError::Refused(_)) => Ok(()),
            answer => answer,
        }
    }

    /// A sealed key from the board.
    pub(super) fn take_sealed(
        &mut self,
        sealed: &SealedKey<A::Value>,
        choice: Choice,
    ) -> Result<(), StepError> {
        let opened = self.opened(sealed)?;
        match opened.mk_seq {
            Some(mk_seq) => {
                let increases = mk_seq > self.last_seq()?;
                self.checks.require(Rule::SeqIncreases, Party::Server, increases)?;
                let vouched = !self.participant()?.changed || mk_seq > self.joined()?.chain.mk_seq;
                self.checks.require(Rule::NumberAboveCertified, Party::Peer, vouched)?;
                self.duty(Rule::SealCarriesSeq);
                self.install(mk_seq, opened.meeting_key, choice)
            }
            None => self.install_as_signaled(sealed, opened, choice),
        }
    }

    /// The number a new key must exceed. Who holds no key any more, since the last one was erased or
    /// dropped, takes none from before the certified number: it would roll back. Nor does whoever
    /// gives keys up by the certificate: such a key would never run out.
    fn last_seq(&self) -> Result<u32, Misuse> {
        let joined = self.joined()?;
        let awaits = self.checks.rules().contains(Rule::KeyAwaitsHeartbeat);
        let certificate = self.client.profile.grace_from == GraceFrom::Certificate;
        let certified = if awaits && (joined.ring.is_empty() || certificate) {
            joined.chain.mk_seq.saturating_sub(1)
        } else {
            0
        };
        Ok(self.highest_seq()?.max(certified))
    }

    /// 2.3.1: the number is that of the heartbeat, one key for each number certified.
    fn install_as_signaled(
        &mut self,
        sealed: &SealedKey<A::Value>,
        opened: KeyInBox<A::Value>,
        choice: Choice,
    ) -> Result<(), StepError> {
        if !self.duty(Rule::NumberFromHeartbeat) {
            let next = self.highest_seq()?.checked_add(1).ok_or(Misuse::NumbersExhausted)?;
            return self.install(next, opened.meeting_key, choice);
        }
        let participant = self.participant_mut()?;
        if !participant.key_called_for {
            participant.held_back = Some(sealed.clone());
            self.outcome = Outcome::Pending(Rule::NumberFromHeartbeat);
            return Ok(());
        }
        participant.key_called_for = false;
        let mk_seq = self.joined()?.chain.mk_seq;
        self.install(mk_seq, opened.meeting_key, choice)
    }

    fn opened(&mut self, sealed: &SealedKey<A::Value>) -> Result<KeyInBox<A::Value>, StepError> {
        self.participant()?;
        let joined = self.joined()?;
        let leader = joined.known_leader().cloned();
        let leader = self.checks.require_some(Rule::AnnouncementVerifies, Party::Server, leader)?;
        let algebra = self.client.algebra;
        let both =
            algebra.has_kem(&leader.pair.sender.pk) && algebra.has_kem(&leader.pair.recipient.pk);
        let as_signed = !both || sealed.sealed.kem.is_some();
        self.checks.require(Rule::NoClassicForHybrid, Party::Peer, as_signed)?;
        let joined = self.joined()?;
        let meta = meta_record(&joined.meeting, &leader.seat.user_id, &self.state.seat.user_id);
        let ephemerals = std::iter::once(&joined.ephemeral).chain(&self.state.kept.ephemerals);
        let opened = ephemerals
            .flat_map(|ephemeral| self.bindings(joined).map(move |nonce| (ephemeral, nonce)))
            .find_map(|(ephemeral, nonce)| {
                let purpose = BoxPurpose {
                    labels: BoxLabels::MEETING_KEY,
                    meta: &meta,
                    liveness_nonce: nonce,
                };
                self.open_with(ephemeral, &leader.pair, &purpose, sealed)
            });
        let opened = self.checks.require_some(Rule::SealOpens, Party::Server, opened)?;
        self.checks.fields_bound(&layouts::META);
        self.duty(Rule::SealNamesContext);
        self.duty(Rule::NonceRecent);
        Ok(opened)
    }

    /// The nonces a sealed key may be bound to, newest first; none at all in older versions.
    fn bindings<'j>(
        &self,
        joined: &'j Joined<A::Value>,
    ) -> impl Iterator<Item = Option<&'j A::Value>> + use<'j, A> {
        let unbound = !self.checks.rules().contains(Rule::SealNamesNonce);
        let bound = joined.own_nonces.iter().rev().filter(move |_| !unbound).map(Some);
        unbound.then_some(None).into_iter().chain(bound)
    }

    fn open_with(
        &self,
        ephemeral: &Ephemeral<A::Value>,
        pair: &Pair<A::Value>,
        purpose: &BoxPurpose<'_, A::Value>,
        sealed: &SealedKey<A::Value>,
    ) -> Option<KeyInBox<A::Value>> {
        let rules = self.checks.rules();
        let mut pair = pair.clone();
        if pair.recipient.pk != ephemeral.pk {
            pair.recipient.pk = ephemeral.pk.clone();
            pair.agreed = self.client.algebra.agree(rules, &ephemeral.secret, &pair.sender.pk)?;
        }
        // A box with an encapsulation is a hybrid one, for whoever has a Kyber key.
        let hybrid = sealed.sealed.kem.is_some() && ephemeral.secret.kem.is_some();
        let suite = if hybrid { BoxSuite::Hybrid } else { BoxSuite::Classic };
        let (secret, sealed) = (&ephemeral.secret, &sealed.sealed);
        self.client.algebra.open(rules, suite, &pair, secret, purpose, sealed)
    }
}
