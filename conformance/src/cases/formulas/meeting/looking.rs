//! Meetings of a client that looks into the server's tree.

use conclave_model::{
    identity::meeting::What,
    sigchain::build::{ACCOUNT, ADDRESS, ALICE, Chain, LAPTOP, PHONE, bytes, idp},
    transparency::build::Server,
};
use conclave_spec::{Octets, Rule, formulas::sign::verifying_key, wire};

use super::{Cases, Meeting, Scene, attested, text, with_user};
use crate::cases::formulas::{
    looked_up::{named, planted, updates, without_account},
    participant::WATCH,
    provider::DOMAIN,
};

const COMMON: &str = "meeting-looked-up";

pub(super) fn drafts(scene: &Scene, cases: &mut Cases<'_>) {
    let server = planted(scene).publish(&updates(scene));
    arrivals(scene, &server, cases);
    epochs(scene, &server, cases);
    lies(scene, &server, cases);
    commitments(scene, &server, cases);
}

/// What has come.
fn arrivals(scene: &Scene, server: &Server, cases: &mut Cases<'_>) {
    let rules = [Rule::TailsLookedUp, Rule::ShownWhenChecked];
    let joined = Meeting::looking().joins(scene);
    let title = "A participant without a provider is displayed by what the tree has";
    let whole = joined.clone().commits(scene, server).proves_all(scene, server);
    cases.taken(COMMON, title, whole.inputs(), &rules);
    let title = "On demand, that gets keys";
    let meeting = whole.clone().demanding();
    cases.taken("meeting-looked-up-on-demand", title, meeting.inputs(), &[Rule::KeysToChecked]);
    let title = "Proofs and commitment may come before the participant";
    let meeting = Meeting::looking().proves_all(scene, server).commits(scene, server).joins(scene);
    cases.taken("meeting-looked-up-before", title, meeting.inputs(), &rules);
    for (name, title, meeting) in [
        (
            "meeting-commitment-missing",
            "Nothing is displayed while no commitment has come",
            joined.clone().proves_all(scene, server),
        ),
        (
            "meeting-proof-missing",
            "Nothing is displayed while a proof has not come",
            joined.clone().commits(scene, server).proves(scene, server, ("User", ALICE)),
        ),
        (
            "meeting-attested-not-looked-up",
            "Where clients look into the tree, an attestation alone displays nothing",
            joined.attests(&attested(scene)).commits(scene, server),
        ),
        (
            "meeting-attested-and-looked-up",
            "Who is in the tree too is displayed as attested",
            whole.attests(&attested(scene)),
        ),
    ] {
        cases.taken(name, title, meeting.inputs(), &rules);
    }
    demanded(scene, server, cases);
    let guest = scene.clone().without_chains();
    let title = "Of a guest nothing is looked up";
    let meeting = Meeting::looking().joins(&guest).commits(scene, server);
    cases.taken("meeting-guest-with-tree", title, meeting.inputs(), &[]);
}

/// To whom a host gives keys that looks into the tree.
fn demanded(scene: &Scene, server: &Server, cases: &mut Cases<'_>) {
    let rule = Rule::KeysToNamed;
    let whole = |scene: &Scene, server: &Server| {
        let meeting = Meeting::looking().demanding().joins(scene);
        meeting.commits(scene, server).proves_all(scene, server)
    };
    let published = |scene: &Scene| planted(scene).publish(&updates(scene));
    let user = Chain::new(scene.world, "User", ALICE).root(LAPTOP);
    let nobody = Scene { user, email_name: "", account_name: "", ..scene.clone() };
    let name = "meeting-nameless-on-demand";
    let title = "On demand, a user with neither address nor account is given no keys, though the tree has its chain";
    cases.taken(name, title, whole(&nobody, &published(&nobody)).inputs(), &[]);
    let common = "meeting-looked-up-on-demand";
    cases.told_apart(rule, common, name, "whether the user has an address and an account");
    let user = Scene::unaddressed(scene.world);
    let of_account = Scene { user, email_name: "", ..scene.clone() };
    let title = "On demand, a user with an account alone is given keys";
    let meeting = whole(&of_account, &published(&of_account));
    cases.taken("meeting-account-alone-on-demand", title, meeting.inputs(), &[]);
    let alone = Scene { user: without_account(scene), account_name: "", ..scene.clone() };
    let title = "On demand, a user with an address alone is given keys";
    let meeting = whole(&alone, &published(&alone));
    cases.taken("meeting-address-alone-on-demand", title, meeting.inputs(), &[]);
    let rule = Rule::TailsLookedUp;
    let hidden = Scene { device: WATCH, ..with_user(scene, scene.user.clone().adding(WATCH)) };
    let of_user = ("User", ALICE);
    let title =
        "A proof that does not hold is refused before the one that is missing is waited for";
    let meeting = Meeting::looking().joins(&hidden).commits(scene, server);
    let meeting = meeting.proves(scene, server, of_user);
    cases.taken("meeting-proof-refused-before-one-missing", title, meeting.inputs(), &[rule]);
    let title = "A proof that is missing is waited for before another is looked at";
    let proof = server.newest(&named(scene, "Account", ACCOUNT)).encode(scene.world);
    let other = What::Lookup(text("Email"), text(ADDRESS), server.epoch(), proof);
    let meeting = Meeting::looking().joins(scene).commits(scene, server).told(other);
    cases.taken("meeting-proof-missing-before-one-refused", title, meeting.inputs(), &[]);
    let title = "It is looked at once the other has come";
    let meeting = meeting.proves(scene, server, of_user);
    cases.taken("meeting-proof-of-another-chain", title, meeting.inputs(), &[Rule::LabelOfName]);
}

