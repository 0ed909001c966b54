//! Every stored input is played again.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use conclave_fuzz::targets;
use conclave_spec::Profile;

fn inputs(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let entries = folder.read_dir().unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no inputs in {folder:?}");
    files.into_iter().map(|file| (file.clone(), std::fs::read(file).unwrap())).collect()
}

#[test]
fn the_stored_inputs_hold_for_every_target() {
    for (name, target) in targets::ALL {
        for (file, input) in inputs(name) {
            if std::panic::catch_unwind(|| target(&input)).is_err() {
                panic!("{name} fails on {file:?}");
            }
        }
    }
}

/// A corpus of inputs that all fail early would hold for nothing.
#[test]
fn the_stored_sessions_come_deep_in_every_version() {
    let reached = inputs("session").into_iter().map(|(_, input)| targets::reached(&input));
    let deep: Vec<_> = reached.filter(|it| it.refused > 2 && it.rendered > 0).collect();
    let versions: BTreeSet<_> = deep.iter().map(|it| it.version).collect();
    assert_eq!(versions, Profile::all().iter().map(|it| it.id).collect());
    assert!(deep.iter().any(|it| it.mk_seq > 1), "nothing is played after a rotation: {deep:#?}");
}

#[test]
fn the_stored_schedules_come_far_in_every_version() {
    let far = inputs("schedule").into_iter().filter(|(_, input)| targets::moves_made(input) >= 8);
    let versions = Profile::all().len();
    let versions: BTreeSet<usize> =
        far.filter_map(|(_, input)| Some(usize::from(*input.first()?) % versions)).collect();
    assert_eq!(versions.len(), Profile::all().len(), "{versions:?}");
}

#[test]
fn the_stored_formulas_are_computed_and_refused() {
    let all: BTreeSet<_> = inputs("formula")
        .into_iter()
        .filter_map(|(_, input)| targets::computed(&input))
        .filter(|it| it.changed)
        .map(|it| (it.formula, it.came))
        .collect();
    let that = |came| all.iter().filter(move |it| it.1 == came).count();
    let (taken, refused) = (that(targets::Came::Accepted), that(targets::Came::Refused));
    assert!(taken >= 30 && refused >= 25, "{taken} taken, {refused} refused: {all:#?}");
}

#[test]
fn the_stored_steps_reach_both_roles_in_every_version_and_every_phase_in_some() {
    let depths: Vec<_> =
        inputs("step").into_iter().filter_map(|(_, input)| targets::depth(&input)).collect();
    let deep = depths.iter().filter(|it| it.leads && it.follows && it.refused > 2);
    let versions: BTreeSet<_> = deep.map(|it| it.version).collect();
    assert_eq!(versions, Profile::all().iter().map(|it| it.id).collect(), "{depths:#?}");
    for (phase, reached) in [
        ("between two leaders", depths.iter().filter(|it| it.between).count()),
        ("locked", depths.iter().filter(|it| it.locked).count()),
        ("left", depths.iter().filter(|it| it.left).count()),
    ] {
        assert!(reached > 1, "{phase}: {depths:#?}");
    }
}
