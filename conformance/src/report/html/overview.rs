//! What there is to say about a run as a whole, on the page.

use std::collections::BTreeMap;

use conclave_spec::{Profile, Rule, rules::Area};

use super::{
    super::{
        Report,
        matrix::{self, Standing, Tally},
        text,
        waivers::WaiverState,
    },
    empty, failures,
};
use crate::{
    commands::Exit,
    record::FORMULAS,
    verdict::{CaseReport, Verdict, WAIVED},
};

/// How many cases have a verdict.
pub(super) struct Card {
    pub(super) class: &'static str,
    pub(super) count: usize,
    pub(super) word: &'static str,
}

/// A cell of a table.
pub(super) struct Cell {
    pub(super) class: &'static str,
    pub(super) words: String,
}

/// A version, by area.
pub(super) struct ProfileRow {
    pub(super) profile: String,
    pub(super) cells: Vec<Cell>,
}

/// A waiver.
pub(super) struct WaiverRow {
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) state: &'static str,
    pub(super) what_to_do: &'static str,
    pub(super) covers: usize,
    pub(super) until: String,
    pub(super) reason: String,
    pub(super) link: String,
    pub(super) is_link: bool,
}

/// A rule.
pub(super) struct RuleRow {
    pub(super) area: &'static str,
    pub(super) id: &'static str,
    pub(super) statement: &'static str,
    pub(super) in_force: &'static str,
    pub(super) class: &'static str,
    pub(super) standing: &'static str,
    pub(super) words: String,
    pub(super) counts: [usize; 7],
}

/// A rule in several implementations.
pub(super) struct SideRow {
    pub(super) area: &'static str,
    pub(super) id: &'static str,
    pub(super) statement: &'static str,
    pub(super) words: String,
    pub(super) cells: Vec<Cell>,
}

/// Every area.
pub(super) fn areas() -> Vec<&'static str> {
    Area::ALL.iter().map(|area| area.word()).collect()
}

/// The areas that a run has cases of.
pub(super) fn areas_of(run: &Report) -> Vec<&'static str> {
    let there = |area: &&str| run.cases.iter().any(|case| failures::area(&case.case) == *area);
    areas().into_iter().filter(there).collect()
}

/// The words to filter by: those of rules, and those of the cases there are.
pub(super) fn words(runs: &[Report]) -> Vec<&'static str> {
    let said = |word: &&str| runs.iter().any(|run| run.counts.contains_key(*word));
    let silent = [Verdict::Pass, Verdict::NotApplicable, Verdict::NotRun].map(Verdict::words);
    let of_cases = Verdict::ALL.map(Verdict::words).into_iter().chain([WAIVED]);
    let of_rules = [Standing::Holds, Standing::Broken, Standing::Untested].map(Standing::words);
    of_cases.filter(|word| said(word) && !silent.contains(word)).chain(of_rules).collect()
}

pub(super) fn class_of(run: &Report) -> &'static str {
    match run.exit() {
        Exit::Conformant if run.waived() == 0 => "good",
        Exit::Conformant | Exit::Attention(_) | Exit::Inconclusive(_) => "fair",
        Exit::Nonconformant | Exit::Harness(_) | Exit::Usage(_) => "bad",
    }
}

/// What else is behind the conclusion.
pub(super) fn why(run: &Report) -> Option<String> {
    let (waived, stale) = (run.waived(), run.stale());
    let mut words = Vec::new();
    if !run.rules_failed.is_empty() && matches!(run.exit(), Exit::Nonconformant) {
        let failed = run.rules_failed.iter().take(12).map(|id| text::line(id));
        words.push(format!("Rules behind it: {}.", failed.collect::<Vec<_>>().join(", ")));
    }
    if waived > 0 {
        words.push(format!("Failures waived: {waived}."));
    }
    if stale > 0 {
        words.push(format!("Waivers that need attention: {stale}."));
    }
    (!words.is_empty()).then(|| words.join(" "))
}

pub(super) fn facts(run: &Report) -> Vec<String> {
    let subject = &run.subject;
    let mut facts = vec![format!(
        "{} requests in the modes {}; {} rules seen holding, {} seen refusing.",
        run.steps,
        subject.modes.iter().map(|mode| text::line(mode)).collect::<Vec<_>>().join(", "),
        run.rules_seen_holding.len(),
        run.rules_seen_refusing.len(),
    )];
    let scope = run.scope.words();
    if !scope.is_empty() {
        facts.push(format!("Only: {}.", scope.join(", ")));
    }
    for (key, value) in &subject.policies {
        facts.push(format!("Follows {} = {}.", text::line(key), text::line(value)));
    }
    facts.extend(run.notes.iter().map(|note| format!("Note: {}", text::line(note))));
    facts
}

