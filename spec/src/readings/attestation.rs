//! Readings about attestations of identity providers.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_126: Reading = Reading {
    id: "R-126",
    title: "The algorithms of attestations",
    place: at("4.6", "subsec:validateattestation"),
    question: "Attestations are validated like ordinary ID tokens, whose standard lets providers \
        sign with keys that the other side shares. Which algorithms a client takes is not said.",
    alternatives: &[
        alt(
            "public",
            "RS256 under an RSA key of 2,048 to 4,096 bits, ES256 under one of P-256; nothing else.",
        ),
        alt("registered", "Whatever algorithm the key set and the token agree on."),
        alt("as_marked", "The same two, and only keys whose `use` and `alg`, if given, say so."),
    ],
    chosen: "public",
    why: "Everybody verifies an attestation, so a key that verifies and signs would let everybody \
        make one. The two are what ID tokens are signed with by default and what fits short tokens; \
        shorter RSA keys are not to be used by the standard. The type of a key says enough of its use.",
    policy: None,
    rules: &[Rule::TokenAlgorithmPublic],
};

pub(super) const R_127: Reading = Reading {
    id: "R-127",
    title: "An attestation from the future, or for an audience",
    place: at("4.6", "IDP Attestations"),
    question: "Issue time and expiry are said to give the validity, and attestations to have no \
        audience. The steps of validation name the expiry alone.",
    alternatives: &[
        alt(
            "refused",
            "A client refuses one whose issue time is to come, or that has an audience.",
        ),
        alt("passed", "A client looks at the expiry alone."),
    ],
    chosen: "refused",
    why: "An ordinary ID token, which its holder gives to one party in confidence, is no statement \
        to everybody; and the standard lets none be taken before its `nbf`. No tolerance of clocks is \
        given, so there is none.",
    policy: None,
    rules: &[Rule::TokenIssued, Rule::TokenForEverybody],
};

pub(super) const R_128: Reading = Reading {
    id: "R-128",
    title: "The bytes of a snapshot, and of what its holder signs",
    place: at("4.6", "subsec:snapshots"),
    question: "The snapshot is an opaque string that includes the identity key; the holder signs \
        attestation and domain. Neither has an encoding or a context string. The snapshot is also \
        said to bind address and domain, and of these the token has the address alone. Validation \
        compares it with what the server provides; for meetings, with the key in the binding.",
    alternatives: &[
        alt(
            "key_alone",
            "The encoded identity key in hexadecimal; the domain is bound by the holder's signature.",
        ),
        alt("with_domain", "The same with the domain."),
    ],
    chosen: "key_alone",
    why: "Of meetings the text says that the snapshot holds the identity key and nothing else.",
    policy: None,
    rules: &[Rule::SnapshotOfBinding, Rule::AttestationSigNamesDomain],
};

pub(super) const R_129: Reading = Reading {
    id: "R-129",
    title: "What a sharing token is computed of",
    place: at("4.6", "subsec:idpattestationmeetings"),
    question: "A token is an HMAC of metadata, of which one is named as an example: whether the \
        address is in the attestation. How its 24 hours are counted is not said.",
    alternatives: &[
        alt("with_time", "That, and the time from which it counts."),
        alt("remembered", "That alone; the server keeps the time beside the key that it drew."),
    ],
    chosen: "with_time",
    why: "The key is drawn for one device in one meeting, so device and meeting need not be in it. With \
        the time in it the end of a token can be shown by bytes alone.",
    policy: None,
    rules: &[Rule::SharingNamesTime, Rule::SharingTokenLives],
};

pub(super) const R_130: Reading = Reading {
    id: "R-130",
    title: "Which provider a domain's records name",
    place: at("4.6", "subsec:adnToIdp"),
    question: "One record is shown, for one cloud. Whether a record may name several clouds, what \
        several records say, and how names are compared is not said.",
    alternatives: &[
        alt("exactly_one", "One entry for the cloud in all records; names byte for byte."),
        alt("first", "The first entry for the cloud."),
    ],
    chosen: "exactly_one",
    why: "A domain that says two things has said nothing; the answer must not depend on the order \
        in which a resolver gives the records.",
    policy: None,
    rules: &[Rule::ProviderOfRecord],
};
