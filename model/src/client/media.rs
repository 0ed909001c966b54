//! Both sides of a stream: stream keys, counters, packets (2.3.1, 3.7.5, 3.9, 3.10).

use conclave_spec::{Rule, layouts};

use super::Progress;
use crate::{
    algebra::{Algebra, StreamName},
    machine::{Effect, Misuse, Party, Reject, StepError},
    message::{Packet, Seat},
};

impl<A: Algebra> Progress<'_, A> {
    /// Sends under the newest usable key, with the next counter.
    pub(super) fn send(&mut self, stream: &str, plaintext: &A::Value) -> Result<(), StepError> {
        let key = self.sending_key()?;
        let rules = self.checks.rules();
        let advance = self.duty(Rule::CounterNeverRepeats);
        let sender = self.state.seat.clone();
        let algebra = self.client.algebra;
        let joined = self.joined()?;
        let meeting = joined.meeting.clone();
        let no_key = Reject { rule: Rule::UseNewestKey, by: Party::Caller };
        let key = key.ok_or(no_key)?;
        let place = (meeting.clone(), key.mk_seq, stream.to_owned());
        let next = self.state.counters.next.entry(place).or_default();
        let counter = *next;
        let after = counter.checked_add(1).ok_or(Misuse::NumbersExhausted)?;
        *next = if advance { after } else { 0 };
        let name = StreamName { meeting: &meeting, sender: &sender, stream };
        let stream_key = algebra.stream_key(rules, &key.meeting_key, name);
        let mk_seq = key.mk_seq;
        let body = algebra.seal_packet(rules, &stream_key, mk_seq, counter, plaintext);
        let mk_seq = self.carried_seq(mk_seq);
        let packet = Packet { mk_seq, counter, body };
        self.effects.push(Effect::Transmit { stream: stream.to_owned(), packet });
        Ok(())
    }

    /// Opens a packet and plays it.
    pub(super) fn receive(
        &mut self,
        from: &Seat,
        stream: &str,
        packet: &Packet<A::Value>,
    ) -> Result<(), StepError> {
        let rules = self.checks.rules();
        let wanted = self.carried_seq(packet.mk_seq);
        let window = self.client.profile.params.replay_window;
        let algebra = self.client.algebra;
        let joined = self.joined()?;
        let found = joined.ring.iter().position(|key| key.mk_seq == wanted);
        let key = found.and_then(|at| joined.ring.get(at));
        let key = self.checks.require_some(Rule::PacketOpens, Party::Server, key.cloned())?;
        let joined = self.joined()?;
        // A stream belongs to a user, or to a device where its key does.
        let by_device = rules.contains(Rule::SubkeyNamesDevice);
        let device = if by_device { from.hardware_id.as_str() } else { "" };
        let sender = Seat::new(&from.user_id, device);
        let source = (joined.meeting.clone(), key.mk_seq, sender, stream.to_owned());
        let seen = self.state.counters.seen.get(&source).copied().unwrap_or_default();
        let name = StreamName { meeting: &joined.meeting, sender: from, stream };
        let stream_key = algebra.stream_key(rules, &key.meeting_key, name);
        let opened =
            algebra.open_packet(rules, &stream_key, packet.mk_seq, packet.counter, &packet.body);
        let plaintext = self.checks.require_some(Rule::PacketOpens, Party::Server, opened)?;
        let listed = self.joined()?.list.present(from).is_some();
        self.checks.require(Rule::SenderListed, Party::Peer, listed)?;
        let fresh = seen.is_fresh(packet.counter, window);
        self.checks.require(Rule::CounterOnce, Party::Server, fresh)?;
        self.checks.fields_bound(&layouts::STREAM_KEY_INFO);
        self.state.counters.seen.insert(source, seen.with(packet.counter));
        self.effects.push(Effect::Render {
            from: from.clone(),
            stream: stream.to_owned(),
            mk_seq: key.mk_seq,
            plaintext,
        });
        Ok(())
    }

    /// The number as the packet carries it: four bytes, or one without the rule.
    fn carried_seq(&mut self, mk_seq: u32) -> u32 {
        if self.duty(Rule::PacketSeqFourBytes) { mk_seq } else { mk_seq & 0xff }
    }
}
