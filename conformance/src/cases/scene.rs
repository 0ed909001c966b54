//! Writing scripts: the usual cast, and one method for each thing that happens.
//!
//! A scene plays along over terms while it is written, so that it knows what every party has sent
//! and can hand it on: [`Scene::catch_up`], [`Scene::settle`], [`Scene::run`].

use std::collections::BTreeMap;

use conclave_model::{
    algebra::Terms,
    message::{Meeting, Role, Seat},
    script::{
        Act, CastMember, Change, Expect, ExpectedClass, ForgedHeartbeat, ForgedLink, ForgedSeal,
        Handle, KeyRecipe, MessageKind, OperationRecipe, Recipe, Script, ScriptStep, ValueRecipe,
        Window, WireEdit,
    },
    stage::Stage,
};
use conclave_spec::{Profile, Rule};

mod relay;

/// The user ID of a party: its name up to an `@`.
fn user(party: &str) -> &str {
    party.split('@').next().unwrap_or(party)
}

/// The device of a party: what stands behind an `@`, else a laptop.
pub(crate) fn seat(party: &str) -> Seat {
    let (user, device) = party.split_once('@').unwrap_or((party, "laptop"));
    Seat::new(user, &format!("{user}-{device}"))
}

/// The meeting of nearly every case.
pub(crate) fn meeting() -> Meeting {
    Meeting { id: "93017455128".to_owned(), uuid: *b"first instance.." }
}

/// Another incarnation of it.
pub(crate) fn next_instance() -> Meeting {
    Meeting { uuid: *b"second instance.", ..meeting() }
}

/// How far a party has been told what is on the board.
#[derive(Clone, Copy, Debug)]
struct Told {
    /// The messages before this place are told, or none of its business.
    upto: usize,
    /// Where its present join stands.
    joined_at: usize,
    /// Whether it has had its first look at the list.
    begun: bool,
}

/// What a case needs to know of a heartbeat.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastBeat {
    /// Its send counter.
    pub(crate) t: u32,
    /// The number of the key it certifies.
    pub(crate) mk_seq: u32,
    /// Its timestamp.
    pub(crate) timestamp_ms: u64,
}

/// A script being written.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    profile: Profile,
    script: Script,
    stage: Option<Stage<'static, Terms>>,
    /// How many steps the stage has played.
    played: usize,
    told: BTreeMap<String, Told>,
}

impl Scene {
    /// A cast with the usual devices, nothing done yet.
    pub(crate) fn of(profile: &Profile, parties: &[&str]) -> Self {
        let cast = parties.iter().map(|party| CastMember::new(party, seat(party))).collect();
        Self::with_cast(profile, cast)
    }

    /// A cast as given, nothing done yet.
    pub(crate) fn with_cast(profile: &Profile, cast: Vec<CastMember>) -> Self {
        let stage = Stage::new(&Terms, &cast, profile).ok();
        let script = Script { cast, steps: Vec::new() };
        Self { profile: profile.clone(), script, stage, played: 0, told: BTreeMap::new() }
    }

    /// Alice leads; the others have joined, and everybody is told who leads. Alice has not been
    /// told of the others.
    pub(crate) fn gathered(profile: &Profile, parties: &[&str]) -> Self {
        let mut scene = Self::of(profile, parties);
        scene.join("alice", Role::Leader);
        for party in parties.iter().filter(|party| **party != "alice") {
            scene.join(party, Role::Participant).told_leader(party, "alice");
        }
        scene
    }

    /// As [`Scene::gathered`], with everybody admitted by Alice, one after the other, and what she
    /// posted in everybody's hands. Where every join rotates, the newest key is that of the last
    /// one: number `parties.len()`.
    pub(crate) fn seated(profile: &Profile, parties: &[&str]) -> Self {
        let mut scene = Self::gathered(profile, parties);
        for party in parties.iter().filter(|party| **party != "alice") {
            scene.admit("alice", party);
        }
        scene.settle();
        scene
    }

    pub(crate) fn script(self) -> Script {
        self.script
    }

    /// The profile it is written for.
    pub(crate) fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Whether a rule is in force in its profile.
    pub(crate) fn has(&self, rule: Rule) -> bool {
        self.profile.rules.contains(rule)
    }

    pub(crate) fn act(&mut self, party: &str, act: Act) -> &mut Self {
        self.play();
        if let (Act::Join { .. }, Some(stage)) = (&act, &self.stage) {
            let joined_at = stage.sent().len();
            let goes_on = self.told.get(party).copied().filter(|_| stage.resumes(party));
            let (upto, begun) = goes_on.map_or((joined_at, false), |told| (told.upto, true));
            self.told.insert(party.to_owned(), Told { upto, joined_at, begun });
        }
        let step =
            ScriptStep { party: party.to_owned(), act, wire: None, expect: Expect::accept() };
        self.script.steps.push(step);
        self
    }

