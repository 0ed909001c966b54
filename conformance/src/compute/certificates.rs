//! The formula about the certificates of the server's key.

use conclave_model::certificate::{Pinned, Shown, verify};
use conclave_spec::RuleSet;

use super::{Inputs, Outputs, Refused, chains::identifier, one};

/// The inputs of a formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    (formula == "server_chain")
        .then(|| vec!["now_s", "domain", "root", "certificates", "responses"])
}

/// The server's key, if a chain leads to it.
pub(super) fn compute(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let pinned = Pinned::new(&inputs.octets("root")?, identifier(inputs, "domain")?);
    let pinned = pinned.ok_or_else(|| {
        Refused::Inputs("no root certificate with an Ed25519 key, or no domain name".to_owned())
    })?;
    let (certificates, responses) = (inputs.octets("certificates")?, inputs.octets("responses")?);
    let shown = Shown { certificates: &certificates, responses: &responses };
    let key = verify(rules, &pinned, shown, inputs.number("now_s")?);
    key.map(|key| one("server_key", &key)).map_err(Refused::By)
}
