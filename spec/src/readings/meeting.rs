//! Readings about who participants are while a meeting goes on.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_172: Reading = Reading {
    id: "R-172",
    title: "The statement of a key about itself",
    place: at("2.3.1", "3.6"),
    question: "A client signs for the key server which key belongs to its user and device. Neither \
        context string nor encoding is given, nor what whoever is handed the key does with it.",
    alternatives: &[
        alt(
            "own_layout",
            "A layout with user, hardware ID and key, under a context string of its own; the key \
             counts for the user and device that were asked for, if it signed that.",
        ),
        alt("as_announcement", "The same fields under the string of key announcements."),
        alt("unchecked", "It is there for the record: the key server's answer is trusted."),
    ],
    chosen: "own_layout",
    why: "Another string keeps it apart from announcements, which are of one meeting. Checked, it \
        keeps a server from passing one user's key off as another's. That the server can make a \
        key itself it does not prevent, and is not said to.",
    policy: None,
    rules: &[Rule::KeyStatementSigned, Rule::KeyStatementNamesUser, Rule::KeyStatementNamesDevice],
};

pub(super) const R_173: Reading = Reading {
    id: "R-173",
    title: "What is looked up of a participant, and when",
    place: at("4.6", "sec:ztt"),
    question: "Whatever a client is given of another user's chain comes with a proof that it is in \
        the tree. Whether in a meeting this is the tail that participant and server signed or the \
        newest one, of which of the three chains, and for how long a proof serves while epochs \
        pass, is not said.",
    alternatives: &[
        alt(
            "newest_of_all",
            "Every chain that has a link, by the tail of the longest chain seen, at the newest \
             commitment taken: a new commitment asks for new proofs.",
        ),
        alt("once", "The same, at the commitment of the time of joining alone."),
        alt("user_alone", "The chain of the user alone."),
    ],
    chosen: "newest_of_all",
    why: "A proof of yesterday shows nothing of a device revoked since; with this a server that keeps \
        the revocation back has to keep every later commitment back too, which auditors show. Whose \
        address and which provider it is say the other two chains. That a chain has no link is \
        not proved: the tree has no proof of that, and then nothing is concluded from it.",
    policy: None,
    rules: &[Rule::TailsLookedUp, Rule::LookedUpAtNewest],
};

pub(super) const R_174: Reading = Reading {
    id: "R-174",
    title: "Whose identifiers are displayed",
    place: at("4.6", "subsec:keyagreementidentity"),
    question: "Until there is a tree only users of accounts with a provider are to have identifiers \
        displayed (3 to 3.3, 4.3; the ADN, 4.1 and 4.3, subsec:displayid), as chains can be forked \
        (3 to 3.3, 4.10). 4.6 has checked chains displayed, and an attestation if there is one.",
    alternatives: &[
        alt("vouched_or_looked_up", "Whom a provider vouches for, or whose tails the tree has."),
        alt("chains_suffice", "Also whose chains hold and end in the tails that both signed."),
        alt("vouched", "Only whom a provider vouches for."),
    ],
    chosen: "vouched_or_looked_up",
    why: "A server can add a device to a chain and show that to one client alone; device and server \
        sign the same tails, so the chains hold. 4.6 knows of the fork and leaves it to the tree. What \
        is checked is the same either way, and `participant_identity` says what chains alone give.",
    policy: None,
    rules: &[Rule::ShownWithProof],
};

pub(super) const R_175: Reading = Reading {
    id: "R-175",
    title: "What becomes of a check that failed",
    place: at("4.6", "subsec:keyagreementidentity"),
    question: "Checks may go on while the meeting does. What is displayed if one fails that had held, \
        or holds that had failed, is not said.",
    alternatives: &[
        alt(
            "last_evidence",
            "What came last of each kind counts, but for a binding that is not signed: a failure takes \
             back what was displayed and is shown, and a later check that ends well displays again.",
        ),
        alt("failure_stays", "A participant of whom a check failed is never displayed again."),
        alt("success_stays", "What was displayed once stays."),
    ],
    chosen: "last_evidence",
    why: "Attestations are renewed, and answers of servers can be wrong for a while. Whatever displays \
        again is a whole check that held. Only that chains were forked does not pass, by R-176. And whoever \
        can put a binding under somebody else's name is not to take the display back with one that \
        nobody signed.",
    policy: None,
    rules: &[Rule::FailureTakesBack, Rule::UnsignedReplacesNothing],
};

