//! What a client shows of devices and chains, and what others seal for a user (readings ).

use super::{ID_MAX, Layout, Width, always, by, sigchain::KYBER_PUBLIC};
use crate::rules::Rule;

const WORD: Width = Width::Text(16);

/// A device as it is listed. `came` and `went` are `user`, `device` or `server`; `went` is empty, and
/// `revoked` zero, for one that is active. The name is empty where it is not disclosed.
pub const DEVICE_SHOWN: Layout = Layout {
    tag: "conclave/device-shown",
    fields: &[
        always("device_id", Width::Text(ID_MAX)),
        always("name", Width::MaybeText(ID_MAX)),
        always("version", Width::U32),
        always("device_type", WORD),
        always("state", WORD),
        always("added", Width::U32),
        always("came", WORD),
        always("revoked", Width::U32),
        always("went", Width::MaybeText(16)),
        always("review", WORD),
        always("new", WORD),
    ],
};

/// An address or an account that a user had, empty where it is not disclosed or none.
pub const IDENTIFIER_SHOWN: Layout = Layout {
    tag: "conclave/identifier-shown",
    fields: &[
        always("sequence_number", Width::U32),
        always("identifier", Width::MaybeText(ID_MAX)),
    ],
};

/// What a user is told of one thing that a link did.
pub const NOTICE: Layout = Layout {
    tag: "conclave/chain-notice",
    fields: &[
        always("sequence_number", Width::U32),
        always("notice", Width::Text(32)),
        always("about", Width::MaybeText(ID_MAX)),
        always("made", WORD),
    ],
};

/// Whose an address was by one link, empty and zero where it is not told.
pub const ADDRESS_USER: Layout = Layout {
    tag: "conclave/address-user",
    fields: &[
        always("sequence_number", Width::U32),
        always("user_id", Width::MaybeText(ID_MAX)),
        always("user_chain_sequence_number", Width::U32),
    ],
};

/// What somebody sealed for a user, with the keys that were drawn for it. `kyber768` and `kem` are empty
/// in a classic box.
pub const SEALED_FOR_USER: Layout = Layout {
    tag: "conclave/sealed-for-user",
    fields: &[DEVICE_ID, GENERATION, X25519, KYBER768, NONCE, KEM, CIPHERTEXT, SIG],
};

/// What its signature is over.
pub const SEALED_FOR_USER_SIGNED: Layout = Layout {
    tag: "conclave/sealed-for-user-signed",
    fields: &[DEVICE_ID, GENERATION, X25519, KYBER768, NONCE, KEM, CIPHERTEXT],
};

const DEVICE_ID: super::Field = always("device_id", Width::Text(ID_MAX));
const GENERATION: super::Field = always("generation", Width::U32);
const X25519: super::Field = always("x25519", Width::Exactly(32));
const KYBER768: super::Field = always("kyber768", Width::AtMost(KYBER_PUBLIC));
const NONCE: super::Field = always("nonce", Width::Exactly(24));
const KEM: super::Field = always("kem", Width::AtMost(1088));
const CIPHERTEXT: super::Field = always("ciphertext", Width::AtMost(1 << 20));
const SIG: super::Field = always("sig", Width::Exactly(64));

/// What such a box is bound to.
pub const USER_BOX_META: Layout = Layout {
    tag: "conclave/user-box-meta",
    fields: &[
        by(Rule::UserBoxNamesAuthor, "author", Width::Text(ID_MAX)),
        by(Rule::UserBoxNamesDevice, "device_id", Width::Text(ID_MAX)),
        by(Rule::UserBoxNamesRecipient, "user_id", Width::Text(ID_MAX)),
        always("generation", Width::U32),
    ],
};
