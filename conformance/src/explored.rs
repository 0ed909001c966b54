//! What long explorations found, as stored: computed by the deep run, held against today's inputs
//! by every other.

use std::{fs, io, path::Path};

use conclave_model::{
    explore::{Exploration, ExploreError, Limits, Outcome, Pace, Verdict, exhaust, explore_within},
    properties::Goal,
    world::{Rig, Slice, explored_part},
};
use conclave_spec::{
    Profile,
    readings::{UNDER, Under},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::cores;

pub mod findings;
pub mod readings;

/// The format of the stored table.
pub const SCHEMA: &str = "conclave-explored-1";

/// The stored table, under the vector folder.
pub const TABLE: &str = "explored.json";

/// What is explored: slices that take minutes or hours, and in which versions. `wide` has not been
/// explored to its end.
const WANTED: &[(&str, &[&str])] = &[
    ("creep", &["zoom-4.6", "hardened"]),
    ("stale", &["zoom-4.6", "hardened"]),
    ("vast", &["zoom-4.6"]),
];

/// The slices that memory does not hold breadth first.
const DEEP_FIRST: &[&str] = &["vast"];

/// The long slice that shows a finding, and the readings under which 4.6 is explored in it as well:
/// those about heartbeats, time and old keys.
const UNDER_OTHERS: (&str, [&str; 7]) =
    ("creep", ["R-52", "R-64", "R-65", "R-67", "R-68", "R-77", "R-110"]);

/// The stored table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// `conclave-explored-1`.
    pub schema: String,
    /// One row per slice and profile.
    pub rows: Vec<Row>,
    /// What is found in 4.6 under other readings.
    #[serde(default)]
    pub readings: Vec<readings::Row>,
}

/// What an exploration to the end of its slice found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The slice.
    pub slice: String,
    /// The profile.
    pub profile: String,
    /// The reading it is taken by, as in `R-54=unbound`, if not by the reference's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<String>,
    /// SHA-256 of the profile and of the slice with its powers, budgets and goals.
    pub inputs: String,
    /// How many different worlds there are.
    pub states: usize,
    /// How many moves lead from one to another.
    pub transitions: usize,
    /// How many moves the farthest is from the start; not known where the search went deep first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<usize>,
    /// What became of each goal.
    pub goals: Vec<Judged>,
}

/// What became of a goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The goal.
    pub goal: String,
    /// `holds`, `broken`, or `vacuous` where its premise was never reached.
    pub verdict: String,
    /// The moves of a shortest counterexample, in words; none where the search went deep first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<String>,
}

