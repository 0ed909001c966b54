//! Writing scripts: the usual cast, and one method for each thing that happens.

use conclave_model::{
    message::{Meeting, Role, Seat},
    script::{
        Act, CastMember, Change, Expect, ForgedSeal, Handle, KeyRecipe, Recipe, Script, ScriptStep,
        ValueRecipe, Window, WireEdit,
    },
};
use conclave_spec::Rule;

/// The user ID of a party: its name up to an `@`.
fn user(party: &str) -> &str {
    party.split('@').next().unwrap_or(party)
}

/// The device of a party: what stands behind an `@`, else a laptop.
pub(super) fn seat(party: &str) -> Seat {
    let (user, device) = party.split_once('@').unwrap_or((party, "laptop"));
    Seat::new(user, &format!("{user}-{device}"))
}

/// The meeting of nearly every case.
pub(super) fn meeting() -> Meeting {
    Meeting { id: "93017455128".to_owned(), uuid: *b"first instance.." }
}

/// Another incarnation of it.
pub(super) fn next_instance() -> Meeting {
    Meeting { uuid: *b"second instance.", ..meeting() }
}

/// A script being written.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    script: Script,
}

impl Scene {
    /// A cast with the usual devices, nothing done yet.
    pub(super) fn of(parties: &[&str]) -> Self {
        let cast = parties
            .iter()
            .map(|party| CastMember {
                party: (*party).to_owned(),
                seat: seat(party),
                same_device_as: None,
            })
            .collect();
        Self { script: Script { cast, steps: Vec::new() } }
    }

    /// Alice leads; the others have joined, and everybody is told who leads. Alice has not been
    /// told of the others.
    pub(super) fn gathered(parties: &[&str]) -> Self {
        let mut scene = Self::of(parties);
        scene.join("alice", Role::Leader);
        for party in parties.iter().filter(|party| **party != "alice") {
            scene.join(party, Role::Participant).told_leader(party, "alice");
        }
        scene
    }

    /// As [`Scene::gathered`], with everybody admitted by Alice, and key 1 in everybody's hands.
    pub(super) fn seated(parties: &[&str]) -> Self {
        let mut scene = Self::gathered(parties);
        for party in parties.iter().filter(|party| **party != "alice") {
            scene.admit("alice", party).signal(party, 1).sealed(party, 1);
        }
        scene
    }

    pub(super) fn script(self) -> Script {
        self.script
    }

    pub(super) fn act(&mut self, party: &str, act: Act) -> &mut Self {
        let step =
            ScriptStep { party: party.to_owned(), act, wire: None, expect: Expect::accept() };
        self.script.steps.push(step);
        self
    }

    /// What must become of the last step.
    pub(super) fn expect(&mut self, expect: Expect) -> &mut Self {
        if let Some(step) = self.script.steps.last_mut() {
            step.expect = expect;
        }
        self
    }

    /// The last step shows this rule holding.
    pub(super) fn shows(&mut self, rule: Rule) -> &mut Self {
        self.expect(Expect::holds(rule))
    }

    /// The last step is refused by this rule.
    pub(super) fn refused(&mut self, rule: Rule) -> &mut Self {
        self.expect(Expect::broken(rule))
    }

