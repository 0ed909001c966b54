//! Playing a counterexample over real cryptography, and judging the goal there.

use std::{cell::OnceCell, collections::BTreeSet};

use conclave_spec::{BoxSuite, Octets, Profile, Rule};

use crate::{
    algebra::{
        Algebra, BoxLabels, BoxPurpose, BoxSecret, Bytes, Draw, Pair, Purpose, Side, StreamName,
    },
    client::{Ephemeral, Phase, RoleState, State, meta_record},
    knowledge::BrokenKeys,
    ledger::{Glance, Ledger},
    machine::{Outcome, StepError},
    message::{Meeting, Packet, SealedKey},
    properties::{Goal, View},
    script::{Act, Script, ScriptStep},
    stage::{Reply, Sent, Stage, StageError},
};

/// A script played with a goal in mind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reproduced<V> {
    /// The goal.
    pub goal: Goal,
    /// Whether the goal is broken at the end.
    pub violated: bool,
    /// What the spy learned.
    pub heard: Heard<V>,
    /// The last packet an honest party sent: who sent it, and what it says.
    pub last_sent: Option<(String, V)>,
    /// The answer to every step.
    pub replies: Vec<Reply<V>>,
    /// The first step that did not go as the script expects, counted from 0.
    pub unexpected: Option<usize>,
}

/// What the spy learned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard<V> {
    /// The meeting keys she opened.
    pub meeting_keys: BTreeSet<V>,
    /// What she heard.
    pub plaintexts: BTreeSet<V>,
}

/// A script that cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The script is at fault.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The spy is not on the stage.
    #[error("the script has no spy named {0:?}")]
    NoSpy(String),
}

/// Plays a script over real cryptography under a profile and judges a goal there: the spy opens
/// what she can with the keys of her device, and nothing symbolic is asked.
///
/// # Errors
/// The script cannot be played.
pub fn replay_on_bytes(
    script: &Script,
    profile: &Profile,
    goal: Goal,
    spy: &str,
) -> Result<Reproduced<Octets>, ReplayError> {
    replay(&Bytes::seeded([0x5a; 32]), script, profile, goal, spy)
}

/// Plays a script over any algebra and judges a goal at its end.
///
/// # Errors
/// The script cannot be played.
pub fn replay<A: Algebra>(
    algebra: &A,
    script: &Script,
    profile: &Profile,
    goal: Goal,
    spy: &str,
) -> Result<Reproduced<A::Value>, ReplayError> {
    let mut stage = Stage::new(algebra, &script.cast, profile)?;
    stage.seat(spy).map_err(|_| ReplayError::NoSpy(spy.to_owned()))?;
    let mut ledger = Ledger::watching(&[goal]);
    let streams = streams(script);
    let mut replies = Vec::new();
    let mut unexpected = None;
    for (at, step) in script.steps.iter().enumerate() {
        let given = stage.given(&step.act)?;
        let before = stage.actor(&step.party)?.state.clone();
        let reply = stage.give(&step.party, &given)?;
        if !as_expected(step, &reply) {
            unexpected = unexpected.or(Some(at));
        }
        if is_honest(script, spy, &step.party) && reply.outcome.is_ok() {
            let insight = Insight::of(&stage, spy, goal);
            let heard = OnceCell::new();
            let knows = |value: &A::Value| {
                let heard = heard.get_or_init(|| heard_by(&stage, &insight, &streams).ok());
                heard.as_ref().is_some_and(|heard| heard.has(value))
            };
            let after = stage.actor(&step.party)?;
            let glance = Glance {
                profile: &after.profile,
                party: &step.party,
                before: &before,
                after: &after.state,
                given: &given,
                effects: &reply.effects,
                now_ms: after.now_ms,
                led: stage
                    .actors()
                    .any(|(party, it)| is_honest(script, spy, party) && leads(&it.state)),
                spy: &stage.actor(spy)?.state.ivk,
                knows: &knows,
            };
            ledger.watch(algebra, &glance);
        }
        replies.push(reply);
    }
    let heard = heard_by(&stage, &Insight::of(&stage, spy, goal), &streams)?;
    let knows = |value: &_| heard.has(value);
    let honest: Vec<_> =
        stage.actors().filter(|(party, _)| is_honest(script, spy, party)).collect();
    let clients: Vec<_> = honest.iter().map(|(_, actor)| &actor.state).collect();
    let view = View { ledger: &ledger, clients: &clients, knows: &knows };
    let violated = !goal.holds(profile, &view);
    let last_sent = last_sent(&stage, spy, &ledger);
    Ok(Reproduced { goal, violated, heard, last_sent, replies, unexpected })
}

