//! Per-user keys from their seed (4.6, subsubsec:puks; the context strings from 4.0 to 4.5).

use hacspec_lib::ByteSeq;

use super::{
    Octets,
    box_classic::public_key,
    box_hybrid::{KemKeys, kem_keys},
    text,
};
use crate::{
    labels::Label, layouts::sigchain::USER_KEYS, primitives::hash::hkdf_sha256, rule_set::RuleSet,
    rules::Rule, wire,
};

/// The two public keys of one use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicPair {
    /// X25519, 32 bytes.
    pub x25519: Octets,
    /// Kyber768, 1,184 bytes; empty before a user's devices all have Kyber keys.
    pub kyber768: Octets,
}

/// The public per-user keys of one generation, as a link publishes them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserKeys {
    /// For other users.
    pub user: PublicPair,
    /// For email.
    pub email: PublicPair,
    /// For voicemail.
    pub voicemail: PublicPair,
}

impl UserKeys {
    /// The encoding of the keys; `None` where a key has a wrong width.
    #[must_use]
    pub fn encode(&self, rules: RuleSet) -> Option<Octets> {
        let fields = [
            ("user_x25519", &self.user.x25519),
            ("user_kyber768", &self.user.kyber768),
            ("user_email_x25519", &self.email.x25519),
            ("user_email_kyber768", &self.email.kyber768),
            ("user_voicemail_x25519", &self.voicemail.x25519),
            ("user_voicemail_kyber768", &self.voicemail.kyber768),
        ];
        wire::encode(&USER_KEYS, rules, &fields).ok()
    }

    /// The same keys without those of Kyber.
    #[must_use]
    pub fn classic(&self) -> Self {
        let pair = |pair: &PublicPair| PublicPair {
            x25519: pair.x25519.clone(),
            kyber768: Octets::default(),
        };
        Self { user: pair(&self.user), email: pair(&self.email), voicemail: pair(&self.voicemail) }
    }
}

/// What a seed gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PerUserKeys {
    /// What is published.
    pub public: UserKeys,
    /// The key that devices of the user share, 32 bytes.
    pub symmetric: Octets,
}

/// The keys of a seed of 32 bytes; `None` for another width.
#[must_use]
pub fn per_user_keys(rules: RuleSet, seed: &Octets) -> Option<PerUserKeys> {
    seed.secret_of(32)?;
    let email = subkey(rules, seed, Label::PerUserEmailSeed, 32)?;
    let voicemail = subkey(rules, seed, Label::PerUserVoicemailSeed, 32)?;
    let pair = |of: &Octets, x25519, kyber768| {
        let KemKeys { public, .. } = kem_keys(&subkey(rules, of, kyber768, 64)?)?;
        let x25519 = public_key(&subkey(rules, of, x25519, 32)?)?;
        Some(PublicPair { x25519, kyber768: public })
    };
    Some(PerUserKeys {
        public: UserKeys {
            user: pair(seed, Label::PerUserX25519, Label::PerUserKyber768)?,
            email: pair(&email, Label::PerUserEmailX25519, Label::PerUserEmailKyber768)?,
            voicemail: pair(
                &voicemail,
                Label::PerUserVoicemailX25519,
                Label::PerUserVoicemailKyber768,
            )?,
        },
        symmetric: subkey(rules, seed, Label::PerUserSymmetricKey, 32)?,
    })
}

/// One step of the derivation: HKDF-SHA-256 with an empty salt and the context string as info. Without
/// [`Rule::UserKeysByContext`] every use has the same key.
#[must_use]
pub fn subkey(rules: RuleSet, seed: &Octets, context: Label, width: usize) -> Option<Octets> {
    let named = rules.contains(Rule::UserKeysByContext);
    let info = if named { text(context.text()) } else { ByteSeq::new(0) };
    hkdf_sha256(&seed.secret(), &ByteSeq::new(0), &info, width).map(Octets::revealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fam_15_each_use_has_a_key_of_its_own() {
        let (all, seed) = (RuleSet::all(), Octets::from([5; 32]));
        let keys = per_user_keys(all, &seed).unwrap();
        let UserKeys { user, email, voicemail } = &keys.public;
        let distinct: std::collections::BTreeSet<_> = [user, email, voicemail]
            .into_iter()
            .flat_map(|it| [&it.x25519, &it.kyber768])
            .collect();
        assert_eq!(distinct.len(), 6);
        assert!(keys.public.encode(all).is_some());
        assert!(per_user_keys(all, &[5; 31].into()).is_none());

        let mutant = all.without(Rule::UserKeysByContext);
        let same = per_user_keys(mutant, &seed).unwrap().public;
        assert_eq!(same.email, same.voicemail);
    }
}
