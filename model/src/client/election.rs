//! Who leads: the server names a leader, a new one takes over, an old one steps down (2.3.1, 3.7.7,
//! 3.8).

use std::sync::Arc;

use conclave_spec::{GraceFrom, Rule};

use super::{KnownLeader, Leader, Member, Participant, Progress, RoleState};
use crate::{
    algebra::{Algebra, Pair, Side},
    machine::{Effect, Misuse, Outcome, Party, StepError},
    message::{Announcement, Entry, Operation, Seat},
    shared::SharedMap,
};

impl<V> Participant<V> {
    /// Who knows no leader yet.
    pub(super) const fn new(silence_in_ms: Option<u32>) -> Self {
        Self {
            leader: None,
            led_before: None,
            changed: false,
            ahead: Vec::new(),
            silence_in_ms,
            anchor: None,
            key_called_for: false,
            held_back: None,
            wish: None,
        }
    }
}

impl<A: Algebra> Progress<'_, A> {
    /// The server named the leader (2.3.1, 3.7.5 steps 1 to 8; 3.7.7).
    pub(super) fn name_leader(
        &mut self,
        seat: &Seat,
        ivk: &A::Value,
        announcement: &Announcement<A::Value>,
    ) -> Result<(), StepError> {
        if *seat == self.state.seat {
            return self.take_over();
        }
        if self.leaves_with(seat)? {
            self.outcome = Outcome::Left(Rule::LockedLeaderKnown);
            return self.leave();
        }
        let peer = self.verified(seat, ivk, announcement)?;
        let agreed = self.agreed(&peer)?;
        self.require_hybrid(&peer)?;
        self.require_bound(seat, &peer)?;
        if self.is_leader() {
            if !self.duty(Rule::LeaderStepsDown) {
                return Ok(());
            }
            self.step_down()?;
        }
        let pair = Pair { sender: peer, recipient: self.my_side()?, agreed };
        let known = KnownLeader { seat: seat.clone(), pair };
        let same = self.participant()?.leader.as_ref() == Some(&known);
        if same {
            return Ok(());
        }
        let led_before = self.participant_mut()?.led_before.take();
        let other = led_before.is_some_and(|led| !led.is(&known));
        if other || self.participant()?.changed || self.participant()?.leader.is_some() {
            self.leader_changes()?;
            if self.duty(Rule::ChangeNoticed) {
                self.effects.push(Effect::ShowLeaderChanged { user_id: seat.user_id.clone() });
            }
        }
        let me = self.state.ivk.clone();
        let used = known.pair.sender.ivk.clone();
        let shown = if self.duty(Rule::CodeFromHandshakeKey) { used } else { me };
        self.participant_mut()?.leader = Some(known);
        self.show_code(&shown)
    }

    /// Whether the meeting is locked and this leader was not on its list (3.1, 3.7.8).
    fn leaves_with(&mut self, seat: &Seat) -> Result<bool, StepError> {
        let led = self.is_leader() || self.joined()?.is_led();
        let list = &self.joined()?.list;
        let unknown = list.present(seat).is_none();
        let leaves = led && list.locked && unknown;
        Ok(self.duty(Rule::LockedLeaderKnown) && leaves)
    }

    /// Whether the list, if there is one, has the device present with this very binding (readings
    ///
    fn require_bound(&mut self, seat: &Seat, peer: &Side<A::Value>) -> Result<(), StepError> {
        let hash = self.hash_of(seat, peer)?;
        let list = &self.joined()?.list;
        let listed = list.present(seat).and_then(Entry::binding_hash) == Some(&hash);
        let bound = list.v == 0 || listed;
        Ok(self.checks.require(Rule::LeaderBound, Party::Server, bound)?)
    }

    /// What a participant gives up when the leader changes.
    fn leader_changes(&mut self) -> Result<(), StepError> {
        self.drop_uncertified()?;
        let participant = self.participant_mut()?;
        participant.changed = true;
        participant.ahead.clear();
        participant.held_back = None;
        participant.anchor = None;
        let chain = &mut self.joined_mut()?.chain;
        (chain.t, chain.timestamp_ms) = (0, 0);
        self.drop_nonces()
    }

    /// Without the rule a change of the leader makes the client forget its nonces.
    fn drop_nonces(&mut self) -> Result<(), StepError> {
        if !self.duty(Rule::NoncesSurviveLeader) && self.checks.rules().contains(Rule::NoncePosted)
        {
            self.joined_mut()?.own_nonces.clear();
        }
        Ok(())
    }

    /// Keys that no heartbeat certified are the old leader's word alone (reading R-59).
    fn drop_uncertified(&mut self) -> Result<(), StepError> {
        if !self.duty(Rule::UncertifiedDropped) {
            return Ok(());
        }
        let receipt = self.client.profile.grace_from == GraceFrom::Receipt;
        let joined = self.joined_mut()?;
        let certified = joined.chain.mk_seq;
        joined.ring.retain(|key| key.mk_seq <= certified);
        // What superseded it was never certified, unless that is gone by the certificate.
        if let Some(newest) = joined.ring.last_mut().filter(|_| receipt) {
            newest.erase_in_ms = None;
        }
        Ok(())
    }

    /// The server named this client: it takes the list on from where it has it.
    fn take_over(&mut self) -> Result<(), StepError> {
        self.joined()?;
        if self.is_leader() {
            return Ok(());
        }
        self.require_caught_up()?;
        if self.joined()?.list.v == 0 {
            self.joined_mut()?.ring.clear();
            return self.begin_meeting();
        }
        self.drop_uncertified()?;
        let certified = self.joined()?.chain.mk_seq;
        let held = self.highest_seq()?;
        let members = self.members_on_board()?;
        let joined = self.joined_mut()?;
        (joined.chain.t, joined.chain.timestamp_ms) = (0, 0);
        joined.role = RoleState::Leader(Leader::new(members));
        self.show_own_code()?;
        if !self.duty(Rule::OnlyOthersNoticed) {
            let user_id = self.state.seat.user_id.clone();
            self.effects.push(Effect::ShowLeaderChanged { user_id });
        }
        self.coalesce_for_takeover()?;
        if !self.duty(Rule::TakeoverRotates) && self.key_goes_on(certified)? {
            return self.beat_on_change();
        }
        let last = if self.duty(Rule::TakeoverNumbersKey) { certified.max(held) } else { 0 };
        self.rotate_to(last.checked_add(1).ok_or(Misuse::NumbersExhausted)?)
    }

    fn coalesce_for_takeover(&mut self) -> Result<(), StepError> {
        if self.duty(Rule::TakeoverCoalesces) {
            let list = Arc::clone(&self.joined()?.list);
            let locked = list.locked && self.duty(Rule::LockCopied);
            self.append(Operation::Snapshot { locked, entries: list.entries.clone() })?;
        }
        let own = self.hash_of(&self.state.seat, &self.my_side()?)?;
        let entry = self.joined()?.list.entries.get(&self.state.seat);
        match entry.and_then(Entry::binding_hash) {
            Some(hash) if *hash == own => Ok(()),
            // It left unnoticed and came back.
            Some(_) => {
                self.append(Operation::Left { seat: self.state.seat.clone() })?;
                self.list_oneself()
            }
            None => self.list_oneself(),
        }
    }

    /// Whether the newest key can go on being the newest; it then goes on aging.
    fn key_goes_on(&mut self, certified: u32) -> Result<bool, StepError> {
        let ages = self.duty(Rule::RotateInTime);
        let key_age_ms_max = self.client.profile.params.key_age_ms_max;
        let Some(newest) = self.joined()?.newest() else { return Ok(false) };
        let left_ms = key_age_ms_max.saturating_sub(newest.age_ms);
        let spent = newest.mk_seq < certified || newest.erase_in_ms.is_some();
        if spent || (ages && left_ms == 0) {
            return Ok(false);
        }
        self.leader_mut()?.rotation_in_ms = ages.then_some(left_ms);
        Ok(true)
    }

    /// Everybody present whose announcement is the one on the list.
    fn members_on_board(&mut self) -> Result<SharedMap<Seat, Member<A::Value>>, StepError> {
        let (list, board) = {
            let joined = self.joined()?;
            (Arc::clone(&joined.list), joined.board.clone())
        };
        let mut members = SharedMap::new_sync();
        let others = board.iter().filter(|(seat, _)| **seat != self.state.seat);
        let others: Vec<_> = others.filter(|(seat, _)| list.present(seat).is_some()).collect();
        for (seat, posted) in others {
            // Whose announcement does not verify, has no Kyber key where everybody needs one, or is
            // not the one on the list, is nobody to seal to.
            let Ok(peer) = self.verified(seat, &posted.ivk, &posted.announcement) else { continue };
            if self.require_hybrid(&peer).is_err() {
                continue;
            }
            let hash = self.hash_of(seat, &peer)?;
            let listed = list.present(seat).and_then(|entry| entry.binding_hash()) == Some(&hash);
            if self.duty(Rule::AnnouncementListed) && !listed {
                continue;
            }
            if let Ok(member) = self.member(&peer, posted.outdated) {
                members.insert_mut(seat.clone(), member);
            }
        }
        Ok(members)
    }

    /// Another device leads: what was due is not due any more.
    fn step_down(&mut self) -> Result<(), StepError> {
        let silence = self.silence();
        let participant = Participant { changed: true, ..Participant::new(silence) };
        self.joined_mut()?.role = RoleState::Participant(participant);
        Ok(())
    }
}
