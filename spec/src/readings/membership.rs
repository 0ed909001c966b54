//! Readings about the leader participant list: links, snapshots, entries, the roster.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_44: Reading = Reading {
    id: "R-44",
    title: "When an operation applies",
    place: at("2.3.1", "3.7.7"),
    question: "The list is a sequence of operations. What a client does with an operation that \
        makes no sense after those before it, such as a leave of somebody absent, is not said.",
    alternatives: &[
        alt("must_change", "An operation that changes nothing on the list is refused."),
        alt("no_effect", "Such an operation is counted and chained, and does nothing."),
    ],
    chosen: "must_change",
    why: "An honest leader never makes one, so whoever sees one has other links before it than the \
        leader, or a leader that errs. Refusing keeps everybody's list a function of the chain \
        alone.",
    policy: None,
    rules: &[Rule::OperationApplies],
};

pub(super) const R_45: Reading = Reading {
    id: "R-45",
    title: "Where a joiner's list starts",
    place: at("2.3.1", "3.7.7"),
    question: "Who joins late rebuilds the list from the board. Replaced links are deleted, and \
        the first link it sees need not be the first of the meeting. From which links a list may \
        be built is not said.",
    alternatives: &[
        alt("first_or_snapshot", "From the first link of the meeting or from a snapshot."),
        alt("any_link", "From any link; who is there already is learned as operations name them."),
    ],
    chosen: "first_or_snapshot",
    why: "A list built from its middle leaves out who was added before, and those hold the key. A \
        snapshot says everything at once and the heartbeat certifies it.",
    policy: None,
    rules: &[Rule::ListStartsWhole],
};

pub(super) const R_46: Reading = Reading {
    id: "R-46",
    title: "What a snapshot by the same leader must say",
    place: at("2.3.1", "3.7.7"),
    question: "The leader may replace the links so far by fewer. That the replacement says the \
        same, and that anybody who had the old links compares, is not said.",
    alternatives: &[
        alt(
            "faithful",
            "Who has the links before it refuses a snapshot that differs from what they say.",
        ),
        alt("trusted", "The leader's word counts; the list becomes what the snapshot says."),
    ],
    chosen: "faithful",
    why: "Shortening is to save space. A leader that may change the list by it needs no \
        operations, and leaves and the lock could vanish without a trace.",
    policy: None,
    rules: &[Rule::SnapshotFaithful],
};

pub(super) const R_47: Reading = Reading {
    id: "R-47",
    title: "What a snapshot by a new leader must say",
    place: at("4.1", "subsubsec:lpl"),
    question: "A new leader shortens the chain from its own copy, which may be older or younger \
        than that of another participant. Up to 4.0 some who left may get lost; 4.1 drops that \
        sentence and puts nothing in its place.",
    alternatives: &[
        alt("keeps_known", "Nobody whom the client knows may be missing, nor count fewer leaves."),
        alt("trusted", "The new leader's copy counts, whoever is missing."),
        alt("identical", "It must say exactly what the client's own list says."),
    ],
    chosen: "keeps_known",
    why: "Whoever was on the list may hold a key, so leaving one out hides a listener; a device \
        may have left meanwhile, but not have never been there. Demanding the same list would part \
        all who were a link apart when the leader dropped out.",
    policy: None,
    rules: &[Rule::SnapshotKeepsKnown, Rule::SnapshotIdentical],
};

pub(super) const R_48: Reading = Reading {
    id: "R-48",
    title: "Kicked or left",
    place: at("3.1", "3.7.8"),
    question: "The list notes that a user left, with no word on who wanted it. A locked meeting \
        lets those back in who left, while a host removes people to be rid of them; elsewhere a \
        participant who was removed may be let in to try again.",
    alternatives: &[
        alt(
            "own_operation",
            "A removal is an operation of its own; it bars the way back while the meeting is \
                locked.",
        ),
        alt(
            "as_leave",
            "A removal is a leave, and whoever was removed may come back as others may.",
        ),
    ],
    chosen: "own_operation",
    why: "Without the difference a lock cannot keep out the one person it was pressed for. In an \
        open meeting the removed may still be admitted again, as the procedure for security codes \
        foresees. Who reads on a certified list that it was removed has no place in the meeting \
        and leaves.",
    policy: None,
    rules: &[Rule::KickListed, Rule::KickedLeaves, Rule::KickedStaysOut],
};

