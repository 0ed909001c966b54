//! Running one case against one client.

use std::collections::BTreeMap;

use conclave_spec::{Profile, Rule};

use crate::{
    case::{Case, CaseSession, CaseStep},
    judge::{Answered, Judge},
    player::{Fault, Player},
    protocol::{
        Answer, Effect, Hello, Input, Observed, Randomness, RandomnessClass, Request, Response,
    },
    verdict::{Aspect, CaseReport, Finding, Mode, Verdict},
};

mod applies;
mod blame;
mod ended;
mod given;
mod peers;
mod timers;
mod transcript;
mod words;

pub use applies::not_applicable;
pub use timers::Moment;
pub use words::told;

use blame::{before_rotation, rule_of, seen_fields};
use ended::{Stop, concluded};
use given::{Translate, natural, tape};
use transcript::Transcript;

/// More moments than any honest client has between two steps of a case.
const MOMENTS_MAX: usize = 1_000;

/// A client under test and the line to it.
pub struct Bench<'p> {
    /// Who answers.
    pub player: &'p mut dyn Player,
    /// What it said about itself.
    pub hello: &'p Hello,
    /// The next request's number.
    pub next_id: u64,
}

/// A case being run.
struct Run<'b, 'p> {
    bench: &'b mut Bench<'p>,
    case: &'b Case,
    mode: Mode,
    judge: Judge,
    drawn: Vec<String>,
    now_ms: u64,
    deadline_ms: Option<u64>,
    moments: &'b [Moment],
    steps: usize,
    transcript: Transcript,
}

impl std::fmt::Debug for Bench<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bench").field("hello", self.hello).finish_non_exhaustive()
    }
}

/// Runs a case in a mode the client declared, and judges it.
pub fn run(bench: &mut Bench<'_>, case: &Case, mode: Mode) -> (CaseReport, Option<Fault>) {
    watched(bench, case, mode, &[])
}

/// As [`run`], with what is known of the moment after each step.
pub fn watched(
    bench: &mut Bench<'_>,
    case: &Case,
    mode: Mode,
    moments: &[Moment],
) -> (CaseReport, Option<Fault>) {
    let mut report = CaseReport::of(case, mode, Verdict::Pass);
    if let Some(why) = not_applicable(case, mode, bench.hello) {
        report.verdict = Verdict::NotApplicable;
        report.note = Some(why);
        return (report, None);
    }
    let mut run = Run {
        bench,
        case,
        mode,
        judge: Judge::new(&followed(case)),
        drawn: Vec::new(),
        now_ms: 0,
        deadline_ms: None,
        moments,
        steps: 0,
        transcript: Transcript::default(),
    };
    let stop = match &case.session {
        None => run.compute(),
        Some(session) => run.session(session),
    };
    report.steps = run.steps;
    report.findings = run.judge.close();
    let transcript = run.transcript;
    let fault = concluded(&mut report, stop);
    if report.verdict != Verdict::Pass {
        report.transcript = transcript.kept();
    }
    (report, fault)
}

impl Run<'_, '_> {
    fn rule(&self) -> Rule {
        self.case.rules.first().copied().unwrap_or(Rule::EncodingCanonical)
    }

    /// The rule whose absence makes a client take what this case refuses.
    fn refuses_for(&self) -> Option<Rule> {
        let decisive = |pair: &&crate::case::Pair| pair.side == crate::case::Side::Decisive;
        let pair = self.case.pairs.iter().find(decisive).map(|pair| pair.rule);
        pair.or_else(|| {
            Some(self.rule()).filter(|rule| rule.kind() == conclave_spec::Kind::Erasure)
        })
    }

    /// The rule a step turns on.
    fn rule_at(&self, step: &CaseStep) -> Rule {
        if step.expect.class.leaves_as_it_was()
            && let Some(rule) = self.refuses_for()
        {
            return rule;
        }
        step.expect.rule.or_else(|| rule_of(&step.input)).unwrap_or_else(|| self.rule())
    }

