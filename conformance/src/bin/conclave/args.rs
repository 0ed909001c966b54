//! The command line.

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use conclave_conformance::{
    commands::{init, mutants::Sample, report, scenario, trace},
    faults::Language,
    policies::POLICIES,
    process::Limits,
    report::{
        scope::{Shard, Time},
        waivers,
    },
};
use conclave_spec::rules::Area;

use crate::sessions::SessionsArgs;

/// Executable specification and verification harness for leader-based end-to-end-encrypted
/// meetings.
#[derive(Debug, Parser)]
#[command(name = "conclave", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 conformant, 1 not conformant, 2 a waiver or a file with \
results or waivers needs attention, 3 harness error, 4 wrong command line, 5 inconclusive: nothing is \
wrong in what was run, and not everything was.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
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
    /// Plant realistic mistakes in copies of the foreign clients and show which case finds each
    Faults(FaultsArgs),
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
    /// Meetings made up step by step, against a client and the model in lockstep
    Sessions(SessionsArgs),
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
    /// Completions for a shell, to be put where it looks for them
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The manual page, or one for each command
    Man {
        /// Write a page for each command into this folder instead
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ExploreArgs {
    /// The profile
    #[arg(long, required_unless_present_any = ["plan", "scenario"])]
    pub(crate) profile: Option<String>,
    /// Without this rule and those that need it
    #[arg(long, value_name = "RULE")]
    pub(crate) without: Option<String>,
    /// Under another reading, such as R-54=unbound; of device families literal, whole or hardened, of
    /// sigchains oldest or anchored
    #[arg(long, value_name = "READING=KEY", conflicts_with_all = ["export", "serve"])]
    pub(crate) reading: Option<String>,
    /// The slice: parties, powers and budgets; `all` for every one that takes seconds
    #[arg(long, default_value = "replay")]
    pub(crate) slice: String,
    /// Another budget of the slice, such as deliveries=6
    #[arg(long, value_name = "NAME=N")]
    pub(crate) budget: Vec<String>,
    /// Only this goal, such as REMOVAL
    #[arg(long)]
    pub(crate) goal: Option<String>,
    /// Write the counterexample as an adapter script
    #[arg(long, value_name = "FILE")]
    pub(crate) export: Option<PathBuf>,
    /// Stop after so many states; what was not reached is said to be open
    #[arg(long, value_name = "N")]
    pub(crate) max_states: Option<usize>,
    /// Go deep first, for slices that memory does not hold otherwise: no counterexamples are shown
    #[arg(long, conflicts_with_all = ["max_states", "export", "random", "serve"])]
    pub(crate) deep_first: bool,
    /// Walk so many random paths instead
    #[arg(long, value_name = "PATHS")]
    pub(crate) random: Option<u64>,
    /// The seed of the random paths
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Serve the states of the slice to a browser instead; port 0 is any free one
    #[arg(
        long, value_name = "ADDR:PORT", num_args = 0..=1, default_missing_value = "127.0.0.1:8700",
        conflicts_with_all = ["goal", "export", "random"]
    )]
    pub(crate) serve: Option<SocketAddr>,
    /// List the slices, and which powers and goals they cover
    #[arg(long, conflicts_with_all = ["profile", "without", "goal", "export", "random", "serve"])]
    pub(crate) plan: bool,
    /// Instead of one meeting: device-family, the paper's model of the devices of one user; sigchain,
    /// what a server can make a client believe of them; rooms, breakout rooms and the way back
    #[arg(
        long, value_name = "NAME",
        conflicts_with_all = [
            "plan", "slice", "budget", "goal", "export", "max_states",
            "deep_first", "random", "seed", "serve",
        ]
    )]
    pub(crate) scenario: Option<String>,
    /// How many devices a family has at most
    #[arg(long, default_value_t = 5, value_name = "N", requires = "scenario")]
    pub(crate) devices: usize,
    /// How many transitions a family goes through at most
    #[arg(long, default_value_t = 8, value_name = "N", requires = "scenario")]
    pub(crate) transitions: usize,
}

