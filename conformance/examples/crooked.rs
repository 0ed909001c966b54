//! The built-in client with one fault in how it speaks: controls for `conclave adapter-test`.
//!
//! `crooked DEFECT`; the defects are those of `DEFECTS`.

use std::{
    io::{self, BufRead, Write},
    process::exit,
};

use conclave_conformance::{commands::adapter::answer_line, reference::Reference};
use serde_json::{Value, json};

/// Every defect, in the order of the dialogues that notice them.
const DEFECTS: &[&str] = &[
    "greets-first",
    "is-for-nothing",
    "invents-a-profile",
    "forgets-its-name",
    "speaks-any-version",
    "dies-of-text",
    "skips-empty-lines",
    "dies-of-half-a-line",
    "dies-of-other-bytes",
    "dies-of-a-list",
    "numbers-errors-itself",
    "takes-more-fields",
    "fills-in-fields",
    "reads-numbers-in-text",
    "keeps-the-last-key",
    "sees-anybody",
    "computes-anything",
    "opens-anything",
    "short-buffer",
    "one-identity",
    "begins-inside",
    "goes-back-in-time",
    "one-clock",
    "reads-upper-case",
    "keeps-sessions",
    "ends-badly",
    "joins-silently",
];

fn main() -> io::Result<()> {
    let defect = std::env::args().nth(1).unwrap_or_default();
    assert!(DEFECTS.contains(&defect.as_str()), "no defect {defect:?}");
    let mut crooked = Crooked { defect, client: Reference::new(), greeted: 0, clock: 0 };
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    if crooked.has("greets-first") {
        writeln!(output, "ready")?;
    }
    let mut line = Vec::new();
    while {
        line.clear();
        input.read_until(b'\n', &mut line)?
    } > 0
    {
        line.pop_if(|last| *last == b'\n');
        if let Some(answer) = crooked.answer(&line) {
            writeln!(output, "{answer}")?;
            output.flush()?;
        }
    }
    exit(i32::from(crooked.has("ends-badly")));
}

struct Crooked {
    defect: String,
    client: Reference,
    greeted: u32,
    clock: u64,
}

impl Crooked {
    fn has(&self, defect: &str) -> bool {
        self.defect == defect
    }

    /// The answer to a line; none where it says nothing.
    fn answer(&mut self, line: &[u8]) -> Option<Value> {
        self.dies_of(line);
        if line.is_empty() && self.has("skips-empty-lines") {
            return None;
        }
        let read: Option<Value> = serde_json::from_slice(line).ok();
        let Some(request) = read.filter(Value::is_object) else { return Some(self.proper(line)) };
        if let Some(answer) = self.instead(&request, line) {
            return Some(answer);
        }
        let asked = self.bent(request.clone(), line);
        let answer = self.proper(&asked);
        Some(self.tainted(&request, answer))
    }

    fn proper(&mut self, line: &[u8]) -> Value {
        serde_json::to_value(answer_line(&mut self.client, line)).unwrap_or_default()
    }

    fn dies_of(&self, line: &[u8]) {
        let dies = match self.defect.as_str() {
            "dies-of-text" => line.first().is_some_and(u8::is_ascii_lowercase),
            "dies-of-half-a-line" => line.starts_with(b"{") && !line.ends_with(b"}"),
            "dies-of-other-bytes" => std::str::from_utf8(line).is_err(),
            "dies-of-a-list" => line.starts_with(b"["),
            _ => false,
        };
        if dies {
            exit(3);
        }
    }

    /// What it says without asking the client.
    fn instead(&mut self, request: &Value, line: &[u8]) -> Option<Value> {
        let (id, op) = (request["id"].clone(), request["input"]["op"].as_str().unwrap_or_default());
        let says = |class: &str| Some(json!({ "id": id, "class": class }));
        match (self.defect.as_str(), op) {
            ("short-buffer", _) if line.len() > 65_536 => says("bad_request"),
            ("computes-anything", "compute")
                if request["input"]["formula"] == "no_such_formula" =>
            {
                says("accept")
            }
            ("sees-anybody", "observe") if request["session"] == "nobody" => says("ignore"),
            ("goes-back-in-time", "advance") => says("accept"),
            ("keeps-sessions", "close") => says("accept"),
            ("one-clock", "advance") => {
                let to_ms = request["input"]["to_ms"].as_u64().unwrap_or_default();
                let class = if to_ms < self.clock { "bad_request" } else { "accept" };
                self.clock = self.clock.max(to_ms);
                says(class)
            }
            _ => None,
        }
    }

    /// What it makes of a request before it reads it.
    fn bent(&self, mut request: Value, line: &[u8]) -> Vec<u8> {
        let input = &mut request["input"];
        match self.defect.as_str() {
            "takes-more-fields" => {
                input.as_object_mut().map(|fields| fields.remove("x"));
            }
            "fills-in-fields" if input["op"] == "hello" && input["protocol_max"].is_null() => {
                input["protocol_max"] = json!(2);
            }
            "reads-numbers-in-text" if input["protocol_min"].is_string() => {
                input["protocol_min"] = json!(2);
            }
            "speaks-any-version" if input["op"] == "hello" => {
                (input["protocol_min"], input["protocol_max"]) = (json!(2), json!(2));
            }
            "opens-anything" if input["profile"] == "zoom-0.1" => {
                input["profile"] = json!("zoom-4.6")
            }
            "one-identity" if input["op"] == "open" => {
                input["randomness"] = json!({ "class": "seeded", "seed": "07".repeat(32) });
            }
            "reads-upper-case" if input["meeting_uuid"].is_string() => {
                let uuid = input["meeting_uuid"].as_str().unwrap_or_default().to_lowercase();
                input["meeting_uuid"] = json!(uuid);
            }
            "keeps-the-last-key" => {}
            // As it came: repeated keys too.
            _ => return line.to_vec(),
        }
        serde_json::to_vec(&request).unwrap_or_default()
    }

    /// What it makes of the answer.
    fn tainted(&mut self, request: &Value, mut answer: Value) -> Value {
        if let Some(hello) = answer.pointer_mut("/result/hello") {
            self.greeted += 1;
            match self.defect.as_str() {
                "is-for-nothing" => {
                    for list in ["formulas", "roles", "profiles", "randomness", "codecs"] {
                        hello[list] = json!([]);
                    }
                }
                "invents-a-profile" => hello["profiles"] = json!(["zoom-9.9"]),
                "forgets-its-name" => hello["name"] = json!(format!("client {}", self.greeted)),
                _ => {}
            }
        }
        if self.has("begins-inside")
            && let Some(phase) = answer.pointer_mut("/result/observed/phase")
        {
            *phase = json!("left");
        }
        if self.has("joins-silently") && request["input"]["op"] == "join" {
            answer.as_object_mut().map(|fields| fields.remove("outputs"));
        }
        let unknown = request["input"]["op"] == "dance";
        if self.has("numbers-errors-itself") && unknown {
            answer["id"] = json!(0);
        }
        answer
    }
}
