//! What a member's client has to do.

use conclave_model::sigchain::build::{
    add_and_approve_less, idp, revoke, rotate, rotate_user_keys,
};
use conclave_spec::Rule;

use super::{
    ACCOUNT, ADMINS, Cases, Chain, DEPUTY, ESCROW, ESCROW_AGAIN, FormulaDraft, GHOST, LAPTOP,
    Octets, PHONE, RuleSet, Scene, Sealing, VAULT, account_of, account_value, add_and_approve,
    admins, bytes, commitment, commitment_key, encoded, naming, rooted_in_account, tail_of,
    terms_at, text, vault, with_escrow,
};
use conclave_model::sigchain::build::{TABLET, account, email_value};

use crate::cases::formulas::output;

mod lockdown;

pub(super) const FIRST: &str = "escrow-begins";
pub(super) const SET_UP: &str = "escrow-set-up";

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "escrow", "escrow_status");
    begins(world, &mut cases);
    named(world, &mut cases);
    acknowledged(world, &mut cases);
    set_up(world, &mut cases);
    lockdown::drafts(world, &mut cases);
    ends(world, &mut cases);
    remembered(world, &mut cases);
}

/// The first time.
fn begins(world: RuleSet, cases: &mut Cases<'_>) {
    let scene = Scene::first(world);
    let title = "An account turns escrow on, and the user is asked";
    cases.taken(FIRST, title, scene.inputs(), &[]);
    let title = "In an account that never had escrow there is nothing to do";
    let never = Chain::new(world, "Account", ACCOUNT).then(&idp("example.idp.example"));
    let ends = Rule::EscrowEndsWithAdministrators;
    cases.taken("escrow-never", title, scene.but(|it| it.account = never), &[ends]);
    let title = "In an account whose chain has no link yet there is nothing to do";
    let none = Chain::new(world, "Account", ACCOUNT);
    cases.taken("escrow-of-a-new-account", title, scene.but(|it| it.account = none), &[ends]);
    let disclosed = Rule::AccountDisclosed;
    let which = ("account-not-disclosed", "what is disclosed of the user's chain");
    let mut untold = scene.inputs();
    untold.insert(text("user_openings"), String::new());
    cases.pair(disclosed, FIRST, which, untold, disclosed);
    let told = Rule::AdministratorsDisclosed;
    let which = ("administrators-not-disclosed", "what is disclosed of the account's chain");
    let mut untold = scene.inputs();
    untold.insert(text("account_openings"), String::new());
    cases.pair(told, FIRST, which, untold, told);
    let mut other = scene.clone();
    other.account = naming(Chain::new(world, "Account", "other-corp"), world, ADMINS, 4);
    let title = "The chain of another account than the user's is refused";
    cases.refused("account-of-others", title, other.inputs(), Rule::LinkOfSubject);
    let nobody = Chain::two_devices(world).approve(LAPTOP);
    let title = "A user without an account has nothing to do";
    cases.taken("escrow-without-account", title, scene.but(|it| it.user = nobody), &[disclosed]);
    let title = "A device that waits for approval asks too";
    let waits = rooted_in_account(world).adding(PHONE);
    let counts = Rule::EscrowDeviceCounts;
    cases.taken("escrow-begins-on-a-new-device", title, scene.but(|it| it.user = waits), &[counts]);
}

