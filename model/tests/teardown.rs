//! What a client still holds after leaving, by every way out: together with everything that was
//! ever public it must open nothing of the meeting.

mod common;

use std::collections::BTreeSet;

use common::Room;
use conclave_model::{
    algebra::{Algebra as _, StreamName, Term, TermKind, Terms},
    client::{Away, Joined, Kept, Phase, State},
    knowledge::Knowledge,
    script::{Act, MessageKind},
};
use conclave_spec::{BoxSuite, Profile, Rule};

/// A way out of a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Leave,
    MeetingEnded,
    Silence,
    UnknownLeaderOfALockedMeeting,
    Kicked,
    LeaderLeaves,
    LeaderStepsDownAndLeaves,
    LastKeyErased,
    StepsOut,
    LeaderStepsOut,
}

const WAYS: [Way; 10] = [
    Way::Leave,
    Way::MeetingEnded,
    Way::Silence,
    Way::UnknownLeaderOfALockedMeeting,
    Way::Kicked,
    Way::LeaderLeaves,
    Way::LeaderStepsDownAndLeaves,
    Way::LastKeyErased,
    Way::StepsOut,
    Way::LeaderStepsOut,
];

impl Way {
    /// The rule this way needs.
    fn rule(self) -> Option<Rule> {
        match self {
            Self::Silence => Some(Rule::LeaveOnSilence),
            Self::UnknownLeaderOfALockedMeeting => Some(Rule::LockedLeaderKnown),
            Self::Kicked => Some(Rule::KickedLeaves),
            Self::LastKeyErased => Some(Rule::LeaveWithoutKey),
            Self::StepsOut | Self::LeaderStepsOut => Some(Rule::InRoomShown),
            Self::Leave
            | Self::MeetingEnded
            | Self::LeaderLeaves
            | Self::LeaderStepsDownAndLeaves => None,
        }
    }

    /// Who leaves.
    fn party(self) -> &'static str {
        match self {
            Self::LeaderLeaves | Self::LeaderStepsDownAndLeaves | Self::LeaderStepsOut => "alice",
            Self::Leave
            | Self::MeetingEnded
            | Self::Silence
            | Self::UnknownLeaderOfALockedMeeting
            | Self::Kicked
            | Self::StepsOut
            | Self::LastKeyErased => "bob",
        }
    }

    fn go(self, room: &mut Room) {
        match self {
            Self::Leave => room.act("bob", Act::Leave {}),
            Self::MeetingEnded => room.act("bob", Act::MeetingEnded {}),
            Self::Silence => room.act("bob", Act::Advance { to_ms: 1_000_000 }),
            Self::UnknownLeaderOfALockedMeeting => {
                room.act("alice", Act::SetLock { locked: true });
                room.settle();
                room.name_leader("bob", "eve");
            }
            Self::Kicked => {
                room.act("alice", Act::Kick { seat: common::seat("bob") });
                room.settle();
            }
            Self::StepsOut => room.act("bob", Act::StepOut {}),
            Self::LeaderStepsOut => room.act("alice", Act::StepOut {}),
            Self::LeaderLeaves => room.act("alice", Act::Leave {}),
            Self::LeaderStepsDownAndLeaves => {
                room.name_leader("mallory", "mallory");
                room.name_leader("alice", "mallory");
                room.settle();
                room.act("alice", Act::Leave {});
            }
            Self::LastKeyErased => {
                room.act("alice", Act::Departed { seat: common::seat("mallory") });
                let link = room.newest("alice", MessageKind::Link, 0);
                room.act("bob", Act::Link { link });
                let heartbeat = room.newest("alice", MessageKind::Heartbeat, 0);
                room.act("bob", Act::Heartbeat { heartbeat });
                room.act("bob", Act::Advance { to_ms: 75_000 });
            }
        }
    }
}

/// Everything secret in a meeting, as one party held it at some time.
#[derive(Clone, Debug, Default)]
struct Secrets {
    meeting_keys: BTreeSet<Term>,
    stream_keys: BTreeSet<Term>,
    ephemerals: BTreeSet<Term>,
    words: BTreeSet<Term>,
}

