//! `conclave mutants`: the reference client without each rule, found out through the adapter.
//!
//! The full run judges every mutant. With `--sample` only some of them are judged anew, chosen by a
//! seed; a digest of what the table was made from shows whether the rest of it still stands.
//!
//! A rule has a mutant in the oldest and in the newest profile in which it is in force: what lies
//! between is made of the same cases.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use conclave_spec::{Kind, Level, Profile, Rule, RuleSet, profiles::FORMULA_ONLY};
use console::style;
use serde::{Deserialize, Serialize};

use super::{Exit, check};
use crate::{
    case::{Case, Side},
    cases::{self, Draft},
    compute,
    pages::facts,
    player::{Fault, Player},
    process::{AdapterProcess, Limits},
    protocol::{Codec, RandomnessClass},
    record::{self, FORMULAS, RecordError},
    reference::Reference,
    run::{self, Bench},
    shipped,
    verdict::{CaseReport, Mode, Verdict},
};

mod sample;

pub use sample::{Sample, stored};

/// How many mutants are judged at a time.
const THREADS: usize = 2;

/// The stored table, under the vector folder.
pub const TABLE: &str = "mutants.json";

/// What became of one mutant under one profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// The rule it lacks.
    pub rule: Rule,
    /// Under which profile, or `formulas`.
    pub profile: String,
    /// Whether some case found it out by outcome.
    pub killed: bool,
    /// The decisive case of the rule's pair.
    pub decisive: String,
    /// Whether the world lacks the field too, because a client cannot leave it out alone.
    pub world_without: bool,
    /// Every case it fails, with the verdict.
    pub failing: BTreeMap<String, String>,
}

/// The stored table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// `conclave-mutants-2`.
    pub schema: String,
    /// SHA-256 of the vector manifest, the rules and the profiles, so that a stale table is noticed.
    pub inputs: String,
    /// The mutants.
    pub mutants: Vec<Mutant>,
}

/// A mutant with what was seen on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The mutant.
    pub mutant: Mutant,
    /// The common case of the rule's pair.
    pub common: Option<String>,
    /// Cases on which the adapter path and the machine played in this process disagree.
    pub disagreement: Vec<String>,
}

/// What to do.
#[derive(Debug)]
pub struct Options {
    /// Only this rule.
    pub only: Option<String>,
    /// The vector folder.
    pub vectors: PathBuf,
    /// Store the table.
    pub write: bool,
    /// Only some of them, held against the stored table.
    pub sample: Option<Sample>,
}

/// Something that keeps the mutants from being judged.
#[derive(Debug, thiserror::Error)]
enum MutantsError {
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Shipped(#[from] shipped::ShippedError),
}

/// Runs every mutant.
pub fn mutants(options: &Options, out: &mut dyn Write) -> Exit {
    let rules: Vec<Rule> = match &options.only {
        None => Rule::ALL.to_vec(),
        Some(id) => match Rule::by_id(id) {
            Some(rule) => vec![rule],
            None => {
                let known: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
                return super::no_such("rule", id, &known);
            }
        },
    };
    let jobs = jobs(&rules);
    let done = match &options.sample {
        None => run_all(&jobs, out).map(|mutants| conclude(options, mutants, out)),
        Some(sample) => run_sample(options, sample, jobs, out),
    };
    done.unwrap_or_else(|error| Exit::harness(&error.to_string()))
}

/// What keeps the stored table from being of today's cases, rules and profiles; `None` if nothing
/// does.
#[must_use]
pub fn stale(vectors: &Path) -> Option<String> {
    match stored(vectors) {
        Ok(table) => sample::stale(&table, vectors, &jobs(Rule::ALL)).into_iter().next(),
        Err(reason) => Some(reason),
    }
}

/// Judges a sample anew, if the stored table is made from what there is today.
fn run_sample(
    options: &Options,
    sample: &Sample,
    jobs: Vec<Job>,
    out: &mut dyn Write,
) -> Result<Exit, MutantsError> {
    let table = match stored(&options.vectors) {
        Ok(table) => table,
        Err(reason) => return Ok(Exit::harness(&reason)),
    };
    let mut wrong = sample::stale(&table, &options.vectors, &jobs);
    if wrong.is_empty() {
        let _ = writeln!(out, "a sample of {}, chosen by {:?}", sample.size, sample.seed);
        let judged = run_all(&sample::chosen(jobs, sample), out)?;
        wrong = problems(&judged, false);
        wrong.extend(sample::otherwise(&table, &judged));
        let _ = writeln!(
            out,
            "mutants {}, judged anew {}, the others as stored",
            table.mutants.len(),
            judged.len()
        );
    }
    for problem in &wrong {
        let _ = writeln!(out, "  {} {problem}", style("wrong").red().bold());
    }
    if wrong.is_empty() {
        return Ok(Exit::Conformant);
    }
    let _ = writeln!(out, "  what to do: run `conclave mutants --write` and read the difference");
    Ok(Exit::Nonconformant)
}

fn conclude(options: &Options, judged: Vec<Judged>, out: &mut dyn Write) -> Exit {
    let wrong = problems(&judged, options.only.is_none());
    let mutants: Vec<_> = judged.into_iter().map(|judged| judged.mutant).collect();
    for problem in &wrong {
        let _ = writeln!(out, "  {} {problem}", style("wrong").red().bold());
    }
    let killed = mutants.iter().filter(|mutant| mutant.killed).count();
    let rules: RuleSet = mutants.iter().map(|it| it.rule).fold(RuleSet::EMPTY, RuleSet::with);
    let _ = writeln!(
        out,
        "rules {}, mutants {}, killed by outcome through the adapter {killed}",
        rules.len(),
        mutants.len()
    );
    if options.only.is_some() {
        return if wrong.is_empty() { Exit::Conformant } else { Exit::Nonconformant };
    }
    let table = Table {
        schema: "conclave-mutants-2".to_owned(),
        inputs: inputs(&options.vectors),
        mutants,
    };
    let path = options.vectors.join(TABLE);
    let mut text = serde_json::to_string_pretty(&table).unwrap_or_default();
    text.push('\n');
    if options.write {
        if let Err(error) = fs::write(&path, text) {
            return Exit::harness(&format!("cannot write {}: {error}", path.display()));
        }
    } else if fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
        let _ = writeln!(
            out,
            "  {} {} is not what this run gives\n  what to do: run `conclave mutants --write` and read the difference",
            style("stale").red().bold(),
            path.display()
        );
        return Exit::Nonconformant;
    }
    if wrong.is_empty() { Exit::Conformant } else { Exit::Nonconformant }
}

