//! The formula about who participants are over a meeting.

use std::collections::BTreeMap;

use conclave_model::{
    identity::meeting::{Client, Event, Name, State, step},
    sigchain::ChainType,
    transparency::Level,
};
use conclave_spec::{
    Octets, Rule, RuleSet, formulas::sigchain::Tail, layouts::meeting::KNOWN_CHAIN, wire,
};

use super::{
    Inputs, Outputs, Refused,
    chains::{identifier, items},
    one, transparency,
};

const INPUTS: [&str; 10] = [
    "cloud_name",
    "server_key",
    "meeting_id",
    "meeting_uuid",
    "known",
    "by_chains",
    "looks_up",
    "auditors",
    "host_checks",
    "events",
];

/// The inputs of the formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    (formula == "meeting_identities").then(|| INPUTS.to_vec())
}

/// Plays the events of a meeting.
pub(super) fn compute(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let client = client(rules, inputs)?;
    let events = items(inputs, "events")?;
    let events: Result<Vec<_>, _> = events.iter().map(|it| Event::decode(rules, it)).collect();
    let events = events.map_err(Refused::By)?;
    if !events.is_sorted_by_key(|event| event.at_s) {
        return Err(Refused::Inputs("the times of the events fall".to_owned()));
    }
    let (mut state, mut displays, mut refused) = (State::default(), Vec::new(), Vec::new());
    for event in &events {
        let (next, outcome) = step(rules, &client, &state, event);
        state = next;
        let shown: Vec<_> = outcome.displays.iter().map(|it| it.encode(rules)).collect();
        displays.push(wire::join(&shown));
        refused.push(outcome.refused.map_or("-", Rule::id));
    }
    let level = match state.level() {
        None => "none",
        Some(Level::Audited) => "audited",
        Some(Level::Degraded) => "degraded",
    };
    let remembered: Vec<_> =
        state.remembered(rules, &client).iter().map(|chain| known_chain(rules, chain)).collect();
    let mut outputs = one("displays", &wire::join(&displays));
    outputs.extend(one("remembered", &wire::join(&remembered)));
    outputs.insert("refused".to_owned(), refused.join(","));
    outputs.insert("level".to_owned(), level.to_owned());
    Ok(outputs)
}

fn client(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Client, Refused> {
    let (by_chains, looks_up) = (yes_or_no(inputs, "by_chains")?, yes_or_no(inputs, "looks_up")?);
    if looks_up && !by_chains {
        return Err(Refused::Inputs("the tree has nothing where there are no chains".to_owned()));
    }
    Ok(Client {
        cloud_name: identifier(inputs, "cloud_name")?.to_owned(),
        server_key: inputs.key("server_key")?,
        meeting_id: identifier(inputs, "meeting_id")?.to_owned(),
        meeting_uuid: inputs.uuid()?,
        known: known(rules, inputs)?,
        by_chains,
        looks_up,
        auditors: transparency::auditors(inputs)?,
        host_checks: yes_or_no(inputs, "host_checks")?,
    })
}

fn yes_or_no(inputs: &Inputs<'_>, name: &str) -> Result<bool, Refused> {
    match inputs.text(name)? {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Refused::Inputs(format!("the input {name:?} is neither yes nor no"))),
    }
}

/// The tails that the client remembers, by what they are of.
fn known(rules: RuleSet, inputs: &Inputs<'_>) -> Result<BTreeMap<Name, Tail>, Refused> {
    let wrong = || inputs.width("known");
    let mut known = BTreeMap::new();
    let entries = wire::decode_all(&KNOWN_CHAIN, rules, &inputs.octets("known")?);
    for entry in entries.map_err(|_| wrong())? {
        let mut fields = entry.into_iter().map(|(_, value)| value);
        let (subject, tail) = fields.next().zip(fields.next()).ok_or_else(wrong)?;
        let tail = Tail::decode(rules, &tail).map_err(|_| wrong())?;
        let types = [ChainType::User, ChainType::Email, ChainType::Account];
        let kind = types.into_iter().find(|kind| kind.name() == tail.sigchain_type);
        let kind = kind.filter(|_| tail.last_sequence_number > 0).ok_or_else(wrong)?;
        let subject = String::from_utf8_lossy(subject.as_slice()).into_owned();
        if known.insert((kind, subject), tail).is_some() {
            return Err(wrong());
        }
    }
    Ok(known)
}

fn known_chain(rules: RuleSet, ((_, subject), tail): (&Name, &Tail)) -> Octets {
    let tail = tail.encode(rules).unwrap_or_default();
    let fields = [("subject", Octets::from(subject.as_str())), ("tail", tail)];
    wire::encode(&KNOWN_CHAIN, rules, &fields).unwrap_or_default()
}
