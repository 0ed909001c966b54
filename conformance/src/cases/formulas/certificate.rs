//! Cases of the certificates that lead to the server's key.

use conclave_spec::{Octets, Rule, wire};
use rcgen::{
    BasicConstraints, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyUsagePurpose,
    NameConstraints,
};
use x509_ocsp::CertStatus;

use super::{
    Cases, FormulaDraft, Inputs,
    authority::{
        Answer, DAY_S, DOMAIN, Draft, Holder, INTERNAL, NOW_S, PUBLIC, ROOT, moment, root,
    },
    inputs, text,
};

mod encodings;
mod names;
mod positions;

const COMMON: &str = "server-chain";

pub(super) fn drafts(list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "device", "server_chain");
    let scene = Scene::new();
    cases.taken(COMMON, "Certificates that lead to the server's key", scene.inputs(), &[]);
    lists(&scene, &mut cases);
    reading(&scene, &mut cases);
    links(&scene, &mut cases);
    authorities(&scene, &mut cases);
    servers(&scene, &mut cases);
    domains(&scene, &mut cases);
    periods(&scene, &mut cases);
    stapled(&scene, &mut cases);
    answers(&scene, &mut cases);
    positions::drafts(&scene, &mut cases);
    names::drafts(&scene, &mut cases);
    encodings::certificates(&scene, &mut cases);
    encodings::responses(&scene, &mut cases);
}

/// The server, two authorities above it, and what is said of their certificates.
struct Scene {
    certificates: Vec<Octets>,
    responses: Vec<Octets>,
}

impl Scene {
    fn new() -> Self {
        let (internal, public) = (Draft::internal(), Draft::public());
        Self {
            responses: vec![Answer::about(&internal).der(), Answer::about(&public).der()],
            certificates: vec![Draft::server().der(), internal.der(), public.der()],
        }
    }

    fn inputs(&self) -> Inputs {
        inputs(&[
            ("now_s", NOW_S.to_string()),
            ("domain", text(DOMAIN)),
            ("root", hex::encode(root())),
            ("certificates", joined(&self.certificates)),
            ("responses", joined(&self.responses)),
        ])
    }

    /// The same with one input another.
    fn but(&self, name: &str, value: String) -> Inputs {
        let mut inputs = self.inputs();
        inputs.insert(text(name), value);
        inputs
    }

    /// The same with another certificate at a place.
    fn with(&self, place: usize, certificate: Octets) -> Inputs {
        self.but("certificates", joined(&at_place(&self.certificates, place, certificate)))
    }

    fn with_server(&self, draft: &Draft) -> Inputs {
        self.with(0, draft.der())
    }

    fn with_internal(&self, draft: &Draft) -> Inputs {
        self.with(1, draft.der())
    }

    /// The same with another response for the operator's authority.
    fn answered(&self, response: Octets) -> Inputs {
        self.but("responses", joined(&at_place(&self.responses, 0, response)))
    }

    /// The same with another response for the public authority.
    fn answered_by_root(&self, response: Octets) -> Inputs {
        self.but("responses", joined(&at_place(&self.responses, 1, response)))
    }
}

fn at_place(list: &[Octets], place: usize, other: Octets) -> Vec<Octets> {
    let mut list = list.to_vec();
    list.splice(place..=place, [other]);
    list
}

fn joined(list: &[Octets]) -> String {
    hex::encode(wire::join(list))
}

/// How many certificates and responses there are, and in which order.
fn lists(scene: &Scene, cases: &mut Cases<'_>) {
    let readable = Rule::ChainReadable;
    let direct = Draft::server().by(PUBLIC);
    let one = Scene {
        certificates: vec![direct.der(), Draft::public().der()],
        responses: scene.responses.iter().skip(1).cloned().collect(),
    };
    cases.taken("server-chain-of-two", "One authority is enough", one.inputs(), &[readable]);
    let free = |_| BasicConstraints::Unconstrained;
    let title = "Six authorities are not too many";
    cases.taken("server-chain-of-seven", title, long(6, free), &[readable]);
    let title = "Seven authorities are too many";
    cases.refused("server-chain-of-eight", title, long(7, free), readable);
    let chain = |certificates: &[Octets]| scene.but("certificates", joined(certificates));
    let alone: Vec<_> = scene.certificates.iter().take(1).cloned().collect();
    let text = joined(&scene.certificates);
    let cut = text[..text.len() - 2].to_owned();
    for (name, title, inputs) in [
        ("empty", "No certificate is no chain", chain(&[])),
        ("server-alone", "A server's certificate alone is no chain", chain(&alone)),
        ("cut", "A list whose last byte is missing is none", scene.but("certificates", cut)),
    ] {
        cases.refused(&format!("server-chain-{name}"), title, inputs, readable);
    }
    let mut more = scene.responses.clone();
    more.push(Answer::about(&Draft::server()).der());
    let title = "A response more than there are authorities is refused";
    let inputs = scene.but("responses", joined(&more));
    cases.refused("server-chain-response-too-many", title, inputs, readable);
    let mut reversed = scene.certificates.clone();
    reversed.reverse();
    let title = "Certificates in the other order are no chain";
    cases.refused("server-chain-reversed", title, chain(&reversed), Rule::ChainNamesIssuers);
}

