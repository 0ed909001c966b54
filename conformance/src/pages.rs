//! The generated pages of the book and the generated schemas: one text for each file.
//!
//! Everything here is a function of the tables of `conclave-spec`, of the types of
//! [`crate::protocol`], of the corpus in [`crate::attacks`], of what the deep run stored and of what
//! became of planted faults, so a page cannot say what the program does not.

use std::path::Path;

use conclave_spec::obligations::{Obligations, ObligationsError};
use thiserror::Error;

mod adapter_messages;
mod attacks;
pub mod bad_input;
mod explored;
pub mod facts;
mod families;
mod faults;
mod goals;
mod labels;
mod layouts;
mod markdown;
mod obligations;
mod profiles;
mod readings;
mod rules;
pub mod schema;
pub mod words;

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it belongs, relative to the repository.
    pub path: &'static str,
    /// All of it.
    pub text: String,
}

/// Why the pages cannot be made.
#[derive(Debug, Error)]
pub enum PagesError {
    /// The obligation table cannot be read.
    #[error(transparent)]
    Obligations(#[from] ObligationsError),
    /// What was explored cannot be read.
    #[error(transparent)]
    Explored(#[from] crate::explored::ExploredError),
    /// What became of planted faults cannot be read.
    #[error(transparent)]
    Faults(#[from] crate::faults::FaultsError),
    /// A schema cannot be written down.
    #[error("a schema cannot be written as JSON")]
    Schema(#[from] serde_json::Error),
}

/// Every generated file, in a fixed order, for the repository at `root`.
///
/// # Errors
/// A table of the specification, or a stored table, cannot be read.
pub fn all(root: &Path) -> Result<Vec<Page>, PagesError> {
    let table = Obligations::load()?;
    let found = crate::explored::read(&root.join("vectors"))?;
    let faults = crate::faults::table::read(&root.join("vectors"))?;
    Ok(vec![
        Page { path: "docs/generated/rules.md", text: rules::page(&table) },
        Page { path: "docs/generated/readings.md", text: readings::page(&table) },
        Page { path: "docs/generated/obligations.md", text: obligations::page(&table) },
        Page { path: "docs/generated/profiles.md", text: profiles::page() },
        Page { path: "docs/generated/layouts.md", text: layouts::page() },
        Page { path: "docs/generated/labels.md", text: labels::page() },
        Page { path: "docs/generated/goals.md", text: goals::page() },
        Page { path: "docs/generated/attacks.md", text: attacks::page() },
        Page { path: "docs/generated/explored.md", text: explored::page(&found) },
        Page { path: "docs/generated/device-families.md", text: families::page() },
        Page { path: "docs/generated/faults.md", text: faults::page(&faults) },
        Page { path: "docs/generated/adapter-messages.md", text: adapter_messages::page() },
        Page { path: "docs/generated/bad-input.md", text: bad_input::page() },
        Page { path: "vectors/schema/adapter.json", text: schema::text(&schema::adapter())? },
        Page { path: "vectors/schema/result.json", text: schema::text(&schema::result())? },
    ])
}
