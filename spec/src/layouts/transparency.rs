//! What the server's tree of tails signs and shows (4.6, sec:ztt; readings ).

use super::{ID_MAX, Layout, Width, always, by};
use crate::rules::Rule;

const HASH: Width = Width::Exactly(32);
const SIGNATURE: Width = Width::Exactly(64);
const VRF_PROOF: Width = Width::Exactly(80);
/// A label of a node: how many bits it has, and 32 bytes that begin with them.
const LABEL: Width = Width::Exactly(36);
/// Room for a step per bit of a label.
const STEPS: Width = Width::AtMost(1 << 15);
/// Room for such steps and what stands beside them.
const PROOF: Width = Width::AtMost(1 << 16);
const LIST: Width = Width::AtMost(1 << 20);

/// What a chain goes by in the tree.
pub const NAME: Layout = Layout {
    tag: "conclave/tree-name",
    fields: &[always("sigchain_type", Width::Text(16)), always("subject", Width::Text(ID_MAX))],
};

/// The state of the tree, as server and auditors sign it.
pub const COMMITMENT: Layout = Layout {
    tag: "conclave/tree-commitment",
    fields: &[
        by(Rule::TreeNamesCloud, "cloud_name", Width::Text(ID_MAX)),
        by(Rule::TreeNamesEpoch, "epoch", Width::U64),
        by(Rule::TreeNamesRoot, "root", HASH),
        by(Rule::TreeNamesLabelKey, "vrf_key", Width::Exactly(32)),
    ],
};

/// What an auditor says of an epoch, with the server's signature that it got.
pub const AUDIT: Layout = Layout {
    tag: "conclave/tree-audit",
    fields: &[
        always("auditor", Width::Exactly(32)),
        always("epoch", Width::U64),
        always("root", HASH),
        always("vrf_key", Width::Exactly(32)),
        always("server_signature", SIGNATURE),
        always("signature", SIGNATURE),
    ],
};

/// A node of the tree.
pub const NODE: Layout =
    Layout { tag: "conclave/tree-node", fields: &[always("label", LABEL), always("hash", HASH)] };

/// From a node to the root: its hash, and the sibling on every level.
pub const PATH: Layout =
    Layout { tag: "conclave/tree-path", fields: &[always("hash", HASH), always("steps", STEPS)] };

/// The last node on the way to a label that is not there: its children, and its siblings.
pub const ABSENCE: Layout = Layout {
    tag: "conclave/tree-absence",
    fields: &[
        always("left_label", LABEL),
        always("left_hash", HASH),
        always("right_label", LABEL),
        always("right_hash", HASH),
        always("steps", STEPS),
    ],
};

/// A version that is in the tree.
pub const MARKER: Layout = Layout {
    tag: "conclave/tree-marker",
    fields: &[always("vrf_proof", VRF_PROOF), always("path", PROOF)],
};

/// That a tail is the newest of its chain.
pub const LOOKUP: Layout = Layout {
    tag: "conclave/tree-lookup",
    fields: &[
        always("version", Width::U64),
        always("epoch", Width::U64),
        always("value", Width::AtMost(128)),
        always("nonce", Width::Exactly(32)),
        always("vrf_proof", VRF_PROOF),
        always("path", PROOF),
        always("markers", LIST),
        always("stale_vrf_proof", VRF_PROOF),
        always("absence", PROOF),
    ],
};

/// A version of a history. What is about the version before is empty in the first.
pub const UPDATE: Layout = Layout {
    tag: "conclave/tree-update",
    fields: &[
        always("version", Width::U64),
        always("epoch", Width::U64),
        always("value", Width::AtMost(128)),
        always("nonce", Width::Exactly(32)),
        always("vrf_proof", VRF_PROOF),
        always("path", PROOF),
        always("stale_vrf_proof", Width::AtMost(80)),
        always("stale_path", PROOF),
    ],
};

/// A version that is not in the tree.
pub const MISSING: Layout = Layout {
    tag: "conclave/tree-missing",
    fields: &[always("vrf_proof", VRF_PROOF), always("absence", PROOF)],
};

/// All versions of a chain's tail.
pub const HISTORY: Layout = Layout {
    tag: "conclave/tree-history",
    fields: &[always("updates", LIST), always("absences", LIST)],
};

/// What an epoch left as it was, and what it inserted.
pub const GROWTH: Layout = Layout {
    tag: "conclave/tree-growth",
    fields: &[always("unchanged", LIST), always("inserted", LIST)],
};
