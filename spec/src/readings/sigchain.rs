//! Readings about sigchains, the devices of a user and their per-user keys.

use super::{Reading, alt, at};
use crate::rules::Rule;

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
    why: "The description in words says that a revoked device is to know no later key, and that \
        another device makes one where a device has revoked itself (F-16).",
    policy: None,
    rules: &[Rule::ServerBringsNoKeys, Rule::LeaverBringsNoKeys],
};

pub(super) const R_111: Reading = Reading {
    id: "R-111",
    title: "How links are written",
    place: at("4.6", "subsec:sigchains"),
    question: "Links are printed as JSON for exposition, and the paper says that others may be \
        used. The bytes that are signed, hashed and committed to are not given, nor the context \
        string of a signature, the hash, what the first link carries as the hash before it, or \
        how the empty and the repeated element of a list are taken.",
    alternatives: &[
        alt(
            "layouts",
            "The encoding of R-01, SHA-256, a context string of its own, zeros in the first link; \
             a list names each device once, and a revocation at least one.",
        ),
        alt("json", "JSON in a canonical form, with the same hash."),
    ],
    chosen: "layouts",
    why: "One encoder is simpler to hold two clients to than two, and nothing that the rules say \
        depends on which it is.",
    policy: None,
    rules: &[Rule::LinkFieldsFit, Rule::LinkCarriesHash, Rule::RevokedWasActive],
};

pub(super) const R_112: Reading = Reading {
    id: "R-112",
    title: "What the signature on a link is over",
    place: at("4.6", "subsec:sigchains, condition 5"),
    question: "Signatures are part of the link whose hash the next one carries. What they are \
        over is not said.",
    alternatives: &[
        alt("link", "The whole link, less its signatures."),
        alt("fields", "What the type of the link carries, and no more."),
    ],
    chosen: "link",
    why: "A device authorizes a change at one place of one chain. Were the hash of the link before \
        left out, the server could play an old approval again after a device was added; without the \
        user, it could serve a first link as another user's.",
    policy: None,
    rules: &[
        Rule::LinkSigNamesType,
        Rule::LinkSigNamesNumber,
        Rule::LinkSigNamesPrevious,
        Rule::LinkSigNamesCloud,
        Rule::LinkSigNamesSubject,
        Rule::LinkSigNamesBody,
    ],
};

pub(super) const R_113: Reading = Reading {
    id: "R-113",
    title: "Signatures beyond those that must be there",
    place: at("4.6", "subsec:sigchains, condition 5"),
    question: "Some links must be signed and some are not. Whether a link may carry further \
        signatures is not said; the server can add any that it has.",
    alternatives: &[
        alt("refused", "A link has exactly the signatures that its type asks for, in one order."),
        alt("ignored", "What is not asked for is not looked at."),
    ],
    chosen: "refused",
    why: "The hash is over the signatures. With free room in them the server makes two chains \
        with other tails of which every link says the same, and every fingerprint differs.",
    policy: None,
    rules: &[Rule::SignaturesExact],
};

pub(super) const R_114: Reading = Reading {
    id: "R-114",
    title: "Who signs a new name",
    place: at("4.6", "subsubsec:usersigchains, DeviceRename"),
    question: "A rename is signed with the key of the device. Whether another device of the user \
        may rename it is not said.",
    alternatives: &[
        alt("itself", "A device renames itself."),
        alt("any", "Any active device of the user renames any."),
    ],
    chosen: "itself",
    why: "It is what the sentence says, and a name that another device gave would mislead in the \
        dialog that asks which devices to approve.",
    policy: None,
    rules: &[Rule::SignerVerifies, Rule::SignerActive],
};

pub(super) const R_115: Reading = Reading {
    id: "R-115",
    title: "Lockdown switched to what it is",
    place: at("4.6", "subsubsec:lockdownmode"),
    question: "Whether a link that switches lockdown on is admissible while it is on is not said.",
    alternatives: &[
        alt("no_effect", "It is taken and changes nothing."),
        alt("refused", "It is not admissible."),
    ],
    chosen: "no_effect",
    why: "Two devices may switch it at the same time, and neither does harm.",
    policy: None,
    rules: &[Rule::LockdownByOldest],
};

pub(super) const R_116: Reading = Reading {
    id: "R-116",
    title: "Classic keys after the upgrade",
    place: at("4.6", "subsubsec:sigchainpqsecurity"),
    question: "The last device to get a Kyber key makes hybrid per-user keys. Whether a later \
        link may go back to classic ones is not said. A device without a Kyber key can be added \
        at any time, and then no hybrid seal reaches it.",
    alternatives: &[
        alt("once_all", "New keys are hybrid exactly while every active device has a Kyber key."),
        alt("never_back", "A device without a Kyber key is not added once the keys are hybrid."),
        alt("free", "Whoever makes the keys chooses."),
    ],
    chosen: "once_all",
    why: "It keeps older clients, as the paper does. What it leaves: somebody with the user's \
        password adds a device without a Kyber key, or a device rotates to keys without one, and \
        what is sealed from then on is classic; in lockdown too, where such a device waits and is \
        given no seed. It shows in the list of devices.",
    policy: None,
    rules: &[Rule::HybridOnceAll],
};