    /// Something that is not for a party in its phase or role.
    pub(super) fn misfit(&mut self, party: &str, act: Act) -> &mut Self {
        self.play();
        let step =
            ScriptStep { party: party.to_owned(), act, wire: None, expect: Expect::misfit() };
        self.script.steps.push(step);
        self
    }

    /// Plays along up to the last step. A step whose bytes are damaged changes nothing; one that
    /// cannot be played is found when the case is recorded.
    fn play(&mut self) {
        let Some(stage) = &mut self.stage else { return };
        for step in self.script.steps.iter().skip(self.played) {
            if step.wire.is_none() {
                let _ = stage.play(step);
            }
        }
        self.played = self.script.steps.len();
    }

    /// What must become of the last step. A window stays where something may come of it.
    pub(crate) fn expect(&mut self, expect: Expect) -> &mut Self {
        if let Some(step) = self.script.steps.last_mut() {
            let kept = step.expect.window.take();
            let window = expect.window.or(kept).filter(|_| expect.class == ExpectedClass::Accept);
            step.expect = Expect { window, ..expect };
        }
        self
    }

    /// The last step calls for a rotation: a leader may put it off a little, where the profile lets
    /// it.
    fn may_rotate_later(&mut self, party: &str, wait_ms: u32, rule: Rule) -> &mut Self {
        if self.role(party) != Some(true) || !self.has(Rule::JoinBatchBounded) {
            return self;
        }
        let actor = self.stage.as_ref().and_then(|stage| stage.actor(party).ok());
        let now_ms = actor.map(|actor| actor.now_ms).unwrap_or_default();
        self.within((now_ms, now_ms + u64::from(wait_ms)), rule, rule)
    }

    /// The last step shows this rule holding. A link stays pending.
    pub(crate) fn shows(&mut self, rule: Rule) -> &mut Self {
        self.expect(Expect::holds(rule))
    }

    /// The last step is refused by this rule.
    pub(crate) fn refused(&mut self, rule: Rule) -> &mut Self {
        self.expect(Expect::broken(rule))
    }

    /// What the last step brings about may happen in this window.
    pub(crate) fn within(
        &mut self,
        (from_ms, to_ms): (u64, u64),
        early: Rule,
        late: Rule,
    ) -> &mut Self {
        let window = Window { from_ms, to_ms, early, late };
        if let Some(step) = self.script.steps.last_mut() {
            step.expect.window = Some(window);
        }
        self
    }

    /// The bytes of the last step's message are damaged.
    pub(crate) fn damaged_on_the_wire(&mut self, edit: WireEdit) -> &mut Self {
        if let Some(step) = self.script.steps.last_mut() {
            step.wire = Some(edit);
        }
        self
    }

    pub(crate) fn join(&mut self, party: &str, role: Role) -> &mut Self {
        self.join_instance(party, role, meeting())
    }

    /// Joins under the user ID as display name.
    pub(crate) fn join_instance(&mut self, party: &str, role: Role, meeting: Meeting) -> &mut Self {
        self.act(party, Act::Join { meeting, role, name: user(party).to_owned() })
    }

    /// A further party, that has done nothing yet.
    pub(crate) fn also(&mut self, member: CastMember) -> &mut Self {
        // The stage has its cast from the start: play all anew with one more.
        self.script.cast.push(member);
        self.stage = Stage::new(&Terms, &self.script.cast, &self.profile).ok();
        self.played = 0;
        self.play();
        self
    }

    /// How often a party has joined so far.
    pub(crate) fn joins_of(&self, party: &str) -> u32 {
        let joined =
            |step: &&ScriptStep| step.party == party && matches!(step.act, Act::Join { .. });
        u32::try_from(self.script.steps.iter().filter(joined).count()).unwrap_or(u32::MAX)
    }

    pub(crate) fn told_leader(&mut self, party: &str, leader: &str) -> &mut Self {
        let announcement = self.last_announcement(leader);
        self.told_leader_as(party, leader, seat(leader), announcement)
    }

    /// The server claims that `claimed` leads, with the key of `leader` and this announcement.
    pub(crate) fn told_leader_as(
        &mut self,
        party: &str,
        leader: &str,
        claimed: Seat,
        announcement: Recipe,
    ) -> &mut Self {
        let ivk = ValueRecipe::IvkOf(leader.to_owned());
        self.act(party, Act::LeaderNamed { seat: claimed, ivk, announcement })
    }

