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
    /// Signature over a link of a sigchain. The paper gives no string: reading R-111.
    SigchainLink,
    /// The X25519 key of a per-user seed (4.0 to 4.5, subsubsec:puks; 4.6 gives no string).
    PerUserX25519,
    /// Its Kyber768 key. The paper gives no string: reading R-118.
    PerUserKyber768,
    /// Its seed for email keys (4.0 to 4.5, subsubsec:puks).
    PerUserEmailSeed,
    /// The X25519 key for email (4.0 to 4.5, subsubsec:puks).
    PerUserEmailX25519,
    /// The Kyber768 key for email. The paper gives no string: reading R-118.
    PerUserEmailKyber768,
    /// The seed for voicemail keys (4.0 to 4.5, subsubsec:puks).
    PerUserVoicemailSeed,
    /// The X25519 key for voicemail (4.0 to 4.5, subsubsec:puks).
    PerUserVoicemailX25519,
    /// The Kyber768 key for voicemail. The paper gives no string: reading R-118.
    PerUserVoicemailKyber768,
    /// The symmetric key of a per-user seed (4.0 to 4.5, subsubsec:puks).
    PerUserSymmetricKey,
    /// A secret key at rest (4.6, subsec:lks, step 2).
    SecretStore,
    /// Signature over an attestation and a domain. The paper gives no string: reading R-128.
    Attestation,
    /// Salt of the seed of a backup key. The paper gives no string: reading R-132.
    BackupKeySalt,
    /// Signing key of a backup key's virtual device. The paper gives no string: reading R-132.
    BackupKeyEd25519,
    /// Its X25519 key. The paper gives no string: reading R-132.
    BackupKeyX25519,
    /// Its Kyber768 key. The paper gives no string: reading R-132.
    BackupKeyKyber768,
    /// Key derivation of the box of a per-user seed. The paper gives no string: reading R-143.
    SeedBoxDerivation,
    /// Associated data of that box. The paper gives no string: reading R-143.
    SeedBoxCipher,
    /// Key derivation of content under a per-user key. The paper gives no string: reading R-147.
    ContentDerivation,
    /// Associated data of such content. The paper gives no string: reading R-147.
    ContentCipher,
    /// Key derivation of a contact record. The paper gives no string: reading R-148.
    ContactDerivation,
    /// Associated data of a contact record. The paper gives no string: reading R-148.
    ContactCipher,
    /// Key derivation of the tags of contact records. The paper gives no string: reading R-148.
    ContactTag,
    /// Signature over a contact record. The paper gives no string: reading R-148.
    ContactRecord,
    /// The server's signature over the state of its tree. The paper gives no string: reading R-152.
    TreeCommitment,
    /// An auditor's signature over the same. The paper gives no string: reading R-152.
    TreeAudit,
    /// A client's signature over the statement that the key server hands out. The paper gives no
    /// string: reading R-172.
    KeyStatement,
    /// Key derivation of what is sealed for another user. The paper gives no string: reading R-169.
    UserBoxDerivation,
    /// Associated data of that box. The paper gives no string: reading R-169.
    UserBoxCipher,
    /// Signature over what is sealed for another user. The paper gives no string: reading R-169.
    UserBoxSignature,
    /// Key derivation of the box of an escrow device's secrets. The paper gives no string: reading R-158.
    EscrowBoxDerivation,
    /// Associated data of that box. The paper gives no string: reading R-158.
    EscrowBoxCipher,
    /// Signature over that box. The paper gives no string: reading R-158.
    EscrowBox,
}

