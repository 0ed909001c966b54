//! The operator's certificates, its former ones, and those of somebody who has a domain of its own.

use std::collections::BTreeMap;

use conclave_spec::{Octets, formulas::sign::verifying_key};
use rcgen::{
    BasicConstraints, ExtendedKeyUsagePurpose, GeneralSubtree, KeyUsagePurpose, NameConstraints,
};
use x509_ocsp::CertStatus;

use super::{
    super::authority::{Answer, DAY_S, DOMAIN, Draft, Holder, INTERNAL, NOW_S, PUBLIC, ROOT, root},
    super::inputs,
    Client, Inputs, Scenario, Story,
};
use conclave_model::sigchain::build::bytes;

pub(super) const NAME: &str = "certificates";

/// What the operator issued itself until somebody took its key, and the public authority revoked it.
const FORMER: Holder = Holder { name: "Former Authority", seed: "former key" };
/// An authority for the domains of its customers alone.
const CUSTOMERS: Holder = Holder { name: "Customers' Authority", seed: "customers key" };
/// An authority for whoever shows that it has a domain.
const OPEN: Holder = Holder { name: "Open Authority", seed: "open key" };
/// Another one, which has authorities below it, but not Mallory's.
const WIDE: Holder = Holder { name: "Wide Authority", seed: "wide key" };
/// An authority of the operator that signs lists of revoked certificates, and nothing else.
const LISTS: Holder = Holder { name: "Lists", seed: "mallory" };
/// The server of the operator.
const SERVER: Holder = Holder { name: "Server", seed: "server seed" };
/// Whoever is after the client.
const MALLORY: Holder = Holder { name: "Mallory", seed: "mallory" };
const ELSEWHERE: &str = "mallory.example";

const PLACES: [&str; 4] = ["server", "authority", "between", "public authority"];
const ANSWERS: [&str; 3] = ["of the authority", "of the one between", "of the public authority"];

/// A certificate at its place.
fn at(place: &str, der: Octets) -> Inputs {
    BTreeMap::from([(place.to_owned(), hex::encode(der.as_slice()))])
}

/// The lists, of whatever stands at the places.
fn whole(parts: &Inputs) -> Inputs {
    let list = |places: &[&str]| {
        let there = places.iter().filter_map(|place| parts.get(*place)).filter(|it| !it.is_empty());
        there.map(|it| format!("{:08x}{it}", it.len() / 2)).collect::<String>()
    };
    let own = ["now_s", "domain", "root"].into_iter();
    let mut inputs: Inputs =
        own.filter_map(|name| Some((name.to_owned(), parts.get(name)?.clone()))).collect();
    inputs.insert("certificates".to_owned(), list(&PLACES));
    // An answer that is missing is an empty entry where another one follows.
    let answers: Vec<_> = (1..4)
        .zip(ANSWERS)
        .filter(|(place, _)| {
            PLACES.get(*place).is_some_and(|it| parts.get(*it).is_some_and(|it| !it.is_empty()))
        })
        .map(|(_, answer)| parts.get(answer).cloned().unwrap_or_default())
        .collect();
    let answers = answers.iter().map(|it| format!("{:08x}{it}", it.len() / 2)).collect();
    inputs.insert("responses".to_owned(), answers);
    inputs
}

/// What there is of certificates at their places, and what is said of them.
fn story(
    words: &'static str,
    client: Option<(&str, u64)>,
    certificates: [Option<&Draft>; 4],
    answers: [Option<&Answer>; 3],
) -> Story {
    let of = |draft: Option<&Draft>| draft.map(Draft::der).unwrap_or_default();
    let said = |answer: Option<&Answer>| answer.map(Answer::der).unwrap_or_default();
    let certificates = PLACES.into_iter().zip(certificates.map(of));
    let answers = ANSWERS.into_iter().zip(answers.map(said));
    let parts = certificates.chain(answers).map(|(place, der)| (place, at(place, der))).collect();
    Story { words, client: Client::told(client.map(trusting)), parts }
}

