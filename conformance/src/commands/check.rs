//! `conclave check`: the conformance suite against one client.

use std::{
    io::Write,
    num::NonZeroUsize,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use conclave_spec::Rule;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Exit, report::Wanted};
use crate::{
    attacks,
    case::Case,
    player::{Fault, Player},
    policies::Chosen,
    process::{Launch, Limits},
    protocol::{Answer, Codec, Hello, Input, RandomnessClass, Request, VERSION},
    report::{
        self, Report, Subject,
        scope::{Budget, Scope, Shard},
        waivers,
    },
    vectors,
    verdict::{CaseReport, Mode},
};

pub(super) mod chosen;
mod places;
mod recorded;
mod waived;
pub(super) mod workers;

pub use waived::{Options as WaiverOptions, WaiversError};

use places::{Selected, find_lines, shuffled};
use recorded::Recorder;
use workers::{Adapter, Workers};

/// Fewer cases than this are not worth another copy of the adapter.
const CASES_PER_JOB: usize = 200;

/// The most copies where their number must not depend on the machine.
const COPIES_MAX: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// How many unknown names in `hello` are told one by one.
const NOTES_MAX: usize = 20;

/// The longest wait for the first answer, in milliseconds.
const START_MS_MAX: u64 = 5_000;

/// What to check.
#[derive(Debug)]
pub struct Options {
    /// The adapter.
    pub launch: Launch,
    /// The words of the command line that name the adapter, for replay lines.
    pub adapter_words: String,
    /// Only this profile.
    pub profile: Option<String>,
    /// Only cases whose identifier contains this, or that test this rule.
    pub only: Option<String>,
    /// Only this mode, such as `tape-bytes`.
    pub mode: Option<String>,
    /// The vector folder.
    pub vectors: Option<PathBuf>,
    /// Only this share of the cases.
    pub shard: Option<Shard>,
    /// Only as long as this.
    pub budget: Option<Budget>,
    /// Where to save each case once more, as a trace.
    pub record: Option<PathBuf>,
    /// What to write beside what is printed.
    pub wanted: Wanted,
    /// The failures somebody answers for.
    pub waivers: WaiverOptions,
    /// How long to wait for an answer, in milliseconds.
    pub answer_ms: Option<u64>,
    /// The known attacks instead of the vectors.
    pub attacks: bool,
    /// The policies the client is to follow, by key, with cases recorded for them.
    pub policies: Chosen,
    /// How many copies of the adapter answer at a time; without it, one for each core.
    pub jobs: Option<NonZeroUsize>,
}

/// Runs the suite.
pub fn check(options: &Options, out: &mut dyn Write) -> Exit {
    // Loading the cases counts.
    let until =
        options.budget.as_ref().and_then(|it| Instant::now().checked_add(it.time.duration()?));
    let (waivers, today) = match options.waivers.load() {
        Ok(waivers) => waivers,
        Err(error) => return Exit::attention(&error.to_string()),
    };
    let cases = match cases(options) {
        Ok(cases) => cases,
        Err(exit) => return exit,
    };
    let selected = match select(cases, options) {
        Ok(selected) => selected,
        Err(exit) => return exit,
    };
    let started = Instant::now();
    let report = match suite(options, &selected, until, out) {
        Ok(report) => report,
        Err(exit) => return exit,
    };
    let mut report = report;
    report.seconds = started.elapsed().as_secs_f64();
    report.scope = scope(options);
    waivers::apply(&mut report, &waivers, today);
    if let Err(error) = options.wanted.write(&report) {
        return Exit::harness(&error.to_string());
    }
    let _ = report::print(&report, out);
    report.exit()
}

/// What was asked for.
fn scope(options: &Options) -> Scope {
    let Options { attacks, profile, only, mode, shard, budget, .. } = options;
    let (profile, only, mode) = (profile.clone(), only.clone(), mode.clone());
    let budget = budget.clone();
    Scope { attacks: *attacks, profile, only, mode, shard: *shard, budget, parts: None }
}

/// The stored vectors, or the known attacks.
fn cases(options: &Options) -> Result<Vec<Case>, Exit> {
    if options.attacks {
        return attacks::cases(options.profile.as_deref())
            .map_err(|error| Exit::harness(&error.to_string()));
    }
    let folder = vectors::folder(options.vectors.as_deref());
    let profile = options.profile.as_deref().and_then(conclave_spec::Profile::by_id);
    vectors::load_of(&folder, profile.as_ref()).map_err(|error| Exit::harness(&error.to_string()))
}

/// How many copies of the adapter to run for so many cases.
fn jobs(wanted: Option<NonZeroUsize>, cases: usize) -> NonZeroUsize {
    let worth_it = NonZeroUsize::new(cases / CASES_PER_JOB).unwrap_or(NonZeroUsize::MIN);
    wanted.unwrap_or_else(|| {
        let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        cores.min(worth_it)
    })
}

