//! A copy of a client, with a fault in it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{Fault, FaultsError, Language, files};
use crate::{process::Launch, shipped};

/// Where the packages of the JavaScript client are.
const PACKAGES: &str = "node_modules";

/// A client with a fault, as long as this lives.
#[derive(Debug)]
pub struct Planted {
    /// How to start it.
    pub launch: Launch,
    /// Where it is.
    _folder: TempDir,
}

/// The folder of a client.
fn home(root: &Path, language: Language) -> PathBuf {
    root.join("conformance/adapters").join(language.name())
}

/// The files that make a client what it is, by name: its code, and which packages it uses.
///
/// # Errors
/// A file cannot be read.
pub fn sources(root: &Path, language: Language) -> Result<Vec<(String, Vec<u8>)>, FaultsError> {
    let home = home(root, language);
    let mut found = Vec::new();
    for entry in fs::read_dir(&home).map_err(files("read", &home))? {
        let path = entry.map_err(files("read", &home))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let is_source =
            ["py", "js", "json", "txt"].iter().any(|it| name.ends_with(&format!(".{it}")));
        if path.is_file() && is_source {
            let bytes = fs::read(&path).map_err(files("read", &path))?;
            found.push((name, bytes));
        }
    }
    found.sort();
    Ok(found)
}

/// Plants a fault in a copy of a client. `progress` gets a line when something takes long.
///
/// # Errors
/// The patch does not apply, or what the client needs is not there.
pub fn plant(
    root: &Path,
    language: Language,
    fault: &Fault,
    progress: &mut dyn FnMut(&str),
) -> Result<Planted, FaultsError> {
    let temporary = std::env::temp_dir();
    let folder = tempfile::Builder::new().prefix("conclave-fault-").tempdir();
    let folder = folder.map_err(files("create a directory in", &temporary))?;
    for (name, bytes) in patched(sources(root, language)?, fault)? {
        let path = folder.path().join(name);
        fs::write(&path, bytes).map_err(files("write", &path))?;
    }
    let launch = match language {
        Language::Python => {
            let client = folder.path().join("conclave_client.py");
            let launch = shipped::python_copy(&client, progress);
            launch.map_err(|error| FaultsError::Client(error.to_string()))?
        }
        Language::Javascript => {
            let packages = home(root, language).join(PACKAGES);
            if !packages.is_dir() {
                return Err(FaultsError::Client(format!(
                    "the packages of the JavaScript client are not there\n  what to do: npm ci \
                     --prefix {}",
                    home(root, language).display()
                )));
            }
            copy(&packages, &folder.path().join(PACKAGES))?;
            Launch::new("node").args([folder.path().join("main.js")])
        }
    };
    Ok(Planted { launch, _folder: folder })
}

/// The files of a client with the edits of a fault.
///
/// # Errors
/// A text to replace is not there exactly once.
pub fn patched(
    mut sources: Vec<(String, Vec<u8>)>,
    fault: &Fault,
) -> Result<Vec<(String, Vec<u8>)>, FaultsError> {
    for edit in &fault.edits {
        let source = sources.iter_mut().find(|(name, _)| *name == edit.file);
        let text = source.as_ref().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned());
        let text = text.unwrap_or_default();
        let count = text.matches(&edit.find).count();
        match source {
            Some((_, bytes)) if count == 1 => {
                *bytes = text.replacen(&edit.find, &edit.replace, 1).into_bytes();
            }
            Some(_) | None => {
                let (id, file, find) = (fault.id.clone(), edit.file.clone(), edit.find.clone());
                return Err(FaultsError::Patch { id, file, count, find });
            }
        }
    }
    Ok(sources)
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<(), FaultsError> {
    fs::create_dir_all(to).map_err(files("create", to))?;
    for entry in fs::read_dir(from).map_err(files("read", from))? {
        let path = entry.map_err(files("read", from))?.path();
        let Some(name) = path.file_name() else { continue };
        let place = to.join(name);
        if path.is_dir() {
            copy(&path, &place)?;
        } else {
            fs::copy(&path, &place).map_err(files("copy", &path))?;
        }
    }
    Ok(())
}
