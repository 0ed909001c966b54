//! From event to event, and through gaps.

use std::hash::Hash;

use conclave_model::algebra::Algebra;

use super::{
    check::{Checker, Verdict, entry},
    format::Entry,
};

/// Checks the entries in this order.
pub(super) fn run<A: Algebra + Clone>(mut checker: Checker<'_, A>, order: &[usize]) -> Verdict
where
    A::Value: Hash,
{
    let trace = checker.trace;
    for at in order {
        let Some((line, entry)) = entry(trace, *at) else { continue };
        match entry {
            Entry::Event(event) => {
                if let Err(refusal) = checker.event(line, event) {
                    return Verdict::Refused(Box::new(refusal));
                }
            }
            Entry::Lost(lost) => {
                let reason = format!("{} events of {} are lost at line {line}", lost.count, lost.node);
                return Verdict::Inconclusive { reason, events: checker.accepted.events };
            }
        }
    }
    match checker.ended() {
        Ok(()) => Verdict::Accepted(checker.accepted),
        Err(refusal) => Verdict::Refused(Box::new(refusal)),
    }
}
