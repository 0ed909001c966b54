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
        Input::SetLock { locked: true } => "lock".to_owned(),
        Input::SetLock { locked: false } => "unlock".to_owned(),
        Input::Kick { user_id, .. } => format!("kick {user_id}"),
        Input::StepOut {} => "step out".to_owned(),
        Input::Leave {} => "leave".to_owned(),
        Input::Observe {} => "observe".to_owned(),
        Input::Compute { formula, .. } => format!("compute {formula}"),
        Input::Close {} => "close".to_owned(),
        Input::Deliver { message } => match message {
            Message::LeaderNamed { user_id, .. } => format!("deliver: {user_id} leads"),
            Message::Admitted { user_id, .. } => format!("deliver: {user_id} joined"),
            Message::Departed { user_id, .. } => format!("deliver: {user_id} left"),
            Message::Renamed { user_id, name, .. } => {
                format!("deliver: {user_id} is called {name:?}")
            }
            Message::NoncePosted { user_id, .. } => format!("deliver: a nonce of {user_id}"),
            Message::Link { link } => format!("deliver: a link{}", size(link)),
            Message::Heartbeat { heartbeat } => {
                format!("deliver: a heartbeat{}", size(heartbeat))
            }
            Message::LockRequested { request } => {
                format!("deliver: a lock request{}", size(request))
            }
            Message::LockClaimed { locked: true } => "deliver: said to be locked".to_owned(),
            Message::LockClaimed { locked: false } => "deliver: said to be unlocked".to_owned(),
            Message::RoomClaimed { user_id, in_room: true, .. } => {
                format!("deliver: {user_id} said to be in a room")
            }
            Message::RoomClaimed { user_id, in_room: false, .. } => {
                format!("deliver: {user_id} said to be in no room")
            }
            Message::SealedKey { sealed } => format!("deliver: a sealed key{}", size(sealed)),
            Message::Packet { from, stream, packet, .. } => {
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
