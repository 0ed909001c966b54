//! `conclave ablate`: what each rule is worth.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use conclave_model::{
    algebra::UNSEEN,
    explore::moves_named,
    ladder::ladder,
    world::{Rig, Slice},
};
use conclave_spec::{Profile, Rule, profiles::FORMULA_ONLY, rules::Area};
use console::style;
use sha2::{Digest as _, Sha256};

use super::Exit;

mod chains;
mod mixtures;
mod rooms;

use crate::{
    ablation::{
        self, AblationError, Kept, Lost, Table, Workbench,
        depth::{Why, why},
        joint,
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
    /// Of the table only this profile and later ones: the other rows stay as stored.
    pub profile: Option<String>,
    /// Of the table only rules of these areas: the other rows stay as stored.
    pub areas: Vec<Area>,
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
        return Ok(if chains::is_of_chains(rule) {
            chains::one(rule, out)
        } else {
            mixtures::Bench::new().one(rule, out)
        }?);
    }
    if rooms::is_of_rooms(rule) {
        return rooms::one(rule, out);
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

/// The stored rows that are not asked for.
fn kept(options: &Options) -> Result<Kept, AblationError> {
    if options.profile.is_none() && options.areas.is_empty() {
        return Ok(Kept::default());
    }
    let Table { mut rows, mut joint, .. } = ablation::read_any(&options.vectors)?;
    let place = |id: &str| Profile::all().iter().position(|profile| profile.id == id);
    let asked = |rule: Rule, profile: &str| {
        let area = options.areas.is_empty() || options.areas.contains(&rule.area());
        // A way found in one version is tried first in the next.
        let since = |wanted: &String| place(profile) >= place(wanted);
        area && options.profile.as_ref().is_none_or(since)
    };
    rows.retain(|row| !asked(row.rule, &row.profile));
    joint.retain(|row| !asked(row.rule, &row.profile));
    Ok(Kept { rows, joint })
}

fn compute(options: &Options, out: &mut dyn Write) -> Result<(), AblationError> {
    let kept = kept(options)?;
    let all: usize = ablation::rules().map(|rule| ablation::profiles_of(rule).len()).sum();
    let joint = joint::wanted().len();
    let length = u64::try_from(all + joint).unwrap_or(u64::MAX);
    let bar = indicatif::ProgressBar::new(length);
    bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
    let tell = |rule: Rule| {
        bar.set_message(rule.id());
        bar.inc(1);
    };
    let table = ablation::compute(&kept, &tell)?;
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
    for row in &table.joint {
        let fault =
            |what| AblationError::Row { rule: row.rule, profile: row.profile.clone(), what };
        let profile =
            Profile::by_id(&row.profile).ok_or_else(|| fault("no such profile".into()))?;
        let base = joint::less(&profile, &row.without);
        ablation::check(row.rule, &base, &row.worth).map_err(fault)?;
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
    let mut jobs = joint::wanted();
    jobs.retain(|(rule, ..)| rules.contains(rule));
    for row in joint::rows_of(&jobs, &[], &|_| {})? {
        if !table.joint.contains(&row) {
            let (rule, profile) = (row.rule, row.profile);
            let what = format!("beside what is left it is something else: {}", words(&row.worth));
            return Err(AblationError::Row { rule, profile, what });
        }
    }
    Ok(rules.len())
}

/// Why no goal breaks without a rule, and what stands in for it.
fn depth(rule: Rule, table: &Table, out: &mut dyn Write) -> io::Result<()> {
    let id = rule.id();
    let (head, words) = match why(rule) {
        Some(Why::StoodInFor(rules, words)) => {
            let rules: Vec<_> = rules.iter().map(|rule| rule.id()).collect();
            let rules = rules.join(", ");
            let head = match table.joint.iter().find(|row| row.rule == rule) {
                Some(joint::Row {
                    worth: Lost::Broken { goal, slice, moves, .. },
                    profile,
                    ..
                }) => {
                    let count = moves.len();
                    format!("{goal:<13} {count:>2} moves  {slice:<10} {profile} without {rules}")
                }
                Some(_) | None => format!("defence in depth, so it is argued: {rules}"),
            };
            (head, words)
        }
        Some(Why::NotReached(words)) => ("not reached".to_owned(), words),
        None => ("no goal breaks within the bound".to_owned(), "nobody has said why yet"),
    };
    writeln!(out, "  {id}  {}", style(head).yellow())?;
    writeln!(out, "          {}", wrapped(words, 10, 100).trim_start())
}

fn summary(table: &Table, out: &mut dyn Write) -> Result<(), AblationError> {
    writeln!(out, "{}", style("what breaks without each rule, and after how many moves").bold())?;
    let mut tally = Tally::default();
    for rule in ablation::rules() {
        let rows: Vec<_> = table.rows.iter().filter(|row| row.rule == rule).collect();
        let broken = rows.iter().find_map(|row| match &row.worth {
            Lost::Broken { goal, slice, moves, .. } => Some((row, goal, slice, moves)),
            Lost::Depth { .. } => None,
        });
        tally.add(rule, table, broken.is_some());
        let id = rule.id();
        if let Some((row, goal, slice, moves)) = broken {
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
            depth(rule, table, out)?;
        }
    }
    rooms::write(out)?;
    chains::write(out)?;
    mixtures::Bench::new().write(out)?;
    writeln!(out, "\n{}", wrapped(&tally.words(table.states_max), 0, 100))?;
    writeln!(out, "{}", wrapped(UNSEEN, 0, 100))?;
    Ok(())
}

/// How many rules are worth what.
#[derive(Default)]
struct Tally {
    alone: usize,
    jointly: usize,
    argued: usize,
    not_reached: usize,
}

impl Tally {
    fn add(&mut self, rule: Rule, table: &Table, alone: bool) {
        let broken = |row: &joint::Row| matches!(row.worth, Lost::Broken { .. });
        let jointly = table.joint.iter().any(|row| row.rule == rule && broken(row));
        let place = match why(rule) {
            _ if alone => &mut self.alone,
            Some(Why::StoodInFor(..)) if jointly => &mut self.jointly,
            Some(Why::StoodInFor(..)) => &mut self.argued,
            Some(Why::NotReached(_)) | None => &mut self.not_reached,
        };
        *place += 1;
    }

    fn words(&self, states_max: usize) -> String {
        let Self { alone, jointly, argued, not_reached } = self;
        let all = alone + jointly + argued + not_reached;
        let share = 100 * (alone + jointly) / all.max(1);
        format!(
            "{} of {all} rules ({share} %) carry a goal, in at most {states_max} states of each \
             slice about the rule's area: {alone} by themselves, {jointly} where those that stand \
             in for them are gone too. For {argued} others stand in, as is argued and not computed; \
             {not_reached} are not reached by what the slices and goals contain",
            alone + jointly
        )
    }
}
