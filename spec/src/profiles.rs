//! The versions of the protocol, as values.
//!
//! A profile is rules, parameters and a few closed variants. It is written as the difference from
//! its parent, and its digest covers what it resolves to, so inserting one changes no other.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::{rule_set::RuleSet, rules::Rule};

pub use formula_only::FORMULA_ONLY;

mod formula_only;

/// How a meeting key is sealed to a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BoxSuite {
    /// Curve25519 and XChaCha20-Poly1305 (2.3.1, 3.5.2).
    Classic,
    /// Curve25519 and Kyber768 round 3, combined with SHA3-256 (4.6, subsubsec:meetingcrypto).
    Hybrid,
}

/// What the signature of a heartbeat is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeartbeatForm {
    /// The tuple of its fields (2.3.1, 3.7.7).
    Tuple,
    /// Its hash `H_i`, which the next one names (4.1, subsubsec:lpl).
    Hash,
}

/// When the time of a superseded key begins to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GraceFrom {
    /// When the newer key arrives (4.1, subsubsec:liveness).
    Receipt,
    /// When a heartbeat certifies the newer number, whether or not the key arrived.
    Certificate,
}

/// How the interval of liveness nonces grows with the meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NonceSchedule {
    /// With the square of the number present, from ten on.
    Quadratic,
    /// Not at all.
    Constant,
}

/// The numbers of a protocol version. Times are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// The leader rotates at most once in this time.
    pub rotation_interval_ms_min: u32,
    /// A joiner is given no key older than this.
    pub joiner_key_age_ms_max: u32,
    /// After a leave, the rotation comes within this time.
    pub leave_rotation_ms_max: u32,
    /// After a join, the rotation comes within this time, where joins rotate at once.
    pub join_batch_ms_max: u32,
    /// A meeting key is the newest for at most this time, where keys have an age.
    pub key_age_ms_max: u32,
    /// A participant waits this long before it encrypts under a rotated key.
    pub use_wait_ms: u32,
    /// The shortest wait that still counts as `use_wait_ms`.
    pub use_wait_ms_min: u32,
    /// The longest wait that still counts as `use_wait_ms`.
    pub use_wait_ms_max: u32,
    /// A superseded key decrypts this long after it was superseded.
    pub old_key_ms: u32,
    /// How many packet counters behind the highest one are still accepted once.
    pub replay_window: u32,
    /// The leader sends a heartbeat at least once in this time.
    pub heartbeat_ms_max: u32,
    /// A participant that got no heartbeat for this long leaves.
    pub silence_ms: u32,
    /// The latest moment at which leaving still counts as leaving after `silence_ms`.
    pub silence_ms_max: u32,
    /// A client posts a liveness nonce at this interval in a meeting of up to ten.
    pub nonce_interval_ms: u32,
    /// The shortest interval that still counts as `nonce_interval_ms`.
    pub nonce_interval_ms_min: u32,
    /// The longest interval that still counts as `nonce_interval_ms`.
    pub nonce_interval_ms_max: u32,
    /// The leader may coalesce the list when it has more links than this.
    pub links_max: u32,
    /// From this many leaves of a device on, the roster shows their number.
    pub leaves_shown_from: u32,
}

/// A protocol version as a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Stable name, such as `zoom-3.0`.
    pub id: &'static str,
    /// The profile this one is written as a difference from.
    pub parent: Option<&'static str>,
    /// The paper version it follows.
    pub paper: &'static str,
    /// One line for people.
    pub summary: &'static str,
    /// The rules in force.
    pub rules: RuleSet,
    /// The numbers.
    pub params: Params,
    /// How a meeting key is sealed to a recipient that can take it.
    pub box_suite: BoxSuite,
    /// What the signature of a heartbeat is over.
    pub heartbeat_form: HeartbeatForm,
    /// When the time of a superseded key begins to run.
    pub grace_from: GraceFrom,
    /// How the interval of liveness nonces grows.
    pub nonce_schedule: NonceSchedule,
}

/// What came with version 3: the number in the seal, and every name on the list.
const SINCE_3_0: &[Rule] =
    &[Rule::SealCarriesSeq, Rule::SeqIncreases, Rule::NamesFromList, Rule::RenameListed];

