//! What every kind of message is answered with, in every phase.

mod common;

use std::{collections::BTreeSet, fmt::Write as _};

use common::Room;
use conclave_model::{
    algebra::{Term, Terms},
    client::Client,
    machine::{Event, Input, Outcome, StepError},
    message::{LockOperation, Role},
    script::{Act, Change, ForgedRequest, Handle, MessageKind, Recipe, ValueRecipe},
    stage::{Given, Sent},
};
use conclave_spec::{Profile, Rule, rules::Reaction};

/// Who stands for a phase.
const PHASES: [(&str, &str); 5] = [
    ("outside", "dave"),
    ("leader", "alice"),
    ("participant without a leader", "carol"),
    ("participant", "bob"),
    ("left", "mallory"),
];

/// A meeting with somebody in every phase. Bob lacks the newest links, heartbeats and keys.
struct Scene {
    room: Room,
    /// How many keys sealed to bob he was given.
    keys_given: u32,
}

fn scene(profile: &Profile) -> Scene {
    let parties = ["alice", "bob", "mallory", "eve", "frank", "carol"];
    let mut room = Room::seated(profile, &parties, "dave");
    room.run(30_000);
    room.act("mallory", Act::Leave {});
    room.act("alice", Act::Departed { seat: common::seat("mallory") });
    room.run(60_000);
    room.act("alice", Act::Send { stream: "audio".to_owned(), text: "words".to_owned() });
    let keys_given = sealed_to_bob(&room);
    // Nobody hears of these: a heartbeat, and two links with one each.
    room.act("alice", Act::Advance { to_ms: 70_000 });
    for party in ["frank", "eve"] {
        room.act("alice", Act::Kick { seat: common::seat(party) });
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
        ("link: the next", Act::Link { link: link(1) }),
        ("link: the one after", Act::Link { link: link(0) }),
        ("link: an old one", Act::Link { link: link(3) }),
        ("heartbeat: the next", Act::Heartbeat { heartbeat: beat(2) }),
        ("heartbeat: of an unknown link", Act::Heartbeat { heartbeat: beat(1) }),
        ("heartbeat: an old one", Act::Heartbeat { heartbeat: beat(4) }),
        ("heartbeat: signature damaged", Act::Heartbeat { heartbeat: damaged(beat(2), "sig") }),
        ("lock requested: by bob", request(LockOperation::Lock, "bob", link(0))),
        ("lock requested: over an old link", request(LockOperation::Lock, "bob", link(1))),
        ("lock requested: by carol", request(LockOperation::Lock, "carol", link(0))),
        ("unlock requested: by bob", request(LockOperation::Unlock, "bob", link(0))),
        ("lock claimed", Act::LockClaimed { locked: true }),
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
        ("packet", heard(packet())),
        ("packet: damaged", heard(damaged(packet(), "body"))),
        ("send", Act::Send { stream: "audio".to_owned(), text: "words".to_owned() }),
        ("leave", Act::Leave {}),
        ("meeting ended", Act::MeetingEnded {}),
    ]
}

