//! Where scripts are played: the parties, their clocks, and every message sent so far.
//!
//! The stage knows no goal and no adversary. A party may be played by somebody else: then the
//! stage only works out what that party is given, and is told what it did.

use std::{collections::BTreeMap, sync::Arc};

use conclave_spec::{Profile, Rule, RuleSet};

use crate::{
    algebra::{Algebra, Draw, Purpose},
    client::{Client, Policies, State},
    machine::{Admission, Effect, Event, Input, Outcome, StepError},
    message::{Announcement, Heartbeat, Link, LockRequest, Packet, SealedKey, Seat},
    script::{Act, CastMember, Handle, MessageKind, ScriptStep},
};

mod fields;
mod forge;
mod recipe;

/// A message some party sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Sent<V> {
    /// A key announcement.
    Announcement(Announcement<V>),
    /// A sealed meeting key.
    SealedKey(SealedKey<V>),
    /// A media packet.
    Packet(Packet<V>),
    /// A liveness nonce.
    Nonce(V),
    /// A link.
    Link(Link<V>),
    /// A heartbeat.
    Heartbeat(Heartbeat<V>),
    /// A co-host's request.
    LockRequest(LockRequest<V>),
}

impl<V> Sent<V> {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Announcement(_) => MessageKind::Announcement,
            Self::SealedKey(_) => MessageKind::SealedKey,
            Self::Packet(_) => MessageKind::Packet,
            Self::Nonce(_) => MessageKind::Nonce,
            Self::Link(_) => MessageKind::Link,
            Self::Heartbeat(_) => MessageKind::Heartbeat,
            Self::LockRequest(_) => MessageKind::LockRequest,
        }
    }

    /// The user ID it was sealed for.
    #[must_use]
    pub fn recipient(&self) -> Option<&str> {
        match self {
            Self::SealedKey(sealed) => Some(&sealed.to.user_id),
            Self::Announcement(_)
            | Self::Packet(_)
            | Self::Nonce(_)
            | Self::Link(_)
            | Self::Heartbeat(_)
            | Self::LockRequest(_) => None,
        }
    }
}

/// A script that cannot be played: its fault, not a party's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StageError {
    /// No such party.
    #[error("the script names a party {0:?} that is not in its cast")]
    NoParty(String),
    /// No such message yet.
    #[error("no message {kind:?} number {nth} by {by:?} has been sent", kind = .0.kind, nth = .0.nth, by = .0.by)]
    NotSent(Handle),
    /// A recipe that does not fit its message.
    #[error("the recipe does not fit: {0}")]
    Misfit(&'static str),
    /// A field no layout of this message has.
    #[error("no field {0:?} in this message")]
    NoField(String),
    /// No such version of the protocol.
    #[error("the script names a profile {0:?} that there is not")]
    NoProfile(String),
    /// Time would run backwards.
    #[error("time cannot go back to {to_ms} ms from {now_ms} ms")]
    TimeBackwards {
        /// The party's time.
        now_ms: u64,
        /// The time asked for.
        to_ms: u64,
    },
    /// A client could not even be opened.
    #[error(transparent)]
    Open(#[from] StepError),
}

/// What a party is given in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given<V> {
    /// An event.
    Event(Event<V>),
    /// Time, until this moment in milliseconds.
    Time(u64),
    /// The question what the user sees.
    Question,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply<V> {
    /// Accepted, pending, or why not.
    pub outcome: Result<Outcome, StepError>,
    /// What the party did, and when.
    pub effects: Vec<(u64, Effect<V>)>,
    /// The rules that held.
    pub held: RuleSet,
    /// The random values drawn.
    pub drawn: Vec<Draw>,
}

/// A party on the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor<V> {
    /// The version of the protocol it follows.
    pub profile: Profile,
    /// Its choices where the paper is silent.
    pub policies: Policies,
    /// Its state.
    pub state: State<V>,
    /// Its time, in milliseconds since the start.
    pub now_ms: u64,
}

/// A message with its sender.
type Said<V> = Arc<(String, Sent<V>)>;

/// The parties and what they have sent.
#[derive(Clone, Debug)]
pub struct Stage<'a, A: Algebra> {
    algebra: &'a A,
    /// Shared between the copies of a stage, as are the messages: an explorer holds millions.
    actors: BTreeMap<String, Arc<Actor<A::Value>>>,
    sent: Vec<Said<A::Value>>,
}