fn leads<V>(state: &State<V>) -> bool {
    matches!(&state.phase, Phase::Joined(joined) if matches!(joined.role, RoleState::Leader(_)))
}

/// Neither the spy nor a device's presence in another meeting.
fn is_honest(script: &Script, spy: &str, party: &str) -> bool {
    let member = script.cast.iter().find(|member| member.party == party);
    party != spy && member.is_some_and(|member| member.same_device_as.is_none())
}

/// Whose secrets an insider has.
struct Insight {
    spy: String,
    /// Devices that have left and whose memory is read.
    opened: Vec<String>,
    /// What is broken: that half of everybody's ephemeral secret is known.
    broken: BrokenKeys,
}

impl Insight {
    /// What the goal grants.
    fn of<A: Algebra>(stage: &Stage<'_, A>, spy: &str, goal: Goal) -> Self {
        let left = stage.actors().filter(|(_, it)| matches!(it.state.phase, Phase::Left));
        let left = left.map(|(party, _)| party.to_owned());
        let opened = left.filter(|_| goal == Goal::ForwardSecrecy).collect();
        Self { spy: spy.to_owned(), opened, broken: BrokenKeys::granted(&[goal]) }
    }
}

impl<V: Ord> Heard<V> {
    fn has(&self, value: &V) -> bool {
        self.meeting_keys.contains(value) || self.plaintexts.contains(value)
    }
}

fn as_expected<V>(step: &ScriptStep, reply: &Reply<V>) -> bool {
    use crate::script::ExpectedClass::{Accept, BadRequest, Ignore, Leave, Pending, Reject};
    match &reply.outcome {
        Ok(Outcome::Accepted) => step.expect.class == Accept,
        Ok(Outcome::Pending(rule)) => {
            step.expect.class == Pending && step.expect.rule == Some(*rule)
        }
        Ok(Outcome::Left(rule)) => step.expect.class == Leave && step.expect.rule == Some(*rule),
        Err(StepError::Refused(reject)) => {
            matches!(step.expect.class, Reject | Ignore) && step.expect.rule == Some(reject.rule)
        }
        Err(StepError::Misused(_)) => step.expect.class == BadRequest,
        Err(StepError::Undrawn(_)) => false,
    }
}

fn streams(script: &Script) -> BTreeSet<String> {
    let sends = script.steps.iter().filter_map(|step| match &step.act {
        Act::Send { stream, .. } => Some(stream.clone()),
        Act::Join { .. }
        | Act::LeaderNamed { .. }
        | Act::Admitted { .. }
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
        | Act::Leave {}
        | Act::StepOut {}
        | Act::Observe {} => None,
    });
    sends.collect()
}

fn last_sent<A: Algebra>(
    stage: &Stage<'_, A>,
    spy: &str,
    ledger: &Ledger<A::Value>,
) -> Option<(String, A::Value)> {
    let sent = stage.sent().rev().filter(|(by, _)| by != spy);
    let mut packets =
        sent.filter_map(
            |(by, message)| {
                if let Sent::Packet(packet) = message { Some((by, packet)) } else { None }
            },
        );
    let (by, packet) = packets.next()?;
    let frame = ledger.frames.iter().find(|frame| frame.packet == *packet)?;
    Some((by.clone(), frame.plaintext.clone()))
}

