//! A certificate, taken apart (RFC 5280; reading R-134).

use std::{collections::BTreeSet, ops::RangeInclusive};

use conclave_spec::{Octets, formulas::certificate};
use x509_cert::{
    Version,
    der::{
        Decode, Encode,
        asn1::{BitString, ObjectIdentifier},
        oid::AssociatedOid,
    },
    ext::{
        Extension,
        pkix::{
            BasicConstraints, ExtendedKeyUsage, KeyUsage, NameConstraints, SubjectAltName,
            name::GeneralName,
        },
    },
    name::Name,
    serial_number::SerialNumber,
    spki::AlgorithmIdentifierOwned,
};

use super::names::are_constraints;

/// Ed25519, as key and as signature (RFC 8410).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// The purpose of servers (RFC 5280, 4.2.1.12).
const SERVERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");

/// How many bytes a serial number has at the most (RFC 5280, 4.1.2.2).
const NUMBER_MAX: usize = 20;

/// A certificate that could be read.
#[derive(Debug)]
pub(super) struct Certificate {
    inner: x509_cert::Certificate,
    /// The bytes that its issuer signed.
    signed: Octets,
    known: Known,
    /// Whether an extension is critical and none of those that are known.
    pub(super) has_unknown: bool,
}

/// The extensions that are known.
#[derive(Debug)]
struct Known {
    basic: Option<BasicConstraints>,
    usage: Option<KeyUsage>,
    purposes: Option<ExtendedKeyUsage>,
    names: Option<SubjectAltName>,
    constraints: Option<NameConstraints>,
}

impl Certificate {
    /// The certificate; none unless it is the DER of one of version 3 with an Ed25519 key and
    /// signature, whose known extensions can be read and none of whose extensions is there twice.
    pub(super) fn read(der: &Octets) -> Option<Self> {
        let inner: x509_cert::Certificate = whole(der.as_slice())?;
        let tbs = &inner.tbs_certificate;
        let key = &tbs.subject_public_key_info;
        let algorithms = [&tbs.signature, &inner.signature_algorithm, &key.algorithm];
        let fits = tbs.version == Version::V3
            && is_number(&tbs.serial_number)
            && is_positive(tbs.serial_number.as_bytes())
            && algorithms.into_iter().all(is_ed25519)
            && inner.signature.as_bytes().is_some()
            && key.subject_public_key.as_bytes().is_some_and(|it| it.len() == 32);
        let signed = Octets::new(tbs.to_der().ok()?);
        let extensions = tbs.extensions.as_deref().unwrap_or_default();
        if !fits || !are_distinct(extensions) {
            return None;
        }
        let known = Known::of(extensions)?;
        let has_unknown =
            extensions.iter().any(|it| it.critical && !Known::IDS.contains(&it.extn_id));
        Some(Self { signed, known, has_unknown, inner })
    }

    /// Whether it names another as its issuer.
    pub(super) fn names(&self, issuer: &Self) -> bool {
        self.inner.tbs_certificate.issuer == *issuer.subject()
    }

    pub(super) fn is_signed_by(&self, issuer: &Self) -> bool {
        issuer.signs(&self.signed, &self.inner.signature)
    }

    /// Whether its key made this signature.
    pub(super) fn signs(&self, signed: &Octets, signature: &BitString) -> bool {
        let signature = signature.as_bytes().unwrap_or_default();
        certificate::verify(&self.key(), signed, &signature.into())
    }

    /// The name of its holder.
    pub(super) const fn subject(&self) -> &Name {
        &self.inner.tbs_certificate.subject
    }

    /// Its number among those of its issuer.
    pub(super) const fn serial(&self) -> &SerialNumber {
        &self.inner.tbs_certificate.serial_number
    }

    /// The key of its holder, 32 bytes.
    pub(super) fn key(&self) -> Octets {
        self.inner.tbs_certificate.subject_public_key_info.subject_public_key.raw_bytes().into()
    }

    /// From the first to the last second in which it counts, since 1970.
    pub(super) fn period(&self) -> RangeInclusive<u64> {
        let validity = &self.inner.tbs_certificate.validity;
        let seconds = |time: x509_cert::time::Time| time.to_unix_duration().as_secs();
        seconds(validity.not_before)..=seconds(validity.not_after)
    }

