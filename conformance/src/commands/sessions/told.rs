//! What came of the sessions, for people.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use conclave_model::{
    ladder::ladder,
    script::{Act, Script},
};
use conclave_spec::RuleSet;
use console::style;

use super::Client;
use crate::{
    commands::tables::wrapped,
    player::Fault,
    report::{self, Report, Subject, text},
    sessions::{
        lane::{Difference, Lane},
        word,
    },
};

/// The longest list of rules printed, in rules.
const RULES_MAX: usize = 60;
/// How wide the lines are, in columns.
const WIDTH: u16 = 100;

/// Prints everything: differences, one line for each profile and role, what was reached.
pub(super) fn print(
    client: &Client<'_>,
    lanes: &[Lane],
    farewell: Option<&Fault>,
    seconds: f64,
    out: &mut dyn Write,
) -> io::Result<()> {
    for lane in lanes {
        for difference in &lane.differences {
            differs(client, lane, difference, out)?;
        }
    }
    if let Some(fault) = farewell {
        let fault = text::lines(&fault.to_string());
        writeln!(out, "{}  at the end of its input: {fault}\n", style("FAIL").red().bold())?;
    }
    let hello = &client.hello;
    let (name, version) = (text::line(&hello.name), text::line(&hello.version));
    writeln!(out, "{} {version}  [{}]", style(name).bold(), client.mode.name())?;
    lanes.iter().try_for_each(|lane| line(lane, out))?;
    reached(lanes, out)?;
    let sum = |of: fn(&Lane) -> usize| lanes.iter().map(of).sum::<usize>();
    let sessions = sum(|lane| lane.sessions);
    let steps: BTreeSet<_> = lanes.iter().flat_map(|lane| &lane.distinct_steps).collect();
    writeln!(
        out,
        "  {sessions} sessions ({} distinct), {} inputs ({} distinct steps), {} requests",
        sum(|lane| lane.distinct_sessions.len()),
        sum(|lane| lane.inputs),
        steps.len(),
        sum(|lane| lane.requests),
    )?;
    let rate = f64::from(u32::try_from(sessions).unwrap_or(u32::MAX)) / seconds.max(0.001);
    writeln!(out, "  {seconds:.1} s, {rate:.0} sessions a second")?;
    conclusion(lanes, farewell, sessions, out)
}

fn conclusion(
    lanes: &[Lane],
    farewell: Option<&Fault>,
    sessions: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    if sessions == 0 {
        return writeln!(out, "  {}", style("nothing was judged").red().bold());
    }
    if farewell.is_none() && lanes.iter().all(Lane::goes_on) {
        let words = "the client and the model agree in all of them";
        return writeln!(out, "  {}", style(words).green().bold());
    }
    let failing = lanes.iter().filter(|lane| !lane.goes_on()).count();
    let words = format!("NOT conformant: a session fails in {failing} of {} lanes", lanes.len());
    writeln!(out, "  {}", style(words).red().bold())
}

fn line(lane: &Lane, out: &mut dyn Write) -> io::Result<()> {
    let plan = lane.source.plan();
    let (reached, all) = (&lane.reached, plan.profile.rules);
    let line = format!(
        "  {:<22} {:<12} {:>5} sessions {:>7} inputs   rules {} held, {} refused, cells {}",
        plan.profile.id,
        word(plan.role),
        lane.sessions,
        lane.inputs,
        within(reached.held, all).len(),
        within(reached.turned, all).len(),
        reached.cells.len(),
    );
    writeln!(out, "{line}")?;
    if let (count @ 1.., why) = &lane.left_out {
        let why = text::line(why.as_deref().unwrap_or_default());
        writeln!(out, "{}", wrapped(&format!("{count} not applicable: {why}"), 25, WIDTH))?;
    }
    Ok(())
}

/// The rules of one set that are in another.
fn within(rules: RuleSet, all: RuleSet) -> RuleSet {
    rules.less(RuleSet::all().less(all))
}

