//! A move being made: acts on the stage, and what the server relays because of each.

use std::{cell::OnceCell, collections::VecDeque, sync::Arc};

use super::{
    Channel, Deceit, Move, Name, Notice, Power, Rig, SPY, STREAM, Way, World, meeting,
    relay::number,
};
use crate::{
    algebra::{Term, Terms},
    client::{Joined, RoleState},
    ledger::Glance,
    machine::{Outcome, StepError},
    message::{Meeting, Role},
    script::{Act, Expect, MessageKind, ScriptStep},
    stage::{Given, Reply, Sent, StageError},
};

mod hear;
mod time;

/// A world on its way through a move.
pub(super) struct Turn<'r> {
    rig: &'r Rig,
    pub(super) world: World,
    pub(super) steps: Vec<ScriptStep>,
    news: VecDeque<(Name, Notice)>,
    /// Whether the insider interferes yet: whoever is seated has heard everything.
    opening: bool,
}

/// Whether the move was possible.
type Moved = Result<Option<()>, StageError>;

impl<'r> Turn<'r> {
    pub(super) fn new(rig: &'r Rig, world: World) -> Self {
        Self { rig, world, steps: Vec::new(), news: VecDeque::new(), opening: false }
    }

    /// Before the first move.
    pub(super) fn opening(rig: &'r Rig, world: World) -> Self {
        Self { opening: true, ..Self::new(rig, world) }
    }

    /// Makes a move.
    pub(super) fn take(&mut self, action: Move) -> Moved {
        let done = match action {
            Move::Join(party) => self.come(party)?,
            Move::Leave(party) => self.go(party)?,
            Move::Kick(leader, party) => self.kick(leader, party)?,
            Move::SetLock(party, locked) => self.lock(party, locked)?,
            Move::Send(party) => self.speak(party)?,
            Move::Hear(party, channel) => self.hear(party, channel)?,
            Move::Pick(party, channel, at) => self.pick(party, channel, at)?,
            Move::Trail(party, channel, trail) => self.trail(party, channel, trail)?,
            Move::Again(party, at) => self.again(party, at)?,
            Move::Appoint(leader) => self.appoint(leader)?,
            Move::Tell(party, leader) => self.tell_one(party, leader)?,
            Move::Deceive(deceit) => self.deceive(deceit)?,
            Move::Open(party) => self.open(party),
            Move::Wait => self.wait(false)?,
            Move::Linger => self.wait(true)?,
        };
        if done.is_some() {
            self.settle()?;
        }
        Ok(done)
    }

    /// A party enters the meeting: at the start, or by a move.
    pub(super) fn join(&mut self, party: Name, role: Role) -> Result<(), StageError> {
        let had = self.world.ways.remove(party).map(|way| way.had).unwrap_or_default();
        self.world.ways.insert(party, Way { present: true, had, ..Way::default() });
        self.act(party, join(party, meeting(), role))?;
        if role == Role::Leader {
            self.follow(party, party);
            return Ok(());
        }
        let nth = self.world.count(party, MessageKind::Announcement);
        for other in self.on_board(party) {
            self.news.push_back((other, Notice::Admitted(party, nth)));
        }
        if self.rig.slice.successors.contains(&party) {
            self.show_board(party);
        }
        self.name_leader(party, self.world.leader);
        Ok(())
    }

    /// A device is in another meeting as well.
    pub(super) fn join_elsewhere(
        &mut self,
        double: Name,
        meeting: Meeting,
    ) -> Result<(), StageError> {
        self.act(double, join(double, meeting, Role::Participant)).map(drop)
    }

    /// Delivers what the insider has no power over, and what follows from it, in order.
    pub(super) fn settle(&mut self) -> Result<(), StageError> {
        while let Some((party, notice)) = self.news.pop_front() {
            let slice = &self.rig.slice;
            let Some(way) = self.world.ways.get_mut(party).filter(|way| way.present) else {
                continue;
            };
            let kept_back = |channel: &Channel| !self.opening && slice.controls(party, *channel);
            match notice.channel().filter(kept_back) {
                Some(channel) => way.waiting.entry(channel).or_default().push_back(notice),
                None => {
                    self.give(party, notice)?;
                }
            }
        }
        Ok(())
    }

