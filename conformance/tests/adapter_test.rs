//! `conclave adapter-test` finds what is wrong with how an adapter speaks, and `conclave init` writes
//! one that is right but for what is to be filled in.

#![cfg(unix)]

mod common;

use std::{path::Path, process::Command, time::Duration};

use common::{Ended, conclave, example};

const WITHIN: Duration = Duration::from_secs(120);

/// The defects of the example `crooked`, and what is said to be wrong with each first.
const DEFECTS: &[(&str, &str)] = &[
    ("greets-first", "it starts, and says who it is"),
    ("is-for-nothing", "it is for something: a formula, or a role of a profile"),
    ("invents-a-profile", "what it says of itself is known here"),
    ("forgets-its-name", "asked again, it says the same"),
    ("speaks-any-version", "another protocol version is `unsupported`"),
    ("dies-of-text", "a line that is not JSON is `bad_request`, with id 0"),
    ("skips-empty-lines", "so is an empty line"),
    ("dies-of-half-a-line", "so is half a request"),
    ("dies-of-other-bytes", "so are bytes that are no UTF-8"),
    ("dies-of-a-list", "so is JSON that is no object"),
    ("numbers-errors-itself", "an unknown operation is `bad_request`, with the id of the line"),
    ("takes-more-fields", "so is a field too many"),
    ("fills-in-fields", "so is a field too few"),
    ("reads-numbers-in-text", "so is a value of another type"),
    ("keeps-the-last-key", "a repeated key is `bad_request`"),
    ("sees-anybody", "a request for a session that is not open is `bad_request`"),
    ("computes-anything", "a formula it does not have is `unsupported`"),
    ("opens-anything", "a profile it does not have is `unsupported`"),
    ("short-buffer", "a long line is read to its end"),
    ("one-identity", "a session is opened, each with an identity key of its own"),
    ("begins-inside", "a new client is in no meeting, and cannot leave one"),
    ("goes-back-in-time", "time stands, passes, and does not run back"),
    ("one-clock", "sessions have each their own time"),
    ("reads-upper-case", "hexadecimal is lower case, a UUID has 16 bytes"),
    ("keeps-sessions", "a closed session is gone"),
    ("ends-badly", "it ends with its input, with exit status 0 and no further word"),
    ("joins-silently", "it joins a meeting in each role it declares, and leaves"),
];

fn adapter_test(command: &str) -> Ended {
    conclave(&["adapter-test", "--adapter-cmd", command, "--answer-ms", "1500"], WITHIN)
}

/// The titles said to be wrong, in their order.
fn wrong(ended: &Ended) -> Vec<&str> {
    ended.stdout.lines().filter_map(|line| line.trim().strip_prefix("WRONG  ")).collect()
}

#[test]
fn the_built_in_client_speaks_as_it_should() {
    let ended = conclave(&["adapter-test"], WITHIN);
    ended.assert(0, &["27 dialogues, none wrong: the adapter is ready for `check`"]);
}

/// There is a dialogue for each defect and a defect for each dialogue.
#[test]
fn every_defect_is_named_first_and_told_how_to_mend() {
    let program = example("crooked");
    for (defect, title) in DEFECTS {
        let ended = adapter_test(&format!("'{}' {defect}", program.display()));
        ended.assert(1, &["what to do: "]);
        assert_eq!(wrong(&ended).first(), Some(title), "{defect}: {}", ended.said());
    }
    let titles: Vec<_> = DEFECTS.iter().map(|(_, title)| *title).collect();
    let all: Vec<_> =
        conclave_conformance::adapter_test::ALL.iter().map(|dialogue| dialogue.title).collect();
    assert_eq!(titles, all);
}

#[test]
fn a_program_that_is_no_adapter_is_told_so() {
    let ended = adapter_test("true");
    ended.assert(1, &["WRONG", "the adapter ended while asked hello"]);
    let ended = adapter_test("/no/such/program");
    ended.assert(1, &["WRONG", "cannot start"]);
}

/// How a starting adapter is built, if that needs a tool that may be missing, and run.
fn starting(language: &str, folder: &Path) -> Option<String> {
    let there = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let path = |file: &str| folder.join(file).display().to_string();
    match language {
        "python" if there("python3") => Some(format!("python3 {}", path("adapter.py"))),
        "javascript" if there("node") => Some(format!("node {}", path("adapter.mjs"))),
        "c" if there("cc") && there("make") => {
            let made = Command::new("make").arg("-s").current_dir(folder).status();
            assert!(made.expect("make runs").success());
            Some(path("build/adapter"))
        }
        _ => None,
    }
}

/// Written, built, and asked: wrong only where it says that there is no client behind it, and nothing
/// passes. Where a tool is missing, that language is said not to be run.
#[test]
fn a_starting_adapter_fails_honestly() {
    for language in ["python", "c", "javascript", "rust"] {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().join("adapter");
        let to = at.to_str().expect("a path in UTF-8");
        let ended = conclave(&["init", "--language", language, to], WITHIN);
        ended.assert(0, &["files written", "adapter-test", "check"]);
        let again = conclave(&["init", "--language", language, to], WITHIN);
        again.assert(4, &["is there already; nothing was written"]);
        let Some(command) = starting(language, &at) else {
            println!("not run: the starting adapter in {language}");
            continue;
        };
        let ended = adapter_test(&command);
        ended.assert(1, &["27 dialogues, 5 wrong"]);
        let before = "it is for something: a formula, or a role of a profile";
        assert!(ended.stdout.contains(&format!("ok     {before}")), "{}", ended.said());
        let last = "it joins a meeting in each role it declares, and leaves";
        assert_eq!(wrong(&ended).last(), Some(&last));
        let ended =
            conclave(&["check", "--adapter-cmd", &command, "--profile", "zoom-4.6"], WITHIN);
        ended.assert(1, &["NOT conformant", " 0 pass,"]);
    }
}