/// What a party on the stage can open with the keys of its device alone: every sealed key on the
/// board, whoever it is meant for, and every packet under what was in them. A spy checks every tag.
///
/// # Errors
/// There is no such party.
pub fn heard<A: Algebra>(
    stage: &Stage<'_, A>,
    spy: &str,
    streams: &BTreeSet<String>,
) -> Result<Heard<A::Value>, StageError> {
    let insight = Insight { spy: spy.to_owned(), opened: Vec::new(), broken: BrokenKeys::Neither };
    heard_by(stage, &insight, streams)
}

fn heard_by<A: Algebra>(
    stage: &Stage<'_, A>,
    insight: &Insight,
    streams: &BTreeSet<String>,
) -> Result<Heard<A::Value>, StageError> {
    let mut found = Heard { meeting_keys: BTreeSet::new(), plaintexts: BTreeSet::new() };
    for opener in openers(stage, insight)? {
        found.meeting_keys.extend(opener.known.iter().cloned());
        for (by, message) in stage.sent() {
            if let Sent::SealedKey(sealed) = message {
                found.meeting_keys.extend(opened_keys(stage, &opener, by, sealed)?);
            }
        }
    }
    for (by, message) in stage.sent() {
        if let (true, Sent::Packet(packet)) = (*by != insight.spy, message) {
            found.plaintexts.extend(opened_packet(stage, by, packet, &found, streams)?);
        }
    }
    Ok(found)
}

/// A device whose secrets can be used.
struct Opener<'s, V> {
    party: &'s str,
    meeting: Meeting,
    secrets: Vec<(BoxSecret<V>, V)>,
    /// Meeting keys it has in plain.
    known: Vec<V>,
}

fn openers<'s, A: Algebra>(
    stage: &'s Stage<'_, A>,
    insight: &Insight,
) -> Result<Vec<Opener<'s, A::Value>>, StageError> {
    let meeting = meeting_of(stage);
    let mut openers = Vec::new();
    for (party, actor) in stage.actors() {
        let (state, whole) = (&actor.state, party == insight.spy);
        let mut opener =
            Opener { party, meeting: meeting.clone(), secrets: Vec::new(), known: Vec::new() };
        if let Phase::Joined(joined) = &state.phase {
            opener.meeting = joined.meeting.clone();
            let Ephemeral { secret, pk } = joined.ephemeral.clone();
            if whole {
                opener.secrets.push((secret, pk));
                // What she made herself as a leader was sealed to others only.
                opener.known.extend(joined.ring.iter().map(|key| key.meeting_key.clone()));
            } else {
                let half = half_of(stage.algebra(), &secret, insight.broken);
                opener.secrets.extend(half.map(|half| (half, pk)));
            }
        }
        if insight.opened.iter().any(|opened| opened == party) {
            let kept = state.kept.ephemerals.iter();
            opener.secrets.extend(kept.map(|kept| (kept.secret.clone(), kept.pk.clone())));
            opener.known.extend(state.kept.keys.iter().map(|key| key.meeting_key.clone()));
        }
        openers.push(opener);
    }
    Ok(openers)
}

/// A secret as whoever breaks one half of it has it: the other half is of their own making.
fn half_of<A: Algebra>(
    algebra: &A,
    secret: &BoxSecret<A::Value>,
    broken: BrokenKeys,
) -> Option<BoxSecret<A::Value>> {
    let own = |purpose| algebra.draw(&Draw { party: "recorder".to_owned(), purpose, count: 0 });
    match broken {
        BrokenKeys::Neither => None,
        BrokenKeys::Curve25519 => {
            let kem = secret.kem.as_ref().and_then(|_| own(Purpose::EphemeralKem));
            Some(BoxSecret { kem, ..secret.clone() })
        }
        BrokenKeys::Kyber => {
            secret.kem.as_ref()?;
            Some(BoxSecret { agreement: own(Purpose::Ephemeral)?, kem: secret.kem.clone() })
        }
    }
}

/// The meeting that somebody is in; everybody on a stage with a spy is in one.
fn meeting_of<A: Algebra>(stage: &Stage<'_, A>) -> Meeting {
    let joined = stage.actors().find_map(|(_, actor)| match &actor.state.phase {
        Phase::Joined(joined) => Some(joined.meeting.clone()),
        Phase::Outside | Phase::Left => None,
    });
    joined.unwrap_or_else(crate::world::meeting)
}

