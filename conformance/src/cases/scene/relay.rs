//! What the board and the signalling channel do when nobody interferes.

use std::collections::BTreeMap;

use conclave_model::{
    Algebra as _,
    algebra::Terms,
    client::{Phase, RoleState},
    message::Seat,
    script::{Act, Expect, Handle, MessageKind, Recipe},
    stage::{Sent, Stage},
};
use conclave_spec::Rule;

use super::{LastBeat, Scene, Told, seat, user};

impl Scene {
    /// How many messages of a kind a party has sent.
    pub(crate) fn count(&mut self, by: &str, kind: MessageKind) -> u32 {
        self.play();
        let Some(stage) = &self.stage else { return 0 };
        let of_kind = stage.sent().filter(|(who, it)| who == by && it.kind() == kind);
        u32::try_from(of_kind.count()).unwrap_or(u32::MAX)
    }

    /// Whether a party leads; `None` outside a meeting.
    pub(super) fn role(&mut self, party: &str) -> Option<bool> {
        self.play();
        match &self.stage.as_ref()?.actor(party).ok()?.state.phase {
            Phase::Joined(joined) => Some(matches!(joined.role, RoleState::Leader(_))),
            Phase::Outside | Phase::Left => None,
        }
    }

    /// The last key that `by` sealed for a party.
    pub(crate) fn newest_sealed(&mut self, by: &str, to: &str) -> Recipe {
        self.play();
        let sent = self.stage.iter().flat_map(Stage::sent);
        let keys = sent.filter(|(who, it)| who == by && it.recipient() == Some(user(to)));
        let nth = u32::try_from(keys.count()).unwrap_or(u32::MAX);
        Recipe::Sent(Handle::sealed_key(by, user(to), nth))
    }

    /// The newest key number a party holds; 0 without one.
    pub(crate) fn newest_key(&mut self, party: &str) -> u32 {
        self.play();
        let actor = self.stage.as_ref().and_then(|stage| stage.actor(party).ok());
        match actor.map(|actor| &actor.state.phase) {
            Some(Phase::Joined(joined)) => joined.ring.iter().map(|key| key.mk_seq).max(),
            Some(Phase::Outside | Phase::Left) | None => None,
        }
        .unwrap_or(0)
    }

    /// Everything posted that concerns a participant reaches it, in order: links, heartbeats, keys
    /// sealed to it. At its first look at the list it gets the links since the last snapshot and
    /// the newest heartbeat.
    pub(crate) fn catch_up(&mut self, party: &str) -> &mut Self {
        self.catch_up_to(party, usize::MAX)
    }

    /// As [`Scene::catch_up`], with nothing but the first `upto` messages posted by anybody.
    pub(crate) fn catch_up_to(&mut self, party: &str, upto: usize) -> &mut Self {
        self.play();
        let (Some(stage), Some(told)) = (&self.stage, self.told.get(party).copied()) else {
            return self;
        };
        let posted = stage.sent().take(upto);
        let upto = posted.len();
        let first = if told.begun { told.upto } else { first_look(posted.clone()) };
        let last_beat = posted.rev().position(|(_, it)| it.kind() == MessageKind::Heartbeat);
        let last_beat = last_beat.map(|back| upto - 1 - back);
        let mut acts = Vec::new();
        for (at, (handle, message)) in stage.by_handle().into_iter().take(upto).enumerate() {
            let missed =
                !told.begun && Some(at) != last_beat && message.kind() == MessageKind::Heartbeat;
            let early = at < told.joined_at && message.kind() == MessageKind::SealedKey;
            if at < first || handle.by == party || missed || early {
                continue;
            }
            acts.extend(handed_on(message, handle, &seat(party)));
        }
        self.told.insert(party.to_owned(), Told { upto, begun: true, ..told });
        for act in acts {
            let link = matches!(act, Act::Link { .. });
            let heartbeat = matches!(act, Act::Heartbeat { .. });
            let early_key = matches!(act, Act::SealedKey { .. }) && !self.takes_keys(party);
            self.act(party, act);
            if link {
                self.expect(Expect::pending(Rule::LinkAwaitsHeartbeat));
            }
            if heartbeat && self.has(Rule::FirstListsSelf) && !self.has_begun(party) {
                self.refused(Rule::FirstListsSelf);
            }
            if early_key {
                self.expect(Expect::pending(Rule::NumberFromHeartbeat));
            }
        }
        self
    }

    /// How many messages have been posted by anybody.
    pub(crate) fn posted(&mut self) -> usize {
        self.play();
        self.stage.iter().flat_map(Stage::sent).count()
    }

    /// How many steps there are so far.
    pub(crate) fn steps(&self) -> usize {
        self.script.steps.len()
    }

    /// A party's time, in milliseconds since the start.
    pub(crate) fn now_ms(&mut self, party: &str) -> u64 {
        self.play();
        let actor = self.stage.as_ref().and_then(|stage| stage.actor(party).ok());
        actor.map(|actor| actor.now_ms).unwrap_or_default()
    }

    /// Whether a party is in a meeting.
    pub(crate) fn is_inside(&mut self, party: &str) -> bool {
        self.role(party).is_some()
    }

    /// Whether a party in a meeting has taken or made a heartbeat there, now or before it stepped out.
    fn has_begun(&mut self, party: &str) -> bool {
        self.play();
        let actor = self.stage.as_ref().and_then(|stage| stage.actor(party).ok());
        matches!(actor.map(|actor| &actor.state.phase),
            Some(Phase::Joined(it)) if it.chain.hash != Terms.no_hash())
    }

