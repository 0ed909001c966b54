//! A script as a sequence diagram in text, at most 100 columns wide.
//!
//! One lane per party and one for the server. An arrow is a message, `*` something a party does,
//! `o` something its user sees. To the right stands what it is and what became of it.

use std::fmt::Write as _;

use conclave_spec::{Profile, rules::Reaction};

use crate::{
    algebra::{Term, Terms},
    machine::{Effect, Event, Outcome, StepError},
    message::Role,
    script::{Act, Script, ScriptStep},
    stage::{Given, Reply, Stage, StageError},
};

const WIDTH: usize = 100;
const TIME: usize = 10;
const LANE_MAX: usize = 12;
const LANES_WIDTH: usize = 52;

/// Plays a script over terms under a profile and draws what happens.
///
/// # Errors
/// The script cannot be played.
pub fn ladder(script: &Script, profile: &Profile) -> Result<String, StageError> {
    let mut stage = Stage::new(&Terms, &script.cast, profile)?;
    let mut page = Page::new(script);
    for step in &script.steps {
        let given = stage.given(&step.act)?;
        let reply = stage.give(&step.party, &given)?;
        let now_ms = stage.actor(&step.party)?.now_ms;
        page.step(step, &given, &reply, now_ms);
    }
    Ok(page.text)
}

/// What a line shows in the lanes.
enum Mark {
    ToServer,
    FromServer,
    Does,
    Sees,
}

struct Page {
    lanes: Vec<String>,
    lane: usize,
    shown_ms: Option<u64>,
    text: String,
}

/// The server's lane, after the first party's.
const SERVER: usize = 1;

impl Page {
    fn new(script: &Script) -> Self {
        let mut lanes: Vec<String> =
            script.cast.iter().map(|member| member.party.clone()).collect();
        lanes.insert(SERVER.min(lanes.len()), "server".to_owned());
        let lane = (LANES_WIDTH / lanes.len().max(1)).clamp(4, LANE_MAX);
        let mut page = Self { lanes, lane, shown_ms: None, text: String::new() };
        let mut head = format!("{:>width$}  ", "ms", width = TIME - 2);
        for name in &page.lanes {
            let short: String = name.chars().take(lane - 1).collect();
            let _ = write!(head, "{short:lane$}");
        }
        page.text.push_str(head.trim_end());
        page.text.push('\n');
        page
    }

    fn step(&mut self, step: &ScriptStep, given: &Given<Term>, reply: &Reply<Term>, now_ms: u64) {
        let outcome = marked(&reply.outcome);
        match given {
            Given::Time(_) => {}
            Given::Question => self.line(&step.party, &Mark::Does, now_ms, "is observed"),
            Given::Event(event) => {
                let (mark, what) = told(event, &step.act);
                self.line(&step.party, &mark, now_ms, &format!("{what}: {outcome}"));
            }
        }
        for (at_ms, effect) in &reply.effects {
            let (mark, what) = done(effect);
            self.line(&step.party, &mark, *at_ms, &what);
        }
    }

    fn line(&mut self, party: &str, mark: &Mark, at_ms: u64, what: &str) {
        let time = if self.shown_ms == Some(at_ms) { String::new() } else { at_ms.to_string() };
        self.shown_ms = Some(at_ms);
        let from = TIME + self.lane * self.lanes.len();
        let mut left = format!("{time:>width$}  ", width = TIME - 2);
        left.push_str(&self.drawn(party, mark));
        for row in wrapped(what, WIDTH.saturating_sub(from)) {
            self.text.push_str(format!("{left:from$}{row}").trim_end());
            self.text.push('\n');
            left = format!("{:TIME$}{}", "", self.bars());
        }
    }

    fn bars(&self) -> String {
        self.lanes.iter().map(|_| format!("{:lane$}", "|", lane = self.lane)).collect()
    }

