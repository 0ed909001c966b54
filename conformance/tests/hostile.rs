//! Every kind of hostile adapter, through the real program: the right verdict at the right place, in
//! time, in little memory, with nothing passed, and with no process left.

#![cfg(target_os = "linux")]

mod common;

use std::{
    collections::BTreeSet,
    fs,
    panic::catch_unwind,
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use conclave_conformance::{
    report::Report,
    verdict::{CaseReport, Verdict},
};

use common::{Ended, HOSTILE, ended, hostile, result};

/// More than any of these may take, on a machine busy with other tests.
const WITHIN: Duration = Duration::from_secs(120);

/// The most memory the harness may have held at a time, in kibibytes. It holds the vectors of the
/// profile whatever the adapter does.
const MEMORY_KIB_MAX: u64 = 200 << 10;

/// How many kinds there are at least.
const KINDS_MIN: usize = 50;

/// How long an adapter that is silent or slow is waited for, in milliseconds.
const SILENT_MS: u64 = 250;

/// The same for one that is not: a loaded machine must not make a timeout of its fault.
const PROMPT_MS: u64 = 4_000;

/// Where an adapter goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It does not even say who it is: that is the whole result.
    Hello,
    /// It has this fault three times in a row, and the rest is not run.
    First,
    /// It speaks the protocol and fails what it is asked.
    Judged,
    /// The same, and it does not end as it should.
    End,
}

use Place::{End, First, Hello, Judged};
use Verdict::{Crash, Fail, ProtocolError, Timeout};

/// A kind, how it is called, and what must become of it.
struct Kind(&'static str, Place, Verdict, &'static str);

/// Silence, in every phase.
const SILENT: &[Kind] = &[
    Kind("hang-at-start", Hello, Timeout, "no answer to hello within 2500 ms"),
    Kind("hang", Hello, Timeout, "no answer to hello within 2500 ms"),
    Kind("hang-later", First, Timeout, "no answer to open within 250 ms"),
    Kind("hang-later after 3", First, Timeout, "within 250 ms"),
    Kind("hang-at-end", End, Timeout, "no answer to the end of input within 2000 ms"),
    Kind("half-line-and-waits", Hello, Timeout, "no answer to hello"),
    Kind("half-line-and-waits after 2", First, Timeout, "within 250 ms"),
    Kind("slow-drip", Hello, Timeout, "no answer to hello within 2500 ms"),
    Kind("answers-late", First, Timeout, "no answer to open within 250 ms"),
    Kind("stops-itself", First, Timeout, "no answer to open within 250 ms"),
    Kind("promises-at-once", First, Timeout, "no answer to open within 0 ms"),
];

/// Ends.
const GONE: &[Kind] = &[
    Kind("crash-at-start", Hello, Crash, "signal 6 (aborted)"),
    Kind("crash-later", First, Crash, "signal 6 (aborted)"),
    Kind("segfault", First, Crash, "signal 11 (segmentation fault)"),
    Kind("ends-with-success", First, Crash, "exit status 0"),
    Kind("kills-its-group", First, Crash, "signal 9 (killed)"),
    Kind("half-line", Hello, ProtocolError, "in the middle of a line"),
    Kind("closes-stdin", First, Crash, "it closed a standard stream and kept running"),
    Kind("closes-stdout", First, Crash, "it closed a standard stream and kept running"),
    Kind("memory-hog", First, Crash, "signal 6 (aborted)"),
    Kind("forks-child", Hello, Crash, "exit status 0"),
    Kind("child-escapes", Hello, Crash, "exit status 0"),
    Kind("ends-badly", End, Crash, "exit status 3"),
    Kind("segfault-at-end", End, Crash, "signal 11 (segmentation fault)"),
    Kind("last-word", End, ProtocolError, "a line nobody asked for: bye"),
];

/// Lines that are no JSON, or not one object.
const LINES: &[Kind] = &[
    Kind("endless-line", Hello, ProtocolError, "a line of more than 1048576 bytes: aaaa"),
    Kind("gigabyte-line", Hello, ProtocolError, "a line of more than 1048576 bytes: aaaa"),
    Kind("gigabyte-line after 1", First, ProtocolError, "a line of more than 1048576 bytes"),
    Kind("not-json", Hello, ProtocolError, r"\u{1b}[2Jready."),
    Kind("empty-line", Hello, ProtocolError, "not JSON"),
    Kind("invalid-utf8", Hello, ProtocolError, "not UTF-8"),
    Kind("utf-16", Hello, ProtocolError, "not UTF-8"),
    Kind("byte-order-mark", Hello, ProtocolError, "not JSON"),
    Kind("zero-byte", Hello, ProtocolError, "not JSON"),
    Kind("not-a-number", Hello, ProtocolError, "not JSON"),
    Kind("number-too-large", Hello, ProtocolError, "not JSON"),
    Kind("deep-json", Hello, ProtocolError, "recursion limit"),
    Kind("duplicate-key", Hello, ProtocolError, "key `class` twice in one object"),
    Kind("two-objects", Hello, ProtocolError, "trailing characters"),
    Kind("a-list", Hello, ProtocolError, "not a JSON object"),
    Kind("echo", Hello, ProtocolError, "not as the schema says"),
];

