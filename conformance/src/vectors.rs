//! The vector files: writing, loading, comparing.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use conclave_spec::Profile;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    case::{Case, SCHEMA, VectorFile},
    record::{self, RecordError},
    stories::{self, StoryError},
};

/// The list of all vector files with their hashes.
pub const MANIFEST: &str = "MANIFEST.json";

/// The JSON Schema of a vector file.
pub const SCHEMA_FILE: &str = "schema/vectors.json";

/// The list of all vector files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `conclave-vectors-2`.
    pub schema: String,
    /// How many cases are written out in all files.
    pub count: usize,
    /// How many more are those of a parent profile, unchanged.
    pub same: usize,
    /// The files, by path.
    pub files: BTreeMap<String, Entry>,
}

/// A file of the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// How many cases are written out in it.
    pub count: usize,
    /// How many more are those of the parent profile, unchanged.
    pub same: usize,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// Why the vectors cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VectorsError {
    /// The script of a case cannot be told as a story.
    #[error(transparent)]
    Story(#[from] StoryError),
    /// There is no vector folder.
    #[error(
        "no vectors found: there is no {MANIFEST} in {0}\n  what to do: run from the project's folder, or give --vectors DIR"
    )]
    Missing(PathBuf),
    /// A file cannot be read or written.
    #[error(
        "{path}: {error}\n  what to do: restore the file, or run `conclave vectors write` to make all of them anew"
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A file is not what the manifest says.
    #[error(
        "{path}: not the file the manifest lists (SHA-256 {got}, expected {expected})\n  what to do: restore it, or run `conclave vectors write` if it was meant to change"
    )]
    Hash {
        /// The file.
        path: PathBuf,
        /// What the manifest says.
        expected: String,
        /// What the file has.
        got: String,
    },
    /// A file is not JSON, or not a vector file.
    #[error(
        "{path}: not a vector file: {reason}\n  what to do: restore the file, or run `conclave vectors write` to make all of them anew"
    )]
    Shape {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// A file does not have the number of cases it says.
    #[error(
        "{path}: says {said} cases, has {has}\n  what to do: restore the files, or run `conclave vectors write` to make all of them anew"
    )]
    Count {
        /// The file.
        path: PathBuf,
        /// What it says.
        said: usize,
        /// What it has.
        has: usize,
    },
    /// A file differs from what the model gives today.
    #[error(
        "{path}: stale: line {line} differs from what the model gives\n  what to do: run `conclave vectors write` and read the difference"
    )]
    Stale {
        /// The file.
        path: PathBuf,
        /// The first line that differs, from 1.
        line: usize,
    },
    /// A file nobody generates.
    #[error("{0}: no generator writes this file\n  what to do: remove it")]
    Stray(PathBuf),
    /// The drafts and the reference disagree.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Nothing to run.
    #[error(
        "no case was loaded: that is an error, not a pass\n  what to do: run `conclave vectors write`, or give --vectors DIR"
    )]
    Empty,
}

