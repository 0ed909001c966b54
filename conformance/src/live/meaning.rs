//! What an output of the client means to those who have the other keys.

use conclave_model::{
    Algebra as _,
    algebra::{BoxLabels, BoxPurpose, KeyInBox, StreamName},
    client::{Phase, RoleState, meta_record},
    machine::Effect as Done,
    message::{Announcement, LockRequest, Packet, SealedKey, Seat},
};
use conclave_spec::{
    BoxSuite, Label, Octets, Rule,
    formulas::{
        binding::{Binding, binding},
        sign,
    },
};

use super::{Live, Wrong};
use crate::{
    exchange::{self, request_signed},
    protocol::Input,
};

impl Live<'_> {
    /// What is wrong with an output.
    pub(super) fn judge(&mut self, effect: &Done<Octets>, input: &Input) -> Vec<Wrong> {
        match effect {
            Done::PostAnnouncement(announcement) => self.judge_announcement(announcement),
            Done::PostNonce(nonce) => self.judge_nonce(nonce),
            Done::PostLink(link) => self.chain.posted_link(self.profile, link),
            Done::PostHeartbeat(heartbeat) => {
                let ivk = self.own_ivk();
                self.chain.posted_beat(self.profile, &ivk, heartbeat)
            }
            Done::PostSealedKey(sealed) => self.judge_sealed(sealed),
            Done::PostLockRequest(request) => self.judge_request(request),
            Done::Transmit { stream, packet } => self.judge_packet(stream, packet, input),
            Done::Render { .. }
            | Done::ShowSecurityCode(_)
            | Done::ShowLeaderChanged { .. }
            | Done::ShowUnlockWarning
            | Done::ShowLeft => Vec::new(),
        }
    }

    fn judge_announcement(&mut self, announcement: &Announcement<Octets>) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let (rules, ivk) = (self.profile.rules, self.own_ivk());
        let signed = self.binding_of(&self.own_seat(), &ivk, &announcement.pk);
        let valid = signed.as_ref().is_some_and(|signed| {
            sign::verify(rules, &ivk, Label::Announcement, signed, &announcement.sig)
        });
        if !valid {
            let (wanted, got) = ("a signature over the true binding", "another");
            wrong.push((Rule::AnnouncementVerifies, wanted, got));
        }
        self.chain.announced(signed.unwrap_or_default());
        if !self.claims.announced.insert(announcement.pk.clone()) {
            let (wanted, got) = ("a fresh ephemeral key", "one announced before");
            wrong.push((Rule::EphemeralFresh, wanted, got));
        }
        wrong
    }

    /// The encoded binding of a device in this meeting.
    pub(super) fn binding_of(&self, seat: &Seat, ivk: &Octets, pk: &Octets) -> Option<Octets> {
        let meeting = self.meeting.as_ref()?;
        let binding = binding(
            self.profile.rules,
            &Binding {
                meeting_id: &meeting.id,
                meeting_uuid: &meeting.uuid,
                user_id: &seat.user_id,
                hardware_id: &seat.hardware_id,
                ivk,
                pk,
            },
        );
        binding.ok()
    }

    fn judge_nonce(&mut self, nonce: &Octets) -> Vec<Wrong> {
        let fresh = self.claims.liveness.insert(nonce.clone());
        if fresh && nonce.len() == 24 {
            return Vec::new();
        }
        vec![(Rule::NonceFresh, "a fresh liveness nonce of 24 bytes", "another")]
    }

    fn judge_request(&self, request: &LockRequest<Octets>) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let (rules, ivk) = (self.profile.rules, self.own_ivk());
        let valid = self.meeting.as_ref().is_some_and(|meeting| {
            let signed = request_signed(rules, meeting, request);
            sign::verify(rules, &ivk, Label::LockRequest, &signed, &request.sig)
        });
        if !valid || request.seat != self.own_seat() {
            wrong.push((Rule::RequestVerifies, "a request signed by itself", "another"));
        }
        if self.chain.head() != Some(&request.link_hash) {
            wrong.push((Rule::RequestNamesHead, "the hash of the latest link", "another"));
        }
        wrong
    }

    /// Opens a sealed key as its recipient would, and holds it against the others.
    fn judge_sealed(&mut self, sealed: &SealedKey<Octets>) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        if !self.claims.nonces.insert(sealed.sealed.nonce.clone()) {
            wrong.push((Rule::BoxNonceFresh, "a fresh nonce", "one used before"));
        }
        let opened = match self.opened(sealed) {
            Opened::Unknown => return wrong,
            Opened::No(rule, wanted, got) => {
                wrong.push((rule, wanted, got));
                return wrong;
            }
            Opened::Yes(opened) => opened,
        };
        let number = opened.mk_seq.unwrap_or(self.chain.mk_seq());
        if number != self.chain.mk_seq() {
            let got = "one that no heartbeat certifies";
            wrong.push((Rule::HeartbeatNamesKey, "the key of the last heartbeat", got));
        }
        let key = opened.meeting_key;
        let first = self.claims.numbers.entry(number).or_insert_with(|| key.clone());
        if *first != key {
            wrong.push((Rule::SealToListed, "one key for everybody", "another key for this one"));
        }
        let place = (self.claims.joins, number);
        if *self.claims.keys.entry(key).or_insert(place) != place {
            wrong.push((Rule::RotationFresh, "a fresh key for each number", "a key used before"));
        }
        wrong
    }

    /// What a recipient finds in a sealed key.
    fn opened(&self, sealed: &SealedKey<Octets>) -> Opened {
        if !self.profile.rules.contains(Rule::SealNamesNonce) {
            return match self.opened_with(sealed, None) {
                None => Opened::Unknown,
                Some(Some(opened)) => Opened::Yes(opened),
                Some(None) => NO,
            };
        }
        let Some(nonces) = self.nonces.get(&sealed.to) else {
            let wanted = "no key for a recipient whose nonce has not arrived";
            return Opened::No(Rule::NoSealWithoutNonce, wanted, "one");
        };
        for (age, nonce) in nonces.iter().rev().enumerate() {
            match self.opened_with(sealed, Some(nonce)) {
                None => return Opened::Unknown,
                Some(Some(opened)) if age == 0 => return Opened::Yes(opened),
                Some(Some(_)) => {
                    let (wanted, got) = ("a box bound to the recipient's newest nonce", "an older");
                    return Opened::No(Rule::SealUsesNewestNonce, wanted, got);
                }
                Some(None) => {}
            }
        }
        NO
    }

    /// What a recipient finds in a box bound to this nonce; the outer `None` where the recipient
    /// does not know the client as leader yet.
    fn opened_with(
        &self,
        sealed: &SealedKey<Octets>,
        liveness_nonce: Option<&Octets>,
    ) -> Option<Option<KeyInBox<Octets>>> {
        let (_, actor) = self
            .stage
            .actors()
            .find(|(party, actor)| *party != self.session.plays && actor.state.seat == sealed.to)?;
        let Phase::Joined(joined) = &actor.state.phase else { return None };
        let RoleState::Participant(participant) = &joined.role else { return None };
        let leader = participant.leader.as_ref().filter(|it| it.seat == self.own_seat())?;
        let meta = meta_record(&joined.meeting, &leader.seat.user_id, &sealed.to.user_id);
        let hybrid = sealed.sealed.kem.is_some() && joined.ephemeral.secret.kem.is_some();
        let suite = if hybrid { BoxSuite::Hybrid } else { BoxSuite::Classic };
        let purpose = BoxPurpose { labels: BoxLabels::MEETING_KEY, meta: &meta, liveness_nonce };
        Some(self.stage.algebra().open(
            self.profile.rules,
            suite,
            &leader.pair,
            &joined.ephemeral.secret,
            &purpose,
            &sealed.sealed,
        ))
    }

    /// Opens a packet as anybody would who holds its key: it must carry what was to be sent.
    fn judge_packet(&mut self, stream: &str, packet: &Packet<Octets>, input: &Input) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let meeting = self.meeting.clone();
        let counter = (meeting, packet.mk_seq, stream.to_owned(), packet.counter);
        if !self.claims.counters.insert(counter) {
            wrong.push((Rule::CounterNeverRepeats, "a fresh counter", "one used before"));
        }
        let (Some(meeting), Input::Send { plaintext, .. }) = (&self.meeting, input) else {
            return wrong;
        };
        let rings = self.stage.actors().filter_map(|(party, actor)| match &actor.state.phase {
            Phase::Joined(joined) if party != self.session.plays && joined.meeting == *meeting => {
                // Two leaders may use one number: only those count that the client knows of.
                let leader = match &joined.role {
                    RoleState::Leader(_) => Some(&actor.state.seat),
                    RoleState::Participant(participant) => {
                        participant.leader.as_ref().map(|leader| &leader.seat)
                    }
                };
                leader.filter(|leader| self.leaders.contains(leader))?;
                let key = joined.ring.iter().find(|key| key.mk_seq == packet.mk_seq)?;
                Some(key.meeting_key.clone())
            }
            Phase::Joined(_) | Phase::Outside | Phase::Left => None,
        });
        let (rules, algebra) = (self.profile.rules, self.stage.algebra());
        let sender = self.own_seat();
        let name = StreamName { meeting, sender: &sender, stream };
        let forged = self.forged.iter().filter(|(mk_seq, _)| *mk_seq == packet.mk_seq);
        let heard: Vec<_> = rings
            .chain(forged.map(|(_, key)| key.clone()))
            .map(|key| {
                let key = algebra.stream_key(rules, &key, name);
                algebra.open_packet(rules, &key, packet.mk_seq, packet.counter, &packet.body)
            })
            .collect();
        let meant = Some(exchange::octets(plaintext));
        // Without a number in the seal the server decides which key a number means.
        let numbered = self.session.leads || rules.contains(Rule::SealCarriesSeq);
        if numbered && !heard.is_empty() && !heard.contains(&meant) {
            wrong.push((Rule::PacketOpens, "a packet of what was to be sent", "another"));
        }
        wrong
    }
}

/// What became of a sealed key at its recipient.
enum Opened {
    Yes(KeyInBox<Octets>),
    No(Rule, &'static str, &'static str),
    /// The recipient does not know the leader yet.
    Unknown,
}

const NO: Opened = Opened::No(Rule::SealOpens, "a box its recipient opens", "one it does not open");
