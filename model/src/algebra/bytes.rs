//! Real cryptography, by the formulas of `conclave-spec`.

use std::{borrow::Cow, collections::BTreeMap};

use conclave_spec::{
    BoxSuite, Label, Octets, RuleSet,
    formulas::{
        binding::{open_sealed_plaintext, sealed_plaintext},
        box_classic, box_hybrid, media,
        pairing::{Draws, Incoming, Outgoing, Purpose as FormulaPurpose, SealedBox},
        security_code, sign,
    },
    wire,
};
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};

use super::{
    Algebra, Amiss, BoxDraws, BoxPurpose, BoxSecret, Datum, Draw, KeyInBox, Pair, Purpose, Record,
    Side, StreamName,
};
use crate::message::Sealed;

const BOX_PK: usize = 32;
/// Bytes of a Kyber768 public key.
const KEM_PK: usize = 1184;

/// Where a party's random values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Derived from 32 bytes.
    Seeded([u8; 32]),
    /// Listed, by purpose.
    Tape(BTreeMap<Purpose, Vec<Octets>>),
}

impl Source {
    fn draw(&self, draw: &Draw) -> Option<Octets> {
        match self {
            Self::Seeded(seed) => {
                let info = draw.to_string();
                derive(seed, b"conclave/draw", info.as_bytes(), draw.purpose.width())
            }
            Self::Tape(lists) => {
                let place = usize::try_from(draw.count).ok()?;
                let value = lists.get(&draw.purpose)?.get(place)?;
                (value.len() == draw.purpose.width()).then(|| value.clone())
            }
        }
    }
}

/// The algebra of bytes: one source of random values for each party that has its own, a seed for
/// all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    sources: BTreeMap<String, Source>,
    seed: Option<[u8; 32]>,
}

impl Bytes {
    /// Every party draws from a seed derived from this one and its name.
    #[must_use]
    pub fn seeded(seed: [u8; 32]) -> Self {
        Self { sources: BTreeMap::new(), seed: Some(seed) }
    }

    /// Only this party draws, from this source.
    #[must_use]
    pub fn for_party(party: &str, source: Source) -> Self {
        Self { sources: [(party.to_owned(), source)].into(), seed: None }
    }

    /// The seed of a party under [`Bytes::seeded`], 32 bytes.
    #[must_use]
    pub fn party_seed(&self, party: &str) -> Option<[u8; 32]> {
        let seed = derive(&self.seed?, b"conclave/party", party.as_bytes(), 32)?;
        seed.as_slice().try_into().ok()
    }
}

fn derive(seed: &[u8], salt: &[u8], info: &[u8], width: usize) -> Option<Octets> {
    let mut bytes = vec![0; width];
    Hkdf::<Sha256>::new(Some(salt), seed).expand(info, &mut bytes).ok()?;
    Some(Octets::new(bytes))
}

/// A record as signed or hashed; `None` where a value has a width no layout allows. Whoever takes
/// values from outside refuses those first; nothing is signed, verified or sealed over them.
fn encoded(rules: RuleSet, record: &Record<Octets>) -> Option<Octets> {
    let pairs = record.layout.fields.iter().zip(&record.data);
    let values: Vec<(&str, Cow<'_, [u8]>)> =
        pairs.map(|(field, datum)| (field.name, datum_bytes(datum))).collect();
    wire::encode_for_hash(record.layout, rules, &values).ok()
}

fn datum_bytes(datum: &Datum<Octets>) -> Cow<'_, [u8]> {
    match datum {
        Datum::Text(text) => Cow::Borrowed(text.as_bytes()),
        Datum::Uuid(uuid) => Cow::Borrowed(uuid),
        Datum::Number(number) => Cow::Owned(number.to_be_bytes().to_vec()),
        Datum::Long(number) => Cow::Owned(number.to_be_bytes().to_vec()),
        Datum::Value(value) | Datum::Maybe(Some(value)) => Cow::Borrowed(value.as_slice()),
        Datum::Maybe(None) => Cow::Borrowed(&[]),
        Datum::Values(values) => Cow::Owned(wire::join(values).into_vec()),
    }
}

/// The Curve25519 and Kyber halves of an announced key; `None` for one of any other width than the
/// two suites have.
fn halves(pk: &Octets) -> Option<(Octets, Octets)> {
    let (box_pk, kem_pk) = pk.as_slice().split_at_checked(BOX_PK)?;
    let fits = kem_pk.is_empty() || kem_pk.len() == KEM_PK;
    fits.then(|| (Octets::from(box_pk), Octets::from(kem_pk)))
}

/// The hash over the public keys of both sides.
fn combination(rules: RuleSet, sender: &Side<Octets>, recipient: &Side<Octets>) -> Option<Octets> {
    let (sender_box_pk, sender_kem_pk) = halves(&sender.pk)?;
    let (recipient_box_pk, recipient_kem_pk) = halves(&recipient.pk)?;
    let parties = box_hybrid::Parties {
        sender_ivk: &sender.ivk,
        sender_box_pk: &sender_box_pk,
        sender_kem_pk: &sender_kem_pk,
        recipient_ivk: &recipient.ivk,
        recipient_box_pk: &recipient_box_pk,
        recipient_kem_pk: &recipient_kem_pk,
    };
    box_hybrid::combination(rules, &parties).ok()
}

