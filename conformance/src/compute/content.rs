//! The formulas about content and contact records under per-user keys.

use conclave_model::user_content::{Contact, Seeds, contact};
use conclave_spec::{
    Label, Octets, RuleSet,
    formulas::{
        contact::{Filed, tag},
        sign::sign,
        user_content::{Held, Use, seal},
    },
    layouts::per_user::{CONTACT, HELD},
};

use super::{Inputs, Outputs, Refused, chains::identifier, encoded, lists::elements, one, seeds};

const SEALING: [&str; 5] = ["user_id", "seeds", "generation", "stale", "nonce"];

/// The inputs of a formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    let parts: Vec<&[&'static str]> = match formula {
        "seal_content" => vec![&SEALING, &["plaintext"]],
        "open_content" => vec![&["user_id", "seeds", "sealed"]],
        "contact_tag" => vec![&["seed", "contact"]],
        "seal_contact" => vec![
            &SEALING,
            &["device_id", "ed25519_seed", "contact"],
            &["last_sequence_number", "last_link_hash", "first_met_s", "meetings"],
        ],
        "open_contact" => vec![&["user_id", "devices", "seeds", "contact", "filed"]],
        _ => return None,
    };
    Some(parts.concat())
}

/// Computes a formula of this module.
pub(super) fn compute(
    rules: RuleSet,
    formula: &str,
    inputs: &Inputs<'_>,
) -> Result<Outputs, Refused> {
    if formula == "contact_tag" {
        let tag = tag(rules, &inputs.key("seed")?, identifier(inputs, "contact")?);
        return Ok(one("tag", &tag.ok_or_else(|| inputs.width("seed"))?));
    }
    let user_id = identifier(inputs, "user_id")?;
    let held = held(rules, inputs)?;
    let seeds = Seeds { user_id, held: &held };
    match formula {
        "seal_content" => {
            let (under, nonce) = sealing(rules, inputs, &seeds)?;
            let sealed = seal(rules, &under, Use::Content, &nonce, &inputs.octets("plaintext")?);
            let sealed = sealed.and_then(|sealed| sealed.encode(rules).ok());
            Ok(one("sealed", &sealed.ok_or_else(|| inputs.width("nonce"))?))
        }
        "open_content" => {
            let plaintext = seeds.read(rules, Use::Content, &inputs.octets("sealed")?);
            Ok(one("plaintext", &plaintext.map_err(Refused::By)?))
        }
        "seal_contact" => seal_contact(rules, inputs, &seeds),
        _ => open_contact(rules, inputs, &seeds),
    }
}

pub(super) fn held(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Vec<(u32, Octets)>, Refused> {
    let fields = elements(rules, inputs, "seeds", &HELD)?;
    Ok(fields.iter().map(|it| (it.number("generation"), it.octets("seed"))).collect())
}

/// The seed to seal under, and the nonce.
fn sealing<'a>(
    rules: RuleSet,
    inputs: &Inputs<'_>,
    seeds: &Seeds<'a>,
) -> Result<(Held<'a>, Octets), Refused> {
    let newest = inputs.number("generation")?;
    let newest = u32::try_from(newest).map_err(|_| inputs.width("generation"))?;
    let stale = match inputs.text("stale")? {
        "yes" => true,
        "no" => false,
        _ => return Err(inputs.width("stale")),
    };
    let nonce = inputs.octets("nonce")?;
    if nonce.len() != 24 {
        return Err(inputs.width("nonce"));
    }
    let held = seeds.to_seal_under(rules, newest, stale).map_err(Refused::By)?;
    Ok((held, nonce))
}

fn seal_contact(
    rules: RuleSet,
    inputs: &Inputs<'_>,
    seeds: &Seeds<'_>,
) -> Result<Outputs, Refused> {
    let (contact, signer) = (identifier(inputs, "contact")?, inputs.key("ed25519_seed")?);
    let device_id = identifier(inputs, "device_id")?.to_owned();
    let plaintext = encoded(&CONTACT, rules, inputs)?;
    let (under, nonce) = sealing(rules, inputs, seeds)?;
    let made = || {
        let record = seal(rules, &under, Use::Contact, &nonce, &plaintext)?.encode(rules).ok()?;
        let tag = tag(rules, under.seed, contact)?;
        let mut filed = Filed { device_id, tag, record, sig: Octets::default() };
        filed.sig = sign(rules, &signer, Label::ContactRecord, &filed.signed(rules).ok()?)?;
        filed.encode(rules).ok()
    };
    Ok(one("filed", &made().ok_or_else(|| inputs.width("seeds"))?))
}

fn open_contact(
    rules: RuleSet,
    inputs: &Inputs<'_>,
    seeds: &Seeds<'_>,
) -> Result<Outputs, Refused> {
    let own = seeds::devices(rules, inputs)?;
    let (about, filed) = (identifier(inputs, "contact")?, inputs.octets("filed")?);
    let read = contact(rules, seeds, &own, about, &filed).map_err(Refused::By)?;
    let Contact { signer, last_sequence_number, last_link_hash, first_met_s, meetings } = read;
    let mut outputs = one("last_link_hash", &last_link_hash);
    let texts = [
        ("signer", signer),
        ("last_sequence_number", last_sequence_number.to_string()),
        ("first_met_s", first_met_s.to_string()),
        ("meetings", meetings.to_string()),
    ];
    outputs.extend(texts.map(|(name, text)| (name.to_owned(), text)));
    Ok(outputs)
}
