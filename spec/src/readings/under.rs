//! A version under another reading: the alternatives that the model can take, as changes of a
//! profile.
//!
//! What an alternative changes is in force or not, or a parameter or a variant of the profile; the
//! others are about bytes, or ask for a machine that this one is not.

use super::by_id;
use crate::{
    Profile,
    profiles::{GraceFrom, NonceSchedule, Params},
    rule_set::RuleSet,
    rules::Rule,
};

/// An alternative of a reading, and what it makes of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Under {
    /// The reading.
    pub reading: &'static str,
    /// The key of the alternative.
    pub alternative: &'static str,
    /// Rules it adds.
    adds: &'static [Rule],
    /// Rules it takes away, with those that need them.
    takes: &'static [Rule],
    /// What else it changes.
    other: Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Other {
    Nothing,
    Grace(GraceFrom),
    Schedule(NonceSchedule),
    ReplayWindow(u32),
}

const fn adds(reading: &'static str, alternative: &'static str, adds: &'static [Rule]) -> Under {
    Under { reading, alternative, adds, takes: &[], other: Other::Nothing }
}

const fn takes(reading: &'static str, alternative: &'static str, takes: &'static [Rule]) -> Under {
    Under { reading, alternative, adds: &[], takes, other: Other::Nothing }
}

const fn changes(reading: &'static str, alternative: &'static str, other: Other) -> Under {
    Under { reading, alternative, adds: &[], takes: &[], other }
}

/// The alternatives that the model can take in 4.6, by reading.
pub const UNDER: &[Under] = &[
    takes("R-04", "accept", &[Rule::AgreementContributory]),
    takes("R-06", "meeting", &[Rule::OldKeyExpires]),
    changes("R-21", "increase", Other::ReplayWindow(1)),
    adds("R-23", "at_once", &[Rule::LeaderUsesAtOnce]),
    takes("R-38", "from_server", &[Rule::SuiteFromSignedKey]),
    adds("R-38", "one_suite", &[Rule::EverybodyHybrid]),
    adds("R-39", "user_and_device", &[Rule::SubkeyNamesDevice]),
    takes("R-44", "no_effect", &[Rule::OperationApplies]),
    takes("R-45", "any_link", &[Rule::ListStartsWhole]),
    takes("R-46", "trusted", &[Rule::SnapshotFaithful]),
    takes("R-47", "trusted", &[Rule::SnapshotKeepsKnown]),
    Under {
        takes: &[Rule::SnapshotKeepsKnown],
        ..adds("R-47", "identical", &[Rule::SnapshotIdentical])
    },
    takes("R-48", "as_leave", &[Rule::KickListed, Rule::KickedStaysOut]),
    takes("R-52", "none", &[Rule::NotStale]),
    adds("R-52", "least_delay", &[Rule::AnchorLeastDelayed]),
    takes("R-54", "unbound", &[Rule::NoSealWithoutNonce]),
    takes("R-55", "per_leader", &[Rule::NoncesSurviveLeader]),
    takes("R-57", "keep", &[Rule::TakeoverRotates]),
    takes("R-58", "stays", &[Rule::LeaderStepsDown]),
    takes("R-59", "keep", &[Rule::UncertifiedDropped]),
    takes("R-61", "lenient", &[Rule::NoClassicForHybrid]),
    takes("R-62", "may_copy", &[Rule::LockCopied]),
    changes("R-64", "certificate", Other::Grace(GraceFrom::Certificate)),
    changes("R-65", "constant", Other::Schedule(NonceSchedule::Constant)),
    takes("R-67", "increasing", &[Rule::CountsByOne]),
    takes("R-68", "skip", &[Rule::HistoryContinues]),
    adds("R-74", "known_only", &[Rule::LeaderBound]),
    Under {
        other: Other::Grace(GraceFrom::Certificate),
        ..adds("R-77", "leave", &[Rule::LeaveWithoutKey])
    },
    takes("R-81", "ignores", &[Rule::KickedLeaves]),
    takes("R-91", "by_user", &[Rule::RequestRetried]),
    adds("R-100", "drop", &[Rule::SenderListed]),
    adds("R-104", "user", &[Rule::LeavesOfUser]),
    adds("R-105", "above_certified", &[Rule::NumberAboveCertified]),
    adds("R-110", "own_join", &[Rule::FirstListsSelf]),
];

impl Under {
    /// The profile under this alternative alone.
    #[must_use]
    pub fn of(self, profile: Profile) -> Profile {
        let less = self.takes.iter().fold(profile, |profile, rule| profile.without(*rule));
        let rules = less.rules.union(RuleSet::of(self.adds));
        let profile = Profile { rules, ..less };
        match self.other {
            Other::Nothing => profile,
            Other::Grace(grace_from) => Profile { grace_from, ..profile },
            Other::Schedule(nonce_schedule) => Profile { nonce_schedule, ..profile },
            Other::ReplayWindow(replay_window) => {
                Profile { params: Params { replay_window, ..profile.params }, ..profile }
            }
        }
    }

    /// The alternative written `R-54=unbound`, if the model can take it.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        UNDER.iter().copied().find(|under| under.to_string() == text)
    }

    /// Those that a client declares by a policy.
    pub fn by_policy() -> impl Iterator<Item = Self> {
        UNDER
            .iter()
            .copied()
            .filter(|under| by_id(under.reading).is_some_and(|it| it.policy.is_some()))
    }

    /// What the value of a policy changes, if it is an alternative that changes a profile.
    #[must_use]
    pub fn of_policy(key: &str, value: &str) -> Option<Self> {
        Self::by_policy().find(|under| {
            by_id(under.reading).is_some_and(|it| it.policy == Some(key))
                && under.alternative == value
        })
    }

    /// What a client does that chooses it.
    #[must_use]
    pub fn text(self) -> &'static str {
        let reading = by_id(self.reading);
        reading.and_then(|it| it.alternative(self.alternative)).map_or("", |it| it.text)
    }
}

impl std::fmt::Display for Under {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.reading, self.alternative)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_is_another_alternative_of_a_reading_and_changes_the_profile() {
        let plain = Profile::zoom_4_6().digest();
        let digests: BTreeSet<_> =
            UNDER.iter().map(|under| under.of(Profile::zoom_4_6()).digest()).collect();
        assert_eq!(digests.len(), UNDER.len());
        assert!(!digests.contains(&plain));
        for under in UNDER {
            let reading = by_id(under.reading).unwrap();
            assert!(reading.alternative(under.alternative).is_some(), "{under}");
            assert_ne!(reading.chosen, under.alternative, "{under}");
            assert_eq!(Under::named(&under.to_string()), Some(*under));
        }
    }
}
