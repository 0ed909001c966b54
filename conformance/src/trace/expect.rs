//! Whether what a node answered and did is what the model's client answers and does.

use std::hash::Hash;

use conclave_model::{
    algebra::Algebra,
    client::{Client, Phase},
    machine::Effect,
    values::{Slot, Valued as _, apart},
};
use conclave_spec::{Rule, RuleSet};

use super::{
    blame::{difference, named, rule_of, rule_of_field, rule_of_value, shown},
    check::{Checker, Place, Wrong},
    format::{self, Commitment, Event},
    names::Clash,
    node::{Reply, refused},
};
use crate::{
    protocol::{Class, Observed},
    reference::seen,
};

impl<'t, A: Algebra + Clone> Checker<'t, A>
where
    A::Value: Hash,
{
    /// Holds an event against the model's client. What the log does not determine is tried in
    /// several ways, the one that the answer speaks for first.
    pub(super) fn judge(&mut self, at: usize, event: &'t Event) -> Result<(), Wrong> {
        if let Some(given) = &event.given {
            self.adopt(given);
        }
        let names = event.given.as_ref().map(|given| apart(given).1).unwrap_or_default();
        let is_open = |(slot, name): &(Slot, Commitment)| {
            *slot != Slot::Plaintext && self.names.value(*name).is_none()
        };
        if !names.iter().any(is_open) {
            return self.attempt(at, event, (Guess::Right, &names));
        }
        let guesses = if event.class.leaves_as_it_was() {
            [Guess::Wrong, Guess::Signed, Guess::Right]
        } else {
            [Guess::Right, Guess::Signed, Guess::Wrong]
        };
        let before = (self.nodes.get(at).cloned(), self.accepted.clone(), self.announced.clone());
        let (mark, mut first) = (self.names.mark(), None);
        for guess in guesses {
            match self.attempt(at, event, (guess, &names)) {
                Ok(()) => return Ok(()),
                Err(wrong) => first = first.or(Some(wrong)),
            }
            self.names.back_to(mark);
            let (node, accepted, announced) = before.clone();
            (self.accepted, self.announced) = (accepted, announced);
            if let (Some(known), Some(node)) = (self.nodes.get_mut(at), node) {
                *known = node;
            }
        }
        first.map_or(Ok(()), Err)
    }

    fn attempt(
        &mut self,
        at: usize,
        event: &'t Event,
        way: (Guess, &[(Slot, Commitment)]),
    ) -> Result<(), Wrong> {
        let mut effects = Vec::new();
        let algebra = self.algebra.clone();
        let Some(node) = self.nodes.get_mut(at) else { return Ok(()) };
        if let Err(error) = node.pass(&algebra, event.at_ms, (&mut effects, event.outputs.len())) {
            let (class, rule) = refused(&error);
            let condition = "time passes for the client";
            return Err(Wrong::of(rule, condition, class.word(), event.class.word()));
        }
        let reply = match &event.given {
            None => Reply { class: Class::Accept, rule: None, effects },
            Some(given) => {
                let mark = self.names.mark();
                let given = self.resolve(at, event, given, way)?;
                let Some(node) = self.nodes.get_mut(at) else { return Ok(()) };
                let reply = node.take(&algebra, given, effects);
                // What was refused left nothing behind: what it was may still turn out otherwise.
                if reply.class.leaves_as_it_was() {
                    self.names.back_to(mark);
                }
                reply
            }
        };
        self.class(at, event, &reply)?;
        self.outputs(at, event, &reply.effects)?;
        self.seen(at, event)?;
        self.keys(at, event)
    }

    fn class(&mut self, at: usize, event: &Event, reply: &Reply<A::Value>) -> Result<(), Wrong> {
        let both_refuse = reply.class.leaves_as_it_was() && event.class.is_refusal();
        let told = |class: Class, rule: Option<Rule>| match rule {
            Some(rule) => format!("{} ({})", class.word(), rule.id()),
            None => class.word().to_owned(),
        };
        let wrong = || {
            let rule = reply.rule.or(event.rule);
            let (wanted, got) = (told(reply.class, reply.rule), told(event.class, event.rule));
            Wrong::of(rule, "class of the answer", &wanted, &got)
        };
        if reply.class != event.class {
            if !both_refuse {
                return Err(wrong());
            }
            let node = self.nodes.get(at).map(|node| node.name.clone()).unwrap_or_default();
            self.accepted.advice.push(Place { line: 0, node, seq: event.seq });
        }
        let differs = event.rule.is_some() && event.rule != reply.rule;
        if differs && reply.class != Class::Accept { Err(wrong()) } else { Ok(()) }
    }

    fn outputs(
        &mut self,
        at: usize,
        event: &'t Event,
        effects: &[(u64, Effect<A::Value>)],
    ) -> Result<(), Wrong> {
        let rules = self.nodes.get(at).map_or(RuleSet::EMPTY, |node| node.profile.rules);
        let none = self.algebra.no_hash();
        for (place, (at_ms, effect)) in effects.iter().enumerate() {
            let what = format!("output {}", place + 1);
            let effect = as_it_crosses(effect, rules, &none);
            let effect = effect.as_ref();
            let Some(output) = event.outputs.get(place) else {
                let wanted = format!("{} at {at_ms} ms", kind(effect));
                return Err(Wrong::of(Some(rule_of(effect)), &what, &wanted, "nothing"));
            };
            self.output((at, event), (&what, *at_ms), effect, output)?;
        }
        match event.outputs.get(effects.len()) {
            None => Ok(()),
            Some(extra) => {
                let what = format!("output {}", effects.len() + 1);
                let got = format!("{} at {} ms", kind(&extra.effect), moment(event, extra));
                Err(Wrong::of(Some(rule_of(&extra.effect)), &what, "nothing", &got))
            }
        }
    }

    fn output(
        &mut self,
        (at, event): (usize, &'t Event),
        (what, at_ms): (&str, u64),
        effect: &Effect<A::Value>,
        output: &'t format::Output,
    ) -> Result<(), Wrong> {
        let got: &'t format::Effect = &output.effect;
        let ((shape, values), (logged, names)) = (apart(effect), apart(got));
        if shape != logged {
            return Err(self.misshapen(what, effect, got));
        }
        let got_ms = moment(event, output);
        if got_ms != at_ms {
            let (wanted, got) = (format!("{at_ms} ms"), format!("{got_ms} ms"));
            let condition = format!("{what}: time of {}", kind(effect));
            return Err(Wrong::of(Some(rule_of(effect)), &condition, &wanted, &got));
        }
        for ((slot, value), (_, name)) in values.into_iter().zip(names) {
            let origin = Some((at, event.seq));
            self.bind(name, &value, origin, &format_args!("{what}: {slot}"))
                .map_err(|wrong| Wrong { rule: Some(rule_of_value(got, slot)), ..wrong })?;
        }
        self.posted.note(got);
        Ok(())
    }

    /// Two outputs of different shape: the first field that differs.
    fn misshapen(&self, what: &str, effect: &Effect<A::Value>, got: &format::Effect) -> Wrong {
        let named = effect.map::<_, std::convert::Infallible>(&mut |_, value| {
            Ok(self.names.name(value).map_or_else(|| named(value), |name| name.to_string()))
        });
        let wanted = named.map_or(serde_json::Value::Null, |effect| shown(&effect));
        let (one, other) = (shown(&apart(effect).0), shown(&apart(got).0));
        let found = difference(&one, &other);
        let (path, wanted, got_text) = found.unwrap_or_else(|| {
            let got = shown(got).to_string();
            (String::new(), wanted.to_string(), got)
        });
        if kind(effect) != kind(got) {
            let rule = rule_of(effect);
            return Wrong::of(Some(rule), what, kind(effect), kind(got));
        }
        let condition = format!("{what}: {path}");
        Wrong::of(Some(rule_of_field(got, &path)), &condition, &wanted, &got_text)
    }

    /// Has a commitment stand for a value.
    pub(super) fn bind(
        &mut self,
        name: Commitment,
        value: &A::Value,
        origin: Option<super::names::Origin>,
        what: &dyn std::fmt::Display,
    ) -> Result<(), Wrong> {
        self.names.bind(name, value, origin).map_err(|clash| match clash {
            Clash::OtherValue(other) => {
                let wanted = format!("the commitment to {}", named(value));
                let got = format!("{name}, which is {}", named(&other));
                Wrong::of(None, &what.to_string(), &wanted, &got)
            }
            Clash::OtherName(other) => {
                let wanted = format!("{other}, the commitment to {}", named(value));
                Wrong::of(None, &what.to_string(), &wanted, &name.to_string())
            }
        })
    }

    fn seen(&mut self, at: usize, event: &Event) -> Result<(), Wrong> {
        let (Some(got), Some(node)) = (&event.observed, self.nodes.get(at)) else { return Ok(()) };
        let algebra = &self.algebra;
        let client = Client { algebra, profile: &node.profile, policies: node.policies };
        let (wanted, code) = seen(&client, &node.state);
        let without = Observed { security_code: None, ..got.clone() };
        let codes = (code, got.security_code.as_deref());
        let found = difference(&shown(&wanted), &shown(&without));
        if let Some((path, wanted, got)) = found {
            let condition = format!("what the user sees: {path}");
            return Err(Wrong::of(Some(rule_of_sight(&path)), &condition, &wanted, &got));
        }
        let what = "what the user sees: security code";
        let rule = Some(Rule::CodeFromHandshakeKey);
        match codes {
            (None, None) => Ok(()),
            (Some(code), Some(text)) => match Commitment::from_text(text) {
                Some(name) => {
                    self.bind(name, &code, None, &what).map_err(|wrong| Wrong { rule, ..wrong })
                }
                None => Err(Wrong::of(rule, what, "a commitment", "something else")),
            },
            (Some(code), None) => Err(Wrong::of(rule, what, &named(&code), "none")),
            (None, Some(text)) => Err(Wrong::of(rule, what, "none", text)),
        }
    }

    fn keys(&mut self, at: usize, event: &Event) -> Result<(), Wrong> {
        let (Some(got), Some(node)) = (&event.keys, self.nodes.get(at)) else { return Ok(()) };
        let held: Vec<(u32, A::Value)> = match &node.state.phase {
            Phase::Joined(joined) => {
                let ring = joined.ring.iter();
                ring.map(|key| (key.mk_seq, key.meeting_key.clone())).collect()
            }
            Phase::Outside | Phase::Left => Vec::new(),
        };
        let numbers = |list: Vec<u32>| {
            let words: Vec<_> = list.iter().map(ToString::to_string).collect();
            if words.is_empty() { "none".to_owned() } else { words.join(", ") }
        };
        let wanted = held.iter().map(|(mk_seq, _)| *mk_seq).collect::<Vec<_>>();
        let logged = got.iter().map(|(mk_seq, _)| *mk_seq).collect::<Vec<_>>();
        if wanted != logged {
            let rule =
                if wanted.len() < logged.len() { Rule::OldKeyExpires } else { Rule::SealOpens };
            let (wanted, got) = (numbers(wanted), numbers(logged));
            return Err(Wrong::of(Some(rule), "numbers of the keys held", &wanted, &got));
        }
        for ((mk_seq, key), (_, name)) in held.iter().zip(got) {
            let what = format!("key number {mk_seq}");
            self.bind(*name, key, None, &what)
                .map_err(|wrong| Wrong { rule: Some(Rule::RotationFresh), ..wrong })?;
        }
        Ok(())
    }
}

fn moment(event: &Event, output: &format::Output) -> u64 {
    output.at_ms.unwrap_or(event.at_ms)
}

fn kind<V>(effect: &Effect<V>) -> &'static str {
    match effect {
        Effect::PostAnnouncement(_) => "an announcement",
        Effect::PostSealedKey(_) => "a sealed key",
        Effect::PostNonce(_) => "a liveness nonce",
        Effect::PostLink(_) => "a link",
        Effect::PostHeartbeat(_) => "a heartbeat",
        Effect::PostLockRequest(_) => "a lock request",
        Effect::Transmit { .. } => "a packet",
        Effect::Render { .. } => "something played",
        Effect::ShowSecurityCode(_) => "a security code",
        Effect::ShowLeaderChanged { .. } => "a notice of another leader",
        Effect::ShowUnlockWarning => "a warning that the meeting is unlocked",
        Effect::ShowLeft => "a notice of having left",
    }
}

