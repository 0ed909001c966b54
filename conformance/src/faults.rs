//! Planted faults: realistic mistakes, each a small patch to a copy of a foreign client, and what
//! the suite says of the client that has it.
//!
//! A mutant lacks a rule as a whole. A fault is a mistake that people make: off by one, seconds for
//! milliseconds, a comparison by prefix. The patches are data, one file for each language in
//! `conformance/faults`; the clients themselves have no switches. A patch says which text of which
//! file it replaces, and that text must be there exactly once: one that does not apply any more is
//! an error, never a fault that was found.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use conclave_spec::{Profile, Rule};
use serde::{Deserialize, Serialize};

use crate::{
    protocol::{Codec, RandomnessClass},
    vectors,
    verdict::Mode,
};

pub mod inputs;
pub mod judge;
pub mod plant;
pub mod table;

/// The folder of the data files, in the repository.
const FOLDER: &str = "conformance/faults";

/// A language with a client that faults are planted in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// The client in `conformance/adapters/python`.
    Python,
    /// The client in `conformance/adapters/javascript`.
    Javascript,
}

impl Language {
    /// Every language, in the order of the table.
    pub const ALL: [Self; 2] = [Self::Python, Self::Javascript];

    /// The name of its data file and of its client's folder.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Javascript => "javascript",
        }
    }

    /// For people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Javascript => "JavaScript",
        }
    }
}

/// A text of a file and what stands in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The file of the client.
    pub file: String,
    /// The text, which is there exactly once.
    pub find: String,
    /// What replaces it.
    pub replace: String,
}

/// Where a client first does something else, and the rules that are named for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct First {
    /// The case.
    pub case: String,
    /// The step of the client in it, from 1.
    pub step: usize,
    /// The rules that `check` prints for it, in that order.
    pub rules: Vec<Rule>,
}

/// A mistake that is planted in a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Its stable name. Never reused.
    pub id: String,
    /// What goes wrong, in plain words.
    pub wrong: String,
    /// The rule that it breaks, as a person would say who knows the fault.
    pub breaks: Rule,
    /// The profile in which the suite is run against it.
    pub profile: String,
    /// The mode, such as `tape-bytes`.
    pub mode: String,
    /// The patch.
    pub edits: Vec<Edit>,
    /// The first failure that `check` prints; absent where the suite finds nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<First>,
    /// Why the rule that the fault breaks is not named there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub misleads: Option<String>,
    /// Where the suite finds nothing: what would find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survives: Option<String>,
}

/// A data file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "fault")]
    faults: Vec<Fault>,
}

