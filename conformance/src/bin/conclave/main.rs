//! `conclave`: the conformance suite, the reference client, the tables and the explorer.

use std::{io::Write as _, panic, path::PathBuf, process::ExitCode};

use clap::Parser as _;
use conclave_conformance::{
    commands::{
        self, Exit, ablate, adapter, adapter_test, attack, attacks, check, deep, docs, explore,
        faults, init, mutants, report,
        scenario::{self, ScenarioError},
        tables::{self, Listing, Look, TablesError},
        trace,
    },
    process::{Launch, Limits, orphans},
    protocol::{Codec, RandomnessClass},
    reference::Reference,
    report::scope::Budget,
    shipped, vectors,
};
use conclave_model::family::Bound;
use conclave_spec::{Profile, Rule};

mod args;
mod sessions;
mod shell;

use args::*;

/// From the words of the command line to a client, and the words that name it in a replay line.
type FindClient<'f> = &'f dyn Fn(Option<&str>, Option<&str>) -> Result<(Launch, String), Exit>;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed terminal is no reason to fail differently.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 4 } else { 0 });
        }
    };
    orphans::adopt();
    let exit = panic::catch_unwind(|| run(cli.command))
        .unwrap_or_else(|_| Exit::harness("the harness panicked; please report this"));
    orphans::end_all();
    if let Exit::Attention(reason)
    | Exit::Harness(reason)
    | Exit::Usage(reason)
    | Exit::Inconclusive(reason) = &exit
    {
        let kind = match exit.code() {
            2 => "error",
            3 => "harness error",
            5 => "inconclusive",
            _ => "usage",
        };
        let _ = writeln!(std::io::stderr(), "{kind}: {reason}");
    }
    ExitCode::from(exit.code())
}

fn run(command: Command) -> Exit {
    let out = &mut std::io::stdout();
    match command {
        Command::Check(args) => run_check(args),
        Command::Report { action } => report::run(&action, out),
        Command::Adapter(args) => run_adapter(&args),
        Command::Mutants(args) => {
            let vectors = vectors::folder(args.vectors.as_deref());
            let MutantsArgs { only, write, sampled, .. } = args;
            let sample = sampled.sample();
            mutants::mutants(&mutants::Options { only, vectors, write, sample }, out)
        }
        Command::Faults(args) => {
            let vectors = vectors::folder(args.vectors.as_deref());
            let FaultsArgs { language, only, write, sampled, .. } = args;
            let sample = sampled.sample();
            faults::run(&faults::Options { language, only, vectors, write, sample }, out)
        }
        Command::Vectors(args) => run_vectors(&args),
        Command::Explore(args) if args.plan => explore::plan(out),
        Command::Explore(args) if args.scenario.is_some() => run_scenario(args, out),
        Command::Explore(args) => explore::run(
            &explore::Options {
                profile: args.profile.unwrap_or_default(),
                without: args.without,
                reading: args.reading,
                slice: args.slice,
                budgets: args.budget,
                goal: args.goal,
                export: args.export,
                states_max: args.max_states,
                deep_first: args.deep_first,
                random: args.random,
                seed: args.seed,
                serve: args.serve,
            },
            out,
        ),
        Command::AdapterTest(args) => {
            match client(args.adapter.as_deref(), args.adapter_cmd.as_deref()) {
                Ok((launch, _)) => {
                    let limits = Limits { answer_ms: args.answer_ms, ..Limits::default() };
                    adapter_test::run(&launch, limits, out)
                }
                Err(exit) => exit,
            }
        }
        Command::Init(args) => init::run(args.language, &args.folder, out),
        Command::Deep(args) => {
            let vectors = vectors::folder(args.vectors.as_deref());
            let DeepArgs { write, all, explored, slice, .. } = args;
            deep::run(&deep::Options { write, all, explored, slice, vectors }, out)
        }
        Command::Ablate(args) => {
            let vectors = vectors::folder(args.vectors.as_deref());
            let AblateArgs { rule, write, profile, area: areas, sample, seed, .. } = args;
            let options = ablate::Options { rule, write, profile, areas, sample, seed, vectors };
            ablate::run(&options, out)
        }
        Command::Attack(args) => run_attack(args),
        Command::Attacks(AttacksArgs { find: true, .. }) => {
            attacks::found::run(Look::of_stdout(), out)
        }
        Command::Attacks(AttacksArgs { id, profile, json, find: false }) => {
            attacks::run(&attacks::Options { id, profile, json, look: Look::of_stdout() }, out)
        }
        Command::Rules(table) => ended(tables::rules(&listing(&table), out)),
        Command::Readings(table) => ended(tables::readings(&listing(&table), out)),
        Command::Obligations(table) => match tables::obligations(&listing(&table), out) {
            Ok(0) => Exit::Conformant,
            Ok(_) => Exit::Nonconformant,
            Err(error) => ended(Err(error)),
        },
        Command::Profiles(args) => match (&args.from, &args.to) {
            (Some(from), Some(to)) => {
                ended(tables::profiles_diff(Look::of_stdout(), from, to, out))
            }
            _ => ended(tables::profiles(&listing(&Table { json: args.json }), out)),
        },
        Command::Scenario { action } => {
            let result = match action {
                ScenarioAction::Show { name, format, out: file } => {
                    scenario::show(&name, format, file.as_ref(), out)
                }
                ScenarioAction::List { part } => scenario::list(&part, out),
            };
            told_story(result)
        }
        Command::Sessions(args) => sessions::run(args, &client),
        Command::Trace { action } => trace::run(&action, &client, out),
        Command::Explain { id } => ended(tables::explain(Look::of_stdout(), &id, out)),
        Command::Docs { action } => run_docs(action),
        Command::Completions { shell } => shell::completions(shell, out),
        Command::Man { out: folder } => shell::man(folder.as_deref(), out),
    }
}

