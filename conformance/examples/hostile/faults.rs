//! What each kind does wrong.

use std::{
    io::{self, Write},
    process::{Command, ExitCode, Stdio, abort, exit},
    thread::sleep,
    time::Duration,
};

use serde_json::{Value, json};

use super::{answers, bytes, say};

/// One gibibyte, in bytes.
const GIGABYTE: usize = 1 << 30;

/// Before it reads anything.
pub(crate) fn at_start(kind: &str) -> io::Result<()> {
    match kind {
        "crash-at-start" => abort(),
        "hang-at-start" => hang(),
        "answers-unread" => {
            // After the first request is sent, so that only the second comes too late for its answer.
            sleep(Duration::from_millis(300));
            for id in 1..1_000 {
                let op = if id == 1 { "hello" } else { "leave" };
                say(&bytes(&answers::proper(&json!({"id": id, "input": {"op": op}}))))?;
            }
            hang()
        }
        _ => Ok(()),
    }
}

/// After the end of input.
pub(crate) fn at_end(kind: &str) -> io::Result<ExitCode> {
    match kind {
        "hang-at-end" => hang(),
        "ends-badly" => return Ok(ExitCode::from(3)),
        "segfault-at-end" => signal("SEGV", "own"),
        "last-word" => say(b"bye\n")?,
        _ => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// In place of this proper answer.
pub(crate) fn misbehave(kind: &str, request: &Value, answer: Value) -> io::Result<()> {
    let hello = request["input"]["op"] == "hello";
    let instead = json!({"id": request["id"], "class": "reject"});
    match kind {
        "always-reject" => say(&bytes(&instead)),
        // Opens sessions and refuses everything in them, without a code.
        "refuses" if request["input"]["op"] != "open" => say(&bytes(&instead)),
        "declines" => say(&bytes(&json!({"id": request["id"], "class": "unsupported"}))),
        "breaks-inside" => say(&bytes(&json!({"id": request["id"], "class": "internal"}))),
        "never-ready" => say(&bytes(&with(answer, "class", json!("pending")))),
        // A session is closed, so that the next one is asked for more.
        "escapes" | "markup" if request["input"]["op"] == "close" => say(&bytes(&answer)),
        "escapes" => say(&bytes(&answers::loud(answer, ESCAPES))),
        "markup" => say(&bytes(&answers::loud(answer, MARKUP))),
        "largest-numbers" => say(&bytes(&answers::largest(answer))),
        "random" => say(&bytes(&answers::random(request))),
        "promises-at-once" if hello => {
            let mut answer = answer;
            answer["result"]["hello"]["answer_ms_max"] = json!(0);
            say(&bytes(&answer))
        }
        "promises-at-once" => hang(),
        "hang" | "hang-later" | "half-line-and-waits" | "slow-drip" | "stops-itself" => {
            silent(kind, &answer)
        }
        "duplicate-answer" | "flood" | "answers-ahead" | "swaps-answers" => {
            at_the_wrong_moment(kind, request, &answer)
        }
        _ => gone(kind, &answer).and_then(|()| no_answer(kind, answer)),
    }
}

/// What a terminal acts on.
const ESCAPES: &str = "\x1b]0;owned\x07\x1b[2J\x1b[31m\u{9b}5m\u{202e}\r\n";

/// What a browser, a reader of XML or one of Markdown acts on.
const MARKUP: &str =
    "</script></style><img src=x onerror=alert(1)>\"'><b>]]>&lt;|`[x](javascript:1)";

fn with(mut answer: Value, key: &str, value: Value) -> Value {
    answer[key] = value;
    answer
}

/// It stays, and does not answer in time.
fn silent(kind: &str, answer: &Value) -> io::Result<()> {
    let whole = bytes(answer);
    match kind {
        "half-line-and-waits" => say(&whole[..whole.len() / 2])?,
        "stops-itself" => signal("STOP", "own"),
        "slow-drip" => {
            for byte in whole {
                say(&[byte])?;
                sleep(Duration::from_millis(100));
            }
            return Ok(());
        }
        _ => {}
    }
    hang()
}

/// More answers than were asked for.
fn at_the_wrong_moment(kind: &str, request: &Value, answer: &Value) -> io::Result<()> {
    let own = bytes(answer);
    let next = answers::proper(&with(request.clone(), "id", json!(id(request) + 1)));
    let mut next = bytes(&next);
    match kind {
        "duplicate-answer" => say(&own.repeat(2)),
        "flood" => say(&own.repeat(10_000)),
        "answers-ahead" if request["input"]["op"] == "hello" => {
            next = bytes(&json!({"id": id(request) + 1, "class": "accept"}));
            say(&[own, next].concat())
        }
        // The answer to this request is out already.
        "answers-ahead" => say(&bytes(&json!({"id": id(request) + 1, "class": "accept"}))),
        _ => say(&[next, own].concat()),
    }
}

fn id(request: &Value) -> u64 {
    number(&request["id"])
}

/// It ends, or closes a stream; or it does neither, and this gives way.
fn gone(kind: &str, answer: &Value) -> io::Result<()> {
    match kind {
        "crash-at-start" | "crash-later" => abort(),
        "segfault" => signal("SEGV", "own"),
        "kills-its-group" => signal("KILL", "group"),
        "ends-with-success" => exit(0),
        "half-line" => {
            let whole = bytes(answer);
            close("1>&-", &whole[..whole.len() / 2]);
        }
        "closes-stdout" => close("1>&-", b""),
        // Under a limit, the system says no; without one, this would end the machine.
        "memory-hog" => {
            let mut held = Vec::new();
            loop {
                held.push(vec![1_u8; 16 << 20]);
                eprintln!("{} blocks", held.len());
            }
        }
        "forks-child" => {
            Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn()?;
            exit(0);
        }
        // Out of the process group, and with all three streams.
        "child-escapes" => {
            Command::new("setsid").args(["sleep", "1000"]).spawn()?;
            exit(0);
        }
        // Each with a parent that has ended.
        "children-escape" => {
            let script = "setsid sleep 1000 & setsid sh -c 'sleep 1000 & sleep 1000' &";
            Command::new("sh").args(["-c", script]).stdin(Stdio::null()).status().map(drop)
        }
        _ => Ok(()),
    }
}

/// A line that is no answer to the request; where the kind has none, the proper one.
fn no_answer(kind: &str, mut answer: Value) -> io::Result<()> {
    let proper = bytes(&answer);
    let text = String::from_utf8_lossy(&proper).into_owned();
    let id = answer["id"].clone();
    match kind {
        "endless-line" => loop {
            say(&[b'a'; 4096])?;
        },
        "gigabyte-line" => {
            let chunk = vec![b'a'; 1 << 16];
            for _ in 0..GIGABYTE / chunk.len() {
                say(&chunk)?;
            }
            return say(b"\n");
        }
        "not-json" => return say(b"\x1b[2Jready.\n"),
        "empty-line" => return say(b"\n"),
        "invalid-utf8" => {
            let text = bytes(&with(answer, "detail", json!("@")));
            let other = |byte| if byte == b'@' { 0xff } else { byte };
            return say(&text.into_iter().map(other).collect::<Vec<u8>>());
        }
        "utf-16" => {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            return say(&units.flat_map(u16::to_le_bytes).chain([b'\n']).collect::<Vec<u8>>());
        }
        "byte-order-mark" => return say(format!("\u{feff}{text}").as_bytes()),
        "zero-byte" => return say(text.replace('\n', "\0\n").as_bytes()),
        "not-a-number" => return say(b"{\"id\":NaN,\"class\":\"accept\"}\n"),
        "number-too-large" => {
            let digits = "9".repeat(100_000);
            return say(format!("{{\"id\":{digits},\"class\":\"accept\"}}\n").as_bytes());
        }
        "deep-json" => {
            let (open, close) = ("[".repeat(300_000), "]".repeat(300_000));
            return say(format!("{{\"id\":{id},\"detail\":{open}{close}}}\n").as_bytes());
        }
        "duplicate-key" => return say(text.replacen('{', "{\"class\":\"accept\",", 1).as_bytes()),
        "two-objects" => return say(text.replace('\n', " {}\n").as_bytes()),
        "a-list" => answer = json!([answer]),
        "huge-stderr" if number(&id) <= 3 => {
            for number in 0..40_000 {
                eprintln!("{number}: nothing to see here, \x1b[31mreally\x1b[0m");
            }
        }
        // Once, and without the end of a line.
        "stderr-without-end" if number(&id) == 1 => {
            let chunk = vec![b'e'; 1 << 16];
            for _ in 0..GIGABYTE / 8 / chunk.len() {
                io::stderr().write_all(&chunk)?;
            }
        }
        _ => answer = wrong(kind, answer),
    }
    say(&bytes(&answer))
}

fn number(id: &Value) -> u64 {
    id.as_u64().unwrap_or_default()
}

/// An object that is no answer to the request; where the kind has none, the proper one.
fn wrong(kind: &str, answer: Value) -> Value {
    let number = number(&answer["id"]);
    match kind {
        "wrong-hello" => {
            let mut answer = answer;
            answer["result"]["hello"]["protocol"] = json!(99);
            answer
        }
        "no-result" => with(answer, "result", Value::Null),
        "other-result" => with(answer, "result", json!({"computed": {}})),
        "unknown-field" => with(answer, "confidence", json!("high")),
        "unknown-class" => with(answer, "class", json!("maybe")),
        "wrong-id" => with(answer, "id", json!(number + 1)),
        "negative-id" => with(answer, "id", json!(-1)),
        "id-with-a-point" => with(answer, "id", json!(1.0)),
        // `always-ok` and the like, and kinds that do their harm elsewhere.
        _ => answer,
    }
}

fn hang() -> ! {
    loop {
        sleep(Duration::from_secs(1000));
    }
}

/// Sends a signal to this process, or to its whole group, and waits for it.
#[cfg(unix)]
fn signal(name: &str, to: &str) -> ! {
    use rustix::process::{Signal, getpid, kill_current_process_group, kill_process};
    let signal = match name {
        "SEGV" => Signal::SEGV,
        "STOP" => Signal::STOP,
        _ => Signal::KILL,
    };
    // Again, where the first only undid how the runtime takes it.
    loop {
        let sent = match to {
            "group" => kill_current_process_group(signal),
            _ => kill_process(getpid(), signal),
        };
        if let Err(error) = sent {
            eprintln!("no signal: {error}");
        }
        sleep(Duration::from_millis(10));
    }
}

#[cfg(not(unix))]
fn signal(_name: &str, _to: &str) -> ! {
    exit(1)
}

/// Says this and closes one standard stream, as the shell writes it, without ending. The shell
/// does it in place of this process, because closing a descriptor takes `unsafe` here.
#[cfg(unix)]
pub(crate) fn close(stream: &str, last: &[u8]) -> ! {
    // The answer must come after standard input is closed, but before standard output is.
    let script = match stream {
        "0<&-" => "exec 0<&-; printf '%s\\n' \"$0\"; sleep 1000",
        _ => "printf %s \"$0\"; exec 1>&-; sleep 1000",
    };
    let said = String::from_utf8_lossy(last);
    let error = std::os::unix::process::CommandExt::exec(Command::new("sh").args([
        "-c",
        script,
        said.trim_end(),
    ]));
    eprintln!("cannot run sh: {error}");
    exit(2)
}

#[cfg(not(unix))]
pub(crate) fn close(_stream: &str, _last: &[u8]) -> ! {
    exit(0)
}
