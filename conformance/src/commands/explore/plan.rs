//! What the slices cover.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use conclave_model::{
    properties::Goal,
    world::{Power, Slice},
};
use console::style;

/// Prints the slices, then powers by slice and goals by slice, and what no slice covers.
pub(super) fn plan(out: &mut dyn Write) -> io::Result<()> {
    let slices = Slice::all();
    let quick: BTreeSet<_> = Slice::quick().iter().map(|slice| slice.name).collect();
    writeln!(out, "{}", style("slices").bold())?;
    for (at, slice) in slices.iter().enumerate() {
        let run = if quick.contains(slice.name) { "" } else { " (long run)" };
        writeln!(out, "  {:>2} {:<10} {}{run}", at + 1, slice.name, slice.about)?;
        writeln!(out, "                frozen: {}", words(&slice.frozen()))?;
    }
    let numbers: Vec<_> = (1..=slices.len()).map(|at| format!("{at:>3}")).collect();
    let numbers = numbers.concat();
    writeln!(out, "\n{}", style(format!("{:<14}{numbers}", "powers")).bold())?;
    for power in Power::all() {
        row(&power.to_string(), &slices, |slice| slice.can(power), out)?;
    }
    writeln!(out, "\n{}", style(format!("{:<14}{numbers}", "goals")).bold())?;
    for goal in Goal::ALL {
        row(goal.id(), &slices, |slice| slice.goals.contains(&goal), out)?;
    }
    let mut empty = Vec::new();
    for power in Power::all() {
        for goal in Goal::ALL {
            if !slices.iter().any(|slice| slice.can(power) && slice.goals.contains(&goal)) {
                empty.push((power, goal));
            }
        }
    }
    let all = Power::all().len() * Goal::ALL.len();
    writeln!(out, "\n{} of {all} pairs of a power and a goal are in no slice:", empty.len())?;
    for power in Power::all() {
        let goals = empty.iter().filter(|(other, _)| *other == power).map(|(_, goal)| goal.id());
        let goals: Vec<_> = goals.collect();
        if !goals.is_empty() {
            writeln!(out, "{}", super::wrapped(&format!("  {power}: {}", goals.join(", "))))?;
        }
    }
    Ok(())
}

fn words(areas: &[&str]) -> String {
    if areas.is_empty() { "nothing".to_owned() } else { areas.join(", ") }
}

fn row(
    name: &str,
    slices: &[Slice],
    covers: impl Fn(&Slice) -> bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let cells: Vec<_> =
        slices.iter().map(|slice| if covers(slice) { "  x" } else { "  ." }).collect();
    let uncovered = if slices.iter().any(covers) { "" } else { " none" };
    writeln!(out, "{name:<14}{}{uncovered}", cells.concat())
}
