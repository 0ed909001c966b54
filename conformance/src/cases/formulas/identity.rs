//! Cases of who a participant is: chains with tails that are signed, and attestations over them.

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        identity::{Snapshot, Tails},
        sigchain::commitment,
    },
};
use serde_json::{Value, json};

use super::{
    Cases, FormulaDraft, hexed, inputs,
    participant::{ADN, NOW_S, Scene, WATCH},
    text,
};
use conclave_model::sigchain::build::{
    ACCOUNT, ADDRESS, ALICE, Chain, Device, LAPTOP, PHONE, TABLET, account, bytes, commitment_key,
    email_value, idp, revoke, signature_list, user_id, user_value,
};

const COMMON: &str = "participant";
const ATTESTED: &str = "participant-attested";
const BEFORE: &str = "participant-attested-before";

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    layouts(&mut Cases::of(list, "identity", "binding_with_tails"));
    let mut cases = Cases::of(list, "identity", "participant_identity");
    let scene = Scene::of(world);
    signed(&scene, &mut cases);
    served(&scene, &mut cases);
    remembered(&scene, &mut cases);
    devices(&scene, &mut cases);
    addresses(&scene, &mut cases);
    accounts(&scene, &mut cases);
    guests(&scene, &mut cases);
    attested(&scene, &mut cases);
    snapshots(&scene, &mut cases);
    since(&scene, &mut cases);
}

/// What is signed, byte for byte.
fn layouts(cases: &mut Cases<'_>) {
    let tails = [
        ("user_tail", hexed("user tail", 79)),
        ("email_tail", String::new()),
        ("account_tail", hexed("account tail", 82)),
    ];
    let about = [
        ("meeting_uuid", hexed("uuid", 16)),
        ("user_id", text(ALICE)),
        ("hardware_id", text("alice-laptop")),
        ("ivk", hexed("ivk", 32)),
    ];
    let joined = [("meeting_id", text("93017455128")), ("pk", hexed("pk", 32))];
    let binding = inputs(&[&joined[..], &about, &tails].concat());
    let title = "What an announcement with tails signs, of a user without an address";
    cases.taken("binding-with-tails", title, binding, &[Rule::BindingNamesTails]);
    cases.formula = "statement_with_tails";
    let statement = inputs(&[&about[..], &tails].concat());
    let title = "What the server signs about a client with chains";
    cases.taken("statement-with-tails", title, statement, &[Rule::StatementNamesTails]);
    cases.formula = "snapshot_with_tails";
    let snapshot = inputs(&[&[("ivk", hexed("ivk", 32))][..], &tails].concat());
    let title = "What a provider vouches for of a user with chains";
    cases.taken("snapshot-with-tails", title, snapshot, &[Rule::SnapshotNamesTails]);
}

/// Binding and statement.
fn signed(scene: &Scene, cases: &mut Cases<'_>) {
    let title = "Who a participant is: what is signed, the chains and the device";
    cases.taken(COMMON, title, scene.inputs(), &[]);
    let (by_it, by_server) = (Rule::AnnouncementVerifies, Rule::StatementVerifies);
    let before = Tails { user: scene.user_tail(4), ..scene.tails() };
    let but = |name: &str, value: String| {
        let mut inputs = scene.inputs();
        inputs.insert(text(name), value);
        inputs
    };
    let which = ("binding-over-other-tails", "the tails that the binding is over");
    let inputs = but("binding_signature", scene.bound_by(LAPTOP, &before));
    cases.pair(Rule::BindingNamesTails, COMMON, which, inputs, by_it);
    let which = ("statement-over-other-tails", "the tails that the statement is over");
    let inputs = but("statement_signature", scene.stated_by("server", LAPTOP, &before));
    cases.pair(Rule::StatementNamesTails, COMMON, which, inputs, by_server);
    let tails = scene.tails();
    let title = "A binding that another device signed is refused";
    let inputs = but("binding_signature", scene.bound_by(WATCH, &tails));
    cases.refused("binding-signed-by-another", title, inputs, by_it);
    let title = "A statement under another key than the server's is refused";
    let inputs = but("statement_signature", scene.stated_by("another", LAPTOP, &tails));
    cases.refused("statement-signed-by-another", title, inputs, by_server);
    let title = "A statement about another device of the user is refused";
    let inputs = but("statement_signature", scene.stated_by("server", TABLET, &tails));
    cases.refused("statement-about-another-device", title, inputs, by_server);
    let title = "A signature over a binding without tails is none over one with them";
    let inputs = but("binding_signature", scene.bound_without_tails());
    cases.refused("binding-without-tails", title, inputs, by_it);
    let two = hex::encode([0; 8]);
    let title = "Tails of two chains are no list of three";
    let rule = Rule::EncodingCanonical;
    cases.refused("binding-tails-of-two", title, but("binding_tails", two), rule);
    let long = Tails { email: Octets::new(bytes("long tail", 129)), ..Tails::default() };
    let title = "A tail that is too long to be one cannot have been signed";
    let inputs = but("binding_tails", hex::encode(long.list().as_slice()));
    cases.refused("binding-tail-too-long", title, inputs, by_it);
}

