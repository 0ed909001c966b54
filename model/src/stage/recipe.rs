//! Working out recipes: messages taken, edited, damaged or forged.

use conclave_spec::layouts::Layout;

use super::{Sent, Stage, StageError};
use crate::{
    algebra::{
        Algebra, BoxDraws, BoxLabels, Datum, KeyInBox, Pair, Purpose, Record, Side, StreamName,
    },
    client::{Joined, Phase, RoleState, announcement_record, meta_record},
    message::{Announcement, Packet, SealedKey, Seat},
    script::{Change, ForgedPacket, ForgedSeal, KeyRecipe, Recipe, ValueRecipe},
};

/// A field of a message taken out.
enum FieldValue<V> {
    Text(String),
    Uuid([u8; 16]),
    Number(u32),
    Value(V),
}

impl<A: Algebra> Stage<'_, A> {
    pub(super) fn announcement(
        &self,
        recipe: &Recipe,
    ) -> Result<Announcement<A::Value>, StageError> {
        match self.message(recipe)? {
            Sent::Announcement(announcement) => Ok(announcement),
            Sent::SealedKey(_) | Sent::Packet(_) => {
                Err(StageError::Misfit("an announcement is wanted here"))
            }
        }
    }

    pub(super) fn sealed_key(&self, recipe: &Recipe) -> Result<SealedKey<A::Value>, StageError> {
        match self.message(recipe)? {
            Sent::SealedKey(sealed) => Ok(sealed),
            Sent::Announcement(_) | Sent::Packet(_) => {
                Err(StageError::Misfit("a sealed key is wanted here"))
            }
        }
    }

    pub(super) fn packet(&self, recipe: &Recipe) -> Result<Packet<A::Value>, StageError> {
        match self.message(recipe)? {
            Sent::Packet(packet) => Ok(packet),
            Sent::Announcement(_) | Sent::SealedKey(_) => {
                Err(StageError::Misfit("a packet is wanted here"))
            }
        }
    }

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
        }
    }

    fn value(&self, recipe: &ValueRecipe) -> Result<FieldValue<A::Value>, StageError> {
        Ok(match recipe {
            ValueRecipe::Text(text) => FieldValue::Text(text.clone()),
            ValueRecipe::Uuid(uuid) => FieldValue::Uuid(*uuid),
            ValueRecipe::Number(number) => FieldValue::Number(*number),
            ValueRecipe::IvkOf(party) => FieldValue::Value(self.actor(party)?.state.ivk.clone()),
            ValueRecipe::PkOf(party) => FieldValue::Value(self.last_announced(party)?),
            ValueRecipe::SmallOrderKey => FieldValue::Value(self.algebra.small_order_key()),
            ValueRecipe::FieldOf { of, field } => field_of(&self.message(of)?, field)?,
        })
    }

    fn last_announced(&self, party: &str) -> Result<A::Value, StageError> {
        let by_party = self.sent.iter().rev().filter(|(by, _)| by == party);
        let mut keys = by_party.filter_map(|(_, message)| match message {
            Sent::Announcement(announcement) => Some(announcement.pk.clone()),
            Sent::SealedKey(_) | Sent::Packet(_) => None,
        });
        keys.next().ok_or(StageError::Misfit("that party has announced no key"))
    }

    fn joined(&self, party: &str) -> Result<&Joined<A::Value>, StageError> {
        match &self.actor(party)?.state.phase {
            Phase::Joined(joined) => Ok(joined),
            Phase::Outside | Phase::Left => Err(StageError::Misfit("that party is in no meeting")),
        }
    }

    fn forge_announcement(
        &self,
        by: &str,
        label: Option<conclave_spec::Label>,
        changes: &[Change],
    ) -> Result<Announcement<A::Value>, StageError> {
        let actor = self.actor(by)?;
        let joined = self.joined(by)?;
        let side = Side { ivk: actor.state.ivk.clone(), pk: joined.ephemeral.pk.clone() };
        let mut record = announcement_record(&joined.meeting, &actor.state.seat, &side);
        self.change(&mut record, changes)?;
        let label = label.unwrap_or(conclave_spec::Label::Announcement);
        let rules = actor.profile.rules;
        let sig = self.algebra.sign(rules, &actor.state.identity, label, &record);
        let pk = datum(&record, "pk").unwrap_or(side.pk);
        Ok(Announcement { seat: actor.state.seat.clone(), pk, sig })
    }

    fn forge_seal(&self, forged: &ForgedSeal) -> Result<SealedKey<A::Value>, StageError> {
        let ForgedSeal { by, to, key, mk_seq, cipher, derivation, changes } = forged;
        let actor = self.actor(by)?;
        let joined = self.joined(by)?;
        let pair = member(joined, to)?;
        let meeting_key = match key {
            KeyRecipe::Fresh(name) => self.forged(name, Purpose::MeetingKey)?,
            KeyRecipe::Held(seq) => held(joined, *seq)?,
        };
        let name = format!("{by} {to:?} {key:?} {mk_seq}");
        let nonce = self.forged(&name, Purpose::BoxNonce)?;
        let coins = match actor.profile.box_suite {
            conclave_spec::BoxSuite::Classic => None,
            conclave_spec::BoxSuite::Hybrid => Some(self.forged(&name, Purpose::KemCoins)?),
        };
        let mut meta = meta_record(&joined.meeting, &actor.state.seat.user_id, &to.user_id);
        self.change(&mut meta, changes)?;
        let labels = BoxLabels {
            cipher: cipher.unwrap_or(BoxLabels::MEETING_KEY.cipher),
            derivation: derivation.unwrap_or(BoxLabels::MEETING_KEY.derivation),
        };
        let sealed = self.algebra.seal(
            actor.profile.rules,
            actor.profile.box_suite,
            pair,
            labels,
            &meta,
            &BoxDraws { nonce, coins },
            &KeyInBox { meeting_key, mk_seq: Some(*mk_seq) },
        );
        let sealed = sealed.ok_or(StageError::Misfit("that member cannot be sealed to"))?;
        Ok(SealedKey { to: to.clone(), sealed })
    }

    fn forge_packet(&self, forged: &ForgedPacket) -> Result<Packet<A::Value>, StageError> {
        let ForgedPacket { by, key_seq, mk_seq, counter, stream, text, changes } = forged;
        let actor = self.actor(by)?;
        let joined = self.joined(by)?;
        let meeting_key = held(joined, *key_seq)?;
        let (mut meeting, mut sender, mut stream) =
            (joined.meeting.clone(), actor.state.seat.user_id.clone(), stream.clone());
        for change in changes {
            match (change.field.as_str(), self.value(&change.value)?) {
                ("meeting_id", FieldValue::Text(text)) => meeting.id = text,
                ("meeting_uuid", FieldValue::Uuid(uuid)) => meeting.uuid = uuid,
                ("sender", FieldValue::Text(text)) => sender = text,
                ("stream", FieldValue::Text(text)) => stream = text,
                (field, _) => return Err(StageError::NoField(field.to_owned())),
            }
        }
        let rules = actor.profile.rules;
        let name = StreamName { meeting: &meeting, sender: &sender, stream: &stream };
        let key = self.algebra.stream_key(rules, &meeting_key, name);
        let plaintext = self.algebra.literal(text.as_bytes());
        let body = self.algebra.seal_packet(rules, &key, *mk_seq, *counter, &plaintext);
        Ok(Packet { mk_seq: *mk_seq, counter: *counter, body })
    }

    fn change(&self, record: &mut Record<A::Value>, changes: &[Change]) -> Result<(), StageError> {
        for change in changes {
            let datum = match self.value(&change.value)? {
                FieldValue::Text(text) => Datum::Text(text),
                FieldValue::Uuid(uuid) => Datum::Uuid(uuid),
                FieldValue::Value(value) => Datum::Value(value),
                FieldValue::Number(_) => return Err(StageError::Misfit("no number goes here")),
            };
            let place = position(record.layout, &change.field)
                .and_then(|at| record.data.get_mut(at))
                .ok_or_else(|| StageError::NoField(change.field.clone()))?;
            *place = datum;
        }
        Ok(())
    }
}

