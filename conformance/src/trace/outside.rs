//! What the log does not determine: messages of clients that do not log.
//!
//! A commitment seen for the first time in what a node was given may stand for anything. Tried are
//! two values: the one with which the message is right, where somebody outside the log can have
//! made it, and one that is none of the protocol's.

use std::hash::Hash;

use conclave_model::{
    algebra::{
        Algebra, BoxDraws, BoxLabels, BoxPurpose, BoxSecret, Draw, KeyInBox, Purpose, Side,
        StreamName,
    },
    client::{
        Joined, Phase, RoleState, announcement_record, binding_hash, heartbeat_message,
        heartbeat_record, meta_record, request_record,
    },
    machine::{Effect, Event as Input},
    message::{Announcement, Heartbeat, LockRequest, Operation, Packet, SealedKey, Seat},
    values::{Slot, Valued as _, apart},
};
use conclave_spec::{BoxSuite, Label, Profile, Rule, RuleSet};

use super::{
    check::{Checker, Place, Wrong},
    expect::{Guess, is_sealed},
    format::{Commitment, Event, Given},
    posted::Came,
};

impl<A: Algebra + Clone> Checker<'_, A>
where
    A::Value: Hash,
{
    /// What a node was given, as values of the model.
    pub(super) fn resolve(
        &mut self,
        at: usize,
        event: &Event,
        given: &Given,
        (guess, names): (Guess, &[(Slot, Commitment)]),
    ) -> Result<Input<A::Value>, Wrong> {
        self.after_sending(at, names)?;
        self.as_sent(at, event, given)?;
        let (mut unknown, mut outside) = (false, false);
        let built = given.map::<_, std::convert::Infallible>(&mut |slot, name| {
            Ok(match self.names.value(*name) {
                // 32 zero bytes where a public key stands: it contributes nothing.
                Some(_) if self.is_zero_key(slot, *name) => self.algebra.small_order_key(),
                Some(value) => value.clone(),
                None => {
                    unknown = true;
                    outside |= slot != Slot::Plaintext;
                    self.stand_in(at, event, (slot, *name), guess)
                }
            })
        });
        let mut built = match built {
            Ok(built) => built,
            Err(never) => match never {},
        };
        if !unknown {
            return Ok(built);
        }
        if guess != Guess::Wrong {
            self.complete(at, event, given, &mut built);
            self.accepted.believed += usize::from(outside);
        }
        let (_, values) = apart(&built);
        for ((slot, value), (_, name)) in values.into_iter().zip(names.iter().copied()) {
            if self.is_zero_key(slot, name) {
                continue;
            }
            if guess != Guess::Wrong && self.names.value(name).is_none() {
                self.meet(slot, name, &value, given);
            }
            self.bind(name, &value, None, &format_args!("{slot} of what was given"))?;
        }
        Ok(built)
    }

    fn is_zero_key(&self, slot: Slot, name: Commitment) -> bool {
        slot == Slot::Pk && name == self.trace.header.no_hash
    }

    /// Notes a device outside the log.
    fn meet(&mut self, slot: Slot, name: Commitment, value: &A::Value, given: &Given) {
        match (slot, announcer(given)) {
            (Slot::Ivk, _) => {
                self.outsiders.insert(value.clone(), self.identity(name));
            }
            (Slot::Pk, Some(seat)) => *self.announced.entry(seat.clone()).or_default() += 1,
            _ => {}
        }
    }

    /// Whether a message came as a node sent it. In a closed trace there are no others; in any other
    /// it is noted that the server changed it.
    fn as_sent(&mut self, at: usize, event: &Event, given: &Given) -> Result<(), Wrong> {
        match (self.posted.came(given), self.trace.header.closed) {
            (Came::AsSent, _) | (Came::Unsent, false) => Ok(()),
            (Came::Changed(wrong), true) => Err(wrong),
            (Came::Unsent, true) => {
                let (wanted, got) = ("a message that a node sent", "one that none did");
                Err(Wrong::order("what was given, in a closed trace", wanted, got))
            }
            (Came::Changed(_), false) => {
                let node = self.nodes.get(at).map(|node| node.name.clone()).unwrap_or_default();
                self.accepted.changed.push(Place { line: 0, node, seq: event.seq });
                Ok(())
            }
        }
    }

    /// Whether everything given was sent before, as far as the log has the sender.
    fn after_sending(&self, at: usize, names: &[(Slot, Commitment)]) -> Result<(), Wrong> {
        let Some(node) = self.nodes.get(at) else { return Ok(()) };
        let early = names.iter().find_map(|(slot, name)| {
            let (sender, seq) = self.names.origin(*name).filter(|it| it.0 != at)?;
            let known = node.clock.get(&sender).max(node.reach.get(&sender)).copied();
            let known = known.unwrap_or_default();
            (known < seq).then_some((*slot, sender, seq, known))
        });
        let Some((slot, sender, seq, known)) = early else { return Ok(()) };
        let sender = self.nodes.get(sender).map_or("?", |node| node.name.as_str());
        let condition = format!("the clock covers who sent the {slot}");
        let wanted = format!("{seq} events of {sender} or more");
        Err(Wrong::order(&condition, &wanted, &known.to_string()))
    }

    fn outside(&self, name: Commitment, purpose: Purpose) -> Option<A::Value> {
        let party = format!("outside {name}");
        self.algebra.draw(&Draw { party, purpose, count: 0 })
    }

    /// A value that nothing of the protocol is made of.
    fn nothing(&self, name: Commitment) -> A::Value {
        let mut bytes = b"outside ".to_vec();
        bytes.extend(name.0);
        self.algebra.literal(&bytes)
    }

    fn identity(&self, name: Commitment) -> A::Value {
        self.outside(name, Purpose::Identity).unwrap_or_else(|| self.nothing(name))
    }

    /// A value for a commitment that stands for none yet.
    fn stand_in(
        &self,
        at: usize,
        event: &Event,
        (slot, name): (Slot, Commitment),
        guess: Guess,
    ) -> A::Value {
        let fits = match guess {
            Guess::Right => !is_sealed(slot),
            Guess::Signed => matches!(slot, Slot::Ivk | Slot::Pk),
            Guess::Wrong => false,
        };
        let value = if fits { self.fitting(at, event, slot, name) } else { None };
        value.unwrap_or_else(|| self.nothing(name))
    }

    /// The next ephemeral key of a device outside the log. It has a name before it is announced, as a
    /// link may list the device first.
    fn next_pk(&self, suite: BoxSuite, seat: &Seat) -> Option<A::Value> {
        let count = self.announced.get(seat).copied().unwrap_or_default();
        let party = format!("outside {}/{}", seat.user_id, seat.hardware_id);
        let draw = |purpose| self.algebra.draw(&Draw { party: party.clone(), purpose, count });
        let agreement = draw(Purpose::Ephemeral)?;
        let kem = match suite {
            BoxSuite::Classic => None,
            BoxSuite::Hybrid => Some(draw(Purpose::EphemeralKem)?),
        };
        Some(self.algebra.box_public(suite, &BoxSecret { agreement, kem }))
    }

    /// The value that the node's client would take there.
    fn fitting(&self, at: usize, event: &Event, slot: Slot, name: Commitment) -> Option<A::Value> {
        let (node, given) = (self.nodes.get(at)?, event.given.as_ref()?);
        if slot == Slot::Ivk {
            return Some(self.algebra.verification_key(&self.identity(name)));
        }
        if slot == Slot::Pk {
            let small = event.rule == Some(Rule::AgreementContributory);
            let next = || self.next_pk(node.profile.box_suite, announcer(given)?);
            return if small { Some(self.algebra.small_order_key()) } else { next() };
        }
        let Phase::Joined(joined) = &node.state.phase else { return None };
        match (slot, given) {
            (Slot::LinkBefore, _) => Some(newest_head(joined)),
            (Slot::BeatBefore, _) => joined.chain.begun.then(|| joined.chain.hash.clone()),
            (Slot::ListHash, Given::HeartbeatArrived(beat)) => head_of(joined, beat.v),
            (Slot::ListHash, _) => Some(joined.list.head.clone()),
            (Slot::BindingHash, Given::LinkArrived(link)) => {
                let (seat, ivk) = bound_in(&link.operation, name)?;
                let (rules, suite) = (node.profile.rules, node.profile.box_suite);
                let hash = |side: &Side<A::Value>| {
                    binding_hash(&self.algebra, rules, &joined.meeting, seat, side)
                };
                let side = side_of(joined, &node.state.seat, &node.state.ivk, seat);
                let side = side.or_else(|| self.logged_side(joined, seat));
                let known = side.map(|side| hash(&side));
                known.filter(|hash| self.names.name(hash).is_none()).or_else(|| {
                    let value = self.names.value(ivk).cloned();
                    let fresh = || self.algebra.verification_key(&self.identity(ivk));
                    let pk = self.next_pk(suite, seat)?;
                    Some(hash(&Side { ivk: value.unwrap_or_else(fresh), pk }))
                })
            }
            _ => None,
        }
    }

    /// The keys of another device that logs, in the same meeting.
    fn logged_side(&self, joined: &Joined<A::Value>, seat: &Seat) -> Option<Side<A::Value>> {
        let node = self.nodes.iter().find(|node| node.state.seat == *seat)?;
        let Phase::Joined(there) = &node.state.phase else { return None };
        let ivk = node.state.ivk.clone();
        let here = there.meeting == joined.meeting;
        here.then(|| Side { ivk, pk: there.ephemeral.pk.clone() })
    }

    /// Whether the device with this key is none that logs, so that it may have signed anything.
    fn secret_of(&self, ivk: &A::Value) -> Option<&A::Value> {
        self.outsiders.get(ivk)
    }

    /// Signs, seals and encrypts what somebody outside the log can have.
    fn complete(&self, at: usize, event: &Event, given: &Given, built: &mut Input<A::Value>) {
        let Some(node) = self.nodes.get(at) else { return };
        let Phase::Joined(joined) = &node.state.phase else { return };
        let (profile, rules) = (&node.profile, node.profile.rules);
        let unknown = |name: &Commitment| self.names.value(*name).is_none();
        match (built, given) {
            (
                Input::LeaderNamed { seat, ivk, announcement },
                Given::LeaderNamed { announcement: it, ivk: key, .. },
            ) if unknown(&it.sig) => {
                self.sign(joined, rules, (seat, ivk, *key), announcement);
            }
            (Input::Admitted(admission), Given::Admitted(it)) if unknown(&it.announcement.sig) => {
                let who = (&admission.seat, &admission.ivk, it.ivk);
                self.sign(joined, rules, who, &mut admission.announcement);
            }
            (Input::HeartbeatArrived(beat), Given::HeartbeatArrived(it)) if unknown(&it.sig) => {
                self.certify(joined, profile, beat);
            }
            (Input::LockRequested(request), Given::LockRequested(it)) if unknown(&it.sig) => {
                self.request(joined, rules, request);
            }
            (Input::KeyOffered { sealed }, Given::KeyOffered { sealed: it })
                if unknown(&it.sealed.ciphertext) =>
            {
                self.seal((joined, &node.state.seat), rules, event, sealed);
            }
            (
                Input::PacketArrived { from, stream, packet },
                Given::PacketArrived { packet: it, .. },
            ) if unknown(&it.body) => {
                self.encrypt(joined, rules, (event, it.body), (from, stream), packet);
            }
            _ => {}
        }
    }

    fn sign(
        &self,
        joined: &Joined<A::Value>,
        rules: RuleSet,
        (seat, ivk, name): (&Seat, &A::Value, Commitment),
        announcement: &mut Announcement<A::Value>,
    ) {
        let fresh = self.names.value(name).is_none();
        let identity = self.secret_of(ivk).cloned().or_else(|| fresh.then(|| self.identity(name)));
        let Some(identity) = identity else { return };
        let side = Side { ivk: ivk.clone(), pk: announcement.pk.clone() };
        let record = announcement_record(&joined.meeting, seat, &side);
        let message = self.algebra.message(rules, &record);
        announcement.sig = self.algebra.sign(rules, &identity, Label::Announcement, &message);
    }

    fn certify(
        &self,
        joined: &Joined<A::Value>,
        profile: &Profile,
        beat: &mut Heartbeat<A::Value>,
    ) {
        let RoleState::Participant(participant) = &joined.role else { return };
        let Some(leader) = &participant.leader else { return };
        let side = &leader.pair.sender;
        let Some(identity) = self.secret_of(&side.ivk) else { return };
        let record = announcement_record(&joined.meeting, &leader.seat, side);
        let binding = self.algebra.message(profile.rules, &record);
        let record = heartbeat_record(binding, beat);
        let (message, _) = heartbeat_message(&self.algebra, profile, &record);
        beat.sig = self.algebra.sign(profile.rules, identity, Label::ParticipantList, &message);
    }

    fn request(
        &self,
        joined: &Joined<A::Value>,
        rules: RuleSet,
        request: &mut LockRequest<A::Value>,
    ) {
        let Some(entry) = joined.list.entries.get(&request.seat) else { return };
        let Some(identity) = self.secret_of(&entry.ivk) else { return };
        let link_hash = request.link_hash.clone();
        let record = request_record(&joined.meeting, request.operation, link_hash);
        let message = self.algebra.message(rules, &record);
        request.sig = self.algebra.sign(rules, identity, Label::LockRequest, &message);
    }

    /// A sealed key with what the node says it found in it.
    fn seal(
        &self,
        (joined, own): (&Joined<A::Value>, &Seat),
        rules: RuleSet,
        event: &Event,
        sealed: &mut SealedKey<A::Value>,
    ) {
        let RoleState::Participant(participant) = &joined.role else { return };
        let (Some(leader), Some(inside)) = (&participant.leader, &event.opened) else { return };
        if self.secret_of(&leader.pair.sender.ivk).is_none() {
            return;
        }
        let key = self.names.value(inside.key).cloned();
        let Some(meeting_key) = key.or_else(|| self.outside(inside.key, Purpose::MeetingKey))
        else {
            return;
        };
        let meta = meta_record(&joined.meeting, &leader.seat.user_id, &own.user_id);
        let bound = rules.contains(Rule::SealNamesNonce);
        let purpose = BoxPurpose {
            labels: BoxLabels::MEETING_KEY,
            meta: &meta,
            liveness_nonce: joined.own_nonces.last().filter(|_| bound),
        };
        let suite = if sealed.sealed.kem.is_some() { BoxSuite::Hybrid } else { BoxSuite::Classic };
        let coins = self.outside(inside.key, Purpose::KemCoins);
        let draws = BoxDraws { nonce: sealed.sealed.nonce.clone(), coins };
        let plaintext = KeyInBox { meeting_key, mk_seq: inside.mk_seq };
        let made = self.algebra.seal(rules, suite, &leader.pair, &purpose, &draws, &plaintext);
        if let Some(made) = made {
            sealed.sealed = made;
        }
    }

    /// A packet that carries what the node played.
    fn encrypt(
        &self,
        joined: &Joined<A::Value>,
        rules: RuleSet,
        (event, body): (&Event, Commitment),
        (from, stream): (&Seat, &str),
        packet: &mut Packet<A::Value>,
    ) {
        if self.nodes.iter().any(|node| node.state.seat == *from) {
            return;
        }
        let played = event.outputs.iter().find_map(|output| {
            let Effect::Render { plaintext, .. } = &output.effect else { return None };
            Some(*plaintext)
        });
        let key = joined.ring.iter().find(|key| key.mk_seq == packet.mk_seq);
        let Some(key) = key else { return };
        let name = played.unwrap_or(body);
        let plaintext = self.names.value(name).cloned().unwrap_or_else(|| self.nothing(name));
        let sender = StreamName { meeting: &joined.meeting, sender: from, stream };
        let key = self.algebra.stream_key(rules, &key.meeting_key, sender);
        packet.body =
            self.algebra.seal_packet(rules, &key, packet.mk_seq, packet.counter, &plaintext);
    }
}

