//! Whether the snapshot of an attestation is of a participant's chains, of today or earlier.

use conclave_spec::{
    Rule, RuleSet,
    formulas::identity::{Snapshot, Tails},
};

use super::{Chains, chains::number, require};
use crate::sigchain::ChainType;

/// Whether what an attestation has as a snapshot fits the chains (readings ). That
/// no later link revokes the device in use follows from [`Rule::DeviceInUseActive`]: no identifier
/// and no key of a device comes back.
///
/// # Errors
/// The rule that is broken first.
pub(super) fn fits(
    rules: RuleSet,
    snapshot: Option<&str>,
    chains: &Chains<'_>,
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
    let unchanged = tails.is_some_and(|tails| unchanged(rules, chains, &tails));
    require(rules, Rule::NothingChangedSince, unchanged)
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
