//! Every stored input is played again.

use std::path::Path;

use conclave_fuzz::targets;

#[test]
fn the_stored_inputs_hold_for_every_target() {
    for (name, target) in targets::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let entries = folder.read_dir().unwrap_or_else(|error| panic!("{folder:?}: {error}"));
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "no inputs in {folder:?}");
        for file in files {
            let input = std::fs::read(&file).unwrap();
            if std::panic::catch_unwind(|| target(&input)).is_err() {
                panic!("{name} fails on {file:?}");
            }
        }
    }
}