/// A client that trusts this domain, at this time.
fn trusting((domain, now_s): (&str, u64)) -> Inputs {
    inputs(&[
        ("now_s", now_s.to_string()),
        ("domain", domain.to_owned()),
        ("root", hex::encode(root().as_slice())),
    ])
}

/// The operator's server, for the days around this one.
fn server(issuer: Holder, seed: &'static str, day_s: u64) -> Draft {
    Draft::new(SERVER.with_key(seed), issuer, 11)
        .between(day_s - DAY_S, day_s + 6 * DAY_S)
        .but(|params| params.key_usages = vec![KeyUsagePurpose::DigitalSignature])
        .named(&[DOMAIN])
}

/// A certificate of Mallory's for some domain, for this week.
fn of_mallory(issuer: Holder, domain: &str) -> Draft {
    Draft::new(MALLORY, issuer, 12)
        .between(NOW_S - DAY_S, NOW_S + 6 * DAY_S)
        .but(|params| params.key_usages = vec![KeyUsagePurpose::DigitalSignature])
        .named(&[domain])
}

fn customers() -> Draft {
    let permitted_subtrees = vec![GeneralSubtree::DnsName(ELSEWHERE.to_owned())];
    Draft::authority(CUSTOMERS, PUBLIC, 5, BasicConstraints::Constrained(0)).but(|params| {
        let excluded_subtrees = Vec::new();
        params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees });
    })
}

fn former() -> Draft {
    Draft::authority(FORMER, PUBLIC, 4, BasicConstraints::Constrained(0))
}

const YEAR_AGO_S: u64 = NOW_S - 300 * DAY_S;

fn stories() -> Vec<Story> {
    let (internal, public) = (Draft::internal(), public());
    let (former, customers) = (former(), customers());
    let then = |draft: &Draft| Answer {
        this_s: YEAR_AGO_S - DAY_S,
        next_s: Some(YEAR_AGO_S + 8 * DAY_S),
        ..Answer::about(draft)
    };
    let of_public = Answer::about(&public);
    let today = server(INTERNAL, "server seed", NOW_S);
    let last = server(INTERNAL, "server of last week", NOW_S - 7 * DAY_S);
    let old = server(FORMER, "server of last year", YEAR_AGO_S);
    let www = server(INTERNAL, "web server", NOW_S).named(&["www.example.com"]);
    let (of_internal, of_customers) = (Answer::about(&internal), Answer::about(&customers));
    let customer = of_mallory(CUSTOMERS, ELSEWHERE);
    let mut stories = vec![
        story(
            "the operator's server today",
            Some((DOMAIN, NOW_S)),
            [Some(&today), Some(&internal), None, Some(&public)],
            [Some(&of_internal), None, Some(&of_public)],
        ),
        story(
            "the operator's server last week",
            Some((DOMAIN, NOW_S - 7 * DAY_S)),
            [Some(&last), Some(&internal), None, Some(&public)],
            [Some(&earlier(&of_internal, 7)), None, Some(&earlier(&of_public, 7))],
        ),
        story(
            "the operator's server last year, by its former authority",
            Some((DOMAIN, YEAR_AGO_S)),
            [Some(&old), Some(&former), None, Some(&public)],
            [Some(&then(&former)), None, Some(&then(&public))],
        ),
        story(
            "the operator's web server, of another domain",
            Some(("www.example.com", NOW_S)),
            [Some(&www), Some(&internal), None, Some(&public)],
            [Some(&of_internal), None, Some(&of_public)],
        ),
        story(
            "Mallory's own domain, by the authority of customers",
            Some((ELSEWHERE, NOW_S)),
            [Some(&customer), Some(&customers), None, Some(&public)],
            [Some(&of_customers), None, Some(&of_public)],
        ),
    ];
    stories.extend(strangers());
    stories
}

/// The public authority, which may have any number of authorities below it.
fn public() -> Draft {
    Draft::authority(PUBLIC, ROOT, 3, BasicConstraints::Unconstrained)
}

fn open() -> Draft {
    Draft::authority(OPEN, PUBLIC, 6, BasicConstraints::Constrained(0))
}

