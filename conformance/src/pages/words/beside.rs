//! What the layouts beside meetings are for.

/// The tag of a layout, and what it is the layout of.
pub(super) const BESIDE_MEETINGS: &[(&str, &str)] = &[
    (
        "conclave/chain-link",
        "A link of a sigchain as served (4.6, subsec:sigchains; reading R-111). The subject is the \
         user ID, the account ID, or in the chain of an address a commitment to it; the body is what \
         the type of the link carries.",
    ),
    ("conclave/chain-link-signed", "What a signature on a link is over (reading R-112)."),
    ("conclave/chain-link-hashed", "What the hash of a link is over."),
    (
        "conclave/chain-signature",
        "A signature on a link: that of the device that authorizes it, or of the key it replaces, \
         comes first, that of the key it brings last.",
    ),
    (
        "conclave/per-user-keys",
        "The public per-user keys of one generation; the Kyber keys are all there or all empty.",
    ),
    ("conclave/user-root", "`UserRoot`. The changes are commitments, or empty."),
    ("conclave/email-change", "`EmailChange`, a commitment."),
    ("conclave/account-change", "`AccountChange`, a commitment."),
    (
        "conclave/device-add",
        "`DeviceAdd`. The name is a commitment; a Kyber key is empty where there is none; the list \
         has `conclave/device-id`, each behind its length.",
    ),
    ("conclave/device-rename", "`DeviceRename`, by the device itself (reading R-114)."),
    ("conclave/device-revoke", "`DeviceRevoke`; the signer is empty where the server made it."),
    (
        "conclave/device-key-rotate",
        "`DeviceKeyRotate`. The signer is the device or, for one of type `ESCROW`, any other.",
    ),
    ("conclave/batch-approve", "`BatchApprove`: every younger device, less those it revokes."),
    (
        "conclave/device-add-and-approve",
        "`DeviceAddAndApprove`. `escrow` is a `conclave/escrow`, or empty.",
    ),
    ("conclave/per-user-key-rotate", "`PerUserKeyRotate`."),
    ("conclave/lockdown-mode", "`LockdownMode`, `on` or `off`."),
    ("conclave/user-id-change", "`UserIDChange` of an email chain, a commitment."),
    ("conclave/idp-update", "`IDPUpdate` of an account chain."),
    ("conclave/escrow-admin", "`EscrowAdmin` of an account chain, a commitment."),
    (
        "conclave/change-members",
        "`ChangeMembers` of a membership chain: lists of `conclave/commitment`.",
    ),
    ("conclave/device-id", "An element of a list of devices."),
    ("conclave/commitment", "An element of a list of commitments."),
    (
        "conclave/escrow",
        "What an escrow device is for: the chain of the administrators, its tail, and the number of \
         its per-user keys.",
    ),
    (
        "conclave/opening",
        "What is disclosed of a link: the number of the link, the field, the key of the commitment \
         and the value. Fields: `device_name`, `email_change`, `account_change`, `user_id_change`, \
         `escrow_admin`, `email` (the subject of an email chain), `added/0`, `removed/0` and so on.",
    ),
    ("conclave/email-change-opened", "The value of `email_change`."),
    (
        "conclave/account-change-opened",
        "The value of `account_change`; without an account an empty ID and zeros.",
    ),
    ("conclave/device-name-opened", "The value of `device_name`."),
    ("conclave/user-id-opened", "The value of `user_id_change`, and of a member."),
    (
        "conclave/escrow-admin-opened",
        "The value of `escrow_admin`; without escrow an empty ID and zero.",
    ),
    (
        "conclave/device-state",
        "A device as a checked chain leaves it. `revoked` is the number of the link that revoked it, \
         or 0; `class` the oldest device of its approval class, revoked or not.",
    ),
    (
        "conclave/contact-record",
        "What a device of one's own remembers of a user it met: its own identifier, the number of the \
         last link of the user's chain then, and how many meetings there were (4.6, subsec:contactsync; \
         reading R-133).",
    ),
    ("conclave/chain-tail", "The tail of a chain."),
    (
        "conclave/fingerprint",
        "What a fingerprint is the hash of: two encoded tails (reading R-119). Without an account \
         the second is empty.",
    ),
    (
        "conclave/seed-box",
        "The box of a seed (reading R-143): who sealed it, of which generation it is, and the box. `kem` is \
         empty in a classic one.",
    ),
    ("conclave/seed-meta", "What the box of a seed is bound to (reading R-143)."),
    ("conclave/generation", "Public per-user keys, with the number of the link that brought them."),
    ("conclave/known-seed", "A generation whose seed a device knows."),
    ("conclave/seed-due", "A seed that is to be sealed for a device (reading R-146)."),
    ("conclave/held-seed", "A seed that a device holds."),
    (
        "conclave/sealed-content",
        "Content, or a contact record, under a symmetric per-user key (reading R-147).",
    ),
    ("conclave/content-meta", "What content and contact records are bound to (reading R-147)."),
    (
        "conclave/contact",
        "What a device remembers of another user, before it is sealed: the tail of their chain, when they \
         first met in seconds since 1970, and how many meetings there were.",
    ),
    (
        "conclave/filed-contact",
        "A contact record as the server keeps it (reading R-148). `record` is the encoding of \
         `conclave/sealed-content`.",
    ),
    (
        "conclave/filed-contact-signed",
        "What the signature of a filed contact record is over (reading R-148).",
    ),
    (
        "conclave/stored-key",
        "A secret key at rest (4.6, subsec:lks; readings R-97 and R-120): commitment and ciphertext.",
    ),
    ("conclave/stored-secret", "What the commitment of a stored key is to."),
    ("conclave/stored-data", "The associated data of a stored key."),
    ("conclave/stored-plaintext", "The plaintext of a stored key."),
    (
        "conclave/attestation-signed",
        "What the holder of an attestation signs (4.6, subsec:idpattestationmeetings; reading R-128).",
    ),
    (
        "conclave/identity-snapshot",
        "The state of an identity that a provider vouches for; in the token as lowercase hexadecimal \
         (reading R-128).",
    ),
    (
        "conclave/identity-sharing",
        "What a sharing token is computed of (reading R-129). `with_email` is 1 or 0, the time in \
         seconds since 1970.",
    ),
    (
        "conclave/binding-with-tails",
        "What a key announcement signs where chains are looked at (4.6, subsec:keyagreementidentity; \
         reading R-139). A tail is a `conclave/chain-tail`, or empty.",
    ),
    ("conclave/statement-with-tails", "What the server signs about a client then."),
    (
        "conclave/snapshot-with-tails",
        "What a provider vouches for then; in the token as lowercase hexadecimal.",
    ),
    ("conclave/tree-name", "What a chain goes by in the server's tree of tails (reading R-151)."),
    ("conclave/tree-commitment", "What server and auditors sign of the tree (reading R-152)."),
    ("conclave/tree-audit", "What an auditor says of an epoch, with the server's signature."),
    ("conclave/tree-node", "A node of the tree: 36 bytes of label, and its hash."),
    ("conclave/tree-path", "From a node to the root: siblings, that of the node first."),
    ("conclave/tree-absence", "The last node on the way to a label that is not in the tree."),
    ("conclave/tree-marker", "A version that is in the tree."),
    ("conclave/tree-lookup", "That a tail is the newest of its chain (reading R-154)."),
    ("conclave/tree-update", "A version of a history; in the first the last two fields are empty."),
    ("conclave/tree-missing", "A version that is not in the tree."),
    ("conclave/tree-history", "All versions of a chain's tail (reading R-155)."),
    ("conclave/tree-growth", "What an epoch left as it was, and the leaves it inserted."),
    (
        "conclave/key-statement",
        "What a client signs about its own key (2.3.1, 3.6; reading R-172).",
    ),
    (
        "conclave/known-chain",
        "A chain that a client remembers: what it is about, and its `conclave/chain-tail`.",
    ),
    (
        "conclave/meeting-event",
        "Something that a client is told in a meeting. `at_s` is in seconds since 1970; `kind` says of which \
         layout `body` is.",
    ),
    ("conclave/meeting-listed", "Event `listed`: the roster has a device, with these keys."),
    ("conclave/meeting-left", "Event `left`: the roster has it no more."),
    ("conclave/meeting-binding", "Event `binding`: a binding and the list of its three tails."),
    (
        "conclave/meeting-statement",
        "Event `statement`: the server's statement and the list of its three tails.",
    ),
    (
        "conclave/meeting-chains",
        "Event `chains`: address, account and chains that the server serves of a device's user.",
    ),
    (
        "conclave/meeting-attestation",
        "Event `attestation`: what was fetched for a sharing token, and what is said of it.",
    ),
    ("conclave/meeting-growth", "Event `growth`: a whole chain as it is by now."),
    (
        "conclave/meeting-tree",
        "Event `tree`: a commitment with its signature and a list of `conclave/tree-audit`.",
    ),
    ("conclave/meeting-lookup", "Event `lookup`: a `conclave/tree-lookup` for an epoch."),
    (
        "conclave/meeting-display",
        "What is displayed of a participant, and whether a host gives keys: `keys` is `yes` or `no`.",
    ),
    ("conclave/device-shown", "A device as a client lists it (reading R-165)."),
    ("conclave/identifier-shown", "An address or an account that a user had, or empty."),
    ("conclave/chain-notice", "What a user is told of one thing that a link did (reading R-164)."),
    ("conclave/address-user", "Whose an address was by one link (reading R-166)."),
    (
        "conclave/sealed-for-user",
        "What somebody sealed for a user (reading R-169); `kyber768` and `kem` are empty in a classic box.",
    ),
    ("conclave/sealed-for-user-signed", "What its signature is over."),
    ("conclave/user-box-meta", "What it is bound to (reading R-169)."),
    (
        "conclave/escrow-chain",
        "A chain of administrators as it is served, with what is disclosed of it.",
    ),
    (
        "conclave/escrow-meta",
        "What the box of an escrow device's secrets is bound to (reading R-158).",
    ),
    ("conclave/escrow-keys", "The public keys that a hybrid one is bound to."),
    ("conclave/escrow-secrets", "The secret keys of an escrow device, before they are sealed."),
    (
        "conclave/escrow-box-signed",
        "What the maker of the keys signs; `meta` is the encoding of `conclave/escrow-meta`.",
    ),
    ("conclave/escrow-box", "That box as the server keeps it."),
];