/// What came with version 3.1: locked meetings.
const SINCE_3_1: &[Rule] = &[
    Rule::KickListed,
    Rule::KickedLeaves,
    Rule::LockListed,
    Rule::LockedAdmitsNobodyNew,
    Rule::LockedRejoinAllowed,
    Rule::KickedStaysOut,
    Rule::LockFromList,
    Rule::UnlockWarned,
    Rule::LockedLeaderKnown,
    Rule::LockCopied,
    Rule::RequestVerifies,
    Rule::RequestNamesHead,
    Rule::RequestMatchesHead,
    Rule::RequesterListed,
    Rule::RequestRetried,
    Rule::RequestNamesMeeting,
    Rule::RequestNamesInstance,
    Rule::RequestNamesOperation,
];

/// What came with client 5.12: nobody encrypts for a list nobody certified; keys age.
const SINCE_5_12: &[Rule] = &[
    Rule::JoinBatchBounded,
    Rule::JoinerKeyNew,
    Rule::RotateInTime,
    Rule::SnapshotKeepsKnown,
    Rule::LeaverShownUntilRekey,
    Rule::KeyAwaitsHeartbeat,
    Rule::UncertifiedDropped,
];

/// What came with client 5.11.3: breakout rooms.
const SINCE_3_3: &[Rule] = &[Rule::InRoomShown];

/// What client 5.12 replaced.
const UNTIL_5_12: &[Rule] =
    &[Rule::JoinerKeyYoung, Rule::JoinerKeyPrompt, Rule::RotateOnJoin, Rule::RotationThrottled];

/// What came with client 5.13: one history, fresh keys.
const SINCE_5_13: &[Rule] = &[
    Rule::HeartbeatNamesPrevious,
    Rule::HeartbeatNamesTimestamp,
    Rule::HistoryContinues,
    Rule::TimestampIncreases,
    Rule::NotStale,
    Rule::TimestampAdvances,
    Rule::TakeoverContinues,
    Rule::NoncePosted,
    Rule::NonceRenewed,
    Rule::SealNamesNonce,
    Rule::SealUsesNewestNonce,
    Rule::NonceRecent,
    Rule::NonceFresh,
    Rule::NoSealWithoutNonce,
    Rule::NoncesSurviveLeader,
];

/// What came with client 6.0.10: the hybrid box.
const SINCE_6_0_10: &[Rule] = &[
    Rule::LabelHonest,
    Rule::HybridUsesKem,
    Rule::HybridUsesAgreement,
    Rule::HybridNamesContext,
    Rule::HybridNamesSender,
    Rule::HybridNamesSenderBoxKey,
    Rule::HybridNamesSenderKemKey,
    Rule::HybridNamesRecipient,
    Rule::HybridNamesRecipientBoxKey,
    Rule::HybridNamesRecipientKemKey,
    Rule::HybridNamesMeta,
    Rule::SuiteFromSignedKey,
    Rule::NoClassicForHybrid,
];

/// What the hardened profile adds.
const HARDENED: &[Rule] = &[
    Rule::AnchorLeastDelayed,
    Rule::FirstListsSelf,
    Rule::NumberAboveCertified,
    Rule::EverybodyHybrid,
    Rule::LeaderUsesAtOnce,
    Rule::LeaveWithoutKey,
    Rule::SnapshotIdentical,
    Rule::LeavesOfUser,
    Rule::LeaderBound,
    Rule::SubkeyNamesDevice,
    Rule::SenderListed,
    Rule::ReturnsToMeeting,
    Rule::ReturnContinues,
    Rule::ReturnFollowsFirst,
];

/// What the hardened profile takes away.
const NOT_HARDENED: &[Rule] = &[
    // Nobody makes a classic box.
    Rule::DerivationNamesContext,
    // SnapshotIdentical asks for more.
    Rule::SnapshotKeepsKnown,
    Rule::RequestRetried,
];

const ZOOM_2_3_1_PARAMS: Params = Params {
    rotation_interval_ms_min: 15_000,
    joiner_key_age_ms_max: 15_000,
    leave_rotation_ms_max: 15_000,
    join_batch_ms_max: 2_000,
    key_age_ms_max: 300_000,
    use_wait_ms: 2_000,
    use_wait_ms_min: 1_000,
    use_wait_ms_max: 5_000,
    old_key_ms: 10_000,
    replay_window: 64,
    heartbeat_ms_max: 10_000,
    silence_ms: 100_000,
    silence_ms_max: 110_000,
    nonce_interval_ms: 180_000,
    nonce_interval_ms_min: 150_000,
    nonce_interval_ms_max: 210_000,
    links_max: 20,
    leaves_shown_from: 4,
};

