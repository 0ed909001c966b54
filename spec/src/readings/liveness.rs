//! Readings about liveness nonces.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_54: Reading = Reading {
    id: "R-54",
    title: "Sealing before the nonce has arrived",
    place: at("4.1", "subsubsec:liveness"),
    question: "The leader binds the newest nonce of each recipient. What it does for a joiner, or \
        after a change of leader, whose nonce has not arrived is not said.",
    alternatives: &[
        alt("wait", "No key is sealed until the nonce is there, then at once."),
        alt("unbound", "The first key is sealed without one."),
    ],
    chosen: "wait",
    why: "An unbound seal would be accepted by who expects none, which gives the server a way \
        around every nonce: withhold it. A nonce is posted with the announcement, so the wait is \
        short.",
    policy: None,
    rules: &[Rule::NoSealWithoutNonce],
};

pub(super) const R_55: Reading = Reading {
    id: "R-55",
    title: "Nonces across leaders and joins",
    place: at("4.1", "subsubsec:liveness"),
    question: "Whether nonces live on when the leader changes, or when a participant leaves and \
        joins again, is not said.",
    alternatives: &[
        alt(
            "per_join",
            "They survive a change of leader, and are forgotten when the client leaves.",
        ),
        alt("per_leader", "Every leader is given new ones."),
        alt("per_meeting", "They survive a rejoin too."),
    ],
    chosen: "per_join",
    why: "The nonce proves that a key was sealed after the recipient made it, whoever sealed it; \
        that is what stops delay from adding up over leaders. A rejoin has a new ephemeral key, so \
        older seals cannot be meant for it.",
    policy: None,
    rules: &[Rule::NoncesSurviveLeader],
};

pub(super) const R_65: Reading = Reading {
    id: "R-65",
    title: "The interval of nonces",
    place: at("4.1", "subsubsec:liveness, footnote"),
    question: "The interval is about three minutes for up to ten, and the frequency falls with the \
        square of the number of participants. How much about is, from where the square is counted, \
        and who is counted, is not said.",
    alternatives: &[
        alt(
            "quadratic",
            "150 to 210 s up to ten present, above that times the square of a tenth of them.",
        ),
        alt("constant", "The same interval in meetings of any size."),
    ],
    chosen: "quadratic",
    why: "It is the one curve that is quadratic, meets the stated value at ten and does not jump \
        there. It reaches five hours at a hundred present, where nonces promise nothing; the \
        hardened profile therefore keeps the interval constant.",
    policy: None,
    rules: &[Rule::NonceRenewed],
};

pub(super) const R_66: Reading = Reading {
    id: "R-66",
    title: "Where the nonce stands in the associated data",
    place: at("4.1", "subsubsec:liveness"),
    question: "The nonce goes into the associated data of the box. These are two hashes joined; \
        where the nonce is put, and whether hashed, is not said. Nor is the upload of a nonce \
        signed.",
    alternatives: &[
        alt("hash_appended", "Its SHA-256 follows the two hashes."),
        alt("in_meta", "It is a further field of the metadata."),
        alt("raw_appended", "Its 24 bytes follow the two hashes."),
        alt("signed", "Its SHA-256 follows the two hashes, and who posts it signs the upload."),
    ],
    chosen: "hash_appended",
    why: "Three hashes of fixed length join without ambiguity, and data without a nonce are never \
        data with one. The metadata are also input of the hybrid derivation, which the sentence \
        does not speak of. A nonce the server forges makes a seal its recipient refuses, no more.",
    policy: None,
    rules: &[Rule::SealNamesNonce, Rule::NonceRecent],
};

pub(super) const R_102: Reading = Reading {
    id: "R-102",
    title: "The nonces of a device that joined again unnoticed",
    place: at("4.1", "subsubsec:liveness"),
    question: "A device that joins again forgets its nonces and posts a new one. A leader that \
        learns of it by the new announcement has nonces on the board and cannot tell whether one \
        of them is the new one.",
    alternatives: &[
        alt(
            "seal_again",
            "It seals to the newest there is, and once more when the next one arrives.",
        ),
        alt("wait", "It forgets them and seals when the next one arrives."),
        alt("keep", "It seals to the newest there is, and no more until the next rotation."),
    ],
    chosen: "seal_again",
    why: "Whichever of the two arrives first, the device has the key as soon as both are there. A \
        second box with the same number is ignored. Waiting would leave out a device whose nonce \
        came first until its next one, keeping one whose nonce came last until the next rotation.",
    policy: None,
    rules: &[Rule::NoSealWithoutNonce, Rule::SealUsesNewestNonce],
};
