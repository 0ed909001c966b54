//! An adapter in a process of its own: NDJSON on standard input and output (`docs/adapter.md`).
//!
//! Nothing the process does can hang the harness or make it grow: every wait has a limit, every
//! buffer has one, and after a fault the process is killed together with its process group. On
//! systems other than Unix only the process itself is killed. What left its group is ended with the
//! program that uses [`orphans`].

mod answer;
mod child;
mod excerpt;
pub mod orphans;
mod pipes;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError};
use std::time::{Duration, Instant};

use crate::player::{Fault, Player};
use crate::protocol::{Answer, Input, Request, Response};

pub use answer::{Breach, read as parse_answer, strictly};
use child::{Group, in_words, start_fault};
pub use excerpt::{EXCERPT_CHARS_MAX, escaped, excerpt};
use pipes::{Event, Tail};

/// How to start an adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// The program: a path, or a name looked up in `PATH`.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Environment variables to set, besides those of the harness.
    pub envs: Vec<(OsString, OsString)>,
    /// Where it runs; where the harness runs if absent. A relative `program` with this set is
    /// looked up differently on different systems: make it absolute.
    pub cwd: Option<PathBuf>,
}

impl Launch {
    /// Starts the program without arguments, where the harness runs.
    #[must_use]
    pub fn new(program: impl Into<OsString>) -> Self {
        Self { program: program.into(), args: Vec::new(), envs: Vec::new(), cwd: None }
    }

    /// With these further arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// With this environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.envs.push((name.into(), value.into()));
        self
    }

    /// In this directory.
    #[must_use]
    pub fn cwd(mut self, cwd: impl Into<PathBuf>) -> Self {
        self.cwd = Some(cwd.into());
        self
    }
}

/// What an adapter may take. Set some and take the others from [`Limits::default`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The first answer, which includes starting up, in milliseconds.
    pub start_ms: u64,
    /// Every later answer, in milliseconds. `answer_ms_max` in `hello` can lower it.
    pub answer_ms: u64,
    /// Ending after the end of input, in milliseconds.
    pub close_ms: u64,
    /// An answer, in bytes, without the end of the line.
    pub line_bytes_max: usize,
    /// How much of the end of standard error is kept for reports, in bytes.
    pub stderr_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            start_ms: 10_000,
            answer_ms: 2_000,
            close_ms: 2_000,
            line_bytes_max: 1 << 20,
            stderr_bytes_max: 4 << 10,
        }
    }
}

/// How often a wait for an answer looks whether the process still runs.
const LOOK: Duration = Duration::from_millis(20);

/// How long after the first sign of an end the rest may take to show: the last lines, the exit
/// status, the end of standard error.
const SETTLE: Duration = Duration::from_millis(200);

/// A running adapter. Dropping it ends it.
#[derive(Debug)]
pub struct AdapterProcess {
    group: Group,
    limits: Limits,
    /// Absent once input has ended.
    requests: Option<SyncSender<Vec<u8>>>,
    events: Receiver<Event>,
    stderr: Tail,
    answered: bool,
    fault: Option<Fault>,
}

/// Where requests go, where events come from, and standard error.
type Pipes = (SyncSender<Vec<u8>>, Receiver<Event>, Tail);

/// Why there is no answer, before it is known how the process ended.
enum Trouble {
    Late { limit_ms: u64 },
    Ended,
    Broken(Breach),
}

impl AdapterProcess {
    /// Starts the program. Whether it is an adapter shows with the first request.
    ///
    /// # Errors
    /// [`Fault::Start`] if the system cannot start it.
    pub fn start(launch: &Launch, limits: Limits) -> Result<Self, Fault> {
        let mut group = Group::start(launch)?;
        let started = Self::connect(&mut group, limits);
        let (requests, events, stderr) = started.map_err(|error| {
            group.kill();
            start_fault(launch, &error)
        })?;
        let requests = Some(requests);
        Ok(Self { group, limits, requests, events, stderr, answered: false, fault: None })
    }

