//! What somebody who serves everything can put together out of what there is, beside meetings.
//!
//! ```text
//! true stories ─────┐
//!                   ├── parts, by place ── for every client every mixture that differs ── compute ── Goal
//! strangers' makes ─┘                      from a story in at most so many places
//! ```
//!
//! A *story* is what a client is served at some time, cut into *parts*, each of which stands at a
//! *place*. True stories have a client of their own, which takes them. Strangers tell stories too, and
//! make single parts, with the keys they have. In a *mixture* some parts of a story are of other stories,
//! or strange ones. If a client takes it, every goal must hold: that says what is so in truth, not what
//! the formula looks at.

use std::collections::{BTreeMap, BTreeSet};

use conclave_spec::{Kind, Rule, RuleSet};

use super::Inputs;
use crate::{
    compute::{Refused, compute, rules},
    cores,
};

mod attestations;
mod certificates;
mod identities;
mod tree_states;
mod trees;

/// How many parts of a mixture are of elsewhere, at the most.
pub const DEPTH: usize = 2;

/// Whether inputs with the outputs that came of them are as they should be.
type Judge = Box<dyn Fn(&Inputs, &Inputs) -> bool + Sync>;

/// What should be so, whatever is served.
pub struct Goal {
    /// Its name.
    pub id: &'static str,
    /// What it says.
    pub text: &'static str,
    /// Where the paper says it.
    pub source: &'static str,
    holds: Judge,
}

/// What a client is served.
struct Story {
    words: &'static str,
    /// Whose story it is.
    client: Client,
    parts: BTreeMap<&'static str, Inputs>,
}

/// Who is served a story first of all, by what is the client's own.
enum Client {
    /// Somebody who takes it, as it is true.
    Told(Inputs),
    /// Somebody whose own inputs are a liar's already, such as the state of a tree.
    Misled(Inputs),
    /// Nobody in particular.
    None,
}

impl Client {
    fn told(own: Option<Inputs>) -> Self {
        own.map_or(Self::None, Self::Told)
    }

    const fn own(&self) -> Option<&Inputs> {
        match self {
            Self::Told(own) | Self::Misled(own) => Some(own),
            Self::None => None,
        }
    }
}

/// Something else for a place.
struct Part {
    words: String,
    inputs: Inputs,
}

/// What there is to be mixed.
pub struct Scenario {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// What is to hold.
    pub goals: Vec<Goal>,
    /// The rules it is about that refuse nothing: they say what is signed, or shown.
    said: &'static [Rule],
    formula: &'static str,
    stories: Vec<Story>,
    /// For each place what could stand there.
    parts: BTreeMap<&'static str, Vec<Part>>,
    /// Makes inputs of parts that stand beside each other.
    whole: fn(&Inputs) -> Inputs,
}

/// Parts at places, by their numbers.
type Moves = Vec<(&'static str, usize)>;

/// The number of the story whose client it is, that of the story it is served, and what is of elsewhere.
type Mixture = (usize, usize, Moves);

/// A mixture in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The true story of the client.
    pub client: &'static str,
    /// What it is served.
    pub story: &'static str,
    /// What is of elsewhere, each with its place.
    pub moves: Vec<String>,
}

/// What there is in all mixtures.
#[derive(Debug, Default)]
pub struct Found {
    /// How many mixtures were served.
    pub served: usize,
    /// How many of them were taken.
    pub taken: usize,
    /// A shortest way to break each goal that does not hold.
    pub broken: BTreeMap<&'static str, Way>,
    /// What each rule refused.
    refused: BTreeMap<Rule, Vec<Mixture>>,
    /// The stories that were taken as they are, each by its own client.
    told: BTreeSet<usize>,
    /// How many mixtures do not fit the formula at all.
    unfit: usize,
}

/// A scenario by its name, made under these rules: a field that is missing in them is missing in all
/// that is signed.
#[must_use]
pub fn by_name(rules: RuleSet, name: &str) -> Option<Scenario> {
    all(rules).into_iter().find(|scenario| scenario.name == name)
}

/// The names of all scenarios.
pub const NAMES: [&str; 7] = [
    certificates::NAME,
    attestations::NAME,
    identities::NAME,
    trees::LOOKUPS,
    trees::HISTORIES,
    tree_states::COMMITMENTS,
    tree_states::GROWTH,
];

/// Every scenario, made under these rules.
#[must_use]
pub fn all(rules: RuleSet) -> Vec<Scenario> {
    vec![
        certificates::scenario(),
        attestations::scenario(rules),
        identities::scenario(rules),
        trees::lookups(),
        trees::histories(),
        tree_states::commitments(rules),
        tree_states::growth(),
    ]
}

