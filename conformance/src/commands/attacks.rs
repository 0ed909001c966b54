//! `conclave attacks`: what comes of every known attack in every version of the protocol.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    thread,
};

use conclave_model::ladder::ladder;
use conclave_spec::Profile;
use console::{Style, style};
use serde::Serialize;

use super::{Exit, tables::Look};
use crate::{
    attacks::{
        self, ELSEWHERE, Entry, Expected,
        beside::{BESIDE, Beside, JudgedStep, Step},
        judge::{self, JudgeError, Judged, Outcome},
    },
    cases::formula_drafts,
    compute::rules,
};

pub mod found;

/// How many attacks are judged at a time.
const THREADS: usize = 2;

/// What to show.
#[derive(Debug)]
pub struct Options {
    /// Only this attack, in detail.
    pub id: Option<String>,
    /// The profile to draw it in.
    pub profile: Option<String>,
    /// Write everything here, as JSON.
    pub json: Option<PathBuf>,
    /// Width and colors.
    pub look: Look,
}

/// Judges every attack, or one: exit 0 when all is as written down, 1 otherwise.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    if let Some(id) = &options.profile
        && Profile::by_id(id).is_none()
    {
        let known: Vec<_> = Profile::all().iter().map(|profile| profile.id).collect();
        return super::no_such("profile", id, &known);
    }
    if let Some(attack) = options.id.as_ref().and_then(|id| Beside::by_id(id)) {
        return of_formulas(&attack, options, out);
    }
    let entries = match &options.id {
        None => attacks::all(),
        Some(id) => match Entry::by_id(id) {
            Some(entry) => vec![entry],
            None => return unknown(id),
        },
    };
    let judged = match judge_all(&entries) {
        Ok(judged) => judged,
        Err(error) => return Exit::harness(&error.to_string()),
    };
    if let Some(path) = &options.json
        && let Err(error) = write_json(&judged, path)
    {
        return Exit::harness(&format!("cannot write {}: {error}", path.display()));
    }
    let beside = if options.id.is_none() { judged_beside() } else { Vec::new() };
    let printed = match (&options.id, judged.first()) {
        (Some(_), Some(row)) => detail(row, options, out),
        (Some(_) | None, _) => matrix(&judged, &beside, options.look, out),
    };
    let all = judged.iter().flatten().all(Judged::is_as_expected)
        && beside.iter().flat_map(|(_, steps)| steps).all(|step| step.wrong.is_none());
    super::written(printed, if all { Exit::Conformant } else { Exit::Nonconformant })
}

/// The attacks beside meetings, with what came of their steps.
fn judged_beside() -> Vec<(Beside, Vec<JudgedStep>)> {
    let cases = formula_drafts(rules());
    BESIDE.into_iter().map(|attack| (attack, attack.judged(&cases))).collect()
}

/// One of them, in detail.
fn of_formulas(attack: &Beside, options: &Options, out: &mut dyn Write) -> Exit {
    let steps = attack.judged(&formula_drafts(rules()));
    let all = steps.iter().all(|step| step.wrong.is_none());
    let printed = tell_beside(attack, &steps, options.look, out);
    super::written(printed, if all { Exit::Conformant } else { Exit::Nonconformant })
}

fn tell_beside(
    attack: &Beside,
    steps: &[JudgedStep],
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}", look.heading(&format!("{}: {}", attack.id, attack.title)))?;
    for text in [attack.story, attack.note] {
        writeln!(out, "{}", super::tables::wrapped(text, 0, 100))?;
    }
    writeln!(out)?;
    for JudgedStep { step, title, wrong } in steps {
        writeln!(out, "{:<40} {}", step.case(), step_words(*step))?;
        writeln!(out, "    {title}")?;
        if let Some(wrong) = wrong {
            writeln!(out, "    {}", look.painted(Style::new().red().bold(), wrong))?;
        }
    }
    writeln!(out)?;
    attack.steps.iter().try_for_each(|step| {
        writeln!(out, "replay    conclave check --adapter-cmd \"...\" --only {}", step.case())
    })
}

/// What must come of a step, in words.
fn step_words(step: Step) -> String {
    match step {
        Step::Taken(_) => "taken".to_owned(),
        Step::Refused(_, rule) => format!("refused by {}, taken without it", rule.id()),
    }
}

fn unknown(id: &str) -> Exit {
    let wanted = id.to_uppercase();
    if let Some(it) = ELSEWHERE.iter().find(|it| it.id.ends_with(&wanted)) {
        return Exit::usage(&format!("{} {:?} is not played: {}", it.id, it.title, it.area));
    }
    let known: Vec<_> = attacks::all().iter().map(|entry| entry.id).collect();
    super::no_such("attack", id, &known)
}

