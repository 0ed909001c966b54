//! What nobody vouches for is displayed by nobody, whatever comes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{attestation::sign_attestation, sign::verifying_key},
};
use proptest::prelude::*;

use super::{Answers, Served, Shown, verify};

struct Say {
    records: Vec<String>,
    key_set: Option<String>,
}

impl Answers for Say {
    fn records(&self, _: &str) -> Vec<String> {
        self.records.clone()
    }

    fn key_set(&self, _: &str) -> Option<String> {
        self.key_set.clone()
    }
}

/// Signed by its holder, so that the token itself is looked at.
fn judged(attestation: &str, answers: &Say) -> Result<super::Attested, Rule> {
    let seed = Octets::from([5; 32]);
    let (all, ivk) = (RuleSet::all(), verifying_key(&seed).unwrap());
    let adn = "example.org";
    let signature = sign_attestation(all, &seed, attestation, adn).unwrap_or_default();
    let shown = Shown { attestation, adn, signature: &signature, ivk: &ivk };
    let provider = "idp.example";
    let served = Served { adn, email: "a@example.org", provider };
    verify(all, answers, ("commercial", 1_000), shown, served)
}

fn named() -> Say {
    let records = vec!["v=zoomadn us.zoom.idp.commercial=idp.example".to_owned()];
    Say { records, key_set: None }
}

/// Values that a member may have instead of the right one.
fn odd() -> impl Strategy<Value = String> {
    let odd = [
        "\"\"",
        "\"AQAB\"",
        "\"AAAA\"",
        "\"AQ\"",
        "\"=\"",
        "true",
        "null",
        "-1",
        "1e400",
        "18446744073709551616",
        "[{}]",
        "{}",
    ];
    proptest::sample::select(odd.map(str::to_owned).to_vec())
}

/// A member with the right value, or an odd one; or a number of so many bytes.
fn member(name: &'static str, right: &'static str) -> impl Strategy<Value = String> {
    let number = proptest::collection::vec(any::<u8>(), 0..600);
    let number = number.prop_map(|bytes| format!("\"{}\"", URL_SAFE_NO_PAD.encode(bytes)));
    prop_oneof![4 => Just(right.to_owned()), 1 => odd(), 2 => number]
        .prop_map(move |value| format!("\"{name}\":{value}"))
}

/// A key that the token names, right in most of its members.
fn key() -> impl Strategy<Value = String> {
    let kind = proptest::sample::select(vec!["RSA", "EC", "oct", "OKP"]);
    let point = "\"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY\"";
    let members = (
        member("n", "\"AQAB\""),
        member("e", "\"AQAB\""),
        member("crv", "\"P-256\""),
        member("x", point),
        member("y", point),
    );
    (kind, members).prop_map(|(kind, (n, e, crv, x, y))| {
        format!("{{\"kid\":\"k\",\"kty\":\"{kind}\",{n},{e},{crv},{x},{y}}}")
    })
}

fn token(header: &str, claims: &str, signature: &[u8]) -> String {
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    format!("{}.{}.{}", part(header.as_bytes()), part(claims.as_bytes()), part(signature))
}

proptest! {
    #[test]
    fn att_07_no_text_is_an_attestation_by_chance(text in "\\PC{0,200}", set in "\\PC{0,200}") {
        let answers = Say { key_set: Some(set), ..named() };
        prop_assert!(judged(&text, &answers).is_err());
    }

    /// Whatever the key: it is looked at, and verifies nothing.
    #[test]
    fn att_07_and_08_no_key_verifies_what_it_did_not_sign(
        algorithm in proptest::sample::select(vec!["RS256", "ES256", "HS256", "none", "EdDSA"]),
        key in key(),
        signature in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let header = format!("{{\"alg\":\"{algorithm}\",\"kid\":\"k\"}}");
        let token = token(&header, "{\"iss\":\"https://idp.example\"}", &signature);
        let answers = Say { key_set: Some(format!("{{\"keys\":[{key}]}}")), ..named() };
        let refused = judged(&token, &answers).unwrap_err();
        prop_assert!([Rule::TokenVerifies, Rule::TokenAlgorithmPublic].contains(&refused));
    }
}

#[test]
fn att_07_a_member_given_twice_is_none() {
    let claims = "{\"iss\":\"https://idp.example\"}";
    let twice = "{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"k\"}";
    assert!(super::token::Token::parse(&token(twice, claims, &[])).is_none());
    let deep = "{\"alg\":\"RS256\",\"kid\":\"k\",\"x\":[{\"y\":1,\"y\":1}]}";
    assert!(super::token::Token::parse(&token(deep, claims, &[])).is_none());
    let once = "{\"alg\":\"RS256\",\"kid\":\"k\",\"x\":[{\"y\":1}]}";
    assert!(super::token::Token::parse(&token(once, claims, &[])).is_some());
}

#[test]
fn att_05_an_issuer_is_https_and_the_domain_and_nothing_else() {
    for issuer in ["https://https://idp.example", "https://idp.example/", "http://idp.example"] {
        let token =
            token("{\"alg\":\"RS256\",\"kid\":\"k\"}", &format!("{{\"iss\":\"{issuer}\"}}"), &[]);
        assert_eq!(judged(&token, &named()), Err(Rule::ProviderOfRecord), "{issuer}");
    }
}
