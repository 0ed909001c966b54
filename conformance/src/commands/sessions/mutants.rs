//! `conclave sessions --mutants`: the reference client without each rule is found out by sessions.

use std::{convert::Infallible, io::Write, time::Instant};

use conclave_model::script::ScriptStep;
use conclave_spec::{Profile, Rule};
use console::style;

use super::{Exit, harness};
use crate::{
    commands::{check::ask_hello, mutants::world_lacks, written},
    cores,
    protocol::{Codec, RandomnessClass, Role},
    reference::Reference,
    run::{self, Bench},
    sessions::{Plan, Session, SessionError, Source},
    verdict::Mode,
};

/// What is played against each mutant.
#[derive(Debug)]
pub struct Options {
    /// The versions; each of their rules has a mutant there.
    pub profiles: Vec<Profile>,
    /// The seed.
    pub seed: u64,
    /// How many sessions of each role a mutant is given before it counts as not found.
    pub count: u32,
    /// How many inputs a session has, at most.
    pub steps: usize,
}

/// A rule of a version, and after how many inputs the client without it was found out.
pub type Fate = (Rule, Option<usize>);

/// Plays the mutants, prints which are found out and the share. That some are not is information,
/// no failure: how many is said.
pub fn mutants(options: &Options, out: &mut dyn Write) -> Exit {
    let began = Instant::now();
    let (mut found, mut all) = (0, 0);
    for profile in &options.profiles {
        let fates = match fates(options, profile) {
            Ok(fates) => fates,
            Err(error) => return harness(error),
        };
        let said = print(profile, &fates, out);
        if said.is_err() {
            return written(said, Exit::Conformant);
        }
        found += found_of(&fates);
        all += fates.len();
    }
    let inputs = 2 * u64::from(options.count) * u64::try_from(options.steps).unwrap_or(u64::MAX);
    let percent = found * 100 / all.max(1);
    let (seed, seconds) = (options.seed, began.elapsed().as_secs_f64());
    let said = writeln!(
        out,
        "removed rules found out: {found} of {all} ({percent} %), within {inputs} inputs each; \
         seed {seed}, {seconds:.1} s"
    );
    written(said, Exit::Conformant)
}

fn found_of(fates: &[Fate]) -> usize {
    fates.iter().filter(|(_, found)| found.is_some()).count()
}

/// What becomes of the mutants of a version. A rule that is a field has none: it cannot be left out
/// by one client alone.
///
/// # Errors
/// A session cannot be made.
pub fn fates(options: &Options, profile: &Profile) -> Result<Vec<Fate>, SessionError> {
    let sessions = sessions(options, profile)?;
    let rules: Vec<Rule> = profile.rules.iter().filter(|it| !world_lacks(*it)).collect();
    let of = |rule: &Rule| Ok((*rule, found_after(*rule, &sessions)));
    let fates: Result<Vec<Fate>, Infallible> = cores::map(&rules, of);
    Ok(fates.unwrap_or_default())
}

fn print(profile: &Profile, fates: &[Fate], out: &mut dyn Write) -> std::io::Result<()> {
    let (found, all) = (found_of(fates), fates.len());
    writeln!(out, "{}  {found} of {all} removed rules found out", style(profile.id).bold())?;
    let mut after: Vec<usize> = fates.iter().filter_map(|(_, found)| *found).collect();
    after.sort_unstable();
    if let (Some(half), Some(last)) = (after.get(after.len() / 2), after.last()) {
        writeln!(out, "  half of them within {half} inputs, the last after {last}")?;
    }
    let alive = fates.iter().filter(|(_, found)| found.is_none()).map(|(rule, _)| rule.id());
    let alive: Vec<_> = alive.collect();
    if alive.is_empty() { Ok(()) } else { writeln!(out, "  not found: {}", alive.join(" ")) }
}

/// The sessions of both roles, in turn.
fn sessions(options: &Options, profile: &Profile) -> Result<Vec<Session>, SessionError> {
    let source = |role| {
        let (profile, policies) = (profile.clone(), Default::default());
        let (seed, steps) = (options.seed, options.steps);
        Source::new(Plan { profile, role, seed, steps, policies, damages: true })
    };
    let mut sources = [source(Role::Participant)?, source(Role::Leader)?];
    let mut sessions = Vec::new();
    for _ in 0..options.count {
        for source in &mut sources {
            sessions.push(source.make()?);
        }
    }
    Ok(sessions)
}

/// After how many inputs the client without a rule was found out by what it did.
fn found_after(rule: Rule, sessions: &[Session]) -> Option<usize> {
    let mut client = Reference::new().without(rule);
    let hello = ask_hello(&mut client).ok()?;
    let mode = Mode { randomness: RandomnessClass::Tape, codec: Codec::Bytes };
    let mut bench = Bench { player: &mut client, hello: &hello, next_id: 2 };
    let mut inputs = 0;
    for session in sessions {
        let (report, fault) = run::watched(&mut bench, &session.case, mode, &session.moments);
        if fault.is_some() || report.is_wrong_by_outcome() {
            return Some(inputs + report.deciding().next().map_or(0, |it| it.step.div_ceil(2)));
        }
        let own = |step: &&ScriptStep| step.party == session.draft.plays;
        inputs += session.draft.script.steps.iter().filter(own).count();
    }
    None
}
