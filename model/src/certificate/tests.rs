//! Nothing leads to a key but the chain that was made, whatever comes.

use std::{str::FromStr as _, time::Duration};

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{certificate::sign, sign::verifying_key},
    wire,
};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use x509_cert::{
    Certificate, TbsCertificate, Version,
    der::{
        Encode,
        asn1::{BitString, GeneralizedTime, Ia5String, ObjectIdentifier, OctetString},
        oid::AssociatedOid,
    },
    ext::{
        Extension,
        pkix::{
            BasicConstraints, KeyUsage, KeyUsages, NameConstraints, SubjectAltName,
            constraints::name::GeneralSubtree, name::GeneralName,
        },
    },
    name::Name,
    serial_number::SerialNumber,
    spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned},
    time::{Time, Validity},
};
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspResponse, ResponderId,
    ResponseData, SingleResponse,
};

use super::{Pinned, Shown, names::permits, verify};

const DOMAIN: &str = "e2e.example.com";
const NOW_S: u64 = 1_700_000_000;
/// Who there is: a name, and the byte that their seed is made of.
type Who = (&'static str, u8);
const ROOT: Who = ("CN=Root", 1);
const AUTHORITY: Who = ("CN=Authority", 2);
const SERVER: Who = ("CN=Server", 3);

fn ed25519() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: ObjectIdentifier::new_unwrap("1.3.101.112"), parameters: None }
}

fn key(who: Who) -> Octets {
    verifying_key(&[who.1; 32].into()).unwrap()
}

fn bits(octets: &Octets) -> BitString {
    BitString::from_bytes(octets.as_slice()).unwrap()
}

fn signed(who: Who, what: &impl Encode) -> BitString {
    bits(&sign(&[who.1; 32].into(), &what.to_der().unwrap().into()).unwrap())
}

fn time(seconds: u64) -> GeneralizedTime {
    GeneralizedTime::from_unix_duration(Duration::from_secs(seconds)).unwrap()
}

fn extension<T: Encode + AssociatedOid>(critical: bool, value: &T) -> Extension {
    let extn_value = OctetString::new(value.to_der().unwrap()).unwrap();
    Extension { extn_id: T::OID, critical, extn_value }
}

/// The certificate of somebody, for a week, by somebody.
fn certificate(holder: Who, issuer: Who) -> Octets {
    let is_server = holder == SERVER;
    let usage = if is_server { KeyUsages::DigitalSignature } else { KeyUsages::KeyCertSign };
    let domain = GeneralName::DnsName(Ia5String::new(DOMAIN).unwrap());
    let at = |seconds| Time::GeneralTime(time(seconds));
    let tbs = TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::new(&[0x80 | holder.1]).unwrap(),
        signature: ed25519(),
        issuer: Name::from_str(issuer.0).unwrap(),
        validity: Validity { not_before: at(NOW_S), not_after: at(NOW_S + 604_800) },
        subject: Name::from_str(holder.0).unwrap(),
        subject_public_key_info: SubjectPublicKeyInfoOwned {
            algorithm: ed25519(),
            subject_public_key: bits(&key(holder)),
        },
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(vec![
            extension(true, &BasicConstraints { ca: !is_server, path_len_constraint: None }),
            extension(true, &KeyUsage(usage.into())),
            extension(false, &SubjectAltName(vec![domain])),
        ]),
    };
    let signature = signed(issuer, &tbs);
    let whole = Certificate { tbs_certificate: tbs, signature_algorithm: ed25519(), signature };
    whole.to_der().unwrap().into()
}

/// What the root says of the authority's certificate.
fn response() -> Octets {
    let hash = |bytes: &[u8]| OctetString::new(Sha256::digest(bytes).to_vec()).unwrap();
    let name = Name::from_str(ROOT.0).unwrap();
    let sha_256 = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
    let answer = SingleResponse {
        cert_id: CertId {
            hash_algorithm: AlgorithmIdentifierOwned { oid: sha_256, parameters: None },
            issuer_name_hash: hash(&name.to_der().unwrap()),
            issuer_key_hash: hash(key(ROOT).as_slice()),
            serial_number: SerialNumber::new(&[0x80 | AUTHORITY.1]).unwrap(),
        },
        cert_status: CertStatus::good(),
        this_update: OcspGeneralizedTime(time(NOW_S)),
        next_update: Some(OcspGeneralizedTime(time(NOW_S + 9))),
        single_extensions: None,
    };
    let data = ResponseData {
        version: x509_ocsp::Version::V1,
        responder_id: ResponderId::ByName(name),
        produced_at: OcspGeneralizedTime(time(NOW_S)),
        responses: vec![answer],
        response_extensions: None,
    };
    let signature = signed(ROOT, &data);
    let basic = BasicOcspResponse {
        tbs_response_data: data,
        signature_algorithm: ed25519(),
        signature,
        certs: None,
    };
    OcspResponse::successful(basic).unwrap().to_der().unwrap().into()
}

