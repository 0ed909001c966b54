//! Chains under construction: links that devices sign, as a server would serve them. For cases, for
//! the search and for tests: keys come from names.

use conclave_spec::{
    Label, Octets, RuleSet,
    formulas::{
        box_classic::public_key,
        box_hybrid::kem_keys,
        per_user_keys::per_user_keys,
        sigchain::{Link, commitment},
        sign::{sign, verifying_key},
    },
    layouts::sigchain::OPENING,
    wire,
};

use super::NewKeys;

use sha2::{Digest as _, Sha256};

pub use links::{
    account, account_value, add, add_and_approve, add_and_approve_less, add_named, approve,
    commitment_key, email_change, email_value, escrow, escrow_admin, escrow_value, idp, lockdown,
    members, name_commitment, name_value, rename, revoke, root, rooted, rotate, rotate_user_keys,
    signature_list, user_id, user_value,
};

mod links;

/// Reproducible bytes for what is called `name`.
#[must_use]
pub fn bytes(name: &str, width: usize) -> Vec<u8> {
    let blocks = (0u32..).flat_map(|block| Sha256::digest(format!("formula {name} {block}")));
    blocks.take(width).collect()
}

/// The cloud of the chains that are built.
pub const CLOUD: &str = "commercial";
/// The user whose chain is built.
pub const ALICE: &str = "alice";
/// Alice's address.
pub const ADDRESS: &str = "alice@example.com";
/// Alice's account.
pub const ACCOUNT: &str = "example-corp";

/// A device of somebody: whatever it draws comes from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its identifier.
    pub id: &'static str,
    /// What its keys are made of.
    pub keys: &'static str,
    /// Whether it has a Kyber key.
    pub hybrid: bool,
    /// Its type.
    pub device_type: &'static str,
}

/// A device.
pub const LAPTOP: Device = Device::named("laptop");
/// Another device.
pub const PHONE: Device = Device::named("phone");
/// A third device.
pub const TABLET: Device = Device::named("tablet");

impl Device {
    /// A device of this name, with keys made of it and none of Kyber.
    #[must_use]
    pub const fn named(id: &'static str) -> Self {
        Self { id, keys: id, hybrid: false, device_type: "DESKTOP" }
    }

    /// The same device with a Kyber key.
    #[must_use]
    pub const fn hybrid(self) -> Self {
        Self { hybrid: true, ..self }
    }

    /// The same device with other keys.
    #[must_use]
    pub const fn with_keys(self, keys: &'static str) -> Self {
        Self { keys, ..self }
    }

    /// The seed of its signing key, 32 bytes.
    #[must_use]
    pub fn seed(self) -> Octets {
        Octets::new(bytes(&format!("{} ed25519", self.keys), 32))
    }

    /// Its X25519 secret, 32 bytes.
    #[must_use]
    pub fn x25519_secret(self) -> Octets {
        Octets::new(bytes(&format!("{} x25519", self.keys), 32))
    }

    /// The seed of its Kyber768 key, 64 bytes, also where it does not use it.
    #[must_use]
    pub fn kyber768_seed(self) -> Octets {
        Octets::new(bytes(&format!("{} kyber768", self.keys), 64))
    }

    /// Its public keys.
    #[must_use]
    pub fn public_keys(self) -> NewKeys {
        NewKeys { verifying: self.verifying(), x25519: self.x25519(), kyber768: self.kyber768() }
    }

    fn verifying(self) -> Octets {
        verifying_key(&self.seed()).unwrap_or_default()
    }

    fn x25519(self) -> Octets {
        public_key(&self.x25519_secret()).unwrap_or_default()
    }

    fn kyber768(self) -> Octets {
        let keys = self.hybrid.then(|| kem_keys(&self.kyber768_seed())).flatten();
        keys.map(|keys| keys.public).unwrap_or_default()
    }
}

/// A link before it is signed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The type of the link.
    pub link_type: String,
    /// The encoded fields of the type.
    pub body: Octets,
    /// The seeds it is signed with, in order.
    pub signers: Vec<Octets>,
}

/// A chain.
#[derive(Clone, Debug)]
pub struct Chain {
    world: RuleSet,
    kind: &'static str,
    subject: Octets,
    /// What a client asks for.
    about: String,
    /// The links, oldest first.
    pub links: Vec<Link>,
    openings: Vec<Octets>,
    /// How many sets of per-user keys were made.
    generation: u32,
}

impl Chain {
    /// The chain of Alice, without a link.
    #[must_use]
    pub fn of_alice(world: RuleSet) -> Self {
        Self::new(world, "User", ALICE)
    }

