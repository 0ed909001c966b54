//! Readings about the hybrid box of 4.6.

use super::{Reading, alt, at};
use crate::rules::Rule;

const PLACE: &str = "subsubsec:meetingcrypto";

pub(super) const R_07: Reading = Reading {
    id: "R-07",
    title: "Which context the combination hashes",
    place: at("4.6", "subsubsec:meetingcrypto Box.Enc step 5"),
    question: "The combination hashes a context without an index, while the inputs of the \
        operation are two contexts: one for derivation, one for the cipher.",
    alternatives: &[
        alt("derivation", "The context of the key derivation."),
        alt("cipher", "The context of the cipher."),
        alt("both", "Both, in the order of the inputs."),
    ],
    chosen: "derivation",
    why: "The combination is part of deriving the key, and the context of the cipher has its \
        place in the associated data two steps later.",
    policy: None,
    rules: &[Rule::HybridNamesContext],
};

pub(super) const R_13: Reading = Reading {
    id: "R-13",
    title: "Which Kyber768",
    place: at("4.6", "subsec:cryptoalgs"),
    question: "The paper names Kyber768 and the reference code of its authors. That code was the \
        third-round submission and later became ML-KEM-768, which derives its secrets otherwise.",
    alternatives: &[
        alt("round3", "Kyber768 as submitted in the third round."),
        alt("ml_kem", "ML-KEM-768 as standardized in FIPS 203."),
    ],
    chosen: "round3",
    why: "The feature was released before the standard was final, and the name is the older one. \
        The keys of the two look alike and their secrets differ, so a client with the other one \
        opens nothing; it would be a suite of its own name, and this release has none.",
    policy: None,
    rules: &[Rule::HybridUsesKem],
};

pub(super) const R_14: Reading = Reading {
    id: "R-14",
    title: "SHA3 without a size",
    place: at("4.6", "subsubsec:meetingcrypto Box.Enc step 5"),
    question: "The combination uses SHA3, which comes in four sizes.",
    alternatives: &[alt("sha3_256", "SHA3-256."), alt("sha3_512", "SHA3-512.")],
    chosen: "sha3_256",
    why: "The construction the paper took as its example uses SHA3-256.",
    policy: None,
    rules: &[Rule::HybridUsesKem, Rule::HybridUsesAgreement, Rule::HybridNamesContext],
};

pub(super) const R_26: Reading = Reading {
    id: "R-26",
    title: "How often a secret is encapsulated",
    place: at("4.6", "subsubsec:meetingcrypto Box.Dec step 6"),
    question: "Encryption encapsulates a secret as one of its steps; decryption says that the key \
        may be kept for the same key pair and context. In 3 both may keep it, without a KEM. A \
        kept key and a new encapsulation exclude each other.",
    alternatives: &[
        alt(
            "per_ciphertext",
            "Every ciphertext has its own encapsulation; only the agreement is kept.",
        ),
        alt("per_pair", "One encapsulation per pair of keys is sent again with every ciphertext."),
    ],
    chosen: "per_ciphertext",
    why: "It is what the steps of encryption say, so a sender that repeats one leaves a step out. A \
        receiver that keeps the key by pair and context alone cannot open it; what is kept must \
        include the encapsulation. Whatever is kept is derived from the ephemeral key and goes \
        with it at teardown.",
    policy: None,
    rules: &[Rule::HybridUsesKem, Rule::EphemeralErased],
};

pub(super) const R_38: Reading = Reading {
    id: "R-38",
    title: "How a leader knows what a recipient supports",
    place: at("4.6", "subsubsec:meetingcrypto, footnote"),
    question: "Older clients are given the key with the older box, the others with the hybrid one. \
        How a leader knows which a participant is, and whether that is signed, is not said.",
    alternatives: &[
        alt(
            "from_signed_key",
            "The form of the signed ephemeral key tells the suite, per recipient.",
        ),
        alt("from_server", "The server tells the leader which clients are old."),
        alt("one_suite", "A meeting has one suite, and other clients do not get the key."),
    ],
    chosen: "from_signed_key",
    why: "A suite told by the server can be lowered by the server. One suite for all would keep \
        those out whom the footnote lets in. What a recipient refuses, and what the meeting is \
        called, is R-61.",
    policy: None,
    rules: &[Rule::SuiteFromSignedKey, Rule::EverybodyHybrid],
};