impl Profile {
    /// The protocol of November 2020: the sequence number of a key travels outside its seal.
    #[must_use]
    pub fn zoom_2_3_1() -> Self {
        let later = [
            SINCE_3_0,
            SINCE_3_1,
            SINCE_3_3,
            SINCE_5_12,
            SINCE_5_13,
            SINCE_6_0_10,
            HARDENED,
            FORMULA_ONLY,
        ];
        let rules = later.map(RuleSet::of).into_iter().fold(RuleSet::all(), RuleSet::less);
        Self {
            id: "zoom-2.3.1",
            parent: None,
            paper: "2.3.1",
            summary: "key number outside the seal (client 5.4.0)",
            rules,
            params: ZOOM_2_3_1_PARAMS,
            box_suite: BoxSuite::Classic,
            heartbeat_form: HeartbeatForm::Tuple,
            grace_from: GraceFrom::Receipt,
            nonce_schedule: NonceSchedule::Quadratic,
        }
    }

    /// The protocol of December 2020: the number is sealed with the key and must increase.
    #[must_use]
    pub fn zoom_3_0() -> Self {
        let parent = Self::zoom_2_3_1();
        Self {
            id: "zoom-3.0",
            parent: Some(parent.id),
            paper: "3",
            summary: "key number sealed with the key and strictly increasing",
            rules: parent.rules.union(RuleSet::of(SINCE_3_0)).without(Rule::NumberFromHeartbeat),
            ..parent
        }
    }

    /// The protocol of October 2021: meetings can be locked.
    #[must_use]
    pub fn zoom_3_1() -> Self {
        let parent = Self::zoom_3_0();
        Self {
            id: "zoom-3.1",
            parent: Some(parent.id),
            paper: "3.1",
            summary: "locked meetings (client 5.6.0)",
            rules: parent.rules.union(RuleSet::of(SINCE_3_1)),
            ..parent
        }
    }

    /// The protocol of 2022: the leader need not be the host, and there are breakout rooms.
    #[must_use]
    pub fn zoom_3_3() -> Self {
        let parent = Self::zoom_3_1();
        Self {
            id: "zoom-3.3",
            parent: Some(parent.id),
            paper: "3.3",
            summary: "breakout rooms; the leader need not be the host (client 5.11.3)",
            rules: parent.rules.union(RuleSet::of(SINCE_3_3)),
            ..parent
        }
    }

    /// Version 4.1 as far as client 5.12 has it: keys wait for a certified list, and age.
    #[must_use]
    pub fn zoom_4_1_client_5_12() -> Self {
        let parent = Self::zoom_3_3();
        let params = Params { leave_rotation_ms_max: 10_000, ..parent.params };
        Self {
            id: "zoom-4.1-client-5.12",
            parent: Some(parent.id),
            paper: "4.1",
            summary: "keys wait for a certified list and live five minutes (client 5.12)",
            rules: parent.rules.union(RuleSet::of(SINCE_5_12)).less(RuleSet::of(UNTIL_5_12)),
            params,
            ..parent
        }
    }

    /// Version 4.1 in full: one chain of heartbeats, liveness nonces.
    #[must_use]
    pub fn zoom_4_1() -> Self {
        let parent = Self::zoom_4_1_client_5_12();
        Self {
            id: "zoom-4.1",
            parent: Some(parent.id),
            paper: "4.1",
            summary: "chained heartbeats and liveness nonces (client 5.13)",
            rules: parent.rules.union(RuleSet::of(SINCE_5_13)),
            heartbeat_form: HeartbeatForm::Hash,
            ..parent
        }
    }

    /// Version 4.4: the hybrid box for everybody who announced a Kyber key.
    #[must_use]
    pub fn zoom_4_4() -> Self {
        let parent = Self::zoom_4_1();
        Self {
            id: "zoom-4.4",
            parent: Some(parent.id),
            paper: "4.4",
            summary: "hybrid post-quantum box (client 6.0.10)",
            rules: parent.rules.union(RuleSet::of(SINCE_6_0_10)),
            box_suite: BoxSuite::Hybrid,
            ..parent
        }
    }

