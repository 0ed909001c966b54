//! What is said of device families: the theorem and the lemmas of the appendix, and its claim about
//! revoked devices.

use super::{Device, Family, Known, Puk, Reading, Transition};

/// A statement about every family, or about every transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statement {
    /// The theorem: devices of one class have the same keys.
    SameKeys,
    /// Lemma 1: an approval joins classes.
    Edge,
    /// Lemma 2: older devices have the keys of younger ones.
    OlderKnowMore,
    /// Lemma 3: older devices are in older classes.
    OlderClasses,
    /// Lemma 4: who approves stays in its class.
    ApproverStays,
    /// Lemma 5: approving changes no older device's class.
    OlderStay,
    /// Every device that is not revoked has the current key.
    CurrentReaches,
    /// No revoked device knows the key in use.
    RevokedOut,
    /// Where one does, some device will make another.
    RotationCalled,
    /// Where one does, it is by one of two ways.
    OnlyThere,
}

impl Statement {
    /// Every statement.
    pub const ALL: [Self; 10] = [
        Self::SameKeys,
        Self::Edge,
        Self::OlderKnowMore,
        Self::OlderClasses,
        Self::ApproverStays,
        Self::OlderStay,
        Self::CurrentReaches,
        Self::RevokedOut,
        Self::RotationCalled,
        Self::OnlyThere,
    ];

    /// Its name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::SameKeys => "SAME-KEYS",
            Self::Edge => "EDGE",
            Self::OlderKnowMore => "OLDER-KNOW-MORE",
            Self::OlderClasses => "OLDER-CLASSES",
            Self::ApproverStays => "APPROVER-STAYS",
            Self::OlderStay => "OLDER-STAY",
            Self::CurrentReaches => "CURRENT-REACHES",
            Self::RevokedOut => "PUK-REV",
            Self::RotationCalled => "PUK-CALLED",
            Self::OnlyThere => "PUK-ONLY-THERE",
        }
    }

    /// What it says.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::SameKeys => {
                "Two devices of one class, neither revoked, have been boxed the same keys."
            }
            Self::Edge => "Who approved and who was approved are of one class.",
            Self::OlderKnowMore => {
                "A device that is not revoked has been boxed every key that a younger one was."
            }
            Self::OlderClasses => {
                "Of two devices, neither revoked, the older is of the same class as the younger or of an older."
            }
            Self::ApproverStays => "Who approves is in the same class afterwards.",
            Self::OlderStay => {
                "When a device approves, every older one that is not revoked is in the same class afterwards."
            }
            Self::CurrentReaches => {
                "Every device that is not revoked has been boxed the key in use."
            }
            Self::RevokedOut => {
                "No revoked device knows the key in use, because it was boxed for it or because it made it."
            }
            Self::RotationCalled => {
                "Where a revoked device knows the last key, a revocation came after that key, so that the \
                 next device to notice makes another."
            }
            Self::OnlyThere => {
                "Where a revoked device knows the last key, it made it as it revoked itself, or it was \
                 revoked after that key."
            }
        }
    }

    /// Where the paper says it.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::SameKeys => "4.6, thm:know_puks",
            Self::Edge => "4.6, l:edge",
            Self::OlderKnowMore => "4.6, l:puks",
            Self::OlderClasses => "4.6, l:verif_ineq",
            Self::ApproverStays => "4.6, l:nochange",
            Self::OlderStay => "4.6, l:olders",
            Self::CurrentReaches => "4.6, d:trans, effects on boxes",
            Self::RevokedOut => "4.6, subsubsec:puks",
            Self::RotationCalled => "4.6, PerUserKeyRotate",
            Self::OnlyThere => "of this project",
        }
    }

    /// Whether it holds of a family.
    #[must_use]
    pub fn holds(self, reading: Reading, family: &Family) -> bool {
        match self {
            Self::SameKeys => {
                let classes = family.classes();
                pairs(family).all(|(older, younger)| {
                    class(&classes, older) != class(&classes, younger)
                        || family.boxed(older) == family.boxed(younger)
                })
            }
            Self::Edge => {
                let classes = family.classes();
                let mut edges = family.approvals.iter();
                edges.all(|(one, other)| class(&classes, *one) == class(&classes, *other))
            }
            Self::OlderKnowMore => pairs(family).all(|(older, younger)| {
                let (older, younger) = (family.boxed(older), family.boxed(younger));
                older.zip(younger).is_some_and(|(older, younger)| younger.is_subset(older))
            }),
            Self::OlderClasses => {
                let classes = family.classes();
                pairs(family)
                    .all(|(older, younger)| class(&classes, older) <= class(&classes, younger))
            }
            Self::CurrentReaches => family.in_use(reading).is_none_or(|puk| {
                let mut active = family.active();
                active.all(|it| family.boxed(it).is_some_and(|boxed| boxed.contains(&puk)))
            }),
            Self::RevokedOut => knowing(family, family.in_use(reading)).next().is_none(),
            Self::RotationCalled => family.stale || knowing(family, family.last()).next().is_none(),
            Self::OnlyThere => knowing(family, family.last())
                .all(|it| family.stale || family.last().is_some_and(|puk| it.made.contains(&puk))),
            Self::ApproverStays | Self::OlderStay => true,
        }
    }

    /// Whether it holds of a transition.
    #[must_use]
    pub fn holds_across(self, before: &Family, transition: &Transition, after: &Family) -> bool {
        let Transition::Approve { by } = transition else { return true };
        if !matches!(self, Self::ApproverStays | Self::OlderStay) {
            return true;
        }
        let (before, now) = (before.classes(), after.classes());
        let stays = |device: Device| class(&before, device) == class(&now, device);
        match self {
            Self::ApproverStays => stays(*by),
            Self::OlderStay => after.active().filter(|device| device < by).all(stays),
            Self::SameKeys
            | Self::Edge
            | Self::OlderKnowMore
            | Self::OlderClasses
            | Self::CurrentReaches
            | Self::RevokedOut
            | Self::RotationCalled
            | Self::OnlyThere => true,
        }
    }
}

/// The class of a device.
fn class(classes: &[Device], device: Device) -> Option<Device> {
    classes.get(usize::from(device)).copied()
}

/// The revoked devices that know a key.
fn knowing(family: &Family, puk: Option<Puk>) -> impl Iterator<Item = &Known> {
    let revoked = family.devices.iter().filter(|it| it.revoked);
    revoked
        .filter(move |it| puk.is_some_and(|puk| it.boxed.contains(&puk) || it.made.contains(&puk)))
}

/// Every two devices that are not revoked, the older first.
fn pairs(family: &Family) -> impl Iterator<Item = (Device, Device)> {
    let active: Vec<Device> = family.active().collect();
    (0..active.len()).flat_map(move |at| {
        let (older, younger) = (active.get(at).copied(), active.get(at + 1..).unwrap_or_default());
        let younger = younger.to_vec();
        older
            .into_iter()
            .flat_map(move |older| younger.clone().into_iter().map(move |it| (older, it)))
    })
}