/// Why faults cannot be planted or judged.
#[derive(Debug, thiserror::Error)]
pub enum FaultsError {
    /// The repository is not there.
    #[error(
        "cannot find {FOLDER}: planted faults and the clients they are planted in are part of the \
         repository; run this inside a checkout"
    )]
    NoRepository,
    /// A data file is wrong.
    #[error("{file}: {reason}")]
    Data {
        /// The file.
        file: String,
        /// Where, and what is wrong.
        reason: String,
    },
    /// A patch does not apply any more.
    #[error(
        "{id}: the text to replace is in {file} {count} times, and must be there once: {find:?}\n  \
         what to do: adapt `find` and `replace` to the client as it is now, in {FOLDER}"
    )]
    Patch {
        /// The fault.
        id: String,
        /// The file of the client.
        file: String,
        /// How often the text is there.
        count: usize,
        /// The text.
        find: String,
    },
    /// A patch breaks the client as a whole.
    #[error(
        "{id}: the client with this fault does not work at all ({reason}), which shows nothing\n  \
         what to do: mend the patch in {FOLDER}"
    )]
    Broken {
        /// The fault.
        id: String,
        /// What it does.
        reason: String,
    },
    /// What a client needs is not there.
    #[error("{0}")]
    Client(String),
    /// A file or directory.
    #[error("cannot {action} {path:?}: {error}")]
    Files {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The cases cannot be had.
    #[error(transparent)]
    Vectors(#[from] vectors::VectorsError),
    /// The attacks cannot be played.
    #[error(transparent)]
    Attacks(#[from] crate::attack::AttackError),
    /// The stored table cannot be had.
    #[error("{0}\n  what to do: run `conclave faults --write`")]
    Table(String),
}

fn files(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FaultsError {
    let path = path.to_owned();
    move |error| FaultsError::Files { action, path, error }
}

/// The repository: the one this was built in, else the one the current directory is in.
///
/// # Errors
/// There is none.
pub fn repository() -> Result<PathBuf, FaultsError> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let here = std::env::current_dir().unwrap_or_default();
    let mut places = std::iter::once(built).chain(here.ancestors().map(Path::to_owned));
    places.find(|place| place.join(FOLDER).is_dir()).ok_or(FaultsError::NoRepository)
}

/// Every fault of a language, in the order of its file.
///
/// # Errors
/// The file cannot be read, or is not as it must be.
pub fn of(root: &Path, language: Language) -> Result<Vec<Fault>, FaultsError> {
    let path = root.join(FOLDER).join(format!("{}.toml", language.name()));
    let text = fs::read_to_string(&path).map_err(files("read", &path))?;
    let file = format!("{FOLDER}/{}.toml", language.name());
    let data = |reason| FaultsError::Data { file: file.clone(), reason };
    let read: File = toml::from_str(&text).map_err(|error| data(error.to_string()))?;
    let mut seen = std::collections::BTreeSet::new();
    for fault in &read.faults {
        if !seen.insert(&fault.id) {
            return Err(data(format!("{} is there twice", fault.id)));
        }
        fault.check().map_err(|reason| data(format!("{}: {reason}", fault.id)))?;
    }
    Ok(read.faults)
}

impl Fault {
    /// The profile.
    #[must_use]
    pub fn profile(&self) -> Option<Profile> {
        Profile::by_id(&self.profile)
    }

    /// The mode.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        use {Codec::*, RandomnessClass::*};
        let all = [Tape, Seeded, Opaque]
            .into_iter()
            .flat_map(|randomness| [Bytes, Fields].map(|codec| Mode { randomness, codec }));
        all.into_iter().find(|mode| mode.name() == self.mode)
    }

    /// What is wrong with an entry by itself.
    fn check(&self) -> Result<(), String> {
        if self.profile().is_none() {
            return Err(format!("there is no profile {:?}", self.profile));
        }
        if self.mode().is_none() {
            return Err(format!("there is no mode {:?}", self.mode));
        }
        if self.edits.is_empty() || self.edits.iter().any(|edit| edit.find == edit.replace) {
            return Err("the patch changes nothing".to_owned());
        }
        match (&self.first, &self.survives) {
            (Some(first), None) => self.check_rules(&first.rules),
            (None, Some(_)) if self.misleads.is_none() => Ok(()),
            (None, None) => {
                Err("it says neither where it is found first (`first`) nor what would find it \
                 (`survives`)"
                    .to_owned())
            }
            (Some(_) | None, Some(_)) => {
                Err("`survives` goes with neither `first` nor `misleads`".to_owned())
            }
        }
    }

    /// Where the rule that is broken is not named, that needs a reason; where it is, it has none.
    fn check_rules(&self, named: &[Rule]) -> Result<(), String> {
        match (named.contains(&self.breaks), &self.misleads) {
            (false, None) => {
                let named: Vec<_> = named.iter().map(|rule| rule.id()).collect();
                let (named, broken) = (named.join(", "), self.breaks.id());
                Err(format!("{named} is named and {broken} is broken: say in `misleads` why"))
            }
            (true, Some(_)) => Err("`misleads` stands beside the right rule".to_owned()),
            (true, None) | (false, Some(_)) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
