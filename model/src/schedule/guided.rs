//! Schedules written step by step around one party, so that whoever writes can look ahead: try
//! several continuations, see what each of them reaches, and keep one.

use std::collections::BTreeSet;

use conclave_spec::{Profile, Rule, RuleSet, rules::Reaction};

use super::{Choices, PARTIES, Setting, Writer, seat};
use crate::{
    algebra::{Term, Terms},
    client::{Client, Phase, RoleState, State},
    machine::{Effect, Outcome, StepError},
    message::Role,
    script::{Act, CastMember, ScriptStep},
    stage::{Reply, Stage, StageError},
};

/// Whom a schedule is about, and how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    /// The party it is about.
    pub own: &'static str,
    /// Whether it may come to lead.
    pub leads: bool,
    /// Whether the server hands on what is posted without a fault.
    pub calm: bool,
}

/// A cell of the table of transitions: a phase, an input, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Where the party stood.
    pub phase: &'static str,
    /// What it was given.
    pub input: &'static str,
    /// The answer, and the kinds of what it did.
    pub outcome: String,
}

/// What the steps of a party reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The rules that held where something was taken.
    pub held: RuleSet,
    /// The rules that refused, put off, or made the party leave.
    pub turned: RuleSet,
    /// The cells.
    pub cells: BTreeSet<Cell>,
}

impl Reached {
    /// Takes in what other steps reached.
    pub fn add(&mut self, other: &Self) {
        self.held = self.held.union(other.held);
        self.turned = self.turned.union(other.turned);
        self.cells.extend(other.cells.iter().cloned());
    }

    fn take(&mut self, before: &State<Term>, act: &Act, reply: &Reply<Term>) {
        self.held = self.held.union(reply.held);
        let (word, rule) = match &reply.outcome {
            Ok(Outcome::Accepted) => ("accept", None),
            Ok(Outcome::Pending(rule)) => ("pending", Some(*rule)),
            Ok(Outcome::Left(rule)) => ("leave", Some(*rule)),
            Err(StepError::Refused(reject)) => (refusal(reject.rule), Some(reject.rule)),
            Err(StepError::Misused(misuse)) if misuse.is_misfit() => {
                ("bad_request", Some(Rule::RequestFits))
            }
            Err(StepError::Undrawn(_) | StepError::Misused(_)) => ("bad_request", None),
        };
        let mut outcome = word.to_owned();
        if let Some(rule) = rule {
            self.turned = self.turned.with(rule);
            outcome.push(' ');
            outcome.push_str(rule.id());
        }
        let done: BTreeSet<_> = reply.effects.iter().map(|(_, effect)| kind(effect)).collect();
        for word in done {
            outcome.push_str(", ");
            outcome.push_str(word);
        }
        self.cells.insert(Cell { phase: phase(before), input: input(act), outcome });
    }
}

/// A schedule being written.
#[derive(Clone, Debug)]
pub struct Composer {
    writer: Writer,
    cast: Vec<CastMember>,
    aim: Aim,
}

/// What comes of writing on: the steps, and where they lead.
#[derive(Clone, Debug)]
pub struct Attempt {
    writer: Writer,
    reached: Reached,
}

impl Attempt {
    /// What the party the schedule is about reached with these steps.
    #[must_use]
    pub fn reached(&self) -> &Reached {
        &self.reached
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[ScriptStep] {
        &self.writer.steps
    }
}

impl Composer {
    /// A schedule without steps. Everybody follows `world`, but for the party it is about, which
    /// follows `own`, and for whom `choices` give another version.
    ///
    /// # Errors
    /// The cast is at fault.
    pub fn new(
        world: &Profile,
        own: &Setting,
        aim: Aim,
        choices: &[u8],
    ) -> Result<Self, StageError> {
        let mut choices = Choices::new(choices);
        let cast: Vec<_> = PARTIES.iter().map(|party| member(party, aim, &mut choices)).collect();
        let mut stage = Stage::new(&Terms, &cast, world)?;
        let actor = stage.actor_mut(aim.own)?;
        (actor.profile, actor.policies) = (own.profile.clone(), own.policies);
        let writer = Writer { calm: aim.calm, about: Some(aim), ..Writer::new(choices, stage) };
        Ok(Self { writer, cast, aim })
    }

    /// Everybody there is.
    #[must_use]
    pub fn cast(&self) -> &[CastMember] {
        &self.cast
    }

