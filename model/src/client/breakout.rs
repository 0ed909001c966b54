//! Breakout rooms: rooms are meetings of their own, so here is only the way to one and back (3.3, 3.9;
//! 4.6, subsec:bor). A client plays the main meeting and a room as two devices would.

use conclave_spec::Rule;

use super::{Away, Chain, Joined, Led, Participant, Phase, Progress, RoleState};
use crate::{
    algebra::Algebra,
    machine::{Misuse, Party, StepError},
    message::{Meeting, Role, Seat},
};

impl<A: Algebra> Progress<'_, A> {
    /// The server says that somebody is in a room, or is not. It changes what is shown of who is on the
    /// list, and nothing else.
    pub(super) fn hear_of_room(&mut self, seat: &Seat, in_room: bool) -> Result<(), StepError> {
        let rooms = &mut self.joined_mut()?.rooms;
        if in_room {
            rooms.insert(seat.clone());
        } else {
            rooms.remove(seat);
        }
        Ok(())
    }

    /// Leaves to join again, and keeps what the meeting is known by.
    pub(super) fn step_out(&mut self) -> Result<(), StepError> {
        let away = self.away()?;
        self.leave()?;
        let compares = [Rule::ReturnsToMeeting, Rule::ReturnContinues];
        if compares.iter().any(|rule| self.checks.rules().contains(*rule)) {
            self.state.away = Some(Box::new(away));
        }
        Ok(())
    }

    fn away(&self) -> Result<Away<A::Value>, Misuse> {
        let Joined { meeting, list, chain, role, .. } = self.joined()?;
        let (meeting, list, chain) = (meeting.clone(), list.clone(), chain.clone());
        Ok(match role {
            RoleState::Leader(_) => {
                let leader = Some(Led { seat: self.state.seat.clone(), side: self.my_side()? });
                Away { meeting, list, chain, leader, changed: false }
            }
            RoleState::Participant(Participant { leader, led_before, changed, .. }) => {
                let known = leader
                    .as_ref()
                    .map(|it| Led { seat: it.seat.clone(), side: it.pair.sender.clone() });
                let leader = known.or_else(|| led_before.as_deref().cloned());
                Away { meeting, list, chain, leader, changed: *changed }
            }
        })
    }

    /// Whether who stepped out is put where it comes from (reading R-95).
    pub(super) fn require_return(
        &mut self,
        meeting: &Meeting,
        role: Role,
    ) -> Result<(), StepError> {
        let Some(away) = &self.state.away else { return Ok(()) };
        let back = away.meeting == *meeting && role == Role::Participant;
        Ok(self.checks.require(Rule::ReturnsToMeeting, Party::Server, back)?)
    }

    /// Who comes back knows the list, the chain of heartbeats and who led. What it knows them by is
    /// kept until a heartbeat has shown that it came back: it may have to try again.
    pub(super) fn resume(&mut self) -> Result<(), StepError> {
        let Some(away) = self.state.away.clone() else { return Ok(()) };
        let continues = self.duty(Rule::ReturnContinues);
        if !continues || away.meeting != self.joined()?.meeting {
            self.state.away = None;
            return Ok(());
        }
        let joined = self.joined_mut()?;
        let Away { list, chain, leader, changed, .. } = *away;
        joined.list = list;
        joined.chain = Chain { begun: false, ..chain };
        let participant = self.participant_mut()?;
        participant.changed = changed;
        participant.led_before = leader.map(Box::new);
        Ok(())
    }

    /// Whether this client came back and has not seen yet, of what went on without it, the heartbeat
    /// that lists it again.
    pub(super) fn is_catching_up(&self) -> Result<bool, Misuse> {
        let chain = &self.joined()?.chain;
        Ok(!chain.begun && chain.hash != self.client.algebra.no_hash())
    }

    /// Whether a client may lead: not before it has caught up.
    pub(super) fn require_caught_up(&mut self) -> Result<(), StepError> {
        let caught_up = !self.is_catching_up()?;
        Ok(self.checks.require(Rule::ReturnFollowsFirst, Party::Server, caught_up)?)
    }

    /// The user leaves, also while the client is away from the meeting. That the meeting is over is the
    /// server's word, and forgets nothing.
    pub(super) fn leave_for_good(&mut self) -> Result<(), StepError> {
        let was_away = self.state.away.is_some();
        self.state.away = None;
        match &self.state.phase {
            Phase::Outside | Phase::Left if was_away => Ok(()),
            Phase::Outside | Phase::Left | Phase::Joined(_) => self.leave(),
        }
    }
}
