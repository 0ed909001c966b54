//! Cases of contacts: what is shown of a device, and which meetings are remembered.

use conclave_model::sigchain::build::bytes;
use conclave_spec::{
    Octets, Rule, RuleSet,
    layouts::sigchain::{CONTACT_RECORD, DEVICE_STATE},
    wire,
};

use super::{Cases, FormulaDraft, Inputs, inputs, text};
use crate::case::Side;

/// A device: identifier, the link that added it, the one that revoked it or 0, its class.
type Device<'a> = (&'a str, u32, u32, &'a str);

fn devices(world: RuleSet, list: &[Device<'_>]) -> String {
    let encoded = |(id, added, revoked, class): &Device<'_>| {
        let (added, revoked) = (wire::u32_be(*added), wire::u32_be(*revoked));
        let (ed25519, x25519) =
            (bytes(&format!("{id} ed25519"), 32), bytes(&format!("{id} x25519"), 32));
        let fields: [(&str, &[u8]); 8] = [
            ("device_id", id.as_bytes()),
            ("device_type", b"DESKTOP"),
            ("device_ed25519", &ed25519),
            ("device_x25519", &x25519),
            ("device_kyber768", &[]),
            ("added", added.as_slice()),
            ("revoked", revoked.as_slice()),
            ("class", class.as_bytes()),
        ];
        wire::encode(&DEVICE_STATE, world, &fields).unwrap_or_default()
    };
    joined(list.iter().map(encoded))
}

/// Records: who signed, the last link of the other's chain, the number of meetings.
fn records(world: RuleSet, list: &[(&str, u32, u32)]) -> String {
    let encoded = |(signer, last, meetings): &(&str, u32, u32)| {
        let (last, meetings) = (wire::u32_be(*last), wire::u32_be(*meetings));
        let fields: [(&str, &[u8]); 3] = [
            ("signer", signer.as_bytes()),
            ("last_sequence_number", last.as_slice()),
            ("meetings", meetings.as_slice()),
        ];
        wire::encode(&CONTACT_RECORD, world, &fields).unwrap_or_default()
    };
    joined(list.iter().map(encoded))
}

fn joined(elements: impl Iterator<Item = Octets>) -> String {
    hex::encode(wire::join(&elements.collect::<Vec<_>>()).as_slice())
}

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "family", "contact_warning");
    warnings(world, &mut cases);
    cases.formula = "contact_recorded";
    recorded(&mut cases);
}

