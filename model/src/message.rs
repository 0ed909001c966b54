//! The typed messages. Only cryptographic fields are algebra values; names and numbers are
//! concrete in both algebras.

use serde::{Deserialize, Serialize};

use crate::shared::SharedMap;

/// A device in a meeting, as the server tells them apart (2.3.1, 3.7.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// The paper's `userID`, or `i`.
    pub user_id: String,
    /// The paper's `deviceID` (2.3.1 to 3.1) or `hardwareID` (from 3.2).
    pub hardware_id: String,
}

impl Seat {
    /// The device `hardware_id` of `user_id`.
    #[must_use]
    pub fn new(user_id: &str, hardware_id: &str) -> Self {
        Self { user_id: user_id.to_owned(), hardware_id: hardware_id.to_owned() }
    }
}

/// One incarnation of a meeting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    /// The short identifier, which may be reused.
    pub id: String,
    /// The server's per-instance randomness, 16 bytes.
    pub uuid: [u8; 16],
}

/// What the server made a client in a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Generates and distributes the meeting key.
    Leader,
    /// Receives it.
    Participant,
}

/// A key announcement: `Sig_i` and `pk_i` (2.3.1, 3.7.2 step 7).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement<V> {
    /// Whose it claims to be.
    pub seat: Seat,
    /// The ephemeral encryption key.
    pub pk: V,
    /// The signature over the binding.
    pub sig: V,
}

/// The result of `Box.Enc`: `(C', RandomNonce, C_Kyber)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed<V> {
    /// The 24-byte nonce.
    pub nonce: V,
    /// The KEM ciphertext, in the hybrid suite.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub kem: Option<V>,
    /// The ciphertext with its tag.
    pub ciphertext: V,
}

/// A sealed meeting key on the board: `(i, C)` (2.3.1, 3.7.4 step 11).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedKey<V> {
    /// For whom.
    pub to: Seat,
    /// The box.
    pub sealed: Sealed<V>,
}

/// A media packet (2.3.1, 3.9).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packet<V> {
    /// The number of the meeting key, as prefaced.
    pub mk_seq: u32,
    /// The counter that is the GCM nonce.
    pub counter: u64,
    /// The ciphertext with its tag.
    pub body: V,
}

/// A link of the leader participant list (2.3.1, 3.7.7).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link<V> {
    /// The number of operations so far, this one included.
    pub v: u32,
    /// The hash of the link before it.
    pub prev: V,
    /// What it does to the list.
    pub operation: Operation<V>,
}

/// What a link does to the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation<V> {
    /// A device is present.
    Add {
        /// Which.
        seat: Seat,
        /// Its identity verification key.
        ivk: V,
        /// The hash of its binding.
        binding_hash: V,
        /// Its display name.
        name: String,
    },
    /// A device has left.
    Left {
        /// Which.
        seat: Seat,
    },
    /// A device was removed by the leader's user.
    Kicked {
        /// Which.
        seat: Seat,
    },
    /// A device has another display name.
    Rename {
        /// Which.
        seat: Seat,
        /// The name.
        name: String,
    },
    /// The meeting is locked.
    Lock,
    /// The meeting is unlocked.
    Unlock,
    /// The whole list, instead of every link before.
    Snapshot {
        /// Whether the meeting is locked.
        locked: bool,
        /// Every device that was ever in the meeting.
        #[serde(with = "crate::shared::pairs")]
        #[serde(bound(serialize = "V: Serialize", deserialize = "V: Deserialize<'de>"))]
        entries: SharedMap<Seat, Entry<V>>,
    },
}

impl<V> Operation<V> {
    /// The word of the operation in a link.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Add { .. } => "add",
            Self::Left { .. } => "left",
            Self::Kicked { .. } => "kicked",
            Self::Rename { .. } => "rename",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::Snapshot { locked: false, .. } => "snapshot",
            Self::Snapshot { locked: true, .. } => "snapshot_locked",
        }
    }
}

/// What the list says of a device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry<V> {
    /// Its display name.
    pub name: String,
    /// Its identity verification key.
    pub ivk: V,
    /// Whether it is in the meeting.
    pub standing: Standing<V>,
    /// How often it left.
    pub leaves: u32,
}

/// Whether a device is in the meeting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Standing<V> {
    /// It is, with this binding hash.
    Present(V),
    /// It left.
    Left,
    /// It was removed.
    Kicked,
}

impl<V> Standing<V> {
    /// The word of the standing in a snapshot.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Present(_) => "present",
            Self::Left => "left",
            Self::Kicked => "kicked",
        }
    }
}

impl<V> Entry<V> {
    /// The binding hash, while present.
    #[must_use]
    pub const fn binding_hash(&self) -> Option<&V> {
        match &self.standing {
            Standing::Present(hash) => Some(hash),
            Standing::Left | Standing::Kicked => None,
        }
    }
}

/// A heartbeat (2.3.1, 3.7.7; 4.1, subsubsec:lpl).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat<V> {
    /// The hash of the list's last link.
    pub list_hash: V,
    /// The version of the list.
    pub v: u32,
    /// The send counter.
    pub t: u32,
    /// The number of the newest meeting key.
    pub mk_seq: u32,
    /// The hash of the heartbeat before it.
    pub prev: V,
    /// The leader's clock, in milliseconds.
    pub timestamp_ms: u64,
    /// The leader's signature.
    pub sig: V,
}

/// Locking or unlocking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockOperation {
    /// Nobody new comes in.
    Lock,
    /// Everybody may.
    Unlock,
}

impl LockOperation {
    /// What brings the meeting to this state.
    #[must_use]
    pub const fn to(locked: bool) -> Self {
        if locked { Self::Lock } else { Self::Unlock }
    }

    /// Whether the meeting is locked afterwards.
    #[must_use]
    pub const fn locks(self) -> bool {
        matches!(self, Self::Lock)
    }

    /// The word in a request.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Unlock => "unlock",
        }
    }
}

/// A co-host's request to lock or unlock (3.1, 3.7.8).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockRequest<V> {
    /// Who asks.
    pub seat: Seat,
    /// What for.
    pub operation: LockOperation,
    /// The hash of the latest link, as they see it.
    pub link_hash: V,
    /// Their signature.
    pub sig: V,
}
