//! From text to a trace: every line is linted, then understood.

use std::collections::BTreeMap;

use super::{
    format::{self, Entry, Header, Line, Trace},
    lint::{self, Raw},
};

/// The longest line, in bytes.
pub const LINE_MAX: usize = 1 << 20;

/// Text that is no trace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing at all.
    #[error("line 1: the trace is empty; it must begin with a header")]
    Empty,
    /// Bytes that are no text.
    #[error("line {line}: not UTF-8")]
    NotText {
        /// The line, from 1.
        line: usize,
    },
    /// A line without end.
    #[error("line {line}: longer than {LINE_MAX} bytes")]
    Long {
        /// The line, from 1.
        line: usize,
    },
    /// A raw value.
    #[error("line {line}: {raw}")]
    Raw {
        /// The line, from 1.
        line: usize,
        /// What and where.
        raw: Raw,
    },
    /// A line that is none of this format.
    #[error("line {line}: {reason}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A line where there can be none.
    #[error("line {line}: {reason}")]
    Place {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// No end.
    #[error("line {line}: the trace is cut off: its last line must be an end")]
    CutOff {
        /// The line after the last.
        line: usize,
    },
}

/// Reads a trace.
///
/// # Errors
/// It is none; the error names the line.
pub fn read(bytes: &[u8]) -> Result<Trace, ReadError> {
    let mut reading = Reading::default();
    let ended = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if ended.is_empty() {
        return Err(ReadError::Empty);
    }
    let raw: Vec<&[u8]> = ended.split(|byte| *byte == b'\n').collect();
    for (at, line) in lines(&raw).into_iter().enumerate() {
        reading.take(at + 1, line?)?;
    }
    let at = raw.len();
    match (reading.header, reading.end) {
        (Some(header), Some(end)) => Ok(Trace { header, entries: reading.entries, end }),
        (Some(_) | None, _) => Err(ReadError::CutOff { line: at + 1 }),
    }
}

/// How many lines are worth a thread of their own.
const LINES_MIN: usize = 200;

/// Every line, understood; half of many on another thread.
fn lines(raw: &[&[u8]]) -> Vec<Result<Line, ReadError>> {
    let one = |from: usize, part: &[&[u8]]| -> Vec<_> {
        part.iter().enumerate().map(|(at, raw)| line(from + at + 1, raw)).collect()
    };
    if raw.len() < LINES_MIN {
        return one(0, raw);
    }
    let (first, second) = raw.split_at(raw.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| one(first.len(), second));
        let mut all = one(0, first);
        all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        all
    })
}

fn line(at: usize, raw: &[u8]) -> Result<Line, ReadError> {
    if raw.len() > LINE_MAX {
        return Err(ReadError::Long { line: at });
    }
    let text = str::from_utf8(raw).map_err(|_| ReadError::NotText { line: at })?;
    lint::lint(text).map_err(|raw| ReadError::Raw { line: at, raw })?;
    format::line(text).map_err(|error| ReadError::Line {
        line: at,
        reason: crate::process::excerpt(error.to_string().as_bytes()),
    })
}

#[derive(Default)]
struct Reading {
    header: Option<Header>,
    entries: Vec<(usize, Entry)>,
    end: Option<BTreeMap<String, u64>>,
}

impl Reading {
    fn take(&mut self, line: usize, read: Line) -> Result<(), ReadError> {
        if self.end.is_some() {
            return Err(ReadError::Place { line, reason: "nothing comes after the end" });
        }
        match (read, &self.header) {
            (Line::Header(header), None) => self.header = Some(header),
            (Line::Header(_), Some(_)) => {
                return Err(ReadError::Place { line, reason: "a second header" });
            }
            (_, None) => {
                return Err(ReadError::Place { line, reason: "a trace begins with a header" });
            }
            (Line::Event(event), Some(_)) => self.entries.push((line, Entry::Event(event))),
            (Line::Lost(lost), Some(_)) => self.entries.push((line, Entry::Lost(lost))),
            (Line::End(end), Some(_)) => self.end = Some(end),
        }
        Ok(())
    }
}
