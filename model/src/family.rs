//! Device families: the paper's formal model of the devices of one user, and what it leaves out.
//!
//! ```text
//! Family --Transition--> Family --> ... every one within a Bound, judged by every Statement
//! ```
//!
//! The model of 4.6, appendix:multidev: devices are provisioned, revoke and approve each other, and
//! rotate the per-user key (PUK), whose private half is boxed for devices. Beyond it stand the
//! revocation by the server, which the paper names and leaves out, and what a device knows because
//! it made it. Devices and keys go by the order in which they came, which is all the statements
//! speak about, so that families that differ in names alone are one.

use std::{collections::BTreeSet, fmt};

mod cross_check;
mod search;
mod statements;
#[cfg(test)]
mod tests;

pub use cross_check::{CrossCheck, cross_check};
pub use search::{Bound, Found, Way, search};
pub use statements::Statement;

/// A device, by when it was provisioned among the others.
pub type Device = u8;

/// A per-user key, by when it was made. The last one is current.
pub type Puk = u8;

/// The devices of one user at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Family {
    /// What is known of each device, oldest first.
    pub devices: Vec<Known>,
    /// Who approved whom.
    pub approvals: BTreeSet<(Device, Device)>,
    /// How many per-user keys were made.
    pub puks: Puk,
    /// Whether somebody was revoked after the last key was made.
    pub stale: bool,
}

/// A device as far as statements speak of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Known {
    /// Whether it is revoked.
    pub revoked: bool,
    /// The per-user keys boxed for it.
    pub boxed: BTreeSet<Puk>,
    /// The per-user keys it made itself and did not box for itself.
    pub made: BTreeSet<Puk>,
}

/// What happens to a family.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transition {
    /// Another device is provisioned. It makes a key.
    Add,
    /// A device revokes others, or itself, and makes a key.
    Revoke {
        /// Who.
        by: Device,
        /// Whom.
        whom: BTreeSet<Device>,
    },
    /// The server revokes devices at the user's word on the website. No key is made.
    ServerRevoke {
        /// Whom.
        whom: BTreeSet<Device>,
    },
    /// A device revokes itself and makes no key.
    Resign {
        /// Who.
        by: Device,
    },
    /// A device makes a key.
    Rotate {
        /// Who.
        by: Device,
    },
    /// A device approves every younger one, and boxes for it all keys boxed for itself.
    Approve {
        /// Who.
        by: Device,
    },
}

/// How the model is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// As the appendix defines it: a device may be among those it revokes, and makes the key
    /// nevertheless; the server revokes nobody.
    Literal,
    /// With what the appendix names and leaves out: the server revokes too.
    Whole,
    /// As [`Self::Whole`], but who revokes itself makes no key, and a key is current only once somebody
    /// who stays has made it.
    Hardened,
}

impl Reading {
    /// Every reading.
    pub const ALL: [Self; 3] = [Self::Literal, Self::Whole, Self::Hardened];

    /// Its name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Whole => "whole",
            Self::Hardened => "hardened",
        }
    }

    /// What it is, in one sentence.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Literal => {
                "As the appendix defines it: who revokes itself makes the next key; the server revokes nobody."
            }
            Self::Whole => "With what the appendix names and leaves out: the server revokes too.",
            Self::Hardened => {
                "Who revokes itself makes no key; after that, and after the server revoked, no key is used \
                 until somebody who stays has made one."
            }
        }
    }
}

impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |whom: &BTreeSet<Device>| {
            let names: Vec<_> = whom.iter().map(|it| name(*it)).collect();
            names.join(", ")
        };
        match self {
            Self::Add => f.write_str("a device is provisioned"),
            Self::Revoke { by, whom } if *whom == BTreeSet::from([*by]) => {
                write!(f, "{} revokes itself and makes a key", name(*by))
            }
            Self::Revoke { by, whom } => {
                write!(f, "{} revokes {} and makes a key", name(*by), names(whom))
            }
            Self::ServerRevoke { whom } => write!(f, "the server revokes {}", names(whom)),
            Self::Resign { by } => write!(f, "{} revokes itself", name(*by)),
            Self::Rotate { by } => write!(f, "{} makes a key", name(*by)),
            Self::Approve { by } => write!(f, "{} approves all younger devices", name(*by)),
        }
    }
}

/// Each device with the keys boxed for it; revoked ones in brackets, what they made after a plus sign.
impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = |keys: &BTreeSet<Puk>| {
            let keys: Vec<_> = keys.iter().map(|it| (u16::from(*it) + 1).to_string()).collect();
            keys.join(",")
        };
        let device = |(device, known): (Device, &Known)| {
            let made = if known.made.is_empty() { "" } else { "+" };
            let text =
                format!("{}:{}{made}{}", name(device), keys(&known.boxed), keys(&known.made));
            if known.revoked { format!("[{text}]") } else { text }
        };
        let devices: Vec<_> = self.numbered().map(device).collect();
        let stale = if self.stale { ", stale" } else { "" };
        write!(f, "keys made: {}{stale}; {}", self.puks, devices.join("  "))
    }
}

/// The name of a device: `d1` is the oldest.
#[must_use]
pub fn name(device: Device) -> String {
    format!("d{}", u16::from(device) + 1)
}

