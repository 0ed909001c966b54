//! Alice in a meeting, a colleague, and somebody without an account, each with chains of their own.

use std::collections::{BTreeMap, BTreeSet};

use conclave_model::sigchain::build::{
    ACCOUNT, ADDRESS, Chain, Device, LAPTOP, PHONE, TABLET, account_value, commitment_key,
    email_value, rooted, user_id, user_value,
};
use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        identity::{Snapshot, Tails},
        sigchain::commitment,
        sign::verifying_key,
    },
};
use serde_json::json;

use super::{
    super::{
        inputs,
        participant::{Scene, WATCH},
        text,
    },
    Client, Inputs, Scenario, Story,
};

pub(super) const NAME: &str = "identities";

const MALLORY: &str = "mallory";
const MALLORYS_ADDRESS: &str = "mallory@example.com";
const EVE: &str = "eve";
const EVES_DEVICE: Device = Device::named("eves-device");
/// A device that the server added to Alice's chain, and that nobody approved.
const GHOST: Device = Device::named("ghost");

/// What of the inputs stands at which place; the others are the client's own.
const PLACES: [(&str, &[&str]); 9] = [
    ("who joined", &["user_id", "hardware_id", "ivk", "pk"]),
    ("the binding", &["binding_tails", "binding_signature"]),
    ("the server's statement", &["statement_tails", "statement_signature"]),
    ("the address", &["email"]),
    ("the account", &["account_id"]),
    ("the user's chain", &["user_links", "user_openings"]),
    ("the address's chain", &["email_links", "email_openings"]),
    ("the account's chain", &["account_links", "account_openings"]),
    (
        "the attestation",
        &[
            "attestation",
            "adn",
            "attestation_signature",
            "served_adn",
            "served_provider",
            "records",
            "key_set",
        ],
    ),
];

fn parts(all: &Inputs) -> BTreeMap<&'static str, Inputs> {
    let part = |names: &[&str]| {
        let value = |name: &&str| Some(((*name).to_owned(), all.get(*name)?.clone()));
        names.iter().filter_map(value).collect()
    };
    PLACES.into_iter().map(|(place, names)| (place, part(names))).collect()
}

