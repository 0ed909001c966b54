//! The built-in client: the model's machine behind the adapter protocol.
//!
//! It is the reference when all rules are in force, and a mutant when one is not.

use std::collections::BTreeMap;

use conclave_model::{
    Algebra, Client,
    algebra::{Bytes, Purpose, Source},
    client::{Phase, Policies, State},
    machine::{Choice, Effect, Event, Input as Moment, Outcome, StepError},
};
use conclave_spec::{Octets, Profile, Rule, RuleSet, rules::Reaction};

use crate::{
    compute,
    exchange::{self, BadLine, Exchange},
    player::{Fault, Player},
    policies::{self, Chosen, POLICIES},
    protocol::{
        self as line, Answer, Class, Codec, Encryption, Hello, Input, Observed, Opened, Output,
        Randomness, RandomnessClass, Request, Response, RosterLine, Standing,
    },
};

/// The built-in client.
#[derive(Debug)]
pub struct Reference {
    profiles: Vec<Profile>,
    without: RuleSet,
    randomness: Vec<RandomnessClass>,
    codecs: Vec<Codec>,
    choice: Choice,
    chosen: Chosen,
    sessions: BTreeMap<String, Session>,
}

#[derive(Debug)]
struct Session {
    profile: Profile,
    policies: Policies,
    algebra: Bytes,
    exchange: Exchange,
    choice: Choice,
    state: State<Octets>,
    now_ms: u64,
    opaque: bool,
}

impl Reference {
    /// Follows every profile.
    #[must_use]
    pub fn new() -> Self {
        Self {
            profiles: Profile::all(),
            without: RuleSet::EMPTY,
            randomness: vec![
                RandomnessClass::Tape,
                RandomnessClass::Seeded,
                RandomnessClass::Opaque,
            ],
            codecs: vec![Codec::Bytes, Codec::Fields],
            choice: Choice::default(),
            chosen: Chosen::new(),
            sessions: BTreeMap::new(),
        }
    }

    /// Follows these profiles only.
    #[must_use]
    pub fn with_profiles(self, profiles: Vec<Profile>) -> Self {
        Self { profiles, ..self }
    }

    /// Lacks a rule and those that need it.
    #[must_use]
    pub fn without(self, rule: Rule) -> Self {
        Self { without: self.without.union(rule.with_dependents()), ..self }
    }

    /// Takes only these classes of randomness.
    #[must_use]
    pub fn with_randomness(self, randomness: Vec<RandomnessClass>) -> Self {
        Self { randomness, ..self }
    }

    /// Speaks only these codecs.
    #[must_use]
    pub fn with_codecs(self, codecs: Vec<Codec>) -> Self {
        Self { codecs, ..self }
    }

    /// Takes these moments wherever the protocol leaves one free, not the earliest.
    #[must_use]
    pub fn with_choice(self, choice: Choice) -> Self {
        Self { choice, ..self }
    }

