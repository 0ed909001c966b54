use super::*;

const SOUND: &str = r#"
[[section]]
paper = "3"
place = "3.9"
title = "x"
count = 2

[[obligation]]
id = "O-1"
places = [{ paper = "3", place = "3.9", ordinal = 1 }]
says = "x"
rules = ["MED-01"]

[[obligation]]
id = "O-2"
places = [{ paper = "3", place = "3.9", ordinal = 2 }]
says = "x"
reading = ["R-01"]
"#;

/// The problems of a small table beside the rules it naturally leaves out.
fn found(text: &str) -> Vec<Problem> {
    let table = Obligations::read(text).unwrap();
    let left_out = |problem: &Problem| matches!(problem, Problem::RuleWithoutObligation { .. });
    table.problems().into_iter().filter(|problem| !left_out(problem)).collect()
}

fn broken(from: &str, to: &str) -> Vec<Problem> {
    assert_eq!(SOUND.matches(from).count(), 1, "{from}");
    found(&SOUND.replace(from, to))
}

fn here() -> (String, String) {
    ("3".into(), "3.9".into())
}

#[test]
fn a_sound_table_has_none() {
    assert_eq!(found(SOUND), []);
}

#[test]
fn a_duplicate_id_is_found() {
    assert_eq!(broken("O-2", "O-1"), [Problem::DuplicateId { id: "O-1".into() }]);
}

#[test]
fn an_unknown_rule_is_found() {
    let rule = "MED-99".to_string();
    assert_eq!(broken("MED-01", "MED-99"), [Problem::UnknownRule { id: "O-1".into(), rule }]);
}

#[test]
fn a_rule_of_another_version_is_found() {
    let paper = "3".to_string();
    assert_eq!(broken("MED-01", "ROT-35"), [Problem::NotInForce { id: "O-1".into(), paper }]);
}

#[test]
fn an_unknown_reading_is_found() {
    let reading = "R-00".to_string();
    assert_eq!(broken("R-01", "R-00"), [Problem::UnknownReading { id: "O-2".into(), reading }]);
}

#[test]
fn an_obligation_without_an_answer_is_found() {
    let unmapped = [Problem::Unmapped { id: "O-2".into() }];
    assert_eq!(broken("reading = [\"R-01\"]", ""), unmapped);
    assert_eq!(broken("reading = [\"R-01\"]", "reading = []"), unmapped);
    let table = Obligations::read(&SOUND.replace("reading = [\"R-01\"]", "")).unwrap();
    assert_eq!(table.unmapped().map(|o| o.id.as_str()).collect::<Vec<_>>(), ["O-2"]);
}

#[test]
fn an_empty_text_is_found() {
    let empty = [Problem::EmptyText { id: "O-2".into() }];
    assert_eq!(broken("reading = [\"R-01\"]", "later = \" \""), empty);
    assert_eq!(broken("reading = [\"R-01\"]", "out_of_scope = \"\""), empty);
    assert_eq!(broken("says = \"x\"\nreading", "says = \"\"\nreading"), empty);
}

#[test]
fn an_undeclared_place_is_found() {
    let problems = broken("place = \"3.9\", ordinal = 2", "place = \"3.8\", ordinal = 1");
    let (paper, place) = here();
    let undeclared =
        Problem::UndeclaredPlace { id: "O-2".into(), paper: paper.clone(), place: "3.8".into() };
    let count = Problem::WrongCount { paper, place, declared: 2, listed: 1 };
    assert_eq!(problems, [undeclared, count]);
}

#[test]
fn the_same_section_of_another_paper_is_another_place() {
    let problems = broken("paper = \"3\", place = \"3.9\", ordinal = 2", {
        "paper = \"2.3.1\", place = \"3.9\", ordinal = 2"
    });
    assert!(problems.iter().any(|problem| matches!(
        problem,
        Problem::UndeclaredPlace { paper, .. } if paper == "2.3.1"
    )));
}

#[test]
fn an_obligation_that_stands_nowhere_is_found() {
    let problems = broken("[{ paper = \"3\", place = \"3.9\", ordinal = 2 }]", "[]");
    assert!(problems.contains(&Problem::NoPlace { id: "O-2".into() }));
}

#[test]
fn a_gap_in_the_ordinals_is_found() {
    let (paper, place) = here();
    let gap = Problem::MissingOrdinal { paper, place, ordinal: 2 };
    assert_eq!(broken("ordinal = 2", "ordinal = 3"), [gap]);
    let (paper, place) = here();
    let from_zero = Problem::MissingOrdinal { paper, place, ordinal: 1 };
    assert_eq!(broken("ordinal = 1", "ordinal = 0").first(), Some(&from_zero));
}

#[test]
fn a_duplicate_ordinal_is_found() {
    let (paper, place) = here();
    let twice = Problem::DuplicateOrdinal { paper, place, ordinal: 1 };
    assert_eq!(broken("ordinal = 2", "ordinal = 1"), [twice]);
}

#[test]
fn a_wrong_count_is_found() {
    let (paper, place) = here();
    let wrong = Problem::WrongCount { paper, place, declared: 3, listed: 2 };
    assert_eq!(broken("count = 2", "count = 3"), [wrong]);
}

#[test]
fn a_section_declared_twice_is_found() {
    let section = "[[section]]\npaper = \"3\"\nplace = \"3.9\"\ntitle = \"y\"\ncount = 2\n";
    let (paper, place) = here();
    let twice = Problem::DuplicateSection { paper, place };
    assert_eq!(found(&format!("{SOUND}\n{section}")), [twice]);
}

#[test]
fn a_literal_rule_without_an_obligation_is_found() {
    let problems = Obligations::read(SOUND).unwrap().problems();
    let left_out = |rule: &'static str| problems.contains(&Problem::RuleWithoutObligation { rule });
    assert!(left_out("MED-02"));
    assert!(!left_out("MED-01"), "an obligation names it");
    assert!(!left_out("DEV-09"), "it comes from a reading");
}