    /// What the last step brings about may happen in this window.
    pub(super) fn within(
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
    pub(super) fn damaged_on_the_wire(&mut self, edit: WireEdit) -> &mut Self {
        if let Some(step) = self.script.steps.last_mut() {
            step.wire = Some(edit);
        }
        self
    }

    pub(super) fn join(&mut self, party: &str, role: Role) -> &mut Self {
        self.join_instance(party, role, meeting())
    }

    pub(super) fn join_instance(&mut self, party: &str, role: Role, meeting: Meeting) -> &mut Self {
        self.act(party, Act::Join { meeting, role })
    }

    /// A further party joins as leader of the same meeting.
    pub(super) fn also_leads(&mut self, party: &str) -> &mut Self {
        self.script.cast.push(CastMember {
            party: party.to_owned(),
            seat: seat(party),
            same_device_as: None,
        });
        self.join(party, Role::Leader)
    }

    /// How often a party has joined so far.
    pub(super) fn joins_of(&self, party: &str) -> u32 {
        let joined =
            |step: &&ScriptStep| step.party == party && matches!(step.act, Act::Join { .. });
        u32::try_from(self.script.steps.iter().filter(joined).count()).unwrap_or(u32::MAX)
    }

    pub(super) fn told_leader(&mut self, party: &str, leader: &str) -> &mut Self {
        self.told_leader_as(party, leader, seat(leader), announcement(leader))
    }

    /// The server claims that `claimed` leads, with the key of `leader` and this announcement.
    pub(super) fn told_leader_as(
        &mut self,
        party: &str,
        leader: &str,
        claimed: Seat,
        announcement: Recipe,
    ) -> &mut Self {
        let ivk = ValueRecipe::IvkOf(leader.to_owned());
        self.act(party, Act::LeaderNamed { seat: claimed, ivk, announcement })
    }

    pub(super) fn admit(&mut self, party: &str, who: &str) -> &mut Self {
        self.admit_with(party, who, announcement(who))
    }

    pub(super) fn admit_with(&mut self, party: &str, who: &str, announcement: Recipe) -> &mut Self {
        let ivk = ValueRecipe::IvkOf(who.to_owned());
        self.act(party, Act::Admitted { seat: seat(who), ivk, announcement })
    }

    pub(super) fn depart(&mut self, party: &str, who: &str) -> &mut Self {
        self.act(party, Act::Departed { seat: seat(who) })
    }

    pub(super) fn signal(&mut self, party: &str, mk_seq: u32) -> &mut Self {
        self.act(party, Act::RekeySignaled { mk_seq })
    }

    /// The `nth` key Alice sealed for this party.
    pub(super) fn sealed(&mut self, party: &str, nth: u32) -> &mut Self {
        self.sealed_from(party, sealed(party, nth))
    }

    pub(super) fn sealed_from(&mut self, party: &str, sealed: Recipe) -> &mut Self {
        self.act(party, Act::SealedKey { sealed })
    }

    pub(super) fn sealed_forged(&mut self, party: &str, forged: ForgedSeal) -> &mut Self {
        self.sealed_from(party, Recipe::ForgedSeal(forged))
    }

    /// The `nth` packet of `from`, delivered truthfully.
    pub(super) fn packet(&mut self, party: &str, from: &str, nth: u32) -> &mut Self {
        self.packet_as(party, from, "audio", Recipe::Sent(Handle::packet(from, nth)))
    }

    pub(super) fn packet_as(
        &mut self,
        party: &str,
        from: &str,
        stream: &str,
        packet: Recipe,
    ) -> &mut Self {
        let (from, stream) = (user(from).to_owned(), stream.to_owned());
        self.act(party, Act::Packet { from, stream, packet })
    }

    pub(super) fn send(&mut self, party: &str, text: &str) -> &mut Self {
        self.send_on(party, "audio", text)
    }

    pub(super) fn send_on(&mut self, party: &str, stream: &str, text: &str) -> &mut Self {
        self.act(party, Act::Send { stream: stream.to_owned(), text: text.to_owned() })
    }

    pub(super) fn leave(&mut self, party: &str) -> &mut Self {
        self.act(party, Act::Leave {})
    }

    pub(super) fn observe(&mut self, party: &str) -> &mut Self {
        self.act(party, Act::Observe {})
    }

    pub(super) fn advance(&mut self, party: &str, to_ms: u64) -> &mut Self {
        self.act(party, Act::Advance { to_ms })
    }

    /// Everybody's time passes, Alice's first.
    pub(super) fn advance_all(&mut self, to_ms: u64) -> &mut Self {
        let parties: Vec<_> = self.script.cast.iter().map(|member| member.party.clone()).collect();
        for party in parties {
            self.advance(&party, to_ms);
        }
        self
    }
}

impl Scene {
    /// As [`Scene::advance_all`], past the rotation that the joins at the start call for.
    pub(super) fn advance_rotating(&mut self, to_ms: u64) -> &mut Self {
        let first = self.script.steps.len();
        self.advance_all(to_ms);
        let window = Window {
            from_ms: 15_000,
            to_ms,
            early: Rule::RotationThrottled,
            late: Rule::RotateOnJoin,
        };
        let leader = self.script.steps.iter_mut().skip(first).find(|step| step.party == "alice");
        if let Some(step) = leader {
            step.expect.window = Some(window);
        }
        self
    }
}

/// The first announcement of a party.
pub(super) fn announcement(party: &str) -> Recipe {
    Recipe::Sent(Handle::announcement(party, 1))
}

/// The `nth` key Alice sealed for this party.
pub(super) fn sealed(party: &str, nth: u32) -> Recipe {
    Recipe::Sent(Handle::sealed_key("alice", user(party), nth))
}

/// Alice, misbehaving, signs a binding with one field changed.
pub(super) fn forged_announcement(by: &str, change: Change) -> Recipe {
    Recipe::ForgedAnnouncement { by: by.to_owned(), label: None, changes: vec![change] }
}

/// Alice, misbehaving, seals a key of her own making.
pub(super) fn forged_seal(to: &str, mk_seq: u32) -> ForgedSeal {
    ForgedSeal {
        by: "alice".to_owned(),
        to: seat(to),
        key: KeyRecipe::Fresh(format!("key {mk_seq}")),
        mk_seq,
        cipher: None,
        derivation: None,
        changes: Vec::new(),
    }
}
