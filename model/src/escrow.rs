//! What a member's client has to do about escrow, and how administrators open what they are given
//! (4.6, subsec:keyescrow; readings R-156 to R-163).
//!
//! ```text
//! chains of administrators --> sigchain::administrators --\
//! own chain                --> sigchain::escrowed --------+--> status: none, acknowledge, add, rotate, revoke
//! chain of the account     --> sigchain::AccountChain ----/
//! box                      --> boxed --> open: the escrow device's secrets
//! ```

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        escrow::{About, EscrowBox, Secrets, Terms, open as opened},
        sigchain::{Tail, fingerprint},
    },
    layouts::sigchain::USER_KEYS,
    wire,
};

use crate::{
    guard::require,
    sigchain::{
        AccountChain, Device, Opening, Served,
        administrators::Administrators,
        escrowed::{EscrowDevice, Escrowed, Maker},
    },
};

#[cfg(test)]
mod tests;

/// What a client has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    None,
    /// Show the fingerprint and ask the user.
    Acknowledge,
    /// Have the user approve or revoke younger devices first.
    Review,
    /// Add an escrow device, in the place of the one that is there.
    Add,
    /// Rotate the keys of the escrow device.
    Rotate,
    /// Wait for a device that can rotate them.
    Wait,
    /// Revoke the escrow device.
    Revoke,
}

impl Action {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Acknowledge => "acknowledge",
            Self::Review => "review",
            Self::Add => "add",
            Self::Rotate => "rotate",
            Self::Wait => "wait",
            Self::Revoke => "revoke",
        }
    }
}

/// What a client goes by.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// The cloud.
    pub cloud_name: &'a str,
    /// The client's own device, by its place in the user's chain.
    pub device: usize,
    /// What is known of the account's chain.
    pub known_account: Option<&'a Tail>,
    /// What is known of the administrators' chain.
    pub known_administrators: Option<&'a Tail>,
    /// The fingerprint that the user has acknowledged, or empty.
    pub acknowledged: &'a Octets,
}

/// What the server gives beside the chains of user and administrators.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The links of the account's chain.
    pub account_links: &'a [Octets],
    /// What is disclosed of them.
    pub account_openings: &'a [Opening],
    /// The box of the escrow device, or empty.
    pub boxed: &'a Octets,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What to do.
    pub action: Action,
    /// The fingerprint of the administrators, where the user is asked or was.
    pub fingerprint: Option<Octets>,
    /// What the new keys are for.
    pub terms: Option<Terms>,
    /// The tail of the account's chain, where it was looked at.
    pub account: Option<Tail>,
    /// The tail of the administrators' chain, where it was looked at.
    pub administrators: Option<Tail>,
}

impl Status {
    const fn without_administrators(action: Action, account: Option<Tail>) -> Self {
        Self { action, fingerprint: None, terms: None, account, administrators: None }
    }
}

/// What a member's client has to do.
///
/// # Errors
/// The rule that refuses what is served, in the order of `docs/escrow.md`.
pub fn status(
    rules: RuleSet,
    here: &Here<'_>,
    member: &Escrowed,
    all: &[Administrators],
    given: &Given<'_>,
) -> Result<Status, Rule> {
    let status = status_of(rules, here, member, all, given)?;
    let chain = &member.chain;
    let may = !chain.lockdown || chain.is_confirmed(here.device);
    let links = !matches!(status.action, Action::None | Action::Acknowledge | Action::Wait);
    if may || !links || !rules.contains(Rule::EscrowWaitsInLockdown) {
        return Ok(status);
    }
    Ok(Status { action: Action::Wait, fingerprint: None, terms: None, ..status })
}

