//! Recording: a case played once more, with everything its parties are given and do written down.
//!
//! One party is the client under test, behind the adapter; the others are the model's own clients.
//! A party of whose secrets the script makes forgeries does not log: what it sends comes from
//! outside the trace. So do all others, where the client is recorded alone.

use std::collections::{BTreeMap, HashMap};

use conclave_model::{
    Algebra as _,
    algebra::{BoxLabels, BoxPurpose, Bytes},
    client::{Phase, RoleState, meta_record},
    machine,
    script::{Act, ScriptStep},
    stage::{Stage, StageError},
    values::Valued as _,
};
use conclave_spec::{BoxSuite, Octets, Profile, Rule};

use super::{
    check::{Verdict, check},
    commit::Committer,
    format::{
        Commitment, Entry, Event, Given, Header, Inside, NodeHeader, Output, SCHEMA, SCHEME, Trace,
    },
};
use crate::{
    case::{Case, CaseSession},
    exchange::Exchange,
    live,
    player::{Fault, Player},
    policies,
    protocol::{Answer, Class, Codec, Input, Observed, Randomness, Request, Response},
    record, reference,
};

/// More moments than any honest client has between two steps of a case.
const MOMENTS_MAX: usize = 1_000;

/// Why nothing was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// A case of byte formulas has no session.
    #[error("{0} has no session to record")]
    NoSession(String),
    /// The case names what there is not.
    #[error("{0}")]
    Case(String),
    /// The script cannot be played.
    #[error("step {step}: {error}")]
    Script {
        /// The step, from 1.
        step: usize,
        /// What is wrong.
        error: StageError,
    },
    /// The client gave no usable answer.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The client would not open a session, or its answer is none of this protocol.
    #[error("{op}: {reason}")]
    Answer {
        /// What was asked.
        op: String,
        /// What is wrong with the answer.
        reason: String,
    },
}

/// Records a case with a client that takes a seed. `alone`: only the client logs.
///
/// # Errors
/// The case cannot be played, or the client cannot be asked.
pub fn record(
    case: &Case,
    player: &mut dyn Player,
    committer: &Committer,
    alone: bool,
) -> Result<Trace, RecordingError> {
    let session = case.session.as_ref();
    let session = session.ok_or_else(|| RecordingError::NoSession(case.id.clone()))?;
    let profile = Profile::by_id(case.profile())
        .ok_or_else(|| RecordingError::Case(format!("no profile {:?}", case.profile())))?;
    let algebra = live::algebra(session);
    let mut stage = Stage::new(&algebra, &session.script.cast, &profile).map_err(at(0))?;
    let actor = stage.actor_mut(&session.plays).map_err(at(0))?;
    (actor.profile, actor.policies) =
        policies::follow(actor.profile.clone(), &case.policies).map_err(RecordingError::Case)?;
    let name = format!("{}-1", session.plays);
    let asking = Asking { player, name, next_id: 2, now_ms: 0, deadline_ms: None };
    let mut recording = Recording {
        case,
        session,
        committer,
        stage,
        asking,
        nodes: logging(session, alone),
        entries: Vec::new(),
        written: BTreeMap::new(),
        origins: HashMap::new(),
    };
    let header = recording.open(&profile)?;
    for (index, step) in session.script.steps.iter().enumerate() {
        recording.step(step, index + 1)?;
    }
    recording.asking.ask(Input::Close {})?;
    let open = Trace::new(header, recording.entries);
    // Closed, if it is one when held to it.
    let closed = Trace { header: Header { closed: true, ..open.header.clone() }, ..open.clone() };
    Ok(match check(&closed) {
        Ok(Verdict::Accepted(_)) => closed,
        Ok(_) | Err(_) => open,
    })
}

/// The parties that log.
fn logging(session: &CaseSession, alone: bool) -> Vec<String> {
    let forges =
        |party: &str| session.script.steps.iter().any(|step| step.act.uses_secrets_of(party));
    let cast = session.script.cast.iter().map(|member| member.party.clone());
    cast.filter(|party| *party == session.plays || !(alone || forges(party))).collect()
}

