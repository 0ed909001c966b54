//! A script played and watched from outside.

use std::collections::{BTreeMap, BTreeSet};

use conclave_spec::{Profile, Rule};

use crate::{
    algebra::{Algebra, StreamName},
    client::{Client, Joined, Phase, RoleState, Seen, State},
    explore::heard,
    machine::{Effect, Event, Outcome},
    message::{Heartbeat, Meeting, Packet, Seat},
    script::{Act, Script, ScriptStep},
    stage::{Actor, Given, Reply, Sent, Stage, StageError},
};

/// A packet somebody sent, with what that one's user saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<V> {
    /// Who sent it.
    pub by: String,
    /// In which meeting.
    pub meeting: Meeting,
    /// The message type.
    pub stream: String,
    /// The meeting key it is under.
    pub meeting_key: V,
    /// The stream key it is under.
    pub stream_key: V,
    /// What it says.
    pub plaintext: V,
    /// The packet.
    pub packet: Packet<V>,
    /// When, in milliseconds since the start.
    pub at_ms: u64,
    /// The screen of its sender then.
    pub seen: Seen<V>,
}

/// A packet somebody was played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered<V> {
    /// Who was played it.
    pub listener: String,
    /// The device it was shown as.
    pub from: Seat,
    /// What was played.
    pub plaintext: V,
}

/// A meeting key somebody took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed<V> {
    /// Who.
    pub party: String,
    /// Which.
    pub meeting_key: V,
    /// When, in milliseconds since the start.
    pub at_ms: u64,
}

/// A script that was played, and everything that could be seen of it.
#[derive(Debug)]
pub struct Run<'a, A: Algebra> {
    stage: Stage<'a, A>,
    replies: Vec<Reply<A::Value>>,
    frames: Vec<Frame<A::Value>>,
    rendered: Vec<Rendered<A::Value>>,
    installed: Vec<Installed<A::Value>>,
    /// When a meeting key was first held by anybody: at the end of that step.
    made: BTreeMap<A::Value, u64>,
    /// Every meeting key a party ever held; of spies, also what they opened.
    known: BTreeMap<String, BTreeSet<A::Value>>,
    /// The heartbeats a party sent or took since it joined.
    taken: BTreeMap<String, Vec<Heartbeat<A::Value>>>,
    /// Who took a sealed key that nobody sent.
    altered: BTreeSet<String>,
    /// What users were shown, except for packets.
    shown: Vec<(String, Effect<A::Value>)>,
}

impl<'a, A: Algebra> Run<'a, A> {
    /// Plays a script under a profile. The spies forget nothing.
    ///
    /// # Errors
    /// The script cannot be played.
    pub fn of(
        algebra: &'a A,
        script: &Script,
        profile: &Profile,
        spies: &[&str],
    ) -> Result<Self, StageError> {
        let mut run = Self {
            stage: Stage::new(algebra, &script.cast, profile)?,
            replies: Vec::new(),
            frames: Vec::new(),
            rendered: Vec::new(),
            installed: Vec::new(),
            made: BTreeMap::new(),
            known: BTreeMap::new(),
            taken: BTreeMap::new(),
            altered: BTreeSet::new(),
            shown: Vec::new(),
        };
        for step in &script.steps {
            if spies.contains(&step.party.as_str()) && ends_a_join(&step.act) {
                run.remember(&step.party)?;
            }
            run.play(step)?;
        }
        for spy in spies {
            run.remember(spy)?;
        }
        Ok(run)
    }

    fn play(&mut self, step: &ScriptStep) -> Result<(), StageError> {
        let before = self.stage.actor(&step.party)?.clone();
        let given = self.stage.given(&step.act)?;
        let reply = self.stage.give(&step.party, &given)?;
        if let (Given::Event(Event::Join { .. }), Ok(_)) = (&given, &reply.outcome) {
            self.taken.remove(&step.party);
        }
        if let (Given::Event(Event::HeartbeatArrived(beat)), Ok(Outcome::Accepted)) =
            (&given, &reply.outcome)
        {
            self.taken.entry(step.party.clone()).or_default().push(beat.clone());
        }
        if let (Given::Event(Event::KeyOffered { sealed }), Ok(_)) = (&given, &reply.outcome) {
            let same = |it: &Sent<A::Value>| matches!(it, Sent::SealedKey(sent) if sent == sealed);
            if !self.stage.sent().any(|(_, sent)| same(sent)) {
                self.altered.insert(step.party.clone());
            }
        }
        if let (Given::Event(Event::Send { stream, plaintext }), Ok(_)) = (&given, &reply.outcome) {
            self.note_frames(&before, stream, plaintext, &reply);
        }
        self.note_keys(&step.party, &before.state)?;
        for (_, effect) in &reply.effects {
            self.note(&step.party, effect);
        }
        self.replies.push(reply);
        Ok(())
    }

