//! What honest devices signed, and what the server came to have.

use conclave_spec::{Octets, RuleSet, formulas::sigchain::Link};

use crate::sigchain::{
    Confirmed, UserChain,
    build::{ALICE, CLOUD, Chain, Device, LAPTOP, PHONE, add_and_approve, escrow, lockdown},
};

/// Which history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scene {
    /// A laptop and a phone; the laptop takes other keys, and revokes the phone, which was stolen.
    Open,
    /// A laptop in lockdown, and a phone that it approves.
    Locked,
    /// A laptop that adds and approves a device of the escrow administrators.
    Escrow,
}

impl Scene {
    /// Every scene.
    pub const ALL: [Self; 3] = [Self::Open, Self::Locked, Self::Escrow];

    /// What it is, in a few words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Open => "a laptop approves a phone, takes other keys, revokes the phone",
            Self::Locked => "a laptop begins lockdown, a phone is added and approved",
            Self::Escrow => "a laptop adds and approves an escrow device",
        }
    }
}

/// The laptop once it took other keys.
pub(super) const LAPTOP_AGAIN: Device = LAPTOP.with_keys("laptop again");
/// The device of the escrow administrators on Alice's chain.
pub(super) const ESCROW: Device = Device { device_type: "ESCROW", ..Device::named("escrow") };
/// The server's device.
pub(super) const GHOST: Device = Device::named("ghost");

/// What honest devices signed in a scene.
#[derive(Clone, Debug)]
pub struct History {
    /// The rules of whoever made it.
    pub(super) rules: RuleSet,
    /// The links, oldest first.
    pub links: Vec<Link>,
    /// Per-user keys that the server makes.
    pub(super) server_keys: Vec<Octets>,
    /// Sets of per-user keys whose secrets the phone has, and so whoever stole it.
    pub(super) phone_keys: Vec<Octets>,
}

impl History {
    /// The history of a scene, made under these rules.
    pub(super) fn of(rules: RuleSet, scene: Scene) -> Self {
        let chain = match scene {
            Scene::Open => Chain::two_devices(rules)
                .approve(LAPTOP)
                .rotate(LAPTOP, LAPTOP_AGAIN, false)
                .revoke(LAPTOP_AGAIN, &[PHONE]),
            Scene::Locked => Chain::of_alice(rules)
                .root(LAPTOP)
                .then(&lockdown(LAPTOP, true))
                .add_unconfirmed(PHONE)
                .approve(LAPTOP),
            Scene::Escrow => {
                let mut chain = Chain::of_alice(rules).root(LAPTOP);
                let keys = chain.new_keys(false);
                chain.then(&add_and_approve(LAPTOP, ESCROW, &keys, &escrow()))
            }
        };
        let of_server = Chain::new(rules, "User", "the server");
        let server_keys = (1..=3).map(|at| of_server.keys_of(at, false)).collect();
        let phone_keys = match scene {
            Scene::Open => (2..=3).map(|at| chain.keys_of(at, false)).collect(),
            Scene::Locked | Scene::Escrow => Vec::new(),
        };
        Self { rules, links: chain.links, server_keys, phone_keys }
    }

    /// What a client knows that was served so many of its links.
    pub(super) fn served(
        &self,
        rules: RuleSet,
        confirmed: Confirmed,
        count: usize,
    ) -> Option<UserChain> {
        let links = self.links.iter().take(count);
        let start = UserChain::start(ALICE).reading(confirmed);
        links.into_iter().try_fold(start, |chain, link| chain.extended(rules, CLOUD, link).ok())
    }
}
