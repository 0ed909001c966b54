//! The obligation table: every normative sentence of the sections in scope, and what answers it.
//!
//! The table is data (`spec/obligations.toml`), in our own words. Completeness is counted here:
//! each section declares how many sentences it has, and each sentence is answered by rules, by a
//! reading, by a reason why nobody can be held to it, or by the area that will bring it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Profile, Rule, profiles::FORMULA_ONLY, readings};

mod problems;

pub use problems::Problem;

const TABLE: &str = include_str!("../obligations.toml");

/// The text of the table cannot be read.
#[derive(Debug, Error)]
#[error("the obligation table cannot be read")]
pub struct ObligationsError(#[from] toml::de::Error);

/// A section of a paper version whose normative sentences are all listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Paper version, such as `2.3.1`.
    pub paper: String,
    /// Section number, LaTeX label or figure.
    pub place: String,
    /// What the section is about.
    pub title: String,
    /// How many normative sentences it has.
    pub count: u32,
}

/// Where a sentence stands in one paper version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Paper version.
    pub paper: String,
    /// Section number, LaTeX label or figure.
    pub place: String,
    /// Position among the normative sentences of the section, from 1.
    pub ordinal: u32,
}

/// One normative sentence, in our own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obligation {
    /// Stable identifier, such as `O-2.3.1-3.7.4-10`.
    pub id: String,
    /// Where it stands, once for each paper version.
    pub places: Vec<Place>,
    /// What it asks for.
    pub says: String,
    /// The identifiers of the rules that are this obligation.
    #[serde(default)]
    pub rules: Vec<String>,
    /// The identifiers of the readings that say what it leaves open.
    #[serde(default)]
    pub reading: Vec<String>,
    /// Why nobody can be held to it here.
    #[serde(default)]
    pub out_of_scope: Option<String>,
    /// The area that brings it.
    #[serde(default)]
    pub later: Option<String>,
}

impl Obligation {
    /// What answers the sentence: the strongest of its answers, or nothing.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        if !self.rules.is_empty() {
            Some(Answer::Rules)
        } else if !self.reading.is_empty() {
            Some(Answer::Reading)
        } else if self.later.is_some() {
            Some(Answer::Later)
        } else if self.out_of_scope.is_some() {
            Some(Answer::OutOfScope)
        } else {
            None
        }
    }

    /// Whether it stands in the version of the paper that a profile is of.
    #[must_use]
    pub fn stands_under(&self, profile: &Profile) -> bool {
        self.places.iter().any(|place| place.paper == profile.paper)
    }

    /// The rules in force under a profile by which a session can show the sentence: those that are
    /// the sentence or, where there are none, those that its readings carry. None where it does not
    /// stand.
    #[must_use]
    pub fn shown_by(&self, profile: &Profile) -> Vec<Rule> {
        if !self.stands_under(profile) {
            return Vec::new();
        }
        let own = self.rules.iter().filter_map(|id| Rule::by_id(id));
        let mut rules: Vec<_> = own.collect();
        if rules.is_empty() {
            let readings = self.reading.iter().filter_map(|id| readings::by_id(id));
            rules.extend(readings.flat_map(|reading| reading.rules));
        }
        rules.retain(|rule| profile.rules.contains(*rule) && !FORMULA_ONLY.contains(rule));
        rules
    }

    fn stands_in(&self, section: &Section) -> bool {
        self.places.iter().any(|place| section.holds(place))
    }
}

impl Section {
    fn holds(&self, place: &Place) -> bool {
        self.paper == place.paper && self.place == place.place
    }
}

/// What answers an obligation, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// One or more rules of the table.
    Rules,
    /// A reading alone.
    Reading,
    /// An area of a later release.
    Later,
    /// Nothing, with the reason.
    OutOfScope,
}

/// How the sentences of one section are answered, each counted once by [`Obligation::answer`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Paper version.
    pub paper: String,
    /// Section number, LaTeX label or figure.
    pub place: String,
    /// What the section is about.
    pub title: String,
    /// All normative sentences listed.
    pub total: u32,
    /// Answered by rules.
    pub by_rules: u32,
    /// Answered by readings and no rule.
    pub by_readings: u32,
    /// Put off to a later release.
    pub later: u32,
    /// Out of scope.
    pub out_of_scope: u32,
    /// Answered by nothing.
    pub unmapped: u32,
}

impl Coverage {
    fn of(section: &Section) -> Self {
        Self {
            paper: section.paper.clone(),
            place: section.place.clone(),
            title: section.title.clone(),
            total: 0,
            by_rules: 0,
            by_readings: 0,
            later: 0,
            out_of_scope: 0,
            unmapped: 0,
        }
    }

