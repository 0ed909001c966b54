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

/// Why a pair of a power and a goal would say nothing, and which pairs that is about.
type Moot = (&'static str, fn(Power, Goal) -> bool);

/// Pairs that no slice need have.
const MOOT: [Moot; 7] = [
    ("SERVED is about an honest server, who has no power but to name leaders.", |power, goal| {
        goal == Goal::Served && power != Power::Appoint
    }),
    ("LIVE-SCALE is about a client's own timer, and no power reaches it.", |_, goal| {
        goal == Goal::LiveScale
    }),
    ("FS is CONF where devices are opened: without that power it is CONF.", |power, goal| {
        goal == Goal::ForwardSecrecy && power != Power::Open
    }),
    (
        "Opened devices have left: nothing changes for who stays, and keys are for FS.",
        |power, _| power == Power::Open,
    ),
    ("Quantum is for PQ, whose recorder does nothing else; no other goal is meant for him.", {
        |power, goal| (power == Power::Quantum) != (goal == Goal::PostQuantum)
    }),
    ("So is breaking Kyber for HYBRID.", |power, goal| {
        (power == Power::BreakKyber) != (goal == Goal::Hybrid)
    }),
    ("BACKWARD-15 is BACKWARD with another number.", |_, goal| goal == Goal::BackwardLoose),
];

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
    heading("powers", slices.len(), out)?;
    for power in Power::all() {
        row(&power.to_string(), &slices, |slice| slice.can(power), out)?;
    }
    heading("goals", slices.len(), out)?;
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
    writeln!(out, "\n{} of {all} pairs of a power and a goal are in no slice.", empty.len())?;
    let before = empty.len();
    empty.retain(|(power, goal)| !MOOT.iter().any(|(_, moot)| moot(*power, *goal)));
    writeln!(out, "Of these {} would say nothing:", before - empty.len())?;
    for (why, _) in MOOT {
        writeln!(out, "{}", super::wrapped(&format!("  {why}")))?;
    }
    writeln!(out, "The other {}:", empty.len())?;
    for power in Power::all() {
        let goals = empty.iter().filter(|(other, _)| *other == power).map(|(_, goal)| goal.id());
        let goals: Vec<_> = goals.collect();
        if !goals.is_empty() {
            writeln!(out, "{}", super::wrapped(&format!("  {power}: {}", goals.join(", "))))?;
        }
    }
    Ok(())
}

/// The numbers of the slices, one digit below the other: two columns for each.
fn heading(name: &str, slices: usize, out: &mut dyn Write) -> io::Result<()> {
    let digits = |digit: &dyn Fn(usize) -> String| (1..=slices).map(digit).collect::<String>();
    let tens = digits(&|at| if at < 10 { "  ".to_owned() } else { format!(" {}", at / 10) });
    let ones = digits(&|at| format!(" {}", at % 10));
    writeln!(out, "\n{}", style(format!("{:<14}{tens}", "")).bold())?;
    writeln!(out, "{}", style(format!("{name:<14}{ones}")).bold())
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
        slices.iter().map(|slice| if covers(slice) { " x" } else { " ." }).collect();
    let uncovered = if slices.iter().any(covers) { "" } else { " none" };
    writeln!(out, "{name:<14}{}{uncovered}", cells.concat())
}
