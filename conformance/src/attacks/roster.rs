//! Attacks on who is shown as being there.

use conclave_model::{
    harm::{Harm, Sign},
    message::{Role, Seat},
    script::{
        Act, CastMember, ForgedHeartbeat, ForgedLink, Handle, MessageKind, OperationRecipe, Recipe,
        ValueRecipe,
    },
};
use conclave_spec::{Profile, Rule};

use super::{
    D, Entry, Evidence, Expected, Play, S, play, refused,
    steps::{as_late, comes, goes_on, gone, listed, listed_during, phantom, reads, says},
    voiced,
};
use crate::cases::scene::{Scene, announcement, heartbeat, link, seat};

const NOBODY_FORGOTTEN: Expected = refused(&[Rule::SnapshotKeepsKnown]);
const NOR_FORKED: Expected = refused(&[Rule::SnapshotKeepsKnown, Rule::HistoryContinues]);
const NOTHING_ELSE: Expected = refused(&[Rule::SnapshotIdentical, Rule::HistoryContinues]);
const INJECTIVE: Expected = voiced(&[Rule::EncodingInjective], Rule::AnnouncementVerifies);
const BY_LEADER: Expected = refused(&[Rule::HeartbeatVerifies]);

pub(super) const ALL: [Entry; 8] = [
    Entry {
        id: "ATK-ZM-01",
        title: "Phantom participant",
        evidence: Evidence::Abstract,
        source: "ePrint 2021/486; admitted in 4.6, 7.12",
        attacker: "insider",
        goal: "roster presence",
        story: "Meeting ID and UUID are the server's. It opens a meeting under numbers that it \
                will use again, has the victim announce there, and later presents that \
                announcement to the leader of another meeting with these numbers.",
        note: "Admitted. The victim is a line of the roster; it learns nothing and nobody learns \
               anything from it.",
        needs: &[],
        expected: [D; 9],
        play: ghost_of_absent,
    },
    Entry {
        id: "ATK-ZM-21",
        title: "Lost \"left\" entries",
        evidence: Evidence::Stated,
        source: "2.3.1, 3.7.7 and 3.10",
        attacker: "insider",
        goal: "ROSTER-SEND",
        story: "Somebody joins, gets a key and leaves while the server changes the leader. The \
                new leader has not heard of it, and its snapshot says nothing: a member that \
                spoke to the visitor has no trace of it on its screen.",
        note: "From 4.1 on the chain of heartbeats refuses the same snapshot a step later, so it \
               takes both rules away to let it through.",
        needs: &[],
        expected: [S, S, S, S, NOBODY_FORGOTTEN, NOR_FORKED, NOR_FORKED, NOR_FORKED, NOTHING_ELSE],
        play: lost_entry,
    },
    Entry {
        id: "ATK-ZM-22",
        title: "Harvest of keys by flicker",
        evidence: Evidence::Stated,
        source: "2.3.1, 3.10",
        attacker: "participant",
        goal: "CONF",
        story: "Somebody joins and leaves again and again, and gets a key each time, while it is \
                mostly shown as having left.",
        note: "Admitted. From the fourth leave on the roster says how often.",
        needs: &[],
        expected: [D; 9],
        play: flicker,
    },
    Entry {
        id: "ATK-ZM-23",
        title: "Display name substituted",
        evidence: Evidence::Stated,
        source: "3, 3.7.7",
        attacker: "insider",
        goal: "none: a name is the server's word",
        story: "The server relays a change of name that its bearer never asked for; the leader \
                signs it.",
        note: "Admitted, and nothing in a meeting shows it: only names that an identity provider \
               attests are protected.",
        needs: &[],
        expected: [S; 9],
        play: false_name,
    },
    Entry {
        id: "ATK-ZM-24",
        title: "Departure hidden",
        evidence: Evidence::Stated,
        source: "4.6, 7.12",
        attacker: "insider",
        goal: "roster presence",
        story: "The server never tells the leader that somebody left: it stays listed, and keys \
                are sealed to it.",
        note: "Admitted. Who left has erased the key that would open them.",
        needs: &[],
        expected: [D; 9],
        play: hidden_departure,
    },
    Entry {
        id: "ATK-ZM-30",
        title: "Anonymous eavesdropper",
        evidence: Evidence::Stated,
        source: "4.6, areas to improve",
        attacker: "insider",
        goal: "CONF",
        story: "The server lets somebody in who was not invited, with the camera off and under a \
                name of its choice.",
        note: "Admitted. It is shown at every honest sender before it can open what is sent.",
        needs: &[],
        expected: [D; 9],
        play: eavesdropper,
    },
    Entry {
        id: "ATK-ZM-37",
        title: "Two tuples, one byte string",
        evidence: Evidence::Derived,
        source: "2.3.1, 3.7.2 step 3; the same class in jitsi/lib-jitsi-meet 1160",
        attacker: "insider",
        goal: "AUTH",
        story: "The identifiers a binding names are put one behind the other. The server moves a \
                letter from one to the next and presents the same signature for another user.",
        note: "The paper does not say how fields are put together; reading R-01 makes it \
               injective.",
        needs: &[],
        expected: [INJECTIVE; 9],
        play: shifted,
    },
    Entry {
        id: "ATK-GR-01",
        title: "Server adds a member",
        evidence: Evidence::Abstract,
        source: "More is Less (EuroS&P 2018), 2017/713",
        attacker: "insider",
        goal: "ROSTER-SEND",
        story: "As in group chats whose server keeps the member list: the server writes a link \
                that adds somebody, and a heartbeat that certifies it.",
        note: "",
        needs: &[],
        expected: [BY_LEADER; 9],
        play: server_adds,
    },
];

