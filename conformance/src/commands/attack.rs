//! `conclave attack`: an exported script against a client.

use std::{fs, io::Write, path::PathBuf};

use conclave_spec::Profile;
use console::style;

use super::{Exit, check};
use crate::{
    attack::{Admitted, Attack, SCHEMA},
    process::{AdapterProcess, Launch, Limits},
    report::{self, Report, Subject},
    run::{self, Bench},
};

/// What to run.
#[derive(Debug)]
pub struct Options {
    /// The attack file.
    pub file: PathBuf,
    /// The profile the client follows.
    pub profile: String,
    /// The client.
    pub launch: Launch,
    /// The words of the command line that name it.
    pub adapter_words: String,
}

/// Runs an attack: exit 0 when the client does what the profile's reference does, 1 otherwise.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    let attack = match load(options) {
        Ok(attack) => attack,
        Err(exit) => return exit,
    };
    let Some(profile) = Profile::by_id(&options.profile) else {
        let known: Vec<_> = Profile::all().iter().map(|profile| profile.id).collect();
        return super::no_such("profile", &options.profile, &known);
    };
    let (admitted, case) = match (attack.against_reference(&profile), attack.case(&profile)) {
        (Ok(admitted), Ok(case)) => (admitted, case),
        (Err(error), _) | (_, Err(error)) => return Exit::harness(&error.to_string()),
    };
    let _ = said(&attack, &profile, &admitted, out);
    let mut process = match AdapterProcess::start(&options.launch, Limits::default()) {
        Ok(process) => process,
        Err(fault) => return Exit::usage(&fault.to_string()),
    };
    let hello = match check::ask_hello(&mut process) {
        Ok(hello) => hello,
        Err(fault) => {
            let report = Report::unanswered(&fault, &options.adapter_words);
            let _ = report::print(&report, out);
            return report.exit();
        }
    };
    let mode = match check::modes(&hello) {
        Ok(modes) => modes.first().copied(),
        Err(exit) => return exit,
    };
    let Some(mode) = mode else { return Exit::harness("the adapter declares no mode") };
    let mut bench = Bench { player: &mut process, hello: &hello, next_id: 2 };
    let (case_report, _) = run::run(&mut bench, &case, mode);
    let subject = Subject {
        name: hello.name.clone(),
        version: hello.version.clone(),
        adapter: options.adapter_words.clone(),
        modes: vec![mode.name()],
        policies: Default::default(),
        replay: Some(replay(options)),
    };
    let report = Report::new(subject, vec![case_report], &[case]);
    let printed = report::print(&report, out)
        .and_then(|()| meaning(&attack, &profile, &admitted, &report, out));
    super::written(printed, report.exit())
}

fn replay(options: &Options) -> String {
    let words = &options.adapter_words;
    let space = if words.is_empty() { "" } else { " " };
    let (file, profile) = (options.file.display(), &options.profile);
    format!("conclave attack {file} --profile {profile}{space}{words}")
}

/// What the verdict means for the attack.
fn meaning(
    attack: &Attack,
    profile: &Profile,
    admitted: &Admitted,
    report: &Report,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    if report.exit() != Exit::Conformant {
        return Ok(());
    }
    let (under, goal) = (profile.id, &attack.goal);
    if admitted.succeeds {
        writeln!(out, "\nthe client does what {under} says, and so the attack on {goal} succeeds")
    } else {
        writeln!(out, "\nthe client does what {under} says, and the attack on {goal} fails")
    }
}

fn load(options: &Options) -> Result<Attack, Exit> {
    let file = options.file.display();
    let text = fs::read_to_string(&options.file)
        .map_err(|error| Exit::usage(&format!("{file}: {error}")))?;
    let attack: Attack = serde_json::from_str(&text).map_err(|error| {
        let reason = crate::process::excerpt(error.to_string().as_bytes());
        Exit::usage(&format!("{file}: not an attack file: {reason}"))
    })?;
    if attack.schema == SCHEMA {
        Ok(attack)
    } else {
        Err(Exit::usage(&format!("{file}: this release reads {SCHEMA:?}")))
    }
}

fn said(
    attack: &Attack,
    profile: &Profile,
    admitted: &Admitted,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    writeln!(out, "an attack on {}, found under {}", attack.goal, attack.found_under)?;
    let under = profile.id;
    match (admitted.succeeds, admitted.refused) {
        (true, _) => writeln!(
            out,
            "under {under} it {}: the profile has nothing against it\n",
            style("succeeds").red().bold()
        ),
        (false, Some((step, rule))) => writeln!(
            out,
            "under {under} it is {} at step {step} of the script by {}:\n  {}\n",
            style("refused").green().bold(),
            rule.id(),
            rule.statement()
        ),
        (false, None) => writeln!(out, "under {under} it leads nowhere\n"),
    }
}