impl Secrets {
    fn note(&mut self, room: &Room, party: &str) {
        let actor = room.stage.actor(party).unwrap();
        let Phase::Joined(joined) = &actor.state.phase else { return };
        let Joined { ring, ephemeral, meeting, .. } = &**joined;
        self.ephemerals.insert(ephemeral.secret.agreement.clone());
        self.ephemerals.extend(ephemeral.secret.kem.clone());
        for key in ring {
            self.meeting_keys.insert(key.meeting_key.clone());
            for sender in ["alice", "bob", "mallory"].map(common::seat) {
                let name = StreamName { meeting, sender: &sender, stream: "audio" };
                let rules = actor.profile.rules;
                self.stream_keys.insert(Terms.stream_key(rules, &key.meeting_key, name));
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &Term> {
        let keys = self.meeting_keys.iter().chain(&self.stream_keys);
        keys.chain(&self.ephemerals).chain(&self.words)
    }

    fn known(&self, knowledge: &Knowledge) -> Vec<String> {
        self.all().filter(|term| knowledge.knows(term)).map(ToString::to_string).collect()
    }
}

/// Every value in a state outside a meeting. Names every field, so that a new one is not forgotten.
fn values_left(state: &State<Term>) -> Vec<Term> {
    let State {
        party: _,
        seat: _,
        identity,
        ivk,
        drawn: _,
        clock_ms: _,
        counters: _,
        phase,
        away,
        kept,
    } = state;
    assert!(matches!(phase, Phase::Left), "{phase:?}");
    let Kept { keys, ephemerals } = kept;
    let mut values = vec![identity.clone(), ivk.clone()];
    values.extend(away.iter().flat_map(|away| values_away(away)));
    values.extend(keys.iter().map(|key| key.meeting_key.clone()));
    for ephemeral in ephemerals {
        values.extend([ephemeral.pk.clone(), ephemeral.secret.agreement.clone()]);
        values.extend(ephemeral.secret.kem.clone());
    }
    values
}

/// Every value of what a client keeps that stepped out.
fn values_away(away: &Away<Term>) -> Vec<Term> {
    let Away { meeting: _, list, chain, leader, changed: _ } = away;
    let mut values = vec![list.head.clone(), chain.hash.clone()];
    for entry in list.entries.values() {
        values.push(entry.ivk.clone());
        values.extend(entry.binding_hash().cloned());
    }
    values.extend(leader.iter().flat_map(|led| [led.side.ivk.clone(), led.side.pk.clone()]));
    values
}

/// The names of values that a state prints, wherever in it they are: every value prints the names
/// it is built from. What is kept for a return is public, and built from secrets.
fn printed(state: &State<Term>) -> BTreeSet<String> {
    let state = State { away: None, ..state.clone() };
    let text = format!("{state:?}");
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '.';
    text.split(|c| !in_name(c)).map(str::to_owned).collect()
}

/// A meeting with some talk and some rotations, and what its parties held on the way.
fn meeting(profile: &Profile, way: Way) -> (Room, Secrets) {
    let mut room = Room::seated(profile, &["alice", "bob", "mallory", "eve"], "dave");
    let mut secrets = Secrets::default();
    secrets.note(&room, way.party());
    for round in 1..4 {
        room.run(round * 20_000);
        for party in ["alice", "bob"] {
            let text = format!("{party} in round {round}");
            secrets.words.insert(Terms.literal(text.as_bytes()));
            room.act(party, Act::Send { stream: "audio".to_owned(), text });
        }
        secrets.note(&room, way.party());
        if round == 1 {
            room.act("mallory", Act::Leave {});
            room.act("alice", Act::Departed { seat: common::seat("mallory") });
            room.comes("mallory");
            room.settle();
        }
    }
    secrets.note(&room, way.party());
    assert!(secrets.meeting_keys.len() > 1 && secrets.words.len() == 6);
    (room, secrets)
}

fn public(room: &Room) -> Knowledge {
    let mut knowledge = Knowledge::default();
    knowledge.learn_sent(room.stage.sent().map(|(_, message)| message));
    knowledge
}

/// What can be worked out from what is left of a party, and the state that is left.
fn after(profile: &Profile, way: Way) -> (State<Term>, Secrets, Vec<String>) {
    let (mut room, secrets) = meeting(profile, way);
    way.go(&mut room);
    let state = room.stage.actor(way.party()).unwrap().state.clone();
    let mut knowledge = public(&room);
    values_left(&state).iter().for_each(|value| knowledge.learn(value));
    let known = secrets.known(&knowledge);
    (state, secrets, known)
}

fn ways(profile: &Profile) -> impl Iterator<Item = Way> {
    let rules = profile.rules;
    WAYS.into_iter().filter(move |way| way.rule().is_none_or(|rule| rules.contains(rule)))
}

#[test]
fn rot_21_22_what_is_left_opens_nothing_of_the_meeting() {
    for profile in Profile::all() {
        for way in ways(&profile) {
            let (state, secrets, known) = after(&profile, way);
            assert_eq!(known, Vec::<String>::new(), "{} {way:?}", profile.id);
            assert_eq!(state.kept, Kept::default(), "{} {way:?}", profile.id);
            let names = printed(&state);
            for secret in secrets.all().filter(|it| matches!(it.kind(), TermKind::Name(_))) {
                assert!(!names.contains(&secret.to_string()), "{secret} after {way:?}");
            }
            for name in &names {
                let drawn = ["MK", "sk", "kem", "N", "coins", "nonce"];
                let (kind, _) = name.split_once('.').unwrap_or(("", ""));
                let kind = kind.trim_end_matches(|c: char| c.is_ascii_digit());
                assert!(!drawn.contains(&kind), "{name} after {way:?} in {}", profile.id);
            }
        }
    }
}

/// While in the meeting the same secrets are known, or the test above would show nothing.
#[test]
fn before_leaving_everything_can_be_opened() {
    for profile in [Profile::zoom_3_0(), Profile::zoom_4_4()] {
        let (room, secrets) = meeting(&profile, Way::Leave);
        let mut knowledge = public(&room);
        assert_eq!(secrets.known(&knowledge), Vec::<String>::new(), "the board alone");
        let state = &room.stage.actor("bob").unwrap().state;
        let Phase::Joined(joined) = &state.phase else { panic!("bob is not in the meeting") };
        knowledge.learn_secret(&joined.ephemeral.secret);
        assert_eq!(secrets.known(&knowledge).len(), secrets.all().count());
    }
}

#[test]
fn rot_21_without_the_rule_meeting_keys_are_left() {
    for profile in [Profile::zoom_2_3_1(), Profile::zoom_4_1(), Profile::hardened()] {
        let mutant = profile.without(Rule::MeetingKeysErased);
        // Who leaves since the last key is gone has none to keep.
        for way in ways(&mutant).filter(|way| *way != Way::LastKeyErased) {
            let (_, secrets, known) = after(&mutant, way);
            let names = secrets.meeting_keys.iter().map(ToString::to_string);
            assert!(names.filter(|name| known.contains(name)).count() > 0, "{way:?}");
            assert!(known.iter().all(|name| !name.starts_with("sk")), "{way:?}: {known:?}");
        }
    }
}

#[test]
fn rot_22_without_the_rule_the_ephemeral_secret_is_left() {
    for suite in [BoxSuite::Classic, BoxSuite::Hybrid] {
        for profile in [Profile::zoom_3_0(), Profile::zoom_4_1(), Profile::hardened()] {
            let mutant = profile.with_box_suite(suite).without(Rule::EphemeralErased);
            for way in ways(&mutant) {
                let (_, secrets, known) = after(&mutant, way);
                assert!(secrets.ephemerals.iter().all(|it| known.contains(&it.to_string())));
                let mut keys = secrets.meeting_keys.iter().map(ToString::to_string);
                // The boxes on the board open again: for a recipient, and in the classic suite for
                // the leader who sealed them as well.
                let opens = way.party() != "alice" || suite == BoxSuite::Classic;
                assert_eq!(keys.any(|key| known.contains(&key)), opens, "{way:?}");
            }
        }
    }
}
