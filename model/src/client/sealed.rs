//! The participant's work: opening sealed keys and believing their numbers (2.3.1, 3.7.5; 3,
//! 3.7.6).

use conclave_spec::{Rule, layouts};

use super::{Ephemeral, Progress, meta_record};
use crate::{
    algebra::{Algebra, BoxLabels, KeyInBox, Pair},
    machine::{Choice, Outcome, Party, StepError},
    message::SealedKey,
};

impl<A: Algebra> Progress<'_, A> {
    /// The number of the newest key, as it travels beside the participant list. Where the seal
    /// carries no number, it says which number the next sealed key has (reading R-18).
    pub(super) fn hear_signal(&mut self, mk_seq: u32, choice: Choice) -> Result<(), StepError> {
        let participant = self.participant_mut()?;
        if mk_seq <= participant.signaled {
            return Ok(());
        }
        participant.signaled = mk_seq;
        participant.signal_used = false;
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
                let increases = mk_seq > self.highest_seq()?;
                self.checks.require(Rule::SeqIncreases, Party::Server, increases)?;
                self.duty(Rule::SealCarriesSeq);
                self.install(mk_seq, opened.meeting_key, choice)
            }
            None => self.install_as_signaled(sealed, opened, choice),
        }
    }

    /// 2.3.1: the number comes from beside the list, one key for each number announced.
    fn install_as_signaled(
        &mut self,
        sealed: &SealedKey<A::Value>,
        opened: KeyInBox<A::Value>,
        choice: Choice,
    ) -> Result<(), StepError> {
        let participant = self.participant_mut()?;
        if participant.signal_used {
            participant.held_back = Some(sealed.clone());
            self.outcome = Outcome::Pending(Rule::SeqByOne);
            return Ok(());
        }
        participant.signal_used = true;
        let mk_seq = participant.signaled;
        self.install(mk_seq, opened.meeting_key, choice)
    }

    fn opened(&mut self, sealed: &SealedKey<A::Value>) -> Result<KeyInBox<A::Value>, StepError> {
        self.participant()?;
        let joined = self.joined()?;
        let leader = joined.known_leader().cloned();
        let leader = self.checks.require_some(Rule::AnnouncementVerifies, Party::Server, leader)?;
        let meta =
            meta_record(&self.joined()?.meeting, &leader.seat.user_id, &self.state.seat.user_id);
        let current = self.joined()?.ephemeral.clone();
        let kept = self.state.kept.ephemerals.clone();
        let opened = std::iter::once(current)
            .chain(kept)
            .find_map(|ephemeral| self.open_with(&ephemeral, &leader.pair, &meta, sealed));
        let opened = self.checks.require_some(Rule::SealOpens, Party::Server, opened)?;
        self.checks.fields_bound(&layouts::META);
        self.duty(Rule::SealNamesContext);
        Ok(opened)
    }

    fn open_with(
        &self,
        ephemeral: &Ephemeral<A::Value>,
        pair: &Pair<A::Value>,
        meta: &crate::algebra::Record<A::Value>,
        sealed: &SealedKey<A::Value>,
    ) -> Option<KeyInBox<A::Value>> {
        let rules = self.checks.rules();
        let mut pair = pair.clone();
        if pair.recipient.pk != ephemeral.pk {
            pair.recipient.pk = ephemeral.pk.clone();
            pair.agreed = self.client.algebra.agree(rules, &ephemeral.secret, &pair.sender.pk)?;
        }
        self.client.algebra.open(
            rules,
            self.client.profile.box_suite,
            &pair,
            &ephemeral.secret,
            BoxLabels::MEETING_KEY,
            meta,
            &sealed.sealed,
        )
    }
}
