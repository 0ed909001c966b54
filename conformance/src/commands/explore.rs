//! `conclave explore`: every world a slice can reach, every goal judged in each.

use std::{
    fs,
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    time::Instant,
};

use conclave_model::{
    algebra::UNSEEN,
    explore::{Exploration, ExploreError, Limits, Pace, Verdict, explore_within, walk},
    properties::Goal,
    world::{Budgets, Rig, Slice},
};
use conclave_spec::{
    Profile, Rule,
    readings::{UNDER, Under},
};
use console::style;

use super::Exit;
use crate::cores;

pub mod chains;
mod deep_first;
pub mod families;
pub mod mixtures;
mod plan;
pub mod rooms;
mod serve;
mod shown;

use shown::{Found, show};

/// What to explore.
#[derive(Debug)]
pub struct Options {
    /// The profile.
    pub profile: String,
    /// Without this rule and those that need it.
    pub without: Option<String>,
    /// Under this alternative of a reading.
    pub reading: Option<String>,
    /// The slice, or `all` for every one that takes seconds.
    pub slice: String,
    /// Other budgets than the slice's, as `name=count`.
    pub budgets: Vec<String>,
    /// Only this goal.
    pub goal: Option<String>,
    /// Write the first counterexample here, as an adapter script.
    pub export: Option<PathBuf>,
    /// Stop after so many worlds.
    pub states_max: Option<usize>,
    /// Go deep first: little memory, no counterexamples.
    pub deep_first: bool,
    /// Walk this many random paths instead.
    pub random: Option<u64>,
    /// The seed of the random paths.
    pub seed: u64,
    /// Serve the states at this address instead, for a browser.
    pub serve: Option<SocketAddr>,
}

/// How long random paths are, in moves.
const WALK_MAX: usize = 60;

/// Prints what the slices cover: powers and goals by slice.
pub fn plan(out: &mut dyn Write) -> Exit {
    super::written(plan::plan(out), Exit::Conformant)
}

/// Explores and prints what was found: exit 0 when no promised goal is broken, 1 with a
/// counterexample, 3 if a goal was not put to the test.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    let (profile, rule) = match chosen(options) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    if let Some(address) = options.serve {
        return serve::serve(options, address, profile, rule, out);
    }
    if let Some(wanted) = options.goal.as_ref().filter(|wanted| Goal::by_id(wanted).is_none()) {
        let known: Vec<_> = Goal::ALL.iter().map(|goal| goal.id()).collect();
        return super::no_such("goal", wanted, &known);
    }
    let slices: Vec<Slice> = match options.slice.as_str() {
        "all" => Slice::quick(),
        name => Slice::by_name(name).into_iter().collect(),
    };
    if slices.is_empty() {
        let mut known: Vec<_> = Slice::all().iter().map(|slice| slice.name).collect();
        known.push("all");
        return super::no_such("slice", &options.slice, &known);
    }
    let slices: Result<Vec<Slice>, Exit> =
        slices.into_iter().map(|slice| budgeted(slice, &options.budgets)).collect();
    let slices = match slices {
        Ok(slices) => slices,
        Err(exit) => return exit,
    };
    let title = title(&profile, rule) + &under(options);
    let _ = writeln!(out, "{}", style(wrapped(&title)).bold());
    let mut exit = Exit::Conformant;
    for slice in slices {
        let asked = |goal: &Goal| options.goal.as_ref().is_none_or(|wanted| goal.id() == wanted);
        let mut slice = slice;
        slice.goals.retain(|goal| asked(goal) && goal.applies(&profile));
        if slice.goals.is_empty() {
            if options.slice != "all" {
                return Exit::usage("this slice judges no such goal in this version");
            }
            continue;
        }
        let searched = match options.random {
            Some(paths) => walked(options, &profile, rule, &slice, paths, out),
            None if options.deep_first => deep_first::run(options, &profile, &slice, out),
            None => explored(options, &profile, rule, &slice, out),
        };
        exit = worse(exit, searched);
    }
    let _ = writeln!(out, "\n{}", style(wrapped(UNSEEN)).dim());
    exit
}

/// A slice with the budgets asked for.
fn budgeted(mut slice: Slice, budgets: &[String]) -> Result<Slice, Exit> {
    for budget in budgets {
        let parts = budget.split_once('=');
        let parts = parts.and_then(|(name, count)| Some((name, count.parse().ok()?)));
        let Some((name, count)) = parts else {
            return Err(Exit::usage(&format!("{budget:?} is not NAME=N with N up to 255")));
        };
        let changed = slice.budgets.with(name, count);
        slice.budgets = changed.ok_or_else(|| super::no_such("budget", name, &Budgets::NAMES))?;
    }
    Ok(slice)
}

/// Of two outcomes the one a caller must hear of.
fn worse(one: Exit, other: Exit) -> Exit {
    if other.code() > one.code() { other } else { one }
}

fn explored(
    options: &Options,
    profile: &Profile,
    rule: Option<Rule>,
    slice: &Slice,
    out: &mut dyn Write,
) -> Exit {
    let _ = writeln!(out, "\n{}", wrapped(&slice.to_string()));
    let started = Instant::now();
    let bar = spinner();
    let states_max = options.states_max.unwrap_or(usize::MAX);
    let limits = Limits { states_max, threads: cores::count(), ..Limits::default() };
    let mut progress = |pace: Pace| {
        let rate = pace.distinct_states as f64 / started.elapsed().as_secs_f64().max(0.001);
        bar.set_message(format!(
            "{} states, {rate:.0} per second, {} moves deep, {} waiting",
            pace.distinct_states, pace.depth, pace.frontier
        ));
        bar.tick();
    };
    let found = explore_within(profile, slice, &limits, &mut progress);
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    match found {
        Ok(found) => match report(options, profile, rule, &found, seconds, out) {
            Ok(exit) => exit,
            // What was found stands, whether or not anybody reads on.
            Err(error) => super::written(Err(error), verdict_of(&found)),
        },
        Err(error) => Exit::harness(&error.to_string()),
    }
}

