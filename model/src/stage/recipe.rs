//! Working out recipes: messages taken, edited, damaged or forged; values named.

use super::{
    Sent, Stage, StageError,
    fields::{FieldValue, edit, field_of},
};
use crate::{
    algebra::{Algebra, Side},
    client::{Joined, Phase, announcement_record, heartbeat_message, heartbeat_record, link_hash},
    message::{Announcement, Heartbeat, Link, LockRequest, Packet, SealedKey},
    script::{Recipe, ValueRecipe},
};

macro_rules! message_of_kind {
    ($name:ident, $variant:ident, $message:ty, $wanted:literal) => {
        pub(super) fn $name(&self, recipe: &Recipe) -> Result<$message, StageError> {
            if let Sent::$variant(message) = self.message(recipe)? {
                Ok(message)
            } else {
                Err(StageError::Misfit($wanted))
            }
        }
    };
}

impl<A: Algebra> Stage<'_, A> {
    message_of_kind!(
        announcement,
        Announcement,
        Announcement<A::Value>,
        "an announcement is wanted here"
    );
    message_of_kind!(sealed_key, SealedKey, SealedKey<A::Value>, "a sealed key is wanted here");
    message_of_kind!(packet, Packet, Packet<A::Value>, "a packet is wanted here");
    message_of_kind!(nonce, Nonce, A::Value, "a liveness nonce is wanted here");
    message_of_kind!(link, Link, Link<A::Value>, "a link is wanted here");
    message_of_kind!(heartbeat, Heartbeat, Heartbeat<A::Value>, "a heartbeat is wanted here");
    message_of_kind!(request, LockRequest, LockRequest<A::Value>, "a lock request is wanted here");

    pub(super) fn key(&self, recipe: &ValueRecipe) -> Result<A::Value, StageError> {
        match self.value(recipe)? {
            FieldValue::Value(value) => Ok(value),
            FieldValue::Text(_) | FieldValue::Uuid(_) | FieldValue::Number(_) => {
                Err(StageError::Misfit("a key is wanted here"))
            }
        }
    }

    fn message(&self, recipe: &Recipe) -> Result<Sent<A::Value>, StageError> {
        match recipe {
            Recipe::Sent(handle) => self.find(handle).cloned(),
            Recipe::Edited { of, change } => {
                let value = self.value(&change.value)?;
                edit(self.message(of)?, &change.field, value)
            }
            Recipe::Damaged { of, field } => {
                let message = self.message(of)?;
                let FieldValue::Value(value) = field_of(&message, field)? else {
                    return Err(StageError::Misfit("only a cryptographic field can be damaged"));
                };
                edit(message, field, FieldValue::Value(self.algebra.damaged(&value)))
            }
            Recipe::ForgedAnnouncement { by, label, changes } => {
                self.forge_announcement(by, *label, changes).map(Sent::Announcement)
            }
            Recipe::ForgedSeal(forged) => self.forge_seal(forged).map(Sent::SealedKey),
            Recipe::ForgedPacket(forged) => self.forge_packet(forged).map(Sent::Packet),
            Recipe::ForgedLink(forged) => self.forge_link(forged).map(Sent::Link),
            Recipe::ForgedHeartbeat(forged) => self.forge_heartbeat(forged).map(Sent::Heartbeat),
            Recipe::ForgedRequest(forged) => self.forge_request(forged).map(Sent::LockRequest),
        }
    }

    pub(super) fn value(&self, recipe: &ValueRecipe) -> Result<FieldValue<A::Value>, StageError> {
        Ok(match recipe {
            ValueRecipe::Text(text) => FieldValue::Text(text.clone()),
            ValueRecipe::Uuid(uuid) => FieldValue::Uuid(*uuid),
            ValueRecipe::Number(number) => FieldValue::Number(*number),
            ValueRecipe::IvkOf(party) => FieldValue::Value(self.actor(party)?.state.ivk.clone()),
            ValueRecipe::PkOf(party) => FieldValue::Value(self.last_announced(party)?),
            ValueRecipe::ClassicPkOf(party) => {
                let pk = self.last_announced(party)?;
                FieldValue::Value(self.algebra.joined_halves(&pk, None))
            }
            ValueRecipe::PkOfWidth { of, bytes } => {
                FieldValue::Value(self.algebra.of_width(&self.last_announced(of)?, *bytes))
            }
            ValueRecipe::SmallOrderBeside(party) => {
                let (pk, small) = (self.last_announced(party)?, self.algebra.small_order_key());
                FieldValue::Value(self.algebra.joined_halves(&small, Some(&pk)))
            }
            ValueRecipe::SmallOrderKey => FieldValue::Value(self.algebra.small_order_key()),
            ValueRecipe::NoHash => FieldValue::Value(self.algebra.no_hash()),
            ValueRecipe::HashOf { by, of } => FieldValue::Value(self.hash_of(by, of)?),
            ValueRecipe::BindingOf { by, changes } => {
                let mut record = announcement_record(
                    &self.joined(by)?.meeting,
                    &self.actor(by)?.state.seat,
                    &self.side(by)?,
                );
                self.change(&mut record, changes)?;
                let rules = self.actor(by)?.profile.rules;
                FieldValue::Value(self.algebra.message(rules, &record))
            }
            ValueRecipe::FieldOf { of, field } => field_of(&self.message(of)?, field)?,
            ValueRecipe::Damaged(of) => match self.value(of)? {
                FieldValue::Value(value) => FieldValue::Value(self.algebra.damaged(&value)),
                FieldValue::Text(_) | FieldValue::Uuid(_) | FieldValue::Number(_) => {
                    return Err(StageError::Misfit("only bytes have a last byte"));
                }
            },
        })
    }

    /// The hash of a link, of a heartbeat that `by` signed, or of the binding that `by` announced.
    fn hash_of(&self, by: &str, of: &Recipe) -> Result<A::Value, StageError> {
        let profile = &self.actor(by)?.profile;
        match self.message(of)? {
            Sent::Announcement(Announcement { seat, pk, sig: _ }) => {
                let side = Side { ivk: self.actor(by)?.state.ivk.clone(), pk };
                self.binding_hash(by, &seat, &side)
            }
            Sent::Link(link) => Ok(link_hash(self.algebra, profile.rules, &link)),
            Sent::Heartbeat(heartbeat) => {
                let record = heartbeat_record(self.binding_of(by)?, &heartbeat);
                Ok(heartbeat_message(self.algebra, profile, &record).1)
            }
            Sent::SealedKey(_) | Sent::Packet(_) | Sent::Nonce(_) | Sent::LockRequest(_) => {
                Err(StageError::Misfit("only links, heartbeats and announcements have one"))
            }
        }
    }

    /// The encoded binding of a party's present join.
    pub(super) fn binding_of(&self, by: &str) -> Result<A::Value, StageError> {
        let (meeting, seat) = (&self.joined(by)?.meeting, &self.actor(by)?.state.seat);
        let record = announcement_record(meeting, seat, &self.side(by)?);
        Ok(self.algebra.message(self.actor(by)?.profile.rules, &record))
    }

    /// The keys of a party: its identity key and what it announced last.
    pub(super) fn side(&self, party: &str) -> Result<Side<A::Value>, StageError> {
        let ivk = self.actor(party)?.state.ivk.clone();
        Ok(Side { ivk, pk: self.last_announced(party)? })
    }

    fn last_announced(&self, party: &str) -> Result<A::Value, StageError> {
        let by_party = self.sent().rev().filter(|(by, _)| by == party);
        let mut keys = by_party.filter_map(|(_, message)| {
            if let Sent::Announcement(announcement) = message {
                Some(announcement.pk.clone())
            } else {
                None
            }
        });
        keys.next().ok_or(StageError::Misfit("that party has announced no key"))
    }

    pub(super) fn joined(&self, party: &str) -> Result<&Joined<A::Value>, StageError> {
        match &self.actor(party)?.state.phase {
            Phase::Joined(joined) => Ok(joined),
            Phase::Outside | Phase::Left => Err(StageError::Misfit("that party is in no meeting")),
        }
    }
}
