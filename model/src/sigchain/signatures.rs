//! Who must have signed a link.

use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{sigchain::Link, sign::verify},
    layouts::sigchain::SIGNATURE,
    wire,
};

use super::require;

/// A signature that a link must carry.
pub(super) struct Needed {
    /// The rule that asks for it.
    pub(super) by: Rule,
    /// The keys it may be under.
    pub(super) under: Vec<Octets>,
}

/// Whether a link carries the signatures that it must, in this order, and no others.
pub(super) fn check(rules: RuleSet, link: &Link, needed: &[Needed]) -> Result<(), Rule> {
    let strict = rules.with(Rule::EncodingCanonical);
    let given = wire::decode_all(&SIGNATURE, strict, &link.signatures);
    let given = given.map_err(|_| Rule::LinkFieldsFit)?;
    require(rules, Rule::SignaturesExact, given.len() <= needed.len())?;
    let signed = link.signed(rules).map_err(|_| Rule::LinkFieldsFit)?;
    for (at, needed) in needed.iter().enumerate() {
        let signature = given.get(at).and_then(|fields| fields.first());
        let holds = signature.is_some_and(|(_, signature)| {
            let under = |key| verify(rules, key, Label::SigchainLink, &signed, signature);
            needed.under.iter().any(under)
        });
        require(rules, needed.by, holds)?;
    }
    Ok(())
}
