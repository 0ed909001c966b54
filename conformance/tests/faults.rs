//! Faults planted in the Python client end as the stored table says, and one that the suite does not
//! find is told. Says so where it cannot be run: nothing is skipped in silence. With
//! `CONCLAVE_REQUIRE_PYTHON` set, not running it is a failure.

use std::process::{Command, ExitCode, Output};

use conclave_conformance::{
    faults::{Language, table},
    shipped, vectors,
};

/// How many faults of the table are judged anew.
const SAMPLE: &str = "4";

fn main() -> ExitCode {
    let required = std::env::var_os("CONCLAVE_REQUIRE_PYTHON").is_some();
    if let Err(why) = shipped::launch("python", &mut |line| eprintln!("{line}")) {
        println!("planted faults: NOT RUN: {why}");
        return if required { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    match sample().and_then(|()| survivor()) {
        Ok(()) => {
            println!("planted faults: ok");
            ExitCode::SUCCESS
        }
        Err(what) => {
            println!("planted faults: FAILED\n{what}");
            ExitCode::FAILURE
        }
    }
}

/// Each of a sample is found where the table says.
fn sample() -> Result<(), String> {
    let (code, said) = faults(&["--sample", SAMPLE, "--seed", "a test", "--language", "python"])?;
    let judged = said.lines().filter(|line| line.contains("as stored:")).count();
    if (code, judged.to_string().as_str()) == (Some(0), SAMPLE) {
        return Ok(());
    }
    Err(format!("expected {SAMPLE} faults as stored and exit code 0, got {code:?}:\n{said}"))
}

/// A fault that the suite does not find ends with exit code 1, and its name is told.
fn survivor() -> Result<(), String> {
    let stored = table::read(&vectors::folder(None)).map_err(|error| error.to_string())?;
    let alive = |row: &&table::Row| !row.killed && row.language == Language::Python;
    let Some(row) = stored.rows.iter().find(alive) else {
        println!("planted faults: no fault survives in Python, so none is shown to be told");
        return Ok(());
    };
    let (code, said) = faults(&["--only", &row.id])?;
    let told = said.contains("SURVIVES") && said.contains(&row.id);
    if code == Some(1) && told {
        return Ok(());
    }
    Err(format!("expected that {} survives and exit code 1, got {code:?}:\n{said}", row.id))
}

fn faults(args: &[&str]) -> Result<(Option<i32>, String), String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conclave"));
    let output = command.arg("faults").args(args).output();
    let Output { status, stdout, stderr } =
        output.map_err(|error| format!("the program could not be started: {error}"))?;
    let said = [stdout, stderr].concat();
    Ok((status.code(), String::from_utf8_lossy(&said).into_owned()))
}
