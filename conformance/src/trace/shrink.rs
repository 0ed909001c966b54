//! The smallest part of a refused trace that is refused for the same reason.
//!
//! Delta debugging over entries. What remains is numbered anew, clocks included, as if the events
//! left out had never happened.

use std::collections::BTreeMap;

use super::{
    check::{Refusal, Verdict, check},
    format::{Entry, Trace},
};

/// The most events that are checked on the way.
const EVENTS_MAX: usize = 1_000_000;

/// The trace without the entries that `keep` says no to, numbered anew.
#[must_use]
pub fn without(trace: &Trace, keep: &[bool]) -> Trace {
    // For each node and number, how many of its events up to there remain.
    let mut counted: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for ((_, entry), keep) in trace.entries.iter().zip(keep) {
        let counts = counted.entry(entry.node()).or_default();
        let mut last = counts.last().copied().unwrap_or_default();
        for _ in 0..entry.count().min(1_000) {
            last += u64::from(*keep);
            counts.push(last);
        }
    }
    let now = |node: &str, count: u64| {
        let counts = counted.get(node).map(Vec::as_slice).unwrap_or_default();
        let place = usize::try_from(count).unwrap_or(usize::MAX).min(counts.len());
        place.checked_sub(1).and_then(|at| counts.get(at)).copied().unwrap_or_default()
    };
    let kept = trace.entries.iter().zip(keep).filter(|(_, keep)| **keep);
    let entries = kept.map(|((_, entry), _)| match entry {
        Entry::Lost(lost) => Entry::Lost(lost.clone()),
        Entry::Event(event) => {
            let mut event = event.clone();
            event.seq = now(&event.node, event.seq);
            for (node, count) in &mut event.clock {
                *count = now(node, *count);
            }
            event.clock.retain(|_, count| *count > 0);
            Entry::Event(event)
        }
    });
    Trace::new(trace.header.clone(), entries.collect())
}

/// The smallest part found, with its own refusal.
#[must_use]
pub fn shrink(trace: &Trace, refusal: &Refusal) -> (Trace, Refusal) {
    let mut search = Search { trace, refusal, left: EVENTS_MAX };
    let all = trace.entries.len();
    let mut keep = vec![true; all];
    // Whatever comes after the refused event has nothing to do with it.
    let cut: Vec<bool> = trace.entries.iter().map(|(line, _)| *line <= refusal.at.line).collect();
    let mut best = None;
    search.better(&mut keep, cut, &mut best);
    let mut size = keep.iter().filter(|keep| **keep).count().div_ceil(2);
    while size > 0 && search.left > 0 {
        let kept: Vec<usize> = (0..all).filter(|at| keep.get(*at) == Some(&true)).collect();
        // The later ones first: what others rest on comes before them.
        for chunk in kept.rchunks(size) {
            let mut less = keep.clone();
            chunk
                .iter()
                .filter_map(|at| less.get_mut(*at).map(|keep| *keep = false))
                .for_each(drop);
            search.better(&mut keep, less, &mut best);
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    best.unwrap_or_else(|| (trace.clone(), refusal.clone()))
}

struct Search<'t> {
    trace: &'t Trace,
    refusal: &'t Refusal,
    left: usize,
}

impl Search<'_> {
    /// Takes the smaller part if it is refused for the same reason.
    fn better(
        &mut self,
        keep: &mut Vec<bool>,
        less: Vec<bool>,
        best: &mut Option<(Trace, Refusal)>,
    ) {
        let part = without(self.trace, &less);
        let Some(left) = self.left.checked_sub(part.entries.len()) else {
            self.left = 0;
            return;
        };
        self.left = left;
        let Ok(Verdict::Refused(found)) = check(&part) else { return };
        let same = found.rule == self.refusal.rule
            && found.condition == self.refusal.condition
            && found.at.node == self.refusal.at.node;
        if same {
            *keep = less;
            *best = Some((part, *found));
        }
    }
}
