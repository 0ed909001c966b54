//! Why nothing comes of what is accepted, or nothing but that it is remembered.

/// Why something that is tried comes to nothing.
pub(crate) struct Reason {
    /// What is tried.
    pub(crate) of: &'static str,
    /// In which phases, by name.
    pub(crate) phases: &'static [&'static str],
    /// The rule or reading that says so; none for an input that is none.
    pub(crate) id: &'static str,
    /// The reason.
    pub(crate) why: &'static str,
}

const fn because(
    of: &'static str,
    phases: &'static [&'static str],
    id: &'static str,
    why: &'static str,
) -> Reason {
    Reason { of, phases, id, why }
}

/// Every phase.
const ALL: &[&str] = &[
    "outside",
    "leader",
    "successor",
    "stepped down",
    "without a leader",
    "before a heartbeat",
    "participant",
    "of a new leader",
    "locked leader",
    "locked participant",
    "left",
];

/// Those in a meeting.
const JOINED: &[&str] = &[
    "leader",
    "successor",
    "stepped down",
    "without a leader",
    "before a heartbeat",
    "participant",
    "of a new leader",
    "locked leader",
    "locked participant",
];

/// Those in a meeting that do not lead.
const MEMBERS: &[&str] = &[
    "stepped down",
    "without a leader",
    "before a heartbeat",
    "participant",
    "of a new leader",
    "locked participant",
];

/// Why nothing comes of it.
pub(crate) const NOTHING: &[Reason] = &[
    because("time passes", ALL, "", "no time has passed, so nothing is due"),
    because(
        "leader named: alice",
        &["leader", "before a heartbeat", "participant", "locked leader", "locked participant"],
        "ELE-02",
        "the leader there is: no change",
    ),
    because(
        "leader named: grace",
        &["successor", "stepped down", "of a new leader"],
        "ELE-02",
        "the leader there is: no change",
    ),
    because(
        "admitted: carol",
        &["without a leader", "before a heartbeat"],
        "MEM-17",
        "Carol herself, to whom the board says nothing about her",
    ),
    because(
        "admitted: carol, signature damaged",
        &["without a leader", "before a heartbeat"],
        "MEM-17",
        "Carol herself: nobody looks at it",
    ),
    because(
        "admitted: carol, key exchanged",
        &["without a leader", "before a heartbeat"],
        "MEM-17",
        "Carol herself: nobody looks at it",
    ),
    because(
        "admitted: carol, key of small order",
        &["without a leader", "before a heartbeat"],
        "MEM-17",
        "Carol herself: nobody looks at it",
    ),
    because(
        "admitted: bob, who is present",
        &["leader", "successor", "locked leader"],
        "MEM-11",
        "on the list already, under this announcement",
    ),
    because(
        "admitted: bob, who is present",
        &["participant", "of a new leader", "locked participant"],
        "MEM-17",
        "Bob himself, to whom the board says nothing about him",
    ),
    because(
        "admitted: bob, who is present",
        &["stepped down"],
        "R-83",
        "on the board already, from when it led",
    ),
    because(
        "departed: bob",
        &["participant", "of a new leader", "locked participant"],
        "R-83",
        "Bob himself, who knows whether he is there",
    ),
    because(
        "departed: bob",
        &["stepped down", "without a leader", "before a heartbeat"],
        "R-83",
        "the list says who is there, not the server",
    ),
    because(
        "departed: nobody",
        &["leader", "successor", "locked leader"],
        "R-83",
        "nobody on the list",
    ),
    because("departed: nobody", MEMBERS, "R-83", "the list says who is there, not the server"),
    because(
        "nonce posted",
        &["leader", "successor", "stepped down", "locked leader"],
        "LIV-04",
        "the newest there is already",
    ),
    because("lock claimed", JOINED, "LCK-05", "the server's word about the lock"),
    because(
        "admitted: mallory, who has left",
        &["stepped down"],
        "R-83",
        "on the board already, from when it led",
    ),
];

