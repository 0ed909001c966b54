//! Cases of one participant: with the server's tree of tails, and the statement of the key server.

use conclave_model::{
    sigchain::build::{ACCOUNT, ALICE, Chain, LAPTOP, PHONE, bytes, idp, revoke},
    transparency::build::Server,
};
use conclave_spec::{
    Label, Octets, Rule,
    formulas::{
        identity::{Tails, key_statement},
        sign::{sign, verifying_key},
        transparency::name,
    },
    wire,
};

use super::{
    Cases, FormulaDraft, Inputs, inputs,
    participant::{Scene, WATCH},
    text,
};
const COMMON: &str = "looked-up";

pub(super) fn drafts(scene: &Scene, list: &mut Vec<FormulaDraft>) {
    statements(scene, &mut Cases::of(list, "identity", "key_statement"));
    let mut cases = Cases::of(list, "identity", "looked_up_identity");
    taken(scene, &mut cases);
    devices(scene, &mut cases);
    stale(scene, &mut cases);
    given_away(scene, &mut cases);
    providers(scene, &mut cases);
    lists(scene, &mut cases);
}

/// What a client posts to the key server.
fn statements(scene: &Scene, cases: &mut Cases<'_>) {
    let hex = |octets: &Octets| hex::encode(octets.as_slice());
    let ivk = scene.ivk();
    let device = |user: &str, hardware: &str, ivk: &Octets| {
        inputs(&[("user_id", text(user)), ("hardware_id", text(hardware)), ("ivk", hex(ivk))])
    };
    let title = "What a client signs about its own key";
    cases.taken("key-statement", title, device(ALICE, scene.hardware, &ivk), &[]);
    cases.formula = "verify_key_statement";
    let signed = |seed: &Octets, (user, hardware): (&str, &str), ivk: &Octets| {
        let statement = key_statement(scene.world, (user, hardware), ivk).unwrap_or_default();
        sign(scene.world, seed, Label::KeyStatement, &statement).unwrap_or_default()
    };
    let shown = |asked: (&str, &str), ivk: &Octets, signature: &Octets| {
        let mut inputs = device(asked.0, asked.1, ivk);
        inputs.insert(text("signature"), hex(signature));
        inputs
    };
    let (alice, seed) = ((ALICE, scene.hardware), LAPTOP.seed());
    let own = signed(&seed, alice, &ivk);
    let rule = Rule::KeyStatementSigned;
    let common = "key-statement-verifies";
    let title = "A key from the key server, with a statement that is signed with it";
    cases.taken(common, title, shown(alice, &ivk, &own), &[]);
    let which = ("key-statement-by-another-key", "the signature");
    let other = signed(&WATCH.seed(), alice, &ivk);
    cases.pair(rule, common, which, shown(alice, &ivk, &other), rule);
    let (user, hardware) = (Rule::KeyStatementNamesUser, Rule::KeyStatementNamesDevice);
    let which = ("key-of-another-user", "the user who is asked for");
    cases.pair(user, common, which, shown(("mallory", scene.hardware), &ivk, &own), rule);
    let which = ("key-of-another-device", "the device that is asked for");
    cases.pair(hardware, common, which, shown((ALICE, "alice-phone"), &ivk, &own), rule);
    let title = "An announcement's context string is not that of a statement";
    let statement = key_statement(scene.world, alice, &ivk).unwrap_or_default();
    let announced = sign(scene.world, &seed, Label::Announcement, &statement).unwrap_or_default();
    let name = "key-statement-as-an-announcement";
    cases.refused(name, title, shown(alice, &ivk, &announced), rule);
    let title = "A statement without a signature is refused";
    cases.refused("key-statement-unsigned", title, shown(alice, &ivk, &Octets::default()), rule);
    let lost = Octets::new(bytes("the key before", 32));
    let lost_ivk = verifying_key(&lost).unwrap_or_default();
    let then = signed(&lost, alice, &lost_ivk);
    let title =
        "A key that the device has lost since, with its statement from then, counts as well";
    cases.taken("key-statement-from-before", title, shown(alice, &lost_ivk, &then), &[rule]);
    // What the statement is not: a word of the user.
    let made = Octets::new(bytes("server's key for alice", 32));
    let made_ivk = verifying_key(&made).unwrap_or_default();
    let by_server = signed(&made, alice, &made_ivk);
    let title =
        "A key that the server made, with a statement that it signed itself, counts as well";
    let name = "key-statement-by-the-server";
    cases.taken(name, title, shown(alice, &made_ivk, &by_server), &[rule]);
}

