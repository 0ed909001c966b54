//! Whole boxes of both suites: what is computed once for a pair of devices, and what for each key.
//!
//! A leader keeps one [`Outgoing`] for each recipient, a participant one [`Incoming`] for the
//! leader. A rotation then costs a key encapsulation (hybrid only), two or three hashes, HKDF and
//! XChaCha20-Poly1305; the Diffie-Hellman step and the hash over six public keys are not repeated.

use super::{
    Octets,
    box_classic::{agree, associated_data, classic_key, open, seal},
    box_hybrid::{KeyParts, Parties, combination, decapsulate, encapsulate, hybrid_key},
};
use crate::{labels::Label, rule_set::RuleSet};

/// What both sides of a box know beside their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose<'a> {
    /// `Context_KDF`.
    pub context_kdf: Label,
    /// `Context_cipher`.
    pub context_cipher: Label,
    /// `Meta`.
    pub meta: &'a Octets,
    /// The liveness nonce of the recipient, 24 bytes, where the box is bound to one.
    pub liveness_nonce: Option<&'a Octets>,
}

impl<'a> Purpose<'a> {
    /// A box that carries a meeting key (2.3.1, 3.7.4 steps 8 to 10).
    #[must_use]
    pub const fn meeting_key(meta: &'a Octets) -> Self {
        Self {
            context_kdf: Label::KeySeedDerivation,
            context_cipher: Label::KeySeedCipher,
            meta,
            liveness_nonce: None,
        }
    }
}

/// The random bytes of one box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws<'a> {
    /// `RandomNonce`, 24 bytes.
    pub nonce: &'a Octets,
    /// The coins of the encapsulation, 32 bytes. The classic suite does not look at them.
    pub coins: &'a Octets,
}

/// A sealed box: `(C', RandomNonce)` in the classic suite, `(C', RandomNonce, C_Kyber)` in the
/// hybrid one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SealedBox {
    /// `RandomNonce`, 24 bytes.
    pub nonce: Octets,
    /// `C_Kyber`, 1,088 bytes; empty in the classic suite.
    pub kem: Octets,
    /// `C'`: the ciphertext and its tag.
    pub ciphertext: Octets,
}

/// What a sender keeps for one recipient.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outgoing {
    /// The classic suite (2.3.1, 3.5.2).
    Classic {
        /// The Diffie-Hellman shared secret.
        shared: Octets,
    },
    /// The hybrid suite (4.6, subsubsec:meetingcrypto).
    Hybrid {
        /// The Diffie-Hellman shared secret.
        shared: Octets,
        /// The hash over the public keys of both sides.
        combination: Octets,
        /// The recipient's Kyber public key.
        kem_public: Octets,
    },
}

impl Outgoing {
    /// For a recipient with this Curve25519 public key. `None` as for [`agree`].
    #[must_use]
    pub fn classic(rules: RuleSet, secret: &Octets, recipient_box_pk: &Octets) -> Option<Self> {
        Some(Self::Classic { shared: agree(rules, secret, recipient_box_pk)? })
    }

    /// For the recipient of these parties; the Curve25519 secret key is the sender's.
    #[must_use]
    pub fn hybrid(rules: RuleSet, secret: &Octets, parties: &Parties<'_>) -> Option<Self> {
        Some(Self::Hybrid {
            shared: agree(rules, secret, parties.recipient_box_pk)?,
            combination: combination(rules, parties).ok()?,
            kem_public: parties.recipient_kem_pk.clone(),
        })
    }

    /// `Box.Enc` less its step 2 (2.3.1, 3.5.2), or the encryption of 4.6,
    /// subsubsec:meetingcrypto, less its steps 2 and 4. `None` for draws of a wrong width.
    #[must_use]
    pub fn seal(
        &self,
        rules: RuleSet,
        purpose: &Purpose<'_>,
        draws: &Draws<'_>,
        message: &Octets,
    ) -> Option<SealedBox> {
        let (key, kem) = match self {
            Self::Classic { shared } => {
                (classic_key(rules, shared, purpose.context_kdf)?, Octets::default())
            }
            Self::Hybrid { shared, combination, kem_public } => {
                let kem = encapsulate(kem_public, draws.coins)?;
                let (kem_shared, meta) = (&kem.shared, purpose.meta);
                let context = purpose.context_kdf;
                let parts = KeyParts { context, kem_shared, shared, combination, meta };
                (hybrid_key(rules, &parts, purpose.context_kdf)?, kem.ciphertext)
            }
        };
        let (cipher, nonce) = (purpose.context_cipher, purpose.liveness_nonce);
        let data = associated_data(rules, cipher, purpose.meta, nonce);
        let ciphertext = seal(&key, draws.nonce, &data, message)?;
        Some(SealedBox { nonce: draws.nonce.clone(), kem, ciphertext })
    }
}

/// What a recipient keeps for one sender.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Incoming {
    /// The classic suite (2.3.1, 3.5.2).
    Classic {
        /// The Diffie-Hellman shared secret.
        shared: Octets,
    },
    /// The hybrid suite (4.6, subsubsec:meetingcrypto).
    Hybrid {
        /// The Diffie-Hellman shared secret.
        shared: Octets,
        /// The hash over the public keys of both sides.
        combination: Octets,
        /// The recipient's own Kyber secret key.
        kem_secret: Octets,
    },
}

impl Incoming {
    /// From a sender with this Curve25519 public key. `None` as for [`agree`].
    #[must_use]
    pub fn classic(rules: RuleSet, secret: &Octets, sender_box_pk: &Octets) -> Option<Self> {
        Some(Self::Classic { shared: agree(rules, secret, sender_box_pk)? })
    }

    /// From the sender of these parties; both secret keys are the recipient's.
    #[must_use]
    pub fn hybrid(
        rules: RuleSet,
        secret: &Octets,
        kem_secret: &Octets,
        parties: &Parties<'_>,
    ) -> Option<Self> {
        Some(Self::Hybrid {
            shared: agree(rules, secret, parties.sender_box_pk)?,
            combination: combination(rules, parties).ok()?,
            kem_secret: kem_secret.clone(),
        })
    }

    /// `Box.Dec` less its step 2 (2.3.1, 3.5.2), or the decryption of 4.6,
    /// subsubsec:meetingcrypto, less its steps 2 and 4. `None` if it is refused.
    ///
    /// A classic box with an encapsulation in it is no classic box and is refused.
    #[must_use]
    pub fn open(
        &self,
        rules: RuleSet,
        purpose: &Purpose<'_>,
        sealed: &SealedBox,
    ) -> Option<Octets> {
        let key = match self {
            Self::Classic { shared } => {
                sealed.kem.is_empty().then_some(())?;
                classic_key(rules, shared, purpose.context_kdf)?
            }
            Self::Hybrid { shared, combination, kem_secret } => {
                let kem_shared = &decapsulate(kem_secret, &sealed.kem)?;
                let meta = purpose.meta;
                let context = purpose.context_kdf;
                let parts = KeyParts { context, kem_shared, shared, combination, meta };
                hybrid_key(rules, &parts, purpose.context_kdf)?
            }
        };
        let (cipher, nonce) = (purpose.context_cipher, purpose.liveness_nonce);
        let data = associated_data(rules, cipher, purpose.meta, nonce);
        open(rules, &key, &sealed.nonce, &data, &sealed.ciphertext)
    }
}
