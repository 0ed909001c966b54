//! Boxes of who had a say and has none any more, and those of an older kind than the keys.

use conclave_model::sigchain::build::{revoke, rotate};
use conclave_spec::Rule;

use super::{
    super::{account_of, naming, rooted_in_account, with_escrow},
    ADMINS, Cases, Chain, DEPUTY, ESCROW, ESCROW_AGAIN, LAPTOP, Octets, Opening, PHONE, RuleSet,
    Scene, Sealing, VAULT, admins, member, terms_at,
};

pub(super) fn drafts(world: RuleSet, cases: &mut Cases<'_>) {
    old_keys(world, cases);
    administrators(world, cases);
    classic(world, cases);
}

/// The box of what administrators gave the escrow device, for the newest keys of a chain.
fn sealing(world: RuleSet, chain: &Chain, number: u32, generation: u32) -> Sealing {
    let of = Sealing::of(world, chain, &terms_at(chain, world, number, generation));
    of.but(|it| (it.device, it.secrets) = (ESCROW_AGAIN, ESCROW_AGAIN))
}

/// Alice's phone once administrators have rotated the escrow device.
fn rotated(world: RuleSet) -> Scene {
    let mut scene = Scene::set_up(world);
    let keys = scene.user.new_keys(false);
    let mut draft = rotate(ESCROW, ESCROW, ESCROW_AGAIN, &keys);
    draft.signers.push(DEPUTY.seed());
    scene.user = scene.user.then(&draft);
    scene
}

/// The administrators' chain once the deputy is revoked, with new keys.
fn without_deputy(world: RuleSet) -> Chain {
    admins(world).revoke(VAULT, &[DEPUTY])
}

/// Keys that were replaced before the box could be made.
fn old_keys(world: RuleSet, cases: &mut Cases<'_>) {
    let (rule, signed) = (Rule::EscrowBoxOfLaterKey, Rule::EscrowBoxSigned);
    let chain = admins(world);
    let terms = terms_at(&chain, world, 4, 1);
    let again = LAPTOP.with_keys("laptop again");
    let user = rooted_in_account(world).rotate(LAPTOP, again, false);
    let mut scene = Scene::set_up(world);
    scene.user = with_escrow(user, world, again, &terms).adding(PHONE).approve(again);
    let of = Sealing::of(world, &chain, &terms);
    let by = |maker| scene.but(|it| it.boxed = of.but(|it| it.maker = maker).boxed());
    let common = "box-signed-by-the-key-of-then";
    let title = "A box that its maker signed with the key of when it made the escrow device's";
    cases.taken(common, title, by(again), &[]);
    let which = ("box-signed-by-a-key-of-before", "the key of the maker");
    cases.pair(rule, common, which, by(LAPTOP), signed);
    let renewed = chain.rotate(DEPUTY, DEPUTY.with_keys("deputy again"), false);
    let with = |number, generation| {
        rotated(world).but(|it| {
            let of = sealing(world, &renewed, number, generation);
            it.admins = vec![renewed.clone()];
            it.boxed = of.but(|it| it.maker = DEPUTY).boxed();
        })
    };
    let title = "A box of administrators from before its maker had other keys: it is made anew";
    cases.taken("box-of-administrators-by-a-key-of-then", title, with(4, 1), &[]);
    let title = "A key of an administrator's device that was replaced by then cannot sign it";
    cases.refused("box-of-administrators-by-a-key-of-before", title, with(5, 2), signed);
    cases.also(rule, &["box-of-administrators-by-a-key-of-before"]);
}

/// An administrator's device that is revoked, and has rotated the escrow device.
fn administrators(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::EscrowOutlivesNoAdministrator;
    let scene = rotated(world);
    let gone = without_deputy(world);
    let by = |maker| {
        scene.but(|it| {
            it.admins = vec![gone.clone()];
            it.boxed = sealing(world, &gone, 5, 2).but(|it| it.maker = maker).boxed();
        })
    };
    let common = "box-of-administrators-for-newer-keys";
    let title = "Administrators have revoked a device, and another one sealed for the newest keys";
    cases.taken(common, title, by(VAULT), &[]);
    let decisive = "box-of-a-revoked-administrator";
    let title =
        "The one that is revoked has sealed for the newest keys, and the device gets others";
    cases.taken(decisive, title, by(DEPUTY), &[]);
    cases.told_apart(rule, common, decisive, "the administrator's device that signed the box");
    let title = "The same where the server revoked it, and nobody has made new keys";
    let revoked = admins(world).then(&revoke(None, &[DEPUTY], &Octets::default()));
    let given = scene.but(|it| {
        it.boxed = sealing(world, &revoked, 4, 1).but(|it| it.maker = DEPUTY).boxed();
        it.admins = vec![revoked];
    });
    cases.taken("box-of-an-administrator-that-the-server-revoked", title, given, &[rule]);
}

/// A box that is classic though the keys are hybrid.
fn classic(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::EscrowFollowsHybrid;
    let vault = VAULT.hybrid();
    let chain = Chain::new(world, "User", ADMINS).root(vault).lock_down(vault, true);
    let terms = terms_at(&chain, world, 2, 1);
    let of = Sealing::of(world, &chain, &terms);
    let mut scene = Scene::set_up(world);
    scene.account = naming(account_of(world), world, ADMINS, 2);
    scene.user = member(world, &terms);
    scene.admins = vec![chain];
    let with = |hybrid| scene.but(|it| it.boxed = of.but(|it| it.hybrid = hybrid).boxed());
    let common = "escrow-hybrid";
    let title = "The secrets are sealed in a hybrid box for hybrid keys";
    cases.taken(common, title, with(true), &[]);
    let decisive = "escrow-classic-for-hybrid-keys";
    let title = "They are in a classic box for hybrid keys, which nobody opens: others are made";
    cases.taken(decisive, title, with(false), &[]);
    cases.told_apart(rule, common, decisive, "the suite of the box");
}

/// What administrators do with the box of one who is revoked.
pub(super) fn opened(world: RuleSet, cases: &mut Cases<'_>) {
    let gone = without_deputy(world);
    let opening = Opening {
        world,
        user: rotated(world).user,
        seeds: vec![(2, gone.seed_of(2))],
        boxed: sealing(world, &gone, 5, 2).but(|it| it.maker = DEPUTY).boxed(),
        admins: vec![gone],
    };
    let title = "Administrators open a box whose maker is revoked: they need it to mend it";
    let rules = [Rule::EscrowBoxSigned];
    cases.taken("escrow-device-opened-of-a-revoked-administrator", title, opening.inputs(), &rules);
}
