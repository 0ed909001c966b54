use conclave_spec::{BoxSuite, Rule};

use super::*;
use crate::{
    algebra::Terms,
    ladder::ladder,
    world::{Budgets, Power, SPY},
};

fn explored(profile: &Profile, slice: &Slice) -> Exploration {
    explore(profile, slice).unwrap()
}

fn verdicts(exploration: &Exploration) -> Vec<(&'static str, String)> {
    exploration.verdicts.iter().map(|(goal, verdict)| (goal.id(), verdict.to_string())).collect()
}

/// The small slice with a second packet, so that `NONCE` is put to the test.
fn two_packets() -> Slice {
    let small = Slice::small();
    Slice { budgets: Budgets { sends: 2, ..small.budgets }, ..small }
}

fn found(profile: &Profile, slice: &Slice, goal: Goal) -> Script {
    explored(profile, slice).counterexample(goal).unwrap().script.clone()
}

#[test]
fn probe() {
    for goal in [Goal::Removal, Goal::AgreeKey, Goal::Nonce] {
        let s = found(&Profile::zoom_2_3_1(), &two_packets(), goal);
        println!("{}", ladder(&s, &Profile::zoom_2_3_1()).unwrap());
        println!("{}", ladder(&s, &Profile::zoom_3_0()).unwrap());
        for p in [Profile::zoom_2_3_1(), Profile::zoom_3_0()] {
            let r = replay_on_bytes(&s, &p, goal, SPY).unwrap();
            println!("{goal:?} {} violated {} unexpected {:?} heard {} keys {} texts last {:?}", p.id, r.violated, r.unexpected, r.heard.meeting_keys.len(), r.heard.plaintexts.len(), r.last_sent);
        }
    }
    let p = Profile::zoom_3_0().without(Rule::SeqIncreases);
    let s = found(&p, &two_packets(), Goal::Removal);
    println!("{}", ladder(&s, &p).unwrap());
}