/// Where the chains end that are served.
fn served(scene: &Scene, cases: &mut Cases<'_>) {
    let (stated, bound) = (Rule::ChainsAsStated, Rule::ChainsAsBound);
    let tails = scene.tails();
    let before = Tails { user: scene.user_tail(4), ..tails.clone() };
    let which = ("chains-not-as-stated", "the tails that the server signed");
    let inputs = Scene { stated: Some(before.clone()), ..scene.clone() }.inputs();
    cases.pair(stated, COMMON, which, inputs, stated);
    let which = ("chains-not-as-bound", "the tails that the participant signed");
    let inputs = Scene { bound: Some(before), ..scene.clone() }.inputs();
    cases.pair(bound, COMMON, which, inputs, bound);
    let Tails { user, email, account } = tails.clone();
    let swapped = Tails { user: email, email: user, account };
    let title = "Tails in another order are others";
    let inputs = Scene { stated: Some(swapped.clone()), bound: Some(swapped), ..scene.clone() };
    cases.refused("tails-in-another-order", title, inputs.inputs(), stated);
    for (name, title, tails) in [
        ("address-tail-missing", "A binding without the tail of the address is refused", {
            Tails { email: Octets::default(), ..tails.clone() }
        }),
        ("account-tail-missing", "A binding without the tail of the account is refused", {
            Tails { account: Octets::default(), ..tails.clone() }
        }),
    ] {
        let inputs = Scene { bound: Some(tails), ..scene.clone() }.inputs();
        cases.refused(name, title, inputs, bound);
    }
    let mut withheld = scene.inputs();
    for name in ["user_links", "user_openings"] {
        withheld.insert(text(name), String::new());
    }
    let title = "Whoever signed the tail of a chain is no guest, if the chain is not served";
    cases.refused("chain-withheld", title, withheld, stated);
    let mut damaged = scene.clone();
    let noise = Octets::new(bytes("no signature", 64));
    damaged.user.links.get_mut(3).into_iter().for_each(|link| {
        link.signatures = signature_list(std::slice::from_ref(&noise));
    });
    let title =
        "A chain with a link that the device did not sign is refused, whatever tails were signed";
    cases.refused("chain-with-a-false-link", title, damaged.inputs(), Rule::SignerVerifies);
    let mut elsewhere = scene.inputs();
    elsewhere.insert(text("cloud_name"), text("gov"));
    let title = "The chain of another cloud is refused";
    cases.refused("chain-of-another-cloud", title, elsewhere, Rule::LinkOfCloud);
}

