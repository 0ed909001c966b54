//! Readings about parts of the paper beyond meetings. On those in [`LATER`] no rule depends yet.

use super::{Reading, alt, at};
use crate::rules::Rule;

/// What brings the rules and the cases of these readings, and when.
pub const LATER: &[(&str, &str)] =
    &[("R-96", "with no issue yet: Zoom Phone is another product than meetings")];

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
    why: "The construction is described in the text of every later version. Where a wrapping key is \
        used for one secret (R-120), the length of the nonce is no matter of safety.",
    policy: None,
    rules: &[Rule::StoredKeyOpens],
};

pub(super) const R_120: Reading = Reading {
    id: "R-120",
    title: "The parts of committing encryption",
    place: at("4.6", "subsec:lks"),
    question: "CtE1 is cited with its commitment function and its cipher. Which parts the stored \
        bytes have, how they are joined and where the nonce comes from is not given; nor whether a \
        wrapping key, kept for a user and a device but drawn for each secret key, serves one secret \
        or all of a device.",
    alternatives: &[
        alt(
            "zero_nonce",
            "The commitment, then the ciphertext of opening and secret, bound to context and \
             commitment; the nonce is zero.",
        ),
        alt("random_nonce", "The same with a random nonce that is stored too."),
    ],
    chosen: "zero_nonce",
    why: "The steps draw a wrapping key for each secret, so a nonce would tell nothing apart. A \
        client that uses one for several secrets needs the other answer: a nonce that repeats \
        under one key gives the keystream away.",
    policy: None,
    rules: &[Rule::StoredKeyCommits, Rule::StoreNamesContext],
};
