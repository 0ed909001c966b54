//! What the rules are worth that mixtures of served parts are about: certificates, attestations, the tree.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use conclave_spec::{Rule, profiles::FORMULA_ONLY};
use console::style;

use super::chains::is_of_chains;
use crate::{
    cases::mixtures::{DEPTH, Found, Scenario, Way, all},
    commands::{explore::mixtures::write_way, tables::wrapped},
    compute,
};

/// Why no mixture shows what a rule is worth.
const WHY: &[(&[Rule], &str)] = &[
    (
        &[Rule::OlderStale],
        "what it keeps from others who look the chain up is of another formula than the owner's",
    ),
    (
        &[Rule::EntryInEpoch],
        "an entry of a later epoch is in no earlier tree: KTR-14 stands in, but for a tree that is made for it",
    ),
    (
        &[Rule::AttestedOnChains, Rule::NothingChangedSince],
        "in what is mixed each stands in for the other",
    ),
    (&[Rule::ForkShown], "it is what an accuser shows, not what a server serves"),
    (
        &[
            Rule::SharingTokenVerifies,
            Rule::SharingNamesAddress,
            Rule::SharingTokenLives,
            Rule::SharingNamesTime,
        ],
        "it is about what the server gives out, which no client is served",
    ),
];

/// What there is to compare with: each scenario with what is found with every rule.
pub(super) struct Bench(Vec<(Scenario, Found)>);

impl Bench {
    pub(super) fn new() -> Self {
        let rules = compute::rules();
        Self(
            all(rules)
                .into_iter()
                .map(|it| (it.search(rules, DEPTH), it))
                .map(|(found, it)| (it, found))
                .collect(),
        )
    }

    /// Whether mixtures are about the rule.
    fn covers(&self, rule: Rule) -> bool {
        self.0.iter().any(|(scenario, anyway)| scenario.covers(rule, anyway))
    }

    /// The goals that fall without a rule, each with the scenario and a shortest way.
    fn worth(&self, rule: Rule) -> BTreeMap<&'static str, (&Scenario, Way)> {
        let covering = self.0.iter().filter(|(scenario, anyway)| scenario.covers(rule, anyway));
        let lost = covering.flat_map(|(scenario, anyway)| {
            let lost = scenario.worth(rule, anyway, DEPTH).into_iter();
            lost.map(move |(goal, way)| (goal, (scenario, way)))
        });
        lost.collect()
    }

    /// What every such rule is worth.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (mut shown, mut all) = (0, 0);
        for rule in FORMULA_ONLY.iter().filter(|rule| !is_of_chains(**rule)) {
            let worth = self.worth(*rule);
            all += usize::from(self.covers(*rule));
            shown += usize::from(!worth.is_empty());
            match worth.into_iter().min_by_key(|(_, (_, way))| way.moves.len()) {
                Some((goal, (scenario, way))) => {
                    let goal = style(format!("{goal:<14}")).red();
                    let parts = way.moves.len();
                    writeln!(out, "  {}  {goal} parts: {parts}  {}", rule.id(), scenario.name)?;
                }
                None => writeln!(out, "  {}  {}", rule.id(), why(*rule))?,
            }
        }
        let names: Vec<_> = self.0.iter().map(|(scenario, _)| scenario.name).collect();
        let words = format!(
            "of {} rules that are about what is served beside meetings, {shown} stop something that can be \
             put together of what there is, at most {DEPTH} parts of a story being of elsewhere (`conclave \
             explore --scenario NAME --without RULE`, NAME one of {})",
            all,
            names.join(", ")
        );
        writeln!(out, "\n{}", wrapped(&words, 0, 100))
    }

    /// What one is worth, with the way.
    pub(super) fn one(&self, rule: Rule, out: &mut dyn Write) -> io::Result<()> {
        let worth = self.worth(rule);
        if worth.is_empty() {
            return writeln!(out, "{}", why(rule));
        }
        for (goal, (scenario, way)) in worth {
            let text = scenario.goals.iter().find(|it| it.id == goal).map_or("", |it| it.text);
            writeln!(out, "\n{} {text}", style(goal).red().bold())?;
            write_way(&way, out)?;
        }
        Ok(())
    }
}

fn why(rule: Rule) -> &'static str {
    let found = WHY.iter().find(|(rules, _)| rules.contains(&rule));
    found.map_or("no mixture reaches it: byte vectors alone show it", |(_, why)| why)
}
