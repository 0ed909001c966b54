//! The suite against the independent Python client. Says so where it cannot be run: nothing is
//! skipped in silence. With `CONCLAVE_REQUIRE_PYTHON` set, not running it is a failure.

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let required = std::env::var_os("CONCLAVE_REQUIRE_PYTHON").is_some();
    if let Err(why) =
        conclave_conformance::shipped::launch("python", &mut |line| eprintln!("{line}"))
    {
        println!("python client: NOT RUN: {why}");
        return if required { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let mut check = Command::new(env!("CARGO_BIN_EXE_conclave"));
    let output = match check.args(["check", "--adapter", "python"]).output() {
        Ok(output) => output,
        Err(error) => {
            println!("python client: the program could not be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        let summary = said.lines().rev().nth(2).unwrap_or_default().trim();
        println!("python client: ok: {summary}");
        ExitCode::SUCCESS
    } else {
        println!("python client: FAILED\n{said}{errors}");
        ExitCode::FAILURE
    }
}
