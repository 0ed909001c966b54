//! What happens in a run, as data: who does what, with messages named by where they came from.
//!
//! A script is played over either algebra. Cases, attacks and counterexamples are scripts, so a
//! symbolic attack becomes a byte trace, and an adapter run, without rework.

use conclave_spec::{Label, Rule};
use serde::{Deserialize, Serialize};

use crate::{
    machine::{Outcome, StepError},
    message::{Meeting, Role, Seat},
};

mod forged;
mod needs;

pub use forged::{
    BoundTo, ForgedHeartbeat, ForgedLink, ForgedPacket, ForgedRequest, ForgedSeal, ForgedSnapshot,
    KeyRecipe, OperationRecipe,
};

/// The steps of a run and the parties that take them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The parties. All exist from the start, in no meeting.
    pub cast: Vec<CastMember>,
    /// What they do, in order.
    pub steps: Vec<ScriptStep>,
}

/// A party of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CastMember {
    /// The name used in the script.
    pub party: String,
    /// The device it is.
    pub seat: Seat,
    /// Another party whose identity key this one shares: the same device in another meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_device_as: Option<String>,
    /// The profile it follows, if not that of the case: a client of another version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}

impl CastMember {
    /// A party with a device of its own, in the version of the case.
    #[must_use]
    pub fn new(party: &str, seat: Seat) -> Self {
        Self { party: party.to_owned(), seat, same_device_as: None, profile: None }
    }
}

/// One step of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptStep {
    /// Who takes it.
    pub party: String,
    /// What they do or get.
    pub act: Act,
    /// Damage done to the encoded message on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire: Option<WireEdit>,
    /// What must become of it.
    pub expect: Expect,
}

/// What a party does or gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Joins.
    Join {
        /// The meeting.
        meeting: Meeting,
        /// As what.
        role: Role,
        /// The display name.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
    },
    /// Is told who leads.
    LeaderNamed {
        /// Who, according to the server.
        seat: Seat,
        /// The identity key the server serves.
        ivk: ValueRecipe,
        /// The announcement the server serves.
        announcement: Recipe,
    },
    /// Is told who joined, or what somebody present announced.
    Admitted {
        /// Who, according to the server.
        seat: Seat,
        /// Their display name, according to the server.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
        /// The identity key the server serves.
        ivk: ValueRecipe,
        /// The announcement the server serves.
        announcement: Recipe,
        /// Whether the server says that their client is outdated.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        outdated: bool,
    },
    /// Is told who left.
    Departed {
        /// Who.
        seat: Seat,
    },
    /// Is told that somebody has another name.
    Renamed {
        /// Who.
        seat: Seat,
        /// The name.
        name: String,
    },
    /// Gets a liveness nonce.
    NoncePosted {
        /// Whose, according to the server.
        seat: Seat,
        /// The nonce.
        nonce: Recipe,
    },
    /// Gets a link of the list.
    Link {
        /// The link.
        link: Recipe,
    },
    /// Gets a heartbeat.
    Heartbeat {
        /// The heartbeat.
        heartbeat: Recipe,
    },
    /// Gets a co-host's request.
    LockRequested {
        /// The request.
        request: Recipe,
    },
    /// Is told by the server that the meeting is locked, or is not.
    LockClaimed {
        /// What the server says.
        locked: bool,
    },
    /// Is told by the server that somebody is in a breakout room, or is not.
    RoomClaimed {
        /// Who.
        seat: Seat,
        /// Which of the two.
        in_room: bool,
    },
    /// Locks or unlocks.
    SetLock {
        /// Which of the two.
        locked: bool,
    },
    /// Removes somebody.
    Kick {
        /// Whom.
        seat: Seat,
    },
    /// Gets a sealed key.
    SealedKey {
        /// The sealed key.
        sealed: Recipe,
    },
    /// Gets a packet.
    Packet {
        /// From which device, according to the server.
        from: Seat,
        /// Which message type, according to the server.
        stream: String,
        /// The packet.
        packet: Recipe,
    },
    /// Is told that the meeting is over.
    MeetingEnded {},
    /// Lets time pass.
    Advance {
        /// Until when, in milliseconds since the start.
        to_ms: u64,
    },
    /// Sends something.
    Send {
        /// The message type.
        stream: String,
        /// The text sent.
        text: String,
    },
    /// Leaves, to go to a breakout room or come from one and join again.
    StepOut {},
    /// Leaves.
    Leave {},
    /// Is asked what the user sees.
    Observe {},
}

