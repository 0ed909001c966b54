//! The dialogues of a run as trace files: every case with a session played once more with a seed,
//! which is what makes a client's secrets known to the harness, and held to the model.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{Exit, ask_hello};
use crate::{
    case::Case,
    player::Fault,
    process::{AdapterProcess, Launch, Limits},
    protocol::{Codec, Hello, RandomnessClass},
    run::not_applicable,
    trace::{
        self, Verdict,
        commit::Committer,
        record::{self, RecordingError},
    },
    verdict::Mode,
};

/// How recordings are made.
const MODE: Mode = Mode { randomness: RandomnessClass::Seeded, codec: Codec::Bytes };

/// After this many faults no further case is recorded.
const FAULTS_MAX: usize = 3;

/// How many cases are named of each kind of those that need a look.
const SHOWN_MAX: usize = 6;

/// A client to record, and where to.
pub(super) struct Recorder<'a> {
    pub(super) launch: &'a Launch,
    pub(super) limits: Limits,
    pub(super) hello: &'a Hello,
    pub(super) folder: &'a Path,
}

/// What was recorded.
#[derive(Default)]
struct Recorded {
    accepted: usize,
    /// Traces that the model does not accept, by file.
    refused: Vec<String>,
    /// Cases without a trace, and why.
    missing: Vec<String>,
    /// Cases that do not apply.
    not_applicable: usize,
    faults: usize,
}

impl Recorder<'_> {
    /// Whether this client can be recorded at all.
    ///
    /// # Errors
    /// It takes no seed, or only its own encoding.
    pub(super) fn can(&self) -> Result<(), Exit> {
        let Hello { randomness, codecs, .. } = self.hello;
        if randomness.contains(&MODE.randomness) && codecs.contains(&MODE.codec) {
            return Ok(());
        }
        Err(Exit::usage(
            "--record needs a client that takes a seed and speaks bytes: its `hello` declares no `seeded` in randomness, or no `bytes` in codecs\n  what to do: leave --record out, or log traces in the client itself (docs/trace.md)",
        ))
    }

    /// Records each case once, and says what came of it.
    ///
    /// # Errors
    /// A file cannot be written, or there is no randomness for commitments.
    pub(super) fn record(&self, cases: &[Case], out: &mut dyn Write) -> Result<(), Exit> {
        let mut recorded = Recorded::default();
        let mut process = None;
        for case in cases.iter().filter(|case| case.session.is_some()) {
            if not_applicable(case, MODE, self.hello).is_some() {
                recorded.not_applicable += 1;
            } else if recorded.faults >= FAULTS_MAX {
                recorded.missing.push(format!("{}: the adapter had failed too often", case.id));
            } else {
                self.one(case, &mut process, &mut recorded)?;
            }
        }
        let told = recorded.told(self.folder, out);
        match super::super::written(told, Exit::Conformant) {
            Exit::Conformant => Ok(()),
            exit @ (Exit::Nonconformant
            | Exit::Attention(_)
            | Exit::Harness(_)
            | Exit::Usage(_)
            | Exit::Inconclusive(_)) => Err(exit),
        }
    }

    fn one(
        &self,
        case: &Case,
        process: &mut Option<AdapterProcess>,
        recorded: &mut Recorded,
    ) -> Result<(), Exit> {
        let Some(file) = file_of(self.folder, &case.id) else {
            recorded.missing.push(format!("{}: its name names no file", case.id));
            return Ok(());
        };
        let trace = self.played(case, process);
        let trace = match trace {
            Ok(trace) => trace,
            Err(error) => {
                if matches!(error, RecordingError::Fault(_)) {
                    recorded.faults += 1;
                    *process = None;
                }
                let first = error.to_string();
                let first = first.lines().next().unwrap_or_default();
                recorded.missing.push(format!("{}: {first}", case.id));
                return Ok(());
            }
        };
        let text = trace.text().map_err(|error| Exit::harness(&error.to_string()))?;
        write(&file, &text)?;
        match trace::check(&trace) {
            Ok(Verdict::Accepted(_)) => recorded.accepted += 1,
            Ok(Verdict::Refused(_) | Verdict::Inconclusive { .. }) | Err(_) => {
                recorded.refused.push(file.display().to_string());
            }
        }
        Ok(())
    }

    /// The case played with a running client, started if there is none.
    fn played(
        &self,
        case: &Case,
        process: &mut Option<AdapterProcess>,
    ) -> Result<trace::Trace, RecordingError> {
        let player = match process {
            Some(player) => player,
            None => process.insert(self.started()?),
        };
        // A key for each recording.
        let committer = Committer::fresh().map_err(|error| RecordingError::Answer {
            op: "a key for commitments".to_owned(),
            reason: error.to_string(),
        })?;
        record::record(case, player, &committer, false)
    }

    fn started(&self) -> Result<AdapterProcess, Fault> {
        let mut process = AdapterProcess::start(self.launch, self.limits)?;
        ask_hello(&mut process)?;
        Ok(process)
    }
}

/// The file of a case: its identifier, where every part of that is a plain word.
fn file_of(folder: &Path, id: &str) -> Option<PathBuf> {
    let plain = |word: &str| {
        let letters = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '.';
        !word.is_empty() && !word.starts_with('.') && word.chars().all(letters)
    };
    let words: Vec<&str> = id.split('/').collect();
    let (last, folders) = words.split_last()?;
    let is_plain = words.iter().all(|word| plain(word));
    is_plain
        .then(|| folders.iter().fold(folder.to_owned(), |path, word| path.join(word)))
        .map(|path| path.join(format!("{last}.jsonl")))
}

fn write(file: &Path, text: &str) -> Result<(), Exit> {
    let made = file.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(file, text)).map_err(|error| {
        let shown = file.display();
        Exit::usage(&format!(
            "cannot write the trace {shown}: {error}\n  what to do: give --record a folder that can be written to"
        ))
    })
}

impl Recorded {
    fn told(&self, folder: &Path, out: &mut dyn Write) -> io::Result<()> {
        let Self { accepted, refused, missing, not_applicable, .. } = self;
        let all = accepted + refused.len();
        writeln!(
            out,
            "{all} traces in {}: {accepted} accepted by the model, {} not; {} cases not recorded, {not_applicable} not applicable",
            folder.display(),
            refused.len(),
            missing.len(),
        )?;
        for (what, which) in [("not accepted", refused), ("not recorded", missing)] {
            for line in which.iter().take(SHOWN_MAX) {
                writeln!(out, "  {what}: {line}")?;
            }
            if which.len() > SHOWN_MAX {
                writeln!(out, "  ... and {} more {what}", which.len() - SHOWN_MAX)?;
            }
        }
        writeln!(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_case_and_stays_in_its_folder() {
        let file = |id| file_of(Path::new("traces"), id);
        let good = file("zoom-3.0/rotation/number-falls").expect("a file");
        assert_eq!(good, Path::new("traces/zoom-3.0/rotation/number-falls.jsonl"));
        for bad in ["", "../x", "a//b", "a/..", "/etc/x", "a/b\\c", "a/\u{1b}[2J"] {
            assert_eq!(file(bad), None, "{bad:?}");
        }
    }
}
