//! What the server says and hands on.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Hex;

/// A protocol message, in the session's codec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// Codec `bytes`.
    Bytes(Hex),
    /// Codec `fields`: field name to text, decimal number or hexadecimal, as the layout says.
    Fields(BTreeMap<String, String>),
}

/// A message from the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Message {
    /// The server says who leads. To participants.
    LeaderNamed {
        /// User ID of the leader, according to the server.
        user_id: String,
        /// Hardware ID of the leader, according to the server.
        hardware_id: String,
        /// The identity key the key server serves for that device, 32 bytes.
        ivk: Hex,
        /// The announcement on the bulletin board.
        announcement: Payload,
    },
    /// The server says somebody joined. To everybody.
    Admitted {
        /// User ID, according to the server.
        user_id: String,
        /// Hardware ID, according to the server.
        hardware_id: String,
        /// Display name, according to the server, at most 255 bytes.
        name: String,
        /// The identity key the key server serves for that device, 32 bytes.
        ivk: Hex,
        /// The announcement on the bulletin board.
        announcement: Payload,
        /// Whether the server says that this client is outdated.
        outdated: bool,
    },
    /// The server says somebody left. To everybody.
    Departed {
        /// User ID.
        user_id: String,
        /// Hardware ID.
        hardware_id: String,
    },
    /// The server says somebody has another display name. To everybody.
    Renamed {
        /// User ID.
        user_id: String,
        /// Hardware ID.
        hardware_id: String,
        /// The name, at most 255 bytes.
        name: String,
    },
    /// A liveness nonce from the bulletin board. To everybody.
    NoncePosted {
        /// User ID, according to the server.
        user_id: String,
        /// Hardware ID, according to the server.
        hardware_id: String,
        /// The nonce, 24 bytes.
        nonce: Hex,
    },
    /// A link of the leader participant list from the bulletin board. To participants.
    Link {
        /// The link.
        link: Payload,
    },
    /// A heartbeat. To participants.
    Heartbeat {
        /// The heartbeat.
        heartbeat: Payload,
    },
    /// A co-host's request to lock or unlock from the bulletin board. To the leader.
    LockRequested {
        /// The request.
        request: Payload,
    },
    /// The server says that the meeting is locked, or is not. To everybody.
    LockClaimed {
        /// What it says.
        locked: bool,
    },
    /// The server says that somebody is in a breakout room, or is not. To everybody.
    RoomClaimed {
        /// User ID.
        user_id: String,
        /// Hardware ID.
        hardware_id: String,
        /// What it says.
        in_room: bool,
    },
    /// A sealed meeting key from the bulletin board. To participants.
    SealedKey {
        /// The sealed key.
        sealed: Payload,
    },
    /// A media packet.
    Packet {
        /// User ID of the sender, according to the server.
        from: String,
        /// Hardware ID of the sender, according to the server.
        hardware_id: String,
        /// Message type, according to the server.
        stream: String,
        /// The packet.
        packet: Payload,
    },
    /// The server says the meeting is over.
    MeetingEnded {},
}
