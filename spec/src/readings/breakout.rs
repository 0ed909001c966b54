//! Readings about breakout rooms.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_95: Reading = Reading {
    id: "R-95",
    title: "How a breakout room and its main meeting belong together",
    place: at("4.6", "subsec:bor"),
    question: "Nothing ties a room to its meeting, so a participant who comes back can be put into \
        another main meeting. Whether a client compares the two is not said.",
    alternatives: &[
        alt("unlinked", "Each is a meeting of its own; users check codes again."),
        alt(
            "compared",
            "The client comes back to the instance it left only, as a participant, and goes on with \
             list, heartbeats and leader as it left them; it leads once it has caught up.",
        ),
    ],
    chosen: "unlinked",
    why: "It is what the paper says and warns of. To compare, a client needs everything posted since \
        the last heartbeat it took, and to be told of the leaders of that time in their order.",
    policy: None,
    rules: &[Rule::ReturnsToMeeting, Rule::ReturnContinues, Rule::ReturnFollowsFirst],
};

pub(super) const R_138: Reading = Reading {
    id: "R-138",
    title: "Whether going to a room counts as a leave",
    place: at("4.6", "subsec:bor"),
    question: "Who goes to a room and comes back leaves the main meeting twice, and the roster shows \
        how often somebody left from four times on. Whether these are counted is not said.",
    alternatives: &[
        alt("counts", "Every leave counts: after two visits to a room the roster says four times."),
        alt("apart", "A leave for a room, or to come from one, does not count."),
    ],
    chosen: "counts",
    why: "The list has one kind of leave, and what a leave was for is the server's word alone.",
    policy: None,
    rules: &[Rule::LeavesCounted],
};
