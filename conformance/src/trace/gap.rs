//! What a node may have been given, and may have done, where its log has a gap.
//!
//! A lost event can be a message that another node sent and this one is not seen to be given, a
//! moment at which its client did something by itself, that it left, or nothing that made a
//! difference. What the model's client does there under the node's name has no commitments: they are
//! taken from whoever is given it later. What else a user did is not guessed.

use std::{
    collections::{HashSet, VecDeque},
    hash::Hash,
};

use conclave_model::{
    algebra::Algebra,
    client::Client,
    machine::{self, Admission},
    message::Seat,
    values::{Valued as _, apart},
};

use super::{
    check::{Checker, entry},
    expect::as_it_crosses,
    format::{Effect, Entry, Event, Given, NodeHeader, Trace},
    posted::{Came, Mark, message_of},
};
use crate::protocol::Class;

/// Something a node may have been given in a gap.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) given: Given,
    /// When it was sent, by the sender's time.
    pub(super) at_ms: u64,
}

/// How many offers of a gap are looked at.
const OFFERS_MAX: usize = 16;

/// How much a client may do by itself before it is given a lost message.
const EFFECTS_MAX: usize = 64;

/// How many deadlines of a client a lost event may have been.
pub(super) const DEADLINES_MAX: usize = 4;

/// What nodes sent before a gap that its node is not seen to be given: what was sent since its last
/// event first, then what was sent between that and the one before, and so on.
pub(super) fn offers(trace: &Trace, order: &[usize], gap: usize, to: &NodeHeader) -> Vec<Offer> {
    let own = trace.entries.iter().filter_map(|(_, entry)| match entry {
        Entry::Event(event) if event.node == to.node => event.given.as_ref(),
        Entry::Event(_) | Entry::Lost(_) => None,
    });
    let had: HashSet<Mark> = own.filter_map(Mark::of).collect();
    let (mut before, mut since): (VecDeque<Vec<Offer>>, Vec<Offer>) = Default::default();
    for at in order.iter().take(gap) {
        let Some((_, Entry::Event(event))) = entry(trace, *at) else { continue };
        if event.node == to.node {
            before.push_front(std::mem::take(&mut since));
        } else {
            let fresh = |it: &Offer| Mark::of(&it.given).is_some_and(|mark| !had.contains(&mark));
            since.extend(offered(trace, event, to).into_iter().filter(fresh));
        }
    }
    since.extend(before.into_iter().flatten());
    since.truncate(OFFERS_MAX);
    since.push(Offer { given: Given::Leave, at_ms: 0 });
    since
}

/// What others can be given because of an event.
fn offered(trace: &Trace, event: &Event, to: &NodeHeader) -> Vec<Offer> {
    let by = trace.header.nodes.iter().find(|node| node.node == event.node);
    let Some(by) = by else { return Vec::new() };
    let seat = |node: &NodeHeader| Seat::new(&node.user_id, &node.hardware_id);
    let (from, to) = (seat(by), seat(to));
    let mut offers = Vec::new();
    for output in &event.outputs {
        let at_ms = output.at_ms.unwrap_or(event.at_ms);
        let given = match &output.effect {
            Effect::PostLink(link) => Given::LinkArrived(link.clone()),
            Effect::PostHeartbeat(beat) => Given::HeartbeatArrived(beat.clone()),
            Effect::PostSealedKey(sealed) if sealed.to == to => {
                Given::KeyOffered { sealed: sealed.clone() }
            }
            Effect::PostNonce(nonce) => Given::NonceArrived { seat: from.clone(), nonce: *nonce },
            Effect::PostLockRequest(request) => Given::LockRequested(request.clone()),
            Effect::Transmit { stream, packet } => Given::PacketArrived {
                from: from.clone(),
                stream: stream.clone(),
                packet: packet.clone(),
            },
            Effect::PostAnnouncement(announcement) => {
                let (seat, ivk) = (from.clone(), by.ivk);
                if let Some(Given::Join { name, .. }) = &event.given {
                    let (name, announcement) = (name.clone(), announcement.clone());
                    let seat = seat.clone();
                    let admission = Admission { seat, name, ivk, announcement, outdated: false };
                    offers.push(Offer { given: Given::Admitted(admission), at_ms });
                }
                Given::LeaderNamed { seat, ivk, announcement: announcement.clone() }
            }
            Effect::PostSealedKey(_)
            | Effect::Render { .. }
            | Effect::ShowSecurityCode(_)
            | Effect::ShowLeaderChanged { .. }
            | Effect::ShowUnlockWarning
            | Effect::ShowLeft => continue,
        };
        offers.push(Offer { given, at_ms });
    }
    if matches!(event.given, Some(Given::Leave)) {
        offers.push(Offer { given: Given::Departed { seat: from }, at_ms: event.at_ms });
    }
    offers
}

