//! What the devices of a user seal for each other and for themselves (4.6, subsubsec:puks and
//! subsec:contactsync; readings ).

use super::{ID_MAX, Layout, Width, always, by};
use crate::rules::Rule;

/// The box of a seed. The encapsulation is empty in a classic box.
pub const SEED_BOX: Layout = Layout {
    tag: "conclave/seed-box",
    fields: &[
        always("sender", Width::Text(ID_MAX)),
        always("generation", Width::U32),
        always("nonce", Width::Exactly(24)),
        always("kem", Width::AtMost(1088)),
        always("ciphertext", Width::AtMost(256)),
    ],
};

/// What the box of a seed is bound to.
pub const SEED_META: Layout = Layout {
    tag: "conclave/seed-meta",
    fields: &[
        by(Rule::SeedBoxNamesUser, "user_id", Width::Text(ID_MAX)),
        by(Rule::SeedBoxNamesSender, "sender", Width::Text(ID_MAX)),
        by(Rule::SeedBoxNamesRecipient, "recipient", Width::Text(ID_MAX)),
        by(Rule::SeedBoxNamesGeneration, "generation", Width::U32),
    ],
};

/// The public per-user keys of a generation, with the number of the link that brought them.
pub const GENERATION: Layout = Layout {
    tag: "conclave/generation",
    fields: &[always("sequence_number", Width::U32), always("user_keys", Width::AtMost(8192))],
};

/// A generation whose seed a device knows.
pub const KNOWN: Layout =
    Layout { tag: "conclave/known-seed", fields: &[always("generation", Width::U32)] };

/// A seed that is to be sealed for a device.
pub const DUE: Layout = Layout {
    tag: "conclave/seed-due",
    fields: &[always("device_id", Width::Text(ID_MAX)), always("generation", Width::U32)],
};

/// A seed that a device holds.
pub const HELD: Layout = Layout {
    tag: "conclave/held-seed",
    fields: &[always("generation", Width::U32), always("seed", Width::Exactly(32))],
};

const CIPHERTEXT_MAX: usize = 1 << 20;

/// Content under a symmetric per-user key.
pub const CONTENT: Layout = Layout {
    tag: "conclave/sealed-content",
    fields: &[
        always("generation", Width::U32),
        always("nonce", Width::Exactly(24)),
        always("ciphertext", Width::AtMost(CIPHERTEXT_MAX)),
    ],
};

/// What content and contact records are bound to.
pub const CONTENT_META: Layout = Layout {
    tag: "conclave/content-meta",
    fields: &[
        by(Rule::ContentNamesUser, "user_id", Width::Text(ID_MAX)),
        by(Rule::ContentNamesGeneration, "generation", Width::U32),
    ],
};

/// What a device remembers of another user, before it is sealed: the tail of their chain, when they
/// first met in seconds since 1970, and how many meetings there were.
pub const CONTACT: Layout = Layout {
    tag: "conclave/contact",
    fields: &[
        always("last_sequence_number", Width::U32),
        always("last_link_hash", Width::Exactly(32)),
        always("first_met_s", Width::U64),
        always("meetings", Width::U32),
    ],
};

/// A contact record as the server keeps it; `record` is the encoding of [`CONTENT`].
pub const FILED: Layout = Layout {
    tag: "conclave/filed-contact",
    fields: &[
        always("device_id", Width::Text(ID_MAX)),
        always("tag", Width::Exactly(32)),
        always("record", Width::AtMost(1024)),
        always("sig", Width::Exactly(64)),
    ],
};

/// What its signature is over.
pub const FILED_SIGNED: Layout = Layout {
    tag: "conclave/filed-contact-signed",
    fields: &[
        by(Rule::ContactSigNamesDevice, "device_id", Width::Text(ID_MAX)),
        by(Rule::ContactSigNamesTag, "tag", Width::Exactly(32)),
        by(Rule::ContactSigNamesRecord, "record", Width::AtMost(1024)),
    ],
};
