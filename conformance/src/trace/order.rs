//! The order in which the events of a log can have happened: that of its lines, but for those that
//! are written before what their vector clocks say came first.

use std::collections::VecDeque;

use super::{
    check::{Place, Refusal},
    format::{Entry, Trace},
};

/// The entries of a trace, by index, each after everything its clock names.
///
/// # Errors
/// There is no such order: an event waits for one that the log does not have, or for itself.
pub(super) fn ordered(trace: &Trace) -> Result<Vec<usize>, Box<Refusal>> {
    let names: Vec<&str> = trace.header.nodes.iter().map(|node| node.node.as_str()).collect();
    let mut sorting = Sorting {
        trace,
        done: vec![0; names.len()],
        waiting: vec![VecDeque::new(); names.len()],
        order: Vec::with_capacity(trace.entries.len()),
        names,
    };
    for at in 0..trace.entries.len() {
        sorting.arrive(at)?;
    }
    sorting.ended()
}

struct Sorting<'t> {
    trace: &'t Trace,
    names: Vec<&'t str>,
    done: Vec<u64>,
    waiting: Vec<VecDeque<usize>>,
    order: Vec<usize>,
}

impl<'t> Sorting<'t> {
    fn entry(&self, at: usize) -> Option<&'t (usize, Entry)> {
        self.trace.entries.get(at)
    }

    fn node(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| *known == name)
    }

    fn arrive(&mut self, at: usize) -> Result<(), Box<Refusal>> {
        let Some((line, entry)) = self.entry(at) else { return Ok(()) };
        let place = || Place { line: *line, node: entry.node().to_owned(), seq: seq_of(entry) };
        let Some(node) = self.node(entry.node()) else {
            let known = self.names.join(", ");
            return Err(Refusal::order(place(), "node", &known, entry.node()));
        };
        if let Entry::Event(event) = entry {
            let stranger = event.clock.keys().find(|name| self.node(name).is_none());
            if let Some(stranger) = stranger {
                let known = self.names.join(", ");
                return Err(Refusal::order(place(), "clock names a node", &known, stranger));
            }
            if let Some(own) = event.clock.get(&event.node).filter(|own| **own != event.seq) {
                let (wanted, got) = (event.seq.to_string(), own.to_string());
                return Err(Refusal::order(place(), "own entry of the clock", &wanted, &got));
            }
        }
        let waits = self.waiting.get(node).is_some_and(|queue| !queue.is_empty());
        if waits || self.awaited(entry).is_some() {
            if let Some(queue) = self.waiting.get_mut(node) {
                queue.push_back(at);
            }
            return Ok(());
        }
        self.take(node, at);
        self.release();
        Ok(())
    }

    /// An event that must come before this one and has not: the node, and how many of its events.
    fn awaited(&self, entry: &'t Entry) -> Option<(&'t str, u64)> {
        let Entry::Event(event) = entry else { return None };
        let late = event.clock.iter().find(|(name, count)| {
            let done = self.node(name).and_then(|node| self.done.get(node)).copied();
            **name != event.node && done.unwrap_or_default() < **count
        });
        late.map(|(name, count)| (name.as_str(), *count))
    }

    fn take(&mut self, node: usize, at: usize) {
        let count = self.entry(at).map_or(0, |(_, entry)| entry.count());
        if let Some(done) = self.done.get_mut(node) {
            *done = done.saturating_add(count);
        }
        self.order.push(at);
    }

    /// Takes whatever waited for what has just been taken.
    fn release(&mut self) {
        while let Some((node, at)) = self.next_free() {
            if let Some(queue) = self.waiting.get_mut(node) {
                queue.pop_front();
            }
            self.take(node, at);
        }
    }

    fn next_free(&self) -> Option<(usize, usize)> {
        let heads = self.waiting.iter().enumerate();
        let heads = heads.filter_map(|(node, queue)| Some((node, *queue.front()?)));
        heads
            .filter(|(_, at)| self.entry(*at).is_some_and(|(_, it)| self.awaited(it).is_none()))
            .min_by_key(|(_, at)| *at)
    }

    /// The order found, then what still waits: it is refused once everything before it is taken.
    fn ended(self) -> Result<Vec<usize>, Box<Refusal>> {
        let stuck = self.waiting.iter().filter_map(|queue| queue.front()).min();
        let Some((line, entry)) = stuck.and_then(|at| self.entry(*at)) else {
            return Ok(self.order);
        };
        let (node, count) = self.awaited(entry).unwrap_or_default();
        let place = Place { line: *line, node: entry.node().to_owned(), seq: seq_of(entry) };
        let known = self.node(node).and_then(|node| self.done.get(node)).copied();
        let wanted = format!("at most {} events of {node} before it", known.unwrap_or_default());
        let refusal = Refusal::order(place, "clock", &wanted, &count.to_string());
        Err(Box::new(Refusal { ordered: self.order, ..*refusal }))
    }
}

fn seq_of(entry: &Entry) -> u64 {
    match entry {
        Entry::Event(event) => event.seq,
        Entry::Lost(_) => 0,
    }
}