/// What the chains of a participant bring into the tree.
pub(super) fn updates(scene: &Scene) -> Vec<(Octets, Octets)> {
    let chains = [
        ("User", scene.who, &scene.user),
        ("Email", scene.email_name, &scene.email),
        ("Account", scene.account_name, &scene.account),
    ];
    let known = chains.into_iter().filter(|(_, subject, _)| !subject.is_empty());
    let put = known
        .map(|(kind, subject, chain)| (named(scene, kind, subject), Scene::encoded(kind, chain)));
    put.filter(|(_, tail)| !tail.is_empty()).collect()
}

/// What a chain goes by in the tree.
pub(super) fn named(scene: &Scene, kind: &str, subject: &str) -> Octets {
    name(scene.world, kind, subject).unwrap_or_default()
}

/// A tree, under the key of the server in the cases, with somebody else's chain in it.
pub(super) fn planted(scene: &Scene) -> Server {
    let other = (named(scene, "User", "carol"), Scene::tail("User", 2, &Octets::from([9; 32])));
    Server::new("server seed").publish(&[other])
}

/// The same with the chains of a participant.
fn tree(scene: &Scene) -> Server {
    planted(scene).publish(&updates(scene))
}

/// The proofs of a participant's three chains; nothing for those that are not in the tree.
fn proofs(scene: &Scene, server: &Server) -> Vec<Octets> {
    let chains =
        [("User", scene.who), ("Email", scene.email_name), ("Account", scene.account_name)];
    let proof = |(kind, subject): (&str, &str)| {
        let name = named(scene, kind, subject);
        let there = !server.history(&name, 1).updates.is_empty();
        if there { server.newest(&name).encode(scene.world) } else { Octets::default() }
    };
    chains.into_iter().map(proof).collect()
}

/// What a client has that looks into this tree, with these proofs.
fn shown(scene: &Scene, server: &Server, proofs: &[Octets]) -> Inputs {
    let state = server.state();
    let mut all = scene.inputs();
    all.extend(inputs(&[
        ("epoch", state.epoch.to_string()),
        ("root", hex::encode(state.root.as_slice())),
        ("vrf_key", hex::encode(state.vrf_key.as_slice())),
        ("lookups", hex::encode(wire::join(proofs).as_slice())),
    ]));
    all
}

/// What a client has that looks into a tree.
fn looking(scene: &Scene, server: &Server) -> Inputs {
    shown(scene, server, &proofs(scene, server))
}

/// What one has that does not.
fn not_looking(scene: &Scene, server: &Server) -> Inputs {
    shown(scene, server, &[])
}

fn taken(scene: &Scene, cases: &mut Cases<'_>) {
    let server = tree(scene);
    let title = "Who a participant is whose tails are in the tree";
    cases.taken(COMMON, title, looking(scene, &server), &[Rule::TailsLookedUp]);
    let title = "Chains alone, with no provider and no tree, display nothing";
    let name = "not-looked-up";
    cases.taken(name, title, not_looking(scene, &server), &[]);
    let differs_in = "whether the client looks into the tree";
    cases.told_apart(Rule::ShownWithProof, COMMON, name, differs_in);
    let attested = scene.clone().attested(&scene.tails());
    let title = "A participant for whom a provider vouches, and whose tails are in the tree";
    cases.taken("looked-up-attested", title, looking(&attested, &server), &[]);
    let title = "A participant for whom a provider vouches is displayed without the tree";
    let inputs = not_looking(&attested, &server);
    cases.taken("attested-not-looked-up", title, inputs, &[Rule::ShownWithProof]);
    let guest = scene.clone().without_chains();
    let title = "Of a guest nothing is looked up, and nothing displayed";
    cases.taken("guest-not-looked-up", title, looking(&guest, &server), &[]);
    let nameless = Scene { user: Scene::unaddressed(scene.world), email_name: "", ..scene.clone() };
    let title = "A chain that a participant has not is not looked up";
    let server = tree(&nameless);
    cases.taken("looked-up-without-address", title, looking(&nameless, &server), &[]);
    let grown = server.publish(&updates(scene));
    let title = "A tail of the second version";
    cases.taken("looked-up-second-version", title, looking(scene, &grown), &[]);
}

