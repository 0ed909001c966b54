//! Cases of the boxes by which seeds of per-user keys go from device to device.

use conclave_model::sigchain::{
    NewKeys,
    build::{Chain, Device, LAPTOP, PHONE, TABLET, bytes},
};
use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        backup_key::{BackupKey, BackupSecrets},
        pairing::{Draws, Outgoing},
        seed_box::{DeviceKeys, Pair, Route, SeedBox, meta, purpose, seal},
        sign::verifying_key,
    },
    layouts::{per_user::GENERATION, sigchain::DEVICE_STATE},
    wire,
};

use super::{Cases, FormulaDraft, Inputs, inputs, text};

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "family", "seal_seed");
    sealed(world, &mut cases);
    cases.formula = "open_seed";
    bound(world, &mut cases);
    hybrid(world, &mut cases);
    senders(world, &mut cases);
    damaged(world, &mut cases);
    virtual_device(world, &mut cases);
}

/// A device in a list: as what it is listed, its keys, the link that revoked it or 0.
pub(super) type Listed = (&'static str, NewKeys, u32);

/// What a device knows that is given a box.
#[derive(Clone)]
struct Scene {
    world: RuleSet,
    user_id: &'static str,
    devices: Vec<Listed>,
    device_id: &'static str,
    /// Its X25519 secret and the seed of its Kyber key.
    secrets: (Octets, Octets),
    /// By generation: the link that brought the keys, of which seed they are, whether they are
    /// hybrid.
    generations: Vec<(u32, u32, bool)>,
    sealed: SeedBox,
}

impl Scene {
    /// One device's box with the second seed for another; the tablet is there too.
    fn of(world: RuleSet, from: Device, to: Device) -> Self {
        Self {
            world,
            user_id: "alice",
            devices: [from, to, TABLET].map(|it| (it.id, it.public_keys(), 0)).to_vec(),
            device_id: to.id,
            secrets: (to.x25519_secret(), to.kyber768_seed()),
            generations: vec![(1, 1, false), (2, 2, false)],
            sealed: boxed(world, from, to),
        }
    }

    fn inputs(&self) -> Inputs {
        let (x25519, kyber768) = &self.secrets;
        inputs(&[
            ("user_id", text(self.user_id)),
            ("devices", devices(self.world, &self.devices)),
            ("device_id", text(self.device_id)),
            ("x25519_secret", hexed(x25519)),
            ("kyber768_seed", hexed(kyber768)),
            ("generations", generations(self.world, &self.generations)),
            ("box", self.sealed.encode(self.world).map(|it| hexed(&it)).unwrap_or_default()),
        ])
    }

    /// The same with something else in one place.
    fn but(&self, change: impl FnOnce(&mut Self)) -> Inputs {
        let mut other = self.clone();
        change(&mut other);
        other.inputs()
    }
}

pub(super) fn hexed(octets: &Octets) -> String {
    hex::encode(octets.as_slice())
}

fn seed(number: u32) -> Octets {
    Chain::of_alice(RuleSet::all()).seed_of(number)
}

fn generations(world: RuleSet, list: &[(u32, u32, bool)]) -> String {
    let encoded = |(number, seed, hybrid): &(u32, u32, bool)| {
        let (keys, number) =
            (Chain::of_alice(world).keys_of(*seed, *hybrid), wire::u32_be(*number));
        let fields = [("sequence_number", &number), ("user_keys", &keys)];
        wire::encode(&GENERATION, world, &fields).unwrap_or_default()
    };
    hexed(&wire::join(&list.iter().map(encoded).collect::<Vec<_>>()))
}

pub(super) fn devices(world: RuleSet, list: &[Listed]) -> String {
    let encoded = |((id, keys, revoked), added): (&Listed, u32)| {
        let (added, revoked) = (wire::u32_be(added), wire::u32_be(*revoked));
        let fields: [(&str, &[u8]); 8] = [
            ("device_id", id.as_bytes()),
            ("device_type", b"DESKTOP"),
            ("device_ed25519", keys.verifying.as_slice()),
            ("device_x25519", keys.x25519.as_slice()),
            ("device_kyber768", keys.kyber768.as_slice()),
            ("added", added.as_slice()),
            ("revoked", revoked.as_slice()),
            ("class", id.as_bytes()),
        ];
        wire::encode(&DEVICE_STATE, world, &fields).unwrap_or_default()
    };
    hexed(&wire::join(&list.iter().zip(1..).map(encoded).collect::<Vec<_>>()))
}

const fn keys_of(keys: &NewKeys) -> DeviceKeys<'_> {
    DeviceKeys { verifying: &keys.verifying, x25519: &keys.x25519, kyber768: &keys.kyber768 }
}

