//! What a client still holds after leaving, looked at as a whole.

use conclave_model::{
    algebra::{Purpose, Term, TermKind, Terms},
    client::{Phase, State},
    schedule,
    stage::Stage,
};
use conclave_spec::{Profile, Rule};

/// Which of these secrets a state holds, wherever in it: every value prints the names it is built
/// from, and a `Debug` of the state prints every value.
fn secrets_in(state: &State<Term>, wanted: &[Term]) -> Vec<String> {
    let printed = format!("{state:?}");
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let found: Vec<&str> = printed.split(|c| !in_name(c)).collect();
    names(wanted).into_iter().filter(|name| found.contains(&name.as_str())).collect()
}

/// The ephemeral secrets and meeting keys `bob` held on the way to leaving, and bob afterwards.
fn after_leaving(profile: &Profile) -> (State<Term>, Vec<Term>, Vec<Term>) {
    let script = schedule::script(&[1]);
    let mut stage = Stage::new(&Terms, &script.cast, profile).unwrap();
    for step in &script.steps {
        stage.play(step).unwrap();
    }
    let bob = stage.actor("bob").unwrap().state.clone();
    let Phase::Joined(joined) = &bob.phase else { panic!("bob did not join") };
    let keys: Vec<_> = joined.ring.iter().map(|key| key.meeting_key.clone()).collect();
    let mut ephemerals = vec![joined.ephemeral.secret.agreement.clone()];
    ephemerals.extend(joined.ephemeral.secret.kem.clone());
    assert!(!keys.is_empty() && secrets_in(&bob, &keys) == names(&keys));
    for (term, purpose) in keys
        .iter()
        .map(|key| (key, Purpose::MeetingKey))
        .chain([(&ephemerals[0], Purpose::Ephemeral)])
    {
        assert!(matches!(term.kind(), TermKind::Name(draw) if draw.purpose == purpose));
    }
    stage
        .give("bob", &conclave_model::stage::Given::Event(conclave_model::machine::Event::Leave))
        .unwrap();
    (stage.actor("bob").unwrap().state.clone(), keys, ephemerals)
}

fn names(terms: &[Term]) -> Vec<String> {
    terms.iter().map(ToString::to_string).collect()
}

#[test]
fn rot_21_22_nothing_of_the_meeting_is_left_after_leaving() {
    for profile in Profile::all() {
        for suite in [conclave_spec::BoxSuite::Classic, conclave_spec::BoxSuite::Hybrid] {
            let (bob, keys, ephemerals) = after_leaving(&profile.clone().with_box_suite(suite));
            assert_eq!(bob.phase, Phase::Left);
            assert!(secrets_in(&bob, &keys).is_empty());
            assert!(secrets_in(&bob, &ephemerals).is_empty());
        }
    }
}

#[test]
fn rot_21_without_the_rule_a_meeting_key_is_left() {
    let (bob, keys, ephemerals) =
        after_leaving(&Profile::zoom_3_0().without(Rule::MeetingKeysErased));
    assert_eq!(secrets_in(&bob, &keys), names(&keys));
    assert!(secrets_in(&bob, &ephemerals).is_empty());
}

#[test]
fn rot_22_without_the_rule_the_ephemeral_secret_is_left() {
    let (bob, keys, ephemerals) =
        after_leaving(&Profile::zoom_3_0().without(Rule::EphemeralErased));
    assert!(secrets_in(&bob, &keys).is_empty());
    assert_eq!(secrets_in(&bob, &ephemerals), names(&ephemerals));
}