/// What is remembered where nothing is sent or shown.
pub(crate) const NOTED: &[Reason] = &[
    because(
        "renamed: bob",
        &["leader", "successor"],
        "R-85",
        "where names are not listed, the server's name for him",
    ),
    because(
        "renamed: bob",
        MEMBERS,
        "R-85",
        "the server's name for him, shown where the list has none",
    ),
    because("renamed: nobody", JOINED, "R-85", "a name for somebody who may come"),
    because("room claimed", JOINED, "BRK-01", "shown beside who is on the list"),
    because(
        "admitted: carol",
        &["stepped down", "participant", "of a new leader", "locked participant"],
        "R-83",
        "kept for a member that comes to lead",
    ),
    because(
        "admitted: carol, signature damaged",
        &["stepped down", "participant", "of a new leader", "locked participant"],
        "R-83",
        "kept, and verified when it leads",
    ),
    because(
        "admitted: carol, key exchanged",
        &["stepped down", "participant", "of a new leader", "locked participant"],
        "R-83",
        "kept, and verified when it leads",
    ),
    because(
        "admitted: carol, key of small order",
        &["stepped down", "participant", "of a new leader", "locked participant"],
        "R-83",
        "kept, and verified when it leads",
    ),
    because(
        "admitted: bob, who is present",
        &["without a leader", "before a heartbeat"],
        "R-83",
        "kept by who is told of Bob for the first time",
    ),
    because(
        "admitted: mallory, who has left",
        &[
            "without a leader",
            "before a heartbeat",
            "participant",
            "of a new leader",
            "locked participant",
        ],
        "R-83",
        "kept, although the list says otherwise",
    ),
    because(
        "nonce posted",
        &[
            "without a leader",
            "before a heartbeat",
            "participant",
            "of a new leader",
            "locked participant",
        ],
        "LIV-04",
        "kept for a member that comes to lead",
    ),
    because(
        "link: the snapshot of grace",
        &["without a leader", "before a heartbeat"],
        "MEM-08",
        "a snapshot may be the first link; it waits for its heartbeat",
    ),
    because(
        "link: the snapshot of grace",
        &["stepped down", "of a new leader"],
        "R-62",
        "the first link of the new leader; it waits for its heartbeat",
    ),
    because(
        "link: the snapshot of grace",
        &["participant", "locked participant"],
        "MEM-21",
        "by its chain it could be of the leader there is; no heartbeat will certify it",
    ),
    because(
        "link: the next",
        &[
            "without a leader",
            "before a heartbeat",
            "participant",
            "of a new leader",
            "locked participant",
        ],
        "MEM-21",
        "it waits for its heartbeat",
    ),
    because(
        "heartbeat: the next",
        &["participant", "locked participant"],
        "HBT-13",
        "the chain and the time of silence go on",
    ),
    because(
        "heartbeat: the next",
        &["before a heartbeat"],
        "HBT-13",
        "the first one: the chain begins with it",
    ),
    because(
        "heartbeat: an old one",
        &["before a heartbeat"],
        "R-110",
        "the first one may be an old one, but where it has to list the client",
    ),
    because(
        "sealed key: the next",
        &["participant", "locked participant"],
        "ROT-18",
        "held, and used when its wait is over",
    ),
    because(
        "sealed key: the one held",
        &["participant"],
        "ROT-38",
        "without a number, it waits to be called for",
    ),
    because(
        "sealed key: of grace",
        &["of a new leader"],
        "ROT-18",
        "held, and used when it is certified and its wait is over",
    ),
    because(
        "time: the first due",
        &["stepped down"],
        "ROT-19",
        "the wait of a key is over, or an old key is erased",
    ),
    because("time: the second", &["stepped down"], "ROT-20", "an old key is erased"),
    because(
        "time: the first due",
        &["leader", "successor", "locked leader"],
        "ROT-19",
        "the wait of a key is over: packets go under it",
    ),
    because(
        "time: the fourth",
        &["leader", "locked leader"],
        "ROT-19",
        "the wait of the next key is over",
    ),
];
