//! Cases of what a client tells its user of the user's chain.

use conclave_model::sigchain::build::{
    ACCOUNT, ADDRESS, Chain, LAPTOP, PHONE, TABLET, account_value, revoke, rotate_user_keys,
};
use conclave_spec::{Rule, RuleSet};

use super::{
    Cases, FormulaDraft, Inputs,
    devices::{
        NO_KEYS, STRANGER, adding_less, rooted_with_address, since, with_account, with_address,
    },
    text,
};

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "family", "chain_notices");
    devices(world, &mut cases);
    keys(world, &mut cases);
    identifiers(world, &mut cases);
}

pub(super) fn given(chain: &Chain, shown: Option<&Chain>, viewer: &str) -> Inputs {
    let mut given = since(chain, shown);
    given.insert(text("device_id"), text(viewer));
    given
}

const TOLD: Rule = Rule::ChangesTold;
const TRUSTED: Rule = Rule::TrustedIsUser;

fn devices(world: RuleSet, cases: &mut Cases<'_>) {
    let first = Chain::of_alice(world).root(LAPTOP);
    let two = Chain::two_devices(world);
    let notices = |chain: &Chain| given(chain, Some(&first), LAPTOP.id);
    let title = "A device that came since is told of";
    cases.taken("told-of-a-new-device", title, notices(&two), &[TRUSTED]);
    let gone = two.clone().revoke(LAPTOP, &[PHONE]);
    let title = "A device that came and went since is told of, both times";
    cases.taken("told-of-one-that-is-gone", title, notices(&gone), &[TRUSTED]);
    let (common, decisive) = ("told-of-a-new-device", "told-of-one-that-is-gone");
    cases.told_apart(TOLD, common, decisive, "a revocation in the chain");
    let title = "A device that was approved since it came is the user's";
    let approved = two.clone().approve(LAPTOP);
    cases.taken("told-of-an-approved-device", title, notices(&approved), &[]);
    cases.told_apart(TRUSTED, "told-of-an-approved-device", common, "an approval in the chain");
    let title = "Of what was shown before nothing is told";
    cases.taken("told-of-nothing", title, given(&two, Some(&two), LAPTOP.id), &[TOLD]);
    let mut unseen = given(&two, Some(&two), LAPTOP.id);
    unseen.insert(text("shown_sequence_number"), text("1"));
    let title = "What was checked and not shown is told of";
    cases.taken("told-of-what-was-checked", title, unseen, &[TOLD, TRUSTED]);
    let (common, decisive) = ("told-of-nothing", "told-of-what-was-checked");
    cases.told_apart(Rule::NewSinceShown, common, decisive, "what the user was shown");
    let title = "Who was shown nothing is told of everything";
    cases.taken("told-of-everything", title, given(&gone, None, LAPTOP.id), &[TOLD, TRUSTED]);
    let title = "What the viewing device itself signed is told of";
    let own = given(&gone, Some(&two), LAPTOP.id);
    cases.taken("told-of-its-own", title, own, &[]);
    let by_server = two.clone().then(&revoke(None, &[PHONE], &NO_KEYS));
    let title = "A revocation by the server is told of as the server's";
    let rules = [Rule::KeysRemade];
    let by_server = given(&by_server, Some(&two), LAPTOP.id);
    cases.taken("told-of-the-server", title, by_server, &rules);
    let shown = Rule::ServerMakesShown;
    cases.told_apart(shown, "told-of-its-own", "told-of-the-server", "who revoked");
    let evicted = adding_less(two.clone(), STRANGER, &[PHONE, LAPTOP]);
    let title = "A new device that revokes all others as it comes is not the user";
    let rules = [TOLD, TRUSTED];
    cases.taken("told-of-an-eviction", title, given(&evicted, Some(&two), LAPTOP.id), &rules);
    let title = "Notices of a chain that does not go on as the one that was shown are refused";
    let forked = given(&first.clone().adding(TABLET), Some(&two), LAPTOP.id);
    cases.refused("told-of-a-fork", title, forked, Rule::ChainExtends);
}