/// An effect without the fields that do not cross in this profile.
pub(super) fn as_it_crosses<'e, V: Clone>(
    effect: &'e Effect<V>,
    rules: RuleSet,
    none: &V,
) -> std::borrow::Cow<'e, Effect<V>> {
    let Effect::PostHeartbeat(beat) = effect else { return std::borrow::Cow::Borrowed(effect) };
    let mut beat = beat.clone();
    if !rules.contains(Rule::HeartbeatNamesPrevious) {
        beat.prev = none.clone();
    }
    if !rules.contains(Rule::HeartbeatNamesTimestamp) {
        beat.timestamp_ms = 0;
    }
    std::borrow::Cow::Owned(Effect::PostHeartbeat(beat))
}

fn rule_of_sight(path: &str) -> Rule {
    match path.split('.').next().unwrap_or_default() {
        "leader" => Rule::ChangeNoticed,
        "roster" => Rule::RosterFromList,
        "locked" => Rule::LockFromList,
        "encryption" => Rule::LabelHonest,
        "sends_under" => Rule::UseNewestKey,
        _ => Rule::MeetingKeysErased,
    }
}

/// What is taken a message to be that no node of the log sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// As the client would have it.
    Right,
    /// Signed and sealed as it should be, but about something else.
    Signed,
    /// Nothing of the protocol's.
    Wrong,
}

/// The slots whose values a message is only right with.
pub(super) const fn is_sealed(slot: Slot) -> bool {
    matches!(slot, Slot::Signature | Slot::Ciphertext | Slot::Kem | Slot::Body)
}
