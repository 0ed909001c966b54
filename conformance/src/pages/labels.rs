//! `labels.md`: the context strings, byte for byte.

use conclave_spec::Label;

use super::{markdown, words};

pub(super) fn page() -> String {
    let mut text = markdown::opening("Labels", "spec/src/labels.rs");
    text.push_str(
        "Context strings, byte for byte as the paper prints them, inconsistent spellings kept: \
         ASCII, without a terminator. Strings that begin with `Conclave` are ours.\n\n",
    );
    text.push_str(&markdown::table(
        ["label", "string", "bytes", "for"],
        Label::ALL.iter().map(|label| {
            let name = words::label_name(*label);
            [
                format!("{}`{name}`", markdown::anchor(&name)),
                format!("`{}`", label.text()),
                label.text().len().to_string(),
                words::label_use(*label).to_owned(),
            ]
        }),
    ));
    text
}
