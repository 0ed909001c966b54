//! The child process and its process group: started, watched, killed, reaped.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Launch, escaped};
use crate::player::Fault;

/// How often a process that should end is looked at.
const POLL: Duration = Duration::from_millis(2);

/// How long a killed process may take to be gone.
const KILLED_WAIT: Duration = Duration::from_secs(2);

/// A running child. Dropping it does not end it: [`Group::kill`] does.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) child: Child,
    ended: Option<ExitStatus>,
}

impl Group {
    /// Starts the program in a process group of its own, with all three streams piped.
    pub(super) fn start(launch: &Launch) -> Result<Self, Fault> {
        let mut command = Command::new(&launch.program);
        command.args(&launch.args).envs(launch.envs.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(cwd) = &launch.cwd {
            command.current_dir(cwd);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().map_err(|error| start_fault(launch, &error))?;
        Ok(Self { child, ended: None })
    }

    /// Waits until the child has ended by itself, at most this long. The child stays unreaped, so
    /// that its process group keeps its number until [`Group::kill`].
    pub(super) fn ends_within(&mut self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        while !self.has_ended() {
            if Instant::now() >= until {
                return false;
            }
            thread::sleep(POLL);
        }
        true
    }

    /// Whether the child has ended. Does not reap it.
    #[cfg(unix)]
    pub(super) fn has_ended(&mut self) -> bool {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        if self.ended.is_some() {
            return true;
        }
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        matches!(waitid(WaitId::Pid(Pid::from_child(&self.child)), look), Ok(Some(_)))
    }

    /// Whether the child has ended.
    #[cfg(not(unix))]
    pub(super) fn has_ended(&mut self) -> bool {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        self.ended.is_some()
    }

    /// Kills whatever is left of the child and its process group, and reaps the child. Tells how
    /// the child ended, unless the system does not let go of it.
    pub(super) fn kill(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            // Everything here may already be gone, which is what is wanted.
            #[cfg(unix)]
            let _ = rustix::process::kill_process_group(
                rustix::process::Pid::from_child(&self.child),
                rustix::process::Signal::KILL,
            );
            // The child may have moved to another group.
            let _ = self.child.kill();
            let until = Instant::now() + KILLED_WAIT;
            while self.ended.is_none() && Instant::now() < until {
                self.ended = self.child.try_wait().ok().flatten();
                if self.ended.is_none() {
                    thread::sleep(POLL);
                }
            }
        }
        self.ended
    }
}

pub(super) fn start_fault(launch: &Launch, error: &std::io::Error) -> Fault {
    Fault::Start {
        program: launch.program.to_string_lossy().into_owned(),
        reason: escaped(error.to_string().as_bytes()),
    }
}

/// How a process ended, in words.
pub(super) fn in_words(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return signal_name(signal).map_or_else(
            || format!("signal {signal}"),
            |name| format!("signal {signal} ({name})"),
        );
    }
    status.code().map_or_else(|| status.to_string(), |code| format!("exit status {code}"))
}

#[cfg(unix)]
fn signal_name(signal: i32) -> Option<&'static str> {
    use rustix::process::Signal;
    let names = [
        (Signal::HUP, "hangup"),
        (Signal::INT, "interrupted"),
        (Signal::QUIT, "quit"),
        (Signal::ILL, "illegal instruction"),
        (Signal::TRAP, "trap"),
        (Signal::ABORT, "aborted"),
        (Signal::BUS, "bus error"),
        (Signal::FPE, "arithmetic error"),
        (Signal::KILL, "killed"),
        (Signal::SEGV, "segmentation fault"),
        (Signal::PIPE, "broken pipe"),
        (Signal::ALARM, "alarm"),
        (Signal::TERM, "terminated"),
        (Signal::XCPU, "processor time limit"),
        (Signal::SYS, "forbidden system call"),
    ];
    names.into_iter().find(|(known, _)| known.as_raw() == signal).map(|(_, name)| name)
}
