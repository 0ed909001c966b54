//! A user's own history.

use conclave_model::transparency::{
    build::{Server, tail, user},
    proofs::History,
};
use conclave_spec::{Octets, Rule, RuleSet, formulas::sigchain::Tail};

use super::{ALICE, Cases, Inputs, Scene, asked, but, hex, text, updates};

const COMMON: &str = "history";

/// What a client has that looks over a history, and what the server shows.
pub(super) fn told(
    rules: RuleSet,
    server: &Server,
    subject: &str,
    reviewed: Option<(u64, Octets)>,
    proof: &History,
) -> Inputs {
    let (version, tail) = reviewed.unwrap_or_default();
    let changes = [
        ("reviewed_version", version.to_string()),
        ("reviewed_tail", hex(&tail)),
        ("proof", hex(&proof.encode(rules))),
    ];
    but(&asked(server, subject), &changes)
}

pub(super) fn drafts(scene: &Scene, cases: &mut Cases<'_>) {
    cases.formula = "verify_history";
    taken(scene, cases);
    whole(scene, cases);
    reviewed(scene, cases);
    malformed(scene, cases);
}

fn taken(scene: &Scene, cases: &mut Cases<'_>) {
    let whole = |server: &Server, who: &str| {
        told(scene.world, server, who, None, &server.history(&user(who), usize::MAX))
    };
    let server = scene.now();
    let title = "The history of a chain of which nothing was reviewed";
    cases.taken(COMMON, title, whole(&server, ALICE), &[Rule::ReviewShown]);
    let title = "The history of a chain with one version";
    cases.taken("history-of-one", title, whole(&server, "judy"), &[Rule::FutureAbsent]);
    let title = "A history in whose epoch no further version can be";
    let first = scene.at(1);
    cases.taken("history-at-first", title, whole(&first, ALICE), &[Rule::FutureAbsent]);
    let mut many = scene.now();
    for links in 6..11 {
        many = many.publish(&updates(&[("bob", links)]));
    }
    many.turn();
    many = many.publish(&updates(&[("judy", 9)]));
    let title = "A history of many versions, with markers of several kinds beyond it";
    cases.taken("history-of-many", title, whole(&many, "bob"), &[Rule::FutureAbsent]);
}

fn whole(scene: &Scene, cases: &mut Cases<'_>) {
    let (server, name) = (scene.now(), user(ALICE));
    let honest = server.history(&name, usize::MAX);
    let with = |change: &dyn Fn(&mut History)| {
        let mut proof = honest.clone();
        change(&mut proof);
        told(scene.world, &server, ALICE, None, &proof)
    };
    let (rule, future) = (Rule::HistoryWhole, Rule::FutureAbsent);
    let which = ("history-without-first", "the versions of the history");
    let later = with(&|it| {
        it.updates.remove(0);
        it.updates.iter_mut().take(1).for_each(|first| first.stale = None);
    });
    cases.pair(rule, COMMON, which, later, rule);
    let title = "A history without a version is refused";
    cases.refused("history-of-nothing", title, with(&|it| it.updates.clear()), rule);
    let title = "A history that lacks a version is refused";
    let gap = with(&|it| drop(it.updates.remove(1)));
    cases.refused("history-with-a-gap", title, gap, rule);
    let title = "A history that has a version twice is refused";
    let twice = with(&|it| it.updates.extend(it.updates.last().cloned()));
    cases.refused("history-with-a-version-twice", title, twice, rule);
    let which = ("history-without-absences", "what is shown not to be there");
    cases.pair(future, COMMON, which, with(&|it| it.absences.clear()), future);
    let title = "One absence too few is refused";
    cases.refused("history-absence-missing", title, with(&|it| drop(it.absences.pop())), future);
    let title = "One absence too many is refused";
    let more = with(&|it| it.absences.extend(it.absences.last().cloned()));
    cases.refused("history-absence-too-many", title, more, future);
    let title = "The history of somebody else is refused";
    let other = but(&with(&|_| ()), &[("subject", text("bob"))]);
    cases.refused("history-of-somebody-else", title, other, Rule::LabelOfName);
    let title = "A history of a later epoch than the commitment is refused";
    let early = but(&with(&|_| ()), &[("epoch", text("5"))]);
    cases.refused("history-beyond-its-epoch", title, early, Rule::EntryInEpoch);

    let shorter = scene.now().publish(&updates(&[(ALICE, 2)]));
    let title = "A chain that became shorter is refused";
    let inputs = told(scene.world, &shorter, ALICE, None, &shorter.history(&name, 4));
    cases.refused("history-of-a-shorter-chain", title, inputs, rule);
    let same = scene.now().publish(&[(name.clone(), tail("alice again", 4))]);
    let title = "A chain whose last link became another one is refused";
    let inputs = told(scene.world, &same, ALICE, None, &same.history(&name, 4));
    cases.refused("history-of-another-last-link", title, inputs, rule);
    let mut twice = scene.now();
    twice.put(&name, 4, &tail(ALICE, 6));
    twice.put(&name, 5, &tail(ALICE, 7));
    let title = "Two versions in one epoch are refused";
    let inputs = told(scene.world, &twice, ALICE, None, &twice.history(&name, 5));
    cases.refused("history-two-in-one-epoch", title, inputs, rule);
}

