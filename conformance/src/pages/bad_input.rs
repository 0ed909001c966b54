//! `bad-input.md`: which case shows that a kind of bad input is refused, for every type of message.

use conclave_spec::Rule;

use super::markdown;

/// The types of message, in the order of the columns of [`MATRIX`].
pub const MESSAGES: [&str; 7] =
    ["announcement", "sealed key", "packet", "nonce", "link", "heartbeat", "lock request"];

/// What can be wrong with a message.
pub const KINDS: [&str; 8] = [
    "truncated",
    "too long",
    "of another type",
    "a duplicate",
    "out of order",
    "from the future",
    "of the wrong sender",
    "of an earlier meeting",
];

/// A kind of bad input for a type of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// This case shows it, and this rule refuses it.
    Refused(&'static str, Rule),
    /// This case shows that it does no harm, and why it is not refused.
    Harmless(&'static str, &'static str),
    /// There is no such input, and why.
    None(&'static str),
}

use Cell::{Harmless, None as Never, Refused};
use Rule as R;

/// Every kind of bad input, by kind and type of message.
pub const MATRIX: [[Cell; 7]; 8] = [
    [
        Refused("device/leader-announcement-shorter", R::EncodingCanonical),
        Refused("rotation/sealed-key-shorter", R::EncodingCanonical),
        Refused("media/packet-shorter", R::PacketOpens),
        Refused("liveness/nonce-shorter", R::EncodingCanonical),
        Refused("membership/link-shorter", R::EncodingCanonical),
        Refused("heartbeat/heartbeat-shorter", R::EncodingCanonical),
        Refused("lock/request-shorter", R::EncodingCanonical),
    ],
    [
        Refused("device/leader-announcement-oversized", R::EncodingCanonical),
        Refused("rotation/sealed-key-oversized", R::EncodingCanonical),
        Refused("media/packet-oversized", R::PacketOpens),
        Refused("liveness/nonce-oversized", R::EncodingCanonical),
        Refused("membership/link-much-longer", R::EncodingCanonical),
        Refused("heartbeat/heartbeat-much-longer", R::EncodingCanonical),
        Refused("lock/request-oversized", R::EncodingCanonical),
    ],
    [
        Refused("device/leader-announcement-that-is-a-link", R::EncodingCanonical),
        Refused("rotation/sealed-key-that-is-a-link", R::EncodingCanonical),
        Refused("media/packet-that-is-a-heartbeat", R::PacketOpens),
        Refused("liveness/nonce-that-is-a-key", R::EncodingCanonical),
        Refused("membership/link-that-is-a-heartbeat", R::EncodingCanonical),
        Refused("heartbeat/heartbeat-that-is-a-link", R::EncodingCanonical),
        Refused("lock/request-that-is-a-link", R::EncodingCanonical),
    ],
    [
        Harmless("device/leader-announced-twice", "the same announcement says the same again"),
        Refused("rotation/sealed-key-twice", R::SeqIncreases),
        Refused("media/packet-twice", R::CounterOnce),
        Harmless("liveness/nonce-delivered-again", "a nonce on the board calls for nothing"),
        Refused("membership/link-twice", R::LinkChains),
        Refused("heartbeat/heartbeat-replayed", R::CountIncreases),
        Refused("lock/request-delivered-twice", R::RequestMatchesHead),
    ],
    [
        Harmless("membership/announced-as-before", "another join, which the list shows (R-84)"),
        Refused("rotation/number-falls", R::SeqIncreases),
        Refused("media/packets-out-of-order", R::CounterOnce),
        Harmless("liveness/nonce-older-delivered-again", "an older one is no newer for it"),
        Refused("membership/link-after-another", R::LinkChains),
        Refused("heartbeat/heartbeat-missed", R::HistoryContinues),
        Refused("lock/request-after-unlock", R::RequestMatchesHead),
    ],
    [
        Never("an announcement says no time and no number"),
        Harmless(
            "rotation/key-without-certificate",
            "a key of a later number waits for its heartbeat",
        ),
        Refused("media/packet-other-number", R::PacketOpens),
        Never("a nonce says no time and no number"),
        Refused("membership/link-too-early", R::LinkChains),
        Refused("heartbeat/heartbeat-before-its-link", R::CertifiesKnownLink),
        Never("a request names a link by its hash, and a leader knows every link there is"),
    ],
    [
        Refused("device/leader-binding-other-user", R::AnnouncementVerifies),
        Refused("rotation/seal-bound-to-other-leader", R::SealOpens),
        Refused("media/packet-of-other-sender", R::PacketOpens),
        Refused("liveness/seal-bound-to-nonce-of-another", R::SealOpens),
        Refused("membership/link-of-a-member", R::CertifiesKnownLink),
        Refused("heartbeat/heartbeat-of-a-member", R::HeartbeatVerifies),
        Refused("lock/request-in-other-name", R::RequestVerifies),
    ],
    [
        Refused("device/announcement-of-earlier-instance", R::AnnouncementVerifies),
        Refused("rotation/sealed-key-of-earlier-meeting", R::SealOpens),
        Refused("media/packet-of-earlier-meeting", R::PacketOpens),
        Refused("liveness/seal-bound-to-nonce-of-other-meeting", R::SealOpens),
        Refused("membership/links-of-an-earlier-meeting", R::LinkChains),
        Refused("membership/links-of-an-earlier-meeting", R::HeartbeatVerifies),
        Refused("lock/request-of-earlier-meeting", R::RequestVerifies),
    ],
];

pub(super) fn page() -> String {
    let mut text = markdown::opening("Bad input", "conformance/src/pages/bad_input.rs");
    text.push_str(
        "For every type of message: the case that shows what becomes of it when it is bad, and the \
         rule that refuses it. A link and a nonce are signed by nobody: of the wrong sender they \
         are found out by the heartbeat that would certify the link, and by the box that is bound \
         to the nonce. Cases are those of the newest profile that has them; `conclave scenario \
         show NAME` draws one.\n\n",
    );
    for (message, column) in MESSAGES.iter().zip(0..) {
        text.push_str(&format!("## {message}\n\n"));
        let rows = KINDS.iter().zip(&MATRIX).filter_map(|(kind, row)| {
            let cell = row.get(column)?;
            let [shown, becomes] = match cell {
                Refused(case, rule) => [format!("`{case}`"), markdown::to_rule(rule.id())],
                Harmless(case, why) => [format!("`{case}`"), format!("taken: {why}")],
                Never(why) => ["-".to_owned(), format!("none: {why}")],
            };
            Some([(*kind).to_owned(), shown, becomes])
        });
        text.push_str(&markdown::table(["it is", "case", "what becomes of it"], rows));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use conclave_spec::Profile;

    use super::*;
    use crate::{case::Case, cases, record};

    /// Every case of every profile.
    fn drafts() -> Vec<(Profile, cases::Draft)> {
        let of = |profile: Profile| {
            let drafts = cases::drafts(&profile);
            drafts.into_iter().map(move |draft| (profile.clone(), draft))
        };
        Profile::all().into_iter().flat_map(of).collect()
    }

    fn refuses(case: &Case, rule: Rule) -> bool {
        case.steps
            .iter()
            .any(|step| step.expect.class.is_refusal() && step.expect.rule == Some(rule))
    }

    #[test]
    fn every_cell_is_a_case_that_shows_it_or_says_why_there_is_none() {
        let all = drafts();
        for (kind, row) in KINDS.iter().zip(MATRIX) {
            for (message, cell) in MESSAGES.iter().zip(row) {
                let (name, rule) = match cell {
                    Refused(name, rule) => (name, Some(rule)),
                    Harmless(name, why) => {
                        assert!(!why.is_empty(), "{message}, {kind}");
                        (name, None)
                    }
                    Never(why) => {
                        assert!(!why.is_empty(), "{message}, {kind}");
                        continue;
                    }
                };
                let named =
                    all.iter().filter(|(_, it)| format!("{}/{}", it.area, it.name) == *name);
                let named: Vec<_> = named.collect();
                let newest = named.last().map(|(profile, _)| profile.id);
                assert_eq!(newest, Some("hardened"), "{name} is gone");
                for (profile, draft) in named {
                    let case = record::record(draft, profile, profile).expect("it is recorded");
                    // Where the number of a key comes by heartbeat, nothing is refused by its number.
                    let by_number = rule == Some(R::SeqIncreases);
                    let shows = rule.is_none_or(|rule| refuses(&case, rule));
                    let rule = rule.map(Rule::id);
                    let excused = by_number && !profile.rules.contains(R::SeqIncreases);
                    assert!(shows || excused, "{message}, {kind}: {} by {rule:?}", case.id);
                }
            }
        }
    }
}