fn at(step: usize) -> impl Fn(StageError) -> RecordingError {
    move |error| RecordingError::Script { step, error }
}

/// The line to the client.
struct Asking<'p> {
    player: &'p mut dyn Player,
    name: String,
    next_id: u64,
    now_ms: u64,
    deadline_ms: Option<u64>,
}

impl Asking<'_> {
    fn ask(&mut self, input: Input) -> Result<Response, RecordingError> {
        let id = self.next_id;
        self.next_id += 1;
        let session = Some(self.name.clone());
        let response = self.player.ask(&Request { id, session, case: None, input })?;
        self.deadline_ms = response.deadline_ms;
        Ok(response)
    }

    /// The next moment to ask for on the way to `to_ms`.
    fn next(&self, to_ms: u64) -> u64 {
        self.deadline_ms.filter(|due| *due > self.now_ms).map_or(to_ms, |due| due.min(to_ms))
    }
}

/// How far each node's part of the trace has come.
#[derive(Default)]
struct Written {
    seq: u64,
    clock: BTreeMap<String, u64>,
    keys: Vec<(u32, Commitment)>,
}

struct Recording<'r, 'p> {
    case: &'r Case,
    session: &'r CaseSession,
    committer: &'r Committer,
    stage: Stage<'r, Bytes>,
    asking: Asking<'p>,
    nodes: Vec<String>,
    entries: Vec<Entry>,
    written: BTreeMap<String, Written>,
    /// Who first sent a value, and in which event.
    origins: HashMap<Commitment, (String, u64)>,
}

/// What became of a step, before it is written down.
struct Done {
    at_ms: u64,
    given: Option<machine::Event<Octets>>,
    class: Class,
    rule: Option<Rule>,
    outputs: Vec<Output>,
    observed: Option<Observed>,
}

impl Recording<'_, '_> {
    fn exchange(&self, party: &str) -> Result<Exchange, StageError> {
        let rules = self.stage.actor(party)?.profile.rules;
        Ok(Exchange { codec: Codec::Bytes, rules })
    }

    fn open(&mut self, profile: &Profile) -> Result<Header, RecordingError> {
        let session = self.session;
        let opened = self.asking.ask(Input::Open {
            profile: session.profile.clone(),
            user_id: session.user_id.clone(),
            hardware_id: session.hardware_id.clone(),
            randomness: Randomness::Seeded { seed: session.seed.clone() },
            codec: Codec::Bytes,
            policies: self.case.policies.clone(),
        })?;
        let Some(Answer::Opened(opened)) = opened.result else {
            let reason = format!("answered {}", opened.class.word());
            return Err(RecordingError::Answer { op: "open".to_owned(), reason });
        };
        let mut nodes = Vec::new();
        for party in &self.nodes {
            let actor = self.stage.actor(party).map_err(at(0))?;
            let own = *party == session.plays;
            let ivk = if own { opened.ivk.0.as_slice() } else { actor.state.ivk.as_slice() };
            let id = actor.profile.id;
            nodes.push(NodeHeader {
                node: party.clone(),
                user_id: actor.state.seat.user_id.clone(),
                hardware_id: actor.state.seat.hardware_id.clone(),
                ivk: self.committer.commit(ivk),
                profile: (id != profile.id).then(|| id.to_owned()),
                policies: if own { self.case.policies.clone() } else { BTreeMap::new() },
                clock_ms: 0,
            });
        }
        Ok(Header {
            schema: SCHEMA.to_owned(),
            profile: profile.id.to_owned(),
            commitments: SCHEME.to_owned(),
            no_hash: self.committer.commit(&[0; 32]),
            nodes,
            closed: false,
            origin: Some(self.case.id.clone()),
        })
    }

