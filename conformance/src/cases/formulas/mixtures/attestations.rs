//! Attestations of Alice, of a colleague of hers, and of a provider that somebody runs.

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        attestation::{sign_attestation, snapshot},
        sign::verifying_key,
    },
};
use serde_json::json;

use super::{
    super::{
        inputs,
        provider::{Claims, DOMAIN, Key, confused, header, key_set, token, token_of, written},
    },
    Client, Inputs, Scenario, Story,
};
use conclave_model::sigchain::build::bytes;

pub(super) const NAME: &str = "attestations";

const NOW_S: u64 = 1_700_000_000;
const DAY_S: u64 = 86_400;
const ADN: &str = "example.org";
const ALICE: &str = "alice@example.org";
const MALLORY: &str = "mallory@example.org";
/// A domain and a provider of Mallory's.
const ELSEWHERE: (&str, &str) = ("mallory.example", "idp.mallory.example");
/// A domain of Mallory's that names the organization's provider as its own.
const COPY: &str = "copy.example";
/// A second address of Alice's, whose attestation she never showed.
const SECOND: &str = "alice.smith@example.org";
/// The organization's provider in another cloud, which somebody else runs.
const OTHER_CLOUD: &str = "idp.gov.example";

/// Alice's device, one of hers that was stolen, and Mallory's.
const DEVICES: [&str; 3] = ["alice's device", "alice's stolen device", "mallory's device"];

fn seed(device: &str) -> Octets {
    Octets::new(bytes(device, 32))
}

fn ivk(device: &str) -> Octets {
    verifying_key(&seed(device)).unwrap_or_default()
}

/// What a provider says of whoever has an address and a device, from one second on to another.
fn claims(
    rules: RuleSet,
    provider: &str,
    email: &str,
    device: &str,
    from_s: u64,
    to_s: u64,
) -> Claims {
    let claims = json!({
        "iss": format!("https://{provider}"),
        "email": email,
        "zoom-identity-snapshot": snapshot(rules, &ivk(device)).unwrap_or_default(),
        "iat": from_s,
        "exp": to_s,
    });
    claims.as_object().cloned().unwrap_or_default()
}

