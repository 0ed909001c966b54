//! Locked meetings: who locks, how co-hosts ask for it, and when they ask again (3.1, 3.7.8).

use conclave_spec::{Label, Rule, layouts};

use super::{Progress, Wish};
use crate::{
    algebra::{Algebra, Datum, Record},
    machine::{Effect, Misuse, Party, StepError},
    message::{LockOperation, LockRequest, Meeting, Operation},
};

/// What a co-host's request signs (reading R-63).
#[must_use]
pub fn request_record<V>(meeting: &Meeting, operation: LockOperation, link_hash: V) -> Record<V> {
    Record {
        layout: &layouts::LOCK_REQUEST_SIGNED,
        data: vec![
            Datum::Text(meeting.id.clone()),
            Datum::Uuid(meeting.uuid),
            Datum::Text(operation.word().to_owned()),
            Datum::Value(link_hash),
        ],
    }
}

impl<A: Algebra> Progress<'_, A> {
    /// Whether meetings can be locked in this version.
    fn has_locks(&self) -> bool {
        let any = [Rule::LockListed, Rule::LockedAdmitsNobodyNew, Rule::RequestVerifies];
        any.iter().any(|rule| self.checks.rules().contains(*rule))
    }

    fn require_locks(&mut self) -> Result<(), Misuse> {
        self.joined()?;
        if self.has_locks() { Ok(()) } else { Err(Misuse::NotInVersion) }
    }

    /// The user locks or unlocks: a leader does it, a co-host asks for it.
    pub(super) fn set_lock(&mut self, locked: bool) -> Result<(), StepError> {
        self.require_locks()?;
        if self.joined()?.list.locked == locked {
            return Err(Misuse::NothingToDo.into());
        }
        let operation = LockOperation::to(locked);
        if self.is_leader() {
            return self.lock(operation);
        }
        if self.joined()?.known_leader().is_none() {
            return Err(Misuse::NothingToDo.into());
        }
        self.request(operation)
    }

    fn lock(&mut self, operation: LockOperation) -> Result<(), StepError> {
        if self.duty(Rule::LockListed) {
            self.append(match operation {
                LockOperation::Lock => Operation::Lock,
                LockOperation::Unlock => Operation::Unlock,
            })?;
        }
        if !operation.locks() && self.duty(Rule::UnlockWarned) {
            self.effects.push(Effect::ShowUnlockWarning);
        }
        self.beat_on_change()
    }

    /// Signs a request over the list as this client has it, and remembers the wish.
    fn request(&mut self, operation: LockOperation) -> Result<(), StepError> {
        let link_hash = self.joined()?.list.head.clone();
        let record = request_record(&self.joined()?.meeting, operation, link_hash.clone());
        let (algebra, rules) = (self.client.algebra, self.checks.rules());
        let message = algebra.message(rules, &record);
        let sig = algebra.sign(rules, &self.state.identity, Label::LockRequest, &message);
        self.checks.fields_bound(&layouts::LOCK_REQUEST_SIGNED);
        let retries = self.duty(Rule::RequestRetried);
        let wish = Wish { operation, link_hash: link_hash.clone() };
        self.participant_mut()?.wish = retries.then_some(wish);
        let seat = self.state.seat.clone();
        let request = LockRequest { seat, operation, link_hash, sig };
        self.effects.push(Effect::PostLockRequest(request));
        Ok(())
    }

    /// After a heartbeat: a wish that came true is forgotten, one that was overtaken is asked anew.
    pub(super) fn renew_wish(&mut self) -> Result<(), StepError> {
        let Some(wish) = self.participant()?.wish.clone() else { return Ok(()) };
        let list = &self.joined()?.list;
        if list.locked == wish.operation.locks() {
            self.participant_mut()?.wish = None;
            return Ok(());
        }
        if list.head == wish.link_hash { Ok(()) } else { self.request(wish.operation) }
    }

    /// A co-host's request, as the server hands it to the leader.
    pub(super) fn take_request(
        &mut self,
        request: &LockRequest<A::Value>,
    ) -> Result<(), StepError> {
        self.require_locks()?;
        self.leader_mut()?;
        let (list, by) = (self.joined()?.list.clone(), Party::Peer);
        let entry = list.present(&request.seat);
        self.checks.require(Rule::RequesterListed, by, entry.is_some())?;
        let known = entry.or_else(|| list.entries.get(&request.seat)).map(|it| it.ivk.clone());
        let ivk = self.checks.require_some(Rule::RequestVerifies, by, known)?;
        let link_hash = request.link_hash.clone();
        let record = request_record(&self.joined()?.meeting, request.operation, link_hash);
        let (algebra, rules) = (self.client.algebra, self.checks.rules());
        let message = algebra.message(rules, &record);
        let valid = algebra.verify(rules, &ivk, Label::LockRequest, &message, &request.sig);
        self.checks.require(Rule::RequestVerifies, by, valid)?;
        self.checks.fields_bound(&layouts::LOCK_REQUEST_SIGNED);
        let current = request.link_hash == list.head;
        self.checks.require(Rule::RequestMatchesHead, by, current)?;
        let changes = list.locked != request.operation.locks();
        self.checks.require(Rule::OperationApplies, by, changes)?;
        self.lock(request.operation)
    }

    /// The server says that the meeting is locked, or is not: that changes nothing, and where there
    /// are no locks there is no rule that says so.
    pub(super) fn hear_claim(&mut self, locked: bool) -> Result<(), StepError> {
        if !self.has_locks() || self.duty(Rule::LockFromList) {
            self.joined()?;
            return Ok(());
        }
        let joined = self.joined_mut()?;
        let mut list = (*joined.list).clone();
        list.locked = locked;
        joined.list = std::sync::Arc::new(list);
        Ok(())
    }
}
