//! Cases of the seeds that are to be sealed with a link, and for whom.

use conclave_model::sigchain::build::{
    ALICE, CLOUD, Chain, Device, LAPTOP, PHONE, TABLET, add, add_and_approve, approve, escrow,
    revoke, rotate, rotate_user_keys,
};
use conclave_spec::{Octets, Rule, RuleSet, layouts::per_user::KNOWN, wire};

use super::{Cases, FormulaDraft, Inputs, inputs, joined, text};

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "family", "seeds_due");
    new_seeds(world, &mut cases);
    approvals(world, &mut cases);
    in_lockdown(world, &mut cases);
    refused(world, &mut cases);
}

const NO_KEYS: Octets = Octets::new(Vec::new());

fn given(chain: &Chain, known: &[u32]) -> Inputs {
    let encoded = |number: &u32| {
        let fields = [("generation", wire::u32_be(*number))];
        wire::encode(&KNOWN, RuleSet::all(), &fields).unwrap_or_default()
    };
    let known = wire::join(&known.iter().map(encoded).collect::<Vec<_>>());
    inputs(&[
        ("cloud_name", text(CLOUD)),
        ("user_id", text(ALICE)),
        ("links", joined(chain)),
        ("known", hex::encode(known.as_slice())),
    ])
}

fn new_seeds(world: RuleSet, cases: &mut Cases<'_>) {
    let (every, not_revoked) = (Rule::SeedForEveryDevice, Rule::SeedNotForRevoked);
    let root = Chain::of_alice(world).root(LAPTOP);
    let two = Chain::two_devices(world);
    let title = "The first device has nobody to seal its seed for";
    cases.taken("seeds-of-the-first-device", title, given(&root, &[]), &[]);
    let title = "A new device seals the seed it makes for the older one";
    cases.taken("seeds-of-a-new-device", title, given(&two, &[]), &[]);
    let differs_in = "the chain";
    let (common, decisive) = ("seeds-of-the-first-device", "seeds-of-a-new-device");
    cases.told_apart(every, common, decisive, differs_in);
    let gone = two.clone().revoke(LAPTOP, &[PHONE]);
    let title = "A new seed is not sealed for the device on whose account it was made";
    cases.taken("seeds-after-a-revocation", title, given(&gone, &[]), &[]);
    let (common, decisive) = ("seeds-of-a-new-device", "seeds-after-a-revocation");
    cases.told_apart(not_revoked, common, decisive, differs_in);
    let three = two.clone().adding(TABLET);
    let title = "A new device seals no older seed for itself or others";
    cases.taken("seeds-of-a-third-device", title, given(&three, &[3]), &[every]);
    let mut alone = two.clone();
    let keys = alone.new_keys(false);
    let alone = alone.then(&add(TABLET, &keys, &[LAPTOP, PHONE]));
    let title = "A new device that revokes all others seals nothing";
    cases.taken("seeds-of-who-revokes-all", title, given(&alone, &[]), &[not_revoked]);
    let by_server = two.clone().then(&revoke(None, &[PHONE], &NO_KEYS));
    let title = "With a revocation by the server nobody seals anything";
    cases.taken("seeds-with-a-server-revocation", title, given(&by_server, &[]), &[every]);
    let mut anew = by_server;
    let keys = anew.new_keys(false);
    let anew = anew.then(&rotate_user_keys(LAPTOP, &keys)).adding(TABLET);
    let title = "A device that was revoked earlier gets no seed of later ones";
    cases.taken("seeds-long-after-a-revocation", title, given(&anew, &[]), &[not_revoked]);

    let rule = Rule::SeedsForNewKey;
    let mut other = two.clone();
    let keys = other.new_keys(false);
    let anew = other.clone().then(&rotate_user_keys(LAPTOP, &keys));
    let title = "Who rotates per-user keys seals the new seed alone";
    cases.taken("seeds-of-a-rotation", title, given(&anew, &[1, 2]), &[]);
    let rotated = other.then(&rotate(LAPTOP, LAPTOP, LAPTOP.with_keys("laptop again"), &keys));
    let title = "Who rotates its own keys seals every seed it knows for the new one";
    cases.taken("seeds-for-a-new-key", title, given(&rotated, &[1, 2]), &[]);
    cases.told_apart(rule, "seeds-of-a-rotation", "seeds-for-a-new-key", differs_in);
    let of_part = given(&rotated, &[2]);
    let title = "What it does not know it cannot seal";
    cases.taken("seeds-of-who-knows-less", title, of_part, &[rule]);
    let device = Device { device_type: "ESCROW", ..Device::named("escrow") };
    let mut chain = two;
    let keys = chain.new_keys(false);
    let mut chain = chain.then(&add_and_approve(LAPTOP, device, &keys, &escrow()));
    let keys = chain.new_keys(false);
    let to = device.with_keys("escrow again");
    let chain = chain.then(&rotate(LAPTOP, device, to, &keys));
    let title = "Who rotates an escrow device's keys seals every seed for the new one";
    cases.taken("seeds-for-an-escrow-key", title, given(&chain, &[1, 2, 3]), &[rule]);
    let mut chain = Chain::two_devices(world).adding(device);
    let keys = chain.new_keys(false);
    let chain = chain.then(&rotate(LAPTOP, device, to, &keys));
    let title = "For an escrow device that nobody approved it seals the new seed alone";
    cases.taken("seeds-for-an-unapproved-escrow-key", title, given(&chain, &[1, 2, 3]), &[rule]);
    let (common, decisive) = ("seeds-for-an-escrow-key", "seeds-for-an-unapproved-escrow-key");
    let differs_in = "the approval of the escrow device";
    cases.told_apart(Rule::OldSeedsWithinClass, common, decisive, differs_in);
}

