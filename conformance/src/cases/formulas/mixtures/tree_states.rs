//! What the server and auditors sign of the tree, and that it only grows.

use conclave_model::{
    sigchain::build::{CLOUD, bytes},
    transparency::{
        build::{Server, tail, user},
        proofs::Growth,
    },
};
use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{sign::sign, transparency::TreeState},
    wire,
};

use super::{
    super::{inputs, text},
    Client, Inputs, Scenario, Story,
    trees::{ALICE, at, hex, honest, updates},
};

pub(super) const COMMITMENTS: &str = "commitments";
pub(super) const GROWTH: &str = "growth";

/// What the server and auditors sign of the tree.
pub(super) fn commitments(rules: RuleSet) -> Scenario {
    let epochs = honest();
    let (now, before) = (at(&epochs, 6), at(&epochs, 4));
    let fork = at(&epochs, 5).publish(&updates(&[("mallory", 1)]));
    let other = Server::new("another tree server").publish(&updates(&[(ALICE, 9)]));
    let mut relabeled = Server::new("tree server").with_vrf_seed(Octets::from([5; 32]));
    (0..6).for_each(|_| relabeled.turn());
    let relabeled = relabeled.publish(&updates(&[(ALICE, 4)]));
    let in_gov = at(&epochs, 5).publish(&updates(&[("heidi", 1)]));
    let auditors = ["auditor", "second auditor"];
    let keys = auditors.map(|it| now.audited(rules, it, now.state()).auditor);
    let client = |known: Option<&TreeState>, cloud: &str| {
        inputs(&[
            ("cloud_name", text(cloud)),
            ("server_key", hex(&now.key())),
            ("auditors", hex(&wire::join(&keys))),
            ("known_epoch", known.map_or(0, |it| it.epoch).to_string()),
            ("known_root", known.map(|it| hex(&it.root)).unwrap_or_default()),
            ("known_vrf_key", known.map(|it| hex(&it.vrf_key)).unwrap_or_default()),
        ])
    };
    let of = |words, client: Client, server: &Server, seen: &[(&str, &Server)]| {
        let state = server.state();
        let audit = |(auditor, seen): &(&str, &Server)| {
            server.audited(rules, auditor, seen.state()).encode(rules)
        };
        let audits: Vec<_> = seen.iter().map(audit).collect();
        let one = |name: &str, value: String| inputs(&[(name, value)]);
        let parts = [
            ("the epoch", one("epoch", state.epoch.to_string())),
            ("the root", one("root", hex(&state.root))),
            ("the key of the labels", one("vrf_key", hex(&state.vrf_key))),
            ("the signature", one("signature", hex(&server.signs(rules, &state)))),
            ("what auditors say", one("audits", hex(&wire::join(&audits)))),
        ];
        Story { words, client, parts: parts.into() }
    };
    let (seen, first) = (Some(before.state()), [("auditor", &now)]);
    let mut elsewhere = of("the tree of another cloud", Client::None, &in_gov, &[]);
    elsewhere
        .parts
        .insert("the signature", inputs(&[("signature", signed_for_gov(rules, &in_gov))]));
    let stories = vec![
        elsewhere,
        of("a client that knows nothing", Client::Told(client(None, CLOUD)), &now, &first),
        of(
            "one that saw an epoch before",
            Client::Told(client(seen.as_ref(), CLOUD)),
            &now,
            &first,
        ),
        of(
            "one that saw this epoch",
            Client::Told(client(Some(&now.state()), CLOUD)),
            &now,
            &first,
        ),
        of("the epoch before", Client::None, &before, &[("second auditor", &before)]),
        of("another tree in the same epoch", Client::None, &fork, &[]),
        of("the same, of which an auditor saw the first", Client::None, &fork, &first),
        of("another server's tree", Client::None, &other, &[]),
        of("the same users under another key of the labels", Client::None, &relabeled, &[]),
    ];
    let mut strange = Vec::new();
    for (words, audits) in [
        ("an auditor that nobody knows", [now.audited(rules, "stranger", fork.state())]),
        ("a stranger's word in an auditor's name", {
            let mut audit = now.audited(rules, "stranger", fork.state());
            audit.auditor = now.audited(rules, "auditor", now.state()).auditor;
            [audit]
        }),
    ] {
        let list: Vec<_> = audits.iter().map(|it| it.encode(rules)).collect();
        strange.push((
            "what auditors say",
            text(words),
            inputs(&[("audits", hex(&wire::join(&list)))]),
        ));
    }
    let about = "commitments of one server to two trees, those of another server, and what auditors say of \
        them";
    let mut scenario = Scenario::new((COMMITMENTS, about), "verify_commitment", stories, strange);
    scenario.said = &[
        Rule::TreeNamesCloud,
        Rule::TreeNamesEpoch,
        Rule::TreeNamesRoot,
        Rule::TreeNamesLabelKey,
        Rule::AuditShown,
    ];
    let states = [&now, &before, &fork, &relabeled].map(|it| signed(&it.state()));
    let first = now.audited(rules, "auditor", now.state()).encode(rules);
    let by_first = hex(&wire::join(&[first]));
    let (truly, seen_by_auditors) =
        (signed(&now.state()), [&now, &before].map(|it| signed(&it.state())));
    let taken = |inputs: &Inputs| ["epoch", "root", "vrf_key"].map(|name| input(inputs, name));
    scenario
        .with_goal(
            (
                "TT-SIGNED",
                "A commitment that is taken is one that the server signed.",
                "4.6, sec:ztt",
            ),
            move |inputs, _| states.contains(&taken(inputs)),
        )
        .with_goal(
            (
                "TT-ONE",
                "A client that knows a commitment takes no other tree of that epoch, and none before it.",
                "4.6, sec:ztt",
            ),
            move |inputs, _| {
                let known = input(inputs, "known_epoch").parse::<u64>().unwrap_or_default();
                let epoch = input(inputs, "epoch").parse::<u64>().unwrap_or_default();
                let same = input(inputs, "known_root") == input(inputs, "root");
                epoch > known || epoch == known && same
            },
        )
        .with_goal(
            (
                "TT-LABELS",
                "For a client that knows a commitment the labels are under the same key for ever.",
                "4.6, sec:ztt",
            ),
            |inputs, _| {
                let known = input(inputs, "known_vrf_key");
                known.is_empty() || known == input(inputs, "vrf_key")
            },
        )
        .with_goal(
            (
                "TT-AUDITED",
                "A commitment is shown as audited only if an auditor saw this tree, and is not taken at all \
                 if the auditor that is asked saw another one in this epoch.",
                "4.6, sec:ztt",
            ),
            move |inputs, outputs| {
                let audited = outputs.get("level").is_some_and(|it| it == "audited");
                let (state, said) = (taken(inputs), input(inputs, "audits") == by_first);
                let forked = state != truly && state.first() == truly.first() && said;
                if audited { seen_by_auditors.contains(&state) } else { !forked }
            },
        )
}

