//! Results put together: the shares of one client's run, and the runs of several clients.

use std::collections::{BTreeMap, BTreeSet};

use conclave_spec::Rule;

use super::{Report, counted, scope::Scope, story, text, waivers};
use crate::verdict::CaseReport;

/// Why results do not go together.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Results of one client differ in what must be the same.
    #[error(
        "the results of {client} differ in {what}: {one:?} and {other:?}\n  what to do: run the shares with the same release, client and options"
    )]
    Header {
        /// The client.
        client: String,
        /// What differs.
        what: &'static str,
        /// In one of them.
        one: String,
        /// In another.
        other: String,
    },
    /// A case was run twice.
    #[error(
        "{case} [{mode}] is in two results of {client}\n  what to do: split the suite with `conclave check --shard 1/4` and so on"
    )]
    Twice {
        /// The client.
        client: String,
        /// The case.
        case: String,
        /// The mode.
        mode: String,
    },
    /// A share is missing.
    #[error("share {missing}/{of} of {client} is missing")]
    Missing {
        /// The client.
        client: String,
        /// The number of the share.
        missing: usize,
        /// Of how many.
        of: usize,
    },
}

/// Puts results together: those of one client and version become one result, and each client keeps
/// its own. They are put in the order of the clients' names.
///
/// # Errors
/// Results of one client do not go together.
pub fn merge(runs: Vec<Report>) -> Result<Vec<Report>, MergeError> {
    let mut clients: BTreeMap<(String, String), Vec<Report>> = BTreeMap::new();
    for run in runs {
        let key = (run.subject.name.clone(), run.subject.version.clone());
        clients.entry(key).or_default().push(run);
    }
    clients.into_values().map(one_client).collect()
}

/// Whether this is a whole run, and no share of one by itself.
///
/// # Errors
/// Which share is missing first.
pub fn no_lone_share(run: &Report) -> Result<(), MergeError> {
    match run.scope.shard.filter(|shard| shard.of > 1) {
        Some(shard) => {
            let missing = if shard.part == 1 { 2 } else { 1 };
            Err(MergeError::Missing { client: client(run), missing, of: shard.of })
        }
        None => Ok(()),
    }
}

fn client(run: &Report) -> String {
    let Report { subject, .. } = run;
    format!("{} {}", text::line(&subject.name), text::line(&subject.version))
}

fn one_client(mut runs: Vec<Report>) -> Result<Report, MergeError> {
    if runs.len() > 1 {
        // The shares in order, whatever order they are named in.
        runs.sort_by_key(|run| run.scope.shard);
    }
    let scope = joined_scope(&runs)?;
    let shares = runs.len() > 1 && scope.parts.is_none();
    let mut rest = runs.into_iter();
    let Some(mut whole) = rest.next() else { return Ok(empty()) };
    for part in rest {
        same_header(&whole, &part)?;
        absorb(&mut whole, part);
    }
    disjoint(&whole)?;
    if shares {
        whole.in_order();
        story::keep_first(&mut whole.stories, &whole.cases);
    }
    if scope != whole.scope {
        whole.scope = scope;
        waivers::settle(&mut whole);
    }
    whole.counts = counted(&whole.cases);
    Ok(whole)
}

fn empty() -> Report {
    Report::new(super::Subject::default(), Vec::new(), &[])
}

/// What must be the same in all results of a client.
fn same_header(one: &Report, other: &Report) -> Result<(), MergeError> {
    let told = |run: &Report| {
        let waivers: Vec<_> = run.waivers.iter().map(|it| (&it.waiver, it.expired)).collect();
        [
            ("the release of Conclave", run.conclave.clone()),
            ("the command line of the adapter", run.subject.adapter.clone()),
            ("the policies", format!("{:?}", run.subject.policies)),
            ("the command that runs them again", format!("{:?}", run.subject.replay)),
            ("whether the known attacks were run", run.scope.attacks.to_string()),
            ("the waivers", format!("{waivers:?}")),
        ]
    };
    let pairs = told(one).into_iter().zip(told(other));
    match pairs.into_iter().find(|((_, one), (_, other))| one != other) {
        Some(((what, first), (_, second))) => Err(MergeError::Header {
            client: client(one),
            what,
            one: text::line(&first),
            other: text::line(&second),
        }),
        None => Ok(()),
    }
}

/// The scope of all of them: whole again if every share is there.
fn joined_scope(runs: &[Report]) -> Result<Scope, MergeError> {
    let Some(first) = runs.first() else { return Ok(Scope::default()) };
    let mut scope = first.scope.clone();
    if runs.len() == 1 {
        return Ok(scope);
    }
    let without = |run: &Report| Scope { shard: None, ..run.scope.clone() };
    let shards: Vec<_> = runs.iter().filter_map(|run| run.scope.shard).collect();
    let of = shards.first().map(|shard| shard.of).unwrap_or_default();
    let alike = runs.iter().all(|run| without(run) == without(first));
    scope.shard = None;
    if alike && shards.len() == runs.len() && shards.iter().all(|shard| shard.of == of) {
        let there: BTreeSet<_> = shards.iter().map(|shard| shard.part).collect();
        return match (1..=of).find(|part| !there.contains(part)) {
            Some(missing) => Err(MergeError::Missing { client: client(first), missing, of }),
            None => Ok(scope),
        };
    }
    let kept = |field: fn(&Scope) -> &Option<String>| {
        let same = runs.iter().all(|run| field(&run.scope) == field(&first.scope));
        if same { field(&first.scope).clone() } else { None }
    };
    scope.profile = kept(|it| &it.profile);
    scope.only = kept(|it| &it.only);
    scope.mode = kept(|it| &it.mode);
    scope.parts = Some(runs.len());
    Ok(scope)
}

fn absorb(whole: &mut Report, part: Report) {
    // In the order of the rule table, as in every result.
    let union = |into: &mut Vec<String>, from: Vec<String>| {
        let either: BTreeSet<String> = into.drain(..).chain(from).collect();
        let all = Rule::ALL.iter().map(|rule| rule.id().to_owned());
        into.extend(all.filter(|id| either.contains(id)));
    };
    union(&mut whole.rules_seen_holding, part.rules_seen_holding);
    union(&mut whole.rules_seen_refusing, part.rules_seen_refusing);
    union(&mut whole.rules_failed, part.rules_failed);
    for mode in part.subject.modes {
        if !whole.subject.modes.contains(&mode) {
            whole.subject.modes.push(mode);
        }
    }
    for note in part.notes {
        if !whole.notes.contains(&note) {
            whole.notes.push(note);
        }
    }
    whole.steps = whole.steps.saturating_add(part.steps);
    whole.stories.extend(part.stories);
    // What is no case, such as how the adapter ended, may be the same in each share.
    let known =
        |whole: &Report, case: &CaseReport| case.rules.is_empty() && whole.cases.contains(case);
    for case in part.cases {
        if known(whole, &case) {
            whole.steps = whole.steps.saturating_sub(case.steps);
        } else {
            whole.cases.push(case);
        }
    }
}

fn disjoint(whole: &Report) -> Result<(), MergeError> {
    let mut seen = BTreeSet::new();
    // What is no case, such as how the adapter ended, may be found more than once.
    let twice =
        |case: &&CaseReport| !case.rules.is_empty() && !seen.insert((case.case.clone(), case.mode));
    match whole.cases.iter().find(twice) {
        Some(case) => Err(MergeError::Twice {
            client: client(whole),
            case: text::line(&case.case),
            mode: case.mode.name(),
        }),
        None => Ok(()),
    }
}
