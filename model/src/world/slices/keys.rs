//! Slices about meeting keys: who has which, and since when.

use super::{BOB, CAROL};
use crate::{
    properties::Goal,
    world::{Budgets, Channel, Deceit, LEADER, Power, Preset, SPY, Slice},
};

impl Slice {
    /// The default: sealed keys that are not delivered in time are lost, and what was delivered can
    /// come again.
    pub(super) fn replay() -> Self {
        let goals = [
            Goal::Removal,
            Goal::Conf,
            Goal::AgreeKey,
            Goal::Nonce,
            Goal::Mono,
            Goal::Authentic,
            Goal::RosterSend,
        ];
        Self {
            powers: [Power::Drop(Channel::Keys), Power::Replay(Channel::Keys)].into(),
            budgets: Budgets {
                joins: 2,
                leaves: 1,
                sends: 2,
                deliveries: 3,
                waits: 3,
                ..Budgets::default()
            },
            ..Self::of("replay", "sealed keys lost, and delivered again", &goals)
        }
    }

    /// The default with one packet: for a quick look.
    pub(super) fn small() -> Self {
        let goals = [Goal::Removal, Goal::Conf, Goal::AgreeKey, Goal::Mono, Goal::Authentic];
        let about = "one packet, sealed keys lost, and delivered again";
        Self {
            budgets: Budgets { sends: 1, ..Self::replay().budgets },
            powers: Self::replay().powers,
            talkers: vec![BOB],
            ..Self::of("small", about, &goals)
        }
    }

    /// Every power over sealed keys and the list.
    pub(super) fn delay() -> Self {
        let on = |channel| [Power::Delay(channel), Power::Drop(channel), Power::Reorder(channel)];
        let mut powers = [on(Channel::Keys), on(Channel::List)].concat();
        powers.push(Power::Replay(Channel::Keys));
        Self {
            powers: powers.into_iter().collect(),
            talkers: vec![BOB],
            budgets: Budgets {
                joins: 2,
                leaves: 1,
                sends: 1,
                deliveries: 4,
                waits: 2,
                ..Budgets::default()
            },
            ..Self::of("delay", "every power over sealed keys and the list", &Self::replay().goals)
        }
    }

    /// As `delay`, with one delivery, packet and wait more: for the long run.
    pub(super) fn wide() -> Self {
        Self {
            name: "wide",
            about: "as delay, with more of everything",
            talkers: vec![LEADER, BOB],
            budgets: Budgets { sends: 2, deliveries: 6, waits: 3, ..Self::delay().budgets },
            ..Self::delay()
        }
    }

    /// A whole meeting under an insider who rules sealed keys, the list and the leaders: for the
    /// deep run.
    pub(super) fn vast() -> Self {
        let on = |channel| [Power::Delay(channel), Power::Drop(channel), Power::Reorder(channel)];
        let mut powers = [on(Channel::Keys), on(Channel::List)].concat();
        powers.extend([Power::Replay(Channel::Keys), Power::Appoint, Power::Equivocate]);
        let goals = [
            Goal::Removal,
            Goal::Conf,
            Goal::AgreeKey,
            Goal::Mono,
            Goal::Authentic,
            Goal::Roster,
            Goal::RosterSend,
            Goal::History,
            Goal::LockKept,
        ];
        Self {
            honest: vec![LEADER, BOB, CAROL],
            seated: vec![BOB, CAROL],
            joiners: vec![SPY],
            leavers: vec![SPY],
            talkers: vec![BOB],
            successors: vec![CAROL],
            powers: powers.into_iter().collect(),
            budgets: Budgets {
                joins: 1,
                leaves: 1,
                kicks: 1,
                locks: 1,
                sends: 1,
                changes: 2,
                deliveries: 2,
                waits: 3,
                ..Budgets::default()
            },
            ..Self::of(
                "vast",
                "a removal, a lock and leaders, all news ruled by the insider",
                &goals,
            )
        }
    }

