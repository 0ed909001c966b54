//! What honest devices signed, and what the server came to have.

use conclave_spec::{Octets, RuleSet, formulas::sigchain::Link};

use crate::sigchain::{
    Confirmed, UserChain,
    build::{ALICE, CLOUD, Chain, Device, LAPTOP, PHONE, lockdown},
};

/// Which history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scene {
    /// A laptop and a phone; the laptop takes other keys, and revokes the phone, which was stolen.
    Open,
    /// A laptop in lockdown, and a phone that it approves.
    Locked,
}

impl Scene {
    /// Every scene.
    pub const ALL: [Self; 2] = [Self::Open, Self::Locked];

    /// What it is, in a few words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Open => "a laptop approves a phone, takes other keys, revokes the phone",
            Self::Locked => "a laptop begins lockdown, a phone is added and approved",
        }
    }
}

/// The laptop once it took other keys.
pub(super) const LAPTOP_AGAIN: Device = LAPTOP.with_keys("laptop again");
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
        };
        let of_server = Chain::new(rules, "User", "the server");
        let server_keys = (1..=3).map(|at| of_server.keys_of(at, false)).collect();
        let phone_keys = match scene {
            Scene::Open => (2..=3).map(|at| chain.keys_of(at, false)).collect(),
            Scene::Locked => Vec::new(),
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
