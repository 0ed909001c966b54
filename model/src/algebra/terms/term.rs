//! What a symbolic value is: its structure, its digest, how it is shown.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use conclave_spec::Label;
use sha2::{Digest as _, Sha256};

use crate::algebra::{Datum, Draw, Purpose};

/// A symbolic value. Equality, order and hash are those of its structural digest.
#[derive(Clone)]
pub struct Term(Arc<Node>);

struct Node {
    digest: [u8; 16],
    kind: TermKind,
}

/// How a term is built.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TermKind {
    /// A fresh random value.
    Name(Draw),
    /// Public bytes.
    Literal(Vec<u8>),
    /// A public key that makes every shared secret zero.
    SmallOrder,
    /// A value with a byte changed.
    Damaged(Term),
    /// A public key of a width that the version has no suite for.
    Resized(Term),
    /// The verification key of a signing key.
    VerificationKey(Term),
    /// The public half of an ephemeral pair.
    BoxPublic {
        /// The Curve25519 secret.
        agreement: Term,
        /// The Kyber seed.
        kem: Option<Term>,
    },
    /// Fields signed, hashed or used as associated data.
    Fields {
        /// The layout's tag; `None` for a bare concatenation.
        tag: Option<&'static str>,
        /// The fields, adjacent identifiers merged in a bare concatenation.
        data: Vec<Datum<Term>>,
    },
    /// The hash of a message.
    Hash(Term),
    /// A signature.
    Signature {
        /// The signing key.
        identity: Term,
        /// The context, where it is signed.
        label: Option<Label>,
        /// The message.
        message: Term,
    },
    /// The Diffie-Hellman key of two secrets, in order.
    Agreed(Term, Term),
    /// What any party computes with a small-order key.
    Zero,
    /// A KEM shared secret.
    KemShared {
        /// The coins.
        coins: Term,
        /// The recipient's seed.
        seed: Term,
    },
    /// A KEM ciphertext.
    KemCiphertext {
        /// The coins.
        coins: Term,
        /// The recipient's seed.
        seed: Term,
    },
    /// What decapsulation gives for a ciphertext that was not made for this seed.
    KemRejected {
        /// The recipient's seed.
        seed: Term,
        /// The ciphertext.
        ciphertext: Term,
    },
    /// The Kyber half of an announced key.
    KemPublic(Term),
    /// The key of a box.
    BoxKey {
        /// `Context_KDF`, where it is bound.
        label: Option<Label>,
        /// What goes into the derivation.
        parts: Vec<Term>,
    },
    /// The ciphertext of a box.
    Box {
        /// The key.
        key: Term,
        /// `Context_cipher`, where it is bound, `Meta`, and the liveness nonce it is bound to.
        associated: (Option<Label>, Term, Option<Term>),
        /// The nonce.
        nonce: Term,
        /// The meeting key inside.
        meeting_key: Term,
        /// Its number, where it is inside.
        mk_seq: Option<u32>,
    },
    /// The key of a stream.
    StreamKey {
        /// The meeting key, where it is used.
        meeting_key: Option<Term>,
        /// Which stream.
        info: Term,
    },
    /// The body of a packet.
    Packet {
        /// The stream key.
        key: Term,
        /// The number it was sealed under.
        mk_seq: u32,
        /// The counter it was sealed under.
        counter: u64,
        /// What it carries.
        plaintext: Term,
    },
    /// What a packet's body decrypts to under a wrong key or counter, unchecked.
    Garbled {
        /// The key tried.
        key: Term,
        /// The counter tried.
        counter: u64,
        /// The body, whatever number it was sealed under.
        body: Term,
    },
    /// A security code.
    SecurityCode {
        /// The identity key.
        ivk: Term,
        /// Whether all digits are shown.
        whole: bool,
    },
}

impl Term {
    /// The term built like this.
    #[must_use]
    pub fn new(kind: TermKind) -> Self {
        let digest = Sha256::digest(structure(&kind));
        let mut short = [0; 16];
        short.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self(Arc::new(Node { digest: short, kind }))
    }