fn approvals(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::SeedsForApproved;
    let two = Chain::two_devices(world);
    let title = "Who approves seals every seed it knows for the younger device";
    let approved = two.clone().approve(LAPTOP);
    cases.taken("seeds-for-the-approved", title, given(&approved, &[1, 2]), &[]);
    let (common, decisive) = ("seeds-of-a-rotation", "seeds-for-the-approved");
    cases.told_apart(rule, common, decisive, "the chain");
    let title = "An approval by the younger device is for nobody";
    let younger = two.clone().approve(PHONE);
    cases.taken("seeds-of-the-younger", title, given(&younger, &[2]), &[rule]);
    let mut three = two.clone().adding(TABLET);
    let keys = three.new_keys(false);
    let less_one = three.clone().then(&approve(LAPTOP, &[PHONE], &keys));
    let title = "An approval that revokes a device seals nothing for that one";
    cases.taken("seeds-of-an-approval-less-one", title, given(&less_one, &[1, 2, 3]), &[rule]);
    let leaving = three.clone().then(&approve(LAPTOP, &[LAPTOP], &NO_KEYS));
    let title = "Who approves and revokes itself in one link seals nothing";
    cases.taken("seeds-of-who-leaves", title, given(&leaving, &[1, 2, 3]), &[rule]);
    let middle = three.then(&approve(PHONE, &[], &NO_KEYS));
    let title = "An approval is for younger devices, not for older ones";
    cases.taken("seeds-of-the-one-between", title, given(&middle, &[2, 3]), &[rule]);
    let mut added = two;
    let keys = added.new_keys(false);
    let backup = Device { device_type: "BACKUP", ..Device::named("backup") };
    let added = added.then(&add_and_approve(LAPTOP, backup, &keys, &NO_KEYS));
    let title = "A backup key gets what the device that made it knows, and no more";
    cases.taken("seeds-for-a-backup-device", title, given(&added, &[2]), &[rule]);

    hybrid_seeds(world, cases);
}

