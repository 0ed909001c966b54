//! Readings about heartbeats: their order, chain, counters and timestamps.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_50: Reading = Reading {
    id: "R-50",
    title: "Link first, heartbeat after, key last",
    place: at("2.3.1", "3.7.7"),
    question: "Links are on the board, heartbeats come over the signaling channel, sealed keys are \
        posted apart. The order, and what a client does with a heartbeat for a list it does not \
        have, is not said.",
    alternatives: &[
        alt(
            "refuse",
            "Links go out before the heartbeat and that before the keys; an unknown list is \
                refused.",
        ),
        alt("hold", "A heartbeat for an unknown list is kept until its link arrives."),
        alt("count", "Such a heartbeat counts as received, and the list stays as it was."),
    ],
    chosen: "refuse",
    why: "A heartbeat that counts while its list is missing lets the server withhold a removal for \
        as long as it likes. Refusing needs no memory: the leader beats again within ten seconds, \
        and the link is there by then or never. A sealed key may come before its heartbeat and is \
        not used until then.",
    policy: None,
    rules: &[Rule::CertifiesKnownLink, Rule::KeyAwaitsHeartbeat],
};

pub(super) const R_52: Reading = Reading {
    id: "R-52",
    title: "What the leader's timestamp is held against",
    place: at("4.1", "subsubsec:lpl"),
    question: "A heartbeat carries the leader's time, which is said to increase. No receiver is \
        told to compare it with anything, so heartbeats that arrive ever later, but in order, \
        would all count.",
    alternatives: &[
        alt(
            "anchor",
            "Against the own clock: both since the heartbeat that certified the newest key.",
        ),
        alt(
            "from_acceptance",
            "Against the own clock since the newest key was accepted, whoever leads meanwhile; \
                whoever is too late then leaves.",
        ),
        alt(
            "least_delay",
            "Against the own clock: both since the heartbeat of this leader that came with the \
                least delay, so that delays do not add up over rotations.",
        ),
        alt("none", "Only that it increases."),
        alt("absolute", "Clocks are taken to agree, and an old timestamp is refused."),
    ],
    chosen: "anchor",
    why: "A key is recent by its nonce, so the heartbeat that certified it is an anchor for both \
        clocks, and neither has to be right, only to run alike. Whoever is later by more than the \
        silence allowed does not count as received, and the silence then runs out.",
    policy: None,
    rules: &[Rule::NotStale, Rule::AnchorLeastDelayed],
};

pub(super) const R_53: Reading = Reading {
    id: "R-53",
    title: "How a timestamp increases",
    place: at("4.1", "subsubsec:lpl"),
    question: "The timestamp is monotonically increasing, by the leader's clock. Its unit, its \
        origin, whether two may be equal, and what follows when a clock stands still, is not said.",
    alternatives: &[
        alt("strict_ms", "Milliseconds; each is above the last, by one if the clock stood still."),
        alt("weak", "Equal timestamps are allowed."),
        alt("strict_reject", "A leader whose clock stood still does not beat."),
    ],
    chosen: "strict_ms",
    why: "Two heartbeats in one millisecond happen when a link follows a rotation. A strict \
        increase is the stronger check and costs the leader one addition.",
    policy: None,
    rules: &[Rule::TimestampAdvances, Rule::TimestampIncreases],
};

pub(super) const R_67: Reading = Reading {
    id: "R-67",
    title: "The scope of the send counter",
    place: at("2.3.1", "3.7.7"),
    question: "The counter t grows with every send. Where it starts, and whether a new leader goes \
        on with the old one's count, is not said.",
    alternatives: &[
        alt("per_leader", "From 1, by one, anew for each leader."),
        alt("per_meeting", "A new leader goes on from the last count it saw."),
        alt("increasing", "Any increase will do; a gap means nothing."),
    ],
    chosen: "per_leader",
    why: "A count of what one signer sent orders that signer's heartbeats; a new leader need not \
        know how far the old one came. A receiver takes any greater count, since one may be lost \
        where heartbeats are not chained.",
    policy: None,
    rules: &[Rule::CountsByOne, Rule::CountIncreases],
};

pub(super) const R_68: Reading = Reading {
    id: "R-68",
    title: "A heartbeat that names one the client never got",
    place: at("4.1", "subsubsec:lpl"),
    question: "Each heartbeat names the hash of the one before it. What a client does that missed \
        the one named is not said; the heartbeat is sent to all and besides posted on the board \
        when the list changes.",
    alternatives: &[
        alt("refuse", "It is refused; the server has to deliver those missing, in order."),
        alt("skip", "It is taken, and the chain goes on from it."),
        alt("fetch", "It is held while the client fetches those missing from the board."),
    ],
    chosen: "refuse",
    why: "Agreeing on one heartbeat is to mean agreeing on all before it, which skipping gives up. \
        Where the missing ones come from is a matter of transport; a client that never gets them \
        hears nothing more and leaves.",
    policy: None,
    rules: &[Rule::HistoryContinues],
};

