//! The adapters that come with Conclave, by name, and adapters given as a command.
//!
//! - `c`: the client in `conformance/adapters/c`, built there with `make`.
//! - `javascript`: the client in `conformance/adapters/javascript`. Its packages are installed there
//!   with `npm ci`, unless exactly the pinned ones are there.
//! - `python`: the independent client in `conformance/adapters/python`. Its packages are installed
//!   on first use into a virtual environment of their own, `python-<digest>` in the cache.
//! - `reference`: this very program, as `conclave adapter`.
//!
//! The repository is the one this program was built in; if that is gone, the one that the current
//! directory is in. The cache is the directory named by `CONCLAVE_CACHE`, else `target/conclave`
//! in the repository.

mod c;
mod javascript;
mod python;
mod steps;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::process::Launch;

/// The names of the shipped adapters.
pub const NAMES: [&str; 4] = ["c", "javascript", "python", "reference"];

/// The environment variable that names the cache directory.
pub const CACHE_VARIABLE: &str = "CONCLAVE_CACHE";

/// The environment variable that names the Python to use.
pub const PYTHON_VARIABLE: &str = "CONCLAVE_PYTHON";

/// The oldest Python the client runs on: major, minor.
pub const PYTHON_MIN: (u32, u32) = (3, 11);

/// The environment variable that names the Node to use.
pub const NODE_VARIABLE: &str = "CONCLAVE_NODE";

/// The oldest Node the JavaScript client runs on: major, minor.
pub const NODE_MIN: (u32, u32) = (20, 19);

/// A program that makes an adapter ready and does not run.
#[derive(Debug)]
pub struct Tool {
    /// The adapter.
    pub adapter: &'static str,
    /// The program.
    pub tool: &'static str,
    /// What else is needed, for people.
    pub needs: &'static str,
}

/// Why a shipped adapter cannot be used. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ShippedError {
    /// No such name.
    #[error("there is no shipped adapter {name:?}; there are: {}", NAMES.join(", "))]
    Unknown {
        /// The name.
        name: String,
    },
    /// The repository is not there.
    #[error(
        "not run: cannot find conformance/adapters/{adapter}/{file}: the {adapter} adapter is part of \
         the repository; run this inside a checkout"
    )]
    NoRepository {
        /// The adapter.
        adapter: &'static str,
        /// The file that is missing.
        file: String,
    },
    /// No Python.
    #[error(
        "not run: the python adapter needs Python {}.{} or newer, and none of these runs: {tried}; \
         install it, or name it in {PYTHON_VARIABLE}", PYTHON_MIN.0, PYTHON_MIN.1
    )]
    NoPython {
        /// The names tried.
        tried: String,
    },
    /// Only an older Python.
    #[error(
        "not run: the python adapter needs Python {}.{} or newer, and {program} is {version}; install a \
         newer one, or name it in {PYTHON_VARIABLE}", PYTHON_MIN.0, PYTHON_MIN.1
    )]
    OldPython {
        /// The program.
        program: String,
        /// Its version.
        version: String,
    },
    /// No Node.
    #[error(
        "not run: the javascript adapter needs Node {}.{} or newer, and none of these runs: {tried}; \
         install it, or name it in {NODE_VARIABLE}", NODE_MIN.0, NODE_MIN.1
    )]
    NoNode {
        /// The names tried.
        tried: String,
    },
    /// Only an older Node.
    #[error(
        "not run: the javascript adapter needs Node {}.{} or newer, and {program} is {version}; \
         install a newer one, or name it in {NODE_VARIABLE}", NODE_MIN.0, NODE_MIN.1
    )]
    OldNode {
        /// The program.
        program: String,
        /// Its version.
        version: String,
    },
    /// A program that makes the adapter ready does not run.
    #[error("not run: the {} adapter is made ready with {}, which does not run; install it; {}", .0.adapter, .0.tool, .0.needs)]
    NoTool(Tool),
    /// A step of making the adapter ready failed.
    #[error("not run: cannot {step} for the {adapter} adapter; {needs}:{last_lines}")]
    Install {
        /// The adapter.
        adapter: &'static str,
        /// The step.
        step: &'static str,
        /// What it may have been short of.
        needs: &'static str,
        /// The end of what it wrote, each line escaped, marked and on a line of its own.
        last_lines: String,
    },
    /// A file or directory.
    #[error("cannot {action} {path:?} ({error}); {CACHE_VARIABLE} can name another directory")]
    Files {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// The path of this program is unknown.
    #[error("cannot tell where this program is ({0}); use --adapter-cmd with its path instead")]
    OwnPath(#[source] io::Error),
}

/// How to start the shipped adapter of this name. `progress` gets a line when something takes
/// long, such as an installation.
///
/// # Errors
/// There is no such adapter, or what it needs is not there.
pub fn launch(name: &str, progress: &mut dyn FnMut(&str)) -> Result<Launch, ShippedError> {
    match name {
        "python" => {
            let client = steps::file("python", "conclave_client.py")?;
            let requirements = steps::file("python", "requirements.txt")?;
            python::launch(&client, &requirements, &cache(&client), progress)
        }
        "c" => {
            let makefile = steps::file("c", "Makefile")?;
            c::launch(&makefile, &cache(&makefile), progress)
        }
        "javascript" => {
            let client = steps::file("javascript", "main.js")?;
            javascript::launch(&client, &cache(&client), progress)
        }
        "reference" => reference(["adapter"]),
        _ => Err(ShippedError::Unknown { name: name.to_owned() }),
    }
}

/// How to start a copy of the python client that stands at `client`. `progress` gets a line when
/// something takes long, such as an installation.
///
/// # Errors
/// What it needs is not there.
pub fn python_copy(client: &Path, progress: &mut dyn FnMut(&str)) -> Result<Launch, ShippedError> {
    let requirements = steps::file("python", "requirements.txt")?;
    python::launch(client, &requirements, &cache(&requirements), progress)
}

/// This very program with these arguments, of which the first is `adapter`.
///
/// # Errors
/// The system does not tell where this program is.
pub fn reference(
    args: impl IntoIterator<Item = impl Into<OsString>>,
) -> Result<Launch, ShippedError> {
    let program = std::env::current_exe().map_err(ShippedError::OwnPath)?;
    Ok(Launch::new(program).args(args))
}

/// The cache directory: what the environment says, else `target/conclave` in the repository that
/// this file of an adapter is in.
fn cache(client: &Path) -> PathBuf {
    let named = std::env::var_os(CACHE_VARIABLE).filter(|path| !path.is_empty());
    named.map(PathBuf::from).unwrap_or_else(|| {
        // <repository>/conformance/adapters/<name>/<file>
        client.ancestors().nth(4).unwrap_or(client).join("target/conclave")
    })
}

/// Why a command is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// Nothing to run.
    #[error("the adapter command is empty")]
    Empty,
    /// An open quote, or a backslash at the end.
    #[error("the adapter command has an unbalanced quote or ends in a backslash: {0:?}")]
    Unbalanced(String),
    /// A zero byte, which no argument can have.
    #[error("the adapter command has a zero byte: {0:?}")]
    Nul(String),
}