/// The rules and the cells that all sessions together reached.
fn reached(lanes: &[Lane], out: &mut dyn Write) -> io::Result<()> {
    let union =
        |of: &dyn Fn(&Lane) -> RuleSet| lanes.iter().map(of).fold(RuleSet::EMPTY, RuleSet::union);
    let all = union(&|lane| lane.source.plan().profile.rules);
    let held = within(union(&|lane| lane.reached.held), all);
    let turned = within(union(&|lane| lane.reached.turned), all);
    let seen = held.union(turned);
    writeln!(
        out,
        "  rules in force {}, reached {}: {} held, {} refused, put off or made it leave",
        all.len(),
        seen.len(),
        held.len(),
        turned.len()
    )?;
    let never: Vec<_> = all.less(seen).iter().map(|rule| rule.id()).collect();
    if !never.is_empty() {
        let shown: Vec<_> = never.iter().take(RULES_MAX).copied().collect();
        let more = never.len().saturating_sub(RULES_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let named = format!("no step turned on {}{more}", shown.join(" "));
        writeln!(out, "{}", wrapped(&named, 2, WIDTH))?;
    }
    let cells: BTreeSet<_> = lanes.iter().flat_map(|lane| &lane.reached.cells).collect();
    let pairs: BTreeSet<_> = cells.iter().map(|cell| (cell.phase, cell.input)).collect();
    writeln!(
        out,
        "  transitions: {} pairs of phase and input, {} cells with what became of them",
        pairs.len(),
        cells.len()
    )
}

/// A difference: what is wrong, drawn, with the line that plays it again.
fn differs(
    client: &Client<'_>,
    lane: &Lane,
    difference: &Difference,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (session, report) = (&difference.session, &difference.report);
    let subject = Subject {
        name: client.hello.name.clone(),
        version: client.hello.version.clone(),
        adapter: client.options.adapter_words.clone(),
        modes: vec![client.mode.name()],
        policies: lane.source.plan().policies.clone(),
        replay: Some(replay(client, lane, session.number)),
    };
    let one = Report::new(subject, vec![report.clone()], std::slice::from_ref(&session.case));
    report::details(&one, out)?;
    let (few, whole) = (session.draft.script.steps.len(), difference.whole);
    writeln!(out, "  the smallest session found, {few} of {whole} steps, as it has to go:")?;
    for row in drawn(lane, difference).lines() {
        writeln!(out, "  {}", text::whole(row))?;
    }
    if let Some(finding) = report.deciding().next() {
        let (wanted, got) = (text::line(&finding.expected), text::line(&finding.got));
        let here = style("^ here").red().bold();
        writeln!(out, "  {here}: wanted {wanted}; got {got}")?;
    }
    writeln!(out)
}

/// The session up to the first wrong step, without the looks at what the user sees before it.
fn drawn(lane: &Lane, difference: &Difference) -> String {
    let (case, plays) = (&difference.session.case, &difference.session.draft.plays);
    let Some(session) = &case.session else { return String::new() };
    let wrong = difference.report.deciding().next().map_or(usize::MAX, |it| it.step);
    let mut own = 0;
    let until = session.script.steps.iter().take_while(|step| {
        let before = own < wrong;
        own += usize::from(step.party == *plays);
        before
    });
    let mut steps: Vec<_> = until.cloned().collect();
    while steps.last().is_some_and(|step| step.party != *plays) {
        steps.pop();
    }
    let last = steps.pop();
    steps.retain(|step| !matches!(step.act, Act::Observe {}));
    steps.extend(last);
    let script = Script { cast: session.script.cast.clone(), steps };
    let drawn = ladder(&script, &lane.source.plan().profile);
    drawn.unwrap_or_else(|error| format!("it cannot be drawn: {error}"))
}

/// The command that plays one session again.
fn replay(client: &Client<'_>, lane: &Lane, number: u32) -> String {
    let plan = lane.source.plan();
    let adapter = &client.options.adapter_words;
    let space = if adapter.is_empty() { "" } else { " " };
    format!(
        "conclave sessions{space}{adapter} --profile {} --role {} --seed {} --steps {} --mode {} \
         --session {number}",
        plan.profile.id,
        word(plan.role),
        plan.seed,
        plan.steps,
        client.mode.name(),
    )
}
