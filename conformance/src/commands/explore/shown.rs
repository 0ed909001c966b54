//! A counterexample for people, and as a file.

use std::io::{self, Write};

use conclave_model::{
    explore::{Counterexample, powers_needed, replay_on_bytes},
    ladder::ladder,
    properties::Goal,
    script::Act,
    world::{LEADER, SPY, Slice},
};
use conclave_spec::{Profile, Rule};

use super::Options;
use crate::attack::{Attack, SCHEMA};

/// A counterexample and where it was found.
pub(super) struct Found<'a> {
    pub(super) goal: Goal,
    pub(super) counterexample: &'a Counterexample,
    pub(super) slice: &'a Slice,
    pub(super) without: Option<Rule>,
}

impl Found<'_> {
    /// The counterexample as an adapter script.
    pub(super) fn attack(&self, profile: &str) -> Attack {
        Attack {
            schema: SCHEMA.to_owned(),
            goal: self.goal.id().to_owned(),
            found_under: profile.to_owned(),
            without: self.without,
            spy: SPY.to_owned(),
            plays: self.deceived(),
            script: self.counterexample.script.clone(),
        }
    }

    /// The honest party to whom the last thing happens.
    fn deceived(&self) -> String {
        let steps = self.counterexample.script.steps.iter().rev();
        let mut told = steps.filter(|step| {
            !matches!(step.act, Act::Advance { .. } | Act::Join { .. })
                && self.slice.honest.contains(&step.party.as_str())
        });
        told.next().map_or_else(|| LEADER.to_owned(), |step| step.party.clone())
    }
}

/// Draws a counterexample, plays it over real cryptography, and says how to see it again.
pub(super) fn show(
    options: &Options,
    profile: &Profile,
    found: &Found<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Found { goal, counterexample, slice, .. } = found;
    let statement = format!("{}: {}", goal.id(), goal.statement());
    writeln!(out, "\n{}", super::wrapped(&statement))?;
    writeln!(
        out,
        "the shortest way to break it ({} moves, found after {} states):\n",
        counterexample.moves.len(),
        counterexample.after_states
    )?;
    match ladder(&counterexample.script, profile) {
        Ok(diagram) => writeln!(out, "{diagram}")?,
        Err(error) => writeln!(out, "  no diagram: {error}")?,
    }
    writeln!(out, "{}", super::wrapped(&needs(profile, found)))?;
    let goal_id = goal.id();
    match replay_on_bytes(&counterexample.script, profile, *goal, SPY) {
        Ok(played) if played.violated => {
            writeln!(out, "the same script over real cryptography: {goal_id} is broken there too")?;
        }
        Ok(_) => writeln!(
            out,
            "the same script over real cryptography does NOT break {goal_id}: a finding about the \
             model"
        )?,
        Err(error) => writeln!(out, "the script does not play over real cryptography: {error}")?,
    }
    writeln!(out, "again: {}", again(options, slice.name, *goal))
}

/// The powers of the insider without which it does not go.
fn needs(profile: &Profile, found: &Found<'_>) -> String {
    let Found { goal, counterexample, slice, .. } = found;
    match powers_needed(profile, slice, *goal, &counterexample.moves) {
        Ok(powers) if powers.is_empty() => "it needs no power of the insider".to_owned(),
        Ok(powers) => {
            let powers: Vec<_> = powers.iter().map(ToString::to_string).collect();
            format!("it needs these powers of the insider: {}", powers.join(", "))
        }
        Err(error) => format!("what powers it needs cannot be said: {error}"),
    }
}

/// The command that shows it again.
pub(super) fn again(options: &Options, slice: &str, goal: Goal) -> String {
    let mut command = format!("conclave explore --profile {}", options.profile);
    for (name, value) in [("without", &options.without), ("reading", &options.reading)] {
        if let Some(value) = value {
            command.push_str(&format!(" --{name} {value}"));
        }
    }
    command.push_str(&format!(" --slice {slice} --goal {}", goal.id()));
    for budget in &options.budgets {
        command.push_str(&format!(" --budget {budget}"));
    }
    if let Some(paths) = options.random {
        command.push_str(&format!(" --random {paths} --seed {}", options.seed));
    }
    command
}
