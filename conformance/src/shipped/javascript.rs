//! The JavaScript adapter: finding Node, and `npm ci` in the adapter's folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::steps::{files, lock, run, step};
use super::{NODE_MIN, NODE_VARIABLE, ShippedError, Tool};
use crate::process::{Launch, escaped};

/// What the adapter is called.
const NAME: &str = "javascript";

/// Names that Node may have.
const PROGRAMS: [&str; 2] = ["node", "nodejs"];

/// Where npm says what it installed, in the adapter's folder.
const INSTALLED: &str = "node_modules/.package-lock.json";

/// What a failed step may have been short of.
const NEEDS: &str = "it needs npm (a package of its own on some systems) and, once, access to the \
                     npm registry";

/// A file in which npm lists packages; by its place, the version and the digest of each.
#[derive(Debug, Deserialize)]
struct Lock {
    packages: BTreeMap<String, Package>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Package {
    version: Option<String>,
    integrity: Option<String>,
}

/// How to start this client, with its packages in place.
pub(super) fn launch(
    client: &Path,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<Launch, ShippedError> {
    let named = std::env::var(NODE_VARIABLE).ok().filter(|name| !name.is_empty());
    let node = match &named {
        Some(name) => find(&[name])?,
        None => find(&PROGRAMS)?,
    };
    install(client.parent().unwrap_or(client), cache, progress)?;
    Ok(Launch::new(node).args([client]))
}

/// The first of these programs that is new enough.
fn find(programs: &[&str]) -> Result<String, ShippedError> {
    let mut old = None;
    for program in programs {
        let Some(version) = ask(program) else { continue };
        if is_new_enough(&version) {
            return Ok((*program).to_owned());
        }
        old.get_or_insert(((*program).to_owned(), version));
    }
    Err(match old {
        Some((program, version)) => ShippedError::OldNode { program, version },
        None => ShippedError::NoNode { tried: programs.join(", ") },
    })
}

/// The version this program says it has, without the letter in front.
fn ask(program: &str) -> Option<String> {
    let output = run(Command::new(program).arg("--version")).ok()?;
    let said = escaped(output.stdout.trim_ascii());
    output.status.success().then(|| said.strip_prefix('v').unwrap_or(&said).to_owned())
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= NODE_MIN,
        _ => false,
    }
}

/// Installs the packages that the lock file pins, unless exactly these are there.
fn install(
    folder: &Path,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<(), ShippedError> {
    if are_there(folder) {
        return Ok(());
    }
    fs::create_dir_all(cache).map_err(files("create", cache))?;
    let _lock = lock(NAME, &cache.join("javascript.lock"), progress)?;
    // Another run may have installed them meanwhile.
    if are_there(folder) {
        return Ok(());
    }
    // On Windows npm is a script.
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if !run(Command::new(npm).arg("--version")).is_ok_and(|output| output.status.success()) {
        return Err(ShippedError::NoTool(Tool { adapter: NAME, tool: "npm", needs: NEEDS }));
    }
    progress("installing the javascript adapter's packages (once)");
    let mut command = Command::new(npm);
    command.args(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
    step(NAME, "install packages", NEEDS, command.arg(folder))
}

/// Whether every package of the lock file is installed, in its version and with its digest, and no
/// other.
fn are_there(folder: &Path) -> bool {
    let read = |name: &str| -> Option<Lock> {
        let text = fs::read_to_string(folder.join(name)).ok()?;
        serde_json::from_str(&text).ok()
    };
    match (read("package-lock.json"), read(INSTALLED)) {
        (Some(mut wanted), Some(found)) => {
            // The adapter itself.
            wanted.packages.remove("");
            let folders = |place: &String| folder.join(place).is_dir();
            wanted.packages == found.packages && wanted.packages.keys().all(folders)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let versions = [
            ("20.19.0", true),
            ("20.9.9", false),
            ("100.0.0", true),
            ("8.17.0", false),
            ("", false),
        ];
        for (version, enough) in versions {
            assert_eq!(is_new_enough(version), enough, "{version}");
        }
    }

    #[test]
    fn a_node_that_is_not_there_is_named() {
        let error = find(&["no-such-node", "nor-this"]).expect_err("there is none");
        assert!(matches!(&error, ShippedError::NoNode { tried } if tried.contains("nor-this")));
        let said = error.to_string();
        assert!(said.contains("not run") && said.contains("20.19") && said.contains("install"));
    }

    #[test]
    fn only_exactly_the_pinned_packages_are_enough() {
        let dir = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        let package =
            r#""node_modules/a":{"version":"1.0.0","integrity":"sha512-x","license":"MIT"}"#;
        write("package-lock.json", &format!(r#"{{"packages":{{"":{{"name":"it"}},{package}}}}}"#));
        assert!(!are_there(dir.path()), "nothing is installed");
        let installed = format!(r#"{{"packages":{{{package}}}}}"#);
        write(INSTALLED, &installed);
        assert!(!are_there(dir.path()), "its folder is gone");
        write("node_modules/a/index.js", "");
        assert!(are_there(dir.path()));
        for (from, to) in [("1.0.0", "1.0.1"), ("sha512-x", "sha512-y"), ("/a", "/b")] {
            write(INSTALLED, &installed.replace(from, to));
            assert!(!are_there(dir.path()), "{to}");
        }
        write(INSTALLED, "{");
        assert!(!are_there(dir.path()));
    }
}
