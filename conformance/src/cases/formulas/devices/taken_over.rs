//! Cases of devices to which another one gave keys (finding F-18): what is shown of them, what their
//! user is told, and what is written behind.

use conclave_model::sigchain::build::{
    ADDRESS, Chain, Device, LAPTOP, TABLET, add_and_approve, escrow, rotate,
};
use conclave_spec::{Rule, RuleSet};

use super::{
    super::{
        notices,
        writing::{Part as _, intent},
    },
    Cases, FormulaDraft, STRANGER, given, with_address,
};

const ESCROW: Device = Device { device_type: "ESCROW", ..Device::named("escrow") };
const AGAIN: Device = ESCROW.with_keys("escrow again");
const THIRD: Device = ESCROW.with_keys("escrow a third time");
const SECOND: Device = Device { device_type: "ESCROW", ..Device::named("second") };

const NOT_USER: Rule = Rule::TakenOverNotUser;
const TOLD: Rule = Rule::TakenOverTold;
const SHOWN: Rule = Rule::ApprovesShownKeys;

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "family", "device_list");
    listed(world, &mut cases);
    ended(world, &mut cases);
    cases.formula = "chain_notices";
    told(world, &mut cases);
    cases.formula = "write_link";
    written(world, &mut cases);
}

fn with_escrow(mut chain: Chain, device: Device) -> Chain {
    let keys = chain.new_keys(false);
    chain.then(&add_and_approve(LAPTOP, device, &keys, &escrow()))
}

/// A laptop, the escrow device that it approved, and a device that nobody approved.
fn waiting(world: RuleSet) -> Chain {
    with_escrow(Chain::of_alice(world).root(LAPTOP), ESCROW).adding(STRANGER)
}

fn rotated(mut chain: Chain, by: Device, device: Device, to: Device) -> Chain {
    let keys = chain.new_keys(false);
    chain.then(&rotate(by, device, to, &keys))
}

fn listed(world: RuleSet, cases: &mut Cases<'_>) {
    let before = waiting(world);
    let list = |chain: &Chain| given(chain, None, LAPTOP.id);
    let approved = rotated(before.clone().approve(LAPTOP), STRANGER, ESCROW, AGAIN);
    let title = "An escrow device whose keys a device of its class rotated is trusted";
    cases.taken("listed-rotated-by-the-class", title, list(&approved), &[]);
    let taken = rotated(before.clone(), STRANGER, ESCROW, AGAIN);
    let title = "An escrow device to which a device that nobody approved gave keys is asked about";
    cases.taken("listed-taken-over", title, list(&taken), &[]);
    let (common, decisive) = ("listed-rotated-by-the-class", "listed-taken-over");
    cases.told_apart(NOT_USER, common, decisive, "an approval in the chain");
    let title = "What an escrow device that was taken over approves is not approved";
    let passed = taken.clone().approve(AGAIN);
    cases.taken("listed-approved-by-one-taken-over", title, list(&passed), &[NOT_USER]);
    let title = "What an escrow device revokes that was taken over is not the user's doing";
    let gone = taken.clone().adding(TABLET).revoke(AGAIN, &[TABLET]);
    let rules = [NOT_USER, Rule::RevokedListed, Rule::ChangesTold];
    cases.taken("listed-revoked-by-one-taken-over", title, list(&gone), &rules);

    let since = |chain: &Chain, shown: &Chain| given(chain, Some(shown), LAPTOP.id);
    let title = "An escrow device that was taken over before the user looked is not new";
    let later = with_address(taken.clone(), ADDRESS, 5);
    let rules = [NOT_USER, Rule::ReviewAsked];
    cases.taken("listed-taken-over-before", title, since(&later, &taken), &rules);
    let title = "An escrow device that was taken over since is new";
    let mut unseen = since(&later, &taken);
    unseen.insert("shown_sequence_number".to_owned(), before.links.len().to_string());
    let rules = [NOT_USER, Rule::ReviewAsked, Rule::NewSinceShown];
    cases.taken("listed-taken-over-since", title, unseen, &rules);
    let (common, decisive) = ("listed-taken-over-before", "listed-taken-over-since");
    cases.told_apart(TOLD, common, decisive, "what the user was shown");
    let title = "An escrow device whose keys its class rotated since is not new";
    let class = before.approve(LAPTOP);
    let own = rotated(class.clone(), LAPTOP, ESCROW, AGAIN);
    cases.taken("listed-rotated-since", title, since(&own, &class), &[NOT_USER, TOLD]);
}

