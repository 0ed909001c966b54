//! Between the typed messages of the model and the lines of the adapter protocol.
//!
//! Bytes that do not decode end here: the machine is only told which rule refused them.

use std::collections::BTreeMap;

use conclave_model::{
    algebra::packet_bytes,
    machine::{Effect, Event},
    message::{Announcement, Meeting, Packet, Role, Sealed, SealedKey, Seat},
    stage::Given,
};
use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::media,
    layouts::{self, Layout, Width},
    wire,
};

use crate::protocol::{self as line, Codec, Hex, Payload};

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
            line::Input::Join { meeting_id, meeting_uuid, role } => Event::Join {
                meeting: meeting(meeting_id, meeting_uuid)?,
                role: match role {
                    line::Role::Leader => Role::Leader,
                    line::Role::Participant => Role::Participant,
                },
            },
            line::Input::Deliver { message } => self.delivered(message)?,
            line::Input::Send { stream, plaintext } => {
                Event::Send { stream: identifier("stream", stream)?, plaintext: octets(plaintext) }
            }
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
        Ok(match message {
            line::Message::LeaderNamed { user_id, hardware_id, ivk, announcement } => {
                let (seat, ivk) = (seat(user_id, hardware_id)?, identity_key(ivk)?);
                match self.announcement(announcement)? {
                    Ok(announcement) => Event::LeaderNamed { seat, ivk, announcement },
                    Err(rule) => Event::Malformed { rule },
                }
            }
            line::Message::Admitted { user_id, hardware_id, ivk, announcement } => {
                let (seat, ivk) = (seat(user_id, hardware_id)?, identity_key(ivk)?);
                match self.announcement(announcement)? {
                    Ok(announcement) => Event::Admitted { seat, ivk, announcement },
                    Err(rule) => Event::Malformed { rule },
                }
            }
            line::Message::Departed { user_id, hardware_id } => {
                Event::Departed { seat: seat(user_id, hardware_id)? }
            }
            line::Message::RekeySignaled { mk_seq } => Event::RekeySignaled { mk_seq: *mk_seq },
            line::Message::SealedKey { sealed } => match self.sealed_key(sealed)? {
                Ok(sealed) => Event::KeyOffered { sealed },
                Err(rule) => Event::Malformed { rule },
            },
            line::Message::Packet { from, stream, packet } => {
                let from = identifier("from", from)?;
                let stream = identifier("stream", stream)?;
                match self.packet(packet)? {
                    Ok(packet) => Event::PacketArrived { from, stream, packet },
                    Err(rule) => Event::Malformed { rule },
                }
            }
            line::Message::MeetingEnded {} => Event::MeetingEnded,
        })
    }

    /// The announcement in a payload.
    ///
    /// # Errors
    /// The payload is not in the session's codec.
    pub fn announcement(&self, payload: &Payload) -> Decoded<Announcement<Octets>> {
        Ok(self.fields(&layouts::ANNOUNCEMENT, payload)?.and_then(|mut fields| {
            let seat = fields.seat()?;
            Ok(Announcement { seat, pk: fields.take("pk")?, sig: fields.take("sig")? })
        }))
    }

    /// The sealed key in a payload.
    ///
    /// # Errors
    /// The payload is not in the session's codec.
    pub fn sealed_key(&self, payload: &Payload) -> Decoded<SealedKey<Octets>> {
        Ok(self.fields(&layouts::SEALED_KEY, payload)?.and_then(|mut fields| {
            let to = fields.seat()?;
            let (nonce, kem) = (fields.take("nonce")?, fields.take("kem")?);
            let kem = (!kem.is_empty()).then_some(kem);
            Ok(SealedKey {
                to,
                sealed: Sealed { nonce, kem, ciphertext: fields.take("ciphertext")? },
            })
        }))
    }

    /// The packet in a payload.
    ///
    /// # Errors
    /// The payload is not in the session's codec.
    pub fn packet(&self, payload: &Payload) -> Decoded<Packet<Octets>> {
        match (self.codec, payload) {
            (Codec::Bytes, Payload::Bytes(bytes)) => {
                let packet = octets(bytes);
                let header = media::packet_header(self.rules, &packet).ok_or(Rule::PacketOpens);
                Ok(header.map(|header| Packet {
                    mk_seq: header.mk_seq,
                    counter: header.counter,
                    body: packet.as_slice().iter().skip(16).copied().collect::<Vec<_>>().into(),
                }))
            }
            (Codec::Fields, Payload::Fields(fields)) => packet_of_fields(fields),
            (Codec::Bytes, Payload::Fields(_)) | (Codec::Fields, Payload::Bytes(_)) => {
                Err(BadLine::Codec)
            }
        }
    }

    fn fields(&self, layout: &'static Layout, payload: &Payload) -> Decoded<Fields> {
        match (self.codec, payload) {
            (Codec::Bytes, Payload::Bytes(bytes)) => {
                Ok(wire::decode(layout, self.rules, &octets(bytes))
                    .map(|fields| Fields(fields.into_iter().collect()))
                    .map_err(|_| Rule::EncodingCanonical))
            }
            (Codec::Fields, Payload::Fields(fields)) => read_fields(layout, fields),
            (Codec::Bytes, Payload::Fields(_)) | (Codec::Fields, Payload::Bytes(_)) => {
                Err(BadLine::Codec)
            }
        }
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
        let message = match event {
            Event::Join { meeting, role } => {
                return line::Input::Join {
                    meeting_id: meeting.id.clone(),
                    meeting_uuid: Hex(meeting.uuid.to_vec()),
                    role: match role {
                        Role::Leader => line::Role::Leader,
                        Role::Participant => line::Role::Participant,
                    },
                };
            }
            Event::Send { stream, plaintext } => {
                return line::Input::Send { stream: stream.clone(), plaintext: hex(plaintext) };
            }
            // Neither comes from a script: a tick is time, and malformed bytes are damaged later.
            Event::Leave | Event::Tick | Event::Malformed { .. } => return line::Input::Leave {},
            Event::LeaderNamed { seat, ivk, announcement } => line::Message::LeaderNamed {
                user_id: seat.user_id.clone(),
                hardware_id: seat.hardware_id.clone(),
                ivk: hex(ivk),
                announcement: self.announcement_payload(announcement),
            },
            Event::Admitted { seat, ivk, announcement } => line::Message::Admitted {
                user_id: seat.user_id.clone(),
                hardware_id: seat.hardware_id.clone(),
                ivk: hex(ivk),
                announcement: self.announcement_payload(announcement),
            },
            Event::Departed { seat } => line::Message::Departed {
                user_id: seat.user_id.clone(),
                hardware_id: seat.hardware_id.clone(),
            },
            Event::RekeySignaled { mk_seq } => line::Message::RekeySignaled { mk_seq: *mk_seq },
            Event::KeyOffered { sealed } => {
                line::Message::SealedKey { sealed: self.sealed_payload(sealed) }
            }
            Event::PacketArrived { from, stream, packet } => line::Message::Packet {
                from: from.clone(),
                stream: stream.clone(),
                packet: self.packet_payload(packet),
            },
            Event::MeetingEnded => line::Message::MeetingEnded {},
        };
        line::Input::Deliver { message }
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
            Effect::SignalRekey { mk_seq } => line::Effect::SignalRekey { mk_seq: *mk_seq },
            Effect::Transmit { stream, packet } => line::Effect::Transmit {
                stream: stream.clone(),
                packet: self.packet_payload(packet),
            },
            Effect::Render { from, stream, mk_seq, plaintext } => line::Effect::Render {
                from: from.clone(),
                stream: stream.clone(),
                mk_seq: *mk_seq,
                plaintext: hex(plaintext),
            },
            Effect::ShowSecurityCode(code) => line::Effect::ShowSecurityCode { digits: text(code) },
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
            line::Effect::SignalRekey { mk_seq } => Some(Effect::SignalRekey { mk_seq: *mk_seq }),
            line::Effect::Render { from, stream, mk_seq, plaintext } => Some(Effect::Render {
                from: from.clone(),
                stream: stream.clone(),
                mk_seq: *mk_seq,
                plaintext: octets(plaintext),
            }),
            line::Effect::ShowSecurityCode { digits } => {
                Some(Effect::ShowSecurityCode(Octets::from(digits.as_str())))
            }
            line::Effect::ShowLeft {} => Some(Effect::ShowLeft),
        })
    }

    fn announcement_payload(&self, it: &Announcement<Octets>) -> Payload {
        self.payload(
            &layouts::ANNOUNCEMENT,
            &[
                ("user_id", it.seat.user_id.as_bytes()),
                ("hardware_id", it.seat.hardware_id.as_bytes()),
                ("pk", it.pk.as_slice()),
                ("sig", it.sig.as_slice()),
            ],
        )
    }

    fn sealed_payload(&self, it: &SealedKey<Octets>) -> Payload {
        let kem = it.sealed.kem.clone().unwrap_or_default();
        self.payload(
            &layouts::SEALED_KEY,
            &[
                ("user_id", it.to.user_id.as_bytes()),
                ("hardware_id", it.to.hardware_id.as_bytes()),
                ("nonce", it.sealed.nonce.as_slice()),
                ("kem", kem.as_slice()),
                ("ciphertext", it.sealed.ciphertext.as_slice()),
            ],
        )
    }

    fn packet_payload(&self, it: &Packet<Octets>) -> Payload {
        match self.codec {
            Codec::Bytes => Payload::Bytes(hex(&packet_bytes(it.mk_seq, it.counter, &it.body))),
            Codec::Fields => Payload::Fields(BTreeMap::from([
                ("mk_seq".to_owned(), it.mk_seq.to_string()),
                ("counter".to_owned(), it.counter.to_string()),
                ("body".to_owned(), String::from(hex(&it.body))),
            ])),
        }
    }

    fn payload(&self, layout: &Layout, values: &[(&str, &[u8])]) -> Payload {
        match self.codec {
            Codec::Bytes => {
                Payload::Bytes(hex(&wire::encode(layout, self.rules, values).unwrap_or_default()))
            }
            Codec::Fields => {
                let widths = layout.fields.iter().map(|field| field.width);
                let written = values
                    .iter()
                    .zip(widths)
                    .map(|((name, value), width)| ((*name).to_owned(), written(width, value)));
                Payload::Fields(written.collect())
            }
        }
    }
}

