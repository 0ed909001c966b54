//! `conclave explain`: everything the tables say about one name.

use std::io::{self, Write};

use conclave_spec::{
    Label, Profile, Rule,
    layouts::{self, Layout},
    obligations::{Obligation, Obligations},
    readings::{self, Reading},
    rules::{Provenance, Reaction},
};

use super::{
    TablesError,
    grid::{Look, wrapped},
};
use crate::pages::{facts, words};

/// How alike a name must be to be suggested, from 0 to 1.
const LIKENESS_MIN: f64 = 0.5;

/// How many names are suggested.
const SUGGESTIONS_MAX: usize = 5;

/// Writes everything about a rule, reading, obligation, profile, layout, label or policy.
///
/// # Errors
/// [`TablesError::Unknown`] with near matches if nothing has this name; the table of obligations
/// cannot be read, or the output not be written.
pub fn explain(look: Look, name: &str, out: &mut dyn Write) -> Result<(), TablesError> {
    explain_with(&Obligations::load()?, look, name, out)
}

/// The same with a table that is loaded already.
pub(super) fn explain_with(
    table: &Obligations,
    look: Look,
    name: &str,
    out: &mut dyn Write,
) -> Result<(), TablesError> {
    let topics = topics(table);
    let wanted = name.trim();
    let found = topics
        .iter()
        .find(|topic| topic.names().iter().any(|known| known.eq_ignore_ascii_case(wanted)));
    let Some(topic) = found else {
        let names = topics.iter().flat_map(Topic::names);
        return Err(TablesError::Unknown { name: name.to_owned(), near: nearest(wanted, names) });
    };
    topic.write(table, &mut Sheet { look, out })?;
    Ok(())
}

/// The names most like `wanted`, best first; ties by name.
pub(super) fn nearest(wanted: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    let mut scored: Vec<_> = names
        .map(|name| {
            let known = name.to_lowercase();
            (likeness(&wanted, &known), name)
        })
        .filter(|(score, _)| *score >= LIKENESS_MIN)
        .collect();
    scored.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    scored.dedup_by(|(_, x), (_, y)| x == y);
    scored.into_iter().take(SUGGESTIONS_MAX).map(|(_, name)| name).collect()
}

/// How alike two names are, from 0 to 1. A name that contains the one wanted is alike, but less than
/// one that differs from it by a letter.
fn likeness(wanted: &str, known: &str) -> f64 {
    let score = strsim::normalized_damerau_levenshtein(wanted, known);
    let share = wanted.chars().count() as f64 / known.chars().count() as f64;
    if wanted.len() > 2 && known.contains(wanted) {
        score.max(LIKENESS_MIN + 0.3 * share)
    } else {
        score
    }
}

/// Something that has a name.
enum Topic<'a> {
    Rule(Rule),
    Reading(&'static Reading),
    Obligation(&'a Obligation),
    Profile(Profile),
    Layout(&'static Layout),
    Label(Label),
}

fn topics(table: &Obligations) -> Vec<Topic<'_>> {
    let rules = Rule::ALL.iter().copied().map(Topic::Rule);
    let readings = readings::ALL.iter().map(Topic::Reading);
    let obligations = table.all().iter().map(Topic::Obligation);
    let profiles = Profile::all().into_iter().map(Topic::Profile);
    let layouts = layouts::ALL.into_iter().map(Topic::Layout);
    let labels = Label::ALL.into_iter().map(Topic::Label);
    rules.chain(readings).chain(obligations).chain(profiles).chain(layouts).chain(labels).collect()
}

impl Topic<'_> {
    /// Its names, the one to print first.
    fn names(&self) -> Vec<String> {
        match self {
            Self::Rule(rule) => vec![rule.id().to_owned(), rule.name().to_owned()],
            Self::Reading(reading) => {
                std::iter::once(reading.id).chain(reading.policy).map(str::to_owned).collect()
            }
            Self::Obligation(obligation) => vec![obligation.id.clone()],
            Self::Profile(profile) => vec![profile.id.to_owned()],
            Self::Layout(layout) => vec![layout.tag.to_owned()],
            Self::Label(label) => vec![words::label_name(*label), label.text().to_owned()],
        }
    }

    fn write(&self, table: &Obligations, sheet: &mut Sheet<'_>) -> io::Result<()> {
        match self {
            Self::Rule(rule) => write_rule(*rule, table, sheet),
            Self::Reading(reading) => write_reading(reading, table, sheet),
            Self::Obligation(obligation) => write_obligation(obligation, sheet),
            Self::Profile(profile) => write_profile(profile, sheet),
            Self::Layout(layout) => write_layout(layout, sheet),
            Self::Label(label) => write_label(*label, sheet),
        }
    }
}

