//! Where the paper is silent or contradicts itself, and what Conclave reads there.
//!
//! A reading names the alternatives, the one the reference takes and why. It has a policy key where
//! one client alone can choose otherwise and nobody is the worse for it: such a client declares its
//! choice and is judged by it. Where the choice weakens what the paper claims, leaves out one of its
//! steps, or is one that all clients of a meeting must make alike, there is none.

pub use hardened::{HARDENED, Stance};
pub use outside::LATER;
pub use under::{UNDER, Under};

use crate::rules::{Citation, Rule};

mod attestation;
mod breakout;
mod certificate;
mod device;
mod devices;
mod election;
mod encoding;
mod escrow;
mod hardened;
mod heartbeat;
mod hybrid;
mod identity;
mod liveness;
mod lock;
mod media;
mod meeting;
mod membership;
mod outside;
mod per_user;
mod rotation;
mod sigchain;
mod transparency;
mod under;

/// One way to resolve a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// Stable key, in snake case.
    pub key: &'static str,
    /// What a client does that chooses it.
    pub text: &'static str,
}

/// A silence or a contradiction of the paper, resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Stable identifier, such as `R-01`. Never reused.
    pub id: &'static str,
    /// A few words for a heading.
    pub title: &'static str,
    /// Where the question arises.
    pub place: Citation,
    /// What the paper leaves open.
    pub question: &'static str,
    /// The answers that fit the paper, at least two.
    pub alternatives: &'static [Alternative],
    /// The key of the alternative the reference takes.
    pub chosen: &'static str,
    /// Why the reference takes it.
    pub why: &'static str,
    /// The name of the policy by which a client declares another alternative, where that is
    /// legitimate: there are cases for each, and the client is judged by its own choice.
    pub policy: Option<&'static str>,
    /// The rules that would read otherwise under another alternative.
    pub rules: &'static [Rule],
}

impl Reading {
    /// The alternative the reference takes.
    #[must_use]
    pub fn choice(&self) -> Option<&'static Alternative> {
        self.alternative(self.chosen)
    }

    /// What brings the rules and cases that it has none of yet; nothing for one about meetings.
    #[must_use]
    pub fn later(&self) -> Option<&'static str> {
        LATER.iter().find(|(id, _)| *id == self.id).map(|(_, what)| *what)
    }

    /// What the hardened profile makes of it, and why.
    #[must_use]
    pub fn hardened(&self) -> Option<(Stance, &'static str)> {
        let entry = HARDENED.iter().find(|(id, ..)| *id == self.id);
        entry.map(|(_, stance, why)| (*stance, *why))
    }

    /// The alternative with this key.
    #[must_use]
    pub fn alternative(&self, key: &str) -> Option<&'static Alternative> {
        self.alternatives.iter().find(|alternative| alternative.key == key)
    }
}

