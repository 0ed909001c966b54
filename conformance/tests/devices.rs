//! Devices beside their cases: inputs that do not fit.

mod common;

use common::stored::{but, stored};
use conclave_conformance::compute::{Refused, compute, rules};
use conclave_model::sigchain::build::{Chain, LAPTOP, root};
use conclave_spec::{RuleSet, layouts::sigchain::USER_KEYS, wire};

#[test]
fn a_number_that_was_shown_is_none_above_the_tail() {
    for (name, tail) in [
        ("family/listed-two", 3),
        ("family/told-of-nothing", 2),
        ("family/written-approval", 2),
        ("family/written-revocation", 2),
        ("family/written-root", 0),
        ("sigchain/address-always-hers", 2),
    ] {
        let (formula, inputs) = stored(name);
        let shown = |number: u32| {
            let given = but(&inputs, "shown_sequence_number", &number.to_string());
            compute(rules(), &formula, &given)
        };
        assert!(shown(tail).is_ok(), "{name}");
        let beyond = shown(tail + 1);
        assert!(matches!(beyond, Err(Refused::Inputs(_))), "{name}: {beyond:?}");
    }
}

#[test]
fn nothing_is_sealed_under_a_key_that_agrees_to_zero() {
    let (formula, inputs) = stored("family/for-a-classic-user");
    let zero = [0; 32];
    let fields: Vec<(&str, &[u8])> = USER_KEYS
        .fields
        .iter()
        .map(|field| (field.name, if field.name.ends_with("x25519") { &zero[..] } else { &[] }))
        .collect();
    let keys = wire::encode(&USER_KEYS, RuleSet::all(), &fields).expect("the widths fit");
    let chain = Chain::of_alice(RuleSet::all()).then(&root(LAPTOP, &keys));
    let links = wire::join(&chain.encoded());
    let given = but(&inputs, "links", &hex::encode(links.as_slice()));
    let refused = compute(rules(), &formula, &given);
    assert!(matches!(refused, Err(Refused::Inputs(_))), "{refused:?}");
}
