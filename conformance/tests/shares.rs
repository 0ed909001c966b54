//! Shares of a run and what they are together, and where in the vectors a failure stands.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use conclave_conformance::{report::sarif::sarif, vectors, verdict::Verdict};
use serde_json::Value;

use common::{Ended, conclave, result};

/// More than any of these may take, on a machine busy with other tests.
const WITHIN: Duration = Duration::from_secs(240);

/// A small part of the suite in which the client without `ROT-02` fails.
const PART: [&str; 4] = ["--only", "ROT-02", "--profile", "zoom-3.0"];

fn in_utf8(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// `conclave check` against the built-in client without a rule, with a result file.
fn check(without_rule: &str, file: &Path, more: &[&str]) -> Ended {
    let adapter = format!("'{}' adapter --without {without_rule}", env!("CARGO_BIN_EXE_conclave"));
    check_against(&adapter, file, more)
}

fn check_against(adapter: &str, file: &Path, more: &[&str]) -> Ended {
    let mut line = vec!["check", "--adapter-cmd", adapter, "--result", in_utf8(file)];
    line.extend(more);
    conclave(&line, WITHIN)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the results")
}

fn report(words: &[&str]) -> Ended {
    conclave(&[&["report"], words].concat(), WITHIN)
}

#[test]
fn shares_put_together_are_the_whole_run() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let whole = path("whole.json");
    check("ROT-02", &whole, &PART).assert(1, &[]);
    for part in 1..=3 {
        let share = format!("{part}/3");
        let words = [&PART[..], &["--shard", &share]].concat();
        check("ROT-02", &path(&format!("{part}.json")), &words);
    }
    let [one, two, three] = [1, 2, 3].map(|part| path(&format!("{part}.json")));
    let merged = path("merged.json");
    let shares = [in_utf8(&three), in_utf8(&one), in_utf8(&two)];
    report(&[&["merge"][..], &shares, &["-o", in_utf8(&merged)]].concat()).assert(0, &[]);
    let read = |path: &PathBuf| fs::read_to_string(path).expect("a result file");
    assert_eq!(read(&merged), read(&whole), "to the byte, in the order of the suite");

    report(&["merge", in_utf8(&one), in_utf8(&two)]).assert(2, &["share 3/3", "is missing"]);
    report(&["merge", in_utf8(&one)]).assert(2, &["share 2/3", "is missing"]);
    report(&["verdict", in_utf8(&two)]).assert(2, &["share 1/3", "is missing"]);
    report(&[&["verdict"][..], &shares].concat()).assert(1, &["NOT conformant"]);
    let twice = report(&["html", in_utf8(&one), in_utf8(&one), in_utf8(&two), in_utf8(&three)]);
    twice.assert(2, &["is in two results"]);
    let other = path("other.json");
    check("ROT-03", &other, &[&PART[..], &["--shard", "2/3"]].concat());
    let mixed = report(&["merge", in_utf8(&one), in_utf8(&other), in_utf8(&three)]);
    mixed.assert(2, &["differ in the command line of the adapter"]);
}

/// The client does one formula only. Most shares have nothing for it, and one has no case at all.
#[test]
fn a_share_in_which_nothing_applies_says_so_and_fails_nothing() {
    let folder = folder();
    let script = r#"read -r line; echo '{"id":1,"class":"accept","result":{"hello":{"protocol":2,"name":"little","version":"1","roles":[],"profiles":[],"formulas":["sign"],"randomness":[],"codecs":[],"maps_codes":false}}}'; while read -r line; do echo "{}"; done"#;
    let file = folder.path().join("little.sh");
    fs::write(&file, script).expect("a script");
    let adapter = format!("bash '{}'", file.display());
    let path = |part: usize| folder.path().join(format!("{part}.json"));
    let only = ["--only", "formulas/media/packet"];
    let nothing = "nothing in this share applies to the client";
    // Without shares, that is nobody's result.
    let whole = check_against(&adapter, &path(0), &only);
    whole.assert(3, &["nothing was judged", "no case was judged"]);
    let cases = result(&path(0)).cases.len();
    let of = cases + 1;
    for part in 1..=of {
        let share = format!("{part}/{of}");
        let words = [&only[..], &["--shard", &share]].concat();
        check_against(&adapter, &path(part), &words).assert(0, &[nothing]);
    }
    assert!(result(&path(of)).cases.is_empty(), "more shares than cases");
    let shares: Vec<_> = (1..=of).map(path).collect();
    let shares: Vec<_> = shares.iter().map(|path| in_utf8(path)).collect();
    let merged = folder.path().join("merged.json");
    report(&[&["merge"][..], &shares, &["-o", in_utf8(&merged)]].concat()).assert(0, &[]);
    assert_eq!(result(&merged), result(&path(0)));
    report(&[&["verdict"][..], &shares].concat()).assert(3, &["nothing was judged"]);
    report(&["verdict", shares[0]]).assert(2, &["is missing"]);
}

#[test]
fn a_failure_is_found_in_its_file() {
    let folder = folder();
    let file = folder.path().join("one.json");
    check("ROT-02", &file, &PART).assert(1, &[]);
    let run = result(&file);
    let failing = run.cases.iter().find(|case| case.verdict == Verdict::Fail).expect("a failure");
    let line = failing.line.expect("its line");
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors");
    let file = vectors::file_of(&failing.case).expect("its file");
    let text = fs::read_to_string(vectors.join(file)).expect("the vectors");
    let there = text.lines().nth(line - 1).expect("the line");
    assert!(there.trim_start().starts_with(&format!("{{\"id\":\"{}\"", failing.case)), "{line}");
    let log: Value =
        serde_json::from_str(&sarif(std::slice::from_ref(&run)).expect("a log")).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let id = |it: &&Value| {
        let name = it.pointer("/locations/0/logicalLocations/0/fullyQualifiedName");
        name.and_then(Value::as_str) == Some(failing.case.as_str())
    };
    let found = results.iter().find(id).expect("its result");
    let told = found.pointer("/locations/0/physicalLocation/region/startLine");
    assert_eq!(told.and_then(Value::as_u64), Some(line as u64));
    // In a profile that has the case from the one before, its name is there.
    let text = "  \"same\": [\n    \"zoom-3.0/rotation/a\",\n    \"zoom-3.0/rotation/b\"\n  ]";
    assert_eq!(vectors::line_of(text, "zoom-3.1/rotation/b"), Some(3));
    assert_eq!(vectors::line_of(text, "zoom-3.1/rotation/c"), None);
}