/// A digest of what the table was made from.
#[must_use]
pub fn inputs(vectors: &Path) -> String {
    use sha2::{Digest as _, Sha256};
    let mut hash = Sha256::new();
    hash.update(fs::read(vectors.join(crate::vectors::MANIFEST)).unwrap_or_default());
    for rule in Rule::ALL {
        let needs: Vec<_> = rule.needs().iter().map(|it| it.id()).collect();
        let parts = (rule.id(), rule.kind(), rule.level(), rule.reaction(), needs);
        hash.update(format!("{parts:?}"));
    }
    for profile in Profile::all() {
        hash.update(profile.id);
        hash.update(profile.digest());
    }
    hex::encode(hash.finalize())
}

/// A mutant to be judged: of a profile, or of the formulas.
type Job = (Rule, Option<Profile>);

/// The mutants of these rules, in the order of the table.
fn jobs(rules: &[Rule]) -> Vec<Job> {
    let mut jobs = Vec::new();
    for rule in rules {
        if FORMULA_ONLY.contains(rule) {
            jobs.push((*rule, None));
        }
        let with = facts::profiles_with(*rule);
        let newest = with.last().filter(|_| with.len() > 1);
        jobs.extend(with.first().into_iter().chain(newest).cloned().map(|it| (*rule, Some(it))));
    }
    jobs
}

/// Judges these mutants, on two threads; the order is that of the table, whoever is done first.
fn run_all(jobs: &[Job], out: &mut dyn Write) -> Result<Vec<Judged>, MutantsError> {
    let _ =
        writeln!(out, "each rule in the oldest and in the newest profile in which it is in force");
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (told, hears) = mpsc::channel();
    let mut mutants = BTreeMap::new();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let (told, next, failed) = (told.clone(), &next, &failed);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((rule, profile)) = jobs.get(place) else { return };
                    let judged = run_one(*rule, profile.as_ref());
                    let stop = judged.is_err() || failed.load(Ordering::Relaxed);
                    failed.fetch_or(stop, Ordering::Relaxed);
                    if told.send((place, judged)).is_err() || stop {
                        return;
                    }
                }
            });
        }
        drop(told);
        let mut shown = 0;
        for (place, judged) in hears {
            mutants.insert(place, judged?);
            while let Some(judged) = mutants.get(&shown) {
                let _ = line(&judged.mutant, out);
                shown += 1;
            }
        }
        Ok(())
    })
    .map(|()| mutants.into_values().collect())
}

fn run_one(rule: Rule, profile: Option<&Profile>) -> Result<Judged, MutantsError> {
    match profile {
        Some(profile) => session_mutant(rule, profile),
        None => formula_mutant(rule),
    }
}

fn line(mutant: &Mutant, out: &mut dyn Write) -> std::io::Result<()> {
    let fate = if mutant.killed { style("killed").green() } else { style("ALIVE").red().bold() };
    let cases = mutant.failing.len();
    let (rule, profile) = (mutant.rule, &mutant.profile);
    let decisive = mutant.decisive.rsplit('/').next().unwrap_or_default();
    let cases_word = if cases == 1 { "case " } else { "cases" };
    writeln!(
        out,
        "{:<7} {profile:<20} {fate:<7} {cases:>3} {cases_word}  {:<24} {decisive}",
        rule.id(),
        rule.name()
    )
}

