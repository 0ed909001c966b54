//! What can happen next.

use std::fmt;

use super::{Budgets, Channel, Deceit, LEADER, Name, Power, Rig, SPY, World, turn};
use crate::{
    algebra::Term,
    client::{Joined, Phase, RoleState},
    script::MessageKind,
};

/// Something that can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Move {
    /// A party joins.
    Join(Name),
    /// A party leaves. The spy keeps her secrets.
    Leave(Name),
    /// The leader's user removes somebody.
    Kick(Name, Name),
    /// A leader's or co-host's user locks or unlocks.
    SetLock(Name, bool),
    /// A party says something.
    Send(Name),
    /// The next news of a channel reaches a party: links with their heartbeat, nonces with their
    /// admission.
    Hear(Name, Channel),
    /// News further back in the channel reaches a party, counted from 0.
    Pick(Name, Channel, u8),
    /// From now on a party is kept so many pieces of a channel behind.
    Trail(Name, Channel, u8),
    /// A party is given again what it had, counted from 0.
    Again(Name, u8),
    /// The server names a leader to everybody.
    Appoint(Name),
    /// The server names to the first party the second as leader.
    Tell(Name, Name),
    /// The insider says what is not so.
    Deceive(Deceit),
    /// The insider learns what is left in a device's memory.
    Open(Name),
    /// Time passes until a client next does something beside its regular heartbeat.
    Wait,
    /// Time passes until a second before somebody would leave for want of heartbeats.
    Linger,
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Join(party) => write!(f, "{party} joins"),
            Self::Leave(party) => write!(f, "{party} leaves"),
            Self::Kick(leader, party) => write!(f, "{leader} removes {party}"),
            Self::SetLock(party, true) => write!(f, "{party} locks"),
            Self::SetLock(party, false) => write!(f, "{party} unlocks"),
            Self::Send(party) => write!(f, "{party} speaks"),
            Self::Hear(party, channel) => write!(f, "{party} hears {}", channel.word()),
            Self::Pick(party, channel, at) => {
                write!(f, "{party} hears {} number {at}", channel.word())
            }
            Self::Trail(party, channel, by) => {
                write!(f, "{party} hears {} late by {by}", channel.word())
            }
            Self::Again(party, at) => write!(f, "{party} hears number {at} again"),
            Self::Appoint(leader) => write!(f, "the server names {leader}"),
            Self::Tell(party, leader) => write!(f, "the server names {leader} to {party}"),
            Self::Deceive(deceit) => write!(f, "the server {deceit}"),
            Self::Open(party) => write!(f, "{party}'s memory is read"),
            Self::Wait => f.write_str("time passes"),
            Self::Linger => f.write_str("time passes to the last moment"),
        }
    }
}

impl Rig {
    /// Everything that can happen next. Not every move changes the world.
    #[must_use]
    pub fn moves(&self, world: &World) -> Vec<Move> {
        let mut moves = Vec::new();
        self.user_moves(world, &mut moves);
        self.relay_moves(world, &mut moves);
        self.insider_moves(world, &mut moves);
        if world.left.waits > 0 {
            moves.push(Move::Wait);
        }
        if world.left.lingers > 0 {
            moves.push(Move::Linger);
        }
        moves
    }

    fn user_moves(&self, world: &World, moves: &mut Vec<Move>) {
        let Budgets { joins, leaves, kicks, locks, sends, .. } = world.left;
        for party in self.slice.joiners.iter().filter(|_| joins > 0) {
            if !world.is_joined(party) && self.comes_in_order(world, party) {
                moves.push(Move::Join(party));
            }
        }
        let here = |party: &&Name| world.is_present(party);
        if leaves > 0 {
            let leavers = self.slice.leavers.iter().filter(here);
            moves.extend(leavers.map(|party| Move::Leave(party)));
        }
        if sends > 0 {
            let talkers = self.slice.talkers.iter().filter(here);
            moves.extend(talkers.map(|party| Move::Send(party)));
        }
        for leader in self.slice.honest.iter().filter(|party| world.leads(party)) {
            if kicks > 0 {
                let others = self.slice.leavers.iter().filter(|party| *party != leader);
                moves.extend(others.map(|party| Move::Kick(leader, party)));
            }
            if locks > 0 {
                moves.extend([true, false].map(|locked| Move::SetLock(leader, locked)));
            }
        }
        for cohost in self.slice.cohosts.iter().filter(here).filter(|_| locks > 0) {
            moves.extend([true, false].map(|locked| Move::SetLock(cohost, locked)));
        }
    }

    /// Joiners that differ in nothing but their name come in the order of their names: every other
    /// order is the same up to a renaming.
    fn comes_in_order(&self, world: &World, party: Name) -> bool {
        if !self.slice.ordered {
            return true;
        }
        let twins = self.slice.twins();
        let Some(at) = twins.iter().position(|twin| *twin == party) else { return true };
        let never = |twin: &Name| world.count(twin, MessageKind::Announcement) == 0;
        !twins.iter().take(at).any(never)
    }