    /// A chain of this type about somebody or something.
    #[must_use]
    pub fn new(world: RuleSet, kind: &'static str, about: &str) -> Self {
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
    #[must_use]
    pub fn two_devices(world: RuleSet) -> Self {
        Self::of_alice(world).root(LAPTOP).adding(PHONE)
    }

    /// The link that comes next if it says this, signed by these.
    #[must_use]
    pub fn next(&self, draft: &Draft) -> Link {
        self.signed_as(draft, |_| {})
    }

    /// The same, with signatures that were made for something else.
    #[must_use]
    pub fn signed_as(&self, draft: &Draft, change: impl FnOnce(&mut Link)) -> Link {
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
    #[must_use]
    pub fn with(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }

    /// The chain with this link, signed as it asks for.
    #[must_use]
    pub fn then(self, draft: &Draft) -> Self {
        let link = self.next(draft);
        self.with(link)
    }

    /// The hash of the last link; zeros before the first.
    #[must_use]
    pub fn tail(&self) -> Octets {
        let hash = self.links.last().and_then(|link| link.hash(self.world).ok());
        hash.unwrap_or_else(|| Octets::from([0; 32]))
    }

    /// Discloses a field of the last link.
    #[must_use]
    pub fn disclosed(mut self, field: &str, key: &Octets, value: &Octets) -> Self {
        let number = wire::u32_be(u32::try_from(self.links.len()).unwrap_or_default());
        let values: [(&str, &[u8]); 4] = [
            ("sequence_number", number.as_slice()),
            ("field", field.as_bytes()),
            ("key", key.as_slice()),
            ("value", value.as_slice()),
        ];
        let opening = wire::encode(&OPENING, RuleSet::all(), &values);
        self.openings.push(opening.unwrap_or_default());
        self
    }

    /// The next set of public per-user keys.
    #[must_use]
    pub fn new_keys(&mut self, hybrid: bool) -> Octets {
        self.generation += 1;
        self.keys_of(self.generation, hybrid)
    }

    /// A set of public per-user keys.
    #[must_use]
    pub fn keys_of(&self, generation: u32, hybrid: bool) -> Octets {
        let keys = per_user_keys(self.world, &self.seed_of(generation)).map(|keys| keys.public);
        let keys = keys.map(|keys| if hybrid { keys } else { keys.classic() });
        keys.and_then(|keys| keys.encode(self.world)).unwrap_or_default()
    }

    /// The seed of a set of per-user keys, 32 bytes.
    #[must_use]
    pub fn seed_of(&self, generation: u32) -> Octets {
        Octets::new(bytes(&format!("{} keys {generation}", self.about), 32))
    }

    /// The chain with its first link.
    #[must_use]
    pub fn root(mut self, device: Device) -> Self {
        let keys = self.new_keys(device.hybrid);
        self.then(&root(device, &keys))
    }

    /// The chain with a device added.
    #[must_use]
    pub fn adding(mut self, device: Device) -> Self {
        let keys = self.new_keys(device.hybrid);
        self.then(&add(device, &keys, &[]))
    }

    /// Adds a device in lockdown, without keys.
    #[must_use]
    pub fn add_unconfirmed(self, device: Device) -> Self {
        self.then(&add(device, &Octets::default(), &[]))
    }

    /// The chain with an approval of all younger devices.
    #[must_use]
    pub fn approve(self, by: Device) -> Self {
        self.then(&approve(by, &[], &Octets::default()))
    }

    /// The chain with a revocation by a device.
    #[must_use]
    pub fn revoke(mut self, by: Device, whom: &[Device]) -> Self {
        let keys = self.new_keys(false);
        self.then(&revoke(Some(by), whom, &keys))
    }

    /// The chain with other keys of a device; the per-user keys may be hybrid.
    #[must_use]
    pub fn rotate(mut self, device: Device, to: Device, hybrid: bool) -> Self {
        let keys = self.new_keys(hybrid);
        self.then(&rotate(device, device, to, &keys))
    }

    /// The chain with lockdown on or off.
    #[must_use]
    pub fn lock_down(self, by: Device, on: bool) -> Self {
        self.then(&lockdown(by, on))
    }

    /// The chain with another address.
    #[must_use]
    pub fn email(self, address: &str, number: u32) -> Self {
        let value = email_value(address, number);
        let key = commitment_key(address);
        let committed = commitment(self.world, &key, &value);
        self.then(&email_change(&committed))
    }

    /// The links as bytes, oldest first.
    #[must_use]
    pub fn encoded(&self) -> Vec<Octets> {
        self.links.iter().map(|link| link.encode(self.world).unwrap_or_default()).collect()
    }

    /// What is disclosed, each as bytes.
    #[must_use]
    pub fn openings(&self) -> &[Octets] {
        &self.openings
    }

    /// What a client asks for: the user ID, the address or the account ID.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }
}
