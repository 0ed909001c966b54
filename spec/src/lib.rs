//! What the protocol says: rules, obligations, readings, profiles, labels, layouts, formulas.
//!
//! Nothing here runs a meeting: no state, no clock, no adversary. `conclave-model` does.

pub mod formulas;
pub mod labels;
pub mod layouts;
pub mod obligations;
mod primitives;
pub mod profiles;
pub mod readings;
pub mod rule_set;
pub mod rules;
pub mod wire;

pub use formulas::Octets;
pub use labels::Label;
pub use profiles::{BoxSuite, GraceFrom, HeartbeatForm, NonceSchedule, Params, Profile};
pub use rule_set::RuleSet;
pub use rules::{Kind, Level, Provenance, Rule};
