//! Symbolic values: perfect cryptography, so that every behaviour is one the protocol allows.
//!
//! A term's identity is its 128-bit structural digest. What terms cannot see: lengths, timing,
//! malleability below a field, collisions, weak randomness, and anything that depends on the
//! bits of a value. Byte-level damage is one opaque `Damaged` wrapper.

use conclave_spec::{BoxSuite, Label, Rule, RuleSet, layouts::Layout};

use super::{
    Algebra, Amiss, BoxDraws, BoxLabels, BoxPurpose, BoxSecret, Datum, Draw, KeyInBox, Pair,
    Record, StreamName,
};
use crate::message::Sealed;

mod term;

pub use term::{Term, TermKind};

/// What terms cannot see, for whoever reads a result found over them.
pub const UNSEEN: &str = "Searched over terms, which see no lengths, no timing within a step, no \
     collisions, no weak randomness, nothing that depends on the bits of a value, and no damage below \
     a field.";

/// The symbolic algebra. Every draw succeeds and is a name of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms;

fn fields(rules: RuleSet, record: &Record<Term>) -> Term {
    let kept = in_force(rules, record.layout, &record.data);
    if rules.contains(Rule::EncodingInjective) {
        return Term::new(TermKind::Fields { tag: Some(record.layout.tag), data: kept });
    }
    let mut data: Vec<Datum<Term>> = Vec::new();
    for datum in kept {
        match (data.last_mut(), datum) {
            (Some(Datum::Text(before)), Datum::Text(text)) => before.push_str(&text),
            (_, datum) => data.push(datum),
        }
    }
    Term::new(TermKind::Fields { tag: None, data })
}

fn in_force(rules: RuleSet, layout: &Layout, data: &[Datum<Term>]) -> Vec<Datum<Term>> {
    let wanted =
        |field: &conclave_spec::layouts::Field| field.rule.is_none_or(|rule| rules.contains(rule));
    let pairs = layout.fields.iter().zip(data);
    pairs.filter(|(field, _)| wanted(field)).map(|(_, datum)| datum.clone()).collect()
}

/// The key and associated data of a box, from either side.
struct BoxInputs {
    key: Term,
    associated: (Option<Label>, Term, Option<Term>),
}

fn box_inputs(
    rules: RuleSet,
    pair: &Pair<Term>,
    kem: Option<Term>,
    purpose: &BoxPurpose<'_, Term>,
) -> BoxInputs {
    let (labels, meta) = (purpose.labels, fields(rules, purpose.meta));
    let cipher = rules.contains(Rule::SealNamesContext).then_some(labels.cipher);
    let (label, parts) = match kem {
        None => {
            let named = rules.contains(Rule::DerivationNamesContext);
            (named.then_some(labels.derivation), vec![pair.agreed.clone()])
        }
        Some(shared) => (Some(labels.derivation), hybrid_parts(rules, pair, shared, &meta)),
    };
    let associated = (cipher, meta, purpose.liveness_nonce.cloned());
    BoxInputs { key: Term::new(TermKind::BoxKey { label, parts }), associated }
}

fn hybrid_parts(rules: RuleSet, pair: &Pair<Term>, shared: Term, meta: &Term) -> Vec<Term> {
    let (sender_box_pk, sender_kem_pk) = halves(&pair.sender.pk);
    let (recipient_box_pk, recipient_kem_pk) = halves(&pair.recipient.pk);
    let parts = [
        (Rule::HybridUsesKem, Some(shared)),
        (Rule::HybridUsesAgreement, Some(pair.agreed.clone())),
        (Rule::HybridNamesSender, Some(pair.sender.ivk.clone())),
        (Rule::HybridNamesSenderBoxKey, Some(sender_box_pk)),
        (Rule::HybridNamesSenderKemKey, sender_kem_pk),
        (Rule::HybridNamesRecipient, Some(pair.recipient.ivk.clone())),
        (Rule::HybridNamesRecipientBoxKey, Some(recipient_box_pk)),
        (Rule::HybridNamesRecipientKemKey, recipient_kem_pk),
        (Rule::HybridNamesMeta, Some(meta.clone())),
    ];
    let kept = parts.into_iter().filter(|(rule, _)| rules.contains(*rule));
    kept.filter_map(|(_, part)| part).collect()
}