    /// Gives a party a piece of news. Whether it was taken.
    fn give(&mut self, party: Name, notice: Notice) -> Result<bool, StageError> {
        let replays = notice.channel().is_some_and(|it| self.rig.slice.can(Power::Replay(it)));
        if replays
            && self.rig.slice.against.contains(&party)
            && let Some(way) = self.world.ways.get_mut(party)
            && !way.had.contains(&notice)
        {
            way.had.push(notice);
        }
        let act = self.rig.news(&self.world, party, notice);
        self.act(party, act)
    }

    /// One act of one party. Whether it was accepted.
    fn act(&mut self, party: Name, act: Act) -> Result<bool, StageError> {
        let given = self.world.stage.given(&act)?;
        let said = self.world.stage.sent().len();
        let before = Arc::clone(self.world.stage.shared(party)?);
        let reply = self.world.stage.give(party, &given)?;
        if matches!(reply.outcome, Err(StepError::Misused(_))) {
            // Nothing a client could have been given.
            return Ok(false);
        }
        let expect = Expect::of(&reply.outcome, matches!(given, Given::Time(_)));
        self.steps.push(ScriptStep { party: party.to_owned(), act, wire: None, expect });
        if reply.outcome.is_err() {
            return Ok(false);
        }
        let after = Arc::clone(self.world.stage.shared(party)?);
        self.world.marks.note_state(party, &after.state);
        self.relay(party, said);
        if self.rig.slice.honest.contains(&party) {
            self.watch(party, &before.state, &given, &reply)?;
        }
        if matches!(reply.outcome, Ok(Outcome::Left(_))) || !self.world.is_joined(party) {
            self.lose(party);
        }
        Ok(true)
    }

    /// Notes in the ledger what an honest party did.
    fn watch(
        &mut self,
        party: Name,
        before: &crate::client::State<Term>,
        given: &Given<Term>,
        reply: &Reply<Term>,
    ) -> Result<(), StageError> {
        let mut ledger = Arc::clone(&self.world.ledger);
        let world = &self.world;
        let knowledge = OnceCell::new();
        let knows = |term: &Term| knowledge.get_or_init(|| world.knowledge()).knows(term);
        let after = world.stage.actor(party)?;
        let glance = Glance {
            profile: &after.profile,
            party,
            before,
            after: &after.state,
            given,
            effects: &reply.effects,
            now_ms: after.now_ms,
            led: self.rig.slice.honest.iter().any(|party| world.leads(party)),
            spy: &world.state(SPY)?.ivk,
            knows: &knows,
        };
        Arc::make_mut(&mut ledger).watch(&Terms, &glance);
        self.world.ledger = ledger;
        Ok(())
    }

    /// What the server does with what a party has sent since so many messages.
    fn relay(&mut self, by: Name, since: usize) {
        let new: Vec<_> = self.world.stage.sent().skip(since).cloned().collect();
        for (at, (_, message)) in new.iter().enumerate() {
            self.world.marks.note_sent(by, message);
            let kind = message.kind();
            let later = new.iter().skip(at + 1);
            let nth = |later: usize, count: u32| count.saturating_sub(number(later));
            let same = |(_, it): &&(String, Sent<Term>)| it.kind() == kind;
            match message {
                Sent::Link(_) => {
                    let nth = nth(later.filter(same).count(), self.world.count(by, kind));
                    self.spread(by, Notice::Link(by, nth));
                }
                Sent::Heartbeat(_) => {
                    let nth = nth(later.filter(same).count(), self.world.count(by, kind));
                    self.spread(by, Notice::Heartbeat(by, nth));
                }
                Sent::Nonce(_) => {
                    let nth = nth(later.filter(same).count(), self.world.count(by, kind));
                    for other in self.on_board(by) {
                        self.news.push_back((other, Notice::Nonce(by, nth)));
                    }
                }
                Sent::SealedKey(sealed) => {
                    let user = &sealed.to.user_id;
                    let after = later.filter(|(_, it)| it.recipient() == Some(user)).count();
                    let nth = nth(after, self.world.count_sealed(by, user));
                    if let Some(to) = self.party_at(&sealed.to) {
                        self.hand_on_key(to, by, Notice::SealedKey(by, nth));
                    }
                }
                Sent::LockRequest(_) => {
                    let nth = nth(later.filter(same).count(), self.world.count(by, kind));
                    self.news.push_back((self.world.leader, Notice::LockRequest(by, nth)));
                }
                Sent::Announcement(_) | Sent::Packet(_) => {}
            }
        }
    }