/// The fields of a decoded message.
struct Fields(BTreeMap<&'static str, Octets>);

impl Fields {
    fn take(&mut self, name: &str) -> Result<Octets, Rule> {
        self.0.remove(name).ok_or(Rule::EncodingCanonical)
    }

    fn seat(&mut self) -> Result<Seat, Rule> {
        Ok(Seat {
            user_id: text(&self.take("user_id")?),
            hardware_id: text(&self.take("hardware_id")?),
        })
    }
}

fn bad_field(field: &str, reason: &'static str) -> BadLine {
    BadLine::Field { field: field.to_owned(), reason }
}

fn read_fields(layout: &'static Layout, fields: &BTreeMap<String, String>) -> Decoded<Fields> {
    if let Some(extra) = fields.keys().find(|key| !layout.fields.iter().any(|f| f.name == *key)) {
        return Err(bad_field(extra, "no such field in this message"));
    }
    let mut read = BTreeMap::new();
    for field in layout.fields {
        let value = fields.get(field.name).ok_or_else(|| bad_field(field.name, "missing"))?;
        let octets = match field.width {
            Width::Text(_) => Octets::from(value.as_str()),
            Width::U32 => {
                let number = value.parse();
                wire::u32_be(number.map_err(|_| bad_field(field.name, "not a decimal number"))?)
            }
            Width::Exactly(_) | Width::AtMost(_) => hex_field(field.name, value)?,
        };
        if !fits(field.width, octets.len()) {
            return Ok(Err(Rule::EncodingCanonical));
        }
        read.insert(field.name, octets);
    }
    Ok(Ok(Fields(read)))
}

fn hex_field(name: &str, value: &str) -> Result<Octets, BadLine> {
    let bytes = Hex::try_from(value.to_owned());
    bytes
        .map(|bytes| Octets::new(bytes.0))
        .map_err(|_| bad_field(name, "not lower-case hexadecimal"))
}

fn fits(width: Width, length: usize) -> bool {
    match width {
        Width::Exactly(exact) => length == exact,
        Width::Text(most) => (1..=most).contains(&length),
        Width::AtMost(most) => length <= most,
        Width::U32 => length == 4,
    }
}

fn packet_of_fields(fields: &BTreeMap<String, String>) -> Decoded<Packet<Octets>> {
    let field = |name: &str| fields.get(name).ok_or_else(|| bad_field(name, "missing"));
    if let Some(extra) =
        fields.keys().find(|key| !["mk_seq", "counter", "body"].contains(&key.as_str()))
    {
        return Err(bad_field(extra, "no such field in this message"));
    }
    let number = |name: &'static str| {
        let digits = field(name)?;
        let decimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if decimal { Ok(digits.clone()) } else { Err(bad_field(name, "not a decimal number")) }
    };
    let (mk_seq, counter) = (number("mk_seq")?.parse(), number("counter")?.parse());
    let body = hex_field("body", field("body")?)?;
    // A number that is too large is one no key has, not a mistake of the caller.
    Ok(match (mk_seq, counter) {
        (Ok(mk_seq), Ok(counter)) => Ok(Packet { mk_seq, counter, body }),
        _ => Err(Rule::PacketOpens),
    })
}

fn written(width: Width, value: &[u8]) -> String {
    match width {
        Width::Text(_) => String::from_utf8_lossy(value).into_owned(),
        Width::U32 => wire::read_u32(value).unwrap_or_default().to_string(),
        Width::Exactly(_) | Width::AtMost(_) => hex::encode(value),
    }
}

/// A seat whose identifiers some layout can hold.
pub(crate) fn seat(user_id: &str, hardware_id: &str) -> Result<Seat, BadLine> {
    Ok(Seat {
        user_id: identifier("user_id", user_id)?,
        hardware_id: identifier("hardware_id", hardware_id)?,
    })
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
