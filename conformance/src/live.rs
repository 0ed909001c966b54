//! A case with a client that draws its own random values: the other parties are real peers that
//! verify, open and answer, and the client is judged by meaning.

use std::collections::{BTreeMap, BTreeSet};

use conclave_model::{
    Algebra as _,
    algebra::{BoxLabels, Bytes, KeyInBox, StreamName},
    client::{Phase, RoleState, meta_record},
    machine::{Effect as Done, Outcome, StepError},
    message::{Announcement, Meeting, Packet, SealedKey},
    script::{Act, ScriptStep},
    stage::Stage,
};
use conclave_spec::{
    Label, Octets, Profile, Rule,
    formulas::{
        binding::{Binding, binding},
        security_code::security_code,
        sign,
    },
};

use crate::{
    case::{CaseSession, CaseStep},
    exchange::{self, Exchange},
    protocol::{Codec, Effect, Hex, Input, Message, Payload, Response},
    record,
    verdict::{Aspect, Finding},
};

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
}

/// What must never repeat.
#[derive(Debug, Default)]
struct Claims {
    announced: BTreeSet<Octets>,
    nonces: BTreeSet<Octets>,
    counters: BTreeSet<(Option<Meeting>, u32, String, u64)>,
    joins: u32,
    signaled: u32,
    numbers: BTreeMap<u32, Octets>,
    keys: BTreeMap<Octets, (u32, u32)>,
}

type Findings = Result<Vec<Finding>, String>;

/// A rule, what was wanted, and what came.
type Wrong = (Rule, &'static str, &'static str);

