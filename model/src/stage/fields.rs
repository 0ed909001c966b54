//! The fields of a message by name, to be read or changed.

use super::{Sent, StageError};
use crate::message::{LockOperation, Operation};

/// A field value taken out of a message.
pub(super) enum FieldValue<V> {
    Text(String),
    Uuid([u8; 16]),
    Number(u32),
    Value(V),
}

/// Where a field is.
enum Place<'m, V> {
    Text(&'m mut String),
    Number(&'m mut u32),
    Long(&'m mut u64),
    Value(&'m mut V),
    Maybe(&'m mut Option<V>),
    Operation(&'m mut LockOperation),
}

fn place<'m, V>(message: &'m mut Sent<V>, field: &str) -> Option<Place<'m, V>> {
    Some(match (message, field) {
        (Sent::Announcement(it), "user_id") => Place::Text(&mut it.seat.user_id),
        (Sent::Announcement(it), "hardware_id") => Place::Text(&mut it.seat.hardware_id),
        (Sent::Announcement(it), "pk") => Place::Value(&mut it.pk),
        (Sent::Announcement(it), "sig") => Place::Value(&mut it.sig),
        (Sent::SealedKey(it), "nonce") => Place::Value(&mut it.sealed.nonce),
        (Sent::SealedKey(it), "ciphertext") => Place::Value(&mut it.sealed.ciphertext),
        (Sent::SealedKey(it), "kem") => Place::Maybe(&mut it.sealed.kem),
        (Sent::Packet(it), "mk_seq") => Place::Number(&mut it.mk_seq),
        (Sent::Packet(it), "body") => Place::Value(&mut it.body),
        (Sent::Nonce(it), "nonce") => Place::Value(it),
        (Sent::Link(it), "v") => Place::Number(&mut it.v),
        (Sent::Link(it), "prev") => Place::Value(&mut it.prev),
        (Sent::Link(it), _) => return place_in_operation(&mut it.operation, field),
        (Sent::Heartbeat(it), "list_hash") => Place::Value(&mut it.list_hash),
        (Sent::Heartbeat(it), "v") => Place::Number(&mut it.v),
        (Sent::Heartbeat(it), "t") => Place::Number(&mut it.t),
        (Sent::Heartbeat(it), "mk_seq") => Place::Number(&mut it.mk_seq),
        (Sent::Heartbeat(it), "prev") => Place::Value(&mut it.prev),
        (Sent::Heartbeat(it), "timestamp_ms") => Place::Long(&mut it.timestamp_ms),
        (Sent::Heartbeat(it), "sig") => Place::Value(&mut it.sig),
        (Sent::LockRequest(it), "operation") => Place::Operation(&mut it.operation),
        (Sent::LockRequest(it), "user_id") => Place::Text(&mut it.seat.user_id),
        (Sent::LockRequest(it), "hardware_id") => Place::Text(&mut it.seat.hardware_id),
        (Sent::LockRequest(it), "link_hash") => Place::Value(&mut it.link_hash),
        (Sent::LockRequest(it), "sig") => Place::Value(&mut it.sig),
        _ => return None,
    })
}

fn place_in_operation<'m, V>(operation: &'m mut Operation<V>, field: &str) -> Option<Place<'m, V>> {
    match (operation, field) {
        (
            Operation::Add { seat, .. }
            | Operation::Left { seat }
            | Operation::Kicked { seat }
            | Operation::Rename { seat, .. },
            "user_id",
        ) => Some(Place::Text(&mut seat.user_id)),
        (Operation::Add { name, .. } | Operation::Rename { name, .. }, "name") => {
            Some(Place::Text(name))
        }
        (Operation::Add { ivk, .. }, "ivk") => Some(Place::Value(ivk)),
        (Operation::Add { binding_hash, .. }, "binding_hash") => Some(Place::Value(binding_hash)),
        _ => None,
    }
}

/// The value of a field.
pub(super) fn field_of<V: Clone>(
    message: &Sent<V>,
    field: &str,
) -> Result<FieldValue<V>, StageError> {
    let unknown = || StageError::NoField(field.to_owned());
    let mut message = message.clone();
    match place(&mut message, field).ok_or_else(unknown)? {
        Place::Text(text) => Ok(FieldValue::Text(text.clone())),
        Place::Number(number) => Ok(FieldValue::Number(*number)),
        Place::Long(_) => Err(StageError::Misfit("this field is too wide to be taken out")),
        Place::Value(value) => Ok(FieldValue::Value(value.clone())),
        Place::Operation(operation) => Ok(FieldValue::Text(operation.word().to_owned())),
        Place::Maybe(value) => value.clone().map(FieldValue::Value).ok_or_else(unknown),
    }
}

/// The message with a field changed.
pub(super) fn edit<V>(
    mut message: Sent<V>,
    field: &str,
    value: FieldValue<V>,
) -> Result<Sent<V>, StageError> {
    match (place(&mut message, field), value) {
        (Some(Place::Text(place)), FieldValue::Text(text)) => *place = text,
        (Some(Place::Number(place)), FieldValue::Number(number)) => *place = number,
        (Some(Place::Long(place)), FieldValue::Number(number)) => *place = u64::from(number),
        (Some(Place::Value(place)), FieldValue::Value(value)) => *place = value,
        (Some(Place::Maybe(place)), FieldValue::Value(value)) => *place = Some(value),
        (Some(Place::Operation(place)), FieldValue::Text(word)) => {
            let all = [LockOperation::Lock, LockOperation::Unlock].into_iter();
            let named = all.into_iter().find(|operation| operation.word() == word);
            *place = named.ok_or(StageError::Misfit("no such operation"))?;
        }
        _ => return Err(StageError::NoField(field.to_owned())),
    }
    Ok(message)
}
