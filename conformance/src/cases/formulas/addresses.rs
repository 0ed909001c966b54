//! Cases of whose an address was, and of what a membership chain says of a user.

use conclave_model::sigchain::build::{
    ACCOUNT, ADDRESS, ALICE, CLOUD, Chain, account_value, commitment_key, members, user_id,
    user_value,
};
use conclave_spec::{Octets, Rule, RuleSet, formulas::sigchain::commitment};

use super::{
    Cases, FormulaDraft, Inputs,
    devices::{since, with_account},
    disclosures, inputs, joined, text,
};

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "sigchain", "address_history");
    histories(world, &mut cases);
    cases.formula = "account_member";
    memberships(world, &mut cases);
}

/// What is disclosed of a link of an address's chain.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Discloses {
    Both,
    Address,
    User,
}

/// The chain of Alice's address: whose it became, in which link of the user's chain, and what is told of it.
fn address(world: RuleSet, users: &[(&str, u32, Discloses)]) -> Chain {
    let mut chain = Chain::new(world, "Email", ADDRESS);
    for (user, number, discloses) in users {
        let (key, value) = (commitment_key(user), user_value(user, *number));
        chain = chain.then(&user_id(&commitment(world, &key, &value)));
        if *discloses != Discloses::User {
            chain = chain.disclosed("email", &commitment_key("address"), &ADDRESS.into());
        }
        if *discloses != Discloses::Address {
            chain = chain.disclosed("user_id_change", &key, &value);
        }
    }
    chain
}

fn histories(world: RuleSet, cases: &mut Cases<'_>) {
    use Discloses::{Address, Both, User};
    let chain = |users: &[(&str, u32, Discloses)]| address(world, users);
    let given = |chain: &Chain, known: Option<&Chain>| {
        let mut given = since(chain, known);
        given.insert(text("user_id"), text(ALICE));
        given
    };
    let (over, untold) = (Rule::TakeoverTold, Rule::UntoldIsUnknown);
    let hers = chain(&[(ALICE, 3, Both), (ALICE, 6, Both)]);
    cases.taken("address-always-hers", "An address that was one user's", given(&hers, None), &[]);
    let back = chain(&[(ALICE, 3, Both), ("mallory", 7, Both), (ALICE, 6, Both)]);
    let title = "An address that was another's in between and was given back";
    cases.taken("address-given-back", title, given(&back, None), &[]);
    let (common, decisive) = ("address-always-hers", "address-given-back");
    cases.told_apart(over, common, decisive, "a link in the chain");
    let hidden = chain(&[(ALICE, 3, Address), (ALICE, 6, Both)]);
    let title = "An address of which one link does not tell whose it was";
    cases.taken("address-of-somebody", title, given(&hidden, None), &[over]);
    cases.told_apart(untold, common, "address-of-somebody", "what is disclosed");
    let elsewhere = chain(&[(ALICE, 3, User), (ALICE, 6, Both)]);
    let title = "What a link says of an address that is not disclosed does not count";
    let rules = [over, untold];
    cases.taken("address-of-which-link", title, given(&elsewhere, None), &rules);
    let both = chain(&[(ALICE, 3, Address), ("mallory", 7, Both)]);
    let title = "Another user counts, whatever else is not disclosed";
    cases.taken("address-taken-over", title, given(&both, None), &[over]);
    let mut known = vec![(ALICE, 3, Both)];
    let before = chain(&known);
    known.push(("mallory", 7, Both));
    let taken = chain(&known);
    let title = "Who dealt with an address is told that another user took it over";
    cases.taken("address-taken-over-since", title, given(&taken, Some(&before)), &[over]);
    let title = "What was before is not told of";
    cases.taken("address-taken-over-before", title, given(&back, Some(&taken)), &[over]);
    let last = chain(&[(ALICE, 3, Both), (ALICE, 6, Address)]);
    let title = "An address that is somebody's now";
    cases.taken("address-of-somebody-now", title, given(&last, None), &[untold]);
    let none = chain(&[]);
    cases.taken("address-of-nobody", "An address without a link", given(&none, None), &[over]);
    let title = "A chain whose last link does not tell the address is refused";
    let last = chain(&[(ALICE, 3, Both), (ALICE, 6, User)]);
    cases.refused("address-untold-now", title, given(&last, None), Rule::LinkOfSubject);
    let title = "A history that is shorter than the one known is refused";
    let shorter = given(&before, Some(&taken));
    cases.refused("address-history-of-less", title, shorter, Rule::ChainExtends);
}

