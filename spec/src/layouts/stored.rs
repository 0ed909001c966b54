//! Secret keys at rest (4.6, subsec:lks; readings ).

use super::{Layout, Width, always, by};
use crate::rules::Rule;

const SECRET_MAX: usize = 4096;

/// What is stored: the commitment, and the ciphertext with its tag.
pub const STORED_KEY: Layout = Layout {
    tag: "conclave/stored-key",
    fields: &[
        always("commitment", Width::Exactly(32)),
        always("ciphertext", Width::AtMost(SECRET_MAX + 128)),
    ],
};

/// What the commitment is to.
pub const STORED_SECRET: Layout = Layout {
    tag: "conclave/stored-secret",
    fields: &[
        by(Rule::StoreNamesContext, "context", Width::Text(64)),
        always("secret", Width::AtMost(SECRET_MAX)),
    ],
};

/// The associated data of the ciphertext.
pub const STORED_DATA: Layout = Layout {
    tag: "conclave/stored-data",
    fields: &[
        by(Rule::StoreNamesContext, "context", Width::Text(64)),
        always("commitment", Width::Exactly(32)),
    ],
};

/// The plaintext: the key that opens the commitment, and the secret.
pub const STORED_PLAINTEXT: Layout = Layout {
    tag: "conclave/stored-plaintext",
    fields: &[always("opening", Width::Exactly(32)), always("secret", Width::AtMost(SECRET_MAX))],
};
