//! The result of a run on a terminal.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use console::{Style, style};

use super::{Report, replay, text, waivers::WaiverState};
use crate::{
    commands::Exit,
    verdict::{CaseReport, Finding, Verdict, WAIVED},
};

/// How many findings of the first wrong step are shown.
pub const FINDINGS_SHOWN: usize = 4;

/// How many failing cases are printed in full.
const SHOWN_MAX: usize = 12;

/// The longest line of text, in columns. Commands to paste are never broken.
const COLUMNS_MAX: usize = 100;

/// Where the text beside a word of the margin begins.
const MARGIN: usize = 12;

/// The longest answer shown, in characters.
const SAID_CHARS_MAX: usize = 120;

/// Prints the result for people.
///
/// # Errors
/// The output cannot be written.
pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (not_run, mut failing): (Vec<_>, Vec<_>) = report
        .cases
        .iter()
        .filter(|it| it.counts_against())
        .partition(|it| it.verdict == Verdict::Inconclusive && it.steps == 0);
    // What kept other cases from being run must not drown among them.
    failing.sort_by_key(|it| it.note.is_none());
    let notable: Vec<_> = report
        .cases
        .iter()
        .filter(|it| matches!(it.verdict, Verdict::Advice | Verdict::Differs))
        .collect();
    for case in failing.iter().take(SHOWN_MAX) {
        detail(report, case, out)?;
    }
    if failing.len() > SHOWN_MAX {
        writeln!(out, "... and {} more; --result FILE has them all\n", failing.len() - SHOWN_MAX)?;
    }
    for case in notable.iter().take(SHOWN_MAX) {
        detail(report, case, out)?;
    }
    if notable.len() > SHOWN_MAX {
        let more = notable.len() - SHOWN_MAX;
        writeln!(out, "... and {more} more that advise or differ; --result FILE has them all\n")?;
    }
    if let Some(first) = not_run.first() {
        let why = first.note.as_deref().unwrap_or_default();
        writeln!(out, "{} cases {why}\n", not_run.len())?;
    }
    let no_time = report.count(Verdict::NotRun);
    if no_time > 0 {
        let all = report.cases.len();
        writeln!(out, "{no_time} of {all} judgments not made: there was no time for them\n")?;
    }
    summary(report, out)
}

/// Prints what is wrong in each case, and nothing else.
///
/// # Errors
/// The output cannot be written.
pub fn details(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    report.cases.iter().try_for_each(|case| detail(report, case, out))
}

fn detail(report: &Report, case: &CaseReport, out: &mut dyn Write) -> io::Result<()> {
    let verdict = painted(case.verdict);
    let mode = if report.subject.modes.is_empty() {
        String::new()
    } else {
        format!("  [{}]", case.mode.name())
    };
    writeln!(out, "{verdict}  {}{mode}", style(text::line(&case.case)).bold())?;
    writeln!(out, "{}", wrapped(&format!("  {}", text::line(&case.title)), 2))?;
    for finding in case.deciding().take(FINDINGS_SHOWN) {
        found(finding, out)?;
    }
    let first = case.deciding().map(|finding| finding.step).next();
    let later: Vec<_> =
        case.findings.iter().filter(|finding| Some(finding.step) != first).collect();
    if !later.is_empty() {
        let steps: BTreeSet<_> = later.iter().map(|finding| finding.step.to_string()).collect();
        let steps = steps.into_iter().collect::<Vec<_>>().join(", ");
        let line = format!("  afterwards also at step {steps}: may follow from this, not counted");
        writeln!(out, "{}", wrapped(&line, 4))?;
    }
    if let Some(note) = &case.note {
        for line in note.lines() {
            writeln!(out, "{}", wrapped(&format!("  {}", text::line(line)), 4))?;
        }
    }
    if !case.rules.is_empty() {
        writeln!(out, "  replay    {}", text::command(&replay(report, case)))?;
    }
    writeln!(out)
}

fn found(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let rule = finding.rule;
    let broken = format!("  rule      {} {}", rule.id(), rule.statement());
    writeln!(out, "{}", wrapped(&broken, MARGIN))?;
    if let conclave_spec::Provenance::Reading(id) = rule.provenance() {
        writeln!(out, "            differs from {id}: `conclave explain {id}`")?;
    }
    let step = format!("  step {:<4} {}", finding.step, text::line(&finding.input));
    writeln!(out, "{}", wrapped(&step, MARGIN))?;
    for (word, text) in [("expected", &finding.expected), ("got", &finding.got)] {
        let line = format!("  {word:<9} {}", shorten(text));
        writeln!(out, "{}", wrapped(&line, MARGIN))?;
    }
    Ok(())
}

/// A line broken at spaces, or anywhere if there is none, to at most [`COLUMNS_MAX`] characters;
/// what follows the first line is indented.
fn wrapped(line: &str, indent: usize) -> String {
    let mut text = String::new();
    let mut rest: Vec<char> = line.chars().collect();
    while rest.len() > COLUMNS_MAX {
        let space = rest[..=COLUMNS_MAX].iter().rposition(|it| *it == ' ');
        let at = space.filter(|at| *at > 2 * indent).unwrap_or(COLUMNS_MAX);
        let after = rest.split_off(at);
        text.extend(rest);
        text.push('\n');
        let after = after.into_iter().skip_while(|it| *it == ' ');
        rest = std::iter::repeat_n(' ', indent).chain(after).collect();
    }
    text.extend(rest);
    text
}

fn shorten(said: &str) -> String {
    let shown = text::line(said);
    if shown.chars().count() <= SAID_CHARS_MAX {
        return shown;
    }
    let kept: String = shown.chars().take(SAID_CHARS_MAX - 1).collect();
    format!("{kept}…")
}

