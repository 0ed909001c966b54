//! Keys and packets: who made them, who could open them.

use std::{collections::BTreeMap, sync::Arc};

use super::{Frame, Glance, LeaderKey, Ledger};
use crate::{
    algebra::Algebra,
    client::{Client, Joined, Phase, RoleState, State},
    machine::{Effect, Event},
    message::{Entry, SealedKey, Seat},
    properties::{Goal, bounds},
    stage::Given,
};

impl<V: Clone + Ord> Ledger<V> {
    pub(super) fn watch_keys<A: Algebra<Value = V>>(
        &mut self,
        algebra: &A,
        glance: &Glance<'_, V>,
    ) {
        if let Phase::Joined(joined) = &glance.after.phase {
            self.note_keys(glance, joined);
            self.note_removal(glance, joined);
            self.judge_new_keys(glance, joined);
            self.note_sealings(glance, joined);
            for (_, effect) in glance.effects {
                if let Effect::PostSealedKey(sealed) = effect {
                    self.note_box(algebra, joined, sealed);
                }
            }
        }
        for (_, effect) in glance.effects {
            if let Effect::Transmit { stream, packet } = effect {
                self.note_packet(algebra, glance, stream, packet);
            }
            if let Effect::Render { from, stream, plaintext, .. } = effect {
                let words = (from.clone(), stream.clone(), plaintext.clone());
                let true_words = self.said.contains(&words);
                self.judge(Goal::Sender, true_words);
                self.judge_shown(algebra, glance, from);
                if !self.keys.iter().any(|key| key.shared) && self.watches(Goal::Heard) {
                    let heard = (glance.party.to_owned(), words);
                    let once = Arc::make_mut(&mut self.heard).insert(heard);
                    self.judge(Goal::Heard, true_words && once);
                }
            }
        }
        self.judge_downgrade(algebra, glance);
    }

    /// Who is played is on the screen.
    fn judge_shown<A: Algebra<Value = V>>(
        &mut self,
        algebra: &A,
        glance: &Glance<'_, V>,
        from: &Seat,
    ) {
        if !self.watches(Goal::Shown) {
            return;
        }
        let seen = Client::new(algebra, glance.profile).seen(glance.after);
        let shown = seen.is_some_and(|it| it.roster.iter().any(|it| it.here && it.seat == *from));
        self.judge(Goal::Shown, shown);
    }

    /// The keys of a leader, and whether it listed the spy while they were its newest.
    fn note_keys(&mut self, glance: &Glance<'_, V>, joined: &Joined<V>) {
        if !matches!(joined.role, RoleState::Leader(_)) {
            return;
        }
        let listed = lists(joined, glance.spy);
        if listed && self.watches(Goal::Backward) {
            self.spy_came_ms.get_or_insert(glance.now_ms);
        }
        if self.watches(Goal::RemovalInTime) {
            let shared = self.keys.iter().any(|key| key.shared);
            let gone = !listed && shared;
            self.spy_gone_ms = gone.then(|| self.spy_gone_ms.unwrap_or(glance.now_ms));
        }
        let by = &glance.after.seat.user_id;
        self.share_newest(by, listed);
        for held in &joined.ring {
            let known = self.keys.iter().any(|key| key.meeting_key == held.meeting_key);
            let newest = self.newest_of(by);
            if known || newest.is_some_and(|newest| newest >= held.mk_seq) {
                continue;
            }
            let shared_before = self.keys.iter().any(|key| key.shared);
            self.keys.push(LeaderKey {
                by: by.clone(),
                mk_seq: held.mk_seq,
                meeting_key: held.meeting_key.clone(),
                shared: false,
                after_removal: !listed && shared_before,
                classic: false,
            });
        }
        self.share_newest(by, listed);
    }

    fn newest_of(&self, leader: &str) -> Option<u32> {
        let keys = self.keys.iter().filter(|key| key.by == leader);
        keys.map(|key| key.mk_seq).max()
    }

