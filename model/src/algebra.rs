//! What the machine computes with: real bytes, or terms.

use std::fmt::{self, Debug};
use std::hash::Hash;

use conclave_spec::{BoxSuite, Label, RuleSet, layouts::Layout};

use crate::message::{Meeting, Sealed};

mod bytes;
mod terms;

pub use bytes::{Bytes, Source, packet_bytes, seeded_draw};
pub use terms::{Term, TermKind, Terms};

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
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 6] = [
        Self::Identity,
        Self::Ephemeral,
        Self::EphemeralKem,
        Self::MeetingKey,
        Self::BoxNonce,
        Self::KemCoins,
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
        }
    }

    /// How many bytes a draw has.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::Identity | Self::Ephemeral | Self::MeetingKey | Self::KemCoins => 32,
            Self::EphemeralKem => 64,
            Self::BoxNonce => 24,
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
    /// A key.
    Value(V),
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
    /// The sender's user ID.
    pub sender: &'a str,
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

    /// The verification key of a signing key.
    fn verification_key(&self, identity: &Self::Value) -> Self::Value;

    /// The announced public key of an ephemeral secret.
    fn box_public(&self, suite: BoxSuite, secret: &BoxSecret<Self::Value>) -> Self::Value;

    /// `Sign.Sign` (2.3.1, 3.5.1).
    fn sign(
        &self,
        rules: RuleSet,
        identity: &Self::Value,
        label: Label,
        message: &Record<Self::Value>,
    ) -> Self::Value;

    /// `Sign.Verify` (2.3.1, 3.5.1).
    fn verify(
        &self,
        rules: RuleSet,
        ivk: &Self::Value,
        label: Label,
        message: &Record<Self::Value>,
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
    #[expect(clippy::too_many_arguments, reason = "the paper's Box.Enc has these inputs")]
    fn seal(
        &self,
        rules: RuleSet,
        suite: BoxSuite,
        pair: &Pair<Self::Value>,
        labels: BoxLabels,
        meta: &Record<Self::Value>,
        draws: &BoxDraws<Self::Value>,
        plaintext: &KeyInBox<Self::Value>,
    ) -> Option<Sealed<Self::Value>>;

    /// `Box.Dec` with the agreed key given.
    #[expect(clippy::too_many_arguments, reason = "the paper's Box.Dec has these inputs")]
    fn open(
        &self,
        rules: RuleSet,
        suite: BoxSuite,
        pair: &Pair<Self::Value>,
        secret: &BoxSecret<Self::Value>,
        labels: BoxLabels,
        meta: &Record<Self::Value>,
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
