//! Readings about account escrow.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_156: Reading = Reading {
    id: "R-156",
    title: "How a chain of administrators belongs to an account",
    place: at("4.6", "subsubsec:escrowadmins"),
    question: "The account's chain names the user ID of the administrators' chain, and each is of one \
        of the other at most. What a member's client can see of the latter is not said, nor which \
        tails are in the fingerprint that members compare, nor how a client knows which account is \
        its user's.",
    alternatives: &[
        alt(
            "both_tails",
            "The fingerprint is over the tails of the administrators' chain and of the account's. \
             That chain names no other account, where it discloses one. The account is the one that \
             the user's own chain discloses.",
        ),
        alt("chain_alone", "The same; the fingerprint is over the administrators' chain alone."),
        alt("as_served", "The account is the one that the server says."),
    ],
    chosen: "both_tails",
    why: "A fingerprint is defined over a user's chain and the account's, and the administrators' is a \
        user's chain. What is acknowledged for one account then serves for no other. That the same \
        administrators stand in two accounts' chains no member can see.",
    policy: None,
    rules: &[
        Rule::AccountDisclosed,
        Rule::AdministratorsOfAccount,
        Rule::AdministratorsAcknowledged,
    ],
};

pub(super) const R_157: Reading = Reading {
    id: "R-157",
    title: "Whose lockdown a member goes by",
    place: at("4.6", "subsubsec:escrowmgmt"),
    question: "If lockdown is off, or the newest keys are by a device that the one which first began \
        lockdown does not trust, the client stops or asks its user again. Which of the two when, what \
        trust is, and what holds when escrow is set up is not said.",
    alternatives: &[
        alt(
            "keeper",
            "Devices of one approval class trust each other. Without lockdown, or with keys by a \
             device that who began the present lockdown does not trust, the chain is refused, the \
             first time too. If that device is not trusted by the one whose lockdown the user \
             acknowledged, the user is asked again.",
        ),
        alt(
            "first_device",
            "The chain is refused unless the class of its first device began lockdown.",
        ),
        alt("ask", "In each of these cases the user is asked again."),
    ],
    chosen: "keeper",
    why: "A chain whose keys nobody answers for is refused whatever a user says; a user who is asked \
        can at best compare the tail. A change of hands may be the one that administrators announce. \
        A chain that was taken over before a member first saw it passes, with another fingerprint: \
        that is no more than the server could have by a chain of its own under another user ID. An \
        escrow device on that chain would let a device without a say into the keeper's class (F-18); \
        nobody has a use for one there, so no chain with one is taken.",
    policy: None,
    rules: &[
        Rule::AdministratorsKeysTrusted,
        Rule::AdministratorsAcknowledgedAnew,
        Rule::AdministratorsWithoutEscrow,
    ],
};

pub(super) const R_158: Reading = Reading {
    id: "R-158",
    title: "How an escrow device's secrets are sealed, and who knows for which keys",
    place: at("4.6", "subsubsec:escrowmgmt"),
    question: "The secrets are encrypted for the administrators' newest keys; the construction is not \
        given. The link that adds the device records tail and generation of the administrators' \
        chain, the one that rotates its keys has no field for them. How a user's other devices know \
        for which keys the present secrets are sealed, or that they are sealed at all, is not said.",
    alternatives: &[
        alt(
            "signed_box",
            "The box of meetings under a key pair of its own, bound to user, device and its key, \
             administrators, tail and generation, and signed by who made the keys. All devices of the \
             user go by the box, and without it stop.",
        ),
        alt("unsigned_box", "The same, unsigned: each device goes by the newest it made itself."),
        alt("rotate", "As the first; a device that is given no box rotates the keys."),
    ],
    chosen: "signed_box",
    why: "The server could give one device an old chain of administrators and no newer box, and it \
        would seal for keys that a revoked administrator has, though another device of the user had \
        sealed for newer ones. A key that no box goes with was not made for administrators (F-18). \
        Nor is a box a proof that is signed under a key which was replaced before the box could be made: \
        whoever has an old signing key could put a box in the place of the true one that nobody opens.",
    policy: None,
    rules: &[
        Rule::EscrowBoxSigned,
        Rule::EscrowBoxNamesUser,
        Rule::EscrowBoxNamesDevice,
        Rule::EscrowBoxNamesAdministrators,
        Rule::EscrowBoxNamesTail,
        Rule::EscrowBoxNamesContext,
        Rule::EscrowSecretsMatch,
        Rule::EscrowBoxOfLaterKey,
    ],
};

pub(super) const R_159: Reading = Reading {
    id: "R-159",
    title: "What an escrow device may sign",
    place: at("4.6", "subsubsec:userrecovery"),
    question: "Virtual devices are as physical ones, and their keys can approve and rotate \
        (subsubsec:backupkeys). In recovery an approval is signed with the escrow device's key and an \
        administrator's. Whether one without the second counts, and what else an escrow device may \
        sign, is not said.",
    alternatives: &[
        alt(
            "both",
            "Approvals, and the rotation of its own keys; each with an administrator's signature.",
        ),
        alt(
            "as_any_device",
            "Whatever a device may sign, alone; a second signature is looked at if there.",
        ),
        alt("both_for_all", "Whatever a device may sign, with an administrator's signature."),
    ],
    chosen: "both",
    why: "If the first signature did alone, the second would protect nobody: an administrator's device \
        that is revoked keeps the escrow device's key until the member is online, and so does a \
        member's device that made it. Nothing else is said to be signed by administrators.",
    policy: None,
    rules: &[Rule::EscrowDeviceSignsLittle],
};

