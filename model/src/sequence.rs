//! What happens in a script, line by line: who got or did what, when, and what became of it.

use conclave_spec::{Profile, Rule, rules::Reaction};

use crate::{
    algebra::{Term, Terms},
    machine::{Effect, Event, Outcome, StepError},
    message::{Heartbeat, Link, Operation, Role},
    script::{Act, Expect, ExpectedClass, Script},
    stage::{Given, Stage, StageError},
};

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When, in milliseconds since the start.
    pub at_ms: u64,
    /// To whom, or by whom.
    pub party: String,
    /// Which way it goes.
    pub mark: Mark,
    /// What it is, and what became of it.
    pub text: String,
}

/// Which way a line of a sequence goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A party sends something.
    ToServer,
    /// A party gets something.
    FromServer,
    /// A party or its user does something.
    Does,
    /// A user sees something.
    Sees,
}

/// Plays a script over terms under a profile and tells what happens.
///
/// # Errors
/// The script cannot be played.
pub fn sequence(script: &Script, profile: &Profile) -> Result<Vec<Line>, StageError> {
    let mut stage = Stage::new(&Terms, &script.cast, profile)?;
    let mut lines = Vec::new();
    for step in &script.steps {
        let given = stage.given(&step.act)?;
        if let (Given::Event(event), Some(_)) = (&given, &step.wire)
            && let Some(fate) = refused(&step.expect)
        {
            let at_ms = stage.actor(&step.party)?.now_ms;
            let (mark, what) = told(event, &step.act);
            let text = format!("{what}, its bytes damaged: {fate}");
            lines.push(Line { at_ms, party: step.party.clone(), mark, text });
            continue;
        }
        let reply = stage.give(&step.party, &given)?;
        let now_ms = stage.actor(&step.party)?.now_ms;
        let mut line = |at_ms, (mark, text)| {
            lines.push(Line { at_ms, party: step.party.clone(), mark, text });
        };
        match &given {
            Given::Time(_) => {}
            Given::Question => line(now_ms, (Mark::Does, "is observed".to_owned())),
            Given::Event(event) => {
                let (mark, what) = told(event, &step.act);
                line(now_ms, (mark, format!("{what}: {}", marked(&reply.outcome))));
            }
        }
        for (at_ms, effect) in &reply.effects {
            line(*at_ms, done(effect));
        }
    }
    Ok(lines)
}

/// What becomes of a message with damaged bytes, which terms do not have: what the script expects.
/// Nothing where it is taken all the same.
fn refused(expect: &Expect) -> Option<String> {
    let word = match expect.class {
        ExpectedClass::Accept | ExpectedClass::Pending => return None,
        ExpectedClass::Reject => "refused",
        ExpectedClass::Ignore => "ignored",
        ExpectedClass::Leave => "leaves,",
        ExpectedClass::BadRequest => "no request",
    };
    Some(format!("{word} {}", expect.rule.map_or("", Rule::id)).trim_end().to_owned())
}

fn marked(outcome: &Result<Outcome, StepError>) -> String {
    match outcome {
        Ok(Outcome::Accepted) => "accepted".to_owned(),
        Ok(Outcome::Left(rule)) => format!("leaves, {}", rule.id()),
        Ok(Outcome::Pending(rule)) => format!("pending {}", rule.id()),
        Err(StepError::Refused(reject)) => {
            let word = match reject.rule.reaction() {
                Reaction::Ignore => "ignored",
                Reaction::Reject | Reaction::Leave | Reaction::None => "refused",
            };
            format!("{word} {}", reject.rule.id())
        }
        Err(StepError::Undrawn(draw)) => format!("no random value {draw}"),
        Err(StepError::Misused(misuse)) => format!("misuse: {misuse}"),
    }
}

