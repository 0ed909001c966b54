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
        WireEdit::Flip(at) => {
            if let Some(byte) = bytes.get_mut(*at) {
                *byte ^= 1;
            }
        }
    }
}
