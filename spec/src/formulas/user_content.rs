//! What a user's devices seal for themselves under a symmetric per-user key (4.6, subsubsec:puks;
//! reading R-147).
//!
//! It is the classic box, with the symmetric key of a generation in the place of the agreed secret.

use super::{
    Octets,
    pairing::{Draws, Incoming, Outgoing, Purpose, SealedBox},
    per_user_keys::subkey,
};
use crate::{
    labels::Label,
    layouts::per_user::{CONTENT, CONTENT_META},
    rule_set::RuleSet,
    rules::Rule,
    wire::{self, EncodeError, Malformed},
};

/// What is sealed under a symmetric per-user key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Content of the user's own.
    Content,
    /// What a device remembers of another user.
    Contact,
}

/// A seed of a user, with its generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held<'a> {
    /// The user.
    pub user_id: &'a str,
    /// The generation, from 1.
    pub generation: u32,
    /// The seed, 32 bytes.
    pub seed: &'a Octets,
}

/// What was sealed, with the generation of its key.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SealedContent {
    /// The generation.
    pub generation: u32,
    /// 24 bytes.
    pub nonce: Octets,
    /// The ciphertext with its tag.
    pub ciphertext: Octets,
}

impl SealedContent {
    /// As it is stored.
    ///
    /// # Errors
    /// A field has a wrong width.
    pub fn encode(&self, rules: RuleSet) -> Result<Octets, EncodeError> {
        let number = wire::u32_be(self.generation);
        let fields =
            [("generation", &number), ("nonce", &self.nonce), ("ciphertext", &self.ciphertext)];
        wire::encode(&CONTENT, rules, &fields)
    }

    /// What was stored.
    ///
    /// # Errors
    /// The bytes are no encoding of it.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Malformed> {
        let mut fields = wire::decode(&CONTENT, rules, bytes)?.into_iter().map(|(_, it)| it);
        // All fields are in the layout under every rule set.
        let mut next = || fields.next().unwrap_or_default();
        let generation = wire::read_u32(next().as_slice()).unwrap_or_default();
        Ok(Self { generation, nonce: next(), ciphertext: next() })
    }
}

/// Seals under the symmetric key of a seed. `None` where a width is wrong.
#[must_use]
pub fn seal(
    rules: RuleSet,
    held: &Held<'_>,
    of: Use,
    nonce: &Octets,
    plaintext: &Octets,
) -> Option<SealedContent> {
    let shared = symmetric(rules, held)?;
    let meta = meta(rules, held).ok()?;
    // A classic box draws no coins.
    let draws = Draws { nonce, coins: &Octets::default() };
    let outgoing = Outgoing::Classic { shared };
    let sealed = outgoing.seal(rules, &purpose(rules, of, &meta), &draws, plaintext)?;
    let SealedBox { nonce, ciphertext, .. } = sealed;
    Some(SealedContent { generation: held.generation, nonce, ciphertext })
}

/// Opens what was sealed under the symmetric key of a seed. `None` where it does not open.
#[must_use]
pub fn open(rules: RuleSet, held: &Held<'_>, of: Use, sealed: &SealedContent) -> Option<Octets> {
    let incoming = Incoming::Classic { shared: symmetric(rules, held)? };
    let meta = meta(rules, held).ok()?;
    let (nonce, ciphertext) = (sealed.nonce.clone(), sealed.ciphertext.clone());
    let sealed = SealedBox { nonce, kem: Octets::default(), ciphertext };
    let rules = rules.with_as(Rule::SealOpens, Rule::ContentOpens);
    incoming.open(rules, &purpose(rules, of, &meta), &sealed)
}

fn symmetric(rules: RuleSet, held: &Held<'_>) -> Option<Octets> {
    held.seed.secret_of(32)?;
    subkey(rules, held.seed, Label::PerUserSymmetricKey, 32)
}

fn meta(rules: RuleSet, held: &Held<'_>) -> Result<Octets, EncodeError> {
    let number = wire::u32_be(held.generation);
    let fields: [(&str, &[u8]); 2] =
        [("user_id", held.user_id.as_bytes()), ("generation", number.as_slice())];
    wire::encode_for_hash(&CONTENT_META, rules, &fields)
}

/// Without [`Rule::ContentNamesUse`] every use has the context strings of content.
const fn purpose<'a>(rules: RuleSet, of: Use, meta: &'a Octets) -> Purpose<'a> {
    let of = if rules.contains(Rule::ContentNamesUse) { of } else { Use::Content };
    let (context_kdf, context_cipher) = match of {
        Use::Content => (Label::ContentDerivation, Label::ContentCipher),
        Use::Contact => (Label::ContactDerivation, Label::ContactCipher),
    };
    Purpose { context_kdf, context_cipher, meta, liveness_nonce: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fam_46_to_48_content_is_bound_exactly_under_its_rules() {
        let seed = Octets::from([5; 32]);
        let held = Held { user_id: "alice", generation: 2, seed: &seed };
        let nonce = Octets::from([3; 24]);
        for (rule, other, of) in [
            (Rule::ContentNamesUser, Held { user_id: "bob", ..held }, Use::Content),
            (Rule::ContentNamesGeneration, Held { generation: 1, ..held }, Use::Content),
            (Rule::ContentNamesUse, held, Use::Contact),
        ] {
            let opens = |rules| {
                let sealed = seal(rules, &other, of, &nonce, &"text".into()).unwrap();
                open(rules, &held, Use::Content, &sealed).is_some()
            };
            assert!(!opens(RuleSet::all()), "{}", rule.id());
            assert!(opens(RuleSet::all().without(rule)), "{}", rule.id());
        }
    }

    #[test]
    fn fam_43_altered_content_opens_only_without_the_rule() {
        let (all, seed) = (RuleSet::all(), Octets::from([5; 32]));
        let held = Held { user_id: "alice", generation: 2, seed: &seed };
        let sealed = seal(all, &held, Use::Contact, &[3; 24].into(), &"text".into()).unwrap();
        let encoded = sealed.encode(all).unwrap();
        assert_eq!(SealedContent::decode(all, &encoded), Ok(sealed.clone()));
        assert_eq!(open(all, &held, Use::Contact, &sealed), Some("text".into()));
        let mut altered = sealed;
        let mut bytes = altered.ciphertext.into_vec();
        bytes[0] ^= 1;
        altered.ciphertext = bytes.into();
        assert_eq!(open(all, &held, Use::Contact, &altered), None);
        let mutant = all.without(Rule::ContentOpens);
        assert_eq!(open(mutant, &held, Use::Contact, &altered), Some("uext".into()));
    }
}
