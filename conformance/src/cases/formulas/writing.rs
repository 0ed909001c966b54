//! Cases of the links that a client writes.

use conclave_model::sigchain::build::{
    ADDRESS, Chain, Device, LAPTOP, PHONE, TABLET, approve, bytes, commitment_key, revoke,
};
use conclave_spec::{
    Octets, Rule, RuleSet,
    layouts::{per_user::KNOWN, sigchain::DEVICE_ID},
    wire,
};

use super::{
    Cases, FormulaDraft, Inputs,
    devices::{NO_KEYS, hexed, named_phone, since, with_address},
    text,
};

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "family", "write_link");
    added(world, &mut cases);
    approved(world, &mut cases);
    signed(world, &mut cases);
    in_lockdown(world, &mut cases);
    refused(world, &mut cases);
    let inadmissible = [
        "written-approval-unconfirmed",
        "written-by-a-stranger",
        "written-device-twice",
        "written-keys-unconfirmed",
        "written-lockdown-of-two-classes",
        "written-lockdown-off-unconfirmed",
        "written-revocation-of-a-stranger",
        "written-revocation-twice",
        "written-rotation-to-itself",
        "written-second-root",
        "written-with-an-old-seed",
        "written-with-another-key",
    ];
    cases.also(ADMISSIBLE, &inadmissible);
}

/// What is written, less what the type of the link has of its own.
pub(super) fn intent(chain: &Chain, link_type: &str, known: &[u32]) -> Inputs {
    let encoded = |number: &u32| {
        let fields = [("generation", wire::u32_be(*number))];
        wire::encode(&KNOWN, RuleSet::all(), &fields).unwrap_or_default()
    };
    let known = wire::join(&known.iter().map(encoded).collect::<Vec<_>>());
    let mut given = since(chain, None);
    for name in [
        "signer",
        "ed25519_seed",
        "device_id",
        "device_type",
        "name",
        "name_key",
        "new_ed25519_seed",
        "new_x25519_secret",
        "new_kyber768_seed",
        "revoke",
        "mode",
    ] {
        given.insert(text(name), String::new());
    }
    given.insert(text("link_type"), text(link_type));
    given.insert(text("shown_sequence_number"), chain.links.len().to_string());
    given.insert(text("seed"), hex::encode(bytes("the seed that is drawn", 32)));
    given.insert(text("known"), hexed(&known));
    given
}

/// What is written, in parts.
pub(super) trait Part: Sized {
    fn by(self, device: Device) -> Self;
    fn bringing(self, device: Device, name: &str) -> Self;
    fn named(self, name: &str) -> Self;
    fn keys(self, device: Device) -> Self;
    fn revoking(self, devices: &[Device]) -> Self;
    fn shown(self, number: u32) -> Self;
    fn put(self, name: &str, value: &str) -> Self;
}

impl Part for Inputs {
    fn by(self, device: Device) -> Self {
        self.put("signer", device.id).put("ed25519_seed", &hexed(&device.seed()))
    }

    fn bringing(self, device: Device, name: &str) -> Self {
        let part = self.put("device_id", device.id).put("device_type", device.device_type);
        part.named(name).keys(device)
    }

    fn named(self, name: &str) -> Self {
        self.put("name", name).put("name_key", &hexed(&commitment_key("a name")))
    }

    fn keys(self, device: Device) -> Self {
        let kyber = if device.hybrid { hexed(&device.kyber768_seed()) } else { String::new() };
        let part = self.put("new_ed25519_seed", &hexed(&device.seed()));
        part.put("new_x25519_secret", &hexed(&device.x25519_secret()))
            .put("new_kyber768_seed", &kyber)
    }

    fn revoking(self, devices: &[Device]) -> Self {
        let one = |device: &Device| {
            let fields: [(&str, &[u8]); 1] = [("device_id", device.id.as_bytes())];
            wire::encode(&DEVICE_ID, RuleSet::all(), &fields).unwrap_or_default()
        };
        let list: Vec<Octets> = devices.iter().map(one).collect();
        self.put("revoke", &hexed(&wire::join(&list)))
    }

    fn shown(self, number: u32) -> Self {
        self.put("shown_sequence_number", &number.to_string())
    }

    fn put(mut self, name: &str, value: &str) -> Self {
        self.insert(text(name), text(value));
        self
    }
}

const ADMISSIBLE: Rule = Rule::WritesAdmissible;
const SHOWN: Rule = Rule::ApprovesShown;
const NEXT: Rule = Rule::NameNextVersion;

