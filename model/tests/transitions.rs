//! What every kind of message is answered with, and what it brings about, in every phase and version.
//!
//! A cell says `noted` where nothing is sent or shown but the client remembers something, and
//! `nothing` where not even that: for each of these a reason is given below, and none is missing.
//! Rows about time go to the first moment at which the client acts by itself, and to those after it.

mod common;

use std::{collections::BTreeSet, fmt::Write as _};

use common::Room;
use conclave_model::{
    algebra::{Term, Terms},
    client::{Client, State},
    machine::{Effect, Event, Input, Outcome, Step, StepError},
    message::{LockOperation, Role},
    script::{Act, Change, ForgedRequest, Handle, MessageKind, Recipe, ValueRecipe},
    stage::{Given, Sent},
};
use conclave_spec::{Profile, Rule, readings, rules::Reaction};

/// Who stands for a phase, and whether the meeting is locked.
struct Phase {
    party: &'static str,
    locked: bool,
}

const OUTSIDE: Phase = Phase { party: "dave", locked: false };
const LEADER: Phase = Phase { party: "alice", locked: false };
const UNLED: Phase = Phase { party: "carol", locked: false };
const PARTICIPANT: Phase = Phase { party: "bob", locked: false };
const LOCKED_LEADER: Phase = Phase { party: "alice", locked: true };
const LOCKED_PARTICIPANT: Phase = Phase { party: "bob", locked: true };
const LEFT: Phase = Phase { party: "mallory", locked: false };

/// The moments at which a client acts by itself.
const DUE: [&str; 4] =
    ["time: the first due", "time: the second", "time: the third", "time: the fourth"];

const PHASES: [Phase; 7] =
    [OUTSIDE, LEADER, UNLED, PARTICIPANT, LOCKED_LEADER, LOCKED_PARTICIPANT, LEFT];

/// A meeting with somebody in every phase. Bob lacks the newest links, heartbeats and keys.
struct Scene {
    room: Room,
    /// How many keys sealed to bob he was given.
    keys_given: u32,
}

