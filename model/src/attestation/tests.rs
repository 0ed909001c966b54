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
    let served = Served { adn, email: "a@example.org", provider, cloud: "commercial" };
    verify(all, answers, 1_000, shown, served)
}

fn named() -> Say {
    let records = vec!["v=zoomadn us.zoom.idp.commercial=idp.example".to_owned()];
    Say { records, key_set: None }
}

/// Pieces of tokens and key sets: JSON that is nearly right.
fn json() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("\"https://idp.example\"".to_owned()),
        Just("\"RS256\"".to_owned()),
        Just("\"ES256\"".to_owned()),
        Just("\"k\"".to_owned()),
        Just("\"RSA\"".to_owned()),
        Just("\"EC\"".to_owned()),
        Just("\"AQAB\"".to_owned()),
        Just("\"P-256\"".to_owned()),
        Just("true".to_owned()),
        Just("null".to_owned()),
        Just("-1".to_owned()),
        Just("1e400".to_owned()),
        Just("18446744073709551616".to_owned()),
        Just("[{}]".to_owned()),
    ];
    let names = ["iss", "alg", "kid", "kty", "crv", "n", "e", "x", "y", "exp", "keys", "crit"];
    let member = (proptest::sample::select(names.to_vec()), value);
    proptest::collection::vec(member, 0..8).prop_map(|members| {
        let members: Vec<_> =
            members.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

proptest! {
    #[test]
    fn att_07_no_text_is_an_attestation_by_chance(text in "\\PC{0,200}", set in "\\PC{0,200}") {
        let answers = Say { key_set: Some(set), ..named() };
        prop_assert!(judged(&text, &answers).is_err());
    }

    #[test]
    fn att_07_what_is_nearly_a_token_is_none(
        header in json(),
        claims in json(),
        key in json(),
        signature in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let signature = part(&signature);
        let token = format!("{}.{}.{signature}", part(header.as_bytes()), part(claims.as_bytes()));
        let key_set = Some(format!("{{\"keys\":[{key}]}}"));
        let answers = Say { key_set, ..named() };
        prop_assert!(judged(&token, &answers).is_err());
    }
}
