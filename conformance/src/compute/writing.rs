//! The formula of links that a client writes.

use std::collections::BTreeSet;

use conclave_model::sigchain::{
    seeds::Due,
    write::{Intent, Named, NewSecrets, NotWritten, Parts, Written, write},
};
use conclave_spec::{
    Octets, RuleSet,
    layouts::{per_user::KNOWN, sigchain::DEVICE_ID},
    wire,
};

use super::{
    Inputs, Outputs, Refused,
    chains::{CHAIN, Given, identifier},
    devices::shown,
    lists::elements,
    one, seeds,
};

const OTHERS: [&str; 14] = [
    "shown_sequence_number",
    "link_type",
    "signer",
    "ed25519_seed",
    "device_id",
    "device_type",
    "name",
    "name_key",
    "new_ed25519_seed",
    "new_x25519_secret",
    "new_kyber768_seed",
    "revoke",
    "mode",
    "seed",
];

/// The inputs of a formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    (formula == "write_link").then(|| [&CHAIN[..], &OTHERS, &["known"]].concat())
}

/// The secrets that are given, empty where none is.
struct Secrets {
    signer: Octets,
    name_key: Octets,
    ed25519: Octets,
    x25519: Octets,
    kyber768: Octets,
    seed: Octets,
}

impl Secrets {
    fn of(inputs: &Inputs<'_>) -> Result<Self, Refused> {
        Ok(Self {
            signer: inputs.octets("ed25519_seed")?,
            name_key: inputs.octets("name_key")?,
            ed25519: inputs.octets("new_ed25519_seed")?,
            x25519: inputs.octets("new_x25519_secret")?,
            kyber768: inputs.octets("new_kyber768_seed")?,
            seed: inputs.octets("seed")?,
        })
    }
}

/// Computes the formula of this module.
pub(super) fn compute(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let secrets = Secrets::of(inputs)?;
    let shown = shown(inputs)?;
    let revoke = inputs.octets("revoke")?;
    let intent = intent(inputs, &secrets, shown, revoke.is_empty())?;
    let given = Given::of(rules, inputs, "User")?;
    let revoke: Vec<String> = elements(rules, inputs, "revoke", &DEVICE_ID)?
        .iter()
        .map(|fields| fields.text("device_id"))
        .collect();
    let known = elements(rules, inputs, "known", &KNOWN)?;
    let known: BTreeSet<u32> = known.iter().map(|it| it.number("generation")).collect();
    let intent = Intent { revoke: &revoke, ..intent };
    let Written { link, opening, due } =
        write(rules, &given.served(), &intent, &known).map_err(|refusal| match refusal {
            NotWritten::By(rule) => Refused::By(rule),
            NotWritten::Unfit => inputs.width("seed"),
        })?;
    let mut outputs = one("link", &link);
    outputs.extend(one("opening", &opening));
    let due: Vec<_> = due.iter().map(|due: &Due| seeds::encoded(rules, due)).collect();
    outputs.extend(one("due", &wire::join(&due)));
    Ok(outputs)
}

/// What is to be written, less the devices to be revoked.
fn intent<'a>(
    inputs: &'a Inputs<'_>,
    secrets: &'a Secrets,
    shown: u32,
    revokes_nobody: bool,
) -> Result<Intent<'a>, Refused> {
    let link_type = inputs.text("link_type")?;
    let parts = Parts::of(link_type).ok_or_else(|| inputs.width("link_type"))?;
    let text = |name, wanted: bool| {
        if wanted {
            identifier(inputs, name)
        } else {
            inputs.text(name).and_then(|it| it.is_empty().then_some(it).ok_or(inputs.width(name)))
        }
    };
    let (signer, device_id) = (text("signer", parts.signer)?, text("device_id", parts.device)?);
    let (device_type, name) = (text("device_type", parts.device)?, text("name", parts.named)?);
    let mode = text("mode", parts.mode)?;
    let modes: &[&str] = if parts.mode { &["on", "off"] } else { &[""] };
    for (name, secret, wanted, width) in [
        ("ed25519_seed", &secrets.signer, parts.signer, 32),
        ("name_key", &secrets.name_key, parts.named, 32),
        ("new_ed25519_seed", &secrets.ed25519, parts.new, 32),
        ("new_x25519_secret", &secrets.x25519, parts.new, 32),
    ] {
        let fits = secret.len() == if wanted { width } else { 0 };
        fits.then_some(()).ok_or_else(|| inputs.width(name))?;
    }
    let kyber = secrets.kyber768.is_empty() || (parts.new && secrets.kyber768.len() == 64);
    for (name, fits) in [
        ("new_kyber768_seed", kyber),
        ("mode", modes.contains(&mode)),
        ("revoke", parts.revoke || revokes_nobody),
        ("device_type", device_type.len() <= 16),
    ] {
        fits.then_some(()).ok_or_else(|| inputs.width(name))?;
    }
    let Secrets { signer: signer_seed, name_key, ed25519, x25519, kyber768, seed } = secrets;
    Ok(Intent {
        link_type,
        signer: parts.signer.then_some((signer, signer_seed)),
        device: parts.device.then_some((device_id, device_type)),
        named: parts.named.then_some(Named { name, key: name_key }),
        new: parts.new.then_some(NewSecrets { ed25519, x25519, kyber768 }),
        revoke: &[],
        mode,
        seed,
        shown,
    })
}