fn added(world: RuleSet, cases: &mut Cases<'_>) {
    let none = Chain::of_alice(world);
    let root = intent(&none, "UserRoot", &[]).bringing(LAPTOP.hybrid(), "Laptop");
    cases.taken("written-root", "The first link of a user", root, &[ADMISSIBLE, NEXT]);
    let two = Chain::two_devices(world);
    let add = |chain: &Chain| intent(chain, "DeviceAdd", &[]).bringing(TABLET, "Tablet");
    cases.taken("written-device", "A device that is set up", add(&two), &[SHOWN, NEXT]);
    let title = "A device that revokes what was marked as it was set up, the oldest first";
    let marked = add(&two).revoking(&[PHONE, LAPTOP]);
    cases.taken("written-device-less-others", title, marked, &[ADMISSIBLE, SHOWN]);
    let hybrid = Chain::of_alice(world).root(LAPTOP.hybrid());
    let title = "A hybrid device beside a hybrid one brings hybrid keys";
    let second = intent(&hybrid, "DeviceAdd", &[]).bringing(PHONE.hybrid(), "Phone");
    cases.taken("written-hybrid-device", title, second, &[ADMISSIBLE, Rule::HybridOnceAll]);
    let title = "A classic device beside a hybrid one brings classic keys";
    cases.taken("written-classic-device", title, add(&hybrid), &[ADMISSIBLE, Rule::HybridWhenAll]);

    let third = |name: &str| {
        let chain = named_phone(world, name);
        intent(&chain, "DeviceAdd", &[]).bringing(TABLET, "Phone")
    };
    let title = "A device whose name nobody had";
    cases.taken("written-with-a-new-name", title, third("Telephone"), &[SHOWN]);
    let title = "A device whose name another one had";
    cases.taken("written-with-an-old-name", title, third("Phone"), &[SHOWN]);
    let (common, decisive) = ("written-with-a-new-name", "written-with-an-old-name");
    cases.told_apart(NEXT, common, decisive, "a name in the chain");

    let backup = Device { device_type: "BACKUP", ..Device::named("backup") }.hybrid();
    let title = "The device of a backup key, with the seeds that are known to who made it";
    let made = intent(&two, "DeviceAddAndApprove", &[2]).by(LAPTOP).bringing(backup, "ZR30");
    cases.taken("written-backup-device", title, made, &[ADMISSIBLE, SHOWN]);
}

fn approved(world: RuleSet, cases: &mut Cases<'_>) {
    let two = Chain::two_devices(world);
    let approval = |chain: &Chain| intent(chain, "BatchApprove", &[1, 2]).by(LAPTOP);
    cases.taken("written-approval", "An approval", approval(&two).shown(2), &[]);
    let gone = two.clone().then(&revoke(None, &[LAPTOP], &NO_KEYS));
    let which = ("written-by-a-revoked-device", "a revocation of the signer in the chain");
    cases.pair(ADMISSIBLE, "written-approval", which, approval(&gone).shown(2), Rule::SignerActive);
    let which = ("written-approval-unseen", "what the user was shown");
    cases.pair(SHOWN, "written-approval", which, approval(&two).shown(1), SHOWN);
    let later = with_address(two.clone(), ADDRESS, 5);
    let title = "An approval behind links that add no device";
    cases.taken("written-approval-later", title, approval(&later).shown(2), &[SHOWN]);
    let title = "A device set up behind one that the user was not shown is refused";
    let unseen = intent(&two, "DeviceAdd", &[]).bringing(TABLET, "Tablet").shown(1);
    cases.refused("written-device-unseen", title, unseen, SHOWN);
    let title = "A device added and approved behind one that was not shown is refused";
    let unseen = intent(&two, "DeviceAddAndApprove", &[]).by(LAPTOP).bringing(TABLET, "Tablet");
    cases.refused("written-backup-device-unseen", title, unseen.shown(1), SHOWN);
    let title = "A device that came and went since the user looked has to be shown as well";
    let passing = two.clone().adding(TABLET).revoke(LAPTOP, &[TABLET]);
    cases.refused("written-approval-unseen-and-gone", title, approval(&passing).shown(2), SHOWN);
    let title = "A device that is added and approved, and another revoked, in one link";
    let both = intent(&two, "DeviceAddAndApprove", &[1, 2]).by(LAPTOP).bringing(TABLET, "Tablet");
    let both = both.revoking(&[PHONE]);
    cases.taken("written-backup-device-less-one", title, both, &[ADMISSIBLE, SHOWN]);
    let three = two.adding(TABLET);
    let title = "An approval of all but one, which is revoked";
    let less = approval(&three).revoking(&[PHONE]);
    cases.taken("written-approval-less-one", title, less, &[ADMISSIBLE, SHOWN]);
    let title = "An approval by the device of a backup key, for the device it was typed in on";
    let backup = Device { device_type: "BACKUP", ..Device::named("backup") };
    let lost = Chain::of_alice(world).root(LAPTOP).adding(backup).adding(TABLET);
    let recovered = intent(&lost, "BatchApprove", &[1, 2]).by(backup);
    cases.taken("written-by-a-backup-key", title, recovered, &[ADMISSIBLE, SHOWN]);
}

