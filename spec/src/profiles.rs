//! The versions of the protocol, as values.
//!
//! A profile is rules, parameters and a few closed variants. It is written as the difference from
//! its parent, and its digest covers what it resolves to, so inserting one changes no other.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::{rule_set::RuleSet, rules::Rule};

/// How a meeting key is sealed to a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BoxSuite {
    /// Curve25519 and XChaCha20-Poly1305 (2.3.1, 3.5.2).
    Classic,
    /// Curve25519 and Kyber768 round 3, combined with SHA3-256 (4.6, subsubsec:meetingcrypto).
    Hybrid,
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
    /// A participant waits this long before it encrypts under a rotated key.
    pub use_wait_ms: u32,
    /// The shortest wait that still counts as `use_wait_ms`.
    pub use_wait_ms_min: u32,
    /// The longest wait that still counts as `use_wait_ms`.
    pub use_wait_ms_max: u32,
    /// A superseded key decrypts this long after the newer one arrived.
    pub old_key_ms: u32,
    /// How many packet counters behind the highest one are still accepted once.
    pub replay_window: u32,
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
    /// How a meeting key is sealed.
    pub box_suite: BoxSuite,
}

/// The rules of formulas that no profile of this release uses yet: the server statement (client
/// 5.7.0) and the hybrid box (client 6.0.10). They are checked by byte vectors alone.
pub const FORMULA_ONLY: &[Rule] = &[
    Rule::StatementVerifies,
    Rule::StatementNamesInstance,
    Rule::StatementNamesUser,
    Rule::StatementNamesDevice,
    Rule::StatementNamesIdentityKey,
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
];

const ZOOM_2_3_1_PARAMS: Params = Params {
    rotation_interval_ms_min: 15_000,
    joiner_key_age_ms_max: 15_000,
    leave_rotation_ms_max: 15_000,
    use_wait_ms: 2_000,
    use_wait_ms_min: 1_000,
    use_wait_ms_max: 5_000,
    old_key_ms: 10_000,
    replay_window: 64,
};

impl Profile {
    /// The protocol of November 2020: the sequence number of a key travels outside its seal.
    #[must_use]
    pub fn zoom_2_3_1() -> Self {
        Self {
            id: "zoom-2.3.1",
            parent: None,
            paper: "2.3.1",
            summary: "key number outside the seal (client 5.4.0)",
            rules: RuleSet::all()
                .less(RuleSet::of(FORMULA_ONLY))
                .without(Rule::SealCarriesSeq)
                .without(Rule::SeqIncreases),
            params: ZOOM_2_3_1_PARAMS,
            box_suite: BoxSuite::Classic,
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
            rules: parent.rules.with(Rule::SealCarriesSeq).with(Rule::SeqIncreases),
            ..parent
        }
    }

    /// Every profile, oldest first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![Self::zoom_2_3_1(), Self::zoom_3_0()]
    }

    /// The profile with this name.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::all().into_iter().find(|profile| profile.id == id)
    }

    /// This profile with the formula rules that no profile uses yet, for byte vectors.
    #[must_use]
    pub fn with_formula_rules(self) -> Self {
        let rules = self.rules.union(RuleSet::of(FORMULA_ONLY));
        Self { rules, ..self }
    }

    /// This profile less a rule and the rules that need it. Of a structural rule the primitive is
    /// weakened; decoding and opening themselves stay.
    #[must_use]
    pub fn without(self, rule: Rule) -> Self {
        let rules = self.rules.less(rule.with_dependents());
        Self { rules, ..self }
    }

    /// This profile with another box suite.
    #[must_use]
    pub fn with_box_suite(self, box_suite: BoxSuite) -> Self {
        let rules = match box_suite {
            BoxSuite::Classic => self.rules,
            BoxSuite::Hybrid => self.rules.union(RuleSet::of(FORMULA_ONLY)),
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
    fn zoom_3_0_differs_from_its_parent_by_two_rules() {
        let added: Vec<_> =
            Profile::zoom_3_0().rules.less(Profile::zoom_2_3_1().rules).iter().collect();
        assert_eq!(added, [Rule::SeqIncreases, Rule::SealCarriesSeq]);
        assert_eq!(Profile::zoom_3_0().params, Profile::zoom_2_3_1().params);
    }

    #[test]
    fn without_the_sealed_number_version_3_is_version_2_3_1() {
        let without = Profile::zoom_3_0().without(Rule::SealCarriesSeq);
        assert_eq!(without.rules, Profile::zoom_2_3_1().rules);
    }

    #[test]
    fn every_rule_is_in_force_somewhere_or_formula_only() {
        for rule in Rule::ALL {
            let in_force = Profile::all().iter().any(|profile| profile.rules.contains(*rule));
            assert_ne!(in_force, FORMULA_ONLY.contains(rule), "{}", rule.id());
        }
    }
}
