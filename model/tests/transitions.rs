//! What every kind of message is answered with, and what it brings about, in every phase and version.
//!
//! A cell says `noted` where nothing is sent or shown but the client remembers something, and
//! `nothing` where not even that: for each of these, in each phase, a reason is given in
//! `transitions/reasons.rs`, and none is missing. Rows about time go to the first moment at which the
//! client acts by itself, and to those after it.

mod common;
#[path = "transitions/reasons.rs"]
mod reasons;
#[path = "transitions/tried.rs"]
mod tried;

use std::{collections::BTreeSet, fmt::Write as _};

use common::Room;
use conclave_model::{
    algebra::{Term, Terms},
    client::{Client, State},
    machine::{Effect, Event, Input, Outcome, Step, StepError},
};
use conclave_spec::{Profile, Rule, readings, rules::Reaction};
use reasons::{NOTED, NOTHING, Reason};
use tried::{DUE, PHASES, Phase, events, scene};

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
    let scenes = profiles.iter().map(|profile| scene(profile, phase)).collect::<Vec<_>>();
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
    insta::assert_snapshot!(table(&tried::OUTSIDE));
}

#[test]
fn leader() {
    insta::assert_snapshot!(table(&tried::LEADER));
}

#[test]
fn successor() {
    insta::assert_snapshot!(table(&tried::SUCCESSOR));
}

#[test]
fn stepped_down() {
    insta::assert_snapshot!(table(&tried::STEPPED_DOWN));
}

#[test]
fn participant_without_a_leader() {
    insta::assert_snapshot!(table(&tried::PARTICIPANT_WITHOUT_A_LEADER));
}

#[test]
fn participant_before_a_heartbeat() {
    insta::assert_snapshot!(table(&tried::PARTICIPANT_BEFORE_A_HEARTBEAT));
}

#[test]
fn participant() {
    insta::assert_snapshot!(table(&tried::PARTICIPANT));
}

#[test]
fn participant_of_a_new_leader() {
    insta::assert_snapshot!(table(&tried::PARTICIPANT_OF_A_NEW_LEADER));
}

#[test]
fn locked_leader() {
    insta::assert_snapshot!(table(&tried::LOCKED_LEADER));
}

#[test]
fn locked_participant() {
    insta::assert_snapshot!(table(&tried::LOCKED_PARTICIPANT));
}

#[test]
fn left() {
    insta::assert_snapshot!(table(&tried::LEFT));
}

#[test]
fn nothing_happens_without_a_reason() {
    for (word, reasons) in [("nothing", NOTHING), ("noted", NOTED)] {
        let said = |cells: &[String]| cells.iter().any(|cell| cell.ends_with(word));
        let silent = |phase: &Phase| {
            let rows = rows(phase).1.into_iter().filter(|(_, cells)| said(cells));
            rows.map(|(name, _)| (phase.name, name)).collect::<Vec<_>>()
        };
        let found: BTreeSet<_> = PHASES.iter().flat_map(silent).collect();
        let given = |reason: &Reason| {
            let of = reason.of;
            reason.phases.iter().map(move |phase| (*phase, of))
        };
        let given: Vec<_> = reasons.iter().flat_map(given).collect();
        assert_eq!(given.len(), given.iter().collect::<BTreeSet<_>>().len(), "one reason each");
        let given: BTreeSet<_> = given.into_iter().collect();
        let missing: Vec<_> = found.difference(&given).collect();
        let idle: Vec<_> = given.difference(&found).collect();
        assert!(
            missing.is_empty() && idle.is_empty(),
            "{word}: missing {missing:#?}, idle {idle:#?}"
        );
        for Reason { of, id, why, .. } in reasons {
            let known = Rule::by_id(id).is_some() || readings::by_id(id).is_some();
            assert!((known || id.is_empty()) && !why.is_empty(), "{of}: {id}");
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
        Event::RoomClaimed { .. } => "room_claimed",
        Event::SetLock { .. } => "set_lock",
        Event::Kick { .. } => "kick",
        Event::KeyOffered { .. } => "sealed_key",
        Event::PacketArrived { .. } => "packet",
        Event::Malformed { .. } => "malformed",
        Event::Send { .. } => "send",
        Event::StepOut => "step_out",
        Event::Leave => "leave",
        Event::MeetingEnded => "meeting_ended",
    }
}

#[test]
fn every_kind_of_event_is_in_the_tables() {
    let scene = scene(&Profile::hardened(), &tried::LEADER);
    let kinds: BTreeSet<_> = events(&scene).iter().map(|(_, event)| kind(event)).collect();
    assert_eq!(kinds.len(), 21, "{kinds:?}");
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
            let scene = scene(&profile, phase);
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