/// A chain with so many authorities, each with these constraints by its place in the list.
fn long(authorities: usize, constraints: impl Fn(usize) -> BasicConstraints) -> Inputs {
    const HOLDERS: [Holder; 7] = [
        Holder { name: "Authority 1", seed: "authority 1" },
        Holder { name: "Authority 2", seed: "authority 2" },
        Holder { name: "Authority 3", seed: "authority 3" },
        Holder { name: "Authority 4", seed: "authority 4" },
        Holder { name: "Authority 5", seed: "authority 5" },
        Holder { name: "Authority 6", seed: "authority 6" },
        Holder { name: "Authority 7", seed: "authority 7" },
    ];
    let holders = HOLDERS.into_iter().take(authorities);
    let issuers = holders.clone().skip(1).chain([ROOT]);
    let drafts = holders.zip(issuers).zip(1..).map(|((holder, issuer), place)| {
        let serial = 9 + u8::try_from(place).expect("few authorities");
        Draft::authority(holder, issuer, serial, constraints(place))
    });
    let drafts: Vec<_> = drafts.collect();
    let server = Draft::server().by(HOLDERS[0]).der();
    let scene = Scene {
        certificates: [server].into_iter().chain(drafts.iter().map(Draft::der)).collect(),
        responses: drafts.iter().map(|draft| Answer::about(draft).der()).collect(),
    };
    scene.inputs()
}

/// What a certificate is, to be read at all.
fn reading(scene: &Scene, cases: &mut Cases<'_>) {
    let readable = Rule::ChainReadable;
    let which = ("server-chain-critical-extension", "whether an unknown extension is critical");
    let common = "server-chain-unknown-extension";
    let unknown = |critical| scene.with_server(&Draft::server().with_unknown(critical, 2));
    let title = "An extension that nobody knows is passed over";
    cases.taken(common, title, unknown(false), &[readable]);
    cases.pair(readable, common, which, unknown(true), readable);
    let twice = Draft::server().with_unknown(false, 2).with_unknown(false, 2);
    let server = scene.certificates[0].as_slice();
    let cut = server[..server.len() - 1].to_vec();
    let more = [server, &[0]].concat();
    let long = Draft::server().with_unknown(false, 16_384);
    for (name, title, inputs) in [
        ("extension-twice", "with an extension given twice", scene.with_server(&twice)),
        ("certificate-cut", "whose last byte is missing", scene.with(0, cut.into())),
        ("certificate-and-more", "with a byte behind it", scene.with(0, more.into())),
        ("certificate-empty", "of no bytes", scene.with(0, Octets::default())),
        ("certificate-too-long", "of more than 16,384 bytes", scene.with_server(&long)),
        (
            "key-of-another-kind",
            "with a key of another kind",
            scene.with_server(&Draft::server().of_p256()),
        ),
    ] {
        let title = format!("A certificate {title} is refused");
        cases.refused(&format!("server-chain-{name}"), &title, inputs, readable);
    }
}

/// Who issued what.
fn links(scene: &Scene, cases: &mut Cases<'_>) {
    let (rooted, signed) = (Rule::ChainFromRoot, Rule::ChainSigned);
    let which = ("server-chain-of-another-root", "the key that signed the last certificate");
    let public = Draft::public().by(ROOT.with_key("another root"));
    cases.pair(rooted, COMMON, which, scene.with(2, public.der()), rooted);
    let which = ("server-chain-forged", "the key that signed the server's certificate");
    let forged = Draft::server().by(INTERNAL.with_key("another"));
    cases.pair(signed, COMMON, which, scene.with_server(&forged), signed);
    let named = Rule::ChainNamesIssuers;
    let which = ("server-chain-issuer-named-otherwise", "the issuer that the server's names");
    let elsewhere = Draft::server().by(Holder { name: "Another Authority", ..INTERNAL });
    cases.pair(named, COMMON, which, scene.with_server(&elsewhere), named);
    let mut altered = Draft::server().der().into_vec();
    *altered.last_mut().expect("a certificate has bytes") ^= 1;
    let title = "A certificate whose signature is altered is refused";
    cases.refused("server-chain-altered", title, scene.with(0, altered.into()), signed);
}

