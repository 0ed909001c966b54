//! From event to event, up to the first gap.

use std::hash::Hash;

use conclave_model::algebra::Algebra;

use super::{
    check::{Checker, Refusal, Verdict, entry},
    format::Entry,
};

/// Checks the entries in this order, and the end.
pub(super) fn run<A: Algebra + Clone>(mut checker: Checker<'_, A>, order: &[usize]) -> Verdict
where
    A::Value: Hash,
{
    if let Some(verdict) = entries(&mut checker, order) {
        return verdict;
    }
    match checker.ended() {
        Ok(()) => Verdict::Accepted(checker.accepted),
        Err(refusal) => Verdict::Refused(refusal),
    }
}

/// Checks the entries that come before an event that can have no place: what is wrong with them
/// comes first.
pub(super) fn before<A: Algebra + Clone>(
    mut checker: Checker<'_, A>,
    order: &[usize],
    refusal: Refusal,
) -> Verdict
where
    A::Value: Hash,
{
    let verdict = entries(&mut checker, order);
    let after = checker.last();
    verdict.unwrap_or_else(|| Verdict::Refused(Box::new(Refusal { after, ..refusal })))
}

fn entries<A: Algebra + Clone>(checker: &mut Checker<'_, A>, order: &[usize]) -> Option<Verdict>
where
    A::Value: Hash,
{
    let trace = checker.trace;
    for at in order {
        let Some((line, entry)) = entry(trace, *at) else { continue };
        match entry {
            Entry::Event(event) => {
                if let Err(refusal) = checker.event(line, event) {
                    return Some(Verdict::Refused(refusal));
                }
            }
            // What a node did not log may have done anything to its state and to everybody else's.
            Entry::Lost(lost) => {
                let (count, node) = (lost.count, &lost.node);
                let reason = format!("{count} events of {node} are lost (line {line})");
                return Some(Verdict::Inconclusive { reason, events: checker.accepted.events });
            }
        }
    }
    None
}
