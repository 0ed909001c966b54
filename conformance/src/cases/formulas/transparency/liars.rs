//! Servers that lie: what they serve to others, and what they show to the owner.

use conclave_model::transparency::{
    build::{Server, tail, user},
    proofs::Lookup,
};
use conclave_spec::{Rule, formulas::transparency::stale_commitment};

use super::{ALICE, Cases, Scene, histories::told, lookups::shown, updates};

/// Versions that are not the newest, or not the owner's.
pub(super) fn lookups(scene: &Scene, cases: &mut Cases<'_>) {
    cases.formula = "verify_lookup";
    let (server, name) = (scene.now(), user(ALICE));
    let title = "An old tail as the newest, its being stale hidden behind a node higher up";
    let mut old = server.lookup(&name, 0, 1);
    let wrong = (1..8).map(|above| server.missing(&name, false, 1, above).absence);
    for (name, absence) in ["old-as-newest", "old-as-newest-by-another-node"].iter().zip(wrong) {
        old.absence = absence;
        let inputs = shown(scene.world, &server, ALICE, &old);
        cases.refused(name, title, inputs, Rule::AbsenceExact);
    }
    let title = "An old tail as the newest, with the children of its stale leaf's node";
    let inputs = shown(scene.world, &server, ALICE, &server.lookup(&name, 0, 1));
    cases.refused("old-as-newest-plainly", title, inputs, Rule::AbsenceExact);

    let skipped = skipping(scene);
    let hidden = skipped.lookup(&user("bob"), 5, 7);
    let title = "A version of the server's own that skips one, with the markers there are";
    let short =
        Lookup { markers: hidden.markers.iter().take(1).cloned().collect(), ..hidden.clone() };
    let inputs = shown(scene.world, &skipped, "bob", &short);
    cases.refused("skipping-a-marker", title, inputs, Rule::MarkersThere);
    let title = "The same with a path that leads nowhere for the marker there is not";
    let inputs = shown(scene.world, &skipped, "bob", &hidden);
    cases.refused("skipping-a-marker-by-a-path", title, inputs, Rule::PathToRoot);

    counted(scene, cases);
}

/// Bob with five versions, and a seventh behind them that the server keeps from him.
fn skipping(scene: &Scene) -> Server {
    let mut server = scene.now().publish(&updates(&[("bob", 6)]));
    server.turn();
    server.turn();
    server.put(&user("bob"), 7, &tail("mallory", 7));
    server
}

/// Versions that cannot be there.
fn counted(scene: &Scene, cases: &mut Cases<'_>) {
    let (name, rule) = (user("mallory"), Rule::EntryInEpoch);
    let mut early = scene.now();
    early.put(&name, 0, &tail("mallory", 1));
    let title = "There is no version 0";
    let inputs = shown(scene.world, &early, "mallory", &early.lookup(&name, 0, 0));
    cases.refused("version-0", title, inputs, rule);
    let mut many = Server::new("tree server").publish(&updates(&[("bob", 1)]));
    for version in [1, 2] {
        many.put(&name, version, &tail("mallory", 1));
    }
    let title = "No version is above the epoch it came in";
    let inputs = shown(scene.world, &many, "mallory", &many.lookup(&name, 1, 2));
    cases.refused("version-above-its-epoch", title, inputs, rule);
    let mut late = scene.now();
    late.turn();
    late.put(&name, 1, &tail("mallory", 1));
    let proof = late.lookup(&name, 0, 1);
    let title = "No entry came after the commitment";
    let mut inputs = shown(scene.world, &late, "mallory", &proof);
    inputs.insert("epoch".to_owned(), "8".to_owned());
    cases.refused("entry-after-its-commitment", title, inputs, rule);
}

/// Histories without what the server keeps from the owner.
pub(super) fn histories(scene: &Scene, cases: &mut Cases<'_>) {
    cases.formula = "verify_history";
    let (server, name) = (scene.now(), user(ALICE));
    let title = "A history whose last version is kept from its owner, behind nodes higher up";
    let mut cut = server.history(&name, 2);
    for (missing, version) in cut.absences.iter_mut().zip([3, 4]) {
        *missing = server.missing(&name, true, version, 1);
    }
    let inputs = told(scene.world, &server, ALICE, None, &cut);
    cases.refused("history-cut-by-another-node", title, inputs, Rule::AbsenceExact);
    let title = "The same with the children of the version's own node";
    let inputs = told(scene.world, &server, ALICE, None, &server.history(&name, 2));
    cases.refused("history-cut-plainly", title, inputs, Rule::AbsenceExact);
    let title = "The same with labels of other versions";
    let mut cut = server.history(&name, 2);
    if let Some(first) = cut.absences.first_mut() {
        *first = server.missing(&name, true, 5, 0);
    }
    let inputs = told(scene.world, &server, ALICE, None, &cut);
    cases.refused("history-cut-by-another-version", title, inputs, Rule::LabelOfName);

    let skipped = skipping(scene);
    let title =
        "A history that the server's own version behind a gap is kept from: its lookup is refused";
    let inputs = told(scene.world, &skipped, "bob", None, &skipped.history(&user("bob"), 5));
    cases.taken("history-before-a-gap", title, inputs, &[Rule::FutureAbsent]);

    let mut gone = scene.now();
    gone.remove(&name, true, 2);
    let title = "A version that the server has taken out of the tree is missed";
    let mut proof = gone.history(&name, 3);
    for (update, honest) in proof.updates.iter_mut().zip(server.history(&name, 3).updates) {
        update.path.hash = honest.path.hash;
    }
    let inputs = told(scene.world, &gone, ALICE, None, &proof);
    cases.refused("history-removed", title, inputs, Rule::PathToRoot);
    let mut rewritten = scene.now();
    let commitment = server.lookup(&name, 1, 2).nonce;
    rewritten.insert(&name, true, 2, commitment);
    let title = "A version that the server has written over does not have its value";
    let inputs = told(scene.world, &rewritten, ALICE, None, &rewritten.history(&name, 3));
    cases.refused("history-rewritten", title, inputs, Rule::LeafCommits);
    late(scene, cases);
}

/// A version that was marked stale later than the next one came.
fn late(scene: &Scene, cases: &mut Cases<'_>) {
    let name = user(ALICE);
    let rule = Rule::OlderStale;
    let mut late = scene.now();
    late.remove(&name, false, 2);
    late.insert(&name, false, 2, stale_commitment());
    let which = ("history-stale-late", "the epoch in which a version was marked stale");
    let inputs = told(scene.world, &late, ALICE, None, &late.history(&name, 3));
    cases.pair(rule, "history", which, inputs, rule);
    let mut other = scene.now();
    other.insert(&name, false, 2, stale_commitment());
    other.remove(&name, false, 2);
    let title = "A version that was never marked stale is missed";
    let mut proof = other.history(&name, 3);
    let honest = scene.now().history(&name, 3);
    for (update, honest) in proof.updates.iter_mut().zip(honest.updates) {
        update.stale = honest.stale;
    }
    let inputs = told(scene.world, &other, ALICE, None, &proof);
    cases.refused("history-never-stale", title, inputs, Rule::PathToRoot);
}
