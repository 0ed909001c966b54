//! The server's tree: what it shows others of a chain, and what it shows its owner.

use std::collections::BTreeMap;

use conclave_model::transparency::{
    build::{Server, tail, user},
    proofs::{History, Lookup},
};
use conclave_spec::{
    Octets, Rule, RuleSet,
    layouts::{
        Layout,
        transparency::{HISTORY, LOOKUP},
    },
    wire,
};

use super::{
    super::{inputs, text},
    Client, Inputs, Scenario, Story,
};

pub(super) const LOOKUPS: &str = "lookups";
pub(super) const HISTORIES: &str = "histories";

pub(super) const ALICE: &str = "alice";
pub(super) const BOB: &str = "bob";

pub(super) fn hex(octets: &Octets) -> String {
    hex::encode(octets.as_slice())
}

pub(super) fn updates(names: &[(&str, u32)]) -> Vec<(Octets, Octets)> {
    names.iter().map(|(name, links)| (user(name), tail(name, *links))).collect()
}

/// An honest server over its epochs, from 0 on: of Alice's chain it has three versions in the end, of
/// Bob's four.
pub(super) fn honest() -> Vec<Server> {
    let epochs: [&[(&str, u32)]; 6] = [
        &[(ALICE, 1), (BOB, 1)],
        &[(BOB, 2), ("carol", 1), ("dave", 3)],
        &[(ALICE, 3), ("erin", 1)],
        &[(BOB, 4)],
        &[(ALICE, 4), ("dave", 5)],
        &[(BOB, 5), ("judy", 7)],
    ];
    let mut all = vec![Server::new("tree server")];
    for names in epochs {
        let now = all.last().cloned().unwrap_or_else(|| Server::new("tree server"));
        all.push(now.publish(&updates(names)));
    }
    all
}

/// The same server with versions behind Bob's fourth that Bob is not to see. His history shows that 5, 6
/// and 8 are not there, so these are others; whoever looks them up is to be shown 6 and 8.
fn lying(now: &Server) -> Server {
    let mut server = now.clone();
    (0..8).for_each(|_| server.turn());
    server.put(&user(BOB), 7, &tail("mallory", 9));
    server.put(&user(BOB), 12, &tail("mallory", 12));
    server
}

/// Another tree under the same keys, in which Alice's second version is another.
fn rewritten() -> Server {
    let names = [(ALICE, tail(ALICE, 1)), (ALICE, tail("mallory", 3)), (ALICE, tail(ALICE, 4))];
    let publish = |server: Server, (name, tail): &(&str, Octets)| {
        server.publish(&[(user(name), tail.clone())])
    };
    names.iter().fold(Server::new("tree server"), publish)
}

/// What of a tree is taken for the truth, by commitment and name: the newest version its owner is shown.
fn truth(trees: &[(&Server, &[(&str, u32)])]) -> BTreeMap<(String, String), String> {
    let newest = trees.iter().flat_map(|(server, names)| {
        let root = hex(&server.state().root);
        names.iter().map(move |(name, links)| {
            ((root.clone(), (*name).to_owned()), hex(&tail(name, *links)))
        })
    });
    newest.collect()
}

fn asking(server: &Server, subject: &str) -> Inputs {
    let state = server.state();
    inputs(&[
        ("epoch", state.epoch.to_string()),
        ("root", hex(&state.root)),
        ("vrf_key", hex(&state.vrf_key)),
        ("sigchain_type", text("User")),
        ("subject", text(subject)),
    ])
}

/// The places of a lookup's fields.
const LOOKUP_PLACES: [(&str, &[&str]); 5] = [
    ("the entry", &["version", "epoch", "value", "nonce"]),
    ("the proof of its label", &["vrf_proof"]),
    ("its path", &["path"]),
    ("the markers", &["markers"]),
    ("that it is not stale", &["stale_vrf_proof", "absence"]),
];