/// The server's signature for a cloud that is not the client's.
fn signed_for_gov(rules: RuleSet, server: &Server) -> String {
    let signed = server.state().signed(rules, "gov").unwrap_or_default();
    let seed = Octets::new(bytes("tree server", 32));
    hex(&sign(rules, &seed, Label::TreeCommitment, &signed).unwrap_or_default())
}

fn input(inputs: &Inputs, name: &str) -> String {
    inputs.get(name).cloned().unwrap_or_default()
}

fn signed(state: &TreeState) -> [String; 3] {
    [state.epoch.to_string(), hex(&state.root), hex(&state.vrf_key)]
}

/// What an auditor is shown of an epoch.
pub(super) fn growth() -> Scenario {
    let epochs = honest();
    let (before, after) = (at(&epochs, 5), at(&epochs, 6));
    let first = at(&epochs, 1);
    let told = |words, truly: bool, from: &Server, to: &Server, proof: &Growth| {
        let nodes = |unchanged: &Growth| hex(&unchanged.encode(RuleSet::all()));
        let nothing = Growth { unchanged: Vec::new(), inserted: Vec::new() };
        let kept = Growth { unchanged: proof.unchanged.clone(), ..nothing.clone() };
        let new = Growth { inserted: proof.inserted.clone(), ..nothing };
        let state = |name: &str, server: &Server| inputs(&[(name, hex(&server.state().root))]);
        let parts = [
            ("the root after", state("end_root", to)),
            ("what is as it was", inputs(&[("unchanged", nodes(&kept))])),
            ("what is new", inputs(&[("inserted", nodes(&new))])),
        ];
        let mut client = state("start_root", from);
        client.insert(text("epoch"), to.epoch().to_string());
        Story { words, client: Client::told(truly.then_some(client)), parts: parts.into() }
    };
    let name = user(ALICE);
    let (over, lie) = before.written_over(&name, 3, &tail("mallory", 4));
    let mut gone = before.clone();
    gone.turn();
    gone.remove(&name, true, 3);
    let mut dropped = gone.growth(&before);
    dropped.unchanged.clone_from(&before.growth(&before).unchanged);
    let stories = vec![
        told("an epoch that brings two versions", true, &before, &after, &after.growth(&before)),
        told("the first epoch", true, &at(&epochs, 0), &first, &first.growth(&at(&epochs, 0))),
        told("an epoch in which a version is written over", false, &before, &over, &lie),
        told("the same, shown as what it is", false, &before, &over, &over.growth(&before)),
        told("an epoch in which a version is gone", false, &before, &gone, &dropped),
    ];
    let about = "what an auditor is shown of an epoch, honestly, and of one in which a version was written over \
        or is gone";
    let mut scenario = Scenario::new((GROWTH, about), "verify_append_only", stories, Vec::new());
    scenario.whole = |parts| {
        let part = |name: &str| {
            let bytes = hex::decode(input(parts, name)).unwrap_or_default();
            Growth::decode(RuleSet::all(), &Octets::new(bytes)).ok()
        };
        let unchanged = part("unchanged").map(|it| it.unchanged).unwrap_or_default();
        let inserted = part("inserted").map(|it| it.inserted).unwrap_or_default();
        let proof = Growth { unchanged, inserted }.encode(RuleSet::all());
        let own = ["epoch", "start_root", "end_root"].map(|name| (name, input(parts, name)));
        let mut whole = inputs(&own);
        whole.insert(text("proof"), hex(&proof));
        whole
    };
    let honest = [hex(&after.state().root), hex(&first.state().root)];
    scenario.with_goal(
        (
            "TT-GROWS",
            "What an auditor takes for growth has every leaf that was there, as it was.",
            "4.6, sec:ztt",
        ),
        move |inputs, _| honest.contains(&input(inputs, "end_root")),
    )
}