    /// The newest announcement of a party.
    fn last_announcement(&self, party: &str) -> Recipe {
        Recipe::Sent(Handle::announcement(party, self.joins_of(party).max(1)))
    }

    /// The server tells `party` that `who` joined, with the nonce they posted.
    pub(crate) fn admit(&mut self, party: &str, who: &str) -> &mut Self {
        let announcement = self.last_announcement(who);
        self.nonce(party, who);
        self.admit_with(party, who, announcement)
    }

    pub(crate) fn admit_with(&mut self, party: &str, who: &str, announcement: Recipe) -> &mut Self {
        let ivk = ValueRecipe::IvkOf(who.to_owned());
        let (seat, name) = (seat(who), user(who).to_owned());
        self.act(party, Act::Admitted { seat, name, ivk, announcement, outdated: false });
        let wait_ms = self.profile.params.join_batch_ms_max;
        self.may_rotate_later(party, wait_ms, Rule::JoinBatchBounded)
    }

    /// The newest liveness nonce of `who` reaches `party`, where this version has them.
    pub(crate) fn nonce(&mut self, party: &str, who: &str) -> &mut Self {
        let posted = self.count(who, MessageKind::Nonce);
        if posted == 0 {
            return self;
        }
        self.nonce_nth(party, who, posted)
    }

    /// The newest liveness nonce of a party reaches another as that of the device `claimed`.
    pub(crate) fn nonce_as(&mut self, party: &str, claimed: &str, by: &str) -> &mut Self {
        let nth = self.count(by, MessageKind::Nonce);
        if nth == 0 {
            return self;
        }
        let nonce = Recipe::Sent(Handle::of(by, MessageKind::Nonce, nth));
        self.act(party, Act::NoncePosted { seat: seat(claimed), nonce })
    }

    pub(crate) fn nonce_nth(&mut self, party: &str, who: &str, nth: u32) -> &mut Self {
        let nonce = Recipe::Sent(Handle::of(who, MessageKind::Nonce, nth));
        self.act(party, Act::NoncePosted { seat: seat(who), nonce })
    }

    pub(crate) fn depart(&mut self, party: &str, who: &str) -> &mut Self {
        self.act(party, Act::Departed { seat: seat(who) });
        self.may_rotate_later(party, self.profile.params.leave_rotation_ms_max, Rule::RotateOnLeave)
    }

    pub(crate) fn rename(&mut self, party: &str, who: &str, name: &str) -> &mut Self {
        self.act(party, Act::Renamed { seat: seat(who), name: name.to_owned() })
    }

    pub(crate) fn kick(&mut self, party: &str, who: &str) -> &mut Self {
        self.act(party, Act::Kick { seat: seat(who) });
        self.may_rotate_later(party, self.profile.params.leave_rotation_ms_max, Rule::RotateOnLeave)
    }

    pub(crate) fn set_lock(&mut self, party: &str, locked: bool) -> &mut Self {
        self.act(party, Act::SetLock { locked })
    }

    /// The `nth` request of a co-host reaches the leader.
    pub(crate) fn lock_request(&mut self, party: &str, by: &str, nth: u32) -> &mut Self {
        self.lock_request_from(party, Recipe::Sent(Handle::of(by, MessageKind::LockRequest, nth)))
    }

    pub(crate) fn lock_request_from(&mut self, party: &str, request: Recipe) -> &mut Self {
        self.act(party, Act::LockRequested { request })
    }

    pub(crate) fn lock_claim(&mut self, party: &str, locked: bool) -> &mut Self {
        self.act(party, Act::LockClaimed { locked })
    }

    pub(crate) fn room_claim(&mut self, party: &str, who: &str, in_room: bool) -> &mut Self {
        self.act(party, Act::RoomClaimed { seat: seat(who), in_room })
    }

    pub(crate) fn step_out(&mut self, party: &str) -> &mut Self {
        self.act(party, Act::StepOut {})
    }

    /// The `nth` link of `by` reaches `party`, and is stored.
    pub(crate) fn link(&mut self, party: &str, by: &str, nth: u32) -> &mut Self {
        self.link_from(party, link(by, nth))
    }

    pub(crate) fn link_from(&mut self, party: &str, link: Recipe) -> &mut Self {
        self.act(party, Act::Link { link });
        self.expect(Expect::pending(Rule::LinkAwaitsHeartbeat))
    }

    pub(crate) fn link_forged(&mut self, party: &str, forged: ForgedLink) -> &mut Self {
        self.link_from(party, Recipe::ForgedLink(forged))
    }

    /// The `nth` heartbeat of `by` reaches `party`.
    pub(crate) fn heartbeat(&mut self, party: &str, by: &str, nth: u32) -> &mut Self {
        self.heartbeat_from(party, heartbeat(by, nth))
    }