pub(super) const R_117: Reading = Reading {
    id: "R-117",
    title: "A seed that is not that of the published keys",
    place: at("4.6", "subsubsec:puks"),
    question: "Seeds go from device to device beside the chain. Whether the device that gets one \
        compares it with the keys that the chain publishes is not said.",
    alternatives: &[
        alt("compared", "A seed whose keys are not the published ones is not taken."),
        alt("trusted", "A seed is taken from every device that may send one."),
    ],
    chosen: "compared",
    why: "Data encrypted under another seed would be lost to the other devices, and nobody could \
        say who caused it.",
    policy: None,
    rules: &[Rule::SeedMatchesKeys],
};

pub(super) const R_118: Reading = Reading {
    id: "R-118",
    title: "Kyber keys from a seed",
    place: at("4.6", "subsubsec:puks"),
    question: "4.6 derives a Kyber768 key pair from 32 bytes beside each X25519 key and says only \
        that context strings differ. Round 3 of Kyber makes a key pair from 64 bytes.",
    alternatives: &[
        alt("sixty_four", "HKDF gives 64 bytes, `d` and `z`, under a context string of its own."),
        alt("thirty_two", "HKDF gives 32 bytes, which are stretched once more."),
    ],
    chosen: "sixty_four",
    why: "It is one step less, and as good.",
    policy: None,
    rules: &[Rule::UserKeysByContext],
};

pub(super) const R_119: Reading = Reading {
    id: "R-119",
    title: "What a fingerprint is",
    place: at("4.6", "subsec:fingerprints"),
    question: "A fingerprint is a hash of two tails, shown in hexadecimal. Hash, encoding and \
        length are not given, nor what stands for the account of a user who has none.",
    alternatives: &[
        alt("whole", "SHA-256 of both tails behind their lengths, whole; an empty second one."),
        alt("cut", "The same, cut to what people compare."),
    ],
    chosen: "whole",
    why: "Whoever can choose devices chooses among many chains, so a short fingerprint can be \
        met by trying.",
    policy: None,
    rules: &[Rule::FingerprintNamesUser, Rule::FingerprintNamesAccount, Rule::FingerprintCompared],
};

pub(super) const R_121: Reading = Reading {
    id: "R-121",
    title: "Who is confirmed once every confirmed device is revoked",
    place: at("4.6", "subsubsec:lockdownmode"),
    question: "Lockdown is switched by a device of the oldest class that is not empty. Keys and \
        approvals come from confirmed devices, the older ones of the oldest class; a new device \
        must be approved by one of them first. A device that is not confirmed may revoke any, in the \
        link that adds it too. After that the first sentence speaks of the new device, and the \
        second of nobody. Elsewhere (subsubsec:escrowmgmt) trust comes from the device that began \
        lockdown.",
    alternatives: &[
        alt("oldest", "Whoever is left: the oldest class with an active device, for everything."),
        alt("approved", "Who began lockdown, or was approved by somebody who is confirmed."),
        alt("anchored", "The class that began lockdown, and nobody once it is empty."),
    ],
    chosen: "oldest",
    why: "It is one answer for switching, keys and approvals, by the sentence that says who switches. \
        It lets a new device take a chain in lockdown over (F-17); by both sentences as they stand \
        that takes two links more.",
    policy: None,
    rules: &[Rule::LockdownByOldest, Rule::LockdownKeysConfirmed, Rule::LockdownApprovesConfirmed],
};

pub(super) const R_122: Reading = Reading {
    id: "R-122",
    title: "Which links bring keys in lockdown",
    place: at("4.6", "subsubsec:lockdownmode"),
    question: "Additions, revocations and rotations bring per-user keys. In lockdown a device that \
        is not confirmed makes none, and keys rotate only where a confirmed device revokes another \
        confirmed one; a device that rotates its own keys makes new ones elsewhere. Whether a link of \
        a confirmed device that need not bring keys may do so is not said, nor who makes new ones \
        when an unconfirmed device revoked a confirmed one.",
    alternatives: &[
        alt(
            "by_who_knew",
            "No link of a device that is not confirmed brings keys; a confirmed one must where it \
             revokes another confirmed one or rotates, and may elsewhere.",
        ),
        alt("only_then", "A confirmed device brings keys only where it must."),
    ],
    chosen: "by_who_knew",
    why: "New keys by who has the old ones do no harm. Nobody is named to make them after an \
        unconfirmed device revoked a confirmed one; the chain shows as stale until a confirmed one \
        does.",
    policy: None,
    rules: &[Rule::LockdownKeysConfirmed, Rule::RevokeBringsKeys],
};

