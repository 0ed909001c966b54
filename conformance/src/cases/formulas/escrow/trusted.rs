//! Who keeps the lockdown of the administrators' chain, and who makes its keys.

use conclave_model::sigchain::build::{add, rotate, rotate_user_keys};
use conclave_spec::Rule;

use super::{
    ADMINS, Cases, Chain, DEPUTY, Device, FormulaDraft, GHOST, NO_KEYS, RuleSet, Scene, VAULT,
    admins, statuses::FIRST, text, vault,
};
use crate::cases::formulas::output;

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "escrow", "escrow_status");
    locked(world, &mut cases);
    without_escrow(world, &mut cases);
    keys(world, &mut cases);
    anew(world, &mut cases);
}

/// The chain with keys of somebody.
fn renewed(mut chain: Chain, by: Device) -> Chain {
    let keys = chain.new_keys(false);
    chain.then(&rotate_user_keys(by, &keys))
}

/// The chain with a device of the server's in the place of all others.
fn seized(chain: Chain) -> Chain {
    chain.then(&add(GHOST, &NO_KEYS, &[VAULT, DEPUTY]))
}

/// The chain with lockdown begun by the server's device, and keys of it.
fn taken_over(chain: Chain) -> Chain {
    renewed(seized(chain).lock_down(GHOST, false).lock_down(GHOST, true), GHOST)
}

fn locked(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::AdministratorsLocked;
    let scene = Scene::first(world);
    let open = admins(world).lock_down(DEPUTY, false);
    let which = ("administrators-out-of-lockdown", "the end of lockdown");
    cases.pair(rule, FIRST, which, scene.but(|it| it.admins = vec![open.clone()]), rule);
    let title = "A member with an escrow device stops when lockdown ends";
    let set_up = Scene::set_up(world).but(|it| it.admins = vec![open.clone()]);
    cases.refused("administrators-left-lockdown", title, set_up, rule);
    let title = "Lockdown that was switched off and on by a device of the class is as it was";
    let again = Scene::set_up(world).but(|it| it.admins = vec![open.lock_down(DEPUTY, true)]);
    let anew = Rule::AdministratorsAcknowledgedAnew;
    cases.taken("administrators-lockdown-again", title, again, &[rule, anew]);
    let never = Chain::new(world, "User", ADMINS).root(VAULT).adding(DEPUTY).approve(VAULT);
    let never = never.email("admins@example.com", 1);
    let title =
        "A chain of administrators with an address is refused before its lockdown is looked at";
    let given = scene.but(|it| it.admins = vec![never]);
    cases.refused("administrators-of-a-person", title, given, Rule::AdministratorsNameless);
}

/// An escrow device on the administrators' own chain (F-18).
fn without_escrow(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::AdministratorsWithoutEscrow;
    let scene = Scene::first(world);
    let virtually = Device { device_type: "ESCROW", ..DEPUTY };
    let chain = vault(world, ADMINS).add_unconfirmed(virtually).approve(VAULT);
    let which = ("administrators-with-an-escrow-device", "the type of a device");
    cases.pair(rule, FIRST, which, scene.but(|it| it.admins = vec![chain.clone()]), rule);
    let stolen = rotate(GHOST, virtually, virtually.with_keys("deputy again"), &NO_KEYS);
    let seized = chain.clone().add_unconfirmed(GHOST).then(&stolen);
    let title = "A ghost that gave an escrow device of the administrators other keys has no say";
    let given = scene.but(|it| it.admins = vec![seized]);
    cases.refused("administrators-escrow-device-stolen", title, given, rule);
    let title = "One that is revoked does not do either";
    let revoked = chain.revoke(VAULT, &[virtually]);
    let given = scene.but(|it| it.admins = vec![revoked]);
    cases.refused("administrators-with-a-revoked-escrow-device", title, given, rule);
}

fn keys(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::AdministratorsKeysTrusted;
    let scene = Scene::first(world);
    let common = "administrators-keys-by-an-approved-device";
    let title = "The newest keys of the administrators are by a device that was approved";
    let good = scene.but(|it| it.admins = vec![renewed(admins(world), DEPUTY)]);
    cases.taken(common, title, good, &[]);
    let which = ("administrators-keys-by-a-ghost", "the device that made the newest keys");
    let seized = renewed(seized(admins(world)), GHOST);
    cases.pair(rule, common, which, scene.but(|it| it.admins = vec![seized.clone()]), rule);
    let title = "A member with an escrow device rotates it for no keys that a ghost made";
    let given = Scene::set_up(world).but(|it| it.admins = vec![seized]);
    cases.refused("administrators-keys-by-a-ghost-later", title, given, rule);
    // The ghost made keys before lockdown, and the server revoked it.
    let ghost = Chain::new(world, "User", ADMINS).root(VAULT).adding(GHOST);
    let gone = ghost.then(&conclave_model::sigchain::build::revoke(None, &[GHOST], &NO_KEYS));
    let title = "Keys from before lockdown, by a device that was never approved, are refused";
    let before = gone.clone().lock_down(VAULT, true).lock_down(VAULT, true);
    let given = scene.but(|it| it.admins = vec![before]);
    cases.refused("administrators-keys-from-before-lockdown", title, given, rule);
    let title = "They are good once a device of the class has made new ones";
    let after = renewed(gone.lock_down(VAULT, true), VAULT);
    cases.taken(
        "administrators-keys-renewed",
        title,
        scene.but(|it| it.admins = vec![after]),
        &[rule],
    );
}

fn anew(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::AdministratorsAcknowledgedAnew;
    let scene = Scene::set_up(world);
    let after = |chain: Chain| scene.but(|it| it.admins = vec![chain]);
    let common = "administrators-keys-in-the-same-hands";
    let off_and_on =
        renewed(admins(world).lock_down(DEPUTY, false).lock_down(DEPUTY, true), DEPUTY);
    let title =
        "New keys after lockdown was begun anew by a device of the class: they are followed";
    cases.taken(common, title, after(off_and_on), &[]);
    let title = "New keys after lockdown was begun anew by a ghost: the user is asked";
    let decisive = "administrators-in-other-hands";
    cases.taken(decisive, title, after(taken_over(admins(world))), &[]);
    cases.told_apart(rule, common, decisive, "who began lockdown anew");
    let mut agreed = after(taken_over(admins(world)));
    let print = output(world, "escrow_status", &agreed, "fingerprint");
    agreed.insert(text("acknowledged"), print);
    let title = "If the user acknowledges them, another escrow device takes the place of the first";
    cases.taken("administrators-in-other-hands-acknowledged", title, agreed, &[rule]);
    let before = output(world, "escrow_status", &Scene::first(world).inputs(), "fingerprint");
    let title = "What the user acknowledged of the chain in the first hands does not do";
    let mut stale = after(taken_over(admins(world)));
    stale.insert(text("acknowledged"), before);
    cases.taken("administrators-in-other-hands-than-acknowledged", title, stale, &[rule]);
    // At the tail that the escrow device is for, nobody kept lockdown.
    let open = Chain::new(world, "User", ADMINS).root(VAULT);
    let terms = super::terms_at(&open, world, 1, 1);
    let mut early = Scene::set_up(world);
    early.user = super::member(world, &terms);
    early.boxed = super::Sealing::of(world, &open, &terms).boxed();
    let title = "An escrow device for a chain before its lockdown is asked about again";
    cases.taken("escrow-device-from-before-lockdown", title, early.inputs(), &[rule]);
}