    /// Who hears what is on the board of joins and nonces: whoever leads or may come to lead.
    fn on_board(&self, but: Name) -> Vec<Name> {
        let slice = &self.rig.slice;
        let present = self.world.ways.iter().filter(|(_, way)| way.present).map(|(it, _)| *it);
        let mut readers: Vec<Name> = present
            .filter(|it| *it != but && (slice.successors.contains(it) || self.world.leads(it)))
            .collect();
        readers.sort_unstable();
        readers
    }

    /// A successor who comes gets what is on the board.
    fn show_board(&mut self, party: Name) {
        let present = self.world.ways.iter().filter(|(_, way)| way.present).map(|(it, _)| *it);
        for other in present.filter(|other| *other != party).collect::<Vec<_>>() {
            let nonces = self.world.count(other, MessageKind::Nonce);
            if nonces > 0 {
                self.news.push_back((party, Notice::Nonce(other, nonces)));
            }
            let nth = self.world.count(other, MessageKind::Announcement);
            self.news.push_back((party, Notice::Admitted(other, nth)));
        }
    }

    /// A sealed key waits until its recipient was told that its sender leads.
    fn hand_on_key(&mut self, to: Name, by: Name, notice: Notice) {
        let Some(way) = self.world.ways.get_mut(to) else { return };
        if way.follows == Some(by) {
            self.news.push_back((to, notice));
        } else {
            way.early.push((by, notice));
        }
    }

    fn party_at(&self, seat: &crate::message::Seat) -> Option<Name> {
        let told = |party: &&Name| self.is_told(party) && self.rig.slice.seat(party) == *seat;
        self.rig.slice.honest.iter().chain([&SPY]).find(told).copied()
    }

    /// Whether the server gives this party anything. The spy, whose device is the insider's, gets
    /// news only where she may come to lead.
    fn is_told(&self, party: &str) -> bool {
        party != SPY || self.rig.slice.successors.contains(&SPY)
    }

    /// Everybody in the meeting who was told that `by` leads hears it.
    fn spread(&mut self, by: Name, notice: Notice) {
        let told = self.world.ways.iter().filter(|(party, way)| {
            way.present && **party != by && way.follows == Some(by) && self.is_told(party)
        });
        let told: Vec<Name> = told.map(|(party, _)| *party).collect();
        self.news.extend(told.into_iter().map(|party| (party, notice)));
    }

    fn follow(&mut self, party: Name, leader: Name) {
        if let Some(way) = self.world.ways.get_mut(party) {
            way.follows = Some(leader);
        }
    }

    /// The server tells a party who leads, and hands on that leader's list.
    fn name_leader(&mut self, party: Name, leader: Name) {
        self.follow(party, leader);
        if !self.is_told(party) {
            return;
        }
        self.news.push_back((party, Notice::LeaderNamed(leader)));
        if party == leader {
            return;
        }
        let first_look = !self.world.joined(party).is_some_and(|joined| joined.chain.begun);
        let list = self.world.list_of(leader, first_look);
        self.news.extend(list.into_iter().map(|notice| (party, notice)));
        let Some(way) = self.world.ways.get_mut(party) else { return };
        let (now, later) =
            std::mem::take(&mut way.early).into_iter().partition(|(by, _)| *by == leader);
        way.early = later;
        let now: Vec<(Name, Notice)> = now;
        self.news.extend(now.into_iter().map(|(_, notice)| (party, notice)));
    }

    /// A party is gone, as the server sees it: whoever leads is told.
    fn lose(&mut self, party: Name) {
        let Some(way) = self.world.ways.get_mut(party) else { return };
        if std::mem::take(&mut way.present) {
            way.waiting.clear();
            way.follows = None;
            self.announce_departure(party);
        }
    }

    fn announce_departure(&mut self, party: Name) {
        let leads = |other: &&Name| **other != party && self.world.leads(other);
        let leaders: Vec<Name> = self.world.ways.keys().filter(leads).copied().collect();
        self.news.extend(leaders.into_iter().map(|leader| (leader, Notice::Departed(party))));
    }

