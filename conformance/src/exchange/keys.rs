//! Announcements, sealed keys and packets.

use std::collections::BTreeMap;

use conclave_model::{
    algebra::packet_bytes,
    message::{Announcement, Packet, Sealed, SealedKey},
};
use conclave_spec::{Octets, Rule, formulas::media, layouts};

use super::{
    BadLine, Decoded, Exchange,
    fields::{bad_field, decimal, hex_field},
    hex, octets,
};
use crate::protocol::{Codec, Payload};

impl Exchange {
    /// The announcement in a payload.
    ///
    /// # Errors
    /// The payload is not in the session's codec.
    pub fn announcement(&self, payload: &Payload) -> Decoded<Announcement<Octets>> {
        let fields = self.fields(&layouts::ANNOUNCEMENT, self.rules, payload)?;
        Ok(fields.and_then(|mut fields| {
            let seat = fields.seat()?;
            Ok(Announcement { seat, pk: fields.take("pk")?, sig: fields.take("sig")? })
        }))
    }

    /// The sealed key in a payload.
    ///
    /// # Errors
    /// The payload is not in the session's codec.
    pub fn sealed_key(&self, payload: &Payload) -> Decoded<SealedKey<Octets>> {
        let fields = self.fields(&layouts::SEALED_KEY, self.rules, payload)?;
        Ok(fields.and_then(|mut fields| {
            let to = fields.seat()?;
            let (nonce, kem) = (fields.take("nonce")?, fields.take("kem")?);
            let kem = (!kem.is_empty()).then_some(kem);
            let ciphertext = fields.take("ciphertext")?;
            Ok(SealedKey { to, sealed: Sealed { nonce, kem, ciphertext } })
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

    pub(super) fn announcement_payload(&self, it: &Announcement<Octets>) -> Payload {
        let values = [
            ("user_id", it.seat.user_id.as_str().into()),
            ("hardware_id", it.seat.hardware_id.as_str().into()),
            ("pk", it.pk.clone()),
            ("sig", it.sig.clone()),
        ];
        self.payload(&layouts::ANNOUNCEMENT, self.rules, &values)
    }

    pub(super) fn sealed_payload(&self, it: &SealedKey<Octets>) -> Payload {
        let values = [
            ("user_id", it.to.user_id.as_str().into()),
            ("hardware_id", it.to.hardware_id.as_str().into()),
            ("nonce", it.sealed.nonce.clone()),
            ("kem", it.sealed.kem.clone().unwrap_or_default()),
            ("ciphertext", it.sealed.ciphertext.clone()),
        ];
        self.payload(&layouts::SEALED_KEY, self.rules, &values)
    }

    pub(super) fn packet_payload(&self, it: &Packet<Octets>) -> Payload {
        match self.codec {
            Codec::Bytes => Payload::Bytes(hex(&packet_bytes(it.mk_seq, it.counter, &it.body))),
            Codec::Fields => Payload::Fields(BTreeMap::from([
                ("mk_seq".to_owned(), it.mk_seq.to_string()),
                ("counter".to_owned(), it.counter.to_string()),
                ("body".to_owned(), String::from(hex(&it.body))),
            ])),
        }
    }
}

fn packet_of_fields(fields: &BTreeMap<String, String>) -> Decoded<Packet<Octets>> {
    let field = |name: &str| fields.get(name).ok_or_else(|| bad_field(name, "missing"));
    if let Some(extra) =
        fields.keys().find(|key| !["mk_seq", "counter", "body"].contains(&key.as_str()))
    {
        return Err(bad_field(extra, "no such field in this message"));
    }
    let number = |name: &'static str| decimal(name, field(name)?);
    let (mk_seq, counter) = (number("mk_seq")?.parse(), number("counter")?.parse());
    let body = hex_field("body", field("body")?)?;
    // A number that is too large is one no key has, not a mistake of the caller.
    Ok(match (mk_seq, counter) {
        (Ok(mk_seq), Ok(counter)) => Ok(Packet { mk_seq, counter, body }),
        _ => Err(Rule::PacketOpens),
    })
}
