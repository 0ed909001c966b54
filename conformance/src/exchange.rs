//! Between the typed messages of the model and the lines of the adapter protocol.
//!
//! Bytes that do not decode end here: the machine is only told which rule refused them.

use conclave_model::{
    machine::{Admission, Effect, Event},
    message::{Meeting, Role, Seat},
    stage::Given,
};
use conclave_spec::{Octets, Rule, RuleSet};

use crate::protocol::{self as line, Codec, Hex};

mod fields;
mod keys;
mod links;

pub use links::{heartbeat_signed, link_hash, request_signed};

/// A request that makes no sense, whatever the protocol says. Answered with `bad_request`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    /// An identifier of a width no layout allows.
    #[error("{field} must be 1 to 255 bytes, got {got}")]
    Identifier {
        /// The field.
        field: &'static str,
        /// Its length in bytes.
        got: usize,
    },
    /// A meeting UUID that is not 16 bytes.
    #[error("meeting_uuid must be 16 bytes, got {0}")]
    Uuid(usize),
    /// A display name that no layout can hold.
    #[error("name must be at most 255 bytes, got {0}")]
    Name(usize),
    /// An identity key that is not 32 bytes.
    #[error("ivk must be 32 bytes, got {0}")]
    Ivk(usize),
    /// A payload in the other codec.
    #[error("the payload is not in the session's codec")]
    Codec,
    /// A payload whose fields do not fit the layout.
    #[error("field {field:?}: {reason}")]
    Field {
        /// The field.
        field: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// How lines are read and written in a session.
#[derive(Clone, Copy, Debug)]
pub struct Exchange {
    /// The codec of the session.
    pub codec: Codec,
    /// The rules in force, which decide how strict the decoder is.
    pub rules: RuleSet,
}

/// A message on its way in: decoded, or refused by a rule.
type Decoded<T> = Result<Result<T, Rule>, BadLine>;

impl Exchange {
    /// The event a request stands for; `None` for one that is no event.
    ///
    /// # Errors
    /// The request makes no sense.
    pub fn event(&self, input: &line::Input) -> Result<Option<Event<Octets>>, BadLine> {
        Ok(Some(match input {
            line::Input::Join { meeting_id, meeting_uuid, role, name } => Event::Join {
                meeting: meeting(meeting_id, meeting_uuid)?,
                role: match role {
                    line::Role::Leader => Role::Leader,
                    line::Role::Participant => Role::Participant,
                },
                name: display_name(name)?,
            },
            line::Input::Deliver { message } => self.delivered(message)?,
            line::Input::Send { stream, plaintext } => {
                Event::Send { stream: identifier("stream", stream)?, plaintext: octets(plaintext) }
            }
            line::Input::SetLock { locked } => Event::SetLock { locked: *locked },
            line::Input::Kick { user_id, hardware_id } => {
                Event::Kick { seat: seat(user_id, hardware_id)? }
            }
            line::Input::StepOut {} => Event::StepOut,
            line::Input::Leave {} => Event::Leave,
            line::Input::Hello { .. }
            | line::Input::Open { .. }
            | line::Input::Advance { .. }
            | line::Input::Observe {}
            | line::Input::Compute { .. }
            | line::Input::Close {} => return Ok(None),
        }))
    }

    fn delivered(&self, message: &line::Message) -> Result<Event<Octets>, BadLine> {
        use line::Message as M;
        Ok(match message {
            M::LeaderNamed { user_id, hardware_id, ivk, announcement } => {
                let (seat, ivk) = (seat(user_id, hardware_id)?, identity_key(ivk)?);
                or_malformed(self.announcement(announcement)?, |announcement| Event::LeaderNamed {
                    seat,
                    ivk,
                    announcement,
                })
            }
            M::Admitted { user_id, hardware_id, name, ivk, announcement, outdated } => {
                let (seat, ivk) = (seat(user_id, hardware_id)?, identity_key(ivk)?);
                let (name, outdated) = (display_name(name)?, *outdated);
                or_malformed(self.announcement(announcement)?, |announcement| {
                    Event::Admitted(Admission { seat, name, ivk, announcement, outdated })
                })
            }
            M::Departed { user_id, hardware_id } => {
                Event::Departed { seat: seat(user_id, hardware_id)? }
            }
            M::Renamed { user_id, hardware_id, name } => {
                let seat = seat(user_id, hardware_id)?;
                Event::Renamed { seat, name: display_name(name)? }
            }
            M::NoncePosted { user_id, hardware_id, nonce } => {
                let seat = seat(user_id, hardware_id)?;
                or_malformed(liveness_nonce(nonce), |nonce| Event::NonceArrived { seat, nonce })
            }
            M::Link { link } => or_malformed(self.link(link)?, Event::LinkArrived),
            M::Heartbeat { heartbeat } => {
                or_malformed(self.heartbeat(heartbeat)?, Event::HeartbeatArrived)
            }
            M::LockRequested { request } => {
                or_malformed(self.lock_request(request)?, Event::LockRequested)
            }
            M::LockClaimed { locked } => Event::LockClaimed { locked: *locked },
            M::RoomClaimed { user_id, hardware_id, in_room } => {
                Event::RoomClaimed { seat: seat(user_id, hardware_id)?, in_room: *in_room }
            }
            M::SealedKey { sealed } => {
                or_malformed(self.sealed_key(sealed)?, |sealed| Event::KeyOffered { sealed })
            }
            M::Packet { from, hardware_id, stream, packet } => {
                let from = Seat {
                    user_id: identifier("from", from)?,
                    hardware_id: identifier("hardware_id", hardware_id)?,
                };
                let stream = identifier("stream", stream)?;
                or_malformed(self.packet(packet)?, |packet| Event::PacketArrived {
                    from,
                    stream,
                    packet,
                })
            }
            M::MeetingEnded {} => Event::MeetingEnded,
        })
    }

    /// The request that gives a party this.
    #[must_use]
    pub fn request(&self, given: &Given<Octets>) -> line::Input {
        match given {
            Given::Event(event) => self.input(event),
            Given::Time(to_ms) => line::Input::Advance { to_ms: *to_ms },
            Given::Question => line::Input::Observe {},
        }
    }

    fn input(&self, event: &Event<Octets>) -> line::Input {
        match event {
            Event::Join { meeting, role, name } => line::Input::Join {
                meeting_id: meeting.id.clone(),
                meeting_uuid: Hex(meeting.uuid.to_vec()),
                role: match role {
                    Role::Leader => line::Role::Leader,
                    Role::Participant => line::Role::Participant,
                },
                name: name.clone(),
            },
            Event::Send { stream, plaintext } => {
                line::Input::Send { stream: stream.clone(), plaintext: hex(plaintext) }
            }
            Event::SetLock { locked } => line::Input::SetLock { locked: *locked },
            Event::Kick { seat } => line::Input::Kick {
                user_id: seat.user_id.clone(),
                hardware_id: seat.hardware_id.clone(),
            },
            Event::StepOut => line::Input::StepOut {},
            // Neither comes from a script: a tick is time, and malformed bytes are damaged later.
            Event::Leave | Event::Tick | Event::Malformed { .. } => line::Input::Leave {},
            Event::LeaderNamed { .. }
            | Event::Admitted(_)
            | Event::Departed { .. }
            | Event::Renamed { .. }
            | Event::NonceArrived { .. }
            | Event::LinkArrived(_)
            | Event::HeartbeatArrived(_)
            | Event::LockRequested(_)
            | Event::LockClaimed { .. }
            | Event::RoomClaimed { .. }
            | Event::KeyOffered { .. }
            | Event::PacketArrived { .. }
            | Event::MeetingEnded => match self.message(event) {
                Some(message) => line::Input::Deliver { message },
                None => line::Input::Leave {},
            },
        }
    }

    /// The message that brings an event about; `None` for what the user does.
    fn message(&self, event: &Event<Octets>) -> Option<line::Message> {
        use line::Message as M;
        let both = |seat: &Seat| (seat.user_id.clone(), seat.hardware_id.clone());
        Some(match event {
            Event::LeaderNamed { seat, ivk, announcement } => {
                let (user_id, hardware_id) = both(seat);
                let announcement = self.announcement_payload(announcement);
                M::LeaderNamed { user_id, hardware_id, ivk: hex(ivk), announcement }
            }
            Event::Admitted(Admission { seat, name, ivk, announcement, outdated }) => {
                let (user_id, hardware_id) = both(seat);
                let announcement = self.announcement_payload(announcement);
                let (name, ivk, outdated) = (name.clone(), hex(ivk), *outdated);
                M::Admitted { user_id, hardware_id, name, ivk, announcement, outdated }
            }
            Event::Departed { seat } => {
                let (user_id, hardware_id) = both(seat);
                M::Departed { user_id, hardware_id }
            }
            Event::Renamed { seat, name } => {
                let (user_id, hardware_id) = both(seat);
                M::Renamed { user_id, hardware_id, name: name.clone() }
            }
            Event::NonceArrived { seat, nonce } => {
                let (user_id, hardware_id) = both(seat);
                M::NoncePosted { user_id, hardware_id, nonce: hex(nonce) }
            }
            Event::LinkArrived(link) => M::Link { link: self.link_payload(link) },
            Event::HeartbeatArrived(heartbeat) => {
                M::Heartbeat { heartbeat: self.heartbeat_payload(heartbeat) }
            }
            Event::LockRequested(request) => {
                M::LockRequested { request: self.request_payload(request) }
            }
            Event::LockClaimed { locked } => M::LockClaimed { locked: *locked },
            Event::RoomClaimed { seat, in_room } => {
                let (user_id, hardware_id) = both(seat);
                M::RoomClaimed { user_id, hardware_id, in_room: *in_room }
            }
            Event::KeyOffered { sealed } => M::SealedKey { sealed: self.sealed_payload(sealed) },
            Event::PacketArrived { from, stream, packet } => {
                let (from, hardware_id) = both(from);
                let (stream, packet) = (stream.clone(), self.packet_payload(packet));
                M::Packet { from, hardware_id, stream, packet }
            }
            Event::MeetingEnded => M::MeetingEnded {},
            Event::Tick
            | Event::Join { .. }
            | Event::SetLock { .. }
            | Event::Kick { .. }
            | Event::Malformed { .. }
            | Event::Send { .. }
            | Event::StepOut
            | Event::Leave => return None,
        })
    }

    /// An effect as a line.
    #[must_use]
    pub fn effect(&self, effect: &Effect<Octets>) -> line::Effect {
        match effect {
            Effect::PostAnnouncement(announcement) => line::Effect::PostAnnouncement {
                announcement: self.announcement_payload(announcement),
            },
            Effect::PostSealedKey(sealed) => line::Effect::PostSealedKey {
                user_id: sealed.to.user_id.clone(),
                hardware_id: sealed.to.hardware_id.clone(),
                sealed: self.sealed_payload(sealed),
            },
            Effect::PostNonce(nonce) => line::Effect::PostNonce { nonce: hex(nonce) },
            Effect::PostLink(link) => line::Effect::PostLink { link: self.link_payload(link) },
            Effect::PostHeartbeat(heartbeat) => {
                line::Effect::PostHeartbeat { heartbeat: self.heartbeat_payload(heartbeat) }
            }
            Effect::PostLockRequest(request) => {
                line::Effect::PostLockRequest { request: self.request_payload(request) }
            }
            Effect::Transmit { stream, packet } => line::Effect::Transmit {
                stream: stream.clone(),
                packet: self.packet_payload(packet),
            },
            Effect::Render { from, stream, mk_seq, plaintext } => line::Effect::Render {
                from: from.user_id.clone(),
                hardware_id: from.hardware_id.clone(),
                stream: stream.clone(),
                mk_seq: *mk_seq,
                plaintext: hex(plaintext),
            },
            Effect::ShowSecurityCode(code) => line::Effect::ShowSecurityCode { digits: text(code) },
            Effect::ShowLeaderChanged { user_id } => {
                line::Effect::ShowLeaderChanged { user_id: user_id.clone() }
            }
            Effect::ShowUnlockWarning => line::Effect::ShowUnlockWarning {},
            Effect::ShowLeft => line::Effect::ShowLeft {},
        }
    }

    /// The effect in a line, for those the stage has to know. `None` for bytes that do not decode.
    ///
    /// # Errors
    /// The payload is not in the session's codec.
    pub fn heard(&self, effect: &line::Effect) -> Result<Option<Effect<Octets>>, BadLine> {
        Ok(match effect {
            line::Effect::PostAnnouncement { announcement } => {
                self.announcement(announcement)?.ok().map(Effect::PostAnnouncement)
            }
            line::Effect::PostSealedKey { sealed, .. } => {
                self.sealed_key(sealed)?.ok().map(Effect::PostSealedKey)
            }
            line::Effect::Transmit { stream, packet } => self
                .packet(packet)?
                .ok()
                .map(|packet| Effect::Transmit { stream: stream.clone(), packet }),
            line::Effect::PostNonce { nonce } => Some(Effect::PostNonce(octets(nonce))),
            line::Effect::PostLink { link } => self.link(link)?.ok().map(Effect::PostLink),
            line::Effect::PostHeartbeat { heartbeat } => {
                self.heartbeat(heartbeat)?.ok().map(Effect::PostHeartbeat)
            }
            line::Effect::PostLockRequest { request } => {
                self.lock_request(request)?.ok().map(Effect::PostLockRequest)
            }
            line::Effect::Render { from, hardware_id, stream, mk_seq, plaintext } => {
                Some(Effect::Render {
                    from: Seat::new(from, hardware_id),
                    stream: stream.clone(),
                    mk_seq: *mk_seq,
                    plaintext: octets(plaintext),
                })
            }
            line::Effect::ShowLeaderChanged { user_id } => {
                Some(Effect::ShowLeaderChanged { user_id: user_id.clone() })
            }
            line::Effect::ShowUnlockWarning {} => Some(Effect::ShowUnlockWarning),
            line::Effect::ShowSecurityCode { digits } => {
                Some(Effect::ShowSecurityCode(Octets::from(digits.as_str())))
            }
            line::Effect::ShowLeft {} => Some(Effect::ShowLeft),
        })
    }
}

/// A seat whose identifiers some layout can hold.
pub(crate) fn seat(user_id: &str, hardware_id: &str) -> Result<Seat, BadLine> {
    Ok(Seat {
        user_id: identifier("user_id", user_id)?,
        hardware_id: identifier("hardware_id", hardware_id)?,
    })
}

/// What a decoded message is to a client, or which rule of the decoder refused it.
fn or_malformed<T>(
    decoded: Result<T, Rule>,
    event: impl FnOnce(T) -> Event<Octets>,
) -> Event<Octets> {
    match decoded {
        Ok(message) => event(message),
        Err(rule) => Event::Malformed { rule },
    }
}

fn display_name(name: &str) -> Result<String, BadLine> {
    if name.len() <= 255 { Ok(name.to_owned()) } else { Err(BadLine::Name(name.len())) }
}

fn liveness_nonce(nonce: &Hex) -> Result<Octets, Rule> {
    let width = conclave_model::algebra::Purpose::LivenessNonce.width();
    if nonce.0.len() == width { Ok(octets(nonce)) } else { Err(Rule::EncodingCanonical) }
}

fn identity_key(ivk: &Hex) -> Result<Octets, BadLine> {
    if ivk.0.len() == 32 { Ok(octets(ivk)) } else { Err(BadLine::Ivk(ivk.0.len())) }
}

fn meeting(id: &str, uuid: &Hex) -> Result<Meeting, BadLine> {
    let uuid = uuid.0.as_slice().try_into().map_err(|_| BadLine::Uuid(uuid.0.len()))?;
    Ok(Meeting { id: identifier("meeting_id", id)?, uuid })
}

fn identifier(field: &'static str, text: &str) -> Result<String, BadLine> {
    if (1..=255).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err(BadLine::Identifier { field, got: text.len() })
    }
}

pub(crate) fn octets(bytes: &Hex) -> Octets {
    Octets::new(bytes.0.clone())
}

pub(crate) fn hex(bytes: &Octets) -> Hex {
    Hex(bytes.as_slice().to_vec())
}

pub(crate) fn text(bytes: &Octets) -> String {
    String::from_utf8_lossy(bytes.as_slice()).into_owned()
}