    /// Follows this value of a policy and no other.
    #[must_use]
    pub fn with_policy(mut self, key: &str, value: &str) -> Self {
        self.chosen.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Answers a request. Never fails: a request that makes no sense is answered so.
    pub fn answer(&mut self, request: &Request) -> Response {
        let mut response = match (&request.input, &request.session) {
            (Input::Hello { protocol_min, protocol_max }, _) => {
                self.hello(*protocol_min, *protocol_max)
            }
            (Input::Compute { formula, inputs }, _) => self.compute(formula, inputs),
            (_, None) => bad("this request needs a session"),
            (Input::Open { .. }, Some(name)) if self.sessions.contains_key(name) => {
                bad("that session is open already")
            }
            (Input::Open { .. }, Some(name)) => self.open(name, &request.input),
            (Input::Close {}, Some(name)) => match self.sessions.remove(name) {
                Some(_) => accepted(),
                None => bad("no such session"),
            },
            (input, Some(name)) => match self.sessions.get_mut(name) {
                Some(session) => session.take(input),
                None => bad("no such session"),
            },
        };
        response.id = request.id;
        response
    }

    fn rules_of(&self, profile: Profile) -> Profile {
        Profile { rules: profile.rules.less(self.without), ..profile }
    }

    fn hello(&self, protocol_min: u32, protocol_max: u32) -> Response {
        if !(protocol_min..=protocol_max).contains(&line::VERSION) {
            return unsupported("no common protocol version");
        }
        let hello = Hello {
            protocol: line::VERSION,
            name: "conclave-reference".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            roles: vec![line::Role::Leader, line::Role::Participant],
            profiles: self.profiles.iter().map(|profile| profile.id.to_owned()).collect(),
            formulas: compute::FORMULAS.iter().map(|name| (*name).to_owned()).collect(),
            randomness: self.randomness.clone(),
            codecs: self.codecs.clone(),
            policies: POLICIES
                .iter()
                .map(|[key, default, other]| {
                    let chosen = self.chosen.get(*key).map(|chosen| vec![chosen.clone()]);
                    let both = || vec![(*default).to_owned(), (*other).to_owned()];
                    ((*key).to_owned(), chosen.unwrap_or_else(both))
                })
                .collect(),
            maps_codes: true,
            answer_ms_max: None,
        };
        Response { result: Some(Answer::Hello(hello)), ..accepted() }
    }

    fn compute(&self, formula: &str, inputs: &BTreeMap<String, String>) -> Response {
        // Formulas belong to no profile: theirs are all but the rule that is missing.
        let rules = compute::rules();
        let rules = rules.less(self.without);
        match compute::compute(rules, formula, inputs) {
            Ok(outputs) => Response { result: Some(Answer::Computed(outputs)), ..accepted() },
            Err(compute::Refused::Unknown) => unsupported(&format!("no formula {formula:?}")),
            Err(compute::Refused::Inputs(reason)) => bad(&reason),
            Err(compute::Refused::By(rule)) => refused(rule),
        }
    }

    /// A policy that contradicts what this client chose.
    fn refused_policy<'p>(&self, policies: &'p Chosen) -> Option<(&'p String, &'p String)> {
        let contradicts = |key: &String, value| self.chosen.get(key).is_some_and(|it| it != value);
        policies.iter().find(|(key, value)| contradicts(key, *value))
    }

    fn open(&mut self, name: &str, input: &Input) -> Response {
        let Input::Open { profile, user_id, hardware_id, randomness, codec, policies } = input
        else {
            return bad("not an open request");
        };
        let Some(profile) = self.profiles.iter().find(|known| known.id == *profile) else {
            return unsupported("no such profile here");
        };
        let profile = profile.clone();
        if let Some((key, value)) = self.refused_policy(policies) {
            return unsupported(&format!("{key} = {value}: this client chose otherwise"));
        }
        let followed = self.chosen.clone().into_iter().chain(policies.clone()).collect();
        let (profile, policies) = match policies::follow(profile, &followed) {
            Ok((profile, policies)) => (self.rules_of(profile), policies),
            Err(reason) => return unsupported(&reason),
        };
        let (source, opaque) = match source(randomness) {
            Ok(source) => source,
            Err(reason) => return bad(&reason),
        };
        let seat = match exchange::seat(user_id, hardware_id) {
            Ok(seat) => seat,
            Err(error) => return bad(&error.to_string()),
        };
        let algebra = Bytes::for_party(name, source);
        match Client::new(&algebra, &profile).open(name, seat) {
            Ok(state) => {
                let opened = Opened { ivk: exchange::hex(&state.ivk) };
                let exchange = Exchange { codec: *codec, rules: profile.rules };
                let session = Session {
                    profile,
                    policies,
                    algebra,
                    exchange,
                    choice: self.choice,
                    state,
                    now_ms: 0,
                    opaque,
                };
                let drawn = session.drawn(&["identity/0".to_owned()]);
                self.sessions.insert(name.to_owned(), session);
                Response { result: Some(Answer::Opened(opened)), drawn, ..accepted() }
            }
            Err(error) => failed(&error),
        }
    }
}