impl<'a, A: Algebra> Stage<'a, A> {
    /// A stage with this cast, all of them following `profile`.
    ///
    /// # Errors
    /// A party's identity cannot be drawn, or it shares the device of nobody before it.
    pub fn new(algebra: &'a A, cast: &[CastMember], profile: &Profile) -> Result<Self, StageError> {
        let mut stage = Self { algebra, actors: BTreeMap::new(), sent: Vec::new() };
        for member in cast {
            let profile = match &member.profile {
                None => profile.clone(),
                Some(id) => of_version(id, profile)?,
            };
            let client = Client::new(algebra, &profile);
            let mut state = client.open(&member.party, member.seat.clone())?;
            if let Some(other) = &member.same_device_as {
                let other = stage.actor(other)?;
                state.identity = other.state.identity.clone();
                state.ivk = other.state.ivk.clone();
            }
            let policies = Policies::default();
            let actor = Actor { profile, policies, state, now_ms: 0 };
            stage.actors.insert(member.party.clone(), Arc::new(actor));
        }
        Ok(stage)
    }

    /// The party with this name.
    ///
    /// # Errors
    /// There is none.
    pub fn actor(&self, party: &str) -> Result<&Actor<A::Value>, StageError> {
        let actor = self.actors.get(party).ok_or_else(|| StageError::NoParty(party.to_owned()))?;
        Ok(actor)
    }

    /// The party with this name, shared with every copy of the stage in which it is the same.
    ///
    /// # Errors
    /// There is none.
    pub fn shared(&self, party: &str) -> Result<&Arc<Actor<A::Value>>, StageError> {
        self.actors.get(party).ok_or_else(|| StageError::NoParty(party.to_owned()))
    }

    /// The party with this name, to change its profile, its policies or what is known of it.
    ///
    /// # Errors
    /// There is none.
    pub fn actor_mut(&mut self, party: &str) -> Result<&mut Actor<A::Value>, StageError> {
        let actor = self.actors.get_mut(party);
        actor.map(Arc::make_mut).ok_or_else(|| StageError::NoParty(party.to_owned()))
    }

    /// Every party, by name.
    pub fn actors(&self) -> impl Iterator<Item = (&str, &Actor<A::Value>)> {
        self.actors.iter().map(|(party, actor)| (party.as_str(), &**actor))
    }

    /// The parties as copies of a stage share them, for equal ones of other stages to take their place.
    pub(crate) fn shared_actors_mut(
        &mut self,
    ) -> impl Iterator<Item = (&str, &mut Arc<Actor<A::Value>>)> {
        self.actors.iter_mut().map(|(party, actor)| (party.as_str(), actor))
    }

    /// The messages as copies of a stage share them.
    pub(crate) fn shared_sent_mut(&mut self) -> &mut [Said<A::Value>] {
        &mut self.sent
    }

    /// Every message sent so far, oldest first, with its sender.
    pub fn sent(
        &self,
    ) -> impl ExactSizeIterator<Item = &(String, Sent<A::Value>)> + DoubleEndedIterator + Clone
    {
        self.sent.iter().map(|message| &**message)
    }

    /// Every message sent so far, oldest first, with the name that a script has for it.
    #[must_use]
    pub fn by_handle(&self) -> Vec<(Handle, &Sent<A::Value>)> {
        let mut counts: BTreeMap<(&str, MessageKind, Option<&str>), u32> = BTreeMap::new();
        let named = self.sent().map(|(by, message)| {
            let (kind, to) = (message.kind(), message.recipient());
            let nth = counts.entry((by.as_str(), kind, to)).or_default();
            *nth += 1;
            let to = to.map(str::to_owned);
            (Handle { by: by.clone(), kind, to, nth: *nth }, message)
        });
        named.collect()
    }

    /// Whether a party that stepped out goes on, as it comes back, with what it left.
    #[must_use]
    pub fn resumes(&self, party: &str) -> bool {
        let none = self.algebra.no_hash();
        self.actor(party).is_ok_and(|actor| {
            let begun = actor.state.away.as_ref().is_some_and(|away| away.chain.hash != none);
            begun && actor.profile.rules.contains(Rule::ReturnContinues)
        })
    }

