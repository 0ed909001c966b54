//! What making a shipped adapter has in common, whatever its language.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::ShippedError;
use crate::process::escaped;

/// How many lines of a failed step are shown.
const LAST_LINES: usize = 10;

/// A file of the adapter of this name: in the repository this was built in, else in the one the
/// current directory is in.
pub(super) fn file(adapter: &'static str, name: &str) -> Result<PathBuf, ShippedError> {
    let place = Path::new("adapters").join(adapter).join(name);
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join(&place);
    let here = std::env::current_dir().unwrap_or_default();
    let found = here.ancestors().map(|above| above.join("conformance").join(&place));
    std::iter::once(built)
        .chain(found)
        .find(|path| path.is_file())
        .ok_or_else(|| ShippedError::NoRepository { adapter, file: name.to_owned() })
}

/// Runs a command without input and takes everything it says.
pub(super) fn run(command: &mut Command) -> io::Result<Output> {
    command.stdin(Stdio::null()).output()
}

/// Runs a step of making an adapter; `needs` says what it may be short of.
pub(super) fn step(
    adapter: &'static str,
    name: &'static str,
    needs: &'static str,
    command: &mut Command,
) -> Result<(), ShippedError> {
    let failed = |said: &[u8]| ShippedError::Install {
        adapter,
        step: name,
        needs,
        last_lines: last_lines(said),
    };
    let output = run(command).map_err(|error| failed(error.to_string().as_bytes()))?;
    if output.status.success() {
        return Ok(());
    }
    // Some complain on standard output, others on standard error.
    Err(failed(&[output.stdout, output.stderr].concat()))
}

/// The end of what a failed step wrote.
pub(super) fn last_lines(said: &[u8]) -> String {
    let lines = said.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let lines: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
    last.iter().map(|line| format!("\n  | {}", escaped(line))).collect()
}

/// Waits for whoever else makes the same adapter. Where files cannot be locked, nobody waits.
pub(super) fn lock(
    adapter: &str,
    path: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<File, ShippedError> {
    let file = File::create(path).map_err(files("create", path))?;
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        progress(&format!("waiting for another run that makes the {adapter} adapter ready"));
        let _ = file.lock();
    }
    Ok(file)
}

/// An error of the system about this path.
pub(super) fn files(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ShippedError {
    let path = path.to_owned();
    move |error| ShippedError::Files { action, path, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_shows_its_last_lines_escaped() {
        let said: Vec<u8> = (0..30).flat_map(|n| format!("line {n}\n\n").into_bytes()).collect();
        let shown = last_lines(&[&said[..], b"\x1b[31mERROR\n"].concat());
        assert!(shown.starts_with("\n  | line 21\n"), "{shown}");
        assert!(shown.ends_with("\n  | \\u{1b}[31mERROR"), "{shown}");
        assert_eq!(last_lines(b""), "");
    }
}