/// Whose chain the administrators' is.
fn named(world: RuleSet, cases: &mut Cases<'_>) {
    let scene = Scene::first(world);
    let (named, reach) = (Rule::AdministratorsNamed, Rule::AdministratorsReach);
    let which = ("administrators-of-another-user-id", "the user ID of the administrators' chain");
    let other = vault(world, "other-admins").add_unconfirmed(DEPUTY).approve(VAULT);
    cases.pair(named, FIRST, which, scene.but(|it| it.admins = vec![other.clone()]), named);
    let title = "Without the chain of its administrators a client goes no further";
    cases.refused("administrators-withheld", title, scene.but(|it| it.admins.clear()), named);
    let title = "The administrators' chain is found among others";
    let two = scene.but(|it| it.admins.insert(0, other));
    cases.taken("administrators-among-others", title, two, &[named]);
    let naming = |number| naming(Chain::new(world, "Account", ACCOUNT), world, ADMINS, number);
    let title = "An account's chain that names an earlier link of the administrators' chain";
    cases.taken("administrators-grown", title, scene.but(|it| it.account = naming(2)), &[reach]);
    let which = ("administrators-too-short", "the number in the account's chain");
    let longer = scene.but(|it| it.account = naming(5));
    cases.pair(reach, "administrators-grown", which, longer, reach);
    let nameless = Rule::AdministratorsNameless;
    let which = ("administrators-with-an-address", "an address in the administrators' chain");
    let address = scene.but(|it| it.admins = vec![admins(world).email("admins@example.com", 1)]);
    cases.pair(nameless, FIRST, which, address, nameless);
    let key = commitment_key("admins@example.com");
    let value = email_value("admins@example.com", 1);
    let told = admins(world).email("admins@example.com", 1).disclosed("email_change", &key, &value);
    let title = "An address of the administrators' chain is refused, disclosed or not";
    let told = scene.but(|it| it.admins = vec![told]);
    cases.refused("administrators-with-a-known-address", title, told, nameless);
    let of_account = Rule::AdministratorsOfAccount;
    let in_account = |name: &str, told: bool| {
        let (key, value) = (commitment_key(name), account_value(name, 3, 0));
        let chain = admins(world).then(&account(&commitment(world, &key, &value)));
        let chain = if told { chain.disclosed("account_change", &key, &value) } else { chain };
        scene.but(|it| it.admins = vec![chain])
    };
    let title = "A chain of administrators that names the account";
    cases.taken("administrators-of-the-account", title, in_account(ACCOUNT, true), &[]);
    let which = ("administrators-of-another-account", "the account in the administrators' chain");
    let other = in_account("other-corp", true);
    cases.pair(of_account, "administrators-of-the-account", which, other, of_account);
    let title = "An account of the administrators' chain that is not disclosed is not compared";
    let hidden = in_account("other-corp", false);
    cases.taken("administrators-of-a-hidden-account", title, hidden, &[of_account]);
}

/// What the user acknowledged.
fn acknowledged(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::AdministratorsAcknowledged;
    let scene = Scene::first(world);
    let print = |scene: &Scene| output(world, "escrow_status", &scene.inputs(), "fingerprint");
    let agreed = scene.but(|it| it.acknowledged = print(&scene));
    let title = "The user has acknowledged the fingerprint, and an escrow device is added";
    cases.taken("escrow-acknowledged", title, agreed, &[]);
    let mut before = scene.clone();
    before.admins = vec![vault(world, ADMINS)];
    before.account = naming(Chain::new(world, "Account", ACCOUNT), world, ADMINS, 2);
    let before = print(&before);
    unseen(&scene, &print(&scene), cases);
    let title = "What the user acknowledged before is not the chain of today";
    let earlier = scene.but(|it| it.acknowledged = before);
    cases.taken("escrow-acknowledged-before", title, earlier, &[]);
    let differs_in = "the fingerprint that the user acknowledged";
    cases.told_apart(rule, "escrow-acknowledged", "escrow-acknowledged-before", differs_in);
    let mut moved = scene.clone();
    moved.account = account_of(world).then(&idp("example.idp.example"));
    let title = "A fingerprint is over the account's chain too";
    let moved = moved.but(|it| it.acknowledged = print(&scene));
    cases.taken("escrow-acknowledged-of-another-tail", title, moved, &[rule]);
}

/// Whom the link approves that adds an escrow device.
fn unseen(scene: &Scene, fingerprint: &str, cases: &mut Cases<'_>) {
    let rule = Rule::EscrowApprovesNobodyUnseen;
    let with = |user: Chain| {
        scene.but(|it| {
            it.user = user;
            it.acknowledged = text(fingerprint);
        })
    };
    let ghost = scene.user.clone().adding(GHOST);
    let (common, decisive) = ("escrow-acknowledged", "escrow-acknowledged-beside-a-ghost");
    let title =
        "A device that waits is not approved by the acknowledgment of escrow: it is reviewed";
    cases.taken(decisive, title, with(ghost.clone()), &[]);
    cases.told_apart(rule, common, decisive, "a device that nobody approved");
    let title = "Once it is approved, an escrow device is added";
    cases.taken(
        "escrow-acknowledged-after-review",
        title,
        with(ghost.clone().approve(PHONE)),
        &[rule],
    );
    let title = "Once it is revoked, an escrow device is added";
    let revoked = with(ghost.clone().revoke(PHONE, &[GHOST]));
    cases.taken("escrow-acknowledged-after-revocation", title, revoked, &[rule]);
    let title = "An older device is not approved by the link, whatever its class";
    let older = scene.but(|it| {
        it.user = rooted_in_account(it.world).adding(PHONE);
        it.acknowledged = text(fingerprint);
    });
    cases.taken("escrow-acknowledged-by-the-younger", title, older, &[rule]);
    let title = "A device that waits does not keep the user from being asked";
    let asked = scene.but(|it| it.user = ghost);
    cases.taken("escrow-begins-beside-a-ghost", title, asked, &[rule]);
}

