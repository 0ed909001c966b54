//! Does someone else agree: vectors, adapter protocol, runner, reports.

pub mod player;
pub mod process;
pub mod protocol;
