//! Cases of attestations, and of the tokens that share them.

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        attestation::{SHARING_S, sharing_token, sign_attestation, snapshot},
        sign::verifying_key,
    },
};
use serde_json::{Value, json};

use super::{
    Cases, FormulaDraft, Inputs, hexed, inputs,
    provider::{
        Claims, DOMAIN, Key, confused, header, key_set, key_set_of, modulus_with_zero,
        point_split_elsewhere, published, renamed, token, token_of, written,
    },
    text,
};
use conclave_model::sigchain::build::bytes;

const ADN: &str = "example.org";
const EMAIL: &str = "alice@example.org";
/// When everything is looked at, in seconds since 1970.
const NOW_S: u64 = 1_700_000_000;
const COMMON: &str = "attestation";

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "attestation", "attestation");
    let scene = Scene { world };
    holder(&scene, &mut cases);
    domain(&scene, &mut cases);
    tokens(&scene, &mut cases);
    claims(&scene, &mut cases);
    headers(&scene, &mut cases);
    sharing(world, &mut cases);
}

/// Alice, who joined with her identity key, and her provider.
struct Scene {
    world: RuleSet,
}

impl Scene {
    fn seed() -> Octets {
        Octets::new(bytes("alice's seed", 32))
    }

    fn ivk() -> Octets {
        verifying_key(&Self::seed()).unwrap_or_default()
    }

    fn claims(&self) -> Claims {
        let snapshot = snapshot(self.world, &Self::ivk()).unwrap_or_default();
        let claims = json!({
            "iss": format!("https://{DOMAIN}"),
            "email": EMAIL,
            "zoom-identity-snapshot": snapshot,
            "iat": NOW_S - 600,
            "exp": NOW_S + 48 * 3600,
        });
        claims.as_object().cloned().unwrap_or_default()
    }

    /// The claims with one of them another, or none.
    fn claiming(&self, name: &str, value: Option<Value>) -> Claims {
        let mut claims = self.claims();
        match value {
            Some(value) => claims.insert(name.to_owned(), value),
            None => claims.remove(name),
        };
        claims
    }

    fn attestation(&self) -> String {
        token(&self.claims(), Key::Rsa)
    }

    fn signature(&self, attestation: &str, adn: &str) -> String {
        let signature = sign_attestation(self.world, &Self::seed(), attestation, adn);
        hex::encode(signature.unwrap_or_default().as_slice())
    }

    /// What a client is given with this attestation, signed by Alice.
    fn with(&self, attestation: &str) -> Inputs {
        inputs(&[
            ("now_s", NOW_S.to_string()),
            ("attestation", text(attestation)),
            ("adn", text(ADN)),
            ("signature", self.signature(attestation, ADN)),
            ("ivk", hex::encode(Self::ivk().as_slice())),
            ("cloud_name", text("commercial")),
            ("served_adn", text(ADN)),
            ("served_email", text(EMAIL)),
            ("served_provider", text(DOMAIN)),
            ("records", record("commercial", DOMAIN)),
            ("key_set", key_set(&[Key::Rsa, Key::Ec, Key::Shared])),
        ])
    }

    fn good(&self) -> Inputs {
        self.with(&self.attestation())
    }

    /// The same with one input another.
    fn but(&self, name: &str, value: String) -> Inputs {
        let mut inputs = self.good();
        inputs.insert(name.to_owned(), value);
        inputs
    }
}

fn record(cloud: &str, provider: &str) -> String {
    format!("v=zoomadn us.zoom.idp.{cloud}={provider}")
}

