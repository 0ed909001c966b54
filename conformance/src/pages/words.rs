//! The words by which tables, pages and explanations call the values of the specification.

use conclave_spec::{
    BoxSuite, GraceFrom, HeartbeatForm, Kind, Label, Level, NonceSchedule, Params, Profile,
    Provenance,
    layouts::Width,
    rules::{Area, Reaction},
};

mod beside;

use beside::BESIDE_MEETINGS;

/// The kind of a rule.
#[must_use]
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Guard => "guard",
        Kind::Structural => "structural",
        Kind::Duty => "duty",
        Kind::Field => "field",
        Kind::Erasure => "erasure",
        Kind::Display => "display",
    }
}

/// What a client does that lacks a rule of this kind.
#[must_use]
pub const fn mutant(kind: Kind) -> &'static str {
    match kind {
        Kind::Guard => "skips the check and takes the input",
        Kind::Structural => {
            "still decodes, opens or verifies shape, with a weakened primitive or encoding"
        }
        Kind::Duty => "does not do it",
        Kind::Field => "leaves the field out, in what it makes and in what it recomputes",
        Kind::Erasure => "keeps the secret",
        Kind::Display => "shows otherwise",
    }
}

/// The level of a rule.
#[must_use]
pub const fn level(level: Level) -> &'static str {
    match level {
        Level::Must => "must",
        Level::Should => "should",
    }
}

/// What breaking a rule of this level and provenance does to a verdict.
#[must_use]
pub const fn consequence(level: Level, provenance: Provenance) -> &'static str {
    match (level, provenance) {
        (Level::Must, Provenance::Literal) => "a client that breaks it fails",
        (Level::Must, _) => "a client that breaks it differs",
        (Level::Should, _) => "a client that breaks it gets advice",
    }
}

/// Where a rule comes from. A reading is called by its identifier.
#[must_use]
pub const fn provenance(provenance: Provenance) -> &'static str {
    match provenance {
        Provenance::Literal => "literal",
        Provenance::Reading(id) => id,
        Provenance::Ours => "ours",
    }
}

/// What a client does with an input that breaks a rule.
#[must_use]
pub const fn reaction(reaction: Reaction) -> &'static str {
    match reaction {
        Reaction::Reject => "reject",
        Reaction::Ignore => "ignore",
        Reaction::Leave => "leave",
        Reaction::None => "-",
    }
}

/// What an area is about.
#[must_use]
pub const fn area(area: Area) -> &'static str {
    match area {
        Area::Device => {
            "announcements, server statements and certificates, security code, encryption label"
        }
        Area::Rotation => "sealing, numbering and rotating the meeting key, teardown",
        Area::Membership => "the leader participant list and the roster",
        Area::Heartbeat => "heartbeats",
        Area::Liveness => "liveness nonces",
        Area::Election => "changes of the leader",
        Area::Lock => "locked meetings",
        Area::Media => "stream keys and packets",
        Area::Breakout => "breakout rooms: who is shown in one, and the way back from it",
        Area::Sigchain => "sigchains: links, signatures, commitments, tails, fingerprints",
        Area::Family => {
            "devices of a user, approvals, per-user keys, lockdown, backup keys, contacts"
        }
        Area::Attestation => "attestations of identity providers, and the tokens that share them",
        Area::Identity => {
            "who a participant is by its sigchains, and attestations over their tails"
        }
        Area::Transparency => {
            "the server's tree of tails: commitments, auditors, proofs, a user's own history"
        }
        Area::Escrow => {
            "account escrow: the administrators' chain, a member's escrow device, recovery"
        }
    }
}

/// How a meeting key is sealed.
#[must_use]
pub const fn box_suite(suite: BoxSuite) -> &'static str {
    match suite {
        BoxSuite::Classic => "classic (Curve25519)",
        BoxSuite::Hybrid => "hybrid (Curve25519 and Kyber768 round 3)",
    }
}

