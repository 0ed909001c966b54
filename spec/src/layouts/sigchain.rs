//! Sigchains (4.6, subsec:sigchains; reading R-111): links, what the types of links carry, and what is
//! disclosed of them.
//!
//! The names are the paper's, in Rust case. A list stands in one field, each element as its encoding
//! behind its length. A Kyber key is empty where a device or a user has none.

use super::{Field, ID_MAX, Layout, Width, always, by};
use crate::rules::Rule;

/// The width of a Kyber768 public key, in bytes.
pub const KYBER_PUBLIC: usize = 1184;
/// Room for what a type of link carries, and for lists in it.
const BODY_MAX: usize = 1 << 18;
const USER_KEYS_MAX: usize = 8192;
const SIGNATURES_MAX: usize = 1024;

const SUBJECT: Width = Width::AtMost(ID_MAX);

/// A link as served. The subject is the user ID, the account ID, or in the chain of an email address a
/// commitment to the address; the body is the encoding of what the type of the link carries.
pub const LINK: Layout = Layout {
    tag: "conclave/chain-link",
    fields: &[
        always("sigchain_type", Width::Text(16)),
        always("link_type", Width::Text(32)),
        always("sequence_number", Width::U32),
        always("prev", Width::Exactly(32)),
        always("cloud_name", Width::Text(ID_MAX)),
        always("subject", SUBJECT),
        always("body", Width::AtMost(BODY_MAX)),
        always("signatures", Width::AtMost(SIGNATURES_MAX)),
    ],
};

/// What a signature on a link is over (reading R-112).
pub const LINK_SIGNED: Layout = Layout {
    tag: "conclave/chain-link-signed",
    fields: &[
        by(Rule::LinkSigNamesType, "sigchain_type", Width::Text(16)),
        by(Rule::LinkSigNamesType, "link_type", Width::Text(32)),
        by(Rule::LinkSigNamesNumber, "sequence_number", Width::U32),
        by(Rule::LinkSigNamesPrevious, "prev", Width::Exactly(32)),
        by(Rule::LinkSigNamesCloud, "cloud_name", Width::Text(ID_MAX)),
        by(Rule::LinkSigNamesSubject, "subject", SUBJECT),
        by(Rule::LinkSigNamesBody, "body", Width::AtMost(BODY_MAX)),
    ],
};

/// What the hash of a link is over.
pub const LINK_HASHED: Layout = Layout {
    tag: "conclave/chain-link-hashed",
    fields: &[
        always("sigchain_type", Width::Text(16)),
        always("link_type", Width::Text(32)),
        always("sequence_number", Width::U32),
        always("prev", Width::Exactly(32)),
        always("cloud_name", Width::Text(ID_MAX)),
        always("subject", SUBJECT),
        always("body", Width::AtMost(BODY_MAX)),
        by(Rule::LinkHashNamesSignatures, "signatures", Width::AtMost(SIGNATURES_MAX)),
    ],
};

/// One signature on a link: first the device that authorizes it, or the key that is replaced, then the
/// key that the link brings.
pub const SIGNATURE: Layout =
    Layout { tag: "conclave/chain-signature", fields: &[always("sig", Width::Exactly(64))] };

/// The public per-user keys of one generation.
pub const USER_KEYS: Layout = Layout {
    tag: "conclave/per-user-keys",
    fields: &[
        always("user_x25519", Width::Exactly(32)),
        always("user_kyber768", Width::AtMost(KYBER_PUBLIC)),
        always("user_email_x25519", Width::Exactly(32)),
        always("user_email_kyber768", Width::AtMost(KYBER_PUBLIC)),
        always("user_voicemail_x25519", Width::Exactly(32)),
        always("user_voicemail_kyber768", Width::AtMost(KYBER_PUBLIC)),
    ],
};

const DEVICE: Field = always("device_id", Width::Text(ID_MAX));
const DEVICE_NAME: Field = always("device_name", Width::Exactly(32));
const DEVICE_TYPE: Field = always("device_type", Width::Text(16));
const ED25519: Field = always("device_ed25519", Width::Exactly(32));
const X25519: Field = always("device_x25519", Width::Exactly(32));
const KYBER768: Field = always("device_kyber768", Width::AtMost(KYBER_PUBLIC));
const NEW_USER_KEYS: Field = always("user_keys", Width::AtMost(USER_KEYS_MAX));
const REVOKED: Field = always("revoke_device_ids", Width::AtMost(BODY_MAX));

