//! Lookups, true ones and ones with something else in one place.

use conclave_model::transparency::{
    build::{Server, tail, user},
    proofs::{Lookup, Marker, Missing},
};
use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::transparency::{Node, name},
};

use super::{ALICE, Cases, Inputs, Scene, asked, but, hex, hexed, text, updates};

const COMMON: &str = "lookup";

/// What a client has that looks a chain up, and what the server shows.
pub(super) fn shown(rules: RuleSet, server: &Server, subject: &str, proof: &Lookup) -> Inputs {
    let changes = [("tail", hex(&proof.value)), ("proof", hex(&proof.encode(rules)))];
    but(&asked(server, subject), &changes)
}

pub(super) fn drafts(scene: &Scene, cases: &mut Cases<'_>) {
    cases.formula = "verify_lookup";
    taken(scene, cases);
    pairs(scene, cases);
    labels(scene, cases);
    paths(scene, cases);
    absences(scene, cases);
    malformed(scene, cases);
}

fn taken(scene: &Scene, cases: &mut Cases<'_>) {
    let server = scene.now();
    let of =
        |server: &Server, who: &str| shown(scene.world, server, who, &server.newest(&user(who)));
    let title = "The newest tail of a chain, of its third version";
    cases.taken(COMMON, title, of(&server, ALICE), &[]);
    let title = "The newest tail of a chain, of its first version";
    cases.taken("lookup-of-first", title, of(&server, "judy"), &[]);
    let title = "The newest tail of a chain, of a version that is its own marker";
    cases.taken("lookup-of-power", title, of(&server, "bob"), &[Rule::MarkersThere]);
    let title = "The only chain in the tree";
    let alone = Server::new("tree server").publish(&updates(&[(ALICE, 1)]));
    cases.taken("lookup-alone", title, of(&alone, ALICE), &[Rule::PathToRoot]);
    let mut many = scene.now();
    for links in 6..11 {
        many = many.publish(&updates(&[("bob", links)]));
    }
    let title = "A version with markers of several kinds on the way to it";
    cases.taken("lookup-of-many", title, of(&many, "bob"), &[Rule::MarkersThere]);
    let name = name(scene.world, "Account", "example-corp").unwrap_or_default();
    let accounts = scene.now().publish(&[(name.clone(), account_tail())]);
    let proof = accounts.newest(&name);
    let inputs = shown(scene.world, &accounts, "example-corp", &proof);
    let inputs = but(&inputs, &[("sigchain_type", text("Account"))]);
    cases.taken("lookup-of-account", "The tail of an account's chain", inputs, &[]);
}

/// The tail of an account's chain.
fn account_tail() -> Octets {
    let tail = conclave_spec::formulas::sigchain::Tail {
        sigchain_type: text("Account"),
        last_sequence_number: 2,
        last_link_hash: Octets::from([5; 32]),
    };
    tail.encode(RuleSet::all()).unwrap_or_default()
}

fn pairs(scene: &Scene, cases: &mut Cases<'_>) {
    let server = scene.now();
    let true_proof = server.newest(&user(ALICE));
    let common = shown(scene.world, &server, ALICE, &true_proof);
    let with = |proof: Lookup| but(&common, &[("proof", hex(&proof.encode(scene.world)))]);
    let mallory = but(&common, &[("subject", text("mallory"))]);
    let elsewhere = but(&common, &[("root", hexed("other root", 32))]);
    let before = but(&common, &[("epoch", text("5"))]);
    let another = but(&common, &[("tail", hex(&tail(ALICE, 5)))]);
    let nonce = with(Lookup { nonce: Octets::from([1; 32]), ..true_proof.clone() });
    let unmarked = with(Lookup { markers: Vec::new(), ..true_proof.clone() });
    let above = server.missing(&user(ALICE), false, 3, 1).absence;
    let higher = with(Lookup { absence: above, ..true_proof });
    for (rule, name, differs_in, inputs) in [
        (Rule::LabelOfName, "lookup-of-another-name", "the user that is asked about", mallory),
        (Rule::PathToRoot, "lookup-in-another-tree", "the root", elsewhere),
        (Rule::EntryInEpoch, "lookup-before-the-entry", "the epoch of the commitment", before),
        (Rule::TailAsInTree, "lookup-of-another-tail", "the tail of the served chain", another),
        (Rule::LeafCommits, "lookup-with-another-nonce", "the nonce of the commitment", nonce),
        (Rule::MarkersThere, "lookup-without-markers", "the markers on the way", unmarked),
        (Rule::AbsenceExact, "lookup-absent-higher-up", "the node that shows the absence", higher),
    ] {
        cases.pair(rule, COMMON, (name, differs_in), inputs, rule);
    }
}

