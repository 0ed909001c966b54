//! A world as the page shows it.

use std::collections::BTreeSet;

use conclave_model::{
    Algebra as _, Client,
    algebra::{Term, TermKind, Terms},
    client::{HeldKey, Phase, Seen, State},
    explore::judged,
    ladder::ladder,
    message::Seat,
    stage::StageError,
    world::{Digest, Name, PathError, Rig, SPY, World},
};
use conclave_spec::{Rule, RuleSet};
use serde::Serialize;

use super::{Site, path::Walk};

/// A world, how it was reached and what can happen next.
#[derive(Serialize)]
pub(super) struct Situation {
    setting: Setting,
    /// Tells this world from every other.
    id: String,
    now_ms: u64,
    path: Vec<usize>,
    taken: Vec<String>,
    moves: Vec<Possible>,
    parties: Vec<Party>,
    packets: Vec<Said>,
    ways: Vec<Kept>,
    budgets: Vec<Budget>,
    goals: Vec<Judgement>,
    ladder: String,
}

/// What is browsed.
#[derive(Serialize)]
struct Setting {
    profile: &'static str,
    /// Rules that are taken away.
    without: Vec<&'static str>,
    slice: &'static str,
    about: &'static str,
    powers: Vec<String>,
    customized: Option<&'static str>,
    spy: &'static str,
    states_max: usize,
}

/// A move.
#[derive(Serialize)]
struct Possible {
    what: String,
    /// The world it leads to; none where it changes nothing.
    leads_to: Option<String>,
    /// The goals that hold here and not there.
    breaks: Vec<&'static str>,
}

/// Somebody in the world.
#[derive(Serialize)]
struct Party {
    name: &'static str,
    honest: bool,
    presence: &'static str,
    /// The version its client follows, where that is another.
    outdated: Option<&'static str>,
    /// Whether the insider has read its memory.
    opened: bool,
    /// Whether it takes itself for the leader.
    leads: bool,
    /// What its user sees, in the meeting.
    screen: Option<Screen>,
    /// The keys it holds, oldest first; of the spy, what she knows of the keys in the meeting.
    keys: Vec<Key>,
    /// The version of its list.
    list: Option<u32>,
}

/// What a user sees.
#[derive(Serialize)]
struct Screen {
    leader: Option<String>,
    /// Whose security code is shown.
    code_of: Option<String>,
    roster: Vec<Line>,
    locked: bool,
    post_quantum: bool,
    sends_under: Option<u32>,
}

/// A line of a roster.
#[derive(Serialize)]
struct Line {
    name: String,
    here: bool,
    leaves: Option<u32>,
    /// The device, where it is not that of the party with this name.
    seat: Option<String>,
}

/// A meeting key somebody holds.
#[derive(Serialize)]
struct Key {
    number: u32,
    /// Which key it is: equal names are equal keys.
    name: String,
    used: bool,
    wait_ms: u32,
    erase_in_ms: Option<u32>,
}

/// A packet an honest party sent.
#[derive(Serialize)]
struct Said {
    by: String,
    words: String,
    key_number: u32,
    key: String,
    /// Whether the spy could open it when it was sent, and can by now.
    open_then: bool,
    open_now: bool,
}

/// The way from the server to a party.
#[derive(Serialize)]
struct Kept {
    to: &'static str,
    follows: Option<&'static str>,
    /// What is kept back, oldest first, by channel.
    waiting: Vec<Channel>,
    /// Kept so many pieces of a channel behind.
    trail: Option<String>,
    /// What it was given and may be given again.
    had: Vec<String>,
}

/// What of a channel is kept back.
#[derive(Serialize)]
struct Channel {
    channel: &'static str,
    news: Vec<String>,
}

/// How often something may still happen.
#[derive(Serialize)]
struct Budget {
    what: &'static str,
    left: u8,
    of: u8,
}

/// A goal here.
#[derive(Serialize)]
struct Judgement {
    id: &'static str,
    statement: &'static str,
    premise: &'static str,
    promised: bool,
    holds: bool,
    tested: bool,
}

