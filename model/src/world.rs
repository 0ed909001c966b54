//! The world of an exploration: honest parties, a spy, and an insider at the server.
//!
//! `alice` leads at first; the other honest parties join, leave, talk and may be named leader.
//! `mallory` has a real device; her secrets are the insider's. She stands for any device that is
//! opened during a meeting as well: the ephemeral key in its memory opens every box sealed to it since
//! it joined. Devices that have left are opened by [`Power::Open`]. The server relays everything. What
//! the insider may do beyond that are [`Power`]s: of a channel it has no power over, everything
//! arrives at once and in order.
//!
//! ```text
//!   Move --> Act, Act, ...  each played on the stage by the real client, noted in the ledger,
//!            |              and followed by what the server relays because of it
//!            +--> ScriptStep, ScriptStep, ...  the same move as a script for adapters
//! ```
//!
//! A move is nothing but steps of a script, so every path can be played over real cryptography as
//! it stands. Equal situations are equal worlds: a world is told apart by a 128-bit digest over the
//! states of the parties, what is on the board and on its way, and the ledger, without instants.
//! The transition function knows no engine: [`Rig::moves`], [`Rig::after`].

use std::{collections::BTreeMap, sync::Arc};

use conclave_spec::Profile;

use crate::{
    algebra::{Term, Terms},
    client::{Client, Phase, State},
    knowledge::Knowledge,
    ledger::Ledger,
    message::{Meeting, Role, Seat},
    script::{CastMember, Script, ScriptStep},
    stage::{Stage, StageError},
};

mod areas;
mod digest;
mod insider;
mod moves;
mod pool;
mod relay;
mod slice;
mod slices;
mod turn;

pub use areas::{explored_part, is_explored};
pub use digest::Digest;
pub use insider::Deceit;
pub use moves::Move;
pub(crate) use pool::Pool;
pub use relay::{Notice, Way};
pub use slice::{Budgets, Channel, Power, Preset, Slice};

use turn::Turn;

/// A party of the world.
pub type Name = &'static str;

/// The first leader.
pub const LEADER: Name = "alice";
/// The participant whose secrets the insider has.
pub const SPY: Name = "mallory";
/// The only stream anybody sends.
pub const STREAM: &str = "audio";

/// A situation.
#[derive(Clone, Debug)]
pub struct World {
    /// Every client, and everything on the board.
    pub stage: Stage<'static, Terms>,
    /// The way from the server to each party in the meeting.
    pub ways: BTreeMap<Name, Way>,
    /// Who leads, according to what the server told most of them.
    pub leader: Name,
    /// What happened, as far as the goals care.
    pub ledger: Arc<Ledger<Term>>,
    /// What may still happen.
    pub left: Budgets,
    /// Digests of the parties and of what each has said, kept up by every step.
    marks: digest::Marks,
}

/// A path that is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// A move that is not possible where it stands.
    #[error("the move {0:?} is not possible where it stands")]
    Blocked(Move),
    /// The stage cannot play what the world did.
    #[error(transparent)]
    Stage(#[from] StageError),
}

/// A profile put into a slice: everything the transition function needs.
#[derive(Clone, Debug)]
pub struct Rig {
    /// The protocol version.
    pub profile: Profile,
    /// What may happen.
    pub slice: Slice,
    /// What is left out.
    pruned: Pruned,
}

/// What is left out of a search because it changes no verdict (decision 9). Tests put each back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// Links without their heartbeat, and nonces without the admission after them.
    pub pieces: bool,
    /// The moments of regular heartbeats.
    pub beats: bool,
    /// The order of messages of different senders on the board.
    pub order: bool,
}

impl Pruned {
    /// All of it.
    pub const ALL: Self = Self { pieces: true, beats: true, order: true };
}

impl Rig {
    /// This profile within this slice, with the numbers of its preset.
    #[must_use]
    pub fn new(profile: &Profile, slice: &Slice) -> Self {
        Self::pruning(profile, slice, Pruned::ALL)
    }

    /// The same, with no more left out than this.
    #[must_use]
    pub fn pruning(profile: &Profile, slice: &Slice, pruned: Pruned) -> Self {
        let mut slice = slice.clone();
        slice.goals.retain(|goal| goal.applies(profile));
        Self { profile: slice.preset.applied(profile), slice, pruned }
    }

    /// The parties of the world.
    #[must_use]
    pub fn cast(&self) -> Vec<CastMember> {
        let parties = self.slice.honest.iter().chain([&SPY]);
        let member = |party: &Name| CastMember {
            profile: self.slice.outdated.contains(party).then(|| OUTDATED.to_owned()),
            ..CastMember::new(party, self.slice.seat(party))
        };
        let doubles =
            self.slice.doubles.iter().chain(&self.slice.namesakes).map(|(double, of)| CastMember {
                same_device_as: Some((*of).to_owned()),
                ..CastMember::new(double, self.slice.seat(of))
            });
        parties.map(member).chain(doubles).collect()
    }

