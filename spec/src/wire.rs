//! One encoder and one decoder for everything signed, hashed, sealed or sent (reading R-01).
//!
//! The paper joins values with `||` and says nothing about where one ends. Here a layout is
//! written as its tag and then its fields in force, each behind its length in four bytes,
//! big-endian:
//!
//! ```text
//! length(tag) tag length(field 1) field 1 ... length(field n) field n
//! ```
//!
//! The fields in force are known from the rules, so the encoding is injective and needs no count.

use crate::{
    formulas::Octets,
    layouts::{Field, Layout, Width},
    rule_set::RuleSet,
    rules::Rule,
};

/// Why values cannot be encoded: they are not the values of the layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Another field name stands where this one belongs.
    #[error("expected the field `{expected}`, got `{got}`")]
    Name {
        /// The name in the layout.
        expected: &'static str,
        /// The name that was passed.
        got: String,
    },
    /// The layout has another number of fields.
    #[error("expected {expected} fields, got {got}")]
    Count {
        /// How many the layout has, in force or not.
        expected: usize,
        /// How many were passed.
        got: usize,
    },
    /// A value is too short or too long.
    #[error("`{field}` must be {expected:?} long, got {got} bytes")]
    Width {
        /// The field.
        field: &'static str,
        /// What the layout allows.
        expected: Width,
        /// The length that was passed, in bytes.
        got: usize,
    },
    /// An identifier is not UTF-8.
    #[error("`{field}` is not UTF-8")]
    NotText {
        /// The field.
        field: &'static str,
    },
}

/// Why bytes are no message of a layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The bytes end inside a field or its length. The tag counts as a field named `tag`.
    #[error("`{field}` needs {expected} more bytes, {got} are left")]
    Truncated {
        /// The field.
        field: &'static str,
        /// How many bytes were to be read, in bytes.
        expected: usize,
        /// How many there were, in bytes.
        got: usize,
    },
    /// The message is one of another layout.
    #[error("expected the tag `{expected}`, got {got:?}")]
    Tag {
        /// The tag of the layout.
        expected: &'static str,
        /// The tag that was read.
        got: Octets,
    },
    /// A value is too short or too long.
    #[error("`{field}` must be {expected:?} long, got {got} bytes")]
    Width {
        /// The field.
        field: &'static str,
        /// What the layout allows.
        expected: Width,
        /// The length that was read, in bytes.
        got: usize,
    },
    /// An identifier is not UTF-8.
    #[error("`{field}` is not UTF-8")]
    NotText {
        /// The field.
        field: &'static str,
    },
    /// Bytes follow the last field.
    #[error("{got} bytes follow the last field")]
    Trailing {
        /// How many, in bytes.
        got: usize,
    },
}

/// The canonical encoding of a message that somebody decodes.
///
/// `values` names every field of the layout, in order; those not in force are left out here.
///
/// # Errors
///
/// If names, number or widths are not those of the layout.
pub fn encode<V: AsRef<[u8]>>(
    layout: &Layout,
    rules: RuleSet,
    values: &[(&str, V)],
) -> Result<Octets, EncodeError> {
    let mut out = Vec::new();
    put(&mut out, "tag", layout.tag.as_bytes())?;
    for (field, value) in in_force(layout, rules, values)? {
        put(&mut out, field.name, value)?;
    }
    Ok(Octets::new(out))
}

/// The encoding of something signed or hashed, which nobody decodes.
///
/// It is [`encode`] while [`Rule::EncodingInjective`] is in force, else the fields joined as the
/// paper prints them: without tag and lengths.
///
/// # Errors
///
/// As [`encode`].
pub fn encode_for_hash<V: AsRef<[u8]>>(
    layout: &Layout,
    rules: RuleSet,
    values: &[(&str, V)],
) -> Result<Octets, EncodeError> {
    if rules.contains(Rule::EncodingInjective) {
        return encode(layout, rules, values);
    }
    let fields = in_force(layout, rules, values)?;
    Ok(Octets::new(fields.into_iter().flat_map(|(_, value)| value).copied().collect()))
}

/// The fields in force of a message, in order.
///
/// Without [`Rule::EncodingCanonical`] bytes after the last field are tolerated.
///
/// # Errors
///
/// If the bytes are no encoding under the layout and the rules.
pub fn decode(
    layout: &Layout,
    rules: RuleSet,
    bytes: &Octets,
) -> Result<Vec<(&'static str, Octets)>, Malformed> {
    let mut rest = bytes.as_slice();
    let tag = take(&mut rest, "tag")?;
    if tag != layout.tag.as_bytes() {
        return Err(Malformed::Tag { expected: layout.tag, got: tag.into() });
    }
    let mut fields = Vec::new();
    for field in layout.fields_under(rules) {
        let value = take(&mut rest, field.name)?;
        check(field, value).map_err(|fault| fault.malformed(field, value.len()))?;
        fields.push((field.name, Octets::from(value)));
    }
    if !rest.is_empty() && rules.contains(Rule::EncodingCanonical) {
        return Err(Malformed::Trailing { got: rest.len() });
    }
    Ok(fields)
}

/// A number as four bytes, big-endian.
#[must_use]
pub fn u32_be(number: u32) -> Octets {
    Octets::from(number.to_be_bytes())
}

/// The number in exactly four bytes, big-endian.
#[must_use]
pub fn read_u32(bytes: &[u8]) -> Option<u32> {
    bytes.try_into().ok().map(u32::from_be_bytes)
}

