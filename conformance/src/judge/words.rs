//! Outputs in a few words, for people.

use conclave_spec::RuleSet;

use super::beats::{beat, reader};
use crate::{
    process::excerpt,
    protocol::{Effect, Output, Payload},
};

/// An output in a few words.
#[must_use]
pub fn told(output: &Output) -> String {
    let short = |text: &str| excerpt(text.as_bytes());
    let what = match &output.effect {
        Effect::PostAnnouncement { .. } => "an announcement".to_owned(),
        Effect::PostNonce { .. } => "a liveness nonce".to_owned(),
        Effect::PostLink { link } => format!("a link {}", link_told(link)),
        Effect::PostHeartbeat { .. } => heartbeat_told(&output.effect),
        Effect::PostSealedKey { user_id, .. } => format!("a key sealed to {}", short(user_id)),
        Effect::PostLockRequest { request } => {
            format!("a request to {}", short(&request_told(request)))
        }
        Effect::Transmit { stream, packet } => {
            format!("a packet of {} {}", short(stream), packet_told(packet))
        }
        Effect::Render { from, stream, mk_seq, plaintext, .. } => {
            let text = String::from_utf8_lossy(&plaintext.0).into_owned();
            let (stream, from, text) = (short(stream), short(from), short(&text));
            format!("{stream} of {from} under key {mk_seq}: {text}")
        }
        Effect::ShowSecurityCode { digits } => format!("security code {}", short(digits)),
        Effect::ShowLeaderChanged { user_id } => {
            format!("the notice that {} leads", short(user_id))
        }
        Effect::ShowUnlockWarning {} => "the warning that the meeting is unlocked".to_owned(),
        Effect::ShowLeft {} => "shows that it left".to_owned(),
    };
    format!("{what} at {} ms", output.at_ms)
}

fn packet_told(packet: &Payload) -> String {
    match packet {
        Payload::Bytes(bytes) => match bytes.0.first_chunk::<4>() {
            Some(number) => format!("under key {}", u32::from_be_bytes(*number)),
            None => "too short for a header".to_owned(),
        },
        Payload::Fields(fields) => {
            let number = fields.get("mk_seq").map_or("none", String::as_str);
            format!("under key {}", excerpt(number.as_bytes()))
        }
    }
}

fn link_told(link: &Payload) -> String {
    match reader(RuleSet::all(), link).link(link) {
        Ok(Ok(link)) => format!("{} ({})", link.v, link.operation.word()),
        Ok(Err(_)) | Err(_) => "that does not decode".to_owned(),
    }
}

/// With or without the fields of version 4.1.
fn heartbeat_told(effect: &Effect) -> String {
    match beat(RuleSet::all(), effect).or_else(|| beat(RuleSet::EMPTY, effect)) {
        Some(beat) => format!("heartbeat {} (key {}, list {})", beat.t, beat.mk_seq, beat.v),
        None => "a heartbeat that does not decode".to_owned(),
    }
}

fn request_told(request: &Payload) -> String {
    match reader(RuleSet::all(), request).lock_request(request) {
        Ok(Ok(request)) => request.operation.word().to_owned(),
        Ok(Err(_)) | Err(_) => "do something that does not decode".to_owned(),
    }
}