    /// The world at the start: the leader has joined, and whoever the slice seats.
    ///
    /// # Errors
    /// The stage cannot play it; the symbolic algebra gives no cause for that.
    pub fn start(&self) -> Result<World, StageError> {
        Ok(self.opening()?.world)
    }

    fn opening(&self) -> Result<Turn<'_>, StageError> {
        let world = World {
            stage: Stage::new(&Terms, &self.cast(), &self.profile)?,
            ways: BTreeMap::new(),
            leader: LEADER,
            ledger: Arc::new(Ledger::watching(&self.slice.goals)),
            left: self.slice.budgets,
            marks: digest::Marks::of(self.pruned),
        };
        let mut turn = Turn::opening(self, world);
        for (double, _) in &self.slice.doubles {
            turn.join_elsewhere(double, Meeting { uuid: [8; 16], ..meeting() })?;
        }
        for (double, _) in &self.slice.namesakes {
            turn.join_elsewhere(double, Meeting { id: "43".to_owned(), ..meeting() })?;
        }
        turn.join(LEADER, Role::Leader)?;
        turn.settle()?;
        for party in &self.slice.seated {
            turn.join(party, Role::Participant)?;
            turn.settle()?;
        }
        for party in &self.slice.gone {
            turn.leave(party)?;
            turn.settle()?;
        }
        Ok(turn)
    }

    /// The world after a move; `None` if the move changes nothing or is beyond a budget.
    #[must_use]
    pub fn after(&self, world: &World, action: Move) -> Option<World> {
        let mut turn = Turn::new(self, world.clone());
        turn.take(action).ok()??;
        Some(turn.world)
    }

    /// Every world one move away.
    #[must_use]
    pub fn successors(&self, world: &World) -> Vec<(Move, World)> {
        let moves = self.moves(world).into_iter();
        moves.filter_map(|action| Some((action, self.after(world, action)?))).collect()
    }

    /// The moves from the start as a script for the stage. What must become of each step is
    /// what becomes of it under this profile.
    ///
    /// # Errors
    /// The moves are no path of this rig.
    pub fn script(&self, path: &[Move]) -> Result<Script, PathError> {
        let mut turn = self.opening()?;
        let mut steps: Vec<ScriptStep> = std::mem::take(&mut turn.steps);
        for action in path {
            let mut next = Turn::new(self, turn.world);
            next.take(*action)?.ok_or(PathError::Blocked(*action))?;
            steps.append(&mut next.steps);
            turn = next;
        }
        Ok(Script { cast: self.cast(), steps })
    }
}

/// The version an outdated client follows: the last one with the classic box.
const OUTDATED: &str = "zoom-4.1";

impl World {
    /// The state of a party's client.
    ///
    /// # Errors
    /// There is no such party.
    pub fn state(&self, party: &str) -> Result<&State<Term>, StageError> {
        Ok(&self.stage.actor(party)?.state)
    }

    /// The states of the honest clients of this meeting.
    pub fn honest(&self) -> impl Iterator<Item = &State<Term>> {
        let honest = self.stage.actors().filter(|(party, _)| {
            *party != SPY && (self.ways.contains_key(party) || *party == LEADER)
        });
        honest.map(|(_, actor)| &actor.state)
    }

    /// Whether a party is in the meeting.
    #[must_use]
    pub fn is_joined(&self, party: &str) -> bool {
        self.state(party).is_ok_and(|state| matches!(state.phase, Phase::Joined(_)))
    }

    /// Milliseconds since the start.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.stage.actor(LEADER).map_or(0, |leader| leader.now_ms)
    }

    /// What the insider can work out: her devices' secrets, everything on the board and on the
    /// wire, and the memory of whatever device was opened to her.
    #[must_use]
    pub fn knowledge(&self) -> Knowledge {
        // First: what she opens depends on it.
        let mut knowledge = Knowledge::of_who_breaks(self.ledger.broken);
        if let Ok(spy) = self.state(SPY) {
            knowledge.learn(&spy.identity);
            if let Phase::Joined(joined) = &spy.phase {
                knowledge.learn_secret(&joined.ephemeral.secret);
                // A leader does not seal to itself what it makes.
                joined.ring.iter().for_each(|key| knowledge.learn(&key.meeting_key));
            }
        }
        for party in &self.ledger.opened {
            if let Ok(state) = self.state(party) {
                knowledge.learn_kept(state);
            }
        }
        knowledge.learn_sent(self.stage.sent().map(|(_, message)| message));
        knowledge
    }

    fn client<'a>(&self, profile: &'a Profile) -> Client<'a, Terms> {
        Client::new(&Terms, profile)
    }
}

/// The meeting everybody is in.
#[must_use]
pub fn meeting() -> Meeting {
    Meeting { id: "42".to_owned(), uuid: [7; 16] }
}

/// The device of a party, if its slice says nothing else.
#[must_use]
pub fn seat(party: &str) -> Seat {
    Seat::new(party, &format!("{party}-device"))
}