    /// The algebra the stage computes with.
    #[must_use]
    pub fn algebra(&self) -> &'a A {
        self.algebra
    }

    /// Plays one step with the model's own client. Damage to encoded bytes is not the stage's
    /// business: a caller that encodes turns it into an event itself.
    ///
    /// # Errors
    /// The script is at fault. A refusal is not an error but a reply.
    pub fn play(&mut self, step: &ScriptStep) -> Result<Reply<A::Value>, StageError> {
        let given = self.given(&step.act)?;
        self.give(&step.party, &given)
    }

    /// Gives a party something and notes what it sends.
    ///
    /// # Errors
    /// The script is at fault.
    pub fn give(
        &mut self,
        party: &str,
        given: &Given<A::Value>,
    ) -> Result<Reply<A::Value>, StageError> {
        let algebra = self.algebra;
        let actor = self.actor_mut(party)?;
        let reply = match given {
            Given::Event(event) => happen(algebra, actor, event),
            Given::Time(to_ms) => pass(algebra, actor, *to_ms)?,
            Given::Question => Reply {
                outcome: Ok(Outcome::Accepted),
                effects: Vec::new(),
                held: RuleSet::EMPTY,
                drawn: Vec::new(),
            },
        };
        for (_, effect) in &reply.effects {
            self.note(party, effect);
        }
        Ok(reply)
    }

    /// Notes something a party did, whoever plays it.
    pub fn note(&mut self, party: &str, effect: &Effect<A::Value>) {
        let message = match effect {
            Effect::PostAnnouncement(announcement) => Sent::Announcement(announcement.clone()),
            Effect::PostSealedKey(sealed) => Sent::SealedKey(sealed.clone()),
            Effect::Transmit { packet, .. } => Sent::Packet(packet.clone()),
            Effect::PostNonce(nonce) => Sent::Nonce(nonce.clone()),
            Effect::PostLink(link) => Sent::Link(link.clone()),
            Effect::PostHeartbeat(heartbeat) => Sent::Heartbeat(heartbeat.clone()),
            Effect::PostLockRequest(request) => Sent::LockRequest(request.clone()),
            Effect::Render { .. }
            | Effect::ShowSecurityCode(_)
            | Effect::ShowLeaderChanged { .. }
            | Effect::ShowUnlockWarning
            | Effect::ShowLeft => return,
        };
        self.sent.push(Arc::new((party.to_owned(), message)));
    }

    /// What an act gives to its party, with every recipe worked out.
    ///
    /// # Errors
    /// A recipe names what does not exist.
    pub fn given(&self, act: &Act) -> Result<Given<A::Value>, StageError> {
        let event = match act {
            Act::Join { meeting, role, name } => {
                Event::Join { meeting: meeting.clone(), role: *role, name: name.clone() }
            }
            Act::LeaderNamed { seat, ivk, announcement } => Event::LeaderNamed {
                seat: seat.clone(),
                ivk: self.key(ivk)?,
                announcement: self.announcement(announcement)?,
            },
            Act::Admitted { seat, name, ivk, announcement, outdated } => {
                Event::Admitted(Admission {
                    seat: seat.clone(),
                    name: name.clone(),
                    ivk: self.key(ivk)?,
                    announcement: self.announcement(announcement)?,
                    outdated: *outdated,
                })
            }
            Act::Departed { seat } => Event::Departed { seat: seat.clone() },
            Act::Renamed { seat, name } => {
                Event::Renamed { seat: seat.clone(), name: name.clone() }
            }
            Act::NoncePosted { seat, nonce } => {
                Event::NonceArrived { seat: seat.clone(), nonce: self.nonce(nonce)? }
            }
            Act::Link { link } => Event::LinkArrived(self.link(link)?),
            Act::Heartbeat { heartbeat } => Event::HeartbeatArrived(self.heartbeat(heartbeat)?),
            Act::LockRequested { request } => Event::LockRequested(self.request(request)?),
            Act::LockClaimed { locked } => Event::LockClaimed { locked: *locked },
            Act::RoomClaimed { seat, in_room } => {
                Event::RoomClaimed { seat: seat.clone(), in_room: *in_room }
            }
            Act::SetLock { locked } => Event::SetLock { locked: *locked },
            Act::Kick { seat } => Event::Kick { seat: seat.clone() },
            Act::SealedKey { sealed } => Event::KeyOffered { sealed: self.sealed_key(sealed)? },
            Act::Packet { from, stream, packet } => Event::PacketArrived {
                from: from.clone(),
                stream: stream.clone(),
                packet: self.packet(packet)?,
            },
            Act::MeetingEnded {} => Event::MeetingEnded,
            Act::Advance { to_ms } => return Ok(Given::Time(*to_ms)),
            Act::Send { stream, text } => Event::Send {
                stream: stream.clone(),
                plaintext: self.algebra.literal(text.as_bytes()),
            },
            Act::StepOut {} => Event::StepOut,
            Act::Leave {} => Event::Leave,
            Act::Observe {} => return Ok(Given::Question),
        };
        Ok(Given::Event(event))
    }

    fn find(&self, handle: &Handle) -> Result<&Sent<A::Value>, StageError> {
        let wanted = |(by, message): &&(String, Sent<A::Value>)| {
            *by == handle.by
                && message.kind() == handle.kind
                && handle.to.as_deref().is_none_or(|to| message.recipient() == Some(to))
        };
        let skip = handle.nth.checked_sub(1).and_then(|nth| usize::try_from(nth).ok());
        skip.and_then(|skip| self.sent().filter(wanted).nth(skip))
            .map(|(_, message)| message)
            .ok_or_else(|| StageError::NotSent(handle.clone()))
    }

    /// A random value that belongs to the one who forges, by name.
    fn forged(&self, name: &str, purpose: Purpose) -> Result<A::Value, StageError> {
        let draw = Draw { party: format!("forger {name}"), purpose, count: 0 };
        self.algebra.draw(&draw).ok_or(StageError::Open(StepError::Undrawn(draw)))
    }
}