/// With an escrow device on the chain.
fn set_up(world: RuleSet, cases: &mut Cases<'_>) {
    let scene = Scene::set_up(world);
    let title = "With an escrow device there is nothing to do";
    cases.taken(SET_UP, title, scene.inputs(), &[]);
    let follows = Rule::EscrowFollowsKeys;
    let renewed = {
        let mut chain = admins(world);
        let keys = chain.new_keys(false);
        chain.then(&rotate_user_keys(VAULT, &keys))
    };
    let which = ("escrow-keys-behind", "new keys of the administrators");
    let title = "The administrators have new keys, and the escrow device gets some too";
    cases.taken(which.0, title, scene.but(|it| it.admins = vec![renewed.clone()]), &[]);
    cases.told_apart(follows, SET_UP, which.0, which.1);
    let within = Rule::EscrowRotatedWithinClass;
    let mut waits = scene.clone();
    waits.user = scene.user.clone().adding(TABLET);
    waits.device = TABLET;
    waits.admins = vec![renewed];
    let title = "A device that nobody approved waits for one that rotates the escrow device";
    cases.taken("escrow-keys-behind-on-a-new-device", title, waits.inputs(), &[within]);
    let maker = Rule::EscrowOutlivesNoMaker;
    let title = "The device that made the escrow device's keys is revoked: it gets others";
    let gone = scene.but(|it| it.user = it.user.clone().revoke(PHONE, &[LAPTOP]));
    cases.taken("escrow-maker-revoked", title, gone, &[]);
    cases.told_apart(maker, SET_UP, "escrow-maker-revoked", "the revocation of the maker");
    let title = "The same where the server revoked it";
    let gone = scene.but(|it| {
        it.user = it.user.clone().then(&revoke(None, &[LAPTOP], &Octets::default()));
    });
    cases.taken("escrow-maker-revoked-by-the-server", title, gone, &[maker]);
    counts(world, cases);
}

/// For which devices an escrow device counts.
fn counts(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::EscrowDeviceCounts;
    let chain = admins(world);
    let terms = terms_at(&chain, world, 4, 1);
    let mut scene = Scene::set_up(world);
    scene.user = with_escrow(rooted_in_account(world).adding(PHONE), world, PHONE, &terms);
    scene.boxed = Sealing::of(world, &chain, &terms).but(|it| it.maker = PHONE).boxed();
    let title = "An escrow device that a device added which nobody approved counts for that device";
    cases.taken("escrow-device-of-a-new-device", title, scene.inputs(), &[]);
    let title = "It does not count for older devices, whose user is asked";
    let older = scene.but(|it| it.device = LAPTOP);
    cases.taken("escrow-device-of-a-younger-device", title, older, &[]);
    let (common, decisive) = ("escrow-device-of-a-new-device", "escrow-device-of-a-younger-device");
    cases.told_apart(rule, common, decisive, "the device that looks");
    let title = "Once it is approved it counts";
    let approved = scene.but(|it| {
        it.device = LAPTOP;
        it.user = it.user.clone().approve(LAPTOP);
    });
    cases.taken("escrow-device-approved-later", title, approved, &[rule]);
    let print = |inputs: &super::Inputs| output(world, "escrow_status", inputs, "fingerprint");
    let mut agreed = scene.but(|it| it.device = LAPTOP);
    let fingerprint = print(&agreed);
    agreed.insert(text("acknowledged"), fingerprint);
    let title = "Once its user has acknowledged, who added it is reviewed";
    let unseen = Rule::EscrowApprovesNobodyUnseen;
    cases.taken("escrow-device-of-a-younger-device-reviewed", title, agreed, &[rule, unseen]);
    let mut agreed = scene.clone();
    agreed.device = LAPTOP;
    agreed.user = agreed.user.revoke(LAPTOP, &[PHONE]);
    agreed.acknowledged = print(&agreed.inputs());
    let title = "If that one is revoked, an escrow device takes the place of its own";
    cases.taken("escrow-device-of-a-younger-device-replaced", title, agreed.inputs(), &[rule]);
    let mut replaced = scene.user.clone();
    let keys = replaced.new_keys(false);
    let again = super::Device { device_type: "ESCROW", ..super::Device::named("second") };
    let link = add_and_approve_less(LAPTOP, again, &keys, &encoded(world, &terms), &[ESCROW]);
    let mut after = scene.clone();
    after.device = LAPTOP;
    after.user = replaced.then(&link);
    let of_second = |it: &mut Sealing| (it.device, it.secrets) = (again, again);
    after.boxed = Sealing::of(world, &chain, &terms).but(of_second).boxed();
    let title = "The escrow device that took its place";
    cases.taken("escrow-device-replaced-by-the-older", title, after.inputs(), &[rule]);
    let title = "For younger devices the escrow device of an older one counts";
    let mut younger = Scene::set_up(world);
    younger.user = younger.user.adding(TABLET);
    younger.device = TABLET;
    cases.taken("escrow-device-of-an-older-device", title, younger.inputs(), &[rule]);
}

