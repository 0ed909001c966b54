//! A session in a file: as a vector, which `conclave trace replay` holds any client to; or as a trace.

use std::{fs, io::Write, path::Path};

use super::Client;
use crate::{
    commands::Exit,
    process::AdapterProcess,
    sessions::{Session, lane::Lane},
    trace::{commit::Committer, record},
};

/// Writes the first difference of the worst kind; without any, the session played last.
pub(super) fn save(
    file: &Path,
    client: &Client<'_>,
    lanes: &[Lane],
    out: &mut dyn Write,
) -> Result<(), Exit> {
    let found: Vec<_> = lanes.iter().flat_map(|lane| &lane.differences).collect();
    let worst = found.iter().map(|it| it.report.verdict).max();
    let worst = found.iter().find(|it| Some(it.report.verdict) == worst).map(|it| &it.session);
    let last = || lanes.iter().rev().find_map(|lane| lane.last.as_ref());
    let session = worst.or_else(last).ok_or_else(|| Exit::harness("no session to save"))?;
    let trace = file.extension().is_some_and(|it| it == "jsonl");
    let text = if trace { traced(client, session)? } else { vector(session)? };
    fs::write(file, text).map_err(|error| Exit::usage(&format!("{}: {error}", file.display())))?;
    let what = if trace { "trace" } else { "vector" };
    let _ = writeln!(out, "{}: {} as a {what}\n", file.display(), session.case.id);
    Ok(())
}

fn vector(session: &Session) -> Result<String, Exit> {
    let text = serde_json::to_string_pretty(&session.case);
    let text = text.map_err(|error| Exit::harness(&error.to_string()))?;
    Ok(text + "\n")
}

/// Plays the session once more and writes down what everybody is given and does.
fn traced(client: &Client<'_>, session: &Session) -> Result<String, Exit> {
    let process = AdapterProcess::start(&client.options.launch, client.limits);
    let mut process = process.map_err(|fault| Exit::harness(&fault.to_string()))?;
    let hello = super::check::ask_hello(&mut process);
    hello.map_err(|fault| Exit::harness(&fault.to_string()))?;
    let committer = Committer::fresh().map_err(|error| Exit::harness(&error.to_string()))?;
    let trace = record::record(&session.case, &mut process, &committer, false);
    let trace = trace.map_err(|error| {
        Exit::harness(&format!("{}: it cannot be recorded: {error}", session.case.id))
    })?;
    trace.text().map_err(|error| Exit::harness(&error.to_string()))
}
