//! Attestations of identity providers: whether a participant's address and domain may be displayed
//! (4.6, sec:idpattestations and subsec:idpattestationmeetings; readings ).
//!
//! A provider vouches, in a signed token, that whoever has an address has an identity key. The domain
//! of the account names the provider in its records, and so does the meeting server: neither can
//! choose one alone.

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::attestation::{is_signed, snapshot},
};
use serde_json::Value;

use crate::guard::require;

mod record;
#[cfg(test)]
mod tests;
mod token;

pub(crate) use record::is_domain;
pub use record::provider;
use token::Token;

/// What a client asks of others than the meeting server.
pub trait Answers {
    /// The text records of a domain, as the resolver gives them.
    fn records(&self, domain: &str) -> Vec<String>;

    /// The key set that a provider publishes, JSON; none where it cannot be had.
    fn key_set(&self, issuer: &str) -> Option<String>;
}

/// What a participant shows.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The attestation, a JWT in compact form.
    pub attestation: &'a str,
    /// The domain of the account.
    pub adn: &'a str,
    /// The holder's signature over both, 64 bytes.
    pub signature: &'a Octets,
    /// The identity verification key of its binding, 32 bytes.
    pub ivk: &'a Octets,
}

/// What the meeting server says of the same participant.
#[derive(Clone, Copy, Debug)]
pub struct Served<'a> {
    /// The domain of the account.
    pub adn: &'a str,
    /// The address.
    pub email: &'a str,
    /// The domain of the account's identity provider.
    pub provider: &'a str,
}

/// What may be displayed of a participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested {
    /// The address that the attestation has.
    pub email: String,
    /// The domain of the account.
    pub adn: String,
    /// The domain of the provider that says so.
    pub provider: String,
}

/// Whether a participant of this cloud is who it shows itself to be, `now_s` seconds after 1970.
///
/// # Errors
/// The rule that is broken first, in the order of the rules.
pub fn verify(
    rules: RuleSet,
    answers: &impl Answers,
    here: (&str, u64),
    shown: Shown<'_>,
    served: Served<'_>,
) -> Result<Attested, Rule> {
    vouched(rules, answers, here, shown, served, |attested| {
        let is_of_binding = attested.is_some() && attested == snapshot(rules, shown.ivk).as_deref();
        require(rules, Rule::SnapshotOfBinding, is_of_binding)
    })
}

/// The same with another notion of the snapshot: `fits` is given what the attestation has as one.
pub(crate) fn vouched(
    rules: RuleSet,
    answers: &impl Answers,
    (cloud, now_s): (&str, u64),
    shown: Shown<'_>,
    served: Served<'_>,
    fits: impl FnOnce(Option<&str>) -> Result<(), Rule>,
) -> Result<Attested, Rule> {
    let Shown { attestation, adn, signature, ivk } = shown;
    let check = |rule: Rule, holds: bool| require(rules, rule, holds);
    check(Rule::AttestationSigned, is_signed(rules, ivk, attestation, adn, signature))?;
    check(Rule::DomainAsServed, adn == served.adn && is_domain(adn))?;
    let token = Token::parse(attestation).ok_or(Rule::TokenVerifies)?;
    let issuer = token.text("iss").ok_or(Rule::ProviderOfRecord)?;
    let named = provider(&answers.records(adn), cloud);
    let domain = issuer.strip_prefix(SCHEME);
    check(Rule::ProviderOfRecord, domain.is_some() && domain == named.as_deref())?;
    check(Rule::ProviderAsServed, domain == Some(served.provider))?;
    let keys = answers.key_set(issuer);
    token.verify(rules, keys.as_deref())?;
    check(Rule::TokenUnexpired, token.seconds("exp").is_some_and(|expires| now_s < expires))?;
    let begins = |name| token.seconds(name).is_some_and(|begins| begins <= now_s);
    let begun = begins("iat") && (token.claim("nbf").is_none() || begins("nbf"));
    check(Rule::TokenIssued, begun)?;
    check(Rule::TokenForEverybody, token.claim("aud").is_none())?;
    let email = token.text("email").filter(|email| !email.is_empty());
    check(Rule::AddressAsServed, email == Some(served.email))?;
    fits(token.text("zoom-identity-snapshot"))?;
    Ok(Attested {
        email: email.unwrap_or_default().to_owned(),
        adn: adn.to_owned(),
        provider: domain.unwrap_or_default().to_owned(),
    })
}

const SCHEME: &str = "https://";

impl Token<'_> {
    fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.claim(name).and_then(Value::as_str)
    }

    /// Whole seconds since 1970, as far as every JSON library tells them.
    fn seconds(&self, name: &str) -> Option<u64> {
        self.claim(name).and_then(Value::as_u64).filter(|seconds| *seconds < 1 << 53)
    }
}