fn signed(world: RuleSet, cases: &mut Cases<'_>) {
    let two = Chain::two_devices(world);
    let rename = intent(&two, "DeviceRename", &[]).by(PHONE).named("Pocket");
    cases.taken("written-name", "A device renames itself", rename, &[ADMISSIBLE, NEXT]);
    let title = "A device is revoked by another, whatever the user was shown";
    let lost = intent(&two, "DeviceRevoke", &[]).by(LAPTOP).revoking(&[PHONE]).shown(1);
    cases.taken("written-revocation", title, lost, &[ADMISSIBLE, SHOWN]);
    let title = "A device that revokes itself brings no keys";
    let leaving = intent(&two, "DeviceRevoke", &[]).by(PHONE).revoking(&[PHONE]);
    cases.taken("written-leave", title, leaving, &[ADMISSIBLE, Rule::LeaverBringsNoKeys]);
    let left = two.clone().then(&revoke(Some(PHONE), &[PHONE], &NO_KEYS));
    let title = "New per-user keys after a device revoked itself";
    let anew = intent(&left, "PerUserKeyRotate", &[]).by(LAPTOP);
    cases.taken("written-keys", title, anew, &[ADMISSIBLE]);
    let upgraded = Chain::of_alice(world).root(LAPTOP.hybrid()).adding(PHONE);
    let again = PHONE.with_keys("phone again").hybrid();
    let upgrade = |chain: &Chain| intent(chain, "DeviceKeyRotate", &[2]).by(PHONE).keys(again);
    let title = "The last device to be upgraded brings hybrid per-user keys";
    let rules = [ADMISSIBLE, Rule::HybridOnceAll];
    cases.taken("written-last-upgrade", title, upgrade(&upgraded), &rules);
    let title = "A device that is upgraded before another brings classic ones";
    let rules = [ADMISSIBLE, Rule::HybridWhenAll];
    cases.taken("written-first-upgrade", title, upgrade(&two), &rules);
}

fn in_lockdown(world: RuleSet, cases: &mut Cases<'_>) {
    let mode = |chain: &Chain, by: Device, mode: &str| {
        intent(chain, "LockdownMode", &[]).by(by).put("mode", mode)
    };
    let one = Chain::two_devices(world).approve(LAPTOP);
    let title = "Lockdown begins among devices that trust each other";
    cases.taken("written-lockdown", title, mode(&one, PHONE, "on"), &[ADMISSIBLE]);
    let title = "Lockdown does not begin with a device that nobody approved";
    let with_another = one.clone().adding(TABLET);
    let rule = Rule::LockdownNeedsOneClass;
    cases.refused("written-lockdown-of-two-classes", title, mode(&with_another, PHONE, "on"), rule);
    let locked = one.lock_down(LAPTOP, true);
    let waiting = locked.clone().add_unconfirmed(TABLET);
    let title = "In lockdown a new device brings no keys";
    let add = intent(&locked, "DeviceAdd", &[]).bringing(TABLET, "Tablet");
    cases.taken("written-device-in-lockdown", title, add, &[ADMISSIBLE]);
    let title = "In lockdown a device that is added and approved gets the keys there are";
    let both = intent(&locked, "DeviceAddAndApprove", &[1, 2]).by(LAPTOP);
    let both = both.bringing(TABLET, "Tablet");
    cases.taken("written-backup-device-in-lockdown", title, both, &[ADMISSIBLE]);
    for (name, title, given, rule) in [
        (
            "written-lockdown-off-unconfirmed",
            "A device that is not confirmed does not end lockdown",
            mode(&waiting, TABLET, "off"),
            Rule::LockdownByOldest,
        ),
        (
            "written-approval-unconfirmed",
            "A device that is not confirmed approves nobody",
            intent(&waiting, "BatchApprove", &[]).by(TABLET),
            Rule::LockdownApprovesConfirmed,
        ),
        (
            "written-keys-unconfirmed",
            "A device that is not confirmed makes no keys",
            intent(&waiting, "PerUserKeyRotate", &[]).by(TABLET),
            Rule::LockdownKeysConfirmed,
        ),
    ] {
        cases.refused(name, title, given, rule);
    }
    let alone = Chain::of_alice(world).root(LAPTOP.hybrid()).lock_down(LAPTOP, true);
    let anew = |chain: &Chain| intent(chain, "PerUserKeyRotate", &[]).by(LAPTOP);
    let rules = [ADMISSIBLE, Rule::HybridOnceAll];
    let title = "In lockdown keys are hybrid while every active device has a Kyber key";
    cases.taken("written-keys-in-lockdown", title, anew(&alone), &rules);
    let beside = alone.add_unconfirmed(Device::named("stranger"));
    let title = "In lockdown a classic device makes keys classic that it is not given";
    let rules = [ADMISSIBLE, Rule::HybridWhenAll];
    cases.taken("written-keys-beside-a-classic-device", title, anew(&beside), &rules);
    let title = "A seed is not looked at where no keys come";
    let unseen = mode(&locked, LAPTOP, "off").put("seed", "00");
    cases.taken("written-lockdown-off", title, unseen, &[ADMISSIBLE]);
    let title = "A device that is not confirmed may revoke, without keys";
    let revoking = intent(&waiting, "DeviceRevoke", &[]).by(TABLET).revoking(&[PHONE]);
    cases.taken("written-revocation-unconfirmed", title, revoking, &[ADMISSIBLE]);
}

