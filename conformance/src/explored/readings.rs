//! What the search finds in 4.6 under other readings: each alternative that the model can take,
//! alone, in every quick slice.

use std::collections::BTreeSet;

use conclave_model::{
    explore::{ExploreError, Limits, Verdict, explore_within, moves_named, retrace},
    properties::Goal,
    world::{Slice, explored_part},
};
use conclave_spec::{
    Profile,
    readings::{UNDER, Under},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{ExploredError, SCHEMA};
use crate::cores;

/// What an alternative changes in what the search finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The reading.
    pub reading: String,
    /// The key of the alternative.
    pub alternative: String,
    /// SHA-256 of the profile under both readings and of the slices.
    pub inputs: String,
    /// How many different worlds the slices have together.
    pub states: usize,
    /// Goals that hold under the reading of the reference and not under this one.
    pub breaks: Vec<Found>,
    /// Goals that it is the other way round with.
    pub mends: Vec<Found>,
}

/// A goal broken in a slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The goal.
    pub goal: String,
    /// The slice.
    pub slice: String,
    /// The moves of a shortest counterexample, in words.
    pub moves: Vec<String>,
}

/// The version that is read otherwise.
pub(super) fn plain() -> Profile {
    Profile::zoom_4_6()
}

/// SHA-256 over what a row depends on but the code of the machine.
#[must_use]
pub fn inputs(under: Under) -> String {
    let (plain, other) = (explored_part(&plain()), explored_part(&under.of(plain())));
    let slices = Slice::quick();
    let text = format!("{SCHEMA} {} {} {slices:?}", plain.digest(), other.digest());
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// What is broken under a profile, and how many worlds there are.
struct Explored {
    found: Vec<Found>,
    states: usize,
}

fn explored(profile: &Profile, slice: &Slice) -> Result<Explored, ExploreError> {
    let mut slice = slice.clone();
    slice.goals.retain(|goal| goal.applies(profile));
    if slice.goals.is_empty() {
        return Ok(Explored { found: Vec::new(), states: 0 });
    }
    let exploration = explore_within(profile, &slice, &Limits::default(), &mut |_| {})?;
    let broken = |(goal, verdict): &(Goal, Verdict)| match verdict {
        Verdict::Violated(counterexample) => Some(Found {
            goal: goal.id().to_owned(),
            slice: slice.name.to_owned(),
            moves: counterexample.moves.iter().map(ToString::to_string).collect(),
        }),
        Verdict::Holds | Verdict::Vacuous => None,
    };
    let found = exploration.verdicts.iter().filter_map(broken).collect();
    Ok(Explored { found, states: exploration.distinct_states })
}

/// The rows of these alternatives; `tell` hears of each slice explored.
///
/// # Errors
/// A fault of the model.
pub fn rows_of(wanted: &[Under], tell: &(dyn Fn() + Sync)) -> Result<Vec<Row>, ExploredError> {
    let profiles: Vec<Profile> =
        std::iter::once(plain()).chain(wanted.iter().map(|under| under.of(plain()))).collect();
    let slices = Slice::quick();
    let jobs = profiles.iter().flat_map(|profile| slices.iter().map(move |it| (profile, it)));
    let done = cores::map(&jobs.collect::<Vec<_>>(), |(profile, slice)| {
        let done = explored(profile, slice);
        tell();
        done
    })?;
    let mut by_profile = done.chunks(slices.len().max(1));
    let of_plain = by_profile.next().unwrap_or_default();
    let rows = wanted.iter().zip(by_profile).map(|(under, of_other)| Row {
        reading: under.reading.to_owned(),
        alternative: under.alternative.to_owned(),
        inputs: inputs(*under),
        states: of_other.iter().map(|it| it.states).sum(),
        breaks: beyond(of_other, of_plain),
        mends: beyond(of_plain, of_other),
    });
    Ok(rows.collect())
}

/// What one finds and the other does not.
fn beyond(one: &[Explored], other: &[Explored]) -> Vec<Found> {
    let place = |found: &Found| (found.goal.clone(), found.slice.clone());
    let known: BTreeSet<_> = other.iter().flat_map(|it| &it.found).map(place).collect();
    let found = one.iter().flat_map(|it| &it.found);
    found.filter(|it| !known.contains(&place(it))).cloned().collect()
}

/// How many slices the rows of so many alternatives take.
#[must_use]
pub fn count(wanted: &[Under]) -> usize {
    (wanted.len() + 1) * Slice::quick().len()
}

/// The alternatives without a row computed from today's inputs.
#[must_use]
pub fn stale(rows: &[Row]) -> Vec<Under> {
    let fresh = |under: &&Under| rows.iter().any(|row| row.inputs == inputs(**under));
    UNDER.iter().filter(|under| !fresh(under)).copied().collect()
}

/// Whether the stored moves break the goal under the one reading, and not under the other.
///
/// # Errors
/// What is wrong, in words.
pub fn check(row: &Row) -> Result<(), String> {
    let name = format!("{}={}", row.reading, row.alternative);
    let under = Under::named(&name).ok_or("no such alternative")?;
    let (plain, other) = (plain(), under.of(plain()));
    let told = |found: &Found, what: &str| format!("{} in {}: {what}", found.goal, found.slice);
    for (founds, with, without) in [(&row.breaks, &other, &plain), (&row.mends, &plain, &other)] {
        for found in founds {
            let goal = Goal::by_id(&found.goal).ok_or("no such goal")?;
            let slice = Slice::by_name(&found.slice).ok_or("no such slice")?;
            let moves = moves_named(with, &slice, &found.moves)
                .ok_or_else(|| told(found, "the moves are not possible"))?;
            if retrace(with, &slice, goal, &moves) != Some(true) {
                return Err(told(found, "the moves break nothing"));
            }
            if retrace(without, &slice, goal, &moves) == Some(true) {
                return Err(told(found, "the moves break it under the other reading as well"));
            }
        }
    }
    Ok(())
}
