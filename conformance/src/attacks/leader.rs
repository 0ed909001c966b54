//! Attacks on who leads.

use conclave_model::{
    harm::{Harm, Sign},
    message::{Meeting, Role},
    script::{
        Act, CastMember, Change, ForgedHeartbeat, ForgedLink, ForgedSeal, ForgedSnapshot,
        KeyRecipe, MessageKind, OperationRecipe, Recipe, ValueRecipe,
    },
};
use conclave_spec::{Profile, Rule};

use super::{
    D, Entry, Evidence, Expected, NA, Play, play, refused,
    steps::{as_late, certify, comes, goes_on, listed_during, meets, posted, reads, says},
    voiced,
};
use crate::cases::scene::{Scene, forged_seal, heartbeat, link, meeting, seat};

const LISTED: Expected = refused(&[Rule::LeaderListed]);
const KNOWN: Expected = refused(&[Rule::LockedLeaderKnown]);
const BOUND: Expected = voiced(&[Rule::LeaderBound, Rule::LeaderListed], Rule::HeartbeatVerifies);
/// The attacker is played by the machine, which would itself not begin with a list it is not on.
const NOR_BOUND: Expected = voiced(
    &[Rule::LockedLeaderKnown, Rule::LeaderBound, Rule::FirstListsSelf],
    Rule::LockedLeaderKnown,
);
/// With the rule about numbers gone the key would still be one that no member announced.
const ABOVE: Expected = voiced(&[Rule::LeaderBound, Rule::NumberAboveCertified], Rule::SealOpens);

pub(super) const ALL: [Entry; 7] = [
    Entry {
        id: "ATK-ZM-18",
        title: "Two meetings, one bad leader",
        evidence: Evidence::Stated,
        source: "zoom/zoom-e2e-whitepaper issue 53",
        attacker: "insider",
        goal: "CODE, and who leads",
        story: "Two people who mean to meet are put into two meetings, each led by the attacker \
                under the other one's name. Both are shown the same security code.",
        note: "The mending of 3.1 is a procedure: the leader reads first, and people agree on who \
               leads. A client can only show who that is, and does so in every version.",
        needs: &[],
        expected: [D; 9],
        play: two_meetings,
    },
    Entry {
        id: "ATK-ZM-19",
        title: "Recitation of a code replayed",
        evidence: Evidence::Stated,
        source: "zoom/zoom-e2e-whitepaper issue 24",
        attacker: "insider with a recording",
        goal: "CODE",
        story: "The attacker leads under another's name and plays a recording of that one reading \
                the code of its device, which is the same in every meeting.",
        note: "Admitted. Who compares the digits heard with those shown sees that they differ.",
        needs: &[],
        expected: [D; 9],
        play: recitation,
    },
    Entry {
        id: "ATK-ZM-20",
        title: "Ghost becomes leader",
        evidence: Evidence::Stated,
        source: "4.6, 7.6.7 and 7.7",
        attacker: "insider",
        goal: "LEADER-NOTICE",
        story: "The server lets somebody into an open meeting and names it leader.",
        note: "Admitted. The others are told, are shown another code, and have the ghost on their \
               roster.",
        needs: &[],
        expected: [D; 9],
        play: ghost_leader,
    },
    Entry {
        id: "ATK-ZM-20B",
        title: "Leader that is on no list",
        evidence: Evidence::Derived,
        source: "2.3.1, 3.7.7",
        attacker: "insider",
        goal: "LEADER-CONT, ROSTER-SEND",
        story: "The server names a leader that the list does not show, and whose own list does \
                not show it either.",
        note: "The list is refused in every version. From 3.0 to 4.0 the key is used without it, \
               as in ATK-ZM-10; the notice that another leads is shown.",
        needs: &[],
        expected: [LISTED, D, D, D, LISTED, LISTED, LISTED, LISTED, BOUND],
        play: unlisted_leader,
    },
    Entry {
        id: "ATK-ZM-20C",
        title: "Stranger leads when locked",
        evidence: Evidence::Stated,
        source: "3.1, 3.7.8",
        attacker: "insider",
        goal: "LEADER-CONT, LOCK",
        story: "The meeting is locked. The server names a leader that was never let in, and that \
                puts itself on the list.",
        note: "",
        needs: &[Rule::LockListed],
        expected: [NA, NA, KNOWN, KNOWN, KNOWN, KNOWN, KNOWN, KNOWN, NOR_BOUND],
        play: stranger_leads_locked,
    },
    Entry {
        id: "ATK-ZM-20D",
        title: "A number another certified",
        evidence: Evidence::Derived,
        source: "4.1, subsubsec:keyrotation; finding F-04",
        attacker: "insider with an account",
        goal: "ROSTER-SEND, CONF, LOCK",
        story: "The leader of a locked meeting rotates; a member gets the heartbeat that certifies \
                the key, and not the key. Then the server names the attacker to it, under the name \
                of another member. The attacker, on no list, gives it a key of its own under the \
                certified number, and sends no heartbeat at all.",
        note: "Only the notice is shown, that a member leads who is on the list, and another code. \
               Before client 5.12 no certificate is waited for, as in ATK-ZM-10.",
        needs: &[],
        expected: [D, D, D, D, D, D, D, D, ABOVE],
        play: number_certified_before,
    },
    Entry {
        id: "ATK-ZM-35",
        title: "Meeting keyed by the server",
        evidence: Evidence::Stated,
        source: "4.6, 7.2",
        attacker: "insider, or whoever reads the server's memory",
        goal: "CONF",
        story: "As in a meeting that is not end-to-end encrypted, the key comes from the server: a \
                device of its own leads from the start, hears everything and hands the key on.",
        note: "A control: confidentiality must fail where the server makes the key. Enhanced \
               encryption itself has no profile; a client of an end-to-end encrypted meeting at least \
               shows which device leads, and its code.",
        needs: &[],
        expected: [D; 9],
        play: keyed_by_server,
    },
];