fn refused(world: RuleSet, cases: &mut Cases<'_>) {
    let two = Chain::two_devices(world);
    let approval = |chain: &Chain| intent(chain, "BatchApprove", &[]).by(LAPTOP);
    let add = |chain: &Chain| intent(chain, "DeviceAdd", &[]).bringing(TABLET, "Tablet");
    let mut old_seed = add(&two);
    old_seed.insert(text("seed"), hexed(&two.seed_of(1)));
    let wrong_key = approval(&two).put("ed25519_seed", &hexed(&PHONE.seed()));
    let to_itself = intent(&two, "DeviceKeyRotate", &[]).by(LAPTOP).keys(LAPTOP);
    for (name, title, given, rule) in [
        ("written-with-an-old-seed", "A seed is used once", old_seed, Rule::UserKeysNew),
        (
            "written-with-another-key",
            "A link signed with another device's key is not written",
            wrong_key,
            Rule::SignerVerifies,
        ),
        (
            "written-by-a-stranger",
            "A link by a device that the chain does not have is not written",
            approval(&two).by(Device::named("watch")),
            Rule::SignerActive,
        ),
        (
            "written-device-twice",
            "A device that is there is not added again",
            intent(&two, "DeviceAdd", &[]).bringing(PHONE.with_keys("other"), "Phone"),
            Rule::DeviceIdNew,
        ),
        (
            "written-rotation-to-itself",
            "A device rotates to new keys alone",
            to_itself,
            Rule::DeviceKeysNew,
        ),
    ] {
        cases.refused(name, title, given, rule);
    }
    misplaced(world, cases);
}

/// Links that revoke nobody who is there, or that stand where they cannot.
fn misplaced(world: RuleSet, cases: &mut Cases<'_>) {
    let two = Chain::two_devices(world);
    let add = |chain: &Chain| intent(chain, "DeviceAdd", &[]).bringing(TABLET, "Tablet");
    let shorter = intent(&two, "BatchApprove", &[])
        .by(LAPTOP)
        .put("known_sequence_number", "3")
        .put("known_hash", &hexed(&two.clone().then(&approve(LAPTOP, &[], &NO_KEYS)).tail()));
    for (name, title, given, rule) in [
        (
            "written-revocation-of-a-stranger",
            "A device that is none of the chain is not revoked",
            add(&two).revoking(&[Device::named("watch"), PHONE]),
            Rule::RevokedWasActive,
        ),
        (
            "written-revocation-twice",
            "A device is named once",
            add(&two).revoking(&[PHONE, PHONE]),
            Rule::RevokedWasActive,
        ),
        (
            "written-revocation-of-nobody",
            "A revocation revokes somebody",
            intent(&two, "DeviceRevoke", &[]).by(LAPTOP),
            Rule::LinkFieldsFit,
        ),
        (
            "written-behind-an-older-tail",
            "Nothing is written behind a chain that is shorter than the one known",
            shorter,
            Rule::ChainExtends,
        ),
        (
            "written-without-a-root",
            "The first link is a root",
            add(&Chain::of_alice(world)),
            Rule::RootFirst,
        ),
        (
            "written-second-root",
            "No other link is a root",
            intent(&two, "UserRoot", &[]).bringing(TABLET, "Tablet"),
            Rule::RootFirst,
        ),
    ] {
        cases.refused(name, title, given, rule);
    }
    let mut cut = add(&two).revoking(&[PHONE]);
    cut.entry(text("revoke")).and_modify(|it| it.truncate(it.len() - 2));
    let title = "A list of devices whose last byte is missing is refused";
    cases.refused("written-with-a-list-cut", title, cut, Rule::EncodingCanonical);
}
