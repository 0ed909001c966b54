//! Participants beside each other, and chains that go on while the meeting does.

use conclave_model::{
    identity::meeting::{Offered, What},
    sigchain::build::{Chain, Device, LAPTOP, PHONE, idp, revoke},
};
use conclave_spec::{Octets, Rule};

use super::{Cases, Meeting, Scene, attested, bob, bob_unaddressed, phone, text, with_user};
use crate::cases::formulas::participant::WATCH;

const GROWN: &str = "meeting-grown";

pub(super) fn drafts(scene: &Scene, cases: &mut Cases<'_>) {
    grown(scene, cases);
    moved(scene, cases);
    two_devices(scene, cases);
    forked(scene, cases);
    two_users(scene, cases);
    refused(scene, cases);
}

/// A chain that goes on.
fn grown(scene: &Scene, cases: &mut Cases<'_>) {
    let whole = Meeting::new().joins_attested(scene);
    let user = &scene.user;
    let title = "A device that is added while the meeting goes on is no matter";
    let harmless = whole.clone().grows("User", &user.clone().adding(WATCH));
    cases.taken(GROWN, title, harmless.inputs(), &[]);
    let by_phone = user.clone().revoke(PHONE, &[LAPTOP]);
    let name = "meeting-revoked";
    let title = "A device that is revoked while the meeting goes on is displayed no more";
    cases.taken(name, title, whole.clone().grows("User", &by_phone).inputs(), &[]);
    let differs_in = "the link that came while the meeting went on";
    cases.told_apart(Rule::DeviceStillInUse, GROWN, name, differs_in);
    cases.told_apart(Rule::FailureTakesBack, GROWN, name, differs_in);
    let both = [Rule::DeviceStillInUse, Rule::FailureTakesBack];
    let by_server = user.clone().then(&revoke(None, &[LAPTOP], &Octets::default()));
    let title =
        "So is one that the server revokes, and a meeting that demands a check gives it no keys";
    let meeting = whole.clone().demanding().grows("User", &by_server);
    cases.taken("meeting-revoked-on-demand", title, meeting.inputs(), &both);
    let renewed = user.clone().rotate(LAPTOP, LAPTOP.with_keys("new laptop"), false);
    let title = "A key that is replaced while the meeting goes on shows nobody any more";
    let meeting = whole.clone().grows("User", &renewed);
    cases.taken("meeting-key-replaced", title, meeting.inputs(), &both);
    let title = "A chain that was seen in the meeting counts for whoever joins later too";
    let meeting = Meeting::new().grows("User", &by_phone).joins_attested(scene);
    cases.taken("meeting-revoked-before", title, meeting.inputs(), &both[..1]);
    let title = "A revocation that nobody serves is not seen";
    let hidden = whole.grows("User", user);
    cases.taken("meeting-revocation-kept-back", title, hidden.inputs(), &both[..1]);
}

/// Address and account that change.
fn moved(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::IdentifiersStillHeld;
    let whole = Meeting::new().joins_attested(scene);
    let readdressed = Scene::addressed(scene.user.clone());
    let name = "meeting-address-changed";
    let title = "Whose address changes while the meeting goes on is displayed no more";
    cases.taken(name, title, whole.clone().grows("User", &readdressed).inputs(), &[]);
    cases.told_apart(rule, GROWN, name, "the link that came while the meeting went on");
    let both = [rule, Rule::FailureTakesBack];
    let left = Scene::moved_to(scene.user.clone(), scene.world, "");
    let title = "Nor is who leaves the account";
    let meeting = whole.clone().grows("User", &left);
    cases.taken("meeting-account-changed", title, meeting.inputs(), &both);
    let title =
        "Nor is whose address another user takes over, though the own chain does not say so";
    let meeting = whole.clone().grows("Email", &bob(scene.world).email);
    cases.taken("meeting-address-taken-over", title, meeting.inputs(), &both);
    let provided = scene.account.clone().then(&idp("new.idp"));
    let title = "A link of the account's chain is no matter";
    let meeting = whole.grows("Account", &provided);
    cases.taken("meeting-account-goes-on", title, meeting.inputs(), &[rule]);
}

