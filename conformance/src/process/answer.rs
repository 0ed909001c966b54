//! From a line to an answer or a request, strictly.
//!
//! `serde` alone lets through an array for a struct, an object for a word, and a repeated key in a
//! map. So a line is read into a JSON value that refuses repeated keys, turned into the type,
//! and what that means is compared with what was written.

use conclave_model::json::Distinct;
use serde::Serialize;
use serde::de::{DeserializeOwned, DeserializeSeed};
use serde_json::Value;

use super::excerpt::{cut, excerpt};
use crate::protocol::{Answer, Class, Input, Request, Response};

/// The longest description of what is wrong, in characters. It may repeat what the adapter wrote.
const DETAIL_CHARS_MAX: usize = 240;

/// Why a line is no answer. All text from the adapter is escaped and cut already.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// Not UTF-8.
    #[error("not UTF-8: {0}")]
    NotText(String),
    /// Not one JSON value.
    #[error("not JSON: {detail}: {line}")]
    NotJson {
        /// What is wrong.
        detail: String,
        /// The line.
        line: String,
    },
    /// A JSON value of another type.
    #[error("not a JSON object: {0}")]
    NotObject(String),
    /// Not as the schema says.
    #[error("not as the schema says: {detail}: {line}")]
    Shape {
        /// What is wrong.
        detail: String,
        /// The line.
        line: String,
    },
    /// The answer to something else.
    #[error("id {said} where {asked} was asked: {line}")]
    Id {
        /// The number in the line.
        said: u64,
        /// The number of the request.
        asked: u64,
        /// The line.
        line: String,
    },
    /// The result of another operation.
    #[error("a result that does not belong to the request: {0}")]
    OtherResult(String),
    /// Accepted, but what was asked for is missing.
    #[error("`accept` without the result asked for: {0}")]
    NoResult(String),
    /// `hello` chose a version that was not offered.
    #[error("protocol version {said}, offered were {min} to {max}")]
    Version {
        /// What it chose.
        said: u32,
        /// The oldest offered.
        min: u32,
        /// The newest offered.
        max: u32,
    },
    /// Too long.
    #[error("a line of more than {bytes_max} bytes: {line}")]
    TooLong {
        /// The longest line allowed, in bytes.
        bytes_max: usize,
        /// The beginning of the line.
        line: String,
    },
    /// The output ended in the middle of a line.
    #[error("standard output ends in the middle of a line: {0}")]
    Cut(String),
    /// A line without a request.
    #[error("a line nobody asked for: {0}")]
    Unasked(String),
    /// It answers without having read.
    #[error("it answers, but reads no requests")]
    Unread,
}

/// The answer to this request in this line.
///
/// # Errors
/// The line is no answer to it.
pub fn read(line: &[u8], request: &Request) -> Result<Response, Breach> {
    let response: Response = strictly(line)?;
    if response.id != request.id {
        let line = excerpt(line);
        return Err(Breach::Id { said: response.id, asked: request.id, line });
    }
    check_result(request, &response, line)?;
    Ok(response)
}

/// What is in this line and nothing else.
///
/// # Errors
/// The line is not exactly one object as the schema says.
pub fn strictly<T: DeserializeOwned + Serialize>(line: &[u8]) -> Result<T, Breach> {
    let text = std::str::from_utf8(line).map_err(|_| Breach::NotText(excerpt(line)))?;
    let said = value(text)?;
    if !said.is_object() {
        return Err(Breach::NotObject(excerpt(line)));
    }
    let shape = |detail: String| Breach::Shape {
        detail: cut(detail.as_bytes(), DETAIL_CHARS_MAX),
        line: excerpt(line),
    };
    let read = T::deserialize(&said).map_err(|error| shape(error.to_string()))?;
    let meant =
        read.serialize(serde_json::value::Serializer).map_err(|error| shape(error.to_string()))?;
    match difference(&said, &meant) {
        Some(place) => Err(shape(format!("wrong type at `{place}`"))),
        None => Ok(read),
    }
}

fn value(text: &str) -> Result<Value, Breach> {
    let not_json = |error: serde_json::Error| Breach::NotJson {
        detail: cut(error.to_string().as_bytes(), DETAIL_CHARS_MAX),
        line: excerpt(text.as_bytes()),
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let value = Distinct.deserialize(&mut json).map_err(not_json)?;
    json.end().map_err(not_json)?;
    Ok(value)
}

fn check_result(request: &Request, response: &Response, line: &[u8]) -> Result<(), Breach> {
    match (&request.input, &response.result) {
        (Input::Hello { protocol_min: min, protocol_max: max }, Some(Answer::Hello(hello))) => {
            if (*min..=*max).contains(&hello.protocol) {
                Ok(())
            } else {
                Err(Breach::Version { said: hello.protocol, min: *min, max: *max })
            }
        }
        (Input::Open { .. }, Some(Answer::Opened(_)))
        | (Input::Observe {}, Some(Answer::Observed(_)))
        | (Input::Compute { .. }, Some(Answer::Computed(_))) => Ok(()),
        (_, Some(_)) => Err(Breach::OtherResult(excerpt(line))),
        (Input::Hello { .. } | Input::Open { .. } | Input::Observe {}, None)
            if response.class == Class::Accept =>
        {
            Err(Breach::NoResult(excerpt(line)))
        }
        (_, None) => Ok(()),
    }
}

/// Where what was said is not what was understood, as a JSON pointer. Only an absent value may
/// be written out, as `null` or empty.
fn difference(said: &Value, meant: &Value) -> Option<String> {
    match (said, meant) {
        (Value::Object(said), Value::Object(meant)) => said.iter().find_map(|(key, value)| {
            let inner = match meant.get(key) {
                Some(meant) => difference(value, meant),
                None => (!is_empty(value)).then(String::new),
            };
            inner.map(|rest| format!("/{key}{rest}"))
        }),
        (Value::Array(said), Value::Array(meant)) if said.len() == meant.len() => {
            let pairs = said.iter().zip(meant).enumerate();
            pairs.into_iter().find_map(|(index, (said, meant))| {
                difference(said, meant).map(|rest| format!("/{index}{rest}"))
            })
        }
        (said, meant) => (said != meant).then(String::new),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests;
