//! `adapter-messages.md`: every line of the adapter protocol, from its schema.
//!
//! The descriptions are the documentation comments of [`crate::protocol`].

use serde_json::{Map, Value};

use super::{markdown, schema};

/// The order of the page. A type that is not named here comes after those that are.
const ORDER: [&str; 21] = [
    "Request",
    "Input",
    "Role",
    "Randomness",
    "Codec",
    "Message",
    "Response",
    "Class",
    "Output",
    "Effect",
    "Answer",
    "Hello",
    "RandomnessClass",
    "Opened",
    "Observed",
    "RosterLine",
    "Standing",
    "Encryption",
    "Phase",
    "Payload",
    "Hex",
];

pub(super) fn page() -> String {
    let definitions = schema::adapter_types();
    let mut names: Vec<_> = definitions.keys().collect();
    names.sort_by_key(|name| {
        (ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()), name.as_str())
    });
    let mut text = markdown::opening("Adapter messages", "conformance/src/protocol.rs");
    text.push_str(
        "Every line of the [adapter protocol](../adapter.md), by type. The harness writes a \
         [Request](#request), the adapter answers with a [Response](#response). A field without \
         *required* may be absent. The same as JSON Schema: \
         [adapter.json](../../vectors/schema/adapter.json).\n",
    );
    for name in names {
        if let Some(definition) = definitions.get(name) {
            text.push_str(&format!("\n## {name}\n\n{}\n", description(definition)));
            text.push_str(&body(definition));
        }
    }
    text
}

fn body(definition: &Value) -> String {
    if let Some(variants) = definition.get("oneOf").and_then(Value::as_array) {
        return one_of(variants);
    }
    if let Some(properties) = definition.get("properties").and_then(Value::as_object) {
        return format!("\n{}", fields(properties, definition, None));
    }
    definition
        .get("pattern")
        .and_then(Value::as_str)
        .map(|pattern| format!("\nText that matches `{pattern}`.\n"))
        .unwrap_or_default()
}

/// The three ways in which serde writes an enum, each with its own form on the page.
fn one_of(variants: &[Value]) -> String {
    let words: Vec<_> = variants.iter().filter_map(word).collect();
    if words.len() == variants.len() {
        return format!("\n{}", markdown::table(["value", "meaning"], words));
    }
    let keyed: Vec<_> = variants.iter().filter_map(keyed).collect();
    if keyed.len() == variants.len() {
        return format!("\n{}", markdown::table(["the one key", "type", "meaning"], keyed));
    }
    variants.iter().map(tagged).collect()
}

fn word(variant: &Value) -> Option<[String; 2]> {
    let value = variant.get("const")?.as_str()?;
    Some([format!("`{value}`"), description(variant)])
}

fn keyed(variant: &Value) -> Option<[String; 3]> {
    let properties = variant.get("properties")?.as_object()?;
    if properties.len() != 1 {
        return None;
    }
    let (key, value) = properties.iter().next()?;
    if value.get("const").is_some() {
        return None;
    }
    Some([format!("`{key}`"), type_of(value), description(variant)])
}

fn tagged(variant: &Value) -> String {
    let Some(properties) = variant.get("properties").and_then(Value::as_object) else {
        return format!("\n{}\n", description(variant));
    };
    let tag = properties
        .iter()
        .find_map(|(key, value)| Some((key.as_str(), value.get("const")?.as_str()?)));
    let Some((key, value)) = tag else {
        return format!("\n{}\n\n{}", description(variant), fields(properties, variant, None));
    };
    let mut text = format!("\n### `\"{key}\": \"{value}\"`\n\n{}\n", description(variant));
    if properties.len() > 1 {
        text.push_str(&format!("\n{}", fields(properties, variant, Some(key))));
    }
    text
}

/// The fields of an object: the required ones in the order of the source, then the others.
fn fields(properties: &Map<String, Value>, object: &Value, tag: Option<&str>) -> String {
    let required: Vec<_> = object
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut names: Vec<_> = properties.keys().filter(|name| Some(name.as_str()) != tag).collect();
    names.sort_by_key(|name| {
        (required.iter().position(|known| known == name).unwrap_or(required.len()), name.as_str())
    });
    let row = |name: &String| {
        let value = properties.get(name)?;
        let needed = if required.contains(&name.as_str()) { "required" } else { "" };
        Some([format!("`{name}`"), type_of(value), needed.to_owned(), description(value)])
    };
    markdown::table(["field", "type", "", "meaning"], names.into_iter().filter_map(row))
}

fn description(schema: &Value) -> String {
    schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn type_of(schema: &Value) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(options) = schema.get("anyOf").and_then(Value::as_array) {
        let options = options.iter().map(type_of).filter(|option| option != "null");
        return options.collect::<Vec<_>>().join(" or ");
    }
    match schema.get("type") {
        Some(Value::String(name)) => named_type(name, schema),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .filter(|name| *name != "null")
            .map(|name| named_type(name, schema))
            .collect::<Vec<_>>()
            .join(" or "),
        Some(_) | None => "anything".to_owned(),
    }
}

fn named_type(name: &str, schema: &Value) -> String {
    match name {
        "string" => "text".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "integer" => match schema.get("format").and_then(Value::as_str) {
            Some("uint32") => "number, 32 bits".to_owned(),
            Some("uint64") => "number, 64 bits".to_owned(),
            Some(_) | None => "number".to_owned(),
        },
        "array" => {
            format!(
                "list of {}",
                schema.get("items").map_or_else(|| "anything".to_owned(), type_of)
            )
        }
        "object" => {
            let values = schema.get("additionalProperties");
            format!("map of text to {}", values.map_or_else(|| "anything".to_owned(), type_of))
        }
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_type_once_and_in_the_order_named() {
        let page = page();
        let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, ORDER);
        assert!(!page.contains("anything"), "a field without a type");
    }

    #[test]
    fn every_field_has_a_meaning() {
        for line in page().lines().filter(|line| line.starts_with("| ")) {
            assert!(!line.ends_with(" |  |"), "{line}");
        }
    }
}