    fn step(&mut self, step: &ScriptStep, step_no: usize) -> Result<(), RecordingError> {
        let (input, reply) = record::play(&mut self.stage, step).map_err(at(step_no))?;
        let exchange = self.exchange(&step.party).map_err(at(step_no))?;
        if step.party == self.session.plays {
            return self.client(step, input, &exchange);
        }
        if !self.nodes.contains(&step.party) {
            return Ok(());
        }
        let (class, rule) = record::class_of(step, &reply);
        let actor = self.stage.actor(&step.party).map_err(at(step_no))?;
        let asked = matches!(step.act, Act::Observe {});
        let observed =
            asked.then(|| reference::observe(&actor.state, &actor.profile, self.stage.algebra()));
        let at_ms = actor.now_ms;
        let effects = reply.effects.iter();
        // What crosses has only the fields of the profile.
        let outputs = effects.filter_map(|(at_ms, effect)| {
            let heard = exchange.heard(&exchange.effect(effect)).ok().flatten()?;
            Some((*at_ms, heard))
        });
        let outputs: Vec<_> = outputs.collect();
        let done = Done {
            at_ms,
            given: exchange.event(&input).ok().flatten(),
            class,
            rule,
            outputs: self.outputs(at_ms, &outputs),
            observed: observed.map(|observed| self.hidden(observed)),
        };
        self.write(&step.party, done, true);
        Ok(())
    }

    fn client(
        &mut self,
        step: &ScriptStep,
        input: Input,
        exchange: &Exchange,
    ) -> Result<(), RecordingError> {
        let Act::Advance { to_ms } = step.act else {
            let response = self.asking.ask(input.clone())?;
            let given = exchange.event(&input).ok().flatten();
            return self.answered(given, &response, exchange);
        };
        for _ in 0..MOMENTS_MAX {
            let next = self.asking.next(to_ms);
            let response = self.asking.ask(Input::Advance { to_ms: next })?;
            self.asking.now_ms = next;
            self.answered(None, &response, exchange)?;
            if next >= to_ms {
                return Ok(());
            }
        }
        let reason = "the client never stops naming deadlines".to_owned();
        Err(RecordingError::Answer { op: "advance".to_owned(), reason })
    }

    fn answered(
        &mut self,
        given: Option<machine::Event<Octets>>,
        response: &Response,
        exchange: &Exchange,
    ) -> Result<(), RecordingError> {
        let mut outputs = Vec::new();
        for output in &response.outputs {
            let heard = exchange.heard(&output.effect).ok().flatten();
            let heard = heard.ok_or_else(|| RecordingError::Answer {
                op: "an output".to_owned(),
                reason: "a message that does not decode".to_owned(),
            })?;
            outputs.push((output.at_ms, heard));
        }
        let observed = match &response.result {
            Some(Answer::Observed(observed)) => Some(self.hidden(observed.clone())),
            _ => None,
        };
        let party = self.session.plays.clone();
        let done = Done {
            at_ms: self.asking.now_ms,
            given,
            class: response.class,
            rule: response.code.as_deref().and_then(Rule::by_id),
            outputs: self.outputs(self.asking.now_ms, &outputs),
            observed,
        };
        self.write(&party, done, false);
        Ok(())
    }

    fn outputs(&self, now_ms: u64, effects: &[(u64, machine::Effect<Octets>)]) -> Vec<Output> {
        let outputs = effects.iter().map(|(at_ms, effect)| Output {
            at_ms: (*at_ms != now_ms).then_some(*at_ms),
            effect: self.committer.committed(effect),
        });
        outputs.collect()
    }

    /// What the user sees, with the code as a commitment.
    fn hidden(&self, observed: Observed) -> Observed {
        let code = observed.security_code.as_ref();
        let code = code.map(|code| self.committer.commit(code.as_bytes()).to_string());
        Observed { security_code: code, ..observed }
    }

