//! Readings about bytes: concatenation, decoding, identifiers, key derivation.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_01: Reading = Reading {
    id: "R-01",
    title: "What concatenation means",
    place: at("2.3.1", "3.7.2 step 3"),
    question: "The binding and the metadata are written as fields joined by a bar. Nothing says \
        where one field ends and the next begins, or how a binding differs from metadata.",
    alternatives: &[
        alt(
            "tagged",
            "A tag naming the kind of tuple comes first, and every field after its length.",
        ),
        alt("bare", "The bytes of the fields follow each other, with nothing between."),
    ],
    chosen: "tagged",
    why: "Bare bytes of variable length let two tuples share one string: meeting `12` with user \
        `3` and meeting `1` with user `23` would share a signature, so one made for the one holds \
        for the other. Lengths and a tag make the encoding injective, which the paper's \
        arguments assume. What is printed as a join of parts of fixed length, such as two hashes, \
        or of one context before such parts, is unambiguous and stays as printed.",
    policy: None,
    rules: &[Rule::EncodingInjective],
};

pub(super) const R_02: Reading = Reading {
    id: "R-02",
    title: "Canonical decoding of board messages",
    place: at("2.3.1", "3.7"),
    question: "Ciphertexts and announcements are posted as tuples and parsed again. Nothing says \
        how a tuple is written or what a reader does with bytes that no writer would make.",
    alternatives: &[
        alt(
            "canonical",
            "Only the bytes the encoder would make are read; anything else is refused.",
        ),
        alt(
            "lenient",
            "Trailing bytes, missing parts or other lengths are tolerated where possible.",
        ),
    ],
    chosen: "canonical",
    why: "The server may alter every message. Where several byte strings mean the same message, \
        two clients can see different bytes as equal or equal bytes as different, and what is \
        hashed is no longer what was understood.",
    policy: None,
    rules: &[Rule::EncodingCanonical],
};

pub(super) const R_12: Reading = Reading {
    id: "R-12",
    title: "The box key is more than a Diffie-Hellman result",
    place: at("2.3.1", "3.5.2 Box.Enc step 2"),
    question: "The paper names libsodium's precomputation and calls it the Diffie-Hellman \
        exchange. The function returns HSalsa20 of the X25519 result, not the result itself.",
    alternatives: &[
        alt("beforenm", "The key is HSalsa20, with a zero input, of the X25519 result."),
        alt("raw_x25519", "The key is the X25519 result itself."),
    ],
    chosen: "beforenm",
    why: "The function is named exactly and the explanation is loose; a client built on the \
        named library computes this value and opens no seal made the other way.",
    policy: None,
    rules: &[Rule::SealOpens, Rule::HybridUsesAgreement],
};

pub(super) const R_15: Reading = Reading {
    id: "R-15",
    title: "The argument order of HKDF",
    place: at("4.6", "subsubsec:meetingcrypto Box.Enc step 6"),
    question: "2.3.1 and 3 give HKDF a secret and a context and say that the salt is empty; 4.6 \
        gives it a secret, the metadata, a context and 32, and names none of the slots.",
    alternatives: &[
        alt(
            "salt_then_info",
            "Secret, salt, info, length: metadata are the salt, context the info.",
        ),
        alt("both_in_info", "The salt stays empty; metadata and context are both in the info."),
        alt(
            "info_then_salt",
            "Secret, info, salt, length: context is the salt, metadata the info.",
        ),
    ],
    chosen: "salt_then_info",
    why: "It is the order of the common library interfaces, it puts the context where the older \
        versions put it, and the older call is the same one with an empty salt.",
    policy: None,
    rules: &[Rule::HybridNamesMeta],
};

pub(super) const R_19: Reading = Reading {
    id: "R-19",
    title: "What identifiers are made of",
    place: at("2.3.1", "3.7.2 step 3"),
    question: "Meeting ID, instance UUID, user ID and device ID go into everything signed, and \
        none has a type, a length or an alphabet.",
    alternatives: &[
        alt("text", "The UUID is 16 bytes; the others are UTF-8 text of 1 to 255 bytes."),
        alt("numbers", "Meeting and user IDs are fixed-width integers; UUID and device 16 bytes."),
        alt("printed", "All four are text, the UUID in its printed form with hyphens."),
    ],
    chosen: "text",
    why: "Text holds whatever a service uses for identifiers, a UUID has one binary form and \
        several printed ones, and a bound keeps hostile lengths out of every reader.",
    policy: None,
    rules: &[
        Rule::BindingNamesMeeting,
        Rule::BindingNamesInstance,
        Rule::BindingNamesUser,
        Rule::BindingNamesDevice,
    ],
};

pub(super) const R_30: Reading = Reading {
    id: "R-30",
    title: "The hash and the output length of HKDF",
    place: at("2.3.1", "3.5.2 Box.Enc step 3"),
    question: "HKDF is named without its hash, and in 2.3.1 and 3 without the length of what it \
        gives.",
    alternatives: &[
        alt("sha256_32", "HKDF with SHA-256, 32 bytes."),
        alt("sha512_32", "HKDF with SHA-512, 32 bytes."),
    ],
    chosen: "sha256_32",
    why: "SHA-256 is the only hash the older versions name, XChaCha20-Poly1305 takes 32 bytes, \
        and 4.6 writes the 32 down.",
    policy: None,
    rules: &[Rule::SealOpens],
};

pub(super) const R_32: Reading = Reading {
    id: "R-32",
    title: "Whose keys the receiver combines",
    place: at("2.3.1", "3.5.2 Box.Dec step 2"),
    question: "Decryption in 2.3.1 and 3 repeats the call of encryption, with the receiver's \
        public and the sender's secret key. The receiver does not hold the sender's secret key, \
        and the inputs listed for decryption are the other two.",
    alternatives: &[
        alt("own_secret", "The receiver combines the sender's public key with its own secret key."),
        alt("as_printed", "The call is made with the arguments printed."),
    ],
    chosen: "own_secret",
    why: "The printed call cannot be made by anyone but the sender. The other one gives the same \
        value, fits the listed inputs and is what 4.6 prints.",
    policy: None,
    rules: &[Rule::SealOpens],
};
