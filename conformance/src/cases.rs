//! The cases, as scripts with what must become of each step.
//!
//! A case says by hand what is right; [`crate::record`] plays it with the reference and notes the
//! bytes, and fails where the reference does anything else.

use std::collections::BTreeMap;

use conclave_model::script::Script;
use conclave_spec::{Profile, Rule};

use crate::case::{Pair, Side};

mod breakout;
mod device;
mod election;
mod formulas;
mod heartbeat;
mod liveness;
mod lock;
mod media;
mod membership;
#[cfg(test)]
mod pairs;
mod raw;
mod rotation;
pub(crate) mod scene;
mod whole;

pub use formulas::{FormulaDraft, formula_drafts, mixtures};

/// A case before it is recorded.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The name within its area.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// The area.
    pub area: &'static str,
    /// The party the client under test plays.
    pub plays: String,
    /// The rules it tests.
    pub rules: Vec<Rule>,
    /// Its places in decisive pairs; the twin is a name in the same area.
    pub pairs: Vec<Pair>,
    /// The policies it depends on.
    pub policies: BTreeMap<String, String>,
    /// What happens.
    pub script: Script,
}

impl Draft {
    fn new(name: &str, title: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            area: "",
            plays: String::new(),
            rules: Vec::new(),
            pairs: Vec::new(),
            policies: BTreeMap::new(),
            script: Script { cast: Vec::new(), steps: Vec::new() },
        }
    }

    fn plays(self, party: &str) -> Self {
        Self { plays: party.to_owned(), ..self }
    }

    /// Puts it on one side of a pair.
    fn side(mut self, rule: Rule, side: Side, twin: &str, differs_in: &str) -> Self {
        self.pairs.push(pair(rule, side, twin, differs_in));
        self
    }

    fn tests(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    fn policy(mut self, key: &str, value: &str) -> Self {
        self.policies.insert(key.to_owned(), value.to_owned());
        self
    }
}

/// Cases being collected for one profile.
#[derive(Debug)]
pub(crate) struct Drafts {
    profile: Profile,
    area: &'static str,
    list: Vec<Draft>,
}

impl Drafts {
    /// A case that is in no pair.
    fn alone(&mut self, draft: Draft, scene: scene::Scene) {
        self.push(draft, scene);
    }

    /// The common case of several pairs: rule, name of the decisive case, what differs.
    fn common(&mut self, mut draft: Draft, scene: scene::Scene, pairs: &[(Rule, &str, &str)]) {
        for (rule, twin, differs_in) in pairs {
            if self.profile.rules.contains(*rule) {
                draft.pairs.push(pair(*rule, Side::Common, twin, differs_in));
            }
        }
        self.push(draft, scene);
    }

    /// The decisive case of a pair whose common case was given before.
    fn decisive(&mut self, rule: Rule, draft: Draft, scene: scene::Scene) {
        self.decisive_for(&[rule], draft, scene);
    }

    fn decisive_for(&mut self, rules: &[Rule], mut draft: Draft, scene: scene::Scene) {
        for rule in rules {
            let twin = self.list.iter().find_map(|other| {
                let pair = other.pairs.iter().find(|pair| pair.rule == *rule)?;
                (pair.side == Side::Common && pair.twin == draft.name)
                    .then(|| (other.name.clone(), pair.differs_in.clone()))
            });
            if let Some((twin, differs_in)) = twin {
                draft.pairs.push(pair(*rule, Side::Decisive, &twin, &differs_in));
            }
            draft.rules.push(*rule);
        }
        self.push(draft, scene);
    }

    fn push(&mut self, mut draft: Draft, scene: scene::Scene) {
        draft.script = scene.script();
        if draft.area.is_empty() {
            draft.area = self.area;
        }
        for pair in &draft.pairs {
            if !draft.rules.contains(&pair.rule) {
                draft.rules.push(pair.rule);
            }
        }
        draft.rules.retain(|rule| self.profile.rules.contains(*rule));
        if !draft.rules.is_empty() {
            self.list.push(draft);
        }
    }
}

fn pair(rule: Rule, side: Side, twin: &str, differs_in: &str) -> Pair {
    Pair { rule, side, twin: twin.to_owned(), differs_in: differs_in.to_owned() }
}

/// The cases of a profile, in a fixed order.
#[must_use]
pub fn drafts(profile: &Profile) -> Vec<Draft> {
    let mut drafts = Drafts { profile: profile.clone(), area: "device", list: Vec::new() };
    device::drafts(&mut drafts);
    drafts.area = "rotation";
    rotation::drafts(&mut drafts);
    drafts.area = "liveness";
    liveness::drafts(&mut drafts);
    drafts.area = "election";
    election::drafts(&mut drafts);
    whole::drafts(&mut drafts);
    drafts.area = "lock";
    lock::drafts(&mut drafts);
    drafts.area = "membership";
    membership::drafts(&mut drafts);
    drafts.area = "heartbeat";
    heartbeat::drafts(&mut drafts);
    drafts.area = "media";
    media::drafts(&mut drafts);
    drafts.area = "breakout";
    breakout::drafts(&mut drafts);
    drafts.list
}
