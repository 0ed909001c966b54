//! A certificate authority of our own: what it issues, and what it says of that later.
//!
//! What cannot be made panics: nothing in its place would be refused too, for another reason.

use std::{str::FromStr as _, time::Duration};

use conclave_model::sigchain::build::bytes;
use conclave_spec::{
    Octets,
    formulas::{certificate::sign, sign::verifying_key},
};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PublicKeyData, SanType, SignatureAlgorithm, SigningKey,
    date_time_ymd,
};
use sha2::{Digest as _, Sha256};
use x509_cert::{
    Certificate,
    der::{
        Decode as _, Encode,
        asn1::{BitString, GeneralizedTime, ObjectIdentifier, OctetString},
    },
    ext::Extension,
    name::Name,
    serial_number::SerialNumber,
    spki::AlgorithmIdentifierOwned,
};
use x509_ocsp::{
    BasicOcspResponse, CertId, CertStatus, OcspGeneralizedTime, OcspResponse, ResponderId,
    ResponseData, SingleResponse, Version,
};

/// The domain that the client trusts.
pub(super) const DOMAIN: &str = "e2e.example.com";
/// When everything is looked at, in seconds since 1970.
pub(super) const NOW_S: u64 = 1_700_000_000;
pub(super) const DAY_S: u64 = 86_400;
/// What the standard named certificates by at first.
const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// SHA-1 of the root's name and of its key.
const ROOT_SHA_1: [&str; 2] =
    ["9e01e40336c2343f18576fb9f9d4ce8485148a67", "bcdb35a970fbad5be9f4edbe55e6531c889b4c54"];
/// A number of nobody's, for an extension that no client knows.
const UNKNOWN: &[u64] = &[1, 3, 6, 1, 4, 1, 99_999, 1];

/// Who has a certificate: the common name, and what its key is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    pub(super) name: &'static str,
    pub(super) seed: &'static str,
}

pub(super) const ROOT: Holder = Holder { name: "Pinned Root", seed: "root key" };
/// A public authority, which the root vouches for.
pub(super) const PUBLIC: Holder = Holder { name: "Public Authority", seed: "public key" };
/// The operator's own, which vouches for servers.
pub(super) const INTERNAL: Holder = Holder { name: "Internal Authority", seed: "internal key" };
/// The server that makes the statements of other cases.
const SERVER: Holder = Holder { name: "Server", seed: "server seed" };

impl Holder {
    /// The same with another key.
    pub(super) const fn with_key(self, seed: &'static str) -> Self {
        Self { seed, ..self }
    }

    fn key(self) -> Key {
        let seed = Octets::new(bytes(self.seed, 32));
        let public = verifying_key(&seed).expect("a seed has 32 bytes").into_vec();
        Key { seed, public, algorithm: &PKCS_ED25519 }
    }

    fn signature(self, message: &[u8]) -> BitString {
        let signature = self.key().sign(message).expect("a key signs");
        BitString::from_bytes(&signature).expect("a signature is whole bytes")
    }

    fn distinguished(self) -> DistinguishedName {
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, self.name);
        name
    }

    /// The same name as the other library has it.
    fn encoded(self) -> Name {
        Name::from_str(&format!("CN={}", self.name)).expect("a common name is a name")
    }
}

/// A key as the library of certificates asks for it.
struct Key {
    seed: Octets,
    public: Vec<u8>,
    algorithm: &'static SignatureAlgorithm,
}

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

impl SigningKey for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(sign(&self.seed, &message.into()).expect("a seed has 32 bytes").into_vec())
    }
}

/// A certificate before it is issued.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) params: CertificateParams,
    holder: Holder,
    issuer: Holder,
    serial: u8,
    p256: bool,
}