impl Default for Reference {
    fn default() -> Self {
        Self::new()
    }
}

impl Player for Reference {
    fn ask(&mut self, request: &Request) -> Result<Response, Fault> {
        Ok(self.answer(request))
    }
}

impl Session {
    fn take(&mut self, input: &Input) -> Response {
        if let Input::Advance { to_ms } = input {
            return self.advance(*to_ms);
        }
        if let Input::Observe {} = input {
            return Response {
                result: Some(Answer::Observed(self.observed())),
                deadline_ms: self.deadline_ms(),
                ..accepted()
            };
        }
        match self.exchange.event(input) {
            Ok(Some(event)) => {
                let mut response = accepted();
                let moment = Moment { choice: self.choice, ..Moment::now(event) };
                self.step(&moment, &mut response);
                response.deadline_ms = self.deadline_ms();
                response
            }
            Ok(None) => bad("this request is for no session"),
            Err(error) => self.bad(&error),
        }
    }

    fn bad(&self, error: &BadLine) -> Response {
        Response { deadline_ms: self.deadline_ms(), ..bad(&error.to_string()) }
    }

    /// Lets time pass, moment by moment.
    fn advance(&mut self, to_ms: u64) -> Response {
        let mut response = accepted();
        let Some(mut left) = to_ms.checked_sub(self.now_ms) else {
            return bad("time cannot run backwards");
        };
        while left > 0 && response.class == Class::Accept {
            // Without a deadline nothing more happens, however long it takes.
            let next = self.deadline_ms().map_or(left, |due| left.min(due - self.now_ms));
            let elapsed_ms = u32::try_from(next).unwrap_or(u32::MAX);
            self.now_ms += next;
            left -= next;
            self.step(&Moment::after(elapsed_ms), &mut response);
        }
        response.deadline_ms = self.deadline_ms();
        response
    }

    fn step(&mut self, moment: &Moment<Octets>, response: &mut Response) {
        let client =
            Client { algebra: &self.algebra, profile: &self.profile, policies: self.policies };
        match client.step(&self.state, moment) {
            Ok(step) => {
                self.state = step.next;
                let (class, rule) = class_of(step.outcome, moment.event == Event::Tick);
                response.class = class;
                response.code = rule.map(|rule| rule.id().to_owned());
                let drawn: Vec<_> = step.drawn.iter().map(ToString::to_string).collect();
                response.drawn.extend(self.drawn(&drawn));
                response.outputs.extend(step.effects.iter().map(|effect| self.output(effect)));
            }
            Err(error) => {
                *response = Response { outputs: response.outputs.clone(), ..failed(&error) }
            }
        }
    }

    fn output(&self, effect: &Effect<Octets>) -> Output {
        Output { at_ms: self.now_ms, effect: self.exchange.effect(effect) }
    }

    fn drawn(&self, drawn: &[String]) -> Vec<String> {
        if self.opaque { Vec::new() } else { drawn.to_vec() }
    }

    fn deadline_ms(&self) -> Option<u64> {
        let client =
            Client { algebra: &self.algebra, profile: &self.profile, policies: self.policies };
        client.deadline_ms(&self.state).and_then(|due| self.now_ms.checked_add(u64::from(due)))
    }

    fn observed(&self) -> Observed {
        observe(&self.state, &self.profile, &self.algebra)
    }
}

/// What became of an input that was not refused. A client that leaves while time passes has not
/// left because of an input.
#[must_use]
pub fn class_of(outcome: Outcome, time_passes: bool) -> (Class, Option<Rule>) {
    match outcome {
        Outcome::Accepted => (Class::Accept, None),
        Outcome::Pending(rule) => (Class::Pending, Some(rule)),
        Outcome::Left(_) if time_passes => (Class::Accept, None),
        Outcome::Left(rule) => (Class::Leave, Some(rule)),
    }
}

