//! What the tests that run programs share.

#![allow(dead_code, reason = "each test program uses its part")]

pub(crate) mod results;
pub(crate) mod stored;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
    thread::sleep,
    time::{Duration, Instant},
};

use conclave_conformance::{
    report::{Report, file::ResultFile},
    vectors,
};

/// The example `hostile`.
pub(crate) static HOSTILE: LazyLock<PathBuf> = LazyLock::new(|| example("hostile"));

/// An example beside this test's own program, built if it is not there or is older than its source.
pub(crate) fn example(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("this program has a path");
    // .../target/<profile>/deps/<test>-<hash>
    let profile = own.ancestors().nth(2).expect("tests are built in a profile's directory");
    let program = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    let (file, parts) = (format!("examples/{name}.rs"), folder.join(format!("examples/{name}")));
    let parts = fs::read_dir(parts).into_iter().flatten().flatten().map(|part| part.path());
    let sources = parts.chain([folder.join(file)]);
    if changed(&program) < sources.filter_map(|path| changed(&path)).max() {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--example", name, "--manifest-path"]);
        build.arg(folder.join("Cargo.toml"));
        if profile.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().expect("cargo runs").success());
    }
    program
}

/// The adapter command of a hostile kind.
pub(crate) fn hostile(words: &str) -> String {
    format!("'{}' {words}", HOSTILE.display())
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
    /// The most memory it held at a time, in kibibytes; 0 where the system does not say.
    pub(crate) memory_kib_max: u64,
}

impl Ended {
    /// Everything it said.
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// It ended like this, and said each of these, and no panic got through.
    pub(crate) fn assert(&self, code: i32, parts: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for part in parts {
            assert!(self.said().contains(part), "{part:?} is not in {self:#?}");
        }
        assert!(!self.said().contains("panicked"), "{self:#?}");
        self
    }
}

/// Runs `conclave` with these words; one that has not ended by then is killed, and fails the test.
pub(crate) fn conclave(words: &[&str], within: Duration) -> Ended {
    ended(Command::new(env!("CARGO_BIN_EXE_conclave")).args(words), within)
}

/// Runs a program to its end. Its output goes to files, so that no pipe fills up or stays open.
pub(crate) fn ended(command: &mut Command, within: Duration) -> Ended {
    let folder = tempfile::tempdir().expect("a folder for the output");
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    command.stdin(Stdio::null());
    command.stdout(File::create(&out).expect("a file for standard output"));
    command.stderr(File::create(&err).expect("a file for standard error"));
    let begun = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let mut memory_kib_max = 0;
    let status = loop {
        memory_kib_max = memory_kib_max.max(memory_kib(child.id()));
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            break status;
        }
        if begun.elapsed() > within {
            child.kill().expect("the program can be ended");
            child.wait().expect("the program ends");
            panic!("{command:?}: still running after {within:?}");
        }
        sleep(Duration::from_millis(5));
    };
    let text = |path| fs::read(path).map(|said| String::from_utf8_lossy(&said).into_owned());
    Ended {
        code: status.code(),
        stdout: text(&out).expect("standard output"),
        stderr: text(&err).expect("standard error"),
        took: begun.elapsed(),
        memory_kib_max,
    }
}

/// The most memory a process held at a time so far, in kibibytes.
fn memory_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let said = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    said.and_then(|said| said.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// The result in a file written with `--result`.
pub(crate) fn result(path: &Path) -> Report {
    let file = ResultFile::read(path).expect("the result file is a result");
    let [run] = <[Report; 1]>::try_from(file.runs).expect("of one client");
    run
}

/// A copy of the vector folder that a test may spoil.
pub(crate) fn vectors_copy() -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder for the copy");
    copied(&vectors::folder(None), copy.path());
    copy
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder of the copy");
    for entry in fs::read_dir(from).expect("the vector folder") {
        let entry = entry.expect("an entry of the vector folder");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a file of the copy");
        }
    }
}
