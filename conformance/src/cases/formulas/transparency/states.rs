//! Commitments of the tree, what auditors say of them, and forks.

use conclave_model::{
    sigchain::build::CLOUD,
    transparency::{Audit, build::Server},
};
use conclave_spec::{Octets, Rule, formulas::transparency::TreeState, wire};

use super::{Cases, Inputs, Scene, but, hex, hexed, inputs, text};

const COMMON: &str = "commitment";
const AUDITED: &str = "commitment-audited";
const SINCE: &str = "commitment-goes-on";
const AUDITORS: [&str; 2] = ["auditor", "second auditor"];

fn offered(scene: &Scene, server: &Server) -> Inputs {
    let state = server.state();
    let keys = AUDITORS.map(|it| server.audited(scene.world, it, state.clone()).auditor);
    inputs(&[
        ("cloud_name", text(CLOUD)),
        ("server_key", hex(&server.key())),
        ("auditors", hex(&wire::join(&keys))),
        ("known_epoch", text("0")),
        ("known_root", text("")),
        ("known_vrf_key", text("")),
        ("epoch", state.epoch.to_string()),
        ("root", hex(&state.root)),
        ("vrf_key", hex(&state.vrf_key)),
        ("signature", hex(&server.signs(scene.world, &state))),
        ("audits", text("")),
    ])
}

fn knowing(inputs: &Inputs, state: &TreeState) -> Inputs {
    let known = [
        ("known_epoch", state.epoch.to_string()),
        ("known_root", hex(&state.root)),
        ("known_vrf_key", hex(&state.vrf_key)),
    ];
    but(inputs, &known)
}

