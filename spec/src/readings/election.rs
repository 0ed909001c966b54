//! Readings about who leads: taking over, stepping down, roles.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_51: Reading = Reading {
    id: "R-51",
    title: "The first heartbeat, and the first after a takeover",
    place: at("4.1", "subsubsec:lpl"),
    question: "Each heartbeat names the one before it. What the first of a meeting names, and what \
        a new leader's first one names when participants had got to different ones, is not said.",
    alternatives: &[
        alt(
            "last_taken",
            "32 zero bytes at first; a new leader names the last heartbeat it took itself.",
        ),
        alt("reset", "A new leader begins a new chain with zero bytes."),
        alt("best_known", "A new leader names the last one that anybody reports to it."),
    ],
    chosen: "last_taken",
    why: "A chain that begins anew with each leader proves nothing across leaders, which is where \
        history could part. Who got further than the new leader refuses it and must join again: \
        that is the partition the paper calls unavoidable.",
    policy: None,
    rules: &[Rule::TakeoverContinues],
};

pub(super) const R_56: Reading = Reading {
    id: "R-56",
    title: "The number of a new leader's first key",
    place: at("2.3.1", "3.7.6; 3.7.7"),
    question: "Keys are numbered by one at each change. From where a new leader counts, when keys \
        were sealed that no heartbeat certified, is not said.",
    alternatives: &[
        alt(
            "after_certified",
            "One above the last number certified; before 5.12, above all held as well.",
        ),
        alt("after_held", "One above the greatest number of any key it holds."),
        alt("from_one", "Every leader counts from one."),
    ],
    chosen: "after_certified",
    why: "Only a certified number is known to all who follow the chain; a key that nobody \
        certified was never used. Where keys are used without a certificate, one that was used \
        must not share its number. Two halves of a partition may use one number for two keys, and \
        never meet again.",
    policy: None,
    rules: &[Rule::TakeoverNumbersKey],
};

pub(super) const R_57: Reading = Reading {
    id: "R-57",
    title: "Whether a takeover rotates",
    place: at("2.3.1", "3.7.7"),
    question: "A new leader shortens the chain and beats. Whether it also makes a new key at once \
        is not said; the leader that dropped out is one who left, to whom ordinary rotation \
        applies.",
    alternatives: &[
        alt("rotate", "It rotates at once."),
        alt("keep", "It goes on with the newest certified key until a rotation is due."),
    ],
    chosen: "rotate",
    why: "The new leader cannot vouch for whom the old one sealed the key to, and its nonces make \
        delay stop at the change. Keeping the key is allowed, since the departure of the old \
        leader calls for a rotation in its own time.",
    policy: Some("takeover_key"),
    rules: &[Rule::TakeoverRotates],
};

pub(super) const R_58: Reading = Reading {
    id: "R-58",
    title: "Two leaders, and one that returns",
    place: at("2.3.1", "3.7.7"),
    question: "The server names a new leader when one drops out. What a leader does that still \
        leads when it hears of another, and what it is when it is named again, is not said.",
    alternatives: &[
        alt(
            "steps_down",
            "It stops leading at once, and is a participant whose leader has changed.",
        ),
        alt("stays", "It leads on, until its user leaves."),
        alt("leaves", "It leaves the meeting."),
    ],
    chosen: "steps_down",
    why: "There is to be one leader at any time, and the server says who. A leader that goes on \
        would be half of a partition made by nothing but a delayed message. Named again, it takes \
        over like any other.",
    policy: None,
    rules: &[Rule::LeaderStepsDown],
};