/// When an escrow device goes.
fn ends(world: RuleSet, cases: &mut Cases<'_>) {
    let (ends, moves) = (Rule::EscrowEndsWithAdministrators, Rule::EscrowEndsWithAccount);
    let scene = Scene::set_up(world);
    let off = naming(account_of(world), world, "", 0);
    let title = "The account turns escrow off, and the escrow device is revoked";
    cases.taken("escrow-off", title, scene.but(|it| it.account = off.clone()), &[]);
    cases.told_apart(ends, SET_UP, "escrow-off", "the last word of the account's chain");
    let title = "Where escrow is off the administrators' chain is not looked at";
    let without = scene.but(|it| {
        it.account = off.clone();
        it.admins.clear();
        it.boxed = Octets::default();
    });
    cases.taken("escrow-off-without-their-chain", title, without, &[ends]);
    let title = "Escrow is off and the escrow device revoked: nothing is to do";
    let revoked = scene.but(|it| {
        it.account = off;
        it.user = it.user.clone().revoke(LAPTOP, &[ESCROW]);
    });
    cases.taken("escrow-over", title, revoked, &[ends]);
    let title = "The account names other administrators, and the escrow device is revoked";
    let others = naming(account_of(world), world, "other-admins", 2);
    let changed = scene.but(|it| {
        it.account = others.clone();
        it.admins.push(vault(world, "other-admins"));
    });
    cases.taken("escrow-by-others", title, changed, &[ends]);
    let title = "Then the user is asked about the others";
    let asked = scene.but(|it| {
        it.account = others;
        it.admins.push(vault(world, "other-admins"));
        it.user = it.user.clone().revoke(LAPTOP, &[ESCROW]);
    });
    cases.taken("escrow-by-others-begins", title, asked, &[ends]);
    let in_account = |name: &str| {
        let (key, value) = (commitment_key(name), account_value(name, 5, 0));
        let user = scene.user.clone().then(&account(&commitment(world, &key, &value)));
        user.disclosed("account_change", &key, &value)
    };
    let title = "A change of account, be it to the same one, ends the escrow of before";
    let moved = scene.but(|it| it.user = in_account(ACCOUNT));
    cases.taken("escrow-of-the-account-before", title, moved, &[]);
    cases.told_apart(moves, SET_UP, "escrow-of-the-account-before", "a change of account");
    let title = "A user who left the account revokes the escrow device";
    let left = scene.but(|it| {
        it.user = in_account("");
        it.account.links.clear();
    });
    let mut left = left;
    left.insert(text("account_openings"), String::new());
    cases.taken("escrow-of-an-account-left", title, left, &[ends]);
    let title = "A user who was moved where there is no escrow revokes the escrow device";
    let elsewhere = scene.but(|it| {
        it.user = in_account("other-corp");
        it.account = Chain::new(world, "Account", "other-corp").then(&idp("other.idp.example"));
    });
    cases.taken("escrow-of-an-account-without", title, elsewhere, &[ends]);
}

