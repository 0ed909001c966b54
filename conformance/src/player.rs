//! Whoever answers requests: the reference in this process, or an adapter in another.

use crate::protocol::{Request, Response};

/// Something that answers the adapter protocol.
pub trait Player {
    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// There is no usable answer; the fault says why. A player with a fault is not asked again.
    fn ask(&mut self, request: &Request) -> Result<Response, Fault>;
}

/// Why an adapter gave no usable answer. Never a refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The program could not be started.
    #[error("cannot start {program:?}: {reason}")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        reason: String,
    },
    /// No answer in time.
    #[error("no answer to {op} within {limit_ms} ms{stderr}")]
    Timeout {
        /// What was asked.
        op: String,
        /// How long the harness waited.
        limit_ms: u64,
        /// The end of its standard error, introduced, or nothing.
        stderr: String,
    },
    /// The program ended.
    #[error("the adapter ended while asked {op}: {how}{stderr}")]
    Crash {
        /// What was asked.
        op: String,
        /// Exit status or signal.
        how: String,
        /// The end of its standard error, introduced, or nothing.
        stderr: String,
    },
    /// What it wrote is no answer.
    #[error("the answer to {op} breaks the adapter protocol: {reason}")]
    Protocol {
        /// What was asked.
        op: String,
        /// What is wrong with the answer, with an excerpt where that helps.
        reason: String,
    },
}