const fn route(from: Device, to: Device) -> Route<'static> {
    Route { user_id: "alice", sender: from.id, recipient: to.id, generation: 2 }
}

/// A box with the second seed.
fn boxed(rules: RuleSet, from: Device, to: Device) -> SeedBox {
    boxed_for(rules, &route(from, to), from, &to.public_keys())
}

fn boxed_for(rules: RuleSet, route: &Route<'_>, from: Device, to: &NewKeys) -> SeedBox {
    let (nonce, coins) = draws();
    let sender = from.public_keys();
    let pair = Pair { sender: keys_of(&sender), recipient: keys_of(to) };
    let draws = Draws { nonce: &nonce, coins: &coins };
    seal(rules, route, &pair, &from.x25519_secret(), &draws, &seed(2)).unwrap_or_default()
}

fn draws() -> (Octets, Octets) {
    (Octets::new(bytes("seed nonce", 24)), Octets::new(bytes("seed coins", 32)))
}

fn sealed(world: RuleSet, cases: &mut Cases<'_>) {
    let (nonce, coins) = draws();
    let [laptop, phone] = [LAPTOP.hybrid(), PHONE.hybrid()];
    let (user, hybrid) = (Rule::SeedBoxNamesUser, Rule::SeedBoxHybrid);
    for (name, title, from, to, rule) in [
        ("seed-box", "The box of a seed between two devices", LAPTOP, PHONE, user),
        ("seed-box-hybrid", "The same between two with Kyber keys", laptop, phone, hybrid),
        ("seed-box-for-a-classic-device", "For one without a Kyber key", laptop, PHONE, hybrid),
        ("seed-box-from-a-classic-device", "From one without a Kyber key", LAPTOP, phone, hybrid),
        ("seed-box-for-itself", "From a device to itself", laptop, laptop, hybrid),
    ] {
        let listed = [from, to, TABLET].map(|it| (it.id, it.public_keys(), 0));
        let given = inputs(&[
            ("user_id", text("alice")),
            ("devices", devices(world, &listed)),
            ("sender", text(from.id)),
            ("recipient", text(to.id)),
            ("x25519_secret", hexed(&from.x25519_secret())),
            ("generation", text("2")),
            ("seed", hexed(&seed(2))),
            ("nonce", hexed(&nonce)),
            ("coins", hexed(&coins)),
        ]);
        cases.taken(name, title, given, &[rule]);
    }
}

/// What a box is bound to.
fn bound(world: RuleSet, cases: &mut Cases<'_>) {
    let scene = Scene::of(world, LAPTOP, PHONE);
    let opens = Rule::SeedBoxOpens;
    let common = "seed-taken";
    cases.taken(common, "A seed from another device of the user", scene.inputs(), &[]);
    let rule = Rule::SeedBoxNamesUser;
    let which = ("seed-of-another-user", "the user");
    cases.pair(rule, common, which, scene.but(|it| it.user_id = "bob"), opens);
    let rule = Rule::SeedBoxNamesRecipient;
    let which = ("seed-for-another-device", "the device that it is for");
    cases.pair(rule, common, which, scene.but(|it| it.device_id = TABLET.id), opens);
    let rule = Rule::SeedBoxNamesContext;
    let which = ("seed-in-the-box-of-a-meeting", "the context strings");
    let other = boxed(world.without(rule), LAPTOP, PHONE);
    cases.pair(rule, common, which, scene.but(|it| it.sealed = other), opens);

    let mut twins = scene.clone();
    twins.devices = vec![
        (LAPTOP.id, LAPTOP.public_keys(), 0),
        (PHONE.id, PHONE.public_keys(), 0),
        (TABLET.id, LAPTOP.public_keys(), 0),
    ];
    let rule = Rule::SeedBoxNamesSender;
    let title = "A seed from one of two devices that are listed with the same keys";
    cases.taken("seed-from-one-of-twins", title, twins.inputs(), &[]);
    let which = ("seed-from-the-other-twin", "who says that it sealed the box");
    let given = twins.but(|it| it.sealed.sender = TABLET.id.to_owned());
    cases.pair(rule, "seed-from-one-of-twins", which, given, opens);

    let mut again = scene;
    again.generations = vec![(1, 2, false), (2, 2, false)];
    let rule = Rule::SeedBoxNamesGeneration;
    let title = "A seed whose keys are listed for two generations";
    cases.taken("seed-of-one-of-two-generations", title, again.inputs(), &[]);
    let which = ("seed-of-the-other-generation", "the generation that the box names");
    let given = again.but(|it| it.sealed.generation = 1);
    cases.pair(rule, "seed-of-one-of-two-generations", which, given, opens);
}

