//! The chain of a user: devices, approvals, per-user keys, address, account
//! (4.6, subsubsec:usersigchains).

use std::collections::{BTreeMap, BTreeSet};

use conclave_spec::{Octets, Rule, RuleSet, formulas::sigchain::Tail};

use super::{
    Body, ChainType, NewDevice, NewKeys, Read, Refusal, Served,
    body::Kind,
    classes::Classes,
    require,
    signatures::{self, Needed},
    walk,
};

/// A device of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its identifier.
    pub id: String,
    /// Its type, such as `PHONE`.
    pub device_type: String,
    /// Its keys.
    pub keys: NewKeys,
    /// The signing keys it had before, each with the number of the link that replaced it.
    pub(super) replaced: Vec<(u32, Octets)>,
    /// The number of the link that added it.
    pub added: u32,
    /// The number of the link that revoked it.
    pub revoked: Option<u32>,
}

impl Device {
    /// Whether it has or had this signing key.
    #[must_use]
    pub fn ever_signed_with(&self, key: &Octets) -> bool {
        self.signing_keys().any(|it| it == key)
    }

    /// The signing key that it has, then those that it had before.
    pub fn signing_keys(&self) -> impl Iterator<Item = &Octets> {
        self.signing_keys_since(0)
    }

    /// The same less those that were replaced up to the link with this number.
    pub fn signing_keys_since(&self, number: u32) -> impl Iterator<Item = &Octets> {
        let later = self.replaced.iter().filter(move |(at, _)| *at > number).map(|(_, key)| key);
        std::iter::once(&self.keys.verifying).chain(later)
    }
}

/// The newest address of a user, as far as the chain says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailChange {
    /// The number of the link.
    pub sequence_number: u32,
    /// The address, and the number of the link that the address's chain has for it, where disclosed.
    pub opened: Option<(String, u32)>,
}

/// Which devices are confirmed in lockdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confirmed {
    /// Those of the oldest class that has an active device.
    #[default]
    Oldest,
    /// Those of the class that began lockdown, and nobody once they are all revoked.
    Anchored,
}

/// What a client knows of a user whose chain it has checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChain {
    /// The user ID.
    pub user_id: String,
    /// The tail.
    pub tail: Tail,
    /// Every device, oldest first.
    pub devices: Vec<Device>,
    /// The newest public per-user keys, encoded; empty where there are none.
    pub user_keys: Octets,
    /// How many times there were new ones.
    pub generation: u32,
    /// Whether a device was revoked since.
    pub stale: bool,
    /// Whether the user is in lockdown.
    pub lockdown: bool,
    /// The newest address, if one was ever set.
    pub email: Option<EmailChange>,
    /// The newest account, where it is disclosed; empty for none.
    pub account_id: Option<String>,
    /// The number of the link that changed the account last, if one ever did.
    pub account_changed: Option<u32>,
    pub(super) classes: Classes,
    by_id: BTreeMap<String, usize>,
    device_keys: BTreeSet<Octets>,
    pub(super) old_user_keys: BTreeSet<Octets>,
    names: BTreeSet<(String, u32)>,
    /// The oldest device that is active, or a place before it.
    first_active: usize,
    /// How many active devices have no Kyber key.
    pub(super) classic: usize,
    confirmed: Confirmed,
    /// The device that began the lockdown the user is in.
    anchor: Option<usize>,
}

impl UserChain {
    /// Checks the chain of a user from its first link on.
    ///
    /// # Errors
    /// A link breaks a rule, or what is known already is missing.
    pub fn verify(rules: RuleSet, served: &Served<'_>) -> Result<Self, Refusal> {
        Self::verify_each(rules, served, |chain, read| chain.take(rules, read))
    }