/// The Curve25519 and Kyber halves of an announced key.
fn halves(pk: &Term) -> (Term, Option<Term>) {
    let TermKind::BoxPublic { agreement, kem: Some(seed) } = pk.kind() else {
        return (pk.clone(), None);
    };
    let box_pk = TermKind::BoxPublic { agreement: agreement.clone(), kem: None };
    (Term::new(box_pk), Some(Term::new(TermKind::KemPublic(seed.clone()))))
}

/// What the owner of a seed decapsulates.
fn decapsulated(seed: &Term, ciphertext: &Term) -> Term {
    if let TermKind::KemCiphertext { coins, seed: made_for } = ciphertext.kind()
        && made_for == seed
    {
        return Term::new(TermKind::KemShared { coins: coins.clone(), seed: seed.clone() });
    }
    Term::new(TermKind::KemRejected { seed: seed.clone(), ciphertext: ciphertext.clone() })
}

/// The value below the damage, if there is any.
fn undamaged(term: &Term) -> (&Term, bool) {
    if let TermKind::Damaged(inner) = term.kind() { (inner, true) } else { (term, false) }
}

impl Algebra for Terms {
    type Value = Term;

    fn draw(&self, draw: &Draw) -> Option<Term> {
        Some(Term::new(TermKind::Name(draw.clone())))
    }

    fn literal(&self, bytes: &[u8]) -> Term {
        Term::new(TermKind::Literal(bytes.to_vec()))
    }

    fn damaged(&self, value: &Term) -> Term {
        // The same change twice is none.
        if let TermKind::Damaged(inner) = value.kind() {
            return inner.clone();
        }
        // The last byte of an announced key of the hybrid suite is in its Kyber half.
        if let TermKind::BoxPublic { agreement, kem: Some(seed) } = value.kind() {
            let (agreement, kem) = (agreement.clone(), Some(self.damaged(seed)));
            return Term::new(TermKind::BoxPublic { agreement, kem });
        }
        Term::new(TermKind::Damaged(value.clone()))
    }

    fn small_order_key(&self) -> Term {
        Term::new(TermKind::SmallOrder)
    }

    fn of_width(&self, pk: &Term, _bytes: usize) -> Term {
        Term::new(TermKind::Resized(pk.clone()))
    }

    fn verification_key(&self, identity: &Term) -> Term {
        Term::new(TermKind::VerificationKey(identity.clone()))
    }

    fn box_public(&self, _suite: BoxSuite, secret: &BoxSecret<Term>) -> Term {
        Term::new(TermKind::BoxPublic {
            agreement: secret.agreement.clone(),
            kem: secret.kem.clone(),
        })
    }

    fn message(&self, rules: RuleSet, record: &Record<Term>) -> Term {
        fields(rules, record)
    }

    fn hash(&self, message: &Term) -> Term {
        Term::new(TermKind::Hash(message.clone()))
    }

    fn no_hash(&self) -> Term {
        Term::new(TermKind::Literal(vec![0; 32]))
    }

    fn has_kem(&self, pk: &Term) -> bool {
        matches!(pk.kind(), TermKind::BoxPublic { kem: Some(_), .. })
    }

    fn joined_halves(&self, box_of: &Term, kem_of: Option<&Term>) -> Term {
        let TermKind::BoxPublic { agreement, .. } = box_of.kind() else { return box_of.clone() };
        let kem = kem_of.and_then(|pk| {
            if let TermKind::BoxPublic { kem, .. } = pk.kind() { kem.clone() } else { None }
        });
        Term::new(TermKind::BoxPublic { agreement: agreement.clone(), kem })
    }

    fn sign(&self, rules: RuleSet, identity: &Term, label: Label, message: &Term) -> Term {
        let label = rules.contains(Rule::SignatureNamesContext).then_some(label);
        let (identity, message) = (identity.clone(), message.clone());
        Term::new(TermKind::Signature { identity, label, message })
    }