impl Family {
    /// The devices that are not revoked, oldest first.
    pub fn active(&self) -> impl Iterator<Item = Device> {
        let active = |(_, it): &(Device, &Known)| !it.revoked;
        self.numbered().filter(active).map(|(device, _)| device)
    }

    /// Every device with its number.
    pub fn numbered(&self) -> impl Iterator<Item = (Device, &Known)> {
        (0..).zip(&self.devices)
    }

    /// The last key made, while there is a device that is not revoked.
    #[must_use]
    pub fn last(&self) -> Option<Puk> {
        self.puks.checked_sub(1).filter(|_| self.active().next().is_some())
    }

    /// The key in use: the last one, unless it is stale and a reading forbids that.
    #[must_use]
    pub fn in_use(&self, reading: Reading) -> Option<Puk> {
        self.last().filter(|_| reading != Reading::Hardened || !self.stale)
    }

    /// The keys boxed for a device, its `puks` of the appendix.
    #[must_use]
    pub fn boxed(&self, device: Device) -> Option<&BTreeSet<Puk>> {
        self.devices.get(usize::from(device)).map(|it| &it.boxed)
    }

    /// For each device the oldest one of the class that approvals put it in, its `verif` of the
    /// appendix. Revoked devices and what they approved count.
    #[must_use]
    pub fn classes(&self) -> Vec<Device> {
        let mut classes: Vec<Device> = self.numbered().map(|(device, _)| device).collect();
        for (one, other) in &self.approvals {
            let class = |device: &Device| classes.get(usize::from(*device)).copied();
            let (Some(one), Some(other)) = (class(one), class(other)) else { continue };
            let (older, younger) = (one.min(other), one.max(other));
            classes.iter_mut().filter(|it| **it == younger).for_each(|it| *it = older);
        }
        classes
    }

    /// The family after a transition; `None` where its preconditions are not met.
    #[must_use]
    pub fn after(&self, transition: &Transition) -> Option<Self> {
        let active =
            |device: &Device| self.devices.get(usize::from(*device)).is_some_and(|it| !it.revoked);
        let revocable = |whom: &BTreeSet<Device>| !whom.is_empty() && whom.iter().all(active);
        let mut next = self.clone();
        match transition {
            Transition::Add => {
                let device = Device::try_from(self.devices.len()).ok()?;
                next.devices.push(Known::default());
                next.make_puk(device)?;
            }
            Transition::Revoke { by, whom } => {
                (active(by) && revocable(whom)).then(|| next.revoke(whom))?;
                next.make_puk(*by)?;
            }
            Transition::ServerRevoke { whom } => {
                revocable(whom).then(|| next.revoke(whom))?;
                next.stale = true;
            }
            Transition::Resign { by } => {
                active(by).then(|| next.revoke(&BTreeSet::from([*by])))?;
                next.stale = true;
            }
            Transition::Rotate { by } => {
                active(by).then_some(())?;
                next.make_puk(*by)?;
            }
            Transition::Approve { by } => active(by).then(|| next.approve(*by))?,
        }
        Some(next)
    }

    fn revoke(&mut self, whom: &BTreeSet<Device>) {
        for (device, known) in (0..).zip(&mut self.devices) {
            known.revoked |= whom.contains(&device);
        }
    }

    /// A device makes a key and boxes it for everybody who is not revoked.
    fn make_puk(&mut self, by: Device) -> Option<()> {
        let puk = self.puks;
        self.puks = puk.checked_add(1)?;
        self.stale = false;
        for (device, known) in (0..).zip(&mut self.devices) {
            if !known.revoked {
                known.boxed.insert(puk);
            } else if device == by {
                known.made.insert(puk);
            }
        }
        Some(())
    }

    fn approve(&mut self, by: Device) {
        let Some(keys) = self.boxed(by).cloned() else { return };
        for (device, known) in (0..).zip(&mut self.devices) {
            if device > by && !known.revoked {
                known.boxed.extend(&keys);
                self.approvals.insert((by, device));
            }
        }
    }

    /// Every transition that a reading has here.
    #[must_use]
    pub fn transitions(&self, reading: Reading) -> Vec<Transition> {
        let active: Vec<Device> = self.active().collect();
        let sets = subsets(&active);
        let mut all = vec![Transition::Add];
        for by in active.iter().copied() {
            let revocable = sets.iter().filter(|whom| match reading {
                Reading::Literal | Reading::Whole => true,
                Reading::Hardened => !whom.contains(&by),
            });
            all.extend(revocable.map(|whom| Transition::Revoke { by, whom: whom.clone() }));
            all.extend([Transition::Rotate { by }, Transition::Approve { by }]);
            if reading == Reading::Hardened {
                all.push(Transition::Resign { by });
            }
        }
        if reading != Reading::Literal {
            all.extend(sets.into_iter().map(|whom| Transition::ServerRevoke { whom }));
        }
        all
    }
}

/// The sets of devices that are not empty.
fn subsets(of: &[Device]) -> Vec<BTreeSet<Device>> {
    let mut sets = vec![BTreeSet::new()];
    for device in of {
        let with = |set: &BTreeSet<Device>| set.iter().copied().chain([*device]).collect();
        let larger: Vec<BTreeSet<Device>> = sets.iter().map(with).collect();
        sets.extend(larger);
    }
    sets.retain(|set| !set.is_empty());
    sets
}
