//! JSON in which no object repeats a key.
//!
//! What a reader makes of a repeated key is up to it; here two readers must see the same.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The object that these bytes are; none where they are no object, or one repeats a key.
#[must_use]
pub fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = Distinct.deserialize(&mut json).ok()?;
    json.end().ok()?;
    if let Value::Object(object) = value { Some(object) } else { None }
}

/// Reads any JSON value in which no object repeats a key.
#[derive(Clone, Copy, Debug)]
pub struct Distinct;

impl<'de> DeserializeSeed<'de> for Distinct {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Distinct {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut seen = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            seen.push(item);
        }
        Ok(Value::Array(seen))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut seen = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Self)?;
            if seen.contains_key(&key) {
                return Err(A::Error::custom(format_args!("key `{key}` twice in one object")));
            }
            seen.insert(key, value);
        }
        Ok(Value::Object(seen))
    }
}
