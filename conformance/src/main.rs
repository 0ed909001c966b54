//! `conclave`: the conformance suite, the reference client, the tables and the explorer.

use std::{
    io::Write as _, net::SocketAddr, num::NonZeroUsize, panic, path::PathBuf, process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use conclave_conformance::{
    commands::{
        self, Exit, ablate, adapter, adapter_test, attack, attacks, check, deep, docs, explore,
        init, mutants, report,
        scenario::{self, ScenarioError},
        tables::{self, Listing, Look, TablesError},
        trace,
    },
    process::{Launch, Limits},
    protocol::{Codec, RandomnessClass},
    reference::{POLICIES, Reference},
    report::{scope::Shard, waivers},
    shipped, vectors,
};
use conclave_spec::{Profile, Rule, rules::Area};

/// Executable specification and verification harness for leader-based end-to-end-encrypted
/// meetings.
#[derive(Debug, Parser)]
#[command(name = "conclave", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 conformant, 1 not conformant, 2 a waiver or a file with \
results or waivers needs attention, 3 harness error, 4 wrong command line.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the conformance suite against a client (the built-in one if none is named)
    Check(Check),
    /// Result files as HTML, Markdown, JUnit XML or SARIF; several put together
    Report {
        #[command(subcommand)]
        action: report::Action,
    },
    /// Say in plain words what is wrong with an adapter, before any verdict counts
    AdapterTest(AdapterTestArgs),
    /// Write a starting adapter, to be filled in
    Init(InitArgs),
    /// Be the built-in client: answer the adapter protocol on standard input and output
    Adapter(AdapterArgs),
    /// Run the reference client without each rule and show that the suite notices
    Mutants(MutantsArgs),
    /// Write or check the vector files
    Vectors(VectorsArgs),
    /// Explore a protocol version and judge its goals (exit 1 with a counterexample)
    Explore(ExploreArgs),
    /// What each rule is worth: the shortest attack it prevents
    Ablate(AblateArgs),
    /// What takes hours: what is stored of it and whether it is of today; or compute it
    Deep(DeepArgs),
    /// Run an exported counterexample against a client
    Attack(AttackArgs),
    /// What comes of the known attacks in every version (exit 1 if not as written down)
    Attacks(AttacksArgs),
    /// The rules: every obligation, with its kind, level and source
    Rules(Table),
    /// The readings: where the paper is silent or contradicts itself, and what was chosen
    Readings(Table),
    /// The obligations: every normative sentence in scope and its answer (exit 1 without one)
    Obligations(Table),
    /// The protocol versions, or what changed from one to another
    Profiles(ProfilesArgs),
    /// The cases as stories: list them, or draw one
    Scenario {
        #[command(subcommand)]
        action: ScenarioAction,
    },
    /// Logs of real clients: check, lint, record, freeze, replay
    Trace {
        #[command(subcommand)]
        action: trace::Action,
    },
    /// Everything about one rule, reading, obligation, profile, layout or label
    Explain {
        /// Its identifier, such as ROT-02 or R-12
        id: String,
    },
    /// Write or check the generated pages
    Docs {
        #[command(subcommand)]
        action: DocsAction,
    },
}

#[derive(Debug, Args)]
struct ExploreArgs {
    /// The profile
    #[arg(long, required_unless_present = "plan")]
    profile: Option<String>,
    /// Without this rule and those that need it
    #[arg(long, value_name = "RULE")]
    without: Option<String>,
    /// Under another reading, such as R-54=unbound
    #[arg(long, value_name = "READING=KEY", conflicts_with_all = ["without", "export", "serve"])]
    reading: Option<String>,
    /// The slice: parties, powers and budgets; `all` for every one that takes seconds
    #[arg(long, default_value = "replay")]
    slice: String,
    /// Another budget of the slice, such as deliveries=6
    #[arg(long, value_name = "NAME=N")]
    budget: Vec<String>,
    /// Only this goal, such as REMOVAL
    #[arg(long)]
    goal: Option<String>,
    /// Write the counterexample as an adapter script
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// Stop after so many states; what was not reached is said to be open
    #[arg(long, value_name = "N")]
    max_states: Option<usize>,
    /// Walk so many random paths instead
    #[arg(long, value_name = "PATHS")]
    random: Option<u64>,
    /// The seed of the random paths
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Serve the states of the slice to a browser instead; port 0 is any free one
    #[arg(
        long, value_name = "ADDR:PORT", num_args = 0..=1, default_missing_value = "127.0.0.1:8700",
        conflicts_with_all = ["goal", "export", "random"]
    )]
    serve: Option<SocketAddr>,
    /// List the slices, and which powers and goals they cover
    #[arg(long, conflicts_with_all = ["profile", "without", "goal", "export", "random", "serve"])]
    plan: bool,
}

