//! One participant over a meeting: what has come, what ends, who joins again.

use conclave_model::{
    identity::meeting::{OverTails, What},
    sigchain::build::{ALICE, LAPTOP, bytes},
};
use conclave_spec::{
    Octets, Rule, RuleSet, formulas::identity::Tails, layouts::meeting::EVENT, wire,
};
use serde_json::json;

use super::{
    Cases, Meeting, NOW_S, Scene, attestation, attested, over_tails, served, subject, text,
    with_user,
};
use crate::cases::formulas::participant::WATCH;

const COMMON: &str = "meeting-attested";
/// For how long the attestations of the cases serve.
const SERVES_S: u64 = 48 * 3600;

pub(super) fn drafts(scene: &Scene, cases: &mut Cases<'_>) {
    arrivals(scene, cases);
    failures(scene, cases);
    times(scene, cases);
    rejoins(scene, cases);
    bindings(scene, cases);
    keys(scene, cases);
    replayed(scene, cases);
    remembered(scene, cases);
    malformed(scene, cases);
}

/// What has come, in which order.
fn arrivals(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::ShownWhenChecked;
    let shown = attested(scene);
    let whole = Meeting::new().joins_attested(scene);
    let title = "A participant of whom everything comes, one thing after the other";
    cases.taken(COMMON, title, whole.inputs(), &[rule]);
    let unstated = Meeting::new().lists(scene).binds(scene).serves(scene).attests(&shown);
    let title = "Nothing is displayed while the server's statement has not come";
    let name = "meeting-statement-missing";
    cases.taken(name, title, unstated.inputs(), &[]);
    cases.told_apart(rule, COMMON, name, "whether the server's statement has come");
    for (name, title, meeting) in [
        (
            "meeting-chains-missing",
            "Nothing is displayed while the chains have not come",
            Meeting::new().lists(scene).binds(scene).states(scene).attests(&shown),
        ),
        (
            "meeting-binding-missing",
            "Nothing is displayed while the binding is not on the board",
            Meeting::new().lists(scene).states(scene).serves(scene).attests(&shown),
        ),
        (
            "meeting-not-listed",
            "Nobody is displayed whom the roster has not",
            Meeting::new().binds(scene).states(scene).serves(scene).attests(&shown),
        ),
        (
            "meeting-in-another-order",
            "What came before its participant was listed counts, in whatever order",
            Meeting::new().attests(&shown).serves(scene).states(scene).binds(scene).lists(scene),
        ),
        ("meeting-of-nobody", "A meeting in which nothing happens", Meeting::new()),
    ] {
        cases.taken(name, title, meeting.inputs(), &[rule]);
    }
    let title = "Chains alone display nothing until a provider vouches";
    let meeting = Meeting::new().joins(scene).passes(60).attests(&shown);
    cases.taken("meeting-attested-later", title, meeting.inputs(), &[Rule::ShownWithProof]);
    let guest = scene.clone().without_chains();
    let title = "Of a guest nothing is displayed, though nothing fails";
    cases.taken("meeting-guest", title, Meeting::new().joins(&guest).inputs(), &[]);
    let title = "Whoever has left is not displayed";
    let meeting = whole.misses(scene);
    cases.taken("meeting-left", title, meeting.inputs(), &[]);
}

/// Checks that fail.
fn failures(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::FailureTakesBack;
    let whole = Meeting::new().joins_attested(scene);
    let mut wrong = attested(scene);
    wrong.attestation.push('x');
    let title = "An attestation that does not hold takes back what the one before showed";
    let meeting = whole.clone().attests(&wrong);
    cases.taken("meeting-attestation-damaged-later", title, meeting.inputs(), &[rule]);
    let title = "A check that ends well displays again";
    let meeting = meeting.attests(&attested(scene));
    cases.taken("meeting-displayed-again", title, meeting.inputs(), &[rule]);
    let other = Scene { account_name: "", ..scene.clone() };
    let title = "An account left out from what the server serves later takes the display back";
    let meeting = whole.serves(&other);
    cases.taken("meeting-account-left-out-later", title, meeting.inputs(), &[rule]);
    let mallory = Scene { device: WATCH, hardware: "mallorys", ..scene.clone() };
    let title = "A participant whose key is not in the chain is shown as failed";
    let meeting = Meeting::new().joins(&mallory);
    cases.taken("meeting-device-not-in-the-chain", title, meeting.inputs(), &[Rule::KeyOfUser]);
    let added = with_user(&mallory, scene.user.clone().adding(WATCH));
    let meeting = Meeting::new().joins(&added).attests(&attested(scene));
    let stolen = What::Attestation(subject(&added), Box::new(attestation(&attested(scene))));
    let title = "An attestation that another device signed is nobody else's";
    let meeting = meeting.told(stolen);
    cases.taken(
        "meeting-attestation-of-another",
        title,
        meeting.inputs(),
        &[Rule::AttestationSigned],
    );
}