/// Where an explanation is written: a heading, a text, and named lines.
struct Sheet<'a> {
    look: Look,
    out: &'a mut dyn Write,
}

impl Sheet<'_> {
    fn heading(&mut self, name: &str, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", self.look.heading(name))?;
        writeln!(self.out, "{}\n", wrapped(text, 0, self.look.width))
    }

    /// A named line; nothing where there is nothing to say.
    fn line(&mut self, name: &str, text: &str) -> io::Result<()> {
        const INDENT: usize = 14;
        if text.is_empty() {
            return Ok(());
        }
        let text = wrapped(text, INDENT, self.look.width);
        writeln!(self.out, "{name:<INDENT$}{}", text.trim_start())
    }
}

fn write_rule(rule: Rule, table: &Obligations, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let id = rule.id();
    sheet.heading(&format!("{id} {}", rule.name()), rule.statement())?;
    sheet.line("kind", words::kind(rule.kind()))?;
    let consequence = words::consequence(rule.level(), rule.provenance());
    sheet.line("level", &format!("{}: {consequence}", words::level(rule.level())))?;
    sheet.line("provenance", &provenance(rule.provenance()))?;
    sheet.line("reaction", reaction(rule.reaction()))?;
    sheet.line("paper", &format!("{}, {}", rule.citation().paper, rule.citation().place))?;
    sheet.line("profiles", &facts::profiles_phrase(rule))?;
    sheet.line("needs", &ids(rule.needs()))?;
    sheet.line("needed by", &ids(&facts::dependents(rule)))?;
    for reading in facts::readings_of(rule) {
        sheet.line("reading", &format!("{}: {}", reading.id, reading.title))?;
    }
    for obligation in facts::obligations_of(rule, table) {
        sheet.line("obligation", &format!("{}: {}", obligation.id, obligation.says))?;
    }
    sheet.line("mutant", words::mutant(rule.kind()))?;
    let lost = ids(&facts::dependents(rule));
    if !lost.is_empty() {
        sheet.line("", &format!("and lacks {lost}, which cannot stand without {id}"))?;
    }
    sheet.line("see it", &format!("conclave check --only {id}"))?;
    sheet.line("", &format!("conclave mutants --only {id}"))
}

fn provenance(provenance: Provenance) -> String {
    match provenance {
        Provenance::Literal => "literal: the paper says it".to_owned(),
        Provenance::Reading(id) => match readings::by_id(id) {
            Some(reading) => format!("reading {id}: {}", reading.title),
            None => format!("reading {id}"),
        },
        Provenance::Ours => "ours: a hardening the paper does not ask for".to_owned(),
    }
}

const fn reaction(reaction: Reaction) -> &'static str {
    match reaction {
        Reaction::Reject => "reject: an input that breaks it is refused as wrong",
        Reaction::Ignore => "ignore: an input that breaks it is passed over without complaint",
        Reaction::Leave => "leave: at an input that breaks it the client leaves the meeting",
        Reaction::None => "",
    }
}

