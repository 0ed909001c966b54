//! One copy of what many worlds have in common. Different moves lead to the same states of single
//! parties over and over; a search holds millions of worlds, and each such state once.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    World,
    digest::{Digest, digest},
};
use crate::{
    algebra::Term,
    ledger::Ledger,
    stage::{Actor, Sent},
};

/// Parts of worlds, by their digests.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    actors: BTreeMap<(Digest, u64), Arc<Actor<Term>>>,
    messages: BTreeMap<Digest, Arc<(String, Sent<Term>)>>,
    ledgers: BTreeMap<Digest, Arc<Ledger<Term>>>,
}

impl Pool {
    /// Lets equal parts of worlds that were here before take the place of this one's own.
    pub(crate) fn share(&mut self, world: &mut World) {
        let World { stage, marks, ledger, .. } = world;
        for (party, actor) in stage.shared_actors_mut().filter(|(_, actor)| is_new(actor)) {
            // The state is known by its digest; a stage has one profile for each party.
            if let Some(mark) = marks.state_of(party) {
                let known = self.actors.entry((mark, actor.now_ms));
                *actor = Arc::clone(known.or_insert_with(|| Arc::clone(actor)));
            }
        }
        for message in stage.shared_sent_mut().iter_mut().filter(|message| is_new(message)) {
            let known = self.messages.entry(digest(&**message));
            *message = Arc::clone(known.or_insert_with(|| Arc::clone(message)));
        }
        if is_new(ledger) {
            let known = self.ledgers.entry(digest(&**ledger));
            let known = known.or_insert_with(|| Arc::clone(ledger));
            // The digest says nothing about what makes no difference to a whole world.
            if known.stands_for(ledger) {
                *ledger = Arc::clone(known);
            }
        }
    }
}

/// Whether no other world has it.
fn is_new<T>(part: &Arc<T>) -> bool {
    Arc::strong_count(part) == 1
}
