//! A result as SARIF 2.1.0: what is no pass, with a waiver as a suppression.

use std::collections::BTreeMap;

use conclave_spec::{Level, Provenance, Rule, rules::Citation};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Report, ReportError,
    group::{Group, groups},
    junit::described,
    text,
};
use crate::{
    vectors,
    verdict::{CaseReport, Verdict},
};

/// The version of the format.
const VERSION: &str = "2.1.0";

/// Where the schema of the format is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The rule of what no rule decides: crashes, silence, answers that are none.
const ADAPTER: &str = "ADAPTER";

/// The results as one SARIF log, a run for each client.
///
/// # Errors
/// It cannot be put together.
pub fn sarif(runs: &[Report]) -> Result<String, ReportError> {
    let runs: Vec<Value> = runs.iter().map(run).collect();
    let log = json!({ "$schema": SCHEMA, "version": VERSION, "runs": runs });
    let log = serde_json::to_string_pretty(&log);
    log.map(|text| text + "\n").map_err(|error| ReportError::Format(error.to_string()))
}

fn run(run: &Report) -> Value {
    let groups = groups(run);
    let rules = rules(&groups);
    let places: BTreeMap<&str, usize> =
        rules.iter().enumerate().map(|(at, rule)| (rule.map_or(ADAPTER, Rule::id), at)).collect();
    let results: Vec<Value> = groups.iter().map(|group| result(run, group, &places)).collect();
    json!({
        "tool": { "driver": {
            "name": "Conclave",
            "version": text::line(&run.conclave),
            "rules": rules.into_iter().map(described_rule).collect::<Vec<_>>(),
        } },
        "automationDetails": {
            "id": format!("conclave/{}", text::line(&run.subject.name)),
            "description": { "text": message(&text::line(&run.conclusion())) },
        },
        "properties": {
            "implementation": text::line(&run.subject.name),
            "implementationVersion": text::line(&run.subject.version),
            "modes": run.subject.modes.iter().map(|it| text::line(it)).collect::<Vec<_>>(),
            "counts": run.counts,
        },
        "results": results,
    })
}

/// The rules that decide anything here, in the order of the table.
fn rules(groups: &[Group<'_>]) -> Vec<Option<Rule>> {
    let mut rules: Vec<_> = groups.iter().map(deciding).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn deciding(group: &Group<'_>) -> Option<Rule> {
    group.first.deciding().next().map(|finding| finding.rule)
}

fn described_rule(rule: Option<Rule>) -> Value {
    let Some(rule) = rule else {
        return json!({
            "id": ADAPTER,
            "name": "AdapterAnswers",
            "shortDescription": { "text": "The adapter answers what it is asked." },
            "defaultConfiguration": { "level": "error" },
        });
    };
    let level = match (rule.level(), rule.provenance()) {
        (Level::Should, _) => "note",
        (Level::Must, Provenance::Literal) => "error",
        (Level::Must, Provenance::Reading(_) | Provenance::Ours) => "warning",
    };
    let Citation { paper, place } = rule.citation();
    json!({
        "id": rule.id(),
        "name": rule.name(),
        "shortDescription": { "text": message(rule.statement()) },
        "fullDescription": { "text": message(&format!(
            "{} Zoom Cryptography Whitepaper {paper}, {place}.", rule.statement()
        )) },
        "help": { "text": format!("conclave explain {}", rule.id()) },
        "defaultConfiguration": { "level": level },
        "properties": { "area": rule.area().word() },
    })
}

fn result(run: &Report, group: &Group<'_>, places: &BTreeMap<&str, usize>) -> Value {
    let case = group.first;
    let rule = deciding(group).map_or(ADAPTER, Rule::id);
    let level = match case.verdict {
        Verdict::Pass | Verdict::NotApplicable | Verdict::NotRun => "none",
        Verdict::Advice => "note",
        Verdict::Differs => "warning",
        Verdict::Inconclusive
        | Verdict::Fail
        | Verdict::Timeout
        | Verdict::Crash
        | Verdict::ProtocolError => "error",
    };
    let said = format!("{} [{}]\n{}", text::line(&case.title), group.modes(), described(case));
    let mut result = json!({
        "ruleId": rule,
        "ruleIndex": places.get(rule),
        "kind": "fail",
        "level": level,
        "message": { "text": message(&said) },
        "locations": [location(case)],
        "partialFingerprints": { "conclaveCase/v1": fingerprint(rule, group) },
        "properties": { "verdict": case.word(), "modes": group.modes() },
    });
    let waiver = case.waiver.and_then(|number| run.waivers.get(number.checked_sub(1)?));
    if let Some(used) = waiver {
        let (reason, link) = (text::line(&used.waiver.reason), text::line(&used.waiver.link));
        let until = used.waiver.expires;
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": format!("{reason} ({link}, until {until})"),
        }]);
    }
    result
}

/// The vector file with the case, and the case in it. Without a line, the file as a whole: its first.
fn location(case: &CaseReport) -> Value {
    let id = &case.case;
    let line = case.line.unwrap_or(1);
    let logical = json!([{ "fullyQualifiedName": text::line(id), "kind": "test" }]);
    match file_of(id) {
        Some(file) => json!({
            "physicalLocation": {
                "artifactLocation": { "uri": file },
                "region": { "startLine": line },
            },
            "logicalLocations": logical,
        }),
        None => json!({ "logicalLocations": logical }),
    }
}

/// The vector file of a case, relative to the repository: a path of plain letters or nothing.
fn file_of(id: &str) -> Option<String> {
    vectors::file_of(id).map(|file| format!("vectors/{file}"))
}

fn fingerprint(rule: &str, group: &Group<'_>) -> String {
    hex::encode(Sha256::digest(format!("{rule}\n{}\n{}", group.first.case, group.modes())))
}

/// Text in which SARIF sees neither a placeholder nor a link.
fn message(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '{' => plain.push_str("{{"),
            '}' => plain.push_str("}}"),
            '[' | ']' | '\\' => plain.extend(['\\', character]),
            other => plain.push(other),
        }
    }
    plain
}
