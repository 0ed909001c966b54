//! Playing a counterexample over real cryptography, and judging the goal there.

use std::collections::BTreeSet;

use conclave_spec::{BoxSuite, Octets, Profile, Rule};

use crate::{
    algebra::{Algebra, BoxLabels, BoxPurpose, Bytes, Pair, Side, StreamName},
    client::{Phase, meta_record},
    ledger::Ledger,
    machine::{Effect, Outcome, StepError},
    message::{Packet, SealedKey},
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
    let spy_seat = stage.seat(spy).map_err(|_| ReplayError::NoSpy(spy.to_owned()))?.clone();
    let mut ledger = Ledger::default();
    let mut replies = Vec::new();
    let mut unexpected = None;
    for (at, step) in script.steps.iter().enumerate() {
        let reply = stage.play(step)?;
        if !as_expected(step, &reply) {
            unexpected = unexpected.or(Some(at));
        }
        if step.party != spy {
            let state = &stage.actor(&step.party)?.state;
            for (_, effect) in &reply.effects {
                if let Effect::Transmit { stream, packet } = effect {
                    ledger.note_packet(algebra, profile.rules, state, stream, packet);
                }
            }
            ledger.watch(&step.party, state, &spy_seat);
        }
        replies.push(reply);
    }
    let heard = heard(&stage, spy, &streams(script))?;
    let knows = |value: &_| heard.meeting_keys.contains(value) || heard.plaintexts.contains(value);
    let honest: Vec<_> = stage.actors().filter(|(party, _)| *party != spy).collect();
    let clients: Vec<_> = honest.iter().map(|(_, actor)| &actor.state).collect();
    let view = View { ledger: &ledger, clients: &clients, knows: &knows };
    let violated = !goal.holds(&view);
    let last_sent = last_sent(&stage, spy, &ledger);
    Ok(Reproduced { goal, violated, heard, last_sent, replies, unexpected })
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
        | Act::SetLock { .. }
        | Act::Kick { .. }
        | Act::SealedKey { .. }
        | Act::Packet { .. }
        | Act::MeetingEnded {}
        | Act::Advance { .. }
        | Act::Leave {}
        | Act::Observe {} => None,
    });
    sends.collect()
}

fn last_sent<A: Algebra>(
    stage: &Stage<'_, A>,
    spy: &str,
    ledger: &Ledger<A::Value>,
) -> Option<(String, A::Value)> {
    let sent = stage.sent().iter().rev().filter(|(by, _)| by != spy);
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

/// What a party on the stage can open with the keys of its device alone: every sealed key for
/// it on the board, and every packet under what was in them. A spy checks every tag.
///
/// # Errors
/// There is no such party.
pub fn heard<A: Algebra>(
    stage: &Stage<'_, A>,
    spy: &str,
    streams: &BTreeSet<String>,
) -> Result<Heard<A::Value>, StageError> {
    let mut found = Heard { meeting_keys: BTreeSet::new(), plaintexts: BTreeSet::new() };
    for (by, message) in stage.sent() {
        if let Sent::SealedKey(sealed) = message {
            found.meeting_keys.extend(opened_keys(stage, spy, by, sealed)?);
        }
    }
    for (by, message) in stage.sent() {
        if let (true, Sent::Packet(packet)) = (by != spy, message) {
            found.plaintexts.extend(opened_packet(stage, spy, by, packet, &found, streams)?);
        }
    }
    Ok(found)
}

fn opened_keys<A: Algebra>(
    stage: &Stage<'_, A>,
    spy: &str,
    by: &str,
    sealed: &SealedKey<A::Value>,
) -> Result<Vec<A::Value>, StageError> {
    let me = stage.actor(spy)?;
    let Phase::Joined(joined) = &me.state.phase else { return Ok(Vec::new()) };
    let algebra = stage.algebra();
    let rules = me.profile.rules.with(Rule::SealOpens);
    let leader = stage.actor(by)?;
    let meta = meta_record(&joined.meeting, &leader.state.seat.user_id, &me.state.seat.user_id);
    let recipient = Side { ivk: me.state.ivk.clone(), pk: joined.ephemeral.pk.clone() };
    let announced = stage.sent().iter().filter(|(party, _)| party == by);
    let announced = announced.filter_map(|(_, message)| {
        if let Sent::Announcement(it) = message { Some(it.pk.clone()) } else { None }
    });
    let suite = if sealed.sealed.kem.is_some() { BoxSuite::Hybrid } else { BoxSuite::Classic };
    let nonces: Vec<_> = stage.sent().iter().filter(|(party, _)| party == spy).collect();
    let nonces = nonces.into_iter().filter_map(|(_, message)| {
        if let Sent::Nonce(nonce) = message { Some(nonce) } else { None }
    });
    let bound: Vec<_> = std::iter::once(None).chain(nonces.map(Some)).collect();
    let opened = announced.filter_map(|pk| {
        let secret = &joined.ephemeral.secret;
        let agreed = algebra.agree(rules, secret, &pk)?;
        let sender = Side { ivk: leader.state.ivk.clone(), pk };
        let pair = Pair { sender, recipient: recipient.clone(), agreed };
        bound.iter().find_map(|nonce| {
            let labels = BoxLabels::MEETING_KEY;
            let purpose = BoxPurpose { labels, meta: &meta, liveness_nonce: *nonce };
            algebra.open(rules, suite, &pair, secret, &purpose, &sealed.sealed)
        })
    });
    Ok(opened.map(|opened| opened.meeting_key).collect())
}

fn opened_packet<A: Algebra>(
    stage: &Stage<'_, A>,
    spy: &str,
    by: &str,
    packet: &Packet<A::Value>,
    found: &Heard<A::Value>,
    streams: &BTreeSet<String>,
) -> Result<Option<A::Value>, StageError> {
    let me = stage.actor(spy)?;
    let Phase::Joined(joined) = &me.state.phase else { return Ok(None) };
    let algebra = stage.algebra();
    let rules = me.profile.rules.with(Rule::PacketOpens);
    let sender = stage.seat(by)?;
    let names =
        streams.iter().map(|stream| StreamName { meeting: &joined.meeting, sender, stream });
    let mut tries = names.flat_map(|name| found.meeting_keys.iter().map(move |key| (name, key)));
    Ok(tries.find_map(|(name, key)| {
        let stream_key = algebra.stream_key(rules, key, name);
        algebra.open_packet(rules, &stream_key, packet.mk_seq, packet.counter, &packet.body)
    }))
}
