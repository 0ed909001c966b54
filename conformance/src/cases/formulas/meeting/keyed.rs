//! Meetings that look at no chains: attestations are of an identity key alone.

use conclave_model::identity::meeting::{OverTails, Told, What};
use conclave_spec::{Octets, Rule};
use serde_json::json;

use super::{Cases, Meeting, Scene, attested, octets, subject, text};
use crate::cases::formulas::participant::WATCH;

pub(super) fn drafts(scene: &Scene, cases: &mut Cases<'_>) {
    let whole = joined(Meeting::without_chains(), scene);
    let attest = |meeting: Meeting, scene: &Scene| meeting.attests(&keyed(scene));
    let title = "Without chains, a participant for whose identity key a provider vouches";
    let shown = attest(whole.clone(), scene);
    cases.taken("meeting-keyed", title, shown.inputs(), &[Rule::SnapshotOfBinding]);
    let title = "Without chains and without an attestation nothing is displayed";
    let rule = Rule::ShownWithProof;
    cases.taken("meeting-keyed-unattested", title, whole.inputs(), &[rule]);
    let title = "An attestation with tails is not of the identity key alone";
    let tails = whole.clone().attests(&attested(scene));
    cases.taken("meeting-keyed-with-tails", title, tails.inputs(), &[Rule::SnapshotOfBinding]);
    let title = "A binding over tails is none without chains";
    let rule = Rule::AnnouncementVerifies;
    let meeting = Meeting::without_chains().binds(scene);
    let meeting = joined_but_for_the_binding(meeting, scene);
    cases.taken("meeting-keyed-binding-with-tails", title, meeting.inputs(), &[rule]);
    let title = "It replaces none either";
    let meeting = shown.clone().binds(scene);
    let rule = Rule::UnsignedReplacesNothing;
    cases.taken("meeting-keyed-binding-with-tails-later", title, meeting.inputs(), &[rule]);
    let title = "An account that the server says is not displayed without chains";
    let of_account = Told { account_id: text("corp"), ..told(scene.email_name) };
    let meeting = shown.clone().told(What::Chains(subject(scene), Box::new(of_account)));
    cases.taken("meeting-keyed-with-account", title, meeting.inputs(), &[]);
    let title = "A statement over tails is none without chains";
    let rule = Rule::StatementVerifies;
    let meeting = whole.clone().states(scene);
    cases.taken("meeting-keyed-statement-with-tails", title, meeting.inputs(), &[rule]);
    let title = "An attestation that expires takes back what it showed here too";
    let rule = Rule::AttestedUntilExpiry;
    let meeting = shown.clone().demanding().passes(48 * 3600);
    cases.taken("meeting-keyed-expires", title, meeting.inputs(), &[rule, Rule::KeysToChecked]);
    let title = "So does another address that the server gives";
    let other = What::Chains(subject(scene), Box::new(told("mallory@example.com")));
    let meeting = shown.clone().told(other);
    let rules = [Rule::AddressAsServed, Rule::FailureTakesBack];
    cases.taken("meeting-keyed-address-changed", title, meeting.inputs(), &rules);
    let title = "A rejoin under another identity key is proved anew";
    let anew = Scene { device: WATCH, ephemeral: "a new ephemeral key", ..scene.clone() };
    let again = joined(shown.misses(scene), &anew);
    let rule = Rule::ProvedForListedKeys;
    cases.taken("meeting-keyed-rejoined", title, again.inputs(), &[rule]);
    let title = "With an attestation for that key it is displayed";
    let meeting = attest(again, &anew);
    cases.taken("meeting-keyed-rejoined-attested", title, meeting.inputs(), &[rule]);
    let title = "Chains that are served and proofs of the tree are no matter";
    let meeting = attest(whole, scene).grows("User", &scene.user.clone().revoke(WATCH, &[]));
    cases.taken("meeting-keyed-with-growth", title, meeting.inputs(), &[]);
}

/// What the server says of an address.
fn told(email: &str) -> Told {
    Told { email: text(email), ..Told::default() }
}

/// Somebody joins without chains.
fn joined(meeting: Meeting, scene: &Scene) -> Meeting {
    let bound = What::Binding(subject(scene), scene.pk(), signed(scene.bound_without_tails()));
    joined_but_for_the_binding(meeting.told(bound), scene)
}

fn joined_but_for_the_binding(meeting: Meeting, scene: &Scene) -> Meeting {
    let stated = What::Statement(subject(scene), signed(scene.stated_without_tails()));
    let served = What::Chains(subject(scene), Box::new(told(scene.email_name)));
    meeting.lists(scene).told(stated).told(served)
}

fn signed(signature: String) -> OverTails {
    OverTails {
        tails: Octets::default(),
        signature: octets(&super::inputs(&[("signature", signature)]), "signature"),
    }
}

/// The same participant with an attestation of the identity key alone.
fn keyed(scene: &Scene) -> Scene {
    let snapshot = json!(scene.snapshot_without_tails());
    scene.clone().claiming(&scene.tails(), "zoom-identity-snapshot", snapshot)
}
