//! The policies a client follows in this run: those asked for, and what it cannot do otherwise.

use std::collections::BTreeSet;

use conclave_spec::Profile;

use super::Exit;
use crate::{
    case::Case,
    policies::{Chosen, POLICIES},
    protocol::Hello,
    record,
    verdict::{CaseReport, Mode, Verdict},
};

/// What the cases are recorded for; empty where the stored ones are right.
///
/// # Errors
/// The adapter does not declare what was asked for.
pub(in crate::commands) fn followed(hello: &Hello, asked: &Chosen) -> Result<Chosen, Exit> {
    for (key, value) in asked {
        let values = hello.policies.get(key).map(Vec::as_slice).unwrap_or_default();
        if !values.contains(value) {
            let known: Vec<_> = values.iter().map(String::as_str).collect();
            return Err(crate::commands::no_such(
                &format!("value of the policy {key} of this adapter"),
                value,
                &known,
            ));
        }
    }
    let mut followed = asked.clone();
    for [key, default, other] in POLICIES {
        let declared = hello.policies.get(key);
        let only_other = declared.is_some_and(|values| {
            values.iter().any(|it| it == other) && !values.iter().any(|it| it == default)
        });
        if only_other {
            followed.entry(key.to_owned()).or_insert_with(|| other.to_owned());
        }
    }
    Ok(followed)
}

/// These cases as recorded for a client that follows these policies, and a report on each that says
/// nothing about such a client.
///
/// # Errors
/// They cannot be recorded.
pub(super) fn recorded(
    chosen: &Chosen,
    cases: &[Case],
    mode: Mode,
) -> Result<(Vec<Case>, Vec<CaseReport>), Exit> {
    let sessions = || cases.iter().filter_map(|case| case.session.as_ref());
    let mut profiles = Profile::all();
    profiles.retain(|profile| sessions().any(|session| session.profile == profile.id));
    let under = record::cases_under(chosen, &profiles);
    let under = under.map_err(|error| Exit::harness(&error.to_string()))?;
    let wanted: BTreeSet<_> = cases.iter().map(|case| case.id.as_str()).collect();
    let formulas = cases.iter().filter(|case| case.session.is_none()).cloned();
    let sessions = under.cases.into_iter().filter(|case| wanted.contains(case.id.as_str()));
    let left_out = under.left_out.iter().filter(|(case, _)| wanted.contains(case.id.as_str()));
    let left_out = left_out.map(|(case, why)| CaseReport {
        note: Some(why.clone()),
        ..CaseReport::of(case, mode, Verdict::NotApplicable)
    });
    Ok((formulas.chain(sessions).collect(), left_out.collect()))
}
