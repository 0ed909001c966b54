//! From event to event; over a gap by whatever fits what comes after it.

use std::{collections::BTreeMap, hash::Hash, rc::Rc};

use conclave_model::algebra::Algebra;

use super::{
    check::{Checker, Refusal, Verdict, entry},
    format::{Entry, Lost, Trace},
    gap::{self, Offer},
};

/// How much work is done at gaps: a guess costs [`GUESS`], and one for each commitment known by then.
const WORK_MAX: usize = 200_000_000;
const GUESS: usize = 1_000;
/// How many events are checked after the first gap, on all ways.
const EVENTS_MAX: usize = 1_000_000;

/// The most lost events that are looked for, in all gaps together.
const LOST_MAX: u64 = 64;

/// Checks the entries in this order, and the end.
pub(super) fn run<A: Algebra + Clone>(checker: Checker<'_, A>, order: &[usize]) -> Verdict
where
    A::Value: Hash,
{
    let lost = lost(checker.trace);
    let mut walk = Walk::new(order, lost <= LOST_MAX);
    match walk.on(checker, 0) {
        Ok(checker) => Verdict::Accepted(checker.accepted),
        Err(refusal) => walk.verdict(refusal, lost),
    }
}

/// Checks the entries that come before an event that can have no place, up to the first gap: what is
/// wrong with them comes first.
pub(super) fn before<A: Algebra + Clone>(
    checker: Checker<'_, A>,
    order: &[usize],
    refusal: Refusal,
) -> Verdict
where
    A::Value: Hash,
{
    let trace = checker.trace;
    let is_gap = |at: &usize| matches!(entry(trace, *at), Some((_, Entry::Lost(_))));
    let end = order.iter().position(is_gap).unwrap_or(order.len());
    let mut walk = Walk::new(order.get(..end).unwrap_or_default(), false);
    walk.whole = false;
    let refusal = match walk.on(checker, 0) {
        Ok(checker) => Box::new(Refusal { after: checker.last(), ..refusal }),
        Err(earlier) => earlier,
    };
    Verdict::Refused(refusal)
}

/// How many events are lost in all gaps together.
fn lost(trace: &Trace) -> u64 {
    let counts = trace.entries.iter().map(|(_, entry)| match entry {
        Entry::Lost(lost) => lost.count,
        Entry::Event(_) => 0,
    });
    counts.fold(0, u64::saturating_add)
}

/// A way through the entries, with what was tried at gaps.
struct Walk<'o> {
    order: &'o [usize],
    /// Whether the entries are all there are.
    whole: bool,
    /// Whether it goes over gaps.
    over_gaps: bool,
    /// What may have been in each gap it came to, by its place in the order.
    gaps: BTreeMap<usize, Rc<Gap>>,
    /// The first gap: its line, how much is lost of whom, and how many events came before.
    gap: Option<(usize, Lost, usize)>,
    ways: usize,
    work: usize,
    events: usize,
    /// The refusal that came last in the order.
    farthest: Option<(usize, Box<Refusal>)>,
}

impl<'o> Walk<'o> {
    const fn new(order: &'o [usize], over_gaps: bool) -> Self {
        Self {
            order,
            whole: true,
            over_gaps,
            gaps: BTreeMap::new(),
            gap: None,
            ways: 0,
            work: 0,
            events: 0,
            farthest: None,
        }
    }

