//! The seeds of per-user keys: for which devices they are sealed, and from which they are taken
//! (4.6, subsubsec:puks and subsubsec:lockdownmode; readings ).

use std::collections::BTreeSet;

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        per_user_keys::per_user_keys,
        seed_box::{DeviceKeys, Pair, Route, Secrets, SeedBox, open},
        sigchain::Link,
    },
    layouts::sigchain::USER_KEYS,
    wire,
};

use super::{Body, ChainType, NewKeys, UserChain, require};

/// A seed that is to be sealed for a device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// The device.
    pub device_id: String,
    /// The generation of the seed.
    pub generation: u32,
}

/// What the device that made the last of these links, of which `chain` is what they say, seals with
/// it: in the order of the devices, oldest generation first. `known` are the generations whose
/// seeds it had before.
///
/// # Errors
/// A link cannot be read; links of a verified chain all can.
pub fn due(
    rules: RuleSet,
    links: &[Octets],
    chain: &UserChain,
    known: &BTreeSet<u32>,
) -> Result<Vec<Due>, Rule> {
    let bodies: Vec<Body> = links.iter().map(|link| body(rules, link)).collect::<Result<_, _>>()?;
    let hybrid: Vec<bool> =
        bodies.iter().filter_map(|body| body.user_keys.as_ref()).map(|keys| keys.hybrid).collect();
    let Some(last) = bodies.last() else { return Ok(Vec::new()) };
    let sealing = Sealing::of(rules, chain, last);
    let brought = last.user_keys.as_ref().map(|_| chain.generation);
    let mut due = Vec::new();
    let waits = |at: &usize| sealing.waits(*at);
    for (at, device) in (0..).zip(&chain.devices).filter(|(at, _)| !waits(at)) {
        let mut seeds = BTreeSet::new();
        seeds.extend(brought.filter(|_| sealing.new_one(at) || sealing.all(at, &device.id)));
        seeds.extend(known.iter().filter(|_| sealing.all(at, &device.id)));
        let fits = |generation: &u32| {
            let hybrid = (1..).zip(&hybrid).any(|(number, it)| number == *generation && *it);
            !hybrid || sealing.boxes_are_hybrid(at) || !rules.contains(Rule::HybridSeedWithheld)
        };
        let seeds = seeds.into_iter().filter(fits);
        due.extend(seeds.map(|generation| Due { device_id: device.id.clone(), generation }));
    }
    Ok(due)
}

fn body(rules: RuleSet, link: &Octets) -> Result<Body, Rule> {
    let link = Link::decode(rules, link).map_err(|_| Rule::EncodingCanonical)?;
    Body::read(rules, ChainType::User, &link)
}

/// Who gets what of the device that made a link.
struct Sealing<'a> {
    rules: RuleSet,
    chain: &'a UserChain,
    link: &'a Body,
    /// The place of the device that made it; the server is none.
    maker: Option<usize>,
}

impl<'a> Sealing<'a> {
    fn of(rules: RuleSet, chain: &'a UserChain, link: &'a Body) -> Self {
        let new = link.device.as_ref().map(|device| &device.id);
        let maker = link.signer.as_ref().or(new).and_then(|id| chain.place(id));
        Self { rules, chain, link, maker }
    }

    /// Whether a device gets the seed that the link brings.
    fn new_one(&self, at: usize) -> bool {
        let has = |rule| self.rules.contains(rule);
        let active = self.chain.is_active(at) || !has(Rule::SeedNotForRevoked);
        has(Rule::SeedForEveryDevice) && self.maker != Some(at) && active
    }

    /// Whether it gets nothing, as nobody has confirmed it.
    fn waits(&self, at: usize) -> bool {
        let unconfirmed = self.chain.lockdown && !self.chain.is_confirmed(at);
        unconfirmed && self.rules.contains(Rule::SeedsForConfirmed)
    }

    /// Whether the boxes for it are hybrid: that takes the Kyber keys of both.
    fn boxes_are_hybrid(&self, at: usize) -> bool {
        !self.chain.is_classic(at) && self.maker.is_some_and(|by| !self.chain.is_classic(by))
    }

