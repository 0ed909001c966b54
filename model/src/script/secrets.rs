//! Whose secrets a script takes to play.

use super::{Act, Recipe};

impl Recipe {
    /// Whether working this out takes the secrets of `party`.
    #[must_use]
    pub fn uses_secrets_of(&self, party: &str) -> bool {
        match self {
            Self::Sent(_) => false,
            Self::Edited { of, .. } | Self::Damaged { of, .. } => of.uses_secrets_of(party),
            Self::ForgedAnnouncement { by, .. } => by == party,
            Self::ForgedSeal(forged) => forged.by == party,
            Self::ForgedPacket(forged) => forged.by == party,
            // Anybody can write down a link.
            Self::ForgedLink(_) => false,
            Self::ForgedHeartbeat(forged) => forged.by == party,
            Self::ForgedRequest(forged) => forged.by == party,
        }
    }
}

impl Act {
    /// Whether working this out takes the secrets of `party`.
    #[must_use]
    pub fn uses_secrets_of(&self, party: &str) -> bool {
        match self {
            Self::LeaderNamed { announcement: recipe, .. }
            | Self::Admitted { announcement: recipe, .. }
            | Self::SealedKey { sealed: recipe }
            | Self::NoncePosted { nonce: recipe, .. }
            | Self::Link { link: recipe }
            | Self::Heartbeat { heartbeat: recipe }
            | Self::LockRequested { request: recipe }
            | Self::Packet { packet: recipe, .. } => recipe.uses_secrets_of(party),
            Self::Join { .. }
            | Self::Departed { .. }
            | Self::Renamed { .. }
            | Self::LockClaimed { .. }
            | Self::SetLock { .. }
            | Self::Kick { .. }
            | Self::MeetingEnded {}
            | Self::Advance { .. }
            | Self::Send { .. }
            | Self::Leave {}
            | Self::Observe {} => false,
        }
    }
}