    /// The key that is newest while the spy is listed is one she may know.
    fn share_newest(&mut self, leader: &str, listed: bool) {
        if let Some(newest) = self.keys.iter_mut().rfind(|key| key.by == leader) {
            newest.shared |= listed;
        }
    }

    fn note_removal(&mut self, glance: &Glance<'_, V>, joined: &Joined<V>) {
        if !self.watches(Goal::Removal) {
            return;
        }
        let last_shared = self.keys.iter().rposition(|key| key.shared);
        let since_removal = self.keys.iter().skip(last_shared.map_or(0, |at| at + 1));
        let since = since_removal.filter(|key| key.after_removal).map(|key| key.mk_seq).min();
        let waited = since.is_some_and(|since| {
            joined.ring.iter().any(|key| key.mk_seq >= since && key.use_in_ms == 0)
        });
        if lists(joined, glance.spy) {
            self.past_removal.remove(glance.party);
        } else if waited {
            self.past_removal.insert(glance.party.to_owned());
        }
    }

    /// Keys this step brought: their number increases, and whoever is believed to lead made them.
    fn judge_new_keys(&mut self, glance: &Glance<'_, V>, joined: &Joined<V>) {
        let Phase::Joined(before) = &glance.before.phase else { return };
        if before.ephemeral != joined.ephemeral {
            return;
        }
        let highest = before.ring.iter().map(|key| key.mk_seq).max();
        let new = joined.ring.iter().filter(|key| {
            !before
                .ring
                .iter()
                .any(|known| (known.mk_seq, &known.meeting_key) == (key.mk_seq, &key.meeting_key))
        });
        for key in new.cloned().collect::<Vec<_>>() {
            if let Some(highest) = highest {
                self.judge(Goal::Mono, key.mk_seq > highest);
            }
            let Some(leader) = joined.known_leader() else { continue };
            if leader.pair.sender.ivk == *glance.spy {
                continue;
            }
            let by = &leader.seat.user_id;
            let made = self.keys.iter().any(|made| {
                made.by == *by && (made.mk_seq, &made.meeting_key) == (key.mk_seq, &key.meeting_key)
            });
            let own = joined.ephemeral.pk.clone();
            let to_own = (by.clone(), own, key.mk_seq, key.meeting_key.clone());
            let sealed = !self.watches(Goal::Authentic) || self.sealed.contains(&to_own);
            self.judge(Goal::Authentic, made && sealed);
        }
    }

    /// What a leader sealed to whom: its newest key, and where two boxes go to one member the key
    /// that was its newest before as well.
    fn note_sealings(&mut self, glance: &Glance<'_, V>, joined: &Joined<V>) {
        let RoleState::Leader(leader) = &joined.role else { return };
        if !self.watches(Goal::Authentic) {
            return;
        }
        let newest = |state: &State<V>| match &state.phase {
            Phase::Joined(joined) => joined.ring.last().cloned(),
            Phase::Outside | Phase::Left => None,
        };
        let mut keys = vec![newest(glance.after), newest(glance.before)].into_iter().flatten();
        let (now, before) = (keys.next(), keys.next());
        let mut boxes: BTreeMap<&Seat, usize> = BTreeMap::new();
        for (_, effect) in glance.effects {
            if let Effect::PostSealedKey(sealed) = effect {
                *boxes.entry(&sealed.to).or_default() += 1;
            }
        }
        for (to, count) in boxes {
            let Some(member) = leader.members.get(to) else { continue };
            for key in now.iter().chain(before.iter().filter(|_| count > 1)) {
                let by = glance.after.seat.user_id.clone();
                let to = member.pair.recipient.pk.clone();
                let what = (by, to, key.mk_seq, key.meeting_key.clone());
                Arc::make_mut(&mut self.sealed).insert(what);
            }
        }
    }

