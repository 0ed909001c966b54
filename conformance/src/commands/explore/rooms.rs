//! `conclave explore --scenario rooms`: a participant who goes to a breakout room and comes back, and what
//! a server can make of it.

use std::{
    io::{self, Write},
    time::Instant,
};

use conclave_model::{
    rooms::{DEPTH, Found, Goal, Move, holds_on_bytes, search},
    stage::StageError,
};
use conclave_spec::{Profile, Rule};
use console::style;

use super::{Exit, wrapped};

/// The scenario's name.
pub const SCENARIO: &str = "rooms";

/// What to look at.
#[derive(Debug)]
pub struct Options {
    /// One profile, or the first with rooms, the last of the paper and the hardened one.
    pub profile: Option<String>,
    /// Without this rule and those that need it.
    pub without: Option<String>,
}

/// The profiles looked at where none is named.
const PROFILES: [&str; 3] = ["zoom-3.3", "zoom-4.6", "hardened"];

/// Looks and prints: exit 0 where every goal holds, 1 with a way to break one.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    let rule = match options.without.as_ref().map(|id| (id, Rule::by_id(id))) {
        Some((id, None)) => {
            let known: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
            return crate::commands::no_such("rule", id, &known);
        }
        found => found.and_then(|(_, rule)| rule),
    };
    let having = |profile: &Profile| profile.rules.contains(Rule::InRoomShown);
    let known: Vec<Profile> = Profile::all().into_iter().filter(having).collect();
    let asked = |profile: &Profile| match &options.profile {
        Some(id) => profile.id == id,
        None => PROFILES.contains(&profile.id),
    };
    let profiles: Vec<_> = known.iter().filter(|profile| asked(profile)).cloned().collect();
    if profiles.is_empty() {
        let wanted = options.profile.as_deref().unwrap_or_default();
        let known: Vec<_> = known.iter().map(|profile| profile.id).collect();
        return crate::commands::no_such("profile with breakout rooms", wanted, &known);
    }
    let mut exit = Exit::Conformant;
    for profile in profiles {
        let profile = rule.map_or_else(|| profile.clone(), |rule| profile.clone().without(rule));
        let started = Instant::now();
        let found = match search(&profile, DEPTH) {
            Ok(found) => found,
            Err(error) => return Exit::harness(&error.to_string()),
        };
        if !found.broken.is_empty() {
            exit = Exit::Nonconformant;
        }
        match tell(&profile, rule, &found, started.elapsed().as_secs_f64(), out) {
            Ok(()) => {}
            Err(ToldError::Output(error)) => return crate::commands::written(Err(error), exit),
            Err(ToldError::Stage(error)) => return Exit::harness(&error.to_string()),
        }
    }
    exit
}

#[derive(Debug, thiserror::Error)]
enum ToldError {
    #[error(transparent)]
    Output(#[from] io::Error),
    #[error(transparent)]
    Stage(#[from] StageError),
}

fn tell(
    profile: &Profile,
    rule: Option<Rule>,
    found: &Found,
    seconds: f64,
    out: &mut dyn Write,
) -> Result<(), ToldError> {
    let without = rule.map_or(String::new(), |rule| format!(" without {}", rule.id()));
    writeln!(out, "\n{}", style(format!("breakout rooms, {}{without}", profile.id)).bold())?;
    let counted = format!(
        "{} situations within {DEPTH} moves, {} moves tried, {seconds:.1} s",
        found.situations, found.tried
    );
    writeln!(out, "{}", wrapped(&counted))?;
    let returns = match &found.returns {
        Some(way) => format!("bob comes back and hears alice after {} moves", way.len()),
        None => "bob does not come back, so little is shown".to_owned(),
    };
    writeln!(out, "{}", wrapped(&returns))?;
    for goal in Goal::ALL {
        let verdict = match found.broken.get(&goal) {
            None if found.reached.contains(&goal) => style("holds".to_owned()).green(),
            None => style("nothing to judge".to_owned()).yellow(),
            Some(way) => style(format!("broken after {} moves", way.len())).red().bold(),
        };
        writeln!(out, "    {:<16} {verdict}", goal.id())?;
    }
    for (goal, way) in &found.broken {
        told(profile, *goal, way, out)?;
    }
    Ok(())
}

/// A shortest way to break a goal.
fn told(profile: &Profile, goal: Goal, way: &[Move], out: &mut dyn Write) -> Result<(), ToldError> {
    let about = format!("{}: {} ({})", goal.id(), goal.text(), goal.source());
    writeln!(out, "\n{}\nthe shortest way to break it:\n", wrapped(&about))?;
    for (at, action) in way.iter().enumerate() {
        writeln!(out, "  {:>2}  {action}", at + 1)?;
    }
    let again = match holds_on_bytes(profile, goal, way)? {
        Some(true) => style("not so over real cryptography: a fault of the model").red(),
        Some(false) => style("the same over real cryptography").dim(),
        None => style("what the insider knows is judged over terms alone").dim(),
    };
    writeln!(out, "      {again}")?;
    Ok(())
}