/// The world at the end of a walk.
pub(super) fn state(site: &Site, walk: &Walk) -> Result<Situation, PathError> {
    let (rig, world) = (&site.rig, &walk.world);
    let script = rig.script(&walk.moves)?;
    Ok(Situation {
        setting: setting(site),
        id: id(world.digest()),
        now_ms: world.now_ms(),
        path: walk.numbers.clone(),
        taken: walk.moves.iter().map(ToString::to_string).collect(),
        moves: moves(rig, world),
        parties: parties(rig, world)?,
        packets: packets(world),
        ways: ways(world),
        budgets: budgets(rig, world),
        goals: goals(rig, world),
        ladder: ladder(&script, &rig.profile)?,
    })
}

fn setting(site: &Site) -> Setting {
    let slice = &site.rig.slice;
    let without = site.without.map(|rule| rule.with_dependents());
    Setting {
        profile: site.profile.id,
        without: without.iter().flat_map(|rules| rules.iter()).map(|rule| rule.id()).collect(),
        slice: slice.name,
        about: slice.about,
        powers: slice.powers.iter().map(ToString::to_string).collect(),
        customized: slice.preset.word(),
        spy: SPY,
        states_max: site.states_max,
    }
}

fn id(digest: Digest) -> String {
    format!("{digest:032x}")
}

fn moves(rig: &Rig, world: &World) -> Vec<Possible> {
    let here = judged(rig, world);
    let moves = rig.moves(world).into_iter().map(|action| {
        let after = rig.after(world, action);
        let there = after.as_ref().map(|after| judged(rig, after)).unwrap_or_default();
        let pairs = here.iter().zip(&there).filter(|(here, there)| here.holds && !there.holds);
        Possible {
            what: action.to_string(),
            leads_to: after.as_ref().map(|after| id(after.digest())),
            breaks: pairs.map(|(here, _)| here.goal.id()).collect(),
        }
    });
    moves.collect()
}

fn parties(rig: &Rig, world: &World) -> Result<Vec<Party>, StageError> {
    let names = rig.slice.honest.iter().copied().chain([SPY]);
    names.map(|name| party(rig, world, name)).collect()
}

fn party(rig: &Rig, world: &World, name: Name) -> Result<Party, StageError> {
    let actor = world.stage.actor(name)?;
    let honest = name != SPY;
    // The server tells her nothing unless she may come to lead.
    let told = honest || rig.slice.successors.contains(&SPY) && world.is_present(SPY);
    let client = Client::new(&Terms, &actor.profile);
    let seen = client.seen(&actor.state).filter(|_| told);
    let joined = world.joined(name).filter(|_| told);
    let number = seen.as_ref().and_then(|seen| seen.sends_under);
    let ring = joined.map_or(&[][..], |joined| &joined.ring);
    let used = used(ring, number, actor.profile.rules.contains(Rule::UseNewestKey));
    let held = ring.iter().enumerate().map(|(at, key)| Key {
        number: key.mk_seq,
        name: key.meeting_key.to_string(),
        used: used == Some(at),
        wait_ms: key.use_in_ms,
        erase_in_ms: key.erase_in_ms,
    });
    Ok(Party {
        name,
        honest,
        presence: presence(world, name, &actor.state),
        outdated: rig.slice.outdated.contains(&name).then_some(actor.profile.id),
        opened: world.ledger.opened.contains(name),
        leads: seen.is_some() && world.leads(name),
        list: joined.map(|joined| joined.list.v),
        screen: seen.map(|seen| screen(rig, world, &seen)),
        keys: if honest { held.collect() } else { known_keys(world) },
    })
}

/// Which key of this number is in use: a client that lacks rules may hold several.
fn used(ring: &[HeldKey<Term>], number: Option<u32>, newest: bool) -> Option<usize> {
    let ready = |key: &HeldKey<Term>| Some(key.mk_seq) == number && key.use_in_ms == 0;
    if newest { ring.iter().rposition(ready) } else { ring.iter().position(ready) }
}

