//! Heartbeats: what certifies the list and the number of the newest key (2.3.1, 3.7.7; 4.1,
//! subsubsec:lpl).

use std::sync::Arc;

use conclave_spec::{GraceFrom, HeartbeatForm, Label, Rule, layouts};

use super::{Ahead, Anchor, Joined, KnownLeader, List, Progress, RoleState, announcement_record};
use crate::{
    algebra::{Algebra, Datum, Record, Side},
    machine::{Choice, Effect, Misuse, Outcome, Party, StepError},
    message::{Entry, Heartbeat, Meeting, Operation, Seat},
};

/// What a heartbeat signs.
#[must_use]
pub fn heartbeat_record<V: Clone>(binding: V, heartbeat: &Heartbeat<V>) -> Record<V> {
    Record {
        layout: &layouts::HEARTBEAT_SIGNED,
        data: vec![
            Datum::Value(binding),
            Datum::Value(heartbeat.list_hash.clone()),
            Datum::Number(heartbeat.v),
            Datum::Number(heartbeat.t),
            Datum::Number(heartbeat.mk_seq),
            Datum::Value(heartbeat.prev.clone()),
            Datum::Long(heartbeat.timestamp_ms),
        ],
    }
}

/// The message under the signature of a heartbeat, and the heartbeat's hash `H_i`.
#[must_use]
pub fn heartbeat_message<A: Algebra>(
    algebra: &A,
    profile: &conclave_spec::Profile,
    record: &Record<A::Value>,
) -> (A::Value, A::Value) {
    let message = algebra.message(profile.rules, record);
    let hash = algebra.hash(&message);
    match profile.heartbeat_form {
        HeartbeatForm::Tuple => (message, hash),
        HeartbeatForm::Hash => (hash.clone(), hash),
    }
}

