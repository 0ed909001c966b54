//! `conclave explore`: every world a slice can reach, every goal judged in each.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    time::Instant,
};

use conclave_model::{
    explore::{Counterexample, Exploration, Verdict, explore, replay_on_bytes},
    ladder::ladder,
    properties::Goal,
    world::{SPY, Slice},
};
use conclave_spec::{Profile, Rule};
use console::style;

use super::Exit;
use crate::attack::{Attack, SCHEMA};

/// What to explore.
#[derive(Debug)]
pub struct Options {
    /// The profile.
    pub profile: String,
    /// Without this rule and those that need it.
    pub without: Option<String>,
    /// The slice.
    pub slice: String,
    /// Only this goal.
    pub goal: Option<String>,
    /// Write the first counterexample here, as an adapter script.
    pub export: Option<PathBuf>,
}

/// Explores and prints what was found: exit 0 when every goal holds, 1 with a counterexample.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    let (profile, rule) = match chosen(options) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    if let Some(wanted) = options.goal.as_ref().filter(|wanted| Goal::by_id(wanted).is_none()) {
        let known: Vec<_> = Goal::ALL.iter().map(|goal| goal.id()).collect();
        return super::no_such("goal", wanted, &known);
    }
    let Some(slice) = Slice::by_name(&options.slice) else {
        let known: Vec<_> = Slice::all().iter().map(|slice| slice.name).collect();
        return super::no_such("slice", &options.slice, &known);
    };
    let _ = writeln!(out, "{}", style(title(&profile, rule)).bold());
    let _ = writeln!(
        out,
        "{}",
        wrapped(&format!("within {slice}; free moments taken at their earliest"))
    );
    let started = Instant::now();
    let spinner = spinner();
    let found = explore(&profile, &slice);
    spinner.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    match found {
        Ok(found) => match report(options, &profile, rule, &found, seconds, out) {
            Ok(exit) => exit,
            // What was found stands, whether or not anybody reads on.
            Err(error) => super::written(Err(error), verdict_of(&found)),
        },
        Err(error) => Exit::harness(&error.to_string()),
    }
}

fn verdict_of(found: &Exploration) -> Exit {
    if found.all_hold() { Exit::Conformant } else { Exit::Nonconformant }
}

fn spinner() -> indicatif::ProgressBar {
    let spinner = indicatif::ProgressBar::new_spinner();
    spinner.set_draw_target(indicatif::ProgressDrawTarget::stderr());
    spinner.set_message("exploring");
    spinner.enable_steady_tick(std::time::Duration::from_millis(200));
    spinner
}

fn chosen(options: &Options) -> Result<(Profile, Option<Rule>), Exit> {
    let Some(profile) = Profile::by_id(&options.profile) else {
        let known: Vec<_> = Profile::all().iter().map(|profile| profile.id).collect();
        return Err(super::no_such("profile", &options.profile, &known));
    };
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
    writeln!(
        out,
        "{} distinct states to depth {}, the end of the slice, {seconds:.1} s\n",
        found.distinct_states, found.depth
    )?;
    let asked = |goal: &Goal| options.goal.as_ref().is_none_or(|wanted| goal.id() == wanted);
    for (goal, verdict) in found.verdicts.iter().filter(|(goal, _)| asked(goal)) {
        let verdict = match verdict {
            Verdict::Holds => style(verdict.to_string()).green(),
            Verdict::Violated(_) => style(verdict.to_string()).red().bold(),
            Verdict::Vacuous => style(verdict.to_string()).yellow(),
        };
        writeln!(out, "  {:<9} {verdict}", goal.id())?;
    }
    let broken = Goal::ALL
        .into_iter()
        .filter(|goal| options.goal.as_ref().is_none_or(|wanted| goal.id() == wanted))
        .find_map(|goal| found.counterexample(goal).map(|counterexample| (goal, counterexample)));
    let Some((goal, counterexample)) = broken else {
        if options.export.is_some() {
            writeln!(out, "\nnothing to export: no counterexample")?;
        }
        let vacuous = found
            .verdicts
            .iter()
            .any(|(goal, verdict)| asked(goal) && *verdict == Verdict::Vacuous);
        return Ok(if vacuous {
            Exit::harness("a goal was not put to the test: the slice never reaches its premise")
        } else {
            let what = options.goal.as_deref().unwrap_or("every goal");
            writeln!(out, "\n{what} holds within this bound, and only within it")?;
            Exit::Conformant
        });
    };
    show(options, profile, (goal, counterexample), out)?;
    if let Some(path) = &options.export {
        let attack = attack(options, goal, without, counterexample);
        let mut text = serde_json::to_string_pretty(&attack)?;
        text.push('\n');
        fs::write(path, text)?;
        let file = path.display();
        writeln!(
            out,
            "\nexported: conclave attack {file} --profile zoom-3.0 runs it against a client"
        )?;
    }
    Ok(Exit::Nonconformant)
}

fn attack(
    options: &Options,
    goal: Goal,
    without: Option<Rule>,
    counterexample: &Counterexample,
) -> Attack {
    Attack {
        schema: SCHEMA.to_owned(),
        goal: goal.id().to_owned(),
        found_under: options.profile.clone(),
        without,
        spy: SPY.to_owned(),
        plays: "bob".to_owned(),
        script: counterexample.script.clone(),
    }
}

fn show(
    options: &Options,
    profile: &Profile,
    (goal, counterexample): (Goal, &Counterexample),
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "\nthe shortest way to break {}:\n", goal.id())?;
    match ladder(&counterexample.script, profile) {
        Ok(diagram) => writeln!(out, "{diagram}")?,
        Err(error) => writeln!(out, "  no diagram: {error}")?,
    }
    match replay_on_bytes(&counterexample.script, profile, goal, SPY) {
        Ok(played) if played.violated => writeln!(
            out,
            "the same script over real cryptography: {} is broken there too",
            goal.id()
        )?,
        Ok(_) => writeln!(
            out,
            "the same script over real cryptography does NOT break {}: a finding about the model",
            goal.id()
        )?,
        Err(error) => writeln!(out, "the script does not play over real cryptography: {error}")?,
    }
    let without = options.without.as_ref().map(|id| format!(" --without {id}")).unwrap_or_default();
    writeln!(
        out,
        "again: conclave explore --profile {}{without} --slice {} --goal {}",
        options.profile,
        options.slice,
        goal.id()
    )
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
