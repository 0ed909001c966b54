//! Result files and the reports made from them: strict to read, harmless to open, the same each time.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use conclave_conformance::{
    report::{
        Report, Subject,
        file::{ReadError, ResultFile},
        html::html,
        junit::junit,
        markdown::markdown,
        sarif::sarif,
        story::{Story, StoryLine, StoryMark},
        text,
        waivers::{WaiverState, day},
    },
    verdict::{Aspect, CaseReport, Exchange, Finding, Mode, Verdict},
};
use conclave_spec::Rule;
use proptest::prelude::*;
use serde_json::Value;

use common::{Ended, conclave, result};

/// More than any of these may take, on a machine busy with other tests.
const WITHIN: Duration = Duration::from_secs(240);

/// A small part of the suite in which the client without `ROT-02` fails.
const PART: [&str; 4] = ["--only", "ROT-02", "--profile", "zoom-3.0"];

fn without(rule: &str) -> String {
    format!("'{}' adapter --without {rule}", env!("CARGO_BIN_EXE_conclave"))
}

fn in_utf8(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// `conclave check` against the built-in client without a rule, with a result file.
fn check(without_rule: &str, file: &Path, more: &[&str]) -> Ended {
    check_against(&without(without_rule), file, more)
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

/// A result in which the client says `said` wherever it can say anything.
fn hostile(said: &str) -> Report {
    let mode: Mode = serde_json::from_str(r#"{"randomness":"tape","codec":"bytes"}"#).unwrap();
    let named =
        CaseReport::named("zoom-3.0/rotation/number-repeats", "A title", mode, Verdict::Fail);
    let finding = Finding {
        step: 3,
        input: said.to_owned(),
        aspect: Aspect::Outcome,
        rule: Rule::SeqIncreases,
        field: Some(said.to_owned()),
        expected: said.to_owned(),
        got: said.to_owned(),
    };
    let case = CaseReport {
        rules: vec![Rule::SeqIncreases],
        findings: vec![finding],
        note: Some(said.to_owned()),
        transcript: vec![Exchange { asked: said.to_owned(), answered: said.to_owned() }],
        ..named
    };
    let subject = Subject {
        name: said.to_owned(),
        version: said.to_owned(),
        modes: vec!["tape-bytes".to_owned()],
        ..Subject::default()
    };
    let mut report = Report::new(subject, vec![case], &[]);
    report.notes = vec![text::line(said)];
    report
}

/// The same, as somebody may have written it into a result file by hand.
fn forged(said: &str) -> Report {
    let mut report = hostile(said);
    report.subject.name = said.to_owned();
    report.subject.modes = vec![said.to_owned()];
    report.notes = vec![said.to_owned()];
    let line = StoryLine {
        at_ms: 7,
        party: said.to_owned(),
        mark: StoryMark::Does,
        text: said.to_owned(),
    };
    let story = Story {
        plays: said.to_owned(),
        lanes: vec![said.to_owned(), "server".to_owned()],
        before: 1,
        lines: vec![line],
    };
    report.stories.insert(format!("{said}/{said}/{said}"), story);
    for case in &mut report.cases {
        case.case = format!("{said}/{said}/{said}");
        case.title = said.to_owned();
        case.note = Some(said.to_owned());
        for finding in &mut case.findings {
            finding.got = said.to_owned();
        }
    }
    report
}

/// Nothing a terminal or an XML parser takes amiss.
fn assert_plain(text: &str) {
    let wrong = text.chars().find(|it| it.is_control() && *it != '\n');
    assert_eq!(wrong, None, "a control character");
}

/// In every report, what a client says stays text: `harmless` is the same result with a word instead.
fn assert_harmless(report: &Report, harmless: &Report) {
    let runs = std::slice::from_ref(report);
    let xml = junit(runs).expect("a JUnit report");
    assert_plain(&xml);
    let tree = roxmltree::Document::parse(&xml).expect("XML");
    assert_eq!(tree.descendants().filter(|it| it.has_tag_name("testcase")).count(), 1);
    let names = ["testsuites", "testsuite", "testcase", "properties", "property", "failure"];
    for element in tree.descendants().filter(roxmltree::Node::is_element) {
        assert!(names.contains(&element.tag_name().name()), "{:?}", element.tag_name());
    }
    let page = html(runs).expect("a page");
    assert_plain(&page);
    assert_eq!(skeleton(&page), skeleton(&html(std::slice::from_ref(harmless)).expect("a page")));
    let markdown = markdown(runs);
    assert_plain(&markdown);
    let log = sarif(runs).expect("a SARIF log");
    assert_plain(&log);
    assert_valid_sarif(&log);
    let mut printed = Vec::new();
    conclave_conformance::report::print(report, &mut printed).expect("it prints");
    let printed = String::from_utf8(printed).expect("UTF-8");
    assert_plain(&console_free(&printed));
}

/// What is printed, less the colors that are ours.
fn console_free(printed: &str) -> String {
    let ours = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[2m"];
    ours.iter().fold(printed.to_owned(), |text, code| text.replace(code, ""))
}

/// The tags of a page with the names of their attributes, in order; diagrams and options aside, which
/// are as many as there is to draw and to choose from.
fn skeleton(page: &str) -> Vec<String> {
    let body = page.split_once("<body>").expect("a body").1;
    let body = body.split_once("<script>").expect("a script").0;
    let tags = body.split('<').skip(1).map(|part| part.split('>').next().unwrap_or_default());
    let names = tags.map(|tag| {
        let quoted = |(at, part): (usize, &str)| (at % 2 == 0).then(|| part.to_owned());
        tag.split('"').enumerate().filter_map(quoted).collect::<Vec<_>>().join("\"")
    });
    names.filter(|tag| !tag.starts_with("option") && tag != "/option").collect()
}

fn assert_valid_sarif(log: &str) {
    static SCHEMA: std::sync::LazyLock<jsonschema::Validator> = std::sync::LazyLock::new(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sarif-2.1.0.json");
        let text = fs::read_to_string(path).expect("the schema is there");
        let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
        let options = jsonschema::options().should_validate_formats(true).build(&schema);
        options.expect("the schema is one")
    });
    let log: Value = serde_json::from_str(log).expect("JSON");
    for file in log.pointer("/runs").and_then(Value::as_array).into_iter().flatten() {
        let results = file["results"].as_array().expect("results");
        let places = results.iter().filter_map(|it| it.pointer("/locations/0/physicalLocation"));
        for place in places {
            let line = place.pointer("/region/startLine").and_then(Value::as_u64);
            assert!(line.is_some_and(|line| line > 0), "{place}");
        }
    }
    let wrong: Vec<_> =
        SCHEMA.iter_errors(&log).map(|it| format!("{}: {it}", it.instance_path)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const NASTY: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "]]><!-- --><![CDATA[",
    "\u{1b}]0;owned\u{7}\u{1b}[2J\r\n",
    "</title></style></script></svg>",
    "&amp;&#x3c;{{7*7}}{% raw %}",
    "[x](javascript:alert(1)) | ` `` <b>",
    "\u{202e}\u{200b}\u{feff}\u{fffe}\u{ffff}\0\u{85}",
    "{0} [link](1) \\",
    "' onmouseover='alert(1)",
    "",
    "e\u{301}\u{e000}\u{10ffff}",
];

#[test]
fn known_tricks_change_nothing() {
    for said in NASTY {
        assert_harmless(&hostile(said), &hostile("x"));
        assert_harmless(&forged(said), &forged("x"));
    }
    let bytes = [b'a', 0xff, 0xfe, b'<', 0xc3];
    assert_harmless(&hostile(&String::from_utf8_lossy(&bytes)), &hostile("x"));
}

#[test]
fn a_gigabyte_is_no_larger_than_a_line() {
    let said = "<\u{1b}".repeat(4 << 20);
    let report = hostile(&said);
    let file = ResultFile::of(vec![report.clone()]).text().expect("a result file");
    assert!(file.len() < 20_000, "{} bytes", file.len());
    for report in [report, forged(&said)] {
        let runs = [report];
        let page = html(&runs).expect("a page");
        let size = junit(&runs).expect("XML").len().max(markdown(&runs).len());
        let size = size.max(sarif(&runs).expect("JSON").len());
        assert!(size < 60_000, "{size} bytes");
        assert!(page.len() < html(&[hostile("x")]).expect("a page").len() + 60_000);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_a_client_says_stays_text(
        said in prop_oneof![
            any::<String>(),
            proptest::collection::vec(any::<u8>(), 0..400)
                .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            proptest::collection::vec(proptest::sample::select(&NASTY[..]), 1..4)
                .prop_map(|parts| parts.concat()),
        ]
    ) {
        assert_harmless(&hostile(&said), &hostile("x"));
        assert_harmless(&forged(&said), &forged("x"));
    }

    #[test]
    fn a_result_is_read_as_it_was_written(said in any::<String>()) {
        let file = ResultFile::of(vec![hostile(&said)]);
        let text = file.text().expect("a text");
        let read = ResultFile::parse(text.as_bytes(), "it").expect("a result file");
        prop_assert_eq!(read, file);
    }
}

/// The part of a text from these words to the end of the object that they begin.
fn object_of(text: &str, begins: &str) -> String {
    let at = text.find(begins).expect("it is there");
    let end = text[at..].find('}').expect("it ends");
    text[at..=at + end].to_owned()
}

/// What makes a good result a bad one.
type Spoil = fn(&mut Value);

/// The schema that is published takes what is written, and nothing that is not.
#[test]
fn a_result_is_as_the_published_schema_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/schema/result.json");
    let schema = fs::read_to_string(path).expect("it is published");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let of = |report: Report| serde_json::to_value(ResultFile::of(vec![report])).expect("JSON");
    for said in NASTY {
        assert!(validator.is_valid(&of(forged(said))), "{said:?}");
    }
    let good = of(hostile("x"));
    assert!(validator.is_valid(&good));
    let spoils: [(&str, Spoil); 6] = [
        ("another format", |it| it["schema"] = "conclave-result-2".into()),
        ("no runs", |it| it["runs"] = Value::Array(Vec::new())),
        ("an unknown field", |it| it["runs"][0]["more"] = 1.into()),
        ("an unknown verdict", |it| it["runs"][0]["cases"][0]["verdict"] = "fine".into()),
        ("a negative count", |it| it["runs"][0]["counts"]["fail"] = (-1).into()),
        ("no subject", |it| {
            it["runs"][0].as_object_mut().expect("an object").remove("subject");
        }),
    ];
    for (what, spoil) in spoils {
        let mut bad = good.clone();
        spoil(&mut bad);
        assert!(!validator.is_valid(&bad), "{what}");
    }
}

fn assert_refused(text: &str, what: &str) {
    let error = ResultFile::parse(text.as_bytes(), "it").expect_err(what).to_string();
    assert!(error.contains(what), "{error}");
    assert!(error.contains("what to do:"), "{error}");
}

#[test]
fn a_result_file_is_read_strictly() {
    let good = ResultFile::of(vec![hostile("x")]).text().expect("a text");
    assert_refused(&good[..good.len() / 2], "EOF while parsing");
    assert_refused(&good.replace("conclave-result-1", "conclave-results-1"), "the format is");
    assert_refused(&good.replacen("\"version\"", "\"verse\"", 1), "unknown field `verse`");
    assert_refused(&good.replacen("\"steps\": 0", "\"steps\": 0, \"more\": 1", 1), "unknown field");
    assert_refused(&good.replacen("\"fail\": 1", "\"fail\": 2", 1), "counts");
    assert_refused(&good.replacen("\"ROT-02\"", "\"ROT-99\"", 1), "ROT-99");
    assert_refused(r#"{"schema":"conclave-result-1","runs":[]}"#, "at /runs");
    // The types alone would take a list for an object.
    let list =
        good.replacen(&object_of(&good, "\"mode\": {"), "\"mode\": [\"tape\", \"bytes\"]", 1);
    assert_refused(&list, "vectors/schema/result.json says, at /runs/0/cases/0/mode");
    assert_refused("{}", "missing field `schema`");
    assert_refused("", "EOF");
    let gone = ResultFile::read(Path::new("/no/such/file")).expect_err("there is none");
    assert!(matches!(gone, ReadError::File { .. }), "{gone}");
    let folder = folder();
    let file = folder.path().join("cut.json");
    fs::write(&file, &good[..good.len() / 2]).expect("a file");
    for format in ["html", "markdown", "junit", "sarif", "merge"] {
        report(&[format, in_utf8(&file)]).assert(2, &["error:", "cut.json", "not a result file"]);
    }
    report(&["html"]).assert(4, &["RESULT"]);
}

#[test]
fn one_result_gives_every_report_and_equal_runs_equal_bytes() {
    let folder = folder();
    let files = ["a.json", "b.json"].map(|name| folder.path().join(name));
    for file in &files {
        check("ROT-02", file, &PART).assert(1, &["NOT conformant"]);
    }
    let read = |path: &PathBuf| fs::read_to_string(path).expect("a result file");
    assert_eq!(read(&files[0]), read(&files[1]));
    let run = result(&files[0]);
    let failing = run.cases.iter().find(|case| case.verdict == Verdict::Fail).expect("a failure");
    assert!(!failing.transcript.is_empty());
    assert!(failing.replay.as_ref().is_some_and(|it| it.contains(&failing.case)));
    assert!(run.stories.contains_key(&failing.case), "{:?}", run.stories.keys());
    for (format, part) in [
        ("html", "<svg"),
        ("markdown", "| fail |"),
        ("junit", "<testsuites"),
        ("sarif", "\"version\": \"2.1.0\""),
    ] {
        let out = folder.path().join(format);
        let said = report(&[format, in_utf8(&files[0]), "-o", in_utf8(&out)]);
        said.assert(0, &[]);
        let text = fs::read_to_string(&out).expect("a report");
        assert!(text.contains(part), "{format}");
        assert!(text.contains("ROT-02"), "{format}");
    }
    assert_valid_sarif(&fs::read_to_string(folder.path().join("sarif")).expect("a log"));
}

#[test]
fn several_implementations_stand_side_by_side() {
    let folder = folder();
    let file = folder.path().join("one.json");
    check("ROT-02", &file, &PART).assert(1, &[]);
    let mut other = result(&file);
    other.subject.name = "another".to_owned();
    let second = folder.path().join("two.json");
    fs::write(&second, ResultFile::of(vec![other]).text().expect("a text")).expect("a file");
    let both = folder.path().join("both.json");
    let files = [in_utf8(&file), in_utf8(&second)];
    report(&["merge", files[0], files[1], "-o", in_utf8(&both)]).assert(0, &[]);
    let page = report(&["markdown", in_utf8(&both)]);
    page.assert(0, &["| rule | another", "| ROT-02 | **broken**"]);
    assert_eq!(page.stdout, report(&["markdown", files[1], files[0]]).stdout);
    report(&["html", in_utf8(&both)]).assert(0, &["Implementations side by side", "broken ("]);
    assert_valid_sarif(&report(&["sarif", in_utf8(&both)]).stdout);
    roxmltree::Document::parse(&report(&["junit", in_utf8(&both)]).stdout).expect("XML");
}

/// `check` under one waiver, on a day; the whole of one profile, so that nothing is left undecided.
fn waived(waiver: &str, today: &str, more: &[&str]) -> (Ended, Report) {
    let folder = folder();
    let (toml, file) = (folder.path().join("w.toml"), folder.path().join("r.json"));
    fs::write(&toml, waiver).expect("a waiver file");
    let words = ["--waivers", in_utf8(&toml), "--today", today];
    // It knows one mode only, so that a run of one profile is whole, and soon over.
    let adapter = without("ROT-02") + " --randomness tape --codec bytes";
    let ended = check_against(&adapter, &file, &[&words[..], more].concat());
    (ended, result(&file))
}

fn waiver(what: &str) -> String {
    let rest = "reason = \"known\"\nlink = \"https://example.org/7\"\nexpires = \"2030-01-31\"\n";
    format!("[[waiver]]\n{what}\n{rest}")
}

const PROFILE: [&str; 2] = ["--profile", "zoom-3.0"];

#[test]
fn a_waived_failure_fails_nothing_and_is_no_pass() {
    // In 3.0, ROT-03 guards what ROT-02 needs, so that the client lacks both.
    let both = waiver("rule = \"ROT-02\"") + &waiver("rule = \"ROT-03\"");
    let (ended, run) = waived(&both, "2030-01-31", &PROFILE);
    ended.assert(0, &["waived", "covers", "until 2030-01-31", "conformant"]);
    assert!(run.waived() > 0);
    assert_eq!(run.count(Verdict::Fail), 0);
    assert!(run.cases.iter().all(|case| case.waiver.is_none() || case.verdict == Verdict::Fail));
    let runs = [run];
    assert!(sarif(&runs).expect("a log").contains("\"suppressions\""));
    assert_valid_sarif(&sarif(&runs).expect("a log"));
    assert!(junit(&runs).expect("XML").contains("waived until 2030-01-31"));
    let (expired, _) = waived(&both, "2030-02-01", &PROFILE);
    expired.assert(2, &["EXPIRED", "what to do: mend the client", "2 waivers need attention"]);
}

#[test]
fn a_waiver_that_has_nothing_to_do_needs_attention() {
    let fine = waiver("rule = \"ROT-02\"\nprofile = \"zoom-3.0\"")
        + &waiver("rule = \"ROT-03\"\nprofile = \"zoom-3.0\"");
    let idle = waiver("case = \"zoom-3.0/rotation/no-such-case\"")
        + &waiver("rule = \"DEV-01\"\nprofile = \"zoom-3.0\"");
    let (ended, run) = waived(&(fine + &idle), "2029-01-01", &PROFILE);
    ended.assert(2, &["MATCHES NOTHING", "PASSES UNEXPECTEDLY", "remove the waiver"]);
    let states: Vec<_> = run.waivers.iter().map(|it| it.state).collect();
    let [used, idle, passes] = [WaiverState::Used, WaiverState::Nothing, WaiverState::Passes];
    assert_eq!(states, [used, used, idle, passes]);
    let (partial, run) = waived(&idle_only(), "2029-01-01", &PART);
    partial.assert(1, &["not decided in this run"]);
    assert_eq!(run.stale(), 0);
}

fn idle_only() -> String {
    waiver("rule = \"DEV-01\"")
}

#[test]
fn a_waiver_file_that_is_wrong_says_where() {
    let folder = folder();
    let toml = folder.path().join("w.toml");
    fs::write(&toml, waiver("rule = \"ROT-02\"").replace("2030-01-31", "soon")).expect("a file");
    let words = ["check", "--only", "ROT-09", "--waivers", in_utf8(&toml)];
    conclave(&words, WITHIN).assert(2, &["error:", "w.toml", "line 5", "expires:"]);
    let gone = ["check", "--only", "ROT-09", "--waivers", "/no/such.toml"];
    conclave(&gone, WITHIN).assert(2, &["cannot read /no/such.toml"]);
    let today = ["check", "--today", "tomorrow"];
    conclave(&today, WITHIN).assert(4, &["YYYY-MM-DD"]);
    assert!(day("2028-02-29").is_ok() && day("2027-02-29").is_err());
}

#[test]
fn text_is_cut_once() {
    let said = "\u{1b}<".repeat(1_000);
    assert_eq!(text::line(&text::line(&said)), text::line(&said));
}
