//! Slices about packets, and about what a device keeps.

use super::{BOB, CAROL};
use crate::{
    properties::Goal,
    world::{Budgets, Channel, Deceit, LEADER, Power, SPY, STREAM, Slice},
};

impl Slice {
    /// What a device still knows when it has left.
    pub(super) fn teardown() -> Self {
        let goals = [Goal::ForwardSecrecy, Goal::Nonce];
        Self {
            joiners: vec![BOB],
            leavers: vec![BOB],
            talkers: vec![BOB],
            powers: [Power::Open, Power::Replay(Channel::Keys)].into(),
            budgets: Budgets {
                joins: 2,
                leaves: 2,
                sends: 2,
                openings: 1,
                deliveries: 1,
                waits: 1,
                ..Budgets::default()
            },
            ..Self::of("teardown", "the memory of a device that has left is read", &goals)
        }
    }

    /// Packets handed on as another's, of another stream, twice.
    pub(super) fn media() -> Self {
        Self {
            honest: vec![LEADER, BOB, CAROL],
            seated: vec![BOB, CAROL],
            joiners: Vec::new(),
            leavers: Vec::new(),
            powers: [Power::Deceive].into(),
            deceits: vec![
                Deceit::Relay { to: BOB, by: LEADER, who: LEADER, stream: STREAM },
                Deceit::Relay { to: BOB, by: LEADER, who: LEADER, stream: "video" },
                Deceit::Relay { to: BOB, by: LEADER, who: BOB, stream: STREAM },
            ],
            talkers: vec![LEADER],
            budgets: Budgets { sends: 1, deceits: 2, waits: 1, ..Budgets::default() },
            ..Self::of("media", "packets handed on as what they are not", &[Goal::Heard])
        }
    }

    /// Packets of one device of a user, handed on as another's of the same user.
    pub(super) fn devices() -> Self {
        Self {
            seats: vec![(CAROL, LEADER, "carol-device")],
            deceits: vec![
                Deceit::Relay { to: BOB, by: LEADER, who: LEADER, stream: STREAM },
                Deceit::Relay { to: BOB, by: LEADER, who: CAROL, stream: STREAM },
            ],
            name: "devices",
            about: "two devices of a user speak; packets of one as the other's",
            talkers: vec![LEADER, CAROL],
            budgets: Budgets { sends: 2, ..Self::media().budgets },
            goals: vec![Goal::Heard, Goal::Nonce],
            ..Self::media()
        }
    }

    /// A participant speaks as another.
    pub(super) fn speaker() -> Self {
        Self {
            seated: vec![BOB],
            joiners: vec![SPY],
            leavers: vec![SPY],
            powers: [Power::Deceive].into(),
            successors: vec![SPY],
            deceits: vec![Deceit::Impersonate { to: BOB, who: LEADER }],
            budgets: Budgets { joins: 1, sends: 1, deceits: 2, waits: 1, ..Budgets::default() },
            ..Self::of("speaker", "a participant speaks under another's name", &[Goal::Sender])
        }
    }

    /// Who speaks and leaves, and is played later.
    pub(super) fn leaver() -> Self {
        Self {
            honest: vec![LEADER, BOB, CAROL],
            seated: vec![BOB, CAROL],
            joiners: Vec::new(),
            leavers: vec![BOB],
            talkers: vec![BOB],
            against: vec![CAROL],
            powers: [Power::Delay(Channel::List), Power::Deceive].into(),
            deceits: vec![Deceit::Relay { to: CAROL, by: BOB, who: BOB, stream: STREAM }],
            budgets: Budgets {
                leaves: 1,
                kicks: 1,
                sends: 1,
                deliveries: 2,
                deceits: 1,
                waits: 2,
                ..Budgets::default()
            },
            ..Self::of("leaver", "a packet played after its speaker left", &[Goal::Shown])
        }
    }
}