fn events(scene: &Scene) -> Vec<(&'static str, Event<Term>)> {
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

fn answer(outcome: &Result<Outcome, StepError>) -> String {
    match outcome {
        Ok(Outcome::Accepted) => "accept".to_owned(),
        Ok(Outcome::Pending(rule)) => format!("pending {}", rule.id()),
        Ok(Outcome::Left(rule)) => format!("leave {}", rule.id()),
        Err(StepError::Refused(reject)) => {
            let word = match reject.rule.reaction() {
                Reaction::Ignore => "ignore",
                Reaction::Reject | Reaction::Leave | Reaction::None => "reject",
            };
            format!("{word} {}", reject.rule.id())
        }
        Err(StepError::Misused(misuse)) => format!("misuse {misuse:?}"),
        Err(StepError::Undrawn(draw)) => format!("undrawn {draw}"),
    }
}

fn cell(room: &Room, party: &str, event: Option<&Event<Term>>) -> String {
    let Some(event) = event else { return "-".to_owned() };
    let actor = room.stage.actor(party).unwrap();
    let client = Client::new(&Terms, &actor.profile);
    let step = client.step(&actor.state, &Input::now(event.clone()));
    answer(&step.map(|step| step.outcome))
}

fn table(party: &str) -> String {
    let profiles = [Profile::zoom_2_3_1(), Profile::zoom_4_1(), Profile::hardened()];
    let rooms = profiles.map(|profile| (profile.id, scene(&profile)));
    let mut text = format!("{:42}", "");
    rooms.iter().for_each(|(id, _)| write!(text, "{id:22}").unwrap());
    let given: Vec<_> = rooms.iter().map(|(_, scene)| events(scene)).collect();
    for (name, _) in &given[2] {
        write!(text, "\n{name:42}").unwrap();
        for ((_, scene), given) in rooms.iter().zip(&given) {
            let event = given.iter().find(|(known, _)| known == name).map(|(_, event)| event);
            write!(text, "{:22}", cell(&scene.room, party, event)).unwrap();
        }
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn outside() {
    insta::assert_snapshot!(table(PHASES[0].1));
}

#[test]
fn leader() {
    insta::assert_snapshot!(table(PHASES[1].1));
}

#[test]
fn participant_without_a_leader() {
    insta::assert_snapshot!(table(PHASES[2].1));
}

#[test]
fn participant() {
    insta::assert_snapshot!(table(PHASES[3].1));
}

#[test]
fn left() {
    insta::assert_snapshot!(table(PHASES[4].1));
}

/// The kind of an event, by every variant there is.
fn kind(event: &Event<Term>) -> &'static str {
    match event {
        Event::Tick => "tick",
        Event::Join { .. } => "join",
        Event::LeaderNamed { .. } => "leader_named",
        Event::Admitted(_) => "admitted",
        Event::Departed { .. } => "departed",
        Event::Renamed { .. } => "renamed",
        Event::NonceArrived { .. } => "nonce_posted",
        Event::LinkArrived(_) => "link",
        Event::HeartbeatArrived(_) => "heartbeat",
        Event::LockRequested(_) => "lock_requested",
        Event::LockClaimed { .. } => "lock_claimed",
        Event::SetLock { .. } => "set_lock",
        Event::Kick { .. } => "kick",
        Event::KeyOffered { .. } => "sealed_key",
        Event::PacketArrived { .. } => "packet",
        Event::Malformed { .. } => "malformed",
        Event::Send { .. } => "send",
        Event::Leave => "leave",
        Event::MeetingEnded => "meeting_ended",
    }
}

#[test]
fn every_kind_of_event_is_in_the_tables() {
    let scene = scene(&Profile::hardened());
    let kinds: BTreeSet<_> = events(&scene).iter().map(|(_, event)| kind(event)).collect();
    assert_eq!(kinds.len(), 19, "{kinds:?}");
}

/// Whatever comes first, whatever comes second is answered, and a refusal leaves the state alone.
#[test]
fn two_events_in_a_row_in_every_phase_and_version() {
    for profile in Profile::all() {
        let scene = scene(&profile);
        let events = events(&scene);
        for (_, party) in PHASES {
            let actor = scene.room.stage.actor(party).unwrap();
            let client = Client::new(&Terms, &actor.profile);
            for (first, event) in &events {
                let before = actor.state.clone();
                let Ok(step) = client.step(&actor.state, &Input::now(event.clone())) else {
                    assert_eq!(actor.state, before, "{first}");
                    continue;
                };
                for (_, event) in &events {
                    let again = client.step(&step.next, &Input::now(event.clone()));
                    let shown = again.map(|step| client.seen(&step.next).is_some());
                    assert!(
                        shown.is_ok()
                            || shown.is_err_and(|it| !matches!(it, StepError::Undrawn(_)))
                    );
                }
            }
        }
    }
}
