//! The ordered field list of everything signed, hashed, sealed or sent.
//!
//! A field may belong to a rule of kind *field*: it is part of the layout exactly while that rule
//! is in force, so an older protocol version and a mutant are the same thing seen twice.

use crate::{rule_set::RuleSet, rules::Rule};

pub mod attestation;
pub mod devices;
pub mod escrow;
pub mod identity;
pub mod meeting;
pub mod per_user;
pub mod sigchain;
pub mod stored;
pub mod transparency;

/// How long a field may be, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Exactly this many bytes.
    Exactly(usize),
    /// At least one byte and at most this many: an identifier in UTF-8.
    Text(usize),
    /// At most this many bytes.
    AtMost(usize),
    /// At most this many bytes of UTF-8, possibly none.
    MaybeText(usize),
    /// A four-byte big-endian number.
    U32,
    /// An eight-byte big-endian number.
    U64,
}

/// One field of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The paper's name of the value, in Rust case.
    pub name: &'static str,
    /// Its width.
    pub width: Width,
    /// The rule that puts it into the layout; always present without one.
    pub rule: Option<Rule>,
}

/// An ordered field list with a tag that tells it from every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Domain tag, first in the encoding.
    pub tag: &'static str,
    /// The fields, in order.
    pub fields: &'static [Field],
}

impl Layout {
    /// The fields in force under these rules, in order.
    pub fn fields_under(&self, rules: RuleSet) -> impl Iterator<Item = &'static Field> + use<> {
        self.fields.iter().filter(move |field| field.rule.is_none_or(|rule| rules.contains(rule)))
    }
}

const ID_MAX: usize = 255;
/// Room for the entries of a thousand participants.
const ENTRIES_MAX: usize = 1 << 20;

const fn always(name: &'static str, width: Width) -> Field {
    Field { name, width, rule: None }
}

const fn by(rule: Rule, name: &'static str, width: Width) -> Field {
    Field { name, width, rule: Some(rule) }
}

/// What a key announcement signs (2.3.1, 3.7.2 step 3). The ephemeral key is 32 bytes in the
/// classic suite, 32 + 1184 in the hybrid one.
pub const BINDING: Layout = Layout {
    tag: "conclave/binding",
    fields: &[
        by(Rule::BindingNamesMeeting, "meeting_id", Width::Text(ID_MAX)),
        by(Rule::BindingNamesInstance, "meeting_uuid", Width::Exactly(16)),
        by(Rule::BindingNamesUser, "user_id", Width::Text(ID_MAX)),
        by(Rule::BindingNamesDevice, "hardware_id", Width::Text(ID_MAX)),
        by(Rule::BindingNamesIdentityKey, "ivk", Width::Exactly(32)),
        by(Rule::BindingNamesEphemeralKey, "pk", Width::AtMost(32 + 1184)),
    ],
};

/// What the server signs about a client (3.1, 3.7.1 and figure 1; reading R-03).
pub const STATEMENT: Layout = Layout {
    tag: "conclave/statement",
    fields: &[
        by(Rule::StatementNamesInstance, "meeting_uuid", Width::Exactly(16)),
        by(Rule::StatementNamesUser, "user_id", Width::Text(ID_MAX)),
        by(Rule::StatementNamesDevice, "hardware_id", Width::Text(ID_MAX)),
        by(Rule::StatementNamesIdentityKey, "ivk", Width::Exactly(32)),
    ],
};

/// `Meta`, the metadata of a sealed meeting key (2.3.1, 3.7.4 step 7).
pub const META: Layout = Layout {
    tag: "conclave/meta",
    fields: &[
        by(Rule::MetaNamesMeeting, "meeting_id", Width::Text(ID_MAX)),
        by(Rule::MetaNamesInstance, "meeting_uuid", Width::Exactly(16)),
        by(Rule::MetaNamesLeader, "leader", Width::Text(ID_MAX)),
        by(Rule::MetaNamesRecipient, "recipient", Width::Text(ID_MAX)),
    ],
};

/// The plaintext of a sealed meeting key (2.3.1: the key; 3: the key and its number).
pub const SEALED_PLAINTEXT: Layout = Layout {
    tag: "conclave/meeting-key",
    fields: &[
        always("meeting_key", Width::Exactly(32)),
        by(Rule::SealCarriesSeq, "mk_seq", Width::U32),
    ],
};

/// The canonical hash input of the hybrid box (4.6, subsubsec:meetingcrypto).
pub const COMBINATION: Layout = Layout {
    tag: "conclave/combination",
    fields: &[
        by(Rule::HybridNamesSender, "sender_ivk", Width::Exactly(32)),
        by(Rule::HybridNamesSenderBoxKey, "sender_box_pk", Width::Exactly(32)),
        by(Rule::HybridNamesSenderKemKey, "sender_kem_pk", Width::Exactly(1184)),
        by(Rule::HybridNamesRecipient, "recipient_ivk", Width::Exactly(32)),
        by(Rule::HybridNamesRecipientBoxKey, "recipient_box_pk", Width::Exactly(32)),
        by(Rule::HybridNamesRecipientKemKey, "recipient_kem_pk", Width::Exactly(1184)),
    ],
};

