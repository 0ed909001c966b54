//! What is tried in the tables, and on whom.

use conclave_model::{
    algebra::Term,
    machine::Event,
    message::{LockOperation, Role},
    script::{Act, Change, ForgedRequest, Handle, MessageKind, Recipe, ValueRecipe},
    stage::{Given, Sent},
};
use conclave_spec::{Profile, Rule};

use crate::common::{self, Room};

/// Who stands for a phase, whether the meeting is locked, and what came last.
pub(crate) struct Phase {
    pub(crate) name: &'static str,
    pub(crate) party: &'static str,
    pub(crate) locked: bool,
    /// The leader that the party is told of in the end.
    told: Option<&'static str>,
}

const fn phase(name: &'static str, party: &'static str) -> Phase {
    Phase { name, party, locked: false, told: None }
}

const fn locked(name: &'static str, party: &'static str) -> Phase {
    Phase { locked: true, ..phase(name, party) }
}

const fn told(name: &'static str, party: &'static str, leader: &'static str) -> Phase {
    Phase { told: Some(leader), ..phase(name, party) }
}

pub(crate) const OUTSIDE: Phase = phase("outside", "dave");
pub(crate) const LEADER: Phase = phase("leader", "alice");
pub(crate) const SUCCESSOR: Phase = phase("successor", "grace");
pub(crate) const STEPPED_DOWN: Phase = told("stepped down", "alice", "grace");
pub(crate) const PARTICIPANT_WITHOUT_A_LEADER: Phase = phase("without a leader", "carol");
pub(crate) const PARTICIPANT_BEFORE_A_HEARTBEAT: Phase =
    told("before a heartbeat", "carol", "alice");
pub(crate) const PARTICIPANT: Phase = phase("participant", "bob");
pub(crate) const PARTICIPANT_OF_A_NEW_LEADER: Phase = told("of a new leader", "bob", "grace");
pub(crate) const LOCKED_LEADER: Phase = locked("locked leader", "alice");
pub(crate) const LOCKED_PARTICIPANT: Phase = locked("locked participant", "bob");
pub(crate) const LEFT: Phase = phase("left", "mallory");

/// The moments at which a client acts by itself.
pub(crate) const DUE: [&str; 4] =
    ["time: the first due", "time: the second", "time: the third", "time: the fourth"];

pub(crate) const PHASES: [Phase; 11] = [
    OUTSIDE,
    LEADER,
    SUCCESSOR,
    STEPPED_DOWN,
    PARTICIPANT_WITHOUT_A_LEADER,
    PARTICIPANT_BEFORE_A_HEARTBEAT,
    PARTICIPANT,
    PARTICIPANT_OF_A_NEW_LEADER,
    LOCKED_LEADER,
    LOCKED_PARTICIPANT,
    LEFT,
];

/// A meeting with somebody in every phase. Bob lacks the newest links, heartbeats and keys.
pub(crate) struct Scene {
    pub(crate) room: Room,
    /// How many keys sealed to bob he was given.
    keys_given: u32,
}

pub(crate) fn scene(profile: &Profile, phase: &Phase) -> Scene {
    let parties = ["alice", "bob", "mallory", "eve", "frank", "grace", "carol"];
    let mut room = Room::seated(profile, &parties, "dave");
    room.run(30_000);
    room.act("mallory", Act::Leave {});
    room.act("alice", Act::Departed { seat: common::seat("mallory") });
    if phase.locked {
        room.act("alice", Act::SetLock { locked: true });
    }
    room.run(60_000);
    room.act("alice", Act::Send { stream: "audio".to_owned(), text: "words".to_owned() });
    let keys_given = sealed_to_bob(&room);
    // Nobody hears of these: a heartbeat, and two links with one each.
    room.act("alice", Act::Advance { to_ms: 70_000 });
    for party in ["frank", "eve"] {
        room.act("alice", Act::Kick { seat: common::seat(party) });
    }
    // Nor of this: Grace comes to lead, and has what she needs to seal to Bob.
    room.admit("grace", "bob");
    room.name_leader("grace", "grace");
    if let Some(leader) = phase.told {
        room.name_leader(phase.party, leader);
    }
    Scene { room, keys_given }
}

fn sealed_to_bob(room: &Room) -> u32 {
    let to_bob = |(by, it): &&(String, Sent<Term>)| by == "alice" && it.recipient() == Some("bob");
    u32::try_from(room.stage.sent().filter(to_bob).count()).unwrap()
}

fn sealed(nth: u32) -> Recipe {
    Recipe::Sent(Handle::sealed_key("alice", "bob", nth))
}

fn damaged(of: Recipe, field: &str) -> Recipe {
    Recipe::Damaged { of: Box::new(of), field: field.to_owned() }
}

fn request(operation: LockOperation, by: &str, link: Recipe) -> Act {
    let (by, link) = (by.to_owned(), Box::new(link));
    Act::LockRequested {
        request: Recipe::ForgedRequest(ForgedRequest { by, operation, link, signed: Vec::new() }),
    }
}

/// The same act with the announcement changed.
fn with_announcement(act: Act, change: impl FnOnce(Recipe) -> Recipe) -> Act {
    let mut act = act;
    if let Act::Admitted { announcement, .. } | Act::LeaderNamed { announcement, .. } = &mut act {
        *announcement = change(announcement.clone());
    }
    act
}

fn small_order(of: Recipe) -> Recipe {
    let change = Change::new("pk", ValueRecipe::SmallOrderKey);
    Recipe::Edited { of: Box::new(of), change }
}