/// What ends while the meeting goes on.
fn times(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::AttestedUntilExpiry;
    let whole = Meeting::new().joins_attested(scene);
    let common = "meeting-until-the-last-second";
    let title = "An attestation shows its holder until it expires";
    cases.taken(common, title, whole.clone().passes(SERVES_S - 1).inputs(), &[]);
    let name = "meeting-attestation-expires";
    let title = "An attestation that expires takes back what it showed";
    let expired = whole.clone().passes(SERVES_S);
    cases.taken(name, title, expired.inputs(), &[Rule::TokenUnexpired]);
    cases.told_apart(rule, common, name, "the second in which the client looks");
    let until = NOW_S + 2 * SERVES_S;
    let renewed = scene.clone().claiming(&scene.tails(), "exp", json!(until));
    let title = "Another attestation displays again";
    let meeting = expired.attests(&renewed);
    cases.taken("meeting-attestation-renewed", title, meeting.inputs(), &[rule]);
    let title = "A sharing token that ended takes nothing back";
    let meeting = whole.passes(24 * 3600);
    cases.taken("meeting-sharing-token-ends", title, meeting.inputs(), &[rule]);
    let early = scene.clone().claiming(&scene.tails(), "iat", json!(NOW_S + 60));
    let title = "An attestation from a moment that has not come shows its holder once it has";
    let meeting = Meeting::new().joins(scene).attests(&early).passes(60);
    cases.taken("meeting-attestation-of-tomorrow", title, meeting.inputs(), &[rule]);
}

/// The same device again.
fn rejoins(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::ProvedForListedKeys;
    let gone = Meeting::new().joins_attested(scene).misses(scene);
    let common = "meeting-listed-again";
    let title = "Who is listed again under the same keys is displayed as before";
    cases.taken(common, title, gone.clone().lists(scene).inputs(), &[]);
    let anew = Scene { ephemeral: "alice's next ephemeral key", ..scene.clone() };
    let name = "meeting-listed-again-with-another-ephemeral-key";
    let title = "An older binding shows nothing of another ephemeral key";
    cases.taken(name, title, gone.clone().lists(&anew).inputs(), &[]);
    cases.told_apart(rule, common, name, "the ephemeral key that is listed");
    let title = "With a binding for the new ephemeral key it is displayed";
    let meeting = gone.clone().lists(&anew).binds(&anew);
    cases.taken("meeting-rejoined", title, meeting.inputs(), &[rule]);
    let other = Scene { device: WATCH, ..anew.clone() };
    let title = "What was proved under one identity key is not shown of another";
    let meeting = gone.clone().lists(&other);
    let name = "meeting-listed-again-with-another-identity-key";
    cases.taken(name, title, meeting.inputs(), &[rule]);
    let title = "The same without leaving in between";
    let meeting = Meeting::new().joins_attested(scene).lists(&other);
    cases.taken("meeting-identity-key-swapped", title, meeting.inputs(), &[rule]);
    let back = gone.lists(&anew).binds(&anew).binds(scene);
    let title = "An older binding that the board has again is for another key, and replaces none";
    cases.taken("meeting-older-binding-again", title, back.inputs(), &[]);
}

/// Bindings that come again, of which not all are signed.
fn bindings(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::UnsignedReplacesNothing;
    let whole = Meeting::new().demanding().joins_attested(scene);
    let common = "meeting-binding-again";
    let title = "The same binding again changes nothing";
    cases.taken(common, title, whole.clone().binds(scene).inputs(), &[]);
    let name = "meeting-binding-unsigned-later";
    let title = "A binding that its key did not sign takes no display back, and no keys";
    cases.taken(name, title, whole.clone().binds_unsigned(scene).inputs(), &[]);
    cases.told_apart(rule, common, name, "who signed the binding that comes");
    let lists = Meeting::new().lists(scene).binds_unsigned(scene).states(scene).serves(scene);
    let alone = lists.attests(&attested(scene));
    let title = "Where it is the only one, the check fails";
    let unsigned = Rule::AnnouncementVerifies;
    cases.taken("meeting-binding-unsigned", title, alone.inputs(), &[unsigned]);
    let title = "The binding that the key did sign replaces it";
    let meeting = alone.binds(scene);
    cases.taken("meeting-binding-unsigned-before", title, meeting.inputs(), &[]);
    let signed = over_tails(&scene.inputs(), "binding");
    let of_two = OverTails { tails: Octets::from([0; 8]), ..signed };
    let title = "A binding over two tails replaces none either";
    let meeting = whole.told(What::Binding(subject(scene), scene.pk(), of_two));
    cases.taken("meeting-binding-of-two-tails-later", title, meeting.inputs(), &[rule]);
    let title =
        "Participants are in the order of their user IDs, whatever their devices are called";
    let bob = Scene { hardware: "a-desk", ..super::bob(scene.world) };
    let meeting = Meeting::new().lists(&bob).lists(scene);
    cases.taken("meeting-users-in-order", title, meeting.inputs(), &[]);
}