/// Every reading, by identifier.
pub const ALL: &[Reading] = &[
    encoding::R_01,
    encoding::R_02,
    device::R_03,
    rotation::R_04,
    rotation::R_05,
    rotation::R_06,
    hybrid::R_07,
    device::R_08,
    media::R_09,
    device::R_10,
    media::R_11,
    encoding::R_12,
    hybrid::R_13,
    hybrid::R_14,
    encoding::R_15,
    rotation::R_16,
    rotation::R_17,
    rotation::R_18,
    encoding::R_19,
    device::R_20,
    media::R_21,
    rotation::R_22,
    rotation::R_23,
    device::R_24,
    rotation::R_25,
    hybrid::R_26,
    rotation::R_27,
    encoding::R_30,
    media::R_31,
    encoding::R_32,
    rotation::R_33,
    device::R_34,
    device::R_35,
    rotation::R_36,
    media::R_37,
    hybrid::R_38,
    media::R_39,
    media::R_40,
    hybrid::R_41,
    hybrid::R_42,
    media::R_43,
    membership::R_44,
    membership::R_45,
    membership::R_46,
    membership::R_47,
    membership::R_48,
    membership::R_49,
    heartbeat::R_50,
    election::R_51,
    heartbeat::R_52,
    heartbeat::R_53,
    liveness::R_54,
    liveness::R_55,
    election::R_56,
    election::R_57,
    election::R_58,
    election::R_59,
    rotation::R_60,
    hybrid::R_61,
    lock::R_62,
    lock::R_63,
    rotation::R_64,
    liveness::R_65,
    liveness::R_66,
    heartbeat::R_67,
    heartbeat::R_68,
    heartbeat::R_69,
    heartbeat::R_70,
    membership::R_71,
    membership::R_72,
    membership::R_73,
    election::R_74,
    membership::R_75,
    membership::R_76,
    rotation::R_77,
    media::R_78,
    heartbeat::R_79,
    membership::R_80,
    membership::R_81,
    election::R_82,
    membership::R_83,
    membership::R_84,
    membership::R_85,
    membership::R_86,
    heartbeat::R_87,
    election::R_88,
    election::R_89,
    lock::R_90,
    lock::R_91,
    rotation::R_92,
    rotation::R_93,
    rotation::R_94,
    breakout::R_95,
    outside::R_96,
    outside::R_97,
    sigchain::R_98,
    election::R_99,
    media::R_100,
    device::R_101,
    liveness::R_102,
    election::R_103,
    membership::R_104,
    rotation::R_105,
    hybrid::R_106,
    election::R_107,
    election::R_108,
    membership::R_109,
    heartbeat::R_110,
    sigchain::R_111,
    sigchain::R_112,
    sigchain::R_113,
    sigchain::R_114,
    sigchain::R_115,
    sigchain::R_116,
    sigchain::R_117,
    sigchain::R_118,
    sigchain::R_119,
    outside::R_120,
    sigchain::R_121,
    sigchain::R_122,
    sigchain::R_123,
    sigchain::R_124,
    sigchain::R_125,
    attestation::R_126,
    attestation::R_127,
    attestation::R_128,
    attestation::R_129,
    attestation::R_130,
    sigchain::R_131,
    sigchain::R_132,
    sigchain::R_133,
    certificate::R_134,
    certificate::R_135,
    certificate::R_136,
    certificate::R_137,
    breakout::R_138,
    identity::R_139,
    identity::R_140,
    identity::R_141,
    identity::R_142,
    per_user::R_143,
    per_user::R_144,
    per_user::R_145,
    per_user::R_146,
    per_user::R_147,
    per_user::R_148,
    identity::R_149,
    transparency::R_150,
    transparency::R_151,
    transparency::R_152,
    transparency::R_153,
    transparency::R_154,
    transparency::R_155,
    escrow::R_156,
    escrow::R_157,
    escrow::R_158,
    escrow::R_159,
    escrow::R_160,
    escrow::R_161,
    escrow::R_162,
    escrow::R_163,
    devices::R_164,
    devices::R_165,
    devices::R_166,
    devices::R_167,
    devices::R_168,
    devices::R_169,
    devices::R_170,
    devices::R_171,
    meeting::R_172,
    meeting::R_173,
    meeting::R_174,
    meeting::R_175,
    meeting::R_176,
    meeting::R_177,
    meeting::R_178,
    meeting::R_179,
    meeting::R_180,
];

/// The key of every policy that a client can declare.
pub fn policies() -> impl Iterator<Item = &'static str> {
    ALL.iter().filter_map(|reading| reading.policy)
}

/// The reading with this identifier.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Reading> {
    ALL.iter().find(|reading| reading.id == id)
}

const fn at(paper: &'static str, place: &'static str) -> Citation {
    Citation { paper, place }
}

