//! The list and its history: heartbeats taken, devices and their keys, locks.

use std::{collections::BTreeSet, sync::Arc};

use super::{Certified, Glance, Ledger, Taken};
use crate::{
    algebra::Algebra,
    client::{Joined, List, Phase},
    machine::{Effect, Event},
    message::{Entry, Seat},
    properties::Goal,
    stage::Given,
};

impl<V: Clone + Ord> Ledger<V> {
    pub(super) fn watch_list<A: Algebra<Value = V>>(
        &mut self,
        _algebra: &A,
        glance: &Glance<'_, V>,
    ) {
        self.note_announcement(glance);
        if let Given::Event(Event::SetLock { locked }) = glance.given {
            self.unlock_wanted = !locked;
        }
        let Phase::Joined(joined) = &glance.after.phase else {
            self.forget_join(glance.party);
            return;
        };
        let before = match &glance.before.phase {
            Phase::Joined(before) if before.ephemeral == joined.ephemeral => Some(&**before),
            Phase::Joined(_) | Phase::Outside | Phase::Left => {
                self.forget_join(glance.party);
                None
            }
        };
        self.note_taken(glance, before, joined);
        self.judge_order(glance, before);
        self.judge_entries(glance, before, joined);
        self.judge_removed(glance, before, joined);
        self.judge_lock(glance, before, joined);
    }

    fn forget_join(&mut self, party: &str) {
        if self.taken.contains_key(party) {
            Arc::make_mut(&mut self.taken).remove(party);
        }
        self.locked.remove(party);
        if self.seen_keys.keys().any(|(observer, _)| observer == party) {
            Arc::make_mut(&mut self.seen_keys).retain(|(observer, _), _| observer != party);
        }
    }

    fn note_announcement(&mut self, glance: &Glance<'_, V>) {
        for (_, effect) in glance.effects {
            if let Effect::PostAnnouncement(announcement) = effect {
                let key = glance.after.ivk.clone();
                Arc::make_mut(&mut self.announced).insert((announcement.seat.clone(), key));
            }
        }
    }

    /// The chain of heartbeats as this party has it.
    fn note_taken(
        &mut self,
        glance: &Glance<'_, V>,
        before: Option<&Joined<V>>,
        joined: &Joined<V>,
    ) {
        let moved = before.is_none_or(|before| before.chain.hash != joined.chain.hash);
        if !self.watches(Goal::History) || !moved || !joined.chain.begun {
            return;
        }
        let List { v, head, locked, entries, .. } = (*joined.list).clone();
        let list = Certified { v, head, locked, entries };
        let taken = Taken { hash: joined.chain.hash.clone(), list };
        Arc::make_mut(&mut self.taken).entry(glance.party.to_owned()).or_default().push(taken);
    }

    /// Numbers never go back, whoever leads.
    fn judge_order(&mut self, glance: &Glance<'_, V>, before: Option<&Joined<V>>) {
        let (Some(before), Given::Event(Event::HeartbeatArrived(heartbeat))) =
            (before, glance.given)
        else {
            return;
        };
        if !before.chain.begun {
            return;
        }
        let chain = &before.chain;
        let onward = heartbeat.v >= before.list.v
            && heartbeat.mk_seq >= chain.mk_seq
            && heartbeat.t > chain.t;
        self.judge(Goal::Mono, onward);
    }

    /// A device keeps its keys; a device of an honest party is there only if it came.
    fn judge_entries(
        &mut self,
        glance: &Glance<'_, V>,
        before: Option<&Joined<V>>,
        joined: &Joined<V>,
    ) {
        let goals = [Goal::Rejoin, Goal::Genuine];
        let same = before.is_some_and(|before| before.list == joined.list);
        if same || !self.watches_any(&goals) {
            return;
        }
        if self.watches(Goal::Rejoin) {
            let listed = |seat: &Seat| joined.list.entries.contains_key(seat);
            let mut known = self.seen_keys.keys().filter(|(observer, _)| observer == glance.party);
            let kept = known.all(|(_, seat)| listed(seat));
            self.judge(Goal::Rejoin, kept);
        }
        for (seat, entry) in &joined.list.entries {
            let place = (glance.party.to_owned(), seat.clone());
            if self.watches(Goal::Rejoin) {
                match self.seen_keys.get(&place).cloned() {
                    Some(known) => self.judge(Goal::Rejoin, known == entry.ivk),
                    None => {
                        drop(Arc::make_mut(&mut self.seen_keys).insert(place, entry.ivk.clone()))
                    }
                }
                let was = before.and_then(|before| before.list.present(seat));
                let was = was.filter(|was| was.leaves == entry.leaves);
                let stays = was.and_then(Entry::binding_hash).zip(entry.binding_hash());
                if let Some((was, is)) = stays {
                    self.judge(Goal::Rejoin, was == is);
                }
            }
            if self.watches(Goal::Genuine) && entry.ivk != *glance.spy {
                let came = self.announced.contains(&(seat.clone(), entry.ivk.clone()));
                self.judge(Goal::Genuine, came);
            }
        }
    }

    /// Whom a leader's user has removed, nobody who sees the meeting locked sees come back.
    fn judge_removed(
        &mut self,
        glance: &Glance<'_, V>,
        before: Option<&Joined<V>>,
        joined: &Joined<V>,
    ) {
        if !self.watches_any(&[Goal::Lock, Goal::Served]) {
            return;
        }
        let Some(before) = before else { return };
        if let Given::Event(Event::Kick { seat }) = glance.given {
            self.removed.extend(before.list.entries.get(seat).map(|entry| entry.ivk.clone()));
        }
        let here = |joined: &Joined<V>, ivk: &V| {
            let present = joined.list.entries.values().filter(|it| it.binding_hash().is_some());
            present.into_iter().any(|entry| entry.ivk == *ivk)
        };
        let back = |ivk: &&V| !here(before, ivk) && here(joined, ivk);
        let back: Vec<V> = self.removed.iter().filter(back).cloned().collect();
        if before.list.locked && joined.list.locked {
            self.judge(Goal::Lock, back.is_empty());
        }
        self.removed.retain(|ivk| !back.contains(ivk));
    }

    /// While a party sees the meeting locked, nobody new comes in, and only users unlock it.
    fn judge_lock(
        &mut self,
        glance: &Glance<'_, V>,
        before: Option<&Joined<V>>,
        joined: &Joined<V>,
    ) {
        if !self.watches_any(&[Goal::Lock, Goal::LockKept]) {
            return;
        }
        let was = before.is_some_and(|before| before.list.locked);
        let warned =
            glance.effects.iter().any(|(_, effect)| matches!(effect, Effect::ShowUnlockWarning));
        let keys: BTreeSet<V> = joined.list.entries.values().map(|it| it.ivk.clone()).collect();
        if was && !joined.list.locked {
            self.judge(Goal::Lock, warned);
            let wanted = self.unlock_wanted;
            self.judge(Goal::LockKept, wanted);
        }
        if warned || !joined.list.locked {
            self.locked.remove(glance.party);
        }
        if !joined.list.locked {
            return;
        }
        match self.locked.get(glance.party).cloned() {
            Some(known) => self.judge(Goal::Lock, keys.is_subset(&known)),
            None => drop(self.locked.insert(glance.party.to_owned(), keys)),
        }
        self.judge(Goal::LockKept, true);
    }
}
