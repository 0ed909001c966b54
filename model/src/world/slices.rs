//! The slices: for each question the parties, powers and budgets that can answer it.

use super::{Budgets, LEADER, Name, Preset, SPY, Slice};
use crate::properties::Goal;

mod keys;
mod leaders;
mod media;
mod people;
mod suites;
mod time;

const BOB: Name = "bob";
const CAROL: Name = "carol";
const DAVE: Name = "dave";
/// With the leader eleven.
const CROWD: [Name; 10] =
    [CAROL, DAVE, "erin", "frank", "grace", "heidi", "ivan", "judy", "kim", "leo"];

impl Slice {
    /// Every slice, the default first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![
            Self::replay(),
            Self::small(),
            Self::delay(),
            Self::wide(),
            Self::certified(),
            Self::joiner(),
            Self::takeover(),
            Self::fork(),
            Self::lock(),
            Self::cohost(),
            Self::locked(),
            Self::ghost(),
            Self::rejoin(),
            Self::identity(),
            Self::encoding(),
            Self::roster(),
            Self::names(),
            Self::links(),
            Self::suite(),
            Self::quantum(),
            Self::kyber(),
            Self::drip(),
            Self::latekeys(),
            Self::creep(),
            Self::stale(),
            Self::teardown(),
            Self::media(),
            Self::devices(),
            Self::speaker(),
            Self::leaver(),
            Self::withheld(),
            Self::late(),
            Self::crowd(),
            Self::board(),
            Self::again(),
            Self::quiet(),
            Self::silent(),
            Self::vast(),
        ]
    }

    /// The slices that take seconds: what a run of all of them explores.
    #[must_use]
    pub fn quick() -> Vec<Self> {
        let long = ["delay", "wide", "creep", "stale", "vast"];
        Self::all().into_iter().filter(|slice| !long.contains(&slice.name)).collect()
    }

    fn of(name: &'static str, about: &'static str, goals: &[Goal]) -> Self {
        Self {
            name,
            about,
            honest: vec![LEADER, BOB],
            seated: Vec::new(),
            gone: Vec::new(),
            joiners: vec![BOB, SPY],
            ordered: true,
            leavers: vec![BOB, SPY],
            talkers: vec![LEADER, BOB],
            cohosts: Vec::new(),
            successors: Vec::new(),
            against: vec![BOB],
            outdated: Vec::new(),
            doubles: Vec::new(),
            namesakes: Vec::new(),
            powers: [].into(),
            deceits: Vec::new(),
            trails: Vec::new(),
            budgets: Budgets::default(),
            preset: Preset::Real,
            seats: Vec::new(),
            goals: goals.to_vec(),
        }
    }
}