fn labels(scene: &Scene, cases: &mut Cases<'_>) {
    let (server, name) = (scene.now(), user(ALICE));
    let honest = server.newest(&name);
    let with = |proof: Lookup| shown(scene.world, &server, ALICE, &proof);
    let rule = Rule::LabelOfName;
    let title = "The label of another version is not that of this one";
    let other = server.vrf_proof(&name, true, 2);
    let inputs = with(Lookup { vrf_proof: other, ..honest.clone() });
    cases.refused("lookup-label-of-another-version", title, inputs, rule);
    let title = "The absence of a fresh label does not show that a version is not stale";
    let Missing { vrf_proof, absence } = server.missing(&name, true, 4, 0);
    let inputs = with(Lookup { stale_vrf_proof: vrf_proof, absence, ..honest.clone() });
    cases.refused("lookup-fresh-for-stale", title, inputs, rule);
    let title = "Nor does the absence of another version's";
    let Missing { vrf_proof, absence } = server.missing(&name, false, 4, 0);
    let inputs = with(Lookup { stale_vrf_proof: vrf_proof, absence, ..honest.clone() });
    cases.refused("lookup-stale-of-another-version", title, inputs, rule);
    let title = "Another version is not the marker that is wanted";
    let markers = vec![server.marker(&name, true, 1)];
    let inputs = with(Lookup { markers, ..honest.clone() });
    cases.refused("lookup-marker-of-another-version", title, inputs, rule);
    let title = "Another user's version is not the marker that is wanted";
    let markers = vec![server.marker(&user("bob"), true, 2)];
    let inputs = with(Lookup { markers, ..honest.clone() });
    cases.refused("lookup-marker-of-another-name", title, inputs, rule);
    let title = "A marker too many is refused";
    let marker = server.marker(&name, true, 1);
    let markers = honest.markers.iter().cloned().chain([marker]).collect();
    let inputs = with(Lookup { markers, ..honest.clone() });
    cases.refused("lookup-with-a-marker-more", title, inputs, Rule::MarkersThere);
    let title = "The key behind the labels counts";
    let other = but(&with(honest.clone()), &[("vrf_key", hex(&scene_key()))]);
    cases.refused("lookup-under-another-label-key", title, other, rule);
    let title = "A key behind the labels that is no point proves nothing";
    let none = format!("02{}", "00".repeat(31));
    cases.refused("lookup-under-no-key", title, but(&with(honest), &[("vrf_key", none)]), rule);
}

/// Another server's key behind its labels.
fn scene_key() -> Octets {
    Server::new("another tree server").state().vrf_key
}

fn paths(scene: &Scene, cases: &mut Cases<'_>) {
    let (server, name) = (scene.now(), user(ALICE));
    let honest = server.newest(&name);
    let rule = Rule::PathToRoot;
    let stepped = |change: &dyn Fn(&mut Vec<Node>)| {
        let mut proof = honest.clone();
        change(&mut proof.path.steps);
        shown(scene.world, &server, ALICE, &proof)
    };
    let title = "A path that lacks its last step leads nowhere";
    let inputs = stepped(&|steps| drop(steps.pop()));
    cases.refused("lookup-path-cut", title, inputs, rule);
    let title = "Nor does one without steps";
    cases.refused("lookup-path-empty", title, stepped(&Vec::clear), rule);
    let title = "Nor does one in another order";
    cases.refused("lookup-path-reversed", title, stepped(&|steps| steps.reverse()), rule);
    let title = "A step behind the topmost node is refused";
    let inputs = stepped(&|steps| steps.push(Node::empty()));
    cases.refused("lookup-path-beyond-the-top", title, inputs, rule);
    let title = "A step with a sibling that the node lies below is refused";
    let below = server.label(&name, true, 3).first(200);
    let sibling = Node { label: below, hash: Octets::from([3; 32]) };
    let inputs = stepped(&|steps| steps.insert(0, sibling.clone()));
    cases.refused("lookup-path-below-a-sibling", title, inputs, rule);
    let title = "The path of another leaf is refused";
    let other = server.newest(&user("bob"));
    let (value, nonce) = (other.value.clone(), other.nonce.clone());
    let proof = Lookup { epoch: other.epoch, value, nonce, path: other.path, ..honest.clone() };
    let inputs = shown(scene.world, &server, ALICE, &proof);
    cases.refused("lookup-path-of-another-leaf", title, inputs, rule);
    let title = "A marker's path must lead to the root too";
    let mut proof = honest;
    for Marker { path, .. } in &mut proof.markers {
        path.hash = Octets::from([3; 32]);
    }
    let inputs = shown(scene.world, &server, ALICE, &proof);
    cases.refused("lookup-marker-not-there", title, inputs, rule);
}