fn position(layout: &Layout, field: &str) -> Option<usize> {
    layout.fields.iter().position(|known| known.name == field)
}

fn datum<V: Clone>(record: &Record<V>, field: &str) -> Option<V> {
    match position(record.layout, field).and_then(|at| record.data.get(at)) {
        Some(Datum::Value(value)) => Some(value.clone()),
        Some(Datum::Text(_) | Datum::Uuid(_)) | None => None,
    }
}

fn member<'j, V>(joined: &'j Joined<V>, to: &Seat) -> Result<&'j Pair<V>, StageError> {
    let RoleState::Leader(leader) = &joined.role else {
        return Err(StageError::Misfit("only a leader seals"));
    };
    leader.members.get(to).map(|pair| &**pair).ok_or(StageError::Misfit("no member with that seat"))
}

fn held<V: Clone>(joined: &Joined<V>, mk_seq: u32) -> Result<V, StageError> {
    let key = joined.ring.iter().find(|key| key.mk_seq == mk_seq);
    key.map(|key| key.meeting_key.clone()).ok_or(StageError::Misfit("no key with that number"))
}

fn field_of<V: Clone>(message: &Sent<V>, field: &str) -> Result<FieldValue<V>, StageError> {
    let unknown = || StageError::NoField(field.to_owned());
    Ok(match (message, field) {
        (Sent::Announcement(it), "user_id") => FieldValue::Text(it.seat.user_id.clone()),
        (Sent::Announcement(it), "hardware_id") => FieldValue::Text(it.seat.hardware_id.clone()),
        (Sent::Announcement(it), "pk") => FieldValue::Value(it.pk.clone()),
        (Sent::Announcement(it), "sig") => FieldValue::Value(it.sig.clone()),
        (Sent::SealedKey(it), "nonce") => FieldValue::Value(it.sealed.nonce.clone()),
        (Sent::SealedKey(it), "ciphertext") => FieldValue::Value(it.sealed.ciphertext.clone()),
        (Sent::SealedKey(it), "kem") => {
            FieldValue::Value(it.sealed.kem.clone().ok_or_else(unknown)?)
        }
        (Sent::Packet(it), "mk_seq") => FieldValue::Number(it.mk_seq),
        (Sent::Packet(it), "body") => FieldValue::Value(it.body.clone()),
        (Sent::Announcement(_) | Sent::SealedKey(_) | Sent::Packet(_), _) => {
            return Err(unknown());
        }
    })
}

