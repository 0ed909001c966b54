//! What a server can make somebody believe of a user's devices: up to two links of a fixed menu behind
//! every prefix of a few histories, judged by goals.
//!
//! ```text
//! history of honest devices --(any prefix)--> chain of the victim --Move--> ... --> Goal
//! ```
//!
//! Alice's devices have signed a history. A client that has never seen her chain is served a prefix of
//! it, and then what the server makes of it: links of the history, at their place or at another; links
//! of its own, signed with the keys it has, with those of the history, or with none that fit. It has a
//! device of its own, a key that a laptop used to have, and a phone that was stolen. Alice's devices do
//! nothing after that.

use std::collections::{BTreeMap, BTreeSet};

use conclave_spec::{Octets, Rule, RuleSet, formulas::sigchain::Link};

use super::{Confirmed, Served, UserChain, build::CLOUD};

pub use goals::Goal;
pub use history::{History, Scene};

mod goals;
mod history;
mod moves;

/// A way to break a goal: what was served behind the honest links, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// How many links of the honest history come first.
    pub honest: usize,
    /// What the server serves then.
    pub moves: Vec<String>,
}

/// What there is within a bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many different chains were taken.
    pub chains: usize,
    /// How many were offered.
    pub offered: usize,
    /// A shortest way to break each goal that does not hold in a scene.
    pub broken: BTreeMap<(Goal, Scene), Way>,
}

/// A chain that the victim took.
#[derive(Clone)]
struct Taken {
    links: Vec<Link>,
    chain: UserChain,
    moves: Vec<String>,
}

/// How many links the server serves behind honest ones where nothing else is said.
pub const DEPTH: usize = 2;

/// Serves every chain with at most so many links behind a prefix of an honest history.
#[must_use]
pub fn search(rules: RuleSet, confirmed: Confirmed, depth: usize) -> Found {
    let mut found = Found::default();
    for scene in Scene::ALL {
        let history = History::of(rules, scene);
        let mut tails = BTreeMap::new();
        for honest in 1..=history.links.len() {
            let Some(chain) = history.served(rules, confirmed, honest) else { break };
            let links: Vec<_> = history.links.iter().take(honest).cloned().collect();
            // What somebody else, who is served the history as it is, takes for the chain.
            tails.insert(chain.tail.last_link_hash.clone(), links.clone());
            forgotten(rules, scene, &history, &chain, &mut found);
            let start = Taken { links, chain, moves: Vec::new() };
            Walk { rules, scene, honest, history: &history, tails: &mut tails, found: &mut found }
                .go(start, depth);
        }
    }
    found
}

/// Serves a client that has seen so much of the history a shorter prefix of it.
fn forgotten(
    rules: RuleSet,
    scene: Scene,
    history: &History,
    known: &UserChain,
    found: &mut Found,
) {
    let links: Vec<_> = history.links.iter().filter_map(|link| link.encode(rules).ok()).collect();
    let seen = usize::try_from(known.tail.last_sequence_number).unwrap_or_default();
    for shorter in 1..seen {
        let served = Served {
            cloud_name: CLOUD,
            subject: &known.user_id,
            known: Some(&known.tail),
            links: links.get(..shorter).unwrap_or_default(),
            openings: &[],
        };
        found.offered += 1;
        if UserChain::verify(rules, &served).is_ok() {
            let moves = vec![format!("a client that saw {seen} links is served {shorter}")];
            let way = Way { honest: seen, moves };
            found.broken.entry((Goal::Remembers, scene)).or_insert(way);
        }
    }
}

struct Walk<'a> {
    rules: RuleSet,
    scene: Scene,
    honest: usize,
    history: &'a History,
    tails: &'a mut BTreeMap<Octets, Vec<Link>>,
    found: &'a mut Found,
}

impl Walk<'_> {
    /// Breadth first, so that the first way to a goal is a shortest one.
    fn go(&mut self, start: Taken, depth: usize) {
        let (mut level, mut seen) = (vec![start], BTreeSet::new());
        for round in 0..=depth {
            let mut next = Vec::new();
            for taken in &level {
                self.judge(taken);
                if round < depth {
                    self.expand(taken, &mut seen, &mut next);
                }
            }
            level = next;
        }
    }

    fn expand(&mut self, taken: &Taken, seen: &mut BTreeSet<Vec<Link>>, next: &mut Vec<Taken>) {
        for (words, link) in moves::all(self.rules, self.history, &taken.links, &taken.chain) {
            self.found.offered += 1;
            let Ok(chain) = taken.chain.extended(self.rules, CLOUD, &link) else { continue };
            let mut links = taken.links.clone();
            links.push(link);
            if seen.insert(links.clone()) {
                let moves = taken.moves.iter().cloned().chain([words]).collect();
                next.push(Taken { links, chain, moves });
            }
        }
    }

    fn judge(&mut self, taken: &Taken) {
        self.found.chains += 1;
        let other = self.tails.entry(taken.chain.tail.last_link_hash.clone());
        let other = other.or_insert_with(|| taken.links.clone()).clone();
        for goal in Goal::ALL {
            let shorter = |way: &Way| way.moves.len() <= taken.moves.len();
            if self.found.broken.get(&(goal, self.scene)).is_some_and(shorter) {
                continue;
            }
            if !goal.holds(self.history, &taken.links, &taken.chain, &other) {
                let way = Way { honest: self.honest, moves: taken.moves.clone() };
                self.found.broken.insert((goal, self.scene), way);
            }
        }
    }
}

/// What a rule is worth: the goals that fall without it and hold with it, in a scene and by a reading of
/// lockdown; of several ways to one goal a shortest.
#[must_use]
pub fn worth(rule: Rule, anyway: &BTreeMap<Confirmed, Found>) -> BTreeMap<Goal, (Scene, Way)> {
    let rules = RuleSet::all().less(rule.with_dependents());
    let mut lost: BTreeMap<Goal, (Scene, Way)> = BTreeMap::new();
    for (confirmed, anyway) in anyway {
        for ((goal, scene), way) in search(rules, *confirmed, DEPTH).broken {
            let longer = lost.get(&goal).is_none_or(|(_, it)| it.moves.len() > way.moves.len());
            if longer && !anyway.broken.contains_key(&(goal, scene)) {
                lost.insert(goal, (scene, way));
            }
        }
    }
    lost
}

/// What is found with every rule in force, by each reading of lockdown.
#[must_use]
pub fn anyway() -> BTreeMap<Confirmed, Found> {
    [Confirmed::Oldest, Confirmed::Anchored]
        .into_iter()
        .map(|confirmed| (confirmed, search(RuleSet::all(), confirmed, DEPTH)))
        .collect()
}