/// What is said before the attacker leads.
const BEFORE: &str = "while Alice leads";

fn elsewhere() -> Meeting {
    Meeting { id: "93017455129".to_owned(), uuid: *b"another meeting." }
}

/// Joins under another's name.
fn begins(scene: &mut Scene, party: &str, meeting: Meeting, name: &str) {
    scene.act(party, Act::Join { meeting, role: Role::Leader, name: name.to_owned() });
}

fn two_meetings(profile: &Profile) -> Play {
    const ONE: &str = "mallory@one";
    const TWO: &str = "mallory@two";
    let mut second = CastMember::new(TWO, seat(TWO));
    second.same_device_as = Some(ONE.to_owned());
    let cast = ["alice", "bob", ONE].map(|party| CastMember::new(party, seat(party)));
    let mut scene = Scene::with_cast(profile, cast.into_iter().chain([second]).collect());
    begins(&mut scene, ONE, meeting(), "bob");
    begins(&mut scene, TWO, elsewhere(), "alice");
    scene.join("alice", Role::Participant).told_leader("alice", ONE);
    meets(&mut scene, "alice", ONE);
    scene.join_instance("bob", Role::Participant, elsewhere());
    let decisive = scene.steps();
    scene.told_leader("bob", TWO);
    meets(&mut scene, "bob", TWO);
    says(&mut scene, "alice", "tell nobody");
    says(&mut scene, "bob", "I will not");
    let harms = [
        reads(ONE, "alice", "tell nobody"),
        reads(TWO, "bob", "I will not"),
        Harm::SameCode { one: "alice", other: "bob" },
    ];
    play(scene, "bob", decisive, &harms)
        .shown(&[
            Sign::Leader { at: "alice", user_id: "mallory" },
            Sign::Leader { at: "bob", user_id: "mallory" },
        ])
        .never(&[Harm::Unseen { by: "alice", spy: ONE }, Harm::Unseen { by: "bob", spy: TWO }])
}

