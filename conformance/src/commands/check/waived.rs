//! The waivers of a run: `conclave.toml`, and what day it is.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, civil::Date, tz::Offset};
use serde::Deserialize;

use crate::report::{text, waivers::Waiver};

/// The file in the folder the command is run in.
const FILE: &str = "conclave.toml";

/// Which waivers hold, and when.
#[derive(Debug, Default)]
pub struct Options {
    /// The file; without it `conclave.toml`, if there is one.
    pub file: Option<PathBuf>,
    /// The day; without it today, in UTC.
    pub today: Option<Date>,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "waiver")]
    waivers: Vec<Waiver>,
}

/// Why there are no waivers.
#[derive(Debug, thiserror::Error)]
pub enum WaiversError {
    /// The file cannot be read.
    #[error("cannot read {path}: {error}")]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// The file is not as it must be.
    #[error("{path}: {reason}")]
    Format {
        /// The file.
        path: String,
        /// Where, and what is wrong.
        reason: String,
    },
}

impl Options {
    /// The waivers, and the day they are held against.
    ///
    /// # Errors
    /// The file cannot be read, or is not as it must be.
    pub(super) fn load(&self) -> Result<(Vec<Waiver>, Date), WaiversError> {
        let today = self.today.unwrap_or_else(today);
        let default = Path::new(FILE);
        let path = match &self.file {
            Some(file) => file,
            None if default.is_file() => default,
            None => return Ok((Vec::new(), today)),
        };
        let shown = || text::whole(&path.display().to_string());
        let read = fs::read_to_string(path);
        let read = read.map_err(|error| WaiversError::Read { path: shown(), error })?;
        let waivers = parsed(&read);
        Ok((waivers.map_err(|reason| WaiversError::Format { path: shown(), reason })?, today))
    }
}

/// The waivers of a file's text, or where it is wrong.
fn parsed(text: &str) -> Result<Vec<Waiver>, String> {
    let file: Result<File, _> = toml::from_str(text);
    file.map(|file| file.waivers).map_err(|error| text::lines(error.to_string().trim_end()))
}

fn today() -> Date {
    Offset::UTC.to_datetime(Timestamp::now()).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[waiver]]
rule = "ROT-02"
profile = "zoom-3.0"
reason = "an old client"
link = "https://example.org/1"
expires = "2030-01-31"
"#;

    #[test]
    fn a_waiver_says_what_why_where_and_until_when() {
        let waivers = parsed(GOOD).expect("it is right");
        assert_eq!(waivers.len(), 1);
        assert_eq!(waivers[0].name(), "ROT-02 in zoom-3.0");
        assert_eq!(parsed("").expect("no waivers").len(), 0);
    }

    #[test]
    fn a_mistake_is_named_by_line_and_field() {
        let mistakes = [
            ("\"ROT-02\"", "\"ROT-99\"", "line 3", "no rule has the ID"),
            ("rule =", "role =", "line 3", "unknown field `role`"),
            ("\"zoom-3.0\"", "\"zoom-9\"", "line 4", "profile:"),
            ("\"an old client\"", "\" \"", "line 5", "reason:"),
            ("https://", "javascript:", "line 6", "link:"),
            ("2030-01-31", "2030-02-30", "line 7", "expires:"),
            ("2030-01-31", "2030-1-31", "line 7", "expires:"),
            ("expires = \"2030-01-31\"", "", "line 2", "missing field `expires`"),
            ("rule = \"ROT-02\"", "", "line 2", "names a rule or a case"),
            ("rule =", "case = \"a/b\"\nrule =", "line 2", "not both"),
            ("[[waiver]]", "[[waver]]", "line 2", "unknown field `waver`"),
            ("[[waiver]]", "[[waiver]", "line 2", ""),
        ];
        for (from, to, line, what) in mistakes {
            let text = GOOD.replace(from, to);
            let error = parsed(&text).expect_err(to);
            assert!(error.contains(line) && error.contains(what), "{to}: {error}");
        }
    }
}