/// A table that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ExploredError {
    /// No file, or not this format.
    #[error("{0}: run `conclave deep --write`")]
    Unreadable(String),
    /// The model is at fault.
    #[error(transparent)]
    Explore(#[from] ExploreError),
    /// It cannot be written.
    #[error("the table cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// One thing to explore.
#[derive(Clone, Debug)]
pub struct Job {
    /// Under which version.
    pub profile: Profile,
    /// By which reading, if not by the reference's.
    pub under: Option<Under>,
    /// What, with the goals that this version promises.
    pub slice: Slice,
}

impl Job {
    /// The version, or the reading under which it is taken otherwise.
    #[must_use]
    pub fn version(&self) -> String {
        self.under.map_or_else(|| self.profile.id.to_owned(), |under| under.to_string())
    }

    /// SHA-256 over what the row depends on but the code of the machine.
    #[must_use]
    pub fn inputs(&self) -> String {
        let Self { profile, slice, .. } = self;
        let text = format!("{SCHEMA} {} {} {slice:?}", profile.id, explored_part(profile).digest());
        hex::encode(Sha256::digest(text.as_bytes()))
    }

    /// Whether it goes deep first, on all cores, and finds no shortest counterexamples.
    #[must_use]
    pub fn is_deep_first(&self) -> bool {
        DEEP_FIRST.contains(&self.slice.name)
    }

    /// Explores it to its end, telling how many worlds there are so far.
    ///
    /// # Errors
    /// A fault of the model.
    pub fn explore(&self, progress: &(dyn Fn(usize) + Sync)) -> Result<Row, ExploredError> {
        if self.is_deep_first() {
            let found = exhaust(&Rig::new(&self.profile, &self.slice), cores::count(), progress)?;
            let goals = self.slice.goals.iter();
            let goals = goals.map(|goal| outcome(*goal, found.outcome(*goal))).collect();
            return Ok(self.row(found.distinct_states, found.transitions, None, goals));
        }
        let mut pace = |pace: Pace| progress(pace.distinct_states);
        let found = explore_within(&self.profile, &self.slice, &Limits::default(), &mut pace)?;
        let goals = judged(&found);
        Ok(self.row(found.distinct_states, found.transitions, Some(found.depth), goals))
    }

    fn row(
        &self,
        states: usize,
        transitions: usize,
        depth: Option<usize>,
        goals: Vec<Judged>,
    ) -> Row {
        Row {
            slice: self.slice.name.to_owned(),
            profile: self.profile.id.to_owned(),
            under: self.under.map(|under| under.to_string()),
            inputs: self.inputs(),
            states,
            transitions,
            depth,
            goals,
        }
    }
}

fn outcome(goal: Goal, outcome: Outcome) -> Judged {
    let verdict = match outcome {
        Outcome::Holds => "holds",
        Outcome::Broken => "broken",
        Outcome::Vacuous => "vacuous",
    };
    Judged { goal: goal.id().to_owned(), verdict: verdict.to_owned(), moves: Vec::new() }
}

fn judged(found: &Exploration) -> Vec<Judged> {
    let judged = |(goal, verdict): &(Goal, Verdict)| {
        let (verdict, moves) = match verdict {
            Verdict::Holds => ("holds", Vec::new()),
            Verdict::Vacuous => ("vacuous", Vec::new()),
            Verdict::Violated(counterexample) => {
                ("broken", counterexample.moves.iter().map(ToString::to_string).collect())
            }
        };
        Judged { goal: goal.id().to_owned(), verdict: verdict.to_owned(), moves }
    };
    found.verdicts.iter().map(judged).collect()
}

/// Everything that is explored, in the order of the table.
#[must_use]
pub fn jobs() -> Vec<Job> {
    let plain = WANTED.iter().flat_map(|(slice, profiles)| {
        profiles.iter().filter_map(|id| job(Profile::by_id(id)?, None, slice))
    });
    let (slice, readings) = UNDER_OTHERS;
    let others = UNDER.iter().filter(|under| readings.contains(&under.reading));
    let under = others.filter_map(|it| job(it.of(readings::plain()), Some(*it), slice));
    plain.chain(under).collect()
}

fn job(profile: Profile, under: Option<Under>, slice: &str) -> Option<Job> {
    let mut slice = Slice::by_name(slice)?;
    slice.goals.retain(|goal| goal.applies(&profile));
    (!slice.goals.is_empty()).then_some(Job { profile, under, slice })
}

impl Table {
    /// The row of a job, if it was computed from today's inputs.
    #[must_use]
    pub fn row(&self, job: &Job) -> Option<&Row> {
        let inputs = job.inputs();
        self.rows.iter().find(|row| row.inputs == inputs)
    }
}

/// Reads the stored table.
///
/// # Errors
/// There is none, or it is none.
pub fn read(folder: &Path) -> Result<Table, ExploredError> {
    let file = folder.join(TABLE);
    let said = |error: &dyn std::fmt::Display| {
        ExploredError::Unreadable(format!("{}: {error}", file.display()))
    };
    let text = fs::read_to_string(&file).map_err(|error| said(&error))?;
    let table: Table = serde_json::from_str(&text).map_err(|error| said(&error))?;
    if table.schema == SCHEMA { Ok(table) } else { Err(said(&"another format")) }
}

/// Stores the rows, those of today's jobs in their order.
///
/// # Errors
/// It cannot be written.
pub fn write(folder: &Path, table: &Table) -> Result<(), ExploredError> {
    let rows = jobs().iter().filter_map(|job| table.row(job)).cloned().collect();
    let reading = |under: &Under| {
        let inputs = readings::inputs(*under);
        table.readings.iter().find(|row| row.inputs == inputs).cloned()
    };
    let readings = UNDER.iter().filter_map(reading).collect();
    let table = Table { schema: SCHEMA.to_owned(), rows, readings };
    let mut text = serde_json::to_string_pretty(&table).map_err(io::Error::from)?;
    text.push('\n');
    Ok(fs::write(folder.join(TABLE), text)?)
}