impl Algebra for Bytes {
    type Value = Octets;

    fn draw(&self, draw: &Draw) -> Option<Octets> {
        match self.sources.get(&draw.party) {
            Some(source) => source.draw(draw),
            None => Source::Seeded(self.party_seed(&draw.party)?).draw(draw),
        }
    }

    fn literal(&self, bytes: &[u8]) -> Octets {
        Octets::from(bytes)
    }

    fn damaged(&self, value: &Octets) -> Octets {
        let mut bytes = value.clone().into_vec();
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
        }
        Octets::new(bytes)
    }

    fn small_order_key(&self) -> Octets {
        Octets::new(vec![0; BOX_PK])
    }

    fn of_width(&self, pk: &Octets, bytes: usize) -> Octets {
        let mut resized = pk.as_slice().to_vec();
        resized.resize(bytes, 0);
        Octets::new(resized)
    }

    fn verification_key(&self, identity: &Octets) -> Octets {
        sign::verifying_key(identity).unwrap_or_default()
    }

    fn box_public(&self, _suite: BoxSuite, secret: &BoxSecret<Octets>) -> Octets {
        let mut public = box_classic::public_key(&secret.agreement).unwrap_or_default().into_vec();
        if let Some(keys) = secret.kem.as_ref().and_then(box_hybrid::kem_keys) {
            public.extend_from_slice(keys.public.as_slice());
        }
        Octets::new(public)
    }

    fn message(&self, rules: RuleSet, record: &Record<Octets>) -> Octets {
        encoded(rules, record).unwrap_or_default()
    }

    fn hash(&self, message: &Octets) -> Octets {
        Octets::from(Sha256::digest(message.as_slice()).as_slice())
    }

    fn no_hash(&self) -> Octets {
        Octets::new(vec![0; 32])
    }

    fn has_kem(&self, pk: &Octets) -> bool {
        halves(pk).is_some_and(|(_, kem)| !kem.is_empty())
    }

    fn joined_halves(&self, box_of: &Octets, kem_of: Option<&Octets>) -> Octets {
        let (box_pk, _) = halves(box_of).unwrap_or_default();
        let kem_pk = kem_of.and_then(halves).map(|(_, kem_pk)| kem_pk).unwrap_or_default();
        Octets::new([box_pk.as_slice(), kem_pk.as_slice()].concat())
    }

    fn sign(&self, rules: RuleSet, identity: &Octets, label: Label, message: &Octets) -> Octets {
        let nothing = message.is_empty();
        let sig = if nothing { None } else { sign::sign(rules, identity, label, message) };
        sig.unwrap_or_default()
    }

    fn verify(
        &self,
        rules: RuleSet,
        ivk: &Octets,
        label: Label,
        message: &Octets,
        sig: &Octets,
    ) -> bool {
        // Values that no layout allows have no encoding; nothing is verified over them.
        !message.is_empty() && sign::verify(rules, ivk, label, message, sig)
    }

    fn agree(&self, rules: RuleSet, secret: &BoxSecret<Octets>, peer: &Octets) -> Option<Octets> {
        let (box_pk, kem_pk) = halves(peer)?;
        // Who has no Kyber key of its own knows no key with a Kyber half.
        if secret.kem.is_none() && !kem_pk.is_empty() {
            return None;
        }
        box_classic::agree(rules, &secret.agreement, &box_pk)
    }

    fn seal(
        &self,
        rules: RuleSet,
        suite: BoxSuite,
        pair: &Pair<Octets>,
        purpose: &BoxPurpose<'_, Octets>,
        draws: &BoxDraws<Octets>,
        plaintext: &KeyInBox<Octets>,
    ) -> Option<Sealed<Octets>> {
        let shared = pair.agreed.clone();
        let outgoing = match suite {
            BoxSuite::Classic => Outgoing::Classic { shared },
            BoxSuite::Hybrid => {
                let combination = combination(rules, &pair.sender, &pair.recipient)?;
                let (_, kem_public) = halves(&pair.recipient.pk)?;
                Outgoing::Hybrid { shared, combination, kem_public }
            }
        };
        let seq = plaintext.mk_seq.unwrap_or_default();
        let message = sealed_plaintext(rules, &plaintext.meeting_key, seq).ok()?;
        let no_coins = Octets::default();
        let draws = Draws { nonce: &draws.nonce, coins: draws.coins.as_ref().unwrap_or(&no_coins) };
        let meta = encoded(rules, purpose.meta)?;
        let sealed = outgoing.seal(rules, &formula(purpose, &meta), &draws, &message)?;
        let kem = (!sealed.kem.is_empty()).then_some(sealed.kem);
        Some(Sealed { nonce: sealed.nonce, kem, ciphertext: sealed.ciphertext })
    }

    fn seal_amiss(
        &self,
        rules: RuleSet,
        pair: &Pair<Octets>,
        amiss: &Amiss<Octets>,
        purpose: &BoxPurpose<'_, Octets>,
        draws: &BoxDraws<Octets>,
        plaintext: &KeyInBox<Octets>,
    ) -> Option<Sealed<Octets>> {
        let (_, kem_public) = halves(&pair.recipient.pk)?;
        let kem = box_hybrid::encapsulate(&kem_public, draws.coins.as_ref()?)?;
        let parts = box_hybrid::KeyParts {
            context: amiss.context,
            kem_shared: &kem.shared,
            shared: &amiss.pair.agreed,
            combination: &combination(rules, &amiss.pair.sender, &amiss.pair.recipient)?,
            meta: &encoded(rules, &amiss.meta)?,
        };
        let key = box_hybrid::hybrid_key(rules, &parts, purpose.labels.derivation)?;
        let seq = plaintext.mk_seq.unwrap_or_default();
        let message = sealed_plaintext(rules, &plaintext.meeting_key, seq).ok()?;
        let meta = encoded(rules, purpose.meta)?;
        let (cipher, nonce) = (purpose.labels.cipher, purpose.liveness_nonce);
        let data = box_classic::associated_data(rules, cipher, &meta, nonce);
        let ciphertext = box_classic::seal(&key, &draws.nonce, &data, &message)?;
        Some(Sealed { nonce: draws.nonce.clone(), kem: Some(kem.ciphertext), ciphertext })
    }

    fn open(
        &self,
        rules: RuleSet,
        suite: BoxSuite,
        pair: &Pair<Octets>,
        secret: &BoxSecret<Octets>,
        purpose: &BoxPurpose<'_, Octets>,
        sealed: &Sealed<Octets>,
    ) -> Option<KeyInBox<Octets>> {
        let shared = pair.agreed.clone();
        let incoming = match suite {
            BoxSuite::Classic => Incoming::Classic { shared },
            BoxSuite::Hybrid => {
                let combination = combination(rules, &pair.sender, &pair.recipient)?;
                let kem_secret = box_hybrid::kem_keys(secret.kem.as_ref()?)?.secret;
                Incoming::Hybrid { shared, combination, kem_secret }
            }
        };
        let meta = encoded(rules, purpose.meta)?;
        let sealed = SealedBox {
            nonce: sealed.nonce.clone(),
            kem: sealed.kem.clone().unwrap_or_default(),
            ciphertext: sealed.ciphertext.clone(),
        };
        let message = incoming.open(rules, &formula(purpose, &meta), &sealed)?;
        let opened = open_sealed_plaintext(rules, &message).ok()?;
        Some(KeyInBox { meeting_key: opened.meeting_key, mk_seq: opened.mk_seq })
    }

    fn stream_key(&self, rules: RuleSet, meeting_key: &Octets, name: StreamName<'_>) -> Octets {
        let stream = media::Stream {
            stream: name.stream,
            meeting_id: &name.meeting.id,
            meeting_uuid: &name.meeting.uuid,
            sender: &name.sender.user_id,
            hardware_id: &name.sender.hardware_id,
        };
        media::stream_key(rules, meeting_key, &stream).unwrap_or_default()
    }

    fn seal_packet(
        &self,
        rules: RuleSet,
        key: &Octets,
        mk_seq: u32,
        counter: u64,
        plaintext: &Octets,
    ) -> Octets {
        let packet = media::seal_packet(rules, key, mk_seq, counter, plaintext);
        let body = packet.map(|packet| packet.as_slice().iter().skip(HEADER).copied().collect());
        Octets::new(body.unwrap_or_default())
    }

    fn open_packet(
        &self,
        rules: RuleSet,
        key: &Octets,
        mk_seq: u32,
        counter: u64,
        body: &Octets,
    ) -> Option<Octets> {
        media::open_packet(rules, key, &packet_bytes(mk_seq, counter, body))
    }

    fn security_code(&self, rules: RuleSet, ivk: &Octets) -> Octets {
        Octets::from(security_code::security_code(rules, ivk).digits())
    }
}

/// Bytes before a packet's body: the number of the key and the counter.
const HEADER: usize = 4 + 12;

/// A packet as it is sent (2.3.1, 3.9; reading R-11).
#[must_use]
pub fn packet_bytes(mk_seq: u32, counter: u64, body: &Octets) -> Octets {
    let counter = u128::from(counter).to_be_bytes();
    let parts = [&mk_seq.to_be_bytes()[..], counter.get(4..).unwrap_or_default(), body.as_slice()];
    Octets::new(parts.concat())
}

fn formula<'a>(purpose: &BoxPurpose<'a, Octets>, meta: &'a Octets) -> FormulaPurpose<'a> {
    FormulaPurpose {
        context_kdf: purpose.labels.derivation,
        context_cipher: purpose.labels.cipher,
        meta,
        liveness_nonce: purpose.liveness_nonce,
    }
}

/// The random value with this name under a seed of its own (the `seeded` class of the adapter).
#[must_use]
pub fn seeded_draw(seed: &[u8; 32], purpose: Purpose, count: u32) -> Option<Octets> {
    Source::Seeded(*seed).draw(&Draw { party: String::new(), purpose, count })
}
