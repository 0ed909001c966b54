//! Why no goal breaks without a rule, within the bound of the ablation: which rules stand in for it,
//! or what the slices do not contain. Argued by hand, not computed; that there is a reason for each
//! such rule, and for no other, is counted.

use conclave_spec::Rule::{self, *};

/// Why no goal breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// These rules stand in for it: defence in depth.
    StoodInFor(&'static [Rule], &'static str),
    /// The slices or the goals have nothing that would need it; byte cases alone show it.
    NotReached(&'static str),
}

impl Why {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::StoodInFor(_, words) | Self::NotReached(words) => words,
        }
    }
}

use Why::{NotReached, StoodInFor};

const FRESH_KEYS: &[Rule] = &[AnnouncementVerifies, EphemeralFresh];
const CERTIFIED: &[Rule] = &[LinkAwaitsHeartbeat, HeartbeatVerifies];
const CHAIN: &[Rule] = &[CountIncreases, HistoryContinues];

const BOX_BY_KEYS: Why = StoodInFor(
    FRESH_KEYS,
    "a box opens under the agreement of two ephemeral keys only, each made for one join and signed \
     with what the field says",
);
const BY_CERTIFICATE: Why = StoodInFor(
    CERTIFIED,
    "a link counts once a heartbeat certifies it, and an honest leader's names the hash of its own",
);
const AVAILABILITY: Why = NotReached("no goal asks that a request of a user succeed");

/// Why no goal breaks without a rule; nothing for a rule that carries one.
#[must_use]
pub fn why(rule: Rule) -> Option<Why> {
    WHY.iter().find(|(known, _)| *known == rule).map(|(_, why)| *why)
}

/// The rules that others stand in for, each with those.
pub fn stood_in_for() -> impl Iterator<Item = (Rule, &'static [Rule])> {
    WHY.iter().filter_map(|(rule, why)| match why {
        StoodInFor(others, _) => Some((*rule, *others)),
        NotReached(_) => None,
    })
}