    /// Writes an event down; `own` for a party whose keys are known because the model plays it.
    fn write(&mut self, party: &str, done: Done, own: bool) {
        let opened = self.opened(party, done.given.as_ref());
        let given = done.given.as_ref().map(|given| self.committer.committed(given));
        let keys = if own { self.held(party) } else { Vec::new() };
        let sends = sent(&done.outputs);
        let mut needs: BTreeMap<String, u64> = BTreeMap::new();
        for name in given.iter().flat_map(named) {
            if let Some((node, seq)) = self.origins.get(&name).filter(|(node, _)| node != party) {
                let need = needs.entry(node.clone()).or_default();
                *need = (*need).max(*seq);
            }
        }
        let written = self.written.entry(party.to_owned()).or_default();
        written.seq += 1;
        let seq = written.seq;
        needs.retain(|node, need| *need > written.clock.get(node).copied().unwrap_or_default());
        written.clock.extend(needs.clone());
        let keys = (own && keys != written.keys).then(|| {
            written.keys.clone_from(&keys);
            keys
        });
        for name in sends {
            self.origins.entry(name).or_insert_with(|| (party.to_owned(), seq));
        }
        let Done { at_ms, class, rule, outputs, observed, .. } = done;
        self.entries.push(Entry::Event(Box::new(Event {
            node: party.to_owned(),
            seq,
            clock: needs,
            at_ms,
            given,
            class,
            rule,
            outputs,
            observed,
            keys,
            opened,
        })));
    }

    /// The keys a party of the model holds.
    fn held(&self, party: &str) -> Vec<(u32, Commitment)> {
        let Ok(actor) = self.stage.actor(party) else { return Vec::new() };
        let Phase::Joined(joined) = &actor.state.phase else { return Vec::new() };
        let keys = joined.ring.iter();
        keys.map(|key| (key.mk_seq, self.committer.commit(key.meeting_key.as_slice()))).collect()
    }

    /// What was in a sealed key from outside the trace: the harness knows the keys of whom it plays.
    fn opened(&self, party: &str, event: Option<&machine::Event<Octets>>) -> Option<Inside> {
        let Some(machine::Event::KeyOffered { sealed }) = event else { return None };
        let ciphertext = self.committer.commit(sealed.sealed.ciphertext.as_slice());
        if self.origins.contains_key(&ciphertext) {
            return None;
        }
        let actor = self.stage.actor(party).ok()?;
        let Phase::Joined(joined) = &actor.state.phase else { return None };
        let RoleState::Participant(participant) = &joined.role else { return None };
        let leader = participant.leader.as_ref()?;
        let own = &actor.state.seat.user_id;
        let meta = meta_record(&joined.meeting, &leader.seat.user_id, own);
        let rules = actor.profile.rules;
        let bound = rules.contains(Rule::SealNamesNonce);
        let hybrid = sealed.sealed.kem.is_some() && joined.ephemeral.secret.kem.is_some();
        let suite = if hybrid { BoxSuite::Hybrid } else { BoxSuite::Classic };
        let nonces = joined.own_nonces.iter().rev().filter(|_| bound).map(Some);
        let mut nonces = (!bound).then_some(None).into_iter().chain(nonces);
        let inside = nonces.find_map(|liveness_nonce| {
            let labels = BoxLabels::MEETING_KEY;
            let purpose = BoxPurpose { labels, meta: &meta, liveness_nonce };
            let secret = &joined.ephemeral.secret;
            let algebra = self.stage.algebra();
            algebra.open(rules, suite, &leader.pair, secret, &purpose, &sealed.sealed)
        })?;
        let key = self.committer.commit(inside.meeting_key.as_slice());
        Some(Inside { key, mk_seq: inside.mk_seq })
    }
}

fn named(given: &Given) -> Vec<Commitment> {
    let mut all = Vec::new();
    let _ = given.map::<(), std::convert::Infallible>(&mut |_, name| {
        all.push(*name);
        Ok(())
    });
    all
}

/// Every value in what a node did.
fn sent(outputs: &[Output]) -> Vec<Commitment> {
    let mut all = Vec::new();
    for Output { effect, .. } in outputs {
        let _ = effect.map::<(), std::convert::Infallible>(&mut |_, name| {
            all.push(*name);
            Ok(())
        });
    }
    all
}
