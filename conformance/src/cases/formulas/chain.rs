//! Chains under construction: links that devices sign, as a server would serve them.

use conclave_spec::{
    Label, Octets, RuleSet,
    formulas::{
        box_classic::public_key,
        box_hybrid::kem_keys,
        per_user_keys::per_user_keys,
        sigchain::{Link, commitment},
        sign::{sign, verifying_key},
    },
    layouts::{
        Layout,
        sigchain::{
            ACCOUNT_CHANGE, BATCH_APPROVE, CHANGE_MEMBERS, COMMITMENT, DEVICE_ADD,
            DEVICE_ADD_AND_APPROVE, DEVICE_ID, DEVICE_KEY_ROTATE, DEVICE_RENAME, DEVICE_REVOKE,
            EMAIL_CHANGE, ESCROW, ESCROW_ADMIN, IDP_UPDATE, LOCKDOWN_MODE, OPENING,
            PER_USER_KEY_ROTATE, SIGNATURE, USER_ID_CHANGE, USER_ROOT,
        },
    },
    wire,
};

use super::{Inputs, bytes, inputs, text};

pub(super) const CLOUD: &str = "commercial";
pub(super) const ALICE: &str = "alice";
pub(super) const ADDRESS: &str = "alice@example.com";
pub(super) const ACCOUNT: &str = "example-corp";

/// The values of a body, by field.
type Values<'a> = Vec<(&'static str, &'a [u8])>;

/// A device of somebody: whatever it draws comes from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Device {
    /// Its identifier.
    pub(super) id: &'static str,
    /// What its keys are made of.
    pub(super) keys: &'static str,
    /// Whether it has a Kyber key.
    pub(super) hybrid: bool,
    /// Its type.
    pub(super) device_type: &'static str,
}

pub(super) const LAPTOP: Device = Device::named("laptop");
pub(super) const PHONE: Device = Device::named("phone");
pub(super) const TABLET: Device = Device::named("tablet");

impl Device {
    pub(super) const fn named(id: &'static str) -> Self {
        Self { id, keys: id, hybrid: false, device_type: "DESKTOP" }
    }

    pub(super) const fn hybrid(self) -> Self {
        Self { hybrid: true, ..self }
    }

    /// The same device with other keys.
    pub(super) const fn with_keys(self, keys: &'static str) -> Self {
        Self { keys, ..self }
    }

    pub(super) fn seed(self) -> Octets {
        Octets::new(bytes(&format!("{} ed25519", self.keys), 32))
    }

    fn verifying(self) -> Octets {
        verifying_key(&self.seed()).unwrap_or_default()
    }

    fn x25519(self) -> Octets {
        let secret = Octets::new(bytes(&format!("{} x25519", self.keys), 32));
        public_key(&secret).unwrap_or_default()
    }

    fn kyber768(self) -> Octets {
        let seed = Octets::new(bytes(&format!("{} kyber768", self.keys), 64));
        let keys = self.hybrid.then(|| kem_keys(&seed)).flatten();
        keys.map(|keys| keys.public).unwrap_or_default()
    }
}

/// A link before it is signed.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) link_type: String,
    pub(super) body: Octets,
    /// The seeds it is signed with, in order.
    pub(super) signers: Vec<Octets>,
}

/// A chain.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    world: RuleSet,
    kind: &'static str,
    subject: Octets,
    /// What a client asks for.
    about: String,
    pub(super) links: Vec<Link>,
    openings: Vec<Octets>,
    /// How many sets of per-user keys were made.
    generation: u32,
}

impl Chain {
    /// The chain of Alice, without a link.
    pub(super) fn of_alice(world: RuleSet) -> Self {
        Self::new(world, "User", ALICE)
    }

    pub(super) fn new(world: RuleSet, kind: &'static str, about: &str) -> Self {
        let subject = if kind == "Email" {
            commitment(world, &commitment_key("address"), &about.into())
        } else {
            Octets::from(about)
        };
        Self {
            world,
            kind,
            subject,
            about: about.to_owned(),
            links: Vec::new(),
            openings: Vec::new(),
            generation: 0,
        }
    }

