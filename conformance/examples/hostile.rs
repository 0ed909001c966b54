//! Adapters that are wrong on purpose: controls for the tests of the harness.
//!
//! `hostile KIND [after N]` answers the first N requests properly and then does what KIND says.

use std::io::{self, BufRead, Write};
use std::process::{Command, ExitCode, Stdio, abort, exit};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

/// Every kind, with how many requests it answers properly where the command does not say.
const KINDS: &[(&str, u64)] = &[
    // Null adapters: they speak the protocol and implement nothing.
    ("always-ok", 1),
    ("always-reject", 1),
    ("refuses", 1),
    ("echo", 0),
    ("replay-last", 1),
    ("random", 1),
    // Silent or slow.
    ("hang", 0),
    ("hang-later", 1),
    ("slow-drip", 0),
    ("answers-late", 1),
    // Gone.
    ("crash-at-start", 0),
    ("crash-later", 1),
    ("half-line", 0),
    ("closes-stdin", 1),
    ("forks-child", 0),
    // Not the protocol.
    ("endless-line", 0),
    ("wrong-hello", 0),
    ("not-json", 0),
    ("invalid-utf8", 0),
    ("wrong-id", 0),
    ("duplicate-answer", 0),
    ("unknown-field", 0),
    // Right, but noisy.
    ("huge-stderr", 0),
    // Like `always-ok`, in words that a terminal would act on.
    ("escapes", 0),
];

const FORMULAS: &[&str] = &[
    "sign",
    "verify",
    "agree",
    "binding",
    "verify_statement",
    "classic_seal",
    "classic_open",
    "kem_public",
    "hybrid_seal",
    "hybrid_open",
    "stream_key",
    "packet_seal",
    "packet_open",
    "security_code",
    "link_hash",
    "heartbeat_hash",
    "verify_heartbeat",
    "verify_heartbeat_tuple",
    "verify_lock_request",
    "decode",
];

const PROFILES: &[&str] = &[
    "zoom-2.3.1",
    "zoom-3.0",
    "zoom-3.1",
    "zoom-3.3",
    "zoom-4.1-client-5.12",
    "zoom-4.1",
    "zoom-4.4",
    "zoom-4.6",
    "hardened",
];

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
    match run(kind, after.unwrap_or(*default)) {
        Ok(()) => ExitCode::SUCCESS,
        // The harness is gone.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(kind: &str, after: u64) -> io::Result<()> {
    if after == 0 && kind == "crash-at-start" {
        abort();
    }
    let mut last = Vec::new();
    let mut late = None;
    for (count, line) in (0..).zip(io::stdin().lock().lines()) {
        let line = line?;
        let request: Value = serde_json::from_str(&line)?;
        let mut answer = proper(&request);
        if kind == "refuses"
            && let Some(hello) = answer.pointer_mut("/result/hello")
        {
            hello["maps_codes"] = json!(false);
        }
        if count < after {
            last = bytes(&answer);
            if kind == "closes-stdin" && count + 1 == after {
                close("0<&-", &last);
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
                _ => misbehave(kind, &request, answer)?,
            }
        }
    }
    Ok(())
}

fn misbehave(kind: &str, request: &Value, mut answer: Value) -> io::Result<()> {
    let id = request["id"].clone();
    match kind {
        "always-reject" => answer = json!({"id": id, "class": "reject"}),
        // Opens sessions and refuses everything in them, without a code.
        "refuses" if request["input"]["op"] == "open" => {}
        "refuses" => answer = json!({"id": id, "class": "reject"}),
        "escapes" => escapes(&mut answer),
        "random" => answer = random(request),
        "hang" | "hang-later" => hang(),
        "slow-drip" => {
            for byte in bytes(&answer) {
                say(&[byte])?;
                sleep(Duration::from_millis(100));
            }
            return Ok(());
        }
        "endless-line" => loop {
            say(&[b'a'; 4096])?;
        },
        "crash-at-start" | "crash-later" => abort(),
        "wrong-hello" => {
            if let Some(protocol) = answer.pointer_mut("/result/hello/protocol") {
                *protocol = json!(99);
            }
        }
        "not-json" => return say(b"\x1b[2Jready.\n"),
        "half-line" => {
            let whole = bytes(&answer);
            close("1>&-", &whole[..whole.len() / 2]);
        }
        "invalid-utf8" => {
            answer["detail"] = json!("@");
            let text = bytes(&answer).into_iter();
            let said = text.map(|byte| if byte == b'@' { 0xff } else { byte });
            return say(&said.collect::<Vec<u8>>());
        }
        "wrong-id" => answer["id"] = json!(id.as_u64().map(|id| id + 1)),
        "duplicate-answer" => return say(&bytes(&answer).repeat(2)),
        "unknown-field" => answer["confidence"] = json!("high"),
        "huge-stderr" => {
            for number in 0..40_000 {
                eprintln!("{number}: nothing to see here, \x1b[31mreally\x1b[0m");
            }
        }
        "forks-child" => {
            Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn()?;
            exit(0);
        }
        // `always-ok`, and `closes-stdin after 0`, which has nothing to answer first.
        _ => {}
    }
    say(&bytes(&answer))
}

