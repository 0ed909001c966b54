//! `conclave trace`: whether a log of real clients is a behavior of the model; recording, freezing
//! and replaying one.

use std::{fs, io::Write, path::PathBuf};

use clap::{Args, Subcommand};
use console::style;

use super::{Exit, check as suite, no_such, written};
use crate::{
    case::Case,
    process::{AdapterProcess, Launch, Limits},
    report::{self, Report, Subject},
    run::{self, Bench},
    trace::{self, Accepted, Refusal, Trace, Verdict, commit::Committer, freeze, record, shrink},
    vectors,
};

/// What to do with traces.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Whether a log is a behavior of the model (exit 1 if not, 3 if it cannot be decided)
    Check {
        /// The trace
        file: PathBuf,
        /// Do not look for the smallest part that is refused
        #[arg(long)]
        whole: bool,
        /// Write the smallest part that is refused here
        #[arg(long, value_name = "FILE", conflicts_with = "whole")]
        out: Option<PathBuf>,
    },
    /// Whether a log holds commitments only, and is one at all
    Lint {
        /// The trace
        file: PathBuf,
    },
    /// Play a case with a client and write down what everybody is given and does
    Record {
        /// The case: its identifier, or its last part under the newest version that has it
        #[arg(long, visible_alias = "scenario")]
        case: String,
        /// The client
        #[command(flatten)]
        client: Client,
        /// Only the client logs: the others are outside the trace
        #[arg(long)]
        alone: bool,
        /// Write the trace here
        #[arg(long, short, value_name = "FILE")]
        out: PathBuf,
    },
    /// Turn a trace into a vector that any client can be held to
    Freeze {
        /// The trace
        file: PathBuf,
        /// The node that a client is to play
        #[arg(long, value_name = "NODE")]
        plays: String,
        /// The name of the case
        #[arg(long, default_value = "recorded")]
        name: String,
        /// Write the vector here
        #[arg(long, short, value_name = "FILE")]
        out: PathBuf,
    },
    /// Hold a client to a frozen trace
    Replay {
        /// The vector
        file: PathBuf,
        /// The client
        #[command(flatten)]
        client: Client,
    },
}

/// A client behind an adapter; the built-in one by default.
#[derive(Debug, Args)]
pub struct Client {
    /// A shipped adapter: reference, c, javascript, python
    #[arg(long, value_name = "NAME", conflicts_with = "adapter_cmd")]
    pub adapter: Option<String>,
    /// Any other adapter: a program with its arguments
    #[arg(long, value_name = "COMMAND")]
    pub adapter_cmd: Option<String>,
}

/// From the words of the command line to a program, and the words that name it in a replay line.
type Find<'f> = &'f dyn Fn(Option<&str>, Option<&str>) -> Result<(Launch, String), Exit>;

/// Does it.
pub fn run(action: &Action, find: Find<'_>, out: &mut dyn Write) -> Exit {
    let done = match action {
        Action::Check { file, whole, out: part } => check(file, *whole, part.as_ref(), out),
        Action::Lint { file } => load(file).map(|trace| {
            let said = writeln!(out, "{} events, commitments only", trace.events());
            written(said, Exit::Conformant)
        }),
        Action::Record { case, client, alone, out: file } => {
            record_case(case, (client, find), *alone, file, out)
        }
        Action::Freeze { file, plays, name, out: vector } => {
            freeze_trace(file, plays, name, vector, out)
        }
        Action::Replay { file, client } => replay(file, (client, find), out),
    };
    done.unwrap_or_else(|exit| exit)
}

/// A trace from a file.
fn load(file: &PathBuf) -> Result<Trace, Exit> {
    let shown = file.display();
    let bytes = fs::read(file).map_err(|error| Exit::usage(&format!("{shown}: {error}")))?;
    trace::read(&bytes).map_err(|error| Exit::usage(&format!("{shown}: {error}")))
}

