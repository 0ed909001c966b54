//! `conclave explore --scenario device-family`: every device family within a bound, by each reading.

use std::{
    io::{self, Write},
    time::Instant,
};

use conclave_model::family::{Bound, Found, Reading, Statement, Way, search};
use console::style;

use super::{Exit, wrapped};

/// The scenario's name.
pub const SCENARIO: &str = "device-family";

/// What to look at.
#[derive(Debug)]
pub struct Options {
    /// One reading, or all.
    pub reading: Option<String>,
    /// How far families go.
    pub bound: Bound,
}

/// Beyond this there are tens of millions of families, and each takes half a kilobyte.
const LARGEST: Bound = Bound { devices: 6, transitions: 9 };

/// Looks and prints: exit 0 where every statement holds, 1 with a way to break one.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    let Bound { devices, transitions } = options.bound;
    if devices > LARGEST.devices || transitions > LARGEST.transitions {
        let Bound { devices, transitions } = LARGEST;
        return Exit::usage(&format!(
            "at most {devices} devices and {transitions} transitions: there are too many families beyond"
        ));
    }
    let asked = |reading: &Reading| options.reading.as_ref().is_none_or(|it| it == reading.id());
    let readings: Vec<Reading> = Reading::ALL.into_iter().filter(asked).collect();
    if readings.is_empty() {
        let wanted = options.reading.as_deref().unwrap_or_default();
        let known = Reading::ALL.map(Reading::id);
        return crate::commands::no_such("reading of device families", wanted, &known);
    }
    let mut exit = Exit::Conformant;
    for reading in readings {
        let started = Instant::now();
        let found = search(reading, options.bound);
        if !found.broken.is_empty() {
            exit = Exit::Nonconformant;
        }
        if let Err(error) = tell(&found, started.elapsed().as_secs_f64(), out) {
            return crate::commands::written(Err(error), exit);
        }
    }
    exit
}

fn tell(found: &Found, seconds: f64, out: &mut dyn Write) -> io::Result<()> {
    let Found { reading, bound: Bound { devices, transitions: most }, transitions, .. } = found;
    writeln!(out, "\n{}", style(format!("device families, {}", reading.id())).bold())?;
    writeln!(out, "{}", wrapped(reading.text()))?;
    writeln!(
        out,
        "  {} families of at most {devices} devices after at most {most} transitions, {transitions} \
         transitions, {seconds:.1} s",
        found.count()
    )?;
    let by_depth: Vec<_> = found.families.iter().map(ToString::to_string).collect();
    writeln!(out, "{}", wrapped(&format!("by transitions: {}", by_depth.join(" "))))?;
    for statement in Statement::ALL {
        let verdict = match found.broken.get(&statement) {
            None => style("holds".to_owned()).green(),
            Some(way) => style(format!("broken after {} transitions", way.len())).red().bold(),
        };
        writeln!(out, "    {:<16} {verdict}", statement.id())?;
    }
    found.broken.iter().try_for_each(|(statement, way)| told(*statement, way, out))
}

/// A shortest way to break a statement.
fn told(statement: Statement, way: &Way, out: &mut dyn Write) -> io::Result<()> {
    let about = format!("{}: {} ({})", statement.id(), statement.text(), statement.source());
    writeln!(out, "\n{}\nthe shortest way to break it:\n", wrapped(&about))?;
    for (at, (transition, family)) in way.iter().enumerate() {
        writeln!(out, "  {:>2}  {transition}", at + 1)?;
        writeln!(out, "      {}", style(family.to_string()).dim())?;
    }
    Ok(())
}