    pub(crate) fn heartbeat_from(&mut self, party: &str, heartbeat: Recipe) -> &mut Self {
        self.act(party, Act::Heartbeat { heartbeat })
    }

    pub(crate) fn heartbeat_forged(&mut self, party: &str, forged: ForgedHeartbeat) -> &mut Self {
        self.heartbeat_from(party, Recipe::ForgedHeartbeat(forged))
    }

    /// The `nth` key Alice sealed for this party.
    pub(crate) fn sealed(&mut self, party: &str, nth: u32) -> &mut Self {
        self.sealed_from(party, sealed(party, nth))
    }

    pub(crate) fn sealed_from(&mut self, party: &str, sealed: Recipe) -> &mut Self {
        self.act(party, Act::SealedKey { sealed })
    }

    pub(crate) fn sealed_forged(&mut self, party: &str, forged: ForgedSeal) -> &mut Self {
        self.sealed_from(party, Recipe::ForgedSeal(forged))
    }

    /// The `nth` packet of `from`, delivered truthfully.
    pub(crate) fn packet(&mut self, party: &str, from: &str, nth: u32) -> &mut Self {
        self.packet_as(party, from, "audio", Recipe::Sent(Handle::packet(from, nth)))
    }

    pub(crate) fn packet_as(
        &mut self,
        party: &str,
        from: &str,
        stream: &str,
        packet: Recipe,
    ) -> &mut Self {
        self.act(party, Act::Packet { from: seat(from), stream: stream.to_owned(), packet })
    }

    pub(crate) fn send(&mut self, party: &str, text: &str) -> &mut Self {
        self.send_on(party, "audio", text)
    }

    pub(crate) fn send_on(&mut self, party: &str, stream: &str, text: &str) -> &mut Self {
        self.act(party, Act::Send { stream: stream.to_owned(), text: text.to_owned() })
    }

    pub(crate) fn leave(&mut self, party: &str) -> &mut Self {
        self.act(party, Act::Leave {})
    }

    pub(crate) fn observe(&mut self, party: &str) -> &mut Self {
        self.act(party, Act::Observe {})
    }

    pub(crate) fn advance(&mut self, party: &str, to_ms: u64) -> &mut Self {
        self.act(party, Act::Advance { to_ms })
    }

    /// Everybody's time passes, Alice's first.
    pub(crate) fn advance_all(&mut self, to_ms: u64) -> &mut Self {
        for party in self.parties() {
            self.advance(&party, to_ms);
        }
        self
    }

    fn parties(&self) -> Vec<String> {
        self.script.cast.iter().map(|member| member.party.clone()).collect()
    }
}

/// The first announcement of a party.
pub(crate) fn announcement(party: &str) -> Recipe {
    Recipe::Sent(Handle::announcement(party, 1))
}

/// The `nth` key Alice sealed for this party.
pub(crate) fn sealed(party: &str, nth: u32) -> Recipe {
    Recipe::Sent(Handle::sealed_key("alice", user(party), nth))
}

/// The `nth` link of a party.
pub(crate) fn link(by: &str, nth: u32) -> Recipe {
    Recipe::Sent(Handle::of(by, MessageKind::Link, nth))
}

/// The `nth` heartbeat of a party.
pub(crate) fn heartbeat(by: &str, nth: u32) -> Recipe {
    Recipe::Sent(Handle::of(by, MessageKind::Heartbeat, nth))
}

/// A link after Alice's `after`-th, whose place in the chain is right.
pub(crate) fn forged_link(after: u32, operation: OperationRecipe) -> ForgedLink {
    let prev = (after > 0).then(|| Box::new(link("alice", after)));
    ForgedLink { by: "alice".to_owned(), v: after + 1, prev, operation }
}

/// A heartbeat of Alice, misbehaving, that is as her next one would be.
pub(crate) fn forged_heartbeat() -> ForgedHeartbeat {
    ForgedHeartbeat { by: "alice".to_owned(), ..ForgedHeartbeat::default() }
}

/// Alice, misbehaving, signs a binding with one field changed.
pub(crate) fn forged_announcement(by: &str, change: Change) -> Recipe {
    Recipe::ForgedAnnouncement { by: by.to_owned(), label: None, changes: vec![change] }
}

/// Alice, misbehaving, seals a key of her own making.
pub(crate) fn forged_seal(to: &str, mk_seq: u32) -> ForgedSeal {
    let key = KeyRecipe::Fresh(format!("key {mk_seq}"));
    ForgedSeal::new("alice", seat(to), key, mk_seq)
}
