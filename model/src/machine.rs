//! The step: what goes into the machine, what comes out, how a refusal is named.
//!
//! A step is pure: the same state and input give the same answer. Time is part of the input, free
//! moments are choices, randomness is a named lookup, effects are data, and a refusal leaves the
//! state as it was.

use conclave_spec::{Rule, RuleSet};
use serde::{Deserialize, Serialize};

use crate::{
    algebra::Draw,
    message::{Announcement, Heartbeat, Link, LockRequest, Meeting, Packet, Role, SealedKey, Seat},
};

/// A step of a client: how much time has passed, what happened, and what it chose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Input<V> {
    /// Milliseconds since the previous step.
    pub elapsed_ms: u32,
    /// What happened.
    pub event: Event<V>,
    /// The moments the protocol leaves free.
    pub choice: Choice,
}

impl<V> Input<V> {
    /// `event` right now, with the default choices.
    #[must_use]
    pub fn now(event: Event<V>) -> Self {
        Self { elapsed_ms: 0, event, choice: Choice::default() }
    }

    /// Nothing but the passing of time.
    #[must_use]
    pub fn after(elapsed_ms: u32) -> Self {
        Self { elapsed_ms, event: Event::Tick, choice: Choice::default() }
    }
}

/// Moments within a window that the protocol leaves to the client. `None` is the default moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Choice {
    /// How long the leader waits before the rotation this event calls for, in milliseconds.
    pub rotate_in_ms: Option<u32>,
    /// How long to wait before encrypting under the key this event brings, in milliseconds.
    pub use_in_ms: Option<u32>,
}

/// What can happen to a client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event<V> {
    /// Time passed.
    Tick,
    /// The user joins a meeting.
    Join {
        /// The meeting instance.
        meeting: Meeting,
        /// Leader or participant, as the server decided.
        role: Role,
        /// The display name of this device.
        name: String,
    },
    /// The server says who leads, and serves the leader's keys.
    LeaderNamed {
        /// Who leads, according to the server.
        seat: Seat,
        /// The identity key the key server serves for that device.
        ivk: V,
        /// The announcement on the bulletin board.
        announcement: Announcement<V>,
    },
    /// The server says somebody joined, and hands on what they announced.
    Admitted(Admission<V>),
    /// The server says somebody left.
    Departed {
        /// Who.
        seat: Seat,
    },
    /// The server says somebody has another display name.
    Renamed {
        /// Who.
        seat: Seat,
        /// The name.
        name: String,
    },
    /// A liveness nonce from the bulletin board.
    NonceArrived {
        /// Whose, according to the server.
        seat: Seat,
        /// The nonce.
        nonce: V,
    },
    /// A link from the bulletin board.
    LinkArrived(Link<V>),
    /// A heartbeat.
    HeartbeatArrived(Heartbeat<V>),
    /// A co-host's request from the bulletin board.
    LockRequested(LockRequest<V>),
    /// The server says that the meeting is locked, or is not.
    LockClaimed {
        /// What it says.
        locked: bool,
    },
    /// The server says that somebody is in a breakout room, or is not.
    RoomClaimed {
        /// Who.
        seat: Seat,
        /// Which of the two.
        in_room: bool,
    },
    /// The user locks or unlocks the meeting.
    SetLock {
        /// Which of the two.
        locked: bool,
    },
    /// The user removes somebody.
    Kick {
        /// Whom.
        seat: Seat,
    },
    /// A sealed meeting key from the bulletin board.
    KeyOffered {
        /// The sealed key.
        sealed: SealedKey<V>,
    },
    /// A media packet, with what the server says about its origin.
    PacketArrived {
        /// The device of the sender, according to the server.
        from: Seat,
        /// The message type, according to the server.
        stream: String,
        /// The packet.
        packet: Packet<V>,
    },
    /// A message that does not decode. The bytes never reach the machine.
    Malformed {
        /// The rule of the decoder that refused it.
        rule: Rule,
    },
    /// The user sends something.
    Send {
        /// The message type.
        stream: String,
        /// What to send.
        plaintext: V,
    },
    /// The user goes to a breakout room or comes from one: the client leaves, to join again.
    StepOut,
    /// The user leaves.
    Leave,
    /// The server says the meeting is over.
    MeetingEnded,
}

/// What the server says of somebody who joined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admission<V> {
    /// Who joined.
    pub seat: Seat,
    /// Their display name.
    pub name: String,
    /// The identity key the key server serves for that device.
    pub ivk: V,
    /// The announcement on the bulletin board.
    pub announcement: Announcement<V>,
    /// Whether the server says that their client is outdated.
    pub outdated: bool,
}

/// What a client does to the world.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect<V> {
    /// Post an announcement to the bulletin board.
    PostAnnouncement(Announcement<V>),
    /// Post a sealed meeting key to the bulletin board.
    PostSealedKey(SealedKey<V>),
    /// Post a liveness nonce to the bulletin board.
    PostNonce(V),
    /// Post a link to the bulletin board.
    PostLink(Link<V>),
    /// Send a heartbeat, and post it to the bulletin board.
    PostHeartbeat(Heartbeat<V>),
    /// Ask the leader to lock or unlock, on the bulletin board.
    PostLockRequest(LockRequest<V>),
    /// Send a packet.
    Transmit {
        /// The message type.
        stream: String,
        /// The packet.
        packet: Packet<V>,
    },
    /// Play or show something received.
    Render {
        /// The sender's device as shown.
        from: Seat,
        /// The message type.
        stream: String,
        /// The number of the key it opened under.
        mk_seq: u32,
        /// What is played or shown.
        plaintext: V,
    },
    /// Show the leader's security code.
    ShowSecurityCode(V),
    /// Tell the user that another device leads, and to check codes again.
    ShowLeaderChanged {
        /// The user ID of the new leader.
        user_id: String,
    },
    /// Warn the user that the meeting is no longer locked.
    ShowUnlockWarning,
    /// Show that this client is no longer in the meeting.
    ShowLeft,
}

