//! The list and the heartbeats of a meeting as the client under test knows or makes them.

use conclave_model::message::{Heartbeat, Link};
use conclave_spec::{Label, Octets, Profile, Rule, formulas::sign};

use super::Wrong;
use crate::exchange::{heartbeat_signed, link_hash};

/// What the client was told is certified, or has certified itself.
#[derive(Debug, Default)]
pub(super) struct Chain {
    leads: bool,
    /// The encoded binding of this join.
    own: Option<Octets>,
    /// The encoded binding of whoever leads.
    leader: Option<Octets>,
    /// The last link posted, or certified by others: counter and hash.
    head: Option<(u32, Octets)>,
    /// The hash of the last heartbeat.
    beat: Option<Octets>,
    /// The send counter and the timestamp of the last heartbeat of this leader.
    last: Option<(u32, u64)>,
    /// The newest key certified.
    mk_seq: u32,
    /// Whether the last link posted is not certified yet.
    uncertified: bool,
}

impl Chain {
    /// The client joins.
    pub(super) fn joined(&mut self, leads: bool) {
        *self = Self { leads, ..Self::default() };
    }

    /// Whether the client leads.
    pub(super) fn leads(&self) -> bool {
        self.leads
    }

    /// The client has announced a key with this encoded binding.
    pub(super) fn announced(&mut self, binding: Octets) {
        self.own = Some(binding);
    }

    /// The client has taken it that the device with this binding leads; none for itself.
    pub(super) fn told_leader(&mut self, binding: Option<Octets>) {
        let leads = binding.is_none();
        if leads != self.leads || binding != self.leader {
            self.last = None;
        }
        self.leads = leads;
        self.leader = binding;
    }

    /// The client has taken a heartbeat of another leader.
    pub(super) fn took(&mut self, profile: &Profile, heartbeat: &Heartbeat<Octets>) {
        let Some(binding) = &self.leader else { return };
        let (_, hash) = heartbeat_signed(profile, binding, heartbeat);
        self.head = Some((heartbeat.v, heartbeat.list_hash.clone()));
        self.beat = Some(hash);
        self.mk_seq = heartbeat.mk_seq;
    }

    /// The hash of the last link.
    pub(super) fn head(&self) -> Option<&Octets> {
        self.head.as_ref().map(|(_, hash)| hash)
    }

    /// The number of the newest key certified.
    pub(super) fn mk_seq(&self) -> u32 {
        self.mk_seq
    }

    /// Takes in a link of the client and says what is wrong with it.
    pub(super) fn posted_link(&mut self, profile: &Profile, link: &Link<Octets>) -> Vec<Wrong> {
        let (v, prev) = self.head.clone().unwrap_or((0, [0; 32].into()));
        let mut wrong = Vec::new();
        if link.prev != prev {
            wrong.push((Rule::LinkNamesPrevious, "the hash of the link before", "another"));
        }
        if v.checked_add(1) != Some(link.v) {
            wrong.push((Rule::LinkNamesCounter, "the next counter", "another"));
        }
        self.head = Some((link.v, link_hash(profile.rules, link)));
        self.uncertified = true;
        wrong
    }

    /// Takes in a heartbeat of the client and says what is wrong with it.
    pub(super) fn posted_beat(
        &mut self,
        profile: &Profile,
        ivk: &Octets,
        beat: &Heartbeat<Octets>,
    ) -> Vec<Wrong> {
        let binding = self.own.clone().unwrap_or_default();
        let (message, hash) = heartbeat_signed(profile, &binding, beat);
        let mut wrong = Vec::new();
        if !sign::verify(profile.rules, ivk, Label::ParticipantList, &message, &beat.sig) {
            let wanted = "a signature over what it says, with the true binding";
            wrong.push((Rule::HeartbeatVerifies, wanted, "another"));
        }
        let (t, timestamp_ms) = self.last.unwrap_or_default();
        if t.checked_add(1) != Some(beat.t) {
            wrong.push((Rule::CountsByOne, "the next send counter", "another"));
        }
        wrong.extend(self.wrong_list(beat));
        if beat.mk_seq < self.mk_seq {
            wrong.push((Rule::HeartbeatNamesKey, "the number of the newest key", "a lower one"));
        }
        if profile.rules.contains(Rule::HeartbeatNamesPrevious)
            && beat.prev != self.beat.clone().unwrap_or_else(|| [0; 32].into())
        {
            let first = self.last.is_none() && self.beat.is_some();
            let rule = if first { Rule::TakeoverContinues } else { Rule::HeartbeatNamesPrevious };
            wrong.push((rule, "the hash of the heartbeat before", "another"));
        }
        let advances = self.last.is_none() || beat.timestamp_ms > timestamp_ms;
        if profile.rules.contains(Rule::TimestampAdvances) && !advances {
            wrong.push((Rule::TimestampAdvances, "a later timestamp", "one that is not"));
        }
        self.beat = Some(hash);
        self.last = Some((beat.t, beat.timestamp_ms));
        self.mk_seq = beat.mk_seq;
        self.uncertified = false;
        wrong
    }

    fn wrong_list(&self, beat: &Heartbeat<Octets>) -> Vec<Wrong> {
        let Some((v, head)) = &self.head else {
            return vec![(Rule::HeartbeatNamesList, "a list", "a heartbeat without one")];
        };
        let mut wrong = Vec::new();
        if beat.v != *v {
            wrong.push((Rule::HeartbeatNamesVersion, "the version of the list", "another"));
        }
        if beat.list_hash != *head {
            wrong.push((Rule::HeartbeatNamesList, "the hash of the last link", "another"));
        }
        wrong
    }

    /// What is wrong once an input was answered.
    pub(super) fn answered(&mut self, profile: &Profile) -> Vec<Wrong> {
        if std::mem::take(&mut self.uncertified) && profile.rules.contains(Rule::BeatOnChange) {
            vec![(Rule::BeatOnChange, "a heartbeat after the link", "none")]
        } else {
            Vec::new()
        }
    }
}
