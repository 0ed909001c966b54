//! One adapter request answered without cryptography: read, done, written.

use std::time::{Duration, Instant};

use conclave_conformance::{commands::adapter::serve, reference::Reference};
use serde_json::{Value, json};

/// The most one request may take, median.
const STEP_MAX: Duration = Duration::from_micros(50);
const ROUNDS: usize = 61;
const REQUESTS: u32 = 500;

fn main() {
    println!("{:40} {:>10}", "request", "median");
    let mut over = false;
    for participants in [0, 3] {
        let mut adapter = Adapter::joined(participants);
        for op in ["observe", "advance"] {
            let median = adapter.median(op);
            over |= median > STEP_MAX;
            let what = format!("{op}, leader, {participants} participants");
            println!("{what:40} {:>7.1} us", median.as_secs_f64() * 1e6);
        }
    }
    println!("{} {STEP_MAX:?}", if over { "over" } else { "within" });
}

/// The built-in client with a leader in a meeting, between deadlines.
struct Adapter {
    client: Reference,
    now_ms: u64,
}

impl Adapter {
    fn joined(participants: u32) -> Self {
        let mut adapter = Self { client: Reference::new(), now_ms: 0 };
        adapter.session("leader", "leader");
        for nth in 0..participants {
            let name = format!("participant-{nth}");
            let (ivk, announcement) = adapter.session(&name, "participant");
            let message = json!({
                "kind": "admitted", "user_id": name, "hardware_id": "device", "name": name,
                "ivk": ivk, "announcement": announcement, "outdated": false,
            });
            let answer = adapter.ask("leader", &json!({"op": "deliver", "message": message}));
            assert_eq!(answer["class"], "accept", "{answer}");
        }
        // Past the rotation that a join calls for, the wait before use and the old key.
        // What comes later is a heartbeat, every ten seconds.
        while adapter.now_ms < 40_000 {
            let deadline = &adapter.ask("leader", &json!({"op": "observe"}))["deadline_ms"];
            adapter.now_ms = deadline.as_u64().expect("a leader always has something to do");
            adapter.ask("leader", &json!({"op": "advance", "to_ms": adapter.now_ms}));
        }
        adapter
    }

    /// Opens a session that joins; its identity key and announcement.
    fn session(&mut self, name: &str, role: &str) -> (Value, Value) {
        let opened = self.ask(
            name,
            &json!({
                "op": "open", "profile": "zoom-3.0", "user_id": name, "hardware_id": "device",
                "randomness": {"class": "seeded", "seed": "07".repeat(32)}, "codec": "bytes",
            }),
        );
        let joined = self.ask(
            name,
            &json!({
                "op": "join", "meeting_id": "93017455128", "meeting_uuid": "01".repeat(16),
                "role": role, "name": name,
            }),
        );
        let announcement = joined["outputs"][0]["effect"]["announcement"].clone();
        (opened["result"]["opened"]["ivk"].clone(), announcement)
    }

    fn ask(&mut self, session: &str, input: &Value) -> Value {
        let request = json!({"id": 1, "session": session, "input": input});
        serde_json::from_slice(&self.serve(&request)).expect("an answer is JSON")
    }

    fn serve(&mut self, request: &Value) -> Vec<u8> {
        let line = request.to_string();
        let mut said = Vec::new();
        serve(&mut self.client, &mut line.as_bytes(), &mut said).expect("memory does not fail");
        said
    }

    /// The median over rounds of many requests of one kind, all accepted.
    fn median(&mut self, op: &str) -> Duration {
        let mut rounds: Vec<_> = (0..ROUNDS).map(|_| self.round(op)).collect();
        rounds.sort();
        rounds[ROUNDS / 2]
    }

    fn round(&mut self, op: &str) -> Duration {
        let mut lines = Vec::new();
        for _ in 0..REQUESTS {
            self.now_ms += u64::from(op == "advance");
            let input = match op {
                "advance" => json!({"op": op, "to_ms": self.now_ms}),
                _ => json!({"op": op}),
            };
            lines.extend(json!({"id": 1, "session": "leader", "input": input}).to_string().bytes());
            lines.push(b'\n');
        }
        let mut said = Vec::new();
        let start = Instant::now();
        serve(&mut self.client, &mut lines.as_slice(), &mut said).expect("memory does not fail");
        let taken = start.elapsed() / REQUESTS;
        let accepted = said.split(|byte| *byte == b'\n').filter(|line| {
            let word: &[u8] = b"\"class\":\"accept\"";
            line.windows(word.len()).any(|part| part == word)
        });
        assert_eq!(accepted.count(), REQUESTS as usize, "every {op} is accepted");
        taken
    }
}
