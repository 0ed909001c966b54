//! Slices about who is who, and what they are called.

use super::{BOB, CAROL, DAVE};
use crate::{
    properties::Goal,
    world::{Budgets, Channel, Deceit, LEADER, Power, SPY, Slice},
};

impl Slice {
    /// A device comes back with other keys.
    pub(super) fn rejoin() -> Self {
        let goals = [Goal::Rejoin, Goal::Genuine, Goal::Conf, Goal::Nonce, Goal::Roster];
        Self {
            honest: vec![LEADER, BOB, CAROL],
            seated: vec![BOB, CAROL],
            joiners: vec![BOB, SPY],
            leavers: vec![BOB],
            talkers: vec![BOB],
            powers: [Power::Deceive].into(),
            deceits: vec![
                Deceit::Substitute { to: LEADER, who: BOB },
                Deceit::Revive { to: LEADER, who: BOB },
                Deceit::Vanish { to: LEADER, who: BOB },
            ],
            budgets: Budgets {
                joins: 2,
                leaves: 2,
                sends: 2,
                deceits: 2,
                waits: 1,
                ..Budgets::default()
            },
            ..Self::of("rejoin", "a device comes back, or somebody with its name", &goals)
        }
    }

    /// Announcements of other meetings, users, devices.
    pub(super) fn identity() -> Self {
        let goals = [Goal::Genuine, Goal::Rejoin, Goal::Conf];
        Self {
            honest: vec![LEADER, BOB, CAROL],
            seated: vec![CAROL],
            joiners: vec![SPY],
            leavers: vec![CAROL, SPY],
            doubles: vec![("bob2", BOB)],
            namesakes: vec![("bob3", BOB)],
            powers: [Power::Deceive].into(),
            deceits: vec![
                Deceit::Import { to: LEADER, who: BOB },
                Deceit::Borrow { to: LEADER, who: BOB },
                Deceit::SwapKey { to: LEADER, who: CAROL },
                Deceit::Relabel { to: LEADER, of: CAROL, who: BOB },
                Deceit::Relabel { to: LEADER, of: SPY, who: BOB },
                Deceit::Substitute { to: LEADER, who: BOB },
                Deceit::Revive { to: LEADER, who: CAROL },
            ],
            seats: vec![(BOB, CAROL, "bob-device"), (CAROL, CAROL, "carol-device")],
            budgets: Budgets { joins: 1, leaves: 2, deceits: 2, waits: 1, ..Budgets::default() },
            ..Self::of("identity", "announcements of other meetings and devices", &goals)
        }
    }

    /// Two devices whose names run together.
    pub(super) fn encoding() -> Self {
        let goals = [Goal::Genuine, Goal::Rejoin];
        Self {
            honest: vec![LEADER, BOB, CAROL],
            seated: vec![CAROL],
            joiners: vec![SPY],
            leavers: vec![CAROL],
            powers: [Power::Deceive].into(),
            deceits: vec![Deceit::Relabel { to: LEADER, of: CAROL, who: BOB }],
            seats: vec![(BOB, "carolc", "arol-device"), (CAROL, CAROL, "carol-device")],
            budgets: Budgets { joins: 1, leaves: 1, deceits: 1, ..Budgets::default() },
            ..Self::of("encoding", "two devices whose names run together", &goals)
        }
    }

    /// The server claims, and plants.
    pub(super) fn roster() -> Self {
        let goals = [Goal::Roster, Goal::Lock, Goal::Mono, Goal::Conf, Goal::RosterSend];
        Self {
            seated: vec![BOB],
            joiners: vec![SPY],
            leavers: vec![SPY],
            powers: [Power::Deceive].into(),
            deceits: vec![
                Deceit::PlantLink { to: BOB, by: LEADER },
                Deceit::Sham { to: BOB, by: LEADER },
                Deceit::RaiseNumber { to: BOB, by: LEADER },
                Deceit::ClaimLock { to: BOB, locked: true },
                Deceit::Substitute { to: BOB, who: CAROL },
            ],
            budgets: Budgets {
                joins: 1,
                leaves: 1,
                sends: 1,
                locks: 1,
                deceits: 2,
                waits: 2,
                ..Budgets::default()
            },
            ..Self::of("roster", "links and claims that no leader made", &goals)
        }
    }

    /// What stands beside a device: its name, and how often it left.
    pub(super) fn names() -> Self {
        Self {
            honest: vec![LEADER, BOB, CAROL, DAVE],
            seated: vec![BOB, CAROL, DAVE],
            joiners: vec![CAROL, DAVE],
            leavers: vec![CAROL, DAVE],
            against: Vec::new(),
            powers: [Power::Deceive].into(),
            deceits: vec![
                Deceit::Rename { to: LEADER, who: CAROL },
                Deceit::Rename { to: BOB, who: CAROL },
            ],
            seats: vec![(CAROL, CAROL, "carol-device"), (DAVE, CAROL, "dave-device")],
            budgets: Budgets { joins: 3, leaves: 4, deceits: 1, ..Budgets::default() },
            ..Self::of(
                "names",
                "two devices of a user come and go, and are renamed",
                &[Goal::Names],
            )
        }
    }

    /// The list is lost in part, and made up.
    pub(super) fn links() -> Self {
        let by = LEADER;
        Self {
            honest: vec![LEADER, BOB, CAROL, DAVE],
            seated: vec![BOB, CAROL],
            joiners: vec![DAVE],
            leavers: vec![CAROL],
            against: vec![BOB, DAVE],
            powers: [Power::Drop(Channel::List), Power::Deceive].into(),
            deceits: vec![
                Deceit::Replace { to: BOB, by },
                Deceit::Rechain { to: BOB, by },
                Deceit::Recertify { to: BOB, by },
                Deceit::Recount { to: BOB, by },
            ],
            budgets: Budgets {
                joins: 1,
                leaves: 1,
                deliveries: 4,
                deceits: 2,
                ..Budgets::default()
            },
            ..Self::of(
                "links",
                "links and heartbeats lost, replaced and renumbered",
                &[Goal::History, Goal::Mono, Goal::Rejoin],
            )
        }
    }
}