/// A field of a proof, apart from inputs of the same name.
fn within(field: &str) -> String {
    format!("proof.{field}")
}

/// A proof cut into its fields.
fn fields(layout: &Layout, proof: &Octets) -> BTreeMap<&'static str, Octets> {
    wire::decode(layout, RuleSet::all(), proof).unwrap_or_default().into_iter().collect()
}

fn of_lookup(proof: &Lookup) -> BTreeMap<&'static str, Inputs> {
    let fields = fields(&LOOKUP, &proof.encode(RuleSet::all()));
    let part = |names: &[&str]| {
        let value = |name: &&str| fields.get(*name).map(hex).unwrap_or_default();
        names.iter().map(|name| (within(name), value(name))).collect()
    };
    LOOKUP_PLACES.into_iter().map(|(place, names)| (place, part(names))).collect()
}

/// The inputs that are no part of the proof, and the proof of those that are.
fn whole_lookup(parts: &Inputs) -> Inputs {
    let field = |name: &'static str| {
        let value = parts.get(&within(name)).map_or("", String::as_str);
        (name, Octets::new(hex::decode(value).unwrap_or_default()))
    };
    let values: Vec<_> = LOOKUP.fields.iter().map(|it| field(it.name)).collect();
    let proof = wire::encode(&LOOKUP, RuleSet::all(), &values).unwrap_or_default();
    let mut inputs = outside(parts);
    inputs.insert(text("proof"), hex(&proof));
    inputs
}

