//! What users see: security codes, changes of the leader, the label of the meeting.

use conclave_spec::{Rule, RuleSet};

use super::{Glance, Ledger};
use crate::{
    algebra::Algebra,
    client::{Client, Joined, Phase, RoleState},
    machine::{Effect, Event},
    message::Seat,
    properties::{Goal, promised},
    stage::Given,
};

impl<V: Clone + Ord> Ledger<V> {
    pub(super) fn watch_screen<A: Algebra<Value = V>>(
        &mut self,
        algebra: &A,
        glance: &Glance<'_, V>,
    ) {
        let Phase::Joined(joined) = &glance.after.phase else { return };
        let before = match &glance.before.phase {
            Phase::Joined(before) if before.ephemeral == joined.ephemeral => Some(&**before),
            Phase::Joined(_) | Phase::Outside | Phase::Left => None,
        };
        self.judge_code(algebra, glance, joined);
        self.judge_notice(glance, before, joined);
        self.judge_leader(glance, before, joined);
        self.judge_label(algebra, glance, joined);
        self.judge_roster(algebra, glance, before, joined);
        self.judge_names(algebra, glance, joined);
    }

    /// The code shown is that of the key used in the handshake, all digits of it.
    fn judge_code<A: Algebra<Value = V>>(
        &mut self,
        algebra: &A,
        glance: &Glance<'_, V>,
        joined: &Joined<V>,
    ) {
        if !self.watches(Goal::Code) {
            return;
        }
        let ivk = match &joined.role {
            RoleState::Leader(_) => Some(&glance.after.ivk),
            RoleState::Participant(it) => it.leader.as_ref().map(|it| &it.pair.sender.ivk),
        };
        let code = ivk.map(|ivk| algebra.security_code(RuleSet::all(), ivk));
        if code.is_some() {
            self.judge(Goal::Code, joined.security_code == code);
        }
    }

    /// Whoever hears that somebody else leads is shown it.
    fn judge_notice(
        &mut self,
        glance: &Glance<'_, V>,
        before: Option<&Joined<V>>,
        joined: &Joined<V>,
    ) {
        let Some(before) = before else { return };
        let leader = |joined: &Joined<V>| match &joined.role {
            RoleState::Leader(_) => Some(glance.after.seat.clone()),
            RoleState::Participant(it) => it.leader.as_ref().map(|leader| leader.seat.clone()),
        };
        let (Some(was), Some(is)) = (leader(before), leader(joined)) else { return };
        let noticed = glance
            .effects
            .iter()
            .any(|(_, effect)| matches!(effect, Effect::ShowLeaderChanged { .. }));
        let other = is != glance.after.seat;
        if was != is {
            self.judge(Goal::LeaderNotice, noticed == other);
        }
    }

    /// A leader whose list is taken is on it, and on the list before where that was locked.
    fn judge_leader(
        &mut self,
        glance: &Glance<'_, V>,
        before: Option<&Joined<V>>,
        joined: &Joined<V>,
    ) {
        let Given::Event(Event::HeartbeatArrived(_)) = glance.given else { return };
        let Some(leader) = joined.known_leader() else { return };
        let listed = |joined: &Joined<V>| {
            let entry = joined.list.present(&leader.seat);
            entry.is_some_and(|entry| entry.ivk == leader.pair.sender.ivk)
        };
        self.judge(Goal::LeaderListed, listed(joined));
        if let Some(before) = before.filter(|before| before.list.locked && before.chain.begun) {
            self.judge(Goal::LeaderListed, listed(before));
        }
    }

    /// The label says post-quantum only of a key that went into no classic box.
    fn judge_label<A: Algebra<Value = V>>(
        &mut self,
        algebra: &A,
        glance: &Glance<'_, V>,
        joined: &Joined<V>,
    ) {
        if !self.watches(Goal::Indicator) {
            return;
        }
        let client = Client::new(algebra, glance.profile);
        let Some(seen) = client.seen(glance.after) else { return };
        let used = seen.sends_under;
        let key = joined.ring.iter().find(|key| Some(key.mk_seq) == used);
        let classic = key.is_some_and(|key| {
            self.keys.iter().any(|made| made.classic && made.meeting_key == key.meeting_key)
        });
        if used.is_some() {
            self.judge(Goal::Indicator, !(seen.post_quantum && classic));
        }
    }

    /// Names and numbers of leaves are those of the list, and the list has the names relayed.
    fn judge_names<A: Algebra<Value = V>>(
        &mut self,
        algebra: &A,
        glance: &Glance<'_, V>,
        joined: &Joined<V>,
    ) {
        if !self.watches(Goal::Names) {
            return;
        }
        let entries = &joined.list.entries;
        let rules = promised(glance.profile);
        if let (Given::Event(Event::Renamed { seat, name }), RoleState::Leader(_)) =
            (glance.given, &joined.role)
            && rules.contains(Rule::RenameListed)
            && let Some(entry) = joined.list.present(seat)
        {
            self.judge(Goal::Names, entry.name == *name);
        }
        let Some(seen) = Client::new(algebra, glance.profile).seen(glance.after) else { return };
        // What another reading adds is promised too.
        let by_user = rules.union(glance.profile.rules).contains(Rule::LeavesOfUser);
        for line in &seen.roster {
            let counted = |seat: &Seat| {
                if by_user { seat.user_id == line.seat.user_id } else { *seat == line.seat }
            };
            let of = entries.iter().filter(|(seat, _)| counted(seat));
            let leaves: u32 = of.map(|(_, entry)| entry.leaves).sum();
            let many = leaves >= glance.profile.params.leaves_shown_from;
            self.judge(Goal::Names, line.leaves == many.then_some(leaves));
            let listed = entries.get(&line.seat).map(|entry| &entry.name);
            if rules.contains(Rule::NamesFromList) {
                self.judge(Goal::Names, listed == Some(&line.name));
            }
        }
    }

    /// The roster is the certified list: everybody on it, nobody else, under the names on it; and
    /// locked means locked there.
    fn judge_roster<A: Algebra<Value = V>>(
        &mut self,
        algebra: &A,
        glance: &Glance<'_, V>,
        before: Option<&Joined<V>>,
        joined: &Joined<V>,
    ) {
        if !self.watches(Goal::Roster) {
            return;
        }
        let client = Client::new(algebra, glance.profile);
        let Some(seen) = client.seen(glance.after) else { return };
        let entries = &joined.list.entries;
        let others = entries.keys().filter(|seat| **seat != glance.after.seat).count();
        let known = seen.roster.iter().all(|line| entries.contains_key(&line.seat));
        // Only a heartbeat, or the leader's own doing, changes what is shown.
        let certified = match (glance.given, &joined.role, before) {
            (Given::Event(Event::HeartbeatArrived(_)), _, _) | (_, RoleState::Leader(_), _) => true,
            (_, RoleState::Participant(_), Some(before)) => before.list == joined.list,
            (_, RoleState::Participant(_), None) => true,
        };
        self.judge(Goal::Roster, known && seen.roster.len() == others && certified);
    }
}
