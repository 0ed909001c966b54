//! The client: one machine for leader and participant.
//!
//! ```text
//!             Join                    Leave, MeetingEnded
//! Outside ----------->  Joined  ---------------------------->  Left
//!                         ^                                     |
//!                         +------------- Join ------------------+
//! ```
//!
//! Within `Joined`, `device` decides whose keys are believed, `membership` what is on the list,
//! `heartbeat` what is certified, `election` who leads, `lock` who may come in, `liveness` how
//! fresh a key is; `rotation` is the leader's work, `sealed` the participant's, `media` both sides
//! of a stream, `breakout` the way to a room and back, `display` what a user sees.

use conclave_spec::{Profile, Rule};

use crate::{
    algebra::{Algebra, Draw, Purpose},
    machine::{Checks, Effect, Event, Input, Misuse, Outcome, Party, Reject, Step, StepError},
    message::Seat,
};

mod admission;
mod breakout;
mod device;
mod display;
mod election;
mod heartbeat;
mod keys;
mod list;
mod liveness;
mod lock;
mod media;
mod membership;
mod rotation;
mod sealed;
mod state;
mod teardown;

pub use device::{announcement_record, binding_hash, meta_record};
pub use display::{RosterLine, Seen};
pub use heartbeat::{heartbeat_message, heartbeat_record};
pub use list::{List, entry_record, link_hash, link_record};
pub use lock::request_record;
pub use state::{
    Ahead, Anchor, Away, Chain, Counters, CountersSeen, Ephemeral, HeldKey, Joined, Kept,
    KnownLeader, Leader, Led, Member, Participant, Phase, Posted, RoleState, State, Wish,
};

/// A choice that a client may make other than the reference, where the paper is silent: a reading with
/// a policy key whose alternative is no change of the profile
/// ([`Under`](conclave_spec::readings::Under)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Policy {
    /// R-16: the wait before use also applies to a participant's first key.
    FirstKeyWaits,
    /// R-73: a leader never coalesces a list that has grown long.
    NeverCoalesces,
    /// R-27: a leave rotates at once, throttle or not.
    LeaveRotatesAtOnce,
}

impl Policy {
    /// Each of them.
    pub const ALL: [Self; 3] =
        [Self::FirstKeyWaits, Self::NeverCoalesces, Self::LeaveRotatesAtOnce];

    /// The choice with this value of a policy key.
    #[must_use]
    pub fn named(key: &str, value: &str) -> Option<Self> {
        match (key, value) {
            ("first_key_wait", "wait") => Some(Self::FirstKeyWaits),
            ("coalescing", "never") => Some(Self::NeverCoalesces),
            ("leave_in_throttle", "immediate") => Some(Self::LeaveRotatesAtOnce),
            _ => None,
        }
    }
}

/// The choices of a client that are not those of the reference; none of them by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Policies(u8);

impl Policies {
    /// These and one more.
    #[must_use]
    pub const fn with(self, policy: Policy) -> Self {
        Self(self.0 | 1 << policy as u8)
    }

    /// Whether a client has made this choice.
    #[must_use]
    pub const fn has(self, policy: Policy) -> bool {
        self.0 & (1 << policy as u8) != 0
    }
}

/// A client of the protocol: pure, engine-free, generic over what it computes with.
#[derive(Debug)]
pub struct Client<'a, A> {
    /// What it computes with.
    pub algebra: &'a A,
    /// The protocol version.
    pub profile: &'a Profile,
    /// The choices made where the paper is silent.
    pub policies: Policies,
}

type Answer<V> = Result<Step<State<V>, Effect<V>>, StepError>;

/// A step being taken: the state on its way and what has been done so far.
struct Progress<'a, A: Algebra> {
    client: Client<'a, A>,
    checks: Checks,
    state: State<A::Value>,
    effects: Vec<Effect<A::Value>>,
    outcome: Outcome,
    drawn: Vec<Draw>,
}

