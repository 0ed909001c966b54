//! Requests in a few words, for people.

use crate::protocol::{Input, Payload, Role};

/// A request in a few words.
#[must_use]
pub fn told(input: &Input) -> String {
    use crate::protocol::Message;
    match input {
        Input::Hello { .. } => "hello".to_owned(),
        Input::Open { .. } => "open".to_owned(),
        Input::Join { role: Role::Leader, .. } => "join as leader".to_owned(),
        Input::Join { role: Role::Participant, .. } => "join as participant".to_owned(),
        Input::Advance { to_ms } => format!("advance to {to_ms} ms"),
        Input::Send { stream, .. } => format!("send {stream}"),
        Input::Leave {} => "leave".to_owned(),
        Input::Observe {} => "observe".to_owned(),
        Input::Compute { formula, .. } => format!("compute {formula}"),
        Input::Close {} => "close".to_owned(),
        Input::Deliver { message } => match message {
            Message::LeaderNamed { user_id, .. } => format!("deliver: {user_id} leads"),
            Message::Admitted { user_id, .. } => format!("deliver: {user_id} joined"),
            Message::Departed { user_id, .. } => format!("deliver: {user_id} left"),
            Message::RekeySignaled { mk_seq } => format!("deliver: the newest key is {mk_seq}"),
            Message::SealedKey { sealed } => format!("deliver: a sealed key{}", size(sealed)),
            Message::Packet { from, stream, packet } => {
                format!("deliver: a packet of {from}, {stream}{}", size(packet))
            }
            Message::MeetingEnded {} => "deliver: the meeting is over".to_owned(),
        },
    }
}

fn size(payload: &Payload) -> String {
    match payload {
        Payload::Bytes(bytes) => format!(" ({} bytes)", bytes.0.len()),
        Payload::Fields(_) => String::new(),
    }
}
