//! A result as one page of HTML that needs nothing else, and asks no network for anything.
//!
//! The templates are in `templates/`; everything that is put into them is escaped by them, but for
//! the style sheet and the script, which are ours and are named by their digests in the page's
//! security policy, and the diagrams, which are escaped by the library that draws them.

use askama::Template;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::{Report, ReportError, text};

mod failures;
mod overview;

use failures::{Failure, Listed};
use overview::{Card, Cell, ProfileRow, RuleRow, SideRow, WaiverRow};

const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    title: String,
    conclave: String,
    style: &'static str,
    style_hash: String,
    script: &'static str,
    script_hash: String,
    areas: Vec<&'static str>,
    words: Vec<&'static str>,
    matrix: Vec<SideRow>,
    runs: Vec<Run>,
}

/// One client on the page.
struct Run {
    number: usize,
    name: String,
    version: String,
    class: &'static str,
    conclusion: String,
    why: Option<String>,
    facts: Vec<String>,
    cards: Vec<Card>,
    areas: Vec<&'static str>,
    overview: Vec<ProfileRow>,
    waivers: Vec<WaiverRow>,
    failures: Vec<Failure>,
    listed: Vec<Listed>,
    more: usize,
    rules: Vec<RuleRow>,
    reasons: Vec<(String, usize)>,
}

/// The results as one page.
///
/// # Errors
/// The page cannot be put together.
pub fn html(runs: &[Report]) -> Result<String, ReportError> {
    let title = match runs {
        [run] => {
            let (name, version) = (text::line(&run.subject.name), text::line(&run.subject.version));
            format!("{name} {version}: {}", text::line(&run.conclusion()))
        }
        _ => format!("{} implementations", runs.len()),
    };
    let page = Page {
        title,
        conclave: runs.first().map(|run| text::line(&run.conclave)).unwrap_or_default(),
        style: STYLE,
        style_hash: hash(STYLE),
        script: SCRIPT,
        script_hash: hash(SCRIPT),
        areas: overview::areas(),
        words: overview::words(runs),
        matrix: if runs.len() > 1 { overview::side_by_side(runs) } else { Vec::new() },
        runs: runs.iter().enumerate().map(|(at, run)| shown(run, at + 1)).collect(),
    };
    page.render().map_err(|error| ReportError::Format(error.to_string()))
}

/// What a security policy names an inline style sheet or script by.
fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}

fn shown(run: &Report, number: usize) -> Run {
    let (failures, listed, more) = failures::of(run, number);
    Run {
        number,
        name: text::line(&run.subject.name),
        version: text::line(&run.subject.version),
        class: overview::class_of(run),
        conclusion: text::line(&run.conclusion()),
        why: overview::why(run),
        facts: overview::facts(run),
        cards: overview::cards(run),
        areas: overview::areas_of(run),
        overview: overview::profiles(run),
        waivers: overview::waivers(run),
        failures,
        listed,
        more,
        rules: overview::rules(run),
        reasons: super::group::not_applicable(run),
    }
}

/// A cell of nothing.
fn empty() -> Cell {
    Cell { class: "quiet", words: "-".to_owned() }
}
