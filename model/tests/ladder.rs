//! The roll-back as a picture.

use conclave_model::{explore::explore, ladder::ladder, properties::Goal, world::Slice};
use conclave_spec::Profile;

#[test]
fn rot_02_the_roll_back_as_a_ladder() {
    let [older, newer] = [Profile::zoom_2_3_1(), Profile::zoom_3_0()];
    let exploration = explore(&older, &Slice::by_name("small").unwrap()).unwrap();
    let script = &exploration.counterexample(Goal::Removal).unwrap().script;
    let drawn = [&older, &newer].map(|profile| {
        let picture = ladder(script, profile).unwrap();
        assert!(picture.lines().all(|line| line.chars().count() <= 100));
        format!("{}\n\n{picture}", profile.id)
    });
    insta::assert_snapshot!(drawn.join("\n"));
}