/// One row for each attack, with one judgement for each profile.
///
/// # Errors
/// An attack cannot be played.
pub fn judge_all(entries: &[Entry]) -> Result<Vec<Vec<Judged>>, JudgeError> {
    let row = |entry: &Entry| -> Result<Vec<Judged>, JudgeError> {
        Profile::all().iter().map(|profile| judge::judge(entry, profile)).collect()
    };
    let part = entries.len().div_ceil(THREADS).max(1);
    // Neighbors take equally long: every thread gets every second one.
    let shares: Vec<Vec<(usize, Entry)>> = (0..THREADS)
        .map(|share| entries.iter().copied().enumerate().skip(share).step_by(THREADS).collect())
        .collect();
    let mut rows: Vec<(usize, Vec<Judged>)> = Vec::with_capacity(part * THREADS);
    thread::scope(|scope| {
        let work = |share: Vec<(usize, Entry)>| {
            share
                .into_iter()
                .map(|(at, entry)| row(&entry).map(|row| (at, row)))
                .collect::<Result<Vec<_>, _>>()
        };
        let workers: Vec<_> =
            shares.into_iter().map(|share| scope.spawn(move || work(share))).collect();
        for worker in workers {
            match worker.join() {
                Ok(part) => rows.extend(part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(())
    })?;
    rows.sort_by_key(|(at, _)| *at);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// Where the titles end.
const TITLE: usize = 30;

/// The heads of the columns, in the order of [`Profile::all`].
pub const HEADS: [&str; attacks::PROFILES] =
    ["2.3.1", "3.0", "3.1", "3.3", "5.12", "4.1", "4.4", "4.6", "hard"];

/// What stands in a cell: a letter, or the rule.
#[must_use]
pub fn cell(judged: &Judged) -> String {
    let got = match &judged.observed.outcome {
        Outcome::Succeeds => "S".to_owned(),
        Outcome::Detected => "D".to_owned(),
        Outcome::NotApplicable => "-".to_owned(),
        Outcome::Worse(_) => "W".to_owned(),
        Outcome::Refused { rule, .. } => rule.id().to_owned(),
        Outcome::Prevented => "none".to_owned(),
    };
    if !judged.is_as_expected() {
        return format!("!{got}");
    }
    match judged.expected {
        Expected::Outgrown { reading, .. } => reading.to_owned(),
        Expected::Refused { .. } | Expected::Prevented { .. } => {
            judged.expected.by().first().map_or(got, |rule| rule.id().to_owned())
        }
        Expected::Succeeds | Expected::Detected | Expected::NotApplicable => got,
    }
}

fn painted(judged: &Judged, text: &str, look: Look) -> String {
    let paint = match (&judged.observed.outcome, judged.is_as_expected()) {
        (_, false) => Style::new().red().bold().reverse(),
        (Outcome::Succeeds | Outcome::Worse(_), true) => Style::new().red(),
        (Outcome::Detected, true) => Style::new().yellow(),
        (Outcome::Refused { .. } | Outcome::Prevented, true) => Style::new().green(),
        (Outcome::NotApplicable, true) => Style::new().dim(),
    };
    look.painted(paint, text)
}

fn matrix(
    rows: &[Vec<Judged>],
    beside: &[(Beside, Vec<JudgedStep>)],
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}\n", look.heading("Known attacks, by version of the protocol"))?;
    let heads: String = HEADS.iter().map(|head| format!("{head:<7}")).collect();
    writeln!(out, "{:6} {:TITLE$} {}", "", "", heads.trim_end())?;
    for row in rows {
        let Some(first) = row.first() else { continue };
        let short = first.entry.id.trim_start_matches("ATK-");
        write!(out, "{short:<6} {:<TITLE$}", first.entry.title)?;
        let mut blank = 1;
        for judged in row {
            let text = cell(judged);
            write!(out, "{:blank$}{}", "", painted(judged, &text, look))?;
            blank = 7usize.saturating_sub(text.chars().count());
        }
        writeln!(out)?;
    }
    legend(look, out)?;
    formulas(beside, look, out)?;
    writeln!(out, "\n{}\n", look.heading("Not played"))?;
    for it in ELSEWHERE {
        writeln!(out, "{:<16} {:<34} {}", it.id.trim_start_matches("ATK-"), it.title, it.area)?;
    }
    let cells: Vec<_> = rows.iter().flatten().collect();
    let wrong = cells.iter().filter(|judged| !judged.is_as_expected()).count();
    let ablated = cells.iter().filter(|judged| judged.ablation == Some(true)).count();
    let (attacks, cells) = (rows.len(), cells.len());
    writeln!(
        out,
        "\n{attacks} attacks, {cells} outcomes, each over bytes and over terms; {ablated} refusals \
         whose rule bears them;\n{wrong} not as written down. `conclave attacks ZM-14` shows one."
    )
}

/// What is of no version: cases of byte formulas.
fn formulas(
    beside: &[(Beside, Vec<JudgedStep>)],
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}\n", look.heading("Beside meetings, as cases of byte formulas"))?;
    for (attack, steps) in beside {
        let mut rules: Vec<&str> = attack
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Refused(_, rule) => Some(rule.id()),
                Step::Taken(_) => None,
            })
            .collect();
        rules.sort_unstable();
        rules.dedup();
        let taken = attack.steps.iter().any(|step| matches!(step, Step::Taken(_)));
        let sign = match (steps.iter().all(|step| step.wrong.is_none()), taken) {
            (false, _) => look.painted(Style::new().red().bold().reverse(), "!      "),
            (true, true) => look.painted(Style::new().yellow(), "in part"),
            (true, false) => look.painted(Style::new().green(), "refused"),
        };
        let short = attack.id.trim_start_matches("ATK-");
        writeln!(out, "{short:<6} {:<TITLE$} {sign} {}", attack.title, rules.join(" "))?;
    }
    Ok(())
}

