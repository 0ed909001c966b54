//! Readings about the server's tree of tails.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_150: Reading = Reading {
    id: "R-150",
    title: "Which tree it is, byte for byte",
    place: at("4.6", "4.1"),
    question: "The tree is said to be built on a Rotatable Zero-Knowledge Set, to keep pairs of name \
        and value that are never removed or altered, to have a small commitment and short proofs \
        and to hide paths. No byte of it is given.",
    alternatives: &[
        alt(
            "akd",
            "The tree of the library akd: compressed, binary, labels by a VRF whose key never \
             changes, hashed values; SHA-256 in place of its hash.",
        ),
        alt("rzks", "The ordered set of the cited paper, whose VRF key can be rotated."),
        alt("merkle", "A plain Merkle tree by hashed names."),
    ],
    chosen: "akd",
    why: "It is the one such construction with a maintained implementation that others use, to \
        which everything here is held. Shared with what the text says: only ever added to, small \
        commitment, short proofs, names hidden behind a VRF, auditors outside. Not shared: the VRF \
        key cannot be rotated, so one that leaks lets whoever has it look up names for good; and \
        what a proof gives away of other entries is not bounded as in the cited paper. The last \
        alternative hides nothing.",
    policy: None,
    rules: &[Rule::LabelKeyKept, Rule::LabelOfName, Rule::GrowthApart],
};

pub(super) const R_151: Reading = Reading {
    id: "R-151",
    title: "What is in the tree",
    place: at("4.6", "4.1"),
    question: "Every statement of a sigchain that a client is given comes with a proof of its \
        inclusion. Whether each link is an entry or each state of a chain, under which name, and \
        when a new one comes, is not said.",
    alternatives: &[
        alt(
            "tails",
            "The name is type and subject of the chain, the value its tail; each epoch that brings \
             links to a chain brings one version of its name.",
        ),
        alt("links", "Each link is a value under a name that has its number."),
        alt("keys", "The value is the list of the user's keys."),
    ],
    chosen: "tails",
    why: "A tail stands for every link before it, and is what participant and server sign (R-139): \
        one proof is enough for the whole chain, and the newest version says that nothing follows. \
        Entries by link would need a proof for each, and one that there is no next. Names of all \
        four types of chains stand in one tree.",
    policy: None,
    rules: &[Rule::EntryInEpoch],
};

pub(super) const R_152: Reading = Reading {
    id: "R-152",
    title: "What the signature on a commitment is over",
    place: at("4.6", "sec:ztt"),
    question: "The server signs the mapping, and commitments are said to be signed and to be \
        compared. What stands in them beside the small commitment, and under which context string, \
        is not said.",
    alternatives: &[
        alt(
            "state",
            "Cloud, epoch, root and VRF key; auditors sign the same under a context string of \
             their own.",
        ),
        alt("root", "The root alone."),
        alt("with_time", "The same and the time, so that an old one is refused."),
    ],
    chosen: "state",
    why: "Without the epoch two roots are no fork. With another VRF key the same name has another \
        label, so one root could have two answers; a signed key makes that a fork too. A time would \
        be a step that the text does not have: how old a commitment may be is not said.",
    policy: None,
    rules: &[Rule::TreeNamesCloud, Rule::TreeNamesEpoch, Rule::TreeNamesLabelKey],
};

pub(super) const R_153: Reading = Reading {
    id: "R-153",
    title: "What several auditors mean",
    place: at("4.6", "subsec:zttaudit"),
    question: "Clients ask auditors whether their commitment was audited and is everybody's. How \
        many must answer, what an answer about another epoch means, and how a client that sees a \
        fork can tell the server's lie from the auditor's, is not said. The level is degraded if \
        none can be reached.",
    alternatives: &[
        alt(
            "one",
            "One known auditor that signed the same state is enough; every one that answers must \
             agree, and shows the server's signature; an answer about another epoch vouches for \
             nothing.",
        ),
        alt("all", "Every auditor that the client knows must have signed the same."),
        alt("most", "More than half of them must have."),
    ],
    chosen: "one",
    why: "The text signals a degraded level only if no auditor can be reached. With the server's \
        signature beside the auditor's a fork shows itself to anybody, and an auditor cannot make \
        one up. A client that did not ask is shown what one that reached nobody is.",
    policy: None,
    rules: &[Rule::AuditSigned, Rule::ForkShown],
};

pub(super) const R_154: Reading = Reading {
    id: "R-154",
    title: "How the newest version is known to be the newest",
    place: at("4.6", "sec:ztt"),
    question: "All clients are to have the same view, a user of the own chain too. In a tree of \
        versions that is so only if who looks up a version, and who looks over a history, cannot \
        both be right about different ones. Proofs for that are not described.",
    alternatives: &[
        alt(
            "all_markers",
            "A lookup shows every marker on the way to its version, a history the absence of every \
             marker beyond it; an absence is shown at the last node on the way.",
        ),
        alt(
            "one_marker",
            "A lookup shows one marker, the largest power of two, and an absence any node on the \
             way that the label is no child of.",
        ),
        alt("every_version", "A history shows the absence of every version up to the epoch."),
    ],
    chosen: "all_markers",
    why: "Of the markers of any two versions one must be both there and not there; that needs all \
        of them. With one marker a server can leave out a version of its own making in the owner's \
        history and serve it to everybody else; and a node further up shows nothing of what lies \
        below it. It costs a lookup a few paths, and the last alternative far more.",
    policy: None,
    rules: &[Rule::MarkersThere, Rule::AbsenceExact, Rule::FutureAbsent],
};

pub(super) const R_155: Reading = Reading {
    id: "R-155",
    title: "What a user's client looks over",
    place: at("4.6", "4.2.3"),
    question: "A client is to ask for a new commitment now and then, to see that it is consistent \
        with what was before, and to have the user review what is new. Since when, and over which \
        proof, is not said.",
    alternatives: &[
        alt(
            "whole",
            "The whole history of the chain's tails, each once, each marked stale when the next \
             came; what came after the version that was reviewed last is shown.",
        ),
        alt("newest", "A lookup of the own name; the chain tells what is new."),
        alt("since", "The history from the version that was reviewed last."),
    ],
    chosen: "whole",
    why: "A lookup shows where the chain ends now and hides that it ended elsewhere for a while; a \
        key that was added and whose link went again is what the user is to find. A part of the \
        history would do for a client that kept everything before, and a device that is new has \
        kept nothing.",
    policy: None,
    rules: &[Rule::HistoryWhole, Rule::OlderStale],
};
