//! `readings.md`: where the paper is silent or contradicts itself.

use conclave_spec::{
    obligations::Obligations,
    readings::{self, Reading},
};

use super::{facts, markdown};

pub(super) fn page(table: &Obligations) -> String {
    let mut text = markdown::opening("Readings", "spec/src/readings.rs");
    text.push_str(&format!(
        "{} places where the paper is silent or contradicts itself. Each names the answers that \
         fit, the one the reference takes, and why. A reading with a policy can be answered \
         otherwise by one client alone: a client that declares it is judged by its own choice.\n\n",
        readings::ALL.len()
    ));
    text.push_str(&markdown::table(
        ["reading", "about", "chosen", "policy"],
        readings::ALL.iter().map(|reading| {
            [
                markdown::to_reading(reading.id),
                reading.title.to_owned(),
                format!("`{}`", reading.chosen),
                policy(reading),
            ]
        }),
    ));
    for reading in readings::ALL {
        text.push_str(&entry(reading, table));
    }
    text
}

fn entry(reading: &Reading, table: &Obligations) -> String {
    let id = reading.id;
    let mut text = format!(
        "\n{}\n\n## {id}: {}\n\n{}\n\n",
        markdown::anchor(id),
        reading.title,
        reading.question
    );
    for alternative in reading.alternatives {
        let mark = if alternative.key == reading.chosen { " (chosen)" } else { "" };
        text.push_str(&format!("- `{}`{mark}: {}\n", alternative.key, alternative.text));
    }
    text.push_str(&format!("\nWhy: {}\n\n", reading.why));
    text.push_str(&format!("- paper: {}\n", markdown::place(reading.place)));
    text.push_str(&format!("- policy: {}\n", policy(reading)));
    if let Some((stance, why)) = reading.hardened() {
        text.push_str(&format!("- hardened: `{}`. {why}\n", facts::stance(reading, stance)));
    }
    text.push_str(&format!("- rules: {}\n", markdown::rules(reading.rules)));
    if let Some(what) = reading.later() {
        text.push_str(&format!("- later: {what}\n"));
    }
    let obligations = facts::obligations_with_reading(id, table);
    let obligations = obligations.iter().map(|o| markdown::to_obligation(&o.id));
    text.push_str(&format!("- obligations: {}\n", markdown::or_dash(obligations)));
    text
}

fn policy(reading: &Reading) -> String {
    reading.policy.map_or_else(|| "-".to_owned(), |key| format!("`{key}`"))
}
