//! `conclave sessions`: meetings made up step by step, played in lockstep with a client and with the
//! model.

use std::{
    io::Write,
    num::NonZeroUsize,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use conclave_spec::Profile;

use super::{
    Exit,
    check::{self, chosen, workers::Adapter},
};
use crate::{
    player::Fault,
    policies::Chosen,
    process::{Launch, Limits},
    protocol::{Codec, Hello, Role},
    report::{self, Report},
    sessions::{Plan, Session, SessionError, Source, lane::Lane},
    verdict::{CaseReport, Mode},
};

pub mod mutants;
mod save;
mod told;

/// How many sessions each profile and role has a turn for, where time is the bound.
const TURN: u32 = 10;

/// What to play.
#[derive(Debug)]
pub struct Options {
    /// The adapter.
    pub launch: Launch,
    /// The words of the command line that name the adapter, for replay lines.
    pub adapter_words: String,
    /// Only these profiles; without any, every one that the client declares.
    pub profiles: Vec<Profile>,
    /// Only as this; without it, as each that the client declares.
    pub role: Option<Role>,
    /// The seed.
    pub seed: u64,
    /// How many sessions for each profile and role.
    pub count: u32,
    /// Only the session with this number, from 1.
    pub only: Option<u32>,
    /// How many inputs a session has, at most.
    pub steps: usize,
    /// Instead of `count`: for how long.
    pub budget: Option<Duration>,
    /// The mode, such as `tape-bytes`; without it, the strictest the client declares.
    pub mode: Option<String>,
    /// The policies the client is to follow, by key.
    pub policies: Chosen,
    /// How long to wait for an answer, in milliseconds.
    pub answer_ms: Option<u64>,
    /// How many copies of the adapter answer at a time; without it, one for each core.
    pub jobs: Option<NonZeroUsize>,
    /// Write a session here: as a vector, or (`.jsonl`) as a trace.
    pub save: Option<PathBuf>,
}

/// The client under test and how it is played.
struct Client<'o> {
    options: &'o Options,
    hello: Hello,
    mode: Mode,
    limits: Limits,
}

/// Plays sessions, prints what came of them.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    played(options, out).unwrap_or_else(|exit| exit)
}

fn played(options: &Options, out: &mut dyn Write) -> Result<Exit, Exit> {
    let limits = check::limits(options.answer_ms);
    let mut adapter = Adapter::new(options.launch.clone(), limits);
    let hello = match adapter.hello() {
        Ok(hello) => hello,
        Err(fault) => return Err(unanswered(&fault, options, out)),
    };
    let modes = check::wanted_modes(&hello, options.mode.as_ref())?;
    let mode = *modes.first().ok_or_else(|| Exit::usage("the adapter declares no mode"))?;
    let policies = chosen::followed(&hello, &options.policies)?;
    let mut lanes = lanes(options, &hello, mode, &policies)?;
    let client = Client { options, hello, mode, limits };
    let began = Instant::now();
    let farewell = match options.only {
        Some(number) => client.play_one(&mut lanes, number, &mut adapter)?,
        None => client.play_all(&mut lanes, adapter, began)?,
    };
    let seconds = began.elapsed().as_secs_f64();
    if let Some(file) = &options.save {
        save::save(file, &client, &lanes, out)?;
    }
    let told = told::print(&client, &lanes, farewell.as_ref(), seconds, out);
    Ok(super::written(told, exit(&lanes, farewell.as_ref())))
}

/// A client that does not even say who it is.
fn unanswered(fault: &Fault, options: &Options, out: &mut dyn Write) -> Exit {
    if let Fault::Start { program, reason } = fault {
        return Exit::usage(&format!(
            "cannot start the adapter {program:?}: {reason}\n  what to do: check the path after --adapter-cmd"
        ));
    }
    let report = Report::unanswered(fault, &options.adapter_words);
    super::written(report::print(&report, out), report.exit())
}

