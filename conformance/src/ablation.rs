//! What each rule is worth, as stored: computed by the long run, replayed by every other.

use std::{collections::BTreeMap, fs, io, path::Path, sync::OnceLock};

use conclave_model::{
    explore::{
        Bound, Broken, ExploreError, Worth, ablate, broken_anyway, moves_named, replay_on_bytes,
        retrace,
    },
    properties::Goal,
    stage::StageError,
    world::{Rig, SPY, Slice, explored_part, is_explored},
};
use conclave_spec::{Profile, Rule, profiles::FORMULA_ONLY, rules::Area};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::cores;

pub mod depth;
pub mod joint;

/// The format of the stored table.
pub const SCHEMA: &str = "conclave-ablation-1";
/// How many worlds of each slice are explored at most.
pub const STATES_MAX: usize = 12_000;

/// The stored table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// `conclave-ablation-1`.
    pub schema: String,
    /// SHA-256 over what it was computed from: profiles, slices and bound.
    pub inputs: String,
    /// How many worlds of each slice were explored at most.
    pub states_max: usize,
    /// One row per rule and profile.
    pub rows: Vec<Row>,
    /// For each rule that others stand in for: what it is worth where they are gone too.
    #[serde(default)]
    pub joint: Vec<joint::Row>,
}

/// What a rule is worth in a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The rule taken away, with those that need it.
    pub rule: Rule,
    /// From which profile.
    pub profile: String,
    /// What is lost.
    #[serde(flatten)]
    pub worth: Lost,
}

/// What is lost without a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    /// A goal, by these moves.
    Broken {
        /// Its name.
        goal: String,
        /// The slice.
        slice: String,
        /// The moves, in words.
        moves: Vec<String>,
        /// How many worlds had been reached.
        states: usize,
    },
    /// Nothing within these slices: defence in depth.
    Depth {
        /// The slices.
        slices: Vec<String>,
        /// How many worlds they have together.
        states: usize,
    },
}

