//! Cases of the list of devices that a client shows.

use conclave_model::sigchain::build::{
    ACCOUNT, ADDRESS, Chain, Device, LAPTOP, PHONE, TABLET, account, account_value, add, add_named,
    bytes, commitment_key, email_value, name_commitment, name_value, rename, revoke, rooted,
};
use conclave_spec::{Octets, Rule, RuleSet, formulas::sigchain::commitment};

use super::{Cases, FormulaDraft, Inputs, inputs, offered, offered_to, text};

mod taken_over;

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "family", "device_list");
    came_and_went(world, &mut cases);
    trusted(world, &mut cases);
    named(world, &mut cases);
    identifiers(world, &mut cases);
    // To who was shown nothing, a device that went is one that came and went.
    let gone = [
        "listed-by-a-revoked-device",
        "listed-marked-at-set-up",
        "listed-revoked",
        "listed-revoked-by-a-stranger",
        "listed-revoked-by-server",
        "listed-revoked-itself",
        "listed-revoked-since-set-up",
    ];
    cases.also(Rule::ChangesTold, &gone);
    let longer =
        ["listed-approved-since", "listed-new", "listed-new-and-gone", "listed-unapproved-before"];
    cases.also(Rule::FingerprintOfShown, &longer);
    taken_over::drafts(world, list);
}

pub(super) const NO_KEYS: Octets = Octets::new(Vec::new());

/// A chain, and how much of it the client knew and showed before.
pub(super) fn since(chain: &Chain, shown: Option<&Chain>) -> Inputs {
    let length = |it: &Chain| u32::try_from(it.links.len()).unwrap_or(0);
    let known = |it| offered_to(chain, length(it), &hexed(&it.tail()));
    let mut given = shown.map_or_else(|| offered(chain), known);
    given.insert(text("shown_sequence_number"), shown.map_or(0, length).to_string());
    given
}

pub(super) fn hexed(octets: &Octets) -> String {
    hex::encode(octets.as_slice())
}

/// A device that the server added.
pub(super) const STRANGER: Device = Device::named("stranger");

/// The chain with an address, disclosed.
pub(super) fn with_address(chain: Chain, address: &str, number: u32) -> Chain {
    let (key, value) = (commitment_key(address), email_value(address, number));
    chain.email(address, number).disclosed("email_change", &key, &value)
}

/// The chain with an account, disclosed.
pub(super) fn with_account(world: RuleSet, chain: Chain, value: &Octets) -> Chain {
    let key = commitment_key("account");
    let chain = chain.then(&account(&commitment(world, &key, value)));
    chain.disclosed("account_change", &key, value)
}

/// The chain with a device that revokes others as it comes.
pub(super) fn adding_less(mut chain: Chain, device: Device, revoked: &[Device]) -> Chain {
    let keys = chain.new_keys(false);
    chain.then(&add(device, &keys, revoked))
}

fn given(chain: &Chain, shown: Option<&Chain>, viewer: &str) -> Inputs {
    let mut given = since(chain, shown);
    given.extend(inputs(&[
        ("device_id", text(viewer)),
        ("account_sequence_number", text("4")),
        ("account_hash", hex::encode(bytes("account tail", 32))),
    ]));
    given
}

const SERVER: Rule = Rule::ServerMakesShown;
const TRUSTED: Rule = Rule::TrustedIsUser;
const ASKED: Rule = Rule::ReviewAsked;

