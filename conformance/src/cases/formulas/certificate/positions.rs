//! The same mistake in every place where it can be made: a client that looks at one certificate of
//! several finds the others out.

use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};
use x509_ocsp::CertStatus;

use super::{
    super::authority::unknown, Answer, Cases, DAY_S, Draft, Holder, INTERNAL, NOW_S, Octets,
    PUBLIC, ROOT, Rule, Scene, joined, long, revoked,
};

/// The place of a certificate in its list, by who has it.
const OPERATOR: usize = 1;
const ABOVE: usize = 2;
/// Who signs under the name of others.
const FORGER: &str = "another";
const ELSEWHERE: &str = "Another Authority";

pub(super) fn drafts(scene: &Scene, cases: &mut Cases<'_>) {
    for (name, title, place, draft, rule) in certificates() {
        let inputs = scene.with(place, draft.der());
        cases.refused(&format!("server-chain-{name}"), title, inputs, rule);
    }
    for (name, title, response, rule) in responses() {
        let inputs = scene.answered_by_root(response);
        cases.refused(&format!("server-chain-root-response-{name}"), title, inputs, rule);
    }
    let title = "A list that ends before the root's response has none of it";
    let inputs = scene.but("responses", joined(&scene.responses[..1]));
    cases.refused("server-chain-root-response-missing", title, inputs, Rule::OcspStapled);
    let title = "An authority in the middle has no more below it than it may";
    let inputs = long(3, |place| match place {
        2 => BasicConstraints::Constrained(0),
        _ => BasicConstraints::Unconstrained,
    });
    cases.refused("server-chain-path-too-long-inside", title, inputs, Rule::PathLengthKept);
}

type InCertificate = (&'static str, &'static str, usize, Draft, Rule);

fn certificates() -> Vec<InCertificate> {
    let (internal, public) = (Draft::internal, Draft::public);
    let clients = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let (early, late) = (NOW_S - 9 * DAY_S, NOW_S + 9 * DAY_S);
    vec![
        (
            "public-no-authority",
            "Who the root vouches for is an authority too",
            ABOVE,
            public().but(|it| it.is_ca = IsCa::ExplicitNoCa),
            Rule::IntermediateIsAuthority,
        ),
        (
            "public-may-not-issue",
            "The key that the root vouches for is for certificates too",
            ABOVE,
            public().but(|it| it.key_usages = vec![KeyUsagePurpose::DigitalSignature]),
            Rule::IntermediateMayIssue,
        ),
        (
            "public-for-clients",
            "The authority that the root vouches for is one for servers too",
            ABOVE,
            public().but(|it| it.extended_key_usages = clients),
            Rule::ChainForServers,
        ),
        (
            "internal-forged",
            "An authority's certificate is signed by its issuer too",
            OPERATOR,
            internal().by(PUBLIC.with_key(FORGER)),
            Rule::ChainSigned,
        ),
        (
            "internal-issuer-named-otherwise",
            "An authority's certificate names its issuer too",
            OPERATOR,
            internal().by(Holder { name: ELSEWHERE, ..PUBLIC }),
            Rule::ChainNamesIssuers,
        ),
        (
            "public-issuer-named-otherwise",
            "The last certificate names the root",
            ABOVE,
            public().by(Holder { name: ELSEWHERE, ..ROOT }),
            Rule::ChainNamesIssuers,
        ),
        (
            "internal-critical-extension",
            "What is critical and unknown is refused in an authority's certificate too",
            OPERATOR,
            internal().with_unknown(true, 2),
            Rule::ChainReadable,
        ),
        (
            "public-critical-extension",
            "What is critical and unknown is refused in the last certificate too",
            ABOVE,
            public().with_unknown(true, 2),
            Rule::ChainReadable,
        ),
        (
            "internal-too-early",
            "Before it begins an authority vouches for nobody",
            OPERATOR,
            internal().between(NOW_S + 1, late),
            Rule::ChainValidNow,
        ),
        (
            "public-too-early",
            "Before it begins the authority that the root vouches for vouches for nobody",
            ABOVE,
            public().between(NOW_S + 1, late),
            Rule::ChainValidNow,
        ),
        (
            "public-over",
            "The authority that the root vouches for vouches for nobody when it is over",
            ABOVE,
            public().between(early, NOW_S - 1),
            Rule::ChainValidNow,
        ),
        (
            "internal-key-swapped",
            "An authority's key is that of its certificate",
            OPERATOR,
            Draft::authority(
                INTERNAL.with_key(FORGER),
                PUBLIC,
                2,
                BasicConstraints::Constrained(0),
            ),
            Rule::ChainSigned,
        ),
    ]
}

type InResponse = (&'static str, &'static str, Octets, Rule);

fn responses() -> Vec<InResponse> {
    let answer = || Answer::about(&Draft::public());
    vec![
        ("empty", "The root's response may not be empty", Octets::default(), Rule::OcspStapled),
        (
            "critical",
            "What is critical in the root's response is refused too",
            answer().altered(|it| it.response_extensions = Some(vec![unknown(true)])),
            Rule::OcspReadable,
        ),
        (
            "forged",
            "The root's response is signed by the root",
            Answer { signer: ROOT.with_key(FORGER), ..answer() }.der(),
            Rule::OcspSigned,
        ),
        (
            "of-another",
            "The root's response is about the certificate that it comes with",
            Answer { serial: 7, ..answer() }.der(),
            Rule::OcspOfCertificate,
        ),
        (
            "over",
            "The root's response does not count when it is over",
            Answer { next_s: Some(NOW_S - 1), ..answer() }.der(),
            Rule::OcspCurrent,
        ),
        (
            "too-early",
            "The root's response does not count before it begins",
            Answer { this_s: NOW_S + 1, ..answer() }.der(),
            Rule::OcspCurrent,
        ),
        (
            "revoked",
            "What the root revoked is refused",
            Answer { status: revoked(), ..answer() }.der(),
            Rule::OcspNotRevoked,
        ),
        (
            "unknown",
            "What the root does not know is refused",
            Answer { status: CertStatus::unknown(), ..answer() }.der(),
            Rule::OcspKnown,
        ),
    ]
}
