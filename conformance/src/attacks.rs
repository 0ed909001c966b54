//! The corpus: every known attack on meetings, as a script, with what must come of it in each
//! version of the protocol.
//!
//! An attack is a script, the harm it is after, what the victims are shown, and how far the damage
//! the paper admits may go. What must come of it stands beside it, written by hand; what does come
//! of it is worked out by playing it ([`judge`]).

use std::collections::BTreeMap;

use conclave_model::{
    harm::{Harm, Sign},
    script::Script,
};
use conclave_spec::{Profile, Rule};

use crate::{
    attack::{self, AttackError},
    case::Case,
    cases::{Draft, scene::Scene},
    record,
};

pub mod beside;
mod history;
mod identity;
pub mod judge;
mod keys;
mod leader;
mod lock;
mod media;
mod outside;
mod rooms;
mod roster;
pub mod searches;
mod staleness;
mod steps;
mod suite;

pub use outside::{ELSEWHERE, Elsewhere};

/// What stands for the area in the identifier of a case made of an attack.
pub const AREA: &str = "attacks";

/// How many profiles an attack is judged in.
pub const PROFILES: usize = 9;

/// How well an attack is documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// A primary text states it: the paper, its changelog, an advisory, a public thread.
    Stated,
    /// Only an abstract was read; the steps follow from the protocol.
    Abstract,
    /// It follows from the protocol; nobody published it.
    Derived,
}

impl Evidence {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Stated => "stated in a primary text",
            Self::Abstract => "an abstract; the steps follow from the protocol",
            Self::Derived => "derived from the protocol",
        }
    }
}

/// What must come of an attack in one version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It succeeds, and nothing the victims are shown tells them.
    Succeeds,
    /// The harm is done, the victims are shown a sign of it, and it goes no further.
    Detected,
    /// A step of it is refused.
    Refused {
        /// Without these rules it would succeed.
        by: &'static [Rule],
        /// The rule that refuses.
        voice: Rule,
    },
    /// Nothing is refused, and the harm does not come about.
    Prevented {
        /// Without these rules it would succeed.
        by: &'static [Rule],
    },
    /// The harm does not come about because this version took another answer to a reading than its
    /// parent; with its parent's answers it would.
    Outgrown {
        /// The reading.
        reading: &'static str,
        /// Rules that would stand in the way with the parent's answer.
        also: &'static [Rule],
    },
    /// The version does not have what is attacked.
    NotApplicable,
}

impl Expected {
    /// The rules without which it would succeed.
    #[must_use]
    pub const fn by(self) -> &'static [Rule] {
        match self {
            Self::Refused { by, .. } | Self::Prevented { by } => by,
            Self::Succeeds | Self::Detected | Self::Outgrown { .. } | Self::NotApplicable => &[],
        }
    }
}

/// An attack of the corpus.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Its stable identifier. Never reused.
    pub id: &'static str,
    /// What it is.
    pub title: &'static str,
    /// How well it is documented.
    pub evidence: Evidence,
    /// Where.
    pub source: &'static str,
    /// Who attacks.
    pub attacker: &'static str,
    /// The property it breaks.
    pub goal: &'static str,
    /// What happens, in a few sentences.
    pub story: &'static str,
    /// How to read the outcomes, where they need it.
    pub note: &'static str,
    /// A version without one of these rules does not have what is attacked.
    pub needs: &'static [Rule],
    /// What must come of it, in the order of [`Profile::all`].
    pub expected: [Expected; PROFILES],
    play: fn(&Profile) -> Play,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("id", &self.id).finish_non_exhaustive()
    }
}

/// An attack on one version of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Play {
    /// What everybody does.
    pub script: Script,
    /// The honest victim; the client under test plays it.
    pub plays: &'static str,
    /// The step that decides, counted from 0.
    pub decisive: usize,
    /// What it is after: all of it.
    pub harms: Vec<Harm>,
    /// What the victims are shown, where they are shown anything.
    pub signs: Vec<Sign>,
    /// What must not happen even so.
    pub limits: Vec<Harm>,
}