    /// Whether it gets every seed that the maker knows.
    fn all(&self, at: usize, id: &str) -> bool {
        let replaced = self.link.replaced.as_ref().is_some_and(|(device_id, _)| device_id == id);
        let of_class = self.maker.is_some_and(|by| self.chain.class(by) == self.chain.class(at));
        let within = of_class || !self.rules.contains(Rule::OldSeedsWithinClass);
        let for_new_key = replaced && within && self.rules.contains(Rule::SeedsForNewKey);
        // Who revokes itself in the same link approves nobody.
        let by_active = self.maker.is_some_and(|by| self.chain.is_active(by) && by < at);
        let approved = self.link.approves() && by_active;
        let for_approved = approved && self.rules.contains(Rule::SeedsForApproved);
        self.chain.is_active(at) && (for_new_key || for_approved)
    }
}

/// A device of the user, as a verified chain leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its identifier.
    pub id: String,
    /// Its keys.
    pub keys: NewKeys,
    /// The number of the link that revoked it.
    pub revoked: Option<u32>,
}

impl Holder {
    /// Its keys, as a box has them.
    #[must_use]
    pub const fn keys(&self) -> DeviceKeys<'_> {
        let NewKeys { verifying, x25519, kyber768 } = &self.keys;
        DeviceKeys { verifying, x25519, kyber768 }
    }
}

/// The public per-user keys of a generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// The number of the link that brought them.
    pub sequence_number: u32,
    /// The keys, encoded.
    pub user_keys: Octets,
}

/// Who is given a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient<'a> {
    /// The user.
    pub user_id: &'a str,
    /// The device.
    pub device: &'a Holder,
    /// Its secret keys.
    pub secrets: Secrets<'a>,
}

/// Takes the seed of a box from one of the user's `devices`, of which with one identifier the first
/// counts. The generation and its seed.
///
/// # Errors
/// The rule that refuses it.
pub fn take(
    rules: RuleSet,
    recipient: &Recipient<'_>,
    devices: &[Holder],
    generations: &[Generation],
    bytes: &Octets,
) -> Result<(u32, Octets), Rule> {
    let boxed = SeedBox::decode(rules, bytes).map_err(|_| Rule::EncodingCanonical)?;
    let number = boxed.generation;
    let place = number.checked_sub(1).and_then(|at| usize::try_from(at).ok());
    let announced = place.and_then(|at| generations.get(at)).ok_or(Rule::SeedMatchesKeys)?;
    let sender = devices.iter().find(|it| it.id == boxed.sender).ok_or(Rule::SeedFromDevice)?;
    let there = sender.revoked.is_none_or(|at| at > announced.sequence_number);
    require(rules, Rule::SeedFromDevice, there)?;
    let pair = Pair { sender: sender.keys(), recipient: recipient.device.keys() };
    let classic = boxed.sealed.kem.is_empty();
    require(rules, Rule::SeedBoxHybrid, !classic || !pair.is_hybrid())?;
    let hybrid = has_kyber(rules, &announced.user_keys)?;
    require(rules, Rule::HybridSeedHybridBox, !classic || !hybrid)?;
    let route = Route {
        user_id: recipient.user_id,
        sender: &boxed.sender,
        recipient: &recipient.device.id,
        generation: number,
    };
    let seed = open(rules, &route, &pair, &recipient.secrets, &boxed.sealed);
    let seed = seed.ok_or(Rule::SeedBoxOpens)?;
    let same = derives(rules, &seed, &announced.user_keys, hybrid);
    require(rules, Rule::SeedMatchesKeys, same)?;
    Ok((number, seed))
}

/// Whether published keys are hybrid.
fn has_kyber(rules: RuleSet, user_keys: &Octets) -> Result<bool, Rule> {
    let fields = wire::decode(&USER_KEYS, rules, user_keys);
    let fields = fields.map_err(|_| Rule::EncodingCanonical)?;
    Ok(fields.iter().all(|(name, key)| !name.ends_with("kyber768") || !key.is_empty()))
}

/// Whether published keys are those of a seed.
fn derives(rules: RuleSet, seed: &Octets, user_keys: &Octets, hybrid: bool) -> bool {
    let keys = per_user_keys(rules, seed).map(|keys| keys.public);
    let keys = keys.map(|keys| if hybrid { keys } else { keys.classic() });
    keys.and_then(|keys| keys.encode(rules)).as_ref() == Some(user_keys)
}