/// Epochs that pass.
fn epochs(scene: &Scene, server: &Server, cases: &mut Cases<'_>) {
    let rule = Rule::LookedUpAtNewest;
    let whole = Meeting::looking().joins(scene).commits(scene, server).proves_all(scene, server);
    let common = "meeting-same-epoch-again";
    let title = "The same commitment again changes nothing";
    cases.taken(common, title, whole.clone().commits(scene, server).inputs(), &[]);
    let other = (named(scene, "User", "dave"), Scene::tail("User", 1, &Octets::from([8; 32])));
    let next = server.clone().publish(&[other]);
    let passed = whole.clone().commits(scene, &next);
    let name = "meeting-next-epoch";
    let title = "A later commitment asks for proofs of its own";
    cases.taken(name, title, passed.inputs(), &[]);
    cases.told_apart(rule, common, name, "the epoch of the commitment that comes");
    let title = "With these the participant is displayed again";
    let meeting = passed.clone().proves_all(scene, &next);
    cases.taken("meeting-next-epoch-proved", title, meeting.inputs(), &[rule]);
    let title = "Proofs for the epoch to come may come before its commitment";
    let meeting = whole.clone().proves_all(scene, &next).commits(scene, &next);
    cases.taken("meeting-next-epoch-proved-before", title, meeting.inputs(), &[rule]);
    let grown = with_user(scene, scene.user.clone().adding(WATCH));
    let then = server.clone().publish(&updates(&grown));
    let both = [rule, Rule::TailsLookedUp];
    let title = "A chain that went on is looked up by the tail it has by now";
    let served = whole.clone().commits(scene, &then).grows("User", &grown.user);
    let meeting = served.proves_all(scene, &then);
    cases.taken("meeting-grown-in-the-tree", title, meeting.inputs(), &both);
    let title = "A chain that went on in the tree but was not served displays nobody";
    let meeting = whole.clone().commits(scene, &then).proves_all(scene, &then);
    cases.taken("meeting-growth-not-served", title, meeting.inputs(), &both);
    let revoked = with_user(scene, scene.user.clone().revoke(PHONE, &[LAPTOP]));
    let then = server.clone().publish(&updates(&revoked));
    let title = "A revocation cannot be kept back: the newest commitment has it";
    let meeting = whole.commits(scene, &then).proves_all(scene, &then);
    cases.taken("meeting-revocation-in-the-tree", title, meeting.inputs(), &both);
}