    /// How the term is built.
    #[must_use]
    pub fn kind(&self) -> &TermKind {
        &self.0.kind
    }

    /// The structural digest.
    #[must_use]
    pub fn digest(&self) -> [u8; 16] {
        self.0.digest
    }
}

/// One level of a term as bytes: its derived hash input, where a child contributes its digest.
struct Structure(Vec<u8>);

impl Hasher for Structure {
    fn finish(&self) -> u64 {
        0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    // The same bytes on every machine.
    fn write_u32(&mut self, number: u32) {
        self.write(&number.to_le_bytes());
    }

    fn write_u64(&mut self, number: u64) {
        self.write(&number.to_le_bytes());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.write(&(number as i64).to_le_bytes());
    }
}

fn structure(kind: &TermKind) -> Vec<u8> {
    let mut bytes = Structure(Vec::with_capacity(256));
    kind.hash(&mut bytes);
    bytes.0
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            TermKind::Name(draw) => name(f, draw),
            TermKind::Literal(bytes) => write!(f, "{:?}", String::from_utf8_lossy(bytes)),
            TermKind::SmallOrder => f.write_str("small-order"),
            TermKind::Damaged(inner) => write!(f, "damaged({inner})"),
            TermKind::Resized(pk) => write!(f, "resized({pk})"),
            TermKind::VerificationKey(identity) => write!(f, "vk({identity})"),
            TermKind::BoxPublic { agreement, .. } => write!(f, "pk({agreement})"),
            TermKind::Fields { tag, .. } => write!(f, "[{}]", tag.unwrap_or("bare")),
            TermKind::Hash(message) => {
                write!(f, "hash({message}#{:02x}{:02x})", self.0.digest[0], self.0.digest[1])
            }
            TermKind::Signature { identity, .. } => write!(f, "sig({identity})"),
            TermKind::Agreed(one, other) => write!(f, "dh({one},{other})"),
            TermKind::Zero => f.write_str("zero"),
            TermKind::KemShared { seed, .. } => write!(f, "kem({seed})"),
            TermKind::KemCiphertext { seed, .. } => write!(f, "ct({seed})"),
            TermKind::KemRejected { seed, .. } => write!(f, "rejected({seed})"),
            TermKind::KemPublic(seed) => write!(f, "kempk({seed})"),
            TermKind::BoxKey { .. } => f.write_str("boxkey"),
            TermKind::Box { meeting_key, mk_seq: Some(seq), .. } => {
                write!(f, "box({meeting_key} no. {seq})")
            }
            TermKind::Box { meeting_key, mk_seq: None, .. } => write!(f, "box({meeting_key})"),
            TermKind::StreamKey { meeting_key: Some(key), .. } => write!(f, "stream({key})"),
            TermKind::StreamKey { meeting_key: None, .. } => f.write_str("stream(nothing)"),
            TermKind::Garbled { key, .. } => write!(f, "garbled({key})"),
            TermKind::Packet { plaintext, key, .. } => write!(f, "packet({plaintext} under {key})"),
            TermKind::SecurityCode { ivk, .. } => write!(f, "code({ivk})"),
        }
    }
}

fn name(f: &mut fmt::Formatter<'_>, draw: &Draw) -> fmt::Result {
    let short = match draw.purpose {
        Purpose::Identity => "isk",
        Purpose::Ephemeral => "sk",
        Purpose::EphemeralKem => "kem",
        Purpose::MeetingKey => "MK",
        Purpose::BoxNonce => "nonce",
        Purpose::KemCoins => "coins",
        Purpose::LivenessNonce => "N",
    };
    write!(f, "{short}{}.{}", draw.count + 1, draw.party)
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.0.digest == other.0.digest
    }
}

impl Eq for Term {}

impl PartialOrd for Term {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Term {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.digest.cmp(&other.0.digest)
    }
}

impl Hash for Term {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.digest.hash(state);
    }
}
