//! Whether a tail is the newest that the tree has of a chain (4.6, 4.2.4; reading R-154).

use conclave_spec::{Octets, Rule, RuleSet, formulas::transparency::past_markers};

use super::{
    Entry, Place,
    proofs::{Lookup, Marker},
};
use crate::guard::require;

/// Where a tail was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which version of the chain's tail it is.
    pub version: u64,
    /// The epoch in which it came.
    pub epoch: u64,
}

/// Where the tail of a chain that was served is in the tree, as the newest of its name.
///
/// # Errors
/// The rule that is broken first, in the order of `docs/transparency.md`.
pub fn lookup(
    rules: RuleSet,
    place: &Place<'_>,
    tail: &Octets,
    proof: &Octets,
) -> Result<Found, Rule> {
    let proof = Lookup::decode(rules, proof)?;
    let entry = Entry {
        version: proof.version,
        epoch: proof.epoch,
        value: &proof.value,
        nonce: &proof.nonce,
        vrf_proof: &proof.vrf_proof,
        path: &proof.path,
    };
    entry.counts(rules, place)?;
    entry.is_in(rules, place)?;
    if rules.contains(Rule::MarkersThere) {
        markers(rules, place, proof.version, &proof.markers)?;
    }
    let stale = place.label(rules, false, proof.version, &proof.stale_vrf_proof)?;
    proof.absence.shows(rules, stale, place.root)?;
    require(rules, Rule::TailAsInTree, proof.value == *tail)?;
    Ok(Found { version: proof.version, epoch: proof.epoch })
}

/// That the versions on the way to this one are in the tree.
fn markers(
    rules: RuleSet,
    place: &Place<'_>,
    version: u64,
    markers: &[Marker],
) -> Result<(), Rule> {
    let versions = past_markers(version);
    require(rules, Rule::MarkersThere, versions.len() == markers.len())?;
    versions.into_iter().zip(markers).try_for_each(|(version, marker)| {
        let label = place.label(rules, true, version, &marker.vrf_proof)?;
        marker.path.leads_from(rules, label, place.root)
    })
}