    fn count(&mut self, answer: Option<Answer>) {
        self.total += 1;
        match answer {
            Some(Answer::Rules) => self.by_rules += 1,
            Some(Answer::Reading) => self.by_readings += 1,
            Some(Answer::Later) => self.later += 1,
            Some(Answer::OutOfScope) => self.out_of_scope += 1,
            None => self.unmapped += 1,
        }
    }
}

/// The whole table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obligations {
    #[serde(rename = "section")]
    sections: Vec<Section>,
    #[serde(rename = "obligation")]
    obligations: Vec<Obligation>,
}

impl Obligations {
    /// The table of this release.
    ///
    /// # Errors
    /// The text of the table is not of its form.
    pub fn load() -> Result<Self, ObligationsError> {
        Self::read(TABLE)
    }

    /// A table from its text.
    ///
    /// # Errors
    /// The text is not of the table's form; unknown fields are refused.
    pub fn read(text: &str) -> Result<Self, ObligationsError> {
        Ok(toml::from_str(text)?)
    }

    /// Every obligation, in the order of the table.
    #[must_use]
    pub fn all(&self) -> &[Obligation] {
        &self.obligations
    }

    /// The obligation with this identifier.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Obligation> {
        self.obligations.iter().find(|obligation| obligation.id == id)
    }

    /// The sections whose normative sentences are all listed.
    #[must_use]
    pub fn sections_in_scope(&self) -> &[Section] {
        &self.sections
    }

    /// The obligations that nothing answers.
    pub fn unmapped(&self) -> impl Iterator<Item = &Obligation> {
        self.obligations.iter().filter(|obligation| obligation.answer().is_none())
    }

    /// How each section is answered, in the order of the table.
    #[must_use]
    pub fn coverage(&self) -> Vec<Coverage> {
        self.sections
            .iter()
            .map(|section| {
                let mut coverage = Coverage::of(section);
                for obligation in self.obligations.iter().filter(|o| o.stands_in(section)) {
                    coverage.count(obligation.answer());
                }
                coverage
            })
            .collect()
    }

    /// Everything that is wrong with the table, and the literal rules that it leaves out.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        problems::of(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_no_problem() {
        assert_eq!(Obligations::load().unwrap().problems(), []);
    }

    #[test]
    fn every_sentence_is_answered() {
        let table = Obligations::load().unwrap();
        assert_eq!(table.unmapped().map(|o| o.id.as_str()).collect::<Vec<_>>(), [""; 0]);
        for (section, coverage) in table.sections_in_scope().iter().zip(table.coverage()) {
            assert_eq!(coverage.total, section.count, "{} {}", section.paper, section.place);
            assert_eq!(coverage.unmapped, 0);
        }
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let text =
            "section = []\n[[obligation]]\nid = \"O-1\"\nplaces = []\nsays = \"x\"\nrule = []";
        assert!(Obligations::read(text).is_err());
        assert!(Obligations::read(&text.replace("rule =", "rules =")).is_ok());
    }

    #[test]
    fn the_strongest_answer_counts_and_each_sentence_once() {
        let text = r#"
            section = [{ paper = "3", place = "3.9", title = "x", count = 5 }]
            [[obligation]]
            id = "O-1"
            places = [{ paper = "3", place = "3.9", ordinal = 1 }]
            says = "x"
            rules = ["MED-01"]
            later = "x"
            [[obligation]]
            id = "O-2"
            places = [{ paper = "3", place = "3.9", ordinal = 2 }]
            says = "x"
            reading = ["R-01"]
            out_of_scope = "x"
            [[obligation]]
            id = "O-3"
            places = [{ paper = "3", place = "3.9", ordinal = 3 }]
            says = "x"
            out_of_scope = "x"
            [[obligation]]
            id = "O-4"
            places = [{ paper = "3", place = "3.9", ordinal = 4 }]
            says = "x"
            later = "x"
            [[obligation]]
            id = "O-5"
            places = [{ paper = "3", place = "3.9", ordinal = 5 }]
            says = "x"
        "#;
        let coverage = Obligations::read(text).unwrap().coverage();
        let [section] = coverage.as_slice() else { panic!("one section") };
        assert_eq!(section.total, 5);
        let parts = [
            section.by_rules,
            section.by_readings,
            section.later,
            section.out_of_scope,
            section.unmapped,
        ];
        assert_eq!(parts, [1; 5]);
    }
}