    /// From this place in the order to the end.
    fn on<'t, A: Algebra + Clone>(
        &mut self,
        mut checker: Checker<'t, A>,
        from: usize,
    ) -> Result<Checker<'t, A>, Box<Refusal>>
    where
        A::Value: Hash,
    {
        let trace = checker.trace;
        for (place, at) in self.order.iter().enumerate().skip(from) {
            let Some((line, entry)) = entry(trace, *at) else { continue };
            match entry {
                Entry::Event(event) => {
                    self.events += usize::from(self.gap.is_some());
                    if let Err(refusal) = checker.event(line, event) {
                        return Err(self.stuck(place, refusal));
                    }
                }
                Entry::Lost(lost) if lost.count == 0 => {}
                Entry::Lost(lost) => {
                    let events = checker.accepted.events;
                    self.gap.get_or_insert_with(|| (line, lost.clone(), events));
                    return self.over(&checker, (place, line), lost);
                }
            }
        }
        if self.whole {
            checker.ended().map_err(|refusal| self.stuck(self.order.len(), refusal))?;
        }
        Ok(checker)
    }

    fn stuck(&mut self, place: usize, refusal: Box<Refusal>) -> Box<Refusal> {
        if self.farthest.as_ref().is_none_or(|(known, _)| *known < place) {
            self.farthest = Some((place, refusal.clone()));
        }
        refusal
    }

    /// Over a gap, and on.
    fn over<'t, A: Algebra + Clone>(
        &mut self,
        checker: &Checker<'t, A>,
        (place, line): (usize, usize),
        lost: &Lost,
    ) -> Result<Checker<'t, A>, Box<Refusal>>
    where
        A::Value: Hash,
    {
        let known = self.gaps.get(&place).cloned();
        let gap = known.or_else(|| Gap::of(checker.trace, self.order, place, lost).map(Rc::new));
        let Some(gap) = gap.filter(|_| self.over_gaps) else {
            return Err(Refusal::gap(line, lost));
        };
        self.gaps.insert(place, Rc::clone(&gap));
        self.fill(checker, &gap, &[], lost.count).ok_or_else(|| Refusal::gap(line, lost))
    }

    /// The events of a gap that are left, with the offers that are, and then on.
    fn fill<'t, A: Algebra + Clone>(
        &mut self,
        checker: &Checker<'t, A>,
        gap: &Gap,
        taken: &[usize],
        left: u64,
    ) -> Option<Checker<'t, A>>
    where
        A::Value: Hash,
    {
        let Some(left) = left.checked_sub(1) else {
            self.ways += 1;
            return self.on(checker.clone(), gap.place + 1).ok();
        };
        let (at, until_ms) = (gap.at, gap.until_ms);
        let cost = GUESS + checker.names.mark();
        let now_ms = checker.nodes.get(at).map_or(0, |node| node.now_ms);
        for (nth, offer) in gap.offers.iter().enumerate().filter(|(nth, _)| !taken.contains(nth)) {
            let with: Vec<usize> = taken.iter().copied().chain([nth]).collect();
            let mut moments = vec![offer.at_ms.clamp(now_ms, until_ms.max(now_ms)), until_ms];
            moments.dedup();
            for at_ms in moments {
                self.may_guess(cost).then_some(())?;
                let given = checker.clone().was_given(at, at_ms, &offer.given);
                let found = given.and_then(|next| self.fill(&next, gap, &with, left));
                if found.is_some() {
                    return found;
                }
            }
        }
        for nth in 1..=gap::DEADLINES_MAX {
            self.may_guess(cost).then_some(())?;
            let Some(next) = checker.clone().was_due(at, nth, until_ms) else { break };
            let found = self.fill(&next, gap, taken, left);
            if found.is_some() {
                return found;
            }
        }
        self.may_guess(cost).then_some(())?;
        self.fill(&checker.clone().was_nothing(at), gap, taken, left)
    }

    /// Whether there is work left for a guess, which is counted.
    fn may_guess(&mut self, cost: usize) -> bool {
        self.work = self.work.saturating_add(cost);
        self.work <= WORK_MAX && self.events < EVENTS_MAX
    }

    /// What a way that ends here comes to: refused before any gap, not decided after one.
    fn verdict(self, refusal: Box<Refusal>, lost: u64) -> Verdict {
        let Some((line, Lost { node, count }, events)) = self.gap else {
            return Verdict::Refused(refusal);
        };
        let what = format!("{count} events of {node} are lost (line {line})");
        let reason = match self.farthest {
            Some((_, farthest)) => {
                let (ways, Refusal { at, condition, wanted, got, .. }) = (self.ways, &*farthest);
                format!(
                    "{what}, and nothing was found that fits what follows; {ways} ways tried, the \
                     farthest ends at {at}: {condition}: the model {wanted}, the log {got}"
                )
            }
            None if !self.over_gaps => {
                format!("{what}; {lost} in all are too many to look for what they were")
            }
            None => format!("{what}, and nothing was found that they can have been"),
        };
        Verdict::Inconclusive { reason, events }
    }
}

/// A gap and what may have been in it.
struct Gap {
    /// Its place in the order.
    place: usize,
    /// Whose, by its place in the header.
    at: usize,
    /// The node's time at its next event.
    until_ms: u64,
    offers: Vec<Offer>,
}

impl Gap {
    fn of(trace: &Trace, order: &[usize], place: usize, lost: &Lost) -> Option<Self> {
        let at = trace.header.nodes.iter().position(|node| node.node == lost.node)?;
        let offers = gap::offers(trace, order, place, trace.header.nodes.get(at)?);
        Some(Self { place, at, until_ms: next_ms(trace, order, place, &lost.node), offers })
    }
}

/// The time of a node's first event after a place in the order, or of the last event at all.
fn next_ms(trace: &Trace, order: &[usize], place: usize, node: &str) -> u64 {
    let after = order.iter().skip(place).filter_map(|at| match entry(trace, *at)?.1 {
        Entry::Event(event) => Some(event),
        Entry::Lost(_) => None,
    });
    let mut own = after.clone().filter(|event| event.node == node);
    own.next().map(|event| event.at_ms).or_else(|| after.map(|it| it.at_ms).max()).unwrap_or(0)
}
