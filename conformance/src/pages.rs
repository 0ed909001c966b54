//! The generated pages of the book and the generated schemas: one text for each file.
//!
//! Everything here is a function of the tables of `conclave-spec`, of the types of
//! [`crate::protocol`] and of the corpus in [`crate::attacks`], so a page cannot say what the program does not.

use conclave_spec::obligations::{Obligations, ObligationsError};
use thiserror::Error;

mod adapter_messages;
mod attacks;
pub mod bad_input;
pub mod facts;
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
    /// A schema cannot be written down.
    #[error("a schema cannot be written as JSON")]
    Schema(#[from] serde_json::Error),
}

/// Every generated file, in a fixed order.
///
/// # Errors
/// A table of the specification cannot be read.
pub fn all() -> Result<Vec<Page>, PagesError> {
    let table = Obligations::load()?;
    Ok(vec![
        Page { path: "docs/generated/rules.md", text: rules::page(&table) },
        Page { path: "docs/generated/readings.md", text: readings::page(&table) },
        Page { path: "docs/generated/obligations.md", text: obligations::page(&table) },
        Page { path: "docs/generated/profiles.md", text: profiles::page() },
        Page { path: "docs/generated/layouts.md", text: layouts::page() },
        Page { path: "docs/generated/labels.md", text: labels::page() },
        Page { path: "docs/generated/attacks.md", text: attacks::page() },
        Page { path: "docs/generated/adapter-messages.md", text: adapter_messages::page() },
        Page { path: "docs/generated/bad-input.md", text: bad_input::page() },
        Page { path: "vectors/schema/adapter.json", text: schema::text(&schema::adapter())? },
    ])
}
