//! Labels, leaves, nodes and markers, byte for byte.

use conclave_model::transparency::build::user;
use conclave_spec::{
    Octets, Rule,
    formulas::transparency::{NodeLabel, alpha, label_key, prove_label},
};

use super::{ALICE, Cases, but, hex, hexed, inputs, text};
use crate::cases::formulas::{bytes, plus_order};

pub(super) fn drafts(cases: &mut Cases<'_>) {
    let state = inputs(&[
        ("cloud_name", text("commercial")),
        ("epoch", text("72623859790382856")),
        ("root", hexed("root", 32)),
        ("vrf_key", hexed("vrf key", 32)),
    ]);
    let rules =
        [Rule::TreeNamesCloud, Rule::TreeNamesEpoch, Rule::TreeNamesRoot, Rule::TreeNamesLabelKey];
    cases.taken("tree-commitment", "What the server signs of its tree", state, &rules);
    alphas(cases);
    labels(cases);
    leaves(cases);
    parents(cases);
    markers(cases);
}

fn alphas(cases: &mut Cases<'_>) {
    cases.formula = "tree_alpha";
    for (name, title, chain, subject, freshness, version) in [
        ("alpha-fresh", "Of a user's chain", "User", ALICE, "fresh", "3"),
        ("alpha-stale", "The same once it is stale", "User", ALICE, "stale", "3"),
        ("alpha-of-email", "Of an address", "Email", "alice@example.com", "fresh", "1"),
        ("alpha-of-other-letters", "Of other letters", "Account", "Ælfgifu 李", "fresh", "256"),
        ("alpha-of-members", "The greatest", "Membership", "m", "stale", "18446744073709551615"),
    ] {
        let title = format!("What the label of a version is made of. {title}");
        let inputs = inputs(&[
            ("sigchain_type", text(chain)),
            ("subject", text(subject)),
            ("freshness", text(freshness)),
            ("version", text(version)),
        ]);
        cases.taken(name, &title, inputs, &[Rule::LabelOfName]);
    }
}

fn labels(cases: &mut Cases<'_>) {
    cases.formula = "tree_label";
    let seed = Octets::new(bytes("vrf seed", 32));
    let key = label_key(&seed).unwrap_or_default();
    let of = |version| {
        let alpha = alpha(&user(ALICE), true, version);
        let proof = prove_label(&seed, &alpha).unwrap_or_default();
        inputs(&[("vrf_key", hex(&key)), ("alpha", hex(&alpha)), ("vrf_proof", hex(&proof))])
    };
    let rule = Rule::LabelOfName;
    cases.taken("tree-label", "A label, by the proof of its VRF output", of(1), &[rule]);
    cases.taken("tree-label-other", "Another version has another label", of(2), &[rule]);
    let proof = of(1).get("vrf_proof").cloned().unwrap_or_default();
    let (before, scalar) = proof.split_at(96.min(proof.len()));
    let neutral = format!("01{}", "00".repeat(31));
    let beyond = "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    for (name, title, input, value) in [
        ("label-of-another-alpha", "for something else", "alpha", hexed("other alpha", 32)),
        ("label-under-another-key", "under another key", "vrf_key", hexed("point", 32)),
        ("label-small-order-key", "under a key of small order", "vrf_key", neutral),
        ("label-key-beyond-prime", "under a key beyond the prime", "vrf_key", text(beyond)),
        ("label-scalar-beyond-order", "whose scalar has the group's order added", "vrf_proof", {
            format!("{before}{}", plus_order(scalar))
        }),
        ("label-proof-shorter", "that is too short", "vrf_proof", text(before)),
        ("label-of-no-point", "about no point", "vrf_proof", {
            format!("02{}{}", "00".repeat(31), proof.split_at(64.min(proof.len())).1)
        }),
    ] {
        let title = format!("A proof {title} is refused");
        cases.refused(name, &title, but(&of(1), &[(input, value)]), rule);
    }
}

fn leaves(cases: &mut Cases<'_>) {
    cases.formula = "tree_leaf";
    for (name, title, value, epoch) in [
        ("tree-leaf", "The leaf of a value", hexed("value", 79), "16909060"),
        ("tree-leaf-of-nothing", "The leaf of an empty value", text(""), "1"),
    ] {
        let nonce = hexed("nonce", 32);
        let inputs = inputs(&[("value", value), ("nonce", nonce), ("epoch", text(epoch))]);
        cases.taken(name, title, inputs, &[Rule::LeafCommits]);
    }
}

/// A label of these bits, in hexadecimal.
fn label(bits: &str) -> String {
    let mut octets = vec![0u8; 32];
    for (at, _) in bits.bytes().enumerate().filter(|(_, it)| *it == b'1') {
        if let Some(octet) = octets.get_mut(at / 8) {
            *octet |= 0x80 >> (at % 8);
        }
    }
    format!("{:08x}{}", bits.len(), hex::encode(octets))
}

fn parents(cases: &mut Cases<'_>) {
    cases.formula = "tree_parent";
    let rule = Rule::PathToRoot;
    let empty = hex(&NodeLabel::EMPTY.encode());
    let empty_hash = hex(&conclave_spec::formulas::transparency::Node::empty().hash);
    let pair = |left: &str, right: &str| {
        let side = |bits: &str, name: &str| match bits {
            "" => (empty.clone(), empty_hash.clone()),
            bits => (label(bits), hexed(name, 32)),
        };
        let ((left, left_hash), (right, right_hash)) = (side(left, "left"), side(right, "right"));
        inputs(&[
            ("left_label", left),
            ("left_hash", left_hash),
            ("right_label", right),
            ("right_hash", right_hash),
        ])
    };
    let long = "0110".repeat(64);
    let next = format!("{}1", &long[..255]);
    for (name, title, left, right) in [
        ("tree-parent", "Two nodes and their parent", "01001", "011"),
        ("tree-parent-topmost", "Two nodes below the topmost one", "0", "1111"),
        ("tree-parent-alone", "A node that has nothing beside it", "0101", ""),
        ("tree-parent-alone-right", "The same on the right", "", "1"),
        ("tree-parent-of-leaves", "Two leaves that differ in the last bit", &long, &next),
    ] {
        cases.taken(name, title, pair(left, right), &[rule]);
    }
    for (name, title, left, right) in [
        ("tree-parent-swapped", "The right one on the left", "011", "01001"),
        ("tree-parent-of-prefix", "A node and one below it", "01", "0101"),
        ("tree-parent-of-one", "A node and itself", "01", "01"),
        ("tree-parent-of-nothing", "No node", "", ""),
        ("tree-parent-wrong-side", "A node on the wrong side of nothing", "", "0"),
    ] {
        cases.refused(name, &format!("{title}: no parent"), pair(left, right), rule);
    }
}

fn markers(cases: &mut Cases<'_>) {
    cases.formula = "tree_markers";
    for (name, version, epoch) in [
        ("tree-markers", "85", "300"),
        ("tree-markers-of-first", "1", "1"),
        ("tree-markers-of-second", "2", "1000000"),
        ("tree-markers-of-power", "256", "5000000000"),
        ("tree-markers-far", "4294967297", "18446744073709551615"),
        ("tree-markers-of-greatest", "18446744073709551615", "18446744073709551615"),
    ] {
        let title = format!("The markers of version {version} in epoch {epoch}");
        let inputs = inputs(&[("version", text(version)), ("epoch", text(epoch))]);
        cases.taken(name, &title, inputs, &[Rule::MarkersThere, Rule::FutureAbsent]);
    }
}
