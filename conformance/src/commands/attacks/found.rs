//! `conclave attacks --find`: no script is played; the explorer looks by itself.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use console::Style;

use super::Look;
use crate::{
    attacks::searches::{SEARCHES, Search, SearchError},
    commands::{self, Exit},
    cores,
};

/// Where the titles end.
const TITLE: usize = 30;

/// The heads of the columns after the title.
const HEADS: &str = "version              without broken       moves states seconds";

/// Looks for every attack there is a search for: exit 0 when all are found, 1 otherwise.
pub fn run(look: Look, out: &mut dyn Write) -> Exit {
    let mut missing = 0;
    let printed = heading(look, out).and_then(|()| {
        for search in SEARCHES {
            let begun = Instant::now();
            let found = search.find(cores::count(), &mut |_| {});
            let found = found.map(|it| (it.moves.len(), it.after_states));
            missing += usize::from(found.is_err());
            row(search, found, begun.elapsed(), look, out)?;
        }
        ending(missing, out)
    });
    commands::written(printed, if missing == 0 { Exit::Conformant } else { Exit::Nonconformant })
}

fn heading(look: Look, out: &mut dyn Write) -> io::Result<()> {
    let title = "Attacks found with their scripts withheld: the shortest way, over terms and bytes";
    writeln!(out, "{}\n", look.heading(title))?;
    writeln!(out, "{:6} {:TITLE$} {HEADS}", "", "")
}

fn row(
    search: &Search,
    found: Result<(usize, usize), SearchError>,
    took: Duration,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let short = search.attack.trim_start_matches("ATK-");
    let title = search.entry().map_or("", |entry| entry.title);
    let without = search.without.map_or("", |rule| rule.id());
    let (profile, goal) = (search.profile, search.goal.id());
    write!(out, "{short:<6} {title:<TITLE$} {profile:<20} {without:<7} {goal:<12} ")?;
    let seconds = took.as_secs_f64();
    match found {
        Ok((moves, states)) => writeln!(out, "{moves:>5} {states:>6} {seconds:>7.1}"),
        Err(error) => {
            let text = format!("NOT FOUND, {seconds:.1} s\n       {error}");
            writeln!(out, "{}", look.painted(Style::new().red().bold(), &text))
        }
    }
}

fn ending(missing: usize, out: &mut dyn Write) -> io::Result<()> {
    let all = SEARCHES.len();
    writeln!(out, "\n{} of {all} found. One again, drawn:", all - missing)?;
    let Some(first) = SEARCHES.iter().find(|it| it.without.is_none()) else { return Ok(()) };
    let Search { profile, slice, goal, .. } = first;
    writeln!(out, "conclave explore --profile {profile} --slice {slice} --goal {}", goal.id())
}
