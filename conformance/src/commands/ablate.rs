//! `conclave ablate`: what each rule is worth.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use conclave_model::{
    explore::moves_named,
    ladder::ladder,
    world::{Rig, Slice},
};
use conclave_spec::{Profile, Rule, profiles::FORMULA_ONLY};
use console::style;
use sha2::{Digest as _, Sha256};

use super::Exit;
use crate::ablation::{self, AblationError, Lost, Row, Table, Workbench};

/// What to do.
#[derive(Debug)]
pub struct Options {
    /// Only this rule, computed anew and drawn.
    pub rule: Option<String>,
    /// Compute the whole table anew and store it.
    pub write: bool,
    /// Of the stored table keep the rows that hold.
    pub mend: bool,
    /// Compute this many rows anew and compare them with the table.
    pub sample: usize,
    /// What the sample is drawn by.
    pub seed: String,
    /// The vector folder.
    pub vectors: PathBuf,
}

/// Replays the stored table, or computes it, or one rule of it. Exit 0 when it holds.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    let done = match &options.rule {
        Some(id) => match Rule::by_id(id) {
            Some(rule) => one(rule, out),
            None => {
                let known: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
                return super::no_such("rule", id, &known);
            }
        },
        None if options.write || options.mend => compute(options, out),
        None => replayed(options, out),
    };
    match done {
        Ok(()) => Exit::Conformant,
        Err(error @ (AblationError::Stale | AblationError::Row { .. })) => {
            let _ = writeln!(out, "{error}");
            Exit::Nonconformant
        }
        Err(error) => Exit::harness(&error.to_string()),
    }
}

fn one(rule: Rule, out: &mut dyn Write) -> Result<(), AblationError> {
    writeln!(out, "{} {}", style(rule.id()).bold(), rule.statement())?;
    if FORMULA_ONLY.contains(&rule) {
        writeln!(out, "in force in no profile: byte vectors alone show it")?;
        return Ok(());
    }
    let mut bench = Workbench::default();
    for profile in ablation::profiles_of(rule) {
        let row = bench.row(rule, &profile, None)?;
        writeln!(out, "\nwithout it in {}: {}", profile.id, words(&row.worth))?;
        if let Lost::Broken { slice, moves, .. } = &row.worth {
            draw(rule, &profile, slice, moves, out)?;
        }
    }
    Ok(())
}

fn draw(
    rule: Rule,
    profile: &Profile,
    slice: &str,
    moves: &[String],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mutant = profile.clone().without(rule);
    let Some(slice) = Slice::by_name(slice) else { return Ok(()) };
    let rig = Rig::new(&mutant, &slice);
    let script = moves_named(&mutant, &slice, moves).and_then(|path| rig.script(&path).ok());
    match script.map(|script| ladder(&script, &rig.profile)) {
        Some(Ok(diagram)) => writeln!(out, "\n{diagram}"),
        Some(Err(_)) | None => writeln!(out, "  no diagram"),
    }
}

fn words(lost: &Lost) -> String {
    match lost {
        Lost::Broken { goal, slice, moves, states } => format!(
            "{goal} breaks after {} moves (slice {slice}, found after {states} states)",
            moves.len()
        ),
        Lost::Depth { slices, states } => format!(
            "no goal breaks in {states} states of {} slices: defence in depth within that bound",
            slices.len()
        ),
    }
}

fn compute(options: &Options, out: &mut dyn Write) -> Result<(), AblationError> {
    let all: usize = ablation::rules().map(|rule| ablation::profiles_of(rule).len()).sum();
    let length = u64::try_from(all).unwrap_or(u64::MAX);
    let bar = indicatif::ProgressBar::new(length);
    bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
    let stored = if options.mend { Some(ablation::read(&options.vectors)?) } else { None };
    let table = ablation::compute(stored.as_ref(), &mut |row| {
        bar.set_message(row.rule.id());
        bar.inc(1);
    })?;
    bar.finish_and_clear();
    ablation::write(&options.vectors, &table)?;
    summary(&table, out)?;
    Ok(())
}

fn replayed(options: &Options, out: &mut dyn Write) -> Result<(), AblationError> {
    let table = ablation::read(&options.vectors)?;
    for row in &table.rows {
        let fault =
            |what| AblationError::Row { rule: row.rule, profile: row.profile.clone(), what };
        let profile =
            Profile::by_id(&row.profile).ok_or_else(|| fault("no such profile".into()))?;
        ablation::check(row.rule, &profile, &row.worth).map_err(fault)?;
    }
    let sampled = sample(options, &table)?;
    summary(&table, out)?;
    writeln!(
        out,
        "every counterexample replayed over terms and bytes; {sampled} rows computed anew \
         (--sample, seed {:?})",
        options.seed
    )?;
    Ok(())
}

/// Computes some rows anew.
fn sample(options: &Options, table: &Table) -> Result<usize, AblationError> {
    let place = |row: &Row| {
        let text = format!("{} {} {}", options.seed, row.rule.id(), row.profile);
        Sha256::digest(text.as_bytes())
    };
    let mut rows: Vec<&Row> = table.rows.iter().collect();
    rows.sort_by_key(|row| place(row));
    let mut bench = Workbench::default();
    let chosen: Vec<_> = rows.into_iter().take(options.sample).collect();
    for row in &chosen {
        let fault =
            |what| AblationError::Row { rule: row.rule, profile: row.profile.clone(), what };
        let profile =
            Profile::by_id(&row.profile).ok_or_else(|| fault("no such profile".into()))?;
        let known = matches!(row.worth, Lost::Broken { .. }).then_some(&row.worth);
        if bench.row(row.rule, &profile, known)?.worth != row.worth {
            return Err(fault("computed anew it is something else".into()));
        }
    }
    Ok(chosen.len())
}

fn summary(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", style("what breaks without each rule, and after how many moves").bold())?;
    let mut bearing = 0;
    let mut judged = 0;
    for rule in ablation::rules() {
        let rows: Vec<_> = table.rows.iter().filter(|row| row.rule == rule).collect();
        let broken = rows.iter().find_map(|row| match &row.worth {
            Lost::Broken { goal, slice, moves, .. } => Some((row, goal, slice, moves)),
            Lost::Depth { .. } => None,
        });
        judged += 1;
        let id = rule.id();
        if let Some((row, goal, slice, moves)) = broken {
            bearing += 1;
            let count = rows.iter().filter(|row| matches!(row.worth, Lost::Broken { .. })).count();
            writeln!(
                out,
                "  {id}  {:<13} {:>2} moves  {slice:<10} {} ({count} of {} profiles)",
                style(goal).red(),
                moves.len(),
                row.profile,
                rows.len()
            )?;
        } else {
            writeln!(out, "  {id}  {}", style("defence in depth within the bound").yellow())?;
        }
    }
    for rule in FORMULA_ONLY {
        writeln!(out, "  {}  in force in no profile: byte vectors alone show it", rule.id())?;
    }
    let share = 100 * bearing / judged.max(1);
    writeln!(
        out,
        "\n{bearing} of {judged} rules ({share} %) carry a goal within the bound: at most {} \
         states of each slice about the rule's area",
        table.states_max
    )
}