pub(super) const R_49: Reading = Reading {
    id: "R-49",
    title: "What the leader's signature on a link is",
    place: at("2.3.1", "3.7.7"),
    question: "The leader signs over each link, and posts a signature over the newest link with \
        the fields of a heartbeat. Whether a link has a signature of its own besides, and with \
        which context, is not said.",
    alternatives: &[
        alt(
            "heartbeat",
            "A link has none of its own and counts once a heartbeat certifies its hash.",
        ),
        alt("own_signature", "Every link is signed under a context of its own and counts at once."),
    ],
    chosen: "heartbeat",
    why: "One context is given for the list, that of the heartbeat, which covers the hash of the \
        newest link and so all before it. A second signature would let a link take effect that no \
        heartbeat ever confirms.",
    policy: None,
    rules: &[Rule::LinkAwaitsHeartbeat],
};

pub(super) const R_71: Reading = Reading {
    id: "R-71",
    title: "What the hash of the list covers",
    place: at("2.3.1", "3.7.7"),
    question: "A heartbeat signs the hash of the list with index v. Whether that hashes the whole \
        list, in some form, or its latest link is not said; co-hosts sign the hash of the latest \
        link.",
    alternatives: &[
        alt("latest_link", "The SHA-256 of the encoded latest link."),
        alt("whole_list", "The SHA-256 of all entries in a canonical order."),
    ],
    chosen: "latest_link",
    why: "Each link names the one before it, so the latest one stands for all, and no order of \
        entries has to be invented. The hash of heartbeats, links and co-hosts is then one and the \
        same.",
    policy: None,
    rules: &[Rule::HeartbeatNamesList, Rule::CertifiesKnownLink, Rule::RequestNamesHead],
};

pub(super) const R_72: Reading = Reading {
    id: "R-72",
    title: "What a link contains, and its counter after a snapshot",
    place: at("2.3.1", "3.7.7"),
    question: "A link contains a counter, a hash and an operation. The operations, their fields \
        and codes are not given, nor how the counter and the hash go on when links are replaced by \
        fewer.",
    alternatives: &[
        alt(
            "continues",
            "A snapshot is a link like any other: the next counter, the hash of the last old link.",
        ),
        alt("restarts", "A snapshot begins a new chain, with counter 1 and no link before it."),
        alt("several", "The old links are replaced by one addition for each user."),
    ],
    chosen: "continues",
    why: "A counter of all operations so far cannot fall, and heartbeats that never go back would \
        be stuck if it did. The hash ties the snapshot to what it replaces, so the history stays \
        one chain though its links are deleted.",
    policy: None,
    rules: &[Rule::LinkNamesCounter, Rule::LinkNamesPrevious, Rule::LinkCounts, Rule::LinkChains],
};

pub(super) const R_73: Reading = Reading {
    id: "R-73",
    title: "Whether the leader coalesces",
    place: at("2.3.1", "3.7.7"),
    question: "With more than twenty links the leader can coalesce. Whether it must, and when at \
        the latest, is not said.",
    alternatives: &[
        alt("at_21", "It coalesces as soon as there are twenty-one links."),
        alt("never", "It keeps all links, as the permission allows."),
    ],
    chosen: "at_21",
    why: "It is the first moment allowed and keeps what a joiner has to read short. Others take \
        the list either way.",
    policy: Some("coalescing"),
    rules: &[Rule::SnapshotFaithful, Rule::ListStartsWhole],
};

