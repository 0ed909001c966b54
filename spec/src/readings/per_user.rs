//! What devices of a user seal for each other.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_143: Reading = Reading {
    id: "R-143",
    title: "The box of a seed",
    place: at("4.6", "subsubsec:sigchainpqsecurity"),
    question: "Derivation and format are to differ slightly by use and to be analogous to \
        those of meetings. Which contexts and metadata the box of a seed has, and what is sent \
        beside it, is not said.",
    alternatives: &[
        alt(
            "box_of_meetings",
            "The box of meetings between the devices' long-term keys, with two contexts of its \
             own; the metadata are user, sender, recipient and generation. Sender and generation \
             are sent beside it.",
        ),
        alt("anonymous", "The same from a key pair that is drawn for each box and sent beside it."),
    ],
    chosen: "box_of_meetings",
    why: "The paper gives one box and says that this one is like it. With long-term keys a box \
        shows which device it is from. Every name that the recipient knows is bound, as in \
        meetings.",
    policy: None,
    rules: &[
        Rule::SeedBoxOpens,
        Rule::SeedBoxNamesUser,
        Rule::SeedBoxNamesSender,
        Rule::SeedBoxNamesRecipient,
        Rule::SeedBoxNamesGeneration,
        Rule::SeedBoxNamesContext,
    ],
};

pub(super) const R_144: Reading = Reading {
    id: "R-144",
    title: "From whom a seed is taken",
    place: at("4.6", "subsubsec:puks"),
    question: "It is said for whom seeds are encrypted, not from whom a device takes them. A \
        box may wait until its sender is revoked; who passes an old seed on may be younger than \
        it; in lockdown the sender may be unconfirmed.",
    alternatives: &[
        alt(
            "there_then",
            "Any device of the user that was not revoked by the link that brought the generation.",
        ),
        alt("active", "Any device of the user that is active now."),
        alt(
            "trusted",
            "An active device of the recipient's approval class; in lockdown a confirmed one.",
        ),
    ],
    chosen: "there_then",
    why: "What is taken is what the chain published, whoever passes it on (R-117), so the \
        sender decides nothing but whether a box opens. A device that was away while a generation \
        began and its maker was revoked would never read what was sealed in between under the \
        second answer; under the third nobody older would take the seed that a new device makes.",
    policy: None,
    rules: &[Rule::SeedFromDevice, Rule::SeedMatchesKeys],
};

pub(super) const R_145: Reading = Reading {
    id: "R-145",
    title: "Seeds of hybrid keys for a device without a Kyber key",
    place: at("4.6", "subsubsec:sigchainpqsecurity"),
    question: "Who approves encrypts all seeds it knows for those it approves; a secret of \
        hybrid keys is always itself encrypted in the hybrid way. A device without a Kyber key \
        that joins later and is approved cannot be given the older hybrid seeds both ways.",
    alternatives: &[
        alt("withheld", "It is given classic seeds alone until it has a Kyber key."),
        alt("classic_box", "It is given every seed, the hybrid ones in classic boxes."),
    ],
    chosen: "withheld",
    why: "Whoever records a classic box can open it with a quantum computer, and with it \
        everything that hybrid keys protect; what is withheld comes once the device is upgraded \
        and approved again.",
    policy: None,
    rules: &[Rule::HybridSeedHybridBox, Rule::HybridSeedWithheld],
};

pub(super) const R_146: Reading = Reading {
    id: "R-146",
    title: "Which seeds are sealed when",
    place: at("4.6", "subsubsec:puks"),
    question: "A seed is encrypted for each unrevoked device, or for the older ones: whether \
        its maker is one of them is not said. An approval covers devices that were approved and \
        given everything before.",
    alternatives: &[
        alt(
            "others",
            "A new seed for every other device; all seeds for every device that an approval \
             covers, again if need be.",
        ),
        alt("everybody", "The same, and a new seed for its maker too."),
        alt(
            "missing",
            "A new seed for every other device; of the others only what a device lacks.",
        ),
    ],
    chosen: "others",
    why: "The maker has the seed. What a device lacks nobody but itself can know.",
    policy: None,
    rules: &[Rule::SeedForEveryDevice, Rule::SeedsForApproved],
};

pub(super) const R_147: Reading = Reading {
    id: "R-147",
    title: "Content under symmetric per-user keys",
    place: at("4.6", "subsubsec:puks"),
    question: "Devices share data under the newest symmetric key and read older data under \
        older ones. Cipher, contexts, what is bound and how a reader finds the key are not \
        given.",
    alternatives: &[
        alt(
            "as_box",
            "The classic box of meetings with the symmetric key in the place of the agreed \
             secret, with contexts for each use, bound to user and generation; the generation is \
             sent beside it.",
        ),
        alt(
            "key_itself",
            "XChaCha20-Poly1305 under the symmetric key, and the reader tries every key.",
        ),
    ],
    chosen: "as_box",
    why: "The paper derives a key for each use wherever it says how, and puts the generation \
        beside what is sealed where it says what is sent (email).",
    policy: None,
    rules: &[
        Rule::ContentOpens,
        Rule::ContentNamesUser,
        Rule::ContentNamesGeneration,
        Rule::ContentNamesUse,
    ],
};

pub(super) const R_148: Reading = Reading {
    id: "R-148",
    title: "How a contact record is filed",
    place: at("4.6", "subsec:contactsync"),
    question: "A record is encrypted, signed by the device and tagged; the server files it \
        under device and tag. Whether what is sealed or its content is signed, whether the \
        signature covers where it is filed, and how the key of the tags is derived is not said, nor \
        that whoever asks compares the tag of what comes back. A record names no user.",
    alternatives: &[
        alt(
            "sealed_and_place",
            "The signature is over the sealed record, the device and the tag, beside it; the key \
             of the tags comes from the symmetric key of the same generation. The tag is compared.",
        ),
        alt("sealed_alone", "The signature is over the sealed record alone."),
        alt("inside", "The signature is over the content and is sealed with it."),
    ],
    chosen: "sealed_and_place",
    why: "The server is to be able to bring an old record, no more. With the second answer it \
        could give one user's record as that of another.",
    policy: None,
    rules: &[Rule::ContactSigNamesDevice, Rule::ContactSigNamesTag, Rule::ContactTagged],
};
