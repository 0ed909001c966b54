//! The command line of `conclave sessions`.

use std::{num::NonZeroUsize, path::PathBuf, time::Duration};

use clap::Args;
use conclave_conformance::{
    commands::{
        Exit,
        sessions::{self, mutants},
    },
    protocol::Role,
};
use conclave_spec::Profile;

use crate::args::policy;

/// The least number of inputs of a session: joining, hearing of a leader, and one more.
const STEPS_MIN: u64 = 3;

#[derive(Debug, Args)]
pub(crate) struct SessionsArgs {
    /// A shipped adapter: reference, c, javascript, python
    #[arg(long, value_name = "NAME", conflicts_with = "adapter_cmd")]
    adapter: Option<String>,
    /// Any other adapter: a program with its arguments
    #[arg(long, value_name = "COMMAND")]
    adapter_cmd: Option<String>,
    /// Only this profile; may be given more than once
    #[arg(long, value_parser = profile)]
    profile: Vec<Profile>,
    /// Only as a participant that never leads, or as a party that may lead
    #[arg(long, value_parser = role)]
    role: Option<Role>,
    /// The seed: the same seed makes the same sessions
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many sessions for each profile and role
    #[arg(long, default_value_t = 20, value_name = "SESSIONS")]
    count: u32,
    /// Only the session with this number, from 1
    #[arg(long, value_name = "N", conflicts_with_all = ["count", "budget", "mutants"])]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    session: Option<u32>,
    /// How many inputs a session has for the client, at most
    #[arg(long, default_value_t = 60, value_name = "INPUTS")]
    #[arg(value_parser = clap::value_parser!(u64).range(STEPS_MIN..=10_000))]
    steps: u64,
    /// Go on for so long, such as 90s, 5m or 1h
    #[arg(long, value_name = "TIME", value_parser = budget, conflicts_with = "count")]
    budget: Option<Duration>,
    /// The mode, such as opaque-bytes [default: the strictest the client declares]
    #[arg(long)]
    mode: Option<String>,
    /// Have it follow this policy (docs/adapter.md)
    #[arg(long = "policy", value_name = "KEY=VALUE", value_parser = policy)]
    policies: Vec<(String, String)>,
    /// How long to wait for an answer, in milliseconds
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    answer_ms: Option<u64>,
    /// How many copies of the adapter answer at a time [default: one for each core]
    #[arg(long, value_name = "COPIES")]
    jobs: Option<NonZeroUsize>,
    /// Write the session that differs, or the last one, here: as a vector, or (.jsonl) as a trace
    #[arg(long, value_name = "FILE", conflicts_with = "mutants")]
    save: Option<PathBuf>,
    /// Instead: whether sessions find out the built-in client without each rule
    #[arg(long, conflicts_with_all = ["adapter", "adapter_cmd", "role", "budget", "mode", "policies"])]
    mutants: bool,
}

/// Runs the command with the client that its words name.
pub(crate) fn run(args: SessionsArgs, client: crate::FindClient<'_>) -> Exit {
    let out = &mut std::io::stdout();
    let steps = usize::try_from(args.steps).unwrap_or(usize::MAX);
    if args.mutants {
        let profiles = if args.profile.is_empty() { Profile::all() } else { args.profile };
        let (seed, count) = (args.seed, args.count);
        return mutants::mutants(&mutants::Options { profiles, seed, count, steps }, out);
    }
    let (launch, mut words) = match client(args.adapter.as_deref(), args.adapter_cmd.as_deref()) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    // What else a replay needs to give the same result.
    for (key, value) in &args.policies {
        words.push_str(&format!(" --policy {key}={value}"));
    }
    if let Some(answer_ms) = args.answer_ms {
        words.push_str(&format!(" --answer-ms {answer_ms}"));
    }
    let options = sessions::Options {
        launch,
        adapter_words: words.trim().to_owned(),
        profiles: args.profile,
        role: args.role,
        seed: args.seed,
        count: args.count,
        only: args.session,
        steps,
        budget: args.budget,
        mode: args.mode,
        policies: args.policies.into_iter().collect(),
        answer_ms: args.answer_ms,
        jobs: args.jobs,
        save: args.save,
    };
    sessions::run(&options, out)
}

fn profile(id: &str) -> Result<Profile, String> {
    let known = || Profile::all().iter().map(|it| it.id).collect::<Vec<_>>().join(", ");
    Profile::by_id(id).ok_or_else(|| format!("known: {}", known()))
}

fn role(word: &str) -> Result<Role, String> {
    match word {
        "leader" => Ok(Role::Leader),
        "participant" => Ok(Role::Participant),
        _ => Err("known: leader, participant".to_owned()),
    }
}

/// A time: a number of seconds, minutes or hours.
fn budget(text: &str) -> Result<Duration, String> {
    let unit = |suffix: &str, seconds: u64| {
        let number = text.strip_suffix(suffix)?.parse::<u64>().ok()?;
        number.checked_mul(seconds).filter(|it| *it > 0).map(Duration::from_secs)
    };
    let found = unit("s", 1).or_else(|| unit("m", 60)).or_else(|| unit("h", 3_600));
    found.ok_or_else(|| "a number of seconds, minutes or hours: 90s, 5m, 1h".to_owned())
}
