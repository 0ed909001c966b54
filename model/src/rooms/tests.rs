use conclave_spec::{Profile, Rule};

use super::{Goal, holds_on_bytes, search};

/// What takes a second; the command goes further.
const DEPTH: usize = 5;

fn broken(profile: &Profile) -> Vec<Goal> {
    let found = search(profile, DEPTH).expect("played");
    for (goal, way) in &found.broken {
        let holds = holds_on_bytes(profile, *goal, way).expect("played");
        let wanted = (*goal != Goal::RoomConf).then_some(false);
        assert_eq!(holds, wanted, "{} under {}: {way:?}", goal.id(), profile.id);
    }
    for goal in Goal::ALL {
        assert!(found.reached.contains(&goal), "{} under {}", goal.id(), profile.id);
    }
    assert!(found.returns.is_some(), "{}", profile.id);
    println!("{}: {} situations, {:?}", profile.id, found.situations, found.returns);
    found.broken.into_keys().collect()
}

#[test]
fn brk_who_comes_back_is_put_anywhere_unless_it_compares() {
    let all = [Goal::ReturnLeader, Goal::ReturnRoster, Goal::Broadcast];
    assert_eq!(broken(&Profile::zoom_3_3()), all);
    assert_eq!(broken(&Profile::zoom_4_6()), all);
    assert_eq!(broken(&Profile::hardened()), []);
}

#[test]
fn brk_each_rule_stops_something() {
    let hardened = Profile::hardened();
    let without = |rule| broken(&hardened.clone().without(rule));
    assert_eq!(without(Rule::InRoomShown), [Goal::RoomShown]);
    assert!(without(Rule::ReturnsToMeeting).contains(&Goal::Broadcast));
    assert!(without(Rule::ReturnContinues).contains(&Goal::Broadcast));
    // Nothing of the way back, but that the goal about the room can fall.
    assert_eq!(without(Rule::AnnouncementVerifies)[0], Goal::RoomConf);
}