/// A member as a link commits to it: the commitment, its key and its value.
fn member(world: RuleSet, user: &str, number: u32) -> (Octets, Octets, Octets) {
    let (key, value) = (commitment_key(user), user_value(user, number));
    (commitment(world, &key, &value), key, value)
}

/// The members of Alice's account: Bob and Alice came, she at the place 1 of the first link.
fn came(world: RuleSet, number: u32) -> Chain {
    let (bob, ..) = member(world, "bob", 5);
    let (alice, key, value) = member(world, ALICE, number);
    let chain = Chain::new(world, "Membership", ACCOUNT).then(&members(&[bob, alice], &[]));
    chain.disclosed("added/1", &key, &value)
}

/// What is asked of Alice's chain and of the chain of an account's members.
fn asked(user: &Chain, chain: &Chain) -> Inputs {
    inputs(&[
        ("cloud_name", text(CLOUD)),
        ("user_id", text(ALICE)),
        ("account_id", text(ACCOUNT)),
        ("user_links", joined(user)),
        ("user_openings", disclosures(user)),
        ("membership_links", joined(chain)),
        ("membership_openings", disclosures(chain)),
    ])
}

/// Alice's chain, that names an account, a link of its membership chain and a place in it.
fn in_account(world: RuleSet, id: &str, number: u32, index: u32) -> Chain {
    with_account(world, Chain::two_devices(world), &account_value(id, number, index))
}

fn memberships(world: RuleSet, cases: &mut Cases<'_>) {
    let (user, chain) = (in_account(world, ACCOUNT, 1, 1), came(world, 3));
    let at = Rule::MemberAtPlace;
    let title = "A user who was added at the place that the own chain gives";
    cases.taken("member", title, asked(&user, &chain), &[]);
    let which = ("member-at-another-place", "the place in the user's chain");
    let elsewhere = in_account(world, ACCOUNT, 1, 2);
    cases.pair(at, "member", which, asked(&elsewhere, &chain), at);
    let title = "The place counts from 0, not from 1";
    let first = Chain::new(world, "Membership", ACCOUNT);
    let (alice, key, value) = member(world, ALICE, 3);
    let first = first.then(&members(&[alice], &[])).disclosed("added/0", &key, &value);
    cases.refused("member-counted-from-1", title, asked(&user, &first), at);
    for (name, title, user, chain) in [
        (
            "member-of-another-link",
            "A place in a link that the chain does not have is refused",
            in_account(world, ACCOUNT, 2, 1),
            came(world, 3),
        ),
        (
            "member-by-another-link",
            "A member that came by another link of the user's chain is refused",
            user.clone(),
            came(world, 2),
        ),
        (
            "member-of-another-account",
            "A user whose chain names another account is refused",
            in_account(world, "another-corp", 1, 1),
            came(world, 3),
        ),
        (
            "member-without-account",
            "A user whose chain has never named an account is refused",
            Chain::two_devices(world),
            came(world, 3),
        ),
        (
            "member-who-left",
            "A user whose chain says that the account was left is refused",
            with_account(world, user.clone(), &account_value("", 0, 0)),
            came(world, 3),
        ),
    ] {
        cases.refused(name, title, asked(&user, &chain), at);
    }
    let mut untold = asked(&user, &chain);
    untold.insert(text("membership_openings"), String::new());
    let title = "A member whom the membership chain does not disclose is refused";
    cases.refused("member-untold", title, untold, at);
    let mut other = asked(&user, &chain);
    other.insert(text("account_id"), text("another-corp"));
    let title = "The membership chain of another account is refused";
    cases.refused("member-in-another-chain", title, other, Rule::LinkOfSubject);
    removals(world, &user, chain, cases);
}

/// Who was removed since.
fn removals(world: RuleSet, user: &Chain, chain: Chain, cases: &mut Cases<'_>) {
    let hidden = Rule::MemberUnlessHidden;
    let (bob, key, value) = member(world, "bob", 5);
    let less_bob = chain.then(&members(&[], &[bob]));
    let told = less_bob.clone().disclosed("removed/0", &key, &value);
    let title = "A removal since is disclosed, and is another user's";
    cases.taken("member-still", title, asked(user, &told), &[]);
    let title = "A removal since is not disclosed";
    cases.taken("member-perhaps", title, asked(user, &less_bob), &[]);
    cases.told_apart(hidden, "member-still", "member-perhaps", "what is disclosed");
    let (alice, key, value) = member(world, ALICE, 9);
    let removed = less_bob.then(&members(&[], &[alice])).disclosed("removed/0", &key, &value);
    let title = "A user who was removed since, whatever else is not disclosed";
    cases.taken("member-no-more", title, asked(user, &removed), &[hidden]);
}