fn came_and_went(world: RuleSet, cases: &mut Cases<'_>) {
    let two = Chain::two_devices(world);
    let approved = two.clone().approve(LAPTOP);
    let list = |chain: &Chain| given(chain, None, LAPTOP.id);
    let title = "Two devices, of which the older approved the younger";
    cases.taken("listed-two", title, list(&approved), &[]);
    let gone = approved.clone().revoke(LAPTOP, &[PHONE]);
    let title = "A revoked device stays on the list, as revoked";
    cases.taken("listed-revoked", title, list(&gone), &[]);
    let differs_in = "the chain";
    cases.told_apart(Rule::RevokedListed, "listed-two", "listed-revoked", differs_in);
    let by_server = approved.clone().then(&revoke(None, &[PHONE], &NO_KEYS));
    let title = "A device that the server revoked is listed as the server's doing";
    let rules = [Rule::RevokedListed];
    cases.taken("listed-revoked-by-server", title, list(&by_server), &rules);
    cases.told_apart(SERVER, "listed-revoked", "listed-revoked-by-server", differs_in);
    let itself = approved.then(&revoke(Some(PHONE), &[PHONE], &NO_KEYS));
    let title = "A device that revoked itself";
    cases.taken("listed-revoked-itself", title, list(&itself), &rules);

    let first = Chain::of_alice(world).root(LAPTOP);
    let behind = |chain: &Chain| given(chain, Some(&first), LAPTOP.id);
    let new = Rule::ChangesTold;
    let title = "A device that came since is new";
    cases.taken("listed-new", title, behind(&two), &[new, TRUSTED]);
    let both = two.revoke(LAPTOP, &[PHONE]);
    let title = "A device that came and went since is new";
    let rules = [new, Rule::RevokedListed, TRUSTED];
    cases.taken("listed-new-and-gone", title, behind(&both), &rules);
    let title = "A list whose chain is shorter than the one that was shown is refused";
    let shorter = given(&first, Some(&both), LAPTOP.id);
    cases.refused("listed-of-less", title, shorter, Rule::ChainExtends);
}

fn trusted(world: RuleSet, cases: &mut Cases<'_>) {
    let two = Chain::two_devices(world);
    let list = |chain: &Chain, viewer: &str| given(chain, None, viewer);
    let title = "A younger device that nobody approved is not the user's, and is asked about";
    cases.taken("listed-unapproved", title, list(&two, LAPTOP.id), &[]);
    cases.told_apart(TRUSTED, "listed-two", "listed-unapproved", "an approval");
    let title = "An older device that was there is trusted without an approval";
    cases.taken("listed-by-the-younger", title, list(&two, PHONE.id), &[TRUSTED, ASKED]);
    let title = "Who sets up a device is asked about every device there";
    cases.taken("listed-at-set-up", title, list(&two, ""), &[TRUSTED, ASKED]);
    let behind = |chain: &Chain| given(chain, Some(&two), LAPTOP.id);
    let (common, decisive) = ("listed-approved-since", "listed-unapproved-before");
    let title = "A device that was approved since it was shown";
    cases.taken(common, title, behind(&two.clone().approve(LAPTOP)), &[]);
    let later = with_address(two.clone(), ADDRESS, 5);
    let title = "A device that was shown before and never approved is asked about again";
    cases.taken(decisive, title, behind(&later), &[TRUSTED]);
    cases.told_apart(ASKED, common, decisive, "an approval in the chain");
    let evicted = adding_less(two.clone().approve(LAPTOP), STRANGER, &[PHONE]);
    let title = "What a new device revokes as it comes is not the user's doing";
    let rules = [TRUSTED, ASKED, Rule::RevokedListed];
    cases.taken("listed-revoked-by-a-stranger", title, list(&evicted, LAPTOP.id), &rules);
    let alone = adding_less(two.clone(), STRANGER, &[LAPTOP, PHONE]);
    let title = "A revoked device asks about nobody";
    cases.taken("listed-by-a-revoked-device", title, list(&alone, LAPTOP.id), &rules);
    let marked = adding_less(two.clone().adding(STRANGER), TABLET, &[STRANGER]);
    let title = "A device that was revoked as the viewing one came is not trusted";
    cases.taken("listed-marked-at-set-up", title, list(&marked, TABLET.id), &rules);
    let gone = two.adding(TABLET).revoke(TABLET, &[PHONE]);
    let title = "A device that was there at set-up and is revoked since was trusted";
    cases.taken("listed-revoked-since-set-up", title, list(&gone, TABLET.id), &rules);
}

