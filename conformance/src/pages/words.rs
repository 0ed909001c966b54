//! The words by which tables, pages and explanations call the values of the specification.

use conclave_spec::{
    BoxSuite, Kind, Label, Level, Params, Provenance, Rule,
    layouts::Width,
    rules::{Area, Reaction},
};

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

/// What breaking a rule of this level does to a verdict.
#[must_use]
pub const fn consequence(level: Level) -> &'static str {
    match level {
        Level::Must => "a client that breaks it fails",
        Level::Should => "a client that breaks it gets advice",
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
        Reaction::None => "-",
    }
}

/// What an area is about.
#[must_use]
pub const fn area(area: Area) -> &'static str {
    match area {
        Area::Device => "announcements, server statements, security code",
        Area::Rotation => "sealing, numbering and rotating the meeting key, teardown",
        Area::Media => "stream keys and packets",
    }
}

/// Every area, in the order of the rule table.
#[must_use]
pub fn areas() -> Vec<Area> {
    let mut areas: Vec<_> = Rule::ALL.iter().map(|rule| rule.area()).collect();
    areas.sort_unstable();
    areas.dedup();
    areas
}

/// How a meeting key is sealed.
#[must_use]
pub const fn box_suite(suite: BoxSuite) -> &'static str {
    match suite {
        BoxSuite::Classic => "classic (Curve25519)",
        BoxSuite::Hybrid => "hybrid (Curve25519 and Kyber768 round 3)",
    }
}

/// How long a field may be.
#[must_use]
pub fn width(width: Width) -> String {
    match width {
        Width::Exactly(bytes) => format!("{bytes} bytes"),
        Width::Text(bytes) => format!("UTF-8, 1 to {bytes} bytes"),
        Width::AtMost(bytes) => format!("at most {bytes} bytes"),
        Width::U32 => "number, 4 bytes big-endian".to_owned(),
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
        _ => "",
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
pub const fn params(params: &Params) -> [Param; 8] {
    // Taken apart, so that a new number cannot be forgotten here.
    let Params {
        rotation_interval_ms_min,
        joiner_key_age_ms_max,
        leave_rotation_ms_max,
        use_wait_ms,
        use_wait_ms_min,
        use_wait_ms_max,
        old_key_ms,
        replay_window,
    } = *params;
    [
        param("rotation_interval_ms_min", "least time between rotations", rotation_interval_ms_min),
        param("joiner_key_age_ms_max", "oldest key given to a joiner", joiner_key_age_ms_max),
        param("leave_rotation_ms_max", "latest rotation after a leave", leave_rotation_ms_max),
        param("use_wait_ms", "wait before encrypting under a rotated key", use_wait_ms),
        param("use_wait_ms_min", "shortest wait that counts", use_wait_ms_min),
        param("use_wait_ms_max", "longest wait that counts", use_wait_ms_max),
        param("old_key_ms", "how long a superseded key still decrypts", old_key_ms),
        param("replay_window", "counters behind the highest that are accepted once", replay_window),
    ]
}

const fn param(name: &'static str, meaning: &'static str, value: u32) -> Param {
    Param { name, meaning, value }
}

#[cfg(test)]
mod tests {
    use conclave_spec::layouts;

    use super::*;

    #[test]
    fn every_layout_has_a_use() {
        for layout in layouts::ALL {
            assert_ne!(layout_use(layout.tag), "", "{}", layout.tag);
        }
    }

    #[test]
    fn the_areas_are_three() {
        assert_eq!(areas(), [Area::Device, Area::Rotation, Area::Media]);
    }
}
