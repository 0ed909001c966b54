//! What is signed and computed beside an attestation (4.6, subsec:idpattestationmeetings; readings
//!

use super::{Octets, sign};
use crate::{
    labels::Label,
    layouts::attestation::{ATTESTATION_SIGNED, SHARING, SNAPSHOT},
    primitives::hash::hmac_sha256,
    rule_set::RuleSet,
    rules::Rule,
    wire,
};

/// How long a sharing token serves, in seconds.
pub const SHARING_S: u64 = 24 * 60 * 60;

/// The snapshot of an identity verification key of 32 bytes, as an attestation has it: lowercase
/// hexadecimal.
#[must_use]
pub fn snapshot(rules: RuleSet, ivk: &Octets) -> Option<String> {
    let bytes = wire::encode(&SNAPSHOT, rules, &[("ivk", ivk)]).ok()?;
    Some(bytes.as_slice().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The signature of its holder over an attestation and the domain of the account. `None` unless the
/// seed has 32 bytes and both texts fit the layout.
#[must_use]
pub fn sign_attestation(
    rules: RuleSet,
    seed: &Octets,
    attestation: &str,
    adn: &str,
) -> Option<Octets> {
    sign::sign(rules, seed, Label::Attestation, &signed(rules, attestation, adn)?)
}

/// Whether the holder of an identity verification key signed this attestation and this domain.
#[must_use]
pub fn is_signed(
    rules: RuleSet,
    ivk: &Octets,
    attestation: &str,
    adn: &str,
    signature: &Octets,
) -> bool {
    signed(rules, attestation, adn)
        .is_some_and(|signed| sign::verify(rules, ivk, Label::Attestation, &signed, signature))
}

fn signed(rules: RuleSet, attestation: &str, adn: &str) -> Option<Octets> {
    let fields = [("attestation", attestation.as_bytes()), ("adn", adn.as_bytes())];
    wire::encode_for_hash(&ATTESTATION_SIGNED, rules, &fields).ok()
}

/// A sharing token, 32 bytes: HMAC-SHA-256 under the key of 32 bytes that the server drew for a device in a
/// meeting. The time is in seconds since 1970.
#[must_use]
pub fn sharing_token(
    rules: RuleSet,
    key: &Octets,
    with_email: bool,
    issued_s: u64,
) -> Option<Octets> {
    let key = key.secret_of(32)?;
    let (with_email, issued) = (wire::u32_be(u32::from(with_email)), wire::u64_be(issued_s));
    let fields = [("with_email", &with_email), ("issued_s", &issued)];
    let metadata = wire::encode_for_hash(&SHARING, rules, &fields).ok()?;
    hmac_sha256(&key, &metadata.secret()).map(Octets::revealed)
}

/// Whether an attestation is handed out for a sharing token, `now_s` seconds after 1970.
///
/// # Errors
/// The rule that it breaks: [`Rule::SharingTokenVerifies`] or [`Rule::SharingTokenLives`].
pub fn redeem(
    rules: RuleSet,
    key: &Octets,
    (with_email, issued_s): (bool, u64),
    token: &Octets,
    now_s: u64,
) -> Result<(), Rule> {
    let verifies = sharing_token(rules, key, with_email, issued_s).as_ref() == Some(token);
    if rules.contains(Rule::SharingTokenVerifies) && !verifies {
        return Err(Rule::SharingTokenVerifies);
    }
    let lives = now_s.checked_sub(issued_s).is_some_and(|age| age < SHARING_S);
    if rules.contains(Rule::SharingTokenLives) && !lives {
        return Err(Rule::SharingTokenLives);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "head.claims.signature";

    #[test]
    fn att_02_and_03_the_holder_signs_attestation_and_domain() {
        let all = RuleSet::all();
        let seed = Octets::from([7; 32]);
        let ivk = sign::verifying_key(&seed).unwrap();
        let signature = sign_attestation(all, &seed, TOKEN, "example.org").unwrap();
        assert!(is_signed(all, &ivk, TOKEN, "example.org", &signature));
        assert!(!is_signed(all, &ivk, "another", "example.org", &signature));
        assert!(!is_signed(all, &ivk, TOKEN, "example.com", &signature));
        let loose = all.without(Rule::AttestationSigNamesDomain);
        let signature = sign_attestation(loose, &seed, TOKEN, "example.org").unwrap();
        assert!(is_signed(loose, &ivk, TOKEN, "example.com", &signature));
        assert_eq!(sign_attestation(all, &seed, "", "example.org"), None);
    }

    #[test]
    fn att_14_to_17_a_sharing_token_serves_for_a_day_and_what_it_was_made_for() {
        let all = RuleSet::all();
        let (key, made) = (Octets::from([9; 32]), 1_000);
        let token = sharing_token(all, &key, false, made).unwrap();
        let at = |rules, made, now| redeem(rules, &key, made, &token, now);
        assert_eq!(at(all, (false, made), made), Ok(()));
        assert_eq!(at(all, (false, made), made + SHARING_S - 1), Ok(()));
        let late = Err(Rule::SharingTokenLives);
        assert_eq!(at(all, (false, made), made + SHARING_S), late);
        assert_eq!(at(all, (false, made), made - 1), late);
        let other = Err(Rule::SharingTokenVerifies);
        assert_eq!(at(all, (true, made), made), other);
        assert_eq!(at(all, (false, made + 1), made + 1), other);
        let loose = all.without(Rule::SharingNamesTime);
        let token = sharing_token(loose, &key, false, made).unwrap();
        assert_eq!(redeem(loose, &key, (false, made + 9), &token, made + 9), Ok(()));
    }
}