impl<A: Algebra + Clone> Checker<'_, A>
where
    A::Value: Hash,
{
    /// The node's next event, which is lost, was this, if that makes a difference.
    pub(super) fn was_given(mut self, at: usize, at_ms: u64, given: &Given) -> Option<Self> {
        let algebra = self.algebra.clone();
        let built = given.map(&mut |_, name| self.names.value(*name).cloned().ok_or(())).ok()?;
        let mut effects = Vec::new();
        let node = self.nodes.get_mut(at)?;
        node.pass(&algebra, at_ms, (&mut effects, EFFECTS_MAX)).ok()?;
        if node.now_ms < at_ms {
            return None;
        }
        let reply = node.take(&algebra, built, effects);
        let fits = matches!(reply.class, Class::Accept | Class::Pending);
        fits.then(|| self.lost(at, reply.effects))
    }

    /// The node's next event, which is lost, was what its client does by itself up to its `nth`
    /// deadline, if that is before `until_ms`.
    pub(super) fn was_due(mut self, at: usize, nth: usize, until_ms: u64) -> Option<Self> {
        let algebra = self.algebra.clone();
        let mut effects = Vec::new();
        for _ in 0..nth {
            let node = self.nodes.get_mut(at)?;
            let client =
                Client { algebra: &algebra, profile: &node.profile, policies: node.policies };
            let due_ms = node.now_ms.saturating_add(client.deadline_ms(&node.state)?.into());
            if due_ms > until_ms {
                return None;
            }
            node.pass(&algebra, due_ms, (&mut effects, usize::MAX)).ok()?;
        }
        Some(self.lost(at, effects))
    }

    /// The node's next event, which is lost, made no difference.
    pub(super) fn was_nothing(self, at: usize) -> Self {
        self.lost(at, Vec::new())
    }

    fn lost(mut self, at: usize, effects: Vec<(u64, machine::Effect<A::Value>)>) -> Self {
        let reach = (0..).zip(&self.nodes).map(|(other, node)| (other, node.seq)).collect();
        let none = self.algebra.no_hash();
        self.accepted.filled += 1;
        if let Some(node) = self.nodes.get_mut(at) {
            node.seq = node.seq.saturating_add(1);
            node.reach = reach;
            let (rules, origin) = (node.profile.rules, (at, node.seq));
            let crossed = |(_, effect)| (origin, as_it_crosses(&effect, rules, &none).into_owned());
            self.unlogged.extend(effects.into_iter().map(crossed));
        }
        self
    }

    /// Takes what a node is given for what another did in a gap, if it can be that and nobody is seen
    /// to have sent it.
    pub(super) fn adopt(&mut self, given: &Given) {
        if self.unlogged.is_empty() || !matches!(self.posted.came(given), Came::Unsent) {
            return;
        }
        let Some(message) = message_of(given) else { return };
        let (shape, names) = apart(&message);
        let found = self.unlogged.iter().find(|(_, effect)| {
            let (other, values) = apart(effect);
            let mut both = values.into_iter().zip(&names);
            other == shape
                && both.all(|((_, value), (_, name))| match self.names.value(*name) {
                    Some(known) => *known == value,
                    None => self.names.name(&value).is_none(),
                })
        });
        let Some((origin, effect)) = found.cloned() else { return };
        for ((_, value), (_, name)) in apart(&effect).1.into_iter().zip(names) {
            // Neither has another: that was just seen.
            let _ = self.names.bind(name, &value, Some(origin));
        }
        self.posted.note_lost(message);
    }
}
