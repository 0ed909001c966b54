//! The cases of certificates, against a verifier that is not ours.
//!
//! `rustls-webpki` knows nothing of OCSP, weeks and domains without wildcards: what it takes may be
//! refused here. What it refuses must be.

use std::{collections::BTreeMap, time::Duration};

use conclave_conformance::{case::Case, protocol::Input, vectors};
use conclave_spec::{Octets, Rule, formulas::certificate::verify, wire};
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, ServerName,
    SignatureVerificationAlgorithm, UnixTime, alg_id,
};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

#[derive(Debug)]
struct Ed25519;

impl SignatureVerificationAlgorithm for Ed25519 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let good = verify(&public_key.into(), &message.into(), &signature.into());
        good.then_some(()).ok_or(InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ED25519
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ED25519
    }
}

/// Whether the other verifier takes a chain, by the inputs of the formula.
fn takes(inputs: &BTreeMap<String, String>) -> Option<()> {
    let octets = |name: &str| hex::decode(inputs.get(name)?).ok().map(Octets::new);
    let list = wire::split(&octets("certificates")?).ok()?;
    let list: Vec<_> = list.iter().map(|it| CertificateDer::from(it.as_slice())).collect();
    let (server, authorities) = list.split_first()?;
    let root = octets("root")?;
    let root = CertificateDer::from(root.as_slice());
    let anchor = anchor_from_trusted_cert(&root).ok()?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(inputs.get("now_s")?.parse().ok()?));
    let server = EndEntityCert::try_from(server).ok()?;
    let usage = KeyUsage::server_auth();
    server.verify_for_usage(&[&Ed25519], &[anchor], authorities, now, usage, None, None).ok()?;
    let name = ServerName::try_from(inputs.get("domain")?.as_str()).ok()?;
    server.verify_is_valid_for_subject_name(&name).ok()
}

fn inputs(case: &Case) -> Option<BTreeMap<String, String>> {
    let [step] = case.steps.as_slice() else { return None };
    let Input::Compute { formula, inputs } = &step.input else { return None };
    (formula == "server_chain").then(|| inputs.clone())
}

#[test]
fn dev_24_to_43_what_webpki_refuses_is_refused_here() {
    let cases = vectors::load(&vectors::folder(None)).expect("the vectors load");
    let mut refused_by_both = BTreeMap::new();
    let mut taken = 0;
    for case in &cases {
        let Some(inputs) = inputs(case) else { continue };
        // A case that is taken turns on no rule.
        match (takes(&inputs), case.steps[0].expect.rule) {
            (Some(()), None) => taken += 1,
            (None, None) => panic!("{}: webpki refuses it", case.id),
            (None, Some(rule)) => *refused_by_both.entry(rule).or_insert(0) += 1,
            (Some(()), Some(_)) => {}
        }
    }
    assert!(taken >= 10, "{taken}");
    let both: Vec<_> = refused_by_both.keys().copied().collect();
    let wanted = [
        Rule::ChainReadable,
        Rule::ChainFromRoot,
        Rule::ChainSigned,
        Rule::ChainNamesIssuers,
        Rule::IntermediateIsAuthority,
        Rule::PathLengthKept,
        Rule::ServerKeySigns,
        Rule::ChainForServers,
        Rule::ServerOfDomain,
        Rule::NamesPermitted,
        Rule::ChainValidNow,
    ];
    assert_eq!(both, wanted);
}