/// What ends it, and what does not.
fn ended(world: RuleSet, cases: &mut Cases<'_>) {
    let taken = rotated(waiting(world), STRANGER, ESCROW, AGAIN);
    let list = |chain: &Chain, viewer: Device| given(chain, None, viewer.id);
    let back = rotated(taken.clone(), LAPTOP, AGAIN, THIRD);
    let title = "An escrow device to which a device of its class gave keys again is trusted";
    cases.taken("listed-taken-back", title, list(&back, LAPTOP), &[NOT_USER]);
    let itself = rotated(taken.clone(), AGAIN, AGAIN, THIRD);
    let title = "A device that was taken over stays so by its own rotation";
    cases.taken("listed-taken-over-rotated", title, list(&itself, LAPTOP), &[NOT_USER]);
    let title = "A device that an older one approved since is trusted";
    let approved = taken.clone().approve(LAPTOP);
    cases.taken("listed-taken-over-and-approved", title, list(&approved, LAPTOP), &[NOT_USER]);
    let title = "Who set a device up after it let it be";
    let younger = taken.clone().adding(TABLET);
    cases.taken("listed-taken-over-before-set-up", title, list(&younger, TABLET), &[NOT_USER]);
    let title = "Who set a device up before it did not see it";
    let older = rotated(waiting(world).adding(TABLET), STRANGER, ESCROW, AGAIN);
    cases.taken("listed-taken-over-after-set-up", title, list(&older, TABLET), &[NOT_USER]);
    let title =
        "A device that one which was taken over gave keys stays taken over when that is not";
    let two = with_escrow(with_escrow(Chain::of_alice(world).root(LAPTOP), ESCROW), SECOND);
    let both = rotated(two.adding(STRANGER), STRANGER, ESCROW, AGAIN);
    let both = rotated(both, AGAIN, SECOND, SECOND.with_keys("second again"));
    let both = rotated(both, LAPTOP, AGAIN, THIRD);
    cases.taken("listed-taken-over-by-one-taken-over", title, list(&both, LAPTOP), &[NOT_USER]);
}

fn told(world: RuleSet, cases: &mut Cases<'_>) {
    let before = waiting(world);
    let notices = |chain: &Chain, shown: &Chain| notices::given(chain, Some(shown), LAPTOP.id);
    let approved = before.clone().approve(LAPTOP);
    let rotated_by_class = rotated(approved.clone(), STRANGER, ESCROW, AGAIN);
    let title = "Nothing is told of a rotation of an escrow device by its class";
    let given = notices(&rotated_by_class, &approved);
    cases.taken("told-of-no-rotation", title, given, &[]);
    let taken = rotated(before.clone(), STRANGER, ESCROW, AGAIN);
    let title = "That a device which nobody approved gave an escrow device keys is told of";
    cases.taken("told-of-a-taking-over", title, notices(&taken, &before), &[]);
    let (common, decisive) = ("told-of-no-rotation", "told-of-a-taking-over");
    cases.told_apart(TOLD, common, decisive, "an approval in the chain");
    let title = "What was taken over and is taken back is told of";
    let back = rotated(taken, LAPTOP, AGAIN, THIRD);
    cases.taken("told-of-what-was-taken-back", title, notices(&back, &before), &[TOLD]);
}

fn written(world: RuleSet, cases: &mut Cases<'_>) {
    let taken = rotated(waiting(world), STRANGER, ESCROW, AGAIN);
    let approval = |chain: &Chain, shown: u32| {
        let approval = intent(chain, "BatchApprove", &[1, 2, 3, 4]).by(LAPTOP);
        approval.revoking(&[STRANGER]).shown(shown)
    };
    let title = "An approval with a device that was taken over, as the user was shown";
    cases.taken("written-approval-of-one-taken-over", title, approval(&taken, 4), &[]);
    let common = "written-approval-of-one-taken-over";
    let which = ("written-approval-taken-over-since", "what the user was shown");
    cases.pair(SHOWN, common, which, approval(&taken, 3), SHOWN);
    let title = "A device set up beside one that was taken over unseen is refused";
    let add = intent(&taken, "DeviceAdd", &[]).bringing(TABLET, "Tablet");
    cases.refused("written-device-taken-over-since", title, add.shown(3), SHOWN);
    let title = "A device added and approved beside one that was taken over unseen is refused";
    let add = intent(&taken, "DeviceAddAndApprove", &[1]).by(LAPTOP).bringing(TABLET, "Tablet");
    cases.refused("written-backup-device-taken-over-since", title, add.shown(3), SHOWN);
    let title = "A device that was taken over unseen is revoked, whatever the user was shown";
    let lost = intent(&taken, "DeviceRevoke", &[]).by(LAPTOP).revoking(&[AGAIN]).shown(3);
    cases.taken("written-revocation-of-one-taken-over", title, lost, &[SHOWN]);
    let title = "An approval behind a rotation of an escrow device by its class";
    let class = rotated(waiting(world).approve(LAPTOP), LAPTOP, ESCROW, AGAIN);
    cases.taken("written-approval-behind-a-rotation", title, approval(&class, 4), &[SHOWN]);
    let title = "A device that was taken over unseen and taken back has to be shown as well";
    let back = rotated(taken, LAPTOP, AGAIN, THIRD);
    cases.refused("written-approval-taken-back-since", title, approval(&back, 3), SHOWN);
}