fn outside(parts: &Inputs) -> Inputs {
    let outside = parts.iter().filter(|(name, _)| !name.starts_with("proof."));
    outside.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn served(value: &Octets) -> (&'static str, Inputs) {
    ("the tail of the served chain", inputs(&[("tail", hex(value))]))
}

/// What a client that looks a chain up is shown.
pub(super) fn lookups() -> Scenario {
    let epochs = honest();
    let (now, before) = (at(&epochs, 6), at(&epochs, 4));
    let lies = lying(&now);
    let other = Server::new("another tree server").publish(&updates(&[(ALICE, 9), (BOB, 1)]));
    let looked = |words, server: &Server, who: &str, truly: bool, proof: Lookup| {
        let mut parts = of_lookup(&proof);
        parts.extend([served(&proof.value)]);
        Story { words, client: Client::told(truly.then(|| asking(server, who))), parts }
    };
    let (alice, bob) = (user(ALICE), user(BOB));
    let mut stories = vec![
        looked("Alice's chain today", &now, ALICE, true, now.newest(&alice)),
        looked("Bob's chain today", &now, BOB, true, now.newest(&bob)),
        looked("Alice's chain two epochs ago", &before, ALICE, true, before.newest(&alice)),
        looked("Alice's chain in another tree", &other, ALICE, true, other.newest(&alice)),
        looked(
            "Bob's chain, with a version he is not to see",
            &lies,
            BOB,
            true,
            lies.lookup(&bob, 3, 4),
        ),
        looked("Alice's first version", &now, ALICE, false, now.lookup(&alice, 0, 1)),
        looked("Alice's second version", &now, ALICE, false, now.lookup(&alice, 1, 2)),
        looked("the version that Bob is not to see", &lies, BOB, false, lies.lookup(&bob, 4, 7)),
        looked("the version far beyond", &lies, BOB, false, lies.lookup(&bob, 5, 12)),
    ];
    stories.push(looked("Alice's next version, which is not there", &now, ALICE, false, {
        Lookup { value: tail(ALICE, 9), epoch: 6, version: 4, ..now.newest(&alice) }
    }));
    let mut strange = Vec::new();
    for (server, name, version) in [(&now, &alice, 1), (&now, &alice, 2), (&lies, &bob, 7)] {
        for above in 1..3 {
            let mut proof = server.lookup(name, 0, version);
            proof.absence = server.missing(name, false, version, above).absence;
            let part = of_lookup(&proof).remove("that it is not stale").unwrap_or_default();
            strange.push(("that it is not stale", text("a node higher up"), part));
        }
    }
    for version in [7, 12] {
        let mut proof = lies.lookup(&bob, 0, version);
        proof.markers.retain(|it| !it.path.steps.is_empty());
        let part = of_lookup(&proof).remove("the markers").unwrap_or_default();
        strange.push(("the markers", format!("those of {version} that are there"), part));
    }
    let unmarked = Lookup { markers: Vec::new(), ..now.newest(&alice) };
    let part = of_lookup(&unmarked).remove("the markers").unwrap_or_default();
    strange.push(("the markers", text("none"), part));
    for (name, links) in [(ALICE, 3), (ALICE, 9), ("mallory", 9), ("mallory", 12)] {
        let (place, part) = served(&tail(name, links));
        strange.push((place, format!("of {name}, with {links} links"), part));
    }
    let about = "lookups of two users in an honest tree, in one with versions that their owner is not to see, \
        and in another server's";
    let mut scenario = Scenario::new((LOOKUPS, about), "verify_lookup", stories, strange);
    scenario.whole = whole_lookup;
    let newest = truth(&[
        (&now, &[(ALICE, 4), (BOB, 5)]),
        (&before, &[(ALICE, 3), (BOB, 4)]),
        (&other, &[(ALICE, 9), (BOB, 1)]),
        (&lies, &[(ALICE, 4), (BOB, 5)]),
    ]);
    scenario.with_goal(
        (
            "TT-NEWEST",
            "The tail that is taken for a user's is the newest that its owner is shown under the same \
             commitment.",
            "4.6, sec:ztt",
        ),
        move |inputs, _| {
            let input = |name: &str| inputs.get(name).cloned().unwrap_or_default();
            newest.get(&(input("root"), input("subject"))) == Some(&input("tail"))
        },
    )
}

pub(super) fn at(epochs: &[Server], epoch: usize) -> Server {
    epochs.get(epoch).cloned().unwrap_or_else(|| Server::new("tree server"))
}

/// How many versions a history of the mixtures has at the most.
const VERSIONS: [&str; 5] = ["version 1", "version 2", "version 3", "version 4", "version 5"];
const BEYOND: &str = "what is not there";

fn of_history(proof: &History) -> BTreeMap<&'static str, Inputs> {
    let fields = fields(&HISTORY, &proof.encode(RuleSet::all()));
    let updates = fields.get("updates").and_then(|it| wire::split(it).ok()).unwrap_or_default();
    let part = |place: &str, bytes: Option<&Octets>| {
        Inputs::from([(within(place), bytes.map(hex).unwrap_or_default())])
    };
    let versions = VERSIONS.into_iter().zip(0..);
    let mut parts: BTreeMap<_, _> =
        versions.map(|(place, at)| (place, part(place, updates.get(at)))).collect();
    parts.insert(BEYOND, part(BEYOND, fields.get("absences")));
    parts
}

/// The inputs that are no part of the proof, and the history of the versions that are there.
fn whole_history(parts: &Inputs) -> Inputs {
    let there = |place: &str| {
        let bytes = hex::decode(parts.get(&within(place)).map_or("", String::as_str));
        Octets::new(bytes.unwrap_or_default())
    };
    let updates: Vec<_> = VERSIONS.into_iter().map(there).filter(|it| !it.is_empty()).collect();
    let values = [("updates", wire::join(&updates)), ("absences", there(BEYOND))];
    let proof = wire::encode(&HISTORY, RuleSet::all(), &values).unwrap_or_default();
    let mut inputs = outside(parts);
    inputs.insert(text("proof"), hex(&proof));
    inputs
}

