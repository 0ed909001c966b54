//! The typed messages. Only cryptographic fields are algebra values; names and numbers are
//! concrete in both algebras.

use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Announcement<V> {
    /// Whose it claims to be.
    pub seat: Seat,
    /// The ephemeral encryption key.
    pub pk: V,
    /// The signature over the binding.
    pub sig: V,
}

/// The result of `Box.Enc`: `(C', RandomNonce, C_Kyber)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sealed<V> {
    /// The 24-byte nonce.
    pub nonce: V,
    /// The KEM ciphertext, in the hybrid suite.
    pub kem: Option<V>,
    /// The ciphertext with its tag.
    pub ciphertext: V,
}

/// A sealed meeting key on the board: `(i, C)` (2.3.1, 3.7.4 step 11).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SealedKey<V> {
    /// For whom.
    pub to: Seat,
    /// The box.
    pub sealed: Sealed<V>,
}

/// A media packet (2.3.1, 3.9).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Packet<V> {
    /// The number of the meeting key, as prefaced.
    pub mk_seq: u32,
    /// The counter that is the GCM nonce.
    pub counter: u64,
    /// The ciphertext with its tag.
    pub body: V,
}
