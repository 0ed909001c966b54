//! What is right in each case, said by hand.

use conclave_spec::{Kind, RuleSet, layouts::meeting::DISPLAY, wire};

use super::{FormulaDraft, drafts, octets};
use crate::{case::Side, compute};

/// What is displayed in the end: hardware ID, state, reason, `+` with identifiers and `-` without, keys.
const EXPECTED: &[(&str, &str)] = &[
    ("meeting-attested", "alice-laptop attested + yes"),
    ("meeting-statement-missing", "alice-laptop waiting - yes"),
    ("meeting-chains-missing", "alice-laptop waiting - yes"),
    ("meeting-binding-missing", "alice-laptop waiting - yes"),
    ("meeting-not-listed", ""),
    ("meeting-in-another-order", "alice-laptop attested + yes"),
    ("meeting-of-nobody", ""),
    ("meeting-attested-later", "alice-laptop attested + yes"),
    ("meeting-guest", "alice-laptop none - yes"),
    ("meeting-left", ""),
    ("meeting-attestation-damaged-later", "alice-laptop failed ATT-07 - yes"),
    ("meeting-displayed-again", "alice-laptop attested + yes"),
    ("meeting-account-left-out-later", "alice-laptop failed IDN-04 - yes"),
    ("meeting-device-not-in-the-chain", "mallorys failed IDN-06 - yes"),
    ("meeting-attestation-of-another", "mallorys failed ATT-01 - yes"),
    ("meeting-until-the-last-second", "alice-laptop attested + yes"),
    ("meeting-attestation-expires", "alice-laptop failed ATT-09 - yes"),
    ("meeting-attestation-renewed", "alice-laptop attested + yes"),
    ("meeting-sharing-token-ends", "alice-laptop attested + yes"),
    ("meeting-attestation-of-tomorrow", "alice-laptop attested + yes"),
    ("meeting-listed-again", "alice-laptop attested + yes"),
    ("meeting-listed-again-with-another-ephemeral-key", "alice-laptop waiting - yes"),
    ("meeting-rejoined", "alice-laptop attested + yes"),
    ("meeting-listed-again-with-another-identity-key", "alice-laptop waiting - yes"),
    ("meeting-identity-key-swapped", "alice-laptop waiting - yes"),
    ("meeting-older-binding-again", "alice-laptop attested + yes"),
    ("meeting-binding-again", "alice-laptop attested + yes"),
    ("meeting-binding-unsigned-later", "alice-laptop attested + yes"),
    ("meeting-binding-unsigned", "alice-laptop failed DEV-01 - yes"),
    ("meeting-binding-unsigned-before", "alice-laptop attested + yes"),
    ("meeting-binding-of-two-tails-later", "alice-laptop attested + yes"),
    ("meeting-users-in-order", "alice-laptop waiting - yes; a-desk waiting - yes"),
    ("meeting-unattested", "alice-laptop none - yes"),
    ("meeting-unattested-on-demand", "alice-laptop none - no"),
    ("meeting-attested-on-demand", "alice-laptop attested + yes"),
    ("meeting-guest-on-demand", "alice-laptop none - no"),
    ("meeting-expired-on-demand", "alice-laptop failed ATT-09 - no"),
    ("meeting-older-statement", "alice-laptop failed IDN-04 - yes"),
    ("meeting-statement-over-other-tails", "alice-laptop failed DEV-12 - yes"),
    ("meeting-remembered", "alice-laptop attested + yes"),
    ("meeting-remembered-otherwise", "alice-laptop failed SIG-09 - yes"),
    ("meeting-tails-of-two", "alice-laptop attested + yes; alice-old failed DEV-10 - yes"),
    ("meeting-links-unread", "alice-laptop failed DEV-10 - yes"),
    ("meeting-grown", "alice-laptop attested + yes"),
    ("meeting-revoked", "alice-laptop failed IDN-27 - yes"),
    ("meeting-revoked-on-demand", "alice-laptop failed IDN-27 - no"),
    ("meeting-key-replaced", "alice-laptop failed IDN-27 - yes"),
    ("meeting-revoked-before", "alice-laptop failed IDN-27 - yes"),
    ("meeting-revocation-kept-back", "alice-laptop attested + yes"),
    ("meeting-address-changed", "alice-laptop failed IDN-28 - yes"),
    ("meeting-account-changed", "alice-laptop failed IDN-28 - yes"),
    ("meeting-address-taken-over", "alice-laptop failed IDN-28 - yes"),
    ("meeting-account-goes-on", "alice-laptop attested + yes"),
    ("meeting-two-devices", "alice-laptop attested + yes; alice-phone attested + yes"),
    ("meeting-forked-chains", "alice-laptop failed IDN-26 - yes; alice-phone failed IDN-26 - yes"),
    (
        "meeting-forked-chains-reversed",
        "alice-laptop failed IDN-26 - yes; alice-phone failed IDN-26 - yes",
    ),
    ("meeting-earlier-device-later", "alice-laptop attested + yes; alice-phone attested + yes"),
    ("meeting-fork-stays", "alice-laptop failed IDN-26 - yes"),
    ("meeting-growth-forked", "alice-laptop failed IDN-26 - yes"),
    ("meeting-fork-remembered", "alice-laptop failed IDN-26 - yes"),
    ("meeting-forked-chain-goes-on", "alice-laptop failed IDN-26 - yes"),
    ("meeting-growth-of-nobody", "alice-laptop failed IDN-28 - yes"),
    ("meeting-unattested-remembered", "alice-laptop none - yes"),
    ("meeting-growth-of-a-guest", ""),
    (
        "meeting-revoked-by-the-other",
        "alice-laptop failed IDN-27 - yes; alice-phone attested + yes",
    ),
    ("meeting-one-address-two-users", "alice-laptop failed IDN-28 - yes; bob-desk attested + yes"),
    (
        "meeting-one-address-two-users-reversed",
        "alice-laptop failed IDN-28 - yes; bob-desk attested + yes",
    ),
    ("meeting-forked-account", "alice-laptop failed IDN-26 - yes; bob-desk failed IDN-26 - yes"),
    ("meeting-growth-damaged", "alice-laptop attested + yes"),
    ("meeting-growth-otherwise", ""),
    ("meeting-growth-empty", ""),
    ("meeting-growth-of-members", "alice-laptop attested + yes"),
    ("meeting-growth-unread", "alice-laptop attested + yes"),
    ("meeting-unreviewed-device", "alice-laptop failed IDN-14 - yes"),
    ("meeting-reviewed-later", "alice-laptop failed IDN-14 - yes"),
    ("meeting-reviewed-and-rejoined", "alice-laptop attested + yes"),
    ("meeting-looked-up", "alice-laptop looked_up + yes"),
    ("meeting-looked-up-on-demand", "alice-laptop looked_up + yes"),
    ("meeting-looked-up-before", "alice-laptop looked_up + yes"),
    ("meeting-commitment-missing", "alice-laptop waiting - yes"),
    ("meeting-proof-missing", "alice-laptop waiting - yes"),
    ("meeting-attested-not-looked-up", "alice-laptop waiting - yes"),
    ("meeting-attested-and-looked-up", "alice-laptop attested + yes"),
    ("meeting-guest-with-tree", "alice-laptop none - yes"),
    ("meeting-nameless-on-demand", "alice-laptop looked_up + no"),
    ("meeting-account-alone-on-demand", "alice-laptop looked_up + yes"),
    ("meeting-address-alone-on-demand", "alice-laptop looked_up + yes"),
    ("meeting-proof-refused-before-one-missing", "alice-laptop failed KTR-19 - yes"),
    ("meeting-proof-missing-before-one-refused", "alice-laptop waiting - yes"),
    ("meeting-proof-of-another-chain", "alice-laptop failed KTR-13 - yes"),
    ("meeting-same-epoch-again", "alice-laptop looked_up + yes"),
    ("meeting-next-epoch", "alice-laptop waiting - yes"),
    ("meeting-next-epoch-proved", "alice-laptop looked_up + yes"),
    ("meeting-next-epoch-proved-before", "alice-laptop looked_up + yes"),
    ("meeting-grown-in-the-tree", "alice-laptop looked_up + yes"),
    ("meeting-growth-not-served", "alice-laptop failed KTR-19 - yes"),
    ("meeting-revocation-in-the-tree", "alice-laptop failed KTR-19 - yes"),
    ("meeting-hidden-device", "alice-laptop failed KTR-19 - yes"),
    ("meeting-new-device", "alice-laptop looked_up + yes"),
    ("meeting-growth-not-in-the-tree", "alice-laptop failed KTR-19 - yes"),
    ("meeting-older-entry", "alice-laptop failed KTR-18 - yes"),
    ("meeting-provider-replaced-later", "alice-laptop attested + yes"),
    ("meeting-provider-named-later", "alice-laptop failed IDN-20 - yes"),
    ("meeting-provider-not-in-the-tree", "alice-laptop failed IDN-20 - yes"),
    ("meeting-audited", "alice-laptop looked_up + yes"),
    ("meeting-audited-and-again-without", "alice-laptop looked_up + yes"),
    ("meeting-audited-by-a-stranger", "alice-laptop waiting - yes"),
    ("meeting-audits-unread", "alice-laptop waiting - yes"),
    ("meeting-commitment-unsigned", "alice-laptop waiting - yes"),
    ("meeting-older-commitment", "alice-laptop looked_up + yes"),
    ("meeting-commitment-forked", "alice-laptop looked_up + yes"),
    ("meeting-keyed", "alice-laptop attested + yes"),
    ("meeting-keyed-unattested", "alice-laptop none - yes"),
    ("meeting-keyed-with-tails", "alice-laptop failed ATT-13 - yes"),
    ("meeting-keyed-binding-with-tails", "alice-laptop failed DEV-01 - yes"),
    ("meeting-keyed-binding-with-tails-later", "alice-laptop attested + yes"),
    ("meeting-keyed-with-account", "alice-laptop attested + yes"),
    ("meeting-keyed-statement-with-tails", "alice-laptop failed DEV-12 - yes"),
    ("meeting-keyed-expires", "alice-laptop failed ATT-09 - no"),
    ("meeting-keyed-address-changed", "alice-laptop failed ATT-12 - yes"),
    ("meeting-keyed-rejoined", "alice-laptop none - yes"),
    ("meeting-keyed-rejoined-attested", "alice-laptop attested + yes"),
    ("meeting-keyed-with-growth", "alice-laptop attested + yes"),
];

