//! What a user's client finds of the user's own chain (4.6, 4.2.3; reading R-155).

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        sigchain::Tail,
        transparency::{future_markers, leaf_hash, stale_commitment},
    },
};

use super::{
    Entry, Place,
    proofs::{History, Missing, Update},
};
use crate::guard::require;

/// What the user reviewed last.
#[derive(Clone, Copy, Debug)]
pub struct Reviewed<'a> {
    /// The version.
    pub version: u64,
    /// Its tail, encoded.
    pub tail: &'a Octets,
}

/// What a history says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The newest version.
    pub version: u64,
    /// Its tail, encoded.
    pub tail: Octets,
    /// The tails that the user has not reviewed, oldest first.
    pub review: Vec<Octets>,
}

/// The history of a chain of this type, and what of it is new to the user.
///
/// # Errors
/// The rule that is broken first, in the order of `docs/transparency.md`.
pub fn history(
    rules: RuleSet,
    place: &Place<'_>,
    sigchain_type: &str,
    reviewed: Option<Reviewed<'_>>,
    proof: &Octets,
) -> Result<Told, Rule> {
    let History { updates, absences } = History::decode(rules, proof)?;
    let numbers = updates.iter().map(|it| number(rules, sigchain_type, &it.value));
    let numbers = numbers.collect::<Option<Vec<_>>>().ok_or(Rule::EncodingCanonical)?;
    require(rules, Rule::HistoryWhole, is_whole(&updates, &numbers))?;
    updates.iter().try_for_each(|it| entry(it).counts(rules, place))?;
    updates.iter().try_for_each(|it| is_in(rules, place, it))?;
    let newest = updates.last().ok_or(Rule::HistoryWhole)?;
    if rules.contains(Rule::FutureAbsent) {
        beyond(rules, place, newest.version, &absences)?;
    }
    let is_kept = |reviewed: Reviewed<'_>| {
        updates.iter().any(|it| it.version == reviewed.version && it.value == *reviewed.tail)
    };
    require(rules, Rule::HistoryKept, reviewed.is_none_or(is_kept))?;
    let seen = reviewed.map_or(0, |reviewed| reviewed.version);
    let shown = rules.contains(Rule::ReviewShown);
    let review = updates.iter().filter(|it| shown && it.version > seen);
    let review = review.map(|it| it.value.clone()).collect();
    Ok(Told { version: newest.version, tail: newest.value.clone(), review })
}

/// The number in a tail of a chain of this type.
fn number(rules: RuleSet, sigchain_type: &str, tail: &Octets) -> Option<u32> {
    let tail = Tail::decode(rules, tail).ok()?;
    let fits = tail.sigchain_type == sigchain_type && tail.last_sequence_number > 0;
    fits.then_some(tail.last_sequence_number)
}

fn is_whole(updates: &[Update], numbers: &[u32]) -> bool {
    let counted = (1..).zip(updates).all(|(version, it)| it.version == version);
    let later = updates.windows(2).all(|two| two[0].epoch < two[1].epoch);
    !updates.is_empty() && counted && later && numbers.is_sorted_by(|one, next| one < next)
}

fn entry(update: &Update) -> Entry<'_> {
    let Update { version, epoch, value, nonce, vrf_proof, path, .. } = update;
    Entry { version: *version, epoch: *epoch, value, nonce, vrf_proof, path }
}

/// That a version is in the tree, and the one before it marked stale.
fn is_in(rules: RuleSet, place: &Place<'_>, update: &Update) -> Result<(), Rule> {
    entry(update).is_in(rules, place)?;
    let Some(stale) = &update.stale else { return Ok(()) };
    let before = update.version.saturating_sub(1);
    let label = place.label(rules, false, before, &stale.vrf_proof)?;
    let leaf = leaf_hash(&stale_commitment(), update.epoch);
    require(rules, Rule::OlderStale, leaf == stale.path.hash)?;
    stale.path.leads_from(rules, label, place.root)
}

/// That the versions beyond this one are not in the tree.
fn beyond(
    rules: RuleSet,
    place: &Place<'_>,
    version: u64,
    absences: &[Missing],
) -> Result<(), Rule> {
    let versions = future_markers(version, place.epoch);
    require(rules, Rule::FutureAbsent, versions.len() == absences.len())?;
    versions.into_iter().zip(absences).try_for_each(|(version, missing)| {
        let label = place.label(rules, true, version, &missing.vrf_proof)?;
        missing.absence.shows(rules, label, place.root)
    })
}
