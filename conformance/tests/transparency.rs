//! The tree of tails, against `akd`, from whose construction it is.
//!
//! Its directory, given the same updates, has our roots, and its proofs are ours. Its verifiers take
//! what we take.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use akd::{
    AkdLabel, AkdValue, AppendOnlyProof, Directory, HistoryParams, HistoryProof,
    HistoryVerificationParams, LookupProof, SingleAppendOnlyProof, UpdateProof,
    append_only_zks::AzksParallelismConfig,
    auditor::audit_verify,
    client::{key_history_verify, lookup_verify},
    storage::{StorageManager, memory::AsyncInMemoryDatabase},
};
use conclave_conformance::{case::Case, protocol::Input, vectors};
use conclave_model::transparency::{
    build::{Server, tail, user},
    proofs::{Growth, History, Lookup, Marker, Missing, Update},
};
use conclave_spec::{
    Octets, RuleSet,
    formulas::transparency::{future_markers, label_of, name, past_markers},
};
use outside::tree::{
    KEYS, LabelKey, OverSha256, absence, digest, element, membership, node, non_membership, path,
};
use tokio::runtime::{Builder, Runtime};

mod outside;

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

/// The updates of each epoch: users whose chain has so many links now.
fn updates(epoch: u32) -> Vec<(Octets, Octets)> {
    let others = (0..epoch % 4).map(|at| format!("user {}", (epoch * 7 + at) % 9));
    let alice = (epoch % 3 != 2).then(|| "alice".to_owned());
    others.chain(alice).map(|who| (user(&who), tail(&who, epoch))).collect()
}

fn lookup_of(proof: &LookupProof, history: &HistoryProof) -> Lookup {
    let vrf_proofs = history.past_marker_vrf_proofs.iter();
    let markers = vrf_proofs.zip(&history.existence_of_past_marker_proofs);
    let marker = |(vrf_proof, at)| {
        let vrf_proof: &Vec<u8> = vrf_proof;
        Marker { vrf_proof: vrf_proof.clone().into(), path: path(at) }
    };
    Lookup {
        version: proof.version,
        epoch: proof.epoch,
        value: proof.value.0.clone().into(),
        nonce: proof.commitment_nonce.clone().into(),
        vrf_proof: proof.existence_vrf_proof.clone().into(),
        path: path(&proof.existence_proof),
        markers: markers.map(marker).collect(),
        stale_vrf_proof: proof.freshness_vrf_proof.clone().into(),
        absence: absence(&proof.freshness_proof),
    }
}

fn history_of(proof: &HistoryProof) -> History {
    let update = |it: &UpdateProof| Update {
        version: it.version,
        epoch: it.epoch,
        value: it.value.0.clone().into(),
        nonce: it.commitment_nonce.clone().into(),
        vrf_proof: it.existence_vrf_proof.clone().into(),
        path: path(&it.existence_proof),
        stale: it.previous_version_proof.as_ref().map(|at| Marker {
            vrf_proof: it.previous_version_vrf_proof.clone().unwrap_or_default().into(),
            path: path(at),
        }),
    };
    let vrf_proofs = proof.future_marker_vrf_proofs.iter();
    let missing = vrf_proofs.zip(&proof.non_existence_of_future_marker_proofs);
    let missing = missing.map(|(vrf_proof, at)| Missing {
        vrf_proof: vrf_proof.clone().into(),
        absence: absence(at),
    });
    History {
        updates: proof.update_proofs.iter().rev().map(update).collect(),
        absences: missing.collect(),
    }
}

