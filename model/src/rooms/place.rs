//! Who is where, and how everybody came there.

use conclave_spec::Profile;

use super::Situation;
use crate::{
    algebra::Algebra,
    machine::{Effect, Event},
    message::{Meeting, Role, Seat},
    script::{Act, CastMember, Handle, MessageKind, Recipe, ValueRecipe},
    stage::{Given, Reply, Sent, Stage, StageError},
};

/// The leader of the main meeting.
pub(super) const ALICE: &str = "alice";
/// Who goes to the room; in the main meeting.
pub(super) const BOB: &str = "bob";
/// The same device in the room.
pub(super) const BOB_IN_ROOM: &str = "bob in the room";
/// Who stays in the main meeting.
pub(super) const CAROL: &str = "carol";
/// Who stays in the main meeting, and is the insider's.
pub(super) const MALLORY: &str = "mallory";
/// The leader of the room.
pub(super) const ERIN: &str = "erin";
/// A device of the insider under Alice's name: it leads a meeting with the names of the main one.
pub(super) const TWIN: &str = "twin";
/// Another: it leads another instance.
pub(super) const OTHER: &str = "other";

const MAIN_ID: &str = "42";

/// A meeting of this scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Venue {
    /// The main meeting.
    Main,
    /// The insider's meeting with its names.
    Twin,
    /// The insider's meeting of another instance.
    Other,
    /// The breakout room.
    Room,
}

impl Venue {
    /// Who leads it.
    pub(super) const fn leader(self) -> &'static str {
        match self {
            Self::Main => ALICE,
            Self::Twin => TWIN,
            Self::Other => OTHER,
            Self::Room => ERIN,
        }
    }

    fn meeting(self) -> Meeting {
        let (id, byte) = match self {
            Self::Main | Self::Twin => (MAIN_ID, 7),
            Self::Other => (MAIN_ID, 8),
            Self::Room => ("42 room 1", 9),
        };
        Meeting { id: id.to_owned(), uuid: [byte; 16] }
    }
}

/// Where Bob was put, and how much of it he was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    /// Where his client is that was in the main meeting; `None` while it is away.
    pub(super) venue: Option<Venue>,
    /// How many of the messages there are Bob's, or passed over.
    pub(super) served: usize,
    /// How many there were as he stepped out.
    pub(super) left_at: usize,
    /// Whether he is in the room.
    pub(super) in_room: bool,
    /// How many messages those who stay have been served.
    pub(super) followed: usize,
    /// Whether he has heard Alice since he was put into the main meeting.
    pub(super) heard_at_home: bool,
    /// Whether he is on his way: he stepped out, and has not heard since of his coming back.
    pub(super) on_the_way: bool,
    /// How often he stepped out.
    pub(super) outings: u8,
    /// How often the leaders' clocks have moved on.
    pub(super) beats: u8,
    /// How often Bob was left without heartbeats.
    pub(super) silences: u8,
    /// How often somebody spoke.
    pub(super) talks: u8,
}

pub(super) fn seat(party: &str) -> Seat {
    match party {
        TWIN | OTHER => seat(ALICE),
        BOB_IN_ROOM => seat(BOB),
        _ => Seat::new(party, &format!("{party}-device")),
    }
}

/// Everybody of the scenario.
pub(super) fn cast() -> Vec<CastMember> {
    let member = |party: &&str| CastMember {
        same_device_as: (*party == BOB_IN_ROOM).then(|| BOB.to_owned()),
        ..CastMember::new(party, seat(party))
    };
    [ALICE, BOB, BOB_IN_ROOM, CAROL, MALLORY, ERIN, TWIN, OTHER].iter().map(member).collect()
}

impl<'a, A: Algebra> Situation<'a, A> {
    /// Bob, Carol and Mallory are in the main meeting; the other meetings have only their leaders.
    pub(super) fn start(algebra: &'a A, profile: &Profile) -> Result<Self, StageError> {
        let stage = Stage::new(algebra, &cast(), profile)?;
        let place = Place {
            venue: Some(Venue::Main),
            served: 0,
            left_at: 0,
            in_room: false,
            followed: 0,
            heard_at_home: false,
            on_the_way: false,
            outings: 0,
            beats: 0,
            silences: 0,
            talks: 0,
        };
        let (heard, said) = (Vec::new(), Vec::new());
        let mut situation = Self { stage, steps: 0, place, heard, said };
        for venue in [Venue::Main, Venue::Twin, Venue::Other, Venue::Room] {
            situation.joins(venue.leader(), venue, Role::Leader)?;
        }
        for party in [BOB, CAROL, MALLORY] {
            situation.comes(party, Venue::Main)?;
        }
        for party in [BOB, CAROL, MALLORY] {
            situation.serve(party, Venue::Main, 0)?;
        }
        situation.place.served = situation.posted();
        situation.place.followed = situation.place.served;
        Ok(situation)
    }

