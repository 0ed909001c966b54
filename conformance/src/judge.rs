//! Holding what a client did against what it had to do.

use std::collections::{BTreeMap, BTreeSet};

use conclave_model::script::Window;
use conclave_spec::{Profile, Rule, RuleSet};

use crate::{
    case::{CaseStep, Expected},
    protocol::{Class, Effect, Input, Output, Response},
    verdict::{Aspect, Finding},
};

mod beats;
mod nonces;
mod windows;
mod words;

pub use beats::{Beat, beat, link_v, reader};
pub use words::told;

use beats::{Follows, Led};
use nonces::Nonces;

/// A device: user ID and hardware ID.
type Device = (String, String);

/// An output that may still come, within its window.
#[derive(Clone, Debug)]
struct Due {
    step: usize,
    output: Output,
    window: Window,
    rotates: bool,
}

/// An output expected at once.
#[derive(Clone, Debug)]
struct Now {
    output: Output,
    /// For a heartbeat: what it certifies, and what is new about it.
    beat: Option<(Beat, News)>,
}

/// What is new about a heartbeat of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    /// Nothing: it was time.
    Nothing,
    /// The list.
    List,
    /// The key.
    Key,
}

/// Judges the steps of one case.
#[derive(Debug)]
pub struct Judge {
    rules: RuleSet,
    heartbeat_ms_max: u64,
    nonces: Nonces,
    due: Vec<Due>,
    news: BTreeMap<(usize, usize), News>,
    foreseen: Option<Beat>,
    findings: Vec<Finding>,
    led: Led,
    departed: BTreeSet<Device>,
    sealed_at: BTreeMap<Device, usize>,
    shifted: bool,
    moved: bool,
    live: bool,
}

/// One answer, with what it answers.
#[derive(Debug)]
pub struct Answered<'a> {
    /// The step of the client, from 1.
    pub step: usize,
    /// What it was given, for people.
    pub input: &'a str,
    /// What it had to do.
    pub expected: &'a Expected,
    /// What it did.
    pub response: &'a Response,
    /// The rule to name where no other fits.
    pub rule: Rule,
    /// The client's time.
    pub now_ms: u64,
    /// Whether the input was time passing.
    pub time_passed: bool,
    /// Whether the adapter's codes may be compared.
    pub maps_codes: bool,
}

/// Whether two effects are the same as far as a mode can tell.
type Same<'s> = &'s dyn Fn(&Effect, &Effect) -> bool;