fn keys(world: RuleSet, cases: &mut Cases<'_>) {
    let due = Rule::KeysRemade;
    let two = Chain::two_devices(world).adding(TABLET);
    let notices = |chain: &Chain, viewer: &str| given(chain, Some(&two), viewer);
    let revoked = two.clone().revoke(LAPTOP, &[PHONE]);
    let title = "After a revocation that brought keys none are due";
    cases.taken("keys-not-due", title, notices(&revoked, LAPTOP.id), &[]);
    let itself = two.clone().then(&revoke(Some(PHONE), &[PHONE], &NO_KEYS));
    let title = "After a device revoked itself another one has to make keys";
    cases.taken("keys-due", title, notices(&itself, LAPTOP.id), &[TRUSTED]);
    cases.told_apart(due, "keys-not-due", "keys-due", "who revoked");
    let title = "The device that revoked itself makes none";
    let rules = [due, TRUSTED];
    cases.taken("keys-due-not-by-who-left", title, notices(&itself, PHONE.id), &rules);
    let mut made = itself;
    let keys = made.new_keys(false);
    let made = made.then(&rotate_user_keys(TABLET, &keys));
    let title = "Once another device made some none are due";
    cases.taken("keys-made", title, notices(&made, LAPTOP.id), &rules);
    let locked = Chain::of_alice(world).root(LAPTOP).lock_down(LAPTOP, true);
    let locked = locked.add_unconfirmed(PHONE).add_unconfirmed(TABLET);
    let gone = locked.clone().then(&revoke(None, &[PHONE], &NO_KEYS));
    for (name, viewer, title) in [
        ("keys-due-in-lockdown", LAPTOP, "In lockdown a confirmed device makes the keys"),
        ("keys-not-due-unconfirmed", TABLET, "In lockdown an unconfirmed device makes none"),
    ] {
        let given = given(&gone, Some(&locked), viewer.id);
        cases.taken(name, title, given, &[due, Rule::ServerMakesShown]);
    }
}

fn identifiers(world: RuleSet, cases: &mut Cases<'_>) {
    let two = Chain::two_devices(world);
    let had = with_address(two.clone(), ADDRESS, 5);
    let notices = |chain: &Chain| given(chain, Some(&had), LAPTOP.id);
    let other = with_address(had.clone(), "alice@example.org", 1);
    cases.taken("told-of-an-address", "A change of the address is told of", notices(&other), &[]);
    let same = with_address(had.clone(), ADDRESS, 7);
    let title = "A change to the address that it was is told of";
    cases.taken("told-of-the-same-address", title, notices(&same), &[]);
    let rule = Rule::AddressChangeTold;
    let (common, decisive) = ("told-of-an-address", "told-of-the-same-address");
    cases.told_apart(rule, common, decisive, "the new address in the chain");
    let back = with_address(other.clone(), ADDRESS, 7);
    let title = "An address that went and came back is told of twice";
    cases.taken("told-of-an-address-that-is-back", title, notices(&back), &[rule]);
    let rooted = given(&rooted_with_address(world), None, LAPTOP.id);
    let title = "An address in the first link is told of as its signer's doing";
    cases.taken("told-of-the-address-of-the-root", title, rooted, &[rule]);
    let hidden = had.clone().email("hidden@example.com", 1);
    let title = "A change to an address that is not disclosed is told of";
    cases.taken("told-of-an-undisclosed-address", title, notices(&hidden), &[rule]);
    let moved = with_account(world, had.clone(), &account_value(ACCOUNT, 1, 0));
    cases.taken("told-of-an-account", "A change of the account is told of", notices(&moved), &[]);
    let differs_in = "the change in the chain";
    let account = Rule::AccountChangeTold;
    cases.told_apart(account, "told-of-an-address", "told-of-an-account", differs_in);
    let left = with_account(world, moved, &account_value("", 0, 0));
    let title = "That the user left the account is told of";
    cases.taken("told-of-no-account", title, notices(&left), &[account]);
    let title = "Nobody but the user is told of a new address";
    cases.taken("others-not-told", title, given(&other, Some(&had), ""), &[]);
    let kept = Rule::AddressKeptFromOthers;
    cases.told_apart(kept, "told-of-an-address", "others-not-told", "whose chain it is");
    let title = "Others are told of no device either";
    let of_devices = given(&two.adding(TABLET), None, "");
    cases.taken("others-not-told-of-devices", title, of_devices, &[kept]);
}