pub(super) const R_75: Reading = Reading {
    id: "R-75",
    title: "Leaves and coalescing",
    place: at("2.3.1", "3.7.7; 3.10"),
    question: "The roster shows how often somebody left, from four times on. The list as described \
        holds no such number, and links that would tell are deleted when they are replaced.",
    alternatives: &[
        alt("in_snapshot", "A snapshot carries the number of leaves of every device."),
        alt("since_snapshot", "Each client counts the leaves that it saw itself."),
    ],
    chosen: "in_snapshot",
    why: "Otherwise everybody shows another number, and who comes and goes often enough to fill \
        twenty links clears its own record. A removal counts as a leave.",
    policy: None,
    rules: &[Rule::LeavesCounted, Rule::SnapshotFaithful, Rule::SnapshotKeepsKnown],
};

pub(super) const R_76: Reading = Reading {
    id: "R-76",
    title: "A guest's identity key within one meeting",
    place: at("2.3.1", "3.13"),
    question: "Guests make new long-term keys for every meeting. Whether one who drops out and \
        comes back does so with the same key is not said.",
    alternatives: &[
        alt("per_meeting", "The key lasts until the meeting ends, across joins."),
        alt("per_join", "Every join has a new key."),
    ],
    chosen: "per_meeting",
    why: "A device that comes back must have the identity key it had, and a locked meeting lets in \
        nobody with another; a key for each join would shut guests out after the first hiccup.",
    policy: None,
    rules: &[Rule::RejoinSameKey, Rule::LockedRejoinAllowed],
};

pub(super) const R_80: Reading = Reading {
    id: "R-80",
    title: "How long somebody who left is shown as present",
    place: at("4.1", "subsubsec:keyrotation"),
    question: "Who has left stays displayed until the user encrypts under a key unknown to them. \
        How a client tells which key that is, is not said.",
    alternatives: &[
        alt("number", "A key numbered above the one certified when the leave was certified."),
        alt("next_arrival", "The next key that arrives, whatever its number."),
    ],
    chosen: "number",
    why: "Keys sealed before the leave was known may still be on their way and may have been \
        sealed to who left. The number a heartbeat certifies beside the list orders the two. For a \
        leader it is the newest number when it posted the leave.",
    policy: None,
    rules: &[Rule::LeaverShownUntilRekey],
};

pub(super) const R_81: Reading = Reading {
    id: "R-81",
    title: "A client that is not on the list",
    place: at("3.1", "3.7.7; 3.7.8"),
    question: "What a client does when the certified list says that it was removed, or does not \
        name it, or says that it left, is not said.",
    alternatives: &[
        alt(
            "leaves_when_kicked",
            "It leaves when a link removes it; otherwise it waits to be put on the list.",
        ),
        alt("leaves", "It leaves whenever it is not listed as present."),
        alt("ignores", "Its own entry concerns others only."),
    ],
    chosen: "leaves_when_kicked",
    why: "A link that removes it is the leader's word that it is not wanted, and it gets no \
        further key. Not being listed is what every joiner sees at first, and a wrong leave is \
        mended by the leader as soon as it is told of the announcement. A snapshot tells of \
        removals of an earlier join as well and proves nothing about this one.",
    policy: None,
    rules: &[Rule::KickedLeaves],
};

pub(super) const R_83: Reading = Reading {
    id: "R-83",
    title: "What participants make of the server's word on who is there",
    place: at("2.3.1", "3.7.7"),
    question: "The server tells everybody who comes and goes, the leader first of all. What \
        another participant does with that beside the leader's list is not said.",
    alternatives: &[
        alt(
            "board_only",
            "It keeps announcements and nonces in case it leads; the roster does not change.",
        ),
        alt("provisional", "It shows the change, marked as not confirmed, until the list has it."),
    ],
    chosen: "board_only",
    why: "The list is there so that the server does not decide what users see. An announcement is \
        verified by whoever seals to it.",
    policy: None,
    rules: &[Rule::RosterFromList],
};

