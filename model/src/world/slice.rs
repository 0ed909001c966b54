//! What may happen in an exploration: parties, powers, budgets, goals.

use std::{collections::BTreeSet, fmt};

use conclave_spec::{Profile, profiles::Params};

use super::{Deceit, Name, SPY, seat};
use crate::{message::Seat, properties::Goal};

/// What the server relays to a party, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// Who leads, joins and leaves, what they announced, their liveness nonces.
    Roster,
    /// Links and heartbeats.
    List,
    /// Sealed meeting keys.
    Keys,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Roster, Self::List, Self::Keys];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Roster => "roster",
            Self::List => "list",
            Self::Keys => "keys",
        }
    }
}

/// Something an insider at the server can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Power {
    /// Keep messages of a channel back while time passes.
    Delay(Channel),
    /// Never deliver one.
    Drop(Channel),
    /// Deliver a younger one first.
    Reorder(Channel),
    /// Deliver one again, or to somebody who joined after it.
    Replay(Channel),
    /// Name another leader.
    Appoint,
    /// Tell one party of another leader than the rest.
    Equivocate,
    /// Say what is not so, one deceit at a time.
    Deceive,
    /// Learn what is left in the memory of a device that has left the meeting.
    Open,
    /// Break Curve25519, later.
    Quantum,
    /// Break Kyber, later.
    BreakKyber,
}

impl Power {
    /// Every power.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let on = |power: fn(Channel) -> Self| Channel::ALL.map(power);
        let mut all: Vec<_> =
            [on(Self::Delay), on(Self::Drop), on(Self::Reorder), on(Self::Replay)].concat();
        all.extend([
            Self::Appoint,
            Self::Equivocate,
            Self::Deceive,
            Self::Open,
            Self::Quantum,
            Self::BreakKyber,
        ]);
        all
    }
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delay(channel) => write!(f, "delay {}", channel.word()),
            Self::Drop(channel) => write!(f, "drop {}", channel.word()),
            Self::Reorder(channel) => write!(f, "reorder {}", channel.word()),
            Self::Replay(channel) => write!(f, "replay {}", channel.word()),
            Self::Appoint => f.write_str("appoint"),
            Self::Equivocate => f.write_str("equivocate"),
            Self::Deceive => f.write_str("deceive"),
            Self::Open => f.write_str("open devices"),
            Self::Quantum => f.write_str("quantum"),
            Self::BreakKyber => f.write_str("break Kyber"),
        }
    }
}

/// How often things may happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Budgets {
    /// Joins and rejoins.
    pub joins: u8,
    /// Leaves.
    pub leaves: u8,
    /// Removals by the leader's user.
    pub kicks: u8,
    /// Locks by a leader's user.
    pub locks: u8,
    /// Packets sent.
    pub sends: u8,
    /// Times the server names a leader to a party or to everybody.
    pub changes: u8,
    /// Messages the insider hands on by hand.
    pub deliveries: u8,
    /// Deceits.
    pub deceits: u8,
    /// Devices opened.
    pub openings: u8,
    /// Times that time passes until something is due.
    pub waits: u8,
    /// Times that time passes until just before somebody would leave.
    pub lingers: u8,
}

impl Budgets {
    /// The names of the budgets, as fields.
    pub const NAMES: [&str; 11] = [
        "joins",
        "leaves",
        "kicks",
        "locks",
        "sends",
        "changes",
        "deliveries",
        "deceits",
        "openings",
        "waits",
        "lingers",
    ];

    /// With another number for the budget of this name; `None` if there is none.
    #[must_use]
    pub fn with(mut self, name: &str, count: u8) -> Option<Self> {
        let budget = match name {
            "joins" => &mut self.joins,
            "leaves" => &mut self.leaves,
            "kicks" => &mut self.kicks,
            "locks" => &mut self.locks,
            "sends" => &mut self.sends,
            "changes" => &mut self.changes,
            "deliveries" => &mut self.deliveries,
            "deceits" => &mut self.deceits,
            "openings" => &mut self.openings,
            "waits" => &mut self.waits,
            "lingers" => &mut self.lingers,
            _ => return None,
        };
        *budget = count;
        Some(self)
    }

    /// Every budget with what it counts.
    #[must_use]
    pub const fn counts(self) -> [(u8, &'static str); 11] {
        [
            (self.joins, "joins"),
            (self.leaves, "leaves"),
            (self.kicks, "removals"),
            (self.locks, "locks"),
            (self.sends, "packets"),
            (self.changes, "leader changes"),
            (self.deliveries, "deliveries by hand"),
            (self.deceits, "deceits"),
            (self.openings, "devices opened"),
            (self.waits, "waits"),
            (self.lingers, "waits until the last moment"),
        ]
    }
}

/// Numbers changed so that less time has to pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preset {
    /// The numbers of the protocol.
    #[default]
    Real,
    /// Liveness nonces every 30 seconds (customized).
    QuickNonces,
    /// The list is coalesced from the fourth link on (customized).
    ShortList,
}