pub(super) const R_59: Reading = Reading {
    id: "R-59",
    title: "What no heartbeat certified when the leader changes",
    place: at("4.1", "subsubsec:lpl"),
    question: "At a change of the leader a client may hold keys and links that the old leader sent \
        and never certified. What becomes of them is not said.",
    alternatives: &[
        alt("drop", "They are dropped."),
        alt("keep", "They stay, and the new leader may certify them."),
    ],
    chosen: "drop",
    why: "The new leader numbers its key from the last certified one, so an uncertified key would \
        share its number with another. Links that it does not have are no part of its list. Nobody \
        encrypted under the one or showed the other.",
    policy: None,
    rules: &[Rule::UncertifiedDropped, Rule::LinkAwaitsHeartbeat],
};

pub(super) const R_74: Reading = Reading {
    id: "R-74",
    title: "Who may lead an open meeting",
    place: at("2.3.1", "3.4; 3.7.7"),
    question: "The server picks the leader, by preference or arbitrarily, and participants check \
        that it is in the new list, which it makes itself. Whether somebody may lead who was never \
        in the old one is not said.",
    alternatives: &[
        alt("anyone_listed", "Anybody who is present on its own list, and everybody is told."),
        alt("known_only", "Only somebody who was present on the list before."),
    ],
    chosen: "anyone_listed",
    why: "The demand to have been on the list before is made for locked meetings, so it is not \
        meant for others. What guards an open meeting is the notice and the code. The hardened \
        profile makes the demand for every meeting that has a list, with the binding (R-90). In \
        the others a participant holds the announcement against no list: one of an earlier join is \
        followed until a heartbeat, whose binding does not bear it out (ELE-01).",
    policy: None,
    rules: &[Rule::LeaderListed, Rule::ChangeNoticed, Rule::LeaderBound],
};

pub(super) const R_82: Reading = Reading {
    id: "R-82",
    title: "A message for another role",
    place: at("2.3.1", "3.7"),
    question: "What a client does with a message that its role has no use for, such as a heartbeat \
        sent to the leader or a removal asked of a participant, is not said.",
    alternatives: &[
        alt("refuse", "It answers that the input does not fit, and nothing changes."),
        alt("ignore", "It passes the input over silently."),
    ],
    chosen: "refuse",
    why: "Nothing changes either way. An answer of its own lets a harness tell a mistake in a \
        script from a decision of the protocol, which is why no rule depends on it.",
    policy: None,
    rules: &[Rule::RequestFits],
};

pub(super) const R_88: Reading = Reading {
    id: "R-88",
    title: "A leader named before it has a list",
    place: at("2.3.1", "3.7.7"),
    question: "The server may name a leader that joined a moment ago and has taken no heartbeat \
        yet. Whether it shortens a chain that it does not have is not said.",
    alternatives: &[
        alt("begins", "It begins the meeting as a first leader does."),
        alt("refuses", "It does not lead until it has taken a heartbeat."),
    ],
    chosen: "begins",
    why: "The role has to be filled, and the server can name a joiner at any time. Whoever has a \
        list refuses the new chain; that is the partition which a server can cause at any time.",
    policy: None,
    rules: &[Rule::TakeoverCoalesces],
};

pub(super) const R_89: Reading = Reading {
    id: "R-89",
    title: "The old leader's entry",
    place: at("2.3.1", "3.7.7"),
    question: "Every leave is listed by the leader. Who lists the leave of the leader itself, and \
        when, is not said.",
    alternatives: &[
        alt(
            "when_reported",
            "The new leader, once the server reports the leave; until then it is present.",
        ),
        alt("at_takeover", "The new leader's snapshot says that the old one has left."),
        alt("itself", "A leader that leaves lists its own leave first."),
    ],
    chosen: "when_reported",
    why: "A leader may be replaced and stay. One that drops out cannot list anything, so there \
        must be a way without it, and one way is enough.",
    policy: None,
    rules: &[Rule::LeaveListed, Rule::TakeoverCoalesces],
};

