//! What should be so, whatever the server serves.

use std::collections::BTreeSet;

use conclave_spec::{
    Octets, RuleSet,
    formulas::{sigchain::Link, sign::verifying_key},
};

use super::history::{ESCROW, History, LAPTOP_AGAIN};
use crate::sigchain::{
    Body, ChainType, Device as KnownDevice, UserChain,
    build::{CLOUD, Device, LAPTOP, PHONE},
};

/// A goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// Nothing was done in an honest device's name that it did not do there.
    Authentic,
    /// No device of the server is in one approval class with the user's first one.
    Trusted,
    /// The server's per-user keys are those of a device of the server.
    Keys,
    /// No device that was revoked by another has the newest per-user keys.
    Revoked,
    /// In lockdown the server's device is not confirmed, and makes no per-user keys.
    Locked,
    /// Every device has its own identifier and keys.
    Distinct,
    /// Two clients with one tail were served one chain.
    OneHistory,
    /// Two chains whose links say the same have one tail.
    OneTail,
    /// Every link is of this chain, at its place, and says something.
    Framed,
    /// What a client has seen of a chain stays.
    Remembers,
}

impl Goal {
    /// Every goal.
    pub const ALL: [Self; 10] = [
        Self::Authentic,
        Self::Trusted,
        Self::Keys,
        Self::Revoked,
        Self::Locked,
        Self::Distinct,
        Self::OneHistory,
        Self::OneTail,
        Self::Framed,
        Self::Remembers,
    ];

    /// Its name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Authentic => "SC-AUTHENTIC",
            Self::Trusted => "SC-TRUSTED",
            Self::Keys => "SC-KEYS",
            Self::Revoked => "SC-REVOKED",
            Self::Locked => "SC-LOCKED",
            Self::Distinct => "SC-DISTINCT",
            Self::OneHistory => "SC-ONE-HISTORY",
            Self::OneTail => "SC-ONE-TAIL",
            Self::Framed => "SC-FRAMED",
            Self::Remembers => "SC-REMEMBERS",
        }
    }

    /// What it says.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Authentic => {
                "What a link says an honest device did, it did: with these fields, behind this link."
            }
            Self::Trusted => {
                "No active device of the server is of the approval class of the user's first device."
            }
            Self::Keys => {
                "The newest per-user keys are the server's only while a device of the server is active."
            }
            Self::Revoked => {
                "No revoked device has the newest per-user keys, unless the chain shows that keys are due."
            }
            Self::Locked => {
                "While honest devices have a user in lockdown, no device of the server is confirmed, ends \
                 lockdown or makes per-user keys."
            }
            Self::Distinct => "No two devices of a user have an identifier or a key in common.",
            Self::OneHistory => "Two clients that have the same tail were served the same links.",
            Self::OneTail => "Two chains of which every link says the same have the same tail.",
            Self::Framed => {
                "Every link is of the chain, numbered in turn, and of a type that exists."
            }
            Self::Remembers => "A client that has seen a chain is not served an older one.",
        }
    }

    /// Where the paper says it.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::Authentic | Self::Framed | Self::Remembers => "4.6, subsec:sigchains",
            Self::Trusted => "4.6, subsec:multidev",
            Self::Keys | Self::Revoked => "4.6, sec:IdKmProps",
            Self::Locked => "4.6, subsubsec:lockdownmode",
            Self::Distinct => "4.6, subsubsec:usersigchains",
            Self::OneHistory => "4.6, subsec:sigchains, the tail as a commitment",
            Self::OneTail => "4.6, subsec:fingerprints",
        }
    }

    pub(super) fn holds(
        self,
        history: &History,
        links: &[Link],
        chain: &UserChain,
        other: &[Link],
    ) -> bool {
        match self {
            Self::Authentic => authentic(history, links),
            Self::Trusted => !of_server(chain)
                .any(|ghost| honest(chain).any(|device| chain.class(device) == chain.class(ghost))),
            Self::Keys => {
                !history.server_keys.contains(&chain.user_keys) || of_server(chain).next().is_some()
            }
            Self::Revoked => {
                let gone =
                    |id: &str| chain.devices.iter().any(|it| it.id == id && it.revoked.is_some());
                let phone_has = history.phone_keys.contains(&chain.user_keys) && gone("phone");
                chain.stale || !(phone_has || self_made(links, chain))
            }
            Self::Locked => locked(history, links, chain),
            Self::Distinct => {
                let ids: BTreeSet<_> = chain.devices.iter().map(|it| &it.id).collect();
                let keys: Vec<_> = chain
                    .devices
                    .iter()
                    .flat_map(|it| it.signing_keys().chain([&it.keys.x25519]))
                    .collect();
                let distinct = keys.iter().collect::<BTreeSet<_>>().len() == keys.len();
                ids.len() == chain.devices.len() && distinct
            }
            Self::OneHistory => links == other,
            Self::OneTail => {
                let says = |links: &[Link]| {
                    links
                        .iter()
                        .map(|it| (it.link_type.clone(), it.body.clone()))
                        .collect::<Vec<_>>()
                };
                let so_far: Vec<Link> = history.links.iter().take(links.len()).cloned().collect();
                says(links) != says(&so_far) || links == so_far
            }
            Self::Framed => links.iter().zip(1_usize..).all(|(link, number)| {
                let before = number.checked_sub(2).and_then(|at| links.get(at));
                link.sigchain_type == ChainType::User.name()
                    && link.cloud_name == CLOUD
                    && link.subject.as_slice() == chain.user_id.as_bytes()
                    && usize::try_from(link.sequence_number) == Ok(number)
                    && before.is_none_or(|before| follows(history, link, before))
                    && body_of(link).is_some()
            }),
            // It is about two chains, and judged where they are served.
            Self::Remembers => true,
        }
    }
}