/// A device that the server added for those who meet the user alone.
fn devices(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::TailsLookedUp;
    let added = Scene { user: scene.user.clone().adding(WATCH), device: WATCH, ..scene.clone() };
    let known = tree(scene).publish(&updates(&added));
    let common = "looked-up-new-device";
    let title = "A device that was added, and is in the tree for everybody to see";
    cases.taken(common, title, looking(&added, &known), &[]);
    let other = (named(scene, "User", "dave"), Scene::tail("User", 1, &Octets::from([8; 32])));
    let hidden = tree(scene).publish(&[other]);
    let which = ("looked-up-hidden-device", "a tree without the link that added the device");
    cases.pair(rule, common, which, looking(&added, &hidden), Rule::TailAsInTree);
    let title = "A chain that is not in the tree at all is refused";
    let nowhere = planted(scene);
    let name = named(scene, "User", scene.who);
    let absent = nowhere.lookup(&name, 0, 1).encode(scene.world);
    let proofs = [absent, Octets::default(), Octets::default()];
    let inputs = shown(&added, &nowhere, &proofs);
    cases.refused("looked-up-nowhere", title, inputs, Rule::EntryInEpoch);
    cases.formula = "participant_identity";
    let title =
        "By chains alone, a device that the server added for this client alone is the user's";
    cases.taken("hidden-device-by-chains-alone", title, added.inputs(), &[]);
    cases.formula = "looked_up_identity";
}

/// A laptop that was revoked, and a chain from before.
fn stale(scene: &Scene, cases: &mut Cases<'_>) {
    let thief = scene.clone().attested(&scene.tails());
    let by_phone = revoke(Some(PHONE), &[LAPTOP], &Octets::default());
    let revoked = Scene { user: scene.user.clone().then(&by_phone), ..scene.clone() };
    let now = tree(scene).publish(&updates(&revoked));
    let title = "Without the tree, who has a stolen laptop and its attestation is displayed after its \
                 revocation, if the server serves the chain from before";
    let inputs = not_looking(&thief, &now);
    cases.taken("revocation-kept-back", title, inputs, &[Rule::DeviceInUseActive]);
    let title = "With the tree, a chain from before the revocation is refused";
    cases.refused("revocation-in-the-tree", title, looking(&thief, &now), Rule::TailAsInTree);
    let name = named(scene, "User", scene.who);
    let mut all = proofs(scene, &now);
    if let Some(first) = all.first_mut() {
        *first = now.lookup(&name, 0, 1).encode(scene.world);
    }
    let title = "The entry from before is still there, but not the newest";
    let inputs = shown(&thief, &now, &all);
    cases.refused("looked-up-older-entry", title, inputs, Rule::AbsenceExact);
    let bob = super::meeting::bob(scene.world);
    let taken_over = tree(scene).publish(&updates(&bob));
    let title = "An address that another user has taken over since is refused";
    let inputs = looking(&thief, &taken_over);
    cases.refused("looked-up-address-taken-over", title, inputs, Rule::TailAsInTree);
}

/// An address that the server gave to another user, and who can see it.
fn given_away(scene: &Scene, cases: &mut Cases<'_>) {
    let bob = super::meeting::bob(scene.world);
    let server = tree(scene).publish(&updates(&bob));
    let title = "A user to whom the server gave another user's address is displayed under it: the tree has it all";
    cases.taken("given-away-address", title, looking(&bob, &server), &[Rule::TailsLookedUp]);
    cases.formula = "verify_history";
    let history = |(kind, subject): (&str, &str), versions: usize, reviewed: &Octets| {
        let state = server.state();
        let proof = server.history(&named(scene, kind, subject), versions).encode(scene.world);
        inputs(&[
            ("epoch", state.epoch.to_string()),
            ("root", hex::encode(state.root.as_slice())),
            ("vrf_key", hex::encode(state.vrf_key.as_slice())),
            ("sigchain_type", text(kind)),
            ("subject", text(subject)),
            ("reviewed_version", text("1")),
            ("reviewed_tail", hex::encode(reviewed.as_slice())),
            ("proof", hex::encode(proof.as_slice())),
        ])
    };
    let Tails { user, email, .. } = scene.tails();
    let title = "Who had the address before has nothing to review in the own chain";
    let inputs = history(("User", scene.who), 1, &user);
    cases.taken("given-away-unseen", title, inputs, &[Rule::ReviewShown]);
    let title = "In the history of the address it is seen";
    let inputs = history(("Email", scene.email_name), 2, &email);
    cases.taken("given-away-seen", title, inputs, &[Rule::ReviewShown]);
    cases.formula = "looked_up_identity";
}

