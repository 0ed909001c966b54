//! A result as Markdown: for the page of a pull request, or a job's summary.

use conclave_spec::Rule;

use super::{
    Report,
    group::{Group, groups, not_applicable},
    matrix::{self, Standing},
    text,
};
use crate::verdict::{Finding, Verdict, WAIVED};

/// How many failures are told in full; the others are listed.
const TOLD_MAX: usize = 30;

/// How many failures are listed.
const LISTED_MAX: usize = 1_000;

/// The results as one page.
#[must_use]
pub fn markdown(runs: &[Report]) -> String {
    let mut page = String::new();
    if let [_, _, ..] = runs {
        page.push_str("# Conclave: implementations side by side\n\n");
        side_by_side(&mut page, runs);
    }
    for run in runs {
        one(&mut page, run, runs.len() > 1);
    }
    page
}

/// Text that Markdown and HTML leave alone, on one line.
#[must_use]
pub fn plain(said: &str) -> String {
    let text = text::line(said);
    let mut plain = String::new();
    for (at, character) in text.char_indices() {
        // What begins a list or a heading, or becomes a link by itself.
        let begins = text[..at].chars().all(|it| it.is_ascii_digit());
        let scheme = character == ':' && text[at + 1..].starts_with('/');
        let links = text[..at].to_ascii_lowercase().ends_with("www");
        match character {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '@' => {
                plain.extend(['\\', character]);
            }
            ':' if scheme => plain.push_str("\\:"),
            '+' | '-' | '=' | '.' | ')' if begins || links => plain.extend(['\\', character]),
            other => plain.push(other),
        }
    }
    plain
}