impl<'a, A: Algebra> Client<'a, A> {
    /// A client of `profile` with the default policies.
    #[must_use]
    pub fn new(algebra: &'a A, profile: &'a Profile) -> Self {
        Self { algebra, profile, policies: Policies::default() }
    }

    /// A device with a fresh identity, in no meeting.
    ///
    /// # Errors
    /// The randomness source has no identity for this party.
    pub fn open(&self, party: &str, seat: Seat) -> Result<State<A::Value>, StepError> {
        let draw = Draw { party: party.to_owned(), purpose: Purpose::Identity, count: 0 };
        let identity = self.algebra.draw(&draw).ok_or(StepError::Undrawn(draw))?;
        Ok(State {
            party: party.to_owned(),
            seat,
            ivk: self.algebra.verification_key(&identity),
            identity,
            drawn: [(Purpose::Identity, 1)].into(),
            clock_ms: 0,
            counters: Counters::default(),
            phase: Phase::Outside,
            away: None,
            kept: Kept::default(),
        })
    }

    /// One step. The same state and input always give the same answer.
    ///
    /// # Errors
    /// A rule refused the input, a random value was missing, or the call makes no sense in this
    /// phase. The state has not changed.
    pub fn step(&self, state: &State<A::Value>, input: &Input<A::Value>) -> Answer<A::Value> {
        let mut progress = Progress {
            client: Client {
                algebra: self.algebra,
                profile: self.profile,
                policies: self.policies,
            },
            checks: Checks::new(self.profile.rules),
            state: state.clone(),
            effects: Vec::new(),
            outcome: Outcome::Accepted,
            drawn: Vec::new(),
        };
        progress.age(input.elapsed_ms)?;
        progress.take_fitting(input)?;
        Ok(Step {
            next: progress.state,
            effects: progress.effects,
            held: progress.checks.held(),
            outcome: progress.outcome,
            drawn: progress.drawn,
        })
    }

    /// The number of the key the next packet would be sent under.
    #[must_use]
    pub fn sends_under(&self, state: &State<A::Value>) -> Option<u32> {
        let Phase::Joined(joined) = &state.phase else { return None };
        keys::sending(joined, self.profile.rules).map(|key| key.mk_seq)
    }

    /// Milliseconds until the client next does something by itself.
    #[must_use]
    pub fn deadline_ms(&self, state: &State<A::Value>) -> Option<u32> {
        let Phase::Joined(joined) = &state.phase else { return None };
        let waits = joined.ring.iter().filter(|key| key.use_in_ms > 0).map(|key| key.use_in_ms);
        let erasures =
            joined.ring.iter().filter_map(|key| key.erase_in_ms).filter(|left| *left > 0);
        let role = match &joined.role {
            RoleState::Leader(leader) => [leader.rotation_in_ms, leader.beat_in_ms],
            RoleState::Participant(participant) => [participant.silence_in_ms, None],
        };
        let role = role.into_iter().flatten();
        waits.chain(erasures).chain(role).chain(joined.nonce_in_ms).min()
    }
}