/// The vector folder: as given, or beside the current folder, or that of the source tree.
#[must_use]
pub fn folder(given: Option<&Path>) -> PathBuf {
    if let Some(given) = given {
        return given.to_owned();
    }
    let here = std::env::current_dir().unwrap_or_default();
    let above = here.ancestors().map(|folder| folder.join("vectors"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors");
    above.chain([source.clone()]).find(|folder| folder.join(MANIFEST).is_file()).unwrap_or(source)
}

/// What all vector files must contain today, by path under the vector folder.
///
/// # Errors
/// The drafts and the reference disagree.
pub fn generate() -> Result<BTreeMap<String, String>, VectorsError> {
    let mut files = BTreeMap::new();
    let mut manifest =
        Manifest { schema: SCHEMA.to_owned(), count: 0, same: 0, files: BTreeMap::new() };
    let mut recorded = Vec::new();
    for (name, file) in record::files()? {
        let text = lines(&file);
        recorded.push((PathBuf::from(&name), file.clone()));
        let (count, same) = (file.count, file.same.len());
        let entry = Entry { count, same, sha256: digest(text.as_bytes()) };
        manifest.count += count;
        manifest.same += same;
        manifest.files.insert(name.clone(), entry);
        files.insert(name, text);
    }
    files.extend(stories::files(&whole(recorded)?)?);
    files.insert(MANIFEST.to_owned(), pretty(&manifest));
    files.insert(SCHEMA_FILE.to_owned(), pretty(&schemars::schema_for!(VectorFile)));
    Ok(files)
}

fn pretty<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// A vector file with each case on one line: a difference then names its case.
fn lines(file: &VectorFile) -> String {
    let mut text = String::new();
    for case in &file.cases {
        text.push_str(if text.is_empty() { "\n    " } else { ",\n    " });
        text.push_str(&serde_json::to_string(case).unwrap_or_default());
    }
    let end = if text.is_empty() { "" } else { "\n  " };
    let around = pretty(&VectorFile { cases: Vec::new(), ..file.clone() });
    around.replacen("\"cases\": []", &format!("\"cases\": [{text}{end}]"), 1)
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The file of a case, relative to the vector folder: a path of plain letters or nothing.
#[must_use]
pub fn file_of(id: &str) -> Option<String> {
    let mut parts = id.split('/');
    let (profile, area) = (parts.next()?, parts.next()?);
    let plain = |word: &str| {
        word.chars().all(|it| it.is_ascii_alphanumeric() || it == '-' || it == '.')
            && !word.starts_with('.')
    };
    (plain(profile) && plain(area)).then(|| match profile {
        record::FORMULAS => format!("bytes/{area}.json"),
        _ => format!("scenarios/{profile}/{area}.json"),
    })
}

/// The line, from 1, that a case stands in, whole or as the same as in a parent profile, in the text
/// of its file.
#[must_use]
pub fn line_of(text: &str, id: &str) -> Option<usize> {
    let whole = format!("{{\"id\":\"{id}\",");
    let name = id.split_once('/').map(|(_, name)| name)?;
    let same = |line: &str| {
        let word = line.trim().trim_end_matches(',');
        let inner = word.strip_prefix('"').and_then(|word| word.strip_suffix('"'));
        inner.and_then(|word| word.split_once('/')).is_some_and(|(_, it)| it == name)
    };
    let at = text.lines().position(|line| line.trim_start().starts_with(&whole) || same(line))?;
    Some(at + 1)
}

/// Writes every vector file.
///
/// # Errors
/// The drafts and the reference disagree, or a file cannot be written.
pub fn write(folder: &Path) -> Result<usize, VectorsError> {
    let files = generate()?;
    for (name, text) in &files {
        let path = folder.join(name);
        let at = |error| VectorsError::File { path: path.clone(), error };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(at)?;
        }
        fs::write(&path, text).map_err(at)?;
    }
    Ok(files.len())
}

/// Compares every vector file with what the model gives today, byte for byte, holds it against the
/// schema, and loads them all.
///
/// # Errors
/// The first difference, or whatever keeps the files from being used.
pub fn check(folder: &Path) -> Result<Vec<Case>, VectorsError> {
    let cases = load(folder)?;
    let files = generate()?;
    let manifest = folder.join(MANIFEST);
    let manifest: Manifest = shaped(&manifest, &read(&manifest)?)?;
    // The manifest last: it differs wherever a file does, and the file says more.
    let listed = files.iter().filter(|(name, _)| *name != MANIFEST);
    for (name, text) in listed.chain(files.get_key_value(MANIFEST)) {
        let path = folder.join(name);
        let stored = read(&path)?;
        if manifest.files.contains_key(name) {
            conforming(&path, &stored)?;
        }
        if stored != *text {
            let same = stored.lines().zip(text.lines()).take_while(|(one, other)| one == other);
            let line = same.count() + 1;
            return Err(VectorsError::Stale { path, line });
        }
    }
    for path in
        json_files(&folder.join("scenarios"))?.into_iter().chain(json_files(&folder.join("bytes"))?)
    {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if !files.contains_key(&name) {
            return Err(VectorsError::Stray(path));
        }
    }
    Ok(cases)
}

fn json_files(folder: &Path) -> Result<Vec<PathBuf>, VectorsError> {
    let at = |error| VectorsError::File { path: folder.to_owned(), error };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(at)? {
        let path = entry.map_err(at)?.path();
        if path.is_dir() {
            found.extend(json_files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Loads every case: hashes, shape and counts must be right.
///
/// # Errors
/// Whatever keeps the files from being used.
pub fn load(folder: &Path) -> Result<Vec<Case>, VectorsError> {
    load_of(folder, None)
}

/// As [`load`]; of the scenarios only those of this profile and of the ones it builds on.
///
/// # Errors
/// Whatever keeps the files from being used; those left out too must be as the manifest says.
pub fn load_of(folder: &Path, profile: Option<&Profile>) -> Result<Vec<Case>, VectorsError> {
    let path = folder.join(MANIFEST);
    if !path.is_file() {
        return Err(VectorsError::Missing(folder.to_owned()));
    }
    let mut manifest: Manifest = shaped(&path, &read(&path)?)?;
    let wanted = profile.map(lineage);
    let mut files = Vec::new();
    for (name, entry) in &manifest.files {
        let path = folder.join(name);
        let text = read(&path)?;
        let got = digest(text.as_bytes());
        if got != entry.sha256 {
            // What is wrong with its shape says more than that it is not the same.
            conforming(&path, &text)?;
            return Err(VectorsError::Hash { path, expected: entry.sha256.clone(), got });
        }
        if wanted.as_ref().is_some_and(|wanted| !is_of(name, wanted)) {
            manifest.count = manifest.count.saturating_sub(entry.count);
            manifest.same = manifest.same.saturating_sub(entry.same);
            continue;
        }
        let file = of_this_release(&path, shaped(&path, &text)?)?;
        if file.cases.len() != file.count || file.count != entry.count {
            let (said, has) = (entry.count, file.cases.len());
            return Err(VectorsError::Count { path, said, has });
        }
        if file.same.len() != entry.same {
            let (said, has) = (entry.same, file.same.len());
            return Err(VectorsError::Count { path, said, has });
        }
        files.push((path, file));
    }
    let said = manifest.count + manifest.same;
    let has = files.iter().map(|(_, file)| file.count + file.same.len()).sum();
    if said != has {
        return Err(VectorsError::Count { path, said, has });
    }
    let cases = whole(files)?;
    if cases.is_empty() { Err(VectorsError::Empty) } else { Ok(cases) }
}

/// Every case of these files, those that hold unchanged under a later profile written out.
fn whole(files: Vec<(PathBuf, VectorFile)>) -> Result<Vec<Case>, VectorsError> {
    let profiles = Profile::all();
    // Oldest first, so that the cases of a parent are whole before its children look there.
    let mut in_order: Vec<_> = files.into_iter().enumerate().collect();
    in_order.sort_by_key(|(place, (_, file))| {
        (profiles.iter().position(|it| it.id == file.profile), *place)
    });
    let mut known: BTreeMap<String, Case> = BTreeMap::new();
    let mut by_place: BTreeMap<usize, Vec<Case>> = BTreeMap::new();
    for (place, (path, file)) in in_order {
        let parent = profiles.iter().find(|it| it.id == file.profile).and_then(|it| it.parent);
        let mut cases = file.cases;
        for id in &file.same {
            let of_parent = known.get(id).filter(|case| Some(case.profile()) == parent);
            let of_parent = of_parent.ok_or_else(|| VectorsError::Shape {
                path: path.clone(),
                reason: format!("the parent profile has no case {}", excerpt(id)),
            })?;
            cases.push(of_parent.under(&file.profile));
        }
        known.extend(cases.iter().map(|case| (case.id.clone(), case.clone())));
        by_place.insert(place, cases);
    }
    Ok(by_place.into_values().flatten().collect())
}

/// A profile and those it builds on.
fn lineage(profile: &Profile) -> Vec<&'static str> {
    let parent = |profile: &Profile| profile.parent.and_then(Profile::by_id);
    std::iter::successors(Some(profile.clone()), parent).map(|profile| profile.id).collect()
}

/// Whether a file has cases of one of these profiles, or of none in particular.
fn is_of(name: &str, profiles: &[&str]) -> bool {
    let of = name.strip_prefix("scenarios/").and_then(|rest| rest.split_once('/'));
    of.is_none_or(|(profile, _)| profiles.contains(&profile))
}

fn read(path: &Path) -> Result<String, VectorsError> {
    fs::read_to_string(path).map_err(|error| VectorsError::File { path: path.to_owned(), error })
}

/// A vector file that is as the schema says.
fn conforming(path: &Path, text: &str) -> Result<VectorFile, VectorsError> {
    // Before the schema, because this says what is wrong more clearly, and in which line.
    let file: VectorFile = shaped(path, text)?;
    let value: serde_json::Value = shaped(path, text)?;
    let at = |reason| VectorsError::Shape { path: path.to_owned(), reason };
    let schema = serde_json::to_value(schemars::schema_for!(VectorFile)).unwrap_or_default();
    let validator = jsonschema::validator_for(&schema).map_err(|error| at(error.to_string()))?;
    // Collecting errors is slow, and there hardly ever are any.
    let wrong =
        if validator.is_valid(&value) { None } else { validator.iter_errors(&value).next() };
    if let Some(error) = wrong {
        let place = error.instance_path.to_string();
        let place = if place.is_empty() { "the top" } else { &place };
        return Err(at(format!("{} at {place}", excerpt(&error.to_string()))));
    }
    of_this_release(path, file)
}

fn of_this_release(path: &Path, file: VectorFile) -> Result<VectorFile, VectorsError> {
    if file.schema == SCHEMA {
        return Ok(file);
    }
    let reason = format!("schema {:?}, this release reads {SCHEMA:?}", file.schema);
    Err(VectorsError::Shape { path: path.to_owned(), reason })
}

fn shaped<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, VectorsError> {
    serde_json::from_str(text).map_err(|error| VectorsError::Shape {
        path: path.to_owned(),
        reason: excerpt(&error.to_string()),
    })
}

fn excerpt(text: &str) -> String {
    crate::process::excerpt(text.as_bytes())
}
