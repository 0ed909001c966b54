//! What may happen in an exploration: parties, powers, budgets.

use std::{collections::BTreeSet, fmt};

use super::{LEADER, SPY};

/// Something an insider at the server can do with the sealed keys on their way to a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Power {
    /// Never deliver one.
    Drop,
    /// Keep one, or the trusted news, back while time passes.
    Delay,
    /// Deliver a younger one first.
    Reorder,
    /// Deliver one again.
    Replay,
}

impl Power {
    /// Every power of this release.
    pub const ALL: [Self; 4] = [Self::Drop, Self::Delay, Self::Reorder, Self::Replay];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Delay => "delay",
            Self::Reorder => "reorder",
            Self::Replay => "replay",
        }
    }
}

/// How often things may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Budgets {
    /// Joins and rejoins, the leader's not counted.
    pub joins: u8,
    /// Leaves.
    pub leaves: u8,
    /// Rotations of the meeting key; where every join rotates, those for the joins not counted.
    pub rotations: u8,
    /// Packets sent.
    pub sends: u8,
    /// Sealed keys taken by a client.
    pub deliveries: u8,
}

/// A part of the state space with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The name.
    pub name: &'static str,
    /// The honest parties, the leader first. The spy is always there.
    pub honest: Vec<&'static str>,
    /// The insider's powers.
    pub powers: BTreeSet<Power>,
    /// How often things may happen.
    pub budgets: Budgets,
}

impl Slice {
    /// The default: what is not delivered in time is lost, but what was delivered can come again.
    /// News is on time.
    #[must_use]
    pub fn replay() -> Self {
        Self {
            name: "replay",
            honest: vec![LEADER, "bob"],
            powers: [Power::Drop, Power::Replay].into(),
            budgets: Budgets { joins: 2, leaves: 1, rotations: 2, sends: 2, deliveries: 3 },
        }
    }

    /// Every power: sealed keys at any time and in any order, news late.
    #[must_use]
    pub fn delay() -> Self {
        Self {
            name: "delay",
            powers: Power::ALL.into(),
            budgets: Budgets { deliveries: 2, ..Self::replay().budgets },
            ..Self::replay()
        }
    }

    /// Every power, and as many sealed keys as in the default. Minutes where rules are missing.
    #[must_use]
    pub fn wide() -> Self {
        Self { name: "wide", budgets: Self::replay().budgets, ..Self::delay() }
    }

    /// One packet and one rotation: for a quick look. Says nothing about `NONCE`.
    #[must_use]
    pub fn small() -> Self {
        let budgets = Budgets { rotations: 1, sends: 1, ..Self::replay().budgets };
        Self { name: "small", budgets, ..Self::replay() }
    }

    /// Every slice, by size.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![Self::small(), Self::replay(), Self::delay(), Self::wide()]
    }

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
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.powers.iter().map(|power| power.word()).collect();
        let powers = if words.is_empty() { "none".to_owned() } else { words.join(", ") };
        let Budgets { joins, leaves, rotations, sends, deliveries } = self.budgets;
        write!(
            f,
            "{}: honest {}; spy {SPY}; powers {powers}; at most {joins} joins, {leaves} leaves, \
             {rotations} rotations, {sends} sends, {deliveries} sealed keys taken",
            self.name,
            self.honest.join(", "),
        )
    }
}