    /// Alice's chain with a laptop, and a phone added after it.
    pub(super) fn two_devices(world: RuleSet) -> Self {
        Self::of_alice(world).root(LAPTOP).add(PHONE)
    }

    /// The link that comes next if it says this, signed by these.
    pub(super) fn next(&self, draft: &Draft) -> Link {
        self.signed_as(draft, |_| {})
    }

    /// The same, with signatures that were made for something else.
    pub(super) fn signed_as(&self, draft: &Draft, change: impl FnOnce(&mut Link)) -> Link {
        let link = Link {
            sigchain_type: self.kind.to_owned(),
            link_type: draft.link_type.clone(),
            sequence_number: u32::try_from(self.links.len() + 1).unwrap_or_default(),
            prev: self.tail(),
            cloud_name: CLOUD.to_owned(),
            subject: self.subject.clone(),
            body: draft.body.clone(),
            signatures: Octets::default(),
        };
        let mut other = link.clone();
        change(&mut other);
        let signed = other.signed(self.world).unwrap_or_default();
        let signature = |seed| sign(self.world, seed, Label::SigchainLink, &signed);
        let signatures: Vec<_> = draft.signers.iter().filter_map(signature).collect();
        Link { signatures: signature_list(&signatures), ..link }
    }

    /// The chain with a link.
    pub(super) fn with(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }

    pub(super) fn then(self, draft: &Draft) -> Self {
        let link = self.next(draft);
        self.with(link)
    }

    /// The hash of the last link; zeros before the first.
    pub(super) fn tail(&self) -> Octets {
        let hash = self.links.last().and_then(|link| link.hash(self.world).ok());
        hash.unwrap_or_else(|| Octets::from([0; 32]))
    }

    /// Discloses a field of the last link.
    pub(super) fn disclosed(mut self, field: &str, key: &Octets, value: &Octets) -> Self {
        let number = wire::u32_be(u32::try_from(self.links.len()).unwrap_or_default());
        let values: Values<'_> = vec![
            ("sequence_number", number.as_slice()),
            ("field", field.as_bytes()),
            ("key", key.as_slice()),
            ("value", value.as_slice()),
        ];
        self.openings.push(encoded(&OPENING, &values));
        self
    }

    /// The next set of public per-user keys.
    pub(super) fn new_keys(&mut self, hybrid: bool) -> Octets {
        self.generation += 1;
        self.keys_of(self.generation, hybrid)
    }

    /// A set of public per-user keys.
    pub(super) fn keys_of(&self, generation: u32, hybrid: bool) -> Octets {
        let seed = Octets::new(bytes(&format!("{} keys {generation}", self.about), 32));
        let keys = per_user_keys(self.world, &seed).map(|keys| keys.public);
        let keys = keys.map(|keys| if hybrid { keys } else { keys.classic() });
        keys.and_then(|keys| keys.encode(self.world)).unwrap_or_default()
    }

    pub(super) fn root(mut self, device: Device) -> Self {
        let keys = self.new_keys(device.hybrid);
        self.then(&root(device, &keys))
    }

    pub(super) fn add(mut self, device: Device) -> Self {
        let keys = self.new_keys(device.hybrid);
        self.then(&add(device, &keys, &[]))
    }

    /// Adds a device in lockdown, without keys.
    pub(super) fn add_unconfirmed(self, device: Device) -> Self {
        self.then(&add(device, &Octets::default(), &[]))
    }

    pub(super) fn approve(self, by: Device) -> Self {
        self.then(&approve(by, &[], &Octets::default()))
    }

    pub(super) fn revoke(mut self, by: Device, whom: &[Device]) -> Self {
        let keys = self.new_keys(false);
        self.then(&revoke(Some(by), whom, &keys))
    }

    pub(super) fn rotate(mut self, device: Device, to: Device, hybrid: bool) -> Self {
        let keys = self.new_keys(hybrid);
        self.then(&rotate(device, device, to, &keys))
    }

    pub(super) fn lock_down(self, by: Device, on: bool) -> Self {
        self.then(&lockdown(by, on))
    }

    pub(super) fn email(self, address: &str, number: u32) -> Self {
        let value = email_value(address, number);
        let key = commitment_key(address);
        let committed = commitment(self.world, &key, &value);
        self.then(&server("EmailChange", &EMAIL_CHANGE, &[("email_change", &committed)]))
    }

    /// The inputs of a chain formula.
    pub(super) fn given(&self) -> Inputs {
        self.given_to(0, "")
    }

    /// The same for a client that knows a tail.
    pub(super) fn given_to(&self, known: u32, hash: &str) -> Inputs {
        inputs(&[
            ("cloud_name", text(CLOUD)),
            ("subject", self.about.clone()),
            ("known_sequence_number", known.to_string()),
            ("known_hash", hash.to_owned()),
            ("links", self.joined()),
            ("openings", self.disclosures()),
        ])
    }

    pub(super) fn joined(&self) -> String {
        let links: Vec<_> =
            self.links.iter().map(|link| link.encode(self.world).unwrap_or_default()).collect();
        hex::encode(wire::join(&links).as_slice())
    }

    pub(super) fn disclosures(&self) -> String {
        hex::encode(wire::join(&self.openings).as_slice())
    }
}