/// A message, by how it comes about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Recipe {
    /// A message some party sent.
    Sent(Handle),
    /// A message with an outer field replaced.
    Edited {
        /// The message.
        of: Box<Self>,
        /// The field.
        change: Change,
    },
    /// A message with the last byte of a field changed.
    Damaged {
        /// The message.
        of: Box<Self>,
        /// The field.
        field: String,
    },
    /// An announcement that a misbehaving party signs over a changed binding.
    ForgedAnnouncement {
        /// Who signs.
        by: String,
        /// The context string, if not the right one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<Label>,
        /// What differs from the true binding.
        changes: Vec<Change>,
    },
    /// A sealed key that a misbehaving leader seals.
    ForgedSeal(ForgedSeal),
    /// A packet that a misbehaving member seals.
    ForgedPacket(ForgedPacket),
    /// A link that a misbehaving leader or server makes.
    ForgedLink(ForgedLink),
    /// A heartbeat that a misbehaving leader signs.
    ForgedHeartbeat(ForgedHeartbeat),
    /// A request to lock or unlock that a misbehaving co-host signs.
    ForgedRequest(ForgedRequest),
}

/// A message some party sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handle {
    /// Who sent it.
    pub by: String,
    /// What it is.
    pub kind: MessageKind,
    /// The user ID it was sealed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Which one of that kind, from 1.
    pub nth: u32,
}

/// The kinds of message a party sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// A key announcement.
    Announcement,
    /// A sealed meeting key.
    SealedKey,
    /// A media packet.
    Packet,
    /// A liveness nonce.
    Nonce,
    /// A link.
    Link,
    /// A heartbeat.
    Heartbeat,
    /// A co-host's request.
    LockRequest,
}

/// A field given another value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The field's name in its layout.
    pub field: String,
    /// The value.
    pub value: ValueRecipe,
}

impl Change {
    /// `field` set to `value`.
    #[must_use]
    pub fn new(field: &str, value: ValueRecipe) -> Self {
        Self { field: field.to_owned(), value }
    }
}

/// A field value, by how it comes about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ValueRecipe {
    /// An identifier.
    Text(String),
    /// A meeting UUID.
    Uuid([u8; 16]),
    /// A number.
    Number(u32),
    /// A party's identity verification key.
    IvkOf(String),
    /// The ephemeral public key a party announced last.
    PkOf(String),
    /// The Curve25519 half of that key alone, as a client of the classic box announces.
    ClassicPkOf(String),
    /// The ephemeral public key a party announced last, cut or filled with zeros.
    PkOfWidth {
        /// The party.
        of: String,
        /// The width, in bytes; none that the version has a suite for.
        bytes: usize,
    },
    /// A Curve25519 key of small order.
    SmallOrderKey,
    /// A key of small order beside the Kyber half that a party announced.
    SmallOrderBeside(String),
    /// 32 zero bytes, the hash before the first.
    NoHash,
    /// The hash of a link or heartbeat of a party, or of the binding of an announcement.
    HashOf {
        /// Whose.
        by: String,
        /// The message.
        of: Box<Recipe>,
    },
    /// The encoded binding of a party, with changes.
    BindingOf {
        /// Whose.
        by: String,
        /// What differs.
        changes: Vec<Change>,
    },
    /// A value whose last byte is another.
    Damaged(Box<Self>),
    /// A field of another message.
    FieldOf {
        /// The message.
        of: Box<Recipe>,
        /// The field.
        field: String,
    },
}

/// Damage to an encoded message, below what the machine sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WireEdit {
    /// Bytes added at the end, in hexadecimal.
    Append(String),
    /// This many bytes taken from the end.
    Truncate(usize),
    /// The lowest bit of this byte flipped, counted from the start.
    Flip(usize),
    /// These bytes instead of its own, in hexadecimal.
    Instead(String),
    /// A field with these bytes, in hexadecimal, instead of one of its own; the tag is number 0.
    Field(usize, String),
}

