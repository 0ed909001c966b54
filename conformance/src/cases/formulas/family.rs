//! Cases of the devices of one user: who there is, who approved whom, per-user keys, lockdown.

use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{
        box_classic::public_key,
        per_user_keys::{PublicPair, per_user_keys, subkey},
    },
};

use super::{Cases, FormulaDraft, inputs, offered};
use crate::case::Side;
use conclave_model::sigchain::build::{
    Chain, Device, Draft, LAPTOP, PHONE, TABLET, add, add_and_approve, add_named, approve, bytes,
    commitment_key, escrow, lockdown, name_commitment, name_value, rename, revoke, rotate,
    rotate_user_keys,
};

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "family", "user_chain");
    devices(&mut cases, world);
    names(&mut cases, world);
    approvals(&mut cases, world);
    user_keys(&mut cases, world);
    hybrid(&mut cases, world);
    in_lockdown(&mut cases, world);
    escrow_devices(&mut cases, world);
    every_type(&mut cases, world);
    seeds(list, world);
}

const NO_KEYS: Octets = Octets::new(Vec::new());

fn devices(cases: &mut Cases<'_>, world: RuleSet) {
    let mut base = Chain::two_devices(world);
    let keys = base.new_keys(false);
    let added = |device: Device| offered(&base.clone().then(&add(device, &keys, &[])));
    cases.taken("another-device", "A third device", added(TABLET), &[]);
    let (id, used, bring) = (Rule::DeviceIdNew, Rule::DeviceKeysNew, Rule::AddBringsKeys);
    let which = ("device-id-again", "the identifier");
    cases.pair(id, "another-device", which, added(TABLET_AS_PHONE), id);
    let which = ("device-keys-again", "the keys");
    cases.pair(used, "another-device", which, added(TABLET.with_keys("phone")), used);
    let which = ("device-without-user-keys", "the per-user keys");
    let given = offered(&base.clone().add_unconfirmed(TABLET));
    cases.pair(bring, "another-device", which, given, bring);

    let gone = base.clone().revoke(LAPTOP, &[PHONE]);
    let mut tablet = gone.clone();
    let keys = tablet.new_keys(false);
    let title = "The identifier of a revoked device is not given again";
    let again = tablet.clone().then(&add(PHONE.with_keys("another phone"), &keys, &[]));
    cases.refused("device-id-of-a-revoked-one", title, offered(&again), id);
    let title = "The keys of a revoked device are not taken again";
    let again = tablet.then(&add(TABLET.with_keys("phone"), &keys, &[]));
    cases.refused("device-keys-of-a-revoked-one", title, offered(&again), used);

    let three = base.adding(TABLET).revoke(LAPTOP, &[PHONE]);
    let rule = Rule::RevokedWasActive;
    let title = "Two devices are revoked, one after the other";
    cases.taken("two-revoked", title, offered(&three.clone().revoke(LAPTOP, &[TABLET])), &[]);
    let which = ("revoked-again", "who is revoked");
    cases.pair(rule, "two-revoked", which, offered(&three.clone().revoke(LAPTOP, &[PHONE])), rule);
    let title = "A revocation of a device that never was is refused";
    let stranger = three.clone().revoke(LAPTOP, &[Device::named("watch")]);
    cases.refused("stranger-revoked", title, offered(&stranger), rule);
    let title = "A revocation that names a device twice is refused";
    let twice = three.clone().revoke(LAPTOP, &[TABLET, TABLET]);
    cases.refused("revoked-twice-at-once", title, offered(&twice), rule);
    let title = "A revocation of nobody is refused";
    let nobody = three.revoke(LAPTOP, &[]);
    cases.refused("nobody-revoked", title, offered(&nobody), Rule::LinkFieldsFit);

    let rotated = Chain::two_devices(world).rotate(PHONE, PHONE_AGAIN, false);
    let good = rotated.clone().then(&approve(PHONE_AGAIN, &[], &NO_KEYS));
    let title = "After a rotation the phone signs with its new key";
    cases.taken("signed-with-the-new-key", title, offered(&good), &[]);
    let old = Draft { signers: vec![PHONE.seed()], ..approve(PHONE, &[], &NO_KEYS) };
    let which = ("signed-with-the-old-key", "the key");
    let common = "signed-with-the-new-key";
    let given = offered(&rotated.clone().then(&old));
    cases.pair(Rule::ReplacedKeySilent, common, which, given, Rule::SignerVerifies);
    let title = "A device does not go back to keys it had";
    let back = rotated.rotate(PHONE_AGAIN, PHONE, false);
    cases.refused("keys-rotated-back", title, offered(&back), used);
}

