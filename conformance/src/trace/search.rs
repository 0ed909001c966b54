//! From event to event; over a gap by whatever fits what comes after it.

use std::hash::Hash;

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
    let mut walk = Walk::new(order, true);
    match walk.on(checker, 0) {
        Ok(checker) => Verdict::Accepted(checker.accepted),
        Err(refusal) => walk.verdict(refusal),
    }
}

/// Checks the entries that come before an event that can have no place: what is wrong with them
/// comes first.
pub(super) fn before<A: Algebra + Clone>(
    checker: Checker<'_, A>,
    order: &[usize],
    refusal: Refusal,
) -> Verdict
where
    A::Value: Hash,
{
    let mut walk = Walk::new(order, false);
    match walk.on(checker, 0) {
        Ok(checker) => {
            let after = checker.last();
            Verdict::Refused(Box::new(Refusal { after, ..refusal }))
        }
        Err(refusal) => walk.verdict(refusal),
    }
}

/// A way through the entries, with what was tried at gaps.
struct Walk<'o> {
    order: &'o [usize],
    /// Whether the entries are all there are.
    whole: bool,
    /// The first gap: its line, how much is lost of whom, and how many events came before.
    gap: Option<(usize, Lost, usize)>,
    ways: usize,
    work: usize,
    events: usize,
    /// The refusal that came last in the order.
    farthest: Option<(usize, Box<Refusal>)>,
}

impl<'o> Walk<'o> {
    const fn new(order: &'o [usize], whole: bool) -> Self {
        Self { order, whole, gap: None, ways: 0, work: 0, events: 0, farthest: None }
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
                    return self.over(checker, (place, line), lost);
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
        checker: Checker<'t, A>,
        (place, line): (usize, usize),
        lost: &Lost,
    ) -> Result<Checker<'t, A>, Box<Refusal>>
    where
        A::Value: Hash,
    {
        let trace = checker.trace;
        let at = checker.nodes.iter().position(|node| node.name == lost.node);
        let header = trace.header.nodes.iter().find(|node| node.node == lost.node);
        let nothing_fits = Refusal::gap(line, lost);
        let (Some(at), Some(header)) = (at, header) else { return Err(nothing_fits) };
        let filled = u64::try_from(checker.accepted.filled).unwrap_or(u64::MAX);
        if lost.count.saturating_add(filled) > LOST_MAX {
            return Err(nothing_fits);
        }
        let offers = gap::offers(trace, self.order, place, header);
        let until_ms = next_ms(trace, self.order, place, &lost.node);
        let gap = Gap { place, at, until_ms, offers: &offers, nothing_fits };
        self.fill(&checker, &gap, &[], lost.count)
    }

    /// The events of a gap that are left, with the offers that are, and then on.
    fn fill<'t, A: Algebra + Clone>(
        &mut self,
        checker: &Checker<'t, A>,
        gap: &Gap<'_>,
        taken: &[usize],
        left: u64,
    ) -> Result<Checker<'t, A>, Box<Refusal>>
    where
        A::Value: Hash,
    {
        let Some(left) = left.checked_sub(1) else {
            self.ways += 1;
            return self.on(checker.clone(), gap.place + 1);
        };
        let Gap { at, until_ms, .. } = *gap;
        let cost = GUESS + checker.names.mark();
        let now_ms = checker.nodes.get(at).map_or(0, |node| node.now_ms);
        for (nth, offer) in gap.offers.iter().enumerate() {
            if taken.contains(&nth) {
                continue;
            }
            let with: Vec<usize> = taken.iter().copied().chain([nth]).collect();
            let mut moments = vec![offer.at_ms.clamp(now_ms, until_ms.max(now_ms)), until_ms];
            moments.dedup();
            for at_ms in moments {
                if !self.may_guess(cost) {
                    return Err(gap.nothing_fits.clone());
                }
                let given = checker.clone().was_given(at, at_ms, &offer.given);
                let Some(next) = given else { continue };
                if let Ok(found) = self.fill(&next, gap, &with, left) {
                    return Ok(found);
                }
            }
        }
        let due = checker.clone().was_due(at, until_ms);
        let nothing = checker.clone().was_nothing(at);
        let others = due.into_iter().chain([nothing]);
        for next in others {
            if !self.may_guess(cost) {
                break;
            }
            if let Ok(found) = self.fill(&next, gap, taken, left) {
                return Ok(found);
            }
        }
        Err(gap.nothing_fits.clone())
    }

    /// Whether there is work left for a guess, which is counted.
    fn may_guess(&mut self, cost: usize) -> bool {
        self.work = self.work.saturating_add(cost);
        self.work <= WORK_MAX && self.events < EVENTS_MAX
    }

    /// What a way that ends here comes to: refused before any gap, not decided after one.
    fn verdict(self, refusal: Box<Refusal>) -> Verdict {
        let Some((line, Lost { node, count }, events)) = self.gap else {
            return Verdict::Refused(refusal);
        };
        let (ways, what) = (self.ways, format!("{count} events of {node} are lost (line {line})"));
        let reason = match self.farthest {
            Some((_, farthest)) => {
                let Refusal { at, condition, wanted, got, .. } = &*farthest;
                format!(
                    "{what}, and nothing was found that fits what follows; {ways} ways tried, the \
                     farthest ends at {at}: {condition}: the model {wanted}, the log {got}"
                )
            }
            None => format!("{what}: too many to look for what they were"),
        };
        Verdict::Inconclusive { reason, events }
    }
}

/// A gap and what may have been in it.
struct Gap<'g> {
    /// Its place in the order.
    place: usize,
    /// Whose, by its place in the header.
    at: usize,
    /// The node's time at its next event.
    until_ms: u64,
    offers: &'g [Offer],
    nothing_fits: Box<Refusal>,
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
