//! What is on the list: the leader's links, and whether a participant takes them (2.3.1, 3.7.7).

use std::{collections::BTreeSet, sync::Arc};

use conclave_spec::Rule;

use super::{Ahead, List, Participant, Policy, Progress, RoleState, link_hash};
use crate::{
    algebra::Algebra,
    machine::{Effect, Misuse, Outcome, Party, Reject, StepError},
    message::{Link, Operation, Seat},
};

impl<A: Algebra> Progress<'_, A> {
    /// The leader adds a link, and coalesces a chain that has grown long.
    pub(super) fn append(&mut self, operation: Operation<A::Value>) -> Result<(), StepError> {
        self.append_one(operation)?;
        let links_max = self.client.profile.params.links_max;
        if !self.client.policies.has(Policy::NeverCoalesces)
            && self.joined()?.list.links > links_max
        {
            let snapshot = self.joined()?.list.snapshot();
            self.append_one(snapshot)?;
        }
        Ok(())
    }

    fn append_one(&mut self, operation: Operation<A::Value>) -> Result<(), StepError> {
        let joined = self.joined()?;
        let v = joined.list.v.checked_add(1).ok_or(Misuse::NumbersExhausted)?;
        let link = Link { v, prev: joined.list.head.clone(), operation };
        let hash = link_hash(self.client.algebra, self.checks.rules(), &link);
        let list = Arc::new(joined.list.after(&link, hash));
        let newest = joined.newest().map_or(0, |key| key.mk_seq);
        let gone = joined.list.gone_in(&list, [&link.operation]);
        self.adopt(list, gone, newest)?;
        self.effects.push(Effect::PostLink(link));
        Ok(())
    }

    /// Makes a list the certified one. Who is gone lingers while keys up to `known` are in use.
    pub(super) fn adopt(
        &mut self,
        list: Arc<List<A::Value>>,
        gone: BTreeSet<Seat>,
        known: u32,
    ) -> Result<(), StepError> {
        let joined = self.joined_mut()?;
        joined.lingering.retain(|seat, _| list.present(seat).is_none());
        joined.lingering.extend(gone.into_iter().map(|seat| (seat, known)));
        joined.list = list;
        Ok(())
    }

    /// A link from the board: checked against the list with all links ahead, not believed yet.
    pub(super) fn take_link(&mut self, link: &Link<A::Value>) -> Result<(), StepError> {
        let participant = self.participant()?;
        let first_of_leader = participant.changed
            && participant.ahead.is_empty()
            && matches!(link.operation, Operation::Snapshot { .. });
        let list = Arc::clone(self.list_ahead()?);
        if !first_of_leader {
            self.require_continues(&list, link)?;
        }
        self.require_fits(&list, link, first_of_leader)?;
        let hash = link_hash(self.client.algebra, self.checks.rules(), link);
        let list = Arc::new(list.after(link, hash));
        if self.duty(Rule::LinkAwaitsHeartbeat) {
            self.participant_mut()?.ahead.push(Ahead { link: link.clone(), list });
            self.outcome = Outcome::Pending(Rule::LinkAwaitsHeartbeat);
            return Ok(());
        }
        let joined = self.joined()?;
        let gone = joined.list.gone_in(&list, [&link.operation]);
        let known = joined.chain.mk_seq;
        self.adopt(list, gone, known)
    }

    /// The list with all links ahead.
    fn list_ahead(&self) -> Result<&Arc<List<A::Value>>, Misuse> {
        let joined = self.joined()?;
        let RoleState::Participant(Participant { ahead, .. }) = &joined.role else {
            return Err(Misuse::WrongRole);
        };
        Ok(ahead.last().map_or(&joined.list, |last| &last.list))
    }

    /// Where a link stands in the chain.
    fn require_continues(
        &mut self,
        list: &List<A::Value>,
        link: &Link<A::Value>,
    ) -> Result<(), Reject> {
        if list.v == 0 {
            let first = link.v == 1 && link.prev == self.client.algebra.no_hash();
            let whole = first || matches!(link.operation, Operation::Snapshot { .. });
            return self.checks.require(Rule::ListStartsWhole, Party::Server, whole);
        }
        let chains = link.prev == list.head;
        self.checks.require(Rule::LinkChains, Party::Server, chains)?;
        self.duty(Rule::LinkNamesPrevious);
        let counts = list.v.checked_add(1) == Some(link.v);
        self.checks.require(Rule::LinkCounts, Party::Server, counts)?;
        self.duty(Rule::LinkNamesCounter);
        Ok(())
    }

    /// What a link does to the list.
    fn require_fits(
        &mut self,
        list: &List<A::Value>,
        link: &Link<A::Value>,
        first_of_leader: bool,
    ) -> Result<(), Reject> {
        let operation = &link.operation;
        self.checks.require(Rule::OperationApplies, Party::Peer, list.admits(operation))?;
        self.checks.require(Rule::BindingStable, Party::Peer, list.keeps_bindings(operation))?;
        self.checks.require(Rule::RejoinSameKey, Party::Peer, list.keeps_keys(operation))?;
        let Operation::Snapshot { locked, entries } = operation else { return Ok(()) };
        if first_of_leader {
            let kept = list.is_kept_by(entries);
            self.checks.require(Rule::SnapshotKeepsKnown, Party::Peer, kept)?;
        }
        let faithful = list.v == 0 || (*locked == list.locked && *entries == list.entries);
        if first_of_leader {
            return self.checks.require(Rule::SnapshotIdentical, Party::Peer, faithful);
        }
        self.checks.require(Rule::SnapshotFaithful, Party::Peer, faithful)
    }
}
