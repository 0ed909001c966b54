//! `conclave rules`, `readings`, `obligations`, `profiles` and `explain`: the tables of the
//! specification, for people and as JSON.

use std::io::{self, Write};

use conclave_spec::{
    Profile, Rule,
    obligations::{Obligations, ObligationsError},
    readings,
    rules::Area,
};
use serde::Serialize;
use thiserror::Error;

use crate::pages::{facts, words};

mod entries;
mod explain;
mod grid;
mod obligations;
mod profiles;

pub use explain::explain;
pub use grid::Look;
pub use obligations::obligations;
pub use profiles::{profiles, profiles_diff};

use grid::Grid;
pub(super) use grid::wrapped;

/// How a table is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    /// As JSON, not as a table.
    pub json: bool,
    /// Width and colors of a table.
    pub look: Look,
}

/// Why a table could not be written.
#[derive(Debug, Error)]
pub enum TablesError {
    /// Nothing has this name.
    #[error("nothing is called {name:?}{}", suggestion(near))]
    Unknown {
        /// What was asked for.
        name: String,
        /// Names that are nearly that, best first.
        near: Vec<String>,
    },
    /// The obligation table cannot be read.
    #[error(transparent)]
    Obligations(#[from] ObligationsError),
    /// The output cannot be written.
    #[error("the output cannot be written")]
    Output(#[from] io::Error),
    /// The output cannot be written as JSON.
    #[error("the output cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl TablesError {
    /// The exit code of the program: 4 for a wrong name, 3 for everything else.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Unknown { .. } => 4,
            Self::Obligations(_) | Self::Output(_) | Self::Json(_) => 3,
        }
    }
}

fn suggestion(near: &[String]) -> String {
    if near.is_empty() {
        "; try `conclave rules`, `readings`, `obligations` or `profiles`".to_owned()
    } else {
        format!("; near: {}", near.join(", "))
    }
}

/// Writes the rule table.
///
/// # Errors
/// The output cannot be written.
pub fn rules(listing: &Listing, out: &mut dyn Write) -> Result<(), TablesError> {
    if listing.json {
        let table = Obligations::load()?;
        return json(&entries::rules(&table), out);
    }
    for area in Area::ALL {
        let title = format!("{} {}: {}", area.prefix(), area.word(), words::area(area));
        let mut grid = Grid::new(["rule", "statement", "kind", "level", "from", "reaction", "in"]);
        for rule in Rule::ALL.iter().filter(|rule| rule.area() == area) {
            grid.row([
                rule.id().to_owned(),
                rule.statement().to_owned(),
                words::kind(rule.kind()).to_owned(),
                words::level(rule.level()).to_owned(),
                words::provenance(rule.provenance()).to_owned(),
                words::reaction(rule.reaction()).to_owned(),
                facts::profiles_phrase(*rule),
            ]);
        }
        grid.write(&title, listing.look, out)?;
    }
    let count = Rule::ALL.len();
    writeln!(out, "{count} rules. `conclave explain ROT-02` says all about one.")?;
    Ok(())
}

/// Writes the table of readings.
///
/// # Errors
/// The output cannot be written.
pub fn readings(listing: &Listing, out: &mut dyn Write) -> Result<(), TablesError> {
    if listing.json {
        return json(&entries::readings(), out);
    }
    let mut grid = Grid::new(["reading", "about", "paper", "chosen", "policy"]);
    for reading in readings::ALL {
        grid.row([
            reading.id.to_owned(),
            reading.title.to_owned(),
            reading.place.paper.to_owned(),
            reading.chosen.to_owned(),
            reading.policy.unwrap_or("-").to_owned(),
        ]);
    }
    grid.write("Where the paper is silent or contradicts itself", listing.look, out)?;
    let count = readings::ALL.len();
    writeln!(out, "{count} readings. `conclave explain R-05` says all about one.")?;
    Ok(())
}

fn json<T: Serialize>(value: &T, out: &mut dyn Write) -> Result<(), TablesError> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}

/// The profile with this name.
fn profile(name: &str) -> Result<Profile, TablesError> {
    Profile::by_id(name).ok_or_else(|| {
        let names = Profile::all().into_iter().map(|profile| profile.id.to_owned());
        TablesError::Unknown { name: name.to_owned(), near: explain::nearest(name, names) }
    })
}

#[cfg(test)]
mod tests;