const fn alt(key: &'static str, text: &'static str) -> Alternative {
    Alternative { key, text }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules::Provenance;

    #[test]
    fn ids_are_unique_and_ascending() {
        let ids: Vec<_> = ALL.iter().map(|reading| reading.id).collect();
        // A shorter identifier has a smaller number.
        let sorted: BTreeSet<_> = ids.iter().map(|id| (id.len(), *id)).collect();
        assert_eq!(ids, sorted.into_iter().map(|(_, id)| id).collect::<Vec<_>>());
        for id in ids {
            assert_eq!(by_id(id).map(|reading| reading.id), Some(id));
        }
        assert_eq!(by_id("R-00"), None);
    }

    #[test]
    fn the_choice_is_one_of_several_distinct_alternatives() {
        for reading in ALL {
            let keys: BTreeSet<_> = reading.alternatives.iter().map(|a| a.key).collect();
            assert!(keys.len() >= 2, "{}", reading.id);
            assert_eq!(keys.len(), reading.alternatives.len(), "{}", reading.id);
            assert_eq!(reading.choice().map(|a| a.key), Some(reading.chosen), "{}", reading.id);
        }
    }

    #[test]
    fn hardened_says_what_it_makes_of_every_reading() {
        let named: Vec<_> = HARDENED.iter().map(|(id, ..)| *id).collect();
        assert_eq!(named, ALL.iter().map(|reading| reading.id).collect::<Vec<_>>());
        for (id, stance, why) in HARDENED {
            let reading = by_id(id).unwrap();
            assert!(why.ends_with('.'), "{id}");
            if let Stance::Takes(key) | Stance::Leaves(key) = stance {
                assert!(reading.alternative(key).is_some(), "{id}: {key}");
                assert_ne!(*key, reading.chosen, "{id}");
            }
        }
        let takes = HARDENED.iter().filter(|(_, it, _)| matches!(it, Stance::Takes(_)));
        let takes: Vec<_> = takes.map(|(id, ..)| *id).collect();
        let wanted = [
            "R-21", "R-23", "R-38", "R-39", "R-47", "R-52", "R-64", "R-65", "R-74", "R-77", "R-90",
            "R-91", "R-95", "R-100", "R-104", "R-105", "R-110",
        ];
        assert_eq!(takes, wanted);
    }

    #[test]
    fn policies_are_unique() {
        let policies: Vec<_> = policies().collect();
        assert_eq!(policies.iter().collect::<BTreeSet<_>>().len(), policies.len());
    }

    #[test]
    fn a_rule_read_into_the_paper_and_its_reading_name_each_other() {
        for rule in Rule::ALL {
            if let Provenance::Reading(id) = rule.provenance() {
                let listed = by_id(id).is_some_and(|reading| reading.rules.contains(rule));
                assert!(listed, "{} says {id}", rule.id());
            }
        }
        for reading in ALL {
            let rules: BTreeSet<_> = reading.rules.iter().collect();
            assert_eq!(rules.len(), reading.rules.len(), "{}", reading.id);
        }
    }

    /// The 41 points that a review of 4.6 found underspecified, in its order, and what settles
    /// each.
    #[test]
    fn every_point_found_underspecified_has_a_reading() {
        let points: [(u32, &[&str]); 41] = [
            (1, &["R-01", "R-02"]),
            (2, &["R-19"]),
            (3, &["R-42"]),
            (4, &["R-41"]),
            (5, &["R-07", "R-14"]),
            (6, &["R-15", "R-30"]),
            (7, &["R-26"]),
            (8, &["R-66"]),
            (9, &["R-65"]),
            (10, &["R-55", "R-102"]),
            (11, &["R-52", "R-53"]),
            (12, &["R-67", "R-68"]),
            (13, &["R-69"]),
            (14, &["R-51", "R-70"]),
            (15, &["R-56", "R-59"]),
            (16, &["R-71"]),
            (17, &["R-48"]),
            (18, &["R-49", "R-72"]),
            (19, &["R-46", "R-73"]),
            (20, &["R-47"]),
            (21, &["R-74"]),
            (22, &["R-03"]),
            (23, &["R-64"]),
            (24, &["R-11", "R-40", "R-43", "R-78"]),
            (25, &["R-39", "R-78"]),
            (26, &["R-77"]),
            (27, &["R-60"]),
            (28, &["R-10"]),
            (29, &["R-87"]),
            (30, &["R-38", "R-61"]),
            (31, &["R-63"]),
            (32, &["R-62"]),
            (33, &["R-76"]),
            (34, &["R-75"]),
            (35, &["R-95"]),
            (36, &["R-96"]),
            (37, &["R-97"]),
            (38, &["R-98"]),
            (39, &["R-79"]),
            (40, &["R-11"]),
            (41, &["R-50"]),
        ];
        for ((point, readings), number) in points.into_iter().zip(1..) {
            assert_eq!(point, number);
            assert!(!readings.is_empty(), "{point}");
            for id in readings {
                assert!(by_id(id).is_some(), "point {point} names {id}");
            }
        }
    }
}