#[derive(Debug, Args)]
struct AdapterTestArgs {
    /// A shipped adapter: reference, python
    #[arg(long, value_name = "NAME", conflicts_with = "adapter_cmd")]
    adapter: Option<String>,
    /// Any other adapter: a program with its arguments
    #[arg(long, value_name = "COMMAND")]
    adapter_cmd: Option<String>,
    /// The longest wait for an answer, in milliseconds
    #[arg(long, default_value_t = Limits::default().answer_ms, value_name = "MS")]
    answer_ms: u64,
}

#[derive(Debug, Args)]
struct InitArgs {
    /// Its language
    #[arg(long)]
    language: init::Language,
    /// The folder to write it to
    folder: PathBuf,
}

#[derive(Debug, Args)]
struct DeepArgs {
    /// Compute what is missing or stale and store it, with the kill table and the ablation table
    #[arg(long)]
    write: bool,
    /// Explore anew also what is stored of today's inputs
    #[arg(long, requires = "write")]
    all: bool,
    /// Only explorations: not the kill table and the ablation table
    #[arg(long, requires = "write")]
    explored: bool,
    /// Only explorations of this slice
    #[arg(long)]
    slice: Option<String>,
    /// The vector folder
    #[arg(long, value_name = "DIR")]
    vectors: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct AblateArgs {
    /// Only this rule, computed anew and drawn
    rule: Option<String>,
    /// Compute the whole table anew and store it (half an hour)
    #[arg(long, conflicts_with = "rule")]
    write: bool,
    /// With --write: only the rows of this profile; the others stay as they are stored
    #[arg(long, requires = "write")]
    profile: Option<String>,
    /// With --write: only rules of this area, such as heartbeat; the others stay as they are stored
    #[arg(long, requires = "write", value_parser = area)]
    area: Vec<Area>,
    /// Compute the rows of this many rules anew and hold the stored ones against them
    #[arg(long, default_value_t = 0, value_name = "RULES")]
    sample: usize,
    /// What the sample is drawn by
    #[arg(long, default_value = "")]
    seed: String,
    /// The vector folder
    #[arg(long, value_name = "DIR")]
    vectors: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct AttackArgs {
    /// The exported script
    file: PathBuf,
    /// The profile the client follows
    #[arg(long)]
    profile: String,
    /// A shipped adapter: reference, python
    #[arg(long, value_name = "NAME", conflicts_with = "adapter_cmd")]
    adapter: Option<String>,
    /// Any other adapter: a program with its arguments
    #[arg(long, value_name = "COMMAND")]
    adapter_cmd: Option<String>,
    /// The built-in client without this rule
    #[arg(long, value_name = "RULE", conflicts_with_all = ["adapter", "adapter_cmd"])]
    without: Option<String>,
}

#[derive(Debug, Args)]
struct AttacksArgs {
    /// One attack in detail, such as ZM-14
    id: Option<String>,
    /// The profile to draw it in
    #[arg(long, requires = "id")]
    profile: Option<String>,
    /// Write everything as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Table {
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum ScenarioAction {
    /// Draw one: by its identifier, or by its name under the newest version that has it
    Show {
        /// The identifier, such as `zoom-4.1/lock/locked`, or its last part
        name: String,
        /// As text lanes, Mermaid, or an SVG picture
        #[arg(long, value_enum, default_value_t = scenario::Format::Text)]
        format: scenario::Format,
        /// Write it here instead of on the screen
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// List those whose identifier contains a word
    List {
        /// The word
        #[arg(default_value = "")]
        part: String,
    },
}

#[derive(Debug, Args)]
struct ProfilesArgs {
    /// Compare this profile ...
    #[arg(requires = "to")]
    from: Option<String>,
    /// ... with this one
    to: Option<String>,
    /// As JSON
    #[arg(long, conflicts_with = "from")]
    json: bool,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum DocsAction {
    /// Generate every page anew
    Write,
    /// Compare every page with what the tables give
    Check,
}

#[derive(Debug, Args)]
struct Check {
    /// A shipped adapter: reference, python
    #[arg(long, value_name = "NAME", conflicts_with = "adapter_cmd")]
    adapter: Option<String>,
    /// Any other adapter: a program with its arguments
    #[arg(long, value_name = "COMMAND")]
    adapter_cmd: Option<String>,
    /// Only this profile
    #[arg(long)]
    profile: Option<String>,
    /// Only this rule, or cases whose identifier contains this
    #[arg(long, value_name = "ID")]
    only: Option<String>,
    /// The known attacks instead of the vectors
    #[arg(long, conflicts_with = "vectors")]
    attacks: bool,
    /// Only this mode, such as tape-bytes
    #[arg(long)]
    mode: Option<String>,
    /// Have it follow this policy, and record the cases for such a client (docs/adapter.md)
    #[arg(long = "policy", value_name = "KEY=VALUE", value_parser = policy)]
    #[arg(conflicts_with_all = ["attacks", "vectors"])]
    policies: Vec<(String, String)>,
    /// The vector folder
    #[arg(long, value_name = "DIR")]
    vectors: Option<PathBuf>,
    /// Only this share of the cases, such as 1/4; `conclave report merge` puts shares together
    #[arg(long, value_name = "N/OF")]
    shard: Option<Shard>,
    /// Write the result, for `conclave report`
    #[arg(long, value_name = "FILE", alias = "json")]
    result: Option<PathBuf>,
    /// Write a JUnit report
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Failures that somebody answers for [default: conclave.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// The day waivers are held against [default: today, in UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = waivers::day)]
    today: Option<jiff::civil::Date>,
    /// How long to wait for an answer, in milliseconds
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    answer_ms: Option<u64>,
    /// How many copies of the adapter answer at a time [default: one for each core]
    #[arg(long, value_name = "COPIES")]
    jobs: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
struct AdapterArgs {
    /// Only this profile
    #[arg(long)]
    profile: Option<String>,
    /// Lack this rule
    #[arg(long, value_name = "RULE")]
    without: Option<String>,
    /// Take only this class of randomness
    #[arg(long, value_name = "CLASS", value_parser = ["tape", "seeded", "opaque"])]
    randomness: Option<String>,
    /// Speak only this codec
    #[arg(long, value_parser = ["bytes", "fields"])]
    codec: Option<String>,
    /// Follow this value of a policy and no other
    #[arg(long = "policy", value_name = "KEY=VALUE", value_parser = policy)]
    policies: Vec<(String, String)>,
}

#[derive(Debug, Args)]
struct MutantsArgs {
    /// Only this rule
    #[arg(long, value_name = "RULE")]
    only: Option<String>,
    /// Store the table
    #[arg(long)]
    write: bool,
    /// Judge only this many anew; of the others, that the stored table is of today's cases and rules
    #[arg(long, value_name = "N", conflicts_with_all = ["only", "write"])]
    sample: Option<usize>,
    /// What the sample is chosen by: the same text chooses the same mutants
    #[arg(long, value_name = "TEXT", requires = "sample", default_value = "")]
    seed: String,
    /// The vector folder
    #[arg(long, value_name = "DIR")]
    vectors: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct VectorsArgs {
    #[command(subcommand)]
    action: VectorsAction,
    /// The vector folder
    #[arg(long, value_name = "DIR", global = true)]
    vectors: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum VectorsAction {
    /// Generate every vector file anew
    Write,
    /// Compare every vector file with what the model gives, byte for byte
    Check,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed terminal is no reason to fail differently.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 4 } else { 0 });
        }
    };
    let exit = panic::catch_unwind(|| run(cli.command))
        .unwrap_or_else(|_| Exit::harness("the harness panicked; please report this"));
    if let Exit::Attention(reason) | Exit::Harness(reason) | Exit::Usage(reason) = &exit {
        let kind = match exit.code() {
            2 => "error",
            3 => "harness error",
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
            let seed = args.seed;
            let sample = args.sample.map(|size| mutants::Sample { size, seed });
            mutants::mutants(
                &mutants::Options { only: args.only, vectors, write: args.write, sample },
                out,
            )
        }
        Command::Vectors(args) => run_vectors(&args),
        Command::Explore(args) if args.plan => explore::plan(out),
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
        Command::Attacks(AttacksArgs { id, profile, json }) => {
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
        Command::Trace { action } => trace::run(&action, &client, out),
        Command::Explain { id } => ended(tables::explain(Look::of_stdout(), &id, out)),
        Command::Docs { action } => run_docs(action),
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

/// A policy and the value of it to follow.
fn policy(text: &str) -> Result<(String, String), String> {
    let mut known = POLICIES.iter().flat_map(|[key, one, other]| [(key, one), (key, other)]);
    let is_it = |(key, value): &(&&str, &&str)| {
        text.split_once('=').is_some_and(|it| it == (**key, **value))
    };
    let found = known.find(is_it).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    found.ok_or_else(|| {
        let known = POLICIES.map(|[key, one, other]| format!("{key}={one}, {key}={other}"));
        format!("known: {}", known.join(", "))
    })
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

/// An area by its word.
fn area(word: &str) -> Result<Area, String> {
    let words = || Area::ALL.map(Area::word).join(", ");
    let found = Area::ALL.into_iter().find(|area| area.word() == word);
    found.ok_or_else(|| format!("no such area; there are {}", words()))
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
