//! From scripts to cases: plays a draft with the reference, notes the bytes, and refuses a draft
//! that the reference does not bear out.

use std::collections::BTreeMap;

use conclave_model::{
    algebra::{Bytes, Draw},
    machine::StepError,
    message::{Role, Seat},
    script::{Act, Expect, ExpectedClass, Script, ScriptStep},
    stage::{Given, Reply, Stage, StageError},
};
use conclave_spec::{Octets, Profile, Rule, RuleSet, rules::Area};
use sha2::{Digest as _, Sha256};

use crate::{
    case::{Case, CaseResult, CaseSession, CaseStep, Expected, SCHEMA, VectorFile},
    cases::{self, Draft, FormulaDraft},
    compute::{self, Refused},
    exchange::Exchange,
    policies,
    protocol::{Class, Codec, Hex, Input, Output},
    reference,
};

mod anew;
mod chosen;
mod damage;

pub use anew::{Anew, anew};
pub use chosen::{Under, cases_under};
pub use damage::damage;

/// A draft that does not say what the reference does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The script cannot be played.
    #[error("{case}, step {step}: {error}")]
    Script {
        /// The case.
        case: String,
        /// The step, from 1.
        step: usize,
        /// What is wrong.
        error: StageError,
    },
    /// The reference has no such policy.
    #[error("{case}: {reason}")]
    Policy {
        /// The case.
        case: String,
        /// What is wrong.
        reason: String,
    },
    /// More than one draft of a profile cannot be recorded.
    #[error("{} cases cannot be recorded:\n{}", .0.len(), .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<Self>),
    /// The reference does something else than the draft says.
    #[error("{case}, step {step}: the draft expects {expected}, the reference gives {got}")]
    Differs {
        /// The case.
        case: String,
        /// The step, from 1.
        step: usize,
        /// What the draft says.
        expected: String,
        /// What the reference does.
        got: String,
    },
}

/// Every vector file of this release, in order: a file for each area of each profile that has
/// cases there.
///
/// # Errors
/// A draft and the reference disagree.
pub fn files() -> Result<Vec<(String, VectorFile)>, RecordError> {
    let mut files = Vec::new();
    let mut recorded: BTreeMap<String, Case> = BTreeMap::new();
    let profiles = Profile::all();
    // Each profile on its own thread: a recording depends on nothing but its draft.
    let by_profile: Vec<_> = std::thread::scope(|scope| {
        let begun: Vec<_> =
            profiles.iter().map(|profile| scope.spawn(|| recorded_of(profile))).collect();
        begun.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    for (profile, cases) in profiles.into_iter().zip(by_profile) {
        let cases = cases.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        for area in Area::ALL.map(Area::word) {
            let (mut own, mut same) = (Vec::new(), Vec::new());
            for case in cases.iter().filter(|case| case.area() == area) {
                match of_parent(case, &profile, &recorded) {
                    Some(parent) => same.push(parent.id.clone()),
                    None => own.push(case.clone()),
                }
            }
            let file = file(area, profile.id, profile.digest(), own);
            let name = format!("scenarios/{}/{area}.json", profile.id);
            files.push((name, VectorFile { same, ..file }));
        }
        recorded.extend(cases.into_iter().map(|case| (case.id.clone(), case)));
    }
    files.extend(formula_files()?);
    files.retain(|(_, file)| file.count > 0 || !file.same.is_empty());
    Ok(files)
}

/// The cases of a profile, or everything that is wrong with its drafts.
fn recorded_of(profile: &Profile) -> Result<Vec<Case>, RecordError> {
    let (mut cases, mut wrong) = (Vec::new(), Vec::new());
    for draft in cases::drafts(profile) {
        match record(&draft, profile, profile) {
            Ok(case) => cases.push(case),
            Err(error) => wrong.push(error),
        }
    }
    match wrong.pop() {
        None => Ok(cases),
        Some(error) if wrong.is_empty() => Err(error),
        Some(error) => {
            wrong.push(error);
            Err(RecordError::Several(wrong))
        }
    }
}

/// The case of the parent profile that a case is, but for the profile's name.
fn of_parent<'r>(
    case: &Case,
    profile: &Profile,
    recorded: &'r BTreeMap<String, Case>,
) -> Option<&'r Case> {
    let parent = recorded.get(&case.under(profile.parent?).id)?;
    (parent.under(profile.id) == *case).then_some(parent)
}