/// The `info` of the HKDF step that derives a stream key (2.3.1, 3.7.5, last paragraph).
pub const STREAM_KEY_INFO: Layout = Layout {
    tag: "conclave/stream-key",
    fields: &[
        by(Rule::SubkeyNamesStream, "stream", Width::Text(ID_MAX)),
        by(Rule::SubkeyNamesMeeting, "meeting_id", Width::Text(ID_MAX)),
        by(Rule::SubkeyNamesInstance, "meeting_uuid", Width::Exactly(16)),
        by(Rule::SubkeyNamesSender, "sender", Width::Text(ID_MAX)),
        by(Rule::SubkeyNamesDevice, "hardware_id", Width::Text(ID_MAX)),
    ],
};

/// A link of the leader participant list (2.3.1, 3.7.7; readings ): what its hash
/// covers, and what is posted. Fields an operation has no use for are empty.
pub const LINK: Layout = Layout {
    tag: "conclave/link",
    fields: &[
        by(Rule::LinkNamesCounter, "v", Width::U32),
        by(Rule::LinkNamesPrevious, "prev", Width::Exactly(32)),
        always("op", Width::Text(16)),
        always("user_id", Width::MaybeText(ID_MAX)),
        always("hardware_id", Width::MaybeText(ID_MAX)),
        always("ivk", Width::AtMost(32)),
        always("binding_hash", Width::AtMost(32)),
        always("name", Width::MaybeText(ID_MAX)),
        always("entries", Width::AtMost(ENTRIES_MAX)),
    ],
};

/// One device in a snapshot. `standing` is `present`, `left` or `kicked`; `binding_hash` is empty
/// unless present.
pub const ENTRY: Layout = Layout {
    tag: "conclave/entry",
    fields: &[
        always("user_id", Width::Text(ID_MAX)),
        always("hardware_id", Width::Text(ID_MAX)),
        always("name", Width::MaybeText(ID_MAX)),
        always("ivk", Width::Exactly(32)),
        always("standing", Width::Text(16)),
        always("binding_hash", Width::AtMost(32)),
        always("leaves", Width::U32),
    ],
};

/// What a heartbeat signs (2.3.1, 3.7.7: the encoding itself; 4.1, subsubsec:lpl: its SHA-256,
/// which is the hash `H_i`). `binding` is the encoded binding of the leader.
pub const HEARTBEAT_SIGNED: Layout = Layout {
    tag: "conclave/heartbeat-signed",
    fields: &[
        by(Rule::HeartbeatNamesLeader, "binding", Width::AtMost(4096)),
        by(Rule::HeartbeatNamesList, "list_hash", Width::Exactly(32)),
        by(Rule::HeartbeatNamesVersion, "v", Width::U32),
        by(Rule::HeartbeatNamesCount, "t", Width::U32),
        by(Rule::HeartbeatNamesKey, "mk_seq", Width::U32),
        by(Rule::HeartbeatNamesPrevious, "prev", Width::Exactly(32)),
        by(Rule::HeartbeatNamesTimestamp, "timestamp_ms", Width::U64),
    ],
};

/// A heartbeat as sent.
pub const HEARTBEAT: Layout = Layout {
    tag: "conclave/heartbeat",
    fields: &[
        always("list_hash", Width::Exactly(32)),
        always("v", Width::U32),
        always("t", Width::U32),
        always("mk_seq", Width::U32),
        by(Rule::HeartbeatNamesPrevious, "prev", Width::Exactly(32)),
        by(Rule::HeartbeatNamesTimestamp, "timestamp_ms", Width::U64),
        always("sig", Width::Exactly(64)),
    ],
};

/// What a co-host's request to lock or unlock signs (3.1, 3.7.8; reading R-63).
pub const LOCK_REQUEST_SIGNED: Layout = Layout {
    tag: "conclave/lock-request-signed",
    fields: &[
        by(Rule::RequestNamesMeeting, "meeting_id", Width::Text(ID_MAX)),
        by(Rule::RequestNamesInstance, "meeting_uuid", Width::Exactly(16)),
        by(Rule::RequestNamesOperation, "operation", Width::Text(16)),
        by(Rule::RequestNamesHead, "link_hash", Width::Exactly(32)),
    ],
};

/// A co-host's request to lock or unlock on the bulletin board. `operation` is `lock` or `unlock`.
pub const LOCK_REQUEST: Layout = Layout {
    tag: "conclave/lock-request",
    fields: &[
        always("user_id", Width::Text(ID_MAX)),
        always("hardware_id", Width::Text(ID_MAX)),
        always("operation", Width::Text(16)),
        always("link_hash", Width::Exactly(32)),
        always("sig", Width::Exactly(64)),
    ],
};