fn warnings(world: RuleSet, cases: &mut Cases<'_>) {
    let own = devices(world, &[("b1", 1, 0, "b1"), ("b2", 2, 3, "b1"), ("b3", 4, 0, "b1")]);
    // Alice's second device was approved by the first, the third by nobody; the fourth was revoked, and
    // had approved the fifth.
    let theirs = devices(
        world,
        &[
            ("a1", 1, 0, "a1"),
            ("a2", 4, 0, "a1"),
            ("a3", 5, 0, "a3"),
            ("a4", 2, 6, "a4"),
            ("a5", 7, 0, "a4"),
        ],
    );
    let shown = |records: String, id: &str| -> Inputs {
        inputs(&[
            ("own_devices", own.clone()),
            ("records", records),
            ("devices", theirs.clone()),
            ("device_id", text(id)),
        ])
    };
    let met = || records(world, &[("b1", 3, 4)]);
    let (trusted, device, person, signer) = (
        Rule::ContactTrusted,
        Rule::ContactNewDevice,
        Rule::ContactNewPerson,
        Rule::ContactRecordSigner,
    );
    for (name, title, inputs, rules) in [
        ("contact-seen", "A device that was seen brings no warning", shown(met(), "a1"), vec![]),
        (
            "contact-trusted",
            "A device that a seen one trusts brings no warning",
            shown(met(), "a2"),
            vec![trusted],
        ),
        (
            "contact-new-device",
            "A device that no seen one trusts brings the warning of a new device",
            shown(met(), "a3"),
            vec![device],
        ),
        (
            "contact-new-person",
            "A user of whom there is no record is a new person",
            shown(String::new(), "a1"),
            vec![person],
        ),
        (
            "contact-record-of-revoked",
            "A record that a revoked device signed does not count",
            shown(records(world, &[("b2", 3, 4)]), "a1"),
            vec![signer],
        ),
        (
            "contact-records-of-two",
            "Records of several devices count together, but those of revoked ones",
            shown(records(world, &[("b2", 9, 40), ("b1", 1, 2), ("b3", 4, 3)]), "a1"),
            vec![signer],
        ),
        (
            "contact-record-of-a-stranger",
            "A record that none of the own devices signed does not count",
            shown(records(world, &[("a1", 3, 4)]), "a1"),
            vec![signer],
        ),
        (
            "contact-seen-by-one-of-two",
            "What the longest of the chains that were seen has is seen",
            shown(records(world, &[("b1", 5, 1), ("b3", 1, 1)]), "a3"),
            vec![trusted],
        ),
        (
            "contact-trusted-by-one-revoked-since",
            "A device that a seen one approved stays trusted when that one is revoked",
            shown(met(), "a5"),
            vec![trusted],
        ),
        (
            "contact-device-revoked",
            "A device that was revoked is trusted by nobody",
            shown(met(), "a4"),
            vec![device],
        ),
        (
            "contact-device-unknown",
            "A device that is not in the chain is trusted by nobody",
            shown(met(), "a9"),
            vec![device],
        ),
        (
            "contact-seen-in-its-first-link",
            "A device counts as seen from the link that added it on",
            shown(records(world, &[("b1", 5, 1)]), "a3"),
            vec![trusted],
        ),
        (
            "contact-seen-a-link-before",
            "A link before its own no device is seen",
            shown(records(world, &[("b1", 4, 1)]), "a3"),
            vec![device],
        ),
    ] {
        cases.taken(name, title, inputs, &rules);
    }
    for (rule, name, differs_in) in [
        (trusted, "contact-trusted", "which device"),
        (device, "contact-new-device", "which device"),
        (person, "contact-new-person", "whether there is a record"),
        (signer, "contact-record-of-revoked", "who signed the record"),
    ] {
        cases.on_side(rule, Side::Common, "contact-seen", name, differs_in);
        cases.on_side(rule, Side::Decisive, name, "contact-seen", differs_in);
    }
    let mut cut = met();
    cut.truncate(cut.len().saturating_sub(2));
    let title = "Records whose last byte is missing are refused";
    cases.refused("contact-records-cut", title, shown(cut, "a1"), Rule::EncodingCanonical);
}

fn recorded(cases: &mut Cases<'_>) {
    let counts = Rule::ContactMeetingCounts;
    let of = |participants: u64, together_s: u64, spoke_s: u64| {
        inputs(&[
            ("participants", participants.to_string()),
            ("together_s", together_s.to_string()),
            ("spoke_s", spoke_s.to_string()),
        ])
    };
    let (common, decisive) = ("contact-recorded", "contact-of-a-large-meeting");
    for (name, title, inputs) in [
        (common, "A small meeting of more than ten minutes is recorded", of(24, 601, 0)),
        (decisive, "A meeting of 25 in which the other was silent is not", of(25, 601, 0)),
        ("contact-of-a-short-meeting", "A meeting of ten minutes is not", of(24, 600, 0)),
        ("contact-who-spoke", "One in which the other spoke is, however large", of(900, 40, 31)),
        ("contact-who-spoke-little", "Thirty seconds of speech are not enough", of(900, 900, 30)),
    ] {
        cases.taken(name, title, inputs, &[counts]);
    }
    cases.on_side(counts, Side::Common, common, decisive, "how many took part");
    cases.on_side(counts, Side::Decisive, decisive, common, "how many took part");
}
