//! Threads on the pipes of a child, so that no read or write of ours can hang or grow.
//!
//! They are never joined: a process that escaped its group can hold a pipe open for as long as it
//! lives. Each ends by itself once its pipe closes or the harness no longer listens.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{ChildStderr, ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What happened on the pipes.
#[derive(Debug)]
pub(super) enum Event {
    /// A whole line, without its end.
    Line(Vec<u8>),
    /// The beginning of a line that is too long. Nothing is read after it.
    TooLong(Vec<u8>),
    /// Standard output ended in the middle of this line.
    Cut(Vec<u8>),
    /// Standard output ended.
    Closed,
    /// A request could not be written.
    Deaf,
}

/// Lines that may wait to be looked at. One is right; the rest is for finding out what is wrong.
const LINES_WAITING_MAX: usize = 4;

/// The channel for events.
pub(super) fn events() -> (SyncSender<Event>, Receiver<Event>) {
    sync_channel(LINES_WAITING_MAX)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(format!("adapter {name}")).spawn(work).map(drop)
}

/// Reads lines of at most `line_bytes_max` bytes, not counting the end.
pub(super) fn read_lines(
    stdout: ChildStdout,
    line_bytes_max: usize,
    events: SyncSender<Event>,
) -> io::Result<()> {
    spawn("stdout", move || {
        let mut stdout = BufReader::new(stdout);
        loop {
            let event = next_line(&mut stdout, line_bytes_max);
            let more = matches!(event, Event::Line(_));
            if events.send(event).is_err() || !more {
                return;
            }
        }
    })
}

fn next_line(stdout: &mut impl BufRead, line_bytes_max: usize) -> Event {
    let mut line = Vec::new();
    let bytes_max = u64::try_from(line_bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    // A pipe that cannot be read any more has nothing more to say.
    let _ = stdout.take(bytes_max).read_until(b'\n', &mut line);
    if line.last() == Some(&b'\n') {
        line.pop();
        Event::Line(line)
    } else if line.len() > line_bytes_max {
        Event::TooLong(line)
    } else if line.is_empty() {
        Event::Closed
    } else {
        Event::Cut(line)
    }
}

/// Takes requests to write. Dropping the sender closes standard input. At most one request waits
/// while another is being written.
pub(super) fn write_lines(
    mut stdin: ChildStdin,
    events: SyncSender<Event>,
) -> io::Result<SyncSender<Vec<u8>>> {
    let (requests, waiting) = sync_channel::<Vec<u8>>(1);
    spawn("stdin", move || {
        for request in waiting {
            if stdin.write_all(&request).is_err() {
                // Nobody may be listening any more.
                let _ = events.send(Event::Deaf);
                return;
            }
        }
    })?;
    Ok(requests)
}

/// The end of what a child wrote to standard error.
#[derive(Debug)]
pub(super) struct Tail {
    bytes: Arc<Mutex<VecDeque<u8>>>,
    done: Receiver<()>,
}

impl Tail {
    /// Keeps the last `bytes_max` bytes.
    pub(super) fn follow(mut stderr: ChildStderr, bytes_max: usize) -> io::Result<Self> {
        let bytes = Arc::new(Mutex::new(VecDeque::new()));
        let (open, done) = sync_channel::<()>(1);
        let tail = Arc::clone(&bytes);
        spawn("stderr", move || {
            // Dropped at the end of the thread, which is what `done` waits for.
            let _open = open;
            let mut chunk = vec![0; 1 << 16];
            while let Ok(count @ 1..) = stderr.read(&mut chunk) {
                let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
                keep_end(&mut tail, chunk.get(..count).unwrap_or_default(), bytes_max);
            }
        })?;
        Ok(Self { bytes, done })
    }

    /// What there is once the pipe has closed, or after this long.
    pub(super) fn read(&self, patience: Duration) -> Vec<u8> {
        let _ = self.done.recv_timeout(patience);
        let tail = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        tail.iter().copied().collect()
    }
}

/// Adds to the end and forgets all but the last `bytes_max` bytes.
fn keep_end(tail: &mut VecDeque<u8>, more: &[u8], bytes_max: usize) {
    let more = more.get(more.len().saturating_sub(bytes_max)..).unwrap_or_default();
    let excess = (tail.len() + more.len()).saturating_sub(bytes_max);
    tail.drain(..excess);
    tail.extend(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_kept_however_it_comes() {
        let mut tail = VecDeque::new();
        let mut shown = |more: &[u8]| {
            keep_end(&mut tail, more, 4);
            String::from_utf8(tail.iter().copied().collect()).expect("text")
        };
        assert_eq!(shown(b"ab"), "ab");
        assert_eq!(shown(b"cd"), "abcd");
        assert_eq!(shown(b"e"), "bcde");
        assert_eq!(shown(b"0123456789"), "6789");
        assert_eq!(shown(b""), "6789");
    }

    fn lines(mut said: &[u8], line_bytes_max: usize) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            let event = next_line(&mut said, line_bytes_max);
            seen.push(match &event {
                Event::Line(line) => format!("line {}", line.escape_ascii()),
                Event::TooLong(line) => format!("long {}", line.escape_ascii()),
                Event::Cut(line) => format!("cut {}", line.escape_ascii()),
                Event::Closed => "closed".to_owned(),
                Event::Deaf => "deaf".to_owned(),
            });
            if !matches!(event, Event::Line(_)) {
                return seen;
            }
        }
    }

    #[test]
    fn a_line_is_read_up_to_the_limit_and_no_byte_further() {
        assert_eq!(lines(b"abc\n\nab\n", 3), ["line abc", "line ", "line ab", "closed"]);
        assert_eq!(lines(b"abcdefgh\n", 3), ["long abcd"]);
        assert_eq!(lines(b"abc", 3), ["cut abc"]);
        assert_eq!(lines(b"abcd", 3), ["long abcd"]);
    }
}