fn holder(scene: &Scene, cases: &mut Cases<'_>) {
    cases.formula = "attestation_signed";
    let signing = inputs(&[
        ("seed", hex::encode(Scene::seed().as_slice())),
        ("attestation", scene.attestation()),
        ("adn", text(ADN)),
    ]);
    let title = "What the holder of an attestation signs";
    let fields = [Rule::AttestationSigNamesToken, Rule::AttestationSigNamesDomain];
    cases.taken("attestation-signed", title, signing, &fields);
    cases.formula = "attestation";
    cases.taken(COMMON, "An attestation, and all that vouches for it", scene.good(), &[]);

    let signed = Rule::AttestationSigned;
    let other = Octets::new(bytes("bob's seed", 32));
    let attestation = scene.attestation();
    let by_other = sign_attestation(scene.world, &other, &attestation, ADN).unwrap_or_default();
    let which = ("attestation-signed-by-another", "who signed it");
    let inputs = scene.but("signature", hex::encode(by_other.as_slice()));
    cases.pair(signed, COMMON, which, inputs, signed);
    let elsewhere = token(&scene.claiming("exp", Some(json!(NOW_S + 1))), Key::Rsa);
    let which = ("attestation-not-the-signed-one", "the attestation that was signed");
    let inputs = scene.but("signature", scene.signature(&elsewhere, ADN));
    cases.pair(Rule::AttestationSigNamesToken, COMMON, which, inputs, signed);
    let which = ("attestation-of-another-domain", "the domain that was signed");
    let inputs = scene.but("signature", scene.signature(&attestation, "example.com"));
    cases.pair(Rule::AttestationSigNamesDomain, COMMON, which, inputs, signed);
    let mut cut = scene.signature(&attestation, ADN);
    cut.truncate(126);
    let title = "A signature of 63 bytes is refused";
    cases.refused("attestation-signature-cut", title, scene.but("signature", cut), signed);
}

fn domain(scene: &Scene, cases: &mut Cases<'_>) {
    let which = ("attestation-domain-not-served", "the domain that the server gives");
    let inputs = scene.but("served_adn", text("example.com"));
    cases.pair(Rule::DomainAsServed, COMMON, which, inputs, Rule::DomainAsServed);
    let of_record = Rule::ProviderOfRecord;
    let which = ("attestation-not-of-record", "the provider in the record");
    let inputs = scene.but("records", record("commercial", "other.generic-idp.com"));
    cases.pair(of_record, COMMON, which, inputs, of_record);
    let as_served = Rule::ProviderAsServed;
    let which = ("attestation-provider-not-served", "the provider that the server names");
    let inputs = scene.but("served_provider", text("other.generic-idp.com"));
    cases.pair(as_served, COMMON, which, inputs, as_served);
    let ours = record("commercial", DOMAIN);
    let at_path = format!("{DOMAIN}/x");
    let of_path = scene.claiming("iss", Some(json!(format!("https://{at_path}"))));
    let mut inputs = scene.with(&token(&of_path, Key::Rsa));
    inputs.insert(text("served_provider"), at_path.clone());
    inputs.insert(text("records"), record("commercial", &at_path));
    let title = "A provider that is no domain name is none, whoever names it";
    cases.refused("attestation-provider-no-domain", title, inputs, of_record);
    let name = "example.org evil.example";
    let mut inputs = scene.but("adn", text(name));
    inputs.insert(text("served_adn"), text(name));
    inputs.insert(text("signature"), scene.signature(&scene.attestation(), name));
    let title = "An ADN that is no domain name is none, whoever signs and serves it";
    cases.refused("attestation-adn-no-domain", title, inputs, Rule::DomainAsServed);
    let title = "A cloud's name ends at the first equals sign";
    let mut inputs = scene.but("cloud_name", text("a=b"));
    inputs.insert(text("records"), record("a=b", DOMAIN));
    cases.refused("attestation-cloud-with-equals-sign", title, inputs, of_record);
    let words = format!("v=zoomadn us.zoom.idp.gov=gov.example us.zoom.idp.commercial={DOMAIN}");
    for (name, title, records) in [
        ("attestation-record-among-others", "A record among others counts", {
            format!("v=spf1 -all\n{ours}\nanything else")
        }),
        ("attestation-record-of-two-clouds", "A record of two clouds counts for each", words),
    ] {
        cases.taken(name, title, scene.but("records", records), &[of_record]);
    }
    for (name, title, records) in [
        ("attestation-no-record", "Without a record nothing is displayed", String::new()),
        (
            "attestation-record-of-another-cloud",
            "A record of another cloud does not count",
            record("gov", DOMAIN),
        ),
        (
            "attestation-two-records",
            "Two records for one cloud name no provider, also where they agree",
            format!("{ours}\n{ours}"),
        ),
        (
            "attestation-record-without-version",
            "A record that does not begin as such does not count",
            format!("us.zoom.idp.commercial={DOMAIN}"),
        ),
        (
            "attestation-record-of-a-longer-name",
            "A record whose provider only begins the same is of another",
            record("commercial", &format!("{DOMAIN}.example")),
        ),
    ] {
        cases.refused(name, title, scene.but("records", records), of_record);
    }
}

