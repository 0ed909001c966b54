//! The goals that a version breaks with all its rules, and why. `tests/known.rs` holds the table
//! against the explorer: each weakness is found in every version it names, and none beside them.

use conclave_model::properties::Goal;
use conclave_spec::{GraceFrom, NonceSchedule, Profile, Rule};

/// A weakness of some versions.
#[derive(Clone, Copy, Debug)]
pub struct Weakness {
    /// The goal it breaks.
    pub goal: Goal,
    /// In which slices, the one where it is found soonest first.
    pub slices: &'static [&'static str],
    /// In which versions.
    pub versions: Versions,
    /// Why.
    pub why: &'static str,
}

/// Versions of the protocol, told apart by a rule or a variant.
#[derive(Clone, Copy, Debug)]
pub enum Versions {
    /// Those without it.
    Without(Rule),
    /// Those with it.
    With(Rule),
    /// Those with the first and without the second.
    Between(Rule, Rule),
    /// Those that have neither.
    Neither(Rule, Rule),
    /// Those in which a key goes when another comes, and not with the certificate.
    KeptUntilReceipt,
    /// Those whose nonces grow rare in large meetings.
    RareNonces,
    /// Every one.
    All,
}

/// Every weakness there is.
pub const WEAKNESSES: &[Weakness] = &[
    Weakness {
        goal: Goal::Removal,
        slices: &["small", "replay", "wide", "vast"],
        versions: Versions::Without(Rule::SeqIncreases),
        why: "the number of a key is outside its seal, so an old key rolls back",
    },
    Weakness {
        goal: Goal::Authentic,
        slices: &["small", "replay", "delay", "wide", "vast"],
        versions: Versions::Without(Rule::SealCarriesSeq),
        why: "a key is taken under the number of a heartbeat, whichever key it is",
    },
    Weakness {
        goal: Goal::AgreeKey,
        slices: &["small", "replay", "board", "delay", "wide", "vast"],
        versions: Versions::Without(Rule::SealCarriesSeq),
        why: "a key is taken under the number of a heartbeat, whichever key it is",
    },
    Weakness {
        goal: Goal::RosterSend,
        slices: &["certified", "joiner", "roster", "board", "replay", "delay", "wide", "vast"],
        versions: Versions::Without(Rule::KeyAwaitsHeartbeat),
        why: "a key is used before a heartbeat certified the list of those who have it",
    },
    Weakness {
        goal: Goal::RosterSend,
        slices: &["withheld", "vast"],
        versions: Versions::Without(Rule::NumberAboveCertified),
        why: "a number certified by one leader counts for the key of the next (finding F-04)",
    },
    Weakness {
        goal: Goal::AgreeKey,
        slices: &["withheld", "vast"],
        versions: Versions::Between(Rule::KeyAwaitsHeartbeat, Rule::NumberAboveCertified),
        why: "a number certified by one leader counts for the key of the next (finding F-04)",
    },
    Weakness {
        goal: Goal::Nonce,
        slices: &["devices"],
        versions: Versions::Without(Rule::SubkeyNamesDevice),
        why: "the devices of one user share a stream key, and count alike (finding F-05)",
    },
    Weakness {
        goal: Goal::Backward,
        slices: &["joiner"],
        versions: Versions::Without(Rule::JoinerKeyNew),
        why: "a joiner is given the key in use, up to 15 seconds old",
    },
    Weakness {
        goal: Goal::History,
        slices: &["fork", "vast"],
        versions: Versions::Without(Rule::HistoryContinues),
        why: "heartbeats are no chain, so two histories become one again",
    },
    Weakness {
        goal: Goal::LockKept,
        slices: &["lock", "vast"],
        versions: Versions::Without(Rule::HistoryContinues),
        why: "a lock is kept from the next leader, whose snapshot has none",
    },
    Weakness {
        goal: Goal::LiveRoster,
        slices: &["drip", "creep", "stale"],
        versions: Versions::Without(Rule::NotStale),
        why: "no timestamp says how old a heartbeat is",
    },
    Weakness {
        goal: Goal::LiveRoster,
        slices: &["creep"],
        versions: Versions::Between(Rule::NotStale, Rule::AnchorLeastDelayed),
        why: "every rotation and every leader begins a new measure of the leader's clock",
    },
    Weakness {
        goal: Goal::LiveRoster,
        slices: &["again"],
        versions: Versions::Without(Rule::FirstListsSelf),
        why: "whoever joins takes any heartbeat of the leader as the first (finding F-08)",
    },
    Weakness {
        goal: Goal::LiveMedia,
        slices: &["late"],
        versions: Versions::KeptUntilReceipt,
        why: "a key is kept until another comes, whatever is certified (finding F-06)",
    },
    Weakness {
        goal: Goal::LiveScale,
        slices: &["crowd"],
        versions: Versions::RareNonces,
        why: "nonces come with the square of the number present (finding F-07)",
    },
    Weakness {
        goal: Goal::LiveKey,
        slices: &["latekeys", "stale"],
        versions: Versions::Without(Rule::NonceRecent),
        why: "no nonce says how old a sealed key is",
    },
    Weakness {
        goal: Goal::Heard,
        slices: &["devices"],
        versions: Versions::Without(Rule::SubkeyNamesDevice),
        why: "the devices of one user share a stream key (finding F-03)",
    },
    Weakness {
        goal: Goal::Roster,
        slices: &["roster"],
        versions: Versions::Between(Rule::LockListed, Rule::LockFromList),
        why: "the server says whether a meeting is locked",
    },
    Weakness {
        goal: Goal::Indicator,
        slices: &["suite"],
        versions: Versions::Between(Rule::LabelHonest, Rule::EverybodyHybrid),
        why: "the label goes by who is listed, not by who was given the key",
    },
    Weakness {
        goal: Goal::Shown,
        slices: &["leaver"],
        versions: Versions::Without(Rule::SenderListed),
        why: "packets of who has left are played while the old key is kept (finding F-09)",
    },
    Weakness {
        goal: Goal::Rejoin,
        slices: &["ghost"],
        versions: Versions::Neither(Rule::SnapshotKeepsKnown, Rule::SnapshotIdentical),
        why: "the list of a new leader may lack whoever was on the one before",
    },
];

/// Why a goal is broken in a slice under a version; `None` where it is not.
#[must_use]
pub fn why_broken(goal: Goal, profile: &Profile, slice: &str) -> Option<&'static str> {
    let known = WEAKNESSES.iter().filter(|it| it.goal == goal && it.slices.contains(&slice));
    known.filter(|it| it.versions.contain(profile)).map(|it| it.why).next()
}

impl Versions {
    /// Whether a version is among them.
    #[must_use]
    pub fn contain(self, profile: &Profile) -> bool {
        match self {
            Self::Without(rule) => !profile.rules.contains(rule),
            Self::With(rule) => profile.rules.contains(rule),
            Self::Between(rule, end) => {
                profile.rules.contains(rule) && !profile.rules.contains(end)
            }
            Self::Neither(rule, other) => {
                !profile.rules.contains(rule) && !profile.rules.contains(other)
            }
            Self::KeptUntilReceipt => profile.grace_from == GraceFrom::Receipt,
            Self::RareNonces => profile.nonce_schedule == NonceSchedule::Quadratic,
            Self::All => true,
        }
    }
}