pub(super) const R_123: Reading = Reading {
    id: "R-123",
    title: "Who signs new keys of an escrow device",
    place: at("4.6", "subsubsec:escrowmgmt"),
    question: "A rotation is signed with the old key and the new one. Nobody on the user's side \
        has the old key of an escrow device; the text lets any device of the user sign, or one of \
        the administrators', whose key stands in another chain. In recovery (4.6, User Recovery) an \
        approval is signed with the escrow device's key and with an administrator's own.",
    alternatives: &[
        alt("user_device", "Any active device of the user and the new key; no second signer."),
        alt("same_class", "The same, by a device of the escrow device's approval class."),
        alt("either", "Any active device of the user, or a device of the administrators."),
    ],
    chosen: "user_device",
    why: "It is what clients do, as the text says; signatures of administrators count where \
        their chains are checked (R-159, R-161). It lets a device that nobody approved put a key of its own into \
        the user's class (F-18).",
    policy: None,
    rules: &[Rule::OldKeySigns, Rule::SignerVerifies],
};

pub(super) const R_124: Reading = Reading {
    id: "R-124",
    title: "Whom an approval covers",
    place: at("4.6", "subsec:multidev"),
    question: "An approval covers all devices added so far, all that are younger, or all younger \
        ones that are not revoked, by the sentence one reads. Whether it covers those that the same \
        link revokes is not said, nor what an approval is worth whose signer revokes itself.",
    alternatives: &[
        alt("younger_active", "Younger devices that are active once the link is taken."),
        alt("all_younger", "Every younger device, revoked or not."),
    ],
    chosen: "younger_active",
    why: "The formal model of the appendix has it so, and its theorem rests on it.",
    policy: None,
    rules: &[Rule::ApprovalJoins],
};

pub(super) const R_125: Reading = Reading {
    id: "R-125",
    title: "Whether an upgrade keeps the classic keys",
    place: at("4.6", "subsubsec:sigchainpqsecurity"),
    question: "A client that is upgraded makes a Kyber key in addition to its X25519 key and posts \
        a rotation, which elsewhere replaces all keys of a device.",
    alternatives: &[
        alt("all_new", "A rotation brings new keys of every kind."),
        alt("kept", "The rotation of an upgrade may carry the old X25519 key."),
    ],
    chosen: "all_new",
    why: "The link is defined to choose new signing and encryption keys, and has no other form.",
    policy: None,
    rules: &[Rule::DeviceKeysNew],
};

pub(super) const R_131: Reading = Reading {
    id: "R-131",
    title: "The characters of a backup key",
    place: at("4.6", "subsubsec:backupkeys"),
    question: "A backup key is letters and digits, of which the first four name it; it has at least \
        128 private bits and an error correction for small mistakes. The alphabet, the code and how \
        a key is read are not given. The example has 32 characters in groups of four, none of them \
        I, L, O or U.",
    alternatives: &[
        alt(
            "reed_solomon",
            "Crockford's base 32: 26 private characters and two of a Reed-Solomon code over 32 \
             elements, which mends one.",
        ),
        alt("checksum", "26 private characters and two of a checksum, which finds mistakes alone."),
    ],
    chosen: "reed_solomon",
    why: "Two characters of such a code mend any one of 28, and 130 private bits are left. A key mended \
        into another is found out by its public keys, which stand in the chain. The example of the \
        paper is no word of this code: it is read with one character mended.",
    policy: None,
    rules: &[Rule::BackupKeySums, Rule::BackupKeyMended, Rule::BackupKeyRead],
};

pub(super) const R_132: Reading = Reading {
    id: "R-132",
    title: "From a backup key to device keys",
    place: at("4.6", "subsubsec:backupkeys"),
    question: "The string gives a seed by libsodium's argon2id, and the seed the keys of the virtual \
        device. Costs, salt, which characters go in and the context strings are not given.",
    alternatives: &[
        alt(
            "private_part",
            "The 28 characters after the name, as they are written; interactive costs; one salt for \
             everybody.",
        ),
        alt("per_user", "The same with a salt for each user."),
    ],
    chosen: "private_part",
    why: "Of 130 random bits nobody makes a table, so the salt has nothing to do; the name may be \
        read by others and mistaken without harm.",
    policy: None,
    rules: &[Rule::BackupKeySums],
};

pub(super) const R_133: Reading = Reading {
    id: "R-133",
    title: "Which devices of a contact were seen",
    place: at("4.6", "subsec:contactsync"),
    question: "A record has the tail of the user's chain, the time of the first meeting and the number \
        of all meetings; it names no device. A warning asks whether the device was seen, and shows \
        the number of meetings in the last month, which no record has. Of devices that were revoked \
        nothing is said.",
    alternatives: &[
        alt(
            "chain_then",
            "Seen is every device that the chain had at the recorded tail, and trusts whom it approved \
             also when it is revoked; a revoked one is itself a new device. The number is of all \
             recorded meetings.",
        ),
        alt("device_itself", "A record also names the device that was in the meeting."),
    ],
    chosen: "chain_then",
    why: "It needs nothing but what a record is said to have. A device that was in the chain and in \
        no meeting brings no warning then, which the other answer would give.",
    policy: None,
    rules: &[Rule::ContactTrusted, Rule::ContactNewDevice],
};