/// Kyber keys.
fn hybrid(world: RuleSet, cases: &mut Cases<'_>) {
    let (laptop, phone) = (LAPTOP.hybrid(), PHONE.hybrid());
    let scene = Scene::of(world, laptop, phone);
    let opens = Rule::SeedBoxOpens;
    let common = "seed-in-a-hybrid-box";
    cases.taken(common, "A seed between two devices with Kyber keys", scene.inputs(), &[]);
    let rule = Rule::SeedBoxHybrid;
    let which = ("seed-in-a-classic-box", "the suite of the box");
    let given = scene.but(|it| it.sealed = boxed(world, LAPTOP, PHONE));
    cases.pair(rule, common, which, given, rule);
    let which = ("seed-in-an-altered-box", "a bit of the tag");
    let given = scene.but(|it| flip(&mut it.sealed.sealed.ciphertext, 47));
    cases.pair(opens, common, which, given, opens);
    let of_hybrid = scene.but(|it| it.generations = vec![(1, 1, false), (2, 2, true)]);
    let title = "The seed of hybrid keys between two devices with Kyber keys";
    cases.taken("hybrid-seed-in-a-hybrid-box", title, of_hybrid, &[]);
    for (name, title, given) in [
        (
            "seed-with-an-altered-encapsulation",
            "A hybrid box with another encapsulation is refused",
            scene.but(|it| flip(&mut it.sealed.sealed.kem, 500)),
        ),
        (
            "seed-with-a-short-encapsulation",
            "A hybrid box whose encapsulation is a byte short is refused",
            scene.but(|it| cut(&mut it.sealed.sealed.kem)),
        ),
        (
            "seed-from-another-signing-key",
            "A hybrid box is bound to the signing key of its sender",
            scene.but(|it| it.devices[0].1.verifying = TABLET.public_keys().verifying),
        ),
        (
            "seed-for-another-signing-key",
            "A hybrid box is bound to the signing key of its recipient",
            scene.but(|it| it.devices[1].1.verifying = TABLET.public_keys().verifying),
        ),
        (
            "seed-for-another-kyber-key",
            "A hybrid box opens with the Kyber key it was made for alone",
            scene.but(|it| it.secrets.1 = LAPTOP.kyber768_seed()),
        ),
    ] {
        cases.refused(name, title, given, opens);
    }

    let scene = Scene::of(world, laptop, PHONE);
    let common = "seed-for-a-classic-device";
    let title = "A classic seed for a device without a Kyber key";
    cases.taken(common, title, scene.inputs(), &[Rule::SeedBoxHybrid]);
    let rule = Rule::HybridSeedHybridBox;
    let which = ("hybrid-seed-for-a-classic-device", "the published keys");
    let given = scene.but(|it| it.generations = vec![(1, 1, false), (2, 2, true)]);
    cases.pair(rule, common, which, given, rule);
    let title = "A classic box with an encapsulation is refused";
    let given = scene.but(|it| it.sealed = boxed(world, laptop, phone));
    cases.refused("seed-with-an-encapsulation", title, given, opens);
}

/// From whom a seed is taken.
fn senders(world: RuleSet, cases: &mut Cases<'_>) {
    let scene = Scene::of(world, LAPTOP, PHONE);
    let rule = Rule::SeedFromDevice;
    let revoked = |number: u32| scene.but(|it| it.devices[0].2 = number);
    let common = "seed-from-a-device-revoked-since";
    cases.taken(common, "A seed from a device that was revoked later", revoked(3), &[]);
    let which = ("seed-from-a-revoked-device", "the link that revoked the sender");
    cases.pair(rule, common, which, revoked(2), rule);
    let title = "A seed from a device that is none of the user's is refused";
    let given = scene.but(|it| it.sealed.sender = "watch".to_owned());
    cases.refused("seed-from-a-stranger", title, given, rule);
    let title = "A seed from a younger device";
    let given = Scene::of(world, TABLET, LAPTOP).inputs();
    cases.taken("seed-from-a-younger-device", title, given, &[rule]);
    let title = "Of two devices with one identifier the first counts";
    let given = scene.but(|it| it.devices.push((LAPTOP.id, TABLET.public_keys(), 1)));
    cases.taken("seed-from-a-device-listed-twice", title, given, &[rule]);
    let title = "A seed from a key with which nothing is agreed is refused";
    let given = scene.but(|it| it.devices[0].1.x25519 = Octets::from([0; 32]));
    cases.refused("seed-from-an-all-zero-key", title, given, Rule::SeedBoxOpens);

    let rule = Rule::SeedMatchesKeys;
    for (name, title, list) in [
        (
            "seed-of-keys-never-published",
            "A seed of which the chain published other keys is refused",
            vec![(1, 1, false), (2, 3, false)],
        ),
        (
            "seed-of-a-generation-to-come",
            "A seed of a generation that the chain does not have is refused",
            vec![(1, 1, false)],
        ),
    ] {
        cases.refused(name, title, scene.but(|it| it.generations = list), rule);
    }
    let title = "There is no generation before the first";
    let given = scene.but(|it| it.sealed.generation = 0);
    cases.refused("seed-of-generation-zero", title, given, rule);
}

