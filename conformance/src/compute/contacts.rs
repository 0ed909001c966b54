//! The formulas about contacts.

use conclave_model::contacts::{Device, Record, Warning, counts, warning};
use conclave_spec::{
    RuleSet,
    layouts::sigchain::{CONTACT_RECORD, DEVICE_STATE},
};

use super::{
    Inputs, Outputs, Refused,
    chains::identifier,
    lists::{Fields, elements},
};

/// The inputs of a formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    match formula {
        "contact_warning" => Some(vec!["own_devices", "records", "devices", "device_id"]),
        "contact_recorded" => Some(vec!["participants", "together_s", "spoke_s"]),
        _ => None,
    }
}

/// Computes a formula of this module.
pub(super) fn compute(
    rules: RuleSet,
    formula: &str,
    inputs: &Inputs<'_>,
) -> Result<Outputs, Refused> {
    if formula == "contact_recorded" {
        let number = |name| {
            let number = inputs.number(name)?;
            u32::try_from(number).map_err(|_| inputs.width(name))
        };
        let (together_s, spoke_s) = (number("together_s")?, number("spoke_s")?);
        let counts = counts(rules, number("participants")?, together_s, spoke_s);
        let recorded = if counts { "yes" } else { "no" };
        return Ok(Outputs::from([("recorded".to_owned(), recorded.to_owned())]));
    }
    let own = devices(rules, inputs, "own_devices")?;
    let records = records(rules, inputs)?;
    let theirs = devices(rules, inputs, "devices")?;
    let shown = warning(rules, &own, &records, &theirs, identifier(inputs, "device_id")?);
    let (words, meetings) = match shown {
        Warning::Known(meetings) => ("none", meetings),
        Warning::NewDevice => ("device", 0),
        Warning::NewPerson => ("person", 0),
    };
    let outputs = [("warning", words.to_owned()), ("meetings", meetings.to_string())];
    Ok(outputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn devices(rules: RuleSet, inputs: &Inputs<'_>, name: &str) -> Result<Vec<Device>, Refused> {
    let device = |fields: Fields| Device {
        id: fields.text("device_id"),
        added: fields.number("added"),
        revoked: fields.number("revoked") != 0,
        class: fields.text("class"),
    };
    Ok(elements(rules, inputs, name, &DEVICE_STATE)?.into_iter().map(device).collect())
}

fn records(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Vec<Record>, Refused> {
    let record = |fields: Fields| Record {
        signer: fields.text("signer"),
        last_sequence_number: fields.number("last_sequence_number"),
        meetings: fields.number("meetings"),
    };
    Ok(elements(rules, inputs, "records", &CONTACT_RECORD)?.into_iter().map(record).collect())
}
