//! What an adversary can work out from the terms it has: a Dolev-Yao closure.
//!
//! Learning takes apart: what lies open in a message, what a known key opens. Asking puts
//! together: a key agreed with a known secret, a stream key from a known meeting key. A literal
//! stands for what a user said, so it is known only when it was heard.

use std::collections::BTreeSet;

use crate::{
    algebra::{BoxSecret, Datum, Term, TermKind},
    client::State,
    message::{Announcement, Heartbeat, Link, LockRequest, Operation, SealedKey},
    properties::Goal,
    stage::Sent,
};

/// Which of the two key agreements of a hybrid box an adversary breaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BrokenKeys {
    /// Neither.
    #[default]
    Neither,
    /// Discrete logarithms are easy.
    Curve25519,
    /// Kyber secrets follow from public keys.
    Kyber,
}

impl BrokenKeys {
    /// What the goals of a run grant the adversary.
    pub(crate) fn granted(goals: &[Goal]) -> Self {
        if goals.contains(&Goal::PostQuantum) {
            Self::Curve25519
        } else if goals.contains(&Goal::Hybrid) {
            Self::Kyber
        } else {
            Self::Neither
        }
    }
}

/// Everything learned, closed under opening what can be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Knowledge {
    learned: BTreeSet<Term>,
    locked: BTreeSet<Term>,
    /// What the adversary can work out the secret of from the public key.
    broken: BrokenKeys,
}

impl Knowledge {
    /// Nothing yet, of an adversary who breaks this.
    #[must_use]
    pub fn of_who_breaks(broken: BrokenKeys) -> Self {
        Self { broken, ..Self::default() }
    }

    /// Takes a value in, and everything it opens.
    pub fn learn(&mut self, term: &Term) {
        self.take_apart(term.clone());
        self.open_locked();
    }

    /// Takes in the secret of an ephemeral pair.
    pub fn learn_secret(&mut self, secret: &BoxSecret<Term>) {
        self.learn(&secret.agreement);
        if let Some(seed) = &secret.kem {
            self.learn(seed);
        }
    }

    /// Takes in what a device has kept from the meetings it has left.
    pub fn learn_kept(&mut self, state: &State<Term>) {
        self.learn(&state.identity);
        for held in &state.kept.keys {
            self.learn(&held.meeting_key);
        }
        for ephemeral in &state.kept.ephemerals {
            self.learn_secret(&ephemeral.secret);
        }
    }