/// A table that is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum AblationError {
    /// No file, or not this format.
    #[error("{0}: run `conclave ablate --write`")]
    Unreadable(String),
    /// Computed from other inputs than today's.
    #[error(
        "the table was computed from other profiles or slices: run `conclave ablate --write` \
         (some minutes)"
    )]
    Stale,
    /// A row that does not hold.
    #[error("{rule} in {profile}: {what}; run `conclave ablate --write`", rule = .rule.id())]
    Row {
        /// The rule.
        rule: Rule,
        /// The profile.
        profile: String,
        /// What is wrong.
        what: String,
    },
    /// The model is at fault.
    #[error(transparent)]
    Explore(#[from] ExploreError),
    /// The model is at fault, where the way to a breakout room and back is played.
    #[error(transparent)]
    Rooms(#[from] StageError),
    /// It cannot be written.
    #[error("the table cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// The profiles in which a rule is judged: the first that has it, 4.6, and the hardened one.
#[must_use]
pub fn profiles_of(rule: Rule) -> Vec<Profile> {
    let having = Profile::all().into_iter().filter(|profile| profile.rules.contains(rule));
    let having: Vec<_> = having.collect();
    let first = having.first().map(|profile| profile.id);
    let judged = |profile: &Profile| {
        Some(profile.id) == first || ["zoom-4.6", "hardened"].contains(&profile.id)
    };
    having.into_iter().filter(judged).collect()
}

/// The rules that are judged: those in force anywhere that a world can come to.
pub fn rules() -> impl Iterator<Item = Rule> {
    let judged = |rule: &Rule| !FORMULA_ONLY.contains(rule) && is_explored(*rule);
    Rule::ALL.iter().copied().filter(judged)
}

/// SHA-256 over everything the table depends on but the code of the machine.
#[must_use]
pub fn inputs() -> String {
    let mut text = format!("{SCHEMA} {STATES_MAX}\n");
    for profile in Profile::all() {
        text.push_str(&format!("{} {}\n", profile.id, explored_part(&profile).digest()));
    }
    for area in Area::ALL {
        let slices = Slice::about_area(area);
        if !slices.is_empty() {
            text.push_str(&format!("{area:?} {slices:?}\n"));
        }
    }
    let (far, slice, states_max) = FAR;
    text.push_str(&format!("{far:?} {:?} {states_max}\n", Slice::by_name(slice)));
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Computes worths, remembering what each profile breaks anyway.
#[derive(Debug)]
pub struct Workbench {
    anyway: BTreeMap<(&'static str, Area), OnceLock<Result<Broken, ExploreError>>>,
}

impl Default for Workbench {
    fn default() -> Self {
        let of = |profile: Profile| Area::ALL.map(|area| ((profile.id, area), OnceLock::new()));
        Self { anyway: Profile::all().into_iter().flat_map(of).collect() }
    }
}

impl Workbench {
    /// The rows of a rule, those kept as they are. A way found in one profile is tried first in the
    /// next.
    fn rows(
        &self,
        rule: Rule,
        kept: &[Row],
        tell: &(dyn Fn(Rule) + Sync),
    ) -> Result<Vec<Row>, AblationError> {
        let mut rows: Vec<Row> = Vec::new();
        for profile in profiles_of(rule) {
            let kept = kept.iter().find(|row| row.rule == rule && row.profile == profile.id);
            let broken = rows.iter().rev().find(|row| matches!(row.worth, Lost::Broken { .. }));
            let row = match kept {
                Some(row) => row.clone(),
                None => self.row(rule, &profile, broken.map(|row| &row.worth))?,
            };
            tell(rule);
            rows.push(row);
        }
        Ok(rows)
    }

    /// What a rule is worth in a profile. `known` is a way that works in another profile: where it
    /// works here too, it is taken.
    ///
    /// # Errors
    /// A fault of the model.
    pub fn row(
        &self,
        rule: Rule,
        profile: &Profile,
        known: Option<&Lost>,
    ) -> Result<Row, AblationError> {
        let bound = bound(rule);
        let row = |worth| Row { rule, profile: profile.id.to_owned(), worth };
        if let Some(known) = known
            && check(rule, profile, known).is_ok()
        {
            return Ok(row(known.clone()));
        }
        let found = || broken_anyway(profile, &bound);
        let anyway = match self.anyway.get(&(profile.id, rule.area())) {
            Some(cell) if rule != FAR.0 => cell.get_or_init(found).clone()?,
            Some(_) | None => found()?,
        };
        Ok(row(ablate(profile, rule, &anyway, &bound)?.into()))
    }
}

/// A rule whose worth shows in one long slice only, and how far that is explored.
const FAR: (Rule, &str, usize) = (Rule::AnchorLeastDelayed, "creep", 200_000);

/// The slices a rule is judged by, and how far.
fn bound(rule: Rule) -> Bound {
    let (far, slice, states_max) = FAR;
    if rule == far {
        return Bound { slices: Slice::by_name(slice).into_iter().collect(), states_max };
    }
    Bound { slices: Slice::about_area(rule.area()), states_max: STATES_MAX }
}

impl From<Worth> for Lost {
    fn from(worth: Worth) -> Self {
        match worth {
            Worth::Goal { goal, slice, counterexample } => Self::Broken {
                goal: goal.id().to_owned(),
                slice: slice.to_owned(),
                moves: counterexample.moves.iter().map(ToString::to_string).collect(),
                states: counterexample.after_states,
            },
            Worth::DefenceInDepth { slices, states } => {
                Self::Depth { slices: slices.into_iter().map(str::to_owned).collect(), states }
            }
        }
    }
}

/// Rows that need not be computed anew.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Of single rules.
    pub rows: Vec<Row>,
    /// Of rules beside those that stand in for them.
    pub joint: Vec<joint::Row>,
}

/// Computes the whole table but for the rows kept; `tell` hears of every row.
///
/// # Errors
/// A fault of the model.
pub fn compute(kept: &Kept, tell: &(dyn Fn(Rule) + Sync)) -> Result<Table, AblationError> {
    let rows = rows_of(&rules().collect::<Vec<_>>(), &kept.rows, tell)?;
    let joint = joint::rows_of(&joint::wanted(), &kept.joint, tell)?;
    Ok(Table { schema: SCHEMA.to_owned(), inputs: inputs(), states_max: STATES_MAX, rows, joint })
}

/// The rows of these rules in their order, a rule for each core at a time, those kept as they are. No
/// row depends on which was done first.
///
/// # Errors
/// A fault of the model.
pub fn rows_of(
    rules: &[Rule],
    kept: &[Row],
    tell: &(dyn Fn(Rule) + Sync),
) -> Result<Vec<Row>, AblationError> {
    let bench = Workbench::default();
    let rows = cores::map(rules, |rule| bench.rows(*rule, kept, tell))?;
    Ok(rows.concat())
}

/// Whether the moves stored break the goal without the rule, over terms and over bytes, and do not
/// with it.
///
/// # Errors
/// What is wrong, in words.
pub fn check(rule: Rule, profile: &Profile, lost: &Lost) -> Result<(), String> {
    let Lost::Broken { goal, slice, moves, .. } = lost else { return Ok(()) };
    let goal = Goal::by_id(goal).ok_or("no such goal")?;
    let slice = Slice::by_name(slice).ok_or("no such slice")?;
    let mutant = profile.clone().without(rule);
    let path = moves_named(&mutant, &slice, moves).ok_or("the moves are not possible")?;
    if retrace(&mutant, &slice, goal, &path) != Some(true) {
        return Err("the moves break nothing without the rule".to_owned());
    }
    if retrace(profile, &slice, goal, &path) == Some(true) {
        return Err("the moves break the goal with the rule as well".to_owned());
    }
    let rig = Rig::new(&mutant, &slice);
    let script = rig.script(&path).map_err(|error| error.to_string())?;
    let played = replay_on_bytes(&script, &rig.profile, goal, SPY);
    let played = played.map_err(|error| error.to_string())?;
    if played.violated && played.unexpected.is_none() {
        Ok(())
    } else {
        Err("over real cryptography it comes out otherwise".to_owned())
    }
}

/// Reads the stored table, of whatever inputs.
///
/// # Errors
/// There is none, or it is of another format.
pub fn read_any(folder: &Path) -> Result<Table, AblationError> {
    let file = folder.join("ablation.json");
    let said = |error: &dyn std::fmt::Display| {
        AblationError::Unreadable(format!("{}: {error}", file.display()))
    };
    let text = fs::read_to_string(&file).map_err(|error| said(&error))?;
    let table: Table = serde_json::from_str(&text).map_err(|error| said(&error))?;
    if table.schema == SCHEMA { Ok(table) } else { Err(said(&"another format")) }
}

/// Reads the stored table.
///
/// # Errors
/// There is none, or it is stale or incomplete.
pub fn read(folder: &Path) -> Result<Table, AblationError> {
    let table = read_any(folder)?;
    if table.inputs != inputs() || table.states_max != STATES_MAX {
        return Err(AblationError::Stale);
    }
    let wanted: Vec<_> = rules()
        .flat_map(|rule| profiles_of(rule).into_iter().map(move |it| (rule, it.id.to_owned())))
        .collect();
    let there: Vec<_> = table.rows.iter().map(|row| (row.rule, row.profile.clone())).collect();
    let joint: Vec<_> = table.joint.iter().map(joint::Row::job).collect();
    let complete = wanted == there && joint == joint::wanted();
    if complete { Ok(table) } else { Err(AblationError::Stale) }
}

/// Stores the table.
///
/// # Errors
/// It cannot be written.
pub fn write(folder: &Path, table: &Table) -> Result<(), AblationError> {
    let mut text = serde_json::to_string_pretty(table).map_err(io::Error::from)?;
    text.push('\n');
    fs::write(folder.join("ablation.json"), text)?;
    Ok(())
}