/// What the signature of a heartbeat is over.
#[must_use]
pub const fn heartbeat_form(form: HeartbeatForm) -> &'static str {
    match form {
        HeartbeatForm::Tuple => "tuple of its fields",
        HeartbeatForm::Hash => "hash of its fields",
    }
}

/// When the time of a superseded key begins to run.
#[must_use]
pub const fn grace_from(grace: GraceFrom) -> &'static str {
    match grace {
        GraceFrom::Receipt => "receipt of a newer key",
        GraceFrom::Certificate => "certificate of a newer number",
    }
}

/// How the interval of liveness nonces grows.
#[must_use]
pub const fn nonce_schedule(schedule: NonceSchedule) -> &'static str {
    match schedule {
        NonceSchedule::Quadratic => "quadratic beyond ten present",
        NonceSchedule::Constant => "constant",
    }
}

/// One of the closed choices of a protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name in code.
    pub name: &'static str,
    /// What is chosen.
    pub value: &'static str,
}

/// The closed choices of a protocol version, by name.
#[must_use]
pub const fn variants(profile: &Profile) -> [Variant; 4] {
    [
        Variant { name: "box_suite", value: box_suite(profile.box_suite) },
        Variant { name: "heartbeat_form", value: heartbeat_form(profile.heartbeat_form) },
        Variant { name: "grace_from", value: grace_from(profile.grace_from) },
        Variant { name: "nonce_schedule", value: nonce_schedule(profile.nonce_schedule) },
    ]
}

/// How long a field may be.
#[must_use]
pub fn width(width: Width) -> String {
    match width {
        Width::Exactly(bytes) => format!("{bytes} bytes"),
        Width::Text(bytes) => format!("UTF-8, 1 to {bytes} bytes"),
        Width::AtMost(bytes) => format!("at most {bytes} bytes"),
        Width::MaybeText(bytes) => format!("UTF-8, at most {bytes} bytes"),
        Width::U32 => "number, 4 bytes big-endian".to_owned(),
        Width::U64 => "number, 8 bytes big-endian".to_owned(),
    }
}

/// What a layout is the layout of. Empty for a tag that no layout has.
#[must_use]
pub fn layout_use(tag: &str) -> &'static str {
    match tag {
        "conclave/binding" => "What a key announcement signs (2.3.1, 3.7.2 step 3).",
        "conclave/statement" => {
            "What the server signs about a client (3.1, 3.7.1 and figure 1; reading R-03)."
        }
        "conclave/meta" => {
            "`Meta`, the metadata of a sealed meeting key (2.3.1, 3.7.4 step 7). Leader and \
             recipient are user IDs (reading R-25)."
        }
        "conclave/meeting-key" => {
            "The plaintext of a sealed meeting key: the key, and since 3 its number."
        }
        "conclave/combination" => {
            "The canonical hash input of the hybrid box (4.6, subsubsec:meetingcrypto)."
        }
        "conclave/stream-key" => {
            "In the `info` of the HKDF step that derives a stream key (2.3.1, 3.7.5)."
        }
        "conclave/announcement" => "A key announcement on the bulletin board.",
        "conclave/sealed-key" => {
            "A sealed meeting key on the bulletin board. `kem` is empty in the classic suite."
        }
        "conclave/link" => {
            "A link of the leader participant list: what is posted, and what its hash covers \
             (2.3.1, 3.7.7). Fields an operation has no use for are empty."
        }
        "conclave/entry" => {
            "One device in a snapshot. `standing` is `present`, `left` or `kicked`; \
             `binding_hash` is empty unless present."
        }
        "conclave/heartbeat-signed" => {
            "What a heartbeat signs (2.3.1, 3.7.7), or what its hash covers (4.1, \
             subsubsec:lpl). `binding` is the encoded binding of the leader."
        }
        "conclave/heartbeat" => "A heartbeat as sent.",
        "conclave/lock-request-signed" => {
            "What a co-host's request to lock or unlock signs (3.1, 3.7.8; reading R-63)."
        }
        "conclave/lock-request" => {
            "A co-host's request on the bulletin board. `operation` is `lock` or `unlock`."
        }
        tag => BESIDE_MEETINGS.iter().find(|(of, _)| *of == tag).map_or("", |(_, about)| *about),
    }
}

