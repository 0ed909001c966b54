//! Payloads as named values, in either codec.

use std::collections::BTreeMap;

use conclave_model::message::Seat;
use conclave_spec::{
    Octets, Rule, RuleSet,
    layouts::{Layout, Width},
    wire,
};

use super::{BadLine, Decoded, Exchange, hex, octets, text};
use crate::protocol::{Codec, Hex, Payload};

/// The fields of a decoded message.
pub(super) struct Fields(BTreeMap<&'static str, Octets>);

impl Fields {
    pub(super) fn of(fields: Vec<(&'static str, Octets)>) -> Self {
        Self(fields.into_iter().collect())
    }

    pub(super) fn take(&mut self, name: &str) -> Result<Octets, Rule> {
        self.0.remove(name).ok_or(Rule::EncodingCanonical)
    }

    /// A field that some profiles do not have.
    pub(super) fn take_if_there(&mut self, name: &str) -> Option<Octets> {
        self.0.remove(name)
    }

    pub(super) fn text(&mut self, name: &str) -> Result<String, Rule> {
        Ok(text(&self.take(name)?))
    }

    pub(super) fn number(&mut self, name: &str) -> Result<u32, Rule> {
        wire::read_u32(self.take(name)?.as_slice()).ok_or(Rule::EncodingCanonical)
    }

    pub(super) fn seat(&mut self) -> Result<Seat, Rule> {
        Ok(Seat { user_id: self.text("user_id")?, hardware_id: self.text("hardware_id")? })
    }
}

/// The values of a layout, in its order.
pub(super) type Values = [(&'static str, Octets)];

impl Exchange {
    pub(super) fn fields(
        &self,
        layout: &'static Layout,
        rules: RuleSet,
        payload: &Payload,
    ) -> Decoded<Fields> {
        match (self.codec, payload) {
            (Codec::Bytes, Payload::Bytes(bytes)) => {
                Ok(wire::decode(layout, rules, &octets(bytes))
                    .map(Fields::of)
                    .map_err(|_| Rule::EncodingCanonical))
            }
            (Codec::Fields, Payload::Fields(fields)) => read(layout, rules, fields),
            (Codec::Bytes, Payload::Fields(_)) | (Codec::Fields, Payload::Bytes(_)) => {
                Err(BadLine::Codec)
            }
        }
    }

    pub(super) fn payload(&self, layout: &Layout, rules: RuleSet, values: &Values) -> Payload {
        match self.codec {
            Codec::Bytes => {
                Payload::Bytes(hex(&wire::encode(layout, rules, values).unwrap_or_default()))
            }
            Codec::Fields => {
                let in_force: Vec<_> = layout.fields_under(rules).collect();
                let written = values.iter().filter_map(|(name, value)| {
                    let field = in_force.iter().find(|field| field.name == *name)?;
                    Some(((*name).to_owned(), written(field.width, value.as_slice())))
                });
                Payload::Fields(written.collect())
            }
        }
    }
}

pub(super) fn bad_field(field: &str, reason: &'static str) -> BadLine {
    BadLine::Field { field: field.to_owned(), reason }
}

fn read(
    layout: &'static Layout,
    rules: RuleSet,
    fields: &BTreeMap<String, String>,
) -> Decoded<Fields> {
    let in_force: Vec<_> = layout.fields_under(rules).collect();
    if let Some(extra) = fields.keys().find(|key| !in_force.iter().any(|f| f.name == *key)) {
        return Err(bad_field(extra, "no such field in this message"));
    }
    let mut read = Vec::new();
    let mut fits = true;
    for field in in_force {
        let value = fields.get(field.name).ok_or_else(|| bad_field(field.name, "missing"))?;
        let octets = match field.width {
            Width::Text(_) | Width::MaybeText(_) => Octets::from(value.as_str()),
            Width::U32 => {
                let number = decimal(field.name, value)?.parse().ok();
                number.map(wire::u32_be).unwrap_or_default()
            }
            Width::U64 => {
                let number = decimal(field.name, value)?.parse().ok();
                number.map(wire::u64_be).unwrap_or_default()
            }
            Width::Exactly(_) | Width::AtMost(_) => hex_field(field.name, value)?,
        };
        fits &= allows(field.width, octets.len());
        read.push((field.name, octets));
    }
    // Only after every field was read: what is no line of the protocol is said first.
    Ok(if fits { Ok(Fields::of(read)) } else { Err(Rule::EncodingCanonical) })
}

/// The digits of a decimal number, of any length.
pub(super) fn decimal<'t>(name: &str, text: &'t str) -> Result<&'t str, BadLine> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(bad_field(name, "not a decimal number"))
    }
}

pub(super) fn hex_field(name: &str, value: &str) -> Result<Octets, BadLine> {
    let bytes = Hex::try_from(value.to_owned());
    bytes
        .map(|bytes| Octets::new(bytes.0))
        .map_err(|_| bad_field(name, "not lower-case hexadecimal"))
}

/// A number that is too large for its field was read as no bytes at all.
fn allows(width: Width, length: usize) -> bool {
    match width {
        Width::Exactly(exact) => length == exact,
        Width::Text(most) => (1..=most).contains(&length),
        Width::AtMost(most) | Width::MaybeText(most) => length <= most,
        Width::U32 => length == 4,
        Width::U64 => length == 8,
    }
}

fn written(width: Width, value: &[u8]) -> String {
    match width {
        Width::Text(_) | Width::MaybeText(_) => String::from_utf8_lossy(value).into_owned(),
        Width::U32 => wire::read_u32(value).unwrap_or_default().to_string(),
        Width::U64 => wire::read_u64(value).unwrap_or_default().to_string(),
        Width::Exactly(_) | Width::AtMost(_) => hex::encode(value),
    }
}
