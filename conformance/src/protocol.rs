//! The adapter protocol, version 2: the types that requests, answers, vectors and traces share.
//!
//! JSON Schema and the tables of `docs/adapter.md` are generated from this file and its folder.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod effect;
mod message;
mod observed;

pub use effect::{Effect, Output};
pub use message::{Message, Payload};
pub use observed::{Encryption, Observed, Phase, RosterLine, Standing};

/// The version of the protocol described here.
pub const VERSION: u32 = 2;

/// Bytes, in lower-case hexadecimal.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^([0-9a-f]{2})*$"))]
pub struct Hex(pub Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err("hexadecimal must be lower case".to_owned());
        }
        hex::decode(&text).map(Self).map_err(|error| format!("not hexadecimal: {error}"))
    }
}

impl From<Hex> for String {
    fn from(bytes: Hex) -> Self {
        hex::encode(bytes.0)
    }
}

/// One line from the harness to the adapter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Counts up from 1. The answer repeats it.
    pub id: u64,
    /// The session (one device) this is for. Absent for `hello` and `compute`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The case being run, for the adapter's own log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// What to do.
    pub input: Input,
}

/// What the harness can ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Input {
    /// First request of every run: who are you, what can you do. Answered with `hello`.
    Hello {
        /// Oldest protocol version the harness speaks.
        protocol_min: u32,
        /// Newest protocol version the harness speaks.
        protocol_max: u32,
    },
    /// Creates a session: a device with a fresh identity key, in no meeting, at time 0. Answered
    /// with `opened`.
    Open {
        /// Profile to follow, such as `zoom-3.0`.
        profile: String,
        /// User ID.
        user_id: String,
        /// Hardware ID (device ID in 2.3.1).
        hardware_id: String,
        /// Where random values come from.
        randomness: Randomness,
        /// How messages cross.
        codec: Codec,
        /// Policies to follow where they differ from the default, by policy key.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        policies: BTreeMap<String, String>,
    },
    /// The user joins a meeting.
    Join {
        /// Meeting ID.
        meeting_id: String,
        /// Meeting UUID, 16 bytes.
        meeting_uuid: Hex,
        /// The role the server gives this client.
        role: Role,
        /// The display name of this device, at most 255 bytes.
        name: String,
    },
    /// A message from the server arrives.
    Deliver {
        /// The message.
        message: Message,
    },
    /// Time passes. The harness never steps over the `deadline_ms` of the last answer: it asks for
    /// that moment first.
    Advance {
        /// The new time, milliseconds since `open`.
        to_ms: u64,
    },
    /// The user sends media or chat.
    Send {
        /// Message type, such as `audio`.
        stream: String,
        /// What to send.
        plaintext: Hex,
    },
    /// The user locks or unlocks the meeting: as leader, or as a co-host who asks the leader.
    SetLock {
        /// Whether the meeting is to be locked.
        locked: bool,
    },
    /// The user of the leader removes somebody, or a host that does not lead, by way of the server.
    Kick {
        /// User ID.
        user_id: String,
        /// Hardware ID.
        hardware_id: String,
    },
    /// The user goes to a breakout room or comes from one: the client leaves the meeting, and the
    /// next `join` is its return.
    StepOut {},
    /// The user leaves the meeting.
    Leave {},
    /// What the user sees now. Changes nothing. Answered with `observed`.
    Observe {},
    /// A byte formula, outside any session. Answered with `computed`.
    Compute {
        /// The formula, such as `security_code`.
        formula: String,
        /// Its inputs by name: bytes in hexadecimal, identifiers as text, numbers in decimal.
        inputs: BTreeMap<String, String>,
    },
    /// Ends a session.
    Close {},
}

/// The role of a client in a meeting.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Generates and distributes the meeting key.
    Leader,
    /// Receives it.
    Participant,
}

