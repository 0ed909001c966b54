//! An identity provider of our own: what it publishes and what it signs.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, crypto, encode, jwk::Jwk};
use serde_json::{Map, Value, json};

/// The provider's domain.
pub(super) const DOMAIN: &str = "examplecorp.generic-idp.com";

/// A key of the provider, by its identifier in the key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// RSA, 2,048 bits.
    Rsa,
    /// P-256.
    Ec,
    /// A key that both sides share, published by mistake.
    Shared,
    /// RSA, of somebody else.
    Other,
    /// RSA, 1,024 bits.
    Short,
}

impl Key {
    const fn id(self) -> &'static str {
        match self {
            Self::Rsa => "2023-rsa",
            Self::Ec => "2023-ec",
            Self::Shared => "2019-shared",
            Self::Other => "2023-other",
            Self::Short => "2009-rsa",
        }
    }

    const fn algorithm(self) -> Algorithm {
        match self {
            Self::Rsa | Self::Other | Self::Short => Algorithm::RS256,
            Self::Ec => Algorithm::ES256,
            Self::Shared => Algorithm::HS256,
        }
    }

    fn signing(self) -> EncodingKey {
        match self {
            Self::Rsa => EncodingKey::from_rsa_der(include_bytes!("provider/rsa.der")),
            Self::Other => EncodingKey::from_rsa_der(include_bytes!("provider/other-rsa.der")),
            Self::Short => EncodingKey::from_rsa_der(include_bytes!("provider/short-rsa.der")),
            Self::Ec => EncodingKey::from_ec_der(include_bytes!("provider/ec.der")),
            Self::Shared => EncodingKey::from_secret(b"a key that both sides should share alone"),
        }
    }

    /// The key as it is published, under an identifier.
    fn published(self, id: &str) -> Value {
        let jwk = Jwk::from_encoding_key(&self.signing(), self.algorithm()).ok();
        let mut jwk = serde_json::to_value(jwk).unwrap_or_default();
        if let Value::Object(jwk) = &mut jwk {
            jwk.insert("kid".to_owned(), json!(id));
        }
        jwk
    }
}

/// A key set.
pub(super) fn key_set(keys: &[Key]) -> String {
    let keys: Vec<Value> = keys.iter().map(|key| key.published(key.id())).collect();
    json!({ "keys": keys }).to_string()
}

/// A key set of keys as they are.
pub(super) fn key_set_of(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// A key under the identifier of another.
pub(super) fn renamed(key: Key, instead_of: Key) -> Value {
    key.published(instead_of.id())
}

/// Claims about a user.
pub(super) type Claims = Map<String, Value>;

/// A token with these claims, signed with a key.
pub(super) fn token(claims: &Claims, key: Key) -> String {
    let header = Header { kid: Some(key.id().to_owned()), ..Header::new(key.algorithm()) };
    encode(&header, claims, &key.signing()).unwrap_or_default()
}

/// The same with any texts as header and claims, signed as the key signs.
pub(super) fn token_of(header: &str, claims: &str, key: Key) -> String {
    signed(header, claims, &key.signing(), key.algorithm())
}

/// A token under `HS256` whose secret is the RSA modulus that everybody reads.
pub(super) fn confused(claims: &Claims) -> String {
    let published = Key::Rsa.published(Key::Rsa.id());
    let modulus = published.get("n").and_then(Value::as_str).unwrap_or_default();
    let secret = EncodingKey::from_secret(&URL_SAFE_NO_PAD.decode(modulus).unwrap_or_default());
    let header = header(Key::Rsa, "alg", json!("HS256")).to_string();
    signed(&header, &written(claims), &secret, Algorithm::HS256)
}

/// Claims as text.
pub(super) fn written(claims: &Claims) -> String {
    Value::Object(claims.clone()).to_string()
}

fn signed(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = crypto::sign(signed.as_bytes(), key, algorithm);
    format!("{signed}.{}", signature.unwrap_or_default())
}

/// A key as its provider publishes it.
pub(super) fn published(key: Key) -> Value {
    key.published(key.id())
}

/// The point of the elliptic-curve key with the border of its coordinates moved by a byte.
pub(super) fn point_split_elsewhere() -> Value {
    let mut key = published(Key::Ec);
    let bytes = |key: &Value, name: &str| {
        let text = key.get(name).and_then(Value::as_str).unwrap_or_default();
        URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
    };
    let mut y = bytes(&key, "x");
    let x: Vec<u8> = y.drain(..y.len().min(31)).collect();
    y.extend(bytes(&key, "y"));
    if let Value::Object(key) = &mut key {
        key.insert("x".to_owned(), json!(URL_SAFE_NO_PAD.encode(x)));
        key.insert("y".to_owned(), json!(URL_SAFE_NO_PAD.encode(y)));
    }
    key
}

/// The RSA key with a zero byte before its modulus.
pub(super) fn modulus_with_zero() -> Value {
    let mut key = published(Key::Rsa);
    let text = key.get("n").and_then(Value::as_str).unwrap_or_default();
    let modulus = [vec![0], URL_SAFE_NO_PAD.decode(text).unwrap_or_default()].concat();
    if let Value::Object(key) = &mut key {
        key.insert("n".to_owned(), json!(URL_SAFE_NO_PAD.encode(modulus)));
    }
    key
}

/// The header of a token, with something else in it.
pub(super) fn header(key: Key, name: &str, value: Value) -> Value {
    let algorithm = format!("{:?}", key.algorithm());
    let mut header = json!({ "typ": "JWT", "alg": algorithm, "kid": key.id() });
    if let Value::Object(header) = &mut header {
        header.insert(name.to_owned(), value);
    }
    header
}
