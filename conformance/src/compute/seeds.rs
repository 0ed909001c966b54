//! The formulas about seeds of per-user keys.

use std::collections::BTreeSet;

use conclave_model::sigchain::{
    NewKeys, Served, UserChain,
    seeds::{Due, Generation, Holder, Recipient, due, take},
};
use conclave_spec::{
    Octets, RuleSet,
    formulas::{
        pairing::Draws,
        seed_box::{Pair, Route, Secrets, seal},
    },
    layouts::{
        per_user::{DUE, GENERATION, KNOWN},
        sigchain::DEVICE_STATE,
    },
    wire,
};

use super::{
    Inputs, Outputs, Refused,
    chains::{identifier, items},
    lists::{Fields, elements},
    one,
};

/// The inputs of a formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    let parts: &[&'static str] = match formula {
        "seeds_due" => &["cloud_name", "user_id", "links", "known"],
        "seal_seed" => &[
            "user_id",
            "devices",
            "sender",
            "recipient",
            "x25519_secret",
            "generation",
            "seed",
            "nonce",
            "coins",
        ],
        "open_seed" => &[
            "user_id",
            "devices",
            "device_id",
            "x25519_secret",
            "kyber768_seed",
            "generations",
            "box",
        ],
        _ => return None,
    };
    Some(parts.to_vec())
}

/// Computes a formula of this module.
pub(super) fn compute(
    rules: RuleSet,
    formula: &str,
    inputs: &Inputs<'_>,
) -> Result<Outputs, Refused> {
    match formula {
        "seeds_due" => seeds_due(rules, inputs),
        "seal_seed" => seal_seed(rules, inputs),
        _ => open_seed(rules, inputs),
    }
}

fn seeds_due(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    due_with(rules, inputs, |served| {
        UserChain::verify(rules, served).map_err(|refusal| Refused::By(refusal.rule))
    })
}

/// The seeds that are due with the last link, of a chain that is checked like this.
pub(super) fn due_with(
    rules: RuleSet,
    inputs: &Inputs<'_>,
    verify: impl FnOnce(&Served<'_>) -> Result<UserChain, Refused>,
) -> Result<Outputs, Refused> {
    let links = items(inputs, "links")?;
    let numbers = elements(rules, inputs, "known", &KNOWN)?;
    let known: BTreeSet<u32> = numbers.iter().map(|it| it.number("generation")).collect();
    let served = Served {
        cloud_name: identifier(inputs, "cloud_name")?,
        subject: identifier(inputs, "user_id")?,
        known: None,
        links: &links,
        openings: &[],
    };
    let chain = verify(&served)?;
    if known.iter().any(|it| *it == 0 || *it > chain.generation) {
        return Err(inputs.width("known"));
    }
    let due = due(rules, &links, &chain, &known).map_err(Refused::By)?;
    let due: Vec<_> = due.iter().map(|due| encoded(rules, due)).collect();
    Ok(one("due", &wire::join(&due)))
}

/// A seed that is due, encoded.
pub(super) fn encoded(rules: RuleSet, Due { device_id, generation }: &Due) -> Octets {
    let number = wire::u32_be(*generation);
    let fields: [(&str, &[u8]); 2] =
        [("device_id", device_id.as_bytes()), ("generation", number.as_slice())];
    wire::encode(&DUE, rules, &fields).unwrap_or_default()
}

fn seal_seed(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let devices = devices(rules, inputs)?;
    let (sender, recipient) =
        (device(inputs, &devices, "sender")?, device(inputs, &devices, "recipient")?);
    let (secret, seed) = (inputs.key("x25519_secret")?, inputs.key("seed")?);
    let (nonce, coins) = (inputs.octets("nonce")?, inputs.key("coins")?);
    let generation = inputs.number("generation")?;
    let route = Route {
        user_id: identifier(inputs, "user_id")?,
        sender: &sender.id,
        recipient: &recipient.id,
        generation: u32::try_from(generation).map_err(|_| inputs.width("generation"))?,
    };
    let pair = Pair { sender: sender.keys(), recipient: recipient.keys() };
    let draws = Draws { nonce: &nonce, coins: &coins };
    let boxed = seal(rules, &route, &pair, &secret, &draws, &seed);
    let boxed = boxed.and_then(|boxed| boxed.encode(rules).ok());
    Ok(one("box", &boxed.ok_or_else(|| inputs.width("nonce"))?))
}

fn open_seed(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let devices = devices(rules, inputs)?;
    let (x25519, kyber768_seed) = (inputs.key("x25519_secret")?, inputs.octets("kyber768_seed")?);
    if !matches!(kyber768_seed.len(), 0 | 64) {
        return Err(inputs.width("kyber768_seed"));
    }
    let generations: Vec<Generation> = elements(rules, inputs, "generations", &GENERATION)?
        .into_iter()
        .map(|fields| Generation {
            sequence_number: fields.number("sequence_number"),
            user_keys: fields.octets("user_keys"),
        })
        .collect();
    let recipient = Recipient {
        user_id: identifier(inputs, "user_id")?,
        device: device(inputs, &devices, "device_id")?,
        secrets: Secrets { x25519: &x25519, kyber768_seed: &kyber768_seed },
    };
    let boxed = inputs.octets("box")?;
    let taken = take(rules, &recipient, &devices, &generations, &boxed);
    let (generation, seed) = taken.map_err(Refused::By)?;
    let mut outputs = one("seed", &seed);
    outputs.insert("generation".to_owned(), generation.to_string());
    Ok(outputs)
}

/// The devices of a list.
pub(super) fn devices(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Vec<Holder>, Refused> {
    let holder = |fields: Fields| Holder {
        id: fields.text("device_id"),
        keys: NewKeys {
            verifying: fields.octets("device_ed25519"),
            x25519: fields.octets("device_x25519"),
            kyber768: fields.octets("device_kyber768"),
        },
        revoked: Some(fields.number("revoked")).filter(|number| *number != 0),
    };
    Ok(elements(rules, inputs, "devices", &DEVICE_STATE)?.into_iter().map(holder).collect())
}

/// The device that an input names.
fn device<'a>(
    inputs: &Inputs<'_>,
    devices: &'a [Holder],
    name: &str,
) -> Result<&'a Holder, Refused> {
    let id = identifier(inputs, name)?;
    devices.iter().find(|it| it.id == id).ok_or_else(|| inputs.width(name))
}