    fn note(&mut self, party: &str, effect: &Effect<A::Value>) {
        match effect {
            Effect::Render { from, plaintext, .. } => self.rendered.push(Rendered {
                listener: party.to_owned(),
                from: from.clone(),
                plaintext: plaintext.clone(),
            }),
            Effect::PostHeartbeat(beat) => {
                self.taken.entry(party.to_owned()).or_default().push(beat.clone());
            }
            Effect::ShowSecurityCode(_)
            | Effect::ShowLeaderChanged { .. }
            | Effect::ShowUnlockWarning
            | Effect::ShowLeft => self.shown.push((party.to_owned(), effect.clone())),
            Effect::PostAnnouncement(_)
            | Effect::PostSealedKey(_)
            | Effect::PostNonce(_)
            | Effect::PostLink(_)
            | Effect::PostLockRequest(_)
            | Effect::Transmit { .. } => {}
        }
    }

    fn note_frames(
        &mut self,
        before: &Actor<A::Value>,
        stream: &str,
        plaintext: &A::Value,
        reply: &Reply<A::Value>,
    ) {
        let algebra = self.stage.algebra();
        let Phase::Joined(joined) = &before.state.phase else { return };
        let Some(seen) = screen(algebra, before) else { return };
        let rules = before.profile.rules.with(Rule::PacketOpens);
        let name = StreamName { meeting: &joined.meeting, sender: &before.state.seat, stream };
        for (at_ms, effect) in &reply.effects {
            let Effect::Transmit { packet, .. } = effect else { continue };
            let used = joined.ring.iter().rev().find_map(|held| {
                let key = algebra.stream_key(rules, &held.meeting_key, name);
                let (mk_seq, counter) = (packet.mk_seq, packet.counter);
                let opened = algebra.open_packet(rules, &key, mk_seq, counter, &packet.body);
                (opened.as_ref() == Some(plaintext)).then(|| (held.meeting_key.clone(), key))
            });
            if let Some((meeting_key, stream_key)) = used {
                self.frames.push(Frame {
                    by: before.state.party.clone(),
                    meeting: joined.meeting.clone(),
                    stream: stream.to_owned(),
                    meeting_key,
                    stream_key,
                    plaintext: plaintext.clone(),
                    packet: packet.clone(),
                    at_ms: *at_ms,
                    seen: seen.clone(),
                });
            }
        }
    }

    fn note_keys(&mut self, party: &str, before: &State<A::Value>) -> Result<(), StageError> {
        let actor = self.stage.actor(party)?;
        let had = ring(before);
        for key in ring(&actor.state) {
            self.made.entry(key.clone()).or_insert(actor.now_ms);
            if !had.contains(&key) {
                let (party, meeting_key) = (party.to_owned(), key.clone());
                self.installed.push(Installed { party, meeting_key, at_ms: actor.now_ms });
            }
            self.known.entry(party.to_owned()).or_default().insert(key.clone());
        }
        Ok(())
    }

    /// What a spy opens with the secrets its device has at this moment.
    fn remember(&mut self, spy: &str) -> Result<(), StageError> {
        let opened = heard(&self.stage, spy, &BTreeSet::new())?.meeting_keys;
        self.known.entry(spy.to_owned()).or_default().extend(opened);
        Ok(())
    }
}

