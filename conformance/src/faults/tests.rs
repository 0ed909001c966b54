use std::collections::BTreeSet;

use super::*;
use crate::faults::plant::{patched, sources};

fn all() -> Vec<(Language, Fault)> {
    let root = repository().expect("a checkout");
    let of_language = |language| {
        let faults = of(&root, language).expect("the data file");
        faults.into_iter().map(move |fault| (language, fault))
    };
    Language::ALL.into_iter().flat_map(of_language).collect()
}

fn one() -> Fault {
    all().swap_remove(0).1
}

#[test]
fn there_are_enough_in_each_language_and_no_name_is_there_twice() {
    let all = all();
    assert!(all.len() >= 40, "{}", all.len());
    for language in Language::ALL {
        let count = all.iter().filter(|(of, _)| *of == language).count();
        assert!(count >= 15, "{}: {count}", language.name());
    }
    let ids: BTreeSet<_> = all.iter().map(|(_, fault)| fault.id.as_str()).collect();
    assert_eq!(ids.len(), all.len());
}

#[test]
fn every_patch_applies_and_changes_its_client() {
    let root = repository().expect("a checkout");
    for (language, fault) in all() {
        let before = sources(&root, language).expect("the client");
        let after = patched(before.clone(), &fault).expect("it applies");
        assert_ne!(before, after, "{}", fault.id);
    }
}

#[test]
fn a_patch_whose_text_is_gone_or_there_twice_is_refused_by_name_and_file() {
    let mut fault = one();
    fault.edits =
        vec![Edit { file: "a.py".to_owned(), find: "x".to_owned(), replace: "y".to_owned() }];
    for (text, count) in [("z", "0 times"), ("x x", "2 times")] {
        let sources = vec![("a.py".to_owned(), text.as_bytes().to_vec())];
        let error = patched(sources, &fault).expect_err(text).to_string();
        let told = [fault.id.as_str(), "a.py", count, "what to do"];
        assert!(told.iter().all(|it| error.contains(it)), "{error}");
    }
    let sources = vec![("a.py".to_owned(), b"x".to_vec())];
    let patched = patched(sources, &fault).expect("it is there once");
    assert_eq!(patched, [("a.py".to_owned(), b"y".to_vec())]);
}

#[test]
fn an_entry_that_contradicts_itself_is_refused() {
    let found = all().into_iter().map(|(_, fault)| fault);
    let found = found.clone().find(|it| it.first.is_some() && it.misleads.is_none());
    let good = found.expect("a fault told by the right rule");
    assert_eq!(good.check(), Ok(()));
    let first = good.first.clone().expect("it is found");
    let other = First { rules: vec![Rule::SeqIncreases], ..first };
    assert_ne!(good.breaks, Rule::SeqIncreases);
    let bad = [
        (Fault { profile: "zoom-9".to_owned(), ..good.clone() }, "profile"),
        (Fault { mode: "tape".to_owned(), ..good.clone() }, "mode"),
        (Fault { edits: Vec::new(), ..good.clone() }, "changes nothing"),
        (Fault { first: None, ..good.clone() }, "neither"),
        (Fault { survives: Some("a case".to_owned()), ..good.clone() }, "survives"),
        (Fault { misleads: Some("so".to_owned()), ..good.clone() }, "right rule"),
        (Fault { first: Some(other), ..good }, "misleads"),
    ];
    for (fault, reason) in bad {
        let said = fault.check().expect_err(reason);
        assert!(said.contains(reason), "{said}");
    }
}