    /// Takes in whatever was sent, and everything that it opens.
    pub fn learn_sent<'m>(&mut self, messages: impl IntoIterator<Item = &'m Sent<Term>>) {
        for message in messages {
            self.take_apart_sent(message);
        }
        // Once for all of them: what opens does not depend on the order.
        self.open_locked();
    }

    fn take_apart_sent(&mut self, message: &Sent<Term>) {
        let mut take = |term: &Term| self.take_apart(term.clone());
        match message {
            Sent::Announcement(Announcement { pk, sig, .. }) => {
                [pk, sig].into_iter().for_each(take);
            }
            Sent::SealedKey(SealedKey { sealed, .. }) => {
                take(&sealed.nonce);
                sealed.kem.iter().for_each(&mut take);
                take(&sealed.ciphertext);
            }
            Sent::Packet(packet) => take(&packet.body),
            Sent::Nonce(nonce) => take(nonce),
            Sent::Link(Link { prev, operation, .. }) => {
                take(prev);
                match operation {
                    Operation::Add { ivk, binding_hash, .. } => {
                        [ivk, binding_hash].into_iter().for_each(take);
                    }
                    Operation::Snapshot { entries, .. } => {
                        for entry in entries.values() {
                            take(&entry.ivk);
                            entry.binding_hash().into_iter().for_each(&mut take);
                        }
                    }
                    Operation::Left { .. }
                    | Operation::Kicked { .. }
                    | Operation::Rename { .. }
                    | Operation::Lock
                    | Operation::Unlock => {}
                }
            }
            Sent::Heartbeat(Heartbeat { list_hash, prev, sig, .. }) => {
                [list_hash, prev, sig].into_iter().for_each(take);
            }
            Sent::LockRequest(LockRequest { link_hash, sig, .. }) => {
                [link_hash, sig].into_iter().for_each(take);
            }
        }
    }

    /// Whether the adversary has this value or can compute it.
    #[must_use]
    pub fn knows(&self, term: &Term) -> bool {
        self.learned.contains(term) || self.composes(term)
    }

    fn composes(&self, term: &Term) -> bool {
        match term.kind() {
            TermKind::Name(_) | TermKind::Literal(_) => false,
            TermKind::SmallOrder | TermKind::Zero => true,
            TermKind::Damaged(inner)
            | TermKind::Resized(inner)
            | TermKind::VerificationKey(inner)
            | TermKind::Hash(inner)
            | TermKind::SecurityCode { ivk: inner, .. } => self.knows(inner),
            TermKind::BoxPublic { agreement, kem } => {
                self.knows_public(agreement)
                    && kem.as_ref().is_none_or(|seed| self.knows_kem_public(seed))
            }
            TermKind::Fields { data, .. } => data.iter().all(|datum| match datum {
                Datum::Text(_) | Datum::Uuid(_) | Datum::Number(_) | Datum::Long(_) => true,
                Datum::Value(value) => self.knows(value),
                Datum::Maybe(value) => value.iter().all(|value| self.knows(value)),
                Datum::Values(values) => values.iter().all(|value| self.knows(value)),
            }),
            TermKind::Signature { identity, message, .. } => {
                self.knows(identity) && self.knows(message)
            }
            TermKind::Agreed(one, other) => {
                (self.broken == BrokenKeys::Curve25519
                    && self.knows_public(one)
                    && self.knows_public(other))
                    || (self.knows(one) && self.knows_public(other))
                    || (self.knows(other) && self.knows_public(one))
            }
            TermKind::KemShared { coins, seed } => {
                let ciphertext =
                    TermKind::KemCiphertext { coins: coins.clone(), seed: seed.clone() };
                self.knows(coins) && self.knows_kem_public(seed)
                    || (self.knows(seed) || self.breaks_kem(seed))
                        && self.knows(&Term::new(ciphertext))
            }
            TermKind::KemCiphertext { coins, seed } => {
                self.knows(coins) && self.knows_kem_public(seed)
            }
            TermKind::KemRejected { seed, ciphertext } => {
                self.knows(seed) && self.knows(ciphertext)
            }
            TermKind::KemPublic(seed) => self.knows_kem_public(seed),
            TermKind::BoxKey { parts, .. } => parts.iter().all(|part| self.knows(part)),
            TermKind::Box { key, associated, nonce, meeting_key, .. } => {
                let parts = [key, &associated.1, nonce, meeting_key].into_iter();
                parts.chain(&associated.2).all(|part| self.knows(part))
            }
            TermKind::StreamKey { meeting_key, info } => {
                meeting_key.as_ref().is_none_or(|key| self.knows(key)) && self.knows(info)
            }
            TermKind::Packet { key, plaintext, .. } => self.knows(key) && self.knows(plaintext),
            TermKind::Garbled { key, body, .. } => self.knows(key) && self.knows(body),
        }
    }

    /// Whether the public half of this Curve25519 secret is known. What stands in its place when
    /// somebody agreed with a damaged key is public itself.
    fn knows_public(&self, secret: &Term) -> bool {
        self.knows(secret)
            || self.learned.iter().any(|term| {
                matches!(term.kind(), TermKind::BoxPublic { agreement, .. } if agreement == secret)
            })
    }

    fn breaks_kem(&self, seed: &Term) -> bool {
        self.broken == BrokenKeys::Kyber && self.knows_kem_public(seed)
    }

    fn knows_kem_public(&self, seed: &Term) -> bool {
        self.knows(seed)
            || self.learned.iter().any(|term| {
                matches!(term.kind(), TermKind::BoxPublic { kem: Some(known), .. } if known == seed)
            })
    }

    /// What lies open in a term is learned; what is under a key waits for the key.
    fn take_apart(&mut self, term: Term) {
        let mut open = vec![term];
        while let Some(term) = open.pop() {
            if !self.learned.insert(term.clone()) {
                continue;
            }
            match term.kind() {
                TermKind::Damaged(inner) => open.push(inner.clone()),
                TermKind::Signature { message, .. } => open.push(message.clone()),
                TermKind::Fields { data, .. } => open.extend(data.iter().flat_map(values)),
                TermKind::Box { associated, nonce, .. } => {
                    open.push(associated.1.clone());
                    open.extend(associated.2.clone());
                    open.push(nonce.clone());
                    self.locked.insert(term);
                }
                TermKind::Packet { .. } => {
                    self.locked.insert(term);
                }
                TermKind::Name(_)
                | TermKind::Literal(_)
                | TermKind::SmallOrder
                | TermKind::Zero
                | TermKind::Resized(_)
                | TermKind::VerificationKey(_)
                | TermKind::Hash(_)
                | TermKind::BoxPublic { .. }
                | TermKind::Agreed(..)
                | TermKind::KemShared { .. }
                | TermKind::KemCiphertext { .. }
                | TermKind::KemRejected { .. }
                | TermKind::KemPublic(_)
                | TermKind::BoxKey { .. }
                | TermKind::StreamKey { .. }
                | TermKind::Garbled { .. }
                | TermKind::SecurityCode { .. } => {}
            }
        }
    }

    /// Opens what the known keys open, until nothing more opens.
    fn open_locked(&mut self) {
        loop {
            let opened: Vec<(Term, Term)> =
                self.locked.iter().filter_map(|term| self.opened(term)).collect();
            if opened.is_empty() {
                return;
            }
            for (lock, inside) in opened {
                self.locked.remove(&lock);
                self.take_apart(inside);
            }
        }
    }

    fn opened(&self, term: &Term) -> Option<(Term, Term)> {
        let (key, inside) = lock(term)?;
        self.knows(key).then(|| (term.clone(), inside.clone()))
    }
}

