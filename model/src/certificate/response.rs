//! An OCSP response that is stapled to a certificate (RFC 6960; reading R-135).

use conclave_spec::Octets;
use sha2::{Digest as _, Sha256};
use x509_cert::{
    der::{Encode as _, asn1::ObjectIdentifier, oid::AssociatedOid as _},
    spki::AlgorithmIdentifierOwned,
};
use x509_ocsp::{
    BasicOcspResponse, CertStatus, OcspGeneralizedTime, OcspResponse, OcspResponseStatus,
    SingleResponse,
};

use super::parsed::{Certificate, are_distinct, is_ed25519, is_number, whole};

const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// A response that could be read.
#[derive(Debug)]
pub(super) struct Response {
    basic: BasicOcspResponse,
    /// The bytes that the responder signed.
    signed: Octets,
    answer: SingleResponse,
    /// Whether an extension is critical: none is known.
    pub(super) has_unknown: bool,
}

impl Response {
    /// The response; none unless it is the DER of one that was given, of the basic kind, with one
    /// answer by SHA-256, an Ed25519 signature and no extension twice.
    pub(super) fn read(der: &Octets) -> Option<Self> {
        let response: OcspResponse = whole(der.as_slice())?;
        let given = response.response_status == OcspResponseStatus::Successful;
        let bytes = response.response_bytes.filter(|_| given)?;
        let basic: BasicOcspResponse = whole(bytes.response.as_bytes())?;
        let data = &basic.tbs_response_data;
        let [answer] = data.responses.as_slice() else { return None };
        let extensions: Vec<_> =
            [&data.response_extensions, &answer.single_extensions].into_iter().flatten().collect();
        let fits = bytes.response_type == BasicOcspResponse::OID
            && is_ed25519(&basic.signature_algorithm)
            && basic.signature.as_bytes().is_some()
            && is_sha_256(&answer.cert_id.hash_algorithm)
            && is_number(&answer.cert_id.serial_number)
            && extensions.iter().all(|it| are_distinct(it));
        let has_unknown = extensions.into_iter().flatten().any(|it| it.critical);
        let (signed, answer) = (Octets::new(data.to_der().ok()?), answer.clone());
        fits.then_some(Self { signed, answer, has_unknown, basic })
    }

    /// Whether it brings what could be the certificate of a delegate.
    pub(super) fn may_be_a_delegates(&self) -> bool {
        self.basic.certs.as_ref().is_some_and(|certificates| !certificates.is_empty())
    }

    pub(super) fn is_signed_by(&self, issuer: &Certificate) -> bool {
        issuer.signs(&self.signed, &self.basic.signature)
    }

    /// Whether it is about this certificate of this issuer.
    pub(super) fn is_about(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let about = &self.answer.cert_id;
        let hash = |bytes: &[u8]| Sha256::digest(bytes).to_vec();
        let name = issuer.subject().to_der().unwrap_or_default();
        about.issuer_name_hash.as_bytes() == hash(&name)
            && about.issuer_key_hash.as_bytes() == hash(issuer.key().as_slice())
            && about.serial_number == *certificate.serial()
    }

    /// Whether it counts, `now_s` seconds after 1970.
    pub(super) fn is_current(&self, now_s: u64) -> bool {
        let seconds = |time: OcspGeneralizedTime| time.0.to_unix_duration().as_secs();
        let ends = self.answer.next_update.map(seconds);
        seconds(self.answer.this_update) <= now_s && ends.is_some_and(|ends| now_s <= ends)
    }

    pub(super) const fn says_revoked(&self) -> bool {
        matches!(self.answer.cert_status, CertStatus::Revoked(_))
    }

    pub(super) const fn says_unknown(&self) -> bool {
        matches!(self.answer.cert_status, CertStatus::Unknown(_))
    }
}

/// Whether an algorithm is SHA-256, whose parameters are none or say nothing.
fn is_sha_256(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm.oid == SHA_256 && algorithm.parameters.as_ref().is_none_or(|it| it.is_null())
}
