//! What must hold of a participant who goes to a room and comes back, and of the room.

use super::{
    Situation,
    place::{ALICE, BOB, BOB_IN_ROOM, ERIN, MALLORY, Venue, seat},
};
use crate::{
    algebra::{Algebra, Terms},
    client::{Client, Joined, Phase},
    knowledge::Knowledge,
    stage::Stage,
};

/// A goal of this scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// Who stays in the main meeting holds no key of the room.
    RoomConf,
    /// Who comes back follows the leader it left.
    ReturnLeader,
    /// Who comes back shows nobody as present whom the leader it left has not listed.
    ReturnRoster,
    /// What is played in the main meeting was said there, by whom it is shown as.
    Broadcast,
    /// Who is said to be in a room, and is present, is shown there.
    RoomShown,
}

impl Goal {
    /// Each of them.
    pub const ALL: [Self; 5] =
        [Self::RoomConf, Self::ReturnLeader, Self::ReturnRoster, Self::Broadcast, Self::RoomShown];

    /// Its name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::RoomConf => "ROOM-CONF",
            Self::ReturnLeader => "RETURN-LEADER",
            Self::ReturnRoster => "RETURN-ROSTER",
            Self::Broadcast => "BROADCAST",
            Self::RoomShown => "ROOM-SHOWN",
        }
    }

    /// What it says.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::RoomConf => {
                "Who is in the main meeting alone knows no key of a room, the insider's included."
            }
            Self::ReturnLeader => "Who comes back from a room follows the leader it left.",
            Self::ReturnRoster => {
                "Who comes back shows only those as present whom the leader it left has listed."
            }
            Self::Broadcast => "What is played to who is in the main meeting was said by its host.",
            Self::RoomShown => {
                "Whom the list has and the server says to be in a room is shown as being there."
            }
        }
    }

    /// Where it comes from.
    #[must_use]
    pub const fn source(self) -> &'static str {
        "4.6, subsec:bor"
    }

    /// Whether it holds; `None` where nothing is to be judged.
    pub(super) fn judged(self, situation: &Situation<'_, Terms>) -> Option<bool> {
        if self != Self::RoomConf {
            return self.seen_to_hold(situation);
        }
        let room = joined(&situation.stage, ERIN)?;
        joined(&situation.stage, BOB_IN_ROOM)?;
        let knowledge = knowledge(situation)?;
        Some(room.ring.iter().all(|key| !knowledge.knows(&key.meeting_key)))
    }

    /// The same from what clients hold and show, in any algebra; nothing of what somebody could work
    /// out.
    pub(super) fn seen_to_hold<A: Algebra>(self, situation: &Situation<'_, A>) -> Option<bool> {
        let stage = &situation.stage;
        match self {
            Self::RoomConf => None,
            Self::ReturnLeader => {
                let leader = joined(stage, BOB)?.known_leader().filter(|_| returned(situation))?;
                Some(leader.pair.sender.ivk == stage.actor(ALICE).ok()?.state.ivk)
            }
            Self::ReturnRoster => {
                returned(situation).then_some(())?;
                joined(stage, BOB)?;
                let listed = &joined(stage, ALICE)?.list.entries;
                let shown = seen(stage, BOB)?;
                let ivk_of = |seat| joined(stage, BOB)?.list.entries.get(seat).map(|it| &it.ivk);
                Some(
                    shown
                        .iter()
                        .filter(|line| line.here)
                        .all(|line| listed.get(&line.seat).map(|it| &it.ivk) == ivk_of(&line.seat)),
                )
            }
            Self::Broadcast => {
                // Nobody else speaks there.
                let host = seat(ALICE).user_id;
                let mut heard = situation.heard.iter().peekable();
                heard.peek()?;
                Some(heard.all(|(from, words)| *from == host && situation.said.contains(words)))
            }
            Self::RoomShown => {
                let bob = seat(BOB);
                let alice = joined(stage, ALICE)?;
                (alice.rooms.contains(&bob) && alice.list.present(&bob).is_some()).then_some(())?;
                Some(seen(stage, ALICE)?.iter().any(|line| line.seat == bob && line.in_room))
            }
        }
    }
}

/// Whether Bob was put somewhere since he stepped out.
fn returned<A: Algebra>(situation: &Situation<'_, A>) -> bool {
    let place = situation.place;
    place.outings > 0 && matches!(place.venue, Some(Venue::Main | Venue::Twin | Venue::Other))
}

fn joined<'s, A: Algebra>(stage: &'s Stage<'_, A>, party: &str) -> Option<&'s Joined<A::Value>> {
    match &stage.actor(party).ok()?.state.phase {
        Phase::Joined(joined) => Some(joined),
        Phase::Outside | Phase::Left => None,
    }
}

fn seen<A: Algebra>(stage: &Stage<'_, A>, party: &str) -> Option<Vec<crate::client::RosterLine>> {
    let actor = stage.actor(party).ok()?;
    let client = Client::new(stage.algebra(), &actor.profile);
    client.seen(&actor.state).map(|seen| seen.roster)
}

/// What the insider works out: Mallory's secrets, those of her own leaders, and everything sent.
fn knowledge(situation: &Situation<'_, Terms>) -> Option<Knowledge> {
    let mut knowledge = Knowledge::default();
    for party in [MALLORY, Venue::Twin.leader(), Venue::Other.leader()] {
        knowledge.learn(&situation.stage.actor(party).ok()?.state.identity);
        if let Some(joined) = joined(&situation.stage, party) {
            knowledge.learn_secret(&joined.ephemeral.secret);
            joined.ring.iter().for_each(|key| knowledge.learn(&key.meeting_key));
        }
    }
    knowledge.learn_sent(situation.stage.sent().map(|(_, message)| message));
    Some(knowledge)
}