/// What the client remembers, and what all devices see.
fn remembered(world: RuleSet, cases: &mut Cases<'_>) {
    let scene = Scene::set_up(world);
    let extends = Rule::ChainExtends;
    let tails = [
        tail_of(&scene.user, world, "User"),
        tail_of(&scene.account, world, "Account"),
        tail_of(&admins(world), world, "User"),
    ];
    let title = "All chains are as the client knew them";
    cases.taken("escrow-as-before", title, scene.but(|it| it.known = tails), &[extends]);
    let longer = tail_of(&admins(world).lock_down(VAULT, true), world, "User");
    let title = "A chain of administrators that is shorter than the client knew is refused";
    let given = scene.but(|it| it.known[2] = longer);
    cases.refused("administrators-shorter-than-known", title, given, extends);
    let title = "An account's chain from before escrow was turned off is refused";
    let off = naming(account_of(world), world, "", 0);
    let given = scene.but(|it| it.known[1] = tail_of(&off, world, "Account"));
    cases.refused("escrow-turned-on-again-by-an-old-chain", title, given, extends);
    let title = "A chain of the user that is shorter than the client knew is refused";
    let given = scene.but(|it| {
        it.known[0] = tail_of(&it.user.clone().adding(TABLET), world, "User");
    });
    cases.refused("member-shorter-than-known", title, given, extends);
    let title = "Another chain of administrators than the client knew is refused";
    let noise = Octets::new(bytes("another link", 32));
    let tail = conclave_spec::formulas::sigchain::Tail {
        sigchain_type: text("User"),
        last_sequence_number: 2,
        last_link_hash: noise,
    };
    let known = tail.encode(world).map(|it| super::hexed(&it)).unwrap_or_default();
    let given = scene.but(|it| it.known[2] = known);
    cases.refused("administrators-forked", title, given, extends);
    rolled_back(world, cases);
}

/// A server that gives one device an older chain of administrators than another had.
fn rolled_back(world: RuleSet, cases: &mut Cases<'_>) {
    let mut renewed = admins(world);
    let keys = renewed.new_keys(false);
    let renewed = renewed.then(&rotate_user_keys(VAULT, &keys));
    let mut scene = Scene::set_up(world);
    let keys = scene.user.new_keys(false);
    scene.user = scene.user.then(&rotate(LAPTOP, ESCROW, ESCROW_AGAIN, &keys));
    let terms = terms_at(&renewed, world, 5, 2);
    let sealing = Sealing::of(world, &renewed, &terms);
    let sealing = sealing.but(|it| (it.device, it.secrets) = (ESCROW_AGAIN, ESCROW_AGAIN));
    scene.boxed = sealing.boxed();
    scene.admins = vec![renewed];
    let title = "An escrow device that was rotated with the administrators' keys";
    cases.taken("escrow-rotated", title, scene.inputs(), &[]);
    let title = "A device that is given an older chain of administrators than another sealed for";
    let kept = Rule::AdministratorsTailKept;
    let older = scene.but(|it| it.admins = vec![admins(world)]);
    cases.refused("administrators-held-back", title, older, kept);
    let forked = {
        let mut chain = admins(world);
        let keys = chain.new_keys(false);
        chain.then(&rotate_user_keys(DEPUTY, &keys))
    };
    let title = "A fork of the administrators' chain that no other device saw is followed";
    let unseen = Scene::set_up(world).but(|it| it.admins = vec![forked.clone()]);
    cases.taken("administrators-forked-unseen", title, unseen, &[Rule::EscrowFollowsKeys]);
    let title = "It is not, once a device of the user has sealed for the other branch";
    let fork = scene.but(|it| it.admins = vec![forked]);
    cases.refused("administrators-forked-behind-the-box", title, fork, kept);
    let signed = Rule::EscrowBoxSigned;
    let title = "The same without the box is refused, and nothing is rotated";
    let withheld = scene.but(|it| {
        it.admins = vec![admins(world)];
        it.boxed = Octets::default();
    });
    cases.refused("administrators-held-back-with-the-box", title, withheld, signed);
    let rule = Rule::EscrowBoxNamesDevice;
    let which = ("box-of-the-keys-before", "the box");
    let before = Scene::set_up(world).boxed;
    cases.pair(rule, "escrow-rotated", which, scene.but(|it| it.boxed = before), signed);
    let mut by_stranger = rooted_in_account(world);
    let keys = by_stranger.new_keys(false);
    let link = add_and_approve(LAPTOP, ESCROW, &keys, &Octets::default());
    let title = "An own chain that does not hold is refused";
    let rule = Rule::EscrowDeviceNamesAdministrators;
    let given = scene.but(|it| it.user = by_stranger.then(&link));
    cases.refused("escrow-with-a-false-chain", title, given, rule);
}