/// The phone's identifier with other keys.
const TABLET_AS_PHONE: Device = PHONE.with_keys("tablet");
const PHONE_AGAIN: Device = PHONE.with_keys("phone again");

fn names(cases: &mut Cases<'_>, world: RuleSet) {
    let chain = |version: u32| {
        let mut chain = Chain::two_devices(world);
        for (device, version) in [(TABLET, 1), (Device::named("watch"), version)] {
            let (key, keys) = (commitment_key(device.id), chain.new_keys(false));
            let name = name_commitment(world, "Alice's device", version, &key);
            chain = chain.then(&add_named(device, &name, &keys, &[])).disclosed(
                "device_name",
                &key,
                &name_value("Alice's device", version),
            );
        }
        offered(&chain)
    };
    let rule = Rule::DeviceNameNew;
    cases.taken("names-told-apart", "Two devices of one name, with versions", chain(2), &[]);
    cases.pair(rule, "names-told-apart", ("names-the-same", "the version"), chain(1), rule);
    let renamed = Chain::two_devices(world).then(&rename(PHONE, &Octets::new(bytes("name", 32))));
    cases.taken("device-renamed", "The phone has another name", offered(&renamed), &[rule]);
    let by_laptop =
        Draft { signers: vec![LAPTOP.seed()], ..rename(PHONE, &Octets::new(bytes("name", 32))) };
    let title = "A name that another device gave is refused";
    let given = offered(&Chain::two_devices(world).then(&by_laptop));
    cases.refused("device-renamed-by-another", title, given, Rule::SignerVerifies);
}