/// The attestations there are, and those that Mallory makes.
struct Tokens {
    alice: String,
    /// Of a device that is not hers any more, of last month.
    stolen: String,
    mallory: String,
    /// That Mallory's own provider says it is Alice.
    elsewhere: String,
    /// Alice's, of her second address.
    second: String,
    made: Vec<(&'static str, String)>,
}

impl Tokens {
    fn of(rules: RuleSet) -> Self {
        let [alice, stolen, mallory] = DEVICES;
        let (from_s, to_s) = (NOW_S - 600, NOW_S + 2 * DAY_S);
        let of = |provider, email, device| claims(rules, provider, email, device, from_s, to_s);
        let as_alice = of(DOMAIN, ALICE, mallory);
        let month_s = NOW_S - 30 * DAY_S;
        let old = claims(rules, DOMAIN, ALICE, stolen, month_s, month_s + 2 * DAY_S);
        let later = claims(rules, DOMAIN, ALICE, stolen, NOW_S + DAY_S, NOW_S + 3 * DAY_S);
        let for_shop = {
            let mut claims = of(DOMAIN, ALICE, mallory);
            claims.insert("aud".to_owned(), json!("a shop that Alice signed in to"));
            claims
        };
        Self {
            alice: token(&of(DOMAIN, ALICE, alice), Key::Rsa),
            stolen: token(&old, Key::Rsa),
            mallory: token(&of(DOMAIN, MALLORY, mallory), Key::Rsa),
            elsewhere: token(&of(ELSEWHERE.1, ALICE, mallory), Key::Other),
            second: token(&of(DOMAIN, SECOND, alice), Key::Rsa),
            made: vec![
                ("Mallory as Alice: a token with a key of its own", {
                    let head = header(Key::Rsa, "typ", json!("JWT")).to_string();
                    token_of(&head, &written(&as_alice), Key::Other)
                }),
                ("Mallory as Alice: a token under the secret", token(&as_alice, Key::Shared)),
                ("Mallory as Alice: a token with the public key as secret", confused(&as_alice)),
                ("Mallory as Alice: a token for a shop of hers", token(&for_shop, Key::Rsa)),
                ("Mallory as Alice: a token of its own provider", {
                    token(&of(ELSEWHERE.1, ALICE, mallory), Key::Other)
                }),
                ("Mallory as Alice: a token of the other cloud's provider", {
                    token(&of(OTHER_CLOUD, ALICE, mallory), Key::Other)
                }),
                ("a token for a stolen device, for the days to come", token(&later, Key::Rsa)),
            ],
        }
    }
}

/// What stands for whether the resolver lies; no input of the formula.
const RESOLVER: &str = "resolver";

fn signed(rules: RuleSet, device: &str, attestation: &str, adn: &str) -> String {
    let signature = sign_attestation(rules, &seed(device), attestation, adn);
    hex::encode(signature.unwrap_or_default().as_slice())
}

/// What the server says, the domain's name apart.
fn served(adn: &str, email: &str, provider: &str) -> [(&'static str, Inputs); 3] {
    let one = |name: &str, value: &str| inputs(&[(name, value.to_owned())]);
    [
        ("the domain that the server gives", one("served_adn", adn)),
        ("the address that the server gives", one("served_email", email)),
        ("the provider that the server names", one("served_provider", provider)),
    ]
}

fn story(
    rules: RuleSet,
    (words, at_s): (&'static str, u64),
    device: &str,
    (attestation, adn): (&str, &str),
    (email, provider): (&str, &str),
) -> Story {
    let joined = inputs(&[("ivk", hex::encode(ivk(device).as_slice()))]);
    let shown = inputs(&[("attestation", attestation.to_owned())]);
    let domain = inputs(&[("adn", adn.to_owned())]);
    let signature = inputs(&[("signature", signed(rules, device, attestation, adn))]);
    let own = [
        ("the key that joined", joined),
        ("the attestation", shown),
        ("the domain", domain),
        ("the signature", signature),
    ];
    let client = inputs(&[("now_s", at_s.to_string()), ("cloud_name", "commercial".to_owned())]);
    let resolver = ("the resolver", inputs(&[(RESOLVER, "true".to_owned())]));
    let parts = own.into_iter().chain(served(adn, email, provider)).chain([resolver]);
    Story { words, client: Client::Told(client), parts: parts.collect() }
}

/// What the resolver has of a domain, and the keys that the provider in it publishes: nobody but whoever
/// runs them decides about these.
fn whole(parts: &Inputs) -> Inputs {
    let mut inputs = parts.clone();
    let lies = inputs.remove(RESOLVER).is_some_and(|it| it == "lies");
    let adn = parts.get("adn").map_or("", String::as_str);
    let entry = |cloud: &str, provider: &str| format!("us.zoom.idp.{cloud}={provider}");
    let (records, keys) = match adn {
        ADN if lies => {
            (format!("v=zoomadn {}", entry("commercial", ELSEWHERE.1)), key_set(&[Key::Other]))
        }
        COPY => {
            let keys = key_set(&[Key::Rsa, Key::Shared]);
            (format!("v=zoomadn {}", entry("commercial", DOMAIN)), keys)
        }
        ADN => {
            let words = [entry("gov", OTHER_CLOUD), entry("commercial", DOMAIN)];
            // A secret that was published by mistake, and a key set with Mallory's key nowhere in it.
            (format!("v=zoomadn {}", words.join(" ")), key_set(&[Key::Rsa, Key::Shared]))
        }
        _ if adn == ELSEWHERE.0 => {
            let mallory = key_set(&[Key::Other]);
            (format!("v=zoomadn {}", entry("commercial", ELSEWHERE.1)), mallory)
        }
        _ => (String::new(), String::new()),
    };
    // Where a client asks the provider that the server names, it is that one's keys that come.
    let named = parts.get("served_provider").map(String::as_str);
    let keys = if named == Some(ELSEWHERE.1) || named == Some(OTHER_CLOUD) {
        key_set(&[Key::Other])
    } else {
        keys
    };
    inputs.insert("records".to_owned(), records);
    inputs.insert("key_set".to_owned(), keys);
    inputs
}

pub(super) fn scenario(rules: RuleSet) -> Scenario {
    let tokens = Tokens::of(rules);
    let [alice, stolen, mallory] = DEVICES;
    let in_org = |email: &'static str| (email, DOMAIN);
    let month_s = NOW_S - 30 * DAY_S + 600;
    let stories = vec![
        story(rules, ("Alice joins", NOW_S), alice, (&tokens.alice, ADN), in_org(ALICE)),
        story(
            rules,
            ("Alice joined last month, with a device that was stolen since", month_s),
            stolen,
            (&tokens.stolen, ADN),
            in_org(ALICE),
        ),
        story(
            rules,
            ("Mallory, a colleague, joins", NOW_S),
            mallory,
            (&tokens.mallory, ADN),
            in_org(MALLORY),
        ),
        story(
            rules,
            ("Mallory joins in a domain of its own, as what it likes", NOW_S),
            mallory,
            (&tokens.elsewhere, ELSEWHERE.0),
            (ALICE, ELSEWHERE.1),
        ),
    ];
    let mut stories = stories;
    for (words, token) in &tokens.made {
        let device = if words.contains("stolen") { stolen } else { mallory };
        let told = story(rules, (words, NOW_S), device, (token, ADN), in_org(ALICE));
        stories.push(Story { client: Client::None, ..told });
    }
    let shown = [&tokens.alice, &tokens.stolen, &tokens.mallory, &tokens.elsewhere];
    let made = tokens.made.iter().map(|(_, token)| token);
    let mut strange: Vec<_> = tokens
        .made
        .iter()
        .map(|(words, token)| (*words, token))
        .chain([("Alice's, of a second address, which she never showed", &tokens.second)])
        .map(|(words, token)| {
            ("the attestation", words.to_owned(), inputs(&[("attestation", token.clone())]))
        })
        .collect();
    for attestation in shown.into_iter().chain(made) {
        for adn in [ADN, ELSEWHERE.0] {
            // Who has a device's key signs with it whatever it likes.
            for device in [mallory, stolen] {
                let part = inputs(&[("signature", signed(rules, device, attestation, adn))]);
                strange.push(("the signature", format!("with {device}, over what is shown"), part));
            }
        }
    }
    let one = |name: &str, value: &str| inputs(&[(name, value.to_owned())]);
    strange.extend([
        ("the resolver", "one that names Mallory's provider".to_owned(), one(RESOLVER, "lies")),
        ("the domain", "one that names the same provider".to_owned(), one("adn", COPY)),
        ("the domain that the server gives", "that one".to_owned(), one("served_adn", COPY)),
        ("the address that the server gives", "the second".to_owned(), one("served_email", SECOND)),
    ]);
    strange.push(("the provider that the server names", "the other cloud's".to_owned(), {
        inputs(&[("served_provider", OTHER_CLOUD.to_owned())])
    }));
    let about = "attestations of Alice, of a colleague, of a device that was stolen, and of a provider that \
        somebody runs; text records and key sets are those of whoever has the domain";
    let mut scenario = Scenario::new((NAME, about), "attestation", stories, strange);
    scenario.whole = whole;
    scenario.said = &[Rule::AttestationSigNamesToken, Rule::AttestationSigNamesDomain];
    let key = |device: &str| hex::encode(ivk(device).as_slice());
    // What resolver and server agree to lie about is displayed, as the paper admits.
    let conspired = |inputs: &Inputs| {
        let input = |name: &str| inputs.get(name).map_or("", String::as_str);
        let provider = input("served_provider");
        input("adn") == ADN && provider == ELSEWHERE.1 && input("records").ends_with(provider)
    };
    let (of_alice, of_stolen, of_mallory) = (key(alice), key(stolen), key(mallory));
    let (stolen_key, alice_key) = (of_stolen.clone(), of_alice.clone());
    scenario
        .with_goal(
            (
                "AT-HOLDER",
                "Who is displayed with an address in a domain is who has that address there.",
                "4.6, sec:idpattestations",
            ),
            move |inputs, outputs| {
                let (Some(ivk), Some(email)) = (inputs.get("ivk"), outputs.get("email")) else {
                    return false;
                };
                match outputs.get("adn").map(String::as_str) {
                    _ if conspired(inputs) => true,
                    // What the provider of its own domain says is Mallory's own affair.
                    Some(adn) if adn == ELSEWHERE.0 => *ivk == of_mallory,
                    _ if *ivk == of_mallory => email == MALLORY,
                    _ if *ivk == of_alice => email == ALICE || email == SECOND,
                    _ => *ivk == of_stolen && email == ALICE,
                }
            },
        )
        .with_goal(
            (
                "AT-CHOSEN",
                "Of Alice that is displayed which she chose to show: this address, in this domain.",
                "4.6, subsec:idpattestationmeetings",
            ),
            move |inputs, outputs| {
                let chosen = |name: &str, value: &str| outputs.get(name).is_some_and(|it| it == value);
                inputs.get("ivk") != Some(&alice_key) || (chosen("email", ALICE) && chosen("adn", ADN))
            },
        )
        .with_goal(
            (
                "AT-DOMAIN",
                "The provider displayed is the one that whoever has the domain names for this cloud.",
                "4.6, subsec:idpattestationmeetings",
            ),
            move |inputs, outputs| {
                let provider = outputs.get("provider").map(String::as_str);
                match outputs.get("adn").map(String::as_str) {
                    Some(ADN) => provider == Some(DOMAIN) || conspired(inputs),
                    Some(adn) => adn == ELSEWHERE.0 && provider == Some(ELSEWHERE.1),
                    None => false,
                }
            },
        )
        .with_goal(
            (
                "AT-TIME",
                "A device that was stolen is displayed in the days of its attestation alone.",
                "4.6, sec:idpattestations",
            ),
            move |inputs, _| {
                let now_s = inputs.get("now_s").and_then(|it| it.parse::<u64>().ok());
                inputs.get("ivk") != Some(&stolen_key) || now_s.is_some_and(|it| it < NOW_S)
            },
        )
        .with_goal(
            (
                "AT-SERVED",
                "Nothing is displayed that the server does not say too.",
                "4.6, subsec:idpattestationmeetings",
            ),
            |inputs, outputs| {
                let same = |shown: &str, served: &str| outputs.get(shown) == inputs.get(served);
                same("adn", "served_adn")
                    && same("email", "served_email")
                    && same("provider", "served_provider")
            },
        )
}
