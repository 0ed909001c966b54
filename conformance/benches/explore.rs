//! The explorer beside a bare breadth-first search over the same transition function: distinct
//! states per second and bytes per state.
//!
//! Each search runs in a process of its own, so that the peak of its memory is its own. Arguments:
//! names of slices; without any, the small one and the default, and then how long it takes to find
//! each attack that the explorer finds by itself, beside a bare search for as many states.

use std::{env, process::Command, time::Instant};

use conclave_conformance::attacks::searches::SEARCHES;
use conclave_model::{
    explore::{bare, explore},
    world::{Rig, Slice},
};
use conclave_spec::Profile;

const ENGINES: [&str; 2] = ["bare", "explorer"];
const CHILD: &str = "--search";
/// Each search this often; the median counts.
const RUNS: usize = 3;

fn main() {
    let arguments: Vec<_> = env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [flag, search, slice] = arguments.as_slice()
        && flag == CHILD
    {
        return child(search, &named(slice));
    }
    let slices = match arguments.as_slice() {
        [] => vec![named("small"), named("replay")],
        names => names.iter().map(|name| named(name)).collect(),
    };
    let [slice, search, states] = ["slice", "search", "states"];
    println!("{slice:8} {search:14} {states:>10} {:>10} {:>12}", "states/s", "bytes/state");
    for slice in slices {
        let all: Vec<_> = ENGINES.iter().map(|search| (search, measured(search, &slice))).collect();
        for (search, found) in &all {
            let Found { states, per_second, bytes } = found;
            let bytes = bytes.map_or("unknown".to_owned(), |bytes| format!("{bytes:.0}"));
            println!("{:8} {search:14} {states:>10} {per_second:>10.0} {bytes:>12}", slice.name);
        }
        assert!(all.iter().all(|(_, found)| found.states == all[0].1.states), "counts differ");
    }
    if arguments.is_empty() {
        attacks();
    }
}

/// The time to each counterexample, and the time of a bare search for as many states. Medians.
fn attacks() {
    let [attack, slice, states] = ["attack", "slice", "states"];
    println!(
        "\n{attack:10} {slice:10} {states:>8} {:>10} {:>10} {:>6}",
        "found, s", "bare, s", "ratio"
    );
    for search in SEARCHES {
        let (profile, slice) = search.place().expect("the table is right");
        let rig = Rig::new(&profile, &slice);
        let found = search.find(1, &mut |_| {}).expect("it is found");
        let states = found.after_states;
        let found = median(|| drop(search.find(1, &mut |_| {})));
        let floor = median(|| drop(bare(&rig, states)));
        let (attack, ratio) = (search.attack.trim_start_matches("ATK-"), found / floor);
        println!(
            "{attack:10} {:10} {states:>8} {found:>10.4} {floor:>10.4} {ratio:>6.2}",
            slice.name
        );
    }
}

/// The median time of some runs, in seconds.
fn median(work: impl Fn()) -> f64 {
    let mut times: Vec<_> = (0..RUNS).map(|_| timed(&work)).collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

fn timed(work: &impl Fn()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}

fn named(name: &str) -> Slice {
    Slice::by_name(name).unwrap_or_else(|| panic!("no slice {name:?}"))
}

/// What one search came to.
struct Found {
    states: u64,
    per_second: f64,
    /// Peak memory above that at the start, per state. Known on Linux.
    bytes: Option<f64>,
}

/// The run with the median pace.
fn measured(search: &str, slice: &Slice) -> Found {
    let mut runs: Vec<_> = (0..RUNS).map(|_| run(search, slice)).collect();
    runs.sort_by(|one, other| one.per_second.total_cmp(&other.per_second));
    runs.swap_remove(RUNS / 2)
}

fn run(search: &str, slice: &Slice) -> Found {
    let program = env::current_exe().expect("this program has a path");
    let child = Command::new(program).args([CHILD, search, slice.name]).output();
    let said = child.expect("this program starts again");
    assert!(said.status.success(), "{search}: {}", String::from_utf8_lossy(&said.stderr));
    let said = String::from_utf8(said.stdout).expect("numbers");
    let numbers: Vec<f64> = said.split_whitespace().map(|word| word.parse().unwrap()).collect();
    let [states, seconds, bytes] = numbers[..] else { panic!("three numbers, not {said:?}") };
    let bytes = (bytes > 0.0).then_some(bytes / states);
    Found { states: states as u64, per_second: states / seconds, bytes }
}

/// One search in this process: prints states, seconds, bytes (0 where unknown).
fn child(search: &str, slice: &Slice) {
    let profile = Profile::zoom_3_0();
    let before = memory("VmRSS:");
    let start = Instant::now();
    let states = match search {
        "explorer" => explore(&profile, slice).expect("a model without faults").distinct_states,
        _ => {
            let (states, _) =
                bare(&Rig::new(&profile, slice), usize::MAX).expect("a world that begins");
            states
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    let bytes = memory("VmHWM:").zip(before).map_or(0, |(peak, before)| peak - before);
    println!("{states} {seconds} {bytes}");
}

/// A figure of this process in bytes, from the system's own table.
fn memory(figure: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(figure))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}