pub(super) const R_99: Reading = Reading {
    id: "R-99",
    title: "What counts as a change of the leader",
    place: at("2.3.1", "3.8"),
    question: "Participants are notified whenever the leader changes. Whether it has changed when \
        the same user leads again with another key, or when the server names the same leader \
        twice, is not said.",
    alternatives: &[
        alt(
            "anything_else",
            "Another user, device, identity key or announced key is another leader.",
        ),
        alt("identity_key", "Only another identity key is, which is what the code shows."),
    ],
    chosen: "anything_else",
    why: "A leader that joined again has lost what it knew, and its new key opens nothing sealed \
        to the old one. The same in all four is the same leader, and naming it again has no \
        effect. The first leader a client hears of is no change; the code is shown without a \
        notice. Who leads itself has nothing to check.",
    policy: None,
    rules: &[Rule::ChangeNoticed, Rule::OnlyOthersNoticed],
};

pub(super) const R_103: Reading = Reading {
    id: "R-103",
    title: "A removal when the host does not lead",
    place: at("3.3", "3.4"),
    question: "The host may remove people. Clients before 5.11.3 insist that the leader is the host; \
        later the server parts the roles. How a removal then reaches the list, which the leader \
        alone writes, is not said, nor whether the list calls it a removal.",
    alternatives: &[
        alt("as_removal", "The server tells the leader of it, and the leader lists a removal."),
        alt("as_leave", "The server reports a leave, and the list cannot tell the two apart."),
        alt("signed", "The host signs a request to the leader, as a co-host does for a lock."),
    ],
    chosen: "as_removal",
    why: "A removal that is listed as a leave lets whoever was removed back into a locked meeting. \
        Who is host is known from the server alone, so a signature would prove no more than its \
        word; a server that lies can keep anybody out at any time. A client that insists on leader \
        and host being one, as those before 5.11.3 do, compares two words of the same server, of \
        which no message of this release brings the second: here the server names a leader, and \
        nobody is told who is host. So the cases are the same in every version with locks, \
        `lock/host-removes-through-leader` under zoom-3.1 too, where a client before 5.11.3 would have \
        had the host take over first.",
    policy: None,
    rules: &[Rule::KickListed, Rule::KickedStaysOut],
};

pub(super) const R_108: Reading = Reading {
    id: "R-108",
    title: "What tells that a meeting is end-to-end encrypted",
    place: at("2.3.1", "3.1"),
    question: "A host chooses the kind of a meeting, and the server tells clients. Nothing that is \
        signed names the kind. How somebody knows that the meeting they join is not a server-keyed \
        one, if the server says otherwise, is not said.",
    alternatives: &[
        alt("code", "The security code, which there is only with a leader that was verified."),
        alt("invitation", "The invitation names the kind, and a client joins no other."),
        alt("signed", "Leaders sign the kind, in what they announce."),
    ],
    chosen: "code",
    why: "A server that calls a meeting what it is not cannot show the code its leader reads out: a \
        client computes that from a key whose signature it verified. Only whoever compares it is \
        protected, as with the leader itself.",
    policy: None,
    rules: &[Rule::CodeFromHandshakeKey, Rule::AnnouncementVerifies],
};

pub(super) const R_107: Reading = Reading {
    id: "R-107",
    title: "Where the paper says host and means who leads",
    place: at("4.0", "7.3; subsec:keyagreementidentity"),
    question: "Since 3.3 the leader need not be the host. Yet the host is said to read the security \
        code out, to be the one that meets joiners in the key exchange, and to be there before \
        anybody can join. Whether these are the host's or the leader's is not said.",
    alternatives: &[
        alt("leader", "The leader's: it holds the key that the code is of, and seals to joiners."),
        alt("host", "The host's, whoever leads; such a meeting waits for its host."),
    ],
    chosen: "leader",
    why: "The code is computed from the leader's identity key and only a leader can seal. A client \
        knows the host from the server alone. Who leads until the host arrives is whom the server \
        names, as ever (R-74).",
    policy: None,
    rules: &[Rule::CodeFromHandshakeKey, Rule::SealToListed],
};
