//! Time: how old what a party relies on is.

use std::sync::Arc;

use super::{Glance, Ledger};
use crate::{
    client::Phase,
    machine::{Effect, Event},
    properties::{Goal, bounds},
    stage::Given,
};

/// Up to so many present the paper names the interval of nonces in minutes.
const SMALL: usize = 10;

impl<V: Clone + Ord> Ledger<V> {
    pub(super) fn watch_time(&mut self, glance: &Glance<'_, V>) {
        let stays = matches!(glance.after.phase, Phase::Joined(_));
        if matches!((glance.given, &glance.before.phase), (Given::Time(_), Phase::Joined(_))) {
            // Where nobody leads, it is the server's turn.
            self.judge(Goal::Served, stays || !glance.led);
        }
        self.watch_nonces(glance);
        let goals = [Goal::LiveKey, Goal::LiveRoster, Goal::LiveMedia, Goal::Silence];
        if !self.watches_any(&goals) {
            return;
        }
        self.note_made(glance);
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

    /// When what a party has just sent was made.
    fn note_made(&mut self, glance: &Glance<'_, V>) {
        for (at_ms, effect) in glance.effects {
            let made = match effect {
                Effect::PostHeartbeat(heartbeat) => &heartbeat.sig,
                Effect::PostSealedKey(sealed) => &sealed.sealed.ciphertext,
                Effect::Transmit { packet, .. } if self.watches(Goal::LiveMedia) => &packet.body,
                Effect::PostAnnouncement(_)
                | Effect::PostNonce(_)
                | Effect::PostLink(_)
                | Effect::PostLockRequest(_)
                | Effect::Transmit { .. }
                | Effect::Render { .. }
                | Effect::ShowSecurityCode(_)
                | Effect::ShowLeaderChanged { .. }
                | Effect::ShowUnlockWarning
                | Effect::ShowLeft => continue,
            };
            Arc::make_mut(&mut self.made_ms).insert(made.clone(), *at_ms);
        }
    }

    /// How long a party lets pass between two nonces.
    fn watch_nonces(&mut self, glance: &Glance<'_, V>) {
        if !self.watches(Goal::LiveScale) {
            return;
        }
        let posted = glance
            .effects
            .iter()
            .filter_map(|(at_ms, effect)| matches!(effect, Effect::PostNonce(_)).then_some(*at_ms));
        let posted: Vec<u64> = posted.collect();
        let Phase::Joined(joined) = &glance.after.phase else { return };
        let many = joined.list.size() > SMALL;
        let last_ms = self.nonce_ms.get(glance.party).copied();
        if let Some(last_ms) = last_ms.filter(|_| many && matches!(glance.given, Given::Time(_))) {
            let until_ms = posted.first().copied().unwrap_or(glance.now_ms);
            let quiet_ms = until_ms.saturating_sub(last_ms);
            self.judge(Goal::LiveScale, quiet_ms <= bounds(glance.profile).nonce_ms);
        }
        if let Some(last_ms) = posted.last() {
            self.nonce_ms.insert(glance.party.to_owned(), *last_ms);
        }
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
            Given::Event(Event::PacketArrived { packet, .. }) => {
                if let Some(sent_ms) = self.made_ms.get(&packet.body).copied() {
                    let age_ms = glance.now_ms.saturating_sub(sent_ms);
                    self.judge(Goal::LiveMedia, age_ms <= bounds(glance.profile).media_ms);
                }
            }
            Given::Event(_) | Given::Time(_) | Given::Question => {}
        }
    }
}
