//! Random schedules: bytes read as choices, so that a property test shrinks them and a fuzzer
//! mutates them. A schedule is a script written while it is played over terms: the server of the
//! schedule mostly does its work, so that meetings go on, and sometimes drops, repeats, reorders,
//! changes or forges.

use conclave_spec::{BoxSuite, Profile, Rule, readings::Under};

use crate::{
    algebra::{Algebra, Terms},
    client::{Phase, Policies, Policy, RoleState},
    message::{Meeting, Role, Seat},
    script::{
        Act, CastMember, Expect, Handle, MessageKind, Recipe, Script, ScriptStep, ValueRecipe,
    },
    stage::{Stage, StageError},
};

mod changed;
mod choices;
mod guided;
mod server;

pub use guided::{Aim, Attempt, Cell, Composer, Reached};

use choices::Choices;

/// Everybody there may be. `carol` is `bob`'s device under another user.
pub const PARTIES: [&str; 4] = ["alice", "bob", "mallory", "carol"];
const PAUSES_MS: [u64; 14] = [
    0, 1, 500, 1_999, 2_000, 5_000, 9_999, 10_000, 15_000, 15_001, 60_000, 100_000, 180_000,
    300_000,
];
const NAMES: [&str; 4] = ["alice", "Bob", "", "somebody else"];
/// No schedule is longer.
const STEPS_MAX: usize = 600;

/// What the parties of a schedule follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The protocol version.
    pub profile: Profile,
    /// The choices where the paper is silent.
    pub policies: Policies,
}

impl Setting {
    /// A version with the default policies.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        Self { profile: profile.clone(), policies: Policies::default() }
    }

    /// The setting these bytes choose: a version, a suite, policies, and at most one rule left out.
    #[must_use]
    pub fn chosen(bytes: &[u8]) -> Self {
        let mut choices = Choices::new(bytes);
        let all = Profile::all();
        let base = all.get(choices.under(all.len())).cloned().unwrap_or_else(Profile::zoom_3_0);
        let suite = if choices.under(3) == 0 { BoxSuite::Hybrid } else { base.box_suite };
        let base = base.with_box_suite(suite);
        let rules = Rule::ALL.len();
        let profile = match Rule::ALL.get(choices.under(2 * rules)) {
            Some(rule) => base.without(*rule),
            None => base,
        };
        let others = Under::by_policy().filter(|_| choices.under(4) == 1);
        let profile = others.fold(profile, |profile, under| under.of(profile));
        let chosen = Policy::ALL.into_iter().filter(|_| choices.under(4) == 1);
        let policies = chosen.fold(Policies::default(), Policies::with);
        Self { profile, policies }
    }

    /// A stage with this cast under this setting.
    ///
    /// # Errors
    /// The cast is at fault.
    pub fn stage<'a, A: Algebra>(
        &self,
        algebra: &'a A,
        cast: &[CastMember],
    ) -> Result<Stage<'a, A>, StageError> {
        let mut stage = Stage::new(algebra, cast, &self.profile)?;
        for member in cast {
            stage.actor_mut(&member.party)?.policies = self.policies;
        }
        Ok(stage)
    }
}

/// The script these bytes choose under a setting. The expectations are left open.
#[must_use]
pub fn script(setting: &Setting, bytes: &[u8]) -> Script {
    let mut choices = Choices::new(bytes);
    let cast: Vec<_> = PARTIES.iter().map(|party| member(party, &mut choices)).collect();
    let Ok(stage) = setting.stage(&Terms, &cast) else {
        return Script { cast, steps: Vec::new() };
    };
    let mut writer = Writer::new(choices, stage);
    if writer.choices.under(16) != 15 {
        writer.opening();
    }
    while !writer.choices.is_empty() && writer.steps.len() < STEPS_MAX {
        writer.step();
    }
    Script { cast, steps: writer.steps }
}

/// A schedule from a fuzzer's input: a setting and a script.
#[cfg(feature = "arbitrary")]
#[derive(Clone, Debug)]
pub struct Schedule {
    /// What the parties follow.
    pub setting: Setting,
    /// The script.
    pub script: Script,
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for Schedule {
    fn arbitrary(input: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        let chosen: [u8; 6] = input.arbitrary()?;
        let rest = input.bytes(input.len())?;
        let setting = Setting::chosen(&chosen);
        let script = script(&setting, rest);
        Ok(Self { setting, script })
    }
}

/// A party, now and then of another version.
fn member(party: &str, choices: &mut Choices) -> CastMember {
    let same_device_as = (party == "carol").then(|| "bob".to_owned());
    let all = Profile::all();
    let other = if choices.under(24) == 23 { all.get(choices.under(all.len())) } else { None };
    let profile = other.map(|profile| profile.id.to_owned());
    CastMember { same_device_as, profile, ..CastMember::new(party, seat(party)) }
}

/// The device of a party.
#[must_use]
pub fn seat(party: &str) -> Seat {
    let device = if party == "carol" { "bob" } else { party };
    Seat::new(party, &format!("{device}-device"))
}

fn meeting(nth: usize) -> Meeting {
    match nth {
        1 => Meeting { id: "42".to_owned(), uuid: [2; 16] },
        2 => Meeting { id: "43".to_owned(), uuid: [1; 16] },
        _ => Meeting { id: "42".to_owned(), uuid: [1; 16] },
    }
}

/// A script being written.
#[derive(Clone, Debug)]
struct Writer {
    choices: Choices,
    stage: Stage<'static, Terms>,
    steps: Vec<ScriptStep>,
    /// Up to which message each party was told what is on the board.
    told: [usize; 4],
    /// What is kept back for now, and for whom.
    late: Vec<(&'static str, Act)>,
    /// Whether the server hands on what is posted without a fault.
    calm: bool,
    /// The party the schedule is about, if it is about one.
    about: Option<Aim>,
    /// What that party reached.
    reached: Reached,
}

impl Writer {
    fn new(choices: Choices, stage: Stage<'static, Terms>) -> Self {
        Self {
            choices,
            stage,
            steps: Vec::new(),
            told: [0; 4],
            late: Vec::new(),
            calm: false,
            about: None,
            reached: Reached::default(),
        }
    }