/// What became of an input that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Taken and used.
    Accepted,
    /// Stored, not usable yet; the rule says what is missing.
    Pending(Rule),
    /// The client left the meeting because of it; the rule says why.
    Left(Rule),
}

/// The answer to an input that was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<S, E> {
    /// The state afterwards.
    pub next: S,
    /// What the client does.
    pub effects: Vec<E>,
    /// The rules that were asked and held.
    pub held: RuleSet,
    /// What became of the input.
    pub outcome: Outcome,
    /// The random values looked up, in order.
    pub drawn: Vec<Draw>,
}

/// Who is to blame for a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// Another client: what it signed or sealed is wrong.
    Peer,
    /// The server: what it relayed or claimed is wrong.
    Server,
    /// The one who called: the client has nothing to do it with.
    Caller,
}

/// A refused input: which rule, and by whose fault. The state is untouched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reject {
    /// The rule that did not hold.
    pub rule: Rule,
    /// Who broke it.
    pub by: Party,
}

/// A call that makes no sense in the client's phase: a mistake of the caller, not of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Misuse {
    /// Joining while in a meeting.
    #[error("this client is in a meeting already")]
    AlreadyJoined,
    /// Something that needs a meeting, outside one.
    #[error("this client is in no meeting")]
    NotJoined,
    /// A message for the other role.
    #[error("this message is not for a client in this role")]
    WrongRole,
    /// A user's command that would change nothing, or about nobody.
    #[error("there is nothing to do")]
    NothingToDo,
    /// A feature of later versions.
    #[error("this version has no such thing")]
    NotInVersion,
    /// No number is left for another key.
    #[error("no number is left for another meeting key")]
    NumbersExhausted,
    /// A choice outside the window the protocol allows.
    #[error("the chosen moment is outside the window the protocol allows")]
    ChoiceOutsideWindow,
}

impl Misuse {
    /// Whether it is the client's phase or role that the call does not fit.
    #[must_use]
    pub const fn is_misfit(self) -> bool {
        match self {
            Self::AlreadyJoined
            | Self::NotJoined
            | Self::WrongRole
            | Self::NothingToDo
            | Self::NotInVersion => true,
            Self::NumbersExhausted | Self::ChoiceOutsideWindow => false,
        }
    }
}

/// Why a step was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// A rule refused the input.
    #[error("refused by {}", .0.rule.id())]
    Refused(Reject),
    /// A random value was needed that the source does not have.
    #[error("no random value for {0}")]
    Undrawn(Draw),
    /// The call makes no sense here.
    #[error(transparent)]
    Misused(#[from] Misuse),
}

impl From<Reject> for StepError {
    fn from(reject: Reject) -> Self {
        Self::Refused(reject)
    }
}

/// Asks rules and remembers which held.
#[derive(Clone, Debug)]
pub struct Checks {
    rules: RuleSet,
    held: RuleSet,
}

impl Checks {
    /// Nothing asked yet, under these rules.
    #[must_use]
    pub fn new(rules: RuleSet) -> Self {
        Self { rules, held: RuleSet::EMPTY }
    }

    /// The rules in force.
    #[must_use]
    pub fn rules(&self) -> RuleSet {
        self.rules
    }

    /// The rules asked so far that held.
    #[must_use]
    pub fn held(&self) -> RuleSet {
        self.held
    }

    /// Whether a duty is in force; a duty in force counts as held where it is done.
    pub fn duty(&mut self, rule: Rule) -> bool {
        let in_force = self.rules.contains(rule);
        if in_force {
            self.held = self.held.with(rule);
        }
        in_force
    }

    /// A guard: skipped where the rule is not in force.
    ///
    /// # Errors
    /// The rule is in force and `holds` is false.
    pub fn require(&mut self, rule: Rule, by: Party, holds: bool) -> Result<(), Reject> {
        if !self.rules.contains(rule) {
            return Ok(());
        }
        if !holds {
            return Err(Reject { rule, by });
        }
        self.held = self.held.with(rule);
        Ok(())
    }

    /// Structure: there is no going on without a value, whether or not the rule is in force.
    ///
    /// # Errors
    /// There is no value.
    pub fn require_some<T>(
        &mut self,
        rule: Rule,
        by: Party,
        value: Option<T>,
    ) -> Result<T, Reject> {
        let value = value.ok_or(Reject { rule, by })?;
        if self.rules.contains(rule) {
            self.held = self.held.with(rule);
        }
        Ok(value)
    }

    /// The fields of a layout were bound into something that verified or opened.
    pub fn fields_bound(&mut self, layout: &conclave_spec::layouts::Layout) {
        for field in layout.fields_under(self.rules) {
            if let Some(rule) = field.rule {
                self.held = self.held.with(rule);
            }
        }
    }
}
