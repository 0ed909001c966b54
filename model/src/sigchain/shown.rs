//! What a client shows its user of the user's chain: the list of devices, and notices
//! (4.6, subsubsec:devicemgmt; readings ).

use std::collections::BTreeSet;

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::sigchain::{Tail, fingerprint},
    layouts::devices::{DEVICE_SHOWN, IDENTIFIER_SHOWN, NOTICE},
    wire,
};

use super::{Device, history::Event, history::History};

/// On which device something is shown, and what it knew and showed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View<'a> {
    /// The device; none while one is being set up, and in the chain of another user.
    pub viewer: Option<&'a str>,
    /// The newest tail that it has checked.
    pub known: Option<&'a Tail>,
    /// The number of the last link that its user was shown.
    pub shown: u32,
}

impl View<'_> {
    /// The number of the last link that is not new. Without [`Rule::NewSinceShown`] that of the last
    /// one that was checked.
    fn last(&self, rules: RuleSet) -> u32 {
        let checked = self.known.filter(|_| !rules.contains(Rule::NewSinceShown));
        checked.map_or(self.shown, |tail| tail.last_sequence_number)
    }
}

const fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// The devices, oldest first, each as its encoding.
#[must_use]
pub fn devices(rules: RuleSet, history: &History, view: View<'_>) -> Vec<Octets> {
    let names = history.names(rules);
    let listed = |it: &&Device| it.revoked.is_none() || rules.contains(Rule::RevokedListed);
    let gone = view.viewer.is_some_and(|viewer| {
        history.chain.devices.iter().any(|it| it.id == viewer && it.revoked.is_some())
    });
    let one = |device: &Device| {
        let made = |number: u32| {
            let event = history.events.iter().find(|it| it.sequence_number == number);
            event.map_or("", |it| history.made(rules, view.viewer, it, &device.id))
        };
        let trusted = history.trusts(rules, view.viewer, &device.id);
        let new = is_new(rules, device, view.last(rules))
            || history.since(view.last(rules)).any(|it| taken(rules, it) == Some(&device.id));
        let asked = new || rules.contains(Rule::ReviewAsked);
        let review = device.revoked.is_none() && !gone && !trusted && asked;
        let (name, version) = names.get(device.id.as_str()).map_or(("", 0), |it| (&*it.0, it.1));
        let numbers = [version, device.added, device.revoked.unwrap_or_default()].map(wire::u32_be);
        let [version, added, revoked] = &numbers;
        let state = if device.revoked.is_none() { "active" } else { "revoked" };
        let fields: [(&str, &[u8]); 11] = [
            ("device_id", device.id.as_bytes()),
            ("name", name.as_bytes()),
            ("version", version.as_slice()),
            ("device_type", device.device_type.as_bytes()),
            ("state", state.as_bytes()),
            ("added", added.as_slice()),
            ("came", made(device.added).as_bytes()),
            ("revoked", revoked.as_slice()),
            ("went", device.revoked.map_or("", made).as_bytes()),
            ("review", yes(review).as_bytes()),
            ("new", yes(new).as_bytes()),
        ];
        wire::encode(&DEVICE_SHOWN, rules, &fields).unwrap_or_default()
    };
    history.chain.devices.iter().filter(listed).map(one).collect()
}

/// Whether a device came or went behind a link. Without [`Rule::ChangesTold`] one that did both is
/// passed over, for it is active neither before nor after.
fn is_new(rules: RuleSet, device: &Device, last: u32) -> bool {
    let (came, went) = (device.added > last, device.revoked.is_some_and(|at| at > last));
    if rules.contains(Rule::ChangesTold) { came || went } else { came != went }
}

/// The device that a link took over; none without [`Rule::TakenOverTold`].
fn taken(rules: RuleSet, event: &Event) -> Option<&String> {
    event.taken.as_ref().filter(|_| rules.contains(Rule::TakenOverTold))
}

/// The addresses so far, oldest first, each as its encoding; the newest alone without
/// [`Rule::AddressesListed`].
#[must_use]
pub fn addresses(rules: RuleSet, history: &History) -> Vec<Octets> {
    let all = history.events.iter();
    identifiers(rules, all.filter_map(|it| Some((it.sequence_number, it.address.as_deref()?))))
}