/// What is explored beside meetings.
fn run_scenario(args: ExploreArgs, out: &mut dyn std::io::Write) -> Exit {
    use explore::{chains, families, mixtures, rooms};
    let ExploreArgs { scenario, profile, reading, without, devices, transitions, .. } = args;
    let bound = Bound { devices, transitions };
    match scenario.as_deref() {
        Some(rooms::SCENARIO) if reading.is_some() => Exit::usage(
            "breakout rooms have no reading to choose: profile hardened compares (R-95)",
        ),
        Some(rooms::SCENARIO) => rooms::run(&rooms::Options { profile, without }, out),
        Some(families::SCENARIO | chains::SCENARIO) if profile.is_some() => {
            Exit::usage("families and sigchains are of no profile")
        }
        Some(families::SCENARIO) if without.is_some() => {
            Exit::usage("the families of the formal model have no rule to go without")
        }
        Some(families::SCENARIO) => families::run(&families::Options { reading, bound }, out),
        Some(chains::SCENARIO) => chains::run(&chains::Options { reading, without }, out),
        Some(name)
            if mixtures::SCENARIOS.contains(&name) && (profile.is_some() || reading.is_some()) =>
        {
            Exit::usage(
                "what is mixed beside meetings is of no profile, and has no reading to choose",
            )
        }
        Some(name) if mixtures::SCENARIOS.contains(&name) => {
            mixtures::run(&mixtures::Options { scenario: name.to_owned(), without }, out)
        }
        other => {
            let meetings = [families::SCENARIO, chains::SCENARIO, rooms::SCENARIO];
            let known = [&meetings[..], mixtures::SCENARIOS].concat();
            commands::no_such("scenario", other.unwrap_or_default(), &known)
        }
    }
}

fn listing(table: &Table) -> Listing {
    Listing { json: table.json, look: Look::of_stdout() }
}

fn ended(result: Result<(), TablesError>) -> Exit {
    match result {
        Ok(()) => Exit::Conformant,
        Err(error) if error.exit_code() == 4 => Exit::usage(&error.to_string()),
        Err(TablesError::Output(error)) => commands::written(Err(error), Exit::Conformant),
        Err(error) => Exit::harness(&error.to_string()),
    }
}

fn told_story(result: Result<(), ScenarioError>) -> Exit {
    match result {
        Ok(()) => Exit::Conformant,
        Err(ScenarioError::Write(error)) => commands::written(Err(error), Exit::Conformant),
        Err(error @ (ScenarioError::Unknown { .. } | ScenarioError::Formula(_))) => {
            Exit::usage(&error.to_string())
        }
        Err(error) => Exit::harness(&error.to_string()),
    }
}

/// The repository the generated pages belong to: that of the source tree.
fn repository() -> PathBuf {
    vectors::folder(None).parent().map_or_else(PathBuf::new, PathBuf::from)
}

fn run_docs(action: DocsAction) -> Exit {
    match action {
        DocsAction::Write => match docs::docs_write(&repository()) {
            Ok(changed) => {
                println!("{} pages changed", changed.len());
                Exit::Conformant
            }
            Err(error) => Exit::harness(&error.to_string()),
        },
        DocsAction::Check => match docs::docs_check(&repository()) {
            Ok(pages) => {
                println!("{pages} pages, each as the tables give it");
                Exit::Conformant
            }
            Err(error @ docs::DocsError::Stale(_)) => {
                println!("{error}");
                Exit::Nonconformant
            }
            Err(error) => Exit::harness(&error.to_string()),
        },
    }
}

