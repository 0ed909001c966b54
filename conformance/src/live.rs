//! A case with a client that draws its own random values: the other parties are real peers that
//! verify, open and answer, and the client is judged by meaning.

use std::collections::{BTreeMap, BTreeSet};

use conclave_model::{
    algebra::Bytes,
    machine::{Event, Outcome, StepError},
    message::{Meeting, Role, Seat},
    script::{Act, ExpectedClass, Handle, MessageKind, Recipe, ScriptStep},
    stage::{Reply, Sent, Stage, StageError},
};
use conclave_spec::{Octets, Profile, Rule, RuleSet, formulas::security_code::security_code};

use crate::{
    case::{CaseSession, CaseStep},
    exchange::{self, Exchange},
    protocol::{Class, Codec, Effect, Hex, Input, Message, Response},
    record,
    reference::class_of_refusal,
    verdict::Finding,
};

mod alike;
mod chain;
mod finding;
mod meaning;

pub use alike::alike;

use chain::Chain;
use finding::{claim, peer};

/// What the other parties of a case draw from.
#[must_use]
pub fn algebra(session: &CaseSession) -> Bytes {
    Bytes::seeded(session.script_seed.0.as_slice().try_into().unwrap_or_default())
}

/// The other parties of a case, and what is known of the client.
pub struct Live<'a> {
    stage: Stage<'a, Bytes>,
    session: &'a CaseSession,
    profile: &'a Profile,
    exchange: Exchange,
    meeting: Option<Meeting>,
    code: Option<String>,
    claims: Claims,
    chain: Chain,
    /// Whom the client was told to follow in any meeting, itself included.
    leaders: BTreeSet<Seat>,
    /// The key and number that a misbehaving leader offers the client in this step.
    offered: Option<(u32, Octets)>,
    /// Those it has not refused: it may well encrypt under them.
    forged: BTreeSet<(u32, Octets)>,
    /// The liveness nonces the client was given, by recipient, oldest first.
    nonces: BTreeMap<Seat, Vec<Octets>>,
    /// How many links and heartbeats of the client each party has got.
    handed: BTreeMap<String, usize>,
    /// How many there were when the client joined, or began to lead.
    begun: usize,
    /// How many the script has had the client send.
    scripted: Scripted,
}

/// What must never repeat.
#[derive(Debug, Default)]
struct Claims {
    announced: BTreeSet<Octets>,
    nonces: BTreeSet<Octets>,
    liveness: BTreeSet<Octets>,
    counters: BTreeSet<(Option<Meeting>, u32, String, u64)>,
    joins: u32,
    numbers: BTreeMap<u32, Octets>,
    keys: BTreeMap<Octets, (u32, u32)>,
}

/// How many links and heartbeats were sent.
#[derive(Clone, Copy, Debug, Default)]
struct Posts {
    links: u32,
    beats: u32,
}

/// What the script has had the client send.
#[derive(Clone, Copy, Debug, Default)]
struct Scripted {
    /// Before it joined or began to lead.
    begun: Posts,
    /// Before the step being taken.
    before: Posts,
    /// With that step.
    now: Posts,
}

type Findings = Result<Vec<Finding>, String>;

/// A rule, what was wanted, and what came.
type Wrong = (Rule, &'static str, &'static str);

/// How the client has departed from the script.
#[derive(Clone, Copy, Debug)]
pub struct Departure {
    /// It has sent other heartbeats, or rotated otherwise.
    pub moved: bool,
    /// It has rotated more or less often, so that numbers differ.
    pub shifted: bool,
}

