//! A token of an identity provider: a JWT in compact form, signed (RFC 7515, RFC 7519).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use conclave_spec::{Rule, RuleSet};
use jsonwebtoken::{
    Algorithm, DecodingKey, crypto,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk},
};
use serde_json::{Map, Value};

/// A token, taken apart.
#[derive(Debug)]
pub(super) struct Token<'a> {
    /// What the signature is over: header and claims as they came.
    signed: &'a str,
    signature: &'a str,
    algorithm: String,
    key_id: String,
    pub(super) claims: Map<String, Value>,
}

impl<'a> Token<'a> {
    /// The token; none where the text is no signed JWT, its header has an extension that must be
    /// understood, or names no algorithm and no key.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header = object(header)?;
        let text = |name: &str| header.get(name).and_then(Value::as_str).map(str::to_owned);
        let (algorithm, key_id) = (text("alg")?, text("kid")?);
        let claims = object(claims).filter(|_| !header.contains_key("crit"))?;
        Some(Self { signed, signature, algorithm, key_id, claims })
    }

    /// Whether it is signed with a key of this set.
    pub(super) fn verify(&self, rules: RuleSet, keys: Option<&str>) -> Result<(), Rule> {
        let not_verified = Rule::TokenVerifies;
        let key = keys.and_then(|keys| named(keys, &self.key_id)).ok_or(not_verified)?;
        let algorithm = self.algorithm.parse::<Algorithm>().ok();
        if rules.contains(Rule::TokenAlgorithmPublic) && !algorithm.is_some_and(|it| fits(it, &key))
        {
            return Err(Rule::TokenAlgorithmPublic);
        }
        let verifies = || {
            let key = DecodingKey::from_jwk(&key).ok()?;
            crypto::verify(self.signature, self.signed.as_bytes(), &key, algorithm?).ok()
        };
        if rules.contains(not_verified) && verifies() != Some(true) {
            return Err(not_verified);
        }
        Ok(())
    }
}

/// The first key of a set with this identifier. What the others are is no matter.
fn named(set: &str, key_id: &str) -> Option<Jwk> {
    let set: Map<String, Value> = serde_json::from_str(set).ok()?;
    let mut keys = set.get("keys")?.as_array()?.iter();
    let key = keys.find(|key| key.get("kid").and_then(Value::as_str) == Some(key_id))?;
    serde_json::from_value(key.clone()).ok()
}

/// Whether an algorithm is one that attestations may have, and the key one of its kind.
fn fits(algorithm: Algorithm, key: &Jwk) -> bool {
    match &key.algorithm {
        AlgorithmParameters::RSA(_) => algorithm == Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(key) => {
            algorithm == Algorithm::ES256 && key.curve == EllipticCurve::P256
        }
        AlgorithmParameters::OctetKey(_) | AlgorithmParameters::OctetKeyPair(_) => false,
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&bytes).ok()
}
