//! What can happen next, and what the world is like afterwards.

use std::{collections::VecDeque, sync::Arc};

use conclave_spec::Rule;

use super::{
    Budgets, Fate, Honest, LEADER, Notice, Posted, Power, Rig, SPY, STREAM, World, meeting, seat,
};
use crate::{
    algebra::{Algebra as _, Term, Terms},
    client::Phase,
    machine::{Admission, Effect, Event, Input, StepError},
    message::Role,
};

/// Something that can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Move {
    /// A party joins and is put on the list.
    Join(&'static str),
    /// A party leaves and is taken off the list. The spy keeps her secrets.
    Leave(&'static str),
    /// The next trusted news reaches a party: links with their heartbeat, nonces with their
    /// admission.
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
        (made <= self.rotations()).then_some(next)
    }

    /// How many rotations the slice has room for: where every join rotates, one more for each.
    fn rotations(&self) -> usize {
        let Budgets { rotations, joins, .. } = self.slice.budgets;
        let by_joins = if self.profile.rules.contains(Rule::JoinBatchBounded) { joins } else { 0 };
        usize::from(rotations) + usize::from(by_joins)
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
        let pieces = heard_at_once(&next.honest.get(party)?.news);
        for _ in 0..pieces {
            let notice = next.honest.get_mut(party)?.news.pop_front()?;
            self.hear_one(next, party, notice)?;
        }
        (pieces > 0).then_some(())
    }

    fn hear_one(&self, next: &mut World, party: &'static str, notice: Notice) -> Option<()> {
        let event = match notice {
            Notice::LeaderNamed => Event::LeaderNamed {
                seat: seat(LEADER),
                ivk: ivk(next, LEADER)?,
                announcement: (**next.announced.get(LEADER)?.last()?).clone(),
            },
            Notice::Admitted(other, nth) => {
                let announcement = (**next.announced.get(other)?.get(place(nth)?)?).clone();
                let (seat, ivk) = (seat(other), ivk(next, other)?);
                let name = other.to_owned();
                Event::Admitted(Admission { seat, name, ivk, announcement, outdated: false })
            }
            Notice::Departed(other) => Event::Departed { seat: seat(other) },
            Notice::Nonce(other, nth) => {
                let nonce = next.nonces.get(other)?.get(place(nth)?)?.clone();
                Event::NonceArrived { seat: seat(other), nonce }
            }
            Notice::Link(nth) => Event::LinkArrived((**next.links.get(place(nth)?)?).clone()),
            Notice::Heartbeat(nth) => {
                Event::HeartbeatArrived((**next.heartbeats.get(place(nth)?)?).clone())
            }
        };
        // News that a client refuses has been delivered all the same.
        let _ = self.step(next, party, &Input::now(event));
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
        Some(())
    }

    fn leave(&self, next: &mut World, party: &'static str) -> Option<()> {
        if party != SPY {
            self.step(next, party, &Input::now(Event::Leave)).ok()?;
            next.honest.get_mut(party)?.news.clear();
        }
        next.listed.retain(|listed| *listed != party);
        tell_leader(next, Notice::Departed(party));
        Some(())
    }

    /// A party joins, and the server tells whom it concerns.
    pub(super) fn enter(&self, next: &mut World, party: &'static str) -> Result<(), StepError> {
        let role = if party == LEADER { Role::Leader } else { Role::Participant };
        let event = Event::Join { meeting: meeting(), role, name: party.to_owned() };
        self.step(next, party, &Input::now(event))?;
        if party == LEADER {
            return Ok(());
        }
        let count = |all: Option<usize>| u32::try_from(all.unwrap_or(0)).unwrap_or(u32::MAX);
        let links = count(Some(next.links.len()));
        let heartbeats = count(Some(next.heartbeats.len()));
        if let Some(honest) = next.honest.get_mut(party) {
            honest.news.push_back(Notice::LeaderNamed);
            honest.news.extend((1..=links).map(Notice::Link));
            honest.news.push_back(Notice::Heartbeat(heartbeats));
        }
        next.listed.push(party);
        next.listed.sort_unstable();
        let nonces = count(next.nonces.get(party).map(Vec::len));
        if nonces > 0 {
            tell_leader(next, Notice::Nonce(party, nonces));
        }
        let announced = count(next.announced.get(party).map(Vec::len));
        tell_leader(next, Notice::Admitted(party, announced));
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
                Effect::PostNonce(nonce) => {
                    next.nonces.entry(party).or_default().push(nonce.clone());
                }
                Effect::PostLink(link) => {
                    next.links.push(Arc::new(link.clone()));
                    let nth = u32::try_from(next.links.len()).unwrap_or(u32::MAX);
                    spread(next, &Notice::Link(nth));
                }
                Effect::PostHeartbeat(heartbeat) => {
                    next.heartbeats.push(Arc::new(heartbeat.clone()));
                    let nth = u32::try_from(next.heartbeats.len()).unwrap_or(u32::MAX);
                    spread(next, &Notice::Heartbeat(nth));
                }
                Effect::PostLockRequest(_)
                | Effect::Render { .. }
                | Effect::ShowSecurityCode(_)
                | Effect::ShowLeaderChanged { .. }
                | Effect::ShowUnlockWarning
                | Effect::ShowLeft => {}
            }
        }
        if party != SPY {
            Arc::make_mut(&mut next.ledger).watch(party, &state, &seat(SPY));
        }
        Ok(())
    }
}

/// How many pieces of news reach a party in one move. Links are nothing without the heartbeat after
/// them, nor nonces without the admission after them: what comes between makes no difference.
pub(super) fn heard_at_once(news: &VecDeque<Notice>) -> usize {
    let waits = |notice: &&Notice| matches!(notice, Notice::Link(_) | Notice::Nonce(..));
    (news.iter().take_while(waits).count() + 1).min(news.len())
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

/// Every participant in the meeting hears it.
fn spread(next: &mut World, notice: &Notice) {
    for (party, honest) in &mut next.honest {
        if *party != LEADER && matches!(honest.state.phase, Phase::Joined(_)) {
            honest.news.push_back(notice.clone());
        }
    }
}

fn tell_leader(next: &mut World, notice: Notice) {
    if let Some(leader) = next.honest.get_mut(LEADER) {
        leader.news.push_back(notice);
    }
}

/// The place in a list of something counted from 1.
fn place(nth: u32) -> Option<usize> {
    usize::try_from(nth.checked_sub(1)?).ok()
}
