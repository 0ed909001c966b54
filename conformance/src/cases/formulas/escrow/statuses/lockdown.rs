//! A member whose own chain is in lockdown.

use conclave_spec::Rule;

use super::{
    super::{Cases, LAPTOP, RuleSet, Scene, account_of, naming},
    PHONE, TABLET, output,
};

pub(super) fn drafts(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::EscrowWaitsInLockdown;
    let locked = |mut scene: Scene| {
        scene.user = scene.user.lock_down(LAPTOP, true).add_unconfirmed(TABLET);
        scene
    };
    let scene = locked(Scene::set_up(world));
    let off = |device| {
        scene.but(|it| {
            it.account = naming(account_of(world), world, "", 0);
            it.device = device;
        })
    };
    let (common, decisive) = ("escrow-off-in-lockdown", "escrow-off-in-lockdown-on-a-new-device");
    let title = "In lockdown of the own chain a confirmed device revokes the escrow device";
    cases.taken(common, title, off(PHONE), &[]);
    let title = "One that is not confirmed waits: it cannot bring the keys that the link needs";
    cases.taken(decisive, title, off(TABLET), &[]);
    cases.told_apart(rule, common, decisive, "the device that looks");
    let mut first = locked(Scene::first(world));
    first.device = TABLET;
    let title = "It asks the user as another does";
    cases.taken("escrow-begins-in-lockdown-on-a-new-device", title, first.inputs(), &[]);
    first.acknowledged = output(world, "escrow_status", &first.inputs(), "fingerprint");
    let title = "Once the user has acknowledged, it waits for a device that adds the escrow device";
    let given = first.inputs();
    cases.taken("escrow-acknowledged-in-lockdown-on-a-new-device", title, given, &[rule]);
    first.device = LAPTOP;
    let title = "A confirmed one has the device that waits reviewed";
    cases.taken("escrow-acknowledged-in-lockdown", title, first.inputs(), &[]);
}