const WHY: &[(Rule, Why)] = &[
    (
        SignatureNamesContext,
        StoodInFor(
            &[EncodingInjective],
            "every signed message begins with a tag of its own, so none reads as another kind",
        ),
    ),
    (
        BindingNamesUser,
        StoodInFor(
            &[BindingNamesDevice],
            "the binding names the device, and no two users of the slices share one",
        ),
    ),
    (
        BindingNamesIdentityKey,
        StoodInFor(
            &[AnnouncementVerifies],
            "the signature is verified under the very key the field would name",
        ),
    ),
    (
        EncodingCanonical,
        NotReached("terms have one encoding; that a second one is refused shows in bytes alone"),
    ),
    (
        LabelHonest,
        NotReached(
            "the label is wrong with the rule as well (F-02), so its goal says nothing about the rule",
        ),
    ),
    (
        RequestFits,
        NotReached("no move of the slices is a request that fits neither phase nor role"),
    ),
    (
        SealOpens,
        NotReached("no deceit alters a box; what passes without a tag shows in bytes alone"),
    ),
    (MetaNamesMeeting, BOX_BY_KEYS),
    (MetaNamesInstance, BOX_BY_KEYS),
    (MetaNamesLeader, BOX_BY_KEYS),
    (MetaNamesRecipient, BOX_BY_KEYS),
    (
        SealNamesContext,
        StoodInFor(
            &[HybridNamesContext],
            "meeting keys are all that is sealed in a meeting, and the derivation has a context too (ROT-33 in a classic box)",
        ),
    ),
    (AgreementContributory, NotReached("no deceit announces a key of small order")),
    (
        JoinerKeyYoung,
        StoodInFor(
            &[RotateOnJoin],
            "a join calls for a rotation, and within the bound nothing holds it up for long",
        ),
    ),
    (
        RotateOnJoin,
        StoodInFor(
            &[JoinerKeyYoung],
            "a joiner is not given a key older than the time their goal admits",
        ),
    ),
    (
        HybridNamesContext,
        NotReached("meeting keys are all that is sealed in the slices, under one context"),
    ),
    (HybridNamesSender, BOX_BY_KEYS),
    (HybridNamesSenderBoxKey, BOX_BY_KEYS),
    (HybridNamesSenderKemKey, BOX_BY_KEYS),
    (HybridNamesRecipient, BOX_BY_KEYS),
    (HybridNamesRecipientBoxKey, BOX_BY_KEYS),
    (HybridNamesRecipientKemKey, BOX_BY_KEYS),
    (HybridNamesMeta, BOX_BY_KEYS),
    (
        DerivationNamesContext,
        StoodInFor(
            &[SealNamesContext],
            "meeting keys are all that is sealed in a meeting, and the cipher has a context too",
        ),
    ),
    (BoxNonceFresh, NotReached("terms lose nothing to a nonce used twice")),
    (LinkCounts, StoodInFor(&[LinkChains], "whoever misses a link misses its hash too")),
    (
        LinkNamesCounter,
        StoodInFor(
            &[LinkCounts, HeartbeatNamesVersion],
            "a link with another counter is out of turn, and the heartbeat names the version",
        ),
    ),
    (
        ListStartsWhole,
        StoodInFor(&[LeaderListed], "a list that begins later lacks the leader, who came first"),
    ),
    (OperationApplies, BY_CERTIFICATE),
    (
        BindingStable,
        StoodInFor(
            &[RejoinSameKey],
            "a leave comes between two bindings, and the identity key stays the same",
        ),
    ),
    (
        LeaveListed,
        StoodInFor(
            &[RotateOnLeave, SealToListed],
            "the leader rotates and seals nothing further to who left, listed or not",
        ),
    ),
    (
        LeaderUsesAtOnce,
        StoodInFor(
            &[LeaverShownUntilRekey],
            "who left is shown as present until a key they do not know is used, by the leader too",
        ),
    ),
    (
        NumberAboveCertified,
        StoodInFor(
            &[FirstListsSelf],
            "of the numbers the last leader certified a joiner knows none from before it was listed",
        ),
    ),
    (
        LeaveWithoutKey,
        NotReached("who stays without a key says and hears nothing, however old its list becomes"),
    ),
    (
        LeaderBound,
        StoodInFor(
            &[LeaderListed, NumberAboveCertified],
            "who is on no list certifies none, and its key waits for a certificate of its own",
        ),
    ),
    (
        AnnouncementListed,
        StoodInFor(
            &[AnnouncementVerifies],
            "what is announced under a listed name is signed by that device",
        ),
    ),
    (
        KickedLeaves,
        StoodInFor(
            &[SealToListed],
            "who was removed is sealed nothing further, whether they leave or not",
        ),
    ),
    (
        HeartbeatNamesLeader,
        StoodInFor(
            &[HeartbeatVerifies, LeaderListed],
            "a heartbeat verifies under the identity key of the leader, who is listed with one binding",
        ),
    ),
    (
        HeartbeatNamesVersion,
        StoodInFor(
            &[LinkCounts, LinkNamesCounter],
            "a link with another counter is out of turn, and has another hash",
        ),
    ),
    (
        HeartbeatNamesCount,
        NotReached(
            "an old heartbeat under a new counter keeps a client in a meeting, for longer than the \
             slices go without one",
        ),
    ),
    (
        TimestampIncreases,
        StoodInFor(
            CHAIN,
            "the timestamps of an honest leader rise with its counter, along its chain",
        ),
    ),
    (
        CountsByOne,
        StoodInFor(
            &[CountIncreases],
            "a participant asks that counters rise, not that none is left out",
        ),
    ),
    (
        SealUsesNewestNonce,
        StoodInFor(&[NonceRecent], "a recipient takes its two newest nonces and no older one"),
    ),
    (
        NoSealWithoutNonce,
        StoodInFor(&[NonceRecent], "a recipient takes no key that is bound to no nonce of its own"),
    ),
    (
        LeaderStepsDown,
        StoodInFor(
            &[HeartbeatVerifies],
            "participants take heartbeats of the leader they were told of last",
        ),
    ),
    (
        UncertifiedDropped,
        StoodInFor(
            &[KeyAwaitsHeartbeat],
            "a key waits for its heartbeat, and the next leader certifies none that it did not make",
        ),
    ),
    (
        LockListed,
        StoodInFor(
            &[LockFromList],
            "a lock is shown from the list alone: what is not on it is shown to nobody",
        ),
    ),
    (RequestRetried, AVAILABILITY),
    (
        RequestNamesMeeting,
        StoodInFor(
            &[RequestNamesHead, RequestMatchesHead],
            "a request names the newest link, which no other meeting has",
        ),
    ),
    (
        RequestNamesInstance,
        StoodInFor(
            &[RequestNamesHead, RequestMatchesHead],
            "a request names the newest link, which no other instance has",
        ),
    ),
    (
        RequestNamesOperation,
        StoodInFor(
            &[RequestNamesHead, RequestMatchesHead],
            "the server of the slices turns round a request that was granted, and so names an old link",
        ),
    ),
    (SubkeyNamesMeeting, StoodInFor(&[RotationFresh], "every meeting has keys of its own")),
    (
        SubkeyNamesInstance,
        StoodInFor(&[RotationFresh], "every instance of a meeting has keys of its own"),
    ),
    (PacketSeqFourBytes, NotReached("no slice counts to 256 keys")),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use conclave_spec::Profile;

    use super::*;
    use crate::{
        ablation::{Lost, read, rules},
        vectors,
    };

    #[test]
    fn there_is_a_reason_for_every_rule_that_carries_no_goal_and_for_no_other() {
        let table = read(&vectors::folder(None)).expect("the stored table");
        let broken = table.rows.iter().filter(|row| matches!(row.worth, Lost::Broken { .. }));
        let bearing: BTreeSet<Rule> = broken.map(|row| row.rule).collect();
        let others: BTreeSet<Rule> = rules().filter(|rule| !bearing.contains(rule)).collect();
        let explained: BTreeSet<Rule> = WHY.iter().map(|(rule, _)| *rule).collect();
        assert_eq!(explained, others);
        assert_eq!(explained.len(), WHY.len(), "one reason for each");
    }

    #[test]
    fn what_stands_in_for_a_rule_is_in_force_beside_it() {
        for (rule, why) in WHY {
            let StoodInFor(others, _) = why else { continue };
            let profiles = Profile::all();
            let newest = profiles.iter().rev().find(|profile| profile.rules.contains(*rule));
            let newest = newest.expect("a profile has it");
            let beside = others.iter().all(|other| other != rule && newest.rules.contains(*other));
            assert!(beside && !others.is_empty(), "{} in {}", rule.id(), newest.id);
        }
    }
}