    /// Writes a step down and plays it. What cannot be played says so in both algebras; a schedule
    /// about one party leaves it out.
    fn act(&mut self, party: &str, act: Act) {
        if !self.may(party, &act) {
            return;
        }
        let step =
            ScriptStep { party: party.to_owned(), act, wire: None, expect: Expect::accept() };
        if self.tried(&step) || self.about.is_none() {
            self.steps.push(step);
        }
    }

    /// A meeting that works: the leader, two participants, what concerns them in their hands.
    fn opening(&mut self) {
        self.join("alice", Role::Leader, 0);
        for party in ["bob", "mallory"] {
            self.comes(party, 0);
        }
        self.settle();
    }

    fn step(&mut self) {
        match self.choices.under(28) {
            0..=4 => self.settle(),
            5..=7 => self.pass(),
            8 | 9 => {
                let by = self.choices.of(&PARTIES, "alice");
                self.say(by);
            }
            10 => {
                let (party, nth) = (self.choices.of(&PARTIES, "carol"), self.choices.under(8));
                self.comes(party, nth);
            }
            11 => {
                let role =
                    if self.choices.under(4) == 1 { Role::Leader } else { Role::Participant };
                let (party, nth) = (self.choices.of(&PARTIES, "carol"), self.choices.under(8));
                self.join(party, role, nth);
            }
            12 => {
                let party = self.choices.of(&PARTIES, "bob");
                self.goes(party);
            }
            13 => self.elect(),
            14 => {
                let (by, seat) = (self.mostly_leader(), self.seat());
                self.act(by, Act::Kick { seat });
            }
            15 | 16 => {
                let by = self.choices.of(&PARTIES, "alice");
                let locked = self.choices.under(2) == 0;
                self.act(by, Act::SetLock { locked });
            }
            17 => self.rename(),
            18 => self.share_board(),
            19 => {
                let party = self.choices.of(&PARTIES, "bob");
                self.claim(party);
            }
            20 => {
                let party = self.choices.of(&PARTIES, "bob");
                self.again(party);
            }
            21 => {
                let party = self.choices.of(&PARTIES, "alice");
                self.act(party, Act::Observe {});
            }
            at => {
                if at == 22 {
                    self.settle();
                }
                let party = self.target();
                self.changed(party);
            }
        }
    }

    fn join(&mut self, party: &'static str, role: Role, nth: usize) {
        let name = self.choices.of(&NAMES, party).to_owned();
        self.act(party, Act::Join { meeting: meeting(nth), role, name });
        if let Some(told) = told_of(&mut self.told, party) {
            *told = 0;
        }
    }

    /// A participant joins; who leads is told, and told to it.
    fn comes(&mut self, party: &'static str, nth: usize) {
        self.join(party, Role::Participant, nth);
        let leader = self.leader();
        self.name_leader(party, leader);
        self.admit(leader, party);
    }

    /// Somebody leaves, by itself or because the meeting is over, and the leader may hear of it.
    fn goes(&mut self, party: &'static str) {
        match self.choices.under(4) {
            0 => {}
            1 => self.act(party, Act::MeetingEnded {}),
            2 => self.act(party, Act::StepOut {}),
            _ => self.act(party, Act::Leave {}),
        }
        let leader = self.leader();
        if self.choices.under(6) != 5 {
            self.act(leader, Act::Departed { seat: seat(party) });
        }
    }

    /// Time passes: for everybody, or for one party alone.
    fn pass(&mut self) {
        let pause_ms = self.choices.of(&PAUSES_MS, 0);
        let alone = match self.choices.under(16) {
            14 => return self.leader_stands_still(),
            15 => true,
            _ => false,
        };
        let now_ms = self.stage.actors().map(|(_, actor)| actor.now_ms).max().unwrap_or(0);
        let to_ms = now_ms + pause_ms;
        if alone {
            let party = self.choices.of(&PARTIES, "alice");
            return self.act(party, Act::Advance { to_ms });
        }
        // Long pauses pass in pieces, with what is posted handed on between, or nobody would stay.
        for at_ms in (now_ms..to_ms).step_by(50_000).skip(1).chain([to_ms]) {
            for party in PARTIES {
                self.act(party, Act::Advance { to_ms: at_ms });
            }
            if at_ms != to_ms {
                self.settle();
            }
        }
    }