fn hybrid_seeds(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::HybridSeedWithheld;
    let laptop = LAPTOP.hybrid();
    // With a classic device among them the keys of the later generations are classic.
    let with = |phone: Device| {
        let mut chain = Chain::of_alice(world).root(laptop).adding(TABLET);
        let keys = chain.new_keys(false);
        chain.then(&add(phone, &keys, &[])).approve(laptop)
    };
    let (common, decisive) = ("seeds-for-a-hybrid-device", "seeds-for-a-classic-device");
    let title = "The seed of hybrid keys is sealed for a device with a Kyber key";
    cases.taken(common, title, given(&with(PHONE.hybrid()), &[1, 2, 3]), &[]);
    let title = "The seed of hybrid keys is kept from a device without a Kyber key";
    cases.taken(decisive, title, given(&with(PHONE), &[1, 2, 3]), &[]);
    cases.told_apart(rule, common, decisive, "the Kyber key of the device");
    let again = PHONE.with_keys("phone again").hybrid();
    let upgraded = Chain::of_alice(world).root(laptop).adding(PHONE).rotate(PHONE, again, true);
    let downgraded = LAPTOP.with_keys("laptop again");
    let mut mixed = Chain::of_alice(world).root(laptop).rotate(laptop, downgraded, false);
    let keys = mixed.new_keys(false);
    let mixed = mixed.then(&add(PHONE.hybrid(), &keys, &[])).approve(downgraded);
    let title = "The seed of hybrid keys is not sealed by a device without a Kyber key";
    cases.taken("seeds-of-a-classic-device", title, given(&mixed, &[1, 2, 3]), &[rule]);
    let title = "Upgraded and approved again it gets it";
    let upgraded = upgraded.approve(laptop);
    cases.taken("seeds-for-an-upgraded-device", title, given(&upgraded, &[1, 2, 3]), &[rule]);
}

fn in_lockdown(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::SeedsForConfirmed;
    let waiting =
        Chain::of_alice(world).root(LAPTOP).lock_down(LAPTOP, true).add_unconfirmed(PHONE);
    let rotated = |chain: &Chain| {
        let mut chain = chain.clone();
        let keys = chain.new_keys(false);
        given(&chain.then(&rotate_user_keys(LAPTOP, &keys)), &[1])
    };
    let confirmed = waiting.clone().approve(LAPTOP);
    let title = "In lockdown a new seed is sealed for a confirmed device";
    cases.taken("seeds-for-who-is-confirmed", title, rotated(&confirmed), &[]);
    let title = "In lockdown a new seed is not sealed for a device that waits";
    cases.taken("seeds-for-who-waits", title, rotated(&waiting), &[]);
    let (common, decisive) = ("seeds-for-who-is-confirmed", "seeds-for-who-waits");
    cases.told_apart(rule, common, decisive, "an approval");
    for (name, title, chain) in [
        ("seeds-of-who-waits", "A device that is added in lockdown seals nothing", &waiting),
        (
            "seeds-for-who-was-waiting",
            "A device that is approved in lockdown gets the seeds there are",
            &confirmed,
        ),
    ] {
        cases.taken(name, title, given(chain, &[1]), &[rule]);
    }
    let device = Device { device_type: "ESCROW", ..Device::named("escrow") };
    let mut chain = Chain::of_alice(world).root(LAPTOP).lock_down(LAPTOP, true);
    let keys = chain.new_keys(false);
    let to = device.with_keys("escrow again");
    let chain = chain.add_unconfirmed(device).then(&rotate(LAPTOP, device, to, &keys));
    let title = "In lockdown an escrow device that waits gets nothing for its new key";
    cases.taken("seeds-for-an-escrow-key-that-waits", title, given(&chain, &[1]), &[rule]);
    let handed = Chain::of_alice(world).root(LAPTOP).lock_down(LAPTOP, true);
    let handed = handed.then(&add_and_approve(LAPTOP, PHONE, &NO_KEYS, &NO_KEYS));
    let title = "So does one that is added and approved in one link";
    cases.taken("seeds-for-who-need-not-wait", title, given(&handed, &[1]), &[rule]);
}

fn refused(world: RuleSet, cases: &mut Cases<'_>) {
    let two = Chain::two_devices(world);
    let forged = two.clone().then(&approve(Device::named("watch"), &[], &NO_KEYS));
    let title = "Nothing is sealed for a chain that does not hold";
    cases.refused("seeds-of-a-stranger", title, given(&forged, &[1]), Rule::SignerActive);
    let mut cut = given(&two, &[1]);
    cut.entry("known".to_owned()).and_modify(|it| it.truncate(it.len() - 2));
    let title = "Known seeds whose last byte is missing are refused";
    cases.refused("known-seeds-cut", title, cut, Rule::EncodingCanonical);
}
