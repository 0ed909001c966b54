//! Holding what a client did against what it had to do.

use std::collections::BTreeSet;

use conclave_spec::Rule;

use crate::{
    case::Expected,
    protocol::{Class, Effect, Output, Response},
    verdict::{Aspect, Finding},
};

/// An output that may still come, within its window.
#[derive(Clone, Debug)]
struct Due {
    step: usize,
    output: Output,
    window: conclave_model::script::Window,
}

/// Judges the steps of one case.
#[derive(Debug, Default)]
pub struct Judge {
    due: Vec<Due>,
    findings: Vec<Finding>,
    signaled: u32,
    departed: BTreeSet<(String, String)>,
    shifted: bool,
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

impl Judge {
    /// What a step to come allows at any moment of a window, before its turn or after it.
    pub fn foresee(&mut self, step: usize, expected: &Expected) {
        let Some(window) = &expected.window else { return };
        let due = |output: &Output| Due { step, output: output.clone(), window: window.clone() };
        self.due.extend(expected.outputs.iter().map(due));
    }

    /// The client is in a meeting of its own from here on: numbers begin anew.
    pub fn joined(&mut self) {
        self.signaled = 0;
        self.departed.clear();
    }

    /// Judges one answer. `same` says whether two effects are the same as far as the mode can tell.
    pub fn hear(&mut self, answered: &Answered<'_>, same: &dyn Fn(&Effect, &Effect) -> bool) {
        if !self.class(answered) {
            return;
        }
        let mut now = match &answered.expected.window {
            Some(_) => Vec::new(),
            None => answered.expected.outputs.clone(),
        };
        let mut extra = false;
        for output in &answered.response.outputs {
            let shifted = self.shifted;
            let same = |one: &Effect, other: &Effect| {
                same(one, other) || (shifted && alike_but_for_numbers(one, other))
            };
            let expected = self.output(answered, output, &mut now, &same);
            if !expected {
                let rule = self.blame(&output.effect, &mut extra).unwrap_or(answered.rule);
                self.find(answered, Aspect::Outcome, rule, "no such output", &told(output));
            }
            if let Effect::SignalRekey { mk_seq } = &output.effect {
                if expected && self.signaled.checked_add(1) != Some(*mk_seq) {
                    let wanted = "the next number";
                    self.find(answered, Aspect::Outcome, Rule::SeqByOne, wanted, &told(output));
                }
                self.signaled = *mk_seq;
            }
        }
        for missing in now {
            self.find(answered, Aspect::Outcome, answered.rule, &told(&missing), "nothing");
        }
        // While time passed to this moment, whatever belongs to it has happened.
        let passed = u64::from(answered.time_passed);
        self.overdue(answered, answered.now_ms.saturating_add(passed));
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
        self.signaled = 0;
        self.departed.clear();
    }

