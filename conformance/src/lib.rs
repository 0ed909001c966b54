//! Does someone else agree: vectors, adapter protocol, runner, reports.

pub mod compute;
pub mod exchange;
pub mod player;
pub mod process;
pub mod protocol;
pub mod reference;