pub(super) const R_160: Reading = Reading {
    id: "R-160",
    title: "Whom the acknowledgment of escrow approves",
    place: at("4.6", "subsubsec:escrowmgmt"),
    question: "Who acknowledges the notice has an escrow device added by a link that approves every \
        younger device too, whose seeds go with it. New devices are shown for approval elsewhere \
        (subsubsec:devicemgmt); whether before this link is not said.",
    alternatives: &[
        alt("after_review", "The link waits until the user has approved or revoked them."),
        alt("revoked", "The link revokes them."),
        alt("approved", "Whoever is there is approved."),
    ],
    chosen: "after_review",
    why: "The user was asked about administrators, in a notice that cannot be passed over. Whoever added \
        a device before, the server or somebody with the password, would have it approved and be given \
        every earlier key, though the fingerprint compared is the right one.",
    policy: None,
    rules: &[Rule::EscrowApprovesNobodyUnseen],
};

pub(super) const R_161: Reading = Reading {
    id: "R-161",
    title: "Which administrator's device signs, and when it must have been there",
    place: at("4.6", "subsubsec:userrecovery"),
    question: "The approval is signed by a device of another chain, for which the link has no field. \
        Nothing orders the links of two chains, but for the tail that the link of the escrow device \
        records. Whether a device counts that was revoked, added or approved after that tail is not \
        said.",
    alternatives: &[
        alt(
            "not_revoked_by_then",
            "Whichever device of the chain in the escrow device's link made the signature, of the class \
             that kept lockdown at that tail, in it now, whenever it was added, and not revoked up to \
             the tail.",
        ),
        alt("active_now", "The same, and it is active at the end of the chain that is served."),
        alt("there_at_the_tail", "It was there and trusted at that tail."),
        alt("named", "The link has fields for the device and for a tail of its chain."),
    ],
    chosen: "not_revoked_by_then",
    why: "The fields of the link are given; as no key is in a chain twice, one device alone can have made \
        a signature. A member's chain that was good must stay good as the administrators' goes on, or \
        whoever was recovered is lost with the next administrator who leaves; and those who came later \
        must be able to help. A device revoked later can sign only while it has the escrow device's \
        key, which is rotated then. It may rotate that key itself before, and seal the new one for the \
        newest keys, so that nothing looks old; but it signs the box, and is known by that (R-163).",
    policy: None,
    rules: &[Rule::AdministratorSigns, Rule::AdministratorTrusted, Rule::AdministratorStayed],
};

pub(super) const R_162: Reading = Reading {
    id: "R-162",
    title: "Which escrow device is the user's",
    place: at("4.6", "subsubsec:escrowmgmt"),
    question: "Members add an escrow device, and revoke it when escrow ends, the administrators change \
        or the user is moved. How many there may be, whether one counts that a device added which \
        nobody approved, whether such a device may rotate it (R-123), and how a client sees that it is \
        left from another account is not said.",
    alternatives: &[
        alt(
            "one_of_the_class",
            "One at most. It counts for devices of its class and of younger ones, of the others only \
             one of its class rotates it, and it goes when the account changes.",
        ),
        alt("any", "Whichever there are; any device of the user rotates them."),
    ],
    chosen: "one_of_the_class",
    why: "Any device can be added by whoever has the password or the server. It could give the escrow \
        device a key of its own (F-18), or add one so that the others think all is set up.",
    policy: None,
    rules: &[
        Rule::OneEscrowDevice,
        Rule::EscrowRotatedWithinClass,
        Rule::EscrowEndsWithAccount,
        Rule::EscrowDeviceCounts,
    ],
};

pub(super) const R_163: Reading = Reading {
    id: "R-163",
    title: "Whether an escrow device outlives who made its keys",
    place: at("4.6", "subsubsec:escrowmgmt"),
    question: "A device of the user makes the escrow device's secret keys and deletes them. It need not \
        have, if somebody else had it. Keys of escrow devices are to be rotated when the administrators' \
        keys are; whether also when the device that made them is revoked, of the user or of the \
        administrators, is not said.",
    alternatives: &[
        alt(
            "rotated",
            "They are rotated when the device that made them is revoked; of the administrators, that is \
             the one that signed the box.",
        ),
        alt("kept", "They stay until the administrators' keys change."),
    ],
    chosen: "rotated",
    why: "A revoked device is to read nothing that comes after (subsubsec:puks). Each new seed is sealed \
        for the escrow device, so whoever keeps its secrets reads on, and may approve: a thief who \
        rotates the escrow device before the theft is noticed comes back. So does an administrator's \
        device that is revoked and rotates it before the member is online: it has opened the box of \
        before (R-161). Its box is not refused, but mended: a member who stops there would leave it the \
        keys.",
    policy: None,
    rules: &[Rule::EscrowOutlivesNoMaker, Rule::EscrowOutlivesNoAdministrator],
};
