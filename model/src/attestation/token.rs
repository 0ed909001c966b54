//! A token of an identity provider: a JWT in compact form, signed (RFC 7515, RFC 7519).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use conclave_spec::{Rule, RuleSet};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::{Map, Value};

use crate::json;

/// How long an RSA key is, in bits (RFC 7518, 3.3; the most is what libraries take).
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=4_096;
/// How long the greatest exponent of one is, in bytes.
const EXPONENT_BYTES: usize = 4;
/// How long a coordinate of P-256 is, in bytes (RFC 7518, 6.2.1.2).
const COORDINATE_BYTES: usize = 32;

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
        URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Self { signed, signature, algorithm, key_id, claims })
    }

    /// Whether it is signed with a key of this set.
    pub(super) fn verify(&self, rules: RuleSet, keys: Option<&str>) -> Result<(), Rule> {
        let not_verified = Rule::TokenVerifies;
        let key = keys.and_then(|keys| Key::named(keys, &self.key_id)).ok_or(not_verified)?;
        let public = Rule::TokenAlgorithmPublic;
        if rules.contains(public) && !key.fits(&self.algorithm) {
            return Err(public);
        }
        if rules.contains(not_verified) && self.verifies(&key) != Some(true) {
            return Err(not_verified);
        }
        Ok(())
    }

    fn verifies(&self, key: &Key) -> Option<bool> {
        let algorithm = self.algorithm.parse::<Algorithm>().ok()?;
        crypto::verify(self.signature, self.signed.as_bytes(), &key.decoded()?, algorithm).ok()
    }
}

/// A key of a set (RFC 7517). Of its members those count that say what it is.
struct Key(Map<String, Value>);

impl Key {
    /// The first key of a set with this identifier. What the others are is no matter.
    fn named(set: &str, key_id: &str) -> Option<Self> {
        let set = json::object(set.as_bytes())?;
        let mut keys = set.get("keys")?.as_array()?.iter().filter_map(Value::as_object);
        let key = keys.find(|key| key.get("kid").and_then(Value::as_str) == Some(key_id))?;
        Some(Self(key.clone()))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Whether an algorithm is one that attestations may have, and the key one for it.
    fn fits(&self, algorithm: &str) -> bool {
        match (algorithm, self.text("kty"), self.text("crv")) {
            ("RS256", Some("RSA"), _) => self.bits().is_none_or(|bits| RSA_BITS.contains(&bits)),
            ("ES256", Some("EC"), Some("P-256")) => true,
            _ => false,
        }
    }

    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(self.text(name)?).ok()
    }

    /// The bytes of an odd number, which begin with none that is zero.
    fn number(&self, name: &str) -> Option<Vec<u8>> {
        let bytes = self.bytes(name)?;
        let is_short = bytes.first().is_some_and(|first| *first != 0);
        let is_odd = bytes.last().is_some_and(|last| last % 2 == 1);
        (is_short && is_odd).then_some(bytes)
    }

    /// An exponent of RSA: odd, 3 or more.
    fn exponent(&self) -> Option<Vec<u8>> {
        self.number("e").filter(|bytes| bytes.len() <= EXPONENT_BYTES && *bytes != [1])
    }

    /// A coordinate of a point, as text.
    fn coordinate(&self, name: &str) -> Option<&str> {
        let bytes = self.bytes(name)?;
        if bytes.len() == COORDINATE_BYTES { self.text(name) } else { None }
    }

    /// How long the modulus is; none where it cannot be read.
    fn bits(&self) -> Option<usize> {
        let modulus = self.number("n")?;
        let unused = usize::try_from(modulus.first()?.leading_zeros()).ok()?;
        Some(modulus.len() * 8 - unused)
    }

    fn decoded(&self) -> Option<DecodingKey> {
        match self.text("kty")? {
            "RSA" => {
                let (modulus, exponent) = (self.number("n")?, self.exponent()?);
                Some(DecodingKey::from_rsa_raw_components(&modulus, &exponent))
            }
            "EC" => {
                let (x, y) = (self.coordinate("x")?, self.coordinate("y")?);
                DecodingKey::from_ec_components(x, y).ok()
            }
            // What is shared verifies nothing while rule ATT-08 is in force.
            "oct" => Some(DecodingKey::from_secret(&self.bytes("k")?)),
            _ => None,
        }
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    json::object(&URL_SAFE_NO_PAD.decode(part).ok()?)
}