fn client(all: &Inputs) -> Inputs {
    let served: BTreeSet<_> = PLACES.into_iter().flat_map(|(_, names)| names).collect();
    let own = all.iter().filter(|(name, _)| !served.contains(&name.as_str()));
    own.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Mallory's chains, in the account and with an address.
fn mallory(alice: &Scene) -> Scene {
    let world = alice.world;
    let mut user = Chain::new(world, "User", MALLORY);
    let keys = user.new_keys(false);
    let of_account = Scene::account_commitment(world, ACCOUNT);
    let (key, value) = (commitment_key(ACCOUNT), account_value(ACCOUNT, 1, 0));
    let user = user.then(&rooted(WATCH, &keys, &Octets::default(), &of_account));
    let user = user.disclosed("account_change", &key, &value);
    let (key, value) = (commitment_key(MALLORYS_ADDRESS), email_value(MALLORYS_ADDRESS, 1));
    let user = user.email(MALLORYS_ADDRESS, 1).disclosed("email_change", &key, &value);
    Scene {
        who: MALLORY,
        hardware: "mallorys-watch",
        ephemeral: "mallory's ephemeral key",
        user,
        email: address_of(world, MALLORYS_ADDRESS, MALLORY, 2),
        email_name: MALLORYS_ADDRESS,
        device: WATCH,
        ..alice.clone()
    }
}

/// The chain of an address, which a user holds from this link of the user's chain on.
fn address_of(world: RuleSet, address: &str, user: &str, number: u32) -> Chain {
    let (key, value) = (commitment_key(user), user_value(user, number));
    Chain::new(world, "Email", address)
        .then(&user_id(&commitment(world, &key, &value)))
        .disclosed("email", &commitment_key("address"), &address.into())
        .disclosed("user_id_change", &key, &value)
}

/// Eve, who has a chain, and neither an address nor an account.
fn eve(alice: &Scene) -> Scene {
    Scene {
        who: EVE,
        hardware: "eves-device",
        ephemeral: "eve's ephemeral key",
        user: Chain::new(alice.world, "User", EVE).root(EVES_DEVICE),
        email_name: "",
        account_name: "",
        device: EVES_DEVICE,
        ..alice.clone()
    }
}

/// What there is of Alice and others, made once.
struct World {
    alice: Scene,
    mallory: Scene,
    eve: Scene,
    guest: Scene,
    /// Alice, who has left the account.
    left: Scene,
    /// Alice's laptop with the key that replaced its first.
    renewed: Scene,
    /// The device that the server added to Alice's chain.
    added: Scene,
    /// The laptop in a chain that goes another way than the one that the provider saw.
    fork: Scene,
}

impl World {
    fn of(rules: RuleSet) -> Self {
        let alice = Scene::of(rules);
        let eve = eve(&alice);
        let guest = Scene {
            who: EVE,
            hardware: "eves-device",
            user: Chain::new(rules, "User", EVE),
            device: EVES_DEVICE,
            ..alice.clone().without_chains()
        };
        let moved = Scene::moved_to(alice.user.clone(), rules, "");
        let renewed = LAPTOP.with_keys("new laptop");
        let rotated = alice.user.clone().rotate(LAPTOP, renewed, false);
        let (key, value) = (commitment_key(ADDRESS), email_value(ADDRESS, 1));
        let fork = Scene::unaddressed(rules).approve(LAPTOP).email(ADDRESS, 1);
        let fork = fork.disclosed("email_change", &key, &value);
        Self {
            mallory: mallory(&alice),
            left: Scene { user: moved, account_name: "", ..alice.clone() },
            renewed: Scene { user: rotated, device: renewed, ..alice.clone() },
            added: Scene { user: alice.user.clone().adding(GHOST), device: GHOST, ..alice.clone() },
            fork: Scene {
                user: fork,
                email: Scene::address_of(rules, "alice", 6),
                ..alice.clone()
            },
            eve,
            guest,
            alice,
        }
    }

    /// Alice as she was with so many links, fewer than she needs for her address.
    fn before(&self, links: usize) -> Scene {
        let mut user = Scene::unaddressed(self.alice.world);
        user.links.truncate(links);
        Scene { user, email_name: "", ..self.alice.clone() }
    }

    /// Another's claim to what is Alice's.
    fn as_alice(&self, scene: &Scene) -> Scene {
        let Scene { email, email_name, account, account_name, .. } = self.alice.clone();
        Scene { email, email_name, account, account_name, ..scene.clone() }
    }

    /// Alice's attestation of today, whoever shows it.
    fn attested(&self, scene: &Scene) -> Scene {
        let (rules, tails) = (self.alice.world, self.alice.tails());
        let got = Snapshot::text(rules, &self.alice.ivk(), &tails).unwrap_or_default();
        scene.clone().claiming(&tails, "zoom-identity-snapshot", json!(got))
    }

    /// An attestation of her address that Eve had made for a key of hers.
    fn of_another_key(&self) -> Scene {
        let (rules, tails) = (self.alice.world, self.alice.tails());
        let got = Snapshot::text(rules, &self.eve.ivk(), &tails).unwrap_or_default();
        self.alice.clone().claiming(&tails, "zoom-identity-snapshot", json!(got))
    }

    /// True stories.
    fn told(&self) -> Vec<(&'static str, Scene)> {
        vec![
            ("Alice joins", self.alice.clone()),
            ("Alice joins with an attestation", self.attested(&self.alice)),
            ("Mallory, a colleague, joins", self.mallory.clone()),
            ("Eve joins, of no account", self.eve.clone()),
            ("Eve joins as a guest", self.guest.clone()),
            ("Alice joins, who has left the account", self.left.clone()),
            ("Alice joins with a new key of her laptop", self.renewed.clone()),
            ("a device joins that the server added to Alice's chain", self.added.clone()),
            ("Alice joins with a chain that goes another way", self.fork.clone()),
        ]
    }

    /// Stories of strangers.
    fn untrue(&self) -> Vec<(&'static str, Scene)> {
        let with = |device, scene: &Scene| Scene { device, ..scene.clone() };
        vec![
            (
                "a device that the server added, with the attestation of before",
                self.attested(&self.added),
            ),
            ("the tablet joins that Alice has revoked", self.attested(&with(TABLET, &self.alice))),
            ("Mallory joins with Alice's chains", self.attested(&with(WATCH, &self.alice))),
            ("Mallory joins as whoever has Alice's address", self.as_alice(&self.mallory)),
            ("Mallory joins without the address of her chain", {
                Scene { email_name: "", ..self.mallory.clone() }
            }),
            (
                "Eve joins as one of the account",
                Scene { account_name: ACCOUNT, ..self.eve.clone() },
            ),
            ("a guest joins as whoever has Alice's address", self.as_alice(&self.guest)),
            ("Alice joins as of the account she left", {
                Scene { account_name: ACCOUNT, ..self.left.clone() }
            }),
            (
                "Alice, who has left the account, with the attestation of before",
                self.attested(&self.left),
            ),
            ("the laptop joins with the key it had before", with(LAPTOP, &self.renewed)),
            (
                "a chain that goes another way, with the attestation of this one",
                self.attested(&self.fork),
            ),
            ("Alice with an attestation that Eve had made", self.of_another_key()),
        ]
    }
}

fn story(words: &'static str, truly: bool, scene: &Scene) -> Story {
    let all = scene.inputs();
    Story { words, client: Client::told(truly.then(|| client(&all))), parts: parts(&all) }
}

/// Alice as she was, by what one side signed then; the other signed the tails of today alone, which
/// somebody shows beside those of then.
fn halves(world: &World) -> [Story; 2] {
    let (alice, by_server, by_her) = (&world.alice, world.before(4), world.before(3));
    let list = |scene: &Scene| hex::encode(scene.tails().list().as_slice());
    let mut bound = story("Alice before, with what she signed today", false, &by_server);
    let signature = alice.bound_by(LAPTOP, &alice.tails());
    let part = [("binding_tails", list(&by_server)), ("binding_signature", signature)];
    bound.parts.insert("the binding", inputs(&part));
    let mut stated = story("Alice before, with what the server signed today", false, &by_her);
    let signature = alice.stated_by("server", LAPTOP, &alice.tails());
    let part = [("statement_tails", list(&by_her)), ("statement_signature", signature)];
    stated.parts.insert("the server's statement", inputs(&part));
    [bound, stated]
}

/// What Mallory and others sign that they should not, and what the server states for whoever logs in.
fn strange(world: &World) -> Vec<(&'static str, String, Inputs)> {
    let World { alice, mallory, eve, .. } = world;
    let list = |tails: &Tails| hex::encode(tails.list().as_slice());
    let bound = |scene: &Scene, by: Device, tails: &Tails| {
        inputs(&[("binding_tails", list(tails)), ("binding_signature", scene.bound_by(by, tails))])
    };
    let stated = |scene: &Scene, key: &str, of: Device, tails: &Tails| {
        inputs(&[
            ("statement_tails", list(tails)),
            ("statement_signature", scene.stated_by(key, of, tails)),
        ])
    };
    let (binding, statement) = ("the binding", "the server's statement");
    let of_another = parts(
        &Scene { email: Scene::address_of(alice.world, MALLORY, 2), ..alice.clone() }.inputs(),
    )
    .remove("the address's chain")
    .unwrap_or_default();
    let all: [(&'static str, &str, Inputs); 7] = [
        (binding, "Mallory's, over Alice's tails", bound(mallory, WATCH, &alice.tails())),
        (binding, "Mallory's, over Alice's join", bound(alice, WATCH, &alice.tails())),
        (
            statement,
            "of Mallory with Alice's tails",
            stated(mallory, "server", WATCH, &alice.tails()),
        ),
        (
            statement,
            "of Alice, under another key",
            stated(alice, "another", LAPTOP, &world.before(3).tails()),
        ),
        (
            statement,
            "of Eve with Alice's tails",
            stated(eve, "server", EVES_DEVICE, &alice.tails()),
        ),
        (statement, "of Alice's tablet", stated(alice, "server", TABLET, &alice.tails())),
        ("the address's chain", "Alice's address, as Mallory's", of_another),
    ];
    all.into_iter().map(|(place, words, part)| (place, text(words), part)).collect()
}

fn key(device: Device) -> String {
    hex::encode(verifying_key(&device.seed()).unwrap_or_default().as_slice())
}

pub(super) fn scenario(rules: RuleSet) -> Scenario {
    let world = World::of(rules);
    let told = world.told().into_iter().map(|(words, scene)| story(words, true, &scene));
    let untrue = world.untrue().into_iter().map(|(words, scene)| story(words, false, &scene));
    let stories = told.chain(untrue).chain(halves(&world)).collect();
    let about = "Alice, a colleague, somebody of no account and a guest in one meeting, a device that the \
        server added and one that was revoked: what they signed, their chains, attestations";
    let mut scenario =
        Scenario::new((NAME, about), "participant_identity", stories, strange(&world));
    scenario.said = &[Rule::BindingNamesTails, Rule::StatementNamesTails, Rule::SnapshotNamesTails];
    attested(named(signed(scenario, &world), &world), world)
}

fn input(inputs: &Inputs, name: &str) -> String {
    inputs.get(name).cloned().unwrap_or_default()
}

const SOURCE: &str = "4.6, subsec:keyagreementidentity";

/// What participant and server signed.
fn signed(scenario: Scenario, world: &World) -> Scenario {
    let pair = |scene: &Scene| {
        let tails = hex::encode(scene.tails().list().as_slice());
        (hex::encode(scene.ivk().as_slice()), tails)
    };
    let told: BTreeSet<_> = world.told().iter().map(|(_, scene)| pair(scene)).collect();
    let untrue: Vec<_> = world.untrue().iter().map(|(_, scene)| pair(scene)).collect();
    // A stranger signs what it likes for itself, and the server for whoever logs in.
    let mut bound: BTreeSet<_> = told.iter().cloned().chain(untrue.clone()).collect();
    let mut stated = bound.clone();
    bound.insert(pair(&world.before(3)));
    stated.insert(pair(&world.before(4)));
    let shown = |inputs: &Inputs, outputs: &Inputs| (input(inputs, "ivk"), input(outputs, "tails"));
    scenario
        .with_goal(
            ("ID-BOUND", "A participant is displayed by the chains whose tails it signed.", SOURCE),
            move |inputs, outputs| bound.contains(&shown(inputs, outputs)),
        )
        .with_goal(
            (
                "ID-STATED",
                "A participant is displayed by the chains whose tails the server signed for it.",
                SOURCE,
            ),
            move |inputs, outputs| stated.contains(&shown(inputs, outputs)),
        )
}

/// Whose address and account are displayed.
fn named(scenario: Scenario, world: &World) -> Scenario {
    let (laptop, phone, mallory, ghost) = (key(LAPTOP), key(PHONE), key(WATCH), key(GHOST));
    let renewed = hex::encode(world.renewed.ivk().as_slice());
    let rotated = hex::encode(world.renewed.tails().list().as_slice());
    let of_alice = [laptop.clone(), phone, ghost, renewed];
    let of_account: Vec<_> = of_alice.iter().chain([&mallory]).cloned().collect();
    let as_member = Scene { account_name: ACCOUNT, ..world.left.clone() };
    let (hers, left) = (mallory.clone(), hex::encode(as_member.tails().list().as_slice()));
    scenario
        .with_goal(
            (
                "ID-ADDRESS",
                "Who is displayed with an address uses the present key of a device of whose it is.",
                SOURCE,
            ),
            move |inputs, outputs| {
                let ivk = input(inputs, "ivk");
                let replaced = input(outputs, "tails") == rotated && ivk == laptop;
                match input(outputs, "email").as_str() {
                    "" => true,
                    ADDRESS => of_alice.contains(&ivk) && !replaced,
                    _ => ivk == mallory,
                }
            },
        )
        .with_goal(
            (
                "ID-ACCOUNT",
                "Who is displayed with an account is a member of it by the user's own chain.",
                SOURCE,
            ),
            move |inputs, outputs| {
                let gone = input(outputs, "tails") == left;
                input(outputs, "account_id").is_empty()
                    || of_account.contains(&input(inputs, "ivk")) && !gone
            },
        )
        .with_goal(
            ("ID-WHOLE", "Whose chain has an address is not displayed without one.", SOURCE),
            move |inputs, outputs| {
                input(inputs, "ivk") != hers || input(outputs, "email") == MALLORYS_ADDRESS
            },
        )
}

/// Whom the provider vouched for.
fn attested(scenario: Scenario, world: World) -> Scenario {
    let reviewed = [key(LAPTOP), key(PHONE)];
    let tails = |scene: &Scene| hex::encode(scene.tails().list().as_slice());
    let changed = [tails(&world.left), tails(&world.fork)];
    let of_eve = world.of_another_key().attestation;
    scenario.with_goal(
        (
            "ID-ATTESTED",
            "Who is displayed as attested uses a device that was there, or is approved, when the provider \
             vouched for the user by this chain, and has had this address and account since.",
            SOURCE,
        ),
        move |inputs, outputs| {
            let vouched = reviewed.contains(&input(inputs, "ivk"))
                && !changed.contains(&input(outputs, "tails"))
                && input(inputs, "attestation") != of_eve;
            input(outputs, "provider").is_empty() || vouched
        },
    )
}