    /// What comes of going on as these bytes choose.
    #[must_use]
    pub fn attempt(&self, choices: &[u8]) -> Attempt {
        let mut writer = self.fork(choices);
        writer.about_own(self.aim);
        self.judged(writer)
    }

    /// What comes of beginning as these bytes choose: with a meeting that works, or not.
    #[must_use]
    pub fn opening(&self, choices: &[u8]) -> Attempt {
        let mut writer = self.fork(choices);
        match writer.choices.under(16) {
            15 => {}
            14 => writer.join("alice", Role::Leader, 0),
            _ => writer.opening(),
        }
        self.judged(writer)
    }

    /// Goes on like this.
    pub fn adopt(&mut self, attempt: Attempt) {
        self.writer = attempt.writer;
    }

    /// The writer, with its own list of steps to write.
    fn fork(&self, choices: &[u8]) -> Writer {
        let choices = Choices::new(choices);
        Writer { choices, steps: Vec::new(), reached: Reached::default(), ..self.writer.clone() }
    }

    fn judged(&self, mut writer: Writer) -> Attempt {
        let reached = std::mem::take(&mut writer.reached);
        Attempt { writer, reached }
    }
}

impl Writer {
    /// Whether this schedule may have an act: nothing takes the secrets or the state of the party
    /// it is about, and that party leads only where it may.
    pub(super) fn may(&self, party: &str, act: &Act) -> bool {
        let Some(Aim { own, leads, .. }) = self.about else { return true };
        let led = match act {
            Act::LeaderNamed { seat: named, .. } => *named == seat(own),
            Act::Join { role, .. } => party == own && *role == Role::Leader,
            Act::Admitted { .. }
            | Act::Departed { .. }
            | Act::Renamed { .. }
            | Act::NoncePosted { .. }
            | Act::Link { .. }
            | Act::Heartbeat { .. }
            | Act::LockRequested { .. }
            | Act::LockClaimed { .. }
            | Act::RoomClaimed { .. }
            | Act::SetLock { .. }
            | Act::Kick { .. }
            | Act::SealedKey { .. }
            | Act::Packet { .. }
            | Act::MeetingEnded {}
            | Act::Advance { .. }
            | Act::Send { .. }
            | Act::Leave {}
            | Act::StepOut {}
            | Act::Observe {} => false,
        };
        (leads || !led) && !act.uses_secrets_of(own) && !act.takes_state_of(own)
    }

    /// Plays a step and notes what the party the schedule is about reached. Says whether the step
    /// can be played at all.
    pub(super) fn tried(&mut self, step: &ScriptStep) -> bool {
        let own = self.about.is_some_and(|aim| aim.own == step.party);
        let before = own.then(|| self.stage.actor(&step.party).ok().map(|it| it.state.clone()));
        let Ok(reply) = self.stage.play(step) else { return false };
        if let Some(before) = before.flatten() {
            self.reached.take(&before, &step.act, &reply);
        }
        true
    }

    /// One thing that happens to or through the party the schedule is about, or around it.
    fn about_own(&mut self, aim: Aim) {
        let own = aim.own;
        match self.choices.under(24) {
            0..=3 => self.settle(),
            4..=6 => self.advance_to_own_moment(own),
            7 => self.say(own),
            8 => {
                let by = self.choices.of(&PARTIES, "alice");
                self.say(by);
            }
            9 => {
                let (party, nth) = (self.choices.of(&PARTIES, "carol"), self.choices.under(8));
                self.comes(party, nth);
            }
            10 => {
                let role =
                    if self.choices.under(4) == 1 { Role::Leader } else { Role::Participant };
                let nth = self.choices.under(4);
                self.join(own, role, nth);
            }
            11 => {
                let party = self.choices.of(&[own, "bob", "mallory", "carol"], own);
                self.goes(party);
            }
            12 => self.elect(),
            13 => {
                let (by, seat) = (self.mostly(own), self.seat());
                self.act(by, Act::Kick { seat });
            }
            14 => {
                let (by, locked) = (self.mostly(own), self.choices.under(2) == 0);
                self.act(by, Act::SetLock { locked });
                self.settle();
            }
            15 => self.rename(),
            16 => self.share_board(),
            17 => self.claim(own),
            18 => self.again(own),
            19 => self.pass(),
            20 => self.step(),
            _ => self.changed(own),
        }
    }