    /// The same with another way to take a link.
    pub(super) fn verify_each(
        rules: RuleSet,
        served: &Served<'_>,
        mut take: impl FnMut(&mut Self, &Read<'_>) -> Result<(), Rule>,
    ) -> Result<Self, Refusal> {
        let mut chain = Self::start(served.subject);
        chain.tail = walk(rules, ChainType::User, served, |read| take(&mut chain, read))?;
        let rooted = require(rules, Rule::RootFirst, !served.links.is_empty());
        rooted.map_err(|rule| Refusal { rule, at: 1 })?;
        Ok(chain)
    }

    /// The oldest device of the approval class of a device, both by their place.
    #[must_use]
    pub fn class(&self, device: usize) -> usize {
        self.classes.oldest(device)
    }

    /// Whether a device of the chain has or had this signing key, revoked or not.
    #[must_use]
    pub fn ever_signed_with(&self, key: &Octets) -> bool {
        self.devices.iter().any(|device| device.ever_signed_with(key))
    }

    /// The number of the link since which a device, or an older one of its approval class, is there.
    #[must_use]
    pub fn trusted_since(&self, id: &str) -> Option<u32> {
        let eldest = self.class(self.place(id)?);
        self.devices.get(eldest).map(|device| device.added)
    }

    /// The version that makes a name of a device a new one, as far as names are disclosed;
    /// `None` behind the greatest there is.
    #[must_use]
    pub fn next_version(&self, name: &str) -> Option<u32> {
        let versions = self.names.iter().filter(|(it, _)| it == name).map(|(_, version)| *version);
        versions.max().map_or(Some(1), |version| version.checked_add(1))
    }

    /// What is known of a user before the first link.
    #[must_use]
    pub fn start(user_id: &str) -> Self {
        Self {
            user_id: user_id.to_owned(),
            tail: ChainType::User.start(),
            devices: Vec::new(),
            user_keys: Octets::default(),
            generation: 0,
            stale: false,
            lockdown: false,
            email: None,
            account_id: None,
            account_changed: None,
            classes: Classes::default(),
            by_id: BTreeMap::new(),
            device_keys: BTreeSet::new(),
            old_user_keys: BTreeSet::new(),
            names: BTreeSet::new(),
            first_active: 0,
            classic: 0,
            confirmed: Confirmed::default(),
            anchor: None,
        }
    }

    /// The same for a client that reads R-121 otherwise.
    #[must_use]
    pub fn reading(self, confirmed: Confirmed) -> Self {
        Self { confirmed, ..self }
    }

    /// Takes a link, or leaves everything as it was.
    pub(super) fn take(&mut self, rules: RuleSet, read: &Read<'_>) -> Result<(), Rule> {
        self.take_with(rules, read, |_, _| Ok(Vec::new()))
    }

    /// The same where more is asked of a link, by whom it is signed: the signatures it must carry
    /// behind the others.
    pub(super) fn take_with(
        &mut self,
        rules: RuleSet,
        read: &Read<'_>,
        more: impl FnOnce(&Self, Option<usize>) -> Result<Vec<Needed>, Rule>,
    ) -> Result<(), Rule> {
        let is_root = read.body.kind == Kind::UserRoot;
        require(rules, Rule::RootFirst, is_root == self.devices.is_empty())?;
        let signer = self.signer(rules, read.body)?;
        let mut needed = self.needed(rules, read.body, signer)?;
        needed.extend(more(self, signer)?);
        signatures::check(rules, read.link, &needed)?;
        self.admits(rules, read.body, signer)?;
        let known = |name: &(String, u32)| self.names.contains(name);
        require(rules, Rule::DeviceNameNew, !read.opened.names.iter().any(known))?;
        self.apply(rules, read, signer);
        Ok(())
    }

    /// The place of the device that authorizes a link.
    fn signer(&self, rules: RuleSet, body: &Body) -> Result<Option<usize>, Rule> {
        let Some(id) = &body.signer else { return Ok(None) };
        let at = self.place(id).ok_or(Rule::SignerActive)?;
        require(rules, Rule::SignerActive, self.is_active(at))?;
        Ok(Some(at))
    }

    /// The signatures that a link must carry.
    fn needed(
        &self,
        rules: RuleSet,
        body: &Body,
        signer: Option<usize>,
    ) -> Result<Vec<Needed>, Rule> {
        let mut needed = Vec::new();
        if let Some(signer) = signer.and_then(|at| self.devices.get(at)) {
            let by = match &body.replaced {
                Some((device_id, _)) => self.rotates(rules, signer, device_id)?,
                None => Rule::SignerVerifies,
            };
            let mut under = vec![signer.keys.verifying.clone()];
            if !rules.contains(Rule::ReplacedKeySilent) {
                under.extend(signer.replaced.iter().map(|(_, key)| key.clone()));
            }
            needed.push(Needed { by, under });
        }
        let replacing = body.replaced.as_ref().map(|(_, keys)| keys);
        let new = replacing.or(body.device.as_ref().map(|device| &device.keys));
        let by = Rule::NewKeySigns;
        needed.extend(new.map(|keys| Needed { by, under: vec![keys.verifying.clone()] }));
        Ok(needed)
    }

    /// The rule by which a signer may rotate the keys of a device: its own, or those of an escrow
    /// device, whose secret no device of the user has (4.6, subsubsec:escrowmgmt).
    fn rotates(&self, rules: RuleSet, signer: &Device, device_id: &str) -> Result<Rule, Rule> {
        if signer.id == device_id {
            return Ok(Rule::OldKeySigns);
        }
        let rotated = self.place(device_id).and_then(|at| self.devices.get(at));
        let rotated = rotated.ok_or(Rule::SignerActive)?;
        let for_escrow = rotated.device_type == ESCROW_DEVICE && rotated.revoked.is_none();
        require(rules, Rule::OldKeySigns, for_escrow)?;
        Ok(Rule::SignerVerifies)
    }

    /// Whether a device's identifier and keys are new.
    pub(super) fn device_is_new(&self, rules: RuleSet, device: &NewDevice) -> Result<(), Rule> {
        require(rules, Rule::DeviceIdNew, !self.by_id.contains_key(&device.id))?;
        self.keys_are_new(rules, &device.keys)
    }

    pub(super) fn keys_are_new(&self, rules: RuleSet, keys: &NewKeys) -> Result<(), Rule> {
        let used = each(keys).any(|key| self.device_keys.contains(key));
        require(rules, Rule::DeviceKeysNew, !used)
    }

    /// The place of a device.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Whether the device at a place is active.
    #[must_use]
    pub fn is_active(&self, at: usize) -> bool {
        self.devices.get(at).is_some_and(|device| device.revoked.is_none())
    }

    pub(super) fn is_classic(&self, at: usize) -> bool {
        self.devices.get(at).is_some_and(|device| device.keys.kyber768.is_empty())
    }

    /// The device that began the lockdown the user is in, by its place.
    #[must_use]
    pub const fn keeper(&self) -> Option<usize> {
        self.anchor
    }

    /// Whether a device, by its place, is an escrow device.
    #[must_use]
    pub fn is_escrow(&self, at: usize) -> bool {
        self.devices.get(at).is_some_and(|device| device.device_type == ESCROW_DEVICE)
    }

    /// Whether a device is of the class whose devices are confirmed in lockdown.
    #[must_use]
    pub fn is_confirmed(&self, at: usize) -> bool {
        let anchor = self.anchor.filter(|_| self.confirmed == Confirmed::Anchored);
        self.classes.oldest(at) == self.classes.oldest(anchor.unwrap_or(self.first_active))
    }

    fn apply(&mut self, rules: RuleSet, read: &Read<'_>, signer: Option<usize>) {
        let (number, body, opened) = (read.link.sequence_number, read.body, read.opened);
        body.revoked.iter().for_each(|id| self.revoke(id, number));
        if let Some(device) = &body.device {
            self.add(device, number);
        }
        if let Some((device_id, keys)) = &body.replaced {
            self.replace(device_id, keys, number);
        }
        // Who revokes itself in the same link approves nobody.
        let stays = |by: &usize| self.is_active(*by) || !rules.contains(Rule::SignerActive);
        let approves = body.approves() && rules.contains(Rule::ApprovalJoins);
        if let Some(by) = signer.filter(stays).filter(|_| approves) {
            self.classes.approve(by);
        }
        if let Some(on) = body.lockdown {
            self.anchor = if on { self.anchor.or(signer) } else { None };
            self.lockdown = on;
        }
        if body.committed.contains_key("email_change") {
            self.email =
                Some(EmailChange { sequence_number: number, opened: opened.email.clone() });
        }
        if body.committed.contains_key("account_change") {
            self.account_id = opened.account.clone();
            self.account_changed = Some(number);
        }
        self.names.extend(opened.names.iter().cloned());
        if let Some(keys) = &body.user_keys {
            self.user_keys = keys.encoded.clone();
            self.old_user_keys.extend(keys.each.iter().cloned());
            self.generation = self.generation.saturating_add(1);
            self.stale = false;
        }
    }

    fn revoke(&mut self, id: &str, number: u32) {
        let Some(at) = self.place(id).filter(|at| self.is_active(*at)) else { return };
        self.classic = self.classic.saturating_sub(usize::from(self.is_classic(at)));
        if let Some(device) = self.devices.get_mut(at) {
            device.revoked = Some(number);
        }
        self.classes.revoke(at);
        self.stale = true;
        while self.first_active < self.devices.len() && !self.is_active(self.first_active) {
            self.first_active += 1;
        }
    }

    fn add(&mut self, device: &NewDevice, number: u32) {
        self.by_id.insert(device.id.clone(), self.devices.len());
        self.device_keys.extend(each(&device.keys).cloned());
        self.classic += usize::from(device.keys.kyber768.is_empty());
        self.classes.add();
        self.devices.push(Device {
            id: device.id.clone(),
            device_type: device.device_type.clone(),
            keys: device.keys.clone(),
            replaced: Vec::new(),
            added: number,
            revoked: None,
        });
    }

    fn replace(&mut self, device_id: &str, keys: &NewKeys, number: u32) {
        let Some(at) = self.place(device_id) else { return };
        if self.is_active(at) {
            self.classic = self.classic.saturating_sub(usize::from(self.is_classic(at)));
            self.classic += usize::from(keys.kyber768.is_empty());
        }
        self.device_keys.extend(each(keys).cloned());
        if let Some(device) = self.devices.get_mut(at) {
            let old = std::mem::replace(&mut device.keys, keys.clone());
            device.replaced.push((number, old.verifying));
        }
    }
}

/// The type of a device whose secret keys only the escrow administrators have.
pub(super) const ESCROW_DEVICE: &str = "ESCROW";

/// The keys of a device, each.
fn each(keys: &NewKeys) -> impl Iterator<Item = &Octets> {
    [&keys.verifying, &keys.x25519, &keys.kyber768].into_iter().filter(|key| !key.is_empty())
}
