//! Whether the snapshot of an attestation is of a participant's chains, of today or earlier.

use conclave_spec::{
    Rule, RuleSet,
    formulas::identity::{Snapshot, Tails},
};

use super::{Chains, Device, chains::number, require};
use crate::sigchain::ChainType;

/// Whether what an attestation has as a snapshot fits the chains and the device in use (readings
/// That no later link revokes it follows from [`Rule::DeviceInUseActive`]:
/// no identifier and no key of a device comes back.
///
/// # Errors
/// The rule that is broken first.
pub(super) fn fits(
    rules: RuleSet,
    snapshot: Option<&str>,
    chains: &Chains<'_>,
    device: Option<&Device>,
) -> Result<(), Rule> {
    let snapshot = snapshot.and_then(|text| Snapshot::read(rules, text));
    let of_user = snapshot.as_ref().is_some_and(|it| chains.user.ever_signed_with(&it.ivk));
    require(rules, Rule::SnapshotKeyOfUser, of_user)?;
    let tails = snapshot.and_then(|snapshot| snapshot.tails);
    let lie_there = tails.as_ref().is_some_and(|tails| {
        chains.have(rules, ChainType::User, &tails.user)
            && chains.have(rules, ChainType::Email, &tails.email)
            && chains.have(rules, ChainType::Account, &tails.account)
    });
    require(rules, Rule::AttestedOnChains, lie_there)?;
    let unchanged = tails.as_ref().is_some_and(|tails| unchanged(rules, chains, tails));
    require(rules, Rule::NothingChangedSince, unchanged)?;
    let then = tails.and_then(|tails| number(rules, &tails.user));
    let reviewed = device.is_none_or(|device| chains.user.trusted_since(&device.id) <= then);
    require(rules, Rule::DeviceReviewed, reviewed)
}

/// Whether neither address nor account changed behind these tails.
fn unchanged(rules: RuleSet, chains: &Chains<'_>, tails: &Tails) -> bool {
    let user = number(rules, &tails.user);
    let by_then = |changed: Option<u32>| changed <= user;
    let address = chains.user.email.as_ref().map(|change| change.sequence_number);
    let last = chains.email.as_ref().map_or(0, |chain| chain.tail.last_sequence_number);
    by_then(address)
        && by_then(chains.user.account_changed)
        && number(rules, &tails.email) == Some(last)
}