/// The same for a device that may make any link.
fn status_of(
    rules: RuleSet,
    here: &Here<'_>,
    member: &Escrowed,
    all: &[Administrators],
    given: &Given<'_>,
) -> Result<Status, Rule> {
    let Some((account_id, account)) = account_of(rules, here, member, given)? else {
        let action = ends(rules, member.device());
        return Ok(Status::without_administrators(action, None));
    };
    let change = account.escrow.as_ref();
    let disclosed = change.is_none_or(|change| change.opened.is_some());
    require(rules, Rule::AdministratorsDisclosed, disclosed)?;
    let named = change.and_then(|it| it.opened.as_ref()).filter(|(id, _)| !id.is_empty());
    let Some((user_id, number)) = named else {
        let action = ends(rules, member.device());
        return Ok(Status::without_administrators(action, Some(account.tail)));
    };
    if member.device().is_some_and(|device| is_left(rules, member, device, user_id)) {
        return Ok(Status::without_administrators(Action::Revoke, Some(account.tail)));
    }
    let administrators = all.iter().find(|it| it.chain.user_id == *user_id);
    let any = || all.first().filter(|_| !rules.contains(Rule::AdministratorsNamed));
    let administrators = administrators.or_else(any).ok_or(Rule::AdministratorsNamed)?;
    hold(rules, here, administrators, (&account_id, *number))?;
    decide(rules, here, (member, administrators), &account, given.boxed)
}

/// The chain of the account that the user's chain discloses; none without an account.
fn account_of(
    rules: RuleSet,
    here: &Here<'_>,
    member: &Escrowed,
    given: &Given<'_>,
) -> Result<Option<(String, AccountChain)>, Rule> {
    let chain = &member.chain;
    let disclosed = chain.account_changed.is_none() || chain.account_id.is_some();
    require(rules, Rule::AccountDisclosed, disclosed)?;
    let Some(account_id) = chain.account_id.as_deref().filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    let served = Served {
        cloud_name: here.cloud_name,
        subject: account_id,
        known: here.known_account,
        links: given.account_links,
        openings: given.account_openings,
    };
    let account = AccountChain::verify(rules, &served).map_err(|refusal| refusal.rule)?;
    Ok(Some((account_id.to_owned(), account)))
}

/// What to do where there is no escrow.
fn ends(rules: RuleSet, device: Option<&EscrowDevice>) -> Action {
    let ends = device.is_some() && rules.contains(Rule::EscrowEndsWithAdministrators);
    if ends { Action::Revoke } else { Action::None }
}

/// Whether an escrow device is left from other administrators or another account.
fn is_left(rules: RuleSet, member: &Escrowed, device: &EscrowDevice, user_id: &str) -> bool {
    let others = device.terms.user_id != user_id;
    let added = member.chain.devices.get(device.at).map(|device| device.added);
    let moved = member.chain.account_changed > added;
    (others && rules.contains(Rule::EscrowEndsWithAdministrators))
        || (moved && rules.contains(Rule::EscrowEndsWithAccount))
}

/// Whether the chain of administrators is one to go by.
fn hold(
    rules: RuleSet,
    here: &Here<'_>,
    administrators: &Administrators,
    (account_id, number): (&str, u32),
) -> Result<(), Rule> {
    let chain = &administrators.chain;
    let goes_on = here.known_administrators.is_none_or(|known| {
        administrators.has_tail(known.last_sequence_number, &known.last_link_hash)
    });
    require(rules, Rule::ChainExtends, goes_on)?;
    require(rules, Rule::AdministratorsReach, number <= chain.tail.last_sequence_number)?;
    require(rules, Rule::AdministratorsNameless, chain.email.is_none())?;
    let of_it = |id: &String| id.is_empty() || id == account_id;
    let of_account = chain.account_id.as_ref().is_none_or(of_it);
    require(rules, Rule::AdministratorsOfAccount, of_account)?;
    require(rules, Rule::AdministratorsLocked, chain.lockdown)?;
    require(rules, Rule::AdministratorsKeysTrusted, administrators.keys_are_trusted())
}