    /// Whether a sealed key is of use at once: where its number comes by heartbeat, one has to call
    /// for it first.
    fn takes_keys(&mut self, party: &str) -> bool {
        self.play();
        let actor = self.stage.as_ref().and_then(|stage| stage.actor(party).ok());
        let called_for = match actor.map(|actor| &actor.state.phase) {
            Some(Phase::Joined(joined)) => match &joined.role {
                RoleState::Participant(participant) => participant.key_called_for,
                RoleState::Leader(_) => false,
            },
            Some(Phase::Outside | Phase::Left) | None => false,
        };
        called_for || !self.has(Rule::NumberFromHeartbeat)
    }

    /// The last heartbeat that a party sent or took.
    pub(crate) fn last_beat(&mut self, party: &str) -> LastBeat {
        self.play();
        let actor = self.stage.as_ref().and_then(|stage| stage.actor(party).ok());
        match actor.map(|actor| &actor.state.phase) {
            Some(Phase::Joined(joined)) => {
                let chain = &joined.chain;
                LastBeat { t: chain.t, mk_seq: chain.mk_seq, timestamp_ms: chain.timestamp_ms }
            }
            Some(Phase::Outside | Phase::Left) | None => LastBeat::default(),
        }
    }

    /// What was posted so far is none of this party's business any more.
    pub(crate) fn misses(&mut self, party: &str) -> &mut Self {
        self.play();
        if let (Some(stage), Some(told)) = (&self.stage, self.told.get_mut(party)) {
            told.upto = stage.sent().len();
        }
        self
    }

    /// Everybody in the meeting gets what concerns them: a leader the nonces, the others the rest.
    pub(crate) fn settle(&mut self) -> &mut Self {
        for party in self.parties() {
            match self.role(&party) {
                Some(true) => self.new_nonces(&party),
                Some(false) => {
                    self.catch_up(&party);
                }
                None => {}
            }
        }
        // A nonce may have called for a key.
        for party in self.parties() {
            if self.role(&party) == Some(false) {
                self.catch_up(&party);
            }
        }
        self
    }

    /// The nonces posted since the last look reach a leader.
    fn new_nonces(&mut self, party: &str) {
        let (Some(stage), Some(told)) = (&self.stage, self.told.get(party).copied()) else {
            return;
        };
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        let mut new = Vec::new();
        for (at, (by, message)) in stage.sent().enumerate() {
            if message.kind() != MessageKind::Nonce {
                continue;
            }
            let nth = counts.entry(by.clone()).or_default();
            *nth += 1;
            // The first one comes with the admission.
            if at >= told.upto && by != party && *nth > 1 {
                new.push((by.clone(), *nth));
            }
        }
        let upto = stage.sent().len();
        self.told.insert(party.to_owned(), Told { upto, ..told });
        for (by, nth) in new {
            self.nonce_nth(party, &by, nth);
        }
    }

    /// Time passes for everybody, in steps of ten seconds at most, and everybody gets everything.
    pub(crate) fn run(&mut self, to_ms: u64) -> &mut Self {
        loop {
            self.play();
            let actors = self.stage.iter().flat_map(Stage::actors);
            let now_ms = actors.map(|(_, actor)| actor.now_ms).max().unwrap_or(to_ms);
            if now_ms >= to_ms {
                return self;
            }
            let next_ms = ((now_ms / 10_000 + 1) * 10_000).min(to_ms);
            self.advance_all(next_ms).settle();
        }
    }

    /// The server names a new leader: to itself first, then to everybody else.
    pub(crate) fn elect(&mut self, leader: &str) -> &mut Self {
        self.told_leader(leader, leader);
        for party in self.parties() {
            if party != leader && self.role(&party).is_some() {
                self.told_leader(&party, leader);
            }
        }
        self
    }

    /// Everybody's announcements and nonces are on the board of every participant, as a server does
    /// that prepares for a new leader.
    pub(crate) fn share_board(&mut self) -> &mut Self {
        for party in self.parties() {
            if self.role(&party) != Some(false) {
                continue;
            }
            for who in self.parties() {
                if who != party && self.role(&who).is_some() {
                    self.admit(&party, &who);
                }
            }
        }
        self
    }
}

/// Where a newcomer begins to read: at the last snapshot, else at the start.
fn first_look<'s, V: 's>(
    mut sent: impl ExactSizeIterator<Item = &'s (String, Sent<V>)> + DoubleEndedIterator,
) -> usize {
    use conclave_model::message::Operation;
    let snapshot = |(_, message): &(String, Sent<V>)| matches!(message, Sent::Link(link) if matches!(link.operation, Operation::Snapshot { .. }));
    sent.rposition(snapshot).unwrap_or(0)
}

/// What the server does with a message for a participant.
fn handed_on<V>(message: &Sent<V>, handle: Handle, to: &Seat) -> Option<Act> {
    match message {
        Sent::Link(_) => Some(Act::Link { link: Recipe::Sent(handle) }),
        Sent::Heartbeat(_) => Some(Act::Heartbeat { heartbeat: Recipe::Sent(handle) }),
        Sent::SealedKey(sealed) => {
            (sealed.to == *to).then_some(Act::SealedKey { sealed: Recipe::Sent(handle) })
        }
        Sent::Announcement(_) | Sent::Packet(_) | Sent::Nonce(_) | Sent::LockRequest(_) => None,
    }
}