fn formula_files() -> Result<Vec<(String, VectorFile)>, RecordError> {
    let rules = compute::rules();
    let formulas: Result<Vec<_>, _> =
        cases::formula_drafts(rules).iter().map(|draft| record_formula(draft, rules)).collect();
    let formulas = formulas?;
    let digest = Profile { rules, ..Profile::zoom_4_6() }.digest();
    let of_area = |area: &'static str| {
        let cases = formulas.iter().filter(|case| case.area() == area).cloned().collect();
        (format!("bytes/{area}.json"), file(area, FORMULAS, digest.clone(), cases))
    };
    Ok(Area::ALL.map(Area::word).map(of_area).into())
}

/// The profile name of cases that belong to none.
pub const FORMULAS: &str = "formulas";

fn file(area: &str, profile: &str, profile_digest: String, cases: Vec<Case>) -> VectorFile {
    VectorFile {
        schema: SCHEMA.to_owned(),
        area: area.to_owned(),
        profile: profile.to_owned(),
        profile_digest,
        count: cases.len(),
        cases,
        same: Vec::new(),
    }
}

/// Records a draft in a world where everybody follows `world`; the expected classes are those of
/// the draft, which must be what the reference does when `world` is the profile itself.
///
/// # Errors
/// The script cannot be played, or the reference disagrees in the world of the profile.
pub fn record(draft: &Draft, profile: &Profile, world: &Profile) -> Result<Case, RecordError> {
    let algebra = Bytes::seeded(seed_of(draft));
    let mut recording = Recording::new(draft, profile, world, &algebra)?;
    for (step, step_no) in draft.script.steps.iter().zip(1..) {
        let at = recording.at(step_no);
        let (input, reply) = play(&mut recording.stage, step).map_err(at)?;
        let got = class_of(step, &reply);
        let borne_out = expected_class(step.expect.class) == got.0
            && (got.0 == Class::Accept || step.expect.rule == got.1);
        if world.rules == profile.rules && !borne_out {
            return Err(RecordError::Differs {
                case: recording.id,
                step: step_no,
                expected: describe(expected_class(step.expect.class), step.expect.rule),
                got: format!("{} ({:?})", describe(got.0, got.1), reply.outcome),
            });
        }
        recording.note(step, input, &reply).map_err(recording.at(step_no))?;
    }
    Ok(recording.case(draft.script.clone()))
}

/// A draft on its way to a case.
struct Recording<'a> {
    draft: &'a Draft,
    profile: &'a Profile,
    id: String,
    stage: Stage<'a, Bytes>,
    drawn: Vec<Draw>,
    steps: Vec<CaseStep>,
}

impl<'a> Recording<'a> {
    fn new(
        draft: &'a Draft,
        profile: &'a Profile,
        world: &Profile,
        algebra: &'a Bytes,
    ) -> Result<Self, RecordError> {
        let id = format!("{}/{}/{}", profile.id, draft.area, draft.name);
        let stage = staged(draft, &id, algebra, world)?;
        let drawn = vec![identity(&draft.plays)];
        Ok(Self { draft, profile, id, stage, drawn, steps: Vec::new() })
    }

    fn at(&self, step: usize) -> impl FnOnce(StageError) -> RecordError + use<> {
        let case = self.id.clone();
        move |error| RecordError::Script { case, step, error }
    }

    /// Notes a step that was played, if it is one of the client under test.
    fn note(
        &mut self,
        step: &ScriptStep,
        input: Input,
        reply: &Reply<Octets>,
    ) -> Result<(), StageError> {
        if step.party != self.draft.plays {
            return Ok(());
        }
        self.drawn.extend(reply.drawn.iter().cloned());
        let actor = self.stage.actor(&step.party)?;
        let observed = matches!(step.act, Act::Observe {});
        let algebra = self.stage.algebra();
        let observed = observed.then(|| reference::observe(&actor.state, &actor.profile, algebra));
        let exchange = Exchange { codec: Codec::Bytes, rules: actor.profile.rules };
        self.steps.push(recorded(step, input, reply, observed, &exchange));
        Ok(())
    }

    /// The case, with the script that was played.
    fn case(self, script: Script) -> Case {
        let Self { draft, profile, id, stage, drawn, steps } = self;
        let algebra = stage.algebra();
        let actor = stage.actor(&draft.plays).ok();
        let seat = actor.map(|it| it.state.seat.clone()).unwrap_or_else(|| Seat::new("", ""));
        let follows = actor.map(|it| it.profile.id).unwrap_or_default();
        let (fallback, draws) = (Hex(Vec::new()), draws(algebra, &drawn));
        Case {
            result: result(draft, &steps),
            session: Some(CaseSession {
                plays: draft.plays.clone(),
                user_id: seat.user_id.clone(),
                hardware_id: seat.hardware_id.clone(),
                profile: follows.to_owned(),
                leads: leads(&draft.plays, &script, &seat),
                seed: algebra.party_seed(&draft.plays).map_or(fallback, |seed| Hex(seed.to_vec())),
                draws,
                script_seed: Hex(seed_of(draft).to_vec()),
                script,
            }),
            pairs: full_pairs(&draft.pairs, profile.id, draft.area),
            title: draft.title.clone(),
            rules: draft.rules.clone(),
            policies: draft.policies.clone(),
            intermediates: BTreeMap::new(),
            steps,
            id,
        }
    }
}

