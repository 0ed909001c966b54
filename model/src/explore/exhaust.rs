//! The third search, for slices whose waiting worlds are more than memory holds: deep first, with a
//! digest kept of each world and nothing else but the worlds of a few paths.

use std::{
    collections::BTreeSet,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use super::{ExploreError, search::judged};
use crate::{
    properties::Goal,
    world::{Digest, Rig, World},
};

/// What a slice holds. The order in which threads come upon its worlds changes none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exhausted {
    /// How many different worlds there are.
    pub distinct_states: usize,
    /// How many moves between worlds there are.
    pub transitions: usize,
    /// The goals whose premise was reached.
    pub premises: BTreeSet<Goal>,
    /// The goals that some world breaks. A shortest way there is what [`super::explore`] finds.
    pub broken: BTreeSet<Goal>,
}

/// Walks a slice to its end, telling now and then how many worlds there are so far.
///
/// # Errors
/// The world cannot begin.
pub fn exhaust(
    rig: &Rig,
    threads: usize,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Exhausted, ExploreError> {
    let start = rig.start()?;
    let (seen, mut found) = (Seen::default(), Exhausted::default());
    seen.insert(start.digest());
    found.note(rig, &start);
    let yard = Yard::with(start, threads.max(1));
    let shares = std::thread::scope(|scope| {
        let work = || Worker { rig, yard: &yard, seen: &seen, progress }.work();
        let begun: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let joined = begun.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|share| share.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect::<Vec<_>>()
    });
    for share in shares {
        found.transitions += share.transitions;
        found.premises.extend(share.premises);
        found.broken.extend(share.broken);
    }
    found.distinct_states = seen.count();
    Ok(found)
}

/// What became of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds in every world of the slice, and its premise was reached.
    Holds,
    /// Some world breaks it.
    Broken,
    /// Its premise was never reached: the slice says nothing about it.
    Vacuous,
}

impl Exhausted {
    /// What became of a goal of the slice.
    #[must_use]
    pub fn outcome(&self, goal: Goal) -> Outcome {
        match (self.broken.contains(&goal), self.premises.contains(&goal)) {
            (true, _) => Outcome::Broken,
            (false, true) => Outcome::Holds,
            (false, false) => Outcome::Vacuous,
        }
    }

    /// Judges a world that was not seen before, as far as something is open.
    fn note(&mut self, rig: &Rig, world: &World) {
        let (tested, broken) = judged(
            rig,
            world,
            |goal| !self.premises.contains(goal),
            |goal| !self.broken.contains(goal),
        );
        self.premises.extend(tested);
        self.broken.extend(broken);
    }
}

/// How many worlds a thread looks at before it says how it goes.
const PACE: usize = 1_024;

struct Worker<'a> {
    rig: &'a Rig,
    yard: &'a Yard,
    seen: &'a Seen,
    progress: &'a (dyn Fn(usize) + Sync),
}

impl Worker<'_> {
    fn work(&self) -> Exhausted {
        let _present = Present(self.yard);
        let (mut found, mut stack, mut looked) = (Exhausted::default(), Vec::new(), 0_usize);
        while let Some(world) = stack.pop().or_else(|| self.yard.take()) {
            self.expand(&world, &mut stack, &mut found);
            self.yard.give(&mut stack);
            looked += 1;
            if looked.is_multiple_of(PACE) {
                (self.progress)(self.seen.count());
            }
        }
        found
    }

    fn expand(&self, world: &World, stack: &mut Vec<World>, found: &mut Exhausted) {
        for (_, next) in self.rig.successors(world) {
            found.transitions += 1;
            found.premises.extend(next.ledger.reached.iter().copied());
            if self.seen.insert(next.digest()) {
                found.note(self.rig, &next);
                stack.push(next);
            }
        }
    }
}

/// The digests of the worlds that were seen, in parts so that threads seldom meet.
struct Seen([Mutex<BTreeSet<Digest>>; 64]);

impl Default for Seen {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Seen {
    /// Whether it is new.
    fn insert(&self, digest: Digest) -> bool {
        let at = usize::try_from(digest % 64).unwrap_or_default();
        self.0.get(at).is_some_and(|part| locked(part).insert(digest))
    }

    fn count(&self) -> usize {
        self.0.iter().map(|part| locked(part).len()).sum()
    }
}

/// Where a thread leaves half of its worlds for one that has none.
struct Yard {
    waiting: Mutex<Waiting>,
    news: Condvar,
}

struct Waiting {
    worlds: Vec<World>,
    /// How many threads wait for a world.
    idle: usize,
    /// How many threads there are.
    present: usize,
    /// Whether one of them ended by a fault: the others need not go on.
    over: bool,
}

impl Yard {
    fn with(start: World, present: usize) -> Self {
        let waiting = Waiting { worlds: vec![start], idle: 0, present, over: false };
        Self { waiting: Mutex::new(waiting), news: Condvar::new() }
    }

    /// A world to go on from; `None` when nobody has one any more.
    fn take(&self) -> Option<World> {
        let mut waiting = locked(&self.waiting);
        waiting.idle += 1;
        loop {
            if let Some(world) = waiting.worlds.pop().filter(|_| !waiting.over) {
                waiting.idle -= 1;
                return Some(world);
            }
            if waiting.over || waiting.idle >= waiting.present {
                self.news.notify_all();
                return None;
            }
            waiting = self.news.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Leaves the older half of a stack here if somebody waits.
    fn give(&self, stack: &mut Vec<World>) {
        let mut waiting = locked(&self.waiting);
        if waiting.over {
            stack.clear();
        }
        if stack.len() > 1 && waiting.idle > 0 && waiting.worlds.is_empty() {
            waiting.worlds.extend(stack.drain(..stack.len() / 2));
            self.news.notify_all();
        }
    }
}

/// A thread at work. When one ends by a fault, all do.
struct Present<'a>(&'a Yard);

impl Drop for Present<'_> {
    fn drop(&mut self) {
        locked(&self.0.waiting).over |= std::thread::panicking();
        self.0.news.notify_all();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
