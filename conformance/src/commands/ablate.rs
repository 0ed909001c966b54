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
use crate::{
    ablation::{
        self, AblationError, Lost, Row, Table, Workbench,
        depth::{Why, why},
    },
    commands::tables::wrapped,
};

/// What to do.
#[derive(Debug)]
pub struct Options {
    /// Only this rule, computed anew and drawn.
    pub rule: Option<String>,
    /// Compute the whole table anew and store it.
    pub write: bool,
    /// Of the table only this profile: the other rows stay as stored.
    pub profile: Option<String>,
    /// Compute the rows of this many rules anew and compare them with the table.
    pub sample: usize,
    /// What the sample is drawn by.
    pub seed: String,
    /// The vector folder.
    pub vectors: PathBuf,
}

/// Replays the stored table, or computes it, or one rule of it. Exit 0 when it holds.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    if let Some(wanted) = &options.profile {
        let known: Vec<_> = Profile::all().iter().map(|profile| profile.id).collect();
        if !known.contains(&wanted.as_str()) {
            return super::no_such("profile", wanted, &known);
        }
    }
    let done = match &options.rule {
        Some(id) => match Rule::by_id(id) {
            Some(rule) => one(rule, out),
            None => {
                let known: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
                return super::no_such("rule", id, &known);
            }
        },
        None if options.write => compute(options, out),
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
    let bench = Workbench::default();
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
    let kept = match &options.profile {
        Some(profile) => {
            let mut rows = ablation::read_any(&options.vectors)?.rows;
            rows.retain(|row| row.profile != *profile);
            rows
        }
        None => Vec::new(),
    };
    let all: usize = ablation::rules().map(|rule| ablation::profiles_of(rule).len()).sum();
    let length = u64::try_from(all).unwrap_or(u64::MAX);
    let bar = indicatif::ProgressBar::new(length);
    bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
    let table = ablation::compute(&kept, &|row| {
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
        "every counterexample replayed over terms and bytes; {sampled} rules computed anew \
         (--sample, seed {:?})",
        options.seed
    )?;
    Ok(())
}

/// Computes the rows of some rules anew.
fn sample(options: &Options, table: &Table) -> Result<usize, AblationError> {
    let place = |rule: &Rule| {
        let text = format!("{} {}", options.seed, rule.id());
        Sha256::digest(text.as_bytes())
    };
    let mut rules: Vec<Rule> = ablation::rules().collect();
    rules.sort_by_key(place);
    rules.truncate(options.sample);
    for row in ablation::rows_of(&rules, &[], &|_| {})? {
        let stored = table.rows.iter().find(|it| it.rule == row.rule && it.profile == row.profile);
        if stored != Some(&row) {
            let (rule, profile) = (row.rule, row.profile);
            let what = format!("computed anew it is something else: {}", words(&row.worth));
            return Err(AblationError::Row { rule, profile, what });
        }
    }
    Ok(rules.len())
}

/// Why no goal breaks without a rule, and what stands in for it.
fn depth(rule: Rule, out: &mut dyn Write) -> io::Result<()> {
    let id = rule.id();
    let (head, words) = match why(rule) {
        Some(Why::StoodInFor(rules, words)) => {
            let rules: Vec<_> = rules.iter().map(|rule| rule.id()).collect();
            (format!("defence in depth: {}", rules.join(", ")), words)
        }
        Some(Why::NotReached(words)) => ("not reached".to_owned(), words),
        None => ("no goal breaks within the bound".to_owned(), "nobody has said why yet"),
    };
    writeln!(out, "  {id}  {}", style(head).yellow())?;
    writeln!(out, "          {}", wrapped(words, 10, 100).trim_start())
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
            depth(rule, out)?;
        }
    }
    for rule in FORMULA_ONLY {
        writeln!(out, "  {}  in force in no profile: byte vectors alone show it", rule.id())?;
    }
    let explained = |stood_in| {
        let broken = |row: &&Row| matches!(row.worth, Lost::Broken { .. });
        let bears = |rule: Rule| table.rows.iter().filter(broken).any(|row| row.rule == rule);
        let others = ablation::rules().filter(|rule| !bears(*rule));
        others.filter(|rule| matches!(why(*rule), Some(Why::StoodInFor(..))) == stood_in).count()
    };
    let share = 100 * bearing / judged.max(1);
    let told = format!(
        "{bearing} of {judged} rules ({share} %) carry a goal within the bound: at most {} \
         states of each slice about the rule's area; for {} others stand in, and {} are not \
         reached by what the slices and goals contain (argued by hand, not computed)",
        table.states_max,
        explained(true),
        explained(false)
    );
    writeln!(out, "\n{}", wrapped(&told, 0, 100))
}