fn approvals(cases: &mut Cases<'_>, world: RuleSet) {
    let rule = Rule::ApprovalJoins;
    let base = Chain::two_devices(world);
    let title = "Two devices of which none approved the other";
    cases.taken("two-classes", title, offered(&base), &[]);
    let given = offered(&base.clone().approve(LAPTOP));
    let title = "Two devices of which the older approved the younger";
    cases.on_side(rule, Side::Common, "two-classes", "one-class", "an approval");
    cases.taken("one-class", title, given, &[rule]);
    cases.on_side(rule, Side::Decisive, "one-class", "two-classes", "an approval");
    let title = "An approval by the younger device joins nobody";
    cases.taken("approved-by-the-younger", title, offered(&base.approve(PHONE)), &[rule]);

    // The example of 4.6, subsec:multidev, step by step.
    let [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(Device::named);
    let mut chain = Chain::of_alice(world).root(a).adding(b).adding(c).approve(b);
    let mut told = vec![("three-devices-one-approval", chain.clone())];
    chain = chain.adding(d).approve(c);
    told.push(("four-devices-two-approvals", chain.clone()));
    chain = chain.adding(e);
    let keys = chain.new_keys(false);
    chain = chain.then(&approve(a, &[e], &keys));
    told.push(("five-devices-one-revoked", chain));
    for (name, chain) in told {
        cases.taken(name, "The paper's example of a trust graph", offered(&chain), &[rule]);
    }
    let mut chain = Chain::two_devices(world).revoke(LAPTOP, &[PHONE]).adding(TABLET);
    let title = "An approval joins no revoked device";
    cases.taken("revoked-not-approved", title, offered(&chain.clone().approve(LAPTOP)), &[rule]);
    let keys = chain.new_keys(false);
    let added = chain.then(&add_and_approve(LAPTOP, Device::named("watch"), &keys, &NO_KEYS));
    let title = "A device added and approved in one link";
    cases.taken("added-and-approved", title, offered(&added), &[rule]);
}

fn user_keys(cases: &mut Cases<'_>, world: RuleSet) {
    let mut base = Chain::two_devices(world);
    let (old, keys) = (base.keys_of(1, false), base.new_keys(false));
    let revoked = |by: Option<Device>, whom: Device, keys: &Octets| {
        offered(&base.clone().then(&revoke(by, &[whom], keys)))
    };
    let rule = Rule::RevokeBringsKeys;
    let title = "The laptop revokes the phone";
    cases.taken("phone-revoked", title, revoked(Some(LAPTOP), PHONE, &keys), &[]);
    let which = ("revoked-without-keys", "the per-user keys");
    cases.pair(rule, "phone-revoked", which, revoked(Some(LAPTOP), PHONE, &NO_KEYS), rule);
    let approved = base.clone().then(&approve(LAPTOP, &[PHONE], &NO_KEYS));
    let title = "An approval that revokes a device and brings no keys is refused";
    cases.refused("approved-less-one-without-keys", title, offered(&approved), rule);
    let rule = Rule::ServerBringsNoKeys;
    let title = "The phone is revoked on the website";
    cases.taken("revoked-by-the-server", title, revoked(None, PHONE, &NO_KEYS), &[]);
    let which = ("revoked-by-the-server-with-keys", "the per-user keys");
    cases.pair(rule, "revoked-by-the-server", which, revoked(None, PHONE, &keys), rule);
    let rule = Rule::LeaverBringsNoKeys;
    let title = "The phone revokes itself";
    cases.taken("revoked-by-itself", title, revoked(Some(PHONE), PHONE, &NO_KEYS), &[]);
    let which = ("revoked-by-itself-with-keys", "the per-user keys");
    cases.pair(rule, "revoked-by-itself", which, revoked(Some(PHONE), PHONE, &keys), rule);

    let left = base.clone().then(&revoke(Some(PHONE), &[PHONE], &NO_KEYS));
    let rotated = |keys: &Octets| offered(&left.clone().then(&rotate_user_keys(LAPTOP, keys)));
    let title = "After the phone revoked itself the laptop makes new keys";
    cases.taken("keys-made-anew", title, rotated(&keys), &[]);
    let (bring, new) = (Rule::RotateBringsKeys, Rule::UserKeysNew);
    let which = ("no-keys-made-anew", "the per-user keys");
    cases.pair(bring, "keys-made-anew", which, rotated(&NO_KEYS), bring);
    let which = ("keys-of-before", "the per-user keys");
    cases.pair(new, "keys-made-anew", which, rotated(&old), new);
    let device = base.clone().then(&rotate(PHONE, PHONE, PHONE_AGAIN, &NO_KEYS));
    let title = "A rotation of a device's keys without per-user keys is refused";
    cases.refused("device-rotated-without-user-keys", title, offered(&device), bring);
    let revoking = base.clone().then(&add(TABLET, &keys, &[LAPTOP, PHONE]));
    let title = "A new device revokes both others";
    cases.taken("added-and-others-revoked", title, offered(&revoking), &[Rule::AddBringsKeys]);
}

/// Kyber keys (4.6, subsubsec:sigchainpqsecurity).
fn hybrid(cases: &mut Cases<'_>, world: RuleSet) {
    let (laptop, phone) = (LAPTOP.hybrid(), PHONE.hybrid());
    let base = Chain::of_alice(world).root(laptop);
    let added = |device: Device, hybrid: bool| {
        let mut chain = base.clone();
        let keys = chain.new_keys(hybrid);
        offered(&chain.then(&add(device, &keys, &[])))
    };
    let rule = Rule::HybridWhenAll;
    let title = "A device without a Kyber key joins one that has it";
    cases.taken("classic-device-added", title, added(PHONE, false), &[]);
    let which = ("hybrid-keys-for-a-classic-device", "the per-user keys");
    cases.pair(rule, "classic-device-added", which, added(PHONE, true), rule);
    let rule = Rule::HybridOnceAll;
    let title = "Two devices with Kyber keys";
    cases.taken("hybrid-device-added", title, added(phone, true), &[]);
    let which = ("classic-keys-for-hybrid-devices", "the per-user keys");
    cases.pair(rule, "hybrid-device-added", which, added(phone, false), rule);

    let again = PHONE_AGAIN.hybrid();
    let mixed = Chain::of_alice(world).root(laptop).adding(PHONE);
    let upgraded = mixed.clone().rotate(PHONE, again, true);
    let title = "The last device gets a Kyber key and makes hybrid per-user keys";
    cases.taken("last-device-upgraded", title, offered(&upgraded), &[rule]);
    let without = mixed.clone().rotate(PHONE, again, false);
    let title = "The last device gets a Kyber key and makes classic per-user keys: refused";
    cases.refused("last-device-upgraded-in-part", title, offered(&without), rule);
    let mut gone = mixed;
    let keys = gone.new_keys(true);
    let gone = gone.then(&revoke(Some(laptop), &[PHONE], &keys));
    let title = "The last device without a Kyber key is revoked";
    cases.taken("classic-device-revoked", title, offered(&gone), &[rule]);
}

fn in_lockdown(cases: &mut Cases<'_>, world: RuleSet) {
    let base = Chain::two_devices(world);
    let rule = Rule::LockdownNeedsOneClass;
    let title = "Lockdown of one class";
    let one_class = base.clone().approve(LAPTOP).lock_down(LAPTOP, true);
    cases.taken("lockdown-of-one-class", title, offered(&one_class), &[]);
    let which = ("lockdown-of-two-classes", "an approval");
    let given = offered(&base.clone().lock_down(LAPTOP, true));
    cases.pair(rule, "lockdown-of-one-class", which, given, rule);

    let locked = Chain::of_alice(world).root(LAPTOP).lock_down(LAPTOP, true);
    let mut with_keys = locked.clone();
    let keys = with_keys.new_keys(false);
    let rule = Rule::LockdownKeysConfirmed;
    let waiting = locked.clone().add_unconfirmed(PHONE);
    let title = "A device is added in lockdown, and waits";
    cases.taken("added-in-lockdown", title, offered(&waiting), &[]);
    let which = ("added-in-lockdown-with-keys", "the per-user keys");
    let given = offered(&with_keys.then(&add(PHONE, &keys, &[])));
    cases.pair(rule, "added-in-lockdown", which, given, rule);
    let title = "A device that waits makes no per-user keys";
    let rotated = waiting.clone().then(&rotate_user_keys(PHONE, &keys));
    cases.refused("keys-made-by-who-waits", title, offered(&rotated), rule);
    let title = "A device that waits revokes the other, and brings no keys";
    let revoked = waiting.clone().then(&revoke(Some(PHONE), &[LAPTOP], &NO_KEYS));
    cases.taken("revoked-by-who-waits", title, offered(&revoked), &[rule]);
    let title = "A device that waits revokes the other and brings keys: refused";
    let revoked = waiting.clone().then(&revoke(Some(PHONE), &[LAPTOP], &keys));
    cases.refused("revoked-with-keys-by-who-waits", title, offered(&revoked), rule);
    let title = "A device that waits is revoked; it never had a key";
    let revoked = waiting.clone().then(&revoke(Some(LAPTOP), &[PHONE], &NO_KEYS));
    cases.taken("who-waits-revoked", title, offered(&revoked), &[Rule::RevokeBringsKeys]);
    let title = "A confirmed device is revoked without keys: refused";
    let confirmed = one_class.clone().then(&revoke(Some(LAPTOP), &[PHONE], &NO_KEYS));
    let bring = Rule::RevokeBringsKeys;
    cases.refused("confirmed-revoked-without-keys", title, offered(&confirmed), bring);

    let added = add_and_approve(LAPTOP, TABLET, &NO_KEYS, &NO_KEYS);
    let title = "A device is added and approved in lockdown; it gets the keys there are";
    let handed = offered(&one_class.clone().then(&added));
    cases.taken("added-and-approved-in-lockdown", title, handed, &[rule]);
    let rule = Rule::LockdownByOldest;
    let title = "Lockdown ends by a confirmed device";
    let ended = waiting.clone().lock_down(LAPTOP, false);
    cases.taken("lockdown-ended", title, offered(&ended), &[]);
    let which = ("lockdown-ended-by-who-waits", "who ends it");
    let given = offered(&waiting.clone().lock_down(PHONE, false));
    cases.pair(rule, "lockdown-ended", which, given, rule);
    let again = waiting.clone().then(&lockdown(LAPTOP, true));
    let title = "Lockdown switched on while it is, with a device that waits";
    cases.taken("lockdown-again", title, offered(&again), &[rule]);
    let title = "A rotation of per-user keys without keys, by a device that waits, is refused";
    let empty = offered(&waiting.clone().then(&rotate_user_keys(PHONE, &NO_KEYS)));
    cases.refused("no-keys-made-by-who-waits", title, empty, Rule::LockdownKeysConfirmed);

    let ghost = add(Device::named("ghost"), &NO_KEYS, &[LAPTOP]);
    let title = "By the reading of the paper a new device takes a locked chain over (F-17)";
    let taken_over = Chain::of_alice(world).root(LAPTOP).lock_down(LAPTOP, true).then(&ghost);
    cases.taken("lockdown-taken-over", title, offered(&taken_over), &[rule]);

    let rule = Rule::LockdownApprovesConfirmed;
    let two = waiting.add_unconfirmed(TABLET);
    let title = "A confirmed device approves those that wait";
    cases.taken("approved-in-lockdown", title, offered(&two.clone().approve(LAPTOP)), &[]);
    let which = ("approved-in-lockdown-by-who-waits", "who approves");
    cases.pair(rule, "approved-in-lockdown", which, offered(&two.approve(PHONE)), rule);
}

/// A device whose secret keys the escrow administrators have.
fn escrow_devices(cases: &mut Cases<'_>, world: RuleSet) {
    let device = Device { device_type: "ESCROW", ..Device::named("escrow") };
    let mut chain = Chain::two_devices(world);
    let keys = chain.new_keys(false);
    let chain = chain.then(&add_and_approve(LAPTOP, device, &keys, &escrow()));
    let title = "An escrow device is added and approved";
    cases.taken("escrow-device-added", title, offered(&chain), &[Rule::NewKeySigns]);
    let mut rotated = chain.clone();
    let keys = rotated.new_keys(false);
    let to = device.with_keys("escrow again");
    let rotated = rotated.then(&rotate(LAPTOP, device, to, &keys));
    let title = "The keys of an escrow device are rotated by a device of the user";
    cases.taken("escrow-device-rotated", title, offered(&rotated), &[Rule::SignerVerifies]);
}

/// Each type of link: as it must be, and damaged in each of some ways.
fn every_type(cases: &mut Cases<'_>, world: RuleSet) {
    let mut base = Chain::two_devices(world);
    let keys = base.new_keys(false);
    let name = Octets::new(bytes("a name", 32));
    let both = (Rule::NewKeySigns, "the new device");
    let signer = (Rule::SignerVerifies, "the signer");
    let typed = [
        (add(TABLET, &keys, &[]), both),
        (rename(PHONE, &name), signer),
        (revoke(Some(LAPTOP), &[PHONE], &keys), signer),
        (rotate(PHONE, PHONE, PHONE_AGAIN, &keys), (Rule::OldKeySigns, "the old key")),
        (approve(LAPTOP, &[], &NO_KEYS), signer),
        (add_and_approve(LAPTOP, TABLET, &keys, &NO_KEYS), signer),
        (rotate_user_keys(LAPTOP, &keys), signer),
        (lockdown(LAPTOP, false), signer),
    ];
    for (draft, (rule, whose)) in typed {
        let named = draft.link_type.clone();
        let file = hyphened(&named);
        let good = base.clone().then(&draft);
        cases.taken(&format!("type-{file}"), &format!("A {named}"), offered(&good), &[rule]);
        let cut: Vec<u8> =
            draft.body.as_slice().iter().copied().take(draft.body.len() - 1).collect();
        let cut = Draft { body: Octets::new(cut), ..draft.clone() };
        let title = format!("A {named} whose last byte is missing is refused");
        let given = offered(&base.clone().then(&cut));
        cases.refused(&format!("type-{file}-cut"), &title, given, Rule::LinkFieldsFit);
        let long = Octets::from([draft.body.as_slice(), &[0]].concat());
        let long = Draft { body: long, ..draft.clone() };
        let title = format!("A {named} with a byte more is refused");
        let given = offered(&base.clone().then(&long));
        cases.refused(&format!("type-{file}-long"), &title, given, Rule::LinkFieldsFit);
        let unsigned = Draft { signers: Vec::new(), ..draft.clone() };
        let title = format!("A {named} without the signature of {whose} is refused");
        let given = offered(&base.clone().then(&unsigned));
        cases.refused(&format!("type-{file}-unsigned"), &title, given, rule);
        let others = draft.signers.iter().map(|_| Device::named("watch").seed()).collect();
        let forged = Draft { signers: others, ..draft };
        let title = format!("A {named} that a stranger signed is refused");
        let given = offered(&base.clone().then(&forged));
        cases.refused(&format!("type-{file}-forged"), &title, given, rule);
    }
}

/// A name as files have it: `device-add` for `DeviceAdd`.
fn hyphened(name: &str) -> String {
    let mut hyphened = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !hyphened.is_empty() {
            hyphened.push('-');
        }
        hyphened.push(letter.to_ascii_lowercase());
    }
    hyphened
}