pub(super) const R_41: Reading = Reading {
    id: "R-41",
    title: "The canonical hash of the combination data",
    place: at("4.6", "subsubsec:meetingcrypto Box.Enc step 4"),
    question: "The six public keys are put under a canonical hash, of which neither the function \
        nor the encoding is given.",
    alternatives: &[
        alt(
            "sha3_256_layout",
            "SHA3-256 over the tagged encoding of the six keys in printed order.",
        ),
        alt("sha256_layout", "SHA-256 over the same encoding."),
        alt("sha3_256_bare", "SHA3-256 over the bytes of the six keys, one after the other."),
    ],
    chosen: "sha3_256_layout",
    why: "The paper chose SHA3 for the combination, and R-01 gives it one encoding for every \
        tuple. All six keys have fixed lengths, so the choice is about bytes, not about safety.",
    policy: None,
    rules: &[
        Rule::HybridNamesSender,
        Rule::HybridNamesSenderBoxKey,
        Rule::HybridNamesSenderKemKey,
        Rule::HybridNamesRecipient,
        Rule::HybridNamesRecipientBoxKey,
        Rule::HybridNamesRecipientKemKey,
    ],
};

pub(super) const R_42: Reading = Reading {
    id: "R-42",
    title: "The ephemeral key of the hybrid suite",
    place: at("4.6", PLACE),
    question: "A key pair is now two pairs, but the binding and the announcement still name one \
        public key.",
    alternatives: &[
        alt("both_signed", "One field of 1216 bytes: the Curve25519 key, then the Kyber key."),
        alt(
            "classic_signed",
            "The binding names the Curve25519 key; the Kyber key travels beside it.",
        ),
    ],
    chosen: "both_signed",
    why: "The notation makes the pair the key, and an unsigned Kyber key could be replaced by the \
        server, which would leave the box no stronger than the agreement alone. Both parts have \
        fixed lengths, so joining them is unambiguous.",
    policy: None,
    rules: &[Rule::BindingNamesEphemeralKey],
};

pub(super) const R_61: Reading = Reading {
    id: "R-61",
    title: "What the suite is taken from, and the name of a mixed meeting",
    place: at("4.4", "subsubsec:meetingcrypto, footnote"),
    question: "Out-of-date participants are given the key with the older box, and the post-quantum \
        property holds only when nobody is. Who says that a participant is out of date, what a \
        participant does with an older box it need not have, and what users are told, is not said.",
    alternatives: &[
        alt(
            "signed_keys",
            "Both signed keys decide; who signed a Kyber key with its leader refuses the older \
                box.",
        ),
        alt(
            "lenient",
            "The leader goes by the signed keys; a recipient opens whatever box it is given.",
        ),
        alt("server", "The server's word on versions decides."),
    ],
    chosen: "signed_keys",
    why: "The server could call anybody outdated and read the recording one day; a signed key it \
        cannot unsay. An outdated leader has no use for a Kyber half and refuses such a key. A \
        meeting is called post-quantum only while everybody present signed a Kyber half; one \
        classic box is enough to give every stream away.",
    policy: None,
    rules: &[Rule::LabelHonest, Rule::SuiteFromSignedKey, Rule::NoClassicForHybrid],
};

pub(super) const R_106: Reading = Reading {
    id: "R-106",
    title: "When the label may say post-quantum again",
    place: at("4.4", "subsubsec:meetingcrypto"),
    question: "A mixed meeting has the older guarantees. Whether it is mixed until the last client \
        without a Kyber key has left, or until the key that this client was given is in use no more, \
        is not said.",
    alternatives: &[
        alt("present", "Until it has left: the label goes by who is present."),
        alt("key_in_use", "Until this client encrypts under a key that went into no classic box."),
    ],
    chosen: "present",
    why: "The footnote speaks of participants, and the label is described by who is in the meeting. \
        It is wrong until the next rotation (finding F-02), which follows a leave within ten seconds. \
        Under the hardened profile nobody is given a key in a classic box (R-38).",
    policy: None,
    rules: &[Rule::LabelHonest],
};
