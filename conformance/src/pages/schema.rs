//! JSON Schemas (2020-12): of the adapter protocol, from the types of [`crate::protocol`], and of the
//! result file, from those of [`crate::report`].

use schemars::{Schema, generate::SchemaSettings, json_schema};
use serde_json::{Map, Value, json};

use crate::{
    protocol::{Request, Response, VERSION},
    report::file::ResultFile,
};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of one line of the adapter protocol, in either direction.
#[must_use]
pub fn adapter() -> Schema {
    let mut schema = json_schema!({
        "$schema": DIALECT,
        "$id": "adapter.json",
        "title": format!("Conclave adapter protocol, version {VERSION}"),
        "description": "One line of the adapter protocol: a request of the harness or the \
                        response of the adapter.",
        "oneOf": [{ "$ref": "#/$defs/Request" }, { "$ref": "#/$defs/Response" }],
    });
    schema.insert("$defs".to_owned(), Value::Object(adapter_types()));
    schema
}

/// The schema of one line in one direction: `Request` or `Response`.
#[must_use]
pub fn line(name: &str) -> Value {
    json!({
        "$schema": DIALECT,
        "$ref": format!("#/$defs/{name}"),
        "$defs": adapter_types(),
    })
}

/// The types of the adapter protocol, by name.
#[must_use]
pub fn adapter_types() -> Map<String, Value> {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    // What is returned here only refers to the definitions.
    let _ = generator.subschema_for::<Request>();
    let _ = generator.subschema_for::<Response>();
    let mut definitions = generator.take_definitions(true);
    definitions.values_mut().for_each(tidy);
    definitions
}

/// The schema of a result file.
#[must_use]
pub fn result() -> Schema {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<ResultFile>();
    schema.insert("$id".to_owned(), json!("result.json"));
    schema.insert("title".to_owned(), json!("Conclave result file"));
    let about = "What one or more runs of `conclave check` found, as `--result` writes it.";
    schema.insert("description".to_owned(), json!(about));
    if let Some(object) = schema.as_object_mut() {
        object.values_mut().for_each(tidy);
    }
    schema
}

/// The text of the stored file.
///
/// # Errors
/// The schema has no JSON form, which no schema made here is without.
pub fn text(schema: &Schema) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(schema)? + "\n")
}

/// Descriptions on one line, and numbers no larger than the type that reads them.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            let max = match object.get("format").and_then(Value::as_str) {
                Some("uint32") => Some(u64::from(u32::MAX)),
                Some("uint64") => Some(u64::MAX),
                Some(_) | None => None,
            };
            if let Some(max) = max {
                object.insert("maximum".to_owned(), json!(max));
            }
            if let Some(Value::String(description)) = object.get_mut("description") {
                *description = description.replace('\n', " ");
            }
            object.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