fn keyed_by_server(profile: &Profile) -> Play {
    const ASKED: &str = "is this end to end?";
    const TOLD: &str = "that is what it says";
    let mut scene = Scene::of(profile, &["alice", "bob", "mallory"]);
    scene.join("mallory", Role::Leader);
    comes(&mut scene, "alice", "mallory");
    let decisive = scene.steps();
    comes(&mut scene, "bob", "mallory");
    scene.settle().run(20_000);
    says(&mut scene, "alice", ASKED);
    says(&mut scene, "bob", TOLD);
    let harms = [reads("mallory", "alice", ASKED), reads("mallory", "bob", TOLD)];
    play(scene, "bob", decisive, &harms)
        .shown(&[
            Sign::Leader { at: "alice", user_id: "mallory" },
            Sign::Leader { at: "bob", user_id: "mallory" },
            listed_during("alice", "mallory", ASKED),
            listed_during("bob", "mallory", TOLD),
        ])
        .never(&[
            Harm::Unseen { by: "alice", spy: "mallory" },
            Harm::Unseen { by: "bob", spy: "mallory" },
        ])
}

fn recitation(profile: &Profile) -> Play {
    const TEXT: &str = "the digits are right, I think";
    const APART: &str = "is anybody there?";
    let mut scene = Scene::of(profile, &["alice", "bob", "carol", "mallory"]);
    scene.join("alice", Role::Leader);
    comes(&mut scene, "carol", "alice");
    scene.settle();
    says(&mut scene, "carol", APART);
    begins(&mut scene, "mallory", elsewhere(), "alice");
    scene.join_instance("bob", Role::Participant, elsewhere());
    let decisive = scene.steps();
    scene.told_leader("bob", "mallory");
    meets(&mut scene, "bob", "mallory");
    says(&mut scene, "bob", TEXT);
    play(scene, "bob", decisive, &[reads("mallory", "bob", TEXT)])
        .shown(&[
            Sign::CodesDiffer { one: "alice", other: "bob" },
            Sign::Leader { at: "bob", user_id: "mallory" },
        ])
        .never(&[Harm::Unseen { by: "bob", spy: "mallory" }, reads("mallory", "carol", APART)])
}

fn ghost_leader(profile: &Profile) -> Play {
    const TEXT: &str = "who is that?";
    let mut scene = Scene::seated(profile, &["alice", "bob", "mallory"]);
    goes_on(&mut scene, "alice", &["bob", "mallory"], 0, 20_000);
    scene.share_board().told_leader("mallory", "mallory");
    let decisive = scene.steps();
    scene.told_leader("bob", "mallory").catch_up("bob").advance("bob", 25_000);
    says(&mut scene, "bob", TEXT);
    let (by, spy) = ("bob", "mallory");
    play(scene, "bob", decisive, &[reads("mallory", "bob", TEXT)])
        .shown(&[
            Sign::LeaderChanged { at: "bob", user_id: "mallory" },
            Sign::CodesDiffer { one: "alice", other: "bob" },
            listed_during("bob", "mallory", TEXT),
        ])
        .never(&[Harm::Unseen { by, spy }])
}

/// Mallory, on no list, leads with the list as Alice and Bob have it.
fn unlisted_leader(profile: &Profile) -> Play {
    let mut scene = Scene::seated(profile, &["alice", "bob"]);
    scene.also(CastMember::new("mallory", seat("mallory")));
    goes_on(&mut scene, "alice", &["bob"], 0, 20_000);
    says(&mut scene, "bob", BEFORE);
    as_late(&mut scene, "mallory", "alice");
    scene.join("mallory", Role::Participant).told_leader("mallory", "mallory");
    scene.admit("mallory", "bob");
    let mk_seq = scene.newest_key("bob") + 1;
    let last = scene.count("alice", MessageKind::Link);
    let beats = scene.count("alice", MessageKind::Heartbeat);
    let snapshot = ForgedSnapshot {
        of: "alice".to_owned(),
        locked: None,
        without: Vec::new(),
        leaves: Vec::new(),
        keys: Vec::new(),
    };
    let forged = ForgedLink {
        by: "mallory".to_owned(),
        v: last + 1,
        prev: Some(Box::new(link("alice", last))),
        operation: OperationRecipe::Snapshot(snapshot),
    };
    let of = Box::new(heartbeat("alice", beats));
    let certified = ForgedHeartbeat {
        by: "mallory".to_owned(),
        certifies: Some(Box::new(Recipe::ForgedLink(forged.clone()))),
        t: Some(1),
        mk_seq: Some(mk_seq),
        prev: Some(ValueRecipe::HashOf { by: "alice".to_owned(), of }),
        timestamp_ms: Some(1),
        signed: Vec::new(),
    };
    let key = KeyRecipe::Held(scene.newest_key("mallory"));
    let sealed = ForgedSeal { by: "mallory".to_owned(), key, ..forged_seal("bob", mk_seq) };
    scene.told_leader("bob", "mallory").link_forged("bob", forged);
    let decisive = scene.steps();
    scene.heartbeat_forged("bob", certified).sealed_forged("bob", sealed).advance("bob", 25_000);
    says(&mut scene, "bob", "who leads?");
    play(scene, "bob", decisive, &[Harm::Unseen { by: "bob", spy: "mallory" }])
        .shown(&[Sign::LeaderChanged { at: "bob", user_id: "mallory" }])
        .never(&[reads("mallory", "bob", BEFORE)])
}

