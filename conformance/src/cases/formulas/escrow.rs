//! Cases of account escrow: the administrators' chain, a member's escrow device, recovery.

use conclave_model::sigchain::build::{
    ACCOUNT, ALICE, CLOUD, Chain, Device, LAPTOP, PHONE, account_value, add_and_approve, bytes,
    commitment_key, escrow_admin, escrow_value, rooted,
};
use conclave_spec::{
    Octets, RuleSet,
    formulas::{
        escrow::{About, Draws, EscrowBox, Secrets, Terms, seal},
        per_user_keys::per_user_keys,
        sigchain::{Tail, commitment},
    },
    layouts::escrow::CHAIN,
    wire,
};

use super::{Cases, FormulaDraft, Inputs, disclosures, inputs, joined, text};

mod boxes;
mod members;
mod statuses;
mod trusted;

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    members::drafts(world, list);
    statuses::drafts(world, list);
    trusted::drafts(world, list);
    boxes::drafts(world, list);
}

/// The user ID of the administrators' chain.
const ADMINS: &str = "escrow-admins";
/// The first device of the administrators.
const VAULT: Device = Device::named("vault");
/// Another device of theirs.
const DEPUTY: Device = Device::named("deputy");
/// A device that the server adds.
const GHOST: Device = Device::named("ghost");
/// Alice's escrow device.
const ESCROW: Device = Device { device_type: "ESCROW", ..Device::named("escrow") };
/// The same with other keys.
const ESCROW_AGAIN: Device = ESCROW.with_keys("escrow again");

const NO_KEYS: Octets = Octets::new(Vec::new());

fn hexed(octets: &Octets) -> String {
    hex::encode(octets.as_slice())
}

/// A chain of administrators in lockdown, with one device.
fn vault(world: RuleSet, about: &str) -> Chain {
    Chain::new(world, "User", about).root(VAULT).lock_down(VAULT, true)
}

/// The administrators' chain, of four links: in lockdown, with two devices and one generation.
fn admins(world: RuleSet) -> Chain {
    vault(world, ADMINS).add_unconfirmed(DEPUTY).approve(VAULT)
}

/// What stands on a chain at a number.
fn terms_at(chain: &Chain, world: RuleSet, number: u32, generation: u32) -> Terms {
    let at = usize::try_from(number).unwrap_or_default().saturating_sub(1);
    let hash = chain.links.get(at).and_then(|link| link.hash(world).ok());
    Terms {
        user_id: chain.about().to_owned(),
        last_sequence_number: number,
        last_link_hash: hash.unwrap_or_else(|| Octets::from([0; 32])),
        generation,
    }
}

fn encoded(world: RuleSet, terms: &Terms) -> Octets {
    terms.encode(world).unwrap_or_default()
}

/// Alice's chain of one link, in the account.
fn rooted_in_account(world: RuleSet) -> Chain {
    let mut chain = Chain::of_alice(world);
    let keys = chain.new_keys(false);
    let (key, value) = (commitment_key(ACCOUNT), account_value(ACCOUNT, 1, 0));
    let of_account = commitment(world, &key, &value);
    let root = rooted(LAPTOP, &keys, &Octets::default(), &of_account);
    chain.then(&root).disclosed("account_change", &key, &value)
}

/// A chain with an escrow device that somebody adds.
fn with_escrow(mut chain: Chain, world: RuleSet, by: Device, terms: &Terms) -> Chain {
    let keys = chain.new_keys(false);
    chain.then(&add_and_approve(by, ESCROW, &keys, &encoded(world, terms)))
}

/// Alice's chain of four links: laptop, escrow device, and a phone that the laptop approved.
fn member(world: RuleSet, terms: &Terms) -> Chain {
    with_escrow(rooted_in_account(world), world, LAPTOP, terms).adding(PHONE).approve(LAPTOP)
}

/// The account's chain with a word on its administrators.
fn naming(chain: Chain, world: RuleSet, user_id: &str, number: u32) -> Chain {
    let (key, value) = (commitment_key(user_id), escrow_value(user_id, number));
    let link = escrow_admin(&commitment(world, &key, &value));
    chain.then(&link).disclosed("escrow_admin", &key, &value)
}

/// The account's chain, which names the administrators.
fn account_of(world: RuleSet) -> Chain {
    naming(Chain::new(world, "Account", ACCOUNT), world, ADMINS, 4)
}

/// Chains of administrators as inputs have them.
fn chains(world: RuleSet, chains: &[Chain]) -> String {
    let one = |chain: &Chain| {
        let links = wire::join(&chain.encoded());
        let openings = wire::join(chain.openings());
        let fields = [
            ("user_id", chain.about().as_bytes()),
            ("links", links.as_slice()),
            ("openings", openings.as_slice()),
        ];
        wire::encode(&CHAIN, world, &fields).unwrap_or_default()
    };
    hexed(&wire::join(&chains.iter().map(one).collect::<Vec<_>>()))
}