/// Another version, less the rules that everybody in this world lacks.
fn of_version(id: &str, world: &Profile) -> Result<Profile, StageError> {
    let version = Profile::by_id(id).ok_or_else(|| StageError::NoProfile(id.to_owned()))?;
    let whole = Profile::by_id(world.id).map_or(world.rules, |whole| whole.rules);
    let rules = version.rules.less(whole.less(world.rules));
    Ok(Profile { rules, ..version })
}

fn happen<A: Algebra>(
    algebra: &A,
    actor: &mut Actor<A::Value>,
    event: &Event<A::Value>,
) -> Reply<A::Value> {
    let client = Client { algebra, profile: &actor.profile, policies: actor.policies };
    match client.step(&actor.state, &Input::now(event.clone())) {
        Ok(step) => {
            actor.state = step.next;
            let now_ms = actor.now_ms;
            Reply {
                outcome: Ok(step.outcome),
                effects: step.effects.into_iter().map(|effect| (now_ms, effect)).collect(),
                held: step.held,
                drawn: step.drawn,
            }
        }
        Err(error) => Reply {
            outcome: Err(error),
            effects: Vec::new(),
            held: RuleSet::EMPTY,
            drawn: Vec::new(),
        },
    }
}

/// Lets time pass without stepping over a deadline.
fn pass<A: Algebra>(
    algebra: &A,
    actor: &mut Actor<A::Value>,
    to_ms: u64,
) -> Result<Reply<A::Value>, StageError> {
    let mut left = to_ms
        .checked_sub(actor.now_ms)
        .ok_or(StageError::TimeBackwards { now_ms: actor.now_ms, to_ms })?;
    let mut reply = Reply {
        outcome: Ok(Outcome::Accepted),
        effects: Vec::new(),
        held: RuleSet::EMPTY,
        drawn: Vec::new(),
    };
    loop {
        let client = Client { algebra, profile: &actor.profile, policies: actor.policies };
        let next = client.deadline_ms(&actor.state).map_or(left, |due| left.min(u64::from(due)));
        let elapsed = u32::try_from(next).unwrap_or(u32::MAX);
        match client.step(&actor.state, &Input::after(elapsed)) {
            Ok(step) => {
                actor.state = step.next;
                actor.now_ms += u64::from(elapsed);
                let now_ms = actor.now_ms;
                reply.effects.extend(step.effects.into_iter().map(|effect| (now_ms, effect)));
                reply.held = reply.held.union(step.held);
                reply.drawn.extend(step.drawn);
            }
            Err(error) => {
                reply.outcome = Err(error);
                return Ok(reply);
            }
        }
        left -= u64::from(elapsed);
        if left == 0 {
            return Ok(reply);
        }
    }
}

/// The device of a party.
impl<A: Algebra> Stage<'_, A> {
    /// Who a party is.
    ///
    /// # Errors
    /// There is no such party.
    pub fn seat(&self, party: &str) -> Result<&Seat, StageError> {
        Ok(&self.actor(party)?.state.seat)
    }
}