    pub(super) fn is_authority(&self) -> bool {
        self.known.basic.as_ref().is_some_and(|it| it.ca)
    }

    /// Whether so many authorities may be between it and a server.
    pub(super) fn may_be_above(&self, below: usize) -> bool {
        let most = self.known.basic.as_ref().and_then(|it| it.path_len_constraint);
        most.is_none_or(|most| below <= usize::from(most))
    }

    /// Whether its key is for certificates.
    pub(super) fn may_issue(&self) -> bool {
        self.known.usage.is_some_and(|usage| usage.key_cert_sign())
    }

    /// Whether its key is for other signatures.
    pub(super) fn may_sign(&self) -> bool {
        self.known.usage.is_some_and(|usage| usage.digital_signature())
    }

    /// Whether that of servers is among its purposes, if it has any.
    pub(super) fn is_for_servers(&self) -> bool {
        self.known.purposes.as_ref().is_none_or(|purposes| purposes.0.contains(&SERVERS))
    }

    /// The domains among its alternative names.
    pub(super) fn domains(&self) -> impl Iterator<Item = &str> {
        self.known.names.iter().flat_map(|names| &names.0).filter_map(|name| {
            if let GeneralName::DnsName(domain) = name { Some(domain.as_str()) } else { None }
        })
    }

    pub(super) const fn constraints(&self) -> Option<&NameConstraints> {
        self.known.constraints.as_ref()
    }
}

impl Known {
    const IDS: [ObjectIdentifier; 5] = [
        BasicConstraints::OID,
        KeyUsage::OID,
        ExtendedKeyUsage::OID,
        SubjectAltName::OID,
        NameConstraints::OID,
    ];

    /// None where one of them cannot be read.
    fn of(extensions: &[Extension]) -> Option<Self> {
        let known = Self {
            basic: extension(extensions)?,
            usage: extension(extensions)?,
            purposes: extension(extensions)?,
            names: extension(extensions)?,
            constraints: extension(extensions)?,
        };
        known.is_of_kinds_read().then_some(known)
    }

    /// Whether no name is of a kind that is not read, and name constraints are some.
    fn is_of_kinds_read(&self) -> bool {
        let names = self.names.iter().flat_map(|names| &names.0);
        let trees = self.constraints.iter().flat_map(|it| {
            [&it.permitted_subtrees, &it.excluded_subtrees].into_iter().flatten().flatten()
        });
        let mut all = names.chain(trees.map(|tree| &tree.base));
        // Of addresses of X.400 the library reads none.
        all.all(|name| !matches!(name, GeneralName::EdiPartyName(_)))
            && self.constraints.as_ref().is_none_or(are_constraints)
    }
}

/// Whether no extension is there twice.
pub(super) fn are_distinct(extensions: &[Extension]) -> bool {
    let names: BTreeSet<_> = extensions.iter().map(|it| it.extn_id).collect();
    names.len() == extensions.len()
}

/// One extension, if it is there; none where it cannot be read.
fn extension<T: for<'a> Decode<'a> + Encode + AssociatedOid>(
    extensions: &[Extension],
) -> Option<Option<T>> {
    let Some(found) = extensions.iter().find(|it| it.extn_id == T::OID) else {
        return Some(None);
    };
    whole(found.extn_value.as_bytes()).map(Some)
}

/// What these bytes are the one encoding of.
pub(super) fn whole<T: for<'a> Decode<'a> + Encode>(der: &[u8]) -> Option<T> {
    let value = T::from_der(der).ok()?;
    value.to_der().is_ok_and(|again| again == der).then_some(value)
}

/// Whether a serial number is no longer than the standard lets it be; the library reads one byte
/// more.
pub(super) fn is_number(serial: &SerialNumber) -> bool {
    serial.as_bytes().len() <= NUMBER_MAX
}

/// Whether a number is above zero, by the bytes of its two's complement.
fn is_positive(number: &[u8]) -> bool {
    number.first().is_some_and(|first| *first < 0x80) && number.iter().any(|byte| *byte != 0)
}

/// Whether an algorithm is Ed25519, which has no parameters.
pub(super) fn is_ed25519(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm.oid == ED25519 && algorithm.parameters.is_none()
}
