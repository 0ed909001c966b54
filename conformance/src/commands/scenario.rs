//! `conclave scenario`: the cases as stories, drawn.

use std::{fs, io::Write, path::PathBuf};

use conclave_model::stage::StageError;
use conclave_spec::Profile;

use crate::{
    case::{Case, CaseSession},
    diagram, stories,
    vectors::{self, VectorsError},
};

/// How a scenario is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Text lanes, for a terminal.
    Text,
    /// The language of Mermaid.
    Mermaid,
    /// A picture.
    Svg,
}

/// Why a scenario cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The vectors cannot be read.
    #[error(transparent)]
    Vectors(#[from] VectorsError),
    /// There is no such case.
    #[error("no scenario has the name {name:?}{}", nearest(.near))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What is spelled nearly so.
        near: Option<String>,
    },
    /// The case computes a formula.
    #[error("{0} is a byte formula: it has no parties to draw")]
    Formula(String),
    /// The script of the case cannot be played.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The output cannot be written.
    #[error("cannot write: {0}")]
    Write(#[from] std::io::Error),
}

fn nearest(near: &Option<String>) -> String {
    near.as_ref().map_or(String::new(), |near| format!("; did you mean {near:?}?"))
}

/// Lists the scenarios whose name contains `part`.
///
/// # Errors
/// The vectors cannot be read, or the output cannot be written.
pub fn list(part: &str, out: &mut dyn Write) -> Result<(), ScenarioError> {
    let cases = vectors::load(&vectors::folder(None))?;
    for case in cases.iter().filter(|case| case.session.is_some() && case.id.contains(part)) {
        writeln!(out, "{}\n    {}", case.id, case.title)?;
    }
    Ok(())
}

/// Draws a scenario: by its identifier, or without the profile (`membership/link-twice`) or by its
/// name alone (`link-twice`) under the newest profile that has it.
///
/// # Errors
/// There is none, it cannot be played, or the output cannot be written.
pub fn show(
    name: &str,
    format: Format,
    file: Option<&PathBuf>,
    out: &mut dyn Write,
) -> Result<(), ScenarioError> {
    let cases = vectors::load(&vectors::folder(None))?;
    let case = find(&cases, name)?;
    let session = case.session.as_ref();
    let session = session.ok_or_else(|| ScenarioError::Formula(case.id.clone()))?;
    let text = drawn(case, session, format)?;
    match file {
        Some(file) => fs::write(file, text)?,
        None => out.write_all(text.as_bytes())?,
    }
    Ok(())
}

fn drawn(case: &Case, session: &CaseSession, format: Format) -> Result<String, ScenarioError> {
    let unknown = || StageError::NoProfile(session.profile.clone());
    let profile = Profile::by_id(&session.profile).ok_or_else(unknown)?;
    Ok(match format {
        Format::Text => stories::story(case)?.unwrap_or_default(),
        Format::Mermaid => diagram::mermaid(&session.script, &profile)?,
        Format::Svg => diagram::picture(&session.script, &profile, &case.title)?,
    })
}

fn find<'c>(cases: &'c [Case], name: &str) -> Result<&'c Case, ScenarioError> {
    let whole = cases.iter().find(|case| case.id == name);
    // Without the profile, and without the area too.
    let named = |case: &&Case| {
        let under = case.id.split_once('/').map(|(_, rest)| rest);
        under == Some(name) || case.id.rsplit('/').next() == Some(name)
    };
    let newest = || cases.iter().filter(named).max_by_key(|case| age(case));
    whole.or_else(newest).ok_or_else(|| {
        let near = cases.iter().map(|case| case.id.rsplit('/').next().unwrap_or_default());
        let near = near.max_by(|one, other| {
            strsim::jaro_winkler(one, name).total_cmp(&strsim::jaro_winkler(other, name))
        });
        ScenarioError::Unknown { name: name.to_owned(), near: near.map(str::to_owned) }
    })
}

/// The place of a case's profile among all, oldest first; the hardened one is no version.
fn age(case: &Case) -> Option<usize> {
    let profile = case.session.as_ref().map(|session| session.profile.as_str())?;
    let shipped = Profile::all().into_iter().filter(|it| it.id != "hardened");
    shipped.enumerate().find(|(_, it)| it.id == profile).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_found_with_and_without_its_profile_and_area() {
        let cases = vectors::load(&vectors::folder(None)).unwrap();
        for name in ["zoom-4.6/membership/link-twice", "membership/link-twice", "link-twice"] {
            assert_eq!(find(&cases, name).unwrap().id, "zoom-4.6/membership/link-twice", "{name}");
        }
        let unknown = find(&cases, "device/link-twice");
        assert!(
            matches!(unknown, Err(ScenarioError::Unknown { near: Some(_), .. })),
            "{unknown:?}"
        );
    }
}
