//! What the machine computes with: real bytes, or terms.

use std::fmt::{self, Debug};
use std::hash::Hash;

use conclave_spec::{BoxSuite, Label, RuleSet, layouts::Layout};

use crate::message::{Meeting, Sealed, Seat};

mod bytes;
mod terms;

pub use bytes::{Bytes, Source, packet_bytes, seeded_draw};
pub use terms::{Term, TermKind, Terms, UNSEEN};

/// What a random value is for. Also the label of the randomness tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// The seed of a device's signing key, 32 bytes.
    Identity,
    /// The secret of an ephemeral Curve25519 key pair, 32 bytes.
    Ephemeral,
    /// The seed of an ephemeral Kyber768 key pair, 64 bytes.
    EphemeralKem,
    /// A meeting key, 32 bytes.
    MeetingKey,
    /// The nonce of a box, 24 bytes.
    BoxNonce,
    /// The coins of a KEM encapsulation, 32 bytes.
    KemCoins,
    /// A liveness nonce, 24 bytes.
    LivenessNonce,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 7] = [
        Self::Identity,
        Self::Ephemeral,
        Self::EphemeralKem,
        Self::MeetingKey,
        Self::BoxNonce,
        Self::KemCoins,
        Self::LivenessNonce,
    ];

    /// The label on the tape.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Ephemeral => "ephemeral",
            Self::EphemeralKem => "ephemeral_kem",
            Self::MeetingKey => "meeting_key",
            Self::BoxNonce => "box_nonce",
            Self::KemCoins => "kem_coins",
            Self::LivenessNonce => "liveness_nonce",
        }
    }

    /// How many bytes a draw has.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::Identity | Self::Ephemeral | Self::MeetingKey | Self::KemCoins => 32,
            Self::EphemeralKem => 64,
            Self::BoxNonce | Self::LivenessNonce => 24,
        }
    }
}

/// The name of a random value: whose, what for, and that party's how-manieth for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Draw {
    /// Who draws.
    pub party: String,
    /// What for.
    pub purpose: Purpose,
    /// 0 for the party's first draw for this purpose.
    pub count: u32,
}

impl fmt::Display for Draw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.purpose.label(), self.count)
    }
}

/// A value of a layout's field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Datum<V> {
    /// An identifier.
    Text(String),
    /// A meeting UUID.
    Uuid([u8; 16]),
    /// A four-byte number.
    Number(u32),
    /// An eight-byte number.
    Long(u64),
    /// A key, hash or encoded message.
    Value(V),
    /// A key or hash, or nothing.
    Maybe(Option<V>),
    /// Encoded messages, one behind the other.
    Values(Vec<V>),
}

/// The fields of something signed or hashed, in the order of its layout. The algebra leaves out
/// those whose rule is not in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<V> {
    /// The layout.
    pub layout: &'static Layout,
    /// One datum per field of the layout.
    pub data: Vec<Datum<V>>,
}

/// The public keys of one side of a box.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Side<V> {
    /// The identity verification key.
    pub ivk: V,
    /// The announced ephemeral key.
    pub pk: V,
}

/// A sender and a receiver who have agreed: what may be cached between two boxes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair<V> {
    /// The sender's public keys.
    pub sender: Side<V>,
    /// The receiver's public keys.
    pub recipient: Side<V>,
    /// Their Diffie-Hellman key (`crypto_box_beforenm`).
    pub agreed: V,
}

/// The secret of an ephemeral key pair. `kem` is present in the hybrid suite.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BoxSecret<V> {
    /// The Curve25519 secret.
    pub agreement: V,
    /// The Kyber768 seed.
    pub kem: Option<V>,
}

/// A meeting key as it goes into a box and comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInBox<V> {
    /// The key.
    pub meeting_key: V,
    /// Its number, where the number is sealed with it.
    pub mk_seq: Option<u32>,
}

/// The random inputs of one `Box.Enc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxDraws<V> {
    /// The nonce.
    pub nonce: V,
    /// The KEM coins, in the hybrid suite.
    pub coins: Option<V>,
}

/// Which stream of which sender in which meeting.
#[derive(Clone, Copy, Debug)]
pub struct StreamName<'a> {
    /// The meeting.
    pub meeting: &'a Meeting,
    /// The sender's device.
    pub sender: &'a Seat,
    /// The message type.
    pub stream: &'a str,
}

/// The operations of the protocol. `rules` decides which fields are bound and which primitives
/// are weakened.
pub trait Algebra {
    /// A key, signature, ciphertext or plaintext.
    type Value: Clone + Debug + Eq + Ord + Hash;

    /// The random value with this name; `None` where the source has none.
    fn draw(&self, draw: &Draw) -> Option<Self::Value>;

    /// A public value made of these bytes: a plaintext to send.
    fn literal(&self, bytes: &[u8]) -> Self::Value;

    /// `value` with one byte changed.
    fn damaged(&self, value: &Self::Value) -> Self::Value;

    /// A Curve25519 public key of small order, which makes every shared secret zero.
    fn small_order_key(&self) -> Self::Value;

    /// An announced key cut, or filled with zeros, to another width than its suite has, in bytes.
    fn of_width(&self, pk: &Self::Value, bytes: usize) -> Self::Value;