/// How long to wait. The first answer includes starting up, which takes an interpreter longer than
/// any later answer.
pub(super) fn limits(answer_ms: Option<u64>) -> Limits {
    let limits = Limits { start_ms: START_MS_MAX, ..Limits::default() };
    match answer_ms {
        Some(answer_ms) => {
            let start_ms = answer_ms.saturating_mul(10).min(START_MS_MAX);
            // Whoever answers late ends late.
            let close_ms = limits.close_ms.max((answer_ms / 4).min(START_MS_MAX));
            Limits { start_ms, answer_ms, close_ms, ..limits }
        }
        None => limits,
    }
}

fn select(cases: Vec<Case>, options: &Options) -> Result<Selected, Exit> {
    if let Some(wanted) = &options.profile {
        let known: Vec<_> = conclave_spec::Profile::all().iter().map(|it| it.id).collect();
        if !known.contains(&wanted.as_str()) {
            return Err(super::no_such("profile", wanted, &known));
        }
    }
    let profile = |case: &Case| {
        options.profile.as_ref().is_none_or(|wanted| {
            case.session.as_ref().is_none_or(|session| session.profile == *wanted)
        })
    };
    let only = |case: &Case| {
        options.only.as_ref().is_none_or(|wanted| {
            case.id.contains(wanted) || case.rules.iter().any(|rule| rule.id() == wanted)
        })
    };
    let all = cases.len();
    let cases: Vec<_> = cases.into_iter().filter(|it| profile(it) && only(it)).collect();
    if cases.is_empty() {
        let only = options.only.as_deref().unwrap_or_default();
        let known: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        let near = super::near(only, &known);
        return Err(Exit::usage(&format!(
            "none of {all} cases matches --only {only:?}{near}\n  what to do: give a rule ID such as ROT-02, or part of a case identifier"
        )));
    }
    Ok(Selected::of(cases, |at| options.shard.is_none_or(|shard| shard.has(at))))
}

fn suite(
    options: &Options,
    selected: &Selected,
    until: Option<Instant>,
    out: &mut dyn Write,
) -> Result<Report, Exit> {
    let cases = &selected.cases[..];
    let limits = limits(options.answer_ms);
    let mut adapter = Adapter::new(options.launch.clone(), limits);
    let hello = match adapter.hello() {
        Ok(hello) => hello,
        Err(Fault::Start { program, reason }) => {
            return Err(Exit::usage(&format!(
                "cannot start the adapter {program:?}: {reason}\n  what to do: check the path after --adapter-cmd"
            )));
        }
        Err(fault) => {
            let mut report = Report::unanswered(&fault, &options.adapter_words);
            report.scope = scope(options);
            let _ = options.wanted.write(&report);
            let _ = report::print(&report, out);
            return Err(report.exit());
        }
    };
    let modes = wanted_modes(&hello, options.mode.as_ref())?;
    let chosen = match options.attacks {
        true => Chosen::new(),
        false => chosen::followed(&hello, &options.policies)?,
    };
    let (anew, left_out) = match modes.first() {
        Some(mode) if !chosen.is_empty() => chosen::recorded(&chosen, cases, *mode)?,
        _ => (Vec::new(), Vec::new()),
    };
    let cases = if chosen.is_empty() { cases } else { &anew };
    let recorder = options.record.as_deref().map(|folder| Recorder {
        launch: &options.launch,
        limits,
        hello: &hello,
        folder,
    });
    recorder.iter().try_for_each(Recorder::can)?;
    let subject = Subject {
        name: hello.name.clone(),
        version: hello.version.clone(),
        adapter: options.adapter_words.clone(),
        modes: modes.iter().map(|mode| mode.name()).collect(),
        policies: chosen,
        replay: None,
    };
    let mut plan = plan(&modes, cases);
    if let Some(budget) = &options.budget {
        plan = shuffled(plan, budget);
    }
    let bar = bar(plan.len());
    let workers = Workers { launch: &options.launch, limits, hello: &hello, bar: &bar, until };
    let (mut reports, faults) = workers.run(adapter, &plan, jobs(options.jobs, plan.len()));
    bar.finish_and_clear();
    recorder.iter().try_for_each(|recorder| recorder.record(cases, out))?;
    reports.extend(left_out);
    if let Some(fault) = faults.first() {
        reports.push(farewell(fault, modes.first().copied()));
    }
    let mut report = Report::new(subject, reports, cases);
    report.notes = unknown(&hello);
    selected.place(&mut report);
    find_lines(&mut report, &vectors::folder(options.vectors.as_deref()));
    Ok(report)
}

/// The verdict on each of these cases, in order. How many copies of the adapter answer depends on the
/// cases alone. How it ends when its input ends is not judged.
///
/// # Errors
/// The adapter does not even say who it is.
pub(crate) fn judged(
    launch: &Launch,
    limits: Limits,
    cases: &[Case],
    mode: Mode,
) -> Result<Vec<CaseReport>, Fault> {
    let mut adapter = Adapter::new(launch.clone(), limits);
    let hello = adapter.hello()?;
    let bar = ProgressBar::hidden();
    let plan: Vec<_> = cases.iter().map(|case| (mode, case)).collect();
    let workers = Workers { launch, limits, hello: &hello, bar: &bar, until: None };
    let copies = NonZeroUsize::new(plan.len() / CASES_PER_JOB).unwrap_or(NonZeroUsize::MIN);
    Ok(workers.run(adapter, &plan, copies.min(COPIES_MAX)).0)
}