impl<A: Algebra> Run<'_, A> {
    /// The parties, and what they sent.
    #[must_use]
    pub fn stage(&self) -> &Stage<'_, A> {
        &self.stage
    }

    /// The answer to every step.
    #[must_use]
    pub fn replies(&self) -> &[Reply<A::Value>] {
        &self.replies
    }

    /// Every packet that was sent.
    #[must_use]
    pub fn frames(&self) -> &[Frame<A::Value>] {
        &self.frames
    }

    /// Every packet that was played.
    #[must_use]
    pub fn rendered(&self) -> &[Rendered<A::Value>] {
        &self.rendered
    }

    /// Every key that was taken.
    #[must_use]
    pub fn installed(&self) -> &[Installed<A::Value>] {
        &self.installed
    }

    pub(super) fn frames_of(&self, by: &str) -> impl Iterator<Item = &Frame<A::Value>> {
        self.frames.iter().filter(move |frame| frame.by == by)
    }

    pub(super) fn is_text(&self, frame: &Frame<A::Value>, text: &str) -> bool {
        frame.plaintext == self.stage.algebra().literal(text.as_bytes())
    }

    /// Whether a client of this device sent this.
    pub(super) fn said(&self, from: &Seat, plaintext: &A::Value) -> bool {
        self.frames.iter().any(|frame| {
            let by = self.stage.seat(&frame.by);
            frame.plaintext == *plaintext && by.is_ok_and(|seat| seat == from)
        })
    }

    /// The meeting keys a party held or opened.
    pub(super) fn known_to(&self, party: &str) -> Result<BTreeSet<A::Value>, StageError> {
        self.stage.actor(party)?;
        Ok(self.known.get(party).cloned().unwrap_or_default())
    }

    /// Whether a party opens what another says, with a key it knows.
    pub(super) fn reads(&self, spy: &str, by: &str, text: &str) -> Result<bool, StageError> {
        let known = self.known_to(spy)?;
        let rules = self.stage.actor(spy)?.profile.rules.with(Rule::PacketOpens);
        let sender = self.stage.seat(by)?;
        let algebra = self.stage.algebra();
        Ok(self.frames_of(by).filter(|frame| self.is_text(frame, text)).any(|frame| {
            let name = StreamName { meeting: &frame.meeting, sender, stream: &frame.stream };
            let Packet { mk_seq, counter, body } = &frame.packet;
            known.iter().any(|key| {
                let key = algebra.stream_key(rules, key, name);
                let opened = algebra.open_packet(rules, &key, *mk_seq, *counter, body);
                opened.as_ref() == Some(&frame.plaintext)
            })
        }))
    }

    pub(super) fn made_ms(&self, meeting_key: &A::Value) -> Option<u64> {
        self.made.get(meeting_key).copied()
    }

    pub(super) fn taken(&self, party: &str) -> &[Heartbeat<A::Value>] {
        self.taken.get(party).map_or(&[], Vec::as_slice)
    }

    /// What a user sees in the end; nothing outside a meeting.
    pub(super) fn screen(&self, party: &str) -> Result<Option<Seen<A::Value>>, StageError> {
        Ok(screen(self.stage.algebra(), self.stage.actor(party)?))
    }

    /// The security codes two users see, where both see one.
    pub(super) fn codes(
        &self,
        one: &str,
        other: &str,
    ) -> Result<Option<[A::Value; 2]>, StageError> {
        let code = |seen: Option<Seen<A::Value>>| seen.and_then(|seen| seen.security_code);
        Ok(code(self.screen(one)?).zip(code(self.screen(other)?)).map(|(one, other)| [one, other]))
    }

    /// Whether a client of this device is in the meeting a party is in.
    pub(super) fn is_in_meeting_of(&self, party: &str, who: &Seat) -> Result<bool, StageError> {
        let Some(joined) = joined(&self.stage.actor(party)?.state) else { return Ok(false) };
        let there = |state: &State<A::Value>| {
            self::joined(state).is_some_and(|other| other.meeting == joined.meeting)
        };
        Ok(self.stage.actors().any(|(_, actor)| actor.state.seat == *who && there(&actor.state)))
    }

    /// Whether a leader has this device on its list.
    pub(super) fn is_led(&self, who: &Seat) -> bool {
        self.stage.actors().any(|(_, actor)| {
            joined(&actor.state).is_some_and(|joined| {
                matches!(joined.role, RoleState::Leader(_)) && joined.list.present(who).is_some()
            })
        })
    }

    pub(super) fn is_told_of_leader(&self, party: &str, user_id: &str) -> bool {
        let told = |effect: &Effect<A::Value>| matches!(effect, Effect::ShowLeaderChanged { user_id: said } if said == user_id);
        self.shown.iter().any(|(at, effect)| at == party && told(effect))
    }

    /// Whether a party took a sealed key that nobody sent as it came.
    pub(super) fn took_altered(&self, party: &str) -> bool {
        self.altered.contains(party)
    }

    pub(super) fn is_warned(&self, party: &str) -> bool {
        let warning = |effect: &Effect<A::Value>| matches!(effect, Effect::ShowUnlockWarning);
        self.shown.iter().any(|(at, effect)| at == party && warning(effect))
    }

    pub(super) fn is_told_that_it_left(&self, party: &str) -> bool {
        let left = |effect: &Effect<A::Value>| matches!(effect, Effect::ShowLeft);
        self.shown.iter().any(|(at, effect)| at == party && left(effect))
    }
}

fn screen<A: Algebra>(algebra: &A, actor: &Actor<A::Value>) -> Option<Seen<A::Value>> {
    let client = Client { algebra, profile: &actor.profile, policies: actor.policies };
    client.seen(&actor.state)
}

fn joined<V>(state: &State<V>) -> Option<&Joined<V>> {
    match &state.phase {
        Phase::Joined(joined) => Some(joined),
        Phase::Outside | Phase::Left => None,
    }
}

fn ring<V>(state: &State<V>) -> Vec<&V> {
    let held = joined(state).map(|joined| joined.ring.iter().map(|key| &key.meeting_key));
    held.map(Iterator::collect).unwrap_or_default()
}

/// Whether a client forgets the secrets of a join with this.
fn ends_a_join(act: &Act) -> bool {
    matches!(act, Act::Join { .. } | Act::Leave {} | Act::MeetingEnded {} | Act::Advance { .. })
}
