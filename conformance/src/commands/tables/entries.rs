//! The rows of the JSON tables. The order of the fields is the order in the output.

use conclave_spec::{
    Profile, Rule,
    obligations::{Coverage, Obligation, Obligations},
    readings,
};
use serde::Serialize;

use crate::pages::{facts, words};

#[derive(Serialize)]
pub(super) struct Citation {
    paper: &'static str,
    place: &'static str,
}

impl From<conclave_spec::rules::Citation> for Citation {
    fn from(citation: conclave_spec::rules::Citation) -> Self {
        Self { paper: citation.paper, place: citation.place }
    }
}

#[derive(Serialize)]
pub(super) struct RuleEntry {
    id: &'static str,
    name: &'static str,
    statement: &'static str,
    area: &'static str,
    kind: &'static str,
    level: &'static str,
    provenance: &'static str,
    reaction: Option<&'static str>,
    citation: Citation,
    needs: Vec<Rule>,
    needed_by: Vec<Rule>,
    profiles: Vec<&'static str>,
    readings: Vec<&'static str>,
    obligations: Vec<String>,
}

pub(super) fn rules(table: &Obligations) -> Vec<RuleEntry> {
    Rule::ALL.iter().map(|rule| rule_entry(*rule, table)).collect()
}

fn rule_entry(rule: Rule, table: &Obligations) -> RuleEntry {
    let obligations = facts::obligations_of(rule, table);
    RuleEntry {
        id: rule.id(),
        name: rule.name(),
        statement: rule.statement(),
        area: rule.area().word(),
        kind: words::kind(rule.kind()),
        level: words::level(rule.level()),
        provenance: words::provenance(rule.provenance()),
        reaction: Some(words::reaction(rule.reaction())).filter(|word| *word != "-"),
        citation: rule.citation().into(),
        needs: rule.needs().to_vec(),
        needed_by: facts::dependents(rule),
        profiles: facts::profiles_with(rule).iter().map(|profile| profile.id).collect(),
        readings: facts::readings_of(rule).iter().map(|reading| reading.id).collect(),
        obligations: obligations.iter().map(|obligation| obligation.id.clone()).collect(),
    }
}

#[derive(Serialize)]
pub(super) struct ReadingEntry {
    id: &'static str,
    title: &'static str,
    citation: Citation,
    question: &'static str,
    alternatives: Vec<AlternativeEntry>,
    chosen: &'static str,
    why: &'static str,
    policy: Option<&'static str>,
    rules: &'static [Rule],
}

#[derive(Serialize)]
struct AlternativeEntry {
    key: &'static str,
    text: &'static str,
}

pub(super) fn readings() -> Vec<ReadingEntry> {
    let entry = |reading: &readings::Reading| ReadingEntry {
        id: reading.id,
        title: reading.title,
        citation: reading.place.into(),
        question: reading.question,
        alternatives: reading
            .alternatives
            .iter()
            .map(|alternative| AlternativeEntry { key: alternative.key, text: alternative.text })
            .collect(),
        chosen: reading.chosen,
        why: reading.why,
        policy: reading.policy,
        rules: reading.rules,
    };
    readings::ALL.iter().map(entry).collect()
}

#[derive(Serialize)]
pub(super) struct ObligationTable<'a> {
    coverage: Vec<Coverage>,
    problems: Vec<String>,
    obligations: &'a [Obligation],
}

pub(super) fn obligations(table: &Obligations) -> ObligationTable<'_> {
    ObligationTable {
        coverage: table.coverage(),
        problems: table.problems().iter().map(ToString::to_string).collect(),
        obligations: table.all(),
    }
}

#[derive(Serialize)]
pub(super) struct ProfileEntry {
    id: &'static str,
    parent: Option<&'static str>,
    paper: &'static str,
    summary: &'static str,
    box_suite: &'static str,
    heartbeat_form: &'static str,
    grace_from: &'static str,
    nonce_schedule: &'static str,
    params: Vec<ParamEntry>,
    rules: Vec<Rule>,
    digest: String,
}

#[derive(Serialize)]
struct ParamEntry {
    name: &'static str,
    meaning: &'static str,
    value: u32,
}

pub(super) fn profiles() -> Vec<ProfileEntry> {
    Profile::all().iter().map(profile_entry).collect()
}

fn profile_entry(profile: &Profile) -> ProfileEntry {
    let params = words::params(&profile.params);
    ProfileEntry {
        id: profile.id,
        parent: profile.parent,
        paper: profile.paper,
        summary: profile.summary,
        box_suite: words::box_suite(profile.box_suite),
        heartbeat_form: words::heartbeat_form(profile.heartbeat_form),
        grace_from: words::grace_from(profile.grace_from),
        nonce_schedule: words::nonce_schedule(profile.nonce_schedule),
        params: params
            .iter()
            .map(|param| ParamEntry {
                name: param.name,
                meaning: param.meaning,
                value: param.value,
            })
            .collect(),
        rules: profile.rules.iter().collect(),
        digest: profile.digest(),
    }
}
