//! The subcommands of `conclave`, as functions that write to whatever they are given.

pub mod ablate;
pub mod adapter;
pub mod adapter_test;
pub mod attack;
pub mod attacks;
pub mod check;
pub mod deep;
pub mod docs;
pub mod explore;
pub mod faults;
pub mod init;
pub mod mutants;
pub mod report;
pub mod scenario;
pub mod sessions;
pub mod tables;
pub mod trace;

/// How the program ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: as it should be.
    Conformant,
    /// 1: something is not as it should be.
    Nonconformant,
    /// 2: a waiver, or a file with results or waivers, needs attention.
    Attention(String),
    /// 3: the harness or its files are at fault.
    Harness(String),
    /// 4: the command line is at fault.
    Usage(String),
    /// 5: nothing is wrong in what was looked at, and not everything was.
    Inconclusive(String),
}

impl Exit {
    /// A waiver, or a file with results or waivers, needs attention.
    #[must_use]
    pub fn attention(reason: &str) -> Self {
        Self::Attention(reason.to_owned())
    }

    /// The harness is at fault.
    #[must_use]
    pub fn harness(reason: &str) -> Self {
        Self::Harness(reason.to_owned())
    }

    /// The command line is at fault.
    #[must_use]
    pub fn usage(reason: &str) -> Self {
        Self::Usage(reason.to_owned())
    }

    /// Nothing is wrong in what was looked at, and not everything was.
    #[must_use]
    pub fn inconclusive(reason: &str) -> Self {
        Self::Inconclusive(reason.to_owned())
    }

    /// How bad it is, for the worst of several.
    #[must_use]
    pub const fn gravity(&self) -> u8 {
        match self {
            Self::Conformant => 0,
            Self::Inconclusive(_) => 1,
            Self::Nonconformant => 2,
            Self::Attention(_) => 3,
            Self::Harness(_) => 4,
            Self::Usage(_) => 5,
        }
    }

    /// The process exit code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Conformant => 0,
            Self::Nonconformant => 1,
            Self::Attention(_) => 2,
            Self::Harness(_) => 3,
            Self::Usage(_) => 4,
            Self::Inconclusive(_) => 5,
        }
    }
}

/// The exit of a command whose output may not have reached anybody. A reader that went away takes
/// nothing from the result; anything else that keeps it from being written is an error.
#[must_use]
pub fn written(result: std::io::Result<()>, exit: Exit) -> Exit {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Exit::harness(&format!("the result cannot be written: {error}"))
        }
        Ok(()) | Err(_) => exit,
    }
}

/// The most names listed where one is wrong.
const KNOWN_MAX: usize = 12;

/// Names close to one that does not exist, introduced, or nothing.
#[must_use]
pub fn near(wanted: &str, known: &[&str]) -> String {
    let mut close: Vec<(f64, &str)> = known
        .iter()
        .map(|name| (strsim::jaro_winkler(&wanted.to_lowercase(), &name.to_lowercase()), *name))
        .filter(|(score, _)| *score > 0.75)
        .collect();
    close.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    let names: Vec<_> = close.iter().take(3).map(|(_, name)| *name).collect();
    if names.is_empty() { String::new() } else { format!("; did you mean {}?", names.join(", ")) }
}

/// A name that does not exist.
#[must_use]
pub fn no_such(what: &str, wanted: &str, known: &[&str]) -> Exit {
    let near = near(wanted, known);
    if known.len() > KNOWN_MAX {
        return Exit::usage(&format!("no {what} {wanted:?}{near}\n  there are {}", known.len()));
    }
    Exit::usage(&format!("no {what} {wanted:?}{near}\n  known: {}", known.join(", ")))
}