/// The name of a context string in Rust and in `docs/formulas.md`.
#[must_use]
pub fn label_name(label: Label) -> String {
    format!("{label:?}")
}

/// What a context string is for, and where it stands.
#[must_use]
pub const fn label_use(label: Label) -> &'static str {
    match label {
        Label::Announcement => "signature over a key announcement (2.3.1, 3.7.2 step 4)",
        Label::KeySeedDerivation => {
            "key derivation of the box that carries the meeting key (2.3.1, 3.7.4 step 8)"
        }
        Label::KeySeedCipher => {
            "associated data of the box that carries the meeting key (2.3.1, 3.7.4 step 9); the \
             paper writes `Sig` in it although it names no signature"
        }
        Label::ParticipantList => {
            "signature over the leader participant list (2.3.1, 3.7.7); the paper leaves out the \
             hyphen after `Zoombase` that its other strings have"
        }
        Label::SecurityCode => "security code (2.3.1, 3.8)",
        Label::ServerStatement => "server statement; the paper gives no string (reading R-08)",
        Label::StreamKey => "stream key derivation; the paper gives no string (reading R-09)",
        Label::LockRequest => {
            "signature over a co-host's request; the paper gives no string (reading R-63)"
        }
        Label::SigchainLink => {
            "signature over a link of a sigchain; the paper gives no string (reading R-111)"
        }
        Label::PerUserX25519 => "X25519 key of a per-user seed (4.0 to 4.5, subsubsec:puks)",
        Label::PerUserKyber768 => {
            "Kyber768 key of a per-user seed; the paper gives no string (reading R-118)"
        }
        Label::PerUserEmailSeed => "seed of the email keys (4.0 to 4.5, subsubsec:puks)",
        Label::PerUserEmailX25519 => "X25519 key for email (4.0 to 4.5, subsubsec:puks)",
        Label::PerUserEmailKyber768 => {
            "Kyber768 key for email; the paper gives no string (reading R-118)"
        }
        Label::PerUserVoicemailSeed => "seed of the voicemail keys (4.0 to 4.5, subsubsec:puks)",
        Label::PerUserVoicemailX25519 => "X25519 key for voicemail (4.0 to 4.5, subsubsec:puks)",
        Label::PerUserVoicemailKyber768 => {
            "Kyber768 key for voicemail; the paper gives no string (reading R-118)"
        }
        Label::PerUserSymmetricKey => {
            "symmetric key of a per-user seed (4.0 to 4.5, subsubsec:puks)"
        }
        Label::Attestation => {
            "signature over an attestation and a domain; the paper gives no string (reading R-128)"
        }
        Label::BackupKeySalt
        | Label::BackupKeyEd25519
        | Label::BackupKeyX25519
        | Label::BackupKeyKyber768 => {
            "seed and keys of a backup key; the paper gives no string (reading R-132)"
        }
        Label::SeedBoxDerivation => {
            "key derivation of the box of a per-user seed; the paper gives no string (reading R-143)"
        }
        Label::SeedBoxCipher => {
            "associated data of that box; the paper gives no string (reading R-143)"
        }
        Label::ContentDerivation | Label::ContentCipher => {
            "content under a symmetric per-user key: key derivation and associated data; the paper \
             gives no string (reading R-147)"
        }
        Label::ContactDerivation | Label::ContactCipher => {
            "contact record: key derivation and associated data; the paper gives no string (reading \
             R-148)"
        }
        Label::ContactTag => {
            "key derivation of the tags of contact records; the paper gives no string (reading R-148)"
        }
        Label::ContactRecord => {
            "signature over a contact record; the paper gives no string (reading R-148)"
        }
        Label::EscrowBoxDerivation | Label::EscrowBoxCipher => {
            "box of an escrow device's secrets; the paper gives no string (reading R-158)"
        }
        Label::EscrowBox => "signature over that box; the paper gives no string (reading R-158)",
        Label::TreeCommitment | Label::TreeAudit => {
            "signatures of server and auditors over the state of the tree; the paper gives no string (reading R-152)"
        }
        Label::KeyStatement => {
            "signature of a key over a statement about itself; the paper gives no string (reading R-172)"
        }
        Label::UserBoxDerivation => {
            "key derivation of what is sealed for another user; the paper gives no string (reading R-169)"
        }
        Label::UserBoxCipher => {
            "associated data of what is sealed for another user; the paper gives no string (reading R-169)"
        }
        Label::UserBoxSignature => {
            "signature over what is sealed for another user; the paper gives no string (reading R-169)"
        }
        Label::SecretStore => "secret key at rest (4.6, subsec:lks, step 2)",
    }
}

