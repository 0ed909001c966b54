//! `obligations.md`: every normative sentence of the sections in scope, and what answers it.

use conclave_spec::obligations::{Obligation, Obligations};

use super::markdown;
use crate::stories::UNPLAYED;

pub(super) fn page(table: &Obligations) -> String {
    let mut text = markdown::opening("Obligations", "spec/obligations.toml");
    text.push_str(
        "Every normative sentence of the sections in scope, in our own words. A sentence is \
         answered by rules, by a reading alone, by an area of a later release, or by the reason \
         why nobody can be held to it here. Each counts once, by its strongest answer.\n\n\
         ## Coverage\n\n",
    );
    text.push_str(&coverage(table));
    text.push_str(
        "\n## Without a scenario\n\nEvery sentence that rules answer is played by cases of those \
         rules, and one that a reading alone answers by cases of the rules which that reading carries \
         (`vectors/scenarios`). These cannot be:\n\n",
    );
    text.push_str(&unplayed(table));
    for section in table.sections_in_scope() {
        text.push_str(&format!("\n## {}, {}: {}\n\n", section.paper, section.place, section.title));
        let mut here: Vec<_> = table
            .all()
            .iter()
            .flat_map(|obligation| obligation.places.iter().map(move |at| (at, obligation)))
            .filter(|(at, _)| at.paper == section.paper && at.place == section.place)
            .collect();
        here.sort_unstable_by_key(|(at, _)| at.ordinal);
        text.push_str(&markdown::table(
            ["no.", "obligation", "asks for", "answered by"],
            here.into_iter().map(|(at, obligation)| {
                let first = obligation.places.first() == Some(at);
                [
                    at.ordinal.to_string(),
                    name(obligation, first),
                    says(obligation),
                    answer(obligation),
                ]
            }),
        ));
    }
    text
}

fn coverage(table: &Obligations) -> String {
    let coverage = table.coverage();
    markdown::table(
        [
            "paper",
            "section",
            "about",
            "all",
            "rules",
            "reading",
            "later",
            "out of scope",
            "unmapped",
        ],
        coverage.into_iter().map(|c| {
            let counts = [c.total, c.by_rules, c.by_readings, c.later, c.out_of_scope, c.unmapped];
            let [all, rules, readings, later, out, unmapped] = counts.map(|n| n.to_string());
            [c.paper, c.place, c.title, all, rules, readings, later, out, unmapped]
        }),
    )
}

/// What no session can show.
fn unplayed(table: &Obligations) -> String {
    let rows = table.all().iter().filter_map(|obligation| {
        let (_, why) = UNPLAYED.iter().find(|(id, _)| *id == obligation.id)?;
        Some([name(obligation, false), says(obligation), (*why).to_owned()])
    });
    markdown::table(["obligation", "asks for", "why not"], rows)
}

/// A sentence that stands in several versions is a target for links where it stands first.
fn name(obligation: &Obligation, first: bool) -> String {
    if first {
        format!("{}{}", markdown::anchor(&obligation.id), obligation.id)
    } else {
        format!("[{0}](#{1})", obligation.id, obligation.id.to_lowercase())
    }
}

fn says(obligation: &Obligation) -> String {
    obligation.says.clone()
}

fn answer(obligation: &Obligation) -> String {
    let rules = obligation.rules.iter().map(|id| markdown::to_rule(id));
    let readings = obligation.reading.iter().map(|id| markdown::to_reading(id));
    let later = obligation.later.iter().map(|area| format!("later: {area}"));
    let out = obligation.out_of_scope.iter().map(|reason| format!("out of scope: {reason}"));
    markdown::or_dash(rules.chain(readings).chain(later).chain(out))
}
