//! `conclave obligations`: how the normative sentences in scope are answered.

use std::io::Write;

use conclave_spec::obligations::{Coverage, Obligations};

use super::{Listing, TablesError, entries, grid::Grid, json};

/// Writes the coverage of every section, what is unmapped, and what is wrong with the table.
///
/// The exit code is 1 while a sentence is unmapped or anything is wrong, else 0.
///
/// # Errors
/// The table cannot be read or the output not be written.
pub fn obligations(listing: &Listing, out: &mut dyn Write) -> Result<u8, TablesError> {
    report(&Obligations::load()?, listing, out)
}

pub(super) fn report(
    table: &Obligations,
    listing: &Listing,
    out: &mut dyn Write,
) -> Result<u8, TablesError> {
    let problems = table.problems();
    let unmapped = table.unmapped().count();
    let code = u8::from(unmapped > 0 || !problems.is_empty());
    if listing.json {
        json(&entries::obligations(table), out)?;
        return Ok(code);
    }
    let coverage = table.coverage();
    let mut grid =
        Grid::new(["paper", "section", "about", "all", "rules", "reading", "later", "out", "none"]);
    for section in coverage {
        grid.row(row(section));
    }
    grid.write("Normative sentences, by what answers them", listing.look, out)?;
    for obligation in table.unmapped() {
        writeln!(out, "unmapped: {} {}", obligation.id, obligation.says)?;
    }
    for problem in &problems {
        writeln!(out, "problem: {problem}")?;
    }
    let all = table.all().len();
    writeln!(
        out,
        "{all} sentences (one in several versions counts once), {} mapped, {unmapped} unmapped, \
         {} problems.",
        all - unmapped,
        problems.len()
    )?;
    Ok(code)
}

fn row(section: Coverage) -> [String; 9] {
    let counts = [
        section.total,
        section.by_rules,
        section.by_readings,
        section.later,
        section.out_of_scope,
        section.unmapped,
    ];
    let [all, rules, readings, later, out, none] = counts.map(|count| match count {
        0 => "-".to_owned(),
        count => count.to_string(),
    });
    [section.paper, section.place, section.title, all, rules, readings, later, out, none]
}