pub(super) fn cards(run: &Report) -> Vec<Card> {
    let card = |word: &'static str, class| {
        let count = run.counts.get(word).copied().unwrap_or_default();
        Card { class, count, word }
    };
    let of_verdict = |verdict: Verdict| {
        let class = match verdict {
            Verdict::Pass => "good",
            Verdict::NotApplicable => "quiet",
            Verdict::Advice | Verdict::Differs | Verdict::NotRun => "fair",
            Verdict::Inconclusive
            | Verdict::Fail
            | Verdict::Timeout
            | Verdict::Crash
            | Verdict::ProtocolError => "bad",
        };
        card(verdict.words(), class)
    };
    let all = Verdict::ALL.into_iter().map(of_verdict).chain([card(WAIVED, "fair")]);
    all.filter(|card| card.count > 0 || card.word == Verdict::Pass.words()).collect()
}

/// A line for each version that was run, oldest first.
pub(super) fn profiles(run: &Report) -> Vec<ProfileRow> {
    let mut table: BTreeMap<(&str, &str), Vec<&CaseReport>> = BTreeMap::new();
    for case in &run.cases {
        let profile = case.case.split('/').next().unwrap_or_default();
        table.entry((profile, failures::area(&case.case))).or_default().push(case);
    }
    let known = Profile::all();
    let names = [FORMULAS].into_iter().chain(known.iter().map(|profile| profile.id));
    let there = names.filter(|name| table.keys().any(|(profile, _)| profile == name));
    let row = |profile: &str| ProfileRow {
        profile: profile.to_owned(),
        cells: areas_of(run).into_iter().map(|area| cell(table.get(&(profile, area)))).collect(),
    };
    there.map(row).collect()
}

fn cell(cases: Option<&Vec<&CaseReport>>) -> Cell {
    let Some(cases) = cases else { return empty() };
    let with = |wanted: Verdict| cases.iter().filter(|case| case.verdict == wanted).count();
    let (passed, apply) = (with(Verdict::Pass), cases.len() - with(Verdict::NotApplicable));
    if apply == 0 {
        return empty();
    }
    let class = if cases.iter().any(|case| case.counts_against()) {
        "bad"
    } else if passed < apply {
        "fair"
    } else {
        "good"
    };
    Cell { class, words: format!("{passed} of {apply}") }
}

pub(super) fn waivers(run: &Report) -> Vec<WaiverRow> {
    let row = |used: &super::super::WaiverUse| {
        let link = text::line(&used.waiver.link);
        WaiverRow {
            name: used.waiver.name(),
            class: match used.state {
                WaiverState::Used => "fair",
                WaiverState::Undecided => "quiet",
                WaiverState::Expired | WaiverState::Passes | WaiverState::Nothing => "bad",
            },
            state: used.state.words(),
            what_to_do: used.state.what_to_do(),
            covers: used.covers,
            until: used.waiver.expires.to_string(),
            reason: text::line(&used.waiver.reason),
            is_link: link.starts_with("https://") || link.starts_with("http://"),
            link,
        }
    };
    run.waivers.iter().map(row).collect()
}

/// The words a rule is found by: what its cases say, as words of cases too.
fn filter_words(tallies: &[&Tally]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for tally in tallies {
        words.push(tally.standing().words());
        let of_cases = [
            (tally.fail, Verdict::Fail.words()),
            (tally.waived, WAIVED),
            (tally.differs, Verdict::Differs.words()),
            (tally.advice, Verdict::Advice.words()),
        ];
        words.extend(of_cases.iter().filter(|(count, _)| *count > 0).map(|(_, word)| *word));
    }
    words.join("|")
}

pub(super) fn rules(run: &Report) -> Vec<RuleRow> {
    let row = |row: &matrix::Row| {
        let (tally, standing) = (&row.tally, row.tally.standing());
        RuleRow {
            area: row.rule.area().word(),
            id: row.rule.id(),
            statement: row.rule.statement(),
            in_force: if row.in_force { "yes" } else { "no" },
            class: standing.class(),
            standing: standing.words(),
            words: filter_words(&[tally]),
            counts: [
                tally.pass,
                tally.fail,
                tally.waived,
                tally.differs,
                tally.advice,
                tally.open,
                tally.not_applicable,
            ],
        }
    };
    matrix::rows(run).iter().map(row).collect()
}

pub(super) fn side_by_side(runs: &[Report]) -> Vec<SideRow> {
    let columns: Vec<_> = runs.iter().map(matrix::rows).collect();
    let row = |(at, rule): (usize, &Rule)| {
        let tallies: Vec<_> =
            columns.iter().filter_map(|rows| rows.get(at)).map(|row| &row.tally).collect();
        let cell = |tally: &&Tally| {
            let standing = tally.standing();
            let broken = matches!(standing, Standing::Broken).then_some(tally.fail);
            let waived = matches!(standing, Standing::Waived).then_some(tally.waived);
            let count = broken.or(waived).map(|count| format!(" ({count})"));
            let words = standing.words().to_owned() + &count.unwrap_or_default();
            Cell { class: standing.class(), words }
        };
        SideRow {
            area: rule.area().word(),
            id: rule.id(),
            statement: rule.statement(),
            words: filter_words(&tallies),
            cells: tallies.iter().map(cell).collect(),
        }
    };
    Rule::ALL.iter().enumerate().map(row).collect()
}
