//! What the insider can say that is not so, as acts with recipes that work over terms and bytes.

use std::fmt;

use super::Name;

mod acts;
mod certificates;

/// Something said to one party that is not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deceit {
    /// Tells a leader that somebody left who is there.
    Vanish {
        /// To whom.
        to: Name,
        /// Who is said to have left.
        who: Name,
    },
    /// Tells a leader that somebody joined, with keys of the spy.
    Substitute {
        /// To whom.
        to: Name,
        /// Whose place the spy takes.
        who: Name,
    },
    /// Tells a leader that one device is another: what it announced, under the other's name.
    Relabel {
        /// To whom.
        to: Name,
        /// Who announced it.
        of: Name,
        /// Whose name.
        who: Name,
    },
    /// Names the spy's device to a party as the leader under another's name.
    Usurp {
        /// To whom.
        to: Name,
        /// Whose name.
        who: Name,
    },
    /// Tells a leader that somebody is there by what they announced in another meeting.
    Import {
        /// To whom.
        to: Name,
        /// Who.
        who: Name,
    },
    /// Tells a leader that somebody is there by what they announced in an earlier join.
    Revive {
        /// To whom.
        to: Name,
        /// Who.
        who: Name,
    },
    /// Tells a leader that a client is outdated which is not.
    CallOutdated {
        /// To whom.
        to: Name,
        /// Whose client.
        who: Name,
    },
    /// Tells a party that the meeting is locked, or is not.
    ClaimLock {
        /// To whom.
        to: Name,
        /// What it says.
        locked: bool,
    },
    /// Gives a party a link that adds the spy and no leader made, without a heartbeat.
    PlantLink {
        /// To whom.
        to: Name,
        /// The leader it seems to be by.
        by: Name,
    },
    /// Tells a leader that somebody joined with what they announced, but for the encryption key,
    /// which is the spy's.
    SwapKey {
        /// To whom.
        to: Name,
        /// Whose announcement.
        who: Name,
    },
    /// Gives a party a heartbeat that certifies the planted link, with a signature of the leader's
    /// last one.
    Sham {
        /// To whom.
        to: Name,
        /// The leader it seems to be by.
        by: Name,
    },
    /// Gives a party a heartbeat of the leader with another number of the newest key.
    RaiseNumber {
        /// To whom.
        to: Name,
        /// The leader.
        by: Name,
    },
    /// The spy leads and leaves somebody out of the list she takes over.
    Omit {
        /// To whom.
        to: Name,
        /// Who is left out.
        who: Name,
    },
    /// Hands a packet on, as from this device in this stream.
    Relay {
        /// To whom.
        to: Name,
        /// Whose packet.
        by: Name,
        /// As whose.
        who: Name,
        /// As of which stream.
        stream: &'static str,
    },
    /// The spy asks to unlock under another's name.
    AskAs {
        /// To whom.
        to: Name,
        /// Under whose name.
        who: Name,
    },
    /// Hands a leader the last request of a co-host again.
    AskAgain {
        /// To whom.
        to: Name,
        /// Whose.
        who: Name,
    },
    /// Hands a leader the last request of a co-host as its opposite.
    AskOpposite {
        /// To whom.
        to: Name,
        /// Whose.
        who: Name,
    },
    /// The spy speaks under another's name.
    Impersonate {
        /// To whom.
        to: Name,
        /// Whose name.
        who: Name,
    },
    /// Tells a party that somebody has another name.
    Rename {
        /// To whom.
        to: Name,
        /// Who is said to have it.
        who: Name,
    },
    /// Tells a leader that somebody is there by what they announced in a meeting of another number
    /// that the server gave the same instance.
    Borrow {
        /// To whom.
        to: Name,
        /// Who.
        who: Name,
    },
    /// Gives a party a link of the insider's in the place of the leader's next one.
    Replace {
        /// To whom.
        to: Name,
        /// The leader.
        by: Name,
    },
    /// Gives a party the leader's link after the replaced one, made to follow that.
    Rechain {
        /// To whom.
        to: Name,
        /// The leader.
        by: Name,
    },
    /// Gives a party a link in the place of the leader's next one, and the leader's next heartbeat
    /// with the hash of that link.
    Recertify {
        /// To whom.
        to: Name,
        /// The leader.
        by: Name,
    },
    /// Gives a party the leader's next link and heartbeat under a higher version.
    Recount {
        /// To whom.
        to: Name,
        /// The leader.
        by: Name,
    },
    /// Gives a party the leader's next heartbeat with the number of its newest key.
    Certify {
        /// To whom.
        to: Name,
        /// The leader.
        by: Name,
    },
    /// The spy leads and shortens her list by a snapshot that lacks somebody.
    Purge {
        /// To whom.
        to: Name,
        /// Who is left out.
        who: Name,
    },
    /// The spy leads and certifies a lower number than before.
    Lower {
        /// To whom.
        to: Name,
    },
    /// Gives a party the spy's newest key, sealed under the number that is certified already.
    Renumber {
        /// To whom.
        to: Name,
    },
}