/// What Mallory tells of the domain: with a stolen key, as an authority that it is not, under a root of
/// its own.
fn strangers() -> Vec<Story> {
    let (public, former, open) = (public(), former(), open());
    let of_public = Answer::about(&public);
    let one = |words, authority: &Draft, of_authority: Answer| {
        let server = of_mallory(authority.holder(), DOMAIN);
        let (certificates, answers) = (
            [Some(&server), Some(authority), None, Some(&public)],
            [Some(&of_authority), None, Some(&of_public)],
        );
        story(words, None, certificates, answers)
    };
    let of_former = Answer { status: revoked(), ..Answer::about(&former) };
    let lists = Draft::authority(LISTS, PUBLIC, 15, BasicConstraints::Constrained(0))
        .but(|it| it.key_usages = vec![KeyUsagePurpose::CrlSign]);
    let limited =
        Draft::authority(LISTS.with_key("limited"), PUBLIC, 18, BasicConstraints::Constrained(0));
    let limited = limited.with_unknown(true, 4);
    let mut list = vec![
        one("Mallory with the former authority's stolen key", &former, of_former),
        one("Mallory with the key that is to sign lists alone", &lists, Answer::about(&lists)),
        one(
            "Mallory with an authority that is limited in a way no client knows",
            &limited,
            Answer::about(&limited),
        ),
    ];
    let server = of_mallory(MALLORY, DOMAIN);
    let wide = Draft::authority(WIDE, PUBLIC, 7, BasicConstraints::Unconstrained);
    let (of_open, of_wide) = (Answer::about(&open), Answer::about(&wide));
    let plain =
        of_mallory(WIDE, ELSEWHERE).but(|it| it.key_usages.push(KeyUsagePurpose::KeyCertSign));
    let made = Draft::authority(MALLORY, OPEN, 14, BasicConstraints::Unconstrained);
    for (words, mallory, (above, of_above)) in [
        ("Mallory as an authority by the certificate of its own domain", plain, (&wide, &of_wide)),
        ("Mallory as an authority under one that is to have none below", made, (&open, &of_open)),
    ] {
        let certificates = [Some(&server), Some(&mallory), Some(above), Some(&public)];
        let of_mallory = Answer::about(&mallory);
        list.push(story(
            words,
            None,
            certificates,
            [Some(&of_mallory), Some(of_above), Some(&of_public)],
        ));
    }
    list.push(under_own_root());
    list
}

/// Mallory's own root, in the names of all.
fn under_own_root() -> Story {
    let (mine, root) = (|holder: Holder| holder.with_key("mallory"), ROOT.with_key("mallory"));
    let public = Draft::authority(mine(PUBLIC), root, 3, BasicConstraints::Unconstrained);
    let internal =
        Draft::authority(mine(INTERNAL), mine(PUBLIC), 2, BasicConstraints::Constrained(0));
    let server = of_mallory(mine(INTERNAL), DOMAIN);
    let truly = Answer::about(&self::public());
    story(
        "Mallory under a root of its own, in the names of all",
        None,
        [Some(&server), Some(&internal), None, Some(&public)],
        [Some(&Answer::about(&internal)), None, Some(&truly)],
    )
}

/// The same answer so many days earlier.
fn earlier(answer: &Answer, days: u64) -> Answer {
    Answer {
        this_s: answer.this_s - days * DAY_S,
        next_s: answer.next_s.map(|it| it - days * DAY_S),
        ..answer.clone()
    }
}