/// What a server can try.
fn lies(scene: &Scene, server: &Server, cases: &mut Cases<'_>) {
    let rules = [Rule::TailsLookedUp];
    let hidden = Scene { device: WATCH, ..with_user(scene, scene.user.clone().adding(WATCH)) };
    let title = "A device that the server added for this client alone is not displayed";
    let meeting =
        Meeting::looking().joins(&hidden).commits(scene, server).proves_all(scene, server);
    cases.taken("meeting-hidden-device", title, meeting.inputs(), &rules);
    let title = "One that everybody is shown is displayed, and the chain with it remembered";
    let known = planted(scene).publish(&updates(&hidden));
    let common = "meeting-new-device";
    let whole = Meeting::looking().joins(&hidden).commits(scene, &known).proves_all(scene, &known);
    cases.taken(common, title, whole.inputs(), &[]);
    let differs_in = "whether the tree has the link that added the device";
    cases.told_apart(Rule::RememberedAsShown, common, "meeting-hidden-device", differs_in);
    let title = "Of a chain that went on behind what the tree has, the part is remembered that was displayed";
    let meeting = Meeting::looking()
        .joins(scene)
        .commits(scene, server)
        .proves_all(scene, server)
        .grows("User", &hidden.user);
    let rule = Rule::RememberedAsShown;
    cases.taken("meeting-growth-not-in-the-tree", title, meeting.inputs(), &[rule]);
    let revoked = with_user(scene, scene.user.clone().revoke(PHONE, &[LAPTOP]));
    let then = server.clone().publish(&updates(&revoked));
    let older = then.lookup(&named(scene, "User", ALICE), 0, 1).encode(scene.world);
    let title = "The entry from before the revocation does not hold as the newest";
    let meeting = Meeting::looking()
        .joins_attested(scene)
        .commits(scene, &then)
        .proves_all(scene, &then)
        .told(What::Lookup(text("User"), text(ALICE), then.epoch(), older));
    cases.taken("meeting-older-entry", title, meeting.inputs(), &rules);
    let own = Scene {
        account: scene.account.clone().then(&idp("idp.own-corp.example")),
        ..scene.clone()
    };
    let tampered = planted(scene).publish(&updates(&own));
    let title =
        "A provider that server and resolver name but the account's chain does not displays nobody";
    let meeting = Meeting::looking()
        .joins_attested(&own)
        .commits(scene, &tampered)
        .proves_all(&own, &tampered);
    let rule = Rule::ProviderAsInTree;
    cases.taken("meeting-provider-not-in-the-tree", title, meeting.inputs(), &[rule]);
    let later = |joined: &Scene, provider: &str| {
        let account = joined.account.clone().then(&idp(provider));
        let then = Scene { account, ..joined.clone() };
        let server = planted(scene).publish(&updates(&then));
        let meeting = Meeting::looking().joins_attested(joined).grows("Account", &then.account);
        meeting.commits(scene, &server).proves_all(&then, &server)
    };
    let title = "The provider is the one in the account's chain that was signed";
    let meeting = later(scene, "idp.own-corp.example");
    cases.taken("meeting-provider-replaced-later", title, meeting.inputs(), &[]);
    let title = "It is not the one in the longest chain that was seen";
    let meeting = later(&own, DOMAIN);
    cases.taken("meeting-provider-named-later", title, meeting.inputs(), &[rule]);
}

/// Commitments that are taken or not.
fn commitments(scene: &Scene, server: &Server, cases: &mut Cases<'_>) {
    let auditor = verifying_key(&Octets::new(bytes("auditor", 32))).unwrap_or_default();
    let state = server.state();
    let signature = server.signs(scene.world, &state);
    let audit = server.audited(scene.world, "auditor", state.clone()).encode(scene.world);
    let audited = What::Tree(state.clone(), signature.clone(), wire::join(&[audit]));
    let with = |what: What| {
        let meeting = Meeting { auditors: vec![auditor.clone()], ..Meeting::looking() };
        meeting.joins(scene).told(what).proves_all(scene, server)
    };
    let title = "An auditor vouches for the commitment";
    let shown = with(audited);
    cases.taken("meeting-audited", title, shown.inputs(), &[Rule::AuditShown]);
    let title =
        "The same commitment again, for which nobody vouches this time, displays nobody less";
    let meeting = shown.demanding().commits(scene, server);
    cases.taken("meeting-audited-and-again-without", title, meeting.inputs(), &[Rule::AuditShown]);
    let stranger = server.audited(scene.world, "stranger", state.clone()).encode(scene.world);
    let title = "A commitment with an audit by a stranger is not taken";
    let strange = What::Tree(state.clone(), signature.clone(), wire::join(&[stranger]));
    cases.taken(
        "meeting-audited-by-a-stranger",
        title,
        with(strange).inputs(),
        &[Rule::AuditSigned],
    );
    let title = "A commitment whose audits cannot be read is not taken";
    let unread = What::Tree(state.clone(), signature, [0; 3].into());
    cases.taken("meeting-audits-unread", title, with(unread).inputs(), &[Rule::EncodingCanonical]);
    let other = Server::new("another seed").signs(scene.world, &state);
    let title = "A commitment under another key is not taken";
    let unsigned = What::Tree(state, other, Octets::default());
    cases.taken("meeting-commitment-unsigned", title, with(unsigned).inputs(), &[Rule::TreeSigned]);
    let whole = Meeting::looking().joins(scene).commits(scene, server).proves_all(scene, server);
    let title = "An older commitment is not taken";
    let meeting = whole.clone().commits(scene, &planted(scene));
    cases.taken("meeting-older-commitment", title, meeting.inputs(), &[Rule::TreeGoesOn]);
    let fork =
        planted(scene).publish(&updates(&with_user(scene, scene.user.clone().adding(WATCH))));
    let title = "Another tree of the same epoch is not taken, and what was taken counts on";
    let meeting = whole.commits(scene, &fork);
    cases.taken("meeting-commitment-forked", title, meeting.inputs(), &[Rule::TreeUnforked]);
}
