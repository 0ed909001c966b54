//! Readings about locked meetings.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_62: Reading = Reading {
    id: "R-62",
    title: "Whether a new leader copies the lock",
    place: at("3.1", "3.7.8"),
    question: "In a locked meeting the new leader can copy the lock and the participants from the \
        old list. Whether it may leave the lock out, and what others make of that, is not said.",
    alternatives: &[
        alt("must_copy", "It must; a snapshot without the lock is an unlocking, and is warned of."),
        alt("may_copy", "It may; a snapshot without the lock is refused by others."),
        alt("silent", "It may, and nobody is told."),
    ],
    chosen: "must_copy",
    why: "Users are promised that a lock holds until a warning. Refusing the snapshot would part \
        the meeting from every leader that had not heard of the lock; the warning keeps the \
        promise.",
    policy: None,
    rules: &[Rule::LockCopied, Rule::UnlockWarned],
};

pub(super) const R_63: Reading = Reading {
    id: "R-63",
    title: "What a co-host's request contains",
    place: at("3.1", "3.7.8"),
    question: "A co-host sends a signed message, with the hash of the latest link against replay. \
        The other fields and the context are not given.",
    alternatives: &[
        alt(
            "bound",
            "Meeting, instance, operation and link hash, under a context of Conclave's own.",
        ),
        alt("minimal", "Operation and link hash."),
    ],
    chosen: "bound",
    why: "A request that names no operation could be turned around, and one that names no meeting \
        relies on hashes never meeting again. The hash makes it good for one use: the link it \
        causes is another head.",
    policy: None,
    rules: &[Rule::RequestNamesMeeting, Rule::RequestNamesInstance, Rule::RequestNamesOperation],
};

pub(super) const R_90: Reading = Reading {
    id: "R-90",
    title: "What having been in the previous list is",
    place: at("3.1", "3.7.8"),
    question: "When the leader of a locked meeting changes, participants check that the new one \
        was in the previous list, or drop out. The list also names who left, and a new leader's \
        announcement may be one of a rejoin.",
    alternatives: &[
        alt(
            "present_device",
            "The device must be present on the certified list; checked before all else.",
        ),
        alt("ever_listed", "It must be on the list, present or gone."),
        alt("same_binding", "It must be present with the very binding that it announces."),
    ],
    chosen: "present_device",
    why: "Who left may have been removed. The binding is compared with the list that the new \
        leader certifies, in its first heartbeat. The check comes first, because leaving is the \
        answer to a stranger whether or not its announcement is sound. Who joins a locked meeting \
        and knows no leader yet has no previous list.",
    policy: None,
    rules: &[Rule::LockedLeaderKnown, Rule::LeaderBound],
};

pub(super) const R_91: Reading = Reading {
    id: "R-91",
    title: "When a co-host tries again",
    place: at("3.1", "3.7.8"),
    question: "A co-host tries again when the list changed before its request was processed. How \
        it knows, and when it gives up, is not said.",
    alternatives: &[
        alt(
            "at_next_head",
            "When a heartbeat certifies another head and its wish has not come true.",
        ),
        alt("at_refusal", "When the leader answers that it refused."),
        alt("by_user", "When its user presses the button again."),
    ],
    chosen: "at_next_head",
    why: "The leader is given no message for refusing, and the certified list tells all there is \
        to know. A wish that came true, by whomever, is forgotten, and so is one at a change to \
        leading.",
    policy: None,
    rules: &[Rule::RequestRetried],
};