/// What Mallory makes, or has been given, that no client should take.
fn strange() -> Vec<(&'static str, String, Inputs)> {
    let mut list = Vec::new();
    let mut add = |place: &'static str, words: &str, der: Octets| {
        list.push((place, words.to_owned(), at(place, der)));
    };
    let usage = |usage: KeyUsagePurpose, issuer| {
        of_mallory(issuer, DOMAIN).but(|params| params.key_usages = vec![usage])
    };
    add("server", "Mallory for the domain, by the former authority's stolen key", {
        of_mallory(FORMER, DOMAIN).der()
    });
    add("server", "Mallory for the domain, by the customers' authority", {
        of_mallory(CUSTOMERS, DOMAIN).der()
    });
    add("server", "Mallory for the domain, by Mallory", of_mallory(MALLORY, DOMAIN).der());
    add("server", "Mallory for the domain, by Mallory in the operator's name", {
        of_mallory(INTERNAL.with_key("mallory"), DOMAIN).der()
    });
    add("server", "Mallory's certificate for clients, by the operator", {
        of_mallory(INTERNAL, DOMAIN)
            .but(|it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth])
            .der()
    });
    add("server", "Mallory's key for encryption, by the operator", {
        usage(KeyUsagePurpose::KeyAgreement, INTERNAL).der()
    });
    add("server", "the operator's key of a year, which was stolen", {
        let year = server(INTERNAL, "server of a year", NOW_S);
        year.between(NOW_S - 200 * DAY_S, NOW_S + 100 * DAY_S).der()
    });
    add("authority", "Mallory in the operator's authority's name, by Mallory as the public one", {
        let mallory = INTERNAL.with_key("mallory");
        Draft::authority(mallory, PUBLIC.with_key("mallory"), 16, BasicConstraints::Constrained(0))
            .der()
    });
    add("authority", "Mallory in the operator's authority's name, without a true signature", {
        let mallory = INTERNAL.with_key("mallory");
        Draft::authority(mallory, MALLORY, 16, BasicConstraints::Constrained(0)).der()
    });
    add("between", "the customers' authority", customers().der());
    add("between", "the former authority", former().der());
    add(ANSWERS[0], "nothing", Octets::default());
    let of_former = Answer::about(&former());
    add(ANSWERS[0], "that the former authority is good, signed by Mallory", {
        Answer { signer: MALLORY, ..of_former.clone() }.der()
    });
    add(ANSWERS[0], "that nobody knows the former authority any more", {
        Answer { status: CertStatus::unknown(), ..of_former }.der()
    });
    list
}

fn revoked() -> CertStatus {
    let info = x509_ocsp::RevokedInfo {
        revocation_time: super::super::authority::moment(NOW_S - 100 * DAY_S),
        revocation_reason: None,
    };
    CertStatus::revoked(info)
}

fn key(seed: &str) -> String {
    hex::encode(verifying_key(&Octets::new(bytes(seed, 32))).unwrap_or_default().as_slice())
}

pub(super) fn scenario() -> Scenario {
    let about = "certificates of the operator at several times, of its other servers and of somebody with a \
        domain of its own, who has keys that were stolen and revoked";
    let mut scenario = Scenario::new((NAME, about), "server_chain", stories(), strange());
    scenario.whole = whole;
    let weeks = [
        ("server seed", NOW_S),
        ("server of last week", NOW_S - 7 * DAY_S),
        ("server of last year", YEAR_AGO_S),
    ];
    let weeks: BTreeMap<_, _> = weeks.map(|(seed, day_s)| (key(seed), day_s)).into();
    let year = key("server of a year");
    let (of_web, of_mallory) = (key("web server"), key("mallory"));
    let (first, long) = (weeks.clone(), year.clone());
    let goal = (
        "SRV-OPERATOR",
        "A key that is taken for a domain's is of whoever has the domain.",
        "4.6, subsubsec:servercert",
    );
    scenario
        .with_goal(goal, move |inputs, outputs| {
            let (domain, key) = (inputs.get("domain"), outputs.get("server_key"));
            let Some((domain, key)) = domain.zip(key) else { return false };
            match domain.as_str() {
                DOMAIN => first.contains_key(key) || *key == long,
                ELSEWHERE => *key == of_mallory,
                _ => *key == of_web,
            }
        })
        .with_goal(
            (
                "SRV-WEEK",
                "A key of the operator that is taken is of this week, and lives no longer.",
                "4.6, subsubsec:servercert",
            ),
            move |inputs, outputs| {
                let Some(key) = outputs.get("server_key") else { return false };
                let now_s = inputs.get("now_s").and_then(|it| it.parse::<u64>().ok());
                let week = |day_s: &u64| *day_s - DAY_S..=*day_s + 6 * DAY_S;
                let in_week = |day_s| now_s.is_some_and(|now_s| week(day_s).contains(&now_s));
                *key != year && weeks.get(key).is_none_or(in_week)
            },
        )
}