impl<'a> Live<'a> {
    /// The cast of a case, with the client's own identity key in its place. The others follow
    /// `world`, where the script does not say otherwise; the client follows `profile`.
    ///
    /// # Errors
    /// The script cannot be played.
    pub fn new(
        algebra: &'a Bytes,
        session: &'a CaseSession,
        (world, profile): (&Profile, &'a Profile),
        codec: Codec,
        ivk: &Hex,
    ) -> Result<Self, String> {
        let stage = Stage::new(algebra, &session.script.cast, world);
        let mut stage = stage.map_err(|error| error.to_string())?;
        let actor = stage.actor_mut(&session.plays).map_err(|error| error.to_string())?;
        actor.state.ivk = exchange::octets(ivk);
        Ok(Self {
            stage,
            session,
            profile,
            exchange: Exchange { codec, rules: profile.rules },
            meeting: None,
            code: None,
            claims: Claims::default(),
            chain: Chain::default(),
            leaders: BTreeSet::from([Seat::new(&session.user_id, &session.hardware_id)]),
            offered: None,
            forged: BTreeSet::new(),
            nonces: BTreeMap::new(),
            handed: BTreeMap::new(),
            begun: 0,
            scripted: Scripted::default(),
        })
    }

    /// Plays a step of another party. What the client sent it must be what the case expects.
    ///
    /// # Errors
    /// The script cannot be played.
    pub fn play_other(&mut self, step: &ScriptStep, at: usize, departure: Departure) -> Findings {
        if matches!(step.act, Act::Join { .. }) && !self.stage.resumes(&step.party) {
            self.handed.remove(&step.party);
        }
        match handed_on(&step.act).filter(|handle| handle.by == self.session.plays) {
            Some(handle) => self.hand_over(step, handle, at, departure),
            None => self.play_one(step, at, departure),
        }
    }

    /// Hands a link or heartbeat of the client to a party. Where the client has sent others than
    /// the script knows, the party gets every one that it has not got yet.
    fn hand_over(
        &mut self,
        step: &ScriptStep,
        handle: &Handle,
        at: usize,
        departure: Departure,
    ) -> Findings {
        let posts = self.own_posts();
        let sent = posts.iter().position(|post| *post == (handle.kind, handle.nth));
        let from = self.handed.get(&step.party).copied().unwrap_or_default().max(self.begun);
        if !departure.moved || self.is_of_before(handle) {
            if let Some(place) = sent {
                self.handed.insert(step.party.clone(), from.max(place + 1));
            }
            return self.play_one(step, at, departure);
        }
        self.handed.insert(step.party.clone(), posts.len().max(from));
        let mut findings = Vec::new();
        for (kind, nth) in posts.into_iter().skip(from) {
            findings.extend(self.hand_one(step, kind, nth, at)?);
        }
        Ok(findings)
    }

    /// Whether a message is one that the client sent before it joined or began to lead, by the
    /// numbers of the script.
    fn is_of_before(&self, handle: &Handle) -> bool {
        let begun = self.scripted.begun;
        handle.nth <= if handle.kind == MessageKind::Link { begun.links } else { begun.beats }
    }

    /// Hands over a message the script does not name: it must not be refused as wrong.
    fn hand_one(&mut self, step: &ScriptStep, kind: MessageKind, nth: u32, at: usize) -> Findings {
        let sent = Recipe::Sent(Handle { by: self.session.plays.clone(), kind, to: None, nth });
        let act = if kind == MessageKind::Link {
            Act::Link { link: sent }
        } else {
            Act::Heartbeat { heartbeat: sent }
        };
        let step = ScriptStep { act, wire: None, ..step.clone() };
        let played = record::play(&mut self.stage, &step);
        let (_, reply) = played.map_err(|error| error.to_string())?;
        Ok(match reply.outcome {
            // Without a leader it knows, a party takes no heartbeat, however good.
            Err(StepError::Refused(reject))
                if class_of_refusal(reject.rule) == Class::Reject
                    && reject.rule != Rule::AnnouncementVerifies =>
            {
                vec![peer(at, &step, reject.rule, "accept", "refused")]
            }
            // A party that has left because of what came before has no use for it.
            Ok(_) | Err(_) => Vec::new(),
        })
    }

    /// The links and heartbeats of the client so far, in order, by kind and number.
    fn own_posts(&self) -> Vec<(MessageKind, u32)> {
        let mut posts = Vec::new();
        let (mut links, mut beats) = (0, 0);
        let own = self.stage.sent().filter(|(by, _)| *by == self.session.plays);
        for kind in own.map(|(_, sent)| sent.kind()) {
            let count = match kind {
                MessageKind::Link => &mut links,
                MessageKind::Heartbeat => &mut beats,
                MessageKind::Announcement
                | MessageKind::SealedKey
                | MessageKind::Packet
                | MessageKind::Nonce
                | MessageKind::LockRequest => continue,
            };
            *count += 1;
            posts.push((kind, *count));
        }
        posts
    }

    fn play_one(&mut self, step: &ScriptStep, at: usize, departure: Departure) -> Findings {
        let newest = if departure.moved { self.with_newest_nonce(step) } else { None };
        let step = newest.as_ref().unwrap_or(step);
        let (_, reply) = match record::play(&mut self.stage, step) {
            Ok(played) => played,
            // Nothing was sent that could be handed on, because of other rotations.
            Err(StageError::NotSent(_)) if departure.moved => return Ok(Vec::new()),
            Err(StageError::NotSent(handle)) if handle.by == self.session.plays => {
                let rule = step.expect.rule.unwrap_or(not_sent(handle.kind));
                let wanted = format!("message {} of the client", handle.nth);
                return Ok(vec![peer(at, step, rule, &wanted, "it never came")]);
            }
            Err(error) => return Err(error.to_string()),
        };
        self.compare(step, &reply, at, departure)
    }

    /// A step that hands on a nonce of the client, with the newest there is: one that has posted
    /// its nonces at other moments takes no key bound to an older one.
    fn with_newest_nonce(&self, step: &ScriptStep) -> Option<ScriptStep> {
        let Act::NoncePosted { seat, nonce: Recipe::Sent(handle) } = &step.act else { return None };
        let is_own = |(by, sent): &&(String, Sent<Octets>)| {
            *by == handle.by && sent.kind() == MessageKind::Nonce
        };
        let nth = u32::try_from(self.stage.sent().filter(is_own).count()).ok()?;
        if handle.by != self.session.plays || nth < handle.nth {
            return None;
        }
        let nonce = Recipe::Sent(Handle { nth, ..handle.clone() });
        let act = Act::NoncePosted { seat: seat.clone(), nonce };
        Some(ScriptStep { act, ..step.clone() })
    }

    fn compare(
        &self,
        step: &ScriptStep,
        reply: &Reply<Octets>,
        at: usize,
        departure: Departure,
    ) -> Findings {
        let time_passes = matches!(step.act, Act::Advance { .. });
        let got = match &reply.outcome {
            Ok(Outcome::Accepted) => ("accept", None),
            Ok(Outcome::Left(_)) if time_passes => ("accept", None),
            Ok(Outcome::Pending(rule)) => ("pending", Some(*rule)),
            Ok(Outcome::Left(rule)) => ("leave", Some(*rule)),
            Err(StepError::Refused(reject)) => {
                let ignored = class_of_refusal(reject.rule) == Class::Ignore;
                (if ignored { "ignored" } else { "refused" }, Some(reject.rule))
            }
            Err(StepError::Misused(misuse)) if misuse.is_misfit() && !departure.moved => {
                ("no request", Some(Rule::RequestFits))
            }
            // A party that has left because of what it was given meanwhile.
            Err(_) if departure.moved => return Ok(Vec::new()),
            Err(error) => return Err(error.to_string()),
        };
        let wanted = match step.expect.class {
            ExpectedClass::Accept => "accept",
            ExpectedClass::Pending => "pending",
            ExpectedClass::Leave => "leave",
            ExpectedClass::Reject => "refused",
            ExpectedClass::Ignore => "ignored",
            ExpectedClass::BadRequest => "no request",
        };
        // What calls for a key, or makes it an old one, may have come earlier, with another
        // heartbeat.
        let taken = |it: &str| ["accept", "pending", "ignored"].contains(&it);
        if got.0 == wanted || (departure.moved && taken(wanted) && taken(got.0)) {
            return Ok(Vec::new());
        }
        // With other rotations the script's own steps fall out of step; what was sealed and sent is
        // judged where it is sent.
        let rule = match departure.shifted {
            true if self.profile.rules.contains(Rule::RotationThrottled) => Rule::RotationThrottled,
            true => return Ok(Vec::new()),
            false => got.1.or(step.expect.rule).unwrap_or(Rule::SealOpens),
        };
        Ok(vec![peer(at, step, rule, wanted, got.0)])
    }

    /// The client joins or begins to lead.
    fn begin(&mut self, scripted: Posts) {
        self.begun = self.own_posts().len();
        self.scripted.begun = scripted;
    }

    /// What the client is given.
    ///
    /// # Errors
    /// The script cannot be played.
    pub fn input(&mut self, step: &ScriptStep) -> Result<Input, String> {
        if let Act::Join { meeting, role, .. } = &step.act
            && step.expect.class != ExpectedClass::BadRequest
        {
            self.meeting = Some(meeting.clone());
            self.claims.joins += 1;
            self.claims.numbers.clear();
            self.nonces.clear();
            self.forged.clear();
            self.begin(self.scripted.now);
            self.chain.joined(*role == Role::Leader);
        }
        self.offered = self.key_offered(&step.act)?;
        let given = self.stage.given(&step.act).map_err(|error| error.to_string())?;
        let mut input = self.exchange.request(&given);
        if let Some(edit) = &step.wire {
            record::damage(&mut input, edit);
        }
        Ok(input)
    }

    /// What a misbehaving leader has sealed for the client.
    fn key_offered(&self, act: &Act) -> Result<Option<(u32, Octets)>, String> {
        let Act::SealedKey { sealed: Recipe::ForgedSeal(forged) } = act else { return Ok(None) };
        let key = self.stage.key_of_seal(forged).map_err(|error| error.to_string())?;
        Ok(Some((forged.mk_seq, key)))
    }

    /// The recorded expectation, with what depends on live keys worked out anew.
    #[must_use]
    pub fn expectation(&mut self, step: &CaseStep, input: &Input) -> CaseStep {
        let mut step = step.clone();
        let outputs = &step.expect.outputs;
        let count = |is_it: fn(&Effect) -> bool| {
            let count = outputs.iter().filter(|output| is_it(&output.effect)).count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        self.scripted.before = self.scripted.now;
        self.scripted.now.links += count(|effect| matches!(effect, Effect::PostLink { .. }));
        self.scripted.now.beats += count(|effect| matches!(effect, Effect::PostHeartbeat { .. }));
        let has = |is_it: fn(&Effect) -> bool| outputs.iter().any(|output| is_it(&output.effect));
        let leaves = has(|effect| matches!(effect, Effect::ShowLeft {}));
        if has(|effect| matches!(effect, Effect::ShowSecurityCode { .. })) {
            let named = if let Input::Deliver { message: Message::LeaderNamed { ivk, .. } } = input
            {
                Some(exchange::octets(ivk))
            } else {
                None
            };
            let ivk = named.unwrap_or_else(|| self.own_ivk());
            self.code = Some(security_code(self.profile.rules, &ivk).digits().to_owned());
        }
        if leaves {
            self.code = None;
        }
        for output in &mut step.expect.outputs {
            if let (Effect::ShowSecurityCode { digits }, Some(code)) =
                (&mut output.effect, &self.code)
            {
                digits.clone_from(code);
            }
        }
        if let Some(observed) = &mut step.expect.observed {
            observed.security_code.clone_from(&self.code);
        }
        step
    }

    /// The rules of the client's profile.
    #[must_use]
    pub fn rules(&self) -> RuleSet {
        self.profile.rules
    }

    fn own_ivk(&self) -> Octets {
        let actor = self.stage.actor(&self.session.plays);
        actor.map(|actor| actor.state.ivk.clone()).unwrap_or_default()
    }

    fn own_seat(&self) -> Seat {
        Seat::new(&self.session.user_id, &self.session.hardware_id)
    }

    /// Takes in what the client did: peers will see it, and some of it must never repeat.
    ///
    /// # Errors
    /// An output is not in the session's codec.
    pub fn heard(&mut self, input: &Input, response: &Response, at: usize) -> Findings {
        if response.class == Class::Accept {
            self.taken(input)?;
        }
        if matches!(response.class, Class::Accept | Class::Pending) {
            self.forged.extend(self.offered.take());
        }
        let mut wrong = Vec::new();
        for output in &response.outputs {
            let heard = self.exchange.heard(&output.effect).map_err(|error| error.to_string())?;
            let Some(effect) = heard else {
                let (wanted, got) = ("a canonical message", "bytes that do not decode");
                wrong.push((Rule::EncodingCanonical, wanted, got));
                continue;
            };
            wrong.extend(self.judge(&effect, input));
            self.stage.note(&self.session.plays, &effect);
        }
        wrong.extend(self.chain.answered(self.profile));
        Ok(wrong.into_iter().map(|(rule, wanted, got)| claim(at, rule, wanted, got)).collect())
    }

    /// Takes in what the client was given and has accepted.
    fn taken(&mut self, input: &Input) -> Result<(), String> {
        let event = self.exchange.event(input).map_err(|error| error.to_string())?;
        match event {
            Some(Event::LeaderNamed { seat, ivk, announcement }) => {
                let own = seat == self.own_seat();
                if own && !self.chain.leads() {
                    self.begin(self.scripted.before);
                }
                let binding = self.binding_of(&seat, &ivk, &announcement.pk);
                self.chain.told_leader(binding.filter(|_| !own));
                self.leaders.insert(seat);
            }
            Some(Event::HeartbeatArrived(heartbeat)) => self.chain.took(self.profile, &heartbeat),
            Some(Event::NonceArrived { seat, nonce }) => {
                let nonces = self.nonces.entry(seat).or_default();
                // One of the two newest, delivered again, is no newer for it.
                if !nonces.iter().rev().take(2).any(|known| *known == nonce) {
                    nonces.push(nonce);
                }
            }
            Some(Event::Departed { seat } | Event::Kick { seat }) => {
                self.nonces.remove(&seat);
            }
            Some(_) | None => {}
        }
        Ok(())
    }
}

/// The link or heartbeat that a step hands on as it was sent.
fn handed_on(act: &Act) -> Option<&Handle> {
    if let Act::Link { link: Recipe::Sent(handle) }
    | Act::Heartbeat { heartbeat: Recipe::Sent(handle) } = act
    {
        Some(handle)
    } else {
        None
    }
}

/// The rule a client breaks that has not sent what the script hands on.
const fn not_sent(kind: MessageKind) -> Rule {
    match kind {
        MessageKind::Announcement => Rule::AnnouncementVerifies,
        MessageKind::SealedKey => Rule::SealToListed,
        MessageKind::Packet => Rule::UseNewestKey,
        MessageKind::Nonce => Rule::NoncePosted,
        MessageKind::Link => Rule::JoinListed,
        MessageKind::Heartbeat => Rule::BeatOnChange,
        MessageKind::LockRequest => Rule::RequestRetried,
    }
}

impl std::fmt::Debug for Live<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("session", &self.session.plays).finish_non_exhaustive()
    }
}
