//! `layouts.md`: the fields of everything signed, hashed, sealed or sent.

use conclave_spec::{
    Profile,
    layouts::{self, Field, Layout},
};

use super::{markdown, words};

pub(super) fn page() -> String {
    let mut text = markdown::opening("Layouts", "spec/src/layouts.rs");
    text.push_str(
        "A layout is a tag and an ordered list of fields; [formulas](../formulas.md) says how \
         they become bytes. A field with a rule is part of the layout exactly while the rule is \
         in force.\n",
    );
    for layout in layouts::ALL {
        text.push_str(&entry(layout));
    }
    text
}

fn entry(layout: &Layout) -> String {
    let tag = layout.tag;
    let mut text =
        format!("\n{}\n\n## `{tag}`\n\n{}\n\n", markdown::anchor(tag), words::layout_use(tag));
    text.push_str(&markdown::table(
        ["field", "width", "rule", "profiles"],
        layout.fields.iter().map(|field| {
            [
                format!("`{}`", field.name),
                words::width(field.width),
                field.rule.map_or_else(|| "-".to_owned(), |rule| markdown::to_rule(rule.id())),
                profiles(field),
            ]
        }),
    ));
    text
}

fn profiles(field: &Field) -> String {
    let with = Profile::all()
        .into_iter()
        .filter(|profile| field.rule.is_none_or(|rule| profile.rules.contains(rule)))
        .map(|profile| markdown::to_profile(profile.id));
    let with = markdown::or_dash(with);
    if with == "-" { "formula only".to_owned() } else { with }
}