impl Entry {
    /// The attack with this identifier, with or without `ATK-`, in any case.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        let wanted = id.to_uppercase();
        let short = |entry: &Self| entry.id.trim_start_matches("ATK-") == wanted;
        all().into_iter().find(|entry| entry.id == wanted || short(entry))
    }

    /// The attack on this version.
    #[must_use]
    pub fn play(&self, profile: &Profile) -> Play {
        (self.play)(profile)
    }

    /// The attack as a case for a client under test, which plays the victim: it must do at every step
    /// what the reference of this version does. Nothing where the version does not have what is
    /// attacked.
    ///
    /// # Errors
    /// The attack cannot be played.
    pub fn case(&self, profile: &Profile) -> Result<Option<Case>, AttackError> {
        if !self.applies_to(profile) {
            return Ok(None);
        }
        let play = self.play(profile);
        let script = attack::expecting(&play.script, profile)?;
        let refusing = script.steps.iter().filter(|step| step.party == play.plays);
        let refusing = refusing.filter_map(|step| step.expect.rule);
        // The rules that stand in the way first: a failure is told by them.
        let expected = self.expected_in(profile);
        let mut rules: Vec<Rule> = Vec::new();
        for rule in expected.by().iter().copied().chain(refusing) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        if rules.is_empty() {
            rules.push(Rule::RosterFromList);
        }
        let draft = Draft {
            name: self.id.to_owned(),
            title: self.headline(expected),
            area: AREA,
            plays: play.plays.to_owned(),
            rules,
            pairs: Vec::new(),
            policies: BTreeMap::new(),
            script,
        };
        Ok(Some(record::record(&draft, profile, profile)?))
    }

    /// What must come of it in this version.
    #[must_use]
    pub fn expected_in(&self, profile: &Profile) -> Expected {
        let place = Profile::all().iter().position(|it| it.id == profile.id);
        let expected = place.and_then(|at| self.expected.get(at)).copied();
        expected.unwrap_or(Expected::NotApplicable)
    }

    /// The title of its case: with the rules a client needs against it.
    fn headline(&self, expected: Expected) -> String {
        let against: Vec<_> = expected.by().iter().map(|rule| rule.id()).collect();
        let Self { id, title, .. } = self;
        if against.is_empty() {
            format!("{id}: {title}")
        } else {
            format!("{id}: {title} (against it: {})", against.join(", "))
        }
    }

    /// Whether this version has what is attacked, also with rules of it removed.
    #[must_use]
    pub fn applies_to(&self, profile: &Profile) -> bool {
        let whole = Profile::by_id(profile.id);
        let rules = whole.as_ref().map_or(profile.rules, |version| version.rules);
        self.needs.iter().all(|rule| rules.contains(*rule))
    }
}

/// Every attack that is played, in the order of their identifiers.
#[must_use]
pub fn all() -> Vec<Entry> {
    let groups: [&[Entry]; 10] = [
        &roster::ALL,
        &media::ALL,
        &identity::ALL,
        &staleness::ALL,
        &history::ALL,
        &keys::ALL,
        &leader::ALL,
        &lock::ALL,
        &rooms::ALL,
        &suite::ALL,
    ];
    let mut all: Vec<Entry> = groups.into_iter().flatten().copied().collect();
    all.sort_by_key(|entry| (!entry.id.starts_with("ATK-ZM"), entry.id));
    all
}

/// Every attack as a case in every version that has what is attacked, or in one version alone.
///
/// # Errors
/// An attack cannot be played.
pub fn cases(only: Option<&str>) -> Result<Vec<Case>, AttackError> {
    let mut cases = Vec::new();
    let wanted = |profile: &Profile| only.is_none_or(|only| only == profile.id);
    for profile in Profile::all().into_iter().filter(wanted) {
        for entry in all() {
            cases.extend(entry.case(&profile)?);
        }
    }
    Ok(cases)
}

const S: Expected = Expected::Succeeds;
const D: Expected = Expected::Detected;
const NA: Expected = Expected::NotApplicable;

/// Refused by a rule that says so itself.
const fn refused<const N: usize>(by: &'static [Rule; N]) -> Expected {
    const { assert!(N > 0) };
    Expected::Refused { by, voice: by[0] }
}

/// Refused because of a rule, in the name of another.
const fn voiced(by: &'static [Rule], voice: Rule) -> Expected {
    Expected::Refused { by, voice }
}

/// Prevented by what a client does, seals or waits for.
const fn prevented(by: &'static [Rule]) -> Expected {
    Expected::Prevented { by }
}

/// An attack being written.
fn play(scene: Scene, plays: &'static str, decisive: usize, harms: &[Harm]) -> Play {
    Play {
        script: scene.script(),
        plays,
        decisive,
        harms: harms.to_vec(),
        signs: Vec::new(),
        limits: Vec::new(),
    }
}

impl Play {
    fn shown(self, signs: &[Sign]) -> Self {
        Self { signs: signs.to_vec(), ..self }
    }

    fn never(self, limits: &[Harm]) -> Self {
        Self { limits: limits.to_vec(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_identifier_is_there_once_and_is_found() {
        let ids: Vec<_> = all().iter().map(|entry| entry.id).collect();
        let elsewhere = ELSEWHERE.iter().map(|it| it.id);
        let beside = beside::BESIDE.iter().map(|it| it.id);
        let every: BTreeSet<_> = ids.iter().copied().chain(elsewhere).chain(beside).collect();
        assert_eq!(every.len(), ids.len() + ELSEWHERE.len() + beside::BESIDE.len());
        for id in ids {
            assert_eq!(Entry::by_id(&id.to_lowercase()).map(|it| it.id), Some(id));
            assert_eq!(Entry::by_id(id.trim_start_matches("ATK-")).map(|it| it.id), Some(id));
        }
        assert_eq!(Profile::all().len(), PROFILES);
    }
}
