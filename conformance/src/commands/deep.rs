//! `conclave deep`: what takes too long for every run. Its results are stored with digests of what
//! they were computed from, and held against today's.

use std::{
    io::{self, Write},
    path::PathBuf,
    time::Instant,
};

use conclave_spec::readings::{UNDER, Under};
use console::style;

use super::{Exit, ablate, mutants};
use crate::{
    ablation, cores,
    explored::{self, ExploredError, Job, Row, Table, findings::FINDINGS, readings},
};

/// What to do.
#[derive(Debug)]
pub struct Options {
    /// Compute what is missing or stale, and store it.
    pub write: bool,
    /// Compute everything, also what is as stored.
    pub all: bool,
    /// Only explorations: not the tables of other commands.
    pub explored: bool,
    /// Only explorations of this slice.
    pub slice: Option<String>,
    /// The vector folder.
    pub vectors: PathBuf,
}

/// Says what is stored and whether it is of today, or computes it. Exit 0 when everything is.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    if let Some(wanted) = &options.slice {
        let mut known: Vec<_> = explored::jobs().iter().map(|job| job.slice.name).collect();
        known.dedup();
        if !known.contains(&wanted.as_str()) {
            return super::no_such("long slice", wanted, &known);
        }
    }
    let done = if options.write { computed(options, out) } else { stored(options, out) };
    done.unwrap_or_else(|error| Exit::harness(&error.to_string()))
}

fn jobs(options: &Options) -> Vec<Job> {
    let wanted = |job: &Job| options.slice.as_ref().is_none_or(|name| job.slice.name == name);
    explored::jobs().into_iter().filter(wanted).collect()
}

fn stored(options: &Options, out: &mut dyn Write) -> Result<Exit, ExploredError> {
    let table = explored::read(&options.vectors)?;
    let mut stale = 0;
    writeln!(out, "{}", style("explored to the end, as stored").bold())?;
    for job in jobs(options) {
        match table.row(&job) {
            // What is found under other readings is summed up below.
            Some(row) if row.under.is_some() => {}
            Some(row) => show(row, out)?,
            None => {
                stale += 1;
                let (slice, version) = (job.slice.name, job.version());
                writeln!(out, "  {slice:<8} {version:<10} {}", style("stale or missing").red())?;
            }
        }
    }
    for finding in FINDINGS {
        let under = finding.under(&table);
        let ends = under.iter().filter(|(_, holds)| *holds).count();
        let (id, goal, all) = (finding.id, finding.goal.id(), under.len());
        writeln!(out, "  {id}: {goal} holds under {ends} of {all} other readings")?;
    }
    stale += of_readings(&table, out)?;
    stale += others(options, out)?;
    let smallest = jobs(options).into_iter().filter_map(|job| Some((table.row(&job)?, job)));
    if let Some((row, job)) = smallest.min_by_key(|(row, _)| row.states).filter(|_| stale == 0) {
        if job.explore(&|_| {})? != *row {
            writeln!(
                out,
                "  {} {}: computed anew it is something else",
                job.slice.name,
                job.version()
            )?;
            stale += 1;
        } else {
            writeln!(out, "slice {} under {} computed anew: the same", row.slice, job.version())?;
        }
    }
    if stale == 0 {
        return Ok(Exit::Conformant);
    }
    writeln!(
        out,
        "  what to do: run `conclave deep --write` (some hours) and read the difference"
    )?;
    Ok(Exit::Nonconformant)
}

/// What is found under other readings, every way there walked again. How many rows are wrong.
fn of_readings(table: &Table, out: &mut dyn Write) -> Result<usize, ExploredError> {
    let mut wrong = 0;
    for under in readings::stale(&table.readings) {
        wrong += 1;
        writeln!(out, "  under {under}: {}", style("stale or missing").red())?;
    }
    for row in &table.readings {
        if let Err(what) = readings::check(row) {
            wrong += 1;
            let name = format!("{}={}", row.reading, row.alternative);
            writeln!(out, "  under {name}: {}", style(what).red())?;
        }
    }
    let more = table.readings.iter().filter(|row| !row.breaks.is_empty()).count();
    let fewer = table.readings.iter().filter(|row| !row.mends.is_empty()).count();
    writeln!(
        out,
        "  zoom-4.6 under {} other readings: {more} break a goal more, {fewer} keep one more",
        table.readings.len()
    )?;
    Ok(wrong)
}