/// Whether a client can only leave this rule out together with everybody it talks to.
#[must_use]
pub fn world_lacks(rule: Rule) -> bool {
    rule.kind() == Kind::Field || rule == Rule::EncodingInjective
}

fn session_mutant(rule: Rule, profile: &Profile) -> Result<Judged, MutantsError> {
    let lacking = profile.clone().without(rule);
    let world = if world_lacks(rule) { &lacking } else { profile };
    let record = |draft: &Draft| match record::record(draft, profile, world) {
        // Where everybody lacks the rule another thing may happen than the script goes on with.
        Err(RecordError::Script { .. }) => record::record(draft, profile, profile),
        recorded => recorded,
    };
    let cases: Result<Vec<Case>, RecordError> = cases::drafts(profile).iter().map(record).collect();
    judge(rule, profile.id, &cases?)
}

fn formula_mutant(rule: Rule) -> Result<Judged, MutantsError> {
    let lacking = compute::rules().less(rule.with_dependents());
    let world = if world_lacks(rule) { lacking } else { compute::rules() };
    let cases: Result<Vec<Case>, RecordError> = cases::formula_drafts(world)
        .iter()
        .map(|draft| record::record_formula(draft, world))
        .collect();
    judge(rule, FORMULAS, &cases?)
}

fn judge(rule: Rule, profile: &str, cases: &[Case]) -> Result<Judged, MutantsError> {
    let launch = shipped::reference(["adapter", "--without", rule.id()])?;
    let mut process = AdapterProcess::start(&launch, Limits::default())?;
    let through_adapter = failing(&mut process, cases)?;
    process.finish()?;
    let in_process = failing(&mut Reference::new().without(rule), cases)?;
    let side = |side: Side| {
        let on_it =
            |case: &&Case| case.pairs.iter().any(|pair| pair.rule == rule && pair.side == side);
        cases.iter().find(on_it).map(|case| case.id.clone())
    };
    let disagreement = cases
        .iter()
        .map(|case| &case.id)
        .filter(|id| through_adapter.contains_key(*id) != in_process.contains_key(*id));
    Ok(Judged {
        common: side(Side::Common),
        disagreement: disagreement.cloned().collect(),
        mutant: Mutant {
            rule,
            profile: profile.to_owned(),
            killed: through_adapter.values().any(CaseReport::is_wrong_by_outcome),
            decisive: side(Side::Decisive).unwrap_or_default(),
            world_without: world_lacks(rule),
            failing: through_adapter
                .into_iter()
                .map(|(case, report)| (case, report.verdict.words().to_owned()))
                .collect(),
        },
    })
}

/// The cases a client fails, or is advised on, in the strictest mode.
fn failing(player: &mut dyn Player, cases: &[Case]) -> Result<BTreeMap<String, CaseReport>, Fault> {
    let hello = check::ask_hello(player)?;
    let mode = Mode { randomness: RandomnessClass::Tape, codec: Codec::Bytes };
    let mut failing = BTreeMap::new();
    let mut bench = Bench { player, hello: &hello, next_id: 2 };
    for case in cases {
        let (report, fault) = run::run(&mut bench, case, mode);
        if let Some(fault) = fault {
            return Err(fault);
        }
        if !matches!(report.verdict, Verdict::Pass | Verdict::NotApplicable) {
            failing.insert(case.id.clone(), report);
        }
    }
    Ok(failing)
}

/// What is wrong with a kill table: mutants alive, pairs missing or not decisive, cases on which
/// the adapter path and the machine disagree, rules without a mutant.
#[must_use]
pub fn problems(judged: &[Judged], all: bool) -> Vec<String> {
    let mut wrong: Vec<String> = judged.iter().flat_map(problems_of).collect();
    if all {
        let rules = judged.iter().map(|judged| judged.mutant.rule);
        let seen = rules.fold(RuleSet::EMPTY, RuleSet::with);
        let unseen = Rule::ALL.iter().filter(|rule| !seen.contains(**rule));
        wrong.extend(unseen.map(|rule| format!("{} has no mutant", rule.id())));
    }
    wrong
}

fn problems_of(judged: &Judged) -> Vec<String> {
    let mutant = &judged.mutant;
    let (rule, profile) = (mutant.rule, &mutant.profile);
    let named = format!("{} {} under {profile}", rule.id(), rule.name());
    let mut wrong = Vec::new();
    if mutant.decisive.is_empty() {
        wrong.push(format!("{named}: no decisive pair"));
    } else if !mutant.failing.contains_key(&mutant.decisive) {
        wrong.push(format!("{named}: passes its decisive case {}", mutant.decisive));
    }
    if let Some(common) = judged.common.as_ref().filter(|it| mutant.failing.contains_key(*it)) {
        wrong.push(format!("{named}: fails the common case {common} too"));
    }
    if !mutant.killed && rule.level() == Level::Must {
        wrong.push(format!("{named}: alive"));
    }
    let disagreement = judged.disagreement.iter();
    wrong.extend(disagreement.map(|case| {
        format!("{named}: {case} ends otherwise through the adapter than in this process")
    }));
    wrong
}
