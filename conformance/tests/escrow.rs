//! Escrow beside its cases: inputs that do not fit, and boxes with any bit changed.

mod common;

use common::stored::{but, stored};
use conclave_conformance::compute::{Refused, compute, rules};
use conclave_spec::Rule;

#[test]
fn inputs_that_do_not_fit_are_no_refusals_by_rules() {
    let long = "x".repeat(256);
    let short = "00".repeat(31);
    // A tail of an account, and one of a user with number 0.
    let (_, known) = stored("escrow/escrow-as-before");
    let account = known["known_account"].clone();
    let zero = known["known_user"].replace("0000000400000004", "0000000400000000");
    assert_ne!(zero, known["known_user"]);
    let wrong: [(&str, &[(&str, &str)]); 4] = [
        (
            "escrow-set-up",
            &[
                ("cloud_name", ""),
                ("user_id", long.as_str()),
                ("device_id", ""),
                ("device_id", "nobody"),
                ("known_user", account.as_str()),
                ("known_user", zero.as_str()),
                ("known_account", "00"),
                ("known_escrow", account.as_str()),
                ("acknowledged", short.as_str()),
                ("box", "0"),
            ],
        ),
        ("escrow-over", &[("device_id", "escrow")]),
        (
            "escrow-box",
            &[
                ("user_id", ""),
                ("device_ed25519", short.as_str()),
                ("escrow_user_id", long.as_str()),
                ("last_sequence_number", "4294967296"),
                ("last_link_hash", short.as_str()),
                ("generation", "-1"),
                ("ed25519_seed", short.as_str()),
                ("x25519_secret", short.as_str()),
                ("kyber768_seed", short.as_str()),
                ("maker_seed", short.as_str()),
                ("ephemeral", short.as_str()),
                ("nonce", short.as_str()),
                ("coins", short.as_str()),
            ],
        ),
        ("escrow-device-opened", &[("cloud_name", long.as_str()), ("user_id", "")]),
    ];
    for (name, values) in wrong {
        let (formula, inputs) = stored(&format!("escrow/{name}"));
        assert!(compute(rules(), &formula, &inputs).is_ok(), "{name}");
        for (input, value) in values {
            let given = but(&inputs, input, value);
            let refused = compute(rules(), &formula, &given);
            assert!(matches!(refused, Err(Refused::Inputs(_))), "{name} {input}: {refused:?}");
        }
        let mut less = inputs.clone();
        less.pop_first();
        assert!(matches!(compute(rules(), &formula, &less), Err(Refused::Inputs(_))), "{name}");
    }
}

#[test]
fn esc_25_no_box_with_a_bit_changed_is_gone_by() {
    for name in ["escrow-set-up", "escrow-device-opened", "escrow-device-opened-hybrid"] {
        let (formula, inputs) = stored(&format!("escrow/{name}"));
        let whole = hex::decode(&inputs["box"]).expect("hexadecimal");
        for at in (0..whole.len()).step_by(7) {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            for bytes in [&changed, &whole[..at].to_vec()] {
                let given = but(&inputs, "box", &hex::encode(bytes));
                let refused = compute(rules(), &formula, &given);
                assert!(matches!(refused, Err(Refused::By(_))), "{name} {at}: {refused:?}");
            }
        }
    }
}

#[test]
fn chains_that_are_cut_or_changed_anywhere_are_refused_or_read_otherwise() {
    let (formula, inputs) = stored("escrow/escrow-set-up");
    let good = compute(rules(), &formula, &inputs);
    for name in ["user_links", "account_links", "escrow_chains"] {
        let whole = hex::decode(&inputs[name]).expect("hexadecimal");
        for at in (0..whole.len()).step_by(37) {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            let given = but(&inputs, name, &hex::encode(&changed));
            assert_ne!(compute(rules(), &formula, &given), good, "{name} {at}");
            let given = but(&inputs, name, &hex::encode(&whole[..at]));
            assert_ne!(compute(rules(), &formula, &given), good, "{name} {at} cut");
        }
    }
}

#[test]
fn atk_dv_07_no_chain_of_a_server_is_followed_without_the_user() {
    let refused_by = |name: &str| {
        let (formula, inputs) = stored(&format!("escrow/{name}"));
        match compute(rules(), &formula, &inputs) {
            Err(Refused::By(rule)) => Some(rule),
            _ => None,
        }
    };
    let action = |name: &str| {
        let (formula, inputs) = stored(&format!("escrow/{name}"));
        let outputs = compute(rules(), &formula, &inputs).expect("it is taken");
        outputs["action"].clone()
    };
    let open = refused_by("administrators-left-lockdown");
    assert_eq!(open, Some(Rule::AdministratorsLocked));
    let other = refused_by("administrators-of-another-user-id");
    assert_eq!(other, Some(Rule::AdministratorsNamed));
    let keys = refused_by("administrators-keys-by-a-ghost-later");
    assert_eq!(keys, Some(Rule::AdministratorsKeysTrusted));
    assert_eq!(action("administrators-in-other-hands"), "acknowledge");
    assert_eq!(action("administrators-in-other-hands-than-acknowledged"), "acknowledge");
    assert_eq!(action("escrow-by-others"), "revoke");
}