/// Objects that are no answer, or none to this request or at this moment.
const ANSWERS: &[Kind] = &[
    Kind("wrong-hello", Hello, ProtocolError, "protocol version 99"),
    Kind("no-result", Hello, ProtocolError, "without the result asked for"),
    Kind("other-result", First, ProtocolError, "does not belong to the request"),
    Kind("unknown-field", Hello, ProtocolError, "confidence"),
    Kind("unknown-class", Hello, ProtocolError, "maybe"),
    Kind("wrong-id", Hello, ProtocolError, "id 2 where 1 was asked"),
    Kind("negative-id", Hello, ProtocolError, "not as the schema says"),
    Kind("id-with-a-point", Hello, ProtocolError, "not as the schema says"),
    Kind("replay-last", First, ProtocolError, "id 1 where 2 was asked"),
    Kind("duplicate-answer", First, ProtocolError, "the answer to open breaks"),
    Kind("flood", First, ProtocolError, "the answer to open breaks"),
    Kind("answers-ahead", First, ProtocolError, "the answer to open breaks"),
    Kind("answers-unread", First, ProtocolError, "the answer to open breaks"),
    Kind("swaps-answers", Hello, ProtocolError, "id 2 where 1 was asked"),
    Kind("always-reject", First, ProtocolError, "refused to open a session: reject"),
    Kind("declines", First, ProtocolError, "refused to open a session: unsupported"),
    Kind("breaks-inside", First, ProtocolError, "refused to open a session: internal"),
    Kind("refuses", First, ProtocolError, "the answer to close breaks"),
    Kind("never-ready", First, ProtocolError, "the answer to close breaks"),
    Kind("random", First, ProtocolError, "breaks the adapter protocol"),
    Kind("largest-numbers", First, ProtocolError, "an output at 18446744073709551615 ms"),
];

/// Those that speak the protocol.
const JUDGED: &[Kind] = &[
    Kind("always-ok", Judged, Fail, ""),
    Kind("children-escape", Judged, Fail, ""),
    Kind("huge-stderr", Judged, Fail, ""),
    Kind("stderr-without-end", Judged, Fail, ""),
    Kind("escapes", Judged, Fail, ""),
    Kind("markup", Judged, Fail, ""),
];

const ALL: [&[Kind]; 5] = [SILENT, GONE, LINES, ANSWERS, JUDGED];

/// A run of the suite against a kind.
struct Run {
    words: &'static str,
    ended: Ended,
    report: Report,
}

impl Kind {
    fn command(&self) -> String {
        match self.0 {
            // Without a limit it would be the machine that is short of memory.
            "memory-hog" => {
                let own = HOSTILE.display();
                format!("sh -c \"ulimit -v 150000; exec '{own}' memory-hog\"")
            }
            words => hostile(words),
        }
    }

    fn run(&self) -> Run {
        let folder = tempfile::tempdir().expect("a folder for the result");
        let file = folder.path().join("result.json");
        // In the environment of every process that comes of it.
        let mark = format!("{}-{}", std::process::id(), self.0.replace(' ', "-"));
        let answer_ms = if self.2 == Timeout { SILENT_MS } else { PROMPT_MS };
        let mut command = Command::new(env!("CARGO_BIN_EXE_conclave"));
        command.args(["check", "--adapter-cmd", &self.command()]);
        command.args(["--answer-ms", &answer_ms.to_string(), "--jobs", "1"]);
        // The version with the fewest vectors to load.
        command.args(["--profile", "zoom-2.3.1", "--only", "zoom-2.3.1/rotation/"]);
        command.args(["--mode", "opaque-bytes", "--result"]).arg(&file).env("CONCLAVE_MARK", &mark);
        // Finding out where it ran short of memory takes memory.
        command.env("RUST_BACKTRACE", "0");
        let ended = ended(&mut command, WITHIN);
        assert_eq!(left(&mark), BTreeSet::new(), "{}: left running", self.0);
        Run { words: self.0, report: result(&file), ended }
    }

    fn check(&self) {
        let run = self.run();
        run.ended.assert(1, &["NOT conformant"]);
        assert!(run.ended.memory_kib_max < MEMORY_KIB_MAX, "{}: {:?}", self.0, run.ended);
        let passed = run.with(Verdict::Pass);
        assert!(passed.is_empty(), "{}: passed {passed:?}", self.0);
        match self.1 {
            Hello => run.assert_only("hello", self.2, self.3),
            First => run.assert_three_and_no_more(self.2, self.3),
            Judged => run.assert_judged(),
            End => {
                run.assert_judged();
                run.assert_one("end-of-input", self.2, self.3);
            }
        }
    }
}

impl Run {
    fn with(&self, verdict: Verdict) -> Vec<&CaseReport> {
        self.report.cases.iter().filter(|case| case.verdict == verdict).collect()
    }

    fn assert_only(&self, name: &str, verdict: Verdict, note: &str) {
        assert_eq!(self.report.cases.len(), 1, "{}: {:?}", self.words, self.report.counts);
        self.assert_one(name, verdict, note);
    }