/// One number of a protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name in code, unit last.
    pub name: &'static str,
    /// What it bounds.
    pub meaning: &'static str,
    /// Its value.
    pub value: u32,
}

/// The numbers of a protocol version, by name.
#[must_use]
pub const fn params(params: &Params) -> [Param; 18] {
    // Taken apart, so that a new number cannot be forgotten here.
    let Params {
        rotation_interval_ms_min,
        joiner_key_age_ms_max,
        leave_rotation_ms_max,
        join_batch_ms_max,
        key_age_ms_max,
        use_wait_ms,
        use_wait_ms_min,
        use_wait_ms_max,
        old_key_ms,
        replay_window,
        heartbeat_ms_max,
        silence_ms,
        silence_ms_max,
        nonce_interval_ms,
        nonce_interval_ms_min,
        nonce_interval_ms_max,
        links_max,
        leaves_shown_from,
    } = *params;
    [
        param("rotation_interval_ms_min", "least time between rotations", rotation_interval_ms_min),
        param("joiner_key_age_ms_max", "oldest key given to a joiner", joiner_key_age_ms_max),
        param("leave_rotation_ms_max", "latest rotation after a leave", leave_rotation_ms_max),
        param("join_batch_ms_max", "latest rotation after a join", join_batch_ms_max),
        param("key_age_ms_max", "longest time a key is the newest", key_age_ms_max),
        param("use_wait_ms", "wait before encrypting under a rotated key", use_wait_ms),
        param("use_wait_ms_min", "shortest wait that counts", use_wait_ms_min),
        param("use_wait_ms_max", "longest wait that counts", use_wait_ms_max),
        param("old_key_ms", "how long a superseded key still decrypts", old_key_ms),
        param("replay_window", "counters behind the highest that are accepted once", replay_window),
        param("heartbeat_ms_max", "longest time between heartbeats", heartbeat_ms_max),
        param("silence_ms", "time without a heartbeat after which a client leaves", silence_ms),
        param("silence_ms_max", "latest such leave that counts", silence_ms_max),
        param("nonce_interval_ms", "time between liveness nonces", nonce_interval_ms),
        param("nonce_interval_ms_min", "shortest such interval that counts", nonce_interval_ms_min),
        param("nonce_interval_ms_max", "longest such interval that counts", nonce_interval_ms_max),
        param("links_max", "links after which a leader may coalesce", links_max),
        param("leaves_shown_from", "leaves from which the roster shows them", leaves_shown_from),
    ]
}

const fn param(name: &'static str, meaning: &'static str, value: u32) -> Param {
    Param { name, meaning, value }
}

#[cfg(test)]
mod tests {
    use conclave_spec::{Rule, layouts};

    use super::*;

    #[test]
    fn every_layout_has_a_use() {
        for layout in layouts::ALL {
            assert_ne!(layout_use(layout.tag), "", "{}", layout.tag);
        }
    }

    #[test]
    fn every_area_has_rules() {
        for area in Area::ALL {
            assert!(Rule::ALL.iter().any(|rule| rule.area() == area), "{}", area.word());
        }
    }
}
