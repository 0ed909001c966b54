//! The command line when something is wrong with it, with the files, or with the client: the right
//! exit code and a message that says what to do, soon, and never a panic.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use conclave_conformance::verdict::Verdict;
use serde_json::{Value, json};

use common::{Ended, conclave, ended, hostile, result, vectors_copy};

/// More than any of these may take, on a machine busy with other tests.
const WITHIN: Duration = Duration::from_secs(240);

/// One version is enough to see what is said and written.
const ONE: [&str; 2] = ["--profile", "zoom-2.3.1"];

/// Within seconds, whatever the client does.
const SOON: Duration = Duration::from_secs(60);

/// A file every vector folder has: that of a profile without a parent, so that all is written out.
const FILE: &str = "scenarios/zoom-2.3.1/device.json";

/// A file whose cases no other file refers to.
const ALONE: &str = "bytes/device.json";

fn run(words: &[&str]) -> Ended {
    conclave(words, WITHIN)
}

fn adapter(command: &str) -> Ended {
    conclave(&["check", "--adapter-cmd", command], SOON)
}

fn in_utf8(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[cfg(unix)]
#[test]
fn programs_that_are_no_adapters() {
    adapter("false").assert(1, &["CRASH", "while asked hello: exit status 1", "NOT conformant"]);
    // Its first line may come before the question or after it.
    adapter("yes").assert(1, &["PROTOCOL ERROR", "hello", ": y", "NOT conformant"]);
    adapter("cat").assert(1, &["PROTOCOL ERROR", "not as the schema says", "NOT conformant"]);
    let silent = adapter("sleep 1000");
    silent.assert(1, &["TIMEOUT", "no answer to hello within 5000 ms", "NOT conformant"]);
    let hasty = conclave(&["check", "--adapter-cmd", "sleep 1000", "--answer-ms", "100"], SOON);
    hasty.assert(1, &["no answer to hello within 1000 ms"]);
}

#[test]
fn commands_that_start_nothing() {
    adapter("./no-such-program").assert(4, &["usage:", "no-such-program", "what to do:"]);
    adapter("unbalanced 'quote").assert(4, &["usage:", "quote"]);
    adapter("").assert(4, &["usage:"]);
    run(&["check", "--adapter", "pyton"]).assert(4, &["usage:", "pyton", "python", "reference"]);
    run(&["check", "--adapter", "python", "--adapter-cmd", "true"]).assert(4, &["cannot be used"]);
}

#[test]
fn words_that_name_nothing() {
    let profile = run(&["check", "--profile", "nonsense"]);
    profile.assert(4, &["usage: no profile \"nonsense\"", "known: zoom-2.3.1, zoom-3.0"]);
    let close = run(&["check", "--profile", "zoom-3.O"]);
    close.assert(4, &["did you mean zoom-3."]);
    let only = run(&["check", "--only", "NOPE"]);
    only.assert(4, &["usage:", "matches --only \"NOPE\"", "what to do:"]);
    run(&["check", "--only", "ROT-99"]).assert(4, &["did you mean ROT-"]);
    let mode = run(&["check", "--mode", "nonsense"]);
    mode.assert(4, &["usage: no mode", "\"nonsense\"", "known: tape-bytes"]);
    run(&["mutants", "--only", "ROT-99"]).assert(4, &["no rule \"ROT-99\"", "did you mean"]);
    run(&["adapter", "--profile", "zoom-9"]).assert(4, &["no profile \"zoom-9\""]);
    run(&["adapter", "--without", "ROT-99"]).assert(4, &["no rule \"ROT-99\""]);
}

#[test]
fn a_profile_without_the_rule_asked_for_is_not_passed() {
    // ROT-02 is no rule of 2.3.1: no case is left, and that is no pass.
    let none = run(&["check", "--profile", "zoom-2.3.1", "--only", "ROT-02"]);
    none.assert(4, &["usage:", "ROT-02", "what to do:"]);
}

#[test]
fn command_lines_that_do_not_parse() {
    run(&["check", "--no-such-flag"]).assert(4, &["--no-such-flag", "--help"]);
    run(&["chekc"]).assert(4, &["chekc", "check"]);
    run(&[]).assert(4, &["Usage: conclave", "check"]);
    run(&["check", "--answer-ms", "soon"]).assert(4, &["soon", "--answer-ms"]);
    run(&["check", "--only"]).assert(4, &["--only", "a value is required"]);
    run(&["--help"]).assert(0, &["Usage: conclave", "Exit codes: 0 conformant"]);
    run(&["--version"]).assert(0, &["conclave "]);
}

/// `check` and `vectors check` on a copy of the vectors, spoiled.
fn spoiled(spoil: impl Fn(&Path)) -> [Ended; 2] {
    spoiled_for(&ONE, spoil)
}

/// The same, with other cases to check.
fn spoiled_for(cases: &[&str], spoil: impl Fn(&Path)) -> [Ended; 2] {
    let copy = vectors_copy();
    spoil(copy.path());
    let folder = in_utf8(copy.path());
    let mut check = vec!["check", "--vectors", folder];
    check.extend(cases);
    [run(&check), run(&["vectors", "check", "--vectors", folder])]
}

/// Both are the fault of the files, said with the file's name.
fn assert_spoiled(spoil: impl Fn(&Path), parts: &[&str]) {
    assert_all_spoiled(spoiled(spoil), parts);
}

fn assert_all_spoiled(all: [Ended; 2], parts: &[&str]) {
    for ended in all {
        ended.assert(3, &["harness error:", "what to do:"]).assert(3, parts);
        assert_eq!(ended.stdout, "", "nothing is judged");
    }
}

fn edit_text(path: PathBuf, edit: impl Fn(&str) -> String) {
    let text = fs::read_to_string(&path).expect("a vector file");
    let edited = edit(&text);
    assert_ne!(text, edited, "the edit does something");
    fs::write(path, edited).expect("a vector file");
}

fn edit_json(path: PathBuf, edit: impl Fn(&mut Value)) {
    edit_text(path, |text| {
        let mut value = serde_json::from_str(text).expect("a vector file is JSON");
        edit(&mut value);
        format!("{value:#}\n")
    });
}

#[test]
fn a_copy_of_the_vectors_is_as_good_as_the_vectors() {
    let copy = vectors_copy();
    let check = run(&[&["check", "--vectors", in_utf8(copy.path())], &ONE[..]].concat());
    check.assert(0, &["  conformant"]);
    assert!(!check.stdout.contains("NOT conformant"), "{check:#?}");
}

#[test]
fn a_vector_file_cut_in_half() {
    let cut = |folder: &Path| {
        edit_text(folder.join(FILE), |text| text.chars().take(text.len() / 2).collect());
    };
    assert_spoiled(cut, &[FILE, "not a vector file", "EOF while parsing"]);
}

#[test]
fn an_unknown_field_in_a_vector_file() {
    for place in ["", "/cases/0", "/cases/0/session", "/cases/0/steps/0", "/cases/0/steps/0/input"]
    {
        let add = |folder: &Path| {
            edit_json(folder.join(FILE), |value| {
                let place = value.pointer_mut(place).expect("the place is there");
                place["surprise"] = json!(1);
            });
        };
        assert_spoiled(add, &[FILE, "not a vector file", "surprise"]);
    }
}

#[test]
fn a_vector_file_of_another_format() {
    let other = |folder: &Path| {
        edit_json(folder.join(FILE), |value| value["schema"] = json!("conclave-vectors-1"));
    };
    assert_spoiled(other, &[FILE, "conclave-vectors-1", "this release reads"]);
}

#[test]
fn a_manifest_with_a_wrong_count() {
    let count = |folder: &Path| {
        edit_json(folder.join("MANIFEST.json"), |value| {
            value["count"] = json!(value["count"].as_u64().expect("a count") + 1);
        });
    };
    assert_spoiled(count, &["MANIFEST.json", "cases, has"]);
    let of_file = |folder: &Path| {
        edit_json(folder.join("MANIFEST.json"), |value| value["files"][FILE]["count"] = json!(1));
    };
    assert_spoiled(of_file, &[FILE, "says 1 cases, has"]);
}

#[test]
fn a_manifest_that_lists_nothing_is_not_a_pass() {
    let nothing = |folder: &Path| {
        edit_json(folder.join("MANIFEST.json"), |value| {
            value["files"] = json!({});
            (value["count"], value["same"]) = (json!(0), json!(0));
        });
    };
    assert_spoiled(nothing, &["no case was loaded"]);
}

#[test]
fn an_empty_vectors_folder() {
    let empty = |folder: &Path| {
        fs::remove_dir_all(folder).expect("the copy can go");
        fs::create_dir(folder).expect("the folder comes back");
    };
    assert_spoiled(empty, &["no vectors found", "MANIFEST.json"]);
    assert_spoiled(|folder| fs::remove_dir_all(folder).expect("the copy can go"), &["no vectors"]);
}

#[test]
fn a_vector_file_that_is_gone() {
    let gone = |folder: &Path| fs::remove_file(folder.join(FILE)).expect("the file can go");
    assert_spoiled(gone, &[FILE]);
}

#[test]
fn a_case_removed_from_a_vector_file() {
    let removed = |folder: &Path| {
        edit_json(folder.join(ALONE), |value| {
            value["cases"].as_array_mut().expect("cases").remove(3);
        });
    };
    assert_spoiled(removed, &[ALONE]);
    // Even where the counts and the hash are made to fit, the model gives another file.
    let copy = vectors_copy();
    removed(copy.path());
    edit_json(copy.path().join(ALONE), |value| {
        value["count"] = json!(value["count"].as_u64().expect("a count") - 1);
    });
    refit(copy.path());
    let vectors_check = run(&["vectors", "check", "--vectors", in_utf8(copy.path())]);
    vectors_check.assert(1, &[ALONE, "stale: line", "what to do: run `conclave vectors write`"]);
}

#[test]
fn a_case_that_the_parent_profile_does_not_have() {
    let file = "scenarios/zoom-3.0/device.json";
    let dangling = |folder: &Path| {
        edit_json(folder.join(file), |value| {
            value["same"][0] = json!("zoom-2.3.1/device/no-such-case");
        });
        refit(folder);
    };
    let all = spoiled_for(&["--profile", "zoom-3.0"], dangling);
    assert_all_spoiled(all, &[file, "the parent profile has no case", "no-such-case"]);
}

/// Makes the manifest fit what the files are.
fn refit(folder: &Path) {
    use sha2::{Digest as _, Sha256};
    edit_json(folder.join("MANIFEST.json"), |manifest| {
        let mut count = 0;
        for (name, entry) in manifest["files"].as_object_mut().expect("files") {
            let text = fs::read(folder.join(name)).expect("a vector file");
            let value: Value = serde_json::from_slice(&text).expect("a vector file is JSON");
            entry["count"] = value["count"].clone();
            entry["sha256"] = json!(hex::encode(Sha256::digest(&text)));
            count += value["count"].as_u64().expect("a count");
        }
        manifest["count"] = json!(count);
    });
}

#[test]
fn one_byte_changed_in_a_vector_file() {
    let title = |text: &str| text.replacen("\"title\":\"", "\"title\":\"E", 1);
    let changed = |folder: &Path| edit_text(folder.join(FILE), title);
    assert_spoiled(changed, &[FILE, "not the file the manifest lists", "SHA-256"]);
    let copy = vectors_copy();
    changed(copy.path());
    refit(copy.path());
    let vectors_check = run(&["vectors", "check", "--vectors", in_utf8(copy.path())]);
    vectors_check.assert(1, &[FILE, "stale: line"]);
}

#[test]
fn a_stray_vector_file() {
    let stray = |folder: &Path| {
        fs::copy(folder.join(FILE), folder.join("scenarios/stray.json")).expect("a copy");
    };
    let [check, vectors_check] = spoiled(stray);
    check.assert(0, &["conformant"]);
    vectors_check.assert(3, &["stray.json", "no generator writes this file", "what to do: remove"]);
}

#[test]
fn equal_runs_write_equal_files() {
    let folder = tempfile::tempdir().expect("a folder for the results");
    let files = ["json-1", "json-2", "junit-1", "junit-2"].map(|name| folder.path().join(name));
    let [json, again, junit, junit_again] = files.each_ref();
    for (json, junit) in [(json, junit), (again, junit_again)] {
        let files = ["check", "--result", in_utf8(json), "--junit", in_utf8(junit)];
        let ended = run(&[&files[..], &ONE].concat());
        ended.assert(0, &["conformant"]);
    }
    let read = |path: &PathBuf| fs::read_to_string(path).expect("a result file");
    assert_eq!(read(json), read(again));
    let without_uuid = |text: String| assert_well_formed(&text).join("\n");
    assert_eq!(without_uuid(read(junit)), without_uuid(read(junit_again)));
    let passed = result(json).cases.iter().filter(|case| case.verdict == Verdict::Pass).count();
    assert!(passed > 500, "{passed} passed");
}

#[test]
fn a_result_file_that_cannot_be_written() {
    let ended = run(&["check", "--only", "ROT-09", "--result", "/no/such/folder/result.json"]);
    ended.assert(3, &["harness error: cannot write /no/such/folder/result.json"]);
}

/// Away from a terminal nothing is colored and no line is wider than 100 columns, but for the
/// commands to paste.
fn assert_plain(said: &Ended) {
    let text = said.said();
    assert!(!text.contains('\u{1b}'), "{said:#?}");
    assert!(text.chars().all(|one| one == '\n' || !one.is_control()), "{said:#?}");
    let long = text.lines().find(|line| {
        !line.starts_with("  replay    conclave check ") && line.chars().count() > 100
    });
    assert_eq!(long, None, "{said:#?}");
}

#[test]
fn output_is_plain_away_from_a_terminal() {
    assert_plain(&run(&[&["check"][..], &ONE].concat()));
    for kind in ["always-ok", "random", "refuses", "crash-later", "not-json", "no-such-kind"] {
        let said = run(&[&["check", "--adapter-cmd", &hostile(kind)][..], &ONE].concat());
        assert_eq!(said.code, Some(1), "{said:#?}");
        assert_plain(&said);
    }
}

#[test]
fn no_color_is_obeyed() {
    let with = |name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_conclave"));
        command.args(["check", "--only", "ROT-09"]).env_remove("CLICOLOR_FORCE").env(name, value);
        ended(&mut command, WITHIN)
    };
    let colored = with("CLICOLOR_FORCE", "1");
    assert!(colored.stdout.contains('\u{1b}'), "there is a color to leave out: {colored:#?}");
    assert_plain(&with("NO_COLOR", "1"));
}

