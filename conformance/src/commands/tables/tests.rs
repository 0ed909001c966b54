use conclave_spec::layouts;
use serde_json::Value;

use super::{explain::explain_with, *};

const PLAIN: Listing = Listing { json: false, look: Look::plain() };
const JSON: Listing = Listing { json: true, look: Look::plain() };

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap()
}

fn explained(name: &str) -> String {
    written(|out| explain(Look::plain(), name, out).unwrap())
}

fn near(name: &str) -> Vec<String> {
    let error = explain(Look::plain(), name, &mut Vec::new()).unwrap_err();
    assert_eq!(error.exit_code(), 4);
    let TablesError::Unknown { near, .. } = error else { panic!("{error}") };
    near
}

#[test]
fn no_table_is_wider_than_a_hundred_columns_or_styled_in_a_file() {
    let texts = [
        written(|out| rules(&PLAIN, out).unwrap()),
        written(|out| readings(&PLAIN, out).unwrap()),
        written(|out| assert_eq!(obligations(&PLAIN, out).unwrap(), 0)),
        written(|out| profiles(&PLAIN, out).unwrap()),
        written(|out| profiles_diff(Look::plain(), "zoom-2.3.1", "zoom-3.0", out).unwrap()),
    ];
    for text in texts {
        assert!(!text.contains('\u{1b}'));
        for line in text.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}

#[test]
fn a_narrow_terminal_gets_narrow_styled_tables() {
    let look = Look { width: 60, styled: true };
    let text = written(|out| readings(&Listing { json: false, look }, out).unwrap());
    assert!(text.contains('\u{1b}'));
    for line in text.lines() {
        assert!(console::measure_text_width(line) <= 60, "{line}");
    }
}

#[test]
fn every_identifier_stands_unbroken_in_its_table() {
    let text = written(|out| rules(&PLAIN, out).unwrap());
    for rule in Rule::ALL {
        assert!(text.lines().any(|line| line.split_whitespace().next() == Some(rule.id())));
    }
    let text = written(|out| readings(&PLAIN, out).unwrap());
    for reading in readings::ALL {
        assert!(text.lines().any(|line| line.split_whitespace().next() == Some(reading.id)));
    }
}

#[test]
fn the_json_tables_have_every_entry_in_the_order_of_the_table() {
    let text = written(|out| rules(&JSON, out).unwrap());
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    let ids: Vec<_> = entries.iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    assert_eq!(ids, Rule::ALL.iter().map(|rule| rule.id()).collect::<Vec<_>>());
    // The text itself, because a parsed object has lost the order of its fields.
    assert!(text.starts_with("[\n  {\n    \"id\": \"DEV-01\",\n    \"name\""), "{text}");

    let text = written(|out| profiles(&JSON, out).unwrap());
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(entries[1]["digest"], Profile::zoom_3_0().digest());
}

#[test]
fn obligations_exit_with_1_while_a_sentence_is_unmapped_or_the_table_is_wrong() {
    assert_eq!(obligations(&PLAIN, &mut Vec::new()).unwrap(), 0);
    assert_eq!(obligations(&JSON, &mut Vec::new()).unwrap(), 0);
    let text = r#"
        section = [{ paper = "3", place = "3.9", title = "x", count = 1 }]
        [[obligation]]
        id = "O-1"
        places = [{ paper = "3", place = "3.9", ordinal = 1 }]
        says = "Something."
    "#;
    let table = Obligations::read(text).unwrap();
    let mut out = Vec::new();
    assert_eq!(obligations::report(&table, &PLAIN, &mut out).unwrap(), 1);
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains("unmapped: O-1 Something."), "{out}");
    assert!(out.contains("1 unmapped"), "{out}");
}

#[test]
fn the_difference_of_two_profiles_is_what_only_one_of_them_has() {
    let text = written(|out| {
        profiles_diff(Look::plain(), "zoom-2.3.1", "zoom-3.0", out).unwrap();
    });
    let (old, new) = text.split_once("Only in zoom-3.0\n").expect("what came");
    assert!(old.starts_with("Only in zoom-2.3.1\n") && old.contains("ROT-38"), "{text}");
    assert!(new.contains("ROT-02") && new.contains("ROT-03") && !text.contains("ROT-04"));
    let same = written(|out| {
        profiles_diff(Look::plain(), "zoom-3.0", "zoom-3.0", out).unwrap();
    });
    assert_eq!(same, "zoom-3.0 and zoom-3.0 are the same protocol.\n");
    let error = profiles_diff(Look::plain(), "zoom-3", "zoom-3.0", &mut Vec::new()).unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert!(error.to_string().contains("near: zoom-3.0"), "{error}");
}

#[test]
fn the_difference_of_two_profiles_names_every_number_and_variant_that_differs() {
    let differ = |one: &str, other: &str| {
        written(|out| profiles_diff(Look::plain(), one, other, out).unwrap())
    };
    let text = differ("zoom-3.3", "zoom-4.1-client-5.12");
    assert!(text.contains("leave_rotation_ms_max") && text.contains("10000"), "{text}");
    assert!(!text.contains("heartbeat_form"), "{text}");
    let text = differ("zoom-4.1-client-5.12", "hardened");
    for part in ["box_suite", "heartbeat_form", "grace_from", "nonce_schedule", "hybrid"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert_eq!(differ("zoom-4.4", "zoom-4.6"), "zoom-4.4 and zoom-4.6 are the same protocol.\n");
}

#[test]
fn a_profile_is_explained_with_its_variants_apart_from_their_names() {
    let text = explained("zoom-4.1");
    for part in ["variant       heartbeat_form = ", "variant       nonce_schedule = "] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
}

#[test]
fn a_rule_is_explained_by_identifier_and_by_name() {
    let text = explained("ROT-02");
    assert_eq!(explained("rot-02"), text);
    assert_eq!(explained("SeqIncreases"), text);
    for part in [
        Rule::SeqIncreases.statement(),
        "guard",
        "must",
        "literal",
        "ignore",
        "3, 3.7.6",
        "zoom-3.0",
        "ROT-03",
        "R-22",
        "skips the check",
        "conclave check --only ROT-02",
        "conclave mutants --only ROT-02",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(explained("ROT-03").contains("lacks ROT-02"));
}

#[test]
fn everything_that_has_a_name_is_explained() {
    let table = Obligations::load().unwrap();
    let mut names: Vec<String> = Vec::new();
    names.extend(Rule::ALL.iter().map(|rule| rule.id().to_owned()));
    names.extend(readings::ALL.iter().map(|reading| reading.id.to_owned()));
    names.extend(table.all().iter().map(|obligation| obligation.id.clone()));
    names.extend(Profile::all().iter().map(|profile| profile.id.to_owned()));
    names.extend(layouts::ALL.iter().map(|layout| layout.tag.to_owned()));
    names.extend(conclave_spec::Label::ALL.iter().map(|label| label.text().to_owned()));
    for name in names {
        let text = written(|out| explain_with(&table, Look::plain(), &name, out).unwrap());
        assert!(text.contains(&name), "{name}");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{name}:\n{text}");
    }
}

#[test]
fn a_typo_is_answered_with_near_names() {
    assert_eq!(near("ROT-2").first().map(String::as_str), Some("ROT-02"));
    assert_eq!(near("SeqIncrease").first().map(String::as_str), Some("SeqIncreases"));
    assert!(near("zoom").contains(&"zoom-3.0".to_owned()));
    assert!(near("meta").contains(&"conclave/meta".to_owned()));
    assert_eq!(near("qqqqqqqqqqqqqqqqqqqq"), [""; 0]);
}
