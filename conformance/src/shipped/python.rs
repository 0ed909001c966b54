//! The python adapter: finding Python, and its virtual environment.
//!
//! The environment is built beside its final place and renamed into it, so that what is there is
//! whole. A lock keeps concurrent first uses from building it twice.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sha2::{Digest, Sha256};

use super::{PYTHON_MIN, PYTHON_VARIABLE, ShippedError};
use crate::process::{Launch, escaped};

/// Where the adapter is, in the crate's directory.
const PLACE: &str = "adapters/python";

/// How many lines of a failed step are shown.
const LAST_LINES: usize = 10;

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

/// A file of the adapter: in the repository this was built in, else in the one the current
/// directory is in.
pub(super) fn file(name: &str) -> Result<PathBuf, ShippedError> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join(PLACE).join(name);
    let here = std::env::current_dir().unwrap_or_default();
    let found = here.ancestors().map(|above| above.join("conformance").join(PLACE).join(name));
    std::iter::once(built)
        .chain(found)
        .find(|path| path.is_file())
        .ok_or_else(|| ShippedError::NoRepository { file: name.to_owned() })
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

fn run(command: &mut Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).output()
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
    let _lock = lock(&cache.join(format!("{name}.lock")), progress)?;
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

/// Waits for whoever else builds. Where files cannot be locked, the rename alone must do.
fn lock(path: &Path, progress: &mut dyn FnMut(&str)) -> Result<File, ShippedError> {
    let file = File::create(path).map_err(files("create", path))?;
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        progress("waiting for another run that installs the python adapter's packages");
        let _ = file.lock();
    }
    Ok(file)
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

fn step(name: &'static str, command: &mut Command) -> Result<(), ShippedError> {
    let failed = |said: &[u8]| ShippedError::Install { step: name, last_lines: last_lines(said) };
    let output = run(command).map_err(|error| failed(error.to_string().as_bytes()))?;
    if output.status.success() {
        return Ok(());
    }
    // `venv` complains on standard output, `pip` on standard error.
    Err(failed(&[output.stdout, output.stderr].concat()))
}

fn last_lines(said: &[u8]) -> String {
    let lines = said.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let lines: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
    last.iter().map(|line| format!("\n  | {}", escaped(line))).collect()
}

fn files(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ShippedError {
    let path = path.to_owned();
    move |error| ShippedError::Files { action, path, error }
}

#[cfg(test)]
mod tests;