/// A number as eight bytes, big-endian.
#[must_use]
pub fn u64_be(number: u64) -> Octets {
    Octets::from(number.to_be_bytes().as_slice())
}

/// The number in exactly eight bytes, big-endian.
#[must_use]
pub fn read_u64(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}

/// The messages of a layout, one behind the other, each in its own length: the entries of a
/// snapshot.
///
/// # Errors
///
/// If the bytes are no sequence of encodings under the layout and the rules.
pub fn decode_all(
    layout: &Layout,
    rules: RuleSet,
    bytes: &Octets,
) -> Result<Vec<Vec<(&'static str, Octets)>>, Malformed> {
    split(bytes)?.iter().map(|message| decode(layout, rules, message)).collect()
}

/// What stands one behind the other, each in its own length, whatever it is.
///
/// # Errors
///
/// If the bytes end within one.
pub fn split(bytes: &Octets) -> Result<Vec<Octets>, Malformed> {
    let mut rest = bytes.as_slice();
    let mut parts = Vec::new();
    while !rest.is_empty() {
        parts.push(Octets::from(take(&mut rest, "entry")?));
    }
    Ok(parts)
}

/// Encodings one behind the other, each in its own length: what [`split`] and [`decode_all`] read.
#[must_use]
pub fn join(messages: &[Octets]) -> Octets {
    let mut out = Vec::new();
    for message in messages {
        // Nothing here is near 4 GiB; a longer one would be left out.
        let _ = put(&mut out, "entry", message.as_slice());
    }
    Octets::new(out)
}

/// What is wrong with the content of a field.
enum Fault {
    Width,
    NotText,
}

impl Fault {
    fn malformed(&self, field: &Field, got: usize) -> Malformed {
        match self {
            Self::Width => Malformed::Width { field: field.name, expected: field.width, got },
            Self::NotText => Malformed::NotText { field: field.name },
        }
    }

    fn encode_error(&self, field: &Field, got: usize) -> EncodeError {
        match self {
            Self::Width => EncodeError::Width { field: field.name, expected: field.width, got },
            Self::NotText => EncodeError::NotText { field: field.name },
        }
    }
}

fn allows(width: Width, length: usize) -> bool {
    match width {
        Width::Exactly(exact) => length == exact,
        Width::Text(max) => (1..=max).contains(&length),
        Width::AtMost(max) | Width::MaybeText(max) => length <= max,
        Width::U32 => length == 4,
        Width::U64 => length == 8,
    }
}

fn check(field: &Field, value: &[u8]) -> Result<(), Fault> {
    if !allows(field.width, value.len()) {
        return Err(Fault::Width);
    }
    let is_text = match field.width {
        Width::Text(_) | Width::MaybeText(_) => str::from_utf8(value).is_ok(),
        Width::Exactly(_) | Width::AtMost(_) | Width::U32 | Width::U64 => true,
    };
    if is_text { Ok(()) } else { Err(Fault::NotText) }
}

type Checked<'a> = Vec<(&'static Field, &'a [u8])>;

/// The values of the fields in force, after every value was checked.
fn in_force<'a, V: AsRef<[u8]>>(
    layout: &Layout,
    rules: RuleSet,
    values: &'a [(&str, V)],
) -> Result<Checked<'a>, EncodeError> {
    let (expected, got) = (layout.fields.len(), values.len());
    if expected != got {
        return Err(EncodeError::Count { expected, got });
    }
    let mut checked = Vec::new();
    for (field, (name, value)) in layout.fields.iter().zip(values) {
        if field.name != *name {
            return Err(EncodeError::Name { expected: field.name, got: (*name).to_owned() });
        }
        let value = value.as_ref();
        check(field, value).map_err(|fault| fault.encode_error(field, value.len()))?;
        if field.rule.is_none_or(|rule| rules.contains(rule)) {
            checked.push((field, value));
        }
    }
    Ok(checked)
}

/// One value behind its length.
pub(crate) fn prefixed(field: &'static str, value: &[u8]) -> Result<Octets, EncodeError> {
    let mut out = Vec::new();
    put(&mut out, field, value)?;
    Ok(Octets::new(out))
}

fn put(out: &mut Vec<u8>, field: &'static str, value: &[u8]) -> Result<(), EncodeError> {
    let got = value.len();
    let length = u32::try_from(got).map_err(|_| EncodeError::Width {
        field,
        expected: Width::AtMost(MAX),
        got,
    })?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(value);
    Ok(())
}

const MAX: usize = u32::MAX as usize;

/// Takes a length and that many bytes off the front.
fn take<'a>(rest: &mut &'a [u8], field: &'static str) -> Result<&'a [u8], Malformed> {
    let length = first(rest, 4, field)?;
    let length = read_u32(length)
        .and_then(|length| usize::try_from(length).ok())
        .ok_or(Malformed::Truncated { field, expected: MAX, got: rest.len() })?;
    first(rest, length, field)
}

fn first<'a>(
    rest: &mut &'a [u8],
    expected: usize,
    field: &'static str,
) -> Result<&'a [u8], Malformed> {
    let (taken, left) = rest.split_at_checked(expected).ok_or(Malformed::Truncated {
        field,
        expected,
        got: rest.len(),
    })?;
    *rest = left;
    Ok(taken)
}

#[cfg(test)]
mod tests;