/// Per-user keys from their seed.
fn seeds(list: &mut Vec<FormulaDraft>, world: RuleSet) {
    let mut cases = Cases::of(list, "family", "per_user_keys");
    let seed = Octets::new(bytes("user seed", 32));
    let hexed = |octets: &Octets| hex::encode(octets.as_slice());
    let contexts = Rule::UserKeysByContext;
    let given = inputs(&[("seed", hexed(&seed))]);
    cases.taken("per-user-keys", "The keys of a seed", given, &[contexts]);
    cases.formula = "verify_per_user_keys";
    let Some(keys) = per_user_keys(world, &seed).map(|keys| keys.public) else { return };
    let encode = |keys: &conclave_spec::formulas::per_user_keys::UserKeys| {
        keys.encode(world).map(|it| hexed(&it)).unwrap_or_default()
    };
    let given = |keys: String| inputs(&[("seed", hexed(&seed)), ("user_keys", keys)]);
    let classic = keys.classic();
    let title = "Published keys and their seed";
    cases.taken("seed-of-the-keys", title, given(encode(&classic)), &[]);
    let title = "Published hybrid keys and their seed";
    cases.taken("seed-of-hybrid-keys", title, given(encode(&keys)), &[Rule::SeedMatchesKeys]);
    let rule = Rule::SeedMatchesKeys;
    let other = per_user_keys(world, &Octets::new(bytes("another seed", 32)));
    let other = other.map(|keys| encode(&keys.public.classic())).unwrap_or_default();
    let which = ("seed-of-other-keys", "the published keys");
    cases.pair(rule, "seed-of-the-keys", which, given(other), rule);
    let secret = subkey(world, &seed, Label::PerUserSymmetricKey, 32).unwrap_or_default();
    let x25519 = public_key(&secret).unwrap_or_default();
    let mut swapped = classic;
    swapped.user = PublicPair { x25519, kyber768: NO_KEYS };
    let which = ("key-under-another-context", "the context string of a key");
    cases.pair(contexts, "seed-of-the-keys", which, given(encode(&swapped)), rule);
    let title = "Published keys with a byte more are refused";
    let long = format!("{}00", encode(&swapped));
    cases.refused("published-keys-long", title, given(long), Rule::EncodingCanonical);
}
