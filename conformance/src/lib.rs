//! Does someone else agree: vectors, adapter protocol, runner, reports.

pub mod ablation;
pub mod attack;
pub mod attacks;
pub mod case;
pub mod cases;
pub mod commands;
pub mod compute;
pub mod cores;
pub mod diagram;
pub mod exchange;
pub mod explored;
pub mod judge;
pub mod live;
pub mod pages;
pub mod player;
pub mod process;
pub mod protocol;
pub mod record;
pub mod reference;
pub mod report;
pub mod run;
pub mod shipped;
pub mod stories;
pub mod trace;
pub mod vectors;
pub mod verdict;
