//! `bad-input.md`: which case shows that a kind of bad input is refused, for every type of message
//! and both roles.

use std::fmt;

use conclave_spec::Rule;

use super::{facts, markdown};

/// What can be wrong with a message, in the order of the cells of a [`Column`].
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

/// Who is given a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// The client that leads.
    Leader,
    /// Any other.
    Participant,
}

use To::{Leader, Participant};

impl fmt::Display for To {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Leader => "to a leader",
            Participant => "to a participant",
        })
    }
}

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

/// A type of message as it is handed to one of the two roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The type of message.
    pub message: &'static str,
    /// Who gets it.
    pub to: To,
    /// What becomes of each of [`KINDS`].
    pub cells: [Cell; 8],
}

/// Messages that are for the other role: which, for whom they are not, and the case that shows it.
pub const MISPLACED: [(&str, To, &str); 2] = [
    ("a link, a heartbeat, a sealed key", Leader, "device/messages-for-members-to-leader"),
    ("a lock request", Participant, "device/lock-request-to-participant"),
];

const NO_TIME: Cell = Never("an announcement says no time and no number");
const NO_NUMBER: Cell = Never("a nonce says no time and no number");

/// Every type of message, to every role it is for.
pub const COLUMNS: [Column; 12] = [
    Column {
        message: "leader's announcement",
        to: Participant,
        cells: [
            Refused("device/leader-announcement-shorter", R::EncodingCanonical),
            Refused("device/leader-announcement-oversized", R::EncodingCanonical),
            Refused("device/leader-announcement-that-is-a-link", R::EncodingCanonical),
            Harmless("device/leader-announced-twice", "the same announcement says the same again"),
            Refused("election/next-leader-announced-as-before", R::LeaderBound),
            NO_TIME,
            Refused("device/leader-binding-other-user", R::AnnouncementVerifies),
            Refused("device/announcement-of-earlier-instance", R::AnnouncementVerifies),
        ],
    },
    Column {
        message: "leader's announcement",
        to: Leader,
        cells: [
            Refused("device/successor-announcement-shorter", R::EncodingCanonical),
            Refused("device/successor-announcement-oversized", R::EncodingCanonical),
            Refused("device/successor-announcement-that-is-a-link", R::EncodingCanonical),
            Harmless(
                "election/leader-steps-down-once",
                "the same announcement says the same again",
            ),
            Refused("election/successor-announced-as-before", R::LeaderBound),
            NO_TIME,
            Refused("device/successor-binding-other-user", R::AnnouncementVerifies),
            Refused("election/successor-of-earlier-meeting", R::AnnouncementVerifies),
        ],
    },
    Column {
        message: "joiner's announcement",
        to: Leader,
        cells: [
            Refused("device/joiner-announcement-shorter", R::EncodingCanonical),
            Refused("device/joiner-announcement-oversized", R::EncodingCanonical),
            Refused("device/joiner-announcement-that-is-a-link", R::EncodingCanonical),
            Harmless("device/joiner-announced-twice", "the same announcement says the same again"),
            Harmless("membership/announced-as-before", "another join, which the list shows (R-84)"),
            NO_TIME,
            Refused("device/joiner-binding-other-user", R::AnnouncementVerifies),
            Refused("device/joiner-of-earlier-instance", R::AnnouncementVerifies),
        ],
    },
    Column {
        message: "joiner's announcement",
        to: Participant,
        cells: [
            Refused("device/board-announcement-shorter", R::EncodingCanonical),
            Refused("device/board-announcement-oversized", R::EncodingCanonical),
            Refused("device/board-announcement-that-is-a-link", R::EncodingCanonical),
            Harmless(
                "device/board-announcement-twice",
                "the same announcement says the same again",
            ),
            Harmless(
                "election/takeover-announcement-newer",
                "it is kept, and sealed to only if it is the one on the list",
            ),
            NO_TIME,
            Harmless(
                "election/takeover-announcement-of-another",
                "it is kept, and nothing is sealed to it: it does not verify",
            ),
            Harmless(
                "election/takeover-announcement-of-earlier-meeting",
                "it is kept, and nothing is sealed to it: it does not verify",
            ),
        ],
    },
    Column {
        message: "sealed key",
        to: Participant,
        cells: [
            Refused("rotation/sealed-key-shorter", R::EncodingCanonical),
            Refused("rotation/sealed-key-oversized", R::EncodingCanonical),
            Refused("rotation/sealed-key-that-is-a-link", R::EncodingCanonical),
            Refused("rotation/sealed-key-twice", R::SeqIncreases),
            Refused("rotation/number-falls", R::SeqIncreases),
            Harmless(
                "rotation/key-without-certificate",
                "a key of a later number waits for its heartbeat",
            ),
            Refused("rotation/seal-bound-to-other-leader", R::SealOpens),
            Refused("rotation/sealed-key-of-earlier-meeting", R::SealOpens),
        ],
    },
    Column {
        message: "packet",
        to: Participant,
        cells: [
            Refused("media/packet-shorter", R::PacketOpens),
            Refused("media/packet-oversized", R::PacketOpens),
            Refused("media/packet-that-is-a-heartbeat", R::PacketOpens),
            Refused("media/packet-twice", R::CounterOnce),
            Refused("media/packets-out-of-order", R::CounterOnce),
            Refused("media/packet-other-number", R::PacketOpens),
            Refused("media/packet-of-other-sender", R::PacketOpens),
            Refused("media/packet-of-earlier-meeting-to-participant", R::PacketOpens),
        ],
    },
    Column {
        message: "packet",
        to: Leader,
        cells: [
            Refused("media/packet-to-leader-shorter", R::PacketOpens),
            Refused("media/packet-to-leader-oversized", R::PacketOpens),
            Refused("media/packet-to-leader-that-is-a-heartbeat", R::PacketOpens),
            Refused("media/packet-to-leader-twice", R::CounterOnce),
            Refused("media/packets-to-leader-out-of-order", R::CounterOnce),
            Refused("media/packet-to-leader-other-number", R::PacketOpens),
            Refused("media/packet-to-leader-of-other-sender", R::PacketOpens),
            Refused("media/packet-of-earlier-meeting", R::PacketOpens),
        ],
    },
    Column {
        message: "nonce",
        to: Leader,
        cells: [
            Refused("liveness/nonce-shorter", R::EncodingCanonical),
            Refused("liveness/nonce-oversized", R::EncodingCanonical),
            Refused("liveness/nonce-that-is-a-key", R::EncodingCanonical),
            Harmless("liveness/nonce-delivered-again", "a nonce on the board calls for nothing"),
            Harmless("liveness/nonce-older-delivered-again", "an older one is no newer for it"),
            NO_NUMBER,
            Harmless("liveness/nonce-exchanged", BOUND),
            Harmless("liveness/nonce-of-earlier-meeting", BOUND),
        ],
    },
    Column {
        message: "nonce",
        to: Participant,
        cells: [
            Refused("liveness/nonce-at-participant-shorter", R::EncodingCanonical),
            Refused("liveness/nonce-at-participant-oversized", R::EncodingCanonical),
            Refused("liveness/nonce-at-participant-that-is-a-key", R::EncodingCanonical),
            Harmless("liveness/nonces-at-participant", "a nonce on the board calls for nothing"),
            Harmless(
                "liveness/takeover-after-older-nonce-again",
                "an older one is no newer for it",
            ),
            NO_NUMBER,
            Harmless("liveness/takeover-binds-nonce-of-another", BOUND),
            Harmless("liveness/takeover-binds-nonce-of-earlier-meeting", BOUND),
        ],
    },
    Column {
        message: "link",
        to: Participant,
        cells: [
            Refused("membership/link-shorter", R::EncodingCanonical),
            Refused("membership/link-much-longer", R::EncodingCanonical),
            Refused("membership/link-that-is-a-heartbeat", R::EncodingCanonical),
            Refused("membership/link-twice", R::LinkChains),
            Refused("membership/link-after-another", R::LinkChains),
            Refused("membership/link-too-early", R::LinkChains),
            Refused("membership/link-of-a-member", R::CertifiesKnownLink),
            Refused("membership/links-of-an-earlier-meeting", R::LinkChains),
        ],
    },
    Column {
        message: "heartbeat",
        to: Participant,
        cells: [
            Refused("heartbeat/heartbeat-shorter", R::EncodingCanonical),
            Refused("heartbeat/heartbeat-much-longer", R::EncodingCanonical),
            Refused("heartbeat/heartbeat-that-is-a-link", R::EncodingCanonical),
            Refused("heartbeat/heartbeat-replayed", R::CountIncreases),
            Refused("heartbeat/heartbeat-missed", R::HistoryContinues),
            Refused("heartbeat/heartbeat-before-its-link", R::CertifiesKnownLink),
            Refused("heartbeat/heartbeat-of-a-member", R::HeartbeatVerifies),
            Refused("membership/links-of-an-earlier-meeting", R::HeartbeatVerifies),
        ],
    },
    Column {
        message: "lock request",
        to: Leader,
        cells: [
            Refused("lock/request-shorter", R::EncodingCanonical),
            Refused("lock/request-oversized", R::EncodingCanonical),
            Refused("lock/request-that-is-a-link", R::EncodingCanonical),
            Refused("lock/request-delivered-twice", R::RequestMatchesHead),
            Refused("lock/request-after-unlock", R::RequestMatchesHead),
            Refused("lock/request-ahead-of-new-leader", R::RequestMatchesHead),
            Refused("lock/request-in-other-name", R::RequestVerifies),
            Refused("lock/request-of-earlier-meeting", R::RequestVerifies),
        ],
    },
];