/// Two devices of one user.
fn two_devices(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::OneChainInMeeting;
    let laptop = with_user(scene, scene.user.clone().adding(WATCH));
    let desk = Device::named("alice's desk");
    let longer = phone(scene, laptop.user.clone().adding(desk));
    let common = "meeting-two-devices";
    let title = "Two devices of a user whose chain went on between their joins";
    let meeting = Meeting::new().joins_attested(&laptop).joins_attested(&longer);
    cases.taken(common, title, meeting.inputs(), &[]);
    let other = phone(scene, scene.user.clone().adding(desk));
    let name = "meeting-forked-chains";
    let title = "Two devices whose chains do not lie on one line are both not displayed";
    let forked = Meeting::new().joins_attested(&laptop).joins_attested(&other);
    cases.taken(name, title, forked.inputs(), &[]);
    cases.told_apart(rule, common, name, "the chain that the second device shows");
    let title = "In another order they are both not displayed either";
    let meeting = Meeting::new().joins_attested(&other).joins_attested(&laptop);
    cases.taken("meeting-forked-chains-reversed", title, meeting.inputs(), &[rule]);
    let title = "A device that joined earlier and is checked later is displayed as well";
    let meeting = Meeting::new().joins_attested(&longer).joins_attested(&laptop);
    cases.taken("meeting-earlier-device-later", title, meeting.inputs(), &[rule]);
    let title = "A fork that was seen does not pass when one of its sides leaves or goes on";
    let meeting = forked.misses(&other).grows("User", &longer.user);
    cases.taken("meeting-fork-stays", title, meeting.inputs(), &[rule]);
    let title =
        "A chain that does not go on from the one that was seen is refused, and displays nobody";
    let meeting = Meeting::new().joins_attested(&laptop).grows("User", &other.user);
    let both = [rule, Rule::FailureTakesBack];
    cases.taken("meeting-growth-forked", title, meeting.inputs(), &both);
    let revoking = phone(scene, laptop.user.clone().revoke(PHONE, &[LAPTOP]));
    let title = "The chain of the phone shows that the laptop beside it is revoked";
    let meeting = Meeting::new().joins_attested(&laptop).joins_attested(&revoking);
    let both = [Rule::DeviceStillInUse, Rule::FailureTakesBack];
    cases.taken("meeting-revoked-by-the-other", title, meeting.inputs(), &both);
}

/// What becomes of a name that is forked, and what is remembered.
fn forked(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::OneChainInMeeting;
    let laptop = with_user(scene, scene.user.clone().adding(WATCH));
    let desk = Device::named("alice's desk");
    let other = scene.user.clone().adding(desk);
    let whole = Meeting::new().remembering(scene.who, &scene.user_tail(3)).joins_attested(&laptop);
    let title = "Of a chain that is forked the tail from before the meeting is remembered on";
    let meeting = whole.clone().grows("User", &other);
    cases.taken("meeting-fork-remembered", title, meeting.inputs(), &[rule]);
    let title =
        "What goes on from the chain that was kept is taken after a fork, what does not is refused";
    let longer = laptop.user.clone().adding(desk);
    let astray = laptop.user.clone().approve(PHONE);
    let meeting = meeting.grows("User", &longer).grows("User", &astray);
    cases.taken("meeting-forked-chain-goes-on", title, meeting.inputs(), &[rule]);
    let rule = Rule::RememberedAsShown;
    let title = "Chains by which nobody is displayed are not remembered";
    let corp = Chain::new(scene.world, "Account", "other-corp").then(&idp("new.idp"));
    let meeting = whole.grows("Email", &bob(scene.world).email).grows("Account", &corp);
    cases.taken("meeting-growth-of-nobody", title, meeting.inputs(), &[rule]);
    let title = "The tail that is remembered of whom nothing is displayed is the one from before";
    let joined = Meeting::new().remembering(scene.who, &scene.user_tail(3)).joins(scene);
    cases.taken("meeting-unattested-remembered", title, joined.inputs(), &[rule]);
}