/// The random key of a commitment, by what it is to.
pub(super) fn commitment_key(of: &str) -> Octets {
    Octets::new(bytes(&format!("commitment {of}"), 32))
}

/// The commitment to a device's name.
pub(super) fn name_commitment(world: RuleSet, name: &str, version: u32, key: &Octets) -> Octets {
    commitment(world, key, &name_value(name, version))
}

pub(super) fn name_value(name: &str, version: u32) -> Octets {
    let version = wire::u32_be(version);
    let values: Values<'_> = vec![("name", name.as_bytes()), ("version", version.as_slice())];
    encoded(&conclave_spec::layouts::sigchain::NAME_OPENED, &values)
}

pub(super) fn email_value(address: &str, number: u32) -> Octets {
    let number = wire::u32_be(number);
    let values: Values<'_> = vec![
        ("email", address.as_bytes()),
        ("email_chain_sequence_number", number.as_slice()),
    ];
    encoded(&conclave_spec::layouts::sigchain::EMAIL_OPENED, &values)
}

pub(super) fn account_value(account: &str, number: u32, index: u32) -> Octets {
    let (number, index) = (wire::u32_be(number), wire::u32_be(index));
    let values: Values<'_> = vec![
        ("account_id", account.as_bytes()),
        ("membership_chain_sequence_number", number.as_slice()),
        ("addition_index", index.as_slice()),
    ];
    encoded(&conclave_spec::layouts::sigchain::ACCOUNT_OPENED, &values)
}

pub(super) fn user_value(user: &str, number: u32) -> Octets {
    let number = wire::u32_be(number);
    let values: Values<'_> =
        vec![("user_id", user.as_bytes()), ("user_chain_sequence_number", number.as_slice())];
    encoded(&conclave_spec::layouts::sigchain::USER_ID_OPENED, &values)
}

pub(super) fn escrow_value(user: &str, number: u32) -> Octets {
    let number = wire::u32_be(number);
    let values: Values<'_> = vec![
        ("user_id", user.as_bytes()),
        ("escrow_admin_chain_sequence_number", number.as_slice()),
    ];
    encoded(&conclave_spec::layouts::sigchain::ESCROW_OPENED, &values)
}