/// What becomes of a nonce that is not what the server says it is.
const BOUND: &str = "it is bound as it is, and whom the key is sealed to does not open it (ROT-01)";

pub(super) fn page() -> String {
    let mut text = markdown::opening("Bad input", "conformance/src/pages/bad_input.rs");
    text.push_str(
        "For every type of message and each role it is for: the case that shows what becomes of it \
         when it is bad, and the rule that refuses it. A link and a nonce are signed by nobody: of \
         the wrong sender they are found out by the heartbeat that would certify the link, and by \
         the box that is bound to the nonce. Cases are those of the newest profile that has them; \
         `conclave scenario show NAME` draws one.\n\n",
    );
    for column in &COLUMNS {
        text.push_str(&format!("## {} {}\n\n", column.message, column.to));
        let rows = KINDS.iter().zip(&column.cells).map(|(kind, cell)| {
            let [shown, becomes] = match cell {
                Refused(case, rule) => [format!("`{case}`"), refused(*rule)],
                Harmless(case, why) => [format!("`{case}`"), format!("taken: {why}")],
                Never(why) => ["-".to_owned(), format!("none: {why}")],
            };
            [(*kind).to_owned(), shown, becomes]
        });
        text.push_str(&markdown::table(["it is", "case", "what becomes of it"], rows));
        text.push('\n');
    }
    text.push_str("## for the other role\n\n");
    let rows = MISPLACED.iter().map(|(message, to, case)| {
        let rule = markdown::to_rule(R::RequestFits.id());
        [format!("{message} {to}"), format!("`{case}`"), rule]
    });
    text.push_str(&markdown::table(["it is", "case", "what becomes of it"], rows));
    text
}

