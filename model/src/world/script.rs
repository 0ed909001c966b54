//! A path through the world, written as a script.

use std::collections::BTreeMap;

use super::{
    LEADER, Move, Notice, Rig, SPY, STREAM, World, meeting,
    moves::{heard_at_once, said},
    seat,
};
use crate::{
    algebra::{Term, Terms},
    client::Phase,
    machine::{Outcome, StepError},
    message::Role,
    script::{Act, Expect, Handle, MessageKind, Recipe, Script, ScriptStep, ValueRecipe},
    stage::{Sent, Stage, StageError},
};

/// A path that is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The world cannot begin.
    #[error(transparent)]
    Start(#[from] StepError),
    /// A move that is not possible where it stands.
    #[error("the move {0:?} is not possible where it stands")]
    Blocked(Move),
    /// The stage cannot play what the world did.
    #[error(transparent)]
    Stage(#[from] StageError),
}

impl Rig {
    /// The moves from the start as a script for the stage. What must become of each step is
    /// what becomes of it under this profile.
    ///
    /// # Errors
    /// The moves are no path of this rig.
    pub fn script(&self, path: &[Move]) -> Result<Script, PathError> {
        let cast = self.cast();
        let stage = Stage::new(&Terms, &cast, &self.whole)?;
        let mut writer = Writer {
            interval_ms: u64::from(self.whole.params.heartbeat_ms_max),
            stage,
            steps: Vec::new(),
            now_ms: 0,
            beats: Vec::new(),
            told: BTreeMap::new(),
        };
        let mut world = self.start()?;
        writer.act(LEADER, join(LEADER, Role::Leader))?;
        writer.note_beats(&world)?;
        for action in path {
            let next = self.after(&world, *action).ok_or(PathError::Blocked(*action))?;
            self.steps(&mut writer, &world, *action)?;
            writer.note_beats(&next)?;
            world = next;
        }
        Ok(Script { cast, steps: writer.steps })
    }

    /// One move as steps of a script.
    fn steps(&self, writer: &mut Writer, world: &World, action: Move) -> Result<(), StageError> {
        match action {
            Move::Join(party) => writer.act(party, join(party, Role::Participant)),
            // The spy says nothing; the others hear that she is gone.
            Move::Leave(SPY) => Ok(()),
            Move::Leave(party) => {
                writer.told.remove(party);
                writer.act(party, Act::Leave {})
            }
            Move::Hear(party) => {
                let Some(honest) = world.honest.get(party) else { return Ok(()) };
                let news = honest.news.iter().take(heard_at_once(&honest.news));
                news.into_iter().try_for_each(|notice| writer.news(world, party, notice))
            }
            Move::Deliver(at) => match delivery(world, at) {
                Some((party, act)) => writer.act(party, act),
                None => Ok(()),
            },
            Move::Send(party) => {
                let text = said(world, party);
                writer.act(party, Act::Send { stream: STREAM.to_owned(), text })
            }
            Move::Wait => {
                let to_ms = writer.now_ms + u64::from(self.next_deadline_ms(world).unwrap_or(0));
                writer.wait(world, to_ms)
            }
        }
    }
}

/// A script being written, and the stage that plays along. The world knows only the heartbeats that
/// come with changes; on the stage there are those at intervals too, and a participant gets them in
/// between.
struct Writer {
    /// The time between two heartbeats.
    interval_ms: u64,
    stage: Stage<'static, Terms>,
    steps: Vec<ScriptStep>,
    now_ms: u64,
    /// Which of the leader's heartbeats on the stage is which one in the world, counted from 1.
    beats: Vec<u32>,
    /// How many of the leader's heartbeats a party was told.
    told: BTreeMap<&'static str, u32>,
}

impl Writer {
    fn act(&mut self, party: &str, act: Act) -> Result<(), StageError> {
        let mut step =
            ScriptStep { party: party.to_owned(), act, wire: None, expect: Expect::accept() };
        step.expect = expected(&self.stage.play(&step)?.outcome);
        self.steps.push(step);
        Ok(())
    }

    /// How many heartbeats the leader has sent on the stage.
    fn sent(&self) -> u32 {
        let beat = |(_, message): &&(String, Sent<Term>)| matches!(message, Sent::Heartbeat(_));
        number(self.stage.sent().iter().filter(beat).count())
    }

    /// The heartbeats that are new in the world are the last ones on the stage.
    fn note_beats(&mut self, world: &World) -> Result<(), StageError> {
        let new = number(world.heartbeats.len().saturating_sub(self.beats.len()));
        let sent = self.sent();
        let first = sent.checked_sub(new).ok_or(StageError::Misfit("a heartbeat is missing"))?;
        self.beats.extend((first..sent).map(|before| before + 1));
        Ok(())
    }

    fn news(
        &mut self,
        world: &World,
        party: &'static str,
        notice: &Notice,
    ) -> Result<(), StageError> {
        match notice {
            Notice::LeaderNamed => {
                let act = news_act(world, notice);
                self.told.remove(party);
                self.act(party, act)
            }
            Notice::Heartbeat(nth) => {
                let at = usize::try_from(nth.saturating_sub(1)).unwrap_or(usize::MAX);
                let upto = self.beats.get(at).copied();
                self.beat(party, upto.ok_or(StageError::Misfit("no such heartbeat"))?)
            }
            Notice::Admitted(..) | Notice::Departed(_) | Notice::Nonce(..) | Notice::Link(_) => {
                self.act(party, news_act(world, notice))
            }
        }
    }

    /// A party gets the heartbeats up to this one: at its first look the last alone.
    fn beat(&mut self, party: &'static str, upto: u32) -> Result<(), StageError> {
        let first = self.told.insert(party, upto).map_or(upto, |told| told + 1);
        for nth in first..=upto {
            let handle = Handle::of(LEADER, MessageKind::Heartbeat, nth);
            self.act(party, Act::Heartbeat { heartbeat: Recipe::Sent(handle) })?;
        }
        Ok(())
    }

    /// Time passes for everybody. Who waits for no news gets the heartbeats at intervals.
    fn wait(&mut self, world: &World, to_ms: u64) -> Result<(), StageError> {
        while self.now_ms < to_ms {
            self.now_ms = (self.now_ms + self.interval_ms).min(to_ms);
            for party in world.honest.keys() {
                self.act(party, Act::Advance { to_ms: self.now_ms })?;
            }
            if self.now_ms == to_ms {
                return Ok(());
            }
            let upto = self.sent();
            for (party, honest) in &world.honest {
                if self.told.contains_key(party) && honest.news.is_empty() {
                    self.beat(party, upto)?;
                }
            }
        }
        Ok(())
    }
}

fn join(party: &str, role: Role) -> Act {
    Act::Join { meeting: meeting(), role, name: party.to_owned() }
}

fn news_act(world: &World, notice: &Notice) -> Act {
    match notice {
        Notice::LeaderNamed => {
            let nth = world.announced.get(LEADER).map_or(0, Vec::len);
            Act::LeaderNamed {
                seat: seat(LEADER),
                ivk: ValueRecipe::IvkOf(LEADER.to_owned()),
                announcement: Recipe::Sent(Handle::announcement(LEADER, number(nth))),
            }
        }
        Notice::Admitted(party, nth) => Act::Admitted {
            seat: seat(party),
            name: (*party).to_owned(),
            outdated: false,
            ivk: ValueRecipe::IvkOf((*party).to_owned()),
            announcement: Recipe::Sent(Handle::announcement(party, *nth)),
        },
        Notice::Departed(party) => Act::Departed { seat: seat(party) },
        Notice::Nonce(party, nth) => Act::NoncePosted {
            seat: seat(party),
            nonce: Recipe::Sent(Handle::of(party, MessageKind::Nonce, *nth)),
        },
        Notice::Link(nth) => {
            Act::Link { link: Recipe::Sent(Handle::of(LEADER, MessageKind::Link, *nth)) }
        }
        Notice::Heartbeat(nth) => Act::Heartbeat {
            heartbeat: Recipe::Sent(Handle::of(LEADER, MessageKind::Heartbeat, *nth)),
        },
    }
}

fn delivery(world: &World, at: usize) -> Option<(&'static str, Act)> {
    let to = &world.board.get(at)?.sealed.to;
    let before = world.board.iter().take(at).filter(|posted| posted.sealed.to == *to).count();
    let sealed = Recipe::Sent(Handle::sealed_key(LEADER, &to.user_id, number(before + 1)));
    let joined = world.honest.iter().find(|(_, honest)| {
        honest.state.seat == *to && matches!(honest.state.phase, Phase::Joined(_))
    });
    joined.map(|(party, _)| (*party, Act::SealedKey { sealed }))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn expected(outcome: &Result<Outcome, StepError>) -> Expect {
    match outcome {
        Ok(Outcome::Pending(rule)) => Expect::pending(*rule),
        Ok(Outcome::Left(rule)) => Expect::broken(*rule),
        Err(StepError::Refused(reject)) => Expect::broken(reject.rule),
        Ok(Outcome::Accepted) | Err(StepError::Undrawn(_) | StepError::Misused(_)) => {
            Expect::accept()
        }
    }
}