fn scene(profile: &Profile, locked: bool) -> Scene {
    let parties = ["alice", "bob", "mallory", "eve", "frank", "carol"];
    let mut room = Room::seated(profile, &parties, "dave");
    room.run(30_000);
    room.act("mallory", Act::Leave {});
    room.act("alice", Act::Departed { seat: common::seat("mallory") });
    if locked {
        room.act("alice", Act::SetLock { locked });
    }
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

/// What a step sends and shows, in a few words.
fn done(effects: &[Effect<Term>]) -> String {
    let mut counts: Vec<(&str, u32)> = Vec::new();
    for effect in effects {
        let word = match effect {
            Effect::PostAnnouncement(_) => "announcement",
            Effect::PostNonce(_) => "nonce",
            Effect::PostLink(_) => "link",
            Effect::PostHeartbeat(_) => "heartbeat",
            Effect::PostSealedKey(_) => "key",
            Effect::PostLockRequest(_) => "request",
            Effect::Transmit { .. } => "packet",
            Effect::Render { .. } => "play",
            Effect::ShowSecurityCode(_) => "code",
            Effect::ShowLeaderChanged { .. } => "notice",
            Effect::ShowUnlockWarning => "warning",
            Effect::ShowLeft => "goodbye",
        };
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let counted = |(word, count): &(&str, u32)| match count {
        1 => (*word).to_owned(),
        _ => format!("{word} x{count}"),
    };
    counts.iter().map(counted).collect::<Vec<_>>().join(" ")
}

fn cell(room: &Room, party: &str, event: Option<&Event<Term>>) -> String {
    let Some(event) = event else { return "-".to_owned() };
    let actor = room.stage.actor(party).unwrap();
    let client = Client::new(&Terms, &actor.profile);
    told(&actor.state, client.step(&actor.state, &Input::now(event.clone())))
}

/// What becomes of a step, in a few words.
fn told(before: &State<Term>, step: Result<Step<State<Term>, Effect<Term>>, StepError>) -> String {
    let step = match step {
        Ok(step) => step,
        Err(error) => return answer(&Err(error)),
    };
    let done = match step.effects.as_slice() {
        [] if step.next == *before => "nothing".to_owned(),
        [] => "noted".to_owned(),
        effects => done(effects),
    };
    match answer(&Ok(step.outcome)) {
        outcome if outcome == "accept" => done,
        outcome => format!("{outcome}: {done}"),
    }
}

/// What the client does by itself at each of the next moments at which it does anything.
fn due(room: &Room, party: &str) -> [String; DUE.len()] {
    let actor = room.stage.actor(party).unwrap();
    let client = Client::new(&Terms, &actor.profile);
    let mut state = Some(actor.state.clone());
    DUE.map(|_| {
        let Some(before) = state.take() else { return "-".to_owned() };
        let Some(elapsed_ms) = client.deadline_ms(&before) else { return "-".to_owned() };
        let step = client.step(&before, &Input::after(elapsed_ms));
        state = step.as_ref().ok().map(|step| step.next.clone());
        format!("{elapsed_ms} ms: {}", told(&before, step))
    })
}

/// A row of a table: what is tried, and the cell in each profile.
type Row = (&'static str, Vec<String>);

fn rows(phase: &Phase) -> (Vec<&'static str>, Vec<Row>) {
    let mut profiles = Profile::all();
    profiles.retain(|profile| !phase.locked || profile.rules.contains(Rule::LockListed));
    let scenes = profiles.iter().map(|profile| scene(profile, phase.locked)).collect::<Vec<_>>();
    let given: Vec<_> = scenes.iter().map(events).collect();
    let names = given.last().into_iter().flatten().map(|(name, _)| *name);
    let rows = names.map(|name| {
        let cells = scenes.iter().zip(&given).map(|(scene, given)| {
            let event = given.iter().find(|(known, _)| *known == name).map(|(_, event)| event);
            cell(&scene.room, phase.party, event)
        });
        (name, cells.collect())
    });
    let moments: Vec<_> = scenes.iter().map(|scene| due(&scene.room, phase.party)).collect();
    let due = DUE.iter().enumerate().map(|(at, name)| {
        (*name, moments.iter().map(|cells| cells[at].clone()).collect::<Vec<_>>())
    });
    (profiles.iter().map(|profile| profile.id).collect(), rows.chain(due).collect())
}

/// Versions that answer alike share a column.
fn table(phase: &Phase) -> String {
    let (profiles, rows) = rows(phase);
    let column = |at: usize| rows.iter().map(|(_, cells)| cells[at].clone()).collect::<Vec<_>>();
    let mut columns: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    for (at, profile) in profiles.iter().enumerate() {
        let cells = column(at);
        match columns.iter_mut().find(|(_, known)| *known == cells) {
            Some((alike, _)) => alike.push(profile),
            None => columns.push((vec![profile], cells)),
        }
    }
    let mut text = String::new();
    for (letter, (alike, _)) in ('A'..).zip(&columns) {
        writeln!(text, "{letter}: {}", alike.join(", ")).unwrap();
    }
    let width = |cells: &[String]| cells.iter().map(String::len).max().unwrap_or(0) + 2;
    write!(text, "\n{:42}", "").unwrap();
    for (letter, (_, cells)) in ('A'..).zip(&columns) {
        write!(text, "{letter:<width$}", width = width(cells)).unwrap();
    }
    for (row, (name, _)) in rows.iter().enumerate() {
        write!(text, "\n{name:42}").unwrap();
        for (_, cells) in &columns {
            write!(text, "{:width$}", cells[row], width = width(cells)).unwrap();
        }
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn outside() {
    insta::assert_snapshot!(table(&OUTSIDE));
}

#[test]
fn leader() {
    insta::assert_snapshot!(table(&LEADER));
}

#[test]
fn participant_without_a_leader() {
    insta::assert_snapshot!(table(&UNLED));
}

#[test]
fn participant() {
    insta::assert_snapshot!(table(&PARTICIPANT));
}

#[test]
fn locked_leader() {
    insta::assert_snapshot!(table(&LOCKED_LEADER));
}

#[test]
fn locked_participant() {
    insta::assert_snapshot!(table(&LOCKED_PARTICIPANT));
}

#[test]
fn left() {
    insta::assert_snapshot!(table(&LEFT));
}

/// Why nothing comes of something that is accepted: what is tried, the rule or reading that says so
/// or an input that is none, and the reason.
const NOTHING: &[(&str, &str, &str)] = &[
    ("time passes", "", "no time has passed, so nothing is due"),
    ("leader named: alice", "ELE-02", "the leader there is: no change"),
    ("admitted: carol", "MEM-17", "Carol herself, to whom the board says nothing about her"),
    ("admitted: carol, signature damaged", "MEM-17", "as above; nobody looks at it"),
    ("admitted: carol, key exchanged", "MEM-17", "as above"),
    ("admitted: carol, key of small order", "MEM-17", "as above"),
    ("admitted: bob, who is present", "MEM-11", "on the list already, or Bob himself"),
    ("departed: bob", "R-83", "Bob himself, or somebody who is not on the board"),
    ("departed: nobody", "R-83", "somebody who is not on the board, nor on the list"),
    ("nonce posted", "LIV-04", "the newest there is already"),
    ("lock claimed", "LCK-05", "the server's word about the lock"),
];

/// What is remembered where nothing is sent or shown, likewise.
const NOTED: &[(&str, &str, &str)] = &[
    ("admitted: carol", "R-83", "kept for a member that comes to lead"),
    ("admitted: carol, signature damaged", "R-83", "as above; verified when it leads"),
    ("admitted: carol, key exchanged", "R-83", "as above"),
    ("admitted: carol, key of small order", "R-83", "as above"),
    ("admitted: bob, who is present", "R-83", "kept by who is told of Bob for the first time"),
    ("admitted: mallory, who has left", "R-83", "kept, although the list says otherwise"),
    ("renamed: bob", "R-85", "the server's name for him, shown where the list has none"),
    ("renamed: nobody", "R-85", "a name for somebody who may come"),
    ("nonce posted", "LIV-04", "kept for a member that comes to lead"),
    ("link: the next", "MEM-21", "it waits for its heartbeat"),
    ("heartbeat: the next", "HBT-13", "the chain and the time of silence go on"),
    ("sealed key: the next", "ROT-18", "held, and used when its wait is over"),
    ("sealed key: the one held", "ROT-38", "without a number, it waits to be called for"),
    ("time: the first due", "ROT-19", "the wait of a key is over: packets go under it"),
    ("time: the fourth", "ROT-19", "as above, for the next key"),
];

#[test]
fn nothing_happens_without_a_reason() {
    for (word, reasons) in [("nothing", NOTHING), ("noted", NOTED)] {
        let rows = PHASES.iter().flat_map(|phase| rows(phase).1);
        let said = |cells: &[String]| cells.iter().any(|cell| cell.ends_with(word));
        let found: BTreeSet<_> =
            rows.filter(|(_, cells)| said(cells)).map(|(name, _)| name).collect();
        assert_eq!(found, reasons.iter().map(|(name, ..)| *name).collect(), "{word}");
        for (name, id, _) in reasons {
            let known = Rule::by_id(id).is_some() || readings::by_id(id).is_some();
            assert!(known || id.is_empty(), "{name}: {id}");
        }
    }
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
    let scene = scene(&Profile::hardened(), false);
    let kinds: BTreeSet<_> = events(&scene).iter().map(|(_, event)| kind(event)).collect();
    assert_eq!(kinds.len(), 19, "{kinds:?}");
}

/// Whatever comes first, whatever comes second is answered. (That a refusal leaves the state alone
/// needs no test: a step is given the state to look at.)
#[test]
fn two_events_in_a_row_in_every_phase_and_version() {
    let mut answered = 0;
    for profile in Profile::all() {
        for phase in
            PHASES.iter().filter(|it| !it.locked || profile.rules.contains(Rule::LockListed))
        {
            let scene = scene(&profile, phase.locked);
            let events = events(&scene);
            let actor = scene.room.stage.actor(phase.party).unwrap();
            let client = Client::new(&Terms, &actor.profile);
            for (_, event) in &events {
                let Ok(step) = client.step(&actor.state, &Input::now(event.clone())) else {
                    continue;
                };
                for (name, event) in &events {
                    let again = client.step(&step.next, &Input::now(event.clone()));
                    assert!(!matches!(again, Err(StepError::Undrawn(_))), "{name}: {again:?}");
                    answered += 1;
                }
            }
        }
    }
    assert!(answered > 20_000, "{answered}");
}
