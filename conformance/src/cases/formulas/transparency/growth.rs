//! That the tree only grew, as an auditor sees it.

use conclave_model::transparency::{
    build::{Server, tail, user},
    proofs::Growth,
};
use conclave_spec::{
    Octets, Rule,
    formulas::transparency::{Node, NodeLabel},
};

use super::{ALICE, Cases, Inputs, Scene, but, hex, hexed, inputs, text};

const COMMON: &str = "growth";

fn audited(scene: &Scene, before: &Server, after: &Server, proof: &Growth) -> Inputs {
    inputs(&[
        ("epoch", after.epoch().to_string()),
        ("start_root", hex(&before.state().root)),
        ("end_root", hex(&after.state().root)),
        ("proof", hex(&proof.encode(scene.world))),
    ])
}

pub(super) fn drafts(scene: &Scene, cases: &mut Cases<'_>) {
    cases.formula = "verify_append_only";
    taken(scene, cases);
    apart(scene, cases);
    rewritten(scene, cases);
    malformed(scene, cases);
}

fn taken(scene: &Scene, cases: &mut Cases<'_>) {
    let grown =
        |before: &Server, after: &Server| audited(scene, before, after, &after.growth(before));
    let (before, after) = (scene.at(5), scene.at(6));
    let rules = [Rule::GrowthApart, Rule::GrowthProven];
    let title = "An epoch that brings new versions of two chains";
    cases.taken(COMMON, title, grown(&before, &after), &rules);
    let title = "The first epoch, whose tree grew from nothing";
    cases.taken("growth-from-nothing", title, grown(&scene.at(0), &scene.at(1)), &rules);
    let title = "A chain that comes into the tree";
    cases.taken("growth-by-one", title, grown(&scene.at(6), &scene.at(7)), &rules);
    let mut still = scene.now();
    still.turn();
    let title = "An epoch that brings nothing";
    cases.taken("growth-by-nothing", title, grown(&scene.now(), &still), &rules);
    let true_inputs = grown(&before, &after);
    let rule = Rule::GrowthProven;
    let which = ("growth-to-another-root", "the root after");
    let other = but(&true_inputs, &[("end_root", hexed("other root", 32))]);
    cases.pair(rule, COMMON, which, other, rule);
    let title = "A growth from another root is refused";
    let other = but(&true_inputs, &[("start_root", hexed("other root", 32))]);
    cases.refused("growth-from-another-root", title, other, rule);
    let title = "Leaves of another epoch are refused";
    cases.refused(
        "growth-in-another-epoch",
        title,
        but(&true_inputs, &[("epoch", text("7"))]),
        rule,
    );
    let title = "A tree that shrinks is refused";
    let back = audited(scene, &after, &before, &after.growth(&before));
    cases.refused("growth-backwards", title, back, rule);
    let mut gone = scene.at(6);
    gone.remove(&user("erin"), true, 1);
    let title = "An epoch that takes an entry away is refused";
    cases.refused("growth-with-a-loss", title, grown(&before, &gone), rule);
    let mut changed = scene.at(6);
    changed.insert(&user("erin"), true, 1, Octets::from([3; 32]));
    let title = "An epoch that changes an entry is refused";
    cases.refused("growth-with-a-change", title, grown(&before, &changed), rule);
}

fn apart(scene: &Scene, cases: &mut Cases<'_>) {
    let (before, after) = (scene.at(5), scene.at(6));
    let honest = after.growth(&before);
    let with = |change: &dyn Fn(&mut Growth)| {
        let mut proof = honest.clone();
        change(&mut proof);
        audited(scene, &before, &after, &proof)
    };
    let rule = Rule::GrowthApart;
    let above = honest.inserted.first().map_or(NodeLabel::ROOT, |it| it.label.first(1));
    let above = Node { label: above, hash: Octets::from([3; 32]) };
    let which = ("growth-below-an-unchanged-node", "the nodes that are said to be unchanged");
    let inputs = with(&|it| it.unchanged.push(above.clone()));
    cases.pair(rule, COMMON, which, inputs, rule);
    let title = "A node that is unchanged twice is refused";
    let inputs = with(&|it| it.unchanged.extend(it.unchanged.first().cloned()));
    cases.refused("growth-unchanged-twice", title, inputs, rule);
    let title = "A leaf that is inserted twice is refused";
    let inputs = with(&|it| it.inserted.extend(it.inserted.first().cloned()));
    cases.refused("growth-inserted-twice", title, inputs, rule);
    let title = "A node that is both unchanged and inserted is refused";
    let inputs = with(&|it| it.unchanged.extend(it.inserted.first().cloned()));
    cases.refused("growth-inserted-and-unchanged", title, inputs, rule);
    let title = "A node that is no leaf is not inserted";
    let inner = |it: &mut Growth| {
        it.inserted.iter_mut().take(1).for_each(|it| it.label = it.label.first(255));
    };
    cases.refused("growth-by-an-inner-node", title, with(&inner), rule);
}

/// A value written over, below a node that is said to be unchanged.
fn rewritten(scene: &Scene, cases: &mut Cases<'_>) {
    let before = scene.at(6);
    let (after, proof) = before.written_over(&user(ALICE), 3, &tail("mallory", 4));
    let title = "A value that is written over below a node said to be unchanged is refused";
    let inputs = audited(scene, &before, &after, &proof);
    cases.refused("growth-over-a-value", title, inputs, Rule::GrowthApart);
}

fn malformed(scene: &Scene, cases: &mut Cases<'_>) {
    let (before, after) = (scene.at(5), scene.at(6));
    let honest = after.growth(&before);
    let rule = Rule::EncodingCanonical;
    for (name, title, node) in [
        ("growth-of-the-topmost-node", "The topmost node", Node::bare()),
        ("growth-of-nothing", "A child that is not there", Node::empty()),
    ] {
        let title = format!("{title} is none that is unchanged");
        let mut proof = honest.clone();
        proof.unchanged.push(node);
        cases.refused(name, &title, audited(scene, &before, &after, &proof), rule);
    }
    let mut longer = honest.encode(scene.world).into_vec();
    longer.push(0);
    let title = "A growth with a byte behind it is none";
    let common = audited(scene, &before, &after, &honest);
    let inputs = but(&common, &[("proof", hex(&longer.into()))]);
    cases.refused("growth-with-a-byte-more", title, inputs, rule);
}