/// The class of a refusal by a rule.
#[must_use]
pub const fn class_of_refusal(rule: Rule) -> Class {
    match rule.reaction() {
        Reaction::Ignore => Class::Ignore,
        Reaction::Leave => Class::Leave,
        Reaction::Reject | Reaction::None => Class::Reject,
    }
}

/// What the user of a client in this state sees.
#[must_use]
pub fn observe(state: &State<Octets>, profile: &Profile, algebra: &Bytes) -> Observed {
    let (seen, code) = seen(&Client::new(algebra, profile), state);
    Observed { security_code: code.map(|code| exchange::text(&code)), ..seen }
}

/// What the user of a client in this state sees, less the security code, which comes beside it as
/// the algebra has it.
#[must_use]
pub fn seen<A: Algebra>(
    client: &Client<'_, A>,
    state: &State<A::Value>,
) -> (Observed, Option<A::Value>) {
    let phase = match &state.phase {
        Phase::Outside => line::Phase::Outside,
        Phase::Joined(_) => line::Phase::Joined,
        Phase::Left => line::Phase::Left,
    };
    let Some(seen) = client.seen(state) else { return (Observed::outside(phase), None) };
    let roster = seen.roster.into_iter().map(|line| RosterLine {
        user_id: line.seat.user_id,
        hardware_id: line.seat.hardware_id,
        name: line.name,
        standing: match (line.here, line.in_room) {
            (true, true) => Standing::InRoom,
            (true, false) => Standing::Here,
            (false, _) => Standing::Left,
        },
        leaves: line.leaves,
    });
    let encryption = if seen.post_quantum { Encryption::PostQuantum } else { Encryption::EndToEnd };
    let observed = Observed {
        phase,
        leader: seen.leader,
        security_code: None,
        roster: roster.collect(),
        locked: seen.locked,
        encryption: Some(encryption),
        sends_under: seen.sends_under,
    };
    (observed, seen.security_code)
}

fn source(randomness: &Randomness) -> Result<(Source, bool), String> {
    match randomness {
        Randomness::Seeded { seed } => {
            let seed = seed.0.as_slice().try_into();
            let seed = seed.map_err(|_| "the seed must be 32 bytes".to_owned())?;
            Ok((Source::Seeded(seed), false))
        }
        Randomness::Tape { draws } => {
            let mut lists = BTreeMap::new();
            for (label, values) in draws {
                let purpose = Purpose::ALL.into_iter().find(|known| known.label() == label);
                let purpose = purpose.ok_or_else(|| format!("no purpose {label:?}"))?;
                lists.insert(purpose, values.iter().map(exchange::octets).collect());
            }
            Ok((Source::Tape(lists), false))
        }
        Randomness::Opaque {} => own_seed().map(|seed| (Source::Seeded(seed), true)),
    }
}

/// A seed from the operating system: this client plays one that draws its own randomness.
fn own_seed() -> Result<[u8; 32], String> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| format!("no randomness: {error}"))?;
    Ok(seed)
}

fn accepted() -> Response {
    Response {
        id: 0,
        class: Class::Accept,
        code: None,
        detail: None,
        outputs: Vec::new(),
        deadline_ms: None,
        drawn: Vec::new(),
        result: None,
    }
}

fn bad(reason: &str) -> Response {
    Response { class: Class::BadRequest, detail: Some(reason.to_owned()), ..accepted() }
}

fn unsupported(reason: &str) -> Response {
    Response { class: Class::Unsupported, detail: Some(reason.to_owned()), ..accepted() }
}

fn refused(rule: Rule) -> Response {
    Response {
        class: class_of_refusal(rule),
        code: Some(rule.id().to_owned()),
        detail: Some(rule.statement().to_owned()),
        ..accepted()
    }
}

fn failed(error: &StepError) -> Response {
    match error {
        StepError::Refused(reject) => refused(reject.rule),
        StepError::Undrawn(_) | StepError::Misused(_) => bad(&error.to_string()),
    }
}
