//! `faults.md`: realistic mistakes planted in the foreign clients, and which layer finds them.

use std::collections::BTreeMap;

use super::markdown;
use crate::faults::{
    Language,
    table::{Layer, Row, Table},
};

pub(super) fn page(table: &Table) -> String {
    let rows = &table.rows;
    let mut text = markdown::opening("Planted faults", "vectors/faults.json");
    let killed = rows.iter().filter(|row| row.killed).count();
    let misled = rows.iter().filter(|row| row.misleads.is_some()).count();
    text.push_str(&format!(
        "{} mistakes that people make, each a small patch (`conformance/faults`) to a copy of a client \
         of ours in another language: {}. The suite and the known attacks find \
         {killed}; {} survive. Of those found, {misled} are told by another rule \
         than the one that is broken. `conclave faults` plants all of them again, `conclave faults \
         --write` those whose client or cases have changed.\n\n\
         A number is how many cases or attacks fail; `-` is none. *First* is the first \
         failure that `conclave check` prints, in the one profile and mode the fault is judged in, \
         with the rules told there.\n",
        rows.len(),
        by_language(rows),
        rows.len() - killed
    ));
    for language in Language::ALL {
        let of: Vec<_> = rows.iter().filter(|row| row.language == language).collect();
        text.push_str(&format!("\n## {}\n\n{}", language.title(), matrix(&of)));
    }
    text.push_str(&what_finds(rows));
    text.push_str(&survivors(rows));
    text.push_str(&misleading(rows));
    text.push_str("\n## One by one\n");
    for row in rows {
        text.push_str(&section(row));
    }
    text
}

fn by_language(rows: &[Row]) -> String {
    let of = |language: Language| {
        let count = rows.iter().filter(|row| row.language == language).count();
        format!("{count} in {}", language.title())
    };
    Language::ALL.map(of).join(", ")
}

fn matrix(rows: &[&Row]) -> String {
    let mut header = vec!["fault".to_owned(), "breaks".to_owned(), "told by".to_owned()];
    header.extend(Layer::ALL.map(|layer| layer.title().to_owned()));
    let cells = rows.iter().map(|row| {
        let told = match &row.first {
            Some(first) => markdown::rules(&first.rules),
            None => "**survives**".to_owned(),
        };
        let fault = format!("[{}](#{})", row.id, row.id);
        let mut cells = vec![fault, markdown::to_rule(row.breaks.id()), told];
        cells.extend(Layer::ALL.map(|layer| match row.seen(layer).failing.len() {
            0 => "-".to_owned(),
            failing => failing.to_string(),
        }));
        cells
    });
    markdown::wide_table(&header, cells)
}

/// How many faults each layer finds, and how many no other layer does.
fn what_finds(rows: &[Row]) -> String {
    let finds = |row: &Row, layer: Layer| !row.seen(layer).failing.is_empty();
    let lines = Layer::ALL.map(|layer| {
        let found = rows.iter().filter(|row| row.killed && finds(row, layer));
        let alone = |row: &&Row| !Layer::ALL.iter().any(|it| *it != layer && finds(row, *it));
        let alone = found.clone().filter(alone).count();
        [layer.title().to_owned(), found.count().to_string(), alone.to_string()]
    });
    let table = markdown::table(["layer", "finds", "finds alone"], lines);
    format!(
        "\n## What finds them\n\nFormulas are computed one by one; a decisive case is one that a \
         client without some rule gets wrong; scenarios are all other cases, whole meetings among \
         them.\n\n{table}"
    )
}

fn survivors(rows: &[Row]) -> String {
    let list: Vec<_> = rows.iter().filter(|row| !row.killed).collect();
    if list.is_empty() {
        return String::new();
    }
    let lines = list.iter().map(|row| {
        let why = row.survives.clone().unwrap_or_default();
        [format!("[{}](#{})", row.id, row.id), row.wrong.clone(), why]
    });
    let table = markdown::table(["fault", "what goes wrong", "what would find it"], lines);
    format!("\n## Survivors\n\nHoles of the suite as it stands.\n\n{table}")
}

fn misleading(rows: &[Row]) -> String {
    let lines = rows.iter().filter_map(|row| {
        let why = row.misleads.clone()?;
        let told = row.first.as_ref().map(|first| markdown::rules(&first.rules))?;
        let broken = markdown::to_rule(row.breaks.id());
        Some([format!("[{}](#{})", row.id, row.id), broken, told, row.named.to_string(), why])
    });
    let lines: Vec<_> = lines.collect();
    if lines.is_empty() {
        return String::new();
    }
    let header = ["fault", "breaks", "told by", "cases that tell it", "why"];
    let table = markdown::table(header, lines);
    format!(
        "\n## Told by another rule\n\nWhere the first failure does not name the rule that a person \
         would name who knows the fault; in how many failing cases the first wrong step does.\n\n\
         {table}"
    )
}

fn section(row: &Row) -> String {
    let Row { id, wrong, profile, mode, breaks, .. } = row;
    let mut text = format!("\n{}\n\n### {id}\n\n{wrong}\n\n", markdown::anchor(id));
    let (profile, breaks) = (markdown::to_profile(profile), markdown::to_rule(breaks.id()));
    text.push_str(&format!("- breaks {breaks}; judged in {profile}, mode `{mode}`\n"));
    if let Some(first) = &row.first {
        let rules = markdown::rules(&first.rules);
        let (case, step) = (&first.case, first.step);
        text.push_str(&format!("- first: `{case}`, step {step}, told by {rules}\n"));
    }
    let collateral = collateral(row);
    if !collateral.is_empty() {
        text.push_str(&format!("- also failing: {collateral}\n"));
    }
    text
}

/// What else fails: names where they are few, else how many of each area.
fn collateral(row: &Row) -> String {
    const NAMED_MAX: usize = 6;
    let first = row.first.as_ref().map(|first| first.case.as_str());
    let others: Vec<_> = row.failing().filter(|(_, id, _)| Some(*id) != first).collect();
    if others.len() <= NAMED_MAX {
        let names = others.iter().map(|(_, id, word)| match *word {
            "fail" => format!("`{id}`"),
            other => format!("`{id}` ({other})"),
        });
        return names.collect::<Vec<_>>().join(", ");
    }
    let mut areas: BTreeMap<(Layer, &str), usize> = BTreeMap::new();
    for (layer, id, _) in &others {
        let area = id.split('/').nth(1).unwrap_or(id);
        *areas.entry((*layer, area)).or_default() += 1;
    }
    let told = areas.iter().map(|((layer, area), count)| match layer {
        Layer::Attacks => format!("{area} {count}"),
        Layer::Formulas | Layer::Decisive | Layer::Scenarios => {
            format!("{area} {count} ({})", layer.title())
        }
    });
    told.collect::<Vec<_>>().join(", ")
}