#[test]
fn a_client_cannot_speak_to_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder for the result");
    let (json, junit) = (folder.path().join("result.json"), folder.path().join("junit.xml"));
    let (kind, files) = (hostile("escapes"), [in_utf8(&json), in_utf8(&junit)]);
    let mut line = vec!["check", "--adapter-cmd", &kind, "--result", files[0], "--junit", files[1]];
    line.extend(["--jobs", "1"]);
    let said = run(&[&line[..], &ONE].concat());
    said.assert(1, &["NOT conformant", r"\u{1b}]0;owned"]);
    assert_plain(&said);
    assert!(said.said().len() < 60_000, "{} bytes", said.said().len());
    let bytes = fs::read(&json).expect("a result file");
    assert!(!bytes.contains(&0x1b));
    let xml = fs::read_to_string(&junit).expect("a JUnit file");
    assert!(xml.chars().all(|one| one == '\n' || !one.is_control()), "a control character");
    assert_well_formed(&xml);
    assert_eq!(result(&json).cases.iter().filter(|it| it.verdict == Verdict::Pass).count(), 0);
}

#[test]
fn a_junit_file_counts_what_the_result_counts() {
    let folder = tempfile::tempdir().expect("a folder for the result");
    let (json, junit) = (folder.path().join("result.json"), folder.path().join("junit.xml"));
    let kind = hostile("always-ok");
    let files = [in_utf8(&json), in_utf8(&junit)];
    let mut line = vec!["check", "--adapter-cmd", &kind, "--result", files[0], "--junit", files[1]];
    line.extend(["--jobs", "1"]);
    run(&[&line[..], &ONE].concat()).assert(1, &["NOT conformant"]);
    let tags = assert_well_formed(&fs::read_to_string(&junit).expect("a JUnit file"));
    let report = result(&json);
    let count = |verdicts: &[Verdict]| {
        report.cases.iter().filter(|case| verdicts.contains(&case.verdict)).count()
    };
    let tagged = |name: &str| tags.iter().filter(|tag| *tag == name).count();
    assert_eq!(tagged("testcase"), report.cases.len());
    assert_eq!(tagged("failure"), count(&[Verdict::Fail, Verdict::Inconclusive]));
    let errors = [Verdict::Timeout, Verdict::Crash, Verdict::ProtocolError];
    assert_eq!(tagged("error"), count(&errors));
    assert_eq!(tagged("skipped"), count(&[Verdict::NotApplicable]));
}

/// The names of the elements of an XML file, in order, each opened element closed, no stray `<` or
/// `&`. Enough XML for what JUnit files use: no comments, no CDATA.
fn assert_well_formed(xml: &str) -> Vec<String> {
    let body = xml.strip_prefix(r#"<?xml version="1.0" encoding="UTF-8"?>"#).expect("a prolog");
    let (mut open, mut names) = (Vec::new(), Vec::new());
    for part in body.trim().split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("no end of tag: {part}"));
        assert_entities(tag);
        assert_entities(text);
        let name = tag.split([' ', '\n', '/']).find(|word| !word.is_empty()).expect("a name");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closed in order");
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in pairs: {tag}");
        names.push(name.to_owned());
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new(), "all closed");
    assert_eq!(names.first().map(String::as_str), Some("testsuites"));
    names
}

fn assert_entities(text: &str) {
    for part in text.split('&').skip(1) {
        let (entity, _) = part.split_once(';').unwrap_or_else(|| panic!("a bare &: {text}"));
        let known = ["lt", "gt", "amp", "quot", "apos"].contains(&entity);
        assert!(known || entity.starts_with('#'), "&{entity};");
    }
}