/// What the client saw of the same user before.
fn remembered(scene: &Scene, cases: &mut Cases<'_>) {
    let extends = Rule::ChainExtends;
    let known = |tails: Tails| Scene { known: tails, ..scene.clone() };
    let title = "A participant whose chain goes on from what the client saw";
    let before = Tails { user: scene.user_tail(2), ..Tails::default() };
    cases.taken("participant-seen-before", title, known(before).inputs(), &[extends]);
    let title = "A participant of whom all chains are as they were";
    cases.taken("participant-as-before", title, known(scene.tails()).inputs(), &[extends]);
    let other = Scene::tail("User", 2, &Octets::new(bytes("another link", 32)));
    let title = "A participant whose chain is another than the client saw is refused";
    let inputs = known(Tails { user: other, ..Tails::default() }).inputs();
    cases.refused("participant-of-another-chain", title, inputs, extends);
    let other = Scene::tail("Account", 3, &Octets::new(bytes("another link", 32)));
    let title = "A participant whose account's chain is shorter than the client saw is refused";
    let inputs = known(Tails { account: other, ..Tails::default() }).inputs();
    cases.refused("participant-of-a-shorter-account", title, inputs, extends);
    let guest = scene.clone().without_chains();
    let title = "A user whose chain the client saw is no guest";
    let inputs = Scene { known: scene.tails(), ..guest }.inputs();
    cases.refused("participant-turned-guest", title, inputs, extends);
}

/// The device in the meeting.
fn devices(scene: &Scene, cases: &mut Cases<'_>) {
    let (of_user, active) = (Rule::KeyOfUser, Rule::DeviceInUseActive);
    let with = |device| Scene { device, ..scene.clone() }.inputs();
    let which = ("device-not-in-the-chain", "the identity key of the device");
    cases.pair(of_user, COMMON, which, with(WATCH), of_user);
    let which = ("device-revoked", "the identity key of the device");
    cases.pair(active, COMMON, which, with(TABLET), active);
    let renewed = LAPTOP.with_keys("new laptop");
    let mut rotated = scene.clone();
    rotated.user = rotated.user.rotate(LAPTOP, renewed, false);
    let title = "A device that joined with the key that replaced its first";
    let inputs = Scene { device: renewed, ..rotated.clone() }.inputs();
    cases.taken("device-with-its-new-key", title, inputs, &[of_user]);
    let which = ("device-with-its-old-key", "the identity key of the device");
    let present = Rule::KeyNotReplaced;
    cases.pair(present, "device-with-its-new-key", which, rotated.inputs(), present);
}

/// Whose the address is.
fn addresses(scene: &Scene, cases: &mut Cases<'_>) {
    let (held, agree) = (Rule::EmailHeldByUser, Rule::EmailNumbersAgree);
    let world = scene.world;
    let with = |email| Scene { email, ..scene.clone() }.inputs();
    let title = "A participant whose address is another user's is refused";
    let given = with(Scene::address_of(world, "mallory", 5));
    cases.refused("address-of-another-user", title, given, held);
    let title = "A participant whose address is from another link is refused";
    cases.refused(
        "address-of-another-link",
        title,
        with(Scene::address_of(world, ALICE, 2)),
        agree,
    );
    let untold = Scene { user: Scene::unaddressed(world).email(ADDRESS, 1), ..scene.clone() };
    let title = "A participant whose chain does not disclose the address is refused";
    cases.refused("address-not-disclosed", title, untold.inputs(), held);
    let missing = Rule::MissingIsNone;
    let nameless = Scene { user: Scene::unaddressed(world), email_name: "", ..scene.clone() };
    let title = "A participant who never had an address is displayed without one";
    cases.taken("participant-without-address", title, nameless.inputs(), &[]);
    let which = ("address-left-out", "an address in the user's chain");
    let left_out = Scene { email_name: "", ..scene.clone() };
    let common = "participant-without-address";
    cases.pair(missing, common, which, left_out.inputs(), missing);
}