/// The first link of a user. The changes are commitments, or empty.
pub const USER_ROOT: Layout = Layout {
    tag: "conclave/user-root",
    fields: &[
        DEVICE,
        DEVICE_NAME,
        DEVICE_TYPE,
        ED25519,
        X25519,
        KYBER768,
        NEW_USER_KEYS,
        always("email_change", Width::AtMost(32)),
        always("account_change", Width::AtMost(32)),
    ],
};

/// Another email address.
pub const EMAIL_CHANGE: Layout =
    Layout { tag: "conclave/email-change", fields: &[always("email_change", Width::Exactly(32))] };

/// Another account, or none.
pub const ACCOUNT_CHANGE: Layout = Layout {
    tag: "conclave/account-change",
    fields: &[always("account_change", Width::Exactly(32))],
};

/// A new device, which may revoke others.
pub const DEVICE_ADD: Layout = Layout {
    tag: "conclave/device-add",
    fields: &[DEVICE, DEVICE_NAME, DEVICE_TYPE, ED25519, X25519, KYBER768, NEW_USER_KEYS, REVOKED],
};

/// Another name of a device, by itself.
pub const DEVICE_RENAME: Layout =
    Layout { tag: "conclave/device-rename", fields: &[DEVICE, DEVICE_NAME] };

/// A revocation; the signer is empty where the server made it.
pub const DEVICE_REVOKE: Layout = Layout {
    tag: "conclave/device-revoke",
    fields: &[always("signer", Width::MaybeText(ID_MAX)), REVOKED, NEW_USER_KEYS],
};

/// Other keys of a device. The signer is the device, or for an escrow device any other.
pub const DEVICE_KEY_ROTATE: Layout = Layout {
    tag: "conclave/device-key-rotate",
    fields: &[
        always("signer", Width::Text(ID_MAX)),
        DEVICE,
        ED25519,
        X25519,
        KYBER768,
        NEW_USER_KEYS,
    ],
};

/// An approval of every younger device, less those it revokes.
pub const BATCH_APPROVE: Layout = Layout {
    tag: "conclave/batch-approve",
    fields: &[always("signer", Width::Text(ID_MAX)), REVOKED, NEW_USER_KEYS],
};

/// A new device and the approval of it. `escrow` is the encoding of [`ESCROW`], or empty.
pub const DEVICE_ADD_AND_APPROVE: Layout = Layout {
    tag: "conclave/device-add-and-approve",
    fields: &[
        always("signer", Width::Text(ID_MAX)),
        DEVICE,
        DEVICE_NAME,
        DEVICE_TYPE,
        ED25519,
        X25519,
        KYBER768,
        NEW_USER_KEYS,
        REVOKED,
        always("escrow", Width::AtMost(1024)),
    ],
};

/// New per-user keys and nothing else.
pub const PER_USER_KEY_ROTATE: Layout = Layout {
    tag: "conclave/per-user-key-rotate",
    fields: &[always("signer", Width::Text(ID_MAX)), NEW_USER_KEYS],
};

/// Lockdown `on` or `off`.
pub const LOCKDOWN_MODE: Layout = Layout {
    tag: "conclave/lockdown-mode",
    fields: &[always("signer", Width::Text(ID_MAX)), always("mode", Width::Text(16))],
};

/// The user of an email address.
pub const USER_ID_CHANGE: Layout = Layout {
    tag: "conclave/user-id-change",
    fields: &[always("user_id_change", Width::Exactly(32))],
};

/// The identity provider of an account.
pub const IDP_UPDATE: Layout =
    Layout { tag: "conclave/idp-update", fields: &[always("idp_domain", Width::Text(ID_MAX))] };

/// The escrow administrators of an account.
pub const ESCROW_ADMIN: Layout =
    Layout { tag: "conclave/escrow-admin", fields: &[always("escrow_admin", Width::Exactly(32))] };

/// Users that come to an account and go; commitments.
pub const CHANGE_MEMBERS: Layout = Layout {
    tag: "conclave/change-members",
    fields: &[always("added", Width::AtMost(BODY_MAX)), always("removed", Width::AtMost(BODY_MAX))],
};