/// To whom a host gives keys.
fn keys(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::KeysToChecked;
    let unattested = Meeting::new().joins(scene);
    let common = "meeting-unattested";
    let title = "A meeting without a demand gives keys to whom it lists";
    cases.taken(common, title, unattested.inputs(), &[]);
    let name = "meeting-unattested-on-demand";
    let title = "On demand, nobody is given keys of whom nothing is displayed";
    cases.taken(name, title, unattested.clone().demanding().inputs(), &[]);
    cases.told_apart(rule, common, name, "whether the host must check");
    let whole = Meeting::new().demanding().joins_attested(scene);
    let title = "On demand, keys are given once the check has ended";
    cases.taken("meeting-attested-on-demand", title, whole.inputs(), &[rule]);
    let guest = scene.clone().without_chains();
    let title = "On demand, a guest is given no keys";
    let meeting = Meeting::new().demanding().joins(&guest);
    cases.taken("meeting-guest-on-demand", title, meeting.inputs(), &[rule]);
    let title = "On demand, whose attestation expired is given no further keys";
    let meeting = whole.passes(SERVES_S);
    cases.taken("meeting-expired-on-demand", title, meeting.inputs(), &[rule]);
}

/// What was signed at another time.
fn replayed(scene: &Scene, cases: &mut Cases<'_>) {
    let rules = [Rule::ChainsAsStated, Rule::FailureTakesBack];
    let before = Tails { user: scene.user_tail(4), ..scene.tails() };
    let older = Scene { stated: Some(before.clone()), ..scene.clone() };
    let whole = Meeting::new().joins_attested(scene);
    let title = "The statement of an older join, over older tails, takes the display back";
    cases.taken("meeting-older-statement", title, whole.clone().states(&older).inputs(), &rules);
    let signed = OverTails { tails: before.list(), ..over_tails(&scene.inputs(), "statement") };
    let title = "A statement over other tails than it says is none";
    let meeting = whole.told(What::Statement(subject(scene), signed));
    let rules = [Rule::StatementVerifies, Rule::FailureTakesBack];
    cases.taken("meeting-statement-over-other-tails", title, meeting.inputs(), &rules);
}

/// What the client knew before.
fn remembered(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::ChainExtends;
    let title =
        "Chains that go on from what the client remembers, and beside them one that nobody shows";
    let meeting = Meeting::new()
        .remembering(ALICE, &scene.user_tail(3))
        .remembering("carol", &Scene::tail("User", 2, &Octets::new(bytes("carol's link", 32))))
        .joins_attested(scene);
    cases.taken("meeting-remembered", title, meeting.inputs(), &[rule]);
    let other = Scene::tail("User", 2, &Octets::new(bytes("another link", 32)));
    let title = "A chain that does not go on from what the client remembers is not Alice's";
    let meeting = Meeting::new().remembering(ALICE, &other).joins_attested(scene);
    cases.taken("meeting-remembered-otherwise", title, meeting.inputs(), &[rule]);
}

/// What cannot be read.
fn malformed(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::EncodingCanonical;
    let event = |kind: &str, body: Octets| {
        let fields = [("at_s", wire::u64_be(NOW_S)), ("kind", kind.into()), ("body", body)];
        wire::encode(&EVENT, RuleSet::all(), &fields).unwrap_or_default()
    };
    let with = |bytes: Octets| Meeting { events: vec![bytes], ..Meeting::new() }.inputs();
    let listed = Meeting::new().lists(scene);
    let mut longer = listed.events.first().cloned().unwrap_or_default().into_vec();
    longer.push(0);
    let title = "An event with a byte behind it is none";
    cases.refused("meeting-event-with-a-byte-more", title, with(longer.into()), rule);
    let title = "An event of no known kind is none";
    cases.refused("meeting-event-of-another-kind", title, with(event("waits", "".into())), rule);
    let title = "An event whose body is not of its kind is none";
    cases.refused("meeting-event-of-another-body", title, with(event("listed", "".into())), rule);
    let title = "Time has no body";
    cases.refused("meeting-time-with-a-body", title, with(event("time", [0].into())), rule);
    let mut cut = listed.inputs();
    if let Some(events) = cut.get_mut("events") {
        events.truncate(events.len() - 2);
    }
    cases.refused("meeting-events-cut", "Events that end within one are no list", cut, rule);
    let signed = over_tails(&scene.inputs(), "binding");
    let of_two = OverTails { tails: Octets::from([0; 8]), ..signed };
    let title = "A list of two tails fails the check of its participant alone";
    let other = Scene { device: LAPTOP, hardware: "alice-old", ..scene.clone() };
    let bound = What::Binding(subject(&other), other.pk(), of_two);
    let meeting = Meeting::new().joins_attested(scene);
    let meeting = meeting.lists(&other).told(bound).states(&other).serves(&other);
    cases.taken("meeting-tails-of-two", title, meeting.inputs(), &[rule]);
    let mut unread = scene.inputs();
    unread.insert(text("user_links"), text("000000"));
    let title = "Links that cannot be read fail the check";
    let meeting = Meeting::new()
        .joins(scene)
        .told(What::Chains(subject(scene), Box::new(served(scene, &unread))));
    cases.taken("meeting-links-unread", title, meeting.inputs(), &[rule]);
}
