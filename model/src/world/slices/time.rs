//! Slices about time.

use super::{BOB, CAROL, CROWD, DAVE};
use crate::{
    properties::Goal,
    world::{Budgets, Channel, Deceit, LEADER, Power, Preset, STREAM, Slice},
};

impl Slice {
    /// Nobody does anything for longer than the time of silence.
    pub(super) fn quiet() -> Self {
        Self {
            seated: vec![BOB],
            joiners: Vec::new(),
            leavers: Vec::new(),
            budgets: Budgets { waits: 14, ..Budgets::default() },
            ..Self::of("quiet", "honest server; nothing happens", &[Goal::Served, Goal::Silence])
        }
    }

    /// As long without a heartbeat.
    pub(super) fn silent() -> Self {
        Self {
            powers: [Power::Drop(Channel::List)].into(),
            name: "silent",
            about: "the list is kept back from now on",
            goals: vec![Goal::Silence],
            ..Self::quiet()
        }
    }

    /// Heartbeats late by little, over and over.
    pub(super) fn drip() -> Self {
        let goals = [Goal::LiveRoster, Goal::Silence, Goal::LiveKey];
        Self {
            seated: vec![BOB],
            joiners: Vec::new(),
            leavers: Vec::new(),
            powers: [Power::Delay(Channel::List)].into(),
            budgets: Budgets { deliveries: 8, waits: 1, lingers: 8, ..Budgets::default() },
            ..Self::of("drip", "heartbeats late by little, over and over", &goals)
        }
    }

    /// Heartbeats ever later, from rotation to rotation.
    pub(super) fn creep() -> Self {
        Self {
            seated: vec![BOB],
            joiners: Vec::new(),
            leavers: Vec::new(),
            powers: [Power::Delay(Channel::List)].into(),
            trails: vec![8, 16, 24, 32, 40, 48, 56, 64],
            budgets: Budgets { deliveries: 8, waits: 60, ..Budgets::default() },
            ..Self::of("creep", "heartbeats later with every rotation", &[Goal::LiveRoster])
        }
    }

    /// Old heartbeats of leader after leader.
    pub(super) fn stale() -> Self {
        Self {
            honest: vec![LEADER, BOB, CAROL, DAVE],
            seated: vec![BOB, CAROL, DAVE],
            joiners: Vec::new(),
            leavers: Vec::new(),
            successors: vec![CAROL, DAVE],
            powers: [Power::Delay(Channel::List), Power::Equivocate].into(),
            budgets: Budgets {
                changes: 4,
                deliveries: 2,
                waits: 1,
                lingers: 2,
                ..Budgets::default()
            },
            preset: Preset::QuickNonces,
            ..Self::of(
                "stale",
                "leaders named early, their heartbeats shown late",
                &[Goal::LiveRoster, Goal::LiveKey],
            )
        }
    }

    /// Packets that come late, while keys are lost and heartbeats lag.
    pub(super) fn late() -> Self {
        Self {
            seated: vec![BOB],
            joiners: Vec::new(),
            leavers: Vec::new(),
            talkers: vec![LEADER],
            powers: [Power::Delay(Channel::List), Power::Drop(Channel::Keys), Power::Deceive]
                .into(),
            deceits: vec![Deceit::Relay { to: BOB, by: LEADER, who: LEADER, stream: STREAM }],
            trails: vec![0, 8, 16],
            budgets: Budgets {
                sends: 1,
                deliveries: 2,
                deceits: 1,
                waits: 16,
                ..Budgets::default()
            },
            ..Self::of("late", "packets late, keys lost, heartbeats behind", &[Goal::LiveMedia])
        }
    }

    /// Eleven are present, or twelve: time passes.
    pub(super) fn crowd() -> Self {
        Self {
            honest: [&[LEADER, BOB], &CROWD[..]].concat(),
            seated: CROWD.to_vec(),
            joiners: vec![BOB],
            leavers: vec![BOB],
            against: Vec::new(),
            budgets: Budgets { joins: 1, leaves: 1, waits: 8, ..Budgets::default() },
            ..Self::of(
                "crowd",
                "honest server; eleven are present, then twelve",
                &[Goal::LiveScale],
            )
        }
    }

    /// Who comes back is shown the list of before.
    pub(super) fn again() -> Self {
        let goals = [Goal::LiveRoster, Goal::Silence, Goal::Mono, Goal::Roster];
        let powers = [Power::Delay, Power::Reorder, Power::Replay].map(|of| of(Channel::List));
        Self {
            seated: vec![BOB],
            joiners: vec![BOB],
            gone: vec![BOB],
            leavers: Vec::new(),
            powers: powers.into(),
            budgets: Budgets { joins: 1, deliveries: 2, waits: 12, ..Budgets::default() },
            ..Self::of("again", "who comes back is shown the list of before", &goals)
        }
    }
}