    /// The verification key of a signing key.
    fn verification_key(&self, identity: &Self::Value) -> Self::Value;

    /// The announced public key of an ephemeral secret.
    fn box_public(&self, suite: BoxSuite, secret: &BoxSecret<Self::Value>) -> Self::Value;

    /// The encoding of a record that is signed or hashed.
    fn message(&self, rules: RuleSet, record: &Record<Self::Value>) -> Self::Value;

    /// SHA-256.
    fn hash(&self, message: &Self::Value) -> Self::Value;

    /// 32 zero bytes: the hash before the first.
    fn no_hash(&self) -> Self::Value;

    /// Whether an announced key has a Kyber half.
    fn has_kem(&self, pk: &Self::Value) -> bool;

    /// An announced key with the Curve25519 half of one key and the Kyber half, if any, of another.
    fn joined_halves(&self, box_of: &Self::Value, kem_of: Option<&Self::Value>) -> Self::Value;

    /// `Sign.Sign` (2.3.1, 3.5.1).
    fn sign(
        &self,
        rules: RuleSet,
        identity: &Self::Value,
        label: Label,
        message: &Self::Value,
    ) -> Self::Value;

    /// `Sign.Verify` (2.3.1, 3.5.1).
    fn verify(
        &self,
        rules: RuleSet,
        ivk: &Self::Value,
        label: Label,
        message: &Self::Value,
        sig: &Self::Value,
    ) -> bool;

    /// `crypto_box_beforenm`; `None` for a key of the wrong form or one that contributes nothing.
    fn agree(
        &self,
        rules: RuleSet,
        secret: &BoxSecret<Self::Value>,
        peer: &Self::Value,
    ) -> Option<Self::Value>;

    /// `Box.Enc` with the agreed key given (2.3.1, 3.5.2; 4.6, subsubsec:meetingcrypto). `None`
    /// when the suite needs a KEM key that the recipient has not announced.
    fn seal(
        &self,
        rules: RuleSet,
        suite: BoxSuite,
        pair: &Pair<Self::Value>,
        purpose: &BoxPurpose<'_, Self::Value>,
        draws: &BoxDraws<Self::Value>,
        plaintext: &KeyInBox<Self::Value>,
    ) -> Option<Sealed<Self::Value>>;

    /// A hybrid box as a misbehaving sender makes it: its key is derived from other inputs than
    /// those the recipient has. `None` as for [`Algebra::seal`].
    fn seal_amiss(
        &self,
        rules: RuleSet,
        pair: &Pair<Self::Value>,
        amiss: &Amiss<Self::Value>,
        purpose: &BoxPurpose<'_, Self::Value>,
        draws: &BoxDraws<Self::Value>,
        plaintext: &KeyInBox<Self::Value>,
    ) -> Option<Sealed<Self::Value>>;

    /// `Box.Dec` with the agreed key given.
    fn open(
        &self,
        rules: RuleSet,
        suite: BoxSuite,
        pair: &Pair<Self::Value>,
        secret: &BoxSecret<Self::Value>,
        purpose: &BoxPurpose<'_, Self::Value>,
        sealed: &Sealed<Self::Value>,
    ) -> Option<KeyInBox<Self::Value>>;

    /// The key of one stream (2.3.1, 3.7.5).
    fn stream_key(
        &self,
        rules: RuleSet,
        meeting_key: &Self::Value,
        stream: StreamName<'_>,
    ) -> Self::Value;

    /// A packet's body (2.3.1, 3.9).
    fn seal_packet(
        &self,
        rules: RuleSet,
        key: &Self::Value,
        mk_seq: u32,
        counter: u64,
        plaintext: &Self::Value,
    ) -> Self::Value;

    /// What a packet's body carries.
    fn open_packet(
        &self,
        rules: RuleSet,
        key: &Self::Value,
        mk_seq: u32,
        counter: u64,
        body: &Self::Value,
    ) -> Option<Self::Value>;

    /// The security code of an identity key (2.3.1, 3.8).
    fn security_code(&self, rules: RuleSet, ivk: &Self::Value) -> Self::Value;
}

/// What both sides of a box know beside their keys.
#[derive(Clone, Copy, Debug)]
pub struct BoxPurpose<'a, V> {
    /// The context strings.
    pub labels: BoxLabels,
    /// `Meta`.
    pub meta: &'a Record<V>,
    /// The liveness nonce of the recipient, where the box is bound to one.
    pub liveness_nonce: Option<&'a V>,
}

/// What the key of a hybrid box is derived from, where a misbehaving sender takes other inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amiss<V> {
    /// The public keys in the combination hash, and the Diffie-Hellman key.
    pub pair: Pair<V>,
    /// The context string in the hash.
    pub context: Label,
    /// `Meta`, as it goes into the key.
    pub meta: Record<V>,
}

/// The two context strings of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BoxLabels {
    /// `Context_KDF`.
    pub derivation: Label,
    /// `Context_cipher`.
    pub cipher: Label,
}

impl BoxLabels {
    /// The strings of the box that carries a meeting key (2.3.1, 3.7.4 steps 8 and 9).
    pub const MEETING_KEY: Self =
        Self { derivation: Label::KeySeedDerivation, cipher: Label::KeySeedCipher };
}
