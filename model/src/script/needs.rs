//! What it takes to work a recipe out: whose secrets, and whose state.

use super::{Act, Change, Handle, MessageKind, OperationRecipe, Recipe, ValueRecipe};

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

    /// Whether working this out takes the state of `party`, secret or not: more than what it has
    /// sent and its identity key.
    #[must_use]
    pub fn takes_state_of(&self, party: &str) -> bool {
        let changed = |changes: &[Change]| changes.iter().any(|it| it.value.takes_state_of(party));
        match self {
            Self::Sent(_) => false,
            Self::Edited { of, change } => {
                of.takes_state_of(party) || change.value.takes_state_of(party)
            }
            Self::Damaged { of, .. } => of.takes_state_of(party),
            Self::ForgedAnnouncement { by, changes, .. } => by == party || changed(changes),
            Self::ForgedSeal(forged) => {
                let nonce = match &forged.bound_to {
                    super::BoundTo::Nonce(nonce) => nonce.takes_state_of(party),
                    super::BoundTo::Nothing | super::BoundTo::Newest => false,
                };
                forged.by == party || nonce || changed(&forged.changes)
            }
            Self::ForgedPacket(forged) => forged.by == party || changed(&forged.changes),
            Self::ForgedLink(forged) => {
                let of = if let OperationRecipe::Snapshot(snapshot) = &forged.operation {
                    snapshot.of == party
                } else {
                    false
                };
                let prev = forged.prev.as_ref().is_some_and(|it| it.takes_state_of(party));
                forged.by == party || of || prev
            }
            Self::ForgedHeartbeat(forged) => {
                let link = forged.certifies.as_ref().is_some_and(|it| it.takes_state_of(party));
                let prev = forged.prev.as_ref().is_some_and(|it| it.takes_state_of(party));
                forged.by == party || link || prev || changed(&forged.signed)
            }
            Self::ForgedRequest(forged) => {
                forged.by == party || forged.link.takes_state_of(party) || changed(&forged.signed)
            }
        }
    }
}

impl ValueRecipe {
    /// Whether working this out takes the state of `party`, as for a message.
    #[must_use]
    pub fn takes_state_of(&self, party: &str) -> bool {
        match self {
            Self::HashOf { by, of } => {
                let link = matches!(&**of, Recipe::Sent(Handle { kind: MessageKind::Link, .. }));
                (by == party && !link) || of.takes_state_of(party)
            }
            Self::BindingOf { by, changes } => {
                by == party || changes.iter().any(|it| it.value.takes_state_of(party))
            }
            Self::FieldOf { of, .. } => of.takes_state_of(party),
            Self::Damaged(of) => of.takes_state_of(party),
            Self::Text(_)
            | Self::Uuid(_)
            | Self::Number(_)
            | Self::IvkOf(_)
            | Self::PkOf(_)
            | Self::ClassicPkOf(_)
            | Self::PkOfWidth { .. }
            | Self::SmallOrderKey
            | Self::SmallOrderBeside(_)
            | Self::NoHash => false,
        }
    }
}

impl Act {
    /// The message this act is about, if it is about one.
    #[must_use]
    pub fn recipe(&self) -> Option<&Recipe> {
        match self {
            Self::LeaderNamed { announcement: recipe, .. }
            | Self::Admitted { announcement: recipe, .. }
            | Self::SealedKey { sealed: recipe }
            | Self::NoncePosted { nonce: recipe, .. }
            | Self::Link { link: recipe }
            | Self::Heartbeat { heartbeat: recipe }
            | Self::LockRequested { request: recipe }
            | Self::Packet { packet: recipe, .. } => Some(recipe),
            Self::Join { .. }
            | Self::Departed { .. }
            | Self::Renamed { .. }
            | Self::LockClaimed { .. }
            | Self::RoomClaimed { .. }
            | Self::SetLock { .. }
            | Self::Kick { .. }
            | Self::MeetingEnded {}
            | Self::Advance { .. }
            | Self::Send { .. }
            | Self::Leave {}
            | Self::StepOut {}
            | Self::Observe {} => None,
        }
    }

    /// Whether working this out takes the secrets of `party`.
    #[must_use]
    pub fn uses_secrets_of(&self, party: &str) -> bool {
        self.recipe().is_some_and(|recipe| recipe.uses_secrets_of(party))
    }

    /// Whether working this out takes the state of `party`: more than what it has sent and its
    /// identity key.
    #[must_use]
    pub fn takes_state_of(&self, party: &str) -> bool {
        self.recipe().is_some_and(|recipe| recipe.takes_state_of(party))
    }
}