impl Judge {
    /// Judges a client of this profile.
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        Self {
            rules: profile.rules,
            heartbeat_ms_max: u64::from(profile.params.heartbeat_ms_max),
            nonces: Nonces::new(profile),
            due: Vec::new(),
            news: BTreeMap::new(),
            foreseen: None,
            findings: Vec::new(),
            led: Led::default(),
            departed: BTreeSet::new(),
            sealed_at: BTreeMap::new(),
            shifted: false,
            moved: false,
            live: false,
        }
    }

    /// Takes in a step to come: what its heartbeats have to say, and what it allows at any moment
    /// of a window, before its turn or after it. Steps are foreseen in their order.
    pub fn foresee(&mut self, step: usize, case_step: &CaseStep) {
        let expected = &case_step.expect;
        if matches!(case_step.input, Input::Join { .. }) && expected.class == Class::Accept {
            self.foreseen = None;
        }
        for (place, output) in expected.outputs.iter().enumerate() {
            let news = beat(self.rules, &output.effect).map(|beat| self.foresee_beat(beat));
            if let Some(news) = news {
                self.news.insert((step, place), news);
            }
            // A heartbeat that says nothing new has its time of its own.
            if let Some(window) = expected.window.clone()
                && news != Some(News::Nothing)
            {
                let (output, rotates) = (output.clone(), news == Some(News::Key));
                self.due.push(Due { step, output, window, rotates });
            }
        }
    }

    fn foresee_beat(&mut self, beat: Beat) -> News {
        let news = match self.foreseen {
            Some(last) if last.mk_seq != beat.mk_seq => News::Key,
            Some(last) if last.v != beat.v => News::List,
            Some(_) => News::Nothing,
            None => News::Key,
        };
        self.foreseen = Some(beat);
        news
    }

    /// The client is in a meeting of its own from here on: numbers begin anew.
    pub fn joined(&mut self) {
        self.led = Led::default();
        self.nonces.joined();
        self.departed.clear();
        self.sealed_at.clear();
    }

    /// The client leads no more: a rotation still within its window never comes, which moves every
    /// number after it.
    pub fn stepped_down(&mut self, at: usize) {
        self.led = Led::default();
        let before = self.due.len();
        let never = |due: &Due| due.rotates || is_sealed_key(&due.output.effect);
        self.due.retain(|due| due.step > at || !never(due));
        self.shifted |= self.due.len() < before;
    }

    /// Judges one answer. `same` says whether two effects are the same as far as the mode can tell.
    pub fn hear(&mut self, answered: &Answered<'_>, same: Same<'_>) {
        if !self.class(answered) {
            return;
        }
        let mut now = self.now(answered);
        let mut extra = false;
        for output in &answered.response.outputs {
            if let Some(beat) = beat(self.rules, &output.effect) {
                extra |= self.hear_beat(answered, output, beat, &mut now, same);
                continue;
            }
            let shifted = self.shifted;
            let same = |one: &Effect, other: &Effect| {
                same(one, other) || (shifted && alike_but_for_numbers(one, other))
            };
            self.hear_other(answered, output, extra, &mut now, &same);
        }
        now.into_iter().for_each(|missing| self.missing(answered, &missing));
        // While time passed to this moment, whatever belongs to it has happened.
        let passed = answered.now_ms.saturating_add(u64::from(answered.time_passed));
        self.silent(answered, passed);
        if self.nonces.overdue(passed) {
            let (rule, wanted) = (Rule::NonceRenewed, "a further liveness nonce");
            self.find(answered, Aspect::Outcome, rule, wanted, "nothing");
        }
        self.overdue(answered, passed);
        self.put_off(answered.step);
    }

    /// What is expected of this step itself.
    fn now(&self, answered: &Answered<'_>) -> Vec<Now> {
        let outputs = answered.expected.outputs.iter().enumerate();
        let now = outputs.filter_map(|(place, output)| {
            let news = self.news.get(&(answered.step, place)).copied();
            let windowed = answered.expected.window.is_some() && news != Some(News::Nothing);
            let beat = beat(self.rules, &output.effect).zip(news);
            (!windowed).then(|| Now { output: output.clone(), beat })
        });
        now.collect()
    }

    /// A heartbeat. Says whether it certifies a key of a rotation that nobody expects.
    fn hear_beat(
        &mut self,
        answered: &Answered<'_>,
        output: &Output,
        beat: Beat,
        now: &mut Vec<Now>,
        same: Same<'_>,
    ) -> bool {
        let follows = self.led.follows(beat);
        self.late_beat(answered, output);
        self.led.note(beat, output.at_ms, answered.step);
        if self.take(answered, output, now, same) {
            return false;
        }
        if follows == Follows::Rotates && self.take_rotation(answered, output, beat) {
            return false;
        }
        let shifted = self.shifted;
        let certifies =
            |it: &Now| it.beat.is_some_and(|(other, _)| shifted || other.certifies_as(beat));
        let at_once = |it: &Now| it.output.at_ms == output.at_ms && certifies(it);
        let Some(place) = now.iter().position(at_once) else {
            return self.blame_beat(answered, output, follows);
        };
        let wanted = now.remove(place).output;
        if !shifted {
            // The same moment, key and list, but other bytes.
            let counts = follows != Follows::WrongCount;
            let rule = if counts { answered.rule } else { Rule::CountsByOne };
            self.find(answered, Aspect::Outcome, rule, &told(&wanted), &told(output));
        }
        false
    }

    /// A heartbeat nobody expects: an additional one is as good as none.
    fn blame_beat(&mut self, answered: &Answered<'_>, output: &Output, follows: Follows) -> bool {
        let rule = match follows {
            Follows::Again => {
                self.moved = true;
                return false;
            }
            // A leader may rotate at any time, but for the throttle, which only advises (2.3.1,
            // 3.7.6) and is gone with client 5.12.
            Follows::Rotates => {
                if self.rules.contains(Rule::RotationThrottled) {
                    let (rule, got) = (Rule::RotationThrottled, told(output));
                    self.find(answered, Aspect::Outcome, rule, "no rotation yet", &got);
                }
                self.shifted = true;
                return true;
            }
            Follows::WrongCount => Rule::CountsByOne,
            Follows::WrongNumber => Rule::SeqByOne,
            Follows::WrongList => Rule::HeartbeatNamesVersion,
            Follows::First => answered.rule,
        };
        self.find(answered, Aspect::Outcome, rule, "no such output", &told(output));
        false
    }

    /// Anything but a heartbeat.
    fn hear_other(
        &mut self,
        answered: &Answered<'_>,
        output: &Output,
        extra: bool,
        now: &mut Vec<Now>,
        same: Same<'_>,
    ) {
        if let Some(v) = link_v(self.rules, &output.effect) {
            self.led.link_v = Some(v);
        }
        if let Effect::ShowLeft {} = &output.effect {
            self.led = Led::default();
            self.nonces.joined();
        }
        let mut excused = false;
        if let Effect::PostSealedKey { user_id, hardware_id, .. } = &output.effect {
            let to = (user_id.clone(), hardware_id.clone());
            // A key sealed to somebody gone is no matter of an extra rotation.
            excused = extra && !self.departed.contains(&to);
            self.sealed_at.insert(to, answered.step);
        }
        let nonce = matches!(output.effect, Effect::PostNonce { .. });
        let early = nonce && self.nonces.posted(output.at_ms);
        if self.take(answered, output, now, same) || excused {
            if nonce {
                self.nonces.matched();
            }
            return;
        }
        if nonce && self.rules.contains(Rule::NonceRenewed) && !early {
            self.nonces.unexpected();
            self.moved = true;
            return;
        }
        let rule = if early { Rule::NonceRenewed } else { answered.rule };
        self.find(answered, Aspect::Outcome, rule, "no such output", &told(output));
    }

    /// An output of this step that did not come.
    fn missing(&mut self, answered: &Answered<'_>, missing: &Now) {
        let covered = |beat: Beat| self.led.last.is_some_and(|(last, _)| last.v >= beat.v);
        let rule = match missing.beat {
            // It may come a little later: that a leader falls silent is found by the time.
            Some((_, News::Nothing)) => None,
            Some((beat, News::List)) if covered(beat) => None,
            Some((_, News::List)) => Some(Rule::BeatOnChange),
            // So may a nonce.
            None if self.may_wait(answered, &missing.output) => None,
            Some((_, News::Key)) | None => Some(answered.rule),
        };
        match rule {
            None => {
                if missing.beat.is_none() {
                    self.nonces.missing(missing.output.at_ms);
                }
                self.moved = true;
            }
            Some(rule) => {
                let wanted = told(&missing.output);
                self.find(answered, Aspect::Outcome, rule, &wanted, "nothing");
            }
        }
    }

    /// Whether an output is a nonce that may come a little later, or came a little earlier.
    fn may_wait(&self, answered: &Answered<'_>, output: &Output) -> bool {
        matches!(output.effect, Effect::PostNonce { .. })
            && answered.time_passed
            && self.rules.contains(Rule::NonceRenewed)
    }

    /// A heartbeat that comes too long after the one before it.
    fn late_beat(&mut self, answered: &Answered<'_>, output: &Output) {
        let Some((_, last_ms)) = self.led.last else { return };
        if output.at_ms.saturating_sub(last_ms) > self.heartbeat_ms_max {
            self.find_silence(answered, last_ms, &told(output));
        }
    }

    /// A leader that has said nothing for too long.
    fn silent(&mut self, answered: &Answered<'_>, now_ms: u64) {
        let Some((last, last_ms)) = self.led.last else { return };
        if now_ms.saturating_sub(last_ms) > self.heartbeat_ms_max {
            self.find_silence(answered, last_ms, "nothing");
            self.led.last = Some((last, answered.now_ms));
        }
    }

    fn find_silence(&mut self, answered: &Answered<'_>, last_ms: u64, got: &str) {
        if self.rules.contains(Rule::BeatInTime) {
            let wanted =
                format!("a heartbeat at {} ms at the latest", last_ms + self.heartbeat_ms_max);
            self.find(answered, Aspect::Outcome, Rule::BeatInTime, &wanted, got);
        }
    }

    /// Whether nothing was found so far.
    #[must_use]
    pub fn is_content(&self) -> bool {
        self.findings.is_empty() && self.due.is_empty()
    }

    /// From here on the other parties are live.
    pub fn go_live(&mut self) {
        self.live = true;
    }

    /// The same case from the start, in another session; what was found stays.
    pub fn begin_again(&mut self) {
        self.due.clear();
        self.news.clear();
        self.foreseen = None;
        self.joined();
    }

    /// Notes something found by other means.
    pub fn note(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Whether the class is as expected, so that the outputs are worth looking at.
    fn class(&mut self, answered: &Answered<'_>) -> bool {
        let (expected, got) = (answered.expected.class, answered.response.class);
        let rule = answered.rule;
        let code = answered.response.code.as_deref();
        if expected == got {
            let wanted = answered.expected.rule.map(Rule::id);
            let refused = !matches!(got, Class::Accept | Class::BadRequest);
            if refused && answered.maps_codes && wanted.is_some() && code != wanted {
                let got = code.unwrap_or("no code").to_owned();
                let wanted = format!("code {}", wanted.unwrap_or_default());
                self.find(answered, Aspect::Code, rule, &wanted, &got);
            }
            return true;
        }
        // What is not for a client may be refused as wrong, never the reverse.
        let aspect = if got.is_unable() {
            Aspect::Unable
        } else if expected.leaves_as_it_was() && got.is_refusal() {
            Aspect::RefusalClass
        } else {
            Aspect::Outcome
        };
        let got = match (code, &answered.response.detail) {
            (Some(code), _) => format!("{} ({code})", got.word()),
            (None, Some(detail)) => {
                format!("{} ({})", got.word(), crate::process::excerpt(detail.as_bytes()))
            }
            (None, None) => got.word().to_owned(),
        };
        self.find(answered, aspect, rule, expected.word(), &got);
        aspect == Aspect::RefusalClass
    }

    /// Who is no longer listed: a key sealed to them is no matter of an extra rotation.
    pub fn listing(&mut self, user_id: &str, hardware_id: &str, listed: bool) {
        let device = (user_id.to_owned(), hardware_id.to_owned());
        if listed {
            self.departed.remove(&device);
        } else {
            self.departed.insert(device);
        }
    }

    /// Whether the client has rotated more or less often than the reference. From then on numbers
    /// and keys differ, and are judged by meaning.
    #[must_use]
    pub fn is_shifted(&self) -> bool {
        self.shifted
    }

    /// Whether the client has sent other heartbeats than the reference, or rotated otherwise: the
    /// recorded bytes say nothing any more, and the case is run live.
    #[must_use]
    pub fn is_moved(&self) -> bool {
        self.shifted || self.moved
    }

    fn find(
        &mut self,
        answered: &Answered<'_>,
        aspect: Aspect,
        rule: Rule,
        expected: &str,
        got: &str,
    ) {
        if self.is_moved() && !self.live {
            return;
        }
        self.shifted |= matches!(rule, Rule::RotationThrottled | Rule::RotateOnJoin);
        self.findings.push(Finding {
            step: answered.step,
            input: answered.input.to_owned(),
            aspect,
            rule,
            field: None,
            expected: expected.to_owned(),
            got: got.to_owned(),
        });
    }
}

fn is_sealed_key(effect: &Effect) -> bool {
    matches!(effect, Effect::PostSealedKey { .. })
}

/// Whether two effects are the same but for the number of the key and what depends on it.
fn alike_but_for_numbers(one: &Effect, other: &Effect) -> bool {
    match (one, other) {
        (
            Effect::PostSealedKey { user_id, hardware_id, .. },
            Effect::PostSealedKey { user_id: user, hardware_id: device, .. },
        ) => user_id == user && hardware_id == device,
        (Effect::Transmit { stream, .. }, Effect::Transmit { stream: other, .. }) => {
            stream == other
        }
        (
            Effect::Render { from, hardware_id, stream, plaintext, mk_seq: _ },
            Effect::Render {
                from: user, hardware_id: device, stream: other, plaintext: heard, ..
            },
        ) => (from, hardware_id, stream, plaintext) == (user, device, other, heard),
        (one, other) => one == other,
    }
}