const CAST: [&str; 3] = ["alice", "bob", "mallory"];

fn ghost_of_absent(profile: &Profile) -> Play {
    let mut scene = Scene::of(profile, &["alice", "bob", "ursula"]);
    scene.join("ursula", Role::Participant).leave("ursula").join("alice", Role::Leader);
    comes(&mut scene, "bob", "alice");
    scene.admit("alice", "ursula");
    let decisive = scene.steps().saturating_sub(1);
    scene.settle();
    goes_on(&mut scene, "alice", &["bob"], 0, 20_000);
    play(scene, "alice", decisive, &[phantom("bob", seat("ursula"))])
        .shown(&[listed("bob", "ursula"), listed("alice", "ursula")])
        .never(&[Harm::KeepsSecrets { who: "ursula" }])
}

fn lost_entry(profile: &Profile) -> Play {
    let cast = ["alice", "bob", "carol"];
    let mut scene = Scene::seated(profile, &cast);
    scene.also(CastMember::new("mallory", seat("mallory")));
    goes_on(&mut scene, "alice", &["bob", "carol"], 0, 30_000);
    scene.share_board();
    comes(&mut scene, "mallory", "alice");
    scene.catch_up("bob").misses("carol").advance("bob", 35_000);
    says(&mut scene, "bob", "who is that?");
    scene.told_leader("carol", "carol").told_leader("bob", "carol");
    let decisive = scene.steps();
    scene.catch_up("bob").observe("bob");
    let (at, spy) = ("bob", "mallory");
    play(scene, "bob", decisive, &[Harm::Unlisted { at, spy }])
}

fn flicker(profile: &Profile) -> Play {
    const TEXT: &str = "is she here or not?";
    let mut scene = Scene::seated(profile, &["alice", "bob"]);
    scene.also(CastMember::new("mallory", seat("mallory")));
    goes_on(&mut scene, "alice", &["bob"], 0, 20_000);
    for round in 1..=4 {
        let from_ms = round * 30_000 - 10_000;
        comes(&mut scene, "mallory", "alice");
        scene.catch_up("bob");
        goes_on(&mut scene, "alice", &["bob"], from_ms, from_ms + 10_000);
        if round == 4 {
            says(&mut scene, "bob", TEXT);
        }
        scene.depart("alice", "mallory").leave("mallory").catch_up("bob");
        goes_on(&mut scene, "alice", &["bob"], from_ms + 10_000, from_ms + 30_000);
    }
    scene.observe("bob");
    let decisive = scene.steps().saturating_sub(1);
    let leaves = Sign::Leaves { at: "bob", who: seat("mallory"), from: 4 };
    play(scene, "bob", decisive, &[reads("mallory", "bob", TEXT)])
        .shown(&[leaves, gone("bob", "mallory"), listed_during("bob", "mallory", TEXT)])
        .never(&[Harm::Unseen { by: "bob", spy: "mallory" }])
}

fn false_name(profile: &Profile) -> Play {
    let mut scene = Scene::seated(profile, &CAST);
    for party in ["bob", "alice"] {
        scene.rename(party, "mallory", "Carol, board member");
    }
    let decisive = scene.steps().saturating_sub(1);
    scene.catch_up("bob").observe("bob");
    play(scene, "bob", decisive, &[Harm::FalseName { at: "bob", who: "mallory" }])
}