/// What a mixture came to.
enum Outcome {
    Refused(Rule),
    Unfit,
    Taken(Inputs, Inputs),
}

impl Scenario {
    /// The stories, and what strangers make, by their places.
    fn new(
        (name, about): (&'static str, &'static str),
        formula: &'static str,
        stories: Vec<Story>,
        strange: Vec<(&'static str, String, Inputs)>,
    ) -> Self {
        let mut parts: BTreeMap<&'static str, Vec<Part>> = BTreeMap::new();
        let of_stories = stories.iter().flat_map(|story| {
            let words = format!("as in: {}", story.words);
            story.parts.iter().map(move |(place, inputs)| (*place, words.clone(), inputs.clone()))
        });
        for (place, words, inputs) in of_stories.chain(strange) {
            let there = parts.entry(place).or_default();
            if there.iter().all(|part| part.inputs != inputs) {
                there.push(Part { words, inputs });
            }
        }
        Self {
            name,
            about,
            goals: Vec::new(),
            said: &[],
            formula,
            stories,
            parts,
            whole: Inputs::clone,
        }
    }

    fn with_goal(
        mut self,
        (id, text, source): (&'static str, &'static str, &'static str),
        holds: impl Fn(&Inputs, &Inputs) -> bool + Sync + 'static,
    ) -> Self {
        self.goals.push(Goal { id, text, source, holds: Box::new(holds) });
        self
    }

    /// How many stories there are, how many clients, and how many parts for all places together.
    #[must_use]
    pub fn size(&self) -> (usize, usize, usize) {
        let parts = self.parts.values().map(Vec::len).sum();
        (self.stories.len(), self.clients().count(), parts)
    }

    /// The numbers of the stories that have a client, of several alike the first.
    fn clients(&self) -> impl Iterator<Item = usize> {
        let own = |at: usize| self.stories.get(at).and_then(|story| story.client.own());
        let is_first =
            move |at: &usize| own(*at).is_some() && (0..*at).all(|it| own(it) != own(*at));
        (0..self.stories.len()).filter(is_first)
    }

    /// Serves every mixture in which at most so many parts are of elsewhere.
    #[must_use]
    pub fn search(&self, rules: RuleSet, depth: usize) -> Found {
        let mut found = Found::default();
        for moved in 0..=depth {
            let told = (0..self.stories.len()).flat_map(|story| {
                self.choices(story, moved).into_iter().map(move |moves| (story, moves))
            });
            let jobs = told.flat_map(|(story, moves)| {
                self.clients().map(move |client| (client, story, moves.clone()))
            });
            self.judge(rules, jobs.collect(), &mut found);
        }
        found
    }

    /// Whether it is about a rule. `anyway` is what is found with every rule.
    #[must_use]
    pub fn covers(&self, rule: Rule, anyway: &Found) -> bool {
        self.said.contains(&rule) || anyway.refused.contains_key(&rule)
    }

    /// What a rule is worth: the goals that fall without it. `anyway` is what is found with every rule.
    #[must_use]
    pub fn worth(&self, rule: Rule, anyway: &Found, depth: usize) -> BTreeMap<&'static str, Way> {
        let without = rule.with_dependents();
        let rules = rules().less(without);
        let guards = Rule::ALL.iter().filter(|it| without.contains(**it));
        let found = if guards.clone().all(|it| it.kind() == Kind::Guard) {
            // Nothing else is signed, and what another rule refuses, it still refuses.
            let mut found = Found::default();
            let refused = guards.flat_map(|it| anyway.refused.get(it)).flatten().cloned();
            let mut jobs: Vec<_> = refused.collect();
            jobs.sort_by_key(|(_, _, moves)| moves.len());
            self.judge(rules, jobs, &mut found);
            found
        } else {
            by_name(rules, self.name).map_or_else(Found::default, |it| it.search(rules, depth))
        };
        let lost = found.broken.into_iter().filter(|(goal, _)| !anyway.broken.contains_key(goal));
        lost.collect()
    }

    /// Every choice of so many places and of what stands there, other than what is true.
    fn choices(&self, story: usize, count: usize) -> Vec<Moves> {
        let told = self.stories.get(story).map(|it| &it.parts);
        let mut list: Vec<Moves> = vec![Vec::new()];
        for _ in 0..count {
            let mut longer = Vec::new();
            for moves in &list {
                let last = moves.last().map(|(place, _)| *place);
                for (place, parts) in self.parts.iter().filter(|(place, _)| last < Some(**place)) {
                    let own = told.and_then(|told| told.get(place));
                    let others = parts.iter().enumerate().filter(|(_, it)| Some(&it.inputs) != own);
                    longer.extend(others.map(|(at, _)| {
                        moves.iter().copied().chain([(*place, at)]).collect::<Moves>()
                    }));
                }
            }
            list = longer;
        }
        list
    }

    fn judge(&self, rules: RuleSet, jobs: Vec<Mixture>, found: &mut Found) {
        let outcome = |mixture: &Mixture| Ok::<_, Refused>(self.outcome(rules, mixture));
        let outcomes = cores::map(&jobs, outcome).unwrap_or_default();
        for (mixture, outcome) in jobs.into_iter().zip(outcomes) {
            found.served += 1;
            match outcome {
                Outcome::Refused(rule) => found.refused.entry(rule).or_default().push(mixture),
                Outcome::Unfit => found.unfit += 1,
                Outcome::Taken(inputs, outputs) => {
                    found.taken += 1;
                    if mixture.2.is_empty() && self.is_own(mixture.0, mixture.1) {
                        found.told.insert(mixture.1);
                    }
                    for goal in self.goals.iter().filter(|it| !(it.holds)(&inputs, &outputs)) {
                        found.broken.entry(goal.id).or_insert_with(|| self.way(&mixture));
                    }
                }
            }
        }
    }

    /// Whether a client is that of a story, or like it.
    fn is_own(&self, client: usize, story: usize) -> bool {
        let own = |at: usize| self.stories.get(at).and_then(|it| it.client.own());
        own(client) == own(story)
    }

    fn outcome(&self, rules: RuleSet, (client, story, moves): &Mixture) -> Outcome {
        let own = self.stories.get(*client).and_then(|it| it.client.own().cloned());
        let (Some(mut inputs), Some(story)) = (own, self.stories.get(*story)) else {
            return Outcome::Unfit;
        };
        let moved: BTreeSet<_> = moves.iter().map(|(place, _)| *place).collect();
        let kept = story.parts.iter().filter(|(place, _)| !moved.contains(*place));
        let others = moves.iter().filter_map(|(place, at)| self.parts.get(place)?.get(*at));
        inputs.extend(kept.flat_map(|(_, part)| part.clone()));
        inputs.extend(others.flat_map(|part| part.inputs.clone()));
        let inputs = (self.whole)(&inputs);
        match compute(rules, self.formula, &inputs) {
            Ok(outputs) => Outcome::Taken(inputs, outputs),
            Err(Refused::By(rule)) => Outcome::Refused(rule),
            Err(Refused::Inputs(_) | Refused::Unknown) => Outcome::Unfit,
        }
    }

    fn way(&self, (client, story, moves): &Mixture) -> Way {
        let words = |(place, at): &(&'static str, usize)| {
            let part = self.parts.get(place).and_then(|parts| parts.get(*at));
            format!("{place}: {}", part.map_or("", |part| &part.words))
        };
        let told = |at: &usize| self.stories.get(*at).map_or("", |it| it.words);
        Way { client: told(client), story: told(story), moves: moves.iter().map(words).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn true_stories_are_taken_and_every_goal_holds() {
        for scenario in all(rules()) {
            let found = scenario.search(rules(), 1);
            assert_eq!(found.broken, BTreeMap::new(), "{}", scenario.name);
            assert_eq!(found.unfit, 0, "{}", scenario.name);
            for (at, story) in scenario.stories.iter().enumerate() {
                let wanted = matches!(story.client, Client::Told(_));
                assert_eq!(found.told.contains(&at), wanted, "{}: {}", scenario.name, story.words);
            }
        }
    }

    /// The goals that fall without some rule, so many parts being of elsewhere.
    fn lost(scenario: &Scenario, depth: usize) -> BTreeSet<&'static str> {
        let anyway = scenario.search(rules(), depth);
        let covered = Rule::ALL.iter().filter(|rule| scenario.covers(**rule, &anyway));
        covered.flat_map(|rule| scenario.worth(*rule, &anyway, depth).into_keys()).collect()
    }

    #[test]
    fn every_goal_of_every_scenario_can_be_broken() {
        for scenario in all(rules()) {
            let goals: BTreeSet<_> = scenario.goals.iter().map(|goal| goal.id).collect();
            let shallow = lost(&scenario, 1);
            let lost = if shallow == goals { shallow } else { lost(&scenario, DEPTH) };
            assert_eq!(lost, goals, "{}", scenario.name);
        }
    }
}
