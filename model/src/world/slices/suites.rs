//! Slices about the box: which one, and what it holds against.

use super::{BOB, DAVE};
use crate::{
    properties::Goal,
    world::{Budgets, Channel, Deceit, LEADER, Power, Slice},
};

impl Slice {
    /// Who gets which box.
    pub(super) fn suite() -> Self {
        let goals = [Goal::NoDowngrade, Goal::Indicator];
        Self {
            honest: vec![LEADER, BOB, DAVE],
            joiners: vec![BOB, DAVE],
            leavers: vec![DAVE],
            outdated: vec![DAVE],
            against: vec![LEADER],
            powers: [Power::Deceive, Power::Drop(Channel::Roster)].into(),
            deceits: vec![Deceit::CallOutdated { to: LEADER, who: BOB }],
            budgets: Budgets {
                joins: 2,
                leaves: 1,
                sends: 1,
                deliveries: 3,
                deceits: 1,
                waits: 2,
                ..Budgets::default()
            },
            ..Self::of("suite", "an outdated client, and one that is called so", &goals)
        }
    }

    /// A recorder outside the meeting who can break Curve25519 one day.
    pub(super) fn quantum() -> Self {
        Self {
            honest: vec![LEADER, BOB, DAVE],
            joiners: vec![BOB, DAVE],
            leavers: vec![DAVE],
            outdated: vec![DAVE],
            powers: [Power::Quantum].into(),
            budgets: Budgets { joins: 3, leaves: 1, sends: 1, waits: 1, ..Budgets::default() },
            ..Self::of("quantum", "a recorder who breaks Curve25519", &[Goal::PostQuantum])
        }
    }

    /// A recorder outside the meeting who can break Kyber one day.
    pub(super) fn kyber() -> Self {
        Self {
            name: "kyber",
            about: "a recorder who breaks Kyber",
            powers: [Power::BreakKyber].into(),
            goals: vec![Goal::Hybrid],
            ..Self::quantum()
        }
    }
}