    fn drawn(&self, party: &str, mark: &Mark) -> String {
        let own = self.lanes.iter().enumerate().find(|(at, lane)| *at != SERVER && *lane == party);
        let own = own.map_or(SERVER, |(at, _)| at);
        let (low, high) = (own.min(SERVER) * self.lane, own.max(SERVER) * self.lane);
        let head = match mark {
            Mark::ToServer => Some((SERVER * self.lane, own * self.lane)),
            Mark::FromServer => Some((own * self.lane, SERVER * self.lane)),
            Mark::Does | Mark::Sees => None,
        };
        let place = |(at, bar): (usize, char)| match (head, mark) {
            (Some((to, _)), _) if to > low && at + 1 == to => '>',
            (Some((to, _)), _) if to == low && at == low + 1 => '<',
            (Some(_), _) if at > low && at < high => '-',
            (None, Mark::Does) if at == own * self.lane => '*',
            (None, Mark::Sees) if at == own * self.lane => 'o',
            (Some(_) | None, _) => bar,
        };
        self.bars().chars().enumerate().map(place).collect()
    }
}

/// Words in lines of at most this width; a longer word stands alone.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match rows.last_mut() {
            Some(row) if row.chars().count() + 1 + word.chars().count() <= width => {
                row.push(' ');
                row.push_str(word);
            }
            Some(_) | None => rows.push(word.to_owned()),
        }
    }
    rows
}

fn marked(outcome: &Result<Outcome, StepError>) -> String {
    match outcome {
        Ok(Outcome::Accepted) => "accepted".to_owned(),
        Ok(Outcome::Pending(rule)) => format!("pending {}", rule.id()),
        Err(StepError::Refused(reject)) => {
            let word = match reject.rule.reaction() {
                Reaction::Ignore => "ignored",
                Reaction::Reject | Reaction::None => "refused",
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
        Event::Join { meeting, role } => {
            let role = match role {
                Role::Leader => "leader",
                Role::Participant => "participant",
            };
            (Mark::Does, format!("joins {} as {role}", meeting.id))
        }
        Event::LeaderNamed { seat, announcement, .. } => {
            (Mark::FromServer, format!("{} leads, {}", seat.user_id, announcement.pk))
        }
        Event::Admitted { seat, announcement, .. } => {
            (Mark::FromServer, format!("{} is in, {}", seat.user_id, announcement.pk))
        }
        Event::Departed { seat } => (Mark::FromServer, format!("{} is gone", seat.user_id)),
        Event::RekeySignaled { mk_seq } => {
            (Mark::FromServer, format!("newest key is no. {mk_seq}"))
        }
        Event::KeyOffered { sealed } => {
            let again = matches!(act, Act::SealedKey { sealed: crate::script::Recipe::Sent(_) });
            let forged = if again { "" } else { "changed " };
            (Mark::FromServer, format!("{forged}{}", sealed.sealed.ciphertext))
        }
        Event::PacketArrived { from, packet, .. } => {
            let (seq, at) = (packet.mk_seq, packet.counter);
            (Mark::FromServer, format!("from {from}, no. {seq} #{at}: {}", packet.body))
        }
        Event::Malformed { rule } => (Mark::FromServer, format!("malformed, {}", rule.id())),
        Event::Send { stream, plaintext } => (Mark::Does, format!("sends {stream} {plaintext}")),
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
        Effect::SignalRekey { mk_seq } => (Mark::ToServer, format!("newest key is no. {mk_seq}")),
        Effect::Transmit { packet, .. } => {
            let (seq, at) = (packet.mk_seq, packet.counter);
            (Mark::ToServer, format!("no. {seq} #{at}: {}", packet.body))
        }
        Effect::Render { from, stream, mk_seq, plaintext } => {
            (Mark::Sees, format!("sees {stream} of {from} under no. {mk_seq}: {plaintext}"))
        }
        Effect::ShowSecurityCode(code) => (Mark::Sees, format!("sees {code}")),
        Effect::ShowLeft => (Mark::Sees, "sees that it has left".to_owned()),
    }
}