fn number_certified_before(profile: &Profile) -> Play {
    const TEXT: &str = "among ourselves, behind the lock";
    let mut scene = Scene::seated(profile, &["alice", "bob", "carol", "dave"]);
    scene.also(CastMember::new("mallory", seat("mallory")));
    goes_on(&mut scene, "alice", &["bob", "carol", "dave"], 0, 40_000);
    if scene.has(Rule::LockListed) {
        scene.set_lock("alice", true).catch_up("bob");
    }
    let before = posted(&mut scene, "alice");
    scene.depart("alice", "dave");
    as_late(&mut scene, "mallory", "alice");
    scene.advance("alice", 50_000).advance("bob", 50_000);
    certify(&mut scene, "bob", "alice", before);
    says(&mut scene, "bob", BEFORE);
    scene.join("mallory", Role::Participant).told_leader("mallory", "mallory");
    scene.admit("mallory", "bob");
    let text = |text: &str| ValueRecipe::Text(text.to_owned());
    let named = [("user_id", "carol"), ("hardware_id", "carol-laptop")];
    let announcement = Recipe::ForgedAnnouncement {
        by: "mallory".to_owned(),
        label: None,
        changes: named.map(|(field, name)| Change::new(field, text(name))).into(),
    };
    scene.told_leader_as("bob", "mallory", seat("carol"), announcement);
    let sealed = ForgedSeal {
        by: "mallory".to_owned(),
        key: KeyRecipe::Held(scene.newest_key("mallory")),
        changes: vec![Change::new("leader", text("carol"))],
        ..forged_seal("bob", scene.last_beat("bob").mk_seq)
    };
    let decisive = scene.steps();
    scene.sealed_forged("bob", sealed).advance("bob", 57_000);
    says(&mut scene, "bob", TEXT);
    let harms = [reads("mallory", "bob", TEXT), Harm::Unseen { by: "bob", spy: "mallory" }];
    play(scene, "bob", decisive, &harms)
        .shown(&[
            Sign::LeaderChanged { at: "bob", user_id: "carol" },
            Sign::CodesDiffer { one: "alice", other: "bob" },
        ])
        .never(&[reads("mallory", "bob", BEFORE)])
}

fn stranger_leads_locked(profile: &Profile) -> Play {
    const TEXT: &str = "behind the lock";
    let mut scene = Scene::seated(profile, &["alice", "bob"]);
    scene.also(CastMember::new("mallory", seat("mallory")));
    goes_on(&mut scene, "alice", &["bob"], 0, 20_000);
    scene.set_lock("alice", true).catch_up("bob");
    // The server serves her what is on the board.
    as_late(&mut scene, "mallory", "alice");
    scene.join("mallory", Role::Participant).told_leader("mallory", "alice");
    scene.admit("mallory", "bob").catch_up("mallory").told_leader("mallory", "mallory");
    let decisive = scene.steps();
    scene.told_leader("bob", "mallory");
    if scene.is_inside("bob") {
        scene.catch_up("bob").advance("bob", 25_000);
    }
    says(&mut scene, "bob", TEXT);
    play(scene, "bob", decisive, &[reads("mallory", "bob", TEXT)])
}