fn authorities(scene: &Scene, cases: &mut Cases<'_>) {
    let (is_one, may) = (Rule::IntermediateIsAuthority, Rule::IntermediateMayIssue);
    let internal = |change: fn(&mut rcgen::CertificateParams)| {
        scene.with_internal(&Draft::internal().but(change))
    };
    let which = ("server-chain-no-authority", "whether who issued is an authority");
    let inputs = internal(|it| it.is_ca = IsCa::ExplicitNoCa);
    cases.pair(is_one, COMMON, which, inputs, is_one);
    let title = "Who does not say to be an authority is none";
    let inputs = internal(|it| it.is_ca = IsCa::NoCa);
    cases.refused("server-chain-authority-unsaid", title, inputs, is_one);
    let which = ("server-chain-may-not-issue", "what the authority's key is for");
    let inputs = internal(|it| it.key_usages = vec![KeyUsagePurpose::CrlSign]);
    cases.pair(may, COMMON, which, inputs, may);
    let title = "An authority whose key is for nothing said issues nothing";
    let inputs = internal(|it| it.key_usages.clear());
    cases.refused("server-chain-usage-unsaid", title, inputs, may);
    let which = ("server-chain-path-too-long", "how many authorities may be below");
    let public = Draft::public();
    let short = public.but(|it| it.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let kept = Rule::PathLengthKept;
    cases.pair(kept, COMMON, which, scene.with(2, short.der()), kept);
}

/// What the server's certificate says of its key.
fn servers(scene: &Scene, cases: &mut Cases<'_>) {
    let (signs, for_servers) = (Rule::ServerKeySigns, Rule::ChainForServers);
    let server = |change: &dyn Fn(&mut rcgen::CertificateParams)| {
        scene.with_server(&Draft::server().but(change))
    };
    let which = ("server-chain-key-for-agreement", "what the server's key is for");
    let inputs = server(&|it| it.key_usages = vec![KeyUsagePurpose::KeyAgreement]);
    cases.pair(signs, COMMON, which, inputs, signs);
    let title = "A server's key that is for nothing said is refused";
    let inputs = server(&|it| it.key_usages.clear());
    cases.refused("server-chain-server-usage-unsaid", title, inputs, signs);
    let title = "An authority is no server";
    let inputs = server(&|it| it.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    cases.refused("server-chain-server-is-authority", title, inputs, signs);
    let (client, for_tls) =
        (ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth);
    let common = "server-chain-purposes";
    let both = vec![client.clone(), for_tls];
    let title = "That of servers may be one of several purposes";
    let inputs = server(&|it| it.extended_key_usages.clone_from(&both));
    cases.taken(common, title, inputs, &[for_servers]);
    let which = ("server-chain-for-clients", "the purposes of the server's certificate");
    let inputs = server(&|it| it.extended_key_usages = vec![client.clone()]);
    cases.pair(for_servers, common, which, inputs, for_servers);
    let title = "An authority for other purposes vouches for no server";
    let internal = Draft::internal().but(|it| it.extended_key_usages = vec![client.clone()]);
    let inputs = scene.with_internal(&internal);
    cases.refused("server-chain-authority-for-clients", title, inputs, for_servers);
}

fn domains(scene: &Scene, cases: &mut Cases<'_>) {
    let of_domain = Rule::ServerOfDomain;
    let trusting = |domain: &str| scene.but("domain", text(domain));
    let which = ("server-chain-of-another-domain", "the domain that the client trusts");
    cases.pair(of_domain, COMMON, which, trusting("e2e.example.org"), of_domain);
    let title = "A domain in capitals is the same";
    cases.taken(
        "server-chain-domain-in-capitals",
        title,
        trusting("E2E.Example.COM"),
        &[of_domain],
    );
    let title = "The domain may be one of several names";
    let inputs = scene.with_server(&Draft::server().named(&["www.example.com", DOMAIN]));
    cases.taken("server-chain-several-names", title, inputs, &[of_domain]);
    let title = "What is below the domain is another";
    let inputs = trusting("a.e2e.example.com");
    cases.refused("server-chain-of-domain-above", title, inputs, of_domain);
    let title = "A wildcard stands for no domain";
    let inputs = scene.with_server(&Draft::server().named(&["*.example.com"]));
    cases.refused("server-chain-wildcard", title, inputs, of_domain);
    let title = "The common name is no domain";
    let common_name = Draft::server().named(&[]).but(|it| {
        it.distinguished_name = rcgen::DistinguishedName::new();
        it.distinguished_name.push(rcgen::DnType::CommonName, DOMAIN);
    });
    let inputs = scene.with_server(&common_name);
    cases.refused("server-chain-common-name", title, inputs, of_domain);
    constraints(scene, cases);
}

/// What the authorities may vouch for.
fn constraints(scene: &Scene, cases: &mut Cases<'_>) {
    let permitted = Rule::NamesPermitted;
    let dns = |names: &[&str]| {
        names.iter().map(|name| GeneralSubtree::DnsName(text(name))).collect::<Vec<_>>()
    };
    let limited = |permitted_subtrees, excluded_subtrees| {
        let constraints = NameConstraints { permitted_subtrees, excluded_subtrees };
        Draft::public().but(|it| it.name_constraints = Some(constraints)).der()
    };
    let with =
        |permits: &[&str], excludes: &[&str]| scene.with(2, limited(dns(permits), dns(excludes)));
    let common = "server-chain-permitted";
    let title = "An authority may be for what is below one domain and not another";
    let inputs = with(&["Example.com"], &["www.example.com"]);
    cases.taken(common, title, inputs, &[permitted]);
    let which = ("server-chain-not-permitted", "what the authority may vouch for");
    let inputs = with(&["example.org"], &["www.example.com"]);
    cases.pair(permitted, common, which, inputs, permitted);
    let address = GeneralSubtree::IpAddress(rcgen::CidrSubnet::from_v4_prefix([192, 0, 2, 0], 24));
    for (name, title, inputs) in [
        ("excluded", "An excluded domain itself", with(&["example.com"], &[DOMAIN])),
        ("excluded-above", "What is below an excluded domain", with(&[], &["example.com"])),
        ("permitted-half-a-label", "A domain that ends in half a label", with(&["ample.com"], &[])),
        ("permitted-with-dot", "A constraint that is no domain", with(&[".example.com"], &[])),
        (
            "excluded-addresses",
            "A constraint of another kind",
            scene.with(2, limited(dns(&["example.com"]), vec![address])),
        ),
    ] {
        let title = format!("{title} is not permitted");
        cases.refused(&format!("server-chain-{name}"), &title, inputs, permitted);
    }
    let mut certificates = scene.certificates.clone();
    let server = Draft::server().named(&[DOMAIN, "e2e.example.org"]);
    certificates = at_place(&certificates, 0, server.der());
    certificates = at_place(&certificates, 2, limited(dns(&["example.com"]), Vec::new()));
    let title = "A name beside the domain is to be permitted too";
    let inputs = scene.but("certificates", joined(&certificates));
    cases.refused("server-chain-second-name-not-permitted", title, inputs, permitted);
}

fn periods(scene: &Scene, cases: &mut Cases<'_>) {
    let (valid, week) = (Rule::ChainValidNow, Rule::ServerKeyLivesAWeek);
    let at = |now_s: u64| scene.but("now_s", now_s.to_string());
    let (first, last) = (NOW_S - DAY_S, NOW_S + 6 * DAY_S);
    cases.pair(valid, COMMON, ("server-chain-over", "the time"), at(last + 1), valid);
    let title = "In the last second of its week a server's key counts";
    cases.taken("server-chain-last-second", title, at(last), &[valid, week]);
    let title = "From its first second on a server's key counts";
    cases.taken("server-chain-first-second", title, at(first), &[valid]);
    let title = "A second before it begins a server's key does not count";
    cases.refused("server-chain-too-early", title, at(first - 1), valid);
    let title = "An authority that is over vouches for no server that is not";
    let over = Draft::internal().between(NOW_S - 9 * DAY_S, NOW_S - 1);
    cases.refused("server-chain-authority-over", title, scene.with_internal(&over), valid);
    let which = ("server-chain-longer-than-a-week", "when the server's key ends");
    let long = Draft::server().between(first, last + 1);
    cases.pair(week, COMMON, which, scene.with_server(&long), week);
}

/// Whether a response is there, and whose it is.
fn stapled(scene: &Scene, cases: &mut Cases<'_>) {
    let (there, signed, readable) = (Rule::OcspStapled, Rule::OcspSigned, Rule::OcspReadable);
    let answer = Answer::about(&Draft::internal());
    let which = ("server-chain-response-missing", "the responses");
    cases.pair(there, COMMON, which, scene.but("responses", String::new()), there);
    let title = "Where one response is missing the other does not make up for it";
    cases.refused("server-chain-response-empty", title, scene.answered(Octets::default()), there);
    let which = ("server-chain-response-forged", "the key that signed a response");
    let forged = Answer { signer: PUBLIC.with_key("another"), ..answer.clone() };
    cases.pair(signed, COMMON, which, scene.answered(forged.der()), signed);
    let delegate = Holder { name: "Responder", seed: "responder" };
    let mut of_delegate = Draft::authority(delegate, PUBLIC, 8, BasicConstraints::Constrained(0));
    of_delegate.params.is_ca = IsCa::NoCa;
    of_delegate.params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    of_delegate.params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
    let certificates = vec![of_delegate.der()];
    let delegated = Answer { signer: delegate, certificates, ..answer.clone() };
    let title = "A response of a delegate is refused";
    cases.refused(
        "server-chain-response-delegated",
        title,
        scene.answered(delegated.der()),
        readable,
    );
    let mut swapped = scene.responses.clone();
    swapped.reverse();
    let title = "Responses in the other order are not those of their certificates' issuers";
    let inputs = scene.but("responses", joined(&swapped));
    cases.refused("server-chain-responses-swapped", title, inputs, signed);
    about(scene, cases);
}

/// Which certificate a response is about.
fn about(scene: &Scene, cases: &mut Cases<'_>) {
    let about = Rule::OcspOfCertificate;
    let answer = Answer::about(&Draft::internal());
    let which = ("server-chain-response-of-another", "which certificate a response is about");
    let other = Answer { serial: 7, ..answer.clone() };
    cases.pair(about, COMMON, which, scene.answered(other.der()), about);
    let title = "The same number of another issuer is another certificate";
    let other = Answer { issuer: ROOT, ..answer.clone() };
    cases.refused("server-chain-response-of-issuer", title, scene.answered(other.der()), about);
    let title = "An issuer of the same key under another name is another";
    let named = Holder { name: "Another Authority", ..PUBLIC };
    let other = Answer { issuer: named, ..answer.clone() };
    cases.refused("server-chain-response-name-hash", title, scene.answered(other.der()), about);
    let title = "An issuer of the same name with another key is another";
    let other = Answer { issuer: PUBLIC.with_key("another"), ..answer };
    cases.refused("server-chain-response-key-hash", title, scene.answered(other.der()), about);
    let title = "A certificate is not named by SHA-1";
    let sha_1 = Answer { sha_1: true, ..Answer::about(&Draft::public()) };
    let inputs = scene.answered_by_root(sha_1.der());
    cases.refused("server-chain-response-by-sha-1", title, inputs, Rule::OcspReadable);
}

/// When a response counts, and what it says.
fn answers(scene: &Scene, cases: &mut Cases<'_>) {
    let current = Rule::OcspCurrent;
    let answer = Answer::about(&Draft::internal());
    let between = |this_s: u64, next_s: Option<u64>| {
        scene.answered(Answer { this_s, next_s, ..answer.clone() }.der())
    };
    let common = "server-chain-response-last-second";
    let title = "In its last second a response counts";
    cases.taken(common, title, between(NOW_S - DAY_S, Some(NOW_S)), &[current]);
    let which = ("server-chain-response-over", "when a response ends");
    cases.pair(current, common, which, between(NOW_S - DAY_S, Some(NOW_S - 1)), current);
    let title = "A response that never ends does not count";
    cases.refused("server-chain-response-endless", title, between(NOW_S, None), current);
    let title = "A response that begins later does not count yet";
    let inputs = between(NOW_S + 1, Some(NOW_S + DAY_S));
    cases.refused("server-chain-response-too-early", title, inputs, current);
    let title = "From its first second on a response counts";
    let inputs = between(NOW_S, Some(NOW_S + DAY_S));
    cases.taken("server-chain-response-first-second", title, inputs, &[current]);
    let which = ("server-chain-revoked", "what a response says");
    let inputs = scene.answered(Answer { status: revoked(), ..answer.clone() }.der());
    cases.pair(Rule::OcspNotRevoked, COMMON, which, inputs, Rule::OcspNotRevoked);
    let which = ("server-chain-unknown-to-issuer", "whether the issuer knows the certificate");
    let inputs = scene.answered(Answer { status: CertStatus::unknown(), ..answer }.der());
    cases.pair(Rule::OcspKnown, COMMON, which, inputs, Rule::OcspKnown);
}

/// What is said of a certificate that was revoked a day ago.
fn revoked() -> CertStatus {
    let revocation_time = moment(NOW_S - DAY_S);
    CertStatus::Revoked(x509_ocsp::RevokedInfo { revocation_time, revocation_reason: None })
}