/// Rules that came later than the messages they refuse.
const LATER: [Rule; 2] = [R::SeqIncreases, R::LeaderBound];

/// The rule that refuses it, and where it does if not everywhere.
fn refused(rule: Rule) -> String {
    let by = markdown::to_rule(rule.id());
    if !LATER.contains(&rule) {
        return by;
    }
    format!("{by}, in {}; taken in the others", facts::profiles_phrase(rule))
}

#[cfg(test)]
mod tests {
    use conclave_spec::Profile;

    use super::*;
    use crate::{
        case::{Case, Expected},
        cases,
        protocol::Class,
        record,
    };

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

    /// Whether a case holds something the client under test has no use for in its state.
    fn misfits(case: &Case) -> bool {
        let misfit = |expect: &Expected| {
            expect.class == Class::BadRequest && expect.rule == Some(R::RequestFits)
        };
        case.steps.iter().any(|step| misfit(&step.expect))
    }

    /// Whether a case gives the client under test something in this role.
    fn in_role(case: &Case, to: To) -> bool {
        case.session.as_ref().is_some_and(|session| to == Participant || session.leads)
    }

    /// The case in every profile that has it; the newest has to.
    fn named(name: &str, all: &[(Profile, cases::Draft)]) -> Vec<Case> {
        let named = all.iter().filter(|(_, it)| format!("{}/{}", it.area, it.name) == *name);
        let named: Vec<_> = named.collect();
        let newest = named.last().map(|(profile, _)| profile.id);
        assert_eq!(newest, Some("hardened"), "{name} is gone");
        let recorded =
            |(profile, draft): &&(Profile, cases::Draft)| record::record(draft, profile, profile);
        named.iter().map(recorded).collect::<Result<_, _>>().expect("they are recorded")
    }

    #[test]
    fn every_cell_is_a_case_that_shows_it_or_says_why_there_is_none() {
        let all = drafts();
        let ids: Vec<_> = Profile::all().into_iter().map(|profile| (profile.id, profile)).collect();
        for Column { message, to, cells } in COLUMNS {
            for (kind, cell) in KINDS.iter().zip(cells) {
                let (name, rule) = match cell {
                    Refused(name, rule) => (name, Some(rule)),
                    Harmless(name, why) => {
                        assert!(!why.is_empty(), "{message} {to}, {kind}");
                        (name, None)
                    }
                    Never(why) => {
                        assert!(!why.is_empty(), "{message} {to}, {kind}");
                        continue;
                    }
                };
                for case in named(name, &all) {
                    // A rule that is not in force yet refuses nothing yet.
                    let in_force = |rule: Rule| {
                        let of_case = ids.iter().find(|(id, _)| *id == case.profile());
                        of_case.is_some_and(|(_, profile)| profile.rules.contains(rule))
                    };
                    let excused = rule.is_some_and(|it| LATER.contains(&it) && !in_force(it));
                    let shows = rule.is_none_or(|rule| refuses(&case, rule));
                    let rule = rule.map(Rule::id);
                    assert!(shows || excused, "{message} {to}, {kind}: {} by {rule:?}", case.id);
                    assert!(in_role(&case, to), "{message} {to}, {kind}: {}", case.id);
                }
            }
        }
    }

    #[test]
    fn a_message_for_the_other_role_is_refused() {
        let all = drafts();
        for (_, to, name) in MISPLACED {
            for case in named(name, &all) {
                assert!(misfits(&case) && in_role(&case, to), "{}", case.id);
            }
        }
    }
}