    /// Version 4.6: of meetings it says what 4.4 says.
    #[must_use]
    pub fn zoom_4_6() -> Self {
        let parent = Self::zoom_4_4();
        Self {
            id: "zoom-4.6",
            parent: Some(parent.id),
            paper: "4.6",
            summary: "meetings as in 4.4 (client 6.3.0)",
            ..parent
        }
    }

    /// Version 4.6 with the safest choice of nearly every reading; which, and what is left, is in
    /// [`crate::readings::HARDENED`].
    #[must_use]
    pub fn hardened() -> Self {
        let parent = Self::zoom_4_6();
        let params = Params { replay_window: 1, ..parent.params };
        Self {
            id: "hardened",
            parent: Some(parent.id),
            paper: "4.6",
            summary: "4.6 with the safest choice of nearly every reading (no client)",
            rules: parent.rules.union(RuleSet::of(HARDENED)).less(RuleSet::of(NOT_HARDENED)),
            params,
            grace_from: GraceFrom::Certificate,
            nonce_schedule: NonceSchedule::Constant,
            ..parent
        }
    }

    /// Every profile, oldest first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![
            Self::zoom_2_3_1(),
            Self::zoom_3_0(),
            Self::zoom_3_1(),
            Self::zoom_3_3(),
            Self::zoom_4_1_client_5_12(),
            Self::zoom_4_1(),
            Self::zoom_4_4(),
            Self::zoom_4_6(),
            Self::hardened(),
        ]
    }

    /// The profile with this name.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::all().into_iter().find(|profile| profile.id == id)
    }

    /// This profile less a rule and the rules that need it. Of a structural rule the primitive is
    /// weakened; decoding and opening themselves stay.
    #[must_use]
    pub fn without(self, rule: Rule) -> Self {
        let rules = self.rules.less(rule.with_dependents());
        Self { rules, ..self }
    }

    /// This profile with another box suite, and the rules of the hybrid box as it has need of them.
    #[must_use]
    pub fn with_box_suite(self, box_suite: BoxSuite) -> Self {
        let rules = match box_suite {
            BoxSuite::Classic => {
                self.rules.less(RuleSet::of(SINCE_6_0_10)).without(Rule::EverybodyHybrid)
            }
            BoxSuite::Hybrid => self.rules.union(RuleSet::of(SINCE_6_0_10)),
        };
        Self { rules, box_suite, ..self }
    }

    /// SHA-256 over what the profile resolves to, in lower-case hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut text = String::new();
        for rule in self.rules.iter() {
            text.push_str(rule.id());
            text.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:?}\n{:?}", self.params, self.box_suite);
        let _ = writeln!(
            text,
            "{:?}\n{:?}\n{:?}",
            self.heartbeat_form, self.grace_from, self.nonce_schedule
        );
        Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_sealed_number_a_key_has_none() {
        let without = Profile::zoom_3_0().without(Rule::SealCarriesSeq);
        assert!(!without.rules.contains(Rule::SeqIncreases));
    }

    #[test]
    fn every_profile_has_a_name_of_its_own_and_a_parent_before_it() {
        let all = Profile::all();
        for (at, profile) in all.iter().enumerate() {
            let before = all.iter().take(at);
            assert_eq!(profile.parent, before.map(|it| it.id).next_back(), "{}", profile.id);
            assert_eq!(Profile::by_id(profile.id).as_ref(), Some(profile));
        }
    }

    #[test]
    fn versions_that_change_nothing_for_a_client_have_the_same_digest() {
        assert_eq!(Profile::zoom_4_4().digest(), Profile::zoom_4_6().digest());
        let digests: std::collections::BTreeSet<_> =
            Profile::all().iter().map(Profile::digest).collect();
        assert_eq!(digests.len(), Profile::all().len() - 1);
    }

    #[test]
    fn every_rule_is_in_force_somewhere_or_formula_only() {
        for rule in Rule::ALL {
            let in_force = Profile::all().iter().any(|profile| profile.rules.contains(*rule));
            assert_ne!(in_force, FORMULA_ONLY.contains(rule), "{}", rule.id());
        }
    }
}