fn under_readings(wanted: &[Under]) -> Result<Vec<readings::Row>, ExploredError> {
    let count = u64::try_from(readings::count(wanted)).unwrap_or(u64::MAX);
    let bar = indicatif::ProgressBar::new(count);
    bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
    let rows = readings::rows_of(wanted, &|| bar.inc(1));
    bar.finish_and_clear();
    rows
}

/// The tables of other commands. How many are stale.
fn others(options: &Options, out: &mut dyn Write) -> Result<usize, ExploredError> {
    let ablation = ablation::read(&options.vectors).err().map(|error| error.to_string());
    let kills = mutants::stale(&options.vectors);
    let mut stale = 0;
    for (what, wrong) in [("ablation table", ablation), ("kill table", kills)] {
        match wrong {
            None => writeln!(out, "  {what}: of today's inputs")?,
            Some(wrong) => {
                stale += 1;
                writeln!(out, "  {what}: {}", style(wrong).red())?;
            }
        }
    }
    Ok(stale)
}

fn computed(options: &Options, out: &mut dyn Write) -> Result<Exit, ExploredError> {
    let schema = explored::SCHEMA.to_owned();
    let nothing = Table { schema, rows: Vec::new(), readings: Vec::new() };
    let mut table = explored::read(&options.vectors).unwrap_or(nothing);
    let missing = jobs(options).into_iter();
    let missing: Vec<_> = missing.filter(|it| options.all || table.row(it).is_none()).collect();
    // What goes deep first takes all cores by itself.
    let (alone, beside): (Vec<Job>, Vec<Job>) = missing.into_iter().partition(Job::is_deep_first);
    for jobs in beside.chunks(cores::count()).chain(alone.chunks(1)) {
        for row in cores::map(jobs, explore)? {
            show(&row, out)?;
            table.rows.retain(|other| other.inputs != row.inputs);
            table.rows.push(row);
        }
        // What is done is kept if the rest is broken off.
        explored::write(&options.vectors, &table)?;
    }
    if options.slice.is_some() {
        return Ok(Exit::Conformant);
    }
    let wanted = if options.all { UNDER.to_vec() } else { readings::stale(&table.readings) };
    if !wanted.is_empty() {
        let rows = under_readings(&wanted)?;
        table.readings.retain(|row| rows.iter().all(|new| new.inputs != row.inputs));
        table.readings.extend(rows);
        explored::write(&options.vectors, &table)?;
    }
    if options.explored {
        return Ok(Exit::Conformant);
    }
    let (vectors, seed) = (options.vectors.clone(), String::new());
    let worth = ablate::Options {
        rule: None,
        write: true,
        profile: None,
        areas: Vec::new(),
        sample: 0,
        seed,
        vectors,
    };
    let kills = mutants::Options {
        only: None,
        vectors: options.vectors.clone(),
        write: true,
        sample: None,
    };
    let exits = [ablate::run(&worth, out), mutants::mutants(&kills, out)];
    Ok(exits.into_iter().max_by_key(|exit| exit.code()).unwrap_or(Exit::Conformant))
}

fn explore(job: &Job) -> Result<Row, ExploredError> {
    let started = Instant::now();
    let bar = indicatif::ProgressBar::new_spinner();
    bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
    let (slice, version) = (job.slice.name, job.version());
    let row = job.explore(&|states| {
        let rate = states as f64 / started.elapsed().as_secs_f64().max(0.001);
        bar.set_message(format!("{slice} under {version}: {states} states, {rate:.0} per second"));
        bar.tick();
    });
    bar.finish_and_clear();
    row
}

fn show(row: &Row, out: &mut dyn Write) -> io::Result<()> {
    let Row { slice, profile, under, states, transitions, depth, goals, .. } = row;
    let version = under.as_ref().unwrap_or(profile);
    let depth = depth.map_or_else(|| "deep first".to_owned(), |depth| format!("depth {depth}"));
    writeln!(
        out,
        "  {slice:<8} {version:<10} {states:>9} states {transitions:>10} moves  {depth}"
    )?;
    let with = |verdict: &str| -> Vec<String> {
        let those = goals.iter().filter(|it| it.verdict == verdict);
        those
            .map(|it| match it.moves.len() {
                0 => it.goal.clone(),
                moves => format!("{} after {moves} moves", it.goal),
            })
            .collect()
    };
    for verdict in ["holds", "broken", "vacuous"] {
        let those = with(verdict);
        if !those.is_empty() {
            writeln!(
                out,
                "{}",
                super::tables::wrapped(&format!("{verdict}: {}", those.join(", ")), 11, 100)
            )?;
        }
    }
    Ok(())
}