    /// Keys before the list that says who has them.
    pub(super) fn certified() -> Self {
        let goals = [Goal::RosterSend, Goal::Conf, Goal::Roster, Goal::Mono];
        Self {
            seated: vec![BOB],
            powers: [Power::Delay(Channel::List), Power::Deceive].into(),
            deceits: vec![Deceit::Certify { to: BOB, by: LEADER }],
            budgets: Budgets {
                joins: 1,
                leaves: 1,
                sends: 1,
                deliveries: 3,
                deceits: 1,
                waits: 2,
                lingers: 1,
                ..Budgets::default()
            },
            ..Self::of("certified", "the list comes later than the key", &goals)
        }
    }

    /// What somebody who comes late can open.
    pub(super) fn joiner() -> Self {
        let goals = [
            Goal::Backward,
            Goal::BackwardLoose,
            Goal::Removal,
            Goal::RemovalInTime,
            Goal::RosterSend,
            Goal::Served,
        ];
        Self {
            seated: vec![BOB],
            budgets: Budgets { joins: 1, leaves: 1, sends: 1, waits: 4, ..Budgets::default() },
            ..Self::of("joiner", "honest server; the spy comes late, and leaves", &goals)
        }
    }

    /// Sealed keys kept back until they are old.
    pub(super) fn latekeys() -> Self {
        Self {
            seated: vec![BOB],
            joiners: vec![SPY],
            leavers: vec![SPY],
            powers: [Power::Delay(Channel::Keys)].into(),
            budgets: Budgets { joins: 1, deliveries: 2, waits: 7, ..Budgets::default() },
            preset: Preset::QuickNonces,
            ..Self::of("latekeys", "sealed keys kept back until they are old", &[Goal::LiveKey])
        }
    }

    /// A certified key is withheld; the spy, on no list, is named leader and has one of her own.
    pub(super) fn withheld() -> Self {
        Self {
            honest: vec![LEADER, BOB, CAROL],
            seated: vec![BOB, CAROL],
            joiners: vec![SPY],
            leavers: vec![CAROL],
            talkers: vec![BOB],
            against: vec![LEADER, BOB],
            successors: vec![SPY],
            powers: [
                Power::Drop(Channel::Roster),
                Power::Drop(Channel::Keys),
                Power::Equivocate,
                Power::Deceive,
            ]
            .into(),
            deceits: vec![Deceit::Renumber { to: BOB }],
            budgets: Budgets {
                joins: 1,
                leaves: 1,
                sends: 1,
                changes: 2,
                deliveries: 1,
                deceits: 1,
                waits: 2,
                ..Budgets::default()
            },
            ..Self::of(
                "withheld",
                "a certified key is withheld; the spy leads, on no list, with one of hers",
                &[Goal::RosterSend, Goal::Conf, Goal::AgreeKey, Goal::LeaderNotice],
            )
        }
    }

    /// Joins, leaves and nonces reach the leader late, in another order, and again.
    pub(super) fn board() -> Self {
        let goals = [
            Goal::Removal,
            Goal::Conf,
            Goal::Backward,
            Goal::AgreeKey,
            Goal::RosterSend,
            Goal::Mono,
            Goal::LiveKey,
            Goal::Rejoin,
            Goal::Genuine,
            Goal::Roster,
        ];
        let powers = [Power::Delay, Power::Reorder, Power::Replay].map(|of| of(Channel::Roster));
        Self {
            seated: vec![BOB],
            against: vec![LEADER],
            talkers: vec![BOB],
            powers: powers.into(),
            budgets: Budgets {
                joins: 1,
                leaves: 1,
                sends: 1,
                deliveries: 3,
                waits: 2,
                ..Budgets::default()
            },
            ..Self::of("board", "joins, leaves and nonces late, out of order, again", &goals)
        }
    }
}
