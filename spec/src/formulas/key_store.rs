//! Secret keys at rest: CtE1 with HMAC-SHA-256 and ChaCha20-Poly1305 (4.6, subsec:lks; readings R-97
//! and R-120).
//!
//! The server keeps the wrapping key, the device what is stored. Whoever makes the stored bytes could
//! make them open to two secrets under two wrapping keys, were it not for the commitment.

use hacspec_lib::ByteSeq;

use super::Octets;
use crate::{
    labels::Label,
    layouts::stored::{STORED_DATA, STORED_KEY, STORED_PLAINTEXT, STORED_SECRET},
    primitives::{chacha20_poly1305, hash::hmac_sha256},
    rule_set::RuleSet,
    rules::Rule,
    wire,
};

/// Why a stored key is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotLoaded {
    /// What is stored is no encoding of a stored key.
    Malformed,
    /// The wrapping key has not 32 bytes.
    Width,
    /// A rule refuses it.
    By(Rule),
}

/// `CtE1-Enc` of a secret key. Wrapping key and opening have 32 bytes each, both drawn for this key
/// alone; the secret has at most 4,096.
#[must_use]
pub fn store(
    rules: RuleSet,
    wrapping_key: &Octets,
    context: Label,
    opening: &Octets,
    secret: &Octets,
) -> Option<Octets> {
    opening.secret_of(32)?;
    let commitment = commit(rules, context, opening, secret)?;
    store_with(rules, wrapping_key, context, &commitment, (opening, secret))
}

/// The same with any commitment: what a forger of stored keys makes.
#[must_use]
pub fn store_with(
    rules: RuleSet,
    wrapping_key: &Octets,
    context: Label,
    commitment: &Octets,
    (opening, secret): (&Octets, &Octets),
) -> Option<Octets> {
    let fields = [("opening", opening), ("secret", secret)];
    let plaintext = wire::encode(&STORED_PLAINTEXT, rules, &fields).ok()?;
    let data = data(rules, context, commitment)?;
    let key = wrapping_key.secret_of(32)?;
    let sealed = chacha20_poly1305::seal(&key, &nonce(), &data.secret(), &plaintext.secret())?;
    let ciphertext = Octets::revealed(sealed);
    let fields = [("commitment", commitment), ("ciphertext", &ciphertext)];
    wire::encode(&STORED_KEY, rules, &fields).ok()
}

/// `CtE1-Dec`: the secret key that was stored.
///
/// # Errors
/// The wrapping key is not the one, what is stored was altered, or it does not commit to the secret.
pub fn load(
    rules: RuleSet,
    wrapping_key: &Octets,
    context: Label,
    stored: &Octets,
) -> Result<Octets, NotLoaded> {
    let key = wrapping_key.secret_of(32).ok_or(NotLoaded::Width)?;
    let fields = wire::decode(&STORED_KEY, rules, stored).map_err(|_| NotLoaded::Malformed)?;
    let [(_, commitment), (_, ciphertext)] = fields.as_slice() else {
        return Err(NotLoaded::Malformed);
    };
    let data = data(rules, context, commitment).ok_or(NotLoaded::Malformed)?;
    let refused = NotLoaded::By(Rule::StoredKeyOpens);
    let plaintext = if rules.contains(Rule::StoredKeyOpens) {
        chacha20_poly1305::open(&key, &nonce(), &data.secret(), &ciphertext.secret())
    } else {
        chacha20_poly1305::open_unchecked(&key, &nonce(), &ciphertext.secret())
    };
    let plaintext = Octets::revealed(plaintext.ok_or(refused)?);
    let fields = wire::decode(&STORED_PLAINTEXT, rules, &plaintext).map_err(|_| refused)?;
    let [(_, opening), (_, secret)] = fields.as_slice() else { return Err(refused) };
    let committed = commit(rules, context, opening, secret).as_ref() == Some(commitment);
    if rules.contains(Rule::StoredKeyCommits) && !committed {
        return Err(NotLoaded::By(Rule::StoredKeyCommits));
    }
    Ok(secret.clone())
}

/// The commitment to a secret, 32 bytes.
#[must_use]
pub fn commit(rules: RuleSet, context: Label, opening: &Octets, secret: &Octets) -> Option<Octets> {
    let fields: [(&str, &[u8]); 2] =
        [("context", context.text().as_bytes()), ("secret", secret.as_slice())];
    let committed = wire::encode_for_hash(&STORED_SECRET, rules, &fields).ok()?;
    hmac_sha256(&opening.secret(), &committed.secret()).map(Octets::revealed)
}

fn data(rules: RuleSet, context: Label, commitment: &Octets) -> Option<Octets> {
    let fields: [(&str, &[u8]); 2] =
        [("context", context.text().as_bytes()), ("commitment", commitment.as_slice())];
    wire::encode_for_hash(&STORED_DATA, rules, &fields).ok()
}

/// A wrapping key serves once, so its nonce is zero.
fn nonce() -> ByteSeq {
    ByteSeq::new(12)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: Label = Label::SecretStore;

    #[test]
    fn dev_21_to_23_a_stored_key_opens_only_as_it_was_stored() {
        let all = RuleSet::all();
        let (key, opening, secret) =
            (Octets::from([1; 32]), Octets::from([2; 32]), Octets::from("a secret"));
        let stored = store(all, &key, CONTEXT, &opening, &secret).unwrap();
        assert_eq!(load(all, &key, CONTEXT, &stored), Ok(secret.clone()));
        let not_opened = Err(NotLoaded::By(Rule::StoredKeyOpens));
        assert_eq!(load(all, &[3; 32].into(), CONTEXT, &stored), not_opened);
        assert_eq!(load(all, &key, Label::StreamKey, &stored), not_opened);
        let without = all.without(Rule::StoreNamesContext);
        let unnamed = store(without, &key, CONTEXT, &opening, &secret).unwrap();
        assert_eq!(load(without, &key, Label::StreamKey, &unnamed), Ok(secret.clone()));

        let other = commit(all, CONTEXT, &opening, &"another".into()).unwrap();
        let planted = store_with(all, &key, CONTEXT, &other, (&opening, &secret)).unwrap();
        let uncommitted = Err(NotLoaded::By(Rule::StoredKeyCommits));
        assert_eq!(load(all, &key, CONTEXT, &planted), uncommitted);
        let mutant = all.without(Rule::StoredKeyCommits);
        assert_eq!(load(mutant, &key, CONTEXT, &planted), Ok(secret));
        assert_eq!(load(all, &[1; 31].into(), CONTEXT, &stored), Err(NotLoaded::Width));
        assert_eq!(load(all, &key, CONTEXT, &"x".into()), Err(NotLoaded::Malformed));
    }
}