    fn come(&mut self, party: Name) -> Moved {
        if !spend(&mut self.world.left.joins) {
            return Ok(None);
        }
        self.join(party, Role::Participant).map(Some)
    }

    fn go(&mut self, party: Name) -> Moved {
        let left = spend(&mut self.world.left.leaves) && self.leave(party)?;
        Ok(left.then_some(()))
    }

    /// A party leaves. The spy says nothing; the others hear that she is gone.
    pub(super) fn leave(&mut self, party: Name) -> Result<bool, StageError> {
        if party == SPY {
            self.lose(SPY);
            return Ok(true);
        }
        self.act(party, Act::Leave {})
    }

    fn kick(&mut self, leader: Name, party: Name) -> Moved {
        let seat = self.rig.slice.seat(party);
        let kicked = spend(&mut self.world.left.kicks) && self.act(leader, Act::Kick { seat })?;
        if kicked && party == SPY {
            self.lose(SPY);
        }
        Ok(kicked.then_some(()))
    }

    fn lock(&mut self, party: Name, locked: bool) -> Moved {
        let done = spend(&mut self.world.left.locks) && self.act(party, Act::SetLock { locked })?;
        Ok(done.then_some(()))
    }

    fn speak(&mut self, party: Name) -> Moved {
        let before = self.world.count(party, MessageKind::Packet);
        let text = format!("{party} says {}", before + 1);
        let act = Act::Send { stream: STREAM.to_owned(), text };
        let said = spend(&mut self.world.left.sends) && self.act(party, act)?;
        Ok(said.then_some(()))
    }

    /// The server names a leader to everybody in the meeting.
    fn appoint(&mut self, leader: Name) -> Moved {
        if self.world.leader == leader && self.world.leads(leader)
            || !spend(&mut self.world.left.changes)
        {
            return Ok(None);
        }
        self.world.leader = leader;
        self.name_leader(leader, leader);
        // The new leader's list is there when the others are told of it.
        self.settle()?;
        let present = self.world.ways.iter().filter(|(_, way)| way.present).map(|(it, _)| *it);
        for party in present.filter(|party| *party != leader).collect::<Vec<_>>() {
            self.name_leader(party, leader);
        }
        Ok(Some(()))
    }

    /// The server names a leader to one party alone.
    fn tell_one(&mut self, party: Name, leader: Name) -> Moved {
        if !spend(&mut self.world.left.changes) {
            return Ok(None);
        }
        self.name_leader(party, leader);
        Ok(Some(()))
    }

    fn deceive(&mut self, deceit: Deceit) -> Moved {
        if !spend(&mut self.world.left.deceits) {
            return Ok(None);
        }
        let Some(acts) = self.rig.deceit(&self.world, deceit) else { return Ok(None) };
        let mut believed = false;
        for act in acts {
            match self.act(deceit.to(), act) {
                Ok(accepted) => believed |= accepted,
                // There is nothing to make it of.
                Err(StageError::Misfit(_) | StageError::NotSent(_)) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(believed.then_some(()))
    }

    fn open(&mut self, party: Name) -> Option<()> {
        spend(&mut self.world.left.openings).then_some(())?;
        Arc::make_mut(&mut self.world.ledger).opened.insert(party.to_owned());
        Some(())
    }
}

fn join(party: Name, meeting: Meeting, role: Role) -> Act {
    Act::Join { meeting, role, name: party.to_owned() }
}

/// Takes one from a budget; false where it is spent.
fn spend(budget: &mut u8) -> bool {
    let left = budget.checked_sub(1);
    *budget = left.unwrap_or(0);
    left.is_some()
}

/// Whether anything but a leader's regular heartbeat is due at this client then.
pub(super) fn other_due(joined: &Joined<Term>, due: u32) -> bool {
    let ring = joined.ring.iter();
    let keys = ring.flat_map(|key| [Some(key.use_in_ms).filter(|left| *left > 0), key.erase_in_ms]);
    let role = match &joined.role {
        RoleState::Leader(leader) => leader.rotation_in_ms,
        RoleState::Participant(participant) => participant.silence_in_ms,
    };
    keys.chain([role, joined.nonce_in_ms]).flatten().any(|left| left == due)
}
