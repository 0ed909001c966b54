//! Which slices can say something about which area of rules.

use conclave_spec::{Profile, Rule, RuleSet, rules::Area};

use super::Slice;

/// Whether anything that happens in a world can come to this rule. Nobody steps out of the meeting
/// that is explored; [`crate::rooms`] is about that.
#[must_use]
pub fn is_explored(rule: Rule) -> bool {
    rule.area() != Area::Breakout
}

/// The profile less the rules that no world can come to: what a result of an exploration depends on.
#[must_use]
pub fn explored_part(profile: &Profile) -> Profile {
    let never: Vec<_> = Rule::ALL.iter().copied().filter(|rule| !is_explored(*rule)).collect();
    Profile { rules: profile.rules.less(RuleSet::of(&never)), ..profile.clone() }
}

impl Slice {
    /// The quick slices about an area, the likeliest first.
    #[must_use]
    pub fn about_area(area: Area) -> Vec<Self> {
        let names: &[&str] = match area {
            Area::Device => {
                &["identity", "encoding", "rejoin", "suite", "takeover", "teardown", "roster"]
            }
            Area::Rotation => &[
                "small",
                "certified",
                "joiner",
                "teardown",
                "suite",
                "quantum",
                "kyber",
                "rejoin",
                "takeover",
                "replay",
                "withheld",
                "late",
            ],
            Area::Membership => &[
                "rejoin",
                "roster",
                "certified",
                "fork",
                "ghost",
                "identity",
                "joiner",
                "takeover",
                "media",
                "board",
                "names",
                "links",
                "locked",
            ],
            Area::Heartbeat => &[
                "drip",
                "fork",
                "certified",
                "roster",
                "takeover",
                "lock",
                "ghost",
                "small",
                "withheld",
                "again",
                "quiet",
                "silent",
                "links",
            ],
            Area::Liveness => {
                &["latekeys", "crowd", "drip", "small", "rejoin", "takeover", "teardown", "joiner"]
            }
            Area::Election => &["takeover", "ghost", "fork", "lock", "certified", "withheld"],
            Area::Lock => &["lock", "cohost", "ghost", "roster", "fork", "locked"],
            Area::Media => {
                &["media", "devices", "rejoin", "teardown", "speaker", "joiner", "replay", "leaver"]
            }
            // Nobody steps out of the meeting that is explored; `rooms` is about that.
            Area::Breakout => &[],
            // No meeting has any of these; `family` and `sigchain` are explored on their own.
            Area::Sigchain
            | Area::Family
            | Area::Attestation
            | Area::Identity
            | Area::Transparency
            | Area::Escrow => &[],
        };
        names.iter().filter_map(|name| Self::by_name(name)).collect()
    }
}
