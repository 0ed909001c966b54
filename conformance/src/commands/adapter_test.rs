//! `conclave adapter-test`: says in plain words what is wrong with an adapter, before any verdict
//! counts.

use std::io::{self, Write};

use console::style;

use super::{Exit, tables::wrapped};
use crate::{
    adapter_test::{self, Outcome, Stop},
    process::{Launch, Limits},
};

/// Plays the dialogues. Exit 0 when each went as it should.
pub fn run(launch: &Launch, limits: Limits, out: &mut dyn Write) -> Exit {
    let mut written = Ok(());
    let outcomes = adapter_test::run(launch, limits, &mut |outcome| {
        if written.is_ok() {
            written = show(outcome, out);
        }
    });
    let wrong = outcomes.iter().filter(|it| matches!(it.result, Err(Stop::Wrong(_)))).count();
    let exit = if wrong == 0 { Exit::Conformant } else { Exit::Nonconformant };
    let counted = written.and_then(|()| {
        let all = outcomes.len();
        match wrong {
            0 => writeln!(out, "{all} dialogues, none wrong: the adapter is ready for `check`"),
            _ => writeln!(out, "{all} dialogues, {wrong} wrong: mend the first, and run it again"),
        }
    });
    super::written(counted, exit)
}

fn show(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    match &outcome.result {
        Ok(()) => writeln!(out, "  {}  {}", style("ok   ").green(), outcome.title),
        Err(Stop::NotApplicable(why)) => {
            writeln!(out, "  -      {} ({why})", outcome.title)
        }
        Err(Stop::Wrong(what)) => {
            writeln!(out, "  {}  {}", style("WRONG").red().bold(), outcome.title)?;
            for line in what.lines() {
                writeln!(out, "{}", wrapped(line, 9, 100))?;
            }
            writeln!(out, "{}", wrapped(&format!("what to do: {}", outcome.advice), 9, 100))
        }
    }
}