    /// One step of the script; what Bob is played is noted.
    pub(super) fn act(&mut self, party: &str, act: Act) -> Result<Reply<A::Value>, StageError> {
        let given = self.stage.given(&act)?;
        let reply = self.stage.give(party, &given)?;
        if let (ALICE, Given::Event(Event::Send { plaintext, .. })) = (party, &given) {
            self.said.push(plaintext.clone());
        }
        for (_, effect) in &reply.effects {
            if let (BOB, Effect::Render { from, plaintext, .. }) = (party, effect) {
                self.heard.push((from.user_id.clone(), plaintext.clone()));
                self.place.heard_at_home = self.place.venue == Some(Venue::Main);
            }
        }
        self.steps += 1;
        Ok(reply)
    }

    fn joins(&mut self, party: &str, venue: Venue, role: Role) -> Result<bool, StageError> {
        let name = seat(party).user_id;
        let act = Act::Join { meeting: venue.meeting(), role, name };
        Ok(self.act(party, act)?.outcome.is_ok())
    }

    /// Whether Bob came back to the main meeting and has heard Alice there since.
    pub(super) fn hears_again(&self) -> bool {
        let Place { venue, outings, heard_at_home, .. } = self.place;
        venue == Some(Venue::Main) && outings > 0 && heard_at_home
    }

    /// A party joins as a participant, is told who leads, and the leader is told of it. Whether the
    /// client took all of it.
    pub(super) fn comes(&mut self, party: &str, venue: Venue) -> Result<bool, StageError> {
        self.comes_as(party, venue, party)
    }

    /// The same, with another's announcement handed to the leader as that of the party.
    pub(super) fn comes_as(
        &mut self,
        party: &str,
        venue: Venue,
        announced: &str,
    ) -> Result<bool, StageError> {
        if !self.joins(party, venue, Role::Participant)? {
            return Ok(false);
        }
        let leader = venue.leader();
        let announcement = self.newest(announced, MessageKind::Announcement)?;
        let admitted = Act::Admitted {
            seat: seat(party),
            name: seat(party).user_id,
            ivk: ValueRecipe::IvkOf(party.to_owned()),
            announcement,
            outdated: false,
        };
        if let Ok(nonce) = self.newest(party, MessageKind::Nonce) {
            self.act(leader, Act::NoncePosted { seat: seat(party), nonce })?;
        }
        self.act(leader, admitted)?;
        let named = Act::LeaderNamed {
            seat: seat(leader),
            ivk: ValueRecipe::IvkOf(leader.to_owned()),
            announcement: self.newest(leader, MessageKind::Announcement)?,
        };
        Ok(self.act(party, named)?.outcome.is_ok())
    }

    /// The newest message of a kind that a party sent.
    pub(super) fn newest(&self, by: &str, kind: MessageKind) -> Result<Recipe, StageError> {
        let all = self.stage.by_handle().into_iter().rev();
        let mut own = all.filter(|(handle, _)| handle.by == by && handle.kind == kind);
        let missing = || StageError::NotSent(Handle { by: by.to_owned(), kind, to: None, nth: 1 });
        Ok(Recipe::Sent(own.next().ok_or_else(missing)?.0))
    }

    /// How many messages there are.
    pub(super) fn posted(&self) -> usize {
        self.stage.sent().len()
    }

    /// A participant gets what the leader of its meeting posted, from this message on.
    pub(super) fn serve(
        &mut self,
        party: &str,
        venue: Venue,
        from: usize,
    ) -> Result<(), StageError> {
        let all = self.stage.by_handle().into_iter().skip(from);
        let acts: Vec<_> = all.filter_map(|it| handed_on(it, venue.leader(), party)).collect();
        for act in acts {
            self.act(party, act)?;
        }
        Ok(())
    }
}

/// What a participant is given of a message.
fn handed_on<V>((handle, message): (Handle, &Sent<V>), leader: &str, party: &str) -> Option<Act> {
    if handle.by != leader {
        return None;
    }
    let recipe = Recipe::Sent(handle);
    match message {
        Sent::Link(_) => Some(Act::Link { link: recipe }),
        Sent::Heartbeat(_) => Some(Act::Heartbeat { heartbeat: recipe }),
        Sent::SealedKey(sealed) => {
            (sealed.to == seat(party)).then_some(Act::SealedKey { sealed: recipe })
        }
        Sent::Announcement(_) | Sent::Packet(_) | Sent::Nonce(_) | Sent::LockRequest(_) => None,
    }
}
