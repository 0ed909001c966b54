//! The certificates that lead from a client's pinned root to the server's signing key (4.6,
//! subsubsec:servercert; readings ).
//!
//! Certificate by certificate and rule by rule, so that each rule can be taken away; a test of the
//! conformance crate holds what comes of it to `rustls-webpki`.

use conclave_spec::{Octets, Rule, RuleSet, wire};

use crate::guard::require;

mod names;
mod parsed;
mod response;
#[cfg(test)]
mod tests;

use parsed::Certificate;
use response::Response;

/// How many certificates a chain has: the server's, and those of authorities up to the one that the
/// root issued.
const CERTIFICATES: std::ops::RangeInclusive<usize> = 2..=7;
/// How many bytes a certificate has, or a response, at the most.
const BYTES_MAX: usize = 16_384;
/// How long the period of a server's certificate is at the most, in seconds.
const SERVER_S: u64 = 7 * 24 * 60 * 60;

/// What a client has from its maker.
#[derive(Debug)]
pub struct Pinned {
    root: Certificate,
    domain: String,
}

impl Pinned {
    /// A root certificate, DER, and the domain that is trusted. `None` where the one is no
    /// certificate with an Ed25519 key or the other no domain name.
    #[must_use]
    pub fn new(root: &Octets, domain: &str) -> Option<Self> {
        let root = Certificate::read(root)?;
        crate::attestation::is_domain(domain).then(|| Self { root, domain: domain.to_owned() })
    }
}

/// What the server shows, each a list as [`wire::join`] writes it.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// Certificates, DER: the server's first, each issued by the next, the last by the root.
    pub certificates: &'a Octets,
    /// OCSP responses, DER, of the second certificate and those after it, in their order; an empty
    /// one is none.
    pub responses: &'a Octets,
}

/// The server's key, 32 bytes, if the chain leads to it `now_s` seconds after 1970.
///
/// # Errors
/// The rule that is broken first, in the order of `docs/certificates.md`.
pub fn verify(
    rules: RuleSet,
    pinned: &Pinned,
    shown: Shown<'_>,
    now_s: u64,
) -> Result<Octets, Rule> {
    let unreadable = Rule::ChainReadable;
    let certificates = list(shown.certificates).ok_or(unreadable)?;
    if !CERTIFICATES.contains(&certificates.len()) {
        return Err(unreadable);
    }
    let responses = list(shown.responses).filter(|it| it.len() < certificates.len());
    let responses = responses.ok_or(unreadable)?;
    let read: Option<Vec<_>> = certificates.iter().map(Certificate::read).collect();
    let chain = Chain { rules, pinned, certificates: read.ok_or(unreadable)? };
    chain.links()?;
    chain.authorities()?;
    let key = chain.server(now_s)?;
    chain.revocation(&responses, now_s)?;
    Ok(key)
}

/// The entries of a list; none where it is not one, or an entry is too long.
fn list(joined: &Octets) -> Option<Vec<Octets>> {
    wire::split(joined).ok().filter(|entries| entries.iter().all(|it| it.len() <= BYTES_MAX))
}

/// A chain whose certificates could be read.
struct Chain<'a> {
    rules: RuleSet,
    pinned: &'a Pinned,
    certificates: Vec<Certificate>,
}

impl Chain<'_> {
    fn check(&self, rule: Rule, holds: bool) -> Result<(), Rule> {
        require(self.rules, rule, holds)
    }

    /// Each certificate with the one that issued it, or should have.
    fn issued(&self) -> impl Iterator<Item = (&Certificate, &Certificate)> {
        let issuers = self.certificates.iter().skip(1).chain([&self.pinned.root]);
        self.certificates.iter().zip(issuers)
    }

    /// The certificates of authorities.
    fn intermediates(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter().skip(1)
    }

    /// Whether each certificate is the next one's, and the last the root's.
    fn links(&self) -> Result<(), Rule> {
        let understood = self.certificates.iter().all(|it| !it.has_unknown);
        self.check(Rule::ChainReadable, understood)?;
        let named = self.issued().all(|(certificate, issuer)| certificate.names(issuer));
        self.check(Rule::ChainNamesIssuers, named)?;
        let last = self.certificates.len() - 1;
        let mut inner = self.issued().take(last);
        let signed = inner.all(|(certificate, issuer)| certificate.is_signed_by(issuer));
        self.check(Rule::ChainSigned, signed)?;
        let rooted = self.certificates.last().is_some_and(|it| it.is_signed_by(&self.pinned.root));
        self.check(Rule::ChainFromRoot, rooted)
    }

    /// Whether those who issue may.
    fn authorities(&self) -> Result<(), Rule> {
        let authorities = self.intermediates().all(Certificate::is_authority);
        self.check(Rule::IntermediateIsAuthority, authorities)?;
        let may = self.intermediates().all(Certificate::may_issue);
        self.check(Rule::IntermediateMayIssue, may)?;
        let kept = self.intermediates().zip(0..).all(|(it, below)| it.may_be_above(below));
        self.check(Rule::PathLengthKept, kept)
    }

    /// The key of the server, if its certificate is that of one and all are in their time.
    fn server(&self, now_s: u64) -> Result<Octets, Rule> {
        let server = self.certificates.first().ok_or(Rule::ChainReadable)?;
        self.check(Rule::ServerKeySigns, !server.is_authority() && server.may_sign())?;
        let for_servers = self.certificates.iter().all(Certificate::is_for_servers);
        self.check(Rule::ChainForServers, for_servers)?;
        let domain = &self.pinned.domain;
        let named = server.domains().any(|name| name.eq_ignore_ascii_case(domain));
        self.check(Rule::ServerOfDomain, named)?;
        let permitted = self.intermediates().zip(1..).all(|(authority, above)| {
            let mut below = self.certificates.iter().take(above).flat_map(Certificate::domains);
            authority.constraints().is_none_or(|it| names::permits(it, &mut below))
        });
        self.check(Rule::NamesPermitted, permitted)?;
        let valid = self.certificates.iter().all(|it| it.period().contains(&now_s));
        self.check(Rule::ChainValidNow, valid)?;
        let period = server.period();
        let week = period.end().saturating_sub(*period.start()) <= SERVER_S;
        self.check(Rule::ServerKeyLivesAWeek, week)?;
        Ok(server.key())
    }

    /// Whether every authority's issuer says that its certificate was not revoked.
    fn revocation(&self, responses: &[Octets], now_s: u64) -> Result<(), Rule> {
        let mut responses = responses.iter();
        for (certificate, issuer) in self.issued().skip(1) {
            let Some(stapled) = responses.next().filter(|it| !it.is_empty()) else {
                self.check(Rule::OcspStapled, false)?;
                continue;
            };
            let response = Response::read(stapled).ok_or(Rule::OcspReadable)?;
            self.check(Rule::OcspReadable, !response.has_unknown)?;
            let signed = response.is_signed_by(issuer);
            self.check(Rule::OcspReadable, signed || !response.may_be_a_delegates())?;
            self.check(Rule::OcspSigned, signed)?;
            let about = response.is_about(certificate, issuer);
            self.check(Rule::OcspOfCertificate, about)?;
            self.check(Rule::OcspCurrent, response.is_current(now_s))?;
            self.check(Rule::OcspNotRevoked, !response.says_revoked())?;
            self.check(Rule::OcspKnown, !response.says_unknown())?;
        }
        Ok(())
    }
}