fn legend(look: Look, out: &mut dyn Write) -> io::Result<()> {
    let lines = [
        ("S", "it succeeds, and nothing shows it", Style::new().red()),
        ("D", "it succeeds, is shown to its victims, and goes no further", Style::new().yellow()),
        ("ROT-02", "it fails because of that rule, and succeeds without it", Style::new().green()),
        ("R-64", "it fails because of the answer to that reading", Style::new().green()),
        ("-", "the version does not have what is attacked", Style::new().dim()),
        ("!", "not as written down", Style::new().red().bold().reverse()),
    ];
    writeln!(out)?;
    for (sign, what, paint) in lines {
        let sign = look.painted(paint, &format!("{sign:<6}"));
        writeln!(out, "{sign} {what}")?;
    }
    let played = "Each is played over terms and over bytes. What is searched for, explore and ablate say, \
                  is searched over terms alone.";
    writeln!(out, "\n{}\n", super::tables::wrapped(played, 0, 100))
}

/// What must come of an attack, in words.
#[must_use]
pub fn expected_words(expected: Expected) -> String {
    let rules = |by: &[conclave_spec::Rule]| {
        by.iter().map(|rule| rule.id()).collect::<Vec<_>>().join(" and ")
    };
    match expected {
        Expected::Succeeds => "succeeds".to_owned(),
        Expected::Detected => "succeeds and is shown".to_owned(),
        Expected::Refused { by, voice } if by.first() == Some(&voice) => {
            format!("refused by {}", rules(by))
        }
        Expected::Refused { by, voice } => {
            format!("refused by {} (as {})", rules(by), voice.id())
        }
        Expected::Prevented { by } => format!("comes to nothing because of {}", rules(by)),
        Expected::Outgrown { reading, .. } => {
            format!("comes to nothing by the answer to {reading}")
        }
        Expected::NotApplicable => "not applicable".to_owned(),
    }
}

fn all_of(rules: &[conclave_spec::Rule]) -> String {
    let ids: Vec<_> = rules.iter().map(|rule| rule.id()).collect();
    ids.join(" and ")
}

/// What is taken away to see that it stood in the way.
fn taken_away(expected: Expected) -> String {
    match expected {
        Expected::Outgrown { reading, also: [] } => {
            format!("with the parent's answer to {reading}")
        }
        Expected::Outgrown { reading, also } => {
            format!("with the parent's answer to {reading} and without {}", all_of(also))
        }
        Expected::Refused { by, .. } | Expected::Prevented { by } => {
            format!("without {}", all_of(by))
        }
        Expected::Succeeds | Expected::Detected | Expected::NotApplicable => String::new(),
    }
}

