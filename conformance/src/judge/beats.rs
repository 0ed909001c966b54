//! What a leader's heartbeats say, as far as the judge can tell without keys.
//!
//! A leader may beat more often than it must, and after that every later heartbeat has other bytes.
//! So heartbeats are told apart by what they certify: the number of the key and the version of the
//! list.

use conclave_spec::RuleSet;

use crate::{
    exchange::Exchange,
    protocol::{Codec, Effect, Payload},
};

/// What a heartbeat certifies, and its place in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// The send counter.
    pub t: u32,
    /// The number of the newest key.
    pub mk_seq: u32,
    /// The version of the list.
    pub v: u32,
}

impl Beat {
    /// Whether another one certifies the same.
    #[must_use]
    pub fn certifies_as(self, other: Self) -> bool {
        (self.mk_seq, self.v) == (other.mk_seq, other.v)
    }
}

/// What an effect says as a heartbeat, in whichever codec; `None` for anything else.
#[must_use]
pub fn beat(rules: RuleSet, effect: &Effect) -> Option<Beat> {
    let Effect::PostHeartbeat { heartbeat } = effect else { return None };
    let read = reader(rules, heartbeat).heartbeat(heartbeat).ok()?.ok()?;
    Some(Beat { t: read.t, mk_seq: read.mk_seq, v: read.v })
}

/// The counter of the link that an effect posts, in whichever codec.
#[must_use]
pub fn link_v(rules: RuleSet, effect: &Effect) -> Option<u32> {
    let Effect::PostLink { link } = effect else { return None };
    Some(reader(rules, link).link(link).ok()?.ok()?.v)
}

/// Reads a payload in the codec it is in.
#[must_use]
pub fn reader(rules: RuleSet, payload: &Payload) -> Exchange {
    let codec = match payload {
        Payload::Bytes(_) => Codec::Bytes,
        Payload::Fields(_) => Codec::Fields,
    };
    Exchange { codec, rules }
}

/// The heartbeats and links of a client so far, while it leads.
#[derive(Debug, Default)]
pub(super) struct Led {
    /// The last heartbeat and its moment.
    pub(super) last: Option<(Beat, u64)>,
    /// The counter of the last link.
    pub(super) link_v: Option<u32>,
    /// The step at which it last rotated.
    pub(super) rotated_at: Option<usize>,
}

/// How a heartbeat follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follows {
    /// Certifies what is there: one more.
    Again,
    /// Certifies the next key.
    Rotates,
    /// Skips or repeats a send counter.
    WrongCount,
    /// Certifies a key whose number does not follow.
    WrongNumber,
    /// Certifies a list that was not posted last.
    WrongList,
    /// Nothing came before it.
    First,
}

impl Led {
    pub(super) fn follows(&self, beat: Beat) -> Follows {
        let Some((last, _)) = self.last else { return Follows::First };
        let same_list = beat.v == last.v || Some(beat.v) == self.link_v;
        if last.t.checked_add(1) != Some(beat.t) {
            Follows::WrongCount
        } else if !same_list {
            Follows::WrongList
        } else if beat.mk_seq == last.mk_seq {
            Follows::Again
        } else if last.mk_seq.checked_add(1) == Some(beat.mk_seq) {
            Follows::Rotates
        } else {
            Follows::WrongNumber
        }
    }

    /// Notes a heartbeat of this step.
    pub(super) fn note(&mut self, beat: Beat, at_ms: u64, step: usize) {
        if self.last.is_some_and(|(last, _)| beat.mk_seq > last.mk_seq) {
            self.rotated_at = Some(step);
        }
        self.last = Some((beat, at_ms));
    }
}
