//! A meeting over terms in which the server does its work.

use conclave_model::{
    algebra::{Term, Terms},
    client::{Phase, RoleState},
    message::{Meeting, Role, Seat},
    script::{Act, CastMember, Expect, Handle, MessageKind, Recipe, ScriptStep, ValueRecipe},
    stage::{Reply, Sent, Stage},
};
use conclave_spec::Profile;

/// A stage, and what each party was told.
pub(crate) struct Room {
    /// The stage.
    pub(crate) stage: Stage<'static, Terms>,
    parties: Vec<&'static str>,
    told: Vec<usize>,
}

/// The device of a party.
pub(crate) fn seat(party: &str) -> Seat {
    Seat::new(party, &format!("{party}-laptop"))
}

/// The meeting everybody is in.
pub(crate) fn meeting() -> Meeting {
    Meeting { id: "42".to_owned(), uuid: [1; 16] }
}

impl Room {
    /// Alice leads; the others but the last join and are admitted. The last one has joined, and
    /// nobody was told. Somebody else stays outside.
    pub(crate) fn seated(profile: &Profile, parties: &[&'static str], outside: &str) -> Self {
        let cast = parties.iter().chain([&outside]);
        let cast: Vec<_> = cast.map(|party| CastMember::new(party, seat(party))).collect();
        let stage = Stage::new(&Terms, &cast, profile).unwrap();
        let mut room = Self { stage, parties: parties.to_vec(), told: vec![0; parties.len()] };
        room.join("alice", Role::Leader);
        let (last, others) = parties[1..].split_last().unwrap();
        others.iter().for_each(|party| room.comes(party));
        room.join(last, Role::Participant);
        room.settle();
        room
    }

    /// Does something that must not be refused for want of a message.
    pub(crate) fn play(&mut self, party: &str, act: Act) -> Reply<Term> {
        let step =
            ScriptStep { party: party.to_owned(), act, wire: None, expect: Expect::accept() };
        self.stage.play(&step).unwrap()
    }

    /// Does something.
    pub(crate) fn act(&mut self, party: &str, act: Act) {
        self.play(party, act);
    }

    /// Joins.
    pub(crate) fn join(&mut self, party: &str, role: Role) {
        self.act(party, Act::Join { meeting: meeting(), role, name: party.to_owned() });
    }

    /// Joins, is told who leads, and is admitted.
    pub(crate) fn comes(&mut self, party: &str) {
        self.join(party, Role::Participant);
        self.name_leader(party, "alice");
        self.admit("alice", party);
    }

    /// The server names a leader.
    pub(crate) fn name_leader(&mut self, party: &str, leader: &str) {
        let act = self.leader_named(leader);
        self.act(party, act);
    }

    /// What the server says of a leader.
    pub(crate) fn leader_named(&self, leader: &str) -> Act {
        let announcement = self.newest(leader, MessageKind::Announcement, 0);
        Act::LeaderNamed {
            seat: seat(leader),
            ivk: ValueRecipe::IvkOf(leader.to_owned()),
            announcement,
        }
    }

    /// The server tells somebody who joined, with their newest nonce.
    pub(crate) fn admit(&mut self, party: &str, who: &str) {
        if self.count(who, MessageKind::Nonce) > 0 {
            let nonce = self.newest(who, MessageKind::Nonce, 0);
            self.act(party, Act::NoncePosted { seat: seat(who), nonce });
        }
        let act = self.admitted(who);
        self.act(party, act);
    }

    /// What the server says of somebody who joined.
    pub(crate) fn admitted(&self, who: &str) -> Act {
        Act::Admitted {
            seat: seat(who),
            name: who.to_owned(),
            ivk: ValueRecipe::IvkOf(who.to_owned()),
            announcement: self.newest(who, MessageKind::Announcement, 0),
            outdated: false,
        }
    }

    /// A message of a party, counted from its newest.
    pub(crate) fn newest(&self, by: &str, kind: MessageKind, back: u32) -> Recipe {
        Recipe::Sent(Handle::of(by, kind, self.count(by, kind).saturating_sub(back).max(1)))
    }

    fn count(&self, by: &str, kind: MessageKind) -> u32 {
        let sent = self.stage.sent();
        let of_kind = sent.filter(|(who, message)| who == by && message.kind() == kind);
        u32::try_from(of_kind.count()).unwrap()
    }

    fn leads(&self, party: &str) -> Option<bool> {
        match &self.stage.actor(party).unwrap().state.phase {
            Phase::Joined(joined) => Some(matches!(joined.role, RoleState::Leader(_))),
            Phase::Outside | Phase::Left => None,
        }
    }

    /// Everybody gets what concerns them, leaders first.
    pub(crate) fn settle(&mut self) {
        for leads in [true, false] {
            for at in 0..self.parties.len() {
                if self.leads(self.parties[at]) == Some(leads) {
                    self.catch_up(at, leads);
                }
            }
        }
    }

    fn catch_up(&mut self, at: usize, leads: bool) {
        let party = self.parties[at];
        let from = std::mem::replace(&mut self.told[at], self.stage.sent().len());
        let mut counts = std::collections::BTreeMap::new();
        let mut acts = Vec::new();
        for (place, (by, message)) in self.stage.sent().enumerate() {
            let to = message.recipient().map(str::to_owned);
            let nth: &mut u32 = counts.entry((by.clone(), message.kind(), to.clone())).or_default();
            *nth += 1;
            if place >= from && by != party {
                let handle = Handle { by: by.clone(), kind: message.kind(), to, nth: *nth };
                acts.extend(handed_on(message, handle, party, leads));
            }
        }
        for act in acts {
            if self.leads(party) == Some(leads) {
                self.act(party, act);
            }
        }
    }

    /// Time passes for everybody, and everybody gets everything.
    pub(crate) fn run(&mut self, to_ms: u64) {
        let now_ms = self.stage.actors().map(|(_, actor)| actor.now_ms).max().unwrap();
        for at_ms in (now_ms..to_ms).step_by(10_000).skip(1).chain([to_ms]) {
            for party in self.parties.clone() {
                self.act(party, Act::Advance { to_ms: at_ms });
            }
            self.settle();
        }
    }
}

fn handed_on(message: &Sent<Term>, handle: Handle, to: &str, leads: bool) -> Option<Act> {
    let from = handle.by.clone();
    let sent = Recipe::Sent(handle);
    match message {
        Sent::Link(_) => (!leads).then_some(Act::Link { link: sent }),
        Sent::Heartbeat(_) => (!leads).then_some(Act::Heartbeat { heartbeat: sent }),
        Sent::SealedKey(sealed) => {
            (!leads && sealed.to == seat(to)).then_some(Act::SealedKey { sealed: sent })
        }
        Sent::Nonce(_) => leads.then(|| Act::NoncePosted { seat: seat(&from), nonce: sent }),
        Sent::LockRequest(_) => leads.then_some(Act::LockRequested { request: sent }),
        Sent::Announcement(_) | Sent::Packet(_) => None,
    }
}