    /// The clock of the leader stands still while it goes on working.
    fn leader_stands_still(&mut self) {
        let leader = self.leader();
        for name in ["one", "two", "three"] {
            for party in PARTIES.into_iter().filter(|party| *party != leader) {
                let Ok(actor) = self.stage.actor(party) else { return };
                let to_ms = actor.now_ms + 60_000;
                self.act(party, Act::Advance { to_ms });
            }
            self.act(leader, Act::Renamed { seat: seat("bob"), name: name.to_owned() });
            self.settle();
        }
    }

    /// Somebody says something, and others may hear it.
    fn say(&mut self, by: &'static str) {
        let stream = self.choices.of(&["audio", "audio", "audio", "video"], "audio");
        let text = format!("words {}", self.choices.under(4));
        self.act(by, Act::Send { stream: stream.to_owned(), text });
        let nth = self.count(by, MessageKind::Packet);
        for party in PARTIES.into_iter().filter(|party| *party != by) {
            if self.choices.under(3) != 2 {
                let packet = Recipe::Sent(Handle::packet(by, nth.max(1)));
                let stream = stream.to_owned();
                self.act(party, Act::Packet { from: seat(by), stream, packet });
            }
        }
    }

    fn rename(&mut self) {
        let (party, name) = (self.choices.of(&PARTIES, "bob"), self.choices.of(&NAMES, "bob"));
        let by = self.mostly_leader();
        self.act(by, Act::Renamed { seat: seat(party), name: name.to_owned() });
    }

    /// The server names a leader: to itself, then to the others.
    fn elect(&mut self) {
        let leader = self.choices.of(&PARTIES, "bob");
        self.name_leader(leader, leader);
        for party in PARTIES.into_iter().filter(|party| *party != leader) {
            if self.choices.under(6) != 5 {
                self.name_leader(party, leader);
            }
        }
    }

    fn name_leader(&mut self, party: &'static str, leader: &'static str) {
        let announcement = self.last_announcement(leader);
        let ivk = ValueRecipe::IvkOf(leader.to_owned());
        self.act(party, Act::LeaderNamed { seat: seat(leader), ivk, announcement });
    }

    /// A party is told that another joined, with its newest nonce.
    fn admit(&mut self, party: &'static str, who: &'static str) {
        let posted = self.count(who, MessageKind::Nonce);
        if posted > 0 && self.choices.under(6) != 5 {
            let nonce = Recipe::Sent(Handle::of(who, MessageKind::Nonce, posted));
            self.act(party, Act::NoncePosted { seat: seat(who), nonce });
        }
        let announcement = self.last_announcement(who);
        let ivk = ValueRecipe::IvkOf(who.to_owned());
        let name = self.choices.of(&NAMES, who).to_owned();
        let outdated = self.choices.under(12) == 11;
        self.act(party, Act::Admitted { seat: seat(who), name, ivk, announcement, outdated });
    }

    /// The announcements of everybody in a meeting reach everybody else in one.
    fn share_board(&mut self) {
        for party in PARTIES {
            for who in PARTIES.into_iter().filter(|who| *who != party) {
                if self.in_meeting(party) && self.in_meeting(who) {
                    self.admit(party, who);
                }
            }
        }
    }

    fn last_announcement(&self, party: &str) -> Recipe {
        let nth = self.count(party, MessageKind::Announcement).max(1);
        Recipe::Sent(Handle::announcement(party, nth))
    }

    /// How many messages of a kind a party has sent.
    fn count(&self, by: &str, kind: MessageKind) -> u32 {
        let sent = self.stage.sent();
        let of_kind = sent.filter(|(who, message)| who == by && message.kind() == kind);
        u32::try_from(of_kind.count()).unwrap_or(u32::MAX)
    }

    fn role(&self, party: &str) -> Option<bool> {
        match &self.stage.actor(party).ok()?.state.phase {
            Phase::Joined(joined) => Some(matches!(joined.role, RoleState::Leader(_))),
            Phase::Outside | Phase::Left => None,
        }
    }

    fn in_meeting(&self, party: &str) -> bool {
        self.role(party).is_some()
    }

    /// Who leads, if anybody does.
    fn leader(&self) -> &'static str {
        PARTIES.into_iter().find(|party| self.role(party) == Some(true)).unwrap_or("alice")
    }

    fn mostly_leader(&mut self) -> &'static str {
        let leader = self.leader();
        if self.choices.under(6) != 5 { leader } else { self.choices.of(&PARTIES, leader) }
    }

    fn seat(&mut self) -> Seat {
        seat(self.choices.of(&PARTIES, "bob"))
    }
}

fn told_of<'t>(told: &'t mut [usize; 4], party: &str) -> Option<&'t mut usize> {
    PARTIES.iter().position(|known| *known == party).and_then(|at| told.get_mut(at))
}