impl<A: Algebra> Progress<'_, A> {
    /// The message and the hash of a heartbeat by the device `seat` with these keys.
    fn signed_by(
        &self,
        meeting: &Meeting,
        seat: &Seat,
        side: &Side<A::Value>,
        heartbeat: &Heartbeat<A::Value>,
    ) -> (A::Value, A::Value) {
        let (algebra, profile) = (self.client.algebra, self.client.profile);
        let binding = algebra.message(profile.rules, &announcement_record(meeting, seat, side));
        heartbeat_message(algebra, profile, &heartbeat_record(binding, heartbeat))
    }

    /// The leader certifies its list and its newest key.
    pub(super) fn beat(&mut self) -> Result<(), StepError> {
        let one = self.duty(Rule::CountsByOne);
        let advance = self.duty(Rule::TimestampAdvances);
        let carries_on = self.duty(Rule::TakeoverContinues);
        let no_hash = self.client.algebra.no_hash();
        let clock_ms = self.state.clock_ms;
        let side = self.my_side()?;
        let joined = self.joined()?;
        let chain = &joined.chain;
        let mk_seq = joined.newest().map_or(0, |key| key.mk_seq);
        let later = if advance { chain.timestamp_ms.saturating_add(1) } else { 0 };
        let forgets = chain.t == 0 && !carries_on;
        let step = if one || chain.t == 0 { 1 } else { 2 };
        let mut heartbeat = Heartbeat {
            list_hash: joined.list.head.clone(),
            v: joined.list.v,
            t: chain.t.checked_add(step).ok_or(Misuse::NumbersExhausted)?,
            mk_seq,
            prev: if forgets { no_hash.clone() } else { chain.hash.clone() },
            timestamp_ms: clock_ms.max(later),
            sig: no_hash,
        };
        let (message, hash) = self.signed_by(&joined.meeting, &self.state.seat, &side, &heartbeat);
        let (rules, identity) = (self.checks.rules(), &self.state.identity);
        heartbeat.sig = self.client.algebra.sign(rules, identity, Label::ParticipantList, &message);
        self.checks.fields_bound(&layouts::HEARTBEAT_SIGNED);
        self.note_beat(&heartbeat, hash)?;
        let interval = self.client.profile.params.heartbeat_ms_max;
        let beats = self.duty(Rule::BeatInTime) && interval != u32::MAX;
        self.leader_mut()?.beat_in_ms = beats.then_some(interval);
        self.effects.push(Effect::PostHeartbeat(heartbeat));
        Ok(())
    }

    /// The leader certifies a change, where it has to.
    pub(super) fn beat_on_change(&mut self) -> Result<(), StepError> {
        if self.duty(Rule::BeatOnChange) { self.beat() } else { Ok(()) }
    }

    /// The chain after a heartbeat sent or taken.
    fn note_beat(
        &mut self,
        heartbeat: &Heartbeat<A::Value>,
        hash: A::Value,
    ) -> Result<(), StepError> {
        let certificate = self.client.profile.grace_from == GraceFrom::Certificate;
        let old_key_ms = self.client.profile.params.old_key_ms;
        let joined = self.joined_mut()?;
        let greater = heartbeat.mk_seq > joined.chain.mk_seq;
        joined.chain.t = heartbeat.t;
        joined.chain.mk_seq = joined.chain.mk_seq.max(heartbeat.mk_seq);
        joined.chain.hash = hash;
        joined.chain.timestamp_ms = heartbeat.timestamp_ms;
        joined.chain.begun = true;
        if certificate && greater {
            for key in joined.ring.iter_mut().filter(|key| key.mk_seq < heartbeat.mk_seq) {
                key.erase_in_ms = Some(key.erase_in_ms.unwrap_or(old_key_ms));
            }
        }
        Ok(())
    }

    /// A heartbeat of the leader.
    pub(super) fn take_heartbeat(
        &mut self,
        heartbeat: &Heartbeat<A::Value>,
        choice: Choice,
    ) -> Result<(), StepError> {
        self.participant()?;
        let leader = self.joined()?.known_leader().cloned();
        let leader = self.checks.require_some(Rule::AnnouncementVerifies, Party::Server, leader)?;
        let hash = self.require_signed(&leader, heartbeat)?;
        let certified = self.require_next(heartbeat)?;
        self.require_leader_listed(&leader, certified)?;
        self.require_own_join(certified)?;
        self.require_not_stale(heartbeat)?;
        let before = Arc::clone(&self.joined()?.list);
        self.certify(heartbeat, hash, certified)?;
        if self.kicked_by(&before, certified)? && self.duty(Rule::KickedLeaves) {
            self.outcome = Outcome::Left(Rule::KickedLeaves);
            return self.leave();
        }
        self.drop_certified(certified)?;
        self.answer_number(choice)?;
        self.renew_wish()
    }

    fn require_signed(
        &mut self,
        leader: &KnownLeader<A::Value>,
        heartbeat: &Heartbeat<A::Value>,
    ) -> Result<A::Value, StepError> {
        let joined = self.joined()?;
        let side = &leader.pair.sender;
        let (message, hash) = self.signed_by(&joined.meeting, &leader.seat, side, heartbeat);
        let (rules, ivk) = (self.checks.rules(), &side.ivk);
        let label = Label::ParticipantList;
        let valid = self.client.algebra.verify(rules, ivk, label, &message, &heartbeat.sig);
        self.checks.require(Rule::HeartbeatVerifies, Party::Server, valid)?;
        self.checks.fields_bound(&layouts::HEARTBEAT_SIGNED);
        Ok(hash)
    }

    /// Whether a heartbeat is the next one, and how many of the links ahead it certifies.
    fn require_next(&mut self, heartbeat: &Heartbeat<A::Value>) -> Result<usize, StepError> {
        let ahead = &self.participant()?.ahead;
        let Joined { list, chain, .. } = self.joined()?;
        let certified = certifies(list, ahead, heartbeat);
        let (forward, back) = (heartbeat.t > chain.t, heartbeat.v < list.v);
        let numbered = heartbeat.mk_seq >= chain.mk_seq;
        let none = chain.hash == self.client.algebra.no_hash();
        let continues = none || heartbeat.prev == chain.hash;
        let increases = heartbeat.timestamp_ms > chain.timestamp_ms;
        let by = Party::Server;
        self.checks.require(Rule::CountIncreases, by, forward)?;
        self.checks.require(Rule::VersionNeverBack, by, !back)?;
        self.checks.require(Rule::KeyNeverBack, by, numbered)?;
        self.checks.require(Rule::CertifiesKnownLink, by, certified.is_some() || back)?;
        self.checks.require(Rule::HistoryContinues, Party::Peer, continues)?;
        self.checks.require(Rule::TimestampIncreases, Party::Peer, increases)?;
        Ok(certified.unwrap_or(0))
    }

    fn require_leader_listed(
        &mut self,
        leader: &KnownLeader<A::Value>,
        certified: usize,
    ) -> Result<(), StepError> {
        let hash = self.hash_of(&leader.seat, &leader.pair.sender)?;
        let listed = self.list_after(certified)?.entries.get(&leader.seat).cloned();
        let listed = listed.is_some_and(|entry| entry.binding_hash() == Some(&hash));
        Ok(self.checks.require(Rule::LeaderListed, Party::Peer, listed)?)
    }

    /// Whether the first heartbeat was made since this client joined (reading R-110).
    fn require_own_join(&mut self, certified: usize) -> Result<(), StepError> {
        let begun = self.joined()?.chain.begun || self.is_catching_up()?;
        let own = begun || self.lists_own_join(certified)?;
        Ok(self.checks.require(Rule::FirstListsSelf, Party::Server, own)?)
    }

    /// Whether the list so certified, or one on the way to it, names the ephemeral key of this join.
    fn lists_own_join(&self, certified: usize) -> Result<bool, Misuse> {
        let (own, binding) = (&self.state.seat, self.hash_of(&self.state.seat, &self.my_side()?)?);
        let mut ahead = self.participant()?.ahead.iter().take(certified);
        Ok(ahead.any(|it| it.list.present(own).and_then(Entry::binding_hash) == Some(&binding)))
    }

    /// Whether the leader's clock has kept up with this one's since the anchor (reading R-52).
    fn require_not_stale(&mut self, heartbeat: &Heartbeat<A::Value>) -> Result<(), StepError> {
        let silence_ms = u64::from(self.client.profile.params.silence_ms);
        let Some(anchor) = self.participant()?.anchor else { return Ok(()) };
        let theirs = heartbeat.timestamp_ms.saturating_sub(anchor.timestamp_ms);
        let behind = u64::from(anchor.age_ms).saturating_sub(theirs);
        Ok(self.checks.require(Rule::NotStale, Party::Server, behind <= silence_ms)?)
    }

    /// The list after so many links ahead.
    fn list_after(&self, certified: usize) -> Result<&Arc<List<A::Value>>, Misuse> {
        let before = certified.checked_sub(1);
        let ahead = before.and_then(|at| self.participant().ok()?.ahead.get(at));
        Ok(match ahead {
            Some(ahead) => &ahead.list,
            None => &self.joined()?.list,
        })
    }

    /// Takes a heartbeat: list, chain, silence, anchor.
    fn certify(
        &mut self,
        heartbeat: &Heartbeat<A::Value>,
        hash: A::Value,
        certified: usize,
    ) -> Result<(), StepError> {
        if self.unlocked_by(certified)? && self.duty(Rule::UnlockWarned) {
            self.effects.push(Effect::ShowUnlockWarning);
        }
        let list = Arc::clone(self.list_after(certified)?);
        let ahead = self.participant()?.ahead.iter().take(certified);
        let joined = self.joined()?;
        let gone = joined.list.gone_in(&list, ahead.map(|ahead| &ahead.link.operation));
        let before = joined.chain.mk_seq;
        let behind = self.is_catching_up()?
            && self.duty(Rule::FirstListsSelf)
            && !self.lists_own_join(certified)?;
        self.adopt(list, gone, before)?;
        self.note_beat(heartbeat, hash)?;
        self.joined_mut()?.chain.begun = !behind;
        if !behind {
            self.state.away = None;
        }
        let silence = self.silence();
        let anchors = self.checks.rules().contains(Rule::NotStale);
        let anchor = anchors && !behind && self.is_anchor(heartbeat, before)?;
        let participant = self.participant_mut()?;
        // What is of before this join shows nothing of now (reading R-95).
        if !behind {
            participant.silence_in_ms = silence;
        }
        participant.changed = false;
        if heartbeat.mk_seq > before {
            participant.key_called_for = true;
        }
        if anchor {
            let timestamp_ms = heartbeat.timestamp_ms;
            participant.anchor = Some(Anchor { timestamp_ms, age_ms: 0 });
        }
        Ok(())
    }

    /// Whether both clocks are held against this heartbeat from now on (reading R-52).
    fn is_anchor(&mut self, heartbeat: &Heartbeat<A::Value>, before: u32) -> Result<bool, Misuse> {
        let Some(anchor) = self.participant()?.anchor else { return Ok(true) };
        if self.duty(Rule::AnchorLeastDelayed) {
            let theirs = heartbeat.timestamp_ms.saturating_sub(anchor.timestamp_ms);
            return Ok(theirs >= u64::from(anchor.age_ms));
        }
        Ok(heartbeat.mk_seq > before)
    }

    /// Whether one of the links so certified unlocks.
    fn unlocked_by(&self, certified: usize) -> Result<bool, Misuse> {
        let mut locked = self.joined()?.list.locked;
        let mut unlocked = false;
        for ahead in self.participant()?.ahead.iter().take(certified) {
            unlocked |= locked && !ahead.list.locked;
            locked = ahead.list.locked;
        }
        Ok(unlocked)
    }

    /// Whether one of the links so certified removes this client, as it joined this time.
    fn kicked_by(&self, before: &List<A::Value>, certified: usize) -> Result<bool, Misuse> {
        let (own, mut list) = (&self.state.seat, before);
        let binding = self.hash_of(own, &self.my_side()?)?;
        let mut kicked = false;
        for ahead in self.participant()?.ahead.iter().take(certified) {
            let here = list.present(own).and_then(Entry::binding_hash) == Some(&binding);
            let operation = &ahead.link.operation;
            let removes = matches!(operation, Operation::Kicked { seat } if seat == own);
            kicked |= here && removes;
            list = &ahead.list;
        }
        Ok(kicked)
    }

    fn drop_certified(&mut self, certified: usize) -> Result<(), StepError> {
        let ahead = &mut self.participant_mut()?.ahead;
        ahead.drain(..certified.min(ahead.len()));
        Ok(())
    }

    /// How long this client waits for a heartbeat.
    pub(super) fn silence(&mut self) -> Option<u32> {
        let silence_ms = self.client.profile.params.silence_ms;
        (self.duty(Rule::LeaveOnSilence) && silence_ms != u32::MAX).then_some(silence_ms)
    }

    /// Time passes for a participant.
    pub(super) fn age_participant(&mut self, elapsed_ms: u32) -> Result<(), StepError> {
        let RoleState::Participant(participant) = &mut self.joined_mut()?.role else {
            return Ok(());
        };
        if let Some(anchor) = &mut participant.anchor {
            anchor.age_ms = anchor.age_ms.saturating_add(elapsed_ms);
        }
        let silence = participant.silence_in_ms.map(|left| left.saturating_sub(elapsed_ms));
        participant.silence_in_ms = silence;
        if silence == Some(0) { self.leave() } else { Ok(()) }
    }
}

/// How many of the links ahead a heartbeat certifies; `None` if it certifies another list.
fn certifies<V: Clone + Eq>(
    list: &List<V>,
    ahead: &[Ahead<V>],
    heartbeat: &Heartbeat<V>,
) -> Option<usize> {
    let named = |list: &List<V>| list.v == heartbeat.v && list.head == heartbeat.list_hash;
    if named(list) {
        return Some(0);
    }
    ahead.iter().position(|ahead| named(&ahead.list)).map(|at| at + 1)
}