impl Draft {
    pub(super) fn new(holder: Holder, issuer: Holder, serial: u8) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = holder.distinguished();
        params.serial_number = Some(vec![serial].into());
        Self { params, holder, issuer, serial, p256: false }
    }

    /// Who has it.
    pub(super) const fn holder(&self) -> Holder {
        self.holder
    }

    /// The server's, for a week of which a day is over.
    pub(super) fn server() -> Self {
        let mut draft = Self::new(SERVER, INTERNAL, 1).between(NOW_S - DAY_S, NOW_S + 6 * DAY_S);
        draft.params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        draft.named(&[DOMAIN])
    }

    /// The operator's authority, which has only servers below it.
    pub(super) fn internal() -> Self {
        Self::authority(INTERNAL, PUBLIC, 2, BasicConstraints::Constrained(0))
    }

    /// The public authority, which may have one authority below it.
    pub(super) fn public() -> Self {
        Self::authority(PUBLIC, ROOT, 3, BasicConstraints::Constrained(1))
    }

    /// An authority, for two years of which one is over.
    pub(super) fn authority(
        holder: Holder,
        issuer: Holder,
        serial: u8,
        basic: BasicConstraints,
    ) -> Self {
        let year_s = 365 * DAY_S;
        let mut draft = Self::new(holder, issuer, serial).between(NOW_S - year_s, NOW_S + year_s);
        draft.params.is_ca = IsCa::Ca(basic);
        draft.params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        draft.params.key_identifier_method =
            rcgen::KeyIdMethod::PreSpecified(bytes(holder.seed, 20));
        draft
    }

    /// The same from one second on to another, both counted.
    pub(super) fn between(mut self, from_s: u64, to_s: u64) -> Self {
        let at = |seconds| date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds);
        (self.params.not_before, self.params.not_after) = (at(from_s), at(to_s));
        self
    }

    /// The same with these alternative names.
    pub(super) fn named(mut self, domains: &[&str]) -> Self {
        let names = domains.iter().map(|name| (*name).try_into().expect("a domain is ASCII"));
        self.params.subject_alt_names = names.map(SanType::DnsName).collect();
        self
    }

    /// The same with something else in it.
    pub(super) fn but(mut self, change: impl FnOnce(&mut CertificateParams)) -> Self {
        change(&mut self.params);
        self
    }

    /// The same issued by another.
    pub(super) fn by(self, issuer: Holder) -> Self {
        Self { issuer, ..self }
    }

    /// The same with an extension of this number and these bytes.
    pub(super) fn with_extension(self, number: &[u64], critical: bool, value: Vec<u8>) -> Self {
        let mut extension = rcgen::CustomExtension::from_oid_content(number, value);
        extension.set_criticality(critical);
        self.but(|params| params.custom_extensions.push(extension))
    }

    /// The same with an extension that no client knows, of so many bytes.
    pub(super) fn with_unknown(self, critical: bool, length: usize) -> Self {
        let value = OctetString::new(vec![0; length]).and_then(|it| it.to_der());
        self.with_extension(UNKNOWN, critical, value.expect("bytes encode"))
    }

    /// The same for a key of P-256: the base point, which every implementation takes.
    pub(super) fn of_p256(self) -> Self {
        Self { p256: true, ..self }
    }

    pub(super) fn der(&self) -> Octets {
        let mut key = self.holder.key();
        if self.p256 {
            const BASE: &str = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
                                4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
            key.public = hex::decode(BASE).expect("hexadecimal");
            key.algorithm = &PKCS_ECDSA_P256_SHA256;
        }
        let issuer = Self::new(self.issuer, self.issuer, 0).params;
        let issued = self.params.signed_by(&key, &Issuer::new(issuer, self.issuer.key()));
        issued.expect("a certificate is issued").der().to_vec().into()
    }

    /// The same taken apart, altered and signed again.
    pub(super) fn altered(&self, alter: impl FnOnce(&mut Certificate)) -> Octets {
        let mut certificate = Certificate::from_der(self.der().as_slice()).expect("it can be read");
        alter(&mut certificate);
        certificate.signature = self.issuer.signature(&encoded(&certificate.tbs_certificate));
        encoded(&certificate).into()
    }
}

/// The root's certificate.
pub(super) fn root() -> Octets {
    Draft::authority(ROOT, ROOT, 9, BasicConstraints::Unconstrained).der()
}

/// An OCSP response before it is signed.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) serial: u8,
    /// Whose certificate it is about.
    pub(super) issuer: Holder,
    /// Who signs it.
    pub(super) signer: Holder,
    pub(super) status: CertStatus,
    /// When it begins to count, in seconds since 1970, and when it ends.
    pub(super) this_s: u64,
    pub(super) next_s: Option<u64>,
    /// Whether it names the root, and by SHA-1.
    pub(super) sha_1: bool,
    /// What it brings along, such as the certificate of a delegate.
    pub(super) certificates: Vec<Octets>,
}

