//! What is stored of the long runs is of today's inputs, and says so when it is not.

use std::{fs, path::Path, process::Command};

use conclave_conformance::{
    explored::{self, Table, findings::FINDINGS, readings},
    vectors,
};
use conclave_spec::readings::UNDER;

fn deep(folder: &Path) -> (Option<i32>, String) {
    let folder = folder.to_str().expect("a path in UTF-8");
    let output = Command::new(env!("CARGO_BIN_EXE_conclave"))
        .args(["deep", "--vectors", folder])
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), said + &String::from_utf8_lossy(&output.stderr))
}

fn stored() -> Table {
    explored::read(&vectors::folder(None)).expect("the stored table")
}

#[test]
fn every_long_slice_is_stored_of_todays_inputs() {
    let table = stored();
    for job in explored::jobs() {
        let row = table.row(&job);
        assert!(row.is_some(), "{} under {}: stale or missing", job.slice.name, job.profile.id);
    }
    assert_eq!(table.rows.len(), explored::jobs().len());
    let verdicts = table.rows.iter().flat_map(|row| &row.goals).map(|goal| goal.verdict.as_str());
    assert!(verdicts.clone().all(|verdict| ["holds", "broken"].contains(&verdict)));
    assert_eq!(verdicts.count(), 6 + 8 + 9);
}

/// A finding holds in 4.6 and ends under some reading. Every reading is tried, but for F-01, whose
/// slice is long: those about heartbeats, time and old keys.
#[test]
fn every_finding_is_judged_under_other_readings() {
    let table = stored();
    for finding in FINDINGS {
        let under = finding.under(&table);
        let tried = if finding.id == "F-01" { 8 } else { UNDER.len() };
        assert_eq!(under.len(), tried, "{}", finding.id);
        let ends = under.iter().filter(|(_, holds)| *holds).count();
        assert!((1..4).contains(&ends), "{}: {under:?}", finding.id);
        let page = fs::read_dir("../docs/findings").expect("the findings").any(|file| {
            file.expect("a file").file_name().to_string_lossy().starts_with(finding.id)
        });
        assert!(page, "{} is written up", finding.id);
    }
}

/// Every alternative that the model can take was searched; some break a goal and some mend one.
#[test]
fn every_other_reading_is_stored_of_todays_inputs() {
    let table = stored();
    assert_eq!(readings::stale(&table.readings), []);
    assert_eq!(table.readings.len(), UNDER.len());
    let broken = table.readings.iter().filter(|row| !row.breaks.is_empty());
    let broken: Vec<_> = broken.map(|row| row.reading.as_str()).collect();
    assert_eq!(broken, ["R-38", "R-46", "R-47", "R-48", "R-52", "R-55", "R-62", "R-68"]);
    assert!(table.readings.iter().any(|row| !row.mends.is_empty()));
    let mut forged = table.readings.iter().find(|row| !row.breaks.is_empty()).cloned().unwrap();
    assert_eq!(readings::check(&forged), Ok(()));
    forged.breaks[0].moves.pop();
    assert!(readings::check(&forged).is_err());
}

/// Rows of another slice, another format, half a file.
#[test]
fn what_is_not_of_today_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(explored::TABLE);
    let (code, said) = deep(folder.path());
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("conclave deep --write"), "{said}");
    let mut table = stored();
    for row in &mut table.rows {
        row.inputs = row.inputs.replace('0', "1");
    }
    fs::write(&file, serde_json::to_string(&table).expect("a table")).expect("a file");
    let (code, said) = deep(folder.path());
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("stale or missing") && said.contains("kill table"), "{said}");
    let text = serde_json::to_string(&table).expect("a table");
    for text in [&text[..text.len() / 2], &text.replace("explored-1", "explored-9"), "[]"] {
        fs::write(&file, text).expect("a file");
        let (code, said) = deep(folder.path());
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains(explored::TABLE), "{said}");
    }
}