fn decide(
    rules: RuleSet,
    here: &Here<'_>,
    (member, administrators): (&Escrowed, &Administrators),
    account: &AccountChain,
    boxed_as: &Octets,
) -> Result<Status, Rule> {
    let tail = &administrators.chain.tail;
    let mut status = Status::without_administrators(Action::None, Some(account.tail.clone()));
    status.administrators = Some(tail.clone());
    let good = |device: &&EscrowDevice| {
        let counts = member.chain.class(device.at) <= member.chain.class(here.device);
        let kept = administrators.is_kept_since(&device.terms);
        (counts || !rules.contains(Rule::EscrowDeviceCounts))
            && (kept || !rules.contains(Rule::AdministratorsAcknowledgedAnew))
    };
    if let Some(device) = member.device().filter(good) {
        let follow = keep(rules, (member, device), administrators, boxed_as)?;
        let within = member.chain.class(device.at) == member.chain.class(here.device);
        let can = within || !rules.contains(Rule::EscrowRotatedWithinClass);
        status.action = match (follow, can) {
            (false, _) => Action::None,
            (true, true) => Action::Rotate,
            (true, false) => Action::Wait,
        };
        status.terms = (status.action == Action::Rotate).then(|| administrators.terms());
        return Ok(status);
    }
    let shown = fingerprint(rules, tail, Some(&account.tail));
    let shown = shown.map_err(|_| Rule::EncodingCanonical)?;
    let acknowledged =
        *here.acknowledged == shown || !rules.contains(Rule::AdministratorsAcknowledged);
    let waits = rules.contains(Rule::EscrowApprovesNobodyUnseen) && somebody_waits(here, member);
    status.action = match (acknowledged, waits) {
        (false, _) => Action::Acknowledge,
        (true, true) => Action::Review,
        (true, false) => Action::Add,
    };
    status.terms = (status.action == Action::Add).then(|| administrators.terms());
    status.fingerprint = Some(shown);
    Ok(status)
}

/// Whether the keys of an escrow device are to be rotated, if its box counts.
fn keep(
    rules: RuleSet,
    (member, device): (&Escrowed, &EscrowDevice),
    administrators: &Administrators,
    boxed_as: &Octets,
) -> Result<bool, Rule> {
    let (boxed, signer) = boxed(rules, (member, device), administrators, boxed_as)?;
    let newer = administrators.chain.generation > boxed.generation;
    let signer_left = signer.is_some_and(|signer| signer.revoked.is_some());
    let left = match device.maker {
        Maker::Device(at) => {
            !member.chain.is_active(at) && rules.contains(Rule::EscrowOutlivesNoMaker)
        }
        Maker::Administrators => signer_left && rules.contains(Rule::EscrowOutlivesNoAdministrator),
    };
    let classic = !suits(rules, administrators, &boxed);
    Ok(left
        || (newer && rules.contains(Rule::EscrowFollowsKeys))
        || (classic && rules.contains(Rule::EscrowFollowsHybrid)))
}

/// Whether a device that is no escrow device would be approved with the link that adds one.
fn somebody_waits(here: &Here<'_>, member: &Escrowed) -> bool {
    let chain = &member.chain;
    let replaced = member.device().map(|device| device.at);
    let waits = |at: &usize| {
        chain.is_active(*at)
            && Some(*at) != replaced
            && chain.class(*at) != chain.class(here.device)
    };
    (here.device..chain.devices.len()).any(|at| waits(&at))
}