impl<'a> Live<'a> {
    /// The cast of a case, with the client's own identity key in its place.
    ///
    /// # Errors
    /// The script cannot be played.
    pub fn new(
        algebra: &'a Bytes,
        session: &'a CaseSession,
        profile: &'a Profile,
        codec: Codec,
        ivk: &Hex,
    ) -> Result<Self, String> {
        let stage = Stage::new(algebra, &session.script.cast, profile);
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
        })
    }

    /// Plays a step of another party. What the client sent it must be what the case expects.
    ///
    /// # Errors
    /// The script cannot be played.
    pub fn play_other(&mut self, step: &ScriptStep, at: usize, shifted: bool) -> Findings {
        let canonical = Exchange { codec: Codec::Bytes, ..self.exchange };
        let played = record::play(&mut self.stage, &canonical, step);
        let (_, reply) = match played {
            Ok(played) => played,
            Err(conclave_model::stage::StageError::NotSent(handle))
                if handle.by == self.session.plays =>
            {
                let rule = step.expect.rule.unwrap_or(Rule::JoinerKeyPrompt);
                let rule = if shifted { Rule::RotateOnJoin } else { rule };
                let finding = peer(
                    at,
                    step,
                    rule,
                    &format!("message {} of the client", handle.nth),
                    "it never came",
                );
                return Ok(vec![finding]);
            }
            // Nothing was sent that could be handed on, because of other rotations.
            Err(conclave_model::stage::StageError::NotSent(_)) if shifted => return Ok(Vec::new()),
            Err(error) => return Err(error.to_string()),
        };
        let got = match reply.outcome {
            Ok(Outcome::Accepted) => ("accept", None),
            Ok(Outcome::Pending(rule)) => ("pending", Some(rule)),
            Err(StepError::Refused(reject)) => ("refused", Some(reject.rule)),
            Err(error) => return Err(error.to_string()),
        };
        use conclave_model::script::ExpectedClass;
        let wanted = match step.expect.class {
            ExpectedClass::Accept => "accept",
            ExpectedClass::Pending => "pending",
            ExpectedClass::Reject | ExpectedClass::Ignore => "refused",
        };
        let mut findings = Vec::new();
        if got.0 != wanted {
            // With other rotations the script's own steps fall out of step; what was sealed and
            // sent is judged where it is sent.
            let rule = if shifted {
                Rule::RotationThrottled
            } else {
                got.1.or(step.expect.rule).unwrap_or(Rule::SealOpens)
            };
            findings.push(peer(at, step, rule, wanted, got.0));
        }
        Ok(findings)
    }

    /// What the client is given.
    ///
    /// # Errors
    /// The script cannot be played.
    pub fn input(&mut self, step: &ScriptStep) -> Result<Input, String> {
        if let Act::Join { meeting, .. } = &step.act {
            self.meeting = Some(meeting.clone());
            self.claims.joins += 1;
            self.claims.numbers.clear();
        }
        let given = self.stage.given(&step.act).map_err(|error| error.to_string())?;
        let mut input = self.exchange.request(&given);
        if let Some(edit) = &step.wire {
            record::damage(&mut input, edit);
        }
        Ok(input)
    }

    /// The recorded expectation, with what depends on live keys worked out anew.
    #[must_use]
    pub fn expectation(&mut self, step: &CaseStep, input: &Input) -> CaseStep {
        let mut step = step.clone();
        let shown =
            |it: &crate::protocol::Output| matches!(it.effect, Effect::ShowSecurityCode { .. });
        if step.expect.outputs.iter().any(shown) {
            let named = if let Input::Deliver { message: Message::LeaderNamed { ivk, .. } } = input
            {
                Some(exchange::octets(ivk))
            } else {
                None
            };
            let ivk = named.unwrap_or_else(|| self.own_ivk());
            self.code = Some(security_code(self.profile.rules, &ivk).digits().to_owned());
        }
        if matches!(input, Input::Leave {} | Input::Deliver { message: Message::MeetingEnded {} }) {
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

    fn own_ivk(&self) -> Octets {
        let actor = self.stage.actor(&self.session.plays);
        actor.map(|actor| actor.state.ivk.clone()).unwrap_or_default()
    }

    /// Takes in what the client did: peers will see it, and some of it must never repeat.
    ///
    /// # Errors
    /// An output is not in the session's codec.
    pub fn heard(&mut self, input: &Input, response: &Response, at: usize) -> Findings {
        let mut findings = Vec::new();
        for output in &response.outputs {
            let heard = self.exchange.heard(&output.effect).map_err(|error| error.to_string())?;
            let Some(effect) = heard else {
                findings.push(claim(
                    at,
                    Rule::EncodingCanonical,
                    "a canonical message",
                    "bytes that do not decode",
                ));
                continue;
            };
            findings.extend(self.judge(&effect, input, at));
            self.stage.note(&self.session.plays, &effect);
        }
        Ok(findings)
    }

    /// What an output means to those who have the other keys.
    fn judge(&mut self, effect: &Done<Octets>, input: &Input, at: usize) -> Vec<Finding> {
        let wrong = match effect {
            Done::PostAnnouncement(announcement) => self.judge_announcement(announcement),
            Done::PostSealedKey(sealed) => self.judge_sealed(sealed),
            Done::Transmit { stream, packet } => self.judge_packet(stream, packet, input),
            Done::SignalRekey { mk_seq } => {
                self.claims.signaled = *mk_seq;
                Vec::new()
            }
            Done::Render { .. } | Done::ShowSecurityCode(_) | Done::ShowLeft => Vec::new(),
        };
        wrong.into_iter().map(|(rule, wanted, got)| claim(at, rule, wanted, got)).collect()
    }

    fn judge_announcement(&mut self, announcement: &Announcement<Octets>) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        if !self.signed(announcement) {
            let (wanted, got) = ("a signature over the true binding", "another");
            wrong.push((Rule::AnnouncementVerifies, wanted, got));
        }
        if !self.claims.announced.insert(announcement.pk.clone()) {
            let (wanted, got) = ("a fresh ephemeral key", "one announced before");
            wrong.push((Rule::EphemeralFresh, wanted, got));
        }
        wrong
    }

    /// Opens a sealed key as its recipient would, and holds it against the others.
    fn judge_sealed(&mut self, sealed: &SealedKey<Octets>) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        if !self.claims.nonces.insert(sealed.sealed.nonce.clone()) {
            wrong.push((Rule::BoxNonceFresh, "a fresh nonce", "one used before"));
        }
        let Some(opened) = self.opened(sealed) else { return wrong };
        let Some(opened) = opened else {
            wrong.push((Rule::SealOpens, "a box its recipient opens", "one it does not open"));
            return wrong;
        };
        let number = opened.mk_seq.unwrap_or(self.claims.signaled);
        let key = opened.meeting_key;
        let first = self.claims.numbers.entry(number).or_insert_with(|| key.clone());
        if *first != key {
            wrong.push((Rule::SealToListed, "one key for everybody", "another key for this one"));
        }
        let place = (self.claims.joins, number);
        if *self.claims.keys.entry(key).or_insert(place) != place {
            wrong.push((Rule::RotationFresh, "a fresh key for each number", "a key used before"));
        }
        wrong
    }

    /// What a recipient finds in a sealed key; `None` where it does not know the leader yet.
    fn opened(&self, sealed: &SealedKey<Octets>) -> Option<Option<KeyInBox<Octets>>> {
        let (_, actor) = self
            .stage
            .actors()
            .find(|(party, actor)| *party != self.session.plays && actor.state.seat == sealed.to)?;
        let Phase::Joined(joined) = &actor.state.phase else { return None };
        let RoleState::Participant(participant) = &joined.role else { return None };
        let leader = participant.leader.as_ref()?;
        let meta = meta_record(&joined.meeting, &leader.seat.user_id, &sealed.to.user_id);
        Some(self.stage.algebra().open(
            self.profile.rules,
            self.profile.box_suite,
            &leader.pair,
            &joined.ephemeral.secret,
            BoxLabels::MEETING_KEY,
            &meta,
            &sealed.sealed,
        ))
    }

    /// Opens a packet as anybody would who holds its key: it must carry what was to be sent.
    fn judge_packet(&mut self, stream: &str, packet: &Packet<Octets>, input: &Input) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let meeting = self.meeting.clone();
        let counter = (meeting, packet.mk_seq, stream.to_owned(), packet.counter);
        if !self.claims.counters.insert(counter) {
            wrong.push((Rule::CounterNeverRepeats, "a fresh counter", "one used before"));
        }
        let (Some(meeting), Input::Send { plaintext, .. }) = (&self.meeting, input) else {
            return wrong;
        };
        let rings = self.stage.actors().filter_map(|(party, actor)| match &actor.state.phase {
            Phase::Joined(joined) if party != self.session.plays && joined.meeting == *meeting => {
                joined.ring.iter().find(|key| key.mk_seq == packet.mk_seq)
            }
            Phase::Joined(_) | Phase::Outside | Phase::Left => None,
        });
        let (rules, algebra) = (self.profile.rules, self.stage.algebra());
        let name = StreamName { meeting, sender: &self.session.user_id, stream };
        let heard: Vec<_> = rings
            .map(|key| {
                let key = algebra.stream_key(rules, &key.meeting_key, name);
                algebra.open_packet(rules, &key, packet.mk_seq, packet.counter, &packet.body)
            })
            .collect();
        let meant = Some(exchange::octets(plaintext));
        // Without a number in the seal the server decides which key a number means.
        let numbered = self.session.leads || rules.contains(Rule::SealCarriesSeq);
        if numbered && !heard.is_empty() && !heard.contains(&meant) {
            wrong.push((Rule::PacketOpens, "a packet of what was to be sent", "another"));
        }
        wrong
    }

    fn signed(&self, announcement: &Announcement<Octets>) -> bool {
        let Some(meeting) = &self.meeting else { return false };
        let ivk = self.own_ivk();
        let signed = binding(
            self.profile.rules,
            &Binding {
                meeting_id: &meeting.id,
                meeting_uuid: &meeting.uuid,
                user_id: &self.session.user_id,
                hardware_id: &self.session.hardware_id,
                ivk: &ivk,
                pk: &announcement.pk,
            },
        );
        signed.is_ok_and(|signed| {
            sign::verify(self.profile.rules, &ivk, Label::Announcement, &signed, &announcement.sig)
        })
    }
}