/// The accounts so far, likewise.
#[must_use]
pub fn accounts(rules: RuleSet, history: &History) -> Vec<Octets> {
    let all = history.events.iter();
    let set = |it: &'_ Event| it.account.as_ref().map(|set| set.account_id.clone());
    let all: Vec<_> = all.filter_map(|it| Some((it.sequence_number, set(it)?))).collect();
    identifiers(rules, all.iter().map(|(number, id)| (*number, id.as_str())))
}

fn identifiers<'a>(rules: RuleSet, all: impl Iterator<Item = (u32, &'a str)>) -> Vec<Octets> {
    let one = |(number, identifier): (u32, &str)| {
        let number = wire::u32_be(number);
        let fields: [(&str, &[u8]); 2] =
            [("sequence_number", number.as_slice()), ("identifier", identifier.as_bytes())];
        wire::encode(&IDENTIFIER_SHOWN, rules, &fields).unwrap_or_default()
    };
    let mut encoded: Vec<_> = all.map(one).collect();
    if !rules.contains(Rule::AddressesListed) {
        encoded.drain(..encoded.len().saturating_sub(1));
    }
    encoded
}

/// The fingerprint beside a list: of the chain that the list is of. Without
/// [`Rule::FingerprintOfShown`] of the one that was known before.
#[must_use]
pub fn fingerprint_shown(
    rules: RuleSet,
    history: &History,
    view: View<'_>,
    account: Option<&Tail>,
) -> Option<Octets> {
    let before = view.known.filter(|_| !rules.contains(Rule::FingerprintOfShown));
    fingerprint(rules, before.unwrap_or(&history.chain.tail), account).ok()
}

/// What the user is told, in the order of the links, each as its encoding. Of the chain of another
/// user, where nobody views, nothing.
#[must_use]
pub fn notices(rules: RuleSet, history: &History, view: View<'_>) -> Vec<Octets> {
    if view.viewer.is_none() && rules.contains(Rule::AddressKeptFromOthers) {
        return Vec::new();
    }
    let last = view.last(rules);
    let passed_over: BTreeSet<&str> = history
        .chain
        .devices
        .iter()
        .filter(|it| !is_new(rules, it, last))
        .map(|it| it.id.as_str())
        .collect();
    let mut notices = Vec::new();
    let mut address = "";
    for event in &history.events {
        let is_new = event.sequence_number > last;
        let mut tell = |notice, about: &str| {
            let made = history.made(rules, view.viewer, event, about);
            if is_new {
                notices.push(encoded(rules, event.sequence_number, notice, about, made));
            }
        };
        let added = event.added.iter().map(|it| ("device_added", it.id.as_str()));
        let revoked = event.revoked.iter().map(|it| ("device_revoked", it.as_str()));
        for (notice, about) in added.chain(revoked).filter(|it| !passed_over.contains(it.1)) {
            tell(notice, about);
        }
        if let Some(about) = taken(rules, event) {
            tell("device_taken_over", about);
        }
        if let Some(set) = event.address.as_deref() {
            let other = set != address;
            if other || rules.contains(Rule::AddressChangeTold) {
                tell("address_changed", set);
            }
            address = set;
        }
        if let Some(set) =
            event.account.as_ref().filter(|_| rules.contains(Rule::AccountChangeTold))
        {
            tell("account_changed", &set.account_id);
        }
    }
    notices
}

fn encoded(rules: RuleSet, number: u32, notice: &str, about: &str, made: &str) -> Octets {
    let number = wire::u32_be(number);
    let fields: [(&str, &[u8]); 4] = [
        ("sequence_number", number.as_slice()),
        ("notice", notice.as_bytes()),
        ("about", about.as_bytes()),
        ("made", made.as_bytes()),
    ];
    wire::encode(&NOTICE, rules, &fields).unwrap_or_default()
}

/// Whether the viewer has to make new per-user keys: they are stale, and it may.
#[must_use]
pub fn keys_due(rules: RuleSet, history: &History, viewer: Option<&str>) -> bool {
    let chain = &history.chain;
    let may = |at: usize| chain.is_active(at) && (!chain.lockdown || chain.is_confirmed(at));
    let viewer = viewer.and_then(|it| chain.place(it));
    rules.contains(Rule::KeysRemade) && chain.stale && viewer.is_some_and(may)
}