/// Whose account it is.
fn accounts(scene: &Scene, cases: &mut Cases<'_>) {
    let world = scene.world;
    let (of_user, missing) = (Rule::AccountOfUser, Rule::MissingIsNone);
    let in_account = |name: &str| Scene { user: Scene::user_in(world, name), ..scene.clone() };
    let which = ("account-of-somebody-else", "the account in the user's chain");
    cases.pair(of_user, COMMON, which, in_account("other-corp").inputs(), of_user);
    let mut untold = scene.clone();
    untold.user = untold.user.then(&account(&Scene::account_commitment(world, ACCOUNT)));
    let title = "An account that the user's chain does not disclose anew is refused";
    cases.refused("account-not-disclosed", title, untold.inputs(), of_user);
    let left_out = Scene { account_name: "", ..scene.clone() };
    let title = "A participant whose account is left out is refused";
    cases.refused("account-left-out", title, left_out.inputs(), missing);
    let mut left = left_out.clone();
    left.user = Scene::moved_to(left.user, world, "");
    let title = "A participant who left the account is displayed without one";
    cases.taken("participant-who-left-the-account", title, left.inputs(), &[missing]);
    let left = Scene { account_name: ACCOUNT, ..left };
    let title = "An account that the user has left is refused";
    cases.refused("account-left", title, left.inputs(), of_user);
    let new = Scene { account: Chain::new(world, "Account", ACCOUNT), ..scene.clone() };
    let title = "An account whose chain has no link yet has an empty tail";
    cases.taken("participant-of-a-new-account", title, new.inputs(), &[of_user]);
}

/// Who has no chain.
fn guests(scene: &Scene, cases: &mut Cases<'_>) {
    let nameless = Rule::GuestNameless;
    let guest = scene.clone().without_chains();
    cases.taken("guest", "A guest, of whom nothing is displayed", guest.inputs(), &[]);
    let which = ("guest-with-address", "an address that the server says");
    let named = Scene { email_name: ADDRESS, ..guest.clone() };
    cases.pair(nameless, "guest", which, named.inputs(), nameless);
    let title = "A guest of an account is refused";
    let named = Scene { account_name: ACCOUNT, ..guest.clone() };
    cases.refused("guest-with-account", title, named.inputs(), nameless);
    let title = "A guest with an attestation is refused";
    let attested = guest.clone().attested(&guest.tails());
    cases.refused("guest-with-attestation", title, attested.inputs(), nameless);
    let mut told = guest.inputs();
    told.insert(text("user_openings"), super::disclosures(&scene.user));
    let title = "What is disclosed of a chain that a guest has not is refused";
    cases.refused("guest-disclosed", title, told, Rule::CommitmentOpens);
}

/// With an attestation of today.
fn attested(scene: &Scene, cases: &mut Cases<'_>) {
    let good = scene.clone().attested(&scene.tails());
    let title = "Who a participant is, with an attestation over the tails of today";
    cases.taken(ATTESTED, title, good.inputs(), &[]);
    let on_chains = Rule::AttestedOnChains;
    let other = |kind, number| Scene::tail(kind, number, &Octets::new(bytes("other", 32)));
    let over = |tails: &Tails| scene.clone().attested(tails).inputs();
    let tails = scene.tails();
    let which = ("attestation-over-another-user-tail", "the user's tail in the snapshot");
    let inputs = over(&Tails { user: other("User", 5), ..tails.clone() });
    cases.pair(Rule::SnapshotNamesTails, ATTESTED, which, inputs, on_chains);
    let which = ("attestation-over-another-account-tail", "the account's tail in the snapshot");
    let inputs = over(&Tails { account: other("Account", 1), ..tails.clone() });
    cases.pair(on_chains, ATTESTED, which, inputs, on_chains);
    let title = "An attestation over another chain of the address is refused";
    let inputs = over(&Tails { email: other("Email", 1), ..tails.clone() });
    cases.refused("attestation-over-another-address-tail", title, inputs, on_chains);
    let longer = scene.user.clone().approve(LAPTOP);
    let title = "An attestation over a link that the chain does not have is refused";
    let inputs = over(&Tails { user: Scene::tail_of(&longer), ..tails.clone() });
    cases.refused("attestation-over-a-later-link", title, inputs, on_chains);
    let kindless = Scene::tail("Email", 5, &scene.user.tail());
    let title = "An attestation over a tail of another type of chain is refused";
    let inputs = over(&Tails { user: kindless, ..tails });
    cases.refused("attestation-over-another-type", title, inputs, on_chains);
}

