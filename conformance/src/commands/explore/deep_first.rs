//! A slice walked to its end with little memory: what holds and what does not, and no ways there.

use std::{
    io::{self, Write},
    time::Instant,
};

use conclave_model::{
    explore::{Exhausted, Outcome, exhaust},
    world::{Rig, Slice},
};
use conclave_spec::Profile;
use console::style;

use super::{Exit, Options, shown::again, spinner, wrapped};
use crate::cores;

/// Walks it and prints what was found.
pub(super) fn run(
    options: &Options,
    profile: &Profile,
    slice: &Slice,
    out: &mut dyn Write,
) -> Exit {
    let _ = writeln!(out, "\n{}", wrapped(&slice.to_string()));
    let (started, bar) = (Instant::now(), spinner());
    let found = exhaust(&Rig::new(profile, slice), cores::count(), &|states| {
        let rate = states as f64 / started.elapsed().as_secs_f64().max(0.001);
        bar.set_message(format!("{states} states, {rate:.0} per second, deep first"));
        bar.tick();
    });
    bar.finish_and_clear();
    match found {
        Ok(found) => {
            let told = tell(options, slice, &found, started.elapsed().as_secs_f64(), out);
            crate::commands::written(told, verdict_of(options, slice, &found))
        }
        Err(error) => Exit::harness(&error.to_string()),
    }
}

/// As for a search that goes breadth first.
fn verdict_of(options: &Options, slice: &Slice, found: &Exhausted) -> Exit {
    let outcomes = || slice.goals.iter().map(|goal| (goal, found.outcome(*goal)));
    if outcomes().any(|(goal, outcome)| outcome == Outcome::Broken && goal.is_promised()) {
        return Exit::Nonconformant;
    }
    if outcomes().any(|(_, outcome)| outcome == Outcome::Vacuous) && options.without.is_none() {
        return Exit::harness("a goal was not put to the test: its premise is never reached");
    }
    Exit::Conformant
}

fn tell(
    options: &Options,
    slice: &Slice,
    found: &Exhausted,
    seconds: f64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Exhausted { distinct_states: states, transitions, .. } = found;
    let rate = *states as f64 / seconds.max(0.001);
    writeln!(
        out,
        "  {states} distinct states, {transitions} moves, the end of the slice, {seconds:.1} s \
         ({rate:.0} per second)"
    )?;
    for goal in &slice.goals {
        let text = match found.outcome(*goal) {
            Outcome::Holds => style("holds").green(),
            Outcome::Broken if !goal.is_promised() => style("broken, as the paper admits").yellow(),
            Outcome::Broken => style("broken").red().bold(),
            Outcome::Vacuous => style("vacuous").yellow(),
        };
        writeln!(out, "    {:<13} {text}", goal.id())?;
    }
    for goal in slice.goals.iter().filter(|goal| found.broken.contains(goal)) {
        writeln!(out, "a shortest way to break it: {}", again(options, slice.name, *goal))?;
    }
    Ok(())
}