fn values(datum: &Datum<Term>) -> Vec<Term> {
    match datum {
        Datum::Text(_) | Datum::Uuid(_) | Datum::Number(_) | Datum::Long(_) => Vec::new(),
        Datum::Value(value) => vec![value.clone()],
        Datum::Maybe(value) => value.iter().cloned().collect(),
        Datum::Values(values) => values.clone(),
    }
}

/// The key of something locked and what is inside.
fn lock(term: &Term) -> Option<(&Term, &Term)> {
    if let TermKind::Box { key, meeting_key, .. } = term.kind() {
        return Some((key, meeting_key));
    }
    if let TermKind::Packet { key, plaintext, .. } = term.kind() {
        return Some((key, plaintext));
    }
    None
}

#[cfg(test)]
mod tests {
    use conclave_spec::{BoxSuite, Profile};

    use super::*;
    use crate::{
        algebra::{
            Algebra as _, BoxDraws, BoxLabels, BoxPurpose, Draw, KeyInBox, Pair, Purpose, Side,
            Terms,
        },
        client::meta_record,
        message::Seat,
        world::meeting,
    };

    fn name(party: &str, purpose: Purpose) -> Term {
        Terms.draw(&Draw { party: party.to_owned(), purpose, count: 0 }).unwrap()
    }

    fn secret(party: &str, suite: BoxSuite) -> BoxSecret<Term> {
        let kem = (suite == BoxSuite::Hybrid).then(|| name(party, Purpose::EphemeralKem));
        BoxSecret { agreement: name(party, Purpose::Ephemeral), kem }
    }

    fn side(party: &str, suite: BoxSuite) -> Side<Term> {
        let ivk = Terms.verification_key(&name(party, Purpose::Identity));
        Side { ivk, pk: Terms.box_public(suite, &secret(party, suite)) }
    }

    #[test]
    fn a_box_opens_with_a_secret_of_either_side_and_with_no_other() {
        let key = name("ann", Purpose::MeetingKey);
        for suite in [BoxSuite::Classic, BoxSuite::Hybrid] {
            let rules = Profile::zoom_3_0().with_box_suite(suite).rules;
            let (sender, recipient) = (side("ann", suite), side("bob", suite));
            let agreed = Terms.agree(rules, &secret("ann", suite), &recipient.pk).unwrap();
            let pair = Pair { sender, recipient, agreed };
            let draws = BoxDraws {
                nonce: name("ann", Purpose::BoxNonce),
                coins: Some(name("ann", Purpose::KemCoins)),
            };
            let inside = KeyInBox { meeting_key: key.clone(), mk_seq: Some(1) };
            let meta = meta_record(&meeting(), "ann", "bob");
            let labels = BoxLabels::MEETING_KEY;
            let purpose = BoxPurpose { labels, meta: &meta, liveness_nonce: None };
            let sealed = Terms.seal(rules, suite, &pair, &purpose, &draws, &inside).unwrap();
            let opened = |secrets: &[Term]| {
                let mut knowledge = Knowledge::default();
                let public = [&pair.sender, &pair.recipient]
                    .into_iter()
                    .flat_map(|side| [side.ivk.clone(), side.pk.clone()]);
                let sealed = [&sealed.nonce, &sealed.ciphertext].into_iter().chain(&sealed.kem);
                sealed.cloned().chain(public).for_each(|term| knowledge.learn(&term));
                secrets.iter().for_each(|term| knowledge.learn(term));
                knowledge.knows(&key)
            };
            let bob = secret("bob", suite);
            let all: Vec<_> = [bob.agreement.clone()].into_iter().chain(bob.kem.clone()).collect();
            assert!(!opened(&[]) && !opened(&[name("eve", Purpose::Ephemeral)]));
            assert!(opened(&all));
            assert_eq!(opened(&all[..1]), suite == BoxSuite::Classic, "both halves are needed");
            if let Some(seed) = bob.kem {
                assert!(!opened(&[seed]), "both halves are needed");
                let ann = [name("ann", Purpose::Ephemeral), name("ann", Purpose::KemCoins)];
                assert!(opened(&ann), "the sender's randomness opens it as well");
            }
        }
    }

    #[test]
    fn a_packet_opens_with_its_meeting_key_whenever_that_is_learned() {
        let rules = Profile::zoom_3_0().rules;
        let (key, words) = (name("ann", Purpose::MeetingKey), Terms.literal(b"words"));
        let (meeting, sender, stream) = (meeting(), Seat::new("ann", "laptop"), "audio");
        let stream = crate::algebra::StreamName { meeting: &meeting, sender: &sender, stream };
        let stream_key = Terms.stream_key(rules, &key, stream);
        let body = Terms.seal_packet(rules, &stream_key, 1, 0, &words);
        let mut knowledge = Knowledge::default();
        knowledge.learn(&body);
        assert!(!knowledge.knows(&words) && !knowledge.knows(&stream_key));
        knowledge.learn(&key);
        assert!(knowledge.knows(&words) && knowledge.knows(&stream_key));
    }
}