    fn verify(&self, rules: RuleSet, ivk: &Term, label: Label, message: &Term, sig: &Term) -> bool {
        let TermKind::VerificationKey(identity) = ivk.kind() else { return false };
        *sig == self.sign(rules, identity, label, message)
    }

    fn agree(&self, rules: RuleSet, secret: &BoxSecret<Term>, peer: &Term) -> Option<Term> {
        let mine = &secret.agreement;
        if let TermKind::BoxPublic { agreement, kem } = peer.kind() {
            let (one, other) =
                if mine <= agreement { (mine, agreement) } else { (agreement, mine) };
            let agreed = || Term::new(TermKind::Agreed(one.clone(), other.clone()));
            return (kem.is_none() || secret.kem.is_some()).then(agreed);
        }
        if matches!(peer.kind(), TermKind::Resized(_)) {
            return None;
        }
        if *peer.kind() == TermKind::SmallOrder {
            let refused = rules.contains(Rule::AgreementContributory);
            return (!refused).then(|| Term::new(TermKind::Zero));
        }
        Some(Term::new(TermKind::Agreed(mine.clone(), peer.clone())))
    }

    fn seal(
        &self,
        rules: RuleSet,
        suite: BoxSuite,
        pair: &Pair<Term>,
        purpose: &BoxPurpose<'_, Term>,
        draws: &BoxDraws<Term>,
        plaintext: &KeyInBox<Term>,
    ) -> Option<Sealed<Term>> {
        let (kem, shared) = match (suite, &draws.coins, pair.recipient.pk.kind()) {
            (BoxSuite::Classic, ..) => (None, None),
            (BoxSuite::Hybrid, Some(coins), TermKind::BoxPublic { kem: Some(seed), .. }) => {
                let (coins, seed) = (coins.clone(), seed.clone());
                let shared = TermKind::KemShared { coins: coins.clone(), seed: seed.clone() };
                let ciphertext = TermKind::KemCiphertext { coins, seed };
                (Some(Term::new(ciphertext)), Some(Term::new(shared)))
            }
            (BoxSuite::Hybrid, ..) => return None,
        };
        let inputs = box_inputs(rules, pair, shared, purpose);
        let sealed_seq = rules.contains(Rule::SealCarriesSeq);
        let ciphertext = Term::new(TermKind::Box {
            key: inputs.key,
            associated: inputs.associated,
            nonce: draws.nonce.clone(),
            meeting_key: plaintext.meeting_key.clone(),
            mk_seq: plaintext.mk_seq.filter(|_| sealed_seq),
        });
        Some(Sealed { nonce: draws.nonce.clone(), kem, ciphertext })
    }

    fn seal_amiss(
        &self,
        rules: RuleSet,
        pair: &Pair<Term>,
        amiss: &Amiss<Term>,
        purpose: &BoxPurpose<'_, Term>,
        draws: &BoxDraws<Term>,
        plaintext: &KeyInBox<Term>,
    ) -> Option<Sealed<Term>> {
        let honest = self.seal(rules, BoxSuite::Hybrid, pair, purpose, draws, plaintext)?;
        let (Some(coins), TermKind::BoxPublic { kem: Some(seed), .. }) =
            (&draws.coins, pair.recipient.pk.kind())
        else {
            return None;
        };
        let shared = TermKind::KemShared { coins: coins.clone(), seed: seed.clone() };
        let labels = BoxLabels { derivation: amiss.context, ..purpose.labels };
        let other = BoxPurpose { labels, meta: &amiss.meta, ..*purpose };
        let key = box_inputs(rules, &amiss.pair, Some(Term::new(shared)), &other).key;
        let TermKind::Box { associated, nonce, meeting_key, mk_seq, .. } =
            honest.ciphertext.kind().clone()
        else {
            return None;
        };
        let made = TermKind::Box { key, associated, nonce, meeting_key, mk_seq };
        Some(Sealed { ciphertext: Term::new(made), ..honest })
    }

