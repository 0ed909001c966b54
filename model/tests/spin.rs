//! One slice a second time, in Promela (`model/spin/two_leaders.pml`), and Spin agrees: as many
//! situations, moves and depths, the same verdicts, counterexamples as short.
//!
//! Says so where Spin or a C compiler is missing: nothing is skipped in silence. With
//! `CONCLAVE_REQUIRE_SPIN` set, not running it is a failure.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map},
    env, fmt, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use conclave_model::{
    explore::{explore, replay_on_bytes},
    properties::Goal,
    world::{Budgets, LEADER, Power, Rig, SPY, Slice, World},
};
use conclave_spec::{Profile, Rule};

#[path = "spin/projection.rs"]
mod projection;

use projection::{Situation, project};

/// What either side found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    /// How many different situations there are.
    situations: usize,
    /// How many moves lead from them.
    moves: usize,
    /// How many moves the farthest is from the start.
    depth: usize,
    /// After how many moves a goal can be broken; `None` where it holds.
    broken_after: BTreeMap<Goal, Option<usize>>,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { situations, moves, depth, broken_after } = self;
        write!(f, "{situations} situations, {moves} moves, depth {depth}")?;
        broken_after.iter().try_for_each(|(goal, moves)| match moves {
            Some(moves) => write!(f, "; {} broken after {moves}", goal.id()),
            None => write!(f, "; {} holds", goal.id()),
        })
    }
}

/// A version of the protocol, and the options that say the same in Promela.
struct Variant {
    profile: Profile,
    options: &'static [&'static str],
}

/// The goals, and how Promela says that one is not broken.
const GOALS: [(Goal, &str); 2] =
    [(Goal::History, "!(hist_broken)"), (Goal::AgreeKey, "!(agree_key_broken)")];

/// The budgets of changes and locks.
const BUDGETS: [(u8, u8); 3] = [(2, 2), (3, 1), (5, 1)];

fn variants() -> Vec<Variant> {
    let now = Profile::zoom_4_6();
    let without = |rules: &[Rule], options| {
        let profile = rules.iter().fold(now.clone(), |profile, rule| profile.without(*rule));
        Variant { profile, options }
    };
    vec![
        Variant { profile: Profile::zoom_4_1_client_5_12(), options: &["-DWITHOUT_HBT_13"] },
        Variant { profile: Profile::zoom_4_1(), options: &[] },
        Variant { profile: now.clone(), options: &[] },
        without(&[Rule::HistoryContinues], &["-DWITHOUT_HBT_13"]),
        without(&[Rule::UncertifiedDropped], &["-DWITHOUT_ELE_09"]),
        // The chain of heartbeats covers the other guards; without it they show.
        without(
            &[Rule::HistoryContinues, Rule::KeyNeverBack],
            &["-DWITHOUT_HBT_13", "-DWITHOUT_HBT_12"],
        ),
        without(
            &[Rule::HistoryContinues, Rule::CountIncreases, Rule::TimestampIncreases],
            &["-DWITHOUT_HBT_13", "-DWITHOUT_HBT_09"],
        ),
    ]
}

/// Two leaders at once, and nothing else: the slice `fork` with both told of both, nobody coming or
/// going, and nobody lied to beside the choice of the leader.
fn slice(changes: u8, locks: u8) -> Slice {
    let fork = Slice::by_name("fork").expect("a slice");
    let successors = [&[LEADER], fork.successors.as_slice()].concat();
    Slice {
        name: "two-leaders",
        about: "either of two may be named to anybody",
        successors,
        joiners: Vec::new(),
        leavers: Vec::new(),
        powers: [Power::Equivocate].into(),
        deceits: Vec::new(),
        budgets: Budgets { changes, locks, ..Budgets::default() },
        goals: GOALS.map(|(goal, _)| goal).to_vec(),
        ..fork
    }
}

