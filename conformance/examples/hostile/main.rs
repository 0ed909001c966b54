//! Adapters that are wrong on purpose: controls for the tests of the harness.
//!
//! `hostile KIND [after N]` answers the first N requests properly and then does what KIND says.
//! `hostile` alone lists the kinds.

mod answers;
mod faults;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

/// Every kind, with how many requests it answers properly where the command does not say.
const KINDS: &[(&str, u64)] = &[
    // Null adapters: they speak the protocol and implement nothing.
    ("always-ok", 1),
    ("always-reject", 1),
    ("refuses", 1),
    ("declines", 1),
    ("breaks-inside", 1),
    ("never-ready", 1),
    ("echo", 0),
    ("replay-last", 1),
    ("random", 1),
    // Silent or slow.
    ("hang-at-start", 0),
    ("hang", 0),
    ("hang-later", 1),
    ("hang-at-end", NEVER),
    ("half-line-and-waits", 0),
    ("slow-drip", 0),
    ("answers-late", 1),
    ("stops-itself", 1),
    ("promises-at-once", 0),
    // Gone.
    ("crash-at-start", 0),
    ("crash-later", 1),
    ("segfault", 1),
    ("ends-with-success", 1),
    ("kills-its-group", 1),
    ("half-line", 0),
    ("closes-stdin", 1),
    ("closes-stdout", 1),
    ("memory-hog", 1),
    // With children that stay.
    ("forks-child", 0),
    ("child-escapes", 0),
    ("children-escape", 0),
    // Wrong at the end only.
    ("ends-badly", NEVER),
    ("segfault-at-end", NEVER),
    ("last-word", NEVER),
    // Lines that are no JSON, or not one object.
    ("endless-line", 0),
    ("gigabyte-line", 0),
    ("not-json", 0),
    ("empty-line", 0),
    ("invalid-utf8", 0),
    ("utf-16", 0),
    ("byte-order-mark", 0),
    ("zero-byte", 0),
    ("not-a-number", 0),
    ("number-too-large", 0),
    ("deep-json", 0),
    ("duplicate-key", 0),
    ("two-objects", 0),
    ("a-list", 0),
    // Objects that are no answer.
    ("wrong-hello", 0),
    ("no-result", 0),
    ("other-result", 1),
    ("unknown-field", 0),
    ("unknown-class", 0),
    ("wrong-id", 0),
    ("negative-id", 0),
    ("id-with-a-point", 0),
    // Answers at the wrong moment.
    ("duplicate-answer", 0),
    ("flood", 0),
    ("answers-ahead", 0),
    ("answers-unread", 0),
    ("swaps-answers", 0),
    // Right, but noisy.
    ("huge-stderr", 0),
    ("stderr-without-end", 0),
    // Like `always-ok`, in words that a terminal or a browser would act on, or with numbers at the
    // end of what a number can be.
    ("escapes", 0),
    ("markup", 0),
    ("largest-numbers", 0),
];

/// More requests than any run has.
const NEVER: u64 = u64::MAX;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (kind, after) = match words.as_slice() {
        [kind] => (*kind, None),
        [kind, "after", count] if count.parse::<u64>().is_ok() => (*kind, count.parse().ok()),
        _ => ("", None),
    };
    let Some((_, default)) = KINDS.iter().find(|(known, _)| *known == kind) else {
        let known: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
        eprintln!("usage: hostile KIND [after N]\nkinds: {}", known.join(" "));
        return ExitCode::from(2);
    };
    let ended = run(kind, after.unwrap_or(*default)).and_then(|()| faults::at_end(kind));
    // Without success, the harness is gone.
    ended.unwrap_or(ExitCode::FAILURE)
}

fn run(kind: &str, after: u64) -> io::Result<()> {
    if after == 0 {
        faults::at_start(kind)?;
    }
    let mut last = Vec::new();
    let mut late = None;
    for (count, line) in (0..).zip(io::stdin().lock().lines()) {
        let line = line?;
        let request: Value = serde_json::from_str(&line)?;
        let mut answer = answers::proper(&request);
        if kind == "refuses"
            && let Some(hello) = answer.pointer_mut("/result/hello")
        {
            hello["maps_codes"] = json!(false);
        }
        if count < after {
            last = bytes(&answer);
            if kind == "closes-stdin" && count + 1 == after {
                faults::close("0<&-", &last);
            }
            say(&last)?;
        } else {
            match kind {
                "replay-last" => say(&last)?,
                "answers-late" => {
                    if let Some(answer) = late.replace(bytes(&answer)) {
                        say(&answer)?;
                    }
                }
                "echo" => say(format!("{line}\n").as_bytes())?,
                "children-escape" if count >= 20 => say(&bytes(&answer))?,
                _ => faults::misbehave(kind, &request, answer)?,
            }
        }
    }
    Ok(())
}

/// The line of an answer.
fn bytes(answer: &Value) -> Vec<u8> {
    format!("{answer}\n").into_bytes()
}

/// Writes it at once.
fn say(line: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(line)?;
    stdout.flush()
}