fn judged(certificates: &Octets, responses: &Octets, now_s: u64) -> Result<Octets, Rule> {
    let pinned = Pinned::new(&certificate(ROOT, ROOT), DOMAIN).unwrap();
    verify(RuleSet::all(), &pinned, Shown { certificates, responses }, now_s)
}

fn chain() -> Octets {
    wire::join(&[certificate(SERVER, AUTHORITY), certificate(AUTHORITY, ROOT)])
}

#[test]
fn dev_24_to_43_a_chain_leads_to_the_servers_key() {
    let responses = wire::join(&[response()]);
    assert_eq!(judged(&chain(), &responses, NOW_S), Ok(key(SERVER)));
    assert_eq!(judged(&chain(), &responses, NOW_S + 9), Ok(key(SERVER)));
    assert_eq!(judged(&chain(), &responses, NOW_S + 10), Err(Rule::OcspCurrent));
    assert_eq!(judged(&chain(), &responses, NOW_S - 1), Err(Rule::ChainValidNow));
    assert_eq!(judged(&chain(), &Octets::default(), NOW_S), Err(Rule::OcspStapled));
    let by_root = wire::join(&[certificate(SERVER, ROOT), certificate(AUTHORITY, ROOT)]);
    assert_eq!(judged(&by_root, &responses, NOW_S), Err(Rule::ChainNamesIssuers));
}

#[test]
fn dev_25_a_client_is_shipped_with_a_certificate_and_a_domain() {
    let root = certificate(ROOT, ROOT);
    assert!(Pinned::new(&root, DOMAIN).is_some());
    for domain in ["", "e2e..example.com", "e2e.example.com.", "https://e2e.example.com", "*.com"] {
        assert!(Pinned::new(&root, domain).is_none(), "{domain}");
    }
    assert!(Pinned::new(&root.as_slice()[1..].into(), DOMAIN).is_none());
}

fn tree(base: &str) -> GeneralSubtree {
    let base = GeneralName::DnsName(Ia5String::new(base).unwrap());
    GeneralSubtree { base, minimum: 0, maximum: None }
}

#[test]
fn dev_34_constraints_permit_what_is_in_one_subtree_and_out_of_others() {
    let permitted = |permitted: Option<&[&str]>, excluded: Option<&[&str]>, name: &str| {
        let trees = |names: &[&str]| names.iter().map(|it| tree(it)).collect();
        let constraints = NameConstraints {
            permitted_subtrees: permitted.map(trees),
            excluded_subtrees: excluded.map(trees),
        };
        permits(&constraints, &mut [name].into_iter())
    };
    let name = "a.Example.com";
    assert!(permitted(None, None, name));
    assert!(permitted(Some(&["example.org", "EXAMPLE.com"]), None, name));
    assert!(permitted(Some(&["a.example.com"]), Some(&["b.example.com"]), name));
    assert!(!permitted(Some(&["ample.com"]), None, name));
    assert!(!permitted(Some(&["x.a.example.com"]), None, name));
    assert!(!permitted(None, Some(&["com"]), name));
    assert!(!permitted(None, Some(&[".org"]), name));
    let beyond = GeneralSubtree { minimum: 1, ..tree("org") };
    let excluded_subtrees = Some(vec![beyond]);
    let constraints = NameConstraints { permitted_subtrees: None, excluded_subtrees };
    assert!(!permits(&constraints, &mut [name].into_iter()));
}

proptest! {
    #[test]
    fn dev_24_no_bytes_are_a_chain_by_chance(
        certificates in proptest::collection::vec(any::<Vec<u8>>(), 0..9),
        listed: bool,
    ) {
        let certificates: Vec<_> = certificates.into_iter().map(Octets::new).collect();
        let joined = wire::join(&certificates);
        let shown = if listed { joined } else { joined.as_slice()[joined.len() / 2..].into() };
        let refused = judged(&shown, &wire::join(&[response()]), NOW_S);
        prop_assert_eq!(refused, Err(Rule::ChainReadable));
    }

    /// Every bit of what is shown counts, or is not read at all.
    #[test]
    fn dev_26_no_bit_of_a_chain_is_another(at in any::<proptest::sample::Index>(), bit in 0..8) {
        let mut altered = chain().into_vec();
        let at = at.index(altered.len());
        altered[at] ^= 1_u8 << bit;
        let judged = judged(&altered.into(), &wire::join(&[response()]), NOW_S);
        prop_assert!(judged.is_err());
    }

    #[test]
    fn dev_38_and_42_no_bit_of_a_response_is_another(
        at in any::<proptest::sample::Index>(),
        bit in 0..8,
    ) {
        let mut altered = response().into_vec();
        let at = at.index(altered.len());
        altered[at] ^= 1_u8 << bit;
        let judged = judged(&chain(), &wire::join(&[altered.into()]), NOW_S);
        prop_assert!(matches!(judged, Err(Rule::OcspSigned | Rule::OcspReadable)));
    }
}
