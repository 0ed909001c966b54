//! Everything generated is fresh.

use std::path::Path;

use conclave_conformance::commands::docs::docs_check;

#[test]
fn the_generated_files_are_what_the_program_would_write() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match docs_check(&root) {
        Ok(files) => assert!(files == 12, "{files} files"),
        Err(error) => panic!("{error}"),
    }
}