/// Where an adapter's random values come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case", deny_unknown_fields)]
pub enum Randomness {
    /// Draw number `n` for a purpose is entry `n` of that purpose's list.
    Tape {
        /// The values, by purpose label.
        draws: BTreeMap<String, Vec<Hex>>,
    },
    /// Draw number `n` for a purpose is
    /// `HKDF-SHA256(ikm = seed, salt = "conclave/draw", info = purpose "/" n in decimal)`, as many
    /// bytes as the purpose needs.
    Seeded {
        /// The seed, 32 bytes.
        seed: Hex,
    },
    /// The client draws its own. Judged by meaning.
    Opaque {},
}

/// The class of an adapter's randomness, as declared in `hello`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RandomnessClass {
    /// Takes a tape.
    Tape,
    /// Takes a seed.
    Seeded,
    /// Draws its own.
    Opaque,
}

/// How messages cross the adapter boundary.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// In Conclave's canonical encoding.
    Bytes,
    /// As named fields, for clients whose own encoding is another.
    Fields,
}

/// One line from the adapter to the harness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// The `id` of the request.
    pub id: u64,
    /// What became of the input.
    pub class: Class,
    /// The rule ID behind a class other than `accept`, where the adapter claims to map codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Anything for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What the client did, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Output>,
    /// When the client will next do something by itself, milliseconds since `open`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    /// The random values drawn, as `purpose/number`, in order. Not in randomness class `opaque`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drawn: Vec<String>,
    /// The answer to `hello`, `open`, `observe` and `compute`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Answer>,
}

/// What became of an input.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Taken.
    Accept,
    /// Refused as wrong. Nothing changed.
    Reject,
    /// Passed over without complaint. Nothing changed.
    Ignore,
    /// Stored, not usable yet.
    Pending,
    /// The client left the meeting because of it and erased its keys.
    Leave,
    /// The adapter cannot do this.
    Unsupported,
    /// The request makes no sense.
    BadRequest,
    /// The adapter itself failed.
    Internal,
}

impl Class {
    /// The word used in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Ignore => "ignore",
            Self::Pending => "pending",
            Self::Leave => "leave",
            Self::Unsupported => "unsupported",
            Self::BadRequest => "bad_request",
            Self::Internal => "internal",
        }
    }

    /// Whether the adapter could not do what it was asked.
    #[must_use]
    pub const fn is_unable(self) -> bool {
        matches!(self, Self::Unsupported | Self::Internal)
    }

    /// Whether the input was refused and nothing changed.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        matches!(self, Self::Reject | Self::Ignore)
    }

    /// Whether nothing changed, because of what was given or because of the client it was given to.
    #[must_use]
    pub const fn leaves_as_it_was(self) -> bool {
        self.is_refusal() || matches!(self, Self::BadRequest)
    }
}

/// The answer to a request that asks something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// To `hello`.
    Hello(Hello),
    /// To `open`.
    Opened(Opened),
    /// To `observe`.
    Observed(Observed),
    /// To `compute`: the outputs by name, written like the inputs.
    Computed(BTreeMap<String, String>),
}

/// What an adapter says about itself. The harness holds it to every word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The protocol version chosen, within the range offered.
    pub protocol: u32,
    /// The implementation under test.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The roles it can play.
    pub roles: Vec<Role>,
    /// The profiles it implements.
    pub profiles: Vec<String>,
    /// The formulas it answers in `compute`.
    pub formulas: Vec<String>,
    /// The randomness classes it takes.
    pub randomness: Vec<RandomnessClass>,
    /// The codecs it speaks.
    pub codecs: Vec<Codec>,
    /// The values it can follow, by policy key. Of a policy not named it follows the default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policies: BTreeMap<String, Vec<String>>,
    /// Whether `code` carries rule IDs that the harness may compare.
    pub maps_codes: bool,
    /// The longest any answer takes, in milliseconds. The harness waits no longer than its own
    /// limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_ms_max: Option<u64>,
}

/// A new session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The device's identity verification key, 32 bytes.
    pub ivk: Hex,
}
