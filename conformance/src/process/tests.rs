use super::*;
use crate::protocol::Class;

fn sh(script: &str) -> Launch {
    Launch::new("sh").args(["-c", script])
}

fn limits() -> Limits {
    Limits {
        start_ms: 2_000,
        answer_ms: 2_000,
        close_ms: 200,
        line_bytes_max: 1 << 16,
        stderr_bytes_max: 64,
    }
}

fn start(script: &str, limits: Limits) -> AdapterProcess {
    AdapterProcess::start(&sh(script), limits).expect("sh starts")
}

fn leave(id: u64) -> Request {
    Request { id, session: None, case: None, input: Input::Leave {} }
}

fn ask(script: &str) -> Result<Response, Fault> {
    start(script, limits()).ask(&leave(1))
}

fn crash(script: &str) -> (String, String) {
    match ask(script) {
        Err(Fault::Crash { how, stderr, .. }) => (how, stderr),
        other => panic!("{other:?}"),
    }
}

fn protocol(script: &str) -> String {
    match ask(script) {
        Err(Fault::Protocol { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

const ACCEPT: &str = r#"read -r line; printf '{"id":1,"class":"accept"}\n';"#;

#[test]
fn an_answer_is_taken_and_the_end_is_seen() {
    let mut adapter = start(ACCEPT, limits());
    let class = adapter.ask(&leave(1)).map(|answer| answer.class);
    assert_eq!(class, Ok(Class::Accept));
    assert_eq!(adapter.finish(), Ok(()));
}

#[test]
fn a_program_that_does_not_exist_cannot_be_started() {
    let fault = AdapterProcess::start(&Launch::new("/nowhere/at/all"), limits()).map(drop);
    assert!(matches!(fault, Err(Fault::Start { program, .. }) if program == "/nowhere/at/all"));
}

#[test]
fn the_way_a_process_ended_is_told_in_words() {
    assert_eq!(crash("exit 3").0, "exit status 3");
    assert_eq!(crash("kill -9 $$").0, "signal 9 (killed)");
    assert_eq!(crash("read -r line; exit 0").0, "exit status 0");
    assert!(crash("exec >&-; sleep 1000").0.contains("kept running"));
}

#[test]
fn only_the_end_of_standard_error_is_kept_and_it_is_escaped() {
    let script =
        r"read -r line; yes secret | head -c 300000 >&2; printf '\n\033[2Jbye\n' >&2; exit 1";
    let (_, stderr) = crash(script);
    assert!(stderr.ends_with("\n  | \\u{1b}[2Jbye"), "{stderr:?}");
    assert!(stderr.len() < 250, "{stderr:?}");
}

#[test]
fn noise_and_endless_lines_break_the_protocol() {
    assert!(protocol("yes").contains('y'));
    let endless = protocol("read -r line; yes | tr -d '\\n'");
    assert!(endless.starts_with("a line of more than 65536 bytes: yyy"), "{endless}");
    assert!(endless.chars().count() < 200, "{endless}");
    assert!(protocol("read -r line; printf '{\"id\":'").contains("in the middle of a line"));
    // Nothing is read into the death of a process.
    assert_eq!(crash("read -r line; printf '{\"id\":'; kill -9 $$").0, "signal 9 (killed)");
}

#[test]
fn a_request_larger_than_the_pipe_cannot_hang_the_harness() {
    let large = Limits { answer_ms: 150, start_ms: 150, ..limits() };
    let mut adapter = start("sleep 1000", large);
    let mut request = leave(1);
    request.case = Some("x".repeat(4 << 20));
    let begun = Instant::now();
    assert!(matches!(adapter.ask(&request), Err(Fault::Timeout { limit_ms: 150, .. })));
    drop(adapter);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[test]
fn answers_without_reading_are_found_out() {
    let mut adapter = start(
        r#"for id in 1 2 3; do sleep 0.1; printf '{"id":%s,"class":"accept"}\n' $id; done; sleep 9"#,
        limits(),
    );
    let mut asked = (1..=3).map(|id| {
        let mut request = leave(id);
        request.case = Some("x".repeat(1 << 20));
        adapter.ask(&request)
    });
    let fault = asked.find_map(Result::err);
    assert!(matches!(fault, Some(Fault::Protocol { reason, .. }) if reason.contains("reads no")));
}

#[test]
fn a_fault_is_final() {
    let mut adapter = start("exit 3", limits());
    let first = adapter.ask(&leave(1));
    assert!(first.is_err());
    assert_eq!(adapter.ask(&leave(2)), first);
    assert_eq!(adapter.finish().err(), first.err());
}

#[test]
fn an_answer_nobody_asked_for_is_found_at_the_end() {
    let twice = format!("{ACCEPT} printf 'more\\n'; exit 0");
    let mut adapter = start(&twice, limits());
    assert!(adapter.ask(&leave(1)).is_ok());
    let fault = adapter.finish();
    assert!(matches!(&fault, Err(Fault::Protocol { reason, .. }) if reason.ends_with("more")));
    let mut adapter = start(&format!("{ACCEPT} exit 4"), limits());
    assert!(adapter.ask(&leave(1)).is_ok());
    assert!(matches!(adapter.finish(), Err(Fault::Crash { how, .. }) if how == "exit status 4"));
    let mut adapter = start(&format!("{ACCEPT} sleep 1000"), limits());
    assert!(adapter.ask(&leave(1)).is_ok());
    assert!(matches!(adapter.finish(), Err(Fault::Timeout { limit_ms: 200, .. })));
}

#[test]
fn hello_can_lower_the_limit_of_later_answers() {
    let hello = r#"{"id":1,"class":"accept","result":{"hello":{"protocol":2,"name":"a","version":"1","roles":[],"profiles":[],"formulas":[],"randomness":[],"codecs":[],"maps_codes":false,"answer_ms_max":50}}}"#;
    let mut adapter = start(&format!("read -r line; echo '{hello}'; sleep 1000"), limits());
    let input = Input::Hello { protocol_min: 2, protocol_max: 2 };
    let answer = adapter.ask(&Request { id: 1, session: None, case: None, input });
    assert!(answer.is_ok(), "{answer:?}");
    assert!(matches!(adapter.ask(&leave(2)), Err(Fault::Timeout { limit_ms: 50, .. })));
}

#[test]
fn the_whole_process_group_is_gone_after_a_drop() {
    let dir = tempfile::tempdir().expect("a directory");
    let launch = sh("sleep 1000 & echo $! > pid; sleep 1000").cwd(dir.path());
    let adapter = AdapterProcess::start(&launch, limits()).expect("sh starts");
    let file = dir.path().join("pid");
    let pid = (0..100).find_map(|_| {
        std::thread::sleep(Duration::from_millis(10));
        std::fs::read_to_string(&file)
            .ok()?
            .trim()
            .parse()
            .ok()
            .and_then(rustix::process::Pid::from_raw)
    });
    let pid = pid.expect("the child of the child");
    drop(adapter);
    // A kill takes a moment to arrive.
    let gone = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        !runs(pid)
    });
    assert!(gone);
}

/// Where nobody reaps orphans, a dead one stays a zombie.
fn runs(pid: rustix::process::Pid) -> bool {
    match std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())) {
        Ok(stat) => !stat.contains(") Z "),
        Err(_) => !cfg!(target_os = "linux") && rustix::process::test_kill_process(pid).is_ok(),
    }
}