    fn assert_one(&self, name: &str, verdict: Verdict, note: &str) {
        let found = self.report.cases.iter().find(|case| case.case == name);
        let case = found.unwrap_or_else(|| panic!("{}: {:?}", self.words, self.report.counts));
        assert_eq!(case.verdict, verdict, "{}: {case:?}", self.words);
        assert!(case.note.as_ref().is_some_and(|it| it.contains(note)), "{}: {case:?}", self.words);
    }

    fn assert_three_and_no_more(&self, verdict: Verdict, note: &str) {
        let (faults, rest) = (self.with(verdict), self.with(Verdict::Inconclusive));
        let all = self.report.cases.len();
        let counts = &self.report.counts;
        assert_eq!((faults.len(), rest.len()), (3, all - 3), "{}: {counts:?}", self.words);
        assert!(all > 5, "{}: {all} cases", self.words);
        let says = |case: &&CaseReport| case.note.as_ref().is_some_and(|it| it.contains(note));
        assert!(faults.iter().all(says), "{}: {faults:?}", self.words);
    }

    /// Every case was judged that does not need a policy, and what the adapter said was an answer
    /// each time.
    fn assert_judged(&self) {
        let cases = self.report.cases.iter().filter(|case| case.case != "end-of-input");
        let fine = |case: &&CaseReport| match case.verdict {
            Fail | Verdict::Differs => true,
            Verdict::NotApplicable => {
                case.note.as_ref().is_some_and(|it| it.starts_with("does not declare the policy"))
            }
            Verdict::Pass | Verdict::Advice | Verdict::NotRun | Verdict::Inconclusive => false,
            Timeout | Crash | ProtocolError => false,
        };
        let others: Vec<_> = cases.filter(|case| !fine(case)).collect();
        assert!(others.is_empty(), "{}: {others:?}", self.words);
        assert!(self.with(Fail).len() > 5, "{}: {:?}", self.words, self.report.counts);
    }
}

/// The living processes with this mark, once what was killed had time to be gone.
fn left(mark: &str) -> BTreeSet<String> {
    let until = Instant::now() + Duration::from_secs(2);
    loop {
        let left = marked(mark);
        if left.is_empty() || Instant::now() > until {
            return left;
        }
        sleep(Duration::from_millis(10));
    }
}

fn marked(mark: &str) -> BTreeSet<String> {
    let own = format!("CONCLAVE_MARK={mark}\0");
    let processes = fs::read_dir("/proc").expect("the processes").flatten();
    let theirs = processes.map(|entry| entry.path()).filter(|path| {
        let environment = fs::read(path.join("environ")).unwrap_or_default();
        environment.windows(own.len()).any(|part| part == own.as_bytes())
    });
    let told = |path: std::path::PathBuf| fs::read_to_string(path.join("stat")).ok();
    theirs.filter_map(told).filter(|stat| !stat.contains(") Z ")).collect()
}

/// Checks all of them, whatever becomes of the others.
fn check_all(kinds: &[Kind]) {
    let wrong = |kind: &&Kind| catch_unwind(|| kind.check()).is_err();
    let wrong: Vec<_> = kinds.iter().filter(wrong).map(|kind| kind.0).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn silence_is_a_timeout_in_every_phase() {
    check_all(SILENT);
}

#[test]
fn an_end_is_a_crash_and_nothing_outlives_it() {
    check_all(GONE);
}

#[test]
fn a_line_that_is_no_object_breaks_the_protocol() {
    check_all(LINES);
}

#[test]
fn an_answer_to_something_else_breaks_the_protocol() {
    check_all(ANSWERS);
}

#[test]
fn whoever_only_speaks_well_passes_nothing() {
    check_all(JUDGED);
}

/// No kind is left out here, and none is there twice under another name.
#[test]
fn every_kind_has_its_verdict() {
    let listed = ended(&mut Command::new(HOSTILE.as_os_str()), WITHIN);
    let kinds = listed.stderr.lines().find_map(|line| line.strip_prefix("kinds: "));
    let kinds: BTreeSet<_> = kinds.expect("the kinds are listed").split(' ').collect();
    let words = || ALL.into_iter().flatten().map(|kind| kind.0);
    let tested: BTreeSet<_> = words().filter_map(|words| words.split(' ').next()).collect();
    assert_eq!(tested, kinds);
    assert_eq!(words().collect::<BTreeSet<_>>().len(), words().count());
    assert!(kinds.len() >= KINDS_MIN, "{} kinds", kinds.len());
}

/// The mark finds what is left, or its absence says nothing.
#[test]
fn a_process_that_is_left_is_noticed() {
    let mark = format!("{}-control", std::process::id());
    let mut command = Command::new("sleep");
    let mut child = command.arg("1000").env("CONCLAVE_MARK", &mark).spawn().expect("it starts");
    let seen = (0..200).any(|_| {
        sleep(Duration::from_millis(10));
        !marked(&mark).is_empty()
    });
    child.kill().expect("it ends");
    child.wait().expect("it is reaped");
    assert!(seen);
}
