//! Readings about parts of the paper beyond the meetings of this release. No rule depends on them
//! yet.

use super::{Reading, alt, at};

/// What brings the rules and the cases of these readings, and when.
pub const LATER: &[(&str, &str)] = &[
    ("R-95", "issue 6: breakout rooms are not in this release"),
    ("R-96", "with no issue yet: Zoom Phone is another product than meetings"),
    ("R-97", "issue 6: the storage of keys is not in this release"),
    ("R-98", "issue 6: sigchains and families of devices are not in this release"),
];

pub(super) const R_95: Reading = Reading {
    id: "R-95",
    title: "How a breakout room and its main meeting belong together",
    place: at("4.6", "subsec:bor"),
    question: "Nothing ties a room to its meeting, so a participant who comes back can be put into \
        another main meeting. Whether a client compares the two is not said.",
    alternatives: &[
        alt("unlinked", "Each is a meeting of its own; users check codes again."),
        alt(
            "compared",
            "The client remembers the chain of the meeting it leaves and compares on return.",
        ),
    ],
    chosen: "unlinked",
    why: "It is what the paper says and warns of. Breakout rooms are not in this release, so no \
        rule depends on it yet.",
    policy: None,
    rules: &[],
};

pub(super) const R_96: Reading = Reading {
    id: "R-96",
    title: "How the key of a phone call is derived",
    place: at("4.6", "subsec:phone"),
    question: "The call key comes from the agreement, the encapsulation and the parties' \
        identifiers and keys as context; order, encoding and function are not given, nor what may \
        be sent before both signatures verified.",
    alternatives: &[
        alt(
            "transcript",
            "HKDF over both secrets, with the hash of the encoded transcript as info.",
        ),
        alt(
            "as_box",
            "The derivation of the hybrid box, with the call in the place of the meeting.",
        ),
    ],
    chosen: "transcript",
    why: "The security code already hashes a transcript of just these fields. Phone calls are not \
        in this release, so no rule depends on it yet.",
    policy: None,
    rules: &[],
};

pub(super) const R_97: Reading = Reading {
    id: "R-97",
    title: "The cipher of committing encryption",
    place: at("4.6", "subsec:lks"),
    question: "The text names the ChaCha20-Poly1305 of the IETF for wrapped keys, the list of \
        changes of 2.3 the variant with the longer nonce.",
    alternatives: &[
        alt("text", "As in the text: a nonce of 12 bytes."),
        alt("changelog", "As in the list of changes: a nonce of 24 bytes."),
    ],
    chosen: "text",
    why: "The construction is described in the text of every later version. A wrapping key is used \
        for one blob, so the length of the nonce is no matter of safety. Wrapped keys are not in \
        this release, so no rule depends on it yet.",
    policy: None,
    rules: &[],
};

pub(super) const R_98: Reading = Reading {
    id: "R-98",
    title: "Devices revoked by the server or by themselves",
    place: at("4.6", "appendix:multidev"),
    question: "The formal model has no transition for a revocation by the server, and lets a \
        device that revokes itself be the one that generates the next key of its user.",
    alternatives: &[
        alt(
            "own_transitions",
            "Both are transitions without a new key; another device makes the next one.",
        ),
        alt("as_printed", "The model as printed, in which the revoked device knows the next key."),
    ],
    chosen: "own_transitions",
    why: "The description in words says that a revoked device is to know no later key. Sigchains \
        are not in this release, so no rule depends on it yet.",
    policy: None,
    rules: &[],
};