/// What the attestation itself must be.
fn snapshots(scene: &Scene, cases: &mut Cases<'_>) {
    let (world, tails) = (scene.world, scene.tails());
    let snapshot = |ivk: &Octets| Snapshot::text(world, ivk, &tails).unwrap_or_default();
    let own = snapshot(&scene.ivk());
    let claiming = |name: &str, value: Value| scene.clone().claiming(&tails, name, value).inputs();
    let of_user = Rule::SnapshotKeyOfUser;
    let claimed = |value: String| claiming("zoom-identity-snapshot", json!(value));
    let which = ("snapshot-of-another-key", "the identity key in the snapshot");
    let inputs = claimed(snapshot(&Octets::new(bytes("another", 32))));
    cases.pair(of_user, ATTESTED, which, inputs, of_user);
    for (name, title, value) in [
        ("snapshot-without-tails", "has no tails", scene.snapshot_without_tails()),
        ("snapshot-in-capitals", "has capital letters", own.to_uppercase()),
        ("snapshot-with-a-byte-more", "goes on behind its end", format!("{own}00")),
    ] {
        let title = format!("A participant with an attestation whose snapshot {title} is refused");
        cases.refused(name, &title, claimed(value), of_user);
    }
    let of_phone = Scene { device: PHONE, ..scene.clone() };
    let title = "The attestation that one device got serves another of the user";
    let inputs = claimed(snapshot(&of_phone.ivk()));
    cases.taken("attestation-of-another-device", title, inputs, &[of_user]);
    let missing = claiming("zoom-identity-snapshot", Value::Null);
    let title = "A participant with an attestation without a snapshot is refused";
    cases.refused("attestation-without-snapshot", title, missing, of_user);
    let title = "An attestation of another address than the chains' is refused";
    let inputs = claiming("email", json!("alice@elsewhere.example"));
    cases.refused("attestation-of-another-address", title, inputs, Rule::AddressAsServed);
    let title = "An attestation that has expired is refused here too";
    let inputs = claiming("exp", json!(NOW_S));
    cases.refused("attestation-expired", title, inputs, Rule::TokenUnexpired);
    let nameless = Scene { user: Scene::unaddressed(world), email_name: "", ..scene.clone() };
    let nameless = nameless.clone().attested(&nameless.tails());
    let title = "Nobody vouches for an address that the user has not";
    let rule = Rule::AddressAsServed;
    cases.refused("attestation-without-address", title, nameless.inputs(), rule);
    let mut elsewhere = scene.clone().attested(&tails).inputs();
    elsewhere.insert(text("served_adn"), format!("other.{ADN}"));
    let title = "An attestation of another domain than the server gives is refused";
    cases.refused("attestation-domain-not-served", title, elsewhere, Rule::DomainAsServed);
}

