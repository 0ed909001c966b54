//! Readings about announcements, server statements and the security code.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_03: Reading = Reading {
    id: "R-03",
    title: "The fields of the server statement",
    place: at("3.1", "3.7.1; figure 1"),
    question: "The text has the server sign user ID, device and identity verification key. The \
        figure has it sign instance UUID, user ID and identity verification key.",
    alternatives: &[
        alt("union", "Instance UUID, user ID, hardware ID and identity verification key."),
        alt("text", "User ID, hardware ID and identity verification key."),
        alt("figure", "Instance UUID, user ID and identity verification key."),
    ],
    chosen: "union",
    why: "Each source names a field that keeps a statement from being used elsewhere: without \
        the UUID it serves in every later meeting, without the device on every device of the \
        user. A union contradicts neither.",
    policy: None,
    rules: &[
        Rule::StatementNamesInstance,
        Rule::StatementNamesUser,
        Rule::StatementNamesDevice,
        Rule::StatementNamesIdentityKey,
    ],
};

pub(super) const R_08: Reading = Reading {
    id: "R-08",
    title: "The context string of the server statement",
    place: at("3.1", "3.7.1"),
    question: "Every signature of a client has a context string. For the server's signature none \
        is given, nor is the signature scheme.",
    alternatives: &[
        alt("own_string", "The scheme of the clients, under a string of Conclave's own."),
        alt("no_context", "The server signs the encoded fields without a context."),
    ],
    chosen: "own_string",
    why: "Without a context, a key that signs two kinds of things can be made to sign one as the \
        other. The string has a prefix the paper never uses, so nobody takes it for the real one.",
    policy: None,
    rules: &[Rule::StatementVerifies, Rule::SignatureNamesContext],
};

pub(super) const R_10: Reading = Reading {
    id: "R-10",
    title: "How 39 digits are taken from a hash",
    place: at("2.3.1", "3.8"),
    question: "The function that turns a 256-bit hash into 39 decimal digits has a name and a \
        length, but no definition: which bits, which byte order, leading zeros or not.",
    alternatives: &[
        alt("mod_big_endian", "The hash as a big-endian number modulo 10^39, padded with zeros."),
        alt(
            "mod_little_endian",
            "The hash as a little-endian number modulo 10^39, padded with zeros.",
        ),
        alt("leading_digits", "The first 39 digits of the hash written in decimal."),
    ],
    chosen: "mod_big_endian",
    why: "It uses every bit of the hash, its bias is below 2^-126, and it always has 39 digits. \
        The leading digits of a number that begins with zero bits are neither uniform nor always \
        as many. Two clients that choose differently show different codes, so there is no policy.",
    policy: None,
    rules: &[Rule::CodeFromHandshakeKey, Rule::CodeHasAllDigits],
};

pub(super) const R_20: Reading = Reading {
    id: "R-20",
    title: "What an announcement on the board contains",
    place: at("2.3.1", "3.7.2 step 7; figure 1"),
    question: "2.3.1 posts the signature alone, and its figure bundles it with the server's, yet \
        everybody needs the ephemeral public key, and in 3.7.5 takes it from the board. 3 adds the \
        key. No version says how a reader knows whose announcement it is or on which device.",
    alternatives: &[
        alt("self_contained", "User ID, hardware ID, ephemeral public key and signature."),
        alt("key_and_signature", "Ephemeral public key and signature; the server tells the rest."),
        alt("signature_only", "The signature; key and identifiers come by another way."),
    ],
    chosen: "self_contained",
    why: "A reader must recompute the binding, so it needs every field that it does not know \
        already. Identifiers on the board are claims, and so are those the server tells beside \
        an announcement. The binding is recomputed over the server's; what the announcement says \
        of itself decides nothing, for the signature covers what was recomputed.",
    policy: None,
    rules: &[Rule::AnnouncementVerifies],
};

pub(super) const R_24: Reading = Reading {
    id: "R-24",
    title: "Whether signature verification is strict",
    place: at("2.3.1", "3.5.1"),
    question: "Standards for Ed25519 leave open whether keys and points of small order and \
        non-canonical encodings are accepted. The paper names a library, not a criterion.",
    alternatives: &[
        alt("strict", "Keys and commitments of small order are refused."),
        alt("rfc8032", "Whatever satisfies the equation of RFC 8032 is accepted."),
    ],
    chosen: "strict",
    why: "The named library refuses them. Under a key of small order one signature holds for \
        many messages, so an announcement would no longer bind its fields.",
    policy: None,
    rules: &[Rule::AnnouncementVerifies, Rule::StatementVerifies],
};

pub(super) const R_34: Reading = Reading {
    id: "R-34",
    title: "Who checks the server statement, and what follows",
    place: at("3.1", "3.7.1"),
    question: "The server signs and the clients check its certificates, and the signatures are \
        said to keep outsiders out. No step verifies the statement, and none says what a client \
        does when it fails or is missing.",
    alternatives: &[
        alt("refuse", "Whoever verifies an announcement verifies its statement and refuses both."),
        alt("warn", "The client goes on and tells its user."),
        alt("server_only", "The server alone checks its own statements."),
    ],
    chosen: "refuse",
    why: "The claimed protection exists only if a failing statement has the effect of a failing \
        announcement signature.",
    policy: None,
    rules: &[Rule::StatementVerifies],
};

pub(super) const R_35: Reading = Reading {
    id: "R-35",
    title: "What is aborted when an announcement fails",
    place: at("2.3.1", "3.7.4 step 6; 3.7.5 step 8"),
    question: "The client aborts when a signature does not verify. Whether that ends the handling \
        of this announcement, the rotation or the whole meeting is not said.",
    alternatives: &[
        alt("this_announcement", "The announcement is refused and everything else goes on."),
        alt("leave", "The client leaves the meeting and erases its keys."),
    ],
    chosen: "this_announcement",
    why: "The server can post any bytes. If one bad announcement ended a leader's rotation, it \
        would keep a removed participant on the old key; refusing it alone denies service to its \
        own author and to nobody else.",
    policy: None,
    rules: &[Rule::AnnouncementVerifies],
};

pub(super) const R_101: Reading = Reading {
    id: "R-101",
    title: "What a client does with what is not for it",
    place: at("2.3.1", "3.7"),
    question: "The steps say what a leader and a participant do with what each of them is given. \
        What becomes of a message for the other role, of one outside a meeting, or of a command \
        that its user cannot give now is not said.",
    alternatives: &[
        alt("no_answer", "It is no request to such a client: it says so and changes nothing."),
        alt("passed_over", "It is refused or passed over like a message that is wrong."),
    ],
    chosen: "no_answer",
    why: "Whoever tests a client should see the difference between a message that is wrong and one \
        that came to the wrong place. Both leave the client as it was, so a client that passes it \
        over is only advised.",
    policy: None,
    rules: &[Rule::RequestFits],
};
