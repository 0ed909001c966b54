//! Which part of the suite a run was about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A share of the cases: every `of`-th, from the `part`-th on.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// Which share, from 1.
    pub part: usize,
    /// Of how many.
    pub of: usize,
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text
            .split_once('/')
            .and_then(|(part, of)| Some(Self { part: part.parse().ok()?, of: of.parse().ok()? }));
        numbers
            .filter(|it| (1..=it.of).contains(&it.part))
            .ok_or_else(|| "a share is written 1/4: the first of four".to_owned())
    }
}

impl Shard {
    /// Whether the item at this place, from 0, belongs to the share.
    #[must_use]
    pub const fn has(self, at: usize) -> bool {
        at % self.of == self.part - 1
    }
}

/// How long something may take, as it is written: `10m`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Time(String);

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&super::text::line(&self.0))
    }
}

impl std::str::FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "a time is written 10m, 90s or 1h30m".to_owned();
        let time = Self(text.to_owned());
        time.duration().map(|_| time).ok_or_else(wrong)
    }
}

impl Time {
    /// How long that is.
    #[must_use]
    pub fn duration(&self) -> Option<std::time::Duration> {
        let written: jiff::SignedDuration = self.0.parse().ok()?;
        written.try_into().ok()
    }
}

/// How long a run may take, and in which order its cases come then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// How long.
    pub time: Time,
    /// What the order is chosen by.
    pub seed: String,
}

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The known attacks instead of the vectors.
    #[serde(default, skip_serializing_if = "is_false")]
    pub attacks: bool,
    /// Only this profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Only this rule, or cases with this in their identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// Only this mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Only this share of the cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Only as long as this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// How many results were put together that are not known to be all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<usize>,
}

const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Scope {
    /// Whether every case of the suite was run in every mode, but for other profiles than this.
    #[must_use]
    pub fn is_whole_for(&self, profile: Option<&str>) -> bool {
        let profiles = self.profile.is_none() || self.profile.as_deref() == profile;
        let unset = self.only.is_none() && self.mode.is_none();
        profiles && unset && self.shard.is_none() && self.parts.is_none()
    }

    /// In words; nothing for a whole run.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.attacks {
            words.push("the known attacks".to_owned());
        }
        let named = [("profile", &self.profile), ("only", &self.only), ("mode", &self.mode)];
        for (what, value) in named {
            words.extend(value.as_ref().map(|it| format!("{what} {}", super::text::line(it))));
        }
        words.extend(self.shard.map(|shard| format!("share {shard}")));
        if let Some(Budget { time, seed }) = &self.budget {
            let seed = super::text::line(seed);
            words.push(format!("what was run within {time}, in the order of seed {seed:?}"));
        }
        words.extend(self.parts.map(|parts| format!("put together from {parts} results")));
        words
    }
}
