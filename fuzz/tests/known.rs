//! The table of known weaknesses is what the explorer finds: `schedule` passes over no goal that
//! holds.

use conclave_fuzz::targets::{WEAKNESSES, why_broken};
use conclave_model::{
    explore::{Exploration, Limits, Until, explore_within},
    world::Slice,
};
use conclave_spec::Profile;

/// Where a counterexample is beyond a quick search: `conclave explore --slice creep` takes minutes.
const FAR: [&str; 2] = ["creep", "stale"];

fn explored(profile: &Profile, slice: &Slice, states_max: usize, until: Until) -> Exploration {
    let limits = Limits { states_max, until, ..Limits::default() };
    explore_within(profile, slice, &limits, &mut |_| {}).unwrap()
}

#[test]
fn every_weakness_is_found_in_every_version_it_names() {
    for weakness in WEAKNESSES.iter().filter(|it| !it.slices.iter().all(|it| FAR.contains(it))) {
        let slice = Slice::by_name(weakness.slices[0]).unwrap();
        let goal = weakness.goal;
        let versions = Profile::all().into_iter().filter(|it| weakness.versions.contain(it));
        for profile in versions.filter(|profile| goal.applies(profile)) {
            let found = explored(&profile, &slice, 12_000, Until::Broken(goal));
            let name = (goal.id(), profile.id, slice.name);
            assert!(found.counterexample(goal).is_some(), "{name:?} holds: {}", weakness.why);
        }
    }
}

#[test]
fn near_the_start_of_every_slice_nothing_else_is_broken() {
    for profile in Profile::all() {
        for slice in Slice::all() {
            let found = explored(&profile, &slice, 200, Until::End);
            for (goal, counterexample) in found.broken().filter(|(goal, _)| goal.is_promised()) {
                let known = why_broken(goal, &profile, slice.name);
                let name = (goal.id(), profile.id, slice.name);
                assert!(known.is_some(), "{name:?} is broken: {:?}", counterexample.moves);
            }
        }
    }
}

#[test]
fn every_weakness_names_slices_that_judge_its_goal() {
    for weakness in WEAKNESSES {
        for name in weakness.slices {
            let slice = Slice::by_name(name).unwrap();
            assert!(slice.goals.contains(&weakness.goal), "{name} {}", weakness.goal.id());
        }
    }
}