/// Whether a link names the one before it.
fn follows(history: &History, link: &Link, before: &Link) -> bool {
    before.hash(history.rules).is_ok_and(|hash| hash == link.prev)
}

/// Whether a device of a chain has a key that the honest device of that name ever had.
fn is_honest(device: &KnownDevice) -> bool {
    [LAPTOP, LAPTOP_AGAIN, PHONE, ESCROW]
        .iter()
        .any(|it| it.id == device.id && key_of(*it) == device.keys.verifying)
}

fn key_of(device: Device) -> Octets {
    verifying_key(&device.seed()).unwrap_or_default()
}

/// The places of the active devices that are no honest ones.
fn of_server(chain: &UserChain) -> impl Iterator<Item = usize> {
    active(chain).filter(|at| chain.devices.get(*at).is_some_and(|it| !is_honest(it)))
}

/// The places of the laptop, while it has a key that only it has or had, revoked or not.
fn honest(chain: &UserChain) -> impl Iterator<Item = usize> {
    let is_laptop =
        |at: &usize| chain.devices.get(*at).is_some_and(|it| it.id == LAPTOP.id && is_honest(it));
    (0..chain.devices.len()).filter(is_laptop)
}

fn active(chain: &UserChain) -> impl Iterator<Item = usize> {
    (0..chain.devices.len())
        .filter(|at| chain.devices.get(*at).is_some_and(|it| it.revoked.is_none()))
}

/// Whether every link that the laptop is said to have authorized is one that it signed, there.
fn authentic(history: &History, links: &[Link]) -> bool {
    links.iter().all(|link| {
        let there = |old: &Link| {
            old.link_type == link.link_type
                && old.body == link.body
                && old.sequence_number == link.sequence_number
                && old.prev == link.prev
        };
        !names(link, LAPTOP) || history.links.iter().any(there)
    })
}

/// Whether a link says that a device authorized it.
fn names(link: &Link, device: Device) -> bool {
    body_of(link).is_some_and(|body| body.signer.as_deref() == Some(device.id))
}

/// What a link says, by rules that nothing weakens.
fn body_of(link: &Link) -> Option<Body> {
    Body::read(RuleSet::all(), ChainType::User, link).ok()
}

/// Whether a device that revoked itself made the newest keys.
fn self_made(links: &[Link], chain: &UserChain) -> bool {
    links.iter().filter_map(body_of).any(|body| {
        let leaves = body.signer.is_some_and(|it| body.revoked.contains(&it));
        leaves && body.user_keys.is_some_and(|keys| keys.encoded == chain.user_keys)
    })
}

/// Whether lockdown keeps the server's devices out, once the laptop has begun it.
fn locked(history: &History, links: &[Link], chain: &UserChain) -> bool {
    let begun = history.links.iter().position(|link| link.link_type == "LockdownMode");
    let Some(begun) = begun.and_then(|at| history.links.get(at)) else { return true };
    if !links.contains(begun) {
        return true;
    }
    let confirmed = |at: usize| chain.is_confirmed(at);
    let served = history.server_keys.contains(&chain.user_keys);
    chain.lockdown && !served && !of_server(chain).any(confirmed)
}
