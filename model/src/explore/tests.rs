use conclave_spec::{Rule, rules::Citation};

use super::*;
use crate::{
    algebra::{Bytes, Terms},
    world::{Power, SPY},
};

fn explored(profile: &Profile, slice: &Slice) -> Exploration {
    let exploration = explore(profile, slice).unwrap();
    println!("{exploration}");
    exploration
}

fn broken(exploration: &Exploration) -> Vec<&'static str> {
    let broken = exploration.verdicts.iter().filter(|(_, v)| matches!(v, Verdict::Violated(_)));
    broken.map(|(goal, _)| goal.id()).collect()
}

#[test]
fn probe() {
    for slice in [Slice::small(), Slice::removal()] {
        for profile in [
            Profile::zoom_2_3_1(),
            Profile::zoom_3_0(),
            Profile::zoom_3_0().without(Rule::SeqIncreases),
        ] {
            let start = std::time::Instant::now();
            let exploration = explored(&profile, &slice);
            println!("{:?} {:?}", broken(&exploration), start.elapsed());
            if let Some(c) = exploration.counterexample(Goal::Removal) {
                println!("{:#?}", c.moves);
            }
        }
    }
}
