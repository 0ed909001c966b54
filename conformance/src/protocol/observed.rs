//! What the user of a client sees.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the user of a client sees, and a peer could. No secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// Outside, joined or left.
    pub phase: Phase,
    /// User ID of the leader whose announcement verified; its own for the leader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leader: Option<String>,
    /// The security code shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_code: Option<String>,
    /// The other devices on the list, in the order of (user ID, hardware ID) compared as bytes.
    pub roster: Vec<RosterLine>,
    /// Whether the meeting is shown as locked.
    pub locked: bool,
    /// How the meeting is said to be encrypted. Absent outside a meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
    /// The number of the meeting key the next packet would be sent under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sends_under: Option<u32>,
}

impl Observed {
    /// What is seen outside a meeting.
    #[must_use]
    pub const fn outside(phase: Phase) -> Self {
        Self {
            phase,
            leader: None,
            security_code: None,
            roster: Vec::new(),
            locked: false,
            encryption: None,
            sends_under: None,
        }
    }
}

/// A device on the roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterLine {
    /// User ID.
    pub user_id: String,
    /// Hardware ID.
    pub hardware_id: String,
    /// Display name.
    pub name: String,
    /// Whether it is shown as in the meeting.
    pub standing: Standing,
    /// How often it left, where that is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves: Option<u32>,
}

/// Whether a device is shown as in the meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is.
    Here,
    /// It is, and in a breakout room.
    InRoom,
    /// It left or was removed.
    Left,
}

/// How a meeting is said to be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// End to end.
    EndToEnd,
    /// End to end, and so that a quantum computer does not open it later.
    PostQuantum,
}

/// Where a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Has joined no meeting yet.
    Outside,
    /// In a meeting.
    Joined,
    /// Has left the last meeting.
    Left,
}