/// Whose provider vouches.
fn providers(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::ProviderAsInTree;
    let own = Chain::new(scene.world, "Account", ACCOUNT).then(&idp("idp.own-corp.example"));
    let with = |account: Chain| {
        let scene = Scene { account, ..scene.clone() };
        let tails = scene.tails();
        scene.attested(&tails)
    };
    let account = |account: Chain| {
        let scene = with(account);
        let server = tree(&scene);
        looking(&scene, &server)
    };
    let which = ("provider-not-in-the-tree", "the provider in the chain of the account");
    // The attestation is over the same first tails, so that the chain of the account alone differs.
    let then = Tails { account: Octets::default(), ..scene.tails() };
    let over = |account: Chain| {
        let scene = Scene { account, ..scene.clone() }.attested(&then);
        let server = tree(&scene);
        looking(&scene, &server)
    };
    let common = "provider-in-the-tree";
    let title = "A provider that vouches is the one that the account's chain names";
    cases.taken(common, title, over(scene.account.clone()), &[]);
    cases.pair(rule, common, which, over(own.clone()), rule);
    let changed = own.clone().then(&idp(super::provider::DOMAIN));
    let title = "The last of the providers that an account's chain names counts";
    cases.taken("provider-changed-in-the-tree", title, account(changed), &[rule]);
    let changed = scene.account.clone().then(&idp("idp.own-corp.example"));
    let title = "A provider that the account's chain has replaced is refused";
    cases.refused("provider-replaced-in-the-tree", title, account(changed), rule);
    let title = "Without the tree, a provider that server and resolver both name is displayed, whatever \
                 the account's chain says";
    let tampered = with(own);
    let inputs = not_looking(&tampered, &tree(&tampered));
    cases.taken("provider-tampered-without-the-tree", title, inputs, &[Rule::ProviderOfRecord]);
    let title = "The chain of an account without a link names no provider";
    let none = account(Chain::new(scene.world, "Account", ACCOUNT));
    cases.refused("provider-of-an-account-without-a-chain", title, none, rule);
    let title = "Nobody vouches for a user without an account, where there is a tree";
    let alone = Scene { user: without_account(scene), account_name: "", ..scene.clone() };
    let tails = alone.tails();
    let alone = alone.attested(&tails);
    cases.refused("provider-without-account", title, looking(&alone, &tree(&alone)), rule);
}

/// Alice's chain with an address, that never was in an account.
pub(super) fn without_account(scene: &Scene) -> Chain {
    let chain = Chain::new(scene.world, "User", ALICE).root(LAPTOP);
    Scene::addressed(chain.adding(PHONE).adding(WATCH).revoke(LAPTOP, &[WATCH]))
}

/// Lists of proofs.
fn lists(scene: &Scene, cases: &mut Cases<'_>) {
    let rule = Rule::EncodingCanonical;
    let server = tree(scene);
    let all = proofs(scene, &server);
    let title = "Proofs of two chains are no list of three";
    let two: Vec<_> = all.iter().take(2).cloned().collect();
    cases.refused("lookups-of-two", title, shown(scene, &server, &two), rule);
    let title = "A chain with links is not displayed without its proof";
    let mut fewer = all.clone();
    if let Some(last) = fewer.last_mut() {
        *last = Octets::default();
    }
    cases.refused("lookup-left-out", title, shown(scene, &server, &fewer), rule);
    let title = "The proof of one chain is none of another";
    let swapped: Vec<_> = all.iter().rev().cloned().collect();
    let inputs = shown(scene, &server, &swapped);
    cases.refused("lookups-swapped", title, inputs, Rule::LabelOfName);
    let title = "What is wrong with the participant is refused before anything is looked up";
    let mut wrong = shown(scene, &server, &swapped);
    wrong.insert(text("binding_signature"), scene.bound_by(WATCH, &scene.tails()));
    cases.refused("looked-up-unsigned", title, wrong, Rule::AnnouncementVerifies);
}