pub(super) const R_176: Reading = Reading {
    id: "R-176",
    title: "Chains that go on during a meeting",
    place: at("4.6", "subsec:keyagreementidentity"),
    question: "The latest chain is to be consistent with those fetched before. Two devices of a user \
        that join one after the other sign tails of different lengths, and may be checked in either \
        order. Which of them is consistent, what a link means that comes after the tail which \
        was signed, and which chains later meetings are held to, is not said.",
    alternatives: &[
        alt(
            "one_line",
            "One chain begins with the other, whichever came first; with two that do not, nobody under \
             either is displayed. The longest counts: nobody is displayed whose device, key, address \
             or account it took away. Remembered is that by which somebody was displayed.",
        ),
        alt("goes_on", "Each chain goes on from the one checked before, whoever is checked last."),
        alt("as_signed", "The tails that were signed count for the whole meeting."),
    ],
    chosen: "one_line",
    why: "Taken to the letter, a device that joined earlier and is checked later is refused, as its tail \
        is behind the one known. A longest chain that counts for all gives one display in every \
        order. And a device that is revoked while the meeting goes on is its thief's. What the tree \
        refuted, or nobody signed, is not remembered: by that a server would have the honest chain \
        refused in every later meeting.",
    policy: None,
    rules: &[
        Rule::OneChainInMeeting,
        Rule::DeviceStillInUse,
        Rule::IdentifiersStillHeld,
        Rule::RememberedAsShown,
    ],
};

pub(super) const R_177: Reading = Reading {
    id: "R-177",
    title: "Attestations and sharing tokens that end during a meeting",
    place: at("4.6", "subsec:idpattestationmeetings"),
    question: "An attestation is checked for its expiration date, by default after two days; a sharing \
        token serves for one. What is displayed once they have ended, in a meeting that goes on, is \
        not said.",
    alternatives: &[
        alt(
            "attestation_counts",
            "The display ends with the attestation, unless another one comes; the end of the sharing \
             token only keeps others from fetching it.",
        ),
        alt("checked_once", "What was checked stays for the whole meeting."),
        alt("both", "The display ends with either."),
    ],
    chosen: "attestation_counts",
    why: "The provider says until when it vouches, and revokes by not vouching again. The token is a \
        matter between participant and server, which alone can check it; what is fetched is signed \
        with the key of the binding.",
    policy: None,
    rules: &[Rule::AttestedUntilExpiry],
};

pub(super) const R_178: Reading = Reading {
    id: "R-178",
    title: "To which participant a check belongs",
    place: at("4.6", "subsec:keyagreementidentity"),
    question: "Checks are made of a binding. Whether what was displayed goes over to a device that \
        leaves and joins again, with the same long-term key or another, is not said. Sharing token \
        and statement stand beside the binding, unsigned by it.",
    alternatives: &[
        alt(
            "keys",
            "To the identity key and the ephemeral key that are listed: another of either is proved \
             anew, by a binding of its own; the rest of the evidence is kept by identity key.",
        ),
        alt("identity_key", "To the identity key: a rejoin under it is displayed as before."),
        alt("device", "To user and device."),
    ],
    chosen: "keys",
    why: "Keys of the meeting are sealed for the ephemeral key. Whoever is displayed by an older binding \
        has not shown that the one which is listed is theirs.",
    policy: None,
    rules: &[Rule::ProvedForListedKeys],
};

pub(super) const R_179: Reading = Reading {
    id: "R-179",
    title: "Who is given keys where the host must check",
    place: at("4.6", "subsec:idpattestationmeetings"),
    question: "A meeting may demand that the host has checked before a joiner is given keys. Whether a \
        guest, or somebody of whom the check displays nothing, is let in, and what becomes of \
        somebody whose check fails later, is not said.",
    alternatives: &[
        alt(
            "displayed",
            "Whoever is displayed with an address, an account or an attestation, and for as long: others \
             get no further keys.",
        ),
        alt("device", "Also whoever is displayed by a device alone."),
        alt("ended", "Also guests, and all of whom no check failed."),
        alt("once", "Whoever was displayed once keeps on being given keys."),
    ],
    chosen: "displayed",
    why: "The demand is to limit who gets into a meeting, such as to certain accounts. Whoever leaves out \
        the attestation or joins as a guest would get past it, and so would anybody who makes a user \
        with a chain and nothing else. The next rotation puts out whoever is no longer displayed.",
    policy: None,
    rules: &[Rule::KeysToChecked, Rule::KeysToNamed],
};

pub(super) const R_180: Reading = Reading {
    id: "R-180",
    title: "Who is displayed while no auditor vouches for the tree",
    place: at("4.6", "subsec:zttaudit"),
    question: "Clients ask auditors whether everybody sees the commitment that they see. Whether \
        participants are displayed, and given keys, by a commitment for which nobody vouches is not \
        said.",
    alternatives: &[
        alt(
            "alike",
            "By any commitment that was taken; whether an auditor vouches is shown beside it.",
        ),
        alt("audited_alone", "Only by one for which an auditor vouches."),
    ],
    chosen: "alike",
    why: "An auditor that does not answer would end every display, in every meeting. A commitment without \
        an audit still binds the server: it is signed, goes on from those before, and can be \
        compared later.",
    policy: None,
    rules: &[Rule::TailsLookedUp, Rule::KeysToChecked],
};