    fn open(
        &self,
        rules: RuleSet,
        suite: BoxSuite,
        pair: &Pair<Term>,
        secret: &BoxSecret<Term>,
        purpose: &BoxPurpose<'_, Term>,
        sealed: &Sealed<Term>,
    ) -> Option<KeyInBox<Term>> {
        let shared = match (suite, &secret.kem, &sealed.kem) {
            (BoxSuite::Classic, _, None) => None,
            (BoxSuite::Hybrid, Some(seed), Some(ciphertext)) => {
                Some(decapsulated(seed, ciphertext))
            }
            (BoxSuite::Classic | BoxSuite::Hybrid, ..) => return None,
        };
        let inputs = box_inputs(rules, pair, shared, purpose);
        let checked = rules.contains(Rule::SealOpens);
        let (ciphertext, damaged) = undamaged(&sealed.ciphertext);
        let TermKind::Box { key, associated, nonce, meeting_key, mk_seq } = ciphertext.kind()
        else {
            return None;
        };
        let decrypts = *key == inputs.key && *nonce == sealed.nonce;
        let authentic = *associated == inputs.associated && !damaged;
        let numbered = mk_seq.is_some() == rules.contains(Rule::SealCarriesSeq);
        (decrypts && (authentic || !checked) && numbered)
            .then(|| KeyInBox { meeting_key: meeting_key.clone(), mk_seq: *mk_seq })
    }

    fn stream_key(&self, rules: RuleSet, meeting_key: &Term, stream: StreamName<'_>) -> Term {
        let record = Record {
            layout: &conclave_spec::layouts::STREAM_KEY_INFO,
            data: vec![
                Datum::Text(stream.stream.to_owned()),
                Datum::Text(stream.meeting.id.clone()),
                Datum::Uuid(stream.meeting.uuid),
                Datum::Text(stream.sender.user_id.clone()),
                Datum::Text(stream.sender.hardware_id.clone()),
            ],
        };
        let info = fields(rules, &record);
        let used = rules.contains(Rule::SubkeyUsesMeetingKey);
        Term::new(TermKind::StreamKey { meeting_key: used.then(|| meeting_key.clone()), info })
    }

    fn seal_packet(
        &self,
        rules: RuleSet,
        key: &Term,
        mk_seq: u32,
        counter: u64,
        plaintext: &Term,
    ) -> Term {
        let mk_seq = if rules.contains(Rule::PacketSeqFourBytes) { mk_seq } else { mk_seq & 0xff };
        Term::new(TermKind::Packet {
            key: key.clone(),
            mk_seq,
            counter,
            plaintext: plaintext.clone(),
        })
    }

    fn open_packet(
        &self,
        rules: RuleSet,
        key: &Term,
        mk_seq: u32,
        counter: u64,
        body: &Term,
    ) -> Option<Term> {
        let checked = rules.contains(Rule::PacketOpens);
        let tried = key;
        let (body, damaged) = undamaged(body);
        let TermKind::Packet { key: sealed_key, mk_seq: seq, counter: at, plaintext } = body.kind()
        else {
            return None;
        };
        let decrypts = sealed_key == key && *at == counter;
        let authentic = *seq == mk_seq && !damaged;
        match (checked, decrypts) {
            (true, _) => (decrypts && authentic).then(|| plaintext.clone()),
            (false, true) => Some(plaintext.clone()),
            (false, false) => {
                let (key, plaintext) = (sealed_key.clone(), plaintext.clone());
                let body = TermKind::Packet { key, mk_seq: 0, counter: *at, plaintext };
                Some(Term::new(TermKind::Garbled {
                    key: tried.clone(),
                    counter,
                    body: Term::new(body),
                }))
            }
        }
    }

    fn security_code(&self, rules: RuleSet, ivk: &Term) -> Term {
        let whole = rules.contains(Rule::CodeHasAllDigits);
        Term::new(TermKind::SecurityCode { ivk: ivk.clone(), whole })
    }
}