    fn compute(&mut self) -> Result<(), Stop> {
        for (at, step) in self.case.steps.iter().enumerate() {
            let response = self.ask(None, step.input.clone())?;
            self.hear(at + 1, step, &response, &|one, other| one == other)?;
            if response.class == crate::protocol::Class::Accept {
                let got = match response.result {
                    Some(Answer::Computed(outputs)) => outputs,
                    _ => BTreeMap::new(),
                };
                let wanted = step.expect.computed.clone().unwrap_or_default();
                self.compare_maps(at + 1, step, &wanted, &got);
            }
        }
        Ok(())
    }

    fn compare_maps(
        &mut self,
        step_no: usize,
        step: &CaseStep,
        wanted: &BTreeMap<String, String>,
        got: &BTreeMap<String, String>,
    ) {
        for name in wanted.keys().chain(got.keys().filter(|name| !wanted.contains_key(*name))) {
            let (wanted, got) = (wanted.get(name), got.get(name));
            if wanted != got {
                let told = |value: Option<&String>| {
                    let value = value.map_or("nothing", String::as_str);
                    let name = crate::process::excerpt(name.as_bytes());
                    format!("{name} = {}", crate::process::excerpt(value.as_bytes()))
                };
                let field = crate::process::excerpt(name.as_bytes());
                self.find(step_no, step, Some(field), [&told(wanted), &told(got)]);
            }
        }
    }

    fn find(
        &mut self,
        step: usize,
        case_step: &CaseStep,
        field: Option<String>,
        [expected, got]: [&str; 2],
    ) {
        let rule = self.rule_at(case_step);
        self.judge.note(Finding {
            step,
            input: told(&case_step.input),
            aspect: Aspect::Outcome,
            rule,
            field,
            expected: expected.to_owned(),
            got: got.to_owned(),
        });
    }