fn edit<V>(message: Sent<V>, field: &str, value: FieldValue<V>) -> Result<Sent<V>, StageError> {
    Ok(match (message, field, value) {
        (Sent::Announcement(mut it), "user_id", FieldValue::Text(text)) => {
            it.seat.user_id = text;
            Sent::Announcement(it)
        }
        (Sent::Announcement(mut it), "hardware_id", FieldValue::Text(text)) => {
            it.seat.hardware_id = text;
            Sent::Announcement(it)
        }
        (Sent::Announcement(mut it), "pk", FieldValue::Value(value)) => {
            it.pk = value;
            Sent::Announcement(it)
        }
        (Sent::Announcement(mut it), "sig", FieldValue::Value(value)) => {
            it.sig = value;
            Sent::Announcement(it)
        }
        (Sent::SealedKey(mut it), "nonce", FieldValue::Value(value)) => {
            it.sealed.nonce = value;
            Sent::SealedKey(it)
        }
        (Sent::SealedKey(mut it), "ciphertext", FieldValue::Value(value)) => {
            it.sealed.ciphertext = value;
            Sent::SealedKey(it)
        }
        (Sent::SealedKey(mut it), "kem", FieldValue::Value(value)) => {
            it.sealed.kem = Some(value);
            Sent::SealedKey(it)
        }
        (Sent::Packet(mut it), "mk_seq", FieldValue::Number(number)) => {
            it.mk_seq = number;
            Sent::Packet(it)
        }
        (Sent::Packet(mut it), "body", FieldValue::Value(value)) => {
            it.body = value;
            Sent::Packet(it)
        }
        (_, field, _) => return Err(StageError::NoField(field.to_owned())),
    })
}
