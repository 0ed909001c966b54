//! A world as the Promela model sees it. What both have is compared; what Promela leaves out has to
//! follow from it, or never matter: the test sees to that.

use std::collections::BTreeMap;

use conclave_model::{
    Algebra as _,
    algebra::{Side, Term, TermKind, Terms},
    client::{
        Joined, Phase, RoleState, announcement_record, heartbeat_message, heartbeat_record,
        link_hash,
    },
    message::{Heartbeat, Operation},
    stage::Sent,
    world::{Budgets, Notice, World, meeting},
};

const PARTIES: [&str; 3] = ["alice", "bob", "carol"];

/// The number of the newest key when the slice begins.
const FIRST_MK: u32 = 3;

/// The operations since the list with which the slice begins.
type List = Vec<&'static str>;

/// A heartbeat: by whom, and which of theirs since the slice begins.
type Beat = (String, usize);

/// What Promela has as its state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Situation {
    parties: Vec<Seen>,
    boards: Vec<(String, Vec<Post>)>,
    changes: u8,
    locks: u8,
}

/// What a party knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    leads: bool,
    leader: Option<String>,
    changed: bool,
    list: List,
    ahead: Vec<List>,
    t: u32,
    mk_seq: u32,
    beat: Beat,
    ring: Vec<(u32, String)>,
    taken: Vec<Beat>,
    /// The sealed keys that wait for it, by whom and which of theirs to it.
    early: Vec<(String, u32)>,
}

/// What a leader posted: a link with its heartbeat.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Post {
    list: List,
    t: u32,
    mk_seq: u32,
    prev: Option<Beat>,
}

/// What hashes stand for.
#[derive(Default)]
struct Names {
    lists: BTreeMap<Term, List>,
    beats: BTreeMap<Term, Beat>,
    boards: BTreeMap<String, Vec<Post>>,
}

/// A world as a situation.
pub(crate) fn project(world: &World) -> Situation {
    assert_eq!(world.now_ms(), 0, "Promela knows no time");
    let names = names(world);
    let Budgets { changes, locks, .. } = world.left;
    Situation {
        parties: PARTIES.iter().map(|party| seen(world, party, &names)).collect(),
        boards: names.boards.into_iter().collect(),
        changes,
        locks,
    }
}

fn names(world: &World) -> Names {
    let mut names = Names::default();
    for (by, message) in world.stage.sent() {
        match message {
            Sent::Link(link) => {
                let list = match names.lists.get(&link.prev) {
                    _ if link.v < FIRST_MK => continue,
                    None => List::new(),
                    Some(list) => [list.as_slice(), &[word(&link.operation)]].concat(),
                };
                let rules = world.stage.actor(by).expect("an author").profile.rules;
                names.lists.insert(link_hash(&Terms, rules, link), list);
            }
            Sent::Heartbeat(heartbeat) if heartbeat.v >= FIRST_MK => {
                let post = Post {
                    list: names.lists[&heartbeat.list_hash].clone(),
                    t: heartbeat.t,
                    mk_seq: heartbeat.mk_seq,
                    prev: names.beats.get(&heartbeat.prev).cloned(),
                };
                let board = names.boards.entry(by.clone()).or_default();
                let known =
                    names.beats.insert(hash(world, by, heartbeat), (by.clone(), board.len()));
                assert_eq!(known, None, "two heartbeats with one hash");
                board.push(post);
            }
            Sent::Heartbeat(_)
            | Sent::Announcement(_)
            | Sent::SealedKey(_)
            | Sent::Packet(_)
            | Sent::Nonce(_)
            | Sent::LockRequest(_) => {}
        }
    }
    names
}

fn word(operation: &Operation<Term>) -> &'static str {
    match operation {
        Operation::Snapshot { .. } | Operation::Lock | Operation::Unlock => operation.word(),
        Operation::Add { .. }
        | Operation::Left { .. }
        | Operation::Kicked { .. }
        | Operation::Rename { .. } => panic!("{} in a slice without it", operation.word()),
    }
}

fn hash(world: &World, by: &str, heartbeat: &Heartbeat<Term>) -> Term {
    let actor = world.stage.actor(by).expect("an author");
    let side = Side { ivk: actor.state.ivk.clone(), pk: joined(world, by).ephemeral.pk.clone() };
    let record = announcement_record(&meeting(), &actor.state.seat, &side);
    let binding = Terms.message(actor.profile.rules, &record);
    heartbeat_message(&Terms, &actor.profile, &heartbeat_record(binding, heartbeat)).1
}

fn joined<'w>(world: &'w World, party: &str) -> &'w Joined<Term> {
    match &world.state(party).expect("a party").phase {
        Phase::Joined(joined) => joined,
        Phase::Outside | Phase::Left => panic!("{party} is not in the meeting"),
    }
}

fn seen(world: &World, party: &str, names: &Names) -> Seen {
    let joined = joined(world, party);
    let (leads, leader, changed, ahead) = match &joined.role {
        RoleState::Leader(_) => (true, None, false, Vec::new()),
        RoleState::Participant(it) => {
            let ahead = it.ahead.iter().map(|ahead| names.lists[&ahead.list.head].clone());
            let leader = it.leader.as_ref().map(|leader| leader.seat.user_id.clone());
            (false, leader, it.changed, ahead.collect())
        }
    };
    let ring = joined.ring.iter().filter(|key| key.mk_seq > FIRST_MK);
    let ring = ring.map(|key| (key.mk_seq, maker(&key.meeting_key)));
    // What came before the slice everybody has in common.
    let taken = world.ledger.taken.get(party).into_iter().flatten();
    let taken = taken.filter_map(|taken| names.beats.get(&taken.hash).cloned());
    let chain = &joined.chain;
    Seen {
        leads,
        leader,
        changed,
        list: names.lists[&joined.list.head].clone(),
        ahead,
        t: chain.t,
        mk_seq: chain.mk_seq,
        beat: names.beats[&chain.hash].clone(),
        ring: ring.collect(),
        taken: taken.collect(),
        early: early(world, party),
    }
}

fn early(world: &World, party: &str) -> Vec<(String, u32)> {
    let waiting = world.ways.get(party).map(|way| way.early.as_slice()).unwrap_or_default();
    let keys = waiting.iter().map(|(by, notice)| {
        let Notice::SealedKey(_, nth) = notice else {
            panic!("{notice} waits for a leader to be named")
        };
        ((*by).to_owned(), *nth)
    });
    keys.collect()
}

fn maker(meeting_key: &Term) -> String {
    let TermKind::Name(draw) = meeting_key.kind() else {
        panic!("a meeting key nobody drew: {meeting_key:?}")
    };
    draw.party.clone()
}