    /// A box a leader made: a classic one for who signed a Kyber key is a downgrade.
    fn note_box<A: Algebra<Value = V>>(
        &mut self,
        algebra: &A,
        joined: &Joined<V>,
        sealed: &SealedKey<V>,
    ) {
        let RoleState::Leader(leader) = &joined.role else { return };
        let classic = sealed.sealed.kem.is_none();
        if classic && algebra.has_kem(&joined.ephemeral.pk) {
            let newest = joined.ring.last().map(|key| &key.meeting_key);
            for key in self.keys.iter_mut().filter(|key| Some(&key.meeting_key) == newest) {
                key.classic = true;
            }
        }
        let Some(member) = leader.members.get(&sealed.to) else { return };
        let both = [&member.pair.sender.pk, &member.pair.recipient.pk];
        if both.iter().all(|pk| algebra.has_kem(pk)) {
            self.judge(Goal::NoDowngrade, !classic);
        }
    }

    /// A classic box taken by who signed a Kyber key, from who signed one too.
    fn judge_downgrade<A: Algebra<Value = V>>(&mut self, algebra: &A, glance: &Glance<'_, V>) {
        let Given::Event(Event::KeyOffered { sealed }) = glance.given else { return };
        let Phase::Joined(joined) = &glance.after.phase else { return };
        let Some(leader) = joined.known_leader() else { return };
        let both = [&leader.pair.sender.pk, &leader.pair.recipient.pk];
        if both.iter().all(|pk| algebra.has_kem(pk)) {
            self.judge(Goal::NoDowngrade, sealed.sealed.kem.is_some());
        }
    }

    fn note_packet<A: Algebra<Value = V>>(
        &mut self,
        algebra: &A,
        glance: &Glance<'_, V>,
        stream: &str,
        packet: &crate::message::Packet<V>,
    ) {
        let opened = Self::opened_by_sender(algebra, glance.profile, glance.before, stream, packet);
        let Some((meeting_key, stream_key, plaintext)) = opened else { return };
        if self.watches_any(&[Goal::Sender, Goal::Heard]) {
            Arc::make_mut(&mut self.said).insert((
                glance.after.seat.clone(),
                stream.to_owned(),
                plaintext.clone(),
            ));
        }
        let Phase::Joined(joined) = &glance.after.phase else { return };
        let exposed = self.watches(Goal::RosterSend) && (glance.knows)(&meeting_key);
        let spy_shown = exposed && shows(algebra, glance, joined);
        if let Some(gone_ms) = self.spy_gone_ms {
            let since_ms = glance.now_ms.saturating_sub(gone_ms);
            if since_ms > bounds(glance.profile).removal_ms {
                self.judge(Goal::RemovalInTime, !(glance.knows)(&meeting_key));
            }
        }
        let early = self.watches(Goal::Backward) && self.spy_came_ms.is_none();
        let shared_then = self.keys.iter().any(|key| key.shared && key.meeting_key == meeting_key);
        self.frames.insert(Frame {
            sender: glance.party.to_owned(),
            shared_then,
            meeting_key,
            stream_key,
            plaintext,
            packet: packet.clone(),
            past_removal: self.past_removal.contains(glance.party),
            exposed,
            spy_shown,
            before_spy_ms: early.then_some(glance.now_ms),
        });
    }
}

/// Whether a party has the spy's key on its list, as present.
pub(super) fn lists<V: Eq>(joined: &Joined<V>, spy: &V) -> bool {
    let present = joined.list.entries.values().filter(|entry| Entry::binding_hash(entry).is_some());
    present.into_iter().any(|entry| entry.ivk == *spy)
}

/// Whether a party's screen shows the spy as present.
fn shows<A: Algebra>(
    algebra: &A,
    glance: &Glance<'_, A::Value>,
    joined: &Joined<A::Value>,
) -> bool {
    let client = Client::new(algebra, glance.profile);
    let Some(seen) = client.seen(glance.after) else { return false };
    let spies = joined.list.entries.iter().filter(|(_, entry)| entry.ivk == *glance.spy);
    let mut spies = spies.map(|(seat, _)| seat);
    spies.any(|spy| seen.roster.iter().any(|line| line.here && line.seat == *spy))
}
