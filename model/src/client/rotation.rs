//! The leader's work: numbering, sealing and rotating the meeting key (2.3.1, 3.7.3 to 3.7.6).

use conclave_spec::{BoxSuite, Rule, layouts};

use super::{Leader, Member, Progress, RoleState, liveness::Bound, meta_record};
use crate::{
    algebra::{Algebra, BoxDraws, BoxLabels, BoxPurpose, KeyInBox, Purpose},
    machine::{Choice, Effect, Misuse, Party, StepError},
    message::{Operation, SealedKey, Seat},
    shared::SharedMap,
};

impl<V> Leader<V> {
    pub(super) fn new(members: SharedMap<Seat, Member<V>>) -> Self {
        Self {
            members,
            unserved: Vec::new(),
            rejoined: Vec::new(),
            rotation_in_ms: None,
            beat_in_ms: None,
        }
    }
}

impl<A: Algebra> Progress<'_, A> {
    /// The leader of a meeting that nobody led before: its code, the first link, key number 1, the
    /// first heartbeat (2.3.1, 3.7.3, 3.7.6).
    pub(super) fn begin_meeting(&mut self) -> Result<(), StepError> {
        self.joined_mut()?.role = RoleState::Leader(Leader::new(SharedMap::new_sync()));
        self.show_own_code()?;
        self.list_oneself()?;
        let meeting_key = self.draw(Purpose::MeetingKey)?;
        self.install(1, meeting_key, Choice::default())?;
        self.key_is_new()?;
        self.beat()
    }

    /// The leader puts itself on the list.
    pub(super) fn list_oneself(&mut self) -> Result<(), StepError> {
        let (seat, side) = (self.state.seat.clone(), self.my_side()?);
        let binding_hash = self.hash_of(&seat, &side)?;
        let (ivk, name) = (side.ivk, self.joined()?.name.clone());
        self.append(Operation::Add { seat, ivk, binding_hash, name })
    }

    /// The newest key begins to age.
    fn key_is_new(&mut self) -> Result<(), StepError> {
        let ages = self.duty(Rule::RotateInTime);
        let key_age_ms_max = self.client.profile.params.key_age_ms_max;
        let leader = self.leader_mut()?;
        leader.rotation_in_ms = ages.then_some(key_age_ms_max);
        leader.unserved.clear();
        Ok(())
    }

    /// What a joiner is given, and when the key is rotated for it.
    pub(super) fn key_for_joiner(&mut self, seat: &Seat, choice: Choice) -> Result<(), StepError> {
        let by_age = [Rule::JoinerKeyYoung, Rule::JoinerKeyPrompt, Rule::RotateOnJoin];
        if by_age.iter().any(|rule| self.checks.rules().contains(*rule)) {
            return self.key_by_age(seat, choice);
        }
        let gives_old = !self.duty(Rule::JoinerKeyNew);
        let latest = self.client.profile.params.join_batch_ms_max;
        let now = self.duty(Rule::JoinBatchBounded) && self.call_for_rotation(choice, latest)?;
        if now && !gives_old {
            return self.rotate();
        }
        self.beat_on_change()?;
        if gives_old {
            self.seal_newest_to(seat)?;
        }
        if now { self.rotate() } else { Ok(()) }
    }

    /// The newest key if it is young enough, else a new one at once (2.3.1, 3.7.6).
    fn key_by_age(&mut self, seat: &Seat, choice: Choice) -> Result<(), StepError> {
        let params = self.client.profile.params;
        let age_ms = self.newest_age_ms()?;
        let young = age_ms <= params.joiner_key_age_ms_max;
        let throttled = age_ms < params.rotation_interval_ms_min;
        if self.duty(Rule::JoinerKeyYoung) {
            let now = !throttled && choice.rotate_in_ms.is_none();
            if !young || (now && self.duty(Rule::RotateOnJoin)) {
                return self.rotate();
            }
        }
        self.beat_on_change()?;
        if self.duty(Rule::JoinerKeyPrompt) {
            self.seal_newest_to(seat)?;
        }
        let calls = self.duty(Rule::RotateOnJoin);
        if calls && self.call_for_rotation(choice, u32::MAX)? { self.rotate() } else { Ok(()) }
    }

    fn newest_age_ms(&self) -> Result<u32, Misuse> {
        Ok(self.joined()?.newest().map_or(u32::MAX, |key| key.age_ms))
    }

    /// A rotation as soon as the throttle allows, or at the chosen moment. Whether that is now.
    pub(super) fn call_for_rotation(
        &mut self,
        choice: Choice,
        latest_ms: u32,
    ) -> Result<bool, StepError> {
        let interval = self.client.profile.params.rotation_interval_ms_min;
        let throttled = self.duty(Rule::RotationThrottled);
        let age_ms = self.newest_age_ms()?;
        let leader = self.leader_mut()?;
        let earliest = if throttled { interval.saturating_sub(age_ms) } else { 0 };
        let wanted = choice.rotate_in_ms.unwrap_or(earliest);
        if wanted < earliest || wanted > latest_ms.max(earliest) {
            return Err(Misuse::ChoiceOutsideWindow.into());
        }
        let due = leader.rotation_in_ms.map_or(wanted, |due| due.min(wanted));
        leader.rotation_in_ms = Some(due);
        Ok(due == 0)
    }

    /// Generates, numbers, installs, certifies and distributes a new key.
    pub(super) fn rotate(&mut self) -> Result<(), StepError> {
        let last = self.joined()?.newest().ok_or(Misuse::NotJoined)?.mk_seq;
        let step = if self.duty(Rule::SeqByOne) { 1 } else { 2 };
        let mk_seq = last.checked_add(step).ok_or(Misuse::NumbersExhausted)?;
        self.rotate_to(mk_seq)
    }

    /// A new key under this number.
    pub(super) fn rotate_to(&mut self, mk_seq: u32) -> Result<(), StepError> {
        let last = self.joined()?.newest().map(|key| key.meeting_key.clone());
        let fresh = self.duty(Rule::RotationFresh);
        let meeting_key = match last {
            Some(last) if !fresh => last,
            Some(_) | None => self.draw(Purpose::MeetingKey)?,
        };
        self.install(mk_seq, meeting_key, Choice::default())?;
        self.key_is_new()?;
        let members: Vec<Seat> = self.leader_mut()?.members.keys().cloned().collect();
        self.beat_on_change()?;
        for member in &members {
            self.seal_newest_to(member)?;
        }
        Ok(())
    }

    /// Notes a member whose next nonce calls for the newest key.
    fn awaits_nonce(&mut self, seat: &Seat) -> Result<(), Misuse> {
        let unserved = &mut self.leader_mut()?.unserved;
        if !unserved.contains(seat) {
            unserved.push(seat.clone());
        }
        Ok(())
    }

    /// Posts the newest key, sealed to one member (2.3.1, 3.7.4 steps 7 to 11); or notes that it
    /// waits for the member's nonce.
    pub(super) fn seal_newest_to(&mut self, seat: &Seat) -> Result<(), StepError> {
        let liveness_nonce = match self.nonce_for(seat)? {
            Bound::To(nonce) => nonce,
            Bound::Waits => return Ok(self.awaits_nonce(seat)?),
        };
        if liveness_nonce.is_some() && self.leader_mut()?.rejoined.contains(seat) {
            self.awaits_nonce(seat)?;
        }
        let member = self.leader_mut()?.members.get(seat).cloned().ok_or(Misuse::NotJoined)?;
        let nonce = self.draw_nonce()?;
        let coins = match member.suite {
            BoxSuite::Classic => None,
            BoxSuite::Hybrid => Some(self.draw(Purpose::KemCoins)?),
        };
        let joined = self.joined()?;
        let newest = joined.newest().ok_or(Misuse::NotJoined)?;
        let plaintext =
            KeyInBox { meeting_key: newest.meeting_key.clone(), mk_seq: Some(newest.mk_seq) };
        let meta = meta_record(&joined.meeting, &self.state.seat.user_id, &seat.user_id);
        let purpose = BoxPurpose {
            labels: BoxLabels::MEETING_KEY,
            meta: &meta,
            liveness_nonce: liveness_nonce.as_ref(),
        };
        let sealed = self.client.algebra.seal(
            self.checks.rules(),
            member.suite,
            &member.pair,
            &purpose,
            &BoxDraws { nonce, coins },
            &plaintext,
        );
        let sealed = self.checks.require_some(Rule::AgreementContributory, Party::Peer, sealed)?;
        self.checks.fields_bound(&layouts::META);
        self.effects.push(Effect::PostSealedKey(SealedKey { to: seat.clone(), sealed }));
        Ok(())
    }
}