    fn relay_moves(&self, world: &World, moves: &mut Vec<Move>) {
        if world.left.deliveries == 0 {
            return;
        }
        for (party, way) in world.ways.iter().filter(|(_, way)| way.present) {
            for (channel, waiting) in &way.waiting {
                if waiting.is_empty() {
                    continue;
                }
                // Whoever is kept behind the list hears it by that alone.
                if self.slice.trails.is_empty() || *channel != Channel::List {
                    moves.push(Move::Hear(party, *channel));
                }
                let picks = self.slice.can(Power::Reorder(*channel))
                    || self.slice.can(Power::Drop(*channel));
                if picks {
                    let further = 1..u8::try_from(waiting.len()).unwrap_or(u8::MAX);
                    moves.extend(further.map(|at| Move::Pick(party, *channel, at)));
                }
            }
            if self.slice.controls(party, Channel::List) {
                let trails = self.slice.trails.iter();
                moves.extend(trails.map(|trail| Move::Trail(party, Channel::List, *trail)));
            }
            let again = 0..u8::try_from(way.had.len()).unwrap_or(u8::MAX);
            moves.extend(again.map(|at| Move::Again(party, at)));
        }
    }

    fn insider_moves(&self, world: &World, moves: &mut Vec<Move>) {
        if world.left.changes > 0 {
            for successor in &self.slice.successors {
                if self.slice.can(Power::Appoint) && world.is_present(successor) {
                    moves.push(Move::Appoint(successor));
                }
                if self.slice.can(Power::Equivocate) && world.is_present(successor) {
                    let told = world.ways.iter().filter(|(_, way)| way.present);
                    let told = told.filter(|(_, way)| way.follows != Some(*successor));
                    moves.extend(told.map(|(party, _)| Move::Tell(party, successor)));
                }
            }
        }
        if world.left.deceits > 0 && self.slice.can(Power::Deceive) {
            let heard = self.slice.deceits.iter().filter(|it| world.is_joined(it.to()));
            moves.extend(heard.map(|deceit| Move::Deceive(*deceit)));
        }
        if world.left.openings > 0 && self.slice.can(Power::Open) {
            let gone = |party: &&Name| {
                world.state(party).is_ok_and(|state| matches!(state.phase, Phase::Left))
            };
            let unopened = self.slice.honest.iter().filter(gone);
            let unopened = unopened.filter(|party| !world.ledger.opened.contains(**party));
            moves.extend(unopened.map(|party| Move::Open(party)));
        }
    }

    /// Milliseconds until a client next does something by itself.
    pub(super) fn next_deadline_ms(&self, world: &World) -> Option<u32> {
        let client = world.client(&self.profile);
        let states = self.slice.honest.iter().filter_map(|party| world.state(party).ok());
        states.filter_map(|state| client.deadline_ms(state)).min()
    }

    /// Milliseconds until somebody leaves for want of heartbeats.
    pub(super) fn silence_ms(&self, world: &World) -> Option<u32> {
        let states = self.slice.honest.iter().filter_map(|party| world.joined(party));
        let silences = states.filter_map(|joined| match &joined.role {
            RoleState::Participant(participant) => participant.silence_in_ms,
            RoleState::Leader(_) => None,
        });
        silences.min()
    }

    /// Milliseconds until the next regular heartbeat, if nothing else comes before it.
    pub(super) fn regular_beat_ms(&self, world: &World) -> Option<u32> {
        let due = self.next_deadline_ms(world)?;
        let parties = || self.slice.honest.iter().filter_map(|party| world.joined(party));
        let beats = parties().filter_map(|joined| match &joined.role {
            RoleState::Leader(leader) => leader.beat_in_ms,
            RoleState::Participant(_) => None,
        });
        (beats.min() == Some(due) && !parties().any(|joined| turn::other_due(joined, due)))
            .then_some(due)
    }
}

impl World {
    /// Whether a party is in the meeting, as the server sees it.
    #[must_use]
    pub fn is_present(&self, party: &str) -> bool {
        self.ways.get(party).is_some_and(|way| way.present)
    }

    /// Whether a party leads, as it sees it.
    #[must_use]
    pub fn leads(&self, party: &str) -> bool {
        self.joined(party).is_some_and(|joined| matches!(joined.role, RoleState::Leader(_)))
    }

    /// A party's view of the meeting it is in.
    #[must_use]
    pub fn joined(&self, party: &str) -> Option<&Joined<Term>> {
        match &self.state(party).ok()?.phase {
            Phase::Joined(joined) => Some(joined),
            Phase::Outside | Phase::Left => None,
        }
    }
}

impl super::Slice {
    /// The honest joiners that nothing in the slice tells apart.
    fn twins(&self) -> Vec<Name> {
        let plain = |party: &&Name| {
            let party = **party;
            party != LEADER
                && party != SPY
                && !self.seated.contains(&party)
                && !self.against.contains(&party)
                && !self.outdated.contains(&party)
                && !self.successors.contains(&party)
                && !self.deceits.iter().any(|it| it.to() == party || it.about() == Some(party))
        };
        let kinds = |party: &Name| (self.leavers.contains(party), self.talkers.contains(party));
        let twins: Vec<Name> = self.joiners.iter().filter(plain).copied().collect();
        let first = twins.first().map(kinds);
        twins.into_iter().filter(|twin| Some(kinds(twin)) == first).collect()
    }
}