fn tokens(scene: &Scene, cases: &mut Cases<'_>) {
    let (verifies, public) = (Rule::TokenVerifies, Rule::TokenAlgorithmPublic);
    let which = ("attestation-under-another-key", "the provider's key of that name");
    let inputs = scene.but("key_set", key_set_of(&[renamed(Key::Other, Key::Rsa)]));
    cases.pair(verifies, COMMON, which, inputs, verifies);
    let which = ("attestation-under-a-shared-key", "the algorithm and its key");
    let inputs = scene.with(&token(&scene.claims(), Key::Shared));
    cases.pair(public, COMMON, which, inputs, public);
    let title = "An attestation under an elliptic-curve key is taken";
    let inputs = scene.with(&token(&scene.claims(), Key::Ec));
    cases.taken("attestation-es256", title, inputs, &[verifies, public]);
    for (name, title, set) in [
        ("attestation-no-keys", "A provider without keys vouches for nobody", key_set(&[])),
        (
            "attestation-key-unknown",
            "A key that the provider does not have vouches for nobody",
            key_set(&[Key::Ec]),
        ),
        ("attestation-key-set-no-json", "A key set that is no JSON vouches for nobody", text("{")),
        ("attestation-no-key-set", "A provider that does not answer vouches for nobody", text("")),
        (
            "attestation-key-of-one-name-later",
            "Of two keys of one name the second does not count",
            key_set_of(&[renamed(Key::Other, Key::Rsa), published(Key::Rsa)]),
        ),
        (
            "attestation-key-set-given-twice",
            "A key set with a member given twice is none",
            format!("{{\"keys\":[],{}", key_set(&[Key::Rsa]).trim_start_matches('{')),
        ),
        (
            "attestation-key-with-leading-zero",
            "A modulus that begins with a zero byte is none",
            key_set_of(&[modulus_with_zero()]),
        ),
    ] {
        cases.refused(name, title, scene.but("key_set", set), verifies);
    }
    let iss = scene.claiming("iss", Some(json!("https://idp.elsewhere.example")));
    let unclean = token(&iss, Key::Rsa) + "!";
    let title = "What is no token is refused before it is looked at whose it is";
    let name = "attestation-signature-unclean-of-another-provider";
    cases.refused(name, title, scene.with(&unclean), verifies);
    let title = "Of two keys of one name the first counts";
    let keys = [published(Key::Rsa), renamed(Key::Other, Key::Rsa)];
    let inputs = scene.but("key_set", key_set_of(&keys));
    cases.taken("attestation-key-of-one-name-first", title, inputs, &[verifies]);
    let title = "Coordinates of 31 and 33 bytes are no point";
    let mut inputs = scene.with(&token(&scene.claims(), Key::Ec));
    inputs.insert(text("key_set"), key_set_of(&[point_split_elsewhere()]));
    cases.refused("attestation-point-split-elsewhere", title, inputs, verifies);
    let title = "An RSA key of 1,024 bits is refused";
    let mut inputs = scene.with(&token(&scene.claims(), Key::Short));
    inputs.insert(text("key_set"), key_set(&[Key::Short]));
    cases.refused("attestation-under-a-short-key", title, inputs, public);
    let title = "A key of another kind than the algorithm is refused";
    let inputs = scene.but("key_set", key_set_of(&[renamed(Key::Ec, Key::Rsa)]));
    cases.refused("attestation-key-of-another-kind", title, inputs, public);
}