fn write_reading(reading: &Reading, table: &Obligations, sheet: &mut Sheet<'_>) -> io::Result<()> {
    sheet.heading(&format!("{}: {}", reading.id, reading.title), reading.question)?;
    for alternative in reading.alternatives {
        let name = if alternative.key == reading.chosen { "chosen" } else { "or" };
        sheet.line(name, &format!("{}: {}", alternative.key, alternative.text))?;
    }
    sheet.line("why", reading.why)?;
    sheet.line("paper", &format!("{}, {}", reading.place.paper, reading.place.place))?;
    let none = "none: another choice cannot be declared";
    sheet.line("policy", reading.policy.unwrap_or(none))?;
    if let Some((stance, why)) = reading.hardened() {
        sheet.line("hardened", &format!("{}: {why}", facts::stance(reading, stance)))?;
    }
    sheet.line("later", reading.later().unwrap_or_default())?;
    for rule in reading.rules {
        sheet.line("rule", &format!("{}: {}", rule.id(), rule.statement()))?;
    }
    if let Some(rule) = reading.rules.first() {
        sheet.line("see it", &format!("conclave check --only {}", rule.id()))?;
    }
    for obligation in facts::obligations_with_reading(reading.id, table) {
        sheet.line("obligation", &format!("{}: {}", obligation.id, obligation.says))?;
    }
    Ok(())
}

fn write_obligation(obligation: &Obligation, sheet: &mut Sheet<'_>) -> io::Result<()> {
    sheet.heading(&obligation.id, &obligation.says)?;
    for place in &obligation.places {
        let at = format!("{}, {}, sentence {}", place.paper, place.place, place.ordinal);
        sheet.line("paper", &at)?;
    }
    for rule in obligation.rules.iter().filter_map(|id| Rule::by_id(id)) {
        sheet.line("rule", &format!("{}: {}", rule.id(), rule.statement()))?;
    }
    for reading in obligation.reading.iter().filter_map(|id| readings::by_id(id)) {
        sheet.line("reading", &format!("{}: {}", reading.id, reading.title))?;
    }
    sheet.line("later", obligation.later.as_deref().unwrap_or_default())?;
    sheet.line("out of scope", obligation.out_of_scope.as_deref().unwrap_or_default())?;
    if obligation.answer().is_none() {
        sheet.line("unmapped", "nothing answers this sentence")?;
    }
    Ok(())
}

fn write_profile(profile: &Profile, sheet: &mut Sheet<'_>) -> io::Result<()> {
    sheet.heading(profile.id, profile.summary)?;
    sheet.line("paper", profile.paper)?;
    for variant in words::variants(profile) {
        sheet.line("variant", &format!("{} = {}", variant.name, variant.value))?;
    }
    if let Some(parent) = profile.parent.and_then(Profile::by_id) {
        sheet.line("parent", parent.id)?;
        let added: Vec<_> = profile.rules.less(parent.rules).iter().collect();
        sheet.line("adds", &ids(&added))?;
        let gone: Vec<_> = parent.rules.less(profile.rules).iter().collect();
        sheet.line("drops", &ids(&gone))?;
    }
    let rules: Vec<_> = profile.rules.iter().collect();
    sheet.line("rules", &format!("{}: {}", rules.len(), ids(&rules)))?;
    for param in words::params(&profile.params) {
        sheet.line("parameter", &format!("{} = {}: {}", param.name, param.value, param.meaning))?;
    }
    sheet.line("digest", &profile.digest())
}

fn write_layout(layout: &Layout, sheet: &mut Sheet<'_>) -> io::Result<()> {
    sheet.heading(layout.tag, words::layout_use(layout.tag))?;
    for field in layout.fields {
        let rule = field.rule.map_or_else(String::new, |rule| format!(", by {}", rule.id()));
        sheet.line("field", &format!("{}: {}{rule}", field.name, words::width(field.width)))?;
    }
    Ok(())
}

fn write_label(label: Label, sheet: &mut Sheet<'_>) -> io::Result<()> {
    sheet.heading(&words::label_name(label), words::label_use(label))?;
    sheet.line("string", label.text())?;
    sheet.line("bytes", &label.text().len().to_string())
}

fn ids(rules: &[Rule]) -> String {
    rules.iter().map(|rule| rule.id()).collect::<Vec<_>>().join(", ")
}