impl Answer {
    /// What the issuer says of a certificate.
    pub(super) fn about(draft: &Draft) -> Self {
        Self {
            serial: draft.serial,
            issuer: draft.issuer,
            signer: draft.issuer,
            status: CertStatus::good(),
            this_s: NOW_S - 2 * DAY_S,
            next_s: Some(NOW_S + 8 * DAY_S),
            sha_1: false,
            certificates: Vec::new(),
        }
    }

    pub(super) fn der(&self) -> Octets {
        self.altered(|_| ())
    }

    /// The same altered before it is signed.
    pub(super) fn altered(&self, alter: impl FnOnce(&mut ResponseData)) -> Octets {
        let mut data = self.data();
        alter(&mut data);
        self.signed(data)
    }

    /// The same with another beginning, a moment written as the library writes none.
    pub(super) fn beginning(&self, moment: &[u8; 15]) -> Octets {
        let mut data = encoded(&self.data());
        let mut whole = self.der().into_vec();
        let at = place_of(&data, &whole);
        let written = encoded(&self.data().responses[0].this_update.0);
        // The second of two: the first says when the response was produced.
        let date = data.windows(written.len()).rposition(|it| it == written).expect("a beginning");
        data[date + 2..date + 17].copy_from_slice(moment);
        whole[at..at + data.len()].copy_from_slice(&data);
        let signature = self.signer.signature(&data);
        let end = whole.len() - signature.raw_bytes().len();
        whole[end..].copy_from_slice(signature.raw_bytes());
        whole.into()
    }

    fn data(&self) -> ResponseData {
        let (hash, [name, key]) = self.hashes();
        let answer = SingleResponse {
            cert_id: CertId {
                hash_algorithm: algorithm(hash),
                issuer_name_hash: octets(name),
                issuer_key_hash: octets(key),
                serial_number: SerialNumber::new(&[self.serial]).expect("a short number"),
            },
            cert_status: self.status,
            this_update: moment(self.this_s),
            next_update: self.next_s.map(moment),
            single_extensions: None,
        };
        ResponseData {
            version: Version::V1,
            responder_id: ResponderId::ByName(self.signer.encoded()),
            produced_at: moment(self.this_s),
            responses: vec![answer],
            response_extensions: None,
        }
    }

    fn signed(&self, data: ResponseData) -> Octets {
        let read = |der: &Octets| Certificate::from_der(der.as_slice()).expect("it can be read");
        let certs: Vec<_> = self.certificates.iter().map(read).collect();
        let basic = BasicOcspResponse {
            signature: self.signer.signature(&encoded(&data)),
            tbs_response_data: data,
            signature_algorithm: algorithm(ED25519),
            certs: Some(certs).filter(|certs| !certs.is_empty()),
        };
        encoded(&OcspResponse::successful(basic).expect("an answer is a response")).into()
    }

    /// The hash, and what it makes of the issuer's name and key.
    fn hashes(&self) -> (ObjectIdentifier, [Vec<u8>; 2]) {
        if self.sha_1 {
            return (SHA_1, ROOT_SHA_1.map(|it| hex::decode(it).expect("hexadecimal")));
        }
        let of_issuer = [encoded(&self.issuer.encoded()), self.issuer.key().public];
        (SHA_256, of_issuer.map(|it| Sha256::digest(it).to_vec()))
    }
}

/// An extension of a response that no client knows.
pub(super) fn unknown(critical: bool) -> Extension {
    let arcs = UNKNOWN.iter().map(|arc| (*arc).try_into().expect("a small number"));
    let extn_id = ObjectIdentifier::from_arcs(arcs).expect("a short number");
    Extension { extn_id, critical, extn_value: octets(vec![5, 0]) }
}

/// A moment of a response.
pub(super) fn moment(seconds: u64) -> OcspGeneralizedTime {
    let moment = GeneralizedTime::from_unix_duration(Duration::from_secs(seconds));
    OcspGeneralizedTime(moment.expect("a moment before the year 10000"))
}

pub(super) fn octets(bytes: Vec<u8>) -> OctetString {
    OctetString::new(bytes).expect("few bytes")
}

pub(super) fn encoded(value: &impl Encode) -> Vec<u8> {
    value.to_der().expect("what was made encodes")
}

const fn algorithm(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters: None }
}

fn place_of(part: &[u8], whole: &[u8]) -> usize {
    whole.windows(part.len()).position(|it| it == part).expect("a part of it")
}