/// Text in a code span, on one line, that can stand in a table.
fn code(said: &str) -> String {
    let text = text::command(said).replace('|', "\\|");
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

fn one(page: &mut String, run: &Report, nested: bool) {
    let level = if nested { "##" } else { "#" };
    let (name, version) = (plain(&run.subject.name), plain(&run.subject.version));
    page.push_str(&format!("{level} {name} {version}: {}\n\n", plain(&run.conclusion())));
    let scope = run.scope.words();
    if !scope.is_empty() {
        page.push_str(&format!("Only: {}.\n\n", plain(&scope.join(", "))));
    }
    for note in &run.notes {
        page.push_str(&format!("Note: {}\n\n", plain(note)));
    }
    counts(page, run);
    waivers(page, run);
    failures(page, run, &format!("{level}#"));
    rules(page, run, &format!("{level}#"));
    let reasons = not_applicable(run);
    if !reasons.is_empty() {
        page.push_str(&format!("{level}# Not applicable\n\n| reason | cases |\n|---|---:|\n"));
        for (reason, count) in reasons {
            page.push_str(&format!("| {} | {count} |\n", plain(&reason)));
        }
        page.push('\n');
    }
}

fn counts(page: &mut String, run: &Report) {
    page.push_str("| verdict | cases |\n|---|---:|\n");
    let words = Verdict::ALL.map(Verdict::words).into_iter().chain([WAIVED]);
    for word in words {
        if let Some(count) = run.counts.get(word) {
            page.push_str(&format!("| {word} | {count} |\n"));
        }
    }
    page.push('\n');
}

fn waivers(page: &mut String, run: &Report) {
    if run.waivers.is_empty() {
        return;
    }
    page.push_str("| waiver | state | covers | until | reason | what to do |\n");
    page.push_str("|---|---|---:|---|---|---|\n");
    for used in &run.waivers {
        let waiver = &used.waiver;
        page.push_str(&format!(
            "| {} | {} | {} | {} | {} ({}) | {} |\n",
            plain(&waiver.name()),
            used.state.words(),
            used.covers,
            waiver.expires,
            plain(&waiver.reason),
            plain(&waiver.link),
            used.state.what_to_do(),
        ));
    }
    page.push('\n');
}

fn failures(page: &mut String, run: &Report, level: &str) {
    let groups = groups(run);
    if groups.is_empty() {
        return;
    }
    page.push_str(&format!("{level} What is no pass\n\n"));
    for group in groups.iter().take(TOLD_MAX) {
        told(page, group, level);
    }
    if groups.len() > TOLD_MAX {
        page.push_str("| verdict | case | rule | modes |\n|---|---|---|---|\n");
        for group in groups.iter().skip(TOLD_MAX).take(LISTED_MAX) {
            let rule = group.first.deciding().next().map(|it| it.rule.id()).unwrap_or_default();
            let (case, modes) = (code(&text::line(&group.first.case)), group.modes());
            page.push_str(&format!("| {} | {case} | {rule} | {modes} |\n", group.first.word()));
        }
        page.push('\n');
    }
    if let Some(more @ 1..) = groups.len().checked_sub(TOLD_MAX + LISTED_MAX) {
        page.push_str(&format!("... and {more} more.\n\n"));
    }
}

fn told(page: &mut String, group: &Group<'_>, level: &str) {
    let case = group.first;
    let word = case.word().to_uppercase();
    page.push_str(&format!(
        "{level}# {word}: {}\n\n{}\n\n",
        code(&text::line(&case.case)),
        plain(&case.title)
    ));
    page.push_str(&format!("- modes: {}\n", group.modes()));
    for finding in case.deciding().take(4) {
        found(page, finding);
    }
    if let Some(note) = &case.note {
        page.push_str(&format!("- {}\n", plain(note)));
    }
    if let Some(replay) = &case.replay {
        page.push_str(&format!("- again: {}\n", code(replay)));
    }
    page.push('\n');
}

fn found(page: &mut String, finding: &Finding) {
    let Finding { rule, step, .. } = finding;
    page.push_str(&format!("- {}: {}\n", rule.id(), plain(rule.statement())));
    let (input, expected) = (plain(&finding.input), plain(&finding.expected));
    let got = plain(&finding.got);
    page.push_str(&format!("- step {step}, {input}: expected {expected}, got {got}\n"));
}

/// The rules of which there is more to say than that they hold.
fn rules(page: &mut String, run: &Report, level: &str) {
    let rows = matrix::rows(run);
    let holding = rows.iter().filter(|row| row.tally.standing() == Standing::Holds).count();
    page.push_str(&format!("{level} Rules\n\n{holding} of {} rules hold.", rows.len()));
    let others: Vec<_> =
        rows.iter().filter(|row| row.in_force && row.tally.standing() != Standing::Holds).collect();
    if others.is_empty() {
        page.push_str("\n\n");
        return;
    }
    page.push_str(" The others in force:\n\n");
    page.push_str("| rule | | pass | broken | waived | differs | advice | open |\n");
    page.push_str("|---|---|---:|---:|---:|---:|---:|---:|\n");
    for row in others {
        let tally = &row.tally;
        let differs = tally.differs;
        page.push_str(&format!(
            "| {} | {} | {} | {} | {} | {differs} | {} | {} |\n",
            row.rule.id(),
            tally.standing().words(),
            tally.pass,
            tally.fail,
            tally.waived,
            tally.advice,
            tally.open,
        ));
    }
    page.push('\n');
}

/// Implementations beside each other, rule by rule.
fn side_by_side(page: &mut String, runs: &[Report]) {
    let names = runs
        .iter()
        .map(|run| format!(" {} {} |", plain(&run.subject.name), plain(&run.subject.version)));
    page.push_str(&format!("| rule |{}\n", names.collect::<String>()));
    page.push_str(&format!("|---|{}\n", "---|".repeat(runs.len())));
    let columns: Vec<_> = runs.iter().map(matrix::rows).collect();
    for (at, rule) in Rule::ALL.iter().enumerate() {
        let tallies: Vec<_> = columns.iter().filter_map(|rows| rows.get(at)).collect();
        let cell = |row: &&matrix::Row| {
            let (standing, tally) = (row.tally.standing(), &row.tally);
            match standing {
                Standing::Broken => format!(" **broken** ({}) |", tally.fail),
                Standing::Waived => format!(" waived ({}) |", tally.waived),
                Standing::Untested
                | Standing::NotApplicable
                | Standing::Holds
                | Standing::Differs
                | Standing::Open => format!(" {} |", standing.words()),
            }
        };
        page.push_str(&format!(
            "| {} |{}\n",
            rule.id(),
            tallies.iter().map(cell).collect::<String>()
        ));
    }
    page.push('\n');
}