/// A key announcement on the bulletin board.
pub const ANNOUNCEMENT: Layout = Layout {
    tag: "conclave/announcement",
    fields: &[
        always("user_id", Width::Text(ID_MAX)),
        always("hardware_id", Width::Text(ID_MAX)),
        always("pk", Width::AtMost(32 + 1184)),
        always("sig", Width::Exactly(64)),
    ],
};

/// A sealed meeting key on the bulletin board: `(i, C)` with `C = (C', RandomNonce, C_Kyber)`.
/// `kem` is empty in the classic suite.
pub const SEALED_KEY: Layout = Layout {
    tag: "conclave/sealed-key",
    fields: &[
        always("user_id", Width::Text(ID_MAX)),
        always("hardware_id", Width::Text(ID_MAX)),
        always("nonce", Width::Exactly(24)),
        always("kem", Width::AtMost(1088)),
        always("ciphertext", Width::AtMost(256)),
    ],
};

/// Every layout, for generated tables and fuzzing.
pub const ALL: [&Layout; 106] = [
    &BINDING,
    &STATEMENT,
    &META,
    &SEALED_PLAINTEXT,
    &COMBINATION,
    &STREAM_KEY_INFO,
    &ANNOUNCEMENT,
    &SEALED_KEY,
    &LINK,
    &ENTRY,
    &HEARTBEAT_SIGNED,
    &HEARTBEAT,
    &LOCK_REQUEST_SIGNED,
    &LOCK_REQUEST,
    &sigchain::LINK,
    &sigchain::LINK_SIGNED,
    &sigchain::LINK_HASHED,
    &sigchain::SIGNATURE,
    &sigchain::USER_KEYS,
    &sigchain::USER_ROOT,
    &sigchain::EMAIL_CHANGE,
    &sigchain::ACCOUNT_CHANGE,
    &sigchain::DEVICE_ADD,
    &sigchain::DEVICE_RENAME,
    &sigchain::DEVICE_REVOKE,
    &sigchain::DEVICE_KEY_ROTATE,
    &sigchain::BATCH_APPROVE,
    &sigchain::DEVICE_ADD_AND_APPROVE,
    &sigchain::PER_USER_KEY_ROTATE,
    &sigchain::LOCKDOWN_MODE,
    &sigchain::USER_ID_CHANGE,
    &sigchain::IDP_UPDATE,
    &sigchain::ESCROW_ADMIN,
    &sigchain::CHANGE_MEMBERS,
    &sigchain::DEVICE_ID,
    &sigchain::COMMITMENT,
    &sigchain::ESCROW,
    &sigchain::OPENING,
    &sigchain::EMAIL_OPENED,
    &sigchain::ACCOUNT_OPENED,
    &sigchain::NAME_OPENED,
    &sigchain::USER_ID_OPENED,
    &sigchain::ESCROW_OPENED,
    &sigchain::DEVICE_STATE,
    &sigchain::CONTACT_RECORD,
    &sigchain::TAIL,
    &sigchain::FINGERPRINT,
    &per_user::SEED_BOX,
    &per_user::SEED_META,
    &per_user::GENERATION,
    &per_user::KNOWN,
    &per_user::DUE,
    &per_user::HELD,
    &per_user::CONTENT,
    &per_user::CONTENT_META,
    &per_user::CONTACT,
    &per_user::FILED,
    &per_user::FILED_SIGNED,
    &stored::STORED_KEY,
    &stored::STORED_SECRET,
    &stored::STORED_DATA,
    &stored::STORED_PLAINTEXT,
    &attestation::ATTESTATION_SIGNED,
    &attestation::SNAPSHOT,
    &attestation::SHARING,
    &identity::BINDING,
    &identity::STATEMENT,
    &identity::SNAPSHOT,
    &transparency::NAME,
    &transparency::COMMITMENT,
    &transparency::AUDIT,
    &transparency::NODE,
    &transparency::PATH,
    &transparency::ABSENCE,
    &transparency::MARKER,
    &transparency::LOOKUP,
    &transparency::UPDATE,
    &transparency::MISSING,
    &transparency::HISTORY,
    &transparency::GROWTH,
    &meeting::KEY_STATEMENT,
    &meeting::KNOWN_CHAIN,
    &meeting::EVENT,
    &meeting::LISTED,
    &meeting::LEFT,
    &meeting::BINDING,
    &meeting::STATEMENT,
    &meeting::CHAINS,
    &meeting::ATTESTATION,
    &meeting::GROWTH,
    &meeting::TREE,
    &meeting::LOOKUP,
    &meeting::DISPLAY,
    &devices::DEVICE_SHOWN,
    &devices::IDENTIFIER_SHOWN,
    &devices::NOTICE,
    &devices::ADDRESS_USER,
    &devices::SEALED_FOR_USER,
    &devices::SEALED_FOR_USER_SIGNED,
    &devices::USER_BOX_META,
    &escrow::CHAIN,
    &escrow::META,
    &escrow::KEYS,
    &escrow::SECRETS,
    &escrow::SIGNED,
    &escrow::BOX,
];
