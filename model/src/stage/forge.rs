//! What misbehaving parties make: announcements, seals, packets, links, heartbeats, requests.

use conclave_spec::{
    BoxSuite, Label, Rule,
    layouts::{Layout, META},
};

use super::{Actor, Stage, StageError, fields::FieldValue};
use crate::{
    algebra::{
        Algebra, Amiss, BoxDraws, BoxLabels, BoxPurpose, Datum, KeyInBox, Pair, Purpose, Record,
        Side, StreamName,
    },
    client::{
        Joined, Member, RoleState, announcement_record, binding_hash, heartbeat_message,
        heartbeat_record, link_hash, meta_record, request_record,
    },
    message::{
        Announcement, Heartbeat, Link, LockRequest, Operation, Packet, SealedKey, Seat, Standing,
    },
    script::{
        BoundTo, Change, ForgedHeartbeat, ForgedLink, ForgedPacket, ForgedRequest, ForgedSeal,
        ForgedSnapshot, KeyRecipe, OperationRecipe,
    },
};

impl<A: Algebra> Stage<'_, A> {
    pub(super) fn forge_announcement(
        &self,
        by: &str,
        label: Option<Label>,
        changes: &[Change],
    ) -> Result<Announcement<A::Value>, StageError> {
        let actor = self.actor(by)?;
        let joined = self.joined(by)?;
        let side = Side { ivk: actor.state.ivk.clone(), pk: joined.ephemeral.pk.clone() };
        let mut record = announcement_record(&joined.meeting, &actor.state.seat, &side);
        self.change(&mut record, changes)?;
        let label = label.unwrap_or(Label::Announcement);
        let rules = actor.profile.rules;
        let message = self.algebra.message(rules, &record);
        let sig = self.algebra.sign(rules, &actor.state.identity, label, &message);
        let pk = datum(&record, "pk").unwrap_or(side.pk);
        Ok(Announcement { seat: actor.state.seat.clone(), pk, sig })
    }

    /// The key in a forged seal, as who forged it knows it.
    ///
    /// # Errors
    /// Who forged it is in no meeting or holds no such key.
    pub fn key_of_seal(&self, forged: &ForgedSeal) -> Result<A::Value, StageError> {
        match &forged.key {
            KeyRecipe::Fresh(name) => self.forged(name, Purpose::MeetingKey),
            KeyRecipe::Held(seq) => held(self.joined(&forged.by)?, *seq),
        }
    }

    pub(super) fn forge_seal(
        &self,
        forged: &ForgedSeal,
    ) -> Result<SealedKey<A::Value>, StageError> {
        let ForgedSeal { by, to, key, mk_seq, cipher, derivation, changes, bound_to, classic } =
            forged;
        let actor = self.actor(by)?;
        let joined = self.joined(by)?;
        let member = member(joined, to)?;
        let suite = if *classic { BoxSuite::Classic } else { member.suite };
        let meeting_key = self.key_of_seal(forged)?;
        let name = format!("{by} {to:?} {key:?} {mk_seq}");
        let nonce = self.forged(&name, Purpose::BoxNonce)?;
        let coins = match suite {
            BoxSuite::Classic => None,
            BoxSuite::Hybrid => Some(self.forged(&name, Purpose::KemCoins)?),
        };
        let mut meta = meta_record(&joined.meeting, &actor.state.seat.user_id, &to.user_id);
        let (of_meta, of_key): (Vec<Change>, Vec<Change>) =
            changes.iter().cloned().partition(|it| position(&META, &it.field).is_some());
        self.change(&mut meta, &of_meta)?;
        let labels = BoxLabels {
            cipher: cipher.unwrap_or(BoxLabels::MEETING_KEY.cipher),
            derivation: derivation.unwrap_or(BoxLabels::MEETING_KEY.derivation),
        };
        let liveness_nonce = self.bound_to(actor, to, bound_to)?;
        let purpose = BoxPurpose { labels, meta: &meta, liveness_nonce: liveness_nonce.as_ref() };
        let draws = BoxDraws { nonce, coins };
        let (rules, pair) = (actor.profile.rules, &*member.pair);
        let plaintext = KeyInBox { meeting_key, mk_seq: Some(*mk_seq) };
        let sealed = if of_key.is_empty() {
            self.algebra.seal(rules, suite, pair, &purpose, &draws, &plaintext)
        } else {
            let amiss = self.amiss(pair, &purpose, &of_key)?;
            self.algebra.seal_amiss(rules, pair, &amiss, &purpose, &draws, &plaintext)
        };
        let sealed = sealed.ok_or(StageError::Misfit("that member cannot be sealed to"))?;
        Ok(SealedKey { to: to.clone(), sealed })
    }

    /// What the key of a hybrid box is derived from, with these changes.
    fn amiss(
        &self,
        pair: &Pair<A::Value>,
        purpose: &BoxPurpose<'_, A::Value>,
        changes: &[Change],
    ) -> Result<Amiss<A::Value>, StageError> {
        let (context, meta) = (purpose.labels.derivation, purpose.meta.clone());
        let mut amiss = Amiss { pair: pair.clone(), context, meta };
        let algebra = self.algebra;
        for Change { field, value } in changes {
            let Pair { sender, recipient, agreed } = &mut amiss.pair;
            match (field.as_str(), self.value(value)?) {
                ("sender_ivk", FieldValue::Value(ivk)) => sender.ivk = ivk,
                ("sender_box_pk", FieldValue::Value(pk)) => {
                    sender.pk = algebra.joined_halves(&pk, Some(&sender.pk));
                }
                ("sender_kem_pk", FieldValue::Value(pk)) => {
                    sender.pk = algebra.joined_halves(&sender.pk, Some(&pk));
                }
                ("recipient_ivk", FieldValue::Value(ivk)) => recipient.ivk = ivk,
                ("recipient_box_pk", FieldValue::Value(pk)) => {
                    recipient.pk = algebra.joined_halves(&pk, Some(&recipient.pk));
                }
                ("recipient_kem_pk", FieldValue::Value(pk)) => {
                    recipient.pk = algebra.joined_halves(&recipient.pk, Some(&pk));
                }
                ("shared", FieldValue::Value(key)) => *agreed = key,
                ("key_recipient", value @ FieldValue::Text(_)) => {
                    set(&mut amiss.meta, "recipient", value)?;
                }
                ("context", FieldValue::Text(text)) => {
                    let known = Label::ALL.into_iter().find(|label| label.text() == text);
                    amiss.context = known.ok_or(StageError::Misfit("no such context string"))?;
                }
                (field, _) => return Err(StageError::NoField(field.to_owned())),
            }
        }
        Ok(amiss)
    }

    pub(super) fn forge_packet(
        &self,
        forged: &ForgedPacket,
    ) -> Result<Packet<A::Value>, StageError> {
        let ForgedPacket { by, key_seq, mk_seq, counter, stream, text, changes } = forged;
        let actor = self.actor(by)?;
        let joined = self.joined(by)?;
        let meeting_key = held(joined, *key_seq)?;
        let (mut meeting, mut sender, mut stream) =
            (joined.meeting.clone(), actor.state.seat.clone(), stream.clone());
        for change in changes {
            match (change.field.as_str(), self.value(&change.value)?) {
                ("meeting_id", FieldValue::Text(text)) => meeting.id = text,
                ("meeting_uuid", FieldValue::Uuid(uuid)) => meeting.uuid = uuid,
                ("sender", FieldValue::Text(text)) => sender.user_id = text,
                ("hardware_id", FieldValue::Text(text)) => sender.hardware_id = text,
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

    /// The nonce a forged seal is bound to.
    fn bound_to(
        &self,
        by: &Actor<A::Value>,
        to: &Seat,
        bound_to: &BoundTo,
    ) -> Result<Option<A::Value>, StageError> {
        if !by.profile.rules.contains(Rule::SealNamesNonce) {
            return Ok(None);
        }
        match bound_to {
            BoundTo::Nothing => Ok(None),
            BoundTo::Nonce(recipe) => self.nonce(recipe).map(Some),
            BoundTo::Newest => {
                let joined = self.joined(&by.state.party)?;
                Ok(joined.nonces.get(to).and_then(|known| known.last()).cloned())
            }
        }
    }

    pub(super) fn forge_link(&self, forged: &ForgedLink) -> Result<Link<A::Value>, StageError> {
        let rules = self.actor(&forged.by)?.profile.rules;
        let prev = match &forged.prev {
            Some(recipe) => link_hash(self.algebra, rules, &self.link(recipe)?),
            None => self.algebra.no_hash(),
        };
        let operation = self.operation(&forged.by, &forged.operation)?;
        Ok(Link { v: forged.v, prev, operation })
    }

    fn operation(
        &self,
        by: &str,
        recipe: &OperationRecipe,
    ) -> Result<Operation<A::Value>, StageError> {
        Ok(match recipe {
            OperationRecipe::Add { seat, keys_of, name } => {
                let side = self.side(keys_of)?;
                let (binding_hash, name) = (self.binding_hash(by, seat, &side)?, name.clone());
                Operation::Add { seat: seat.clone(), ivk: side.ivk, binding_hash, name }
            }
            OperationRecipe::Left { seat } => Operation::Left { seat: seat.clone() },
            OperationRecipe::Kicked { seat } => Operation::Kicked { seat: seat.clone() },
            OperationRecipe::Rename { seat, name } => {
                Operation::Rename { seat: seat.clone(), name: name.clone() }
            }
            OperationRecipe::Lock => Operation::Lock,
            OperationRecipe::Unlock => Operation::Unlock,
            OperationRecipe::Snapshot(forged) => self.snapshot(by, forged)?,
        })
    }

    fn snapshot(
        &self,
        by: &str,
        forged: &ForgedSnapshot,
    ) -> Result<Operation<A::Value>, StageError> {
        let list = &self.joined(&forged.of)?.list;
        let mut entries = list.entries.clone();
        for seat in &forged.without {
            entries.remove_mut(seat);
        }
        let unknown = StageError::Misfit("no such device on that list");
        for (seat, leaves) in &forged.leaves {
            entries.get_mut(seat).ok_or(unknown.clone())?.leaves = *leaves;
        }
        for (seat, party) in &forged.keys {
            let side = self.side(party)?;
            let hash = self.binding_hash(by, seat, &side)?;
            let entry = entries.get_mut(seat).ok_or(unknown.clone())?;
            (entry.ivk, entry.standing) = (side.ivk, Standing::Present(hash));
        }
        if entries.is_empty() {
            // No layout has it: what does not decode is damage, and said as such.
            return Err(StageError::Misfit("a snapshot lists somebody"));
        }
        Ok(Operation::Snapshot { locked: forged.locked.unwrap_or(list.locked), entries })
    }

    pub(super) fn binding_hash(
        &self,
        by: &str,
        seat: &Seat,
        side: &Side<A::Value>,
    ) -> Result<A::Value, StageError> {
        let rules = self.actor(by)?.profile.rules;
        Ok(binding_hash(self.algebra, rules, &self.joined(by)?.meeting, seat, side))
    }

    pub(super) fn forge_heartbeat(
        &self,
        forged: &ForgedHeartbeat,
    ) -> Result<Heartbeat<A::Value>, StageError> {
        let actor = self.actor(&forged.by)?;
        let joined = self.joined(&forged.by)?;
        let chain = &joined.chain;
        let (list_hash, v) = match &forged.certifies {
            Some(recipe) => {
                let link = self.link(recipe)?;
                (link_hash(self.algebra, actor.profile.rules, &link), link.v)
            }
            None => (joined.list.head.clone(), joined.list.v),
        };
        let prev = match &forged.prev {
            Some(recipe) => self.key(recipe)?,
            None => chain.hash.clone(),
        };
        let mut heartbeat = Heartbeat {
            list_hash,
            v,
            t: forged.t.unwrap_or(chain.t.saturating_add(1)),
            mk_seq: forged.mk_seq.unwrap_or(chain.mk_seq),
            prev,
            timestamp_ms: forged.timestamp_ms.unwrap_or(chain.timestamp_ms.saturating_add(1)),
            sig: self.algebra.no_hash(),
        };
        let mut record = heartbeat_record(self.binding_of(&forged.by)?, &heartbeat);
        self.change(&mut record, &forged.signed)?;
        let (message, _) = heartbeat_message(self.algebra, &actor.profile, &record);
        let (rules, identity) = (actor.profile.rules, &actor.state.identity);
        heartbeat.sig = self.algebra.sign(rules, identity, Label::ParticipantList, &message);
        Ok(heartbeat)
    }

    pub(super) fn forge_request(
        &self,
        forged: &ForgedRequest,
    ) -> Result<LockRequest<A::Value>, StageError> {
        let actor = self.actor(&forged.by)?;
        let rules = actor.profile.rules;
        let link_hash = link_hash(self.algebra, rules, &self.link(&forged.link)?);
        let meeting = &self.joined(&forged.by)?.meeting;
        let mut record = request_record(meeting, forged.operation, link_hash.clone());
        self.change(&mut record, &forged.signed)?;
        let message = self.algebra.message(rules, &record);
        let sig = self.algebra.sign(rules, &actor.state.identity, Label::LockRequest, &message);
        let (seat, operation) = (actor.state.seat.clone(), forged.operation);
        Ok(LockRequest { seat, operation, link_hash, sig })
    }

    /// A record with fields changed.
    pub(super) fn change(
        &self,
        record: &mut Record<A::Value>,
        changes: &[Change],
    ) -> Result<(), StageError> {
        for change in changes {
            set(record, &change.field, self.value(&change.value)?)?;
        }
        Ok(())
    }
}

/// Gives a field of a record another value.
fn set<V>(record: &mut Record<V>, field: &str, value: FieldValue<V>) -> Result<(), StageError> {
    let place = position(record.layout, field)
        .and_then(|at| record.data.get_mut(at))
        .ok_or_else(|| StageError::NoField(field.to_owned()))?;
    *place = match (value, &*place) {
        (FieldValue::Text(text), _) => Datum::Text(text),
        (FieldValue::Uuid(uuid), _) => Datum::Uuid(uuid),
        (FieldValue::Value(value), _) => Datum::Value(value),
        (FieldValue::Number(number), Datum::Long(_)) => Datum::Long(u64::from(number)),
        (FieldValue::Number(number), _) => Datum::Number(number),
    };
    Ok(())
}

fn position(layout: &Layout, field: &str) -> Option<usize> {
    layout.fields.iter().position(|known| known.name == field)
}

fn datum<V: Clone>(record: &Record<V>, field: &str) -> Option<V> {
    match position(record.layout, field).and_then(|at| record.data.get(at)) {
        Some(Datum::Value(value)) => Some(value.clone()),
        Some(
            Datum::Text(_)
            | Datum::Uuid(_)
            | Datum::Number(_)
            | Datum::Long(_)
            | Datum::Maybe(_)
            | Datum::Values(_),
        )
        | None => None,
    }
}

fn member<'j, V>(joined: &'j Joined<V>, to: &Seat) -> Result<&'j Member<V>, StageError> {
    let RoleState::Leader(leader) = &joined.role else {
        return Err(StageError::Misfit("only a leader seals"));
    };
    leader.members.get(to).ok_or(StageError::Misfit("no member with that seat"))
}

fn held<V: Clone>(joined: &Joined<V>, mk_seq: u32) -> Result<V, StageError> {
    let key = joined.ring.iter().find(|key| key.mk_seq == mk_seq);
    key.map(|key| key.meeting_key.clone()).ok_or(StageError::Misfit("no key with that number"))
}
