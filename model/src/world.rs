//! The world of the first exploration: honest parties, one spy, and an insider at the server.
//!
//! `alice` leads, `bob` takes part, both honest. `mallory` joins with a real device, is admitted
//! like anybody, and may depart; her secrets are the insider's. The insider handles the sealed
//! keys as its [`Power`]s allow. Who joins, leaves and leads, the leader's links and heartbeats and
//! the liveness nonces are trusted in this release: they are true and come in order, but may be
//! late. Frozen are the heartbeats at intervals, leaving for want of them, and further nonces:
//! heartbeats come with changes only. Nobody forges here.
//!
//! A world is a value without instants, so that equal situations are equal worlds. The transition
//! function knows no engine: [`Rig::moves`], [`Rig::after`], [`Rig::successors`].

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use conclave_spec::{Profile, Rule};

use crate::{
    algebra::{Term, Terms},
    client::{Client, Phase, State},
    knowledge::Knowledge,
    ledger::Ledger,
    machine::StepError,
    message::{Announcement, Heartbeat, Link, Meeting, SealedKey, Seat},
    script::CastMember,
};

mod moves;
mod script;
mod slice;

pub use moves::Move;
pub use script::PathError;
pub use slice::{Budgets, Power, Slice};

/// The leader.
pub const LEADER: &str = "alice";
/// The participant whose secrets the insider has.
pub const SPY: &str = "mallory";
/// The only stream anybody sends.
pub const STREAM: &str = "audio";

/// A trusted piece of news from the server. Messages are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Notice {
    /// The leader is named.
    LeaderNamed,
    /// A party joined, with this announcement. To the leader.
    Admitted(&'static str, u32),
    /// A party left. To the leader.
    Departed(&'static str),
    /// A party posted this liveness nonce. To the leader.
    Nonce(&'static str, u32),
    /// The leader posted this link.
    Link(u32),
    /// The leader sent this heartbeat.
    Heartbeat(u32),
}

/// What the insider did with a sealed key so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// Kept back until now.
    Waiting,
    /// Delivered at least once.
    Delivered,
    /// Suppressed for good.
    Dropped,
}

/// A sealed key on the board.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Posted {
    /// The sealed key.
    pub sealed: Arc<SealedKey<Term>>,
    /// What became of it.
    pub fate: Fate,
}

/// An honest party and the way to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Honest {
    /// Its client.
    pub state: Arc<State<Term>>,
    /// The news on its way, oldest first.
    pub news: VecDeque<Notice>,
}

/// A situation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct World {
    /// The honest parties, by name.
    pub honest: BTreeMap<&'static str, Honest>,
    /// The spy's device: its secrets are the insider's.
    pub spy: Arc<State<Term>>,
    /// Who is on the server's list, the leader left out.
    pub listed: Vec<&'static str>,
    /// The announcements on the board, by party.
    pub announced: BTreeMap<&'static str, Vec<Arc<Announcement<Term>>>>,
    /// The liveness nonces on the board, by party.
    pub nonces: BTreeMap<&'static str, Vec<Term>>,
    /// The leader's links, oldest first.
    pub links: Vec<Arc<Link<Term>>>,
    /// The leader's heartbeats, oldest first.
    pub heartbeats: Vec<Arc<Heartbeat<Term>>>,
    /// The sealed keys on the board, oldest first.
    pub board: Vec<Posted>,
    /// What happened, as far as the goals care.
    pub ledger: Arc<Ledger<Term>>,
    /// What may still happen.
    pub left: Budgets,
}

impl World {
    /// What the insider can work out.
    #[must_use]
    pub fn knowledge(&self) -> Knowledge {
        let mut knowledge = Knowledge::default();
        knowledge.learn(&self.spy.identity);
        if let Phase::Joined(joined) = &self.spy.phase {
            knowledge.learn_secret(&joined.ephemeral.secret);
        }
        for announcement in self.announced.values().flatten() {
            knowledge.learn_announcement(announcement);
        }
        for posted in &self.board {
            knowledge.learn_sealed_key(&posted.sealed);
        }
        for frame in &self.ledger.frames {
            knowledge.learn_packet(&frame.packet);
        }
        knowledge
    }
}

/// A profile put into a slice: everything the transition function needs.
#[derive(Clone, Debug)]
pub struct Rig {
    /// The protocol version, its frozen areas at rest.
    pub profile: Profile,
    /// The protocol version as it is, for scripts.
    pub whole: Profile,
    /// What may happen.
    pub slice: Slice,
}

impl Rig {
    /// This profile within this slice, its frozen areas at rest.
    #[must_use]
    pub fn new(profile: &Profile, slice: &Slice) -> Self {
        let whole = profile.clone();
        let mut profile = profile.clone().without(Rule::NonceRenewed);
        profile.params.heartbeat_ms_max = u32::MAX;
        profile.params.silence_ms = u32::MAX;
        Self { profile, whole, slice: slice.clone() }
    }

    /// The parties of the world.
    #[must_use]
    pub fn cast(&self) -> Vec<CastMember> {
        let parties = self.slice.honest.iter().chain([&SPY]);
        parties.map(|party| CastMember::new(party, seat(party))).collect()
    }

    /// The world at the start: the leader has joined, nobody else has.
    ///
    /// # Errors
    /// A client cannot be opened; the symbolic algebra gives no cause for that.
    pub fn start(&self) -> Result<World, StepError> {
        let client = self.client();
        let mut honest = BTreeMap::new();
        for party in &self.slice.honest {
            let state = Arc::new(client.open(party, seat(party))?);
            honest.insert(*party, Honest { state, news: VecDeque::new() });
        }
        let mut world = World {
            honest,
            spy: Arc::new(client.open(SPY, seat(SPY))?),
            listed: Vec::new(),
            announced: BTreeMap::new(),
            nonces: BTreeMap::new(),
            links: Vec::new(),
            heartbeats: Vec::new(),
            board: Vec::new(),
            ledger: Arc::new(Ledger::default()),
            left: self.slice.budgets,
        };
        self.enter(&mut world, LEADER)?;
        Ok(world)
    }

    fn client(&self) -> Client<'_, Terms> {
        Client::new(&Terms, &self.profile)
    }
}

/// The meeting everybody is in.
#[must_use]
pub fn meeting() -> Meeting {
    Meeting { id: "42".to_owned(), uuid: [7; 16] }
}

/// The device of a party.
#[must_use]
pub fn seat(party: &str) -> Seat {
    Seat::new(party, &format!("{party}-device"))
}