fn run_check(args: Check) -> Exit {
    let found = client(args.adapter.as_deref(), args.adapter_cmd.as_deref());
    let (launch, mut adapter_words) = match found {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    // What else a replay needs to give the same result.
    if args.attacks {
        adapter_words.push_str(" --attacks");
    }
    for (key, value) in &args.policies {
        adapter_words.push_str(&format!(" --policy {key}={value}"));
    }
    if let Some(folder) = &args.vectors {
        adapter_words.push_str(&format!(" --vectors {:?}", folder.display().to_string()));
    }
    if let Some(answer_ms) = args.answer_ms {
        adapter_words.push_str(&format!(" --answer-ms {answer_ms}"));
    }
    let adapter_words = adapter_words.trim().to_owned();
    let options = check::Options {
        launch,
        adapter_words,
        profile: args.profile,
        only: args.only,
        mode: args.mode,
        vectors: args.vectors,
        shard: args.shard,
        budget: args.budget.map(|time| Budget { time, seed: args.seed }),
        record: args.record,
        wanted: report::Wanted { result: args.result, junit: args.junit },
        waivers: check::WaiverOptions { file: args.waivers, today: args.today },
        answer_ms: args.answer_ms,
        attacks: args.attacks,
        policies: args.policies.into_iter().collect(),
        jobs: args.jobs,
    };
    check::check(&options, &mut std::io::stdout())
}

fn run_attack(args: AttackArgs) -> Exit {
    let found = match &args.without {
        Some(rule) => shipped::reference(["adapter", "--without", rule])
            .map(|launch| (launch, format!("--without {rule}")))
            .map_err(|error| Exit::usage(&error.to_string())),
        None => client(args.adapter.as_deref(), args.adapter_cmd.as_deref()),
    };
    let (launch, adapter_words) = match found {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let (file, profile) = (args.file, args.profile);
    let options = attack::Options { file, profile, launch, adapter_words };
    attack::run(&options, &mut std::io::stdout())
}

/// The client named on the command line; the built-in one if none is.
fn client(adapter: Option<&str>, command: Option<&str>) -> Result<(Launch, String), Exit> {
    let said = |error: &dyn std::fmt::Display| Exit::usage(&error.to_string());
    if let Some(command) = command {
        let launch = shipped::parse_command(command).map_err(|error| said(&error))?;
        return Ok((launch, format!("--adapter-cmd {command:?}")));
    }
    match adapter {
        None | Some("reference") => {
            let launch = shipped::reference(["adapter"]).map_err(|error| said(&error))?;
            Ok((launch, String::new()))
        }
        Some(name) => {
            let mut progress = |line: &str| eprintln!("{line}");
            let launch = shipped::launch(name, &mut progress).map_err(|error| said(&error))?;
            Ok((launch, format!("--adapter {name}")))
        }
    }
}

fn run_adapter(args: &AdapterArgs) -> Exit {
    let mut client = Reference::new();
    if let Some(id) = &args.profile {
        match Profile::by_id(id) {
            Some(profile) => client = client.with_profiles(vec![profile]),
            None => {
                let known: Vec<_> = Profile::all().iter().map(|profile| profile.id).collect();
                return commands::no_such("profile", id, &known);
            }
        }
    }
    if let Some(id) = &args.without {
        match Rule::by_id(id) {
            Some(rule) => client = client.without(rule),
            None => {
                let known: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
                return commands::no_such("rule", id, &known);
            }
        }
    }
    client = match args.randomness.as_deref() {
        Some("tape") => client.with_randomness(vec![RandomnessClass::Tape]),
        Some("seeded") => client.with_randomness(vec![RandomnessClass::Seeded]),
        Some(_) => client.with_randomness(vec![RandomnessClass::Opaque]),
        None => client,
    };
    client = match args.codec.as_deref() {
        Some("bytes") => client.with_codecs(vec![Codec::Bytes]),
        Some(_) => client.with_codecs(vec![Codec::Fields]),
        None => client,
    };
    for (key, value) in &args.policies {
        client = client.with_policy(key, value);
    }
    let (input, output) = (&mut std::io::stdin().lock(), &mut std::io::stdout().lock());
    match adapter::serve(&mut client, input, output) {
        Ok(()) => Exit::Conformant,
        Err(error) => Exit::harness(&error.to_string()),
    }
}

fn run_vectors(args: &VectorsArgs) -> Exit {
    let folder = vectors::folder(args.vectors.as_deref());
    match args.action {
        VectorsAction::Write => match vectors::write(&folder) {
            Ok(files) => {
                println!("{files} files written to {}", folder.display());
                Exit::Conformant
            }
            Err(error) => Exit::harness(&error.to_string()),
        },
        VectorsAction::Check => match vectors::check(&folder) {
            Ok(cases) => {
                println!("{} cases, every file as the model gives it", cases.len());
                Exit::Conformant
            }
            Err(error @ vectors::VectorsError::Stale { .. }) => {
                println!("{error}");
                Exit::Nonconformant
            }
            Err(error) => Exit::harness(&error.to_string()),
        },
    }
}