/// The seed of a draft: its own and not the profile's, so that two profiles differ in no byte that
/// the protocol does not make different.
fn seed_of(draft: &Draft) -> [u8; 32] {
    Sha256::digest(format!("case {}/{}", draft.area, draft.name)).into()
}

/// The parties of a draft before its first step, the one under test with its policies.
fn staged<'a>(
    draft: &Draft,
    id: &str,
    algebra: &'a Bytes,
    world: &Profile,
) -> Result<Stage<'a, Bytes>, RecordError> {
    let at_start = |error| RecordError::Script { case: id.to_owned(), step: 0, error };
    let mut stage = Stage::new(algebra, &draft.script.cast, world).map_err(at_start)?;
    let actor = stage.actor_mut(&draft.plays).map_err(at_start)?;
    (actor.profile, actor.policies) = policies::follow(actor.profile.clone(), &draft.policies)
        .map_err(|reason| RecordError::Policy { case: id.to_owned(), reason })?;
    Ok(stage)
}

/// Plays a step as it crosses the wire: a message of the model's own client, encoded, damaged
/// where the script says so, and decoded again.
///
/// # Errors
/// The script is at fault.
pub fn play(
    stage: &mut Stage<'_, Bytes>,
    step: &ScriptStep,
) -> Result<(Input, Reply<Octets>), StageError> {
    let rules = stage.actor(&step.party)?.profile.rules;
    let exchange = Exchange { codec: Codec::Bytes, rules };
    let given = stage.given(&step.act)?;
    let mut input = exchange.request(&given);
    let Some(edit) = &step.wire else {
        let reply = stage.give(&step.party, &given)?;
        return Ok((input, reply));
    };
    damage(&mut input, edit);
    let event = exchange.event(&input).ok().flatten();
    let event = event.ok_or(StageError::Misfit("only a delivered message has bytes"))?;
    let reply = stage.give(&step.party, &Given::Event(event))?;
    Ok((input, reply))
}

fn recorded(
    step: &ScriptStep,
    input: Input,
    reply: &Reply<Octets>,
    observed: Option<crate::protocol::Observed>,
    exchange: &Exchange,
) -> CaseStep {
    let outputs = reply
        .effects
        .iter()
        .map(|(at_ms, effect)| Output { at_ms: *at_ms, effect: exchange.effect(effect) })
        .collect();
    CaseStep {
        input,
        expect: Expected {
            class: expected_class(step.expect.class),
            rule: step.expect.rule,
            window: step.expect.window.clone(),
            outputs,
            observed,
            computed: None,
        },
    }
}

fn expected_class(class: ExpectedClass) -> Class {
    match class {
        ExpectedClass::Accept => Class::Accept,
        ExpectedClass::Reject => Class::Reject,
        ExpectedClass::Ignore => Class::Ignore,
        ExpectedClass::Pending => Class::Pending,
        ExpectedClass::Leave => Class::Leave,
        ExpectedClass::BadRequest => Class::BadRequest,
    }
}

/// The class and rule of a reply, as the reference adapter would answer.
pub(crate) fn class_of(step: &ScriptStep, reply: &Reply<Octets>) -> (Class, Option<Rule>) {
    let time_passes = matches!(step.act, Act::Advance { .. });
    match &reply.outcome {
        Ok(outcome) => reference::class_of(*outcome, time_passes),
        Err(StepError::Refused(reject)) => {
            (reference::class_of_refusal(reject.rule), Some(reject.rule))
        }
        Err(StepError::Misused(misuse)) if misuse.is_misfit() => {
            (Class::BadRequest, Some(Rule::RequestFits))
        }
        Err(StepError::Undrawn(_) | StepError::Misused(_)) => (Class::BadRequest, None),
    }
}

/// The class a vector can ask for; none where a client could not do something at all.
#[must_use]
pub(crate) const fn expectable(class: Class) -> Option<ExpectedClass> {
    Some(match class {
        Class::Accept => ExpectedClass::Accept,
        Class::Reject => ExpectedClass::Reject,
        Class::Ignore => ExpectedClass::Ignore,
        Class::Pending => ExpectedClass::Pending,
        Class::Leave => ExpectedClass::Leave,
        Class::BadRequest => ExpectedClass::BadRequest,
        Class::Unsupported | Class::Internal => return None,
    })
}

