//! A path through the world, written as a script.

use super::{LEADER, Move, Notice, Rig, SPY, STREAM, World, meeting, moves::said, seat};
use crate::{
    algebra::Terms,
    client::Phase,
    machine::{Outcome, StepError},
    message::Role,
    script::{Act, Expect, Handle, Recipe, Script, ScriptStep, ValueRecipe},
    stage::{Stage, StageError},
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
        let mut stage = Stage::new(&Terms, &cast, &self.profile)?;
        let mut world = self.start()?;
        let mut now_ms = 0;
        let mut steps = vec![step(LEADER, Act::Join { meeting: meeting(), role: Role::Leader })];
        for action in path {
            steps.extend(self.steps(&world, *action, &mut now_ms));
            world = self.after(&world, *action).ok_or(PathError::Blocked(*action))?;
        }
        for step in &mut steps {
            step.expect = expected(&stage.play(step)?.outcome);
        }
        Ok(Script { cast, steps })
    }

    /// One move as steps of a script, at this time.
    fn steps(&self, world: &World, action: Move, now_ms: &mut u64) -> Vec<ScriptStep> {
        let one = match action {
            Move::Join(party) => {
                step(party, Act::Join { meeting: meeting(), role: Role::Participant })
            }
            // The spy says nothing; the others hear that she is gone.
            Move::Leave(SPY) => return Vec::new(),
            Move::Leave(party) => step(party, Act::Leave {}),
            Move::Hear(party) => {
                let news = world.honest.get(party).and_then(|honest| honest.news.front());
                return news
                    .map(|notice| step(party, news_act(world, notice)))
                    .into_iter()
                    .collect();
            }
            Move::Deliver(at) => return delivery(world, at).into_iter().collect(),
            Move::Send(party) => {
                step(party, Act::Send { stream: STREAM.to_owned(), text: said(world, party) })
            }
            Move::Wait => {
                *now_ms += u64::from(self.next_deadline_ms(world).unwrap_or(0));
                let all = world.honest.keys();
                return all.map(|party| step(party, Act::Advance { to_ms: *now_ms })).collect();
            }
        };
        vec![one]
    }
}

fn step(party: &str, act: Act) -> ScriptStep {
    ScriptStep { party: party.to_owned(), act, wire: None, expect: Expect::accept() }
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
            ivk: ValueRecipe::IvkOf((*party).to_owned()),
            announcement: Recipe::Sent(Handle::announcement(party, *nth)),
        },
        Notice::Departed(party) => Act::Departed { seat: seat(party) },
        Notice::RekeySignaled(mk_seq) => Act::RekeySignaled { mk_seq: *mk_seq },
    }
}

fn delivery(world: &World, at: usize) -> Option<ScriptStep> {
    let to = &world.board.get(at)?.sealed.to;
    let before = world.board.iter().take(at).filter(|posted| posted.sealed.to == *to).count();
    let sealed = Recipe::Sent(Handle::sealed_key(LEADER, &to.user_id, number(before + 1)));
    let joined = world.honest.iter().find(|(_, honest)| {
        honest.state.seat == *to && matches!(honest.state.phase, Phase::Joined(_))
    });
    joined.map(|(party, _)| step(party, Act::SealedKey { sealed }))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn expected(outcome: &Result<Outcome, StepError>) -> Expect {
    match outcome {
        Ok(Outcome::Pending(rule)) => Expect::pending(*rule),
        Err(StepError::Refused(reject)) => Expect::broken(reject.rule),
        Ok(Outcome::Accepted) | Err(StepError::Undrawn(_) | StepError::Misused(_)) => {
            Expect::accept()
        }
    }
}