/// What is tried, by name.
fn acts(Scene { room, keys_given }: &Scene) -> Vec<(&'static str, Act)> {
    let bob = || common::seat("bob");
    let nobody = || common::seat("nobody");
    let link = |back| room.newest("alice", MessageKind::Link, back);
    let beat = |back| room.newest("alice", MessageKind::Heartbeat, back);
    let packet = || room.newest("alice", MessageKind::Packet, 0);
    let heard =
        |packet| Act::Packet { from: common::seat("alice"), stream: "audio".to_owned(), packet };
    let join = |role| Act::Join { meeting: common::meeting(), role, name: "somebody".to_owned() };
    let named = |seat, name: &str| Act::Renamed { seat, name: name.to_owned() };
    let forged = Recipe::ForgedAnnouncement {
        by: "carol".to_owned(),
        label: None,
        changes: vec![Change::new("pk", ValueRecipe::SmallOrderKey)],
    };
    vec![
        ("join as leader", join(Role::Leader)),
        ("join as participant", join(Role::Participant)),
        ("leader named: alice", room.leader_named("alice")),
        ("leader named: bob", room.leader_named("bob")),
        ("leader named: carol", room.leader_named("carol")),
        ("leader named: grace", room.leader_named("grace")),
        (
            "leader named: carol, signature damaged",
            with_announcement(room.leader_named("carol"), |it| damaged(it, "sig")),
        ),
        ("leader named: carol, key of small order", {
            let forged = forged.clone();
            with_announcement(room.leader_named("carol"), |_| forged)
        }),
        ("admitted: carol", room.admitted("carol")),
        ("admitted: bob, who is present", room.admitted("bob")),
        ("admitted: mallory, who has left", room.admitted("mallory")),
        (
            "admitted: carol, signature damaged",
            with_announcement(room.admitted("carol"), |it| damaged(it, "sig")),
        ),
        ("admitted: carol, key exchanged", with_announcement(room.admitted("carol"), small_order)),
        (
            "admitted: carol, key of small order",
            with_announcement(room.admitted("carol"), |_| forged),
        ),
        ("departed: bob", Act::Departed { seat: bob() }),
        ("departed: nobody", Act::Departed { seat: nobody() }),
        ("renamed: bob", named(bob(), "Rob")),
        ("renamed: nobody", named(nobody(), "Rob")),
        (
            "nonce posted",
            Act::NoncePosted { seat: bob(), nonce: room.newest("bob", MessageKind::Nonce, 0) },
        ),
        (
            "link: the first",
            Act::Link { link: Recipe::Sent(Handle::of("alice", MessageKind::Link, 1)) },
        ),
        ("link: the next", Act::Link { link: link(1) }),
        ("link: the one after", Act::Link { link: link(0) }),
        ("link: an old one", Act::Link { link: link(3) }),
        (
            "link: the snapshot of grace",
            Act::Link { link: room.newest("grace", MessageKind::Link, 0) },
        ),
        ("heartbeat: the next", Act::Heartbeat { heartbeat: beat(2) }),
        ("heartbeat: of an unknown link", Act::Heartbeat { heartbeat: beat(1) }),
        ("heartbeat: an old one", Act::Heartbeat { heartbeat: beat(4) }),
        ("heartbeat: signature damaged", Act::Heartbeat { heartbeat: damaged(beat(2), "sig") }),
        (
            "heartbeat: of grace",
            Act::Heartbeat { heartbeat: room.newest("grace", MessageKind::Heartbeat, 0) },
        ),
        ("lock requested: by bob", request(LockOperation::Lock, "bob", link(0))),
        ("lock requested: over an old link", request(LockOperation::Lock, "bob", link(1))),
        ("lock requested: by carol", request(LockOperation::Lock, "carol", link(0))),
        ("unlock requested: by bob", request(LockOperation::Unlock, "bob", link(0))),
        ("lock claimed", Act::LockClaimed { locked: true }),
        ("room claimed", Act::RoomClaimed { seat: bob(), in_room: true }),
        ("lock", Act::SetLock { locked: true }),
        ("unlock", Act::SetLock { locked: false }),
        ("kick: bob", Act::Kick { seat: bob() }),
        ("kick: nobody", Act::Kick { seat: nobody() }),
        ("sealed key: the next", Act::SealedKey { sealed: sealed(keys_given + 1) }),
        ("sealed key: the one held", Act::SealedKey { sealed: sealed(*keys_given) }),
        (
            "sealed key: damaged",
            Act::SealedKey { sealed: damaged(sealed(keys_given + 1), "ciphertext") },
        ),
        (
            "sealed key: of grace",
            Act::SealedKey { sealed: Recipe::Sent(Handle::sealed_key("grace", "bob", 1)) },
        ),
        ("packet", heard(packet())),
        ("packet: damaged", heard(damaged(packet(), "body"))),
        ("send", Act::Send { stream: "audio".to_owned(), text: "words".to_owned() }),
        ("step out", Act::StepOut {}),
        ("leave", Act::Leave {}),
        ("meeting ended", Act::MeetingEnded {}),
    ]
}

pub(crate) fn events(scene: &Scene) -> Vec<(&'static str, Event<Term>)> {
    let mut events = vec![("time passes", Event::Tick)];
    for (name, act) in acts(scene) {
        match scene.room.stage.given(&act) {
            Ok(Given::Event(event)) => events.push((name, event)),
            Ok(Given::Time(_) | Given::Question) => panic!("{name} is no event"),
            Err(error) => {
                // Only what a version does not have cannot be given.
                assert_eq!(name, "nonce posted", "{error}");
            }
        }
    }
    events.push(("malformed", Event::Malformed { rule: Rule::EncodingCanonical }));
    events
}