/// The hash of the last link a client knows of.
fn newest_head<V: Clone>(joined: &Joined<V>) -> V {
    match &joined.role {
        RoleState::Participant(participant) => {
            participant.ahead.last().map_or(&joined.list, |ahead| &ahead.list).head.clone()
        }
        RoleState::Leader(_) => joined.list.head.clone(),
    }
}

/// The hash of the list with this version, as far as a client knows it.
fn head_of<V: Clone>(joined: &Joined<V>, v: u32) -> Option<V> {
    let ahead = match &joined.role {
        RoleState::Participant(participant) => participant.ahead.as_slice(),
        RoleState::Leader(_) => &[],
    };
    let lists = std::iter::once(&joined.list).chain(ahead.iter().map(|ahead| &ahead.list));
    lists.into_iter().find(|list| list.v == v).map(|list| list.head.clone())
}

/// Who announced what a node was given.
fn announcer(given: &Given) -> Option<&Seat> {
    if let Given::Admitted(admission) = given {
        return Some(&admission.seat);
    }
    if let Given::LeaderNamed { seat, .. } = given { Some(seat) } else { None }
}

/// The device whose binding hash a commitment is in a link, and its identity key.
fn bound_in(operation: &Operation<Commitment>, name: Commitment) -> Option<(&Seat, Commitment)> {
    if let Operation::Snapshot { entries, .. } = operation {
        let mut entries = entries.iter();
        let found = entries.find(|(_, entry)| entry.binding_hash() == Some(&name));
        return found.map(|(seat, entry)| (seat, entry.ivk));
    }
    let Operation::Add { seat, ivk, binding_hash, .. } = operation else { return None };
    (*binding_hash == name).then_some((seat, *ivk))
}

/// The keys of a device as a client knows them: its own, those of its leader, or announced.
fn side_of<V: Clone>(joined: &Joined<V>, own: &Seat, ivk: &V, seat: &Seat) -> Option<Side<V>> {
    if seat == own {
        return Some(Side { ivk: ivk.clone(), pk: joined.ephemeral.pk.clone() });
    }
    if let RoleState::Participant(participant) = &joined.role
        && let Some(leader) = participant.leader.as_ref().filter(|leader| leader.seat == *seat)
    {
        return Some(leader.pair.sender.clone());
    }
    let posted = joined.board.get(seat)?;
    Some(Side { ivk: posted.ivk.clone(), pk: posted.announcement.pk.clone() })
}
