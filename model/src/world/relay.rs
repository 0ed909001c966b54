//! What the server relays, and the way to each party.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
};

use super::{Channel, Name, Rig, World};
use crate::{
    message::Operation,
    script::{Act, Handle, MessageKind, Recipe, ValueRecipe},
    stage::Sent,
};

/// A piece of news. Messages are counted from 1, by sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Notice {
    /// This party leads.
    LeaderNamed(Name),
    /// A party joined, with this announcement.
    Admitted(Name, u32),
    /// A party left.
    Departed(Name),
    /// A party posted this liveness nonce.
    Nonce(Name, u32),
    /// A leader posted this link.
    Link(Name, u32),
    /// A leader sent this heartbeat.
    Heartbeat(Name, u32),
    /// A leader posted this sealed key for the party.
    SealedKey(Name, u32),
    /// A co-host posted this request.
    LockRequest(Name, u32),
}

impl Notice {
    /// The channel it belongs to; `None` for what always arrives at once.
    #[must_use]
    pub const fn channel(self) -> Option<Channel> {
        match self {
            Self::LeaderNamed(_) | Self::LockRequest(..) => None,
            Self::Admitted(..) | Self::Departed(_) | Self::Nonce(..) => Some(Channel::Roster),
            Self::Link(..) | Self::Heartbeat(..) => Some(Channel::List),
            Self::SealedKey(..) => Some(Channel::Keys),
        }
    }

    /// Whether it is nothing without the news after it: links without the heartbeat that certifies
    /// them, nonces without the admission. What comes between makes no difference.
    const fn waits(self) -> bool {
        matches!(self, Self::Link(..) | Self::Nonce(..))
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeaderNamed(leader) => write!(f, "{leader} leads"),
            Self::Admitted(party, nth) => write!(f, "{party} joined (announcement {nth})"),
            Self::Departed(party) => write!(f, "{party} left"),
            Self::Nonce(party, nth) => write!(f, "{party}'s nonce {nth}"),
            Self::Link(by, nth) => write!(f, "{by}'s link {nth}"),
            Self::Heartbeat(by, nth) => write!(f, "{by}'s heartbeat {nth}"),
            Self::SealedKey(by, nth) => write!(f, "{by}'s sealed key {nth}"),
            Self::LockRequest(by, nth) => write!(f, "{by}'s lock request {nth}"),
        }
    }
}

/// The way from the server to a party.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    /// Whether the party is in the meeting, as the server sees it.
    pub present: bool,
    /// Who leads, as the server told this party.
    pub follows: Option<Name>,
    /// What the insider keeps back, oldest first.
    pub waiting: BTreeMap<Channel, VecDeque<Notice>>,
    /// Sealed keys of leaders the party was not told of.
    pub early: Vec<(Name, Notice)>,
    /// How many pieces of a channel the insider keeps it behind, where it keeps that up.
    pub trail: Option<(Channel, u8)>,
    /// What the party was given, where the insider can give it again.
    pub had: Vec<Notice>,
}

impl Way {
    /// How many pieces of news arrive with one move.
    pub(super) fn batch(&self, channel: Channel) -> usize {
        let Some(waiting) = self.waiting.get(&channel) else { return 0 };
        let open = waiting.iter().take_while(|notice| notice.waits()).count();
        (open + 1).min(waiting.len())
    }
}

impl Rig {
    /// The act that gives a piece of news to a party.
    pub(super) fn news(&self, world: &World, to: Name, notice: Notice) -> Act {
        let sent = |by, kind, nth| Recipe::Sent(Handle::of(by, kind, nth));
        match notice {
            Notice::LeaderNamed(leader) => Act::LeaderNamed {
                seat: self.slice.seat(leader),
                ivk: ValueRecipe::IvkOf(leader.to_owned()),
                announcement: sent(
                    leader,
                    MessageKind::Announcement,
                    world.count(leader, MessageKind::Announcement),
                ),
            },
            Notice::Admitted(party, nth) => Act::Admitted {
                seat: self.slice.seat(party),
                name: party.to_owned(),
                outdated: self.slice.outdated.contains(&party),
                ivk: ValueRecipe::IvkOf(party.to_owned()),
                announcement: sent(party, MessageKind::Announcement, nth),
            },
            Notice::Departed(party) => Act::Departed { seat: self.slice.seat(party) },
            Notice::Nonce(party, nth) => Act::NoncePosted {
                seat: self.slice.seat(party),
                nonce: sent(party, MessageKind::Nonce, nth),
            },
            Notice::Link(by, nth) => Act::Link { link: sent(by, MessageKind::Link, nth) },
            Notice::Heartbeat(by, nth) => {
                Act::Heartbeat { heartbeat: sent(by, MessageKind::Heartbeat, nth) }
            }
            Notice::SealedKey(by, nth) => {
                let user = self.slice.seat(to).user_id;
                Act::SealedKey { sealed: Recipe::Sent(Handle::sealed_key(by, &user, nth)) }
            }
            Notice::LockRequest(by, nth) => {
                Act::LockRequested { request: sent(by, MessageKind::LockRequest, nth) }
            }
        }
    }
}

impl World {
    /// How many messages of a kind a party has sent.
    #[must_use]
    pub fn count(&self, by: &str, kind: MessageKind) -> u32 {
        let wanted = |(who, message): &&(String, Sent<_>)| who == by && message.kind() == kind;
        number(self.stage.sent().filter(wanted).count())
    }

    /// How many keys a party has sealed for a user.
    pub(super) fn count_sealed(&self, by: &str, to: &str) -> u32 {
        let wanted = |(who, message): &&(String, Sent<_>)| {
            who == by && message.kind() == MessageKind::SealedKey && message.recipient() == Some(to)
        };
        number(self.stage.sent().filter(wanted).count())
    }

    /// What a party that is told of this leader gets of the leader's list: the links from the last
    /// snapshot on, and the heartbeats among them; of those only the newest at a first look.
    pub(super) fn list_of(&self, leader: Name, first_look: bool) -> Vec<Notice> {
        let (mut links, mut beats) = (0, 0);
        let mut news = Vec::new();
        for (_, message) in self.stage.sent().filter(|(by, _)| by == leader) {
            if let Sent::Link(link) = message {
                links += 1;
                if matches!(link.operation, Operation::Snapshot { .. }) {
                    news.clear();
                }
                news.push(Notice::Link(leader, links));
            }
            if let Sent::Heartbeat(_) = message {
                beats += 1;
                if first_look {
                    news.retain(|notice| !matches!(notice, Notice::Heartbeat(..)));
                }
                news.push(Notice::Heartbeat(leader, beats));
            }
        }
        news
    }
}

/// A count as a number.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