/// Roots and proofs of the library's directory are those of the builder, byte for byte, in every
/// epoch; and the builder's are what our verifier takes (`model::transparency::tests`).
#[test]
fn ktr_14_to_26_the_directory_of_akd_has_our_roots_and_our_proofs() {
    runtime().block_on(async {
        let storage = StorageManager::new_no_cache(AsyncInMemoryDatabase::new());
        let parallel = AzksParallelismConfig::disabled();
        let directory = Directory::<OverSha256, _, _>::new(storage, LabelKey, parallel);
        let directory = directory.await.expect("a directory");
        let mut server = Server::new(KEYS);
        let root = directory.get_epoch_hash().await.expect("a root").1;
        assert_eq!(server.state().root, root.into());
        for epoch in 1..=40 {
            let before = server.clone();
            server = server.publish(&updates(epoch));
            let pairs = updates(epoch).into_iter();
            let pairs =
                pairs.map(|(name, value)| (AkdLabel(name.into_vec()), AkdValue(value.into_vec())));
            let now = directory.publish(pairs.collect()).await.expect("an epoch");
            if updates(epoch).is_empty() {
                // The library has no epoch that brings nothing.
                server = before;
                continue;
            }
            assert_eq!((now.0, Octets::from(now.1)), (server.epoch(), server.state().root));
            for who in ["alice", "user 3"] {
                let name = user(who);
                let label = AkdLabel(name.clone().into_vec());
                let Ok((found, _)) = directory.lookup(label.clone()).await else { continue };
                let newest = directory.key_history(&label, HistoryParams::MostRecent(1));
                let newest = newest.await.expect("a history").0;
                assert_eq!(lookup_of(&found, &newest), server.newest(&name), "{epoch} {who}");
                let whole = directory.key_history(&label, HistoryParams::Complete);
                let whole = history_of(&whole.await.expect("a history").0);
                assert_eq!(whole, server.history(&name, usize::MAX), "{epoch} {who}");
            }
            if server.epoch() > 1 {
                let grown = directory.audit(server.epoch() - 1, server.epoch());
                let grown = grown.await.expect("an audit").proofs.remove(0);
                let sorted = |nodes: Vec<_>| {
                    let mut nodes: Vec<_> = nodes.iter().map(node).collect();
                    nodes.sort();
                    nodes
                };
                let theirs = Growth {
                    unchanged: sorted(grown.unchanged_nodes),
                    inserted: sorted(grown.inserted),
                };
                assert_eq!(theirs, server.growth(&before), "{epoch}");
            }
        }
        assert!(server.epoch() > 25, "{}", server.epoch());
    });
}

#[test]
fn ktr_17_and_22_markers_are_those_of_akd() {
    let epochs = [1, 2, 3, 5, 8, 13, 85, 300, 5_000, 70_000, 1 << 33, (1 << 33) + 5, u64::MAX];
    for epoch in epochs {
        let versions = (1..200).chain(epochs).chain([65_535, 65_537, (1 << 32) - 1]);
        for version in versions.filter(|it| *it <= epoch) {
            let ours = (past_markers(version), future_markers(version, epoch));
            let theirs = akd_core::utils::get_marker_versions(version, version, epoch);
            assert_eq!(ours, theirs, "{version} in {epoch}");
        }
    }
}

/// What the library says of the inputs of a case.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Takes,
    Refuses,
    Panics,
    /// The case cannot be put to it.
    Nothing,
}

fn said<T, E>(verify: impl FnOnce() -> Option<Result<T, E>>) -> Said {
    match catch_unwind(AssertUnwindSafe(verify)) {
        Ok(Some(Ok(_))) => Said::Takes,
        Ok(Some(Err(_))) => Said::Refuses,
        Ok(None) => Said::Nothing,
        Err(_) => Said::Panics,
    }
}

struct Given(BTreeMap<String, String>);