fn told(event: &Event<Term>, act: &Act) -> (Mark, String) {
    match event {
        Event::Tick => (Mark::Does, "waits".to_owned()),
        Event::Join { meeting, role, .. } => {
            let role = match role {
                Role::Leader => "leader",
                Role::Participant => "participant",
            };
            (Mark::Does, format!("joins {} as {role}", meeting.id))
        }
        Event::LeaderNamed { seat, announcement, .. } => {
            (Mark::FromServer, format!("{} leads, {}", seat.user_id, announcement.pk))
        }
        Event::Admitted(it) => {
            (Mark::FromServer, format!("{} is in, {}", it.seat.user_id, it.announcement.pk))
        }
        Event::Departed { seat } => (Mark::FromServer, format!("{} is gone", seat.user_id)),
        Event::Renamed { seat, name } => {
            (Mark::FromServer, format!("{} is called {name:?}", seat.user_id))
        }
        Event::NonceArrived { seat, nonce } => {
            (Mark::FromServer, format!("{} posted {nonce}", seat.user_id))
        }
        Event::LinkArrived(link) => (Mark::FromServer, link_told(link)),
        Event::HeartbeatArrived(heartbeat) => (Mark::FromServer, beat_told(heartbeat)),
        Event::LockRequested(request) => {
            let word = request.operation.word();
            (Mark::FromServer, format!("{} asks to {word}", request.seat.user_id))
        }
        Event::LockClaimed { locked } => {
            let word = if *locked { "locked" } else { "unlocked" };
            (Mark::FromServer, format!("says: {word}"))
        }
        Event::RoomClaimed { seat, in_room } => {
            let word = if *in_room { "in a room" } else { "in no room" };
            (Mark::FromServer, format!("{} is {word}", seat.user_id))
        }
        Event::SetLock { locked } => {
            (Mark::Does, if *locked { "locks" } else { "unlocks" }.to_owned())
        }
        Event::Kick { seat } => (Mark::Does, format!("removes {}", seat.user_id)),
        Event::KeyOffered { sealed } => {
            let again = matches!(act, Act::SealedKey { sealed: crate::script::Recipe::Sent(_) });
            let forged = if again { "" } else { "changed " };
            (Mark::FromServer, format!("{forged}{}", sealed.sealed.ciphertext))
        }
        Event::PacketArrived { from, packet, .. } => {
            let (seq, at) = (packet.mk_seq, packet.counter);
            (Mark::FromServer, format!("from {}, no. {seq} #{at}: {}", from.user_id, packet.body))
        }
        Event::Malformed { rule } => (Mark::FromServer, format!("malformed, {}", rule.id())),
        Event::Send { stream, plaintext } => (Mark::Does, format!("sends {stream} {plaintext}")),
        Event::StepOut => (Mark::Does, "steps out".to_owned()),
        Event::Leave => (Mark::Does, "leaves".to_owned()),
        Event::MeetingEnded => (Mark::FromServer, "the meeting is over".to_owned()),
    }
}

fn done(effect: &Effect<Term>) -> (Mark, String) {
    match effect {
        Effect::PostAnnouncement(announcement) => {
            (Mark::ToServer, format!("announces {}", announcement.pk))
        }
        Effect::PostSealedKey(sealed) => {
            (Mark::ToServer, format!("for {}: {}", sealed.to.user_id, sealed.sealed.ciphertext))
        }
        Effect::PostNonce(nonce) => (Mark::ToServer, format!("posts {nonce}")),
        Effect::PostLink(link) => (Mark::ToServer, link_told(link)),
        Effect::PostHeartbeat(heartbeat) => (Mark::ToServer, beat_told(heartbeat)),
        Effect::PostLockRequest(request) => {
            (Mark::ToServer, format!("asks to {}", request.operation.word()))
        }
        Effect::Transmit { packet, .. } => {
            let (seq, at) = (packet.mk_seq, packet.counter);
            (Mark::ToServer, format!("no. {seq} #{at}: {}", packet.body))
        }
        Effect::Render { from, stream, mk_seq, plaintext } => {
            let from = &from.user_id;
            (Mark::Sees, format!("sees {stream} of {from} under no. {mk_seq}: {plaintext}"))
        }
        Effect::ShowSecurityCode(code) => (Mark::Sees, format!("sees {code}")),
        Effect::ShowLeaderChanged { user_id } => {
            (Mark::Sees, format!("sees that {user_id} leads now"))
        }
        Effect::ShowUnlockWarning => (Mark::Sees, "is warned: unlocked".to_owned()),
        Effect::ShowLeft => (Mark::Sees, "sees that it has left".to_owned()),
    }
}

fn link_told(link: &Link<Term>) -> String {
    let what = match &link.operation {
        Operation::Add { seat, .. }
        | Operation::Left { seat }
        | Operation::Kicked { seat }
        | Operation::Rename { seat, .. } => format!(" {}", seat.user_id),
        Operation::Lock | Operation::Unlock => String::new(),
        Operation::Snapshot { entries, .. } => format!(" of {}", entries.size()),
    };
    format!("link {}: {}{what}", link.v, link.operation.word())
}

fn beat_told(heartbeat: &Heartbeat<Term>) -> String {
    let Heartbeat { t, v, mk_seq, .. } = heartbeat;
    format!("heartbeat {t}: list {v}, key no. {mk_seq}")
}