/// Two users.
fn two_users(scene: &Scene, cases: &mut Cases<'_>) {
    let bob = bob(scene.world);
    let rule = Rule::IdentifiersStillHeld;
    let title =
        "Of two users under one address the one is displayed who holds it by the longer chain";
    let meeting = Meeting::new().joins_attested(scene).joins_attested(&bob);
    let both = [rule, Rule::FailureTakesBack];
    cases.taken("meeting-one-address-two-users", title, meeting.inputs(), &both);
    let title = "Whoever of them joins first";
    let meeting = Meeting::new().joins_attested(&bob).joins_attested(scene);
    cases.taken("meeting-one-address-two-users-reversed", title, meeting.inputs(), &[rule]);
    let forked = Scene {
        account: scene.account.clone().then(&idp("new.idp")),
        email_name: "",
        user: bob_unaddressed(scene.world),
        ..bob
    };
    let colleague =
        Scene { account: scene.account.clone().then(&idp("other.idp")), ..scene.clone() };
    let title = "Two colleagues whose account has two chains are both not displayed";
    let meeting = Meeting::new().joins_attested(&colleague).joins(&forked);
    let both = [Rule::OneChainInMeeting, Rule::FailureTakesBack];
    cases.taken("meeting-forked-account", title, meeting.inputs(), &both);
}

/// Chains that are not taken.
fn refused(scene: &Scene, cases: &mut Cases<'_>) {
    let whole = Meeting::new().joins_attested(scene);
    let mut damaged = scene.user.clone().adding(WATCH);
    if let Some(link) = damaged.links.last_mut() {
        link.signatures = Octets::default();
    }
    let title = "A chain that does not hold is not taken, and changes nothing";
    let meeting = whole.clone().grows("User", &damaged);
    cases.taken("meeting-growth-damaged", title, meeting.inputs(), &[Rule::SignaturesExact]);
    let other = Scene::tail("User", 2, &Octets::from([7; 32]));
    let title = "Nor is one that does not go on from what the client remembers";
    let meeting = Meeting::new().remembering(scene.who, &other).grows("User", &scene.user);
    cases.taken("meeting-growth-otherwise", title, meeting.inputs(), &[Rule::ChainExtends]);
    let none = Chain::new(scene.world, "Account", "other-corp");
    let title = "A chain without a link is nothing to remember";
    let meeting = Meeting::new().grows("Account", &none);
    cases.taken("meeting-growth-empty", title, meeting.inputs(), &[]);
    let none = Chain::new(scene.world, "User", "carol");
    let title = "A user's chain without a link is not taken";
    let meeting = Meeting::new().grows("User", &none);
    cases.taken("meeting-growth-of-a-guest", title, meeting.inputs(), &[Rule::RootFirst]);
    let rule = Rule::EncodingCanonical;
    let title = "A chain of members says nothing of who somebody is";
    let meeting = whole.clone().grows("Membership", &scene.user);
    cases.taken("meeting-growth-of-members", title, meeting.inputs(), &[rule]);
    let title = "Nor do links that cannot be read";
    let offered = Offered { links: [0; 3].into(), openings: Octets::default() };
    let meeting = whole.told(What::Growth(text("User"), text(scene.who), offered));
    cases.taken("meeting-growth-unread", title, meeting.inputs(), &[rule]);
    let (watch, added) = (with_user(scene, scene.user.clone().adding(WATCH)), Rule::DeviceReviewed);
    let newcomer = Scene { device: WATCH, ..watch };
    let shown = newcomer.clone().attested(&scene.tails());
    let title =
        "A device that was added since the attestation is not displayed, as nobody approved it";
    let meeting = Meeting::new().joins(&newcomer).attests(&shown);
    cases.taken("meeting-unreviewed-device", title, meeting.inputs(), &[added]);
    let later = newcomer.user.clone().approve(PHONE);
    let title = "An approval that came after it joined helps only once it joins again";
    let meeting = meeting.grows("User", &later);
    cases.taken("meeting-reviewed-later", title, meeting.inputs(), &[added]);
    let again = attested(&with_user(&newcomer, later));
    let meeting = meeting.joins_attested(&again);
    let title = "It does, with the longer chain signed";
    cases.taken("meeting-reviewed-and-rejoined", title, meeting.inputs(), &[added]);
}
