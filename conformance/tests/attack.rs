//! The roll-back: found by the explorer, exported, and run against clients.

use std::{fs, path::Path, process::Command};

struct Ended {
    code: Option<i32>,
    stdout: String,
}

fn conclave(args: &[&str]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_conclave")).args(args).output().expect("runs");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr),
    }
}

fn stored() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/attacks/roll-back.json");
    file.to_str().expect("a path in UTF-8").to_owned()
}

fn attack(words: &[&str]) -> Ended {
    let file = stored();
    let mut args = vec!["attack", file.as_str()];
    args.extend(words);
    conclave(&args)
}

#[test]
fn the_explorer_finds_the_stored_attack_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("found.json");
    let path = file.to_str().expect("a path in UTF-8");
    let small = ["--slice", "small", "--goal", "REMOVAL"];
    let mut args = vec!["explore", "--profile", "zoom-2.3.1", "--export", path];
    args.extend(small);
    let found = conclave(&args);
    assert_eq!(found.code, Some(1), "{}", found.stdout);
    assert!(found.stdout.contains("REMOVAL is broken there too"), "{}", found.stdout);
    let found = fs::read_to_string(&file).expect("an export");
    assert_eq!(found, fs::read_to_string(stored()).expect("the stored attack"));
    let mut args = vec!["explore", "--profile", "zoom-3.0"];
    args.extend(small);
    let none = conclave(&args);
    assert_eq!(none.code, Some(0), "{}", none.stdout);
}

#[test]
fn it_succeeds_against_2_3_1_and_is_refused_by_3_0() {
    let old = attack(&["--profile", "zoom-2.3.1"]);
    assert_eq!(old.code, Some(0), "{}", old.stdout);
    assert!(old.stdout.contains("under zoom-2.3.1 it succeeds"), "{}", old.stdout);
    let new = attack(&["--profile", "zoom-3.0"]);
    assert_eq!(new.code, Some(0), "{}", new.stdout);
    assert!(new.stdout.contains("at step 17 of the script by ROT-02"), "{}", new.stdout);
}

#[test]
fn it_fails_a_client_without_the_rule() {
    let mutant = attack(&["--profile", "zoom-3.0", "--without", "ROT-02"]);
    assert_eq!(mutant.code, Some(1), "{}", mutant.stdout);
    for word in ["FAIL", "ROT-02", "expected  ignore", "got       accept", "conclave attack"] {
        assert!(mutant.stdout.contains(word), "no {word:?} in {}", mutant.stdout);
    }
    let other = attack(&["--profile", "zoom-3.0", "--without", "DEV-01"]);
    assert_eq!(other.code, Some(0), "only the missing rule is blamed: {}", other.stdout);
}

#[test]
fn without_the_heartbeat_chain_the_stored_fork_is_found_and_fails_the_client() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("found.json");
    let path = file.to_str().expect("a path in UTF-8");
    let fork = ["explore", "--profile", "zoom-4.6", "--slice", "fork", "--goal", "HIST"];
    let mut args = fork.to_vec();
    args.extend(["--without", "HBT-13", "--export", path]);
    let found = conclave(&args);
    assert_eq!(found.code, Some(1), "{}", found.stdout);
    for word in ["violated after 3 moves", "sees that carol leads now", "HIST is broken there too"]
    {
        assert!(found.stdout.contains(word), "no {word:?} in {}", found.stdout);
    }
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/attacks/fork.json");
    let found = fs::read_to_string(&file).expect("an export");
    assert_eq!(found, fs::read_to_string(&stored).expect("the stored attack"));
    let stored = stored.to_str().expect("a path in UTF-8");
    let reference = conclave(&["attack", stored, "--profile", "zoom-4.6"]);
    assert_eq!(reference.code, Some(0), "{}", reference.stdout);
    assert!(reference.stdout.contains("by HBT-13"), "{}", reference.stdout);
    let mutant = conclave(&["attack", stored, "--profile", "zoom-4.6", "--without", "HBT-13"]);
    assert_eq!(mutant.code, Some(1), "{}", mutant.stdout);
    assert!(mutant.stdout.contains("rule      HBT-13"), "{}", mutant.stdout);
}

