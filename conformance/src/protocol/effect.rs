//! What a client does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hex, Payload};

/// Something the client did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// When, in milliseconds since `open`.
    pub at_ms: u64,
    /// What.
    pub effect: Effect,
}

/// What a client can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Posts its key announcement to the bulletin board.
    PostAnnouncement {
        /// The announcement.
        announcement: Payload,
    },
    /// Posts a sealed meeting key to the bulletin board. Leader only.
    PostSealedKey {
        /// User ID it is for.
        user_id: String,
        /// Hardware ID it is for.
        hardware_id: String,
        /// The sealed key.
        sealed: Payload,
    },
    /// Posts a liveness nonce to the bulletin board.
    PostNonce {
        /// The nonce, 24 bytes.
        nonce: Hex,
    },
    /// Posts a link of the leader participant list to the bulletin board. Leader only.
    PostLink {
        /// The link.
        link: Payload,
    },
    /// Sends a heartbeat, which also goes to the bulletin board. Leader only.
    PostHeartbeat {
        /// The heartbeat.
        heartbeat: Payload,
    },
    /// Asks the leader to lock or unlock, on the bulletin board. Participants only.
    PostLockRequest {
        /// The request.
        request: Payload,
    },
    /// Sends a media packet.
    Transmit {
        /// Message type.
        stream: String,
        /// The packet.
        packet: Payload,
    },
    /// Plays or shows something received.
    Render {
        /// The sender's user ID as shown.
        from: String,
        /// The hardware ID of the sender's device as shown.
        hardware_id: String,
        /// Message type.
        stream: String,
        /// The number of the meeting key it opened under.
        mk_seq: u32,
        /// What is played or shown.
        plaintext: Hex,
    },
    /// Shows the meeting leader security code.
    ShowSecurityCode {
        /// 39 decimal digits, without separators.
        digits: String,
    },
    /// Tells the user that another device leads, and to check codes again.
    ShowLeaderChanged {
        /// User ID of the new leader.
        user_id: String,
    },
    /// Warns the user that the meeting is no longer locked.
    ShowUnlockWarning {},
    /// Shows that the client is no longer in the meeting.
    ShowLeft {},
}
