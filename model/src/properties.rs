//! The goals: what must hold of every run, whatever the server does within its powers.
//!
//! A goal is judged from what the spy knows and what the honest parties hold, never from the
//! rules. A missing rule shows where the insider of the slice has the power to use it. Each has a premise: where no explored state satisfies it,
//! the goal was not put to the test.

use conclave_spec::rules::Citation;

use crate::{
    client::{Phase, State},
    ledger::{Frame, Ledger},
};

/// A goal of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Goal {
    /// What an honest party says after a removal stays from the removed.
    ///
    /// Let the leader have listed the spy, list it no longer, and have made a key since, with
    /// number `n`. An honest party that does not list the spy, and that has held a key numbered
    /// `n` or higher past its wait, sends nothing the spy can learn. The times the paper allows
    /// are in the premise: 15 seconds until the leader rotates, the way of the key, about two
    /// seconds before it is used. What is sent before that is not judged.
    Removal,
    /// A meeting key the spy knows was the newest one at some moment when the leader listed it.
    ///
    /// Judged for the keys the leader made. The leader's list is taken as it was told, not from
    /// whom the leader seals to.
    Conf,
    /// Two honest clients that hold a key with the same number hold the same key.
    AgreeKey,
    /// No stream key encrypts two plaintexts under one counter.
    Nonce,
}

/// A moment of a run, for a goal to judge.
#[derive(Clone, Copy)]
pub struct View<'a, V> {
    /// What happened so far.
    pub ledger: &'a Ledger<V>,
    /// The honest clients.
    pub clients: &'a [&'a State<V>],
    /// Whether the spy knows a value.
    pub knows: &'a dyn Fn(&V) -> bool,
}

impl Goal {
    /// Every goal of this release.
    pub const ALL: [Self; 4] = [Self::Removal, Self::Conf, Self::AgreeKey, Self::Nonce];

    /// The stable name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Removal => "REMOVAL",
            Self::Conf => "CONF",
            Self::AgreeKey => "AGREE-KEY",
            Self::Nonce => "NONCE",
        }
    }

    /// The goal with this name.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|goal| goal.id() == id)
    }

    /// What holds, in one sentence.
    #[must_use]
    pub const fn statement(self) -> &'static str {
        match self {
            Self::Removal => {
                "A removed participant learns nothing that is sent by a party which has removed \
                 it and moved on to a key made since."
            }
            Self::Conf => {
                "A removed participant knows no meeting key but those that were the newest while \
                 the leader listed it."
            }
            Self::AgreeKey => {
                "Two honest clients that hold a key with the same number hold the same key."
            }
            Self::Nonce => "No stream key encrypts two plaintexts under one counter.",
        }
    }

    /// What must be reached for the goal to have been put to the test.
    #[must_use]
    pub const fn premise(self) -> &'static str {
        match self {
            Self::Removal => "An honest party sends after the removal, under a key made since.",
            Self::Conf => "An honest participant holds a key made after the removal.",
            Self::AgreeKey => "Two honest clients hold a key with the same number.",
            Self::Nonce => "A stream key encrypts two packets.",
        }
    }

    /// The name of the premise in exploration output.
    #[must_use]
    pub const fn premise_id(self) -> &'static str {
        match self {
            Self::Removal => "REMOVAL-PREMISE",
            Self::Conf => "CONF-PREMISE",
            Self::AgreeKey => "AGREE-KEY-PREMISE",
            Self::Nonce => "NONCE-PREMISE",
        }
    }

    /// Where the goal comes from.
    #[must_use]
    pub const fn citation(self) -> Citation {
        match self {
            Self::Removal => Citation { paper: "2.3.1", place: "3.7.6" },
            Self::Conf => Citation { paper: "2.3.1", place: "3.7.4; 3.7.6" },
            Self::AgreeKey => Citation { paper: "2.3.1", place: "3.7.6" },
            Self::Nonce => Citation { paper: "2.3.1", place: "3.9; 3.10" },
        }
    }

    /// Whether the goal holds at this moment.
    #[must_use]
    pub fn holds<V: Clone + Ord>(self, view: &View<'_, V>) -> bool {
        match self {
            Self::Removal => {
                let mut judged = view.ledger.frames.iter().filter(|frame| frame.past_removal);
                judged.all(|frame| !(view.knows)(&frame.plaintext))
            }
            Self::Conf => {
                let mut judged = view.ledger.keys.iter().filter(|key| !key.shared);
                judged.all(|key| !(view.knows)(&key.meeting_key))
            }
            Self::AgreeKey => !pairs(&held(view.clients)).any(|(one, other)| {
                one.mk_seq == other.mk_seq && one.meeting_key != other.meeting_key
            }),
            Self::Nonce => !frame_pairs(view.ledger).any(|(one, other)| {
                one.stream_key == other.stream_key
                    && one.packet.counter == other.packet.counter
                    && one.plaintext != other.plaintext
            }),
        }
    }

    /// Whether the premise is satisfied at this moment.
    #[must_use]
    pub fn premise_reached<V: Clone + Ord>(self, view: &View<'_, V>) -> bool {
        match self {
            Self::Removal => view.ledger.frames.iter().any(|frame| frame.past_removal),
            Self::Conf => held(view.clients).iter().any(|held| {
                let made = view.ledger.keys.iter().find(|key| key.meeting_key == *held.meeting_key);
                !held.leads && made.is_some_and(|key| key.after_removal)
            }),
            Self::AgreeKey => pairs(&held(view.clients))
                .any(|(one, other)| one.party != other.party && one.mk_seq == other.mk_seq),
            Self::Nonce => {
                frame_pairs(view.ledger).any(|(one, other)| one.stream_key == other.stream_key)
            }
        }
    }
}

struct Held<'a, V> {
    party: &'a str,
    leads: bool,
    mk_seq: u32,
    meeting_key: &'a V,
}

fn held<'a, V>(clients: &'a [&'a State<V>]) -> Vec<Held<'a, V>> {
    let mut all = Vec::new();
    for state in clients {
        let Phase::Joined(joined) = &state.phase else { continue };
        let leads = matches!(joined.role, crate::client::RoleState::Leader(_));
        all.extend(joined.ring.iter().map(|key| Held {
            party: &state.party,
            leads,
            mk_seq: key.mk_seq,
            meeting_key: &key.meeting_key,
        }));
    }
    all
}

fn pairs<T>(all: &[T]) -> impl Iterator<Item = (&T, &T)> {
    all.iter().enumerate().flat_map(|(at, one)| all.iter().skip(at + 1).map(move |two| (one, two)))
}

fn frame_pairs<V>(ledger: &Ledger<V>) -> impl Iterator<Item = (&Frame<V>, &Frame<V>)> {
    let frames = &ledger.frames;
    frames
        .iter()
        .enumerate()
        .flat_map(|(at, one)| frames.iter().skip(at + 1).map(move |f| (one, f)))
}