fn audits(scene: &Scene, audits: &[Audit]) -> [(&'static str, String); 1] {
    let all: Vec<_> = audits.iter().map(|it| it.encode(scene.world)).collect();
    [("audits", hex(&wire::join(&all)))]
}

pub(super) fn drafts(scene: &Scene, cases: &mut Cases<'_>) {
    cases.formula = "verify_commitment";
    let server = scene.now();
    let common = offered(scene, &server);
    let title = "A commitment that no auditor was asked about is degraded";
    cases.taken(COMMON, title, common.clone(), &[Rule::AuditShown]);
    let signed = Rule::TreeSigned;
    for (rule, name, input, value) in [
        (signed, "commitment-not-signed", "signature", hexed("no signature", 64)),
        (Rule::TreeNamesCloud, "commitment-of-another-cloud", "cloud_name", text("gov")),
        (Rule::TreeNamesEpoch, "commitment-of-another-epoch", "epoch", text("9")),
        (Rule::TreeNamesRoot, "commitment-of-another-root", "root", hexed("root", 32)),
        (Rule::TreeNamesLabelKey, "commitment-of-another-key", "vrf_key", hexed("key", 32)),
    ] {
        cases.pair(rule, COMMON, (name, input), but(&common, &[(input, value)]), signed);
    }
    let short = [("signature", hexed("no signature", 63))];
    let title = "A signature of another length is none";
    cases.refused("commitment-short-signature", title, but(&common, &short), signed);
    let by_auditor = server.audited(scene.world, AUDITORS[0], server.state()).signature;
    let title = "A signature that an auditor made is not the server's";
    let inputs = but(&common, &[("signature", hex(&by_auditor))]);
    cases.refused("commitment-signed-by-auditor", title, inputs, signed);
    since(scene, cases);
    audited(scene, cases);
    disagreed(scene, cases);
}

/// What the client knew.
fn since(scene: &Scene, cases: &mut Cases<'_>) {
    let (server, before) = (scene.now(), scene.at(5).state());
    let common = offered(scene, &server);
    let rules = [Rule::TreeGoesOn, Rule::TreeUnforked, Rule::LabelKeyKept];
    let title = "A commitment of a later epoch than the client knew";
    cases.taken(SINCE, title, knowing(&common, &before), &rules);
    let again = knowing(&common, &server.state());
    let title = "The commitment that the client knew";
    cases.taken("commitment-known", title, again.clone(), &rules);
    let (back, forked, kept) = (Rule::TreeGoesOn, Rule::TreeUnforked, Rule::LabelKeyKept);
    let which = ("commitment-goes-back", "the epoch that the client knew");
    let later = but(&knowing(&common, &before), &[("known_epoch", text("9"))]);
    cases.pair(back, SINCE, which, later, back);
    let which = ("commitment-forked", "the root that the client knew of this epoch");
    let other = but(&again, &[("known_root", hexed("other root", 32))]);
    cases.pair(forked, "commitment-known", which, other, forked);
    let which = ("commitment-under-another-label-key", "the key that the client knew");
    let other = but(&knowing(&common, &before), &[("known_vrf_key", hexed("other key", 32))]);
    cases.pair(kept, SINCE, which, other, kept);
}

/// What auditors say.
fn audited(scene: &Scene, cases: &mut Cases<'_>) {
    let server = scene.now();
    let common = offered(scene, &server);
    let of = |auditor: &str, state: TreeState| server.audited(scene.world, auditor, state);
    let told = |all: &[Audit]| but(&common, &audits(scene, all));
    let by_one = of(AUDITORS[0], server.state());
    let (shown, signed) = (Rule::AuditShown, Rule::AuditSigned);
    let title = "A commitment that an auditor vouches for";
    let one = told(std::slice::from_ref(&by_one));
    cases.taken(AUDITED, title, one.clone(), &[shown]);
    cases.told_apart(shown, AUDITED, COMMON, "what auditors say");
    let both = [by_one.clone(), of(AUDITORS[1], server.state())];
    let title = "A commitment that two auditors vouch for";
    cases.taken("commitment-audited-by-two", title, told(&both), &[shown]);
    let late = of(AUDITORS[1], scene.at(7).state());
    let title = "An auditor that has seen another epoch vouches for nothing";
    cases.taken("commitment-audited-late", title, told(std::slice::from_ref(&late)), &[shown]);
    let title = "One auditor that has seen this epoch is enough";
    let mixed = told(&[late, by_one.clone()]);
    cases.taken("commitment-audited-by-one-of-two", title, mixed, &[shown]);
    let which = ("commitment-audited-by-a-stranger", "the auditors that the client knows");
    let second = hex(&wire::join(&[of(AUDITORS[1], server.state()).auditor]));
    cases.pair(signed, AUDITED, which, but(&one, &[("auditors", second)]), signed);
    let title = "An audit whose auditor did not sign it is refused";
    let noise = Audit { signature: Octets::from([7; 64]), ..by_one.clone() };
    cases.refused("audit-not-signed", title, told(&[noise]), signed);
    let title = "An auditor's signature under the server's context string is none";
    let swapped = Audit { signature: by_one.server_signature.clone(), ..by_one.clone() };
    cases.refused("audit-signed-as-commitment", title, told(&[swapped]), signed);
    let title = "What the server did not sign no auditor vouches for";
    let unsigned = Audit { server_signature: Octets::from([7; 64]), ..by_one.clone() };
    cases.refused("audit-of-what-nobody-signed", title, told(&[unsigned]), Rule::TreeSigned);
    let mut longer = by_one.encode(scene.world).into_vec();
    longer.push(0);
    let title = "An audit with a byte behind it is none";
    let inputs = but(&common, &[("audits", hex(&wire::join(&[longer.into()])))]);
    cases.refused("audit-with-a-byte-more", title, inputs, Rule::EncodingCanonical);
    let title = "Audits that end within one are none";
    let inputs = but(&common, &[("audits", hex::encode([0, 0, 0, 9, 1]))]);
    cases.refused("audits-cut", title, inputs, Rule::EncodingCanonical);
}

/// What auditors have seen otherwise.
fn disagreed(scene: &Scene, cases: &mut Cases<'_>) {
    let (server, agrees) = (scene.now(), Rule::AuditAgrees);
    let common = offered(scene, &server);
    let of = |auditor: &str, state: TreeState| server.audited(scene.world, auditor, state);
    let told = |all: &[Audit]| audits(scene, all);
    let other = |state: TreeState| TreeState { root: Octets::from([9; 32]), ..state };
    let by_one = of(AUDITORS[0], server.state());
    let fork = of(AUDITORS[0], other(server.state()));
    let which = ("commitment-forked-for-an-auditor", "what auditors say");
    let inputs = but(&common, &told(std::slice::from_ref(&fork)));
    cases.pair(agrees, AUDITED, which, inputs, agrees);
    let title = "One auditor that has seen another root is enough to refuse";
    let inputs = but(&common, &told(&[by_one, fork]));
    cases.refused("commitment-forked-for-one-of-two", title, inputs, agrees);
    let key = TreeState { vrf_key: Octets::from([9; 32]), ..server.state() };
    let title = "An auditor that has seen another key behind the labels refuses as well";
    let inputs = but(&common, &told(&[of(AUDITORS[0], key)]));
    cases.refused("commitment-of-another-key-for-an-auditor", title, inputs, agrees);
    let before = scene.at(5).state();
    let title = "A fork in the epoch that the client knew is found later too";
    let known = knowing(&common, &before);
    let inputs = but(&known, &told(&[of(AUDITORS[0], other(before.clone()))]));
    cases.refused("commitment-forked-before", title, inputs, agrees);
    let title = "An audit of the epoch that the client knew, which agrees";
    let inputs = but(&known, &told(&[of(AUDITORS[0], before)]));
    cases.taken("commitment-audited-before", title, inputs, &[agrees]);
}

/// What a client sends that found a fork.
pub(super) fn forks(scene: &Scene, cases: &mut Cases<'_>) {
    cases.formula = "verify_fork";
    let server = scene.now();
    let state = server.state();
    let other = TreeState { root: Octets::from([9; 32]), ..state.clone() };
    let signed = |state: &TreeState| hex(&server.signs(scene.world, state));
    let fork = inputs(&[
        ("cloud_name", text(CLOUD)),
        ("server_key", hex(&server.key())),
        ("epoch", state.epoch.to_string()),
        ("root", hex(&state.root)),
        ("vrf_key", hex(&state.vrf_key)),
        ("signature", signed(&state)),
        ("other_root", hex(&other.root)),
        ("other_vrf_key", hex(&other.vrf_key)),
        ("other_signature", signed(&other)),
    ]);
    let rule = Rule::ForkShown;
    cases.taken("fork", "Two roots of one epoch, both signed, are a fork", fork.clone(), &[rule]);
    let same = [("other_root", hex(&state.root)), ("other_signature", signed(&state))];
    let which = ("fork-of-one", "the other commitment");
    cases.pair(rule, "fork", which, but(&fork, &same), rule);
    let key = TreeState { vrf_key: Octets::from([9; 32]), ..state.clone() };
    let of_key = [
        ("other_root", hex(&key.root)),
        ("other_vrf_key", hex(&key.vrf_key)),
        ("other_signature", signed(&key)),
    ];
    let title = "Two keys behind the labels of one epoch are a fork";
    cases.taken("fork-of-keys", title, but(&fork, &of_key), &[rule]);
    let later = TreeState { epoch: state.epoch + 1, ..other };
    let title = "Commitments of two epochs are no fork";
    let inputs = but(&fork, &[("other_signature", signed(&later))]);
    cases.refused("fork-of-two-epochs", title, inputs, Rule::TreeSigned);
    let title = "What the server did not sign shows nothing";
    let inputs = but(&fork, &[("signature", hexed("no signature", 64))]);
    cases.refused("fork-not-signed", title, inputs, Rule::TreeSigned);
}
