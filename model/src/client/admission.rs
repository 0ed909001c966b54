//! Who comes and goes, as the server says it: the leader puts it on the list and sees to the key
//! (2.3.1, 3.7.4, 3.7.6, 3.7.7).

use std::sync::Arc;

use conclave_spec::{BoxSuite, Rule};

use super::{Member, Policy, Posted, Progress};
use crate::{
    algebra::{Algebra, Pair, Side},
    machine::{Admission, Choice, Misuse, Party, StepError},
    message::{Entry, Operation, Seat, Standing},
};

impl<A: Algebra> Progress<'_, A> {
    /// The server says somebody joined, or hands on what somebody present announced.
    pub(super) fn admitted(
        &mut self,
        admission: &Admission<A::Value>,
        choice: Choice,
    ) -> Result<(), StepError> {
        if admission.seat == self.state.seat {
            // The client itself is nobody to seal to or to show beside itself.
            self.joined()?;
            return Ok(());
        }
        if self.is_leader() {
            self.admit(admission, choice)?;
        }
        let Admission { seat, name, ivk, announcement, outdated } = admission.clone();
        let joined = self.joined_mut()?;
        joined.names.insert_mut(seat.clone(), name);
        let posted = Posted { ivk, announcement, outdated };
        joined.board.insert_mut(seat, posted);
        Ok(())
    }

    fn admit(&mut self, admission: &Admission<A::Value>, choice: Choice) -> Result<(), StepError> {
        let Admission { seat, name, ivk, announcement, outdated } = admission;
        let peer = self.verified(seat, ivk, announcement)?;
        let member = self.member(&peer, *outdated)?;
        self.require_hybrid(&peer)?;
        let hash = self.hash_of(seat, &peer)?;
        let entry = self.joined()?.list.entries.get(seat).cloned();
        if entry.as_ref().and_then(Entry::binding_hash) == Some(&hash) {
            return self.pick_up(seat, member);
        }
        self.require_admissible(entry.as_ref(), ivk)?;
        if entry.is_some_and(|entry| entry.binding_hash().is_some()) {
            self.append(Operation::Left { seat: seat.clone() })?;
            let leader = self.leader_mut()?;
            leader.rejoined.retain(|rejoined| rejoined != seat);
            leader.rejoined.push(seat.clone());
        }
        self.leader_mut()?.members.insert_mut(seat.clone(), member);
        if self.duty(Rule::JoinListed) {
            let (seat, name, ivk) = (seat.clone(), name.clone(), ivk.clone());
            self.append(Operation::Add { seat, ivk, binding_hash: hash, name })?;
        }
        self.key_for_joiner(seat, choice)
    }

    /// Whether a device that is not present may come in.
    fn require_admissible(
        &mut self,
        entry: Option<&Entry<A::Value>>,
        ivk: &A::Value,
    ) -> Result<(), StepError> {
        let by = Party::Server;
        let locked = self.joined()?.list.locked;
        let same = entry.is_none_or(|entry| entry.ivk == *ivk);
        self.checks.require(Rule::RejoinSameKey, by, same)?;
        let kicked = entry.is_some_and(|entry| entry.standing == Standing::Kicked);
        self.checks.require(Rule::KickedStaysOut, by, !(locked && kicked))?;
        let returns = entry.is_some() && (!locked || self.duty(Rule::LockedRejoinAllowed));
        self.checks.require(Rule::LockedAdmitsNobodyNew, by, !locked || returns)?;
        Ok(())
    }

    /// A present device whose announcement the leader did not have yet.
    fn pick_up(&mut self, seat: &Seat, member: Member<A::Value>) -> Result<(), StepError> {
        let leader = self.leader_mut()?;
        if leader.members.contains_key(seat) {
            return Ok(());
        }
        leader.members.insert_mut(seat.clone(), member);
        self.seal_newest_to(seat)
    }

    /// Somebody whose announcement verified, as a leader seals to them.
    pub(super) fn member(
        &mut self,
        peer: &Side<A::Value>,
        outdated: bool,
    ) -> Result<Member<A::Value>, StepError> {
        let sender = self.my_side()?;
        let agreed = self.agreed(peer)?;
        let algebra = self.client.algebra;
        let both = algebra.has_kem(&sender.pk) && algebra.has_kem(&peer.pk);
        let believed = !self.duty(Rule::SuiteFromSignedKey) && outdated;
        let suite = if both && !believed { BoxSuite::Hybrid } else { BoxSuite::Classic };
        let pair = Arc::new(Pair { sender, recipient: peer.clone(), agreed });
        Ok(Member { pair, suite })
    }

    /// Whether somebody signed a Kyber key, as everybody has to (reading R-38).
    pub(super) fn require_hybrid(&mut self, peer: &Side<A::Value>) -> Result<(), StepError> {
        let hybrid = self.client.algebra.has_kem(&peer.pk);
        Ok(self.checks.require(Rule::EverybodyHybrid, Party::Peer, hybrid)?)
    }

    /// The server says somebody left.
    pub(super) fn departed(&mut self, seat: &Seat, choice: Choice) -> Result<(), StepError> {
        let present = self.joined()?.list.present(seat).is_some();
        if !self.is_leader() || !present || *seat == self.state.seat {
            return Ok(());
        }
        self.remove(Operation::Left { seat: seat.clone() }, seat, choice)
    }

    /// The leader's user removes somebody.
    pub(super) fn kick(&mut self, seat: &Seat, choice: Choice) -> Result<(), StepError> {
        self.leader_mut()?;
        if self.joined()?.list.present(seat).is_none() || *seat == self.state.seat {
            return Err(Misuse::NothingToDo.into());
        }
        let seat_of = seat.clone();
        let listed = self.duty(Rule::KickListed);
        let operation = if listed {
            Operation::Kicked { seat: seat_of }
        } else {
            Operation::Left { seat: seat_of }
        };
        self.remove(operation, seat, choice)
    }

    fn remove(
        &mut self,
        operation: Operation<A::Value>,
        seat: &Seat,
        choice: Choice,
    ) -> Result<(), StepError> {
        if self.duty(Rule::LeaveListed) {
            self.append(operation)?;
        }
        let stays = !self.duty(Rule::SealToListed);
        let leader = self.leader_mut()?;
        leader.unserved.retain(|unserved| unserved != seat);
        leader.rejoined.retain(|rejoined| rejoined != seat);
        if !stays {
            leader.members.remove_mut(seat);
            self.joined_mut()?.nonces.remove_mut(seat);
        }
        let latest = self.client.profile.params.leave_rotation_ms_max;
        if self.client.policies.has(Policy::LeaveRotatesAtOnce) && self.duty(Rule::RotateOnLeave) {
            return self.rotate();
        }
        let now = self.duty(Rule::RotateOnLeave) && self.call_for_rotation(choice, latest)?;
        if now { self.rotate() } else { self.beat_on_change() }
    }

    /// The server says somebody has another name.
    pub(super) fn renamed(&mut self, seat: &Seat, name: &str) -> Result<(), StepError> {
        let joined = self.joined_mut()?;
        joined.names.insert_mut(seat.clone(), name.to_owned());
        let operation = Operation::Rename { seat: seat.clone(), name: name.to_owned() };
        let applies = joined.list.admits(&operation);
        if self.is_leader() && applies && self.duty(Rule::RenameListed) {
            self.append(operation)?;
            self.beat_on_change()?;
        }
        Ok(())
    }
}
