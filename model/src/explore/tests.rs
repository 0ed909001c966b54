use conclave_spec::Rule;

use super::*;
use crate::world::Budgets;

#[test]
fn probe() {
    let b: Vec<u8> = std::env::var("B").unwrap().split(',').map(|x| x.parse().unwrap()).collect();
    let budgets = Budgets { joins: b[0], leaves: b[1], rotations: b[2], sends: b[3], deliveries: b[4] };
    let slice = Slice { budgets, ..Slice::removal() };
    for profile in [Profile::zoom_2_3_1(), Profile::zoom_3_0(), Profile::zoom_3_0().without(Rule::SeqIncreases)] {
        let start = std::time::Instant::now();
        let e = explore(&profile, &slice).unwrap();
        println!("{b:?} {} {} depth {} {:?} {:?}", e.profile, e.distinct_states, e.depth,
            e.verdicts.iter().map(|(g, v)| format!("{} {v}", g.id())).collect::<Vec<_>>(), start.elapsed());
    }
}