/// What came after an attestation.
fn since(scene: &Scene, cases: &mut Cases<'_>) {
    let (world, tails) = (scene.world, scene.tails());
    let unchanged = Rule::NothingChangedSince;
    let grown = |user: Chain| Scene { user, ..scene.clone() };
    let later = grown(scene.user.clone().adding(WATCH));
    let title = "A device added since the attestation is no matter";
    cases.taken(BEFORE, title, later.clone().attested(&tails).inputs(), &[]);
    let which = ("address-since-the-attestation", "the user's tail in the snapshot");
    let before = Tails { user: scene.user_tail(4), ..tails.clone() };
    cases.pair(unchanged, BEFORE, which, later.attested(&before).inputs(), unchanged);

    newcomers(scene, cases);

    let moved = grown(Scene::moved_to(scene.user.clone(), world, ACCOUNT));
    let title =
        "A change of account since the attestation is refused, also one to the same account";
    let name = "account-since-the-attestation";
    cases.refused(name, title, moved.attested(&tails).inputs(), unchanged);

    let returned = returned(scene);
    let at_first = Tails { email: tails.email.clone(), ..returned.tails() };
    let title =
        "An address that went to another user and came back since the attestation is refused";
    let inputs = returned.attested(&at_first).inputs();
    cases.refused("address-returned-since-the-attestation", title, inputs, unchanged);

    let mut provided = scene.clone();
    provided.account = provided.account.then(&idp("new.generic-idp.com"));
    let title = "A link of the account's chain since the attestation is no matter";
    let inputs = provided.attested(&tails).inputs();
    cases.taken("account-goes-on-since-the-attestation", title, inputs, &[unchanged]);

    let title = "A revocation of another device since the attestation is no matter";
    let then = Tails { user: scene.user_tail(5), ..tails.clone() };
    let revoked = grown(scene.user.clone().adding(WATCH).revoke(LAPTOP, &[WATCH]));
    let inputs = revoked.attested(&then).inputs();
    cases.taken("other-device-revoked-since-the-attestation", title, inputs, &[unchanged]);

    let by_server = revoke(None, &[LAPTOP], &Octets::default());
    let revoked = grown(scene.user.clone().then(&by_server));
    let title = "A revocation of the device in use since the attestation is refused";
    let inputs = revoked.attested(&tails).inputs();
    cases.refused("device-revoked-since-the-attestation", title, inputs, Rule::DeviceInUseActive);

    let renewed = LAPTOP.with_keys("new laptop");
    let rotated = grown(scene.user.clone().rotate(LAPTOP, renewed, false));
    let old = Snapshot::text(world, &scene.ivk(), &tails).unwrap_or_default();
    let rotated = Scene { device: renewed, ..rotated };
    let rotated = rotated.claiming(&tails, "zoom-identity-snapshot", json!(old));
    let title = "A key of the device in use that replaced the attested one since is no matter";
    let rule = Rule::SnapshotKeyOfUser;
    cases.taken("key-replaced-since-the-attestation", title, rotated.inputs(), &[rule]);
}

/// A device added since an attestation that shows it.
fn newcomers(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::DeviceReviewed;
    let tails = scene.tails();
    let got = Snapshot::text(scene.world, &scene.ivk(), &tails).unwrap_or_default();
    let with = |user: Chain| {
        let scene = Scene { user, device: WATCH, ..scene.clone() };
        scene.claiming(&tails, "zoom-identity-snapshot", json!(got)).inputs()
    };
    let added = scene.user.clone().adding(WATCH);
    let title = "A device that was added since the attestation, and approved by one that was there";
    let approved = "approved-since-the-attestation";
    cases.taken(approved, title, with(added.clone().approve(PHONE)), &[]);
    let which = ("added-since-the-attestation", "whose approval follows");
    cases.pair(rule, approved, which, with(added.clone().approve(WATCH)), rule);
    let title = "A device that was added since the attestation and nobody approved is refused";
    cases.refused("unapproved-since-the-attestation", title, with(added.clone()), rule);
    let title = "An approval by another device that was added since is not enough";
    let two = scene.user.clone().adding(Device::named("desk")).adding(WATCH);
    let by_other = two.approve(Device::named("desk"));
    cases.refused("approved-by-who-was-added-since", title, with(by_other), rule);
}

/// Alice's address, which went to somebody else and came back without her chain saying so anew.
fn returned(scene: &Scene) -> Scene {
    let world = scene.world;
    let value = email_value(ADDRESS, 3);
    let key = commitment_key(ADDRESS);
    let user = Scene::unaddressed(world).email(ADDRESS, 3).disclosed("email_change", &key, &value);
    let mut email = Scene::address_of(world, ALICE, 5);
    for (holder, number) in [("mallory", 4), (ALICE, 5)] {
        let (key, value) = (commitment_key(holder), user_value(holder, number));
        email = email
            .then(&user_id(&commitment(world, &key, &value)))
            .disclosed("email", &commitment_key("address"), &ADDRESS.into())
            .disclosed("user_id_change", &key, &value);
    }
    Scene { user, email, ..scene.clone() }
}
