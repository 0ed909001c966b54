//! `conclave report`: result files as pages and as other programs read them.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};

use super::{Exit, written};
use crate::report::{
    Report, ReportError,
    file::{self, ReadError, ResultFile},
    html::html,
    junit::junit,
    markdown::markdown,
    merge::{MergeError, merge, no_lone_share},
    sarif::sarif,
    text,
};

/// What to make of result files.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// One page that needs nothing else: overview, rules, failures drawn, filters
    Html(Files),
    /// For the page of a pull request, or a job's summary
    Markdown(Files),
    /// JUnit XML: a suite for each client and mode
    Junit(Files),
    /// SARIF 2.1.0: what is no pass, waivers as suppressions
    Sarif(Files),
    /// One result file: the shares of one client's run, or the runs of several clients
    Merge(Files),
    /// What the runs say about their clients, with the exit code that a whole run would have had
    Verdict {
        /// Files written with `conclave check --result`; all shares of a run
        #[arg(required = true, value_name = "RESULT")]
        results: Vec<PathBuf>,
    },
}

/// Which files.
#[derive(Debug, Args)]
pub struct Files {
    /// Files written with `conclave check --result`; shares of one run are put together
    #[arg(required = true, value_name = "RESULT")]
    results: Vec<PathBuf>,
    /// Write it here instead of on the screen
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Merge(#[from] MergeError),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error("cannot write the report: {0}")]
    Output(#[from] std::io::Error),
}

/// How results become a text.
type Format = fn(&[Report]) -> Result<String, ReportError>;

/// Makes a report.
pub fn run(action: &Action, out: &mut dyn Write) -> Exit {
    match made(action, out) {
        Ok(exit) => exit,
        Err(CommandError::Output(error)) => written(Err(error), Exit::Conformant),
        Err(error @ CommandError::Report(_)) => Exit::harness(&error.to_string()),
        Err(error @ (CommandError::Read(_) | CommandError::Merge(_))) => {
            Exit::attention(&error.to_string())
        }
    }
}

fn made(action: &Action, out: &mut dyn Write) -> Result<Exit, CommandError> {
    let (files, make): (&Files, Format) = match action {
        Action::Verdict { results } => return verdict(&whole(results)?, out),
        Action::Html(files) => (files, html),
        Action::Markdown(files) => (files, |runs| Ok(markdown(runs))),
        Action::Junit(files) => (files, junit),
        Action::Sarif(files) => (files, sarif),
        Action::Merge(files) => (files, |runs| ResultFile::of(runs.to_vec()).text()),
    };
    // A share has a page of its own; put together, none may be missing.
    let merges = matches!(action, Action::Merge(_));
    let runs = if merges { whole(&files.results)? } else { runs(&files.results)? };
    let text = make(&runs)?;
    match &files.out {
        Some(path) => file::write(path, &text)?,
        None => out.write_all(text.as_bytes())?,
    }
    Ok(Exit::Conformant)
}

/// One line for each client; the worst of their exit codes.
fn verdict(runs: &[Report], out: &mut dyn Write) -> Result<Exit, CommandError> {
    for run in runs {
        let name = text::line(&run.subject.name);
        writeln!(out, "{name} {}: {}", text::line(&run.subject.version), run.conclusion())?;
    }
    let exits = runs.iter().map(Report::exit);
    Ok(exits.max_by_key(Exit::gravity).unwrap_or(Exit::Conformant))
}

/// As [`runs`], and no share of any is missing.
fn whole(paths: &[PathBuf]) -> Result<Vec<Report>, CommandError> {
    let runs = runs(paths)?;
    runs.iter().try_for_each(no_lone_share)?;
    Ok(runs)
}

/// The results in these files, those of one client put together.
fn runs(paths: &[PathBuf]) -> Result<Vec<Report>, CommandError> {
    let mut runs = Vec::new();
    for path in paths {
        runs.extend(ResultFile::read(path)?.runs);
    }
    Ok(merge(runs)?)
}

/// The files asked for beside what `check` prints.
#[derive(Debug, Default)]
pub struct Wanted {
    /// The result file.
    pub result: Option<PathBuf>,
    /// A JUnit report.
    pub junit: Option<PathBuf>,
}

impl Wanted {
    /// Writes them.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, report: &Report) -> Result<(), ReportError> {
        let runs = std::slice::from_ref(report);
        let to = |path: &Path, text: Result<String, ReportError>| file::write(path, &text?);
        if let Some(path) = &self.result {
            to(path, ResultFile::of(runs.to_vec()).text())?;
        }
        if let Some(path) = &self.junit {
            to(path, junit(runs))?;
        }
        Ok(())
    }
}