    fn connect(group: &mut Group, limits: Limits) -> io::Result<Pipes> {
        let missing = || io::Error::other("a standard stream is missing");
        let stdin = group.child.stdin.take().ok_or_else(missing)?;
        let stdout = group.child.stdout.take().ok_or_else(missing)?;
        let stderr = group.child.stderr.take().ok_or_else(missing)?;
        let (sender, events) = pipes::events();
        pipes::read_lines(stdout, limits.line_bytes_max, sender.clone())?;
        let requests = pipes::write_lines(stdin, sender)?;
        Ok((requests, events, Tail::follow(stderr, limits.stderr_bytes_max)?))
    }

    /// Ends the input and sees the adapter out: it ends in time, by itself, with success and
    /// without another word.
    ///
    /// # Errors
    /// It does not; or it had a fault before, which is told again.
    pub fn finish(mut self) -> Result<(), Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        self.requests = None;
        let trouble = match self.receive(self.limits.close_ms) {
            Ok(line) => Trouble::Broken(Breach::Unasked(excerpt(&line))),
            Err(trouble) => trouble,
        };
        let ended = matches!(trouble, Trouble::Ended) && self.group.ends_within(SETTLE);
        if ended && self.group.kill().is_some_and(|status| status.success()) {
            return Ok(());
        }
        Err(self.fail("the end of input", trouble))
    }

    fn exchange(&mut self, request: &Request) -> Result<Response, Trouble> {
        match self.events.try_recv() {
            Ok(Event::Line(line)) => return Err(Trouble::Broken(Breach::Unasked(excerpt(&line)))),
            Ok(event) => {
                if let Some(trouble) = self.trouble(&event) {
                    return Err(trouble);
                }
            }
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
        }
        self.send(request)?;
        let limit_ms = if self.answered { self.limits.answer_ms } else { self.limits.start_ms };
        let line = self.receive(limit_ms)?;
        let response = answer::read(&line, request).map_err(Trouble::Broken)?;
        self.answered = true;
        if let Some(Answer::Hello(hello)) = &response.result
            && let Some(limit_ms) = hello.answer_ms_max
        {
            self.limits.answer_ms = self.limits.answer_ms.min(limit_ms);
        }
        Ok(response)
    }

    /// Says a line of any bytes, without its end, and gives back the line that answers it,
    /// whatever it is. `what` is for people.
    ///
    /// # Errors
    /// There is no answer. A process with a fault is not asked again.
    pub fn say(&mut self, line: Vec<u8>, what: &str) -> Result<Vec<u8>, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let limit_ms = if self.answered { self.limits.answer_ms } else { self.limits.start_ms };
        let said = self.send_line(line).and_then(|()| self.receive(limit_ms));
        self.answered = true;
        said.map_err(|trouble| self.fail(what, trouble))
    }

    fn send(&mut self, request: &Request) -> Result<(), Trouble> {
        // Requests hold nothing that JSON cannot say.
        self.send_line(serde_json::to_vec(request).map_err(|_| Trouble::Ended)?)
    }

    fn send_line(&mut self, mut line: Vec<u8>) -> Result<(), Trouble> {
        let Some(requests) = &self.requests else {
            return Err(Trouble::Ended);
        };
        line.push(b'\n');
        match requests.try_send(line) {
            // A writer that has stopped has said so among the events.
            Ok(()) | Err(TrySendError::Disconnected(_)) => Ok(()),
            // The request before the last is still being written, and yet both were answered.
            Err(TrySendError::Full(_)) => Err(Trouble::Broken(Breach::Unread)),
        }
    }

    /// The next line.
    fn receive(&mut self, limit_ms: u64) -> Result<Vec<u8>, Trouble> {
        let mut until = Instant::now() + Duration::from_millis(limit_ms);
        let mut ending = false;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left.min(LOOK)) {
                Ok(Event::Line(line)) => return Ok(line),
                Ok(event) => match self.trouble(&event) {
                    Some(trouble) => return Err(trouble),
                    None if ending => {}
                    None => (ending, until) = (true, until.min(Instant::now() + SETTLE)),
                },
                Err(RecvTimeoutError::Disconnected) => return Err(Trouble::Ended),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    return Err(if ending { Trouble::Ended } else { Trouble::Late { limit_ms } });
                }
                // It can end without its standard output ending: a child of its own has it too.
                Err(RecvTimeoutError::Timeout) if !ending && self.group.has_ended() => {
                    (ending, until) = (true, until.min(Instant::now() + SETTLE));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// What an event other than a line means. A request that could not be written means nothing
    /// yet: what the process last said may still be on its way.
    fn trouble(&mut self, event: &Event) -> Option<Trouble> {
        match event {
            Event::Line(line) => Some(Trouble::Broken(Breach::Unasked(excerpt(line)))),
            Event::TooLong(line) => Some(Trouble::Broken(Breach::TooLong {
                bytes_max: self.limits.line_bytes_max,
                line: excerpt(line),
            })),
            Event::Cut(line) => Some(if self.broke_down() {
                Trouble::Ended
            } else {
                Trouble::Broken(Breach::Cut(excerpt(line)))
            }),
            Event::Closed => Some(Trouble::Ended),
            Event::Deaf => {
                self.requests = None;
                None
            }
        }
    }

    /// Whether it ends now without success. What it wrote last is then not held against it.
    fn broke_down(&mut self) -> bool {
        self.group.ends_within(SETTLE) && self.group.kill().is_none_or(|status| !status.success())
    }

    /// Ends the process and tells why.
    fn fail(&mut self, op: &str, trouble: Trouble) -> Fault {
        let op = op.to_owned();
        // Read before the kill, which would otherwise be what ended it.
        let by_itself = matches!(trouble, Trouble::Ended) && self.group.ends_within(SETTLE);
        self.requests = None;
        let status = self.group.kill();
        let fault = match trouble {
            Trouble::Late { limit_ms } => {
                Fault::Timeout { op, limit_ms, stderr: self.last_words() }
            }
            Trouble::Broken(breach) => Fault::Protocol { op, reason: breach.to_string() },
            Trouble::Ended => {
                let how = match status {
                    Some(status) if by_itself => in_words(status),
                    Some(_) | None => "it closed a standard stream and kept running".to_owned(),
                };
                Fault::Crash { op, how, stderr: self.last_words() }
            }
        };
        self.fault = Some(fault.clone());
        fault
    }

    /// The end of standard error, introduced, each line escaped and marked; or nothing.
    fn last_words(&self) -> String {
        let tail = self.stderr.read(SETTLE);
        let said = tail.trim_ascii();
        if said.is_empty() {
            return String::new();
        }
        let lines = said.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        lines.fold("; end of its standard error:".to_owned(), |text, line| {
            format!("{text}\n  | {}", escaped(line))
        })
    }
}

impl Player for AdapterProcess {
    /// After a fault the process is gone, and every further request gets the same fault.
    fn ask(&mut self, request: &Request) -> Result<Response, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        self.exchange(request).map_err(|trouble| self.fail(op_word(&request.input), trouble))
    }
}

impl Drop for AdapterProcess {
    fn drop(&mut self) {
        self.requests = None;
        if self.fault.is_none() {
            self.group.ends_within(Duration::from_millis(self.limits.close_ms));
        }
        self.group.kill();
    }
}

/// The word for an operation, as in JSON.
const fn op_word(input: &Input) -> &'static str {
    match input {
        Input::Hello { .. } => "hello",
        Input::Open { .. } => "open",
        Input::Join { .. } => "join",
        Input::Deliver { .. } => "deliver",
        Input::Advance { .. } => "advance",
        Input::Send { .. } => "send",
        Input::SetLock { .. } => "set_lock",
        Input::Kick { .. } => "kick",
        Input::StepOut {} => "step_out",
        Input::Leave {} => "leave",
        Input::Observe {} => "observe",
        Input::Compute { .. } => "compute",
        Input::Close {} => "close",
    }
}

#[cfg(all(test, unix))]
mod tests;
