//! `explored.md`: what long explorations found, and what the search finds under other readings.

use conclave_spec::readings::{self, Under};

use super::markdown;
use crate::explored::{
    Row, Table,
    findings::FINDINGS,
    readings::{Found, Row as UnderRow},
};

pub(super) fn page(table: &Table) -> String {
    let mut text = opening();
    text.push_str(&markdown::table(
        ["slice", "profile", "states", "moves between them", "depth", "goals"],
        table.rows.iter().filter(|row| row.under.is_none()).map(long),
    ));
    let searched = table.readings.len();
    let states: usize = table.readings.iter().map(|row| row.states).sum();
    text.push_str(&format!(
        "\n## Under other readings\n\nWhat the search finds in `zoom-4.6` when one reading is another: \
         {searched} alternatives that the model can take, each alone, in every quick slice to its \
         end, {states} states in all. *Breaks* is what holds under the reading of the reference, \
         *mends* the other way round. An alternative that breaks nothing here is not thereby \
         right: the slices have their bounds. Of `R-62=may_copy` the leader's half is taken: the \
         others warn and do not refuse. `conclave explore --profile zoom-4.6 --reading \
         R-54=unbound --slice all` runs one.\n\n"
    ));
    text.push_str(&markdown::table(
        ["reading", "alternative", "breaks", "mends"],
        table.readings.iter().map(|row| {
            let goals = |found: &[Found]| {
                markdown::or_dash(found.iter().map(|it| format!("{} ({})", it.goal, it.slice)))
            };
            let reading = markdown::to_reading(&row.reading);
            let key = format!("`{}`", row.alternative);
            [reading, key, goals(&row.breaks), goals(&row.mends)]
        }),
    ));
    text.push_str(&findings(table));
    for row in table.readings.iter().filter(|row| !row.breaks.is_empty()) {
        text.push_str(&section(row));
    }
    text
}

/// Every finding under every alternative.
fn findings(table: &Table) -> String {
    let mut text = "\n## Findings under other readings\n\nEach finding in 4.6 under each of these \
                    alternatives alone, its slice explored to the end; F-01, whose slice is long, \
                    under those about heartbeats, time and old keys.\n\n"
        .to_owned();
    let rows = FINDINGS.iter().map(|finding| {
        let under = finding.under(table);
        let (ends, stays): (Vec<_>, Vec<_>) = under.into_iter().partition(|(_, holds)| *holds);
        let named = |under: Vec<(String, bool)>| {
            markdown::or_dash(under.into_iter().map(|(name, _)| format!("`{name}`")))
        };
        let place = format!("{} ({})", finding.goal.id(), finding.slice);
        let all = ends.len() + stays.len();
        let stays = format!("{} of {all}", stays.len());
        [finding.id.to_owned(), place, named(ends), stays]
    });
    text.push_str(&markdown::table(["finding", "goal", "ends under", "stays under"], rows));
    text
}

fn opening() -> String {
    let mut text = markdown::opening("What was explored", "vectors/explored.json");
    text.push_str(
        "Explorations that take too long for every run, as `conclave deep --write` stored them. \
         `conclave deep` holds their digests against today's profiles and slices, computes the \
         smallest anew, and walks every stored way to a broken goal again.\n\n## To the end of long \
         slices\n\nWhere no depth stands the search went deep first, for want of memory: it finds \
         what is broken, and no shortest way there.\n\n",
    );
    text
}

fn long(row: &Row) -> [String; 6] {
    let goals = row.goals.iter().map(|it| match it.moves.len() {
        0 => format!("{} {}", it.goal, it.verdict),
        moves => format!("{} {} after {moves} moves", it.goal, it.verdict),
    });
    [
        format!("`{}`", row.slice),
        markdown::to_profile(&row.profile),
        row.states.to_string(),
        row.transitions.to_string(),
        row.depth.map_or_else(|| "-".to_owned(), |depth| depth.to_string()),
        markdown::or_dash(goals),
    ]
}

fn section(row: &UnderRow) -> String {
    let name = format!("{}={}", row.reading, row.alternative);
    let title = readings::by_id(&row.reading).map_or("", |reading| reading.title);
    let says = Under::named(&name).map_or("", Under::text);
    let mut text = format!("\n### {name}\n\n{title}. {says}\n");
    for found in &row.breaks {
        text.push_str(&format!("\n{} breaks in slice `{}`:\n\n", found.goal, found.slice));
        for action in &found.moves {
            text.push_str(&format!("1. {action}\n"));
        }
    }
    text
}