/// One lane for each profile and role.
fn lanes(
    options: &Options,
    hello: &Hello,
    mode: Mode,
    policies: &Chosen,
) -> Result<Vec<Lane>, Exit> {
    let mut profiles =
        if options.profiles.is_empty() { Profile::all() } else { options.profiles.clone() };
    profiles.retain(|profile| hello.profiles.iter().any(|declared| declared == profile.id));
    let roles = [Role::Participant, Role::Leader].into_iter();
    let roles: Vec<_> = roles
        .filter(|role| hello.roles.contains(role) && options.role.is_none_or(|it| it == *role))
        .collect();
    let mut lanes = Vec::new();
    for profile in &profiles {
        for role in &roles {
            let source = Source::new(Plan {
                profile: profile.clone(),
                role: *role,
                seed: options.seed,
                steps: options.steps,
                policies: policies.clone(),
                damages: mode.codec == Codec::Bytes,
            });
            lanes.push(Lane::new(source.map_err(harness)?));
        }
    }
    if lanes.is_empty() {
        return Err(Exit::usage(
            "the adapter declares none of these profiles in this role\n  what to do: compare --profile and --role with its `hello`",
        ));
    }
    Ok(lanes)
}

fn harness(error: SessionError) -> Exit {
    Exit::harness(&error.to_string())
}

impl Client<'_> {
    fn judge(&self, adapter: &mut Adapter, session: &Session) -> CaseReport {
        adapter.run_watched(&self.hello, &session.case, self.mode, &session.moments).0
    }

    /// Plays one session of each lane; those before it are made up but not played.
    fn play_one(
        &self,
        lanes: &mut [Lane],
        number: u32,
        adapter: &mut Adapter,
    ) -> Result<Option<Fault>, Exit> {
        for lane in lanes {
            for _ in 1..number {
                lane.source.skip().map_err(harness)?;
            }
            let played = lane.play(&mut |session| self.judge(adapter, session));
            played.map_err(harness)?;
        }
        Ok(adapter.finish())
    }

    /// Plays all lanes, side by side on several copies of the adapter. What comes of a lane depends
    /// on nothing but its plan.
    fn play_all(
        &self,
        lanes: &mut Vec<Lane>,
        first: Adapter,
        began: Instant,
    ) -> Result<Option<Fault>, Exit> {
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let jobs = self.options.jobs.unwrap_or_else(cores).get().min(lanes.len());
        let more = (1..jobs).map(|_| Adapter::new(self.options.launch.clone(), self.limits));
        let mut adapters: Vec<Adapter> = std::iter::once(first).chain(more).collect();
        let turn = if self.options.budget.is_some() { TURN } else { self.options.count };
        loop {
            self.turns(lanes, &mut adapters, turn, began)?;
            let again = self.options.budget.is_some_and(|budget| began.elapsed() < budget);
            if !again || !lanes.iter().any(Lane::goes_on) {
                break;
            }
        }
        Ok(adapters.iter_mut().filter_map(Adapter::finish).next())
    }

    /// So many more sessions of each lane.
    fn turns(
        &self,
        lanes: &mut Vec<Lane>,
        adapters: &mut [Adapter],
        turn: u32,
        began: Instant,
    ) -> Result<(), Exit> {
        let shared: Vec<_> = lanes.drain(..).map(Mutex::new).collect();
        let next = AtomicUsize::new(0);
        let share = |adapter: &mut Adapter| {
            while let Some(lane) = shared.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut lane = lane.lock().unwrap_or_else(PoisonError::into_inner);
                for _ in 0..turn {
                    let over = self.options.budget.is_some_and(|it| began.elapsed() >= it);
                    if over || !lane.goes_on() {
                        break;
                    }
                    lane.play(&mut |session| self.judge(adapter, session))?;
                }
            }
            Ok(())
        };
        let done: Result<Vec<()>, SessionError> = thread::scope(|scope| {
            let share = &share;
            let begun: Vec<_> =
                adapters.iter_mut().map(|it| scope.spawn(move || share(it))).collect();
            let joined = begun.into_iter().map(thread::ScopedJoinHandle::join);
            joined.map(|it| it.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        });
        lanes.extend(
            shared.into_iter().map(|it| it.into_inner().unwrap_or_else(PoisonError::into_inner)),
        );
        done.map(drop).map_err(harness)
    }
}

/// As for a run of the suite: 1 where a session fails, 3 where none was judged.
fn exit(lanes: &[Lane], farewell: Option<&Fault>) -> Exit {
    if lanes.iter().all(|lane| lane.sessions == 0) {
        return Exit::harness("no session was judged: none applies to what the adapter declares");
    }
    if farewell.is_some() || !lanes.iter().all(Lane::goes_on) {
        return Exit::Nonconformant;
    }
    Exit::Conformant
}
