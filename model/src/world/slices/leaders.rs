//! Slices about leaders and locks.

use super::{BOB, CAROL};
use crate::{
    properties::Goal,
    world::{Budgets, Channel, Deceit, LEADER, Power, SPY, Slice},
};

impl Slice {
    /// Leaders come and go, the server is honest but for the choice.
    pub(super) fn takeover() -> Self {
        let goals = [
            Goal::LeaderNotice,
            Goal::LeaderListed,
            Goal::Code,
            Goal::AgreeKey,
            Goal::History,
            Goal::Mono,
            Goal::Conf,
            Goal::Authentic,
            Goal::Rejoin,
            Goal::Genuine,
            Goal::Roster,
            Goal::Served,
        ];
        Self {
            honest: vec![LEADER, BOB, CAROL],
            seated: vec![BOB, CAROL],
            joiners: vec![SPY],
            leavers: vec![SPY, LEADER],
            successors: vec![LEADER, BOB],
            powers: [Power::Appoint].into(),
            budgets: Budgets {
                joins: 1,
                leaves: 2,
                sends: 1,
                changes: 3,
                waits: 2,
                ..Budgets::default()
            },
            talkers: vec![CAROL],
            ..Self::of("takeover", "three changes of the leader, everybody told the same", &goals)
        }
    }

    /// Two leaders at once, and one history again.
    pub(super) fn fork() -> Self {
        let goals = [Goal::History, Goal::AgreeKey, Goal::LeaderNotice, Goal::Mono];
        Self {
            honest: vec![LEADER, BOB, CAROL],
            seated: vec![BOB, CAROL],
            joiners: vec![SPY],
            leavers: vec![SPY],
            successors: vec![CAROL],
            against: Vec::new(),
            powers: [Power::Appoint, Power::Equivocate, Power::Deceive].into(),
            deceits: vec![Deceit::Vanish { to: LEADER, who: CAROL }],
            budgets: Budgets {
                joins: 1,
                leaves: 1,
                locks: 1,
                changes: 3,
                deceits: 1,
                ..Budgets::default()
            },
            ..Self::of("fork", "two parties are told of different leaders, then of one", &goals)
        }
    }

    /// A lock that somebody does not hear of.
    pub(super) fn lock() -> Self {
        let goals = [Goal::Lock, Goal::LockKept, Goal::LeaderListed, Goal::LeaderNotice];
        Self {
            honest: vec![LEADER, BOB, CAROL],
            seated: vec![BOB, CAROL],
            joiners: vec![SPY],
            leavers: vec![SPY],
            successors: vec![CAROL],
            against: vec![CAROL],
            powers: [
                Power::Delay(Channel::List),
                Power::Drop(Channel::List),
                Power::Appoint,
                Power::Equivocate,
                Power::Deceive,
            ]
            .into(),
            deceits: vec![
                Deceit::ClaimLock { to: BOB, locked: true },
                Deceit::ClaimLock { to: BOB, locked: false },
            ],
            budgets: Budgets {
                joins: 1,
                leaves: 1,
                kicks: 1,
                locks: 1,
                changes: 2,
                deliveries: 1,
                deceits: 1,
                ..Budgets::default()
            },
            ..Self::of("lock", "a lock is kept from the next leader", &goals)
        }
    }

    /// Requests of a co-host, and of somebody who has left.
    pub(super) fn cohost() -> Self {
        Self {
            seated: vec![BOB, SPY],
            gone: vec![SPY],
            joiners: Vec::new(),
            leavers: Vec::new(),
            cohosts: vec![BOB],
            powers: [Power::Deceive].into(),
            deceits: vec![
                Deceit::AskAs { to: LEADER, who: SPY },
                Deceit::AskAs { to: LEADER, who: BOB },
                Deceit::AskAgain { to: LEADER, who: BOB },
                Deceit::AskOpposite { to: LEADER, who: BOB },
            ],
            budgets: Budgets { locks: 4, deceits: 2, ..Budgets::default() },
            ..Self::of(
                "cohost",
                "requests to unlock, forged, repeated, turned round",
                &[Goal::LockKept, Goal::Lock],
            )
        }
    }

    /// The spy leads.
    pub(super) fn ghost() -> Self {
        let goals = [
            Goal::LeaderListed,
            Goal::LeaderNotice,
            Goal::Code,
            Goal::Lock,
            Goal::Rejoin,
            Goal::Mono,
            Goal::Roster,
        ];
        Self {
            honest: vec![LEADER, BOB],
            seated: vec![BOB],
            joiners: vec![SPY],
            leavers: vec![SPY],
            successors: vec![SPY],
            powers: [Power::Appoint, Power::Equivocate, Power::Deceive].into(),
            deceits: vec![
                Deceit::Omit { to: BOB, who: SPY },
                Deceit::Omit { to: BOB, who: LEADER },
                Deceit::Usurp { to: BOB, who: LEADER },
                Deceit::Purge { to: BOB, who: LEADER },
                Deceit::Lower { to: BOB },
            ],
            budgets: Budgets {
                joins: 1,
                leaves: 1,
                locks: 2,
                changes: 2,
                deceits: 2,
                ..Budgets::default()
            },
            ..Self::of("ghost", "the spy is named leader", &goals)
        }
    }

    /// A locked meeting that somebody leaves or is removed from.
    pub(super) fn locked() -> Self {
        Self {
            honest: vec![LEADER, BOB, CAROL],
            seated: vec![BOB, CAROL],
            joiners: vec![BOB],
            leavers: vec![BOB],
            against: Vec::new(),
            budgets: Budgets { joins: 2, leaves: 1, kicks: 1, locks: 2, ..Budgets::default() },
            ..Self::of(
                "locked",
                "honest server; out of a locked meeting, and back",
                &[Goal::Lock, Goal::LockKept, Goal::Served],
            )
        }
    }
}
