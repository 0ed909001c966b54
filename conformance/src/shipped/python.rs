//! The python adapter: finding Python, and its virtual environment.
//!
//! The environment is built beside its final place and renamed into it, so that what is there is
//! whole. A lock keeps concurrent first uses from building it twice.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use super::steps::{files, lock, run};
use super::{PYTHON_MIN, PYTHON_VARIABLE, ShippedError};
use crate::process::{Launch, escaped};

/// What the adapter is called.
const NAME: &str = "python";

/// What a failed step may have been short of.
const NEEDS: &str = "it needs Python's `venv` module (a package of its own on some systems) and, \
                     once, access to a Python package index";

/// Names that Python may have, best first.
const PROGRAMS: [&str; 6] =
    ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11"];

/// Says what this Python is: version, implementation, platform and prefix. All of it decides
/// whether an environment fits. Understood by every Python since 2.7.
const WHO: &str = "import platform, sys, sysconfig
print('%d.%d.%d' % sys.version_info[:3])
print(platform.python_implementation())
print(sysconfig.get_platform())
print(getattr(sys, 'base_prefix', sys.prefix))";

/// A Python that runs.
#[derive(Debug)]
struct Python {
    program: String,
    version: String,
    /// What [`WHO`] printed.
    who: Vec<u8>,
}

/// How to start the client, with its environment in place.
pub(super) fn launch(
    client: &Path,
    requirements: &Path,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<Launch, ShippedError> {
    let named = std::env::var(PYTHON_VARIABLE).ok().filter(|name| !name.is_empty());
    let python = match &named {
        Some(name) => find(&[name])?,
        None => find(&PROGRAMS)?,
    };
    let environment = environment(&python, requirements, cache, progress)?;
    // Neither variables (-E) nor packages (-s) of the user's, no byte code files (-B).
    Ok(Launch::new(interpreter(&environment)).args(["-E", "-s", "-B"]).args([client]))
}

/// The first of these programs that is new enough.
fn find(programs: &[&str]) -> Result<Python, ShippedError> {
    let mut old = None;
    for program in programs {
        let Some(python) = ask(program) else { continue };
        if is_new_enough(&python.version) {
            return Ok(python);
        }
        old.get_or_insert(python);
    }
    Err(match old {
        Some(Python { program, version, .. }) => ShippedError::OldPython { program, version },
        None => ShippedError::NoPython { tried: programs.join(", ") },
    })
}

fn ask(program: &str) -> Option<Python> {
    let output = run(Command::new(program).args(["-E", "-s", "-c", WHO])).ok()?;
    let first = output.stdout.split(|byte| *byte == b'\n').next()?;
    let version = escaped(first.trim_ascii());
    output.status.success().then(|| Python {
        program: program.to_owned(),
        version,
        who: output.stdout,
    })
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= PYTHON_MIN,
        _ => false,
    }
}

fn interpreter(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// The environment for these requirements and this Python, made if it is not there.
fn environment(
    python: &Python,
    requirements: &Path,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<PathBuf, ShippedError> {
    let wanted = fs::read(requirements).map_err(files("read", requirements))?;
    let digest = Sha256::new().chain_update(Sha256::digest(&wanted)).chain_update(&python.who);
    let name = format!("python-{}", hex::encode(&digest.finalize()[..8]));
    fs::create_dir_all(cache).map_err(files("create", cache))?;
    // The environment is used from wherever the adapter runs.
    let cache = fs::canonicalize(cache).map_err(files("find", cache))?;
    let place = cache.join(&name);
    if interpreter(&place).exists() {
        return Ok(place);
    }
    let _lock = lock(NAME, &cache.join(format!("{name}.lock")), progress)?;
    // Another run may have made it meanwhile.
    if interpreter(&place).exists() {
        return Ok(place);
    }
    progress(&format!(
        "installing the python adapter's packages (once, Python {})",
        python.version
    ));
    build(python, requirements, &cache, &place)?;
    Ok(place)
}

fn step(name: &'static str, command: &mut Command) -> Result<(), ShippedError> {
    super::steps::step(NAME, name, NEEDS, command)
}

fn build(
    python: &Python,
    requirements: &Path,
    cache: &Path,
    place: &Path,
) -> Result<(), ShippedError> {
    // Removed at the end unless it was renamed.
    let scratch = tempfile::Builder::new().prefix(".python-").tempdir_in(cache);
    let scratch = scratch.map_err(files("create a directory in", cache))?;
    let fresh = scratch.path().join("environment");
    step(
        "make a virtual environment",
        Command::new(&python.program).args(["-E", "-s", "-m", "venv"]).arg(&fresh),
    )?;
    let mut pip = Command::new(interpreter(&fresh));
    pip.args(["-s", "-m", "pip", "install", "--require-hashes", "--quiet", "--no-input"]);
    pip.args(["--disable-pip-version-check", "-r"]).arg(requirements);
    step("install packages", pip.env_remove("PYTHONPATH").env_remove("PYTHONHOME"))?;
    if place.exists() {
        // The Python it was made with is gone.
        fs::remove_dir_all(place).map_err(files("remove", place))?;
    }
    match fs::rename(&fresh, place) {
        // Without locks, another run may have been faster.
        Err(_) if interpreter(place).exists() => Ok(()),
        renamed => renamed.map_err(files("create", place)),
    }
}

#[cfg(test)]
mod tests;
