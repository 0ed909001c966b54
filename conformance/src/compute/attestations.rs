//! The formulas about attestations and the tokens that share them.

use conclave_model::attestation::{Answers, Attested, Served, Shown, verify};
use conclave_spec::{
    RuleSet,
    formulas::attestation::{redeem, sharing_token, sign_attestation},
};

use super::{Inputs, Outputs, Refused, chains::identifier, one};

/// The inputs of a formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    let names: &[&'static str] = match formula {
        "attestation_signed" => &["seed", "attestation", "adn"],
        "attestation" => &[
            "now_s",
            "attestation",
            "adn",
            "signature",
            "ivk",
            "cloud_name",
            "served_adn",
            "served_email",
            "served_provider",
            "records",
            "key_set",
        ],
        "sharing_token" => &["key", "with_email", "issued_s"],
        "redeem_sharing_token" => &["key", "with_email", "issued_s", "token", "now_s"],
        _ => return None,
    };
    Some(names.to_vec())
}

/// Computes a formula of this module.
pub(super) fn compute(
    rules: RuleSet,
    formula: &str,
    inputs: &Inputs<'_>,
) -> Result<Outputs, Refused> {
    match formula {
        "attestation_signed" => {
            let (attestation, adn) = (inputs.text("attestation")?, inputs.text("adn")?);
            let signature = sign_attestation(rules, &inputs.key("seed")?, attestation, adn);
            Ok(one("signature", &signature.ok_or_else(|| inputs.width("attestation"))?))
        }
        "attestation" => attested(rules, inputs),
        "sharing_token" => {
            let (with_email, issued_s) = shared(inputs)?;
            let token = sharing_token(rules, &inputs.key("key")?, with_email, issued_s);
            Ok(one("token", &token.ok_or_else(|| inputs.width("key"))?))
        }
        _ => {
            let (token, now_s) = (inputs.octets("token")?, inputs.number("now_s")?);
            let redeemed = redeem(rules, &inputs.key("key")?, shared(inputs)?, &token, now_s);
            redeemed.map(|()| Outputs::new()).map_err(Refused::By)
        }
    }
}

/// Whether the address goes with the attestation, and when the token was made.
fn shared(inputs: &Inputs<'_>) -> Result<(bool, u64), Refused> {
    let with_email = match inputs.number("with_email")? {
        0 => false,
        1 => true,
        _ => return Err(Refused::Inputs("the input \"with_email\" is neither 0 nor 1".to_owned())),
    };
    Ok((with_email, inputs.number("issued_s")?))
}

/// What resolver and provider answered, whoever is asked.
pub(super) struct Given<'a> {
    pub(super) records: &'a str,
    pub(super) key_set: &'a str,
}

impl Answers for Given<'_> {
    fn records(&self, _: &str) -> Vec<String> {
        self.records.split('\n').map(str::to_owned).collect()
    }

    fn key_set(&self, _: &str) -> Option<String> {
        Some(self.key_set.to_owned())
    }
}

fn attested(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let (signature, ivk) = (inputs.octets("signature")?, inputs.key("ivk")?);
    let shown = Shown {
        attestation: inputs.text("attestation")?,
        adn: inputs.text("adn")?,
        signature: &signature,
        ivk: &ivk,
    };
    let served = Served {
        adn: inputs.text("served_adn")?,
        email: inputs.text("served_email")?,
        provider: inputs.text("served_provider")?,
    };
    let answers = Given { records: inputs.text("records")?, key_set: inputs.text("key_set")? };
    let here = (identifier(inputs, "cloud_name")?, inputs.number("now_s")?);
    let attested = verify(rules, &answers, here, shown, served);
    let Attested { email, adn, provider } = attested.map_err(Refused::By)?;
    let outputs = [("email", email), ("adn", adn), ("provider", provider)];
    Ok(outputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}