/// Names in `hello` that this release does not know.
fn unknown(hello: &Hello) -> Vec<String> {
    let profiles: Vec<_> = conclave_spec::Profile::all().iter().map(|it| it.id).collect();
    let policies: Vec<_> = conclave_spec::readings::policies().collect();
    let policies_said: Vec<_> = hello.policies.keys().cloned().collect();
    let lists: [(&str, &[String], &[&str]); 3] = [
        ("profile", &hello.profiles, &profiles),
        ("formula", &hello.formulas, crate::compute::FORMULAS),
        ("policy", &policies_said, &policies),
    ];
    let mut notes = Vec::new();
    let mut more = 0;
    for (what, said, known) in lists {
        for name in said.iter().filter(|name| !known.contains(&name.as_str())) {
            if notes.len() >= NOTES_MAX {
                more += 1;
                continue;
            }
            let near = super::near(name, known);
            let name = crate::process::excerpt(name.as_bytes());
            notes.push(format!("hello declares the {what} {name:?}, unknown here{near}"));
        }
    }
    if more > 0 {
        notes.push(format!("hello declares {more} more names unknown here"));
    }
    notes
}

/// Every case in every mode; a formula has no session and so no mode, and once is enough.
fn plan<'c>(modes: &[Mode], cases: &'c [Case]) -> Vec<(Mode, &'c Case)> {
    let in_mode = |(at, mode): (usize, &Mode)| {
        let (mode, again) = (*mode, at > 0);
        let cases = cases.iter().filter(move |case| !again || case.session.is_some());
        cases.map(move |case| (mode, case)).collect::<Vec<_>>()
    };
    modes.iter().enumerate().flat_map(in_mode).collect()
}

/// The modes a client can be judged in: the strictest it declares, then each other way.
///
/// # Errors
/// It declares none.
pub fn modes(hello: &Hello) -> Result<Vec<Mode>, Exit> {
    let first = [RandomnessClass::Tape, RandomnessClass::Seeded, RandomnessClass::Opaque]
        .into_iter()
        .find(|class| hello.randomness.contains(class));
    let codec = [Codec::Bytes, Codec::Fields].into_iter().find(|it| hello.codecs.contains(it));
    let (Some(randomness), Some(codec)) = (first, codec) else {
        if hello.formulas.is_empty() {
            return Err(Exit::usage(
                "the adapter declares no formula, and no randomness class or no codec\n  what to do: declare what it has in `hello` (docs/adapter.md)",
            ));
        }
        // Formulas have no sessions, and so no mode: any will do.
        return Ok(vec![Mode { randomness: RandomnessClass::Tape, codec: Codec::Bytes }]);
    };
    let mut modes = vec![Mode { randomness, codec }];
    for class in [RandomnessClass::Seeded, RandomnessClass::Opaque] {
        if hello.randomness.contains(&class) && randomness != class {
            modes.push(Mode { randomness: class, codec });
        }
    }
    if hello.codecs.contains(&Codec::Fields) && codec != Codec::Fields {
        modes.push(Mode { randomness, codec: Codec::Fields });
    }
    Ok(modes)
}

/// Those of them that were asked for.
pub(super) fn wanted_modes(hello: &Hello, wanted: Option<&String>) -> Result<Vec<Mode>, Exit> {
    let all = modes(hello)?;
    let Some(wanted) = wanted else { return Ok(all) };
    let modes: Vec<_> = all.iter().copied().filter(|mode| mode.name() == *wanted).collect();
    if modes.is_empty() {
        let names: Vec<_> = all.iter().map(|mode| mode.name()).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        return Err(super::no_such("mode of this adapter", wanted, &names));
    }
    Ok(modes)
}

fn farewell(fault: &Fault, mode: Option<Mode>) -> CaseReport {
    let fallback = Mode { randomness: RandomnessClass::Opaque, codec: Codec::Bytes };
    let (title, mode) = ("The adapter ends when its input ends", mode.unwrap_or(fallback));
    let named = CaseReport::named("end-of-input", title, mode, report::verdict_of(fault));
    CaseReport { steps: 1, note: Some(fault.to_string()), ..named }
}

fn bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length as u64), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {wide_msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Asks a client who it is.
///
/// # Errors
/// It gives no usable answer.
pub fn ask_hello(player: &mut dyn Player) -> Result<Hello, Fault> {
    let input = Input::Hello { protocol_min: VERSION, protocol_max: VERSION };
    let response = player.ask(&Request { id: 1, session: None, case: None, input })?;
    match response.result {
        Some(Answer::Hello(hello)) => Ok(hello),
        _ => Err(Fault::Protocol {
            op: "hello".to_owned(),
            reason: format!("answered {} and nothing about itself", response.class.word()),
        }),
    }
}