impl<A: Algebra> Progress<'_, A> {
    /// Takes an input. Without the rule, what does not fit counts as taken, and nothing comes of it.
    fn take_fitting(&mut self, input: &Input<A::Value>) -> Result<(), StepError> {
        let before = (!self.duty(Rule::RequestFits)).then(|| self.state.clone());
        match (self.take(input), before) {
            (Err(StepError::Misused(misuse)), Some(before)) if misuse.is_misfit() => {
                self.state = before;
                self.effects.clear();
                self.drawn.clear();
                Ok(())
            }
            (taken, _) => taken,
        }
    }

    fn take(&mut self, input: &Input<A::Value>) -> Result<(), StepError> {
        match &input.event {
            Event::Tick => Ok(()),
            Event::Join { meeting, role, name } => self.join(meeting, *role, name),
            Event::LeaderNamed { seat, ivk, announcement } => {
                self.name_leader(seat, ivk, announcement)
            }
            Event::Admitted(admission) => self.admitted(admission, input.choice),
            Event::Departed { seat } => self.departed(seat, input.choice),
            Event::Renamed { seat, name } => self.renamed(seat, name),
            Event::NonceArrived { seat, nonce } => self.take_nonce(seat, nonce),
            Event::LinkArrived(link) => self.take_link(link),
            Event::HeartbeatArrived(heartbeat) => self.take_heartbeat(heartbeat, input.choice),
            Event::LockRequested(request) => self.take_request(request),
            Event::LockClaimed { locked } => self.hear_claim(*locked),
            Event::RoomClaimed { seat, in_room } => self.hear_of_room(seat, *in_room),
            Event::SetLock { locked } => self.set_lock(*locked),
            Event::Kick { seat } => self.kick(seat, input.choice),
            Event::KeyOffered { sealed } => self.take_sealed(sealed, input.choice),
            Event::PacketArrived { from, stream, packet } => self.receive(from, stream, packet),
            Event::Malformed { rule } => Err(Reject { rule: *rule, by: Party::Server }.into()),
            Event::Send { stream, plaintext } => self.send(stream, plaintext),
            Event::StepOut => self.step_out(),
            Event::Leave => self.leave_for_good(),
            Event::MeetingEnded => self.leave(),
        }
    }

    /// Random value number `count` of this party for `purpose`.
    fn draw(&mut self, purpose: Purpose) -> Result<A::Value, StepError> {
        let count = self.state.drawn.entry(purpose).or_default();
        let draw = Draw { party: self.state.party.clone(), purpose, count: *count };
        let value =
            self.client.algebra.draw(&draw).ok_or_else(|| StepError::Undrawn(draw.clone()))?;
        *count = count.saturating_add(1);
        self.drawn.push(draw);
        Ok(value)
    }

    /// A nonce for a box: never the same twice.
    fn draw_nonce(&mut self) -> Result<A::Value, StepError> {
        if !self.duty(Rule::BoxNonceFresh) {
            self.state.drawn.insert(Purpose::BoxNonce, 0);
        }
        self.draw(Purpose::BoxNonce)
    }

    fn joined(&self) -> Result<&Joined<A::Value>, Misuse> {
        match &self.state.phase {
            Phase::Joined(joined) => Ok(joined),
            Phase::Outside | Phase::Left => Err(Misuse::NotJoined),
        }
    }

    fn joined_mut(&mut self) -> Result<&mut Joined<A::Value>, Misuse> {
        match &mut self.state.phase {
            Phase::Joined(joined) => Ok(joined),
            Phase::Outside | Phase::Left => Err(Misuse::NotJoined),
        }
    }

    fn leader_mut(&mut self) -> Result<&mut Leader<A::Value>, Misuse> {
        match &mut self.joined_mut()?.role {
            RoleState::Leader(leader) => Ok(leader),
            RoleState::Participant(_) => Err(Misuse::WrongRole),
        }
    }

    fn participant(&self) -> Result<&Participant<A::Value>, Misuse> {
        match &self.joined()?.role {
            RoleState::Leader(_) => Err(Misuse::WrongRole),
            RoleState::Participant(participant) => Ok(participant),
        }
    }

    fn participant_mut(&mut self) -> Result<&mut Participant<A::Value>, Misuse> {
        match &mut self.joined_mut()?.role {
            RoleState::Leader(_) => Err(Misuse::WrongRole),
            RoleState::Participant(participant) => Ok(participant),
        }
    }

    fn duty(&mut self, rule: Rule) -> bool {
        self.checks.duty(rule)
    }

    fn is_leader(&self) -> bool {
        matches!(&self.state.phase, Phase::Joined(joined)
            if matches!(joined.role, RoleState::Leader(_)))
    }
}