/// What is in a sealed key, for somebody who tries it as her own and as that of whom it is meant
/// for: her key may have been taken for theirs.
fn opened_keys<A: Algebra>(
    stage: &Stage<'_, A>,
    opener: &Opener<'_, A::Value>,
    by: &str,
    sealed: &SealedKey<A::Value>,
) -> Result<Vec<A::Value>, StageError> {
    let others = stage
        .actors()
        .filter(|(party, actor)| *party != opener.party && actor.state.seat == sealed.to);
    let mut opened = Vec::new();
    for party in std::iter::once(opener.party).chain(others.map(|(party, _)| party)) {
        opened.extend(opened_as(stage, opener, party, by, sealed)?);
    }
    Ok(opened)
}

/// The same for one recipient it may be meant for.
fn opened_as<A: Algebra>(
    stage: &Stage<'_, A>,
    opener: &Opener<'_, A::Value>,
    party: &str,
    by: &str,
    sealed: &SealedKey<A::Value>,
) -> Result<Vec<A::Value>, StageError> {
    let (meant, leader) = (stage.actor(party)?, stage.actor(by)?);
    let algebra = stage.algebra();
    let rules = meant.profile.rules.with(Rule::SealOpens);
    let (from, to) = (&leader.state.seat.user_id, &meant.state.seat.user_id);
    let meta = meta_record(&opener.meeting, from, to);
    let sent_by = |party| stage.sent().filter(move |(sender, _)| sender == party);
    let announced = sent_by(by).filter_map(|(_, message)| {
        if let Sent::Announcement(it) = message { Some(it.pk.clone()) } else { None }
    });
    let announced: Vec<_> = announced.collect();
    let nonces = sent_by(party).filter_map(|(_, message)| {
        if let Sent::Nonce(nonce) = message { Some(nonce) } else { None }
    });
    let bound: Vec<_> = std::iter::once(None).chain(nonces.map(Some)).collect();
    let mut opened = Vec::new();
    for (secret, own) in &opener.secrets {
        let recipient = Side { ivk: meant.state.ivk.clone(), pk: own.clone() };
        let hybrid = sealed.sealed.kem.is_some() && secret.kem.is_some();
        let suite = if hybrid { BoxSuite::Hybrid } else { BoxSuite::Classic };
        for pk in &announced {
            let Some(agreed) = algebra.agree(rules, secret, pk) else { continue };
            let sender = Side { ivk: leader.state.ivk.clone(), pk: pk.clone() };
            let pair = Pair { sender, recipient: recipient.clone(), agreed };
            opened.extend(bound.iter().find_map(|nonce| {
                let labels = BoxLabels::MEETING_KEY;
                let purpose = BoxPurpose { labels, meta: &meta, liveness_nonce: *nonce };
                algebra.open(rules, suite, &pair, secret, &purpose, &sealed.sealed)
            }));
        }
    }
    Ok(opened.into_iter().map(|opened| opened.meeting_key).collect())
}

fn opened_packet<A: Algebra>(
    stage: &Stage<'_, A>,
    by: &str,
    packet: &Packet<A::Value>,
    found: &Heard<A::Value>,
    streams: &BTreeSet<String>,
) -> Result<Option<A::Value>, StageError> {
    let sender = stage.actor(by)?;
    let algebra = stage.algebra();
    let rules = sender.profile.rules.with(Rule::PacketOpens);
    let meeting = match &sender.state.phase {
        Phase::Joined(joined) => joined.meeting.clone(),
        Phase::Outside | Phase::Left => meeting_of(stage),
    };
    let seat = &sender.state.seat;
    let names = streams.iter().map(|stream| StreamName { meeting: &meeting, sender: seat, stream });
    let mut tries = names.flat_map(|name| found.meeting_keys.iter().map(move |key| (name, key)));
    Ok(tries.find_map(|(name, key)| {
        let stream_key = algebra.stream_key(rules, key, name);
        algebra.open_packet(rules, &stream_key, packet.mk_seq, packet.counter, &packet.body)
    }))
}