/// An element of a list of devices.
pub const DEVICE_ID: Layout = Layout { tag: "conclave/device-id", fields: &[DEVICE] };

/// An element of a list of commitments.
pub const COMMITMENT: Layout =
    Layout { tag: "conclave/commitment", fields: &[always("commitment", Width::Exactly(32))] };

/// What an escrow device is for: the chain of the administrators, its tail and its generation of keys.
pub const ESCROW: Layout = Layout {
    tag: "conclave/escrow",
    fields: &[
        always("user_id", Width::Text(ID_MAX)),
        always("last_sequence_number", Width::U32),
        always("last_link_hash", Width::Exactly(32)),
        always("generation", Width::U32),
    ],
};

/// What is disclosed of a link: which field of which link, the key of its commitment and the value.
pub const OPENING: Layout = Layout {
    tag: "conclave/opening",
    fields: &[
        always("sequence_number", Width::U32),
        always("field", Width::Text(32)),
        always("key", Width::AtMost(64)),
        always("value", Width::AtMost(4096)),
    ],
};

/// The value of `email_change`.
pub const EMAIL_OPENED: Layout = Layout {
    tag: "conclave/email-change-opened",
    fields: &[
        always("email", Width::Text(ID_MAX)),
        always("email_chain_sequence_number", Width::U32),
    ],
};

/// The value of `account_change`. Without an account the ID is empty and the numbers are zero.
pub const ACCOUNT_OPENED: Layout = Layout {
    tag: "conclave/account-change-opened",
    fields: &[
        always("account_id", Width::MaybeText(ID_MAX)),
        always("membership_chain_sequence_number", Width::U32),
        always("addition_index", Width::U32),
    ],
};

/// The value of `device_name`.
pub const NAME_OPENED: Layout = Layout {
    tag: "conclave/device-name-opened",
    fields: &[always("name", Width::Text(ID_MAX)), always("version", Width::U32)],
};

/// The value of `user_id_change`, and of a member that comes or goes.
pub const USER_ID_OPENED: Layout = Layout {
    tag: "conclave/user-id-opened",
    fields: &[
        always("user_id", Width::Text(ID_MAX)),
        always("user_chain_sequence_number", Width::U32),
    ],
};

/// The value of `escrow_admin`. Without escrow the ID is empty and the number zero.
pub const ESCROW_OPENED: Layout = Layout {
    tag: "conclave/escrow-admin-opened",
    fields: &[
        always("user_id", Width::MaybeText(ID_MAX)),
        always("escrow_admin_chain_sequence_number", Width::U32),
    ],
};

/// A device as a verified chain leaves it. `revoked` is the number of the link that revoked it, or zero;
/// `class` the oldest device of its approval class.
pub const DEVICE_STATE: Layout = Layout {
    tag: "conclave/device-state",
    fields: &[
        DEVICE,
        DEVICE_TYPE,
        ED25519,
        X25519,
        KYBER768,
        always("added", Width::U32),
        always("revoked", Width::U32),
        always("class", Width::Text(ID_MAX)),
    ],
};

/// What a device of one's own remembers of a user it met: its own identifier, the length of the user's
/// chain then, and how many meetings there were (reading R-133).
pub const CONTACT_RECORD: Layout = Layout {
    tag: "conclave/contact-record",
    fields: &[
        always("signer", Width::Text(ID_MAX)),
        always("last_sequence_number", Width::U32),
        always("meetings", Width::U32),
    ],
};

/// The tail of a chain.
pub const TAIL: Layout = Layout {
    tag: "conclave/chain-tail",
    fields: &[
        always("sigchain_type", Width::Text(16)),
        always("last_sequence_number", Width::U32),
        always("last_link_hash", Width::Exactly(32)),
    ],
};

/// What a fingerprint is the hash of: two encoded tails (reading R-119). A user without an account has
/// no second one.
pub const FINGERPRINT: Layout = Layout {
    tag: "conclave/fingerprint",
    fields: &[
        by(Rule::FingerprintNamesUser, "user_tail", Width::AtMost(128)),
        by(Rule::FingerprintNamesAccount, "account_tail", Width::AtMost(128)),
    ],
};