#[test]
fn the_plan_of_the_slices_says_what_none_of_them_covers() {
    let plan = conclave(&["explore", "--plan"]);
    assert_eq!(plan.code, Some(0), "{}", plan.stdout);
    for word in [
        "creep",
        "frozen:",
        "pairs of a power and a goal are in no slice",
        "would say nothing",
        "LOCK-KEPT",
    ] {
        assert!(plan.stdout.contains(word), "no {word:?} in {}", plan.stdout);
    }
    assert!(plan.stdout.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn a_limit_and_random_paths_are_no_proof_and_say_so() {
    let small = ["explore", "--profile", "zoom-3.0", "--slice", "small"];
    let mut args = small.to_vec();
    args.extend(["--max-states", "50"]);
    let cut = conclave(&args);
    assert!(cut.stdout.contains("where the limit ended it"), "{}", cut.stdout);
    let mut args = small.to_vec();
    args.extend(["--random", "5", "--seed", "3"]);
    let walked = conclave(&args);
    assert!(walked.stdout.contains("that proves nothing"), "{}", walked.stdout);
    let fork = ["explore", "--profile", "zoom-3.0", "--slice", "fork", "--random", "300"];
    let found = conclave(&fork);
    assert_eq!(found.code, Some(1), "{}", found.stdout);
}

#[test]
fn what_one_rule_is_worth_is_computed_and_drawn() {
    let worth = conclave(&["ablate", "DEV-09"]);
    assert_eq!(worth.code, Some(0), "{}", worth.stdout);
    assert!(worth.stdout.contains("GENUINE breaks after 1 moves"), "{}", worth.stdout);
    let unknown = conclave(&["ablate", "DEV-99"]);
    assert_eq!(unknown.code, Some(4), "{}", unknown.stdout);
}

#[test]
fn a_stale_or_changed_table_of_worths_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let vectors = folder.path().to_str().expect("a path in UTF-8");
    let none = conclave(&["ablate", "--vectors", vectors]);
    assert_eq!(none.code, Some(3), "{}", none.stdout);
    assert!(none.stdout.contains("conclave ablate --write"), "{}", none.stdout);
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/ablation.json");
    let table = fs::read_to_string(table).expect("the stored table");
    let other = table.replacen("\"inputs\": \"", "\"inputs\": \"00", 1);
    fs::write(folder.path().join("ablation.json"), other).expect("a file");
    let stale = conclave(&["ablate", "--vectors", vectors]);
    assert_eq!(stale.code, Some(1), "{}", stale.stdout);
    let at = table.find("\"moves\": [").expect("a counterexample");
    let (before, after) = table.split_at(at);
    let changed = before.to_owned() + &after.replacen("joins", "leaves", 1);
    fs::write(folder.path().join("ablation.json"), changed).expect("a file");
    let wrong = conclave(&["ablate", "--vectors", vectors]);
    assert_eq!(wrong.code, Some(1), "{}", wrong.stdout);
    assert!(wrong.stdout.contains("the moves are not possible"), "{}", wrong.stdout);
}

#[test]
fn a_file_that_is_no_attack_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("half.json");
    let whole = fs::read_to_string(stored()).expect("the stored attack");
    fs::write(&file, &whole[..whole.len() / 2]).expect("a file");
    let path = file.to_str().expect("a path in UTF-8");
    let half = conclave(&["attack", path, "--profile", "zoom-3.0"]);
    assert_eq!(half.code, Some(4), "{}", half.stdout);
    assert!(half.stdout.contains("not an attack file"), "{}", half.stdout);
    let none = conclave(&["attack", "no-such-file.json", "--profile", "zoom-3.0"]);
    assert_eq!(none.code, Some(4), "{}", none.stdout);
}

#[test]
fn device_families_are_looked_at_within_a_bound() {
    let families = |words: &[&str]| {
        let mut args = vec!["explore", "--scenario", "device-family"];
        args.extend(words);
        conclave(&args)
    };
    let small = ["--devices", "3", "--transitions", "5"];
    let all = families(&small);
    assert_eq!(all.code, Some(1), "{}", all.stdout);
    for part in [
        "by transitions: 1 1 3 13 66 324",
        "SAME-KEYS        holds",
        "PUK-REV          broken after 3 transitions",
        "d1 revokes itself and makes a key",
    ] {
        assert!(all.stdout.contains(part), "{part}: {}", all.stdout);
    }
    let hardened = families(&[&small[..], &["--reading", "hardened"]].concat());
    assert_eq!(hardened.code, Some(0), "{}", hardened.stdout);
    assert!(!hardened.stdout.contains("broken"), "{}", hardened.stdout);
    for wrong in [
        &["--reading", "strict"][..],
        &["--devices", "9"],
        &["--without", "ROT-02"],
        &["--profile", "zoom-4.6"],
    ] {
        assert_eq!(families(wrong).code, Some(4), "{wrong:?}");
    }
}