fn claims(scene: &Scene, cases: &mut Cases<'_>) {
    let at = |now_s: u64| scene.but("now_s", now_s.to_string());
    let (expires, issued) = (NOW_S + 48 * 3600, NOW_S - 600);
    let (unexpired, begun) = (Rule::TokenUnexpired, Rule::TokenIssued);
    cases.pair(unexpired, COMMON, ("attestation-expired", "the time"), at(expires), unexpired);
    let title = "In its last second an attestation counts";
    cases.taken("attestation-about-to-expire", title, at(expires - 1), &[unexpired]);
    let which = ("attestation-from-the-future", "the time");
    cases.pair(begun, COMMON, which, at(issued - 1), begun);
    let title = "From its issue time on an attestation counts";
    cases.taken("attestation-just-issued", title, at(issued), &[begun]);
    let which = ("attestation-of-another-address", "the address that the server gives");
    let (address, inputs) =
        (Rule::AddressAsServed, scene.but("served_email", text("eve@example.org")));
    cases.pair(address, COMMON, which, inputs, address);
    let (binding, everybody) = (Rule::SnapshotOfBinding, Rule::TokenForEverybody);
    let other = snapshot(scene.world, &Octets::new(bytes("another ivk", 32))).unwrap_or_default();
    let claiming = |name: &str, value| scene.with(&token(&scene.claiming(name, value), Key::Rsa));
    let which = ("attestation-of-another-key", "the snapshot");
    let inputs = claiming("zoom-identity-snapshot", Some(json!(other)));
    cases.pair(binding, COMMON, which, inputs, binding);
    let which = ("attestation-for-an-audience", "an audience");
    cases.pair(everybody, COMMON, which, claiming("aud", Some(json!("zoom"))), everybody);
    let upper = snapshot(scene.world, &Scene::ivk()).unwrap_or_default().to_uppercase();
    let issuer = |scheme: &str, end: &str| Some(json!(format!("{scheme}://{DOMAIN}{end}")));
    let of_record = Rule::ProviderOfRecord;
    let fraction = Some(json!(1_800_000_000.5));
    for (name, title, claim, value, rule) in [
        ("no-issuer", "without an issuer", "iss", None, of_record),
        ("insecure-issuer", "whose issuer is not https", "iss", issuer("http", ""), of_record),
        ("issuer-with-path", "whose issuer has a path", "iss", issuer("https", "/"), of_record),
        ("no-expiry", "that never expires", "exp", None, unexpired),
        ("expiry-in-words", "whose expiry is no number", "exp", Some(json!("never")), unexpired),
        ("expiry-with-fraction", "whose expiry has a fraction", "exp", fraction, unexpired),
        ("expiry-too-far", "whose expiry is 2^53", "exp", Some(json!(1_u64 << 53)), unexpired),
        ("not-before-null", "whose begin is null", "nbf", Some(Value::Null), begun),
        ("no-issue-time", "without an issue time", "iat", None, begun),
        ("not-before", "that begins later", "nbf", Some(json!(NOW_S + 1)), begun),
        ("empty-audience", "with an empty audience", "aud", Some(json!([])), everybody),
        ("no-address", "without an address", "email", None, address),
        ("no-snapshot", "without a snapshot", "zoom-identity-snapshot", None, binding),
        (
            "snapshot-in-capitals",
            "whose snapshot has capital letters",
            "zoom-identity-snapshot",
            Some(json!(upper)),
            binding,
        ),
    ] {
        let title = format!("An attestation {title} is refused");
        cases.refused(&format!("attestation-{name}"), &title, claiming(claim, value), rule);
    }
    let mut inputs = claiming("email", Some(json!("")));
    inputs.insert(text("served_email"), String::new());
    let title = "An empty address is none, also where the server gives none";
    cases.refused("attestation-empty-address", title, inputs, address);
    let minus = written(&scene.claims()).replace(&format!("\"iat\":{issued}"), "\"iat\":-0");
    let inputs =
        scene.with(&token_of(&header(Key::Rsa, "x", json!(0)).to_string(), &minus, Key::Rsa));
    let title = "A number with a sign is none, not even zero";
    cases.refused("attestation-issued-at-minus-zero", title, inputs, begun);
}

