//! Whole answers: proper ones, and ones of the right form that mean nothing.

use conclave_conformance::compute::FORMULAS;
use conclave_spec::Profile;
use serde_json::{Value, json};

/// What an adapter would answer that takes everything and does nothing.
pub(crate) fn proper(request: &Value) -> Value {
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
        "profiles": Profile::all().iter().map(|profile| profile.id).collect::<Vec<_>>(),
        "formulas": FORMULAS,
        "randomness": ["tape", "seeded", "opaque"],
        "codecs": ["bytes", "fields"],
        "maps_codes": true,
    })
}

/// Text that something would act on, and a lot of it, wherever an answer has text of its own. No
/// list of names that `hello` declares is without the names that the suite goes by.
pub(crate) fn loud(mut answer: Value, nasty: &str) -> Value {
    let loud = format!("{nasty}{}", "long ".repeat(2000));
    eprintln!("{loud}");
    if let Some(hello) = answer.pointer_mut("/result/hello") {
        hello["name"] = json!(loud);
        hello["version"] = json!(loud);
        for list in ["profiles", "formulas"] {
            let names = hello[list].as_array().cloned().unwrap_or_default();
            hello[list] = names.into_iter().chain([json!(loud)]).collect();
        }
        hello["policies"] = json!({loud.clone(): [loud], "coalescing": ["at_21", loud]});
        return answer;
    }
    answer["code"] = json!(loud);
    answer["detail"] = json!(loud);
    answer["drawn"] = json!([loud]);
    answer["outputs"] = loud_effects(&loud).into_iter().map(at_once).collect();
    match answer["result"].as_object().and_then(|it| it.keys().next()).map(String::as_str) {
        Some("computed") => answer["result"] = json!({"computed": {loud.clone(): loud}}),
        Some("observed") => answer["result"] = json!({"observed": seen(&loud)}),
        // A session is opened, so that there is more to say in it.
        Some("opened") => {}
        _ => answer["class"] = json!("internal"),
    }
    answer
}

fn at_once(effect: Value) -> Value {
    json!({"at_ms": 0, "effect": effect})
}

fn loud_effects(loud: &str) -> Vec<Value> {
    let payload = json!({"fields": {"mk_seq": loud, loud: loud, "body": loud}});
    vec![
        json!({"kind": "show_security_code", "digits": loud}),
        json!({"kind": "show_leader_changed", "user_id": loud}),
        json!({"kind": "transmit", "stream": loud, "packet": payload}),
        json!({"kind": "post_announcement", "announcement": payload}),
        json!({"kind": "post_sealed_key", "user_id": loud, "hardware_id": loud, "sealed": payload}),
        json!({"kind": "post_link", "link": payload}),
        json!({"kind": "post_heartbeat", "heartbeat": payload}),
        json!({"kind": "post_lock_request", "request": payload}),
        json!({"kind": "render", "from": loud, "hardware_id": loud, "stream": loud, "mk_seq": 1,
            "plaintext": "00"}),
    ]
}

fn seen(loud: &str) -> Value {
    let line = json!({"user_id": loud, "hardware_id": loud, "name": loud, "standing": "here"});
    json!({"phase": "joined", "leader": loud, "security_code": loud, "roster": [line],
        "locked": false})
}

/// The largest number wherever an answer has one of its own.
pub(crate) fn largest(mut answer: Value) -> Value {
    if let Some(hello) = answer.pointer_mut("/result/hello") {
        hello["answer_ms_max"] = json!(u64::MAX);
        return answer;
    }
    answer["deadline_ms"] = json!(u64::MAX);
    let rendered = json!({"kind": "render", "from": "ada", "hardware_id": "laptop",
        "stream": "audio", "mk_seq": u32::MAX, "plaintext": "00"});
    answer["outputs"] = json!([
        {"at_ms": u64::MAX, "effect": {"kind": "show_left"}},
        {"at_ms": u64::MAX, "effect": rendered},
    ]);
    if let Some(seen) = answer.pointer_mut("/result/observed") {
        seen["sends_under"] = json!(u32::MAX);
        seen["roster"] = json!([{"user_id": "ada", "hardware_id": "laptop", "name": "Ada",
            "standing": "left", "leaves": u32::MAX}]);
    }
    answer
}

/// An answer of the right form with content that depends on nothing but the request's number.
pub(crate) fn random(request: &Value) -> Value {
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