/// The tail of a chain, as it is remembered.
fn tail_of(chain: &Chain, world: RuleSet, kind: &str) -> String {
    let tail = Tail {
        sigchain_type: kind.to_owned(),
        last_sequence_number: u32::try_from(chain.links.len()).unwrap_or_default(),
        last_link_hash: chain.tail(),
    };
    tail.encode(world).map(|it| hexed(&it)).unwrap_or_default()
}

/// What is sealed, about what, and by whom.
#[derive(Clone)]
struct Sealing {
    world: RuleSet,
    user_id: &'static str,
    device: Device,
    /// Whose secrets are in it.
    secrets: Device,
    terms: Terms,
    /// The seed of the administrators' keys, and whether these are hybrid.
    seed: Octets,
    hybrid: bool,
    maker: Device,
}

impl Sealing {
    /// The box that the laptop makes of the escrow device's keys.
    fn of(world: RuleSet, chain: &Chain, terms: &Terms) -> Self {
        Self {
            world,
            user_id: ALICE,
            device: ESCROW,
            secrets: ESCROW,
            terms: terms.clone(),
            seed: chain.seed_of(terms.generation),
            hybrid: false,
            maker: LAPTOP,
        }
    }

    fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = self.clone();
        change(&mut other);
        other
    }

    fn sealed(&self, rules: RuleSet) -> Option<EscrowBox> {
        let keys = per_user_keys(self.world, &self.seed)?.public;
        let keys = if self.hybrid { keys.user } else { keys.classic().user };
        let verifying = self.device.public_keys().verifying;
        let about =
            About { user_id: self.user_id, device_id: self.device.id, verifying: &verifying };
        let of = self.secrets;
        let secrets = Secrets {
            ed25519_seed: of.seed(),
            x25519: of.x25519_secret(),
            kyber768_seed: if of.hybrid { of.kyber768_seed() } else { Octets::default() },
        };
        let drawn = |name: &str, width| Octets::new(bytes(name, width));
        let (ephemeral, nonce) = (drawn("escrow ephemeral", 32), drawn("escrow nonce", 24));
        let coins = drawn("escrow coins", 32);
        let draws = Draws { ephemeral: &ephemeral, nonce: &nonce, coins: &coins };
        seal(rules, (&about, &self.terms), &keys, (&secrets, &self.maker.seed()), &draws)
    }

    /// The box as the server keeps it.
    fn boxed(&self) -> Octets {
        let sealed = self.sealed(self.world);
        sealed.and_then(|boxed| boxed.encode(self.world).ok()).unwrap_or_default()
    }

    /// The box with a change that its maker signs.
    fn altered(&self, change: impl FnOnce(&mut EscrowBox)) -> Octets {
        let world = self.world;
        let verifying = self.device.public_keys().verifying;
        let about =
            About { user_id: self.user_id, device_id: self.device.id, verifying: &verifying };
        let sealed = self.sealed(world).and_then(|mut boxed| {
            change(&mut boxed);
            boxed.signed_by(world, &about, &self.terms.user_id, &self.maker.seed())
        });
        sealed.and_then(|boxed| boxed.encode(world).ok()).unwrap_or_default()
    }
}

/// A member's client.
#[derive(Clone)]
struct Scene {
    world: RuleSet,
    user: Chain,
    account: Chain,
    admins: Vec<Chain>,
    device: Device,
    boxed: Octets,
    acknowledged: String,
    /// The tails that it knows: of user, account and administrators.
    known: [String; 3],
}

impl Scene {
    /// Alice's phone, before she has an escrow device.
    fn first(world: RuleSet) -> Self {
        Self {
            world,
            user: rooted_in_account(world).adding(PHONE).approve(LAPTOP),
            account: account_of(world),
            admins: vec![admins(world)],
            device: PHONE,
            boxed: Octets::default(),
            acknowledged: String::new(),
            known: [const { String::new() }; 3],
        }
    }

    /// Her phone, with an escrow device that her laptop made.
    fn set_up(world: RuleSet) -> Self {
        let chain = admins(world);
        let terms = terms_at(&chain, world, 4, 1);
        Self {
            user: member(world, &terms),
            boxed: Sealing::of(world, &chain, &terms).boxed(),
            ..Self::first(world)
        }
    }

    fn inputs(&self) -> Inputs {
        let [known_user, known_account, known_escrow] = self.known.clone();
        inputs(&[
            ("cloud_name", text(CLOUD)),
            ("user_id", text(ALICE)),
            ("device_id", text(self.device.id)),
            ("known_user", known_user),
            ("known_account", known_account),
            ("known_escrow", known_escrow),
            ("user_links", joined(&self.user)),
            ("user_openings", disclosures(&self.user)),
            ("account_links", joined(&self.account)),
            ("account_openings", disclosures(&self.account)),
            ("escrow_chains", chains(self.world, &self.admins)),
            ("box", hexed(&self.boxed)),
            ("acknowledged", self.acknowledged.clone()),
        ])
    }

    /// The same with something else in one place.
    fn but(&self, change: impl FnOnce(&mut Self)) -> Inputs {
        let mut other = self.clone();
        change(&mut other);
        other.inputs()
    }
}
