//! What became of each fault, as stored.

use std::{collections::BTreeMap, fs, path::Path};

use conclave_spec::Rule;
use serde::{Deserialize, Serialize};

use super::{Fault, FaultsError, First, Language};

/// The stored table, under the vector folder.
pub const TABLE: &str = "faults.json";

/// The format.
pub const SCHEMA: &str = "conclave-faults-1";

/// A layer of what a client is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Byte formulas, computed one by one.
    Formulas,
    /// Cases that a client without some rule gets wrong while it gets a twin of them right.
    Decisive,
    /// All other cases: twins, scenes, whole meetings.
    Scenarios,
    /// Known attacks (`check --attacks`).
    Attacks,
}

impl Layer {
    /// Every layer, in the order of the matrix.
    pub const ALL: [Self; 4] = [Self::Formulas, Self::Decisive, Self::Scenarios, Self::Attacks];

    /// For people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Formulas => "formulas",
            Self::Decisive => "decisive",
            Self::Scenarios => "scenarios",
            Self::Attacks => "attacks",
        }
    }
}

/// What a layer says of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// How many cases were judged.
    pub judged: usize,
    /// Those that are no pass, in the order in which they were judged, with the verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failing: Vec<(String, String)>,
}

/// What became of a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The fault.
    pub id: String,
    /// What goes wrong.
    pub wrong: String,
    /// The language of the client.
    pub language: Language,
    /// SHA-256 of what the row was made from.
    pub inputs: String,
    /// The rule it breaks.
    pub breaks: Rule,
    /// The profile.
    pub profile: String,
    /// The mode.
    pub mode: String,
    /// Whether a case or an attack finds it.
    pub killed: bool,
    /// The first failure that `check` prints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<First>,
    /// In how many failing cases the first wrong step is told by the rule that is broken.
    pub named: usize,
    /// Why the rule that is broken is not named there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub misleads: Option<String>,
    /// Where nothing finds it: what would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survives: Option<String>,
    /// What each layer says.
    pub layers: BTreeMap<Layer, Seen>,
}

impl Row {
    /// The row with what the entry of its fault says of it today.
    #[must_use]
    pub fn as_said(&self, fault: &Fault) -> Self {
        let Fault { wrong, misleads, survives, .. } = fault.clone();
        Self { wrong, misleads, survives, ..self.clone() }
    }

    /// What a layer says.
    #[must_use]
    pub fn seen(&self, layer: Layer) -> Seen {
        self.layers.get(&layer).cloned().unwrap_or_default()
    }

    /// Everything that is no pass, in order.
    pub fn failing(&self) -> impl Iterator<Item = (Layer, &str, &str)> {
        self.layers.iter().flat_map(|(layer, seen)| {
            seen.failing.iter().map(|(case, word)| (*layer, case.as_str(), word.as_str()))
        })
    }
}

/// The table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// `conclave-faults-1`.
    pub schema: String,
    /// What became of each fault, by language and in the order of the data files.
    pub rows: Vec<Row>,
}

/// Reads the stored table.
///
/// # Errors
/// There is none, or it is none.
pub fn read(folder: &Path) -> Result<Table, FaultsError> {
    let path = folder.join(TABLE);
    let said =
        |error: &dyn std::fmt::Display| FaultsError::Table(format!("{}: {error}", path.display()));
    let text = fs::read_to_string(&path).map_err(|error| said(&error))?;
    let table: Table = serde_json::from_str(&text).map_err(|error| said(&error))?;
    if table.schema == SCHEMA { Ok(table) } else { Err(said(&"another format")) }
}

/// Stores rows.
///
/// # Errors
/// The table cannot be written.
pub fn write(folder: &Path, rows: Vec<Row>) -> Result<(), FaultsError> {
    let path = folder.join(TABLE);
    let table = Table { schema: SCHEMA.to_owned(), rows };
    let mut text = serde_json::to_string_pretty(&table).unwrap_or_default();
    text.push('\n');
    fs::write(&path, text).map_err(super::files("write", &path))
}
