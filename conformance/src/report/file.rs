//! The result file: what everything else is made from.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::LazyLock,
};

use conclave_spec::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Report, ReportError, counted, text};
use crate::pages::schema;

/// The format of the result file.
pub const SCHEMA: &str = "conclave-result-1";

/// The largest file read, in bytes.
const BYTES_MAX: u64 = 256 << 20;

/// One or more results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultFile {
    /// `conclave-result-1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// The result for each client.
    #[schemars(length(min = 1))]
    pub runs: Vec<Report>,
}

/// Of any file, what format it says it has.
#[derive(Deserialize)]
struct Head {
    schema: String,
}

/// Why a file is no result file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be read.
    #[error("cannot read {path}: {error}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// It is larger than any result.
    #[error("{path}: larger than any result file ({BYTES_MAX} bytes)")]
    Large {
        /// The file.
        path: String,
    },
    /// It says it has another format.
    #[error(
        "{path}: the format is {schema:?}; this release reads {SCHEMA:?}\n  what to do: write it anew with `conclave check --result FILE`"
    )]
    Schema {
        /// The file.
        path: String,
        /// What it says.
        schema: String,
    },
    /// It is not as the format says.
    #[error(
        "{path}: not a result file: {reason}\n  what to do: write it anew with `conclave check --result FILE`"
    )]
    Format {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

impl ResultFile {
    /// A file of these results.
    #[must_use]
    pub fn of(runs: Vec<Report>) -> Self {
        Self { schema: SCHEMA.to_owned(), runs }
    }

    /// The text of the file.
    ///
    /// # Errors
    /// It cannot be put together.
    pub fn text(&self) -> Result<String, ReportError> {
        let text = serde_json::to_string_pretty(self);
        let text = text.map_err(|error| ReportError::Format(error.to_string()))?;
        Ok(text + "\n")
    }

    /// Reads a result file: every field known, none missing, and the counts those of the cases.
    ///
    /// # Errors
    /// It is none.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let shown = text::whole(&path.display().to_string());
        let bytes = bytes_of(path, &shown)?;
        Self::parse(&bytes, &shown)
    }

    /// Reads the bytes of a result file of this name.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(bytes: &[u8], name: &str) -> Result<Self, ReadError> {
        let path = || name.to_owned();
        let format = |reason: String| ReadError::Format { path: path(), reason };
        let bad = |error: serde_json::Error| format(text::line(&error.to_string()));
        let head: Head = serde_json::from_slice(bytes).map_err(bad)?;
        if head.schema != SCHEMA {
            return Err(ReadError::Schema { path: path(), schema: text::line(&head.schema) });
        }
        // Before the schema, because this says what is wrong more clearly, and in which line.
        let file: Self = serde_json::from_slice(bytes).map_err(bad)?;
        fits(&serde_json::from_slice(bytes).map_err(bad)?).map_err(format)?;
        for run in &file.runs {
            check(run).map_err(format)?;
        }
        Ok(file)
    }
}

/// The published schema, or why it is none.
static VALIDATOR: LazyLock<Result<jsonschema::Validator, String>> = LazyLock::new(|| {
    let schema = serde_json::to_value(schema::result()).map_err(|error| error.to_string())?;
    jsonschema::draft202012::new(&schema).map_err(|error| error.to_string())
});

/// Whether it is as the published schema says, which the types alone do not hold it to.
fn fits(value: &serde_json::Value) -> Result<(), String> {
    let validator = VALIDATOR.as_ref().map_err(Clone::clone)?;
    // Collecting errors is slow, and there hardly ever are any.
    let wrong = if validator.is_valid(value) { None } else { validator.iter_errors(value).next() };
    let Some(error) = wrong else { return Ok(()) };
    let place = text::line(&error.instance_path.to_string());
    let place = if place.is_empty() { "the top" } else { &place };
    let said = text::line(&error.to_string());
    Err(format!("not as vectors/schema/result.json says, at {place}: {said}"))
}

/// What neither the types nor the schema can say.
fn check(run: &Report) -> Result<(), String> {
    if counted(&run.cases) != run.counts {
        return Err("its counts are not those of its cases".to_owned());
    }
    let rules = [&run.rules_seen_holding, &run.rules_seen_refusing, &run.rules_failed];
    if let Some(id) = rules.into_iter().flatten().find(|id| Rule::by_id(id).is_none()) {
        return Err(format!("no rule has the ID {}", text::line(id)));
    }
    let known = 1..=run.waivers.len();
    if let Some(case) = run.cases.iter().find(|it| it.waiver.is_some_and(|at| !known.contains(&at)))
    {
        return Err(format!("{} names a waiver that is not there", text::line(&case.case)));
    }
    let passed =
        |case: &&super::CaseReport| case.waiver.is_some() && !case.verdict.is_nonconformant();
    match run.cases.iter().find(passed) {
        Some(case) => Err(format!("{} is waived and does not fail", text::line(&case.case))),
        None => Ok(()),
    }
}

fn bytes_of(path: &Path, shown: &str) -> Result<Vec<u8>, ReadError> {
    let failed = |error| ReadError::File { path: shown.to_owned(), error };
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(ReadError::Large { path: shown.to_owned() });
    }
    Ok(bytes)
}

/// Writes a text to a file.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, text: &str) -> Result<(), ReportError> {
    std::fs::write(path, text)
        .map_err(|error| ReportError::File { path: path.display().to_string(), error })
}