/// Alice's laptop, and a phone with a name.
pub(super) fn named_phone(world: RuleSet, name: &str) -> Chain {
    let (key, value) = (commitment_key("phone name"), name_value(name, 1));
    let mut chain = Chain::of_alice(world).root(LAPTOP);
    let keys = chain.new_keys(false);
    let committed = name_commitment(world, name, 1, &key);
    let chain = chain.then(&add_named(PHONE, &committed, &keys, &[]));
    chain.disclosed("device_name", &key, &value)
}

fn named(world: RuleSet, cases: &mut Cases<'_>) {
    let phone = named_phone(world, "Phone");
    let list = |chain: &Chain| given(chain, None, LAPTOP.id);
    let rules = [TRUSTED, ASKED];
    let title = "A device with its name, and one whose name is not disclosed";
    cases.taken("listed-by-name", title, list(&phone), &rules);
    let key = commitment_key("other name");
    let renamed = phone.then(&rename(PHONE, &name_commitment(world, "Phone", 2, &key)));
    let told = renamed.clone().disclosed("device_name", &key, &name_value("Phone", 2));
    let title = "A device is listed with its newest name and the version of that";
    cases.taken("listed-by-new-name", title, list(&told), &rules);
    let rule = Rule::ListedByLastName;
    cases.told_apart(rule, "listed-by-name", "listed-by-new-name", "a renaming in the chain");
    let title = "A device whose newest name is not disclosed is not listed with an older one";
    let rules = [rule, TRUSTED, ASKED];
    cases.taken("listed-without-new-name", title, list(&renamed), &rules);
}

/// A first link that has an address, disclosed.
pub(super) fn rooted_with_address(world: RuleSet) -> Chain {
    let (key, value) = (commitment_key(ADDRESS), email_value(ADDRESS, 5));
    let mut chain = Chain::of_alice(world);
    let keys = chain.new_keys(false);
    let chain = chain.then(&rooted(LAPTOP, &keys, &commitment(world, &key, &value), &NO_KEYS));
    chain.disclosed("email_change", &key, &value)
}

fn identifiers(world: RuleSet, cases: &mut Cases<'_>) {
    let two = Chain::two_devices(world);
    let all = Rule::AddressesListed;
    let rules = [TRUSTED, ASKED];
    let list = |chain: &Chain| given(chain, None, LAPTOP.id);
    let one = with_address(two.clone(), "old@example.com", 2);
    cases.taken("listed-address", "The address of a user", list(&one), &rules);
    let other = with_address(one.clone(), ADDRESS, 5);
    cases.taken("listed-addresses", "Every address so far is listed", list(&other), &rules);
    cases.told_apart(all, "listed-address", "listed-addresses", "a change in the chain");
    let hidden = one.email("hidden@example.com", 3);
    let title = "An address that is not disclosed is listed as one that is not";
    cases.taken("listed-address-undisclosed", title, list(&hidden), &[all, TRUSTED, ASKED]);
    let left = with_account(world, two.clone(), &account_value(ACCOUNT, 1, 0));
    let left = with_account(world, left, &account_value("", 0, 0));
    let title = "An account that the user was in, and none since";
    cases.taken("listed-accounts", title, list(&left), &[all, TRUSTED, ASKED]);
    let title = "An address in the first link, seen by the one device there is";
    let rooted = rooted_with_address(world);
    cases.taken("listed-address-of-the-root", title, list(&rooted), &[all]);

    let behind = |chain: &Chain| given(chain, Some(&two), LAPTOP.id);
    let title = "The fingerprint of a chain that was shown before";
    cases.taken("listed-fingerprint", title, behind(&two), &rules);
    let title = "The fingerprint of a chain that is longer than the one shown before";
    let longer = two.clone().then(&rename(PHONE, &Octets::new(bytes("any name", 32))));
    cases.taken("listed-fingerprint-of-more", title, behind(&longer), &rules);
    let (common, decisive) = ("listed-fingerprint", "listed-fingerprint-of-more");
    cases.told_apart(Rule::FingerprintOfShown, common, decisive, "a link more");
    let mut without = list(&two);
    without.insert(text("account_sequence_number"), text("0"));
    without.insert(text("account_hash"), String::new());
    let title = "The fingerprint of a user without an account";
    cases.taken("listed-without-account", title, without, &rules);
}
