//! `conclave explore --scenario certificates` and its likes: what somebody who serves everything can put
//! together out of what there is.

use std::{
    io::{self, Write},
    time::Instant,
};

use conclave_spec::Rule;
use console::style;

use super::{Exit, wrapped};
use crate::{
    cases::mixtures::{DEPTH, Found, Goal, NAMES, Scenario, Way, by_name},
    compute,
};

/// The names of the scenarios.
pub const SCENARIOS: &[&str] = &NAMES;

/// What to look at.
#[derive(Debug)]
pub struct Options {
    /// The scenario.
    pub scenario: String,
    /// Without this rule and those that need it.
    pub without: Option<String>,
}

/// Looks and prints: exit 0 where every goal holds, 1 with a way to break one.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    let rule = match options.without.as_ref().map(|id| (id, Rule::by_id(id))) {
        Some((id, None)) => {
            let known: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
            return crate::commands::no_such("rule", id, &known);
        }
        found => found.and_then(|(_, rule)| rule),
    };
    let rules =
        rule.map_or_else(compute::rules, |rule| compute::rules().less(rule.with_dependents()));
    let Some(scenario) = by_name(rules, &options.scenario) else {
        return crate::commands::no_such("scenario", &options.scenario, SCENARIOS);
    };
    let started = Instant::now();
    let found = scenario.search(rules, DEPTH);
    let exit = if found.broken.is_empty() { Exit::Conformant } else { Exit::Nonconformant };
    let told = tell(&scenario, rule, &found, started.elapsed().as_secs_f64(), out);
    crate::commands::written(told, exit)
}

fn tell(
    scenario: &Scenario,
    rule: Option<Rule>,
    found: &Found,
    seconds: f64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let without = rule.map_or(String::new(), |rule| format!(" without {}", rule.id()));
    writeln!(out, "\n{}", style(format!("{}{without}", scenario.name)).bold())?;
    writeln!(out, "{}", wrapped(scenario.about))?;
    let (stories, clients, parts) = scenario.size();
    let counted = format!(
        "{} of {} mixtures taken: {clients} clients served {stories} stories, in which at most {DEPTH} \
         parts of {parts} are of elsewhere, {seconds:.1} s",
        found.taken, found.served
    );
    writeln!(out, "{}", wrapped(&counted))?;
    for goal in &scenario.goals {
        let verdict = match found.broken.get(goal.id) {
            None => style("holds".to_owned()).green(),
            Some(way) => {
                let words = match way.moves.len() {
                    0 => "broken by a story as it is".to_owned(),
                    1 => "broken by 1 part".to_owned(),
                    count => format!("broken by {count} parts"),
                };
                style(words).red().bold()
            }
        };
        writeln!(out, "    {:<16} {verdict}", goal.id)?;
    }
    let broken = scenario.goals.iter().filter_map(|goal| Some((goal, found.broken.get(goal.id)?)));
    broken.into_iter().try_for_each(|(goal, way)| told(goal, way, out))
}

/// A shortest way to break a goal.
fn told(goal: &Goal, way: &Way, out: &mut dyn Write) -> io::Result<()> {
    let about = format!("{}: {} ({})", goal.id, goal.text, goal.source);
    writeln!(out, "\n{}\nthe shortest way to break it:\n", wrapped(&about))?;
    write_way(way, out)
}

/// A mixture, line by line.
pub(crate) fn write_way(way: &Way, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "      the client of: {}", way.client)?;
    writeln!(out, "      is served: {}", way.story)?;
    way.moves.iter().try_for_each(|words| writeln!(out, "      but {words}"))
}