/// What a header says, and how a token is cut.
fn headers(scene: &Scene, cases: &mut Cases<'_>) {
    let (verifies, public) = (Rule::TokenVerifies, Rule::TokenAlgorithmPublic);
    let claims = written(&scene.claims());
    let headed = |name: &str, value: Value| {
        token_of(&header(Key::Rsa, name, value).to_string(), &claims, Key::Rsa)
    };
    let good = scene.attestation();
    let (signed, _) = good.rsplit_once('.').unwrap_or_default();
    let unsigned = headed("alg", json!("none"));
    let (unsigned, _) = unsigned.rsplit_once('.').unwrap_or_default();
    let head = header(Key::Rsa, "typ", json!("JWT")).to_string();
    let twice = format!("{{\"alg\":\"none\",{}", head.trim_start_matches('{'));
    let own = token_of(
        &header(Key::Other, "jwk", published(Key::Other))
            .to_string()
            .replace("2023-other", "2023-rsa"),
        &claims,
        Key::Other,
    );
    for (name, title, token, rule) in [
        ("no-algorithm", "that says it needs no signature", format!("{unsigned}."), public),
        ("other-algorithm", "of another algorithm", headed("alg", json!("RS384")), public),
        (
            "public-key-as-secret",
            "with the public key as a secret",
            confused(&scene.claims()),
            public,
        ),
        ("key-in-header", "that brings its own key", own, verifies),
        ("key-not-named", "that names no key", headed("kid", Value::Null), verifies),
        ("critical", "with an extension to be understood", headed("crit", json!(["x"])), verifies),
        ("unsigned", "without a signature", format!("{signed}."), verifies),
        ("two-parts", "of two parts", signed.to_owned(), verifies),
        ("no-json", "whose header is no JSON", token_of("no", &claims, Key::Rsa), verifies),
        ("claims-no-object", "whose claims are a list", token_of(&head, "[]", Key::Rsa), verifies),
        (
            "member-twice",
            "with a member given twice",
            token_of(&twice, &claims, Key::Rsa),
            verifies,
        ),
        ("padded", "with padding", format!("{good}=="), verifies),
    ] {
        let title = format!("A token {title} is refused");
        cases.refused(&format!("attestation-token-{name}"), &title, scene.with(&token), rule);
    }
    let title = "What a header says beside algorithm and key is no matter";
    let inputs = scene.with(&headed("x", json!(1)));
    cases.taken("attestation-token-more-in-header", title, inputs, &[verifies]);
    let title = "No text at all is no attestation";
    let inputs = scene.but("attestation", String::new());
    cases.refused("attestation-empty", title, inputs, Rule::AttestationSigned);
}

fn sharing(world: RuleSet, cases: &mut Cases<'_>) {
    cases.formula = "sharing_token";
    let key = Octets::new(bytes("sharing key", 32));
    let made = |with_email: &str, issued_s: u64| {
        inputs(&[
            ("key", hexed("sharing key", 32)),
            ("with_email", text(with_email)),
            ("issued_s", issued_s.to_string()),
        ])
    };
    let (address, time) = (Rule::SharingNamesAddress, Rule::SharingNamesTime);
    let title = "The token that shares an attestation";
    cases.taken("sharing-token", title, made("1", NOW_S), &[address, time]);
    cases.formula = "redeem_sharing_token";
    let token = sharing_token(world, &key, false, NOW_S).unwrap_or_default();
    let redeeming = |with_email: &str, issued_s: u64, token: &Octets, now_s: u64| {
        let mut inputs = made(with_email, issued_s);
        inputs.insert(text("token"), hex::encode(token.as_slice()));
        inputs.insert(text("now_s"), now_s.to_string());
        inputs
    };
    let common = "sharing-token-redeemed";
    let title = "A sharing token is redeemed";
    cases.taken(common, title, redeeming("0", NOW_S, &token, NOW_S + 60), &[]);
    let (verifies, lives) = (Rule::SharingTokenVerifies, Rule::SharingTokenLives);
    let other = sharing_token(world, &Octets::new(bytes("another key", 32)), false, NOW_S);
    let inputs = redeeming("0", NOW_S, &other.unwrap_or_default(), NOW_S + 60);
    cases.pair(verifies, common, ("sharing-token-forged", "the token"), inputs, verifies);
    let inputs = redeeming("1", NOW_S, &token, NOW_S + 60);
    let which = ("sharing-token-for-the-address", "whether the address goes with it");
    cases.pair(address, common, which, inputs, verifies);
    let inputs = redeeming("0", NOW_S + 1, &token, NOW_S + 60);
    cases.pair(time, common, ("sharing-token-made-later", "when it was made"), inputs, verifies);
    let inputs = redeeming("0", NOW_S, &token, NOW_S + SHARING_S);
    cases.pair(lives, common, ("sharing-token-old", "the time"), inputs, lives);
    let title = "In its last second a sharing token serves";
    let inputs = redeeming("0", NOW_S, &token, NOW_S + SHARING_S - 1);
    cases.taken("sharing-token-at-its-end", title, inputs, &[lives]);
    let cut = Octets::new(token.as_slice().iter().copied().take(31).collect());
    let title = "A sharing token whose last byte is missing is refused";
    cases.refused("sharing-token-cut", title, redeeming("0", NOW_S, &cut, NOW_S + 60), verifies);
    let title = "A sharing token from the future is refused";
    let inputs = redeeming("0", NOW_S, &token, NOW_S - 1);
    cases.refused("sharing-token-from-the-future", title, inputs, lives);
}
