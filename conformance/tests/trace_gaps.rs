//! Gaps in traces: what was lost is found where it can be, nothing is refused because of a gap, and
//! nothing that is wrong passes because there is one.

#![allow(clippy::wildcard_enum_match_arm, reason = "what is not expected fails the test")]

use conclave_conformance::{
    cases, record as vector,
    reference::Reference,
    trace::{self, Accepted, Trace, Verdict, commit::Committer, format, record},
};
use conclave_spec::Profile;
use format::{Entry, Event, Lost};

fn recorded(profile: &Profile, name: &str) -> Trace {
    let draft = cases::drafts(profile).into_iter().find(|draft| draft.name == name);
    let case = vector::record(&draft.expect("such a case"), profile, profile).expect("a case");
    let mut client = Reference::new();
    record::record(&case, &mut client, &Committer::new(&[7; 32]), false).expect("a recording")
}

fn verdict(trace: &Trace) -> Verdict {
    trace::check(trace).expect("a good header")
}

/// A trace without its `nth` events, counted from 0, of which it says that they are lost.
fn losing(trace: &Trace, nth: &[usize]) -> Trace {
    let mut entries = Vec::new();
    for (at, (_, entry)) in trace.entries.iter().enumerate() {
        let node = entry.node();
        if !nth.contains(&at) {
            entries.push(entry.clone());
            continue;
        }
        match entries.last_mut() {
            Some(Entry::Lost(lost)) if lost.node == node => lost.count += 1,
            _ => entries.push(Entry::Lost(Lost { node: node.to_owned(), count: 1 })),
        }
    }
    Trace::new(trace.header.clone(), entries)
}

fn event(trace: &Trace, at: usize) -> &Event {
    match &trace.entries[at].1 {
        Entry::Event(event) => event,
        Entry::Lost(_) => panic!("a gap"),
    }
}

#[test]
fn a_lost_event_is_found_and_never_refused() {
    for (profile, name) in [
        (Profile::zoom_2_3_1(), "whole-meeting-as-leader"),
        (Profile::zoom_4_6(), "whole-meeting-as-participant"),
    ] {
        let trace = recorded(&profile, name);
        let (mut found, mut open) = (0, Vec::new());
        for at in 0..trace.entries.len() {
            match verdict(&losing(&trace, &[at])) {
                Verdict::Accepted(Accepted { filled, events, .. }) => {
                    assert_eq!((filled, events), (1, trace.events() - 1));
                    found += 1;
                }
                Verdict::Inconclusive { reason, events } => {
                    assert!(events <= at && reason.contains("1 events of"), "{reason}");
                    open.push(at);
                }
                Verdict::Refused(refusal) => panic!("{at}: {refusal:#?}"),
            }
        }
        println!("{} {name}: {found} found, {} not", profile.id, open.len());
        for at in open {
            let given = event(&trace, at).given.as_ref();
            println!("  {at} {} {given:.40?}", event(&trace, at).node);
        }
        assert!(found > trace.events() * 9 / 10, "{found} of {}", trace.events());
    }
}

#[test]
fn several_lost_events_are_found() {
    let trace = recorded(&Profile::zoom_4_6(), "whole-meeting-as-participant");
    let of = |node: &str| -> Vec<usize> {
        (0..trace.entries.len()).filter(|at| event(&trace, *at).node == node).collect()
    };
    let (mut found, mut all) = (0, 0);
    for node in ["alice", "bob", "carol"] {
        for pair in of(node).windows(2).step_by(5) {
            all += 1;
            match verdict(&losing(&trace, pair)) {
                Verdict::Accepted(accepted) => {
                    assert_eq!(accepted.filled, 2);
                    found += 1;
                }
                Verdict::Inconclusive { .. } => {}
                Verdict::Refused(refusal) => panic!("{pair:?}: {refusal:#?}"),
            }
        }
    }
    println!("{found} of {all} pairs");
    assert!(found * 2 > all, "{found} of {all}");
}

/// A trace that is wrong somewhere else passes by no gap: before it, it is refused; after it, not
/// decided.
#[test]
fn what_is_wrong_passes_by_no_gap() {
    let trace = recorded(&Profile::zoom_4_6(), "whole-meeting-as-participant");
    let shown = |at: &usize| event(&trace, *at).observed.is_some();
    let seen: Vec<usize> = (0..trace.entries.len()).filter(shown).collect();
    let (first, last) = (seen[seen.len() / 4], seen[seen.len() * 3 / 4]);
    let between = |at: usize| {
        let mut spoiled = trace.clone();
        let Entry::Event(event) = &mut spoiled.entries[at].1 else { panic!("an event") };
        let seen = event.observed.as_mut().expect("something seen");
        seen.locked = !seen.locked;
        spoiled
    };
    for gap in (first + 1..last).step_by(7) {
        let wrong_before = verdict(&losing(&between(first), &[gap]));
        assert!(matches!(wrong_before, Verdict::Refused(_)), "{gap}: {wrong_before:#?}");
        let wrong_after = verdict(&losing(&between(last), &[gap]));
        assert!(matches!(wrong_after, Verdict::Inconclusive { .. }), "{gap}: {wrong_after:#?}");
    }
}

#[test]
fn a_gap_that_is_too_long_is_not_searched() {
    let trace = recorded(&Profile::zoom_4_6(), "whole-meeting-as-participant");
    let entries = |count: u64| {
        let lost = Entry::Lost(Lost { node: "bob".to_owned(), count });
        let mut entries: Vec<Entry> = trace.entries.iter().map(|(_, it)| it.clone()).collect();
        entries.insert(20, lost);
        Trace::new(trace.header.clone(), entries)
    };
    for count in [65, u64::MAX / 2] {
        let Verdict::Inconclusive { reason, events } = verdict(&entries(count)) else {
            panic!("decided")
        };
        assert_eq!(events, 20);
        assert!(reason.contains("too many"), "{reason}");
    }
    // Very many gaps, each of them short.
    let mut entries = vec![trace.entries[0].1.clone()];
    entries.resize_with(20_000, || Entry::Lost(Lost { node: "bob".to_owned(), count: 1 }));
    let many = Trace::new(trace.header.clone(), entries);
    assert!(matches!(verdict(&many), Verdict::Inconclusive { .. }));
}
