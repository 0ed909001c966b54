//! Deceits about the list: links and heartbeats that are not what the leader made, or that a spy who
//! leads makes amiss.

use crate::{
    client::RoleState,
    script::{
        Act, Change, ForgedHeartbeat, ForgedLink, ForgedSnapshot, Handle, MessageKind,
        OperationRecipe, Recipe, ValueRecipe,
    },
    world::{Name, Rig, SPY, World},
};

/// A link or heartbeat of a leader, by its number.
fn nth(by: Name, kind: MessageKind, nth: u32) -> Recipe {
    Recipe::Sent(Handle::of(by, kind, nth))
}

fn edited(of: Recipe, field: &str, value: ValueRecipe) -> Recipe {
    Recipe::Edited { of: Box::new(of), change: Change::new(field, value) }
}

impl Rig {
    /// The version of the list with all the links a participant has, certified or not; a leader's
    /// links are counted from 1 as its versions are, as long as it led from the start.
    fn version_of(world: &World, to: Name) -> Option<u32> {
        let joined = world.joined(to)?;
        let RoleState::Participant(participant) = &joined.role else { return None };
        Some(participant.ahead.last().map_or(joined.list.v, |ahead| ahead.list.v))
    }

    /// The leader's next heartbeat, as the deceived has it.
    fn next_beat(world: &World, to: Name, by: Name) -> Option<Recipe> {
        let t = world.joined(to)?.chain.t + 1;
        let sent = t <= world.count(by, MessageKind::Heartbeat);
        sent.then(|| nth(by, MessageKind::Heartbeat, t))
    }

    /// A link of this version that the insider makes: it renames the leader.
    fn false_link(&self, by: Name, v: u32) -> Option<Recipe> {
        let before = v.checked_sub(1).filter(|before| *before > 0)?;
        let seat = self.slice.seat(by);
        Some(Recipe::ForgedLink(ForgedLink {
            by: SPY.to_owned(),
            v,
            prev: Some(Box::new(nth(by, MessageKind::Link, before))),
            operation: OperationRecipe::Rename { seat, name: format!("not {by}") },
        }))
    }

    pub(super) fn replacement(&self, world: &World, to: Name, by: Name) -> Option<Act> {
        let v = Self::version_of(world, to)? + 1;
        (v <= world.count(by, MessageKind::Link)).then_some(())?;
        Some(Act::Link { link: self.false_link(by, v)? })
    }

    /// The link after the one that was replaced, which names that.
    pub(super) fn rechained(&self, world: &World, to: Name, by: Name) -> Option<Act> {
        let v = Self::version_of(world, to)?;
        (v < world.count(by, MessageKind::Link)).then_some(())?;
        let of = Box::new(self.false_link(by, v)?);
        let prev = ValueRecipe::HashOf { by: SPY.to_owned(), of };
        Some(Act::Link { link: edited(nth(by, MessageKind::Link, v + 1), "prev", prev) })
    }

    pub(super) fn recertified(&self, world: &World, to: Name, by: Name) -> Option<Vec<Act>> {
        let v = Self::version_of(world, to)? + 1;
        let (link, beat) = (self.false_link(by, v)?, Self::next_beat(world, to, by)?);
        let of = Box::new(link.clone());
        let list_hash = ValueRecipe::HashOf { by: SPY.to_owned(), of };
        let heartbeat = edited(beat, "list_hash", list_hash);
        Some(vec![Act::Link { link }, Act::Heartbeat { heartbeat }])
    }

    pub(super) fn recounted(&self, world: &World, to: Name, by: Name) -> Option<Vec<Act>> {
        let v = Self::version_of(world, to)? + 1;
        (v <= world.count(by, MessageKind::Link)).then_some(())?;
        let beat = Self::next_beat(world, to, by)?;
        let higher = || ValueRecipe::Number(v + 1);
        let link = edited(nth(by, MessageKind::Link, v), "v", higher());
        let heartbeat = edited(beat, "v", higher());
        Some(vec![Act::Link { link }, Act::Heartbeat { heartbeat }])
    }

    pub(super) fn certified_early(&self, world: &World, to: Name, by: Name) -> Option<Act> {
        let beat = Self::next_beat(world, to, by)?;
        let mk_seq = world.joined(by)?.newest()?.mk_seq;
        let heartbeat = edited(beat, "mk_seq", ValueRecipe::Number(mk_seq));
        Some(Act::Heartbeat { heartbeat })
    }

    /// A snapshot of the spy's list that lacks somebody.
    fn without(&self, who: Name) -> OperationRecipe {
        OperationRecipe::Snapshot(ForgedSnapshot {
            of: SPY.to_owned(),
            locked: None,
            without: vec![self.slice.seat(who)],
            leaves: Vec::new(),
            keys: Vec::new(),
        })
    }

    /// The spy shortens her list further on, with the heartbeat that certifies it.
    pub(super) fn purge(&self, world: &World, who: Name) -> Option<Vec<Act>> {
        let last = world.count(SPY, MessageKind::Link);
        (last > 0).then_some(())?;
        let link = Recipe::ForgedLink(ForgedLink {
            by: SPY.to_owned(),
            v: world.joined(SPY)?.list.v + 1,
            prev: Some(Box::new(nth(SPY, MessageKind::Link, last))),
            operation: self.without(who),
        });
        let certifies = Some(Box::new(link.clone()));
        let heartbeat =
            ForgedHeartbeat { by: SPY.to_owned(), certifies, ..ForgedHeartbeat::default() };
        let heartbeat = Recipe::ForgedHeartbeat(heartbeat);
        Some(vec![Act::Link { link }, Act::Heartbeat { heartbeat }])
    }

    /// A heartbeat of the spy with a lower number than her last one.
    pub(super) fn lowered(&self, world: &World) -> Option<Act> {
        let joined = world.joined(SPY)?;
        let mk_seq = Some(joined.chain.mk_seq.checked_sub(1)?);
        let heartbeat =
            ForgedHeartbeat { by: SPY.to_owned(), mk_seq, ..ForgedHeartbeat::default() };
        Some(Act::Heartbeat { heartbeat: Recipe::ForgedHeartbeat(heartbeat) })
    }

    /// A snapshot by the spy that lacks somebody, with the heartbeat that certifies it.
    pub(super) fn omission(&self, world: &World, who: Name) -> Option<Vec<Act>> {
        let joined = world.joined(SPY)?;
        let nth = world.count(SPY, MessageKind::Link).checked_sub(1).filter(|nth| *nth > 0);
        let prev = nth.map(|nth| Box::new(Recipe::Sent(Handle::of(SPY, MessageKind::Link, nth))));
        let link = Recipe::ForgedLink(ForgedLink {
            by: SPY.to_owned(),
            v: joined.list.v,
            prev,
            operation: self.without(who),
        });
        let heartbeat = ForgedHeartbeat {
            by: SPY.to_owned(),
            certifies: Some(Box::new(link.clone())),
            ..ForgedHeartbeat::default()
        };
        let heartbeat = Recipe::ForgedHeartbeat(heartbeat);
        Some(vec![Act::Link { link }, Act::Heartbeat { heartbeat }])
    }
}