fn check(
    file: &PathBuf,
    whole: bool,
    part: Option<&PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Exit> {
    let trace = load(file)?;
    let bad = |error| Exit::usage(&format!("{}: {error}", file.display()));
    let verdict = trace::check(&trace).map_err(bad)?;
    Ok(match verdict {
        Verdict::Accepted(accepted) => written(said(&trace, &accepted, out), Exit::Conformant),
        Verdict::Inconclusive { reason, events } => {
            let line = format!("inconclusive after {events} events: {reason}");
            let told = writeln!(out, "{}", style(&line).yellow().bold());
            written(told, Exit::Harness("the trace could not be decided".to_owned()))
        }
        Verdict::Refused(refusal) => {
            let told = refused(&refusal, out)
                .and_then(|()| if whole { Ok(()) } else { shrunk(&trace, &refusal, part, out) })
                .and_then(|()| {
                    writeln!(out, "\nreplay    conclave trace check {}", file.display())
                });
            written(told, Exit::Nonconformant)
        }
    })
}

fn said(trace: &Trace, accepted: &Accepted, out: &mut dyn Write) -> std::io::Result<()> {
    let (events, nodes) = (accepted.events, trace.header.nodes.len());
    let profile = &trace.header.profile;
    let word = style("ACCEPTED").green().bold();
    writeln!(out, "{word}  {events} events of {nodes} nodes are a behavior of {profile}")?;
    if accepted.believed > 0 {
        let count = accepted.believed;
        writeln!(out, "  {count} messages from outside the trace are taken as the node says")?;
    }
    if accepted.filled > 0 {
        let count = accepted.filled;
        writeln!(
            out,
            "  {count} lost events can have been something that fits; none of it is checked"
        )?;
    }
    for place in &accepted.changed {
        writeln!(out, "  changed on its way: what event {} of {} is", place.seq, place.node)?;
    }
    for place in &accepted.advice {
        writeln!(out, "  advice: {} of {} refuses in another way", place.seq, place.node)?;
    }
    Ok(())
}

fn refused(refusal: &Refusal, out: &mut dyn Write) -> std::io::Result<()> {
    let after = refusal.after.as_ref().map_or("none".to_owned(), ToString::to_string);
    writeln!(out, "{}  {}", style("REFUSED").red().bold(), refusal.at)?;
    writeln!(out, "  last accepted  {after}")?;
    writeln!(out, "  condition      {}", refusal.condition)?;
    writeln!(out, "  the model      {}", refusal.wanted)?;
    writeln!(out, "  the log        {}", refusal.got)?;
    match refusal.rule {
        Some(rule) => writeln!(out, "  rule           {} {}", rule.id(), rule.statement()),
        None => writeln!(out, "  rule           none: the log contradicts itself"),
    }
}

/// The most events of a smaller part that are shown.
const SHOWN_MAX: usize = 12;

fn shrunk(
    trace: &Trace,
    refusal: &Refusal,
    part: Option<&PathBuf>,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let (small, found) = shrink::shrink(trace, refusal);
    let (few, all) = (small.events(), trace.events());
    writeln!(out, "\nrefused in the same way with {few} of {all} events, at {}", found.at)?;
    let text = small.text()?;
    if let Some(part) = part {
        fs::write(part, &text)?;
        return writeln!(out, "  written to {}", part.display());
    }
    let skipped = few.saturating_sub(SHOWN_MAX);
    if skipped > 0 {
        writeln!(out, "  (--out FILE writes all of them; the last {SHOWN_MAX}:)")?;
    }
    let events = text.lines().skip(1).take(few);
    events.skip(skipped).try_for_each(|line| writeln!(out, "  {line}"))
}

fn start((client, find): (&Client, Find<'_>)) -> Result<(AdapterProcess, String), Exit> {
    let (launch, words) = find(client.adapter.as_deref(), client.adapter_cmd.as_deref())?;
    let process = AdapterProcess::start(&launch, Limits::default());
    Ok((process.map_err(|fault| Exit::usage(&fault.to_string()))?, words))
}

fn record_case(
    name: &str,
    client: (&Client, Find<'_>),
    alone: bool,
    file: &PathBuf,
    out: &mut dyn Write,
) -> Result<Exit, Exit> {
    let cases = vectors::load(&vectors::folder(None));
    let cases = cases.map_err(|error| Exit::harness(&error.to_string()))?;
    let Some(case) = find_case(&cases, name) else {
        let known: Vec<_> = cases.iter().map(|case| case.id.as_str()).collect();
        return Err(no_such("case", name, &known));
    };
    let (mut process, words) = start(client)?;
    let hello = suite::ask_hello(&mut process);
    hello.map_err(|fault| Exit::harness(&fault.to_string()))?;
    let committer = Committer::fresh().map_err(|error| Exit::harness(&error.to_string()))?;
    let trace = record::record(case, &mut process, &committer, alone);
    let trace = trace.map_err(|error| Exit::harness(&format!("{}: {error}", case.id)))?;
    write_file(file, &trace.text().map_err(|error| Exit::harness(&error.to_string()))?)?;
    let (events, nodes) = (trace.events(), trace.header.nodes.len());
    let client = if words.is_empty() { "the built-in client" } else { words.as_str() };
    let told = writeln!(out, "{}: {events} events of {nodes} nodes, with {client}", case.id);
    Ok(written(told, Exit::Conformant))
}

/// A case by its identifier, or by its last part under the newest version that has it.
fn find_case<'c>(cases: &'c [Case], name: &str) -> Option<&'c Case> {
    let whole = cases.iter().find(|case| case.id == name);
    let last =
        |case: &&Case| case.profile() != "hardened" && case.id.rsplit('/').next() == Some(name);
    whole.or_else(|| cases.iter().rfind(last))
}

fn freeze_trace(
    file: &PathBuf,
    plays: &str,
    name: &str,
    vector: &PathBuf,
    out: &mut dyn Write,
) -> Result<Exit, Exit> {
    let trace = load(file)?;
    let bad = |error: &dyn std::fmt::Display| Exit::usage(&format!("{}: {error}", file.display()));
    let case = freeze::freeze(&trace, plays, name).map_err(|error| bad(&error))?;
    let text = serde_json::to_string_pretty(&case);
    let mut text = text.map_err(|error| Exit::harness(&error.to_string()))?;
    text.push('\n');
    write_file(vector, &text)?;
    let told = writeln!(out, "{}: {} steps for {plays}", case.id, case.steps.len());
    Ok(written(told, Exit::Conformant))
}

fn replay(file: &PathBuf, client: (&Client, Find<'_>), out: &mut dyn Write) -> Result<Exit, Exit> {
    let shown = file.display();
    let bad = |error: &dyn std::fmt::Display| Exit::usage(&format!("{shown}: {error}"));
    let text = fs::read_to_string(file).map_err(|error| bad(&error))?;
    let case: Case = serde_json::from_str(&text)
        .map_err(|error| bad(&crate::process::excerpt(error.to_string().as_bytes())))?;
    let (mut process, words) = start(client)?;
    let hello = suite::ask_hello(&mut process);
    let hello = hello.map_err(|fault| Exit::harness(&fault.to_string()))?;
    let mode = suite::modes(&hello)?.first().copied();
    let mode = mode.ok_or_else(|| Exit::harness("the adapter declares no mode"))?;
    let mut bench = Bench { player: &mut process, hello: &hello, next_id: 2 };
    let (case_report, _) = run::run(&mut bench, &case, mode);
    let subject = Subject {
        name: hello.name.clone(),
        version: hello.version.clone(),
        adapter: words.clone(),
        modes: vec![mode.name()],
        policies: Default::default(),
        replay: Some(format!("conclave trace replay {shown} {words}").trim_end().to_owned()),
    };
    let report = Report::new(subject, vec![case_report], &[case]);
    Ok(written(report::print(&report, out), report.exit()))
}

fn write_file(file: &PathBuf, text: &str) -> Result<(), Exit> {
    fs::write(file, text).map_err(|error| Exit::usage(&format!("{}: {error}", file.display())))
}