fn damaged(world: RuleSet, cases: &mut Cases<'_>) {
    let scene = Scene::of(world, LAPTOP, PHONE);
    let (opens, canonical) = (Rule::SeedBoxOpens, Rule::EncodingCanonical);
    let title = "A box whose ciphertext is a byte short is refused";
    let given = scene.but(|it| cut(&mut it.sealed.sealed.ciphertext));
    cases.refused("seed-ciphertext-cut", title, given, opens);
    let title = "A seed of 33 bytes is refused";
    let given = scene.but(|it| it.sealed.sealed = longer(world).unwrap_or_default());
    cases.refused("seed-of-33-bytes", title, given, opens);
    let mut short = scene.inputs();
    short.entry("box".to_owned()).and_modify(|it| it.truncate(it.len() - 2));
    cases.refused("seed-box-cut", "A box whose last byte is missing is refused", short, canonical);
    let mut short = scene.inputs();
    short.entry("generations".to_owned()).and_modify(|it| it.truncate(it.len() - 2));
    let title = "Generations whose last byte is missing are refused";
    cases.refused("generations-cut", title, short, canonical);
    let title = "A box whose nonce has another length is refused";
    let mut other = scene.sealed.clone();
    cut(&mut other.sealed.nonce);
    let mut given = scene.inputs();
    given.insert("box".to_owned(), hexed(&unchecked(&other)));
    cases.refused("seed-nonce-cut", title, given, canonical);
}

/// The fields of a box behind each other, whatever their widths.
fn unchecked(boxed: &SeedBox) -> Octets {
    let SeedBox { sender, generation, sealed } = boxed;
    let number = wire::u32_be(*generation);
    let parts = [&"conclave/seed-box".into(), &sender.as_str().into(), &number];
    let rest = [&sealed.nonce, &sealed.kem, &sealed.ciphertext];
    wire::join(&parts.into_iter().chain(rest).cloned().collect::<Vec<_>>())
}

/// A box with a seed that has a byte more.
fn longer(world: RuleSet) -> Option<conclave_spec::formulas::pairing::SealedBox> {
    let outgoing = Outgoing::classic(world, &LAPTOP.x25519_secret(), &PHONE.public_keys().x25519)?;
    let meta = meta(world, &route(LAPTOP, PHONE)).ok()?;
    let (nonce, coins) = draws();
    let draws = Draws { nonce: &nonce, coins: &coins };
    let seed = Octets::from([seed(2).as_slice(), &[0]].concat());
    outgoing.seal(world, &purpose(world, &meta), &draws, &seed)
}

/// What a backup key recovers (4.6, subsubsec:backupkeys).
fn virtual_device(world: RuleSet, cases: &mut Cases<'_>) {
    let random: Vec<u8> = bytes("backup key", 30).into_iter().map(|byte| byte % 32).collect();
    let key = BackupKey::of(&random);
    let secrets = key.as_ref().and_then(BackupKey::secrets);
    let public = key.as_ref().and_then(BackupKey::device);
    let (Some(secrets), Some(public)) = (secrets, public) else { return };
    let BackupSecrets { ed25519_seed, x25519, kyber768_seed } = secrets;
    let verifying = verifying_key(&ed25519_seed).unwrap_or_default();
    let keys = NewKeys { verifying, x25519: public.x25519, kyber768: public.kyber768 };
    let laptop = LAPTOP.hybrid();
    let mut scene = Scene::of(world, laptop, laptop);
    scene.devices = vec![(LAPTOP.id, laptop.public_keys(), 0), ("backup", keys.clone(), 0)];
    scene.device_id = "backup";
    scene.secrets = (x25519, kyber768_seed);
    let to_backup = Route { recipient: "backup", ..route(laptop, laptop) };
    scene.sealed = boxed_for(world, &to_backup, laptop, &keys);
    let title = "A seed that waited for who types in the backup key";
    cases.taken("seed-for-a-backup-key", title, scene.inputs(), &[Rule::SeedBoxHybrid]);
}

pub(super) fn flip(octets: &mut Octets, at: usize) {
    let mut bytes = std::mem::take(octets).into_vec();
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1;
    }
    *octets = bytes.into();
}

pub(super) fn cut(octets: &mut Octets) {
    let mut bytes = std::mem::take(octets).into_vec();
    bytes.pop();
    *octets = bytes.into();
}