/// What a step with this reply is to come to, if its script makes sense there.
#[must_use]
pub(crate) fn coming(step: &ScriptStep, reply: &Reply<Octets>) -> Option<Expect> {
    let (class, rule) = class_of(step, reply);
    let class = expectable(class).filter(|_| rule.is_some() || class == Class::Accept)?;
    Some(Expect { class, rule, window: None })
}

fn describe(class: Class, rule: Option<Rule>) -> String {
    match rule {
        Some(rule) => format!("{} {}", class.word(), rule.id()),
        None => class.word().to_owned(),
    }
}

fn identity(party: &str) -> Draw {
    use conclave_model::algebra::Purpose;
    Draw { party: party.to_owned(), purpose: Purpose::Identity, count: 0 }
}

fn draws(algebra: &Bytes, drawn: &[Draw]) -> BTreeMap<String, Vec<Hex>> {
    use conclave_model::Algebra as _;
    let mut lists: BTreeMap<String, Vec<Hex>> = BTreeMap::new();
    for draw in drawn {
        let value = algebra.draw(draw).unwrap_or_default();
        let list = lists.entry(draw.purpose.label().to_owned()).or_default();
        list.push(Hex(value.into_vec()));
    }
    lists
}

fn leads(plays: &str, script: &Script, own: &Seat) -> bool {
    script.steps.iter().filter(|step| step.party == plays).any(|step| {
        let joins = matches!(step.act, Act::Join { role: Role::Leader, .. });
        joins || matches!(&step.act, Act::LeaderNamed { seat, .. } if seat == own)
    })
}

/// The class of the last step that turns on a rule.
fn result(draft: &Draft, steps: &[CaseStep]) -> CaseResult {
    if !draft.policies.is_empty() {
        return CaseResult::Policy;
    }
    let decisive = steps.iter().rev().find(|step| step.expect.class != Class::Accept);
    match decisive.map(|step| step.expect.class) {
        Some(Class::Reject) => CaseResult::Reject,
        Some(Class::Ignore) => CaseResult::Ignore,
        Some(Class::Pending) => CaseResult::Pending,
        Some(Class::Leave) => CaseResult::Leave,
        Some(Class::BadRequest) => CaseResult::BadRequest,
        _ => CaseResult::Accept,
    }
}

fn full_pairs(pairs: &[crate::case::Pair], profile: &str, area: &str) -> Vec<crate::case::Pair> {
    let full = |pair: &crate::case::Pair| {
        let mut pair = pair.clone();
        pair.twin = format!("{profile}/{area}/{}", pair.twin);
        pair
    };
    pairs.iter().map(full).collect()
}

/// Records a formula case whose inputs were made under `world`.
///
/// # Errors
/// The reference disagrees in the world of the rules of formulas.
pub fn record_formula(draft: &FormulaDraft, world: RuleSet) -> Result<Case, RecordError> {
    let id = format!("{FORMULAS}/{}/{}", draft.area, draft.name);
    let got = compute::compute(world, draft.formula, &draft.inputs);
    let borne_out = match (&got, draft.refused_by) {
        (Ok(_), None) => true,
        (Err(Refused::By(rule)), Some(expected)) => *rule == expected,
        _ => false,
    };
    if world == compute::rules() && !borne_out {
        return Err(RecordError::Differs {
            case: id,
            step: 1,
            expected: draft.refused_by.map_or("a result".to_owned(), |rule| rule.id().to_owned()),
            got: format!("{got:?}"),
        });
    }
    let class = if draft.refused_by.is_some() { Class::Reject } else { Class::Accept };
    Ok(Case {
        title: draft.title.clone(),
        rules: draft.rules.clone(),
        pairs: full_pairs(&draft.pairs, FORMULAS, draft.area),
        result: if draft.refused_by.is_some() { CaseResult::Reject } else { CaseResult::Accept },
        policies: BTreeMap::new(),
        session: None,
        intermediates: compute::intermediates(world, draft.formula, &draft.inputs),
        steps: vec![CaseStep {
            input: Input::Compute {
                formula: draft.formula.to_owned(),
                inputs: draft.inputs.clone(),
            },
            expect: Expected {
                class,
                rule: draft.refused_by,
                window: None,
                outputs: Vec::new(),
                observed: None,
                computed: draft.refused_by.is_none().then(|| got.unwrap_or_default()),
            },
        }],
        id,
    })
}