pub(super) const R_69: Reading = Reading {
    id: "R-69",
    title: "What ten heartbeats in a row are",
    place: at("2.3.1", "3.7.7"),
    question: "A participant leaves when it fails to get ten heartbeats in a row, which come at \
        least every ten seconds. Whether it counts gaps or time, and from when, is not said.",
    alternatives: &[
        alt(
            "time_since_last",
            "A hundred seconds since the last one taken, or since the join; up to 110 s allowed.",
        ),
        alt("intervals", "Ten intervals of a fixed grid, each without a heartbeat."),
        alt("count_gaps", "Ten counts missing between two heartbeats that came."),
    ],
    chosen: "time_since_last",
    why: "A server that withholds everything leaves no gap to count, and heartbeats on change make \
        gaps of no length. Ten intervals, with one more for the timer of the client, are the \
        window. A heartbeat refused or ignored does not count; a leader that steps down begins \
        anew.",
    policy: None,
    rules: &[Rule::LeaveOnSilence],
};

pub(super) const R_70: Reading = Reading {
    id: "R-70",
    title: "Where a joiner's chain of heartbeats starts",
    place: at("4.1", "subsubsec:lpl"),
    question: "A joiner's first heartbeat names one it never saw. What it compares it with is not \
        said.",
    alternatives: &[
        alt(
            "any_first",
            "The first one taken since the join may name any; the chain starts with it.",
        ),
        alt("from_board", "It fetches and verifies all heartbeats since the meeting began."),
    ],
    chosen: "any_first",
    why: "The agreement promised is on the history one took part in. Earlier heartbeats may be of \
        leaders whose keys it has no reason to trust.",
    policy: None,
    rules: &[Rule::HistoryContinues],
};

pub(super) const R_79: Reading = Reading {
    id: "R-79",
    title: "One series of heartbeats or two",
    place: at("2.3.1", "3.7.7"),
    question: "A signature is posted at every change, and heartbeats are sent every ten seconds. \
        Whether the two are one series, with one counter, and whether a change restarts the ten \
        seconds, is not said.",
    alternatives: &[
        alt(
            "one_series",
            "One series: a change makes a heartbeat at once, and the next is due ten seconds \
                later.",
        ),
        alt("fixed_grid", "One series, but those between changes keep to a fixed grid."),
        alt("two_series", "Signatures on the board count for themselves."),
    ],
    chosen: "one_series",
    why: "The same fields are signed under the same context, so whoever holds one of either kind \
        can show it as the other. No gap is longer than ten seconds either way.",
    policy: None,
    rules: &[Rule::BeatInTime, Rule::BeatOnChange, Rule::CountsByOne],
};

pub(super) const R_87: Reading = Reading {
    id: "R-87",
    title: "The spelling of the list's context",
    place: at("2.3.1", "3.7.7"),
    question: "The context of the heartbeat lacks the hyphen after the first word that every other \
        context has.",
    alternatives: &[
        alt("verbatim", "As printed."),
        alt("regular", "With the hyphen, like the others."),
    ],
    chosen: "verbatim",
    why: "Every version prints it so, and two clients that spell it otherwise never agree.",
    policy: None,
    rules: &[Rule::HeartbeatVerifies, Rule::SignatureNamesContext],
};

pub(super) const R_110: Reading = Reading {
    id: "R-110",
    title: "The first heartbeat of whoever joins",
    place: at("4.1", "subsubsec:lpl"),
    question: "Every heartbeat is held against the one before it. Whoever joins has none, and which \
        heartbeat it begins with is not said: one of the leader's may be from long before it joined.",
    alternatives: &[
        alt("any", "With the first one that passes every other check, whenever it was made."),
        alt(
            "own_join",
            "With the first one that certifies a list on which the client is, with the binding of \
                this join.",
        ),
    ],
    chosen: "any",
    why: "Nothing asks for more. With `any` the server shows whoever joins a list of long ago \
        (finding F-08). With `own_join` the ephemeral key of this join dates the list, since nobody \
        had it before; an honest leader lists whoever joins, and beats at once. It asks more than \
        the paper does, so it is a choice of the client.",
    policy: Some("first_heartbeat"),
    rules: &[Rule::FirstListsSelf],
};
