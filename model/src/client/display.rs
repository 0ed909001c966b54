//! What the user of a client sees, and nothing else.

use conclave_spec::{BoxSuite, Rule};

use super::{Client, Joined, Phase, RoleState, State, binding_hash, keys};
use crate::{
    algebra::{Algebra, Side},
    message::{Entry, Seat},
};

/// What the user of a client in a meeting sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen<V> {
    /// The user ID of the leader.
    pub leader: Option<String>,
    /// The security code shown.
    pub security_code: Option<V>,
    /// The others, by seat.
    pub roster: Vec<RosterLine>,
    /// Whether the meeting is shown as locked.
    pub locked: bool,
    /// Whether the meeting is labelled post-quantum.
    pub post_quantum: bool,
    /// The number of the key in use for sending.
    pub sends_under: Option<u32>,
}

/// One device in the roster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RosterLine {
    /// Which.
    pub seat: Seat,
    /// Its display name.
    pub name: String,
    /// Shown as present, not as having left.
    pub here: bool,
    /// Shown as being in a breakout room. Only of who is present.
    pub in_room: bool,
    /// How often it left, where that is shown.
    pub leaves: Option<u32>,
}

impl<A: Algebra> Client<'_, A> {
    /// What the user sees; `None` outside a meeting.
    #[must_use]
    pub fn seen(&self, state: &State<A::Value>) -> Option<Seen<A::Value>> {
        let Phase::Joined(joined) = &state.phase else { return None };
        let leader = match &joined.role {
            RoleState::Leader(_) => Some(state.seat.user_id.clone()),
            RoleState::Participant(participant) => {
                participant.leader.as_ref().map(|leader| leader.seat.user_id.clone())
            }
        };
        Some(Seen {
            leader,
            security_code: joined.security_code.clone(),
            roster: self.roster(state, joined),
            locked: joined.list.locked,
            post_quantum: self.is_post_quantum(state, joined),
            sends_under: self.sends_under(state),
        })
    }

    fn roster(&self, state: &State<A::Value>, joined: &Joined<A::Value>) -> Vec<RosterLine> {
        let others = joined.list.entries.iter().filter(|(seat, _)| **seat != state.seat);
        let mut roster: Vec<_> =
            others.filter_map(|(seat, entry)| self.line(joined, seat, entry)).collect();
        if !self.in_force(Rule::RosterFromList) {
            let claimed =
                joined.board.keys().filter(|seat| !joined.list.entries.contains_key(seat));
            roster.extend(claimed.map(|seat| RosterLine {
                seat: seat.clone(),
                name: joined.names.get(seat).cloned().unwrap_or_default(),
                here: true,
                in_room: false,
                leaves: None,
            }));
            roster.sort();
        }
        roster
    }

    fn line(
        &self,
        joined: &Joined<A::Value>,
        seat: &Seat,
        entry: &Entry<A::Value>,
    ) -> Option<RosterLine> {
        let present = entry.binding_hash().is_some();
        let here = present || self.lingers(joined, seat);
        if !here && !self.in_force(Rule::LeftShown) {
            return None;
        }
        let from_list = !present || self.in_force(Rule::NamesFromList);
        let name = if from_list {
            entry.name.clone()
        } else {
            joined.names.get(seat).cloned().unwrap_or_default()
        };
        let leaves = self.leaves(joined, seat, entry);
        let in_room = present && joined.rooms.contains(seat) && self.in_force(Rule::InRoomShown);
        Some(RosterLine { seat: seat.clone(), name, here, in_room, leaves })
    }

    /// How often a device, or its user with any device, left, where that is shown (reading R-104).
    fn leaves(
        &self,
        joined: &Joined<A::Value>,
        seat: &Seat,
        entry: &Entry<A::Value>,
    ) -> Option<u32> {
        let leaves = if self.in_force(Rule::LeavesOfUser) {
            let own = joined.list.entries.iter().filter(|(other, _)| other.user_id == seat.user_id);
            own.fold(0_u32, |sum, (_, entry)| sum.saturating_add(entry.leaves))
        } else {
            entry.leaves
        };
        let shown = leaves >= self.profile.params.leaves_shown_from;
        (shown && self.in_force(Rule::LeavesCounted)).then_some(leaves)
    }

    /// Whether somebody who left still knows the key this client encrypts under.
    fn lingers(&self, joined: &Joined<A::Value>, seat: &Seat) -> bool {
        let known = joined.lingering.get(seat).copied();
        let used = keys::sending(joined, self.profile.rules).map(|key| key.mk_seq);
        let knows = known.zip(used).is_some_and(|(known, used)| used <= known);
        self.in_force(Rule::LeaverShownUntilRekey) && knows
    }

    /// Whether everybody present has shown a Kyber key (reading R-61).
    fn is_post_quantum(&self, state: &State<A::Value>, joined: &Joined<A::Value>) -> bool {
        if self.profile.box_suite == BoxSuite::Classic {
            return false;
        }
        if !self.in_force(Rule::LabelHonest) {
            return true;
        }
        let present =
            joined.list.entries.iter().filter(|(_, entry)| entry.binding_hash().is_some());
        let mut others = present.filter(|(seat, _)| **seat != state.seat);
        self.algebra.has_kem(&joined.ephemeral.pk)
            && others.all(|(seat, entry)| self.announced_kem(joined, seat, entry))
    }

    fn announced_kem(
        &self,
        joined: &Joined<A::Value>,
        seat: &Seat,
        entry: &Entry<A::Value>,
    ) -> bool {
        let known = match &joined.role {
            RoleState::Participant(participant) => participant.leader.as_ref(),
            RoleState::Leader(_) => None,
        };
        let leader = known.filter(|leader| leader.seat == *seat).map(|it| it.pair.sender.clone());
        let posted = joined
            .board
            .get(seat)
            .map(|posted| Side { ivk: posted.ivk.clone(), pk: posted.announcement.pk.clone() });
        let mut sides = leader.into_iter().chain(posted);
        sides.any(|side| {
            let (rules, meeting) = (self.profile.rules, &joined.meeting);
            let hash = binding_hash(self.algebra, rules, meeting, seat, &side);
            entry.binding_hash() == Some(&hash) && self.algebra.has_kem(&side.pk)
        })
    }

    fn in_force(&self, rule: Rule) -> bool {
        self.profile.rules.contains(rule)
    }
}