/// The box of an escrow device's present keys, if it is one, and the device that signed it.
fn boxed<'a>(
    rules: RuleSet,
    (member, device): (&'a Escrowed, &'a EscrowDevice),
    administrators: &'a Administrators,
    bytes: &Octets,
) -> Result<(EscrowBox, Option<&'a Device>), Rule> {
    if bytes.is_empty() {
        return Err(Rule::EscrowBoxSigned);
    }
    let boxed = EscrowBox::decode(rules, bytes).map_err(|_| Rule::EncodingCanonical)?;
    let user_id = &administrators.chain.user_id;
    let about = about(member, device).ok_or(Rule::EscrowBoxSigned)?;
    let signed_since = |since: u32, by: &Device| {
        let since = if rules.contains(Rule::EscrowBoxOfLaterKey) { since } else { 0 };
        by.signing_keys_since(since).any(|key| boxed.is_signed(rules, &about, user_id, key))
    };
    let signer = match device.maker {
        Maker::Device(at) => {
            let maker = member.chain.devices.get(at);
            maker.filter(|maker| signed_since(device.since, maker))
        }
        Maker::Administrators => {
            let mut trusted = administrators.trusted_since(rules, &device.terms);
            trusted.find(|maker| signed_since(boxed.last_sequence_number, maker))
        }
    };
    require(rules, Rule::EscrowBoxSigned, signer.is_some())?;
    administrators.has(rules, &boxed.terms(user_id))?;
    Ok((boxed, signer))
}

/// Whether a box is hybrid if the keys of its generation are.
fn suits(rules: RuleSet, administrators: &Administrators, boxed: &EscrowBox) -> bool {
    let keys = administrators.keys_of(boxed.generation);
    !keys.is_some_and(|keys| has_kyber(rules, keys)) || !boxed.kem.is_empty()
}

fn about<'a>(member: &'a Escrowed, device: &EscrowDevice) -> Option<About<'a>> {
    let of_chain = member.chain.devices.get(device.at)?;
    Some(About {
        user_id: &member.chain.user_id,
        device_id: &of_chain.id,
        verifying: &of_chain.keys.verifying,
    })
}

/// An escrow device that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its identifier.
    pub device_id: String,
    /// The generation its secrets were sealed for.
    pub generation: u32,
    /// The secrets.
    pub secrets: Secrets,
}

/// Opens the box of a member's escrow device with the seeds that an administrator's device holds, each
/// with its generation.
///
/// # Errors
/// The rule that refuses it, in the order of `docs/escrow.md`.
pub fn open(
    rules: RuleSet,
    member: &Escrowed,
    all: &[Administrators],
    seeds: &[(u32, Octets)],
    bytes: &Octets,
) -> Result<Open, Rule> {
    let device = member.device().ok_or(Rule::AdministratorsNamed)?;
    let administrators = all.iter().find(|it| it.chain.user_id == device.terms.user_id);
    let administrators = administrators.ok_or(Rule::AdministratorsNamed)?;
    let (boxed, _) = boxed(rules, (member, device), administrators, bytes)?;
    let generation = boxed.generation;
    require(rules, Rule::EscrowBoxHybrid, suits(rules, administrators, &boxed))?;
    let about = about(member, device).ok_or(Rule::EscrowBoxSigned)?;
    let seed = seeds.iter().find(|(number, _)| *number == generation).map(|(_, seed)| seed);
    let user_id = &administrators.chain.user_id;
    let secrets = seed.and_then(|seed| opened(rules, &about, user_id, seed, &boxed));
    let secrets = secrets.ok_or(Rule::EscrowBoxOpens)?;
    let of_chain = member.chain.devices.get(device.at).ok_or(Rule::EscrowSecretsMatch)?;
    let keys = &of_chain.keys;
    let same = secrets.are_of(&keys.verifying, &keys.x25519, &keys.kyber768);
    require(rules, Rule::EscrowSecretsMatch, same)?;
    Ok(Open { device_id: of_chain.id.clone(), generation, secrets })
}

/// Whether published keys are hybrid.
fn has_kyber(rules: RuleSet, user_keys: &Octets) -> bool {
    let fields = wire::decode(&USER_KEYS, rules, user_keys).unwrap_or_default();
    fields.iter().any(|(name, key)| *name == "user_kyber768" && !key.is_empty())
}
