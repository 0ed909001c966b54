//! Everything generated is fresh.

use std::path::Path;

use conclave_conformance::{
    commands::{docs::docs_check, faults},
    vectors,
};

#[test]
fn the_generated_files_are_what_the_program_would_write() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match docs_check(&root) {
        Ok(files) => assert!(files == 15, "{files} files"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_table_of_planted_faults_is_of_todays_faults_clients_and_cases() {
    match faults::stale(&vectors::folder(None)) {
        Ok(wrong) => assert!(wrong.is_empty(), "run `conclave faults --write`: {wrong:#?}"),
        Err(error) => panic!("{error}"),
    }
}