/// The keys of honest clients that the spy knows.
fn known_keys(world: &World) -> Vec<Key> {
    let knowledge = world.knowledge();
    let joined = world.honest().filter_map(|state| match &state.phase {
        Phase::Joined(joined) => Some(joined),
        Phase::Outside | Phase::Left => None,
    });
    let known = joined.flat_map(|it| &it.ring).filter(|key| knowledge.knows(&key.meeting_key));
    let known: BTreeSet<_> = known.map(|key| (key.mk_seq, key.meeting_key.to_string())).collect();
    let key = |(number, name)| Key { number, name, used: false, wait_ms: 0, erase_in_ms: None };
    known.into_iter().map(key).collect()
}

fn presence(world: &World, name: Name, state: &State<Term>) -> &'static str {
    match &state.phase {
        Phase::Outside => "not in the meeting yet",
        // She says nothing when she leaves, and her client keeps what it has.
        Phase::Joined(_) if name == SPY && !world.is_present(SPY) => "gone, keeps her secrets",
        Phase::Joined(_) => "in the meeting",
        Phase::Left => "has left",
    }
}

fn screen(rig: &Rig, world: &World, seen: &Seen<Term>) -> Screen {
    let whose = |code: &Term| {
        let actors = world.stage.actors();
        let is = |ivk| Terms.security_code(RuleSet::all(), ivk) == *code;
        let mut owners = actors.filter(|(_, actor)| is(&actor.state.ivk));
        owners.next().map_or_else(|| code.to_string(), |(party, _)| party.to_owned())
    };
    let lines = seen.roster.iter().map(|line| Line {
        name: line.name.clone(),
        here: line.here,
        leaves: line.leaves,
        seat: (rig.slice.seat(&line.name) != line.seat).then(|| seat(&line.seat)),
    });
    Screen {
        leader: seen.leader.clone(),
        code_of: seen.security_code.as_ref().map(whose),
        roster: lines.collect(),
        locked: seen.locked,
        post_quantum: seen.post_quantum,
        sends_under: seen.sends_under,
    }
}

fn seat(seat: &Seat) -> String {
    format!("{} on {}", seat.user_id, seat.hardware_id)
}

fn packets(world: &World) -> Vec<Said> {
    let knowledge = world.knowledge();
    let words = |term: &Term| {
        let TermKind::Literal(bytes) = term.kind() else { return term.to_string() };
        String::from_utf8_lossy(bytes).into_owned()
    };
    let packets = world.ledger.frames.iter().map(|frame| Said {
        by: frame.sender.clone(),
        words: words(&frame.plaintext),
        key_number: frame.packet.mk_seq,
        key: frame.meeting_key.to_string(),
        open_then: frame.exposed,
        open_now: knowledge.knows(&frame.plaintext),
    });
    packets.collect()
}

fn ways(world: &World) -> Vec<Kept> {
    let present = world.ways.iter().filter(|(_, way)| way.present);
    let ways = present.map(|(to, way)| {
        let waiting = way.waiting.iter().filter(|(_, news)| !news.is_empty());
        let waiting = waiting.map(|(channel, news)| Channel {
            channel: channel.word(),
            news: news.iter().map(ToString::to_string).collect(),
        });
        Kept {
            to,
            follows: way.follows,
            waiting: waiting.collect(),
            trail: way.trail.map(|(channel, by)| format!("{} late by {by}", channel.word())),
            had: way.had.iter().map(ToString::to_string).collect(),
        }
    });
    ways.collect()
}

fn budgets(rig: &Rig, world: &World) -> Vec<Budget> {
    let (left, whole) = (world.left.counts(), rig.slice.budgets.counts());
    let pairs = left.into_iter().zip(whole).filter(|(_, (of, _))| *of > 0);
    pairs.map(|((left, what), (of, _))| Budget { what, left, of }).collect()
}

fn goals(rig: &Rig, world: &World) -> Vec<Judgement> {
    let goals = judged(rig, world).into_iter().map(|judged| Judgement {
        id: judged.goal.id(),
        statement: judged.goal.statement(),
        premise: judged.goal.premise(),
        promised: judged.goal.is_promised(),
        holds: judged.holds,
        tested: judged.tested,
    });
    goals.collect()
}