fn reviewed(scene: &Scene, cases: &mut Cases<'_>) {
    let (server, name) = (scene.now(), user(ALICE));
    let honest = server.history(&name, usize::MAX);
    let after = |version: u64, links| {
        told(scene.world, &server, ALICE, Some((version, tail(ALICE, links))), &honest)
    };
    let (kept, shown) = (Rule::HistoryKept, Rule::ReviewShown);
    let title = "A history of which all but the last version was reviewed";
    cases.taken("history-since-the-second", title, after(2, 3), &[kept]);
    let title = "A history of which everything was reviewed";
    cases.taken("history-reviewed", title, after(3, 4), &[kept]);
    let common = "history-reviewed";
    cases.told_apart(shown, common, "history-since-the-second", "what the user has reviewed");
    let which = ("history-of-another-review", "the tail that the user has reviewed");
    let other = but(&after(2, 3), &[("reviewed_tail", hex(&tail("mallory", 3)))]);
    cases.pair(kept, "history-since-the-second", which, other, kept);
    let title = "A history without the version that was reviewed is refused";
    cases.refused("history-before-the-review", title, after(4, 5), kept);
}

fn malformed(scene: &Scene, cases: &mut Cases<'_>) {
    let (server, name) = (scene.now(), user(ALICE));
    let honest = server.history(&name, usize::MAX);
    let with = |change: &dyn Fn(&mut History)| {
        let mut proof = honest.clone();
        change(&mut proof);
        told(scene.world, &server, ALICE, None, &proof)
    };
    let rule = Rule::EncodingCanonical;
    let title = "The first version has nothing before it";
    let stale = honest.updates.get(1).and_then(|it| it.stale.clone());
    let inputs =
        with(&|it| it.updates.iter_mut().take(1).for_each(|it| it.stale.clone_from(&stale)));
    cases.refused("history-first-with-one-before", title, inputs, rule);
    let title = "Every later version has";
    let inputs = with(&|it| it.updates.iter_mut().for_each(|it| it.stale = None));
    cases.refused("history-later-without-one-before", title, inputs, rule);
    let of_type = |sigchain_type: &str, number| {
        let last_link_hash = Octets::from([5; 32]);
        let sigchain_type = sigchain_type.to_owned();
        let tail = Tail { sigchain_type, last_sequence_number: number, last_link_hash };
        tail.encode(RuleSet::all()).unwrap_or_default()
    };
    for (name, title, value) in [
        ("history-of-no-tails", "A value that is no tail", Octets::from("no tail")),
        ("history-of-another-type", "The tail of a chain of another type", of_type("Email", 1)),
        ("history-of-no-link", "The tail of a chain without links", of_type("User", 0)),
    ] {
        let title = format!("{title} is no part of a user's history");
        let value = value.clone();
        let inputs = with(&|it| {
            it.updates.iter_mut().take(1).for_each(|it| it.value.clone_from(&value));
        });
        cases.refused(name, &title, inputs, rule);
    }
}
