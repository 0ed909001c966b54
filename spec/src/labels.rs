//! Context strings, byte for byte as the paper prints them, inconsistent spellings kept.

use serde::{Deserialize, Serialize};

/// A context string of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Signature over a key announcement (2.3.1, 3.7.2 step 4).
    Announcement,
    /// Key derivation of the box that carries the meeting key (2.3.1, 3.7.4 step 8).
    KeySeedDerivation,
    /// Associated data of the box that carries the meeting key (2.3.1, 3.7.4 step 9). The paper
    /// writes `Sig` in it although it names no signature.
    KeySeedCipher,
    /// Signature over the leader participant list (2.3.1, 3.7.7). The paper writes `Zoombase1`
    /// without the hyphen that every other string has.
    ParticipantList,
    /// Security code (2.3.1, 3.8).
    SecurityCode,
    /// Server statement. The paper gives no string: reading R-08.
    ServerStatement,
    /// Stream key derivation. The paper gives no string: reading R-09.
    StreamKey,
    /// A co-host's request to lock or unlock. The paper gives no string: reading R-63.
    LockRequest,
}

impl Label {
    /// Every context string.
    pub const ALL: [Self; 8] = [
        Self::Announcement,
        Self::KeySeedDerivation,
        Self::KeySeedCipher,
        Self::ParticipantList,
        Self::SecurityCode,
        Self::ServerStatement,
        Self::StreamKey,
        Self::LockRequest,
    ];

    /// The string itself, ASCII, without a terminator.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Announcement => "Zoombase-1-ClientOnly-Sig-EncryptionKeyAnnouncement",
            Self::KeySeedDerivation => "Zoombase-1-ClientOnly-KDF-KeyMeetingSeed",
            Self::KeySeedCipher => "Zoombase-1-ClientOnly-Sig-EncryptionKeyMeetingSeed",
            Self::ParticipantList => "Zoombase1-ClientOnly-Sig-LeaderParticipantList",
            Self::SecurityCode => "Zoombase-1-ClientOnly-MAC-SecurityCode",
            Self::ServerStatement => "Conclave-1-Sig-ServerStatement",
            Self::StreamKey => "Conclave-1-KDF-StreamKey",
            Self::LockRequest => "Conclave-1-Sig-LockRequest",
        }
    }
}