fn detail(row: &[Judged], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = row.first() else { return Ok(()) };
    let (entry, look) = (&first.entry, options.look);
    writeln!(out, "{}", look.heading(&format!("{}: {}", entry.id, entry.title)))?;
    let evidence = entry.evidence.words();
    for (word, text) in [
        ("attacker", entry.attacker),
        ("goal", entry.goal),
        ("source", entry.source),
        ("evidence", evidence),
        ("story", entry.story),
        ("note", entry.note),
    ] {
        if !text.is_empty() {
            let text = super::tables::wrapped(text, 11, look.width);
            writeln!(out, "  {word:<9}{}", text.trim_start())?;
        }
    }
    writeln!(out)?;
    for judged in row {
        let got = painted(judged, &judged.observed.outcome.words(), look);
        writeln!(out, "  {:<21} {got}", judged.profile.id)?;
        let indent = " ".repeat(24);
        if !judged.observed.outcome.is(judged.expected) {
            let wanted = expected_words(judged.expected);
            writeln!(out, "{indent}{}: {wanted}", style("expected").red().bold())?;
        }
        if let Some(succeeds) = judged.ablation {
            let fate = if succeeds { "it succeeds" } else { "IT STILL FAILS" };
            writeln!(out, "{indent}{} {fate}", taken_away(judged.expected))?;
        }
    }
    let Some(shown) = drawn(row, options) else { return Ok(()) };
    seen(shown, out)?;
    let play = entry.play(&shown.profile);
    let picture = ladder(&play.script, &shown.profile).map_err(io::Error::other)?;
    let heading = format!("Under {}; {} is the victim", shown.profile.id, play.plays);
    writeln!(out, "\n{}\n\n{picture}", look.heading(&heading))?;
    let (id, under) = (entry.id, shown.profile.id);
    let only = format!("--only {under}/attacks/{id}");
    writeln!(out, "replay    conclave attacks {id} --profile {under}")?;
    writeln!(out, "          conclave check --attacks {only} --adapter-cmd \"...\"")
}

/// The judgement to draw: the one asked for, else the first refusal, else the newest.
fn drawn<'j>(row: &'j [Judged], options: &Options) -> Option<&'j Judged> {
    let applies = |judged: &&Judged| judged.observed.outcome != Outcome::NotApplicable;
    match &options.profile {
        Some(id) => row.iter().filter(applies).find(|judged| judged.profile.id == *id),
        None => {
            let refused = row.iter().find(|judged| judged.ablation.is_some());
            refused.or_else(|| row.iter().rev().find(applies))
        }
    }
}

fn seen(judged: &Judged, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    let mark = |there: bool| if there { "yes" } else { "no" };
    for (harm, there) in &judged.observed.harms {
        writeln!(out, "  harm   {:<4} {}", mark(*there), harm.sentence())?;
    }
    for (sign, there) in &judged.observed.signs {
        writeln!(out, "  shown  {:<4} {}", mark(*there), sign.sentence())?;
    }
    for (harm, there) in &judged.observed.limits {
        writeln!(out, "  never  {:<4} {}", mark(*there), harm.sentence())?;
    }
    Ok(())
}

/// An attack, for machines.
#[derive(Serialize)]
struct Row<'e> {
    id: &'e str,
    title: &'e str,
    evidence: &'e str,
    source: &'e str,
    attacker: &'e str,
    goal: &'e str,
    outcomes: Vec<Column<'e>>,
}

#[derive(Serialize)]
struct Column<'e> {
    profile: &'e str,
    expected: String,
    outcome: String,
    rules: Vec<&'e str>,
    succeeds_without: Option<bool>,
    as_expected: bool,
}

#[derive(Serialize)]
struct File<'e> {
    schema: &'e str,
    attacks: Vec<Row<'e>>,
}

fn write_json(rows: &[Vec<Judged>], path: &PathBuf) -> io::Result<()> {
    let column = |judged: &Judged| Column {
        profile: judged.profile.id,
        expected: expected_words(judged.expected),
        outcome: judged.observed.outcome.words(),
        rules: judged.expected.by().iter().map(|rule| rule.id()).collect(),
        succeeds_without: judged.ablation,
        as_expected: judged.is_as_expected(),
    };
    let attacks = rows.iter().filter_map(|row| {
        let entry = row.first()?.entry;
        Some(Row {
            id: entry.id,
            title: entry.title,
            evidence: entry.evidence.words(),
            source: entry.source,
            attacker: entry.attacker,
            goal: entry.goal,
            outcomes: row.iter().map(column).collect(),
        })
    });
    let file = File { schema: "conclave-attacks-1", attacks: attacks.collect() };
    let mut text = serde_json::to_string_pretty(&file).map_err(io::Error::other)?;
    text.push('\n');
    fs::write(path, text)
}