fn walked(
    options: &Options,
    profile: &Profile,
    rule: Option<Rule>,
    slice: &Slice,
    paths: u64,
    out: &mut dyn Write,
) -> Exit {
    let _ = writeln!(out, "\n{}", wrapped(&slice.to_string()));
    let rig = Rig::new(profile, slice);
    let walked = match walk(&rig, options.seed, paths, WALK_MAX) {
        Ok(walked) => walked,
        Err(error) => return Exit::harness(&error.to_string()),
    };
    let (seed, moves) = (options.seed, walked.moves);
    let _ = writeln!(out, "  {} random paths, {moves} moves, seed {seed}", walked.paths);
    let Some((goal, counterexample)) = walked.broken else {
        let _ = writeln!(out, "  nothing found; that proves nothing");
        return Exit::Conformant;
    };
    let found = Found { goal, counterexample: &counterexample, slice, without: rule };
    let _ = show(options, &rig.profile, &found, out);
    Exit::Nonconformant
}

fn verdict_of(found: &Exploration) -> Exit {
    let broken = found.broken().any(|(goal, _)| goal.is_promised());
    if broken { Exit::Nonconformant } else { Exit::Conformant }
}

fn spinner() -> indicatif::ProgressBar {
    let spinner = indicatif::ProgressBar::new_spinner();
    spinner.set_draw_target(indicatif::ProgressDrawTarget::stderr());
    spinner.set_message("exploring");
    spinner
}

fn chosen(options: &Options) -> Result<(Profile, Option<Rule>), Exit> {
    let Some(profile) = Profile::by_id(&options.profile) else {
        let known: Vec<_> = Profile::all().iter().map(|profile| profile.id).collect();
        return Err(super::no_such("profile", &options.profile, &known));
    };
    if let Some(wanted) = &options.reading {
        let Some(under) = Under::named(wanted) else {
            let known: Vec<_> = UNDER.iter().map(ToString::to_string).collect();
            let known: Vec<_> = known.iter().map(String::as_str).collect();
            return Err(super::no_such("reading that the model can take", wanted, &known));
        };
        let other = under.of(profile.clone());
        if other == profile {
            return Err(Exit::usage(&format!("{under} changes nothing in {}", profile.id)));
        }
        return Ok((other, None));
    }
    let Some(id) = &options.without else { return Ok((profile, None)) };
    let Some(rule) = Rule::by_id(id) else {
        let known: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        return Err(super::no_such("rule", id, &known));
    };
    if !profile.rules.contains(rule) {
        return Err(Exit::usage(&format!("{id} is not in force in {}", profile.id)));
    }
    Ok((profile.without(rule), Some(rule)))
}

fn under(options: &Options) -> String {
    let named = options.reading.as_deref().and_then(Under::named);
    named.map_or_else(String::new, |under| format!(" under {under}: {}", under.text()))
}

fn title(profile: &Profile, without: Option<Rule>) -> String {
    match without {
        None => format!("exploring {}", profile.id),
        Some(rule) => {
            let also: Vec<_> = rule.with_dependents().iter().map(|rule| rule.id()).collect();
            format!("exploring {} without {}", profile.id, also.join(", "))
        }
    }
}

fn report(
    options: &Options,
    profile: &Profile,
    without: Option<Rule>,
    found: &Exploration,
    seconds: f64,
    out: &mut dyn Write,
) -> io::Result<Exit> {
    let (states, depth) = (found.distinct_states, found.depth);
    let end = if found.whole { "the end of the slice" } else { "where the limit ended it" };
    writeln!(out, "  {states} distinct states to depth {depth}, {end}, {seconds:.1} s")?;
    for (goal, verdict) in &found.verdicts {
        let text = verdict.to_string();
        let text = match verdict {
            Verdict::Holds => style(text).green(),
            Verdict::Violated(_) if !goal.is_promised() => {
                style(format!("{text}, as the paper admits")).yellow()
            }
            Verdict::Violated(_) => style(text).red().bold(),
            Verdict::Vacuous => style(text).yellow(),
        };
        writeln!(out, "    {:<13} {text}", goal.id())?;
    }
    let promised = found.broken().find(|(goal, _)| goal.is_promised());
    if let Some((goal, counterexample)) = promised {
        let shown = Found { goal, counterexample, slice: &found.slice, without };
        let rig = Rig::new(profile, &found.slice);
        show(options, &rig.profile, &shown, out)?;
        if let Some(path) = &options.export {
            let mut text = serde_json::to_string_pretty(&shown.attack(&options.profile))?;
            text.push('\n');
            fs::write(path, text)?;
            let (file, profile) = (path.display(), &options.profile);
            writeln!(
                out,
                "\nexported: conclave attack {file} --profile {profile} runs it against a client"
            )?;
        }
        return Ok(Exit::Nonconformant);
    }
    if options.export.is_some() {
        writeln!(out, "\nnothing to export: no counterexample")?;
    }
    let vacuous = found.verdicts.iter().any(|(_, verdict)| *verdict == Verdict::Vacuous);
    if vacuous && found.whole && without.is_none() {
        return Ok(Exit::harness("a goal was not put to the test: its premise is never reached"));
    }
    Ok(Exit::Conformant)
}

fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < 98 => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(format!("  {word}")),
        }
    }
    lines.join("\n")
}

/// An exploration could not be done: the model is at fault.
impl From<ExploreError> for Exit {
    fn from(error: ExploreError) -> Self {
        Self::harness(&error.to_string())
    }
}
