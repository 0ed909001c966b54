//! Account escrow: chains of administrators as they are served, and the box of an escrow device's secrets
//! (4.6, subsec:keyescrow; reading R-158).

use super::{Field, ID_MAX, Layout, Width, always, by, sigchain::KYBER_PUBLIC};
use crate::rules::Rule;

const LINKS_MAX: usize = 1 << 20;
const META_MAX: usize = 2048;

/// A chain of administrators as the server serves it: links and openings as chain formulas have them.
pub const CHAIN: Layout = Layout {
    tag: "conclave/escrow-chain",
    fields: &[
        always("user_id", Width::Text(ID_MAX)),
        always("links", Width::AtMost(LINKS_MAX)),
        always("openings", Width::AtMost(LINKS_MAX)),
    ],
};

/// What the box of an escrow device's secrets is bound to.
pub const META: Layout = Layout {
    tag: "conclave/escrow-meta",
    fields: &[
        by(Rule::EscrowBoxNamesUser, "user_id", Width::Text(ID_MAX)),
        by(Rule::EscrowBoxNamesDevice, "device_id", Width::Text(ID_MAX)),
        by(Rule::EscrowBoxNamesDevice, "device_ed25519", Width::Exactly(32)),
        by(Rule::EscrowBoxNamesAdministrators, "escrow_user_id", Width::Text(ID_MAX)),
        by(Rule::EscrowBoxNamesTail, "last_sequence_number", Width::U32),
        by(Rule::EscrowBoxNamesTail, "last_link_hash", Width::Exactly(32)),
        by(Rule::EscrowBoxNamesTail, "generation", Width::U32),
    ],
};

/// The public keys of a hybrid box: that of the box, and the administrators'.
pub const KEYS: Layout = Layout {
    tag: "conclave/escrow-keys",
    fields: &[
        EPHEMERAL,
        always("user_x25519", Width::Exactly(32)),
        always("user_kyber768", Width::AtMost(KYBER_PUBLIC)),
    ],
};

/// The secret keys of an escrow device; without a Kyber key the last is empty.
pub const SECRETS: Layout = Layout {
    tag: "conclave/escrow-secrets",
    fields: &[
        always("ed25519_seed", Width::Exactly(32)),
        always("x25519_secret", Width::Exactly(32)),
        always("kyber768_seed", Width::AtMost(64)),
    ],
};

const EPHEMERAL: Field = always("ephemeral", Width::Exactly(32));
const NONCE: Field = always("nonce", Width::Exactly(24));
const KEM: Field = always("kem", Width::AtMost(1088));
const CIPHERTEXT: Field = always("ciphertext", Width::AtMost(512));

/// What the signature of a box is over; `meta` is the encoding of [`META`].
pub const SIGNED: Layout = Layout {
    tag: "conclave/escrow-box-signed",
    fields: &[always("meta", Width::AtMost(META_MAX)), EPHEMERAL, NONCE, KEM, CIPHERTEXT],
};

/// The box as the server keeps it.
pub const BOX: Layout = Layout {
    tag: "conclave/escrow-box",
    fields: &[
        always("last_sequence_number", Width::U32),
        always("last_link_hash", Width::Exactly(32)),
        always("generation", Width::U32),
        EPHEMERAL,
        NONCE,
        KEM,
        CIPHERTEXT,
        always("sig", Width::Exactly(64)),
    ],
};