impl Given {
    fn octets(&self, name: &str) -> Option<Octets> {
        hex::decode(self.0.get(name)?).ok().map(Octets::new)
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name)?.parse().ok()
    }

    fn name(&self) -> Option<AkdLabel> {
        let of = |name: &str| self.0.get(name).map(String::as_str);
        let name = name(RuleSet::all(), of("sigchain_type")?, of("subject")?).ok()?;
        Some(AkdLabel(name.into_vec()))
    }

    fn lookup(&self) -> Option<Result<akd::VerifyResult, akd::verify::VerificationError>> {
        let proof = Lookup::decode(RuleSet::all(), &self.octets("proof")?).ok()?;
        let there = membership(label_of(&proof.vrf_proof)?, &proof.path)?;
        // The library asks for one marker, which may be the version itself.
        let wanted = proof.version.checked_ilog2().map(|log| 1u64 << log);
        let at = past_markers(proof.version).iter().position(|it| Some(*it) == wanted);
        let own = Marker { vrf_proof: proof.vrf_proof.clone(), path: proof.path.clone() };
        let marker = match at {
            Some(at) => proof.markers.get(at)?,
            None => &own,
        };
        let stale = label_of(&proof.stale_vrf_proof)?;
        let theirs = LookupProof {
            epoch: proof.epoch,
            value: AkdValue(proof.value.into_vec()),
            version: proof.version,
            existence_vrf_proof: proof.vrf_proof.into_vec(),
            existence_proof: there,
            marker_vrf_proof: marker.vrf_proof.clone().into_vec(),
            marker_proof: membership(label_of(&marker.vrf_proof)?, &marker.path)?,
            freshness_vrf_proof: proof.stale_vrf_proof.into_vec(),
            freshness_proof: non_membership(stale, &proof.absence)?,
            commitment_nonce: proof.nonce.into_vec(),
        };
        let (key, root) = (self.octets("vrf_key")?, digest(&self.octets("root")?));
        let epoch = self.number("epoch")?;
        Some(lookup_verify::<OverSha256>(key.as_slice(), root, epoch, self.name()?, theirs))
    }

    fn history(&self) -> Option<Result<Vec<akd::VerifyResult>, akd::verify::VerificationError>> {
        let proof = History::decode(RuleSet::all(), &self.octets("proof")?).ok()?;
        let update = |it: &Update| {
            let stale = it.stale.as_ref();
            let stale_proof = stale.map(|it| membership(label_of(&it.vrf_proof)?, &it.path));
            Some(UpdateProof {
                epoch: it.epoch,
                value: AkdValue(it.value.clone().into_vec()),
                version: it.version,
                existence_vrf_proof: it.vrf_proof.clone().into_vec(),
                existence_proof: membership(label_of(&it.vrf_proof)?, &it.path)?,
                previous_version_vrf_proof: stale.map(|it| it.vrf_proof.clone().into_vec()),
                previous_version_proof: match stale_proof {
                    Some(proof) => Some(proof?),
                    None => None,
                },
                commitment_nonce: it.nonce.clone().into_vec(),
            })
        };
        let absent = |it: &Missing| non_membership(label_of(&it.vrf_proof)?, &it.absence);
        let absences = proof.absences.iter();
        let theirs = HistoryProof {
            update_proofs: proof.updates.iter().rev().map(update).collect::<Option<_>>()?,
            past_marker_vrf_proofs: Vec::new(),
            existence_of_past_marker_proofs: Vec::new(),
            future_marker_vrf_proofs: absences
                .clone()
                .map(|it| it.vrf_proof.clone().into_vec())
                .collect(),
            non_existence_of_future_marker_proofs: absences.map(absent).collect::<Option<_>>()?,
        };
        let (key, root) = (self.octets("vrf_key")?, digest(&self.octets("root")?));
        let params = HistoryVerificationParams::default();
        let (epoch, name) = (self.number("epoch")?, self.name()?);
        Some(key_history_verify::<OverSha256>(key.as_slice(), root, epoch, name, theirs, params))
    }

    fn growth(&self) -> Option<Result<(), akd::errors::AkdError>> {
        let proof = Growth::decode(RuleSet::all(), &self.octets("proof")?).ok()?;
        let single = SingleAppendOnlyProof {
            inserted: proof.inserted.iter().map(element).collect(),
            unchanged_nodes: proof.unchanged.iter().map(element).collect(),
        };
        let epochs = vec![self.number("epoch")?.checked_sub(1)?];
        let roots = ["start_root", "end_root"].map(|it| self.octets(it).map(|it| digest(&it)));
        let roots = roots.into_iter().collect::<Option<Vec<_>>>()?;
        let theirs = AppendOnlyProof { proofs: vec![single], epochs };
        Some(runtime().block_on(audit_verify::<OverSha256>(roots, theirs)))
    }
}

fn compute_of(case: &Case) -> Option<(&str, Given)> {
    let [step] = case.steps.as_slice() else { return None };
    let Input::Compute { formula, inputs } = &step.input else { return None };
    Some((formula, Given(inputs.clone())))
}

/// The library takes what is taken here, and refuses with us; it asks for less than the rules do.
#[test]
fn ktr_13_to_26_akd_takes_what_is_taken_here_and_refuses_with_us() {
    let cases = vectors::load(&vectors::folder(None)).expect("the vectors load");
    let (mut taken, mut refused) = (0, 0);
    for case in &cases {
        let Some((formula, given)) = compute_of(case) else { continue };
        let said = match formula {
            "verify_lookup" => said(|| given.lookup()),
            "verify_history" => said(|| given.history()),
            "verify_append_only" => said(|| given.growth()),
            _ => continue,
        };
        match (case.steps[0].expect.rule, said) {
            (None, Said::Takes) => taken += 1,
            (None, said) => panic!("{}: taken here, and akd: {said:?}", case.id),
            (Some(_), Said::Refuses) => refused += 1,
            (Some(_), _) => {}
        }
    }
    assert!(taken >= 15 && refused >= 30, "{taken} {refused}");
}