    /// Time passes to where the party acts by itself, or just short of it, or a little beyond;
    /// for everybody, or for it alone.
    fn advance_to_own_moment(&mut self, own: &'static str) {
        let Ok(actor) = self.stage.actor(own) else { return };
        let client = Client { algebra: &Terms, profile: &actor.profile, policies: actor.policies };
        let due_ms = client.deadline_ms(&actor.state).map_or(1_000, u64::from);
        let now_ms = actor.now_ms;
        let to_ms = now_ms
            + match self.choices.under(6) {
                0 => due_ms.saturating_sub(1),
                1 => due_ms + 1,
                2 => due_ms + 2_000,
                _ => due_ms,
            };
        if self.choices.under(4) == 3 {
            return self.act(own, Act::Advance { to_ms });
        }
        for party in PARTIES {
            let behind = self.stage.actor(party).is_ok_and(|actor| actor.now_ms < to_ms);
            if behind {
                self.act(party, Act::Advance { to_ms });
            }
        }
    }
}

/// A party, now and then of another version. Nobody shares the device of the party the schedule is
/// about: whoever plays that one keeps its secrets.
fn member(party: &str, aim: Aim, choices: &mut Choices) -> CastMember {
    let member = super::member(party, choices);
    let same_device_as = member.same_device_as.filter(|other| other != aim.own && party != aim.own);
    let profile = member.profile.filter(|_| party != aim.own);
    CastMember { same_device_as, profile, ..member }
}

const fn refusal(rule: Rule) -> &'static str {
    match rule.reaction() {
        Reaction::Ignore => "ignore",
        Reaction::Reject | Reaction::Leave | Reaction::None => "reject",
    }
}

/// Where a client stands, in a word.
fn phase(state: &State<Term>) -> &'static str {
    let joined = match &state.phase {
        Phase::Outside => return "outside",
        Phase::Left => return "left",
        Phase::Joined(joined) => joined,
    };
    match (&joined.role, joined.list.locked) {
        (RoleState::Leader(_), false) => "leader",
        (RoleState::Leader(_), true) => "locked leader",
        (RoleState::Participant(it), _) if it.leader.is_none() => "unled",
        (RoleState::Participant(_), false) => "participant",
        (RoleState::Participant(_), true) => "locked participant",
    }
}

/// An input, in a word.
fn input(act: &Act) -> &'static str {
    match act {
        Act::Join { role: Role::Leader, .. } => "join as leader",
        Act::Join { role: Role::Participant, .. } => "join as participant",
        Act::LeaderNamed { .. } => "leader named",
        Act::Admitted { .. } => "admitted",
        Act::Departed { .. } => "departed",
        Act::Renamed { .. } => "renamed",
        Act::NoncePosted { .. } => "nonce posted",
        Act::Link { .. } => "link",
        Act::Heartbeat { .. } => "heartbeat",
        Act::LockRequested { .. } => "lock requested",
        Act::LockClaimed { .. } => "lock claimed",
        Act::RoomClaimed { .. } => "room claimed",
        Act::SetLock { locked: true } => "lock",
        Act::SetLock { locked: false } => "unlock",
        Act::Kick { .. } => "kick",
        Act::SealedKey { .. } => "sealed key",
        Act::Packet { .. } => "packet",
        Act::MeetingEnded {} => "meeting ended",
        Act::Advance { .. } => "time",
        Act::Send { .. } => "send",
        Act::StepOut {} => "step out",
        Act::Leave {} => "leave",
        Act::Observe {} => "observe",
    }
}

/// What a client does, in a word.
fn kind(effect: &Effect<Term>) -> &'static str {
    match effect {
        Effect::PostAnnouncement(_) => "announcement",
        Effect::PostNonce(_) => "nonce",
        Effect::PostLink(_) => "link",
        Effect::PostHeartbeat(_) => "heartbeat",
        Effect::PostSealedKey(_) => "key",
        Effect::PostLockRequest(_) => "request",
        Effect::Transmit { .. } => "packet",
        Effect::Render { .. } => "play",
        Effect::ShowSecurityCode(_) => "code",
        Effect::ShowLeaderChanged { .. } => "notice",
        Effect::ShowUnlockWarning => "warning",
        Effect::ShowLeft => "goodbye",
    }
}