fn bytes(answer: &Value) -> Vec<u8> {
    format!("{answer}\n").into_bytes()
}

fn say(line: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(line)?;
    stdout.flush()
}

fn hang() -> ! {
    loop {
        sleep(Duration::from_secs(1000));
    }
}

/// Says this and closes one standard stream, as the shell writes it, without ending. The shell
/// does it in place of this process, because closing a descriptor takes `unsafe` here.
#[cfg(unix)]
fn close(stream: &str, last: &[u8]) -> ! {
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
fn close(_stream: &str, _last: &[u8]) -> ! {
    exit(0)
}

/// What an adapter would answer that takes everything and does nothing.
fn proper(request: &Value) -> Value {
    let mut answer = json!({"id": request["id"], "class": "accept"});
    let result = match request["input"]["op"].as_str() {
        Some("hello") => json!({"hello": hello()}),
        Some("open") => json!({"opened": {"ivk": "00".repeat(32)}}),
        Some("observe") => json!({"observed": {"phase": "outside", "roster": [], "locked": false}}),
        Some("compute") => json!({"computed": {}}),
        _ => return answer,
    };
    answer["result"] = result;
    answer
}

fn hello() -> Value {
    json!({
        "protocol": 2,
        "name": "hostile",
        "version": "1",
        "roles": ["leader", "participant"],
        "profiles": PROFILES,
        "formulas": FORMULAS,
        "randomness": ["tape", "seeded", "opaque"],
        "codecs": ["bytes", "fields"],
        "maps_codes": true,
    })
}

/// Control characters and very long text wherever an answer has text of its own.
fn escapes(answer: &mut Value) {
    let loud = format!("\x1b]0;owned\x07\x1b[2J\x1b[31m\u{9b}5m\u{202e}{}", "long ".repeat(2000));
    eprintln!("{loud}");
    if let Some(hello) = answer.pointer_mut("/result/hello") {
        hello["name"] = json!(loud);
        hello["version"] = json!(loud);
        return;
    }
    answer["class"] = json!("internal");
    answer["code"] = json!(loud);
    answer["detail"] = json!(loud);
    answer["drawn"] = json!([loud]);
    let packet = json!({"fields": {"mk_seq": loud, "counter": loud, "body": loud}});
    answer["outputs"] = json!([
        {"at_ms": 0, "effect": {"kind": "show_security_code", "digits": loud}},
        {"at_ms": 0, "effect": {"kind": "transmit", "stream": loud, "packet": packet}},
    ]);
    if let Some(computed) = answer.pointer_mut("/result/computed") {
        *computed = json!({loud.clone(): loud});
    }
}

/// An answer of the right form with content that depends on nothing but the request's number.
fn random(request: &Value) -> Value {
    let mut dice = Dice(request["id"].as_u64().unwrap_or_default());
    let classes = ["accept", "reject", "ignore", "pending", "leave"];
    let codes = ["DEV-01", "DEV-10", "ROT-01", "ROT-02", "ROT-09", "ROT-19", "MED-01", "MED-02"];
    let mut answer = proper(request);
    match request["input"]["op"].as_str() {
        Some("hello") => return answer,
        Some("open") => answer["result"] = json!({"opened": {"ivk": dice.hex(32)}}),
        Some("observe") => {
            let (digits, number) = (dice.digits(39), dice.below(9));
            answer["result"] = json!({"observed": {"phase": "joined", "leader": "ada",
                "security_code": digits, "roster": [], "locked": true,
                "encryption": "end_to_end", "sends_under": number}});
        }
        Some("compute") => {
            let name = ["signature", "shared", "ciphertext", "plaintext", "key"][dice.below(5)];
            answer["result"] = json!({"computed": {name: dice.hex(32)}});
        }
        _ => {
            answer["class"] = json!(classes[dice.below(classes.len())]);
            if answer["class"] != "accept" {
                answer["code"] = json!(codes[dice.below(codes.len())]);
            }
            let effects = [
                json!({"kind": "show_security_code", "digits": dice.digits(39)}),
                json!({"kind": "post_nonce", "nonce": dice.hex(24)}),
                json!({"kind": "post_heartbeat", "heartbeat": {"bytes": dice.hex(200)}}),
                json!({"kind": "show_left"}),
                json!({"kind": "transmit", "stream": "audio", "packet": {"bytes": dice.hex(48)}}),
            ];
            let effect = &effects[dice.below(effects.len())];
            answer["outputs"] = json!([{"at_ms": dice.below(20_000), "effect": effect}]);
        }
    }
    answer
}

/// SplitMix64: the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or_default() % end
    }

    fn hex(&mut self, bytes: usize) -> String {
        (0..bytes).map(|_| format!("{:02x}", self.below(256))).collect()
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| self.below(10).to_string()).collect()
    }
}