/// Splits `PROGRAM ARGS` into words as a shell does: quotes and backslashes count, variables and
/// wildcards do not.
///
/// # Errors
/// There is no program, or a quote stays open.
pub fn parse_command(command: &str) -> Result<Launch, CommandError> {
    if command.contains('\0') {
        return Err(CommandError::Nul(command.to_owned()));
    }
    let words =
        shlex::split(command).ok_or_else(|| CommandError::Unbalanced(command.to_owned()))?;
    match words.split_first() {
        Some((program, args)) if !program.is_empty() => Ok(Launch::new(program).args(args)),
        Some(_) | None => Err(CommandError::Empty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_like_a_shell_does() {
        let launch = parse_command(r#"./my\ adapter --name 'O"Brien' "a b" "" --x=1"#);
        let expected =
            Launch::new("./my adapter").args(["--name", r#"O"Brien"#, "a b", "", "--x=1"]);
        assert_eq!(launch, Ok(expected));
        assert_eq!(parse_command("echo $HOME *"), Ok(Launch::new("echo").args(["$HOME", "*"])));
    }

    #[test]
    fn a_command_without_a_program_is_refused() {
        for empty in ["", "  \t\n", "''", "'' a", "# only a comment"] {
            assert_eq!(parse_command(empty), Err(CommandError::Empty), "{empty:?}");
        }
        for open in ["a 'b", "a \"b", "a \\"] {
            assert_eq!(parse_command(open), Err(CommandError::Unbalanced(open.to_owned())));
        }
        assert!(matches!(parse_command("a\0b"), Err(CommandError::Nul(_))));
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let error = launch("java", &mut |_| ()).expect_err("there is none").to_string();
        assert!(NAMES.iter().all(|name| error.contains(name)), "{error}");
    }

    #[test]
    fn the_reference_is_this_program() {
        let launch = launch("reference", &mut |_| ()).expect("it has a path");
        assert_eq!(Some(launch.program.into()), std::env::current_exe().ok());
        assert_eq!(launch.args, ["adapter"]);
    }
}