/// An encoding under all rules: what a link carries depends on no rule.
fn encoded(layout: &Layout, values: &[(&'static str, &[u8])]) -> Octets {
    wire::encode(layout, RuleSet::all(), values).unwrap_or_default()
}

pub(super) fn signature_list(signatures: &[Octets]) -> Octets {
    let one = |sig: &Octets| encoded(&SIGNATURE, &[("sig", sig.as_slice())]);
    wire::join(&signatures.iter().map(one).collect::<Vec<_>>())
}

fn id_list(devices: &[Device]) -> Octets {
    let one = |device: &Device| encoded(&DEVICE_ID, &[("device_id", device.id.as_bytes())]);
    wire::join(&devices.iter().map(one).collect::<Vec<_>>())
}

/// A link that nobody signs.
pub(super) fn server(
    link_type: &str,
    layout: &Layout,
    values: &[(&'static str, &Octets)],
) -> Draft {
    let values: Values<'_> = values.iter().map(|(name, value)| (*name, value.as_slice())).collect();
    Draft { link_type: text(link_type), body: encoded(layout, &values), signers: Vec::new() }
}

/// The fields of a device as a link brings it.
struct Brought {
    name: Octets,
    verifying: Octets,
    x25519: Octets,
    kyber768: Octets,
}

impl Brought {
    fn of(device: Device) -> Self {
        let name = Octets::new(bytes(&format!("{} name", device.id), 32));
        let (verifying, x25519) = (device.verifying(), device.x25519());
        Self { name, verifying, x25519, kyber768: device.kyber768() }
    }

    fn keys(&self) -> [(&'static str, &[u8]); 3] {
        [
            ("device_ed25519", self.verifying.as_slice()),
            ("device_x25519", self.x25519.as_slice()),
            ("device_kyber768", self.kyber768.as_slice()),
        ]
    }

    fn fields<'a>(&'a self, device: &'a Device) -> Values<'a> {
        let mut values: Values<'_> = vec![
            ("device_id", device.id.as_bytes()),
            ("device_name", self.name.as_slice()),
            ("device_type", device.device_type.as_bytes()),
        ];
        values.extend(self.keys());
        values
    }
}

pub(super) fn root(device: Device, keys: &Octets) -> Draft {
    rooted(device, keys, &Octets::default(), &Octets::default())
}

pub(super) fn rooted(device: Device, keys: &Octets, email: &Octets, account: &Octets) -> Draft {
    let brought = Brought::of(device);
    let mut values = brought.fields(&device);
    values.push(("user_keys", keys.as_slice()));
    values.push(("email_change", email.as_slice()));
    values.push(("account_change", account.as_slice()));
    let body = encoded(&USER_ROOT, &values);
    Draft { link_type: text("UserRoot"), body, signers: vec![device.seed()] }
}

pub(super) fn add(device: Device, keys: &Octets, revoked: &[Device]) -> Draft {
    let name = Octets::new(bytes(&format!("{} name", device.id), 32));
    add_named(device, &name, keys, revoked)
}

pub(super) fn add_named(
    device: Device,
    name: &Octets,
    keys: &Octets,
    revoked: &[Device],
) -> Draft {
    let brought = Brought { name: name.clone(), ..Brought::of(device) };
    let revoked = id_list(revoked);
    let mut values = brought.fields(&device);
    values.push(("user_keys", keys.as_slice()));
    values.push(("revoke_device_ids", revoked.as_slice()));
    let body = encoded(&DEVICE_ADD, &values);
    Draft { link_type: text("DeviceAdd"), body, signers: vec![device.seed()] }
}

pub(super) fn add_and_approve(by: Device, device: Device, keys: &Octets, escrow: &Octets) -> Draft {
    let brought = Brought::of(device);
    let mut values: Values<'_> = vec![("signer", by.id.as_bytes())];
    values.extend(brought.fields(&device));
    values.push(("user_keys", keys.as_slice()));
    values.push(("revoke_device_ids", &[]));
    values.push(("escrow", escrow.as_slice()));
    let body = encoded(&DEVICE_ADD_AND_APPROVE, &values);
    Draft { link_type: text("DeviceAddAndApprove"), body, signers: vec![by.seed(), device.seed()] }
}

/// What an escrow device is for.
pub(super) fn escrow() -> Octets {
    let (number, generation) = (wire::u32_be(4), wire::u32_be(2));
    let hash = bytes("escrow tail", 32);
    let values: Values<'_> = vec![
        ("user_id", b"escrow-admins"),
        ("last_sequence_number", number.as_slice()),
        ("last_link_hash", hash.as_slice()),
        ("generation", generation.as_slice()),
    ];
    encoded(&ESCROW, &values)
}

pub(super) fn rename(device: Device, name: &Octets) -> Draft {
    let values: Values<'_> =
        vec![("device_id", device.id.as_bytes()), ("device_name", name.as_slice())];
    let body = encoded(&DEVICE_RENAME, &values);
    Draft { link_type: text("DeviceRename"), body, signers: vec![device.seed()] }
}

/// A revocation, by the server where there is no device.
pub(super) fn revoke(by: Option<Device>, whom: &[Device], keys: &Octets) -> Draft {
    let revoked = id_list(whom);
    let values: Values<'_> = vec![
        ("signer", by.map_or("", |by| by.id).as_bytes()),
        ("revoke_device_ids", revoked.as_slice()),
        ("user_keys", keys.as_slice()),
    ];
    let body = encoded(&DEVICE_REVOKE, &values);
    let signers = by.into_iter().map(Device::seed).collect();
    Draft { link_type: text("DeviceRevoke"), body, signers }
}

pub(super) fn rotate(by: Device, device: Device, to: Device, keys: &Octets) -> Draft {
    let brought = Brought::of(to);
    let mut values: Values<'_> =
        vec![("signer", by.id.as_bytes()), ("device_id", device.id.as_bytes())];
    values.extend(brought.keys());
    values.push(("user_keys", keys.as_slice()));
    let body = encoded(&DEVICE_KEY_ROTATE, &values);
    Draft { link_type: text("DeviceKeyRotate"), body, signers: vec![by.seed(), to.seed()] }
}

pub(super) fn approve(by: Device, revoked: &[Device], keys: &Octets) -> Draft {
    let revoked = id_list(revoked);
    let values: Values<'_> = vec![
        ("signer", by.id.as_bytes()),
        ("revoke_device_ids", revoked.as_slice()),
        ("user_keys", keys.as_slice()),
    ];
    let body = encoded(&BATCH_APPROVE, &values);
    Draft { link_type: text("BatchApprove"), body, signers: vec![by.seed()] }
}

pub(super) fn rotate_user_keys(by: Device, keys: &Octets) -> Draft {
    let values: Values<'_> =
        vec![("signer", by.id.as_bytes()), ("user_keys", keys.as_slice())];
    let body = encoded(&PER_USER_KEY_ROTATE, &values);
    Draft { link_type: text("PerUserKeyRotate"), body, signers: vec![by.seed()] }
}

pub(super) fn lockdown(by: Device, on: bool) -> Draft {
    let mode = if on { "on" } else { "off" };
    let values: Values<'_> = vec![("signer", by.id.as_bytes()), ("mode", mode.as_bytes())];
    let body = encoded(&LOCKDOWN_MODE, &values);
    Draft { link_type: text("LockdownMode"), body, signers: vec![by.seed()] }
}

pub(super) fn account(committed: &Octets) -> Draft {
    server("AccountChange", &ACCOUNT_CHANGE, &[("account_change", committed)])
}

pub(super) fn user_id(committed: &Octets) -> Draft {
    server("UserIDChange", &USER_ID_CHANGE, &[("user_id_change", committed)])
}

pub(super) fn idp(domain: &str) -> Draft {
    server("IDPUpdate", &IDP_UPDATE, &[("idp_domain", &domain.into())])
}

pub(super) fn escrow_admin(committed: &Octets) -> Draft {
    server("EscrowAdmin", &ESCROW_ADMIN, &[("escrow_admin", committed)])
}

pub(super) fn members(added: &[Octets], removed: &[Octets]) -> Draft {
    let one = |it: &Octets| encoded(&COMMITMENT, &[("commitment", it.as_slice())]);
    let list = |of: &[Octets]| wire::join(&of.iter().map(one).collect::<Vec<_>>());
    let (added, removed) = (list(added), list(removed));
    server("ChangeMembers", &CHANGE_MEMBERS, &[("added", &added), ("removed", &removed)])
}