pub(super) const R_84: Reading = Reading {
    id: "R-84",
    title: "A device that joins while it is listed as present",
    place: at("2.3.1", "3.7.7"),
    question: "The hash of the binding of somebody present stays the same. A client that crashed \
        joins again with a new ephemeral key before anybody noticed that it was gone. What the \
        leader does then is not said.",
    alternatives: &[
        alt(
            "leave_then_join",
            "The leader lists a leave and an addition, if the identity key is the same.",
        ),
        alt("refuse", "The leader refuses it until the server reports the leave."),
    ],
    chosen: "leave_then_join",
    why: "The old ephemeral key is gone, so the device has left in every sense. Two operations \
        keep the rule for those present whole and count the leave; waiting would leave it out \
        until a timeout of the server.",
    policy: None,
    rules: &[Rule::BindingStable, Rule::JoinListed, Rule::LeaveListed],
};

pub(super) const R_85: Reading = Reading {
    id: "R-85",
    title: "What a display name is",
    place: at("3", "3.7.7"),
    question: "The list holds display names, which the server relays. Their form, whether one may \
        be empty, and where the name at the time of the join comes from are not said.",
    alternatives: &[
        alt(
            "server_text",
            "Text of up to 255 bytes, also none, as the server relays it with the join.",
        ),
        alt("never_empty", "Text of 1 to 255 bytes; a link with an empty name is refused."),
    ],
    chosen: "server_text",
    why: "The paper grants that a server can change any name and that nobody is to rely on one; \
        nothing a joiner signs contains it, for what it signs is printed field by field.",
    policy: None,
    rules: &[Rule::NamesFromList, Rule::RenameListed],
};

pub(super) const R_86: Reading = Reading {
    id: "R-86",
    title: "The hash over the binding",
    place: at("2.3.1", "3.7.7"),
    question: "The list keeps a hash over the binding of everybody present. The function is not \
        named, nor whether the binding is hashed as it is signed.",
    alternatives: &[
        alt(
            "sha256_encoding",
            "SHA-256 of the encoded binding, the same bytes that the announcement signs.",
        ),
        alt("sha256_digest", "SHA-256 of the two hashes that the signature is made over."),
    ],
    chosen: "sha256_encoding",
    why: "It is the one hash used throughout, over the one encoding a binding has.",
    policy: None,
    rules: &[Rule::BindingStable, Rule::AnnouncementListed],
};

pub(super) const R_109: Reading = Reading {
    id: "R-109",
    title: "A device that has lost its identity key",
    place: at("2.3.1", "3.7.7"),
    question: "Who comes back must come back with the same identity key. A device that was set up \
        anew during the meeting has another one. Whether it can come back is not said.",
    alternatives: &[
        alt("refused", "Not to this meeting: the leader keeps it out until the meeting ends."),
        alt("shown", "It can, and the list says that it is another device under the same name."),
    ],
    chosen: "refused",
    why: "The sentence has no exception, and a leader cannot tell a device that was set up anew from \
        another that goes by its name. A client set up anew has another hardware ID by itself, and \
        is a new device.",
    policy: None,
    rules: &[Rule::RejoinSameKey],
};

pub(super) const R_104: Reading = Reading {
    id: "R-104",
    title: "Whose leaves are counted",
    place: at("2.3.1", "3.10"),
    question: "The host is to see that a user has left four or more times. A user may be there with \
        several devices, and entries of the list are devices.",
    alternatives: &[
        alt("device", "Those of each device, shown beside it."),
        alt("user", "Those of all devices of a user, shown beside each of them."),
    ],
    chosen: "device",
    why: "What is listed, and leaves, is a device. Adding up what two devices do would call a user \
        conspicuous who changes between them, and the sum is there for anybody who wants it.",
    policy: Some("leaves_counted"),
    rules: &[Rule::LeavesCounted, Rule::LeavesOfUser],
};