impl std::fmt::Debug for Live<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("session", &self.session.plays).finish_non_exhaustive()
    }
}

fn peer(at: usize, step: &ScriptStep, rule: Rule, wanted: &str, got: &str) -> Finding {
    Finding {
        step: at,
        input: format!("what {} makes of it", step.party),
        aspect: Aspect::Outcome,
        rule,
        expected: wanted.to_owned(),
        got: got.to_owned(),
    }
}

fn claim(at: usize, rule: Rule, wanted: &str, got: &str) -> Finding {
    Finding {
        step: at,
        input: "what the client sent".to_owned(),
        aspect: Aspect::Outcome,
        rule,
        expected: wanted.to_owned(),
        got: got.to_owned(),
    }
}

/// Whether two effects are the same but for values the client draws itself.
#[must_use]
pub fn alike(codec: Codec, one: &Effect, other: &Effect) -> bool {
    match (one, other) {
        (Effect::PostAnnouncement { .. }, Effect::PostAnnouncement { .. }) => true,
        (
            Effect::PostSealedKey { user_id, hardware_id, .. },
            Effect::PostSealedKey { user_id: user, hardware_id: device, .. },
        ) => user_id == user && hardware_id == device,
        (
            Effect::Transmit { stream, packet },
            Effect::Transmit { stream: other_stream, packet: other_packet },
        ) => stream == other_stream && header(Codec::Bytes, packet) == header(codec, other_packet),
        (one, other) => one == other,
    }
}

/// The number and counter a packet shows.
fn header(codec: Codec, packet: &Payload) -> Option<(u32, u64)> {
    let exchange = Exchange { codec, rules: conclave_spec::RuleSet::all() };
    let packet = exchange.packet(packet).ok()?.ok()?;
    Some((packet.mk_seq, packet.counter))
}
