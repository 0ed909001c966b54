//! The slices: for each question the parties, powers and budgets that can answer it.

use super::{Budgets, Channel, Deceit, LEADER, Name, Power, Preset, SPY, STREAM, Slice};
use crate::properties::Goal;

const BOB: Name = "bob";
const CAROL: Name = "carol";
const DAVE: Name = "dave";
/// With the leader eleven.
const CROWD: [Name; 10] =
    [CAROL, DAVE, "erin", "frank", "grace", "heidi", "ivan", "judy", "kim", "leo"];

impl Slice {
    /// Every slice, the default first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![
            Self::replay(),
            Self::small(),
            Self::delay(),
            Self::wide(),
            Self::certified(),
            Self::joiner(),
            Self::takeover(),
            Self::fork(),
            Self::lock(),
            Self::cohost(),
            Self::ghost(),
            Self::rejoin(),
            Self::identity(),
            Self::encoding(),
            Self::roster(),
            Self::suite(),
            Self::quantum(),
            Self::drip(),
            Self::latekeys(),
            Self::creep(),
            Self::stale(),
            Self::teardown(),
            Self::media(),
            Self::devices(),
            Self::speaker(),
            Self::withheld(),
            Self::late(),
            Self::crowd(),
            Self::board(),
            Self::again(),
            Self::quiet(),
            Self::silent(),
            Self::vast(),
        ]
    }

    /// The slices that take seconds: what a run of all of them explores.
    #[must_use]
    pub fn quick() -> Vec<Self> {
        let long = ["delay", "wide", "creep", "stale", "vast"];
        Self::all().into_iter().filter(|slice| !long.contains(&slice.name)).collect()
    }

    fn of(name: &'static str, about: &'static str, goals: &[Goal]) -> Self {
        Self {
            name,
            about,
            honest: vec![LEADER, BOB],
            seated: Vec::new(),
            gone: Vec::new(),
            joiners: vec![BOB, SPY],
            ordered: true,
            leavers: vec![BOB, SPY],
            talkers: vec![LEADER, BOB],
            cohosts: Vec::new(),
            successors: Vec::new(),
            against: vec![BOB],
            outdated: Vec::new(),
            doubles: Vec::new(),
            powers: [].into(),
            deceits: Vec::new(),
            trails: Vec::new(),
            budgets: Budgets::default(),
            preset: Preset::Real,
            seats: Vec::new(),
            goals: goals.to_vec(),
        }
    }

    /// The default: sealed keys that are not delivered in time are lost, and what was delivered can
    /// come again.
    fn replay() -> Self {
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
    fn small() -> Self {
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
    fn delay() -> Self {
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
    fn wide() -> Self {
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
    fn vast() -> Self {
        let on = |channel| [Power::Delay(channel), Power::Drop(channel), Power::Reorder(channel)];
        let mut powers = [on(Channel::Keys), on(Channel::List)].concat();
        powers.extend([Power::Replay(Channel::Keys), Power::Appoint, Power::Equivocate]);
        let goals = [
            Goal::Removal,
            Goal::Conf,
            Goal::AgreeKey,
            Goal::Nonce,
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
                locks: 1,
                sends: 1,
                changes: 2,
                deliveries: 4,
                waits: 2,
                ..Budgets::default()
            },
            ..Self::of(
                "vast",
                "joins, leaves, locks and leaders, all news ruled by the insider",
                &goals,
            )
        }
    }

    /// Keys before the list that says who has them.
    fn certified() -> Self {
        let goals = [Goal::RosterSend, Goal::Conf, Goal::Roster, Goal::Mono];
        Self {
            seated: vec![BOB],
            powers: [Power::Delay(Channel::List)].into(),
            budgets: Budgets {
                joins: 1,
                leaves: 1,
                sends: 1,
                deliveries: 3,
                waits: 2,
                ..Budgets::default()
            },
            ..Self::of("certified", "the list comes later than the key", &goals)
        }
    }

    /// What somebody who comes late can open.
    fn joiner() -> Self {
        let goals =
            [Goal::Backward, Goal::BackwardLoose, Goal::Removal, Goal::RosterSend, Goal::Served];
        Self {
            seated: vec![BOB],
            budgets: Budgets { joins: 1, leaves: 1, sends: 1, waits: 4, ..Budgets::default() },
            ..Self::of("joiner", "honest server; the spy comes late, and leaves", &goals)
        }
    }

    /// Leaders come and go, the server is honest but for the choice.
    fn takeover() -> Self {
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
    fn fork() -> Self {
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
    fn lock() -> Self {
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
    fn cohost() -> Self {
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
    fn ghost() -> Self {
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

    /// A device comes back with other keys.
    fn rejoin() -> Self {
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
    fn identity() -> Self {
        let goals = [Goal::Genuine, Goal::Rejoin, Goal::Conf];
        Self {
            honest: vec![LEADER, BOB, CAROL],
            seated: vec![CAROL],
            joiners: vec![SPY],
            leavers: vec![CAROL, SPY],
            doubles: vec![("bob2", BOB)],
            powers: [Power::Deceive].into(),
            deceits: vec![
                Deceit::Import { to: LEADER, who: BOB },
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
    fn encoding() -> Self {
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
    fn roster() -> Self {
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

    /// Who gets which box.
    fn suite() -> Self {
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
    fn quantum() -> Self {
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

    /// Nobody does anything for longer than the time of silence.
    fn quiet() -> Self {
        Self {
            seated: vec![BOB],
            joiners: Vec::new(),
            leavers: Vec::new(),
            budgets: Budgets { waits: 14, ..Budgets::default() },
            ..Self::of("quiet", "honest server; nothing happens", &[Goal::Served, Goal::Silence])
        }
    }

    /// As long without a heartbeat.
    fn silent() -> Self {
        Self {
            powers: [Power::Drop(Channel::List)].into(),
            name: "silent",
            about: "the list is kept back from now on",
            goals: vec![Goal::Silence],
            ..Self::quiet()
        }
    }

    /// Heartbeats late by little, over and over.
    fn drip() -> Self {
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

    /// Sealed keys kept back until they are old.
    fn latekeys() -> Self {
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

    /// Heartbeats ever later, from rotation to rotation.
    fn creep() -> Self {
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
    fn stale() -> Self {
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
                &[Goal::LiveRoster],
            )
        }
    }

    /// Packets that come late, while keys are lost and heartbeats lag.
    fn late() -> Self {
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
    fn crowd() -> Self {
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

    /// Joins, leaves and nonces reach the leader late, in another order, and again.
    fn board() -> Self {
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

    /// Who comes back is shown the list of before.
    fn again() -> Self {
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

    /// What a device still knows when it has left.
    fn teardown() -> Self {
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
    fn media() -> Self {
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
    fn devices() -> Self {
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

    /// A certified key is withheld; the spy, on no list, is named leader and has one of her own.
    fn withheld() -> Self {
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

    /// A participant speaks as another.
    fn speaker() -> Self {
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
}