fn painted(verdict: Verdict) -> String {
    let paint = match verdict {
        Verdict::Pass => Style::new().green(),
        Verdict::NotApplicable => Style::new().dim(),
        Verdict::Advice | Verdict::Differs | Verdict::NotRun | Verdict::Inconclusive => {
            Style::new().yellow()
        }
        Verdict::Fail | Verdict::Timeout | Verdict::Crash | Verdict::ProtocolError => {
            Style::new().red()
        }
    };
    paint.bold().apply_to(verdict.words().to_uppercase()).to_string()
}

fn summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let subject = &report.subject;
    if subject.modes.is_empty() {
        writeln!(out, "no case was run: the adapter did not get past hello")?;
        return concluded(report, out);
    }
    let (name, version) = (shorten(&subject.name), shorten(&subject.version));
    let long = name.chars().count() + version.chars().count() >= COLUMNS_MAX;
    let (name, version) = (wrapped(&name, 2), wrapped(&version, 2));
    writeln!(out, "{}{}{version}", style(name).bold(), if long { "\n  " } else { " " })?;
    for (key, value) in &subject.policies {
        writeln!(out, "  follows {key} = {value}; the cases are recorded for such a client")?;
    }
    let scope = report.scope.words();
    if !scope.is_empty() {
        writeln!(out, "{}", wrapped(&format!("  only: {}", scope.join(", ")), 4))?;
    }
    for note in &report.notes {
        writeln!(out, "{}", wrapped(&format!("  note: {}", text::line(note)), 4))?;
    }
    areas(report, out)?;
    waivers(report, out)?;
    let mut counts: Vec<_> = Verdict::ALL
        .into_iter()
        .map(|verdict| (report.count(verdict), verdict))
        .filter(|(count, verdict)| *count > 0 || *verdict == Verdict::Pass)
        .map(|(count, verdict)| format!("{count} {}", verdict.words()))
        .collect();
    if report.waived() > 0 {
        counts.push(format!("{} {WAIVED}", report.waived()));
    }
    let distinct: BTreeSet<_> = report.cases.iter().map(|it| it.case.as_str()).collect();
    let line = format!(
        "  {} in {}: {}",
        counted(distinct.len(), "case"),
        counted(subject.modes.len(), "mode"),
        counts.join(", ")
    );
    writeln!(out, "{}", wrapped(&line, 4))?;
    writeln!(
        out,
        "  {}, {} seen holding, {} seen refusing, {:.1} s",
        counted(report.steps, "request"),
        counted(report.rules_seen_holding.len(), "rule"),
        report.rules_seen_refusing.len(),
        report.seconds
    )?;
    concluded(report, out)
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn concluded(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let words = style(report.conclusion()).bold();
    let verdict = match report.exit() {
        Exit::Conformant => words.green(),
        Exit::Attention(_) | Exit::Inconclusive(_) => words.yellow(),
        Exit::Nonconformant | Exit::Harness(_) | Exit::Usage(_) => words.red(),
    };
    writeln!(out, "  {verdict}")
}

/// Every waiver, and what to do about those that need it.
fn waivers(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for used in &report.waivers {
        let waiver = &used.waiver;
        let state = match used.state {
            WaiverState::Used => {
                format!("covers {} until {}", counted(used.covers, "failure"), waiver.expires)
            }
            WaiverState::Expired => format!(
                "EXPIRED on {}; it covers {}",
                waiver.expires,
                counted(used.covers, "failure")
            ),
            WaiverState::Passes | WaiverState::Nothing => used.state.words().to_uppercase(),
            WaiverState::Undecided => used.state.words().to_owned(),
        };
        let line = format!("  waiver    {}: {state}", waiver.name());
        writeln!(out, "{}", wrapped(&line, MARGIN))?;
        for more in [text::line(&waiver.reason), text::line(&waiver.link)] {
            writeln!(out, "{}", wrapped(&format!("            {more}"), MARGIN))?;
        }
        if used.state.is_stale() {
            let line = format!("            what to do: {}", used.state.what_to_do());
            writeln!(out, "{}", wrapped(&line, MARGIN))?;
        }
    }
    Ok(())
}

/// One line for each profile and area.
fn areas(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    type Key = (bool, Verdict, &'static str);
    let mut table: BTreeMap<(String, String), BTreeMap<Key, usize>> = BTreeMap::new();
    for case in &report.cases {
        let mut parts = case.case.split('/');
        let key = (
            text::line(parts.next().unwrap_or_default()),
            text::line(parts.next().unwrap_or_default()),
        );
        let verdict = (case.waiver.is_some(), case.verdict, case.word());
        let verdict = if case.waiver.is_some() { (true, Verdict::Fail, WAIVED) } else { verdict };
        *table.entry(key).or_default().entry(verdict).or_default() += 1;
    }
    for ((profile, area), verdicts) in &table {
        let total: usize = verdicts.values().sum();
        let passed = verdicts.get(&(false, Verdict::Pass, Verdict::Pass.words()));
        let passed = passed.copied().unwrap_or_default();
        let others: Vec<_> = verdicts
            .iter()
            .filter(|((_, verdict, _), _)| *verdict != Verdict::Pass)
            .map(|((.., word), count)| format!("{count} {word}"))
            .collect();
        let others = others.join(", ");
        let line = format!("  {profile:<20} {area:<10} {passed:>4} of {total:<4} pass   {others}");
        writeln!(out, "{}", wrapped(line.trim_end(), 46))?;
    }
    Ok(())
}