impl Preset {
    /// The profile with these numbers.
    #[must_use]
    pub fn applied(self, profile: &Profile) -> Profile {
        let params = match self {
            Self::Real => profile.params,
            Self::QuickNonces => Params {
                nonce_interval_ms: 30_000,
                nonce_interval_ms_min: 25_000,
                nonce_interval_ms_max: 35_000,
                ..profile.params
            },
            Self::ShortList => Params { links_max: 3, ..profile.params },
        };
        Profile { params, ..profile.clone() }
    }

    /// The word for it; nothing where the numbers are the protocol's.
    #[must_use]
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Real => None,
            Self::QuickNonces => Some("nonces every 30 s"),
            Self::ShortList => Some("coalescing from the fourth link on"),
        }
    }
}

/// A part of the state space with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The name.
    pub name: &'static str,
    /// What it is about, in one line.
    pub about: &'static str,
    /// The honest parties, the first leader first. The spy is always there.
    pub honest: Vec<Name>,
    /// Who has joined before anything else happens.
    pub seated: Vec<Name>,
    /// Who of them has left again.
    pub gone: Vec<Name>,
    /// Who may join.
    pub joiners: Vec<Name>,
    /// Whether joiners that differ in nothing but their name come in the order of their names.
    pub ordered: bool,
    /// Who may leave.
    pub leavers: Vec<Name>,
    /// Who may talk.
    pub talkers: Vec<Name>,
    /// Who, beside a leader, may ask for a lock.
    pub cohosts: Vec<Name>,
    /// Who may be named leader, and is told what one needs to know.
    pub successors: Vec<Name>,
    /// Whose way from the server the insider interferes with.
    pub against: Vec<Name>,
    /// Whose client is of version 4.1.
    pub outdated: Vec<Name>,
    /// Devices that are in another meeting as well: the name there, and whose device it is.
    pub doubles: Vec<(Name, Name)>,
    /// The same, in a meeting of another number to which the server gave the same instance.
    pub namesakes: Vec<(Name, Name)>,
    /// The insider's powers.
    pub powers: BTreeSet<Power>,
    /// What the insider may say that is not so.
    pub deceits: Vec<Deceit>,
    /// How far behind the newest the insider may keep a party, in pieces of news; by single pieces
    /// if none is given.
    pub trails: Vec<u8>,
    /// How often things may happen.
    pub budgets: Budgets,
    /// Numbers changed.
    pub preset: Preset,
    /// Devices with other names than usual.
    pub seats: Vec<(Name, &'static str, &'static str)>,
    /// The goals judged.
    pub goals: Vec<Goal>,
}

impl Slice {
    /// The slice with this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|slice| slice.name == name)
    }

    /// This slice with these powers only.
    #[must_use]
    pub fn with_powers(self, powers: &[Power]) -> Self {
        Self { powers: powers.iter().copied().collect(), ..self }
    }

    /// Whether the insider has a power.
    #[must_use]
    pub fn can(&self, power: Power) -> bool {
        self.powers.contains(&power)
    }

    /// Whether the insider decides when something of this channel reaches this party.
    #[must_use]
    pub fn controls(&self, party: &str, channel: Channel) -> bool {
        let powers = [Power::Delay(channel), Power::Drop(channel), Power::Reorder(channel)];
        self.against.contains(&party) && powers.iter().any(|power| self.can(*power))
    }

    /// The device of a party.
    #[must_use]
    pub fn seat(&self, party: &str) -> Seat {
        let named = self.seats.iter().find(|(name, ..)| *name == party);
        named.map_or_else(|| seat(party), |(_, user, device)| Seat::new(user, device))
    }

    /// What is frozen in this slice, in words.
    #[must_use]
    pub fn frozen(&self) -> Vec<&'static str> {
        let budgets = self.budgets;
        let areas = [
            (budgets.joins, "joins"),
            (budgets.leaves, "leaves"),
            (budgets.kicks, "removals"),
            (budgets.locks, "locks"),
            (budgets.sends, "media"),
            (budgets.changes, "leader changes"),
            (budgets.waits.max(budgets.lingers), "time"),
        ];
        areas.into_iter().filter(|(budget, _)| *budget == 0).map(|(_, area)| area).collect()
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let powers: Vec<_> = self.powers.iter().map(Power::to_string).collect();
        let powers = if powers.is_empty() { "none".to_owned() } else { powers.join(", ") };
        let honest = self.honest.join(", ");
        write!(f, "{}: honest {honest}; spy {SPY}; powers {powers}; at most", self.name)?;
        let counts = self.budgets.counts();
        let counted = counts.iter().filter(|(count, _)| *count > 0);
        let counted: Vec<_> = counted.map(|(count, what)| format!("{count} {what}")).collect();
        write!(f, " {}", counted.join(", "))?;
        match self.preset.word() {
            Some(word) => write!(f, "; customized: {word}"),
            None => Ok(()),
        }
    }
}