impl Deceit {
    /// To whom it is said.
    #[must_use]
    pub const fn to(self) -> Name {
        match self {
            Self::Vanish { to, .. }
            | Self::Substitute { to, .. }
            | Self::Relabel { to, .. }
            | Self::Usurp { to, .. }
            | Self::Import { to, .. }
            | Self::Revive { to, .. }
            | Self::CallOutdated { to, .. }
            | Self::ClaimLock { to, .. }
            | Self::PlantLink { to, .. }
            | Self::SwapKey { to, .. }
            | Self::Sham { to, .. }
            | Self::RaiseNumber { to, .. }
            | Self::Omit { to, .. }
            | Self::Relay { to, .. }
            | Self::AskAs { to, .. }
            | Self::AskAgain { to, .. }
            | Self::AskOpposite { to, .. }
            | Self::Impersonate { to, .. }
            | Self::Rename { to, .. }
            | Self::Borrow { to, .. }
            | Self::Replace { to, .. }
            | Self::Rechain { to, .. }
            | Self::Recertify { to, .. }
            | Self::Recount { to, .. }
            | Self::Certify { to, .. }
            | Self::Purge { to, .. }
            | Self::Lower { to }
            | Self::Renumber { to } => to,
        }
    }
}

impl Deceit {
    /// Whom it is about, if anybody in particular.
    #[must_use]
    pub const fn about(self) -> Option<Name> {
        match self {
            Self::Vanish { who, .. }
            | Self::Substitute { who, .. }
            | Self::SwapKey { who, .. }
            | Self::Relabel { who, .. }
            | Self::Usurp { who, .. }
            | Self::Import { who, .. }
            | Self::Revive { who, .. }
            | Self::CallOutdated { who, .. }
            | Self::Omit { who, .. }
            | Self::Relay { who, .. }
            | Self::AskAs { who, .. }
            | Self::AskAgain { who, .. }
            | Self::AskOpposite { who, .. }
            | Self::Impersonate { who, .. }
            | Self::Rename { who, .. }
            | Self::Borrow { who, .. }
            | Self::Purge { who, .. } => Some(who),
            Self::PlantLink { by, .. }
            | Self::Sham { by, .. }
            | Self::RaiseNumber { by, .. }
            | Self::Replace { by, .. }
            | Self::Rechain { by, .. }
            | Self::Recertify { by, .. }
            | Self::Recount { by, .. }
            | Self::Certify { by, .. } => Some(by),
            Self::ClaimLock { .. } | Self::Renumber { .. } | Self::Lower { .. } => None,
        }
    }
}

impl fmt::Display for Deceit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vanish { to, who } => write!(f, "tells {to} that {who} left"),
            Self::Substitute { to, who } => write!(f, "shows {to} the spy's keys as {who}'s"),
            Self::Relabel { to, of, who } => {
                write!(f, "shows {to} {of}'s announcement as {who}'s")
            }
            Self::Usurp { to, who } => write!(f, "names the spy to {to} as {who}"),
            Self::Import { to, who } => {
                write!(f, "shows {to} {who}'s announcement of another meeting")
            }
            Self::Revive { to, who } => write!(f, "shows {to} {who}'s first announcement again"),
            Self::CallOutdated { to, who } => write!(f, "tells {to} that {who} is outdated"),
            Self::ClaimLock { to, locked: true } => write!(f, "tells {to} that it is locked"),
            Self::ClaimLock { to, locked: false } => write!(f, "tells {to} that it is unlocked"),
            Self::PlantLink { to, by } => write!(f, "plants a link of {by}'s with {to}"),
            Self::SwapKey { to, who } => {
                write!(f, "shows {to} {who}'s announcement with the spy's encryption key")
            }
            Self::Sham { to, by } => write!(f, "certifies that link to {to} as {by}"),
            Self::RaiseNumber { to, by } => write!(f, "raises a number of {by}'s for {to}"),
            Self::Omit { to, who } => write!(f, "shows {to} a list of the spy's without {who}"),
            Self::Relay { to, by, who, stream } => {
                write!(f, "hands {to} a packet of {by} as {who}'s {stream}")
            }
            Self::AskAs { to, who } => write!(f, "lets the spy ask {to} to unlock as {who}"),
            Self::AskAgain { to, who } => write!(f, "hands {to} the last request of {who} again"),
            Self::AskOpposite { to, who } => {
                write!(f, "hands {to} the last request of {who} turned round")
            }
            Self::Impersonate { to, who } => write!(f, "lets the spy speak to {to} as {who}"),
            Self::Rename { to, who } => write!(f, "tells {to} another name of {who}"),
            Self::Borrow { to, who } => {
                write!(f, "shows {to} {who}'s announcement of a meeting with the same instance")
            }
            Self::Replace { to, by } => write!(f, "replaces {by}'s next link for {to}"),
            Self::Rechain { to, by } => write!(f, "hooks {by}'s next link to that for {to}"),
            Self::Recertify { to, by } => {
                write!(f, "replaces {by}'s next link for {to} and certifies it as {by}")
            }
            Self::Recount { to, by } => write!(f, "counts {by}'s next link twice for {to}"),
            Self::Certify { to, by } => write!(f, "certifies {by}'s newest key to {to}"),
            Self::Purge { to, who } => {
                write!(f, "shows {to} a shorter list of the spy's without {who}")
            }
            Self::Lower { to } => write!(f, "certifies {to} a lower number of the spy's"),
            Self::Renumber { to } => write!(f, "hands {to} the spy's key under a certified number"),
        }
    }
}
