//! What can happen next, and what the world is like afterwards.

use std::sync::Arc;

use super::{Fate, Honest, LEADER, Notice, Posted, Power, Rig, SPY, STREAM, World, meeting, seat};
use crate::{
    algebra::{Algebra as _, Term, Terms},
    client::Phase,
    machine::{Effect, Event, Input, StepError},
    message::Role,
};

/// Something that can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Move {
    /// A party joins and is put on the list.
    Join(&'static str),
    /// A party leaves and is taken off the list. The spy keeps her secrets.
    Leave(&'static str),
    /// The next piece of trusted news reaches a party.
    Hear(&'static str),
    /// The sealed key at this place on the board, counted from 0, reaches its addressee.
    Deliver(usize),
    /// A party says something.
    Send(&'static str),
    /// Time passes until a client next does something by itself.
    Wait,
}

impl Rig {
    /// Everything that can happen next. Not every move changes the world.
    #[must_use]
    pub fn moves(&self, world: &World) -> Vec<Move> {
        let mut moves = Vec::new();
        for (party, honest) in &world.honest {
            let joined = matches!(honest.state.phase, Phase::Joined(_));
            if !joined && world.left.joins > 0 {
                moves.push(Move::Join(party));
            }
            if joined && *party != LEADER && world.left.leaves > 0 {
                moves.push(Move::Leave(party));
            }
            if !honest.news.is_empty() {
                moves.push(Move::Hear(party));
            }
            if joined && world.left.sends > 0 {
                moves.push(Move::Send(party));
            }
        }
        let spy_joined = matches!(world.spy.phase, Phase::Joined(_));
        if !spy_joined && world.left.joins > 0 {
            moves.push(Move::Join(SPY));
        }
        if world.listed.contains(&SPY) && world.left.leaves > 0 {
            moves.push(Move::Leave(SPY));
        }
        if world.left.deliveries > 0 {
            let open = (0..world.board.len()).filter(|at| self.may_deliver(world, *at));
            moves.extend(open.map(Move::Deliver));
        }
        if self.may_wait(world) {
            moves.push(Move::Wait);
        }
        moves
    }

    /// The world after a move; `None` if the move changes nothing or is beyond a budget. A
    /// client that refuses a message stays as it was, so a refused delivery changes nothing.
    #[must_use]
    pub fn after(&self, world: &World, action: Move) -> Option<World> {
        let mut next = world.clone();
        match action {
            Move::Join(party) => {
                next.left.joins = next.left.joins.checked_sub(1)?;
                self.enter(&mut next, party).ok()?;
            }
            Move::Leave(party) => {
                next.left.leaves = next.left.leaves.checked_sub(1)?;
                self.leave(&mut next, party)?;
            }
            Move::Hear(party) => self.hear(&mut next, party)?,
            Move::Deliver(at) => {
                next.left.deliveries = next.left.deliveries.checked_sub(1)?;
                self.deliver(&mut next, at)?;
            }
            Move::Send(party) => {
                next.left.sends = next.left.sends.checked_sub(1)?;
                let plaintext = Terms.literal(said(world, party).as_bytes());
                let event = Event::Send { stream: STREAM.to_owned(), plaintext };
                self.step(&mut next, party, &Input::now(event)).ok()?;
            }
            Move::Wait => self.wait(&mut next)?,
        }
        let made = next.ledger.keys.len().saturating_sub(1);
        (made <= usize::from(self.slice.budgets.rotations)).then_some(next)
    }

    /// Every world one move away.
    #[must_use]
    pub fn successors(&self, world: &World) -> Vec<(Move, World)> {
        let moves = self.moves(world).into_iter();
        moves.filter_map(|action| Some((action, self.after(world, action)?))).collect()
    }

    /// Milliseconds until a client next does something by itself.
    pub(super) fn next_deadline_ms(&self, world: &World) -> Option<u32> {
        let client = self.client();
        world.honest.values().filter_map(|honest| client.deadline_ms(&honest.state)).min()
    }

    /// Without the power to delay, what is on its way arrives before time passes.
    fn may_wait(&self, world: &World) -> bool {
        let due = self.next_deadline_ms(world).is_some_and(|due| due > 0);
        let news = world.honest.values().any(|honest| !honest.news.is_empty());
        let keys = world
            .board
            .iter()
            .any(|posted| posted.fate == Fate::Waiting && addressee(world, posted).is_some());
        let forced = news || (keys && !self.slice.can(Power::Drop));
        due && (self.slice.can(Power::Delay) || !forced)
    }

    fn may_deliver(&self, world: &World, at: usize) -> bool {
        let Some(posted) = world.board.get(at) else { return false };
        let Some(party) = addressee(world, posted) else { return false };
        let earlier = world
            .board
            .iter()
            .take(at)
            .any(|other| other.fate == Fate::Waiting && addressee(world, other) == Some(party));
        match posted.fate {
            Fate::Waiting => {
                !earlier || self.slice.can(Power::Reorder) || self.slice.can(Power::Drop)
            }
            Fate::Delivered => self.slice.can(Power::Replay),
            Fate::Dropped => false,
        }
    }

    fn deliver(&self, next: &mut World, at: usize) -> Option<()> {
        let posted = next.board.get(at)?.clone();
        let party = addressee(next, &posted)?;
        let event = Event::KeyOffered { sealed: (*posted.sealed).clone() };
        self.step(next, party, &Input::now(event)).ok()?;
        if posted.fate == Fate::Waiting && !self.slice.can(Power::Reorder) {
            for other in next.board.iter_mut().take(at) {
                if other.fate == Fate::Waiting && other.sealed.to == posted.sealed.to {
                    other.fate = Fate::Dropped;
                }
            }
        }
        next.board.get_mut(at)?.fate = Fate::Delivered;
        Some(())
    }

    fn hear(&self, next: &mut World, party: &'static str) -> Option<()> {
        let notice = next.honest.get_mut(party)?.news.pop_front()?;
        let event = match notice {
            Notice::LeaderNamed => Event::LeaderNamed {
                seat: seat(LEADER),
                ivk: ivk(next, LEADER)?,
                announcement: (**next.announced.get(LEADER)?.last()?).clone(),
            },
            Notice::Admitted(other, nth) => {
                let at = usize::try_from(nth.checked_sub(1)?).ok()?;
                let announcement = (**next.announced.get(other)?.get(at)?).clone();
                Event::Admitted { seat: seat(other), ivk: ivk(next, other)?, announcement }
            }
            Notice::Departed(other) => Event::Departed { seat: seat(other) },
            Notice::RekeySignaled(mk_seq) => Event::RekeySignaled { mk_seq },
        };
        // News that a client refuses has been delivered all the same.
        let _ = self.step(next, party, &Input::now(event));
        self.tell_number(next);
        Some(())
    }

    fn wait(&self, next: &mut World) -> Option<()> {
        let elapsed_ms = self.next_deadline_ms(next)?;
        if !self.slice.can(Power::Delay) {
            let kept: Vec<_> =
                next.board.iter().map(|posted| addressee(next, posted).is_some()).collect();
            for (posted, kept) in next.board.iter_mut().zip(kept) {
                if kept && posted.fate == Fate::Waiting {
                    posted.fate = Fate::Dropped;
                }
            }
        }
        let parties: Vec<_> = next.honest.keys().copied().collect();
        for party in parties {
            self.step(next, party, &Input::after(elapsed_ms)).ok()?;
        }
        self.tell_number(next);
        Some(())
    }

    fn leave(&self, next: &mut World, party: &'static str) -> Option<()> {
        if party != SPY {
            self.step(next, party, &Input::now(Event::Leave)).ok()?;
            let honest = next.honest.get_mut(party)?;
            honest.news.clear();
            honest.told = 0;
        }
        next.listed.retain(|listed| *listed != party);
        spread(next, party, &Notice::Departed(party));
        Some(())
    }

    /// A party joins, and the server tells whom it concerns.
    pub(super) fn enter(&self, next: &mut World, party: &'static str) -> Result<(), StepError> {
        let role = if party == LEADER { Role::Leader } else { Role::Participant };
        let event = Event::Join { meeting: meeting(), role };
        self.step(next, party, &Input::now(event))?;
        if party == LEADER {
            return Ok(());
        }
        let others = next.listed.clone();
        let nth = |next: &World, party| next.announced.get(party).map_or(0, Vec::len);
        let mut news = vec![Notice::LeaderNamed];
        news.extend(others.into_iter().map(|other| {
            Notice::Admitted(other, u32::try_from(nth(next, other)).unwrap_or(u32::MAX))
        }));
        if let Some(honest) = next.honest.get_mut(party) {
            honest.news.extend(news);
        }
        next.listed.push(party);
        next.listed.sort_unstable();
        let nth = u32::try_from(nth(next, party)).unwrap_or(u32::MAX);
        spread(next, party, &Notice::Admitted(party, nth));
        Ok(())
    }

    /// One step of one client, with everything it does.
    fn step(
        &self,
        next: &mut World,
        party: &'static str,
        input: &Input<Term>,
    ) -> Result<(), StepError> {
        let client = self.client();
        let slot = next.honest.get_mut(party).map(|honest| &mut honest.state);
        let slot = slot.unwrap_or(&mut next.spy);
        let step = client.step(slot, input)?;
        let state = Arc::new(step.next);
        *slot = Arc::clone(&state);
        for effect in &step.effects {
            match effect {
                Effect::PostAnnouncement(announcement) => {
                    let announcement = Arc::new(announcement.clone());
                    next.announced.entry(party).or_default().push(announcement);
                }
                Effect::PostSealedKey(sealed) => {
                    let sealed = Arc::new(sealed.clone());
                    next.board.push(Posted { sealed, fate: Fate::Waiting });
                }
                Effect::Transmit { stream, packet } => Arc::make_mut(&mut next.ledger).note_packet(
                    &Terms,
                    self.profile.rules,
                    &state,
                    stream,
                    packet,
                ),
                // The server tells the number to whom the leader lists, see `tell_number`.
                Effect::SignalRekey { .. }
                | Effect::Render { .. }
                | Effect::ShowSecurityCode(_)
                | Effect::ShowLeft => {}
            }
        }
        if party != SPY {
            Arc::make_mut(&mut next.ledger).watch(party, &state, &seat(SPY));
        }
        Ok(())
    }

    /// The number of the newest key travels beside the leader's list: to whoever is on it.
    fn tell_number(&self, next: &mut World) {
        let Some(leader) = next.honest.get(LEADER) else { return };
        let Phase::Joined(joined) = &leader.state.phase else { return };
        let listed = joined.listed.clone();
        let newest = joined.newest().map_or(0, |key| key.mk_seq);
        for (party, honest) in &mut next.honest {
            let here = matches!(honest.state.phase, Phase::Joined(_));
            if here && honest.told < newest && listed.contains(&seat(party)) {
                honest.told = newest;
                honest.news.push_back(Notice::RekeySignaled(newest));
            }
        }
    }
}

/// What a party says next: never the same words twice.
pub(super) fn said(world: &World, party: &str) -> String {
    let before = world.ledger.frames.iter().filter(|frame| frame.sender == party).count();
    format!("{party} says {}", before + 1)
}

fn addressee(world: &World, posted: &Posted) -> Option<&'static str> {
    let joined = |honest: &Honest| matches!(honest.state.phase, Phase::Joined(_));
    let mut parties = world.honest.iter().filter(|(_, honest)| joined(honest));
    parties.find(|(_, honest)| honest.state.seat == posted.sealed.to).map(|(party, _)| *party)
}

fn ivk(world: &World, party: &str) -> Option<Term> {
    match world.honest.get(party) {
        Some(honest) => Some(honest.state.ivk.clone()),
        None => (party == SPY).then(|| world.spy.ivk.clone()),
    }
}

/// Everybody in the meeting but the party itself hears it.
fn spread(next: &mut World, about: &str, notice: &Notice) {
    for (party, honest) in &mut next.honest {
        if *party != about && matches!(honest.state.phase, Phase::Joined(_)) {
            honest.news.push_back(notice.clone());
        }
    }
}