fn all() -> Vec<FormulaDraft> {
    let mut list = Vec::new();
    drafts(compute::rules(), &mut list);
    list
}

/// What is displayed in the end, in words.
fn last(outputs: &std::collections::BTreeMap<String, String>) -> String {
    let displays = wire::split(&octets(outputs, "displays")).unwrap();
    let last = displays.last().cloned().unwrap_or_default();
    let shown = wire::decode_all(&DISPLAY, RuleSet::all(), &last).unwrap();
    let words = shown.into_iter().map(|display| {
        let of = |name: &str| {
            let field = display.iter().find(|(field, _)| *field == name).unwrap();
            String::from_utf8_lossy(field.1.as_slice()).into_owned()
        };
        let names = ["device_id", "email", "account_id", "adn", "provider"];
        let named = if names.iter().any(|name| !of(name).is_empty()) { "+" } else { "-" };
        let reason = of("reason");
        let reason = if reason.is_empty() { String::new() } else { format!(" {reason}") };
        format!("{} {}{reason} {named} {}", of("hardware_id"), of("state"), of("keys"))
    });
    words.collect::<Vec<_>>().join("; ")
}

#[test]
fn idn_16_to_33_every_meeting_ends_as_was_said_by_hand() {
    let mut wrong = Vec::new();
    let mut judged = 0;
    for draft in all().iter().filter(|it| it.formula == "meeting_identities") {
        let said = compute::compute(compute::rules(), draft.formula, &draft.inputs);
        if let (Ok(outputs), None) = (&said, draft.refused_by) {
            let expected = EXPECTED.iter().find(|(name, _)| *name == draft.name);
            judged += 1;
            if expected.map(|(_, expected)| *expected) != Some(&last(outputs)[..]) {
                let refused = outputs.get("refused").unwrap();
                wrong.push(format!("{}: {} ({refused})", draft.name, last(outputs)));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(judged, EXPECTED.len());
}

#[test]
fn idn_16_to_33_every_case_is_as_it_says_and_tells_its_rule_apart() {
    let rules = compute::rules();
    let mut wrong = Vec::new();
    for draft in all() {
        let said = compute::compute(rules, draft.formula, &draft.inputs);
        let as_expected = match (draft.refused_by, &said) {
            (None, Ok(_)) => true,
            (Some(rule), Err(compute::Refused::By(by))) => rule == *by,
            _ => false,
        };
        if !as_expected {
            wrong.push(format!("{}: {said:?}", draft.name));
        }
        for pair in &draft.pairs {
            let without = rules.without(pair.rule);
            // What is signed lacks the field as well.
            let mut others = Vec::new();
            if pair.rule.kind() == Kind::Field {
                drafts(without, &mut others);
            }
            let other = others.iter().find(|other| other.name == draft.name);
            let inputs = &other.unwrap_or(&draft).inputs;
            let mutant = compute::compute(without, draft.formula, inputs);
            let told = mutant != said && mutant.is_ok();
            let is_decisive = pair.side == Side::Decisive;
            if told != is_decisive && pair.rule.kind() != Kind::Field {
                wrong.push(format!("{} without {}: {mutant:?}", draft.name, pair.rule.id()));
            }
            if is_decisive && !told {
                wrong.push(format!("{} without {}: {mutant:?}", draft.name, pair.rule.id()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
