//! Who participants are over a meeting (`docs/meeting-identity.md`): the statement of the key server
//! (2.3.1, 3.6; reading R-172), what a client is told while the meeting goes on, what it displays.

use super::{ID_MAX, Layout, Width, always, attestation::TOKEN_MAX, by};
use crate::rules::Rule;

const KEY: Width = Width::Exactly(32);
const ID: Width = Width::Text(ID_MAX);
const MAYBE: Width = Width::MaybeText(ID_MAX);
/// Room for any signature that somebody sends for one.
const SIGNATURE: Width = Width::AtMost(128);
/// Room for a list of three tails.
const TAILS: Width = Width::AtMost(1 << 10);
const LIST: Width = Width::AtMost(1 << 20);
/// Room for what resolver and provider answer.
const ANSWER: Width = Width::MaybeText(1 << 16);

/// What a client signs about its own key, for the key server to hand out.
pub const KEY_STATEMENT: Layout = Layout {
    tag: "conclave/key-statement",
    fields: &[
        by(Rule::KeyStatementNamesUser, "user_id", ID),
        by(Rule::KeyStatementNamesDevice, "hardware_id", ID),
        always("ivk", KEY),
    ],
};

/// A chain that a client remembers, by its tail.
pub const KNOWN_CHAIN: Layout = Layout {
    tag: "conclave/known-chain",
    fields: &[always("subject", ID), always("tail", Width::AtMost(128))],
};

/// Something that a client is told in a meeting. Times are in seconds since 1970.
pub const EVENT: Layout = Layout {
    tag: "conclave/meeting-event",
    fields: &[
        always("at_s", Width::U64),
        always("kind", Width::Text(16)),
        always("body", Width::AtMost(1 << 22)),
    ],
};

/// A device that the roster has.
pub const LISTED: Layout = Layout {
    tag: "conclave/meeting-listed",
    fields: &[
        always("user_id", ID),
        always("hardware_id", ID),
        always("ivk", KEY),
        always("pk", Width::AtMost(32 + 1184)),
    ],
};

/// A device that the roster has no more.
pub const LEFT: Layout = Layout {
    tag: "conclave/meeting-left",
    fields: &[always("user_id", ID), always("hardware_id", ID)],
};

/// A binding on the board, with the tails it is over.
pub const BINDING: Layout = Layout {
    tag: "conclave/meeting-binding",
    fields: &[
        always("user_id", ID),
        always("hardware_id", ID),
        always("ivk", KEY),
        always("pk", Width::AtMost(32 + 1184)),
        always("tails", TAILS),
        always("signature", SIGNATURE),
    ],
};

/// The server's statement about a device, with the tails it is over.
pub const STATEMENT: Layout = Layout {
    tag: "conclave/meeting-statement",
    fields: &[
        always("user_id", ID),
        always("hardware_id", ID),
        always("ivk", KEY),
        always("tails", TAILS),
        always("signature", SIGNATURE),
    ],
};

/// What the server serves of the chains of a device's user.
pub const CHAINS: Layout = Layout {
    tag: "conclave/meeting-chains",
    fields: &[
        always("user_id", ID),
        always("hardware_id", ID),
        always("ivk", KEY),
        always("email", MAYBE),
        always("account_id", MAYBE),
        always("user_links", LIST),
        always("user_openings", LIST),
        always("email_links", LIST),
        always("email_openings", LIST),
        always("account_links", LIST),
        always("account_openings", LIST),
    ],
};

/// An attestation of a device, and what server, resolver and provider say.
pub const ATTESTATION: Layout = Layout {
    tag: "conclave/meeting-attestation",
    fields: &[
        always("user_id", ID),
        always("hardware_id", ID),
        always("ivk", KEY),
        always("attestation", Width::Text(TOKEN_MAX)),
        always("adn", MAYBE),
        always("signature", SIGNATURE),
        always("served_adn", MAYBE),
        always("served_provider", MAYBE),
        always("records", ANSWER),
        always("key_set", ANSWER),
    ],
};

/// A whole chain, as it is by now.
pub const GROWTH: Layout = Layout {
    tag: "conclave/meeting-growth",
    fields: &[
        always("sigchain_type", Width::Text(16)),
        always("subject", ID),
        always("links", LIST),
        always("openings", LIST),
    ],
};

/// A commitment of the server's tree.
pub const TREE: Layout = Layout {
    tag: "conclave/meeting-tree",
    fields: &[
        always("epoch", Width::U64),
        always("root", KEY),
        always("vrf_key", KEY),
        always("signature", SIGNATURE),
        always("audits", LIST),
    ],
};

/// A proof of a chain's tail at an epoch.
pub const LOOKUP: Layout = Layout {
    tag: "conclave/meeting-lookup",
    fields: &[
        always("sigchain_type", Width::Text(16)),
        always("subject", ID),
        always("epoch", Width::U64),
        always("proof", LIST),
    ],
};

/// What is displayed of a participant.
pub const DISPLAY: Layout = Layout {
    tag: "conclave/meeting-display",
    fields: &[
        always("user_id", ID),
        always("hardware_id", ID),
        always("ivk", KEY),
        always("state", Width::Text(16)),
        always("reason", Width::MaybeText(16)),
        always("device_id", MAYBE),
        always("email", MAYBE),
        always("account_id", MAYBE),
        always("adn", MAYBE),
        always("provider", MAYBE),
        always("keys", Width::Text(16)),
    ],
};
