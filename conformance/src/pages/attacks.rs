//! `attacks.md`: every known attack, and what comes of it in each version of the protocol.

use conclave_spec::Profile;

use super::markdown;
use crate::attacks::{
    self, ELSEWHERE, Entry, Expected,
    beside::{BESIDE, Beside, Step},
};

pub(super) fn page() -> String {
    let mut text = markdown::opening("Attacks", "conformance/src/attacks.rs");
    let entries = attacks::all();
    text.push_str(&format!(
        "What comes of {} known attacks in each version of the protocol. Each is a script; its \
         outcome stands beside it, written by hand, and `conclave attacks` plays every cell over \
         real cryptography and over terms and fails where anything else comes of it. `conclave \
         check --attacks` plays them against a client, which is the victim. Where a rule is named, \
         the attack fails because of it, and succeeds in the same version without it; where a \
         reading is named, because of the answer that version takes.\n\n\
         - `S`: it succeeds, and nothing shows it.\n\
         - `D`: it succeeds, is shown to its victims, and goes no further than the paper admits.\n\
         - `-`: the version does not have what is attacked.\n\n",
        entries.len()
    ));
    text.push_str(&matrix(&entries));
    for entry in &entries {
        text.push_str(&section(entry));
    }
    text.push_str(&beside());
    text.push_str("\n## Not played\n\nSo that nobody takes them for refused:\n\n");
    text.push_str(&markdown::table(
        ["attack", "what it is", "what would have to be there"],
        ELSEWHERE.iter().map(|it| [it.id, it.title, it.area].map(str::to_owned)),
    ));
    text
}

/// The attacks that are cases of byte formulas.
fn beside() -> String {
    let mut text = String::from(
        "\n## Beside meetings\n\nOf no version: what a server serves of devices, addresses and \
         attestations. Each step is a case of a byte formula; what is refused is taken without the rule.\n",
    );
    for Beside { id, title, story, note, steps } in BESIDE {
        let anchor = markdown::anchor(id);
        text.push_str(&format!("\n{anchor}\n\n### {id}: {title}\n\n{story} {note}\n\n"));
        for step in steps {
            let what = match step {
                Step::Taken(case) => format!("- `{case}`: taken\n"),
                Step::Refused(case, rule) => {
                    format!("- `{case}`: refused by {}\n", markdown::to_rule(rule.id()))
                }
            };
            text.push_str(&what);
        }
    }
    text
}

fn matrix(entries: &[Entry]) -> String {
    let profiles = Profile::all();
    let mut header = vec!["attack".to_owned(), "what it is".to_owned()];
    header.extend(profiles.iter().map(|profile| profile.id.trim_start_matches("zoom-").to_owned()));
    let rows = entries.iter().map(|entry| {
        let mut row = vec![to_section(entry.id), entry.title.to_owned()];
        row.extend(entry.expected.iter().map(|expected| cell(*expected)));
        row
    });
    markdown::wide_table(&header, rows)
}

fn to_section(id: &str) -> String {
    format!("[{}](#{})", id.trim_start_matches("ATK-"), id.to_lowercase())
}

fn cell(expected: Expected) -> String {
    match expected {
        Expected::Succeeds => "S".to_owned(),
        Expected::Detected => "D".to_owned(),
        Expected::NotApplicable => "-".to_owned(),
        Expected::Outgrown { reading, .. } => markdown::to_reading(reading),
        Expected::Refused { by, .. } | Expected::Prevented { by } => {
            by.iter().map(|rule| markdown::to_rule(rule.id())).collect::<Vec<_>>().join(" ")
        }
    }
}

fn section(entry: &Entry) -> String {
    let Entry { id, title, story, note, .. } = entry;
    let mut text = format!("\n{}\n\n## {id}: {title}\n\n{story}", markdown::anchor(id));
    if !note.is_empty() {
        text.push(' ');
        text.push_str(note);
    }
    text.push_str(&format!(
        "\n\n- attacker: {}\n- breaks: {}\n- source: {} ({})\n",
        entry.attacker,
        entry.goal,
        entry.source,
        entry.evidence.words()
    ));
    let newest = Profile::all().into_iter().rev().find(|profile| entry.applies_to(profile));
    let Some(profile) = newest else { return text };
    let play = entry.play(&profile);
    let list = |word: &str, sentences: Vec<String>| match sentences.as_slice() {
        [] => String::new(),
        _ => format!("- {word}: {}\n", sentences.join("; ")),
    };
    let harms = play.harms.iter().map(conclave_model::harm::Harm::sentence).collect();
    let signs = play.signs.iter().map(conclave_model::harm::Sign::sentence).collect();
    let limits = play.limits.iter().map(conclave_model::harm::Harm::sentence).collect();
    text.push_str(&list("the harm", harms));
    text.push_str(&list("what is shown", signs));
    text.push_str(&list("what must not happen even so", limits));
    text
}
