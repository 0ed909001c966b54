//! Copies of one adapter, side by side, each with its share of the cases.
//!
//! Which copy answers which case depends on their number alone, and each has a patience of its own:
//! a failing adapter gets the same report on every machine.

use std::{num::NonZeroUsize, thread, time::Instant};

use indicatif::ProgressBar;

use super::ask_hello;
use crate::{
    case::Case,
    player::Fault,
    process::{AdapterProcess, Launch, Limits},
    protocol::Hello,
    report,
    run::{self, Bench},
    verdict::{CaseReport, Mode, Verdict},
};

/// After this many faults in a row an adapter is not started again.
const FAULTS_IN_A_ROW_MAX: usize = 3;

/// After this many faults in all an adapter is not started again.
const FAULTS_MAX: usize = 10;

/// A case and the mode to judge it in.
type Planned<'c> = (Mode, &'c Case);

/// What all copies share.
pub(super) struct Workers<'a> {
    pub(super) launch: &'a Launch,
    pub(super) limits: Limits,
    pub(super) hello: &'a Hello,
    pub(super) bar: &'a ProgressBar,
    /// When no further case is begun.
    pub(super) until: Option<Instant>,
}

impl Workers<'_> {
    /// Runs the plan on so many copies, of which the first has said hello. Gives the reports in the
    /// order of the plan, and how copies failed at the end of their input.
    pub(super) fn run(
        &self,
        first: Adapter,
        plan: &[Planned<'_>],
        jobs: NonZeroUsize,
    ) -> (Vec<CaseReport>, Vec<Fault>) {
        let jobs = jobs.get();
        let adapters = (1..jobs).map(|_| Adapter::new(self.launch.clone(), self.limits));
        let adapters = std::iter::once(first).chain(adapters);
        let done = thread::scope(|scope| {
            let start = |(at, adapter): (usize, Adapter)| {
                scope.spawn(move || self.share(adapter, plan.iter().skip(at).step_by(jobs)))
            };
            let threads: Vec<_> = adapters.enumerate().map(start).collect();
            threads.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        let mut faults = Vec::new();
        let mut shares = Vec::new();
        for share in done {
            let (reports, fault) = share.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            faults.extend(fault);
            shares.push(reports.into_iter());
        }
        let reports = (0..plan.len()).filter_map(|at| shares[at % jobs].next()).collect();
        (reports, faults)
    }

    fn share<'c>(
        &self,
        mut adapter: Adapter,
        plan: impl Iterator<Item = &'c Planned<'c>>,
    ) -> (Vec<CaseReport>, Option<Fault>) {
        let mut patience = Patience::default();
        let mut reports = Vec::new();
        for (mode, case) in plan {
            self.bar.set_message(case.id.clone());
            let (report, fault) = if self.until.is_some_and(|until| Instant::now() >= until) {
                (no_time(case, *mode), None)
            } else if patience.is_over() {
                (not_run(case, *mode), None)
            } else {
                adapter.run(self.hello, case, *mode)
            };
            patience.note(fault.is_some());
            reports.push(report);
            self.bar.inc(1);
        }
        (reports, adapter.finish())
    }
}

/// How long a failing adapter is started again.
#[derive(Default)]
struct Patience {
    in_a_row: usize,
    total: usize,
}

impl Patience {
    fn is_over(&self) -> bool {
        self.in_a_row >= FAULTS_IN_A_ROW_MAX || self.total >= FAULTS_MAX
    }

    fn note(&mut self, fault: bool) {
        if self.is_over() {
            return;
        }
        self.total += usize::from(fault);
        self.in_a_row = if fault { self.in_a_row + 1 } else { 0 };
    }
}

/// An adapter that is started again after a fault.
pub(in crate::commands) struct Adapter {
    launch: Launch,
    limits: Limits,
    process: Option<AdapterProcess>,
    next_id: u64,
}

impl Adapter {
    pub(in crate::commands) fn new(launch: Launch, limits: Limits) -> Self {
        Self { launch, limits, process: None, next_id: 1 }
    }

    /// Starts the adapter, if it does not run, and asks who it is.
    pub(in crate::commands) fn hello(&mut self) -> Result<Hello, Fault> {
        let mut process = AdapterProcess::start(&self.launch, self.limits)?;
        let hello = ask_hello(&mut process)?;
        self.process = Some(process);
        self.next_id = 2;
        Ok(hello)
    }

    /// Runs a case. After a fault the adapter is started again for the next one.
    fn run(&mut self, hello: &Hello, case: &Case, mode: Mode) -> (CaseReport, Option<Fault>) {
        self.run_watched(hello, case, mode, &[])
    }

    /// As [`Adapter::run`], with what is known of the moments between its steps.
    pub(in crate::commands) fn run_watched(
        &mut self,
        hello: &Hello,
        case: &Case,
        mode: Mode,
        moments: &[run::Moment],
    ) -> (CaseReport, Option<Fault>) {
        if self.process.is_none()
            && let Err(fault) = self.hello()
        {
            let mut report = not_run(case, mode);
            report.verdict = report::verdict_of(&fault);
            report.note = Some(fault.to_string());
            return (report, Some(fault));
        }
        let Some(process) = self.process.as_mut() else { return (not_run(case, mode), None) };
        let mut bench = Bench { player: process, hello, next_id: self.next_id };
        let (report, fault) = run::watched(&mut bench, case, mode, moments);
        self.next_id = bench.next_id;
        if fault.is_some() {
            self.process = None;
        }
        (report, fault)
    }

    /// Ends it. A fault says that it did not end well.
    pub(in crate::commands) fn finish(&mut self) -> Option<Fault> {
        self.process.take().and_then(|process| process.finish().err())
    }
}

/// A case that applies or not: nobody looked.
fn no_time(case: &Case, mode: Mode) -> CaseReport {
    let note = Some("not run: there was no time for it".to_owned());
    CaseReport { note, ..CaseReport::of(case, mode, Verdict::NotRun) }
}

fn not_run(case: &Case, mode: Mode) -> CaseReport {
    let note = Some("not run: the adapter had failed too often".to_owned());
    CaseReport { note, ..CaseReport::of(case, mode, Verdict::Inconclusive) }
}