fn absences(scene: &Scene, cases: &mut Cases<'_>) {
    let (server, name) = (scene.now(), user(ALICE));
    let honest = server.newest(&name);
    let with = |change: &dyn Fn(&mut Lookup)| {
        let mut proof = honest.clone();
        change(&mut proof);
        shown(scene.world, &server, ALICE, &proof)
    };
    let rule = Rule::PathToRoot;
    let title = "An absence whose node has its children swapped is refused";
    let swap = |it: &mut Lookup| std::mem::swap(&mut it.absence.left, &mut it.absence.right);
    cases.refused("lookup-absence-swapped", title, with(&swap), rule);
    let title = "A node without children shows no absence";
    let none = |it: &mut Lookup| {
        (it.absence.left, it.absence.right) = (Node::empty(), Node::empty());
    };
    cases.refused("lookup-absence-of-nothing", title, with(&none), rule);
    let title = "A node that is not in the tree shows no absence";
    let other = |it: &mut Lookup| it.absence.left.hash = Octets::from([3; 32]);
    cases.refused("lookup-absence-not-there", title, with(&other), rule);
    let title = "A node on the way to another label shows no absence";
    let stale = server.label(&name, false, 3);
    let elsewhere =
        (1..40).map(|version| server.missing(&user("bob"), true, version, 0).absence).find(|it| {
            let node = it.left.join(&it.right);
            node.is_some_and(|node| !node.label.is_prefix_of(&stale))
        });
    if let Some(elsewhere) = elsewhere {
        let inputs = with(&|it| it.absence = elsewhere.clone());
        cases.refused("lookup-absence-elsewhere", title, inputs, Rule::AbsenceExact);
    }
}

fn malformed(scene: &Scene, cases: &mut Cases<'_>) {
    let server = scene.now();
    let honest = server.newest(&user(ALICE));
    let common = shown(scene.world, &server, ALICE, &honest);
    let rule = Rule::EncodingCanonical;
    let mut longer = honest.encode(scene.world).into_vec();
    longer.push(0);
    let title = "A proof with a byte behind it is none";
    let inputs = but(&common, &[("proof", hex(&longer.into()))]);
    cases.refused("lookup-with-a-byte-more", title, inputs, rule);
    cases.refused(
        "lookup-of-no-proof",
        "No proof is none",
        but(&common, &[("proof", text(""))]),
        rule,
    );
    let hashed = |node: Node| {
        let mut proof = honest.clone();
        proof.path.steps.push(node);
        shown(scene.world, &server, ALICE, &proof)
    };
    let title = "A child that is not there has one hash";
    let inputs = hashed(Node { hash: Octets::from([3; 32]), ..Node::empty() });
    cases.refused("lookup-empty-with-another-hash", title, inputs, rule);
    let title = "The label of the topmost node is nobody's sibling's";
    let inputs = hashed(Node::bare());
    cases.refused("lookup-topmost-as-sibling", title, inputs, rule);
    let title = "A label with a bit behind its last one is none";
    let proof = hex(&honest.encode(scene.world));
    let inner = honest.path.steps.iter().find(|it| (1..200).contains(&it.label.bits()));
    let step = inner.map(|it| hex(&it.label.encode())).unwrap_or_default();
    let damaged = format!("{}1", step.get(..71).unwrap_or_default());
    let inputs = but(&common, &[("proof", proof.replacen(&step, &damaged, 1))]);
    cases.refused("lookup-label-with-a-bit-more", title, inputs, rule);
    let title = "A value that is too long to be a tail is none";
    let long = Lookup { nonce: Octets::from([3; 33]), ..honest };
    let inputs = but(&common, &[("proof", hex(&long.encode(scene.world)))]);
    cases.refused("lookup-nonce-too-long", title, inputs, rule);
}
