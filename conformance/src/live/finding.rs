//! What is wrong, seen from the other parties.

use conclave_model::script::ScriptStep;
use conclave_spec::Rule;

use crate::verdict::{Aspect, Finding};

/// What another party makes of something is not what the case expects.
pub(super) fn peer(at: usize, step: &ScriptStep, rule: Rule, wanted: &str, got: &str) -> Finding {
    Finding {
        step: at,
        input: format!("what {} makes of it", step.party),
        aspect: Aspect::Outcome,
        rule,
        field: None,
        expected: wanted.to_owned(),
        got: got.to_owned(),
    }
}

/// What the client sent is not what it had to send.
pub(super) fn claim(at: usize, rule: Rule, wanted: &str, got: &str) -> Finding {
    Finding {
        step: at,
        input: "what the client sent".to_owned(),
        aspect: Aspect::Outcome,
        rule,
        field: None,
        expected: wanted.to_owned(),
        got: got.to_owned(),
    }
}
