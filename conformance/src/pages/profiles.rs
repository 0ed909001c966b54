//! `profiles.md`: the versions of the protocol.

use conclave_spec::{Profile, Rule, profiles::FORMULA_ONLY};

use super::{markdown, words};

pub(super) fn page() -> String {
    let profiles = Profile::all();
    let mut text = markdown::opening("Profiles", "spec/src/profiles.rs");
    text.push_str(
        "A profile is a version of the protocol as a value: rules, numbers and variants. It is \
         written as the difference from its parent; its digest covers what it resolves to.\n\n",
    );
    text.push_str(&markdown::table(
        ["profile", "paper", "parent", "about", "rules"],
        profiles.iter().map(|profile| {
            [
                markdown::to_profile(profile.id),
                profile.paper.to_owned(),
                profile.parent.map_or_else(|| "-".to_owned(), markdown::to_profile),
                profile.summary.to_owned(),
                profile.rules.len().to_string(),
            ]
        }),
    ));
    text.push_str("\n## Parameters\n\nTimes are milliseconds.\n\n");
    text.push_str(&parameters(&profiles));
    text.push_str("\n## Variants\n\n");
    text.push_str(&variants(&profiles));
    for profile in &profiles {
        text.push_str(&entry(profile));
    }
    text.push_str(
        "\n## Formula rules\n\nNo profile of this release has these rules yet. They are checked \
         by byte formulas alone: ",
    );
    text.push_str(&markdown::rules(FORMULA_ONLY));
    text.push_str(".\n");
    text
}

fn parameters(profiles: &[Profile]) -> String {
    let columns: Vec<_> = profiles.iter().map(|profile| words::params(&profile.params)).collect();
    let mut header = vec!["parameter".to_owned(), "meaning".to_owned()];
    header.extend(profiles.iter().map(|profile| profile.id.to_owned()));
    let Some(first) = columns.first() else { return String::new() };
    let rows = first.iter().enumerate().map(|(position, param)| {
        let mut row = vec![format!("`{}`", param.name), param.meaning.to_owned()];
        let values = columns.iter().filter_map(|column| column.get(position));
        row.extend(values.map(|param| param.value.to_string()));
        row
    });
    markdown::wide_table(&header, rows)
}

fn variants(profiles: &[Profile]) -> String {
    let mut header = vec!["profile".to_owned()];
    let names = profiles.first().map(words::variants).into_iter().flatten();
    header.extend(names.map(|variant| format!("`{}`", variant.name)));
    let rows = profiles.iter().map(|profile| {
        let values = words::variants(profile).into_iter().map(|it| it.value.to_owned());
        std::iter::once(markdown::to_profile(profile.id)).chain(values).collect::<Vec<_>>()
    });
    markdown::wide_table(&header, rows)
}

fn entry(profile: &Profile) -> String {
    let mut text = format!("\n{}\n\n## {}\n\n", markdown::anchor(profile.id), profile.id);
    text.push_str(&format!("Paper version {}: {}.\n\n", profile.paper, profile.summary));
    match profile.parent.and_then(Profile::by_id) {
        Some(parent) => {
            let added: Vec<_> = profile.rules.less(parent.rules).iter().collect();
            let gone: Vec<_> = parent.rules.less(profile.rules).iter().collect();
            text.push_str(&format!("- adds to {}: {}\n", parent.id, markdown::rules(&added)));
            text.push_str(&format!("- drops from {}: {}\n", parent.id, markdown::rules(&gone)));
        }
        None => {
            let missing: Vec<_> = Rule::ALL
                .iter()
                .copied()
                .filter(|rule| !profile.rules.contains(*rule) && !FORMULA_ONLY.contains(rule))
                .collect();
            let missing = markdown::rules(&missing);
            text.push_str(&format!("- all rules but the formula rules and {missing}\n"));
        }
    }
    text.push_str(&format!("- digest: `{}`\n", profile.digest()));
    text
}
