//! What may happen.

use std::fmt;

use super::{
    Situation,
    place::{ALICE, BOB, BOB_IN_ROOM, CAROL, MALLORY, Venue, seat},
};
use crate::{
    algebra::Algebra,
    client::{Phase, RoleState},
    script::{Act, MessageKind},
    stage::StageError,
};

/// How often Bob steps out, clocks move on and somebody speaks.
const OUTINGS: u8 = 2;
const BEATS: u8 = 1;
const TALKS: u8 = 2;
/// More than any wait before a key is used, and no more than the time between two heartbeats.
const BEAT_MS: u64 = 10_000;

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Move {
    /// Bob steps out of the main meeting, and Alice and Carol are told.
    StepsOut,
    /// Bob steps out, and nobody is told.
    StepsOutUnnoticed,
    /// Bob's second client joins the room and gets what is posted there.
    EntersRoom,
    /// The same, and the server hands Erin Mallory's announcement for Bob's.
    EntersRoomForged,
    /// Bob's first client is put back into the main meeting.
    Back,
    /// It is put into the insider's meeting with the names of the main one.
    BackToTwin,
    /// It is put into the insider's meeting of another instance.
    BackToOther,
    /// It is served what was posted, where it is, since it left or was last served.
    Served,
    /// It is served everything that was ever posted there.
    ServedAnew,
    /// The server says to Bob that the meeting he is in is over.
    MeetingEnds,
    /// So long passes for Bob that he hears no heartbeat any more, and leaves.
    Silence,
    /// Ten seconds pass for everybody.
    TimePasses,
    /// Alice speaks to everybody of the main meeting, rooms included.
    HostSpeaks,
    /// The leader of the insider's meeting in which Bob is speaks to him under Alice's name.
    ImpostorSpeaks,
    /// Erin speaks in the room, and the insider hands it to everybody.
    RoomSpeaks,
}

impl Move {
    /// Each of them.
    pub const ALL: [Self; 15] = [
        Self::StepsOut,
        Self::StepsOutUnnoticed,
        Self::EntersRoom,
        Self::EntersRoomForged,
        Self::Back,
        Self::BackToTwin,
        Self::BackToOther,
        Self::Served,
        Self::ServedAnew,
        Self::MeetingEnds,
        Self::Silence,
        Self::TimePasses,
        Self::HostSpeaks,
        Self::ImpostorSpeaks,
        Self::RoomSpeaks,
    ];
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StepsOut => "bob steps out for a room",
            Self::StepsOutUnnoticed => "bob steps out for a room, and nobody is told",
            Self::EntersRoom => "bob joins the room",
            Self::EntersRoomForged => {
                "bob joins the room, and erin is handed mallory's announcement as his"
            }
            Self::Back => "the server puts bob back into the main meeting",
            Self::BackToTwin => "the server puts bob into a meeting of its own of the same names",
            Self::BackToOther => "the server puts bob into a meeting of its own, another instance",
            Self::Served => "bob gets what was posted there since he left",
            Self::ServedAnew => "bob gets everything that was posted there",
            Self::MeetingEnds => "bob is told that the meeting is over",
            Self::Silence => "bob hears nothing for so long that he leaves",
            Self::TimePasses => "ten seconds pass",
            Self::HostSpeaks => "alice speaks to all rooms",
            Self::ImpostorSpeaks => "who leads that meeting speaks under alice's name",
            Self::RoomSpeaks => "erin speaks in the room",
        })
    }
}