/// What must become of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The class of the answer.
    pub class: ExpectedClass,
    /// The rule the step turns on: the one that refuses, or the one an accepted step exercises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// When what the client does because of it may happen, if not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// The class of an expected answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedClass {
    /// Taken.
    #[default]
    Accept,
    /// Refused as wrong.
    Reject,
    /// Passed over.
    Ignore,
    /// Stored, not usable yet.
    Pending,
    /// The client left because of it.
    Leave,
    /// It makes no sense to a client in this phase or role.
    BadRequest,
}

/// A window of time, in milliseconds since the start, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Not before.
    pub from_ms: u64,
    /// Not after.
    pub to_ms: u64,
    /// The rule a client breaks by being early.
    pub early: Rule,
    /// The rule a client breaks by being late.
    pub late: Rule,
}

impl Expect {
    /// Accepted.
    #[must_use]
    pub fn accept() -> Self {
        Self::default()
    }

    /// Accepted, and `rule` is what the step shows.
    #[must_use]
    pub fn holds(rule: Rule) -> Self {
        Self { rule: Some(rule), ..Self::default() }
    }

    /// Refused by `rule`, in the way the rule says.
    #[must_use]
    pub fn broken(rule: Rule) -> Self {
        let class = match rule.reaction() {
            conclave_spec::rules::Reaction::Ignore => ExpectedClass::Ignore,
            conclave_spec::rules::Reaction::Leave => ExpectedClass::Leave,
            conclave_spec::rules::Reaction::Reject | conclave_spec::rules::Reaction::None => {
                ExpectedClass::Reject
            }
        };
        Self { class, rule: Some(rule), window: None }
    }

    /// What became of a step, as what must become of it. `in_time`: it was the passing of time.
    #[must_use]
    pub fn of(outcome: &Result<Outcome, StepError>, in_time: bool) -> Self {
        match outcome {
            Ok(Outcome::Pending(rule)) => Self::pending(*rule),
            // Time that runs out is no input that makes a client leave.
            Ok(Outcome::Left(_)) if in_time => Self::accept(),
            Ok(Outcome::Left(rule)) => Self::broken(*rule),
            Err(StepError::Refused(reject)) => Self::broken(reject.rule),
            Err(StepError::Misused(_)) => Self::misfit(),
            Ok(Outcome::Accepted) | Err(StepError::Undrawn(_)) => Self::accept(),
        }
    }

    /// Stored until `rule` can hold.
    #[must_use]
    pub fn pending(rule: Rule) -> Self {
        Self { class: ExpectedClass::Pending, rule: Some(rule), window: None }
    }

    /// Not for a client in this phase or role.
    #[must_use]
    pub fn misfit() -> Self {
        let rule = Some(Rule::RequestFits);
        Self { class: ExpectedClass::BadRequest, rule, window: None }
    }

    /// This, with a window for what the client does.
    #[must_use]
    pub fn within(self, window: Window) -> Self {
        Self { window: Some(window), ..self }
    }
}

impl Handle {
    /// Announcement number `nth` of `by`.
    #[must_use]
    pub fn announcement(by: &str, nth: u32) -> Self {
        Self { by: by.to_owned(), kind: MessageKind::Announcement, to: None, nth }
    }

    /// Sealed key number `nth` of `by` for `to`.
    #[must_use]
    pub fn sealed_key(by: &str, to: &str, nth: u32) -> Self {
        let to = Some(to.to_owned());
        Self { by: by.to_owned(), kind: MessageKind::SealedKey, to, nth }
    }

    /// Packet number `nth` of `by`.
    #[must_use]
    pub fn packet(by: &str, nth: u32) -> Self {
        Self::of(by, MessageKind::Packet, nth)
    }

    /// Message number `nth` of a kind by `by`.
    #[must_use]
    pub fn of(by: &str, kind: MessageKind, nth: u32) -> Self {
        Self { by: by.to_owned(), kind, to: None, nth }
    }
}
