//! The leader's work: numbering, sealing and rotating the meeting key (2.3.1, 3.7.3 to 3.7.6).

use std::sync::Arc;

use conclave_spec::{BoxSuite, Rule, layouts};

use super::{Progress, RoleState, meta_record};
use crate::{
    algebra::{Algebra, BoxDraws, BoxLabels, KeyInBox, Pair, Purpose},
    machine::{Choice, Effect, Misuse, Party, StepError},
    message::{Announcement, SealedKey, Seat},
};

impl<A: Algebra> Progress<'_, A> {
    /// The leader's first key has number 1 (2.3.1, 3.7.6).
    pub(super) fn first_key(&mut self) -> Result<(), StepError> {
        let meeting_key = self.draw(Purpose::MeetingKey)?;
        self.install(1, meeting_key, Choice::default())?;
        self.effects.push(Effect::SignalRekey { mk_seq: 1 });
        Ok(())
    }

    /// Somebody joined: everybody lists them, the leader gives them a key.
    pub(super) fn admit(
        &mut self,
        seat: &Seat,
        ivk: &A::Value,
        announcement: &Announcement<A::Value>,
        choice: Choice,
    ) -> Result<(), StepError> {
        if *seat == self.state.seat {
            // The list has this client too; it is nobody to seal to or to show beside itself.
            self.joined()?;
            return Ok(());
        }
        if self.is_leader() {
            let peer = self.verified(seat, ivk, announcement)?;
            let sender = self.my_side()?;
            let agreed = self.agreed(&peer)?;
            let pair = Pair { sender, recipient: peer, agreed };
            self.leader_mut()?.members.insert(seat.clone(), Arc::new(pair));
            self.key_for_joiner(seat, choice)?;
        }
        let joined = self.joined_mut()?;
        if !joined.listed.contains(seat) {
            joined.listed.push(seat.clone());
            joined.listed.sort();
        }
        Ok(())
    }

    /// Somebody left: nobody lists them, the leader rotates.
    pub(super) fn depart(&mut self, seat: &Seat, choice: Choice) -> Result<(), StepError> {
        let joined = self.joined_mut()?;
        let before = joined.listed.len();
        joined.listed.retain(|listed| listed != seat);
        let was_listed = joined.listed.len() < before;
        if !was_listed || !self.is_leader() {
            return Ok(());
        }
        if self.duty(Rule::SealToListed) {
            self.leader_mut()?.members.remove(seat);
        }
        if self.duty(Rule::RotateOnLeave) {
            let latest = self.client.profile.params.leave_rotation_ms_max;
            self.call_for_rotation(choice, latest)?;
        }
        Ok(())
    }

    /// The newest key if it is young enough, else a new one at once (2.3.1, 3.7.6).
    fn key_for_joiner(&mut self, seat: &Seat, choice: Choice) -> Result<(), StepError> {
        let params = self.client.profile.params;
        let age_ms = self.leader_mut()?.key_age_ms;
        let young = age_ms <= params.joiner_key_age_ms_max;
        let throttled = age_ms < params.rotation_interval_ms_min;
        if self.duty(Rule::JoinerKeyYoung) {
            let now = !throttled && choice.rotate_in_ms.is_none();
            if !young || (now && self.duty(Rule::RotateOnJoin)) {
                return self.rotate();
            }
        }
        if self.duty(Rule::JoinerKeyPrompt) {
            self.seal_newest_to(seat)?;
        }
        if self.duty(Rule::RotateOnJoin) {
            self.call_for_rotation(choice, u32::MAX)?;
        }
        Ok(())
    }

    /// A rotation as soon as the throttle allows, or at the chosen moment.
    fn call_for_rotation(&mut self, choice: Choice, latest_ms: u32) -> Result<(), StepError> {
        let interval = self.client.profile.params.rotation_interval_ms_min;
        let throttled = self.duty(Rule::RotationThrottled);
        let leader = self.leader_mut()?;
        let earliest = if throttled { interval.saturating_sub(leader.key_age_ms) } else { 0 };
        let wanted = choice.rotate_in_ms.unwrap_or(earliest);
        if wanted < earliest || wanted > latest_ms.max(earliest) {
            return Err(Misuse::ChoiceOutsideWindow.into());
        }
        let due = leader.rotation_in_ms.map_or(wanted, |due| due.min(wanted));
        leader.rotation_in_ms = Some(due);
        if due == 0 { self.rotate() } else { Ok(()) }
    }

    /// Generates, numbers, installs and distributes a new key.
    pub(super) fn rotate(&mut self) -> Result<(), StepError> {
        let newest = self.joined()?.newest().ok_or(Misuse::NotJoined)?;
        let (last_seq, last_key) = (newest.mk_seq, newest.meeting_key.clone());
        let fresh = self.duty(Rule::RotationFresh);
        let meeting_key = if fresh { self.draw(Purpose::MeetingKey)? } else { last_key };
        let step = if self.duty(Rule::SeqByOne) { 1 } else { 2 };
        let mk_seq = last_seq.checked_add(step).ok_or(Misuse::NumbersExhausted)?;
        self.install(mk_seq, meeting_key, Choice::default())?;
        let leader = self.leader_mut()?;
        leader.key_age_ms = 0;
        leader.rotation_in_ms = None;
        let members: Vec<Seat> = leader.members.keys().cloned().collect();
        self.effects.push(Effect::SignalRekey { mk_seq });
        for member in &members {
            self.seal_newest_to(member)?;
        }
        Ok(())
    }

    /// Posts the newest key, sealed to one member (2.3.1, 3.7.4 steps 7 to 11).
    fn seal_newest_to(&mut self, seat: &Seat) -> Result<(), StepError> {
        let suite = self.client.profile.box_suite;
        let nonce = self.draw_nonce()?;
        let coins = match suite {
            BoxSuite::Classic => None,
            BoxSuite::Hybrid => Some(self.draw(Purpose::KemCoins)?),
        };
        let joined = self.joined()?;
        let RoleState::Leader(leader) = &joined.role else {
            return Err(Misuse::WrongRole.into());
        };
        let pair = leader.members.get(seat).ok_or(Misuse::NotJoined)?;
        let newest = joined.newest().ok_or(Misuse::NotJoined)?;
        let plaintext =
            KeyInBox { meeting_key: newest.meeting_key.clone(), mk_seq: Some(newest.mk_seq) };
        let meta = meta_record(&joined.meeting, &self.state.seat.user_id, &seat.user_id);
        let sealed = self.client.algebra.seal(
            self.checks.rules(),
            suite,
            pair,
            BoxLabels::MEETING_KEY,
            &meta,
            &BoxDraws { nonce, coins },
            &plaintext,
        );
        let sealed = self.checks.require_some(Rule::AgreementContributory, Party::Peer, sealed)?;
        self.checks.fields_bound(&layouts::META);
        self.effects.push(Effect::PostSealedKey(SealedKey { to: seat.clone(), sealed }));
        Ok(())
    }
}
