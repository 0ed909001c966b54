//! `conclave profiles`: the versions of the protocol, and how two of them differ.

use std::io::Write;

use conclave_spec::{Profile, RuleSet};

use super::{Listing, Look, TablesError, entries, grid::Grid, json, profile};
use crate::pages::words;

/// Writes every profile.
///
/// # Errors
/// The output cannot be written.
pub fn profiles(listing: &Listing, out: &mut dyn Write) -> Result<(), TablesError> {
    if listing.json {
        return json(&entries::profiles(), out);
    }
    let mut grid = Grid::new(["profile", "paper", "parent", "rules", "about", "digest"]);
    for profile in Profile::all() {
        grid.row([
            profile.id.to_owned(),
            profile.paper.to_owned(),
            profile.parent.unwrap_or("-").to_owned(),
            profile.rules.len().to_string(),
            profile.summary.to_owned(),
            profile.digest().chars().take(16).collect(),
        ]);
    }
    grid.write("Versions of the protocol", listing.look, out)?;
    writeln!(out, "`conclave explain zoom-3.0` says all about one.")?;
    Ok(())
}

/// Writes how two profiles differ: rule by rule, number by number, variant by variant.
///
/// # Errors
/// A profile is unknown, or the output cannot be written.
pub fn profiles_diff(look: Look, a: &str, b: &str, out: &mut dyn Write) -> Result<(), TablesError> {
    let (a, b) = (profile(a)?, profile(b)?);
    let mut same = true;
    for (title, rules) in [
        (format!("Only in {}", a.id), a.rules.less(b.rules)),
        (format!("Only in {}", b.id), b.rules.less(a.rules)),
    ] {
        if !rules.is_empty() {
            same = false;
            statements(rules).write(&title, look, out)?;
        }
    }
    let numbers = words::params(&a.params).into_iter().zip(words::params(&b.params));
    let differing: Vec<_> = numbers.filter(|(a, b)| a.value != b.value).collect();
    if !differing.is_empty() {
        same = false;
        let mut grid = Grid::new(["parameter", a.id, b.id]);
        for (a, b) in differing {
            grid.row([a.name.to_owned(), a.value.to_string(), b.value.to_string()]);
        }
        grid.write("Numbers", look, out)?;
    }
    let variants = words::variants(&a).into_iter().zip(words::variants(&b));
    let differing: Vec<_> = variants.filter(|(a, b)| a.value != b.value).collect();
    if !differing.is_empty() {
        same = false;
        let mut grid = Grid::new(["variant", a.id, b.id]);
        for (a, b) in differing {
            grid.row([a.name.to_owned(), a.value.to_owned(), b.value.to_owned()]);
        }
        grid.write("Variants", look, out)?;
    }
    if same {
        writeln!(out, "{} and {} are the same protocol.", a.id, b.id)?;
    }
    Ok(())
}

fn statements(rules: RuleSet) -> Grid {
    let mut grid = Grid::new(["rule", "statement", "kind"]);
    for rule in rules.iter() {
        let kind = words::kind(rule.kind()).to_owned();
        grid.row([rule.id().to_owned(), rule.statement().to_owned(), kind]);
    }
    grid
}
