//! Damage to a message on its way.

use conclave_model::script::WireEdit;

use crate::protocol::{Hex, Input, Message, Payload};

/// Damages the bytes of a delivered message.
pub fn damage(input: &mut Input, edit: &WireEdit) {
    let Input::Deliver { message } = input else { return };
    let payload = match message {
        Message::NoncePosted { nonce: Hex(bytes), .. } => return damage_bytes(bytes, edit),
        Message::LeaderNamed { announcement, .. } | Message::Admitted { announcement, .. } => {
            announcement
        }
        Message::Link { link } => link,
        Message::Heartbeat { heartbeat } => heartbeat,
        Message::LockRequested { request } => request,
        Message::SealedKey { sealed } => sealed,
        Message::Packet { packet, .. } => packet,
        Message::Departed { .. }
        | Message::Renamed { .. }
        | Message::LockClaimed { .. }
        | Message::RoomClaimed { .. }
        | Message::MeetingEnded {} => return,
    };
    if let Payload::Bytes(Hex(bytes)) = payload {
        damage_bytes(bytes, edit);
    }
}

fn damage_bytes(bytes: &mut Vec<u8>, edit: &WireEdit) {
    match edit {
        WireEdit::Append(more) => bytes.extend(hex::decode(more).unwrap_or_default()),
        WireEdit::Truncate(count) => bytes.truncate(bytes.len().saturating_sub(*count)),
        WireEdit::Instead(other) => *bytes = hex::decode(other).unwrap_or_default(),
        WireEdit::Field(nth, other) => {
            let fields = fields(bytes).into_iter().enumerate();
            let other = hex::decode(other).unwrap_or_default();
            let other = |(at, own)| if at == *nth { other.clone() } else { own };
            *bytes = fields.map(other).flat_map(|field| framed(&field)).collect();
        }
        WireEdit::Flip(at) => {
            if let Some(byte) = bytes.get_mut(*at) {
                *byte ^= 1;
            }
        }
    }
}

/// The fields of a message, each of which stands behind its length in four bytes.
fn fields(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut fields = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (field, rest) = rest.split_at(length.min(rest.len()));
        fields.push(field.to_vec());
        bytes = rest;
    }
    fields
}

fn framed(field: &[u8]) -> Vec<u8> {
    let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], field].concat()
}