fn hidden_departure(profile: &Profile) -> Play {
    let mut scene = Scene::seated(profile, &["alice", "bob", "carol"]);
    goes_on(&mut scene, "alice", &["bob", "carol"], 0, 20_000);
    let decisive = scene.steps();
    scene.leave("bob");
    goes_on(&mut scene, "alice", &["carol"], 20_000, 60_000);
    scene.observe("carol");
    play(scene, "carol", decisive, &[phantom("carol", seat("bob"))])
        .shown(&[listed("carol", "bob")])
        .never(&[Harm::KeepsSecrets { who: "bob" }])
}

fn eavesdropper(profile: &Profile) -> Play {
    const TEXT: &str = "only us, I hope";
    let mut scene = Scene::seated(profile, &["alice", "bob"]);
    scene.also(CastMember::new("mallory", seat("mallory")));
    goes_on(&mut scene, "alice", &["bob"], 0, 30_000);
    says(&mut scene, "bob", "good morning");
    let decisive = scene.steps();
    comes(&mut scene, "mallory", "alice");
    scene.catch_up("bob");
    goes_on(&mut scene, "alice", &["bob"], 30_000, 40_000);
    says(&mut scene, "bob", TEXT);
    scene.observe("bob");
    play(scene, "bob", decisive, &[reads("mallory", "bob", TEXT)])
        .shown(&[listed_during("bob", "mallory", TEXT)])
        .never(&[
            Harm::Unseen { by: "bob", spy: "mallory" },
            reads("mallory", "bob", "good morning"),
        ])
}

fn shifted(profile: &Profile) -> Play {
    let (signed, claimed) = (Seat::new("bob", "1laptop"), Seat::new("bob1", "laptop"));
    let cast = vec![CastMember::new("alice", seat("alice")), CastMember::new("bob", signed)];
    let mut scene = Scene::with_cast(profile, cast);
    scene.join("alice", Role::Leader).join("bob", Role::Participant);
    if scene.count("bob", MessageKind::Nonce) > 0 {
        let nonce = Recipe::Sent(Handle::of("bob", MessageKind::Nonce, 1));
        scene.act("alice", Act::NoncePosted { seat: claimed.clone(), nonce });
    }
    let decisive = scene.steps();
    let admitted = Act::Admitted {
        seat: claimed.clone(),
        name: "bob".to_owned(),
        ivk: ValueRecipe::IvkOf("bob".to_owned()),
        announcement: announcement("bob"),
        outdated: false,
    };
    scene.act("alice", admitted).observe("alice");
    play(scene, "alice", decisive, &[phantom("alice", claimed)])
}

fn server_adds(profile: &Profile) -> Play {
    let mut scene = Scene::seated(profile, &["alice", "bob"]);
    scene.also(CastMember::new("mallory", seat("mallory")));
    goes_on(&mut scene, "alice", &["bob"], 0, 20_000);
    as_late(&mut scene, "mallory", "alice");
    scene.join("mallory", Role::Participant);
    let last = scene.count("alice", MessageKind::Link);
    let beats = scene.count("alice", MessageKind::Heartbeat);
    let beat = scene.last_beat("bob");
    let operation = OperationRecipe::Add {
        seat: seat("mallory"),
        keys_of: "mallory".to_owned(),
        name: "carol".to_owned(),
    };
    let prev = Some(Box::new(link("alice", last)));
    let added = ForgedLink { by: "mallory".to_owned(), v: last + 1, prev, operation };
    let certified = ForgedHeartbeat {
        by: "mallory".to_owned(),
        certifies: Some(Box::new(Recipe::ForgedLink(added.clone()))),
        t: Some(beat.t + 1),
        mk_seq: Some(beat.mk_seq),
        prev: Some(ValueRecipe::HashOf {
            by: "alice".to_owned(),
            of: Box::new(heartbeat("alice", beats)),
        }),
        timestamp_ms: Some(beat.timestamp_ms + 1),
        signed: Vec::new(),
    };
    scene.link_forged("bob", added);
    let decisive = scene.steps();
    scene.heartbeat_forged("bob", certified).observe("bob");
    play(scene, "bob", decisive, &[Harm::Smuggled { at: "bob", who: seat("mallory") }])
}
