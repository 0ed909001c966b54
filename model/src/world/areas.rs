//! Which slices can say something about which area of rules.

use conclave_spec::rules::Area;

use super::Slice;

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
            // No meeting has any of these; `family` and `sigchain` are explored on their own.
            Area::Sigchain | Area::Family | Area::Attestation => &[],
        };
        names.iter().filter_map(|name| Self::by_name(name)).collect()
    }
}
