//! `conclave explore --scenario sigchain`: what a server can make a client believe of a user's devices.

use std::{
    io::{self, Write},
    time::Instant,
};

use conclave_model::sigchain::{
    Confirmed,
    search::{DEPTH, Found, Goal, Scene, Way, search},
};
use conclave_spec::{Rule, RuleSet};
use console::style;

use super::{Exit, wrapped};

/// The scenario's name.
pub const SCENARIO: &str = "sigchain";

/// What to look at.
#[derive(Debug)]
pub struct Options {
    /// One reading of lockdown, or both.
    pub reading: Option<String>,
    /// Without this rule and those that need it.
    pub without: Option<String>,
}

const READINGS: [(Confirmed, &str, &str); 2] = [
    (
        Confirmed::Oldest,
        "oldest",
        "In lockdown the devices of the oldest class that has an active device are confirmed.",
    ),
    (
        Confirmed::Anchored,
        "anchored",
        "In lockdown the devices of the class that began it are confirmed, and then nobody.",
    ),
];

/// Looks and prints: exit 0 where every goal holds, 1 with a way to break one.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    let rule = match options.without.as_ref().map(|id| (id, Rule::by_id(id))) {
        Some((id, None)) => {
            let known: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
            return crate::commands::no_such("rule", id, &known);
        }
        found => found.and_then(|(_, rule)| rule),
    };
    let asked = |id: &str| options.reading.as_ref().is_none_or(|it| it == id);
    let readings: Vec<_> = READINGS.into_iter().filter(|(_, id, _)| asked(id)).collect();
    if readings.is_empty() {
        let wanted = options.reading.as_deref().unwrap_or_default();
        return crate::commands::no_such("reading of lockdown", wanted, &READINGS.map(|it| it.1));
    }
    let rules = RuleSet::all().less(rule.map_or(RuleSet::EMPTY, Rule::with_dependents));
    let mut exit = Exit::Conformant;
    for (confirmed, id, text) in readings {
        let started = Instant::now();
        let found = search(rules, confirmed, DEPTH);
        if !found.broken.is_empty() {
            exit = Exit::Nonconformant;
        }
        let seconds = started.elapsed().as_secs_f64();
        if let Err(error) = tell(&found, (id, text), seconds, out) {
            return crate::commands::written(Err(error), exit);
        }
    }
    exit
}

fn tell(
    found: &Found,
    (id, text): (&str, &str),
    seconds: f64,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "\n{}", style(format!("sigchains, {id}")).bold())?;
    writeln!(out, "{}", wrapped(text))?;
    let counted = format!(
        "{} chains taken of {} links offered: behind every prefix of {} honest histories up to {DEPTH} \
         links of a menu, {seconds:.1} s",
        found.chains,
        found.offered,
        Scene::ALL.len()
    );
    writeln!(out, "{}", wrapped(&counted))?;
    for goal in Goal::ALL {
        let ways = found.broken.iter().filter(|((broken, _), _)| *broken == goal);
        let verdict = match ways.map(|(_, way)| way.moves.len()).min() {
            None => style("holds".to_owned()).green(),
            Some(least) => style(format!("broken by {}", links(least))).red().bold(),
        };
        writeln!(out, "    {:<16} {verdict}", goal.id())?;
    }
    found.broken.iter().try_for_each(|((goal, scene), way)| told(*goal, *scene, way, out))
}

fn links(count: usize) -> String {
    format!("{count} link{}", if count == 1 { "" } else { "s" })
}

/// A shortest way to break a goal.
fn told(goal: Goal, scene: Scene, way: &Way, out: &mut dyn Write) -> io::Result<()> {
    let about = format!("{}: {} ({})", goal.id(), goal.text(), goal.source());
    writeln!(out, "\n{}\nthe shortest way to break it:\n", wrapped(&about))?;
    writeln!(out, "      the first {} of: {}", links(way.honest), scene.text())?;
    for words in &way.moves {
        writeln!(out, "      {words}")?;
    }
    Ok(())
}