impl Label {
    /// Every context string.
    pub const ALL: [Self; 41] = [
        Self::Announcement,
        Self::KeySeedDerivation,
        Self::KeySeedCipher,
        Self::ParticipantList,
        Self::SecurityCode,
        Self::ServerStatement,
        Self::StreamKey,
        Self::LockRequest,
        Self::SigchainLink,
        Self::PerUserX25519,
        Self::PerUserKyber768,
        Self::PerUserEmailSeed,
        Self::PerUserEmailX25519,
        Self::PerUserEmailKyber768,
        Self::PerUserVoicemailSeed,
        Self::PerUserVoicemailX25519,
        Self::PerUserVoicemailKyber768,
        Self::PerUserSymmetricKey,
        Self::SecretStore,
        Self::Attestation,
        Self::BackupKeySalt,
        Self::BackupKeyEd25519,
        Self::BackupKeyX25519,
        Self::BackupKeyKyber768,
        Self::SeedBoxDerivation,
        Self::SeedBoxCipher,
        Self::ContentDerivation,
        Self::ContentCipher,
        Self::ContactDerivation,
        Self::ContactCipher,
        Self::ContactTag,
        Self::ContactRecord,
        Self::TreeCommitment,
        Self::TreeAudit,
        Self::KeyStatement,
        Self::UserBoxDerivation,
        Self::UserBoxCipher,
        Self::UserBoxSignature,
        Self::EscrowBoxDerivation,
        Self::EscrowBoxCipher,
        Self::EscrowBox,
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
            Self::SigchainLink => "Conclave-1-Sig-SigchainLink",
            Self::PerUserX25519 => "Zoombase-2-ClientOnly-KDF-PerUserX25519",
            Self::PerUserKyber768 => "Conclave-1-KDF-PerUserKyber768",
            Self::PerUserEmailSeed => "Zoombase-2-ClientOnly-KDF-PerUserEmailSeed",
            Self::PerUserEmailX25519 => "Zoombase-2-ClientOnly-KDF-PerUserEmailX25519",
            Self::PerUserEmailKyber768 => "Conclave-1-KDF-PerUserEmailKyber768",
            Self::PerUserVoicemailSeed => "Zoombase-2-ClientOnly-KDF-PerUserVoicemailSeed",
            Self::PerUserVoicemailX25519 => "Zoombase-2-ClientOnly-KDF-PerUserVoicemailX25519",
            Self::PerUserVoicemailKyber768 => "Conclave-1-KDF-PerUserVoicemailKyber768",
            Self::PerUserSymmetricKey => "Zoombase-2-ClientOnly-KDF-PerUserSymmetricKey",
            Self::SecretStore => "Zoombase-1-ClientOnly-KDF-SecretStore",
            Self::Attestation => "Conclave-1-Sig-Attestation",
            Self::BackupKeySalt => "Conclave-1-KDF-BackupKeySalt",
            Self::BackupKeyEd25519 => "Conclave-1-KDF-BackupKeyEd25519",
            Self::BackupKeyX25519 => "Conclave-1-KDF-BackupKeyX25519",
            Self::BackupKeyKyber768 => "Conclave-1-KDF-BackupKeyKyber768",
            Self::SeedBoxDerivation => "Conclave-1-KDF-PerUserSeedBox",
            Self::SeedBoxCipher => "Conclave-1-Box-PerUserSeed",
            Self::ContentDerivation => "Conclave-1-KDF-PerUserContent",
            Self::ContentCipher => "Conclave-1-Box-PerUserContent",
            Self::ContactDerivation => "Conclave-1-KDF-ContactRecord",
            Self::ContactCipher => "Conclave-1-Box-ContactRecord",
            Self::ContactTag => "Conclave-1-KDF-ContactTag",
            Self::ContactRecord => "Conclave-1-Sig-ContactRecord",
            Self::TreeCommitment => "Conclave-1-Sig-TreeCommitment",
            Self::TreeAudit => "Conclave-1-Sig-TreeAudit",
            Self::KeyStatement => "Conclave-1-Sig-KeyStatement",
            Self::UserBoxDerivation => "Conclave-1-KDF-PerUserBox",
            Self::UserBoxCipher => "Conclave-1-Box-PerUser",
            Self::UserBoxSignature => "Conclave-1-Sig-PerUserBox",
            Self::EscrowBoxDerivation => "Conclave-1-KDF-EscrowBox",
            Self::EscrowBoxCipher => "Conclave-1-Box-Escrow",
            Self::EscrowBox => "Conclave-1-Sig-EscrowBox",
        }
    }
}