    fn session(&mut self, session: &CaseSession) -> Result<(), Stop> {
        let name = format!("{}-{}", session.plays, self.bench.next_id);
        let opened = self.ask(Some(&name), self.open(session))?;
        let Some(Answer::Opened(opened)) = opened.result else {
            return Err(Stop::Fault(Fault::Protocol {
                op: "open".to_owned(),
                reason: format!("refused to open a session: {}", opened.class.word()),
            }));
        };
        let played = if self.mode.is_opaque() {
            self.live(session, &name, &opened.ivk).map(|()| true)
        } else {
            self.recorded(session, &name)
        };
        if !matches!(played, Err(Stop::Fault(_))) {
            self.close(&name)?;
        }
        // Judged by meaning what the vector cannot compare any more, where that can be.
        if played? || applies::needs_own_secrets(session) {
            Ok(())
        } else {
            self.live_again(session)
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Stop> {
        let closed = self.ask(Some(name), Input::Close {})?;
        if closed.class == crate::protocol::Class::Accept {
            return Ok(());
        }
        Err(Stop::Fault(Fault::Protocol {
            op: "close".to_owned(),
            reason: format!("answered {}", closed.class.word()),
        }))
    }

    fn open(&self, session: &CaseSession) -> Input {
        let declared = |key: &String| self.bench.hello.policies.contains_key(key);
        let policies = self.case.policies.iter().filter(|(key, _)| declared(key));
        Input::Open {
            profile: session.profile.clone(),
            user_id: session.user_id.clone(),
            hardware_id: session.hardware_id.clone(),
            randomness: match self.mode.randomness {
                RandomnessClass::Tape => Randomness::Tape { draws: tape(session) },
                RandomnessClass::Seeded => Randomness::Seeded { seed: session.seed.clone() },
                RandomnessClass::Opaque => Randomness::Opaque {},
            },
            codec: self.mode.codec,
            policies: policies.map(|(key, value)| (key.clone(), value.clone())).collect(),
        }
    }

    /// Every byte known beforehand: the steps as they stand in the vector. Says whether they stood
    /// to the end.
    fn recorded(&mut self, session: &CaseSession, name: &str) -> Result<bool, Stop> {
        let rules = profile(session)?.rules;
        let translate = Translate { rules, to: self.mode.codec };
        let mut steps = self.case.steps.clone();
        for (at, step) in steps.iter_mut().enumerate() {
            for output in &mut step.expect.outputs {
                output.effect = translate.effect(&output.effect)?;
            }
            self.judge.foresee(at + 1, step);
        }
        for (at, step) in steps.into_iter().enumerate() {
            let input = translate.input(&step.input)?;
            let step_no = at + 1;
            let response = self.give(name, step_no, &step, input)?;
            self.hear(step_no, &step, &response, &|one, other| one == other)?;
            if let Some(wanted) = &step.expect.observed {
                self.observed(step_no, &step, wanted, &response);
            }
            self.timer(step_no, &step, &response);
            // The vector says nothing about what follows other heartbeats or rotations.
            if self.judge.is_moved() {
                return Ok(false);
            }
        }
        if self.judge.is_content() {
            self.compare_draws(session);
        }
        Ok(true)
    }

    fn observed(&mut self, at: usize, step: &CaseStep, wanted: &Observed, response: &Response) {
        let got = match &response.result {
            Some(Answer::Observed(observed)) => observed.clone(),
            _ => {
                let told = ["what the user sees", "no answer to observe"];
                return self.find(at, step, None, told);
            }
        };
        let before = self.judge.owes_rotation(at).then(|| before_rotation(wanted, &got));
        let wanted = self.with_free_use(at, before.as_ref().unwrap_or(wanted), &got);
        if got == wanted {
            return;
        }
        let shifted = self.judge.is_shifted();
        for (name, rule, wanted, got) in seen_fields(&wanted, &got, self.rule(), shifted) {
            if wanted != got {
                self.judge.note(Finding {
                    step: at,
                    input: told(&step.input),
                    aspect: Aspect::Outcome,
                    rule: step.expect.rule.unwrap_or(rule),
                    field: Some(name.to_owned()),
                    expected: format!("{name}: {wanted}"),
                    got: crate::process::excerpt(format!("{name}: {got}").as_bytes()),
                });
            }
        }
    }

    /// All draws of the case, in order for each purpose.
    fn compare_draws(&mut self, session: &CaseSession) {
        let wanted: Vec<String> = session
            .draws
            .iter()
            .flat_map(|(label, values)| (0..values.len()).map(move |at| format!("{label}/{at}")))
            .collect();
        let mut got = self.drawn.clone();
        got.sort_by_key(|name| natural(name));
        let mut sorted = wanted;
        sorted.sort_by_key(|name| natural(name));
        if sorted != got {
            let rule = self.rule();
            self.judge.note(Finding {
                step: self.steps,
                input: "the whole case".to_owned(),
                aspect: Aspect::Drawn,
                rule,
                field: None,
                expected: sorted.join(" "),
                got: crate::process::excerpt(got.join(" ").as_bytes()),
            });
        }
    }

    /// Gives the client a step; before and after one it must refuse, asks what the user sees.
    fn give(
        &mut self,
        name: &str,
        at: usize,
        step: &CaseStep,
        input: Input,
    ) -> Result<Response, Stop> {
        if let Input::Advance { to_ms } = input {
            return self.advance(name, to_ms);
        }
        let refusal = step.expect.class.leaves_as_it_was();
        let before = if refusal { self.look(name, at, step)? } else { None };
        let response = self.ask(Some(name), input)?;
        if refusal && response.class.leaves_as_it_was() {
            let after = self.look(name, at, step)?;
            if before != after || after.is_none() {
                let told = ["a refusal that changes nothing", "what the user sees changed"];
                self.find(at, step, None, told);
            }
            if !response.outputs.is_empty() {
                let told = ["a refusal without outputs", "outputs beside the refusal"];
                self.find(at, step, None, told);
            }
        }
        Ok(response)
    }

    fn look(&mut self, name: &str, at: usize, step: &CaseStep) -> Result<Option<Observed>, Stop> {
        let response = self.ask(Some(name), Input::Observe {})?;
        if response.class.is_unable() {
            self.judge.note(Finding {
                step: at,
                input: "observe".to_owned(),
                aspect: Aspect::Unable,
                rule: self.rule_at(step),
                field: None,
                expected: "what the user sees".to_owned(),
                got: response.class.word().to_owned(),
            });
            return Err(Stop::Unable);
        }
        Ok(match response.result {
            Some(Answer::Observed(observed)) => Some(observed),
            _ => None,
        })
    }

    /// Time passes, never over a moment at which the client acts by itself.
    fn advance(&mut self, name: &str, to_ms: u64) -> Result<Response, Stop> {
        let mut outputs = Vec::new();
        for _ in 0..MOMENTS_MAX {
            let moment = self.deadline_ms.map_or(to_ms, |due| due.min(to_ms)).max(self.now_ms);
            let mut response = self.ask(Some(name), Input::Advance { to_ms: moment })?;
            let stuck = response.deadline_ms.is_some_and(|due| due <= moment);
            if stuck {
                return Err(Stop::Fault(Fault::Protocol {
                    op: "advance".to_owned(),
                    reason: format!("at {moment} ms the next deadline must lie later"),
                }));
            }
            self.now_ms = moment;
            outputs.append(&mut response.outputs);
            if moment == to_ms || response.class != crate::protocol::Class::Accept {
                return Ok(Response { outputs, ..response });
            }
        }
        Err(Stop::Fault(Fault::Protocol {
            op: "advance".to_owned(),
            reason: format!("more than {MOMENTS_MAX} deadlines before {to_ms} ms"),
        }))
    }

    fn ask(&mut self, session: Option<&str>, input: Input) -> Result<Response, Stop> {
        let id = self.bench.next_id;
        self.bench.next_id += 1;
        self.steps += 1;
        let request = Request {
            id,
            session: session.map(ToOwned::to_owned),
            case: Some(self.case.id.clone()),
            input,
        };
        self.transcript.asked(&request.input);
        let response = self.bench.player.ask(&request)?;
        self.transcript.answered(&response);
        self.check_moments(&request.input, &response)?;
        self.drawn.extend(response.drawn.iter().cloned());
        self.deadline_ms = response.deadline_ms;
        Ok(response)
    }

    /// What a client does, it does now; while time passes, between then and now, in order.
    fn check_moments(&self, input: &Input, response: &Response) -> Result<(), Stop> {
        let to_ms = if let Input::Advance { to_ms } = input { *to_ms } else { self.now_ms };
        let mut earliest = self.now_ms;
        for output in &response.outputs {
            if !(earliest..=to_ms).contains(&output.at_ms) {
                return Err(Stop::Fault(Fault::Protocol {
                    op: told(input),
                    reason: format!(
                        "an output at {} ms, where only {earliest} to {to_ms} ms is possible",
                        output.at_ms
                    ),
                }));
            }
            earliest = output.at_ms;
        }
        Ok(())
    }

    fn hear(
        &mut self,
        step: usize,
        case_step: &CaseStep,
        response: &Response,
        same: &dyn Fn(&Effect, &Effect) -> bool,
    ) -> Result<(), Stop> {
        if let Input::Join { .. } = &case_step.input
            && case_step.expect.class == crate::protocol::Class::Accept
        {
            self.judge.joined();
        }
        if response.class == crate::protocol::Class::Accept {
            self.listing(step, &case_step.input);
        }
        let answered = Answered {
            step,
            input: &told(&case_step.input),
            expected: &case_step.expect,
            response,
            rule: self.rule_at(case_step),
            now_ms: self.now_ms,
            time_passed: matches!(case_step.input, Input::Advance { .. }),
            maps_codes: self.bench.hello.maps_codes,
        };
        self.judge.hear(&answered, same);
        if response.class.is_unable() { Err(Stop::Unable) } else { Ok(()) }
    }
}

/// The profile the client follows in a case; for a formula, which belongs to none, any.
fn followed(case: &Case) -> Profile {
    let session = case.session.as_ref();
    session.and_then(|it| Profile::by_id(&it.profile)).unwrap_or_else(Profile::zoom_4_6)
}

fn profile(session: &CaseSession) -> Result<Profile, Stop> {
    Profile::by_id(&session.profile)
        .ok_or_else(|| Stop::Script(format!("no profile {:?}", session.profile)))
}
