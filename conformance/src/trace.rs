//! Trace validation: whether what real clients logged is a behavior of the model.
//!
//! A trace is a log of one or many clients: what each was given, what it answered, what it did.
//! Values that are keys, signatures, hashes or ciphertexts appear as keyed commitments: two can be
//! told equal or different, and nothing else. The checker runs the model's own client beside each
//! node of the log and holds every answer against it ([`check()`]).

pub mod check;
pub mod commit;
pub mod format;
pub mod freeze;
pub mod lint;
pub mod read;
pub mod record;
pub mod shrink;

mod blame;
mod expect;
mod gap;
mod names;
mod node;
mod order;
mod outside;
mod posted;
mod search;
mod steer;

pub use check::{Accepted, Place, Refusal, Verdict, check};
pub use format::{Commitment, Event, Header, Line, Lost, NodeHeader, Trace};
pub use read::{ReadError, read};
