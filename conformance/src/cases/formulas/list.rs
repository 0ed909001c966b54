//! The formulas of the list: hashes of links and heartbeats, signatures over heartbeats and requests.

use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::sign::{sign, verifying_key},
};

use super::{FormulaDraft, Inputs, bytes, draft, hexed, inputs, output, text};

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    links(list);
    heartbeats(world, list);
    requests(world, list);
}

/// A link without the fields of its operation.
fn link(v: u32, op: &str) -> Inputs {
    let mut link = inputs(&[("v", v.to_string()), ("prev", hexed("prev", 32)), ("op", text(op))]);
    for unused in ["user_id", "hardware_id", "ivk", "binding_hash", "name", "entries"] {
        link.insert(text(unused), String::new());
    }
    link
}

fn links(list: &mut Vec<FormulaDraft>) {
    let seat = [("user_id", text("bob")), ("hardware_id", text("bob-laptop"))];
    let name = [("name", text("Bob \u{e9}"))];
    let keys = [("ivk", hexed("ivk", 32)), ("binding_hash", hexed("binding", 32))];
    let entries = [("entries", hexed("entries", 300))];
    let cases = [
        ("add", 2, [&seat[..], &keys, &name].concat()),
        ("left", 3, seat.to_vec()),
        ("kicked", 4, seat.to_vec()),
        ("rename", 5, [&seat[..], &name].concat()),
        ("lock", 6, Vec::new()),
        ("unlock", 7, Vec::new()),
        ("snapshot", u32::MAX, entries.to_vec()),
        ("snapshot_locked", 1, entries.to_vec()),
    ];
    for (op, v, fields) in cases {
        let mut link = link(v, op);
        link.extend(inputs(&fields));
        let (name, title) =
            (format!("link-hash-{op}").replace('_', "-"), format!("The hash of a link {op}"));
        list.push(draft("membership", &name, &title, "link_hash", link).tests(&[
            Rule::EncodingInjective,
            Rule::LinkNamesCounter,
            Rule::LinkNamesPrevious,
        ]));
    }
}

/// The fields of a heartbeat.
const SIGNED: [Rule; 7] = [
    Rule::HeartbeatNamesLeader,
    Rule::HeartbeatNamesList,
    Rule::HeartbeatNamesVersion,
    Rule::HeartbeatNamesCount,
    Rule::HeartbeatNamesKey,
    Rule::HeartbeatNamesPrevious,
    Rule::HeartbeatNamesTimestamp,
];

fn heartbeats(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let signed = inputs(&[
        ("binding", hexed("binding", 200)),
        ("list_hash", hexed("list", 32)),
        ("v", text("7")),
        ("t", text("16909060")),
        ("mk_seq", text("4294967295")),
        ("prev", hexed("heartbeat", 32)),
        ("timestamp_ms", text("72623859790382856")),
    ]);
    let title = "The hash of a heartbeat";
    let hash = draft("heartbeat", "heartbeat-hash", title, "heartbeat_hash", signed.clone());
    list.push(hash.tests(&SIGNED));
    let changes = [
        ("signature", hexed("other", 64)),
        ("binding", hexed("other", 200)),
        ("list_hash", hexed("other", 32)),
        ("v", text("8")),
        ("t", text("16909061")),
        ("mk_seq", text("4294967294")),
        ("prev", hexed("other", 32)),
        ("timestamp_ms", text("72623859790382855")),
    ];
    let label = Label::ParticipantList;
    for (formula, name, message) in [
        ("verify_heartbeat", "heartbeat-by-hash", output(world, "heartbeat_hash", &signed, "hash")),
        ("verify_heartbeat_tuple", "heartbeat-by-tuple", encoded(world, "heartbeat_hash", &signed)),
    ] {
        let fields = (&signed, SIGNED.as_slice());
        let what = ("heartbeat", name, formula, "A heartbeat");
        verified(
            list,
            what,
            fields,
            (signature(world, label, &message), &changes),
            Rule::HeartbeatVerifies,
        );
    }
}

fn requests(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let signed = inputs(&[
        ("meeting_id", text("93017455128")),
        ("meeting_uuid", hexed("uuid", 16)),
        ("operation", text("unlock")),
        ("link_hash", hexed("link", 32)),
    ]);
    let rules = [
        Rule::RequestNamesMeeting,
        Rule::RequestNamesInstance,
        Rule::RequestNamesOperation,
        Rule::RequestNamesHead,
    ];
    let changes = [
        ("signature", hexed("other", 64)),
        ("meeting_id", text("93017455129")),
        ("meeting_uuid", hexed("other", 16)),
        ("operation", text("lock")),
        ("link_hash", hexed("other", 32)),
    ];
    let signature = {
        let mut unsigned = signed.clone();
        unsigned.extend(inputs(&[("ivk", hexed("ivk", 32)), ("signature", hexed("other", 64))]));
        signature(world, Label::LockRequest, &encoded(world, "verify_lock_request", &unsigned))
    };
    let what = ("lock", "lock-request", "verify_lock_request", "A request to unlock");
    verified(list, what, (&signed, &rules), (signature, &changes), Rule::RequestVerifies);
}

/// What a formula signs or hashes, from its intermediates.
fn encoded(world: RuleSet, formula: &str, inputs: &Inputs) -> String {
    let steps = crate::compute::intermediates(world, formula, inputs);
    steps.get("encoded").or_else(|| steps.get("signed")).cloned().unwrap_or_default()
}

fn signature(world: RuleSet, label: Label, message: &str) -> String {
    let message = Octets::new(hex::decode(message).unwrap_or_default());
    let signature = sign(world, &Octets::new(bytes("leader seed", 32)), label, &message);
    hex::encode(signature.unwrap_or_default().as_slice())
}

/// A signature with its true values, and the same with one of them changed.
fn verified(
    list: &mut Vec<FormulaDraft>,
    (area, name, formula, what): (&'static str, &str, &'static str, &str),
    (signed, rules): (&Inputs, &[Rule]),
    (signature, changes): (String, &[(&str, String)]),
    refuses: Rule,
) {
    let ivk = verifying_key(&Octets::new(bytes("leader seed", 32))).unwrap_or_default();
    let mut common = signed.clone();
    common.extend(inputs(&[("ivk", hex::encode(ivk.as_slice())), ("signature", signature)]));
    let title = format!("{what} with its true values");
    list.push(draft(area, name, &title, formula, common.clone()).tests(&[refuses]).tests(rules));
    let other = verifying_key(&Octets::new(bytes("other seed", 32))).unwrap_or_default();
    let by_other = ("ivk", hex::encode(other.as_slice()));
    for (input, value) in changes.iter().chain([&by_other]) {
        let word = input.replace('_', "-");
        let mut changed = common.clone();
        changed.insert(text(input), value.clone());
        let title = format!("{what} with another {word} is refused");
        let draft = draft(area, &format!("{name}-other-{word}"), &title, formula, changed);
        list.push(draft.tests(&[refuses]).refused(refuses));
    }
}