    /// Notes something found by other means.
    pub fn note(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// What was found, once every window still open has closed.
    #[must_use]
    pub fn close(mut self) -> Vec<Finding> {
        for due in std::mem::take(&mut self.due) {
            self.findings.push(late(&due));
        }
        self.findings
    }

    /// Whether the class is as expected, so that the outputs are worth looking at.
    fn class(&mut self, answered: &Answered<'_>) -> bool {
        let (expected, got) = (answered.expected.class, answered.response.class);
        let rule = answered.rule;
        let code = answered.response.code.as_deref();
        if expected == got {
            let wanted = answered.expected.rule.map(Rule::id);
            let refused = got != Class::Accept;
            if refused && answered.maps_codes && wanted.is_some() && code != wanted {
                let got = code.unwrap_or("no code").to_owned();
                let wanted = format!("code {}", wanted.unwrap_or_default());
                self.find(answered, Aspect::Code, rule, &wanted, &got);
            }
            return true;
        }
        let aspect = if expected.is_refusal() && got.is_refusal() {
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

    /// The rule behind an output nobody expects, where it is not that of the step: a leader may
    /// rotate at any time, but for the throttle, which only advises (2.3.1, 3.7.6).
    fn blame(&self, effect: &Effect, extra: &mut bool) -> Option<Rule> {
        if let Effect::SignalRekey { mk_seq } = effect {
            *extra = self.signaled.checked_add(1) == Some(*mk_seq);
            return Some(if *extra { Rule::RotationThrottled } else { Rule::SeqByOne });
        }
        let Effect::PostSealedKey { user_id, hardware_id, .. } = effect else { return None };
        let gone = self.departed.contains(&(user_id.clone(), hardware_id.clone()));
        (*extra && !gone).then_some(Rule::RotationThrottled)
    }

    /// Whether an output is one the case knows.
    fn output(
        &mut self,
        answered: &Answered<'_>,
        output: &Output,
        now: &mut Vec<Output>,
        same: &dyn Fn(&Effect, &Effect) -> bool,
    ) -> bool {
        let at_once = |expected: &Output| {
            expected.at_ms == output.at_ms && same(&expected.effect, &output.effect)
        };
        if let Some(place) = now.iter().position(at_once) {
            now.remove(place);
            return true;
        }
        let in_window = |due: &Due| {
            same(&due.output.effect, &output.effect)
                && (due.window.from_ms..=due.window.to_ms).contains(&output.at_ms)
        };
        if let Some(place) = self.due.iter().position(in_window) {
            self.due.remove(place);
            return true;
        }
        let other_moment = self.due.iter().position(|due| same(&due.output.effect, &output.effect));
        if let Some(place) = other_moment {
            let due = self.due.remove(place);
            let early = output.at_ms < due.window.from_ms;
            let rule = if early { due.window.early } else { due.window.late };
            self.find(answered, Aspect::Outcome, rule, &wanted(&due), &told(output));
            return true;
        }
        false
    }

    fn overdue(&mut self, answered: &Answered<'_>, now_ms: u64) {
        let (over, open) = std::mem::take(&mut self.due)
            .into_iter()
            .partition(|due: &Due| due.window.to_ms < now_ms);
        self.due = open;
        for due in &over {
            let mut finding = late(due);
            finding.step = answered.step;
            answered.input.clone_into(&mut finding.input);
            self.shifted |= finding.rule == Rule::RotateOnJoin;
            self.findings.push(finding);
        }
    }

    /// Whether the client has rotated more or less often than the reference, which is advice at
    /// most. From then on numbers and keys differ, and are judged by meaning.
    #[must_use]
    pub fn is_shifted(&self) -> bool {
        self.shifted
    }

    fn find(
        &mut self,
        answered: &Answered<'_>,
        aspect: Aspect,
        rule: Rule,
        expected: &str,
        got: &str,
    ) {
        // Recorded bytes say nothing any more once numbers differ; the case is then run live.
        let rule = if self.shifted && !self.live { Rule::RotationThrottled } else { rule };
        self.shifted |= matches!(rule, Rule::RotationThrottled | Rule::RotateOnJoin);
        self.findings.push(Finding {
            step: answered.step,
            input: answered.input.to_owned(),
            aspect,
            rule,
            expected: expected.to_owned(),
            got: got.to_owned(),
        });
    }
}

/// Whether two effects are the same but for the number of the key and what depends on it.
fn alike_but_for_numbers(one: &Effect, other: &Effect) -> bool {
    match (one, other) {
        (Effect::SignalRekey { .. }, Effect::SignalRekey { .. }) => true,
        (
            Effect::PostSealedKey { user_id, hardware_id, .. },
            Effect::PostSealedKey { user_id: user, hardware_id: device, .. },
        ) => user_id == user && hardware_id == device,
        (Effect::Transmit { stream, .. }, Effect::Transmit { stream: other, .. }) => {
            stream == other
        }
        (one, other) => one == other,
    }
}

fn late(due: &Due) -> Finding {
    Finding {
        step: due.step,
        input: "the end of the window".to_owned(),
        aspect: Aspect::Outcome,
        rule: due.window.late,
        expected: wanted(due),
        got: "nothing".to_owned(),
    }
}

fn wanted(due: &Due) -> String {
    let (from, to) = (due.window.from_ms, due.window.to_ms);
    format!("{}, or later up to {to} ms (not before {from} ms)", told(&due.output))
}

/// An output in a few words.
#[must_use]
pub fn told(output: &Output) -> String {
    let what = match &output.effect {
        Effect::PostAnnouncement { .. } => "an announcement".to_owned(),
        Effect::PostSealedKey { user_id, .. } => {
            format!("a key sealed to {}", crate::process::excerpt(user_id.as_bytes()))
        }
        Effect::SignalRekey { mk_seq } => format!("the signal of key {mk_seq}"),
        Effect::Transmit { stream, packet } => {
            let stream = crate::process::excerpt(stream.as_bytes());
            format!("a packet of {stream} {}", packet_told(packet))
        }
        Effect::Render { from, stream, mk_seq, plaintext } => {
            let text = String::from_utf8_lossy(&plaintext.0).into_owned();
            let (from, stream) = (
                crate::process::excerpt(from.as_bytes()),
                crate::process::excerpt(stream.as_bytes()),
            );
            format!(
                "{stream} of {from} under key {mk_seq}: {}",
                crate::process::excerpt(text.as_bytes())
            )
        }
        Effect::ShowSecurityCode { digits } => {
            format!("security code {}", crate::process::excerpt(digits.as_bytes()))
        }
        Effect::ShowLeft {} => "shows that it left".to_owned(),
    };
    format!("{what} at {} ms", output.at_ms)
}

fn packet_told(packet: &crate::protocol::Payload) -> String {
    match packet {
        crate::protocol::Payload::Bytes(bytes) => match bytes.0.first_chunk::<4>() {
            Some(number) => format!("under key {}", u32::from_be_bytes(*number)),
            None => "too short for a header".to_owned(),
        },
        crate::protocol::Payload::Fields(fields) => {
            let number = fields.get("mk_seq").map_or("none", String::as_str);
            format!("under key {}", crate::process::excerpt(number.as_bytes()))
        }
    }
}