fn main() -> ExitCode {
    let required = env::var_os("CONCLAVE_REQUIRE_SPIN").is_some_and(|value| value != "0");
    if let Some(missing) = missing_tool() {
        eprintln!("spin: NOT RUN: {missing} is missing");
        return if required { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let mut failed = false;
    for Variant { profile, options } in variants() {
        for (changes, locks) in BUDGETS {
            let slice = slice(changes, locks);
            let (worlds, ours) = explored(&profile, &slice);
            let theirs = spun(options, changes, locks);
            let name = format!("{} {options:?}, {changes} changes, {locks} locks", profile.id);
            if ours == theirs {
                eprintln!("spin: {name}: ok, {worlds} worlds, {ours}");
            } else {
                eprintln!("spin: {name}: DIFFERENT\n  ours {ours:?}\n  Spin {theirs:?}");
                failed = true;
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn missing_tool() -> Option<&'static str> {
    let there = |tool: &str, flag| Command::new(tool).arg(flag).output().is_ok();
    [("spin", "-V"), ("cc", "--version")].into_iter().find(|it| !there(it.0, it.1)).map(|it| it.0)
}

/// What the explorer finds: how many worlds, and what they are as situations.
fn explored(profile: &Profile, slice: &Slice) -> (usize, Found) {
    let rig = Rig::new(profile, slice);
    let start = rig.start().expect("a world");
    let mut after: BTreeMap<Situation, BTreeSet<Situation>> = BTreeMap::new();
    let (mut moves, mut depth) = (0, 0);
    let mut seen = BTreeSet::from([start.digest()]);
    let mut level = vec![start];
    while !level.is_empty() {
        let mut next: Vec<World> = Vec::new();
        for world in &level {
            let successors = rig.successors(world);
            let situations: BTreeSet<_> = successors.iter().map(|(_, it)| project(it)).collect();
            match after.entry(project(world)) {
                btree_map::Entry::Vacant(new) => {
                    moves += successors.len();
                    new.insert(situations);
                }
                // Worlds that are the same situation can become the same situations.
                btree_map::Entry::Occupied(known) => assert_eq!(*known.get(), situations),
            }
            let new = successors.into_iter().filter(|(_, it)| seen.insert(it.digest()));
            next.extend(new.map(|(_, it)| it));
        }
        depth += usize::from(!next.is_empty());
        level = next;
    }
    let exploration = explore(profile, slice).expect("an exploration");
    assert_eq!((exploration.distinct_states, exploration.depth), (seen.len(), depth));
    for (goal, found) in exploration.broken() {
        let bytes = replay_on_bytes(&found.script, &rig.profile, goal, SPY).expect("a script");
        assert!(bytes.violated && bytes.unexpected.is_none(), "{} over bytes", goal.id());
    }
    let broken_after = GOALS
        .map(|(goal, _)| (goal, exploration.counterexample(goal).map(|found| found.moves.len())));
    let found = Found { situations: after.len(), moves, depth, broken_after: broken_after.into() };
    (seen.len(), found)
}

/// What Spin finds. Its first step, two transitions in its count, is none of ours: it sets the
/// scene.
fn spun(options: &[&str], changes: u8, locks: u8) -> Found {
    let budgets = [format!("-DCHANGES={changes}"), format!("-DLOCKS={locks}")];
    let options = options.iter().copied().chain(budgets.iter().map(String::as_str));
    let report = run_spin(&options.collect::<Vec<_>>());
    let broken_after = GOALS.map(|(goal, assertion)| {
        // Breadth first: the first is a shortest.
        (goal, number_after(&report, &format!("{assertion} (at depth ")))
    });
    let less = |number: Option<usize>, less| number.and_then(|it| it.checked_sub(less));
    let found = || {
        Some(Found {
            situations: less(number_before(&report, " states, stored"), 1)?,
            moves: less(number_before(&report, " transitions"), 2)?,
            depth: less(number_after(&report, "depth reached "), 1)?,
            broken_after: broken_after.into(),
        })
    };
    found().unwrap_or_else(|| panic!("no counts in {report}"))
}

/// Has Spin make a verifier with these options, compiles and runs it: breadth first, nothing
/// hashed away, nothing reduced. Its report.
fn run_spin(options: &[&str]) -> String {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("spin/two_leaders.pml");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("spin");
    fs::create_dir_all(&folder).expect("a folder");
    let run = |program: &Path, arguments: &[&str]| {
        let mut command = Command::new(program);
        let output = command.args(arguments).current_dir(&folder).output().expect("a program");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !said.contains("Error"), "{program:?}: {said}{errors}");
        said
    };
    let model = model.to_str().expect("a path in UTF-8");
    let _ = fs::remove_file(folder.join("pan.c"));
    run(Path::new("spin"), &[&["-a"], options, &[model]].concat());
    let flags = ["-O0", "-w", "-DBFS", "-DSAFETY", "-DNOREDUCE", "-o", "verifier", "pan.c"];
    run(Path::new("cc"), &flags);
    run(&folder.join("verifier"), &["-c0"])
}

/// The number after a text in Spin's report.
fn number_after(report: &str, text: &str) -> Option<usize> {
    let from = report.find(text)? + text.len();
    let digits: String = report[from..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The number before a text on a line of Spin's report.
fn number_before(report: &str, text: &str) -> Option<usize> {
    let line = report.lines().find(|line| line.contains(text))?;
    line[..line.find(text)?].trim().parse().ok()
}
