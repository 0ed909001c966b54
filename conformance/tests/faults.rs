//! Faults planted in the Python client end as the stored table says. Says so where it cannot be run: nothing is skipped in silence. With
//! `CONCLAVE_REQUIRE_PYTHON` set, not running it is a failure.

use std::process::{Command, ExitCode, Output};

use conclave_conformance::shipped;

/// How many faults of the table are judged anew.
const SAMPLE: &str = "4";

fn main() -> ExitCode {
    let required = std::env::var_os("CONCLAVE_REQUIRE_PYTHON").is_some();
    if let Err(why) = shipped::launch("python", &mut |line| eprintln!("{line}")) {
        println!("planted faults: NOT RUN: {why}");
        return if required { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    match sample() {
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

fn faults(args: &[&str]) -> Result<(Option<i32>, String), String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conclave"));
    let output = command.arg("faults").args(args).output();
    let Output { status, stdout, stderr } =
        output.map_err(|error| format!("the program could not be started: {error}"))?;
    let said = [stdout, stderr].concat();
    Ok((status.code(), String::from_utf8_lossy(&said).into_owned()))
}
