//! What the tests of result files share.

use std::{path::Path, time::Duration};

use super::{Ended, conclave};

/// More than any of these may take, on a machine busy with other tests.
pub(crate) const WITHIN: Duration = Duration::from_secs(240);

/// A small part of the suite in which the client without `ROT-02` fails.
pub(crate) const PART: [&str; 4] = ["--only", "ROT-02", "--profile", "zoom-3.0"];

pub(crate) fn in_utf8(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// The adapter command of the built-in client without a rule.
pub(crate) fn without(rule: &str) -> String {
    format!("'{}' adapter --without {rule}", env!("CARGO_BIN_EXE_conclave"))
}

/// `conclave check` against the built-in client without a rule, with a result file.
pub(crate) fn check(without_rule: &str, file: &Path, more: &[&str]) -> Ended {
    check_against(&without(without_rule), file, more)
}

/// `conclave check` against an adapter, with a result file.
pub(crate) fn check_against(adapter: &str, file: &Path, more: &[&str]) -> Ended {
    let mut line = vec!["check", "--adapter-cmd", adapter, "--result", in_utf8(file)];
    line.extend(more);
    conclave(&line, WITHIN)
}

pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the results")
}

pub(crate) fn report(words: &[&str]) -> Ended {
    conclave(&[&["report"], words].concat(), WITHIN)
}
