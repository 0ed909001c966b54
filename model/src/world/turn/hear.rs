//! What the insider hands on by hand.

use super::{Moved, Turn, spend};
use crate::{
    stage::StageError,
    world::{Channel, Name, Notice, Power},
};

impl Turn<'_> {
    pub(super) fn hear(&mut self, party: Name, channel: Channel) -> Moved {
        let Some(way) = self.world.ways.get_mut(party) else { return Ok(None) };
        let batch = if self.rig.pruned.pieces { way.batch(channel) } else { 1 };
        let Some(waiting) = way.waiting.get_mut(&channel).filter(|_| batch > 0) else {
            return Ok(None);
        };
        let batch: Vec<Notice> = waiting.drain(..batch).collect();
        if !spend(&mut self.world.left.deliveries) {
            return Ok(None);
        }
        for notice in batch {
            self.give(party, notice)?;
        }
        Ok(Some(()))
    }

    pub(super) fn pick(&mut self, party: Name, channel: Channel, at: u8) -> Moved {
        let reorders = self.rig.slice.can(Power::Reorder(channel));
        let Some(way) = self.world.ways.get_mut(party) else { return Ok(None) };
        let Some(waiting) = way.waiting.get_mut(&channel) else { return Ok(None) };
        let Some(notice) = waiting.remove(usize::from(at)) else { return Ok(None) };
        if !reorders {
            // What was before it is dropped.
            waiting.drain(..usize::from(at));
        }
        if !spend(&mut self.world.left.deliveries) {
            return Ok(None);
        }
        self.give(party, notice).map(Some).map(|given| given.map(drop))
    }

    /// From now on a party is kept so many pieces of news behind.
    pub(super) fn trail(&mut self, party: Name, channel: Channel, trail: u8) -> Moved {
        let Some(way) = self.world.ways.get_mut(party) else { return Ok(None) };
        if way.trail == Some((channel, trail)) || !spend(&mut self.world.left.deliveries) {
            return Ok(None);
        }
        way.trail = Some((channel, trail));
        self.trickle().map(Some)
    }

    /// Whoever is kept behind gets what is older than that.
    pub(super) fn trickle(&mut self) -> Result<(), StageError> {
        let behind: Vec<Name> = self.world.ways.keys().copied().collect();
        for party in behind {
            let Some(way) = self.world.ways.get_mut(party) else { continue };
            let Some((channel, trail)) = way.trail else { continue };
            let Some(waiting) = way.waiting.get_mut(&channel) else { continue };
            let older = waiting.len().saturating_sub(usize::from(trail));
            for notice in waiting.drain(..older).collect::<Vec<_>>() {
                self.give(party, notice)?;
            }
        }
        Ok(())
    }

    pub(super) fn again(&mut self, party: Name, at: u8) -> Moved {
        let had = self.world.ways.get(party).and_then(|way| way.had.get(usize::from(at)));
        let Some(notice) = had.copied() else { return Ok(None) };
        let taken = spend(&mut self.world.left.deliveries) && self.give(party, notice)?;
        Ok(taken.then_some(()))
    }
}
