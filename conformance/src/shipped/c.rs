//! The C adapter: `make` in its folder, which does nothing where everything is newer than its source.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::steps::{files, lock, run, step};
use super::{ShippedError, Tool};
use crate::process::Launch;

/// What the adapter is called.
const NAME: &str = "c";

/// What is made, in the adapter's folder.
const PROGRAM: &str = "build/conclave-client";

/// What a failed step may have been short of.
const NEEDS: &str = "it needs a C compiler, pkg-config, libsodium, OpenSSL 3 and jansson with their \
                     headers (on Debian: gcc pkg-config libsodium-dev libssl-dev libjansson-dev) and, \
                     once, cargo and crates.io for the source of Kyber768";

/// How to start the client that this makefile makes.
pub(super) fn launch(
    makefile: &Path,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<Launch, ShippedError> {
    let folder = makefile.parent().unwrap_or(makefile);
    let program = folder.join(PROGRAM);
    let make = std::env::var_os("MAKE").unwrap_or_else(|| "make".into());
    if !run(Command::new(&make).arg("--version")).is_ok_and(|output| output.status.success()) {
        return Err(ShippedError::NoTool(Tool { adapter: NAME, tool: "make", needs: NEEDS }));
    }
    fs::create_dir_all(cache).map_err(files("create", cache))?;
    let _lock = lock(NAME, &cache.join("c.lock"), progress)?;
    if !program.exists() {
        progress("building the c adapter (once)");
    }
    step(NAME, "build the program", NEEDS, Command::new(&make).arg("-s").arg("-C").arg(folder))?;
    Ok(Launch::new(program))
}
