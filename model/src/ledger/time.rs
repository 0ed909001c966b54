//! Time: how old what a party relies on is.

use std::sync::Arc;

use super::{Glance, Ledger};
use crate::{
    client::Phase,
    machine::{Effect, Event},
    properties::{Goal, bounds},
    stage::Given,
};

impl<V: Clone + Ord> Ledger<V> {
    pub(super) fn watch_time(&mut self, glance: &Glance<'_, V>) {
        let stays = matches!(glance.after.phase, Phase::Joined(_));
        if matches!((glance.given, &glance.before.phase), (Given::Time(_), Phase::Joined(_))) {
            // Where nobody leads, it is the server's turn.
            self.judge(Goal::Served, stays || !glance.led);
        }
        if !self.watches_any(&[Goal::LiveKey, Goal::LiveRoster, Goal::Silence]) {
            return;
        }
        for (at_ms, effect) in glance.effects {
            match effect {
                Effect::PostHeartbeat(heartbeat) => {
                    Arc::make_mut(&mut self.made_ms).insert(heartbeat.sig.clone(), *at_ms);
                }
                Effect::PostSealedKey(sealed) => {
                    Arc::make_mut(&mut self.made_ms)
                        .insert(sealed.sealed.ciphertext.clone(), *at_ms);
                }
                Effect::PostAnnouncement(_)
                | Effect::PostNonce(_)
                | Effect::PostLink(_)
                | Effect::PostLockRequest(_)
                | Effect::Transmit { .. }
                | Effect::Render { .. }
                | Effect::ShowSecurityCode(_)
                | Effect::ShowLeaderChanged { .. }
                | Effect::ShowUnlockWarning
                | Effect::ShowLeft => {}
            }
        }
        let Phase::Joined(joined) = &glance.after.phase else { return };
        self.note_arrival(glance);
        let Some(known) = joined.known_leader() else {
            self.beat_ms.remove(glance.party);
            return;
        };
        if known.pair.sender.ivk == *glance.spy {
            return;
        }
        if !matches!(glance.given, Given::Time(_)) {
            // What is overtaken in the same moment nobody relies on.
            return;
        }
        let Some((made_ms, taken_ms)) = self.beat_ms.get(glance.party).copied() else { return };
        let bounds = bounds(glance.profile);
        let age_ms = glance.now_ms.saturating_sub(made_ms);
        self.judge(Goal::LiveRoster, age_ms <= bounds.roster_ms);
        let quiet_ms = glance.now_ms.saturating_sub(taken_ms);
        self.judge(Goal::Silence, quiet_ms <= bounds.silence_ms);
    }

    /// What a party has just taken, and how old it is.
    fn note_arrival(&mut self, glance: &Glance<'_, V>) {
        match glance.given {
            Given::Event(Event::HeartbeatArrived(heartbeat)) => {
                if let Some(made_ms) = self.made_ms.get(&heartbeat.sig).copied() {
                    self.beat_ms.insert(glance.party.to_owned(), (made_ms, glance.now_ms));
                }
            }
            Given::Event(Event::KeyOffered { sealed }) => {
                if let Some(made_ms) = self.made_ms.get(&sealed.sealed.ciphertext).copied() {
                    let age_ms = glance.now_ms.saturating_sub(made_ms);
                    self.judge(Goal::LiveKey, age_ms <= bounds(glance.profile).key_ms);
                }
            }
            Given::Event(_) | Given::Time(_) | Given::Question => {}
        }
    }
}