impl<A: Algebra> Situation<'_, A> {
    /// Carries a move out. Whether anything happened.
    pub(super) fn take(&mut self, action: Move) -> Result<bool, StageError> {
        match action {
            Move::StepsOut => self.steps_out(true),
            Move::StepsOutUnnoticed => self.steps_out(false),
            Move::EntersRoom => self.enters(BOB_IN_ROOM),
            Move::EntersRoomForged => self.enters(MALLORY),
            Move::Back => self.back(Venue::Main),
            Move::BackToTwin => self.back(Venue::Twin),
            Move::BackToOther => self.back(Venue::Other),
            Move::Served => self.served(self.place.served),
            Move::ServedAnew => self.served(0),
            Move::MeetingEnds => self.ends(),
            Move::Silence => self.falls_silent(),
            Move::TimePasses => self.beats(),
            Move::HostSpeaks => self.speaks(Venue::Main, &[BOB, CAROL, MALLORY]),
            Move::ImpostorSpeaks => match self.place.venue {
                Some(venue @ (Venue::Twin | Venue::Other)) => self.speaks(venue, &[BOB]),
                Some(Venue::Main | Venue::Room) | None => Ok(false),
            },
            Move::RoomSpeaks => self.speaks(Venue::Room, &[BOB_IN_ROOM, BOB, CAROL, MALLORY]),
        }
    }

    fn is_joined(&self, party: &str) -> Result<bool, StageError> {
        Ok(matches!(self.stage.actor(party)?.state.phase, Phase::Joined(_)))
    }

    fn steps_out(&mut self, told: bool) -> Result<bool, StageError> {
        if !self.is_joined(BOB)? || self.place.outings == OUTINGS {
            return Ok(false);
        }
        let served = self.place.venue == Some(Venue::Main);
        self.act(BOB, Act::StepOut {})?;
        if served {
            self.place.left_at = self.place.served;
        }
        (self.place.venue, self.place.outings) = (None, self.place.outings + 1);
        (self.place.heard_at_home, self.place.on_the_way) = (false, true);
        if told {
            self.act(ALICE, Act::Departed { seat: seat(BOB) })?;
            for party in [ALICE, CAROL] {
                self.act(party, Act::RoomClaimed { seat: seat(BOB), in_room: true })?;
            }
            self.follow_on()?;
        }
        Ok(true)
    }

    /// Bob joins the room; Erin is handed the announcement of this party as his.
    fn enters(&mut self, announced: &str) -> Result<bool, StageError> {
        if self.place.in_room {
            return Ok(false);
        }
        self.place.in_room = true;
        self.comes_as(BOB_IN_ROOM, Venue::Room, announced)?;
        // The first links of the room are older than Bob.
        self.serve(BOB_IN_ROOM, Venue::Room, 0)?;
        Ok(true)
    }

    /// Whether Bob has taken a heartbeat that counts since he joined.
    fn has_begun(&self) -> bool {
        let actor = self.stage.actor(BOB);
        let state = actor.map(|actor| &actor.state.phase);
        matches!(state, Ok(Phase::Joined(joined)) if joined.chain.begun)
    }

    /// Who drops out later joins anew like anybody else; that is not the way back from a room.
    fn ends(&mut self) -> Result<bool, StageError> {
        if !self.place.on_the_way {
            return Ok(false);
        }
        self.act(BOB, Act::MeetingEnded {})?;
        self.place.venue = if self.is_joined(BOB)? { self.place.venue } else { None };
        Ok(true)
    }

    fn falls_silent(&mut self) -> Result<bool, StageError> {
        let may = self.place.on_the_way && self.place.silences == 0;
        let Some(to_ms) = self.silent_at_ms().filter(|_| may) else {
            return Ok(false);
        };
        self.place.silences += 1;
        self.act(BOB, Act::Advance { to_ms })?;
        self.place.venue = None;
        Ok(true)
    }

    /// When Bob leaves if he hears no heartbeat; nothing outside a meeting.
    fn silent_at_ms(&self) -> Option<u64> {
        let actor = self.stage.actor(BOB).ok()?;
        let Phase::Joined(joined) = &actor.state.phase else { return None };
        let RoleState::Participant(participant) = &joined.role else { return None };
        Some(actor.now_ms + u64::from(participant.silence_in_ms?))
    }

    fn back(&mut self, venue: Venue) -> Result<bool, StageError> {
        if self.is_joined(BOB)? {
            return Ok(false);
        }
        let before = self.steps;
        let taken = self.comes(BOB, venue)?;
        // A client that was put nowhere is as it was, and so is everybody else.
        if !taken && self.steps == before + 1 {
            return Ok(false);
        }
        self.place.venue = Some(venue);
        self.place.served = if venue == Venue::Main { self.place.left_at } else { 0 };
        self.follow_on()?;
        Ok(true)
    }

    /// Who stays in the main meeting gets everything at once: the insider is not after them.
    fn follow_on(&mut self) -> Result<(), StageError> {
        for party in [CAROL, MALLORY] {
            let from = self.place.followed;
            self.serve(party, Venue::Main, from)?;
        }
        self.place.followed = self.posted();
        Ok(())
    }

    fn served(&mut self, from: usize) -> Result<bool, StageError> {
        let Some(venue) = self.place.venue.filter(|_| self.is_joined(BOB).unwrap_or(false)) else {
            return Ok(false);
        };
        self.serve(BOB, venue, from)?;
        self.place.served = self.posted();
        self.place.on_the_way &= !self.has_begun();
        Ok(true)
    }

    fn beats(&mut self) -> Result<bool, StageError> {
        if self.place.beats == BEATS {
            return Ok(false);
        }
        self.place.beats += 1;
        let latest = self.stage.actors().map(|(_, actor)| actor.now_ms).max();
        let to_ms = latest.unwrap_or_default() + BEAT_MS;
        let parties: Vec<_> = self.stage.actors().map(|(party, _)| party.to_owned()).collect();
        for party in parties {
            self.act(&party, Act::Advance { to_ms })?;
        }
        self.follow_on()?;
        Ok(true)
    }

    /// The leader of a meeting speaks, and the server hands it to these.
    fn speaks(&mut self, venue: Venue, to: &[&str]) -> Result<bool, StageError> {
        let leader = venue.leader();
        if self.place.talks == TALKS {
            return Ok(false);
        }
        self.place.talks += 1;
        let (stream, text) = (String::from("chat"), format!("{leader} says {}", self.place.talks));
        if self.act(leader, Act::Send { stream: stream.clone(), text })?.outcome.is_err() {
            return Ok(false);
        }
        let packet = self.newest(leader, MessageKind::Packet)?;
        for party in to {
            if self.is_joined(party)? {
                let (from, packet) = (seat(leader), packet.clone());
                self.act(party, Act::Packet { from, stream: stream.clone(), packet })?;
            }
        }
        Ok(true)
    }
}