/// What an owner is shown of the own chain.
pub(super) fn histories() -> Scenario {
    let epochs = honest();
    let (now, before) = (at(&epochs, 6), at(&epochs, 4));
    let lies = lying(&now);
    let reviewing = |server: &Server, who: &str, reviewed: Option<(u64, u32)>| {
        let mut client = asking(server, who);
        let value = reviewed.map(|(_, links)| hex(&tail(who, links))).unwrap_or_default();
        client.extend(inputs(&[
            ("reviewed_version", reviewed.map_or(0, |(version, _)| version).to_string()),
            ("reviewed_tail", value),
        ]));
        client
    };
    let told =
        |words, client: Client, proof: &History| Story { words, client, parts: of_history(proof) };
    let looks =
        |server: &Server, who: &str, reviewed| Client::Told(reviewing(server, who, reviewed));
    let all = usize::MAX;
    let (alice, bob) = (user(ALICE), user(BOB));
    let mut added = now.clone();
    added.turn();
    let ghost = added.publish(&[(alice.clone(), tail("mallory", 5))]);
    let rewritten = rewritten();
    let stories = vec![
        told("Alice looks today", looks(&now, ALICE, None), &now.history(&alice, all)),
        told(
            "Alice, who looked before",
            looks(&now, ALICE, Some((2, 3))),
            &now.history(&alice, all),
        ),
        told("Bob looks today", looks(&now, BOB, None), &now.history(&bob, all)),
        told("Alice two epochs ago", looks(&before, ALICE, None), &before.history(&alice, all)),
        told(
            "Alice, of whom there is one more version",
            looks(&ghost, ALICE, Some((3, 4))),
            &ghost.history(&alice, all),
        ),
        told("the same without that version", Client::None, &ghost.history(&alice, 3)),
        told("Bob's, as far as he is to see", Client::None, &lies.history(&bob, 4)),
        told("Alice's without her last", Client::None, &now.history(&alice, 2)),
        told(
            "Alice, whose second version was made another",
            Client::Misled(reviewing(&rewritten, ALICE, Some((2, 3)))),
            &rewritten.history(&alice, all),
        ),
    ];
    let nothing = History { updates: Vec::new(), absences: Vec::new() };
    let nothing = of_history(&nothing).into_iter();
    let strange = nothing.map(|(place, part)| (place, text("nothing"), part)).collect();
    let about = "what owners are shown of their own chains, in an honest tree and in one with versions that \
        they did not make";
    let mut scenario = Scenario::new((HISTORIES, about), "verify_history", stories, strange);
    scenario.whole = whole_history;
    scenario.said = &[Rule::ReviewShown];
    let versions = [
        ((hex(&now.state().root), ALICE), vec![(ALICE, 1), (ALICE, 3), (ALICE, 4)]),
        ((hex(&now.state().root), BOB), vec![(BOB, 1), (BOB, 2), (BOB, 4), (BOB, 5)]),
        ((hex(&before.state().root), ALICE), vec![(ALICE, 1), (ALICE, 3)]),
        (
            (hex(&ghost.state().root), ALICE),
            vec![(ALICE, 1), (ALICE, 3), (ALICE, 4), ("mallory", 5)],
        ),
    ];
    let versions: BTreeMap<_, Vec<_>> = versions
        .map(|((root, who), tails)| {
            let tails = tails.iter().map(|(name, links)| tail(name, *links)).collect();
            ((root, who.to_owned()), tails)
        })
        .into();
    let goal = (
        "TT-OWN",
        "An owner is shown every version of the own chain that came since the last look, and no other.",
        "4.6, sec:ztt",
    );
    scenario.with_goal(goal, move |inputs, outputs| {
        let input = |name: &str| inputs.get(name).cloned().unwrap_or_default();
        let reviewed = input("reviewed_version").parse::<usize>().unwrap_or_default();
        let Some(tails) = versions.get(&(input("root"), input("subject"))) else { return false };
        let new: Vec<_> = tails.iter().skip(reviewed).cloned().collect();
        !tails.is_empty() && outputs.get("review") == Some(&hex(&wire::join(&new)))
    })
}
