//! What is no pass, on the page.

use std::collections::BTreeSet;

use conclave_model::sequence::Line;
use conclave_spec::rules::Citation;

use super::super::{
    Report,
    group::{Group, groups},
    story::Story,
    text,
};
use crate::{
    diagram::Bare,
    verdict::{CaseReport, Exchange, Finding, Verdict},
};

/// How many are shown in full.
const FULL_MAX: usize = 100;

/// How many are shown in short.
const SHORT_MAX: usize = 4_000;

/// How many are open when the page is.
const OPEN_MAX: usize = 3;

/// How much of what was expected and of what came stands in a diagram.
const WRONG_CHARS_MAX: usize = 30;

/// How many diagrams are drawn.
const DRAWN_MAX: usize = 40;

/// A case that is no pass.
pub(super) struct Failure {
    pub(super) open: bool,
    pub(super) area: &'static str,
    pub(super) word: &'static str,
    pub(super) class: &'static str,
    pub(super) case: String,
    pub(super) title: String,
    pub(super) modes: String,
    pub(super) findings: Vec<Found>,
    pub(super) note: Option<String>,
    pub(super) waived: Option<String>,
    pub(super) later: Option<String>,
    pub(super) replay: Option<String>,
    pub(super) before: usize,
    pub(super) diagram: Option<String>,
    pub(super) transcript: Vec<Exchange>,
}

/// One thing that is wrong.
pub(super) struct Found {
    pub(super) rule: &'static str,
    pub(super) statement: &'static str,
    pub(super) citation: String,
    pub(super) step: usize,
    pub(super) input: String,
    pub(super) field: Option<String>,
    pub(super) expected: String,
    pub(super) got: String,
}

/// A case that is no pass, in a line.
pub(super) struct Listed {
    pub(super) area: &'static str,
    pub(super) word: &'static str,
    pub(super) class: &'static str,
    pub(super) case: String,
    pub(super) rule: &'static str,
    pub(super) modes: String,
}

/// What is shown in full, what in short, and how many are left out.
pub(super) fn of(run: &Report, number: usize) -> (Vec<Failure>, Vec<Listed>, usize) {
    let groups = groups(run);
    let mut drawn = BTreeSet::new();
    let mut full = Vec::new();
    for (at, group) in groups.iter().take(FULL_MAX).enumerate() {
        let id = group.first.case.as_str();
        let story = run.stories.get(id);
        let story = story.filter(|_| drawn.len() < DRAWN_MAX && drawn.insert(id));
        let diagram = story.map(|story| picture(story, group.first, number * FULL_MAX + at));
        let open = at < OPEN_MAX && group.first.verdict.is_nonconformant();
        let before = story.map(|story| story.before).unwrap_or_default();
        full.push(Failure { open, before, diagram, ..failure(run, group) });
    }
    let short = groups.iter().skip(FULL_MAX).take(SHORT_MAX).map(listed).collect();
    (full, short, groups.len().saturating_sub(FULL_MAX + SHORT_MAX))
}

/// The area of a case: one of those known, so that it is safe anywhere.
pub(super) fn area(case: &str) -> &'static str {
    let said = case.split('/').nth(1).unwrap_or_default();
    super::overview::areas().into_iter().find(|area| *area == said).unwrap_or_default()
}

fn class(case: &CaseReport) -> &'static str {
    match (case.verdict, case.waiver) {
        (Verdict::Pass, _) => "good",
        (Verdict::NotApplicable, _) => "quiet",
        (Verdict::Advice | Verdict::Differs | Verdict::NotRun, _) | (_, Some(_)) => "fair",
        (_, None) => "bad",
    }
}

fn failure(run: &Report, group: &Group<'_>) -> Failure {
    let case = group.first;
    let waiver = case.waiver.and_then(|number| run.waivers.get(number.checked_sub(1)?));
    Failure {
        open: false,
        area: area(&case.case),
        word: case.word(),
        class: class(case),
        case: text::line(&case.case),
        title: text::line(&case.title),
        modes: group.modes(),
        findings: case.deciding().take(4).map(found).collect(),
        note: case.note.as_deref().map(text::lines),
        waived: waiver.map(|used| {
            let (reason, until) = (text::line(&used.waiver.reason), used.waiver.expires);
            format!("{reason} (until {until})")
        }),
        later: later(case),
        replay: case.replay.as_deref().map(text::command),
        before: 0,
        diagram: None,
        transcript: case
            .transcript
            .iter()
            .map(|it| Exchange { asked: text::line(&it.asked), answered: text::line(&it.answered) })
            .collect(),
    }
}

fn found(finding: &Finding) -> Found {
    let Citation { paper, place } = finding.rule.citation();
    Found {
        rule: finding.rule.id(),
        statement: finding.rule.statement(),
        citation: format!("whitepaper {paper}, {place}"),
        step: finding.step,
        input: text::line(&finding.input),
        field: finding.field.as_deref().map(text::line),
        expected: text::line(&finding.expected),
        got: text::line(&finding.got),
    }
}

/// The steps that are wrong too.
fn later(case: &CaseReport) -> Option<String> {
    let first = case.deciding().next().map(|finding| finding.step);
    let later = case.findings.iter().map(|it| it.step).filter(|step| Some(*step) != first);
    let steps: BTreeSet<usize> = later.collect();
    let steps: Vec<_> = steps.iter().map(ToString::to_string).collect();
    let steps = steps.join(", ");
    (!steps.is_empty()).then(|| format!("Also at step {steps}: may follow from this, not counted."))
}

fn listed(group: &Group<'_>) -> Listed {
    let case = group.first;
    Listed {
        area: area(&case.case),
        word: case.word(),
        class: class(case),
        case: text::line(&case.case),
        rule: case.deciding().next().map(|it| it.rule.id()).unwrap_or_default(),
        modes: group.modes(),
    }
}

fn picture(story: &Story, case: &CaseReport, number: usize) -> String {
    let lanes: Vec<String> = story.lanes.iter().map(|lane| text::line(lane)).collect();
    let lines: Vec<Line> = story
        .lines
        .iter()
        .map(|line| Line {
            text: text::line(&line.text),
            party: text::line(&line.party),
            ..Line::from(line)
        })
        .collect();
    let plays = text::line(&story.plays);
    let wrong = case.deciding().next().map(|finding| {
        let (expected, got) = (text::line(&finding.expected), text::line(&finding.got));
        let cut = |said: String| said.chars().take(WRONG_CHARS_MAX).collect::<String>();
        format!("the client: expected {}, got {}", cut(expected), cut(got))
    });
    let wrong = wrong.as_deref().map(|what| (plays.as_str(), what));
    Bare { lanes: &lanes, lines: &lines, wrong, number }.element(&text::line(&case.title))
}
