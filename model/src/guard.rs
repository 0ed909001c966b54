//! A guard outside the machine, which has [`Checks`](crate::machine::Checks) for it.

use conclave_spec::{Rule, RuleSet};

/// Fails where the rule is in force and the condition does not hold.
pub(crate) fn require(rules: RuleSet, rule: Rule, holds: bool) -> Result<(), Rule> {
    if holds || !rules.contains(rule) { Ok(()) } else { Err(rule) }
}