#[derive(Debug, Args)]
pub(crate) struct AdapterTestArgs {
    /// A shipped adapter: reference, c, javascript, python
    #[arg(long, value_name = "NAME", conflicts_with = "adapter_cmd")]
    pub(crate) adapter: Option<String>,
    /// Any other adapter: a program with its arguments
    #[arg(long, value_name = "COMMAND")]
    pub(crate) adapter_cmd: Option<String>,
    /// The longest wait for an answer, in milliseconds
    #[arg(long, default_value_t = Limits::default().answer_ms, value_name = "MS")]
    pub(crate) answer_ms: u64,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Its language
    #[arg(long)]
    pub(crate) language: init::Language,
    /// The folder to write it to
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct DeepArgs {
    /// Compute what is missing or stale and store it, with the kill table and the ablation table
    #[arg(long)]
    pub(crate) write: bool,
    /// Explore anew also what is stored of today's inputs
    #[arg(long, requires = "write")]
    pub(crate) all: bool,
    /// Only explorations: not the kill table and the ablation table
    #[arg(long, requires = "write")]
    pub(crate) explored: bool,
    /// Only explorations of this slice
    #[arg(long)]
    pub(crate) slice: Option<String>,
    /// The vector folder
    #[arg(long, value_name = "DIR")]
    pub(crate) vectors: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct AblateArgs {
    /// Only this rule, computed anew and drawn
    pub(crate) rule: Option<String>,
    /// Compute the whole table anew and store it (half an hour)
    #[arg(long, conflicts_with = "rule")]
    pub(crate) write: bool,
    /// With --write: only the rows of this profile and later ones; the others stay as they are stored
    #[arg(long, requires = "write")]
    pub(crate) profile: Option<String>,
    /// With --write: only rules of this area, such as heartbeat; the others stay as they are stored
    #[arg(long, requires = "write", value_parser = area)]
    pub(crate) area: Vec<Area>,
    /// Compute the rows of this many rules anew and hold the stored ones against them
    #[arg(long, default_value_t = 0, value_name = "RULES")]
    pub(crate) sample: usize,
    /// What the sample is drawn by
    #[arg(long, default_value = "")]
    pub(crate) seed: String,
    /// The vector folder
    #[arg(long, value_name = "DIR")]
    pub(crate) vectors: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct AttackArgs {
    /// The exported script
    pub(crate) file: PathBuf,
    /// The profile the client follows
    #[arg(long)]
    pub(crate) profile: String,
    /// A shipped adapter: reference, c, javascript, python
    #[arg(long, value_name = "NAME", conflicts_with = "adapter_cmd")]
    pub(crate) adapter: Option<String>,
    /// Any other adapter: a program with its arguments
    #[arg(long, value_name = "COMMAND")]
    pub(crate) adapter_cmd: Option<String>,
    /// The built-in client without this rule
    #[arg(long, value_name = "RULE", conflicts_with_all = ["adapter", "adapter_cmd"])]
    pub(crate) without: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AttacksArgs {
    /// One attack in detail, such as ZM-14
    pub(crate) id: Option<String>,
    /// The profile to draw it in
    #[arg(long, requires = "id")]
    pub(crate) profile: Option<String>,
    /// Write everything as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Play no script: let the explorer find the attacks by itself, in versions open to them
    #[arg(long, conflicts_with_all = ["id", "profile", "json"])]
    pub(crate) find: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Table {
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScenarioAction {
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
pub(crate) struct ProfilesArgs {
    /// Compare this profile ...
    #[arg(requires = "to")]
    pub(crate) from: Option<String>,
    /// ... with this one
    pub(crate) to: Option<String>,
    /// As JSON
    #[arg(long, conflicts_with = "from")]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum DocsAction {
    /// Generate every page anew
    Write,
    /// Compare every page with what the tables give
    Check,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// A shipped adapter: reference, c, javascript, python
    #[arg(long, value_name = "NAME", conflicts_with = "adapter_cmd")]
    pub(crate) adapter: Option<String>,
    /// Any other adapter: a program with its arguments
    #[arg(long, value_name = "COMMAND")]
    pub(crate) adapter_cmd: Option<String>,
    /// Only this profile
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Only this rule, or cases whose identifier contains this
    #[arg(long, value_name = "ID")]
    pub(crate) only: Option<String>,
    /// The known attacks instead of the vectors
    #[arg(long, conflicts_with = "vectors")]
    pub(crate) attacks: bool,
    /// Only this mode, such as tape-bytes
    #[arg(long)]
    pub(crate) mode: Option<String>,
    /// Have it follow this policy, and record the cases for such a client (docs/adapter.md)
    #[arg(long = "policy", value_name = "KEY=VALUE", value_parser = policy)]
    #[arg(conflicts_with_all = ["attacks", "vectors"])]
    pub(crate) policies: Vec<(String, String)>,
    /// The vector folder
    #[arg(long, value_name = "DIR")]
    pub(crate) vectors: Option<PathBuf>,
    /// Only this share of the cases, such as 1/4; `conclave report merge` puts shares together
    #[arg(long, value_name = "N/OF")]
    pub(crate) shard: Option<Shard>,
    /// Only as long as this, such as 10m or 1h30m; what there was no time for is not run, and says so
    #[arg(long, value_name = "TIME")]
    pub(crate) budget: Option<Time>,
    /// What the order of the cases in a budget is chosen by: the same text gives the same order
    #[arg(long, value_name = "TEXT", requires = "budget", default_value = "")]
    pub(crate) seed: String,
    /// Play each case once more, with a seed, and save what everybody was given and did as a trace
    #[arg(long, value_name = "DIR", conflicts_with_all = ["budget", "attacks"])]
    pub(crate) record: Option<PathBuf>,
    /// Write the result, for `conclave report`
    #[arg(long, value_name = "FILE", alias = "json")]
    pub(crate) result: Option<PathBuf>,
    /// Write a JUnit report
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Failures that somebody answers for [default: conclave.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
    /// The day waivers are held against [default: today, in UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = waivers::day)]
    pub(crate) today: Option<jiff::civil::Date>,
    /// How long to wait for an answer, in milliseconds
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) answer_ms: Option<u64>,
    /// How many copies of the adapter answer at a time [default: one for each core]
    #[arg(long, value_name = "COPIES")]
    pub(crate) jobs: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
pub(crate) struct AdapterArgs {
    /// Only this profile
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Lack this rule
    #[arg(long, value_name = "RULE")]
    pub(crate) without: Option<String>,
    /// Take only this class of randomness
    #[arg(long, value_name = "CLASS", value_parser = ["tape", "seeded", "opaque"])]
    pub(crate) randomness: Option<String>,
    /// Speak only this codec
    #[arg(long, value_parser = ["bytes", "fields"])]
    pub(crate) codec: Option<String>,
    /// Follow this value of a policy and no other
    #[arg(long = "policy", value_name = "KEY=VALUE", value_parser = policy)]
    pub(crate) policies: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub(crate) struct MutantsArgs {
    /// Only this rule
    #[arg(long, value_name = "RULE")]
    pub(crate) only: Option<String>,
    /// Store the table
    #[arg(long)]
    pub(crate) write: bool,
    #[command(flatten)]
    pub(crate) sampled: SampleArgs,
    /// The vector folder
    #[arg(long, value_name = "DIR")]
    pub(crate) vectors: Option<PathBuf>,
}

/// Some of a stored table judged anew.
#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// Judge only this many anew; of the others, that the stored table is of today
    #[arg(long, value_name = "N", conflicts_with_all = ["only", "write"])]
    sample: Option<usize>,
    /// What the sample is chosen by: the same text chooses the same ones
    #[arg(long, value_name = "TEXT", requires = "sample", default_value = "")]
    seed: String,
}

impl SampleArgs {
    /// The sample, if one was asked for.
    pub(crate) fn sample(self) -> Option<Sample> {
        let Self { sample, seed } = self;
        sample.map(|size| Sample { size, seed })
    }
}

#[derive(Debug, Args)]
pub(crate) struct FaultsArgs {
    /// Only faults of this language
    #[arg(long)]
    pub(crate) language: Option<Language>,
    /// Only this fault
    #[arg(long, value_name = "ID")]
    pub(crate) only: Option<String>,
    /// Store the table; rows that are of today's faults, clients and cases are kept
    #[arg(long)]
    pub(crate) write: bool,
    #[command(flatten)]
    pub(crate) sampled: SampleArgs,
    /// The vector folder
    #[arg(long, value_name = "DIR")]
    pub(crate) vectors: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct VectorsArgs {
    #[command(subcommand)]
    pub(crate) action: VectorsAction,
    /// The vector folder
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) vectors: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VectorsAction {
    /// Generate every vector file anew
    Write,
    /// Compare every vector file with what the model gives, byte for byte
    Check,
}

/// A policy and the value of it to follow.
pub(crate) fn policy(text: &str) -> Result<(String, String), String> {
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

/// An area by its word.
fn area(word: &str) -> Result<Area, String> {
    let words = || Area::ALL.map(Area::word).join(", ");
    let found = Area::ALL.into_iter().find(|area| area.word() == word);
    found.ok_or_else(|| format!("no such area; there are {}", words()))
}
